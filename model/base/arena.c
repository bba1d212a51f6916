/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/arena: see include/ipsim/arena.h. A chain of blocks; each allocation is cut from the newest, or gets a block of its own. */
#include "ipsim/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, FIRST_BLOCK = 2 * 1024, LARGEST_BLOCK = 1024 * 1024 };

/* The header fills one whole alignment unit, so that the bytes after it are aligned too. */
typedef union block {
    struct {
        union block *next;
        void *given;       /* by calloc: the block begins at the next multiple of the alignment */
        size_t used, size; /* of the bytes after the header */
    } head;
    unsigned char padding[ALIGNMENT];
} block;

struct ipsim_arena {
    block *newest;
    size_t next_size;
};

static unsigned char *block_bytes(block *b)
{
    return (unsigned char *)b + sizeof *b;
}

/* From calloc, which knows that new pages are zero already: the end of a large block costs nothing until it is used. */
static block *block_create(size_t size)
{
    if (size > SIZE_MAX - sizeof(block) - 2 * ALIGNMENT) {
        return NULL;
    }
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    unsigned char *given = calloc(1, sizeof(block) + size + ALIGNMENT);
    if (given == NULL) {
        return NULL;
    }
    block *b = (block *)(void *)(given + (ALIGNMENT - (uintptr_t)given % ALIGNMENT) % ALIGNMENT);
    b->head.given = given;
    b->head.size = size;
    return b;
}

ipsim_arena *ipsim_arena_create(void)
{
    ipsim_arena *arena = calloc(1, sizeof *arena);
    if (arena != NULL) {
        arena->next_size = FIRST_BLOCK;
    }
    return arena;
}

void ipsim_arena_free(ipsim_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (block *b = arena->newest; b != NULL;) {
        block *next = b->head.next;
        free(b->head.given);
        b = next;
    }
    free(arena);
}

static void *take(ipsim_arena *arena, size_t bytes, size_t alignment)
{
    block *b = arena->newest;
    if (b != NULL) {
        size_t start = (b->head.used + alignment - 1) / alignment * alignment;
        if (start <= b->head.size && bytes <= b->head.size - start) {
            b->head.used = start + bytes;
            return block_bytes(b) + start;
        }
    }
    if (b != NULL && bytes > arena->next_size / 4) {
        /* A large piece gets a block of its own behind the newest, whose remaining space stays in use. */
        block *own = block_create(bytes);
        if (own == NULL) {
            return NULL;
        }
        own->head.used = own->head.size;
        own->head.next = b->head.next;
        b->head.next = own;
        return block_bytes(own);
    }
    block *fresh = block_create(bytes > arena->next_size ? bytes : arena->next_size);
    if (fresh == NULL) {
        return NULL;
    }
    if (arena->next_size < LARGEST_BLOCK) {
        arena->next_size *= 2;
    }
    fresh->head.used = bytes;
    fresh->head.next = b;
    arena->newest = fresh;
    return block_bytes(fresh);
}

void *ipsim_arena_alloc(ipsim_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    size_t bytes = count * size;
    return take(arena, bytes > 0 ? bytes : 1, ALIGNMENT);
}

char *ipsim_arena_strdup(ipsim_arena *arena, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = take(arena, bytes, 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

char *ipsim_arena_printf(ipsim_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char *text = NULL;
    int length = vsnprintf(NULL, 0, format, args);
    if (length >= 0) {
        size_t bytes = (size_t)length + 1;
        text = take(arena, bytes, 1);
        if (text != NULL) {
            vsnprintf(text, bytes, format, again);
        }
    }
    va_end(again);
    va_end(args);
    return text;
}
