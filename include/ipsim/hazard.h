/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/hazard: cumulative hazards of the families of the scenario language, and their inverses.
 *
 * x is the reading of the transition's clock in years, x >= 0. H(x) is the cumulative hazard from 0 to x, S(x) = exp(-H(x)).
 *
 *   family            H(x)                                            parameters              R equivalent (-log of survival)
 *   exponential       rate x                                          rate >= 0               pexp(x, rate)
 *   weibull           (x / scale)^shape                               shape, scale > 0        pweibull(x, shape, scale)
 *   weibull_ph        rate x^shape                                    shape > 0, rate >= 0    flexsurv::pweibullPH(x, shape, rate)
 *   gompertz          rate (exp(shape x) - 1) / shape                 rate >= 0, any shape    flexsurv::pgompertz(x, shape, rate)
 *                     (rate x for shape 0; bounded by -rate/shape for shape < 0: some never fire)
 *   log_logistic      log(1 + (x / scale)^shape)                      shape, scale > 0        flexsurv::pllogis(x, shape, scale)
 *   log_normal        -log(Phi(-(log x - meanlog) / sdlog))           sdlog > 0               plnorm(x, meanlog, sdlog)
 *   gamma             -log(Q(shape, rate x))                          shape, rate > 0         pgamma(x, shape, rate)
 *   generalised_gamma Prentice 1974; w = (log x - mu) / sigma:        sigma > 0, any q        flexsurv::pgengamma(x, mu, sigma, Q)
 *                     q > 0: -log(Q(q^-2, q^-2 exp(q w))); q < 0: -log(P(q^-2, q^-2 exp(q w))); q = 0: log-normal
 *   piecewise         sum of rates[i] x time spent in band i          rates[i] >= 0           msm/flexsurv ppexp(x, rate, t)
 *   fixed             0 before delay, infinite from it on             delay >= 0              -
 *
 * P and Q are the regularised incomplete gamma functions. All use the in-tree log, exp and special functions: same bits on
 * every x86-64 machine. ("at" and "table" hazards are handled by compile: "at" is fixed on a clock other than sojourn; a table
 * is one piecewise hazard for each stratum.) */
#ifndef IPSIM_HAZARD_H
#define IPSIM_HAZARD_H

#include "ipsim/error.h"
#include "ipsim/special.h"

typedef enum ipsim_family {
    IPSIM_EXPONENTIAL,
    IPSIM_WEIBULL,
    IPSIM_WEIBULL_PH,
    IPSIM_GOMPERTZ,
    IPSIM_LOG_LOGISTIC,
    IPSIM_LOG_NORMAL,
    IPSIM_GAMMA,
    IPSIM_GENERALISED_GAMMA,
    IPSIM_PIECEWISE,
    IPSIM_FIXED,
    IPSIM_N_FAMILIES
} ipsim_family;

/* p: exponential {rate}; weibull {shape, scale}; weibull_ph {shape, rate}; gompertz {shape, rate}; log_logistic {shape, scale};
 * log_normal {meanlog, sdlog}; gamma {shape, rate}; generalised_gamma {mu, sigma, q}; fixed {delay}.
 * piecewise: n_bands rates; breaks[i] is where band i + 1 begins (n_bands - 1 of them, ascending, > 0); cumulative[i] is H at the
 * start of band i (n_bands, cumulative[0] = 0), filled by ipsim_hazard_init. Arrays are borrowed. */
typedef struct ipsim_hazard {
    ipsim_family family;
    double p[3];
    double derived[3];       /* filled by ipsim_hazard_init: reciprocals and logarithms that the kernels need */
    ipsim_gamma_shape shape; /* the same: of the gamma distribution behind gamma and generalised_gamma */
    size_t n_bands;
    const double *breaks;
    const double *rates;
    double *cumulative;
} ipsim_hazard;

/* Checks the parameters and fills derived and cumulative. IPSIM_ERR_RANGE names the parameter. */
ipsim_status ipsim_hazard_init(ipsim_hazard *hazard, ipsim_error *err) IPSIM_MUST_CHECK;

/* H(x); 0 for x <= 0. */
double ipsim_hazard_cumulative(const ipsim_hazard *hazard, double x_years);

/* h(x), the hazard itself, for reports and tests. */
double ipsim_hazard_rate(const ipsim_hazard *hazard, double x_years);

/* The smallest x with H(x) >= target (target >= 0); INFINITY when H never gets there. ipsim_hazard_cumulative(inverse(y)) = y to
 * within round-off. fixed: delay for every finite target. For conditional inversion from a clock that has run to x0:
 * inverse(H(x0) + budget), never below x0. */
double ipsim_hazard_inverse(const ipsim_hazard *hazard, double target);

const char *ipsim_family_name(ipsim_family family);

#endif
