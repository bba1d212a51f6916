/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

double ipsim_journal_file_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool ipsim_journal_file_is_due(const journal_file *f)
{
    double now = ipsim_journal_file_now(), interval = 0.25;
    interval = interval > 20.0 * f->cost ? interval : 20.0 * f->cost;
    interval = interval > (now - f->opened) / 256.0 ? interval : (now - f->opened) / 256.0;
    return now - f->last > interval;
}

void ipsim_journal_file_pace(journal_file *f, double started)
{
    f->last = ipsim_journal_file_now();
    f->cost = f->last - started;
}

ipsim_status ipsim_journal_file_error(ipsim_error *err, const char *path, const char *what, int code)
{
    return ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){path, 0, NULL}, "%s: %s%s", what, strerror(code),
                              code == ENOSPC || code == EDQUOT ? " (the disk is full)" : "");
}

static ipsim_status sync_parent(const char *path, ipsim_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    int descriptor = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (descriptor >= 0) {
        fsync(descriptor); /* some file systems cannot sync a folder; the records are safe all the same once the name is */
        close(descriptor);
    }
    free(folder);
    return descriptor >= 0 ? IPSIM_OK : ipsim_journal_file_error(err, path, "the folder of the journal cannot be opened", errno);
}

ipsim_status ipsim_journal_file_open(journal_file *f, bool *created, ipsim_error *err)
{
    f->opened = f->last = ipsim_journal_file_now();
    for (;;) {
        struct stat about;
        int descriptor = open(f->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        *created = descriptor >= 0;
        if (descriptor < 0 && errno == EEXIST)
            descriptor = open(f->path, O_RDWR | O_CLOEXEC);
        if (descriptor < 0)
            return ipsim_journal_file_error(err, f->path, "the journal cannot be opened", errno);
        /* A run that was just told to end may need a moment for its last record. */
        bool locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
        for (int turn = 0; !locked && turn < 20; turn++) {
            usleep(100000);
            locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
        }
        if (!locked) {
            close(descriptor);
            return ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){f->path, 0, NULL},
                                      "another run is writing this journal; wait for it, or name another with --checkpoint=FILE");
        }
        /* The run that held the lock may have removed its journal just now. */
        if (fstat(descriptor, &about) != 0 || about.st_nlink == 0) {
            close(descriptor);
            continue;
        }
        *created |= about.st_size == 0;
        f->stream = fdopen(descriptor, "r+");
        if (f->stream)
            return IPSIM_OK;
        close(descriptor);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
}

/* 0, or an errno. */
static int write_at(int descriptor, const unsigned char *data, size_t size, int64_t offset)
{
    while (size > 0) {
        ssize_t written = pwrite(descriptor, data, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : EIO;
        data += written;
        size -= (size_t)written;
        offset += written;
    }
    return fdatasync(descriptor) == 0 ? 0 : errno;
}

ipsim_status ipsim_journal_file_append(journal_file *f, const ipsim_bytes *bytes, ipsim_error *err)
{
    if (bytes->out_of_memory)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    int code = write_at(fileno(f->stream), bytes->data, bytes->size, f->end);
    if (code == 0) {
        f->end += (int64_t)bytes->size;
        return IPSIM_OK;
    }
    if (ftruncate(fileno(f->stream), (off_t)f->end) != 0)
        code = errno; /* half a record is left; the next one is written over it, and a reader stops before it */
    return ipsim_journal_file_error(err, f->path, "the journal cannot be written", code);
}

ipsim_status ipsim_journal_file_begin(journal_file *f, const char *identity, ipsim_error *err)
{
    ipsim_bytes head = {0};
    ipsim_record_put_head(&head, identity);
    f->end = 0;
    ipsim_status status = ftruncate(fileno(f->stream), 0) == 0
                              ? ipsim_journal_file_append(f, &head, err)
                              : ipsim_journal_file_error(err, f->path, "the journal cannot be emptied", errno);
    status = status == IPSIM_OK ? sync_parent(f->path, err) : status;
    ipsim_bytes_clear(&head);
    return status;
}

ipsim_status ipsim_journal_file_mend(journal_file *f, ipsim_error *err)
{
    return ftruncate(fileno(f->stream), (off_t)f->end) == 0 ? IPSIM_OK
                                                            : ipsim_journal_file_error(err, f->path, "the journal cannot be mended", errno);
}

void ipsim_journal_file_close(journal_file *f)
{
    if (f->stream)
        fclose(f->stream);
    free(f->path);
    *f = (journal_file){0};
}
