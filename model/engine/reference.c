/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference engine: one person at a time, plain enough to read beside the methods text in README.md. */
#include <math.h>
#include <stdlib.h>

#include "ipsim/engine.h"
#include "ipsim/stream.h"
#include "maths/elementary.h"

struct ipsim_reference {
    const ipsim_compiled_model *model;
    double *budget;      /* n_streams: what is left; meaningful where drawn > 0 */
    uint32_t *drawn;     /* n_streams: budgets drawn so far */
    double *multiplier;  /* n_risks: the person's constant part */
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
    engine->durations = calloc(model->n_events + 1, sizeof *engine->durations);
    if (!engine->budget || !engine->drawn || !engine->multiplier || !engine->durations) {
        ipsim_reference_free(engine);
        return NULL;
    }
    return engine;
}

void ipsim_reference_free(ipsim_reference *engine)
{
    if (!engine)
        return;
    free(engine->budget);
    free(engine->drawn);
    free(engine->multiplier);
    free(engine->durations);
    free(engine);
}

/* ---- the hazard of one risk: multiplier x baseline, in stretches of time over which the multiplier and the law are constant ---- */

static double effect_value(const ipsim_compiled_effect *effect, const double *attributes, size_t piece)
{
    if (piece == SIZE_MAX)
        return 1.0; /* its clock has not started */
    if (effect->attribute == IPSIM_NO_ATTRIBUTE)
        return effect->by_level[piece];
    double x = attributes[effect->attribute];
    if (effect->numeric)
        return ipsim_exp(effect->exponent[piece] * effect->log_hr * (x - effect->centre));
    return effect->by_level[(size_t)x * (effect->steps.n_breaks + 1) + piece];
}

typedef struct stretch {
    double until; /* model time at which the multiplier or the law changes */
    double multiplier;
    const ipsim_hazard *law;
} stretch;

static stretch stretch_at(const ipsim_reference *e, const ipsim_risk *risk, double t)
{
    stretch s = {.until = INFINITY, .multiplier = e->multiplier[risk - e->model->risks], .law = risk->laws};
    for (size_t i = risk->n_constant; i < risk->n_effects; i++) {
        double until;
        size_t piece = ipsim_steps_piece(&risk->effects[i].steps, e->origin, t, &until);
        s.multiplier *= effect_value(&risk->effects[i], e->attributes, piece);
        s.until = fmin(s.until, until);
    }
    size_t stratum = 0;
    for (size_t k = 0; k < risk->n_keys; k++)
        stratum = stratum * (size_t)risk->key_levels[k] + (size_t)e->attributes[risk->key_attribute[k]];
    s.law += stratum * risk->n_years;
    if (risk->n_years > 1) {
        double until;
        ipsim_steps bands = {.clock = IPSIM_CLOCK_CALENDAR, .n_breaks = risk->n_years - 1, .breaks = risk->years + 1};
        s.law += ipsim_steps_piece(&bands, e->origin, t, &until);
        s.until = fmin(s.until, until);
    }
    return s;
}

/* The cumulative hazard of a stretch between two model times. */
static double stretch_hazard(const stretch *s, double origin, double from, double to)
{
    if (s->law->family == IPSIM_EXPONENTIAL)
        return s->multiplier * s->law->p[0] * (to - from); /* has no memory: needs no clock, and loses no digits to one */
    double before = ipsim_hazard_cumulative(s->law, from - origin);
    if (before == INFINITY) /* past the largest double: nothing, or everything at once */
        return s->multiplier > 0.0 ? INFINITY : 0.0;
    return s->multiplier > 0.0 ? s->multiplier * (ipsim_hazard_cumulative(s->law, to - origin) - before) : 0.0;
}

/* When a stretch, lived through from `from`, has cost `budget` > 0; the stretch is taken to last. */
static double stretch_inverse(const stretch *s, double origin, double from, double budget)
{
    if (s->law->family == IPSIM_EXPONENTIAL)
        return from + budget / (s->multiplier * s->law->p[0]);
    double before = ipsim_hazard_cumulative(s->law, from - origin);
    if (before == INFINITY)
        return from;
    return fmax(origin + ipsim_hazard_inverse(s->law, before + budget / s->multiplier), from);
}

/* Where the inverse is a formula it is cheaper to invert and compare times; where it is a search, most sojourns need none if the
 * hazard that the stretch can supply is compared with the budget first. */
static bool inverts_directly(const ipsim_hazard *law)
{
    return law->family <= IPSIM_LOG_LOGISTIC;
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

/* The time at which the risk fires if nothing else does, or INFINITY when that is not before `limit`. */
static double firing_time(ipsim_reference *e, const ipsim_risk *risk, double now, double limit)
{
    double origin = e->origin[risk->clock];
    if (origin == INFINITY)
        return INFINITY; /* its clock has not started */
    if (risk->kind == IPSIM_LAW_AT) {
        double t = fmax(origin + risk->at, now);
        return t < limit ? t : INFINITY;
    }
    double left = budget_of(e, risk->stream);
    for (double from = now; from < limit;) {
        stretch s = stretch_at(e, risk, from);
        double until = fmin(s.until, limit);
        if (s.multiplier > 0.0) {
            bool direct = inverts_directly(s.law);
            double available = direct ? 0.0 : stretch_hazard(&s, origin, from, until);
            if (direct || left <= available) {
                double t = stretch_inverse(&s, origin, from, left);
                if (t < until)
                    return t;
            }
            if (until < limit) /* what rounding leaves of a spent budget fires at the start of the next stretch */
                left = fmax(left - (direct ? stretch_hazard(&s, origin, from, until) : available), 0.0);
        }
        from = until;
    }
    return INFINITY;
}

/* The cumulative hazard that the risk spends between two times. */
static double hazard_spent(const ipsim_reference *e, const ipsim_risk *risk, double from, double to)
{
    double origin = e->origin[risk->clock];
    double spent = 0.0;
    if (origin == INFINITY || risk->kind == IPSIM_LAW_AT)
        return 0.0;
    while (from < to) {
        stretch s = stretch_at(e, risk, from);
        double until = fmin(s.until, to);
        spent += stretch_hazard(&s, origin, from, until);
        from = until;
    }
    return spent;
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
    double u = ipsim_stream_uniform(e->luck.seed, e->luck.replicate, e->person, model->start_key, 0);
    int last = 0;
    for (size_t s = 0; s < model->n_states; s++) {
        double below = s == 0 ? 0.0 : model->start_cumulative[s - 1];
        if (model->start_cumulative[s] > below) {
            last = (int)s; /* the last possible state also takes what rounding left of the sum of 1 */
            if (u < model->start_cumulative[s])
                return last;
        }
    }
    return last;
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
    for (size_t r = 0; r < model->n_risks; r++) {
        e->multiplier[r] = model->risks[r].multiplier;
        for (size_t i = 0; i < model->risks[r].n_constant; i++)
            e->multiplier[r] *= effect_value(&model->risks[r].effects[i], attributes, 0);
    }
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
    for (size_t r = model->first_risk[state]; r < model->first_risk[state + 1]; r++) {
        double t = firing_time(e, &model->risks[r], now, limit);
        if (t < limit) { /* equal times: the first declared keeps it */
            limit = t;
            winner = &model->risks[r];
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
        if (risk != winner && risk->kind == IPSIM_LAW_HAZARD && e->drawn[risk->stream] > 0)
            e->budget[risk->stream] = fmax(e->budget[risk->stream] - hazard_spent(e, risk, from, to), 0.0);
    }
    if (winner->kind == IPSIM_LAW_HAZARD)
        renew_budget(e, winner->stream);
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
    if (tally)
        ipsim_tally_begin(tally, attributes, enters ? state : -1, now);
    if (!enters)
        return IPSIM_OK;
    e->origin[IPSIM_CLOCK_SOJOURN] = now;
    start_clocks(e, &model->starts_on_state[state], now);
    tell(observer, data, (ipsim_step){.kind = IPSIM_STEP_ENTER, .t_years = now, .from = state, .to = state, .risk = SIZE_MAX}, e->origin);

    for (int firings = 0; model->role[state] == IPSIM_ROLE_ALIVE; firings++) {
        if (firings == IPSIM_FIRINGS_MAX)
            return ipsim_error_set_at(
                err, IPSIM_ERR_LIMIT, model->scenario->states[state].origin,
                "person %lld of scenario \"%s\" fired %d times and is only at year %.6g: a hazard is so large that time "
                "stands still",
                (long long)person, model->scenario->name.value, (int)IPSIM_FIRINGS_MAX, now);
        double when;
        const ipsim_risk *winner = next_risk(e, state, now, &when);
        if (tally)
            ipsim_tally_accrue(tally, state, now, when, e->origin);
        if (!winner) {
            now = when;
            break;
        }
        spend_budgets(e, state, winner, now, when);
        now = when;

        size_t r = (size_t)(winner - model->risks);
        if (winner->event != SIZE_MAX) { /* the state goes on */
            size_t event = winner->event;
            double days = 0.0;
            if (model->has_duration[event])
                days = ipsim_distribution_quantile(
                    &model->duration_days[event],
                    ipsim_stream_uniform(luck.seed, luck.replicate, person, model->duration_key[event], e->durations[event]++));
            start_clocks(e, &model->starts_on_event[event], now);
            if (tally)
                ipsim_tally_event(tally, r, now, days);
            tell(observer, data,
                 (ipsim_step){.kind = IPSIM_STEP_EVENT, .t_years = now, .from = state, .to = state, .risk = r, .duration_days = days},
                 e->origin);
            continue;
        }
        int from = state;
        state = winner->to; /* the only place where the state changes */
        e->origin[IPSIM_CLOCK_SOJOURN] = now;
        start_clocks(e, &model->starts_on_state[state], now);
        if (tally)
            ipsim_tally_transition(tally, r, from, state, now);
        tell(observer, data, (ipsim_step){.kind = IPSIM_STEP_TRANSITION, .t_years = now, .from = from, .to = state, .risk = r}, e->origin);
    }
    if (tally)
        ipsim_tally_end(tally, state, now);
    tell(observer, data, (ipsim_step){.kind = IPSIM_STEP_END, .t_years = now, .from = state, .to = state, .risk = SIZE_MAX}, e->origin);
    return IPSIM_OK;
}
