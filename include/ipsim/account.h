/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account: what people's histories cost and give. It is told "state s from t0 to t1" and "risk r fired at t"; it knows no hazards.
 *
 * plan    which measures there are (outcome x payer) over all scenarios of a run, and how each scenario computes them
 * people  a block of persons, each in a slot
 * tally   the histories of a block under one scenario, in doubles; each person's additions are in the order of the person's own history
 * totals  exact sums of a few measures over small batches of persons
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
#include "ipsim/wide.h"

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
/* The same, with no report year but the horizon. */
ipsim_status ipsim_account_plan_create_at_horizon(const ipsim_compiled_model *const *models, size_t n_models, ipsim_account_plan **out,
                                                  ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* The same for models of the same scenarios with other numbers: the measures are those of `like`, which is borrowed and must outlive it. */
ipsim_status ipsim_account_plan_create_like(const ipsim_compiled_model *const *models, size_t n_models, const ipsim_account_plan *like,
                                            ipsim_account_plan **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_account_plan_free(ipsim_account_plan *plan);
size_t ipsim_account_n_measures(const ipsim_account_plan *plan);
const ipsim_measure *ipsim_account_measure(const ipsim_account_plan *plan, size_t measure);
size_t ipsim_account_find(const ipsim_account_plan *plan, const char *outcome, const char *payer); /* n_measures when absent */
size_t ipsim_account_n_years(const ipsim_account_plan *plan);
double ipsim_account_year(const ipsim_account_plan *plan, size_t index);
/* What the tallies of all models take for each person of a block. */
size_t ipsim_account_bytes_per_person(const ipsim_account_plan *plan);
bool ipsim_account_has(const ipsim_account_plan *plan, size_t model, size_t measure); /* false: this scenario does not know it (0) */

/* ---- people: the persons of a block; each has a slot, the same in every scenario ----
 * Columns hold one value a slot and are `stride` long. Slots are ordered by subgroup, and padded so that the people of every combination
 * of subgroups stand in whole vectors; the last vector of each column belongs to nobody and takes what padding lanes write. */
typedef struct ipsim_people {
    size_t capacity, stride; /* most persons; length of a column */
    size_t n_persons, n_slots;
    int64_t *person; /* [slot]; -1: nobody */
    /* [slot]: the tile, which are people of one combination next to each other: its first slot and how many it has */
    int64_t *tile_first, *tile_lanes;
    double *attributes; /* [attribute * stride + slot] */
    size_t n_attributes;
    /* Views: in each, every slot lies in one stretch, whose people share their group in the dimensions of the view. */
    size_t n_dimensions, n_views;
    struct ipsim_people_view *views;
} ipsim_people;

/* How the people are put into groups: in dimension d by the level of an attribute, group first[d] + level; group 0 is everybody. */
typedef struct ipsim_grouping {
    size_t n_dimensions;
    const size_t *attribute, *n_levels;
    const uint32_t *first;
} ipsim_grouping;

/* Room for each of the batches, at most n_batches, into which ipsim_people_fit divides so many people whom ipsim_people_sort has sorted; of a
 * single batch in any order. */
ipsim_people *ipsim_people_create(size_t persons, size_t n_batches, size_t n_attributes, const ipsim_grouping *grouping);
void ipsim_people_free(ipsim_people *people);
/* Gives n persons their slots: person first + which[i], or first + i when which is NULL, whose attributes are
 * attributes[which[i] * n_attributes + a], borrowed for the call. */
void ipsim_people_seat(ipsim_people *people, int64_t first, size_t n, const int64_t *which, const double *attributes);
/* How many of the next n people there is room for, at least one. */
size_t ipsim_people_fit(ipsim_people *people, size_t n, const int64_t *which, const double *attributes);
/* which = 0 .. n - 1, those of one combination of subgroups together: seated by parts, they need the fewest tiles. false: memory is
 * short. */
bool ipsim_people_sort(const ipsim_people *people, size_t n, const double *attributes, int64_t *which) IPSIM_MUST_CHECK;

/* ---- tally: the histories of a block of people under one scenario ---- */
typedef struct ipsim_tally ipsim_tally;

/* Most people of a tile. */
enum { IPSIM_TILE = 256 };

/* One for each thread and model. */
ipsim_tally *ipsim_tally_create(const ipsim_account_plan *plan, size_t model, size_t stride);
void ipsim_tally_free(ipsim_tally *tally);
/* From here on its people, and what a ledger makes of them, are reckoned one at a time: for the reference engine, whose account then shares
 * no vector code with that of the fast engine. The same bits. */
void ipsim_tally_plainly(ipsim_tally *tally);
/* Makes it one for a model of another plan, without allocating. false: that model needs other columns; the tally is as it was. */
bool ipsim_tally_adopt(ipsim_tally *tally, const ipsim_account_plan *plan, size_t model) IPSIM_MUST_CHECK;
/* Forgets the last block. people is borrowed until the next reset. */
void ipsim_tally_reset(ipsim_tally *tally, const ipsim_people *people);

/* People who enter the model; n may be any number. */
void ipsim_tally_enter(ipsim_tally *tally, size_t n, const int64_t *slot, const int64_t *state, const double *t_years);

/* Most people that one call of ipsim_tally_stay takes; a whole number of vectors. */
enum { IPSIM_CHUNK = 128 };

/* People who spent [from, to] in one alive state, and what ended it. Arrays are padded to whole vectors with people who are nobody. */
typedef struct ipsim_stay {
    int state;
    size_t n;
    const int64_t *slot;
    const double *from_years, *to_years;
    const int64_t *risk;         /* what fired at to_years, or -1: the horizon came */
    const double *days;          /* how long a recurrent event lasts; NULL: no event of these has a duration */
    const double *const *origin; /* [clock][i]: the clocks during the stay; only those of ipsim_tally_needs_clock are read */
} ipsim_stay;
void ipsim_tally_stay(ipsim_tally *tally, const ipsim_stay *stay);
/* The same for one person, in the slot selected last; origin[clock]. */
void ipsim_tally_select(ipsim_tally *tally, size_t slot);
void ipsim_tally_one_enters(ipsim_tally *tally, int state, double t_years);
void ipsim_tally_one_stays(ipsim_tally *tally, int state, double from_years, double to_years, int64_t risk, double days,
                           const double *origin);
/* Ends the block and gives one person's values, cumulative over years, [cell] as in ipsim_ledger_add; for tests and inspection. The
 * tally must be reset before it is used again. false: memory is short. */
bool ipsim_tally_values(ipsim_tally *tally, size_t slot, double *values) IPSIM_MUST_CHECK;
bool ipsim_tally_needs_clock(const ipsim_tally *tally, int state, int clock);
/* Two scenarios of the plan keep the same basis quantities of the same histories, so that one tally serves both. */
bool ipsim_account_same_basis(const ipsim_account_plan *plan, size_t model, size_t other);

/* ---- totals: what the ledger leaves out ----
 * The ledger knows the spread of each measure, and of its difference from the first model, person by person. The spread of anything else,
 * such as the change of a difference between two pairs of models, follows from exact totals over small batches of consecutive persons:
 * the same batches under every model. The quanta are those of the ledger. */
typedef struct ipsim_account_cell {
    size_t measure, year;
    bool discounted;
} ipsim_account_cell;
typedef struct ipsim_totals ipsim_totals;

/* One for each thread. stride: of the people. cells are copied. NULL when memory is short. */
ipsim_totals *ipsim_totals_create(const ipsim_account_plan *plan, const ipsim_account_cell *cells, size_t n_cells, size_t stride);
void ipsim_totals_free(ipsim_totals *totals);
/* Ends the block of the tally. Whichever models share it, each then adds its values with ipsim_totals_add, before the next tally's turn. */
void ipsim_totals_end_block(ipsim_totals *totals, ipsim_tally *tally);
/* Adds one model's block: person p's values to sums[(p - first) / batch * stride + cell]. IPSIM_ERR_OVERFLOW names the measure. */
ipsim_status ipsim_totals_add(ipsim_totals *totals, size_t model, const ipsim_tally *tally, const ipsim_people *people, int64_t first,
                              int64_t batch, ipsim_wide128 *sums, size_t stride, ipsim_error *err) IPSIM_MUST_CHECK;
double ipsim_account_quantum(const ipsim_account_plan *plan, size_t measure);

/* ---- ledger ---- */
typedef struct ipsim_ledger ipsim_ledger;

/* n_groups: group 0 is everybody. */
ipsim_ledger *ipsim_ledger_create(const ipsim_account_plan *plan, size_t n_models, size_t n_groups);
/* One that is only added to, merged into others and cleared, in turn. What it is told waits to be merged, and takes half the memory; when too
 * much would wait, or a value is too large to, it becomes like any other. */
ipsim_ledger *ipsim_ledger_create_waiting(const ipsim_account_plan *plan, size_t n_models, size_t n_groups);
/* Whether it should be merged and cleared now: it may not have room for many more blocks. */
bool ipsim_ledger_is_full(const ipsim_ledger *ledger);
void ipsim_ledger_free(ipsim_ledger *ledger);

/* From here on it counts for another plan with the same measures, such as that of the same scenarios with other numbers. */
void ipsim_ledger_adopt(ipsim_ledger *ledger, const ipsim_account_plan *plan);

/* Adds a block: tallies[model] holds the histories under each model (two models may share one, see ipsim_account_same_basis). Ends the
 * block: the tallies must be reset before they are used again. The sums wait in narrow integers until the ledger is settled.
 * IPSIM_ERR_OVERFLOW names the measure. */
ipsim_status ipsim_ledger_add_block(ipsim_ledger *ledger, ipsim_tally *const *tallies, const ipsim_people *people,
                                    ipsim_error *err) IPSIM_MUST_CHECK;
/* Makes the ledger know all blocks; needed before anything below, but for one that waits to be merged. */
void ipsim_ledger_settle(ipsim_ledger *ledger);
/* Adds values that are there already. values[model][cell * capacity + i] for person i of n, cell = (measure * n_years + year) * 2 +
 * discounted; group[d * capacity + i] is person i's group in dimension d of n_dimensions (0: in none). */
ipsim_status ipsim_ledger_add(ipsim_ledger *ledger, const double *const *values, size_t n, size_t capacity, const uint32_t *group,
                              size_t n_dimensions, ipsim_error *err) IPSIM_MUST_CHECK;
/* Exact, so any order gives the same bits. What waits in `from` is not there any more: it is good for nothing but to be cleared. */
void ipsim_ledger_merge(ipsim_ledger *into, ipsim_ledger *from);
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
