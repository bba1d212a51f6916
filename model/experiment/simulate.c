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

experiment_sums *ipsim_experiment_sums_create(const experiment *e)
{
    experiment_sums *sums = calloc(1, sizeof *sums);
    if (!sums)
        return NULL;
    size_t n_attributes = e->scenarios[0]->n_attributes;
    sums->ledger = ipsim_ledger_create(e->plan, e->n_models, e->n_groups);
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

static void merge_sums(const experiment *e, experiment_sums *into, const experiment_sums *from)
{
    size_t n_attributes = e->scenarios[0]->n_attributes;
    ipsim_ledger_merge(into->ledger, from->ledger);
    for (size_t i = 0; i < n_moves(e); i++)
        into->moves[i] += from->moves[i];
    for (size_t i = 0; i < n_attributes * ipsim_experiment_levels_stride(e); i++)
        into->level_count[i] += from->level_count[i];
    for (size_t a = 0; a < n_attributes; a++) {
        ipsim_wide128_merge(&into->attribute_x[a], from->attribute_x[a]);
        ipsim_wide192_merge(&into->attribute_xx[a], &from->attribute_xx[a]);
    }
    into->firings += from->firings;
    into->persons += from->persons;
}

/* ---- one thread's work ---- */

typedef struct worker {
    const experiment *e;
    experiment_sums *sums;
    ipsim_reference **engines;
    ipsim_tally **tallies;
    double **values;    /* per model: [cell * IPSIM_BATCH_PERSONS + person] */
    double *attributes; /* [person * n_attributes + attribute] */
    uint32_t *group;    /* [dimension * IPSIM_BATCH_PERSONS + person] */
} worker;

static void worker_clear(worker *w)
{
    for (size_t i = 0; i < w->e->n_models; i++) {
        if (w->engines)
            ipsim_reference_free(w->engines[i]);
        if (w->tallies)
            ipsim_tally_free(w->tallies[i]);
        if (w->values)
            free(w->values[i]);
    }
    free(w->engines);
    free(w->tallies);
    free(w->values);
    free(w->attributes);
    free(w->group);
    ipsim_experiment_sums_free(w->sums);
}

static bool worker_init(worker *w, const experiment *e)
{
    size_t n_cells = ipsim_account_n_measures(e->plan) * ipsim_account_n_years(e->plan) * 2;
    *w = (worker){.e = e};
    w->sums = ipsim_experiment_sums_create(e);
    w->engines = calloc(e->n_models, sizeof *w->engines);
    w->tallies = calloc(e->n_models, sizeof *w->tallies);
    w->values = calloc(e->n_models, sizeof *w->values);
    w->attributes = calloc(IPSIM_BATCH_PERSONS * (e->scenarios[0]->n_attributes + 1), sizeof *w->attributes);
    w->group = calloc(IPSIM_BATCH_PERSONS * (e->n_dimensions + 1), sizeof *w->group);
    bool ok = w->sums && w->engines && w->tallies && w->values && w->attributes && w->group;
    for (size_t i = 0; ok && i < e->n_models; i++) {
        w->engines[i] = ipsim_reference_create(e->models[i]);
        w->tallies[i] = ipsim_tally_create(e->plan, i);
        w->values[i] = calloc(n_cells * IPSIM_BATCH_PERSONS, sizeof **w->values);
        ok = w->engines[i] && w->tallies[i] && w->values[i];
    }
    if (!ok)
        worker_clear(w);
    return ok;
}

/* ---- people ---- */

static ipsim_status count_person(worker *w, int64_t person, const double *attributes, size_t in_batch, ipsim_error *err)
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
    for (size_t d = 0; d < e->n_dimensions; d++)
        w->group[d * IPSIM_BATCH_PERSONS + in_batch] = e->dimension_first[d] + (uint32_t)attributes[e->dimension_attribute[d]];
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

static ipsim_status simulate_batch(worker *w, ipsim_luck luck, int64_t first, size_t n, ipsim_error *err)
{
    const experiment *e = w->e;
    size_t n_attributes = e->scenarios[0]->n_attributes;
    for (size_t i = 0; i < n; i++) {
        double *attributes = &w->attributes[i * n_attributes];
        ipsim_population_draw(e->population, luck.seed, luck.replicate, first + (int64_t)i, attributes);
        ipsim_status status = count_person(w, first + (int64_t)i, attributes, i, err);
        if (status != IPSIM_OK)
            return status;
    }
    for (size_t model = 0; model < e->n_models; model++) {
        watcher seen = {.e = e, .moves = w->sums->moves + ipsim_experiment_moves_offset(e, model), .n_states = e->models[model]->n_states};
        for (size_t i = 0; i < n; i++) {
            seen.time = 0;
            ipsim_status status = ipsim_reference_simulate(w->engines[model], luck, first + (int64_t)i, &w->attributes[i * n_attributes],
                                                           w->tallies[model], watch, &seen, err);
            if (status != IPSIM_OK)
                return status;
            ipsim_tally_values(w->tallies[model], w->values[model] + i, IPSIM_BATCH_PERSONS);
        }
        w->sums->firings += seen.firings;
    }
    w->sums->persons += (int64_t)n;
    return ipsim_ledger_add(w->sums->ledger, (const double *const *)w->values, n, IPSIM_BATCH_PERSONS, w->group, e->n_dimensions, err);
}

static ipsim_status simulate_block(worker *w, ipsim_luck luck, int64_t first, int64_t end, ipsim_error *err)
{
    for (; first < end; first += IPSIM_BATCH_PERSONS) {
        size_t n = (size_t)(end - first < IPSIM_BATCH_PERSONS ? end - first : IPSIM_BATCH_PERSONS);
        ipsim_status status = simulate_batch(w, luck, first, n, err);
        if (status != IPSIM_OK)
            return status;
    }
    return IPSIM_OK;
}

/* Shared by the threads. Blocks are dealt in order and every dealt block is finished, so that a stopped run holds persons 0 .. k - 1. */
typedef struct dealer {
    int64_t n_blocks, next, done;
    int64_t failed_block; /* the first block that failed: the same one whatever the threads did before it */
    ipsim_error failure;
    bool out_of_memory;
    double last_progress;
} dealer;

static int64_t deal_block(dealer *d, const ipsim_run_options *options)
{
    int64_t block = -1;
#pragma omp critical(ipsim_deal)
    if (d->next < d->n_blocks && d->failed_block < 0 && !d->out_of_memory && !(options->stop && *options->stop))
        block = d->next++;
    return block;
}

static void block_done(dealer *d, int64_t block, const ipsim_error *failure, int64_t n_persons, const ipsim_run_options *options)
{
#pragma omp critical(ipsim_deal)
    {
        d->done++;
        if (failure && (d->failed_block < 0 || block < d->failed_block)) {
            d->failed_block = block;
            d->failure = *failure;
        }
        double now = omp_get_wtime();
        if (options->progress && now - d->last_progress > 0.1) {
            int64_t persons = d->done * IPSIM_BLOCK_PERSONS;
            d->last_progress = now;
            options->progress(options->progress_data, persons < n_persons ? persons : n_persons, n_persons);
        }
    }
}

static void work(const experiment *e, ipsim_luck luck, int64_t n_persons, const ipsim_run_options *options, dealer *d,
                 experiment_sums *sums)
{
    worker w;
    if (!worker_init(&w, e)) {
#pragma omp critical(ipsim_deal)
        d->out_of_memory = true;
        return;
    }
    for (int64_t block; (block = deal_block(d, options)) >= 0;) {
        int64_t first = block * IPSIM_BLOCK_PERSONS;
        int64_t end = first + IPSIM_BLOCK_PERSONS < n_persons ? first + IPSIM_BLOCK_PERSONS : n_persons;
        ipsim_error err;
        bool ok = simulate_block(&w, luck, first, end, &err) == IPSIM_OK;
        block_done(d, block, ok ? NULL : &err, n_persons, options);
    }
#pragma omp critical(ipsim_merge)
    merge_sums(e, sums, w.sums);
    worker_clear(&w);
}

ipsim_status ipsim_experiment_simulate(const experiment *e, ipsim_luck luck, int64_t n_persons, const ipsim_run_options *options,
                                       experiment_sums *sums, int *n_threads, ipsim_error_list *errors)
{
    dealer d = {
        .n_blocks = (n_persons + IPSIM_BLOCK_PERSONS - 1) / IPSIM_BLOCK_PERSONS, .failed_block = -1, .last_progress = omp_get_wtime()};
    int threads = options->n_threads > 0 ? options->n_threads : omp_get_max_threads();
    if (threads > d.n_blocks)
        threads = (int)d.n_blocks;
    *n_threads = threads;
#pragma omp parallel num_threads(threads)
    work(e, luck, n_persons, options, &d, sums);

    if (d.failed_block >= 0)
        return ipsim_error_add_copy(errors, &d.failure);
    if (d.out_of_memory)
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the threads of the run");
    if (sums->persons == 0)
        return ipsim_error_add(errors, IPSIM_ERR_INTERRUPTED, (ipsim_origin){0}, "interrupted before the first %d persons were finished",
                               (int)IPSIM_BLOCK_PERSONS);
    return IPSIM_OK;
}
