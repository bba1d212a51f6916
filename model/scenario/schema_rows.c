/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/schema_rows: the scenario language, one row a key. To add a key: a member in scenario.h and a row here. */
#include <stddef.h>

#include "schema.h"

static const char *const status_names[] = {"unstated", "published", "derived", "calibrated", "assumed", NULL};
static const char *const role_names[] = {"alive", "dead", "left", NULL};
static const char *const order_names[] = {"random", "file", NULL};
static const char *const use_names[] = {"calibration", "held_out", NULL};
static const char *const discounting_names[] = {"annual", "continuous", NULL};
const char *const ipsim_kind_names[] = {"resource", "transfer", "production", NULL};
const char *const ipsim_per_names[] = {"year", "entry", "transition", "event", "event_day", "start", "death", NULL};
const char *const ipsim_outcome_type_names[] = {"years",       "entries", "ever",       "first_time", "spells",
                                                "transitions", "events",  "event_days", NULL};
const char *const ipsim_hazard_family_names[] = {"exponential", "weibull",           "weibull_ph", "gompertz", "log_logistic", "log_normal",
                                                 "gamma",       "generalised_gamma", "piecewise",  "fixed",    "at",           "table",
                                                 NULL};
const char *const ipsim_distribution_names[] = {"fixed",       "uniform", "triangular", "pert", "normal", "lognormal",
                                                "exponential", "weibull", "gamma",      "beta", NULL};

const char *const ipsim_joint_names[] = {"dirichlet", "normal", "copula", "bootstrap", "draws", NULL};
const char *const ipsim_scale_names[] = {"identity", "log", "logit", NULL};

#define NAMED(title, type)                                                                 \
    {                                                                                      \
        title, sizeof(type), offsetof(type, name), offsetof(type, origin), IPSIM_NO_OFFSET \
    }
#define UNNAMED(title, type)                                                                \
    {                                                                                       \
        title, sizeof(type), IPSIM_NO_OFFSET, offsetof(type, origin), offsetof(type, given) \
    }
#define PLAIN(title)                                                                     \
    {                                                                                    \
        title, sizeof(ipsim_scenario), IPSIM_NO_OFFSET, IPSIM_NO_OFFSET, IPSIM_NO_OFFSET \
    }

const ipsim_section_facts ipsim_sections[IPSIM_N_SECTIONS] = {
    [IPSIM_SECTION_SCENARIO] = PLAIN("scenario"),
    [IPSIM_SECTION_SIMULATION] = PLAIN("simulation"),
    [IPSIM_SECTION_ECONOMICS] = PLAIN("economics"),
    [IPSIM_SECTION_PARAMETER] = NAMED("parameter", ipsim_parameter),
    [IPSIM_SECTION_JOINT] = NAMED("joint", ipsim_joint),
    [IPSIM_SECTION_TABLE] = NAMED("table", ipsim_person_table_spec),
    [IPSIM_SECTION_ATTRIBUTE] = NAMED("attribute", ipsim_attribute),
    [IPSIM_SECTION_CLOCK] = NAMED("clock", ipsim_clock),
    [IPSIM_SECTION_STATE] = NAMED("state", ipsim_state),
    [IPSIM_SECTION_TRANSITION] = NAMED("transition", ipsim_transition),
    [IPSIM_SECTION_EVENT] = NAMED("event", ipsim_event),
    [IPSIM_SECTION_REWARD] = NAMED("reward", ipsim_reward),
    [IPSIM_SECTION_UTILITY] = NAMED("utility", ipsim_utility),
    [IPSIM_SECTION_PAYER] = NAMED("payer", ipsim_payer),
    [IPSIM_SECTION_PERSPECTIVE] = NAMED("perspective", ipsim_perspective),
    [IPSIM_SECTION_OUTCOME] = NAMED("outcome", ipsim_outcome),
    [IPSIM_SECTION_TARGET] = NAMED("target", ipsim_target),
    [IPSIM_SECTION_HAZARD] = UNNAMED("hazard", ipsim_hazard_spec),
    [IPSIM_SECTION_EFFECT] = NAMED("effect", ipsim_effect),
    [IPSIM_SECTION_MODIFIER] = NAMED("modifier", ipsim_modifier),
    [IPSIM_SECTION_FACTOR] = NAMED("factor", ipsim_factor),
    [IPSIM_SECTION_DISTRIBUTION] = UNNAMED("distribution", ipsim_distribution_spec),
    [IPSIM_SECTION_DISCOUNT] = UNNAMED("discount", ipsim_discount_spec),
};

/* Short forms, so that a row reads as: where, key, type, member, then what is special, then help. */
#define KEY(SECTION, key_name, TYPE, struct_type, member) \
    .section = IPSIM_SECTION_##SECTION, .key = key_name, .type = IPSIM_KEY_##TYPE, .offset = offsetof(struct_type, member)
#define HOLDS(SECTION) .holds = IPSIM_SECTION_##SECTION
#define ITEMS_OF(SECTION, struct_type, member, SECTION_HELD) \
    KEY(SECTION, #member, ITEMS, struct_type, member), .count_offset = offsetof(struct_type, n_##member), HOLDS(SECTION_HELD)
#define AT_LEAST(bound) .min = bound, .max = HUGE_BOUND
#define ABOVE(bound) .min = bound, .max = HUGE_BOUND, .above_min = true
#define BETWEEN(low, high) .min = low, .max = high
#define HUGE_BOUND 1e300

const ipsim_schema_row ipsim_schema_rows[] = {
    /* ---- the file ---- */
    {KEY(SCENARIO, "name", TEXT, ipsim_scenario, name),
     .help = "A short name for tables and folders: a letter, then letters, digits, _ or -. By default the file's name without .cfg."},
    {KEY(SCENARIO, "title", TEXT, ipsim_scenario, title), .help = "One line that says what this scenario is, for reports."},
    {KEY(SCENARIO, "description", TEXT, ipsim_scenario, description),
     .help = "A paragraph for reports: the question, the setting, the caveats."},
    {.section = IPSIM_SECTION_SCENARIO,
     .key = "extends",
     .type = IPSIM_KEY_TEXT,
     .offset = IPSIM_NO_OFFSET,
     .help = "Another scenario file, relative to this one, that this file changes. Groups merge key by key; anything else replaces what "
             "was inherited; an inherited item is dropped by  item: { remove = true; };"},
    {KEY(SCENARIO, "simulation", GROUP, ipsim_scenario, path), HOLDS(SIMULATION), .required = true,
     .help = "How many people, for how long, from when."},
    {KEY(SCENARIO, "economics", GROUP, ipsim_scenario, path), HOLDS(ECONOMICS), .help = "Currency, price year and discounting."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, parameters, PARAMETER),
     .help = "The numbers of the model, each with its source. NAME = 0.6; is short for NAME: { value = 0.6; };"},
    {KEY(SCENARIO, "joint", ITEMS, ipsim_scenario, joints), .count_offset = offsetof(ipsim_scenario, n_joints), HOLDS(JOINT),
     .help = "Parameters that are uncertain together, for probabilistic analysis. A parameter stands in one of them at most."},
    {KEY(SCENARIO, "tables", ITEMS, ipsim_scenario, person_tables), .count_offset = offsetof(ipsim_scenario, n_person_tables), HOLDS(TABLE),
     .help = "CSV files of persons, from which attributes can be read row by row, so that they keep their joint distribution."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, attributes, ATTRIBUTE),
     .help = "What distinguishes one person from another at entry. Two names are reserved: age (years at entry) and entry_time (years "
             "after the model's start at which the person enters, 0 by default)."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, clocks, CLOCK), .help = "Named clocks, used as clock = \"since:NAME\"."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, states, STATE), .required = true,
     .help = "The states a person can be in; one at a time. None may be called not_entered: results say so of who has yet to enter."},
    {KEY(SCENARIO, "start_state", TEXT, ipsim_scenario, start_state), .help = "The state in which everybody starts."},
    {KEY(SCENARIO, "start_states", NAMED_NUMBERS, ipsim_scenario, start_states), BETWEEN(0, 1),
     .help = "The probability of starting in each of several states; they sum to 1."},
    {KEY(SCENARIO, "start_state_attribute", TEXT, ipsim_scenario, start_state_attribute),
     .help = "A categorical attribute whose levels are states: each person starts in the state that the attribute names."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, transitions, TRANSITION), .help = "Moves from one state to another, each with a hazard."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, events, EVENT), .help = "Recurrent events that do not change the state, such as admissions."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, rewards, REWARD), .help = "Costs, transfers and production, by payer."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, utilities, UTILITY), .help = "Changes to quality-adjusted life years beyond each state's utility."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, payers, PAYER), .help = "Who bears costs. Every payer of a reward is declared here."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, perspectives, PERSPECTIVE),
     .help = "Which payers and kinds of cost a total counts; all are computed in one run."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, outcomes, OUTCOME),
     .help = "Results to count beyond the automatic ones (life_years, qalys, cost, years_STATE, n_TRANSITION, n_EVENT, days_EVENT)."},
    {KEY(SCENARIO, "subgroups", NAMES, ipsim_scenario, subgroups),
     .help = "Categorical attributes by whose levels results are also reported."},
    {ITEMS_OF(SCENARIO, ipsim_scenario, targets, TARGET), .help = "Published figures that a run prints beside the simulated ones."},

    /* ---- simulation ---- */
    {KEY(SIMULATION, "persons", INTEGER, ipsim_scenario, simulation.persons), BETWEEN(1, 1099511627775.0), .unit = "persons",
     .fallback = "10000", .help = "How many people are simulated. Monte Carlo errors fall with its square root."},
    {KEY(SIMULATION, "seed", INTEGER, ipsim_scenario, simulation.seed), BETWEEN(0, 9223372036854775807.0), .fallback = "1",
     .help = "The seed of all randomness. The same seed gives the same people and the same luck, on any number of threads."},
    {KEY(SIMULATION, "horizon_years", NUMBER, ipsim_scenario, simulation.horizon_years), BETWEEN(0, 1000), .unit = "years",
     .required = true, .help = "How long the model runs. People alive at the horizon are counted up to it."},
    {KEY(SIMULATION, "report_years", NUMBERS, ipsim_scenario, simulation.report_years), ABOVE(0), .unit = "years",
     .help = "Times before the horizon at which results so far are reported as well; ascending."},
    {KEY(SIMULATION, "start_year", NUMBER, ipsim_scenario, simulation.start_year), BETWEEN(-10000, 10000), .unit = "calendar year",
     .fallback = "0",
     .help = "The calendar year at the model's start, needed by the calendar clock and by rate tables with a year column."},
    {KEY(SIMULATION, "occupancy_step_years", NUMBER, ipsim_scenario, simulation.occupancy_step_years), ABOVE(0), .unit = "years",
     .help = "The step between the times at which the share of people in each state is recorded. By default a fiftieth of the horizon."},

    /* ---- economics ---- */
    {KEY(ECONOMICS, "currency", TEXT, ipsim_scenario, economics.currency), .fallback = "NOK", .help = "The currency of every amount."},
    {KEY(ECONOMICS, "price_year", INTEGER, ipsim_scenario, economics.price_year), BETWEEN(1900, 2200), .unit = "calendar year",
     .help = "The year whose prices the amounts are in."},
    {KEY(ECONOMICS, "discounting", CHOICE, ipsim_scenario, economics.discounting), .choices = discounting_names, .fallback = "annual",
     .help = "How a discount rate r is read: annual weights time t by (1 + r)^-t, continuous by exp(-r t)."},
    {KEY(ECONOMICS, "discount_costs", GROUP, ipsim_scenario, economics.discount_costs), HOLDS(DISCOUNT),
     .help = "Discounting of costs. None by default."},
    {KEY(ECONOMICS, "discount_effects", GROUP, ipsim_scenario, economics.discount_effects), HOLDS(DISCOUNT),
     .help = "Discounting of QALYs, years and counts. None by default."},
    {KEY(ECONOMICS, "thresholds", NUMBERS, ipsim_scenario, economics.thresholds), AT_LEAST(0), .unit = "currency per QALY",
     .help =
         "Willingness to pay per QALY. Recorded in about.csv for decision analysis; ipsim cea computes net benefits from tables of draws."},
    {KEY(DISCOUNT, "rates", NUMBERS, ipsim_discount_spec, rates), BETWEEN(-0.5, 1), .unit = "per year", .required = true,
     .help = "The discount rate, or one rate for each step of from_years."},
    {KEY(DISCOUNT, "from_years", NUMBERS, ipsim_discount_spec, from_years), AT_LEAST(0), .unit = "years",
     .help = "The model time from which each rate holds: 0 first, ascending. Not needed for a single rate."},

    /* ---- parameters and distributions ---- */
    {KEY(PARAMETER, "value", NUMBER, ipsim_parameter, value), .required = true,
     .help = "A number, or a text with an expression of other parameters, such as \"c_fte / caseload / 12\"."},
    {KEY(PARAMETER, "label", TEXT, ipsim_parameter, label), .help = "What the parameter is, for tables and reports."},
    {KEY(PARAMETER, "unit", TEXT, ipsim_parameter, unit), .help = "The unit of the value."},
    {KEY(PARAMETER, "source", TEXT, ipsim_parameter, source),
     .help = "Where the value comes from: a publication and table, or a row of an evidence file."},
    {KEY(PARAMETER, "status", CHOICE, ipsim_parameter, status), .choices = status_names, .fallback = "unstated",
     .help = "How the value was come by: published as it stands, derived from published figures, calibrated to targets, or assumed."},
    {KEY(PARAMETER, "note", TEXT, ipsim_parameter, note), .help = "Anything a reader should know: derivation, doubts, alternatives."},
    {KEY(PARAMETER, "distribution", GROUP, ipsim_parameter, distribution), HOLDS(DISTRIBUTION),
     .help = "How uncertain the value is, for probabilistic analysis."},
    {KEY(DISTRIBUTION, "family", CHOICE, ipsim_distribution_spec, family), .choices = ipsim_distribution_names, .required = true,
     .help = "Each family needs its own keys: fixed value; uniform min max; triangular and pert min mode max; normal mean sd; lognormal "
             "meanlog sdlog; exponential rate; weibull shape scale; gamma shape scale; beta alpha beta."},
    {KEY(DISTRIBUTION, "value", NUMBER, ipsim_distribution_spec, value), .help = "The value of family fixed."},
    {KEY(DISTRIBUTION, "min", NUMBER, ipsim_distribution_spec, min), .help = "The lowest value of uniform, triangular and pert."},
    {KEY(DISTRIBUTION, "mode", NUMBER, ipsim_distribution_spec, mode), .help = "The most likely value of triangular and pert."},
    {KEY(DISTRIBUTION, "max", NUMBER, ipsim_distribution_spec, max), .help = "The highest value of uniform, triangular and pert."},
    {KEY(DISTRIBUTION, "mean", NUMBER, ipsim_distribution_spec, mean), .help = "The mean of the normal distribution, before truncation."},
    {KEY(DISTRIBUTION, "sd", NUMBER, ipsim_distribution_spec, sd), ABOVE(0),
     .help = "The standard deviation of the normal distribution, before truncation."},
    {KEY(DISTRIBUTION, "meanlog", NUMBER, ipsim_distribution_spec, meanlog),
     .help = "The mean of the logarithm; the median is exp(meanlog)."},
    {KEY(DISTRIBUTION, "sdlog", NUMBER, ipsim_distribution_spec, sdlog), ABOVE(0), .help = "The standard deviation of the logarithm."},
    {KEY(DISTRIBUTION, "rate", NUMBER, ipsim_distribution_spec, rate), ABOVE(0),
     .help = "The rate of the exponential distribution: 1 / mean."},
    {KEY(DISTRIBUTION, "shape", NUMBER, ipsim_distribution_spec, shape), ABOVE(0), .help = "The shape of weibull and gamma."},
    {KEY(DISTRIBUTION, "scale", NUMBER, ipsim_distribution_spec, scale), ABOVE(0),
     .help = "The scale of weibull and gamma (gamma: mean = shape x scale)."},
    {KEY(DISTRIBUTION, "alpha", NUMBER, ipsim_distribution_spec, alpha), ABOVE(0),
     .help = "The first shape of beta, as in prior successes."},
    {KEY(DISTRIBUTION, "beta", NUMBER, ipsim_distribution_spec, beta), ABOVE(0), .help = "The second shape of beta, as in prior failures."},
    {KEY(DISTRIBUTION, "lower", NUMBER, ipsim_distribution_spec, lower), .fallback = "-inf", .help = "Truncates any family from below."},
    {KEY(DISTRIBUTION, "upper", NUMBER, ipsim_distribution_spec, upper), .fallback = "inf", .help = "Truncates any family from above."},

    /* ---- joint distributions ---- */
    {KEY(JOINT, "family", CHOICE, ipsim_joint, family), .choices = ipsim_joint_names, .required = true,
     .help =
         "dirichlet alpha: probabilities that sum to 1; normal mean sd correlation (or mean covariance), on the scale of each parameter; "
         "copula "
         "correlation: the parameters' own distributions with correlated normal scores; bootstrap file: means of columns whose rows are "
         "resampled with replacement; draws file: rows of joint draws, for example a posterior sample."},
    {KEY(JOINT, "parameters", NAMES, ipsim_joint, parameters), .required = true, .help = "The parameters, in the order of the other keys."},
    {KEY(JOINT, "alpha", NUMBERS, ipsim_joint, alpha), ABOVE(0),
     .help = "dirichlet: one number a parameter, as in counts of a row of transitions."},
    {KEY(JOINT, "scale", NAMES, ipsim_joint, scale), .choices = ipsim_scale_names,
     .help =
         "normal: the scale on which the parameters are normal, identity, log or logit; one for all or one for each. By default identity."},
    {KEY(JOINT, "mean", NUMBERS, ipsim_joint, mean), .help = "normal: the mean of each parameter on its scale."},
    {KEY(JOINT, "sd", NUMBERS, ipsim_joint, sd), ABOVE(0), .help = "normal: the standard deviation of each on its scale."},
    {KEY(JOINT, "correlation", NUMBERS, ipsim_joint, correlation), BETWEEN(-1, 1),
     .help = "normal and copula: the correlation matrix row by row, or one number for every pair."},
    {KEY(JOINT, "covariance", NUMBERS, ipsim_joint, covariance),
     .help = "normal: instead of sd and correlation, the covariance matrix row by row, on the scales of the parameters."},
    {KEY(JOINT, "file", TEXT, ipsim_joint, file), .help = "bootstrap and draws: a CSV file with a header, relative to this file."},
    {KEY(JOINT, "columns", NAMES, ipsim_joint, columns), .help = "Its columns, one a parameter. By default the names of the parameters."},
    {KEY(JOINT, "weight", TEXT, ipsim_joint, weight),
     .help = "The column of weights by which rows are drawn; without it all rows are equally likely."},
    {KEY(JOINT, "order", CHOICE, ipsim_joint, order), .choices = order_names, .fallback = "random",
     .help = "draws: random takes a row for each draw with replacement, file takes row d for draw d."},
    {KEY(JOINT, "label", TEXT, ipsim_joint, label), .help = "What the parameters have in common, for tables and reports."},
    {KEY(JOINT, "source", TEXT, ipsim_joint, source), .help = "Where the distribution comes from."},
    {KEY(JOINT, "status", CHOICE, ipsim_joint, status), .choices = status_names, .fallback = "unstated",
     .help = "How it was come by, as for parameters."},
    {KEY(JOINT, "note", TEXT, ipsim_joint, note), .help = "Anything a reader should know."},

    /* ---- tables, attributes, clocks ---- */
    {KEY(TABLE, "file", TEXT, ipsim_person_table_spec, file), .required = true,
     .help = "A CSV file with a header and one person a row, relative to this file."},
    {KEY(TABLE, "weight", TEXT, ipsim_person_table_spec, weight), .help = "The column of weights; without it all rows are equally likely."},
    {KEY(TABLE, "order", CHOICE, ipsim_person_table_spec, order), .choices = order_names, .fallback = "random",
     .help = "random draws a row for each person; file takes the rows in turn, starting again at the end."},
    {KEY(ATTRIBUTE, "label", TEXT, ipsim_attribute, label), .help = "What the attribute is, for tables and reports."},
    {KEY(ATTRIBUTE, "unit", TEXT, ipsim_attribute, unit), .help = "The unit of a numeric attribute."},
    {KEY(ATTRIBUTE, "levels", NAMES, ipsim_attribute, levels),
     .help = "The levels of a categorical attribute; an attribute without levels is numeric."},
    {KEY(ATTRIBUTE, "probabilities", NUMBERS, ipsim_attribute, probabilities), BETWEEN(0, 1),
     .help = "The probability of each level; they sum to 1."},
    {KEY(ATTRIBUTE, "distribution", GROUP, ipsim_attribute, distribution), HOLDS(DISTRIBUTION),
     .help = "The distribution from which a numeric attribute is drawn."},
    {KEY(ATTRIBUTE, "value", NUMBER, ipsim_attribute, value), .help = "One number for everybody."},
    {KEY(ATTRIBUTE, "table", TEXT, ipsim_attribute, table), .help = "The table of persons from which the attribute is read."},
    {KEY(ATTRIBUTE, "column", TEXT, ipsim_attribute, column), .help = "The column of that table. By default the attribute's name."},
    {KEY(ATTRIBUTE, "of", TEXT, ipsim_attribute, of), .help = "The numeric attribute that is cut into bands by breaks."},
    {KEY(ATTRIBUTE, "breaks", NUMBERS, ipsim_attribute, breaks),
     .help = "Where the second and later bands begin; ascending, one fewer than the levels."},
    {KEY(ATTRIBUTE, "target_mean", NUMBER, ipsim_attribute, target_mean),
     .help = "The mean that the simulated population should have, printed beside it."},
    {KEY(ATTRIBUTE, "target_sd", NUMBER, ipsim_attribute, target_sd), AT_LEAST(0),
     .help = "The standard deviation that the simulated population should have."},
    {KEY(ATTRIBUTE, "target_probabilities", NUMBERS, ipsim_attribute, target_probabilities), BETWEEN(0, 1),
     .help = "The share that each level should have."},
    {KEY(ATTRIBUTE, "target_source", TEXT, ipsim_attribute, target_source), .help = "Where the targets come from."},
    {KEY(CLOCK, "starts_on", NAMES, ipsim_clock, starts_on), .required = true,
     .help = "The states whose entry, or the events whose occurrence, starts the clock."},
    {KEY(CLOCK, "restart", FLAG, ipsim_clock, restart), .fallback = "false",
     .help = "true: every such entry sets the clock back to 0, not only the first."},

    /* ---- states ---- */
    {KEY(STATE, "label", TEXT, ipsim_state, label), .help = "What the state is, for tables and reports."},
    {KEY(STATE, "role", CHOICE, ipsim_state, role), .choices = role_names, .fallback = "alive",
     .help = "dead ends life years and everything else; left (retired, moved away) ends everything without being a death."},
    {KEY(STATE, "utility", NUMBER, ipsim_state, utility), BETWEEN(-10, 1), .unit = "utility", .fallback = "1",
     .help = "The quality-of-life weight of a year in the state: 1 is full health, 0 is as bad as death, less is allowed."},

    /* ---- transitions and events ---- */
    {KEY(TRANSITION, "label", TEXT, ipsim_transition, label), .help = "What the transition is, for tables and reports."},
    {KEY(TRANSITION, "from", NAMES, ipsim_transition, from), .required = true,
     .help = "The state it leaves, or a list of states that it leaves in the same way."},
    {KEY(TRANSITION, "to", TEXT, ipsim_transition, to), .required = true, .help = "The state it leads to."},
    {KEY(TRANSITION, "stream", TEXT, ipsim_transition, stream),
     .help = "The name of the stream of luck it draws from. Transitions of one stream (say death, from every state) share one budget of "
             "luck, so that scenarios stay comparable person by person. By default \"FROM->TO\". Two transitions out of one state need "
             "different streams."},
    {KEY(TRANSITION, "clock", TEXT, ipsim_transition, clock),
     .help = "The clock that the hazard reads: sojourn (time in the state; the default), start (time since entry to the model), age (the "
             "default of family table), calendar, or since:NAME."},
    {KEY(TRANSITION, "hazard", GROUP, ipsim_transition, hazard), HOLDS(HAZARD), .required = true,
     .help = "The hazard of the transition, per year."},
    {ITEMS_OF(TRANSITION, ipsim_transition, effects, EFFECT), .help = "Hazard ratios of attributes and treatments."},
    {ITEMS_OF(TRANSITION, ipsim_transition, modifiers, MODIFIER),
     .help = "Step functions of a clock that multiply the hazard for everybody."},
    {KEY(EVENT, "label", TEXT, ipsim_event, label), .help = "What the event is, for tables and reports."},
    {KEY(EVENT, "states", NAMES, ipsim_event, states), .help = "The states in which the event can happen. By default every alive state."},
    {KEY(EVENT, "stream", TEXT, ipsim_event, stream), .help = "The name of the stream of luck it draws from. By default the event's name."},
    {KEY(EVENT, "clock", TEXT, ipsim_event, clock), .help = "The clock that the hazard reads, as for transitions."},
    {KEY(EVENT, "hazard", GROUP, ipsim_event, hazard), HOLDS(HAZARD), .required = true,
     .help = "The hazard of the event, per year; any family but fixed and at."},
    {ITEMS_OF(EVENT, ipsim_event, effects, EFFECT), .help = "Hazard ratios of attributes and treatments."},
    {ITEMS_OF(EVENT, ipsim_event, modifiers, MODIFIER), .help = "Step functions of a clock that multiply the hazard for everybody."},
    {KEY(EVENT, "duration_days", GROUP, ipsim_event, duration_days), HOLDS(DISTRIBUTION), .unit = "days",
     .help = "The distribution of the event's duration, needed by outcomes, rewards and utilities per event day. The whole duration counts "
             "at the event's start, and does not interrupt other risks."},
    {KEY(HAZARD, "family", CHOICE, ipsim_hazard_spec, family), .choices = ipsim_hazard_family_names, .required = true,
     .help = "Each family needs its own keys: exponential rate; weibull shape scale; weibull_ph shape rate; gompertz shape rate; "
             "log_logistic shape scale; log_normal meanlog sdlog; gamma shape rate; generalised_gamma mu sigma q; piecewise breaks rates; "
             "fixed delay (sojourn clock only); at at (any other clock); table file."},
    {KEY(HAZARD, "rate", NUMBER, ipsim_hazard_spec, rate), AT_LEAST(0), .unit = "per year",
     .help = "The rate of exponential, weibull_ph, gompertz (at clock 0) and gamma (where it must be above 0)."},
    {KEY(HAZARD, "shape", NUMBER, ipsim_hazard_spec, shape),
     .help = "The shape: above 0, except that gompertz allows any (negative: some never leave)."},
    {KEY(HAZARD, "scale", NUMBER, ipsim_hazard_spec, scale), ABOVE(0), .unit = "years", .help = "The scale of weibull and log_logistic."},
    {KEY(HAZARD, "meanlog", NUMBER, ipsim_hazard_spec, meanlog), .unit = "log years",
     .help = "The mean of the logarithm of the time of log_normal."},
    {KEY(HAZARD, "sdlog", NUMBER, ipsim_hazard_spec, sdlog), ABOVE(0),
     .help = "The standard deviation of the logarithm of the time of log_normal."},
    {KEY(HAZARD, "mu", NUMBER, ipsim_hazard_spec, mu), .help = "The location of generalised_gamma (Prentice), on the log scale."},
    {KEY(HAZARD, "sigma", NUMBER, ipsim_hazard_spec, sigma), ABOVE(0), .help = "The scale of generalised_gamma, on the log scale."},
    {KEY(HAZARD, "q", NUMBER, ipsim_hazard_spec, q), .help = "The shape of generalised_gamma: 0 is log-normal, 1 is weibull."},
    {KEY(HAZARD, "delay", NUMBER, ipsim_hazard_spec, delay), AT_LEAST(0), .unit = "years",
     .help = "The time in the state after which a fixed transition happens."},
    {KEY(HAZARD, "at", NUMBER, ipsim_hazard_spec, at), .unit = "years",
     .help = "The reading of the clock at which the transition happens, for example age 67."},
    {KEY(HAZARD, "breaks", NUMBERS, ipsim_hazard_spec, breaks), .unit = "years",
     .help = "Where the second and later bands of piecewise begin; ascending, above 0."},
    {KEY(HAZARD, "rates", NUMBERS, ipsim_hazard_spec, rates), AT_LEAST(0), .unit = "per year",
     .help = "The rate in each band of piecewise: one more than breaks."},
    {KEY(HAZARD, "file", TEXT, ipsim_hazard_spec, file),
     .help = "The CSV file of family table, relative to this file: columns age, optionally year and categorical attributes, and either "
             "rate (per year) or probability (of one year)."},
    {KEY(HAZARD, "multiplier", NUMBER, ipsim_hazard_spec, multiplier), AT_LEAST(0), .fallback = "1",
     .help = "Multiplies the hazard: a hazard ratio against the family."},
    {KEY(EFFECT, "hr", NUMBER, ipsim_effect, hr), ABOVE(0), .help = "The hazard ratio; for a numeric attribute, per unit above centre."},
    {KEY(EFFECT, "log_hr", NUMBER, ipsim_effect, log_hr), BETWEEN(-100, 100), .help = "The same on the log scale."},
    {KEY(EFFECT, "attribute", TEXT, ipsim_effect, attribute), .help = "The attribute it depends on; without one, it holds for everybody."},
    {KEY(EFFECT, "level", NAMES, ipsim_effect, level), .help = "The level, or levels, of a categorical attribute to which it applies."},
    {KEY(EFFECT, "hr_by_level", NAMED_NUMBERS, ipsim_effect, hr_by_level), ABOVE(0),
     .help = "A hazard ratio for each level; levels not named have 1."},
    {KEY(EFFECT, "centre", NUMBER, ipsim_effect, centre), .fallback = "0",
     .help = "The value of a numeric attribute at which the hazard ratio is 1."},
    {KEY(EFFECT, "clock", TEXT, ipsim_effect, clock), .fallback = "start", .help = "The clock of the window."},
    {KEY(EFFECT, "from_years", NUMBER, ipsim_effect, from_years), .unit = "years", .fallback = "0", .help = "When the effect begins."},
    {KEY(EFFECT, "until_years", NUMBER, ipsim_effect, until_years), .unit = "years", .fallback = "inf",
     .help = "When the effect ends, or begins to fade."},
    {KEY(EFFECT, "fade_until_years", NUMBER, ipsim_effect, fade_until_years), .unit = "years",
     .help = "When a fading effect is gone: from until_years on, its logarithm falls to 0 in equal steps."},
    {KEY(EFFECT, "steps", INTEGER, ipsim_effect, steps), BETWEEN(1, 1000), .fallback = "12", .help = "The number of steps of the fading."},
    {KEY(MODIFIER, "clock", TEXT, ipsim_modifier, clock), .fallback = "start", .help = "The clock it reads."},
    {KEY(MODIFIER, "breaks", NUMBERS, ipsim_modifier, breaks), .unit = "years", .required = true,
     .help = "Where the second and later bands begin; ascending."},
    {KEY(MODIFIER, "values", NUMBERS, ipsim_modifier, values), AT_LEAST(0), .required = true,
     .help = "What multiplies the hazard in each band: one more than breaks."},

    /* ---- rewards, utilities and their factors ---- */
    {KEY(REWARD, "label", TEXT, ipsim_reward, label), .help = "What the cost is, for tables and reports."},
    {KEY(REWARD, "kind", CHOICE, ipsim_reward, kind), .choices = ipsim_kind_names, .fallback = "resource",
     .help = "resource: a cost to the payer; transfer: money from payer to receiver, no resource; production: value created, the payer's "
             "gain."},
    {KEY(REWARD, "payer", TEXT, ipsim_reward, payer), .required = true, .help = "Who pays (of production: who gains)."},
    {KEY(REWARD, "receiver", TEXT, ipsim_reward, receiver), .help = "Who receives a transfer."},
    {KEY(REWARD, "per", CHOICE, ipsim_reward, per), .choices = ipsim_per_names, .required = true,
     .help = "What is counted: years in states, entries to states, transitions, events, days of events, starts of the model, deaths."},
    {KEY(REWARD, "amount", NUMBER, ipsim_reward, amount), AT_LEAST(0), .unit = "currency", .required = true,
     .help = "The amount each time, in the scenario's currency. Gains are written as production, not as negative costs."},
    {KEY(REWARD, "states", NAMES, ipsim_reward, states),
     .help = "per year or entry: in which states. per year, by default every alive state."},
    {KEY(REWARD, "transitions", NAMES, ipsim_reward, transitions), .help = "per transition: which ones."},
    {KEY(REWARD, "events", NAMES, ipsim_reward, events), .help = "per event or event_day: which ones."},
    {KEY(REWARD, "clock", TEXT, ipsim_reward, clock), .fallback = "start", .help = "The clock of the window."},
    {KEY(REWARD, "from_years", NUMBER, ipsim_reward, from_years), .unit = "years", .fallback = "0", .help = "When it begins to count."},
    {KEY(REWARD, "until_years", NUMBER, ipsim_reward, until_years), .unit = "years", .fallback = "inf", .help = "When it ceases to count."},
    {KEY(REWARD, "source", TEXT, ipsim_reward, source), .help = "Where the amount comes from, if not from a parameter."},
    {ITEMS_OF(REWARD, ipsim_reward, factors, FACTOR), .help = "Multiply the amount by what depends on the person."},
    {KEY(UTILITY, "label", TEXT, ipsim_utility, label), .help = "What the change is, for tables and reports."},
    {KEY(UTILITY, "per", CHOICE, ipsim_utility, per), .choices = ipsim_per_names, .fallback = "year",
     .help = "year changes the utility of time in states; event_day holds add for the event's duration; the others add QALYs each time."},
    {KEY(UTILITY, "add", NUMBER, ipsim_utility, add), BETWEEN(-1000, 1), .fallback = "0", .help = "What is added: a loss is negative."},
    {KEY(UTILITY, "multiply", NUMBER, ipsim_utility, multiply), AT_LEAST(0), .fallback = "1",
     .help = "per year: what the utility is multiplied by."},
    {KEY(UTILITY, "states", NAMES, ipsim_utility, states),
     .help = "per year or entry: in which states. per year, by default every alive state."},
    {KEY(UTILITY, "transitions", NAMES, ipsim_utility, transitions), .help = "per transition: which ones."},
    {KEY(UTILITY, "events", NAMES, ipsim_utility, events), .help = "per event or event_day: which ones."},
    {KEY(UTILITY, "clock", TEXT, ipsim_utility, clock), .fallback = "start", .help = "The clock of the window and of breaks."},
    {KEY(UTILITY, "from_years", NUMBER, ipsim_utility, from_years), .unit = "years", .fallback = "0", .help = "When it begins to count."},
    {KEY(UTILITY, "until_years", NUMBER, ipsim_utility, until_years), .unit = "years", .fallback = "inf",
     .help = "When it ceases to count."},
    {KEY(UTILITY, "breaks", NUMBERS, ipsim_utility, breaks), .unit = "years",
     .help = "Where the second and later bands of values begin; ascending."},
    {KEY(UTILITY, "values", NUMBERS, ipsim_utility, values), AT_LEAST(0),
     .help = "per year: what multiplies the utility in each band of the clock, one more than breaks."},
    {KEY(UTILITY, "source", TEXT, ipsim_utility, source), .help = "Where the number comes from, if not from a parameter."},
    {ITEMS_OF(UTILITY, ipsim_utility, factors, FACTOR), .help = "Multiply add by what depends on the person."},
    {KEY(FACTOR, "attribute", TEXT, ipsim_factor, attribute), .required = true,
     .help = "The attribute. A numeric one multiplies by its value; a categorical one needs level and factor, or by_level."},
    {KEY(FACTOR, "level", NAMES, ipsim_factor, level),
     .help = "The level, or levels, to which factor applies; people at other levels have 1."},
    {KEY(FACTOR, "factor", NUMBER, ipsim_factor, factor), .fallback = "1", .help = "What the amount is multiplied by for people at level."},
    {KEY(FACTOR, "by_level", NAMED_NUMBERS, ipsim_factor, by_level), .help = "A factor for each level; levels not named have 1."},

    /* ---- payers, perspectives, outcomes, targets ---- */
    {KEY(PAYER, "label", TEXT, ipsim_payer, label), .help = "Who the payer is, for tables and reports."},
    {KEY(PAYER, "public", FLAG, ipsim_payer, is_public), .fallback = "false", .help = "true: what it pays, net, is tax money."},
    {KEY(PERSPECTIVE, "label", TEXT, ipsim_perspective, label), .help = "What the perspective is, for tables and reports."},
    {KEY(PERSPECTIVE, "payers", NAMES, ipsim_perspective, payers), .help = "Whose costs count. By default everybody's."},
    {KEY(PERSPECTIVE, "kinds", NAMES, ipsim_perspective, kinds), .choices = ipsim_kind_names,
     .help = "Which kinds of cost count. By default all three."},
    {KEY(PERSPECTIVE, "public_funds_cost", NUMBER, ipsim_perspective, public_funds_cost), AT_LEAST(0), .fallback = "0",
     .help = "The marginal cost of public funds: this share of the public payers' net outlay is added."},
    {KEY(OUTCOME, "label", TEXT, ipsim_outcome, label), .help = "What the outcome is, for tables and reports."},
    {KEY(OUTCOME, "unit", TEXT, ipsim_outcome, unit), .help = "The unit of the outcome, when the automatic one does not fit."},
    {KEY(OUTCOME, "type", CHOICE, ipsim_outcome, type), .choices = ipsim_outcome_type_names, .required = true,
     .help = "years in states; entries to states; ever (share who ever entered); first_time (mean years to the first entry, among those "
             "with one); spells (stays of at least at_least_years); transitions; events; event_days."},
    {KEY(OUTCOME, "states", NAMES, ipsim_outcome, states), .help = "The states of types years, entries, ever, first_time and spells."},
    {KEY(OUTCOME, "transitions", NAMES, ipsim_outcome, transitions), .help = "The transitions of type transitions."},
    {KEY(OUTCOME, "events", NAMES, ipsim_outcome, events), .help = "The events of types events and event_days."},
    {KEY(OUTCOME, "weight", NUMBER, ipsim_outcome, weight), AT_LEAST(0), .fallback = "1",
     .help = "Type years: what each year counts, for example a share of full time."},
    {KEY(OUTCOME, "at_least_years", NUMBER, ipsim_outcome, at_least_years), AT_LEAST(0), .unit = "years",
     .help = "Type spells: how long a stay must last to count."},
    {KEY(TARGET, "label", TEXT, ipsim_target, label), .help = "What the figure is, for tables and reports."},
    {KEY(TARGET, "measure", TEXT, ipsim_target, measure), .required = true,
     .help = "The simulated counterpart: an expression with share('STATE', year), the share of people in a state at a time of the "
             "occupancy grid, and at('OUTCOME', year), the undiscounted mean of an outcome up to a report year or the horizon."},
    {KEY(TARGET, "value", NUMBER, ipsim_target, value), .required = true, .help = "The published figure."},
    {KEY(TARGET, "low", NUMBER, ipsim_target, low), .help = "The lowest simulated figure that is close enough."},
    {KEY(TARGET, "high", NUMBER, ipsim_target, high), .help = "The highest simulated figure that is close enough."},
    {KEY(TARGET, "use", CHOICE, ipsim_target, use), .choices = use_names, .fallback = "calibration",
     .help = "held_out figures are never used for fitting."},
    {KEY(TARGET, "unit", TEXT, ipsim_target, unit), .help = "The unit of the figure."},
    {KEY(TARGET, "source", TEXT, ipsim_target, source), .help = "Where the figure comes from."},
    {KEY(TARGET, "note", TEXT, ipsim_target, note), .help = "Anything a reader should know about it."},
};

const size_t ipsim_n_schema_rows = sizeof ipsim_schema_rows / sizeof ipsim_schema_rows[0];
