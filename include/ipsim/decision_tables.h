/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/decision_tables: a table of draws in, the tables of a decision analysis out.
 *
 * Ratios and increments always name what they refer to: in cea and frontier the strategy before on the frontier, in plane, net_benefit and
 * distribution the comparator. A difference is strategy less comparator: a positive effect is a gain, a positive cost an expense. */
#ifndef IPSIM_DECISION_TABLES_H
#define IPSIM_DECISION_TABLES_H

#include "ipsim/draws.h"
#include "ipsim/evppi.h"
#include "ipsim/evsi.h"
#include "ipsim/table.h"

/* What absolute shortfall compares, for one subgroup; NaN in any of them: not known. */
typedef struct ipsim_severity {
    double age_years, norm_qalys, comparator_qalys; /* QALYs that remain, not discounted, to the same age on both sides */
} ipsim_severity;

typedef struct ipsim_decision_settings {
    const double *thresholds; /* ascending, not negative */
    size_t n_thresholds;
    size_t comparator;              /* a strategy */
    const char *currency;           /* "" when not known */
    double persons;                 /* whose treatment the decision concerns, later ones discounted; NaN: not asked for */
    double aversion;                /* to inequality between subgroups (Atkinson); NaN: off */
    const ipsim_severity *severity; /* one a subgroup; NULL: no absolute shortfall */
} ipsim_decision_settings;

typedef enum ipsim_cea_table {
    IPSIM_TABLE_CEA,
    IPSIM_TABLE_FRONTIER,
    IPSIM_TABLE_PLANE,
    IPSIM_TABLE_NET_BENEFIT,
    IPSIM_TABLE_CEAC,
    IPSIM_TABLE_EVPI,
    IPSIM_TABLE_SUBGROUPS,    /* what deciding by subgroup is worth */
    IPSIM_TABLE_DISTRIBUTION, /* who gains and who pays */
    IPSIM_TABLE_EQUITY,
    IPSIM_TABLE_SHORTFALL,
    IPSIM_N_CEA_TABLES
} ipsim_cea_table;

/* The draws of one run (ipsim_draws_of_run) have Monte Carlo errors where others have errors over draws; those of net benefits are
 * upper bounds, because cost and effect of a run are correlated and the tables of a run do not say how much.
 * Tables that have nothing to say are NULL: those about uncertainty for a single draw, those about subgroups without subgroups that have
 * weights, equity and shortfall when they were not asked for. On failure all are NULL. */
ipsim_status ipsim_cea_tables(const ipsim_draws *draws, const ipsim_decision_settings *settings, ipsim_table *tables[IPSIM_N_CEA_TABLES],
                              ipsim_error *err) IPSIM_MUST_CHECK;

/* The subgroups that divide everybody by one variable: "sex=female" and "sex=male" belong to sex; names without "=" to "subgroup". */
typedef struct ipsim_division {
    const char *variable; /* the name of any of its subgroups up to variable_length */
    size_t variable_length, n_groups;
    size_t *groups; /* subgroups of the draws */
} ipsim_division;
/* Fills *divisions (free with free(), one block); only those whose groups all have weights, not all of them 0. */
ipsim_status ipsim_find_divisions(const ipsim_draws *draws, ipsim_division **divisions, size_t *n_divisions,
                                  ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- value of information ---- */
typedef struct ipsim_study_plan {
    size_t n_measures;
    const ipsim_study_measure *measures;
    size_t n_sizes;
    const double *sizes;                /* persons an arm */
    double arms;                        /* whose persons cost money */
    double fixed_cost, cost_per_person; /* NaN: not given */
    double persons;                     /* whose treatment the results can still change, discounted; NaN: not given */
} ipsim_study_plan;

typedef enum ipsim_voi_table { IPSIM_TABLE_VOI_EVPI, IPSIM_TABLE_EVPPI, IPSIM_TABLE_EVSI, IPSIM_N_VOI_TABLES } ipsim_voi_table;

/* sets[i] is called labels[i]. plan may be NULL: no EVSI then. watch: of EVPPI, its total is set here; NULL for none. For everybody when the draws have such a subgroup, otherwise for each. */
ipsim_status ipsim_voi_tables(const ipsim_draws *draws, const ipsim_decision_settings *settings, const ipsim_parameter_set *sets,
                              const char *const *labels, size_t n_sets, const ipsim_study_plan *plan, ipsim_evppi_watch *watch,
                              ipsim_table *tables[IPSIM_N_VOI_TABLES], ipsim_error *err) IPSIM_MUST_CHECK;

#endif
