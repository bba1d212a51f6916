/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/file: files that are either written whole, or reported and removed. Private to write. */
#ifndef IPSIM_WRITE_FILE_H
#define IPSIM_WRITE_FILE_H

#include "ipsim/error.h"

/* Opens path for writing, emptied, with the permissions that the umask leaves. */
ipsim_status ipsim_file_create(const char *path, FILE **stream, ipsim_error *err) IPSIM_MUST_CHECK;

/* Flushes and closes. Call it as soon as a write fails, while errno still says why. On failure the file is removed. The way to disk is begun
 * and not waited for: that is done for all files of a folder together, when it is committed. */
ipsim_status ipsim_file_finish(FILE *stream, const char *path, ipsim_error *err) IPSIM_MUST_CHECK;

/* Begins to send a file to disk, by name. */
void ipsim_file_send(const char *path);

/* Syncs a file or folder by name: it is safe on disk. */
ipsim_status ipsim_file_sync(const char *path, ipsim_error *err) IPSIM_MUST_CHECK;

/* Removes path if it is a regular file: a device or a pipe that was named as output stays. */
void ipsim_file_remove(const char *path);

/* IPSIM_ERR_FILE with a sentence that an errno stands for. */
ipsim_status ipsim_file_error(ipsim_error *err, const char *path, const char *what, int code);

/* IPSIM_OK when the folder at path is empty, or a result of this program and nothing else. shown: its name in messages. */
ipsim_status ipsim_folder_check_ours(const char *path, const char *shown, ipsim_error *err) IPSIM_MUST_CHECK;

#endif
