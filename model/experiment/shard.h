/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: the file of one shard, which appears whole or not at all. */
#ifndef IPSIM_EXPERIMENT_SHARD_H
#define IPSIM_EXPERIMENT_SHARD_H

#include "part.h"

typedef struct shard_file shard_file;

/* Opens a hidden file beside the one to be, so that a place that cannot be written is known before the work. */
ipsim_status ipsim_shard_begin(const char *path, shard_file **out, ipsim_error *err) IPSIM_MUST_CHECK;
ipsim_status ipsim_shard_commit(shard_file *file, const char *identity, const ipsim_files *files, const experiment_part *part,
                                ipsim_error *err) IPSIM_MUST_CHECK; /* frees */
void ipsim_shard_discard(shard_file *file);                         /* accepts NULL; folders that begin made go too, while they are empty */

/* Adds the shards of all files to total, which belongs to this identity; every problem is listed. */
ipsim_status ipsim_shard_join(const work *w, const char *identity, const char *const *files, size_t n_files, experiment_part *total,
                              ipsim_error_list *errors) IPSIM_MUST_CHECK;

#endif
