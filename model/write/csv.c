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

/* The stream belongs to one thread. */
static void put_char(FILE *stream, char c)
{
    putc_unlocked(c, stream);
}

static void put_bytes(FILE *stream, const char *bytes, size_t n)
{
    fwrite_unlocked(bytes, 1, n, stream);
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

static void put_text(FILE *stream, const char *text)
{
    /* A spreadsheet runs a text that looks like a formula, wherever the text came from. */
    bool guard = ipsim_looks_like_formula(text);
    size_t length = strlen(text);
    bool quotes = needs_quotes(text, length);
    if (quotes) {
        put_char(stream, '"');
    }
    if (guard) {
        put_char(stream, '\'');
    }
    if (!quotes) {
        put_bytes(stream, text, length);
        return;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') {
            put_char(stream, '"');
        }
        put_char(stream, *c);
    }
    put_char(stream, '"');
}

static void put_header(FILE *stream, const ipsim_table *table)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *name = table->columns[c].name;
        if (c > 0) {
            put_char(stream, ',');
        }
        if (c == 0 && name[0] == '#') {
            fprintf(stream, "\"%s\"", name); /* or the header would read as a comment */
        } else {
            put_text(stream, name);
        }
    }
    put_char(stream, '\n');
}

static void put_cell(FILE *stream, const ipsim_column *column, size_t row)
{
    char number[IPSIM_REAL_TEXT_SIZE];
    switch (column->type) {
    case IPSIM_TEXT:
        put_text(stream, column->text[row] != NULL ? column->text[row] : "");
        break;
    case IPSIM_REAL:
        if (!isnan(column->real[row])) {
            ipsim_format_real(column->real[row], number);
            put_bytes(stream, number, strlen(number));
        }
        break;
    case IPSIM_INTEGER:
        fprintf(stream, "%" PRId64, column->integer[row]);
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

static void put_rows(FILE *stream, const ipsim_table *table)
{
    for (size_t row = 0; row < table->n_rows && ferror(stream) == 0; row++) {
        if (table->n_columns == 1 && is_empty_cell(&table->columns[0], row)) {
            fputs("\"\"", stream); /* an empty line would read as no row at all */
        } else {
            for (size_t c = 0; c < table->n_columns; c++) {
                if (c > 0) {
                    put_char(stream, ',');
                }
                put_cell(stream, &table->columns[c], row);
            }
        }
        put_char(stream, '\n');
    }
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
    put_header(stream, table);
    put_rows(stream, table);
    return ipsim_file_finish(stream, path, err);
}

ipsim_status ipsim_write_csv_stream(const ipsim_table *table, FILE *stream, ipsim_error *err)
{
    ipsim_status status = check_memory(table, err);
    if (status == IPSIM_OK) {
        put_header(stream, table);
        put_rows(stream, table);
    }
    return status == IPSIM_OK && ferror(stream) != 0 ? ipsim_error_set(err, IPSIM_ERR_FILE, "CSV cannot be written: %s", strerror(errno))
                                                     : status;
}
