/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replicates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One estimate followed through the replicates. */
typedef struct series {
    size_t model, measure, year;
    bool difference, discounted;
    ipsim_estimate *of; /* [n_replicates] */
} series;

typedef struct gathered {
    const work *w;
    size_t n_complete;
    size_t *complete; /* numbers of the replicates that have all their persons */
    size_t n_series;
    series *all;
} gathered;

static bool is_main(const ipsim_scenario *scenario, const ipsim_measure *measure)
{
    char name[300];
    if (strcmp(measure->payer, "all") != 0)
        return false;
    if (strcmp(measure->outcome, "life_years") == 0 || strcmp(measure->outcome, "qalys") == 0 || strcmp(measure->outcome, "cost") == 0)
        return true;
    for (size_t i = 0; i < scenario->n_outcomes; i++)
        if (strcmp(measure->outcome, scenario->outcomes[i].name) == 0)
            return true;
    for (size_t i = 0; i < scenario->n_perspectives; i++) {
        snprintf(name, sizeof name, "cost_%s", scenario->perspectives[i].name);
        if (strcmp(measure->outcome, name) == 0)
            return true;
    }
    return false;
}

static void add_series(gathered *g, size_t model, bool difference)
{
    const experiment *e = g->w->e;
    for (size_t measure = 0; measure < ipsim_account_n_measures(e->plan); measure++) {
        const ipsim_measure *m = ipsim_account_measure(e->plan, measure);
        bool known = ipsim_account_has(e->plan, model, measure) || (difference && ipsim_account_has(e->plan, 0, measure));
        if (!known || !is_main(e->scenarios[model], m))
            continue;
        for (int discounted = 0; discounted < (m->discountable ? 2 : 1); discounted++)
            g->all[g->n_series++] = (series){.model = model,
                                             .measure = measure,
                                             .year = ipsim_account_n_years(e->plan) - 1,
                                             .difference = difference,
                                             .discounted = discounted == 1};
    }
}

static ipsim_estimate estimate_of(const series *s, const ipsim_ledger *ledger)
{
    return s->difference ? ipsim_ledger_difference(ledger, s->model, 0, s->measure, s->year, s->discounted)
                         : ipsim_ledger_mean(ledger, s->model, 0, s->measure, s->year, s->discounted);
}

static bool gather(gathered *g, const experiment_part *part)
{
    const experiment *e = g->w->e;
    g->complete = calloc(part->n_replicates, sizeof *g->complete);
    g->all = calloc(ipsim_account_n_measures(e->plan) * e->n_models * 4 + 1, sizeof *g->all);
    if (!g->complete || !g->all)
        return false;
    for (size_t r = 0; r < part->n_replicates; r++)
        if (part->replicates[r] && ipsim_ledger_persons(part->replicates[r], 0) == g->w->persons)
            g->complete[g->n_complete++] = r;
    for (size_t model = 0; model < e->n_models; model++)
        add_series(g, model, false);
    for (size_t model = 1; model < e->n_models; model++)
        add_series(g, model, true);
    for (size_t s = 0; s < g->n_series; s++) {
        g->all[s].of = calloc(g->n_complete + 1, sizeof *g->all[s].of);
        if (!g->all[s].of)
            return false;
        for (size_t i = 0; i < g->n_complete; i++)
            g->all[s].of[i] = estimate_of(&g->all[s], part->replicates[g->complete[i]]);
    }
    return true;
}

/* ---- tables ---- */

/* scenario, comparator, outcome, payer, discounted, from a column on; returns the next column. */
static size_t put_name(const gathered *g, const series *s, ipsim_table *table, size_t row, size_t column)
{
    const ipsim_measure *m = ipsim_account_measure(g->w->e->plan, s->measure);
    ipsim_table_put_text(table, row, column++, g->w->e->scenarios[s->model]->name.value);
    ipsim_table_put_text(table, row, column++, s->difference ? g->w->e->scenarios[0]->name.value : "");
    ipsim_table_put_text(table, row, column++, m->outcome);
    ipsim_table_put_text(table, row, column++, m->payer);
    ipsim_table_put_text(table, row, column++, s->discounted ? "yes" : "no");
    return column;
}

static const char *unit_of(const gathered *g, const series *s)
{
    return ipsim_account_measure(g->w->e->plan, s->measure)->unit;
}

static ipsim_table *replicates_table(const gathered *g)
{
    static const ipsim_column_spec columns[] = {
        {"replicate", IPSIM_INTEGER, ""}, {"seed", IPSIM_INTEGER, ""}, {"scenario", IPSIM_TEXT, ""},   {"comparator", IPSIM_TEXT, ""},
        {"outcome", IPSIM_TEXT, ""},      {"payer", IPSIM_TEXT, ""},   {"discounted", IPSIM_TEXT, ""}, {"estimate", IPSIM_REAL, ""},
        {"mcse", IPSIM_REAL, ""},         {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("replicates", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table && i < g->n_complete; i++)
        for (size_t s = 0; s < g->n_series; s++) {
            const ipsim_luck *luck = &g->w->lucks[g->complete[i]];
            size_t row = ipsim_table_add_row(table);
            ipsim_table_put_integer(table, row, 0, (int64_t)luck->replicate);
            ipsim_table_put_integer(table, row, 1, (int64_t)luck->seed);
            size_t column = put_name(g, &g->all[s], table, row, 2);
            ipsim_table_put_real(table, row, column++, g->all[s].of[i].value);
            ipsim_table_put_real(table, row, column++, g->all[s].of[i].mcse);
            ipsim_table_put_text(table, row, column, unit_of(g, &g->all[s]));
        }
    return table;
}

/* Mean and spread of values added one by one (Welford 1962), in the order of replicates, so the same bits every time. */
typedef struct running {
    size_t n;
    double mean, squares, lowest, highest;
} running;

static void add_value(running *r, double x)
{
    double step = x - r->mean;
    r->lowest = r->n == 0 || x < r->lowest ? x : r->lowest;
    r->highest = r->n == 0 || x > r->highest ? x : r->highest;
    r->n++;
    r->mean += step / (double)r->n;
    r->squares += step * (x - r->mean);
}

static double sd_of(const running *r)
{
    return r->n > 1 ? sqrt(r->squares / (double)(r->n - 1)) : NAN;
}

/* Every number of replicates up to 20, then steps of a tenth, and the last. */
static bool is_shown(size_t n, size_t last, size_t *next)
{
    if (n < *next && n != last)
        return false;
    *next = n < 20 ? n + 1 : n + n / 10;
    return true;
}

static void put_settling(const gathered *g, const series *s, ipsim_table *table)
{
    running r = {0};
    size_t next = 1;
    for (size_t i = 0; i < g->n_complete; i++) {
        add_value(&r, s->of[i].value);
        if (!is_shown(r.n, g->n_complete, &next))
            continue;
        size_t row = ipsim_table_add_row(table), column = put_name(g, s, table, row, 0);
        ipsim_table_put_integer(table, row, column++, (int64_t)r.n);
        ipsim_table_put_real(table, row, column++, r.mean);
        ipsim_table_put_real(table, row, column++, sd_of(&r) / sqrt((double)r.n));
        ipsim_table_put_text(table, row, column, unit_of(g, s));
    }
}

static ipsim_table *settling_table(const gathered *g)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""}, {"comparator", IPSIM_TEXT, ""}, {"outcome", IPSIM_TEXT, ""},
        {"payer", IPSIM_TEXT, ""},    {"discounted", IPSIM_TEXT, ""}, {"replicates", IPSIM_INTEGER, ""},
        {"mean", IPSIM_REAL, ""},     {"mcse", IPSIM_REAL, ""},       {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("settling", columns, sizeof columns / sizeof *columns);
    for (size_t s = 0; table && s < g->n_series; s++)
        put_settling(g, &g->all[s], table);
    return table;
}

static ipsim_table *means_table(const gathered *g, const experiment_part *part)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""},    {"comparator", IPSIM_TEXT, ""},    {"outcome", IPSIM_TEXT, ""}, {"payer", IPSIM_TEXT, ""},
        {"discounted", IPSIM_TEXT, ""},  {"replicates", IPSIM_INTEGER, ""}, {"mean", IPSIM_REAL, ""},    {"mcse", IPSIM_REAL, ""},
        {"sd", IPSIM_REAL, ""},          {"lowest", IPSIM_REAL, ""},        {"highest", IPSIM_REAL, ""}, {"pooled", IPSIM_REAL, ""},
        {"pooled_mcse", IPSIM_REAL, ""}, {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("replicate_means", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table && i < g->n_series && g->n_complete > 0; i++) {
        const series *s = &g->all[i];
        ipsim_estimate pooled = estimate_of(s, part->sums->ledger);
        running r = {0};
        for (size_t k = 0; k < g->n_complete; k++)
            add_value(&r, s->of[k].value);
        size_t row = ipsim_table_add_row(table), column = put_name(g, s, table, row, 0);
        ipsim_table_put_integer(table, row, column++, (int64_t)r.n);
        const double values[] = {r.mean, sd_of(&r) / sqrt((double)r.n), sd_of(&r), r.lowest, r.highest, pooled.value, pooled.mcse};
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            ipsim_table_put_real(table, row, column++, values[k]);
        ipsim_table_put_text(table, row, column, unit_of(g, s));
    }
    return table;
}

bool ipsim_replicates_tables(const work *w, const experiment_part *part, ipsim_results *results)
{
    gathered g = {.w = w};
    bool ok = gather(&g, part);
    if (ok) {
        results->replicates = replicates_table(&g);
        results->replicate_means = means_table(&g, part);
        results->settling = settling_table(&g);
        ok = results->replicates && results->replicate_means && results->settling && !results->replicates->out_of_memory &&
             !results->replicate_means->out_of_memory && !results->settling->out_of_memory;
    }
    for (size_t s = 0; s < g.n_series; s++)
        free(g.all[s].of);
    free(g.all);
    free(g.complete);
    return ok;
}
