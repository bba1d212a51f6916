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

/* Mean of a value that is added draw by draw, and its standard error. */
typedef struct running {
    double n, mean, squares;
} running;

static void add(running *r, double value) /* Welford (1962) */
{
    double off = value - r->mean;
    r->n += 1.0;
    r->mean += off / r->n;
    r->squares += off * (value - r->mean);
}

static double error_of(const running *r)
{
    return r->n > 1.0 ? sqrt(r->squares / (r->n - 1.0) / r->n) : NAN;
}

static double net_benefit_gained(const ipsim_panel *panel, double threshold, size_t s, size_t instead_of, size_t draw)
{
    size_t a = s * panel->n_draws + draw, b = instead_of * panel->n_draws + draw;
    return threshold * (panel->effect[a] - panel->effect[b]) - (panel->cost[a] - panel->cost[b]);
}

double ipsim_lead(const ipsim_panel *panel, double threshold, size_t best, double *se)
{
    double least = INFINITY;
    *se = NAN;
    for (size_t s = 0; s < panel->n_strategies; s++) {
        running lead = {0};
        for (size_t i = 0; s != best && i < panel->n_draws; i++) {
            add(&lead, net_benefit_gained(panel, threshold, best, s, i));
        }
        if (s != best && lead.mean < least) {
            least = lead.mean;
            *se = error_of(&lead);
        }
    }
    return least;
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
    running gain = {0};
    for (size_t i = 0; p->n_groups > 0 && i < p->groups[0].n_draws; i++) {
        double of_draw = 0.0;
        for (size_t g = 0; g < p->n_groups; g++) {
            of_draw += p->weights[g] / sum * net_benefit_gained(&p->groups[g], threshold, best[g], value.best_for_all, i);
        }
        add(&gain, of_draw);
    }
    value.se = error_of(&gain);
    return value;
}

/* Of the net gain of group g, whose effect varies together with everybody's cost. */
static double error_of_net(const ipsim_partition *p, double threshold, size_t strategy, size_t comparator, size_t g, double sum)
{
    running net = {0};
    size_t n = p->groups[g].n_draws;
    for (size_t i = 0; i < n; i++) {
        double cost = 0.0;
        for (size_t h = 0; h < p->n_groups; h++) {
            cost += p->weights[h] / sum * (p->groups[h].cost[strategy * n + i] - p->groups[h].cost[comparator * n + i]);
        }
        add(&net, p->groups[g].effect[strategy * n + i] - p->groups[g].effect[comparator * n + i] - cost / threshold);
    }
    return error_of(&net);
}

double ipsim_distribute(const ipsim_partition *p, double threshold, size_t strategy, size_t comparator, double *gains, double *pays,
                        double *se)
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
        se[g] = error_of_net(p, threshold, strategy, comparator, g, sum);
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
