/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/format: see include/ipsim/format.h. */
#include "ipsim/format.h"
#include "ipsim/plain_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts a space before every third digit of the integer part, counted from the decimal point. text: digits, then perhaps "." and more. */
static void group_digits(const char *text, char *buffer, size_t size)
{
    size_t integer = strspn(text, "0123456789");
    size_t used = 0;
    for (size_t i = 0; text[i] != '\0' && used + 2 < size; i++) {
        if (i > 0 && i < integer && (integer - i) % 3 == 0) {
            buffer[used++] = ' ';
        }
        buffer[used++] = text[i];
    }
    buffer[used] = '\0';
}

char *ipsim_format_count(int64_t value, char *buffer, size_t size)
{
    char digits[32], grouped[48];
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    snprintf(digits, sizeof digits, "%" PRIu64, magnitude);
    group_digits(digits, grouped, sizeof grouped);
    snprintf(buffer, size, "%s%s", value < 0 ? "-" : "", grouped);
    return buffer;
}

/* The decimal exponent of a positive number after rounding to that many significant digits: 9.96 with 2 digits is 10, so 1. */
static int exponent_of(double value, int digits)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    const char *mark = strchr(text, 'e');
    return mark != NULL ? (int)strtol(mark + 1, NULL, 10) : 0;
}

/* |value| with that many decimals; a negative number of decimals rounds to tens, hundreds and so on. */
static void fixed_point(double value, int decimals, char *buffer, size_t size)
{
    char digits[400];
    double magnitude = fabs(value);
    if (decimals < 0) {
        double unit = 1.0;
        for (int i = 0; i > decimals; i--) {
            unit *= 10.0;
        }
        magnitude = nearbyint(magnitude / unit) * unit;
        decimals = 0;
    }
    snprintf(digits, sizeof digits, "%.*f", decimals, magnitude);
    group_digits(digits, buffer, size);
}

/* What prints as 0.00 has no sign. */
static const char *sign_of(double value, const char *digits, bool with_sign)
{
    if (strpbrk(digits, "123456789") == NULL) {
        return "";
    }
    return value < 0.0 ? "-" : with_sign ? "+" : "";
}

char *ipsim_format_number(double value, int digits, char *buffer, size_t size)
{
    if (!isfinite(value)) {
        snprintf(buffer, size, "n/a");
        return buffer;
    }
    int decimals = value != 0.0 ? digits - 1 - exponent_of(fabs(value), digits) : 0;
    char text[448];
    fixed_point(value, decimals > 0 ? decimals : 0, text, sizeof text);
    if (strchr(text, '.') != NULL) {
        size_t end = strlen(text);
        while (text[end - 1] == '0') {
            end--;
        }
        end -= text[end - 1] == '.' ? 1 : 0;
        text[end] = '\0';
    }
    snprintf(buffer, size, "%s%s", sign_of(value, text, false), text);
    return buffer;
}

char *ipsim_format_estimate(double value, double mcse, bool with_sign, char *buffer, size_t size)
{
    if (!isfinite(value)) {
        snprintf(buffer, size, "n/a");
        return buffer;
    }
    if (!(isfinite(mcse) && mcse > 0.0)) {
        char text[IPSIM_FORMAT_SIZE];
        ipsim_format_number(value, 4, text, sizeof text);
        snprintf(buffer, size, "%s%s", with_sign && value > 0.0 ? "+" : "", text);
        return buffer;
    }
    char leading[64];
    snprintf(leading, sizeof leading, "%.1e", mcse);
    int digits = leading[0] == '1' ? 2 : 1;
    int decimals = digits - 1 - exponent_of(mcse, digits);
    decimals = decimals > 12 ? 12 : decimals;
    char value_text[448], error_text[448];
    fixed_point(value, decimals, value_text, sizeof value_text);
    fixed_point(mcse, decimals, error_text, sizeof error_text);
    snprintf(buffer, size, "%s%s ± %s", sign_of(value, value_text, with_sign), value_text, error_text);
    return buffer;
}

char *ipsim_format_duration(double seconds, char *buffer, size_t size)
{
    if (!isfinite(seconds) || seconds < 0.0 || seconds > 3.6e9) {
        snprintf(buffer, size, "a long time");
        return buffer;
    }
    long whole = (long)ceil(seconds);
    if (whole < 100) {
        snprintf(buffer, size, "%ld s", whole);
    } else if (whole < 100 * 60) {
        snprintf(buffer, size, "%ld min", (whole + 59) / 60);
    } else {
        snprintf(buffer, size, "%ld h %ld min", whole / 3600, whole % 3600 / 60);
    }
    return buffer;
}

/* The code point at text, and the bytes it takes; a stray byte stands for itself. */
static unsigned code_point(const char *text, size_t *bytes)
{
    const unsigned char *b = (const unsigned char *)text;
    static const unsigned char masks[] = {0x7F, 0x7F, 0x1F, 0x0F, 0x07};
    *bytes = ipsim_utf8_length(text, strnlen(text, 4));
    *bytes = *bytes > 0 ? *bytes : 1;
    unsigned code = b[0] & (*bytes == 1 ? 0xFFu : masks[*bytes]);
    for (size_t i = 1; i < *bytes; i++) {
        code = code << 6 | (b[i] & 0x3Fu);
    }
    return code;
}

/* Unicode's own tables are long; these are the blocks whose letters are wide (East Asian Width W and F), and the accents that stand alone. */
static size_t columns_of(unsigned code)
{
    static const struct {
        unsigned first, last, columns;
    } blocks[] = {{0x0300, 0x036F, 0}, {0x1100, 0x115F, 2}, {0x200B, 0x200F, 0},   {0x20D0, 0x20FF, 0},  {0x2E80, 0x303E, 2},
                  {0x3041, 0xA4CF, 2}, {0xAC00, 0xD7A3, 2}, {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},  {0xFE30, 0xFE6F, 2},
                  {0xFF00, 0xFF60, 2}, {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2}};
    for (size_t i = 0; code >= 0x0300 && i < sizeof blocks / sizeof blocks[0]; i++) {
        if (code >= blocks[i].first && code <= blocks[i].last) {
            return blocks[i].columns;
        }
    }
    return 1;
}

size_t ipsim_format_width_of(const char *utf8, size_t bytes)
{
    size_t width = 0;
    for (size_t at = 0, step; at < bytes; at += step) {
        step = ipsim_ascii_length(utf8 + at, bytes - at);
        width += step > 0 ? step : columns_of(code_point(utf8 + at, &step));
    }
    return width;
}

size_t ipsim_format_width(const char *utf8)
{
    return ipsim_format_width_of(utf8, strlen(utf8));
}

size_t ipsim_format_fit(const char *utf8, size_t width)
{
    size_t fitting = 0;
    for (size_t bytes; utf8[fitting] != '\0'; fitting += bytes) {
        size_t columns = columns_of(code_point(utf8 + fitting, &bytes));
        if (columns > width) {
            break;
        }
        width -= columns;
    }
    return fitting;
}

/* Bytes of the next word. The blank of "20 000" and of "4 %" is part of the word. */
static size_t word_length(const char *text)
{
    size_t bytes = strcspn(text, " ");
    while (bytes > 0 && text[bytes] == ' ' && isdigit((unsigned char)text[bytes - 1]) &&
           (text[bytes + 1] == '%' || isdigit((unsigned char)text[bytes + 1]))) {
        bytes += 1 + strcspn(text + bytes + 1, " ");
    }
    return bytes;
}

void ipsim_format_paragraph(const char *text, size_t indent, size_t widest, FILE *page)
{
    size_t used = 0;
    while (*text != '\0') {
        text += strspn(text, " ");
        size_t bytes = word_length(text);
        size_t width = ipsim_format_width_of(text, bytes);
        if (used > 0 && used + 1 + width > widest) {
            fprintf(page, "\n%*s", (int)indent, "");
            used = indent;
        } else if (used > 0 && bytes > 0) {
            fputc(' ', page);
            used++;
        }
        fwrite(text, 1, bytes, page);
        used += width;
        text += bytes;
    }
    fputc('\n', page);
}
