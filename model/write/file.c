/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/file: see file.h; and the plain text file. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipsim/write.h"

ipsim_status ipsim_file_error(ipsim_error *err, const char *path, const char *what, int code)
{
    ipsim_origin at = {path, 0, NULL};
    if (code == ENOSPC || code == EDQUOT) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "%s: the disk is full (%s)", what, strerror(code));
    }
    if (code == EFBIG) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "%s: larger than files may be here (%s; see ulimit -f)", what, strerror(code));
    }
    return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "%s: %s", what, strerror(code));
}

void ipsim_file_remove(const char *path)
{
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISREG(about.st_mode)) {
        unlink(path);
    }
}

ipsim_status ipsim_file_create(const char *path, FILE **stream, ipsim_error *err)
{
    *stream = fopen(path, "we");
    if (*stream == NULL) {
        return ipsim_file_error(err, path, "the file cannot be created", errno);
    }
    return IPSIM_OK;
}

/* A pipe or a terminal has nothing to sync, and says so. */
static bool sync_descriptor(int descriptor)
{
    return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

/* Each sync of its own would wait for the disk once; what is on its way already is waited for together. A failure is told by the sync. */
static void send_descriptor(int descriptor)
{
    sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}

ipsim_status ipsim_file_finish(FILE *stream, const char *path, ipsim_error *err)
{
    int code = ferror(stream) != 0 ? errno : 0;
    if (ferror(stream) != 0 && code == 0) {
        code = EIO;
    }
    if (code == 0 && fflush(stream) != 0) {
        code = errno;
    }
    send_descriptor(fileno(stream));
    if (fclose(stream) != 0 && code == 0) {
        code = errno; /* some network file systems only tell here */
    }
    if (code != 0) {
        ipsim_file_remove(path);
        return ipsim_file_error(err, path, "the file cannot be written", code);
    }
    return IPSIM_OK;
}

void ipsim_file_send(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        send_descriptor(descriptor);
        close(descriptor);
    }
}

ipsim_status ipsim_file_sync(const char *path, ipsim_error *err)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return ipsim_file_error(err, path, "cannot be opened to be synced to disk", errno);
    }
    ipsim_status status = IPSIM_OK;
    if (!sync_descriptor(descriptor)) {
        status = ipsim_file_error(err, path, "cannot be synced to disk", errno);
    }
    close(descriptor);
    return status;
}

ipsim_status ipsim_write_text(const char *text, const char *path, ipsim_error *err)
{
    FILE *stream = NULL;
    ipsim_status status = ipsim_file_create(path, &stream, err);
    if (status != IPSIM_OK) {
        return status;
    }
    fputs(text, stream);
    return ipsim_file_finish(stream, path, err);
}
