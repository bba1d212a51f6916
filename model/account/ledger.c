/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a ledger holds. How a block is added stands in ledger_add.c. */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

size_t ipsim_ledger_n_sums(const ipsim_ledger *ledger)
{
    return ledger->n_cells * ledger->n_models * ledger->n_groups;
}

size_t ipsim_ledger_n_pairs(const ipsim_ledger *ledger)
{
    return ledger->plan->n_pairs * ledger->plan->n_years * 2 * ledger->n_models * ledger->n_groups;
}

size_t ipsim_ledger_n_given(const ipsim_ledger *ledger)
{
    return ledger->n_conditional * ledger->plan->n_years * ledger->n_models * ledger->n_groups * 2;
}

double ipsim_account_quantum(const ipsim_account_plan *plan, size_t measure)
{
    return plan->money[measure] ? IPSIM_QUANTUM_MONEY : IPSIM_QUANTUM;
}

ipsim_ledger *ipsim_ledger_create(const ipsim_account_plan *plan, size_t n_models, size_t n_groups)
{
    ipsim_ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        return NULL;
    ledger->plan = plan;
    ledger->n_models = n_models;
    ledger->n_groups = n_groups;
    ledger->n_cells = plan->n_measures * plan->n_years * 2;
    ledger->conditional = calloc(plan->n_measures + 1, sizeof *ledger->conditional);
    if (ledger->conditional)
        for (size_t m = 0; m < plan->n_measures; m++)
            if (plan->measures[m].conditional)
                ledger->conditional[ledger->n_conditional++] = m;
    ledger->persons = calloc(n_groups, sizeof *ledger->persons);
    ledger->sums = calloc(ipsim_ledger_n_sums(ledger) + 1, sizeof *ledger->sums);
    ledger->pairs = calloc(ipsim_ledger_n_pairs(ledger) + 1, sizeof *ledger->pairs);
    ledger->given = calloc(ipsim_ledger_n_given(ledger) + 1, sizeof *ledger->given);
    if (!ledger->conditional || !ledger->persons || !ledger->sums || !ledger->pairs || !ledger->given) {
        ipsim_ledger_free(ledger);
        return NULL;
    }
    return ledger;
}

void ipsim_ledger_free(ipsim_ledger *ledger)
{
    if (!ledger)
        return;
    free(ledger->conditional);
    free(ledger->persons);
    free(ledger->sums);
    free(ledger->pairs);
    free(ledger->given);
    ipsim_ledger_scratch_free(ledger);
    free(ledger);
}

static void swap(void *one, void *other)
{
    void *kept;
    memcpy(&kept, one, sizeof kept);
    memcpy(one, other, sizeof kept);
    memcpy(other, &kept, sizeof kept);
}

void ipsim_ledger_take(ipsim_ledger *into, ipsim_ledger *from)
{
    if (into->persons[0] > 0) { /* group 0 is everybody */
        ipsim_ledger_merge(into, from);
        return;
    }
    ipsim_bug_assert(ipsim_ledger_is_settled(into) && ipsim_ledger_is_settled(from));
    ipsim_bug_assert(ipsim_ledger_n_sums(into) == ipsim_ledger_n_sums(from) && ipsim_ledger_n_pairs(into) == ipsim_ledger_n_pairs(from) &&
                     ipsim_ledger_n_given(into) == ipsim_ledger_n_given(from) && into->n_groups == from->n_groups);
    swap(&into->persons, &from->persons);
    swap(&into->sums, &from->sums);
    swap(&into->pairs, &from->pairs);
    swap(&into->given, &from->given);
}

void ipsim_ledger_merge(ipsim_ledger *into, const ipsim_ledger *from)
{
    ipsim_bug_assert(ipsim_ledger_is_settled(into) && ipsim_ledger_is_settled(from));
    for (size_t i = 0; i < into->n_groups; i++)
        into->persons[i] += from->persons[i];
    for (size_t i = 0; i < ipsim_ledger_n_sums(into); i++) {
        ipsim_wide128_merge(&into->sums[i].x, from->sums[i].x);
        ipsim_wide192_merge(&into->sums[i].xx, &from->sums[i].xx);
        ipsim_wide192_merge(&into->sums[i].with_comparator, &from->sums[i].with_comparator);
    }
    for (size_t i = 0; i < ipsim_ledger_n_pairs(into); i++)
        ipsim_wide192_merge(&into->pairs[i], &from->pairs[i]);
    for (size_t i = 0; i < ipsim_ledger_n_given(into); i++)
        ipsim_wide192_merge(&into->given[i], &from->given[i]);
}
