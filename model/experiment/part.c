/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "part.h"

#include <stdlib.h>
#include <string.h>

work ipsim_work_of(const experiment *e, const uncertainty *uncertain, const ipsim_luck *lucks, size_t n_replicates, int64_t persons)
{
    return (work){.e = e,
                  .uncertain = uncertain,
                  .lucks = lucks,
                  .n_replicates = n_replicates,
                  .persons = persons,
                  .blocks = (persons + IPSIM_BLOCK_PERSONS - 1) / IPSIM_BLOCK_PERSONS};
}

int64_t ipsim_work_n_units(const work *w)
{
    return w->blocks * (int64_t)w->n_replicates;
}

/* Persons before a unit, in the order of units. */
static int64_t persons_before(const work *w, int64_t unit)
{
    int64_t in_replicate = unit % w->blocks * IPSIM_BLOCK_PERSONS;
    return unit / w->blocks * w->persons + (in_replicate < w->persons ? in_replicate : w->persons);
}

int64_t ipsim_work_persons_in(const work *w, unit_range range)
{
    return persons_before(w, range.end) - persons_before(w, range.first);
}

static experiment_part *create(const experiment *e, const keep *k, size_t n_replicates, int64_t blocks)
{
    experiment_part *part = calloc(1, sizeof *part);
    if (!part)
        return NULL;
    part->e = e;
    part->keep = k;
    part->blocks = blocks;
    part->n_replicates = n_replicates;
    part->sums = k ? ipsim_experiment_sums_create_everybody(e) : ipsim_experiment_sums_create(e);
    if (k)
        part->draws = calloc(n_replicates, sizeof *part->draws);
    else if (n_replicates > 1)
        part->replicates = calloc(n_replicates, sizeof(ipsim_ledger *));
    if (!part->sums || (k && !part->draws) || (!k && n_replicates > 1 && !part->replicates)) {
        ipsim_part_free(part);
        return NULL;
    }
    return part;
}

experiment_part *ipsim_part_create(const work *w)
{
    return create(w->e, w->uncertain ? w->uncertain->keep : NULL, w->n_replicates, w->blocks);
}

experiment_part *ipsim_part_create_like(const experiment_part *part)
{
    return create(part->e, part->keep, part->n_replicates, part->blocks);
}

static void free_replicates(experiment_part *part)
{
    for (size_t r = 0; part->replicates && r < part->n_replicates; r++) {
        ipsim_ledger_free(part->replicates[r]);
        part->replicates[r] = NULL;
    }
}

void ipsim_part_free(experiment_part *part)
{
    if (!part)
        return;
    free_replicates(part);
    free(part->replicates);
    ipsim_part_forget_draws(part);
    free(part->draws);
    ipsim_experiment_sums_free(part->sums);
    ipsim_units_clear(&part->units);
    free(part);
}

void ipsim_part_clear(experiment_part *part)
{
    free_replicates(part);
    ipsim_part_forget_draws(part);
    ipsim_experiment_sums_clear(part->e, part->sums);
    ipsim_units_empty(&part->units);
}

static bool add_replicate(experiment_part *part, size_t replicate, const ipsim_ledger *ledger)
{
    if (!part->replicates)
        return true;
    if (!part->replicates[replicate])
        part->replicates[replicate] = ipsim_ledger_create(part->e->plan, part->e->n_models, 1);
    if (!part->replicates[replicate])
        return false;
    ipsim_ledger_merge_everybody(part->replicates[replicate], ledger);
    return true;
}

bool ipsim_part_add(experiment_part *part, const experiment_sums *sums, const unit_set *units, size_t replicate)
{
    if (units->count == 0)
        return true;
    ipsim_units_merge(&part->units, units);
    if (part->keep)
        return !part->units.out_of_memory && ipsim_part_add_draw(part, sums, replicate);
    ipsim_experiment_sums_merge(part->e, part->sums, sums);
    return add_replicate(part, replicate, sums->ledger) && !part->units.out_of_memory;
}

bool ipsim_part_merge(experiment_part *into, const experiment_part *from)
{
    ipsim_experiment_sums_merge(into->e, into->sums, from->sums);
    ipsim_units_merge(&into->units, &from->units);
    if (into->keep)
        return !into->units.out_of_memory && ipsim_part_merge_draws(into, from);
    for (size_t r = 0; from->replicates && r < from->n_replicates; r++)
        if (from->replicates[r] && !add_replicate(into, r, from->replicates[r]))
            return false;
    return !into->units.out_of_memory;
}
