/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: points of a sensitivity analysis that are finished, kept on disk. What a point gives is a function of its values and of what
 * stands in the head, so a point that is asked for again, by whichever part of the analysis, in a search that goes the same way as before, is
 * looked up instead of simulated. Only the base is always simulated: the errors of changes from it need the totals of its batches. */
#ifndef IPSIM_EXPERIMENT_DSA_JOURNAL_H
#define IPSIM_EXPERIMENT_DSA_JOURNAL_H

#include "dsa_parts.h"

typedef struct dsa_journal dsa_journal;

/* Opens or creates options->journal for these scenarios, persons, luck and outputs; *out stays NULL when there is none to be. Damage is told through
 * options->note. Errors as those of ipsim_journal_open. */
ipsim_status ipsim_dsa_journal_open(const dsa_runs_of *of, dsa_journal **out, ipsim_error *err) IPSIM_MUST_CHECK;
/* Fills the estimates of a point whose values are known. j may be NULL. */
bool ipsim_dsa_journal_recall(const dsa_journal *j, dsa_point *point);
/* Remembers a point for the next record. j may be NULL. */
void ipsim_dsa_journal_add(dsa_journal *j, const dsa_point *point);
/* Writes what was added, if it is time for that or `now`. A failure is told through options->note, once, and tried again. j may be NULL. */
void ipsim_dsa_journal_write(dsa_journal *j, bool now);
/* Why the last record could not be written; NULL when it could, and when j is NULL. */
const ipsim_error *ipsim_dsa_journal_failure(const dsa_journal *j);
/* Accepts NULL. Writes what was added. The file stays, unless it holds no point at all. */
void ipsim_dsa_journal_close(dsa_journal *j);

#endif
