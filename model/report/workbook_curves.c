/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_curves: where people are, year by year: charts on one sheet, numbers on another. See workbook_parts.h. */
#include <math.h>
#include <string.h>

#include "workbook_parts.h"

enum { MOST_STATES = 24, MOST_ARMS = 12, ROWS_OF_A_CHART = 19, COLUMNS_OF_A_CHART = 7, ARM_ROW = WORKBOOK_FIRST_ROW - 1, PRINTED = 170 };
enum { MOST_TIMES = 100 }; /* a chart shows no more, and they are a good part of the time that a short run takes */

/* One time in how many stands in the workbook: so that the last is among them, where that can be had. */
static size_t times_step(const ipsim_curves *c)
{
    size_t least = (c->n_times + MOST_TIMES - 1) / MOST_TIMES, step = least;
    while (step < 2 * least && (c->n_times - 1) % step != 0) {
        step++;
    }
    return step < 2 * least ? step : least;
}

static size_t n_rows(const ipsim_curves *c)
{
    return (c->n_times - 1) / times_step(c) + 1;
}

/* Column of a state of an arm on the sheet of numbers: years stand before all, the errors of the state shown behind all. */
static size_t column_of(const ipsim_curves *c, size_t arm, size_t state)
{
    return 1 + arm * c->n_states + state;
}

/* About ten labels along the axis, at round years where steps are equal. */
static size_t label_step(const ipsim_curves *c)
{
    double span = c->times[c->n_times - 1] - c->times[0], step = (c->times[1] - c->times[0]) * (double)times_step(c);
    static const double years[] = {0.25, 0.5, 1, 2, 5, 10, 20, 50, 100};
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        if (span / years[i] <= 12.0 && years[i] >= step * 0.999) {
            return (size_t)(years[i] / step + 0.5);
        }
    }
    return n_rows(c) / 10 + 1;
}

static void put_numbers(workbook *w, ipsim_xlsx_sheet *sheet)
{
    const ipsim_curves *c = &w->curves;
    size_t errors = column_of(c, c->n_arms, 0), step = times_step(c), rows = n_rows(c);
    ipsim_workbook_head(
        sheet, 8, 110, "Share of people in each state",
        ipsim_workbook_print(w,
                             "%s, in years since the start. The last columns are the Monte Carlo standard errors of \"%s\"; "
                             "%s stand in occupancy.csv.",
                             step == 1 ? "At each time" : ipsim_workbook_print(w, "At one time in %zu", step),
                             ipsim_workbook_label(w, "state:", c->states[c->shown]),
                             step == 1 ? "those of the other states" : "the others, and all times,"));
    ipsim_xlsx_text(sheet, ARM_ROW, 0, IPSIM_XLSX_HEADER_NUMBER, "");
    for (size_t a = 0; a < c->n_arms; a++) {
        for (size_t s = 0; s < c->n_states; s++) {
            ipsim_xlsx_text(sheet, ARM_ROW, column_of(c, a, s), IPSIM_XLSX_HEADER_NUMBER, c->arms[a]);
        }
        ipsim_xlsx_text(sheet, ARM_ROW, errors + a, IPSIM_XLSX_HEADER_NUMBER, c->arms[a]);
    }
    ipsim_workbook_header_height(sheet, WORKBOOK_FIRST_ROW, 3);
    ipsim_xlsx_text(sheet, WORKBOOK_FIRST_ROW, 0, IPSIM_XLSX_HEADER_NUMBER, "year");
    for (size_t a = 0; a < c->n_arms; a++) {
        for (size_t s = 0; s < c->n_states; s++) {
            ipsim_xlsx_text(sheet, WORKBOOK_FIRST_ROW, column_of(c, a, s), IPSIM_XLSX_HEADER_NUMBER,
                            ipsim_workbook_label(w, "state:", c->states[s]));
        }
        ipsim_xlsx_text(sheet, WORKBOOK_FIRST_ROW, errors + a, IPSIM_XLSX_HEADER_NUMBER,
                        ipsim_workbook_print(w, "± %s", ipsim_workbook_label(w, "state:", c->states[c->shown])));
    }
    for (size_t t = 0; t < c->n_times; t += step) {
        size_t row = WORKBOOK_FIRST_ROW + 1 + t / step;
        ipsim_workbook_year(sheet, row, 0, c->times[t]);
        for (size_t a = 0; a < c->n_arms; a++) {
            for (size_t s = 0; s < c->n_states; s++) {
                ipsim_xlsx_number(sheet, row, column_of(c, a, s), IPSIM_XLSX_SHARE, 1, ipsim_curves_share(c, a, t, s));
            }
        }
        for (size_t a = 0; a < c->n_arms; a++) {
            ipsim_xlsx_number(sheet, row, errors + a, IPSIM_XLSX_SHARE, 2, c->mcse[(a * c->n_times + t) * c->n_states + c->shown]);
        }
    }
    ipsim_xlsx_width(sheet, 0, 0, 8);
    ipsim_xlsx_width(sheet, 1, errors + c->n_arms - 1, 16);
    ipsim_xlsx_freeze(sheet, ARM_ROW, WORKBOOK_FIRST_ROW, 1);
    ipsim_xlsx_filter(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW + rows, errors + c->n_arms - 1);
    ipsim_xlsx_pages(sheet, true, PRINTED, NULL, 0);
}

/* name_row: an arm is named in one row of headers, a state in the other. */
static ipsim_xlsx_series series_of(const workbook *w, const ipsim_xlsx_sheet *numbers, size_t name_row, size_t arm, size_t state)
{
    return (ipsim_xlsx_series){.from = numbers,
                               .name_row = name_row,
                               .name_column = column_of(&w->curves, arm, state),
                               .first_row = WORKBOOK_FIRST_ROW + 1,
                               .last_row = WORKBOOK_FIRST_ROW + n_rows(&w->curves),
                               .x_column = 0,
                               .y_column = column_of(&w->curves, arm, state)};
}

static void chart_state(workbook *w, ipsim_xlsx_sheet *sheet, const ipsim_xlsx_sheet *numbers, size_t row)
{
    const ipsim_curves *c = &w->curves;
    ipsim_xlsx_series series[MOST_ARMS];
    size_t count = c->n_arms < MOST_ARMS ? c->n_arms : MOST_ARMS;
    for (size_t a = 0; a < count; a++) {
        series[a] = series_of(w, numbers, ARM_ROW, a, c->shown);
        series[a].colour = a;
        series[a].dashed = a > 0 && a % 2 == 0;
    }
    const char *label = ipsim_workbook_label(w, "state:", c->states[c->shown]);
    ipsim_xlsx_chart chart = {
        .kind = IPSIM_XLSX_LINES,
        .title = ipsim_workbook_print(w, "%s: share of all people", label),
        .x_title = "Years since the start",
        .y_title = "",
        .description = ipsim_workbook_print(w,
                                            "Share of people in the state %s over time, a line for each arm; the numbers "
                                            "stand on the sheet Occupancy.",
                                            label),
        .y_format = "0%",
        .x_step = label_step(c),
        .x_most = NAN,
        .y_most = NAN,
        .width = 920,
        .height = 360};
    ipsim_xlsx_add_chart(sheet, row, 0, &chart, series, count);
}

static void chart_arm(workbook *w, ipsim_xlsx_sheet *sheet, const ipsim_xlsx_sheet *numbers, size_t arm, size_t row, size_t column)
{
    const ipsim_curves *c = &w->curves;
    ipsim_xlsx_series series[MOST_STATES];
    size_t count = c->n_states < MOST_STATES ? c->n_states : MOST_STATES;
    for (size_t s = 0; s < count; s++) {
        series[s] = series_of(w, numbers, WORKBOOK_FIRST_ROW, arm, s);
        series[s].colour = s;
    }
    ipsim_xlsx_chart chart = {
        .kind = IPSIM_XLSX_AREAS,
        .title = ipsim_workbook_print(w, "Where people are: %s", c->arms[arm]),
        .x_title = "Years since the start",
        .y_title = "",
        .description = ipsim_workbook_print(w,
                                            "Shares of all people in each state over time under %s, as stacked areas; the "
                                            "numbers stand on the sheet Occupancy.",
                                            c->arms[arm]),
        .y_format = "0%",
        .x_step = label_step(c),
        .x_most = NAN,
        .y_most = 1.0,
        .width = 450,
        .height = 380};
    ipsim_xlsx_add_chart(sheet, row, column, &chart, series, count);
}

void ipsim_workbook_curves(workbook *w, ipsim_xlsx_sheet *charts, ipsim_xlsx_sheet *occupancy)
{
    if (charts == NULL || occupancy == NULL) {
        return;
    }
    const ipsim_curves *c = &w->curves;
    put_numbers(w, occupancy);
    size_t row = WORKBOOK_FIRST_ROW, shown = c->n_arms < MOST_ARMS ? c->n_arms : MOST_ARMS;
    ipsim_workbook_head(charts, 2 * COLUMNS_OF_A_CHART - 1, 120, "Where people are, year by year",
                        shown == c->n_arms
                            ? "The numbers stand on the sheet Occupancy."
                            : ipsim_workbook_print(w, "The first %zu arms; the numbers of all stand on the sheet Occupancy.", shown));
    chart_state(w, charts, occupancy, row);
    row += ROWS_OF_A_CHART;
    for (size_t a = 0; a < shown; a++) {
        chart_arm(w, charts, occupancy, a, row + a / 2 * (ROWS_OF_A_CHART + 1), a % 2 * COLUMNS_OF_A_CHART);
    }
    ipsim_xlsx_page(charts, false);
}
