/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept_files.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool ipsim_kept_files_pack(const ipsim_files *files, ipsim_bytes *out)
{
    ipsim_bytes raw = {0};
    size_t count = files ? files->count : 0;
    ipsim_bytes_put_64(&raw, count);
    for (size_t i = 0; i < count; i++) {
        const ipsim_kept_file *file = &files->items[i];
        ipsim_bytes_put_64(&raw, strlen(file->path));
        ipsim_bytes_put_64(&raw, file->size);
        ipsim_bytes_put(&raw, file->path, strlen(file->path));
        ipsim_bytes_put(&raw, file->bytes, file->size);
    }
    bool ok = ipsim_bytes_put_deflated(out, &raw, -1);
    ipsim_bytes_clear(&raw);
    return ok;
}

static bool get_file(ipsim_reader *reader, ipsim_files *files)
{
    uint64_t path_size = ipsim_reader_get_64(reader), size = ipsim_reader_get_64(reader);
    uint64_t left = (uint64_t)(reader->end - reader->at);
    if (reader->bad || path_size > left || size > left - path_size)
        return false;
    char *path = strndup((const char *)reader->at, (size_t)path_size);
    bool ok = path && ipsim_files_keep(files, path, reader->at + path_size, (size_t)size);
    free(path);
    reader->at += path_size + size;
    return ok;
}

ipsim_files *ipsim_kept_files_unpack(const void *data, size_t size)
{
    ipsim_reader reader = ipsim_reader_of(data, size);
    void *raw = ipsim_reader_inflate(&reader, &size);
    ipsim_files *files = ipsim_files_create();
    bool ok = raw && files;
    if (ok) {
        reader = ipsim_reader_of(raw, size);
        for (uint64_t left = ipsim_reader_get_64(&reader); ok && left > 0; left--)
            ok = get_file(&reader, files);
    }
    free(raw);
    if (!ok) {
        ipsim_files_free(files);
        return NULL;
    }
    files->closed = true;
    return files;
}
