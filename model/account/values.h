/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: the measures of a block, a column at a time. */
#ifndef IPSIM_VALUES_H
#define IPSIM_VALUES_H

#include "tally.h"

/* The columns of one model at one report year, undiscounted or discounted, for a run of slots. */
typedef struct account_values {
    const account_kernels *kernels;
    const ipsim_account_plan *plan;
    const account_model *model;
    const ipsim_tally *tally;
    const double *cumulative; /* [(basis * n_flavours + flavour) * longest + place] */
    const ipsim_people *people;
    size_t longest, first, n; /* most slots in a run; those at work */
    size_t year, flavour;     /* flavour 1: discounted */
    double *money;            /* [(reward or, last, QALYs) * longest + place] */
    double *factor;           /* [k * stride + slot]: of the rewards, then the losses, that have factors */
    double *factor_of_losses;
    double *value, *sum;    /* scratch */
    const double **columns; /* scratch: of the terms of a formula */
    double *weights;
} account_values;

bool ipsim_values_init(account_values *v, const ipsim_account_plan *plan, size_t model, size_t stride, size_t longest);
/* With room for any model of the plan, one at a time: ipsim_values_begin_as takes it. */
bool ipsim_values_init_any(account_values *v, const ipsim_account_plan *plan, size_t stride, size_t longest);
void ipsim_values_clear(account_values *v);
size_t ipsim_values_cumulative_size(const ipsim_account_plan *plan, size_t model, size_t longest);
/* A block is complete. `cumulative` is filled by the next; models with the same tally share it. */
void ipsim_values_begin(account_values *v, const ipsim_tally *tally, const ipsim_people *people, const double *cumulative);
void ipsim_values_begin_as(account_values *v, size_t model, const ipsim_tally *tally, const ipsim_people *people, const double *cumulative);
/* Takes a report year of a run, whole tiles, out of the tally and adds it to the years before. Once for each tally, year by year. */
void ipsim_values_accumulate(ipsim_tally *tally, size_t year, size_t first, size_t n, double *cumulative, size_t longest);
/* From here on columns are those of this run, year and flavour; n whole vectors. */
void ipsim_values_select(account_values *v, size_t first, size_t n, size_t year, size_t flavour);
/* [place in the run]; borrowed until the next call. */
const double *ipsim_values_column(account_values *v, size_t measure);

#endif
