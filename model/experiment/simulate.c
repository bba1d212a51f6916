/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread's work: persons -> people in their seats -> histories -> sums. */
#include "worker.h"

#include <math.h>
#include <string.h>

/* ---- people ---- */

static ipsim_status count_person(experiment_worker *w, int64_t person, const double *attributes, ipsim_error *err)
{
    const experiment *e = w->e;
    const ipsim_scenario *scenario = e->scenarios[0];
    size_t stride = ipsim_experiment_levels_stride(e);
    for (size_t a = 0; a < scenario->n_attributes; a++) {
        if (scenario->attributes[a].levels.count > 0) {
            w->sums->level_count[a * stride + (size_t)attributes[a]]++;
        } else {
            double quanta = rint(attributes[a] / IPSIM_QUANTUM);
            if (!(fabs(quanta) < 0x1p62))
                return ipsim_error_set_at(err, IPSIM_ERR_OVERFLOW, scenario->attributes[a].origin,
                                          "attribute %s of person %lld is %.6g; the exact sums can hold no more than %.3g",
                                          scenario->attributes[a].name, (long long)person, attributes[a], 0x1p62 * IPSIM_QUANTUM);
            int64_t x = (int64_t)quanta;
            ipsim_wide128_add(&w->sums->attribute_x[a], x);
            ipsim_wide192_add_product(&w->sums->attribute_xx[a], x, x);
        }
    }
    return IPSIM_OK;
}

/* ---- occupancy: told of every move ---- */

typedef struct watcher {
    const experiment *e;
    int64_t *moves; /* of one model */
    size_t n_states, time;
    int64_t firings;
} watcher;

static void watch(void *data, const ipsim_step *step, const double *origin)
{
    (void)origin;
    watcher *w = data;
    if (step->kind == IPSIM_STEP_EVENT)
        w->firings++;
    if (step->kind == IPSIM_STEP_EVENT || step->kind == IPSIM_STEP_END)
        return;
    while (w->time < w->e->n_times && w->e->times[w->time] < step->t_years)
        w->time++; /* a move at exactly a grid time is seen at that time */
    w->firings += step->kind == IPSIM_STEP_TRANSITION;
    if (w->time == w->e->n_times)
        return;
    int64_t *at = &w->moves[w->time * w->n_states];
    at[step->to]++;
    if (step->kind == IPSIM_STEP_TRANSITION)
        at[step->from]--;
}

/* ---- batches and blocks ---- */

static ipsim_status may_go_on(const experiment_worker *w, ipsim_error *err)
{
    return w->leave && w->leave(w->leave_data) ? ipsim_error_set(err, IPSIM_ERR_INTERRUPTED, "interrupted") : IPSIM_OK;
}

/* One person at a time. */
static ipsim_status simulate_plainly(experiment_worker *w, size_t model, ipsim_luck luck, int64_t first, ipsim_occupancy *seen,
                                     ipsim_error *err)
{
    watcher told = {.e = w->e, .moves = seen->moves, .n_states = w->e->models[model]->n_states};
    for (size_t slot = 0; slot < w->people->n_slots; slot++) {
        int64_t person = w->people->person[slot];
        if (person < 0)
            continue;
        told.time = 0;
        ipsim_tally_select(w->tallies[model], slot);
        ipsim_status status = may_go_on(w, err);
        if (status == IPSIM_OK)
            status = ipsim_reference_simulate(w->engines[model], luck, person,
                                              &w->attributes[(size_t)(person - first) * w->people->n_attributes], w->tallies[model], watch,
                                              &told, err);
        if (status != IPSIM_OK)
            return status;
    }
    seen->firings = told.firings;
    return IPSIM_OK;
}

static uint64_t ticks_now(const experiment_worker *w)
{
    return w->ticks ? __builtin_ia32_rdtsc() : 0;
}

static void add_ticks(const experiment_worker *w, size_t phase, uint64_t since)
{
    if (w->ticks)
        w->ticks[phase] += __builtin_ia32_rdtsc() - since;
}

/* The block under one model, and what was seen of it under all models that share its histories. */
static ipsim_status simulate_model(experiment_worker *w, size_t model, ipsim_luck luck, int64_t first, ipsim_error *err)
{
    const experiment *e = w->e;
    size_t n = e->n_times * e->models[model]->n_states;
    ipsim_occupancy seen = {.n_times = e->n_times, .times = e->times, .moves = w->moves};
    ipsim_status status = IPSIM_ERR_LIMIT;
    memset(w->moves, 0, n * sizeof *w->moves);
    uint64_t start = ticks_now(w);
    ipsim_tally_reset(w->tallies[model], w->people);
    add_ticks(w, IPSIM_PHASE_BEGIN, start);
    if (w->fast)
        status = ipsim_fast_simulate(w->fast[model], luck, w->people, w->tallies[model], w->sums ? &seen : NULL, NULL, NULL, err);
    if (w->fast && status == IPSIM_ERR_LIMIT) { /* again, one person at a time, to see who it is */
        memset(w->moves, 0, n * sizeof *w->moves);
        ipsim_tally_reset(w->tallies[model], w->people);
    }
    if (status == IPSIM_ERR_LIMIT)
        status = simulate_plainly(w, model, luck, first, &seen, err);
    for (size_t i = model; status == IPSIM_OK && w->sums && i < e->n_models; i++) {
        if (w->same_as[i] != model)
            continue;
        int64_t *into = w->sums->moves + ipsim_experiment_moves_offset(e, i);
        for (size_t k = 0; k < n; k++)
            into[k] += w->moves[k];
        w->sums->firings += seen.firings;
    }
    return status;
}

/* What the models that share these histories make of them. */
static ipsim_status add_totals(experiment_worker *w, size_t model, ipsim_error *err)
{
    const totals_sink *sink = &w->sink;
    ipsim_status status = IPSIM_OK;
    ipsim_totals_end_block(sink->totals, w->tallies[model]);
    for (size_t i = model; status == IPSIM_OK && i < w->e->n_models; i++)
        if (w->same_as[i] == model)
            status = ipsim_totals_add(sink->totals, i, w->tallies[model], w->people, sink->first, sink->batch, sink->sums[i], sink->n_cells,
                                      err);
    return status;
}

/* n persons of the block that begins with `first`. */
static ipsim_status simulate_batch(experiment_worker *w, ipsim_luck luck, int64_t first, size_t n, const int64_t *which, ipsim_error *err)
{
    const experiment *e = w->e;
    uint64_t start = ticks_now(w);
    ipsim_people_seat(w->people, first, n, which, w->attributes);
    add_ticks(w, EXPERIMENT_PHASE_PEOPLE, start);
    for (size_t model = 0; model < e->n_models; model++) {
        if (w->same_as[model] < model)
            continue;
        ipsim_status status = may_go_on(w, err);
        if (status == IPSIM_OK)
            status = simulate_model(w, model, luck, first, err);
        if (status == IPSIM_OK && !w->sums)
            status = add_totals(w, model, err);
        if (status != IPSIM_OK)
            return status;
    }
    if (!w->sums)
        return IPSIM_OK;
    w->sums->persons += (int64_t)n;
    start = ticks_now(w);
    ipsim_status status = ipsim_ledger_add_block(w->sums->ledger, w->tallies, w->people, err);
    add_ticks(w, EXPERIMENT_PHASE_LEDGER, start);
    return status;
}

static ipsim_status simulate_block(experiment_worker *w, ipsim_luck luck, int64_t first, int64_t end, ipsim_error *err)
{
    size_t n = (size_t)(end - first);
    ipsim_bug_assert(n <= w->most_persons);
    uint64_t start = ticks_now(w);
    ipsim_population_draw(w->e->population, luck.seed, luck.replicate, first, n, w->attributes);
    for (size_t i = 0; w->sums && i < n; i++) {
        ipsim_status status = count_person(w, first + (int64_t)i, &w->attributes[i * w->people->n_attributes], err);
        if (status != IPSIM_OK)
            return status;
    }
    if (!ipsim_people_sort(w->people, n, w->attributes, w->order))
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the people of a block");
    add_ticks(w, EXPERIMENT_PHASE_PEOPLE, start);
    for (size_t i = 0, batch; i < n; i += batch) {
        batch = ipsim_people_fit(w->people, n - i, w->order + i, w->attributes);
        ipsim_status status = simulate_batch(w, luck, first, batch, w->order + i, err);
        if (status != IPSIM_OK)
            return status;
    }
    return IPSIM_OK;
}

/* ---- for those who deal the blocks ---- */

void ipsim_experiment_worker_measure(experiment_worker *w, uint64_t ticks[EXPERIMENT_N_PHASES])
{
    w->ticks = ticks;
    for (size_t i = 0; w->fast && i < w->e->n_models; i++)
        if (w->fast[i])
            ipsim_fast_measure(w->fast[i], ticks);
}

void ipsim_experiment_worker_ask(experiment_worker *w, experiment_leave *leave, void *data)
{
    w->leave = leave;
    w->leave_data = data;
}

bool ipsim_experiment_worker_is_full(const experiment_worker *w)
{
    return w->gives && ipsim_ledger_is_full(w->sums->ledger);
}

experiment_sums *ipsim_experiment_worker_sums(experiment_worker *w)
{
    if (w->sums && !w->gives)
        ipsim_ledger_settle(w->sums->ledger);
    return w->sums;
}

ipsim_status ipsim_experiment_worker_block(experiment_worker *w, ipsim_luck luck, int64_t first, int64_t end, ipsim_error *err)
{
    return simulate_block(w, luck, first, end, err);
}

ipsim_status ipsim_experiment_worker_totals(experiment_worker *w, ipsim_luck luck, int64_t first, int64_t end, int64_t batch,
                                            ipsim_wide128 *const *sums, ipsim_error *err)
{
    w->sink.first = first;
    w->sink.batch = batch;
    w->sink.sums = sums;
    ipsim_status status = IPSIM_OK;
    for (int64_t persons = (int64_t)w->most_persons; status == IPSIM_OK && first < end; first += persons)
        status = simulate_block(w, luck, first, end - first < persons ? end : first + persons, err);
    return status;
}
