/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/validate_risks: rules of transitions and events: what they refer to, families and clocks, effects, modifiers. */
#include <string.h>

#include "private.h"

static void refuse(ipsim_loader *loader, ipsim_status status, ipsim_origin at, const char *message)
{
    ipsim_error_add(loader->errors, status, at, "%s", message);
}

/* A clock named in a window, with its window's order left to validate_numbers.c. */
static void validate_effect(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_effect *e)
{
    size_t ways = (size_t)e->hr.given + (size_t)e->log_hr.given + (size_t)e->hr_by_level.given;
    if (ways == 0) {
        refuse(loader, IPSIM_ERR_MISSING, e->origin, "an effect needs hr, log_hr or hr_by_level");
    } else if (ways > 1) {
        ipsim_origin at = e->hr_by_level.given ? e->hr_by_level.origin : e->log_hr.origin;
        refuse(loader, IPSIM_ERR_RULE, at, "an effect has only one of hr, log_hr and hr_by_level");
    }
    ipsim_require_clock(loader, s, &e->clock);
    if (e->fade_until_years.given && !e->until_years.given) {
        refuse(loader, IPSIM_ERR_RULE, e->fade_until_years.origin, "fading needs until_years, when it begins");
    }
    if (e->steps.given && !e->fade_until_years.given) {
        refuse(loader, IPSIM_ERR_RULE, e->steps.origin, "steps need fade_until_years, when the fading ends");
    }
    if (!e->attribute.given) {
        if (e->level.given || e->hr_by_level.given) {
            refuse(loader, IPSIM_ERR_MISSING, ipsim_origin_inside(loader, e->origin, "attribute"), "levels need an attribute");
        }
        if (e->centre.given) {
            refuse(loader, IPSIM_ERR_RULE, e->centre.origin, "centre needs a numeric attribute");
        }
        return;
    }
    const ipsim_attribute *a = ipsim_require_attribute(loader, s, &e->attribute);
    if (a == NULL) {
        return;
    }
    if (!ipsim_is_categorical(a)) {
        if (e->level.given || e->hr_by_level.given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, e->level.given ? e->level.origin : e->hr_by_level.origin,
                            "attribute %s is numeric and has no levels; hr is per unit above centre", a->name);
        }
        return;
    }
    if (e->centre.given) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, e->centre.origin, "attribute %s is categorical; centre is for numeric ones",
                        a->name);
    }
    if (!e->level.given && !e->hr_by_level.given) {
        ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, ipsim_origin_inside(loader, e->origin, "level"),
                        "attribute %s is categorical, so the effect needs level or hr_by_level", a->name);
    }
    if (e->level.given && e->hr_by_level.given) {
        refuse(loader, IPSIM_ERR_RULE, e->level.origin, "hr_by_level names its levels itself");
    }
    ipsim_require_levels(loader, a, &e->level);
    ipsim_require_named_levels(loader, a, &e->hr_by_level);
}

static void validate_modifier(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_modifier *m)
{
    ipsim_require_clock(loader, s, &m->clock);
    if (m->breaks.count > 0 && m->values.count > 0 && m->values.count != m->breaks.count + 1) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, m->values.origin, "there must be one more value than breaks: %zu, not %zu",
                        m->breaks.count + 1, m->values.count);
    }
}

static void validate_hazard(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_hazard_spec *h, const ipsim_text *clock,
                            bool is_event)
{
    (void)s;
    ipsim_check_hazard(h, loader->errors);
    bool sojourn = clock->value != NULL && strcmp(clock->value, "sojourn") == 0;
    ipsim_origin at = clock->given ? clock->origin : h->family.origin;
    if (!h->given || clock->value == NULL) {
        return;
    }
    if (is_event && (h->family.value == IPSIM_FIXED || h->family.value == IPSIM_HAZARD_AT)) {
        refuse(loader, IPSIM_ERR_RULE, h->family.origin,
               "an event recurs, so its hazard cannot be fixed or at: it would happen for ever at once");
    } else if (h->family.value == IPSIM_FIXED && !sojourn) {
        refuse(loader, IPSIM_ERR_RULE, at,
               "a fixed delay counts from entry to the state, so the clock is sojourn; for other clocks use family at");
    } else if (h->family.value == IPSIM_HAZARD_AT && sojourn) {
        refuse(loader, IPSIM_ERR_RULE, at,
               "family at needs a clock other than sojourn; for a delay after entry to the state use family fixed");
    } else if (h->family.value == IPSIM_HAZARD_TABLE && strcmp(clock->value, "age") != 0) {
        refuse(loader, IPSIM_ERR_RULE, at, "a rate table is by age, so the clock is age");
    }
    if (h->family.value == IPSIM_PIECEWISE && h->breaks.count > 0 && h->rates.count > 0 && h->rates.count != h->breaks.count + 1) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, h->rates.origin, "there must be one more rate than breaks: %zu, not %zu",
                        h->breaks.count + 1, h->rates.count);
    }
}

/* A transition can only leave, and an event only happen in, a state in which people live on. */
static void require_alive(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_names *states, const char *what)
{
    if (!states->given || !ipsim_require_all_named(loader, s, &ipsim_names_state, states)) {
        return;
    }
    for (size_t i = 0; i < states->count; i++) {
        const ipsim_state *state = &s->states[ipsim_scenario_find_state(s, states->items[i])];
        if (state->role.value == IPSIM_ROLE_DEAD || state->role.value == IPSIM_ROLE_LEFT) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, states->origin, "%s in state %s, whose role is %s", what, state->name,
                            state->role.value == IPSIM_ROLE_DEAD ? "dead" : "left");
        }
    }
}

static void validate_transition(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_transition *t)
{
    require_alive(loader, s, &t->from, "nobody moves on");
    if (t->to.given) {
        ipsim_require_named(loader, s, &ipsim_names_state, t->to.value, t->to.origin);
    }
    for (size_t i = 0; i < t->from.count && t->to.value != NULL; i++) {
        if (strcmp(t->from.items[i], t->to.value) == 0) {
            refuse(loader, IPSIM_ERR_RULE, t->to.origin,
                   "a transition leads from a state to another; what happens within a state is an event");
        }
    }
    if (t->stream.value != NULL && t->stream.value[0] == '\0') {
        refuse(loader, IPSIM_ERR_RULE, t->stream.origin, "the name of a stream cannot be empty");
    }
    ipsim_require_clock(loader, s, &t->clock);
    validate_hazard(loader, s, &t->hazard, &t->clock, false);
    for (size_t i = 0; i < t->n_effects; i++) {
        validate_effect(loader, s, &t->effects[i]);
    }
    for (size_t i = 0; i < t->n_modifiers; i++) {
        validate_modifier(loader, s, &t->modifiers[i]);
    }
}

static void validate_event(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_event *e)
{
    require_alive(loader, s, &e->states, "nothing happens");
    if (e->stream.given && e->stream.value != NULL && e->stream.value[0] == '\0') {
        refuse(loader, IPSIM_ERR_RULE, e->stream.origin, "the name of a stream cannot be empty");
    }
    ipsim_require_clock(loader, s, &e->clock);
    validate_hazard(loader, s, &e->hazard, &e->clock, true);
    ipsim_check_distribution(&e->duration_days, loader->errors);
    if (ipsim_find_named(s, &ipsim_names_transition, e->name) < s->n_transitions) {
        refuse(loader, IPSIM_ERR_DUPLICATE, e->origin,
               "a transition has this name too; both are counted as n_NAME, so their names must differ");
    }
    for (size_t i = 0; i < e->n_effects; i++) {
        validate_effect(loader, s, &e->effects[i]);
    }
    for (size_t i = 0; i < e->n_modifiers; i++) {
        validate_modifier(loader, s, &e->modifiers[i]);
    }
}

void ipsim_validate_risks(ipsim_loader *loader, const ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_clocks; i++) {
        const ipsim_clock *clock = &s->clocks[i];
        for (size_t k = 0; k < clock->starts_on.count; k++) {
            const char *name = clock->starts_on.items[k];
            bool is_state = ipsim_scenario_find_state(s, name) < s->n_states;
            bool is_event = ipsim_find_named(s, &ipsim_names_event, name) < s->n_events;
            if (is_state && is_event) {
                ipsim_error_add(loader->errors, IPSIM_ERR_RULE, clock->starts_on.origin,
                                "\"%.100s\" is both a state and an event; rename one", name);
            } else if (!is_state && !is_event) {
                ipsim_suggestion near;
                ipsim_suggest_begin(&near, name);
                for (size_t j = 0; j < s->n_states + s->n_events; j++) {
                    ipsim_suggest_consider(&near, j < s->n_states ? s->states[j].name : s->events[j - s->n_states].name);
                }
                ipsim_error_add(loader->errors, IPSIM_ERR_REFERENCE, clock->starts_on.origin, "there is no state or event \"%.100s\"%s",
                                name, ipsim_suggest_text(&near));
            }
        }
        ipsim_refuse_duplicates(loader, &clock->starts_on);
    }
    for (size_t i = 0; i < s->n_transitions; i++) {
        validate_transition(loader, s, &s->transitions[i]);
    }
    for (size_t i = 0; i < s->n_events; i++) {
        validate_event(loader, s, &s->events[i]);
    }
}
