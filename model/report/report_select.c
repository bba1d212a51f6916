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
        "about",         "results",      "differences",  "occupancy",  "population",  "targets",       "ratios",
        "parameters",    "provenance",   "psa_summary",  "break_even", "noise",       "psa_occupancy", "replicates",
        "settling",      "cea",          "frontier",     "plane",      "net_benefit", "ceac",          "evpi",
        "subgroups",     "distribution", "equity",       "shortfall",  "evppi",       "evsi",          "dsa",
        "dsa_threshold", "dsa_grid",     "dsa_extremes", "sources",    "scatter",     "thinned",       "replicate_means",
        "grid_ceac",     "grid_evpi",
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

static bool matters_for_all(const char *outcome, bool discounted)
{
    bool counted = begins(outcome, "n_") || begins(outcome, "days_") || begins(outcome, "reached_");
    return !counted && (discounted || !begins(outcome, "item_"));
}

typedef struct row_rule {
    const ipsim_column *subgroup, *outcome, *discounted, *year;
    double horizon;
    /* Rows of one outcome stand together, so the last answer nearly always holds. */
    const char *last;
    bool last_matters;
} row_rule;

static bool keep_row(row_rule *rule, const ipsim_table *about, size_t row)
{
    const char *subgroup = rule->subgroup != NULL ? ipsim_summary_text_at(rule->subgroup, row) : "all";
    bool discounted = rule->discounted == NULL || strcmp(ipsim_summary_text_at(rule->discounted, row), "yes") == 0;
    if (strcmp(subgroup, "all") == 0) {
        return rule->outcome == NULL || matters_for_all(ipsim_summary_text_at(rule->outcome, row), discounted);
    }
    if (rule->year != NULL && rule->year->real[row] != rule->horizon) {
        return false;
    }
    if (rule->outcome == NULL) {
        return discounted;
    }
    const char *outcome = ipsim_summary_text_at(rule->outcome, row);
    if (rule->last == NULL || strcmp(rule->last, outcome) != 0) {
        rule->last = outcome;
        rule->last_matters = matters_everywhere(about, outcome);
    }
    return rule->last_matters;
}

ipsim_status ipsim_report_select(const ipsim_table *table, const ipsim_table *about, bool **keep, ipsim_error *err)
{
    static const char *const large[] = {"results", "differences", "ratios", "psa_summary"};
    bool is_large = false;
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        is_large = is_large || strcmp(table->name, large[i]) == 0;
    }
    *keep = NULL;
    if (!is_large) {
        return IPSIM_OK;
    }
    *keep = calloc(table->n_rows > 0 ? table->n_rows : 1, sizeof **keep);
    if (*keep == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    row_rule rule = {.subgroup = find(table, "subgroup", IPSIM_TEXT),
                     .outcome = find(table, "outcome", IPSIM_TEXT),
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
