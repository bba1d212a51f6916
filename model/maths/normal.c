/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The standard normal distribution: the parts of normal_tail.h and normal_quantile.h, and what lies further out, from the same sources. */
#include "ipsim/special.h"

#include <math.h>

#include "maths/elementary.h"
#include "maths/normal_quantile.h"
#include "maths/normal_tail.h"

#define SQRT_2PI 2.50662827463100050242
#define LOG_SQRT_2PI 0.91893853320467274178

/* Numerator and denominator go by Horner's rule, coefficient of the highest power first. */
static double polynomial(double x, const double *coefficients, int n)
{
    double y = coefficients[0];
    for (int i = 1; i < n; i++) {
        y = y * x + coefficients[i];
    }
    return y;
}

/* upper(z) exp(z^2 / 2) for z above IPSIM_NORMAL_TAIL_FROM */
static double tail(double z)
{
    static const double far_above[] = {.02307344176494017303, .21589853405795699,     .1274011611602473639,
                                       .022235277870649807,   .001421619193227893466, 2.9112874951168792e-5};
    static const double far_below[] = {
        1.0, 1.28426009614491121, .468238212480865118, .0659881378689285515, .00378239633202758244, 7.29751555083966205e-5};
    double w;

    if (z < IPSIM_NORMAL_TAIL_FAR) {
        return ipsim_normal_tail_near(z);
    }
    if (z > 1e9) {
        return 1.0 / (z * SQRT_2PI); /* the square below might overflow, and the next term is far below the last bit */
    }
    w = 1.0 / (z * z);
    return (1.0 / SQRT_2PI - w * polynomial(w, far_above, 6) / polynomial(w, far_below, 6)) / z;
}

double ipsim_normal_upper(double z)
{
    double size = fabs(z);
    double upper;

    if (size <= IPSIM_NORMAL_TAIL_FROM) {
        return 0.5 - z * ipsim_normal_tail_central(z);
    }
    upper = size < 40.0 ? ipsim_normal_half_square_exp(size) * tail(size) : z == z ? 0.0 : z;
    return z > 0.0 ? upper : 1.0 - upper;
}

double ipsim_normal_cdf(double z)
{
    return ipsim_normal_upper(-z);
}

double ipsim_normal_mills(double z)
{
    if (z > IPSIM_NORMAL_TAIL_FROM) {
        return SQRT_2PI * tail(z);
    }
    return SQRT_2PI * ipsim_normal_upper(z) * ipsim_exp(0.5 * z * z);
}

double ipsim_normal_neg_log_upper(double z)
{
    if (z > IPSIM_NORMAL_TAIL_FROM) {
        return z < 1e154 ? 0.5 * z * z - ipsim_log(tail(z)) : IPSIM_INFINITY;
    }
    if (z < 0.0) {
        return 0.0 - ipsim_log1p(-ipsim_normal_upper(-z)); /* 0 - 0 is 0, where -(0) would be -0 */
    }
    return -ipsim_log(ipsim_normal_upper(z));
}

/* The z with -log(upper(z)) = target, for target between 2.59 and 729. */
static double quantile_tail(double target)
{
    static const double far_above[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, .00124266094738807843860,
                                       .0265321895265761230930,   .296560571828504891230,    1.78482653991729133580,
                                       5.46378491116411436990,    6.65790464350110377720};
    static const double far_below[] = {
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
        .0148753612908506148525,    .136929880922735805310,    .599832206555887937690,    1.0};
    double r = sqrt(target);

    if (r <= 5.0) {
        return ipsim_normal_quantile_near_tail(r);
    }
    return polynomial(r - 5.0, far_above, 8) / polynomial(r - 5.0, far_below, 8);
}

double ipsim_normal_quantile(double p)
{
    double q = p - 0.5;

    if (!(p > 0.0 && p < 1.0)) {
        return p == 0.0 ? -IPSIM_INFINITY : p == 1.0 ? IPSIM_INFINITY : IPSIM_NAN;
    }
    if (fabs(q) <= IPSIM_NORMAL_CENTRE) {
        return ipsim_normal_quantile_central(q);
    }
    return q < 0.0 ? -quantile_tail(-ipsim_log(p)) : quantile_tail(-ipsim_log(1.0 - p));
}

double ipsim_normal_neg_log_upper_inverse(double target)
{
    double z;

    if (!(target > 0.0 && target < IPSIM_INFINITY)) {
        return target == 0.0 ? -IPSIM_INFINITY : target > 0.0 ? target : IPSIM_NAN;
    }
    if (target < IPSIM_NORMAL_LOWER_HALF) {
        return ipsim_normal_quantile(-ipsim_expm1(-target));
    }
    if (target < IPSIM_NORMAL_UPPER_TAIL) {
        return ipsim_normal_quantile_central(0.5 - ipsim_exp(-target));
    }
    if (target < 729.0) {
        return quantile_tail(target);
    }
    /* Beyond the reach of the approximation the tail is upper(z) = exp(-z^2 / 2) / (z sqrt(2 pi)) to a few parts in a thousand; Newton's
     * method, whose error squares and whose curvature is small here, needs three steps from there. */
    z = sqrt(2.0 * target - 2.0 * LOG_SQRT_2PI - ipsim_log(2.0 * target));
    for (int i = 0; i < 3; i++) {
        z -= (ipsim_normal_neg_log_upper(z) - target) * ipsim_normal_mills(z);
    }
    return z;
}
