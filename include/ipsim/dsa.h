/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiment/dsa: deterministic sensitivity analysis. One parameter, two, or all of them are moved; the same people with the same luck are
 * simulated again; what changes, changes because of the parameters alone.
 *
 * Outputs are differences of a scenario from the first one, the comparator, per person, discounted, at the horizon:
 *   net_benefit      threshold x difference in QALYs, or in another effect, - difference in cost, in each perspective ("all": every payer,
 *                    where none is declared)
 *   cost_<name>      difference in a perspective's cost (cost where no perspective is declared)
 *   qalys, life_years and every declared outcome
 *
 * Errors. Persons are cut into at most 512 small batches of consecutive persons, the same in every run. Every run keeps the exact total of
 * each measure over each batch, an integer. Whatever is linear in those totals has the squared standard error
 *   B / (B - 1) x sum over B batches of (batch's own value - its persons x mean)^2 / persons^2,
 * and for the change of an output against the base run (a difference of differences) the batch's value is its change: common random
 * numbers cancel there, batch by batch. With 512 batches such an error is itself known to 3 %. A parameter that influences nobody changes
 * no integer: its change is exactly 0 and so is the error. (Outcomes that are means among some, such as time to first job, are linearised:
 * delta method.)
 *
 * A parameter that all scenarios state alike is moved in all of them at once; where they differ, each scenario has its own, named
 * "scenario:parameter". A parameter written as an expression may be moved: then it no longer follows what it was made of.
 * Variants that differ in money or quality of life only share their histories, so they cost next to nothing. */
#ifndef IPSIM_DSA_H
#define IPSIM_DSA_H

#include "ipsim/run.h"

/* A range that was asked for; low NaN: from the distribution. */
typedef struct ipsim_dsa_range {
    const char *name;
    double low, high;
} ipsim_dsa_range;

typedef struct ipsim_dsa_axis {
    ipsim_dsa_range range;
    int64_t steps; /* values from low to high, both included; at least 2 */
} ipsim_dsa_axis;

typedef struct ipsim_dsa_grid {
    ipsim_dsa_axis axis[2];
} ipsim_dsa_grid;

typedef enum ipsim_dsa_find {
    IPSIM_DSA_FIND_SEEN, /* where the one-way range shows a flip */
    IPSIM_DSA_FIND_ALL,  /* every parameter, looking at more values between the ends */
    IPSIM_DSA_FIND_LISTED,
    IPSIM_DSA_FIND_NONE
} ipsim_dsa_find;

typedef struct ipsim_dsa_options {
    int64_t persons;       /* 0: as the scenario says */
    int64_t seed;          /* negative: as the scenario says */
    uint32_t replicate;    /* one for all runs */
    int n_threads;         /* 0: as OpenMP chooses; results do not depend on it */
    double quantiles[2];   /* 0, 0: 0.025 and 0.975 */
    bool only_scenarios;   /* base runs only */
    size_t n_vary, n_only; /* vary: ranges beside or instead of the distributions'; only: the parameters to move, NULL for all */
    const ipsim_dsa_range *vary;
    const char *const *only;
    size_t n_grids;
    const ipsim_dsa_grid *grids;
    ipsim_dsa_find find;
    size_t n_find;
    const ipsim_dsa_range *finds;
    /* What threshold analysis, extremes and grids look at: the net benefit in these perspectives (none given: the first; "all": all) at these
     * thresholds (none given: the scenario's first), or one other output. One-way results are given for every output in any case. */
    size_t n_perspectives, n_thresholds;
    const char *const *perspectives;
    const double *thresholds;
    const char *outcome; /* NULL: net_benefit */
    const char *effect;  /* whose units thresholds value; NULL: qalys. With another one, thresholds must be given */
    ipsim_engine_choice engine;
    const char *journal; /* path; NULL for none. Runs that are finished are kept there, whether the analysis comes to its end or not; the
                          * caller removes it (ipsim_run_remove_journal) when the results are safe */
    bool resume;         /* an existing journal is gone on with */
    const char *program; /* version, and what its numbers depend on: kept in the journal */
    ipsim_note *note;    /* NULL for none */
    void *note_data;
    ipsim_progress *progress;
    void *progress_data;
    const volatile sig_atomic_t *stop;
} ipsim_dsa_options;

/* Tables are owned.
 *   dsa            scenario, comparator, parameter, label, unit, status, perspective, outcome, threshold, low, base, high (of the parameter),
 *                  at_low, at_base, at_high (of the output), mcse_low, mcse_high (of the changes from at_base), spread (greatest less least of
 *                  the three), rank (1: the widest; of one scenario and output)
 *   dsa_threshold  scenario, comparator, parameter, label, unit, perspective, outcome, threshold, base, flips_at, mcse, searched_from,
 *                  searched_to, reading. flips_at: where the output is 0. mcse: the output's error there over its slope, which is that between
 *                  two runs about two such errors to either side. reading: "positive below", "positive above", with ", one of several" where
 *                  the sign changes more than once (flips_at is the nearest to the base), "no influence", "no flip at N values" (how many were looked at),
 *                  "not available"
 *   dsa_grid       scenario, comparator, parameter_1, value_1, parameter_2, value_2, perspective, outcome, threshold, estimate, mcse
 *   dsa_extremes   scenario, comparator, case (best | worst), perspective, outcome, threshold, estimate, mcse: each parameter at the end that
 *                  was best (greatest; for costs, least) or worst by itself, all at once. Empty where such a model is not valid.
 *   dsa_base       scenario, comparator, perspective, outcome, threshold, estimate, mcse, unit
 *   parameters, about   as ipsim_run gives them; about also has, of the comparator, dsa_parameters, dsa_quantiles, dsa_runs and, of net benefit, dsa_effect
 * threshold is empty but for net_benefit, perspective but for net_benefit and costs. */
typedef struct ipsim_dsa {
    ipsim_table *dsa, *threshold, *grid, *extremes, *base, *parameters, *about; /* threshold, grid, extremes: NULL when not asked for */
    int64_t persons, n_runs, n_parameters;
    uint64_t seed;
    uint32_t replicate;
    int n_threads;
    size_t n_notes; /* sentences for the reader, such as parameters that are expressions */
    char **notes;
    size_t headline; /* row of base: the first scenario and the first output that the searches looked at */
} ipsim_dsa;

/* Errors: all problems of the request at once (IPSIM_ERR_UNKNOWN_KEY names the nearest parameter, IPSIM_ERR_RANGE, IPSIM_ERR_USAGE), those of
 * ipsim_run, and models made invalid by a value, with parameter, value and line. Those of the journal: it is there and resume is not set
 * (IPSIM_ERR_USAGE), another process writes it or it cannot be written (IPSIM_ERR_FILE), it belongs to something else
 * (IPSIM_ERR_INCOMPATIBLE) or is no journal (IPSIM_ERR_DATA). IPSIM_ERR_INTERRUPTED: nothing is kept but the journal. */
ipsim_status ipsim_dsa_run(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_dsa_options *options, ipsim_dsa **out,
                           ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_dsa_free(ipsim_dsa *dsa);

#endif
