/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/arena: many allocations, one release. Blocks are zeroed and aligned to 64 bytes. Not shared between threads. */
#ifndef IPSIM_ARENA_H
#define IPSIM_ARENA_H

#include <stddef.h>

#include "ipsim/error.h"

typedef struct ipsim_arena ipsim_arena;

ipsim_arena *ipsim_arena_create(void); /* NULL when memory is short */
void ipsim_arena_free(ipsim_arena *arena);

/* count x size zeroed bytes, or NULL when memory is short or the product overflows. count 0 gives a valid pointer. */
void *ipsim_arena_alloc(ipsim_arena *arena, size_t count, size_t size) IPSIM_MUST_CHECK;
char *ipsim_arena_strdup(ipsim_arena *arena, const char *text) IPSIM_MUST_CHECK;
char *ipsim_arena_printf(ipsim_arena *arena, const char *format, ...) IPSIM_PRINTF(2, 3) IPSIM_MUST_CHECK;

#endif
