/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate.h"

#include <math.h>
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

void ipsim_experiment_sums_merge(const experiment *e, experiment_sums *into, const experiment_sums *from)
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

typedef struct experiment_worker {
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

/* ---- for those who deal the blocks ---- */

experiment_worker *ipsim_experiment_worker_create(const experiment *e)
{
    worker *w = malloc(sizeof *w);
    if (w && !worker_init(w, e)) {
        free(w);
        w = NULL;
    }
    return w;
}

void ipsim_experiment_worker_free(experiment_worker *w)
{
    if (w) {
        worker_clear(w);
        free(w);
    }
}

experiment_sums *ipsim_experiment_worker_sums(experiment_worker *w)
{
    return w->sums;
}

ipsim_status ipsim_experiment_worker_block(experiment_worker *w, ipsim_luck luck, int64_t first, int64_t end, ipsim_error *err)
{
    return simulate_block(w, luck, first, end, err);
}
