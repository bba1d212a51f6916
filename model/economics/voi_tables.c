/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/decision_tables: tables of the value of information. See include/ipsim/decision_tables.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "economics/short_of_memory.h"
#include "economics/table_row.h"
#include "ipsim/decision_tables.h"
#include "ipsim/uncertainty.h"

typedef struct voi_work {
    const ipsim_draws *draws;
    const ipsim_decision_settings *settings;
    const ipsim_parameter_set *sets;
    const char *const *labels;
    size_t n_sets;
    const ipsim_study_plan *plan;
    ipsim_evppi_watch *watch;
    ipsim_table **tables;
    ipsim_evppi *evppi;
    ipsim_evsi *evsi;
    double *evpi;
    ipsim_decision decision;
} voi_work;

static void put_evpi(voi_work *w, const ipsim_panel *panel, const char *perspective, const char *subgroup)
{
    for (size_t t = 0; t < w->settings->n_thresholds; t++) {
        double threshold = w->settings->thresholds[t];
        ipsim_decide(panel, threshold, &w->decision);
        w->evpi[t] = w->decision.evpi;
        table_row r = row_begin(w->tables[IPSIM_TABLE_VOI_EVPI]);
        row_text(&r, perspective);
        row_text(&r, subgroup);
        row_real(&r, threshold);
        row_text(&r, w->draws->strategies[w->decision.best]);
        row_real(&r, w->decision.probability_best[w->decision.best]);
        row_real(&r, w->decision.evpi);
        row_real(&r, w->decision.evpi_se);
        row_real(&r, w->decision.evpi * w->settings->persons);
    }
}

static const char *remark(const ipsim_evppi *result)
{
    return result->from_subset ? "the estimate of a subset, which was larger" : result->limited_by_evpi ? "limited by EVPI" : NULL;
}

static void put_evppi(voi_work *w, const char *perspective, const char *subgroup)
{
    size_t n_thresholds = w->settings->n_thresholds;
    for (size_t j = 0; j < w->n_sets; j++) {
        for (size_t t = 0; t < n_thresholds; t++) {
            const ipsim_evppi *result = &w->evppi[j * n_thresholds + t];
            table_row r = row_begin(w->tables[IPSIM_TABLE_EVPPI]);
            row_text(&r, perspective);
            row_text(&r, subgroup);
            row_text(&r, w->labels[j]);
            row_whole(&r, (int64_t)w->sets[j].n_parameters);
            row_real(&r, w->settings->thresholds[t]);
            row_real(&r, result->evppi);
            row_real(&r, result->se);
            row_real(&r, w->evpi[t] > 0.0 ? result->evppi / w->evpi[t] : NAN);
            row_real(&r, result->evppi * w->settings->persons);
            row_real(&r, result->freedom);
            row_whole(&r, (int64_t)result->degree);
            row_text(&r, remark(result));
        }
    }
}

/* Expected net benefit of sampling; NaN when the population or the cost is not known. */
static double net_benefit_of_sampling(const voi_work *w, size_t size, size_t threshold, double *cost)
{
    const ipsim_study_plan *plan = w->plan;
    *cost = plan->fixed_cost + plan->arms * plan->sizes[size] * plan->cost_per_person;
    return w->evsi[size * w->settings->n_thresholds + threshold].evsi * plan->persons - *cost;
}

static void put_evsi(voi_work *w, const char *perspective, const char *subgroup)
{
    const ipsim_study_plan *plan = w->plan;
    size_t n_thresholds = w->settings->n_thresholds;
    for (size_t t = 0; t < n_thresholds; t++) {
        size_t best = 0;
        double cost;
        for (size_t z = 1; z < plan->n_sizes; z++) {
            best = net_benefit_of_sampling(w, z, t, &cost) > net_benefit_of_sampling(w, best, t, &cost) ? z : best;
        }
        for (size_t z = 0; z < plan->n_sizes; z++) {
            const ipsim_evsi *result = &w->evsi[z * n_thresholds + t];
            double enbs = net_benefit_of_sampling(w, z, t, &cost);
            table_row r = row_begin(w->tables[IPSIM_TABLE_EVSI]);
            row_text(&r, perspective);
            row_text(&r, subgroup);
            row_real(&r, w->settings->thresholds[t]);
            row_real(&r, plan->sizes[z]);
            row_real(&r, plan->arms * plan->sizes[z]);
            row_real(&r, result->evsi);
            row_real(&r, result->se);
            row_real(&r, w->evpi[t] > 0.0 ? result->evsi / w->evpi[t] : NAN);
            row_real(&r, result->evsi * plan->persons);
            row_real(&r, cost);
            row_real(&r, enbs);
            row_real(&r, result->se * plan->persons);
            row_text(&r, isnan(enbs) ? NULL : z == best ? enbs > 0.0 ? "best size" : "best size, not worth its cost" : "");
        }
    }
}

static ipsim_status describe_panel(voi_work *w, size_t perspective, size_t subgroup, ipsim_error *err)
{
    const ipsim_draws *d = w->draws;
    const ipsim_decision_settings *s = w->settings;
    ipsim_panel panel = ipsim_draws_panel(d, perspective, subgroup);
    put_evpi(w, &panel, d->perspectives[perspective], d->subgroups[subgroup]);
    ipsim_status status = ipsim_evppi_estimate(d, &panel, w->sets, w->n_sets, s->thresholds, s->n_thresholds, w->watch, w->evppi, err);
    if (status == IPSIM_OK) {
        put_evppi(w, d->perspectives[perspective], d->subgroups[subgroup]);
    }
    if (status == IPSIM_OK && w->plan != NULL) {
        status = ipsim_evsi_estimate(d, &panel, w->plan->measures, w->plan->n_measures, w->plan->sizes, w->plan->n_sizes, s->thresholds,
                                     s->n_thresholds, w->evsi, err);
        if (status == IPSIM_OK) {
            put_evsi(w, d->perspectives[perspective], d->subgroups[subgroup]);
        }
    }
    return status;
}

static ipsim_status create_tables(voi_work *w, ipsim_error *err)
{
    const char *money = w->settings->currency;
    const ipsim_column_spec evpi[] = {
        {"perspective", IPSIM_TEXT, ""},   {"subgroup", IPSIM_TEXT, ""},           {"threshold", IPSIM_REAL, money},
        {"best_strategy", IPSIM_TEXT, ""}, {"probability_best", IPSIM_REAL, ""},   {"evpi", IPSIM_REAL, money},
        {"evpi_se", IPSIM_REAL, money},    {"population_evpi", IPSIM_REAL, money},
    };
    const ipsim_column_spec evppi[] = {
        {"perspective", IPSIM_TEXT, ""},
        {"subgroup", IPSIM_TEXT, ""},
        {"parameters", IPSIM_TEXT, ""},
        {"n_parameters", IPSIM_INTEGER, ""},
        {"threshold", IPSIM_REAL, money},
        {"evppi", IPSIM_REAL, money},
        {"evppi_se", IPSIM_REAL, money},
        {"share_of_evpi", IPSIM_REAL, ""},
        {"population_evppi", IPSIM_REAL, money},
        {"degrees_of_freedom", IPSIM_REAL, ""},
        {"degree_of_interactions", IPSIM_INTEGER, ""},
        {"remark", IPSIM_TEXT, ""},
    };
    const ipsim_column_spec evsi[] = {
        {"perspective", IPSIM_TEXT, ""},
        {"subgroup", IPSIM_TEXT, ""},
        {"threshold", IPSIM_REAL, money},
        {"size_per_arm", IPSIM_REAL, ""},
        {"participants", IPSIM_REAL, "persons"},
        {"evsi", IPSIM_REAL, money},
        {"evsi_se", IPSIM_REAL, money},
        {"share_of_evpi", IPSIM_REAL, ""},
        {"population_evsi", IPSIM_REAL, money},
        {"study_cost", IPSIM_REAL, money},
        {"enbs", IPSIM_REAL, money},
        {"enbs_se", IPSIM_REAL, money},
        {"remark", IPSIM_TEXT, ""},
    };
    w->tables[IPSIM_TABLE_VOI_EVPI] = ipsim_table_create("evpi", evpi, sizeof evpi / sizeof evpi[0]);
    w->tables[IPSIM_TABLE_EVPPI] = ipsim_table_create("evppi", evppi, sizeof evppi / sizeof evppi[0]);
    w->tables[IPSIM_TABLE_EVSI] = w->plan != NULL ? ipsim_table_create("evsi", evsi, sizeof evsi / sizeof evsi[0]) : NULL;
    bool good = w->tables[IPSIM_TABLE_VOI_EVPI] != NULL && w->tables[IPSIM_TABLE_EVPPI] != NULL &&
                (w->plan == NULL || w->tables[IPSIM_TABLE_EVSI] != NULL);
    return good ? IPSIM_OK : short_of_memory(err);
}

static bool is_described(const ipsim_draws *d, size_t subgroup)
{
    return d->total == d->n_subgroups || subgroup == d->total;
}

static ipsim_status describe_panels(voi_work *w, ipsim_error *err)
{
    const ipsim_draws *d = w->draws;
    size_t n_thresholds = w->settings->n_thresholds, m = d->n_strategies, n_sizes = w->plan != NULL ? w->plan->n_sizes : 0;
    double *memory = calloc(n_thresholds + 3 * m, sizeof *memory);
    w->evppi = calloc(w->n_sets * n_thresholds + 1, sizeof *w->evppi);
    w->evsi = calloc(n_sizes * n_thresholds + 1, sizeof *w->evsi);
    ipsim_status status = create_tables(w, err);
    if (memory == NULL || w->evppi == NULL || w->evsi == NULL) {
        status = short_of_memory(err);
    } else {
        w->evpi = memory;
        double *rest = memory + n_thresholds;
        w->decision = (ipsim_decision){.mean = rest, .probability_best = rest + m, .expected_loss = rest + 2 * m};
    }
    for (size_t p = 0; status == IPSIM_OK && p < d->n_perspectives; p++) {
        for (size_t g = 0; status == IPSIM_OK && g < d->n_subgroups; g++) {
            if (is_described(d, g)) {
                status = describe_panel(w, p, g, err);
            }
        }
    }
    free(w->evsi);
    free(w->evppi);
    free(memory);
    return status;
}

ipsim_status ipsim_voi_tables(const ipsim_draws *draws, const ipsim_decision_settings *settings, const ipsim_parameter_set *sets,
                              const char *const *labels, size_t n_sets, const ipsim_study_plan *plan, ipsim_evppi_watch *watch,
                              ipsim_table *tables[IPSIM_N_VOI_TABLES], ipsim_error *err)
{
    voi_work w = {.draws = draws,
                  .settings = settings,
                  .sets = sets,
                  .labels = labels,
                  .n_sets = n_sets,
                  .plan = plan,
                  .watch = watch,
                  .tables = tables};
    if (watch != NULL) {
        size_t n_groups = draws->total < draws->n_subgroups ? 1 : draws->n_subgroups;
        watch->total = (int64_t)(draws->n_perspectives * n_groups * n_sets);
    }
    memset(tables, 0, IPSIM_N_VOI_TABLES * sizeof(ipsim_table *));
    ipsim_status status = describe_panels(&w, err);
    for (size_t t = 0; status == IPSIM_OK && t < IPSIM_N_VOI_TABLES; t++) {
        if (tables[t] != NULL && tables[t]->out_of_memory) {
            status = short_of_memory(err);
        }
    }
    for (size_t t = 0; status != IPSIM_OK && t < IPSIM_N_VOI_TABLES; t++) {
        ipsim_table_free(tables[t]);
        tables[t] = NULL;
    }
    return status;
}
