/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results, differences, ratios: what the ledger knows. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tables.h"

const char *ipsim_tables_group_name(const experiment *e, size_t group, char *buffer, size_t size)
{
    snprintf(buffer, size, "all");
    for (size_t d = 0; d < e->n_dimensions; d++) {
        const ipsim_attribute *attribute = &e->scenarios[0]->attributes[e->dimension_attribute[d]];
        if (group >= e->dimension_first[d] && group < e->dimension_first[d] + attribute->levels.count)
            snprintf(buffer, size, "%s=%s", attribute->name, attribute->levels.items[group - e->dimension_first[d]]);
    }
    return buffer;
}

/* Appends cells to new rows, one for each report year, from left to right. Years differ in numbers only. */
typedef struct rows_writer {
    const experiment *e;
    ipsim_table *table;
    size_t first, n, column;
} rows_writer;

static rows_writer new_rows(const experiment *e, ipsim_table *table)
{
    size_t n = ipsim_account_n_years(e->plan);
    return (rows_writer){.e = e, .table = table, .first = ipsim_table_add_rows(table, n), .n = n};
}
static size_t row_of(const rows_writer *w, size_t year)
{
    return w->first == SIZE_MAX ? SIZE_MAX : w->first + year;
}
static void text(rows_writer *w, const char *value)
{
    ipsim_table_fill_text(w->table, w->first, w->n, w->column++, value);
}
static void years(rows_writer *w)
{
    for (size_t year = 0; year < w->n; year++)
        ipsim_table_put_real(w->table, row_of(w, year), w->column, ipsim_account_year(w->e->plan, year));
    w->column++;
}

/* Calls for every group, measure and flavour, in the order of the files. */
typedef void cell_writer(const experiment *e, const experiment_sums *sums, ipsim_table *table, size_t model, const char *group_name,
                         size_t group, size_t measure, bool discounted);

static void for_each_cell(const experiment *e, const experiment_sums *sums, ipsim_table *table, size_t model, cell_writer *write)
{
    char name[256];
    for (size_t group = 0; group < e->n_groups; group++) {
        ipsim_tables_group_name(e, group, name, sizeof name);
        for (size_t measure = 0; measure < ipsim_account_n_measures(e->plan); measure++)
            for (int discounted = 0; discounted < (ipsim_account_measure(e->plan, measure)->discountable ? 2 : 1); discounted++)
                write(e, sums, table, model, name, group, measure, discounted == 1);
    }
}

typedef ipsim_estimate estimator(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year, bool discounted);

static void write_estimates(rows_writer *w, const experiment_sums *sums, size_t model, const char *group_name, size_t group, size_t measure,
                            bool discounted, estimator *estimate)
{
    const ipsim_measure *m = ipsim_account_measure(w->e->plan, measure);
    text(w, group_name);
    text(w, m->outcome);
    text(w, m->payer);
    text(w, discounted ? "yes" : "no");
    years(w);
    for (size_t year = 0; year < w->n; year++) {
        ipsim_estimate x = estimate(sums->ledger, model, group, measure, year, discounted);
        ipsim_table_put_real(w->table, row_of(w, year), w->column, x.value);
        ipsim_table_put_real(w->table, row_of(w, year), w->column + 1, x.mcse);
    }
    w->column += 2;
    text(w, m->unit);
}

static void write_results(const experiment *e, const experiment_sums *sums, ipsim_table *table, size_t model, const char *group_name,
                          size_t group, size_t measure, bool discounted)
{
    if (!ipsim_account_has(e->plan, model, measure))
        return;
    rows_writer w = new_rows(e, table);
    text(&w, e->scenarios[model]->name.value);
    write_estimates(&w, sums, model, group_name, group, measure, discounted, ipsim_ledger_mean);
}

static void write_differences(const experiment *e, const experiment_sums *sums, ipsim_table *table, size_t model, const char *group_name,
                              size_t group, size_t measure, bool discounted)
{
    if (!ipsim_account_has(e->plan, model, measure) && !ipsim_account_has(e->plan, 0, measure))
        return;
    rows_writer w = new_rows(e, table);
    text(&w, e->scenarios[model]->name.value);
    text(&w, e->scenarios[0]->name.value);
    write_estimates(&w, sums, model, group_name, group, measure, discounted, ipsim_ledger_difference);
}

/* Rows of one model, or a few more: a measure need not be every model's. */
static size_t count_cells(const experiment *e)
{
    size_t count = 0;
    for (size_t measure = 0; measure < ipsim_account_n_measures(e->plan); measure++)
        count += (ipsim_account_measure(e->plan, measure)->discountable ? 2 : 1) * ipsim_account_n_years(e->plan);
    return e->n_groups * count;
}

ipsim_table *ipsim_tables_results(const experiment *e, const experiment_sums *sums)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""}, {"subgroup", IPSIM_TEXT, ""},   {"outcome", IPSIM_TEXT, ""},
                                                {"payer", IPSIM_TEXT, ""},    {"discounted", IPSIM_TEXT, ""}, {"year", IPSIM_REAL, "years"},
                                                {"estimate", IPSIM_REAL, ""}, {"mcse", IPSIM_REAL, ""},       {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("results", columns, sizeof columns / sizeof *columns);
    if (table)
        ipsim_table_reserve(table, e->n_models * count_cells(e));
    for (size_t model = 0; table && model < e->n_models; model++)
        for_each_cell(e, sums, table, model, write_results);
    return table;
}

ipsim_table *ipsim_tables_differences(const experiment *e, const experiment_sums *sums)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""}, {"comparator", IPSIM_TEXT, ""}, {"subgroup", IPSIM_TEXT, ""},  {"outcome", IPSIM_TEXT, ""},
        {"payer", IPSIM_TEXT, ""},    {"discounted", IPSIM_TEXT, ""}, {"year", IPSIM_REAL, "years"}, {"estimate", IPSIM_REAL, ""},
        {"mcse", IPSIM_REAL, ""},     {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("differences", columns, sizeof columns / sizeof *columns);
    if (table)
        ipsim_table_reserve(table, (e->n_models - 1) * count_cells(e));
    for (size_t model = 1; table && model < e->n_models; model++)
        for_each_cell(e, sums, table, model, write_differences);
    return table;
}

/* ---- incremental cost per unit of effect ---- */

static const char *reading_of(double cost, double effect)
{
    if (isnan(cost) || isnan(effect))
        return "not available"; /* a subgroup without people */
    if (cost == 0.0 && effect == 0.0)
        return "no difference";
    if (effect > 0.0)
        return cost > 0.0 ? "ratio" : "dominant";
    if (effect < 0.0)
        return cost < 0.0 ? "less effective" : "dominated";
    return cost > 0.0 ? "dominated" : "dominant";
}

static void write_ratios(const experiment *e, const experiment_sums *sums, ipsim_table *table, size_t model, size_t group,
                         const char *perspective, const char *effect_name, bool discounted)
{
    char name[300];
    snprintf(name, sizeof name, "cost%s%s", perspective ? "_" : "", perspective ? perspective : "");
    size_t cost = ipsim_account_find(e->plan, name, "all"), effect = ipsim_account_find(e->plan, effect_name, "all");
    if (effect == ipsim_account_n_measures(e->plan))
        return;
    rows_writer w = new_rows(e, table);
    text(&w, e->scenarios[model]->name.value);
    text(&w, e->scenarios[0]->name.value);
    text(&w, ipsim_tables_group_name(e, group, name, sizeof name));
    text(&w, perspective ? perspective : "all");
    text(&w, effect_name);
    text(&w, discounted ? "yes" : "no");
    years(&w);
    for (size_t year = 0; year < w.n; year++) {
        size_t row = row_of(&w, year);
        ipsim_estimate c = ipsim_ledger_difference(sums->ledger, model, group, cost, year, discounted);
        ipsim_estimate x = ipsim_ledger_difference(sums->ledger, model, group, effect, year, discounted);
        ipsim_estimate ratio = ipsim_ledger_ratio(sums->ledger, model, group, cost, effect, year, discounted);
        const char *reading = reading_of(c.value, x.value);
        bool meaningful = strcmp(reading, "ratio") == 0 || strcmp(reading, "less effective") == 0;
        ipsim_table_put_real(table, row, w.column, c.value);
        ipsim_table_put_real(table, row, w.column + 1, x.value);
        ipsim_table_put_real(table, row, w.column + 2, meaningful ? ratio.value : NAN);
        ipsim_table_put_real(table, row, w.column + 3, meaningful ? ratio.mcse : NAN);
        ipsim_table_put_text(table, row, w.column + 4, reading);
    }
    w.column += 5;
    snprintf(name, sizeof name, "%s per %s", ipsim_account_measure(e->plan, cost)->unit,
             strcmp(effect_name, "qalys") == 0 ? "QALY" : "employment year");
    text(&w, name);
}

ipsim_table *ipsim_tables_ratios(const experiment *e, const experiment_sums *sums)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""},    {"comparator", IPSIM_TEXT, ""}, {"subgroup", IPSIM_TEXT, ""},  {"perspective", IPSIM_TEXT, ""},
        {"effect", IPSIM_TEXT, ""},      {"discounted", IPSIM_TEXT, ""}, {"year", IPSIM_REAL, "years"}, {"cost", IPSIM_REAL, ""},
        {"effect_gain", IPSIM_REAL, ""}, {"ratio", IPSIM_REAL, ""},      {"mcse", IPSIM_REAL, ""},      {"reading", IPSIM_TEXT, ""},
        {"unit", IPSIM_TEXT, ""}};
    static const char *const effects[] = {"qalys", "employment_years"};
    const ipsim_scenario *first = e->scenarios[0];
    size_t n_perspectives = first->n_perspectives ? first->n_perspectives : 1; /* none declared: the total of all costs */
    ipsim_table *table = ipsim_table_create("ratios", columns, sizeof columns / sizeof *columns);
    for (size_t model = 1; table && model < e->n_models; model++)
        for (size_t group = 0; group < e->n_groups; group++)
            for (size_t p = 0; p < n_perspectives; p++)
                for (size_t effect = 0; effect < 2; effect++)
                    for (int discounted = 0; discounted < 2; discounted++)
                        write_ratios(e, sums, table, model, group, first->n_perspectives ? first->perspectives[p].name : NULL,
                                     effects[effect], discounted == 1);
    return table;
}
