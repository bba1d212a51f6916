/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: exact sums -> the tables of ipsim_results. Each returns NULL when memory is short. */
#ifndef IPSIM_EXPERIMENT_TABLES_H
#define IPSIM_EXPERIMENT_TABLES_H

#include "simulate.h"

ipsim_table *ipsim_tables_results(const experiment *e, const experiment_sums *sums);
ipsim_table *ipsim_tables_differences(const experiment *e, const experiment_sums *sums);
ipsim_table *ipsim_tables_ratios(const experiment *e, const experiment_sums *sums);
ipsim_table *ipsim_tables_occupancy(const experiment *e, const experiment_sums *sums);
ipsim_table *ipsim_tables_population(const experiment *e, const experiment_sums *sums);
ipsim_table *ipsim_tables_targets(const experiment *e, const experiment_sums *sums, ipsim_error_list *errors);
/* With more columns, left empty; one row a parameter of each scenario, in their order. */
ipsim_table *ipsim_tables_parameters(const experiment *e, const char *name, const ipsim_column_spec *more, size_t n_more);
ipsim_table *ipsim_tables_about(const experiment *e, const ipsim_results *results);

/* Share of people in a state at a grid time; NaN when there is no such state or time. */
double ipsim_tables_share(const experiment *e, const experiment_sums *sums, size_t model, size_t state, size_t time);
/* "all" or "attribute=level"; written into buffer. */
const char *ipsim_tables_group_name(const experiment *e, size_t group, char *buffer, size_t size);

#endif
