/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over persons. */
#include <stdlib.h>
#include <string.h>

#include "simulate.h"

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

size_t ipsim_experiment_n_moves(const experiment *e)
{
    return ipsim_experiment_moves_offset(e, e->n_models);
}

static experiment_sums *create(const experiment *e, bool everybody, bool waiting)
{
    experiment_sums *sums = calloc(1, sizeof *sums);
    if (!sums)
        return NULL;
    size_t n_attributes = e->scenarios[0]->n_attributes;
    sums->everybody = everybody;
    sums->ledger = (waiting ? ipsim_ledger_create_waiting : ipsim_ledger_create)(e->plan, e->n_models, everybody ? 1 : e->n_groups);
    sums->moves = calloc(ipsim_experiment_n_moves(e) + 1, sizeof *sums->moves);
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
    return create(e, false, false);
}

experiment_sums *ipsim_experiment_sums_create_waiting(const experiment *e)
{
    return create(e, false, true);
}

experiment_sums *ipsim_experiment_sums_create_everybody(const experiment *e)
{
    return create(e, true, false);
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
    for (size_t i = 0, n = ipsim_experiment_n_moves(e); i < n; i++)
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
    memset(sums->moves, 0, ipsim_experiment_n_moves(e) * sizeof *sums->moves);
    memset(sums->level_count, 0, n_attributes * ipsim_experiment_levels_stride(e) * sizeof *sums->level_count);
    memset(sums->attribute_x, 0, n_attributes * sizeof *sums->attribute_x);
    memset(sums->attribute_xx, 0, n_attributes * sizeof *sums->attribute_xx);
    sums->firings = 0;
    sums->persons = 0;
}
