/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report_text: texts of others on a page of ours. See report_parts.h. */
#include <stdint.h>
#include <string.h>

#include "report_parts.h"

/* One code point of UTF-8; moves *at. Bytes that are none are U+FFFD, one at a time. */
static uint32_t next_point(const unsigned char **at)
{
    const unsigned char *s = *at;
    size_t more = s[0] < 0x80 ? 0 : s[0] >= 0xf0 && s[0] < 0xf5 ? 3 : s[0] >= 0xe0 ? 2 : 1;
    if (more == 0 || s[0] < 0xc2 || s[0] >= 0xf5) {
        *at = s + 1;
        return s[0] < 0x80 ? s[0] : 0xfffd;
    }
    uint32_t point = s[0] & (0x3fU >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) { /* the terminating zero as well */
            *at = s + 1;
            return 0xfffd;
        }
        point = point << 6 | (s[i] & 0x3f);
    }
    bool overlong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
    *at = s + 1 + more;
    return overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0xfffd : point;
}

/* Marks, embeddings, overrides and isolates of direction, and characters without width: a name must look like what it is. */
static bool is_invisible(uint32_t point)
{
    return (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) ||
           point == 0x061c || point == 0xfeff;
}

static void put_point(uint32_t point, FILE *stream)
{
    if (point < 0x80) {
        putc((int)point, stream);
    } else if (point < 0x800) {
        putc((int)(0xc0 | point >> 6), stream);
        putc((int)(0x80 | (point & 0x3f)), stream);
    } else if (point < 0x10000) {
        putc((int)(0xe0 | point >> 12), stream);
        putc((int)(0x80 | (point >> 6 & 0x3f)), stream);
        putc((int)(0x80 | (point & 0x3f)), stream);
    } else {
        putc((int)(0xf0 | point >> 18), stream);
        putc((int)(0x80 | (point >> 12 & 0x3f)), stream);
        putc((int)(0x80 | (point >> 6 & 0x3f)), stream);
        putc((int)(0x80 | (point & 0x3f)), stream);
    }
}

void ipsim_report_put_json_text(const char *text, FILE *stream)
{
    putc('"', stream);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        uint32_t point = next_point(&at);
        if (is_invisible(point)) {
            continue;
        }
        if (point == '"' || point == '\\') {
            putc('\\', stream);
            putc((int)point, stream);
        } else if (point == '\n') {
            fputs("\\n", stream);
        } else if (point < 0x20 || (point >= 0x7f && point < 0xa0)) {
            putc(' ', stream);
        } else if (point == '<' || point == '>' || point == '&' || point == 0x2028 || point == 0x2029) {
            fprintf(stream, "\\u%04x", (unsigned)point);
        } else {
            put_point(point, stream);
        }
    }
    putc('"', stream);
}

void ipsim_report_put_html_text(const char *text, FILE *stream)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        uint32_t point = next_point(&at);
        switch (point) {
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '&':
            fputs("&amp;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        case '\'':
            fputs("&#39;", stream);
            break;
        default:
            if (!is_invisible(point)) {
                put_point(point < 0x20 || (point >= 0x7f && point < 0xa0) ? ' ' : point, stream);
            }
        }
    }
}

const char *ipsim_report_message(const json_t *messages, const char *key)
{
    const char *text = json_string_value(json_object_get(messages, key));
    return text != NULL ? text : key;
}
