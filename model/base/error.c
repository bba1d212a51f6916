/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/error: see include/ipsim/error.h. */
#include "ipsim/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *ipsim_status_name(ipsim_status status)
{
    switch (status) {
    case IPSIM_OK:
        return "IPSIM_OK";
    case IPSIM_ERR_SYNTAX:
        return "IPSIM_ERR_SYNTAX";
    case IPSIM_ERR_UNKNOWN_KEY:
        return "IPSIM_ERR_UNKNOWN_KEY";
    case IPSIM_ERR_TYPE:
        return "IPSIM_ERR_TYPE";
    case IPSIM_ERR_MISSING:
        return "IPSIM_ERR_MISSING";
    case IPSIM_ERR_RANGE:
        return "IPSIM_ERR_RANGE";
    case IPSIM_ERR_REFERENCE:
        return "IPSIM_ERR_REFERENCE";
    case IPSIM_ERR_CYCLE:
        return "IPSIM_ERR_CYCLE";
    case IPSIM_ERR_DUPLICATE:
        return "IPSIM_ERR_DUPLICATE";
    case IPSIM_ERR_RULE:
        return "IPSIM_ERR_RULE";
    case IPSIM_ERR_EXPRESSION:
        return "IPSIM_ERR_EXPRESSION";
    case IPSIM_ERR_DATA:
        return "IPSIM_ERR_DATA";
    case IPSIM_ERR_INCOMPATIBLE:
        return "IPSIM_ERR_INCOMPATIBLE";
    case IPSIM_ERR_USAGE:
        return "IPSIM_ERR_USAGE";
    case IPSIM_ERR_FILE:
        return "IPSIM_ERR_FILE";
    case IPSIM_ERR_MEMORY:
        return "IPSIM_ERR_MEMORY";
    case IPSIM_ERR_OVERFLOW:
        return "IPSIM_ERR_OVERFLOW";
    case IPSIM_ERR_LIMIT:
        return "IPSIM_ERR_LIMIT";
    case IPSIM_ERR_INTERRUPTED:
        return "IPSIM_ERR_INTERRUPTED";
    }
    return "IPSIM_ERR_UNKNOWN_STATUS";
}

/* A text that did not fit ends in the middle of nothing: the bytes of a character that was cut in two are dropped. */
static void drop_broken_tail(char *text)
{
    size_t length = strlen(text);
    size_t start = length;
    while (start > 0 && length - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start == 0) {
        return;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length - (start - 1) < wanted) {
        text[start - 1] = '\0';
    }
}

static void copy_text(char *to, size_t size, const char *from)
{
    size_t length = from != NULL ? strlen(from) : 0;
    bool cut = length >= size;
    if (cut) {
        length = size - 1;
    }
    if (length > 0) {
        memmove(to, from, length);
    }
    to[length] = '\0';
    if (cut) {
        drop_broken_tail(to);
    }
}

/* The message is formatted before anything is stored, so that its arguments may point into *err itself (wrapping an error). */
__attribute__((format(printf, 4, 0))) static void fill(ipsim_error *err, ipsim_status status, ipsim_origin at, const char *format,
                                                       va_list args)
{
    char message[sizeof err->message];
    int length = vsnprintf(message, sizeof message, format, args);
    if (length < 0) {
        copy_text(message, sizeof message, "the error message could not be formatted");
    } else if ((size_t)length >= sizeof message) {
        message[sizeof message - sizeof "..."] = '\0';
        drop_broken_tail(message);
        strcat(message, "...");
    }
    err->status = status;
    copy_text(err->file, sizeof err->file, at.file);
    err->line = at.file != NULL ? at.line : 0;
    copy_text(err->key, sizeof err->key, at.key);
    copy_text(err->message, sizeof err->message, message);
}

ipsim_status ipsim_error_set(ipsim_error *err, ipsim_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        fill(err, status, (ipsim_origin){NULL, 0, NULL}, format, args);
        va_end(args);
    }
    return status;
}

ipsim_status ipsim_error_set_at(ipsim_error *err, ipsim_status status, ipsim_origin at, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        fill(err, status, at, format, args);
        va_end(args);
    }
    return status;
}

static bool same_problem(const ipsim_error *a, const ipsim_error *b)
{
    return a->line == b->line && a->status == b->status && strcmp(a->key, b->key) == 0 && strcmp(a->message, b->message) == 0 &&
           strcmp(a->file, b->file) == 0;
}

ipsim_status ipsim_error_add_copy(ipsim_error_list *list, const ipsim_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (same_problem(&list->items[i], err)) {
            return err->status;
        }
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        ipsim_error *items = capacity > SIZE_MAX / sizeof *items ? NULL : realloc(list->items, capacity * sizeof *items);
        if (items == NULL) {
            list->out_of_memory = true;
            return err->status;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *err;
    return err->status;
}

ipsim_status ipsim_error_add(ipsim_error_list *list, ipsim_status status, ipsim_origin at, const char *format, ...)
{
    ipsim_error err;
    va_list args;
    va_start(args, format);
    fill(&err, status, at, format, args);
    va_end(args);
    return ipsim_error_add_copy(list, &err);
}

ipsim_status ipsim_error_list_status(const ipsim_error_list *list)
{
    if (list->count > 0) {
        return list->items[0].status;
    }
    return list->out_of_memory ? IPSIM_ERR_MEMORY : IPSIM_OK;
}

static int compare_positions(const void *first, const void *second)
{
    const ipsim_error *a = *(const ipsim_error *const *)first;
    const ipsim_error *b = *(const ipsim_error *const *)second;
    int order = strcmp(a->file, b->file);
    if (order == 0) {
        order = (a->line > b->line) - (a->line < b->line);
    }
    if (order == 0) {
        order = strcmp(a->key, b->key);
    }
    if (order == 0) {
        order = (a > b) - (a < b); /* qsort does not keep the order of equals; places in the array do */
    }
    return order;
}

void ipsim_error_list_sort(ipsim_error_list *list)
{
    if (list->count < 2) {
        return;
    }
    const ipsim_error **places = malloc(list->count * sizeof *places);
    ipsim_error *sorted = malloc(list->count * sizeof *sorted);
    if (places != NULL && sorted != NULL) {
        for (size_t i = 0; i < list->count; i++) {
            places[i] = &list->items[i];
        }
        qsort(places, list->count, sizeof *places, compare_positions);
        for (size_t i = 0; i < list->count; i++) {
            sorted[i] = *places[i];
        }
        free(list->items);
        list->items = sorted;
        list->capacity = list->count;
        sorted = NULL;
    }
    /* Without memory the list stays complete, in the order of discovery: order is a courtesy, not a result. */
    free(places);
    free(sorted);
}

void ipsim_error_list_clear(ipsim_error_list *list)
{
    free(list->items);
    *list = (ipsim_error_list){0};
}

const char *ipsim_error_format(const ipsim_error *err, char *buffer, size_t size)
{
    char line[16] = "";
    bool has_file = err->file[0] != '\0';
    if (has_file && err->line > 0) {
        snprintf(line, sizeof line, ":%d", err->line);
    }
    int length = snprintf(buffer, size, "%s%s%s%s%s%s (%s)", err->file, line, has_file ? ": " : "", err->key,
                          err->key[0] != '\0' ? ": " : "", err->message, ipsim_status_name(err->status));
    if (length >= 0 && (size_t)length >= size && size > 0) {
        drop_broken_tail(buffer);
    }
    return buffer;
}

void ipsim_bug_abort(const char *condition, const char *file, int line)
{
    /* The one message that library code prints: the program is about to abort, and nobody else can tell why. */
    fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, condition);
    abort();
}
