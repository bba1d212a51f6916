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

/* The n last digits of number. */
static void put_digits(uint64_t number, char *to, int n)
{
    static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
                                "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    for (; n >= 2; number /= 100) {
        n -= 2;
        memcpy(to + n, pairs + 2 * (number % 100), 2);
    }
    if (n == 1) {
        to[0] = (char)('0' + number % 10);
    }
}

/* As "%.*g" would. */
static void print_digits(const ipsim_digits *digits, char *to)
{
    char text[20];
    int n = digits->n, exponent = digits->exponent;
    put_digits(digits->number, text, n);
    while (n > 1 && text[n - 1] == '0') {
        n--;
    }
    bool scientific = exponent < -4 || exponent >= digits->n;
    int before_point = scientific ? 1 : exponent + 1, before = before_point < n ? before_point : n;
    if (before_point <= 0) {
        memcpy(to, "0.000000", 8); /* no more than 4 of these noughts */
        to += 2 - before_point;
        before = 0;
    } else {
        memcpy(to, text, (size_t)before);
        memset(to + before, '0', (size_t)(before_point - before));
        to += before_point;
        if (before < n) {
            *to++ = '.';
        }
    }
    memcpy(to, text + before, (size_t)(n - before));
    to += n - before;
    if (scientific) {
        int size = exponent < 0 ? -exponent : exponent;
        *to++ = 'e';
        *to++ = exponent < 0 ? '-' : '+';
        *to++ = (char)('0' + size / 10);
        *to++ = (char)('0' + size % 10);
    }
    *to = '\0';
}

/* Numbers of years, of people and of nothing at all. */
static bool format_small(double value, char *buffer)
{
    if (!(value >= 0 && value < 100) || value != (double)(int)value || signbit(value)) {
        return false;
    }
    size_t tens = value >= 10;
    put_digits((uint64_t)value, buffer, 1 + (int)tens);
    buffer[1 + tens] = '\0';
    return true;
}

static int format_plain(double value, char buffer[IPSIM_REAL_TEXT_SIZE])
{
    ipsim_digits digits;
    if (format_small(value, buffer)) {
        return 15;
    }
    if (value == 0) {
        strcpy(buffer, "-0");
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
