/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/tree: a folder with all that is in it. Private to write. No symbolic link is followed, and no other file system entered. */
#ifndef IPSIM_WRITE_TREE_H
#define IPSIM_WRITE_TREE_H

#include "ipsim/error.h"

/* Syncs files first, then the folders that name them, innermost first. */
ipsim_status ipsim_tree_sync(const char *path, ipsim_error *err) IPSIM_MUST_CHECK;

/* What cannot be removed, or is not there, does not keep the rest. */
void ipsim_tree_remove(const char *path);

#endif
