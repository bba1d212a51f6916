/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: draws of the uncertain parameters of a comparison.
 *
 * Draw d of a parameter is a pure function of (seed, the parameter's name, d): the quantile of its distribution at a uniform that is keyed by
 * name, so that adding a parameter moves no other. Scenarios whose parameter of one name differs get different values at the same uniform.
 *
 *     mc           the uniform of (seed, name, d)
 *     lhs          (the place of d in a permutation keyed by the name + that uniform) / n: one draw in each n-th of every distribution; depends on n
 *     sobol        van der Corput's sequence, shuffled and scrambled by (seed, name): of every aligned block of 2^m draws one in each 2^m-th of every
 *                  distribution, whatever n
 *     sobol-joint  the first 40 uniforms, those of single parameters before those of joints, are a Sobol sequence (GSL, after Bratley and Fox 1988), each
 *                  scrambled by (seed, name); those beyond are as in sobol. Evenly spread together as well, but the one design in which the
 *                  dimension, and so the draws, of a parameter depend on which others are drawn. No design can have both: of n draws there are
 *                  fewer than n ways to be in one half or the other, so names that know nothing of each other would come to share one
 *
 * A parameter with a `distribution` takes one uniform, keyed by its name, and so does each parameter of a dirichlet, normal or copula joint: the
 * k-th of a joint depends on the uniforms of the first k. A row of a CSV takes one uniform keyed by "joint:NAME"; a bootstrap takes one a row,
 * whatever the design. */
#ifndef IPSIM_EXPERIMENT_PSA_DRAWS_H
#define IPSIM_EXPERIMENT_PSA_DRAWS_H

#include "vary.h"

/* A source of uniforms, one a draw. */
typedef struct draw_uniform {
    uint32_t key;
    uint32_t *place; /* [draw]. lhs: a permutation of 0 .. n - 1; sobol-joint: the leading binary digits; NULL: neither */
} draw_uniform;

typedef struct draw_input {
    const char *name;
    size_t quantity;
    draw_uniform uniform;
    ipsim_distribution distribution;
} draw_input;

typedef struct draw_joint {
    const ipsim_joint *spec;
    size_t n;
    const size_t *quantity;      /* n */
    draw_uniform *uniforms;      /* n; of families that draw rows: one */
    double *lower;               /* normal, copula: n x n */
    ipsim_distribution *margins; /* copula */
    double *cumulative;          /* rows with weights */
} draw_joint;

typedef struct psa_draws {
    const vary *v;
    int64_t n;
    uint64_t seed;
    ipsim_design design;
    size_t n_inputs;
    draw_input *inputs;
    size_t n_joints;
    draw_joint *joints;
    const draw_joint **joint_of; /* [quantity]: drawn or not, NULL where there is none */
    bool *drawn;                 /* [quantity] */
    ipsim_arena *arena;
} psa_draws;

ipsim_status ipsim_psa_draws_create(const vary *v, const ipsim_psa_options *options, uint64_t seed, psa_draws **out,
                                    ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_psa_draws_free(psa_draws *d); /* accepts NULL */

/* values[n_quantities]; NaN where nothing is drawn. Pure: any thread, any order. */
void ipsim_psa_draws_values(const psa_draws *d, int64_t draw, double *values);

/* psa_joint.c. Finds the joints of the comparison, all of them, with joint_of; false: memory is short. */
bool ipsim_psa_joints_find(psa_draws *d, ipsim_error_list *errors);
/* Prepares those that are drawn; for d->n draws. */
bool ipsim_psa_joints_prepare(psa_draws *d, const bool *wanted, ipsim_error_list *errors);
void ipsim_psa_joint_values(const psa_draws *d, const draw_joint *joint, int64_t draw, double *values);

/* psa_design.c: u in (0, 1). */
double ipsim_psa_draws_uniform(const psa_draws *d, const draw_uniform *u, int64_t draw);
/* Prepares the design; uniforms of equal names are equal. false: memory is short. */
bool ipsim_psa_draws_build_design(psa_draws *d, draw_uniform **uniforms, size_t n);

#endif
