/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/discount: present values over a stepped rate schedule.
 *
 * The weight of time t (years from model start, t >= 0) is D(t) = exp(-integral of force from 0 to t), where force is piecewise
 * constant: ln(1 + r) for an annual effective rate r, r itself for a continuous rate. D is continuous across steps: 4 % to year
 * 40, then 3 %, gives D(41) = 1.04^-40 / 1.03. A flow of 1 per year over [a, b] is worth the exact integral of D.
 * At r = 0 the flow is b - a. Uses the in-tree exp and log, so values are the same on every machine. */
#ifndef IPSIM_DISCOUNT_H
#define IPSIM_DISCOUNT_H

#include "ipsim/error.h"

enum { IPSIM_DISCOUNT_STEPS_MAX = 16 };

typedef struct ipsim_discount {
    size_t n_steps;
    double from_years[IPSIM_DISCOUNT_STEPS_MAX]; /* from_years[0] is 0; ascending */
    double discount_force_per_year[IPSIM_DISCOUNT_STEPS_MAX];
    double weight_at_step[IPSIM_DISCOUNT_STEPS_MAX]; /* D(from_years[i]) */
} ipsim_discount;

/* rates: one a step. annual_effective: force = ln(1 + r), else force = r. Needs from_years[0] == 0, ascending, r > -1. */
ipsim_status ipsim_discount_init(ipsim_discount *discount, const double *rates, const double *from_years, size_t n_steps,
                                 bool annual_effective, ipsim_error *err) IPSIM_MUST_CHECK;

double ipsim_discount_point(const ipsim_discount *discount, double t_years);                    /* D(t) */
double ipsim_discount_flow(const ipsim_discount *discount, double from_years, double to_years); /* integral of D, from <= to */

#endif
