/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/table: see include/ipsim/table.h. */
#include "ipsim/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/arena.h"

ipsim_table *ipsim_table_create(const char *name, const ipsim_column_spec *columns, size_t n_columns)
{
    ipsim_table *table = calloc(1, sizeof *table);
    if (table == NULL) {
        return NULL;
    }
    table->name = strdup(name);
    table->columns = calloc(n_columns > 0 ? n_columns : 1, sizeof *table->columns);
    table->texts = ipsim_arena_create();
    if (table->name == NULL || table->columns == NULL || table->texts == NULL) {
        ipsim_table_free(table);
        return NULL;
    }
    table->n_columns = n_columns;
    for (size_t c = 0; c < n_columns; c++) {
        ipsim_column *column = &table->columns[c];
        column->type = columns[c].type;
        column->name = strdup(columns[c].name);
        column->unit = strdup(columns[c].unit != NULL ? columns[c].unit : "");
        if (column->name == NULL || column->unit == NULL) {
            ipsim_table_free(table);
            return NULL;
        }
    }
    return table;
}

void ipsim_table_free(ipsim_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t c = 0; c < table->n_columns; c++) {
        ipsim_column *column = &table->columns[c];
        free(column->text);
        free(column->real);
        free(column->integer);
        free(column->name);
        free(column->unit);
    }
    free(table->columns);
    ipsim_arena_free(table->texts);
    free(table->name);
    free(table);
}

static bool resize(void **cells, size_t count, size_t size)
{
    void *grown = count > SIZE_MAX / size ? NULL : realloc(*cells, count * size);
    if (grown == NULL) {
        return false;
    }
    *cells = grown;
    return true;
}

/* Room without rows is empty cells already, which takes less than emptying them row by row. */
static bool column_resize(ipsim_column *column, size_t from, size_t capacity)
{
    void *cells = NULL;
    bool good = false;
    switch (column->type) {
    case IPSIM_TEXT:
        cells = column->text;
        good = resize(&cells, capacity, sizeof *column->text);
        column->text = cells;
        for (size_t row = from; good && row < capacity; row++) {
            column->text[row] = NULL;
        }
        break;
    case IPSIM_REAL:
        cells = column->real;
        good = resize(&cells, capacity, sizeof *column->real);
        column->real = cells;
        for (size_t row = from; good && row < capacity; row++) {
            column->real[row] = NAN;
        }
        break;
    case IPSIM_INTEGER:
        cells = column->integer;
        good = resize(&cells, capacity, sizeof *column->integer);
        column->integer = cells;
        for (size_t row = from; good && row < capacity; row++) {
            column->integer[row] = 0;
        }
        break;
    }
    return good;
}

static bool resize_columns(ipsim_table *table, size_t capacity)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        /* Columns that have grown before one fails are merely larger than row_capacity says. */
        if (!column_resize(&table->columns[c], table->row_capacity, capacity)) {
            return false;
        }
    }
    table->row_capacity = capacity;
    return true;
}

void ipsim_table_reserve(ipsim_table *table, size_t n_rows)
{
    if (n_rows > table->row_capacity) {
        (void)resize_columns(table, n_rows);
    }
}

size_t ipsim_table_add_rows(ipsim_table *table, size_t n)
{
    size_t first = table->n_rows, capacity = table->row_capacity;
    while (capacity < first + n) {
        capacity = capacity == 0 ? 64 : 2 * capacity;
    }
    if (capacity > table->row_capacity && !resize_columns(table, capacity)) {
        table->out_of_memory = true;
        return SIZE_MAX;
    }
    table->n_rows += n;
    return first;
}

size_t ipsim_table_add_row(ipsim_table *table)
{
    return ipsim_table_add_rows(table, 1);
}

/* NULL when the row could not be added: the sticky flag has already told. Anything else out of place is a fault in the caller. */
static ipsim_column *cell_column(ipsim_table *table, size_t row, size_t column, ipsim_column_type type)
{
    ipsim_bug_assert(column < table->n_columns);
    ipsim_bug_assert(table->columns[column].type == type);
    if (row == SIZE_MAX && table->out_of_memory) {
        return NULL;
    }
    ipsim_bug_assert(row < table->n_rows);
    return &table->columns[column];
}

/* Most texts were put not long ago: names, units and sources. */
static char *keep_text(ipsim_table *table, const char *text)
{
    size_t length = strlen(text);
    size_t place = length > 0
                       ? length + 3 * (unsigned char)text[0] + 5 * (unsigned char)text[length / 2] + 7 * (unsigned char)text[length - 1]
                       : 0;
    char **recent = &table->recent[place % IPSIM_TABLE_RECENT];
    if (*recent == NULL || strcmp(*recent, text) != 0) {
        *recent = ipsim_arena_strdup(table->texts, text);
        table->out_of_memory = table->out_of_memory || *recent == NULL;
    }
    return *recent;
}

void ipsim_table_put_text(ipsim_table *table, size_t row, size_t column, const char *text)
{
    ipsim_table_fill_text(table, row, 1, column, text);
}

void ipsim_table_fill_text(ipsim_table *table, size_t first, size_t n, size_t column, const char *text)
{
    ipsim_column *target = cell_column(table, first, column, IPSIM_TEXT);
    ipsim_bug_assert(target == NULL || n <= table->n_rows - first);
    if (target == NULL || n == 0) {
        return;
    }
    char *copy = NULL, *above = first > 0 ? target->text[first - 1] : NULL;
    if (text != NULL) {
        copy = above != NULL && strcmp(text, above) == 0 ? above : keep_text(table, text);
    }
    for (size_t row = first; row < first + n; row++) {
        target->text[row] = copy;
    }
}

void ipsim_table_repeat_text(ipsim_table *table, size_t first, size_t n, size_t column, size_t from)
{
    ipsim_column *target = cell_column(table, first, column, IPSIM_TEXT);
    ipsim_bug_assert(target == NULL || (from < first && n <= table->n_rows - first));
    for (size_t i = 0; target != NULL && i < n; i++) {
        target->text[first + i] = target->text[from + i];
    }
}

void ipsim_table_put_real(ipsim_table *table, size_t row, size_t column, double value)
{
    ipsim_column *target = cell_column(table, row, column, IPSIM_REAL);
    if (target != NULL) {
        target->real[row] = value;
    }
}

void ipsim_table_put_integer(ipsim_table *table, size_t row, size_t column, int64_t value)
{
    ipsim_column *target = cell_column(table, row, column, IPSIM_INTEGER);
    if (target != NULL) {
        target->integer[row] = value;
    }
}

size_t ipsim_table_find_column(const ipsim_table *table, const char *name)
{
    size_t column = 0;
    while (column < table->n_columns && (table->columns[column].name[0] != name[0] || strcmp(table->columns[column].name, name) != 0)) {
        column++;
    }
    return column;
}
