/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: how a plan is built. */
#ifndef IPSIM_ACCOUNT_PLAN_BUILD_H
#define IPSIM_ACCOUNT_PLAN_BUILD_H

#include "plan.h"

typedef struct planner {
    ipsim_account_plan *plan;
    ipsim_arena *arena;
    const ipsim_account_plan *like; /* has the names already; NULL for none */
    size_t capacity;                /* of measures */
    const char *currency;
} planner;

/* plan_names.c: every model adds the measures that it knows; the union is the run's list. false: memory is short. */
bool ipsim_account_name_measures(planner *p, const ipsim_compiled_model *const *models, size_t n_models);

/* plan_formulas.c: how one model computes them. false: memory is short. */
bool ipsim_account_build_formulas(planner *p, account_model *m);

extern const char *const ipsim_account_kind_names[IPSIM_N_KINDS];

#endif
