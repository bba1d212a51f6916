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

/* x = a exp(log_ratio), finite. */
ipsim_tail ipsim_gamma_tail(const ipsim_gamma_shape *shape, double log_ratio, double x);

/* From one tail's -log to the other's. */
static inline double ipsim_other_tail(double neg_log)
{
    return neg_log < 0.69314718055994530942 ? -ipsim_log(-ipsim_expm1(-neg_log)) : 0.0 - ipsim_log1p(-ipsim_exp(-neg_log));
}

/* A search within a bracket. */
typedef struct ipsim_tail_search {
    double neg_log_lower, neg_log_upper; /* wanted */
    double low, high;                    /* the bracket */
    double scale;                        /* 1 / scale is about how far t has to go for a tail to change much */
    int n_steps;
} ipsim_tail_search;

enum { IPSIM_TAIL_STEPS_MAX = 200 };

/* Moves *t, where the tail is `at` and the logarithm of f has the derivative `bend`; false when it need not be moved again. Halley's
 * method on w(t) = log(-log tail), which is nearly straight at both ends: w' = r / v for the upper tail, -r / v for the lower one, and
 * w'' / w' = bend + r - r / v or bend - r + r / v, with v = -log tail and r = f / tail. */
static inline bool ipsim_tail_step(ipsim_tail_search *search, ipsim_tail at, double bend, double *t)
{
    double excess = ipsim_log(at.neg_log / (at.upper ? search->neg_log_upper : search->neg_log_lower));
    double change = at.ratio / at.neg_log;
    double newton = (at.upper ? -excess : excess) / change;
    double curve = at.upper ? bend + at.ratio - change : bend - at.ratio + change;
    double divisor = 1.0 + 0.5 * newton * curve;
    double next = *t + newton / (divisor > 0.5 ? divisor : 0.5);

    if (excess == 0.0 || search->n_steps == IPSIM_TAIL_STEPS_MAX) {
        return false;
    }
    if ((excess < 0.0) == at.upper) {
        search->low = *t;
    } else {
        search->high = *t;
    }
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
        next = (excess < 0.0) == at.upper ? *t + far : *t - far;
    }
    *t = next;
    search->n_steps++;
    return next != search->low && next != search->high;
}

#endif
