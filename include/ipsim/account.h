/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account: what people's histories cost and give. It is told "state s from t0 to t1" and "risk r fired at t"; it knows no hazards.
 *
 * plan    which measures there are (outcome x payer) over all scenarios of a run, and how each scenario computes them
 * tally   one person under one scenario, in doubles, in the order of the person's own history
 * ledger  exact sums over persons: each person's value is rounded to a whole number of quanta and added in 128-bit integers, its squares and
 *         paired differences in 192-bit integers, so that no order of adding exists to depend on. Overflow is refused, not wrapped.
 *
 * Every measure is kept at each report year (cumulative from model start), undiscounted and discounted. Flows are integrated exactly;
 * a point at time t counts at report year r when t <= r. Costs use the schedule of costs, all else that of effects. */
#ifndef IPSIM_ACCOUNT_H
#define IPSIM_ACCOUNT_H

#include "ipsim/bytes.h"
#include "ipsim/compiled_model.h"
#include "ipsim/discount.h"

#define IPSIM_QUANTUM 0x1p-32       /* years, QALYs, counts, days: 2.3e-10; a person may have up to 1.07e9 of them */
#define IPSIM_QUANTUM_MONEY 0x1p-16 /* money: 1.5e-5; a person may cost up to 7.0e13 */

/* ---- plan ---- */
typedef struct ipsim_measure {
    const char *outcome, *payer, *unit;
    bool conditional;  /* a mean among those with `given` = 1 (time to first ...): value / given */
    size_t given;      /* measure that counts them */
    bool discountable; /* false: no discounted row is reported */
} ipsim_measure;

typedef struct ipsim_account_plan ipsim_account_plan;

/* models: all scenarios of the run, borrowed. */
ipsim_status ipsim_account_plan_create(const ipsim_compiled_model *const *models, size_t n_models, ipsim_account_plan **out,
                                       ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_account_plan_free(ipsim_account_plan *plan);
size_t ipsim_account_n_measures(const ipsim_account_plan *plan);
const ipsim_measure *ipsim_account_measure(const ipsim_account_plan *plan, size_t measure);
size_t ipsim_account_find(const ipsim_account_plan *plan, const char *outcome, const char *payer); /* n_measures when absent */
size_t ipsim_account_n_years(const ipsim_account_plan *plan);
double ipsim_account_year(const ipsim_account_plan *plan, size_t index);
bool ipsim_account_has(const ipsim_account_plan *plan, size_t model, size_t measure); /* false: this scenario does not know it (0) */

/* ---- tally ---- */
typedef struct ipsim_tally ipsim_tally;

/* One for each thread and model. */
ipsim_tally *ipsim_tally_create(const ipsim_account_plan *plan, size_t model);
void ipsim_tally_free(ipsim_tally *tally);

/* state < 0: a person who never enters (all values are 0). attributes is borrowed until the values are read. */
void ipsim_tally_begin(ipsim_tally *tally, const double *attributes, int state, double t_years);
/* The person spent [from, to] in state; origin: the clocks during that time. Flows accrue only in alive states. */
void ipsim_tally_accrue(ipsim_tally *tally, int state, double from_years, double to_years, const double *origin);
/* A risk fired: a transition from -> to, or a recurrent event of the given duration. */
void ipsim_tally_transition(ipsim_tally *tally, size_t risk, int from, int to, double t_years);
void ipsim_tally_event(ipsim_tally *tally, size_t risk, double t_years, double duration_days);
void ipsim_tally_end(ipsim_tally *tally, int state, double t_years);
/* values[(measure * n_years + year) * 2 + discounted], cumulative over years, written with the given stride between values. */
void ipsim_tally_values(ipsim_tally *tally, double *values, size_t stride);

/* ---- ledger ---- */
typedef struct ipsim_ledger ipsim_ledger;

/* n_groups: group 0 is everybody. */
ipsim_ledger *ipsim_ledger_create(const ipsim_account_plan *plan, size_t n_models, size_t n_groups);
void ipsim_ledger_free(ipsim_ledger *ledger);

/* Adds a batch. values[model][cell * capacity + i] for person i of n (cell as in ipsim_tally_values); group[d * capacity + i] is person
 * i's group in dimension d of n_dimensions (0: in none). IPSIM_ERR_OVERFLOW names the measure. */
ipsim_status ipsim_ledger_add(ipsim_ledger *ledger, const double *const *values, size_t n, size_t capacity, const uint32_t *group,
                              size_t n_dimensions, ipsim_error *err) IPSIM_MUST_CHECK;
/* Exact, so any order gives the same bits. */
void ipsim_ledger_merge(ipsim_ledger *into, const ipsim_ledger *from);
/* Only group 0, which may be the only one that `into` has. */
void ipsim_ledger_merge_everybody(ipsim_ledger *into, const ipsim_ledger *from);
void ipsim_ledger_clear(ipsim_ledger *ledger);
/* Bytes and back, for ledgers of one plan and shape; what is read takes the place of what was there. The reader turns bad when bytes lack. */
void ipsim_ledger_pack(const ipsim_ledger *ledger, ipsim_bytes *bytes);
void ipsim_ledger_unpack(ipsim_ledger *ledger, ipsim_reader *reader);

int64_t ipsim_ledger_persons(const ipsim_ledger *ledger, size_t group);
typedef struct ipsim_estimate {
    double value, mcse; /* mean per person and its Monte Carlo standard error; NaN when undefined */
} ipsim_estimate;
ipsim_estimate ipsim_ledger_mean(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year, bool discounted);
/* model minus comparator (model 0), paired error. */
ipsim_estimate ipsim_ledger_difference(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year,
                                       bool discounted);
/* Difference in `cost` over difference in `effect`, delta method with the paired covariance; only for pairs that the plan keeps
 * (perspective costs with qalys and employment_years); NaN otherwise. */
ipsim_estimate ipsim_ledger_ratio(const ipsim_ledger *ledger, size_t model, size_t group, size_t cost, size_t effect, size_t year,
                                  bool discounted);

#endif
