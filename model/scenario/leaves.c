/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/leaves: see leaves.h. */
#include "leaves.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

uint64_t ipsim_digest_bytes(uint64_t digest, const void *bytes, size_t count)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < count; i++) {
        digest = (digest ^ b[i]) * 1099511628211u;
    }
    return digest;
}

static uint64_t digest_text(uint64_t digest, const char *text)
{
    return ipsim_digest_bytes(digest, text, strlen(text) + 1);
}

static uint64_t digest_rates(const ipsim_scenario *scenario, const ipsim_rate_table *t)
{
    uint64_t digest = ipsim_digest_bytes(IPSIM_DIGEST_START, t->ages, t->n_ages * sizeof *t->ages);
    digest = ipsim_digest_bytes(digest, t->years, t->n_years * sizeof *t->years);
    for (size_t i = 0; i < t->n_keys; i++) {
        digest = digest_text(digest, scenario->attributes[t->key_attribute[i]].name);
    }
    return ipsim_digest_bytes(digest, t->values, t->n_strata * t->n_years * t->n_ages * sizeof *t->values);
}

static uint64_t digest_persons(const ipsim_person_table *t)
{
    uint64_t digest = IPSIM_DIGEST_START;
    for (size_t i = 0; i < t->n_columns; i++) {
        digest = digest_text(digest, t->names[i]);
    }
    digest = ipsim_digest_bytes(digest, t->values, t->n_rows * t->n_columns * sizeof *t->values);
    return t->weights == NULL ? digest : ipsim_digest_bytes(digest, t->weights, t->n_rows * sizeof *t->weights);
}

static uint64_t digest_joint(const ipsim_joint_table *t)
{
    uint64_t digest = ipsim_digest_bytes(IPSIM_DIGEST_START, t->values, t->n_rows * t->n_columns * sizeof *t->values);
    return t->weights == NULL ? digest : ipsim_digest_bytes(digest, t->weights, t->n_rows * sizeof *t->weights);
}

typedef struct collector {
    const ipsim_scenario *scenario;
    ipsim_leaves *leaves;
} collector;

static const char *keep(collector *c, const char *text)
{
    const char *kept = ipsim_arena_strdup(c->leaves->arena, text);
    c->leaves->out_of_memory = c->leaves->out_of_memory || kept == NULL;
    return kept == NULL ? "" : kept;
}

static ipsim_leaf *add(collector *c, const ipsim_schema_row *row, const char *key, const char *value, const char *expression,
                       ipsim_origin origin, bool given)
{
    ipsim_leaves *leaves = c->leaves;
    if (leaves->count == leaves->capacity) {
        size_t capacity = 2 * leaves->capacity + 256;
        ipsim_leaf *grown = realloc(leaves->items, capacity * sizeof *grown);
        if (grown == NULL) {
            leaves->out_of_memory = true;
            return NULL;
        }
        leaves->items = grown;
        leaves->capacity = capacity;
    }
    ipsim_leaf *leaf = &leaves->items[leaves->count++];
    value = keep(c, value);
    *leaf = (ipsim_leaf){row, keep(c, key), value,  value, expression == NULL ? "" : expression, row->unit == NULL ? "" : row->unit,
                         "",  "",           origin, given};
    return leaf;
}

/* A growing text in the arena, joined with ", ". */
static const char *joined(collector *c, const char *before, const char *more)
{
    const char *text = before[0] == '\0' ? keep(c, more) : ipsim_arena_printf(c->leaves->arena, "%s, %s", before, more);
    c->leaves->out_of_memory = c->leaves->out_of_memory || text == NULL;
    return text == NULL ? "" : text;
}

static void add_number(collector *c, const ipsim_schema_row *row, const char *key, const ipsim_number *number)
{
    bool derived = row->section == IPSIM_SECTION_SIMULATION && strcmp(row->key, "occupancy_step_years") == 0;
    if (!number->given && ((row->fallback == NULL && !derived) || !isfinite(number->value))) {
        return;
    }
    char text[IPSIM_REAL_TEXT_SIZE];
    ipsim_leaf *leaf = add(c, row, key, ipsim_format_real(number->value, text), number->expression, number->origin, number->given);
    if (leaf != NULL && row->section == IPSIM_SECTION_PARAMETER) {
        static const char *const status[] = {"", "published", "derived", "calibrated", "assumed"};
        const ipsim_parameter *p = (const ipsim_parameter *)(const void *)((const char *)number - offsetof(ipsim_parameter, value));
        leaf->unit = p->unit.value == NULL ? "" : p->unit.value;
        leaf->source = p->source.value == NULL ? "" : p->source.value;
        leaf->status = status[p->status.value < 0 ? 0 : p->status.value];
    }
}

static void add_numbers(collector *c, const ipsim_schema_row *row, const char *key, const ipsim_numbers *numbers)
{
    const char *values = "", *expressions = "";
    bool any = false;
    for (size_t i = 0; i < numbers->count && !c->leaves->out_of_memory; i++) {
        char text[IPSIM_REAL_TEXT_SIZE];
        ipsim_format_real(numbers->items[i].value, text);
        values = joined(c, values, text);
        expressions = joined(c, expressions, numbers->items[i].expression == NULL ? text : numbers->items[i].expression);
        any = any || numbers->items[i].expression != NULL;
    }
    if (numbers->count > 0) {
        add(c, row, key, values, any ? expressions : "", numbers->origin, numbers->given);
    }
}

static void add_named_numbers(collector *c, const ipsim_schema_row *row, const char *key, const ipsim_named_numbers *numbers)
{
    for (size_t i = 0; i < numbers->count; i++) {
        char inner[1200];
        snprintf(inner, sizeof inner, "%s.%s", key, numbers->names[i]);
        add_number(c, row, inner, &numbers->items[i]);
    }
}

static void add_text(collector *c, const ipsim_schema_row *row, const char *key, const ipsim_text *text)
{
    bool beside_value = row->section == IPSIM_SECTION_PARAMETER && (strcmp(row->key, "unit") == 0 || strcmp(row->key, "source") == 0);
    if (text->value == NULL || beside_value) {
        return;
    }
    ipsim_leaf *leaf = add(c, row, key, text->value, "", text->origin, text->given);
    if (leaf == NULL || strcmp(row->key, "file") != 0) {
        return;
    }
    uint64_t digest = 0;
    if (row->section == IPSIM_SECTION_HAZARD) {
        const ipsim_hazard_spec *h = (const ipsim_hazard_spec *)(const void *)((const char *)text - offsetof(ipsim_hazard_spec, file));
        digest = h->data == NULL ? 0 : digest_rates(c->scenario, h->data);
    } else if (row->section == IPSIM_SECTION_TABLE) {
        const ipsim_person_table_spec *t = (const ipsim_person_table_spec *)(const void *)((const char *)text -
                                                                                           offsetof(ipsim_person_table_spec, file));
        digest = t->data == NULL ? 0 : digest_persons(t->data);
    } else if (row->section == IPSIM_SECTION_JOINT) {
        const ipsim_joint *j = (const ipsim_joint *)(const void *)((const char *)text - offsetof(ipsim_joint, file));
        digest = j->data == NULL ? 0 : digest_joint(j->data);
    }
    char meaning[40];
    snprintf(meaning, sizeof meaning, "contents %016llx", (unsigned long long)digest);
    leaf->meaning = keep(c, meaning);
}

static bool collect_leaf(void *data, const ipsim_schema_row *row, const char *key, const void *member)
{
    collector *c = data;
    switch (row->type) {
    case IPSIM_KEY_NUMBER:
        add_number(c, row, key, member);
        break;
    case IPSIM_KEY_NUMBERS:
        add_numbers(c, row, key, member);
        break;
    case IPSIM_KEY_NAMED_NUMBERS:
        add_named_numbers(c, row, key, member);
        break;
    case IPSIM_KEY_TEXT:
        add_text(c, row, key, member);
        break;
    case IPSIM_KEY_INTEGER: {
        const ipsim_integer *integer = member;
        char text[32];
        snprintf(text, sizeof text, "%lld", (long long)integer->value);
        if (integer->given || row->fallback != NULL) {
            add(c, row, key, text, "", integer->origin, integer->given);
        }
        break;
    }
    case IPSIM_KEY_FLAG: {
        const ipsim_flag *flag = member;
        add(c, row, key, flag->value ? "true" : "false", "", flag->origin, flag->given);
        break;
    }
    case IPSIM_KEY_CHOICE: {
        const ipsim_choice *choice = member;
        if (choice->value >= 0 && row->section != IPSIM_SECTION_PARAMETER) {
            add(c, row, key, row->choices[choice->value], "", choice->origin, choice->given);
        }
        break;
    }
    case IPSIM_KEY_NAMES: {
        const ipsim_names *names = member;
        const char *text = "";
        for (size_t i = 0; i < names->count; i++) {
            text = joined(c, text, names->items[i]);
        }
        if (names->count > 0) {
            add(c, row, key, text, "", names->origin, names->given);
        }
        break;
    }
    case IPSIM_KEY_GROUP:
    case IPSIM_KEY_ITEMS:
        break;
    }
    return !c->leaves->out_of_memory;
}

bool ipsim_leaves_collect(const ipsim_scenario *scenario, const char *const *within, ipsim_leaves *out)
{
    *out = (ipsim_leaves){.arena = ipsim_arena_create()};
    if (out->arena == NULL) {
        return false;
    }
    collector c = {scenario, out};
    return ipsim_schema_walk(scenario, within, collect_leaf, &c) && !out->out_of_memory;
}

static int compare_leaves(const void *a, const void *b)
{
    return strcmp(((const ipsim_leaf *)a)->key, ((const ipsim_leaf *)b)->key);
}

void ipsim_leaves_sort(ipsim_leaves *leaves)
{
    if (leaves->count > 1) {
        qsort(leaves->items, leaves->count, sizeof *leaves->items, compare_leaves);
    }
}

void ipsim_leaves_clear(ipsim_leaves *leaves)
{
    free(leaves->items);
    ipsim_arena_free(leaves->arena);
    *leaves = (ipsim_leaves){0};
}
