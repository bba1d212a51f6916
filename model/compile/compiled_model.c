/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile/compiled_model: a scenario by names -> a model by numbers: states, risks, streams, clocks. See include/ipsim/compiled_model.h. */
#include "ipsim/compiled_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compile_risks.h"
#include "ipsim/stream.h"

int ipsim_compile_clock(const ipsim_scenario *scenario, const char *name)
{
    static const char *const fixed[] = {"sojourn", "start", "age", "calendar"};
    for (int i = 0; i < IPSIM_CLOCK_NAMED; i++)
        if (strcmp(name, fixed[i]) == 0)
            return i;
    if (strncmp(name, "since:", 6) == 0)
        for (size_t i = 0; i < scenario->n_clocks; i++)
            if (strcmp(name + 6, scenario->clocks[i].name) == 0)
                return IPSIM_CLOCK_NAMED + (int)i;
    return -1;
}

size_t ipsim_steps_piece(const ipsim_steps *steps, const double *origin, double t, double *until)
{
    double zero = origin[steps->clock];
    *until = INFINITY;
    if (zero == INFINITY)
        return SIZE_MAX;
    size_t j = 0;
    while (j < steps->n_breaks && zero + steps->breaks[j] <= t)
        j++;
    if (j < steps->n_breaks)
        *until = zero + steps->breaks[j];
    return j;
}

/* ---- streams: numbered in order of first use; keyed by name, so the numbers mean nothing outside the model ---- */

typedef struct builder {
    ipsim_arena *arena;
    const ipsim_scenario *scenario;
    ipsim_error_list *errors;
    ipsim_compiled_model *model;
    ipsim_stream *streams;
    ipsim_risk *risks;
    size_t *first_risk;
    bool too_many_streams; /* said once; what shares a stream cannot be told any more */
} builder;

static int find_or_add_stream(builder *b, const char *name, ipsim_origin at)
{
    ipsim_compiled_model *model = b->model;
    uint32_t key = ipsim_stream_key(IPSIM_PURPOSE_BUDGET, name);
    for (size_t i = 0; i < model->n_streams; i++) {
        if (strcmp(b->streams[i].name, name) == 0)
            return (int)i;
        if (b->streams[i].key == key) {
            ipsim_error_add(b->errors, IPSIM_ERR_RULE, at, "the streams \"%s\" and \"%s\" have the same key; rename one of them",
                            b->streams[i].name, name);
            return (int)i;
        }
    }
    if (model->n_streams == IPSIM_STREAMS_MAX) {
        if (!b->too_many_streams)
            ipsim_error_add(
                b->errors, IPSIM_ERR_LIMIT, at,
                "this is one stream more than a model may have, which is %d; transitions from several states to the same one can "
                "share a stream",
                (int)IPSIM_STREAMS_MAX);
        b->too_many_streams = true;
        return 0;
    }
    b->streams[model->n_streams] = (ipsim_stream){.name = name, .key = key};
    return (int)model->n_streams++;
}

/* ---- risks ---- */

static bool event_active(const ipsim_scenario *scenario, const ipsim_event *event, size_t state)
{
    if (scenario->states[state].role.value != IPSIM_ROLE_ALIVE)
        return false;
    return event->states.count == 0 || ipsim_names_contain(&event->states, scenario->states[state].name);
}

static size_t count_risks(const ipsim_scenario *scenario)
{
    size_t n = scenario->n_events * scenario->n_states;
    for (size_t k = 0; k < scenario->n_transitions; k++)
        n += scenario->transitions[k].from.count;
    return n;
}

static bool add_transition(builder *b, size_t k, size_t state)
{
    const ipsim_transition *spec = &b->scenario->transitions[k];
    const char *from = b->scenario->states[state].name;
    ipsim_risk *risk = &b->risks[b->model->n_risks++];
    const char *stream = spec->stream.value;
    if (!stream)
        stream = ipsim_arena_printf(b->arena, "%s->%s", from, spec->to.value);
    if (!stream)
        return false;
    risk->transition = k;
    risk->event = SIZE_MAX;
    risk->to = (int)ipsim_scenario_find_state(b->scenario, spec->to.value);
    risk->stream = find_or_add_stream(b, stream, spec->stream.given ? spec->stream.origin : spec->origin);
    return ipsim_compile_law(b->arena, b->scenario, &spec->hazard, &spec->clock, spec->effects, spec->n_effects, spec->modifiers,
                             spec->n_modifiers, risk, b->errors);
}

static bool add_event(builder *b, size_t e, size_t state)
{
    const ipsim_event *spec = &b->scenario->events[e];
    ipsim_risk *risk = &b->risks[b->model->n_risks++];
    risk->transition = SIZE_MAX;
    risk->event = e;
    risk->to = (int)state;
    risk->stream = find_or_add_stream(b, spec->stream.value ? spec->stream.value : spec->name,
                                      spec->stream.given ? spec->stream.origin : spec->origin);
    if (!ipsim_compile_law(b->arena, b->scenario, &spec->hazard, &spec->clock, spec->effects, spec->n_effects, spec->modifiers,
                           spec->n_modifiers, risk, b->errors))
        return false;
    if (risk->kind == IPSIM_LAW_AT)
        ipsim_error_add(b->errors, IPSIM_ERR_RULE, spec->hazard.origin,
                        "a recurrent event needs a hazard; \"fixed\" and \"at\" would fire for ever");
    return true;
}

static void refuse_shared_stream(builder *b, size_t state)
{
    for (size_t i = b->first_risk[state]; i < b->model->n_risks && !b->too_many_streams; i++)
        for (size_t j = b->first_risk[state]; j < i; j++)
            if (b->risks[i].stream == b->risks[j].stream) {
                ipsim_error_add(b->errors, IPSIM_ERR_RULE, b->risks[i].origin, "two ways out of state \"%s\" share the stream \"%s\"",
                                b->scenario->states[state].name, b->streams[b->risks[i].stream].name);
            }
}

static bool compile_all_risks(builder *b)
{
    const ipsim_scenario *scenario = b->scenario;
    for (size_t s = 0; s < scenario->n_states; s++) {
        b->first_risk[s] = b->model->n_risks;
        for (size_t k = 0; k < scenario->n_transitions; k++)
            if (ipsim_names_contain(&scenario->transitions[k].from, scenario->states[s].name) && !add_transition(b, k, s))
                return false;
        for (size_t e = 0; e < scenario->n_events; e++)
            if (event_active(scenario, &scenario->events[e], s) && !add_event(b, e, s))
                return false;
        refuse_shared_stream(b, s);
    }
    b->first_risk[scenario->n_states] = b->model->n_risks;
    return true;
}

/* ---- clocks, durations, start ---- */

static bool compile_clock_starts(builder *b, const char *name, ipsim_clock_start *out)
{
    const ipsim_scenario *scenario = b->scenario;
    int *clock = ipsim_arena_alloc(b->arena, scenario->n_clocks, sizeof *clock);
    bool *restart = ipsim_arena_alloc(b->arena, scenario->n_clocks, sizeof *restart);
    if (!clock || !restart)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < scenario->n_clocks; i++)
        if (ipsim_names_contain(&scenario->clocks[i].starts_on, name)) {
            clock[n] = IPSIM_CLOCK_NAMED + (int)i;
            restart[n++] = scenario->clocks[i].restart.value;
        }
    *out = (ipsim_clock_start){.n = n, .clock = clock, .restart = restart};
    return true;
}

static bool compile_clocks(builder *b)
{
    const ipsim_scenario *scenario = b->scenario;
    ipsim_clock_start *on_state = ipsim_arena_alloc(b->arena, scenario->n_states, sizeof *on_state);
    ipsim_clock_start *on_event = ipsim_arena_alloc(b->arena, scenario->n_events, sizeof *on_event);
    if (!on_state || !on_event)
        return false;
    if (IPSIM_CLOCK_NAMED + scenario->n_clocks > IPSIM_CLOCKS_MAX)
        ipsim_error_add(b->errors, IPSIM_ERR_LIMIT, scenario->clocks[0].origin, "more than %d clocks",
                        (int)IPSIM_CLOCKS_MAX - (int)IPSIM_CLOCK_NAMED);
    for (size_t s = 0; s < scenario->n_states; s++)
        if (!compile_clock_starts(b, scenario->states[s].name, &on_state[s]))
            return false;
    for (size_t e = 0; e < scenario->n_events; e++)
        if (!compile_clock_starts(b, scenario->events[e].name, &on_event[e]))
            return false;
    b->model->starts_on_state = on_state;
    b->model->starts_on_event = on_event;
    b->model->n_clocks = IPSIM_CLOCK_NAMED + scenario->n_clocks;
    return true;
}

static bool compile_durations(builder *b)
{
    size_t n = b->scenario->n_events;
    ipsim_distribution *duration = ipsim_arena_alloc(b->arena, n, sizeof *duration);
    bool *has = ipsim_arena_alloc(b->arena, n, sizeof *has);
    uint32_t *key = ipsim_arena_alloc(b->arena, n, sizeof *key);
    if (!duration || !has || !key)
        return false;
    for (size_t e = 0; e < n; e++) {
        const ipsim_event *event = &b->scenario->events[e];
        has[e] = event->duration_days.given;
        key[e] = ipsim_stream_key(IPSIM_PURPOSE_DURATION, event->name);
        ipsim_error err;
        if (has[e] && ipsim_scenario_distribution(&event->duration_days, &duration[e], &err) != IPSIM_OK)
            ipsim_error_add(b->errors, err.status, event->duration_days.origin, "%s", err.message);
    }
    b->model->duration_days = duration;
    b->model->has_duration = has;
    b->model->duration_key = key;
    return true;
}

static int find_attribute(const ipsim_scenario *scenario, const char *name)
{
    size_t a = name ? ipsim_scenario_find_attribute(scenario, name) : scenario->n_attributes;
    return a < scenario->n_attributes ? (int)a : IPSIM_NO_ATTRIBUTE;
}

static bool compile_start(builder *b)
{
    const ipsim_scenario *scenario = b->scenario;
    ipsim_compiled_model *model = b->model;
    model->age_attribute = find_attribute(scenario, "age");
    model->entry_attribute = find_attribute(scenario, "entry_time");
    model->start_state = -1;
    model->start_attribute = IPSIM_NO_ATTRIBUTE;
    model->start_key = ipsim_stream_key(IPSIM_PURPOSE_ATTRIBUTE, "start_state");
    if (scenario->start_state.value) {
        model->start_state = (int)ipsim_scenario_find_state(scenario, scenario->start_state.value);
    } else if (scenario->start_state_attribute.value) {
        model->start_attribute = find_attribute(scenario, scenario->start_state_attribute.value);
        const ipsim_names *levels = &scenario->attributes[model->start_attribute].levels;
        int *of_level = ipsim_arena_alloc(b->arena, levels->count, sizeof *of_level);
        if (!of_level)
            return false;
        for (size_t i = 0; i < levels->count; i++)
            of_level[i] = (int)ipsim_scenario_find_state(scenario, levels->items[i]);
        model->start_of_level = of_level;
    } else {
        double *cumulative = ipsim_arena_alloc(b->arena, scenario->n_states, sizeof *cumulative);
        if (!cumulative)
            return false;
        double sum = 0.0;
        for (size_t s = 0; s < scenario->n_states; s++) {
            for (size_t i = 0; i < scenario->start_states.count; i++)
                if (strcmp(scenario->start_states.names[i], scenario->states[s].name) == 0)
                    sum += scenario->start_states.items[i].value;
            cumulative[s] = sum;
        }
        model->start_cumulative = cumulative;
    }
    return true;
}

/* Two things that draw with equal keys would share their luck. Streams are checked as they are found; these are the rest. */
static void refuse_equal_keys(builder *b, ipsim_purpose purpose, const char *one, const char *other, ipsim_origin at)
{
    if (ipsim_stream_key(purpose, one) == ipsim_stream_key(purpose, other))
        ipsim_error_add(b->errors, IPSIM_ERR_RULE, at, "the draws of \"%s\" and \"%s\" have the same key; rename one of them", one, other);
}

static bool check_keys(builder *b)
{
    const ipsim_scenario *scenario = b->scenario;
    for (size_t i = 0; i < scenario->n_events; i++)
        for (size_t j = 0; j < i; j++)
            refuse_equal_keys(b, IPSIM_PURPOSE_DURATION, scenario->events[j].name, scenario->events[i].name, scenario->events[i].origin);
    for (size_t i = 0; i < scenario->n_attributes; i++) {
        const ipsim_attribute *attribute = &scenario->attributes[i];
        for (size_t j = 0; j < i; j++)
            refuse_equal_keys(b, IPSIM_PURPOSE_ATTRIBUTE, scenario->attributes[j].name, attribute->name, attribute->origin);
        for (size_t j = 0; j < scenario->n_person_tables; j++) {
            const char *table = ipsim_arena_printf(b->arena, "table:%s", scenario->person_tables[j].name);
            if (!table)
                return false;
            refuse_equal_keys(b, IPSIM_PURPOSE_ATTRIBUTE, table, attribute->name, attribute->origin);
        }
        if (b->model->start_cumulative)
            refuse_equal_keys(b, IPSIM_PURPOSE_ATTRIBUTE, "start_state", attribute->name, attribute->origin);
    }
    return true;
}

static bool compile_model(builder *b)
{
    const ipsim_scenario *scenario = b->scenario;
    ipsim_compiled_model *model = b->model;
    ipsim_role *role = ipsim_arena_alloc(b->arena, scenario->n_states, sizeof *role);
    b->risks = ipsim_arena_alloc(b->arena, count_risks(scenario), sizeof *b->risks);
    b->first_risk = ipsim_arena_alloc(b->arena, scenario->n_states + 1, sizeof *b->first_risk);
    size_t most_streams = count_risks(scenario) < IPSIM_STREAMS_MAX ? count_risks(scenario) : IPSIM_STREAMS_MAX;
    b->streams = ipsim_arena_alloc(b->arena, most_streams, sizeof *b->streams);
    if (!role || !b->risks || !b->first_risk || !b->streams)
        return false;
    for (size_t s = 0; s < scenario->n_states; s++)
        role[s] = (ipsim_role)scenario->states[s].role.value;
    model->horizon_years = scenario->simulation.horizon_years.value;
    model->start_year = scenario->simulation.start_year.value;
    model->n_states = scenario->n_states;
    model->n_attributes = scenario->n_attributes;
    model->n_events = scenario->n_events;
    model->role = role;
    model->risks = b->risks;
    model->first_risk = b->first_risk;
    model->streams = b->streams;
    return compile_clocks(b) && compile_all_risks(b) && compile_durations(b) && compile_start(b) && check_keys(b);
}

ipsim_status ipsim_compile(const ipsim_scenario *scenario, ipsim_compiled_model **out, ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_compiled_model *model = arena ? ipsim_arena_alloc(arena, 1, sizeof *model) : NULL;
    if (model) {
        model->arena = arena;
        model->scenario = scenario;
    }
    builder b = {.arena = arena, .scenario = scenario, .errors = errors, .model = model};
    if (!model || !compile_model(&b)) {
        ipsim_arena_free(arena);
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory to compile the scenario");
    }
    if (errors->count > n_before) {
        ipsim_arena_free(arena);
        return errors->items[n_before].status;
    }
    *out = model;
    return IPSIM_OK;
}

void ipsim_compiled_model_free(ipsim_compiled_model *model)
{
    if (model)
        ipsim_arena_free(model->arena);
}
