/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/uncertainty: what draws of cost and effect say about a decision.
 *
 * Net monetary benefit of a strategy at threshold k is NB = k effect - cost, net health benefit NB / k. The best strategy is the one of
 * the highest mean NB (the first of equals). With NB_i(s) the net benefit of draw i:
 *   probability best (CEAC)      share of draws in which s has the highest NB; draws with equals are shared between them
 *   CEAF                         that probability for the best strategy, which need not be the most probable one (Fenwick and others 2001)
 *   expected loss of s           mean_i (max_t NB_i(t) - NB_i(s))
 *   EVPI                         the expected loss of the best strategy; its standard error is that of this mean */
#ifndef IPSIM_UNCERTAINTY_H
#define IPSIM_UNCERTAINTY_H

#include "ipsim/draws.h"
#include "ipsim/error.h"

typedef struct ipsim_decision {
    size_t best;
    double evpi, evpi_se;                            /* se is NaN for one draw */
    double *mean, *probability_best, *expected_loss; /* one a strategy, given by the caller */
} ipsim_decision;

/* Fills the three arrays, each of n_strategies, and the rest. Needs no memory of its own. */
void ipsim_decide(const ipsim_panel *panel, double threshold, ipsim_decision *decision);

/* Net monetary benefit of a draw. */
static inline double ipsim_net_benefit(const ipsim_panel *panel, double threshold, size_t strategy, size_t draw)
{
    size_t at = strategy * panel->n_draws + draw;
    return threshold * panel->effect[at] - panel->cost[at];
}

/* Persons whose treatment a decision concerns: so many a year, from from_years to to_years after today, later persons discounted at an
 * annual effective rate (a continuous stream of persons). */
double ipsim_discounted_persons(double persons_per_year, double from_years, double to_years, double rate_per_year);

/* ---- subgroups ---- */
/* A partition of the population: n_groups panels with weights that are normalised to 1. */
typedef struct ipsim_partition {
    size_t n_groups;
    const ipsim_panel *groups;
    const double *weights;
} ipsim_partition;

/* Mean net benefit a person of one decision for all, and of a decision for each group (best: n_groups); the difference is what deciding by
 * subgroup is worth, before the cost of telling the groups apart. Never negative; its standard error (NaN for one draw) is that of the same
 * decisions' gain from draw to draw. */
typedef struct ipsim_value_of_subgroups {
    size_t best_for_all;
    double for_all, by_subgroup, value, se;
} ipsim_value_of_subgroups;
ipsim_value_of_subgroups ipsim_decide_by_subgroup(const ipsim_partition *partition, double threshold, size_t *best);

/* The lead in mean net benefit of a panel's best strategy over the next best, and its standard error (NaN for one draw). */
double ipsim_lead(const ipsim_panel *panel, double threshold, size_t best, double *se);

/* Who gains and who pays, a person, in units of effect. What `strategy` costs above `comparator` is taken from health elsewhere, at
 * `threshold` a unit, and falls on everybody alike. gains, pays, se: n_groups; net of group g is gains[g] - pays[g], and se[g] the
 * standard error of that (NaN for one draw). Returns the weighted mean of net, which is the incremental net health benefit a person. */
double ipsim_distribute(const ipsim_partition *partition, double threshold, size_t strategy, size_t comparator, double *gains, double *pays,
                        double *se);

/* The equally distributed equivalent (Atkinson 1970) of levels h_g > 0 with weights w_g:
 * (sum w h^(1 - aversion))^(1 / (1 - aversion)), the geometric mean at aversion 1, the mean at 0. NaN when a level is not above 0. */
double ipsim_atkinson_equivalent(const double *levels, const double *weights, size_t n, double aversion);

#endif
