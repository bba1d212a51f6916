/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: how many persons a wanted precision needs. Decided from exact sums at fixed points, so that it is the same however
 * the run is split, stopped and resumed. */
#ifndef IPSIM_EXPERIMENT_UNTIL_H
#define IPSIM_EXPERIMENT_UNTIL_H

#include "part.h"

typedef struct until {
    size_t model, measure, year;
    bool difference, discounted;
    double mcse;
} until;

/* "outcome" or "outcome:scenario", total over payers, at the horizon, discounted where that is reported. With several scenarios it is the
 * paired difference of the named one (the second when none is named) from the first. IPSIM_ERR_USAGE. */
ipsim_status ipsim_until_resolve(const experiment *e, const ipsim_run_options *options, until *out, ipsim_error *err) IPSIM_MUST_CHECK;

/* Whole blocks, so that going on does not split one. */
int64_t ipsim_until_first(int64_t persons);

/* The persons to go on to: what the error so far says is needed, in whole batches, at least one batch more and at most four times as many as
 * now. `persons` when the error is small enough; 0 when no number of persons that we can simulate would do. */
int64_t ipsim_until_next(const until *u, const experiment_sums *sums, int64_t batch, int64_t persons, double *mcse);

#endif
