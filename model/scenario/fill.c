/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/fill: walks the merged tree by the schema and fills the structs of scenario.h. Types, unknown keys, missing keys and
 * choices are checked here; ranges when expressions have values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

typedef struct filler {
    ipsim_loader *loader;
    ipsim_scenario *scenario;
    ipsim_scenario_private *private_parts;
} filler;

static void fill_section(filler *f, ipsim_section section, const ipsim_node *node, void *base, const char *prefix);

static const char *join(filler *f, const char *prefix, const char *key)
{
    const char *joined = ipsim_loader_join(f->loader, prefix, key);
    return joined == NULL ? "" : joined;
}

static void refuse_type(filler *f, ipsim_origin at, const char *expected, const ipsim_node *found)
{
    char value[80] = "";
    if (found->type == IPSIM_NODE_TEXT) {
        snprintf(value, sizeof value, " \"%.60s\"", found->text);
    } else if (found->type == IPSIM_NODE_INTEGER) {
        snprintf(value, sizeof value, " %lld", (long long)found->integer);
    } else if (found->type == IPSIM_NODE_REAL) {
        snprintf(value, sizeof value, " %.10g", found->real);
    }
    bool plain = found->type == IPSIM_NODE_TEXT || found->type == IPSIM_NODE_INTEGER || found->type == IPSIM_NODE_REAL;
    ipsim_error_add(f->loader->errors, IPSIM_ERR_TYPE, at, "expected %s, found %s%s", expected,
                    !plain                              ? ipsim_node_type_name(found)
                    : found->type == IPSIM_NODE_TEXT    ? "the text"
                    : found->type == IPSIM_NODE_INTEGER ? "the whole number"
                                                        : "the number",
                    value);
}

/* ---- leaves ---- */
/* An inherited list of report years, thresholds or subgroups may be emptied; elsewhere an empty list is a slip. */
static bool refuse_empty(filler *f, const ipsim_schema_row *row, const ipsim_node *node, ipsim_origin at)
{
    if (node->type != IPSIM_NODE_LIST || node->count > 0) {
        return false;
    }
    bool optional = row->section == IPSIM_SECTION_SCENARIO || row->section == IPSIM_SECTION_SIMULATION ||
                    row->section == IPSIM_SECTION_ECONOMICS;
    if (!optional) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_RULE, at, "the list is empty; leave the key out if that is meant");
    }
    return true;
}

static void add_slot(filler *f, ipsim_number *number, const ipsim_schema_row *row)
{
    ipsim_scenario_private *p = f->private_parts;
    if (row->section == IPSIM_SECTION_PARAMETER) {
        return; /* expression.c keeps the values of parameters itself */
    }
    if (p->n_slots == p->slot_capacity) {
        size_t capacity = 2 * p->slot_capacity + 256;
        ipsim_number_slot *grown = realloc(p->slots, capacity * sizeof *grown);
        if (grown == NULL) {
            f->loader->out_of_memory = true;
            return;
        }
        p->slots = grown;
        p->slot_capacity = capacity;
    }
    p->slots[p->n_slots++] = (ipsim_number_slot){number, row, number->origin.key, IPSIM_NO_EXPRESSION};
}

static void fill_number(filler *f, const ipsim_schema_row *row, const ipsim_node *node, ipsim_number *number, ipsim_origin at)
{
    number->given = true;
    number->origin = at;
    number->value = NAN;
    switch (node->type) {
    case IPSIM_NODE_INTEGER:
        number->value = (double)node->integer;
        break;
    case IPSIM_NODE_REAL:
        if (!isfinite(node->real)) {
            ipsim_error_add(f->loader->errors, IPSIM_ERR_RANGE, at, "the number is too large to be finite");
            return;
        }
        number->value = node->real;
        break;
    case IPSIM_NODE_TEXT:
        number->expression = node->text;
        break;
    default:
        refuse_type(f, at, "a number or an expression", node);
        return;
    }
    add_slot(f, number, row);
}

static void fill_numbers(filler *f, const ipsim_schema_row *row, const ipsim_node *node, ipsim_numbers *numbers, ipsim_origin at)
{
    numbers->given = true;
    numbers->origin = at;
    if (node->type == IPSIM_NODE_GROUP) {
        refuse_type(f, at, "numbers", node);
        return;
    }
    bool list = node->type == IPSIM_NODE_LIST;
    if (refuse_empty(f, row, node, at)) {
        return;
    }
    numbers->items = ipsim_loader_alloc(f->loader, list ? node->count : 1, sizeof *numbers->items);
    if (numbers->items == NULL) {
        return;
    }
    if (!list) {
        numbers->count = 1;
        fill_number(f, row, node, &numbers->items[0], at);
        return;
    }
    size_t i = 0;
    for (const ipsim_node *item = node->first; item != NULL; item = item->next, i++) {
        char index[32];
        snprintf(index, sizeof index, "[%zu]", i);
        ipsim_origin item_at = {item->file, item->line, NULL};
        const char *key = ipsim_loader_printf(f->loader, "%s%s", at.key, index);
        item_at.key = key == NULL ? "" : key;
        fill_number(f, row, item, &numbers->items[i], item_at);
    }
    numbers->count = i;
}

static void fill_integer(filler *f, const ipsim_schema_row *row, const ipsim_node *node, ipsim_integer *integer, ipsim_origin at)
{
    integer->given = true;
    integer->origin = at;
    double value = 0;
    if (node->type == IPSIM_NODE_INTEGER) {
        integer->value = node->integer;
        value = (double)node->integer;
    } else if (node->type == IPSIM_NODE_REAL && node->real == floor(node->real) && fabs(node->real) < 0x1p53) {
        integer->value = (int64_t)node->real; /* 1e6 persons is as good as 1000000 */
        value = node->real;
    } else {
        refuse_type(f, at, "a whole number", node);
        return;
    }
    char range[80];
    if (ipsim_schema_bounded(row) && (value < row->min || value > row->max)) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_RANGE, at, "%.17g is outside the range %s", value,
                        ipsim_schema_range(row, range, sizeof range));
    }
}

static int find_choice(const char *const *choices, const char *name)
{
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static void refuse_choice(filler *f, const char *const *choices, const char *found, ipsim_origin at)
{
    char list[400];
    size_t used = 0, count = 0;
    for (; choices[count] != NULL && used < sizeof list; count++) {
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", count ? ", " : "", choices[count]);
    }
    ipsim_suggestion near;
    ipsim_suggest(&near, found, choices, count);
    ipsim_error_add(f->loader->errors, IPSIM_ERR_REFERENCE, at, "\"%.60s\" is not one of: %s%s", found, list,
                    near.best == NULL ? "" : near.text);
}

static void fill_choice(filler *f, const ipsim_schema_row *row, const ipsim_node *node, ipsim_choice *choice, ipsim_origin at)
{
    choice->given = true;
    choice->origin = at;
    choice->value = -1;
    if (node->type != IPSIM_NODE_TEXT) {
        refuse_type(f, at, "a text", node);
        return;
    }
    choice->value = find_choice(row->choices, node->text);
    if (choice->value < 0) {
        refuse_choice(f, row->choices, node->text, at);
    }
}

static void fill_names(filler *f, const ipsim_schema_row *row, const ipsim_node *node, ipsim_names *names, ipsim_origin at)
{
    names->given = true;
    names->origin = at;
    bool list = node->type == IPSIM_NODE_LIST;
    if (!list && node->type != IPSIM_NODE_TEXT) {
        refuse_type(f, at, "a name or a list of names", node);
        return;
    }
    if (refuse_empty(f, row, node, at)) {
        return;
    }
    names->items = ipsim_loader_alloc(f->loader, list ? node->count : 1, sizeof *names->items);
    for (const ipsim_node *item = list ? node->first : node; item != NULL && names->items != NULL; item = list ? item->next : NULL) {
        if (item->type != IPSIM_NODE_TEXT) {
            refuse_type(f, (ipsim_origin){item->file, item->line, at.key}, "a name in quotes", item);
        } else if (row->choices != NULL && find_choice(row->choices, item->text) < 0) {
            refuse_choice(f, row->choices, item->text, (ipsim_origin){item->file, item->line, at.key});
        } else {
            names->items[names->count++] = item->text;
        }
    }
}

static void fill_named_numbers(filler *f, const ipsim_schema_row *row, const ipsim_node *node, ipsim_named_numbers *numbers,
                               ipsim_origin at)
{
    numbers->given = true;
    numbers->origin = at;
    if (node->type != IPSIM_NODE_GROUP) {
        refuse_type(f, at, "a group { name = number; ... }", node);
        return;
    }
    if (node->count == 0) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_RULE, at, "the group is empty; leave the key out if that is meant");
    }
    numbers->names = ipsim_loader_alloc(f->loader, node->count, sizeof *numbers->names);
    numbers->items = ipsim_loader_alloc(f->loader, node->count, sizeof *numbers->items);
    if (numbers->names == NULL || numbers->items == NULL) {
        return;
    }
    for (const ipsim_node *item = node->first; item != NULL; item = item->next) {
        numbers->names[numbers->count] = item->name;
        fill_number(f, row, item, &numbers->items[numbers->count++], (ipsim_origin){item->file, item->line, join(f, at.key, item->name)});
    }
}

static void fill_text(filler *f, const ipsim_node *node, ipsim_text *text, ipsim_origin at)
{
    *text = (ipsim_text){NULL, true, at};
    if (node->type != IPSIM_NODE_TEXT) {
        refuse_type(f, at, "a text in quotes", node);
        return;
    }
    text->value = node->text;
}

static void fill_flag(filler *f, const ipsim_node *node, ipsim_flag *flag, ipsim_origin at)
{
    *flag = (ipsim_flag){node->type == IPSIM_NODE_FLAG && node->flag, true, at};
    if (node->type != IPSIM_NODE_FLAG) {
        refuse_type(f, at, "true or false", node);
    }
}

/* ---- defaults ---- */
static void fill_default(filler *f, const ipsim_schema_row *row, void *member, ipsim_origin at)
{
    switch (row->type) {
    case IPSIM_KEY_NUMBER:
        ((ipsim_number *)member)->value = row->fallback != NULL ? strtod(row->fallback, NULL) : row->required ? NAN : 0.0;
        ((ipsim_number *)member)->origin = at;
        break;
    case IPSIM_KEY_INTEGER:
        ((ipsim_integer *)member)->value = row->fallback == NULL ? 0 : strtoll(row->fallback, NULL, 10);
        ((ipsim_integer *)member)->origin = at;
        break;
    case IPSIM_KEY_FLAG:
        ((ipsim_flag *)member)->value = row->fallback != NULL && strcmp(row->fallback, "true") == 0;
        ((ipsim_flag *)member)->origin = at;
        break;
    case IPSIM_KEY_TEXT:
        *(ipsim_text *)member = (ipsim_text){row->fallback, false, at};
        break;
    case IPSIM_KEY_CHOICE:
        *(ipsim_choice *)member = (ipsim_choice){row->fallback == NULL ? -1 : find_choice(row->choices, row->fallback), false, at};
        break;
    case IPSIM_KEY_NAMES:
        ((ipsim_names *)member)->origin = at;
        break;
    case IPSIM_KEY_NUMBERS:
        ((ipsim_numbers *)member)->origin = at;
        break;
    case IPSIM_KEY_NAMED_NUMBERS:
        ((ipsim_named_numbers *)member)->origin = at;
        break;
    case IPSIM_KEY_GROUP: /* a group left out has the defaults of its keys too */
    case IPSIM_KEY_ITEMS:
        break;
    }
    if (row->required && !f->loader->incomplete) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_MISSING, at, "%s is missing",
                        row->type == IPSIM_KEY_ITEMS   ? "this section"
                        : row->type == IPSIM_KEY_GROUP ? "this group"
                                                       : "this key");
    }
}

/* ---- groups ---- */
static bool is_identifier(const char *name)
{
    for (const char *c = name; *c != '\0'; c++) {
        bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        if (!letter && (c == name || !((*c >= '0' && *c <= '9') || *c == '_' || *c == '-'))) {
            return false;
        }
    }
    return name[0] != '\0';
}

static void check_item_name(filler *f, const ipsim_schema_row *row, const char *name, ipsim_origin at)
{
    enum { NAME_MAX_LENGTH = 100 };
    if (!is_identifier(name)) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_RULE, at, "a name is a letter, then letters, digits, _ or -");
    } else if (strlen(name) > NAME_MAX_LENGTH) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_RULE, at, "a name may have at most %d characters", NAME_MAX_LENGTH);
    } else if (row->holds == IPSIM_SECTION_PARAMETER && strchr(name, '-') != NULL) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_RULE, at,
                        "the name of a parameter cannot have a -, which is a minus in expressions; use _");
    } else if (row->holds == IPSIM_SECTION_PARAMETER && ipsim_expression_is_reserved(name)) {
        ipsim_error_add(f->loader->errors, IPSIM_ERR_RULE, at, "\"%s\" is a word of the expression language; choose another name", name);
    }
}

static void fill_items(filler *f, const ipsim_schema_row *row, const ipsim_node *node, void *base, ipsim_origin at)
{
    const ipsim_section_facts *facts = &ipsim_sections[row->holds];
    if (node->type != IPSIM_NODE_GROUP) {
        refuse_type(f, at, "a group of named groups", node);
        f->loader->incomplete = true; /* what it should have declared cannot be known */
        return;
    }
    char *items = ipsim_loader_alloc(f->loader, node->count, facts->size);
    if (items == NULL) {
        return;
    }
    size_t count = 0;
    for (const ipsim_node *item = node->first; item != NULL; item = item->next) {
        ipsim_origin item_at = {item->file, item->line, join(f, at.key, item->name)};
        if (item->type != IPSIM_NODE_GROUP) {
            refuse_type(f, item_at, "a group { ... }", item);
            f->loader->incomplete = true;
            continue;
        }
        char *struct_base = items + count * facts->size;
        *(const char **)ipsim_schema_member(struct_base, facts->name_offset) = item->name;
        *(ipsim_origin *)ipsim_schema_member(struct_base, facts->origin_offset) = item_at;
        check_item_name(f, row, item->name, item_at);
        fill_section(f, row->holds, item, struct_base, item_at.key);
        count++;
    }
    *(size_t *)ipsim_schema_member(base, row->count_offset) = count;
    *(void **)ipsim_schema_member(base, row->offset) = items;
}

static void fill_group(filler *f, const ipsim_schema_row *row, const ipsim_node *node, void *base, ipsim_origin at)
{
    const ipsim_section_facts *facts = &ipsim_sections[row->holds];
    void *inner = base; /* simulation and economics are part of the scenario itself */
    if (facts->given_offset != IPSIM_NO_OFFSET) {
        inner = ipsim_schema_member(base, row->offset);
        *(bool *)ipsim_schema_member(inner, facts->given_offset) = true;
        *(ipsim_origin *)ipsim_schema_member(inner, facts->origin_offset) = at;
    }
    if (node->type != IPSIM_NODE_GROUP) {
        refuse_type(f, at, "a group { ... }", node);
        f->loader->incomplete = f->loader->incomplete || inner == base;
        return;
    }
    fill_section(f, row->holds, node, inner, at.key);
}

static void fill_key(filler *f, const ipsim_schema_row *row, const ipsim_node *node, void *base, ipsim_origin at)
{
    void *member = ipsim_schema_member(base, row->offset);
    switch (row->type) {
    case IPSIM_KEY_NUMBER:
        fill_number(f, row, node, member, at);
        break;
    case IPSIM_KEY_NUMBERS:
        fill_numbers(f, row, node, member, at);
        break;
    case IPSIM_KEY_INTEGER:
        fill_integer(f, row, node, member, at);
        break;
    case IPSIM_KEY_FLAG:
        fill_flag(f, node, member, at);
        break;
    case IPSIM_KEY_TEXT:
        fill_text(f, node, member, at);
        break;
    case IPSIM_KEY_CHOICE:
        fill_choice(f, row, node, member, at);
        break;
    case IPSIM_KEY_NAMES:
        fill_names(f, row, node, member, at);
        break;
    case IPSIM_KEY_NAMED_NUMBERS:
        fill_named_numbers(f, row, node, member, at);
        break;
    case IPSIM_KEY_GROUP:
        fill_group(f, row, node, base, at);
        break;
    case IPSIM_KEY_ITEMS:
        fill_items(f, row, node, base, at);
        break;
    }
}

/* What users of models in cycles look for first. */
static const char *advice(ipsim_section section, const char *key)
{
    bool probability = strcmp(key, "probability") == 0 || strcmp(key, "prob") == 0 || strcmp(key, "p") == 0;
    if (probability && section == IPSIM_SECTION_HAZARD) {
        return "; time is continuous: of a probability p in t years the rate is \"-log(1 - p) / t\"";
    }
    if (probability && (section == IPSIM_SECTION_TRANSITION || section == IPSIM_SECTION_EVENT)) {
        return "; time is continuous: of a probability p in t years the hazard is { family = \"exponential\"; rate = \"-log(1 - p) / t\"; "
               "}";
    }
    return NULL;
}

static void refuse_unknown_keys(filler *f, ipsim_section section, const ipsim_node *node, const char *prefix)
{
    for (const ipsim_node *child = node->first; child != NULL; child = child->next) {
        if (ipsim_schema_find(section, child->name) != NULL) {
            continue;
        }
        const char *known = advice(section, child->name);
        ipsim_suggestion near;
        ipsim_suggest_begin(&near, child->name);
        for (size_t i = 0; i < ipsim_n_schema_rows; i++) {
            if (ipsim_schema_rows[i].section == section) {
                ipsim_suggest_consider(&near, ipsim_schema_rows[i].key);
            }
        }
        ipsim_error_add(f->loader->errors, IPSIM_ERR_UNKNOWN_KEY, (ipsim_origin){child->file, child->line, join(f, prefix, child->name)},
                        "there is no such key here%s", known != NULL ? known : ipsim_suggest_text(&near));
    }
}

static void fill_section(filler *f, ipsim_section section, const ipsim_node *node, void *base, const char *prefix)
{
    refuse_unknown_keys(f, section, node, prefix);
    for (size_t i = 0; i < ipsim_n_schema_rows && !f->loader->out_of_memory; i++) {
        const ipsim_schema_row *row = &ipsim_schema_rows[i];
        if (row->section != section || row->offset == IPSIM_NO_OFFSET) {
            continue;
        }
        const ipsim_node *child = ipsim_node_child(node, row->key);
        bool apart = row->type == IPSIM_KEY_GROUP && ipsim_sections[row->holds].given_offset == IPSIM_NO_OFFSET;
        if (child != NULL) {
            fill_key(f, row, child, base, (ipsim_origin){child->file, child->line, join(f, prefix, row->key)});
        } else if (apart) { /* simulation or economics left out: their keys have their defaults all the same */
            ipsim_node empty = {.type = IPSIM_NODE_GROUP, .file = node->file, .line = node->line};
            bool incomplete = f->loader->incomplete;
            fill_default(f, row, NULL, (ipsim_origin){node->file, node->line, join(f, prefix, row->key)});
            f->loader->incomplete = true; /* one complaint about the group is enough */
            fill_section(f, row->holds, &empty, base, join(f, prefix, row->key));
            f->loader->incomplete = incomplete;
        } else {
            fill_default(f, row, ipsim_schema_member(base, row->offset), (ipsim_origin){node->file, node->line, join(f, prefix, row->key)});
        }
    }
}

void ipsim_scenario_fill(ipsim_loader *loader, const ipsim_node *root, ipsim_scenario *scenario)
{
    filler f = {loader, scenario, scenario->private_parts};
    fill_section(&f, IPSIM_SECTION_SCENARIO, root, scenario, "");
}
