/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/aligned: tables for reading, in columns. See app.h. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "ipsim/format.h"
#include "ipsim/number.h"
#include "ipsim/write.h"

enum { MOST_COLUMNS = 16, GAP = 2 };

/* ---- the text of a cell; the caller frees ---- */
static char *table_cell(const ipsim_table *table, size_t row, const char *name, int decimals)
{
    size_t c = ipsim_table_find_column(table, name);
    const ipsim_column *column = c < table->n_columns ? &table->columns[c] : NULL;
    char number[IPSIM_REAL_TEXT_SIZE] = "";
    if (column == NULL) {
        return strdup("");
    }
    switch (column->type) {
    case IPSIM_TEXT:
        return strdup(column->text[row] != NULL ? column->text[row] : "");
    case IPSIM_INTEGER:
        snprintf(number, sizeof number, "%" PRId64, column->integer[row]);
        break;
    case IPSIM_REAL:
        if (!isnan(column->real[row])) {
            ipsim_format_real(column->real[row], number);
        }
        if (!isnan(column->real[row]) && decimals > 0 && fabs(column->real[row]) < 1e9) {
            snprintf(number, sizeof number, "%.*f", decimals, column->real[row]);
        }
        break;
    }
    return strdup(number);
}

static char *spec_cell(const ipsim_table *table, size_t row, const ipsim_aligned_column *spec)
{
    char *text = table_cell(table, row, spec->column, spec->decimals);
    if (text == NULL || spec->line == NULL || text[0] == '\0') {
        return text;
    }
    char *line = table_cell(table, row, spec->line, 0);
    char *both = NULL;
    if (line != NULL && strcmp(line, "0") != 0 && line[0] != '\0') {
        both = asprintf(&both, "%s:%s", text, line) < 0 ? NULL : both;
    } else if (line != NULL) {
        both = strdup(text);
    }
    free(line);
    free(text);
    return both;
}

/* ---- columns ---- */
static size_t shown_width(const char *text, size_t widest)
{
    size_t width = ipsim_format_width(text);
    return widest > 0 && width > widest ? widest : width;
}

/* Blanks are printed only when something follows them, so that no line ends in blanks. */
static void print_cell(FILE *stream, const char *text, size_t widest, size_t width, bool right, size_t *pending)
{
    size_t own = shown_width(text, widest);
    *pending += right ? width - own : 0;
    if (own > 0) {
        bool cut = ipsim_format_width(text) > own;
        fprintf(stream, "%*s%.*s%s", (int)*pending, "", (int)ipsim_format_fit(text, cut ? own - 1 : own), text, cut ? "…" : "");
        *pending = 0;
    }
    *pending += GAP + (right ? 0 : width - own);
}

/* Columns in which every cell is empty get width 0 and are left out. */
static void measure(const ipsim_aligned_column *columns, size_t n_columns, char *const *cells, size_t n_rows, size_t *widths)
{
    for (size_t c = 0; c < n_columns; c++) {
        widths[c] = 0;
        for (size_t r = 0; r < n_rows; r++) {
            size_t width = shown_width(cells[r * n_columns + c], columns[c].widest);
            widths[c] = width > widths[c] ? width : widths[c];
        }
        if (widths[c] > 0) {
            size_t heading = ipsim_format_width(columns[c].heading);
            widths[c] = heading > widths[c] ? heading : widths[c];
        }
    }
}

ipsim_status ipsim_aligned_print(FILE *stream, const ipsim_table *table, size_t first_row, size_t end_row,
                                 const ipsim_aligned_column *columns, size_t n_columns)
{
    size_t widths[MOST_COLUMNS];
    ipsim_bug_assert(n_columns <= MOST_COLUMNS);
    size_t n_rows = end_row - first_row, n_cells = n_rows * n_columns;
    char **cells = calloc(n_cells + 1, sizeof *cells);
    bool complete = cells != NULL && !table->out_of_memory;
    for (size_t i = 0; complete && i < n_cells; i++) {
        cells[i] = spec_cell(table, first_row + i / n_columns, &columns[i % n_columns]);
        complete = cells[i] != NULL;
    }
    if (complete) {
        measure(columns, n_columns, cells, n_rows, widths);
        for (size_t line = 0; line <= n_rows; line++) {
            size_t pending = 0;
            for (size_t c = 0; c < n_columns; c++) {
                const char *text = line == 0 ? columns[c].heading : cells[(line - 1) * n_columns + c];
                if (widths[c] > 0) {
                    print_cell(stream, text, line == 0 ? 0 : columns[c].widest, widths[c], columns[c].right, &pending);
                }
            }
            fputc('\n', stream);
        }
    }
    for (size_t i = 0; cells != NULL && i < n_cells; i++) {
        free(cells[i]);
    }
    free(cells);
    return complete ? IPSIM_OK : IPSIM_ERR_MEMORY;
}

ipsim_status ipsim_aligned_export(const ipsim_table *table, const ipsim_cli *cli, ipsim_error *err)
{
    const ipsim_table *const tables[] = {table};
    return cli->json ? ipsim_write_json(tables, 1, stdout, err) : ipsim_write_csv_stream(table, stdout, err);
}
