/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/show: the resolved scenario as a table, two scenarios compared by meaning, and the digest. */
#include <string.h>

#include "leaves.h"

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void put_origin(ipsim_table *table, size_t row, size_t column, const ipsim_leaf *leaf)
{
    if (leaf != NULL && leaf->given) {
        ipsim_table_put_text(table, row, column, or_empty(leaf->origin.file));
        ipsim_table_put_integer(table, row, column + 1, leaf->origin.line);
    } else {
        ipsim_table_put_text(table, row, column, leaf == NULL ? "" : "default");
        ipsim_table_put_integer(table, row, column + 1, 0);
    }
}

/* The table, or NULL when memory ran short on the way. */
static ipsim_table *whole_or_null(ipsim_table *table, bool ok)
{
    if (table != NULL && (!ok || table->out_of_memory)) {
        ipsim_table_free(table);
        return NULL;
    }
    return table;
}

ipsim_table *ipsim_scenario_show(const ipsim_scenario *scenario)
{
    static const ipsim_column_spec columns[] = {{"key", IPSIM_TEXT, ""},  {"value", IPSIM_TEXT, ""},  {"expression", IPSIM_TEXT, ""},
                                                {"unit", IPSIM_TEXT, ""}, {"source", IPSIM_TEXT, ""}, {"status", IPSIM_TEXT, ""},
                                                {"file", IPSIM_TEXT, ""}, {"line", IPSIM_INTEGER, ""}};
    ipsim_leaves leaves;
    bool ok = ipsim_leaves_collect(scenario, NULL, &leaves);
    ipsim_table *table = ok ? ipsim_table_create("scenario", columns, sizeof columns / sizeof columns[0]) : NULL;
    for (size_t i = 0; table != NULL && i < leaves.count; i++) {
        const ipsim_leaf *leaf = &leaves.items[i];
        const char *const texts[] = {leaf->key, leaf->value, leaf->expression, leaf->unit, leaf->source, leaf->status};
        size_t row = ipsim_table_add_row(table);
        for (size_t column = 0; column < sizeof texts / sizeof texts[0]; column++) {
            ipsim_table_put_text(table, row, column, texts[column]);
        }
        put_origin(table, row, 6, leaf);
    }
    ipsim_leaves_clear(&leaves);
    return whole_or_null(table, ok);
}

/* What a key says about the model; names, labels and sources say it about the file. */
static bool has_meaning(const ipsim_leaf *leaf)
{
    static const char *const words[] = {"name", "title", "description", "label", "note", "source", "target_source"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(leaf->row->key, words[i]) == 0 && leaf->row->type == IPSIM_KEY_TEXT) {
            return false;
        }
    }
    return true;
}

ipsim_table *ipsim_scenario_diff(const ipsim_scenario *first, const ipsim_scenario *second, const char *const *within)
{
    static const ipsim_column_spec columns[] = {{"key", IPSIM_TEXT, ""},           {"first", IPSIM_TEXT, ""},
                                                {"second", IPSIM_TEXT, ""},        {"first_file", IPSIM_TEXT, ""},
                                                {"first_line", IPSIM_INTEGER, ""}, {"second_file", IPSIM_TEXT, ""},
                                                {"second_line", IPSIM_INTEGER, ""}};
    ipsim_leaves a = {0}, b = {0};
    bool ok = ipsim_leaves_collect(first, within, &a) && ipsim_leaves_collect(second, within, &b);
    ipsim_table *table = ok ? ipsim_table_create("difference", columns, sizeof columns / sizeof columns[0]) : NULL;
    ipsim_leaves_sort(&a);
    ipsim_leaves_sort(&b);
    for (size_t i = 0, j = 0; table != NULL && (i < a.count || j < b.count);) {
        int order = i == a.count ? 1 : j == b.count ? -1 : strcmp(a.items[i].key, b.items[j].key);
        const ipsim_leaf *left = order <= 0 ? &a.items[i++] : NULL;
        const ipsim_leaf *right = order >= 0 ? &b.items[j++] : NULL;
        if (!has_meaning(left != NULL ? left : right) || (left != NULL && right != NULL && strcmp(left->meaning, right->meaning) == 0)) {
            continue;
        }
        size_t row = ipsim_table_add_row(table);
        ipsim_table_put_text(table, row, 0, left != NULL ? left->key : right->key);
        ipsim_table_put_text(table, row, 1, left != NULL ? left->value : "");
        ipsim_table_put_text(table, row, 2, right != NULL ? right->value : "");
        put_origin(table, row, 3, left);
        put_origin(table, row, 5, right);
    }
    ipsim_leaves_clear(&a);
    ipsim_leaves_clear(&b);
    return whole_or_null(table, ok);
}

static uint64_t digest_text(uint64_t digest, const char *text)
{
    return ipsim_digest_bytes(digest, text, strlen(text) + 1);
}

void ipsim_scenario_digest(ipsim_loader *loader, ipsim_scenario *scenario)
{
    ipsim_leaves leaves;
    uint64_t digest = IPSIM_DIGEST_START, formulas = IPSIM_DIGEST_START;
    if (!ipsim_leaves_collect(scenario, NULL, &leaves)) {
        loader->out_of_memory = true;
    }
    ipsim_leaves_sort(&leaves);
    for (size_t i = 0; i < scenario->n_parameters; i++) {
        formulas = digest_text(formulas, scenario->parameters[i].name);
    }
    for (size_t i = 0; i < leaves.count; i++) {
        const ipsim_leaf *leaf = &leaves.items[i];
        if (leaf->expression[0] != '\0') {
            formulas = digest_text(digest_text(formulas, leaf->key), leaf->expression);
        }
        if (strcmp(leaf->key, "name") == 0) {
            continue; /* by default the file's name, which is not part of the contents */
        }
        const char *const texts[] = {leaf->key, leaf->meaning, leaf->unit, leaf->source, leaf->status};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            digest = digest_text(digest, texts[k]);
        }
    }
    ipsim_leaves_clear(&leaves);
    scenario->digest = digest;
    scenario->formulas = formulas;
}
