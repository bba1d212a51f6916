/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/uncertainty: subgroups: what deciding for each is worth, who gains and who pays. See include/ipsim/uncertainty.h. */
#include <math.h>

#include "ipsim/uncertainty.h"
#include "maths/elementary.h"

static double total_weight(const ipsim_partition *p)
{
    double sum = 0.0;
    for (size_t g = 0; g < p->n_groups; g++) {
        sum += p->weights[g];
    }
    return sum;
}

static double mean_difference(const ipsim_panel *panel, const double *values, size_t s, size_t comparator)
{
    double sum = 0.0;
    for (size_t i = 0; i < panel->n_draws; i++) {
        sum += values[s * panel->n_draws + i] - values[comparator * panel->n_draws + i];
    }
    return sum / (double)panel->n_draws;
}

/* Everything relative to strategy 0: what is common to all strategies decides nothing and only costs digits. */
static double mean_increment(const ipsim_panel *panel, double threshold, size_t s)
{
    return threshold * mean_difference(panel, panel->effect, s, 0) - mean_difference(panel, panel->cost, s, 0);
}

ipsim_value_of_subgroups ipsim_decide_by_subgroup(const ipsim_partition *p, double threshold, size_t *best)
{
    ipsim_value_of_subgroups value = {0};
    double sum = total_weight(p), level = 0.0, by_subgroup = 0.0, for_all = 0.0;
    for (size_t g = 0; g < p->n_groups; g++) {
        const ipsim_panel *panel = &p->groups[g];
        double weight = p->weights[g] / sum, greatest = 0.0;
        best[g] = 0;
        for (size_t i = 0; i < panel->n_draws; i++) {
            level += weight * ipsim_net_benefit(panel, threshold, 0, i) / (double)panel->n_draws;
        }
        for (size_t s = 1; s < panel->n_strategies; s++) {
            double increment = mean_increment(panel, threshold, s);
            best[g] = increment > greatest ? s : best[g];
            greatest = increment > greatest ? increment : greatest;
        }
        by_subgroup += weight * greatest;
    }
    for (size_t s = 1; p->n_groups > 0 && s < p->groups[0].n_strategies; s++) {
        double increment = 0.0;
        for (size_t g = 0; g < p->n_groups; g++) {
            increment += p->weights[g] / sum * mean_increment(&p->groups[g], threshold, s);
        }
        value.best_for_all = increment > for_all ? s : value.best_for_all;
        for_all = increment > for_all ? increment : for_all;
    }
    value.for_all = level + for_all;
    value.by_subgroup = level + by_subgroup;
    value.value = by_subgroup > for_all ? by_subgroup - for_all : 0.0;
    return value;
}

double ipsim_distribute(const ipsim_partition *p, double threshold, size_t strategy, size_t comparator, double *gains, double *pays)
{
    double sum = total_weight(p), cost = 0.0, gain = 0.0;
    for (size_t g = 0; g < p->n_groups; g++) {
        const ipsim_panel *panel = &p->groups[g];
        gains[g] = mean_difference(panel, panel->effect, strategy, comparator);
        gain += p->weights[g] / sum * gains[g];
        cost += p->weights[g] / sum * mean_difference(panel, panel->cost, strategy, comparator);
    }
    for (size_t g = 0; g < p->n_groups; g++) {
        pays[g] = cost / threshold;
    }
    return gain - cost / threshold;
}

double ipsim_atkinson_equivalent(const double *levels, const double *weights, size_t n, double aversion)
{
    double sum = 0.0, total = 0.0;
    for (size_t g = 0; g < n; g++) {
        if (!(levels[g] > 0.0)) {
            return NAN;
        }
        double term = aversion == 1.0 ? ipsim_log(levels[g]) : ipsim_pow_positive(levels[g], 1.0 - aversion);
        total += weights[g] * term;
        sum += weights[g];
    }
    double mean = total / sum;
    return aversion == 1.0 ? ipsim_exp(mean) : aversion == 0.0 ? mean : ipsim_pow_positive(mean, 1.0 / (1.0 - aversion));
}
