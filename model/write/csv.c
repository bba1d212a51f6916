/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/csv: see ipsim_write_csv in include/ipsim/write.h. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "file.h"
#include "ipsim/number.h"
#include "ipsim/plain_text.h"
#include "ipsim/write.h"

/* Cells are a few bytes each, and handing every one to the stream costs more than making it. */
typedef struct csv_page {
    FILE *stream;
    size_t used;
    char bytes[16384];
} csv_page;

static void send_page(csv_page *page)
{
    fwrite(page->bytes, 1, page->used, page->stream);
    page->used = 0;
}

static void put_bytes(csv_page *page, const char *bytes, size_t n)
{
    if (n > sizeof page->bytes - page->used) {
        send_page(page);
    }
    if (n > sizeof page->bytes) {
        fwrite(bytes, 1, n, page->stream);
        return;
    }
    memcpy(page->bytes + page->used, bytes, n);
    page->used += n;
}

static void put_char(csv_page *page, char c)
{
    if (page->used == sizeof page->bytes) {
        send_page(page);
    }
    page->bytes[page->used++] = c;
}

/* Blanks at the ends are kept only by quotes: many readers, ours among them, trim what is not quoted. */
static bool needs_quotes(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n') {
            return true;
        }
    }
    return length > 0 && (text[0] == ' ' || text[0] == '\t' || text[length - 1] == ' ' || text[length - 1] == '\t');
}

/* What a text needs; a cell that shares its text with the one above need not be looked at again. */
typedef struct text_needs {
    const char *text;
    size_t length;
    bool guard, quotes;
} text_needs;

static void look_at(text_needs *needs, const char *text)
{
    size_t length = strlen(text);
    /* A spreadsheet runs a text that looks like a formula, wherever the text came from. */
    *needs = (text_needs){text, length, ipsim_looks_like_formula(text), needs_quotes(text, length)};
}

static void put_seen_text(csv_page *page, const text_needs *needs)
{
    if (needs->quotes) {
        put_char(page, '"');
    }
    if (needs->guard) {
        put_char(page, '\'');
    }
    if (!needs->quotes) {
        put_bytes(page, needs->text, needs->length);
        return;
    }
    for (const char *c = needs->text; *c != '\0'; c++) {
        if (*c == '"') {
            put_char(page, '"');
        }
        put_char(page, *c);
    }
    put_char(page, '"');
}

static void put_text(csv_page *page, const char *text)
{
    text_needs needs;
    look_at(&needs, text);
    put_seen_text(page, &needs);
}

static void put_header(csv_page *page, const ipsim_table *table)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *name = table->columns[c].name;
        if (c > 0) {
            put_char(page, ',');
        }
        if (c == 0 && name[0] == '#') {
            put_char(page, '"'); /* or the header would read as a comment */
            put_bytes(page, name, strlen(name));
            put_char(page, '"');
        } else {
            put_text(page, name);
        }
    }
    put_char(page, '\n');
}

static void put_cell(csv_page *page, const ipsim_column *column, size_t row, text_needs *seen)
{
    char number[IPSIM_REAL_TEXT_SIZE];
    switch (column->type) {
    case IPSIM_TEXT:
        if (column->text[row] != NULL) {
            if (column->text[row] != seen->text) {
                look_at(seen, column->text[row]);
            }
            put_seen_text(page, seen);
        }
        break;
    case IPSIM_REAL:
        if (!isnan(column->real[row])) {
            ipsim_format_real(column->real[row], number);
            put_bytes(page, number, strlen(number));
        }
        break;
    case IPSIM_INTEGER:
        put_bytes(page, number, (size_t)snprintf(number, sizeof number, "%" PRId64, column->integer[row]));
        break;
    }
}

static bool is_empty_cell(const ipsim_column *column, size_t row)
{
    switch (column->type) {
    case IPSIM_TEXT:
        return column->text[row] == NULL || column->text[row][0] == '\0';
    case IPSIM_REAL:
        return isnan(column->real[row]) != 0;
    case IPSIM_INTEGER:
        break;
    }
    return false;
}

enum { MOST_SEEN = 32 }; /* columns beyond it share one memory, which costs time and nothing else */

static void put_rows(csv_page *page, const ipsim_table *table)
{
    text_needs seen[MOST_SEEN] = {{0}};
    for (size_t row = 0; row < table->n_rows && ferror(page->stream) == 0; row++) {
        if (table->n_columns == 1 && is_empty_cell(&table->columns[0], row)) {
            put_bytes(page, "\"\"", 2); /* an empty line would read as no row at all */
        } else {
            for (size_t c = 0; c < table->n_columns; c++) {
                if (c > 0) {
                    put_char(page, ',');
                }
                put_cell(page, &table->columns[c], row, &seen[c < MOST_SEEN ? c : MOST_SEEN - 1]);
            }
        }
        put_char(page, '\n');
    }
}

static void put_table(FILE *stream, const ipsim_table *table)
{
    csv_page page;
    page.stream = stream;
    page.used = 0;
    put_header(&page, table);
    put_rows(&page, table);
    send_page(&page);
}

static ipsim_status check_memory(const ipsim_table *table, ipsim_error *err)
{
    return table->out_of_memory ? ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for table %s", table->name) : IPSIM_OK;
}

ipsim_status ipsim_write_csv(const ipsim_table *table, const char *path, ipsim_error *err)
{
    FILE *stream = NULL;
    ipsim_status status = check_memory(table, err);
    status = status == IPSIM_OK ? ipsim_file_create(path, &stream, err) : status;
    if (status != IPSIM_OK) {
        return status;
    }
    put_table(stream, table);
    return ipsim_file_finish(stream, path, err);
}

ipsim_status ipsim_write_csv_stream(const ipsim_table *table, FILE *stream, ipsim_error *err)
{
    ipsim_status status = check_memory(table, err);
    if (status == IPSIM_OK) {
        put_table(stream, table);
    }
    return status == IPSIM_OK && ferror(stream) != 0 ? ipsim_error_set(err, IPSIM_ERR_FILE, "CSV cannot be written: %s", strerror(errno))
                                                     : status;
}
