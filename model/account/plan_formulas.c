/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One scenario's formulas: every measure as a weighted sum of rewards and basis quantities. */
#include <stdio.h>
#include <string.h>

#include "plan_build.h"

typedef struct formula_builder {
    ipsim_arena *arena;
    size_t n, capacity;
    account_term *terms;
    bool failed;
} formula_builder;

static void add_term(formula_builder *f, bool is_reward, size_t index, double weight)
{
    if (weight == 0.0 || f->failed)
        return;
    if (f->n == f->capacity) {
        size_t capacity = f->capacity ? 2 * f->capacity : 8;
        account_term *terms = ipsim_arena_alloc(f->arena, capacity, sizeof *terms);
        if (!terms) {
            f->failed = true;
            return;
        }
        if (f->n)
            memcpy(terms, f->terms, f->n * sizeof *terms);
        f->terms = terms;
        f->capacity = capacity;
    }
    f->terms[f->n++] = (account_term){.is_reward = is_reward, .index = index, .weight = weight};
}

static void set_formula(planner *p, account_model *m, formula_builder *f, const char *outcome, const char *payer)
{
    size_t measure = ipsim_account_find(p->plan, outcome, payer);
    m->formulas[measure] = (account_formula){.n_terms = f->n, .terms = f->terms, .known = true};
    f->n = f->capacity = 0;
    f->terms = NULL;
}

/* Who pays and who receives a reward, by number. */
typedef struct reward_parties {
    size_t payer, receiver; /* n_payers: nobody */
} reward_parties;

static size_t find_payer(const ipsim_scenario *scenario, const char *name)
{
    size_t i = 0;
    while (i < scenario->n_payers && (!name || strcmp(scenario->payers[i].name, name) != 0))
        i++;
    return i;
}

/* How much of one unit of a reward the payer bears: resources +1, transfers +1 for the payer and -1 for the receiver, production -1. */
static double share_of_payer(const ipsim_reward *reward, const reward_parties *parties, size_t payer)
{
    double share = parties->payer == payer ? (reward->kind.value == IPSIM_KIND_PRODUCTION ? -1.0 : 1.0) : 0.0;
    return parties->receiver == payer ? share - 1.0 : share;
}

/* Who and what counts in a perspective. */
typedef struct perspective_scope {
    const ipsim_perspective *spec;
    bool kind[IPSIM_N_KINDS];
    bool *payer; /* n_payers */
} perspective_scope;

static double perspective_weight(const ipsim_scenario *scenario, const perspective_scope *scope, const ipsim_reward *reward,
                                 const reward_parties *parties)
{
    double weight = 0.0;
    for (size_t i = 0; i < scenario->n_payers; i++) {
        double share = share_of_payer(reward, parties, i);
        if (scope->kind[reward->kind.value] && scope->payer[i])
            weight += share;
        if (scenario->payers[i].is_public.value && reward->kind.value != IPSIM_KIND_PRODUCTION && scope->spec->public_funds_cost.given)
            weight += share * scope->spec->public_funds_cost.value;
    }
    return weight;
}

static void perspective_formulas(planner *p, account_model *m, formula_builder *f, const reward_parties *parties, bool *payer_counts)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    char name[300];
    for (size_t i = 0; i < scenario->n_perspectives; i++) {
        const ipsim_perspective *spec = &scenario->perspectives[i];
        perspective_scope scope = {.spec = spec, .payer = payer_counts};
        for (int kind = 0; kind < IPSIM_N_KINDS; kind++)
            scope.kind[kind] = spec->kinds.count == 0 || ipsim_names_contain(&spec->kinds, ipsim_account_kind_names[kind]);
        for (size_t k = 0; k < scenario->n_payers; k++)
            scope.payer[k] = spec->payers.count == 0 || ipsim_names_contain(&spec->payers, scenario->payers[k].name);
        for (size_t r = 0; r < scenario->n_rewards; r++)
            add_term(f, true, r, perspective_weight(scenario, &scope, &scenario->rewards[r], &parties[r]));
        snprintf(name, sizeof name, "cost_%s", spec->name);
        set_formula(p, m, f, name, "all");
    }
}

static bool cost_formulas(planner *p, account_model *m, formula_builder *f)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    size_t n = scenario->n_rewards;
    char name[300];
    reward_parties *parties = ipsim_arena_alloc(p->arena, n, sizeof *parties);
    bool *payer_counts = ipsim_arena_alloc(p->arena, scenario->n_payers, sizeof *payer_counts);
    if (!parties || !payer_counts)
        return false;
    for (size_t r = 0; r < n; r++)
        parties[r] = (reward_parties){find_payer(scenario, scenario->rewards[r].payer.value),
                                      find_payer(scenario, scenario->rewards[r].receiver.value)};
    perspective_formulas(p, m, f, parties, payer_counts);
    for (int kind = -1; kind < IPSIM_N_KINDS; kind++) { /* -1: every kind */
        snprintf(name, sizeof name, kind < 0 ? "cost" : "cost_%s", kind < 0 ? "" : ipsim_account_kind_names[kind]);
        for (size_t i = 0; i <= scenario->n_payers; i++) { /* the last one: all payers together */
            const char *payer = i < scenario->n_payers ? scenario->payers[i].name : "all";
            if (ipsim_account_find(p->plan, name, payer) == p->plan->n_measures)
                continue;
            for (size_t r = 0; r < n; r++) {
                const ipsim_reward *reward = &scenario->rewards[r];
                double all = reward->kind.value == IPSIM_KIND_TRANSFER ? 0.0 : reward->kind.value == IPSIM_KIND_PRODUCTION ? -1.0 : 1.0;
                if (kind < 0 || reward->kind.value == kind)
                    add_term(f, true, r, i < scenario->n_payers ? share_of_payer(reward, &parties[r], i) : all);
            }
            set_formula(p, m, f, name, payer);
        }
    }
    for (size_t r = 0; r < n; r++) {
        add_term(f, true, r, scenario->rewards[r].kind.value == IPSIM_KIND_PRODUCTION ? -1.0 : 1.0);
        snprintf(name, sizeof name, "item_%s", scenario->rewards[r].name);
        set_formula(p, m, f, name, scenario->rewards[r].payer.value);
    }
    return true;
}

static void add_matching_risks(const account_model *m, formula_builder *f, const ipsim_names *transitions, const ipsim_names *events)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    for (size_t r = 0; r < m->n_risks; r++) {
        const ipsim_risk *risk = &m->compiled->risks[r];
        bool event = risk->event != SIZE_MAX;
        if (!m->first_counted[r])
            continue;
        if (event ? ipsim_names_contain(events, scenario->events[risk->event].name)
                  : ipsim_names_contain(transitions, scenario->transitions[risk->transition].name))
            add_term(f, false, m->counter[r], 1.0);
    }
}

/* Moves into the set of states from outside it. */
static void add_entries(const account_model *m, formula_builder *f, const bool *in_set)
{
    const ipsim_compiled_model *model = m->compiled;
    for (size_t s = 0; s < m->n_states; s++)
        for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++)
            if (m->first_counted[r] && model->risks[r].event == SIZE_MAX && !in_set[s] && in_set[model->risks[r].to])
                add_term(f, false, m->counter[r], 1.0);
}

static bool outcome_formulas(planner *p, account_model *m, formula_builder *f)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    size_t spell = 0;
    char name[300];
    for (size_t i = 0; i < scenario->n_outcomes; i++) {
        const ipsim_outcome *spec = &scenario->outcomes[i];
        bool *in_set = ipsim_account_states_mask(p->arena, scenario, &spec->states, false);
        if (!in_set)
            return false;
        switch ((ipsim_outcome_type)spec->type.value) {
        case IPSIM_OUTCOME_YEARS:
            for (size_t s = 0; s < m->n_states; s++)
                if (in_set[s])
                    add_term(f, false, m->basis_time + s, spec->weight.given ? spec->weight.value : 1.0);
            break;
        case IPSIM_OUTCOME_ENTRIES:
            add_entries(m, f, in_set);
            break;
        case IPSIM_OUTCOME_TRANSITIONS:
        case IPSIM_OUTCOME_EVENTS:
            add_matching_risks(m, f, &spec->transitions, &spec->events);
            break;
        case IPSIM_OUTCOME_EVENT_DAYS:
            for (size_t e = 0; e < scenario->n_events; e++)
                if (ipsim_names_contain(&spec->events, scenario->events[e].name))
                    add_term(f, false, m->basis_event_days + e, 1.0);
            break;
        case IPSIM_OUTCOME_EVER:
        case IPSIM_OUTCOME_SPELLS:
            add_term(f, false, m->spells[spell++].basis, 1.0);
            break;
        case IPSIM_OUTCOME_FIRST_TIME:
            add_term(f, false, m->spells[spell].basis + 1, 1.0);
            snprintf(name, sizeof name, "reached_%s", spec->name);
            set_formula(p, m, f, name, "all");
            add_term(f, false, m->spells[spell++].basis, 1.0);
            break;
        }
        set_formula(p, m, f, spec->name, "all");
    }
    return true;
}

static void count_formulas(planner *p, account_model *m, formula_builder *f)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    char name[300];
    for (size_t s = 0; s < m->n_states; s++)
        if (m->compiled->role[s] == IPSIM_ROLE_ALIVE) {
            add_term(f, false, m->basis_time + s, 1.0);
            snprintf(name, sizeof name, "years_%s", scenario->states[s].name);
            set_formula(p, m, f, name, "all");
        }
    for (size_t k = 0; k < scenario->n_transitions; k++) {
        ipsim_names one = {.count = 1, .items = &scenario->transitions[k].name}, none = {0};
        add_matching_risks(m, f, &one, &none);
        snprintf(name, sizeof name, "n_%s", scenario->transitions[k].name);
        set_formula(p, m, f, name, "all");
    }
    for (size_t e = 0; e < scenario->n_events; e++) {
        ipsim_names one = {.count = 1, .items = &scenario->events[e].name}, none = {0};
        add_matching_risks(m, f, &none, &one);
        snprintf(name, sizeof name, "n_%s", scenario->events[e].name);
        set_formula(p, m, f, name, "all");
        if (scenario->events[e].duration_days.given) {
            add_term(f, false, m->basis_event_days + e, 1.0);
            snprintf(name, sizeof name, "days_%s", scenario->events[e].name);
            set_formula(p, m, f, name, "all");
        }
    }
}

bool ipsim_account_build_formulas(planner *p, account_model *m)
{
    formula_builder f = {.arena = p->arena};
    m->formulas = ipsim_arena_alloc(p->arena, p->plan->n_measures, sizeof *m->formulas);
    if (!m->formulas)
        return false;
    for (size_t s = 0; s < m->n_states; s++)
        if (m->compiled->role[s] == IPSIM_ROLE_ALIVE)
            add_term(&f, false, m->basis_time + s, 1.0);
    set_formula(p, m, &f, "life_years", "all");
    add_term(&f, true, m->compiled->scenario->n_rewards, 1.0);
    set_formula(p, m, &f, "qalys", "all");
    if (!outcome_formulas(p, m, &f) || !cost_formulas(p, m, &f))
        return false;
    count_formulas(p, m, &f);
    return !f.failed;
}
