/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A study in the making: what data each draw would give, and how likely other draws make them. See include/ipsim/evsi.h. */
#ifndef IPSIM_STUDY_H
#define IPSIM_STUDY_H

#include "ipsim/evsi.h"

enum { IPSIM_MEASURES_MAX = 8 };

typedef struct ipsim_study {
    size_t n_measures, n_draws;
    const ipsim_study_measure *measures;
    double *statistic[IPSIM_MEASURES_MAX];                         /* what the data are about: the parameter, or the log of a ratio */
    double *log_p[IPSIM_MEASURES_MAX], *log_q[IPSIM_MEASURES_MAX]; /* of counts: log p and, for proportions, log(1 - p) */
    size_t *order;                                                 /* draws by rising first statistic */
} ipsim_study;

ipsim_status ipsim_study_init(ipsim_study *study, const ipsim_draws *draws, const ipsim_study_measure *measures, size_t n_measures,
                              ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_study_clear(ipsim_study *study);

/* The draw that is the truth behind a study, of so many that are spread evenly over the prior. */
size_t ipsim_study_draw(const ipsim_study *study, size_t number, size_t n_studies);

/* Log likelihood of the data of that study under each draw (up to a constant): n_draws values. */
void ipsim_study_log_likelihood(const ipsim_study *study, double size, size_t number, size_t n_studies, double *log_likelihood);

/* exp(values - greatest). */
void ipsim_study_exponentials(const double *values, double greatest, size_t n, double *out);

#endif
