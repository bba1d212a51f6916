/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/lint: what is allowed but doubtful. */
#include <string.h>

#include "private.h"

static void warn(ipsim_scenario *s, ipsim_origin at, const char *message)
{
    enum { WARNINGS_MAX = 1000 }; /* nobody reads more */
    if (s->private_parts->warnings.count < WARNINGS_MAX) {
        ipsim_error_add(&s->private_parts->warnings, IPSIM_ERR_RULE, at, "%s", message);
    }
}

static bool is(const ipsim_text *text, const char *wanted)
{
    return text->value != NULL && strcmp(text->value, wanted) == 0;
}

static void lint_parameters(ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_parameters; i++) {
        const ipsim_parameter *p = &s->parameters[i];
        bool computed = p->value.expression != NULL;
        if (!ipsim_expressions_uses(s->private_parts->expressions, i)) {
            warn(s, p->origin, "nothing uses this parameter");
        }
        if (!computed && p->source.value == NULL && p->status.value != IPSIM_SOURCE_ASSUMED) {
            warn(s, p->origin, "the parameter has no source; give one, or say status = \"assumed\"");
        }
    }
}

/* Rates, effects and amounts that decide results deserve a name, a unit and a source. 0 and 1 need no source. */
static void lint_literals(ipsim_scenario *s)
{
    for (size_t i = 0; i < s->private_parts->n_slots; i++) {
        const ipsim_number_slot *slot = &s->private_parts->slots[i];
        const char *key = slot->row->key;
        double value = slot->number->value;
        bool decides = (slot->row->section == IPSIM_SECTION_HAZARD && (strcmp(key, "rate") == 0 || strcmp(key, "rates") == 0)) ||
                       (slot->row->section == IPSIM_SECTION_EFFECT && (strcmp(key, "hr") == 0 || strcmp(key, "log_hr") == 0)) ||
                       (slot->row->section == IPSIM_SECTION_REWARD && strcmp(key, "amount") == 0) ||
                       (slot->row->section == IPSIM_SECTION_STATE && strcmp(key, "utility") == 0);
        bool trivial = (value > -1e-300 && value < 1e-300) || (value > 1 - 1e-15 && value < 1 + 1e-15);
        if (decides && slot->number->expression == NULL && !trivial) {
            warn(s, slot->number->origin, "a number written here has no source; as a parameter it would have one");
        }
    }
}

/* Sums of money are exact because each person's are rounded to 2^-16 of the currency first: an amount of a few such steps is changed by that. */
static void lint_small_amounts(ipsim_scenario *s)
{
    const double least = 1000 * 0x1p-16;
    for (size_t i = 0; i < s->n_rewards; i++) {
        const ipsim_number *amount = &s->rewards[i].amount;
        if (amount->value > 0 && amount->value < least) {
            char message[300];
            snprintf(message, sizeof message,
                     "%.10g %s is so little that rounding each person's money to 0.000015 would show in results; use a smaller unit of "
                     "currency (kroner, not millions of kroner)",
                     amount->value, s->economics.currency.value == NULL ? "" : s->economics.currency.value);
            warn(s, amount->origin, message);
        }
    }
}

static void lint_states(ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_states; i++) {
        bool left = s->states[i].role.value != IPSIM_ROLE_ALIVE;
        for (size_t k = 0; k < s->n_transitions; k++) {
            left = left || ipsim_names_contain(&s->transitions[k].from, s->states[i].name);
        }
        if (!left) {
            warn(s, s->states[i].origin, "people in this state live on but never leave it, not even by death");
        }
    }
}

/* Two ways from one state to death, of the illness and of anything else, cannot share a stream. */
static bool has_rival(const ipsim_scenario *s, const ipsim_transition *t)
{
    for (size_t k = 0; k < s->n_transitions; k++) {
        const ipsim_transition *other = &s->transitions[k];
        for (size_t i = 0; other != t && strcmp(other->to.value, t->to.value) == 0 && i < t->from.count; i++) {
            if (ipsim_names_contain(&other->from, t->from.items[i])) {
                return true;
            }
        }
    }
    return false;
}

/* Dying is the commonest thing that every state shares. Separate streams are correct, but the same person then dies at unrelated times in
 * two arms, and the comparison needs several times as many people for the same error. */
static void lint_deaths(ipsim_scenario *s)
{
    const ipsim_transition *first = NULL;
    for (size_t k = 0; k < s->n_transitions; k++) {
        const ipsim_transition *t = &s->transitions[k];
        size_t to = ipsim_scenario_find_state(s, t->to.value);
        if (to == s->n_states || s->states[to].role.value != IPSIM_ROLE_DEAD) {
            continue;
        }
        bool apart = t->stream.value == NULL && (t->from.count > 1 || first != NULL) && !has_rival(s, t);
        if (apart) {
            warn(s, t->origin,
                 "deaths from different states draw separate luck; with stream = \"death\" on each of them, scenarios compare "
                 "with a smaller error");
            return;
        }
        first = t;
    }
}

static void lint_hazard(ipsim_scenario *s, const ipsim_hazard_spec *hazard, size_t n_effects, size_t n_modifiers)
{
    bool instant = hazard->family.value == IPSIM_FIXED || hazard->family.value == IPSIM_HAZARD_AT;
    if (instant && (n_effects > 0 || n_modifiers > 0 || hazard->multiplier.given)) {
        warn(s, hazard->family.origin, "a hazard that is fixed in time does not answer to effects, modifiers or a multiplier");
    }
}

static bool clock_used(const ipsim_scenario *s, const char *name)
{
    char wanted[160];
    snprintf(wanted, sizeof wanted, "since:%s", name);
    bool used = false;
    for (size_t i = 0; i < s->n_transitions + s->n_events; i++) {
        bool event = i >= s->n_transitions;
        const ipsim_transition *t = event ? NULL : &s->transitions[i];
        const ipsim_event *e = event ? &s->events[i - s->n_transitions] : NULL;
        const ipsim_effect *effects = event ? e->effects : t->effects;
        const ipsim_modifier *modifiers = event ? e->modifiers : t->modifiers;
        used = used || is(event ? &e->clock : &t->clock, wanted);
        for (size_t k = 0; k < (event ? e->n_effects : t->n_effects); k++) {
            used = used || is(&effects[k].clock, wanted);
        }
        for (size_t k = 0; k < (event ? e->n_modifiers : t->n_modifiers); k++) {
            used = used || is(&modifiers[k].clock, wanted);
        }
    }
    for (size_t i = 0; i < s->n_rewards; i++) {
        used = used || is(&s->rewards[i].clock, wanted);
    }
    for (size_t i = 0; i < s->n_utilities; i++) {
        used = used || is(&s->utilities[i].clock, wanted);
    }
    return used;
}

static void lint_unused(ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_clocks; i++) {
        if (!clock_used(s, s->clocks[i].name)) {
            warn(s, s->clocks[i].origin, "nothing uses this clock");
        }
    }
    for (size_t i = 0; i < s->n_person_tables; i++) {
        bool used = false;
        for (size_t k = 0; k < s->n_attributes; k++) {
            used = used || is(&s->attributes[k].table, s->person_tables[i].name);
        }
        if (!used) {
            warn(s, s->person_tables[i].origin, "no attribute is read from this table");
        }
    }
    for (size_t i = 0; i < s->n_payers; i++) {
        bool used = false;
        for (size_t k = 0; k < s->n_rewards; k++) {
            used = used || is(&s->rewards[k].payer, s->payers[i].name) || is(&s->rewards[k].receiver, s->payers[i].name);
        }
        if (!used) {
            warn(s, s->payers[i].origin, "no reward is paid or received by this payer");
        }
    }
}

void ipsim_scenario_lint(ipsim_loader *loader, ipsim_scenario *s)
{
    lint_parameters(s);
    lint_literals(s);
    lint_small_amounts(s);
    lint_states(s);
    lint_deaths(s);
    for (size_t i = 0; i < s->n_transitions; i++) {
        lint_hazard(s, &s->transitions[i].hazard, s->transitions[i].n_effects, s->transitions[i].n_modifiers);
    }
    for (size_t i = 0; i < s->n_events; i++) {
        lint_hazard(s, &s->events[i].hazard, s->events[i].n_effects, s->events[i].n_modifiers);
    }
    lint_unused(s);
    loader->out_of_memory = loader->out_of_memory || s->private_parts->warnings.out_of_memory;
    ipsim_error_list_sort(&s->private_parts->warnings);
    s->n_warnings = s->private_parts->warnings.count;
}
