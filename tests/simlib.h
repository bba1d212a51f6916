/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of whole simulations share: recorded histories of single persons, runs, and look-up in result tables.
 * Inline, so that a test program links only what it uses. */
#ifndef IPSIM_SIMLIB_H
#define IPSIM_SIMLIB_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/engine.h"
#include "ipsim/population.h"
#include "ipsim/run.h"
#include "ipsim/stream.h"
#include "testlib.h"

/* ---- one person at a time ---- */

typedef struct sim {
    ipsim_scenario *scenario;
    ipsim_compiled_model *model;
    ipsim_population *population;
    ipsim_reference *engine;
    ipsim_luck luck;
    double attributes[32]; /* of the person last simulated */
    size_t n, capacity;    /* steps of the person last simulated */
    ipsim_step *steps;
} sim;

static inline void sim_open(sim *s, ipsim_scenario *scenario)
{
    ipsim_error_list errors = {0};
    *s = (sim){.scenario = scenario, .luck = {.seed = (uint64_t)scenario->simulation.seed.value}};
    assert_no_errors(ipsim_compile(scenario, &s->model, &errors), &errors);
    assert_no_errors(ipsim_population_create(scenario, &s->population, &errors), &errors);
    s->engine = ipsim_reference_create(s->model);
    assert_non_null(s->engine);
    assert_true(scenario->n_attributes <= sizeof s->attributes / sizeof *s->attributes);
}

static inline void sim_open_text(sim *s, const char *text)
{
    sim_open(s, testlib_load_text(text));
}

static inline void sim_close(sim *s)
{
    ipsim_reference_free(s->engine);
    ipsim_population_free(s->population);
    ipsim_compiled_model_free(s->model);
    ipsim_scenario_free(s->scenario);
    free(s->steps);
}

static inline void sim_record(void *data, const ipsim_step *step, const double *origin)
{
    sim *s = (sim *)data;
    (void)origin;
    if (s->n == s->capacity) {
        s->capacity = 2 * s->capacity + 64;
        s->steps = (ipsim_step *)realloc(s->steps, s->capacity * sizeof *s->steps);
        assert_non_null(s->steps);
    }
    s->steps[s->n++] = *step;
}

/* Draws the person's attributes and simulates; the history is then in steps. */
static inline void sim_person(sim *s, int64_t person)
{
    ipsim_error err;
    s->n = 0;
    ipsim_population_draw(s->population, s->luck.seed, s->luck.replicate, person, 1, s->attributes);
    assert_ok(ipsim_reference_simulate(s->engine, s->luck, person, s->attributes, NULL, sim_record, s, &err), &err);
}

static inline int sim_state(const sim *s, const char *name)
{
    size_t state = ipsim_scenario_find_state(s->scenario, name);
    if (state == s->scenario->n_states)
        fail_msg("no state %s", name);
    return (int)state;
}

/* The name of the transition or event of a step. */
static inline const char *sim_name(const sim *s, const ipsim_step *step)
{
    const ipsim_risk *risk = &s->model->risks[step->risk];
    return risk->event != SIZE_MAX ? s->scenario->events[risk->event].name : s->scenario->transitions[risk->transition].name;
}

/* The unit exponential drawn for the count-th firing of a stream. */
static inline double sim_budget(const sim *s, int64_t person, const char *stream, uint32_t count)
{
    return ipsim_stream_exponential(s->luck.seed, s->luck.replicate, person, ipsim_stream_key(IPSIM_PURPOSE_BUDGET, stream), count);
}

/* ---- runs ---- */

static inline ipsim_results *run_with(ipsim_scenario *const *scenarios, size_t n, ipsim_run_options options)
{
    ipsim_error_list errors = {0};
    ipsim_results *results = NULL;
    assert_no_errors(ipsim_run((const ipsim_scenario *const *)scenarios, n, &options, &results, &errors), &errors);
    ipsim_error_list_clear(&errors);
    return results;
}

/* persons 0 and seed -1: as the scenario says. */
static inline ipsim_results *run_persons(ipsim_scenario *const *scenarios, size_t n, int64_t persons, int64_t seed)
{
    return run_with(scenarios, n, (ipsim_run_options){.persons = persons, .seed = seed});
}

/* Whether a row's cell holds this text; a NULL wish matches anything. */
static inline bool table_matches(const ipsim_table *table, size_t row, const char *column, const char *text)
{
    if (text == NULL)
        return true;
    size_t c = ipsim_table_find_column(table, column);
    if (c == table->n_columns)
        fail_msg("table %s has no column %s", table->name, column);
    const char *cell = table->columns[c].text[row];
    return cell != NULL && strcmp(cell, text) == 0;
}

static inline double table_real(const ipsim_table *table, size_t row, const char *column)
{
    size_t c = ipsim_table_find_column(table, column);
    if (c == table->n_columns)
        fail_msg("table %s has no column %s", table->name, column);
    return table->columns[c].real[row];
}

typedef struct estimate {
    double value, mcse;
} estimate;

static inline const char *shown(const char *wish)
{
    return wish ? wish : "(any)";
}

/* The row of results or differences; year NaN: the last year. Fails when there is none. */
static inline estimate find_estimate(const ipsim_table *table, const char *scenario, const char *subgroup, const char *outcome,
                                     const char *payer, const char *discounted, double year)
{
    size_t found = SIZE_MAX;
    for (size_t row = 0; row < table->n_rows; row++)
        if (table_matches(table, row, "scenario", scenario) && table_matches(table, row, "subgroup", subgroup) &&
            table_matches(table, row, "outcome", outcome) && table_matches(table, row, "payer", payer) &&
            table_matches(table, row, "discounted", discounted) && (isnan(year) || fabs(table_real(table, row, "year") - year) < 1e-9))
            found = row;
    if (found == SIZE_MAX)
        fail_msg("table %s has no row %s, %s, %s, %s, discounted %s, year %g", table->name, shown(scenario), shown(subgroup),
                 shown(outcome), shown(payer), shown(discounted), year);
    return (estimate){table_real(table, found, "estimate"), table_real(table, found, "mcse")};
}

/* Whole population, payer "all", at the horizon. */
static inline estimate result(const ipsim_results *r, const char *scenario, const char *outcome, bool discounted)
{
    return find_estimate(r->results, scenario, "all", outcome, "all", discounted ? "yes" : "no", NAN);
}

static inline estimate difference(const ipsim_results *r, const char *scenario, const char *outcome, bool discounted)
{
    return find_estimate(r->differences, scenario, "all", outcome, "all", discounted ? "yes" : "no", NAN);
}

static inline estimate occupancy(const ipsim_results *r, const char *scenario, const char *state, double year)
{
    const ipsim_table *table = r->occupancy;
    for (size_t row = 0; row < table->n_rows; row++)
        if (table_matches(table, row, "scenario", scenario) && table_matches(table, row, "state", state) &&
            fabs(table_real(table, row, "year") - year) < 1e-9)
            return (estimate){table_real(table, row, "estimate"), table_real(table, row, "mcse")};
    fail_msg("no occupancy of %s in %s at %g", state, shown(scenario), year);
    return (estimate){NAN, NAN};
}

/* Every cell of two tables, bit by bit. */
static inline void assert_same_table(const ipsim_table *a, const ipsim_table *b)
{
    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->n_columns, b->n_columns);
    for (size_t c = 0; c < a->n_columns; c++)
        for (size_t row = 0; row < a->n_rows; row++) {
            const ipsim_column *x = &a->columns[c], *y = &b->columns[c];
            assert_string_equal(x->name, y->name);
            assert_int_equal(x->type, y->type);
            bool same = x->type == IPSIM_REAL      ? memcmp(&x->real[row], &y->real[row], sizeof(double)) == 0
                        : x->type == IPSIM_INTEGER ? x->integer[row] == y->integer[row]
                        : x->text[row] == NULL     ? y->text[row] == NULL
                                                   : y->text[row] != NULL && strcmp(x->text[row], y->text[row]) == 0;
            if (!same)
                fail_msg("tables %s differ in column %s, row %zu", a->name, x->name, row);
        }
}

static inline void assert_same_results(const ipsim_results *a, const ipsim_results *b)
{
    assert_same_table(a->results, b->results);
    assert_same_table(a->differences, b->differences);
    assert_same_table(a->ratios, b->ratios);
    assert_same_table(a->occupancy, b->occupancy);
    assert_same_table(a->population, b->population);
    assert_same_table(a->targets, b->targets);
    assert_same_table(a->parameters, b->parameters);
    assert_same_table(a->about, b->about);
    assert_int_equal(a->persons, b->persons);
    assert_same_bits(a->events_per_person, b->events_per_person);
}

#endif
