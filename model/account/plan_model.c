/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One scenario's basis quantities, flows, utilities and rewards. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

bool *ipsim_account_states_mask(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_names *states, bool alive_when_empty)
{
    bool *mask = ipsim_arena_alloc(arena, scenario->n_states, sizeof *mask);
    for (size_t s = 0; mask && s < scenario->n_states; s++)
        mask[s] = states->count == 0 ? alive_when_empty && scenario->states[s].role.value == IPSIM_ROLE_ALIVE
                                     : ipsim_names_contain(states, scenario->states[s].name);
    return mask;
}

static bool build_factors(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_factor *specs, size_t n,
                          const account_factor **out)
{
    account_factor *factors = ipsim_arena_alloc(arena, n, sizeof *factors);
    if (!factors)
        return false;
    for (size_t i = 0; i < n; i++) {
        const ipsim_factor *spec = &specs[i];
        size_t a = ipsim_scenario_find_attribute(scenario, spec->attribute.value);
        const ipsim_attribute *attribute = &scenario->attributes[a];
        size_t n_levels = attribute->levels.count;
        double *by_level = ipsim_arena_alloc(arena, n_levels, sizeof *by_level);
        if (!by_level)
            return false;
        for (size_t level = 0; level < n_levels; level++) {
            const char *name = attribute->levels.items[level];
            by_level[level] = 1.0;
            if (ipsim_names_contain(&spec->level, name))
                by_level[level] = spec->factor.value;
            for (size_t j = 0; j < spec->by_level.count; j++)
                if (strcmp(spec->by_level.names[j], name) == 0)
                    by_level[level] = spec->by_level.items[j].value;
        }
        factors[i] = (account_factor){.attribute = (int)a, .numeric = n_levels == 0, .by_level = by_level};
    }
    *out = factors;
    return true;
}

/* A clock that begins with the person or the stay, and does not come to the end of the window before the horizon, cuts nothing. */
static bool has_window(const ipsim_scenario *scenario, const ipsim_number *from, const ipsim_number *until, int clock)
{
    bool own = clock == IPSIM_CLOCK_SOJOURN || clock == IPSIM_CLOCK_START;
    bool ends = until->given && !(own && until->value >= scenario->simulation.horizon_years.value);
    return clock >= IPSIM_CLOCK_NAMED || (from->given && from->value > 0.0) || ends;
}

static int window_clock(const ipsim_scenario *scenario, const ipsim_text *clock)
{
    return clock->value ? ipsim_compile_clock(scenario, clock->value) : IPSIM_CLOCK_START;
}

/* ---- counters: a firing is counted once for all that need not tell it from others ---- */

/* Whether the outcome "entries" counts a risk that leaves `from`. */
static bool enters(const ipsim_scenario *scenario, const ipsim_outcome *spec, size_t from, size_t to)
{
    return ipsim_names_contain(&spec->states, scenario->states[to].name) &&
           !ipsim_names_contain(&spec->states, scenario->states[from].name);
}

static bool told_apart(const ipsim_scenario *scenario, const ipsim_risk *a, size_t from_a, const ipsim_risk *b, size_t from_b)
{
    if (a->transition != b->transition || a->event != b->event)
        return true;
    for (size_t i = 0; i < scenario->n_outcomes && a->event == SIZE_MAX; i++)
        if (scenario->outcomes[i].type.value == IPSIM_OUTCOME_ENTRIES &&
            enters(scenario, &scenario->outcomes[i], from_a, (size_t)a->to) !=
                enters(scenario, &scenario->outcomes[i], from_b, (size_t)b->to))
            return true;
    return false;
}

static bool build_counters(ipsim_arena *arena, account_model *m)
{
    const ipsim_compiled_model *model = m->compiled;
    size_t *counter = ipsim_arena_alloc(arena, m->n_risks, sizeof *counter);
    size_t *from = ipsim_arena_alloc(arena, m->n_risks, sizeof *from);
    bool *first = ipsim_arena_alloc(arena, m->n_risks, sizeof *first);
    if (!counter || !from || !first)
        return false;
    for (size_t s = 0; s < m->n_states; s++)
        for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++) {
            from[r] = s;
            size_t like = 0;
            while (like < r && told_apart(model->scenario, &model->risks[like], from[like], &model->risks[r], s))
                like++;
            first[r] = like == r;
            counter[r] = first[r] ? m->n_basis++ : counter[like];
        }
    m->counter = counter;
    m->first_counted = first;
    return true;
}

/* ---- utilities that act per year ---- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool build_utility(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_utility *spec, account_utility *out)
{
    int clock = window_clock(scenario, &spec->clock);
    double from = spec->from_years.given ? spec->from_years.value : 0.0;
    double until = spec->until_years.given ? spec->until_years.value : INFINITY;
    double *breaks = ipsim_arena_alloc(arena, spec->breaks.count + 2, sizeof *breaks);
    double *add = ipsim_arena_alloc(arena, spec->breaks.count + 3, sizeof *add);
    double *multiply = ipsim_arena_alloc(arena, spec->breaks.count + 3, sizeof *multiply);
    if (!breaks || !add || !multiply)
        return false;
    size_t n = 0;
    if (from > 0.0)
        breaks[n++] = from;
    if (until < INFINITY)
        breaks[n++] = until;
    for (size_t i = 0; i < spec->breaks.count; i++)
        breaks[n++] = spec->breaks.items[i].value;
    qsort(breaks, n, sizeof *breaks, compare_doubles);
    for (size_t j = 0; j <= n; j++) { /* what holds from the beginning of the piece holds throughout it */
        double x = j == 0 ? -INFINITY : breaks[j - 1];
        size_t band = 0;
        while (band < spec->breaks.count && spec->breaks.items[band].value <= x)
            band++;
        bool inside = (j == 0 ? from <= 0.0 : x >= from) && x < until;
        add[j] = inside && spec->add.given ? spec->add.value : 0.0;
        multiply[j] = 1.0;
        if (inside && spec->multiply.given)
            multiply[j] *= spec->multiply.value;
        if (inside && spec->values.count > 0)
            multiply[j] *= spec->values.items[band].value;
    }
    out->steps = (ipsim_steps){.clock = clock, .n_breaks = n, .breaks = breaks};
    out->constant = n == 0 && clock < IPSIM_CLOCK_NAMED;
    out->add = add;
    out->multiply = multiply;
    out->n_factors = spec->n_factors;
    out->in_state = ipsim_account_states_mask(arena, scenario, &spec->states, true);
    return out->in_state && build_factors(arena, scenario, spec->factors, spec->n_factors, &out->factors);
}

/* ---- sums of basis quantities ---- */

typedef struct basis_list {
    size_t n;
    size_t *items;
} basis_list;

static bool risk_is_of(const ipsim_scenario *scenario, const ipsim_risk *risk, const ipsim_names *transitions, const ipsim_names *events)
{
    if (risk->event != SIZE_MAX)
        return ipsim_names_contain(events, scenario->events[risk->event].name);
    return ipsim_names_contain(transitions, scenario->transitions[risk->transition].name);
}

/* Whether something per entry, transition, event or death counts a risk; none of them asks where it came from. */
static bool risk_counts(const account_model *m, ipsim_per per, const ipsim_risk *risk, const bool *mask, const ipsim_names *transitions,
                        const ipsim_names *events)
{
    const ipsim_compiled_model *model = m->compiled;
    if (per == IPSIM_PER_ENTRY)
        return risk->event == SIZE_MAX && mask[risk->to];
    if (per == IPSIM_PER_DEATH)
        return risk->event == SIZE_MAX && model->role[risk->to] == IPSIM_ROLE_DEAD;
    return risk_is_of(model->scenario, risk, transitions, events);
}

/* The basis quantities that something "per ..." adds up. */
static bool build_basis(ipsim_arena *arena, const account_model *m, ipsim_per per, const ipsim_names *states,
                        const ipsim_names *transitions, const ipsim_names *events, account_sum *out)
{
    const ipsim_compiled_model *model = m->compiled;
    const ipsim_scenario *scenario = model->scenario;
    basis_list list = {.items = ipsim_arena_alloc(arena, m->n_basis, sizeof *list.items)};
    bool *mask = ipsim_account_states_mask(arena, scenario, states, per == IPSIM_PER_YEAR);
    if (!list.items || !mask)
        return false;
    switch (per) {
    case IPSIM_PER_YEAR:
        for (size_t s = 0; s < m->n_states; s++)
            if (mask[s])
                list.items[list.n++] = m->basis_time + s;
        break;
    case IPSIM_PER_ENTRY:
    case IPSIM_PER_TRANSITION:
    case IPSIM_PER_EVENT:
    case IPSIM_PER_DEATH:
        for (size_t r = 0; r < m->n_risks; r++)
            if (m->first_counted[r] && risk_counts(m, per, &model->risks[r], mask, transitions, events))
                list.items[list.n++] = m->counter[r];
        break;
    case IPSIM_PER_EVENT_DAY:
        for (size_t e = 0; e < scenario->n_events; e++)
            if (ipsim_names_contain(events, scenario->events[e].name))
                list.items[list.n++] = m->basis_event_days + e;
        break;
    case IPSIM_PER_START:
        list.items[list.n++] = m->basis_start;
        break;
    }
    out->n_basis = list.n;
    out->basis = list.items;
    return true;
}

static account_window window_of(const ipsim_scenario *scenario, const ipsim_text *clock, const ipsim_number *from,
                                const ipsim_number *until)
{
    return (account_window){.clock = window_clock(scenario, clock),
                            .from_years = from->given ? from->value : 0.0,
                            .until_years = until->given ? until->value : INFINITY};
}

static bool same_window(const account_window *a, const account_window *b)
{
    return a->clock == b->clock && a->from_years == b->from_years && a->until_years == b->until_years;
}

/* Time in states during a window; rewards with the same states and window share it. */
static size_t flow_basis(account_model *m, account_flow *flows, const bool *in_state, account_window window)
{
    for (size_t i = 0; i < m->n_flows; i++)
        if (same_window(&flows[i].window, &window) && memcmp(flows[i].in_state, in_state, m->n_states * sizeof *in_state) == 0)
            return flows[i].basis;
    flows[m->n_flows++] = (account_flow){.in_state = in_state, .window = window, .basis = m->n_basis};
    return m->n_basis++;
}

static size_t point_basis(account_model *m, const bool *of_risk, bool days, account_window window)
{
    account_point *points = m->points;
    for (size_t i = 0; i < m->n_points; i++)
        if (points[i].days == days && same_window(&points[i].window, &window) &&
            memcmp(points[i].of_risk, of_risk, m->n_risks * sizeof *of_risk) == 0)
            return points[i].basis;
    points[m->n_points++] = (account_point){.of_risk = of_risk, .days = days, .window = window, .basis = m->n_basis};
    return m->n_basis++;
}

/* Points in time that a window can cut out; the start is before any clock runs. */
static bool is_point(ipsim_per per)
{
    return per != IPSIM_PER_YEAR && per != IPSIM_PER_START;
}

/* The basis quantity of firings, or event days, that happen during a window. */
static bool build_point(ipsim_arena *arena, account_model *m, ipsim_per per, const ipsim_names *states, const ipsim_names *transitions,
                        const ipsim_names *events, account_window window, account_sum *out)
{
    size_t *basis = ipsim_arena_alloc(arena, 1, sizeof *basis);
    bool *mask = ipsim_account_states_mask(arena, m->compiled->scenario, states, false);
    bool *of_risk = ipsim_arena_alloc(arena, m->n_risks, sizeof *of_risk);
    if (!basis || !mask || !of_risk)
        return false;
    for (size_t r = 0; r < m->n_risks; r++)
        of_risk[r] = risk_counts(m, per, &m->compiled->risks[r], mask, transitions, events);
    *basis = point_basis(m, of_risk, per == IPSIM_PER_EVENT_DAY, window);
    out->n_basis = 1;
    out->basis = basis;
    return true;
}

static bool build_reward(ipsim_arena *arena, account_model *m, const ipsim_reward *spec, account_flow *flows, account_sum *out)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    ipsim_per per = (ipsim_per)spec->per.value;
    account_window window = window_of(scenario, &spec->clock, &spec->from_years, &spec->until_years);
    bool windowed = has_window(scenario, &spec->from_years, &spec->until_years, window.clock);
    out->amount = spec->amount.value;
    out->n_factors = spec->n_factors;
    if (!build_factors(arena, scenario, spec->factors, spec->n_factors, &out->factors))
        return false;
    if (is_point(per) && windowed)
        return build_point(arena, m, per, &spec->states, &spec->transitions, &spec->events, window, out);
    if (per != IPSIM_PER_YEAR || !windowed)
        return build_basis(arena, m, per, &spec->states, &spec->transitions, &spec->events, out);
    size_t *basis = ipsim_arena_alloc(arena, 1, sizeof *basis);
    bool *mask = ipsim_account_states_mask(arena, scenario, &spec->states, true);
    if (!basis || !mask)
        return false;
    *basis = flow_basis(m, flows, mask, window);
    out->n_basis = 1;
    out->basis = basis;
    return true;
}

static bool build_rewards(ipsim_arena *arena, account_model *m)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    account_sum *rewards = ipsim_arena_alloc(arena, scenario->n_rewards, sizeof *rewards);
    account_flow *flows = ipsim_arena_alloc(arena, scenario->n_rewards, sizeof *flows);
    if (!rewards || !flows)
        return false;
    for (size_t i = 0; i < scenario->n_rewards; i++)
        if (!build_reward(arena, m, &scenario->rewards[i], flows, &rewards[i]))
            return false;
    m->n_rewards = scenario->n_rewards;
    m->rewards = rewards;
    m->flows = flows;
    return true;
}

static bool build_utilities(ipsim_arena *arena, account_model *m)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    account_utility *utilities = ipsim_arena_alloc(arena, scenario->n_utilities, sizeof *utilities);
    account_sum *losses = ipsim_arena_alloc(arena, scenario->n_utilities, sizeof *losses);
    double *state_utility = ipsim_arena_alloc(arena, m->n_states, sizeof *state_utility);
    if (!utilities || !losses || !state_utility)
        return false;
    for (size_t s = 0; s < m->n_states; s++)
        state_utility[s] = scenario->states[s].utility.given ? scenario->states[s].utility.value : 1.0;
    for (size_t i = 0; i < scenario->n_utilities; i++) {
        const ipsim_utility *spec = &scenario->utilities[i];
        ipsim_per per = (ipsim_per)spec->per.value;
        if (per == IPSIM_PER_YEAR) {
            if (!build_utility(arena, scenario, spec, &utilities[m->n_utilities++]))
                return false;
            continue;
        }
        account_sum *loss = &losses[m->n_losses++];
        loss->amount = per == IPSIM_PER_EVENT_DAY ? spec->add.value / 365.25 : spec->add.value;
        loss->n_factors = spec->n_factors;
        account_window window = window_of(scenario, &spec->clock, &spec->from_years, &spec->until_years);
        bool point = is_point(per) && has_window(scenario, &spec->from_years, &spec->until_years, window.clock);
        if (!build_factors(arena, scenario, spec->factors, spec->n_factors, &loss->factors) ||
            !(point ? build_point(arena, m, per, &spec->states, &spec->transitions, &spec->events, window, loss)
                    : build_basis(arena, m, per, &spec->states, &spec->transitions, &spec->events, loss)))
            return false;
    }
    bool *changes = ipsim_arena_alloc(arena, m->n_states, sizeof *changes);
    if (!changes)
        return false;
    for (size_t i = 0; i < m->n_utilities; i++)
        for (size_t st = 0; st < m->n_states; st++)
            changes[st] |= utilities[i].in_state[st] && !utilities[i].constant;
    m->utility_changes = changes;
    m->utilities = utilities;
    m->losses = losses;
    m->state_utility = state_utility;
    return true;
}

static bool build_spells(ipsim_arena *arena, account_model *m)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    account_spell *spells = ipsim_arena_alloc(arena, scenario->n_outcomes, sizeof *spells);
    if (!spells)
        return false;
    for (size_t i = 0; i < scenario->n_outcomes; i++) {
        const ipsim_outcome *spec = &scenario->outcomes[i];
        ipsim_outcome_type type = (ipsim_outcome_type)spec->type.value;
        if (type != IPSIM_OUTCOME_EVER && type != IPSIM_OUTCOME_FIRST_TIME && type != IPSIM_OUTCOME_SPELLS)
            continue;
        account_spell *spell = &spells[m->n_spells++];
        *spell = (account_spell){.type = type,
                                 .at_least_years = spec->at_least_years.value,
                                 .basis = m->n_basis,
                                 .in_state = ipsim_account_states_mask(arena, scenario, &spec->states, false)};
        m->n_basis += type == IPSIM_OUTCOME_FIRST_TIME ? 2 : 1;
        if (!spell->in_state)
            return false;
    }
    m->spells = spells;
    return true;
}

bool ipsim_account_model_build(ipsim_arena *arena, const ipsim_compiled_model *compiled, account_model *m)
{
    m->compiled = compiled;
    m->n_states = compiled->n_states;
    m->n_risks = compiled->n_risks;
    m->basis_time = 0;
    m->basis_event_days = m->n_states;
    m->basis_start = m->basis_event_days + compiled->n_events;
    m->basis_qalys = m->basis_start + 1;
    m->n_basis = m->basis_qalys + 1;
    m->points = ipsim_arena_alloc(arena, compiled->scenario->n_rewards + compiled->scenario->n_utilities, sizeof *m->points);
    return m->points && build_counters(arena, m) && build_spells(arena, m) && build_rewards(arena, m) && build_utilities(arena, m);
}
