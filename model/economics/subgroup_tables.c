/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/decision_tables: subgroups, the distribution of gains and burdens, severity. See include/ipsim/decision_tables.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "economics/decision_private.h"
#include "economics/short_of_memory.h"
#include "economics/table_row.h"
#include "ipsim/cea.h"
#include "ipsim/uncertainty.h"

/* ---- divisions ---- */
static void variable_of(const char *subgroup, const char **variable, size_t *length)
{
    const char *equals = strchr(subgroup, '=');
    *variable = equals != NULL ? subgroup : "subgroup";
    *length = equals != NULL ? (size_t)(equals - subgroup) : strlen(*variable);
}

static bool same_variable(const ipsim_division *division, const char *variable, size_t length)
{
    return division->variable_length == length && strncmp(division->variable, variable, length) == 0;
}

ipsim_status ipsim_find_divisions(const ipsim_draws *d, ipsim_division **divisions, size_t *n_divisions, ipsim_error *err)
{
    size_t most = d->n_subgroups, count = 0;
    *n_divisions = 0;
    *divisions = calloc(1, (most + 1) * sizeof **divisions + (most * most + 1) * sizeof(size_t));
    if (*divisions == NULL) {
        return short_of_memory(err);
    }
    ipsim_division *all = *divisions;
    size_t *room = (size_t *)(void *)(all + most + 1);
    for (size_t g = 0; g < d->n_subgroups; g++) {
        const char *variable;
        size_t length, i = 0;
        if (g == d->total) {
            continue;
        }
        variable_of(d->subgroups[g], &variable, &length);
        while (i < count && !same_variable(&all[i], variable, length)) {
            i++;
        }
        if (i == count) {
            all[count] = (ipsim_division){variable, length, 0, room + count * most};
            count++;
        }
        all[i].groups[all[i].n_groups++] = g;
    }
    for (size_t i = 0; i < count; i++) {
        double sum = 0.0;
        for (size_t g = 0; g < all[i].n_groups; g++) {
            sum += d->weights[all[i].groups[g]]; /* NaN stays NaN */
        }
        if (sum > 0.0 && all[i].n_groups > 1) {
            all[(*n_divisions)++] = all[i];
        }
    }
    return IPSIM_OK;
}

/* ---- tables ---- */
typedef struct group_work {
    const ipsim_draws *draws;
    const ipsim_decision_settings *settings;
    ipsim_table **tables;
    ipsim_panel *panels;
    double *weights, *gains, *pays, *net_se, *levels, *base;
    size_t *best;
} group_work;

static void put_values(group_work *w, const char *perspective, const ipsim_division *division, const ipsim_partition *partition,
                       double threshold)
{
    const ipsim_draws *d = w->draws;
    char variable[128];
    snprintf(variable, sizeof variable, "%.*s", (int)division->variable_length, division->variable);
    ipsim_value_of_subgroups value = ipsim_decide_by_subgroup(partition, threshold, w->best);
    for (size_t g = 0; g < partition->n_groups; g++) {
        table_row r = row_begin(w->tables[IPSIM_TABLE_SUBGROUPS]);
        row_text(&r, perspective);
        row_text(&r, variable);
        row_real(&r, threshold);
        row_text(&r, d->subgroups[division->groups[g]]);
        row_real(&r, w->weights[g]);
        double lead_se, lead = ipsim_lead(&partition->groups[g], threshold, w->best[g], &lead_se);
        row_text(&r, d->strategies[w->best[g]]);
        row_text(&r, d->strategies[value.best_for_all]);
        row_real(&r, lead);
        row_real(&r, lead_se);
        row_real(&r, value.value);
        row_real(&r, value.se);
        row_real(&r, value.value * w->settings->persons);
    }
}

static double mean_of(const ipsim_panel *panel, const double *values, size_t strategy)
{
    double sum = 0.0;
    for (size_t i = 0; i < panel->n_draws; i++) {
        sum += values[strategy * panel->n_draws + i];
    }
    return sum / (double)panel->n_draws;
}

static void put_distribution(group_work *w, const char *perspective, const ipsim_division *division, const ipsim_partition *partition,
                             double threshold)
{
    const ipsim_draws *d = w->draws;
    size_t comparator = w->settings->comparator;
    char variable[128];
    snprintf(variable, sizeof variable, "%.*s", (int)division->variable_length, division->variable);
    for (size_t s = 0; s < d->n_strategies; s++) {
        if (s == comparator) {
            continue;
        }
        double net = ipsim_distribute(partition, threshold, s, comparator, w->gains, w->pays, w->net_se);
        for (size_t g = 0; g < partition->n_groups; g++) {
            table_row r = row_begin(w->tables[IPSIM_TABLE_DISTRIBUTION]);
            row_text(&r, perspective);
            row_text(&r, variable);
            row_real(&r, threshold);
            row_text(&r, d->strategies[s]);
            row_text(&r, d->strategies[comparator]);
            row_text(&r, d->subgroups[division->groups[g]]);
            row_real(&r, w->weights[g]);
            row_real(&r, w->gains[g]);
            row_real(&r, w->pays[g]);
            row_real(&r, w->gains[g] - w->pays[g]);
            row_real(&r, w->net_se[g]);
            w->base[g] = mean_of(&partition->groups[g], partition->groups[g].effect, comparator);
            w->levels[g] = w->base[g] + w->gains[g] - w->pays[g];
        }
        if (w->tables[IPSIM_TABLE_EQUITY] == NULL) {
            continue;
        }
        double with = ipsim_atkinson_equivalent(w->levels, w->weights, partition->n_groups, w->settings->aversion);
        double without = ipsim_atkinson_equivalent(w->base, w->weights, partition->n_groups, w->settings->aversion);
        table_row r = row_begin(w->tables[IPSIM_TABLE_EQUITY]);
        row_text(&r, perspective);
        row_text(&r, variable);
        row_real(&r, threshold);
        row_text(&r, d->strategies[s]);
        row_text(&r, d->strategies[comparator]);
        row_real(&r, w->settings->aversion);
        row_real(&r, net);
        row_real(&r, without);
        row_real(&r, with);
        row_real(&r, with - without);
    }
}

static void describe_division(group_work *w, size_t perspective, const ipsim_division *division)
{
    const ipsim_draws *d = w->draws;
    double sum = 0.0;
    for (size_t g = 0; g < division->n_groups; g++) {
        w->panels[g] = ipsim_draws_panel(d, perspective, division->groups[g]);
        sum += d->weights[division->groups[g]];
    }
    for (size_t g = 0; g < division->n_groups; g++) {
        w->weights[g] = d->weights[division->groups[g]] / sum;
    }
    ipsim_partition partition = {division->n_groups, w->panels, w->weights};
    for (size_t t = 0; t < w->settings->n_thresholds; t++) {
        double threshold = w->settings->thresholds[t];
        put_values(w, d->perspectives[perspective], division, &partition, threshold);
        if (threshold > 0.0) {
            put_distribution(w, d->perspectives[perspective], division, &partition, threshold);
        }
    }
}

static ipsim_status create_tables(const ipsim_draws *d, const ipsim_decision_settings *settings, ipsim_table *tables[], ipsim_error *err)
{
    const char *money = settings->currency, *unit = d->effect_name;
    const ipsim_column_spec subgroups[] = {
        {"perspective", IPSIM_TEXT, ""},  {"variable", IPSIM_TEXT, ""},
        {"threshold", IPSIM_REAL, money}, {"subgroup", IPSIM_TEXT, ""},
        {"share", IPSIM_REAL, ""},        {"best_for_subgroup", IPSIM_TEXT, ""},
        {"best_for_all", IPSIM_TEXT, ""}, {"lead", IPSIM_REAL, money},
        {"lead_se", IPSIM_REAL, money},   {"value_of_deciding_by_subgroup", IPSIM_REAL, money},
        {"value_se", IPSIM_REAL, money},  {"population_value", IPSIM_REAL, money},
    };
    const ipsim_column_spec distribution[] = {
        {"perspective", IPSIM_TEXT, ""}, {"variable", IPSIM_TEXT, ""}, {"threshold", IPSIM_REAL, money}, {"strategy", IPSIM_TEXT, ""},
        {"comparator", IPSIM_TEXT, ""},  {"subgroup", IPSIM_TEXT, ""}, {"share", IPSIM_REAL, ""},        {"gains", IPSIM_REAL, unit},
        {"pays", IPSIM_REAL, unit},      {"net", IPSIM_REAL, unit},    {"net_se", IPSIM_REAL, unit},
    };
    const ipsim_column_spec equity[] = {
        {"perspective", IPSIM_TEXT, ""},
        {"variable", IPSIM_TEXT, ""},
        {"threshold", IPSIM_REAL, money},
        {"strategy", IPSIM_TEXT, ""},
        {"comparator", IPSIM_TEXT, ""},
        {"inequality_aversion", IPSIM_REAL, ""},
        {"incremental_nhb", IPSIM_REAL, unit},
        {"equivalent_comparator", IPSIM_REAL, unit},
        {"equivalent_strategy", IPSIM_REAL, unit},
        {"equity_weighted_nhb", IPSIM_REAL, unit},
    };
    bool weighted = !isnan(settings->aversion);
    tables[IPSIM_TABLE_SUBGROUPS] = ipsim_table_create("subgroups", subgroups, sizeof subgroups / sizeof subgroups[0]);
    tables[IPSIM_TABLE_DISTRIBUTION] = ipsim_table_create("distribution", distribution, sizeof distribution / sizeof distribution[0]);
    tables[IPSIM_TABLE_EQUITY] = weighted ? ipsim_table_create("equity", equity, sizeof equity / sizeof equity[0]) : NULL;
    bool good = tables[IPSIM_TABLE_SUBGROUPS] != NULL && tables[IPSIM_TABLE_DISTRIBUTION] != NULL &&
                (!weighted || tables[IPSIM_TABLE_EQUITY] != NULL);
    return good ? IPSIM_OK : short_of_memory(err);
}

static ipsim_status describe_divisions(group_work *w, const ipsim_division *divisions, size_t n_divisions, ipsim_error *err)
{
    size_t n = w->draws->n_subgroups;
    double *memory = calloc(6 * n, sizeof *memory);
    w->panels = calloc(n, sizeof *w->panels);
    w->best = calloc(n, sizeof *w->best);
    ipsim_status status = create_tables(w->draws, w->settings, w->tables, err);
    if (status == IPSIM_OK && (memory == NULL || w->panels == NULL || w->best == NULL)) {
        status = short_of_memory(err);
    }
    if (status == IPSIM_OK) {
        w->weights = memory;
        w->gains = memory + n;
        w->pays = memory + 2 * n;
        w->levels = memory + 3 * n;
        w->base = memory + 4 * n;
        w->net_se = memory + 5 * n;
        for (size_t p = 0; p < w->draws->n_perspectives; p++) {
            for (size_t i = 0; i < n_divisions; i++) {
                describe_division(w, p, &divisions[i]);
            }
        }
    }
    free(w->best);
    free(w->panels);
    free(memory);
    return status;
}

/* ---- severity ---- */
static ipsim_status put_shortfall(const ipsim_draws *d, const ipsim_decision_settings *settings, ipsim_table *tables[], ipsim_error *err)
{
    const ipsim_column_spec columns[] = {
        {"comparator", IPSIM_TEXT, ""},
        {"subgroup", IPSIM_TEXT, ""},
        {"age", IPSIM_REAL, "years"},
        {"norm_qalys", IPSIM_REAL, "QALYs"},
        {"comparator_qalys", IPSIM_REAL, "QALYs"},
        {"absolute_shortfall", IPSIM_REAL, "QALYs"},
        {"severity_class", IPSIM_INTEGER, ""},
        {"threshold", IPSIM_REAL, "NOK per QALY"},
    };
    ipsim_table *table = tables[IPSIM_TABLE_SHORTFALL] = ipsim_table_create("shortfall", columns, sizeof columns / sizeof columns[0]);
    if (table == NULL) {
        return short_of_memory(err);
    }
    for (size_t g = 0; g < d->n_subgroups; g++) {
        const ipsim_severity *group = &settings->severity[g];
        double shortfall = group->norm_qalys - group->comparator_qalys;
        if (isnan(shortfall)) {
            continue;
        }
        size_t class = ipsim_severity_class_of(shortfall);
        table_row r = row_begin(table);
        row_text(&r, d->strategies[settings->comparator]);
        row_text(&r, d->subgroups[g]);
        row_real(&r, group->age_years);
        row_real(&r, group->norm_qalys);
        row_real(&r, group->comparator_qalys);
        row_real(&r, shortfall);
        row_whole(&r, (int64_t) class + 1);
        row_real(&r, ipsim_severity_classes[class].threshold_nok_per_qaly);
    }
    return IPSIM_OK;
}

ipsim_status ipsim_subgroup_tables(const ipsim_draws *draws, const ipsim_decision_settings *settings, ipsim_table *tables[],
                                   ipsim_error *err)
{
    group_work w = {.draws = draws, .settings = settings, .tables = tables};
    ipsim_division *divisions;
    size_t n_divisions;
    ipsim_status status = ipsim_find_divisions(draws, &divisions, &n_divisions, err);
    if (status == IPSIM_OK && n_divisions > 0) {
        status = describe_divisions(&w, divisions, n_divisions, err);
    }
    free(divisions);
    return status == IPSIM_OK && settings->severity != NULL ? put_shortfall(draws, settings, tables, err) : status;
}
