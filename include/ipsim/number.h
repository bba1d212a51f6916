/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/number: numbers as text, the same in every locale. Both may be called from several threads at once. */
#ifndef IPSIM_NUMBER_H
#define IPSIM_NUMBER_H

#include <stdbool.h>

enum { IPSIM_REAL_TEXT_SIZE = 32 };

/* The whole text as a finite double: decimal digits with an optional sign, "." and exponent; surrounding blanks are allowed.
 * False (and *value untouched) for anything else: "1,5", "0x10", "inf", "nan", "" and numbers beyond the largest double. */
bool ipsim_parse_real(const char *text, double *value);

/* The fewest of 15, 16 or 17 significant digits that read back to the same double; "NaN", "Inf" and "-Inf". Returns buffer. */
const char *ipsim_format_real(double value, char buffer[IPSIM_REAL_TEXT_SIZE]);

/* How many significant digits that takes: 15, 16 or 17. */
int ipsim_real_digits(double value);

#endif
