/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: how a scenario turns a person's history into measures.
 *
 * A tally keeps *basis* quantities: time in each state, time in each windowed flow, QALYs of states whose utility changes with time,
 * firings, windowed firings, event days, spells.
 * Money: each reward is amount x the person's factor x a sum of basis quantities. Measures are weighted sums of rewards and basis
 * quantities. Everything is linear, so totals of payers, kinds and perspectives agree by construction. */
#ifndef IPSIM_ACCOUNT_PLAN_H
#define IPSIM_ACCOUNT_PLAN_H

#include "ipsim/account.h"

enum { IPSIM_FLAVOUR_PLAIN, IPSIM_FLAVOUR_COSTS, IPSIM_FLAVOUR_EFFECTS, IPSIM_N_FLAVOURS };

typedef struct account_factor {
    int attribute;
    bool numeric;
    const double *by_level; /* categorical */
} account_factor;

typedef struct account_window {
    int clock;
    double from_years, until_years;
} account_window;

/* Time in some states during a window of a clock. */
typedef struct account_flow {
    const bool *in_state;
    account_window window;
    size_t basis;
} account_flow;

/* Firings of some risks during a window of a clock, or the days that they take; the clock as it ran before the firing. */
typedef struct account_point {
    const bool *of_risk;
    bool days;
    account_window window;
    size_t basis;
} account_point;

/* One entry of `utilities` that acts per year. piece j of steps: add[j] x factor, multiply[j]. */
typedef struct account_utility {
    const bool *in_state;
    ipsim_steps steps;
    bool constant;
    const double *add, *multiply;
    size_t n_factors;
    const account_factor *factors;
} account_utility;

/* amount x factors x sum of basis quantities. */
typedef struct account_sum {
    double amount;
    size_t n_factors;
    const account_factor *factors;
    size_t n_basis;
    const size_t *basis;
} account_sum;

/* Points that are not linear in firings: ever, first time, spells. */
typedef struct account_spell {
    ipsim_outcome_type type;
    const bool *in_state;
    double at_least_years;
    size_t basis; /* value; for a first time, basis + 1 counts those who had one */
} account_spell;

typedef struct account_term {
    bool is_reward; /* rewards[index], n_rewards being the QALYs; else basis index */
    size_t index;
    double weight;
} account_term;

typedef struct account_formula {
    size_t n_terms;
    const account_term *terms;
    bool known; /* the scenario has this measure */
} account_formula;

typedef struct account_model {
    const ipsim_compiled_model *compiled;
    size_t n_states, n_risks;
    size_t n_basis, basis_time, basis_qalys, basis_event_days, basis_start;
    const size_t *counter;     /* n_risks: the basis quantity that counts the risk's firings; risks that nothing tells apart share one */
    const bool *first_counted; /* n_risks: the first risk of its counter */
    size_t n_flows, n_points, n_utilities, n_rewards, n_losses, n_spells;
    const account_flow *flows;
    account_point *points;
    const bool *utility_changes; /* n_states: some utility of the state changes with time; else QALYs follow from the time in it */
    const double *state_utility;
    const account_utility *utilities;
    const account_sum *rewards; /* money: same order as scenario->rewards */
    const account_sum *losses;  /* QALYs at points: transitions, events */
    const account_spell *spells;
    account_formula *formulas; /* n_measures */
} account_model;

struct ipsim_account_plan {
    ipsim_arena *arena;
    ipsim_discount discount_costs, discount_effects;
    bool same_discount;
    size_t n_years;
    double *years; /* ascending, the horizon last */
    size_t n_measures;
    ipsim_measure *measures;
    size_t index_size; /* a power of two; `index` finds a measure by the hash of its names, SIZE_MAX where there is none */
    size_t *index;
    bool *money;       /* n_measures: discounted with the schedule of costs */
    size_t *same_as;   /* n_measures: the first measure with the same formula in every scenario; only that one is added up */
    size_t *next_same; /* n_measures: the next one with the same formula; SIZE_MAX after the last */
    size_t n_models;
    account_model *models;
    /* Pairs of measures whose products the ledger keeps: cost and effect of the ratios. */
    size_t n_pairs;
    size_t (*pairs)[2];
};

/* plan_model.c: everything of one model but its formulas. false: memory is short. */
bool ipsim_account_model_build(ipsim_arena *arena, const ipsim_compiled_model *compiled, account_model *out);
/* same_basis.c: of the same basis quantities, both models make the same values of the measure, to the last bit. May miss some. */
bool ipsim_account_same_values(const ipsim_account_plan *plan, size_t measure, size_t model, size_t other);
/* Index of the basis quantities that `outcome` needs; see plan_model.c. */
bool *ipsim_account_states_mask(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_names *states, bool alive_when_empty);

#endif
