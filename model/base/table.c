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

static bool column_resize(ipsim_column *column, size_t capacity)
{
    void *cells = NULL;
    bool good = false;
    switch (column->type) {
    case IPSIM_TEXT:
        cells = column->text;
        good = resize(&cells, capacity, sizeof *column->text);
        column->text = cells;
        break;
    case IPSIM_REAL:
        cells = column->real;
        good = resize(&cells, capacity, sizeof *column->real);
        column->real = cells;
        break;
    case IPSIM_INTEGER:
        cells = column->integer;
        good = resize(&cells, capacity, sizeof *column->integer);
        column->integer = cells;
        break;
    }
    return good;
}

static bool resize_columns(ipsim_table *table, size_t capacity)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        /* Columns that have grown before one fails are merely larger than row_capacity says. */
        if (!column_resize(&table->columns[c], capacity)) {
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

size_t ipsim_table_add_row(ipsim_table *table)
{
    if (table->n_rows == table->row_capacity && !resize_columns(table, table->row_capacity == 0 ? 64 : 2 * table->row_capacity)) {
        table->out_of_memory = true;
        return SIZE_MAX;
    }
    size_t row = table->n_rows++;
    for (size_t c = 0; c < table->n_columns; c++) {
        ipsim_column *column = &table->columns[c];
        switch (column->type) {
        case IPSIM_TEXT:
            column->text[row] = NULL;
            break;
        case IPSIM_REAL:
            column->real[row] = NAN;
            break;
        case IPSIM_INTEGER:
            column->integer[row] = 0;
            break;
        }
    }
    return row;
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

void ipsim_table_put_text(ipsim_table *table, size_t row, size_t column, const char *text)
{
    ipsim_column *target = cell_column(table, row, column, IPSIM_TEXT);
    if (target == NULL) {
        return;
    }
    char *copy = NULL, *above = row > 0 ? target->text[row - 1] : NULL;
    if (text != NULL && above != NULL && strcmp(text, above) == 0) {
        copy = above; /* most columns of text say the same in many rows */
    } else if (text != NULL) {
        copy = ipsim_arena_strdup(table->texts, text);
        table->out_of_memory = table->out_of_memory || copy == NULL;
    }
    target->text[row] = copy;
}

void ipsim_table_repeat_text(ipsim_table *table, size_t row, size_t column)
{
    ipsim_column *target = cell_column(table, row, column, IPSIM_TEXT);
    ipsim_bug_assert(target == NULL || row > 0);
    if (target != NULL) {
        target->text[row] = target->text[row - 1];
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
