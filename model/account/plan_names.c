/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of measures, and how they are found. */
#include <stdio.h>
#include <string.h>

#include "plan_build.h"

static size_t hash_of(const char *outcome, const char *payer)
{
    uint64_t hash = 14695981039346656037u;
    for (const char *c = outcome; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    hash = (hash ^ '/') * 1099511628211u;
    for (const char *c = payer; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* Where it stands in the index, or the empty place where it would. */
static size_t place_of(const ipsim_account_plan *plan, const char *outcome, const char *payer)
{
    size_t at = hash_of(outcome, payer) & (plan->index_size - 1);
    while (plan->index[at] != SIZE_MAX &&
           (strcmp(plan->measures[plan->index[at]].outcome, outcome) != 0 || strcmp(plan->measures[plan->index[at]].payer, payer) != 0))
        at = (at + 1) & (plan->index_size - 1);
    return at;
}

size_t ipsim_account_find(const ipsim_account_plan *plan, const char *outcome, const char *payer)
{
    size_t found = plan->index_size > 0 ? plan->index[place_of(plan, outcome, payer)] : SIZE_MAX;
    return found == SIZE_MAX ? plan->n_measures : found;
}

/* At most half of it is full. */
static bool build_index(planner *p, size_t capacity)
{
    ipsim_account_plan *plan = p->plan;
    plan->index_size = 2 * capacity;
    plan->index = ipsim_arena_alloc(p->arena, plan->index_size, sizeof *plan->index);
    if (!plan->index)
        return false;
    for (size_t i = 0; i < plan->index_size; i++)
        plan->index[i] = SIZE_MAX;
    for (size_t i = 0; i < plan->n_measures; i++)
        plan->index[place_of(plan, plan->measures[i].outcome, plan->measures[i].payer)] = i;
    return true;
}

static bool add_measure(planner *p, const char *outcome, const char *payer, const char *unit, bool money)
{
    ipsim_account_plan *plan = p->plan;
    if (!outcome)
        return false; /* the arena was full when the name was made */
    if (ipsim_account_find(plan, outcome, payer) < plan->n_measures)
        return true;
    if (plan->n_measures == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 64;
        ipsim_measure *measures = ipsim_arena_alloc(p->arena, capacity, sizeof *measures);
        bool *is_money = ipsim_arena_alloc(p->arena, capacity, sizeof *is_money);
        if (!measures || !is_money)
            return false;
        if (plan->n_measures) {
            memcpy(measures, plan->measures, plan->n_measures * sizeof *measures);
            memcpy(is_money, plan->money, plan->n_measures * sizeof *is_money);
        }
        plan->measures = measures;
        plan->money = is_money;
        p->capacity = capacity;
        if (!build_index(p, capacity))
            return false;
    }
    plan->index[place_of(plan, outcome, payer)] = plan->n_measures;
    plan->measures[plan->n_measures] = (ipsim_measure){.outcome = outcome, .payer = payer, .unit = unit, .discountable = true};
    plan->money[plan->n_measures++] = money;
    return true;
}

static const char *outcome_unit(const ipsim_outcome *spec)
{
    if (spec->unit.value)
        return spec->unit.value;
    switch ((ipsim_outcome_type)spec->type.value) {
    case IPSIM_OUTCOME_YEARS:
    case IPSIM_OUTCOME_FIRST_TIME:
        return "years";
    case IPSIM_OUTCOME_EVER:
        return "share";
    case IPSIM_OUTCOME_EVENT_DAYS:
        return "days";
    default:
        return "per person";
    }
}

static bool name_outcomes(planner *p, const ipsim_scenario *scenario)
{
    bool ok = add_measure(p, "life_years", "all", "years", false) && add_measure(p, "qalys", "all", "QALYs", false);
    for (size_t i = 0; ok && i < scenario->n_outcomes; i++) {
        const ipsim_outcome *spec = &scenario->outcomes[i];
        ok = add_measure(p, spec->name, "all", outcome_unit(spec), false);
        if (!ok)
            break;
        ipsim_measure *measure = &p->plan->measures[ipsim_account_find(p->plan, spec->name, "all")];
        measure->discountable = spec->type.value != IPSIM_OUTCOME_EVER && spec->type.value != IPSIM_OUTCOME_FIRST_TIME;
        if (spec->type.value == IPSIM_OUTCOME_FIRST_TIME) {
            const char *reached = ipsim_arena_printf(p->arena, "reached_%s", spec->name);
            ok = add_measure(p, reached, "all", "share", false);
            if (!ok)
                break;
            size_t given = ipsim_account_find(p->plan, reached, "all");
            p->plan->measures[given].discountable = false;
            measure = &p->plan->measures[ipsim_account_find(p->plan, spec->name, "all")];
            measure->conditional = true;
            measure->given = given;
        }
    }
    return ok;
}

const char *const ipsim_account_kind_names[IPSIM_N_KINDS] = {"resource", "transfer", "production"};

static bool uses_kind(const ipsim_scenario *scenario, int kind, const char *payer)
{
    for (size_t i = 0; i < scenario->n_rewards; i++) {
        const ipsim_reward *reward = &scenario->rewards[i];
        bool pays = !payer || strcmp(reward->payer.value, payer) == 0 ||
                    (reward->receiver.value && strcmp(reward->receiver.value, payer) == 0);
        if (reward->kind.value == kind && pays)
            return true;
    }
    return false;
}

static bool name_costs(planner *p, const ipsim_scenario *scenario)
{
    bool ok = true;
    for (size_t i = 0; ok && i < scenario->n_perspectives; i++)
        ok = add_measure(p, ipsim_arena_printf(p->arena, "cost_%s", scenario->perspectives[i].name), "all", p->currency, true);
    ok = ok && add_measure(p, "cost", "all", p->currency, true);
    for (size_t i = 0; ok && i < scenario->n_payers; i++)
        ok = add_measure(p, "cost", scenario->payers[i].name, p->currency, true);
    for (int kind = 0; ok && kind < IPSIM_N_KINDS; kind++) {
        const char *name = ipsim_arena_printf(p->arena, "cost_%s", ipsim_account_kind_names[kind]);
        if (!name)
            return false;
        if (kind != IPSIM_KIND_TRANSFER && uses_kind(scenario, kind, NULL))
            ok = add_measure(p, name, "all", p->currency, true);
        for (size_t i = 0; ok && i < scenario->n_payers; i++)
            if (uses_kind(scenario, kind, scenario->payers[i].name))
                ok = add_measure(p, name, scenario->payers[i].name, p->currency, true);
    }
    for (size_t i = 0; ok && i < scenario->n_rewards; i++)
        ok = add_measure(p, ipsim_arena_printf(p->arena, "item_%s", scenario->rewards[i].name), scenario->rewards[i].payer.value,
                         p->currency, true);
    return ok;
}

static bool name_counts(planner *p, const ipsim_scenario *scenario)
{
    bool ok = true;
    for (size_t s = 0; ok && s < scenario->n_states; s++)
        if (scenario->states[s].role.value == IPSIM_ROLE_ALIVE)
            ok = add_measure(p, ipsim_arena_printf(p->arena, "years_%s", scenario->states[s].name), "all", "years", false);
    for (size_t k = 0; ok && k < scenario->n_transitions; k++)
        ok = add_measure(p, ipsim_arena_printf(p->arena, "n_%s", scenario->transitions[k].name), "all", "per person", false);
    for (size_t e = 0; ok && e < scenario->n_events; e++) {
        ok = add_measure(p, ipsim_arena_printf(p->arena, "n_%s", scenario->events[e].name), "all", "per person", false);
        if (ok && scenario->events[e].duration_days.given)
            ok = add_measure(p, ipsim_arena_printf(p->arena, "days_%s", scenario->events[e].name), "all", "days", false);
    }
    return ok;
}

bool ipsim_account_name_measures(planner *p, const ipsim_compiled_model *const *models, size_t n_models)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n_models; i++)
        ok = name_outcomes(p, models[i]->scenario);
    for (size_t i = 0; ok && i < n_models; i++)
        ok = name_costs(p, models[i]->scenario);
    for (size_t i = 0; ok && i < n_models; i++)
        ok = name_counts(p, models[i]->scenario);
    return ok;
}
