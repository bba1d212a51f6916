/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measures of a run, named once over all its scenarios, and each scenario's formula for them. */
#include "plan.h"

#include <math.h>
#include <string.h>

typedef struct planner {
    ipsim_account_plan *plan;
    ipsim_arena *arena;
    size_t capacity; /* of measures */
    const char *currency;
} planner;

/* ---- naming: every model adds the measures that it knows; the union is the run's list ---- */

size_t ipsim_account_find(const ipsim_account_plan *plan, const char *outcome, const char *payer)
{
    for (size_t i = 0; i < plan->n_measures; i++)
        if (strcmp(plan->measures[i].outcome, outcome) == 0 && strcmp(plan->measures[i].payer, payer) == 0)
            return i;
    return plan->n_measures;
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
    }
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

static const char *const kind_names[IPSIM_N_KINDS] = {"resource", "transfer", "production"};

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
        const char *name = ipsim_arena_printf(p->arena, "cost_%s", kind_names[kind]);
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

/* ---- formulas ---- */

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

/* How much of one unit of a reward the payer bears: resources +1, transfers +1 for the payer and -1 for the receiver, production -1. */
static double share_of_payer(const ipsim_reward *reward, const char *payer)
{
    double share = strcmp(reward->payer.value, payer) == 0 ? (reward->kind.value == IPSIM_KIND_PRODUCTION ? -1.0 : 1.0) : 0.0;
    if (reward->receiver.value && strcmp(reward->receiver.value, payer) == 0)
        share -= 1.0;
    return share;
}

static double perspective_weight(const ipsim_scenario *scenario, const ipsim_perspective *perspective, const ipsim_reward *reward)
{
    double weight = 0.0;
    bool kind_counts = perspective->kinds.count == 0 || ipsim_names_contain(&perspective->kinds, kind_names[reward->kind.value]);
    for (size_t i = 0; i < scenario->n_payers; i++) {
        const ipsim_payer *payer = &scenario->payers[i];
        double share = share_of_payer(reward, payer->name);
        if (kind_counts && (perspective->payers.count == 0 || ipsim_names_contain(&perspective->payers, payer->name)))
            weight += share;
        if (payer->is_public.value && reward->kind.value != IPSIM_KIND_PRODUCTION && perspective->public_funds_cost.given)
            weight += share * perspective->public_funds_cost.value;
    }
    return weight;
}

static void cost_formulas(planner *p, account_model *m, formula_builder *f)
{
    const ipsim_scenario *scenario = m->compiled->scenario;
    size_t n = scenario->n_rewards;
    char name[300];
    for (size_t i = 0; i < scenario->n_perspectives; i++) {
        for (size_t r = 0; r < n; r++)
            add_term(f, true, r, perspective_weight(scenario, &scenario->perspectives[i], &scenario->rewards[r]));
        snprintf(name, sizeof name, "cost_%s", scenario->perspectives[i].name);
        set_formula(p, m, f, name, "all");
    }
    for (int kind = -1; kind < IPSIM_N_KINDS; kind++) { /* -1: every kind */
        snprintf(name, sizeof name, kind < 0 ? "cost" : "cost_%s", kind < 0 ? "" : kind_names[kind]);
        for (size_t i = 0; i <= scenario->n_payers; i++) { /* the last one: all payers together */
            const char *payer = i < scenario->n_payers ? scenario->payers[i].name : "all";
            for (size_t r = 0; r < n; r++) {
                const ipsim_reward *reward = &scenario->rewards[r];
                double all = reward->kind.value == IPSIM_KIND_TRANSFER ? 0.0 : reward->kind.value == IPSIM_KIND_PRODUCTION ? -1.0 : 1.0;
                if (kind < 0 || reward->kind.value == kind)
                    add_term(f, true, r, i < scenario->n_payers ? share_of_payer(reward, payer) : all);
            }
            if (ipsim_account_find(p->plan, name, payer) < p->plan->n_measures)
                set_formula(p, m, f, name, payer);
            f->n = 0;
        }
    }
    for (size_t r = 0; r < n; r++) {
        add_term(f, true, r, scenario->rewards[r].kind.value == IPSIM_KIND_PRODUCTION ? -1.0 : 1.0);
        snprintf(name, sizeof name, "item_%s", scenario->rewards[r].name);
        set_formula(p, m, f, name, scenario->rewards[r].payer.value);
    }
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

static bool build_formulas(planner *p, account_model *m)
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
    if (!outcome_formulas(p, m, &f))
        return false;
    cost_formulas(p, m, &f);
    count_formulas(p, m, &f);
    return !f.failed;
}

/* ---- the plan ---- */

static void init_discount(const ipsim_scenario *scenario, const ipsim_discount_spec *spec, ipsim_discount *out, ipsim_error_list *errors)
{
    double rates[IPSIM_DISCOUNT_STEPS_MAX] = {0.0}, from[IPSIM_DISCOUNT_STEPS_MAX] = {0.0};
    size_t n = spec->rates.count ? spec->rates.count : 1;
    ipsim_error err = {0};
    if (n > IPSIM_DISCOUNT_STEPS_MAX) {
        ipsim_error_add(errors, IPSIM_ERR_LIMIT, spec->origin, "more than %d discount steps", (int)IPSIM_DISCOUNT_STEPS_MAX);
        return;
    }
    for (size_t i = 0; i < spec->rates.count; i++) {
        rates[i] = spec->rates.items[i].value;
        from[i] = i < spec->from_years.count ? spec->from_years.items[i].value : 0.0;
    }
    if (ipsim_discount_init(out, rates, from, n, scenario->economics.discounting.value == 0, &err) != IPSIM_OK)
        ipsim_error_add(errors, err.status, spec->origin, "%s", err.message);
}

static bool same_discount(const ipsim_discount *a, const ipsim_discount *b)
{
    if (a->n_steps != b->n_steps)
        return false;
    for (size_t i = 0; i < a->n_steps; i++)
        if (a->from_years[i] != b->from_years[i] || a->discount_force_per_year[i] != b->discount_force_per_year[i])
            return false;
    return true;
}

static bool build_years(ipsim_account_plan *plan, const ipsim_scenario *scenario)
{
    const ipsim_numbers *years = &scenario->simulation.report_years;
    double horizon = scenario->simulation.horizon_years.value;
    plan->years = ipsim_arena_alloc(plan->arena, years->count + 1, sizeof *plan->years);
    if (!plan->years)
        return false;
    for (size_t i = 0; i < years->count; i++)
        if (years->items[i].value < horizon)
            plan->years[plan->n_years++] = years->items[i].value;
    plan->years[plan->n_years++] = horizon;
    return true;
}

/* Every perspective, or the total of all costs where none is declared, against QALYs and employment years. */
static bool build_pairs(planner *p, const ipsim_scenario *scenario)
{
    ipsim_account_plan *plan = p->plan;
    static const char *const effects[] = {"qalys", "employment_years"};
    size_t n_costs = scenario->n_perspectives > 0 ? scenario->n_perspectives : 1;
    plan->pairs = ipsim_arena_alloc(p->arena, 2 * n_costs, sizeof *plan->pairs);
    if (!plan->pairs)
        return false;
    char name[300];
    for (size_t i = 0; i < n_costs; i++)
        for (size_t e = 0; e < 2; e++) {
            snprintf(name, sizeof name, scenario->n_perspectives > 0 ? "cost_%s" : "cost",
                     scenario->n_perspectives > 0 ? scenario->perspectives[i].name : "");
            size_t cost = ipsim_account_find(plan, name, "all"), effect = ipsim_account_find(plan, effects[e], "all");
            if (effect < plan->n_measures) {
                plan->pairs[plan->n_pairs][0] = cost;
                plan->pairs[plan->n_pairs++][1] = effect;
            }
        }
    return true;
}

/* ---- measures that are the same by definition (one payer's total and the total, an item and its kind) are summed once ---- */

static bool same_formula(const account_formula *a, const account_formula *b)
{
    if (a->n_terms != b->n_terms)
        return false;
    for (size_t i = 0; i < a->n_terms; i++)
        if (a->terms[i].is_reward != b->terms[i].is_reward || a->terms[i].index != b->terms[i].index ||
            a->terms[i].weight != b->terms[i].weight)
            return false;
    return true;
}

static bool same_measure(const ipsim_account_plan *plan, size_t a, size_t b)
{
    if (plan->money[a] != plan->money[b] || plan->measures[a].discountable != plan->measures[b].discountable)
        return false;
    for (size_t i = 0; i < plan->n_models; i++)
        if (!same_formula(&plan->models[i].formulas[a], &plan->models[i].formulas[b]))
            return false;
    return true;
}

static bool find_same_measures(planner *p)
{
    ipsim_account_plan *plan = p->plan;
    plan->same_as = ipsim_arena_alloc(p->arena, plan->n_measures, sizeof *plan->same_as);
    plan->next_same = ipsim_arena_alloc(p->arena, plan->n_measures, sizeof *plan->next_same);
    if (!plan->same_as || !plan->next_same)
        return false;
    for (size_t i = 0; i < plan->n_measures; i++) {
        size_t like = 0;
        while (like < i && !same_measure(plan, like, i))
            like++;
        plan->same_as[i] = like;
        plan->next_same[i] = SIZE_MAX;
        for (size_t j = i; like < i && j-- > like;) /* the one before it takes it on */
            if (plan->same_as[j] == like) {
                plan->next_same[j] = i;
                break;
            }
    }
    return true;
}

/* Within a scenario names are unique; here one scenario's declared outcome may be what another reports by itself. */
static void refuse_other_meanings(const ipsim_compiled_model *const *models, size_t n_models, ipsim_error_list *errors)
{
    for (size_t i = 0; i < n_models; i++)
        for (size_t j = 0; j < n_models; j++)
            for (size_t k = 0; k < models[i]->scenario->n_outcomes; k++) {
                const ipsim_outcome *outcome = &models[i]->scenario->outcomes[k];
                if (i != j && ipsim_scenario_reports(models[j]->scenario, outcome->name))
                    ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, outcome->origin,
                                    "\"%s\" reports an outcome of this name by itself, which means something else; choose another",
                                    models[j]->scenario->name.value);
            }
}

static bool build(planner *p, const ipsim_compiled_model *const *models, size_t n_models, ipsim_error_list *errors)
{
    ipsim_account_plan *plan = p->plan;
    const ipsim_scenario *first = models[0]->scenario;
    init_discount(first, &first->economics.discount_costs, &plan->discount_costs, errors);
    init_discount(first, &first->economics.discount_effects, &plan->discount_effects, errors);
    refuse_other_meanings(models, n_models, errors);
    plan->same_discount = same_discount(&plan->discount_costs, &plan->discount_effects);
    p->currency = first->economics.currency.value ? first->economics.currency.value : "currency units";
    plan->n_models = n_models;
    plan->models = ipsim_arena_alloc(p->arena, n_models, sizeof *plan->models);
    if (!plan->models || !build_years(plan, first))
        return false;
    for (size_t i = 0; i < n_models; i++)
        if (!ipsim_account_model_build(p->arena, models[i], &plan->models[i]) || !name_outcomes(p, models[i]->scenario))
            return false;
    for (size_t i = 0; i < n_models; i++)
        if (!name_costs(p, models[i]->scenario))
            return false;
    for (size_t i = 0; i < n_models; i++)
        if (!name_counts(p, models[i]->scenario))
            return false;
    for (size_t i = 0; i < n_models; i++)
        if (!build_formulas(p, &plan->models[i]))
            return false;
    return build_pairs(p, first) && find_same_measures(p);
}

ipsim_status ipsim_account_plan_create(const ipsim_compiled_model *const *models, size_t n_models, ipsim_account_plan **out,
                                       ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_account_plan *plan = arena ? ipsim_arena_alloc(arena, 1, sizeof *plan) : NULL;
    if (plan)
        plan->arena = arena;
    planner p = {.plan = plan, .arena = arena};
    if (!plan || !build(&p, models, n_models, errors)) {
        ipsim_arena_free(arena);
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the ledger's plan");
    }
    if (errors->count > n_before) {
        ipsim_arena_free(arena);
        return errors->items[n_before].status;
    }
    *out = plan;
    return IPSIM_OK;
}

void ipsim_account_plan_free(ipsim_account_plan *plan)
{
    if (plan)
        ipsim_arena_free(plan->arena);
}

size_t ipsim_account_n_measures(const ipsim_account_plan *plan)
{
    return plan->n_measures;
}
const ipsim_measure *ipsim_account_measure(const ipsim_account_plan *plan, size_t measure)
{
    return &plan->measures[measure];
}
size_t ipsim_account_n_years(const ipsim_account_plan *plan)
{
    return plan->n_years;
}
double ipsim_account_year(const ipsim_account_plan *plan, size_t index)
{
    return plan->years[index];
}
size_t ipsim_account_bytes_per_person(const ipsim_account_plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_models; i++)
        n += (plan->models[i].n_basis + 1) * plan->n_years * (plan->same_discount ? 2 : 4);
    return n * sizeof(double);
}
bool ipsim_account_has(const ipsim_account_plan *plan, size_t model, size_t measure)
{
    return plan->models[model].formulas[measure].known;
}
