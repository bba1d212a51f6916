/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The incomplete gamma functions.
 *
 * Where each method is used (a the shape, x the argument):
 *   a >= 400 and x within 30 % of a   Temme's uniform expansion (DLMF 8.12)
 *   a < 1 and x < 1.5                 Taylor series of 1 - P, without cancellation (DLMF 8.7.1)
 *   x < a + 1                         series for P (DLMF 8.11.4)
 *   otherwise                         continued fraction for Q (DLMF 8.9.2)
 * The first exists because the others need about 6 sqrt(a) terms near x = a, and generalised gamma hazards close to the log-normal
 * have a in the millions. */
#include <math.h>
#include <stdbool.h>

#include "ipsim/special.h"
#include "maths/elementary.h"
#include "maths/tail.h"

#define LOG_SQRT_2PI 0.91893853320467274178

enum { MAX_TERMS = 10000 };

static const double STIRLING_SHAPE = 10.0;
static const double TEMME_SHAPE = 400.0;
static const double TEMME_LOG_RATIO = 0.26;

ipsim_gamma_shape ipsim_gamma_shape_of(double a)
{
    ipsim_gamma_shape shape = {.a = a, .log_a = ipsim_log(a)};

    if (!(a > 0.0 && a < IPSIM_INFINITY)) {
        shape.front = IPSIM_NAN;
    } else if (a <= 0.5) {
        shape.front = a * shape.log_a - ipsim_log_gamma_1p(a);
    } else if (a < STIRLING_SHAPE) {
        shape.front = a * shape.log_a - ipsim_log_gamma(1.0 + a);
    } else {
        shape.front = -0.5 * shape.log_a - LOG_SQRT_2PI - ipsim_stirling_remainder(a);
    }
    return shape;
}

/* exp(l) - 1 - l, the deviance of mu = exp(l) - 1. */
static double deviance_of_log(double l)
{
    static const double even[] = {1.0 / 20922789888000.0, 1.0 / 87178291200.0, 1.0 / 479001600.0, 1.0 / 3628800.0,
                                  1.0 / 40320.0,          1.0 / 720.0,         1.0 / 24.0,        1.0 / 2.0};
    static const double odd[] = {1.0 / 1307674368000.0, 1.0 / 6227020800.0, 1.0 / 39916800.0, 1.0 / 362880.0,
                                 1.0 / 5040.0,          1.0 / 120.0,        1.0 / 6.0};
    double w = l * l;
    double sum = even[0];
    double other = odd[0];

    if (!(fabs(l) < 0.5)) {
        return ipsim_expm1(l) - l;
    }
    for (int i = 1; i < 8; i++) {
        sum = even[i] + w * sum;
    }
    for (int i = 1; i < 7; i++) {
        other = odd[i] + w * other;
    }
    return w * (sum + l * other);
}

/* Coefficients c_k(eta) of Temme's expansion as Taylor series in eta: c_0 = 1 / mu - 1 / eta and, for k > 0,
 * c_k = (1 / eta) dc_{k-1} / d eta + (-1)^k g_k / mu, with mu - log(1 + mu) = eta^2 / 2 and g_k the coefficients of Stirling's
 * series for Gamma itself, 1, 1/12, 1/288, -139/51840 (DLMF 8.12.9 to 8.12.12). Each is as long as |eta| < 0.3 and a >= 400 ask. */
static double temme_sum(double eta, double a)
{
    static const double c0[] = {-0.33333333333333333,  0.083333333333333333,    -0.014814814814814815,  0.0011574074074074074,
                                0.0003527336860670194, -0.00017875514403292181, 3.9192631785224378e-5,  -2.1854485106799922e-6,
                                -1.85406221071516e-6,  8.296711340953086e-7,    -1.7665952736826079e-7, 6.7078535434014986e-9,
                                1.0261809784240308e-8, -4.3820360184533532e-9,  9.1476995822367902e-10};
    static const double c1[] = {-0.0018518518518518519, -0.0034722222222222222, 0.0026455026455026455,  -0.00099022633744855967,
                                0.00020576131687242798, -4.0187757201646091e-7, -1.8098550334489978e-5, 7.6491609160811101e-6,
                                -1.6120900894563446e-6, 4.6471278028074343e-9,  1.378633446915721e-7,   -5.752545603517705e-8,
                                1.1951628599778147e-8};
    static const double c2[] = {0.0041335978835978836,   -0.0026813271604938272, 0.00077160493827160494, 2.0093878600823045e-6,
                                -0.00010736653226365161, 5.2923448829120125e-5,  -1.2760635188618728e-5, 3.4235787340961381e-8,
                                1.3721957309062933e-6,   -6.298992138380055e-7};
    static const double c3[] = {0.00064943415637860082, 0.00022947209362139918, -0.00046918949439525571, 0.00026772063206283885,
                                -7.5618016718839764e-5, -2.3965051138672967e-7, 1.1082654115347302e-5};
    static const struct {
        const double *terms;
        int n;
    } rows[] = {
        {c3, sizeof c3 / sizeof c3[0]}, {c2, sizeof c2 / sizeof c2[0]}, {c1, sizeof c1 / sizeof c1[0]}, {c0, sizeof c0 / sizeof c0[0]}};
    double sum = 0.0;

    for (int i = 0; i < 4; i++) {
        double row = 0.0;
        for (int j = rows[i].n - 1; j >= 0; j--) {
            row = row * eta + rows[i].terms[j];
        }
        sum = row + sum / a;
    }
    return sum;
}

/* Q = phi(z) (Mills(z) + S / sqrt a), P = phi(z) (Mills(-z) - S / sqrt a), z = eta sqrt a; the smaller of the two is computed. */
static ipsim_tail temme_tail(const ipsim_gamma_shape *shape, double log_ratio, double half_eta_square)
{
    double root = sqrt(shape->a);
    double eta = copysign(sqrt(2.0 * half_eta_square), log_ratio);
    double correction = temme_sum(eta, shape->a) / root;
    double factor = ipsim_normal_mills(fabs(eta) * root) + (eta < 0.0 ? -correction : correction);
    double neg_log = shape->a * half_eta_square + LOG_SQRT_2PI - ipsim_log(factor);

    return (ipsim_tail){
        .neg_log = neg_log, .ratio = ipsim_exp(shape->log_a + shape->front - shape->a * half_eta_square + neg_log), .upper = eta >= 0.0};
}

/* sum over n >= 0 of x^n / ((a + 1) ... (a + n)), which is P(a, x) Gamma(a + 1) exp(x) / x^a. All terms are positive. Two terms are
 * taken with one division. */
static double lower_series(double a, double x, double rest)
{
    double square = x * x;
    double term = 1.0; /* of even n */
    double sum = 1.0;
    double other = 0.0;

    rest *= 0.0625; /* of the next term, beside which those after it are not small where x is near a */
    for (int n = 1; n < MAX_TERMS && term > rest * sum; n += 2) {
        double next = a + (n + 1);
        double inverse = 1.0 / ((a + n) * next);
        other += term * (x * next * inverse);
        term *= square * inverse;
        sum += term;
    }
    return sum + other;
}

/* sum over n >= 1 of (-x)^n / ((a + n) n!), x < 1.5 */
static double small_shape_series(double a, double x)
{
    double power = 1.0;
    double sum = 0.0;

    for (int n = 1; n < MAX_TERMS; n++) {
        double term;
        power *= -x / n;
        term = power / (a + n);
        sum += term;
        if (fabs(term) <= 1e-17 * fabs(sum)) {
            break;
        }
    }
    return sum;
}

/* Q(a, x) Gamma(a) exp(x) / x^a. Numerators and denominators of the convergents go forward, so that no division waits for another. Each
 * convergent lies between those before it: above all of them or below, and the difference of two bounds what is left. */
static double upper_fraction(double a, double x, double rest)
{
    double b = x + 1.0 - a;
    double above = 1.0, last_above = 0.0;
    double below = b, last_below = 1.0;

    if (b > 0x1p200) {
        return 1.0 / b; /* the logarithm of what follows is lost beside x */
    }
    for (int i = 1; i < MAX_TERMS; i++) {
        double numerator = -i * (i - a);
        double next;
        b += 2.0;
        next = b * above + numerator * last_above;
        last_above = above;
        above = next;
        next = b * below + numerator * last_below;
        last_below = below;
        below = next;
        if (fabs(above * last_below - last_above * below) <= rest * fabs(above * last_below)) {
            break;
        }
        if (below > 0x1p300) {
            above *= 0x1p-300;
            last_above *= 0x1p-300;
            below *= 0x1p-300;
            last_below *= 0x1p-300;
        }
    }
    return above / below;
}

/* Both tails by the series for small shapes; the lower one goes where it has digits to give. */
static ipsim_tail small_shape_tail(const ipsim_gamma_shape *shape, double log_ratio, double x)
{
    double log_power = shape->front + shape->a * log_ratio; /* of x^a / Gamma(a + 1) */
    double series = shape->a * small_shape_series(shape->a, x);
    ipsim_tail tail = {.neg_log = -log_power - ipsim_log1p(series)};

    if (tail.neg_log >= 0.1) {
        tail.ratio = shape->a * ipsim_exp(-x) / (1.0 + series);
    } else {
        double upper = -ipsim_expm1(log_power) - ipsim_exp(log_power) * series;
        tail.neg_log = -ipsim_log(upper);
        tail.ratio = shape->a * ipsim_exp(log_power - x) / upper;
        tail.upper = true;
    }
    return tail;
}

ipsim_tail ipsim_gamma_tail(const ipsim_gamma_shape *shape, double log_ratio, double x, double rest)
{
    double a = shape->a;
    double deviance = 0.0;
    double log_front; /* of x^a exp(-x) / Gamma(a + 1) */

    if (a < 1.0 && x < 1.5) {
        return small_shape_tail(shape, log_ratio, x);
    }
    if (a < STIRLING_SHAPE) {
        log_front = shape->front + a * log_ratio - x;
    } else {
        deviance = deviance_of_log(log_ratio);
        log_front = shape->front - a * deviance;
    }
    if (a >= TEMME_SHAPE && fabs(log_ratio) < TEMME_LOG_RATIO) {
        return temme_tail(shape, log_ratio, deviance);
    }
    if (x < a + 1.0) {
        double series = lower_series(a, x, rest);
        return (ipsim_tail){.neg_log = -log_front - ipsim_log(series), .ratio = a / series};
    }
    double fraction = upper_fraction(a, x, rest);
    return (ipsim_tail){.neg_log = -(log_front + shape->log_a) - ipsim_log(fraction), .ratio = 1.0 / fraction, .upper = true};
}

/* False where the answer needs no method: outside the range, and where x is 0 or infinite. */
static bool is_ordinary(const ipsim_gamma_shape *shape, double log_ratio, double x)
{
    return shape->front == shape->front && log_ratio > -IPSIM_INFINITY && x < IPSIM_INFINITY;
}

/* -log Q or -log P where no method is needed. */
static double extreme(const ipsim_gamma_shape *shape, double log_ratio, bool upper)
{
    if (shape->front != shape->front || log_ratio != log_ratio) {
        return IPSIM_NAN;
    }
    return (log_ratio > 0.0) == upper ? IPSIM_INFINITY : 0.0;
}

static double one_tail(const ipsim_gamma_shape *shape, double log_ratio, bool upper)
{
    double x = shape->a * ipsim_exp(log_ratio);
    ipsim_tail tail;

    if (!is_ordinary(shape, log_ratio, x)) {
        return extreme(shape, log_ratio, upper);
    }
    tail = ipsim_gamma_tail(shape, log_ratio, x, IPSIM_TAIL_FINE);
    return tail.upper == upper ? tail.neg_log : ipsim_other_tail(tail.neg_log);
}

double ipsim_gamma_neg_log_upper(const ipsim_gamma_shape *shape, double log_ratio)
{
    return one_tail(shape, log_ratio, true);
}

double ipsim_gamma_neg_log_lower(const ipsim_gamma_shape *shape, double log_ratio)
{
    return one_tail(shape, log_ratio, false);
}

ipsim_gamma_tails ipsim_gamma_tails_at(double a, double log_ratio)
{
    ipsim_gamma_shape shape = ipsim_gamma_shape_of(a);
    double x = a * ipsim_exp(log_ratio);
    ipsim_gamma_tails out;

    if (!is_ordinary(&shape, log_ratio, x)) {
        out.neg_log_lower = extreme(&shape, log_ratio, false);
        out.neg_log_upper = extreme(&shape, log_ratio, true);
        out.log_density = out.neg_log_upper == out.neg_log_upper ? -IPSIM_INFINITY : IPSIM_NAN;
        return out;
    }
    ipsim_tail tail = ipsim_gamma_tail(&shape, log_ratio, x, IPSIM_TAIL_FINE);
    double other = ipsim_other_tail(tail.neg_log);
    out.neg_log_lower = tail.upper ? other : tail.neg_log;
    out.neg_log_upper = tail.upper ? tail.neg_log : other;
    out.log_density = shape.log_a + shape.front + (a < STIRLING_SHAPE ? a * log_ratio - x : -a * deviance_of_log(log_ratio));
    return out;
}

static double log_ratio_of(double a, double x)
{
    double mu = (x - a) / a;
    return fabs(mu) < 0.5 ? ipsim_log1p(mu) : ipsim_log(x) - ipsim_log(a);
}

double ipsim_gamma_lower(double a, double x)
{
    return ipsim_exp(-ipsim_gamma_tails_at(a, log_ratio_of(a, x)).neg_log_lower);
}

double ipsim_gamma_upper(double a, double x)
{
    return ipsim_exp(-ipsim_gamma_tails_at(a, log_ratio_of(a, x)).neg_log_upper);
}
