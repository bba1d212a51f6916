/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels of the fast engine, compiled once for each level of vector instructions: fast_*.c include this file after naming the level.
 * A chunk of people in one state is taken through its competing risks together. Every lane does the operations of exposure.c in their
 * order, so that all levels, and the reference engine, give the same history to the last bit. */
#include <math.h>
#include <string.h>

#include "fast.h"
#include "fast_draw.h"
#include "fast_laws.h"

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

/* ---- stretches of time in which multiplier and law are constant ---- */

/* Some lanes of a chunk, each at its own time. */
typedef struct lanes {
    size_t n;
    int64_t lane[IPSIM_CHUNK], slot[IPSIM_CHUNK], law[IPSIM_CHUNK];
    double from[IPSIM_CHUNK], until[IPSIM_CHUNK], limit[IPSIM_CHUNK], left[IPSIM_CHUNK];
    double origin[IPSIM_CHUNK], multiplier[IPSIM_CHUNK], before[IPSIM_CHUNK], available[IPSIM_CHUNK];
} lanes;

/* The piece of a step function that holds at `from`; until is moved forward to where it ends. started: the clock runs. */
static void find_pieces(const chunk *c, const ipsim_steps *steps, lanes *l, int64_t *restrict piece, int64_t *restrict started)
{
    const double *zeros = c->origin[steps->clock];
    double zero[IPSIM_CHUNK];
#pragma omp simd
    for (size_t i = 0; i < l->n; i++) {
        zero[i] = zeros[l->lane[i]];
        started[i] = zero[i] < IPSIM_INFINITY;
        piece[i] = 0;
    }
    for (size_t j = 0; j < steps->n_breaks; j++) {
        double at = steps->breaks[j];
#pragma omp simd
        for (size_t i = 0; i < l->n; i++) {
            double end = zero[i] + at;
            bool passed = end <= l->from[i];
            piece[i] += passed;
            l->until[i] = !passed && end < l->until[i] ? end : l->until[i];
        }
    }
}

static void apply_effect(const chunk *c, const ipsim_compiled_effect *effect, lanes *l)
{
    int64_t piece[IPSIM_CHUNK], started[IPSIM_CHUNK];
    find_pieces(c, &effect->steps, l, piece, started);
    if (effect->attribute == IPSIM_NO_ATTRIBUTE) {
#pragma omp simd
        for (size_t i = 0; i < l->n; i++) {
            double value = effect->by_level[piece[i]];
            l->multiplier[i] *= started[i] ? value : 1.0;
        }
        return;
    }
    const double *attribute = c->e->people->attributes + (size_t)effect->attribute * c->e->stride;
    if (effect->numeric) {
#pragma omp simd
        for (size_t i = 0; i < l->n; i++) {
            double value = ipsim_exp(effect->exponent[piece[i]] * effect->log_hr * (attribute[l->slot[i]] - effect->centre));
            l->multiplier[i] *= started[i] ? value : 1.0;
        }
        return;
    }
    int64_t n_pieces = (int64_t)effect->steps.n_breaks + 1;
#pragma omp simd
    for (size_t i = 0; i < l->n; i++) {
        double value = effect->by_level[(int64_t)attribute[l->slot[i]] * n_pieces + piece[i]];
        l->multiplier[i] *= started[i] ? value : 1.0;
    }
}

/* What does not change with time. */
static void steady_part(const fast_risk *r, size_t n, const int64_t *restrict slot, double *restrict multiplier, int64_t *restrict law)
{
    if (r->multiplier) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            multiplier[i] = r->multiplier[slot[i]];
    } else {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            multiplier[i] = r->constant;
    }
    if (r->bands && r->bands->law) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            law[i] = r->bands->law[slot[i]];
    } else {
        memset(law, 0, n * sizeof *law);
    }
}

static void find_stretches(const chunk *c, const fast_risk *r, lanes *l)
{
    const ipsim_risk *risk = r->risk;
    steady_part(r, l->n, l->slot, l->multiplier, l->law);
    memcpy(l->until, l->limit, l->n * sizeof *l->until);
    for (size_t k = risk->n_constant; k < risk->n_effects; k++)
        apply_effect(c, &risk->effects[k], l);
    if (risk->n_years > 1) {
        int64_t piece[IPSIM_CHUNK], started[IPSIM_CHUNK];
        ipsim_steps years = {.clock = IPSIM_CLOCK_CALENDAR, .n_breaks = risk->n_years - 1, .breaks = risk->years + 1};
        find_pieces(c, &years, l, piece, started);
#pragma omp simd
        for (size_t i = 0; i < l->n; i++)
            l->law[i] += piece[i];
    }
}

static inline double available_of(double multiplier, double before, double after, bool lasts)
{
    double available = before == IPSIM_INFINITY ? IPSIM_INFINITY : multiplier * (after - before);
    return multiplier > 0.0 && lasts ? available : 0.0;
}

/* The hazard that each stretch can supply; `before` is kept for the inverse. */
static void find_available(const fast_risk *r, lanes *l, bool from_zero)
{
    const ipsim_hazard *law = r->risk->laws;
    if (law->family == IPSIM_EXPONENTIAL) {
        double rate = law->p[0];
#pragma omp simd
        for (size_t i = 0; i < l->n; i++)
            l->available[i] = l->multiplier[i] * rate * (l->until[i] - l->from[i]);
        return;
    }
    double x[IPSIM_CHUNK], after[IPSIM_CHUNK];
    if (from_zero) {
        memset(l->before, 0, l->n * sizeof *l->before);
    } else {
#pragma omp simd
        for (size_t i = 0; i < l->n; i++)
            x[i] = l->from[i] - l->origin[i];
        cumulative(r, l->n, l->law, x, l->before);
    }
#pragma omp simd
    for (size_t i = 0; i < l->n; i++)
        x[i] = l->until[i] - l->origin[i];
    cumulative(r, l->n, l->law, x, after);
#pragma omp simd
    for (size_t i = 0; i < l->n; i++)
        l->available[i] = available_of(l->multiplier[i], l->before[i], after[i], l->from[i] < l->limit[i]);
}

/* ---- competing risks: each kernel moves `best` forward for those whom it would hit earlier ---- */

static void fire_at(chunk *c, const fast_risk *r, int64_t k)
{
    const double *zero = c->origin[r->risk->clock];
    double at = r->risk->at;
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++) {
        double t = zero[i] + at;
        t = t > c->from[i] ? t : c->from[i];
        bool first = t < c->best[i];
        c->best[i] = first ? t : c->best[i];
        c->win[i] = first ? k : c->win[i];
    }
}

static void fire_constant(chunk *c, const fast_risk *r, int64_t k)
{
    const double *restrict budget = c->budget + (size_t)k * IPSIM_CHUNK;
    double *restrict hazard = c->spent + (size_t)k * IPSIM_CHUNK; /* per year, until the winner is known */
    double rate = r->risk->laws->p[0];
    if (r->multiplier) {
#pragma omp simd
        for (size_t i = 0; i < c->padded; i++)
            hazard[i] = r->multiplier[c->slot[i]] * rate;
    } else {
        double all = r->constant * rate;
#pragma omp simd
        for (size_t i = 0; i < c->padded; i++)
            hazard[i] = all;
    }
    if (r->may_not_run) {
        const double *zero = c->origin[r->risk->clock];
#pragma omp simd
        for (size_t i = 0; i < c->padded; i++)
            hazard[i] = zero[i] < IPSIM_INFINITY ? hazard[i] : 0.0;
    }
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++) {
        double t = c->from[i] + budget[i] / hazard[i];
        bool first = t < c->best[i];
        c->best[i] = first ? t : c->best[i];
        c->win[i] = first ? k : c->win[i];
    }
}

/* The lanes in which the risk's clock runs, up to `limit`. */
static void all_lanes(const chunk *c, const fast_risk *r, int64_t k, const double *limit, lanes *l)
{
    const double *zero = c->origin[r->risk->clock], *budget = c->budget + (size_t)k * IPSIM_CHUNK;
    if (r->may_not_run) {
        size_t n = 0;
        for (size_t i = 0; i < c->n; i++) {
            l->lane[n] = (int64_t)i;
            n += zero[i] < IPSIM_INFINITY;
        }
        l->n = n;
    } else {
        for (size_t i = 0; i < c->n; i++)
            l->lane[i] = (int64_t)i;
        l->n = c->n;
    }
#pragma omp simd
    for (size_t i = 0; i < l->n; i++) {
        int64_t at = l->lane[i];
        l->slot[i] = c->slot[at];
        l->from[i] = c->from[at];
        l->limit[i] = limit[at];
        l->left[i] = budget[at];
        l->origin[i] = zero[at];
    }
}

/* Keeps lane i as lane n, at the end of its stretch. */
static void go_on(lanes *l, size_t i, size_t n, double left)
{
    l->lane[n] = l->lane[i];
    l->slot[n] = l->slot[i];
    l->from[n] = l->until[i];
    l->limit[n] = l->limit[i];
    l->left[n] = left;
    l->origin[n] = l->origin[i];
}

/* When the budgets of the lanes that are pending run out. */
static void invert_steady(chunk *c, const fast_risk *r, int64_t k, size_t n, const int64_t *restrict pending,
                          const double *restrict multiplier, const double *restrict before, const int64_t *restrict law)
{
    const double *restrict budget = c->budget + (size_t)k * IPSIM_CHUNK, *restrict zero = c->origin[r->risk->clock];
    const double *restrict limit = c->limit + (size_t)k * IPSIM_CHUNK;
    double target[IPSIM_CHUNK], t[IPSIM_CHUNK];
    int64_t of[IPSIM_CHUNK];
#pragma omp simd
    for (size_t j = 0; j < n; j++) {
        target[j] = before[pending[j]] + budget[pending[j]] / multiplier[pending[j]];
        of[j] = law[pending[j]];
    }
    inverses(r, n, of, target, t);
    for (size_t j = 0; j < n; j++) {
        size_t i = (size_t)pending[j];
        double x = before[i] == IPSIM_INFINITY ? c->from[i] : zero[i] + t[j];
        x = x > c->from[i] ? x : c->from[i];
        if (multiplier[i] > 0.0 && c->from[i] < limit[i] && x < limit[i]) {
            c->best[i] = x;
            c->win[i] = k;
        }
    }
}

/* The same where nothing but the law changes with time: the whole interval is one stretch for everybody. */
static void fire_steady(chunk *c, const fast_risk *r, int64_t k)
{
    double *restrict spent = c->spent + (size_t)k * IPSIM_CHUNK, *restrict limit = c->limit + (size_t)k * IPSIM_CHUNK;
    const double *restrict budget = c->budget + (size_t)k * IPSIM_CHUNK, *restrict zero = c->origin[r->risk->clock];
    double multiplier[IPSIM_CHUNK], x[IPSIM_CHUNK], before[IPSIM_CHUNK], after[IPSIM_CHUNK];
    int64_t law[IPSIM_CHUNK], any = 0;
    size_t n = c->padded;
    memcpy(limit, c->best, n * sizeof *limit);
    steady_part(r, n, c->slot, multiplier, law);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = limit[i] - zero[i];
    cumulative(r, n, law, x, after);
    if (r->risk->clock == IPSIM_CLOCK_SOJOURN && !c->e->has_events[c->state]) {
        memset(before, 0, n * sizeof *before);
    } else {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            x[i] = c->from[i] - zero[i];
        cumulative(r, n, law, x, before);
    }
#pragma omp simd reduction(| : any)
    for (size_t i = 0; i < n; i++) {
        spent[i] = available_of(multiplier[i], before[i], after[i], c->from[i] < limit[i]);
        any |= budget[i] <= spent[i];
    }
    if (!any)
        return;
    int64_t pending[IPSIM_CHUNK];
    size_t n_pending = 0;
    for (size_t i = 0; i < c->n; i++) {
        pending[n_pending] = (int64_t)i;
        n_pending += budget[i] <= spent[i];
    }
    invert_steady(c, r, k, n_pending, pending, multiplier, before, law);
}

static void fire_searched(chunk *c, const fast_risk *r, int64_t k)
{
    lanes l;
    double *spent = c->spent + (size_t)k * IPSIM_CHUNK, *limit = c->limit + (size_t)k * IPSIM_CHUNK;
    bool from_zero = r->risk->clock == IPSIM_CLOCK_SOJOURN && !c->e->has_events[c->state];
    memset(spent, 0, c->padded * sizeof *spent);
    memcpy(limit, c->best, c->padded * sizeof *limit);
    all_lanes(c, r, k, c->best, &l);
    while (l.n > 0) {
        find_stretches(c, r, &l);
        find_available(r, &l, from_zero);
        from_zero = false;
        int64_t pending[IPSIM_CHUNK];
        size_t n_pending = 0, n = 0;
        for (size_t i = 0; i < l.n; i++) {
            spent[l.lane[i]] += l.available[i];
            pending[n_pending] = (int64_t)i;
            n_pending += (size_t)((l.left[i] <= l.available[i]) | (l.until[i] < l.limit[i]));
        }
        for (size_t j = 0; j < n_pending; j++) {
            size_t i = (size_t)pending[j];
            if (l.multiplier[i] > 0.0 && l.left[i] <= l.available[i] && l.from[i] < l.limit[i]) {
                double t = inverse(&r->risk->laws[l.law[i]], l.multiplier[i], l.origin[i], l.from[i], l.before[i], l.left[i]);
                if (t < l.until[i]) {
                    c->best[l.lane[i]] = t;
                    c->win[l.lane[i]] = k;
                    continue;
                }
            }
            double left = l.left[i] - l.available[i];
            if (l.until[i] < l.limit[i])
                go_on(&l, i, n++, left > 0.0 ? left : 0.0);
        }
        l.n = n;
    }
}

/* The hazard spent by those whom another risk hit before the time up to which it was reckoned. */
static void reckon_again(chunk *c, const fast_risk *r, int64_t k)
{
    lanes l;
    double *spent = c->spent + (size_t)k * IPSIM_CHUNK, *limit = c->limit + (size_t)k * IPSIM_CHUNK;
    bool from_zero = r->risk->clock == IPSIM_CLOCK_SOJOURN && !c->e->has_events[c->state];
    int64_t any = 0;
#pragma omp simd reduction(| : any)
    for (size_t i = 0; i < c->padded; i++)
        any |= (c->win[i] >= 0) & (c->win[i] != k) & (limit[i] != c->best[i]);
    if (!any)
        return;
    const double *zero = c->origin[r->risk->clock];
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        l.lane[n] = (int64_t)i;
        n += (size_t)((c->win[i] >= 0) & (c->win[i] != k) & (limit[i] != c->best[i]) & (zero[i] < IPSIM_INFINITY));
    }
    l.n = n;
#pragma omp simd
    for (size_t i = 0; i < l.n; i++) {
        int64_t at = l.lane[i];
        l.slot[i] = c->slot[at];
        l.from[i] = c->from[at];
        l.limit[i] = c->best[at];
        l.left[i] = 0.0;
        l.origin[i] = zero[at];
    }
    for (size_t i = 0; i < l.n; i++)
        spent[l.lane[i]] = 0.0;
    while (l.n > 0) {
        find_stretches(c, r, &l);
        find_available(r, &l, from_zero);
        from_zero = false;
        n = 0;
        for (size_t i = 0; i < l.n; i++) {
            spent[l.lane[i]] += l.available[i];
            if (l.until[i] < l.limit[i])
                go_on(&l, i, n++, 0.0);
        }
        l.n = n;
    }
}

/* ---- after the winner is known ---- */

static void spend(chunk *c)
{
    for (size_t k = 0; k < c->n_risks; k++) {
        const fast_risk *r = &c->e->risks[c->first_risk + k];
        if (r->kind == FAST_AT)
            continue;
        const double *restrict had = c->budget + k * IPSIM_CHUNK;
        double *restrict spent = c->spent + k * IPSIM_CHUNK, *restrict budget = c->e->budget + r->budget;
        if (r->kind == FAST_CONSTANT) {
#pragma omp simd
            for (size_t i = 0; i < c->padded; i++)
                spent[i] *= c->best[i] - c->from[i];
        } else {
            reckon_again(c, r, (int64_t)k);
        }
#pragma omp simd
        for (size_t i = 0; i < c->padded; i++) {
            double left = had[i] - spent[i];
            left = left > 0.0 ? left : 0.0;
            budget[c->slot[i]] = c->win[i] == (int64_t)k ? had[i] : left;
        }
    }
}

static void renew(chunk *c)
{
    ipsim_fast *e = c->e;
    int64_t at[IPSIM_CHUNK], person[IPSIM_CHUNK], key[IPSIM_CHUNK], count[IPSIM_CHUNK];
    double drawn[IPSIM_CHUNK];
    const int64_t *restrict budgets = e->budget_of + c->first_risk + (size_t)c->state + 1;
    const int64_t *restrict keys = e->key_of + c->first_risk + (size_t)c->state + 1;
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++) {
        at[i] = budgets[c->win[i]] + c->slot[i];
        key[i] = keys[c->win[i]];
    }
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++) {
        person[i] = e->people->person[c->slot[i]];
        count[i] = e->drawn[at[i]];
        e->drawn[at[i]] = count[i] + 1;
    }
    draw(c->padded, e->luck, person, key, count, drawn);
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++)
        e->budget[at[i]] = drawn[i];
}

/* With somebody watching, or clocks to start. */
static void move_one_by_one(chunk *c, const int64_t *risk, const double *days)
{
    ipsim_fast *e = c->e;
    for (size_t i = 0; i < c->n; i++) {
        size_t slot = (size_t)c->slot[i], r = (size_t)risk[i];
        double t = c->best[i];
        if (risk[i] < 0)
            ipsim_fast_end(e, slot, c->state, t);
        else if (e->model->risks[r].event != SIZE_MAX)
            ipsim_fast_event(e, slot, c->state, t, r, days ? days[i] : 0.0);
        else
            ipsim_fast_enter(e, slot, c->state, e->model->risks[r].to, t, r);
    }
}

/* The first time of the occupancy grid at or after t, which is not after the last. */
static void find_times(const chunk *c, int64_t *restrict index)
{
    const ipsim_occupancy *seen = c->e->seen;
    const double *restrict times = seen->times;
    double per_year = c->e->times_per_year;
    int64_t last = (int64_t)seen->n_times - 1;
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++) {
        int64_t k = (int64_t)(int32_t)(c->best[i] * per_year) - 1; /* nearly uniform: at most two too low */
        k = k < 0 ? 0 : k > last ? last : k;
        k += times[k] < c->best[i];
        k += times[k] < c->best[i];
        k += times[k] < c->best[i];
        index[i] = k;
    }
}

static void move(chunk *c, const int64_t *risk, const double *days)
{
    ipsim_fast *e = c->e;
    int64_t index[IPSIM_CHUNK];
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++)
        e->now[c->slot[i]] = c->best[i];
    if (e->seen) {
        find_times(c, index);
        uint32_t *fired = e->fired + c->first_risk + (size_t)c->state + 1;
        size_t n_moves = e->model->n_risks + e->model->n_states;
        for (size_t i = 0; i < c->n; i++)
            fired[(int64_t)((size_t)index[i] * n_moves) + c->win[i]]++;
    }
    if (e->observer || e->starts_clocks[c->state]) {
        move_one_by_one(c, risk, days);
        return;
    }
    const fast_move *moves = e->moves + c->first_risk + (size_t)c->state + 1; /* moves[-1]: the horizon */
    double *restrict sojourn = e->origin;
    for (size_t i = 0; i < c->n; i++) {
        const fast_move *to = &moves[c->win[i]];
        size_t slot = (size_t)c->slot[i];
        e->list[to->list][e->n_list[to->list]++] = (int32_t)slot;
        if (!to->stays)
            sojourn[slot] = c->best[i];
    }
}

/* ---- one chunk ---- */

static void load(chunk *c, ipsim_fast *e, int state, const int32_t *slots, size_t n)
{
    c->e = e;
    c->state = state;
    c->n = n;
    c->padded = (n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
    c->first_risk = e->model->first_risk[state];
    c->n_risks = e->model->first_risk[state + 1] - c->first_risk;
    c->budget = e->lanes;
    c->spent = c->budget + c->n_risks * IPSIM_CHUNK;
    c->limit = c->spent + c->n_risks * IPSIM_CHUNK;
    double limit = nextafter(e->model->horizon_years, INFINITY);
    for (size_t i = 0; i < c->padded; i++)
        c->slot[i] = i < n ? slots[i] : (int64_t)(e->stride - IPSIM_LANES);
#pragma omp simd
    for (size_t i = 0; i < c->padded; i++) {
        c->from[i] = e->now[c->slot[i]];
        c->best[i] = limit;
        c->win[i] = -1;
    }
    for (size_t clock = 0; clock < e->model->n_clocks; clock++) {
        const double *restrict column = e->origin + clock * e->stride;
        double *restrict origin = c->origins[clock];
        c->origin[clock] = origin;
        if (!e->needs_clock[(size_t)state * IPSIM_CLOCKS_MAX + clock])
            continue;
#pragma omp simd
        for (size_t i = 0; i < c->padded; i++)
            origin[i] = column[c->slot[i]];
    }
    for (size_t k = 0; k < c->n_risks; k++) {
        const double *restrict column = e->budget + e->risks[c->first_risk + k].budget;
        double *restrict budget = c->budget + k * IPSIM_CHUNK;
#pragma omp simd
        for (size_t i = 0; i < c->padded; i++)
            budget[i] = column[c->slot[i]];
    }
}

static void sweep(ipsim_fast *e, int state, const int32_t *slots, size_t n)
{
    chunk c;
    load(&c, e, state, slots, n);
    for (size_t k = 0; k < c.n_risks; k++) {
        const fast_risk *r = &e->risks[c.first_risk + k];
        if (r->kind == FAST_AT)
            fire_at(&c, r, (int64_t)k);
        else if (r->kind == FAST_CONSTANT)
            fire_constant(&c, r, (int64_t)k);
        else if (!r->varies && !r->may_not_run)
            fire_steady(&c, r, (int64_t)k);
        else
            fire_searched(&c, r, (int64_t)k);
    }
    double horizon = e->model->horizon_years, days[IPSIM_CHUNK];
    int64_t risk[IPSIM_CHUNK], first = (int64_t)c.first_risk;
#pragma omp simd
    for (size_t i = 0; i < c.padded; i++) {
        c.best[i] = c.best[i] < horizon ? c.best[i] : horizon;
        risk[i] = c.win[i] < 0 ? -1 : first + c.win[i];
    }
    for (size_t i = 0; e->has_durations[state] && i < c.padded; i++)
        days[i] = i < n && risk[i] >= 0 ? ipsim_fast_days(e, (size_t)c.slot[i], (size_t)risk[i]) : 0.0;
    ipsim_fast_tick(e, IPSIM_PHASE_HAZARDS);
    if (e->tally)
        ipsim_tally_stay(e->tally, &(ipsim_stay){.state = state,
                                                 .n = n,
                                                 .slot = c.slot,
                                                 .from_years = c.from,
                                                 .to_years = c.best,
                                                 .risk = risk,
                                                 .days = e->has_durations[state] ? days : NULL,
                                                 .origin = c.origin});
    ipsim_fast_tick(e, IPSIM_PHASE_TALLY);
    spend(&c);
    ipsim_fast_tick(e, IPSIM_PHASE_HAZARDS);
    renew(&c);
    ipsim_fast_tick(e, IPSIM_PHASE_DRAWS);
    move(&c, risk, e->has_durations[state] ? days : NULL);
    ipsim_fast_tick(e, IPSIM_PHASE_LISTS);
}

/* ---- multipliers that depend on attributes ---- */

static void multipliers(ipsim_fast *e)
{
    for (size_t k = 0; k < e->n_columns; k++) {
        const ipsim_risk *risk = &e->model->risks[e->multiplier_of[k]];
        double *restrict column = e->multipliers + k * e->stride;
        size_t n = e->people->n_slots;
        for (size_t i = 0; i < n; i++)
            column[i] = risk->multiplier;
        for (size_t j = 0; j < risk->n_constant; j++) {
            const ipsim_compiled_effect *effect = &risk->effects[j];
            const double *restrict attribute = effect->attribute == IPSIM_NO_ATTRIBUTE
                                                   ? NULL
                                                   : e->people->attributes + (size_t)effect->attribute * e->stride;
            if (!attribute) {
                for (size_t i = 0; i < n; i++)
                    column[i] *= effect->by_level[0];
            } else if (effect->numeric) {
#pragma omp simd
                for (size_t i = 0; i < n; i++)
                    column[i] *= ipsim_exp(effect->exponent[0] * effect->log_hr * (attribute[i] - effect->centre));
            } else {
#pragma omp simd
                for (size_t i = 0; i < n; i++)
                    column[i] *= effect->by_level[(int64_t)attribute[i]];
            }
        }
    }
}

const fast_kernels FAST_KERNELS = {.draw = draw, .multipliers = multipliers, .sweep = sweep};
