/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe: the documentation of a model, written from its resolved scenario and nothing else, so that it cannot drift from what is simulated.
 *
 * One document in two formats, HTML in one file and Markdown with its pictures beside it: the state diagram (drawn by Graphviz), states,
 * people, transitions and recurrent events with the formula and curve of each hazard, rewards, perspectives, parameters with sources,
 * assumptions, targets, the CHEERS 2022 checklist (Husereau and others 2022, 28 items; what the scenario cannot know is left to the
 * authors) and the part of TECH-VER (Bueyuekkaramikli and others 2019) that a program can carry out. */
#ifndef IPSIM_DESCRIBE_H
#define IPSIM_DESCRIBE_H

#include "ipsim/scenario.h"
#include "ipsim/table.h"

typedef struct ipsim_document_file {
    char *name; /* "description.html" */
    char *text;
} ipsim_document_file;

typedef struct ipsim_document {
    size_t n_files;
    ipsim_document_file *files; /* description.html, description.md, diagram.svg, hazard_NAME.svg... */
} ipsim_document;

/* checks: of ipsim_describe_check; NULL leaves the chapter out. program is named as the author, for example "ipsim 0.1.0". The same scenario
 * gives the same text. IPSIM_ERR_MEMORY; IPSIM_ERR_LIMIT when Graphviz fails. */
ipsim_status ipsim_describe(const ipsim_scenario *scenario, const ipsim_table *checks, const char *program, ipsim_document **out,
                            ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_document_free(ipsim_document *document); /* accepts NULL */

/* Carries out what can be tested by running the scenario, on so many persons, with its prices, utilities, discount rates or deaths taken
 * away: domain, check, change, expected, found, verdict (passed | failed | not applicable). A failed check is a row, not an error. */
ipsim_status ipsim_describe_check(const ipsim_scenario *scenario, const ipsim_setting *settings, size_t n_settings, int64_t persons,
                                  ipsim_table **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

#endif
