/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: files of parts. A journal and a shard's result are one format:
 *
 *     head     "ipsimprt", format, length and checksum of a text, the text: what the parts belong to (identity.h)
 *     record   magic, kind, lengths, checksums; the units in clear; the sums, deflated
 *     ...      a shard has the files of its scenarios and one part, a journal as many parts as it came to
 *
 * Numbers are little endian, checksums CRC-32. The units have a checksum of their own, so that a record with damaged sums can be named. */
#ifndef IPSIM_EXPERIMENT_RECORD_H
#define IPSIM_EXPERIMENT_RECORD_H

#include <stdio.h>

#include "part.h"

enum { IPSIM_PART_FORMAT = 2 };

typedef enum record_kind {
    RECORD_PART = 1,  /* units and their sums */
    RECORD_GOAL = 2,  /* no units; the persons that the run goes on to (until.c) */
    RECORD_FILES = 3, /* no units; the files of the scenarios (kept_files.c) */
    RECORD_POINTS = 4 /* no units; points of a sensitivity analysis (dsa_journal.c) */
} record_kind;

void ipsim_record_put_head(ipsim_bytes *out, const char *text);
void ipsim_record_put(ipsim_bytes *out, record_kind kind, const unit_set *units, const ipsim_bytes *payload);

/* All bytes, from `offset` on; nothing is synced. 0, or an errno. */
int ipsim_record_write(int descriptor, const ipsim_bytes *bytes, int64_t offset);

/* Reads the head of an open file and leaves the stream behind it. The caller frees the text.
 * IPSIM_ERR_DATA: no such file, or damaged; IPSIM_ERR_INCOMPATIBLE: another format; IPSIM_ERR_FILE. `empty` (may be NULL): the file ends
 * within its head, so nothing was ever recorded in it; then the status is IPSIM_ERR_DATA too. */
ipsim_status ipsim_record_read_head(FILE *stream, const char *path, char **text, bool *empty, ipsim_error *err) IPSIM_MUST_CHECK;

typedef enum record_reading {
    RECORD_GOOD,
    RECORD_DAMAGED,   /* `units` tells which, unless it is empty */
    RECORD_TRUNCATED, /* the file ends within the record */
    RECORD_END,
    RECORD_NO_MEMORY
} record_reading;

typedef struct record { /* zero-initialise before use */
    record_kind kind;
    unit_set units;
    unsigned char *payload;
    size_t payload_size;
    int64_t offset, end; /* in the file */
} record;

/* After damage, the search for the next record goes on behind it. */
record_reading ipsim_record_next(FILE *stream, record *r);
void ipsim_record_clear(record *r);

#endif
