/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/validate_numbers: rules across keys on values. They are checked again whenever parameters change, so that a draw of the
 * parameters that makes no sense is refused like a file. Comparisons with NaN (recorded elsewhere) are false and pass. */
#include <math.h>
#include <string.h>

#include "private.h"

static void require_ascending(const ipsim_numbers *numbers, ipsim_error_list *errors)
{
    for (size_t i = 1; i < numbers->count; i++) {
        if (numbers->items[i].value <= numbers->items[i - 1].value) {
            ipsim_error_add(errors, IPSIM_ERR_RULE, numbers->items[i].origin, "%.10g is not above %.10g before it; the numbers must ascend",
                            numbers->items[i].value, numbers->items[i - 1].value);
        }
    }
}

static void require_sum_one(const ipsim_number *items, size_t count, ipsim_origin at, ipsim_error_list *errors)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += items[i].value;
    }
    if (count > 0 && fabs(sum - 1) > 1e-9) {
        ipsim_error_add(errors, IPSIM_ERR_RULE, at, "the probabilities sum to %.12g, not 1", sum);
    }
}

static void require_window(const ipsim_number *from, const ipsim_number *until, ipsim_error_list *errors)
{
    if (until->given && from->value >= until->value) {
        ipsim_error_add(errors, IPSIM_ERR_RULE, until->origin, "%.10g is not after from_years, which is %.10g", until->value, from->value);
    }
}

static void check_simulation(const ipsim_scenario *s, ipsim_error_list *errors)
{
    const ipsim_number *horizon = &s->simulation.horizon_years, *step = &s->simulation.occupancy_step_years;
    const ipsim_numbers *years = &s->simulation.report_years;
    require_ascending(years, errors);
    for (size_t i = 0; i < years->count; i++) {
        if (horizon->given && years->items[i].value >= horizon->value) {
            ipsim_error_add(errors, IPSIM_ERR_RULE, years->items[i].origin,
                            "%.10g is not before the horizon, %.10g, which is always reported", years->items[i].value, horizon->value);
        }
    }
    if (step->value > 0 && horizon->value / step->value > 10000) {
        ipsim_error_add(errors, IPSIM_ERR_RULE, step->origin, "%.10g makes more than 10000 steps up to the horizon, %.10g", step->value,
                        horizon->value);
    }
}

static void check_discount(const ipsim_discount_spec *d, ipsim_error_list *errors)
{
    enum { STEPS_MAX = 16 }; /* of include/ipsim/discount.h */
    if (!d->given || d->rates.count == 0 || d->from_years.count == 0) {
        return;
    }
    if (d->rates.count != d->from_years.count) {
        if (d->from_years.given) {
            ipsim_error_add(errors, IPSIM_ERR_RULE, d->from_years.origin, "there are %zu rates and %zu times from which they hold",
                            d->rates.count, d->from_years.count);
        } else {
            ipsim_error_add(errors, IPSIM_ERR_RULE, d->rates.origin, "there are %zu rates, so from_years must say from when each holds",
                            d->rates.count);
        }
        return;
    }
    if (d->rates.count > STEPS_MAX) {
        ipsim_error_add(errors, IPSIM_ERR_RULE, d->rates.origin, "a discount schedule may have at most %d steps", STEPS_MAX);
    }
    if (d->from_years.items[0].value != 0) {
        ipsim_error_add(errors, IPSIM_ERR_RULE, d->from_years.items[0].origin, "the first rate must hold from year 0, not %.10g",
                        d->from_years.items[0].value);
    }
    require_ascending(&d->from_years, errors);
}

static void check_effects(const ipsim_effect *effects, size_t count, ipsim_error_list *errors)
{
    for (size_t i = 0; i < count; i++) {
        const ipsim_effect *e = &effects[i];
        require_window(&e->from_years, &e->until_years, errors);
        if (e->fade_until_years.given && e->until_years.given && e->fade_until_years.value <= e->until_years.value) {
            ipsim_error_add(errors, IPSIM_ERR_RULE, e->fade_until_years.origin, "%.10g is not after until_years, which is %.10g",
                            e->fade_until_years.value, e->until_years.value);
        }
    }
}

static void check_modifiers(const ipsim_modifier *modifiers, size_t count, ipsim_error_list *errors)
{
    for (size_t i = 0; i < count; i++) {
        require_ascending(&modifiers[i].breaks, errors);
    }
}

/* Else a run would end at the first person who is drawn below 0. */
static void check_entry(const ipsim_attribute *a, ipsim_error_list *errors)
{
    double lowest = a->distribution.given ? ipsim_distribution_lowest(&a->distribution) : 0;
    char what[40] = "any number below 0";
    if (lowest < 0) {
        if (isfinite(lowest)) {
            snprintf(what, sizeof what, "%.10g", lowest);
        }
        ipsim_error_add(errors, IPSIM_ERR_RANGE, a->distribution.origin,
                        "this may give %s, and nobody enters before the model starts; truncate it with lower = 0", what);
    }
}

void ipsim_scenario_validate_numbers(const ipsim_scenario *s, ipsim_error_list *errors)
{
    check_simulation(s, errors);
    check_discount(&s->economics.discount_costs, errors);
    check_discount(&s->economics.discount_effects, errors);
    for (size_t i = 0; i < s->n_attributes; i++) {
        const ipsim_attribute *a = &s->attributes[i];
        ipsim_check_distribution_numbers(&a->distribution, errors);
        require_sum_one(a->probabilities.items, a->probabilities.count, a->probabilities.origin, errors);
        require_sum_one(a->target_probabilities.items, a->target_probabilities.count, a->target_probabilities.origin, errors);
        require_ascending(&a->breaks, errors);
        if (strcmp(a->name, "entry_time") == 0) {
            check_entry(a, errors);
        }
        bool in_years = strcmp(a->name, "age") == 0 || strcmp(a->name, "entry_time") == 0;
        if (in_years && a->value.given && a->value.value < 0) {
            ipsim_error_add(errors, IPSIM_ERR_RANGE, a->value.origin, "%.10g is below 0", a->value.value);
        }
    }
    require_sum_one(s->start_states.items, s->start_states.count, s->start_states.origin, errors);
    for (size_t i = 0; i < s->n_transitions; i++) {
        const ipsim_transition *t = &s->transitions[i];
        ipsim_check_hazard_numbers(&t->hazard, errors);
        require_ascending(&t->hazard.breaks, errors);
        check_effects(t->effects, t->n_effects, errors);
        check_modifiers(t->modifiers, t->n_modifiers, errors);
    }
    for (size_t i = 0; i < s->n_events; i++) {
        const ipsim_event *e = &s->events[i];
        ipsim_check_hazard_numbers(&e->hazard, errors);
        require_ascending(&e->hazard.breaks, errors);
        ipsim_check_distribution_numbers(&e->duration_days, errors);
        check_effects(e->effects, e->n_effects, errors);
        check_modifiers(e->modifiers, e->n_modifiers, errors);
    }
    for (size_t i = 0; i < s->n_rewards; i++) {
        require_window(&s->rewards[i].from_years, &s->rewards[i].until_years, errors);
    }
    for (size_t i = 0; i < s->n_utilities; i++) {
        require_window(&s->utilities[i].from_years, &s->utilities[i].until_years, errors);
        require_ascending(&s->utilities[i].breaks, errors);
    }
}

void ipsim_scenario_validate_uncertainty(const ipsim_scenario *s, ipsim_error_list *errors)
{
    for (size_t i = 0; i < s->n_parameters; i++) {
        ipsim_check_distribution_numbers(&s->parameters[i].distribution, errors);
    }
    for (size_t i = 0; i < s->n_joints; i++) {
        ipsim_check_joint_numbers(s, &s->joints[i], errors);
    }
}
