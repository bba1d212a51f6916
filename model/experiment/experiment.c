/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios -> what is simulated: compatible, compiled, with subgroups and an occupancy grid. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate.h"

static bool has_suffix(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

/* People, time and money must mean the same in every scenario; what happens to people may differ. */
static const char *const agreeing[] = {"simulation", "economics", "attributes", "tables", "subgroups", NULL};

/* Of the keys in there. */
static bool must_agree(const char *key)
{
    static const char *const harmless[] = {".label", ".title", ".target_mean", ".target_sd", ".target_probabilities", ".target_source"};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (has_suffix(key, harmless[i]))
            return false;
    return true;
}

static const char *cell_or(const char *text, const char *absent)
{
    return text && *text ? text : absent;
}

bool ipsim_experiment_check_agreement(const ipsim_scenario *first, const ipsim_scenario *second, ipsim_error_list *errors)
{
    ipsim_table *diff = ipsim_scenario_diff(first, second, agreeing);
    if (!diff)
        return false;
    /* Columns of ipsim_scenario_diff: key, first, second, first_file, first_line, second_file, second_line; line 0: a default. */
    for (size_t row = 0; row < diff->n_rows; row++) {
        const char *key = diff->columns[0].text[row];
        int first_line = (int)diff->columns[4].integer[row], line = (int)diff->columns[6].integer[row];
        char where[600] = "by default";
        if (!must_agree(key) || (first_line == 0 && line == 0)) /* defaults differ only where they follow from something that is written */
            continue;
        if (first_line > 0)
            snprintf(where, sizeof where, "%s:%d", diff->columns[3].text[row], first_line);
        ipsim_origin at = {.file = line > 0 ? diff->columns[5].text[row] : second->path, .line = line, .key = key};
        ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, at,
                        "\"%s\" has %s, but \"%s\" has %s (%s); scenarios that are compared must have the same people, subgroups, horizon, "
                        "report years, seed and economics",
                        second->name.value, cell_or(diff->columns[2].text[row], "nothing"), first->name.value,
                        cell_or(diff->columns[1].text[row], "nothing"), where);
    }
    bool ok = !diff->out_of_memory;
    ipsim_table_free(diff);
    return ok;
}

static bool check_scenarios(const ipsim_scenario *const *scenarios, size_t n, ipsim_error_list *errors)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            if (strcmp(scenarios[i]->name.value, scenarios[j]->name.value) == 0)
                ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE,
                                (ipsim_origin){.file = scenarios[i]->path, .line = scenarios[i]->name.origin.line, .key = "name"},
                                "two scenarios are called \"%s\" (the other is %s); their results could not be told apart",
                                scenarios[i]->name.value, scenarios[j]->path);
        if (!ipsim_experiment_check_agreement(scenarios[0], scenarios[i], errors))
            return false;
    }
    return true;
}

ipsim_status ipsim_experiment_check(const ipsim_scenario *const *scenarios, size_t n, ipsim_error_list *errors)
{
    size_t n_before = errors->count;
    if (!check_scenarios(scenarios, n, errors))
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory to compare the scenarios");
    return errors->count > n_before ? errors->items[n_before].status : IPSIM_OK;
}

static bool build_groups(experiment *e)
{
    const ipsim_scenario *first = e->scenarios[0];
    e->n_dimensions = first->subgroups.count;
    e->dimension_attribute = calloc(e->n_dimensions + 1, sizeof *e->dimension_attribute);
    e->dimension_levels = calloc(e->n_dimensions + 1, sizeof *e->dimension_levels);
    e->dimension_first = calloc(e->n_dimensions + 1, sizeof *e->dimension_first);
    e->n_groups = 1;
    if (!e->dimension_attribute || !e->dimension_levels || !e->dimension_first)
        return false;
    for (size_t d = 0; d < e->n_dimensions; d++) {
        e->dimension_attribute[d] = ipsim_scenario_find_attribute(first, first->subgroups.items[d]);
        e->dimension_first[d] = (uint32_t)e->n_groups;
        e->dimension_levels[d] = first->attributes[e->dimension_attribute[d]].levels.count;
        e->n_groups += e->dimension_levels[d];
    }
    return true;
}

static bool build_grid(experiment *e)
{
    double horizon = e->scenarios[0]->simulation.horizon_years.value;
    double step = e->scenarios[0]->simulation.occupancy_step_years.value;
    size_t n = horizon > 0.0 ? (size_t)floor(horizon / step * (1.0 + 1e-12)) + 1 : 1;
    e->times = calloc(n + 1, sizeof *e->times);
    if (!e->times)
        return false;
    double steps_per_year = rint(1.0 / step); /* 3 / 5 is the nearest to 0.6; 3 x 0.2 is not */
    bool whole = fabs(steps_per_year * step - 1.0) < 1e-12;
    for (size_t i = 0; i < n; i++)
        e->times[i] = fmin(whole ? (double)i / steps_per_year : (double)i * step, horizon);
    if (horizon - e->times[n - 1] > 1e-9 * horizon)
        e->times[n++] = horizon; /* the horizon stands last, whole step or not */
    else
        e->times[n - 1] = horizon;
    e->n_times = n;
    return true;
}

static ipsim_status create(const ipsim_scenario *const *scenarios, size_t n, bool varied, experiment **out, ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    experiment *e = calloc(1, sizeof *e);
    bool memory = e != NULL;
    if (e) {
        e->n_models = n;
        e->scenarios = scenarios;
        e->models = calloc(n, sizeof *e->models);
        memory = e->models && (varied || check_scenarios(scenarios, n, errors));
        for (size_t i = 0; memory && i < n; i++)
            if (ipsim_compile(scenarios[i], &e->models[i], errors) != IPSIM_OK)
                memory = errors->count > n_before;
        if (memory && errors->count == n_before && ipsim_population_create(scenarios[0], &e->population, errors) == IPSIM_OK &&
            (varied ? ipsim_account_plan_create_at_horizon : ipsim_account_plan_create)((const ipsim_compiled_model *const *)e->models, n,
                                                                                        &e->plan, errors) == IPSIM_OK)
            memory = varied || (build_groups(e) && build_grid(e));
    }
    if (!memory)
        ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory to prepare the run");
    if (errors->count > n_before) {
        ipsim_experiment_free(e);
        return errors->items[n_before].status;
    }
    *out = e;
    return IPSIM_OK;
}

ipsim_status ipsim_experiment_create(const ipsim_scenario *const *scenarios, size_t n, experiment **out, ipsim_error_list *errors)
{
    return create(scenarios, n, false, out, errors);
}

ipsim_status ipsim_experiment_create_varied(const ipsim_scenario *const *scenarios, size_t n, experiment **out, ipsim_error_list *errors)
{
    return create(scenarios, n, true, out, errors);
}

void ipsim_experiment_free(experiment *e)
{
    if (!e)
        return;
    for (size_t i = 0; e->models && i < e->n_models; i++)
        ipsim_compiled_model_free(e->models[i]);
    free(e->models);
    ipsim_population_free(e->population);
    ipsim_account_plan_free(e->plan);
    free(e->dimension_attribute);
    free(e->dimension_levels);
    free(e->dimension_first);
    free(e->times);
    free(e);
}

ipsim_status ipsim_run_check(const ipsim_scenario *const *scenarios, size_t n_scenarios, ipsim_error_list *errors)
{
    experiment *e;
    ipsim_status status = ipsim_experiment_create(scenarios, n_scenarios, &e, errors);
    ipsim_experiment_free(e);
    return status;
}

void ipsim_run_note_speed(const ipsim_scenario *scenario, ipsim_error_list *notes)
{
    ipsim_error_list errors = {0};
    ipsim_compiled_model *model = NULL;
    if (ipsim_compile(scenario, &model, &errors) == IPSIM_OK)
        ipsim_engine_note_slow_risks(model, notes);
    ipsim_compiled_model_free(model);
    ipsim_error_list_clear(&errors);
}
