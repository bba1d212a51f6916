/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/files: see include/ipsim/files.h. */
#include "ipsim/files.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

ipsim_files *ipsim_files_create(void)
{
    return calloc(1, sizeof(ipsim_files));
}

void ipsim_files_free(ipsim_files *files)
{
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].path);
        free(files->items[i].bytes);
    }
    free(files->items);
    free(files);
}

bool ipsim_files_keep(ipsim_files *files, const char *path, const void *bytes, size_t size)
{
    if (files == NULL || files->closed || ipsim_files_find(files, path) != NULL) {
        return true;
    }
    ipsim_kept_file *grown = realloc(files->items, (files->count + 1) * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    files->items = grown;
    ipsim_kept_file *file = &grown[files->count];
    *file = (ipsim_kept_file){.path = strdup(path), .bytes = size < SIZE_MAX ? malloc(size + 1) : NULL, .size = size};
    if (file->path == NULL || file->bytes == NULL) {
        free(file->path);
        free(file->bytes);
        return false;
    }
    if (size > 0) {
        memcpy(file->bytes, bytes, size);
    }
    file->bytes[size] = '\0';
    files->count++;
    return true;
}

const ipsim_kept_file *ipsim_files_find(const ipsim_files *files, const char *path)
{
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        if (strcmp(files->items[i].path, path) == 0) {
            return &files->items[i];
        }
    }
    return NULL;
}
