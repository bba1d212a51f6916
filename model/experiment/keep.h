/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: what is kept of each draw of a probabilistic analysis once all its persons are simulated: doubles made of the exact
 * sums, which are then forgotten. */
#ifndef IPSIM_EXPERIMENT_KEEP_H
#define IPSIM_EXPERIMENT_KEEP_H

#include "simulate.h"

/* Main outcomes (life years, QALYs, declared outcomes, cost in all and by perspective) of every subgroup at the horizon and of everybody at
 * every report year; costs of payers of everybody. */
typedef struct keep_entry {
    size_t model, group, measure, year;
    bool discounted;
} keep_entry;

typedef struct keep {
    const experiment *e;
    size_t n_entries;
    keep_entry *entries;
    size_t n_times; /* of the occupancy grid, a selection of about fifty */
    size_t *times;
    size_t n_counts;     /* models x n_times x states */
    size_t *first_count; /* n_models */
    size_t n_groups;
} keep;

/* One draw. */
typedef struct kept {
    double *mean;       /* n_entries: per person */
    float *mcse;        /* n_entries: of the mean */
    float *mcse_paired; /* n_entries: of the difference from model 0 */
    uint32_t *count;    /* [first_count[model] + time * n_states + state]: persons there */
    uint32_t *persons;  /* n_groups */
} kept;

/* NULL when memory is short. */
keep *ipsim_keep_create(const experiment *e);
void ipsim_keep_free(keep *k);
/* The entry, or n_entries when it is not kept. */
size_t ipsim_keep_find(const keep *k, size_t model, size_t group, size_t measure, size_t year, bool discounted);
/* A main outcome: of all payers together. */
bool ipsim_keep_is_main(const experiment *e, const ipsim_measure *measure);

/* NULL when memory is short. One block of memory: free() releases it. */
kept *ipsim_kept_create(const keep *k);
kept *ipsim_kept_of(const keep *k, const experiment_sums *sums);
void ipsim_kept_pack(const keep *k, const kept *x, ipsim_bytes *bytes);
void ipsim_kept_unpack(const keep *k, kept *x, ipsim_reader *reader);
kept *ipsim_kept_copy(const keep *k, const kept *x);

#endif
