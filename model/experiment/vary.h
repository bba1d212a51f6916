/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: a comparison with other parameter values, fast enough to be asked a million times (psa, dsa).
 *
 * A *quantity* is what one draw gives one value: a parameter of the comparison, by name over all its scenarios. A parameter that stands in
 * several scenarios with the same value, expression and distribution is one quantity, called by its name; where they differ, each scenario
 * has a quantity of its own, called "scenario:parameter".
 *
 *     vary *v;                                                  shared by threads, read-only
 *     ipsim_vary_create(e, &v, errors);                         e: the comparison as loaded, which outlives it
 *     size_t q = ipsim_vary_find(v, "hr_b");                    v->n_quantities when there is none
 *   in each thread, with a private copy of the scenarios:
 *     vary_worker *w;
 *     ipsim_vary_worker_create(v, persons, &w, errors);
 *     values[q] = 0.8;                                          all others NAN: as the scenario says
 *     ipsim_vary_assign(w, values, "draw 17", errors);          expressions, models, engines: less than a millisecond
 *     ipsim_vary_simulate(w, luck, 0, persons, &err);           adds to the sums; any number of calls
 *     experiment_sums *sums = ipsim_vary_sums(w);               exact; read with ipsim_vary_experiment(w), then ipsim_vary_clear(w)
 *
 * or all of that for a list of assignments, in parallel: ipsim_vary_each. What may not vary, because tables are laid out by it: the horizon,
 * the report years and the step of the occupancy grid. */
#ifndef IPSIM_EXPERIMENT_VARY_H
#define IPSIM_EXPERIMENT_VARY_H

#include "simulate.h"

typedef struct vary_quantity {
    const char *label, *name;         /* as in tables; of the parameter */
    const ipsim_parameter *parameter; /* in the first scenario that has it */
    const ipsim_scenario *scenario;   /* that one */
    const size_t *index;              /* n_models: the parameter's place in each scenario, SIZE_MAX where it is not this quantity */
    bool split;                       /* scenarios differ in it */
} vary_quantity;

typedef struct vary {
    const experiment *e;
    size_t n_quantities;
    vary_quantity *quantities; /* in order of first appearance */
    ipsim_arena *arena;
} vary;

ipsim_status ipsim_vary_create(const experiment *e, vary **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_vary_free(vary *v); /* accepts NULL */
size_t ipsim_vary_find(const vary *v, const char *label);

/* ---- one thread ---- */
typedef struct vary_worker vary_worker;

/* most_persons: of any call of simulate; 0: many. */
ipsim_status ipsim_vary_worker_create(const vary *v, int64_t most_persons, vary_worker **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_vary_worker_free(vary_worker *w); /* accepts NULL */

/* values[n_quantities], NaN: as the scenario says. Every error says `what` this is, the values of the parameters that it is about, and the line
 * of the scenario; the worker may then be given other values. `what` may be NULL. */
ipsim_status ipsim_vary_assign(vary_worker *w, const double *values, const char *what, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* Whether the scenarios may still be compared (the same people, horizon, economics) with the values assigned. It takes milliseconds, and the
 * answer can only be no when quantities are split. */
ipsim_status ipsim_vary_check(const vary_worker *w, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* See ipsim_experiment_worker_ask. */
void ipsim_vary_ask(vary_worker *w, experiment_leave *leave, void *data);
ipsim_status ipsim_vary_simulate(vary_worker *w, ipsim_luck luck, int64_t first, int64_t end, ipsim_error *err) IPSIM_MUST_CHECK;
/* The sums of all that was simulated since the last clear; with the experiment that they belong to, whose plan has the present numbers. */
experiment_sums *ipsim_vary_sums(vary_worker *w);
const experiment *ipsim_vary_experiment(const vary_worker *w);
void ipsim_vary_clear(vary_worker *w);

/* ---- a list of assignments, dealt to threads; each is simulated by one of them ---- */
typedef struct vary_list {
    const vary *v;
    size_t n;
    int64_t persons;
    int n_threads; /* 0: as OpenMP chooses */
    void *data;
    /* Fills values (all NaN before) and what (for errors, 64 bytes), and says whose luck it is. Called by any thread. */
    void (*assign)(void *data, size_t i, double *values, char what[64], ipsim_luck *luck);
    /* Given the sums of assignment i. Called by any thread, for different i at the same time. */
    void (*take)(void *data, size_t i, const experiment *e, const experiment_sums *sums);
    ipsim_progress *progress; /* in persons; NULL for none */
    void *progress_data;
    const volatile sig_atomic_t *stop;
} vary_list;
/* IPSIM_ERR_INTERRUPTED when it was stopped. The errors are those of the first assignment that failed. */
ipsim_status ipsim_vary_each(const vary_list *list, ipsim_error_list *errors) IPSIM_MUST_CHECK;

#endif
