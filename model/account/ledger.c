/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a ledger holds. How a block is added stands in ledger_add.c. */
#include "ledger_scratch.h"

#include <stdlib.h>

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

bool ipsim_ledger_open(ipsim_ledger *ledger)
{
    if (ledger->sums)
        return true;
    cell_sums *sums = calloc(ipsim_ledger_n_sums(ledger) + 1, sizeof *sums);
    ledger->pairs = calloc(ipsim_ledger_n_pairs(ledger) + 1, sizeof *ledger->pairs);
    ledger->given = calloc(ipsim_ledger_n_given(ledger) + 1, sizeof *ledger->given);
    if (sums && ledger->pairs && ledger->given) {
        ledger->sums = sums;
        return true;
    }
    free(sums);
    free(ledger->pairs);
    free(ledger->given);
    ledger->pairs = ledger->given = NULL;
    return false;
}

ipsim_ledger *ipsim_ledger_create_waiting(const ipsim_account_plan *plan, size_t n_models, size_t n_groups)
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
    if (!ledger->conditional || !ledger->persons) {
        ipsim_ledger_free(ledger);
        return NULL;
    }
    return ledger;
}

ipsim_ledger *ipsim_ledger_create(const ipsim_account_plan *plan, size_t n_models, size_t n_groups)
{
    ipsim_ledger *ledger = ipsim_ledger_create_waiting(plan, n_models, n_groups);
    if (ledger && !ipsim_ledger_open(ledger)) {
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

void ipsim_ledger_merge(ipsim_ledger *into, ipsim_ledger *from)
{
    ipsim_bug_assert(into->sums && ipsim_ledger_is_settled(into));
    if (from->scratch)
        ipsim_waiting_settle(&from->scratch->waiting, into);
    for (size_t i = 0; i < into->n_groups; i++)
        into->persons[i] += from->persons[i];
    if (!from->sums)
        return;
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
