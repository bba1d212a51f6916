/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report: the tables of our output folders as one HTML page that needs nothing else: no network, no other file.
 *
 * The page holds the tables as JSON, the messages of the interface in both languages, a style sheet and a script that draws charts. Without
 * the script (a program that was built without npm) it holds the most important tables as HTML alone. It never runs what stands in a table:
 * texts are escaped here, put on the page as text by the script, and a content security policy allows one script, by its digest.
 *
 * Tables are those of include/ipsim/run.h and include/ipsim/decision_tables.h, under their names, as far as there are any, and
 *   sources  command, command_line, version, git_hash, seed, persons, draws: where the tables come from, one row a folder
 *   scatter  scenario, draw, effect, cost:PERSPECTIVE...: differences from the comparator in some draws, for the cost-effectiveness plane
 *   thinned  scenario, draws, shown: how many draws there are, and how many of them scatter holds
 * Equal tables give equal bytes. */
#ifndef IPSIM_REPORT_H
#define IPSIM_REPORT_H

#include <stdbool.h>

#include "ipsim/error.h"
#include "ipsim/table.h"

typedef struct ipsim_report_options {
    const char *language; /* "en" or "nb": the one the page opens in */
    bool plain;           /* without the script, even where there is one */
} ipsim_report_options;

/* Writes the page on an open stream, which is neither flushed nor closed. IPSIM_ERR_MEMORY, IPSIM_ERR_USAGE for an unknown language. */
ipsim_status ipsim_report_write(const ipsim_table *const *tables, size_t n_tables, const ipsim_report_options *options, FILE *stream,
                                ipsim_error *err) IPSIM_MUST_CHECK;

/* Whether the program was built with the script that draws charts. */
bool ipsim_report_has_script(void);

/* Whether the page has use for a table of that name, so that others need not be read. */
bool ipsim_report_wants(const char *table);

/* One table as compact JSON that may stand inside a script element: {"rows":n,"columns":{"name":COLUMN,...}}, where COLUMN is an array of
 * cells, or {"d":[distinct cells],"i":[index of each row]}, or {"d":...,"r":[index, rows in a run, ...]}, whichever is shortest. Numbers have
 * seven digits, standard errors three; NaN, infinities and empty cells are null. Texts lose control and direction marks, which could make
 * them read as something else. keep: one flag a row, or NULL for all. */
ipsim_status ipsim_report_json(const ipsim_table *table, const bool *keep, FILE *stream, ipsim_error *err) IPSIM_MUST_CHECK;

#endif
