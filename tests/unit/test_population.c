/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Synthetic people: each attribute is the stated function of its own draw, and the crowd has the declared shape. */
#include <gsl/gsl_cdf.h>
#include <stdio.h>

#include "ipsim/distribution.h"
#include "simlib.h"

enum { N = 40000, SEED = 77 };

static ipsim_population *people_of(const ipsim_scenario *scenario)
{
    ipsim_error_list errors = {0};
    ipsim_population *population;
    assert_no_errors(ipsim_population_create(scenario, &population, &errors), &errors);
    return population;
}

#define STATES "simulation: { horizon_years = 1.0; }; states: { A: {}; }; start_state = \"A\";"

static double draw_of(const char *name, int64_t person, uint32_t replicate)
{
    return ipsim_stream_uniform(SEED, replicate, person, ipsim_stream_key(IPSIM_PURPOSE_ATTRIBUTE, name), 0);
}

/* ---- levels ---- */

static void levels_follow_their_probabilities(void **state)
{
    (void)state;
    static const double p[5] = {0.12, 0.0, 0.38, 0.45, 0.05};
    ipsim_scenario *scenario = testlib_load_text(
        STATES "attributes: { dx: { levels = [\"a\", \"b\", \"c\", \"d\", \"e\"]; probabilities = [0.12, 0.0, 0.38, 0.45, 0.05]; }; };");
    ipsim_population *population = people_of(scenario);
    double count[5] = {0}, value, chi2 = 0;
    for (int64_t person = 0; person < N; person++) {
        ipsim_population_draw(population, SEED, 3, person, 1, &value);
        double u = draw_of("dx", person, 3);
        assert_same_bits(value, u < 0.12 ? 0.0 : u < 0.5 ? 2.0 : u < 0.95 ? 3.0 : 4.0);
        count[(int)value]++;
    }
    assert_same_bits(count[1], 0.0);
    for (int i = 0; i < 5; i++) {
        if (p[i] > 0)
            chi2 += pow(count[i] - N * p[i], 2) / (N * p[i]);
        assert_close(ipsim_population_target_share(population, 0, (size_t)i), p[i], 1e-15);
    }
    assert_true(gsl_cdf_chisq_Q(chi2, 3) > 1e-4);
    assert_true(isnan(ipsim_population_target_mean(population, 0)));
    ipsim_population_free(population);
    ipsim_scenario_free(scenario);
}

/* ---- distributions: the quantile of the person's draw, by GSL's quantiles; mean and sd beside their targets ---- */

static double lognormal(double u)
{
    return exp(0.5 + 0.8 * gsl_cdf_ugaussian_Pinv(u));
}
static double normal(double u)
{
    return 35 + 10.7 * gsl_cdf_ugaussian_Pinv(u);
}
static double uniform(double u)
{
    return -2 + 7 * u;
}
static double exponential(double u)
{
    return -log1p(-u) / 0.4;
}
static double weibull(double u)
{
    return 3 * pow(-log1p(-u), 1 / 1.6);
}
static double gamma_quantile(double u)
{
    return gsl_cdf_gamma_Pinv(u, 2.3, 1.7);
}
static double beta(double u)
{
    return gsl_cdf_beta_Pinv(u, 2.5, 4);
}
static double triangular(double u)
{
    return u < 0.25 ? 1 + 2 * sqrt(u) : 5 - sqrt(12 * (1 - u));
} /* 1, 2, 5 */
static double pert(double u)
{
    return 1 + 4 * gsl_cdf_beta_Pinv(u, 2, 4);
} /* 1, 2, 5: alpha 1 + 4/4, beta 1 + 12/4 */
static double truncated(double u)
{
    double low = gsl_cdf_ugaussian_P((18 - 35) / 10.7), high = gsl_cdf_ugaussian_P((66 - 35) / 10.7);
    return normal(low + u * (high - low));
}

static void distributions_are_quantiles_of_the_draw(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double (*quantile)(double);
        double mean, sd; /* NaN: not known in closed form here */
    } cases[] = {
        {"family = \"normal\"; mean = 35; sd = 10.7;", normal, 35, 10.7},
        {"family = \"normal\"; mean = 35; sd = 10.7; lower = 18; upper = 66;", truncated, NAN, NAN},
        {"family = \"lognormal\"; meanlog = 0.5; sdlog = 0.8;", lognormal, 2.270499837532,
         2.149769963809},                                                           /* exp(.5 + .32), times sqrt(e^.64 - 1) */
        {"family = \"uniform\"; min = -2; max = 5;", uniform, 1.5, 2.020725942164}, /* 7 / sqrt 12 */
        {"family = \"exponential\"; rate = 0.4;", exponential, 2.5, 2.5},
        {"family = \"weibull\"; shape = 1.6; scale = 3;", weibull, NAN, NAN},
        {"family = \"gamma\"; shape = 2.3; scale = 1.7;", gamma_quantile, 3.91, 2.578177651755}, /* 1.7 sqrt 2.3 */
        {"family = \"beta\"; alpha = 2.5; beta = 4;", beta, 0.384615384615, 0.177646236674},
        {"family = \"triangular\"; min = 1; mode = 2; max = 5;", triangular, 8.0 / 3, 0.849836585599},
        {"family = \"pert\"; min = 1; mode = 2; max = 5;", pert, 7.0 / 3, 0.712697},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[500];
        snprintf(text, sizeof text, STATES "attributes: { x: { distribution: { %s }; }; };", cases[i].text);
        ipsim_scenario *scenario = testlib_load_text(text);
        ipsim_population *population = people_of(scenario);
        double sum = 0, squares = 0, value;
        for (int64_t person = 0; person < N; person++) {
            ipsim_population_draw(population, SEED, 0, person, 1, &value);
            if (person < 2000)
                assert_close(value, cases[i].quantile(draw_of("x", person, 0)), 1e-9 * (1 + fabs(value)));
            sum += value;
            squares += value * value;
        }
        double mean = ipsim_population_target_mean(population, 0), sd = ipsim_population_target_sd(population, 0);
        double sample_sd = sqrt(squares / N - pow(sum / N, 2));
        if (!isnan(cases[i].mean)) {
            assert_relative(mean, cases[i].mean, 1e-6);
            assert_relative(sd, cases[i].sd, 1e-5);
        }
        assert_z(sum / N, mean, sd / sqrt(N), 4);
        assert_relative(sample_sd, sd, 4 * sqrt(5.0 / N)); /* 4 sd of a sample sd; kurtosis at most about 20 (log-normal) */
        ipsim_population_free(population);
        ipsim_scenario_free(scenario);
    }
}

/* ---- bands, constants ---- */

static void bands_cut_a_number(void **state)
{
    (void)state;
    ipsim_scenario *scenario = testlib_load_text(
        STATES "attributes: { band: { of = \"c_age\"; breaks = [30, 50]; levels = [\"under_30\", \"30_49\", \"50_plus\"]; };"
               "  c_age: { distribution: { family = \"normal\"; mean = 35.0; sd = 10.7; lower = 18; upper = 66; }; };"
               "  fixed_band: { of = \"limit\"; breaks = [30, 50]; levels = [\"x\", \"y\", \"z\"]; }; limit: { value = 50; }; };");
    ipsim_population *population = people_of(scenario);
    double count[3] = {0}, values[4];
    for (int64_t person = 0; person < N; person++) {
        ipsim_population_draw(population, SEED, 0, person, 1, values);
        assert_same_bits(values[0], values[1] < 30 ? 0.0 : values[1] < 50 ? 1.0 : 2.0);
        assert_same_bits(values[2], 2.0); /* a break belongs to the band that begins there */
        assert_same_bits(values[3], 50.0);
        count[(int)values[0]]++;
    }
    double sum = 0;
    for (size_t level = 0; level < 3; level++) {
        double share = ipsim_population_target_share(population, 0, level);
        assert_z(count[level] / N, share, sqrt(share * (1 - share) / N), 4);
        sum += share;
    }
    assert_close(sum, 1, 1e-14);
    /* (Phi(-5/10.7) - Phi(-17/10.7)) / (Phi(31/10.7) - Phi(-17/10.7)), R: diff(pnorm(c(18, 30), 35, 10.7)) / diff(pnorm(c(18, 66), 35, 10.7)) */
    double low = gsl_cdf_ugaussian_P(-17 / 10.7), all = gsl_cdf_ugaussian_P(31 / 10.7) - low;
    assert_close(ipsim_population_target_share(population, 0, 0), (gsl_cdf_ugaussian_P(-5 / 10.7) - low) / all, 1e-12);
    assert_same_bits(ipsim_population_target_mean(population, 3), 50.0);
    assert_same_bits(ipsim_population_target_sd(population, 3), 0.0);
    ipsim_population_free(population);
    ipsim_scenario_free(scenario);
}

/* ---- joint tables ---- */

#define COHORT "dx,hours,sex,w\npsychosis,10,woman,1\nother,20,man,4\npsychosis,30,man,0\nother,40,woman,3\n"

static ipsim_scenario *load_cohort(const char *order, bool weighted)
{
    char text[900];
    testlib_write("cohort.csv", COHORT);
    snprintf(text, sizeof text,
             STATES "tables: { cohort: { file = \"cohort.csv\"; %s order = \"%s\"; }; };"
                    "attributes: { a_noise: { distribution: { family = \"uniform\"; min = 0; max = 1; }; };"
                    "  b_sex: { levels = [\"man\", \"woman\"]; table = \"cohort\"; column = \"sex\"; }; c_h: { table = \"cohort\"; column "
                    "= \"hours\"; };"
                    "  d_dx: { levels = [\"psychosis\", \"bipolar\", \"other\"]; table = \"cohort\"; column = \"dx\"; }; };",
             weighted ? "weight = \"w\";" : "", order);
    return testlib_load_text(text);
}

/* b_sex, c_h and d_dx of each row; attributes stand in the order of their names */
static const double rows[4][3] = {{1, 10, 0}, {0, 20, 2}, {0, 30, 0}, {1, 40, 2}};

static void joint_tables_keep_rows_together(void **state)
{
    (void)state;
    for (int weighted = 0; weighted < 2; weighted++) {
        static const double weights[2][4] = {{0.25, 0.25, 0.25, 0.25}, {0.125, 0.5, 0, 0.375}};
        ipsim_scenario *scenario = load_cohort("random", weighted);
        ipsim_population *population = people_of(scenario);
        double count[4] = {0}, values[4], chi2 = 0, mean = 0, square = 0, women = 0, psychosis = 0;
        for (int64_t person = 0; person < N; person++) {
            ipsim_population_draw(population, SEED, 0, person, 1, values);
            size_t row = (size_t)(values[2] / 10) - 1;
            for (int c = 0; c < 3; c++)
                assert_same_bits(values[1 + c], rows[row][c]);
            count[row]++;
        }
        for (int i = 0; i < 4; i++) {
            double p = weights[weighted][i];
            if (p == 0)
                assert_same_bits(count[i], 0.0);
            else
                chi2 += pow(count[i] - N * p, 2) / (N * p);
            mean += p * rows[i][1];
            square += p * rows[i][1] * rows[i][1];
            women += p * rows[i][0];
            psychosis += p * (rows[i][2] == 0);
        }
        assert_true(gsl_cdf_chisq_Q(chi2, weighted ? 2 : 3) > 1e-4);
        assert_relative(ipsim_population_target_mean(population, 2), mean, 1e-14);
        assert_relative(ipsim_population_target_sd(population, 2), sqrt(square - mean * mean), 1e-12);
        assert_close(ipsim_population_target_share(population, 1, 1), women, 1e-14);
        assert_close(ipsim_population_target_share(population, 3, 0), psychosis, 1e-14);
        assert_close(ipsim_population_target_share(population, 3, 1), 0, 0);
        ipsim_population_free(population);
        ipsim_scenario_free(scenario);
    }
}

static void file_order_takes_the_rows_in_turn(void **state)
{
    (void)state;
    ipsim_scenario *scenario = load_cohort("file", false);
    ipsim_population *population = people_of(scenario);
    double values[4];
    for (int64_t person = 0; person < 4001; person++) {
        ipsim_population_draw(population, SEED, 5, person, 1, values);
        for (int c = 0; c < 3; c++)
            assert_same_bits(values[1 + c], rows[person % 4][c]);
        assert_same_bits(values[0], draw_of("a_noise", person, 5));
    }
    assert_close(ipsim_population_target_share(population, 1, 1), 0.5, 1e-15);
    assert_close(ipsim_population_target_mean(population, 2), 25, 1e-13);
    ipsim_population_free(population);
    ipsim_scenario_free(scenario);
}

/* ---- what a person depends on ---- */

/* A new attribute, or another order of declaration, changes nobody else's draw; seed, replicate and person do. Attributes are
 * independent of each other and of the budgets of the same name. */
static void an_attribute_depends_on_its_name_alone(void **state)
{
    (void)state;
    ipsim_scenario *few = testlib_load_text(STATES "attributes: { age: { distribution: { family = \"normal\"; mean = 0; sd = 1; }; }; };");
    ipsim_population *one = people_of(few);
    ipsim_scenario *many = testlib_load_text(STATES "attributes: { b: { levels = [\"x\", \"y\"]; probabilities = [0.5, 0.5]; };"
                                                    "  a: { distribution: { family = \"normal\"; mean = 0; sd = 1; }; }; age: { "
                                                    "distribution: { family = \"normal\"; mean = 0; sd = 1; }; }; };");
    ipsim_population *three = people_of(many);
    double xy = 0, with_budget = 0, lag = 0, replicates = 0, last = 0;
    for (int64_t person = 0; person < N; person++) {
        double x, others[3], again;
        ipsim_population_draw(one, SEED, 0, person, 1, &x);
        ipsim_population_draw(three, SEED, 0, person, 1, others);
        assert_same_bits(others[1], x);
        ipsim_population_draw(one, SEED, 1, person, 1, &again);
        replicates += x * again;
        xy += x * others[0];
        lag += x * last;
        with_budget += x * (ipsim_stream_exponential(SEED, 0, person, ipsim_stream_key(IPSIM_PURPOSE_BUDGET, "age"), 0) - 1);
        last = x;
        if (person < 100) {
            ipsim_population_draw(one, SEED + 1, 0, person, 1, &again);
            assert_true(again != x);
        }
    }
    /* Correlations of independent standard variables: 0 with standard error 1 / sqrt N. */
    assert_z(replicates / N, 0, 1 / sqrt(N), 4);
    assert_z(xy / N, 0, 1 / sqrt(N), 4);
    assert_z(lag / N, 0, 1 / sqrt(N), 4);
    assert_z(with_budget / N, 0, 1 / sqrt(N), 4);
    ipsim_population_free(one);
    ipsim_population_free(three);
    ipsim_scenario_free(few);
    ipsim_scenario_free(many);
}

static void declared_targets_replace_derived_ones(void **state)
{
    (void)state;
    ipsim_scenario *scenario = testlib_load_text(
        STATES "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [0.6, 0.4]; target_probabilities = [0.55, 0.45]; };"
               "  age: { distribution: { family = \"uniform\"; min = 0; max = 10; }; target_mean = 5.5; target_sd = 3.25; }; };");
    ipsim_population *population = people_of(scenario);
    assert_close(ipsim_population_target_share(population, 1, 1), 0.45, 1e-15);
    assert_same_bits(ipsim_population_target_mean(population, 0), 5.5);
    assert_same_bits(ipsim_population_target_sd(population, 0), 3.25);
    ipsim_population_free(population);
    ipsim_scenario_free(scenario);
}

/* ---- many persons at a time ---- */

/* Every level of vector instructions gives what one person alone gets, on both sides of person 2^32; and that is the stated function of
 * the stated draw. */
static void blocks_are_persons(void **state)
{
    (void)state;
    enum { CROWD = 300, N_COLUMNS = 8 };
    static const char *const simd_levels[] = {"sse2", "avx2", "avx512"};
    static double together[CROWD * N_COLUMNS], alone[N_COLUMNS];
    ipsim_scenario *scenario = testlib_load_text(STATES "attributes: {"
                                                        "n: { distribution: { family = \"normal\"; mean = 3.0; sd = 2.0; }; };"
                                                        "t: { distribution: { family = \"normal\"; mean = 0.0; sd = 1.0; lower = 1.5; }; };"
                                                        "l: { distribution: { family = \"lognormal\"; meanlog = 1.0; sdlog = 0.5; }; };"
                                                        "g: { distribution: { family = \"gamma\"; shape = 1.5; scale = 2.0; }; };"
                                                        "b: { distribution: { family = \"pert\"; min = 0; mode = 1; max = 4; }; };"
                                                        "s: { levels = [\"x\", \"y\", \"z\"]; probabilities = [0.25, 0.0, 0.75]; };"
                                                        "k: { of = \"g\"; levels = [\"low\", \"high\"]; breaks = [2.5]; };"
                                                        "v: { value = 7.0; }; };");
    const int64_t first = ((int64_t)1 << 32) - 150;
    size_t s = ipsim_scenario_find_attribute(scenario, "s"), k = ipsim_scenario_find_attribute(scenario, "k");
    size_t g = ipsim_scenario_find_attribute(scenario, "g"), v = ipsim_scenario_find_attribute(scenario, "v"), n_drawn = 0;
    for (int level = 0; level < 3; level++) {
        setenv("IPSIM_SIMD", simd_levels[level], 1);
        ipsim_population *population = people_of(scenario);
        ipsim_population_draw(population, SEED, 2, first, CROWD, together);
        for (int64_t i = 0; i < CROWD; i++) {
            ipsim_population_draw(population, SEED, 2, first + i, 1, alone);
            assert_memory_equal(alone, together + i * N_COLUMNS, sizeof alone);
            for (size_t a = 0; a < N_COLUMNS; a++) {
                ipsim_distribution d;
                ipsim_error err;
                if (!scenario->attributes[a].distribution.given)
                    continue;
                assert_ok(ipsim_scenario_distribution(&scenario->attributes[a].distribution, &d, &err), &err);
                assert_same_bits(alone[a], ipsim_distribution_quantile(&d, draw_of(scenario->attributes[a].name, first + i, 2)));
                n_drawn++;
            }
            assert_same_bits(alone[s], draw_of("s", first + i, 2) < 0.25 ? 0.0 : 2.0);
            assert_same_bits(alone[k], alone[g] < 2.5 ? 0.0 : 1.0);
            assert_same_bits(alone[v], 7.0);
        }
        ipsim_population_free(population);
    }
    assert_true(n_drawn == (size_t)3 * 5 * CROWD);
    unsetenv("IPSIM_SIMD");
    ipsim_scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_follow_their_probabilities),
        cmocka_unit_test(distributions_are_quantiles_of_the_draw),
        cmocka_unit_test(bands_cut_a_number),
        cmocka_unit_test(joint_tables_keep_rows_together),
        cmocka_unit_test(file_order_takes_the_rows_in_turn),
        cmocka_unit_test(an_attribute_depends_on_its_name_alone),
        cmocka_unit_test(declared_targets_replace_derived_ones),
        cmocka_unit_test(blocks_are_persons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
