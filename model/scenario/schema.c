/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/schema: looking things up in the rows, and walking a filled scenario by them. */
#include "schema.h"

#include <stdlib.h>
#include <string.h>

const ipsim_schema_row *ipsim_schema_find(ipsim_section section, const char *key)
{
    for (size_t i = 0; i < ipsim_n_schema_rows; i++) {
        const ipsim_schema_row *row = &ipsim_schema_rows[i];
        if (row->section == section && row->key[0] == key[0] && strcmp(row->key, key) == 0) {
            return &ipsim_schema_rows[i];
        }
    }
    return NULL;
}

bool ipsim_schema_bounded(const ipsim_schema_row *row)
{
    return row->min < row->max;
}

const char *ipsim_schema_range(const ipsim_schema_row *row, char *buffer, size_t size)
{
    if (!ipsim_schema_bounded(row)) {
        snprintf(buffer, size, "any");
    } else if (row->max >= 1e300) {
        snprintf(buffer, size, "%s %.15g", row->above_min ? "above" : "at least", row->min);
    } else if (row->max > 9e15) { /* the largest 64-bit integer, which a double cannot write exactly */
        snprintf(buffer, size, "%.15g to 2^63 - 1", row->min);
    } else {
        snprintf(buffer, size, "%.15g to %.15g", row->min, row->max);
    }
    return buffer;
}

/* ---- the walk ---- */
enum { KEY_MAX = 1024 };

/* prefix.key into a buffer of KEY_MAX; names are at most 100 long and at most five deep, so it fits. */
static const char *join(char *buffer, const char *prefix, const char *key)
{
    size_t before = strlen(prefix), dot = before > 0, bytes = strlen(key) + 1; /* thousands of keys: snprintf shows in a short run */
    ipsim_bug_assert(before + dot + bytes <= KEY_MAX);
    memcpy(buffer, prefix, before); // NOLINT(bugprone-not-null-terminated-result): the end comes with the key
    memcpy(buffer + before, ".", dot);
    memcpy(buffer + before + dot, key, bytes);
    return buffer;
}

static bool walk_section(ipsim_section section, const void *base, const char *prefix, const char *const *within, ipsim_leaf_visit *visit,
                         void *data);

static bool walk_items(const ipsim_schema_row *row, const void *base, const char *key, ipsim_leaf_visit *visit, void *data)
{
    const ipsim_section_facts *facts = &ipsim_sections[row->holds];
    size_t count = *(const size_t *)ipsim_schema_const_member(base, row->count_offset);
    const char *items = *(const char *const *)ipsim_schema_const_member(base, row->offset);
    for (size_t i = 0; i < count; i++) {
        const char *item = items + i * facts->size;
        char inner[KEY_MAX];
        join(inner, key, *(const char *const *)ipsim_schema_const_member(item, facts->name_offset));
        if (!walk_section(row->holds, item, inner, NULL, visit, data)) {
            return false;
        }
    }
    return true;
}

static bool is_one_of(const char *key, const char *const *keys)
{
    while (*keys != NULL && strcmp(*keys, key) != 0) {
        keys++;
    }
    return *keys != NULL;
}

static bool walk_section(ipsim_section section, const void *base, const char *prefix, const char *const *within, ipsim_leaf_visit *visit,
                         void *data)
{
    for (size_t i = 0; i < ipsim_n_schema_rows; i++) {
        const ipsim_schema_row *row = &ipsim_schema_rows[i];
        if (row->section != section || row->offset == IPSIM_NO_OFFSET || (within != NULL && !is_one_of(row->key, within))) {
            continue;
        }
        char key[KEY_MAX];
        join(key, prefix, row->key);
        bool go_on = true;
        if (row->type == IPSIM_KEY_ITEMS) {
            go_on = walk_items(row, base, key, visit, data);
        } else if (row->type == IPSIM_KEY_GROUP) {
            size_t given = ipsim_sections[row->holds].given_offset;
            const void *inner = given == IPSIM_NO_OFFSET ? base : ipsim_schema_const_member(base, row->offset);
            bool present = given == IPSIM_NO_OFFSET || *(const bool *)ipsim_schema_const_member(inner, given);
            go_on = !present || walk_section(row->holds, inner, key, NULL, visit, data);
        } else {
            go_on = visit(data, row, key, ipsim_schema_const_member(base, row->offset));
        }
        if (!go_on) {
            return false;
        }
    }
    return true;
}

bool ipsim_schema_walk(const ipsim_scenario *scenario, const char *const *within, ipsim_leaf_visit *visit, void *data)
{
    return walk_section(IPSIM_SECTION_SCENARIO, scenario, "", within, visit, data);
}

/* ---- the reference ---- */
static const char *type_name(const ipsim_schema_row *row)
{
    static const char *const names[] = {"number", "numbers", "whole number", "true or false", "text", "choice", "names", "numbers by name",
                                        "",       ""};
    return names[row->type];
}

static void describe_type(const ipsim_schema_row *row, char *buffer, size_t size)
{
    if (row->type == IPSIM_KEY_GROUP) {
        snprintf(buffer, size, "group %s", ipsim_sections[row->holds].name);
    } else if (row->type == IPSIM_KEY_ITEMS) {
        snprintf(buffer, size, "named groups %s", ipsim_sections[row->holds].name);
    } else {
        snprintf(buffer, size, "%s", type_name(row));
    }
}

static void describe_range(const ipsim_schema_row *row, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (row->choices != NULL) {
        size_t used = 0;
        for (size_t i = 0; row->choices[i] != NULL && used < size; i++) {
            used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? " | " : "", row->choices[i]);
        }
    } else if (row->type <= IPSIM_KEY_INTEGER || row->type == IPSIM_KEY_NAMED_NUMBERS) {
        ipsim_schema_range(row, buffer, size);
    }
}

/* Sections that stand in one place are listed under their path, those that several hold under their own name. */
static void add_reference_rows(ipsim_table *table, ipsim_section section, const char *prefix)
{
    for (size_t i = 0; i < ipsim_n_schema_rows; i++) {
        const ipsim_schema_row *row = &ipsim_schema_rows[i];
        if (row->section != section) {
            continue;
        }
        char key[KEY_MAX], text[KEY_MAX];
        join(key, prefix, row->key);
        size_t at = ipsim_table_add_row(table);
        ipsim_table_put_text(table, at, 0, key);
        describe_type(row, text, sizeof text);
        ipsim_table_put_text(table, at, 1, text);
        ipsim_table_put_text(table, at, 2, row->unit == NULL ? "" : row->unit);
        describe_range(row, text, sizeof text);
        ipsim_table_put_text(table, at, 3, text);
        ipsim_table_put_text(table, at, 4, row->fallback == NULL ? "" : row->fallback);
        ipsim_table_put_text(table, at, 5, row->required ? "yes" : "no");
        ipsim_table_put_text(table, at, 6, row->help);
        if ((row->type == IPSIM_KEY_GROUP || row->type == IPSIM_KEY_ITEMS) && row->holds < IPSIM_SECTION_HAZARD) {
            char inner[KEY_MAX];
            add_reference_rows(table, row->holds, row->type == IPSIM_KEY_ITEMS ? join(inner, key, "NAME") : key);
        }
    }
}

ipsim_table *ipsim_schema_reference(void)
{
    static const ipsim_column_spec columns[] = {{"key", IPSIM_TEXT, ""},   {"type", IPSIM_TEXT, ""},    {"unit", IPSIM_TEXT, ""},
                                                {"range", IPSIM_TEXT, ""}, {"default", IPSIM_TEXT, ""}, {"required", IPSIM_TEXT, ""},
                                                {"help", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("reference", columns, sizeof columns / sizeof columns[0]);
    if (table == NULL) {
        return NULL;
    }
    add_reference_rows(table, IPSIM_SECTION_SCENARIO, "");
    for (ipsim_section section = IPSIM_SECTION_HAZARD; section < IPSIM_N_SECTIONS; section++) {
        add_reference_rows(table, section, ipsim_sections[section].name);
    }
    if (table->out_of_memory) {
        ipsim_table_free(table);
        return NULL;
    }
    return table;
}
