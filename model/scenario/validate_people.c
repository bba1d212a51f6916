/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/validate_people: rules of attributes, their tables and bands, subgroups. */
#include <string.h>

#include "private.h"

static void refuse(ipsim_loader *loader, ipsim_status status, ipsim_origin at, const char *message)
{
    ipsim_error_add(loader->errors, status, at, "%s", message);
}

/* A level: letters, digits, _ and -, so that it can stand in results as attribute=level, and no longer than a name. */
static bool is_level(const char *name)
{
    enum { LEVEL_MAX = 100 };
    return name[0] != '\0' && name[0] != '-' && strlen(name) <= LEVEL_MAX &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name);
}

static void validate_levels(ipsim_loader *loader, const ipsim_attribute *a)
{
    for (size_t i = 0; i < a->levels.count; i++) {
        if (!is_level(a->levels.items[i])) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, a->levels.origin,
                            "\"%.60s\": a level is made of letters, digits, _ and -, at most 100 of them", a->levels.items[i]);
        }
    }
    ipsim_refuse_duplicates(loader, &a->levels);
}

/* Where the values come from: exactly one source. */
static void validate_source(ipsim_loader *loader, const ipsim_attribute *a)
{
    const struct {
        const char *key;
        bool given;
        ipsim_origin at;
    } sources[] = {{"probabilities", a->probabilities.given, a->probabilities.origin},
                   {"distribution", a->distribution.given, a->distribution.origin},
                   {"value", a->value.given, a->value.origin},
                   {"table", a->table.given, a->table.origin},
                   {"of", a->of.given, a->of.origin}};
    size_t first = 5;
    for (size_t i = 0; i < 5; i++) {
        if (sources[i].given && first < 5) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, sources[i].at, "the values come from %s already; an attribute has one source",
                            sources[first].key);
        } else if (sources[i].given) {
            first = i;
        }
    }
    if (first == 5) {
        refuse(loader, IPSIM_ERR_MISSING, a->origin,
               "an attribute needs a source: levels with probabilities, a distribution, a value, a table, or of with breaks");
    }
}

static void validate_kind(ipsim_loader *loader, const ipsim_attribute *a)
{
    bool categorical = ipsim_is_categorical(a);
    if (!categorical && (a->probabilities.given || a->of.given)) {
        refuse(loader, IPSIM_ERR_MISSING, ipsim_origin_inside(loader, a->origin, "levels"),
               a->of.given ? "bands need levels, one more than breaks" : "probabilities need levels");
    }
    if (categorical && (a->distribution.given || a->value.given)) {
        refuse(loader, IPSIM_ERR_RULE, a->levels.origin,
               "an attribute drawn from a distribution or with a fixed value is numeric and has no levels");
    }
    if (categorical && (strcmp(a->name, "age") == 0 || strcmp(a->name, "entry_time") == 0)) {
        refuse(loader, IPSIM_ERR_RULE, a->levels.origin, "age and entry_time are years, so they have no levels");
    }
    if (a->column.given && !a->table.given) {
        refuse(loader, IPSIM_ERR_RULE, a->column.origin, "column needs a table to read it from");
    }
    if (a->breaks.given && !a->of.given) {
        refuse(loader, IPSIM_ERR_RULE, a->breaks.origin, "breaks need of, the numeric attribute that they cut");
    }
    if (a->of.given && !a->breaks.given) {
        refuse(loader, IPSIM_ERR_MISSING, ipsim_origin_inside(loader, a->origin, "breaks"), "bands need breaks");
    }
    if (a->of.given && a->breaks.count > 0 && a->levels.count > 0 && a->levels.count != a->breaks.count + 1) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, a->levels.origin, "there must be one more level than breaks: %zu, not %zu",
                        a->breaks.count + 1, a->levels.count);
    }
    if (a->probabilities.count > 0 && a->levels.count > 0 && a->probabilities.count != a->levels.count) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, a->probabilities.origin,
                        "there must be one probability for each level: %zu, not %zu", a->levels.count, a->probabilities.count);
    }
}

static void validate_target(ipsim_loader *loader, const ipsim_attribute *a)
{
    bool categorical = ipsim_is_categorical(a);
    if (categorical && (a->target_mean.given || a->target_sd.given)) {
        refuse(loader, IPSIM_ERR_RULE, a->target_mean.given ? a->target_mean.origin : a->target_sd.origin,
               "a categorical attribute has target_probabilities");
    }
    if (!categorical && a->target_probabilities.given) {
        refuse(loader, IPSIM_ERR_RULE, a->target_probabilities.origin, "a numeric attribute has target_mean and target_sd");
    }
    if (categorical && a->target_probabilities.count > 0 && a->levels.count > 0 && a->target_probabilities.count != a->levels.count) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, a->target_probabilities.origin,
                        "there must be one probability for each level: %zu, not %zu", a->levels.count, a->target_probabilities.count);
    }
}

void ipsim_validate_people(ipsim_loader *loader, const ipsim_scenario *s)
{
    for (size_t i = 0; i < s->n_person_tables; i++) {
        const ipsim_person_table_spec *table = &s->person_tables[i];
        if (table->order.value == IPSIM_ORDER_FILE && table->weight.given) {
            refuse(loader, IPSIM_ERR_RULE, table->weight.origin,
                   "order = \"file\" takes every row in turn, so weights would have no effect; leave weight out, or draw rows by weight "
                   "with order = \"random\"");
        }
    }
    for (size_t i = 0; i < s->n_attributes; i++) {
        const ipsim_attribute *a = &s->attributes[i];
        validate_levels(loader, a);
        validate_source(loader, a);
        validate_kind(loader, a);
        validate_target(loader, a);
        ipsim_check_distribution(&a->distribution, loader->errors);
        if (a->table.given) {
            ipsim_require_named(loader, s, &ipsim_names_table, a->table.value, a->table.origin);
        }
        const ipsim_attribute *cut = a->of.given ? ipsim_require_attribute(loader, s, &a->of) : NULL;
        if (cut != NULL && ipsim_is_categorical(cut)) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, a->of.origin,
                            "attribute %s is categorical; only a numeric one can be cut into bands", cut->name);
        }
    }
    for (size_t i = 0; i < s->subgroups.count; i++) {
        size_t a = ipsim_scenario_find_attribute(s, s->subgroups.items[i]);
        if (ipsim_require_named(loader, s, &ipsim_names_attribute, s->subgroups.items[i], s->subgroups.origin) &&
            !ipsim_is_categorical(&s->attributes[a])) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, s->subgroups.origin,
                            "attribute %s is numeric; cut it into bands (of, breaks, levels) to report by it", s->attributes[a].name);
        }
    }
    ipsim_refuse_duplicates(loader, &s->subgroups);
    for (size_t i = 0; i < s->n_parameters; i++) {
        ipsim_check_distribution(&s->parameters[i].distribution, loader->errors);
    }
}
