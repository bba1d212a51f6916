/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measures of a run, named once over all its scenarios, and each scenario's formula for them. */
#include "plan.h"

#include <math.h>
#include <string.h>

#include "plan_build.h"

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

static bool build_years(ipsim_account_plan *plan, const ipsim_scenario *scenario, bool all)
{
    const ipsim_numbers *years = &scenario->simulation.report_years;
    double horizon = scenario->simulation.horizon_years.value;
    plan->years = ipsim_arena_alloc(plan->arena, years->count + 1, sizeof *plan->years);
    if (!plan->years)
        return false;
    for (size_t i = 0; all && i < years->count; i++)
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

/* Names do not depend on numbers. */
static void borrow_names(ipsim_account_plan *plan, const ipsim_account_plan *like)
{
    plan->n_measures = like->n_measures;
    plan->measures = like->measures;
    plan->money = like->money;
    plan->index_size = like->index_size;
    plan->index = like->index;
}

static bool build(planner *p, const ipsim_compiled_model *const *models, size_t n_models, bool all_years, ipsim_error_list *errors)
{
    ipsim_account_plan *plan = p->plan;
    const ipsim_scenario *first = models[0]->scenario;
    init_discount(first, &first->economics.discount_costs, &plan->discount_costs, errors);
    init_discount(first, &first->economics.discount_effects, &plan->discount_effects, errors);
    if (!p->like)
        refuse_other_meanings(models, n_models, errors);
    plan->same_discount = same_discount(&plan->discount_costs, &plan->discount_effects);
    p->currency = first->economics.currency.value ? first->economics.currency.value : "currency units";
    plan->n_models = n_models;
    plan->models = ipsim_arena_alloc(p->arena, n_models, sizeof *plan->models);
    if (!plan->models || !build_years(plan, first, all_years))
        return false;
    for (size_t i = 0; i < n_models; i++)
        if (!ipsim_account_model_build(p->arena, models[i], &plan->models[i]))
            return false;
    if (p->like)
        borrow_names(plan, p->like);
    else if (!ipsim_account_name_measures(p, models, n_models))
        return false;
    for (size_t i = 0; i < n_models; i++)
        if (!ipsim_account_build_formulas(p, &plan->models[i]))
            return false;
    return build_pairs(p, first) && find_same_measures(p);
}

static ipsim_status create(const ipsim_compiled_model *const *models, size_t n_models, bool all_years, const ipsim_account_plan *like,
                           ipsim_account_plan **out, ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_account_plan *plan = arena ? ipsim_arena_alloc(arena, 1, sizeof *plan) : NULL;
    if (plan)
        plan->arena = arena;
    planner p = {.plan = plan, .arena = arena, .like = like};
    if (!plan || !build(&p, models, n_models, all_years, errors)) {
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

ipsim_status ipsim_account_plan_create(const ipsim_compiled_model *const *models, size_t n_models, ipsim_account_plan **out,
                                       ipsim_error_list *errors)
{
    return create(models, n_models, true, NULL, out, errors);
}

ipsim_status ipsim_account_plan_create_like(const ipsim_compiled_model *const *models, size_t n_models, const ipsim_account_plan *like,
                                            ipsim_account_plan **out, ipsim_error_list *errors)
{
    return create(models, n_models, true, like, out, errors);
}

ipsim_status ipsim_account_plan_create_at_horizon(const ipsim_compiled_model *const *models, size_t n_models, ipsim_account_plan **out,
                                                  ipsim_error_list *errors)
{
    return create(models, n_models, false, NULL, out, errors);
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
