/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gamma function and the incomplete gamma functions.
 *
 * Where each method is used (a the shape, x the argument):
 *   a >= 400 and x within 30 % of a   Temme's uniform expansion (DLMF 8.12)
 *   a < 1 and x < 1.5                 Taylor series of 1 - P, without cancellation (DLMF 8.7.1)
 *   x < a + 1                         series for P (DLMF 8.11.4)
 *   otherwise                         continued fraction for Q (DLMF 8.9.2), by Lentz's method
 * The first exists because the others need about 6 sqrt(a) terms near x = a, and generalised gamma hazards close to the log-normal
 * have a in the millions. */
#include <math.h>
#include <stdbool.h>

#include "ipsim/special.h"
#include "maths/elementary.h"

#define LOG_SQRT_2PI 0.91893853320467274178
#define LOG_2 0.69314718055994530942
#define EPSILON 1e-17 /* terms below this share of the sum do not change it */

enum { MAX_TERMS = 10000, MAX_STEPS = 200 };

static const double TEMME_SHAPE = 400.0;
static const double TEMME_LOG_RATIO = 0.26;

/* ---- gamma function ---- */

/* sum over k >= 2 of (-1)^k (zeta(k) - 1) a^k / k, |a| <= 1/2 */
static double zeta_series(double a)
{
    static const double zeta_less_1[] = {
        /* k = 2 to 27, where the term falls below 1e-17 of the first */
        0.64493406684822643647,    0.20205690315959428540,    0.082323233711138191516,   0.036927755143369926331,
        0.017343061984449139715,   0.0083492773819228268397,  0.0040773561979443393786,  0.0020083928260822144179,
        0.00099457512781808533715, 0.00049418860411946455870, 0.00024608655330804829863, 0.00012271334757848914676,
        6.1248135058704829258e-5,  3.0588236307020493552e-5,  1.5282259408651871733e-5,  7.6371976378997622736e-6,
        3.8172932649998398565e-6,  1.9082127165539389256e-6,  9.5396203387279611315e-7,  4.7693298678780646311e-7,
        2.3845050272773299001e-7,  1.1921992596531107307e-7,  5.9608189051259479612e-8,  2.9803503514652280186e-8,
        1.4901554828365041235e-8,  7.4507117898354294920e-9};
    enum { N = sizeof zeta_less_1 / sizeof zeta_less_1[0] };
    double sum = 0.0;

    for (int i = N - 1; i >= 0; i--) {
        double k = i + 2.0;
        sum = zeta_less_1[i] / k - a * sum;
    }
    return a * a * sum;
}

#define ONE_LESS_EULER 0.42278433509846713939 /* 1 - Euler's constant */

double ipsim_log_gamma_1p(double a)
{
    return a * ONE_LESS_EULER + zeta_series(a) - ipsim_log1p(a);
}

/* Stirling's series for a >= 10. */
static double stirling_series(double a)
{
    double w = 1.0 / (a * a);
    return (1.0 / 12.0 -
            w * (1.0 / 360.0 -
                 w * (1.0 / 1260.0 -
                      w * (1.0 / 1680.0 - w * (1.0 / 1188.0 - w * (691.0 / 360360.0 - w * (1.0 / 156.0 - w * 3617.0 / 122400.0))))))) /
           a;
}

double ipsim_log_gamma(double a)
{
    double product = 1.0;

    if (!(a > 0.0)) {
        return IPSIM_NAN;
    }
    if (a >= 10.0) {
        return a < 1e305 ? (a - 0.5) * ipsim_log(a) - a + (LOG_SQRT_2PI + stirling_series(a)) : IPSIM_INFINITY;
    }
    if (a < 0.5) {
        return ipsim_log_gamma_1p(a) - ipsim_log(a);
    }
    if (a < 1.5) {
        return ipsim_log_gamma_1p(a - 1.0);
    }
    while (a >= 2.5) {
        a -= 1.0;
        product *= a;
    }
    return (a - 2.0) * ONE_LESS_EULER + zeta_series(a - 2.0) + ipsim_log(product); /* log Gamma(2 + e), e = a - 2 */
}

double ipsim_stirling_remainder(double a)
{
    if (a >= 10.0) {
        return stirling_series(a);
    }
    return ipsim_log_gamma(a) - ((a - 0.5) * ipsim_log(a) - a + LOG_SQRT_2PI);
}

/* With r = mu / (2 + mu), log(1 + mu) = 2 (r + r^3/3 + r^5/5 + ...) and mu - 2 r = mu r. */
double ipsim_deviance(double mu)
{
    double r = mu / (2.0 + mu);
    double w = r * r;
    double sum = 0.0;

    if (!(mu > -0.5 && mu < 1.0)) {
        return mu - ipsim_log1p(mu);
    }
    for (int k = 37; k >= 3; k -= 2) {
        sum = 1.0 / k + w * sum;
    }
    return r * (mu - 2.0 * w * sum);
}

/* exp(l) - 1 - l, the deviance of mu = exp(l) - 1 */
static double deviance_of_log(double l)
{
    double sum = 1.0;

    if (!(fabs(l) < 1.0)) {
        return ipsim_expm1(l) - l;
    }
    for (int k = 20; k >= 3; k--) {
        sum = 1.0 + l / k * sum;
    }
    return 0.5 * l * l * sum;
}

/* ---- incomplete gamma ---- */

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

/* From one tail's -log to the other's. */
static double other_tail(double neg_log)
{
    return neg_log < LOG_2 ? -ipsim_log(-ipsim_expm1(-neg_log)) : 0.0 - ipsim_log1p(-ipsim_exp(-neg_log));
}

/* Q = phi(z) (Mills(z) + S / sqrt a), P = phi(z) (Mills(-z) - S / sqrt a), z = eta sqrt a; the smaller of the two is computed. */
static void temme_tails(double a, double log_ratio, ipsim_gamma_tails *out)
{
    double half_eta_square = deviance_of_log(log_ratio);
    double eta = copysign(sqrt(2.0 * half_eta_square), log_ratio);
    double correction = temme_sum(eta, a) / sqrt(a);
    double size = fabs(eta) * sqrt(a);
    double factor = ipsim_normal_mills(size) + (eta < 0.0 ? -correction : correction);
    double neg_log = a * half_eta_square + LOG_SQRT_2PI - ipsim_log(factor);

    if (eta < 0.0) {
        out->neg_log_lower = neg_log;
        out->neg_log_upper = other_tail(neg_log);
    } else {
        out->neg_log_upper = neg_log;
        out->neg_log_lower = other_tail(neg_log);
    }
}

/* sum over n >= 0 of x^n / ((a + 1) ... (a + n)), which is P(a, x) Gamma(a + 1) exp(x) / x^a. All terms are positive. */
static double lower_series(double a, double x)
{
    double term = 1.0;
    double sum = 1.0;

    for (int n = 1; n < MAX_TERMS && term > EPSILON * sum; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

/* sum over n >= 1 of (-x)^n / ((a + n) n!) */
static double small_shape_series(double a, double x)
{
    double power = 1.0;
    double sum = 0.0;

    for (int n = 1; n < MAX_TERMS; n++) {
        double term;
        power *= -x / n;
        term = power / (a + n);
        sum += term;
        if (fabs(term) <= EPSILON * fabs(sum)) {
            break;
        }
    }
    return sum;
}

/* Q(a, x) Gamma(a) exp(x) / x^a */
static double upper_fraction(double a, double x)
{
    double b = x + 1.0 - a;
    double c = 1e300;
    double d = 1.0 / b;
    double product = d;

    for (int i = 1; i < MAX_TERMS; i++) {
        double numerator = -i * (i - a);
        double change;
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        change = c * d;
        product *= change;
        if (fabs(change - 1.0) < 3e-16) {
            break;
        }
    }
    return product;
}

ipsim_gamma_tails ipsim_gamma_tails_at(double a, double log_ratio)
{
    ipsim_gamma_tails out;
    double log_x, x;

    if (!(a > 0.0 && a < IPSIM_INFINITY) || log_ratio != log_ratio) {
        out.neg_log_lower = out.neg_log_upper = out.log_density = IPSIM_NAN;
        return out;
    }
    log_x = ipsim_log(a) + log_ratio;
    x = a * ipsim_exp(log_ratio);
    if (!(log_ratio < IPSIM_INFINITY) || x == IPSIM_INFINITY) {
        out.neg_log_lower = 0.0;
        out.neg_log_upper = IPSIM_INFINITY;
        out.log_density = -IPSIM_INFINITY;
        return out;
    }
    if (log_ratio == -IPSIM_INFINITY) {
        out.neg_log_lower = IPSIM_INFINITY;
        out.neg_log_upper = 0.0;
        out.log_density = -IPSIM_INFINITY;
        return out;
    }
    if (a < 10.0) {
        out.log_density = a * log_x - x - ipsim_log_gamma(a);
    } else {
        out.log_density = 0.5 * ipsim_log(a) - LOG_SQRT_2PI - stirling_series(a) - a * deviance_of_log(log_ratio);
    }
    if (a >= TEMME_SHAPE && fabs(log_ratio) < TEMME_LOG_RATIO) {
        temme_tails(a, log_ratio, &out);
    } else if (a < 1.0 && x < 1.5) {
        double log_power = a * log_x - (a <= 0.5 ? ipsim_log_gamma_1p(a) : ipsim_log_gamma(1.0 + a));
        double series = a * small_shape_series(a, x);
        out.neg_log_lower = -log_power - ipsim_log1p(series);
        out.neg_log_upper = -ipsim_log(-ipsim_expm1(log_power) - ipsim_exp(log_power) * series);
        if (out.neg_log_upper < 0.1) { /* a small P: take the complement from it instead */
            out.neg_log_upper = other_tail(out.neg_log_lower);
        }
    } else if (x < a + 1.0) {
        out.neg_log_lower = ipsim_log(a) - out.log_density - ipsim_log(lower_series(a, x));
        out.neg_log_upper = other_tail(out.neg_log_lower);
    } else {
        out.neg_log_upper = -out.log_density - ipsim_log(upper_fraction(a, x));
        out.neg_log_lower = other_tail(out.neg_log_upper);
    }
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

/* ---- inverses ---- */

/* A first guess. Wilson and Hilferty (1931) say that (x / a)^(1/3) is nearly normal; where that fails (small shapes, lower tail),
 * P is nearly x^a / Gamma(a + 1). z is the normal deviate with the wanted upper tail, neg_log_lower is -log of the wanted P. */
static double first_guess(double a, double z, double neg_log_lower)
{
    double root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * sqrt(a));

    if (a >= 0.5 && root > 0.2) {
        return 3.0 * ipsim_log(root);
    }
    return (ipsim_log_gamma(a) + ipsim_log(a) - neg_log_lower) / a - ipsim_log(a);
}

/* Newton's method on log(-log tail) as a function of log x, which is nearly straight at both ends, kept inside a bracket. */
static double solve_tail(double a, double target, bool upper, double guess)
{
    double low = -IPSIM_INFINITY;
    double high = IPSIM_INFINITY;
    double log_target = ipsim_log(target);
    double scale = 1.0 + sqrt(a);
    double l = guess;

    for (int i = 0; i < MAX_STEPS; i++) {
        ipsim_gamma_tails at = ipsim_gamma_tails_at(a, l);
        double value = upper ? at.neg_log_upper : at.neg_log_lower;
        double slope = ipsim_exp(at.log_density + value) / value;
        double excess = upper ? ipsim_log(value) - log_target : log_target - ipsim_log(value);
        double next;

        if (excess == 0.0) {
            return l;
        }
        if (excess < 0.0) {
            low = l;
        } else {
            high = l;
        }
        next = l - excess / slope;
        if (!(next > low && next < high)) {
            if (low > -IPSIM_INFINITY && high < IPSIM_INFINITY) {
                next = 0.5 * (low + high);
            } else {
                next = excess < 0.0 ? l + ldexp(1.0, i) / scale : l - ldexp(1.0, i) / scale;
            }
            if (next == low || next == high) {
                return next;
            }
        } else if (fabs(next - l) * scale < 1e-8) {
            return next; /* the error squares with each step, so that it is below the last bit now */
        }
        l = next;
    }
    return l;
}

double ipsim_gamma_log_ratio_of_upper(double a, double target)
{
    if (!(a > 0.0 && target > 0.0 && target < IPSIM_INFINITY)) {
        return target == 0.0 ? -IPSIM_INFINITY : target > 0.0 && a > 0.0 ? IPSIM_INFINITY : IPSIM_NAN;
    }
    return solve_tail(a, target, true, first_guess(a, ipsim_normal_neg_log_upper_inverse(target), other_tail(target)));
}

double ipsim_gamma_log_ratio_of_lower(double a, double target)
{
    if (!(a > 0.0 && target > 0.0 && target < IPSIM_INFINITY)) {
        return target == 0.0 ? IPSIM_INFINITY : target > 0.0 && a > 0.0 ? -IPSIM_INFINITY : IPSIM_NAN;
    }
    return solve_tail(a, target, false, first_guess(a, -ipsim_normal_neg_log_upper_inverse(target), target));
}

double ipsim_gamma_quantile(double a, double p)
{
    if (!(p > 0.0 && p < 1.0)) {
        return p == 0.0 ? 0.0 : p == 1.0 ? IPSIM_INFINITY : IPSIM_NAN;
    }
    return a * ipsim_exp(ipsim_gamma_log_ratio_of_upper(a, -ipsim_log1p(-p)));
}
