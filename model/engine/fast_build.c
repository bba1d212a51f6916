/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast engine, made for a model: what its kernels need to know of the risks. */
#include "fast_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- multipliers: one column for all risks whose constant effects are the same ---- */

static size_t n_levels_of(const ipsim_fast *e, const ipsim_compiled_effect *effect)
{
    return effect->attribute == IPSIM_NO_ATTRIBUTE ? 1 : e->model->scenario->attributes[effect->attribute].levels.count;
}

static bool same_effect(const ipsim_fast *e, const ipsim_compiled_effect *a, const ipsim_compiled_effect *b)
{
    if (a->attribute != b->attribute || a->numeric != b->numeric)
        return false;
    if (a->numeric)
        return a->log_hr == b->log_hr && a->centre == b->centre;
    return memcmp(a->by_level, b->by_level, n_levels_of(e, a) * sizeof *a->by_level) == 0;
}

static bool same_multiplier(const ipsim_fast *e, const ipsim_risk *a, const ipsim_risk *b)
{
    if (a->multiplier != b->multiplier || a->n_constant != b->n_constant)
        return false;
    for (size_t i = 0; i < a->n_constant; i++)
        if (!same_effect(e, &a->effects[i], &b->effects[i]))
            return false;
    return true;
}

static void find_multiplier(ipsim_fast *e, size_t r)
{
    const ipsim_risk *risk = &e->model->risks[r];
    bool personal = false;
    e->risks[r].constant = risk->multiplier;
    for (size_t i = 0; i < risk->n_constant; i++) {
        personal |= risk->effects[i].attribute != IPSIM_NO_ATTRIBUTE;
        e->risks[r].constant *= risk->effects[i].attribute == IPSIM_NO_ATTRIBUTE ? risk->effects[i].by_level[0] : 1.0;
    }
    if (!personal)
        return;
    size_t c = 0;
    while (c < e->n_columns && !same_multiplier(e, &e->model->risks[e->multiplier_of[c]], risk))
        c++;
    if (c == e->n_columns)
        e->multiplier_of[e->n_columns++] = r;
    e->risks[r].multiplier = e->multipliers + c * e->stride;
}

/* ---- construction ---- */

static void look_at_clock(fast_risk *risk, int clock)
{
    size_t k = 0;
    while (k < risk->n_clocks && risk->clocks[k] != clock)
        k++;
    risk->clocks[k] = clock;
    risk->n_clocks += k == risk->n_clocks;
}

static bool build_risk(ipsim_fast *e, size_t r, bool varies)
{
    const ipsim_risk *risk = &e->model->risks[r];
    fast_risk *out = &e->risks[r];
    out->risk = risk;
    out->varies = varies;
    out->may_not_run = risk->clock >= IPSIM_CLOCK_NAMED;
    find_multiplier(e, r);
    if (risk->kind == IPSIM_LAW_AT) {
        out->kind = FAST_AT;
        out->budget = (int64_t)(e->model->n_streams * e->stride);
        return true;
    }
    out->kind = !varies && risk->laws->family == IPSIM_EXPONENTIAL ? FAST_CONSTANT : FAST_SEARCHED;
    look_at_clock(out, risk->clock);
    for (size_t i = risk->n_constant; i < risk->n_effects; i++)
        look_at_clock(out, risk->effects[i].steps.clock);
    if (risk->n_years > 1)
        look_at_clock(out, IPSIM_CLOCK_CALENDAR);
    out->budget = (int64_t)((size_t)risk->stream * e->stride);
    if (risk->laws->family == IPSIM_PIECEWISE)
        out->bands = ipsim_fast_bands_find(e, risk);
    return risk->laws->family != IPSIM_PIECEWISE || out->bands;
}

static void lead_to(ipsim_fast *e, size_t s, int64_t list)
{
    int64_t *lists = e->leads_to + e->model->first_risk[s] + s;
    size_t k = 0;
    while (k < e->n_leads_to[s] && lists[k] != list)
        k++;
    lists[k] = list;
    e->n_leads_to[s] += k == e->n_leads_to[s];
}

static void build_moves(ipsim_fast *e, size_t s)
{
    const ipsim_compiled_model *model = e->model;
    int64_t waste = (int64_t)(model->n_streams * e->stride);
    e->list_of[model->first_risk[s] + s] = -1;
    e->budget_of[model->first_risk[s] + s] = waste;
    for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++) {
        const ipsim_risk *risk = &model->risks[r];
        bool event = risk->event != SIZE_MAX, alive = model->role[risk->to] == IPSIM_ROLE_ALIVE;
        e->list_of[r + s + 1] = alive ? risk->to : -1;
        e->stays[r + s + 1] = event;
        e->budget_of[r + s + 1] = e->risks[r].budget;
        e->key_of[r + s + 1] = risk->kind == IPSIM_LAW_HAZARD ? (int64_t)model->streams[risk->stream].key : 0;
        e->starts_clocks[s] |= event ? model->starts_on_event[risk->event].n > 0 : model->starts_on_state[risk->to].n > 0;
        if (alive) {
            lead_to(e, s, risk->to);
            e->keeps_sojourn[s] |= e->has_events[risk->to];
        }
    }
    e->needs_clock[s * IPSIM_CLOCKS_MAX + IPSIM_CLOCK_SOJOURN] |= e->keeps_sojourn[s];
}

static void need(ipsim_fast *e, size_t state, int clock)
{
    e->needs_clock[state * IPSIM_CLOCKS_MAX + (size_t)clock] = true;
}

static bool build_risks(ipsim_fast *e, const ipsim_tally *tally)
{
    const ipsim_compiled_model *model = e->model;
    e->beyond = nextafter(model->horizon_years, INFINITY);
    ipsim_exposure_order(model, e->order);
    for (size_t s = 0; s < model->n_states; s++) {
        for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++) {
            const ipsim_risk *risk = &model->risks[r];
            if (!build_risk(e, r, risk->n_effects > risk->n_constant || (risk->kind == IPSIM_LAW_HAZARD && risk->n_years > 1)))
                return false;
            if (e->risks[r].kind != FAST_CONSTANT || e->risks[r].may_not_run)
                need(e, s, risk->clock);
            for (size_t i = risk->n_constant; i < risk->n_effects; i++)
                need(e, s, risk->effects[i].steps.clock);
            if (risk->n_years > 1)
                need(e, s, IPSIM_CLOCK_CALENDAR);
            e->has_events[s] |= risk->event != SIZE_MAX;
            e->has_durations[s] |= risk->event != SIZE_MAX && model->has_duration[risk->event];
        }
        for (int c = 0; tally && c < (int)model->n_clocks; c++)
            if (ipsim_tally_needs_clock(tally, (int)s, c))
                need(e, s, c);
    }
    for (size_t s = 0; s < model->n_states; s++)
        build_moves(e, s);
    return true;
}

/* An engine sees the room as its own. */
static void move_in(ipsim_fast *e, const ipsim_fast_room *room)
{
    e->stride = room->stride;
    e->now = room->now;
    e->origin = room->origin;
    e->budget = room->budget;
    e->renewed = room->renewed;
    e->durations = room->durations;
    e->lanes = room->lanes;
    e->multipliers = room->multipliers;
    e->list = room->list;
    e->n_list = room->n_list;
}

ipsim_fast *ipsim_fast_create(const ipsim_compiled_model *model, const ipsim_fast_room *room, const ipsim_tally *tally)
{
    ipsim_bug_assert(ipsim_fast_room_fits(room, model));
    static const fast_kernels *const kernels[IPSIM_N_SIMD] = {&ipsim_fast_kernels_sse2, &ipsim_fast_kernels_avx2,
                                                              &ipsim_fast_kernels_avx512};
    ipsim_fast *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->model = model;
    e->kernels = kernels[ipsim_simd_level()];
    move_in(e, room);
    e->risks = calloc(model->n_risks + 1, sizeof *e->risks);
    e->bands = calloc(model->n_risks + 1, sizeof *e->bands);
    e->spare = calloc(model->n_risks + 1, sizeof *e->spare);
    e->order = calloc(model->n_risks + 1, sizeof *e->order);
    e->list_of = calloc(model->n_risks + model->n_states + 1, sizeof *e->list_of);
    e->stays = calloc(model->n_risks + model->n_states + 1, sizeof *e->stays);
    e->budget_of = calloc(model->n_risks + model->n_states + 1, sizeof *e->budget_of);
    e->key_of = calloc(model->n_risks + model->n_states + 1, sizeof *e->key_of);
    e->leads_to = calloc(model->n_risks + model->n_states + 1, sizeof *e->leads_to);
    e->n_leads_to = calloc(model->n_states, sizeof *e->n_leads_to);
    e->keeps_sojourn = calloc(model->n_states, sizeof *e->keeps_sojourn);
    e->starts_clocks = calloc(model->n_states, sizeof *e->starts_clocks);
    e->has_events = calloc(model->n_states, sizeof *e->has_events);
    e->has_durations = calloc(model->n_states, sizeof *e->has_durations);
    e->needs_clock = calloc(model->n_states * IPSIM_CLOCKS_MAX, sizeof *e->needs_clock);
    e->multiplier_of = calloc(model->n_risks + 1, sizeof *e->multiplier_of);
    bool ok = e->risks && e->bands && e->spare && e->order && e->list_of && e->stays && e->budget_of && e->key_of && e->leads_to &&
              e->n_leads_to && e->keeps_sojourn && e->starts_clocks && e->has_events && e->has_durations && e->needs_clock &&
              e->multiplier_of;
    if (!ok || !build_risks(e, tally)) {
        ipsim_fast_free(e);
        return NULL;
    }
    return e;
}

/* Everything that is allocated has the same size. */
static bool same_shape(const ipsim_compiled_model *a, const ipsim_compiled_model *b)
{
    return a->n_risks == b->n_risks && a->n_states == b->n_states && a->n_streams == b->n_streams && a->n_events == b->n_events &&
           a->n_clocks == b->n_clocks && memcmp(a->first_risk, b->first_risk, (a->n_states + 1) * sizeof *a->first_risk) == 0;
}

bool ipsim_fast_adopt(ipsim_fast *e, const ipsim_compiled_model *model, const ipsim_tally *tally)
{
    if (!same_shape(e->model, model))
        return false;
    ipsim_fast_bands_spare(e);
    memset(e->risks, 0, (model->n_risks + 1) * sizeof *e->risks);
    memset(e->n_leads_to, 0, model->n_states * sizeof *e->n_leads_to);
    memset(e->keeps_sojourn, 0, model->n_states * sizeof *e->keeps_sojourn);
    memset(e->starts_clocks, 0, model->n_states * sizeof *e->starts_clocks);
    memset(e->has_events, 0, model->n_states * sizeof *e->has_events);
    memset(e->has_durations, 0, model->n_states * sizeof *e->has_durations);
    memset(e->needs_clock, 0, model->n_states * IPSIM_CLOCKS_MAX * sizeof *e->needs_clock);
    e->n_columns = 0;
    e->model = model;
    bool ok = build_risks(e, tally);
    ipsim_fast_bands_drop_spare(e);
    return ok;
}

void ipsim_fast_free(ipsim_fast *e)
{
    if (!e)
        return;
    ipsim_fast_bands_clear(e);
    free(e->risks);
    free(e->order);
    free(e->list_of);
    free(e->stays);
    free(e->budget_of);
    free(e->key_of);
    free(e->leads_to);
    free(e->n_leads_to);
    free(e->keeps_sojourn);
    free(e->fired);
    free(e->starts_clocks);
    free(e->has_events);
    free(e->has_durations);
    free(e->needs_clock);
    free(e->multiplier_of);
    free(e);
}
