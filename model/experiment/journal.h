/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: what is finished, kept on disk while a run goes on. Records are appended and synced; nothing is ever changed.
 * Records come at intervals (journal_file.h). What a crash can cost is what was done since the last one. */
#ifndef IPSIM_EXPERIMENT_JOURNAL_H
#define IPSIM_EXPERIMENT_JOURNAL_H

#include "part.h"

typedef struct journal journal;

/* Opens or creates the journal of this identity; `done` receives what it holds, *goal the last goal noted in it (0: none).
 * member: 0, or the number of a rank, whose journal is path.rankN; member 0 reads those of all ranks. Damage is told through options->note.
 * Errors: another process writes it, it exists and options->resume is not set, it belongs to another run (IPSIM_ERR_INCOMPATIBLE), it is no
 * journal (IPSIM_ERR_DATA), files (IPSIM_ERR_FILE), memory. */
ipsim_status ipsim_journal_open(const ipsim_run_options *options, int member, const char *identity, experiment_part *done, int64_t *goal,
                                journal **out, ipsim_error *err) IPSIM_MUST_CHECK;
/* Whether it is time for the next record. */
bool ipsim_journal_is_due(const journal *j);
/* IPSIM_ERR_FILE (a full disk): nothing was appended, and the caller may try again later; told through options->note, once. */
ipsim_status ipsim_journal_append(journal *j, const experiment_part *part) IPSIM_MUST_CHECK;
/* Written in front of the next record, which is the first that may go beyond the last goal. */
void ipsim_journal_set_goal(journal *j, int64_t persons);
/* The last failure to append, empty (IPSIM_OK) when the last append succeeded. */
const ipsim_error *ipsim_journal_failure(const journal *j);
void ipsim_journal_close(journal *j); /* accepts NULL; the file stays */

#endif
