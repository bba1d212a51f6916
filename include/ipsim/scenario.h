/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario: a scenario file (libconfig), its parents and the command line's --set, merged, checked and typed.
 *
 * Everything declared has a name: sections such as `states` are groups whose keys are the names, and `extends` merges group by
 * group, key by key. model/scenario/schema.c has one row for every key: type, unit, range, default, help. It fills the structs below
 * by offset and also feeds the checks, `ipsim help scenario` and the reference in README.md.
 *
 * A number may be written as a literal or as a string holding an expression of parameters ("c_fte / caseload / 12"), evaluated by
 * a sandboxed Lua (numbers, parameters, log exp sqrt abs min max floor ceil pi). A list of numbers may be written as one number.
 *
 * The whole scenario lives in one arena and is read-only after loading, except through ipsim_scenario_evaluate. */
#ifndef IPSIM_SCENARIO_H
#define IPSIM_SCENARIO_H

#include <stdint.h>

#include "ipsim/arena.h"
#include "ipsim/distribution.h"
#include "ipsim/error.h"
#include "ipsim/files.h"
#include "ipsim/hazard.h"
#include "ipsim/table.h"

/* ---- typed leaves. `given` tells a written value from a default; origin points at the line that set it. ---- */
typedef struct ipsim_number {
    double value;           /* evaluated, finite */
    const char *expression; /* as written; NULL for a literal or a default */
    bool given;
    ipsim_origin origin;
} ipsim_number;
typedef struct ipsim_numbers {
    size_t count;
    ipsim_number *items;
    bool given;
    ipsim_origin origin;
} ipsim_numbers;
typedef struct ipsim_integer {
    int64_t value;
    bool given;
    ipsim_origin origin;
} ipsim_integer;
typedef struct ipsim_flag {
    bool value;
    bool given;
    ipsim_origin origin;
} ipsim_flag;
typedef struct ipsim_text {
    const char *value; /* NULL when absent and without default */
    bool given;
    ipsim_origin origin;
} ipsim_text;
typedef struct ipsim_choice {
    int value; /* an enum of this header */
    bool given;
    ipsim_origin origin;
} ipsim_choice;
typedef struct ipsim_names {
    size_t count;
    const char **items;
    bool given;
    ipsim_origin origin;
} ipsim_names;
typedef struct ipsim_named_numbers { /* a group name = number */
    size_t count;
    const char **names;
    ipsim_number *items;
    bool given;
    ipsim_origin origin;
} ipsim_named_numbers;

/* ---- choices ---- */
typedef enum ipsim_source_status {
    IPSIM_SOURCE_UNSTATED,
    IPSIM_SOURCE_PUBLISHED,
    IPSIM_SOURCE_DERIVED,
    IPSIM_SOURCE_CALIBRATED,
    IPSIM_SOURCE_ASSUMED
} ipsim_source_status;
typedef enum ipsim_role {
    IPSIM_ROLE_ALIVE,
    IPSIM_ROLE_DEAD,
    IPSIM_ROLE_LEFT
} ipsim_role; /* left: out of scope (retired, moved): absorbing, accrues nothing */
typedef enum ipsim_kind { IPSIM_KIND_RESOURCE, IPSIM_KIND_TRANSFER, IPSIM_KIND_PRODUCTION, IPSIM_N_KINDS } ipsim_kind;
typedef enum ipsim_per {
    IPSIM_PER_YEAR,
    IPSIM_PER_ENTRY,
    IPSIM_PER_TRANSITION,
    IPSIM_PER_EVENT,
    IPSIM_PER_EVENT_DAY,
    IPSIM_PER_START,
    IPSIM_PER_DEATH
} ipsim_per;
typedef enum ipsim_outcome_type {
    IPSIM_OUTCOME_YEARS,
    IPSIM_OUTCOME_ENTRIES,
    IPSIM_OUTCOME_EVER,
    IPSIM_OUTCOME_FIRST_TIME,
    IPSIM_OUTCOME_SPELLS,
    IPSIM_OUTCOME_TRANSITIONS,
    IPSIM_OUTCOME_EVENTS,
    IPSIM_OUTCOME_EVENT_DAYS
} ipsim_outcome_type;
typedef enum ipsim_row_order { IPSIM_ORDER_RANDOM, IPSIM_ORDER_FILE } ipsim_row_order;
typedef enum ipsim_target_use { IPSIM_TARGET_CALIBRATION, IPSIM_TARGET_HELD_OUT } ipsim_target_use;
typedef enum ipsim_joint_family {
    IPSIM_JOINT_DIRICHLET, /* probabilities that sum to 1 */
    IPSIM_JOINT_NORMAL,    /* multivariate normal, on the scale of each parameter */
    IPSIM_JOINT_COPULA,    /* the parameters' own distributions, correlated through normal scores */
    IPSIM_JOINT_BOOTSTRAP, /* means of columns of a CSV whose rows are resampled */
    IPSIM_JOINT_DRAWS,     /* rows of a CSV of joint draws */
    IPSIM_N_JOINTS
} ipsim_joint_family;
typedef enum ipsim_joint_scale { IPSIM_SCALE_IDENTITY, IPSIM_SCALE_LOG, IPSIM_SCALE_LOGIT } ipsim_joint_scale;
/* The families of hazard.h plus two that compile translates. */
typedef enum ipsim_hazard_choice { IPSIM_HAZARD_AT = IPSIM_N_FAMILIES, IPSIM_HAZARD_TABLE } ipsim_hazard_choice;

/* ---- data files, read and checked ---- */
/* A table of hazards by age, optional calendar year and any categorical attributes; stepwise constant. rates are per year. */
typedef struct ipsim_rate_table {
    const char *path;
    size_t n_ages, n_years, n_keys, n_strata; /* n_years 1 when there is no year column; n_strata: product of the keys' levels */
    double *ages;                             /* where each age band begins, ascending; the last band never ends */
    double *years;         /* where each calendar year band begins; years[0] is ignored (the first band reaches back for ever) */
    size_t *key_attribute; /* n_keys: index into scenario->attributes */
    double *values;        /* [(stratum * n_years + year) * n_ages + age]; stratum = mixed radix over keys, first key slowest */
} ipsim_rate_table;
/* Rows of persons or a joint table. */
typedef struct ipsim_person_table {
    const char *path;
    size_t n_rows, n_columns;
    const char **names; /* attribute names */
    double *values;     /* [row * n_columns + column]; level index for categorical attributes */
    double *weights;    /* n_rows, positive sum; NULL for equal weights */
} ipsim_person_table;

/* ---- sections ---- */
typedef struct ipsim_distribution_spec {
    ipsim_choice family; /* ipsim_distribution_family */
    ipsim_number mean, sd, meanlog, sdlog, min, mode, max, shape, scale, rate, alpha, beta, value, lower, upper;
    bool given;
    ipsim_origin origin;
} ipsim_distribution_spec;

typedef struct ipsim_parameter {
    const char *name;
    ipsim_origin origin;
    ipsim_number value;
    ipsim_text label, unit, source, note;
    ipsim_choice status; /* ipsim_source_status */
    ipsim_distribution_spec distribution;
} ipsim_parameter;

/* Columns of numbers for a joint distribution. */
typedef struct ipsim_joint_table {
    const char *path;
    size_t n_rows, n_columns;
    double *values;  /* [row * n_columns + parameter] */
    double *weights; /* n_rows, positive sum; NULL for equal weights */
} ipsim_joint_table;

/* Parameters that are uncertain together. What each family needs stands in model/scenario/validate_joint.c. */
typedef struct ipsim_joint {
    const char *name;
    ipsim_origin origin;
    ipsim_text label, source, note;
    ipsim_choice status; /* ipsim_source_status */
    ipsim_choice family; /* ipsim_joint_family */
    ipsim_names parameters;
    ipsim_numbers alpha;                   /* one a parameter */
    ipsim_names scale;                     /* ipsim_joint_scale by name: one for all, or one a parameter */
    ipsim_numbers mean, sd;                /* one a parameter, on its scale */
    ipsim_numbers correlation, covariance; /* row by row; a single correlation holds for every pair */
    ipsim_text file, weight;               /* weight: column name */
    ipsim_names columns;                   /* one a parameter; default: their names */
    ipsim_choice order;                    /* ipsim_row_order */
    ipsim_joint_table *data;
} ipsim_joint;

typedef struct ipsim_person_table_spec {
    const char *name;
    ipsim_origin origin;
    ipsim_text file, weight; /* weight: column name */
    ipsim_choice order;      /* ipsim_row_order */
    ipsim_person_table *data;
} ipsim_person_table_spec;

/* Exactly one of: probabilities (categorical), distribution, value, table, banded (of + breaks). */
typedef struct ipsim_attribute {
    const char *name;
    ipsim_origin origin;
    ipsim_text label, unit;
    ipsim_names levels; /* categorical when given */
    ipsim_numbers probabilities;
    ipsim_distribution_spec distribution;
    ipsim_number value;
    ipsim_text table, column; /* column: default the attribute's name */
    ipsim_text of;            /* numeric attribute to cut into bands: level i holds breaks[i-1] <= x < breaks[i] */
    ipsim_numbers breaks;
    ipsim_number target_mean, target_sd;
    ipsim_numbers target_probabilities;
    ipsim_text target_source;
} ipsim_attribute;

typedef struct ipsim_clock {
    const char *name;
    ipsim_origin origin;
    ipsim_names starts_on; /* states or events */
    ipsim_flag restart;    /* at every entry, not only the first */
} ipsim_clock;

typedef struct ipsim_state {
    const char *name;
    ipsim_origin origin;
    ipsim_text label;
    ipsim_choice role;    /* ipsim_role */
    ipsim_number utility; /* default 1; ignored unless alive */
} ipsim_state;

typedef struct ipsim_hazard_spec {
    ipsim_choice family; /* ipsim_family or ipsim_hazard_choice */
    ipsim_number rate, shape, scale, meanlog, sdlog, mu, sigma, q, delay, at;
    ipsim_numbers breaks, rates;
    ipsim_text file;
    ipsim_number multiplier; /* default 1 */
    bool given;
    ipsim_origin origin;
    ipsim_rate_table *data; /* family table */
} ipsim_hazard_spec;

/* Multiplies the hazard, for some people and for some of the time. hr or log_hr or hr_by_level.
 *   no attribute: hr for everybody;  categorical attribute + level: hr for people at those levels;
 *   categorical + hr_by_level: each level its own (1 where unnamed);  numeric attribute: hr^(x - centre).
 * Window: from_years <= clock < until_years. fade_until_years: from until_years on, log hr falls to 0 in `steps` equal steps. */
typedef struct ipsim_effect {
    const char *name;
    ipsim_origin origin;
    ipsim_number hr, log_hr;
    ipsim_text attribute;
    ipsim_names level;
    ipsim_named_numbers hr_by_level;
    ipsim_number centre;
    ipsim_text clock; /* default start */
    ipsim_number from_years, until_years, fade_until_years;
    ipsim_integer steps;
} ipsim_effect;

/* Multiplies the hazard of everybody by a step function of a clock: values[i] for breaks[i-1] <= clock < breaks[i]. */
typedef struct ipsim_modifier {
    const char *name;
    ipsim_origin origin;
    ipsim_text clock;
    ipsim_numbers breaks, values;
} ipsim_modifier;

typedef struct ipsim_transition {
    const char *name;
    ipsim_origin origin;
    ipsim_text label;
    ipsim_names from; /* one or more states: the same law leaves each of them */
    ipsim_text to;
    ipsim_text stream; /* default "<from>->to", one for each from */
    ipsim_text clock;  /* default sojourn; age for a table */
    ipsim_hazard_spec hazard;
    size_t n_effects, n_modifiers;
    ipsim_effect *effects;
    ipsim_modifier *modifiers;
} ipsim_transition;

typedef struct ipsim_event { /* recurrent: does not change the state */
    const char *name;
    ipsim_origin origin;
    ipsim_text label;
    ipsim_names states; /* default: every alive state */
    ipsim_text stream;  /* default: the event's name */
    ipsim_text clock;
    ipsim_hazard_spec hazard;
    size_t n_effects, n_modifiers;
    ipsim_effect *effects;
    ipsim_modifier *modifiers;
    ipsim_distribution_spec duration_days;
} ipsim_event;

/* Multiplies a reward. categorical + level + factor, categorical + by_level (1 where unnamed), numeric: times the attribute's value. */
typedef struct ipsim_factor {
    const char *name;
    ipsim_origin origin;
    ipsim_text attribute;
    ipsim_names level;
    ipsim_number factor;
    ipsim_named_numbers by_level;
} ipsim_factor;

/* A cost. resource: amount >= 0 borne by payer. transfer: amount >= 0 moves from payer to receiver and sums to nothing.
 * production: amount >= 0 is value created, counted as a negative cost of `payer` (who has the gain). */
typedef struct ipsim_reward {
    const char *name;
    ipsim_origin origin;
    ipsim_text label, payer, receiver, source;
    ipsim_choice kind; /* ipsim_kind */
    ipsim_choice per;  /* ipsim_per */
    ipsim_number amount;
    ipsim_names states, transitions, events;
    ipsim_text clock; /* of the window, default start */
    ipsim_number from_years, until_years;
    size_t n_factors;
    ipsim_factor *factors;
} ipsim_reward;

/* Changes to QALYs. per year: utility = (state's utility + sum of add) x product of multiply (and of values by breaks).
 * Otherwise add is a number of QALYs each time; per event_day: add is a utility, held for the event's duration. */
typedef struct ipsim_utility {
    const char *name;
    ipsim_origin origin;
    ipsim_text label, source;
    ipsim_choice per;
    ipsim_number add, multiply;
    ipsim_names states, transitions, events;
    ipsim_text clock;
    ipsim_number from_years, until_years;
    ipsim_numbers breaks, values;
    size_t n_factors;
    ipsim_factor
        *factors; /* multiply `add`; for `multiply` and `values`: raise to use or not (factor 0 = leave utility alone) is not supported */
} ipsim_utility;

typedef struct ipsim_payer {
    const char *name;
    ipsim_origin origin;
    ipsim_text label;
    ipsim_flag is_public; /* key `public` */
} ipsim_payer;

/* Cost in this perspective = sum over the payers and kinds listed + public_funds_cost x net outlay (resource and transfer) of public payers. */
typedef struct ipsim_perspective {
    const char *name;
    ipsim_origin origin;
    ipsim_text label;
    ipsim_names payers; /* default: all */
    ipsim_names kinds;  /* default: all three */
    ipsim_number public_funds_cost;
} ipsim_perspective;

typedef struct ipsim_outcome {
    const char *name;
    ipsim_origin origin;
    ipsim_text label, unit;
    ipsim_choice type; /* ipsim_outcome_type */
    ipsim_names states, transitions, events;
    ipsim_number weight;         /* years: each year counts weight */
    ipsim_number at_least_years; /* spells */
} ipsim_outcome;

/* A published figure beside the simulated one. measure: Lua, with share("state", years), at("outcome", years). */
typedef struct ipsim_target {
    const char *name;
    ipsim_origin origin;
    ipsim_text label, measure, unit, source, note;
    ipsim_number value, low, high;
    ipsim_choice use; /* ipsim_target_use */
} ipsim_target;

typedef struct ipsim_discount_spec {
    ipsim_numbers rates, from_years;
    bool given;
    ipsim_origin origin;
} ipsim_discount_spec;

typedef struct ipsim_scenario {
    const char *path;                    /* as given */
    ipsim_text name, title, description; /* name: default the file's stem */
    struct {
        ipsim_integer persons, seed;
        ipsim_number horizon_years, start_year, occupancy_step_years;
        ipsim_numbers report_years; /* ascending, below the horizon; the horizon is added by compile */
    } simulation;
    struct {
        ipsim_text currency;
        ipsim_integer price_year;
        ipsim_choice discounting; /* 0 annual effective, 1 continuous */
        ipsim_discount_spec discount_costs, discount_effects;
        ipsim_numbers thresholds; /* per QALY */
    } economics;
    ipsim_text start_state, start_state_attribute;
    ipsim_named_numbers start_states; /* state = probability */
    ipsim_names subgroups;            /* categorical attributes */
    size_t n_parameters, n_joints, n_person_tables, n_attributes, n_clocks, n_states, n_transitions, n_events, n_rewards, n_utilities,
        n_payers, n_perspectives, n_outcomes, n_targets;
    ipsim_parameter *parameters;
    ipsim_joint *joints;                    /* section `joint` */
    ipsim_person_table_spec *person_tables; /* section `tables` */
    ipsim_attribute *attributes;
    ipsim_clock *clocks;
    ipsim_state *states;
    ipsim_transition *transitions;
    ipsim_event *events;
    ipsim_reward *rewards;
    ipsim_utility *utilities;
    ipsim_payer *payers;
    ipsim_perspective *perspectives;
    ipsim_outcome *outcomes;
    ipsim_target *targets;

    uint64_t digest;   /* of the resolved contents, data files included; not of file names, comments or order of keys */
    uint64_t formulas; /* of expressions as written and of the order of parameters: digest and this decide what other values would give */
    size_t n_warnings; /* lint: see ipsim_scenario_warnings */
    struct ipsim_scenario_private *private_parts; /* arena, merged tree, Lua state */
} ipsim_scenario;

/* A --set key=value; key is a full path ("parameters.hr_b.value") or the bare name of a parameter. */
typedef struct ipsim_setting {
    const char *key, *value;
} ipsim_setting;

/* Reads, merges, checks and types. On failure *out is NULL and every problem is in errors (statuses of bad input; IPSIM_ERR_MEMORY). */
ipsim_status ipsim_scenario_load(const char *path, const ipsim_setting *settings, size_t n_settings, ipsim_scenario **out,
                                 ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* The same, with every file kept in a store, or taken from it (files.h): parents, includes and data. The names of files are those that were
 * asked for, so that a scenario from a store is the same to the last origin. */
ipsim_status ipsim_scenario_load_kept(ipsim_files *files, const char *path, const ipsim_setting *settings, size_t n_settings,
                                      ipsim_scenario **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_scenario_free(ipsim_scenario *scenario);

/* Lint: things that are allowed but doubtful (a parameter without source, a literal rate without a parameter, a state never left
 * nor entered by anyone...), as sentences with positions. Borrowed from the scenario. */
const ipsim_error *ipsim_scenario_warnings(const ipsim_scenario *scenario, size_t *count);

/* A scenario of its own with the same contents as loaded, to be evaluated by another thread; no file is read. The original is borrowed and must
 * outlive it. */
ipsim_status ipsim_scenario_clone(const ipsim_scenario *scenario, ipsim_scenario **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* New parameter values (n_parameters of them, NaN: keep the expression or literal), then all dependent numbers again. For psa and dsa. */
ipsim_status ipsim_scenario_evaluate(ipsim_scenario *scenario, const double *parameter_values, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* The resolved scenario, one row a key: key, value (evaluated), expression, unit, file, line, and for parameters source and status. */
ipsim_table *ipsim_scenario_show(const ipsim_scenario *scenario);

/* Keys whose resolved meaning differs: key, first, second, first_file, first_line, second_file, second_line. within: the keys at the top that
 * are compared with all that they hold, up to NULL; NULL: every key. NULL when memory is short. */
ipsim_table *ipsim_scenario_diff(const ipsim_scenario *first, const ipsim_scenario *second, const char *const *within);

/* The schema as a table for help and the README: key, type, unit, range, default, required, help. */
ipsim_table *ipsim_schema_reference(void);

/* A distribution as written -> one ready to sample; IPSIM_ERR_RANGE says which parameter is wrong. */
ipsim_status ipsim_scenario_distribution(const ipsim_distribution_spec *spec, ipsim_distribution *out, ipsim_error *err) IPSIM_MUST_CHECK;

/* The scale of a joint's parameter i. */
ipsim_joint_scale ipsim_joint_scale_of(const ipsim_joint *joint, size_t i);
/* A normal or copula joint's covariance, on the scale of the parameters (copula: correlation), as L with L L' = covariance, row by row into
 * lower[n * n]. IPSIM_ERR_RANGE when it is not positive definite. */
ipsim_status ipsim_joint_factor(const ipsim_joint *joint, double *lower, ipsim_error *err) IPSIM_MUST_CHECK;

/* A target's measure: Lua with share(state, years) and at(outcome, years), which ask the callbacks. The result may be NaN (not available).
 * IPSIM_ERR_EXPRESSION when it cannot be evaluated. */
typedef double ipsim_measure_lookup(void *data, const char *name, double years);
ipsim_status ipsim_measure_evaluate(const char *measure, ipsim_measure_lookup *share, ipsim_measure_lookup *at, void *data, double *out,
                                    ipsim_error *err) IPSIM_MUST_CHECK;
/* The same for many measures: an interpreter takes longer to make than a measure to evaluate. NULL: memory is short. */
typedef struct ipsim_measurer ipsim_measurer;
ipsim_measurer *ipsim_measurer_create(ipsim_measure_lookup *share, ipsim_measure_lookup *at);
void ipsim_measurer_free(ipsim_measurer *measurer);
ipsim_status ipsim_measurer_evaluate(ipsim_measurer *measurer, const char *measure, void *data, double *out,
                                     ipsim_error *err) IPSIM_MUST_CHECK;

/* Indices by name; the count of the array when there is none. */
size_t ipsim_scenario_find_state(const ipsim_scenario *scenario, const char *name);
size_t ipsim_scenario_find_attribute(const ipsim_scenario *scenario, const char *name);
size_t ipsim_attribute_find_level(const ipsim_attribute *attribute, const char *level);
/* Whether a run of the scenario reports an outcome of this name without its being declared. */
bool ipsim_scenario_reports(const ipsim_scenario *scenario, const char *outcome);
bool ipsim_names_contain(const ipsim_names *names, const char *name);

#endif
