/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to run.c and team.c: a run, alone or as one of several. */
#ifndef IPSIM_EXPERIMENT_RUN_PRIVATE_H
#define IPSIM_EXPERIMENT_RUN_PRIVATE_H

#include "ipsim/run.h"
#include "journal.h"
#include "shard.h"

/* All that one run holds. */
typedef struct run {
    const ipsim_run_options *options;
    ipsim_error_list *errors;
    experiment *e;
    uncertainty uncertain; /* of a probabilistic analysis */
    ipsim_luck *lucks;
    work w;
    unit_range within; /* the units of this shard: all of them unless there are shards */
    char *identity;
    experiment_part *total, *pending;
    journal *journal;
    shard_file *shard;
    ipsim_results *results;
} run;

static inline bool ipsim_run_is_stopped(const run *job)
{
    return job->options->stop && *job->options->stop;
}

/* ---- team.c: with the others of options->team ---- */
/* Everybody begins, with the goal of member 0, or nobody does and member 0 can say why. */
ipsim_status ipsim_team_begin(run *job, ipsim_status status, int64_t *goal);
/* The sums of all to member 0. */
ipsim_status ipsim_team_gather(run *job, ipsim_status status);

#endif
