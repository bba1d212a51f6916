/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_break_even: when a policy has paid for itself. See workbook_parts.h. */
#include <math.h>
#include <string.h>

#include "workbook_parts.h"

enum { MOST_LINES = 12, ROWS_OF_A_CHART = 20 };

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
    const char *title = ipsim_workbook_print(w, "Net cost of %s against %s until each year", arm, w->comparator);
    ipsim_xlsx_chart chart = {
        .kind = IPSIM_XLSX_POINTS,
        .title = title,
        .x_title = "Years since the start",
        .y_title = w->money_unit,
        .description = ipsim_workbook_print(w,
                                            "%s, a line for each point of view; below 0 money is saved. The numbers stand "
                                            "in the table above.",
                                            title),
        .y_format = "#,##0",
        .x_most = w->years[w->n_years - 1],
        .y_most = NAN,
        .width = 900,
        .height = 330};
    ipsim_xlsx_add_chart(sheet, row + 2, 0, &chart, series, n_series);
    return row + 3 + ROWS_OF_A_CHART;
}

/* The table of the analysis that draws parameters: with what they leave open. */
static void put_drawn(ipsim_xlsx_sheet *sheet, size_t row, const ipsim_table *t)
{
    static const char *const headers[] = {
        "scenario", "against", "account", "name", "until year", "mean", "2.5 %", "97.5 %", "probability of saving", "unit"};
    static const char *const texts[] = {"scenario", "comparator", "account", "name"};
    static const char *const numbers[] = {"mean", "low", "high"};
    ipsim_xlsx_text(sheet, row++, 0, IPSIM_XLSX_HEADING, "With the uncertainty of the parameters, per person");
    for (size_t c = 0; c < sizeof headers / sizeof headers[0]; c++) {
        ipsim_xlsx_text(sheet, row, c, c < 4 || c == 9 ? IPSIM_XLSX_HEADER : IPSIM_XLSX_HEADER_NUMBER, headers[c]);
    }
    for (size_t r = 0; r < t->n_rows; r++) {
        row++;
        for (size_t i = 0; i < 4; i++) {
            ipsim_xlsx_text(sheet, row, i, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, texts[i], r));
        }
        ipsim_workbook_year(sheet, row, 4, ipsim_workbook_real(t, "year", r));
        for (size_t i = 0; i < 3; i++) {
            ipsim_workbook_plain(sheet, row, 5 + i, ipsim_workbook_real(t, numbers[i], r));
        }
        ipsim_xlsx_number(sheet, row, 8, IPSIM_XLSX_SHARE, 0, ipsim_workbook_real(t, "probability_saving", r));
        ipsim_xlsx_text(sheet, row, 9, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "unit", r));
    }
}

void ipsim_workbook_break_even(workbook *w, ipsim_xlsx_sheet *sheet)
{
    if (sheet == NULL) {
        return;
    }
    size_t row = WORKBOOK_FIRST_ROW, n_perspectives = 0, n_breaks = 0;
    const char *outcome, *label;
    size_t *breaks = ipsim_arena_alloc(w->arena, w->n_arms + 1, sizeof *breaks);
    w->failed = w->failed || breaks == NULL;
    if (breaks == NULL) {
        return;
    }
    bool from_run = w->comparator != NULL && w->n_years > 0;
    ipsim_workbook_head(
        sheet, 8, 120, "When does it pay for itself?",
        from_run ? ipsim_workbook_print(
                       w,
                       "Net cost from the start until each year, %s, discounted. Below 0 the policy has saved more than "
                       "it has cost. Years between those reported are not known, so a year is the first of them from "
                       "which on it saves; ? where a figure lies within two standard errors of 0, so that chance may have decided.",
                       w->money_unit)
                 : "Net cost from the start until each year, discounted. Below 0 the policy has saved more than it has cost.");
    for (size_t a = 0; from_run && a < w->n_arms; a++) {
        if (row > WORKBOOK_FIRST_ROW) {
            breaks[n_breaks++] = row;
        }
        row = put_arm(w, sheet, row, w->arms[a]);
    }
    if (w->break_even != NULL) {
        if (row > WORKBOOK_FIRST_ROW) {
            breaks[n_breaks++] = row;
        }
        put_drawn(sheet, row, w->break_even);
    }
    ipsim_xlsx_width(sheet, 0, 0, 16);
    ipsim_xlsx_width(sheet, 1, 9, 15);
    while (ipsim_workbook_perspective(w, n_perspectives, &outcome, &label)) {
        n_perspectives++;
    }
    size_t columns = 2 * n_perspectives > 9 ? 2 * n_perspectives : w->break_even != NULL ? 9 : 2 * n_perspectives;
    ipsim_xlsx_pages(sheet, true, 16.0 + 15.0 * (double)columns, breaks, n_breaks);
}
