/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report_select: which rows of large tables a page needs. See report_parts.h.
 *
 * A comparison of four arms has some 30 000 rows, most of them years and counts of single transitions in single subgroups, which stand in
 * the tables beside the page. Everybody is kept; of subgroups, what a decision is made by, at the horizon. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

bool ipsim_report_wants(const char *table)
{
    static const char *const names[] = {
        "about",         "results",     "differences",  "occupancy", "population",    "targets",   "ratios",   "parameters",
        "provenance",    "psa_summary", "break_even",   "noise",     "psa_occupancy", "cea",       "plane",    "ceac",
        "evpi",          "subgroups",   "distribution", "equity",    "shortfall",     "evppi",     "evsi",     "dsa",
        "dsa_threshold", "sources",     "scatter",      "thinned",   "grid_ceac",     "grid_evpi", "dsa_grid",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], table) == 0) {
            return true;
        }
    }
    return false;
}

static const ipsim_column *find(const ipsim_table *table, const char *name, ipsim_column_type type)
{
    size_t c = ipsim_table_find_column(table, name);
    return c < table->n_columns && table->columns[c].type == type ? &table->columns[c] : NULL;
}

static bool begins(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Whether about has the row "prefixNAME". */
static bool is_declared(const ipsim_table *about, const char *prefix, const char *name)
{
    const ipsim_column *keys = about != NULL ? find(about, "key", IPSIM_TEXT) : NULL;
    size_t length = strlen(prefix);
    for (size_t row = 0; keys != NULL && row < about->n_rows; row++) {
        const char *key = ipsim_summary_text_at(keys, row);
        if (strncmp(key, prefix, length) == 0 && strcmp(key + length, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool matters_everywhere(const ipsim_table *about, const char *outcome)
{
    return strcmp(outcome, "qalys") == 0 || strcmp(outcome, "life_years") == 0 || strcmp(outcome, "cost") == 0 ||
           (begins(outcome, "cost_") && is_declared(about, "perspective:", outcome + 5)) || is_declared(about, "outcome:", outcome);
}

/* Of everybody: costs year by year in every perspective, by payer at the horizon; other outcomes at the horizon. Counts of transitions and
 * years in single states stand in the tables beside the page. */
static bool matters_for_all(const char *outcome, const char *payer, bool discounted, bool at_horizon)
{
    if (begins(outcome, "n_") || begins(outcome, "days_") || begins(outcome, "reached_") || begins(outcome, "item_") ||
        begins(outcome, "years_")) {
        return false;
    }
    return begins(outcome, "cost") ? discounted && (at_horizon || strcmp(payer, "all") == 0) : at_horizon;
}

/* Of a sensitivity analysis: what moves most, of the results that decisions are made by. */
enum { MOST_INFLUENCES = 30 };
static bool matters_in_dsa(const ipsim_table *about, const char *outcome, double rank)
{
    static const char *const main_outcomes[] = {"net_benefit", "qalys", "cost", "employment_years", "disability_years"};
    bool matters = begins(outcome, "cost_") && is_declared(about, "perspective:", outcome + 5);
    for (size_t i = 0; i < sizeof main_outcomes / sizeof main_outcomes[0]; i++) {
        matters = matters || strcmp(outcome, main_outcomes[i]) == 0;
    }
    return matters && !(rank > MOST_INFLUENCES);
}

typedef struct row_rule {
    const ipsim_column *subgroup, *outcome, *payer, *discounted, *year, *rank;
    double horizon;
    /* Rows of one outcome stand together, so the last answer nearly always holds. */
    const char *last;
    bool last_matters;
} row_rule;

static bool keep_row(row_rule *rule, const ipsim_table *about, size_t row)
{
    const char *subgroup = rule->subgroup != NULL ? ipsim_summary_text_at(rule->subgroup, row) : "all";
    const char *outcome = rule->outcome != NULL ? ipsim_summary_text_at(rule->outcome, row) : NULL;
    bool discounted = rule->discounted == NULL || strcmp(ipsim_summary_text_at(rule->discounted, row), "yes") == 0;
    bool at_horizon = rule->year == NULL || rule->year->real[row] == rule->horizon;
    if (rule->rank != NULL) {
        return outcome == NULL || matters_in_dsa(about, outcome, rule->rank->real[row]);
    }
    if (strcmp(subgroup, "all") == 0) {
        const char *payer = rule->payer != NULL ? ipsim_summary_text_at(rule->payer, row) : "all";
        return outcome == NULL ? discounted : matters_for_all(outcome, payer, discounted, at_horizon);
    }
    if (!at_horizon || outcome == NULL) {
        return at_horizon && discounted;
    }
    if (rule->last == NULL || strcmp(rule->last, outcome) != 0) {
        rule->last = outcome;
        rule->last_matters = matters_everywhere(about, outcome);
    }
    return rule->last_matters;
}

/* ---- values of a QALY ---- */
/* The text "275000, 500000" that the scenarios name their thresholds in; NULL when they name none. */
static const char *named_thresholds(const ipsim_table *about)
{
    const ipsim_column *keys = about != NULL ? find(about, "key", IPSIM_TEXT) : NULL;
    const ipsim_column *values = about != NULL ? find(about, "value", IPSIM_TEXT) : NULL;
    for (size_t row = 0; keys != NULL && values != NULL && row < about->n_rows; row++) {
        if (strcmp(ipsim_summary_text_at(keys, row), "thresholds") == 0) {
            return ipsim_summary_text_at(values, row);
        }
    }
    return NULL;
}

static bool is_named(const char *thresholds, double value)
{
    const char *at = thresholds;
    while (at != NULL && *at != '\0') {
        char *end;
        double named = strtod(at, &end);
        if (end == at) {
            return false;
        }
        if (named == value) {
            return true;
        }
        at = end + strspn(end, ", ");
    }
    return false;
}

/* Groups are shown at the thresholds of the scenarios, where the table has any of them; cea knows some forty. */
static bool select_thresholds(const ipsim_table *table, const ipsim_table *about, bool *keep)
{
    const char *named = named_thresholds(about);
    const ipsim_column *column = find(table, "threshold", IPSIM_REAL);
    bool any = false;
    for (size_t row = 0; column != NULL && row < table->n_rows; row++) {
        keep[row] = is_named(named, column->real[row]);
        any = any || keep[row];
    }
    return any;
}

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

ipsim_status ipsim_report_select(const ipsim_table *table, const ipsim_table *about, bool **keep, ipsim_error *err)
{
    static const char *const large[] = {"results", "differences", "ratios", "psa_summary", "dsa"};
    static const char *const of_groups[] = {"subgroups", "distribution", "equity"};
    bool is_large = is_one_of(table->name, large, sizeof large / sizeof large[0]);
    bool by_threshold = is_one_of(table->name, of_groups, sizeof of_groups / sizeof of_groups[0]);
    *keep = NULL;
    if (!is_large && !by_threshold) {
        return IPSIM_OK;
    }
    *keep = calloc(table->n_rows > 0 ? table->n_rows : 1, sizeof **keep);
    if (*keep == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    if (by_threshold) {
        if (!select_thresholds(table, about, *keep)) {
            free(*keep);
            *keep = NULL;
        }
        return IPSIM_OK;
    }
    row_rule rule = {.subgroup = find(table, "subgroup", IPSIM_TEXT),
                     .outcome = find(table, "outcome", IPSIM_TEXT),
                     .payer = find(table, "payer", IPSIM_TEXT),
                     .rank = find(table, "rank", IPSIM_REAL),
                     .discounted = find(table, "discounted", IPSIM_TEXT),
                     .year = find(table, "year", IPSIM_REAL),
                     .horizon = -INFINITY};
    for (size_t row = 0; rule.year != NULL && row < table->n_rows; row++) {
        rule.horizon = fmax(rule.horizon, rule.year->real[row]);
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        (*keep)[row] = keep_row(&rule, about, row);
    }
    return IPSIM_OK;
}
