/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The incomplete beta function by a continued fraction, and its inverse by Halley's method. */
#include <math.h>
#include <stdbool.h>

#include "ipsim/special.h"
#include "maths/elementary.h"
#include "maths/tail.h"

#define LOG_2PI 1.83787706640934548356

enum { MAX_TERMS = 100000 };

/* Below this a + b the density is worked out from logarithms, above it from deviances, where large a and b would cost digits. */
static const double LARGE = 40.0;

static bool is_shape(double a)
{
    return a > 0.0 && a < IPSIM_INFINITY;
}

ipsim_beta_shape ipsim_beta_shape_of(double a, double b)
{
    double n = a + b;
    ipsim_beta_shape shape = {.a = a, .b = b, .front = IPSIM_NAN};

    if (is_shape(a) && is_shape(b)) {
        shape.log_a_share = ipsim_log(a / n);
        shape.log_b_share = ipsim_log(b / n);
        shape.front = 0.5 * (ipsim_log(a) - LOG_2PI + shape.log_b_share) + ipsim_stirling_remainder(n) - ipsim_stirling_remainder(a) -
                      ipsim_stirling_remainder(b);
    }
    return shape;
}

/* mu - log(1 + mu) for mu = share / mean - 1. Far below the mean 1 + mu is share / mean itself, of which mu has kept few digits. */
static double deviance_from(double mean, double share, double log_share, double log_mean_share)
{
    double mu = (share - mean) / mean;
    return mu < -0.5 ? mu - (log_share - log_mean_share) : ipsim_deviance(mu);
}

/* A point between 0 and 1, y = 1 - x. */
typedef struct point {
    double x, y, log_x, log_y;
} point;

/* log(x^a y^b / B(a, b)), which is the logarithm of the density of log(x / y). */
static double log_density(const ipsim_beta_shape *shape, point at)
{
    double a = shape->a;
    double b = shape->b;
    double n = a + b;

    if (n < LARGE) {
        return shape->front + a * (at.log_x - shape->log_a_share) + b * (at.log_y - shape->log_b_share);
    }
    return shape->front - a * deviance_from(a, n * at.x, at.log_x, shape->log_a_share) -
           b * deviance_from(b, n * at.y, at.log_y, shape->log_b_share);
}

/* I_x(a, b) B(a, b) / (x^a y^b), for x below about the mean: the even part of the fraction DLMF 8.17.22, as Didonato and Morris (1992,
 * algorithm 708) write it. Numerators and denominators of the convergents go forward, so that no division waits for another. */
static double fraction(double a, double b, double x, double y, double rest)
{
    double square = x * x;
    double lambda = a <= b ? a - (a + b) * x : (a + b) * y - b;
    double c = 1.0 + lambda;
    double above = 1.0, last_above = 0.0;
    double inverse = 1.0 / (a + 1.0);
    double below = a * c * inverse, last_below = 1.0;

    for (int m = 1; m < MAX_TERMS; m++) {
        double odd = m * (b - m);
        double alpha = (a + (m - 1)) * (a + b + (m - 1)) * odd * (inverse * inverse * square);
        double beta = m + odd * x * inverse;
        double next;
        inverse = 1.0 / (a + (2 * m + 1));
        beta += (a + m) * inverse * (c + m * (1.0 + y));
        next = beta * above + alpha * last_above;
        last_above = above;
        above = next;
        next = beta * below + alpha * last_below;
        last_below = below;
        below = next;
        if (fabs(above * last_below - last_above * below) <= rest * fabs(above * last_below)) {
            break;
        }
        if (fabs(below) > 0x1p300) {
            above *= 0x1p-300;
            last_above *= 0x1p-300;
            below *= 0x1p-300;
            last_below *= 0x1p-300;
        }
    }
    return above / below;
}

/* The tail on the side of the mean that x is on. */
static ipsim_tail tail_at(const ipsim_beta_shape *shape, point at, double rest)
{
    bool upper = at.x > (shape->a + 1.0) / (shape->a + shape->b + 2.0);
    double value = upper ? fraction(shape->b, shape->a, at.y, at.x, rest) : fraction(shape->a, shape->b, at.x, at.y, rest);

    return (ipsim_tail){.neg_log = -log_density(shape, at) - ipsim_log(value), .ratio = 1.0 / value, .upper = upper};
}

/* I_x(a, b), or its complement. */
static double tail(double a, double b, double x, bool upper)
{
    ipsim_beta_shape shape = ipsim_beta_shape_of(a, b);
    point at = {.x = x, .y = 1.0 - x};
    ipsim_tail out;
    double value;

    if (!(shape.front == shape.front && x >= 0.0 && x <= 1.0)) {
        return IPSIM_NAN;
    }
    if (x == 0.0 || x == 1.0) {
        return (x == 0.0) == upper ? 1.0 : 0.0;
    }
    at.log_x = x < 0.5 ? ipsim_log(x) : ipsim_log1p(-at.y);
    at.log_y = x < 0.5 ? ipsim_log1p(-x) : ipsim_log(at.y);
    out = tail_at(&shape, at, IPSIM_TAIL_FINE);
    value = ipsim_exp(-out.neg_log);
    return out.upper == upper ? value : 1.0 - value;
}

double ipsim_beta_lower(double a, double b, double x)
{
    return tail(a, b, x, false);
}

double ipsim_beta_upper(double a, double b, double x)
{
    return tail(a, b, x, true);
}

/* The point at log(x / (1 - x)) = u. */
static point point_at(double u)
{
    double small = ipsim_exp(-fabs(u));
    double large = 1.0 / (1.0 + small);
    double log_large = 0.0 - ipsim_log1p(small);
    point at = {.x = large, .y = small * large, .log_x = log_large, .log_y = log_large - fabs(u)};

    return u >= 0.0 ? at : (point){.x = at.y, .y = at.x, .log_x = at.log_y, .log_y = at.log_x};
}

/* With both shapes above 1 log(x / y) is nearly normal, up to terms in 1 / a and 1 / b (Cramer, Fisher and Cornish; algorithm AS 109).
 * Elsewhere either end of the distribution is taken for a power. */
static double first_guess(const ipsim_beta_shape *shape, double p)
{
    double a = shape->a;
    double b = shape->b;
    double u = shape->log_a_share - shape->log_b_share;

    if (a > 1.0 && b > 1.0) {
        double z = -ipsim_normal_quantile(p);
        double r = (z * z - 3.0) / 6.0;
        double s = 1.0 / (2.0 * a - 1.0);
        double t = 1.0 / (2.0 * b - 1.0);
        double h = 2.0 / (s + t);
        return u - 2.0 * (z * sqrt(h + r > 0.0 ? h + r : 0.0) / h - (t - s) * (r + 5.0 / 6.0 - 2.0 / (3.0 * h)));
    }
    double low = ipsim_exp(a * shape->log_a_share) / a;
    double high = ipsim_exp(b * shape->log_b_share) / b;
    double sum = low + high;
    double log_end = p * sum < low ? ipsim_log(a * sum * p) / a : ipsim_log(b * sum * (1.0 - p)) / b; /* of x, or of y */
    double log_rest = ipsim_log(-ipsim_expm1(log_end < -1e-9 ? log_end : -1e-9));
    return p * sum < low ? log_end - log_rest : log_rest - log_end;
}

/* Works on u = log(x / y). */
double ipsim_beta_quantile_of(const ipsim_beta_shape *shape, double p)
{
    ipsim_tail_search search = {.neg_log_lower = -ipsim_log(p),
                                .neg_log_upper = -ipsim_log1p(-p),
                                .low = -IPSIM_INFINITY,
                                .high = IPSIM_INFINITY,
                                .scale = 1.0 + sqrt(shape->a < shape->b ? shape->a : shape->b),
                                .rest = IPSIM_TAIL_COARSE};
    double u;
    point at;

    if (!(shape->front == shape->front && p > 0.0 && p < 1.0)) {
        return shape->front == shape->front && (p == 0.0 || p == 1.0) ? p : IPSIM_NAN;
    }
    u = first_guess(shape, p);
    do {
        at = point_at(u);
    } while (ipsim_tail_step(&search, tail_at(shape, at, search.rest), shape->a * at.y - shape->b * at.x, &u));
    return 1.0 / (1.0 + ipsim_exp(-u));
}

double ipsim_beta_quantile(double a, double b, double p)
{
    ipsim_beta_shape shape = ipsim_beta_shape_of(a, b);
    return ipsim_beta_quantile_of(&shape, p);
}
