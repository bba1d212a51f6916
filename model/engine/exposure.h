/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to engine: one person exposed to one risk. The engines share it: the reference engine calls it for everything, the fast engine
 * for what its kernels leave over, and the kernels do the same operations in the same order. */
#ifndef IPSIM_EXPOSURE_H
#define IPSIM_EXPOSURE_H

#include "ipsim/compiled_model.h"

typedef struct ipsim_exposure {
    const ipsim_risk *risk;
    double multiplier;        /* the person's constant part */
    const double *origin;     /* [clock]; the risk's own clock has started */
    const double *attributes; /* [attribute] */
} ipsim_exposure;

/* The value of an effect in a piece of its steps; SIZE_MAX: its clock has not started. */
double ipsim_effect_value(const ipsim_compiled_effect *effect, const double *attributes, size_t piece);

/* What does not change with time: multiplier x product of categorical effects x exp(sum of log_hr x (x - centre) of numeric ones), so that
 * one exponential does for any number of covariates. */
double ipsim_steady_multiplier(const ipsim_risk *risk, const double *attributes);

/* The order in which the risks of each state are looked at, as indices of model->risks, [n_risks]: cheap ones first, else as declared. Who
 * wins does not depend on it. */
void ipsim_exposure_order(const ipsim_compiled_model *model, size_t *order);

/* The time at which the risk fires if nothing else does and `left` remains of its budget, or INFINITY when that is not before `limit`.
 * wins_ties: what fires at `limit` was declared later. Only times that are given, or a division away, can be equal: stretches are half-open,
 * and a hazard that changes does not fire at `limit`. */
double ipsim_exposure_fires(const ipsim_exposure *x, double left, double now, double limit, bool wins_ties);

/* The cumulative hazard that the risk spends between two times. */
double ipsim_exposure_spends(const ipsim_exposure *x, double from, double to);

/* The start state that a uniform draw picks among those of different probability. */
int ipsim_engine_start_state(const ipsim_compiled_model *model, double u);

#endif
