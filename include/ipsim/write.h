/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write: a table in, a file out; and the output folder that appears whole or not at all. */
#ifndef IPSIM_WRITE_H
#define IPSIM_WRITE_H

#include "ipsim/error.h"
#include "ipsim/table.h"

/* RFC 4180, UTF-8, LF, "." decimal point whatever the locale, shortest digits that read back to the same double; empty cell for NaN,
 * Inf and -Inf for infinities.
 * Text that a spreadsheet would run as a formula (ipsim_looks_like_formula) is prefixed by an apostrophe; ipsim_csv_read takes it
 * away again. */
ipsim_status ipsim_write_csv(const ipsim_table *table, const char *path, ipsim_error *err) IPSIM_MUST_CHECK;
/* The same text on an open stream, for --csv; the stream is neither flushed nor closed. */
ipsim_status ipsim_write_csv_stream(const ipsim_table *table, FILE *stream, ipsim_error *err) IPSIM_MUST_CHECK;

/* All tables in one SQLite file, same names and columns; deterministic bytes for equal tables (and one version of SQLite).
 * Units stand as comments in the stored CREATE TABLE. */
ipsim_status ipsim_write_sqlite(const ipsim_table *const *tables, size_t n_tables, const char *path, ipsim_error *err) IPSIM_MUST_CHECK;

/* {"table": [{"column": value, ...}, ...], ...} on an open stream, for --json. NaN, infinities and empty texts (NULL) are null. */
ipsim_status ipsim_write_json(const ipsim_table *const *tables, size_t n_tables, FILE *stream, ipsim_error *err) IPSIM_MUST_CHECK;

ipsim_status ipsim_write_text(const char *text, const char *path, ipsim_error *err) IPSIM_MUST_CHECK;

/* An output folder in the making: files go to a hidden sibling folder; commit syncs everything and exchanges it with the old folder of that
 * name in one step (renameat2 RENAME_EXCHANGE, or rename when there is none), so that a reader sees the old result or the new one, whole.
 * Leftovers of killed runs of the same name are removed by begin when their process is gone; two runs into one folder at once: the
 * second commit wins, whole. discard removes what was written, and parent folders that begin made if nothing else is in them.
 * We never delete what we did not write: a target that exists is refused unless it is empty, or its manifest.json says "program": "ipsim"
 * and everything in it is a file that the manifest's "files" names. A path without a name of its own ("/", ".") is IPSIM_ERR_USAGE. */
typedef struct ipsim_output_folder ipsim_output_folder;
ipsim_status ipsim_output_begin(const char *path, ipsim_output_folder **out, ipsim_error *err) IPSIM_MUST_CHECK;
const char *ipsim_output_work_path(const ipsim_output_folder *folder);                            /* write files here */
ipsim_status ipsim_output_commit(ipsim_output_folder *folder, ipsim_error *err) IPSIM_MUST_CHECK; /* frees folder either way */
/* Puts the folder that was asked for in place of the hidden one in err->file: of an error of writing to the work path. */
void ipsim_output_rename_error(const ipsim_output_folder *folder, ipsim_error *err);
void ipsim_output_discard(ipsim_output_folder *folder); /* accepts NULL */

#endif
