/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels: unit exponentials. */
#ifndef IPSIM_FAST_DRAW_H
#define IPSIM_FAST_DRAW_H

#include "ipsim/engine.h"
#include "random/philox_vector.h"

/* Uniforms in (0, 1); n whole vectors. */
static void draw_uniforms(size_t n, ipsim_luck luck, const int64_t *person, const int64_t *key, const int64_t *count, double *restrict out)
{
    uint64_t bits[IPSIM_CHUNK];
    for (size_t i = 0; i < n; i += WORDS) {
        words id = *(const words *)(person + i), c2 = *(const words *)(key + i), k = *(const words *)(count + i);
        words c3 = (words){0} + (uint64_t)luck.replicate;
        *(words *)(bits + i) = philox(id, (k << 8) | (id >> 32), c2, c3, (uint32_t)luck.seed, (uint32_t)(luck.seed >> 32));
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = uniform_of(bits[i]);
}

/* Unit exponentials. */
static void draw(size_t n, ipsim_luck luck, const int64_t *person, const int64_t *key, const int64_t *count, double *restrict out)
{
    draw_uniforms(n, luck, person, key, count, out);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = -ipsim_log_core(out[i]);
}

#endif
