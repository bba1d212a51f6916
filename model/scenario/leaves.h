/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/leaves: a loaded scenario as a flat list of keys and values, for show, diff and the digest. */
#ifndef IPSIM_LEAVES_H
#define IPSIM_LEAVES_H

#include "private.h"

typedef struct ipsim_leaf {
    const ipsim_schema_row *row;
    const char *key;
    const char *value;      /* for people: what was written, numbers evaluated */
    const char *meaning;    /* for comparison: the same, but a data file is a digest of its contents */
    const char *expression; /* as written; "" for none */
    const char *unit, *source, *status;
    ipsim_origin origin;
    bool given; /* false: a default */
} ipsim_leaf;

typedef struct ipsim_leaves {
    ipsim_arena *arena;
    ipsim_leaf *items; /* heap */
    size_t count, capacity;
    bool out_of_memory;
} ipsim_leaves;

/* Keys that say nothing, or have no value, are left out. within: as ipsim_schema_walk takes it. False when memory is short; clear in any
 * case. */
bool ipsim_leaves_collect(const ipsim_scenario *scenario, const char *const *within, ipsim_leaves *out);
void ipsim_leaves_sort(ipsim_leaves *leaves); /* by key */
void ipsim_leaves_clear(ipsim_leaves *leaves);

#define IPSIM_DIGEST_START 14695981039346656037u
/* FNV-1a, 64 bits. */
uint64_t ipsim_digest_bytes(uint64_t digest, const void *bytes, size_t count);

#endif
