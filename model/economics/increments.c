/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evppi: differences between strategies, draw by draw. See increments.h. */
#include "economics/increments.h"
#include "economics/short_of_memory.h"

#include <stdlib.h>
#include <string.h>

static double centre(const double *of, const double *base, size_t n, double *difference)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        difference[i] = of[i] - base[i];
        sum += difference[i];
    }
    for (size_t i = 0; i < n; i++) {
        difference[i] -= sum / (double)n;
    }
    return sum / (double)n;
}

static double mean_product(const double *a, const double *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum / (double)n;
}

ipsim_status ipsim_increments_init(ipsim_increments *x, const ipsim_panel *panel, ipsim_error *err)
{
    size_t n = panel->n_draws, m = panel->n_strategies - 1;
    *x = (ipsim_increments){.n = m, .n_draws = n};
    double *memory = calloc(2 * m * n + 5 * m, sizeof *memory);
    x->outcomes = calloc(2 * m + 1, sizeof *x->outcomes);
    x->effect = memory;
    if (memory == NULL || x->outcomes == NULL) {
        ipsim_increments_clear(x);
        return short_of_memory(err);
    }
    x->cost = memory + m * n;
    x->mean_effect = x->cost + m * n;
    x->mean_cost = x->mean_effect + m;
    x->ee = x->mean_cost + m;
    x->ec = x->ee + m;
    x->cc = x->ec + m;
    for (size_t s = 0; s < m; s++) {
        double *effect = &x->effect[s * n], *cost = &x->cost[s * n];
        x->mean_effect[s] = centre(&panel->effect[(s + 1) * n], panel->effect, n, effect);
        x->mean_cost[s] = centre(&panel->cost[(s + 1) * n], panel->cost, n, cost);
        x->ee[s] = mean_product(effect, effect, n);
        x->ec[s] = mean_product(effect, cost, n);
        x->cc[s] = mean_product(cost, cost, n);
        x->outcomes[s] = effect;
        x->outcomes[m + s] = cost;
    }
    return IPSIM_OK;
}

void ipsim_increments_clear(ipsim_increments *x)
{
    free(x->effect);
    free(x->outcomes);
    memset(x, 0, sizeof *x);
}
