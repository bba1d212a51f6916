/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/plain_text: see include/ipsim/plain_text.h. */
#include "ipsim/plain_text.h"

#include <string.h>

size_t ipsim_utf8_length(const char *text, size_t left)
{
    const unsigned char *b = (const unsigned char *)text;
    if (left == 0 || b[0] < 0x80) {
        return left > 0 && b[0] != 0;
    }
    size_t length = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    if (b[0] < 0xC2 || b[0] > 0xF4 || left < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((b[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (b[0] == 0xE0 && b[1] < 0xA0) || (b[0] == 0xF0 && b[1] < 0x90);
    bool beyond = (b[0] == 0xED && b[1] > 0x9F) || (b[0] == 0xF4 && b[1] > 0x8F);
    return overlong || beyond ? 0 : length;
}

size_t ipsim_ascii_length(const char *text, size_t left)
{
    size_t length = 0;
    while (length < left && text[length] >= 0x20 && text[length] < 0x7F) {
        length++;
    }
    return length;
}

bool ipsim_is_utf8(const char *text)
{
    size_t left = strlen(text), length = ipsim_ascii_length(text, left);
    for (text += length, left -= length; left > 0; left -= length, text += length) {
        length = ipsim_utf8_length(text, left);
        if (length == 0) {
            return false;
        }
    }
    return true;
}

static unsigned code_of(const char *text, size_t length)
{
    const unsigned char *b = (const unsigned char *)text;
    return length == 1   ? b[0]
           : length == 2 ? (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu)
           : length == 3 ? (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu)
                         : 0;
}

unsigned ipsim_control_character(const char *text, size_t length, size_t left)
{
    unsigned code = code_of(text, length);
    if (length == 1) {
        bool line_end = code == '\n' || (code == '\r' && left > 1 && text[1] == '\n');
        return (code < 0x20 && code != '\t' && !line_end) || code == 0x7F ? code : 0;
    }
    bool refused = (code >= 0x80 && code <= 0x9F) || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return refused ? code : 0;
}

/* Marks of direction belong to languages that need them, so input may have them; and U+FFFE and U+FFFF are no characters in XML. */
static bool is_mark(unsigned code)
{
    return code == 0x200E || code == 0x200F || code == 0x061C || code == 0xFFFE || code == 0xFFFF;
}

size_t ipsim_plain_text_room(const char *text, const char *instead)
{
    size_t longest = strlen(instead);
    return strlen(text) * (longest > 1 ? longest : 1) + 1;
}

size_t ipsim_plain_text(const char *text, const char *instead, bool keep_lines, char *buffer, size_t size)
{
    size_t used = 0;
    for (size_t left = strlen(text), step; left > 0; left -= step, text += step) {
        size_t room = size > used ? size - used - 1 : 0;
        step = ipsim_ascii_length(text, left < room ? left : room);
        if (step > 0) {
            memcpy(buffer + used, text, step);
            used += step;
            continue;
        }
        size_t length = ipsim_utf8_length(text, left), bytes = length;
        const char *put = text;
        step = length > 0 ? length : 1;
        if (text[0] == '\t' || text[0] == '\n' || (text[0] == '\r' && left > 1 && text[1] == '\n')) {
            step = text[0] == '\r' ? 2 : 1;
            put = keep_lines && text[0] != '\t' ? "\n" : " ";
            bytes = 1;
        } else if (length == 0 || ipsim_control_character(text, length, left) != 0 || is_mark(code_of(text, length))) {
            put = instead;
            bytes = strlen(instead);
        }
        if (used + bytes + 1 > size) {
            break;
        }
        memcpy(buffer + used, put, bytes);
        used += bytes;
    }
    if (size > 0) {
        buffer[used] = '\0';
    }
    return used;
}

bool ipsim_looks_like_formula(const char *text)
{
    text += strspn(text, "'");
    text += strspn(text, " ");
    return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}
