/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/derive: defaults that depend on other keys. What is derived stays "not given". */
#include <ctype.h>
#include <string.h>

#include "private.h"

/* The file's stem as an identifier: "02 relapse.v2.cfg" becomes s02_relapse_v2. */
static const char *stem(ipsim_loader *loader, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(base, '.');
    size_t length = dot == NULL || dot == base ? strlen(base) : (size_t)(dot - base);
    bool letter = isalpha((unsigned char)base[0]) && (unsigned char)base[0] < 128;
    char *name = ipsim_loader_printf(loader, "%s%.*s", letter ? "" : "s", (int)length, base);
    for (char *c = name; c != NULL && *c != '\0'; c++) {
        if ((unsigned char)*c >= 128 || !(isalnum((unsigned char)*c) || *c == '_' || *c == '-')) {
            *c = '_';
        }
    }
    return name;
}

static void every_alive_state(ipsim_loader *loader, const ipsim_scenario *scenario, ipsim_names *names)
{
    names->items = ipsim_loader_alloc(loader, scenario->n_states, sizeof *names->items);
    for (size_t i = 0; i < scenario->n_states && names->items != NULL; i++) {
        if (scenario->states[i].role.value == IPSIM_ROLE_ALIVE) {
            names->items[names->count++] = scenario->states[i].name;
        }
    }
}

static void derive_clock(ipsim_text *clock, const ipsim_hazard_spec *hazard)
{
    if (!clock->given) {
        clock->value = hazard->given && hazard->family.value == IPSIM_HAZARD_TABLE ? "age" : "sojourn";
    }
}

static void derive_perspective(ipsim_loader *loader, const ipsim_scenario *scenario, ipsim_perspective *perspective)
{
    if (!perspective->payers.given) {
        perspective->payers.items = ipsim_loader_alloc(loader, scenario->n_payers, sizeof *perspective->payers.items);
        for (size_t i = 0; i < scenario->n_payers && perspective->payers.items != NULL; i++) {
            perspective->payers.items[perspective->payers.count++] = scenario->payers[i].name;
        }
    }
    if (!perspective->kinds.given) {
        perspective->kinds.items = ipsim_loader_alloc(loader, IPSIM_N_KINDS, sizeof *perspective->kinds.items);
        for (size_t i = 0; i < IPSIM_N_KINDS && perspective->kinds.items != NULL; i++) {
            perspective->kinds.items[perspective->kinds.count++] = ipsim_kind_names[i];
        }
    }
}

/* A single rate holds from the start. */
static void derive_discount(ipsim_loader *loader, ipsim_discount_spec *discount)
{
    if (discount->given && !discount->from_years.given && discount->rates.count > 0) {
        discount->from_years.items = ipsim_loader_alloc(loader, 1, sizeof *discount->from_years.items);
        if (discount->from_years.items != NULL) {
            discount->from_years.count = 1;
            discount->from_years.items[0].origin = discount->from_years.origin;
        }
    }
}

void ipsim_scenario_derive(ipsim_loader *loader, ipsim_scenario *scenario)
{
    if (!scenario->name.given) {
        scenario->name.value = stem(loader, scenario->path);
    }
    for (size_t i = 0; i < scenario->n_attributes; i++) {
        ipsim_attribute *attribute = &scenario->attributes[i];
        if (attribute->table.given && !attribute->column.given) {
            attribute->column.value = attribute->name;
        }
    }
    for (size_t i = 0; i < scenario->n_transitions; i++) {
        derive_clock(&scenario->transitions[i].clock, &scenario->transitions[i].hazard);
    }
    for (size_t i = 0; i < scenario->n_events; i++) {
        ipsim_event *event = &scenario->events[i];
        derive_clock(&event->clock, &event->hazard);
        if (!event->stream.given) {
            event->stream.value = event->name;
        }
        if (!event->states.given) {
            every_alive_state(loader, scenario, &event->states);
        }
    }
    for (size_t i = 0; i < scenario->n_rewards; i++) {
        if (scenario->rewards[i].per.value == IPSIM_PER_YEAR && !scenario->rewards[i].states.given) {
            every_alive_state(loader, scenario, &scenario->rewards[i].states);
        }
    }
    for (size_t i = 0; i < scenario->n_utilities; i++) {
        if (scenario->utilities[i].per.value == IPSIM_PER_YEAR && !scenario->utilities[i].states.given) {
            every_alive_state(loader, scenario, &scenario->utilities[i].states);
        }
    }
    for (size_t i = 0; i < scenario->n_perspectives; i++) {
        derive_perspective(loader, scenario, &scenario->perspectives[i]);
    }
    derive_discount(loader, &scenario->economics.discount_costs);
    derive_discount(loader, &scenario->economics.discount_effects);
}

void ipsim_scenario_derive_numbers(ipsim_scenario *scenario)
{
    ipsim_number *step = &scenario->simulation.occupancy_step_years;
    double horizon = scenario->simulation.horizon_years.value;
    if (!step->given) {
        step->value = horizon > 0 ? horizon / 50 : 1;
    }
}
