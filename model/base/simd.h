/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/simd: which vector instructions this processor has. Kernels are compiled once for each level and chosen at start-up, so that
 * one build is portable and fast. Results do not depend on the level: no kernel contracts or reorders anything that rounds. */
#ifndef IPSIM_SIMD_H
#define IPSIM_SIMD_H

#include <stddef.h>

typedef enum ipsim_simd { IPSIM_SIMD_SSE2, IPSIM_SIMD_AVX2, IPSIM_SIMD_AVX512, IPSIM_N_SIMD } ipsim_simd;

/* Columns are padded to whole vectors of the widest level, whatever the level in use. */
enum { IPSIM_LANES = 8 };

/* The best level that the processor has, or the one that the environment variable IPSIM_SIMD names (sse2, avx2, avx512; for tests) when
 * the processor has it. */
ipsim_simd ipsim_simd_level(void);
const char *ipsim_simd_name(ipsim_simd level);

/* n zeroed items in whole cache lines; free releases them. NULL when memory is short. */
void *ipsim_simd_alloc(size_t n, size_t size);

/* The same without setting it to zero: what is never used costs nothing. */
void *ipsim_simd_alloc_unset(size_t n, size_t size);

#endif
