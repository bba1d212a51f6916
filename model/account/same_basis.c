/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether two models of a plan keep the same basis quantities: then one tally of the same histories serves both. */
#include <string.h>

#include "plan.h"

static bool same_mask(const bool *a, const bool *b, size_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

static bool same_window(const account_window *a, const account_window *b)
{
    return a->clock == b->clock && a->from_years == b->from_years && a->until_years == b->until_years;
}

static bool same_utilities(const account_model *a, const account_model *b)
{
    bool any = false;
    for (size_t s = 0; s < a->n_states; s++)
        any |= a->utility_changes[s];
    if (!any)
        return true; /* QALYs follow from times */
    /* Those that change are summed up as they happen, with what is constant: they must be the same in everything. */
    if (a->n_utilities != b->n_utilities || memcmp(a->state_utility, b->state_utility, a->n_states * sizeof *a->state_utility) != 0)
        return false;
    for (size_t i = 0; i < a->n_utilities; i++) {
        const account_utility *x = &a->utilities[i], *y = &b->utilities[i];
        size_t n = x->steps.n_breaks;
        if (!same_mask(x->in_state, y->in_state, a->n_states) || x->steps.clock != y->steps.clock || n != y->steps.n_breaks ||
            x->constant != y->constant || x->n_factors > 0 || y->n_factors > 0 ||
            memcmp(x->steps.breaks, y->steps.breaks, n * sizeof(double)) != 0 || memcmp(x->add, y->add, (n + 1) * sizeof(double)) != 0 ||
            memcmp(x->multiply, y->multiply, (n + 1) * sizeof(double)) != 0)
            return false;
    }
    return true;
}

bool ipsim_account_same_basis(const ipsim_account_plan *plan, size_t model, size_t other)
{
    const account_model *a = &plan->models[model], *b = &plan->models[other];
    if (a->n_states != b->n_states || a->n_risks != b->n_risks || a->n_basis != b->n_basis || a->basis_qalys != b->basis_qalys ||
        a->basis_start != b->basis_start || a->n_flows != b->n_flows || a->n_points != b->n_points || a->n_spells != b->n_spells)
        return false;
    if (memcmp(a->counter, b->counter, a->n_risks * sizeof *a->counter) != 0 ||
        !same_mask(a->utility_changes, b->utility_changes, a->n_states) || !same_utilities(a, b))
        return false;
    for (size_t i = 0; i < a->n_flows; i++)
        if (a->flows[i].basis != b->flows[i].basis || !same_window(&a->flows[i].window, &b->flows[i].window) ||
            !same_mask(a->flows[i].in_state, b->flows[i].in_state, a->n_states))
            return false;
    for (size_t i = 0; i < a->n_points; i++)
        if (a->points[i].basis != b->points[i].basis || a->points[i].days != b->points[i].days ||
            !same_window(&a->points[i].window, &b->points[i].window) || !same_mask(a->points[i].of_risk, b->points[i].of_risk, a->n_risks))
            return false;
    for (size_t i = 0; i < a->n_spells; i++)
        if (a->spells[i].type != b->spells[i].type || a->spells[i].basis != b->spells[i].basis ||
            a->spells[i].at_least_years != b->spells[i].at_least_years ||
            !same_mask(a->spells[i].in_state, b->spells[i].in_state, a->n_states))
            return false;
    return true;
}

static bool same_sum(const account_sum *a, const account_sum *b)
{
    return a->amount == b->amount && a->n_factors == 0 && b->n_factors == 0 && a->n_basis == b->n_basis &&
           memcmp(a->basis, b->basis, a->n_basis * sizeof *a->basis) == 0;
}

bool ipsim_account_same_values(const ipsim_account_plan *plan, size_t measure, size_t model, size_t other)
{
    const account_model *a = &plan->models[model], *b = &plan->models[other];
    const account_formula *x = &a->formulas[measure], *y = &b->formulas[measure];
    if (x->n_terms != y->n_terms)
        return false;
    for (size_t k = 0; k < x->n_terms; k++) {
        const account_term *s = &x->terms[k], *t = &y->terms[k];
        if (s->is_reward != t->is_reward || s->weight != t->weight || (!s->is_reward && s->index != t->index))
            return false;
        if (s->is_reward &&
            (s->index >= a->n_rewards || t->index >= b->n_rewards || !same_sum(&a->rewards[s->index], &b->rewards[t->index])))
            return false; /* QALYs are not looked into */
    }
    return true;
}
