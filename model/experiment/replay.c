/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One person's history under every scenario, step by step. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ipsim/number.h"
#include "simulate.h"

enum { COLUMN_SCENARIO, COLUMN_PERSON, COLUMN_YEAR, COLUMN_AGE, COLUMN_WHAT, COLUMN_NAME, COLUMN_FROM, COLUMN_TO, COLUMN_STREAM };

typedef struct recorder {
    ipsim_table *table;
    const ipsim_compiled_model *model;
    int64_t person;
} recorder;

static size_t add_row(recorder *r, double t, double age, const char *what)
{
    size_t row = ipsim_table_add_row(r->table);
    ipsim_table_put_text(r->table, row, COLUMN_SCENARIO, r->model->scenario->name.value);
    ipsim_table_put_integer(r->table, row, COLUMN_PERSON, r->person);
    ipsim_table_put_real(r->table, row, COLUMN_YEAR, t);
    ipsim_table_put_real(r->table, row, COLUMN_AGE, age);
    ipsim_table_put_text(r->table, row, COLUMN_WHAT, what);
    return row;
}

static void record_attributes(recorder *r, const double *attributes)
{
    const ipsim_scenario *scenario = r->model->scenario;
    for (size_t a = 0; a < scenario->n_attributes; a++) {
        const ipsim_attribute *spec = &scenario->attributes[a];
        char number[IPSIM_REAL_TEXT_SIZE];
        size_t row = add_row(r, NAN, NAN, "attribute");
        ipsim_table_put_text(r->table, row, COLUMN_NAME, spec->name);
        ipsim_table_put_text(r->table, row, COLUMN_TO,
                             spec->levels.count ? spec->levels.items[(size_t)attributes[a]] : ipsim_format_real(attributes[a], number));
    }
}

static void record_step(void *data, const ipsim_step *step, const double *origin)
{
    static const char *const what[] = {"enter", "transition", "event", "end"};
    recorder *r = data;
    const ipsim_compiled_model *model = r->model;
    const ipsim_scenario *scenario = model->scenario;
    double birth = origin[IPSIM_CLOCK_AGE];
    size_t row = add_row(r, step->t_years, birth == INFINITY ? NAN : step->t_years - birth, what[step->kind]);
    if (step->kind == IPSIM_STEP_TRANSITION || step->kind == IPSIM_STEP_EVENT) {
        const ipsim_risk *risk = &model->risks[step->risk];
        ipsim_table_put_text(r->table, row, COLUMN_NAME,
                             risk->event != SIZE_MAX ? scenario->events[risk->event].name : scenario->transitions[risk->transition].name);
        ipsim_table_put_text(r->table, row, COLUMN_FROM, scenario->states[step->from].name);
        ipsim_table_put_text(r->table, row, COLUMN_STREAM, model->streams[risk->stream].name);
    }
    ipsim_table_put_text(r->table, row, COLUMN_TO, scenario->states[step->to].name);
}

static ipsim_status replay_all(const experiment *e, ipsim_luck luck, int64_t person, ipsim_table *table, ipsim_error_list *errors)
{
    double *attributes = calloc(e->scenarios[0]->n_attributes + 1, sizeof *attributes);
    ipsim_error err;
    ipsim_status status = attributes ? IPSIM_OK : ipsim_error_set(&err, IPSIM_ERR_MEMORY, "not enough memory for the replay");
    if (attributes)
        ipsim_population_draw(e->population, luck.seed, luck.replicate, person, 1, attributes);
    for (size_t i = 0; status == IPSIM_OK && i < e->n_models; i++) {
        recorder r = {.table = table, .model = e->models[i], .person = person};
        ipsim_reference *engine = ipsim_reference_create(e->models[i]);
        if (!engine) {
            status = ipsim_error_set(&err, IPSIM_ERR_MEMORY, "not enough memory for the replay");
            break;
        }
        record_attributes(&r, attributes);
        status = ipsim_reference_simulate(engine, luck, person, attributes, NULL, record_step, &r, &err);
        ipsim_reference_free(engine);
    }
    free(attributes);
    return status == IPSIM_OK ? IPSIM_OK : ipsim_error_add_copy(errors, &err);
}

ipsim_status ipsim_replay(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options, int64_t person,
                          ipsim_table **out, ipsim_error_list *errors)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""}, {"person", IPSIM_INTEGER, ""}, {"year", IPSIM_REAL, "years"},
                                                {"age", IPSIM_REAL, "years"}, {"what", IPSIM_TEXT, ""},      {"name", IPSIM_TEXT, ""},
                                                {"from", IPSIM_TEXT, ""},     {"to", IPSIM_TEXT, ""},        {"stream", IPSIM_TEXT, ""}};
    *out = NULL;
    experiment *e;
    ipsim_status status = ipsim_experiment_create(scenarios, n_scenarios, &e, errors);
    if (status != IPSIM_OK)
        return status;
    ipsim_table *table = ipsim_table_create("replay", columns, sizeof columns / sizeof *columns);
    ipsim_luck luck = {.seed = (uint64_t)(options->seed >= 0 ? options->seed : scenarios[0]->simulation.seed.value),
                       .replicate = options->replicate};
    status = table ? replay_all(e, luck, person, table, errors) : IPSIM_ERR_MEMORY;
    if (!table || table->out_of_memory)
        status = ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the replay");
    ipsim_experiment_free(e);
    if (status != IPSIM_OK) {
        ipsim_table_free(table);
        return status;
    }
    *out = table;
    return IPSIM_OK;
}
