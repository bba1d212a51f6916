/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/text: reads a scenario file, expands its @include lines and checks it before libconfig sees it.
 *
 * Why not leave this to libconfig 1.5:
 *   - its includes are relative to one folder, and kill the program when they name a folder;
 *   - its arrays must be of one type, so that [0, 0.5] is an error: we hand it lists instead, writing "(" for "[";
 *   - whole numbers beyond 32 bits without an L wrap around in silence, as do those beyond 64: we add the L, and refuse the latter;
 *   - it reports a duplicate key without its name, and a bracket or quote never closed far from where it was opened;
 *   - its recursive parser has no limit of depth.
 * Each line of the expanded text remembers its file and line. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/plain_text.h"
#include "node.h"

enum { DEPTH_MAX = 32, INCLUDE_DEPTH_MAX = 10, NAMES_MAX = 10000 };

/* A setting's name, remembered until its group closes. */
typedef struct seen_name {
    const char *name;
    size_t length;
    int line;
    struct seen_name *next;
} seen_name;

typedef struct bracket {
    char opener;
    int line;
    seen_name *names;
    size_t n_names; /* or values of a list */
} bracket;

typedef struct scanner {
    ipsim_loader *loader;
    ipsim_source_text *out;
    bool ok;
    int include_depth;
    /* the file being read */
    const char *path;
    const char *text;
    size_t size, at;
    int line;
    bracket brackets[DEPTH_MAX + 1]; /* brackets[0] is the file itself */
    size_t depth;
} scanner;

/* Without the lines in it, which the caller counts. */
static bool append_bytes(scanner *s, const char *bytes, size_t count)
{
    ipsim_source_text *out = s->out;
    if (out->size + count + 1 > out->capacity) {
        size_t capacity = 2 * (out->size + count) + 4096;
        char *grown = realloc(out->text, capacity);
        if (grown == NULL) {
            s->loader->out_of_memory = true;
            return false;
        }
        out->text = grown;
        out->capacity = capacity;
    }
    memcpy(out->text + out->size, bytes, count);
    out->size += count;
    out->text[out->size] = '\0';
    return true;
}

static bool append_line_end(scanner *s)
{
    s->out->line++;
    return append_bytes(s, "\n", 1);
}

static bool begin_span(scanner *s, const char *file, int file_line)
{
    ipsim_source_text *out = s->out;
    if (out->n_spans == out->span_capacity) {
        size_t capacity = 2 * out->span_capacity + 8;
        ipsim_source_span *grown = realloc(out->spans, capacity * sizeof *grown);
        if (grown == NULL) {
            s->loader->out_of_memory = true;
            return false;
        }
        out->spans = grown;
        out->span_capacity = capacity;
    }
    out->spans[out->n_spans++] = (ipsim_source_span){out->line, file, file_line};
    return true;
}

ipsim_origin ipsim_source_text_origin(const ipsim_source_text *text, int line)
{
    ipsim_origin origin = {NULL, line, NULL};
    for (size_t i = 0; i < text->n_spans && text->spans[i].first_line <= line; i++) {
        origin.file = text->spans[i].file;
        origin.line = text->spans[i].file_line + (line - text->spans[i].first_line);
    }
    return origin;
}

void ipsim_source_text_clear(ipsim_source_text *text)
{
    free(text->text);
    free(text->spans);
    *text = (ipsim_source_text){0};
}

static void complain(scanner *s, ipsim_status status, int line, const char *key, const char *message)
{
    ipsim_error_add(s->loader->errors, status, (ipsim_origin){s->path, line, key}, "%s", message);
    s->ok = false;
}

unsigned ipsim_text_control_character(const char *text)
{
    size_t left = strlen(text), length = ipsim_ascii_length(text, left);
    for (text += length, left -= length; left > 0; left -= length, text += length) {
        length = ipsim_utf8_length(text, left);
        unsigned found = length == 0 ? 0 : ipsim_control_character(text, length, left);
        if (length == 0 || found != 0) {
            return found;
        }
    }
    return 0;
}

static bool check_encoding(scanner *s)
{
    int line = 1;
    for (size_t i = ipsim_ascii_length(s->text, s->size); i < s->size; i += ipsim_ascii_length(s->text + i, s->size - i)) {
        size_t length = ipsim_utf8_length(s->text + i, s->size - i);
        if (length == 0) {
            complain(s, IPSIM_ERR_SYNTAX, line, NULL, "a byte here is not UTF-8 text; save the file as UTF-8");
            return false;
        }
        unsigned control = ipsim_control_character(s->text + i, length, s->size - i);
        if (control != 0) {
            char message[160];
            snprintf(message, sizeof message,
                     "there is an invisible control character here (U+%04X), which could garble what is printed; remove it", control);
            complain(s, IPSIM_ERR_SYNTAX, line, NULL, message);
            return false;
        }
        line += s->text[i] == '\n';
        i += length;
    }
    return true;
}

static bool is_name_start(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '*';
}

static bool is_name_part(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static char peek(const scanner *s, size_t ahead)
{
    return s->at + ahead < s->size ? s->text[s->at + ahead] : '\0';
}

/* Copies count characters to the output and moves past them. */
static bool take(scanner *s, size_t count)
{
    const char *at = s->text + s->at, *end = at + count;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        s->line++;
        s->out->line++;
    }
    bool ok = append_bytes(s, s->text + s->at, count);
    s->at += count;
    return ok;
}

static void open_bracket(scanner *s, char opener)
{
    if (s->depth == DEPTH_MAX) {
        complain(s, IPSIM_ERR_SYNTAX, s->line, NULL, "groups and lists are nested more than 32 deep");
        s->at = s->size; /* nothing after this can be trusted */
        return;
    }
    s->brackets[++s->depth] = (bracket){opener, s->line, NULL, 0};
}

static void close_bracket(scanner *s, char closer)
{
    char opener = closer == '}' ? '{' : closer == ']' ? '[' : '(';
    char message[160];
    if (s->depth == 0) {
        snprintf(message, sizeof message, "\"%c\" closes nothing", closer);
    } else if (s->brackets[s->depth].opener != opener) {
        snprintf(message, sizeof message, "\"%c\" does not close the \"%c\" opened on line %d", closer, s->brackets[s->depth].opener,
                 s->brackets[s->depth].line);
    } else {
        s->depth--;
        return;
    }
    complain(s, IPSIM_ERR_SYNTAX, s->line, NULL, message);
    s->at = s->size;
}

/* A name followed by "=" or ":" is a setting: refuse it when its group has one already. */
static bool scan_name(scanner *s)
{
    size_t length = 1;
    while (is_name_part(peek(s, length))) {
        length++;
    }
    size_t after = length;
    while (peek(s, after) == ' ' || peek(s, after) == '\t') {
        after++;
    }
    bracket *group = &s->brackets[s->depth];
    if ((peek(s, after) == '=' || peek(s, after) == ':') && (group->opener == '{' || s->depth == 0)) {
        const char *name = s->text + s->at;
        if (++group->n_names > NAMES_MAX) {
            complain(s, IPSIM_ERR_LIMIT, s->line, NULL, "a group may hold at most 10000 keys");
            s->at = s->size;
            return true;
        }
        for (const seen_name *seen = group->names; seen != NULL; seen = seen->next) {
            if (seen->length == length && memcmp(seen->name, name, length) == 0) {
                char message[160];
                snprintf(message, sizeof message, "\"%.*s\" is given twice in the same group (first on line %d)",
                         (int)(length < 64 ? length : 64), name, seen->line);
                complain(s, IPSIM_ERR_DUPLICATE, s->line, NULL, message);
            }
        }
        seen_name *seen = ipsim_loader_alloc(s->loader, 1, sizeof *seen);
        if (seen == NULL) {
            return false;
        }
        *seen = (seen_name){name, length, s->line, group->names};
        group->names = seen;
    }
    return take(s, length);
}

static bool scan_number(scanner *s)
{
    size_t length = 1;
    bool hexadecimal = s->text[s->at] == '0' && (peek(s, 1) == 'x' || peek(s, 1) == 'X');
    bool whole = !hexadecimal;
    for (;; length++) {
        char c = peek(s, length);
        char before = peek(s, length - 1);
        bool signed_exponent = !hexadecimal && (c == '+' || c == '-') && (before == 'e' || before == 'E');
        if (!(is_name_part(c) && c != '-') && c != '.' && !signed_exponent) {
            break;
        }
        whole = whole && ((c >= '0' && c <= '9') || c == 'L');
    }
    char digits[64];
    bool long_form = false;
    if (whole || hexadecimal) {
        snprintf(digits, sizeof digits, "%.*s", (int)(length < 40 ? length : 40), s->text + s->at);
        errno = 0;
        long long value = strtoll(digits, NULL, hexadecimal ? 16 : 10);
        long_form = value > INT_MAX && strchr(digits, 'L') == NULL;
        if (errno == ERANGE) {
            char message[160];
            snprintf(message, sizeof message, "%s does not fit in 64 bits; write a decimal point or an exponent if a real number is meant",
                     digits);
            complain(s, IPSIM_ERR_RANGE, s->line, NULL, message);
        }
    }
    return take(s, length) && (!long_form || append_bytes(s, "L", 1));
}

static bool scan_string(scanner *s)
{
    int first = s->line;
    const char *text = s->text + s->at;
    size_t left = s->size - s->at, length = 1;
    while (length < left && text[length] != '"') {
        length += text[length] == '\\' ? 2 : 1;
    }
    if (length >= left) {
        char message[200] = "the text that begins here is never closed with a quote";
        if (s->out->long_text_end == s->out->line) {
            snprintf(message, sizeof message, "the text that begins here is never closed; is the closing quote of line %d missing?",
                     s->out->long_text_line);
        }
        complain(s, IPSIM_ERR_SYNTAX, first, NULL, message);
        s->at = s->size;
        return true;
    }
    bool ok = take(s, length + 1);
    if (s->line > first) { /* allowed, but more often a forgotten quote: remembered for messages */
        s->out->long_text_line = first;
        s->out->long_text_end = s->out->line;
    }
    return ok;
}

static bool scan_comment(scanner *s)
{
    size_t length = 0;
    if (peek(s, 0) == '/' && peek(s, 1) == '*') {
        for (length = 2; !(peek(s, length) == '*' && peek(s, length + 1) == '/'); length++) {
            if (s->at + length >= s->size) {
                complain(s, IPSIM_ERR_SYNTAX, s->line, NULL, "the comment that begins here is never closed with */");
                s->at = s->size;
                return true;
            }
        }
        return take(s, length + 2);
    }
    while (s->at + length < s->size && peek(s, length) != '\n') {
        length++;
    }
    return take(s, length);
}

static bool scan_file(scanner *s, const char *path, ipsim_origin asked_from);

/* `@include "path"`, alone on its line: the file's text stands in its place. */
static bool scan_include(scanner *s)
{
    int line = s->line;
    size_t at = s->at + strlen("@include");
    while (at < s->size && (s->text[at] == ' ' || s->text[at] == '\t')) {
        at++;
    }
    size_t end = at + 1;
    while (end < s->size && s->text[end] != '"' && s->text[end] != '\n') {
        end++;
    }
    if (at >= s->size || s->text[at] != '"' || end >= s->size || s->text[end] != '"') {
        complain(s, IPSIM_ERR_SYNTAX, line, "@include", "expected @include \"path\" on one line");
        s->at = s->size;
        return true;
    }
    char *stated = ipsim_loader_printf(s->loader, "%.*s", (int)(end - at - 1), s->text + at + 1);
    const char *path = stated == NULL ? NULL : ipsim_loader_beside(s->loader, s->path, stated);
    if (path == NULL) {
        return false;
    }
    s->at = end + 1;
    if (s->include_depth == INCLUDE_DEPTH_MAX) {
        complain(s, IPSIM_ERR_CYCLE, line, "@include", "files include each other more than 10 deep; does one include itself?");
        return true;
    }
    scanner inner = *s; /* its own file and brackets; the output, the error list and the verdict are shared */
    inner.include_depth++;
    bool done = append_line_end(s) && scan_file(&inner, path, (ipsim_origin){s->path, line, "@include"}) && append_line_end(s) &&
                begin_span(s, s->path, line);
    s->ok = s->ok && inner.ok;
    return done;
}

static bool scan_text(scanner *s)
{
    static const char include[] = "@include";
    while (s->at < s->size) {
        char c = s->text[s->at];
        bool ok = true;
        if (c == '#' || (c == '/' && (peek(s, 1) == '/' || peek(s, 1) == '*'))) {
            ok = scan_comment(s);
        } else if (c == '"') {
            ok = scan_string(s);
        } else if (c == '@' && s->size - s->at >= sizeof include && memcmp(s->text + s->at, include, sizeof include - 1) == 0) {
            ok = scan_include(s);
        } else if (is_name_start(c)) {
            ok = scan_name(s);
        } else if (c >= '0' && c <= '9') {
            ok = scan_number(s);
        } else if (c == '{' || c == '[' || c == '(') {
            open_bracket(s, c);
            ok = append_bytes(s, c == '{' ? "{" : "(", 1);
            s->at++;
        } else if (c == '}' || c == ']' || c == ')') {
            close_bracket(s, c);
            ok = append_bytes(s, c == '}' ? "}" : ")", 1);
            s->at++;
        } else if (c == ',' && ++s->brackets[s->depth].n_names > NAMES_MAX) {
            complain(s, IPSIM_ERR_LIMIT, s->line, NULL, "a list may hold at most 10000 values");
            s->at = s->size;
        } else if ((unsigned char)c >= 0x80) {
            complain(s, IPSIM_ERR_SYNTAX, s->line, NULL,
                     "names are made of a to z, A to Z, digits, _ and -; other letters can only stand in quotes");
            s->at = s->size;
        } else {
            size_t length = 1;
            while (peek(s, length) == ' ') { /* the next line's indentation */
                length++;
            }
            ok = take(s, length);
        }
        if (!ok) {
            return false;
        }
    }
    if (s->ok && s->depth > 0) {
        char message[64];
        snprintf(message, sizeof message, "the \"%c\" opened here is never closed", s->brackets[s->depth].opener);
        complain(s, IPSIM_ERR_SYNTAX, s->brackets[s->depth].line, NULL, message);
    }
    return true;
}

/* False only when memory is short, like scan_file. */
static bool scan_buffer(scanner *s, const char *path, const char *text, size_t size)
{
    s->path = path;
    s->text = text;
    s->size = size;
    s->at = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* a byte-order mark is harmless */
    s->line = 1;
    s->depth = 0;
    s->brackets[0] = (bracket){0};
    if (!check_encoding(s)) {
        return true;
    }
    return begin_span(s, path, 1) && scan_text(s);
}

static bool scan_file(scanner *s, const char *path, ipsim_origin asked_from)
{
    size_t size = 0;
    const char *text = ipsim_source_file_read(s->loader, path, asked_from, &size);
    if (text == NULL) {
        s->ok = false;
        return !s->loader->out_of_memory;
    }
    return scan_buffer(s, path, text, size);
}

static scanner *create_scanner(ipsim_loader *loader, ipsim_source_text *out)
{
    *out = (ipsim_source_text){.line = 1};
    scanner *s = ipsim_loader_alloc(loader, 1, sizeof *s);
    if (s != NULL) {
        s->loader = loader;
        s->out = out;
        s->ok = true;
    }
    return s;
}

bool ipsim_source_text_read(ipsim_loader *loader, const char *path, ipsim_origin asked_from, ipsim_source_text *out)
{
    scanner *s = create_scanner(loader, out);
    const char *kept = ipsim_loader_strdup(loader, path);
    return s != NULL && kept != NULL && scan_file(s, kept, asked_from) && append_line_end(s) && s->ok;
}

bool ipsim_source_text_take(ipsim_loader *loader, const char *path, const char *text, ipsim_source_text *out)
{
    scanner *s = create_scanner(loader, out);
    return s != NULL && scan_buffer(s, path, text, strlen(text)) && append_line_end(s) && s->ok;
}
