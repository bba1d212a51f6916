/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Effects and costs of every strategy less those of the first, centred: what EVPPI and EVSI regress on parameters. What is common to all
 * strategies decides nothing. */
#ifndef IPSIM_INCREMENTS_H
#define IPSIM_INCREMENTS_H

#include "economics/smoother.h"
#include "ipsim/draws.h"

typedef struct ipsim_increments {
    size_t n; /* strategies but the first */
    size_t n_draws;
    double *effect, *cost;           /* [increment][draw], mean 0 */
    double *mean_effect, *mean_cost; /* one an increment */
    double *ee, *ec, *cc;            /* mean products */
    const double **outcomes;         /* effects, then costs */
} ipsim_increments;

ipsim_status ipsim_increments_init(ipsim_increments *increments, const ipsim_panel *panel, ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_increments_clear(ipsim_increments *increments);

/* Incremental net benefit of increment s (strategy s + 1) in a draw, mean included. */
static inline double ipsim_increment_nb(const ipsim_increments *x, double threshold, size_t s, size_t draw)
{
    return threshold * (x->effect[s * x->n_draws + draw] + x->mean_effect[s]) - (x->cost[s * x->n_draws + draw] + x->mean_cost[s]);
}

#endif
