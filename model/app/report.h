/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `ipsim report` share: output folders in, tables for report.html out. Private to app. */
#ifndef IPSIM_APP_REPORT_H
#define IPSIM_APP_REPORT_H

#include <jansson.h>

#include "app/app.h"
#include "ipsim/arena.h"
#include "ipsim/draws.h"

enum { IPSIM_REPORT_TABLES_MAX = 48 };

typedef struct ipsim_report_inputs {
    ipsim_table *tables[IPSIM_REPORT_TABLES_MAX]; /* owned */
    size_t n_tables;
    ipsim_table *sources; /* one of the tables */
    char *psa;            /* path of the psa.csv among them; NULL for none */
    json_t *digests;      /* scenario name: digest and the folder that told it */
} ipsim_report_inputs;

/* ---- report_inputs.c ---- */
ipsim_status ipsim_report_inputs_begin(ipsim_report_inputs *inputs, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* Adds the tables of a folder that no folder before has given. Bad input: no result of ours, results of other scenarios. */
ipsim_status ipsim_report_inputs_add(ipsim_report_inputs *inputs, const char *folder, ipsim_error_list *errors) IPSIM_MUST_CHECK;
/* Decision tables of the draws, once all folders are there. */
ipsim_status ipsim_report_inputs_finish(ipsim_report_inputs *inputs, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_report_inputs_clear(ipsim_report_inputs *inputs);
const ipsim_table *ipsim_report_inputs_find(const ipsim_report_inputs *inputs, const char *name);
/* Takes the table over, or frees it when one of that name is there already. */
void ipsim_report_inputs_take(ipsim_report_inputs *inputs, ipsim_table *table);

/* ---- report_read.c ---- */
/* A CSV file of ours as a table; *out is NULL for a file with a header and nothing else. Columns of numbers become numbers. */
ipsim_status ipsim_report_read(const char *path, const char *name, ipsim_table **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* ---- report_psa.c ---- */
/* Everybody's draws in our psa.csv; names and numbers live in the arena. */
ipsim_status ipsim_report_psa(const char *path, ipsim_arena *arena, ipsim_draws *out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* ---- report_draws.c ---- */
/* scatter, thinned, and the tables of a decision analysis at thresholds that lie as close as the page's slider can be set. */
ipsim_status ipsim_report_draws(ipsim_report_inputs *inputs, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* ---- report_command_line.c ---- */
/* The command line that gives the result again: options that decide nothing, such as the number of threads, are left out. The caller frees;
 * NULL when memory is short. */
char *ipsim_report_command_line(const json_t *manifest, bool compares);

#endif
