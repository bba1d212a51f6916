/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels of the fast engine, compiled once for each level of vector instructions: fast_*.c include this file after naming the level.
 * A chunk of people in one state is taken through its competing risks together. Every lane does the operations of exposure.c in their
 * order, so that all levels, and the reference engine, give the same history to the last bit. */
#include <math.h>
#include <string.h>

#include "fast.h"
#include "fast_draw.h"
#include "fast_durations.h"
#include "fast_risks.h"

/* ---- after the winner is known ---- */

/* The budgets that the winners' streams go on with. */
static void renew(chunk *c, double *drawn)
{
    ipsim_fast *e = c->e;
    size_t n = lanes_of(c);
    int64_t person[IPSIM_CHUNK], key[IPSIM_CHUNK], count[IPSIM_CHUNK], column[IPSIM_CHUNK];
    const int64_t *restrict people = e->people->person;
    int64_t *restrict renewed = e->renewed;
    look_up(n, c->n_risks + 1, e->budget_of + c->first_risk + (size_t)c->state, c->win, column);
    look_up(n, c->n_risks + 1, e->key_of + c->first_risk + (size_t)c->state, c->win, key);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        int64_t at = column[i] + c->slot[i];
        person[i] = people[c->slot[i]];
        count[i] = renewed[at] + 1;
        renewed[at] = count[i];
    }
    draw(n, e->luck, person, key, count, drawn);
}

static void spend(chunk *c, const double *restrict drawn)
{
    size_t n = lanes_of(c);
    for (size_t k = 0; k < c->n_risks; k++) {
        const fast_risk *r = &c->e->risks[c->first_risk + k];
        if (r->kind == FAST_AT)
            continue;
        const double *restrict had = c->budget + k * IPSIM_CHUNK, *restrict spent = c->spent + k * IPSIM_CHUNK;
        double *restrict budget = c->e->budget + r->budget;
        if (r->kind == FAST_CONSTANT) {
#pragma omp simd
            for (size_t i = 0; i < n; i++) {
                double left = had[i] - spent[i] * (c->best[i] - c->from[i]);
                left = left > 0.0 ? left : 0.0;
                budget[c->slot[i]] = c->win[i] == (int64_t)k ? drawn[i] : left;
            }
            continue;
        }
        if (c->first_risk + k != c->e->order[c->first_risk + c->n_risks - 1]) /* the last one knew the end of the sojourn */
            reckon_again(c, r, (int64_t)k);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double left = had[i] - spent[i];
            left = left > 0.0 ? left : 0.0;
            budget[c->slot[i]] = c->win[i] == (int64_t)k ? drawn[i] : left;
        }
    }
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

/* Counts firings by time of the occupancy grid: the first at or after the firing, which is not after the last. */
static void count(chunk *c)
{
    const ipsim_fast *e = c->e;
    const double *restrict times = e->seen->times;
    double per_year = e->times_per_year;
    int64_t last = (int64_t)e->seen->n_times - 1, n_moves = (int64_t)(e->model->n_risks + e->model->n_states), at[IPSIM_CHUNK];
    size_t n = lanes_of(c);
    if (e->even_times) { // NOLINT(bugprone-branch-clone): it does not look into a loop under a pragma
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            int64_t k = (int64_t)(int32_t)(c->best[i] * per_year);
            k = k < last ? k : last;
            k += times[k] < c->best[i];
            at[i] = k * n_moves + c->win[i];
        }
    } else {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            int64_t k = (int64_t)(int32_t)(c->best[i] * per_year) - 1; /* nearly uniform: at most two too low */
            k = k < 0 ? 0 : k > last ? last : k;
            k += times[k] < c->best[i];
            k += times[k] < c->best[i];
            k += times[k] < c->best[i];
            at[i] = k * n_moves + c->win[i];
        }
    }
    uint32_t *fired = e->fired + c->first_risk + (size_t)c->state + 1;
    for (size_t i = 0; i < c->n; i++)
        fired[at[i]]++;
}

static void move(chunk *c, const int64_t *risk, const double *days)
{
    ipsim_fast *e = c->e;
    size_t n = lanes_of(c);
    double *restrict now = e->now, *restrict sojourn = e->origin;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        now[c->slot[i]] = c->best[i];
    if (e->seen)
        count(c);
    if (e->observer || e->starts_clocks[c->state]) {
        move_one_by_one(c, risk, days);
        return;
    }
    size_t first = c->first_risk + (size_t)c->state;
    if (e->keeps_sojourn[c->state]) {
        const int64_t *restrict stays = e->stays + first + 1; /* at -1: the horizon */
        const double *restrict began = c->origin[IPSIM_CLOCK_SOJOURN];
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            sojourn[c->slot[i]] = stays[c->win[i]] ? began[i] : c->best[i];
    }
    int64_t to[IPSIM_CHUNK];
    look_up(n, c->n_risks + 1, e->list_of + first, c->win, to);
    for (size_t i = c->n; i < n; i++)
        to[i] = -1;
    for (size_t j = 0; j < e->n_leads_to[c->state]; j++) {
        int64_t list = e->leads_to[first + j];
        e->n_list[list] += append(n, to, list, c->slot, e->list[list] + e->n_list[list]);
    }
}

/* ---- one chunk ---- */

static void load_clocks(chunk *c)
{
    ipsim_fast *e = c->e;
    size_t n = lanes_of(c);
    for (size_t clock = 0; clock < e->model->n_clocks; clock++) {
        const double *restrict column = e->origin + clock * e->stride;
        double *restrict origin = c->origins[clock];
        c->origin[clock] = origin;
        if (!e->needs_clock[(size_t)c->state * IPSIM_CLOCKS_MAX + clock])
            continue;
        if (clock == IPSIM_CLOCK_SOJOURN && !e->has_events[c->state]) {
            c->origin[clock] = c->from;
        } else if (clock == IPSIM_CLOCK_CALENDAR) {
            for (size_t i = 0; i < n; i++)
                origin[i] = -e->model->start_year;
        } else {
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                origin[i] = column[c->slot[i]];
        }
    }
}

static void load(chunk *c, ipsim_fast *e, int state, const int32_t *slots, size_t n)
{
    c->e = e;
    c->state = state;
    c->n = n;
    c->padded = whole_vectors(n);
    c->first_risk = e->model->first_risk[state];
    c->n_risks = e->model->first_risk[state + 1] - c->first_risk;
    c->budget = e->lanes;
    c->spent = c->budget + c->n_risks * IPSIM_CHUNK;
    c->limit = c->spent + c->n_risks * IPSIM_CHUNK;
    const double *restrict now = e->now;
    size_t padded = lanes_of(c);
    for (size_t i = 0; i < n; i++)
        c->slot[i] = slots[i];
    for (size_t i = n; i < padded; i++)
        c->slot[i] = (int64_t)(e->stride - IPSIM_LANES);
#pragma omp simd
    for (size_t i = 0; i < padded; i++) {
        c->from[i] = now[c->slot[i]];
        c->best[i] = e->beyond;
        c->win[i] = -1;
    }
    load_clocks(c);
    for (size_t k = 0; k < c->n_risks; k++) {
        const double *restrict column = e->budget + e->risks[c->first_risk + k].budget;
        double *restrict budget = c->budget + k * IPSIM_CHUNK;
        if (e->risks[c->first_risk + k].kind == FAST_AT)
            continue;
#pragma omp simd
        for (size_t i = 0; i < padded; i++)
            budget[i] = column[c->slot[i]];
    }
}

static void sweep(ipsim_fast *e, int state, const int32_t *slots, size_t n)
{
    chunk c;
    load(&c, e, state, slots, n);
    for (size_t j = 0; j < c.n_risks; j++) {
        size_t at = e->order[c.first_risk + j];
        const fast_risk *r = &e->risks[at];
        int64_t k = (int64_t)(at - c.first_risk);
        if (r->kind == FAST_AT)
            fire_at(&c, r, k);
        else if (r->kind == FAST_CONSTANT)
            fire_constant(&c, r, k);
        else
            fire_searched(&c, r, k, j + 1 == c.n_risks);
    }
    double horizon = e->model->horizon_years, days[IPSIM_CHUNK], drawn[IPSIM_CHUNK];
    int64_t risk[IPSIM_CHUNK], first = (int64_t)c.first_risk;
    size_t padded = lanes_of(&c);
#pragma omp simd
    for (size_t i = 0; i < padded; i++) {
        c.best[i] = c.best[i] < horizon ? c.best[i] : horizon;
        risk[i] = c.win[i] < 0 ? -1 : first + c.win[i];
    }
    if (e->has_durations[state])
        draw_days(&c, days);
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
    if (e->n_leads_to[state] > 0) { /* or nobody needs a budget any more */
        renew(&c, drawn);
        ipsim_fast_tick(e, IPSIM_PHASE_DRAWS);
        spend(&c, drawn);
        ipsim_fast_tick(e, IPSIM_PHASE_HAZARDS);
    }
    move(&c, risk, e->has_durations[state] ? days : NULL);
    ipsim_fast_tick(e, IPSIM_PHASE_LISTS);
}

/* ---- multipliers that depend on attributes ---- */

/* As ipsim_steady_multiplier: people first .. first + n - 1 of the block. */
static void multiply_chunk(const ipsim_fast *e, const ipsim_risk *risk, size_t first, size_t n, double *restrict out)
{
    double sum[IPSIM_CHUNK] = {0.0};
    bool numeric = false;
    for (size_t i = 0; i < n; i++)
        out[i] = risk->multiplier;
    for (size_t j = 0; j < risk->n_constant; j++) {
        const ipsim_compiled_effect *effect = &risk->effects[j];
        const double *restrict x = effect->attribute == IPSIM_NO_ATTRIBUTE
                                       ? NULL
                                       : e->people->attributes + (size_t)effect->attribute * e->stride + first;
        if (!x) {
            for (size_t i = 0; i < n; i++)
                out[i] *= effect->by_level[0];
        } else if (effect->numeric) { // NOLINT(bugprone-branch-clone): it does not look into a loop under a pragma
            double slope = effect->exponent[0] * effect->log_hr;
            numeric = true;
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                sum[i] += slope * (x[i] - effect->centre);
        } else {
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                out[i] *= effect->by_level[(int64_t)x[i]];
        }
    }
    if (!numeric)
        return;
    exps(n, sum);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] *= sum[i];
}

static void multipliers(ipsim_fast *e)
{
    size_t n = e->people->n_slots;
    for (size_t k = 0; k < e->n_columns; k++)
        for (size_t i = 0; i < n; i += IPSIM_CHUNK)
            multiply_chunk(e, &e->model->risks[e->multiplier_of[k]], i, n - i < IPSIM_CHUNK ? n - i : IPSIM_CHUNK,
                           e->multipliers + k * e->stride + i);
}

const fast_kernels FAST_KERNELS = {.draw = draw, .multipliers = multipliers, .sweep = sweep};
