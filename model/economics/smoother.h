/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/smoother: penalised least squares of an outcome on one or more parameters, for EVPPI and EVSI.
 *
 * Each parameter, standardised, gets a natural cubic spline with knots at quantiles, denser in the tails (at most 20 for one parameter, 10 for several), written
 * in the basis of Demmler and Reinsch (1975): functions of degree 0 (constant), 1 (linear), 2, 3, ... that are orthonormal over the draws
 * and increasingly rough. The regression uses all single functions and products of functions of different parameters with total degree
 * at most m, the greatest m for which the number of terms stays below a limit (a tenth of the draws; 150 for two parameters, 300 for more): a
 * tensor product for two parameters, and main effects with interactions of every order up to m for more. A product of total degree t has
 * roughness t^4, a single function its integrated squared second derivative on the same scale, constants and straight lines none. One
 * smoothing parameter for each outcome minimises the generalised cross-validation score of Craven and Wahba (1979), degrees of freedom
 * counted 1.4 times (Kim and Gu 2004).
 *
 * A parameter that takes few different values is interpolated in all of them, so that a regression on groups gives the group means. */
#ifndef IPSIM_SMOOTHER_H
#define IPSIM_SMOOTHER_H

#include <stddef.h>

#include "ipsim/error.h"

typedef struct ipsim_smoother ipsim_smoother;

/* Borrows columns (n_columns arrays of n_rows) until it is freed. IPSIM_ERR_MEMORY, IPSIM_ERR_DATA (too few draws for so many columns). */
ipsim_status ipsim_smoother_create(const double *const *columns, size_t n_columns, size_t n_rows, ipsim_smoother **out,
                                   ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_smoother_free(ipsim_smoother *smoother); /* accepts NULL */

size_t ipsim_smoother_n_terms(const ipsim_smoother *smoother);
size_t ipsim_smoother_rank(const ipsim_smoother *smoother);
size_t ipsim_smoother_degree(const ipsim_smoother *smoother); /* the greatest total degree of products; 1 when there are none */

/* Terms of rows first .. first + count - 1: design is [row][term]. */
void ipsim_smoother_rows(const ipsim_smoother *smoother, size_t first, size_t count, double *design);

/* Coordinates of outcomes in the basis that diagonalises fit and penalty: coordinates is [outcome][rank]. The projection is linear, so that
 * of k e - c is k times that of e less that of c. Outcomes must have mean 0. */
ipsim_status ipsim_smoother_project(const ipsim_smoother *smoother, const double *const *outcomes, size_t n_outcomes, double *coordinates,
                                    ipsim_error *err) IPSIM_MUST_CHECK;

/* Weights of the terms (n_terms) for the smoothest curve that cross-validation bears; returns the effective degrees of freedom.
 * mean_square is that of the outcome. */
double ipsim_smoother_fit(const ipsim_smoother *smoother, const double *coordinates, double mean_square, double *weights);

#endif
