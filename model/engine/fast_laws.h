/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels: cumulative hazards of many lanes, with the operations of maths/hazard.c. */
#ifndef IPSIM_FAST_LAWS_H
#define IPSIM_FAST_LAWS_H

#include "fast.h"
#include "maths/elementary.h"

static void cumulative_bands(const fast_bands *bands, size_t n, const int64_t *restrict law, const double *restrict x,
                             double *restrict out)
{
    double most = (double)(bands->n_cells - 1), cells = bands->cells_per_year;
    int64_t band[IPSIM_CHUNK], n_bands = (int64_t)bands->n_bands;
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
        int64_t at = law[i] * n_bands + band[i];
        double rate = bands->rate[at], sum = bands->cumulative[at];
        double inside = sum + rate * (x[i] - bands->start[band[i]]);
        inside = rate == 0.0 ? sum : inside;
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
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double y = ipsim_exp(p0 * (ipsim_log(x[i]) - d1));
            out[i] = x[i] > 0.0 ? y : 0.0;
        }
        return;
    case IPSIM_WEIBULL_PH:
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double y = p1 * ipsim_exp(p0 * ipsim_log(x[i]));
            out[i] = x[i] > 0.0 && p1 > 0.0 ? y : 0.0;
        }
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
    default: /* laws that need a search or a series */
        for (size_t i = 0; i < n; i++)
            out[i] = ipsim_hazard_cumulative(h, x[i]);
    }
}

/* When a stretch that begins at `from`, where the cumulative hazard is `before`, has cost `budget`. */
static double inverse(const ipsim_hazard *law, double multiplier, double origin, double from, double before, double budget)
{
    if (law->family == IPSIM_EXPONENTIAL)
        return from + budget / (multiplier * law->p[0]);
    if (before == INFINITY)
        return from;
    double t = origin + ipsim_hazard_inverse(law, before + budget / multiplier);
    return t > from ? t : from;
}

#endif
