/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/decision_tables: tables of means, differences and uncertainty. See include/ipsim/decision_tables.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "economics/decision_private.h"
#include "economics/short_of_memory.h"
#include "economics/table_row.h"
#include "ipsim/cea.h"
#include "ipsim/uncertainty.h"

static const char *const standings[] = {"on the frontier", "dominated", "extendedly dominated", "equal to another"};

/* What one panel is described with. */
typedef struct cea_work {
    const ipsim_draws *draws;
    const ipsim_decision_settings *settings;
    ipsim_table **tables;
    ipsim_panel panel;
    const char *perspective, *subgroup;
    size_t first;                 /* of the panel's strategies in the errors of a run */
    double *difference, *scratch; /* n_draws each */
    ipsim_spread *cost, *effect;  /* n_strategies each */
    double *mean_cost, *mean_effect;
    ipsim_cea_row *rows;
    ipsim_decision decision;
} cea_work;

static const char *name_of(const cea_work *w, size_t strategy)
{
    return strategy == IPSIM_NO_STRATEGY ? NULL : w->draws->strategies[strategy];
}

static table_row begin(const cea_work *w, ipsim_cea_table table)
{
    table_row r = row_begin(w->tables[table]);
    row_text(&r, w->perspective);
    row_text(&r, w->subgroup);
    return r;
}

static void put_spread(table_row *r, ipsim_spread spread)
{
    row_real(r, spread.mean);
    row_real(r, spread.se);
    row_real(r, spread.low);
    row_real(r, spread.high);
}

/* A table of one draw has no errors but those that a run gave it. */
static double error_of(const cea_work *w, const double *errors, size_t strategy, double of_draws)
{
    return w->draws->n_draws == 1 && errors != NULL ? errors[w->first + strategy] : of_draws;
}

/* Of a difference from the comparator: a run knows those from its first strategy only. */
static double error_of_difference(const cea_work *w, const double *errors, size_t strategy, double of_draws)
{
    return strategy == w->settings->comparator ? of_draws : w->settings->comparator == 0 ? error_of(w, errors, strategy, of_draws) : NAN;
}

static ipsim_status put_means(cea_work *w, ipsim_error *err)
{
    size_t n = w->panel.n_draws, n_strategies = w->panel.n_strategies;
    for (size_t s = 0; s < n_strategies; s++) {
        w->cost[s] = ipsim_spread_of(&w->panel.cost[s * n], n, w->scratch);
        w->effect[s] = ipsim_spread_of(&w->panel.effect[s * n], n, w->scratch);
        w->cost[s].se = error_of(w, w->draws->cost_se, s, w->cost[s].se);
        w->effect[s].se = error_of(w, w->draws->effect_se, s, w->effect[s].se);
        w->mean_cost[s] = w->cost[s].mean;
        w->mean_effect[s] = w->effect[s].mean;
    }
    ipsim_status status = ipsim_cea_incremental(w->mean_cost, w->mean_effect, n_strategies, w->rows, err);
    for (size_t i = 0; status == IPSIM_OK && i < n_strategies; i++) {
        const ipsim_cea_row *row = &w->rows[i];
        table_row r = begin(w, IPSIM_TABLE_CEA);
        row_text(&r, name_of(w, row->strategy));
        put_spread(&r, w->cost[row->strategy]);
        put_spread(&r, w->effect[row->strategy]);
        row_text(&r, standings[row->standing]);
        row_text(&r, name_of(w, row->by));
        row_text(&r, name_of(w, row->by_other));
        row_text(&r, name_of(w, row->previous));
        row_real(&r, row->d_cost);
        row_real(&r, row->d_effect);
        row_real(&r, row->icer);
    }
    return status;
}

/* A strategy of the frontier has the highest mean net benefit from its own ratio up to that of the next. */
static void put_frontier(cea_work *w)
{
    for (size_t i = 0; i < w->panel.n_strategies; i++) {
        const ipsim_cea_row *row = &w->rows[i];
        if (row->standing != IPSIM_ON_FRONTIER) {
            continue;
        }
        double until = NAN;
        for (size_t j = w->panel.n_strategies; j-- > i + 1;) {
            until = w->rows[j].standing == IPSIM_ON_FRONTIER ? w->rows[j].icer : until;
        }
        table_row r = begin(w, IPSIM_TABLE_FRONTIER);
        row_text(&r, name_of(w, row->strategy));
        row_real(&r, row->cost);
        row_real(&r, row->effect);
        row_text(&r, name_of(w, row->previous));
        row_real(&r, row->d_cost);
        row_real(&r, row->d_effect);
        row_real(&r, row->icer);
        row_real(&r, row->previous == IPSIM_NO_STRATEGY ? 0.0 : row->icer);
        row_real(&r, until);
    }
}

static const char *reading(double d_cost, double d_effect)
{
    if (d_effect == 0.0) {
        return d_cost == 0.0 ? "no difference" : d_cost > 0.0 ? "dearer, same effect" : "cheaper, same effect";
    }
    if (d_effect > 0.0) {
        return d_cost > 0.0 ? "cost of a unit gained" : "dominates the comparator";
    }
    return d_cost < 0.0 ? "saving for a unit lost" : "dominated by the comparator";
}

static void subtract(double *difference, const double *values, size_t n, size_t strategy, size_t comparator)
{
    for (size_t i = 0; i < n; i++) {
        difference[i] = values[strategy * n + i] - values[comparator * n + i];
    }
}

/* Differences in cost and effect from the comparator, and where on the plane their draws lie. A ratio is given only where it means the cost of a
 * unit gained or the saving for a unit lost: elsewhere its size says nothing. */
static void put_plane(cea_work *w)
{
    size_t n = w->panel.n_draws, comparator = w->settings->comparator;
    for (size_t s = 0; s < w->panel.n_strategies; s++) {
        if (s == comparator) {
            continue;
        }
        size_t counts[IPSIM_N_QUADRANTS] = {0};
        for (size_t i = 0; i < n; i++) {
            counts[ipsim_quadrant_of(w->panel.cost[s * n + i] - w->panel.cost[comparator * n + i],
                                     w->panel.effect[s * n + i] - w->panel.effect[comparator * n + i])]++;
        }
        subtract(w->difference, w->panel.cost, n, s, comparator);
        ipsim_spread cost = ipsim_spread_of(w->difference, n, w->scratch);
        subtract(w->difference, w->panel.effect, n, s, comparator);
        ipsim_spread effect = ipsim_spread_of(w->difference, n, w->scratch);
        if (n == 1) {
            cost.se = error_of_difference(w, w->draws->difference_cost_se, s, cost.se);
            effect.se = error_of_difference(w, w->draws->difference_effect_se, s, effect.se);
        }
        table_row r = begin(w, IPSIM_TABLE_PLANE);
        row_text(&r, name_of(w, s));
        row_text(&r, name_of(w, comparator));
        put_spread(&r, cost);
        put_spread(&r, effect);
        row_real(&r, cost.mean * effect.mean > 0.0 ? cost.mean / effect.mean : NAN);
        row_text(&r, reading(cost.mean, effect.mean));
        for (size_t q = 0; q < IPSIM_N_QUADRANTS; q++) {
            row_real(&r, (double)counts[q] / (double)n);
        }
    }
}

static void put_net_benefit(cea_work *w, double threshold)
{
    size_t n = w->panel.n_draws, comparator = w->settings->comparator;
    for (size_t s = 0; s < w->panel.n_strategies; s++) {
        for (size_t i = 0; i < n; i++) {
            w->difference[i] = ipsim_net_benefit(&w->panel, threshold, s, i);
        }
        double se = ipsim_spread_of(w->difference, n, w->scratch).se;
        for (size_t i = 0; i < n; i++) {
            w->difference[i] -= ipsim_net_benefit(&w->panel, threshold, comparator, i);
        }
        ipsim_spread increment = ipsim_spread_of(w->difference, n, w->scratch);
        if (n == 1) {
            se = threshold * error_of(w, w->draws->effect_se, s, NAN) + error_of(w, w->draws->cost_se, s, NAN);
            increment.se = threshold * error_of_difference(w, w->draws->difference_effect_se, s, increment.se) +
                           error_of_difference(w, w->draws->difference_cost_se, s, increment.se);
        }
        table_row r = begin(w, IPSIM_TABLE_NET_BENEFIT);
        row_real(&r, threshold);
        row_text(&r, name_of(w, s));
        row_real(&r, w->decision.mean[s]);
        row_real(&r, se);
        row_real(&r, threshold > 0.0 ? w->decision.mean[s] / threshold : NAN);
        row_text(&r, name_of(w, comparator));
        put_spread(&r, increment);
        row_real(&r, threshold > 0.0 ? increment.mean / threshold : NAN);
        row_text(&r, s == w->decision.best ? "yes" : "no");
    }
}

/* The best strategy's lead over the next best, draw by draw: whether the draws are enough to tell them apart. */
static void put_lead(cea_work *w, double threshold, table_row *r)
{
    size_t n = w->panel.n_draws, best = w->decision.best, next = best == 0 ? 1 : 0;
    for (size_t s = 0; s < w->panel.n_strategies; s++) {
        next = s != best && w->decision.mean[s] > w->decision.mean[next] ? s : next;
    }
    for (size_t i = 0; i < n; i++) {
        w->difference[i] = ipsim_net_benefit(&w->panel, threshold, best, i) - ipsim_net_benefit(&w->panel, threshold, next, i);
    }
    ipsim_spread lead = ipsim_spread_of(w->difference, n, w->scratch);
    row_text(r, name_of(w, next));
    row_real(r, lead.mean);
    row_real(r, lead.se);
}

static void put_uncertainty(cea_work *w, double threshold)
{
    for (size_t s = 0; s < w->panel.n_strategies; s++) {
        table_row r = begin(w, IPSIM_TABLE_CEAC);
        row_real(&r, threshold);
        row_text(&r, name_of(w, s));
        row_real(&r, w->decision.probability_best[s]);
        row_text(&r, s == w->decision.best ? "yes" : "no");
        row_real(&r, w->decision.expected_loss[s]);
    }
    table_row r = begin(w, IPSIM_TABLE_EVPI);
    row_real(&r, threshold);
    row_text(&r, name_of(w, w->decision.best));
    row_real(&r, w->decision.probability_best[w->decision.best]);
    row_real(&r, w->decision.evpi);
    row_real(&r, w->decision.evpi_se);
    row_real(&r, w->settings->persons * w->decision.evpi);
    put_lead(w, threshold, &r);
}

static ipsim_status describe_panel(cea_work *w, ipsim_error *err)
{
    ipsim_status status = put_means(w, err);
    if (status != IPSIM_OK) {
        return status;
    }
    put_frontier(w);
    put_plane(w);
    for (size_t t = 0; t < w->settings->n_thresholds; t++) {
        ipsim_decide(&w->panel, w->settings->thresholds[t], &w->decision);
        put_net_benefit(w, w->settings->thresholds[t]);
        if (w->panel.n_draws > 1) {
            put_uncertainty(w, w->settings->thresholds[t]);
        }
    }
    return IPSIM_OK;
}

static ipsim_status describe_panels(cea_work *w, ipsim_error *err)
{
    const ipsim_draws *d = w->draws;
    size_t m = d->n_strategies;
    double *memory = malloc((2 * d->n_draws + 5 * m) * sizeof *memory);
    w->cost = malloc(2 * m * sizeof *w->cost);
    w->rows = malloc(m * sizeof *w->rows);
    ipsim_status status = IPSIM_OK;
    if (memory == NULL || w->cost == NULL || w->rows == NULL) {
        status = short_of_memory(err);
    } else {
        w->effect = w->cost + m;
        w->difference = memory;
        w->scratch = memory + d->n_draws;
        w->mean_cost = w->scratch + d->n_draws;
        w->mean_effect = w->mean_cost + m;
        w->decision = (ipsim_decision){
            .mean = w->mean_effect + m, .probability_best = w->mean_effect + 2 * m, .expected_loss = w->mean_effect + 3 * m};
    }
    for (size_t p = 0; status == IPSIM_OK && p < d->n_perspectives; p++) {
        for (size_t g = 0; status == IPSIM_OK && g < d->n_subgroups; g++) {
            w->panel = ipsim_draws_panel(d, p, g);
            w->first = (p * d->n_subgroups + g) * d->n_strategies;
            w->perspective = d->perspectives[p];
            w->subgroup = d->subgroups[g];
            status = describe_panel(w, err);
        }
    }
    free(w->rows);
    free(w->cost);
    free(memory);
    return status;
}

/* ---- the shape of the tables ---- */
static ipsim_status create_tables(const ipsim_draws *d, const ipsim_decision_settings *settings, ipsim_table *tables[], ipsim_error *err)
{
    const char *money = settings->currency, *unit = d->effect_name;
    char ratio[96];
    snprintf(ratio, sizeof ratio, "%s%sper unit of %s", money, money[0] != '\0' ? " " : "", unit);
    const ipsim_column_spec cea[] = {
        {"perspective", IPSIM_TEXT, ""},
        {"subgroup", IPSIM_TEXT, ""},
        {"strategy", IPSIM_TEXT, ""},
        {"cost", IPSIM_REAL, money},
        {"cost_se", IPSIM_REAL, money},
        {"cost_low", IPSIM_REAL, money},
        {"cost_high", IPSIM_REAL, money},
        {"effect", IPSIM_REAL, unit},
        {"effect_se", IPSIM_REAL, unit},
        {"effect_low", IPSIM_REAL, unit},
        {"effect_high", IPSIM_REAL, unit},
        {"standing", IPSIM_TEXT, ""},
        {"by", IPSIM_TEXT, ""},
        {"and_by", IPSIM_TEXT, ""},
        {"compared_with", IPSIM_TEXT, ""},
        {"incremental_cost", IPSIM_REAL, money},
        {"incremental_effect", IPSIM_REAL, unit},
        {"icer", IPSIM_REAL, ratio},
    };
    const ipsim_column_spec frontier[] = {
        {"perspective", IPSIM_TEXT, ""},
        {"subgroup", IPSIM_TEXT, ""},
        {"strategy", IPSIM_TEXT, ""},
        {"cost", IPSIM_REAL, money},
        {"effect", IPSIM_REAL, unit},
        {"compared_with", IPSIM_TEXT, ""},
        {"incremental_cost", IPSIM_REAL, money},
        {"incremental_effect", IPSIM_REAL, unit},
        {"icer", IPSIM_REAL, ratio},
        {"best_from_threshold", IPSIM_REAL, ratio},
        {"best_until_threshold", IPSIM_REAL, ratio},
    };
    const ipsim_column_spec plane[] = {
        {"perspective", IPSIM_TEXT, ""},
        {"subgroup", IPSIM_TEXT, ""},
        {"strategy", IPSIM_TEXT, ""},
        {"comparator", IPSIM_TEXT, ""},
        {"difference_cost", IPSIM_REAL, money},
        {"difference_cost_se", IPSIM_REAL, money},
        {"difference_cost_low", IPSIM_REAL, money},
        {"difference_cost_high", IPSIM_REAL, money},
        {"difference_effect", IPSIM_REAL, unit},
        {"difference_effect_se", IPSIM_REAL, unit},
        {"difference_effect_low", IPSIM_REAL, unit},
        {"difference_effect_high", IPSIM_REAL, unit},
        {"ratio", IPSIM_REAL, ratio},
        {"reading", IPSIM_TEXT, ""},
        {"share_more_costly_more_effect", IPSIM_REAL, ""},
        {"share_less_costly_more_effect", IPSIM_REAL, ""},
        {"share_less_costly_less_effect", IPSIM_REAL, ""},
        {"share_more_costly_less_effect", IPSIM_REAL, ""},
        {"share_on_an_axis", IPSIM_REAL, ""},
    };
    const ipsim_column_spec net_benefit[] = {
        {"perspective", IPSIM_TEXT, ""},
        {"subgroup", IPSIM_TEXT, ""},
        {"threshold", IPSIM_REAL, ratio},
        {"strategy", IPSIM_TEXT, ""},
        {"nmb", IPSIM_REAL, money},
        {"nmb_se", IPSIM_REAL, money},
        {"nhb", IPSIM_REAL, unit},
        {"comparator", IPSIM_TEXT, ""},
        {"incremental_nmb", IPSIM_REAL, money},
        {"incremental_nmb_se", IPSIM_REAL, money},
        {"incremental_nmb_low", IPSIM_REAL, money},
        {"incremental_nmb_high", IPSIM_REAL, money},
        {"incremental_nhb", IPSIM_REAL, unit},
        {"highest_mean", IPSIM_TEXT, ""},
    };
    const ipsim_column_spec ceac[] = {
        {"perspective", IPSIM_TEXT, ""},      {"subgroup", IPSIM_TEXT, ""},         {"threshold", IPSIM_REAL, ratio},
        {"strategy", IPSIM_TEXT, ""},         {"probability_best", IPSIM_REAL, ""}, {"on_ceaf", IPSIM_TEXT, ""},
        {"expected_loss", IPSIM_REAL, money},
    };
    const ipsim_column_spec evpi[] = {
        {"perspective", IPSIM_TEXT, ""},   {"subgroup", IPSIM_TEXT, ""},           {"threshold", IPSIM_REAL, ratio},
        {"best_strategy", IPSIM_TEXT, ""}, {"probability_best", IPSIM_REAL, ""},   {"evpi", IPSIM_REAL, money},
        {"evpi_se", IPSIM_REAL, money},    {"population_evpi", IPSIM_REAL, money}, {"next_best", IPSIM_TEXT, ""},
        {"lead", IPSIM_REAL, money},       {"lead_se", IPSIM_REAL, money},
    };
    bool uncertain = d->n_draws > 1;
    tables[IPSIM_TABLE_CEA] = ipsim_table_create("cea", cea, sizeof cea / sizeof cea[0]);
    tables[IPSIM_TABLE_FRONTIER] = ipsim_table_create("frontier", frontier, sizeof frontier / sizeof frontier[0]);
    tables[IPSIM_TABLE_PLANE] = ipsim_table_create("plane", plane, sizeof plane / sizeof plane[0]);
    tables[IPSIM_TABLE_NET_BENEFIT] = ipsim_table_create("net_benefit", net_benefit, sizeof net_benefit / sizeof net_benefit[0]);
    tables[IPSIM_TABLE_CEAC] = uncertain ? ipsim_table_create("ceac", ceac, sizeof ceac / sizeof ceac[0]) : NULL;
    tables[IPSIM_TABLE_EVPI] = uncertain ? ipsim_table_create("evpi", evpi, sizeof evpi / sizeof evpi[0]) : NULL;
    bool good = tables[IPSIM_TABLE_CEA] != NULL && tables[IPSIM_TABLE_FRONTIER] != NULL && tables[IPSIM_TABLE_PLANE] != NULL &&
                tables[IPSIM_TABLE_NET_BENEFIT] != NULL &&
                (!uncertain || (tables[IPSIM_TABLE_CEAC] != NULL && tables[IPSIM_TABLE_EVPI] != NULL));
    return good ? IPSIM_OK : short_of_memory(err);
}

ipsim_status ipsim_cea_tables(const ipsim_draws *draws, const ipsim_decision_settings *settings, ipsim_table *tables[IPSIM_N_CEA_TABLES],
                              ipsim_error *err)
{
    cea_work w = {.draws = draws, .settings = settings, .tables = tables};
    memset(tables, 0, IPSIM_N_CEA_TABLES * sizeof(ipsim_table *));
    ipsim_status status = create_tables(draws, settings, tables, err);
    status = status == IPSIM_OK ? describe_panels(&w, err) : status;
    status = status == IPSIM_OK ? ipsim_subgroup_tables(draws, settings, tables, err) : status;
    for (size_t t = 0; status == IPSIM_OK && t < IPSIM_N_CEA_TABLES; t++) {
        if (tables[t] != NULL && tables[t]->out_of_memory) {
            status = short_of_memory(err);
        }
    }
    for (size_t t = 0; status != IPSIM_OK && t < IPSIM_N_CEA_TABLES; t++) {
        ipsim_table_free(tables[t]);
        tables[t] = NULL;
    }
    return status;
}
