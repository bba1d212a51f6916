/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_cells: what the sheets have in common. See workbook_parts.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "workbook_parts.h"

enum { LINE_HEIGHT = 15, MOST_HEIGHT = 400 };

double ipsim_workbook_paragraph_height(const char *text, double width)
{
    size_t lines = 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n') != NULL ? strchr(line, '\n') + 1 : NULL) {
        size_t bytes = strcspn(line, "\n");
        size_t columns = ipsim_format_width_of(line, bytes);
        lines += 1 + (size_t)((double)columns / width);
    }
    return (double)lines * LINE_HEIGHT;
}

void ipsim_workbook_head(ipsim_xlsx_sheet *sheet, size_t last_column, double width, const char *title, const char *note)
{
    ipsim_xlsx_paragraph(sheet, 0, 0, 0, 24.0, IPSIM_XLSX_TITLE, title);
    ipsim_xlsx_paragraph(sheet, 1, 0, last_column, ipsim_workbook_paragraph_height(note, width), IPSIM_XLSX_NOTE, note);
}

void ipsim_workbook_height(ipsim_xlsx_sheet *sheet, size_t row, const char *const *texts, const double *widths, size_t count)
{
    double most = 0.0;
    for (size_t i = 0; i < count; i++) {
        /* Words do not fill a line to its end. */
        double height = ipsim_workbook_paragraph_height(texts[i], 0.9 * widths[i]);
        most = height > most ? height : most;
    }
    if (most > LINE_HEIGHT) {
        ipsim_xlsx_height(sheet, row, most > MOST_HEIGHT ? MOST_HEIGHT : most);
    }
}

void ipsim_workbook_header_height(ipsim_xlsx_sheet *sheet, size_t row, size_t lines)
{
    ipsim_xlsx_height(sheet, row, (double)(lines * LINE_HEIGHT + 2));
}

/* Of the last digit that an error leaves: one digit of it is kept, two when it begins with 1, as in summary.txt. */
int ipsim_workbook_decimals(double error)
{
    char text[32];
    if (!isfinite(error) || error <= 0.0) {
        return 0;
    }
    snprintf(text, sizeof text, "%.1e", error);
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    int decimals = (text[0] == '1' ? 1 : 0) - exponent;
    return decimals < 0 ? 0 : decimals > IPSIM_XLSX_MOST_DECIMALS ? IPSIM_XLSX_MOST_DECIMALS : decimals;
}

static int digits_after_point(double value)
{
    double size = fabs(value);
    return value == nearbyint(value) ? 0
           : size >= 1000.0          ? 0
           : size >= 100.0           ? 1
           : size >= 10.0            ? 2
           : size >= 1.0             ? 3
           : size >= 0.01            ? 4
                                     : 6;
}

void ipsim_workbook_estimate(ipsim_xlsx_sheet *sheet, size_t row, size_t column, ipsim_summary_figure figure, double factor, bool change)
{
    if (!figure.found) {
        return;
    }
    /* As in summary.txt: less than a quantum is the rounding of a few persons. */
    if (fabs(figure.estimate) < 0x1p-32 && fabs(figure.mcse) < 0x1p-32) {
        figure.estimate = figure.mcse = 0.0;
    }
    double value = figure.estimate * factor, error = figure.mcse * factor;
    bool exact = !(isfinite(error) && error > 0.0);
    int decimals = exact ? digits_after_point(value) : ipsim_workbook_decimals(error);
    ipsim_xlsx_number(sheet, row, column, change ? IPSIM_XLSX_CHANGE : IPSIM_XLSX_NUMBER, decimals, value);
    ipsim_xlsx_number(sheet, row, column + 1, IPSIM_XLSX_ERROR, decimals, error);
}

void ipsim_workbook_year(ipsim_xlsx_sheet *sheet, size_t row, size_t column, double year)
{
    int decimals = 0;
    for (double scaled = year; decimals < 3 && fabs(scaled - nearbyint(scaled)) > 1e-6; scaled *= 10.0) {
        decimals++;
    }
    ipsim_xlsx_number(sheet, row, column, IPSIM_XLSX_NUMBER, decimals, year);
}

void ipsim_workbook_plain(ipsim_xlsx_sheet *sheet, size_t row, size_t column, double value)
{
    ipsim_xlsx_number(sheet, row, column, IPSIM_XLSX_NUMBER, digits_after_point(value), value);
}

double ipsim_workbook_real(const ipsim_table *table, const char *column, size_t row)
{
    size_t c = ipsim_table_find_column(table, column);
    if (c == table->n_columns || table->columns[c].type == IPSIM_TEXT) {
        return NAN;
    }
    return table->columns[c].type == IPSIM_REAL ? table->columns[c].real[row] : (double)table->columns[c].integer[row];
}

const char *ipsim_workbook_text(const ipsim_table *table, const char *column, size_t row)
{
    size_t c = ipsim_table_find_column(table, column);
    return c < table->n_columns && table->columns[c].type == IPSIM_TEXT ? ipsim_summary_text_at(&table->columns[c], row) : "";
}
