/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_break_even: when a policy has paid for itself. See workbook_parts.h. */
#include <math.h>
#include <string.h>

#include "workbook_parts.h"

enum { MOST_LINES = 12, ROWS_OF_A_CHART = 20, COLUMN_WIDTH = 15 };

/* The first report year from which on the arm costs less, or a word that there is none; "?" where chance could have decided that. */
static const char *paid_back(workbook *w, const char *arm, const char *outcome)
{
    size_t first = w->n_years;
    bool doubtful = false;
    while (first > 0) {
        ipsim_summary_figure figure = ipsim_workbook_find(&w->changes, arm, outcome, "all", true, w->years[first - 1]);
        if (!figure.found || !(figure.estimate < 0.0)) {
            break;
        }
        doubtful = doubtful || fabs(figure.estimate) < 2.0 * figure.mcse;
        first--;
    }
    if (first == w->n_years) {
        ipsim_summary_figure last = ipsim_workbook_find(&w->changes, arm, outcome, "all", true, w->years[first - 1]);
        doubtful = last.found && last.estimate > 0.0 && last.estimate < 2.0 * last.mcse;
        return ipsim_workbook_print(w, "not by year %g%s", w->years[first - 1], doubtful ? " ?" : "");
    }
    return ipsim_workbook_print(w, "%s year %g%s", first == 0 ? "already by" : "by", w->years[first], doubtful ? " ?" : "");
}

static void add_chart(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const char *title, const char *unit, double horizon,
                      const ipsim_xlsx_series *series, size_t n_series)
{
    ipsim_xlsx_chart chart = {.kind = IPSIM_XLSX_POINTS,
                              .title = title,
                              .x_title = "Years since the start",
                              .y_title = unit,
                              .description = ipsim_workbook_print(w,
                                                                  "%s, a line for each point of view; below 0 money is saved. The numbers "
                                                                  "stand in the table above.",
                                                                  title),
                              .y_format = "#,##0",
                              .x_most = horizon,
                              .y_most = NAN,
                              .width = 900,
                              .height = 330};
    ipsim_xlsx_add_chart(sheet, row, 0, &chart, series, n_series);
}

/* A table with a row for each year and a chart below it; returns the first free row. */
static size_t put_arm(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const char *arm)
{
    ipsim_xlsx_series series[MOST_LINES];
    const char *outcome, *label;
    size_t header = row + 1, n_series = 0;
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_HEADING, ipsim_workbook_print(w, "%s, against %s", arm, w->comparator));
    ipsim_workbook_header_height(sheet, header, 2);
    ipsim_xlsx_text(sheet, header, 0, IPSIM_XLSX_HEADER_NUMBER, "until year");
    for (size_t n = 0; ipsim_workbook_perspective(w, n, &outcome, &label); n++) {
        ipsim_xlsx_text(sheet, header, 1 + 2 * n, IPSIM_XLSX_HEADER_NUMBER, label);
        ipsim_xlsx_text(sheet, header, 2 + 2 * n, IPSIM_XLSX_HEADER_NUMBER, "±");
        if (n_series < MOST_LINES) {
            series[n_series++] = (ipsim_xlsx_series){.name_row = header,
                                                     .name_column = 1 + 2 * n,
                                                     .first_row = header + 1,
                                                     .last_row = header + w->n_years,
                                                     .x_column = 0,
                                                     .y_column = 1 + 2 * n,
                                                     .colour = n};
        }
    }
    for (size_t y = 0; y < w->n_years; y++) {
        ipsim_workbook_year(sheet, header + 1 + y, 0, w->years[y]);
        for (size_t n = 0; ipsim_workbook_perspective(w, n, &outcome, &label); n++) {
            ipsim_workbook_estimate(sheet, header + 1 + y, 1 + 2 * n,
                                    ipsim_workbook_find(&w->changes, arm, outcome, "all", true, w->years[y]), w->money, true);
        }
    }
    row = header + 1 + w->n_years;
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_TEXT, "pays for itself");
    for (size_t n = 0; ipsim_workbook_perspective(w, n, &outcome, &label); n++) {
        ipsim_xlsx_text(sheet, row, 1 + 2 * n, IPSIM_XLSX_RIGHT, paid_back(w, arm, outcome));
    }
    add_chart(w, sheet, row + 2, ipsim_workbook_print(w, "Net cost of %s against %s until each year", arm, w->comparator), w->money_unit,
              w->years[w->n_years - 1], series, n_series);
    return row + 3 + ROWS_OF_A_CHART;
}

/* ---- the table of the analysis that draws parameters ---- */
/* Rows begin .. end - 1: one scenario against one comparator, perspective by perspective. */
typedef struct drawn_block {
    const ipsim_table *table;
    size_t begin, end;
} drawn_block;

static bool is_perspective(const ipsim_table *t, size_t row)
{
    return strcmp(ipsim_workbook_text(t, "account", row), "perspective") == 0;
}

static bool starts_name(const drawn_block *d, size_t row)
{
    return row == d->begin || strcmp(ipsim_workbook_text(d->table, "name", row), ipsim_workbook_text(d->table, "name", row - 1)) != 0 ||
           is_perspective(d->table, row) != is_perspective(d->table, row - 1);
}

static size_t put_drawn_headers(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const drawn_block *d)
{
    static const char *const parts[] = {"2.5 %", "97.5 %", "saves with probability"};
    size_t column = 1;
    ipsim_workbook_header_height(sheet, row, 2);
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_HEADER_NUMBER, "until year");
    for (size_t r = d->begin; r < d->end; r++) {
        if (is_perspective(d->table, r) && starts_name(d, r)) {
            ipsim_xlsx_text(sheet, row, column++, IPSIM_XLSX_HEADER_NUMBER,
                            ipsim_workbook_label(w, "perspective:", ipsim_workbook_text(d->table, "name", r)));
            for (size_t i = 0; i < 3; i++) {
                ipsim_xlsx_text(sheet, row, column++, IPSIM_XLSX_HEADER_NUMBER, parts[i]);
            }
        }
    }
    return column;
}

/* The years of the first perspective; all have the same. */
static size_t count_years(const drawn_block *d, size_t first)
{
    size_t count = 1;
    while (first + count < d->end && !starts_name(d, first + count)) {
        count++;
    }
    return count;
}

static size_t put_drawn(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const drawn_block *d)
{
    static const char *const numbers[] = {"mean", "low", "high"};
    ipsim_xlsx_series series[MOST_LINES];
    const char *arm = ipsim_workbook_text(d->table, "scenario", d->begin), *other = ipsim_workbook_text(d->table, "comparator", d->begin);
    size_t header = row + 1, n_series = 0, first = d->begin;
    while (first < d->end && !is_perspective(d->table, first)) {
        first++;
    }
    if (first == d->end) {
        return row;
    }
    size_t n_years = count_years(d, first);
    const char *unit = ipsim_workbook_text(d->table, "unit", first);
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_HEADING, ipsim_workbook_print(w, "%s, against %s: %s a person", arm, other, unit));
    put_drawn_headers(w, sheet, header, d);
    for (size_t y = 0; y < n_years; y++) {
        ipsim_workbook_year(sheet, header + 1 + y, 0, ipsim_workbook_real(d->table, "year", first + y));
        size_t column = 1;
        for (size_t r = first; r < d->end; r++) {
            if (!is_perspective(d->table, r) || !starts_name(d, r) || count_years(d, r) != n_years) {
                continue;
            }
            for (size_t i = 0; i < 3; i++) {
                ipsim_xlsx_number(sheet, header + 1 + y, column + i, i == 0 ? IPSIM_XLSX_CHANGE : IPSIM_XLSX_NUMBER, 0,
                                  ipsim_workbook_real(d->table, numbers[i], r + y));
            }
            ipsim_xlsx_number(sheet, header + 1 + y, column + 3, IPSIM_XLSX_SHARE, 0,
                              ipsim_workbook_real(d->table, "probability_saving", r + y));
            if (y == 0 && n_series < MOST_LINES) {
                series[n_series] = (ipsim_xlsx_series){.name_row = header,
                                                       .name_column = column,
                                                       .first_row = header + 1,
                                                       .last_row = header + n_years,
                                                       .x_column = 0,
                                                       .y_column = column,
                                                       .colour = n_series};
                n_series++;
            }
            column += 4;
        }
    }
    row = header + 1 + n_years;
    const char *title = ipsim_workbook_print(w, "Net cost of %s against %s until each year, mean over the draws", arm, other);
    add_chart(w, sheet, row + 1, title, ipsim_workbook_print(w, "%s a person", unit),
              ipsim_workbook_real(d->table, "year", first + n_years - 1), series, n_series);
    return row + 2 + ROWS_OF_A_CHART;
}

/* From a row of the table to the next scenario or comparator. */
static drawn_block block_from(const ipsim_table *t, size_t begin)
{
    drawn_block d = {t, begin, begin + 1};
    while (d.end < t->n_rows && strcmp(ipsim_workbook_text(t, "scenario", d.end), ipsim_workbook_text(t, "scenario", begin)) == 0 &&
           strcmp(ipsim_workbook_text(t, "comparator", d.end), ipsim_workbook_text(t, "comparator", begin)) == 0) {
        d.end++;
    }
    return d;
}

void ipsim_workbook_break_even(workbook *w, ipsim_xlsx_sheet *sheet)
{
    const ipsim_table *drawn = w->break_even;
    size_t most = w->n_arms + (drawn != NULL ? drawn->n_rows : 0) + 1;
    size_t *breaks = sheet != NULL ? ipsim_arena_alloc(w->arena, most, sizeof *breaks) : NULL;
    if (breaks == NULL) {
        w->failed = w->failed || sheet != NULL;
        return;
    }
    size_t row = WORKBOOK_FIRST_ROW, n_perspectives = 0, n_breaks = 0;
    const char *outcome, *label;
    bool from_run = w->comparator != NULL && w->n_years > 0;
    ipsim_workbook_head(
        sheet, 8, 120, "When does it pay for itself?",
        from_run
            ? ipsim_workbook_print(w,
                                   "Net cost from the start until each year, %s, discounted. Below 0 the policy has saved more than "
                                   "it has cost. Years between those reported are not known, so a year is the first of them from "
                                   "which on it saves; ? where a figure lies within two standard errors of 0, so that chance may "
                                   "have decided.",
                                   w->money_unit)
            : "Net cost from the start until each year, discounted, with the uncertainty of the parameters. Below 0 the policy has saved "
              "more than it has cost. 95 % of the draws lie between 2.5 % and 97.5 %.");
    for (size_t a = 0; from_run && a < w->n_arms; a++) {
        row = put_arm(w, sheet, row, w->arms[a]);
        breaks[n_breaks++] = row;
    }
    for (drawn_block d = {drawn, 0, 0}; drawn != NULL && d.end < drawn->n_rows;) {
        d = block_from(drawn, d.end);
        size_t next = put_drawn(w, sheet, row, &d);
        if (next > row) {
            breaks[n_breaks++] = next;
        }
        row = next;
    }
    while (ipsim_workbook_perspective(w, n_perspectives, &outcome, &label)) {
        n_perspectives++;
    }
    size_t columns = (drawn != NULL ? 4 : 2) * n_perspectives;
    ipsim_xlsx_width(sheet, 0, 0, 16);
    ipsim_xlsx_width(sheet, 1, columns, COLUMN_WIDTH);
    /* Nothing stands behind the last break. */
    ipsim_xlsx_pages(sheet, true, 16.0 + COLUMN_WIDTH * (double)(columns < 8 ? 8 : columns), breaks, n_breaks > 0 ? n_breaks - 1 : 0);
}
