/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/wide: see include/ipsim/wide.h. The hot additions are inline there; what is here runs once for each printed number. */
#include "ipsim/wide.h"

#include <math.h>
#include <stdbool.h>

#include "ipsim/error.h"

typedef ipsim_wide_unsigned128 u128;

/* Two's complement, least significant limb first. Nothing below can outgrow it: n sum_xy stays under 2^40 2^191, and
 * sum_x sum_y under 2^127 2^127. */
typedef struct wide256 {
    uint64_t limb[4];
} wide256;

static void negate(uint64_t *limb, int n_limbs)
{
    uint64_t carry = 1;
    for (int i = 0; i < n_limbs; i++) {
        limb[i] = ~limb[i] + carry;
        carry = carry != 0 && limb[i] == 0;
    }
}

static bool is_negative(const uint64_t *limb, int n_limbs)
{
    return limb[n_limbs - 1] >> 63 != 0;
}

/* Adds a b to the limbs from place on; a carry runs as far as it must. */
static void add_limb_product(wide256 *sum, int place, uint64_t a, uint64_t b)
{
    u128 product = (u128)a * b;
    u128 part = (u128)sum->limb[place] + (uint64_t)product;
    sum->limb[place] = (uint64_t)part;
    uint64_t carry = (uint64_t)(product >> 64) + (uint64_t)(part >> 64); /* at most 2^64 - 1: the product leaves room for it */
    for (int i = place + 1; i < 4 && carry != 0; i++) {
        part = (u128)sum->limb[i] + carry;
        sum->limb[i] = (uint64_t)part;
        carry = (uint64_t)(part >> 64);
    }
}

/* n a, n >= 0. */
static wide256 multiply_192(const ipsim_wide192 *a, int64_t n)
{
    ipsim_wide192 magnitude = *a;
    bool negative = is_negative(a->limb, 3);
    if (negative) {
        negate(magnitude.limb, 3);
    }
    wide256 result = {{0}};
    for (int i = 0; i < 3; i++) {
        add_limb_product(&result, i, magnitude.limb[i], (uint64_t)n);
    }
    if (negative) {
        negate(result.limb, 4);
    }
    return result;
}

static wide256 multiply_128(ipsim_wide128 a, ipsim_wide128 b)
{
    /* Negated as unsigned: the magnitude of the most negative number has no signed form. */
    u128 x = a < 0 ? -(u128)a : (u128)a;
    u128 y = b < 0 ? -(u128)b : (u128)b;
    uint64_t x_limb[2] = {(uint64_t)x, (uint64_t)(x >> 64)};
    uint64_t y_limb[2] = {(uint64_t)y, (uint64_t)(y >> 64)};
    wide256 result = {{0}};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            add_limb_product(&result, i + j, x_limb[i], y_limb[j]);
        }
    }
    if ((a < 0) != (b < 0)) {
        negate(result.limb, 4);
    }
    return result;
}

static wide256 subtract(wide256 a, wide256 b)
{
    negate(b.limb, 4);
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        u128 part = (u128)a.limb[i] + b.limb[i] + carry;
        a.limb[i] = (uint64_t)part;
        carry = (uint64_t)(part >> 64);
    }
    return a;
}

/* Nearest double, ties to even: the leading 64 bits, whose last bit also stands for everything below them, hold 11 bits more
 * than a double does, so one conversion rounds them as it would round the whole number. */
static double to_double(const uint64_t *limb, int n_limbs)
{
    uint64_t magnitude[4] = {0};
    bool negative = is_negative(limb, n_limbs);
    for (int i = 0; i < n_limbs; i++) {
        magnitude[i] = limb[i];
    }
    if (negative) {
        negate(magnitude, n_limbs);
    }
    int top = n_limbs - 1;
    while (top > 0 && magnitude[top] == 0) {
        top--;
    }
    uint64_t leading = magnitude[top];
    uint64_t below = 0;
    int exponent = 64 * top;
    if (top > 0) {
        int shift = __builtin_clzll(leading);
        if (shift > 0) {
            leading = leading << shift | magnitude[top - 1] >> (64 - shift);
            below = magnitude[top - 1] << shift;
        } else {
            below = magnitude[top - 1];
        }
        for (int i = 0; i < top - 1; i++) {
            below |= magnitude[i];
        }
        exponent -= shift;
    }
    double value = ldexp((double)(leading | (below != 0)), exponent);
    return negative ? -value : value;
}

double ipsim_wide128_to_double(ipsim_wide128 sum, double quantum)
{
    const uint64_t limb[2] = {(uint64_t)(u128)sum, (uint64_t)((u128)sum >> 64)};
    return to_double(limb, 2) * quantum;
}

void ipsim_wide192_subtract(ipsim_wide192 *sum, const ipsim_wide192 *other)
{
    ipsim_wide192 opposite = *other;
    negate(opposite.limb, 3);
    ipsim_wide192_merge(sum, &opposite);
}

double ipsim_wide192_to_double(const ipsim_wide192 *sum)
{
    return to_double(sum->limb, 3);
}

/* n sum_xy - sum_x sum_y is n^2 (n - 1) times what is wanted. */
double ipsim_wide_covariance_of_mean(const ipsim_wide192 *sum_xy, ipsim_wide128 sum_x, ipsim_wide128 sum_y, int64_t n)
{
    if (n < 2) {
        return NAN;
    }
    ipsim_bug_assert(n <= IPSIM_WIDE_N_MAX);
    wide256 spread = subtract(multiply_192(sum_xy, n), multiply_128(sum_x, sum_y));
    double n_real = (double)n;
    return to_double(spread.limb, 4) / n_real / n_real / (n_real - 1.0);
}

double ipsim_wide_variance_of_mean(const ipsim_wide192 *sum_xx, ipsim_wide128 sum_x, int64_t n)
{
    double variance = ipsim_wide_covariance_of_mean(sum_xx, sum_x, sum_x, n);
    ipsim_bug_assert(!(variance < 0.0)); /* Cauchy and Schwarz: the sums do not belong to the same values */
    return variance;
}

double ipsim_wide_variance_of_mean_difference(const ipsim_wide192 *sum_xx, const ipsim_wide192 *sum_xy, const ipsim_wide192 *sum_yy,
                                              ipsim_wide128 sum_x, ipsim_wide128 sum_y, int64_t n)
{
    ipsim_wide192 sum_squares = *sum_xx;
    ipsim_wide192_merge(&sum_squares, sum_yy);
    ipsim_wide192_subtract(&sum_squares, sum_xy);
    ipsim_wide192_subtract(&sum_squares, sum_xy);
    return ipsim_wide_variance_of_mean(&sum_squares, sum_x - sum_y, n);
}
