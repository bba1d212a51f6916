/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/number: see include/ipsim/number.h. The program never calls setlocale, but a library it links might. */
#include "ipsim/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

static const char *skip_digits(const char *text, bool *any)
{
    size_t n = strspn(text, "0123456789");
    *any = *any || n > 0;
    return text + n;
}

/* strtod also takes hexadecimal numbers, infinities and NaN, which nobody writes on purpose in a data file. */
static bool is_decimal_number(const char *text)
{
    bool mantissa = false;
    text = skip_blanks(text);
    text += *text == '+' || *text == '-';
    text = skip_digits(text, &mantissa);
    if (*text == '.') {
        text = skip_digits(text + 1, &mantissa);
    }
    if (!mantissa) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        bool exponent = false;
        text++;
        text += *text == '+' || *text == '-';
        text = skip_digits(text, &exponent);
        if (!exponent) {
            return false;
        }
    }
    return *skip_blanks(text) == '\0';
}

bool ipsim_parse_real(const char *text, double *value)
{
    if (!is_decimal_number(text)) {
        return false;
    }
    /* The C library keeps one "C" locale and hands it out, so this allocates nothing. */
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double parsed = plain != (locale_t)0 ? strtod_l(text, NULL, plain) : strtod(text, NULL);
    if (plain != (locale_t)0) {
        freelocale(plain);
    }
    if (!isfinite(parsed)) {
        return false;
    }
    *value = parsed;
    return true;
}

static int format_digits(double value, char buffer[IPSIM_REAL_TEXT_SIZE])
{
    int digits = 15;
    for (;; digits++) {
        snprintf(buffer, IPSIM_REAL_TEXT_SIZE, "%.*g", digits, value);
        /* Bits are compared, not values, so that the sign of zero counts. */
        double back = strtod(buffer, NULL);
        if (digits == 17 || memcmp(&back, &value, sizeof back) == 0) {
            return digits;
        }
    }
}

static int format_plain(double value, char buffer[IPSIM_REAL_TEXT_SIZE])
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = plain != (locale_t)0 ? uselocale(plain) : (locale_t)0;
    int digits = format_digits(value, buffer);
    if (plain != (locale_t)0) {
        uselocale(before);
        freelocale(plain);
    }
    return digits;
}

const char *ipsim_format_real(double value, char buffer[IPSIM_REAL_TEXT_SIZE])
{
    if (isnan(value)) {
        return strcpy(buffer, "NaN");
    }
    if (isinf(value)) {
        return strcpy(buffer, value > 0 ? "Inf" : "-Inf");
    }
    format_plain(value, buffer);
    return buffer;
}

int ipsim_real_digits(double value)
{
    char buffer[IPSIM_REAL_TEXT_SIZE];
    return isfinite(value) ? format_plain(value, buffer) : 15;
}
