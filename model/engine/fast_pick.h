/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels: which lanes go on. Compilers do not vectorise loops that move what they keep together, and where lists are short such a loop
 * costs more than the arithmetic around it. */
#ifndef IPSIM_FAST_PICK_H
#define IPSIM_FAST_PICK_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "base/simd.h"

static inline size_t whole_vectors(size_t n)
{
    return (n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
}

/* The numbers of the lanes whose flag is not 0, in order. n: whole vectors; out has room for n. */
static size_t pick(size_t n, const int64_t *restrict flag, int64_t *restrict out)
{
    size_t n_out = 0;
#if defined(__AVX512F__)
    __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), step = _mm512_set1_epi64(IPSIM_LANES);
    for (size_t i = 0; i < n; i += IPSIM_LANES) {
        __m512i flags = _mm512_loadu_si512(flag + i);
        __mmask8 kept = _mm512_test_epi64_mask(flags, flags);
        _mm512_storeu_si512(out + n_out, _mm512_maskz_compress_epi64(kept, lane));
        n_out += (size_t)__builtin_popcount(kept);
        lane = _mm512_add_epi64(lane, step);
    }
#else
    for (size_t i = 0; i < n; i++) {
        out[n_out] = (int64_t)i;
        n_out += flag[i] != 0;
    }
#endif
    return n_out;
}

/* out[i] = table[at[i] + 1], of a table of n entries: one that fits into a register costs a fraction of gathering. n_lanes: whole
 * vectors. */
static inline void look_up(size_t n_lanes, size_t n, const int64_t *restrict table, const int64_t *restrict at, int64_t *restrict out)
{
#if defined(__AVX512F__)
    if (n <= IPSIM_LANES) {
        __m512i all = _mm512_maskz_loadu_epi64((__mmask8)((1u << n) - 1), table), one = _mm512_set1_epi64(1);
        for (size_t i = 0; i < n_lanes; i += IPSIM_LANES)
            _mm512_storeu_si512(out + i, _mm512_permutexvar_epi64(_mm512_add_epi64(_mm512_loadu_si512(at + i), one), all));
        return;
    }
#else
    (void)n;
#endif
#pragma omp simd
    for (size_t i = 0; i < n_lanes; i++)
        out[i] = table[at[i] + 1];
}

/* Appends the slots of those who go to `list`. n: whole vectors; `end` has room for n more, whatever is kept. */
static size_t append(size_t n, const int64_t *restrict to, int64_t list, const int64_t *restrict slot, int32_t *restrict end)
{
    size_t n_out = 0;
#if defined(__AVX512F__)
    __m512i wanted = _mm512_set1_epi64(list);
    for (size_t i = 0; i < n; i += IPSIM_LANES) {
        __mmask8 kept = _mm512_cmpeq_epi64_mask(_mm512_loadu_si512(to + i), wanted);
        __m512i moved = _mm512_maskz_compress_epi64(kept, _mm512_loadu_si512(slot + i));
        _mm256_storeu_si256((__m256i *)(end + n_out), _mm512_cvtepi64_epi32(moved));
        n_out += (size_t)__builtin_popcount(kept);
    }
#else
    for (size_t i = 0; i < n; i++) {
        end[n_out] = (int32_t)slot[i];
        n_out += to[i] == list;
    }
#endif
    return n_out;
}

#endif
