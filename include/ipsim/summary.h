/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/summary: the tables of a run on one screen, for a reader who will open nothing else.
 *
 * Per 1 000 people, at the horizon and at up to two earlier report years: years in employment and on benefits, QALYs, cost by payer, net cost
 * in each perspective, cost per QALY and per employment year, then published targets met and missed, then the conventions. What a model does
 * not have (employment, payers, targets...) is left out. Every figure has its Monte Carlo standard error, and is rounded to it.
 *
 * It reads nothing but tables, whose columns are those of include/ipsim/run.h. From the table `about` (scenario, key, value) it takes:
 *     title  replicates  horizon_years  discounting_costs  discounting_effects  price_year  currency  timing  persons  seed
 *     payer:NAME  perspective:NAME  outcome:NAME            labels; the order of the rows is the order on the page */
#ifndef IPSIM_SUMMARY_H
#define IPSIM_SUMMARY_H

#include <stdbool.h>

#include "ipsim/error.h"
#include "ipsim/table.h"

typedef struct ipsim_summary_tables {
    const ipsim_table *results, *about;               /* needed */
    const ipsim_table *differences;                   /* NULL: levels of each scenario are shown; else differences from the comparator */
    const ipsim_table *ratios, *targets, *population; /* NULL where there is none */
    size_t width;                                     /* of the page; 0: IPSIM_SUMMARY_WIDTH */
} ipsim_summary_tables;

enum { IPSIM_SUMMARY_WIDTH = 100 };

/* UTF-8 text of at most `width` columns (names and whole lines of a narrow page apart); the caller frees *out. IPSIM_ERR_MEMORY. */
ipsim_status ipsim_summary_text(const ipsim_summary_tables *tables, char **out, ipsim_error *err) IPSIM_MUST_CHECK;

#endif
