/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels of account, compiled once for each level of vector instructions: kernels_*.c include this file after naming the level.
 * Every loop works lane by lane, or adds whole numbers that a double holds exactly, so that all levels give the same bits. */
#include <math.h>
#include <string.h>

#include "maths/elementary.h"
#include "tally.h"
#ifdef __AVX512F__
#include <immintrin.h>
#endif

/* 2^52 x 1.5: adding and taking it away rounds a double below 2^51 to an integer. */
#define ROUNDER 6755399441055744.0

static size_t whole(size_t n)
{
    return (n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
}

/* Native vectors, spelled out because reductions of eight sums at once are more than compilers make of a loop. */
#if defined(__AVX512F__)
enum { NATIVE = 8 };
#elif defined(__AVX__)
enum { NATIVE = 4 };
#else
enum { NATIVE = 2 };
#endif
typedef double vec __attribute__((vector_size(NATIVE * sizeof(double))));
typedef int64_t ivec __attribute__((vector_size(NATIVE * sizeof(double))));

#include "kernels_columns.h"
#include "kernels_stay.h"

const account_kernels ACCOUNT_KERNELS = {.stay = stay_in_state,
                                         .take_cells = take_cells,
                                         .worths = worths,
                                         .add_scaled = add_scaled,
                                         .scale = scale_by,
                                         .combine = combine,
                                         .split = split,
                                         .subtract = subtract,
                                         .add_sums = add_sums,
                                         .products = products};
