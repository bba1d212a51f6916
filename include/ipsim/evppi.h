/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evppi: the expected value of learning one or more parameters exactly.
 *
 * EVPPI = E[max_s E(NB_s | parameters)] - max_s E(NB_s). The inner expectation is a regression of incremental net benefit on the parameters
 * over the draws (Strong, Oakley and Brennan 2014), here penalised splines: see model/economics/smoother.h. With g_s(i) the fitted
 * net benefit and s(i) the strategy that is best by it, the estimate is mean_i g_s(i)(i) - max_s mean_i NB_s(i).
 *
 * Its standard error is the standard deviation over draws of NB_s(i)(i) - NB_best(i), over the square root of their number: what the draws and
 * the regression together leave uncertain to the first order (the efficient influence function of the functional). It is 0 when no
 * draw would change the decision: then the estimate is exactly 0 as well, and the data cannot say how small the true value is.
 *
 * Estimates are kept within 0 and EVPI, and a set of parameters is worth at least what any of its subsets among the sets asked for is worth. */
#ifndef IPSIM_EVPPI_H
#define IPSIM_EVPPI_H

#include <signal.h>
#include <stdint.h>

#include "ipsim/draws.h"
#include "ipsim/error.h"

typedef struct ipsim_parameter_set {
    size_t n_parameters;
    const size_t *parameters; /* indices into the draws */
} ipsim_parameter_set;

typedef struct ipsim_evppi {
    double evppi, se;
    double freedom;       /* effective degrees of freedom of the regressions, the largest of them */
    size_t degree;        /* of interactions: see smoother.h */
    bool from_subset;     /* the estimate of a subset was larger and stands here */
    bool limited_by_evpi; /* the regression gave more than EVPI */
} ipsim_evppi;

/* For long work. Sets are counted over all calls that share it; one thread at a time tells. */
typedef struct ipsim_evppi_watch {
    void (*progress)(void *data, int64_t done, int64_t total); /* NULL for none */
    void *data;
    const volatile sig_atomic_t *stop; /* when it becomes non-zero the rest is left; NULL for never */
    int64_t done, total;               /* sets */
} ipsim_evppi_watch;

/* results: [set][threshold]. One thread works on one set, so results do not depend on how many there are. watch: NULL for none.
 * IPSIM_ERR_DATA when there are too few draws, IPSIM_ERR_INTERRUPTED. */
ipsim_status ipsim_evppi_estimate(const ipsim_draws *draws, const ipsim_panel *panel, const ipsim_parameter_set *sets, size_t n_sets,
                                  const double *thresholds, size_t n_thresholds, ipsim_evppi_watch *watch, ipsim_evppi *results,
                                  ipsim_error *err) IPSIM_MUST_CHECK;

#endif
