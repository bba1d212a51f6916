/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/files: the files that something was read from, under the names by which they were asked for, so that it can be read again where they
 * do not lie. A store is handed along when files are read. What it holds is taken from it, so that a file is the same for all who read it;
 * what it does not hold is read from the disk and kept. A closed store takes the place of the disk: what it does not hold does not exist. Wherever a store is taken, NULL means the disk and no more. One thread at a time. */
#ifndef IPSIM_FILES_H
#define IPSIM_FILES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ipsim_kept_file {
    char *path;
    unsigned char *bytes; /* and a zero behind them */
    size_t size;
} ipsim_kept_file;

typedef struct ipsim_files {
    bool closed;
    size_t count;
    ipsim_kept_file *items; /* in the order in which they were first asked for */
} ipsim_files;

ipsim_files *ipsim_files_create(void);     /* NULL when memory is short */
void ipsim_files_free(ipsim_files *files); /* accepts NULL */
/* Keeps a copy, the first time that a path comes. False when memory is short; true without a store, and with a closed one. */
bool ipsim_files_keep(ipsim_files *files, const char *path, const void *bytes, size_t size);
/* NULL when it is not there. */
const ipsim_kept_file *ipsim_files_find(const ipsim_files *files, const char *path);

#endif
