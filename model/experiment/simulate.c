/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

size_t ipsim_experiment_levels_stride(const experiment *e)
{
    size_t stride = 1;
    for (size_t a = 0; a < e->scenarios[0]->n_attributes; a++)
        if (e->scenarios[0]->attributes[a].levels.count > stride)
            stride = e->scenarios[0]->attributes[a].levels.count;
    return stride;
}

size_t ipsim_experiment_moves_offset(const experiment *e, size_t model)
{
    size_t offset = 0;
    for (size_t i = 0; i < model; i++)
        offset += e->n_times * e->models[i]->n_states;
    return offset;
}

static size_t n_moves(const experiment *e)
{
    return ipsim_experiment_moves_offset(e, e->n_models);
}

static experiment_sums *create_sums(const experiment *e, bool everybody, bool waiting)
{
    experiment_sums *sums = calloc(1, sizeof *sums);
    if (!sums)
        return NULL;
    size_t n_attributes = e->scenarios[0]->n_attributes;
    sums->everybody = everybody;
    sums->ledger = (waiting ? ipsim_ledger_create_waiting : ipsim_ledger_create)(e->plan, e->n_models, everybody ? 1 : e->n_groups);
    sums->moves = calloc(n_moves(e) + 1, sizeof *sums->moves);
    sums->level_count = calloc(n_attributes * ipsim_experiment_levels_stride(e) + 1, sizeof *sums->level_count);
    sums->attribute_x = calloc(n_attributes + 1, sizeof *sums->attribute_x);
    sums->attribute_xx = calloc(n_attributes + 1, sizeof *sums->attribute_xx);
    if (!sums->ledger || !sums->moves || !sums->level_count || !sums->attribute_x || !sums->attribute_xx) {
        ipsim_experiment_sums_free(sums);
        return NULL;
    }
    return sums;
}

experiment_sums *ipsim_experiment_sums_create(const experiment *e)
{
    return create_sums(e, false, false);
}

experiment_sums *ipsim_experiment_sums_create_everybody(const experiment *e)
{
    return create_sums(e, true, false);
}

void ipsim_experiment_sums_free(experiment_sums *sums)
{
    if (!sums)
        return;
    ipsim_ledger_free(sums->ledger);
    free(sums->moves);
    free(sums->level_count);
    free(sums->attribute_x);
    free(sums->attribute_xx);
    free(sums);
}

void ipsim_experiment_sums_merge(const experiment *e, experiment_sums *into, const experiment_sums *from)
{
    size_t n_attributes = e->scenarios[0]->n_attributes;
    if (into->everybody)
        ipsim_ledger_merge_everybody(into->ledger, from->ledger);
    else
        ipsim_ledger_merge(into->ledger, from->ledger);
    for (size_t i = 0, n = n_moves(e); i < n; i++)
        into->moves[i] += from->moves[i];
    for (size_t i = 0, n = n_attributes * ipsim_experiment_levels_stride(e); i < n; i++)
        into->level_count[i] += from->level_count[i];
    for (size_t a = 0; a < n_attributes; a++) {
        ipsim_wide128_merge(&into->attribute_x[a], from->attribute_x[a]);
        ipsim_wide192_merge(&into->attribute_xx[a], &from->attribute_xx[a]);
    }
    into->firings += from->firings;
    into->persons += from->persons;
}

void ipsim_experiment_sums_clear(const experiment *e, experiment_sums *sums)
{
    size_t n_attributes = e->scenarios[0]->n_attributes;
    ipsim_ledger_clear(sums->ledger);
    memset(sums->moves, 0, n_moves(e) * sizeof *sums->moves);
    memset(sums->level_count, 0, n_attributes * ipsim_experiment_levels_stride(e) * sizeof *sums->level_count);
    memset(sums->attribute_x, 0, n_attributes * sizeof *sums->attribute_x);
    memset(sums->attribute_xx, 0, n_attributes * sizeof *sums->attribute_xx);
    sums->firings = 0;
    sums->persons = 0;
}

/* ---- one thread's work ---- */

/* Of the tallies of a batch, and where they are used one after the other of each: longer batches fill vectors better, but those of one model
 * should stay in the cache of a core. Threads share the last cache and the memory, so that many of them take shorter batches. */
enum { MOST_BYTES = 18 << 20, MOST_BYTES_OF_ALL = 48 << 20, LEAST_BYTES = 5 << 20, MOST_BYTES_OF_ONE = 4 << 20 };

/* Where a worker of totals puts them. */
typedef struct totals_sink {
    ipsim_totals *totals; /* NULL: the worker keeps sums */
    size_t n_cells;
    int64_t first, batch; /* of the block: its first person, the persons of a batch */
    ipsim_wide128 *const *sums;
} totals_sink;

typedef struct experiment_worker {
    const experiment *e;
    experiment_sums *sums; /* NULL: totals are kept */
    bool gives;            /* sums only to others */
    totals_sink sink;
    ipsim_reference **engines;
    ipsim_fast **fast;     /* NULL: the reference engine was asked for */
    ipsim_fast_room *room; /* of all of them */
    size_t *same_as;       /* per model: the first model with the same histories, which are then simulated once; tallies are shared */
    int64_t *moves;        /* of one block and model, as in sums; there is room for any model */
    ipsim_tally **own;     /* made when a model first needs one */
    ipsim_tally **tallies;
    size_t most_persons; /* of a block */
    ipsim_people *people;
    double *attributes; /* of a block, [person * n_attributes + attribute] */
    int64_t *order;     /* of a block: those of one combination of subgroups together */
    uint64_t *ticks;    /* NULL: nothing is measured */
    experiment_leave *leave;
    void *leave_data;
} worker;

static void worker_clear(worker *w)
{
    for (size_t i = 0; i < w->e->n_models; i++) {
        if (w->engines)
            ipsim_reference_free(w->engines[i]);
        if (w->fast)
            ipsim_fast_free(w->fast[i]);
        if (w->own)
            ipsim_tally_free(w->own[i]);
    }
    free(w->engines);
    free(w->fast);
    ipsim_fast_room_free(w->room);
    free(w->same_as);
    free(w->moves);
    free(w->own);
    free(w->tallies);
    ipsim_people_free(w->people);
    free(w->attributes);
    free(w->order);
    ipsim_experiment_sums_free(w->sums);
    ipsim_totals_free(w->sink.totals);
}

/* Scenarios that differ in money or quality of life only share their histories. */
static size_t find_same(const experiment *e, size_t model, bool plainly)
{
    size_t like = 0;
    while (like < model &&
           (plainly || !ipsim_engine_same_histories(e->models[like], e->models[model]) || !ipsim_account_same_basis(e->plan, like, model)))
        like++;
    return like;
}

/* The tally and the engines of a model that has histories of its own, those that are there if they fit. */
static bool equip(worker *w, size_t i)
{
    const experiment *e = w->e;
    if (!w->own[i] || !ipsim_tally_adopt(w->own[i], e->plan, i)) {
        ipsim_tally_free(w->own[i]);
        w->own[i] = ipsim_tally_create(e->plan, i, w->people->stride);
        if (w->own[i] && !w->fast)
            ipsim_tally_plainly(w->own[i]);
    }
    if (w->own[i] && w->fast && (!w->fast[i] || !ipsim_fast_adopt(w->fast[i], e->models[i], w->own[i]))) {
        ipsim_fast_free(w->fast[i]);
        w->fast[i] = ipsim_fast_create(e->models[i], w->room, w->own[i]);
    }
    w->engines[i] = ipsim_reference_create(e->models[i]);
    return w->own[i] && w->engines[i] && (!w->fast || w->fast[i]);
}

/* An engine whose model is about to go and which nobody needs now. */
static void strip(worker *w, size_t i)
{
    ipsim_tally_free(w->own[i]);
    w->own[i] = NULL;
    if (w->fast)
        ipsim_fast_free(w->fast[i]);
    if (w->fast)
        w->fast[i] = NULL;
}

/* A room for all models; engines that stood in one too small go with it. */
static bool find_room(worker *w)
{
    const experiment *e = w->e;
    size_t fit = 0;
    while (w->room && fit < e->n_models && ipsim_fast_room_fits(w->room, e->models[fit]))
        fit++;
    if (w->room && fit == e->n_models)
        return true;
    for (size_t i = 0; i < e->n_models; i++) {
        ipsim_fast_free(w->fast[i]);
        w->fast[i] = NULL;
    }
    ipsim_fast_room_free(w->room);
    w->room = ipsim_fast_room_create((const ipsim_compiled_model *const *)e->models, e->n_models, w->people->stride);
    return w->room != NULL;
}

bool ipsim_experiment_worker_adopt(experiment_worker *w)
{
    const experiment *e = w->e;
    for (size_t i = 0; i < e->n_models; i++) {
        ipsim_reference_free(w->engines[i]);
        w->engines[i] = NULL;
    }
    if (w->fast && !find_room(w))
        return false;
    for (size_t i = 0; i < e->n_models; i++) {
        w->same_as[i] = find_same(e, i, w->fast == NULL && w->sums);
        if (w->same_as[i] < i)
            strip(w, i);
        else if (!equip(w, i))
            return false;
        w->tallies[i] = w->own[w->same_as[i]];
    }
    if (w->sums)
        ipsim_ledger_adopt(w->sums->ledger, e->plan);
    return true;
}

/* How many persons are simulated together, about. */
static size_t choose_batch(const experiment *e, bool totals)
{
    size_t batch = IPSIM_BATCH_PERSONS, bytes = ipsim_account_bytes_per_person(e->plan); /* results do not depend on it */
    size_t share = MOST_BYTES_OF_ALL / (size_t)omp_get_num_threads();
    size_t most_bytes = totals                ? MOST_BYTES_OF_ONE * e->n_models
                        : share > MOST_BYTES  ? MOST_BYTES
                        : share < LEAST_BYTES ? LEAST_BYTES
                                              : share;
    while (batch > 256 && batch * bytes > most_bytes)
        batch /= 2;
    return batch;
}

/* Of a block, at most. */
static size_t persons_of_block(const experiment *e, int64_t most_persons)
{
    int64_t most = most_persons > 0 ? most_persons : e->persons;
    return most > 0 && most < IPSIM_BLOCK_PERSONS ? (size_t)most : IPSIM_BLOCK_PERSONS;
}

static ipsim_people *create_people(const experiment *e, size_t persons, size_t batch)
{
    ipsim_grouping grouping = {
        .n_dimensions = e->n_dimensions, .attribute = e->dimension_attribute, .n_levels = e->dimension_levels, .first = e->dimension_first};
    return ipsim_people_create(persons, (persons + batch - 1) / batch, e->scenarios[0]->n_attributes, &grouping);
}

/* cells NULL: sums. */
static bool worker_init(worker *w, const experiment *e, int64_t most_persons, bool gives, const ipsim_account_cell *cells, size_t n_cells)
{
    bool plainly = e->engine == IPSIM_ENGINE_REFERENCE;
    *w = (worker){.e = e, .gives = gives};
    w->sums = cells ? NULL : create_sums(e, false, gives);
    w->engines = calloc(e->n_models, sizeof *w->engines);
    w->own = calloc(e->n_models, sizeof *w->own);
    w->tallies = calloc(e->n_models, sizeof *w->tallies);
    w->most_persons = persons_of_block(e, most_persons);
    w->people = create_people(e, w->most_persons, choose_batch(e, cells != NULL));
    w->order = calloc(w->most_persons, sizeof *w->order);
    w->attributes = calloc(w->most_persons * (e->scenarios[0]->n_attributes + 1), sizeof *w->attributes);
    w->fast = plainly ? NULL : calloc(e->n_models, sizeof *w->fast);
    w->same_as = calloc(e->n_models, sizeof *w->same_as);
    w->moves = calloc(n_moves(e) + 1, sizeof *w->moves);
    if (cells && w->people)
        w->sink = (totals_sink){.totals = ipsim_totals_create(e->plan, cells, n_cells, w->people->stride), .n_cells = n_cells};
    bool ok = (cells ? w->sink.totals != NULL : w->sums != NULL) && w->engines && w->same_as && w->own && w->tallies && w->people &&
              w->order && w->attributes && w->moves && (plainly || w->fast) && ipsim_experiment_worker_adopt(w);
    if (!ok)
        worker_clear(w);
    return ok;
}

/* ---- people ---- */

static ipsim_status count_person(worker *w, int64_t person, const double *attributes, ipsim_error *err)
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

static ipsim_status may_go_on(const worker *w, ipsim_error *err)
{
    return w->leave && w->leave(w->leave_data) ? ipsim_error_set(err, IPSIM_ERR_INTERRUPTED, "interrupted") : IPSIM_OK;
}

/* One person at a time. */
static ipsim_status simulate_plainly(worker *w, size_t model, ipsim_luck luck, int64_t first, ipsim_occupancy *seen, ipsim_error *err)
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

static uint64_t ticks_now(const worker *w)
{
    return w->ticks ? __builtin_ia32_rdtsc() : 0;
}

static void add_ticks(const worker *w, size_t phase, uint64_t since)
{
    if (w->ticks)
        w->ticks[phase] += __builtin_ia32_rdtsc() - since;
}

/* The block under one model, and what was seen of it under all models that share its histories. */
static ipsim_status simulate_model(worker *w, size_t model, ipsim_luck luck, int64_t first, ipsim_error *err)
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
static ipsim_status add_totals(worker *w, size_t model, ipsim_error *err)
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
static ipsim_status simulate_batch(worker *w, ipsim_luck luck, int64_t first, size_t n, const int64_t *which, ipsim_error *err)
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

static ipsim_status simulate_block(worker *w, ipsim_luck luck, int64_t first, int64_t end, ipsim_error *err)
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

static worker *create(const experiment *e, int64_t most_persons, bool gives, const ipsim_account_cell *cells, size_t n_cells)
{
    worker *w = malloc(sizeof *w);
    if (w && !worker_init(w, e, most_persons, gives, cells, n_cells)) {
        free(w);
        w = NULL;
    }
    return w;
}

experiment_worker *ipsim_experiment_worker_create(const experiment *e, int64_t most_persons)
{
    return create(e, most_persons, false, NULL, 0);
}

experiment_worker *ipsim_experiment_worker_create_giving(const experiment *e, int64_t most_persons)
{
    return create(e, most_persons, true, NULL, 0);
}

bool ipsim_experiment_worker_is_full(const experiment_worker *w)
{
    return w->gives && ipsim_ledger_is_full(w->sums->ledger);
}

experiment_worker *ipsim_experiment_worker_create_totals(const experiment *e, int64_t most_persons, const ipsim_account_cell *cells,
                                                         size_t n_cells)
{
    return create(e, most_persons, false, cells, n_cells);
}

void ipsim_experiment_worker_free(experiment_worker *w)
{
    if (w) {
        worker_clear(w);
        free(w);
    }
}

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
    return simulate_block(w, luck, first, end, err);
}
