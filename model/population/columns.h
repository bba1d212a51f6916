/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to population: kernels over a column of persons, compiled once for each level of vector instructions. All give the bits of the
 * functions that they stand for, one person at a time. */
#ifndef IPSIM_COLUMNS_H
#define IPSIM_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

/* Persons at a time. */
enum { COLUMN_PERSONS = 128 };

/* n: whole vectors, at most COLUMN_PERSONS; out is aligned. */
typedef struct column_kernels {
    /* As ipsim_stream_uniform, of consecutive persons. */
    void (*uniforms)(uint64_t seed, uint32_t replicate, int64_t first_person, uint32_t key, size_t n, double *out);
    /* In place: the level of each uniform, as found by search. */
    void (*levels)(const double *cumulative, size_t n_levels, size_t n, double *u);
    /* In place: mean + sd times ipsim_normal_quantile of from + u width; and its exponential. */
    void (*normals)(double mean, double sd, double from, double width, size_t n, double *u);
    void (*exponentials)(size_t n, double *x);
} column_kernels;

extern const column_kernels ipsim_column_kernels_sse2, ipsim_column_kernels_avx2, ipsim_column_kernels_avx512;

#endif
