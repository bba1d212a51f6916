/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one thread simulates with, made for an experiment and adapted to the next. */
#include "worker.h"

#include <omp.h>
#include <stdlib.h>

/* Of the tallies of a batch, and where they are used one after the other of each: longer batches fill vectors better, but those of one model
 * should stay in the cache of a core. Threads share the last cache and the memory, so that many of them take shorter batches. */
enum { MOST_BYTES = 18 << 20, MOST_BYTES_OF_ALL = 48 << 20, LEAST_BYTES = 5 << 20, MOST_BYTES_OF_ONE = 4 << 20 };

static void worker_clear(experiment_worker *w)
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
static bool equip(experiment_worker *w, size_t i)
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
static void strip(experiment_worker *w, size_t i)
{
    ipsim_tally_free(w->own[i]);
    w->own[i] = NULL;
    if (w->fast)
        ipsim_fast_free(w->fast[i]);
    if (w->fast)
        w->fast[i] = NULL;
}

/* A room for all models; engines that stood in one too small go with it. */
static bool find_room(experiment_worker *w)
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
static bool worker_init(experiment_worker *w, const experiment *e, int64_t most_persons, bool gives, const ipsim_account_cell *cells,
                        size_t n_cells)
{
    bool plainly = e->engine == IPSIM_ENGINE_REFERENCE;
    *w = (experiment_worker){.e = e, .gives = gives};
    w->sums = cells ? NULL : gives ? ipsim_experiment_sums_create_waiting(e) : ipsim_experiment_sums_create(e);
    w->engines = calloc(e->n_models, sizeof *w->engines);
    w->own = calloc(e->n_models, sizeof *w->own);
    w->tallies = calloc(e->n_models, sizeof *w->tallies);
    w->most_persons = persons_of_block(e, most_persons);
    w->people = create_people(e, w->most_persons, choose_batch(e, cells != NULL));
    w->order = calloc(w->most_persons, sizeof *w->order);
    w->attributes = calloc(w->most_persons * (e->scenarios[0]->n_attributes + 1), sizeof *w->attributes);
    w->fast = plainly ? NULL : calloc(e->n_models, sizeof *w->fast);
    w->same_as = calloc(e->n_models, sizeof *w->same_as);
    w->moves = calloc(ipsim_experiment_n_moves(e) + 1, sizeof *w->moves);
    if (cells && w->people)
        w->sink = (totals_sink){.totals = ipsim_totals_create(e->plan, cells, n_cells, w->people->stride), .n_cells = n_cells};
    bool ok = (cells ? w->sink.totals != NULL : w->sums != NULL) && w->engines && w->same_as && w->own && w->tallies && w->people &&
              w->order && w->attributes && w->moves && (plainly || w->fast) && ipsim_experiment_worker_adopt(w);
    if (!ok)
        worker_clear(w);
    return ok;
}

static experiment_worker *create(const experiment *e, int64_t most_persons, bool gives, const ipsim_account_cell *cells, size_t n_cells)
{
    experiment_worker *w = malloc(sizeof *w);
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
