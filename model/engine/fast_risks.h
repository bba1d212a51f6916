/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels: competing risks. A chunk of people in one state is taken through one risk after another, in the order of exposure.c; each
 * kernel moves `best` forward for those whom its risk would hit earlier. */
#ifndef IPSIM_FAST_RISKS_H
#define IPSIM_FAST_RISKS_H

#include <string.h>

#include "fast.h"
#include "fast_laws.h"
#include "fast_pick.h"

typedef struct chunk {
    ipsim_fast *e;
    int state;
    size_t n, padded;
    size_t first_risk, n_risks;
    int64_t slot[IPSIM_CHUNK], win[IPSIM_CHUNK]; /* win: which of the state's risks, or -1 */
    double from[IPSIM_CHUNK], best[IPSIM_CHUNK]; /* best: the earliest firing so far */
    const double *origin[IPSIM_CLOCKS_MAX];
    double origins[IPSIM_CLOCKS_MAX][IPSIM_CHUNK];
    double *budget, *spent, *limit; /* [risk of the state * IPSIM_CHUNK + lane]; limit: up to when `spent` was reckoned */
} chunk;

/* Whole vectors, and the compiler sees it. */
static inline size_t lanes_of(const chunk *c)
{
    return c->padded & ~(size_t)(IPSIM_LANES - 1);
}

/* ---- stretches of time in which multiplier and law are constant: one for each lane of the chunk, or for those that go on ---- */

typedef struct span {
    size_t n; /* whole vectors */
    const int64_t *slot;
    const double *from, *limit, *left;
    const double *origin[IPSIM_CLOCKS_MAX]; /* of the risk's clocks */
    const double *until;                    /* the limit itself when nothing but the law changes */
    int64_t law[IPSIM_CHUNK];
    double ends[IPSIM_CHUNK], multiplier[IPSIM_CHUNK], before[IPSIM_CHUNK], available[IPSIM_CHUNK];
} span;

/* Those that go on, moved together. */
typedef struct rest {
    size_t n;
    int64_t lane[IPSIM_CHUNK], slot[IPSIM_CHUNK];
    double from[IPSIM_CHUNK], limit[IPSIM_CHUNK], left[IPSIM_CHUNK];
    double origin[IPSIM_CLOCKS_MAX][IPSIM_CHUNK];
} rest;

/* The piece of a step function that holds at `from`; `ends` is moved forward to where it ends. A clock that has not started is in piece 0
 * for ever. */
static void find_pieces(const ipsim_steps *steps, span *s, int64_t *restrict piece)
{
    const double *restrict zero = s->origin[steps->clock], *restrict from = s->from;
    memset(piece, 0, s->n * sizeof *piece);
    for (size_t j = 0; j < steps->n_breaks; j++) {
        double at = steps->breaks[j];
#pragma omp simd
        for (size_t i = 0; i < s->n; i++) {
            double end = zero[i] + at;
            bool passed = end <= from[i];
            piece[i] += passed;
            s->ends[i] = !passed && end < s->ends[i] ? end : s->ends[i];
        }
    }
}

/* The same for all: no table to look up. */
static void apply_steps(const ipsim_compiled_effect *effect, span *s)
{
    const double *restrict zero = s->origin[effect->steps.clock], *restrict from = s->from;
    double value[IPSIM_CHUNK];
    for (size_t i = 0; i < s->n; i++)
        value[i] = effect->by_level[0];
    for (size_t j = 0; j < effect->steps.n_breaks; j++) {
        double at = effect->steps.breaks[j], next = effect->by_level[j + 1];
#pragma omp simd
        for (size_t i = 0; i < s->n; i++) {
            double end = zero[i] + at;
            bool passed = end <= from[i];
            value[i] = passed ? next : value[i];
            s->ends[i] = !passed && end < s->ends[i] ? end : s->ends[i];
        }
    }
#pragma omp simd
    for (size_t i = 0; i < s->n; i++)
        s->multiplier[i] *= zero[i] < IPSIM_INFINITY ? value[i] : 1.0;
}

static void apply_effect(const ipsim_fast *e, const ipsim_compiled_effect *effect, span *s)
{
    if (effect->attribute == IPSIM_NO_ATTRIBUTE) {
        apply_steps(effect, s);
        return;
    }
    int64_t piece[IPSIM_CHUNK], n_pieces = (int64_t)effect->steps.n_breaks + 1;
    const double *restrict attribute = e->people->attributes + (size_t)effect->attribute * e->stride;
    const double *restrict zero = s->origin[effect->steps.clock];
    const int64_t *restrict slot = s->slot;
    find_pieces(&effect->steps, s, piece);
    if (effect->numeric) {
#pragma omp simd
        for (size_t i = 0; i < s->n; i++) {
            double value = ipsim_exp(effect->exponent[piece[i]] * effect->log_hr * (attribute[slot[i]] - effect->centre));
            s->multiplier[i] *= zero[i] < IPSIM_INFINITY ? value : 1.0;
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < s->n; i++) {
        double value = effect->by_level[(int64_t)attribute[slot[i]] * n_pieces + piece[i]];
        s->multiplier[i] *= zero[i] < IPSIM_INFINITY ? value : 1.0;
    }
}

/* What does not change with time. */
static void steady_part(const fast_risk *r, span *s)
{
    const int64_t *restrict slot = s->slot; // cppcheck-suppress ctuuninitvar ; fire_searched() has set it
    if (r->multiplier) {
#pragma omp simd
        for (size_t i = 0; i < s->n; i++)
            s->multiplier[i] = r->multiplier[slot[i]];
    } else {
        for (size_t i = 0; i < s->n; i++)
            s->multiplier[i] = r->constant;
    }
    if (r->bands && r->bands->law) {
        const int64_t *restrict law = r->bands->law;
#pragma omp simd
        for (size_t i = 0; i < s->n; i++)
            s->law[i] = law[slot[i]];
    } else if (r->bands) {
        memset(s->law, 0, s->n * sizeof *s->law);
    }
}

static void find_stretches(const ipsim_fast *e, const fast_risk *r, span *s)
{
    const ipsim_risk *risk = r->risk;
    steady_part(r, s);
    s->until = r->varies ? s->ends : s->limit;
    if (!r->varies)
        return;
    memcpy(s->ends, s->limit, s->n * sizeof *s->ends);
    for (size_t k = risk->n_constant; k < risk->n_effects; k++)
        apply_effect(e, &risk->effects[k], s);
    if (risk->n_years > 1) {
        int64_t piece[IPSIM_CHUNK], n_bands = (int64_t)r->bands->n_bands;
        ipsim_steps years = {.clock = IPSIM_CLOCK_CALENDAR, .n_breaks = risk->n_years - 1, .breaks = risk->years + 1};
        find_pieces(&years, s, piece);
        for (size_t i = 0; i < s->n; i++)
            s->law[i] += piece[i] * n_bands;
    }
}

static inline double available_of(double multiplier, double before, double after, bool lasts)
{
    double available = before == IPSIM_INFINITY ? IPSIM_INFINITY : multiplier * (after - before);
    return multiplier > 0.0 && lasts ? available : 0.0;
}

/* The hazard that each stretch can supply; `before` is kept for the inverse. from_zero: the clock begins with the stretch. */
static void find_available(const fast_risk *r, span *s, bool from_zero)
{
    const ipsim_hazard *law = r->risk->laws;
    const double *restrict from = s->from, *limit = s->limit, *until = s->until, *restrict zero = s->origin[r->risk->clock];
    if (law->family == IPSIM_EXPONENTIAL) {
        double rate = law->p[0];
#pragma omp simd
        for (size_t i = 0; i < s->n; i++)
            s->available[i] = s->multiplier[i] * rate * (until[i] - from[i]);
        return;
    }
    double x[IPSIM_CHUNK], after[IPSIM_CHUNK];
#pragma omp simd
    for (size_t i = 0; i < s->n; i++)
        x[i] = until[i] - zero[i];
    cumulative(r, s->n, s->law, x, after);
    if (from_zero) {
        memset(s->before, 0, s->n * sizeof *s->before);
    } else {
#pragma omp simd
        for (size_t i = 0; i < s->n; i++)
            x[i] = from[i] - zero[i];
        cumulative(r, s->n, s->law, x, s->before);
    }
#pragma omp simd
    for (size_t i = 0; i < s->n; i++)
        s->available[i] = available_of(s->multiplier[i], s->before[i], after[i], from[i] < limit[i]);
}

/* ---- risks whose time is given, or one division away ---- */

static void fire_at(chunk *c, const fast_risk *r, int64_t k)
{
    const double *restrict zero = c->origin[r->risk->clock];
    double at = r->risk->at;
    size_t n = lanes_of(c);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t = zero[i] + at;
        t = t > c->from[i] ? t : c->from[i];
        bool first = (t < c->best[i]) | ((t == c->best[i]) & (k < c->win[i]));
        c->best[i] = first ? t : c->best[i];
        c->win[i] = first ? k : c->win[i];
    }
}

static void fire_constant(chunk *c, const fast_risk *r, int64_t k)
{
    const double *restrict budget = c->budget + (size_t)k * IPSIM_CHUNK;
    double *restrict hazard = c->spent + (size_t)k * IPSIM_CHUNK; /* per year, until the winner is known */
    double rate = r->risk->laws->p[0];
    size_t n = lanes_of(c);
    if (r->multiplier) {
        const double *restrict multiplier = r->multiplier;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            hazard[i] = multiplier[c->slot[i]] * rate;
    } else {
        double all = r->constant * rate;
        for (size_t i = 0; i < n; i++)
            hazard[i] = all;
    }
    if (r->may_not_run) {
        const double *restrict zero = c->origin[r->risk->clock];
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            hazard[i] = zero[i] < IPSIM_INFINITY ? hazard[i] : 0.0;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t = c->from[i] + budget[i] / hazard[i];
        bool first = (t < c->best[i]) | ((t == c->best[i]) & (k < c->win[i]));
        c->best[i] = first ? t : c->best[i];
        c->win[i] = first ? k : c->win[i];
    }
}

/* ---- risks that are searched ---- */

static bool from_zero(const chunk *c, const fast_risk *r)
{
    return r->risk->clock == IPSIM_CLOCK_SOJOURN && !c->e->has_events[c->state];
}

static void span_of_rest(const fast_risk *r, rest *x, span *s)
{
    s->n = whole_vectors(x->n);
    for (size_t i = x->n; i < s->n; i++) { /* anybody */
        x->slot[i] = x->slot[0];
        x->from[i] = x->from[0];
        x->limit[i] = x->limit[0];
        x->left[i] = x->left[0];
        for (size_t k = 0; k < r->n_clocks; k++)
            x->origin[r->clocks[k]][i] = x->origin[r->clocks[k]][0];
    }
    s->slot = x->slot;
    s->from = x->from;
    s->limit = x->limit;
    s->left = x->left;
    for (size_t k = 0; k < r->n_clocks; k++)
        s->origin[r->clocks[k]] = x->origin[r->clocks[k]];
}

/* Keeps lane i of the span, from the end of its stretch. The rest may be what the span looks at: it is moved forward. */
static void go_on(const fast_risk *r, const span *s, size_t i, int64_t lane, rest *x)
{
    double left = s->left[i] - s->available[i];
    size_t n = x->n++;
    x->lane[n] = lane;
    x->slot[n] = s->slot[i];
    x->from[n] = s->until[i];
    x->limit[n] = s->limit[i];
    x->left[n] = left > 0.0 ? left : 0.0;
    for (size_t k = 0; k < r->n_clocks; k++)
        x->origin[r->clocks[k]][n] = s->origin[r->clocks[k]][i];
}

/* Those of the picked lanes whose budgets run out before their stretches do are hit; the others go on to their next stretch, if there is
 * one. lane: of the chunk; NULL: the span is the chunk. */
static void settle(chunk *c, const fast_risk *r, int64_t k, const span *s, size_t n, int64_t *restrict picked, const int64_t *lane, rest *x)
{
    bool exponential = r->risk->laws->family == IPSIM_EXPONENTIAL;
    const double *zero = s->origin[r->risk->clock], *until = s->until, *limit = s->limit, *from = s->from, *left = s->left;
    double target[IPSIM_CHUNK] = {0.0}, t[IPSIM_CHUNK], rate = r->risk->laws->p[0];
    int64_t law[IPSIM_CHUNK], hit[IPSIM_CHUNK];
    size_t padded = whole_vectors(n);
    x->n = 0;
    if (n == 0)
        return;
    for (size_t j = n; j < padded; j++)
        picked[j] = picked[0];
#pragma omp simd
    for (size_t j = 0; j < padded; j++) {
        int64_t i = picked[j];
        double multiplier = s->multiplier[i], budget = left[i];
        bool fires = (multiplier > 0.0) & (budget <= s->available[i]) & (from[i] < limit[i]);
        double share = s->before[i] + budget / multiplier;
        hit[j] = fires;
        target[j] = fires ? share : 0.0;
    }
    if (exponential) {
#pragma omp simd
        for (size_t j = 0; j < padded; j++) {
            int64_t i = picked[j];
            t[j] = from[i] + left[i] / (s->multiplier[i] * rate);
            hit[j] = t[j] < until[i] ? hit[j] : 0;
        }
    } else {
        for (size_t j = 0; r->bands && j < padded; j++)
            law[j] = s->law[picked[j]];
        inverses(r, padded, law, target, t);
#pragma omp simd
        for (size_t j = 0; j < padded; j++) {
            int64_t i = picked[j];
            double when = zero[i] + t[j];
            when = s->before[i] == IPSIM_INFINITY ? from[i] : when;
            when = when > from[i] ? when : from[i];
            t[j] = when;
            hit[j] = when < until[i] ? hit[j] : 0;
        }
    }
    for (size_t j = 0; j < n; j++) {
        size_t i = (size_t)picked[j], at = lane ? (size_t)lane[i] : i;
        bool goes_on = !hit[j] & (until[i] < limit[i]);
        c->best[at] = hit[j] ? t[j] : c->best[at];
        c->win[at] = hit[j] ? k : c->win[at];
        if (goes_on)
            go_on(r, s, i, (int64_t)at, x);
    }
}

/* last: no other risk is looked at afterwards. */
static void fire_searched(chunk *c, const fast_risk *r, int64_t k, bool last)
{
    double *restrict spent = c->spent + (size_t)k * IPSIM_CHUNK;
    const double *limit = c->limit + (size_t)k * IPSIM_CHUNK, *restrict left = c->budget + (size_t)k * IPSIM_CHUNK,
                 *restrict zero = c->origin[r->risk->clock];
    int64_t flag[IPSIM_CHUNK], picked[IPSIM_CHUNK], any = 0;
    size_t n = lanes_of(c);
    if (last && !r->varies)
        limit = c->best; /* in each lane, it is read before it is written */
    else
        memcpy(c->limit + (size_t)k * IPSIM_CHUNK, c->best, n * sizeof *limit);
    span s;
    s.n = n;
    s.slot = c->slot;
    s.from = c->from;
    s.limit = limit;
    s.left = left;
    for (size_t j = 0; j < r->n_clocks; j++)
        s.origin[r->clocks[j]] = c->origin[r->clocks[j]];
    find_stretches(c->e, r, &s);
    find_available(r, &s, from_zero(c, r));
#pragma omp simd reduction(| : any)
    for (size_t i = 0; i < n; i++) {
        spent[i] = s.available[i];
        flag[i] = (left[i] <= s.available[i]) | (s.until[i] < limit[i]);
        any |= flag[i];
    }
    if (r->may_not_run) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            spent[i] = zero[i] < IPSIM_INFINITY ? spent[i] : 0.0;
            flag[i] = zero[i] < IPSIM_INFINITY ? flag[i] : 0;
        }
    }
    if (!any)
        return;
    for (size_t i = c->n; i < n; i++)
        flag[i] = 0;
    rest x;
    settle(c, r, k, &s, pick(n, flag, picked), picked, NULL, &x);
    while (x.n > 0) {
        size_t n_picked = 0;
        span_of_rest(r, &x, &s);
        find_stretches(c->e, r, &s);
        find_available(r, &s, false);
        for (size_t i = 0; i < x.n; i++) {
            spent[x.lane[i]] += s.available[i];
            picked[n_picked] = (int64_t)i;
            n_picked += (size_t)((s.left[i] <= s.available[i]) | (s.until[i] < s.limit[i]));
        }
        settle(c, r, k, &s, n_picked, picked, x.lane, &x);
    }
}

/* The hazard spent by those whom another risk hit before the time up to which it was reckoned. */
static void reckon_again(chunk *c, const fast_risk *r, int64_t k)
{
    double *spent = c->spent + (size_t)k * IPSIM_CHUNK;
    const double *restrict limit = c->limit + (size_t)k * IPSIM_CHUNK, *restrict zero = c->origin[r->risk->clock];
    int64_t flag[IPSIM_CHUNK], picked[IPSIM_CHUNK], any = 0;
    size_t n = lanes_of(c);
#pragma omp simd reduction(| : any)
    for (size_t i = 0; i < n; i++) {
        flag[i] = (c->win[i] >= 0) & (c->win[i] != k) & (limit[i] != c->best[i]);
        any |= flag[i];
    }
    if (!any)
        return;
    for (size_t i = c->n; i < n; i++)
        flag[i] = 0;
    for (size_t i = 0; r->may_not_run && i < n; i++)
        flag[i] &= zero[i] < IPSIM_INFINITY;
    rest x;
    span s;
    bool first = from_zero(c, r);
    x.n = pick(n, flag, picked);
    for (size_t i = 0; i < x.n; i++) {
        int64_t at = x.lane[i] = picked[i];
        x.slot[i] = c->slot[at];
        x.from[i] = c->from[at];
        x.limit[i] = c->best[at];
        x.left[i] = 0.0;
        for (size_t j = 0; j < r->n_clocks; j++)
            x.origin[r->clocks[j]][i] = c->origin[r->clocks[j]][at];
        spent[at] = 0.0;
    }
    while (x.n > 0) {
        size_t n_now = x.n;
        span_of_rest(r, &x, &s);
        find_stretches(c->e, r, &s);
        find_available(r, &s, first);
        first = false;
        x.n = 0;
        for (size_t i = 0; i < n_now; i++) {
            spent[x.lane[i]] += s.available[i];
            if (s.until[i] < s.limit[i])
                go_on(r, &s, i, x.lane[i], &x);
        }
    }
}

#endif
