/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report_json: a table as compact JSON. See include/ipsim/report.h. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

enum { DIGITS = 7, DIGITS_OF_ERRORS = 3 };

/* The cells of one column as JSON, and which of them are equal. */
typedef struct cell_list {
    char *text;    /* all cells, one after the other */
    size_t *begin; /* n + 1: where each cell begins */
    size_t n;      /* cells */
    size_t *index; /* n: which distinct cell */
    size_t *first; /* n_distinct: the first cell of each */
    size_t n_distinct;
} cell_list;

static void clear_cells(cell_list *cells)
{
    free(cells->text);
    free(cells->begin);
    free(cells->index);
    free(cells->first);
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), own = strlen(end);
    return length >= own && strcmp(text + length - own, end) == 0;
}

static bool is_error(const char *name)
{
    return strncmp(name, "mcse", 4) == 0 || ends_in(name, "_mcse") || ends_in(name, "_se");
}

static void put_real(double value, int digits, FILE *stream)
{
    char text[40];
    if (!isfinite(value)) {
        fputs("null", stream);
        return;
    }
    snprintf(text, sizeof text, "%.*g", digits, value);
    char *comma = strchr(text, ','); /* a locale may write one */
    if (comma != NULL) {
        *comma = '.';
    }
    fputs(strcmp(text, "-0") == 0 ? "0" : text, stream);
}

static void put_cell(const ipsim_column *column, size_t row, FILE *stream)
{
    switch (column->type) {
    case IPSIM_TEXT:
        if (column->text[row] == NULL) {
            fputs("null", stream);
        } else {
            ipsim_report_put_json_text(column->text[row], stream);
        }
        break;
    case IPSIM_REAL:
        put_real(column->real[row], is_error(column->name) ? DIGITS_OF_ERRORS : DIGITS, stream);
        break;
    case IPSIM_INTEGER:
        fprintf(stream, "%lld", (long long)column->integer[row]);
        break;
    }
}

static const char *cell_text(const cell_list *cells, size_t i, size_t *length)
{
    *length = cells->begin[i + 1] - cells->begin[i];
    return cells->text + cells->begin[i];
}

static bool same_cell(const cell_list *cells, size_t i, size_t j)
{
    size_t a, b;
    const char *first = cell_text(cells, i, &a), *second = cell_text(cells, j, &b);
    return a == b && memcmp(first, second, a) == 0;
}

/* Finds equal cells through a hash table of twice their number. */
static bool find_distinct(cell_list *cells)
{
    size_t n_slots = 16;
    while (n_slots < 2 * cells->n) {
        n_slots *= 2;
    }
    size_t *slots = calloc(n_slots, sizeof *slots); /* the distinct cell plus one; 0 is free */
    for (size_t i = 0; slots != NULL && i < cells->n; i++) {
        size_t length;
        const char *text = cell_text(cells, i, &length);
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (size_t c = 0; c < length; c++) {
            hash = (hash ^ (unsigned char)text[c]) * UINT64_C(0x100000001b3);
        }
        size_t slot = (size_t)(hash ^ hash >> 32) & (n_slots - 1);
        while (slots[slot] != 0 && !same_cell(cells, cells->first[slots[slot] - 1], i)) {
            slot = (slot + 1) & (n_slots - 1);
        }
        if (slots[slot] == 0) {
            cells->first[cells->n_distinct++] = i;
            slots[slot] = cells->n_distinct;
        }
        cells->index[i] = slots[slot] - 1;
    }
    bool good = slots != NULL;
    free(slots);
    return good;
}

static bool read_cells(const ipsim_table *table, const ipsim_column *column, const bool *keep, size_t n, cell_list *cells)
{
    size_t size = 0;
    FILE *stream = open_memstream(&cells->text, &size);
    cells->begin = calloc(n + 1, sizeof *cells->begin);
    cells->index = calloc(n + 1, sizeof *cells->index);
    cells->first = calloc(n + 1, sizeof *cells->first);
    bool good = stream != NULL && cells->begin != NULL && cells->index != NULL && cells->first != NULL;
    for (size_t row = 0; good && row < table->n_rows; row++) {
        if (keep == NULL || keep[row]) {
            put_cell(column, row, stream);
            cells->begin[++cells->n] = (size_t)ftello(stream);
        }
    }
    good = (stream == NULL || fclose(stream) == 0) && good;
    return good && find_distinct(cells);
}

static size_t digits_of(size_t value)
{
    size_t digits = 1;
    for (; value >= 10; value /= 10) {
        digits++;
    }
    return digits;
}

static size_t run_length(const cell_list *cells, size_t i)
{
    size_t end = i + 1;
    while (end < cells->n && cells->index[end] == cells->index[i]) {
        end++;
    }
    return end - i;
}

static void put_column(const cell_list *cells, FILE *stream)
{
    size_t plain = cells->n > 0 ? cells->begin[cells->n] + cells->n : 0, dictionary = 12, indices = 0, runs = 0;
    for (size_t d = 0; d < cells->n_distinct; d++) {
        dictionary += cells->begin[cells->first[d] + 1] - cells->begin[cells->first[d]] + 1;
    }
    for (size_t i = 0; i < cells->n; i++) {
        indices += digits_of(cells->index[i]) + 1;
    }
    for (size_t i = 0; i < cells->n; i += run_length(cells, i)) {
        runs += digits_of(cells->index[i]) + digits_of(run_length(cells, i)) + 2;
    }
    if (plain <= dictionary + indices && plain <= dictionary + runs) {
        putc('[', stream);
        for (size_t i = 0; i < cells->n; i++) {
            fprintf(stream, "%s%.*s", i > 0 ? "," : "", (int)(cells->begin[i + 1] - cells->begin[i]), cells->text + cells->begin[i]);
        }
        putc(']', stream);
        return;
    }
    fputs("{\"d\":[", stream);
    for (size_t d = 0; d < cells->n_distinct; d++) {
        size_t length;
        const char *text = cell_text(cells, cells->first[d], &length);
        fprintf(stream, "%s%.*s", d > 0 ? "," : "", (int)length, text);
    }
    fputs(runs <= indices ? "],\"r\":[" : "],\"i\":[", stream);
    for (size_t i = 0; i < cells->n; i += runs <= indices ? run_length(cells, i) : 1) {
        fprintf(stream, "%s%zu", i > 0 ? "," : "", cells->index[i]);
        if (runs <= indices) {
            fprintf(stream, ",%zu", run_length(cells, i));
        }
    }
    fputs("]}", stream);
}

ipsim_status ipsim_report_json(const ipsim_table *table, const bool *keep, FILE *stream, ipsim_error *err)
{
    if (table->out_of_memory) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    size_t n = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        n += keep == NULL || keep[row];
    }
    fprintf(stream, "{\"rows\":%zu,\"columns\":{", n);
    for (size_t c = 0; c < table->n_columns; c++) {
        cell_list cells = {0};
        bool good = read_cells(table, &table->columns[c], keep, n, &cells);
        if (good) {
            fputs(c > 0 ? "," : "", stream);
            ipsim_report_put_json_text(table->columns[c].name, stream);
            putc(':', stream);
            put_column(&cells, stream);
        }
        clear_cells(&cells);
        if (!good) {
            return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
        }
    }
    fputs("}}", stream);
    return IPSIM_OK;
}
