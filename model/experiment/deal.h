/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: units -> threads -> one part. */
#ifndef IPSIM_EXPERIMENT_DEAL_H
#define IPSIM_EXPERIMENT_DEAL_H

#include "journal.h"

/* What there is to do and where it goes. `total` begins as what is done already and ends as that and everything finished here. */
typedef struct deal_job {
    const work *work;
    unit_range within; /* the units of this stage; those that total has are skipped */
    const ipsim_run_options *options;
    experiment_part *total;
    experiment_part *pending; /* finished and not yet in the journal; merged into total when it is */
    journal *journal;         /* NULL for none: then pending is not used */
    int n_threads;            /* out: how many worked */
} deal_job;

/* When stopped, units in flight are left or finished. Without a journal and alone, exactly the first units are done then. After an error the
 * journal holds what was good. */
ipsim_status ipsim_deal(deal_job *job, ipsim_error_list *errors) IPSIM_MUST_CHECK;

#endif
