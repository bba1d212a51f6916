/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/draws: a table of draws, ours or anybody's, as arrays of cost and effect.
 *
 * Tidy: one row a draw and strategy, with columns for strategy, cost and effect and, where there are any, draw, perspective, subgroup and
 * weight (the share or number of persons of a subgroup). Wide: one row a draw, a column cost_NAME and a column effect_NAME for each
 * strategy; numeric columns that are left over are parameters. Parameters come from a file of their own as well, tidy (draw, parameter,
 * value) or wide (draw, one column for each). Separators, decimal commas and the shape are found out, and said in notes.
 *
 * Problems are collected with file, line and column: IPSIM_ERR_DATA (a cell that is no finite number, a draw that is missing for one
 * strategy, one strategy only), IPSIM_ERR_DUPLICATE (a row that is there twice), IPSIM_ERR_MISSING (no such column). */
#ifndef IPSIM_DRAWS_H
#define IPSIM_DRAWS_H

#include "ipsim/error.h"

/* Names of columns; NULL for the usual ones. In a wide table cost and effect are either the common beginning of the columns ("cost" for
 * cost_ips, cost.ips, cost1) or lists of columns in the same order ("c1,c2"), which strategy may then name ("usual care,ips"). */
typedef struct ipsim_draws_columns {
    const char *cost, *effect, *strategy, *draw, *perspective, *subgroup, *weight;
} ipsim_draws_columns;

typedef struct ipsim_draws ipsim_draws;
struct ipsim_draws {
    size_t n_draws, n_strategies, n_perspectives, n_subgroups, n_parameters;
    const char **strategies, **perspectives, **subgroups, **parameters; /* in order of appearance */
    double *cost, *effect;                                              /* [perspective][subgroup][strategy][draw] */
    double *weights;                                                    /* one a subgroup; NaN where the table says nothing */
    double *values;                                                     /* [parameter][draw] */
    size_t total;                                                       /* the subgroup "all"; n_subgroups when there is none */
    /* Means of one run instead of draws: Monte Carlo standard errors [perspective][subgroup][strategy], of a difference against the first
     * strategy; otherwise NULL. */
    double *cost_se, *effect_se, *difference_cost_se, *difference_effect_se;
    const char *cost_name, *effect_name;
    size_t n_notes;
    const char **notes; /* what was found out about the file, a sentence each */
    struct ipsim_arena *arena;
};

/* One perspective and subgroup. Borrowed from the draws. */
typedef struct ipsim_panel {
    size_t n_draws, n_strategies;
    const double *cost, *effect; /* [strategy][draw] */
} ipsim_panel;

/* parameters_path may be NULL. columns may be NULL. On failure *out is NULL and every problem found is in errors. A table of one draw is
 * read: means need no more, and what does need more says so. */
ipsim_status ipsim_draws_read(const char *path, const char *parameters_path, const ipsim_draws_columns *columns, ipsim_draws **out,
                              ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* The folder of a run that compared strategies, as one draw: its point estimates at the horizon, discounted, with their Monte Carlo errors.
 * effect: an outcome of results.csv, NULL for qalys. */
ipsim_status ipsim_draws_of_run(const char *folder, const char *effect, ipsim_draws **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_draws_free(ipsim_draws *draws); /* accepts NULL */

/* Leaves the perspectives whose entry is true, at least one, in their order. */
void ipsim_draws_keep_perspectives(ipsim_draws *draws, const bool *kept);

ipsim_panel ipsim_draws_panel(const ipsim_draws *draws, size_t perspective, size_t subgroup);
size_t ipsim_draws_find_parameter(const ipsim_draws *draws, const char *name); /* n_parameters when there is none */

#endif
