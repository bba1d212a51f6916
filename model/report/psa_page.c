/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipsim/psa_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "ipsim/number.h"
#include "psa_parts.h"

enum { MOST_THRESHOLDS = IPSIM_PSA_PAGE_THRESHOLDS, MOST_YEARS = 4, MOST_PERSPECTIVES = 64 };
static const double people = 1000.0;

typedef struct page_writer {
    ipsim_arena *arena;
    const ipsim_psa_page_tables *tables;
    FILE *page;
    const char **arms; /* all scenarios, the comparator first */
    size_t n_arms;
    bool compare;
    double horizon;
    const char *currency;
    double money; /* factor of amounts per person */
    const char *money_unit;
    bool failed;
} page_writer;

static const char *keep_text(page_writer *p, const char *text)
{
    const char *copy = ipsim_arena_strdup(p->arena, text);
    p->failed = p->failed || copy == NULL;
    return copy != NULL ? copy : "";
}

static const char *text_of(const ipsim_table *table, const char *column, size_t row)
{
    return ipsim_summary_text_at(ipsim_summary_column(table, column, IPSIM_TEXT), row);
}

static double real_of(const ipsim_table *table, const char *column, size_t row)
{
    return ipsim_summary_column(table, column, IPSIM_REAL)->real[row];
}

static const char *convention(const page_writer *p, const char *key)
{
    return ipsim_summary_about(p->tables->about, NULL, key);
}

static const char *label_of(const page_writer *p, const char *prefix, const char *name)
{
    return ipsim_summary_label(p->arena, p->tables->about, prefix, name);
}

static const char *perspective_label(const page_writer *p, const char *perspective)
{
    return strcmp(perspective, "all") == 0 ? "All payers" : label_of(p, "perspective:", perspective);
}

/* ---- what there is ---- */
static void find_arms(page_writer *p)
{
    const ipsim_table *psa = p->tables->psa;
    p->arms = ipsim_arena_alloc(p->arena, psa->n_rows + 1, sizeof *p->arms);
    if (p->arms == NULL) {
        p->failed = true;
        return;
    }
    for (size_t row = 0; row < psa->n_rows; row++) {
        const char *name = text_of(psa, "scenario", row);
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

/* Names of perspectives in order of appearance; NULL after the last. */
static const char *nth_perspective(const page_writer *p, size_t n)
{
    const ipsim_table *psa = p->tables->psa;
    for (size_t row = 0; row < psa->n_rows; row++) {
        const char *name = text_of(psa, "perspective", row);
        bool fresh = strcmp(text_of(psa, "scenario", row), p->arms[0]) == 0;
        for (size_t before = 0; fresh && before < row; before++) {
            fresh = strcmp(text_of(psa, "perspective", before), name) != 0;
        }
        if (fresh && n-- == 0) {
            return name;
        }
        if (psa->columns[0].integer[row] != psa->columns[0].integer[0]) {
            break; /* a draw has them all */
        }
    }
    return NULL;
}

/* The row of psa_summary for everybody at a year; SIZE_MAX when there is none. NaN year: the horizon. */
static size_t find_summary(const page_writer *p, const char *arm, const char *outcome, const char *payer, bool discounted, bool change)
{
    const ipsim_table *t = p->tables->summary;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (strcmp(text_of(t, "scenario", row), arm) == 0 && (text_of(t, "comparator", row)[0] != '\0') == change &&
            strcmp(text_of(t, "outcome", row), outcome) == 0 && strcmp(text_of(t, "payer", row), payer) == 0 &&
            strcmp(text_of(t, "subgroup", row), "all") == 0 && strcmp(text_of(t, "discounted", row), discounted ? "yes" : "no") == 0 &&
            real_of(t, "year", row) == p->horizon) {
            return row;
        }
    }
    return SIZE_MAX;
}

static void choose_money(page_writer *p)
{
    double largest = 0.0;
    const ipsim_table *t = p->tables->summary;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (strncmp(text_of(t, "outcome", row), "cost", 4) == 0 && (text_of(t, "comparator", row)[0] != '\0') == p->compare) {
            largest = fmax(largest, fabs(real_of(t, "mean", row)));
        }
    }
    bool millions = largest * people >= 1e6;
    char unit[128];
    snprintf(unit, sizeof unit, "%s%s%.80s", millions ? "million" : "", millions && p->currency[0] != '\0' ? " " : "", p->currency);
    p->money = millions ? people / 1e6 : people;
    p->money_unit = keep_text(p, unit);
}

/* ---- cells ---- */
/* "+90.8 (85.1 to 96.9)": as many decimals as show the interval with two digits. */
static const char *interval(page_writer *p, double mean, double low, double high, double factor)
{
    int decimals = 0;
    char text[120];
    double width = fabs(high - low) * fabs(factor);
    for (; width > 0.0 && width < 20.0 && decimals < 6; width *= 10.0) {
        decimals++;
    }
    if (!isfinite(mean)) {
        return "n/a";
    }
    snprintf(text, sizeof text, p->compare ? "%+.*f (%+.*f to %+.*f)" : "%.*f (%.*f to %.*f)", decimals, mean * factor, decimals,
             low * factor, decimals, high * factor);
    return keep_text(p, text);
}

static const char *percent(page_writer *p, double share)
{
    char text[32];
    if (!isfinite(share)) {
        return "n/a";
    }
    snprintf(text, sizeof text,
             share > 0.0 && share < 0.005   ? "< 1 %%"
             : share < 1.0 && share > 0.995 ? "> 99 %%"
                                            : "%.0f %%",
             100.0 * share);
    return keep_text(p, text);
}

static size_t first_arm(const page_writer *p)
{
    return p->compare ? 1 : 0;
}

static ipsim_summary_grid grid_of(page_writer *p, bool with_comparator)
{
    size_t first = with_comparator ? 0 : first_arm(p);
    ipsim_summary_grid grid = ipsim_summary_grid_create(p->arena, p->n_arms - first, IPSIM_SUMMARY_WIDTH);
    for (size_t a = first; a < p->n_arms; a++) {
        ipsim_summary_grid_heading(&grid, a - first, p->arms[a]);
    }
    return grid;
}

static void print_grid(page_writer *p, const ipsim_summary_grid *grid, const char *title)
{
    p->failed = p->failed || grid->failed || title == NULL;
    if (!p->failed && grid->n_lines > 0) {
        ipsim_summary_grid_print(grid, title, p->page);
        fputc('\n', p->page);
    }
}

/* ---- sections ---- */
static void print_head(page_writer *p)
{
    const char *n_draws = convention(p, "psa_draws"), *persons = convention(p, "psa_persons_per_draw");
    const char *parameters = convention(p, "psa_parameters_drawn"), *design = convention(p, "psa_design"),
               *who = convention(p, "psa_people");
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

static void print_line(page_writer *p, ipsim_summary_grid *grid, const char *label, const char *outcome, double factor)
{
    const char **cells = NULL;
    for (size_t a = first_arm(p); a < p->n_arms; a++) {
        size_t row = find_summary(p, p->arms[a], outcome, "all", true, p->compare);
        row = row != SIZE_MAX ? row : find_summary(p, p->arms[a], outcome, "all", false, p->compare);
        if (row == SIZE_MAX) {
            continue;
        }
        cells = cells != NULL ? cells : ipsim_summary_grid_line(grid, label);
        const ipsim_table *t = p->tables->summary;
        cells[a - first_arm(p)] = interval(p, real_of(t, "mean", row), real_of(t, "low", row), real_of(t, "high", row), factor);
    }
}

static void print_changes(page_writer *p)
{
    ipsim_summary_grid grid = grid_of(p, false);
    const char *perspective, *name;
    for (size_t n = 0; (perspective = nth_perspective(p, n)) != NULL; n++) {
        bool all = strcmp(perspective, "all") == 0;
        const char *outcome = all ? "cost" : ipsim_arena_printf(p->arena, "cost_%s", perspective);
        const char *label = ipsim_arena_printf(p->arena, "Cost, %s", all ? "all payers" : label_of(p, "perspective:", perspective));
        if (outcome == NULL || label == NULL) {
            p->failed = true;
            return;
        }
        print_line(p, &grid, label, outcome, p->money);
    }
    print_line(p, &grid, "QALYs", "qalys", people);
    for (size_t n = 0; (name = ipsim_summary_nth_name(p->tables->about, "outcome:", n)) != NULL; n++) {
        if (strcmp(name, "employment_years") == 0) {
            print_line(p, &grid, label_of(p, "outcome:", name), name, people);
        }
    }
    char years[IPSIM_FORMAT_SIZE];
    ipsim_format_number(p->horizon, 6, years, sizeof years);
    print_grid(p, &grid,
               ipsim_arena_printf(p->arena, "%s PER 1 000 PEOPLE by year %s, discounted: mean (95 %% interval); cost in %s",
                                  p->compare ? "CHANGE" : "MEAN", years, p->money_unit));
}

/* The rows of a perspective for everybody, draw by draw; the same order for every arm. */
typedef struct panel {
    size_t n;
    double *cost, *effect; /* [arm * n + draw] */
} panel;

static bool fill_panel(page_writer *p, const char *perspective, panel *out)
{
    const ipsim_table *psa = p->tables->psa;
    size_t *count = ipsim_arena_alloc(p->arena, p->n_arms, sizeof *count);
    out->cost = ipsim_arena_alloc(p->arena, psa->n_rows, sizeof *out->cost);
    out->effect = ipsim_arena_alloc(p->arena, psa->n_rows, sizeof *out->effect);
    if (count == NULL || out->cost == NULL || out->effect == NULL) {
        return false;
    }
    size_t most = psa->n_rows / p->n_arms;
    for (size_t row = 0; row < psa->n_rows; row++) {
        if (strcmp(text_of(psa, "perspective", row), perspective) != 0 || strcmp(text_of(psa, "subgroup", row), "all") != 0) {
            continue;
        }
        size_t a = 0;
        while (strcmp(p->arms[a], text_of(psa, "scenario", row)) != 0) {
            a++;
        }
        out->cost[a * most + count[a]] = real_of(psa, "cost", row);
        out->effect[a * most + count[a]++] = real_of(psa, "qalys", row);
    }
    out->n = count[0];
    for (size_t a = 1; a < p->n_arms; a++) { /* close the gaps */
        memmove(out->cost + a * out->n, out->cost + a * most, out->n * sizeof *out->cost);
        memmove(out->effect + a * out->n, out->effect + a * most, out->n * sizeof *out->effect);
    }
    return true;
}

/* The share of draws in which the arm has the highest net benefit; ties go to the one named first. */
static double share_best(const page_writer *p, const panel *of, size_t arm, double threshold)
{
    size_t wins = 0;
    for (size_t d = 0; d < of->n; d++) {
        size_t best = 0;
        double highest = -INFINITY;
        for (size_t a = 0; a < p->n_arms; a++) {
            double benefit = threshold * of->effect[a * of->n + d] - of->cost[a * of->n + d];
            if (benefit > highest) {
                highest = benefit;
                best = a;
            }
        }
        wins += best == arm;
    }
    return (double)wins / (double)of->n;
}

static size_t read_thresholds(const page_writer *p, double *out)
{
    const char *at = convention(p, "thresholds");
    const ipsim_psa_page_decision *decision = p->tables->decision;
    size_t n = 0;
    if (decision != NULL) {
        memcpy(out, decision->thresholds, decision->n_thresholds * sizeof *out);
        return decision->n_thresholds;
    }
    while (at != NULL && *at != '\0' && n < MOST_THRESHOLDS) {
        char *end;
        out[n] = strtod(at, &end);
        if (end == at) {
            break;
        }
        n++;
        at = end + strspn(end, ", ");
    }
    return n;
}

/* "20 / < 1 / 18 %" */
static const char *percents(page_writer *p, const double *shares, size_t n)
{
    char text[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof text; i++) {
        bool tiny = shares[i] > 0.0 && shares[i] < 0.005, nearly = shares[i] < 1.0 && shares[i] > 0.995;
        used += (size_t)snprintf(text + used, sizeof text - used, isfinite(shares[i]) ? "%s%s%.0f" : "%s%sn/a", i > 0 ? " / " : "",
                                 tiny     ? "< "
                                 : nearly ? "> "
                                          : "",
                                 tiny     ? 1.0
                                 : nearly ? 99.0
                                          : 100.0 * shares[i]);
    }
    snprintf(text + used, used < sizeof text ? sizeof text - used : 0, " %%");
    return keep_text(p, text);
}

/* "275 000 / 500 000" */
static const char *numbers(page_writer *p, const double *values, size_t n)
{
    char text[400] = "", number[IPSIM_FORMAT_SIZE];
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof text; i++) {
        ipsim_format_number(values[i], 6, number, sizeof number);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? " / " : "", number);
    }
    return keep_text(p, text);
}

/* "275 000 / 500 000 NOK per QALY" */
static const char *thresholds_text(page_writer *p, const double *thresholds, size_t n)
{
    const ipsim_psa_page_decision *decision = p->tables->decision;
    bool qalys = decision == NULL || strcmp(decision->effect, "qalys") == 0;
    const char *effect = qalys                                         ? ""
                         : strcmp(decision->effect, "life_years") == 0 ? "life years"
                                                                       : label_of(p, "outcome:", decision->effect);
    const char *text = ipsim_arena_printf(p->arena, qalys ? "%s %s per QALY%s" : "%s %s per unit of \"%s\"", numbers(p, thresholds, n),
                                          p->currency, effect);
    p->failed = p->failed || text == NULL;
    return text != NULL ? text : "";
}

/* One arm in one perspective; false: the decision leaves this perspective out. */
static bool find_shares(const page_writer *p, const panel *of, const char *perspective, size_t arm, const double *thresholds, size_t n,
                        double *shares)
{
    const ipsim_psa_page_decision *decision = p->tables->decision;
    for (size_t t = 0; t < n; t++) {
        shares[t] = decision == NULL ? share_best(p, of, arm, thresholds[t])
                                     : ipsim_psa_decision_share(decision, perspective, p->arms[arm], thresholds[t]);
    }
    return decision == NULL || !isnan(shares[0]);
}

static void print_probabilities(page_writer *p)
{
    double thresholds[MOST_THRESHOLDS], shares[MOST_THRESHOLDS];
    size_t n_thresholds = read_thresholds(p, thresholds);
    if (n_thresholds == 0) {
        fprintf(p->page, "No threshold is declared (economics.thresholds) or given (--threshold); the tables have a grid of them.\n\n");
        return;
    }
    ipsim_summary_grid grid = grid_of(p, true);
    const char *perspective;
    for (size_t n = 0; !p->failed && (perspective = nth_perspective(p, n)) != NULL; n++) {
        panel of = {0};
        if (p->tables->decision == NULL && !fill_panel(p, perspective, &of)) {
            p->failed = true;
            return;
        }
        const char **cells = NULL;
        for (size_t a = 0; a < p->n_arms && find_shares(p, &of, perspective, a, thresholds, n_thresholds, shares); a++) {
            cells = cells != NULL ? cells : ipsim_summary_grid_line(&grid, perspective_label(p, perspective));
            cells[a] = percents(p, shares, n_thresholds);
        }
    }
    print_grid(p, &grid,
               ipsim_arena_printf(p->arena, "PROBABILITY OF THE HIGHEST NET BENEFIT at %s", thresholds_text(p, thresholds, n_thresholds)));
}

static void print_decision(page_writer *p)
{
    const ipsim_psa_page_decision *decision = p->tables->decision;
    const char *names[MOST_PERSPECTIVES], *labels[MOST_PERSPECTIVES];
    size_t n = 0;
    if (decision == NULL || decision->n_thresholds == 0) {
        return;
    }
    while (n < MOST_PERSPECTIVES && (names[n] = nth_perspective(p, n)) != NULL) {
        labels[n] = perspective_label(p, names[n]);
        n++;
    }
    const char *thresholds = thresholds_text(p, decision->thresholds, decision->n_thresholds);
    p->failed = p->failed || !ipsim_psa_decision_print(p->arena, decision, names, labels, n, thresholds, p->currency, p->page);
}

/* The years of break_even: the first few, and the last. */
static size_t choose_years(const page_writer *p, double *years)
{
    const ipsim_table *t = p->tables->break_even;
    size_t n = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        double year = real_of(t, "year", row);
        bool known = false;
        for (size_t i = 0; i < n; i++) {
            known = known || years[i] == year;
        }
        if (!known && n < MOST_YEARS) {
            years[n++] = year;
        } else if (!known && year > years[n - 1]) {
            years[n - 1] = year;
        }
    }
    return n;
}

static double probability_saving(const page_writer *p, const char *arm, const char *perspective, double year)
{
    const ipsim_table *t = p->tables->break_even;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (strcmp(text_of(t, "scenario", row), arm) == 0 && strcmp(text_of(t, "account", row), "perspective") == 0 &&
            strcmp(text_of(t, "name", row), perspective) == 0 && real_of(t, "year", row) == year) {
            return real_of(t, "probability_saving", row);
        }
    }
    return NAN;
}

static void print_saving(page_writer *p)
{
    double years[MOST_YEARS], shares[MOST_YEARS];
    size_t n_years = choose_years(p, years);
    ipsim_summary_grid grid = grid_of(p, false);
    const char *perspective;
    for (size_t n = 0; n_years > 0 && (perspective = nth_perspective(p, n)) != NULL; n++) {
        const char **cells = ipsim_summary_grid_line(&grid, perspective_label(p, perspective));
        for (size_t a = 1; a < p->n_arms; a++) {
            for (size_t y = 0; y < n_years; y++) {
                shares[y] = probability_saving(p, p->arms[a], perspective, years[y]);
            }
            cells[a - 1] = percents(p, shares, n_years);
        }
    }
    print_grid(p, &grid, ipsim_arena_printf(p->arena, "PROBABILITY OF SAVING MONEY in all by year %s", numbers(p, years, n_years)));
}

static const char *outcome_label(page_writer *p, const char *outcome)
{
    if (strcmp(outcome, "qalys") == 0) {
        return "QALYs";
    }
    if (strcmp(outcome, "cost") == 0) {
        return "Cost, all payers";
    }
    if (strncmp(outcome, "cost_", 5) != 0) {
        return label_of(p, "outcome:", outcome);
    }
    const char *label = ipsim_arena_printf(p->arena, "Cost, %s", label_of(p, "perspective:", outcome + 5));
    p->failed = p->failed || label == NULL;
    return label != NULL ? label : "";
}

/* "13 % (4 911 × 124)" */
static const char *noise_cell(page_writer *p, size_t row)
{
    const ipsim_table *t = p->tables->noise;
    const char *share = percent(p, real_of(t, "noise_share", row));
    double persons = real_of(t, "recommended_persons", row), draws = real_of(t, "recommended_draws", row);
    char n[IPSIM_FORMAT_SIZE], d[IPSIM_FORMAT_SIZE], text[3 * IPSIM_FORMAT_SIZE];
    if (!(persons < 1e15) || !(draws < 1e15)) {
        return share;
    }
    ipsim_format_count((int64_t)persons, n, sizeof n);
    ipsim_format_count((int64_t)draws, d, sizeof d);
    snprintf(text, sizeof text, "%s (%s × %s)", share, d, n);
    return keep_text(p, text);
}

static void print_noise_line(page_writer *p, ipsim_summary_grid *grid, const char *outcome)
{
    const ipsim_table *t = p->tables->noise;
    const char **cells = ipsim_summary_grid_line(grid, outcome_label(p, outcome));
    for (size_t row = 0; row < t->n_rows; row++) {
        for (size_t a = first_arm(p); a < p->n_arms; a++) {
            if (strcmp(text_of(t, "scenario", row), p->arms[a]) == 0 && strcmp(text_of(t, "outcome", row), outcome) == 0 &&
                (text_of(t, "comparator", row)[0] != '\0') == p->compare) {
                cells[a - first_arm(p)] = noise_cell(p, row);
            }
        }
    }
}

static void print_noise(page_writer *p)
{
    const ipsim_table *t = p->tables->noise;
    ipsim_summary_grid grid = grid_of(p, false);
    const char *first = nth_perspective(p, 0);
    bool has_perspectives = first != NULL && strcmp(first, "all") != 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *outcome = text_of(t, "outcome", row);
        bool cost = strcmp(outcome, "cost") == 0 ? !has_perspectives : strncmp(outcome, "cost_", 5) == 0;
        bool wanted = cost || strcmp(outcome, "qalys") == 0 || strcmp(outcome, "employment_years") == 0;
        if (wanted && (text_of(t, "comparator", row)[0] != '\0') == p->compare &&
            strcmp(text_of(t, "scenario", row), p->arms[first_arm(p)]) == 0) {
            print_noise_line(p, &grid, outcome);
        }
    }
    print_grid(p, &grid, "NOISE: share of the variance between draws (draws × people that would do best for the same work)");
}

static void print_conventions(page_writer *p)
{
    char *paragraph = NULL, number[IPSIM_FORMAT_SIZE];
    size_t size = 0;
    FILE *text = open_memstream(&paragraph, &size);
    if (text == NULL) {
        p->failed = true;
        return;
    }
    const char *costs = convention(p, "discounting_costs"), *effects = convention(p, "discounting_effects"), *seed = convention(p, "seed");
    const char *price_year = convention(p, "price_year");
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

static void compose(page_writer *p)
{
    const char *horizon = convention(p, "horizon_years"), *currency = convention(p, "currency");
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
        print_probabilities(p);
        print_saving(p);
    }
    print_noise(p);
    if (p->compare) {
        print_decision(p);
    }
    print_conventions(p);
}

ipsim_status ipsim_psa_page_text(const ipsim_psa_page_tables *tables, char **out, ipsim_error *err)
{
    char *text = NULL;
    size_t size = 0;
    *out = NULL;
    page_writer p = {.tables = tables, .arena = ipsim_arena_create(), .page = open_memstream(&text, &size)};
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
