/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workbook.c is built of: one function for each kind of sheet. Private to report. */
#ifndef IPSIM_WORKBOOK_PARTS_H
#define IPSIM_WORKBOOK_PARTS_H

#include "ipsim/arena.h"
#include "ipsim/curves.h"
#include "ipsim/xlsx.h"
#include "summary_parts.h"

enum { WORKBOOK_PER_PEOPLE = 1000, WORKBOOK_FIRST_ROW = 3 /* of column headers: below a title and a note */ };

/* ---- workbook_figures.c ---- */
/* results or differences of everybody, found by name at once: a summary asks a few hundred times. */
typedef struct workbook_figures {
    ipsim_summary_figures rows;
    size_t mask;
    uint32_t *slots; /* row + 1; 0: free */
} workbook_figures;
bool ipsim_workbook_figures_open(ipsim_arena *arena, const ipsim_table *table, workbook_figures *out); /* false: memory is short */
ipsim_summary_figure ipsim_workbook_find(const workbook_figures *figures, const char *scenario, const char *outcome, const char *payer,
                                         bool discounted, double year);

/* ---- the whole ---- */
typedef struct workbook {
    ipsim_xlsx *file;
    ipsim_arena *arena;
    const ipsim_table *about, *results, *differences, *ratios, *occupancy, *targets, *population, *parameters, *break_even, *psa,
        *psa_summary, *plane, *ceac, *evppi, *dsa;
    const char *comparator; /* NULL: nothing is compared */
    size_t n_scenarios, n_arms;
    const char **scenarios;           /* every one */
    const char **arms;                /* without the comparator */
    workbook_figures levels, changes; /* changes: only with a comparator */
    size_t n_years;
    double *years; /* ascending; the last is the horizon */
    const char *currency;
    double money;           /* from an amount per person to what is shown for 1 000 people */
    const char *money_unit; /* "million NOK per 1 000 people" */
    ipsim_curves curves;
    bool failed; /* memory was short */
} workbook;

typedef struct workbook_sheets {
    ipsim_xlsx_sheet *summary, *decision, *payers, *curves, *break_even, *draws, *parameters, *targets, *population, *occupancy, *costs,
        *about;
} workbook_sheets;

/* "Change in cost, …": text that lives in the arena; "" when memory is short. */
const char *ipsim_workbook_print(workbook *w, const char *format, ...) IPSIM_PRINTF(2, 3);
const char *ipsim_workbook_label(workbook *w, const char *prefix, const char *name);
/* Differences where arms are compared, levels otherwise. */
ipsim_summary_figure ipsim_workbook_shown(const workbook *w, const char *arm, const char *outcome, const char *payer, bool discounted,
                                          double year);
bool ipsim_workbook_has(const workbook *w, const char *outcome);
/* The n-th perspective; a model that declares none has one, NULL, in which every cost counts. false after the last. */
bool ipsim_workbook_perspective(workbook *w, size_t n, const char **outcome, const char **label);

/* ---- workbook_cells.c ---- */
/* Title and note at the top of a sheet that is so many columns wide. */
void ipsim_workbook_head(ipsim_xlsx_sheet *sheet, size_t last_column, double width, const char *title, const char *note);
/* Room in a row for the longest of texts, each broken over a column so many characters wide. Before anything is written to it. */
void ipsim_workbook_height(ipsim_xlsx_sheet *sheet, size_t row, const char *const *texts, const double *widths, size_t count);
void ipsim_workbook_header_height(ipsim_xlsx_sheet *sheet, size_t row, size_t lines);
double ipsim_workbook_paragraph_height(const char *text, double width);
/* A number and its error in two cells, to the digits that the error leaves. */
void ipsim_workbook_estimate(ipsim_xlsx_sheet *sheet, size_t row, size_t column, ipsim_summary_figure figure, double factor, bool change);
void ipsim_workbook_year(ipsim_xlsx_sheet *sheet, size_t row, size_t column, double year);
/* A number by itself, to about five digits. */
void ipsim_workbook_plain(ipsim_xlsx_sheet *sheet, size_t row, size_t column, double value);
int ipsim_workbook_decimals(double error);
double ipsim_workbook_real(const ipsim_table *table, const char *column, size_t row);      /* NaN where there is no such column */
const char *ipsim_workbook_text(const ipsim_table *table, const char *column, size_t row); /* "" */

/* ---- sheets ---- */
void ipsim_workbook_summary(workbook *w, ipsim_xlsx_sheet *sheet);                              /* workbook_summary.c */
void ipsim_workbook_decision(workbook *w, ipsim_xlsx_sheet *sheet);                             /* workbook_decision.c */
void ipsim_workbook_costs(workbook *w, ipsim_xlsx_sheet *payers, ipsim_xlsx_sheet *costs);      /* workbook_costs.c */
void ipsim_workbook_break_even(workbook *w, ipsim_xlsx_sheet *sheet);                           /* workbook_break_even.c */
void ipsim_workbook_curves(workbook *w, ipsim_xlsx_sheet *charts, ipsim_xlsx_sheet *occupancy); /* workbook_curves.c */
void ipsim_workbook_parameters(workbook *w, ipsim_xlsx_sheet *sheet);                           /* workbook_sources.c */
void ipsim_workbook_targets(workbook *w, ipsim_xlsx_sheet *sheet);
void ipsim_workbook_population(workbook *w, ipsim_xlsx_sheet *sheet);
void ipsim_workbook_about(workbook *w, ipsim_xlsx_sheet *sheet);
void ipsim_workbook_draws(ipsim_xlsx_sheet *sheet, const ipsim_table *psa); /* workbook_tables.c */
void ipsim_workbook_table(ipsim_xlsx_sheet *sheet, const ipsim_table *table);

#endif
