/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/psa_page: a probabilistic analysis on one screen. Per 1 000 people at the horizon: change in cost in each perspective, in QALYs and in
 * employment years, with 95 % intervals; the probability of each scenario being the cost-effective one at the thresholds that the scenarios
 * declare; the probability of saving money by year; how much of the spread is Monte Carlo noise; the decision; conventions. Nothing but tables is read; their
 * columns are those of include/ipsim/run.h. With one scenario, means instead of changes. */
#ifndef IPSIM_PSA_PAGE_H
#define IPSIM_PSA_PAGE_H

#include "ipsim/error.h"
#include "ipsim/table.h"

enum { IPSIM_PSA_PAGE_THRESHOLDS = 3 };

/* Of a decision analysis: tables of include/ipsim/decision_tables.h. */
typedef struct ipsim_psa_page_decision {
    const ipsim_table *ceac, *evpi;
    const ipsim_table *evppi; /* NULL: not made */
    size_t n_thresholds;      /* that the page shows; 0: nobody named one */
    const double *thresholds;
    const char *effect;   /* whose unit they value: "qalys" or another outcome */
    const char *no_evppi; /* why there is none, a sentence; NULL otherwise */
} ipsim_psa_page_decision;

typedef struct ipsim_psa_page_tables {
    const ipsim_table *psa, *summary, *noise, *break_even, *about;
    const ipsim_psa_page_decision *decision; /* NULL for none: probabilities are then found here, at the thresholds that are declared */
} ipsim_psa_page_tables;

/* UTF-8; the caller frees *out. IPSIM_ERR_MEMORY. */
ipsim_status ipsim_psa_page_text(const ipsim_psa_page_tables *tables, char **out, ipsim_error *err) IPSIM_MUST_CHECK;

#endif
