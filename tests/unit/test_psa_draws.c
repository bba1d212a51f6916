/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws of uncertain parameters: their distributions against closed forms, joints, and what is refused; designs have a test of their own. Pass
 * rules in standard errors; Kolmogorov-Smirnov at 1 in 1 000. */
#include "drawlib.h"
#include "ipsim/special.h"

/* ---- one parameter ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_every_family_against_its_law(void **state)
{
    (void)state;
    enum { N = 5000 };
    static const char *const families[] = {"family = \"uniform\"; min = 2; max = 5;",
                                           "family = \"triangular\"; min = 1; mode = 2; max = 6;",
                                           "family = \"pert\"; min = 1; mode = 2; max = 6;",
                                           "family = \"normal\"; mean = -3; sd = 2;",
                                           "family = \"normal\"; mean = 1; sd = 2; lower = 0; upper = 3;",
                                           "family = \"lognormal\"; meanlog = 0.4; sdlog = 0.3;",
                                           "family = \"exponential\"; rate = 0.7;",
                                           "family = \"weibull\"; shape = 1.7; scale = 3;",
                                           "family = \"gamma\"; shape = 2.5; scale = 0.4;",
                                           "family = \"beta\"; alpha = 2; beta = 5;"};
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        char text[400];
        double sorted[N], distance = 0.0;
        snprintf(text, sizeof text, "parameters: { x = { value = 2.5; distribution: { %s }; }; };", families[f]);
        drawn x = draw_one(text, N, IPSIM_DESIGN_MC);
        const ipsim_distribution *law = &x.d->inputs[0].distribution;
        double sd = ipsim_distribution_sd(law);
        assert_z(mean_of(&x, "x"), ipsim_distribution_mean(law), sd / sqrt(N), 4.0);
        assert_relative(sqrt(covariance_of(&x, "x", "x")), sd, 0.06); /* kurtosis at most 9: four standard errors */
        for (int64_t i = 0; i < N; i++)
            sorted[i] = value_of(&x, i, "x");
        qsort(sorted, N, sizeof *sorted, compare);
        for (int i = 0; i < N; i++) {
            double below = ipsim_distribution_cdf(law, sorted[i]);
            distance = fmax(distance, fmax(fabs(below - (double)i / N), fabs(below - (double)(i + 1) / N)));
        }
        assert_true(distance * sqrt(N) < 1.95);
        close_drawn(&x);
    }
}

static void test_parameters_of_one_name_share_their_luck(void **state)
{
    (void)state;
    const char *texts[] = {"parameters: { p = { value = 1.0; distribution: { family = \"normal\"; mean = 1; sd = 1; }; }; };",
                           "parameters: { p = { value = 5.0; distribution: { family = \"normal\"; mean = 5; sd = 2; }; }; };"};
    drawn x = draw_all(texts, 2, (ipsim_psa_options){.n_draws = 20, .design = IPSIM_DESIGN_LHS});
    for (int64_t i = 0; i < 20; i++)
        assert_close((value_of(&x, i, "arm1:p") - 5.0) / 2.0, value_of(&x, i, "arm0:p") - 1.0, 1e-12);
    close_drawn(&x);
}

/* ---- joints ---- */

static void test_dirichlet_moments(void **state)
{
    (void)state;
    enum { N = 20000 };
    static const double alpha[] = {6.0, 3.0, 0.5, 0.5};
    drawn x = draw_one(
        "parameters: { p0 = 0.6; p1 = 0.3; p2 = 0.05; p3 = 0.05; };"
        "joint: { row: { family = \"dirichlet\"; parameters = [\"p0\", \"p1\", \"p2\", \"p3\"]; alpha = [6, 3, 0.5, 0.5]; }; };",
        N, IPSIM_DESIGN_MC);
    for (int64_t i = 0; i < 100; i++)
        assert_close(value_of(&x, i, "p0") + value_of(&x, i, "p1") + value_of(&x, i, "p2") + value_of(&x, i, "p3"), 1.0, 1e-12);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k <= i; k++) {
            char a[16], b[16];
            snprintf(a, sizeof a, "p%d", i);
            snprintf(b, sizeof b, "p%d", k);
            double mean = alpha[i] / 10.0, other = alpha[k] / 10.0;
            double exact = i == k ? mean * (1.0 - mean) / 11.0 : -mean * other / 11.0;
            double sd_a = sqrt(mean * (1.0 - mean) / 11.0), sd_b = sqrt(other * (1.0 - other) / 11.0);
            if (i == k)
                assert_z(mean_of(&x, a), mean, sd_a / sqrt(N), 4.0);
            assert_z(covariance_of(&x, a, b), exact, 3.5 * sd_a * sd_b / sqrt(N), 4.0); /* kurtosis of the small ones is about 12 */
        }
    close_drawn(&x);
}

/* Columns of logarithms and logits beside the parameters, by hand. */
static double correlation_between(const drawn *x, const char *a, double (*of_a)(double), const char *b, double (*of_b)(double),
                                  double *sd_a)
{
    double sum_a = 0.0, sum_b = 0.0, aa = 0.0, bb = 0.0, ab = 0.0, n = (double)x->d->n;
    for (int64_t i = 0; i < x->d->n; i++) {
        double u = of_a(value_of(x, i, a)), w = of_b(value_of(x, i, b));
        sum_a += u;
        sum_b += w;
        aa += u * u;
        bb += w * w;
        ab += u * w;
    }
    *sd_a = sqrt((aa - sum_a * sum_a / n) / (n - 1.0));
    return (ab - sum_a * sum_b / n) / sqrt((aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n));
}

static double itself(double v)
{
    return v;
}

static double logit(double v)
{
    return log(v / (1.0 - v));
}

static void test_normal_joint_recovers_its_correlation(void **state)
{
    (void)state;
    enum { N = 20000 };
    drawn x = draw_one(
        "parameters: { hr = 0.8; p = 0.3; d = -1.0; };"
        "joint: { effects: { family = \"normal\"; parameters = [\"hr\", \"p\", \"d\"]; scale = [\"log\", \"logit\", \"identity\"];"
        "  mean = [\"log(0.8)\", -0.85, -1]; sd = [0.2, 0.5, 2]; correlation = [1, 0.6, -0.3, 0.6, 1, 0.1, -0.3, 0.1, 1]; }; };",
        N, IPSIM_DESIGN_MC);
    double sd_hr, sd_p, sd_d, error = 1.0 / sqrt(N);
    assert_z(correlation_between(&x, "hr", log, "p", logit, &sd_hr), 0.6, (1.0 - 0.36) * error, 4.0);
    assert_z(correlation_between(&x, "p", logit, "d", itself, &sd_p), 0.1, 0.99 * error, 4.0);
    assert_z(correlation_between(&x, "d", itself, "hr", log, &sd_d), -0.3, 0.91 * error, 4.0);
    assert_z(sd_hr, 0.2, 0.2 * error / sqrt(2.0), 4.0);
    assert_z(sd_p, 0.5, 0.5 * error / sqrt(2.0), 4.0);
    assert_z(sd_d, 2.0, 2.0 * error / sqrt(2.0), 4.0);
    assert_z(mean_of(&x, "d"), -1.0, 2.0 * error, 4.0);
    drawn same = draw_one(
        "parameters: { hr = 0.8; p = 0.3; d = -1.0; };"
        "joint: { effects: { family = \"normal\"; parameters = [\"hr\", \"p\", \"d\"]; scale = [\"log\", \"logit\", \"identity\"];"
        "  mean = [\"log(0.8)\", -0.85, -1]; covariance = [0.04, 0.06, -0.12, 0.06, 0.25, 0.1, -0.12, 0.1, 4]; }; };",
        10, IPSIM_DESIGN_MC);
    for (int64_t i = 0; i < 10; i++)
        assert_close(value_of(&same, i, "p"), value_of(&x, i, "p"), 1e-12);
    close_drawn(&same);
    close_drawn(&x);
}

static void test_copula_keeps_margins(void **state)
{
    (void)state;
    enum { N = 20000 };
    drawn x = draw_one("parameters: { g = { value = 2.0; distribution: { family = \"gamma\"; shape = 4; scale = 0.5; }; };"
                       "  u = { value = 0.5; distribution: { family = \"uniform\"; min = 0; max = 1; }; }; };"
                       "joint: { both: { family = \"copula\"; parameters = [\"g\", \"u\"]; correlation = 0.7; }; };",
                       N, IPSIM_DESIGN_MC);
    assert_z(mean_of(&x, "g"), 2.0, 1.0 / sqrt(N), 4.0);
    assert_z(mean_of(&x, "u"), 0.5, sqrt(1.0 / 12.0 / N), 4.0);
    /* Normal scores of u have the correlation of the copula with those of g. */
    double sum = 0.0;
    for (int64_t i = 0; i < N; i++)
        sum += ipsim_normal_quantile(value_of(&x, i, "u")) * ipsim_normal_quantile(ipsim_gamma_lower(4.0, value_of(&x, i, "g") / 0.5));
    assert_z(sum / N, 0.7, sqrt(1.49 / N), 4.0);
    close_drawn(&x);
}

static void test_rows_of_a_file(void **state)
{
    (void)state;
    enum { N = 9000 };
    testlib_write("posterior.csv", "draw,alpha,beta,w\n1,0.1,10,1\n2,0.2,20,0\n3,0.3,30,2\n");
    drawn in_order = draw_one("parameters: { a = 0.2; b = 20.0; }; joint: { post: { family = \"draws\"; parameters = [\"a\", \"b\"];"
                              "  columns = [\"alpha\", \"beta\"]; file = \"posterior.csv\"; order = \"file\"; }; };",
                              3, IPSIM_DESIGN_MC);
    for (int64_t i = 0; i < 3; i++) {
        assert_same_bits(value_of(&in_order, i, "b"), 10.0 * (double)(i + 1));
        assert_close(value_of(&in_order, i, "a"), 0.1 * (double)(i + 1), 1e-15);
    }
    drawn weighted = draw_one("parameters: { a = 0.2; b = 20.0; }; joint: { post: { family = \"draws\"; parameters = [\"a\", \"b\"];"
                              "  columns = [\"alpha\", \"beta\"]; file = \"posterior.csv\"; weight = \"w\"; }; };",
                              N, IPSIM_DESIGN_LHS);
    int64_t count[4] = {0};
    for (int64_t i = 0; i < N; i++) {
        count[(int)(value_of(&weighted, i, "b") / 10.0)]++;
        assert_close(value_of(&weighted, i, "b"), 100.0 * value_of(&weighted, i, "a"), 1e-12);
    }
    assert_int_equal(count[1], N / 3); /* one draw in each slice */
    assert_int_equal(count[2], 0);
    assert_int_equal(count[3], 2 * N / 3);
    close_drawn(&in_order);
    close_drawn(&weighted);
}

static void test_bootstrap_of_a_file(void **state)
{
    (void)state;
    enum { N = 4000, ROWS = 8 };
    testlib_write("trial.csv", "cost,effect\n1,0\n2,0\n3,1\n4,0\n5,1\n6,1\n7,1\n20,1\n");
    drawn x = draw_one(
        "parameters: { cost = 6.0; effect = 0.6; }; joint: { trial: { family = \"bootstrap\"; parameters = [\"cost\", \"effect\"];"
        "  file = \"trial.csv\"; }; };",
        N, IPSIM_DESIGN_MC);
    /* Population variances 32.0 and 15/64, covariance 1.75; of means an eighth. */
    assert_z(mean_of(&x, "cost"), 6.0, sqrt(32.0 / ROWS / N), 4.0);
    assert_z(mean_of(&x, "effect"), 0.625, sqrt(15.0 / 64 / ROWS / N), 4.0);
    assert_relative(covariance_of(&x, "cost", "cost"), 4.0, 0.12);
    assert_relative(covariance_of(&x, "cost", "effect"), 1.75 / ROWS, 0.25);
    close_drawn(&x);
}

/* ---- what is drawn, and what cannot be ---- */

static const char joined[] =
    "parameters: { a = { value = 0.5; distribution: { family = \"uniform\"; min = 0; max = 1; }; }; p = 0.4; q = 0.6; c = 1.0;"
    "  e = { value = \"2 * a\"; distribution: { family = \"normal\"; mean = 1; sd = 1; }; }; };"
    "joint: { pq: { family = \"dirichlet\"; parameters = [\"p\", \"q\"]; alpha = [4, 6]; }; };";

static void test_only_and_fix(void **state)
{
    (void)state;
    const char *text = joined;
    drawn all = draw_all(&text, 1, (ipsim_psa_options){.n_draws = 3});
    drawn only = draw_all(&text, 1, (ipsim_psa_options){.n_draws = 3, .only = "pq, a"});
    drawn fix = draw_all(&text, 1, (ipsim_psa_options){.n_draws = 3, .fix = "pq"});
    for (int64_t i = 0; i < 3; i++) {
        assert_same_bits(value_of(&all, i, "p"), value_of(&only, i, "p"));
        assert_same_bits(value_of(&all, i, "a"), value_of(&only, i, "a"));
        assert_true(isnan(value_of(&only, i, "e")) && !isnan(value_of(&all, i, "e")));
        assert_true(isnan(value_of(&fix, i, "p")) && isnan(value_of(&fix, i, "q")) && isnan(value_of(&fix, i, "c")));
        assert_same_bits(value_of(&fix, i, "e"), value_of(&all, i, "e"));
    }
    close_drawn(&all);
    close_drawn(&only);
    close_drawn(&fix);
}

static void refuse(const char *const *texts, size_t n, ipsim_psa_options options, const char *why)
{
    drawn x;
    ipsim_error_list errors = {0};
    assert_int_not_equal(try_draw(&x, texts, n, options, 3, &errors), IPSIM_OK);
    if (strstr(errors.items[0].message, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", errors.items[0].message, why);
    ipsim_error_list_clear(&errors);
    close_drawn(&x);
}

static void test_what_cannot_be_drawn(void **state)
{
    (void)state;
    const char *text = joined, *nothing = "parameters: { a = 1.0; };";
    refuse(&text, 1, (ipsim_psa_options){.only = "p"}, "name the joint, pq");
    refuse(&text, 1, (ipsim_psa_options){.only = "c"}, "has no distribution");
    refuse(&text, 1, (ipsim_psa_options){.fix = "aa"}, "did you mean a?");
    refuse(&nothing, 1, (ipsim_psa_options){0}, "nothing is uncertain");
    const char *differ[] = {
        joined,
        "parameters: { p = 0.3; q = 0.7; }; joint: { pq: { family = \"dirichlet\"; parameters = [\"p\", \"q\"]; alpha = [4, 6]; }; };"};
    refuse(differ, 2, (ipsim_psa_options){0}, "different values or distributions for parameter p");
    const char *another[] = {
        joined,
        "parameters: { p = 0.4; q = 0.6; }; joint: { pq: { family = \"dirichlet\"; parameters = [\"p\", \"q\"]; alpha = [4, 7]; }; };"};
    refuse(another, 2, (ipsim_psa_options){0}, "this joint is another");
    const char *lacking[] = {joined, "parameters: { p = 0.4; };"};
    refuse(lacking, 2, (ipsim_psa_options){0}, "has no joint pq");
    testlib_write("short.csv", "a\n1\n2\n");
    const char *rows =
        "parameters: { a = 1.0; }; joint: { j: { family = \"draws\"; parameters = [\"a\"]; file = \"short.csv\"; order = \"file\"; }; };";
    refuse(&rows, 1, (ipsim_psa_options){.n_draws = 3}, "has 2 rows, fewer than the 3 draws");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_family_against_its_law),
        cmocka_unit_test(test_parameters_of_one_name_share_their_luck),
        cmocka_unit_test(test_dirichlet_moments),
        cmocka_unit_test(test_normal_joint_recovers_its_correlation),
        cmocka_unit_test(test_copula_keeps_margins),
        cmocka_unit_test(test_rows_of_a_file),
        cmocka_unit_test(test_bootstrap_of_a_file),
        cmocka_unit_test(test_only_and_fix),
        cmocka_unit_test(test_what_cannot_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
