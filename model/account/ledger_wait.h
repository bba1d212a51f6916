/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: sums of a ledger that wait, in 64 bits and by combination of subgroups, to be added to its wide sums by group. */
#ifndef IPSIM_LEDGER_WAIT_H
#define IPSIM_LEDGER_WAIT_H

#include "ledger.h"
#include "tally.h"

/* Limbs of products with others: both high, crosswise, both low. */
enum { WAITING_HH, WAITING_HL, WAITING_LL, WAITING_PRODUCTS };

typedef struct ledger_waiting {
    size_t n_combinations, n_steps; /* n_steps: report years x 2 */
    size_t n_products;              /* of a step and model: the pairs, then two for each conditional measure */
    bool by_definition; /* measures that are the same by definition are added once, and those that a model has nothing of never */
    size_t *twin;  /* [measure * n_models + model]: the first model that has the same values for certain, whose sums are this one's too */
    int64_t lanes; /* since the last time */
    size_t *n_groups; /* [combination]; 0: nobody of it has come yet, and its sums are not set */
    uint32_t *groups; /* [combination * n_groups_most] */
    size_t n_groups_most;
    int64_t *persons; /* [combination] */
    size_t n_cells;   /* of a step: those of a measure and model that anything can be added to */
    size_t *cell;     /* [measure * n_models + model]; SIZE_MAX: none */
    size_t n_sums, n_product_sums;
    /* n_sums: [((combination * n_steps + step) * n_cells + cell) * ACCOUNT_N_SUMS] */
    int64_t *sums;
    /* n_product_sums, behind them: [(((combination * n_steps + step) * n_products + k) * n_models + model) * WAITING_PRODUCTS] */
    int64_t *products;
    int64_t *by_group; /* scratch: n_groups * ACCOUNT_N_SUMS */
} ledger_waiting;

bool ipsim_waiting_init(ledger_waiting *w, const ipsim_ledger *ledger, size_t n_combinations, size_t n_groups_most, bool by_definition);
void ipsim_waiting_clear(ledger_waiting *w);
/* Adds what waits to a ledger, its own or another of the same plan; then nothing waits. */
void ipsim_waiting_settle(ledger_waiting *w, ipsim_ledger *ledger);
void ipsim_waiting_forget(ledger_waiting *w);
/* Before the first of a combination come. A small run meets few of the combinations that there may be. */
void ipsim_waiting_clear_sums(ledger_waiting *w, size_t combination);

/* Of a measure and model that have a cell. */
static inline int64_t *ipsim_waiting_sums(const ledger_waiting *w, const ipsim_ledger *ledger, size_t combination, size_t step,
                                          size_t measure, size_t model)
{
    size_t cell = w->cell[measure * ledger->n_models + model];
    return w->sums + ((combination * w->n_steps + step) * w->n_cells + cell) * ACCOUNT_N_SUMS;
}

static inline int64_t *ipsim_waiting_products(const ledger_waiting *w, const ipsim_ledger *ledger, size_t combination, size_t step,
                                              size_t k, size_t model)
{
    size_t cell = (combination * w->n_steps + step) * w->n_products + k;
    return w->products + (cell * ledger->n_models + model) * WAITING_PRODUCTS;
}

/* Adds the sums of a combination's people to its groups, under every name and model that has these values. */
void ipsim_waiting_add(const ledger_waiting *w, ipsim_ledger *ledger, size_t combination, size_t step, size_t measure, size_t model,
                       const cell_sums *sums);

/* Where product k of a step and model lies in the ledger: the accumulator of group 0; those of the other groups follow, `stride` apart. */
ipsim_wide192 *ipsim_ledger_product(const ipsim_ledger *ledger, size_t step, size_t k, size_t model, size_t *stride);

#endif
