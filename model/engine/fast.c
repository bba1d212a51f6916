/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast engine at work: what does not need a kernel. How it is made stands in fast_build.c. */
#include "fast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/stream.h"

/* ---- a block begins ---- */

static void find_laws(ipsim_fast *e)
{
    for (size_t i = 0; i < e->n_bands; i++) {
        fast_bands *bands = &e->bands[i];
        const ipsim_risk *risk = bands->source;
        for (size_t slot = 0; bands->law && slot < e->people->n_slots; slot++) {
            int64_t stratum = 0;
            for (size_t k = 0; k < risk->n_keys; k++)
                stratum = stratum * risk->key_levels[k] + (int64_t)e->people->attributes[(size_t)risk->key_attribute[k] * e->stride + slot];
            bands->law[slot] = stratum * (int64_t)(risk->n_years * bands->n_bands);
        }
    }
}

static void draw_first_budgets(ipsim_fast *e)
{
    size_t n = e->people->n_slots;
    for (size_t s = 0; s < e->model->n_streams; s++) {
        int64_t keys[IPSIM_CHUNK], counts[IPSIM_CHUNK];
        for (size_t i = 0; i < IPSIM_CHUNK; i++) {
            keys[i] = e->model->streams[s].key;
            counts[i] = 0;
        }
        for (size_t i = 0; i < n; i += IPSIM_CHUNK)
            e->kernels->draw(n - i < IPSIM_CHUNK ? n - i : IPSIM_CHUNK, e->luck, e->people->person + i, keys, counts,
                             e->budget + s * e->stride + i);
    }
    memset(e->renewed, 0, (e->model->n_streams + 1) * e->stride * sizeof *e->renewed);
}

static int draw_start_state(const ipsim_fast *e, size_t slot)
{
    const ipsim_compiled_model *model = e->model;
    if (model->start_state >= 0)
        return model->start_state;
    if (model->start_attribute != IPSIM_NO_ATTRIBUTE)
        return model->start_of_level[(size_t)e->people->attributes[(size_t)model->start_attribute * e->stride + slot]];
    return ipsim_engine_start_state(model,
                                    ipsim_stream_uniform(e->luck.seed, e->luck.replicate, e->people->person[slot], model->start_key, 0));
}

static void begin_block(ipsim_fast *e)
{
    const ipsim_compiled_model *model = e->model;
    const ipsim_people *people = e->people;
    size_t n = people->n_slots, stride = e->stride;
    const double *entry = model->entry_attribute == IPSIM_NO_ATTRIBUTE ? NULL
                                                                       : people->attributes + (size_t)model->entry_attribute * stride;
    const double *age = model->age_attribute == IPSIM_NO_ATTRIBUTE ? NULL : people->attributes + (size_t)model->age_attribute * stride;
    for (size_t i = 0; i < n; i++) {
        double t = entry ? entry[i] : 0.0;
        e->now[i] = t;
        e->origin[IPSIM_CLOCK_SOJOURN * stride + i] = t;
        e->origin[IPSIM_CLOCK_START * stride + i] = t;
        e->origin[IPSIM_CLOCK_AGE * stride + i] = age ? t - age[i] : INFINITY;
        for (size_t c = IPSIM_CLOCK_NAMED; c < model->n_clocks; c++)
            e->origin[c * stride + i] = INFINITY;
    }
    memset(e->durations, 0, model->n_events * stride * sizeof *e->durations);
    memset(e->n_list, 0, (model->n_states + 1) * sizeof *e->n_list);
    find_laws(e);
    e->kernels->multipliers(e);
    draw_first_budgets(e);
}

/* ---- moves ---- */

static void start_clocks(ipsim_fast *e, const ipsim_clock_start *start, size_t slot, double now)
{
    for (size_t i = 0; i < start->n; i++) {
        double *origin = &e->origin[(size_t)start->clock[i] * e->stride + slot];
        if (start->restart[i] || *origin == INFINITY)
            *origin = now;
    }
}

static void tell(const ipsim_fast *e, size_t slot, ipsim_step_kind kind, double t, int from, int to, size_t risk, double days)
{
    if (e->observer)
        e->observer(e->data, slot, &(ipsim_step){.kind = kind, .t_years = t, .from = from, .to = to, .risk = risk, .duration_days = days});
}

/* The first grid time at or after t; the grid is nearly uniform, so the guess is nearly right. */
static inline size_t time_index(const ipsim_occupancy *seen, double times_per_year, double t)
{
    size_t n = seen->n_times, k = (size_t)(t * times_per_year);
    k = k < n ? k : n - 1;
    while (k > 0 && seen->times[k - 1] >= t)
        k--;
    while (k < n && seen->times[k] < t)
        k++;
    return k;
}

static void count_arrivals(ipsim_fast *e, int to, double t, int64_t n)
{
    size_t k = time_index(e->seen, e->times_per_year, t);
    if (k < e->seen->n_times)
        e->seen->moves[k * e->model->n_states + (size_t)to] += n;
}

/* The guess of a time's place is never too high and at most one too low; then one comparison settles it. */
static bool even_times(const ipsim_occupancy *seen, double times_per_year)
{
    for (size_t k = 0; k < seen->n_times; k++)
        if (!(seen->times[k] * times_per_year >= (double)k && seen->times[k] * times_per_year < (double)(k + 1)))
            return false;
    return seen->n_times < INT32_MAX;
}

/* Firings, counted by time and risk, as arrivals and departures. */
static void count_moves(ipsim_fast *e)
{
    const ipsim_compiled_model *model = e->model;
    size_t n_moves = model->n_risks + model->n_states;
    for (size_t k = 0; k < e->seen->n_times; k++)
        for (size_t s = 0; s < model->n_states; s++)
            for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++) {
                int64_t n = e->fired[k * n_moves + r + s + 1];
                e->seen->firings += n;
                if (n == 0 || model->risks[r].event != SIZE_MAX)
                    continue;
                e->seen->moves[k * model->n_states + (size_t)model->risks[r].to] += n;
                e->seen->moves[k * model->n_states + s] -= n;
            }
}

static bool clear_fired(ipsim_fast *e)
{
    size_t n = (e->seen ? e->seen->n_times : 0) * (e->model->n_risks + e->model->n_states);
    if (e->seen && e->n_times != e->seen->n_times) {
        free(e->fired);
        e->n_times = e->seen->n_times;
        e->fired = calloc(n + 1, sizeof *e->fired);
    }
    if (e->fired)
        memset(e->fired, 0, n * sizeof *e->fired);
    return e->fired || !e->seen;
}

void ipsim_fast_enter(ipsim_fast *e, size_t slot, int from, int to, double t, size_t risk)
{
    const ipsim_compiled_model *model = e->model;
    e->origin[IPSIM_CLOCK_SOJOURN * e->stride + slot] = t;
    start_clocks(e, &model->starts_on_state[to], slot, t);
    if (e->seen && from < 0)
        count_arrivals(e, to, t, 1);
    tell(e, slot, from < 0 ? IPSIM_STEP_ENTER : IPSIM_STEP_TRANSITION, t, from < 0 ? to : from, to, risk, 0.0);
    if (model->role[to] == IPSIM_ROLE_ALIVE)
        e->list[to][e->n_list[to]++] = (int32_t)slot;
    else
        tell(e, slot, IPSIM_STEP_END, t, to, to, SIZE_MAX, 0.0);
}

void ipsim_fast_event(ipsim_fast *e, size_t slot, int state, double t, size_t risk, double days)
{
    start_clocks(e, &e->model->starts_on_event[e->model->risks[risk].event], slot, t);
    tell(e, slot, IPSIM_STEP_EVENT, t, state, state, risk, days);
    e->list[state][e->n_list[state]++] = (int32_t)slot;
}

void ipsim_fast_end(ipsim_fast *e, size_t slot, int state, double t)
{
    tell(e, slot, IPSIM_STEP_END, t, state, state, SIZE_MAX, 0.0);
}

/* ---- the block ---- */

/* Everybody who enters does so in one state, unwatched. */
static void enter_together(ipsim_fast *e, int state)
{
    int64_t slots[IPSIM_CHUNK], states[IPSIM_CHUNK];
    double times[IPSIM_CHUNK], horizon = e->model->horizon_years;
    const int64_t *person = e->people->person;
    int32_t *list = e->list[state];
    size_t n = 0;
    for (size_t slot = 0; slot < e->people->n_slots; slot++) {
        list[n] = (int32_t)slot;
        n += (person[slot] >= 0) & (e->now[slot] <= horizon);
    }
    e->n_list[state] = n;
    for (size_t i = 0, same; e->seen && i < n; i += same) { /* mostly they come at one time */
        double t = e->now[list[i]];
        for (same = 1; i + same < n && e->now[list[i + same]] == t;)
            same++;
        count_arrivals(e, state, t, (int64_t)same);
    }
    for (size_t first = 0; e->tally && first < n; first += IPSIM_CHUNK) {
        size_t m = n - first < IPSIM_CHUNK ? n - first : IPSIM_CHUNK;
        for (size_t i = 0; i < m; i++) {
            slots[i] = list[first + i];
            states[i] = state;
            times[i] = e->now[slots[i]];
        }
        ipsim_tally_enter(e->tally, m, slots, states, times);
    }
}

static void enter_model(ipsim_fast *e)
{
    int start = e->model->start_state;
    if (start >= 0 && !e->observer && e->model->role[start] == IPSIM_ROLE_ALIVE && e->model->starts_on_state[start].n == 0) {
        enter_together(e, start);
        return;
    }
    int64_t slots[IPSIM_CHUNK], states[IPSIM_CHUNK];
    double times[IPSIM_CHUNK];
    for (size_t slot = 0, n = 0; slot <= e->people->n_slots; slot++) {
        if (n == IPSIM_CHUNK || slot == e->people->n_slots) {
            if (e->tally)
                ipsim_tally_enter(e->tally, n, slots, states, times);
            n = 0;
        }
        if (slot == e->people->n_slots || e->people->person[slot] < 0 || !(e->now[slot] <= e->model->horizon_years))
            continue; /* nobody, or the horizon comes first */
        slots[n] = (int64_t)slot;
        states[n] = draw_start_state(e, slot);
        times[n] = e->now[slot];
        ipsim_fast_enter(e, slot, -1, (int)states[n], times[n], SIZE_MAX);
        n++;
    }
}

/* The state with most people in it, so that vectors are full; -1 when all lists are empty. */
static int longest_list(const ipsim_fast *e)
{
    size_t best = e->model->n_states, most = 0;
    for (size_t s = 0; s < e->model->n_states; s++)
        if (e->n_list[s] > most) {
            best = s;
            most = e->n_list[s];
        }
    return most > 0 ? (int)best : -1;
}

ipsim_status ipsim_fast_simulate(ipsim_fast *e, ipsim_luck luck, const ipsim_people *people, ipsim_tally *tally, ipsim_occupancy *seen,
                                 ipsim_block_observer *observer, void *data, ipsim_error *err)
{
    ipsim_bug_assert(people->stride == e->stride);
    e->people = people;
    e->luck = luck;
    e->tally = tally;
    e->seen = seen;
    e->observer = observer;
    e->data = data;
    e->times_per_year = seen && seen->n_times > 1 ? (1.0 + 0x1p-40) / (seen->times[1] - seen->times[0]) : 0.0;
    e->even_times = seen && even_times(seen, e->times_per_year);
    if (!clear_fired(e))
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the occupancy of states");
    if (e->ticks)
        e->last_tick = __builtin_ia32_rdtsc();
    begin_block(e);
    enter_model(e);
    ipsim_fast_tick(e, IPSIM_PHASE_BEGIN);
    size_t spare = e->model->n_states;
    int sweeps = 0;
    for (int state; (state = longest_list(e)) >= 0; sweeps++) { /* nobody fires more than once in a sweep */
        if (sweeps == IPSIM_FAST_SWEEPS_MAX)
            return ipsim_error_set(err, IPSIM_ERR_LIMIT, "somebody fires more than %d times", (int)IPSIM_FAST_SWEEPS_MAX);
        int32_t *slots = e->list[state];
        size_t n = e->n_list[state];
        e->list[state] = e->list[spare];
        e->list[spare] = slots;
        e->n_list[state] = 0;
        for (size_t i = 0; i < n; i += IPSIM_CHUNK)
            e->kernels->sweep(e, state, slots + i, n - i < IPSIM_CHUNK ? n - i : IPSIM_CHUNK);
    }
    if (seen)
        count_moves(e);
    ipsim_fast_tick(e, IPSIM_PHASE_LISTS);
    return IPSIM_OK;
}

void ipsim_fast_measure(ipsim_fast *engine, uint64_t ticks[IPSIM_N_PHASES])
{
    engine->ticks = ticks;
}
