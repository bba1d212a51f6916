/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What psa_page.c is built of. Private to report. Functions that cannot have memory set failed in the writer, and give an empty text. */
#ifndef IPSIM_PSA_PARTS_H
#define IPSIM_PSA_PARTS_H

#include "ipsim/psa_page.h"
#include "summary_parts.h"

typedef struct ipsim_psa_writer {
    ipsim_arena *arena;
    const ipsim_psa_page_tables *tables;
    FILE *page;
    const char **arms; /* all scenarios, the comparator first */
    size_t n_arms;
    bool compare;
    double horizon;
    const char *currency;
    double money; /* factor of amounts per person */
    const char *money_unit;
    bool failed;
} ipsim_psa_writer;

/* ---- psa_cells.c ---- */
const char *ipsim_psa_text(const ipsim_table *table, const char *column, size_t row);
double ipsim_psa_real(const ipsim_table *table, const char *column, size_t row);
const char *ipsim_psa_keep(ipsim_psa_writer *p, const char *text);
/* Of the table about: NULL where it has none. */
const char *ipsim_psa_convention(const ipsim_psa_writer *p, const char *key);
const char *ipsim_psa_label(const ipsim_psa_writer *p, const char *prefix, const char *name);
const char *ipsim_psa_perspective_label(const ipsim_psa_writer *p, const char *perspective);
/* Names of perspectives in order of appearance; NULL after the last. */
const char *ipsim_psa_nth_perspective(const ipsim_psa_writer *p, size_t n);
/* The first arm that has a column where changes are told. */
size_t ipsim_psa_first_arm(const ipsim_psa_writer *p);
ipsim_summary_grid ipsim_psa_grid(ipsim_psa_writer *p, bool with_comparator);
void ipsim_psa_print_grid(ipsim_psa_writer *p, const ipsim_summary_grid *grid, const char *title);
/* "+90.8 (85.1 to 96.9)": as many decimals as show the interval with two digits. */
const char *ipsim_psa_interval(ipsim_psa_writer *p, double mean, double low, double high, double factor);
/* "20 %", "< 1 %" */
const char *ipsim_psa_percent(ipsim_psa_writer *p, double share);
/* "20 / < 1 / 18 %" */
const char *ipsim_psa_percents(ipsim_psa_writer *p, const double *shares, size_t n);
/* "275 000 / 500 000" */
const char *ipsim_psa_numbers(ipsim_psa_writer *p, const double *values, size_t n);

/* ---- psa_probabilities.c: sections of the page ---- */
void ipsim_psa_print_probabilities(ipsim_psa_writer *p);
void ipsim_psa_print_saving(ipsim_psa_writer *p);
void ipsim_psa_print_decision(ipsim_psa_writer *p);

/* ---- psa_decision.c ---- */
/* The share of draws in which an arm has the highest net benefit, for everybody; NaN where the tables do not say. */
double ipsim_psa_decision_share(const ipsim_psa_page_decision *decision, const char *perspective, const char *arm, double threshold);
/* thresholds: "275 000 / 500 000 NOK per QALY". False: memory was short. */
bool ipsim_psa_decision_print(ipsim_arena *arena, const ipsim_psa_page_decision *decision, const char *const *perspectives,
                              const char *const *labels, size_t n_perspectives, const char *thresholds, const char *currency, FILE *page);

#endif
