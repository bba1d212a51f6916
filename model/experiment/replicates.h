/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: what single replicates say, and how their mean settles. See include/ipsim/run.h for the tables. */
#ifndef IPSIM_EXPERIMENT_REPLICATES_H
#define IPSIM_EXPERIMENT_REPLICATES_H

#include "part.h"

/* Builds the three tables from the replicates that are complete. false: memory is short. */
bool ipsim_replicates_tables(const work *w, const experiment_part *part, ipsim_results *results) IPSIM_MUST_CHECK;

#endif
