/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels of columns.h; columns_*.c include this file after naming the level of vector instructions. */
#include <math.h>

#include "columns.h"
#include "ipsim/special.h"
#include "maths/normal_quantile.h"
#include "random/philox_vector.h"

static void uniforms(uint64_t seed, uint32_t replicate, int64_t first_person, uint32_t key, size_t n, double *restrict out)
{
    uint64_t bits[COLUMN_PERSONS];
    words id = {0}, c2 = (words){0} + (uint64_t)key, c3 = (words){0} + (uint64_t)replicate;
    for (size_t i = 0; i < WORDS; i++)
        id[i] = (uint64_t)first_person + i;
    for (size_t i = 0; i < n; i += WORDS) {
        *(words *)(bits + i) = philox(id, id >> 32, c2, c3, (uint32_t)seed, (uint32_t)(seed >> 32));
        id += WORDS;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = uniform_of(bits[i]);
}

/* The first level whose cumulative probability is above u, or the last one. */
static void levels(const double *cumulative, size_t n_levels, size_t n, double *restrict u)
{
    double level[COLUMN_PERSONS] = {0.0};
    for (size_t k = 0; k + 1 < n_levels; k++) {
        double below = cumulative[k];
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            level[i] += u[i] >= below ? 1.0 : 0.0;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        u[i] = level[i];
}

/* The middle of the distribution for all; then those outside it, moved together. */
static void normals(double mean, double sd, double from, double width, size_t n, double *restrict u)
{
    double p[COLUMN_PERSONS], r[COLUMN_PERSONS], z[COLUMN_PERSONS];
    int32_t outside[COLUMN_PERSONS];
    size_t n_outside = 0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        p[i] = from + u[i] * width;
        u[i] = mean + sd * ipsim_normal_quantile_central(p[i] - 0.5);
    }
    for (size_t i = 0; i < n; i++) {
        outside[n_outside] = (int32_t)i;
        n_outside += !(fabs(p[i] - 0.5) <= IPSIM_NORMAL_CENTRE);
    }
    for (size_t j = 0; j < n_outside; j++)
        z[j] = p[outside[j]]; // cppcheck-suppress uninitvar ; the loops above filled both
#pragma omp simd
    for (size_t j = 0; j < n_outside; j++) {
        double tail = z[j] < 0.5 ? z[j] : 1.0 - z[j];
        r[j] = -ipsim_log(tail);
    }
    for (size_t j = 0; j < n_outside; j++) /* apart, because a root that might set errno makes no vectors */
        r[j] = sqrt(r[j]);
#pragma omp simd
    for (size_t j = 0; j < n_outside; j++) {
        double near = ipsim_normal_quantile_near_tail(r[j]);
        z[j] = z[j] < 0.5 ? -near : near;
    }
    for (size_t j = 0; j < n_outside; j++) {
        size_t i = (size_t)outside[j];
        u[i] = mean + sd * (r[j] <= 5.0 ? z[j] : ipsim_normal_quantile(p[i]));
    }
}

static void exponentials(size_t n, double *restrict x)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = ipsim_exp(x[i]);
}

const column_kernels COLUMN_KERNELS = {.uniforms = uniforms, .levels = levels, .normals = normals, .exponentials = exponentials};
