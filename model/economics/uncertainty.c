/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/uncertainty: see include/ipsim/uncertainty.h. */
#include "ipsim/uncertainty.h"

#include <math.h>

#include "ipsim/discount.h"

static double mean_of(const double *values, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    return sum / (double)n;
}

static double mean_net_benefit(const ipsim_panel *panel, double threshold, size_t s)
{
    double effect = mean_of(&panel->effect[s * panel->n_draws], panel->n_draws);
    double cost = mean_of(&panel->cost[s * panel->n_draws], panel->n_draws);
    return threshold * effect - cost;
}

void ipsim_decide(const ipsim_panel *panel, double threshold, ipsim_decision *d)
{
    size_t n = panel->n_draws, n_strategies = panel->n_strategies;
    d->best = 0;
    for (size_t s = 0; s < n_strategies; s++) {
        d->mean[s] = mean_net_benefit(panel, threshold, s);
        d->probability_best[s] = d->expected_loss[s] = 0.0;
        d->best = d->mean[s] > d->mean[d->best] ? s : d->best;
    }
    double squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        double greatest = ipsim_net_benefit(panel, threshold, 0, i);
        size_t n_equal = 1;
        for (size_t s = 1; s < n_strategies; s++) {
            double nb = ipsim_net_benefit(panel, threshold, s, i);
            n_equal = nb > greatest ? 1 : n_equal + (nb == greatest);
            greatest = nb > greatest ? nb : greatest;
        }
        for (size_t s = 0; s < n_strategies; s++) {
            double loss = greatest - ipsim_net_benefit(panel, threshold, s, i);
            d->expected_loss[s] += loss;
            d->probability_best[s] += loss == 0.0 ? 1.0 / (double)n_equal : 0.0;
            squares += s == d->best ? loss * loss : 0.0;
        }
    }
    for (size_t s = 0; s < n_strategies; s++) {
        d->expected_loss[s] /= (double)n;
        d->probability_best[s] /= (double)n;
    }
    d->evpi = d->expected_loss[d->best];
    double variance = (squares - (double)n * d->evpi * d->evpi) / (double)(n - 1);
    d->evpi_se = n > 1 ? sqrt((variance > 0.0 ? variance : 0.0) / (double)n) : NAN;
}

double ipsim_discounted_persons(double persons_per_year, double from_years, double to_years, double rate_per_year)
{
    ipsim_discount discount;
    const double from = 0.0;
    if (ipsim_discount_init(&discount, &rate_per_year, &from, 1, true, NULL) != IPSIM_OK) {
        return NAN;
    }
    return to_years > from_years ? persons_per_year * ipsim_discount_flow(&discount, from_years, to_years) : 0.0;
}
