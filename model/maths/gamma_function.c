/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gamma function and its relatives. */
#include <math.h>

#include "ipsim/special.h"
#include "maths/elementary.h"

#define LOG_SQRT_2PI 0.91893853320467274178

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

/* With r = mu / (2 + mu), log(1 + mu) = 2 (r + r^3/3 + r^5/5 + ...) and mu - 2 r = mu r. Two sums, over every other term, so that a
 * processor can work on both at once. */
double ipsim_deviance(double mu)
{
    static const double even[] = {1.0 / 35, 1.0 / 31, 1.0 / 27, 1.0 / 23, 1.0 / 19, 1.0 / 15, 1.0 / 11, 1.0 / 7, 1.0 / 3};
    static const double odd[] = {1.0 / 37, 1.0 / 33, 1.0 / 29, 1.0 / 25, 1.0 / 21, 1.0 / 17, 1.0 / 13, 1.0 / 9, 1.0 / 5};
    double r = mu / (2.0 + mu);
    double w = r * r;
    double w2 = w * w;
    double sum = 0.0;
    double other = 0.0;

    if (!(mu > -0.5 && mu < 1.0)) {
        return mu - ipsim_log1p(mu);
    }
    for (int i = 0; i < 9; i++) {
        sum = even[i] + w2 * sum;
        other = odd[i] + w2 * other;
    }
    return r * (mu - 2.0 * w * (sum + w * other));
}
