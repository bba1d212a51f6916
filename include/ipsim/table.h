/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/table: named, unit-carrying columns, the only goods that pass between simulation, economics and writers. */
#ifndef IPSIM_TABLE_H
#define IPSIM_TABLE_H

#include <stdint.h>

#include "ipsim/error.h"

typedef enum ipsim_column_type { IPSIM_TEXT, IPSIM_REAL, IPSIM_INTEGER } ipsim_column_type;

typedef struct ipsim_column {
    char *name;
    char *unit; /* "" where a column has none or carries it row by row */
    ipsim_column_type type;
    char **text;      /* IPSIM_TEXT: NULL is an empty cell; the strings are the table's, and cells may share one */
    double *real;     /* IPSIM_REAL: NaN is an empty cell */
    int64_t *integer; /* IPSIM_INTEGER */
} ipsim_column;

enum { IPSIM_TABLE_RECENT = 64 };

typedef struct ipsim_table {
    char *name; /* file stem and SQLite table name, for example "results" */
    size_t n_columns, n_rows, row_capacity;
    ipsim_column *columns;
    struct ipsim_arena *texts;
    char *recent[IPSIM_TABLE_RECENT]; /* some of them, put not long ago */
    bool out_of_memory;               /* sticky: set by a failed append, checked once by the writer */
} ipsim_table;

typedef struct ipsim_column_spec {
    const char *name;
    ipsim_column_type type;
    const char *unit;
} ipsim_column_spec;

/* NULL when memory is short. */
ipsim_table *ipsim_table_create(const char *name, const ipsim_column_spec *columns, size_t n_columns);
void ipsim_table_free(ipsim_table *table);

/* Appends an empty row and returns its index; then fill the cells. A failed allocation sets out_of_memory and the cell stays empty. */
size_t ipsim_table_add_row(ipsim_table *table);
/* The same for n rows that follow each other; the index of the first. */
size_t ipsim_table_add_rows(ipsim_table *table, size_t n);
/* Makes room for so many rows in all, so that they can be added without being moved. Room that is not there is found out by the row that needs
 * it. */
void ipsim_table_reserve(ipsim_table *table, size_t n_rows);
void ipsim_table_put_text(ipsim_table *table, size_t row, size_t column, const char *text);
void ipsim_table_put_real(ipsim_table *table, size_t row, size_t column, double value);
/* Puts the texts of n earlier rows, from `from` on; these may be among them. */
void ipsim_table_repeat_text(ipsim_table *table, size_t first, size_t n, size_t column, size_t from);
/* One text into n rows. */
void ipsim_table_fill_text(ipsim_table *table, size_t first, size_t n, size_t column, const char *text);
void ipsim_table_put_integer(ipsim_table *table, size_t row, size_t column, int64_t value);

/* Index of the column of that name; n_columns when there is none. */
size_t ipsim_table_find_column(const ipsim_table *table, const char *name);

#endif
