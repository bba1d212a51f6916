/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_decision: charts of what cea, voi and dsa have found, each above the numbers it shows. See workbook_parts.h.
 *
 * Their tables are long: a row for every value of a QALY, in every perspective. A chart wants a block with a column for each line, so the
 * sheet has blocks of its own; the tables follow on sheets of their own, whole. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workbook_parts.h"

enum { MOST_LINES = 12, MOST_BARS = 15, ROWS_OF_A_CHART = 19, NAME_WIDTH = 44, NUMBER_WIDTH = 16, LAST_COLUMN = 6 };

/* Rows of a table that belong to one chart. */
typedef struct row_list {
    const ipsim_table *table;
    size_t *rows;
    size_t count;
} row_list;

static row_list list_of(workbook *w, const ipsim_table *table)
{
    row_list list = {.table = table, .rows = ipsim_arena_alloc(w->arena, table->n_rows + 1, sizeof *list.rows)};
    w->failed = w->failed || list.rows == NULL;
    return list;
}

static const char *text_at(const row_list *list, const char *column, size_t i)
{
    return ipsim_workbook_text(list->table, column, list->rows[i]);
}

static double real_at(const row_list *list, const char *column, size_t i)
{
    return ipsim_workbook_real(list->table, column, list->rows[i]);
}

/* The subgroup that charts are about: everybody where the table has such rows, otherwise the first. */
static const char *charted_subgroup(const ipsim_table *table)
{
    for (size_t r = 0; r < table->n_rows; r++) {
        if (strcmp(ipsim_workbook_text(table, "subgroup", r), "all") == 0) {
            return "all";
        }
    }
    return table->n_rows > 0 ? ipsim_workbook_text(table, "subgroup", 0) : "";
}

/* Rows of the perspective, in the order of the table. */
static row_list rows_of(workbook *w, const ipsim_table *table, const char *perspective)
{
    row_list list = list_of(w, table);
    const char *subgroup = charted_subgroup(table);
    for (size_t r = 0; list.rows != NULL && r < table->n_rows; r++) {
        if (strcmp(ipsim_workbook_text(table, "perspective", r), perspective) == 0 &&
            strcmp(ipsim_workbook_text(table, "subgroup", r), subgroup) == 0) {
            list.rows[list.count++] = r;
        }
    }
    return list;
}

/* A row of each perspective, in order of appearance; the rows of one mostly follow each other. */
static row_list perspectives_of(workbook *w, const ipsim_table *table)
{
    row_list list = list_of(w, table);
    for (size_t r = 0; list.rows != NULL && r < table->n_rows; r++) {
        const char *name = ipsim_workbook_text(table, "perspective", r);
        bool fresh = r == 0 || strcmp(ipsim_workbook_text(table, "perspective", r - 1), name) != 0;
        for (size_t i = 0; fresh && i < list.count; i++) {
            fresh = strcmp(text_at(&list, "perspective", i), name) != 0;
        }
        if (fresh) {
            list.rows[list.count++] = r;
        }
    }
    return list;
}

static const char *perspective_label(workbook *w, const char *name)
{
    return name[0] == '\0' || strcmp(name, "all") == 0 ? "all costs" : ipsim_workbook_label(w, "perspective:", name);
}

static const char *currency_of(const workbook *w)
{
    return w->currency[0] != '\0' ? w->currency : "units of money";
}

/* ---- how often each strategy is the best ---- */
static size_t put_ceac(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const ipsim_table *table, const char *perspective)
{
    row_list list = rows_of(w, table, perspective);
    ipsim_xlsx_series series[MOST_LINES];
    size_t n_lines = 0, header = row + 1 + ROWS_OF_A_CHART, at = header;
    /* Strategies follow each other within a threshold. */
    while (n_lines < list.count && n_lines < MOST_LINES && real_at(&list, "threshold", n_lines) == real_at(&list, "threshold", 0)) {
        n_lines++;
    }
    if (w->failed || n_lines < 2 || list.count <= n_lines) {
        return row;
    }
    size_t stride = n_lines;
    while (stride < list.count && real_at(&list, "threshold", stride) == real_at(&list, "threshold", 0)) {
        stride++;
    }
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_HEADING,
                    ipsim_workbook_print(w, "Which alternative is the best, and how often: %s", perspective_label(w, perspective)));
    size_t n_rows = list.count / stride;
    for (size_t s = 0; s < n_lines; s++) {
        series[s] = (ipsim_xlsx_series){.name_row = header,
                                        .name_column = 1 + s,
                                        .first_row = header + 1,
                                        .last_row = header + n_rows,
                                        .x_column = 0,
                                        .y_column = 1 + s,
                                        .colour = s,
                                        .dashed = s % 2 == 1};
    }
    ipsim_xlsx_chart chart = {
        .kind = IPSIM_XLSX_POINTS,
        .title = ipsim_workbook_print(w, "Share of draws in which each alternative is the best (%s)", perspective_label(w, perspective)),
        .x_title = ipsim_workbook_print(w, "Value of a unit of effect, %s", currency_of(w)),
        .y_title = "",
        .description = "How often each alternative has the highest net benefit, by the value of a unit of effect, a "
                       "line for each alternative; the numbers stand below.",
        .y_format = "0%",
        .x_most = real_at(&list, "threshold", list.count - 1),
        .y_most = NAN,
        .width = 900,
        .height = 340};
    ipsim_xlsx_add_chart(sheet, row + 1, 0, &chart, series, n_lines);
    ipsim_xlsx_text(sheet, at, 0, IPSIM_XLSX_HEADER_NUMBER, "value of a unit");
    for (size_t s = 0; s < n_lines; s++) {
        ipsim_xlsx_text(sheet, at, 1 + s, IPSIM_XLSX_HEADER_NUMBER, text_at(&list, "strategy", s));
    }
    for (size_t r = 0; r < n_rows; r++) {
        ipsim_xlsx_number(sheet, ++at, 0, IPSIM_XLSX_NUMBER, 0, real_at(&list, "threshold", r * stride));
        for (size_t s = 0; s < n_lines; s++) {
            ipsim_xlsx_number(sheet, at, 1 + s, IPSIM_XLSX_SHARE, 1, real_at(&list, "probability_best", r * stride + s));
        }
    }
    return at + 3;
}

/* ---- costs and effects ---- */
static size_t put_plane(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const ipsim_table *table, const char *perspective)
{
    static const char *const columns[] = {"difference_effect", "difference_cost"};
    static const char *const headers[] = {"effect gained", "extra cost"};
    row_list list = rows_of(w, table, perspective);
    ipsim_xlsx_series series[MOST_LINES];
    size_t header = row + 1 + ROWS_OF_A_CHART, at = header, n_points = 0;
    if (w->failed || list.count == 0) {
        return row;
    }
    const char *comparator = text_at(&list, "comparator", 0);
    ipsim_xlsx_text(
        sheet, row, 0, IPSIM_XLSX_HEADING,
        ipsim_workbook_print(w, "Cost and effect against %s, means for a person: %s", comparator, perspective_label(w, perspective)));
    ipsim_xlsx_text(sheet, at, 0, IPSIM_XLSX_HEADER, "alternative");
    for (size_t c = 0; c < 2; c++) {
        ipsim_xlsx_text(sheet, at, 1 + c, IPSIM_XLSX_HEADER_NUMBER, headers[c]);
    }
    for (size_t i = 0; i < list.count; i++) {
        at++;
        ipsim_xlsx_text(sheet, at, 0, IPSIM_XLSX_TEXT, text_at(&list, "strategy", i));
        ipsim_xlsx_number(sheet, at, 1, IPSIM_XLSX_CHANGE, 5, real_at(&list, columns[0], i));
        ipsim_xlsx_number(sheet, at, 2, IPSIM_XLSX_CHANGE, 0, real_at(&list, columns[1], i));
        if (n_points < MOST_LINES) {
            series[n_points] = (ipsim_xlsx_series){
                .name_row = at, .name_column = 0, .first_row = at, .last_row = at, .x_column = 1, .y_column = 2, .colour = n_points};
            n_points++;
        }
    }
    ipsim_xlsx_chart chart = {
        .kind = IPSIM_XLSX_POINTS,
        .title = ipsim_workbook_print(w, "Cost and effect against %s (%s)", comparator, perspective_label(w, perspective)),
        .x_title = "Effect gained by a person",
        .y_title = ipsim_workbook_print(w, "Extra cost of a person, %s", currency_of(w)),
        .description = "The cost-effectiveness plane: a point for each alternative, its mean extra cost over its mean "
                       "gain; the numbers stand below.",
        .y_format = "#,##0",
        .x_most = NAN,
        .y_most = NAN,
        .width = 900,
        .height = 340};
    ipsim_xlsx_add_chart(sheet, row + 1, 0, &chart, series, n_points);
    return at + 3;
}

/* ---- bars ---- */
typedef struct bar {
    size_t row;
    double size;
} bar;

static int by_size(const void *left, const void *right)
{
    const bar *a = left, *b = right;
    return a->size != b->size ? (a->size < b->size) - (a->size > b->size) : (a->row > b->row) - (a->row < b->row);
}

/* The largest of the rows that `matches` takes, by a column of theirs. */
static row_list largest(workbook *w, const ipsim_table *table, const char *column, bool (*matches)(const ipsim_table *, size_t, size_t),
                        size_t like)
{
    row_list list = list_of(w, table);
    bar *bars = ipsim_arena_alloc(w->arena, table->n_rows + 1, sizeof *bars);
    size_t n = 0;
    w->failed = w->failed || bars == NULL;
    for (size_t r = 0; !w->failed && r < table->n_rows; r++) {
        double size = ipsim_workbook_real(table, column, r);
        if (matches(table, r, like) && size > 0.0) {
            bars[n++] = (bar){r, size};
        }
    }
    if (n > 1) {
        qsort(bars, n, sizeof *bars, by_size);
    }
    for (; !w->failed && list.count < n && list.count < MOST_BARS; list.count++) {
        list.rows[list.count] = bars[list.count].row;
    }
    return list;
}

static bool same(const ipsim_table *table, const char *column, size_t a, size_t b)
{
    return strcmp(ipsim_workbook_text(table, column, a), ipsim_workbook_text(table, column, b)) == 0;
}

static bool same_value(const ipsim_table *table, const char *column, size_t a, size_t b)
{
    double x = ipsim_workbook_real(table, column, a), y = ipsim_workbook_real(table, column, b);
    return x == y || (isnan(x) && isnan(y));
}

static bool same_evppi(const ipsim_table *table, size_t row, size_t like)
{
    return same(table, "perspective", row, like) && same(table, "subgroup", row, like) && same_value(table, "threshold", row, like);
}

static bool same_dsa(const ipsim_table *table, size_t row, size_t like)
{
    return same(table, "scenario", row, like) && same(table, "outcome", row, like) && same(table, "perspective", row, like) &&
           same_value(table, "threshold", row, like);
}

/* A table of names and one or two columns of numbers, and bars of them. */
typedef struct bar_plan {
    const char *heading, *title, *axis, *description, *names, *headers[2];
    double (*value)(const row_list *, size_t row, size_t column);
    size_t n_columns;
    ipsim_xlsx_style style;
    ipsim_xlsx_chart_kind kind;
} bar_plan;

static size_t put_bars(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const row_list *list, const bar_plan *plan)
{
    ipsim_xlsx_series series[2];
    size_t rows = ROWS_OF_A_CHART + list->count / 2, header = row + 1 + rows;
    if (w->failed || list->count == 0) {
        return row;
    }
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_HEADING, plan->heading);
    for (size_t c = 0; c < plan->n_columns; c++) {
        series[c] = (ipsim_xlsx_series){.name_row = header,
                                        .name_column = 1 + c,
                                        .first_row = header + 1,
                                        .last_row = header + list->count,
                                        .x_column = 0,
                                        .y_column = 1 + c,
                                        .colour = c};
    }
    ipsim_xlsx_chart chart = {.kind = plan->kind,
                              .title = plan->title,
                              .x_title = "",
                              .y_title = plan->axis,
                              .description = plan->description,
                              .y_format = "#,##0.####",
                              .x_most = NAN,
                              .y_most = NAN,
                              .width = 900,
                              .height = (double)rows * 20.0 - 40.0};
    ipsim_xlsx_add_chart(sheet, row + 1, 0, &chart, series, plan->n_columns);
    ipsim_xlsx_text(sheet, header, 0, IPSIM_XLSX_HEADER, "parameter");
    for (size_t c = 0; c < plan->n_columns; c++) {
        ipsim_xlsx_text(sheet, header, 1 + c, IPSIM_XLSX_HEADER_NUMBER, plan->headers[c]);
    }
    for (size_t i = 0; i < list->count; i++) {
        const char *name = text_at(list, plan->names, i);
        ipsim_xlsx_text(sheet, header + 1 + i, 0, IPSIM_XLSX_WRAPPED, name[0] != '\0' ? name : text_at(list, "parameter", i));
        for (size_t c = 0; c < plan->n_columns; c++) {
            double value = plan->value(list, i, c);
            ipsim_xlsx_number(sheet, header + 1 + i, 1 + c, plan->style, fabs(value) >= 100.0 ? 0 : 4, value);
        }
    }
    return header + list->count + 3;
}

static double evppi_value(const row_list *list, size_t row, size_t column)
{
    return real_at(list, column == 0 ? "evppi" : "evppi_se", row);
}

/* At the threshold in the middle, of the perspective that stands last, usually the widest. */
static size_t put_evppi(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const ipsim_table *table)
{
    size_t like = table->n_rows - 1, n = 0;
    const char *perspective = ipsim_workbook_text(table, "perspective", like);
    for (size_t r = 0; r < table->n_rows; r++) { /* the thresholds of its last parameter stand one after the other */
        n += same(table, "parameters", r, like) && same(table, "perspective", r, like) && same(table, "subgroup", r, like);
    }
    like -= n / 2;
    row_list list = largest(w, table, "evppi", same_evppi, like);
    double threshold = ipsim_workbook_real(table, "threshold", like);
    bar_plan plan = {
        .heading = ipsim_workbook_print(w, "What knowing a parameter would be worth (EVPPI), for a person: %s, at %.0f %s a unit of effect",
                                        perspective_label(w, perspective), threshold, currency_of(w)),
        .title = ipsim_workbook_print(w, "Value of knowing each parameter (%s, %.0f %s a unit)", perspective_label(w, perspective),
                                      threshold, currency_of(w)),
        .axis = ipsim_workbook_print(w, "%s a person", currency_of(w)),
        .description = "Expected value of perfect information on each parameter or set of them, largest first; the numbers stand below.",
        .names = "parameters",
        .headers = {"EVPPI", "standard error"},
        .value = evppi_value,
        .n_columns = 1,
        .style = IPSIM_XLSX_NUMBER,
        .kind = IPSIM_XLSX_BARS};
    return put_bars(w, sheet, row, &list, &plan);
}

static double dsa_value(const row_list *list, size_t row, size_t column)
{
    return real_at(list, column == 0 ? "at_low" : "at_high", row) - real_at(list, "at_base", row);
}

/* "QALY", or what else the thresholds value. */
static const char *unit_of_effect(workbook *w)
{
    const char *effect = w->about != NULL ? ipsim_summary_about(w->about, NULL, "dsa_effect") : NULL;
    if (effect == NULL || strcmp(effect, "qalys") == 0) {
        return "QALY";
    }
    return ipsim_workbook_print(w, "unit of \"%s\"",
                                strcmp(effect, "life_years") == 0 ? "life years" : ipsim_workbook_label(w, "outcome:", effect));
}

static size_t put_tornado(workbook *w, ipsim_xlsx_sheet *sheet, size_t row, const ipsim_table *table)
{
    size_t like = 0;
    while (like < table->n_rows && strcmp(ipsim_workbook_text(table, "outcome", like), "net_benefit") != 0) {
        like++;
    }
    like = like < table->n_rows ? like : 0;
    row_list list = largest(w, table, "spread", same_dsa, like);
    const char *outcome = ipsim_workbook_text(table, "outcome", like), *arm = ipsim_workbook_text(table, "scenario", like);
    const char *perspective = ipsim_workbook_text(table, "perspective", like), *other = ipsim_workbook_text(table, "comparator", like);
    bool benefit = strcmp(outcome, "net_benefit") == 0;
    const char *of = benefit ? ipsim_workbook_print(w, "net benefit (%s, %.0f %s a %s)", perspective_label(w, perspective),
                                                    ipsim_workbook_real(table, "threshold", like), currency_of(w), unit_of_effect(w))
                             : outcome;
    bar_plan plan = {
        .heading = ipsim_workbook_print(w, "What moves the %s of %s against %s, one parameter at a time", of, arm, other),
        .title = ipsim_workbook_print(w, "Change of the %s against the base case, for a person", of),
        .axis = benefit ? currency_of(w) : "",
        .description = "A tornado diagram: how far each parameter moves the result when it takes the ends of its range, largest "
                       "first; the numbers stand below.",
        .names = "label",
        .headers = {"parameter low", "parameter high"},
        .value = dsa_value,
        .n_columns = 2,
        .style = IPSIM_XLSX_CHANGE,
        .kind = IPSIM_XLSX_TORNADO};
    return put_bars(w, sheet, row, &list, &plan);
}

void ipsim_workbook_decision(workbook *w, ipsim_xlsx_sheet *sheet)
{
    if (sheet == NULL) {
        return;
    }
    size_t row = WORKBOOK_FIRST_ROW;
    ipsim_workbook_head(sheet, LAST_COLUMN, 110, "What to decide, and what drives it",
                        "Charts of the tables that follow, each with its numbers below it. Units of effect are QALYs where the tables say "
                        "nothing else.");
    ipsim_xlsx_width(sheet, 0, 0, NAME_WIDTH);
    ipsim_xlsx_width(sheet, 1, MOST_LINES, NUMBER_WIDTH);
    row = w->dsa != NULL ? put_tornado(w, sheet, row, w->dsa) : row;
    row = w->evppi != NULL ? put_evppi(w, sheet, row, w->evppi) : row;
    row_list planes = w->plane != NULL ? perspectives_of(w, w->plane) : (row_list){0};
    for (size_t n = 0; n < planes.count; n++) {
        row = put_plane(w, sheet, row, w->plane, text_at(&planes, "perspective", n));
    }
    row_list curves = w->ceac != NULL ? perspectives_of(w, w->ceac) : (row_list){0};
    for (size_t n = 0; n < curves.count; n++) {
        row = put_ceac(w, sheet, row, w->ceac, text_at(&curves, "perspective", n));
    }
    ipsim_xlsx_page(sheet, false);
}
