/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples from streams against their own laws: every hazard family by inversion of a budget, every distribution by inversion of a
 * uniform. The laws are computed here with GSL and the C library, not with the functions under test. Seeds are fixed; in each case the
 * probability that a correct sampler fails, were the seed random, is stated. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_gamma.h>

#include "ipsim/distribution.h"
#include "ipsim/hazard.h"
#include "ipsim/stream.h"
#include "testlib.h"

enum { N = 40000 };

static const uint64_t seed = UINT64_C(4711);
static double sample[N];

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Anderson and Darling's A^2 of a sample that should be uniform: it weighs the tails. P(A^2 > 8) is about 1e-4 (Marsaglia and Marsaglia
 * 2004). With 31 laws below, a correct program fails with probability 0.003 for a random seed, and never for this one. */
static void assert_uniform(double *u, const char *what)
{
    double sum = 0.0;
    qsort(u, N, sizeof u[0], compare);
    for (int i = 0; i < N; i++) {
        /* 1 - u is limited from below: GSL may round a probability to 1 */
        sum += (2.0 * i + 1.0) * (log(fmax(u[i], 1e-300)) + log(fmax(1.0 - u[N - 1 - i], 1e-17)));
    }
    sum = -N - sum / N;
    if (!(sum < 8.0)) {
        fail_msg("%s: Anderson-Darling statistic %.2f, allowed is 8", what, sum);
    }
}

/* ---- hazards ---- */

/* The probability of having fired by x. */
static double fired(const ipsim_hazard *hazard, double x)
{
    const double *p = hazard->p;
    double a, z;
    switch (hazard->family) {
    case IPSIM_EXPONENTIAL:
        return gsl_cdf_exponential_P(x, 1.0 / p[0]);
    case IPSIM_WEIBULL:
        return gsl_cdf_weibull_P(x, p[1], p[0]);
    case IPSIM_WEIBULL_PH:
        return -expm1(-p[1] * pow(x, p[0]));
    case IPSIM_GOMPERTZ:
        return -expm1(-p[1] * expm1(p[0] * x) / p[0]);
    case IPSIM_LOG_LOGISTIC:
        return 1.0 / (1.0 + pow(x / p[1], -p[0]));
    case IPSIM_LOG_NORMAL:
        return gsl_cdf_lognormal_P(x, p[0], p[1]);
    case IPSIM_GAMMA:
        return gsl_cdf_gamma_P(x, p[0], 1.0 / p[1]);
    case IPSIM_GENERALISED_GAMMA:
        a = 1.0 / (p[2] * p[2]);
        z = a * exp(p[2] * (log(x) - p[0]) / p[1]);
        return p[2] > 0.0 ? gsl_sf_gamma_inc_P(a, z) : gsl_sf_gamma_inc_Q(a, z);
    case IPSIM_PIECEWISE: /* rates 0.5, 0, 0.2 with breaks at 1 and 2 */
        return -expm1(-(0.5 * fmin(x, 1.0) + 0.2 * fmax(x - 2.0, 0.0)));
    default:
        return NAN;
    }
}

static void test_hazards(void **state)
{
    static double sums[3];
    static const double breaks[2] = {1.0, 2.0};
    static const double rates[3] = {0.5, 0.0, 0.2};
    ipsim_hazard laws[] = {
        {.family = IPSIM_EXPONENTIAL, .p = {2.385}},
        {.family = IPSIM_WEIBULL, .p = {1.5, 12}},
        {.family = IPSIM_WEIBULL, .p = {0.4, 0.3}},
        {.family = IPSIM_WEIBULL_PH, .p = {1.1, 0.088}},
        {.family = IPSIM_GOMPERTZ, .p = {0.08, 0.004}},
        {.family = IPSIM_LOG_LOGISTIC, .p = {1.7, 5}},
        {.family = IPSIM_LOG_NORMAL, .p = {1.1, 0.8}},
        {.family = IPSIM_GAMMA, .p = {2.3, 0.4}},
        {.family = IPSIM_GAMMA, .p = {0.3, 0.4}},
        {.family = IPSIM_GAMMA, .p = {450, 7}},
        {.family = IPSIM_GENERALISED_GAMMA, .p = {1.2, 0.9, 0.7}},
        {.family = IPSIM_GENERALISED_GAMMA, .p = {1.2, 0.9, -0.7}},
        {.family = IPSIM_GENERALISED_GAMMA, .p = {1.2, 0.9, 1.8}},
        {.family = IPSIM_PIECEWISE, .n_bands = 3, .breaks = breaks, .rates = rates, .cumulative = sums},
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        ipsim_error err = {0};
        assert_ok(ipsim_hazard_init(&laws[i], &err), &err);
        for (uint32_t j = 0; j < N; j++) {
            double x = ipsim_hazard_inverse(&laws[i], ipsim_stream_exponential(seed, 0, j, i, 0));
            sample[j] = fired(&laws[i], x);
        }
        assert_uniform(sample, ipsim_family_name(laws[i].family));
    }
}

/* Conditional inversion from a clock that has run: given survival to x0, the chance to fire by x is 1 - S(x) / S(x0). */
static void test_hazards_from_a_clock_that_has_run(void **state)
{
    ipsim_hazard laws[] = {
        {.family = IPSIM_WEIBULL, .p = {1.5, 12}},     {.family = IPSIM_GOMPERTZ, .p = {0.08, 0.004}},
        {.family = IPSIM_LOG_LOGISTIC, .p = {1.7, 5}}, {.family = IPSIM_LOG_NORMAL, .p = {1.1, 0.8}},
        {.family = IPSIM_GAMMA, .p = {2.3, 0.4}},      {.family = IPSIM_GENERALISED_GAMMA, .p = {1.2, 0.9, -0.7}},
    };
    const double x0 = 7.25;
    (void)state;
    for (uint32_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        ipsim_error err = {0};
        assert_ok(ipsim_hazard_init(&laws[i], &err), &err);
        for (uint32_t j = 0; j < N; j++) {
            double used = ipsim_hazard_cumulative(&laws[i], x0);
            double x = ipsim_hazard_inverse(&laws[i], used + ipsim_stream_exponential(seed, 0, j, 100 + i, 0));
            assert_true(x >= x0 * (1.0 - 1e-14));
            sample[j] = (fired(&laws[i], x) - fired(&laws[i], x0)) / (1.0 - fired(&laws[i], x0));
        }
        assert_uniform(sample, ipsim_family_name(laws[i].family));
    }
}

/* A Gompertz hazard with negative shape never fires for a share exp(-rate / -shape) of people: exp(-0.8) = 0.449. |z| < 4.5 fails with
 * probability 7e-6. */
static void test_some_never_fire(void **state)
{
    ipsim_hazard hazard = {.family = IPSIM_GOMPERTZ, .p = {-0.25, 0.2}};
    ipsim_error err = {0};
    const double share = exp(-0.8);
    int never = 0;
    (void)state;
    assert_ok(ipsim_hazard_init(&hazard, &err), &err);
    for (uint32_t j = 0; j < N; j++) {
        never += isinf(ipsim_hazard_inverse(&hazard, ipsim_stream_exponential(seed, 0, j, 77, 0)));
    }
    assert_z((double)never / N, share, sqrt(share * (1.0 - share) / N), 4.5);
}

/* ---- distributions ---- */

static double below(const ipsim_distribution *distribution, double x)
{
    const double *p = distribution->p;
    switch (distribution->family) {
    case IPSIM_DIST_UNIFORM:
        return gsl_cdf_flat_P(x, p[0], p[1]);
    case IPSIM_DIST_TRIANGULAR: /* min 1, mode 2, max 6 */
        return x < 2.0 ? (x - 1.0) * (x - 1.0) / 5.0 : 1.0 - (6.0 - x) * (6.0 - x) / 20.0;
    case IPSIM_DIST_PERT: /* the same three, so shapes 1.8 and 4.2 */
        return gsl_cdf_beta_P((x - 1.0) / 5.0, 1.8, 4.2);
    case IPSIM_DIST_NORMAL:
        return gsl_cdf_gaussian_P(x - p[0], p[1]);
    case IPSIM_DIST_LOGNORMAL:
        return gsl_cdf_lognormal_P(x, p[0], p[1]);
    case IPSIM_DIST_EXPONENTIAL:
        return gsl_cdf_exponential_P(x, 1.0 / p[0]);
    case IPSIM_DIST_WEIBULL:
        return gsl_cdf_weibull_P(x, p[1], p[0]);
    case IPSIM_DIST_GAMMA:
        return gsl_cdf_gamma_P(x, p[0], p[1]);
    case IPSIM_DIST_BETA:
        return gsl_cdf_beta_P(x, p[0], p[1]);
    default:
        return NAN;
    }
}

static const ipsim_distribution distributions[] = {
    {.family = IPSIM_DIST_UNIFORM, .p = {-2.385, 6}, .lower = -INFINITY, .upper = INFINITY},
    {.family = IPSIM_DIST_TRIANGULAR, .p = {1, 2, 6}, .lower = -INFINITY, .upper = INFINITY},
    {.family = IPSIM_DIST_PERT, .p = {1, 2, 6}, .lower = -INFINITY, .upper = INFINITY},
    {.family = IPSIM_DIST_NORMAL, .p = {2.385, 0.7}, .lower = -INFINITY, .upper = INFINITY},
    {.family = IPSIM_DIST_NORMAL, .p = {40, 12}, .lower = 18, .upper = 67},
    {.family = IPSIM_DIST_LOGNORMAL, .p = {-1, 0.5}, .lower = -INFINITY, .upper = INFINITY},
    {.family = IPSIM_DIST_LOGNORMAL, .p = {-1, 0.5}, .lower = 0.3, .upper = INFINITY},
    {.family = IPSIM_DIST_EXPONENTIAL, .p = {2.385}, .lower = -INFINITY, .upper = INFINITY},
    {.family = IPSIM_DIST_WEIBULL, .p = {1.7, 4}, .lower = -INFINITY, .upper = 9},
    {.family = IPSIM_DIST_GAMMA, .p = {0.6, 3}, .lower = -INFINITY, .upper = INFINITY},
    {.family = IPSIM_DIST_BETA, .p = {2.5, 7}, .lower = 0.05, .upper = 0.6},
};

static void test_distributions(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof distributions / sizeof distributions[0]; i++) {
        ipsim_distribution d = distributions[i];
        ipsim_error err = {0};
        double from, to;
        assert_ok(ipsim_distribution_init(&d, &err), &err);
        from = isfinite(d.lower) ? below(&d, d.lower) : 0.0;
        to = isfinite(d.upper) ? below(&d, d.upper) : 1.0;
        for (uint32_t j = 0; j < N; j++) {
            double x = ipsim_distribution_quantile(&d, ipsim_stream_uniform(seed, 0, j, 200 + i, 0));
            assert_true(x >= d.lower && x <= d.upper);
            sample[j] = (below(&d, x) - from) / (to - from);
        }
        assert_uniform(sample, "distribution");
    }
}

/* Sample mean and variance against the stated mean and sd. The standard error of a variance is sqrt((m4 - s^4) / N), m4 the fourth
 * central moment of the sample. Two |z| < 4.5 for each of eleven: a correct program fails with probability 1.5e-4. */
static void test_moments(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof distributions / sizeof distributions[0]; i++) {
        ipsim_distribution d = distributions[i];
        ipsim_error err = {0};
        double sum = 0.0, square = 0.0, fourth = 0.0, mean, sd;
        assert_ok(ipsim_distribution_init(&d, &err), &err);
        mean = ipsim_distribution_mean(&d);
        sd = ipsim_distribution_sd(&d);
        for (uint32_t j = 0; j < N; j++) {
            double x = ipsim_distribution_quantile(&d, ipsim_stream_uniform(seed, 1, j, 200 + i, 0)) - mean;
            sum += x;
            square += x * x;
            fourth += x * x * x * x;
        }
        assert_z(sum / N, 0.0, sd / sqrt(N), 4.5);
        assert_z(square / N, sd * sd, sqrt((fourth / N - sd * sd * sd * sd) / N), 4.5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hazards),         cmocka_unit_test(test_hazards_from_a_clock_that_has_run),
        cmocka_unit_test(test_some_never_fire), cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_moments),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
