/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: a file that only grows, by whole records that are synced, and that one process at a time writes; and the pace of
 * records, at first four a second, later one for each 1/256 of the time that has passed, and never so often that writing takes more than
 * a twentieth of the time. */
#ifndef IPSIM_EXPERIMENT_JOURNAL_FILE_H
#define IPSIM_EXPERIMENT_JOURNAL_FILE_H

#include "ipsim/run.h"
#include "record.h"

typedef struct journal_file {
    char *path; /* owned */
    FILE *stream;
    int64_t end;               /* of what is good in the file */
    double opened, last, cost; /* seconds on a clock; those that the last record took */
    ipsim_note *note;          /* NULL for none */
    void *note_data;
    ipsim_error failure; /* of the last record; all zero when it could be written */
} journal_file;

/* Opens or creates `path` and keeps other runs out of it. *created: there was none, or an empty one; without resume there may be no other. */
ipsim_status ipsim_journal_file_open(journal_file *f, bool resume, bool *created, ipsim_error *err) IPSIM_MUST_CHECK;
/* The head of `stream`, which is that of f or of another file at `path`. *empty: it ends within its head, as after a power cut right at the start.
 * IPSIM_ERR_INCOMPATIBLE: it is of another identity. */
ipsim_status ipsim_journal_file_read_head(const journal_file *f, FILE *stream, const char *path, const char *identity, bool *empty,
                                          ipsim_error *err) IPSIM_MUST_CHECK;
/* Empties it and writes the head. */
ipsim_status ipsim_journal_file_begin(journal_file *f, const char *identity, ipsim_error *err) IPSIM_MUST_CHECK;
/* Cuts off what a crash has left behind `end`. */
ipsim_status ipsim_journal_file_mend(journal_file *f, ipsim_error *err) IPSIM_MUST_CHECK;
/* Appends a record that was begun at `started`, and syncs, or leaves the file as it was: then `failure` says why, and the first time in turn it is
 * told as well. */
ipsim_status ipsim_journal_file_append(journal_file *f, const ipsim_bytes *bytes, double started);
bool ipsim_journal_file_is_due(const journal_file *f); /* it is time for the next record */
double ipsim_journal_file_now(void);
void ipsim_journal_file_tell(const journal_file *f, const char *format, ...) IPSIM_PRINTF(2, 3); /* as a warning, through note */
void ipsim_journal_file_close(journal_file *f);                                                  /* the file stays */
ipsim_status ipsim_journal_file_error(ipsim_error *err, const char *path, const char *what, int code);

#endif
