/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a table from left to right. A failed allocation shows in the table's out_of_memory. */
#ifndef IPSIM_TABLE_ROW_H
#define IPSIM_TABLE_ROW_H

#include "ipsim/table.h"

typedef struct table_row {
    ipsim_table *table;
    size_t row, column;
} table_row;

static inline table_row row_begin(ipsim_table *table)
{
    return (table_row){table, ipsim_table_add_row(table), 0};
}

static inline void row_text(table_row *r, const char *text)
{
    ipsim_table_put_text(r->table, r->row, r->column++, text);
}

static inline void row_real(table_row *r, double value)
{
    ipsim_table_put_real(r->table, r->row, r->column++, value);
}

static inline void row_whole(table_row *r, int64_t value)
{
    ipsim_table_put_integer(r->table, r->row, r->column++, value);
}

#endif
