/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/curves: the table occupancy (or psa_occupancy) as curves: who is in which state at which time. */
#ifndef IPSIM_CURVES_H
#define IPSIM_CURVES_H

#include "ipsim/arena.h"
#include "ipsim/table.h"

typedef struct ipsim_curves {
    size_t n_arms, n_times, n_states;
    const char **arms, **states; /* in the order of the table */
    double *times;               /* ascending */
    double *share, *mcse;        /* of arm a at time t in state s: [(a * n_times + t) * n_states + s]; NaN where there is none */
    size_t shown;                /* the state to look at first: "employed" where there is one, else the one in which the arms differ most
                                    (of a single arm, the one that changes most) */
} ipsim_curves;

/* table: scenario, year, state, estimate (or mean) and, if there is one, mcse. false when memory is short; without rows n_arms is 0. */
bool ipsim_curves_read(ipsim_arena *arena, const ipsim_table *table, ipsim_curves *out);
double ipsim_curves_share(const ipsim_curves *curves, size_t arm, size_t time, size_t state);

#endif
