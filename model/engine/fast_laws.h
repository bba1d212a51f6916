/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels: cumulative hazards of many lanes, with the operations of maths/hazard.c. */
#ifndef IPSIM_FAST_LAWS_H
#define IPSIM_FAST_LAWS_H

#include "fast.h"
#include "maths/elementary.h"

#include <string.h>

/* out = log(x), as ipsim_log; 0 where x is not above 0. Selections for values that hardly ever come cost as much as the logarithm itself,
 * so all lanes are looked at first. */
static void logs(size_t n, const double *restrict x, double *restrict out)
{
    int64_t odd = 0;
#pragma omp simd reduction(| : odd)
    for (size_t i = 0; i < n; i++)
        odd |= (x[i] > 0.0) & !((x[i] >= DBL_MIN) & (x[i] <= DBL_MAX));
    if (odd) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = x[i] > 0.0 ? ipsim_log(x[i]) : 0.0;
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = ipsim_log_core(x[i] > 0.0 ? x[i] : 1.0);
}

/* x = exp(x), as ipsim_exp. */
static void exps(size_t n, double *restrict x)
{
    int64_t odd = 0;
#pragma omp simd reduction(| : odd)
    for (size_t i = 0; i < n; i++)
        odd |= !((x[i] >= -700.0) & (x[i] <= 700.0));
    if (odd) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            x[i] = ipsim_exp(x[i]);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = ipsim_exp_core(x[i]);
}

#include "fast_log_normal.h" /* which uses logs() */

/* law: where the law's rates begin. */
static void cumulative_bands(const fast_bands *bands, size_t n, const int64_t *restrict law, const double *restrict x, double *restrict out)
{
    double most = (double)(bands->n_cells - 1), cells = bands->cells_per_year;
    const double *restrict rates = bands->rate, *restrict sums = bands->cumulative;
    if (bands->even) { /* a band is a cell */
        double years = 1.0 / cells;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double cell = x[i] * cells;
            cell = cell < most ? cell : most;
            cell = cell > 0.0 ? cell : 0.0;
            int32_t band = (int32_t)cell;
            int64_t at = law[i] + band;
            double rate = rates[at], sum = sums[at];
            double inside = sum + rate * (x[i] - (double)band * years);
            out[i] = x[i] > 0.0 ? inside : 0.0;
        }
        return;
    }
    int64_t band[IPSIM_CHUNK];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double cell = x[i] * cells;
        cell = cell < most ? cell : most;
        cell = cell > 0.0 ? cell : 0.0;
        band[i] = bands->find[(int64_t)(int32_t)cell];
    }
    for (int64_t step = 0; step < bands->n_steps; step++)
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            band[i] += bands->next[band[i]] <= x[i];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        int64_t at = law[i] + band[i];
        double rate = rates[at], sum = sums[at];
        double inside = sum + rate * (x[i] - bands->start[band[i]]);
        out[i] = x[i] > 0.0 ? inside : 0.0;
    }
}

static void cumulative(const fast_risk *r, size_t n, const int64_t *restrict law, const double *restrict x, double *restrict out)
{
    const ipsim_hazard *h = r->risk->laws;
    double p0 = h->p[0], p1 = h->p[1], d1 = h->derived[1];
    switch (h->family) {
    case IPSIM_PIECEWISE:
        cumulative_bands(r->bands, n, law, x, out);
        return;
    case IPSIM_WEIBULL:
        logs(n, x, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = p0 * (out[i] - d1);
        exps(n, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = x[i] > 0.0 ? out[i] : 0.0;
        return;
    case IPSIM_WEIBULL_PH:
        logs(n, x, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = p0 * out[i];
        exps(n, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = x[i] > 0.0 && p1 > 0.0 ? p1 * out[i] : 0.0;
        return;
    case IPSIM_GOMPERTZ:
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double y = p1 * (ipsim_expm1(p0 * x[i]) / p0);
            y = p0 == 0.0 ? p1 * x[i] : y;
            out[i] = x[i] > 0.0 && p1 != 0.0 ? y : 0.0;
        }
        return;
    case IPSIM_LOG_LOGISTIC:
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double w = p0 * (ipsim_log(x[i]) - d1);
            double e = ipsim_log1p(ipsim_exp(w > 0.0 ? -w : w));
            double y = w > 0.0 ? w + e : e;
            out[i] = x[i] > 0.0 ? y : 0.0;
        }
        return;
    case IPSIM_LOG_NORMAL:
        cumulative_log_normal(h, n, x, out);
        return;
    default: /* laws that need a search or a series */
        for (size_t i = 0; i < n; i++)
            out[i] = ipsim_hazard_cumulative(h, x[i]);
    }
}

/* The last band whose start lies strictly below the target, as in maths/hazard.c. */
static void inverse_bands(const fast_bands *bands, size_t n, const int64_t *restrict law, const double *restrict target,
                          double *restrict out)
{
    int64_t band[IPSIM_CHUNK], last = (int64_t)bands->n_bands - 1, half = 1;
    const double *restrict sums = bands->cumulative, *restrict rates = bands->rate;
    while (half <= last)
        half *= 2;
    memset(band, 0, n * sizeof *band);
    for (half /= 2; half > 0; half /= 2)
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            int64_t next = band[i] + half, inside = next <= last ? next : last;
            double sum = sums[law[i] + inside];
            bool beyond = (next <= last) & (sum < target[i]);
            band[i] = beyond ? next : band[i];
        }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        int64_t at = law[i] + band[i];
        double rate = rates[at], end = bands->next[band[i]];
        double x = bands->start[band[i]] + (target[i] - sums[at]) / rate;
        x = x < end ? x : end;
        x = rate == 0.0 ? IPSIM_INFINITY : x;
        out[i] = target[i] > 0.0 ? x : 0.0;
    }
}

/* The smallest x at which the cumulative hazard reaches the target. */
static void inverses(const fast_risk *r, size_t n, const int64_t *restrict law, const double *restrict target, double *restrict out)
{
    const ipsim_hazard *h = r->risk->laws;
    double p0 = h->p[0], p1 = h->p[1], d0 = h->derived[0], d1 = h->derived[1];
    switch (h->family) {
    case IPSIM_PIECEWISE:
        inverse_bands(r->bands, n, law, target, out);
        return;
    case IPSIM_WEIBULL:
        logs(n, target, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = d1 + out[i] * d0;
        exps(n, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = target[i] > 0.0 ? out[i] : 0.0;
        return;
    case IPSIM_WEIBULL_PH:
        logs(n, target, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            out[i] = (out[i] - d1) * d0;
        exps(n, out);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double x = p1 > 0.0 ? out[i] : IPSIM_INFINITY;
            out[i] = target[i] > 0.0 ? x : 0.0;
        }
        return;
    case IPSIM_GOMPERTZ:
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double relative = p0 * (target[i] / p1);
            double x = ipsim_log1p(relative) / p0;
            x = relative > -1.0 ? x : IPSIM_INFINITY;
            x = p0 == 0.0 ? target[i] / p1 : x;
            x = p1 == 0.0 ? IPSIM_INFINITY : x;
            out[i] = target[i] > 0.0 ? x : 0.0;
        }
        return;
    case IPSIM_LOG_LOGISTIC:
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double near = ipsim_log(ipsim_expm1(target[i])), far = target[i] + ipsim_log1p(-ipsim_exp(-target[i]));
            double x = ipsim_exp(d1 + (target[i] < 1.0 ? near : far) * d0);
            out[i] = target[i] > 0.0 ? x : 0.0;
        }
        return;
    case IPSIM_LOG_NORMAL:
        inverse_log_normal(h, n, target, out);
        return;
    default:
        for (size_t i = 0; i < n; i++)
            out[i] = ipsim_hazard_inverse(h, target[i]);
    }
}

#endif
