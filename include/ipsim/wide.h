/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/wide: exact integer sums for ledgers, so that no order of adding or merging can change a result.
 *
 * Per-person values are int64, in units of a quantum that the caller states. Two accumulators:
 *
 *     ipsim_wide128   sum of x              |sum| <= n 2^63    fits for n < 2^64
 *     ipsim_wide192   sum of x y            |sum| <= n 2^126   fits for n < 2^65
 *
 * n is the number of persons, at most IPSIM_WIDE_N_MAX = 2^40 (the largest person number). Zero is all bits zero, so that a
 * zero-initialised accumulator is empty. An accumulator belongs to one thread at a time; merging gives the same bits in any order.
 *
 * The squared standard error of a mean and the covariance of two means come from n sum_xy - sum_x sum_y, exact in 256 bits and
 * only then turned into a double: no cancellation, however small the spread beside the mean. The same integers give the same
 * double on every machine (IEEE 754, round to nearest): the last steps are one rounding and three divisions. */
#ifndef IPSIM_WIDE_H
#define IPSIM_WIDE_H

#include <stdint.h>

#define IPSIM_WIDE_N_MAX ((int64_t)1 << 40)

__extension__ typedef __int128 ipsim_wide128;
__extension__ typedef unsigned __int128 ipsim_wide_unsigned128;

/* Two's complement, least significant limb first. */
typedef struct ipsim_wide192 {
    uint64_t limb[3];
} ipsim_wide192;

/* sum += x. To merge two sums: *sum += other. */
static inline void ipsim_wide128_add(ipsim_wide128 *sum, int64_t x)
{
    *sum += x;
}

static inline void ipsim_wide128_merge(ipsim_wide128 *sum, ipsim_wide128 other)
{
    *sum += other;
}

/* sum * quantum, sum rounded to the nearest double first. */
double ipsim_wide128_to_double(ipsim_wide128 sum, double quantum);

/* sum += other, which may be sum itself. */
static inline void ipsim_wide192_merge(ipsim_wide192 *sum, const ipsim_wide192 *other)
{
    ipsim_wide_unsigned128 part = (ipsim_wide_unsigned128)sum->limb[0] + other->limb[0];
    sum->limb[0] = (uint64_t)part;
    part = (ipsim_wide_unsigned128)sum->limb[1] + other->limb[1] + (uint64_t)(part >> 64);
    sum->limb[1] = (uint64_t)part;
    sum->limb[2] += other->limb[2] + (uint64_t)(part >> 64);
}

/* sum += x y, exactly, for any x and y. */
static inline void ipsim_wide192_add_product(ipsim_wide192 *sum, int64_t x, int64_t y)
{
    ipsim_wide128 product = (ipsim_wide128)x * y;
    ipsim_wide_unsigned128 bits = (ipsim_wide_unsigned128)product;
    ipsim_wide192 term = {{(uint64_t)bits, (uint64_t)(bits >> 64), product < 0 ? UINT64_MAX : 0}};
    ipsim_wide192_merge(sum, &term);
}

/* sum -= other. The result must fit in 192 bits, which every difference of two sums within the bounds above does. */
void ipsim_wide192_subtract(ipsim_wide192 *sum, const ipsim_wide192 *other);

/* Rounded to the nearest double, ties to even. */
double ipsim_wide192_to_double(const ipsim_wide192 *sum);

/* The squared standard error of the mean of x, in quantum^2: (sum_xx - sum_x^2 / n) / (n (n - 1)). NaN for n < 2. Sums that no
 * n values could have, and n above IPSIM_WIDE_N_MAX, are a broken promise. */
double ipsim_wide_variance_of_mean(const ipsim_wide192 *sum_xx, ipsim_wide128 sum_x, int64_t n);

/* The covariance of the means of x and y, in quantum_x quantum_y: (sum_xy - sum_x sum_y / n) / (n (n - 1)). NaN for n < 2. */
double ipsim_wide_covariance_of_mean(const ipsim_wide192 *sum_xy, ipsim_wide128 sum_x, ipsim_wide128 sum_y, int64_t n);

/* The squared standard error of the mean of x - y for paired x and y of one quantum, in quantum^2; the cancellation between
 * sum_xx, 2 sum_xy and sum_yy happens in integers. Exactly 0 when x = y person by person. NaN for n < 2. */
double ipsim_wide_variance_of_mean_difference(const ipsim_wide192 *sum_xx, const ipsim_wide192 *sum_xy, const ipsim_wide192 *sum_yy,
                                              ipsim_wide128 sum_x, ipsim_wide128 sum_y, int64_t n);

#endif
