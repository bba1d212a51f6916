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
/* A sentence about something that does not end the run: a warning, such as a damaged record of a journal, or just how it goes. One thread at
 * a time. */
typedef void ipsim_note(void *data, bool warning, const char *text);

/* Where a run comes from: kept in journals and partial results, so that they are told apart and can be joined. Borrowed. */
typedef struct ipsim_run_origin {
    const char *program; /* version, and what its numbers depend on */
    const char *command; /* "run" or "compare" */
    const ipsim_setting *settings;
    size_t n_settings;
} ipsim_run_origin;

/* The processes of one run, each with a part of the work; member 0 deals it and has the results. Calls come from one thread at a time. Every
 * function gives up (returns false, or value) when the run is to stop: a member that waits for one that is gone would wait for ever. */
typedef bool ipsim_team_grant(void *work, int64_t range[2]);              /* the next units first .. end - 1; false: none are left */
typedef bool ipsim_team_take(void *sums, const void *bytes, size_t size); /* false: they cannot be used */
typedef struct ipsim_team {
    int member, size;
    void *data;
    /* Member 0: answers those who have asked, without waiting; with `last`, waits until everybody has been told that none are left. */
    void (*serve)(void *data, ipsim_team_grant *grant, void *work, bool last);
    /* The others: asks member 0 and waits. */
    bool (*ask)(void *data, int64_t range[2]);
    /* The others: bytes for member 0, which takes those of each. false: a member's bytes could not be taken. */
    bool (*gather)(void *data, const void *bytes, size_t size, ipsim_team_take *take, void *sums);
    int64_t (*agree)(void *data, int64_t value); /* what member 0 says */
    bool (*all_fine)(void *data, bool fine);     /* whether every member is */
} ipsim_team;

/* Probabilistic analysis: every replicate is a draw of the uncertain parameters, with people of its own. */
typedef enum ipsim_design { IPSIM_DESIGN_MC, IPSIM_DESIGN_LHS, IPSIM_DESIGN_SOBOL, IPSIM_DESIGN_SOBOL_JOINT, IPSIM_N_DESIGNS } ipsim_design;
extern const char *const ipsim_design_names[IPSIM_N_DESIGNS + 1]; /* NULL at the end */
enum { IPSIM_PSA_DRAWS = 1000, IPSIM_PSA_PERSONS = 2000, IPSIM_PSA_DRAWS_MAX = 100000 };
typedef struct ipsim_psa_options {
    int64_t n_draws; /* 0: IPSIM_PSA_DRAWS */
    ipsim_design design;
    bool fixed_people;      /* the same people and luck in all draws: their differences come from parameters alone */
    const char *only, *fix; /* names of parameters and joints, separated by commas: only these are drawn, or all but these; NULL: all */
} ipsim_psa_options;

typedef struct ipsim_run_options {
    int64_t persons; /* of each replicate; 0: as the scenario says, in a probabilistic analysis IPSIM_PSA_PERSONS */
    int64_t seed;    /* negative: as the scenario says */
    uint32_t replicate;
    uint32_t n_replicates;        /* replicate, replicate + 1, ...; 0 is 1 */
    const ipsim_psa_options *psa; /* NULL: parameters have their values. Replicates are draws: n_replicates and seeds are not used */
    const uint64_t *seeds;        /* instead: one replicate for each of n_seeds seeds; NULL for none */
    size_t n_seeds;
    const char *until_outcome; /* "outcome" or "outcome:scenario": go on until its error is at most until_mcse; NULL for a fixed number */
    double until_mcse;
    const char *journal;      /* path; NULL for none */
    bool resume;              /* an existing journal is gone on with */
    int64_t shard, n_shards;  /* shard 1 .. n_shards; 0, 0: everything */
    const char *shard_file;   /* where the shard is written */
    const ipsim_files *files; /* those that the scenarios were read from: kept in the shard */
    ipsim_run_origin origin;
    const ipsim_team *team; /* NULL: alone */
    ipsim_note *note;       /* NULL for none */
    void *note_data;
    int n_threads;              /* 0: as OpenMP chooses */
    ipsim_engine_choice engine; /* results are the same */
    ipsim_progress *progress;   /* NULL for none */
    void *progress_data;
    const volatile sig_atomic_t *stop; /* when it becomes non-zero the run ends soon, with what is finished; NULL for never */
} ipsim_run_options;

/* Tables are owned. Units: years are model years, money is in the scenario's currency at its price year, estimates are means per person.
 *   results      scenario, subgroup, outcome, payer, discounted (yes | no), year, estimate, mcse, unit
 *   differences  scenario, comparator, subgroup, outcome, payer, discounted, year, estimate, mcse, unit: scenario minus comparator, paired error
 *   occupancy    scenario, year, state, estimate, mcse, unit
 *   population   attribute, level, statistic, simulated, mcse, target, source, unit
 *   targets      scenario, target, use, simulated, value, low, high, verdict, unit, source, note
 *                verdict: inside | outside (of low to high, either of which may be absent) | no range (both are) | not available
 *   ratios       scenario, comparator, subgroup, perspective, effect, discounted, year, cost, effect_gain, ratio, mcse, reading, unit:
 *                incremental cost per unit of effect (qalys, and the outcome employment_years where declared); mcse by the delta method;
 *                reading: ratio | dominant | dominated | less effective | no difference | not available
 *   parameters   scenario, parameter, value, unit, status, source, label, note, file, line
 *   replicates, replicate_means, settling (NULL for a single replicate): see below
 *   about        scenario, key, value: titles, labels (state:NAME, payer:NAME, perspective:NAME, outcome:NAME, subgroup level labels),
 *                conventions (horizon, report years, discounting, price year, currency, timing), one row each; and what names stand for:
 *                state_role:NAME (dead | left), payer_public:NAME (yes), perspective_payers:NAME, perspective_kinds:NAME,
 *                perspective_public_funds_cost:NAME, outcome_type:NAME, outcome_states:NAME, item_kind:NAME, target_measure:NAME
 * With several replicates all tables above are pooled over the persons of all, who are independent, and for the main outcomes (years and
 * qalys, declared outcomes, costs of perspectives) of everybody at the horizon:
 *   replicates       replicate, seed, scenario, comparator, outcome, payer, discounted, estimate, mcse, unit: of one replicate; comparator empty:
 *                    a mean, otherwise a paired difference
 *   replicate_means  scenario, comparator, outcome, payer, discounted, replicates, mean, mcse (from the spread between replicates), sd, lowest,
 *                    highest, pooled, pooled_mcse, unit
 *   settling         scenario, comparator, outcome, payer, discounted, replicates, mean, mcse, unit: over the first so many replicates
 * subgroup is "all" or "attribute=level". payer is "all" where an outcome has none. The last year is the horizon.
 * Outcomes: life_years, qalys, years_<state>, n_<transition>, n_<event>, days_<event>, the declared outcomes; cost (payer, or all),
 * cost_<kind> (payer or all), cost_<perspective> (all), item_<reward> (payer). */
/* A probabilistic analysis has, in place of results, differences, ratios and those of replicates (main outcomes are those of replicates):
 *   psa          draw, scenario, perspective, subgroup, weight (share of persons), cost, qalys, the declared outcomes, life_years: per person,
 *                discounted where that is reported, at the horizon
 *   draws        file parameters.csv: draw, parameter, value
 *   psa_years    draw, scenario, account (perspective | payer), name, year, cost: cumulative, discounted
 *   psa_summary  scenario, comparator, subgroup, outcome, payer, discounted, year, mean, sd, low, high (percentiles 2.5 and 97.5), mcse,
 *                noise_share, probability_above_0, unit, mcse_low, mcse_high
 *   psa_occupancy scenario, year, state, mean, low, high, unit
 *   break_even   scenario, comparator, account, name, year, mean, low, high, probability_saving, unit
 *   noise        scenario, comparator, outcome, draws, persons, mean, variance, noise_variance, parameter_variance, noise_share,
 *                recommended_persons, recommended_draws, gain, unit: see psa_noise.c
 * `parameters` is then called provenance and has distribution, mean, sd, low and high besides; `about` has the design. */
typedef struct ipsim_results {
    ipsim_table *psa, *draws, *psa_years, *psa_summary, *psa_occupancy, *break_even, *noise;
    ipsim_table *results, *differences, *occupancy, *population, *targets, *ratios, *parameters, *about;
    ipsim_table *replicates, *replicate_means, *settling;
    int64_t persons; /* simulated: fewer than asked when stopped; then exactly the result of a run of that many */
    int64_t requested;
    uint64_t seed;
    uint32_t replicate;
    int n_threads;
    int64_t n_replicates; /* or draws */
    int64_t draws_done;   /* of a probabilistic analysis */
    bool several_seeds;   /* each replicate has one of its own; `seed` is the first */
    bool interrupted;
    bool kept_in_journal; /* interrupted, and what is finished stands in the journal: there are no tables */
    bool shard_written;   /* there are no tables */
    double wall_seconds;
    double events_per_person; /* transitions and recurrent events, mean over arms */
} ipsim_results;

/* Errors: IPSIM_ERR_INCOMPATIBLE names what differs (population, horizon, seed, economics) and both lines; IPSIM_ERR_OVERFLOW,
 * IPSIM_ERR_LIMIT, IPSIM_ERR_MEMORY, and bad input that only compiling can see. IPSIM_ERR_INTERRUPTED when not one block was finished. */
ipsim_status ipsim_run(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options, ipsim_results **out,
                       ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_results_free(ipsim_results *results);

/* The journal of a run whose result is safe, with the files of all ranks. */
void ipsim_run_remove_journal(const char *path);

/* ---- partial results ---- */
/* What a shard's file says about itself, and the files of its scenarios, closed. All is owned. */
typedef struct ipsim_shard_about {
    char *text;
    char *program, *command;
    int64_t shard, n_shards;
    size_t n_files, n_settings;
    char **files;
    ipsim_setting *settings; /* keys own the text of both */
    ipsim_files *kept;
    bool is_psa;
    ipsim_psa_options psa; /* when it is; owns its text */
} ipsim_shard_about;
ipsim_status ipsim_shard_describe(const char *path, ipsim_shard_about *out, ipsim_error *err) IPSIM_MUST_CHECK;
/* The same for the first of several that can be read. When none can, the errors hold the reason of each. */
ipsim_status ipsim_shard_describe_any(const char *const *files, size_t n_files, ipsim_shard_about *out,
                                      ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_shard_about_clear(ipsim_shard_about *about);

/* Joins the shards of one run, in any order, into the results that the whole run would have had. The scenarios must be those of the shards
 * (their digests are compared). IPSIM_ERR_INCOMPATIBLE: shards of different runs, or a shard that is missing or there twice, by name;
 * IPSIM_ERR_DATA: damaged files. All problems at once. */
ipsim_status ipsim_run_merge(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options,
                             const char *const *files, size_t n_files, ipsim_results **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* Everything that `ipsim check` can see without simulating: compiles, and refuses what cannot be compared. */
ipsim_status ipsim_run_check(const ipsim_scenario *const *scenarios, size_t n_scenarios, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* What will be slow in a good scenario, and why: notes of status IPSIM_OK. */
void ipsim_run_note_speed(const ipsim_scenario *scenario, ipsim_error_list *notes);

/* One person's history under each scenario: scenario, person, year, age, what (enter | transition | event | end), name, from, to, stream.
 * A first row "attribute" for each attribute of the person (name, to = value). */
ipsim_status ipsim_replay(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options, int64_t person,
                          ipsim_table **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

#endif
