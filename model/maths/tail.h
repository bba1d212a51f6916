/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/tail: what the inverses of the incomplete gamma and beta functions share. Both look for the t at which a tail has a wanted
 * probability, t being log x or log(x / (1 - x)), whose density f is smooth and has one maximum. */
#ifndef IPSIM_TAIL_H
#define IPSIM_TAIL_H

#include <math.h>
#include <stdbool.h>

#include "ipsim/special.h"
#include "maths/elementary.h"

/* One of the two tails at some t: the one that the method at hand gives without cancellation. */
typedef struct ipsim_tail {
    double neg_log; /* of its probability */
    double ratio;   /* density of t / its probability */
    bool upper;
} ipsim_tail;

/* Series and fractions end when what is left is this share of the whole: all digits, or enough to come near. */
#define IPSIM_TAIL_FINE 2e-16
#define IPSIM_TAIL_COARSE 1e-7

/* x = a exp(log_ratio), finite. */
ipsim_tail ipsim_gamma_tail(const ipsim_gamma_shape *shape, double log_ratio, double x, double rest);

/* From one tail's -log to the other's. */
static inline double ipsim_other_tail(double neg_log)
{
    return neg_log < 0.69314718055994530942 ? -ipsim_log(-ipsim_expm1(-neg_log)) : 0.0 - ipsim_log1p(-ipsim_exp(-neg_log));
}

/* A search within a bracket. Its first step is taken from a coarse look. */
typedef struct ipsim_tail_search {
    double neg_log_lower, neg_log_upper; /* wanted */
    double low, high;                    /* the bracket */
    double scale;                        /* 1 / scale is about how far t has to go for a tail to change much */
    double rest;                         /* how closely to look next */
    int n_steps;
} ipsim_tail_search;

enum { IPSIM_TAIL_STEPS_MAX = 200 };

/* Where Halley's method goes from t. Near the goal it works on -log tail, whose derivative is v' = r or, for the lower tail, -r, with
 * r = f / tail and v'' / v' = bend + r or bend - r, bend the derivative of log f. Elsewhere on w = log v, nearly straight at both ends:
 * w' = v' / v, and w'' / w' = v'' / v' - w'. excess: how much too large the tail's -log is. */
static inline double ipsim_tail_halley(ipsim_tail at, double excess, double target, double bend, double t)
{
    double slope = at.upper ? at.ratio : -at.ratio;
    double curve = bend + slope;
    double newton, divisor;

    if (fabs(excess) > 0.25) {
        excess = ipsim_log(at.neg_log / target);
        slope /= at.neg_log;
        curve -= slope;
    }
    newton = -excess / slope;
    divisor = 1.0 + 0.5 * newton * curve;
    return t + newton / (divisor > 0.5 ? divisor : 0.5);
}

/* Moves *t, where the tail is `at` and log f has the derivative `bend`; false when it need not be moved again. */
static inline bool ipsim_tail_step(ipsim_tail_search *search, ipsim_tail at, double bend, double *t)
{
    double target = at.upper ? search->neg_log_upper : search->neg_log_lower;
    double excess = at.neg_log - target;
    double next = ipsim_tail_halley(at, excess, target, bend, *t);
    bool below = (excess < 0.0) == at.upper;

    if (search->rest > IPSIM_TAIL_FINE) {
        search->rest = IPSIM_TAIL_FINE;
        *t = fabs(next - *t) * search->scale < 4.0 ? next : *t;
        return true;
    }
    if (excess == 0.0 || search->n_steps == IPSIM_TAIL_STEPS_MAX) {
        return false;
    }
    search->low = below ? *t : search->low;
    search->high = below ? search->high : *t;
    if (next > search->low && next < search->high) {
        double size = fabs(next - *t) * search->scale;
        *t = next;
        search->n_steps++;
        return size >= 1e-5; /* the error is about the cube of the step, so that it is below the last bit now */
    }
    if (search->low > -IPSIM_INFINITY && search->high < IPSIM_INFINITY) {
        next = 0.5 * (search->low + search->high);
    } else {
        double far = ldexp(1.0, search->n_steps) / search->scale;
        next = below ? *t + far : *t - far;
    }
    *t = next;
    search->n_steps++;
    return next != search->low && next != search->high;
}

#endif
