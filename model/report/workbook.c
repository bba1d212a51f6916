/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook: see include/ipsim/workbook.h. Which sheets there are, and what they share. */
#include "ipsim/workbook.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "workbook_parts.h"

/* Above this a table is kept out of memory while the workbook is made. */
enum { LARGE_ROWS = 20000 };

/* Tables without a sheet of their own: they stand on one under another name, or are too long to be read in a spreadsheet; the CSV files have
 * all of them. */
static const char *const left_out[] = {"about",      "results",       "differences", "occupancy", "ratios",     "targets",
                                       "population", "parameters",    "psa",         "psa_years", "break_even", "replicates",
                                       "settling",   "psa_occupancy", "provenance",  NULL};

const char *ipsim_workbook_print(workbook *w, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int bytes = vasprintf(&text, format, args);
    va_end(args);
    const char *kept = bytes >= 0 ? ipsim_arena_strdup(w->arena, text) : NULL;
    if (bytes >= 0) {
        free(text);
    }
    w->failed = w->failed || kept == NULL;
    return kept != NULL ? kept : "";
}

const char *ipsim_workbook_label(workbook *w, const char *prefix, const char *name)
{
    return w->about != NULL ? ipsim_summary_label(w->arena, w->about, prefix, name) : name;
}

ipsim_summary_figure ipsim_workbook_shown(const workbook *w, const char *arm, const char *outcome, const char *payer, bool discounted,
                                          double year)
{
    return ipsim_workbook_find(w->comparator != NULL ? &w->changes : &w->levels, arm, outcome, payer, discounted, year);
}

bool ipsim_workbook_has(const workbook *w, const char *outcome)
{
    return w->results != NULL && ipsim_summary_has(&w->levels.rows, outcome);
}

bool ipsim_workbook_perspective(workbook *w, size_t n, const char **outcome, const char **label)
{
    const char *name = w->about != NULL ? ipsim_summary_nth_name(w->about, "perspective:", n) : NULL;
    *outcome = name != NULL ? ipsim_workbook_print(w, "cost_%s", name) : "cost";
    *label = name != NULL ? ipsim_workbook_label(w, "perspective:", name) : "All costs";
    return name != NULL || n == 0;
}

/* ---- what the tables hold ---- */
static const ipsim_table *find_table(const ipsim_table *const *tables, size_t n_tables, const char *name, const char *column)
{
    for (size_t t = 0; t < n_tables; t++) {
        if (tables[t] != NULL && strcmp(tables[t]->name, name) == 0 && tables[t]->n_rows > 0 &&
            ipsim_table_find_column(tables[t], column) < tables[t]->n_columns) {
            return tables[t];
        }
    }
    return NULL;
}

static void find_tables(workbook *w, const ipsim_table *const *tables, size_t n_tables)
{
    w->about = find_table(tables, n_tables, "about", "key");
    w->results = find_table(tables, n_tables, "results", "estimate");
    w->differences = find_table(tables, n_tables, "differences", "estimate");
    w->ratios = find_table(tables, n_tables, "ratios", "reading");
    w->occupancy = find_table(tables, n_tables, "occupancy", "estimate");
    w->occupancy = w->occupancy != NULL ? w->occupancy : find_table(tables, n_tables, "psa_occupancy", "mean");
    w->targets = find_table(tables, n_tables, "targets", "verdict");
    w->population = find_table(tables, n_tables, "population", "simulated");
    /* Where parameters are drawn, the table of that name holds the draws. */
    w->parameters = find_table(tables, n_tables, "provenance", "source");
    w->parameters = w->parameters != NULL ? w->parameters : find_table(tables, n_tables, "parameters", "source");
    w->break_even = find_table(tables, n_tables, "break_even", "probability_saving");
    w->psa = find_table(tables, n_tables, "psa", "draw");
    w->psa_summary = find_table(tables, n_tables, "psa_summary", "mean");
    w->plane = find_table(tables, n_tables, "plane", "difference_effect");
    w->ceac = find_table(tables, n_tables, "ceac", "probability_best");
    w->evppi = find_table(tables, n_tables, "evppi", "evppi");
    w->dsa = find_table(tables, n_tables, "dsa", "spread");
}

static void find_arms(workbook *w)
{
    const ipsim_column *scenario = ipsim_summary_column(w->results, "scenario", IPSIM_TEXT);
    w->comparator = w->differences != NULL ? ipsim_workbook_text(w->differences, "comparator", 0) : NULL;
    w->scenarios = ipsim_arena_alloc(w->arena, w->results->n_rows, sizeof *w->scenarios);
    w->arms = ipsim_arena_alloc(w->arena, w->results->n_rows, sizeof *w->arms);
    w->failed = w->failed || w->scenarios == NULL || w->arms == NULL;
    for (size_t row = 0; !w->failed && row < w->results->n_rows; row++) {
        const char *name = ipsim_summary_text_at(scenario, row);
        size_t s = w->n_scenarios;
        while (s > 0 && strcmp(name, w->scenarios[s - 1]) != 0) {
            s--;
        }
        if (s == 0) {
            w->scenarios[w->n_scenarios++] = name;
            if (w->comparator == NULL || strcmp(name, w->comparator) != 0) {
                w->arms[w->n_arms++] = name;
            }
        }
    }
}

/* Amounts are shown in millions for 1 000 people where the largest of them asks for it. */
static void choose_money(workbook *w)
{
    const ipsim_summary_figures *f = &(w->comparator != NULL ? &w->changes : &w->levels)->rows;
    double largest = 0.0;
    for (size_t i = 0; i < f->n_rows; i++) {
        bool cost = strncmp(ipsim_summary_text_at(f->outcome, f->rows[i]), "cost", 4) == 0;
        double size = cost ? fabs(f->estimate->real[f->rows[i]]) : 0.0;
        largest = size > largest ? size : largest;
    }
    bool millions = largest * WORKBOOK_PER_PEOPLE >= 1e6;
    w->money = millions ? WORKBOOK_PER_PEOPLE / 1e6 : WORKBOOK_PER_PEOPLE;
    w->money_unit = ipsim_workbook_print(w, "%s%s%.80s for 1 000 people", millions ? "million" : "",
                                         millions && w->currency[0] != '\0' ? " " : "", w->currency);
}

static void read_results(workbook *w)
{
    const char *currency = w->about != NULL ? ipsim_summary_about(w->about, NULL, "currency") : NULL;
    w->currency = currency != NULL ? currency : "";
    if (w->results == NULL) {
        return;
    }
    find_arms(w);
    bool good = ipsim_workbook_figures_open(w->arena, w->results, &w->levels) &&
                (w->differences == NULL || ipsim_workbook_figures_open(w->arena, w->differences, &w->changes));
    if (good) {
        w->n_years = ipsim_summary_years(w->arena, &w->levels.rows, &w->years);
        choose_money(w);
    }
    w->failed = w->failed || !good || w->years == NULL;
}

/* ---- sheets ---- */
static bool is_left_out(const char *name)
{
    for (size_t i = 0; left_out[i] != NULL; i++) {
        if (strcmp(name, left_out[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Names of our own tables are good names of sheets; others are not given here. */
static bool has_own_sheet(const ipsim_table *table)
{
    return table != NULL && table->n_rows > 0 && strlen(table->name) <= 31 && strpbrk(table->name, "[]:*?/\\'") == NULL &&
           !is_left_out(table->name);
}

/* A sheet where the condition holds. Tabs stand in the order in which sheets are added, whatever is filled first. */
static ipsim_xlsx_sheet *add_if(workbook *w, bool wanted, const char *name)
{
    return wanted ? ipsim_xlsx_add_sheet(w->file, name) : NULL;
}

static void fill(workbook *w, const ipsim_table *const *tables, size_t n_tables)
{
    bool results = w->results != NULL && w->n_years > 0;
    bool costs = results && ipsim_workbook_has(w, "cost"), curves = w->curves.n_arms > 0 && w->curves.n_times > 1;
    workbook_sheets sheets = {
        .summary = add_if(w, results || w->psa_summary != NULL, "Summary"),
        .decision = add_if(w, w->plane != NULL || w->ceac != NULL || w->evppi != NULL || w->dsa != NULL, "Decision"),
        .payers = add_if(w, costs, "Costs by payer"),
        .curves = add_if(w, curves, "Curves"),
        .break_even = add_if(w, w->break_even != NULL || (costs && w->comparator != NULL), "Break-even"),
    };
    ipsim_xlsx_sheet *own[64] = {NULL};
    for (size_t t = 0; t < n_tables && t < sizeof own / sizeof own[0]; t++) {
        own[t] = add_if(w, has_own_sheet(tables[t]), has_own_sheet(tables[t]) ? tables[t]->name : "");
    }
    sheets.draws = add_if(w, w->psa != NULL, "Draws");
    sheets.parameters = add_if(w, w->parameters != NULL, "Parameters");
    sheets.targets = add_if(w, w->targets != NULL, "Targets");
    sheets.population = add_if(w, w->population != NULL, "Population");
    sheets.occupancy = add_if(w, curves, "Occupancy");
    sheets.costs = add_if(w, costs, "Costs");
    sheets.about = add_if(w, true, "About");

    ipsim_workbook_summary(w, sheets.summary);
    ipsim_workbook_decision(w, sheets.decision);
    ipsim_workbook_costs(w, sheets.payers, sheets.costs);
    ipsim_workbook_curves(w, sheets.curves, sheets.occupancy);
    ipsim_workbook_break_even(w, sheets.break_even);
    for (size_t t = 0; t < n_tables && t < sizeof own / sizeof own[0]; t++) {
        if (own[t] != NULL) {
            ipsim_workbook_table(own[t], tables[t]);
        }
    }
    ipsim_workbook_draws(sheets.draws, w->psa);
    ipsim_workbook_parameters(w, sheets.parameters);
    ipsim_workbook_targets(w, sheets.targets);
    ipsim_workbook_population(w, sheets.population);
    ipsim_workbook_about(w, sheets.about);
}

static ipsim_status memory_error(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the workbook");
}

static ipsim_status write_book(workbook *w, const ipsim_table *const *tables, size_t n_tables, const char *path, ipsim_error *err)
{
    bool large = false;
    for (size_t t = 0; t < n_tables; t++) {
        if (tables[t] != NULL && tables[t]->out_of_memory) {
            return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for table %s", tables[t]->name);
        }
        bool shown = tables[t] != NULL && (!is_left_out(tables[t]->name) || strcmp(tables[t]->name, "psa") == 0);
        large = large || (shown && tables[t]->n_rows > LARGE_ROWS);
    }
    find_tables(w, tables, n_tables);
    read_results(w);
    w->failed = w->failed || (w->occupancy != NULL && !ipsim_curves_read(w->arena, w->occupancy, &w->curves));
    if (w->failed) {
        return memory_error(err);
    }
    ipsim_status status = ipsim_xlsx_begin(path, "ipsim: results", large, &w->file, err);
    if (status != IPSIM_OK) {
        return status;
    }
    fill(w, tables, n_tables);
    if (w->failed) {
        ipsim_xlsx_abandon(w->file);
        return memory_error(err);
    }
    return ipsim_xlsx_finish(w->file, err);
}

ipsim_status ipsim_workbook_write(const ipsim_table *const *tables, size_t n_tables, const char *path, ipsim_error *err)
{
    workbook w = {.arena = ipsim_arena_create()};
    ipsim_status status = w.arena != NULL ? write_book(&w, tables, n_tables, path, err) : memory_error(err);
    ipsim_arena_free(w.arena);
    return status;
}
