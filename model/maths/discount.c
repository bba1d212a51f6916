/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Present values over a stepped rate schedule; the formulas stand in the header. */
#include "ipsim/discount.h"

#include <math.h>

#include "maths/elementary.h"

ipsim_status ipsim_discount_init(ipsim_discount *discount, const double *rates, const double *from_years, size_t n_steps,
                                 bool annual_effective, ipsim_error *err)
{
    if (n_steps == 0 || n_steps > IPSIM_DISCOUNT_STEPS_MAX) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "a discount schedule has 1 to %d steps, not %zu", IPSIM_DISCOUNT_STEPS_MAX, n_steps);
    }
    if (from_years[0] != 0.0) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "the first discount rate holds from year %g, it must hold from year 0", from_years[0]);
    }
    for (size_t i = 0; i < n_steps; i++) {
        if (!(rates[i] > -1.0 && rates[i] < INFINITY)) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "discount rate %g is not a finite number above -1", rates[i]);
        }
        if (i > 0 && !(from_years[i] > from_years[i - 1] && from_years[i] < INFINITY)) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "discount step at year %g does not come after the one at year %g", from_years[i],
                                   from_years[i - 1]);
        }
    }
    discount->n_steps = n_steps;
    for (size_t i = 0; i < IPSIM_DISCOUNT_STEPS_MAX; i++) {
        bool used = i < n_steps;
        discount->from_years[i] = used ? from_years[i] : INFINITY;
        discount->discount_force_per_year[i] = !used ? 0.0 : annual_effective ? ipsim_log1p(rates[i]) : rates[i];
        discount->weight_at_step[i] = !used ? 0.0 : 1.0;
        if (used && i > 0) {
            double length = from_years[i] - from_years[i - 1];
            discount->weight_at_step[i] = discount->weight_at_step[i - 1] * ipsim_exp(-discount->discount_force_per_year[i - 1] * length);
        }
    }
    return IPSIM_OK;
}

static size_t step_at(const ipsim_discount *discount, double t_years)
{
    size_t i = 0;
    while (i + 1 < discount->n_steps && discount->from_years[i + 1] <= t_years) {
        i++;
    }
    return i;
}

static double weight_in_step(const ipsim_discount *discount, size_t step, double t_years)
{
    return discount->weight_at_step[step] * ipsim_exp(-discount->discount_force_per_year[step] * (t_years - discount->from_years[step]));
}

double ipsim_discount_point(const ipsim_discount *discount, double t_years)
{
    return weight_in_step(discount, step_at(discount, t_years), t_years);
}

double ipsim_discount_flow(const ipsim_discount *discount, double from_years, double to_years)
{
    size_t step = step_at(discount, from_years);
    double sum = 0.0;

    for (double start = from_years; start < to_years; step++) {
        bool last = step + 1 == discount->n_steps;
        double end = last ? to_years : fmin(to_years, discount->from_years[step + 1]);
        double force = discount->discount_force_per_year[step];
        double length = end - start;
        /* (1 - exp(-force length)) / force, by expm1 so that a vanishing rate tends to the length itself */
        double worth = force == 0.0 ? length : -ipsim_expm1(-force * length) / force;
        sum += weight_in_step(discount, step, start) * worth;
        start = end;
    }
    return sum;
}
