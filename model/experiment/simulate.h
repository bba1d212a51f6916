/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: blocks of persons -> exact sums. Everything kept is an integer, so that neither the number of threads nor
 * the order of blocks can be seen in it. */
#ifndef IPSIM_SIMULATE_H
#define IPSIM_SIMULATE_H

#include "ipsim/engine.h"
#include "ipsim/population.h"
#include "ipsim/run.h"
#include "ipsim/wide.h"

enum { IPSIM_BATCH_PERSONS = 2048, IPSIM_BLOCK_PERSONS = 4096 };

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
void ipsim_experiment_free(experiment *e);

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
} experiment_sums;

size_t ipsim_experiment_levels_stride(const experiment *e);
size_t ipsim_experiment_moves_offset(const experiment *e, size_t model);

experiment_sums *ipsim_experiment_sums_create(const experiment *e);
void ipsim_experiment_sums_free(experiment_sums *sums);

void ipsim_experiment_sums_clear(const experiment *e, experiment_sums *sums);
void ipsim_experiment_sums_merge(const experiment *e, experiment_sums *into, const experiment_sums *from);

/* One thread's engines and sums. NULL when memory is short. */
typedef struct experiment_worker experiment_worker;
experiment_worker *ipsim_experiment_worker_create(const experiment *e);
void ipsim_experiment_worker_free(experiment_worker *w);
experiment_sums *ipsim_experiment_worker_sums(experiment_worker *w);
/* Adds persons first .. end - 1 of a replicate to the worker's sums. After an error the sums are of no use. */
ipsim_status ipsim_experiment_worker_block(experiment_worker *w, ipsim_luck luck, int64_t first, int64_t end,
                                           ipsim_error *err) IPSIM_MUST_CHECK;

#endif
