/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "part.h"

#include <stdlib.h>
#include <string.h>

work ipsim_work_of(const experiment *e, const ipsim_luck *lucks, size_t n_replicates, int64_t persons)
{
    return (work){.e = e,
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

experiment_part *ipsim_part_create(const work *w)
{
    experiment_part *part = calloc(1, sizeof *part);
    if (!part)
        return NULL;
    part->e = w->e;
    part->sums = ipsim_experiment_sums_create(w->e);
    part->n_replicates = w->n_replicates;
    if (w->n_replicates > 1)
        part->replicates = calloc(w->n_replicates, sizeof(ipsim_ledger *));
    if (!part->sums || (w->n_replicates > 1 && !part->replicates)) {
        ipsim_part_free(part);
        return NULL;
    }
    return part;
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
    ipsim_experiment_sums_free(part->sums);
    ipsim_units_clear(&part->units);
    free(part);
}

void ipsim_part_clear(experiment_part *part)
{
    free_replicates(part);
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
    ipsim_experiment_sums_merge(part->e, part->sums, sums);
    ipsim_units_merge(&part->units, units);
    return add_replicate(part, replicate, sums->ledger) && !part->units.out_of_memory;
}

bool ipsim_part_merge(experiment_part *into, const experiment_part *from)
{
    ipsim_experiment_sums_merge(into->e, into->sums, from->sums);
    ipsim_units_merge(&into->units, &from->units);
    for (size_t r = 0; from->replicates && r < from->n_replicates; r++)
        if (from->replicates[r] && !add_replicate(into, r, from->replicates[r]))
            return false;
    return !into->units.out_of_memory;
}
