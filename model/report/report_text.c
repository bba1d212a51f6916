/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report_text: texts of others on a page of ours. See report_parts.h. */
#include <string.h>

#include "ipsim/plain_text.h"
#include "report_parts.h"

/* U+200E, U+200F, U+061C, and those without width: U+200B to U+200D, U+2060, U+FEFF. A name must look like what it is. */
static bool is_invisible(const char *at, size_t length)
{
    static const char *const marks[] = {"\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\x8e",
                                        "\xe2\x80\x8f", "\xe2\x81\xa0", "\xd8\x9c",     "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (strlen(marks[i]) == length && memcmp(marks[i], at, length) == 0) {
            return true;
        }
    }
    return false;
}

/* The next character that may be shown: sets its length and moves *text to it; NULL at the end. */
static const char *next_plain(const char **text, size_t *length)
{
    size_t left = strlen(*text);
    while (left > 0) {
        const char *at = *text;
        *length = ipsim_utf8_length(at, left);
        size_t step = *length > 0 ? *length : 1;
        *text += step;
        if (*length > 0 && ipsim_control_character(at, *length, left) == 0 && !is_invisible(at, *length)) {
            return at;
        }
        left -= step;
    }
    return NULL;
}

/* U+2028 and U+2029 end a line of a script. */
static bool is_separator(const char *at, size_t length)
{
    return length == 3 && (memcmp(at, "\xe2\x80\xa8", 3) == 0 || memcmp(at, "\xe2\x80\xa9", 3) == 0);
}

void ipsim_report_put_json_text(const char *text, FILE *stream)
{
    size_t length;
    const char *at;
    putc('"', stream);
    while ((at = next_plain(&text, &length)) != NULL) {
        if (*at == '"' || *at == '\\') {
            fprintf(stream, "\\%c", *at);
        } else if (length == 1 && strchr("<>&\t\r\n", *at) != NULL) {
            fprintf(stream, "\\u%04x", (unsigned)*at);
        } else if (is_separator(at, length)) {
            fputs(at[2] == '\xa8' ? "\\u2028" : "\\u2029", stream);
        } else {
            fwrite(at, 1, length, stream);
        }
    }
    putc('"', stream);
}

void ipsim_report_put_html_text(const char *text, FILE *stream)
{
    size_t length;
    const char *at;
    while ((at = next_plain(&text, &length)) != NULL) {
        switch (*at) {
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
            fwrite(at, 1, length, stream);
        }
    }
}

const char *ipsim_report_message(const json_t *messages, const char *key)
{
    const char *text = json_string_value(json_object_get(messages, key));
    return text != NULL ? text : key;
}
