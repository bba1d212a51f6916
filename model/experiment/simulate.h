/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: blocks of persons -> exact sums. Everything kept is an integer, so that neither the number of threads nor
 * the order of blocks can be seen in it. */
#ifndef IPSIM_SIMULATE_H
#define IPSIM_SIMULATE_H

#include "ipsim/engine.h"
#include "ipsim/population.h"
#include "ipsim/run.h"
#include "ipsim/wide.h"

enum { IPSIM_BATCH_PERSONS = 1024, IPSIM_BLOCK_PERSONS = 4096 };

/* What is simulated: the scenarios of one run, compiled. */
typedef struct experiment {
    size_t n_models;
    const ipsim_scenario *const *scenarios;
    ipsim_compiled_model **models;
    ipsim_population *population;
    ipsim_account_plan *plan;
    size_t n_dimensions, n_groups; /* subgroups; group 0 is everybody */
    size_t *dimension_attribute;
    size_t *dimension_levels;
    uint32_t *dimension_first; /* group of the attribute's level 0 */
    size_t n_times;            /* of the occupancy grid */
    double *times;
    ipsim_engine_choice engine;
    int64_t persons; /* of a replicate: blocks need not be longer; 0: unknown */
} experiment;

ipsim_status ipsim_experiment_create(const ipsim_scenario *const *scenarios, size_t n, experiment **out,
                                     ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* For variants of the same few scenarios, whose agreement in people, time and money is the caller's affair: no subgroups, no occupancy, and
 * the horizon as the only year. The scenarios' parameters may change once it is made. Its workers are those of totals. */
ipsim_status ipsim_experiment_create_varied(const ipsim_scenario *const *scenarios, size_t n, experiment **out,
                                            ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_experiment_free(experiment *e);
/* Adds an error for each key in which people, time or money differ. false: memory is short. */
bool ipsim_experiment_check_agreement(const ipsim_scenario *first, const ipsim_scenario *second, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* Whether scenarios, as their numbers are now, may be compared: the same people, horizon and economics. IPSIM_ERR_INCOMPATIBLE. */
ipsim_status ipsim_experiment_check(const ipsim_scenario *const *scenarios, size_t n, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* Sums over persons. */
typedef struct experiment_sums {
    ipsim_ledger *ledger;
    int64_t
        *moves; /* occupancy: people arriving in less people leaving a state by grid time, [(model * n_times + time) * n_states + state] */
    int64_t *level_count; /* [attribute * levels_stride + level] */
    ipsim_wide128 *attribute_x;
    ipsim_wide192 *attribute_xx;
    int64_t firings;
    int64_t persons;
    bool everybody; /* the ledger has no subgroups */
} experiment_sums;

size_t ipsim_experiment_levels_stride(const experiment *e);
size_t ipsim_experiment_moves_offset(const experiment *e, size_t model);
size_t ipsim_experiment_n_moves(const experiment *e);

experiment_sums *ipsim_experiment_sums_create(const experiment *e);
experiment_sums *ipsim_experiment_sums_create_waiting(const experiment *e);   /* ipsim_ledger_create_waiting */
experiment_sums *ipsim_experiment_sums_create_everybody(const experiment *e); /* what is merged into it loses its subgroups */
void ipsim_experiment_sums_free(experiment_sums *sums);

void ipsim_experiment_sums_clear(const experiment *e, experiment_sums *sums);
void ipsim_experiment_sums_merge(const experiment *e, experiment_sums *into, const experiment_sums *from);

/* One thread's engines and sums. NULL when memory is short. most_persons: of any block, 0 for IPSIM_BLOCK_PERSONS; fewer need less memory. */
typedef struct experiment_worker experiment_worker;
experiment_worker *ipsim_experiment_worker_create(const experiment *e, int64_t most_persons);
/* One whose sums are only merged into others and then cleared, for which they take less memory: see ipsim_ledger_create_waiting. */
experiment_worker *ipsim_experiment_worker_create_giving(const experiment *e, int64_t most_persons);
/* Whether it should give its sums away before the next block. */
bool ipsim_experiment_worker_is_full(const experiment_worker *w);
/* The experiment has other models, population and plan now, of the same scenarios with other numbers; those that it had are still there, to be
 * freed afterwards. The sums are kept, and what follows is added to them. false: memory is short; the worker can only be freed. */
bool ipsim_experiment_worker_adopt(experiment_worker *w) IPSIM_MUST_CHECK;
/* A worker that keeps totals of batches of persons instead of sums. */
experiment_worker *ipsim_experiment_worker_create_totals(const experiment *e, int64_t most_persons, const ipsim_account_cell *cells,
                                                         size_t n_cells);
void ipsim_experiment_worker_free(experiment_worker *w);
/* Where the time goes: from here on processor ticks are added to the engine's phases, the beginning of a tally to the first of them, and to
 * two more. */
enum { EXPERIMENT_PHASE_PEOPLE = IPSIM_N_PHASES, EXPERIMENT_PHASE_LEDGER, EXPERIMENT_N_PHASES };
void ipsim_experiment_worker_measure(experiment_worker *w, uint64_t ticks[EXPERIMENT_N_PHASES]);
experiment_sums *ipsim_experiment_worker_sums(experiment_worker *w);
/* Asked many times within a block; when it says yes the block ends with IPSIM_ERR_INTERRUPTED, as after an error. NULL: never. */
typedef bool experiment_leave(void *data);
void ipsim_experiment_worker_ask(experiment_worker *w, experiment_leave *leave, void *data);
/* Adds persons first .. end - 1 of a replicate to the worker's sums. After an error the sums are of no use. */
ipsim_status ipsim_experiment_worker_block(experiment_worker *w, ipsim_luck luck, int64_t first, int64_t end,
                                           ipsim_error *err) IPSIM_MUST_CHECK;
/* The same for a worker of totals, and for any number of persons: model m's are added to sums[m][(person - first) / batch * n_cells + cell]. */
ipsim_status ipsim_experiment_worker_totals(experiment_worker *w, ipsim_luck luck, int64_t first, int64_t end, int64_t batch,
                                            ipsim_wide128 *const *sums, ipsim_error *err) IPSIM_MUST_CHECK;

#endif
