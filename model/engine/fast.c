/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast engine: what does not need a kernel. */
#include "fast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/stream.h"
#include "maths/elementary.h"

enum { CELLS_MAX = 4096 };

/* ---- tables: bands found by a grid ---- */

static size_t n_laws_of(const ipsim_risk *risk)
{
    size_t n = risk->n_years;
    for (size_t k = 0; k < risk->n_keys; k++)
        n *= (size_t)risk->key_levels[k];
    return n;
}

static bool same_bands(const fast_bands *bands, const ipsim_risk *risk)
{
    const ipsim_risk *other = bands->source;
    if (other->laws->breaks != risk->laws->breaks || other->laws->rates != risk->laws->rates || other->n_keys != risk->n_keys ||
        other->n_years != risk->n_years)
        return false;
    return risk->n_keys == 0 || memcmp(other->key_attribute, risk->key_attribute, risk->n_keys * sizeof *risk->key_attribute) == 0;
}

static bool build_grid(fast_bands *bands)
{
    double last = bands->start[bands->n_bands - 1], narrowest = INFINITY;
    for (size_t b = 0; b + 1 < bands->n_bands; b++)
        narrowest = fmin(narrowest, bands->next[b] - bands->start[b]);
    /* A power of 2, so that the kernel's product is exact and a band that begins with a cell needs no step. */
    bands->cells_per_year = 0x1p-10;
    while (bands->n_bands > 1 && bands->cells_per_year * narrowest < 1.0 && bands->cells_per_year * 2.0 * last < CELLS_MAX)
        bands->cells_per_year *= 2.0;
    bands->n_cells = (int64_t)(last * bands->cells_per_year) + 1;
    bands->find = ipsim_simd_alloc((size_t)bands->n_cells, sizeof *bands->find);
    if (!bands->find)
        return false;
    size_t last_band = bands->n_bands - 1;
    for (size_t c = 0, b = 0, end = 0; c < (size_t)bands->n_cells; c++) { /* bands b .. end begin within the cell, or before */
        double low = (double)c / bands->cells_per_year, high = (double)(c + 1) / bands->cells_per_year;
        while (b < last_band && bands->next[b] <= low)
            b++;
        while (end < last_band && bands->next[end] < high)
            end++;
        bands->find[c] = (int64_t)b;
        bands->n_steps = (int64_t)(end - b) > bands->n_steps ? (int64_t)(end - b) : bands->n_steps;
    }
    bands->even = (size_t)bands->n_cells == bands->n_bands;
    for (size_t b = 0; b < bands->n_bands; b++)
        bands->even = bands->even && bands->start[b] == (double)b / bands->cells_per_year;
    return true;
}

static bool build_bands(ipsim_fast *e, fast_bands *bands, const ipsim_risk *risk)
{
    size_t n = risk->laws->n_bands, n_laws = n_laws_of(risk);
    *bands = (fast_bands){.source = risk, .n_bands = n, .n_laws = n_laws};
    bands->start = ipsim_simd_alloc(n, sizeof(double));
    bands->next = ipsim_simd_alloc(n, sizeof(double));
    bands->rate = ipsim_simd_alloc(n * n_laws, sizeof(double));
    bands->cumulative = ipsim_simd_alloc(n * n_laws, sizeof(double));
    bands->law = risk->n_keys > 0 ? ipsim_simd_alloc(e->stride, sizeof *bands->law) : NULL;
    if (!bands->start || !bands->next || !bands->rate || !bands->cumulative || (risk->n_keys > 0 && !bands->law))
        return false;
    for (size_t b = 0; b < n; b++) {
        bands->start[b] = b == 0 ? 0.0 : risk->laws->breaks[b - 1];
        bands->next[b] = b + 1 < n ? risk->laws->breaks[b] : INFINITY;
    }
    for (size_t k = 0; k < n_laws; k++)
        for (size_t b = 0; b < n; b++) {
            bands->rate[k * n + b] = risk->laws[k].rates[b];
            bands->cumulative[k * n + b] = risk->laws[k].cumulative[b];
        }
    return build_grid(bands);
}

static void bands_clear(fast_bands *bands)
{
    free(bands->start);
    free(bands->next);
    free(bands->rate);
    free(bands->cumulative);
    free(bands->find);
    free(bands->law);
}

/* Whether bands made for another model hold what this risk's would. */
static bool hold_the_same(const fast_bands *bands, const ipsim_risk *risk)
{
    size_t n = risk->laws->n_bands, n_laws = n_laws_of(risk);
    if (bands->n_bands != n || bands->n_laws != n_laws || (bands->law != NULL) != (risk->n_keys > 0))
        return false;
    for (size_t b = 1; b < n; b++)
        if (bands->start[b] != risk->laws->breaks[b - 1])
            return false;
    for (size_t k = 0; k < n_laws; k++)
        if (memcmp(bands->rate + k * n, risk->laws[k].rates, n * sizeof *bands->rate) != 0)
            return false;
    return true;
}

static bool take_spare(ipsim_fast *e, fast_bands *bands, const ipsim_risk *risk)
{
    for (size_t i = 0; i < e->n_spare; i++)
        if (hold_the_same(&e->spare[i], risk)) {
            *bands = e->spare[i];
            bands->source = risk;
            e->spare[i] = e->spare[--e->n_spare];
            return true;
        }
    return false;
}

static const fast_bands *find_bands(ipsim_fast *e, const ipsim_risk *risk)
{
    for (size_t i = 0; i < e->n_bands; i++)
        if (same_bands(&e->bands[i], risk))
            return &e->bands[i];
    fast_bands *bands = &e->bands[e->n_bands++];
    return take_spare(e, bands, risk) || build_bands(e, bands, risk) ? bands : NULL;
}

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
        out->bands = find_bands(e, risk);
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

static void clear_spare(ipsim_fast *e)
{
    for (size_t i = 0; i < e->n_spare; i++)
        bands_clear(&e->spare[i]);
    e->n_spare = 0;
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
    memcpy(e->spare, e->bands, e->n_bands * sizeof *e->bands);
    e->n_spare = e->n_bands;
    memset(e->bands, 0, e->n_bands * sizeof *e->bands);
    memset(e->risks, 0, (model->n_risks + 1) * sizeof *e->risks);
    memset(e->n_leads_to, 0, model->n_states * sizeof *e->n_leads_to);
    memset(e->keeps_sojourn, 0, model->n_states * sizeof *e->keeps_sojourn);
    memset(e->starts_clocks, 0, model->n_states * sizeof *e->starts_clocks);
    memset(e->has_events, 0, model->n_states * sizeof *e->has_events);
    memset(e->has_durations, 0, model->n_states * sizeof *e->has_durations);
    memset(e->needs_clock, 0, model->n_states * IPSIM_CLOCKS_MAX * sizeof *e->needs_clock);
    e->n_bands = e->n_columns = 0;
    e->model = model;
    bool ok = build_risks(e, tally);
    clear_spare(e);
    return ok;
}

void ipsim_fast_free(ipsim_fast *e)
{
    if (!e)
        return;
    for (size_t i = 0; e->bands && i < e->n_bands; i++)
        bands_clear(&e->bands[i]);
    clear_spare(e);
    free(e->risks);
    free(e->bands);
    free(e->spare);
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

/* ---- a block begins ---- */

static void find_laws(ipsim_fast *e)
{
    for (size_t i = 0; i < e->n_bands; i++) {
        fast_bands *bands = &e->bands[i];
        const ipsim_risk *risk = bands->source;
        for (size_t slot = 0; bands->law && slot < e->people->n_slots; slot++) {
            int64_t stratum = 0;
            for (size_t k = 0; k < risk->n_keys; k++)
                stratum = stratum * risk->key_levels[k] + (int64_t)e->people->attributes[(size_t)risk->key_attribute[k] * e->stride + slot];
            bands->law[slot] = stratum * (int64_t)(risk->n_years * bands->n_bands);
        }
    }
}

static void draw_first_budgets(ipsim_fast *e)
{
    size_t n = e->people->n_slots;
    for (size_t s = 0; s < e->model->n_streams; s++) {
        int64_t keys[IPSIM_CHUNK], counts[IPSIM_CHUNK];
        for (size_t i = 0; i < IPSIM_CHUNK; i++) {
            keys[i] = e->model->streams[s].key;
            counts[i] = 0;
        }
        for (size_t i = 0; i < n; i += IPSIM_CHUNK)
            e->kernels->draw(n - i < IPSIM_CHUNK ? n - i : IPSIM_CHUNK, e->luck, e->people->person + i, keys, counts,
                             e->budget + s * e->stride + i);
    }
    memset(e->renewed, 0, (e->model->n_streams + 1) * e->stride * sizeof *e->renewed);
}

static int draw_start_state(const ipsim_fast *e, size_t slot)
{
    const ipsim_compiled_model *model = e->model;
    if (model->start_state >= 0)
        return model->start_state;
    if (model->start_attribute != IPSIM_NO_ATTRIBUTE)
        return model->start_of_level[(size_t)e->people->attributes[(size_t)model->start_attribute * e->stride + slot]];
    return ipsim_engine_start_state(model,
                                    ipsim_stream_uniform(e->luck.seed, e->luck.replicate, e->people->person[slot], model->start_key, 0));
}

static void begin_block(ipsim_fast *e)
{
    const ipsim_compiled_model *model = e->model;
    const ipsim_people *people = e->people;
    size_t n = people->n_slots, stride = e->stride;
    const double *entry = model->entry_attribute == IPSIM_NO_ATTRIBUTE ? NULL
                                                                       : people->attributes + (size_t)model->entry_attribute * stride;
    const double *age = model->age_attribute == IPSIM_NO_ATTRIBUTE ? NULL : people->attributes + (size_t)model->age_attribute * stride;
    for (size_t i = 0; i < n; i++) {
        double t = entry ? entry[i] : 0.0;
        e->now[i] = t;
        e->origin[IPSIM_CLOCK_SOJOURN * stride + i] = t;
        e->origin[IPSIM_CLOCK_START * stride + i] = t;
        e->origin[IPSIM_CLOCK_AGE * stride + i] = age ? t - age[i] : INFINITY;
        for (size_t c = IPSIM_CLOCK_NAMED; c < model->n_clocks; c++)
            e->origin[c * stride + i] = INFINITY;
    }
    memset(e->durations, 0, model->n_events * stride * sizeof *e->durations);
    memset(e->n_list, 0, (model->n_states + 1) * sizeof *e->n_list);
    find_laws(e);
    e->kernels->multipliers(e);
    draw_first_budgets(e);
}

/* ---- moves ---- */

static void start_clocks(ipsim_fast *e, const ipsim_clock_start *start, size_t slot, double now)
{
    for (size_t i = 0; i < start->n; i++) {
        double *origin = &e->origin[(size_t)start->clock[i] * e->stride + slot];
        if (start->restart[i] || *origin == INFINITY)
            *origin = now;
    }
}

static void tell(const ipsim_fast *e, size_t slot, ipsim_step_kind kind, double t, int from, int to, size_t risk, double days)
{
    if (e->observer)
        e->observer(e->data, slot, &(ipsim_step){.kind = kind, .t_years = t, .from = from, .to = to, .risk = risk, .duration_days = days});
}

/* The first grid time at or after t; the grid is nearly uniform, so the guess is nearly right. */
static inline size_t time_index(const ipsim_occupancy *seen, double times_per_year, double t)
{
    size_t n = seen->n_times, k = (size_t)(t * times_per_year);
    k = k < n ? k : n - 1;
    while (k > 0 && seen->times[k - 1] >= t)
        k--;
    while (k < n && seen->times[k] < t)
        k++;
    return k;
}

static void count_arrivals(ipsim_fast *e, int to, double t, int64_t n)
{
    size_t k = time_index(e->seen, e->times_per_year, t);
    if (k < e->seen->n_times)
        e->seen->moves[k * e->model->n_states + (size_t)to] += n;
}

/* The guess of a time's place is never too high and at most one too low; then one comparison settles it. */
static bool even_times(const ipsim_occupancy *seen, double times_per_year)
{
    for (size_t k = 0; k < seen->n_times; k++)
        if (!(seen->times[k] * times_per_year >= (double)k && seen->times[k] * times_per_year < (double)(k + 1)))
            return false;
    return seen->n_times < INT32_MAX;
}

/* Firings, counted by time and risk, as arrivals and departures. */
static void count_moves(ipsim_fast *e)
{
    const ipsim_compiled_model *model = e->model;
    size_t n_moves = model->n_risks + model->n_states;
    for (size_t k = 0; k < e->seen->n_times; k++)
        for (size_t s = 0; s < model->n_states; s++)
            for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++) {
                int64_t n = e->fired[k * n_moves + r + s + 1];
                e->seen->firings += n;
                if (n == 0 || model->risks[r].event != SIZE_MAX)
                    continue;
                e->seen->moves[k * model->n_states + (size_t)model->risks[r].to] += n;
                e->seen->moves[k * model->n_states + s] -= n;
            }
}

static bool clear_fired(ipsim_fast *e)
{
    size_t n = (e->seen ? e->seen->n_times : 0) * (e->model->n_risks + e->model->n_states);
    if (e->seen && e->n_times != e->seen->n_times) {
        free(e->fired);
        e->n_times = e->seen->n_times;
        e->fired = calloc(n + 1, sizeof *e->fired);
    }
    if (e->fired)
        memset(e->fired, 0, n * sizeof *e->fired);
    return e->fired || !e->seen;
}

void ipsim_fast_enter(ipsim_fast *e, size_t slot, int from, int to, double t, size_t risk)
{
    const ipsim_compiled_model *model = e->model;
    e->origin[IPSIM_CLOCK_SOJOURN * e->stride + slot] = t;
    start_clocks(e, &model->starts_on_state[to], slot, t);
    if (e->seen && from < 0)
        count_arrivals(e, to, t, 1);
    tell(e, slot, from < 0 ? IPSIM_STEP_ENTER : IPSIM_STEP_TRANSITION, t, from < 0 ? to : from, to, risk, 0.0);
    if (model->role[to] == IPSIM_ROLE_ALIVE)
        e->list[to][e->n_list[to]++] = (int32_t)slot;
    else
        tell(e, slot, IPSIM_STEP_END, t, to, to, SIZE_MAX, 0.0);
}

void ipsim_fast_event(ipsim_fast *e, size_t slot, int state, double t, size_t risk, double days)
{
    start_clocks(e, &e->model->starts_on_event[e->model->risks[risk].event], slot, t);
    tell(e, slot, IPSIM_STEP_EVENT, t, state, state, risk, days);
    e->list[state][e->n_list[state]++] = (int32_t)slot;
}

void ipsim_fast_end(ipsim_fast *e, size_t slot, int state, double t)
{
    tell(e, slot, IPSIM_STEP_END, t, state, state, SIZE_MAX, 0.0);
}

/* ---- the block ---- */

/* Everybody who enters does so in one state, unwatched. */
static void enter_together(ipsim_fast *e, int state)
{
    int64_t slots[IPSIM_CHUNK], states[IPSIM_CHUNK];
    double times[IPSIM_CHUNK], horizon = e->model->horizon_years;
    const int64_t *person = e->people->person;
    int32_t *list = e->list[state];
    size_t n = 0;
    for (size_t slot = 0; slot < e->people->n_slots; slot++) {
        list[n] = (int32_t)slot;
        n += (person[slot] >= 0) & (e->now[slot] <= horizon);
    }
    e->n_list[state] = n;
    for (size_t i = 0, same; e->seen && i < n; i += same) { /* mostly they come at one time */
        double t = e->now[list[i]];
        for (same = 1; i + same < n && e->now[list[i + same]] == t;)
            same++;
        count_arrivals(e, state, t, (int64_t)same);
    }
    for (size_t first = 0; e->tally && first < n; first += IPSIM_CHUNK) {
        size_t m = n - first < IPSIM_CHUNK ? n - first : IPSIM_CHUNK;
        for (size_t i = 0; i < m; i++) {
            slots[i] = list[first + i];
            states[i] = state;
            times[i] = e->now[slots[i]];
        }
        ipsim_tally_enter(e->tally, m, slots, states, times);
    }
}

static void enter_model(ipsim_fast *e)
{
    int start = e->model->start_state;
    if (start >= 0 && !e->observer && e->model->role[start] == IPSIM_ROLE_ALIVE && e->model->starts_on_state[start].n == 0) {
        enter_together(e, start);
        return;
    }
    int64_t slots[IPSIM_CHUNK], states[IPSIM_CHUNK];
    double times[IPSIM_CHUNK];
    for (size_t slot = 0, n = 0; slot <= e->people->n_slots; slot++) {
        if (n == IPSIM_CHUNK || slot == e->people->n_slots) {
            if (e->tally)
                ipsim_tally_enter(e->tally, n, slots, states, times);
            n = 0;
        }
        if (slot == e->people->n_slots || e->people->person[slot] < 0 || !(e->now[slot] <= e->model->horizon_years))
            continue; /* nobody, or the horizon comes first */
        slots[n] = (int64_t)slot;
        states[n] = draw_start_state(e, slot);
        times[n] = e->now[slot];
        ipsim_fast_enter(e, slot, -1, (int)states[n], times[n], SIZE_MAX);
        n++;
    }
}

/* The state with most people in it, so that vectors are full; -1 when all lists are empty. */
static int longest_list(const ipsim_fast *e)
{
    size_t best = e->model->n_states, most = 0;
    for (size_t s = 0; s < e->model->n_states; s++)
        if (e->n_list[s] > most) {
            best = s;
            most = e->n_list[s];
        }
    return most > 0 ? (int)best : -1;
}

ipsim_status ipsim_fast_simulate(ipsim_fast *e, ipsim_luck luck, const ipsim_people *people, ipsim_tally *tally, ipsim_occupancy *seen,
                                 ipsim_block_observer *observer, void *data, ipsim_error *err)
{
    ipsim_bug_assert(people->stride == e->stride);
    e->people = people;
    e->luck = luck;
    e->tally = tally;
    e->seen = seen;
    e->observer = observer;
    e->data = data;
    e->times_per_year = seen && seen->n_times > 1 ? (1.0 + 0x1p-40) / (seen->times[1] - seen->times[0]) : 0.0;
    e->even_times = seen && even_times(seen, e->times_per_year);
    if (!clear_fired(e))
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the occupancy of states");
    if (e->ticks)
        e->last_tick = __builtin_ia32_rdtsc();
    begin_block(e);
    enter_model(e);
    ipsim_fast_tick(e, IPSIM_PHASE_BEGIN);
    size_t spare = e->model->n_states;
    int sweeps = 0;
    for (int state; (state = longest_list(e)) >= 0; sweeps++) { /* nobody fires more than once in a sweep */
        if (sweeps == IPSIM_FAST_SWEEPS_MAX)
            return ipsim_error_set(err, IPSIM_ERR_LIMIT, "somebody fires more than %d times", (int)IPSIM_FAST_SWEEPS_MAX);
        int32_t *slots = e->list[state];
        size_t n = e->n_list[state];
        e->list[state] = e->list[spare];
        e->list[spare] = slots;
        e->n_list[state] = 0;
        for (size_t i = 0; i < n; i += IPSIM_CHUNK)
            e->kernels->sweep(e, state, slots + i, n - i < IPSIM_CHUNK ? n - i : IPSIM_CHUNK);
    }
    if (seen)
        count_moves(e);
    ipsim_fast_tick(e, IPSIM_PHASE_LISTS);
    return IPSIM_OK;
}

void ipsim_fast_measure(ipsim_fast *engine, uint64_t ticks[IPSIM_N_PHASES])
{
    engine->ticks = ticks;
}
