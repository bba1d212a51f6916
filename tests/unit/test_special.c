/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Special functions: against GSL where GSL is accurate, against 60-digit values in the tails, and their inverses by round trip. */
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>

#include "ipsim/special.h"
#include "maths/elementary.h"
#include "testlib.h"

/* ---- gamma function ---- */

static void test_log_gamma(void **state)
{
    (void)state;
    for (double a = 1e-8; a < 1e8; a *= 1.0173) {
        assert_close(ipsim_log_gamma(a), gsl_sf_lngamma(a), 1e-14 * fabs(gsl_sf_lngamma(a)) + 2e-15);
    }
    assert_same_bits(ipsim_log_gamma(1.0), 0.0);
    assert_same_bits(ipsim_log_gamma(2.0), 0.0);
    assert_relative(ipsim_log_gamma(0.5), 0.5 * log(M_PI), 1e-15);
    assert_relative(ipsim_log_gamma(5.0), log(24.0), 1e-15);
    assert_relative(ipsim_log_gamma(1.0 + 1e-10), -5.7721566481928624e-11, 1e-7); /* -Euler's constant a + pi^2 a^2 / 12 */
    assert_relative(ipsim_log_gamma_1p(1e-10), -5.7721566481928624e-11, 1e-15);
    assert_relative(ipsim_log_gamma_1p(-0.5), 0.5 * log(M_PI), 1e-15);
    assert_same_bits(ipsim_log_gamma(INFINITY), INFINITY);
    assert_true(isnan(ipsim_log_gamma(0.0)) && isnan(ipsim_log_gamma(-1.5)) && isnan(ipsim_log_gamma(NAN)));
}

static void test_stirling_remainder(void **state)
{
    (void)state;
    for (double a = 0.01; a < 1e6; a *= 1.031) {
        double expected = a < 10 ? log(gsl_sf_gammastar(a)) : log1p(gsl_sf_gammastar(a) - 1.0);
        assert_close(ipsim_stirling_remainder(a), expected, 2e-14);
    }
    assert_relative(ipsim_stirling_remainder(1e8), 1.0 / 12e8, 1e-15);
}

static void test_deviance(void **state)
{
    (void)state;
    for (double mu = -0.99; mu < 50.0; mu += 0.0137) {
        assert_relative(ipsim_deviance(mu), mu - log1p(mu), 4e-16 * (1.0 + fabs(mu)) / (mu - log1p(mu)) + 1e-15);
    }
    assert_relative(ipsim_deviance(1e-9), 0.5e-18 * (1.0 - 2e-9 / 3.0), 1e-15);
    assert_relative(ipsim_deviance(-1e-9), 0.5e-18 * (1.0 + 2e-9 / 3.0), 1e-15);
    assert_same_bits(ipsim_deviance(-1.0), INFINITY);
}

/* ---- normal ---- */

static void test_normal(void **state)
{
    (void)state;
    for (double z = -36.0; z < 36.0; z += 0.0371) {
        assert_relative(ipsim_normal_cdf(z), gsl_cdf_ugaussian_P(z), 2e-13);
        assert_relative(ipsim_normal_upper(z), gsl_cdf_ugaussian_Q(z), 2e-13);
        assert_relative(ipsim_normal_upper(z), 0.5 * erfc(z * M_SQRT1_2), 3e-16 * (z * z + 4.0)); /* rounding z / sqrt 2 */
        if (z > 0.0) {
            assert_relative(ipsim_normal_neg_log_upper(z), M_LN2 - gsl_sf_log_erfc(z * M_SQRT1_2), 1e-13);
        }
        if (z > -30.0) {
            assert_relative(ipsim_normal_mills(z), 1.0 / gsl_sf_hazard(z), 2e-13);
        }
    }
    /* 60-digit values (mpmath): erfc(z / sqrt 2) / 2 and its logarithm */
    assert_relative(ipsim_normal_upper(1), 0.15865525393145705, 1e-15);
    assert_relative(ipsim_normal_upper(6), 9.86587645037698e-10, 1e-15);
    assert_relative(ipsim_normal_upper(37), 5.725571222524577e-300, 1e-15);
    assert_relative(ipsim_normal_neg_log_upper(1), 1.8410216450092636, 1e-15);
    assert_relative(ipsim_normal_neg_log_upper(100), 5005.524208694205, 1e-15);
    assert_relative(ipsim_normal_neg_log_upper(1e8), 5e15, 1e-14);
    assert_relative(ipsim_normal_neg_log_upper(-10), 7.619853024160525e-24, 1e-14);
    assert_same_bits(ipsim_normal_cdf(0.0), 0.5);
    assert_same_bits(ipsim_normal_upper(INFINITY), 0.0);
    assert_same_bits(ipsim_normal_upper(-INFINITY), 1.0);
    assert_same_bits(ipsim_normal_neg_log_upper(INFINITY), INFINITY);
    assert_same_bits(ipsim_normal_neg_log_upper(-INFINITY), 0.0);
    assert_true(isnan(ipsim_normal_upper(NAN)));
}

static void test_normal_quantile(void **state)
{
    (void)state;
    for (double p = 0.00013; p < 1.0; p += 0.000717) {
        assert_close(ipsim_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p), 4e-15 * (1.0 + fabs(gsl_cdf_ugaussian_Pinv(p))));
    }
    for (double log_p = -700.0; log_p < -1.0; log_p += 0.53) {
        double z = ipsim_normal_quantile(exp(log_p));
        assert_relative(-ipsim_normal_neg_log_upper(-z), log_p, 2e-15 * (1.0 + 1.0 / fabs(log_p)) + 1e-15);
    }
    assert_relative(ipsim_normal_quantile(0.975), 1.9599639845400542, 1e-15); /* R: qnorm(0.975) */
    assert_same_bits(ipsim_normal_quantile(0.5), 0.0);
    assert_same_bits(ipsim_normal_quantile(0.0), -INFINITY);
    assert_same_bits(ipsim_normal_quantile(1.0), INFINITY);
    assert_true(isnan(ipsim_normal_quantile(-0.1)) && isnan(ipsim_normal_quantile(1.1)) && isnan(ipsim_normal_quantile(NAN)));
}

static void test_normal_neg_log_upper_inverse(void **state)
{
    (void)state;
    for (double log_target = -690.0; log_target < 40.0; log_target += 0.317) {
        double target = exp(log_target);
        double z = ipsim_normal_neg_log_upper_inverse(target);
        double lost = fabs(z) / ipsim_normal_mills(z) * 4.0 * DBL_EPSILON; /* what an error in the last bits of z costs */
        if (z > -37.0) {
            assert_close(ipsim_normal_neg_log_upper(z), target, 2e-15 * target + lost);
        }
    }
    assert_same_bits(ipsim_normal_neg_log_upper_inverse(0.0), -INFINITY);
    assert_same_bits(ipsim_normal_neg_log_upper_inverse(INFINITY), INFINITY);
    assert_true(isnan(ipsim_normal_neg_log_upper_inverse(-1.0)));
}

/* ---- incomplete gamma ---- */

/* GSL's Q has errors of up to 4e-11 for shapes below 0.2 (checked with 60 digits), and both its tails lose digits for shapes in the
 * hundreds; the many-digit table below covers those. */
static void test_gamma_against_gsl(void **state)
{
    (void)state;
    for (double a = 0.003; a < 150.0; a *= 1.37) {
        for (double p = 1e-12; p < 1.0; p = p < 0.1 ? p * 3.1 : p + 0.0731) {
            double x = gsl_cdf_gamma_Pinv(p, a, 1.0);
            if (x > 1e-290) {
                assert_relative(ipsim_gamma_lower(a, x), gsl_sf_gamma_inc_P(a, x), 1e-13);
                assert_relative(ipsim_gamma_upper(a, x), gsl_sf_gamma_inc_Q(a, x), a < 0.2 ? 1e-10 : 1e-13);
            }
        }
    }
}

/* Values with 60 digits (mpmath gammainc, regularised): shape, log_ratio, -log P, -log Q. They include shapes just below and above 400,
 * where the method changes, and tails far below the smallest double. */
static void test_gamma_against_many_digits(void **state)
{
    static const double values[][4] = {
        {0.01, -3.0, 0.07036632272213082, 2.6890173614305817},       {0.04, -20.0, 0.9069573818970041, 0.5170966063481356},
        {0.3, 0.5, 0.2082215513789019, 1.6714575342911573},          {0.3, 4.0, 3.494269725059991e-09, 19.472141433321237},
        {1.0, -8.0, 8.000167726624985, 0.00033546262790251185},      {2.5, -2.0, 4.149275860615292, 0.015901599189343335},
        {2.5, 0.0, 0.5376491579419246, 0.8773580722343328},          {2.5, 3.0, 4.29449308285544e-20, 44.59436833635653},
        {30.0, -1.0, 13.227422417209683, 1.800544359320613e-06},     {30.0, 0.25, 0.07076842886075416, 2.6835178471470424},
        {399.0, -0.125, 4.883699518169997, 0.00759775060817444},     {399.0, 0.0625, 0.10601993635460671, 2.296669792988407},
        {399.0, 0.25, 8.609009999387566e-08, 16.267871457818316},    {401.0, -0.125, 4.90072004190336, 0.007469047165714178},
        {401.0, 0.0625, 0.10541060555955697, 2.3021343967475865},    {401.0, 0.25, 8.023941617391865e-08, 16.33825100943693},
        {401.0, -0.25, 13.992582225697927, 8.377200957833969e-07},   {401.0, 0.27, 6.8276108093180994e-09, 18.802291036273672},
        {401.0, -0.5, 45.71165478292516, 1.405013732776026e-20},     {401.0, 0.75, 2.1654741561400098e-66, 151.19797679036725},
        {10000.0, 0.005, 0.3670411989486914, 1.1801947646374886},    {10000.0, -0.03, 6.547909136096706, 0.0014341367863238276},
        {10000.0, 0.2, 2.0121011620864312e-95, 218.0464043040938},   {100000.0, 0.003, 0.18753795360376616, 1.7660780040638036},
        {100000.0, -0.01, 7.131084794741865, 0.0008001712939545924},
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ipsim_gamma_tails tails = ipsim_gamma_tails_at(values[i][0], values[i][1]);
        assert_close(tails.neg_log_lower, values[i][2], 3e-13 * values[i][2] + 1e-300);
        assert_close(tails.neg_log_upper, values[i][3], 3e-13 * values[i][3] + 1e-300);
    }
}

/* Closed forms: Q(1, x) = exp(-x); Q(1/2, x) = erfc(sqrt x); Q(a + 1, x) - Q(a, x) = x^a exp(-x) / Gamma(a + 1). */
static void test_gamma_identities(void **state)
{
    (void)state;
    for (double x = 1e-4; x < 600.0; x *= 1.177) {
        assert_relative(ipsim_gamma_tails_at(1.0, log(x)).neg_log_upper, x, 1e-13);
        assert_relative(ipsim_gamma_upper(0.5, x), erfc(sqrt(x)), 1e-12);
        for (double a = 0.1; a < 2000.0; a *= 1.9) {
            double step = exp(a * log(x) - x - lgamma(a + 1.0));
            assert_close(ipsim_gamma_upper(a + 1.0, x) - ipsim_gamma_upper(a, x), step, 1e-11 * step + 1e-14);
        }
    }
}

/* The tails add up to 1, and their logarithms are those of the probabilities. */
static void test_gamma_tails_are_consistent(void **state)
{
    (void)state;
    for (double a = 0.01; a < 1e9; a *= 2.3) {
        for (double z = -6.0; z < 6.0; z += 0.37) {
            ipsim_gamma_tails tails = ipsim_gamma_tails_at(a, a < 1.0 ? z / a : z / sqrt(a));
            assert_close(exp(-tails.neg_log_lower) + exp(-tails.neg_log_upper), 1.0, 2e-15);
            assert_true(tails.neg_log_lower >= 0.0 && tails.neg_log_upper >= 0.0);
        }
    }
}

static void test_gamma_edges(void **state)
{
    (void)state;
    assert_same_bits(ipsim_gamma_lower(2.0, 0.0), 0.0);
    assert_same_bits(ipsim_gamma_upper(2.0, 0.0), 1.0);
    assert_same_bits(ipsim_gamma_lower(2.0, INFINITY), 1.0);
    assert_same_bits(ipsim_gamma_upper(2.0, INFINITY), 0.0);
    assert_true(isnan(ipsim_gamma_upper(0.0, 1.0)) && isnan(ipsim_gamma_upper(-1.0, 1.0)) && isnan(ipsim_gamma_upper(2.0, NAN)));
    assert_same_bits(ipsim_gamma_log_ratio_of_upper(2.0, 0.0), -INFINITY);
    assert_same_bits(ipsim_gamma_log_ratio_of_upper(2.0, INFINITY), INFINITY);
    assert_same_bits(ipsim_gamma_log_ratio_of_lower(2.0, 0.0), INFINITY);
    assert_same_bits(ipsim_gamma_log_ratio_of_lower(2.0, INFINITY), -INFINITY);
    assert_same_bits(ipsim_gamma_quantile(2.0, 0.0), 0.0);
    assert_same_bits(ipsim_gamma_quantile(2.0, 1.0), INFINITY);
}

static void test_gamma_inverses(void **state)
{
    (void)state;
    for (double a = 0.01; a < 1e10; a *= 3.7) {
        for (double log_target = -60.0; log_target < 6.9; log_target += 0.731) {
            double target = exp(log_target);
            double up = ipsim_gamma_log_ratio_of_upper(a, target);
            double down = ipsim_gamma_log_ratio_of_lower(a, target);
            ipsim_gamma_tails at = ipsim_gamma_tails_at(a, up);
            /* an error e in log_ratio changes -log Q by density(log x) / Q times e */
            assert_close(at.neg_log_upper, target,
                         2e-13 * target + 4.0 * DBL_EPSILON * (1.0 + fabs(up)) * exp(at.log_density + at.neg_log_upper));
            at = ipsim_gamma_tails_at(a, down);
            assert_close(at.neg_log_lower, target,
                         2e-13 * target + 4.0 * DBL_EPSILON * (1.0 + fabs(down)) * exp(at.log_density + at.neg_log_lower));
        }
    }
    /* roots of P(a, x) = p with 60 digits (mpmath) */
    assert_relative(ipsim_gamma_quantile(3.0, 1e-10), 0.0008436105624847275, 1e-12);
    assert_relative(ipsim_gamma_quantile(0.2, 0.5), 0.020746339192824845, 1e-12);
    assert_relative(ipsim_gamma_quantile(5000.0, 0.999), 5221.365282705089, 1e-13);
}

/* ---- incomplete beta ---- */

static void test_beta_against_gsl(void **state)
{
    (void)state;
    for (double a = 0.05; a < 300.0; a *= 2.1) {
        for (double b = 0.07; b < 300.0; b *= 2.3) {
            for (double x = 0.003; x < 1.0; x += 0.0471) {
                double expected = gsl_sf_beta_inc(a, b, x);
                assert_close(ipsim_beta_lower(a, b, x), expected, 3e-12 * expected + 1e-300);
                assert_close(ipsim_beta_upper(a, b, x), 1.0 - expected, 3e-12);
            }
        }
    }
}

/* I_x(a, 1) = x^a; I_x(1, b) = 1 - (1 - x)^b; symmetry; and values with 60 digits (mpmath betainc). */
static void test_beta_identities(void **state)
{
    static const double values[][4] = {
        {0.4, 0.3, 1e-09, 0.00012284045373482926}, {0.4, 0.3, 0.999, 0.9179005392508751},        {2.5, 7.0, 0.01, 0.0004775896614751447},
        {2.5, 7.0, 0.6, 0.9846864959371708},       {300.0, 2000.0, 0.1, 1.6218238539116877e-06}, {300.0, 2000.0, 0.15, 0.9964555452883934},
        {1000.0, 3000.0, 0.25, 0.502427980892099}, {1000.0, 3000.0, 0.2625, 0.965019464338023},  {5.0, 0.1, 0.3, 7.722213129505038e-05},
        {0.001, 4.0, 0.01, 0.9972015849796672},
    };
    (void)state;
    for (double x = 0.01; x < 1.0; x += 0.0173) {
        for (double a = 0.1; a < 300.0; a *= 2.9) {
            assert_relative(ipsim_beta_lower(a, 1.0, x), pow(x, a), 4e-13);
            assert_relative(ipsim_beta_lower(1.0, a, x), -expm1(a * log1p(-x)), 4e-13);
            assert_close(ipsim_beta_lower(a, 2.5, x) + ipsim_beta_upper(a, 2.5, x), 1.0, 1e-15);
        }
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_relative(ipsim_beta_lower(values[i][0], values[i][1], values[i][2]), values[i][3], 2e-13);
    }
    assert_same_bits(ipsim_beta_lower(2.0, 3.0, 0.0), 0.0);
    assert_same_bits(ipsim_beta_lower(2.0, 3.0, 1.0), 1.0);
    assert_same_bits(ipsim_beta_upper(2.0, 3.0, 0.0), 1.0);
    assert_same_bits(ipsim_beta_upper(2.0, 3.0, 1.0), 0.0);
    assert_true(isnan(ipsim_beta_lower(0.0, 1.0, 0.5)) && isnan(ipsim_beta_lower(1.0, 1.0, 1.5)));
}

static void test_beta_quantile(void **state)
{
    (void)state;
    for (double a = 0.05; a < 1e5; a *= 4.7) {
        for (double b = 0.07; b < 1e5; b *= 5.3) {
            for (double p = 1e-9; p < 1.0; p = p < 0.1 ? p * 7.0 : p + 0.0831) {
                double x = ipsim_beta_quantile(a, b, p);
                if (x > 1e-290) {
                    /* the probabilities of the neighbours of x enclose p */
                    assert_true(ipsim_beta_lower(a, b, x * (1.0 - DBL_EPSILON)) <= p * (1.0 + 1e-12));
                    assert_true(ipsim_beta_lower(a, b, fmin(x * (1.0 + DBL_EPSILON), 1.0)) >= p * (1.0 - 1e-12));
                }
            }
        }
    }
    assert_relative(ipsim_beta_quantile(2.0, 2.0, 0.5), 0.5, 1e-15);
    assert_relative(ipsim_beta_quantile(0.5, 0.5, 0.25), 0.5 - 0.25 * sqrt(2.0), 1e-14); /* arcsine law: sin^2(pi p / 2) */
    /* roots of I_x(a, b) = p with 40 digits (mpmath) */
    assert_relative(ipsim_beta_quantile(1.25, 40000.0, 0.9375), 8.0666710175617047e-5, 1e-14);
    assert_relative(ipsim_beta_quantile(5.0, 40000.0, 0.75), 0.00015684062423850953, 1e-14);
    assert_relative(ipsim_beta_quantile(0.125, 0.25, 0.25), 0.00028269541595547052, 1e-14);
    assert_relative(ipsim_beta_quantile(2.5, 6.5, 0.0625), 0.084564781409944427, 1e-14);
    assert_same_bits(ipsim_beta_quantile(2.0, 3.0, 0.0), 0.0);
    assert_same_bits(ipsim_beta_quantile(2.0, 3.0, 1.0), 1.0);
}

/* What is worked out once for a shape changes no bit. */
static void test_shapes_change_nothing(void **state)
{
    (void)state;
    for (double a = 0x1p-6; a < 0x1p12; a *= 1.7) {
        ipsim_gamma_shape gamma = ipsim_gamma_shape_of(a);
        ipsim_beta_shape beta = ipsim_beta_shape_of(a, 2.5);
        for (double p = 0.01; p < 1.0; p += 0.0171) {
            double target = -log(p);
            double l = ipsim_gamma_log_ratio(&gamma, target, true);
            assert_same_bits(ipsim_gamma_quantile_of(&gamma, p), ipsim_gamma_quantile(a, p));
            assert_same_bits(ipsim_beta_quantile_of(&beta, p), ipsim_beta_quantile(a, 2.5, p));
            assert_same_bits(l, ipsim_gamma_log_ratio_of_upper(a, target));
            assert_same_bits(ipsim_gamma_log_ratio(&gamma, target, false), ipsim_gamma_log_ratio_of_lower(a, target));
            assert_same_bits(ipsim_gamma_neg_log_upper(&gamma, l), ipsim_gamma_tails_at(a, l).neg_log_upper);
            assert_same_bits(ipsim_gamma_neg_log_lower(&gamma, l), ipsim_gamma_tails_at(a, l).neg_log_lower);
        }
    }
    assert_true(isnan(ipsim_gamma_quantile(-1.0, 0.5)) && isnan(ipsim_beta_quantile(0.0, 1.0, 0.5)));
    assert_true(isnan(ipsim_gamma_quantile(2.0, 1.5)) && isnan(ipsim_beta_quantile(2.0, 1.0, -0.5)));
}

/* Quantiles of a fine grid never go back, over the seams between methods either. */
static void test_quantiles_ascend(void **state)
{
    static const double shapes[] = {0.02, 0.5, 0.99, 1.0, 4.0, 9.99, 10.0, 60.0, 399.0, 401.0};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        double gamma = 0.0;
        double beta = 0.0;
        for (int k = 1; k < 4096; k++) {
            double next_gamma = ipsim_gamma_quantile(shapes[i], k / 4096.0);
            double next_beta = ipsim_beta_quantile(shapes[i], 3.3, k / 4096.0);
            assert_true(next_gamma >= gamma && next_beta >= beta);
            gamma = next_gamma;
            beta = next_beta;
        }
    }
}

/* ---- the same bits everywhere ---- */

static uint64_t hash = UINT64_C(14695981039346656037);

static void add(double value)
{
    hash = (hash ^ ipsim_double_to_bits(value)) * UINT64_C(1099511628211);
}

/* A build that differs in any last bit fails here. */
static void test_same_bits_in_every_build(void **state)
{
    const uint64_t expected = UINT64_C(0x3837e3711903a008);
    (void)state;
    for (int i = -640; i < 640; i++) {
        add(ipsim_normal_upper(i * 0x1p-4));
        add(ipsim_normal_neg_log_upper(i * 0x1p-4));
        add(ipsim_normal_quantile((i + 640.5) / 1280.0));
        add(ipsim_normal_neg_log_upper_inverse((i + 641) * 0x1p-3));
    }
    for (double a = 0x1p-6; a < 0x1p24; a *= 1.5) {
        add(ipsim_log_gamma(a));
        for (int i = -16; i < 16; i++) {
            ipsim_gamma_tails tails = ipsim_gamma_tails_at(a, i * 0x1p-4);
            add(tails.neg_log_lower);
            add(tails.neg_log_upper);
            add(tails.log_density);
            add(ipsim_gamma_log_ratio_of_upper(a, (i + 17) * 0x1p-3));
            add(ipsim_gamma_log_ratio_of_lower(a, (i + 17) * 0x1p-3));
            add(ipsim_beta_lower(a, 3.5, (i + 16.5) / 32.0));
            add(ipsim_beta_quantile(a, 3.5, (i + 16.5) / 32.0));
        }
    }
    if (hash != expected) {
        fail_msg("hash 0x%016llx, expected 0x%016llx", (unsigned long long)hash, (unsigned long long)expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_gamma),         cmocka_unit_test(test_stirling_remainder),
        cmocka_unit_test(test_deviance),          cmocka_unit_test(test_normal),
        cmocka_unit_test(test_normal_quantile),   cmocka_unit_test(test_normal_neg_log_upper_inverse),
        cmocka_unit_test(test_gamma_against_gsl), cmocka_unit_test(test_gamma_against_many_digits),
        cmocka_unit_test(test_gamma_identities),  cmocka_unit_test(test_gamma_tails_are_consistent),
        cmocka_unit_test(test_gamma_edges),       cmocka_unit_test(test_gamma_inverses),
        cmocka_unit_test(test_beta_against_gsl),  cmocka_unit_test(test_beta_identities),
        cmocka_unit_test(test_beta_quantile),     cmocka_unit_test(test_shapes_change_nothing),
        cmocka_unit_test(test_quantiles_ascend),  cmocka_unit_test(test_same_bits_in_every_build),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
