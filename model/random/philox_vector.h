/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random/philox_vector: a vector of Philox4x32-10 blocks at a time, for kernels that are compiled once for each level of vector
 * instructions (random/stream.c draws the same, one at a time). The words of a block lie in lanes of 64 bits; the upper halves may hold
 * anything, because only lower halves are multiplied. A compiler that does not see this multiplies whole lanes at half the speed, hence
 * the intrinsics. */
#ifndef IPSIM_PHILOX_VECTOR_H
#define IPSIM_PHILOX_VECTOR_H

#include <immintrin.h>
#include <stdint.h>

#include "maths/elementary.h"

#if defined(__AVX512F__)
typedef uint64_t words __attribute__((vector_size(64), aligned(8), may_alias));
static inline words multiply(words a, words b)
{
    return (words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
/* A shuffle: of the two units for wide vectors one multiplies and shifts, and the other one waits. */
static inline words upper_halves(words a)
{
    return (words)_mm512_shuffle_epi32((__m512i)a, _MM_PERM_DDBB);
}
#elif defined(__AVX2__)
typedef uint64_t words __attribute__((vector_size(32), aligned(8), may_alias));
static inline words multiply(words a, words b)
{
    return (words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
static inline words upper_halves(words a)
{
    return a >> 32;
}
#else
typedef uint64_t words __attribute__((vector_size(16), aligned(8), may_alias));
static inline words multiply(words a, words b)
{
    return (words)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
static inline words upper_halves(words a)
{
    return a >> 32;
}
#endif

enum { WORDS = sizeof(words) / sizeof(uint64_t) };

/* The first 64 bits of the block of each counter. */
static inline words philox(words c0, words c1, words c2, words c3, uint32_t k0, uint32_t k1)
{
    const words m0 = (words){0} + UINT64_C(0xD2511F53), m1 = (words){0} + UINT64_C(0xCD9E8D57);
    for (int round = 0; round < 10; round++) {
        words p0 = multiply(m0, c0), p1 = multiply(m1, c2);
        c0 = upper_halves(p1) ^ c1 ^ (uint64_t)k0;
        c1 = p1;
        c2 = upper_halves(p0) ^ c3 ^ (uint64_t)k1;
        c3 = p0;
        k0 += UINT32_C(0x9E3779B9);
        k1 += UINT32_C(0xBB67AE85);
    }
    return (c1 << 32) | (c0 & UINT64_C(0xFFFFFFFF));
}

/* The uniform in (0, 1) of 64 bits: the top 52 as a double, by way of the bit pattern of 2^52 + k. */
static inline double uniform_of(uint64_t bits)
{
    double top = ipsim_double_from_bits((bits >> 12) | UINT64_C(0x4330000000000000)) - 0x1p52;
    return (top + 0.5) * 0x1p-52;
}

#endif
