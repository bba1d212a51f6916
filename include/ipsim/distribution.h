/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/distribution: distributions of attributes, event durations and uncertain parameters, sampled by inversion (one uniform a
 * draw, monotone: good for common random numbers).
 *
 *   fixed      {value}                 uniform  {min, max}         triangular {min, mode, max}     pert {min, mode, max}, lambda 4
 *   normal     {mean, sd}              lognormal {meanlog, sdlog}  exponential {rate}              weibull {shape, scale}
 *   gamma      {shape, scale}          beta     {alpha, beta}
 *
 * lower and upper truncate (by inversion: u is mapped to between F(lower) and F(upper)); -INFINITY and INFINITY for none. */
#ifndef IPSIM_DISTRIBUTION_H
#define IPSIM_DISTRIBUTION_H

#include "ipsim/error.h"
#include "ipsim/special.h"

typedef enum ipsim_distribution_family {
    IPSIM_DIST_FIXED,
    IPSIM_DIST_UNIFORM,
    IPSIM_DIST_TRIANGULAR,
    IPSIM_DIST_PERT,
    IPSIM_DIST_NORMAL,
    IPSIM_DIST_LOGNORMAL,
    IPSIM_DIST_EXPONENTIAL,
    IPSIM_DIST_WEIBULL,
    IPSIM_DIST_GAMMA,
    IPSIM_DIST_BETA,
    IPSIM_N_DISTRIBUTIONS
} ipsim_distribution_family;

typedef struct ipsim_distribution {
    ipsim_distribution_family family;
    double p[3];
    double lower, upper;
    double u_lower, u_upper; /* F(lower), F(upper): filled by init */
    ipsim_gamma_shape gamma; /* the same: of the gamma family, */
    ipsim_beta_shape beta;   /* and of beta and pert */
} ipsim_distribution;

/* IPSIM_ERR_RANGE names the parameter at fault; an empty truncation interval is one too. */
ipsim_status ipsim_distribution_init(ipsim_distribution *distribution, ipsim_error *err) IPSIM_MUST_CHECK;

double ipsim_distribution_quantile(const ipsim_distribution *distribution, double u); /* u in (0, 1) */
double ipsim_distribution_cdf(const ipsim_distribution *distribution, double x);
double ipsim_distribution_mean(const ipsim_distribution *distribution); /* of the truncated distribution */
double ipsim_distribution_sd(const ipsim_distribution *distribution);

#endif
