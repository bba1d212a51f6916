/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hazard families: values from R, limits and special cases that tie the families together, inverses, bad parameters. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ipsim/hazard.h"
#include "ipsim/special.h"
#include "maths/elementary.h"
#include "testlib.h"

static ipsim_hazard make(ipsim_family family, double p0, double p1, double p2)
{
    ipsim_hazard hazard = {.family = family, .p = {p0, p1, p2}};
    ipsim_error err = {0};
    assert_ok(ipsim_hazard_init(&hazard, &err), &err);
    return hazard;
}

static double cumulative(ipsim_family family, double p0, double p1, double p2, double x)
{
    ipsim_hazard hazard = make(family, p0, p1, p2);
    return ipsim_hazard_cumulative(&hazard, x);
}

/* ---- against R 4.2.2, and flexsurv's formulas written out in R ---- */

/* x <- c(0.01, 0.5, 1, 3, 12, 40). flexsurv 2.2 defines
 *   pgengamma: w <- (log(q) - mu) / sigma; qq <- 1 / Q^2; e <- exp(Q * w) * qq; Q > 0: pgamma(e, qq); Q < 0: 1 - pgamma(e, qq)
 *   pgompertz: 1 - exp(-rate * (exp(shape * q) - 1) / shape)
 *   pllogis:   1 - 1 / (1 + (q / scale)^shape)
 * In the generalised gamma rows with Q < 0, R returns 0 where the hazard is below 1e-16; these values and those of Gompertz were
 * computed from the same formulas with 60 digits (mpmath). */
static const double r_x[6] = {0.01, 0.5, 1, 3, 12, 40};
static const struct {
    ipsim_family family;
    double p[3];
    double value[6];
} r_cases[] = {
    /* -pexp(x, 0.37, lower.tail = FALSE, log.p = TRUE) */
    {IPSIM_EXPONENTIAL, {0.37}, {0.0037000000000000002, 0.185, 0.37, 1.1100000000000001, 4.4400000000000004, 14.800000000000001}},
    /* -pweibull(x, 1.5, 12, lower.tail = FALSE, log.p = TRUE) */
    {IPSIM_WEIBULL, {1.5, 12}, {2.4056261216234408e-05, 0.0085051727179971462, 0.024056261216234404, 0.125, 1, 6.0858061945018465}},
    /* the same law: rate 12^-1.5 */
    {IPSIM_WEIBULL_PH,
     {1.5, 0.024056261216234404},
     {2.4056261216234408e-05, 0.0085051727179971462, 0.024056261216234404, 0.125, 1, 6.0858061945018465}},
    /* -log(1 - pgompertz(x, 0.08, 0.004)) and (x, -0.3, 0.2) */
    {IPSIM_GOMPERTZ,
     {0.08, 0.004},
     {4.001600426752014e-05, 0.0020405387096194116, 0.0041643533837479275, 0.013562457516070235, 0.0805848236711559, 1.1766265098554676}},
    {IPSIM_GOMPERTZ,
     {-0.3, 0.2},
     {0.0019970029977513493, 0.09286134904996146, 0.17278785287885476, 0.39562022683960063, 0.648450851701805, 0.6666625705250978}},
    /* log1p((x / 5)^1.7) */
    {IPSIM_LOG_LOGISTIC,
     {1.7, 5},
     {2.5807467470375274e-05, 0.019756178324980989, 0.062811653335250156, 0.35038987417580569, 1.691855323254243, 3.5637909144099442}},
    /* -plnorm(x, 1.1, 0.8, lower.tail = FALSE, log.p = TRUE) */
    {IPSIM_LOG_NORMAL,
     {1.1, 0.8},
     {4.9653921979402651e-13, 0.012577758305660165, 0.088356705922189235, 0.69176409634790426, 3.1769185934363113, 7.4088350909305811}},
    /* -pgamma(x, 2.3, 0.4, lower.tail = FALSE, log.p = TRUE) and shape 0.3 */
    {IPSIM_GAMMA,
     {2.3, 0.4},
     {1.1345827367306137e-06, 0.0080410962723870237, 0.035018069904678539, 0.29427746495870233, 2.6635490798951573, 12.470354289823947}},
    {IPSIM_GAMMA,
     {0.3, 0.4},
     {0.23879137977107232, 1.0715032543768821, 1.4978096944982726, 2.7583747085586769, 7.1118975743885162, 19.077165805360789}},
    /* -log(1 - pgengamma(x, 1.2, 0.9, Q)), Q = 0.7, -0.7, 2.5, -1.8 */
    {IPSIM_GENERALISED_GAMMA,
     {1.2, 0.9, 0.7},
     {0.00020250395071602344, 0.0781159336973885, 0.20161652866338267, 0.7984811667441375, 3.60613150403611, 11.331256755089532}},
    {IPSIM_GENERALISED_GAMMA,
     {1.2, 0.9, -0.7},
     {2.280453594842902e-79, 0.0014608648139129918, 0.037210218216460145, 0.4523679261632246, 1.803138177029826, 3.4211826600522652}},
    {IPSIM_GENERALISED_GAMMA,
     {1.2, 0.9, 2.5},
     {0.06270477752832443, 0.4243160612133105, 0.6352972877801984, 1.404304473387763, 9.01858378530957, 166.9634872065599}},
    {IPSIM_GENERALISED_GAMMA,
     {1.2, 0.9, -1.8},
     {0.0, 6.64823277367901e-08, 0.00422352894366147, 0.2744536392177074, 1.0519393537566917, 1.7900832197578478}},
};

static void test_values_from_r(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof r_cases / sizeof r_cases[0]; i++) {
        for (int j = 0; j < 6; j++) {
            double actual = cumulative(r_cases[i].family, r_cases[i].p[0], r_cases[i].p[1], r_cases[i].p[2], r_x[j]);
            assert_close(actual, r_cases[i].value[j], 4e-13 * r_cases[i].value[j] + 1e-200);
        }
    }
}

/* R: dgamma(x, 2.3, 0.4) / pgamma(x, 2.3, 0.4, lower.tail = FALSE), the same for dlnorm(x, 1.1, 0.8) and dweibull(x, 1.5, 12). */
static void test_rates_from_r(void **state)
{
    static const double gamma[6] = {0.00026063795858131169, 0.034919552024145921, 0.072321048252202355,
                                    0.17566356109470219,    0.31107214579725601,  0.36944235529014874};
    static const double log_normal[6] = {4.5102193181174477e-10, 0.08191417904985826, 0.21166492948085996,
                                         0.33199190971290499,    0.22264108006432295, 0.10948050940209716};
    static const double weibull[6] = {0.0036084391824351609, 0.025515518153991439, 0.036084391824351608, 0.062500000000000014, 0.125,
                                      0.2282177322938192};
    ipsim_hazard g = make(IPSIM_GAMMA, 2.3, 0.4, 0);
    ipsim_hazard l = make(IPSIM_LOG_NORMAL, 1.1, 0.8, 0);
    ipsim_hazard w = make(IPSIM_WEIBULL, 1.5, 12, 0);
    (void)state;
    for (int j = 0; j < 6; j++) {
        assert_relative(ipsim_hazard_rate(&g, r_x[j]), gamma[j], 1e-13);
        assert_relative(ipsim_hazard_rate(&l, r_x[j]), log_normal[j], 1e-13);
        assert_relative(ipsim_hazard_rate(&w, r_x[j]), weibull[j], 1e-13);
    }
}

/* ---- a grid of laws for the properties that all families share ---- */

static double band_cumulative[6];
static const double band_breaks[5] = {0.5, 1.25, 2.0, 10.0, 40.0};
static const double band_rates[6] = {0.0, 2.0, 0.0, 0.3, 0.0, 0.02};

enum { MAX_LAWS = 64 };

static size_t make_laws(ipsim_hazard *laws)
{
    static const struct {
        ipsim_family family;
        double p[3];
    } grid[] = {
        {IPSIM_EXPONENTIAL, {0.37}},
        {IPSIM_EXPONENTIAL, {1e-8}},
        {IPSIM_EXPONENTIAL, {1e8}},
        {IPSIM_WEIBULL, {0.3, 2}},
        {IPSIM_WEIBULL, {1.5, 12}},
        {IPSIM_WEIBULL, {9, 0.01}},
        {IPSIM_WEIBULL_PH, {1.1, 0.08}},
        {IPSIM_WEIBULL_PH, {0.5, 1e-4}},
        {IPSIM_GOMPERTZ, {0.08, 0.004}},
        {IPSIM_GOMPERTZ, {1e-9, 0.2}},
        {IPSIM_GOMPERTZ, {0, 0.2}},
        {IPSIM_GOMPERTZ, {-1e-9, 0.2}},
        {IPSIM_LOG_LOGISTIC, {1.7, 5}},
        {IPSIM_LOG_LOGISTIC, {0.4, 0.1}},
        {IPSIM_LOG_LOGISTIC, {6, 80}},
        {IPSIM_LOG_NORMAL, {1.1, 0.8}},
        {IPSIM_LOG_NORMAL, {-3, 2.5}},
        {IPSIM_LOG_NORMAL, {4, 0.05}},
        {IPSIM_GAMMA, {2.3, 0.4}},
        {IPSIM_GAMMA, {0.05, 2}},
        {IPSIM_GAMMA, {1, 0.4}},
        {IPSIM_GAMMA, {30, 7}},
        {IPSIM_GAMMA, {399.9, 7}},
        {IPSIM_GAMMA, {400.1, 7}},
        {IPSIM_GAMMA, {1e6, 7e4}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, 0.7}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, -0.7}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, 3}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, -2}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, 0.05}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, -0.0499}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, 1e-5}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, -1e-5}},
        {IPSIM_GENERALISED_GAMMA, {1.2, 0.9, 0}},
    };
    size_t n = sizeof grid / sizeof grid[0];
    ipsim_error err = {0};

    assert_true(n < MAX_LAWS);
    for (size_t i = 0; i < n; i++) {
        laws[i] = make(grid[i].family, grid[i].p[0], grid[i].p[1], grid[i].p[2]);
    }
    laws[n] = (ipsim_hazard){
        .family = IPSIM_PIECEWISE, .n_bands = 6, .breaks = band_breaks, .rates = band_rates, .cumulative = band_cumulative};
    assert_ok(ipsim_hazard_init(&laws[n], &err), &err);
    return n + 1;
}

/* A relative error e in x moves the cumulative hazard by x h(x) e, which is all that the round trip may lose beyond the functions' own
 * 1e-13. */
static void test_cumulative_of_inverse(void **state)
{
    ipsim_hazard laws[MAX_LAWS];
    size_t n = make_laws(laws);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (double log_target = -30.0; log_target <= 6.6; log_target += 0.0637) {
            double target = exp(log_target);
            double x = ipsim_hazard_inverse(&laws[i], target);
            double lost = x * ipsim_hazard_rate(&laws[i], x) * 8.0 * DBL_EPSILON;
            if (x > 1e300 || x < 1e-300) {
                continue; /* the law reaches this hazard outside the range of doubles */
            }
            if (!(fabs(ipsim_hazard_cumulative(&laws[i], x) - target) <= 1e-13 * target + lost)) {
                fail_msg("%s(%g, %g, %g): H(inverse(%.17g)) = %.17g at x = %.17g", ipsim_family_name(laws[i].family), laws[i].p[0],
                         laws[i].p[1], laws[i].p[2], target, ipsim_hazard_cumulative(&laws[i], x), x);
            }
        }
    }
}

static void test_inverse_of_cumulative(void **state)
{
    ipsim_hazard laws[MAX_LAWS];
    size_t n = make_laws(laws);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (double log_x = -12.0; log_x < 6.0; log_x += 0.0571) {
            double x = exp(log_x);
            double h = ipsim_hazard_cumulative(&laws[i], x);
            double back, rate = ipsim_hazard_rate(&laws[i], x);
            if (h < 1e-290 || h > 1e290 || rate == 0.0) {
                continue; /* nothing to invert, or a band in which the hazard stands still */
            }
            back = ipsim_hazard_inverse(&laws[i], h);
            if (!(fabs(back - x) <= 1e-14 * x + h / rate * 1e-13)) {
                fail_msg("%s(%g, %g, %g): inverse(H(%.17g)) = %.17g, H = %.17g", ipsim_family_name(laws[i].family), laws[i].p[0],
                         laws[i].p[1], laws[i].p[2], x, back, h);
            }
        }
    }
}

/* h is the derivative of H: Richardson's extrapolation of central differences, error of order (dx / x)^4. */
static void test_rate_is_the_derivative(void **state)
{
    ipsim_hazard laws[MAX_LAWS];
    size_t n = make_laws(laws);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (double target = 0.001; target < 30.0; target *= 1.7) {
            double x = ipsim_hazard_inverse(&laws[i], target);
            double rate = ipsim_hazard_rate(&laws[i], x);
            double d = 1e-3 * fmin(x, target / rate);
            double near = ipsim_hazard_cumulative(&laws[i], x + d) - ipsim_hazard_cumulative(&laws[i], x - d);
            double far = ipsim_hazard_cumulative(&laws[i], x + 2 * d) - ipsim_hazard_cumulative(&laws[i], x - 2 * d);
            if (laws[i].family == IPSIM_PIECEWISE || x > 1e100 || x < 1e-100) {
                continue; /* kinks; a range that differences cannot resolve */
            }
            assert_relative((8.0 * near - far) / (12.0 * d), rate, 2e-8);
        }
    }
}

static void test_monotone_and_zero(void **state)
{
    ipsim_hazard laws[MAX_LAWS];
    size_t n = make_laws(laws);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        double last = 0.0;
        double last_x = 0.0;
        assert_same_bits(ipsim_hazard_cumulative(&laws[i], 0.0), 0.0);
        assert_same_bits(ipsim_hazard_cumulative(&laws[i], -1.0), 0.0);
        assert_same_bits(ipsim_hazard_inverse(&laws[i], 0.0), 0.0);
        assert_same_bits(ipsim_hazard_inverse(&laws[i], INFINITY), INFINITY);
        if (laws[i].family != IPSIM_GOMPERTZ || laws[i].p[0] >= 0.0) {
            assert_same_bits(ipsim_hazard_cumulative(&laws[i], INFINITY), INFINITY);
        }
        for (double log_x = -20.0; log_x < 10.0; log_x += 0.011) {
            double h = ipsim_hazard_cumulative(&laws[i], exp(log_x));
            double x = ipsim_hazard_inverse(&laws[i], exp(log_x - 3.0));
            /* numbers of an iteration may tremble in the last digits, never more */
            assert_true(h >= last * (1.0 - 1e-13));
            assert_true(x >= last_x * (1.0 - 1e-13));
            last = h;
            last_x = x;
        }
    }
}

/* ---- families that contain one another ---- */

static void test_special_cases_agree(void **state)
{
    (void)state;
    for (double x = 0.01; x < 60.0; x *= 1.31) {
        /* generalised gamma: q = 1 is Weibull, q = sigma is gamma, q = sigma = 1 is exponential (Prentice 1974) */
        assert_relative(cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.8, 1, x), cumulative(IPSIM_WEIBULL, 1.25, exp(1.2), 0, x), 1e-13);
        assert_relative(cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.8, 0.8, x), cumulative(IPSIM_GAMMA, 1 / 0.64, exp(-1.2) / 0.64, 0, x),
                        1e-13);
        assert_relative(cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 1, 1, x), cumulative(IPSIM_EXPONENTIAL, exp(-1.2), 0, 0, x), 1e-13);
        assert_same_bits(cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.8, 0, x), cumulative(IPSIM_LOG_NORMAL, 1.2, 0.8, 0, x));
        /* shape 1 and shape 0 are exponential */
        assert_relative(cumulative(IPSIM_GAMMA, 1, 0.3, 0, x), 0.3 * x, 1e-13);
        assert_relative(cumulative(IPSIM_WEIBULL, 1, 4, 0, x), x / 4, 1e-14);
        assert_relative(cumulative(IPSIM_GOMPERTZ, 0, 0.3, 0, x), 0.3 * x, 1e-15);
        assert_relative(cumulative(IPSIM_GOMPERTZ, 1e-13, 0.3, 0, x), 0.3 * x, 1e-11);
        assert_relative(cumulative(IPSIM_GOMPERTZ, -1e-13, 0.3, 0, x), 0.3 * x, 1e-11);
        /* an Erlang law: Q(3, y) = exp(-y) (1 + y + y^2 / 2) */
        assert_relative(cumulative(IPSIM_GAMMA, 3, 2, 0, x), 2 * x - log1p(2 * x + 2 * x * x), 1e-10);
    }
}

/* Close to q = 0 the generalised gamma leaves the log-normal in proportion to q, on both sides alike. */
static void test_generalised_gamma_near_log_normal(void **state)
{
    /* 60-digit values at x = 1, 3, 12, as in r_cases, Q = 0.01, -0.01, 0.001 */
    static const double q[3] = {0.01, -0.01, 0.001};
    static const double value[3][3] = {{0.0967837800399637, 0.6096942623021154, 2.580609334535653},
                                       {0.09451116416361266, 0.6048129476842002, 2.5553379983260234},
                                       {0.09575625562962263, 0.6074940422491554, 2.5692106438186015}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            assert_relative(cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.9, q[i], r_x[j + 2]), value[i][j], 1e-13);
        }
    }
    for (double x = 0.05; x < 60.0; x *= 1.7) {
        double limit = cumulative(IPSIM_LOG_NORMAL, 1.2, 0.9, 0, x);
        double coarse = cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.9, 1e-4, x) - limit;
        assert_close((cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.9, 1e-6, x) - limit) * 100.0, coarse, 1e-2 * fabs(coarse) + 1e-9);
        assert_close((cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.9, -1e-6, x) - limit) * -100.0, coarse, 1e-2 * fabs(coarse) + 1e-9);
        assert_relative(cumulative(IPSIM_GENERALISED_GAMMA, 1.2, 0.9, 1e-100, x), limit, 1e-13);
    }
}

/* Where H is small, its leading term is known: no digit may be lost to 1 - exp or log(1 + ...). */
static void test_small_hazards_keep_their_digits(void **state)
{
    (void)state;
    assert_relative(cumulative(IPSIM_GOMPERTZ, 0.1, 0.02, 0, 1e-12), 0.02e-12, 1e-12);
    assert_relative(cumulative(IPSIM_GOMPERTZ, -0.1, 0.02, 0, 1e-12), 0.02e-12, 1e-12);
    assert_relative(cumulative(IPSIM_LOG_LOGISTIC, 2, 5, 0, 5e-9), 1e-18, 1e-14);
    assert_relative(cumulative(IPSIM_GAMMA, 2, 1, 0, 1e-9), 0.5e-18, 1e-8);
    assert_relative(cumulative(IPSIM_GAMMA, 0.5, 1, 0, 1e-20), 2 / sqrt(M_PI) * 1e-10, 1e-9);
    assert_relative(cumulative(IPSIM_LOG_NORMAL, 0, 1, 0, exp(-10)), 7.6198530241605269e-24, 1e-13); /* R: pnorm(-10) */
    assert_relative(cumulative(IPSIM_LOG_NORMAL, 0, 1, 0, exp(40)), 804.6084420137538,
                    1e-14); /* R: -pnorm(40, lower.tail = FALSE, log.p = TRUE) */
}

/* ---- laws that end ---- */

static void test_gompertz_with_negative_shape_is_bounded(void **state)
{
    ipsim_hazard hazard = make(IPSIM_GOMPERTZ, -0.25, 0.5, 0); /* bound: rate / -shape = 2 */
    (void)state;
    assert_same_bits(ipsim_hazard_cumulative(&hazard, INFINITY), 2.0);
    assert_same_bits(ipsim_hazard_cumulative(&hazard, 1e6), 2.0);
    assert_same_bits(ipsim_hazard_inverse(&hazard, 2.0), INFINITY);
    assert_same_bits(ipsim_hazard_inverse(&hazard, 2.0000001), INFINITY);
    assert_same_bits(ipsim_hazard_inverse(&hazard, 1e300), INFINITY);
    assert_true(ipsim_hazard_inverse(&hazard, nextafter(2.0, 0.0)) > 100.0);
    assert_true(ipsim_hazard_inverse(&hazard, nextafter(2.0, 0.0)) < INFINITY);
    assert_relative(ipsim_hazard_inverse(&hazard, 1.0), log(2.0) / 0.25, 1e-15); /* 2 (1 - exp(-x / 4)) = 1 */
    for (double target = 1e-9; target < 1.99; target *= 1.2) {
        assert_relative(ipsim_hazard_cumulative(&hazard, ipsim_hazard_inverse(&hazard, target)), target, 1e-14);
    }
}

static void test_piecewise(void **state)
{
    ipsim_hazard laws[MAX_LAWS];
    ipsim_hazard hazard;
    ipsim_error err = {0};
    double ending_cumulative[2];
    const double ending_rates[2] = {0.5, 0.0};
    const double one_break = 4.0;
    double alone_cumulative;
    const double alone_rate = 0.25;
    (void)state;
    hazard = laws[make_laws(laws) - 1];
    /* rates 0 to 0.5, 2 to 1.25, 0 to 2, 0.3 to 10, 0 to 40, then 0.02: H is 0, 1.5, 1.5, 3.9, 3.9 at the breaks */
    assert_close(ipsim_hazard_cumulative(&hazard, 0.5), 0.0, 0.0);
    assert_relative(ipsim_hazard_cumulative(&hazard, 1.0), 1.0, 1e-15);
    assert_relative(ipsim_hazard_cumulative(&hazard, 1.5), 1.5, 1e-15);
    assert_relative(ipsim_hazard_cumulative(&hazard, 12.0), 3.9, 1e-15);
    assert_relative(ipsim_hazard_cumulative(&hazard, 50.0), 4.1, 1e-15);
    assert_same_bits(ipsim_hazard_rate(&hazard, 0.5), 2.0); /* a band holds its first moment, not its last */
    assert_same_bits(ipsim_hazard_rate(&hazard, 1.25), 0.0);
    assert_same_bits(ipsim_hazard_rate(&hazard, 1000.0), 0.02);
    /* the smallest x: before the flat stretch, not behind it; just more is just behind it */
    assert_same_bits(ipsim_hazard_inverse(&hazard, 1.5), 1.25);
    assert_same_bits(ipsim_hazard_inverse(&hazard, hazard.cumulative[4]), 10.0);
    assert_close(ipsim_hazard_inverse(&hazard, nextafter(1.5, 2.0)), 2.0, 1e-14);
    assert_close(ipsim_hazard_inverse(&hazard, 1e-300), 0.5, 0.0);
    assert_relative(ipsim_hazard_inverse(&hazard, 103.9), 5040.0, 1e-14);

    hazard = (ipsim_hazard){
        .family = IPSIM_PIECEWISE, .n_bands = 2, .breaks = &one_break, .rates = ending_rates, .cumulative = ending_cumulative};
    assert_ok(ipsim_hazard_init(&hazard, &err), &err);
    assert_same_bits(ipsim_hazard_inverse(&hazard, 2.0), 4.0);
    assert_same_bits(ipsim_hazard_inverse(&hazard, nextafter(2.0, 3.0)), INFINITY);
    assert_same_bits(ipsim_hazard_cumulative(&hazard, INFINITY), 2.0);

    hazard = (ipsim_hazard){.family = IPSIM_PIECEWISE, .n_bands = 1, .rates = &alone_rate, .cumulative = &alone_cumulative};
    assert_ok(ipsim_hazard_init(&hazard, &err), &err);
    assert_same_bits(ipsim_hazard_cumulative(&hazard, 8.0), 2.0);
    assert_same_bits(ipsim_hazard_inverse(&hazard, 2.0), 8.0);
}

/* A life table is a long piecewise hazard: the search must find each band. */
static void test_piecewise_with_many_bands(void **state)
{
    enum { N = 111 };
    double breaks[N - 1], rates[N], sums[N];
    ipsim_hazard hazard = {.family = IPSIM_PIECEWISE, .n_bands = N, .breaks = breaks, .rates = rates, .cumulative = sums};
    ipsim_error err = {0};
    double sum = 0.0;
    (void)state;
    for (int i = 0; i < N; i++) {
        rates[i] = 1e-4 * exp(0.09 * i);
        if (i + 1 < N) {
            breaks[i] = i + 1;
        }
    }
    assert_ok(ipsim_hazard_init(&hazard, &err), &err);
    for (int i = 0; i < N; i++) {
        assert_relative(ipsim_hazard_cumulative(&hazard, i + 0.25), sum + 0.25 * rates[i], 1e-14);
        assert_relative(ipsim_hazard_inverse(&hazard, sum + 0.25 * rates[i]), i + 0.25, 1e-12);
        sum += rates[i];
    }
}

static void test_zero_rates_never_fire(void **state)
{
    ipsim_hazard laws[3];
    (void)state;
    laws[0] = make(IPSIM_EXPONENTIAL, 0, 0, 0);
    laws[1] = make(IPSIM_WEIBULL_PH, 1.3, 0, 0);
    laws[2] = make(IPSIM_GOMPERTZ, 0.1, 0, 0);
    for (int i = 0; i < 3; i++) {
        assert_same_bits(ipsim_hazard_inverse(&laws[i], 1e-300), INFINITY);
        assert_same_bits(ipsim_hazard_inverse(&laws[i], 0.0), 0.0);
        assert_same_bits(ipsim_hazard_cumulative(&laws[i], 1e300), 0.0);
        assert_same_bits(ipsim_hazard_cumulative(&laws[i], INFINITY), 0.0);
        assert_same_bits(ipsim_hazard_rate(&laws[i], 3.0), 0.0);
    }
}

static void test_fixed_delay(void **state)
{
    ipsim_hazard hazard = make(IPSIM_FIXED, 1.5, 0, 0);
    ipsim_hazard at_once = make(IPSIM_FIXED, 0, 0, 0);
    (void)state;
    assert_same_bits(ipsim_hazard_cumulative(&hazard, nextafter(1.5, 0.0)), 0.0);
    assert_same_bits(ipsim_hazard_cumulative(&hazard, 1.5), INFINITY);
    assert_same_bits(ipsim_hazard_cumulative(&hazard, 9.0), INFINITY);
    assert_same_bits(ipsim_hazard_inverse(&hazard, 1e-9), 1.5);
    assert_same_bits(ipsim_hazard_inverse(&hazard, 30.0), 1.5);
    assert_same_bits(ipsim_hazard_inverse(&hazard, INFINITY), 1.5); /* a clock that has run past the delay fires at once */
    assert_same_bits(ipsim_hazard_rate(&hazard, 1.0), 0.0);
    assert_same_bits(ipsim_hazard_inverse(&at_once, 2.0), 0.0);
}

static void test_rates_at_zero(void **state)
{
    ipsim_hazard hazard;
    (void)state;
    hazard = make(IPSIM_WEIBULL, 0.5, 2, 0);
    assert_same_bits(ipsim_hazard_rate(&hazard, 0.0), INFINITY);
    hazard = make(IPSIM_WEIBULL, 1, 2, 0);
    assert_same_bits(ipsim_hazard_rate(&hazard, 0.0), 0.5);
    hazard = make(IPSIM_LOG_LOGISTIC, 1, 2, 0);
    assert_same_bits(ipsim_hazard_rate(&hazard, 0.0), 0.5);
    hazard = make(IPSIM_GAMMA, 1, 0.25, 0);
    assert_relative(ipsim_hazard_rate(&hazard, 0.0), 0.25, 1e-14);
    hazard = make(IPSIM_GAMMA, 0.9, 0.25, 0);
    assert_same_bits(ipsim_hazard_rate(&hazard, 0.0), INFINITY);
    hazard = make(IPSIM_GENERALISED_GAMMA, 1.5, 0.5, 2); /* exponent 1 / (q sigma) - 1 = 0: a finite limit */
    assert_relative(ipsim_hazard_rate(&hazard, 0.0), ipsim_hazard_rate(&hazard, 1e-12), 1e-3);
    hazard = make(IPSIM_GENERALISED_GAMMA, 1.5, 0.5, -2);
    assert_same_bits(ipsim_hazard_rate(&hazard, 0.0), 0.0);
    hazard = make(IPSIM_LOG_NORMAL, 0, 1, 0);
    assert_same_bits(ipsim_hazard_rate(&hazard, 0.0), 0.0);
}

/* ---- bad parameters ---- */

static void test_bad_parameters_are_named(void **state)
{
    static const struct {
        ipsim_family family;
        double p[3];
        const char *message;
    } cases[] = {
        {IPSIM_EXPONENTIAL, {-0.12}, "rate -0.12 is below 0"},
        {IPSIM_EXPONENTIAL, {NAN}, "rate nan is not a finite number"},
        {IPSIM_EXPONENTIAL, {INFINITY}, "rate inf is not a finite number"},
        {IPSIM_WEIBULL, {0, 1}, "shape 0 is not above 0"},
        {IPSIM_WEIBULL, {1, -2}, "scale -2 is not above 0"},
        {IPSIM_WEIBULL_PH, {-1, 1}, "shape -1 is not above 0"},
        {IPSIM_WEIBULL_PH, {1, -1}, "rate -1 is below 0"},
        {IPSIM_GOMPERTZ, {INFINITY, 1}, "shape inf is not a finite number"},
        {IPSIM_GOMPERTZ, {-1, -1}, "rate -1 is below 0"},
        {IPSIM_LOG_LOGISTIC, {1, 0}, "scale 0 is not above 0"},
        {IPSIM_LOG_NORMAL, {NAN, 1}, "meanlog nan is not a finite number"},
        {IPSIM_LOG_NORMAL, {0, 0}, "sdlog 0 is not above 0"},
        {IPSIM_GAMMA, {1, 0}, "rate 0 is not above 0"},
        {IPSIM_GENERALISED_GAMMA, {0, -1, 0}, "sigma -1 is not above 0"},
        {IPSIM_GENERALISED_GAMMA, {0, 1, NAN}, "q nan is not a finite number"},
        {IPSIM_FIXED, {-1}, "delay -1 is below 0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_hazard hazard = {.family = cases[i].family, .p = {cases[i].p[0], cases[i].p[1], cases[i].p[2]}};
        ipsim_error err = {0};
        assert_int_equal(ipsim_hazard_init(&hazard, &err), IPSIM_ERR_RANGE);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void test_bad_bands_are_named(void **state)
{
    double sums[3];
    double rates[3] = {0.1, 0.2, 0.3};
    double breaks[2] = {1.0, 2.0};
    ipsim_hazard hazard = {.family = IPSIM_PIECEWISE, .n_bands = 3, .breaks = breaks, .rates = rates, .cumulative = sums};
    ipsim_error err = {0};
    (void)state;
    assert_ok(ipsim_hazard_init(&hazard, &err), &err);
    breaks[1] = 1.0;
    assert_int_equal(ipsim_hazard_init(&hazard, &err), IPSIM_ERR_RANGE);
    assert_string_equal(err.message, "breaks 1 is not above 1; breaks must ascend from 0");
    breaks[0] = 0.0;
    assert_int_equal(ipsim_hazard_init(&hazard, &err), IPSIM_ERR_RANGE);
    breaks[0] = NAN;
    assert_int_equal(ipsim_hazard_init(&hazard, &err), IPSIM_ERR_RANGE);
    breaks[0] = 0.5;
    breaks[1] = 2.0;
    rates[2] = -0.3;
    assert_int_equal(ipsim_hazard_init(&hazard, &err), IPSIM_ERR_RANGE);
    assert_string_equal(err.message, "rates -0.3 is below 0");
    rates[2] = 0.3;
    rates[1] = 1e308;
    breaks[1] = 1e3;
    assert_int_equal(ipsim_hazard_init(&hazard, &err), IPSIM_ERR_RANGE);
    assert_non_null(strstr(err.message, "overflows"));
    hazard.n_bands = 0;
    assert_int_equal(ipsim_hazard_init(&hazard, &err), IPSIM_ERR_RANGE);
}

/* ---- the same bits everywhere ---- */

/* Every law of the grid at fixed arguments (products of exact doubles), hashed: a build that differs in any last bit fails here. */
static void test_same_bits_in_every_build(void **state)
{
    const uint64_t expected = UINT64_C(0x3f198123e18ea583);
    ipsim_hazard laws[MAX_LAWS];
    size_t n = make_laws(laws);
    uint64_t h = UINT64_C(14695981039346656037);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        double x = 0x1p-20;
        for (int j = 0; j < 200; j++) {
            h = (h ^ ipsim_double_to_bits(ipsim_hazard_cumulative(&laws[i], x))) * UINT64_C(1099511628211);
            h = (h ^ ipsim_double_to_bits(ipsim_hazard_inverse(&laws[i], x))) * UINT64_C(1099511628211);
            h = (h ^ ipsim_double_to_bits(ipsim_hazard_rate(&laws[i], x))) * UINT64_C(1099511628211);
            x *= 1.125;
        }
    }
    if (h != expected) {
        fail_msg("hash 0x%016llx, expected 0x%016llx", (unsigned long long)h, (unsigned long long)expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_from_r),
        cmocka_unit_test(test_rates_from_r),
        cmocka_unit_test(test_cumulative_of_inverse),
        cmocka_unit_test(test_inverse_of_cumulative),
        cmocka_unit_test(test_rate_is_the_derivative),
        cmocka_unit_test(test_monotone_and_zero),
        cmocka_unit_test(test_special_cases_agree),
        cmocka_unit_test(test_generalised_gamma_near_log_normal),
        cmocka_unit_test(test_small_hazards_keep_their_digits),
        cmocka_unit_test(test_gompertz_with_negative_shape_is_bounded),
        cmocka_unit_test(test_piecewise),
        cmocka_unit_test(test_piecewise_with_many_bands),
        cmocka_unit_test(test_zero_rates_never_fire),
        cmocka_unit_test(test_fixed_delay),
        cmocka_unit_test(test_rates_at_zero),
        cmocka_unit_test(test_bad_parameters_are_named),
        cmocka_unit_test(test_bad_bands_are_named),
        cmocka_unit_test(test_same_bits_in_every_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
