/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/merge: a file over its parents, and --set over both.
 *
 * Groups merge key by key; everything else replaces. Three refinements, so that a small file says what it means:
 *   - item: { remove = true; };  drops what was inherited; with more keys beside it, replaces it whole;
 *   - a number over a parameter's group sets its value and keeps unit, source and the rest;
 *   - a key that excludes others (log_hr and hr, start_state and start_states, a new family and the old one's parameters) drops
 *     the excluded ones where they were inherited. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "node.h"
#include "schema.h"
#include "suggest.h"

typedef struct alternatives {
    ipsim_section section;
    const char *keys[6];
} alternatives;

static const alternatives exclusive[] = {
    {IPSIM_SECTION_SCENARIO, {"start_state", "start_states", "start_state_attribute"}},
    {IPSIM_SECTION_EFFECT, {"hr", "log_hr", "hr_by_level"}},
    {IPSIM_SECTION_ATTRIBUTE, {"probabilities", "distribution", "value", "table", "of"}},
};

/* What a group is in the language: a section's keys, names of items of a section, or something the schema does not know. */
typedef struct place {
    ipsim_section section;
    enum { PLACE_KEYS, PLACE_NAMES, PLACE_UNKNOWN } kind;
} place;

static place place_inside(place outer, const char *key)
{
    if (outer.kind == PLACE_NAMES) {
        return (place){outer.section, PLACE_KEYS};
    }
    const ipsim_schema_row *row = outer.kind == PLACE_KEYS ? ipsim_schema_find(outer.section, key) : NULL;
    if (row == NULL || (row->type != IPSIM_KEY_GROUP && row->type != IPSIM_KEY_ITEMS)) {
        return (place){IPSIM_SECTION_SCENARIO, PLACE_UNKNOWN};
    }
    return (place){row->holds, row->type == IPSIM_KEY_ITEMS ? PLACE_NAMES : PLACE_KEYS};
}

static const char *suggest_child(ipsim_suggestion *suggestion, const ipsim_node *group, const char *wanted)
{
    ipsim_suggest_begin(suggestion, wanted);
    for (const ipsim_node *child = group == NULL ? NULL : group->first; child != NULL; child = child->next) {
        ipsim_suggest_consider(suggestion, child->name);
    }
    return ipsim_suggest_text(suggestion);
}

static void drop_inherited(ipsim_node *parent, const ipsim_node *child, const char *key)
{
    ipsim_node *inherited = ipsim_node_child(parent, key);
    if (inherited != NULL && ipsim_node_child(child, key) == NULL) {
        ipsim_node_remove(parent, inherited);
    }
}

static void drop_excluded(place where, ipsim_node *parent, const ipsim_node *child)
{
    for (size_t i = 0; where.kind == PLACE_KEYS && i < sizeof exclusive / sizeof exclusive[0]; i++) {
        const char *const *keys = exclusive[i].keys;
        bool given = false;
        for (size_t k = 0; k < 6 && keys[k] != NULL; k++) {
            given = given || ipsim_node_child(child, keys[k]) != NULL;
        }
        for (size_t k = 0; given && exclusive[i].section == where.section && k < 6 && keys[k] != NULL; k++) {
            drop_inherited(parent, child, keys[k]);
        }
    }
    const ipsim_node *old = ipsim_node_child(parent, "family");
    const ipsim_node *new = ipsim_node_child(child, "family");
    if (old != NULL && new != NULL && old->type == IPSIM_NODE_TEXT &&new->type == IPSIM_NODE_TEXT &&strcmp(old->text, new->text) != 0) {
        static const char *const kept[] = {"family", "multiplier", "lower", "upper"};
        for (ipsim_node *node = parent->first, *next; node != NULL; node = next) {
            next = node->next;
            bool keep = false;
            for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
                keep = keep || strcmp(node->name, kept[k]) == 0;
            }
            if (!keep) {
                drop_inherited(parent, child, node->name);
            }
        }
    }
}

/* Obeys and takes out `remove = true`. Returns true when nothing else is left of child. */
static bool obey_remove(ipsim_loader *loader, ipsim_node *parent, ipsim_node **inherited, ipsim_node *child, const char *key)
{
    ipsim_node *remove = ipsim_node_child(child, "remove");
    if (remove == NULL || remove->type == IPSIM_NODE_GROUP) {
        return false;
    }
    ipsim_node_remove(child, remove);
    ipsim_origin at = {remove->file, remove->line, ipsim_loader_printf(loader, "%s.remove", key)};
    if (remove->type != IPSIM_NODE_FLAG) {
        ipsim_error_add(loader->errors, IPSIM_ERR_TYPE, at, "expected true, found %s", ipsim_node_type_name(remove));
    } else if (!remove->flag) {
        return false;
    } else if (*inherited != NULL) {
        ipsim_node_remove(parent, *inherited);
        *inherited = NULL;
    } else if (!loader->incomplete) {
        ipsim_suggestion near;
        ipsim_error_add(loader->errors, IPSIM_ERR_REFERENCE, at, "there is no inherited \"%s\" to remove%s", child->name,
                        suggest_child(&near, parent, child->name));
    }
    return child->count == 0;
}

static bool merge_group(ipsim_loader *loader, place where, ipsim_node *parent, ipsim_node *child, const char *prefix)
{
    drop_excluded(where, parent, child);
    for (ipsim_node *node = child->first, *next; node != NULL; node = next) {
        next = node->next;
        const char *key = ipsim_loader_join(loader, prefix, node->name);
        if (key == NULL) {
            return false;
        }
        ipsim_node *inherited = ipsim_node_child(parent, node->name);
        if (node->type == IPSIM_NODE_GROUP && obey_remove(loader, parent, &inherited, node, key)) {
            continue;
        }
        if (inherited == NULL) {
            inherited = ipsim_node_create(loader, node->name, node->type, node->file, node->line);
            if (inherited == NULL) {
                return false;
            }
            ipsim_node_append(parent, inherited);
        }
        bool both_groups = inherited->type == IPSIM_NODE_GROUP && node->type == IPSIM_NODE_GROUP;
        if (!both_groups) {
            ipsim_node *after = inherited->next;
            *inherited = *node;
            inherited->next = after;
        }
        inherited->file = node->file;
        inherited->line = node->line;
        if (node->type == IPSIM_NODE_GROUP) {
            ipsim_node contents = *node;
            if (!both_groups) { /* merged into nothing, so that a stray remove inside is found */
                inherited->first = inherited->last = NULL;
                inherited->count = 0;
            }
            if (!merge_group(loader, place_inside(where, node->name), inherited, &contents, key)) {
                return false;
            }
        }
    }
    return true;
}

/* parameters: { x = 3.0; }  becomes  parameters: { x: { value = 3.0; }; } */
static bool expand_parameters(ipsim_loader *loader, ipsim_node *root)
{
    ipsim_node *parameters = ipsim_node_child(root, "parameters");
    for (ipsim_node *node = parameters == NULL ? NULL : parameters->first; node != NULL; node = node->next) {
        if (node->type == IPSIM_NODE_GROUP || node->name == NULL) {
            continue;
        }
        ipsim_node *value = ipsim_node_create(loader, "value", node->type, node->file, node->line);
        if (value == NULL) {
            return false;
        }
        ipsim_node *after = node->next;
        *value = *node;
        value->name = "value";
        node->type = IPSIM_NODE_GROUP;
        node->first = node->last = NULL;
        node->count = 0;
        ipsim_node_append(node, value);
        node->next = after;
    }
    return true;
}

/* ---- the chain of parents ---- */
typedef struct chain {
    const char *path, *resolved;
    const struct chain *child;
    int length;
} chain;

static const char *describe_cycle(ipsim_loader *loader, const chain *link, const char *resolved, const char *path)
{
    const char *text = path;
    for (; link != NULL && text != NULL; link = link->child) {
        text = ipsim_loader_printf(loader, "%s -> %s", link->path, text);
        if (strcmp(link->resolved, resolved) == 0) {
            break;
        }
    }
    return text;
}

static ipsim_node *load_chain(ipsim_loader *loader, const char *path, ipsim_origin asked_from, const chain *child)
{
    enum { CHAIN_MAX = 64 };
    char absolute[PATH_MAX];
    chain link = {path, ipsim_loader_strdup(loader, realpath(path, absolute) == NULL ? path : absolute), child,
                  child == NULL ? 1 : child->length + 1};
    ipsim_node *base = ipsim_node_create(loader, NULL, IPSIM_NODE_GROUP, path, 0);
    if (link.resolved == NULL || base == NULL) {
        return NULL;
    }
    if (link.length > CHAIN_MAX) {
        ipsim_error_add(loader->errors, IPSIM_ERR_LIMIT, asked_from,
                        "this is file number %d of a chain in which each extends the next; "
                        "at most %d are allowed",
                        link.length, (int)CHAIN_MAX);
        loader->incomplete = true;
        return base;
    }
    for (const chain *c = child; c != NULL; c = c->child) {
        if (strcmp(c->resolved, link.resolved) == 0) {
            const char *cycle = describe_cycle(loader, child, link.resolved, path);
            ipsim_error_add(loader->errors, IPSIM_ERR_CYCLE, asked_from, "the files extend each other: %s", cycle == NULL ? path : cycle);
            loader->incomplete = true;
            return base;
        }
    }
    ipsim_node *own = ipsim_parse_file(loader, path, asked_from);
    if (own == NULL) {
        loader->incomplete = true;
        return loader->out_of_memory ? NULL : base;
    }
    ipsim_node *extends = ipsim_node_child(own, "extends");
    if (extends != NULL) {
        ipsim_node_remove(own, extends);
        ipsim_origin at = {extends->file, extends->line, "extends"};
        if (extends->type != IPSIM_NODE_TEXT || extends->text[0] == '\0') {
            ipsim_error_add(loader->errors, IPSIM_ERR_TYPE, at, "expected the path of one scenario file, found %s",
                            extends->type == IPSIM_NODE_TEXT ? "an empty text" : ipsim_node_type_name(extends));
            loader->incomplete = true;
        } else {
            const char *parent = ipsim_loader_beside(loader, extends->file, extends->text);
            base = parent == NULL ? NULL : load_chain(loader, parent, at, &link);
        }
    }
    if (base == NULL || !expand_parameters(loader, own) ||
        !merge_group(loader, (place){IPSIM_SECTION_SCENARIO, PLACE_KEYS}, base, own, "")) {
        return NULL;
    }
    base->file = own->file;
    return base;
}

/* ---- --set ---- */
static void refuse_setting(ipsim_loader *loader, ipsim_status status, const char *key, const char *why, const char *hint)
{
    ipsim_error_add(loader->errors, status, (ipsim_origin){"--set", 0, key}, "%s%s", why, hint);
}

/* The key written out: a bare name is a key of the file, or else a parameter. NULL when it is neither (recorded) or memory is short. */
static const char *complete_key(ipsim_loader *loader, const ipsim_node *root, const char *key)
{
    if (strchr(key, '.') != NULL) {
        return key;
    }
    const ipsim_node *parameters = ipsim_node_child(root, "parameters");
    const ipsim_schema_row *row = ipsim_schema_find(IPSIM_SECTION_SCENARIO, key);
    if (strcmp(key, "extends") == 0) {
        refuse_setting(loader, IPSIM_ERR_USAGE, key, "the parent of a file cannot be set from the command line", "");
        return NULL;
    }
    if (parameters != NULL && ipsim_node_child(parameters, key) != NULL) {
        return ipsim_loader_printf(loader, "parameters.%s.value", key);
    }
    if (row != NULL && row->type != IPSIM_KEY_GROUP && row->type != IPSIM_KEY_ITEMS) {
        return key;
    }
    ipsim_suggestion near;
    if (!loader->incomplete) {
        suggest_child(&near, parameters, key);
        refuse_setting(loader, IPSIM_ERR_UNKNOWN_KEY, key,
                       "no parameter has this name, and other keys are written in full, such as simulation.persons",
                       near.best == NULL ? "" : near.text);
    }
    return NULL;
}

/* Builds the groups along key and the value inside them, and merges. Names of items must exist: a slip must not declare a new one. */
static bool apply_setting(ipsim_loader *loader, ipsim_node *root, const ipsim_setting *setting)
{
    const char *key = complete_key(loader, root, setting->key);
    if (key == NULL) {
        return !loader->out_of_memory;
    }
    ipsim_node *overlay = ipsim_node_create(loader, NULL, IPSIM_NODE_GROUP, "--set", 0);
    ipsim_node *inner = overlay;
    const ipsim_node *existing = root;
    place where = {IPSIM_SECTION_SCENARIO, PLACE_KEYS};
    for (const char *part = key; inner != NULL;) {
        size_t length = strcspn(part, ".");
        bool last = part[length] == '\0';
        const char *name = ipsim_loader_printf(loader, "%.*s", (int)length, part);
        if (name == NULL) {
            return false;
        }
        const ipsim_node *found = existing == NULL ? NULL : ipsim_node_child(existing, name);
        if (length == 0) {
            refuse_setting(loader, IPSIM_ERR_USAGE, key, "a part of the key between two points is empty", "");
            return true;
        }
        if (where.kind == PLACE_NAMES && found == NULL) {
            ipsim_suggestion near;
            const char *why = ipsim_loader_printf(loader, "nothing there is named \"%s\"", name);
            if (!loader->incomplete && why != NULL) {
                refuse_setting(loader, IPSIM_ERR_UNKNOWN_KEY, key, why, suggest_child(&near, existing, name));
            }
            return true;
        }
        ipsim_node *node = last ? ipsim_parse_value(loader, name, setting->value)
                                : ipsim_node_create(loader, name, IPSIM_NODE_GROUP, "--set", 0);
        if (node == NULL) {
            return false;
        }
        ipsim_node_append(inner, node);
        if (last) {
            return expand_parameters(loader, overlay) &&
                   merge_group(loader, (place){IPSIM_SECTION_SCENARIO, PLACE_KEYS}, root, overlay, "");
        }
        inner = node;
        existing = found;
        where = place_inside(where, name);
        part += length + 1;
    }
    return false;
}

ipsim_node *ipsim_merge_load(ipsim_loader *loader, const char *path, const ipsim_setting *settings, size_t n_settings)
{
    ipsim_node *root = load_chain(loader, path, (ipsim_origin){NULL, 0, NULL}, NULL);
    for (size_t i = 0; root != NULL && i < n_settings; i++) {
        if (!apply_setting(loader, root, &settings[i])) {
            return NULL;
        }
    }
    return root;
}
