/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/summary_lookup: figures and labels out of the tables of a run. See summary_parts.h. */
#include <math.h>
#include <string.h>

#include "summary_parts.h"

const ipsim_column *ipsim_summary_column(const ipsim_table *table, const char *name, ipsim_column_type type)
{
    size_t c = ipsim_table_find_column(table, name);
    ipsim_bug_assert(c < table->n_columns && table->columns[c].type == type);
    return &table->columns[c];
}

const char *ipsim_summary_text_at(const ipsim_column *column, size_t row)
{
    return column->text[row] != NULL ? column->text[row] : "";
}

bool ipsim_summary_figures_open(ipsim_arena *arena, const ipsim_table *table, ipsim_summary_figures *out)
{
    const ipsim_column *subgroup = ipsim_summary_column(table, "subgroup", IPSIM_TEXT);
    *out = (ipsim_summary_figures){
        .table = table,
        .scenario = ipsim_summary_column(table, "scenario", IPSIM_TEXT),
        .outcome = ipsim_summary_column(table, "outcome", IPSIM_TEXT),
        .payer = ipsim_summary_column(table, "payer", IPSIM_TEXT),
        .discounted = ipsim_summary_column(table, "discounted", IPSIM_TEXT),
        .year = ipsim_summary_column(table, "year", IPSIM_REAL),
        .estimate = ipsim_summary_column(table, "estimate", IPSIM_REAL),
        .mcse = ipsim_summary_column(table, "mcse", IPSIM_REAL),
        .rows = ipsim_arena_alloc(arena, table->n_rows, sizeof(size_t)),
    };
    if (out->rows == NULL) {
        return false;
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        if (strcmp(ipsim_summary_text_at(subgroup, row), "all") == 0) {
            out->rows[out->n_rows++] = row;
        }
    }
    return true;
}

static bool is(const ipsim_column *column, size_t row, const char *text)
{
    return strcmp(ipsim_summary_text_at(column, row), text) == 0;
}

ipsim_summary_figure ipsim_summary_find(const ipsim_summary_figures *figures, const char *scenario, const char *outcome, const char *payer,
                                        bool discounted, double year)
{
    for (size_t i = 0; i < figures->n_rows; i++) {
        size_t row = figures->rows[i];
        if (is(figures->outcome, row, outcome) && is(figures->scenario, row, scenario) && is(figures->payer, row, payer) &&
            is(figures->discounted, row, discounted ? "yes" : "no") && figures->year->real[row] == year) {
            return (ipsim_summary_figure){true, figures->estimate->real[row], figures->mcse->real[row]};
        }
    }
    return (ipsim_summary_figure){false, NAN, NAN};
}

bool ipsim_summary_has(const ipsim_summary_figures *figures, const char *outcome)
{
    for (size_t i = 0; i < figures->n_rows; i++) {
        if (is(figures->outcome, figures->rows[i], outcome)) {
            return true;
        }
    }
    return false;
}

size_t ipsim_summary_years(ipsim_arena *arena, const ipsim_summary_figures *figures, double **years)
{
    *years = ipsim_arena_alloc(arena, figures->n_rows, sizeof **years);
    size_t count = 0;
    for (size_t i = 0; *years != NULL && i < figures->n_rows; i++) {
        double year = figures->year->real[figures->rows[i]];
        size_t at = 0;
        while (at < count && (*years)[at] < year) {
            at++;
        }
        if (isnan(year) || (at < count && (*years)[at] == year)) {
            continue;
        }
        memmove(*years + at + 1, *years + at, (count - at) * sizeof **years);
        (*years)[at] = year;
        count++;
    }
    return count;
}

const char *ipsim_summary_about(const ipsim_table *about, const char *scenario, const char *key)
{
    const ipsim_column *scenarios = ipsim_summary_column(about, "scenario", IPSIM_TEXT);
    const ipsim_column *keys = ipsim_summary_column(about, "key", IPSIM_TEXT);
    const ipsim_column *values = ipsim_summary_column(about, "value", IPSIM_TEXT);
    for (size_t row = 0; row < about->n_rows; row++) {
        if (is(keys, row, key) && (scenario == NULL || is(scenarios, row, scenario)) && !is(values, row, "")) {
            return values->text[row];
        }
    }
    return NULL;
}

const char *ipsim_summary_nth_name(const ipsim_table *about, const char *prefix, size_t n)
{
    const ipsim_column *keys = ipsim_summary_column(about, "key", IPSIM_TEXT);
    size_t length = strlen(prefix), first = about->n_rows; /* the first row of such a name */
    for (size_t row = 0; row < about->n_rows; row++) {
        const char *key = ipsim_summary_text_at(keys, row);
        bool fresh = strncmp(key, prefix, length) == 0;
        first = fresh && row < first ? row : first;
        for (size_t before = first; fresh && before < row; before++) {
            fresh = !is(keys, before, key);
        }
        if (fresh && n-- == 0) {
            return key + length;
        }
    }
    return NULL;
}

const char *ipsim_summary_label(ipsim_arena *arena, const ipsim_table *about, const char *prefix, const char *name)
{
    const char *key = ipsim_arena_printf(arena, "%s%s", prefix, name);
    const char *label = key != NULL ? ipsim_summary_about(about, NULL, key) : NULL;
    return label != NULL ? label : name;
}
