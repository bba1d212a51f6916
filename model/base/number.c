/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/number: see include/ipsim/number.h. The program never calls setlocale, but a library it links might. */
#include "ipsim/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"

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

/* By the C library: any double. */
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

static int format_by_library(double value, char buffer[IPSIM_REAL_TEXT_SIZE])
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

/* As "%.*g" would. */
static void print_digits(const ipsim_digits *digits, char *to)
{
    char text[20] = "";
    int n = digits->n, exponent = digits->exponent;
    uint64_t number = digits->number;
    for (int i = n; i-- > 0; number /= 10) {
        text[i] = (char)('0' + number % 10);
    }
    while (n > 1 && text[n - 1] == '0') {
        n--;
    }
    bool scientific = exponent < -4 || exponent >= digits->n;
    int before_point = scientific ? 1 : exponent + 1;
    if (before_point <= 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = before_point; i < 0; i++) {
            *to++ = '0';
        }
    }
    for (int i = 0; i < n || i < before_point; i++) {
        if (i == before_point && i > 0) {
            *to++ = '.';
        }
        *to++ = i < n ? text[i] : '0';
    }
    if (scientific) {
        int size = exponent < 0 ? -exponent : exponent;
        *to++ = 'e';
        *to++ = exponent < 0 ? '-' : '+';
        *to++ = (char)('0' + size / 10);
        *to++ = (char)('0' + size % 10);
    }
    *to = '\0';
}

static int format_plain(double value, char buffer[IPSIM_REAL_TEXT_SIZE])
{
    ipsim_digits digits;
    if (value == 0) {
        strcpy(buffer, signbit(value) ? "-0" : "0");
        return 15;
    }
    if (!ipsim_digits_of(fabs(value), &digits)) {
        return format_by_library(value, buffer);
    }
    buffer[0] = '-';
    print_digits(&digits, buffer + (value < 0));
    return digits.n;
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
