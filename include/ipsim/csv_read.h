/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/csv_read: a CSV file with a header row, as text cells that remember their line.
 *
 * Comma separated, UTF-8 with or without byte-order mark, LF or CRLF, RFC 4180 quotes, '#' lines before the header are comments.
 * Blanks around a cell that is not quoted do not belong to it, nor does the apostrophe before what looks like a formula (=, +, -, @); empty lines are passed over. Numbers: ipsim_parse_real().
 * Errors: IPSIM_ERR_FILE (missing, not a regular file, above 1 GiB, no permission), IPSIM_ERR_DATA (empty, header without rows, ragged, duplicate or
 * nameless column, not UTF-8, a control character), IPSIM_ERR_SYNTAX (a stray or unclosed quote). */
#ifndef IPSIM_CSV_READ_H
#define IPSIM_CSV_READ_H

#include "ipsim/arena.h"
#include "ipsim/error.h"
#include "ipsim/files.h"
#include "ipsim/number.h"

typedef struct ipsim_csv {
    const char *path;
    size_t n_columns, n_rows;
    const char **names; /* n_columns */
    const char **cells; /* n_rows x n_columns, row-major */
    const int *lines;   /* n_rows: line of each row in the file */
    int header_line;
    char separator;     /* ',' unless another was detected */
    bool has_row_names; /* the file has a first column without a name, which was passed over */
} ipsim_csv;

/* Everything lives in arena. On failure every problem found is added to errors with origin file = path and its line. */
ipsim_status ipsim_csv_read(const char *path, ipsim_arena *arena, ipsim_csv **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* The same, kept in a store or taken from it (files.h). */
ipsim_status ipsim_csv_read_kept(ipsim_files *files, const char *path, ipsim_arena *arena, ipsim_csv **out,
                                 ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* The same for tables that were made elsewhere: columns may be separated by commas, semicolons or tabs, whichever parts the header most
 * often, and a first column without a name, as R and pandas write the names of rows, is passed over. Numbers stay text: whoever reads them
 * decides about decimal commas. */
ipsim_status ipsim_csv_read_detected(const char *path, ipsim_arena *arena, ipsim_csv **out, ipsim_error_list *errors) IPSIM_MUST_CHECK;

/* Index of a column, or n_columns when there is none of that name. */
size_t ipsim_csv_column(const ipsim_csv *csv, const char *name);

#endif
