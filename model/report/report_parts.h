/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What report.c is built of. Private to report. */
#ifndef IPSIM_REPORT_PARTS_H
#define IPSIM_REPORT_PARTS_H

#include <jansson.h>

#include "ipsim/report.h"
#include "report/summary_parts.h"

/* ---- report_assets.c: files that are part of the program ---- */
typedef struct ipsim_report_asset {
    const char *text; /* not terminated */
    size_t size;
} ipsim_report_asset;
ipsim_report_asset ipsim_report_style(void);
ipsim_report_asset ipsim_report_messages(void);
ipsim_report_asset ipsim_report_script(void); /* size 0: there is none */
const char *ipsim_report_script_digest(void); /* "sha256-..." as a content security policy wants it */

/* ---- report_text.c ---- */
/* Without control characters, marks of direction, characters without width, and bytes that are no UTF-8. As a JSON string in quotes, in which
 * <, >, &, U+2028 and U+2029 are escaped; or as HTML text, which may stand in a quoted attribute as well. */
void ipsim_report_put_json_text(const char *text, FILE *stream);
void ipsim_report_put_html_text(const char *text, FILE *stream);
/* A message of the catalogue in a language; the key itself when it is missing. */
const char *ipsim_report_message(const json_t *messages, const char *key);

/* ---- report_select.c ---- */
/* Which rows of a table the page needs: NULL for all. The caller frees. */
ipsim_status ipsim_report_select(const ipsim_table *table, const ipsim_table *about, bool **keep, ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- report_static.c ---- */
typedef struct ipsim_report_tables {
    const ipsim_table *const *items;
    size_t count;
} ipsim_report_tables;
const ipsim_table *ipsim_report_find(const ipsim_report_tables *tables, const char *name); /* NULL when there is none */
/* The page for readers without the script. */
ipsim_status ipsim_report_put_static(const ipsim_report_tables *tables, const json_t *messages, FILE *stream,
                                     ipsim_error *err) IPSIM_MUST_CHECK;
/* What the page is called: of the titles of the scenarios. HTML text. */
void ipsim_report_put_title(const ipsim_report_tables *tables, const json_t *messages, FILE *stream);

#endif
