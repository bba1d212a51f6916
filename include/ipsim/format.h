/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/format: numbers and text as people read them. For screens and summary.txt only: data files carry every digit.
 *
 * Only integer arithmetic and printf decide digits, so the same numbers give the same text on every machine. All functions may be called
 * from any thread; each writes into the caller's buffer, always terminated, and returns it. */
#ifndef IPSIM_FORMAT_H
#define IPSIM_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { IPSIM_FORMAT_SIZE = 96 }; /* bytes that hold any number below */

/* 1234567 as "1 234 567". */
char *ipsim_format_count(int64_t value, char *buffer, size_t size);

/* A number in at most `digits` significant digits, integer part never shortened: 1234.5678 with 6 as "1 234.57"; "n/a" when not finite. */
char *ipsim_format_number(double value, int digits, char *buffer, size_t size);

/* "1 230 ± 40": the standard error to one digit (two when it begins with 1), the value to the same decimal. A standard error of 0 or
 * NaN: the value alone, four digits. with_sign puts + before a value above 0. "n/a" when value is not finite. */
char *ipsim_format_estimate(double value, double mcse, bool with_sign, char *buffer, size_t size);

/* Seconds as "12 s", "5 min", "3 h 20 min". */
char *ipsim_format_duration(double seconds, char *buffer, size_t size);

/* Columns that UTF-8 text takes on a screen: two for the wide letters of East Asia and most pictures, none for accents of their own. */
size_t ipsim_format_width(const char *utf8);
size_t ipsim_format_width_of(const char *utf8, size_t bytes); /* of its first bytes, which end with a whole character */

/* Bytes of the longest beginning of text that is at most `width` columns wide; never cuts a code point. */
size_t ipsim_format_fit(const char *utf8, size_t width);

/* A paragraph broken at blanks into lines of at most `widest` columns; lines after the first begin with `indent` blanks. "20 000" and "4 %" are
 * never broken. */
void ipsim_format_paragraph(const char *text, size_t indent, size_t widest, FILE *page);

#endif
