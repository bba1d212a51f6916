/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx: a workbook for spreadsheet programs, built sheet by sheet and cell by cell, with native charts.
 *
 * It knows nothing of what it writes; report/workbook decides what stands where. The bytes depend on the cells alone (and on the version of
 * libxlsxwriter): dates are fixed. Text is text: whatever it begins with, it is never a formula or a link, also when somebody edits the cell
 * and leaves it; what does things to a screen is removed, and what is too long for a cell (32 767 characters) is cut and ends in "…".
 * A number that is not finite leaves its cell empty.
 *
 * Rows and columns are counted from 0. Within a sheet rows must be written from top to bottom. Functions accept NULL sheets, and a failure
 * is kept until ipsim_xlsx_finish tells it. */
#ifndef IPSIM_XLSX_H
#define IPSIM_XLSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipsim/error.h"

enum { IPSIM_XLSX_MOST_ROWS = 1048576, IPSIM_XLSX_MOST_COLUMNS = 16384, IPSIM_XLSX_MOST_DECIMALS = 6 };

typedef struct ipsim_xlsx ipsim_xlsx;
typedef struct ipsim_xlsx_sheet ipsim_xlsx_sheet;

typedef enum ipsim_xlsx_style {
    IPSIM_XLSX_TEXT,
    IPSIM_XLSX_WRAPPED,  /* lines are broken in the cell */
    IPSIM_XLSX_INDENTED, /* a text beside numbers */
    IPSIM_XLSX_RIGHT,    /* a word in a column of numbers */
    IPSIM_XLSX_TITLE,
    IPSIM_XLSX_HEADING,       /* of a part of a sheet */
    IPSIM_XLSX_HEADER,        /* of a column */
    IPSIM_XLSX_HEADER_NUMBER, /* the same above numbers */
    IPSIM_XLSX_HEADER_INDENTED,
    IPSIM_XLSX_NOTE, /* an explanation */
    IPSIM_XLSX_GOOD, /* a verdict beside numbers */
    IPSIM_XLSX_BAD,
    IPSIM_XLSX_NUMBER, /* from here on with decimals */
    IPSIM_XLSX_CHANGE, /* with its sign */
    IPSIM_XLSX_ERROR,  /* with ± */
    IPSIM_XLSX_SHARE,  /* 0.5 as 50 % */
    IPSIM_XLSX_N_STYLES
} ipsim_xlsx_style;

/* title: of the document. large: much more than 100 000 cells; then they are kept in temporary files and not in memory. */
ipsim_status ipsim_xlsx_begin(const char *path, const char *title, bool large, ipsim_xlsx **out, ipsim_error *err) IPSIM_MUST_CHECK;
/* Writes the file, whole or not at all, and frees book. */
ipsim_status ipsim_xlsx_finish(ipsim_xlsx *book, ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_xlsx_abandon(ipsim_xlsx *book); /* accepts NULL */

/* name: at most 31 characters, none of []:*?/\ and different from the others. The first sheet is the one that is seen. */
ipsim_xlsx_sheet *ipsim_xlsx_add_sheet(ipsim_xlsx *book, const char *name);
void ipsim_xlsx_text(ipsim_xlsx_sheet *sheet, size_t row, size_t column, ipsim_xlsx_style style, const char *text);
void ipsim_xlsx_number(ipsim_xlsx_sheet *sheet, size_t row, size_t column, ipsim_xlsx_style style, int decimals, double value);
/* Text over several columns in a row of that height (in points; 0 for one line). */
void ipsim_xlsx_paragraph(ipsim_xlsx_sheet *sheet, size_t row, size_t first_column, size_t last_column, double height,
                          ipsim_xlsx_style style, const char *text);
void ipsim_xlsx_width(ipsim_xlsx_sheet *sheet, size_t first_column, size_t last_column, double characters);
/* Of a row, in points, before anything is written to it; a line takes 15. */
void ipsim_xlsx_height(ipsim_xlsx_sheet *sheet, size_t row, double points);
/* A note that appears when the cell is pointed at; written in its turn, as the cell is. */
void ipsim_xlsx_comment(ipsim_xlsx_sheet *sheet, size_t row, size_t column, const char *text);
/* The rows of column headers: with all above them, and the columns before first_free, they stay in view; they are repeated on every page. */
void ipsim_xlsx_freeze(ipsim_xlsx_sheet *sheet, size_t first_header, size_t last_header, size_t first_free);
void ipsim_xlsx_filter(ipsim_xlsx_sheet *sheet, size_t header_row, size_t last_row, size_t last_column);
/* A4, as wide as the page. */
void ipsim_xlsx_page(ipsim_xlsx_sheet *sheet, bool landscape);
/* A4, upright or not, at a scale that takes so many characters of columns in; a new page begins with each of the rows (ascending, not 0). */
void ipsim_xlsx_pages(ipsim_xlsx_sheet *sheet, bool landscape, double characters, const size_t *rows, size_t n_rows);

typedef enum ipsim_xlsx_chart_kind {
    IPSIM_XLSX_LINES,   /* over equal steps of x */
    IPSIM_XLSX_AREAS,   /* the same, stacked */
    IPSIM_XLSX_POINTS,  /* joined points at any x */
    IPSIM_XLSX_BARS,    /* side by side, x are names */
    IPSIM_XLSX_TORNADO, /* the same, one over the other */
} ipsim_xlsx_chart_kind;

/* A column of numbers over a column of x, named by a cell. */
typedef struct ipsim_xlsx_series {
    const ipsim_xlsx_sheet *from; /* where they stand; NULL: on the sheet of the chart */
    size_t name_row, name_column;
    size_t first_row, last_row;
    size_t x_column, y_column;
    size_t colour; /* of a palette that the colour-blind can tell apart */
    bool dashed;
} ipsim_xlsx_series;

typedef struct ipsim_xlsx_chart {
    ipsim_xlsx_chart_kind kind;
    const char *title, *x_title, *y_title;
    const char *description; /* for those who cannot see it */
    const char *y_format;    /* of the numbers on the axis, as spreadsheets write it */
    size_t x_step;           /* lines and areas: every so many rows x is labelled; 0: as the program likes */
    double x_most, y_most;   /* points: the end of the axis of x, which begins at 0; lines and areas: of y. NaN: as the program likes */
    double width, height;    /* in pixels */
} ipsim_xlsx_chart;

void ipsim_xlsx_add_chart(ipsim_xlsx_sheet *sheet, size_t row, size_t column, const ipsim_xlsx_chart *chart,
                          const ipsim_xlsx_series *series, size_t n_series);

/* Loads the library that makes workbooks, or waits until it is loaded; any number of times, from any thread. That it is not there should be known
 * before long work. */
ipsim_status ipsim_xlsx_load(ipsim_error *err) IPSIM_MUST_CHECK;
const char *ipsim_xlsx_library_version(void); /* "none" where it cannot be loaded */

#endif
