/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/report_draws: the draws of a psa as what a page can show. See report.h.
 *
 * The page's slider moves over a grid of thresholds for which everything is computed here from all draws, so that its figures are those of
 * psa.csv although the page holds only some of the draws, as points of a diagram. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/report.h"
#include "ipsim/decision_tables.h"

enum { STEPS = 200, MOST_THRESHOLDS = 256, MOST_POINTS = 2000, FEWEST_POINTS = 400, MOST_PERSPECTIVES = 16, NAME_SIZE = 160 };

static ipsim_status short_of_memory(ipsim_error_list *errors)
{
    return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
}

/* Those of everybody, or of the only subgroup that there is. */
typedef struct everybody {
    ipsim_draws draws;
    const char *name;
    double weight;
} everybody;

static bool take_everybody(const ipsim_draws *all, everybody *out)
{
    size_t subgroup = all->total < all->n_subgroups ? all->total : 0, size = all->n_strategies * all->n_draws;
    *out = (everybody){.draws = *all, .name = all->subgroups[subgroup], .weight = 1.0};
    out->draws.cost = calloc(all->n_perspectives * size + 1, sizeof(double));
    out->draws.effect = calloc(all->n_perspectives * size + 1, sizeof(double));
    bool good = out->draws.cost != NULL && out->draws.effect != NULL;
    for (size_t p = 0; good && p < all->n_perspectives; p++) {
        ipsim_panel panel = ipsim_draws_panel(all, p, subgroup);
        memcpy(out->draws.cost + p * size, panel.cost, size * sizeof(double));
        memcpy(out->draws.effect + p * size, panel.effect, size * sizeof(double));
    }
    out->draws.n_subgroups = 1;
    out->draws.total = 0;
    out->draws.subgroups = &out->name;
    out->draws.weights = &out->weight;
    return good;
}

/* ---- thresholds ---- */
static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The thresholds that the scenarios name: "275000, 500000". */
static size_t declared_thresholds(const ipsim_report_inputs *inputs, double *values, size_t most)
{
    const ipsim_table *about = ipsim_report_inputs_find(inputs, "about");
    size_t n = 0, key = about != NULL ? ipsim_table_find_column(about, "key") : 0;
    size_t value = about != NULL ? ipsim_table_find_column(about, "value") : 0;
    for (size_t row = 0; about != NULL && key < about->n_columns && value < about->n_columns && n == 0 && row < about->n_rows; row++) {
        const char *name = about->columns[key].text[row];
        const char *list = about->columns[value].type == IPSIM_TEXT ? about->columns[value].text[row] : NULL;
        char *end = NULL;
        for (bool more = name != NULL && strcmp(name, "thresholds") == 0 && list != NULL; more && n < most;
             list = end + strspn(end, ", ")) {
            double threshold = strtod(list, &end);
            more = end != list;
            if (more && isfinite(threshold) && threshold > 0.0) {
                values[n++] = threshold;
            }
        }
    }
    return n;
}

/* 1, 2 or 5 times a power of ten, at least `least`. */
static double round_up(double least)
{
    double power = pow(10.0, floor(log10(least))), tidy = power * 10.0;
    for (size_t i = 0; i < 3; i++) {
        double candidate = power * (double[]){5.0, 2.0, 1.0}[i];
        tidy = candidate >= least * (1.0 - 1e-9) ? candidate : tidy;
    }
    return tidy;
}

/* Without any, twice the largest cost of a unit of effect, within reason. */
static double largest_ratio(const ipsim_draws *draws)
{
    double largest = 0.0;
    for (size_t p = 0; p < draws->n_perspectives; p++) {
        ipsim_panel panel = ipsim_draws_panel(draws, p, 0);
        for (size_t s = 1; s < panel.n_strategies; s++) {
            double cost = 0.0, effect = 0.0;
            for (size_t d = 0; d < panel.n_draws; d++) {
                cost += panel.cost[s * panel.n_draws + d] - panel.cost[d];
                effect += panel.effect[s * panel.n_draws + d] - panel.effect[d];
            }
            double ratio = cost / effect;
            largest = isfinite(ratio) && ratio > largest ? ratio : largest;
        }
    }
    return largest > 0.0 ? fmin(largest, 5e6) : 50e3;
}

static size_t fill_thresholds(const ipsim_report_inputs *inputs, const ipsim_draws *draws, double values[MOST_THRESHOLDS])
{
    size_t n = declared_thresholds(inputs, values, MOST_THRESHOLDS - STEPS - 1);
    double top = 0.0;
    for (size_t i = 0; i < n; i++) {
        top = fmax(top, values[i]);
    }
    double step = round_up((n > 0 ? 1.2 * top : 2.0 * largest_ratio(draws)) / STEPS);
    for (size_t i = 0; i <= STEPS; i++) {
        values[n++] = step * (double)i;
    }
    qsort(values, n, sizeof *values, by_value);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || values[i] > values[kept - 1] * (1.0 + 1e-12)) {
            values[kept++] = values[i];
        }
    }
    return kept;
}

/* ---- points ---- */
static ipsim_table *make_scatter(const ipsim_draws *draws, size_t shown)
{
    ipsim_column_spec columns[3 + MOST_PERSPECTIVES] = {
        {"scenario", IPSIM_TEXT, ""}, {"draw", IPSIM_INTEGER, ""}, {"effect", IPSIM_REAL, ""}};
    char names[MOST_PERSPECTIVES][NAME_SIZE];
    size_t n_perspectives = draws->n_perspectives < MOST_PERSPECTIVES ? draws->n_perspectives : MOST_PERSPECTIVES;
    for (size_t p = 0; p < n_perspectives; p++) {
        snprintf(names[p], NAME_SIZE, "cost:%s", draws->perspectives[p]);
        columns[3 + p] = (ipsim_column_spec){names[p], IPSIM_REAL, ""};
    }
    ipsim_table *table = ipsim_table_create("scatter", columns, 3 + n_perspectives);
    for (size_t s = 1; table != NULL && s < draws->n_strategies; s++) {
        for (size_t i = 0; i < shown; i++) {
            size_t d = i * draws->n_draws / shown, row = ipsim_table_add_row(table);
            ipsim_panel first = ipsim_draws_panel(draws, 0, 0);
            ipsim_table_put_text(table, row, 0, draws->strategies[s]);
            ipsim_table_put_integer(table, row, 1, (int64_t)d + 1);
            ipsim_table_put_real(table, row, 2, first.effect[s * draws->n_draws + d] - first.effect[d]);
            for (size_t p = 0; p < n_perspectives; p++) {
                ipsim_panel panel = ipsim_draws_panel(draws, p, 0);
                ipsim_table_put_real(table, row, 3 + p, panel.cost[s * draws->n_draws + d] - panel.cost[d]);
            }
        }
    }
    return table;
}

static ipsim_table *make_thinned(const ipsim_draws *draws, size_t shown)
{
    static const ipsim_column_spec columns[] = {{"draws", IPSIM_INTEGER, ""}, {"shown", IPSIM_INTEGER, ""}};
    ipsim_table *table = ipsim_table_create("thinned", columns, 2);
    if (table != NULL) {
        size_t row = ipsim_table_add_row(table);
        ipsim_table_put_integer(table, row, 0, (int64_t)draws->n_draws);
        ipsim_table_put_integer(table, row, 1, (int64_t)shown);
    }
    return table;
}

/* ---- decision tables ---- */
static bool rename_table(ipsim_table *table, const char *name)
{
    char *copy = strdup(name);
    if (copy != NULL) {
        free(table->name);
        table->name = copy;
    }
    return copy != NULL;
}

/* What only this grid can give has names of its own; the rest yields to tables that the reader has made with `ipsim cea`. */
static ipsim_status take_tables(ipsim_report_inputs *inputs, const ipsim_draws *draws, const double *thresholds, size_t n_thresholds,
                                ipsim_error_list *errors)
{
    ipsim_decision_settings settings = {
        .thresholds = thresholds, .n_thresholds = n_thresholds, .currency = "", .persons = NAN, .aversion = NAN, .norm_qalys = NAN};
    ipsim_table *tables[IPSIM_N_CEA_TABLES] = {NULL};
    ipsim_error err = {0};
    ipsim_status status = ipsim_cea_tables(draws, &settings, tables, &err);
    if (status != IPSIM_OK) {
        return ipsim_error_add_copy(errors, &err);
    }
    bool good = tables[IPSIM_TABLE_CEAC] == NULL || rename_table(tables[IPSIM_TABLE_CEAC], "grid_ceac");
    good = good && (tables[IPSIM_TABLE_EVPI] == NULL || rename_table(tables[IPSIM_TABLE_EVPI], "grid_evpi"));
    for (size_t t = 0; t < IPSIM_N_CEA_TABLES; t++) {
        bool wanted = good && tables[t] != NULL && t != IPSIM_TABLE_NET_BENEFIT;
        if (wanted) {
            ipsim_report_inputs_take(inputs, tables[t]);
        } else {
            ipsim_table_free(tables[t]);
        }
    }
    return good ? IPSIM_OK : short_of_memory(errors);
}

static ipsim_status take_everything(ipsim_report_inputs *inputs, const ipsim_draws *draws, ipsim_error_list *errors)
{
    double thresholds[MOST_THRESHOLDS];
    size_t n = fill_thresholds(inputs, draws, thresholds);
    ipsim_status status = take_tables(inputs, draws, thresholds, n, errors);
    if (status != IPSIM_OK || draws->n_draws < 2) {
        return status;
    }
    size_t points = MOST_POINTS / (draws->n_strategies > 2 ? draws->n_strategies - 1 : 1);
    points = points < FEWEST_POINTS ? FEWEST_POINTS : points;
    points = points < draws->n_draws ? points : draws->n_draws;
    ipsim_table *scatter = make_scatter(draws, points), *thinned = make_thinned(draws, points);
    if (scatter == NULL || thinned == NULL || scatter->out_of_memory || thinned->out_of_memory) {
        ipsim_table_free(scatter);
        ipsim_table_free(thinned);
        return short_of_memory(errors);
    }
    ipsim_report_inputs_take(inputs, scatter);
    ipsim_report_inputs_take(inputs, thinned);
    return IPSIM_OK;
}

ipsim_status ipsim_report_draws(ipsim_report_inputs *inputs, ipsim_error_list *errors)
{
    ipsim_draws *draws = NULL;
    everybody all = {0};
    if (inputs->psa == NULL) {
        return IPSIM_OK;
    }
    ipsim_status status = ipsim_draws_read(inputs->psa, NULL, NULL, &draws, errors);
    if (status == IPSIM_OK) {
        status = take_everybody(draws, &all) ? take_everything(inputs, &all.draws, errors) : short_of_memory(errors);
    }
    free(all.draws.cost);
    free(all.draws.effect);
    ipsim_draws_free(draws);
    return status;
}
