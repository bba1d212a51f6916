/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/elementary: log, exp and their relatives, the same bits on every x86-64 machine.
 *
 * The C library chooses its log and exp by processor (with or without fused multiply-add), so its last bit is not ours to promise.
 * These use only +, -, x, / and integer operations on the bit pattern, each of them exactly defined by IEEE 754: any compiler, any
 * level of optimisation and any vector width gives the same result, provided that nothing is contracted or reassociated
 * (-ffp-contract=off, no -ffast-math). tests/unit/test_elementary.c holds every build to a stored hash of their results.
 *
 * There is no table and no branch, only selections, so that a loop over them becomes vector code. The _core versions leave out the
 * selections as well, for kernels that know their arguments.
 *
 *   function                   error below    _core argument        special values
 *   ipsim_log(x)               1 ulp          normal, positive      log 0 = -inf, log of a negative is NaN, subnormals are exact
 *   ipsim_exp(x)               1 ulp          -708 <= x <= 709      overflow to inf, underflow gradually to 0
 *   ipsim_log1p(x)             1 ulp          -0.5 <= x < 1         -inf at -1, NaN below
 *   ipsim_expm1(x)             2 ulp          -60 <= x <= 709
 *   ipsim_pow_positive(x, a)   see there
 *
 * Methods. log: fdlibm (Sun Microsystems 1993): x = 2^k (1 + f), 1 + f between sqrt(1/2) and sqrt(2), s = f / (2 + f), and
 * log(1 + f) = 2 atanh(s) by an even polynomial; its seven coefficients are used here. "Developed at SunPro, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is
 * preserved." exp: x = k ln 2 + r, |r| <= ln(2) / 2, and exp(r) - 1 - r = r^2 q(r), q a minimax polynomial of degree 9 (Remez
 * exchange on the relative error of exp, which is 3.6e-18). */
#ifndef IPSIM_ELEMENTARY_H
#define IPSIM_ELEMENTARY_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#if defined(__FAST_MATH__)
#error "ipsim must not be compiled with -ffast-math: results would depend on the machine"
#endif

#define IPSIM_INFINITY (__builtin_inf())
#define IPSIM_NAN (__builtin_nan(""))

/* ln 2 in two parts; the first has 32 trailing zero bits, so that k times it is exact. */
#define IPSIM_LN2_HIGH 6.93147180369123816490e-01
#define IPSIM_LN2_LOW 1.90821492927058770002e-10
#define IPSIM_LOG2_E 1.44269504088896338700e+00
#define IPSIM_ROUNDER 0x1.8p52 /* adding it rounds a small double to an integer, which then stands in the low bits */

static inline uint64_t ipsim_double_to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double ipsim_double_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Splits a normal positive x into 2^k (1 + f). */
static inline double ipsim_log_split(double x, double *k)
{
    const uint64_t sqrt_half = UINT64_C(0x3fe6a09e00000000);
    uint64_t u = ipsim_double_to_bits(x) + (UINT64_C(0x3ff0000000000000) - sqrt_half);

    /* The biased exponent is put into the low bits of 2^52: a conversion that every vector unit has. */
    *k = ipsim_double_from_bits((u >> 52) | UINT64_C(0x4330000000000000)) - (0x1p52 + 1023.0);
    return ipsim_double_from_bits((u & UINT64_C(0x000fffffffffffff)) + sqrt_half) - 1.0;
}

/* k ln 2 + log(1 + f) + c, c a small correction. */
static inline double ipsim_log_join(double k, double f, double c)
{
    double s = f / (2.0 + f);
    double z = s * s;
    double w = z * z;
    double odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double even = z * (6.666666666666735130e-01 +
                       w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    double half_square = 0.5 * f * f;
    double small = s * (half_square + (odd + even)) + (k * IPSIM_LN2_LOW + c);

    return k * IPSIM_LN2_HIGH - ((half_square - small) - f);
}

static inline double ipsim_log_core(double x)
{
    double k;
    double f = ipsim_log_split(x, &k);
    return ipsim_log_join(k, f, 0.0);
}

static inline double ipsim_log(double x)
{
    int tiny = x < DBL_MIN;
    double k;
    double f = ipsim_log_split(tiny ? x * 0x1p54 : x, &k);
    double y = ipsim_log_join(tiny ? k - 54.0 : k, f, 0.0);

    y = x <= DBL_MAX ? y : x + IPSIM_INFINITY; /* inf and NaN stay what they are */
    y = x == 0.0 ? -IPSIM_INFINITY : y;
    return x < 0.0 ? IPSIM_NAN : y;
}

/* log(1 + x), accurate for small x. */
static inline double ipsim_log1p(double x)
{
    double u = 1.0 + x;
    double k;
    double f = ipsim_log_split(u, &k);
    double lost = x < 1.0 ? x - (u - 1.0) : 1.0 - (u - x); /* what rounding 1 + x dropped */
    double y = ipsim_log_join(k, k == 0.0 ? x : f, k == 0.0 ? 0.0 : lost / u);

    y = x <= DBL_MAX ? y : x + IPSIM_INFINITY;
    y = x == -1.0 ? -IPSIM_INFINITY : y;
    return x < -1.0 ? IPSIM_NAN : y;
}

/* y where it holds, else 0: a selection that no compiler turns into a branch. */
static inline double ipsim_double_if(int holds, double y)
{
    return ipsim_double_from_bits(ipsim_double_to_bits(y) & (UINT64_C(0) - (uint64_t)holds));
}

/* The same for -0.5 <= x < 1, x not 0. */
static inline double ipsim_log1p_core(double x)
{
    double u = 1.0 + x;
    double k;
    double f = ipsim_log_split(u, &k);
    double lost = (x - (u - 1.0)) / u;

    return ipsim_log_join(k, ipsim_double_if(k == 0.0, x) + ipsim_double_if(k != 0.0, f), ipsim_double_if(k != 0.0, lost));
}

/* exp(r) - 1 - r for |r| <= ln(2) / 2. The sum is arranged so that a scalar processor can work on several terms at once. */
static inline double ipsim_exp_tail(double r)
{
    double r2 = r * r;
    double r4 = r2 * r2;
    double q01 = 0x1.000000000000ap-1 + r * 0x1.55555555554fap-3;
    double q23 = 0x1.555555555088cp-5 + r * 0x1.1111111127b9fp-7;
    double q45 = 0x1.6c16c1842668ap-10 + r * 0x1.a01a012a6876cp-13;
    double q67 = 0x1.a0199a16ecd88p-16 + r * 0x1.71df253d5a5bdp-19;
    double q89 = 0x1.28ad689957556p-22 + r * 0x1.ad7f75672efa3p-26;

    return r2 * ((q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * q89));
}

/* Splits x into k ln 2 + r + r_low. The result carries k in its low bits, offset by those of the rounder. */
static inline double ipsim_exp_split(double x, double *r, double *r_low)
{
    double shifted = x * IPSIM_LOG2_E + IPSIM_ROUNDER;
    double k = shifted - IPSIM_ROUNDER;
    double high = x - k * IPSIM_LN2_HIGH;
    double low = k * IPSIM_LN2_LOW;

    *r = high - low;
    *r_low = (high - *r) - low;
    return shifted;
}

static inline double ipsim_exp_core(double x)
{
    double r, r_low;
    uint64_t k = ipsim_double_to_bits(ipsim_exp_split(x, &r, &r_low));
    return (1.0 + (r + (ipsim_exp_tail(r) + r_low))) * ipsim_double_from_bits((k + 1023) << 52);
}

static inline double ipsim_exp(double x)
{
    double bounded = x < -746.0 ? -746.0 : x > 710.0 ? 710.0 : x;
    double r, r_low;
    uint64_t k = ipsim_double_to_bits(ipsim_exp_split(bounded, &r, &r_low)) - ipsim_double_to_bits(IPSIM_ROUNDER) + 4096;
    uint64_t half = k >> 1; /* two factors, because 2^k alone may not be a normal number */
    double first = ipsim_double_from_bits((half - 2048 + 1023) << 52);
    double second = ipsim_double_from_bits((k - half - 2048 + 1023) << 52);
    double y = (1.0 + (r + (ipsim_exp_tail(r) + r_low))) * first * second;

    return x == x ? y : x;
}

/* exp(x) - 1, accurate for small x. */
static inline double ipsim_expm1(double x)
{
    double bounded = x < -60.0 ? -60.0 : x > 710.0 ? 710.0 : x;
    double r, r_low;
    uint64_t k = ipsim_double_to_bits(ipsim_exp_split(bounded, &r, &r_low));
    double half_power = ipsim_double_from_bits((k + 1022) << 52); /* half, because 2^1024 is not a double */
    double y = 2.0 * (half_power * (r + (ipsim_exp_tail(r) + r_low)) + (half_power - 0.5));

    return x == x ? y : x;
}

static inline double ipsim_expm1_core(double x)
{
    double r, r_low;
    uint64_t k = ipsim_double_to_bits(ipsim_exp_split(x, &r, &r_low));
    double half_power = ipsim_double_from_bits((k + 1022) << 52);
    return 2.0 * (half_power * (r + (ipsim_exp_tail(r) + r_low)) + (half_power - 0.5));
}

/* x^a = exp(a log x) for x >= 0. The relative error is about |a log x| times 2e-16. x^0 is 1, 0 included. */
static inline double ipsim_pow_positive(double x, double a)
{
    double y = ipsim_exp(a * ipsim_log(x));
    return a == 0.0 ? 1.0 : y;
}

#endif
