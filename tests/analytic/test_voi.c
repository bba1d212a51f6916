/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Value of information against closed forms. For a normal incremental net benefit with mean m and standard deviation s,
 * EVPI = s (phi(m/s) - |m|/s Phi(-|m|/s)); EVPPI and EVSI are the same with the s that the parameter or the data explain. Stored values were
 * computed apart from this program, to ten digits. Draws are a low-discrepancy sequence, so that estimates lie far closer to the exact
 * values than the standard errors they report, which are those of random draws: both are asserted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/evppi.h"
#include "ipsim/evsi.h"
#include "ipsim/special.h"
#include "ipsim/uncertainty.h"
#include "testlib.h"

enum { N = 10000, MOST_PARAMETERS = 4 };

/* Two strategies: nothing, and one with effect and cost as drawn. */
typedef struct model {
    double cost[2 * N], effect[2 * N], values[MOST_PARAMETERS * N];
    ipsim_draws draws;
    ipsim_panel panel;
} model;

static model shared_model;

static model *begin(size_t n_parameters)
{
    static const char *names[MOST_PARAMETERS] = {"a", "b", "c", "d"};
    model *m = &shared_model;
    memset(m, 0, sizeof *m);
    m->draws = (ipsim_draws){.n_draws = N, .n_parameters = n_parameters, .parameters = names, .values = m->values};
    m->panel = (ipsim_panel){N, 2, m->cost, m->effect};
    return m;
}

/* Uniform in (0, 1), coordinate d of the additive recurrence with the plastic number and its like (Roberts 2018) in four dimensions. */
static double uniform(size_t i, size_t d)
{
    const double g = 1.1673039782614187; /* g^5 = g + 1 */
    double u = 0.5 + (double)(i + 1) / pow(g, (double)(d + 1));
    return u - floor(u);
}

static double normal(size_t i, size_t d)
{
    return ipsim_normal_quantile(uniform(i, d));
}

static double closed_form(double mean, double sd)
{
    double z = fabs(mean) / sd;
    return sd * (exp(-0.5 * z * z) / sqrt(2 * M_PI) - z * ipsim_normal_cdf(-z));
}

static double evpi(const model *m, double threshold, double *se)
{
    double mean[2], probability[2], loss[2];
    ipsim_decision d = {.mean = mean, .probability_best = probability, .expected_loss = loss};
    ipsim_decide(&m->panel, threshold, &d);
    *se = d.evpi_se;
    return d.evpi;
}

static ipsim_evppi evppi(const model *m, const size_t *parameters, size_t n, double threshold)
{
    ipsim_evppi result;
    ipsim_error err;
    ipsim_parameter_set set = {n, parameters};
    assert_ok(ipsim_evppi_estimate(&m->draws, &m->panel, &set, 1, &threshold, 1, NULL, &result, &err), &err);
    return result;
}

static ipsim_evppi evppi_one(const model *m, size_t parameter, double threshold)
{
    return evppi(m, &parameter, 1, threshold);
}

static ipsim_evsi evsi(const model *m, ipsim_study_measure measure, double size, double threshold)
{
    ipsim_evsi result;
    ipsim_error err;
    assert_ok(ipsim_evsi_estimate(&m->draws, &m->panel, &measure, 1, &size, 1, &threshold, 1, &result, &err), &err);
    return result;
}

/* Within two standard errors and within one per cent of the scale. */
static void check(double estimate, double se, double exact, double scale)
{
    assert_z(estimate, exact, se, 2);
    assert_close(estimate, exact, 0.01 * scale);
}

/* Parameter a is the effect, b the cost, with correlation r. */
static model *linear_model(double mean_e, double sd_e, double mean_c, double sd_c, double r)
{
    model *m = begin(2);
    for (size_t i = 0; i < N; i++) {
        double x = normal(i, 0), y = r * x + sqrt(1 - r * r) * normal(i, 1);
        m->effect[N + i] = m->values[i] = mean_e + sd_e * x;
        m->cost[N + i] = m->values[N + i] = mean_c + sd_c * y;
    }
    return m;
}

/* NB = k p1 - p2, p1 ~ N(1, 1), p2 ~ N(0, 2). */
static void two_normal_parameters(void **state)
{
    (void)state;
    const double exact[3][3] = {
        {.4798107063, .0833154706, .3955931148}, {.3992824567, .1666309412, .1666309412}, {.4094634160, .2499464118, .0586135875}};
    model *m = linear_model(1, 1, 0, 2, 0);
    for (size_t k = 1; k <= 3; k++) {
        double se, estimate = evpi(m, (double)k, &se);
        check(estimate, se, exact[k - 1][0], exact[k - 1][0]);
        for (size_t p = 0; p < 2; p++) {
            ipsim_evppi e = evppi_one(m, p, (double)k);
            check(e.evppi, e.se, exact[k - 1][1 + p], exact[k - 1][0]);
        }
    }
}

/* The published probability that p1 - p2 > 0 is Phi(1 / sqrt 5) = .6726395770. */
static void probability_cost_effective(void **state)
{
    (void)state;
    model *m = linear_model(1, 1, 0, 2, 0);
    double mean[2], probability[2], loss[2];
    ipsim_decision d = {.mean = mean, .probability_best = probability, .expected_loss = loss};
    ipsim_decide(&m->panel, 1, &d);
    assert_close(probability[1], .6726395770, 2e-3);
    assert_int_equal(d.best, 1);
}

/* heormodel's test: dE ~ N(.1, .5), dC ~ N(60, 300), k = 1000. */
static void another_pair(void **state)
{
    (void)state;
    model *m = linear_model(.1, .5, 60, 300, 0);
    double se, estimate = evpi(m, 1000, &se);
    check(estimate, se, 213.16845433, 213);
    ipsim_evppi e = evppi_one(m, 0, 1000), c = evppi_one(m, 1, 1000);
    check(e.evppi, e.se, 180.10910764, 213);
    check(c.evppi, c.se, 100.74495693, 213);
    ipsim_evsi study = evsi(m, (ipsim_study_measure){0, IPSIM_MEASURE_MEAN, .5}, 1, 1000);
    check(study.evsi, study.se, 121.94913757, 213);
}

/* dE ~ N(.08, .05), dC ~ N(1500, 800), correlation .3. */
static void correlated_parameters(void **state)
{
    (void)state;
    const double k[] = {10000, 20000, 30000};
    const double exact[3][3] = {
        {85.79190168, .28264211, 46.67569697}, {381.52469940, 255.81697324, 153.44731793}, {244.07210241, 175.71268181, .56095925}};
    model *m = linear_model(.08, .05, 1500, 800, .3);
    for (size_t i = 0; i < 3; i++) {
        double se, estimate = evpi(m, k[i], &se);
        check(estimate, se, exact[i][0], exact[i][0]);
        for (size_t p = 0; p < 2; p++) {
            ipsim_evppi e = evppi_one(m, p, k[i]);
            check(e.evppi, e.se, exact[i][1 + p], exact[i][0]);
        }
        ipsim_evppi both = evppi(m, (size_t[]){0, 1}, 2, k[i]);
        check(both.evppi, both.se, exact[i][0], exact[i][0]);
    }
}

/* NB = x y: nothing is learnt from one of them, everything (1 / pi) from both. */
static void pure_interaction(void **state)
{
    (void)state;
    model *m = begin(3);
    for (size_t i = 0; i < N; i++) {
        m->values[i] = normal(i, 0);
        m->values[N + i] = normal(i, 1);
        m->values[2 * N + i] = normal(i, 2);
        m->effect[N + i] = m->values[i] * m->values[N + i];
    }
    double se, estimate = evpi(m, 1, &se);
    check(estimate, se, M_1_PI, M_1_PI);
    ipsim_evppi joint = evppi(m, (size_t[]){0, 1}, 2, 1), three = evppi(m, (size_t[]){0, 1, 2}, 3, 1);
    check(joint.evppi, joint.se, M_1_PI, M_1_PI);
    check(three.evppi, three.se, M_1_PI, M_1_PI);
    for (size_t p = 0; p < 3; p++) {
        ipsim_evppi one = evppi_one(m, p, 1);
        assert_in_range(10000 * one.evppi, 0, 60); /* below 0.006 of 0.318 */
    }
    ipsim_evppi useless = evppi(m, (size_t[]){0, 2}, 2, 1);
    assert_true(useless.evppi < 0.02);
}

/* Three factors: x y z, E|x y z| / 2 = (2/pi)^(3/2) / 2. */
static void interaction_of_three(void **state)
{
    (void)state;
    model *m = begin(4);
    for (size_t i = 0; i < N; i++) {
        for (size_t p = 0; p < 4; p++) {
            m->values[p * N + i] = normal(i, p);
        }
        m->effect[N + i] = m->values[i] * m->values[N + i] * m->values[2 * N + i] + 0.5 * m->values[3 * N + i];
    }
    ipsim_evppi joint = evppi(m, (size_t[]){0, 1, 2}, 3, 1), pair = evppi(m, (size_t[]){0, 1}, 2, 1);
    assert_z(joint.evppi, pow(M_2_PI, 1.5) / 2, joint.se, 3);
    assert_close(joint.evppi, pow(M_2_PI, 1.5) / 2, 0.02); /* the penalty draws it towards 0; pairs give less than 0.04 */
    assert_true(pair.evppi < 0.04);
}

/* A curve: INB = x^2 - 1 + 2 noise, EVPPI of x = E max(0, x^2 - 1) = 2 phi(1). A group of four values is interpolated. */
static void curves_and_groups(void **state)
{
    (void)state;
    model *m = begin(2);
    for (size_t i = 0; i < N; i++) {
        double x = m->values[i] = normal(i, 0);
        m->effect[N + i] = x * x - 1 + 2 * normal(i, 1);
        m->values[N + i] = floor(4 * uniform(i, 2));
    }
    ipsim_evppi curve = evppi_one(m, 0, 1);
    check(curve.evppi, curve.se, 2 * exp(-0.5) / sqrt(2 * M_PI), 0.6);
    const double level[] = {3, -2, -2, 3}; /* mean 0.5 in favour; two of four groups lose 2: gain 1 */
    for (size_t i = 0; i < N; i++) {
        m->effect[N + i] = level[(size_t)m->values[N + i]] + normal(i, 1);
    }
    ipsim_evppi group = evppi_one(m, 1, 1);
    check(group.evppi, group.se, 1, 1);
}

/* Five strategies, most of them alike: identities and the expected maximum hold with more than two. */
static void more_strategies(void **state)
{
    (void)state;
    static double cost[3 * N], effect[3 * N];
    model *m = begin(2);
    for (size_t i = 0; i < N; i++) {
        effect[N + i] = m->values[i] = normal(i, 0);
        effect[2 * N + i] = m->values[N + i] = normal(i, 1);
    }
    m->panel = (ipsim_panel){N, 3, cost, effect};
    /* max(0, x, y) = E max(0, x) + E max(y - max(0, x), 0): by symmetry and the arctangent formula (1 + 1 / sqrt 2) / sqrt(2 pi). */
    ipsim_evppi joint = evppi(m, (size_t[]){0, 1}, 2, 1), one = evppi_one(m, 0, 1);
    double se, all = evpi(m, 1, &se);
    check(all, se, (1 + M_SQRT1_2) / sqrt(2 * M_PI), 0.7);
    check(joint.evppi, joint.se, (1 + M_SQRT1_2) / sqrt(2 * M_PI), 0.7);
    assert_close(one.evppi, closed_form(0, 1), 0.01);
}

static void identities(void **state)
{
    (void)state;
    model *m = linear_model(.1, .5, 60, 300, .2);
    for (size_t i = 0; i < N; i++) {
        m->values[2 * N + i] = normal(i, 2); /* of no importance */
        m->values[3 * N + i] = 17;           /* does not vary */
    }
    m->draws.n_parameters = 4;
    const size_t all[] = {0, 1, 2, 3};
    const ipsim_parameter_set sets[] = {{1, &all[0]}, {1, &all[1]}, {1, &all[2]}, {1, &all[3]},
                                        {2, &all[0]}, {2, &all[1]}, {3, all},     {4, all}};
    const double thresholds[] = {0, 100, 500, 1000, 5000, 1e6};
    ipsim_evppi results[8 * 6];
    ipsim_error err;
    assert_ok(ipsim_evppi_estimate(&m->draws, &m->panel, sets, 8, thresholds, 6, NULL, results, &err), &err);
    for (size_t t = 0; t < 6; t++) {
        double se, limit = evpi(m, thresholds[t], &se);
        for (size_t s = 0; s < 8; s++) {
            assert_true(results[s * 6 + t].evppi >= 0);
            assert_true(results[s * 6 + t].evppi <= limit);
        }
        assert_true(results[4 * 6 + t].evppi >= fmax(results[t].evppi, results[6 + t].evppi));
        assert_true(results[5 * 6 + t].evppi >= results[6 + t].evppi);
        assert_true(results[6 * 6 + t].evppi >= fmax(results[4 * 6 + t].evppi, results[5 * 6 + t].evppi));
        assert_same_bits(results[3 * 6 + t].evppi, 0);
        assert_true(results[2 * 6 + t].evppi < 0.01 * (limit + 1));
    }
}

/* EVSI for p1 with known standard deviation 1, and sizes at which almost everything is learnt. */
static void study_of_a_mean(void **state)
{
    (void)state;
    const double sizes[] = {1, 10, 100, 1000, 1e6}, exact[] = {.0251272708, .0723251203, .0821176056, .0831946061, .0833154706};
    model *m = linear_model(1, 1, 0, 2, 0);
    ipsim_study_measure measure = {0, IPSIM_MEASURE_MEAN, 1};
    ipsim_evsi results[5];
    double threshold = 1;
    ipsim_error err;
    assert_ok(ipsim_evsi_estimate(&m->draws, &m->panel, &measure, 1, sizes, 5, &threshold, 1, results, &err), &err);
    ipsim_evppi limit = evppi_one(m, 0, 1);
    for (size_t i = 0; i < 5; i++) {
        check(results[i].evsi, results[i].se, exact[i], .0833);
        assert_true(results[i].evsi >= 0 && results[i].evsi <= limit.evppi * (1 + 1e-6));
        assert_true(i == 0 || results[i].evsi >= results[i - 1].evsi * 0.999);
    }
}

/* Two arms double the variance; a ratio is measured on the logarithmic scale. */
static void studies_of_differences_and_ratios(void **state)
{
    (void)state;
    model *m = linear_model(1, 1, 0, 2, 0);
    ipsim_evsi difference = evsi(m, (ipsim_study_measure){0, IPSIM_MEASURE_DIFFERENCE, 3}, 50, 1);
    check(difference.evsi, difference.se, closed_form(1, sqrt(1 / (1 + 2 * 9 / 50.0))), .0833);
    for (size_t i = 0; i < N; i++) {
        double log_ratio = m->effect[N + i] = 0.1 + 0.2 * normal(i, 0);
        m->values[i] = exp(log_ratio);
        m->cost[N + i] = 0;
    }
    ipsim_evsi ratio = evsi(m, (ipsim_study_measure){0, IPSIM_MEASURE_RATIO, 1.5}, 100, 1);
    check(ratio.evsi, ratio.se, closed_form(0.1, 0.2 * sqrt(0.04 / (0.04 + 2 * 2.25 / 100))), 0.05);
}

/* A proportion p ~ Beta(2, 3) with INB = p - 0.5 and x of n: the posterior mean is (2 + x) / (5 + n), and x is beta-binomial. */
static void study_of_a_proportion(void **state)
{
    (void)state;
    model *m = begin(1);
    for (size_t i = 0; i < N; i++) {
        m->effect[N + i] = m->values[i] = ipsim_beta_quantile(2, 3, uniform(i, 0));
        m->cost[N + i] = 0.5;
    }
    const double sizes[] = {1, 5, 40};
    for (size_t z = 0; z < 3; z++) {
        double n = sizes[z], exact = 0;
        for (double x = 0; x <= n; x++) {
            double log_p = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1) + lgamma(2 + x) + lgamma(3 + n - x) - lgamma(5 + n) +
                           lgamma(5) - lgamma(2) - lgamma(3);
            exact += exp(log_p) * fmax(0, (2 + x) / (5 + n) - 0.5);
        }
        ipsim_evsi e = evsi(m, (ipsim_study_measure){0, IPSIM_MEASURE_PROPORTION, 0}, n, 1);
        check(e.evsi, e.se, exact, 0.05);
    }
}

/* A rate ~ Gamma(4, rate 2) with INB = 3 - 1.2 rate; x events in n person-years: the posterior mean is (4 + x) / (2 + n), and x is
 * negative binomial. */
static void study_of_a_rate(void **state)
{
    (void)state;
    model *m = begin(1);
    for (size_t i = 0; i < N; i++) {
        m->values[i] = ipsim_gamma_quantile(4, uniform(i, 0)) / 2;
        m->effect[N + i] = 3 - 1.2 * m->values[i];
    }
    double n = 3, exact = 0;
    for (double x = 0; x < 400; x++) {
        double log_p = lgamma(4 + x) - lgamma(4) - lgamma(x + 1) + 4 * log(2 / (2 + n)) + x * log(n / (2 + n));
        exact += exp(log_p) * fmax(0, 3 - 1.2 * (4 + x) / (2 + n));
    }
    exact -= fmax(0, 3 - 1.2 * 2);
    ipsim_evsi e = evsi(m, (ipsim_study_measure){0, IPSIM_MEASURE_RATE, 0}, n, 1);
    check(e.evsi, e.se, exact, 0.2);
}

/* Two parameters measured at once, each with its own error: explained variance adds. */
static void study_of_two_parameters(void **state)
{
    (void)state;
    model *m = begin(2);
    for (size_t i = 0; i < N; i++) {
        m->values[i] = normal(i, 0);
        m->values[N + i] = normal(i, 1);
        m->effect[N + i] = 0.2 + m->values[i] + m->values[N + i];
    }
    const ipsim_study_measure both[] = {{0, IPSIM_MEASURE_MEAN, 2}, {1, IPSIM_MEASURE_MEAN, 4}};
    double size = 16, threshold = 1, sd = sqrt(1 / (1 + 4 / 16.0) + 1 / (1 + 16 / 16.0));
    ipsim_evsi result;
    ipsim_error err;
    assert_ok(ipsim_evsi_estimate(&m->draws, &m->panel, both, 2, &size, 1, &threshold, 1, &result, &err), &err);
    check(result.evsi, result.se, closed_form(0.2, sd), 0.5);
}

static void impossible_studies_are_refused(void **state)
{
    (void)state;
    model *m = linear_model(1, 1, 0, 2, 0);
    ipsim_study_measure measure = {0, IPSIM_MEASURE_PROPORTION, 0};
    ipsim_evsi result;
    ipsim_error err;
    double one = 1;
    assert_int_equal(ipsim_evsi_estimate(&m->draws, &m->panel, &measure, 1, &one, 1, &one, 1, &result, &err), IPSIM_ERR_RANGE);
    measure.kind = IPSIM_MEASURE_RATIO;
    assert_int_equal(ipsim_evsi_estimate(&m->draws, &m->panel, &measure, 1, &one, 1, &one, 1, &result, &err), IPSIM_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_normal_parameters),
        cmocka_unit_test(probability_cost_effective),
        cmocka_unit_test(another_pair),
        cmocka_unit_test(correlated_parameters),
        cmocka_unit_test(pure_interaction),
        cmocka_unit_test(interaction_of_three),
        cmocka_unit_test(curves_and_groups),
        cmocka_unit_test(more_strategies),
        cmocka_unit_test(identities),
        cmocka_unit_test(study_of_a_mean),
        cmocka_unit_test(studies_of_differences_and_ratios),
        cmocka_unit_test(study_of_a_proportion),
        cmocka_unit_test(study_of_a_rate),
        cmocka_unit_test(study_of_two_parameters),
        cmocka_unit_test(impossible_studies_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
