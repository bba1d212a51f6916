/* SPDX-License-Identifier: GPL-3.0-or-later */
/* population: synthetic people as columns. A person's attributes are a pure function of (seed, replicate, person number). */
#ifndef IPSIM_POPULATION_H
#define IPSIM_POPULATION_H

#include "ipsim/scenario.h"

typedef struct ipsim_population ipsim_population;

/* The scenario is borrowed and must outlive the population. */
ipsim_status ipsim_population_create(const ipsim_scenario *scenario, ipsim_population **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_population_free(ipsim_population *population);

/* Persons first .. first + n - 1: values[person * n_attributes + attribute]; categorical attributes hold the index of the level. A person's
 * values do not depend on who is drawn beside him or her. Thread-safe. */
void ipsim_population_draw(const ipsim_population *population, uint64_t seed, uint32_t replicate, int64_t first, size_t n, double *values);

/* What the scenario declares for an attribute, to stand beside the simulated figure; NaN when nothing is declared.
 * level: share of a categorical attribute's level. mean, sd: of a numeric attribute. */
double ipsim_population_target_share(const ipsim_population *population, size_t attribute, size_t level);
double ipsim_population_target_mean(const ipsim_population *population, size_t attribute);
double ipsim_population_target_sd(const ipsim_population *population, size_t attribute);

#endif
