/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/validate_rewards: rules of rewards, utilities, factors and perspectives. */
#include "private.h"

static void refuse(ipsim_loader *loader, ipsim_status status, ipsim_origin at, const char *message)
{
    ipsim_error_add(loader->errors, status, at, "%s", message);
}

static void require_selector(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_kind_of_name *kind, const ipsim_names *names,
                             bool used, bool required, const char *what)
{
    if (names->given && !used) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, names->origin, "%s does not use this key", what);
    } else if (required && !names->given) {
        ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, names->origin, "%s needs this key", what);
    } else if (names->given) {
        ipsim_require_all_named(loader, s, kind, names);
    }
}

static void require_durations(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_names *events)
{
    for (size_t i = 0; i < events->count; i++) {
        size_t e = ipsim_find_named(s, &ipsim_names_event, events->items[i]);
        if (e < s->n_events && !s->events[e].duration_days.given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, events->origin, "event %s has no duration_days, so it has no days to count",
                            s->events[e].name);
        }
    }
}

/* States, transitions and events that a reward or utility `per` something picks. */
static void validate_selectors(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_choice *per, const ipsim_names *states,
                               const ipsim_names *transitions, const ipsim_names *events)
{
    if (per->value < 0) {
        return;
    }
    char what[40];
    snprintf(what, sizeof what, "per %s", ipsim_per_names[per->value]);
    bool by_event = per->value == IPSIM_PER_EVENT || per->value == IPSIM_PER_EVENT_DAY;
    bool by_entry = per->value == IPSIM_PER_ENTRY;
    bool by_transition = per->value == IPSIM_PER_TRANSITION;
    require_selector(loader, s, &ipsim_names_state, states, per->value == IPSIM_PER_YEAR || by_entry, by_entry, what);
    require_selector(loader, s, &ipsim_names_transition, transitions, by_transition, by_transition, what);
    require_selector(loader, s, &ipsim_names_event, events, by_event, by_event, what);
    if (per->value == IPSIM_PER_EVENT_DAY) {
        require_durations(loader, s, events);
    }
    for (size_t i = 0; per->value == IPSIM_PER_YEAR && states->given && i < states->count; i++) {
        size_t state = ipsim_scenario_find_state(s, states->items[i]);
        if (state < s->n_states && (s->states[state].role.value == IPSIM_ROLE_DEAD || s->states[state].role.value == IPSIM_ROLE_LEFT)) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, states->origin, "state %s has role %s, where nothing accrues", states->items[i],
                            s->states[state].role.value == IPSIM_ROLE_DEAD ? "dead" : "left");
        }
    }
}

static void validate_factor(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_factor *f)
{
    const ipsim_attribute *a = f->attribute.given ? ipsim_require_attribute(loader, s, &f->attribute) : NULL;
    if (a == NULL) {
        return;
    }
    if (!ipsim_is_categorical(a)) {
        if (f->level.given || f->by_level.given || f->factor.given) {
            ipsim_origin at = f->level.given ? f->level.origin : f->by_level.given ? f->by_level.origin : f->factor.origin;
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, at,
                            "attribute %s is numeric: its value is the factor, and no other key is used", a->name);
        }
        return;
    }
    if (f->by_level.given == f->level.given) {
        ipsim_error_add(loader->errors, f->level.given ? IPSIM_ERR_RULE : IPSIM_ERR_MISSING, f->level.given ? f->level.origin : f->origin,
                        "attribute %s is categorical, so the factor needs either level and factor, or by_level", a->name);
    } else if (f->level.given != f->factor.given) {
        refuse(loader, f->level.given ? IPSIM_ERR_MISSING : IPSIM_ERR_RULE, f->factor.origin,
               f->level.given ? "level needs factor, what the amount is multiplied by" : "by_level has its factors itself");
    }
    ipsim_require_levels(loader, a, &f->level);
    ipsim_require_named_levels(loader, a, &f->by_level);
}

static void validate_reward(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_reward *r)
{
    bool is_transfer = r->kind.value == IPSIM_KIND_TRANSFER;
    bool payer_known = r->payer.given && ipsim_require_named(loader, s, &ipsim_names_payer, r->payer.value, r->payer.origin);
    bool receiver_known = r->receiver.given && ipsim_require_named(loader, s, &ipsim_names_payer, r->receiver.value, r->receiver.origin);
    if (is_transfer && !r->receiver.given) {
        refuse(loader, IPSIM_ERR_MISSING, r->receiver.origin, "a transfer needs a receiver");
    }
    if (r->kind.value >= 0 && !is_transfer && r->receiver.given) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, r->receiver.origin, "only a transfer has a receiver, and this is kind %s",
                        ipsim_kind_names[r->kind.value]);
    }
    if (payer_known && receiver_known &&
        ipsim_find_named(s, &ipsim_names_payer, r->payer.value) == ipsim_find_named(s, &ipsim_names_payer, r->receiver.value)) {
        refuse(loader, IPSIM_ERR_RULE, r->receiver.origin, "the receiver is the payer");
    }
    validate_selectors(loader, s, &r->per, &r->states, &r->transitions, &r->events);
    ipsim_require_clock(loader, s, &r->clock);
    for (size_t i = 0; i < r->n_factors; i++) {
        validate_factor(loader, s, &r->factors[i]);
    }
}

static void validate_utility(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_utility *u)
{
    bool per_year = u->per.value == IPSIM_PER_YEAR;
    if (u->per.value >= 0 && !per_year) {
        const struct {
            bool given;
            ipsim_origin at;
        } only_per_year[] = {
            {u->multiply.given, u->multiply.origin}, {u->breaks.given, u->breaks.origin}, {u->values.given, u->values.origin}};
        for (size_t i = 0; i < 3; i++) {
            if (only_per_year[i].given) {
                ipsim_error_add(loader->errors, IPSIM_ERR_RULE, only_per_year[i].at, "per %s does not use this key; it adds QALYs",
                                ipsim_per_names[u->per.value]);
            }
        }
    }
    if (!u->add.given && !u->multiply.given && !u->values.given) {
        refuse(loader, IPSIM_ERR_MISSING, u->origin,
               per_year ? "a utility needs add, multiply, or breaks and values" : "a utility needs add");
    }
    if (u->breaks.given != u->values.given) {
        refuse(loader, IPSIM_ERR_MISSING, u->breaks.given ? u->values.origin : u->breaks.origin, "breaks and values belong together");
    } else if (u->breaks.count > 0 && u->values.count > 0 && u->values.count != u->breaks.count + 1) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, u->values.origin, "there must be one more value than breaks: %zu, not %zu",
                        u->breaks.count + 1, u->values.count);
    }
    if (u->n_factors > 0 && !u->add.given) {
        refuse(loader, IPSIM_ERR_RULE, u->factors[0].origin, "factors multiply add, which is not given");
    }
    validate_selectors(loader, s, &u->per, &u->states, &u->transitions, &u->events);
    ipsim_require_clock(loader, s, &u->clock);
    for (size_t i = 0; i < u->n_factors; i++) {
        validate_factor(loader, s, &u->factors[i]);
    }
}

void ipsim_validate_rewards(ipsim_loader *loader, const ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_rewards; i++) {
        validate_reward(loader, s, &s->rewards[i]);
    }
    for (size_t i = 0; i < s->n_utilities; i++) {
        validate_utility(loader, s, &s->utilities[i]);
    }
    for (size_t i = 0; i < s->n_perspectives; i++) {
        const ipsim_perspective *p = &s->perspectives[i];
        if (p->payers.given) {
            ipsim_require_all_named(loader, s, &ipsim_names_payer, &p->payers);
        }
        ipsim_refuse_duplicates(loader, &p->kinds);
    }
}
