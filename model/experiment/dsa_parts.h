/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: the parts of deterministic sensitivity analysis.
 *
 *   dsa_parameters  what may be moved, in which scenarios, between which values
 *   dsa_outputs     what is looked at, and its error, from totals of batches
 *   dsa_variants    points (values of parameters) -> scenarios
 *   dsa_journal     points that are finished, on disk
 *   dsa_runs        points -> totals -> outputs, many at a time
 *   dsa_one_way, dsa_search, dsa_grid   the analyses -> tables */
#ifndef IPSIM_EXPERIMENT_DSA_PARTS_H
#define IPSIM_EXPERIMENT_DSA_PARTS_H

#include "ipsim/dsa.h"
#include "vary.h"

/* ---- parameters ---- */
typedef struct dsa_parameter {
    const vary_quantity *quantity;
    double base, low, high; /* low, high NaN: it has no range */
    bool asked;             /* the range was stated, not taken from the distribution */
} dsa_parameter;

/* A dirichlet joint: shares that are 1 together. */
typedef struct dsa_shares {
    const ipsim_scenario *scenario;
    const ipsim_joint *joint;
    size_t n, *members; /* quantities */
} dsa_shares;

typedef struct dsa_parameters {
    vary *all;            /* everything that has a name */
    size_t count;         /* as many */
    dsa_parameter *items; /* [quantity] */
    size_t n_shares;
    dsa_shares *shares;
    size_t n_moved; /* those of the one-way analysis, in declared order */
    size_t *moved;
} dsa_parameters;

/* Problems of the request go to errors. */
ipsim_status ipsim_dsa_parameters_collect(const experiment *e, const ipsim_dsa_options *options, dsa_parameters *out,
                                          ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_dsa_parameters_clear(dsa_parameters *p);
/* SIZE_MAX, and an error that names the option and the nearest parameter, when there is none. */
size_t ipsim_dsa_parameters_find(const dsa_parameters *p, const char *option, const char *name, ipsim_error_list *errors);
/* Low and high as asked for, else those of the one-way range; an error when there is neither, or low is not below high. */
ipsim_status ipsim_dsa_parameters_range(const dsa_parameters *p, const char *option, size_t parameter, const ipsim_dsa_range *asked,
                                        double *low, double *high, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* dsa_margins.c. The joint in which a parameter stands, and its place there; NULL for none. */
const ipsim_joint *ipsim_dsa_joint_of(const vary_quantity *quantity, size_t *member);
/* Quantiles p of a joint's parameter by itself; NaN for a copula, whose parameters have distributions of their own. */
ipsim_status ipsim_dsa_margin(const ipsim_joint *joint, size_t member, const double p[2], double out[2], ipsim_error *err) IPSIM_MUST_CHECK;
bool ipsim_dsa_shares_find(dsa_parameters *p) IPSIM_MUST_CHECK;
void ipsim_dsa_shares_clear(dsa_parameters *p);
/* Where some of the shares that are 1 together are moved, the others (NaN) get what is left in proportion to their base values. */
ipsim_status ipsim_dsa_shares_fill(const dsa_parameters *p, double *values, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* Divides all of them by their sum. */
void ipsim_dsa_shares_normalise(const dsa_parameters *p, double *values);

/* ---- outputs ---- */
enum { DSA_NO_CELL = -1 };

/* A measure whose totals are kept. */
typedef struct dsa_cell {
    const char *outcome;
    bool discounted;
    double quantum;
} dsa_cell;

/* A difference from the comparator: threshold x effect - cost, or one of them, or effect / given. */
typedef struct dsa_output {
    const char *perspective; /* NULL: none */
    const char *outcome, *unit;
    double threshold;        /* NaN: none */
    int cost, effect, given; /* cells */
    bool less_is_better;
    bool searched; /* threshold analysis, extremes and grids look at it */
} dsa_output;

typedef struct dsa_outputs {
    ipsim_arena *arena;
    size_t n_scenarios, n_cells, count;
    dsa_cell *cells;
    dsa_output *items;
    int64_t persons, batch, n_batches;
} dsa_outputs;

ipsim_status ipsim_dsa_outputs_create(const experiment *e, int64_t persons, const ipsim_dsa_options *options, dsa_outputs *out,
                                      ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_dsa_outputs_clear(dsa_outputs *outputs);

typedef struct dsa_estimate {
    double value, mcse, change_mcse; /* change_mcse: of value less the base's */
} dsa_estimate;

/* Totals of one point are sums[(scenario * n_batches + batch) * n_cells + cell]. */
size_t ipsim_dsa_outputs_n_sums(const dsa_outputs *outputs);
/* out[(scenario - 1) * count + output]; scratch holds 2 * n_batches doubles; base may be sums. */
void ipsim_dsa_outputs_estimate(const dsa_outputs *outputs, const ipsim_wide128 *sums, const ipsim_wide128 *base, double *scratch,
                                dsa_estimate *out);

/* ---- runs ---- */
typedef struct dsa_point {
    double *values;          /* [parameter], NaN: base */
    dsa_estimate *estimates; /* [(scenario - 1) * n_outputs + output] */
    bool invalid;            /* the model with these values is not valid (only where that may be so) */
} dsa_point;

typedef struct dsa_points {
    size_t count, capacity;
    dsa_point *items;
} dsa_points;

/* What the runs are of; what is pointed to outlives them. */
typedef struct dsa_runs_of {
    const ipsim_scenario *const *scenarios;
    size_t n_scenarios;
    const dsa_parameters *parameters;
    const dsa_outputs *outputs;
    const ipsim_dsa_options *options;
    ipsim_luck luck;
} dsa_runs_of;

typedef struct dsa_runs dsa_runs;

ipsim_status ipsim_dsa_runs_create(const dsa_runs_of *of, dsa_runs **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* Where options ask for one; before anything is simulated. */
ipsim_status ipsim_dsa_runs_open_journal(dsa_runs *runs, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_dsa_runs_free(dsa_runs *runs);
/* A new point at the base, to be moved by setting values; its index, or SIZE_MAX when memory is short. Point 0 is the base. */
size_t ipsim_dsa_runs_add(dsa_runs *runs);
/* The same with one parameter moved. */
size_t ipsim_dsa_runs_add_one(dsa_runs *runs, size_t parameter, double value);
dsa_point *ipsim_dsa_runs_point(dsa_runs *runs, size_t point);
const dsa_estimate *ipsim_dsa_runs_estimate(dsa_runs *runs, size_t point, size_t scenario, size_t output);
/* Resolves every point that is new, without simulating. */
ipsim_status ipsim_dsa_runs_check(dsa_runs *runs, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* Simulates every point that is new. may_be_invalid: a point whose model is not valid is marked instead of being an error.
 * expected: runs that may yet come, for the time left. */
ipsim_status ipsim_dsa_runs_do(dsa_runs *runs, bool may_be_invalid, size_t expected, ipsim_error_list *errors) IPSIM_MUST_CHECK;
size_t ipsim_dsa_runs_points(const dsa_runs *runs); /* there are, simulated or not */
int64_t ipsim_dsa_runs_count(const dsa_runs *runs);
int ipsim_dsa_runs_threads(const dsa_runs *runs);

/* ---- analyses ---- */
typedef struct dsa_job {
    const ipsim_scenario *const *scenarios;
    size_t n_scenarios;
    const ipsim_dsa_options *options;
    const dsa_parameters *parameters;
    const dsa_outputs *outputs;
    dsa_runs *runs;
    size_t *low, *high; /* [moved parameter]: points */
    size_t *grid;       /* [grid]: the first point of each */
    ipsim_error_list *errors;
} dsa_job;

ipsim_status ipsim_dsa_one_way_plan(dsa_job *job) IPSIM_MUST_CHECK;
ipsim_table *ipsim_dsa_one_way_table(const dsa_job *job);
ipsim_table *ipsim_dsa_base_table(const dsa_job *job);
ipsim_status ipsim_dsa_extremes(dsa_job *job, size_t expected, ipsim_table **out) IPSIM_MUST_CHECK;
ipsim_status ipsim_dsa_grid_plan(dsa_job *job) IPSIM_MUST_CHECK;
ipsim_table *ipsim_dsa_grid_table(const dsa_job *job);
ipsim_status ipsim_dsa_search_check(dsa_job *job) IPSIM_MUST_CHECK; /* of the request */
/* How many runs a search may take, for the time left. */
size_t ipsim_dsa_search_expected(const dsa_job *job);
ipsim_status ipsim_dsa_search(dsa_job *job, ipsim_table **out) IPSIM_MUST_CHECK;

/* "scenario", "comparator" ... of a row. */
void ipsim_dsa_put_scenarios(const dsa_job *job, ipsim_table *table, size_t row, size_t scenario);
/* perspective, outcome, threshold from `column` on. */
void ipsim_dsa_put_output(const dsa_output *output, ipsim_table *table, size_t row, size_t column);

#endif
