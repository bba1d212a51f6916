/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/digits: see digits.h.
 *
 * A double is m 2^e with a whole m of 53 bits. With k = 16 - d, where d is the exponent of its first decimal digit,
 *
 *     value 10^k = m 5^k 2^(e + k) = scaled / 2^s,    scaled = m 5^k,    s = -(e + k)
 *
 * has 17 digits before the point. From 1e-10 to 1e15 both factors and their product fit into 128 bits, so that the 17 digits and what is
 * left over are exact, and so is the question whether fewer digits read back to the same double: they do when they are less than half a
 * unit in the last place away, which is 5^k / 2 in units of scaled. (5^k is odd, so that a tie cannot be.) printf and strtod, which
 * can do all doubles, take about ten times as long; numbers are most of what a result consists of. */
#include "digits.h"

#include <string.h>

enum { MOST = 17, FEWEST = 15, MANTISSA_BITS = 52, EXPONENT_BIAS = 1075 };

typedef unsigned __int128 wide;

static const uint64_t powers_of_5[] = {
    UINT64_C(1),
    UINT64_C(5),
    UINT64_C(25),
    UINT64_C(125),
    UINT64_C(625),
    UINT64_C(3125),
    UINT64_C(15625),
    UINT64_C(78125),
    UINT64_C(390625),
    UINT64_C(1953125),
    UINT64_C(9765625),
    UINT64_C(48828125),
    UINT64_C(244140625),
    UINT64_C(1220703125),
    UINT64_C(6103515625),
    UINT64_C(30517578125),
    UINT64_C(152587890625),
    UINT64_C(762939453125),
    UINT64_C(3814697265625),
    UINT64_C(19073486328125),
    UINT64_C(95367431640625),
    UINT64_C(476837158203125),
    UINT64_C(2384185791015625),
    UINT64_C(11920928955078125),
    UINT64_C(59604644775390625),
    UINT64_C(298023223876953125),
    UINT64_C(1490116119384765625),
};
static const uint64_t ten_to_16 = UINT64_C(10000000000000000);

/* floor(x 10^k) and whether something is left over, for x = m 2^e. False: too large or too small. */
typedef struct scaling {
    uint64_t power; /* 5^k */
    wide scaled;
    int shift; /* s */
    uint64_t whole;
} scaling;

static bool scale(uint64_t m, int e, int exponent, scaling *out)
{
    int k = MOST - 1 - exponent, shift = -(e + k);
    if (k < 0 || k >= (int)(sizeof powers_of_5 / sizeof *powers_of_5) || shift < 1 || shift > 64) {
        return false;
    }
    out->power = powers_of_5[k];
    out->scaled = (wide)m * out->power;
    out->shift = shift;
    out->whole = (uint64_t)(out->scaled >> shift);
    return true;
}

/* Whether whole, a multiple of a power of ten near scaled / 2^shift, reads back to the same double. */
static bool reads_back(uint64_t m, const scaling *x, uint64_t whole)
{
    wide there = (wide)whole << x->shift;
    if (there >= x->scaled) {
        return 2 * (there - x->scaled) < x->power;
    }
    /* Below a power of two doubles are twice as close. */
    bool close_below = m == UINT64_C(1) << MANTISSA_BITS;
    return (close_below ? 4 : 2) * (x->scaled - there) < x->power;
}

/* To the nearest multiple of ten_to_drop; half-way cases to the even one, as printf does. */
static uint64_t rounded(const scaling *x, uint64_t ten_to_drop)
{
    uint64_t number = x->whole / ten_to_drop, dropped = x->whole % ten_to_drop;
    wide rest = x->scaled - ((wide)x->whole << x->shift);
    /* 2 (dropped + rest / 2^shift) against ten_to_drop */
    wide twice = ((wide)dropped << (x->shift + 1)) + 2 * rest, half_way = (wide)ten_to_drop << x->shift;
    return number + (twice > half_way || (twice == half_way && number % 2 == 1));
}

bool ipsim_digits_of(double value, ipsim_digits *out)
{
    uint64_t bits;
    if (!(value >= 1e-10 && value < 1e15)) {
        return false;
    }
    memcpy(&bits, &value, sizeof bits);
    uint64_t m = (bits & ((UINT64_C(1) << MANTISSA_BITS) - 1)) | UINT64_C(1) << MANTISSA_BITS;
    int e = (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;
    /* 1233 / 4096 is a little more than log10(2), so that this is right or one too small. */
    int exponent = (e + MANTISSA_BITS) * 1233 >> 12;
    scaling x;
    if (!scale(m, e, exponent, &x)) {
        return false;
    }
    if (x.whole >= 10 * ten_to_16 && !scale(m, e, ++exponent, &x)) {
        return false;
    }
    if (x.whole < ten_to_16 && !scale(m, e, --exponent, &x)) {
        return false;
    }
    uint64_t ten_to_drop = 100;
    for (out->n = FEWEST;; out->n++, ten_to_drop /= 10) {
        out->number = rounded(&x, ten_to_drop);
        if (out->n == MOST || reads_back(m, &x, out->number * ten_to_drop)) {
            break;
        }
    }
    out->exponent = exponent;
    if (out->number * ten_to_drop == 10 * ten_to_16) {
        out->number /= 10; /* 9.99... was rounded to 10 */
        out->exponent++;
    }
    return true;
}
