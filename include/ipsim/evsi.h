/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evsi: the expected value of the data of a study that has not been done.
 *
 * EVSI = E[max_s E(NB_s | data)] - max_s E(NB_s). What the parameters that the study measures say about net benefit, g_s(parameters), is the
 * regression of EVPPI. The draws are then a prior of equal weights: for data x, E(NB_s | x) is the mean of g_s over draws weighted by
 * their likelihood of x, and data come from draws spread evenly over the prior. Effects and costs are smoothed apart, so all
 * thresholds share one regression. There are no random numbers: the noise of the data is a low-discrepancy sequence (Roberts 2018), so
 * results are the same every time and change smoothly with the size of the study. In the Gaussian case this is exact but for the
 * error of the draws; the error that is reported is computed as for EVPPI, which see.
 *
 * Estimates are kept within 0 and the EVPPI of the parameters measured. */
#ifndef IPSIM_EVSI_H
#define IPSIM_EVSI_H

#include "ipsim/draws.h"
#include "ipsim/error.h"

/* What a study of n persons (an arm) learns about a parameter p, sd being the standard deviation of one person's outcome. */
typedef enum ipsim_measure_kind {
    IPSIM_MEASURE_MEAN,       /* a mean ~ Normal(p, sd^2 / n) */
    IPSIM_MEASURE_DIFFERENCE, /* a difference between two arms of n ~ Normal(p, 2 sd^2 / n) */
    IPSIM_MEASURE_RATIO,      /* its logarithm ~ Normal(log p, 2 sd^2 / n); for a hazard ratio sd is 1 / sqrt(share with an event) */
    IPSIM_MEASURE_PROPORTION, /* a count ~ Binomial(n, p) */
    IPSIM_MEASURE_RATE,       /* a count ~ Poisson(n p), n in person-years */
    IPSIM_N_MEASURE_KINDS
} ipsim_measure_kind;

typedef struct ipsim_study_measure {
    size_t parameter; /* index into the draws */
    ipsim_measure_kind kind;
    double sd; /* the first three kinds */
} ipsim_study_measure;

const char *ipsim_measure_name(ipsim_measure_kind kind); /* "mean", "difference", ... */
bool ipsim_measure_is_normal(ipsim_measure_kind kind);
size_t ipsim_measure_arms(ipsim_measure_kind kind); /* 2 for differences and ratios */

typedef struct ipsim_evsi {
    double evsi, se;
} ipsim_evsi;

/* results: [size][threshold]. IPSIM_ERR_RANGE: a parameter has values that the kind does not allow; IPSIM_ERR_DATA: too few draws. */
ipsim_status ipsim_evsi_estimate(const ipsim_draws *draws, const ipsim_panel *panel, const ipsim_study_measure *measures, size_t n_measures,
                                 const double *sizes, size_t n_sizes, const double *thresholds, size_t n_thresholds, ipsim_evsi *results,
                                 ipsim_error *err) IPSIM_MUST_CHECK;

#endif
