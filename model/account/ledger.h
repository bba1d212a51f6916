/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: what the ledger keeps. All of it is integers, in quanta of the measure (products: of both measures). */
#ifndef IPSIM_ACCOUNT_LEDGER_H
#define IPSIM_ACCOUNT_LEDGER_H

#include "ipsim/wide.h"
#include "plan.h"

/* Of one measure at one year, undiscounted or discounted (a cell), for one model and group. */
typedef struct cell_sums {
    ipsim_wide128 x;
    ipsim_wide192 xx;
    ipsim_wide192 with_comparator; /* products with the same cell of model 0 */
} cell_sums;

struct ipsim_ledger {
    const ipsim_account_plan *plan;
    size_t n_models, n_groups, n_cells;
    size_t n_conditional;
    size_t *conditional; /* the measures that are conditional means */
    int64_t *persons;    /* n_groups */
    cell_sums *
        sums; /* NULL like those that follow while all waits; [(cell * n_models + model) * n_groups + group], cell = (measure * n_years + year) * 2 + discounted */
    ipsim_wide192
        *pairs; /* products of paired differences: [(((pair * n_years + year) * 2 + discounted) * n_models + model) * n_groups + group] */
    ipsim_wide192
        *given; /* for differences of conditional means, [((((k * n_years + year) * n_models + model) * n_groups + group) * 2 + ...]:
                             0 value x comparator's given, 1 given x comparator's value */
    struct ledger_scratch *scratch;
};

/* Memory for the sums, if there is none yet. false: memory is short. */
bool ipsim_ledger_open(ipsim_ledger *ledger);

/* ledger_add.c: made when the first block comes. */
void ipsim_ledger_scratch_free(ipsim_ledger *ledger);
bool ipsim_ledger_is_settled(const ipsim_ledger *ledger);

size_t ipsim_ledger_n_sums(const ipsim_ledger *ledger);
size_t ipsim_ledger_n_pairs(const ipsim_ledger *ledger);
size_t ipsim_ledger_n_given(const ipsim_ledger *ledger);

#endif
