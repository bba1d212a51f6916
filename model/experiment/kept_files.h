/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: the files that scenarios were read from, as bytes in a shard, so that shards can be joined where those files do not
 * lie, or do not say the same any more. */
#ifndef IPSIM_EXPERIMENT_KEPT_FILES_H
#define IPSIM_EXPERIMENT_KEPT_FILES_H

#include "ipsim/bytes.h"
#include "ipsim/files.h"

/* Deflated. false: memory is short. NULL: no files. */
bool ipsim_kept_files_pack(const ipsim_files *files, ipsim_bytes *out);
/* A closed store; NULL: memory is short, or these are no files. */
ipsim_files *ipsim_kept_files_unpack(const void *data, size_t size);

#endif
