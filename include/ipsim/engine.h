/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: moves people through compiled models by hazard budgets (random time change: Anderson and Kurtz 2011; coupling across
 * strategies: Rathinam, Sheppard and Khammash 2010).
 *
 * For each person and stream there is a budget, a unit exponential: the cumulative hazard that the person will live through before
 * the stream fires. In a state, each risk's firing time is where its cumulative hazard reaches its stream's remaining budget; the
 * earliest wins (equal times: declared order); every other risk's stream pays for the hazard it lived through; the winner's budget
 * is renewed. Budgets do not know the strategy, so the same person has the same luck in every arm. */
#ifndef IPSIM_ENGINE_H
#define IPSIM_ENGINE_H

#include "ipsim/account.h"
#include "ipsim/compiled_model.h"

enum { IPSIM_FAST_SWEEPS_MAX = 100000 }; /* firings of one person that a block waits for; beyond, its people are simulated one at a time */
enum { IPSIM_FIRINGS_MAX = 1000000 };    /* of one person; more means that time stands still: waits of zero length, or hazards that large */

typedef struct ipsim_luck {
    uint64_t seed;
    uint32_t replicate;
} ipsim_luck;

/* What a history consists of. For those who want to see it: replay, occupancy, tests. */
typedef enum ipsim_step_kind { IPSIM_STEP_ENTER, IPSIM_STEP_TRANSITION, IPSIM_STEP_EVENT, IPSIM_STEP_END } ipsim_step_kind;
typedef struct ipsim_step {
    ipsim_step_kind kind;
    double t_years;
    int from, to;
    size_t risk;          /* SIZE_MAX for enter and end */
    double duration_days; /* events */
} ipsim_step;
typedef void ipsim_observer(void *data, const ipsim_step *step, const double *origin);

typedef struct ipsim_reference ipsim_reference;

/* Scratch of the reference engine for one thread and model. */
ipsim_reference *ipsim_reference_create(const ipsim_compiled_model *model);
void ipsim_reference_free(ipsim_reference *engine);

/* One person's whole life: tally (may be NULL) and observer (may be NULL) are told of it as it happens.
 * IPSIM_ERR_LIMIT when the person fires more than IPSIM_FIRINGS_MAX times; IPSIM_ERR_RANGE when entry_time is below 0. */
ipsim_status ipsim_reference_simulate(ipsim_reference *engine, ipsim_luck luck, int64_t person, const double *attributes,
                                      ipsim_tally *tally, ipsim_observer *observer, void *data, ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- the fast engine: the same histories to the last bit, a block of people at a time. People stand in a list for each state, and a list
 * is taken through its state's kernels together; slots move between lists, people stay where they are. ---- */
typedef struct ipsim_fast ipsim_fast;

/* Counts of moves by time, for occupancy: at a grid time t people have arrived in a state who came at or before t. */
typedef struct ipsim_occupancy {
    size_t n_times;
    const double *times; /* ascending */
    int64_t *moves;      /* [time * n_states + state]: arrivals less departures since the last grid time */
    int64_t firings;     /* transitions and recurrent events */
} ipsim_occupancy;

typedef void ipsim_block_observer(void *data, size_t slot, const ipsim_step *step);

/* Memory for a block at work under any of some models, one at a time: their engines, all of one thread, share it. NULL: memory is short. */
typedef struct ipsim_fast_room ipsim_fast_room;
ipsim_fast_room *ipsim_fast_room_create(const ipsim_compiled_model *const *models, size_t n_models, size_t stride);
void ipsim_fast_room_free(ipsim_fast_room *room);
bool ipsim_fast_room_fits(const ipsim_fast_room *room, const ipsim_compiled_model *model);

/* For one thread and model, which fits the room; borrows it. tally: the one that will be told, or NULL. */
ipsim_fast *ipsim_fast_create(const ipsim_compiled_model *model, const ipsim_fast_room *room, const ipsim_tally *tally);
void ipsim_fast_free(ipsim_fast *engine);
/* Makes it one for another model of the same states and risks, keeping its memory. false: it does not fit, or memory is short; then it can only
 * be freed. */
bool ipsim_fast_adopt(ipsim_fast *engine, const ipsim_compiled_model *model, const ipsim_tally *tally) IPSIM_MUST_CHECK;

/* The lives of everybody in the block. seen, tally, observer may be NULL; the tally has been reset. IPSIM_ERR_LIMIT when somebody may fire
 * more than IPSIM_FAST_SWEEPS_MAX times: the reference engine then takes the block, and says who fires more than IPSIM_FIRINGS_MAX. */
ipsim_status ipsim_fast_simulate(ipsim_fast *engine, ipsim_luck luck, const ipsim_people *people, ipsim_tally *tally, ipsim_occupancy *seen,
                                 ipsim_block_observer *observer, void *data, ipsim_error *err) IPSIM_MUST_CHECK;

/* Where the time goes: processor ticks are added to phases as they pass. NULL: nothing is measured, which is how an engine begins. */
typedef enum ipsim_phase {
    IPSIM_PHASE_BEGIN,
    IPSIM_PHASE_HAZARDS,
    IPSIM_PHASE_TALLY,
    IPSIM_PHASE_DRAWS,
    IPSIM_PHASE_LISTS,
    IPSIM_N_PHASES
} ipsim_phase;
void ipsim_fast_measure(ipsim_fast *engine, uint64_t ticks[IPSIM_N_PHASES]);

/* Whether the fast engine takes the risk's people through it together. One that it has no kernel for goes one person at a time inside the
 * block, and no other risk is slower for it. */
bool ipsim_engine_has_kernel(const ipsim_risk *risk);
/* A note (status IPSIM_OK) for each transition and event without a kernel. */
void ipsim_engine_note_slow_risks(const ipsim_compiled_model *model, ipsim_error_list *notes);

/* Both models give every person the same history, under the same luck. */
bool ipsim_engine_same_histories(const ipsim_compiled_model *a, const ipsim_compiled_model *b);

#endif
