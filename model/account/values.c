/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of basis quantities -> rewards -> measures. */
#include "values.h"

#include <stdlib.h>
#include <string.h>

static bool allocate(account_values *v, size_t n_rewards, size_t n_factors, size_t stride)
{
    v->money = ipsim_simd_alloc((n_rewards + 1) * stride, sizeof *v->money);
    v->factor = ipsim_simd_alloc(n_factors * stride, sizeof *v->factor);
    v->value = ipsim_simd_alloc(stride, sizeof *v->value);
    v->sum = ipsim_simd_alloc(stride, sizeof *v->sum);
    return v->money && v->factor && v->value && v->sum;
}

bool ipsim_values_init(account_values *v, const ipsim_account_plan *plan, size_t model, size_t stride)
{
    const account_model *m = &plan->models[model];
    *v = (account_values){.kernels = ipsim_account_kernels(), .plan = plan, .model = m};
    return allocate(v, m->n_rewards, m->n_rewards + m->n_losses, stride);
}

bool ipsim_values_init_any(account_values *v, const ipsim_account_plan *plan, size_t stride)
{
    size_t n_rewards = 0, n_factors = 0;
    for (size_t i = 0; i < plan->n_models; i++) {
        const account_model *m = &plan->models[i];
        n_rewards = m->n_rewards > n_rewards ? m->n_rewards : n_rewards;
        n_factors = m->n_rewards + m->n_losses > n_factors ? m->n_rewards + m->n_losses : n_factors;
    }
    *v = (account_values){.kernels = ipsim_account_kernels(), .plan = plan, .model = plan->models};
    return allocate(v, n_rewards, n_factors, stride);
}

void ipsim_values_clear(account_values *v)
{
    free(v->money);
    free(v->factor);
    free(v->value);
    free(v->sum);
}

static void fill_factors(const account_sum *sums, size_t n, const ipsim_people *people, double *columns)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; sums[k].n_factors > 0 && i < people->n_slots; i++)
            columns[k * people->stride + i] = ipsim_account_factor(sums[k].factors, sums[k].n_factors, people, i);
}

void ipsim_values_accumulate(ipsim_tally *tally)
{
    const ipsim_account_plan *plan = tally->plan;
    for (size_t b = 0; b < tally->model->n_basis; b++)
        for (size_t y = 1; y < plan->n_years; y++)
            for (size_t f = 0; f < tally->n_flavours; f++)
                tally->kernels->add_scaled(tally->n_slots, 1.0, tally->basis + ipsim_tally_column(tally, b, y - 1, f),
                                           tally->basis + ipsim_tally_column(tally, b, y, f));
}

void ipsim_values_begin(account_values *v, const ipsim_tally *tally, const ipsim_people *people)
{
    const account_model *m = v->model;
    v->tally = tally;
    v->people = people;
    fill_factors(m->rewards, m->n_rewards, people, v->factor);
    fill_factors(m->losses, m->n_losses, people, v->factor + m->n_rewards * people->stride);
}

void ipsim_values_begin_as(account_values *v, size_t model, const ipsim_tally *tally, const ipsim_people *people)
{
    v->model = &v->plan->models[model];
    ipsim_values_begin(v, tally, people);
}

static const double *basis_column(const account_values *v, size_t basis, size_t flavour)
{
    return v->tally->basis + ipsim_tally_column(v->tally, basis, v->year, flavour);
}

/* into = amount x factors x the sum of basis quantities. */
static void add_up(const account_values *v, const account_sum *sum, const double *factor, size_t flavour, double *into)
{
    size_t n = v->people->n_slots;
    const double *of = into, *person = sum->n_factors > 0 ? factor : NULL;
    if (sum->n_basis == 1)
        of = basis_column(v, sum->basis[0], flavour);
    else
        memset(into, 0, n * sizeof *into);
    for (size_t k = 0; k < sum->n_basis && sum->n_basis > 1; k++)
        v->kernels->add_scaled(n, 1.0, basis_column(v, sum->basis[k], flavour), into);
    v->kernels->scale(n, sum->amount, person, of, into);
}

/* QALYs: utility x time in the states where it does not change, what was added up where it does, and gains and losses at points. */
static void fill_qalys(const account_values *v, size_t flavour, double *into)
{
    const account_model *m = v->model;
    size_t n = v->people->n_slots, stride = v->people->stride;
    memcpy(into, basis_column(v, m->basis_qalys, flavour), n * sizeof *into);
    for (size_t s = 0; s < m->n_states; s++) {
        if (m->utility_changes[s] || m->compiled->role[s] != IPSIM_ROLE_ALIVE)
            continue;
        account_utility_of_state u = ipsim_account_utility_of(m, s);
        const double *time = basis_column(v, m->basis_time + s, flavour);
        if (!u.has_factors) {
            v->kernels->add_scaled(n, u.add * u.multiply, time, into);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            into[i] += ipsim_account_utility_for(m, s, v->people, i) * u.multiply * time[i];
    }
    for (size_t k = 0; k < m->n_losses; k++) {
        add_up(v, &m->losses[k], v->factor + (m->n_rewards + k) * stride, flavour, v->sum);
        v->kernels->add_scaled(n, 1.0, v->sum, into);
    }
}

void ipsim_values_select(account_values *v, size_t year, size_t flavour)
{
    size_t stride = v->people->stride;
    v->year = year;
    v->flavour = flavour;
    for (size_t k = 0; k < v->model->n_rewards; k++)
        add_up(v, &v->model->rewards[k], v->factor + k * stride, flavour, v->money + k * stride);
    fill_qalys(v, flavour ? v->tally->n_flavours - 1 : 0, v->money + v->model->n_rewards * stride);
}

const double *ipsim_values_column(account_values *v, size_t measure)
{
    const account_formula *formula = &v->model->formulas[measure];
    size_t effects = v->flavour ? v->tally->n_flavours - 1 : 0;
    bool plain = formula->n_terms == 1 && formula->terms[0].weight == 1.0;
    if (formula->n_terms == 0)
        memset(v->value, 0, v->people->n_slots * sizeof *v->value);
    for (size_t k = 0; k < formula->n_terms; k++) {
        const account_term *term = &formula->terms[k];
        const double *column = term->is_reward ? v->money + term->index * v->people->stride : basis_column(v, term->index, effects);
        if (plain)
            return column;
        if (k == 0)
            v->kernels->scale(v->people->n_slots, term->weight, NULL, column, v->value);
        else
            v->kernels->add_scaled(v->people->n_slots, term->weight, column, v->value);
    }
    return v->value;
}

bool ipsim_tally_values(ipsim_tally *tally, size_t slot, double *values)
{
    const ipsim_account_plan *plan = tally->plan;
    account_values v;
    bool ok = ipsim_values_init(&v, plan, (size_t)(tally->model - plan->models), tally->stride);
    if (ok) {
        ipsim_values_accumulate(tally);
        ipsim_values_begin(&v, tally, tally->people);
    }
    for (size_t year = 0; ok && year < plan->n_years; year++)
        for (size_t flavour = 0; flavour < 2; flavour++) {
            ipsim_values_select(&v, year, flavour);
            for (size_t measure = 0; measure < plan->n_measures; measure++)
                values[(measure * plan->n_years + year) * 2 + flavour] = ipsim_values_column(&v, measure)[slot];
        }
    ipsim_values_clear(&v);
    return ok;
}
