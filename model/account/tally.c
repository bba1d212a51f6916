/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

struct ipsim_tally {
    const ipsim_account_plan *plan;
    const account_model *model;
    const double *attributes;
    double entry_years;
    double *basis;                          /* [(basis * n_years + year) * IPSIM_N_FLAVOURS + flavour], not cumulative */
    double *utility_factor;                 /* n_utilities: the person's factor of `add` */
    double *utility_add, *utility_multiply; /* n_states: the parts that do not change with time */
    bool *utility_changes;                  /* n_states: some utility of the state changes with time */
    double *spell_began;                    /* n_spells: INFINITY while outside */
    bool *spell_seen;                       /* n_spells: ever and first time have happened */
    double *point_origin;                   /* n_points: when the clock of the window began, as of the last interval */
    double *reward;                         /* scratch, [reward * 2 + discounted] of one year */
};

ipsim_tally *ipsim_tally_create(const ipsim_account_plan *plan, size_t model)
{
    const account_model *m = &plan->models[model];
    ipsim_tally *tally = calloc(1, sizeof *tally);
    if (!tally)
        return NULL;
    tally->plan = plan;
    tally->model = m;
    tally->basis = calloc(m->n_basis * plan->n_years * IPSIM_N_FLAVOURS, sizeof(double));
    tally->utility_factor = calloc(m->n_utilities + 1, sizeof(double));
    tally->utility_add = calloc(m->n_states + 1, sizeof(double));
    tally->utility_multiply = calloc(m->n_states + 1, sizeof(double));
    tally->utility_changes = calloc(m->n_states + 1, sizeof(bool));
    tally->spell_began = calloc(m->n_spells + 1, sizeof(double));
    tally->spell_seen = calloc(m->n_spells + 1, sizeof(bool));
    tally->point_origin = calloc(m->n_points + 1, sizeof(double));
    tally->reward = calloc(2 * m->n_rewards + 1, sizeof(double));
    if (!tally->basis || !tally->utility_factor || !tally->utility_add || !tally->utility_multiply || !tally->utility_changes ||
        !tally->spell_began || !tally->spell_seen || !tally->point_origin || !tally->reward) {
        ipsim_tally_free(tally);
        return NULL;
    }
    return tally;
}

void ipsim_tally_free(ipsim_tally *tally)
{
    if (!tally)
        return;
    free(tally->basis);
    free(tally->utility_factor);
    free(tally->utility_add);
    free(tally->utility_multiply);
    free(tally->utility_changes);
    free(tally->spell_began);
    free(tally->spell_seen);
    free(tally->point_origin);
    free(tally->reward);
    free(tally);
}

static double person_factor(const account_factor *factors, size_t n, const double *attributes)
{
    double product = 1.0;
    for (size_t i = 0; i < n; i++) {
        double x = attributes[factors[i].attribute];
        product *= factors[i].numeric ? x : factors[i].by_level[(size_t)x];
    }
    return product;
}

static double *basis_cell(ipsim_tally *tally, size_t basis, size_t year)
{
    return &tally->basis[(basis * tally->plan->n_years + year) * IPSIM_N_FLAVOURS];
}

/* The report year up to which time t counts. */
static size_t year_of(const ipsim_account_plan *plan, double t)
{
    size_t year = 0;
    while (year + 1 < plan->n_years && plan->years[year] < t)
        year++;
    return year;
}

static void add_point(ipsim_tally *tally, size_t basis, double t, double value)
{
    const ipsim_account_plan *plan = tally->plan;
    double *cell = basis_cell(tally, basis, year_of(plan, t));
    double costs = ipsim_discount_point(&plan->discount_costs, t);
    double effects = plan->same_discount ? costs : ipsim_discount_point(&plan->discount_effects, t);
    cell[IPSIM_FLAVOUR_PLAIN] += value;
    cell[IPSIM_FLAVOUR_COSTS] += value * costs;
    cell[IPSIM_FLAVOUR_EFFECTS] += value * effects;
}

static void add_flow(ipsim_tally *tally, size_t basis, size_t year, double from, double to, double rate)
{
    const ipsim_account_plan *plan = tally->plan;
    double *cell = basis_cell(tally, basis, year);
    double costs = ipsim_discount_flow(&plan->discount_costs, from, to);
    double effects = plan->same_discount ? costs : ipsim_discount_flow(&plan->discount_effects, from, to);
    cell[IPSIM_FLAVOUR_PLAIN] += rate * (to - from);
    cell[IPSIM_FLAVOUR_COSTS] += rate * costs;
    cell[IPSIM_FLAVOUR_EFFECTS] += rate * effects;
}

/* ---- spells: ever in, first time in, long enough in a set of states ---- */

static void enter_spells(ipsim_tally *tally, int from, int to, double t)
{
    const account_model *m = tally->model;
    for (size_t i = 0; i < m->n_spells; i++) {
        const account_spell *spell = &m->spells[i];
        if (!spell->in_state[to] || (from >= 0 && spell->in_state[from]))
            continue;
        tally->spell_began[i] = t;
        if (tally->spell_seen[i])
            continue;
        tally->spell_seen[i] = true;
        if (spell->type == IPSIM_OUTCOME_EVER)
            add_point(tally, spell->basis, t, 1.0);
        if (spell->type == IPSIM_OUTCOME_FIRST_TIME) {
            add_point(tally, spell->basis, t, t - tally->entry_years);
            add_point(tally, spell->basis + 1, t, 1.0);
        }
    }
}

/* to < 0: the history ends. */
static void leave_spells(ipsim_tally *tally, int from, int to, double t)
{
    const account_model *m = tally->model;
    for (size_t i = 0; i < m->n_spells; i++) {
        const account_spell *spell = &m->spells[i];
        if (!spell->in_state[from] || (to >= 0 && spell->in_state[to]))
            continue;
        if (spell->type == IPSIM_OUTCOME_SPELLS && t - tally->spell_began[i] >= spell->at_least_years)
            add_point(tally, spell->basis, tally->spell_began[i] + spell->at_least_years, 1.0);
        tally->spell_began[i] = INFINITY;
    }
}

/* ---- what the engine tells ---- */

static void prepare_utilities(ipsim_tally *tally)
{
    const account_model *m = tally->model;
    for (size_t s = 0; s < m->n_states; s++) {
        tally->utility_add[s] = m->state_utility[s];
        tally->utility_multiply[s] = 1.0;
        tally->utility_changes[s] = false;
    }
    for (size_t i = 0; i < m->n_utilities; i++) {
        const account_utility *utility = &m->utilities[i];
        double factor = person_factor(utility->factors, utility->n_factors, tally->attributes);
        tally->utility_factor[i] = factor;
        for (size_t s = 0; s < m->n_states; s++) {
            if (!utility->in_state[s])
                continue;
            if (utility->constant) {
                tally->utility_add[s] += utility->add[0] * factor;
                tally->utility_multiply[s] *= utility->multiply[0];
            } else {
                tally->utility_changes[s] = true;
            }
        }
    }
}

void ipsim_tally_begin(ipsim_tally *tally, const double *attributes, int state, double t_years)
{
    const account_model *m = tally->model;
    memset(tally->basis, 0, m->n_basis * tally->plan->n_years * IPSIM_N_FLAVOURS * sizeof(double));
    tally->attributes = attributes;
    tally->entry_years = t_years;
    for (size_t i = 0; i < m->n_spells; i++) {
        tally->spell_began[i] = INFINITY;
        tally->spell_seen[i] = false;
    }
    if (state < 0)
        return; /* never enters */
    prepare_utilities(tally);
    add_point(tally, m->basis_start, t_years, 1.0);
    enter_spells(tally, -1, state, t_years);
}

static void accrue_utility(ipsim_tally *tally, int state, size_t year, double from, double to, const double *origin)
{
    const account_model *m = tally->model;
    while (from < to) {
        double until = to, add = tally->utility_add[state], multiply = tally->utility_multiply[state];
        for (size_t i = 0; tally->utility_changes[state] && i < m->n_utilities; i++) {
            const account_utility *utility = &m->utilities[i];
            if (utility->constant || !utility->in_state[state])
                continue;
            double end;
            size_t piece = ipsim_steps_piece(&utility->steps, origin, from, &end);
            if (piece == SIZE_MAX)
                continue; /* its clock has not started */
            until = fmin(until, end);
            add += utility->add[piece] * tally->utility_factor[i];
            multiply *= utility->multiply[piece];
        }
        add_flow(tally, m->basis_qalys, year, from, until, add * multiply);
        from = until;
    }
}

void ipsim_tally_accrue(ipsim_tally *tally, int state, double from_years, double to_years, const double *origin)
{
    const ipsim_account_plan *plan = tally->plan;
    const account_model *m = tally->model;
    for (size_t i = 0; i < m->n_points; i++) /* what fires at the end of the interval is judged by these clocks */
        tally->point_origin[i] = origin[m->points[i].clock];
    for (size_t year = year_of(plan, from_years); from_years < to_years; year++) {
        double to = year + 1 < plan->n_years ? fmin(to_years, plan->years[year]) : to_years;
        if (to <= from_years)
            continue; /* from stands exactly on a report year */
        add_flow(tally, m->basis_time + (size_t)state, year, from_years, to, 1.0);
        for (size_t i = 0; i < m->n_flows; i++) {
            const account_flow *flow = &m->flows[i];
            double zero = origin[flow->clock];
            if (!flow->in_state[state] || zero == INFINITY)
                continue;
            double a = fmax(from_years, zero + flow->from_years), b = fmin(to, zero + flow->until_years);
            if (a < b)
                add_flow(tally, flow->basis, year, a, b, 1.0);
        }
        accrue_utility(tally, state, year, from_years, to, origin);
        from_years = to;
    }
}

static void add_windowed_points(ipsim_tally *tally, size_t risk, double t, double days)
{
    const account_model *m = tally->model;
    for (size_t i = 0; i < m->n_points; i++) {
        const account_point *point = &m->points[i];
        double x = t - tally->point_origin[i]; /* -infinity while the clock has not started */
        if (point->of_risk[risk] && x >= point->from_years && x < point->until_years)
            add_point(tally, point->basis, t, point->days ? days : 1.0);
    }
}

void ipsim_tally_transition(ipsim_tally *tally, size_t risk, int from, int to, double t_years)
{
    add_point(tally, tally->model->basis_risk + risk, t_years, 1.0);
    add_windowed_points(tally, risk, t_years, 0.0);
    leave_spells(tally, from, to, t_years);
    enter_spells(tally, from, to, t_years);
}

void ipsim_tally_event(ipsim_tally *tally, size_t risk, double t_years, double duration_days)
{
    const account_model *m = tally->model;
    add_point(tally, m->basis_risk + risk, t_years, 1.0);
    if (duration_days != 0.0)
        add_point(tally, m->basis_event_days + m->compiled->risks[risk].event, t_years, duration_days);
    add_windowed_points(tally, risk, t_years, duration_days);
}

void ipsim_tally_end(ipsim_tally *tally, int state, double t_years)
{
    leave_spells(tally, state, -1, t_years);
}

/* ---- measures ---- */

static double sum_of(const account_sum *sum, const ipsim_tally *tally, size_t year, int flavour)
{
    double total = 0.0;
    for (size_t i = 0; i < sum->n_basis; i++)
        total += tally->basis[(sum->basis[i] * tally->plan->n_years + year) * IPSIM_N_FLAVOURS + (size_t)flavour];
    return total;
}

/* QALYs lost or gained at points join the flow of QALYs. */
static void add_losses(ipsim_tally *tally, size_t year)
{
    const account_model *m = tally->model;
    for (size_t i = 0; i < m->n_losses; i++) {
        double amount = m->losses[i].amount * person_factor(m->losses[i].factors, m->losses[i].n_factors, tally->attributes);
        for (int flavour = 0; flavour < IPSIM_N_FLAVOURS; flavour++)
            basis_cell(tally, m->basis_qalys, year)[flavour] += amount * sum_of(&m->losses[i], tally, year, flavour);
    }
}

void ipsim_tally_values(ipsim_tally *tally, double *values, size_t stride)
{
    const ipsim_account_plan *plan = tally->plan;
    const account_model *m = tally->model;
    for (size_t year = 0; year < plan->n_years; year++) {
        add_losses(tally, year);
        for (size_t i = 0; i < m->n_rewards; i++) {
            double amount = m->rewards[i].amount * person_factor(m->rewards[i].factors, m->rewards[i].n_factors, tally->attributes);
            tally->reward[2 * i] = amount * sum_of(&m->rewards[i], tally, year, IPSIM_FLAVOUR_PLAIN);
            tally->reward[2 * i + 1] = amount * sum_of(&m->rewards[i], tally, year, IPSIM_FLAVOUR_COSTS);
        }
        for (size_t measure = 0; measure < plan->n_measures; measure++) {
            const account_formula *formula = &m->formulas[measure];
            double total[2] = {0.0, 0.0};
            for (size_t i = 0; i < formula->n_terms; i++) {
                const account_term *term = &formula->terms[i];
                const double *cell = term->is_reward ? &tally->reward[2 * term->index] : basis_cell(tally, term->index, year);
                total[0] += term->weight * cell[0];
                total[1] += term->weight * cell[term->is_reward ? 1 : (int)IPSIM_FLAVOUR_EFFECTS];
            }
            for (size_t d = 0; d < 2; d++) {
                size_t cell = (measure * plan->n_years + year) * 2 + d;
                double before = year == 0 ? 0.0 : values[(cell - 2) * stride];
                values[cell * stride] = before + total[d];
            }
        }
    }
}
