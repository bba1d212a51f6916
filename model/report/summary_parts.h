/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What summary.c is built of: looking figures up in tables, and setting lines on a page. Private to report. */
#ifndef IPSIM_SUMMARY_PARTS_H
#define IPSIM_SUMMARY_PARTS_H

#include <stdbool.h>
#include <stdio.h>

#include "ipsim/arena.h"
#include "ipsim/summary.h"

/* ---- summary_lookup.c ---- */
/* The rows of results or differences for everybody (subgroup "all"). */
typedef struct ipsim_summary_figures {
    const ipsim_table *table;
    const ipsim_column *scenario, *outcome, *payer, *discounted, *year, *estimate, *mcse;
    size_t n_rows;
    size_t *rows;
} ipsim_summary_figures;
typedef struct ipsim_summary_figure {
    bool found;
    double estimate, mcse;
} ipsim_summary_figure;

/* A column that a table must have, of that type. */
const ipsim_column *ipsim_summary_column(const ipsim_table *table, const char *name, ipsim_column_type type);
const char *ipsim_summary_text_at(const ipsim_column *column, size_t row); /* "" for an empty cell */

bool ipsim_summary_figures_open(ipsim_arena *arena, const ipsim_table *table, ipsim_summary_figures *out); /* false: memory is short */
ipsim_summary_figure ipsim_summary_find(const ipsim_summary_figures *figures, const char *scenario, const char *outcome, const char *payer,
                                        bool discounted, double year);
bool ipsim_summary_has(const ipsim_summary_figures *figures, const char *outcome);
/* The years of the figures, ascending, without repetition. */
size_t ipsim_summary_years(ipsim_arena *arena, const ipsim_summary_figures *figures, double **years);

/* The first value of key in the table `about`, of one scenario or (NULL) of any; NULL when there is none. */
const char *ipsim_summary_about(const ipsim_table *about, const char *scenario, const char *key);
/* The n-th different NAME among keys "prefixNAME", in the order of the table; NULL after the last. */
const char *ipsim_summary_nth_name(const ipsim_table *about, const char *prefix, size_t n);
/* The label of "prefixNAME", or the name itself. */
const char *ipsim_summary_label(ipsim_arena *arena, const ipsim_table *about, const char *prefix, const char *name);

/* ---- summary_page.c ---- */
/* Lines of a label and one cell for each column; a line without cells is a heading. Text lives in the arena. */
typedef struct ipsim_summary_line {
    const char *label;
    const char **cells; /* NULL for a heading */
} ipsim_summary_line;
typedef struct ipsim_summary_grid {
    ipsim_arena *arena;
    size_t n_columns, n_lines, capacity;
    size_t width; /* of the page */
    const char **headings;
    ipsim_summary_line *lines;
    bool whole_labels; /* never cut a label to make room */
    bool failed;       /* memory was short */
} ipsim_summary_grid;

ipsim_summary_grid ipsim_summary_grid_create(ipsim_arena *arena, size_t n_columns, size_t width);
void ipsim_summary_grid_heading(ipsim_summary_grid *grid, size_t column, const char *text);
/* A new line with empty cells; returns where they are (a place to write to even when memory is short). label may be NULL when that was so. */
const char **ipsim_summary_grid_line(ipsim_summary_grid *grid, const char *label);
void ipsim_summary_grid_title(ipsim_summary_grid *grid, const char *label);
/* Whether all columns find room beside each other. */
bool ipsim_summary_grid_fits(const ipsim_summary_grid *grid);
/* Prints title and the grid; columns that do not fit beside each other follow in further blocks. */
void ipsim_summary_grid_print(const ipsim_summary_grid *grid, const char *title, FILE *page);
/* Takes away the blanks that padding leaves at the ends of lines. */
void ipsim_summary_trim(char *text);

/* ---- summary.c: what its sections share ---- */
enum { IPSIM_SUMMARY_YEARS = 3 };

typedef struct ipsim_summary_money {
    double factor;    /* from an amount per person to what is printed for 1 000 people */
    const char *unit; /* "million NOK" */
} ipsim_summary_money;

typedef struct ipsim_summary_writer {
    ipsim_arena *arena;
    const ipsim_summary_tables *tables;
    FILE *page;
    size_t width;
    bool compare;
    ipsim_summary_figures figures; /* differences, or levels for run */
    const char *comparator;
    size_t n_arms;
    const char **arms; /* what the columns show: every scenario, without the comparator */
    size_t n_years;
    double years[IPSIM_SUMMARY_YEARS]; /* the last is the horizon */
    const char *currency;
    ipsim_summary_money money;
    bool has_costs, discounts_costs, discounts_effects;
    bool failed; /* memory was short somewhere */
} ipsim_summary_writer;

double ipsim_summary_horizon(const ipsim_summary_writer *s);
const char *ipsim_summary_copy(ipsim_summary_writer *s, const char *text);
const char *ipsim_summary_convention(const ipsim_summary_writer *s, const char *key); /* from `about`; NULL when there is none */
const char *ipsim_summary_name(const ipsim_summary_writer *s, const char *prefix, const char *name);
const char *ipsim_summary_period(ipsim_summary_writer *s, double year); /* "by year 1.5" */
ipsim_summary_figure ipsim_summary_lookup(const ipsim_summary_writer *s, const char *arm, const char *outcome, const char *payer,
                                          bool discounted, double year);
/* The figure times factor, rounded to its error: "+120 ± 3"; "" when it was not found. */
const char *ipsim_summary_estimate(ipsim_summary_writer *s, ipsim_summary_figure figure, double factor);

/* ---- sections in files of their own ---- */
void ipsim_summary_perspectives(ipsim_summary_writer *s); /* summary_perspectives.c */
void ipsim_summary_targets(ipsim_summary_writer *s);      /* summary_basis.c */
void ipsim_summary_conventions(ipsim_summary_writer *s);

#endif
