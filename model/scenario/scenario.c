/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/scenario: the steps of loading, in order. See include/ipsim/scenario.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

static void compile_numbers(ipsim_loader *loader, ipsim_scenario *scenario)
{
    ipsim_scenario_private *p = scenario->private_parts;
    for (size_t i = 0; i < p->n_slots && !loader->out_of_memory; i++) {
        if (p->slots[i].number->expression != NULL) {
            p->slots[i].handle = ipsim_expressions_add(p->expressions, loader, p->slots[i].number);
        }
    }
}

static ipsim_status evaluate(ipsim_scenario *scenario, const double *parameter_values, ipsim_error_list *errors)
{
    ipsim_scenario_private *p = scenario->private_parts;
    ipsim_status status = ipsim_expressions_evaluate(p->expressions, parameter_values, p->slots, p->n_slots, errors);
    if (status != IPSIM_OK) {
        return ipsim_error_add(errors, status, (ipsim_origin){scenario->path, 0, NULL},
                               "there is not enough memory to evaluate the expressions");
    }
    ipsim_scenario_derive_numbers(scenario);
    ipsim_scenario_check_ranges(scenario, errors);
    return IPSIM_OK;
}

/* Where a file is missing, only what is certainly wrong is worth saying. */
static void keep_certain_errors(ipsim_loader *loader)
{
    size_t kept = 0;
    for (size_t i = 0; i < loader->errors->count; i++) {
        ipsim_status status = loader->errors->items[i].status;
        if (status != IPSIM_ERR_MISSING && status != IPSIM_ERR_RULE) {
            loader->errors->items[kept++] = loader->errors->items[i];
        }
    }
    loader->errors->count = kept;
}

/* The tree into the structs, ready to be evaluated. false: memory is short. */
static bool fill(ipsim_loader *loader, const ipsim_node *root, ipsim_scenario *scenario)
{
    scenario->private_parts->root = root;
    ipsim_scenario_fill(loader, root, scenario);
    if (loader->out_of_memory) {
        return false;
    }
    scenario->private_parts->expressions = ipsim_expressions_create(loader, scenario);
    if (scenario->private_parts->expressions == NULL) {
        return false;
    }
    compile_numbers(loader, scenario);
    ipsim_scenario_derive(loader, scenario);
    return !loader->out_of_memory;
}

static void load(ipsim_loader *loader, ipsim_scenario *scenario, const ipsim_setting *settings, size_t n_settings)
{
    const ipsim_node *root = ipsim_merge_load(loader, scenario->path, settings, n_settings);
    if (root == NULL || (loader->incomplete && root->count == 0)) {
        return;
    }
    ipsim_node *attributes = ipsim_node_child(root, "attributes");
    if (attributes != NULL && attributes->type == IPSIM_NODE_GROUP) {
        ipsim_node_sort(attributes); /* arms may declare them in any order; the places of an attribute must agree between arms */
    }
    if (!fill(loader, root, scenario) || evaluate(scenario, NULL, loader->errors) != IPSIM_OK) {
        return;
    }
    if (loader->incomplete) {
        keep_certain_errors(loader);
        return;
    }
    ipsim_scenario_validate(loader, scenario);
    ipsim_scenario_validate_numbers(scenario, loader->errors);
    ipsim_scenario_validate_uncertainty(scenario, loader->errors);
    ipsim_scenario_read_data(loader, scenario);
    if (loader->errors->count == 0 && !loader->out_of_memory) {
        ipsim_scenario_digest(loader, scenario);
        ipsim_scenario_lint(loader, scenario);
    }
}

/* An empty scenario in an arena of its own; NULL when memory is short. */
static ipsim_scenario *create(ipsim_loader *loader)
{
    loader->arena = ipsim_arena_create();
    ipsim_scenario *scenario = loader->arena == NULL ? NULL : ipsim_loader_alloc(loader, 1, sizeof *scenario);
    ipsim_scenario_private *parts = scenario == NULL ? NULL : ipsim_loader_alloc(loader, 1, sizeof *parts);
    if (parts == NULL) {
        ipsim_arena_free(loader->arena);
        return NULL;
    }
    parts->arena = loader->arena;
    scenario->private_parts = parts;
    return scenario;
}

ipsim_status ipsim_scenario_load_kept(ipsim_files *files, const char *path, const ipsim_setting *settings, size_t n_settings,
                                      ipsim_scenario **out, ipsim_error_list *errors)
{
    *out = NULL;
    ipsim_error_list found = {0}; /* errors may hold those of other scenarios already */
    ipsim_loader loader = {.errors = &found, .files = files};
    ipsim_scenario *scenario = create(&loader);
    if (scenario == NULL) {
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){path, 0, NULL}, "there is not enough memory to load the scenario");
    }
    scenario->path = ipsim_loader_strdup(&loader, path);
    if (scenario->path != NULL) {
        load(&loader, scenario, settings, n_settings);
    }
    if (loader.out_of_memory || found.out_of_memory) {
        ipsim_error_add(&found, IPSIM_ERR_MEMORY, (ipsim_origin){path, 0, NULL}, "there is not enough memory to load the scenario");
    }
    ipsim_error_list_sort(&found);
    ipsim_status status = ipsim_error_list_status(&found);
    for (size_t i = 0; i < found.count; i++) {
        ipsim_error_add_copy(errors, &found.items[i]);
    }
    if (status == IPSIM_OK && found.out_of_memory) {
        status = IPSIM_ERR_MEMORY;
    }
    ipsim_error_list_clear(&found);
    if (status != IPSIM_OK) {
        ipsim_scenario_free(scenario);
        return status;
    }
    *out = scenario;
    return IPSIM_OK;
}

ipsim_status ipsim_scenario_load(const char *path, const ipsim_setting *settings, size_t n_settings, ipsim_scenario **out,
                                 ipsim_error_list *errors)
{
    return ipsim_scenario_load_kept(NULL, path, settings, n_settings, out, errors);
}

/* What was read from files is never changed, so it is shared. */
static void share_data(const ipsim_scenario *from, ipsim_scenario *to)
{
    for (size_t i = 0; i < from->n_person_tables; i++) {
        to->person_tables[i].data = from->person_tables[i].data;
    }
    for (size_t i = 0; i < from->n_joints; i++) {
        to->joints[i].data = from->joints[i].data;
    }
    for (size_t i = 0; i < from->n_transitions; i++) {
        to->transitions[i].hazard.data = from->transitions[i].hazard.data;
    }
    for (size_t i = 0; i < from->n_events; i++) {
        to->events[i].hazard.data = from->events[i].hazard.data;
    }
}

ipsim_status ipsim_scenario_clone(const ipsim_scenario *scenario, ipsim_scenario **out, ipsim_error_list *errors)
{
    *out = NULL;
    ipsim_error_list found = {0};
    ipsim_loader loader = {.errors = &found};
    ipsim_scenario *clone = create(&loader);
    bool ok = clone != NULL;
    if (ok) {
        clone->path = scenario->path;
        ok = fill(&loader, scenario->private_parts->root, clone) && evaluate(clone, NULL, &found) == IPSIM_OK;
    }
    ipsim_bug_assert(found.count == 0 || !ok); /* its original is sound */
    ipsim_error_list_clear(&found);
    if (!ok) {
        ipsim_scenario_free(clone);
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){scenario->path, 0, NULL},
                               "there is not enough memory for a copy of the scenario");
    }
    share_data(scenario, clone);
    clone->digest = scenario->digest;
    clone->formulas = scenario->formulas;
    *out = clone;
    return IPSIM_OK;
}

void ipsim_scenario_free(ipsim_scenario *scenario)
{
    if (scenario == NULL) {
        return;
    }
    ipsim_scenario_private *p = scenario->private_parts;
    ipsim_expressions_free(p->expressions);
    free(p->slots);
    ipsim_error_list_clear(&p->warnings);
    ipsim_arena_free(p->arena); /* holds the scenario itself */
}

ipsim_status ipsim_scenario_evaluate(ipsim_scenario *scenario, const double *parameter_values, ipsim_error_list *errors)
{
    ipsim_error_list found = {0};
    if (evaluate(scenario, parameter_values, &found) == IPSIM_OK) {
        ipsim_scenario_validate_numbers(scenario, &found);
    }
    ipsim_error_list_sort(&found);
    ipsim_status status = found.out_of_memory ? IPSIM_ERR_MEMORY : ipsim_error_list_status(&found);
    for (size_t i = 0; i < found.count; i++) {
        ipsim_error_add_copy(errors, &found.items[i]);
    }
    ipsim_error_list_clear(&found);
    return status;
}

const ipsim_error *ipsim_scenario_warnings(const ipsim_scenario *scenario, size_t *count)
{
    *count = scenario->private_parts->warnings.count;
    return scenario->private_parts->warnings.items;
}

size_t ipsim_scenario_find_state(const ipsim_scenario *scenario, const char *name)
{
    return ipsim_find_named(scenario, &ipsim_names_state, name);
}

size_t ipsim_scenario_find_attribute(const ipsim_scenario *scenario, const char *name)
{
    return ipsim_find_named(scenario, &ipsim_names_attribute, name);
}

size_t ipsim_attribute_find_level(const ipsim_attribute *attribute, const char *level)
{
    size_t i = 0;
    while (i < attribute->levels.count && strcmp(attribute->levels.items[i], level) != 0) {
        i++;
    }
    return i;
}

bool ipsim_names_contain(const ipsim_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0) {
            return true;
        }
    }
    return false;
}
