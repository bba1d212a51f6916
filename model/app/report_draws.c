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
#include "ipsim/uncertainty.h"

enum { STEPS = 200, MOST_THRESHOLDS = 256, MOST_POINTS = 2000, FEWEST_POINTS = 400, MOST_PERSPECTIVES = 16, NAME_SIZE = 160 };

static ipsim_status short_of_memory(ipsim_error_list *errors)
{
    return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
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

/* ---- what the slider shows ---- */
/* Mean and standard error of what the best strategy has above another. */
static void find_lead(const ipsim_panel *panel, double threshold, size_t best, size_t next, double *lead, double *se)
{
    double sum = 0.0, squares = 0.0, n = (double)panel->n_draws;
    for (size_t d = 0; d < panel->n_draws; d++) {
        sum += ipsim_net_benefit(panel, threshold, best, d) - ipsim_net_benefit(panel, threshold, next, d);
    }
    *lead = sum / n;
    for (size_t d = 0; d < panel->n_draws; d++) {
        double x = ipsim_net_benefit(panel, threshold, best, d) - ipsim_net_benefit(panel, threshold, next, d) - *lead;
        squares += x * x;
    }
    *se = sqrt(squares / (n - 1.0) / n);
}

static size_t next_best(const ipsim_decision *decision, size_t n_strategies)
{
    size_t next = n_strategies;
    for (size_t s = 0; s < n_strategies; s++) {
        if (s != decision->best && (next == n_strategies || decision->mean[s] > decision->mean[next])) {
            next = s;
        }
    }
    return next;
}

static void add_position(const ipsim_draws *draws, size_t perspective, double threshold, ipsim_decision *decision, ipsim_table *ceac,
                         ipsim_table *evpi)
{
    ipsim_panel panel = ipsim_draws_panel(draws, perspective, 0);
    ipsim_decide(&panel, threshold, decision);
    for (size_t s = 0; s < draws->n_strategies; s++) {
        size_t row = ipsim_table_add_row(ceac);
        ipsim_table_put_text(ceac, row, 0, draws->perspectives[perspective]);
        ipsim_table_put_text(ceac, row, 1, "all");
        ipsim_table_put_real(ceac, row, 2, threshold);
        ipsim_table_put_text(ceac, row, 3, draws->strategies[s]);
        ipsim_table_put_real(ceac, row, 4, decision->probability_best[s]);
    }
    size_t row = ipsim_table_add_row(evpi), next = next_best(decision, draws->n_strategies);
    ipsim_table_put_text(evpi, row, 0, draws->perspectives[perspective]);
    ipsim_table_put_text(evpi, row, 1, "all");
    ipsim_table_put_real(evpi, row, 2, threshold);
    ipsim_table_put_text(evpi, row, 3, draws->strategies[decision->best]);
    ipsim_table_put_real(evpi, row, 4, decision->evpi);
    ipsim_table_put_real(evpi, row, 8, decision->evpi_se);
    if (next < draws->n_strategies) {
        double lead, se;
        find_lead(&panel, threshold, decision->best, next, &lead, &se);
        ipsim_table_put_text(evpi, row, 5, draws->strategies[next]);
        ipsim_table_put_real(evpi, row, 6, lead);
        ipsim_table_put_real(evpi, row, 7, se);
    }
}

static ipsim_status take_grid(ipsim_report_inputs *inputs, const ipsim_draws *draws, const double *thresholds, size_t n_thresholds,
                              ipsim_error_list *errors)
{
    static const ipsim_column_spec ceac_columns[] = {{"perspective", IPSIM_TEXT, ""},
                                                     {"subgroup", IPSIM_TEXT, ""},
                                                     {"threshold", IPSIM_REAL, ""},
                                                     {"strategy", IPSIM_TEXT, ""},
                                                     {"probability_best", IPSIM_REAL, ""}};
    static const ipsim_column_spec evpi_columns[] = {
        {"perspective", IPSIM_TEXT, ""},   {"subgroup", IPSIM_TEXT, ""}, {"threshold", IPSIM_REAL, ""},
        {"best_strategy", IPSIM_TEXT, ""}, {"evpi", IPSIM_REAL, ""},     {"next_best", IPSIM_TEXT, ""},
        {"lead", IPSIM_REAL, ""},          {"lead_se", IPSIM_REAL, ""},  {"evpi_se", IPSIM_REAL, ""}};
    ipsim_table *ceac = ipsim_table_create("grid_ceac", ceac_columns, 5), *evpi = ipsim_table_create("grid_evpi", evpi_columns, 9);
    double *numbers = calloc(3 * draws->n_strategies, sizeof *numbers);
    bool good = ceac != NULL && evpi != NULL && numbers != NULL;
    if (good) {
        ipsim_decision decision = {
            .mean = numbers, .probability_best = numbers + draws->n_strategies, .expected_loss = numbers + 2 * draws->n_strategies};
        for (size_t p = 0; p < draws->n_perspectives; p++) {
            for (size_t t = 0; t < n_thresholds; t++) {
                add_position(draws, p, thresholds[t], &decision, ceac, evpi);
            }
        }
        good = !ceac->out_of_memory && !evpi->out_of_memory;
    }
    free(numbers);
    ipsim_report_inputs_take(inputs, ceac);
    ipsim_report_inputs_take(inputs, evpi);
    return good ? IPSIM_OK : short_of_memory(errors);
}

/* ---- means, frontier, plane: these yield to what the reader has made with `ipsim cea` ---- */
static ipsim_status take_tables(ipsim_report_inputs *inputs, const ipsim_draws *draws, ipsim_error_list *errors)
{
    double threshold = 0.0;
    ipsim_decision_settings settings = {
        .thresholds = &threshold, .n_thresholds = 1, .currency = "", .persons = NAN, .aversion = NAN, .severity = NULL};
    ipsim_table *tables[IPSIM_N_CEA_TABLES] = {NULL};
    ipsim_error err = {0};
    ipsim_status status = ipsim_cea_tables(draws, &settings, tables, &err);
    for (size_t t = 0; t < IPSIM_N_CEA_TABLES; t++) {
        bool wanted = t == IPSIM_TABLE_CEA || t == IPSIM_TABLE_FRONTIER || t == IPSIM_TABLE_PLANE;
        if (status == IPSIM_OK && wanted) {
            ipsim_report_inputs_take(inputs, tables[t]);
        } else {
            ipsim_table_free(tables[t]);
        }
    }
    return status == IPSIM_OK ? status : ipsim_error_add_copy(errors, &err);
}

static ipsim_status take_everything(ipsim_report_inputs *inputs, const ipsim_draws *draws, ipsim_error_list *errors)
{
    double thresholds[MOST_THRESHOLDS];
    ipsim_status status = take_tables(inputs, draws, errors);
    if (status != IPSIM_OK || draws->n_draws < 2) {
        return status;
    }
    status = take_grid(inputs, draws, thresholds, fill_thresholds(inputs, draws, thresholds), errors);
    if (status != IPSIM_OK) {
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
    ipsim_draws draws;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_status status = arena != NULL ? IPSIM_OK : short_of_memory(errors);
    if (status == IPSIM_OK && inputs->psa != NULL) {
        status = ipsim_report_psa(inputs->psa, arena, &draws, errors);
        bool compares = status == IPSIM_OK && draws.n_strategies > 1; /* a single one has nothing to be weighed against */
        status = compares ? take_everything(inputs, &draws, errors) : status;
    }
    ipsim_arena_free(arena);
    return status;
}
