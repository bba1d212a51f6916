/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_costs: who pays, at the horizon for reading and in full for filtering. See workbook_parts.h. */
#include <math.h>
#include <string.h>

#include "workbook_parts.h"

static const struct {
    const char *outcome, *label;
} kinds[] = {{"cost", "all kinds"}, {"cost_resource", "resource"}, {"cost_transfer", "transfer"}, {"cost_production", "production"}};
enum { N_KINDS = sizeof kinds / sizeof kinds[0], MOST_CHARTED = 12 };

typedef struct named_payer {
    const char *name, *label;
} named_payer;

/* The payers, then all of them together; at least that one, or memory is short. */
static named_payer *list_payers(workbook *w, size_t *count)
{
    const char *name;
    size_t n = 0;
    while (w->about != NULL && ipsim_summary_nth_name(w->about, "payer:", n) != NULL) {
        n++;
    }
    named_payer *payers = ipsim_arena_alloc(w->arena, n + 1, sizeof *payers);
    w->failed = w->failed || payers == NULL;
    *count = payers != NULL ? n + 1 : 0;
    for (size_t i = 0; i < *count; i++) {
        name = i < n ? ipsim_summary_nth_name(w->about, "payer:", i) : NULL;
        payers[i] = name != NULL ? (named_payer){name, ipsim_workbook_label(w, "payer:", name)} : (named_payer){"all", "All together"};
    }
    return payers;
}

static void put_headers(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, size_t column, bool with_levels)
{
    for (size_t s = 0; with_levels && s < w->n_scenarios; s++, column += 2) {
        ipsim_xlsx_text(sheet, row, column, IPSIM_XLSX_HEADER_NUMBER, w->scenarios[s]);
        ipsim_xlsx_text(sheet, row, column + 1, IPSIM_XLSX_HEADER_NUMBER, "±");
    }
    for (size_t a = 0; w->comparator != NULL && a < w->n_arms; a++, column += 2) {
        ipsim_xlsx_text(sheet, row, column, IPSIM_XLSX_HEADER_NUMBER, ipsim_workbook_print(w, "%s,\nchange", w->arms[a]));
        ipsim_xlsx_text(sheet, row, column + 1, IPSIM_XLSX_HEADER_NUMBER, "±");
    }
}

/* Whether there was anything to put. */
static bool put_figures(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, size_t column, const char *outcome, const char *payer,
                        double year)
{
    bool found = false;
    for (size_t s = 0; s < w->n_scenarios; s++, column += 2) {
        ipsim_summary_figure figure = ipsim_workbook_find(&w->levels, w->scenarios[s], outcome, payer, true, year);
        ipsim_workbook_estimate(sheet, row, column, figure, w->money, false);
        found = found || figure.found;
    }
    for (size_t a = 0; w->comparator != NULL && a < w->n_arms; a++, column += 2) {
        ipsim_summary_figure figure = ipsim_workbook_find(&w->changes, w->arms[a], outcome, payer, true, year);
        ipsim_workbook_estimate(sheet, row, column, figure, w->money, true);
        found = found || figure.found;
    }
    return found;
}

static void chart_payers(workbook *w, ipsim_xlsx_sheet *sheet, size_t header, size_t last_row)
{
    ipsim_xlsx_series series[MOST_CHARTED];
    bool change = w->comparator != NULL;
    size_t count = w->n_arms < MOST_CHARTED ? w->n_arms : MOST_CHARTED;
    /* Changes stand behind the levels of all scenarios. */
    size_t first = change ? 1 + 2 * w->n_scenarios : 1;
    for (size_t a = 0; a < count; a++) {
        series[a] = (ipsim_xlsx_series){.name_row = header,
                                        .name_column = first + 2 * a,
                                        .first_row = header + 1,
                                        .last_row = last_row,
                                        .x_column = 0,
                                        .y_column = first + 2 * a,
                                        .colour = a};
    }
    const char *title = change ? ipsim_workbook_print(w, "Change in cost by payer, against %s", w->comparator) : "Cost by payer";
    ipsim_xlsx_chart chart = {
        .kind = IPSIM_XLSX_BARS,
        .title = title,
        .x_title = "",
        .y_title = ipsim_workbook_print(w, "%s until year %g", w->money_unit, w->years[w->n_years - 1]),
        .description = ipsim_workbook_print(w, "%s, as bars; the numbers stand in the table above.", title),
        .y_format = "#,##0",
        .x_most = NAN,
        .y_most = NAN,
        .width = 900,
        .height = 120.0 + 26.0 * (double)((last_row - header) * (count + 1) > 24 ? 24 : (last_row - header) * (count + 1)),
    };
    ipsim_xlsx_add_chart(sheet, last_row + 3, 0, &chart, series, count);
}

static void put_payers(workbook *w, ipsim_xlsx_sheet *sheet, const named_payer *payers, size_t n_payers)
{
    size_t n_columns = 1 + 2 * (w->n_scenarios + (w->comparator != NULL ? w->n_arms : 0));
    double horizon = w->years[w->n_years - 1];
    size_t row = WORKBOOK_FIRST_ROW, last_payer = row;
    ipsim_workbook_head(
        sheet, n_columns - 1, 30.0 + 12.0 * (double)n_columns, "Costs by payer",
        ipsim_workbook_print(w,
                             "%s, until year %g, discounted, transfers included. What one payer hands to another is a cost of the one "
                             "and a gain of the other, so transfers cancel out in the last line. Kinds and years: sheet Costs.",
                             w->money_unit, horizon));
    ipsim_workbook_header_height(sheet, row, 2);
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_HEADER, "payer");
    put_headers(w, sheet, row, 1, true);
    for (size_t n = 0; n < n_payers; n++) {
        if (put_figures(w, sheet, row + 1, 1, "cost", payers[n].name, horizon)) {
            row++;
            ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_TEXT, payers[n].label);
            last_payer = strcmp(payers[n].name, "all") != 0 ? row : last_payer;
        }
    }
    ipsim_xlsx_width(sheet, 0, 0, 34);
    ipsim_xlsx_width(sheet, 1, n_columns - 1, 13);
    ipsim_xlsx_freeze(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW, 1);
    ipsim_xlsx_page(sheet, true);
    if (last_payer > WORKBOOK_FIRST_ROW) {
        chart_payers(w, sheet, WORKBOOK_FIRST_ROW, last_payer);
    }
}

static void put_costs(workbook *w, ipsim_xlsx_sheet *sheet, const named_payer *payers, size_t n_payers)
{
    enum { PAYER, KIND, YEAR, FIGURES };
    size_t n_columns = FIGURES + 2 * (w->n_scenarios + (w->comparator != NULL ? w->n_arms : 0));
    size_t row = WORKBOOK_FIRST_ROW;
    ipsim_workbook_head(
        sheet, n_columns - 1, 50.0 + 12.0 * (double)n_columns, "Costs by payer, kind and year",
        ipsim_workbook_print(w,
                             "%s, from the start until that year, discounted. A negative cost is a gain: a tax of the state, a benefit "
                             "of who receives it, work produced.",
                             w->money_unit));
    ipsim_workbook_header_height(sheet, row, 2);
    ipsim_xlsx_text(sheet, row, PAYER, IPSIM_XLSX_HEADER, "payer");
    ipsim_xlsx_text(sheet, row, KIND, IPSIM_XLSX_HEADER, "kind");
    ipsim_xlsx_text(sheet, row, YEAR, IPSIM_XLSX_HEADER_NUMBER, "until year");
    put_headers(w, sheet, row, FIGURES, true);
    for (size_t y = w->n_years; y-- > 0;) {
        for (size_t k = 0; k < N_KINDS; k++) {
            for (size_t n = 0; n < n_payers; n++) {
                if (put_figures(w, sheet, row + 1, FIGURES, kinds[k].outcome, payers[n].name, w->years[y])) {
                    row++;
                    ipsim_xlsx_text(sheet, row, PAYER, IPSIM_XLSX_TEXT, payers[n].label);
                    ipsim_xlsx_text(sheet, row, KIND, IPSIM_XLSX_TEXT, kinds[k].label);
                    ipsim_workbook_year(sheet, row, YEAR, w->years[y]);
                }
            }
        }
    }
    ipsim_xlsx_width(sheet, PAYER, PAYER, 34);
    ipsim_xlsx_width(sheet, KIND, n_columns - 1, 13);
    ipsim_xlsx_freeze(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW, FIGURES);
    ipsim_xlsx_filter(sheet, WORKBOOK_FIRST_ROW, row, n_columns - 1);
    ipsim_xlsx_page(sheet, true);
}

void ipsim_workbook_costs(workbook *w, ipsim_xlsx_sheet *payers, ipsim_xlsx_sheet *costs)
{
    if (payers != NULL && costs != NULL) {
        size_t count;
        const named_payer *list = list_payers(w, &count);
        put_payers(w, payers, list, count);
        put_costs(w, costs, list, count);
    }
}
