/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/summary: see include/ipsim/summary.h. Each section is one function; a section without figures prints nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "summary_parts.h"

enum { PER_PEOPLE = 1000, MOST_OTHER_OUTCOMES = 4, WIDEST_NAME = 36 };

const char *ipsim_summary_copy(ipsim_summary_writer *s, const char *text)
{
    const char *kept = ipsim_arena_strdup(s->arena, text);
    s->failed = s->failed || kept == NULL;
    return kept != NULL ? kept : "";
}

const char *ipsim_summary_convention(const ipsim_summary_writer *s, const char *key)
{
    return ipsim_summary_about(s->tables->about, NULL, key);
}

const char *ipsim_summary_name(const ipsim_summary_writer *s, const char *prefix, const char *name)
{
    return ipsim_summary_label(s->arena, s->tables->about, prefix, name);
}

ipsim_summary_figure ipsim_summary_lookup(const ipsim_summary_writer *s, const char *arm, const char *outcome, const char *payer,
                                          bool discounted, double year)
{
    return ipsim_summary_find(&s->figures, arm, outcome, payer, discounted, year);
}

double ipsim_summary_horizon(const ipsim_summary_writer *s)
{
    return s->years[s->n_years - 1];
}

const char *ipsim_summary_period(ipsim_summary_writer *s, double year)
{
    char number[IPSIM_FORMAT_SIZE], text[IPSIM_FORMAT_SIZE + 16];
    snprintf(text, sizeof text, "by year %s", ipsim_format_number(year, 4, number, sizeof number));
    return ipsim_summary_copy(s, text);
}

const char *ipsim_summary_estimate(ipsim_summary_writer *s, ipsim_summary_figure figure, double factor)
{
    char text[IPSIM_FORMAT_SIZE];
    if (!figure.found) {
        return "";
    }
    /* Sums are whole numbers of quanta, the finest of them 2^-32. A mean and an error below one quantum come from the rounding of a few
     * persons, whose years were added up in other pieces. */
    if (fabs(figure.estimate) < 0x1p-32 && fabs(figure.mcse) < 0x1p-32) {
        figure.estimate = figure.mcse = 0.0;
    }
    return ipsim_summary_copy(s, ipsim_format_estimate(figure.estimate * factor, figure.mcse * factor, s->compare, text, sizeof text));
}

/* ---- what is on the page ---- */
static void find_arms(ipsim_summary_writer *s)
{
    const ipsim_table *results = s->tables->results;
    const ipsim_column *scenario = ipsim_summary_column(results, "scenario", IPSIM_TEXT);
    const ipsim_table *differences = s->tables->differences;
    s->compare = differences != NULL;
    if (s->compare && differences->n_rows > 0) {
        s->comparator = ipsim_summary_text_at(ipsim_summary_column(differences, "comparator", IPSIM_TEXT), 0);
    } else if (s->compare && results->n_rows > 0) {
        s->comparator = ipsim_summary_text_at(scenario, 0);
    }
    s->arms = ipsim_arena_alloc(s->arena, results->n_rows, sizeof *s->arms);
    s->failed = s->failed || s->arms == NULL;
    for (size_t row = 0; s->arms != NULL && row < results->n_rows; row++) {
        const char *name = ipsim_summary_text_at(scenario, row);
        bool fresh = s->comparator == NULL || strcmp(name, s->comparator) != 0;
        /* Rows of one scenario stand together, so the newest arm is nearly always the one. */
        for (size_t a = s->n_arms; fresh && a-- > 0;) {
            fresh = strcmp(name, s->arms[a]) != 0;
        }
        if (fresh) {
            s->arms[s->n_arms++] = name;
        }
    }
}

/* All report years when there are few; otherwise the first, one in the middle and the horizon. */
static void choose_years(ipsim_summary_writer *s)
{
    double *all = NULL;
    size_t count = ipsim_summary_years(s->arena, &s->figures, &all);
    s->failed = s->failed || all == NULL;
    s->n_years = count < IPSIM_SUMMARY_YEARS ? count : IPSIM_SUMMARY_YEARS;
    for (size_t i = 0; i < s->n_years; i++) {
        s->years[i] = count <= IPSIM_SUMMARY_YEARS ? all[i] : all[i * (count - 1) / (IPSIM_SUMMARY_YEARS - 1)];
    }
}

static bool is_discounted(const ipsim_summary_writer *s, const char *key)
{
    const char *text = ipsim_summary_convention(s, key);
    return text != NULL && strncmp(text, "none", 4) != 0;
}

/* ---- head ---- */
static void print_scenario_title(const ipsim_summary_writer *s, const char *role, const char *name, size_t width)
{
    const char *title = ipsim_summary_about(s->tables->about, name, "title");
    title = title != NULL && strcmp(title, name) != 0 ? title : NULL;
    fprintf(s->page, "  %s%s%*s%s\n", role, name, title != NULL ? (int)(width - ipsim_format_width(name) + 2) : 0, "",
            title != NULL ? title : "");
}

static void print_head(ipsim_summary_writer *s)
{
    size_t width = s->comparator != NULL ? ipsim_format_width(s->comparator) : 0;
    for (size_t a = 0; a < s->n_arms; a++) {
        size_t own = ipsim_format_width(s->arms[a]);
        width = own > width ? own : width;
    }
    if (s->compare) {
        fprintf(s->page, "COMPARISON WITH %s, on the same people with the same luck\n", s->comparator != NULL ? s->comparator : "?");
        print_scenario_title(s, "comparator  ", s->comparator != NULL ? s->comparator : "?", width);
    } else {
        fprintf(s->page, s->n_arms > 1 ? "SCENARIOS, each by itself, on the same people\n" : "SCENARIO\n");
    }
    for (size_t a = 0; a < s->n_arms; a++) {
        print_scenario_title(s, s->compare ? "            " : "", s->arms[a], width);
    }
    fputc('\n', s->page);
}

/* ---- outcomes per 1 000 people ---- */
static ipsim_summary_grid arms_grid(ipsim_summary_writer *s)
{
    ipsim_summary_grid grid = ipsim_summary_grid_create(s->arena, s->n_arms, s->width);
    for (size_t a = 0; a < s->n_arms; a++) {
        ipsim_summary_grid_heading(&grid, a, s->arms[a]);
    }
    return grid;
}

static void print_grid(ipsim_summary_writer *s, const ipsim_summary_grid *grid, const char *title)
{
    s->failed = s->failed || grid->failed;
    if (!grid->failed && grid->n_lines > 0) {
        ipsim_summary_grid_print(grid, title, s->page);
        fputc('\n', s->page);
    }
}

static void add_outcome(ipsim_summary_writer *s, ipsim_summary_grid *grid, const char *outcome, const char *standard_label, bool discounted,
                        bool every_year)
{
    if (!ipsim_summary_has(&s->figures, outcome)) {
        return;
    }
    const char *named = ipsim_summary_name(s, "outcome:", outcome);
    named = strcmp(named, outcome) == 0 && standard_label != NULL ? standard_label : named;
    /* A long label is cut before the year, which must be seen. */
    bool cut = ipsim_format_width(named) > WIDEST_NAME;
    named = cut ? ipsim_arena_printf(s->arena, "%.*s…", (int)ipsim_format_fit(named, WIDEST_NAME - 1), named) : named;
    for (size_t y = every_year ? 0 : s->n_years - 1; y < s->n_years; y++) {
        const char *mark = discounted && s->discounts_effects ? " (discounted)" : "";
        const char **cells = ipsim_summary_grid_line(
            grid, ipsim_arena_printf(s->arena, "%s, %s%s", named != NULL ? named : "", ipsim_summary_period(s, s->years[y]), mark));
        for (size_t a = 0; a < s->n_arms; a++) {
            cells[a] = ipsim_summary_estimate(s, ipsim_summary_lookup(s, s->arms[a], outcome, "all", discounted, s->years[y]), PER_PEOPLE);
        }
    }
}

static bool is_own_line(const char *outcome)
{
    const char *own[] = {"employment_years", "disability_years", "aap_years", "life_years", "qalys"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(outcome, own[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Years that add up over people: those that can be discounted. A mean among some people, such as a time to a first job, cannot. */
static bool adds_up(const ipsim_summary_writer *s, const char *outcome)
{
    const ipsim_table *results = s->tables->results;
    const ipsim_column *outcomes = ipsim_summary_column(results, "outcome", IPSIM_TEXT);
    const ipsim_column *units = ipsim_summary_column(results, "unit", IPSIM_TEXT);
    const ipsim_column *discounted = ipsim_summary_column(results, "discounted", IPSIM_TEXT);
    for (size_t row = 0; row < results->n_rows; row++) {
        if (strcmp(ipsim_summary_text_at(outcomes, row), outcome) == 0 && strcmp(ipsim_summary_text_at(units, row), "years") == 0 &&
            strcmp(ipsim_summary_text_at(discounted, row), "yes") == 0) {
            return true;
        }
    }
    return false;
}

/* A model of something else than work has outcomes of its own. */
static void add_other_outcomes(ipsim_summary_writer *s, ipsim_summary_grid *grid)
{
    size_t shown = 0;
    const char *name;
    for (size_t n = 0; shown < MOST_OTHER_OUTCOMES && (name = ipsim_summary_nth_name(s->tables->about, "outcome:", n)) != NULL; n++) {
        bool automatic = strncmp(name, "years_", 6) == 0 || strncmp(name, "n_", 2) == 0 || strncmp(name, "days_", 5) == 0 ||
                         strncmp(name, "cost", 4) == 0 || strncmp(name, "item_", 5) == 0;
        if (!automatic && !is_own_line(name) && adds_up(s, name)) {
            add_outcome(s, grid, name, NULL, false, false);
            shown++;
        }
    }
}

static void print_outcomes(ipsim_summary_writer *s)
{
    ipsim_summary_grid grid = arms_grid(s);
    grid.whole_labels = true; /* they end in the year */
    bool work = ipsim_summary_has(&s->figures, "employment_years");
    add_outcome(s, &grid, "employment_years", "Years in employment", false, true);
    add_outcome(s, &grid, "disability_years", "Years on disability benefit", false, false);
    add_outcome(s, &grid, "aap_years", "Years on AAP", false, false);
    if (!work) {
        add_other_outcomes(s, &grid);
    }
    add_outcome(s, &grid, "life_years", "Life years", false, !work);
    add_outcome(s, &grid, "qalys", "QALYs", true, !work);
    print_grid(s, &grid, s->compare ? "CHANGE PER 1 000 PEOPLE (+ more, - fewer)" : "PER 1 000 PEOPLE");
}

/* ---- money ---- */
/* A unit in which the largest amount at the horizon is easy to read. */
static ipsim_summary_money choose_money(ipsim_summary_writer *s)
{
    double largest = 0.0;
    for (size_t i = 0; i < s->figures.n_rows; i++) {
        size_t row = s->figures.rows[i];
        double amount = fabs(s->figures.estimate->real[row]);
        if (strncmp(ipsim_summary_text_at(s->figures.outcome, row), "cost", 4) == 0 && amount > largest) {
            largest = amount;
        }
    }
    s->has_costs = largest > 0.0;
    bool millions = largest * PER_PEOPLE >= 1e6;
    char unit[128];
    snprintf(unit, sizeof unit, "%s%s%.80s", millions ? "million" : "", millions && s->currency[0] != '\0' ? " " : "", s->currency);
    return (ipsim_summary_money){millions ? PER_PEOPLE / 1e6 : PER_PEOPLE, ipsim_summary_copy(s, unit)};
}

/* Whether money moves between payers; then their costs are not all costs to society. */
static bool has_transfers(const ipsim_summary_writer *s)
{
    for (size_t i = 0; i < s->figures.n_rows; i++) {
        size_t row = s->figures.rows[i];
        if (strcmp(ipsim_summary_text_at(s->figures.outcome, row), "cost_transfer") == 0 && fabs(s->figures.estimate->real[row]) > 0.0) {
            return true;
        }
    }
    return false;
}

static bool is_unaffected(const ipsim_summary_writer *s, const char *payer)
{
    for (size_t a = 0; a < s->n_arms; a++) {
        ipsim_summary_figure figure = ipsim_summary_lookup(s, s->arms[a], "cost", payer, true, ipsim_summary_horizon(s));
        if (figure.found && fabs(figure.estimate) > 0.005) { /* less than a hundredth of the currency unit per person */
            return false;
        }
    }
    return true;
}

/* A line of noughts says little; such payers share one line at the end. title: NULL when it stands there already. */
static void print_unaffected(ipsim_summary_writer *s, const char *title)
{
    const char *payer;
    size_t count = 0;
    for (size_t n = 0; (payer = ipsim_summary_nth_name(s->tables->about, "payer:", n)) != NULL; n++) {
        if (is_unaffected(s, payer)) {
            if (count == 0 && title != NULL) {
                fprintf(s->page, "%s\n", title);
            }
            fprintf(s->page, "%s%s", count++ == 0 ? "  No net change for: " : ", ", ipsim_summary_name(s, "payer:", payer));
        }
    }
    fputs(count > 0 ? "\n" : "", s->page);
}

static void print_payers(ipsim_summary_writer *s)
{
    ipsim_summary_grid grid = arms_grid(s);
    const char *payer;
    for (size_t n = 0; (payer = ipsim_summary_nth_name(s->tables->about, "payer:", n)) != NULL; n++) {
        if (s->compare && is_unaffected(s, payer)) {
            continue;
        }
        const char **cells = ipsim_summary_grid_line(&grid, ipsim_summary_name(s, "payer:", payer));
        for (size_t a = 0; a < s->n_arms; a++) {
            cells[a] = ipsim_summary_estimate(s, ipsim_summary_lookup(s, s->arms[a], "cost", payer, true, ipsim_summary_horizon(s)),
                                              s->money.factor);
        }
    }
    const char *title = ipsim_arena_printf(s->arena, "%s BY PAYER (%s per 1 000 people, %s%s)", s->compare ? "CHANGE IN COST" : "COST",
                                           s->money.unit, ipsim_summary_period(s, ipsim_summary_horizon(s)),
                                           has_transfers(s) ? ", transfers included" : "");
    s->failed = s->failed || grid.failed;
    if (!grid.failed && grid.n_lines > 0) {
        ipsim_summary_grid_print(&grid, title != NULL ? title : "", s->page);
    }
    if (s->compare) {
        print_unaffected(s, grid.n_lines > 0 ? NULL : title);
    }
    fputc('\n', s->page);
}

/* ---- the whole ---- */
static void compose(ipsim_summary_writer *s)
{
    find_arms(s);
    const ipsim_table *shown = s->compare ? s->tables->differences : s->tables->results;
    if (s->failed || !ipsim_summary_figures_open(s->arena, shown, &s->figures)) {
        s->failed = true;
        return;
    }
    choose_years(s);
    const char *currency = ipsim_summary_convention(s, "currency");
    s->currency = currency != NULL ? currency : "";
    s->discounts_costs = is_discounted(s, "discounting_costs");
    s->discounts_effects = is_discounted(s, "discounting_effects");
    print_head(s);
    if (s->n_years > 0 && s->n_arms > 0) {
        s->money = choose_money(s);
        print_outcomes(s);
        if (s->has_costs) {
            print_payers(s);
            ipsim_summary_perspectives(s);
        }
    }
    ipsim_summary_targets(s);
    if (s->n_years > 0) {
        ipsim_summary_conventions(s);
    }
}

ipsim_status ipsim_summary_text(const ipsim_summary_tables *tables, char **out, ipsim_error *err)
{
    char *text = NULL;
    size_t size = 0;
    *out = NULL;
    ipsim_summary_writer s = {.tables = tables,
                              .width = tables->width > 0 ? tables->width : IPSIM_SUMMARY_WIDTH,
                              .arena = ipsim_arena_create(),
                              .page = open_memstream(&text, &size)};
    s.failed = s.arena == NULL || s.page == NULL;
    if (!s.failed) {
        compose(&s);
    }
    if (s.page != NULL && fclose(s.page) != 0) {
        s.failed = true;
    }
    ipsim_arena_free(s.arena);
    if (s.failed || text == NULL) {
        free(text);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_summary_trim(text);
    *out = text;
    return IPSIM_OK;
}
