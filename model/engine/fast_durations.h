/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels: how long the recurrent events last that end the sojourns of a chunk. */
#ifndef IPSIM_FAST_DURATIONS_H
#define IPSIM_FAST_DURATIONS_H

#include <math.h>
#include <string.h>

#include "fast_draw.h"
#include "fast_risks.h"
#include "ipsim/special.h"
#include "maths/normal_quantile.h"

/* Log-normal quantiles, with the operations of maths/distribution.c. What lies far from the middle is looked up one by one. */
static void log_normals(const ipsim_distribution *d, size_t n, const double *restrict u, double *restrict x)
{
    double from = d->u_lower, width = d->u_upper - d->u_lower;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = d->p[0] + d->p[1] * ipsim_normal_quantile_central(from + u[i] * width - 0.5);
    for (size_t i = 0; i < n; i++) {
        double share = from + u[i] * width;
        if (!(fabs(share - 0.5) <= IPSIM_NORMAL_CENTRE))
            x[i] = d->p[0] + d->p[1] * ipsim_normal_quantile(share);
    }
    exps(n, x);
    for (size_t i = 0; i < n; i++)
        x[i] = fmin(fmax(x[i], d->lower), d->upper);
}

static void draw_days_of(const chunk *c, size_t k, size_t event, double *restrict days)
{
    const ipsim_fast *e = c->e;
    const ipsim_distribution *distribution = &e->model->duration_days[event];
    uint32_t *durations = e->durations + event * e->stride;
    int64_t flag[IPSIM_CHUNK], picked[IPSIM_CHUNK], person[IPSIM_CHUNK], key[IPSIM_CHUNK], count[IPSIM_CHUNK];
    double u[IPSIM_CHUNK], x[IPSIM_CHUNK];
    size_t padded = lanes_of(c);
#pragma omp simd
    for (size_t i = 0; i < padded; i++)
        flag[i] = c->win[i] == (int64_t)k;
    for (size_t i = c->n; i < padded; i++)
        flag[i] = 0;
    size_t n = pick(padded, flag, picked), whole = whole_vectors(n);
    for (size_t j = 0; j < whole; j++) {
        int64_t slot = c->slot[picked[j < n ? j : 0]];
        person[j] = e->people->person[slot];
        key[j] = e->model->duration_key[event];
        count[j] = durations[slot];
    }
    for (size_t j = 0; j < n; j++)
        durations[c->slot[picked[j]]]++;
    draw_uniforms(whole, e->luck, person, key, count, u);
    if (distribution->family == IPSIM_DIST_LOGNORMAL)
        log_normals(distribution, whole, u, x);
    else
        for (size_t j = 0; j < n; j++)
            x[j] = ipsim_distribution_quantile(distribution, u[j]);
    for (size_t j = 0; j < n; j++)
        days[picked[j]] = x[j];
}

/* 0 where no event ends the sojourn, or one that takes no time. */
static void draw_days(const chunk *c, double *days)
{
    const ipsim_compiled_model *model = c->e->model;
    memset(days, 0, c->padded * sizeof *days);
    for (size_t k = 0; k < c->n_risks; k++) {
        size_t event = model->risks[c->first_risk + k].event;
        if (event != SIZE_MAX && model->has_duration[event])
            draw_days_of(c, k, event, days);
    }
}

#endif
