/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/bytes: a growing run of bytes, and reading one back. Little endian on every machine.
 *
 * A writer never fails at once: out_of_memory is set and asked for at the end. A reader never reads beyond its end: `bad` is set, and
 * everything read from then on is 0. */
#ifndef IPSIM_BYTES_H
#define IPSIM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipsim/wide.h"

typedef struct ipsim_bytes { /* zero-initialise before use */
    unsigned char *data;
    size_t size, capacity;
    bool out_of_memory;
} ipsim_bytes;

void ipsim_bytes_clear(ipsim_bytes *bytes);
void ipsim_bytes_put(ipsim_bytes *bytes, const void *data, size_t size);
void ipsim_bytes_put_32(ipsim_bytes *bytes, uint32_t value);
void ipsim_bytes_put_64(ipsim_bytes *bytes, uint64_t value);
/* A two's complement integer of n_limbs 64-bit limbs, least significant first, in as many bytes as it needs and one more. */
void ipsim_bytes_put_integer(ipsim_bytes *bytes, const uint64_t *limbs, size_t n_limbs);
void ipsim_bytes_put_128(ipsim_bytes *bytes, ipsim_wide128 value);
/* The size of `raw` and what zlib makes of it at this level (1 to 9, or -1 for its own choice). False when memory is short. */
bool ipsim_bytes_put_deflated(ipsim_bytes *bytes, const ipsim_bytes *raw, int level);

typedef struct ipsim_reader {
    const unsigned char *at, *end;
    bool bad;
} ipsim_reader;

ipsim_reader ipsim_reader_of(const void *data, size_t size);
void ipsim_reader_get(ipsim_reader *reader, void *data, size_t size);
uint32_t ipsim_reader_get_32(ipsim_reader *reader);
uint64_t ipsim_reader_get_64(ipsim_reader *reader);
void ipsim_reader_get_integer(ipsim_reader *reader, uint64_t *limbs, size_t n_limbs);
ipsim_wide128 ipsim_reader_get_128(ipsim_reader *reader);
/* What ipsim_bytes_put_deflated has put, which must be all that is left: the caller frees it. NULL when it is damaged or memory is short. */
void *ipsim_reader_inflate(ipsim_reader *reader, size_t *size);

#endif
