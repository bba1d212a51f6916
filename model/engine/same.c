/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether two compiled models give everybody the same history: scenarios that differ in money or quality of life only. */
#include <string.h>

#include "ipsim/engine.h"

static bool same_numbers(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static bool same_law(const ipsim_hazard *a, const ipsim_hazard *b)
{
    if (a->family != b->family || !same_numbers(a->p, b->p, 3) || a->n_bands != b->n_bands)
        return false;
    return a->n_bands == 0 || (same_numbers(a->rates, b->rates, a->n_bands) && same_numbers(a->breaks, b->breaks, a->n_bands - 1));
}

static bool same_steps(const ipsim_steps *a, const ipsim_steps *b)
{
    return a->clock == b->clock && a->n_breaks == b->n_breaks && same_numbers(a->breaks, b->breaks, a->n_breaks);
}

static bool same_effect(const ipsim_scenario *scenario, const ipsim_compiled_effect *a, const ipsim_compiled_effect *b)
{
    if (a->attribute != b->attribute || a->numeric != b->numeric || !same_steps(&a->steps, &b->steps))
        return false;
    size_t n_pieces = a->steps.n_breaks + 1;
    if (a->numeric)
        return a->log_hr == b->log_hr && a->centre == b->centre && same_numbers(a->exponent, b->exponent, n_pieces);
    size_t n_levels = a->attribute == IPSIM_NO_ATTRIBUTE ? 1 : scenario->attributes[a->attribute].levels.count;
    return same_numbers(a->by_level, b->by_level, n_levels * n_pieces);
}

static bool same_risk(const ipsim_scenario *scenario, const ipsim_risk *a, const ipsim_risk *b)
{
    if (a->kind != b->kind || a->event != b->event || a->to != b->to || a->stream != b->stream || a->clock != b->clock || a->at != b->at ||
        a->multiplier != b->multiplier || a->n_years != b->n_years || a->n_keys != b->n_keys || a->n_constant != b->n_constant ||
        a->n_effects != b->n_effects)
        return false;
    size_t n_laws = a->kind == IPSIM_LAW_HAZARD ? a->n_years : 0;
    for (size_t k = 0; k < a->n_keys; k++) {
        if (a->key_attribute[k] != b->key_attribute[k] || a->key_levels[k] != b->key_levels[k])
            return false;
        n_laws *= (size_t)a->key_levels[k];
    }
    for (size_t i = 0; i < n_laws; i++)
        if (!same_law(&a->laws[i], &b->laws[i]))
            return false;
    if (a->n_years > 1 && !same_numbers(a->years + 1, b->years + 1, a->n_years - 1))
        return false;
    for (size_t i = 0; i < a->n_effects; i++)
        if (!same_effect(scenario, &a->effects[i], &b->effects[i]))
            return false;
    return true;
}

static bool same_starts(const ipsim_clock_start *a, const ipsim_clock_start *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i].n != b[i].n)
            return false;
        for (size_t k = 0; k < a[i].n; k++)
            if (a[i].clock[k] != b[i].clock[k] || a[i].restart[k] != b[i].restart[k])
                return false;
    }
    return true;
}

static bool same_start(const ipsim_compiled_model *a, const ipsim_compiled_model *b)
{
    if (a->start_state != b->start_state || a->start_attribute != b->start_attribute || a->start_key != b->start_key)
        return false;
    if (a->start_state >= 0)
        return true;
    if (a->start_attribute == IPSIM_NO_ATTRIBUTE)
        return same_numbers(a->start_cumulative, b->start_cumulative, a->n_states);
    size_t n_levels = a->scenario->attributes[a->start_attribute].levels.count;
    return memcmp(a->start_of_level, b->start_of_level, n_levels * sizeof *a->start_of_level) == 0;
}

bool ipsim_engine_same_histories(const ipsim_compiled_model *a, const ipsim_compiled_model *b)
{
    if (a->horizon_years != b->horizon_years || a->start_year != b->start_year || a->n_states != b->n_states || a->n_risks != b->n_risks ||
        a->n_streams != b->n_streams || a->n_clocks != b->n_clocks || a->n_events != b->n_events || a->age_attribute != b->age_attribute ||
        a->entry_attribute != b->entry_attribute || !same_start(a, b))
        return false;
    for (size_t s = 0; s < a->n_states; s++)
        if (a->role[s] != b->role[s] || a->first_risk[s + 1] != b->first_risk[s + 1])
            return false;
    for (size_t r = 0; r < a->n_risks; r++)
        if (!same_risk(a->scenario, &a->risks[r], &b->risks[r]))
            return false;
    for (size_t i = 0; i < a->n_streams; i++)
        if (a->streams[i].key != b->streams[i].key)
            return false;
    for (size_t e = 0; e < a->n_events; e++)
        if (a->has_duration[e] != b->has_duration[e] ||
            (a->has_duration[e] && (a->duration_key[e] != b->duration_key[e] ||
                                    memcmp(&a->duration_days[e], &b->duration_days[e], sizeof a->duration_days[e]) != 0)))
            return false;
    return same_starts(a->starts_on_state, b->starts_on_state, a->n_states) &&
           same_starts(a->starts_on_event, b->starts_on_event, a->n_events);
}
