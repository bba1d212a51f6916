/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: the measures of a block, a column at a time. */
#ifndef IPSIM_VALUES_H
#define IPSIM_VALUES_H

#include "tally.h"

/* The columns of one model at one report year, undiscounted or discounted. */
typedef struct account_values {
    const account_kernels *kernels;
    const ipsim_account_plan *plan;
    const account_model *model;
    const ipsim_tally *tally;
    const ipsim_people *people;
    size_t year, flavour; /* flavour 1: discounted */
    double *money;        /* [(reward or, last, QALYs) * stride + slot] */
    double *factor;       /* [(reward, then loss) * stride + slot]; only those with factors are filled */
    double *value, *sum;  /* scratch */
} account_values;

bool ipsim_values_init(account_values *v, const ipsim_account_plan *plan, size_t model, size_t stride);
/* With room for any model of the plan, one at a time: ipsim_values_begin takes the tally's. */
bool ipsim_values_init_any(account_values *v, const ipsim_account_plan *plan, size_t stride);
void ipsim_values_clear(account_values *v);
/* A block is complete: makes the tally cumulative over report years, once, though several models may share it. */
void ipsim_values_accumulate(ipsim_tally *tally);
void ipsim_values_begin(account_values *v, const ipsim_tally *tally, const ipsim_people *people);
/* The same for another model than the tally's, which shares it. */
void ipsim_values_begin_as(account_values *v, size_t model, const ipsim_tally *tally, const ipsim_people *people);
/* From here on columns are those of this year and flavour. */
void ipsim_values_select(account_values *v, size_t year, size_t flavour);
/* Borrowed until the next call. */
const double *ipsim_values_column(account_values *v, size_t measure);

#endif
