/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/special: the normal, gamma and beta distribution functions, their logarithms far into the tails, and their inverses.
 *
 * GSL has them too, but through the C library's log and exp, whose last bit depends on the processor; these use maths/elementary.h
 * alone and give the same bits on every x86-64 machine. All are pure and may be called from any thread. Relative errors are below
 * 1e-13 for moderate arguments and below 1e-11 everywhere (tests/unit/test_special.c); an argument outside its range gives NaN.
 *
 * Cumulative hazards are -log of a survival function, so those come as functions of their own: "neg_log" is -log of the probability
 * named after it, accurate both where that probability is near 1 and where it is far below the smallest double. */
#ifndef IPSIM_SPECIAL_H
#define IPSIM_SPECIAL_H

#include <stdbool.h>

/* ---- gamma function ---- */

/* log Gamma(a), a > 0. */
double ipsim_log_gamma(double a);

/* log Gamma(1 + a), -0.5 <= a <= 0.5; full relative accuracy near 0. */
double ipsim_log_gamma_1p(double a);

/* delta(a) = log Gamma(a) - ((a - 1/2) log a - a + log(2 pi) / 2), a > 0: what Stirling's formula leaves over. */
double ipsim_stirling_remainder(double a);

/* mu - log(1 + mu), mu > -1; full relative accuracy near 0, where it is mu^2 / 2. */
double ipsim_deviance(double mu);

/* ---- standard normal ---- */

double ipsim_normal_cdf(double z);
double ipsim_normal_upper(double z);                      /* 1 - cdf */
double ipsim_normal_mills(double z);                      /* upper(z) / density(z) */
double ipsim_normal_neg_log_upper(double z);              /* -log(upper(z)) */
double ipsim_normal_neg_log_upper_inverse(double target); /* z with neg_log_upper(z) = target >= 0 */
double ipsim_normal_quantile(double p);                   /* 0 <= p <= 1; infinite at the ends */

/* ---- incomplete gamma ---- */

/* Both tails of the gamma distribution of shape a > 0 (rate 1) at x > 0, with P + Q = 1:
 *   neg_log_lower = -log P(a, x), neg_log_upper = -log Q(a, x), log_density = log(x^a exp(-x) / Gamma(a)), the density of log x.
 * The argument is log_ratio = log(x / a), because log x is what accelerated failure time models know exactly. */
typedef struct ipsim_gamma_tails {
    double neg_log_lower;
    double neg_log_upper;
    double log_density;
} ipsim_gamma_tails;

ipsim_gamma_tails ipsim_gamma_tails_at(double a, double log_ratio);

double ipsim_gamma_lower(double a, double x); /* P(a, x), x >= 0 */
double ipsim_gamma_upper(double a, double x); /* Q(a, x) */

/* log(x / a) where -log Q(a, x), or -log P(a, x), is target > 0. */
double ipsim_gamma_log_ratio_of_upper(double a, double target);
double ipsim_gamma_log_ratio_of_lower(double a, double target);

double ipsim_gamma_quantile(double a, double p); /* x with P(a, x) = p, 0 <= p <= 1 */

/* What these need of the shape alone, worked out once for many arguments; results are the same to the last bit. */
typedef struct ipsim_gamma_shape {
    double a, log_a;
    double front; /* logarithm of x^a exp(-x) / Gamma(a + 1) at x = a, without exp(-x) below a = 10; NaN: not a shape */
} ipsim_gamma_shape;

ipsim_gamma_shape ipsim_gamma_shape_of(double a);
double ipsim_gamma_neg_log_upper(const ipsim_gamma_shape *shape, double log_ratio);
double ipsim_gamma_neg_log_lower(const ipsim_gamma_shape *shape, double log_ratio);
double ipsim_gamma_log_ratio(const ipsim_gamma_shape *shape, double target, bool upper); /* where -log Q, or -log P, is target */
double ipsim_gamma_quantile_of(const ipsim_gamma_shape *shape, double p);

/* ---- incomplete beta ---- */

double ipsim_beta_lower(double a, double b, double x); /* I_x(a, b), 0 <= x <= 1; a, b > 0 */
double ipsim_beta_upper(double a, double b, double x); /* 1 - I_x(a, b) */
double ipsim_beta_quantile(double a, double b, double p);

/* As for the gamma functions. */
typedef struct ipsim_beta_shape {
    double a, b;
    double log_a_share, log_b_share; /* log(a / (a + b)), log(b / (a + b)) */
    double front;                    /* logarithm of x^a y^b / B(a, b) at x = a / (a + b); NaN: not shapes */
} ipsim_beta_shape;

ipsim_beta_shape ipsim_beta_shape_of(double a, double b);
double ipsim_beta_quantile_of(const ipsim_beta_shape *shape, double p);

#endif
