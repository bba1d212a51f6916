/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions: quantiles and moments from R, round trips, truncation, bad parameters. Samples are tested in
 * tests/analytic/test_samplers.c. */
#include <math.h>
#include <string.h>

#include "ipsim/distribution.h"
#include "maths/elementary.h"
#include "testlib.h"

static ipsim_distribution make(ipsim_distribution_family family, double p0, double p1, double p2, double lower, double upper)
{
    ipsim_distribution distribution = {.family = family, .p = {p0, p1, p2}, .lower = lower, .upper = upper};
    ipsim_error err = {0};
    assert_ok(ipsim_distribution_init(&distribution, &err), &err);
    return distribution;
}

static ipsim_distribution plain(ipsim_distribution_family family, double p0, double p1, double p2)
{
    return make(family, p0, p1, p2, -INFINITY, INFINITY);
}

/* R 4.2.2, u <- c(1e-6, 0.02, 0.3, 0.5, 0.9, 0.9999), the call in front of each row. */
static const double r_u[6] = {1e-6, 0.02, 0.3, 0.5, 0.9, 0.9999};
static const struct {
    ipsim_distribution_family family;
    double p[3];
    double quantile[6];
    double tolerance;
} r_cases[] = {
    /* qnorm(u, 3, 2) */
    {IPSIM_DIST_NORMAL,
     {3, 2},
     {-6.5068486176457974, -1.107497821263645, 1.9511989745839187, 3, 5.5631031310892016, 10.438032970911417},
     1e-14},
    /* qlnorm(u, -1, 0.5) */
    {IPSIM_DIST_LOGNORMAL,
     {-1, 0.5},
     {0.034159581735575574, 0.13174665836762467, 0.28303060102505867, 0.36787944117144233, 0.69821778134411949, 2.3619988779385053},
     1e-14},
    /* qexp(u, 2.5) */
    {IPSIM_DIST_EXPONENTIAL,
     {2.5},
     {4.0000020000013337e-07, 0.0080810829270077794, 0.14266997757549293, 0.2772588722239781, 0.92103403719761845, 3.6841361487905178},
     1e-14},
    /* qweibull(u, 1.7, 4) */
    {IPSIM_DIST_WEIBULL,
     {1.7, 4},
     {0.0011820840417530252, 0.40294158699616095, 2.181177120392424, 3.2242440687436833, 6.5332314421272555, 14.766615939089652},
     1e-14},
    /* qgamma(u, 0.6, scale = 3) */
    {IPSIM_DIST_GAMMA,
     {0.6, 3},
     {2.4867070015836067e-10, 0.0036672430937998686, 0.3599664739867019, 0.94710605104832357, 4.6815102472869228, 23.816986582732831},
     1e-12},
    /* qbeta(u, 2.5, 7); qbeta(u, 0.4, 0.3) */
    {IPSIM_DIST_BETA,
     {2.5, 7},
     {0.00083471810949549083, 0.0475389012340037, 0.17680146270511068, 0.24603732885541793, 0.45172680176411584, 0.81536825081143549},
     1e-13},
    {IPSIM_DIST_BETA,
     {0.4, 0.3},
     {5.9792466710430596e-15, 0.00033818007402503457, 0.25547903519089632, 0.6568296015784626, 0.99807093933874658, 0.99999999999980693},
     1e-12},
    /* 1 + 5 * qbeta(u, 1 + 4 * (2 - 1) / 5, 1 + 4 * (6 - 2) / 5) */
    {IPSIM_DIST_PERT,
     {1, 2, 6},
     {1.0006753594963445, 1.1722487749756501, 1.9295812448711636, 2.3833612969625948, 3.7266702521679087, 5.592573390980065},
     1e-14},
    /* closed forms: 1 + sqrt(5 u) while u < 0.2, then 6 - sqrt(20 (1 - u)) */
    {IPSIM_DIST_TRIANGULAR,
     {1, 2, 6},
     {1.0022360679774998, 1.3162277660168380, 2.2583426132260588, 2.8377223398316205, 4.5857864376269049, 5.9552786404500042},
     1e-14},
    {IPSIM_DIST_UNIFORM, {-2, 6}, {-1.999992, -1.84, 0.4, 2, 5.2, 5.9992}, 1e-14},
    {IPSIM_DIST_FIXED, {2.385}, {2.385, 2.385, 2.385, 2.385, 2.385, 2.385}, 0},
};

static void test_quantiles_from_r(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof r_cases / sizeof r_cases[0]; i++) {
        ipsim_distribution distribution = plain(r_cases[i].family, r_cases[i].p[0], r_cases[i].p[1], r_cases[i].p[2]);
        for (int j = 0; j < 6; j++) {
            assert_relative(ipsim_distribution_quantile(&distribution, r_u[j]), r_cases[i].quantile[j], r_cases[i].tolerance);
        }
    }
}

static void test_cdf_of_quantile(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof r_cases / sizeof r_cases[0]; i++) {
        ipsim_distribution distribution = plain(r_cases[i].family, r_cases[i].p[0], r_cases[i].p[1], r_cases[i].p[2]);
        double last = -INFINITY;
        if (r_cases[i].family == IPSIM_DIST_FIXED) {
            continue;
        }
        for (double u = 0.00049; u < 1.0; u += 0.00097) {
            double x = ipsim_distribution_quantile(&distribution, u);
            /* u lies between the probabilities of the two neighbours of x, which may be far apart where the density is high */
            assert_true(ipsim_distribution_cdf(&distribution, nextafter(x, -INFINITY)) <= u * (1.0 + 1e-13));
            assert_true(ipsim_distribution_cdf(&distribution, nextafter(x, INFINITY)) >= u * (1.0 - 1e-13));
            assert_true(x >= last);
            last = x;
        }
    }
}

static void test_symmetric_tails(void **state)
{
    ipsim_distribution normal = plain(IPSIM_DIST_NORMAL, 0, 1, 0);
    (void)state;
    for (int e = 1; e <= 52; e++) {
        double u = ldexp(1.0, -e);
        assert_same_bits(ipsim_distribution_quantile(&normal, 1.0 - u), 0.0 - ipsim_distribution_quantile(&normal, u));
    }
}

/* ---- truncation ---- */

static void test_truncation_maps_the_uniform(void **state)
{
    ipsim_distribution whole = plain(IPSIM_DIST_NORMAL, 40, 12, 0);
    ipsim_distribution cut = make(IPSIM_DIST_NORMAL, 40, 12, 0, 18, 67);
    const double from = ipsim_distribution_cdf(&whole, 18);
    const double to = ipsim_distribution_cdf(&whole, 67);
    (void)state;
    for (double u = 0.01; u < 1.0; u += 0.01) {
        assert_relative(ipsim_distribution_quantile(&cut, u), ipsim_distribution_quantile(&whole, from + u * (to - from)), 1e-15);
        assert_close(ipsim_distribution_cdf(&cut, ipsim_distribution_quantile(&cut, u)), u, 1e-14);
    }
    assert_true(ipsim_distribution_quantile(&cut, 0x1p-53) >= 18.0);
    assert_true(ipsim_distribution_quantile(&cut, 1.0 - 0x1p-53) <= 67.0);
    assert_same_bits(ipsim_distribution_cdf(&cut, 17.9), 0.0);
    assert_same_bits(ipsim_distribution_cdf(&cut, 67.0), 1.0);
}

/* Mean and sd by R's integrate(), rel.tol = 1e-13: m <- integrate(d, a, b); e <- integrate(x d) / m; v <- integrate((x - e)^2 d) / m. */
static void test_truncated_moments_from_r(void **state)
{
    static const struct {
        ipsim_distribution_family family;
        double p[3];
        double lower, upper, mean, sd;
    } cases[] = {
        {IPSIM_DIST_NORMAL, {3, 2}, 2, 4.5, 3.219122409795272, 0.70262182217803848},
        {IPSIM_DIST_LOGNORMAL, {-1, 0.5}, 0.2, 0.9, 0.42017117569326279, 0.1600990903773945},
        {IPSIM_DIST_EXPONENTIAL, {2.5}, 0.1, 1, 0.39396465472632736, 0.23092140395898292},
        {IPSIM_DIST_WEIBULL, {1.7, 4}, 1, 6, 3.2136575020118965, 1.3342102830083025},
        {IPSIM_DIST_GAMMA, {2.6, 3}, 2, 9, 5.444575493474118, 1.9150354374557597},
        {IPSIM_DIST_BETA, {2.5, 7}, 0.1, 0.5, 0.26521268237754719, 0.10217041754365364},
        {IPSIM_DIST_PERT, {1, 2, 6}, 1.5, 4, 2.5284243428438056, 0.652294018570169},
        {IPSIM_DIST_TRIANGULAR, {1, 2, 6}, 1.5, 4, 2.6666666666666661, 0.67700320038633},
        {IPSIM_DIST_UNIFORM, {-2, 6}, 1, 4, 2.5, 0.86602540378443865},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_distribution distribution = make(cases[i].family, cases[i].p[0], cases[i].p[1], cases[i].p[2], cases[i].lower,
                                               cases[i].upper);
        assert_relative(ipsim_distribution_mean(&distribution), cases[i].mean, 1e-12);
        assert_relative(ipsim_distribution_sd(&distribution), cases[i].sd, 1e-11);
    }
}

/* Bounds that cut off nothing to speak of leave the closed-form moments, which are computed in another way. */
static void test_wide_bounds_leave_the_moments(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof r_cases / sizeof r_cases[0]; i++) {
        ipsim_distribution whole = plain(r_cases[i].family, r_cases[i].p[0], r_cases[i].p[1], r_cases[i].p[2]);
        ipsim_distribution cut;
        if (r_cases[i].family == IPSIM_DIST_FIXED) {
            continue;
        }
        cut = make(r_cases[i].family, r_cases[i].p[0], r_cases[i].p[1], r_cases[i].p[2], ipsim_distribution_quantile(&whole, 1e-13),
                   INFINITY);
        assert_true(cut.u_lower > 0.0);
        assert_relative(ipsim_distribution_mean(&cut), ipsim_distribution_mean(&whole), 1e-11);
        assert_relative(ipsim_distribution_sd(&cut), ipsim_distribution_sd(&whole), 1e-11);
    }
}

/* Textbook means and variances. */
static void test_moments(void **state)
{
    ipsim_distribution d;
    (void)state;
    d = plain(IPSIM_DIST_PERT, 1, 2, 6); /* (min + 4 mode + max) / 6; sd^2 = (mean - min)(max - mean) / 7 */
    assert_relative(ipsim_distribution_mean(&d), 2.5, 1e-15);
    assert_relative(ipsim_distribution_sd(&d), sqrt(1.5 * 3.5 / 7), 1e-15);
    d = plain(IPSIM_DIST_TRIANGULAR, 1, 2, 6); /* sum / 3; sd^2 = (1 + 4 + 36 - 2 - 6 - 12) / 18 */
    assert_relative(ipsim_distribution_mean(&d), 3.0, 1e-15);
    assert_relative(ipsim_distribution_sd(&d), sqrt(21.0 / 18), 1e-15);
    d = plain(IPSIM_DIST_LOGNORMAL, -1, 0.5, 0);
    assert_relative(ipsim_distribution_mean(&d), exp(-0.875), 1e-15);
    assert_relative(ipsim_distribution_sd(&d), exp(-0.875) * sqrt(expm1(0.25)), 1e-15);
    d = plain(IPSIM_DIST_WEIBULL, 2, 4, 0); /* Rayleigh: scale sqrt(pi) / 2, scale sqrt(1 - pi / 4) */
    assert_relative(ipsim_distribution_mean(&d), 2 * sqrt(M_PI), 1e-15);
    assert_relative(ipsim_distribution_sd(&d), 4 * sqrt(1 - M_PI / 4), 1e-14);
    d = plain(IPSIM_DIST_GAMMA, 2.25, 4, 0);
    assert_relative(ipsim_distribution_mean(&d), 9, 1e-15);
    assert_relative(ipsim_distribution_sd(&d), 6, 1e-15);
    d = plain(IPSIM_DIST_BETA, 2, 6, 0);
    assert_relative(ipsim_distribution_mean(&d), 0.25, 1e-15);
    assert_relative(ipsim_distribution_sd(&d), sqrt(12.0 / 64 / 9), 1e-15);
    d = plain(IPSIM_DIST_EXPONENTIAL, 2.5, 0, 0);
    assert_relative(ipsim_distribution_sd(&d), 0.4, 1e-15);
    d = plain(IPSIM_DIST_FIXED, 2.385, 0, 0);
    assert_same_bits(ipsim_distribution_mean(&d), 2.385);
    assert_same_bits(ipsim_distribution_sd(&d), 0.0);
}

static void test_mode_at_an_end(void **state)
{
    ipsim_distribution left = plain(IPSIM_DIST_TRIANGULAR, 0, 0, 1);
    ipsim_distribution right = plain(IPSIM_DIST_TRIANGULAR, 0, 1, 1);
    (void)state;
    assert_relative(ipsim_distribution_quantile(&left, 0.19), 0.1, 1e-14); /* 1 - sqrt(0.81) */
    assert_relative(ipsim_distribution_quantile(&right, 0.25), 0.5, 1e-15);
    assert_relative(ipsim_distribution_cdf(&left, 0.1), 0.19, 1e-14);
    assert_relative(ipsim_distribution_cdf(&right, 0.5), 0.25, 1e-15);
}

/* ---- bad parameters ---- */

static void test_bad_parameters_are_named(void **state)
{
    static const struct {
        ipsim_distribution_family family;
        double p[3];
        double lower, upper;
        const char *message;
    } cases[] = {
        {IPSIM_DIST_FIXED, {NAN}, -INFINITY, INFINITY, "value nan is not a finite number"},
        {IPSIM_DIST_FIXED, {3}, 4, INFINITY, "value 3 is not between lower 4 and upper inf"},
        {IPSIM_DIST_UNIFORM, {2, 2}, -INFINITY, INFINITY, "min 2 is not below max 2"},
        {IPSIM_DIST_UNIFORM, {2, INFINITY}, -INFINITY, INFINITY, "max inf is not a finite number"},
        {IPSIM_DIST_TRIANGULAR, {1, 7, 6}, -INFINITY, INFINITY, "mode 7 is not between min 1 and max 6"},
        {IPSIM_DIST_PERT, {1, 0.5, 6}, -INFINITY, INFINITY, "mode 0.5 is not between min 1 and max 6"},
        {IPSIM_DIST_PERT, {6, 6, 6}, -INFINITY, INFINITY, "min 6 is not below max 6"},
        {IPSIM_DIST_NORMAL, {0, 0}, -INFINITY, INFINITY, "sd 0 is not above 0"},
        {IPSIM_DIST_NORMAL, {0, -1}, -INFINITY, INFINITY, "sd -1 is not above 0"},
        {IPSIM_DIST_LOGNORMAL, {0, 0}, -INFINITY, INFINITY, "sdlog 0 is not above 0"},
        {IPSIM_DIST_EXPONENTIAL, {0}, -INFINITY, INFINITY, "rate 0 is not above 0"},
        {IPSIM_DIST_WEIBULL, {0, 1}, -INFINITY, INFINITY, "shape 0 is not above 0"},
        {IPSIM_DIST_GAMMA, {1, 0}, -INFINITY, INFINITY, "scale 0 is not above 0"},
        {IPSIM_DIST_BETA, {1, -1}, -INFINITY, INFINITY, "beta -1 is not above 0"},
        {IPSIM_DIST_NORMAL, {0, 1}, 3, 2, "lower 3 is not below upper 2"},
        {IPSIM_DIST_NORMAL, {0, 1}, NAN, 2, "lower nan is not below upper 2"},
        {IPSIM_DIST_BETA, {2, 2}, 1, 2, "lower 1 and upper 2 leave no probability of the beta distribution between them"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_distribution distribution = {.family = cases[i].family,
                                           .p = {cases[i].p[0], cases[i].p[1], cases[i].p[2]},
                                           .lower = cases[i].lower,
                                           .upper = cases[i].upper};
        ipsim_error err = {0};
        assert_int_equal(ipsim_distribution_init(&distribution, &err), IPSIM_ERR_RANGE);
        assert_string_equal(err.message, cases[i].message);
    }
}

/* ---- the same bits everywhere ---- */

/* Quantiles, probabilities and truncated moments at fixed arguments, hashed: a build that differs in any last bit fails here. */
static void test_same_bits_in_every_build(void **state)
{
    const uint64_t expected = UINT64_C(0x42a50e2c3afc098a);
    uint64_t h = UINT64_C(14695981039346656037);
    (void)state;
    for (size_t i = 0; i < sizeof r_cases / sizeof r_cases[0]; i++) {
        ipsim_distribution distribution = plain(r_cases[i].family, r_cases[i].p[0], r_cases[i].p[1], r_cases[i].p[2]);
        for (int j = 0; j < 512; j++) {
            double x = ipsim_distribution_quantile(&distribution, (j + 0.5) / 512.0);
            h = (h ^ ipsim_double_to_bits(x)) * UINT64_C(1099511628211);
            h = (h ^ ipsim_double_to_bits(ipsim_distribution_cdf(&distribution, x * 1.0625))) * UINT64_C(1099511628211);
        }
        distribution.lower = ipsim_distribution_quantile(&distribution, 0.25);
        if (r_cases[i].family != IPSIM_DIST_FIXED) {
            ipsim_error err = {0};
            assert_ok(ipsim_distribution_init(&distribution, &err), &err);
        }
        h = (h ^ ipsim_double_to_bits(ipsim_distribution_mean(&distribution))) * UINT64_C(1099511628211);
        h = (h ^ ipsim_double_to_bits(ipsim_distribution_sd(&distribution))) * UINT64_C(1099511628211);
    }
    if (h != expected) {
        fail_msg("hash 0x%016llx, expected 0x%016llx", (unsigned long long)h, (unsigned long long)expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles_from_r),
        cmocka_unit_test(test_cdf_of_quantile),
        cmocka_unit_test(test_symmetric_tails),
        cmocka_unit_test(test_truncation_maps_the_uniform),
        cmocka_unit_test(test_truncated_moments_from_r),
        cmocka_unit_test(test_wide_bounds_leave_the_moments),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_mode_at_an_end),
        cmocka_unit_test(test_bad_parameters_are_named),
        cmocka_unit_test(test_same_bits_in_every_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
