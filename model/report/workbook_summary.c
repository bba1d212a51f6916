/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook_summary: the first sheet, for a reader who will open no other. See workbook_parts.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "workbook_parts.h"

enum { LABEL, YEAR, UNIT, FIRST_ARM, MOST_OTHER = 12, ARM_WIDTH = 13 };

typedef struct page {
    workbook *w;
    ipsim_xlsx_sheet *sheet;
    size_t row, last_column;
    const double *arm_widths; /* of their columns */
    bool change;
} page;

static void put_line(page *p, ipsim_xlsx_style style, const char *text)
{
    double width = 76.0 + 24.0 * (double)(p->w->n_arms > 6 ? 6 : p->w->n_arms);
    ipsim_xlsx_paragraph(p->sheet, p->row++, 0, p->last_column, ipsim_workbook_paragraph_height(text, width), style, text);
}

static void put_headers(page *p, const char *title, const char *label)
{
    p->row++;
    ipsim_xlsx_text(p->sheet, p->row++, LABEL, IPSIM_XLSX_HEADING, title);
    ipsim_workbook_height(p->sheet, p->row, p->w->arms, p->arm_widths, p->w->n_arms);
    ipsim_xlsx_text(p->sheet, p->row, LABEL, IPSIM_XLSX_HEADER, label);
    ipsim_xlsx_text(p->sheet, p->row, YEAR, IPSIM_XLSX_HEADER_NUMBER, "until year");
    ipsim_xlsx_text(p->sheet, p->row, UNIT, IPSIM_XLSX_HEADER_INDENTED, "unit");
    for (size_t a = 0; a < p->w->n_arms; a++) {
        ipsim_xlsx_text(p->sheet, p->row, FIRST_ARM + 2 * a, IPSIM_XLSX_HEADER_NUMBER, p->w->arms[a]);
        ipsim_xlsx_text(p->sheet, p->row, FIRST_ARM + 2 * a + 1, IPSIM_XLSX_HEADER_NUMBER, "±");
    }
    p->row++;
}

static void put_row(page *p, const char *label, const char *unit, const char *outcome, const char *payer, bool discounted, double year,
                    double factor)
{
    bool found = false;
    for (size_t a = 0; a < p->w->n_arms; a++) {
        ipsim_summary_figure figure = ipsim_workbook_shown(p->w, p->w->arms[a], outcome, payer, discounted, year);
        ipsim_workbook_estimate(p->sheet, p->row, FIRST_ARM + 2 * a, figure, factor, p->change);
        found = found || figure.found;
    }
    if (found) {
        ipsim_xlsx_text(p->sheet, p->row, LABEL, IPSIM_XLSX_TEXT, label);
        ipsim_workbook_year(p->sheet, p->row, YEAR, year);
        ipsim_xlsx_text(p->sheet, p->row, UNIT, IPSIM_XLSX_INDENTED, unit);
        p->row++;
    }
}

/* The first report year, one in the middle and the horizon. */
static size_t choose_years(const workbook *w, double years[3])
{
    size_t count = w->n_years < 3 ? w->n_years : 3;
    for (size_t i = 0; i < count; i++) {
        years[i] = w->n_years <= 3 ? w->years[i] : w->years[i * (w->n_years - 1) / 2];
    }
    return count;
}

/* ---- lives ---- */
/* How an outcome of that unit is counted for many people; NULL: a mean among some of them, which does not add up. */
static const char *unit_for_many(const workbook *w, const char *outcome)
{
    const ipsim_summary_figures *f = &w->levels.rows;
    const char *unit = "";
    bool adds_up = false;
    for (size_t i = 0; i < f->n_rows && !adds_up; i++) {
        size_t row = f->rows[i];
        if (strcmp(ipsim_summary_text_at(f->outcome, row), outcome) == 0) {
            unit = ipsim_workbook_text(w->results, "unit", row);
            adds_up = strcmp(ipsim_summary_text_at(f->discounted, row), "yes") == 0 || strcmp(unit, "share") == 0;
        }
    }
    return !adds_up ? NULL : strcmp(unit, "share") == 0 ? "people" : strcmp(unit, "per person") == 0 ? "times" : unit;
}

static void put_outcome(page *p, const char *outcome, const char *standard_label, bool discounted, bool every_year)
{
    double years[3];
    size_t n_years = choose_years(p->w, years);
    const char *unit = ipsim_workbook_has(p->w, outcome) ? unit_for_many(p->w, outcome) : NULL;
    const char *label = ipsim_workbook_label(p->w, "outcome:", outcome);
    label = strcmp(label, outcome) == 0 && standard_label != NULL ? standard_label : label;
    for (size_t y = every_year ? 0 : n_years - 1; unit != NULL && y < n_years; y++) {
        put_row(p, label, discounted ? ipsim_workbook_print(p->w, "%s, discounted", unit) : unit, outcome, "all", discounted, years[y],
                WORKBOOK_PER_PEOPLE);
    }
}

static void put_lives(page *p)
{
    put_headers(p, p->change ? "What changes in people's lives, for 1 000 people" : "People's lives, for 1 000 people", "outcome");
    bool work = ipsim_workbook_has(p->w, "employment_years");
    put_outcome(p, "employment_years", "Years in employment", false, true);
    const char *name;
    size_t shown = 0;
    for (size_t n = 0; p->w->about != NULL && shown < MOST_OTHER && (name = ipsim_summary_nth_name(p->w->about, "outcome:", n)) != NULL;
         n++) {
        if (strcmp(name, "employment_years") != 0) {
            put_outcome(p, name, NULL, false, false);
            shown++;
        }
    }
    put_outcome(p, "life_years", "Life years", false, !work);
    put_outcome(p, "qalys", "QALYs", true, !work);
}

/* ---- money ---- */
static void put_money(page *p)
{
    double years[3];
    size_t n_years = choose_years(p->w, years);
    const char *outcome, *label;
    put_headers(p, p->change ? "Change in net cost, by point of view" : "Net cost, by point of view", "point of view");
    for (size_t n = 0; ipsim_workbook_perspective(p->w, n, &outcome, &label); n++) {
        for (size_t y = 0; y < n_years; y++) {
            put_row(p, label, p->w->money_unit, outcome, "all", true, years[y], p->w->money);
        }
    }
}

static void put_ratio(page *p, const char *perspective, const char *effect, const char *label)
{
    const ipsim_table *ratios = p->w->ratios;
    double horizon = p->w->years[p->w->n_years - 1];
    bool found = false;
    for (size_t row = 0; row < ratios->n_rows; row++) {
        if (strcmp(ipsim_workbook_text(ratios, "perspective", row), perspective) != 0 ||
            ipsim_workbook_real(ratios, "year", row) != horizon || strcmp(ipsim_workbook_text(ratios, "effect", row), effect) != 0 ||
            strcmp(ipsim_workbook_text(ratios, "subgroup", row), "all") != 0 ||
            strcmp(ipsim_workbook_text(ratios, "discounted", row), "yes") != 0) {
            continue;
        }
        size_t a = 0;
        while (a < p->w->n_arms && strcmp(p->w->arms[a], ipsim_workbook_text(ratios, "scenario", row)) != 0) {
            a++;
        }
        const char *reading = ipsim_workbook_text(ratios, "reading", row);
        double ratio = ipsim_workbook_real(ratios, "ratio", row), error = ipsim_workbook_real(ratios, "mcse", row);
        if (strcmp(reading, "ratio") == 0) {
            ipsim_workbook_estimate(p->sheet, p->row, FIRST_ARM + 2 * a, (ipsim_summary_figure){true, ratio, error}, 1.0, false);
        } else {
            ipsim_xlsx_text(p->sheet, p->row, FIRST_ARM + 2 * a, IPSIM_XLSX_RIGHT, reading);
        }
        if (!found) {
            ipsim_xlsx_text(p->sheet, p->row, LABEL, IPSIM_XLSX_TEXT, label);
            ipsim_workbook_year(p->sheet, p->row, YEAR, horizon);
            ipsim_xlsx_text(p->sheet, p->row, UNIT, IPSIM_XLSX_INDENTED, ipsim_workbook_text(ratios, "unit", row));
        }
        found = true;
    }
    p->row += found;
}

static void put_ratios(page *p)
{
    static const char *const effects[] = {"qalys", "employment_years"};
    put_headers(p, "Cost of a unit gained, discounted", "point of view");
    for (size_t n = 0;; n++) {
        const char *name = p->w->about != NULL ? ipsim_summary_nth_name(p->w->about, "perspective:", n) : NULL;
        if (name == NULL && n > 0) {
            break;
        }
        for (size_t e = 0; e < 2; e++) {
            put_ratio(p, name != NULL ? name : "all", effects[e],
                      name != NULL ? ipsim_workbook_label(p->w, "perspective:", name) : "All costs");
        }
    }
    put_line(
        p, IPSIM_XLSX_NOTE,
        "dominant: costs less and gains more, or is equal in one of the two. dominated: the reverse. less effective: costs less and gains "
        "less. Each arm is compared with the comparator, not with the arm before it.");
}

/* ---- parameters that are drawn ---- */
static void put_draws(page *p)
{
    const ipsim_table *t = p->w->psa_summary;
    static const char *const headers[] = {"outcome", "until year", "unit",   "scenario",           "against",
                                          "mean",    "2.5 %",      "97.5 %", "probability above 0"};
    static const char *const numbers[] = {"mean", "low", "high"};
    p->row++;
    ipsim_xlsx_text(p->sheet, p->row++, LABEL, IPSIM_XLSX_HEADING, "With the uncertainty of the parameters, per person");
    for (size_t c = 0; c < sizeof headers / sizeof headers[0]; c++) {
        ipsim_xlsx_text(p->sheet, p->row, c, c == YEAR || c > 4 ? IPSIM_XLSX_HEADER_NUMBER : IPSIM_XLSX_HEADER, headers[c]);
    }
    p->row++;
    double horizon = NAN;
    for (size_t row = 0; row < t->n_rows; row++) {
        double year = ipsim_workbook_real(t, "year", row);
        horizon = isnan(horizon) || year > horizon ? year : horizon;
    }
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *payer = ipsim_workbook_text(t, "payer", row), *comparator = ipsim_workbook_text(t, "comparator", row);
        if (strcmp(ipsim_workbook_text(t, "subgroup", row), "all") != 0 || ipsim_workbook_real(t, "year", row) != horizon ||
            comparator[0] == '\0' || (strcmp(payer, "all") != 0 && payer[0] != '\0')) {
            continue;
        }
        ipsim_xlsx_text(p->sheet, p->row, LABEL, IPSIM_XLSX_TEXT,
                        ipsim_workbook_label(p->w, "outcome:", ipsim_workbook_text(t, "outcome", row)));
        ipsim_workbook_year(p->sheet, p->row, YEAR, horizon);
        ipsim_xlsx_text(p->sheet, p->row, UNIT, IPSIM_XLSX_INDENTED,
                        strcmp(ipsim_workbook_text(t, "discounted", row), "yes") == 0
                            ? ipsim_workbook_print(p->w, "%s, discounted", ipsim_workbook_text(t, "unit", row))
                            : ipsim_workbook_text(t, "unit", row));
        ipsim_xlsx_text(p->sheet, p->row, 3, IPSIM_XLSX_TEXT, ipsim_workbook_text(t, "scenario", row));
        ipsim_xlsx_text(p->sheet, p->row, 4, IPSIM_XLSX_TEXT, comparator);
        for (size_t i = 0; i < 3; i++) {
            ipsim_workbook_plain(p->sheet, p->row, 5 + i, ipsim_workbook_real(t, numbers[i], row));
        }
        ipsim_xlsx_number(p->sheet, p->row, 8, IPSIM_XLSX_SHARE, 0, ipsim_workbook_real(t, "probability_above_0", row));
        p->row++;
    }
}

/* ---- what it rests on ---- */
static void put_targets(page *p)
{
    size_t inside[2] = {0}, judged[2] = {0};
    for (size_t row = 0; row < p->w->targets->n_rows; row++) {
        const char *verdict = ipsim_workbook_text(p->w->targets, "verdict", row);
        size_t held_out = strcmp(ipsim_workbook_text(p->w->targets, "use", row), "calibration") != 0;
        inside[held_out] += strcmp(verdict, "inside") == 0;
        judged[held_out] += strcmp(verdict, "inside") == 0 || strcmp(verdict, "outside") == 0;
    }
    put_line(
        p, IPSIM_XLSX_WRAPPED,
        ipsim_workbook_print(p->w,
                             "Published figures reproduced within their range: %zu of %zu used to calibrate, %zu of %zu held out (sheet "
                             "Targets).",
                             inside[0], judged[0], inside[1], judged[1]));
}

static void put_conventions(page *p)
{
    static const struct {
        const char *key, *text;
    } lines[] = {
        {"discounting_costs", "Discounting of costs: %s."},
        {"discounting_effects", "Discounting of effects: %s."},
        {"timing", "Timing: %s."},
        {"seed", "Seed of the random numbers: %s."},
    };
    char number[IPSIM_FORMAT_SIZE];
    p->row++;
    ipsim_xlsx_text(p->sheet, p->row++, LABEL, IPSIM_XLSX_HEADING, "How to read this");
    put_line(p, IPSIM_XLSX_WRAPPED,
             "\"Until year\" is the total from the start to that year. + is more, - is fewer or less: a cost of -1 is a saving of 1.");
    put_line(p, IPSIM_XLSX_WRAPPED,
             "± is one Monte Carlo standard error: the noise of simulating so many people and no more. It is not the uncertainty of the "
             "parameters. Numbers are shown to the digits that it leaves; the cells hold all of them.");
    if (p->w->targets != NULL) {
        put_targets(p);
    }
    const char *persons = p->w->about != NULL ? ipsim_summary_about(p->w->about, NULL, "persons") : NULL;
    if (persons != NULL) {
        put_line(p, IPSIM_XLSX_WRAPPED,
                 ipsim_workbook_print(p->w, "%s people were simulated%s.",
                                      ipsim_format_count(strtoll(persons, NULL, 10), number, sizeof number),
                                      p->w->n_scenarios > 1 ? ", the same in every arm and with the same luck" : ""));
    }
    for (size_t i = 0; p->w->about != NULL && i < sizeof lines / sizeof lines[0]; i++) {
        const char *value = ipsim_summary_about(p->w->about, NULL, lines[i].key);
        const char *mark = strstr(lines[i].text, "%s");
        if (value != NULL) {
            put_line(p, IPSIM_XLSX_WRAPPED,
                     ipsim_workbook_print(p->w, "%.*s%s%s", (int)(mark - lines[i].text), lines[i].text, value, mark + 2));
        }
    }
    const char *price_year = p->w->about != NULL ? ipsim_summary_about(p->w->about, NULL, "price_year") : NULL;
    if (price_year != NULL) {
        put_line(p, IPSIM_XLSX_WRAPPED, ipsim_workbook_print(p->w, "Prices: %s of %s.", p->w->currency, price_year));
    }
}

static const char *title_of(const workbook *w, const char *name)
{
    const char *title = w->about != NULL ? ipsim_summary_about(w->about, name, "title") : NULL;
    return title != NULL ? title : name;
}

void ipsim_workbook_summary(workbook *w, ipsim_xlsx_sheet *sheet)
{
    if (sheet == NULL) {
        return;
    }
    size_t last = FIRST_ARM + 2 * (w->n_arms > 0 ? w->n_arms : 3) - 1;
    page p = {.w = w, .sheet = sheet, .last_column = last < 8 && w->psa_summary != NULL ? 8 : last, .change = w->comparator != NULL};
    double *widths = ipsim_arena_alloc(w->arena, w->n_arms, sizeof *widths);
    w->failed = w->failed || widths == NULL;
    for (size_t a = 0; widths != NULL && a < w->n_arms; a++) {
        widths[a] = ARM_WIDTH;
    }
    p.arm_widths = widths;
    if (widths == NULL) {
        return;
    }
    ipsim_xlsx_page(sheet, true);
    ipsim_xlsx_width(sheet, LABEL, LABEL, 40);
    ipsim_xlsx_width(sheet, YEAR, YEAR, 10);
    ipsim_xlsx_width(sheet, UNIT, UNIT, 32);
    ipsim_xlsx_width(sheet, FIRST_ARM, p.last_column, ARM_WIDTH);
    const char *title = w->comparator != NULL ? ipsim_workbook_print(w, "What each policy changes, against %s", w->comparator)
                                              : (w->n_arms == 1 ? title_of(w, w->arms[0]) : "Results");
    ipsim_xlsx_paragraph(sheet, p.row++, 0, 0, 24.0, IPSIM_XLSX_TITLE, title);
    if (w->comparator != NULL) {
        put_line(&p, IPSIM_XLSX_NOTE, "Everything is a difference from the comparator, on the same people with the same luck.");
        put_line(&p, IPSIM_XLSX_WRAPPED, ipsim_workbook_print(w, "comparator %s: %s", w->comparator, title_of(w, w->comparator)));
    }
    for (size_t a = 0; a < w->n_arms; a++) {
        put_line(&p, IPSIM_XLSX_WRAPPED, ipsim_workbook_print(w, "%s: %s", w->arms[a], title_of(w, w->arms[a])));
    }
    if (w->n_years > 0) {
        put_lives(&p);
        if (ipsim_workbook_has(w, "cost")) {
            put_money(&p);
        }
        if (w->ratios != NULL && w->comparator != NULL) {
            put_ratios(&p);
        }
    }
    if (w->psa_summary != NULL) {
        put_draws(&p);
    }
    put_conventions(&p);
}
