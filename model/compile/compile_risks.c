/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile/compile_risks: the laws of time to a risk, and the effects and modifiers that multiply its hazard. */
#include "compile_risks.h"

#include <math.h>
#include <string.h>

#include "maths/elementary.h"

/* ---- effects: (attribute, hazard ratio, window, fade) -> a step function with one value for each level and piece ---- */

/* exponents: 0 outside the window, 1 inside, falling in equal steps while fading (the middle of each step lies on the line to 0). */
static bool compile_window(ipsim_arena *arena, const ipsim_effect *spec, int clock, ipsim_steps *steps, double **exponents)
{
    bool named_clock = clock >= IPSIM_CLOCK_NAMED;
    double from = spec->from_years.given ? spec->from_years.value : 0.0;
    bool begins = from > 0.0;
    bool ends = spec->until_years.given;
    bool fades = ends && spec->fade_until_years.given && spec->fade_until_years.value > spec->until_years.value;
    size_t n_fade = fades ? (size_t)spec->steps.value : 0;
    size_t n_breaks = (begins ? 1u : 0u) + (ends ? 1u : 0u) + n_fade;

    double *breaks = ipsim_arena_alloc(arena, n_breaks, sizeof *breaks);
    double *exponent = ipsim_arena_alloc(arena, n_breaks + 1, sizeof *exponent);
    if (!breaks || !exponent)
        return false;
    size_t k = 0;
    if (begins) {
        exponent[k] = 0.0;
        breaks[k++] = from;
    }
    exponent[k] = 1.0;
    if (ends) {
        double until = spec->until_years.value;
        breaks[k++] = until;
        for (size_t i = 0; i < n_fade; i++) {
            exponent[k] = 1.0 - ((double)i + 0.5) / (double)n_fade;
            breaks[k++] = until + (spec->fade_until_years.value - until) * ((double)(i + 1) / (double)n_fade);
        }
        exponent[k] = 0.0;
    }
    *steps = (ipsim_steps){.clock = clock, .n_breaks = n_breaks, .breaks = breaks};
    if (n_breaks == 0 && !named_clock)
        steps->clock = IPSIM_CLOCK_START; /* always in force: constant in time */
    *exponents = exponent;
    return true;
}

static double ratio_at_exponent(double hr, double exponent)
{
    if (exponent == 1.0)
        return hr; /* not exp(log(hr)): the ratio as written */
    return exponent == 0.0 ? 1.0 : ipsim_exp(exponent * ipsim_log(hr));
}

static bool compile_effect(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_effect *spec, ipsim_compiled_effect *effect)
{
    int clock = spec->clock.value ? ipsim_compile_clock(scenario, spec->clock.value) : IPSIM_CLOCK_START;
    double *exponent;
    if (!compile_window(arena, spec, clock, &effect->steps, &exponent))
        return false;
    size_t n_pieces = effect->steps.n_breaks + 1;
    effect->exponent = exponent;
    effect->log_hr = spec->log_hr.given ? spec->log_hr.value : spec->hr.given ? ipsim_log(spec->hr.value) : 0.0;
    double hr = spec->hr.given ? spec->hr.value : ipsim_exp(effect->log_hr);
    effect->attribute = IPSIM_NO_ATTRIBUTE;
    effect->centre = spec->centre.given ? spec->centre.value : 0.0;

    size_t n_levels = 1;
    const ipsim_attribute *attribute = NULL;
    if (spec->attribute.value) {
        size_t a = ipsim_scenario_find_attribute(scenario, spec->attribute.value);
        attribute = &scenario->attributes[a];
        effect->attribute = (int)a;
        effect->numeric = attribute->levels.count == 0;
        if (!effect->numeric)
            n_levels = attribute->levels.count;
    }
    double *by_level = ipsim_arena_alloc(arena, n_levels * n_pieces, sizeof *by_level);
    if (!by_level)
        return false;
    for (size_t level = 0; level < n_levels; level++) {
        double level_hr = hr;
        if (attribute && !effect->numeric) {
            const char *name = attribute->levels.items[level];
            level_hr = 1.0;
            for (size_t i = 0; i < spec->hr_by_level.count; i++)
                if (strcmp(spec->hr_by_level.names[i], name) == 0)
                    level_hr = spec->hr_by_level.items[i].value;
            for (size_t i = 0; i < spec->level.count; i++)
                if (strcmp(spec->level.items[i], name) == 0)
                    level_hr = hr;
        }
        for (size_t j = 0; j < n_pieces; j++)
            by_level[level * n_pieces + j] = ratio_at_exponent(level_hr, exponent[j]);
    }
    effect->by_level = by_level;
    return true;
}

static bool copy_numbers(ipsim_arena *arena, const ipsim_numbers *numbers, const double **out)
{
    double *copy = ipsim_arena_alloc(arena, numbers->count, sizeof *copy);
    if (!copy)
        return false;
    for (size_t i = 0; i < numbers->count; i++)
        copy[i] = numbers->items[i].value;
    *out = copy;
    return true;
}

static bool compile_modifier(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_modifier *spec, ipsim_compiled_effect *effect)
{
    int clock = spec->clock.value ? ipsim_compile_clock(scenario, spec->clock.value) : IPSIM_CLOCK_START;
    effect->attribute = IPSIM_NO_ATTRIBUTE;
    effect->steps = (ipsim_steps){.clock = clock, .n_breaks = spec->breaks.count};
    return copy_numbers(arena, &spec->breaks, &effect->steps.breaks) && copy_numbers(arena, &spec->values, &effect->by_level);
}

static bool constant_in_time(const ipsim_compiled_effect *effect)
{
    return effect->steps.n_breaks == 0 && effect->steps.clock < IPSIM_CLOCK_NAMED;
}

/* Constant effects first, each kind in declared order: the engine multiplies the constant ones once for each person. */
static bool compile_effects(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_effect *effects, size_t n_effects,
                            const ipsim_modifier *modifiers, size_t n_modifiers, ipsim_risk *risk)
{
    size_t n = n_effects + n_modifiers, at = 0;
    ipsim_compiled_effect *all = ipsim_arena_alloc(arena, n, sizeof *all);
    ipsim_compiled_effect *sorted = ipsim_arena_alloc(arena, n, sizeof *sorted);
    if (!all || !sorted)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!(i < n_effects ? compile_effect(arena, scenario, &effects[i], &all[i])
                            : compile_modifier(arena, scenario, &modifiers[i - n_effects], &all[i])))
            return false;
    for (size_t i = 0; i < n; i++)
        if (constant_in_time(&all[i]))
            sorted[at++] = all[i];
    risk->n_constant = at;
    for (size_t i = 0; i < n; i++)
        if (!constant_in_time(&all[i]))
            sorted[at++] = all[i];
    risk->n_effects = n;
    risk->effects = sorted;
    return true;
}

/* ---- laws ---- */

static bool compile_table(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_rate_table *table, ipsim_risk *risk,
                          ipsim_origin at, ipsim_error_list *errors)
{
    size_t n_laws = table->n_strata * table->n_years;
    ipsim_hazard *laws = ipsim_arena_alloc(arena, n_laws, sizeof *laws);
    int *key_attribute = ipsim_arena_alloc(arena, table->n_keys, sizeof *key_attribute);
    int *key_levels = ipsim_arena_alloc(arena, table->n_keys, sizeof *key_levels);
    if (!laws || !key_attribute || !key_levels)
        return false;
    for (size_t i = 0; i < n_laws; i++) {
        laws[i].family = IPSIM_PIECEWISE;
        laws[i].n_bands = table->n_ages;
        laws[i].breaks = table->ages + 1; /* the first band reaches back to 0 */
        laws[i].rates = table->values + i * table->n_ages;
        laws[i].cumulative = ipsim_arena_alloc(arena, table->n_ages, sizeof *laws[i].cumulative);
        if (!laws[i].cumulative)
            return false;
        ipsim_error err;
        if (ipsim_hazard_init(&laws[i], &err) != IPSIM_OK) {
            ipsim_error_add(errors, err.status, at, "%s", err.message);
            return true;
        }
    }
    for (size_t k = 0; k < table->n_keys; k++) {
        key_attribute[k] = (int)table->key_attribute[k];
        key_levels[k] = (int)scenario->attributes[table->key_attribute[k]].levels.count;
    }
    risk->laws = laws;
    risk->n_years = table->n_years;
    risk->years = table->years;
    risk->n_keys = table->n_keys;
    risk->key_attribute = key_attribute;
    risk->key_levels = key_levels;
    return true;
}

ipsim_status ipsim_compile_family(ipsim_arena *arena, const ipsim_hazard_spec *spec, ipsim_hazard *law, ipsim_error *err)
{
    *law = (ipsim_hazard){.family = (ipsim_family)spec->family.value};
    switch (law->family) {
    case IPSIM_EXPONENTIAL:
        law->p[0] = spec->rate.value;
        break;
    case IPSIM_WEIBULL:
        law->p[0] = spec->shape.value;
        law->p[1] = spec->scale.value;
        break;
    case IPSIM_WEIBULL_PH:
    case IPSIM_GOMPERTZ:
    case IPSIM_GAMMA:
        law->p[0] = spec->shape.value;
        law->p[1] = spec->rate.value;
        break;
    case IPSIM_LOG_LOGISTIC:
        law->p[0] = spec->shape.value;
        law->p[1] = spec->scale.value;
        break;
    case IPSIM_LOG_NORMAL:
        law->p[0] = spec->meanlog.value;
        law->p[1] = spec->sdlog.value;
        break;
    case IPSIM_GENERALISED_GAMMA:
        law->p[0] = spec->mu.value;
        law->p[1] = spec->sigma.value;
        law->p[2] = spec->q.value;
        break;
    case IPSIM_PIECEWISE:
        law->n_bands = spec->rates.count;
        law->cumulative = ipsim_arena_alloc(arena, law->n_bands, sizeof *law->cumulative);
        if (!law->cumulative || !copy_numbers(arena, &spec->breaks, &law->breaks) || !copy_numbers(arena, &spec->rates, &law->rates))
            return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
        break;
    case IPSIM_FIXED:
    case IPSIM_N_FAMILIES:
        ipsim_bug_abort("fixed and at are no hazard laws here", __FILE__, __LINE__);
    }
    return ipsim_hazard_init(law, err);
}

bool ipsim_compile_law(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_hazard_spec *hazard, const ipsim_text *clock,
                       const ipsim_effect *effects, size_t n_effects, const ipsim_modifier *modifiers, size_t n_modifiers, ipsim_risk *risk,
                       ipsim_error_list *errors)
{
    bool table = hazard->family.value == (int)IPSIM_HAZARD_TABLE;
    risk->clock = table ? IPSIM_CLOCK_AGE : IPSIM_CLOCK_SOJOURN;
    if (clock->value)
        risk->clock = clock->given || !table ? ipsim_compile_clock(scenario, clock->value) : IPSIM_CLOCK_AGE;
    risk->multiplier = hazard->multiplier.given ? hazard->multiplier.value : 1.0;
    risk->origin = hazard->origin;
    if (!compile_effects(arena, scenario, effects, n_effects, modifiers, n_modifiers, risk))
        return false;

    bool at = hazard->family.value == (int)IPSIM_HAZARD_AT;
    if (at || hazard->family.value == (int)IPSIM_FIXED) {
        risk->kind = IPSIM_LAW_AT;
        risk->at = at ? hazard->at.value : hazard->delay.value;
        if (risk->n_effects > 0 || hazard->multiplier.given)
            ipsim_error_add(errors, IPSIM_ERR_RULE, hazard->origin,
                            "a transition at a fixed time has no hazard to multiply; remove its effects, modifiers and multiplier");
        return true;
    }
    risk->kind = IPSIM_LAW_HAZARD;
    if (table)
        return compile_table(arena, scenario, hazard->data, risk, hazard->origin, errors);
    ipsim_hazard *law = ipsim_arena_alloc(arena, 1, sizeof *law);
    ipsim_error err = {0};
    ipsim_status status = law ? ipsim_compile_family(arena, hazard, law, &err) : IPSIM_ERR_MEMORY;
    if (status == IPSIM_ERR_MEMORY)
        return false;
    if (status != IPSIM_OK)
        ipsim_error_add(errors, status, hazard->origin, "%s", err.message);
    risk->laws = law;
    risk->n_years = 1;
    return true;
}
