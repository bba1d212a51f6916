/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/plain_text: what a byte string holds besides letters: bytes that are no UTF-8, and characters that do things to a screen. */
#ifndef IPSIM_PLAIN_TEXT_H
#define IPSIM_PLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the well-formed UTF-8 character at text (RFC 3629: no overlong forms, no surrogates); 0 for none, or for a zero byte, which
 * text does not contain. */
size_t ipsim_utf8_length(const char *text, size_t left);
bool ipsim_is_utf8(const char *text);

/* How many bytes of text are letters, digits, blanks and signs of ASCII, which need no second look, before the first that is anything else.
 * Most text is nothing else. */
size_t ipsim_ascii_length(const char *text, size_t left);

/* The code of a character that no text needs and that does things to a terminal: control characters but tab and line ends (LF, CR LF), and
 * those that turn the direction of writing. 0 for all others. length: of the character at text, as above. */
unsigned ipsim_control_character(const char *text, size_t length, size_t left);

/* Copies text into buffer (size bytes, always terminated), with `instead` for every byte that is no UTF-8 and every control character,
 * marks of direction included. Tabs become blanks, and so do line ends, unless keep_lines keeps them, as LF. What does not fit is cut
 * between characters. Returns the bytes written, without the end. A buffer of ipsim_plain_text_room() bytes holds everything. */
size_t ipsim_plain_text(const char *text, const char *instead, bool keep_lines, char *buffer, size_t size);
size_t ipsim_plain_text_room(const char *text, const char *instead);

/* Whether a spreadsheet that opens a CSV file might run the text as a formula: after apostrophes and blanks, if any, it begins with
 * = + - @ a tab or a line end. Such a text is written with one more apostrophe before it, and our reader takes one away again. */
bool ipsim_looks_like_formula(const char *text);

#endif
