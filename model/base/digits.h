/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to base: the decimal digits of a double, by exact integer arithmetic. */
#ifndef IPSIM_DIGITS_H
#define IPSIM_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ipsim_digits {
    uint64_t number; /* all significant digits: value = number x 10^(exponent - n + 1), to n digits */
    int n;           /* 15, 16 or 17: the fewest that read back to the same double */
    int exponent;    /* of the first digit */
} ipsim_digits;

/* False where 128 bits are not enough to be exact: the C library must do it. value is positive and finite. */
bool ipsim_digits_of(double value, ipsim_digits *out);

#endif
