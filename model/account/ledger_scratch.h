/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: what a ledger needs while blocks are added. */
#ifndef IPSIM_LEDGER_SCRATCH_H
#define IPSIM_LEDGER_SCRATCH_H

#include "ledger_wait.h"
#include "values.h"

/* People of one stretch of a view. */
typedef struct piece {
    size_t combination;   /* counted over all views */
    const int64_t *order; /* [place]: slots; NULL: slots offset, offset + 1, ... */
    size_t offset, n;
} piece;

struct ledger_scratch {
    const account_kernels *kernels;
    account_add_sums *add_sums;
    account_add_product *add_product; /* NULL: limb by limb */
    size_t stride, longest;           /* of a column; the most slots at work together */
    size_t n_models, n_kept, n_limbs;
    size_t *kept;           /* n_measures: where a measure of the pairs and conditional means is kept for the products; or SIZE_MAX */
    double *kept_columns;   /* [(kept * n_models + model) * longest + place] */
    double *gathered;       /* [model * ACCOUNT_LANES_MAX] */
    const double **columns; /* n_models: of the measure at work */
    account_limbs *limbs;   /* n_limbs: see the names below */
    account_values *values; /* n_models; none where values are given */
    double **cumulative;    /* n_models: of the tally, kept by the first model that has it */
    size_t n_pieces;
    piece *pieces; /* of the block */
    ledger_waiting waiting;
};

/* longest: the most slots at work together. NULL: memory is short. */
struct ledger_scratch *ipsim_ledger_scratch_create(const ipsim_ledger *ledger, const struct ipsim_people_view *views, size_t n_views,
                                                   size_t stride, size_t longest, bool from_tallies);
/* Cuts a block into pieces and counts its people. */
void ipsim_ledger_scratch_cut(struct ledger_scratch *scratch, const struct ipsim_people_view *views, size_t n_views);

#endif
