/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/schema: one row for every key of the language. The rows (schema_rows.c) drive filling, range checks, defaults, the
 * walk behind show, diff and the digest, the help and the reference in the README. */
#ifndef IPSIM_SCHEMA_H
#define IPSIM_SCHEMA_H

#include "ipsim/arena.h"
#include "ipsim/scenario.h"

typedef enum ipsim_section {
    IPSIM_SECTION_SCENARIO,
    IPSIM_SECTION_SIMULATION,
    IPSIM_SECTION_ECONOMICS,
    IPSIM_SECTION_PARAMETER,
    IPSIM_SECTION_JOINT,
    IPSIM_SECTION_TABLE,
    IPSIM_SECTION_ATTRIBUTE,
    IPSIM_SECTION_CLOCK,
    IPSIM_SECTION_STATE,
    IPSIM_SECTION_TRANSITION,
    IPSIM_SECTION_EVENT,
    IPSIM_SECTION_REWARD,
    IPSIM_SECTION_UTILITY,
    IPSIM_SECTION_PAYER,
    IPSIM_SECTION_PERSPECTIVE,
    IPSIM_SECTION_OUTCOME,
    IPSIM_SECTION_TARGET,
    /* From here on: groups that several sections hold, listed once in the reference. */
    IPSIM_SECTION_HAZARD,
    IPSIM_SECTION_EFFECT,
    IPSIM_SECTION_MODIFIER,
    IPSIM_SECTION_FACTOR,
    IPSIM_SECTION_DISTRIBUTION,
    IPSIM_SECTION_DISCOUNT,
    IPSIM_N_SECTIONS
} ipsim_section;

typedef enum ipsim_key_type {
    IPSIM_KEY_NUMBER,
    IPSIM_KEY_NUMBERS,
    IPSIM_KEY_INTEGER,
    IPSIM_KEY_FLAG,
    IPSIM_KEY_TEXT,
    IPSIM_KEY_CHOICE,
    IPSIM_KEY_NAMES,
    IPSIM_KEY_NAMED_NUMBERS,
    IPSIM_KEY_GROUP, /* one struct inside the parent */
    IPSIM_KEY_ITEMS  /* an array of named structs */
} ipsim_key_type;

typedef struct ipsim_schema_row {
    ipsim_section section;
    const char *key;
    ipsim_key_type type;
    size_t offset;       /* of the member that the key fills */
    size_t count_offset; /* items: of their count */
    ipsim_section holds; /* group and items: what is inside */
    const char *unit;
    double min, max; /* both 0: any finite number */
    bool above_min;  /* min itself is refused */
    bool required;
    const char *fallback; /* the default, as it would be written; NULL for none */
    const char *const *choices;
    const char *help;
} ipsim_schema_row;

typedef struct ipsim_section_facts {
    const char *name; /* in the reference */
    size_t size;
    size_t name_offset, origin_offset, given_offset; /* IPSIM_NO_OFFSET where the struct has none */
} ipsim_section_facts;

#define IPSIM_NO_OFFSET ((size_t)-1)

extern const ipsim_schema_row ipsim_schema_rows[];
extern const size_t ipsim_n_schema_rows;
extern const ipsim_section_facts ipsim_sections[IPSIM_N_SECTIONS];
extern const char *const ipsim_kind_names[];          /* NULL-terminated, like all lists of choices */
extern const char *const ipsim_hazard_family_names[]; /* index: ipsim_family or ipsim_hazard_choice */
extern const char *const ipsim_distribution_names[];  /* index: ipsim_distribution_family */
extern const char *const ipsim_joint_names[], *const ipsim_scale_names[];
extern const char *const ipsim_per_names[];          /* index: ipsim_per */
extern const char *const ipsim_outcome_type_names[]; /* index: ipsim_outcome_type */

/* NULL when the section has no such key. */
const ipsim_schema_row *ipsim_schema_find(ipsim_section section, const char *key);
bool ipsim_schema_bounded(const ipsim_schema_row *row);
/* "0..1", "at least 0", "above 0", "any". Returns buffer. */
const char *ipsim_schema_range(const ipsim_schema_row *row, char *buffer, size_t size);

static inline void *ipsim_schema_member(void *base, size_t offset)
{
    return (char *)base + offset;
}
static inline const void *ipsim_schema_const_member(const void *base, size_t offset)
{
    return (const char *)base + offset;
}

/* Visits every leaf of a filled struct: key is the full path. Stops when visit returns false. within: the keys at the top that count, up to
 * NULL; NULL: all do. */
typedef bool ipsim_leaf_visit(void *data, const ipsim_schema_row *row, const char *key, const void *leaf);
bool ipsim_schema_walk(const ipsim_scenario *scenario, const char *const *within, ipsim_leaf_visit *visit, void *data);

#endif
