/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: what was kept of each draw -> the tables of a probabilistic analysis. See include/ipsim/run.h. */
#ifndef IPSIM_EXPERIMENT_PSA_TABLES_H
#define IPSIM_EXPERIMENT_PSA_TABLES_H

#include "part.h"

/* The draws that are complete, and room for one number of each. */
typedef struct psa_results {
    const work *w;
    const experiment *e;
    const keep *keep;
    size_t n_draws;
    size_t *numbers;    /* of the draws */
    const kept **draws; /* n_draws */
    size_t per_model;   /* entries of each model; those of one place in a model are the same outcome */
    bool fixed_people;
    int64_t persons; /* of each draw */
    double *column, *sorted;
} psa_results;

/* Mean and spread of one number over the draws; those that are not finite are left out. */
typedef struct psa_statistics {
    size_t n;
    double mean, sd, low, high;      /* percentiles 2.5 and 97.5 */
    double mcse;                     /* of the mean: sd / sqrt(n) */
    double mcse_low, mcse_high;      /* of the percentiles: from order statistics */
    double share_above, share_below; /* 0 */
} psa_statistics;

bool ipsim_psa_open(psa_results *r, const work *w, const experiment_part *part, bool fixed_people); /* false: memory is short */
void ipsim_psa_close(psa_results *r);
/* Fills r->column: the entry of a model, less that of model 0 when paired. */
void ipsim_psa_column(psa_results *r, size_t entry, bool paired);
psa_statistics ipsim_psa_statistics_of(psa_results *r); /* of r->column */
/* The mean within-draw variance of that entry: Monte Carlo noise. */
double ipsim_psa_noise(const psa_results *r, size_t entry, bool paired);
/* The outcome of an entry is known in its model (paired: or in model 0). */
bool ipsim_psa_is_known(const psa_results *r, size_t entry, bool paired);

/* A perspective or payer whose cost is an account. */
typedef struct psa_account {
    const char *kind, *name; /* perspective | payer */
    size_t measure;
} psa_account;
/* Those of the comparison, perspectives first ("all" when none is declared); NULL when memory is short. The caller frees. */
psa_account *ipsim_psa_accounts(const experiment *e, size_t *n);

/* Each returns NULL when memory is short. */
ipsim_table *ipsim_psa_table(const psa_results *r);
ipsim_table *ipsim_psa_parameters(const psa_results *r);
ipsim_table *ipsim_psa_years(const psa_results *r);
ipsim_table *ipsim_psa_summary(psa_results *r);
ipsim_table *ipsim_psa_break_even(psa_results *r);
ipsim_table *ipsim_psa_occupancy(psa_results *r);
ipsim_table *ipsim_psa_noise_table(psa_results *r);
ipsim_table *ipsim_psa_provenance(psa_results *r);
/* Adds the design to the rows of each scenario. */
void ipsim_psa_about(const psa_results *r, ipsim_table *about);

#endif
