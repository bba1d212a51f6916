/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels: log-normal hazards, with the operations of maths/normal.c. What lies far out is looked up one by one. */
#ifndef IPSIM_FAST_LOG_NORMAL_H
#define IPSIM_FAST_LOG_NORMAL_H

#include <math.h>

#include "ipsim/account.h"
#include "ipsim/hazard.h"
#include "maths/normal_quantile.h"
#include "maths/normal_tail.h"

/* -log of the upper tail at (log x - meanlog) / sdlog. Selections have loops of their own: a compiler moves what they choose between into branches, of which it makes no vectors. */
static void cumulative_log_normal(const ipsim_hazard *h, size_t n, const double *restrict x, double *restrict out)
{
    double meanlog = h->p[0], per_sd = h->derived[0], z[IPSIM_CHUNK] = {0.0}, upper[IPSIM_CHUNK], over[IPSIM_CHUNK];
    int64_t far[IPSIM_CHUNK], any = 0;
    logs(n, x, z);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        z[i] = (z[i] - meanlog) * per_sd;
#pragma omp simd reduction(| : any)
    for (size_t i = 0; i < n; i++) {
        double size = fabs(z[i]);
        far[i] = (x[i] > 0.0) & !(size < IPSIM_NORMAL_TAIL_FAR);
        any |= far[i];
        size = size < IPSIM_NORMAL_TAIL_FAR ? size : 1.0;
        double tail = ipsim_normal_tail_near(size), central = 0.5 - size * ipsim_normal_tail_central(size);
        double in_tail = ipsim_normal_half_square_exp_core(size) * tail;
        upper[i] = size > IPSIM_NORMAL_TAIL_FROM ? in_tail : central; /* at |z| */
        over[i] = size > IPSIM_NORMAL_TAIL_FROM ? tail : central;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        over[i] = ipsim_double_if(z[i] > IPSIM_NORMAL_TAIL_FROM, 0.5 * z[i] * z[i]) - ipsim_log_core(over[i]);
        upper[i] = 0.0 - ipsim_log1p_core(-upper[i]);
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double y = z[i] < 0.0 ? upper[i] : over[i];
        out[i] = x[i] > 0.0 ? y : 0.0;
    }
    for (size_t i = 0; any && i < n; i++)
        if (far[i])
            out[i] = ipsim_hazard_cumulative(h, x[i]);
}

/* As ipsim_normal_neg_log_upper_inverse: the quantile's middle, or one of its two tails. */
static void inverse_log_normal(const ipsim_hazard *h, size_t n, const double *restrict target, double *restrict out)
{
    double meanlog = h->p[0], sdlog = h->p[1], p[IPSIM_CHUNK] = {0.0}, q[IPSIM_CHUNK], root[IPSIM_CHUNK];
    int64_t far[IPSIM_CHUNK], any = 0;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        p[i] = target[i] < 60.0 ? target[i] : 60.0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t = p[i];
        p[i] = 0.0 - ipsim_expm1_core(0.0 - t);
        q[i] = ipsim_exp_core(0.0 - t);
    }
    logs(n, p, root);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double more = target[i] < IPSIM_NORMAL_LOWER_HALF ? p[i] : 0.5, less = target[i] < IPSIM_NORMAL_LOWER_HALF ? 0.5 : q[i];
        double neg_log = target[i] < IPSIM_NORMAL_LOWER_HALF ? -root[i] : target[i];
        neg_log = neg_log > 0.0 ? neg_log : 36.0;
        root[i] = neg_log <= 24.9 ? neg_log : 36.0;
        q[i] = more - less;
    }
    for (size_t i = 0; i < n; i++) /* apart, because a root that might set errno makes no vectors */
        root[i] = sqrt(root[i]);
#pragma omp simd reduction(| : any)
    for (size_t i = 0; i < n; i++) {
        double t = target[i];
        bool lower = t < IPSIM_NORMAL_LOWER_HALF;
        bool in_tail = (lower & (q[i] < -IPSIM_NORMAL_CENTRE)) | (t >= IPSIM_NORMAL_UPPER_TAIL);
        double z = ipsim_normal_quantile_central(q[i]), tail = ipsim_normal_quantile_near_tail(root[i]), less = 0.0 - tail;
        tail = lower ? less : tail;
        z = in_tail ? tail : z;
        double when = ipsim_exp(meanlog + sdlog * z);
        out[i] = t > 0.0 ? when : 0.0;
        far[i] = in_tail & (root[i] > 5.0) & (t > 0.0);
        any |= far[i];
    }
    for (size_t i = 0; any && i < n; i++)
        if (far[i])
            out[i] = ipsim_hazard_inverse(h, target[i]);
}

#endif
