/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiment/run: scenarios -> compiled models -> people and histories -> exact ledgers -> tables.
 * All scenarios of one call are run on the same people with the same luck; the first is the comparator. */
#ifndef IPSIM_RUN_H
#define IPSIM_RUN_H

#include <signal.h>
#include <stdint.h>

#include "ipsim/error.h"
#include "ipsim/scenario.h"
#include "ipsim/table.h"

/* Called from one thread at a time, at most about ten times a second. */
typedef void ipsim_progress(void *data, int64_t persons_done, int64_t persons_total);

typedef enum ipsim_engine_choice { IPSIM_ENGINE_FAST, IPSIM_ENGINE_REFERENCE } ipsim_engine_choice;

typedef struct ipsim_run_options {
    int64_t persons; /* 0: as the scenario says */
    int64_t seed;    /* negative: as the scenario says */
    uint32_t replicate;
    int n_threads;            /* 0: as OpenMP chooses */
    ipsim_engine_choice engine; /* results are the same */
    ipsim_progress *progress; /* NULL for none */
    void *progress_data;
    const volatile sig_atomic_t *stop; /* when it becomes non-zero: blocks in flight are finished, the rest is left; NULL for never */
} ipsim_run_options;

/* Tables are owned. Units: years are model years, money is in the scenario's currency at its price year, estimates are means per person.
 *   results      scenario, subgroup, outcome, payer, discounted (yes | no), year, estimate, mcse, unit
 *   differences  scenario, comparator, subgroup, outcome, payer, discounted, year, estimate, mcse, unit: scenario minus comparator, paired error
 *   occupancy    scenario, year, state, estimate, mcse, unit
 *   population   attribute, level, statistic, simulated, mcse, target, source, unit
 *   targets      scenario, target, use, simulated, value, low, high, verdict (inside | outside | not available), unit, source, note
 *   ratios       scenario, comparator, subgroup, perspective, effect, discounted, year, cost, effect_gain, ratio, mcse, reading, unit:
 *                incremental cost per unit of effect (qalys, and the outcome employment_years where declared); mcse by the delta method;
 *                reading: ratio | dominant | dominated | less effective | no difference | not available
 *   parameters   scenario, parameter, value, unit, status, source, label, note, file, line
 *   about        scenario, key, value: titles, labels (state:NAME, payer:NAME, perspective:NAME, outcome:NAME, subgroup level labels),
 *                conventions (horizon, report years, discounting, price year, currency, timing), one row each
 * subgroup is "all" or "attribute=level". payer is "all" where an outcome has none. The last year is the horizon.
 * Outcomes: life_years, qalys, years_<state>, n_<transition>, n_<event>, days_<event>, the declared outcomes; cost (payer, or all),
 * cost_<kind> (payer or all), cost_<perspective> (all), item_<reward> (payer). */
typedef struct ipsim_results {
    ipsim_table *results, *differences, *occupancy, *population, *targets, *ratios, *parameters, *about;
    int64_t persons; /* simulated: fewer than asked when stopped; then exactly the result of a run of that many */
    int64_t requested;
    uint64_t seed;
    uint32_t replicate;
    int n_threads;
    bool interrupted;
    double wall_seconds;
    double events_per_person; /* transitions and recurrent events, mean over arms */
} ipsim_results;

/* Errors: IPSIM_ERR_INCOMPATIBLE names what differs (population, horizon, seed, economics) and both lines; IPSIM_ERR_OVERFLOW,
 * IPSIM_ERR_LIMIT, IPSIM_ERR_MEMORY, and bad input that only compiling can see. IPSIM_ERR_INTERRUPTED when not one block was finished. */
ipsim_status ipsim_run(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options, ipsim_results **out,
                       ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_results_free(ipsim_results *results);

/* Everything that `ipsim check` can see without simulating: compiles, and refuses what cannot be compared. */
ipsim_status ipsim_run_check(const ipsim_scenario *const *scenarios, size_t n_scenarios, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* One person's history under each scenario: scenario, person, year, age, what (enter | transition | event | end), name, from, to, stream.
 * A first row "attribute" for each attribute of the person (name, to = value). */
ipsim_status ipsim_replay(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options, int64_t person,
                          ipsim_table **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

#endif
