/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/rules: what the files that check rules across keys have in common. */
#include <stddef.h>
#include <string.h>

#include "private.h"

#define KIND(what, type, member)                                                                   \
    {                                                                                              \
        what, offsetof(ipsim_scenario, n_##member), offsetof(ipsim_scenario, member), sizeof(type) \
    }

const ipsim_kind_of_name ipsim_names_parameter = KIND("parameter", ipsim_parameter, parameters);
const ipsim_kind_of_name ipsim_names_table = KIND("table", ipsim_person_table_spec, person_tables);
const ipsim_kind_of_name ipsim_names_attribute = KIND("attribute", ipsim_attribute, attributes);
const ipsim_kind_of_name ipsim_names_clock = KIND("clock", ipsim_clock, clocks);
const ipsim_kind_of_name ipsim_names_state = KIND("state", ipsim_state, states);
const ipsim_kind_of_name ipsim_names_transition = KIND("transition", ipsim_transition, transitions);
const ipsim_kind_of_name ipsim_names_event = KIND("event", ipsim_event, events);
const ipsim_kind_of_name ipsim_names_payer = KIND("payer", ipsim_payer, payers);
const ipsim_kind_of_name ipsim_names_reward = KIND("reward", ipsim_reward, rewards);
const ipsim_kind_of_name ipsim_names_perspective = KIND("perspective", ipsim_perspective, perspectives);
const ipsim_kind_of_name ipsim_names_outcome = KIND("outcome", ipsim_outcome, outcomes);

/* Every named struct begins with its name. */
_Static_assert(offsetof(ipsim_state, name) == 0 && offsetof(ipsim_event, name) == 0 && offsetof(ipsim_payer, name) == 0,
               "name comes first");

size_t ipsim_count_named(const ipsim_scenario *scenario, const ipsim_kind_of_name *kind)
{
    return *(const size_t *)ipsim_schema_const_member(scenario, kind->count_offset);
}

static const char *name_at(const ipsim_scenario *scenario, const ipsim_kind_of_name *kind, size_t i)
{
    const char *items = *(const char *const *)ipsim_schema_const_member(scenario, kind->array_offset);
    return *(const char *const *)ipsim_schema_const_member(items, i * kind->item_size);
}

size_t ipsim_find_named(const ipsim_scenario *scenario, const ipsim_kind_of_name *kind, const char *name)
{
    size_t count = ipsim_count_named(scenario, kind), i = 0;
    while (i < count && strcmp(name_at(scenario, kind, i), name) != 0) {
        i++;
    }
    return i;
}

static const char *suggest_named(ipsim_suggestion *suggestion, const ipsim_scenario *scenario, const ipsim_kind_of_name *kind,
                                 const char *name)
{
    ipsim_suggest_begin(suggestion, name);
    for (size_t i = 0; i < ipsim_count_named(scenario, kind); i++) {
        ipsim_suggest_consider(suggestion, name_at(scenario, kind, i));
    }
    return ipsim_suggest_text(suggestion);
}

bool ipsim_require_named(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_kind_of_name *kind, const char *name,
                         ipsim_origin at)
{
    if (name == NULL) {
        return false; /* of a wrong type, which is recorded */
    }
    if (ipsim_find_named(scenario, kind, name) < ipsim_count_named(scenario, kind)) {
        return true;
    }
    ipsim_suggestion near;
    ipsim_error_add(loader->errors, IPSIM_ERR_REFERENCE, at, "there is no %s \"%.100s\"%s", kind->what, name,
                    suggest_named(&near, scenario, kind, name));
    return false;
}

bool ipsim_require_all_named(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_kind_of_name *kind, const ipsim_names *names)
{
    bool all = true;
    for (size_t i = 0; i < names->count; i++) {
        all = ipsim_require_named(loader, scenario, kind, names->items[i], names->origin) && all;
    }
    ipsim_refuse_duplicates(loader, names);
    return all;
}

const ipsim_attribute *ipsim_require_attribute(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_text *name)
{
    if (!ipsim_require_named(loader, scenario, &ipsim_names_attribute, name->value, name->origin)) {
        return NULL;
    }
    return &scenario->attributes[ipsim_scenario_find_attribute(scenario, name->value)];
}

static bool require_level(ipsim_loader *loader, const ipsim_attribute *attribute, const char *level, ipsim_origin at)
{
    if (ipsim_attribute_find_level(attribute, level) < attribute->levels.count) {
        return true;
    }
    ipsim_suggestion near;
    ipsim_error_add(loader->errors, IPSIM_ERR_REFERENCE, at, "attribute %s has no level \"%.100s\"%s", attribute->name, level,
                    ipsim_suggest(&near, level, attribute->levels.items, attribute->levels.count));
    return false;
}

bool ipsim_require_levels(ipsim_loader *loader, const ipsim_attribute *attribute, const ipsim_names *levels)
{
    bool all = true;
    for (size_t i = 0; i < levels->count; i++) {
        all = require_level(loader, attribute, levels->items[i], levels->origin) && all;
    }
    ipsim_refuse_duplicates(loader, levels);
    return all;
}

bool ipsim_require_named_levels(ipsim_loader *loader, const ipsim_attribute *attribute, const ipsim_named_numbers *levels)
{
    bool all = true;
    for (size_t i = 0; i < levels->count; i++) {
        all = require_level(loader, attribute, levels->names[i], levels->items[i].origin) && all;
    }
    return all;
}

void ipsim_refuse_duplicates(ipsim_loader *loader, const ipsim_names *names)
{
    for (size_t i = 0; names->given && i < names->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(names->items[i], names->items[j]) == 0) {
                ipsim_error_add(loader->errors, IPSIM_ERR_DUPLICATE, names->origin, "\"%.100s\" is listed twice", names->items[i]);
                break;
            }
        }
    }
}

void ipsim_require_alive(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_names *states)
{
    for (size_t i = 0; i < states->count; i++) {
        size_t state = ipsim_scenario_find_state(scenario, states->items[i]);
        int role = state < scenario->n_states ? scenario->states[state].role.value : IPSIM_ROLE_ALIVE;
        if (role == IPSIM_ROLE_DEAD || role == IPSIM_ROLE_LEFT) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, states->origin, "state %s has role %s, where nothing accrues", states->items[i],
                            role == IPSIM_ROLE_DEAD ? "dead" : "left");
        }
    }
}

ipsim_origin ipsim_origin_inside(ipsim_loader *loader, ipsim_origin item, const char *key)
{
    const char *joined = ipsim_loader_join(loader, item.key, key);
    item.key = joined == NULL ? key : joined;
    return item;
}

bool ipsim_is_categorical(const ipsim_attribute *attribute)
{
    return attribute->levels.given;
}

void ipsim_require_clock(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_text *clock)
{
    static const char *const plain[] = {"sojourn", "start", "age", "calendar"};
    const char *name = clock->value;
    if (name == NULL) {
        return;
    }
    if (strncmp(name, "since:", 6) == 0) {
        ipsim_require_named(loader, scenario, &ipsim_names_clock, name + 6, clock->origin);
    } else if (strcmp(name, "age") == 0) {
        size_t age = ipsim_scenario_find_attribute(scenario, "age");
        if (age == scenario->n_attributes) {
            ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, clock->origin,
                            "the clock age needs an attribute named age (years at entry)");
        }
    } else if (strcmp(name, "calendar") == 0) {
        if (!scenario->simulation.start_year.given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, clock->origin, "the clock calendar needs simulation.start_year");
        }
    } else if (strcmp(name, "sojourn") != 0 && strcmp(name, "start") != 0) {
        ipsim_suggestion near;
        ipsim_suggest(&near, name, plain, sizeof plain / sizeof plain[0]);
        ipsim_error_add(loader->errors, IPSIM_ERR_REFERENCE, clock->origin,
                        "\"%.100s\" is not one of: sojourn, start, age, calendar, since:NAME%s", name, near.best == NULL ? "" : near.text);
    }
}
