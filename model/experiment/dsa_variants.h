/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: values of parameters -> scenarios. Sets of copies of the scenarios, whose parameters are moved and moved again. */
#ifndef IPSIM_EXPERIMENT_DSA_VARIANTS_H
#define IPSIM_EXPERIMENT_DSA_VARIANTS_H

#include "dsa_parts.h"

typedef struct dsa_variants {
    const ipsim_scenario *const *scenarios;
    size_t n_scenarios;
    const dsa_parameters *parameters;
    size_t n_sets;
    ipsim_scenario **clones; /* [set * n_scenarios + scenario] */
    double *values;          /* of the point at work, [parameter] */
    double *overrides;       /* as many as any scenario has parameters */
} dsa_variants;

/* Clear it in any case. */
ipsim_status ipsim_dsa_variants_create(const dsa_runs_of *of, size_t n_sets, dsa_variants *out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_dsa_variants_clear(dsa_variants *v);
/* Moves the parameters of a set to the values of a point. Errors say the values in front of each complaint. */
ipsim_status ipsim_dsa_variants_resolve(dsa_variants *v, const dsa_point *point, size_t set, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* The scenarios of a set. */
const ipsim_scenario *ipsim_dsa_variants_scenario(const dsa_variants *v, size_t set, size_t scenario);
/* Whether a set has the people, the time and the money of the base: then it may share an experiment with others. */
bool ipsim_dsa_variants_is_like_base(const dsa_variants *v, size_t set, bool *out_of_memory);
/* Hands complaints on, with the values that made the model invalid in front of each. */
void ipsim_dsa_variants_complain(const dsa_variants *v, const dsa_point *point, const ipsim_error_list *found, ipsim_error_list *errors);

#endif
