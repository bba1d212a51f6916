/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact sums -> means, paired differences and ratios with their Monte Carlo standard errors. */
#include <math.h>

#include "ledger.h"

int64_t ipsim_ledger_persons(const ipsim_ledger *ledger, size_t group)
{
    ipsim_bug_assert(ipsim_ledger_is_settled(ledger));
    return ledger->persons[group];
}

static const cell_sums *cell_of(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year, bool discounted)
{
    ipsim_bug_assert(ipsim_ledger_is_settled(ledger));
    size_t cell = (measure * ledger->plan->n_years + year) * 2 + (discounted ? 1 : 0);
    return &ledger->sums[(cell * ledger->n_models + model) * ledger->n_groups + group];
}

static double mean_of(const cell_sums *s, int64_t n, double quantum)
{
    return n > 0 ? ipsim_wide128_to_double(s->x, quantum) / (double)n : NAN;
}

static double error_of(double variance_in_quanta, double quantum)
{
    return variance_in_quanta > 0.0 ? sqrt(variance_in_quanta) * quantum : variance_in_quanta == 0.0 ? 0.0 : NAN;
}

/* given is 0 or 1 (2^32 quanta), so value x given = value: the sum of products is the sum of values, shifted. */
static ipsim_wide192 times_one(ipsim_wide128 x)
{
    ipsim_wide192 wide = {{(uint64_t)x, (uint64_t)(x >> 64), x < 0 ? UINT64_MAX : 0}};
    for (double quanta = IPSIM_QUANTUM; quanta < 1.0; quanta *= 2.0) {
        ipsim_wide192 copy = wide;
        ipsim_wide192_merge(&wide, &copy);
    }
    return wide;
}

typedef struct conditional_part {
    const cell_sums *value, *given;
    double mean_value, mean_given;
} conditional_part;

static conditional_part conditional_parts(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year)
{
    conditional_part c;
    c.value = cell_of(ledger, model, group, measure, year, false);
    c.given = cell_of(ledger, model, group, ledger->plan->measures[measure].given, year, false);
    c.mean_value = mean_of(c.value, ledger->persons[group], IPSIM_QUANTUM);
    c.mean_given = mean_of(c.given, ledger->persons[group], IPSIM_QUANTUM);
    return c;
}

/* Delta method for the ratio of two means; all covariances are of means, in units. */
static double ratio_variance(double ratio, double denominator, double var_top, double cov, double var_bottom)
{
    return (var_top - 2.0 * ratio * cov + ratio * ratio * var_bottom) / (denominator * denominator);
}

static double conditional_variance(const ipsim_ledger *ledger, const conditional_part *c, size_t group)
{
    int64_t n = ledger->persons[group];
    double unit = IPSIM_QUANTUM * IPSIM_QUANTUM;
    ipsim_wide192 product = times_one(c->value->x);
    return ratio_variance(c->mean_value / c->mean_given, c->mean_given, ipsim_wide_variance_of_mean(&c->value->xx, c->value->x, n) * unit,
                          ipsim_wide_covariance_of_mean(&product, c->value->x, c->given->x, n) * unit,
                          ipsim_wide_variance_of_mean(&c->given->xx, c->given->x, n) * unit);
}

ipsim_estimate ipsim_ledger_mean(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year, bool discounted)
{
    int64_t n = ledger->persons[group];
    if (ledger->plan->measures[measure].conditional) {
        conditional_part c = conditional_parts(ledger, model, group, measure, year);
        if (!(c.mean_given > 0.0))
            return (ipsim_estimate){NAN, NAN};
        double variance = conditional_variance(ledger, &c, group);
        return (ipsim_estimate){c.mean_value / c.mean_given, variance >= 0.0 ? sqrt(variance) : n > 1 ? 0.0 : NAN};
    }
    const cell_sums *s = cell_of(ledger, model, group, measure, year, discounted);
    double quantum = ipsim_account_quantum(ledger->plan, measure);
    return (ipsim_estimate){mean_of(s, n, quantum), error_of(ipsim_wide_variance_of_mean(&s->xx, s->x, n), quantum)};
}

/* The difference of two ratios of means on the same people. */
static ipsim_estimate conditional_difference(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year)
{
    const ipsim_account_plan *plan = ledger->plan;
    int64_t n = ledger->persons[group];
    conditional_part a = conditional_parts(ledger, model, group, measure, year);
    conditional_part b = conditional_parts(ledger, 0, group, measure, year);
    if (!(a.mean_given > 0.0) || !(b.mean_given > 0.0))
        return (ipsim_estimate){NAN, NAN};
    /* Without spread between equal totals everybody is the same in both: exactly no difference, which doubles might miss below. */
    if (a.value->x == b.value->x && a.given->x == b.given->x &&
        ipsim_wide_variance_of_mean_difference(&a.value->xx, &a.value->with_comparator, &b.value->xx, a.value->x, b.value->x, n) == 0.0 &&
        ipsim_wide_variance_of_mean_difference(&a.given->xx, &a.given->with_comparator, &b.given->xx, a.given->x, b.given->x, n) == 0.0)
        return (ipsim_estimate){0.0, 0.0};
    double ratio_a = a.mean_value / a.mean_given, ratio_b = b.mean_value / b.mean_given;
    size_t k = 0;
    while (ledger->conditional[k] != measure)
        k++;
    const ipsim_wide192 *cross = &ledger->given[(((k * plan->n_years + year) * ledger->n_models + model) * ledger->n_groups + group) * 2];
    double unit = IPSIM_QUANTUM * IPSIM_QUANTUM;
    double value_value = ipsim_wide_covariance_of_mean(&a.value->with_comparator, a.value->x, b.value->x, n) * unit;
    double given_given = ipsim_wide_covariance_of_mean(&a.given->with_comparator, a.given->x, b.given->x, n) * unit;
    double value_given = ipsim_wide_covariance_of_mean(&cross[0], a.value->x, b.given->x, n) * unit;
    double given_value = ipsim_wide_covariance_of_mean(&cross[1], a.given->x, b.value->x, n) * unit;
    double covariance = (value_value - ratio_b * value_given - ratio_a * given_value + ratio_a * ratio_b * given_given) /
                        (a.mean_given * b.mean_given);
    double variance = conditional_variance(ledger, &a, group) + conditional_variance(ledger, &b, group) - 2.0 * covariance;
    return (ipsim_estimate){ratio_a - ratio_b, variance >= 0.0 ? sqrt(variance) : n > 1 ? 0.0 : NAN};
}

ipsim_estimate ipsim_ledger_difference(const ipsim_ledger *ledger, size_t model, size_t group, size_t measure, size_t year, bool discounted)
{
    if (ledger->plan->measures[measure].conditional)
        return conditional_difference(ledger, model, group, measure, year);
    int64_t n = ledger->persons[group];
    const cell_sums *a = cell_of(ledger, model, group, measure, year, discounted),
                    *b = cell_of(ledger, 0, group, measure, year, discounted);
    double quantum = ipsim_account_quantum(ledger->plan, measure);
    double mean = n > 0 ? ipsim_wide128_to_double(a->x - b->x, quantum) / (double)n : NAN;
    return (ipsim_estimate){mean,
                            error_of(ipsim_wide_variance_of_mean_difference(&a->xx, &a->with_comparator, &b->xx, a->x, b->x, n), quantum)};
}

ipsim_estimate ipsim_ledger_ratio(const ipsim_ledger *ledger, size_t model, size_t group, size_t cost, size_t effect, size_t year,
                                  bool discounted)
{
    const ipsim_account_plan *plan = ledger->plan;
    ipsim_estimate c = ipsim_ledger_difference(ledger, model, group, cost, year, discounted);
    ipsim_estimate e = ipsim_ledger_difference(ledger, model, group, effect, year, discounted);
    for (size_t pair = 0; pair < plan->n_pairs; pair++) {
        if (plan->pairs[pair][0] != cost || plan->pairs[pair][1] != effect || e.value == 0.0)
            continue;
        size_t at = ((((pair * plan->n_years + year) * 2 + (discounted ? 1u : 0u)) * ledger->n_models + model) * ledger->n_groups) + group;
        const cell_sums *c1 = cell_of(ledger, model, group, cost, year, discounted),
                        *c0 = cell_of(ledger, 0, group, cost, year, discounted);
        const cell_sums *e1 = cell_of(ledger, model, group, effect, year, discounted),
                        *e0 = cell_of(ledger, 0, group, effect, year, discounted);
        double covariance = ipsim_wide_covariance_of_mean(&ledger->pairs[at], c1->x - c0->x, e1->x - e0->x, ledger->persons[group]) *
                            ipsim_account_quantum(plan, cost) * ipsim_account_quantum(plan, effect);
        double ratio = c.value / e.value;
        double variance = ratio_variance(ratio, e.value, c.mcse * c.mcse, covariance, e.mcse * e.mcse);
        return (ipsim_estimate){ratio, variance >= 0.0 ? sqrt(variance) : NAN};
    }
    return (ipsim_estimate){NAN, NAN};
}
