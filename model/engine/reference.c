/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference engine: one person at a time, plain enough to read beside the methods text in README.md. */
#include <math.h>
#include <stdlib.h>

#include "exposure.h"
#include "ipsim/engine.h"
#include "ipsim/stream.h"

struct ipsim_reference {
    const ipsim_compiled_model *model;
    double *budget;      /* n_streams: what is left; meaningful where drawn > 0 */
    uint32_t *drawn;     /* n_streams: budgets drawn so far */
    double *multiplier;  /* n_risks: the person's constant part */
    size_t *order;       /* n_risks: ipsim_exposure_order */
    uint32_t *durations; /* n_events */
    double origin[IPSIM_CLOCKS_MAX];
    ipsim_luck luck;
    int64_t person;
    const double *attributes;
};

ipsim_reference *ipsim_reference_create(const ipsim_compiled_model *model)
{
    ipsim_reference *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    engine->model = model;
    engine->budget = calloc(model->n_streams + 1, sizeof *engine->budget);
    engine->drawn = calloc(model->n_streams + 1, sizeof *engine->drawn);
    engine->multiplier = calloc(model->n_risks + 1, sizeof *engine->multiplier);
    engine->order = calloc(model->n_risks + 1, sizeof *engine->order);
    engine->durations = calloc(model->n_events + 1, sizeof *engine->durations);
    if (!engine->budget || !engine->drawn || !engine->multiplier || !engine->order || !engine->durations) {
        ipsim_reference_free(engine);
        return NULL;
    }
    ipsim_exposure_order(model, engine->order);
    return engine;
}

void ipsim_reference_free(ipsim_reference *engine)
{
    if (!engine)
        return;
    free(engine->budget);
    free(engine->drawn);
    free(engine->multiplier);
    free(engine->order);
    free(engine->durations);
    free(engine);
}

/* The budget that is left of a stream; the first is drawn when the stream first matters. */
static double budget_of(ipsim_reference *e, int stream)
{
    if (e->drawn[stream] == 0) {
        e->budget[stream] = ipsim_stream_exponential(e->luck.seed, e->luck.replicate, e->person, e->model->streams[stream].key, 0);
        e->drawn[stream] = 1;
    }
    return e->budget[stream];
}

static void renew_budget(ipsim_reference *e, int stream)
{
    e->budget[stream] = ipsim_stream_exponential(e->luck.seed, e->luck.replicate, e->person, e->model->streams[stream].key,
                                                 e->drawn[stream]);
    e->drawn[stream]++;
}

/* A risk as it is for this person now. */
static ipsim_exposure exposure(const ipsim_reference *e, const ipsim_risk *risk)
{
    return (ipsim_exposure){
        .risk = risk, .multiplier = e->multiplier[risk - e->model->risks], .origin = e->origin, .attributes = e->attributes};
}

static bool can_fire(const ipsim_reference *e, const ipsim_risk *risk)
{
    return e->origin[risk->clock] != INFINITY; /* or its clock has not started */
}

/* ---- the person ---- */

static void start_clocks(ipsim_reference *e, const ipsim_clock_start *start, double now)
{
    for (size_t i = 0; i < start->n; i++)
        if (start->restart[i] || e->origin[start->clock[i]] == INFINITY)
            e->origin[start->clock[i]] = now;
}

static int draw_start_state(const ipsim_reference *e)
{
    const ipsim_compiled_model *model = e->model;
    if (model->start_state >= 0)
        return model->start_state;
    if (model->start_attribute != IPSIM_NO_ATTRIBUTE)
        return model->start_of_level[(size_t)e->attributes[model->start_attribute]];
    return ipsim_engine_start_state(model, ipsim_stream_uniform(e->luck.seed, e->luck.replicate, e->person, model->start_key, 0));
}

static double begin_person(ipsim_reference *e, ipsim_luck luck, int64_t person, const double *attributes)
{
    const ipsim_compiled_model *model = e->model;
    e->luck = luck;
    e->person = person;
    e->attributes = attributes;
    for (size_t i = 0; i < model->n_streams; i++)
        e->drawn[i] = 0;
    for (size_t i = 0; i < model->n_events; i++)
        e->durations[i] = 0;
    for (size_t r = 0; r < model->n_risks; r++)
        e->multiplier[r] = ipsim_steady_multiplier(&model->risks[r], attributes);
    double entry = model->entry_attribute == IPSIM_NO_ATTRIBUTE ? 0.0 : attributes[model->entry_attribute];
    for (size_t c = 0; c < model->n_clocks; c++)
        e->origin[c] = INFINITY;
    e->origin[IPSIM_CLOCK_START] = entry;
    e->origin[IPSIM_CLOCK_AGE] = model->age_attribute == IPSIM_NO_ATTRIBUTE ? INFINITY : entry - attributes[model->age_attribute];
    e->origin[IPSIM_CLOCK_CALENDAR] = -model->start_year;
    return entry;
}

/* The competing risk that fires first, or NULL when none does up to the horizon, which itself belongs to the run. */
static const ipsim_risk *next_risk(ipsim_reference *e, int state, double now, double *when)
{
    const ipsim_compiled_model *model = e->model;
    const ipsim_risk *winner = NULL;
    double limit = nextafter(model->horizon_years, INFINITY);
    for (size_t i = model->first_risk[state]; i < model->first_risk[state + 1]; i++) {
        const ipsim_risk *risk = &model->risks[e->order[i]];
        if (!can_fire(e, risk))
            continue;
        ipsim_exposure x = exposure(e, risk);
        bool wins_ties = winner && risk < winner; /* equal times: the first declared */
        double t = ipsim_exposure_fires(&x, risk->kind == IPSIM_LAW_HAZARD ? budget_of(e, risk->stream) : 0.0, now, limit, wins_ties);
        if (t < INFINITY) {
            limit = t;
            winner = risk;
        }
    }
    *when = fmin(limit, model->horizon_years);
    return winner;
}

static void spend_budgets(ipsim_reference *e, int state, const ipsim_risk *winner, double from, double to)
{
    const ipsim_compiled_model *model = e->model;
    for (size_t r = model->first_risk[state]; r < model->first_risk[state + 1]; r++) {
        const ipsim_risk *risk = &model->risks[r];
        if (risk == winner || risk->kind != IPSIM_LAW_HAZARD || !can_fire(e, risk))
            continue;
        ipsim_exposure x = exposure(e, risk);
        e->budget[risk->stream] = fmax(e->budget[risk->stream] - ipsim_exposure_spends(&x, from, to), 0.0);
    }
    if (winner->kind == IPSIM_LAW_HAZARD)
        renew_budget(e, winner->stream);
}

/* How long the event lasts, if it is one that has a duration. */
static double event_days(ipsim_reference *e, const ipsim_risk *risk)
{
    const ipsim_compiled_model *model = e->model;
    size_t event = risk->event;
    if (event == SIZE_MAX || !model->has_duration[event])
        return 0.0;
    return ipsim_distribution_quantile(
        &model->duration_days[event],
        ipsim_stream_uniform(e->luck.seed, e->luck.replicate, e->person, model->duration_key[event], e->durations[event]++));
}

static void tell(ipsim_observer *observer, void *data, ipsim_step step, const double *origin)
{
    if (observer)
        observer(data, &step, origin);
}

ipsim_status ipsim_reference_simulate(ipsim_reference *e, ipsim_luck luck, int64_t person, const double *attributes, ipsim_tally *tally,
                                      ipsim_observer *observer, void *data, ipsim_error *err)
{
    const ipsim_compiled_model *model = e->model;
    double now = begin_person(e, luck, person, attributes);
    if (now < 0.0)
        return ipsim_error_set_at(err, IPSIM_ERR_RANGE, model->scenario->attributes[model->entry_attribute].origin,
                                  "person %lld would enter %.6g years before the model starts; truncate the distribution with lower = 0",
                                  (long long)person, -now);
    int state = draw_start_state(e);
    bool enters = now <= model->horizon_years; /* or the horizon comes first, and the person is never seen */
    if (!enters)
        return IPSIM_OK;
    if (tally)
        ipsim_tally_one_enters(tally, state, now);
    e->origin[IPSIM_CLOCK_SOJOURN] = now;
    start_clocks(e, &model->starts_on_state[state], now);
    tell(observer, data, (ipsim_step){.kind = IPSIM_STEP_ENTER, .t_years = now, .from = state, .to = state, .risk = SIZE_MAX}, e->origin);

    for (int firings = 0; model->role[state] == IPSIM_ROLE_ALIVE; firings++) {
        if (firings == IPSIM_FIRINGS_MAX)
            return ipsim_error_set_at(err, IPSIM_ERR_LIMIT, model->scenario->states[state].origin,
                                      "person %lld of scenario \"%s\" fired %d times and is only at year %.6g: time stands still, through "
                                      "waits of zero length or a "
                                      "hazard so large that they are next to nothing",
                                      (long long)person, model->scenario->name.value, (int)IPSIM_FIRINGS_MAX, now);
        double when;
        const ipsim_risk *winner = next_risk(e, state, now, &when);
        int64_t r = winner ? winner - model->risks : -1;
        double days = winner ? event_days(e, winner) : 0.0;
        if (tally)
            ipsim_tally_one_stays(tally, state, now, when, r, days, e->origin);
        if (winner)
            spend_budgets(e, state, winner, now, when);
        now = when;
        if (!winner)
            break;

        if (winner->event != SIZE_MAX) { /* the state goes on */
            start_clocks(e, &model->starts_on_event[winner->event], now);
            tell(observer, data,
                 (ipsim_step){
                     .kind = IPSIM_STEP_EVENT, .t_years = now, .from = state, .to = state, .risk = (size_t)r, .duration_days = days},
                 e->origin);
            continue;
        }
        int from = state;
        state = winner->to; /* the only place where the state changes */
        e->origin[IPSIM_CLOCK_SOJOURN] = now;
        start_clocks(e, &model->starts_on_state[state], now);
        tell(observer, data, (ipsim_step){.kind = IPSIM_STEP_TRANSITION, .t_years = now, .from = from, .to = state, .risk = (size_t)r},
             e->origin);
    }
    tell(observer, data, (ipsim_step){.kind = IPSIM_STEP_END, .t_years = now, .from = state, .to = state, .risk = SIZE_MAX}, e->origin);
    return IPSIM_OK;
}
