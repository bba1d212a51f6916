/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: which part of the work is done. A unit is one block of persons of one replicate; units are numbered replicate
 * by replicate, so unit u is block u mod blocks of replicate u / blocks. The numbering knows nothing of threads, ranks and shards. */
#ifndef IPSIM_EXPERIMENT_UNITS_H
#define IPSIM_EXPERIMENT_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipsim/bytes.h"

/* first <= unit < end */
typedef struct unit_range {
    int64_t first, end;
} unit_range;

/* Ranges in order, none touching the next: work is dealt in order, so a set stays a handful of ranges however many units it holds. */
typedef struct unit_set { /* zero-initialise before use */
    size_t count, capacity;
    unit_range *ranges;
    bool out_of_memory;
} unit_set;

void ipsim_units_clear(unit_set *set); /* frees */
void ipsim_units_empty(unit_set *set); /* keeps the memory */
void ipsim_units_add(unit_set *set, unit_range range);
void ipsim_units_merge(unit_set *into, const unit_set *from);
int64_t ipsim_units_count(const unit_set *set);
bool ipsim_units_overlap(const unit_set *a, const unit_set *b);
bool ipsim_units_have_all(const unit_set *set, unit_range wanted);
/* The first units of `within` that are not in the set; empty (first == end) when there are none. */
unit_range ipsim_units_first_gap(const unit_set *set, unit_range within);
/* Shard i of n, counted from 1: n stretches of all units, as equal as they can be. */
unit_range ipsim_units_of_shard(int64_t n_units, int64_t shard, int64_t n_shards);

void ipsim_units_pack(const unit_set *set, ipsim_bytes *bytes);
/* Bad when the bytes are no set: ranges empty, out of order or touching. */
void ipsim_units_unpack(unit_set *set, ipsim_reader *reader);

#endif
