/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: what a part belongs to, as lines of text in front of every file of parts. Lines "key value"; a key may come more
 * than once. Compared are program, command, scenario (name, digest and, where parameters move, that of its formulas), persons, luck, until,
 * draws, only, fix, output (of dsa) and, in journals, shard; where the scenarios lay and what was set is kept so that `merge` can load them again. */
#ifndef IPSIM_EXPERIMENT_IDENTITY_H
#define IPSIM_EXPERIMENT_IDENTITY_H

#include "part.h"

/* The caller frees; NULL when memory is short. */
char *ipsim_identity_text(const work *w, const ipsim_run_options *options);

/* A line of the above. With formulas where values of parameters move: then 0.5 and "rate * 2.5", which is 0.5 now, are not the same. */
void ipsim_identity_put_scenario(FILE *stream, const ipsim_scenario *scenario, bool with_formulas);

/* false: they do not belong together, and `why` says it from the point of view of `theirs` ("it has seed 2, this run has seed 1"). */
bool ipsim_identity_agrees(const char *ours, const char *theirs, bool with_shard, char *why, size_t size);

/* Values of a key, one after the other; *at begins as the text. false: no more. The value is unescaped into the buffer. */
bool ipsim_identity_next(const char **at, const char *key, char *value, size_t size);

/* The luck of every replicate and the persons of each; the caller frees *lucks. */
ipsim_status ipsim_identity_luck(const char *text, ipsim_luck **lucks, size_t *n, int64_t *persons, ipsim_error *err) IPSIM_MUST_CHECK;
/* The draws of a probabilistic analysis, but for `only` and `fix`, which are lines of their own. false: it is none. */
bool ipsim_identity_draws(const char *text, ipsim_psa_options *out);
void ipsim_identity_shard(const char *text, int64_t *shard, int64_t *n_shards);

#endif
