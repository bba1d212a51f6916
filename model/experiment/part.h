/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: a part of the work and what it gave. A worker's share, a journal's record, a shard's file and a rank's message
 * are all parts; merging them in any order gives the same integers. */
#ifndef IPSIM_EXPERIMENT_PART_H
#define IPSIM_EXPERIMENT_PART_H

#include "keep.h"
#include "psa_draws.h"
#include "simulate.h"
#include "units.h"

/* What makes replicates draws: their parameters, and what is kept of each. */
typedef struct uncertainty {
    vary *v;
    psa_draws *draws;
    keep *keep;
} uncertainty;

/* The whole work of a run: replicates of one size. */
typedef struct work {
    const experiment *e;
    const uncertainty *uncertain; /* NULL: every replicate has the parameters of the scenarios */
    size_t n_replicates;
    const ipsim_luck *lucks; /* n_replicates */
    int64_t persons;         /* of each replicate */
    int64_t blocks;          /* of each replicate, the last one may be smaller than the others */
} work;

work ipsim_work_of(const experiment *e, const uncertainty *uncertain, const ipsim_luck *lucks, size_t n_replicates, int64_t persons);
int64_t ipsim_work_n_units(const work *w);
int64_t ipsim_work_persons_in(const work *w, unit_range range);

/* A draw: its exact sums while blocks are missing, then what is kept; both NULL where no unit was done. */
typedef struct draw_state {
    experiment_sums *open;
    kept *done;
} draw_state;

typedef struct experiment_part {
    const experiment *e;
    unit_set units;
    experiment_sums *sums; /* over all its units; of draws: over those that are complete, everybody only */
    size_t n_replicates;
    const keep *keep;          /* NULL: replicates are no draws */
    draw_state *draws;         /* [n_replicates] */
    int64_t blocks;            /* of each draw */
    ipsim_ledger **replicates; /* [n_replicates], everybody only; NULL where no unit was done; not kept (NULL) for a single replicate */
} experiment_part;

/* NULL when memory is short. */
experiment_part *ipsim_part_create(const work *w);
experiment_part *ipsim_part_create_like(const experiment_part *part);
void ipsim_part_free(experiment_part *part);
void ipsim_part_clear(experiment_part *part); /* to nothing done */
/* The sums of some units of one replicate. false: memory is short, and the part is not to be used any more. */
bool ipsim_part_add(experiment_part *part, const experiment_sums *sums, const unit_set *units, size_t replicate) IPSIM_MUST_CHECK;
bool ipsim_part_merge(experiment_part *into, const experiment_part *from) IPSIM_MUST_CHECK;

/* part_draws.c: the same for draws. The units are in part->units already. */
bool ipsim_part_add_draw(experiment_part *part, const experiment_sums *sums, size_t draw) IPSIM_MUST_CHECK;
bool ipsim_part_merge_draws(experiment_part *into, const experiment_part *from) IPSIM_MUST_CHECK;
void ipsim_part_forget_draws(experiment_part *part);

/* pack.c: all but the units, as bytes and back; deflated. false: memory is short, or (unpack) the bytes are no part of this experiment. */
bool ipsim_part_pack(const experiment_part *part, ipsim_bytes *out) IPSIM_MUST_CHECK;
bool ipsim_part_unpack(experiment_part *part, const void *data, size_t size) IPSIM_MUST_CHECK;

#endif
