/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/source_file: the bytes of a scenario file, from the disk or from the files that a journal or shard kept. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node.h"

static const size_t SIZE_MAX_BYTES = (size_t)4 << 20;

static char *take_kept(ipsim_loader *loader, const ipsim_kept_file *kept, const char *path, ipsim_origin at, size_t *size)
{
    if (kept == NULL) {
        ipsim_error_add(loader->errors, IPSIM_ERR_FILE, at, "\"%s\" was not kept", path);
        return NULL;
    }
    char *text = ipsim_loader_alloc(loader, kept->size + 1, 1);
    if (text != NULL) {
        memcpy(text, kept->bytes, kept->size);
        *size = kept->size;
    }
    return text;
}

char *ipsim_source_file_read(ipsim_loader *loader, const char *path, ipsim_origin asked_from, size_t *size)
{
    ipsim_origin at = asked_from.file != NULL ? asked_from : (ipsim_origin){path, 0, NULL};
    const ipsim_kept_file *kept = ipsim_files_find(loader->files, path);
    if (kept != NULL || (loader->files != NULL && loader->files->closed)) {
        return take_kept(loader, kept, path, at, size);
    }
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* not blocking: a named pipe must not hang the program */
    struct stat facts;
    if (file < 0 || fstat(file, &facts) != 0) {
        ipsim_error_add(loader->errors, IPSIM_ERR_FILE, at, "cannot open \"%s\": %s", path, strerror(errno));
        if (file >= 0) {
            close(file);
        }
        return NULL;
    }
    char *text = NULL;
    if (S_ISDIR(facts.st_mode)) {
        ipsim_error_add(loader->errors, IPSIM_ERR_FILE, at, "\"%s\" is a folder, not a scenario file", path);
    } else if (!S_ISREG(facts.st_mode)) {
        ipsim_error_add(loader->errors, IPSIM_ERR_FILE, at, "\"%s\" is not a regular file", path);
    } else if ((size_t)facts.st_size > SIZE_MAX_BYTES) {
        ipsim_error_add(loader->errors, IPSIM_ERR_FILE, at, "\"%s\" is larger than 4 MB, which no scenario file should be", path);
    } else {
        size_t wanted = (size_t)facts.st_size;
        text = ipsim_loader_alloc(loader, wanted + 1, 1);
        size_t have = 0;
        while (text != NULL && have < wanted) {
            ssize_t got = read(file, text + have, wanted - have);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                ipsim_error_add(loader->errors, IPSIM_ERR_FILE, at, "cannot read \"%s\": %s", path, strerror(errno));
                text = NULL;
            }
            if (got <= 0) {
                break;
            }
            have += (size_t)got;
        }
        *size = have;
    }
    if (text != NULL && !ipsim_files_keep(loader->files, path, text, *size)) {
        loader->out_of_memory = true;
        text = NULL;
    }
    close(file);
    return text;
}
