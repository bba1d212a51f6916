/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/smoother: the spline functions of one parameter. See smoother.h. */
#ifndef IPSIM_SPLINE_MARGIN_H
#define IPSIM_SPLINE_MARGIN_H

#include "ipsim/error.h"

enum { IPSIM_SPLINE_KNOTS_MAX = 20 };

typedef struct ipsim_spline_margin {
    double mean, sd;  /* 0: the parameter does not vary */
    size_t n_knots;   /* 0 for a straight line only */
    size_t n_degrees; /* functions of degree 0 .. n_degrees - 1 */
    double knots[IPSIM_SPLINE_KNOTS_MAX];
    /* Functions of degree 2 and more at the knots, and their second derivatives there. */
    double at_knot[IPSIM_SPLINE_KNOTS_MAX][IPSIM_SPLINE_KNOTS_MAX], curvature[IPSIM_SPLINE_KNOTS_MAX][IPSIM_SPLINE_KNOTS_MAX];
    double roughness[IPSIM_SPLINE_KNOTS_MAX]; /* by degree: 0, 0, 16, ... */
} ipsim_spline_margin;

/* most_knots: 2 .. IPSIM_SPLINE_KNOTS_MAX. */
ipsim_status ipsim_spline_margin_init(ipsim_spline_margin *margin, const double *values, size_t n, size_t most_knots,
                                      ipsim_error *err) IPSIM_MUST_CHECK;

/* All functions at x: n_degrees values. */
void ipsim_spline_margin_at(const ipsim_spline_margin *margin, double x, double *functions);

/* Eigenvalues (ascending) and eigenvectors (columns) of a symmetric n x n matrix, row by row, which is destroyed. False: no memory. */
bool ipsim_symmetric_eigen(double *matrix, size_t n, double *values, double *vectors);

#endif
