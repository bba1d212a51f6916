/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/draws: the point estimates of one run as a table of one draw. See include/ipsim/draws.h. */
#include <math.h>
#include <string.h>

#include "economics/draws_private.h"
#include "ipsim/nearest.h"

/* One file of the folder, with the columns that are looked for. */
typedef struct run_table {
    const ipsim_csv *csv;
    size_t columns[8];
} run_table;

static const char *cell(const run_table *table, size_t row, size_t wanted)
{
    return table->csv->cells[row * table->csv->n_columns + table->columns[wanted]];
}

static bool open_table(draws_reader *r, const char *folder, const char *name, const char *const *wanted, size_t n_wanted, run_table *table)
{
    ipsim_csv *csv;
    const char *path = ipsim_arena_printf(r->arena, "%s/%s", folder, name);
    r->out_of_memory = r->out_of_memory || path == NULL;
    if (path == NULL || ipsim_csv_read(path, r->arena, &csv, r->errors) != IPSIM_OK) {
        r->failed = true;
        return false;
    }
    table->csv = csv;
    for (size_t i = 0; i < n_wanted; i++) {
        table->columns[i] = ipsim_csv_column(csv, wanted[i]);
        if (table->columns[i] == csv->n_columns) {
            ipsim_draws_problem(r, IPSIM_ERR_MISSING, csv, csv->header_line, NULL, "there is no column \"%s\": this is no table of a run",
                                wanted[i]);
        }
    }
    return !r->failed;
}

/* Adds a name that is not there yet; its place in the list, which has room for one of each row. */
static size_t note_name(const char **names, size_t *count, const char *name)
{
    size_t i = 0;
    while (i < *count && strcmp(names[i], name) != 0) {
        i++;
    }
    if (i == *count) {
        names[(*count)++] = name;
    }
    return i;
}

static size_t find_name(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

/* ---- results.csv and differences.csv ---- */
enum { SCENARIO, SUBGROUP, OUTCOME, PAYER, DISCOUNTED, YEAR, ESTIMATE, MCSE };
static const char *const estimate_columns[] = {"scenario", "subgroup", "outcome", "payer", "discounted", "year", "estimate", "mcse"};

static double last_year(const run_table *table)
{
    double last = -INFINITY, year;
    for (size_t row = 0; row < table->csv->n_rows; row++) {
        last = ipsim_parse_real(cell(table, row, YEAR), &year) && year > last ? year : last;
    }
    return last;
}

/* Discounted, for all payers together, at the end. */
static bool counts(const run_table *table, size_t row, double year)
{
    double of_row;
    return strcmp(cell(table, row, DISCOUNTED), "yes") == 0 && strcmp(cell(table, row, PAYER), "all") == 0 &&
           ipsim_parse_real(cell(table, row, YEAR), &of_row) && of_row == year;
}

/* Scenarios without perspectives have one all the same, as in a table of draws: what everybody pays. */
static const char every_payer[] = "all";

/* The perspective that a row of costs is about; n_perspectives for other rows. */
static size_t perspective_of(const ipsim_draws *d, const char *outcome)
{
    if (d->perspectives[0] == every_payer) {
        return strcmp(outcome, "cost") == 0 ? 0 : d->n_perspectives;
    }
    return strncmp(outcome, "cost_", 5) == 0 ? find_name(d->perspectives, d->n_perspectives, outcome + 5) : d->n_perspectives;
}

/* Of a subgroup without anybody all cells are empty. The others divide people as before, so nothing else has to go. */
static void list_subgroups(draws_reader *r, const run_table *results, double year)
{
    ipsim_draws *d = r->draws;
    const char **empty = ipsim_draws_get(r, results->csv->n_rows + 1, sizeof *empty);
    size_t n_empty = 0;
    for (size_t row = 0; empty != NULL && row < results->csv->n_rows; row++) {
        if (counts(results, row, year) && cell(results, row, ESTIMATE)[0] != '\0') {
            (void)note_name(d->subgroups, &d->n_subgroups, cell(results, row, SUBGROUP));
        }
    }
    for (size_t row = 0; empty != NULL && row < results->csv->n_rows; row++) {
        const char *name = cell(results, row, SUBGROUP);
        if (counts(results, row, year) && find_name(d->subgroups, d->n_subgroups, name) == d->n_subgroups) {
            (void)note_name(empty, &n_empty, name);
        }
    }
    if (n_empty > 0) {
        ipsim_draws_note(r,
                         n_empty == 1 ? "Subgroup \"%s\" is left out: there is nobody of it."
                                      : "Subgroup \"%s\" and others are left out: there is nobody of them.",
                         empty[0]);
    }
}

static bool list_kinds(draws_reader *r, const char *folder, const run_table *results, double year, const char *effect)
{
    static const char *const about_columns[] = {"key"};
    run_table about;
    ipsim_draws *d = r->draws;
    size_t n_outcomes = 0, n_rows = results->csv->n_rows + 1;
    if (!open_table(r, folder, "about.csv", about_columns, 1, &about)) {
        return false;
    }
    const char **outcomes = ipsim_draws_get(r, n_rows, sizeof *outcomes);
    d->strategies = ipsim_draws_get(r, n_rows, sizeof *d->strategies);
    d->subgroups = ipsim_draws_get(r, n_rows, sizeof *d->subgroups);
    d->perspectives = ipsim_draws_get(r, about.csv->n_rows + 1, sizeof *d->perspectives);
    if (r->out_of_memory) {
        return false;
    }
    for (size_t row = 0; row < about.csv->n_rows; row++) {
        const char *key = cell(&about, row, 0);
        if (strncmp(key, "perspective:", 12) == 0) {
            (void)note_name(d->perspectives, &d->n_perspectives, key + 12);
        }
    }
    for (size_t row = 0; row < results->csv->n_rows; row++) {
        if (counts(results, row, year)) {
            (void)note_name(d->strategies, &d->n_strategies, cell(results, row, SCENARIO));
            (void)note_name(outcomes, &n_outcomes, cell(results, row, OUTCOME));
        }
    }
    list_subgroups(r, results, year);
    if (d->n_strategies < 2) {
        ipsim_draws_problem(r, IPSIM_ERR_DATA, results->csv, 0, NULL, "there is one strategy, \"%s\": nothing to compare it with",
                            d->n_strategies > 0 ? d->strategies[0] : "");
    }
    if (d->n_perspectives == 0) {
        (void)note_name(d->perspectives, &d->n_perspectives, every_payer);
    }
    if (find_name(outcomes, n_outcomes, effect) == n_outcomes) {
        const char *near = ipsim_nearest(effect, outcomes, n_outcomes);
        ipsim_draws_problem(r, IPSIM_ERR_MISSING, results->csv, 0, NULL, "there is no discounted outcome \"%s\"%s%s%s", effect,
                            near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    return !r->failed && !r->out_of_memory;
}

/* Puts a value where the row belongs: in the costs of its perspective, or in the effects of all perspectives. */
static void put(const ipsim_draws *d, const run_table *table, size_t row, const char *effect, double value, double *costs, double *effects)
{
    size_t s = find_name(d->strategies, d->n_strategies, cell(table, row, SCENARIO));
    size_t g = find_name(d->subgroups, d->n_subgroups, cell(table, row, SUBGROUP));
    size_t p = perspective_of(d, cell(table, row, OUTCOME)), panel = d->n_subgroups * d->n_strategies, at = g * d->n_strategies + s;
    if (s == d->n_strategies || g == d->n_subgroups) {
        return;
    }
    if (p < d->n_perspectives) {
        costs[p * panel + at] = value;
    } else if (strcmp(cell(table, row, OUTCOME), effect) == 0) {
        for (p = 0; p < d->n_perspectives; p++) {
            effects[p * panel + at] = value;
        }
    }
}

static double number_or_nan(const char *text)
{
    double value;
    return ipsim_parse_real(text, &value) ? value : NAN;
}

static void fill(const ipsim_draws *d, const run_table *table, double year, const char *effect, size_t column, double *costs,
                 double *effects)
{
    for (size_t row = 0; row < table->csv->n_rows; row++) {
        if (counts(table, row, year)) {
            put(d, table, row, effect, number_or_nan(cell(table, row, column)), costs, effects);
        }
    }
}

static double *room(draws_reader *r, size_t n)
{
    double *values = ipsim_draws_get(r, n, sizeof *values);
    for (size_t i = 0; values != NULL && i < n; i++) {
        values[i] = NAN;
    }
    return values;
}

static void check_whole(draws_reader *r, const run_table *results)
{
    const ipsim_draws *d = r->draws;
    for (size_t i = 0; i < d->n_perspectives * d->n_subgroups * d->n_strategies; i++) {
        if (isnan(d->cost[i]) || isnan(d->effect[i])) {
            size_t s = i % d->n_strategies, g = i / d->n_strategies % d->n_subgroups, p = i / d->n_strategies / d->n_subgroups;
            ipsim_draws_problem(r, IPSIM_ERR_DATA, results->csv, 0, NULL,
                                "cost or %s is missing for scenario \"%s\", subgroup %s, perspective %s", d->effect_name, d->strategies[s],
                                d->subgroups[g], d->perspectives[p]);
        }
    }
}

/* ---- population.csv ---- */
static void read_weights(draws_reader *r, const char *folder)
{
    enum { ATTRIBUTE, LEVEL, STATISTIC, SIMULATED };
    static const char *const columns[] = {"attribute", "level", "statistic", "simulated"};
    ipsim_draws *d = r->draws;
    run_table population;
    if (!open_table(r, folder, "population.csv", columns, 4, &population)) {
        return;
    }
    for (size_t g = 0; g < d->n_subgroups; g++) {
        d->weights[g] = g == d->total ? 1.0 : NAN;
    }
    for (size_t row = 0; row < population.csv->n_rows; row++) {
        if (strcmp(cell(&population, row, STATISTIC), "share") != 0) {
            continue;
        }
        const char *name = ipsim_arena_printf(r->arena, "%s=%s", cell(&population, row, ATTRIBUTE), cell(&population, row, LEVEL));
        size_t g = name != NULL ? find_name(d->subgroups, d->n_subgroups, name) : d->n_subgroups;
        r->out_of_memory = r->out_of_memory || name == NULL;
        if (g < d->n_subgroups) {
            d->weights[g] = number_or_nan(cell(&population, row, SIMULATED));
        }
    }
}

static bool read_run(draws_reader *r, const char *folder, const char *effect)
{
    ipsim_draws *d = r->draws;
    run_table results, differences;
    if (!open_table(r, folder, "results.csv", estimate_columns, 8, &results)) {
        return false;
    }
    double year = last_year(&results);
    if (!list_kinds(r, folder, &results, year, effect)) {
        return false;
    }
    size_t n = d->n_perspectives * d->n_subgroups * d->n_strategies;
    d->n_draws = 1;
    d->cost_name = "cost";
    d->effect_name = ipsim_arena_strdup(r->arena, effect);
    d->total = find_name(d->subgroups, d->n_subgroups, "all");
    d->weights = room(r, d->n_subgroups);
    d->cost = room(r, n);
    d->effect = room(r, n);
    d->cost_se = room(r, n);
    d->effect_se = room(r, n);
    d->difference_cost_se = room(r, n);
    d->difference_effect_se = room(r, n);
    if (r->out_of_memory || d->effect_name == NULL || !open_table(r, folder, "differences.csv", estimate_columns, 8, &differences)) {
        return false;
    }
    fill(d, &results, year, effect, ESTIMATE, d->cost, d->effect);
    fill(d, &results, year, effect, MCSE, d->cost_se, d->effect_se);
    fill(d, &differences, year, effect, MCSE, d->difference_cost_se, d->difference_effect_se);
    check_whole(r, &results);
    read_weights(r, folder);
    ipsim_draws_note(
        r,
        "These are the point estimates of one run, discounted, at year %g: parameters are at their base values, and errors are "
        "those of simulating few people. How uncertain the inputs are, ipsim psa says.",
        year);
    return !r->failed && !r->out_of_memory;
}

ipsim_status ipsim_draws_of_run(const char *folder, const char *effect, ipsim_draws **out, ipsim_error_list *errors)
{
    ipsim_arena *arena = ipsim_arena_create();
    draws_reader r = {.arena = arena, .errors = errors, .draws = arena != NULL ? ipsim_arena_alloc(arena, 1, sizeof *r.draws) : NULL};
    size_t n_before = errors->count;
    *out = NULL;
    if (r.draws != NULL) {
        r.draws->arena = arena;
        if (read_run(&r, folder, effect != NULL ? effect : "qalys")) {
            *out = r.draws;
            return IPSIM_OK;
        }
    }
    ipsim_arena_free(arena);
    if (errors->count == n_before) {
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){folder, 0, NULL}, "memory is short");
    }
    return errors->items[n_before].status;
}
