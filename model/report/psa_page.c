/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipsim/psa_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "psa_parts.h"

static const double people = 1000.0;

/* ---- what there is ---- */
static void find_arms(ipsim_psa_writer *p)
{
    const ipsim_table *psa = p->tables->psa;
    p->arms = ipsim_arena_alloc(p->arena, psa->n_rows + 1, sizeof *p->arms);
    if (p->arms == NULL) {
        p->failed = true;
        return;
    }
    for (size_t row = 0; row < psa->n_rows; row++) {
        const char *name = ipsim_psa_text(psa, "scenario", row);
        size_t known = 0;
        while (known < p->n_arms && strcmp(p->arms[known], name) != 0) {
            known++;
        }
        if (known == p->n_arms) {
            p->arms[p->n_arms++] = name;
        }
    }
    p->compare = p->n_arms > 1;
}

/* The row of psa_summary for everybody at a year; SIZE_MAX when there is none. NaN year: the horizon. */
static size_t find_summary(const ipsim_psa_writer *p, const char *arm, const char *outcome, const char *payer, bool discounted, bool change)
{
    const ipsim_table *t = p->tables->summary;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (strcmp(ipsim_psa_text(t, "scenario", row), arm) == 0 && (ipsim_psa_text(t, "comparator", row)[0] != '\0') == change &&
            strcmp(ipsim_psa_text(t, "outcome", row), outcome) == 0 && strcmp(ipsim_psa_text(t, "payer", row), payer) == 0 &&
            strcmp(ipsim_psa_text(t, "subgroup", row), "all") == 0 &&
            strcmp(ipsim_psa_text(t, "discounted", row), discounted ? "yes" : "no") == 0 && ipsim_psa_real(t, "year", row) == p->horizon) {
            return row;
        }
    }
    return SIZE_MAX;
}

static void choose_money(ipsim_psa_writer *p)
{
    double largest = 0.0;
    const ipsim_table *t = p->tables->summary;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (strncmp(ipsim_psa_text(t, "outcome", row), "cost", 4) == 0 && (ipsim_psa_text(t, "comparator", row)[0] != '\0') == p->compare) {
            largest = fmax(largest, fabs(ipsim_psa_real(t, "mean", row)));
        }
    }
    bool millions = largest * people >= 1e6;
    char unit[128];
    snprintf(unit, sizeof unit, "%s%s%.80s", millions ? "million" : "", millions && p->currency[0] != '\0' ? " " : "", p->currency);
    p->money = millions ? people / 1e6 : people;
    p->money_unit = ipsim_psa_keep(p, unit);
}

/* ---- sections ---- */
static void print_head(ipsim_psa_writer *p)
{
    const char *n_draws = ipsim_psa_convention(p, "psa_draws"), *persons = ipsim_psa_convention(p, "psa_persons_per_draw");
    const char *parameters = ipsim_psa_convention(p, "psa_parameters_drawn"), *design = ipsim_psa_convention(p, "psa_design"),
               *who = ipsim_psa_convention(p, "psa_people");
    char draws[IPSIM_FORMAT_SIZE], each[IPSIM_FORMAT_SIZE];
    ipsim_format_count(strtoll(n_draws != NULL ? n_draws : "0", NULL, 10), draws, sizeof draws);
    ipsim_format_count(strtoll(persons != NULL ? persons : "0", NULL, 10), each, sizeof each);
    fprintf(p->page, "PROBABILISTIC ANALYSIS: %s draws of %s parameters, %s people in each\n", draws,
            parameters != NULL ? parameters : "the", each);
    fprintf(p->page, "  design: %s; people: %s\n", design != NULL ? design : "", who != NULL ? who : "");
    size_t widest = 0;
    for (size_t a = 0; a < p->n_arms; a++) {
        size_t width = ipsim_format_width(p->arms[a]);
        widest = width > widest ? width : widest;
    }
    for (size_t a = 0; a < p->n_arms; a++) {
        const char *title = ipsim_summary_about(p->tables->about, p->arms[a], "title");
        fprintf(p->page, "  %-10s  %s%*s  %s\n", p->compare && a == 0 ? "comparator" : "", p->arms[a],
                (int)(widest - ipsim_format_width(p->arms[a])), "", title != NULL ? title : "");
    }
    fputc('\n', p->page);
}

static void print_line(ipsim_psa_writer *p, ipsim_summary_grid *grid, const char *label, const char *outcome, double factor)
{
    const char **cells = NULL;
    for (size_t a = ipsim_psa_first_arm(p); a < p->n_arms; a++) {
        size_t row = find_summary(p, p->arms[a], outcome, "all", true, p->compare);
        row = row != SIZE_MAX ? row : find_summary(p, p->arms[a], outcome, "all", false, p->compare);
        if (row == SIZE_MAX) {
            continue;
        }
        cells = cells != NULL ? cells : ipsim_summary_grid_line(grid, label);
        const ipsim_table *t = p->tables->summary;
        cells[a - ipsim_psa_first_arm(p)] = ipsim_psa_interval(p, ipsim_psa_real(t, "mean", row), ipsim_psa_real(t, "low", row),
                                                               ipsim_psa_real(t, "high", row), factor);
    }
}

static void print_changes(ipsim_psa_writer *p)
{
    ipsim_summary_grid grid = ipsim_psa_grid(p, false);
    const char *perspective, *name;
    for (size_t n = 0; (perspective = ipsim_psa_nth_perspective(p, n)) != NULL; n++) {
        bool all = strcmp(perspective, "all") == 0;
        const char *outcome = all ? "cost" : ipsim_arena_printf(p->arena, "cost_%s", perspective);
        const char *label = ipsim_arena_printf(p->arena, "Cost, %s", all ? "all payers" : ipsim_psa_label(p, "perspective:", perspective));
        if (outcome == NULL || label == NULL) {
            p->failed = true;
            return;
        }
        print_line(p, &grid, label, outcome, p->money);
    }
    print_line(p, &grid, "QALYs", "qalys", people);
    for (size_t n = 0; (name = ipsim_summary_nth_name(p->tables->about, "outcome:", n)) != NULL; n++) {
        if (strcmp(name, "employment_years") == 0) {
            print_line(p, &grid, ipsim_psa_label(p, "outcome:", name), name, people);
        }
    }
    char years[IPSIM_FORMAT_SIZE];
    ipsim_format_number(p->horizon, 6, years, sizeof years);
    ipsim_psa_print_grid(p, &grid,
                         ipsim_arena_printf(p->arena, "%s PER 1 000 PEOPLE by year %s, discounted: mean (95 %% interval); cost in %s",
                                            p->compare ? "CHANGE" : "MEAN", years, p->money_unit));
}

static const char *outcome_label(ipsim_psa_writer *p, const char *outcome)
{
    if (strcmp(outcome, "qalys") == 0) {
        return "QALYs";
    }
    if (strcmp(outcome, "cost") == 0) {
        return "Cost, all payers";
    }
    if (strncmp(outcome, "cost_", 5) != 0) {
        return ipsim_psa_label(p, "outcome:", outcome);
    }
    const char *label = ipsim_arena_printf(p->arena, "Cost, %s", ipsim_psa_label(p, "perspective:", outcome + 5));
    p->failed = p->failed || label == NULL;
    return label != NULL ? label : "";
}

/* "13 % (4 911 × 124)" */
static const char *noise_cell(ipsim_psa_writer *p, size_t row)
{
    const ipsim_table *t = p->tables->noise;
    const char *share = ipsim_psa_percent(p, ipsim_psa_real(t, "noise_share", row));
    double persons = ipsim_psa_real(t, "recommended_persons", row), draws = ipsim_psa_real(t, "recommended_draws", row);
    char n[IPSIM_FORMAT_SIZE], d[IPSIM_FORMAT_SIZE], text[3 * IPSIM_FORMAT_SIZE];
    if (!(persons < 1e15) || !(draws < 1e15)) {
        return share;
    }
    ipsim_format_count((int64_t)persons, n, sizeof n);
    ipsim_format_count((int64_t)draws, d, sizeof d);
    snprintf(text, sizeof text, "%s (%s × %s)", share, d, n);
    return ipsim_psa_keep(p, text);
}

static void print_noise_line(ipsim_psa_writer *p, ipsim_summary_grid *grid, const char *outcome)
{
    const ipsim_table *t = p->tables->noise;
    const char **cells = ipsim_summary_grid_line(grid, outcome_label(p, outcome));
    for (size_t row = 0; row < t->n_rows; row++) {
        for (size_t a = ipsim_psa_first_arm(p); a < p->n_arms; a++) {
            if (strcmp(ipsim_psa_text(t, "scenario", row), p->arms[a]) == 0 && strcmp(ipsim_psa_text(t, "outcome", row), outcome) == 0 &&
                (ipsim_psa_text(t, "comparator", row)[0] != '\0') == p->compare) {
                cells[a - ipsim_psa_first_arm(p)] = noise_cell(p, row);
            }
        }
    }
}

static void print_noise(ipsim_psa_writer *p)
{
    const ipsim_table *t = p->tables->noise;
    ipsim_summary_grid grid = ipsim_psa_grid(p, false);
    const char *first = ipsim_psa_nth_perspective(p, 0);
    bool has_perspectives = first != NULL && strcmp(first, "all") != 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *outcome = ipsim_psa_text(t, "outcome", row);
        bool cost = strcmp(outcome, "cost") == 0 ? !has_perspectives : strncmp(outcome, "cost_", 5) == 0;
        bool wanted = cost || strcmp(outcome, "qalys") == 0 || strcmp(outcome, "employment_years") == 0;
        if (wanted && (ipsim_psa_text(t, "comparator", row)[0] != '\0') == p->compare &&
            strcmp(ipsim_psa_text(t, "scenario", row), p->arms[ipsim_psa_first_arm(p)]) == 0) {
            print_noise_line(p, &grid, outcome);
        }
    }
    ipsim_psa_print_grid(p, &grid, "NOISE: share of the variance between draws (draws × people that would do best for the same work)");
}

static void print_conventions(ipsim_psa_writer *p)
{
    char *paragraph = NULL, number[IPSIM_FORMAT_SIZE];
    size_t size = 0;
    FILE *text = open_memstream(&paragraph, &size);
    if (text == NULL) {
        p->failed = true;
        return;
    }
    const char *costs = ipsim_psa_convention(p, "discounting_costs"), *effects = ipsim_psa_convention(p, "discounting_effects"),
               *seed = ipsim_psa_convention(p, "seed");
    const char *price_year = ipsim_psa_convention(p, "price_year");
    fprintf(text, "CONVENTIONS. Horizon %s years. Discounting: costs %s; effects %s.",
            ipsim_format_number(p->horizon, 6, number, sizeof number), costs != NULL ? costs : "none", effects != NULL ? effects : "none");
    if (p->currency[0] != '\0') {
        fprintf(text, " Prices: %s%s%s.", p->currency, price_year != NULL ? " of " : "", price_year != NULL ? price_year : "");
    }
    fprintf(
        text,
        " Seed %s. Scenarios share people and luck within a draw. Intervals are percentiles 2.5 and 97.5 of the draws: uncertainty of the"
        " parameters that were drawn, and Monte Carlo noise; parameters without a distribution and the structure of the model are"
        " taken as known.",
        seed != NULL ? seed : "");
    if (fclose(text) != 0 || paragraph == NULL) {
        p->failed = true;
    } else {
        ipsim_format_paragraph(paragraph, 0, IPSIM_SUMMARY_WIDTH, p->page);
    }
    free(paragraph);
}

static void compose(ipsim_psa_writer *p)
{
    const char *horizon = ipsim_psa_convention(p, "horizon_years"), *currency = ipsim_psa_convention(p, "currency");
    p->horizon = horizon != NULL ? strtod(horizon, NULL) : 0.0;
    p->currency = currency != NULL ? currency : "";
    find_arms(p);
    if (p->failed || p->n_arms == 0) {
        return;
    }
    choose_money(p);
    print_head(p);
    print_changes(p);
    if (p->compare) {
        ipsim_psa_print_probabilities(p);
        ipsim_psa_print_saving(p);
    }
    print_noise(p);
    if (p->compare) {
        ipsim_psa_print_decision(p);
    }
    print_conventions(p);
}

ipsim_status ipsim_psa_page_text(const ipsim_psa_page_tables *tables, char **out, ipsim_error *err)
{
    char *text = NULL;
    size_t size = 0;
    *out = NULL;
    ipsim_psa_writer p = {.tables = tables, .arena = ipsim_arena_create(), .page = open_memstream(&text, &size)};
    p.failed = p.arena == NULL || p.page == NULL;
    if (!p.failed) {
        compose(&p);
    }
    p.failed = (p.page != NULL && fclose(p.page) != 0) || p.failed;
    ipsim_arena_free(p.arena);
    if (p.failed || text == NULL) {
        free(text);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_summary_trim(text);
    *out = text;
    return IPSIM_OK;
}
