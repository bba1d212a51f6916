/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_tables: tables as they are: draws, and the tables of analyses that have no sheet of their own making. See
 * workbook_parts.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ipsim/format.h"
#include "workbook_parts.h"

/* What is left for rows on a sheet below its headers. */
enum { ROOM = IPSIM_XLSX_MOST_ROWS - WORKBOOK_FIRST_ROW - 1 };

static void put_headers(ipsim_xlsx_sheet *sheet, const ipsim_table *table)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        const ipsim_column *column = &table->columns[c];
        char text[256];
        snprintf(text, sizeof text, column->unit[0] != '\0' ? "%.120s (%.120s)" : "%.120s", column->name, column->unit);
        size_t width = ipsim_format_width(text) + 3;
        ipsim_xlsx_text(sheet, WORKBOOK_FIRST_ROW, c, column->type == IPSIM_TEXT ? IPSIM_XLSX_HEADER : IPSIM_XLSX_HEADER_NUMBER, text);
        ipsim_xlsx_width(sheet, c, c, width < 14 ? 14 : width > 40 ? 40 : (double)width);
    }
}

static bool is_share(const char *name)
{
    return strncmp(name, "probability", 11) == 0 || strcmp(name, "noise_share") == 0;
}

static void put_row(ipsim_xlsx_sheet *sheet, size_t to, const ipsim_table *table, size_t from)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        const ipsim_column *column = &table->columns[c];
        switch (column->type) {
        case IPSIM_TEXT:
            ipsim_xlsx_text(sheet, to, c, IPSIM_XLSX_TEXT, column->text[from]);
            break;
        case IPSIM_REAL:
            if (isinf(column->real[from])) {
                ipsim_xlsx_text(sheet, to, c, IPSIM_XLSX_TEXT, column->real[from] > 0.0 ? "infinite" : "-infinite");
            } else if (is_share(column->name)) {
                ipsim_xlsx_number(sheet, to, c, IPSIM_XLSX_SHARE, 1, column->real[from]);
            } else {
                ipsim_workbook_plain(sheet, to, c, column->real[from]);
            }
            break;
        case IPSIM_INTEGER:
            ipsim_xlsx_number(sheet, to, c, IPSIM_XLSX_NUMBER, 0, (double)column->integer[from]);
            break;
        }
    }
}

static void finish(ipsim_xlsx_sheet *sheet, const ipsim_table *table, size_t n_rows)
{
    ipsim_xlsx_freeze(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW, 0);
    ipsim_xlsx_filter(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW + n_rows, table->n_columns - 1);
    ipsim_xlsx_page(sheet, true);
}

static bool is_of_everybody(const ipsim_table *table, size_t subgroup, size_t row)
{
    return subgroup == table->n_columns || strcmp(ipsim_summary_text_at(&table->columns[subgroup], row), "all") == 0;
}

/* Rows of everybody, or all where there are no subgroups; cut, with a word about it, where the sheet ends. */
static void put_table(ipsim_xlsx_sheet *sheet, const ipsim_table *table, const char *title, const char *note, bool everybody)
{
    size_t subgroup = everybody ? ipsim_table_find_column(table, "subgroup") : table->n_columns, wanted = 0, put = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        wanted += is_of_everybody(table, subgroup, row);
    }
    char text[512], shown[IPSIM_FORMAT_SIZE], all[IPSIM_FORMAT_SIZE];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", note);
    if (wanted > ROOM) {
        snprintf(text + used, sizeof text - used,
                 " Cut: the first %s of %s rows; a sheet of this kind of file has no more room. The file %.40s.csv has all of them.",
                 ipsim_format_count(ROOM, shown, sizeof shown), ipsim_format_count((int64_t)wanted, all, sizeof all), table->name);
    }
    ipsim_workbook_head(sheet, table->n_columns > 6 ? 6 : table->n_columns - 1, 100, title, text);
    put_headers(sheet, table);
    for (size_t row = 0; row < table->n_rows && put < ROOM; row++) {
        if (is_of_everybody(table, subgroup, row)) {
            put++;
            put_row(sheet, WORKBOOK_FIRST_ROW + put, table, row);
        }
    }
    finish(sheet, table, put);
}

void ipsim_workbook_draws(ipsim_xlsx_sheet *sheet, const ipsim_table *psa)
{
    if (sheet != NULL) {
        put_table(sheet, psa, "Draws of the parameters and what each gives",
                  "Per person, discounted as the scenarios say, until the horizon; everybody, subgroups stand in psa.csv.", true);
    }
}

void ipsim_workbook_table(ipsim_xlsx_sheet *sheet, const ipsim_table *table)
{
    char title[64], note[128];
    snprintf(title, sizeof title, "%.40s", table->name);
    snprintf(note, sizeof note, "The table %.40s.csv.", table->name);
    put_table(sheet, table, title, note, false);
}
