/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inverses of the incomplete gamma functions: a good first guess, then two or three steps of Halley's method. */
#include <math.h>

#include "ipsim/special.h"
#include "maths/elementary.h"
#include "maths/tail.h"

/* Far out in the upper tail of a small shape, Q is nearly x^(a - 1) exp(-x) / Gamma(a); y = -log(Q Gamma(a)) (DiDonato and Morris 1986). */
static double upper_guess(double a, double y)
{
    double v = y - (1.0 - a) * ipsim_log(y);
    return ipsim_log((y - (1.0 - a) * ipsim_log(v) - ipsim_log1p((1.0 - a) / (1.0 + v))) / a);
}

/* Low down P is x^a / Gamma(a + 1), from which a series in x goes on. Elsewhere (x / a)^(1/3) is nearly normal (Wilson and Hilferty 1931). */
static double first_guess(const ipsim_gamma_shape *shape, double neg_log_lower, double neg_log_upper)
{
    double a = shape->a;
    double start = -(neg_log_lower + shape->front + (a < 10.0 ? 0.0 : a)) / a;
    double part = start < 0.0 ? a / (a + 1.0) * ipsim_exp(start) : 1.0;

    if (part < 0.3) {
        return start + part + (2.0 * a + 3.0) / (2.0 * (a + 2.0)) * part * part;
    }
    if (a < 1.0) {
        double y = neg_log_upper - (a * shape->log_a - shape->front - shape->log_a);
        if (y > 1.5) {
            return upper_guess(a, y);
        }
    }
    double z = ipsim_normal_neg_log_upper_inverse(neg_log_upper);
    double root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * sqrt(a));
    return root > 0.2 ? 3.0 * ipsim_log(root) : start;
}

static double solve(const ipsim_gamma_shape *shape, double neg_log_lower, double neg_log_upper)
{
    ipsim_tail_search search = {.neg_log_lower = neg_log_lower,
                                .neg_log_upper = neg_log_upper,
                                .low = -IPSIM_INFINITY,
                                .high = IPSIM_INFINITY,
                                .scale = 1.0 + sqrt(shape->a),
                                .rest = shape->a > 0.5 ? IPSIM_TAIL_COARSE : IPSIM_TAIL_FINE};
    double log_ratio = first_guess(shape, neg_log_lower, neg_log_upper);
    double x;

    do {
        x = shape->a * ipsim_exp(log_ratio);
    } while (ipsim_tail_step(&search, ipsim_gamma_tail(shape, log_ratio, x, search.rest), shape->a - x, &log_ratio));
    return log_ratio;
}

double ipsim_gamma_log_ratio(const ipsim_gamma_shape *shape, double target, bool upper)
{
    if (!(shape->front == shape->front && target > 0.0 && target < IPSIM_INFINITY)) {
        if (!(shape->front == shape->front && target >= 0.0)) {
            return IPSIM_NAN;
        }
        return (target == 0.0) == upper ? -IPSIM_INFINITY : IPSIM_INFINITY;
    }
    return upper ? solve(shape, ipsim_other_tail(target), target) : solve(shape, target, ipsim_other_tail(target));
}

double ipsim_gamma_log_ratio_of_upper(double a, double target)
{
    ipsim_gamma_shape shape = ipsim_gamma_shape_of(a);
    return ipsim_gamma_log_ratio(&shape, target, true);
}

double ipsim_gamma_log_ratio_of_lower(double a, double target)
{
    ipsim_gamma_shape shape = ipsim_gamma_shape_of(a);
    return ipsim_gamma_log_ratio(&shape, target, false);
}

double ipsim_gamma_quantile_of(const ipsim_gamma_shape *shape, double p)
{
    if (!(p > 0.0 && p < 1.0)) {
        return p == 0.0 ? 0.0 : p == 1.0 ? IPSIM_INFINITY : IPSIM_NAN;
    }
    return shape->front == shape->front ? shape->a * ipsim_exp(solve(shape, -ipsim_log(p), -ipsim_log1p(-p))) : IPSIM_NAN;
}

double ipsim_gamma_quantile(double a, double p)
{
    ipsim_gamma_shape shape = ipsim_gamma_shape_of(a);
    return ipsim_gamma_quantile_of(&shape, p);
}
