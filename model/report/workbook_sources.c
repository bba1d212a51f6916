/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_sources: what the figures rest on: parameters with their sources, published targets, people, conventions. See
 * workbook_parts.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workbook_parts.h"

/* ---- parameters ---- */
/* Arms share most parameters; equal ones share a row. */
typedef struct sorted_row {
    const ipsim_table *table;
    size_t row, first; /* first: of the rows equal to it */
} sorted_row;

static const char *const texts[] = {"parameter", "unit", "status", "source"};

static int compare_contents(const sorted_row *a, const sorted_row *b)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int order = strcmp(ipsim_workbook_text(a->table, texts[i], a->row), ipsim_workbook_text(b->table, texts[i], b->row));
        if (order != 0) {
            return order;
        }
    }
    double x = ipsim_workbook_real(a->table, "value", a->row), y = ipsim_workbook_real(b->table, "value", b->row);
    return x < y ? -1 : x > y;
}

static int by_contents(const void *one, const void *other)
{
    const sorted_row *a = one, *b = other;
    int order = compare_contents(a, b);
    return order != 0 ? order : a->row < b->row ? -1 : a->row > b->row;
}

static int by_first(const void *one, const void *other)
{
    const sorted_row *a = one, *b = other;
    return a->first != b->first ? (a->first < b->first ? -1 : 1) : a->row < b->row ? -1 : a->row > b->row;
}

static sorted_row *group_rows(workbook *w)
{
    const ipsim_table *t = w->parameters;
    sorted_row *rows = ipsim_arena_alloc(w->arena, t->n_rows, sizeof *rows);
    w->failed = w->failed || rows == NULL;
    for (size_t row = 0; rows != NULL && row < t->n_rows; row++) {
        rows[row] = (sorted_row){t, row, row};
    }
    if (rows != NULL) {
        qsort(rows, t->n_rows, sizeof *rows, by_contents);
        for (size_t i = 1; i < t->n_rows; i++) {
            rows[i].first = compare_contents(&rows[i - 1], &rows[i]) == 0 ? rows[i - 1].first : rows[i].first;
        }
        qsort(rows, t->n_rows, sizeof *rows, by_first);
    }
    return rows;
}

static size_t count_scenarios(const ipsim_table *t)
{
    size_t count = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        count += row == 0 || strcmp(ipsim_workbook_text(t, "scenario", row), ipsim_workbook_text(t, "scenario", row - 1)) != 0;
    }
    return count;
}

/* The scenarios of rows begin .. end - 1. */
static const char *scenarios_of(workbook *w, const sorted_row *rows, size_t begin, size_t end, size_t n_scenarios)
{
    if (end - begin >= n_scenarios && n_scenarios > 1) {
        return "all";
    }
    const char *list = ipsim_workbook_text(w->parameters, "scenario", rows[begin].row);
    for (size_t i = begin + 1; i < end; i++) {
        list = ipsim_workbook_print(w, "%s, %s", list, ipsim_workbook_text(w->parameters, "scenario", rows[i].row));
    }
    return list;
}

void ipsim_workbook_parameters(workbook *w, ipsim_xlsx_sheet *sheet)
{
    enum { LABEL, NAME, VALUE, UNIT, STATUS, SCENARIOS, SOURCE, NOTE, PLACE, DISTRIBUTION };
    static const char *const headers[] = {"what it is", "parameter", "value",           "unit",      "status", "scenarios",
                                          "source",     "note",      "where it stands", "drawn from"};
    static const double widths[] = {40, 24, 14, 14, 11, 18, 44, 44, 32, 24};
    sorted_row *rows = sheet != NULL ? group_rows(w) : NULL;
    if (rows == NULL) {
        return;
    }
    const ipsim_table *t = w->parameters;
    bool drawn = ipsim_table_find_column(t, "distribution") < t->n_columns;
    size_t n_scenarios = count_scenarios(t), row = WORKBOOK_FIRST_ROW, last = drawn ? DISTRIBUTION : PLACE;
    ipsim_workbook_head(
        sheet, PLACE, 190, "Parameters and their sources",
        "A parameter that is the same in several scenarios stands in one row, with the place of the first. Status: published, "
        "derived from what is published, calibrated "
        "to published figures, or assumed.");
    for (size_t c = 0; c <= last; c++) {
        ipsim_xlsx_text(sheet, row, c,
                        c == VALUE  ? IPSIM_XLSX_HEADER_NUMBER
                        : c == UNIT ? IPSIM_XLSX_HEADER_INDENTED
                                    : IPSIM_XLSX_HEADER,
                        headers[c]);
    }
    for (size_t begin = 0, end; begin < t->n_rows; begin = end) {
        for (end = begin + 1; end < t->n_rows && rows[end].first == rows[begin].first; end++) {
        }
        size_t r = rows[begin].row;
        double line = ipsim_workbook_real(t, "line", r);
        const char *scenarios = scenarios_of(w, rows, begin, end, n_scenarios);
        const char *const wrapped[] = {ipsim_workbook_text(t, "label", r), scenarios, ipsim_workbook_text(t, "source", r),
                                       ipsim_workbook_text(t, "note", r), ipsim_workbook_text(t, "distribution", r)};
        ipsim_workbook_height(sheet, ++row, wrapped,
                              (const double[]){widths[LABEL], widths[SCENARIOS], widths[SOURCE], widths[NOTE], widths[DISTRIBUTION]}, 5);
        ipsim_xlsx_text(sheet, row, LABEL, IPSIM_XLSX_WRAPPED, ipsim_workbook_text(t, "label", r));
        ipsim_xlsx_text(sheet, row, NAME, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "parameter", r));
        ipsim_workbook_plain(sheet, row, VALUE, ipsim_workbook_real(t, "value", r));
        ipsim_xlsx_text(sheet, row, UNIT, IPSIM_XLSX_INDENTED, ipsim_workbook_text(t, "unit", r));
        ipsim_xlsx_text(sheet, row, STATUS, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "status", r));
        ipsim_xlsx_text(sheet, row, SCENARIOS, IPSIM_XLSX_WRAPPED, scenarios);
        ipsim_xlsx_text(sheet, row, SOURCE, IPSIM_XLSX_WRAPPED, ipsim_workbook_text(t, "source", r));
        ipsim_xlsx_text(sheet, row, NOTE, IPSIM_XLSX_WRAPPED, ipsim_workbook_text(t, "note", r));
        ipsim_xlsx_text(sheet, row, DISTRIBUTION, IPSIM_XLSX_WRAPPED, ipsim_workbook_text(t, "distribution", r));
        ipsim_xlsx_text(sheet, row, PLACE, IPSIM_XLSX_TEXT,
                        isnan(line) ? ipsim_workbook_text(t, "file", r)
                                    : ipsim_workbook_print(w, "%s:%.0f", ipsim_workbook_text(t, "file", r), line));
    }
    for (size_t c = 0; c <= last; c++) {
        ipsim_xlsx_width(sheet, c, c, widths[c]);
    }
    ipsim_xlsx_freeze(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW, 2);
    ipsim_xlsx_filter(sheet, WORKBOOK_FIRST_ROW, row, last);
    ipsim_xlsx_page(sheet, true);
    ipsim_xlsx_comment(sheet, WORKBOOK_FIRST_ROW, PLACE, "The scenario file and the line in it that gives the value.");
}

/* ---- targets and people ---- */
void ipsim_workbook_targets(workbook *w, ipsim_xlsx_sheet *sheet)
{
    enum { LABEL, SCENARIO, USE, SIMULATED, VALUE, LOW, HIGH, VERDICT, UNIT, SOURCE, NOTE };
    static const char *const headers[] = {"published figure", "scenario", "used to", "simulated", "published", "accepted from",
                                          "accepted to",      "verdict",  "unit",    "source",    "note"};
    static const char *const numbers[] = {"simulated", "value", "low", "high"};
    static const double widths[] = {46, 16, 12, 12, 12, 12, 12, 12, 12, 40, 40};
    const ipsim_table *t = w->targets;
    if (sheet == NULL) {
        return;
    }
    ipsim_workbook_head(sheet, NOTE, 170, "Published figures beside the simulated ones",
                        "Figures used to calibrate were used to find parameters; figures held out were not, and test the model.");
    ipsim_workbook_header_height(sheet, WORKBOOK_FIRST_ROW, 2);
    for (size_t c = 0; c <= NOTE; c++) {
        ipsim_xlsx_text(sheet, WORKBOOK_FIRST_ROW, c,
                        c >= SIMULATED && c <= HIGH ? IPSIM_XLSX_HEADER_NUMBER
                        : c == VERDICT || c == UNIT ? IPSIM_XLSX_HEADER_INDENTED
                                                    : IPSIM_XLSX_HEADER,
                        headers[c]);
    }
    for (size_t r = 0; r < t->n_rows; r++) {
        size_t row = WORKBOOK_FIRST_ROW + 1 + r;
        const char *verdict = ipsim_workbook_text(t, "verdict", r), *use = ipsim_workbook_text(t, "use", r);
        const char *label = ipsim_workbook_label(w, "target:", ipsim_workbook_text(t, "target", r));
        ipsim_workbook_height(sheet, row,
                              (const char *const[]){label, ipsim_workbook_text(t, "source", r), ipsim_workbook_text(t, "note", r)},
                              (const double[]){widths[LABEL], widths[SOURCE], widths[NOTE]}, 3);
        ipsim_xlsx_text(sheet, row, LABEL, IPSIM_XLSX_WRAPPED, label);
        ipsim_xlsx_text(sheet, row, SCENARIO, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "scenario", r));
        ipsim_xlsx_text(sheet, row, USE, IPSIM_XLSX_TEXT, strcmp(use, "calibration") == 0 ? "calibrate" : use);
        for (size_t i = 0; i < 4; i++) {
            ipsim_workbook_plain(sheet, row, SIMULATED + i, ipsim_workbook_real(t, numbers[i], r));
        }
        ipsim_xlsx_style style = strcmp(verdict, "inside") == 0    ? IPSIM_XLSX_GOOD
                                 : strcmp(verdict, "outside") == 0 ? IPSIM_XLSX_BAD
                                                                   : IPSIM_XLSX_INDENTED;
        ipsim_xlsx_text(sheet, row, VERDICT, style, verdict);
        ipsim_xlsx_text(sheet, row, UNIT, IPSIM_XLSX_INDENTED, ipsim_workbook_text(t, "unit", r));
        ipsim_xlsx_text(sheet, row, SOURCE, IPSIM_XLSX_WRAPPED, ipsim_workbook_text(t, "source", r));
        ipsim_xlsx_text(sheet, row, NOTE, IPSIM_XLSX_WRAPPED, ipsim_workbook_text(t, "note", r));
    }
    for (size_t c = 0; c <= NOTE; c++) {
        ipsim_xlsx_width(sheet, c, c, widths[c]);
    }
    ipsim_xlsx_freeze(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW, 1);
    ipsim_xlsx_filter(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW + t->n_rows, NOTE);
    ipsim_xlsx_page(sheet, true);
}

void ipsim_workbook_population(workbook *w, ipsim_xlsx_sheet *sheet)
{
    enum { ATTRIBUTE, LEVEL, STATISTIC, SIMULATED, ERROR, TARGET, UNIT, SOURCE };
    static const char *const headers[] = {"attribute", "level", "statistic", "simulated", "±", "declared", "unit", "source"};
    const ipsim_table *t = w->population;
    if (sheet == NULL) {
        return;
    }
    ipsim_workbook_head(sheet, SOURCE, 130, "The simulated people",
                        "Beside what the scenarios declare. ± is one standard error of drawing so many people.");
    for (size_t c = 0; c <= SOURCE; c++) {
        ipsim_xlsx_text(sheet, WORKBOOK_FIRST_ROW, c,
                        c >= SIMULATED && c <= TARGET ? IPSIM_XLSX_HEADER_NUMBER
                        : c == UNIT                   ? IPSIM_XLSX_HEADER_INDENTED
                                                      : IPSIM_XLSX_HEADER,
                        headers[c]);
    }
    for (size_t r = 0; r < t->n_rows; r++) {
        size_t row = WORKBOOK_FIRST_ROW + 1 + r;
        ipsim_xlsx_text(sheet, row, ATTRIBUTE, IPSIM_XLSX_TEXT,
                        ipsim_workbook_label(w, "attribute:", ipsim_workbook_text(t, "attribute", r)));
        ipsim_xlsx_text(sheet, row, LEVEL, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "level", r));
        ipsim_xlsx_text(sheet, row, STATISTIC, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "statistic", r));
        ipsim_summary_figure figure = {true, ipsim_workbook_real(t, "simulated", r), ipsim_workbook_real(t, "mcse", r)};
        ipsim_workbook_estimate(sheet, row, SIMULATED, figure, 1.0, false);
        ipsim_workbook_plain(sheet, row, TARGET, ipsim_workbook_real(t, "target", r));
        ipsim_xlsx_text(sheet, row, UNIT, IPSIM_XLSX_INDENTED, ipsim_workbook_text(t, "unit", r));
        ipsim_xlsx_text(sheet, row, SOURCE, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "source", r));
    }
    const double widths[] = {30, 28, 12, 12, 12, 12, 12, 40};
    for (size_t c = 0; c <= SOURCE; c++) {
        ipsim_xlsx_width(sheet, c, c, widths[c]);
    }
    ipsim_xlsx_freeze(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW, 1);
    ipsim_xlsx_filter(sheet, WORKBOOK_FIRST_ROW, WORKBOOK_FIRST_ROW + t->n_rows, SOURCE);
    ipsim_xlsx_page(sheet, true);
}

/* ---- about ---- */
static const char *const notes[] = {
    "This workbook shows the results of everybody. Subgroups, every outcome and every year stand in results.csv and differences.csv beside "
    "it, "
    "and in results.sqlite, with the same names.",
    "Numbers are shown to the digits that their error leaves; the cells hold about 16. Edit a copy: the figures here are results, and "
    "nothing is "
    "calculated again.",
    "Which command made this result, when, with which program and which libraries stands in manifest.json. This file has no date of its "
    "own, so "
    "that the same run gives the same bytes.",
};

/* Keys without a colon are conventions, those with one are labels. */
static void put_conventions(workbook *w, ipsim_xlsx_sheet *sheet, size_t row)
{
    const ipsim_table *t = w->about;
    const char *scenario = NULL, *first = ipsim_workbook_text(t, "scenario", 0);
    size_t column = 0;
    ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_HEADER, "convention");
    for (size_t r = 0; r < t->n_rows; r++) {
        const char *name = ipsim_workbook_text(t, "scenario", r);
        if (scenario == NULL || strcmp(scenario, name) != 0) {
            ipsim_xlsx_text(sheet, row, ++column, IPSIM_XLSX_HEADER, name);
            ipsim_xlsx_width(sheet, column, column, 38);
            scenario = name;
        }
    }
    for (size_t r = 0; r < t->n_rows; r++) {
        const char *key = ipsim_workbook_text(t, "key", r);
        if (strcmp(ipsim_workbook_text(t, "scenario", r), first) != 0 || strchr(key, ':') != NULL) {
            continue;
        }
        column = 0;
        scenario = NULL;
        /* The scenarios of one result nearly always agree, so the first one's text tells the height. */
        ipsim_workbook_height(sheet, ++row, (const char *const[]){ipsim_workbook_text(t, "value", r)},
                              (const double[]){strcmp(key, "title") == 0 ? 20 : 38}, 1);
        ipsim_xlsx_text(sheet, row, 0, IPSIM_XLSX_TEXT, key);
        for (size_t other = 0; other < t->n_rows; other++) {
            const char *name = ipsim_workbook_text(t, "scenario", other);
            column += scenario == NULL || strcmp(scenario, name) != 0;
            scenario = name;
            if (strcmp(ipsim_workbook_text(t, "key", other), key) == 0) {
                ipsim_xlsx_text(sheet, row, column, IPSIM_XLSX_WRAPPED, ipsim_workbook_text(t, "value", other));
            }
        }
    }
}

void ipsim_workbook_about(workbook *w, ipsim_xlsx_sheet *sheet)
{
    size_t row = 0;
    ipsim_xlsx_paragraph(sheet, row++, 0, 0, 24.0, IPSIM_XLSX_TITLE, "About this result");
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        ipsim_xlsx_paragraph(sheet, row++, 0, 3, ipsim_workbook_paragraph_height(notes[i], 130), IPSIM_XLSX_WRAPPED, notes[i]);
    }
    ipsim_xlsx_width(sheet, 0, 0, 24);
    ipsim_xlsx_width(sheet, 1, 3, 38);
    ipsim_xlsx_page(sheet, true);
    if (w->about != NULL) {
        put_conventions(w, sheet, row + 1);
    }
}
