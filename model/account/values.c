/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of basis quantities -> rewards -> measures. */
#include "values.h"

#include <stdlib.h>
#include <string.h>

static size_t most_terms(const account_model *m, size_t n_measures)
{
    size_t most = m->n_basis;
    for (size_t i = 0; i < n_measures; i++)
        most = m->formulas[i].n_terms > most ? m->formulas[i].n_terms : most;
    return most;
}

static size_t count_factored(const account_sum *sums, size_t n)
{
    size_t n_factored = 0;
    for (size_t k = 0; k < n; k++)
        n_factored += sums[k].n_factors > 0;
    return n_factored;
}

/* Columns of factors that a model needs. */
static size_t n_factored_of(const account_model *m)
{
    return count_factored(m->rewards, m->n_rewards) + count_factored(m->losses, m->n_losses);
}

static bool allocate(account_values *v, size_t n_rewards, size_t n_factored, size_t n_terms, size_t stride)
{
    v->money = ipsim_simd_alloc((n_rewards + 1) * v->longest, sizeof *v->money);
    v->factor = ipsim_simd_alloc(n_factored * stride, sizeof *v->factor);
    v->value = ipsim_simd_alloc(v->longest, sizeof *v->value);
    v->sum = ipsim_simd_alloc(v->longest, sizeof *v->sum);
    v->columns = calloc(n_terms + 1, sizeof *v->columns);
    v->weights = calloc(n_terms + 1, sizeof *v->weights);
    return v->money && v->factor && v->value && v->sum && v->columns && v->weights;
}

bool ipsim_values_init(account_values *v, const ipsim_account_plan *plan, size_t model, size_t stride, size_t longest)
{
    const account_model *m = &plan->models[model];
    *v = (account_values){.kernels = ipsim_account_kernels(), .plan = plan, .model = m, .longest = longest};
    return allocate(v, m->n_rewards, n_factored_of(m), most_terms(m, plan->n_measures), stride);
}

bool ipsim_values_init_any(account_values *v, const ipsim_account_plan *plan, size_t stride, size_t longest)
{
    size_t n_rewards = 0, n_factored = 0, n_terms = 0;
    for (size_t i = 0; i < plan->n_models; i++) {
        const account_model *m = &plan->models[i];
        size_t terms = most_terms(m, plan->n_measures), factored = n_factored_of(m);
        n_rewards = m->n_rewards > n_rewards ? m->n_rewards : n_rewards;
        n_factored = factored > n_factored ? factored : n_factored;
        n_terms = terms > n_terms ? terms : n_terms;
    }
    *v = (account_values){.kernels = ipsim_account_kernels(), .plan = plan, .model = plan->models, .longest = longest};
    return allocate(v, n_rewards, n_factored, n_terms, stride);
}

void ipsim_values_clear(account_values *v)
{
    free(v->money);
    free(v->factor);
    free(v->value);
    free(v->sum);
    free(v->columns);
    free(v->weights);
}

/* One after the other; where the next ones go. */
static double *fill_factors(const account_sum *sums, size_t n, const ipsim_people *people, double *column)
{
    for (size_t k = 0; k < n; k++) {
        if (sums[k].n_factors == 0)
            continue;
        for (size_t i = 0; i < people->n_slots; i++)
            column[i] = ipsim_account_factor(sums[k].factors, sums[k].n_factors, people, i);
        column += people->stride;
    }
    return column;
}

size_t ipsim_values_cumulative_size(const ipsim_account_plan *plan, size_t model, size_t longest)
{
    return plan->models[model].n_basis * (plan->same_discount ? 2 : 3) * longest;
}

void ipsim_values_accumulate(ipsim_tally *tally, size_t year, size_t first, size_t n, double *cumulative, size_t longest)
{
    size_t n_basis = tally->model->n_basis, n_flavours = tally->n_flavours;
    for (size_t done = 0, lanes; done < n; done += lanes) {
        lanes = (size_t)tally->width[first + done];
        double *cells = ipsim_tally_cell(tally, ipsim_tally_column(tally, 0, year), first + done);
        for (size_t b = 0; b < n_basis; b++, cells += lanes * tally->cell_size) {
            double *into = cumulative + b * n_flavours * longest + done;
            for (size_t f = 0; year == 0 && f < n_flavours; f++)
                memset(into + f * longest, 0, lanes * sizeof *into);
            tally->kernels->take_cells(lanes, n_flavours, cells, into, longest);
        }
        memset(cells, 0, lanes * tally->cell_size * sizeof *cells); /* waste: the next block's tiles lie elsewhere */
    }
}

void ipsim_values_begin(account_values *v, const ipsim_tally *tally, const ipsim_people *people, const double *cumulative)
{
    const account_model *m = v->model;
    v->tally = tally;
    v->kernels = tally->kernels;
    v->cumulative = cumulative;
    v->people = people;
    v->factor_of_losses = fill_factors(m->rewards, m->n_rewards, people, v->factor);
    fill_factors(m->losses, m->n_losses, people, v->factor_of_losses);
}

void ipsim_values_begin_as(account_values *v, size_t model, const ipsim_tally *tally, const ipsim_people *people, const double *cumulative)
{
    v->model = &v->plan->models[model];
    ipsim_values_begin(v, tally, people, cumulative);
}

static const double *basis_column(const account_values *v, size_t basis, size_t flavour)
{
    return v->cumulative + (basis * v->tally->n_flavours + flavour) * v->longest;
}

/* into = amount x factors x the sum of basis quantities. `factor`: the next column of factors, which passes on when it is used. */
static void add_up(const account_values *v, const account_sum *sum, const double **factor, size_t flavour, double *into)
{
    const double *of = into, *person = sum->n_factors > 0 ? *factor + v->first : NULL;
    *factor += sum->n_factors > 0 ? v->people->stride : 0;
    if (sum->n_basis == 1)
        of = basis_column(v, sum->basis[0], flavour);
    for (size_t k = 0; k < sum->n_basis && sum->n_basis > 1; k++) {
        v->columns[k] = basis_column(v, sum->basis[k], flavour);
        v->weights[k] = 1.0;
    }
    if (sum->n_basis > 1)
        v->kernels->combine(v->n, sum->n_basis, v->weights, v->columns, into);
    if (sum->n_basis == 0)
        memset(into, 0, v->n * sizeof *into);
    v->kernels->scale(v->n, sum->amount, person, of, into);
}

/* QALYs: utility x time in the states where it does not change, what was added up where it does, and gains and losses at points. */
static void fill_qalys(const account_values *v, size_t flavour, double *into)
{
    const account_model *m = v->model;
    const double *factor = v->factor_of_losses;
    size_t n = v->n;
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
            into[i] += ipsim_account_utility_for(m, s, v->people, v->first + i) * u.multiply * time[i];
    }
    for (size_t k = 0; k < m->n_losses; k++) {
        add_up(v, &m->losses[k], &factor, flavour, v->sum);
        v->kernels->add_scaled(n, 1.0, v->sum, into);
    }
}

void ipsim_values_select(account_values *v, size_t first, size_t n, size_t year, size_t flavour)
{
    v->first = first;
    v->n = n;
    v->year = year;
    v->flavour = flavour;
    const double *factor = v->factor;
    for (size_t k = 0; k < v->model->n_rewards; k++)
        add_up(v, &v->model->rewards[k], &factor, flavour, v->money + k * v->longest);
    fill_qalys(v, flavour ? v->tally->n_flavours - 1 : 0, v->money + v->model->n_rewards * v->longest);
}

const double *ipsim_values_column(account_values *v, size_t measure)
{
    const account_formula *formula = &v->model->formulas[measure];
    size_t effects = v->flavour ? v->tally->n_flavours - 1 : 0;
    for (size_t k = 0; k < formula->n_terms; k++) {
        const account_term *term = &formula->terms[k];
        v->columns[k] = term->is_reward ? v->money + term->index * v->longest : basis_column(v, term->index, effects);
        v->weights[k] = term->weight;
    }
    if (formula->n_terms == 1 && v->weights[0] == 1.0)
        return v->columns[0];
    if (formula->n_terms > 0)
        v->kernels->combine(v->n, formula->n_terms, v->weights, v->columns, v->value);
    else
        memset(v->value, 0, v->n * sizeof *v->value);
    return v->value;
}

bool ipsim_tally_values(ipsim_tally *tally, size_t slot, double *values)
{
    const ipsim_account_plan *plan = tally->plan;
    account_values v;
    size_t model = (size_t)(tally->model - plan->models);
    bool ok = ipsim_values_init(&v, plan, model, tally->stride, tally->stride);
    double *cumulative = ipsim_simd_alloc(ipsim_values_cumulative_size(plan, model, tally->stride), sizeof *cumulative);
    ok = ok && cumulative;
    if (ok)
        ipsim_values_begin(&v, tally, tally->people, cumulative);
    for (size_t year = 0; ok && year < plan->n_years; year++) {
        ipsim_values_accumulate(tally, year, 0, tally->n_slots, cumulative, tally->stride);
        for (size_t flavour = 0; flavour < 2; flavour++) {
            ipsim_values_select(&v, 0, tally->n_slots, year, flavour);
            for (size_t measure = 0; measure < plan->n_measures; measure++)
                values[(measure * plan->n_years + year) * 2 + flavour] = ipsim_values_column(&v, measure)[slot];
        }
    }
    ipsim_values_clear(&v);
    free(cumulative);
    return ok;
}
