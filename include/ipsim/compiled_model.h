/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile: one scenario as index tables, ready to simulate. Read-only once built; everything lives in one arena, shared by threads.
 *
 * A *risk* is one way out of one state, or one recurrent event in one state: the unit of the competing-risk loop. A transition
 * with three `from` states gives three risks. risks[first_risk[s]] .. risks[first_risk[s + 1] - 1] are the risks of state s, in
 * declared order, transitions before events; that order breaks ties.
 *
 * The hazard of a risk at time t is
 *     multiplier x product of effects x baseline(t - origin[clock])
 * where every effect is a step function of some clock and of the person's attributes. */
#ifndef IPSIM_COMPILED_MODEL_H
#define IPSIM_COMPILED_MODEL_H

#include <stdint.h>

#include "ipsim/distribution.h"
#include "ipsim/scenario.h"

/* Clocks are numbered; each person carries origin[clock], the model time at which that clock reads 0 (INFINITY: not started). */
enum { IPSIM_CLOCK_SOJOURN, IPSIM_CLOCK_START, IPSIM_CLOCK_AGE, IPSIM_CLOCK_CALENDAR, IPSIM_CLOCK_NAMED };
enum { IPSIM_CLOCKS_MAX = 32, IPSIM_STREAMS_MAX = 4096, IPSIM_NO_ATTRIBUTE = -1 };

/* A step function of a clock: piece j holds for breaks[j - 1] <= reading < breaks[j]; n_pieces = n_breaks + 1.
 * On a clock that has not started it is neutral. */
typedef struct ipsim_steps {
    int clock;
    size_t n_breaks;
    const double *breaks;
} ipsim_steps;

/* A hazard multiplier. Its value for a person in piece j is
 *   categorical: by_level[level * n_pieces + j]   (no attribute: level 0)      numeric: exp(exponent[j] x log_hr x (x - centre)) */
typedef struct ipsim_compiled_effect {
    int attribute; /* or IPSIM_NO_ATTRIBUTE */
    bool numeric;
    double log_hr, centre;
    const double *by_level;
    const double *exponent;
    ipsim_steps steps; /* n_breaks 0: constant in time */
} ipsim_compiled_effect;

typedef enum ipsim_law_kind { IPSIM_LAW_HAZARD, IPSIM_LAW_AT } ipsim_law_kind;

typedef struct ipsim_risk {
    ipsim_law_kind kind;
    size_t transition; /* index in the scenario; SIZE_MAX for an event */
    size_t event;      /* index in the scenario; SIZE_MAX for a transition */
    int to;            /* state; the state itself for an event */
    int stream, clock;
    double at; /* IPSIM_LAW_AT: fires when the clock reads this; `fixed` is this on the sojourn clock */
    double multiplier;
    /* One law, or one for each stratum and calendar-year band of a rate table: laws[stratum * n_years + year]. */
    const ipsim_hazard *laws;
    size_t n_years;
    const double *years; /* where each calendar band begins; years[0] unused */
    size_t n_keys;
    const int *key_attribute;
    const int *key_levels;
    size_t n_constant; /* effects[0 .. n_constant - 1] do not change with time */
    size_t n_effects;
    const ipsim_compiled_effect *effects;
    ipsim_origin origin;
} ipsim_risk;

typedef struct ipsim_stream {
    const char *name;
    uint32_t key;
} ipsim_stream;

typedef struct ipsim_clock_start { /* clocks (re)started by entering a state or by an event */
    size_t n;
    const int *clock;
    const bool *restart;
} ipsim_clock_start;

typedef struct ipsim_compiled_model {
    ipsim_arena *arena;
    const ipsim_scenario *scenario; /* borrowed; outlives the model */
    double horizon_years, start_year;
    size_t n_states, n_risks, n_streams, n_clocks, n_attributes, n_events;
    const ipsim_role *role; /* n_states */
    const size_t *first_risk;
    const ipsim_risk *risks;
    const ipsim_stream *streams;
    const ipsim_clock_start *starts_on_state, *starts_on_event;
    const ipsim_distribution *duration_days; /* n_events */
    const bool *has_duration;
    const uint32_t *duration_key;
    int age_attribute, entry_attribute; /* or IPSIM_NO_ATTRIBUTE */
    int start_state;                    /* when >= 0 */
    const double *start_cumulative;     /* n_states, else NULL */
    int start_attribute;                /* else this attribute's level -> start_of_level */
    const int *start_of_level;
    uint32_t start_key;
} ipsim_compiled_model;

/* Adds every problem found (positions of the scenario) to errors. The scenario must have loaded without errors. */
ipsim_status ipsim_compile(const ipsim_scenario *scenario, ipsim_compiled_model **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_compiled_model_free(ipsim_compiled_model *model);

/* The law of a hazard with a family of hazard.h other than fixed, its arrays in the arena. Its numbers have been checked when the scenario
 * was loaded; IPSIM_ERR_RANGE names a parameter that is out of its range all the same, IPSIM_ERR_MEMORY. */
ipsim_status ipsim_compile_family(ipsim_arena *arena, const ipsim_hazard_spec *spec, ipsim_hazard *law, ipsim_error *err) IPSIM_MUST_CHECK;

/* The number of a clock's name ("sojourn", "age", "since:NAME"...), or -1. */
int ipsim_compile_clock(const ipsim_scenario *scenario, const char *name);

/* The piece of a step function that holds at model time t, and in *until the time at which it ends (INFINITY for the last piece or a
 * clock that has not started, for which the piece is SIZE_MAX). Boundaries are compared as origin + break, so that a time computed as a
 * boundary belongs to the piece that begins there. */
size_t ipsim_steps_piece(const ipsim_steps *steps, const double *origin, double t, double *until);

#endif
