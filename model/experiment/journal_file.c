/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "identity.h"

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

void ipsim_journal_file_tell(const journal_file *f, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (f->note)
        f->note(f->note_data, true, text);
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

static ipsim_status open_and_lock(journal_file *f, bool *created, ipsim_error *err)
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

ipsim_status ipsim_journal_file_open(journal_file *f, bool resume, bool *created, ipsim_error *err)
{
    bool empty = false;
    char *text = NULL;
    ipsim_status status = open_and_lock(f, created, err);
    if (status != IPSIM_OK || *created || resume)
        return status;
    status = ipsim_record_read_head(f->stream, f->path, &text, &empty,
                                    err); /* nobody shall be told to remove a file that is none of ours */
    free(text);
    if (status == IPSIM_OK || empty)
        status = ipsim_error_set_at(err, IPSIM_ERR_USAGE, (ipsim_origin){f->path, 0, NULL},
                                    "an unfinished run is kept here; --resume goes on with it, and removing the file gives it up");
    return status;
}

ipsim_status ipsim_journal_file_read_head(const journal_file *f, FILE *stream, const char *path, const char *identity, bool *empty,
                                          ipsim_error *err)
{
    char *text = NULL, why[1024];
    ipsim_status status = ipsim_record_read_head(stream, path, &text, empty, err);
    if (*empty) {
        ipsim_journal_file_tell(f, "%s: nothing is recorded in this journal; all is done from the beginning", path);
        status = IPSIM_OK;
    } else if (status == IPSIM_OK && !ipsim_identity_agrees(identity, text, true, why, sizeof why)) {
        status = ipsim_error_set_at(err, IPSIM_ERR_INCOMPATIBLE, (ipsim_origin){path, 0, NULL},
                                    "this journal belongs to another run: %s. Remove it, or name another with --checkpoint=FILE", why);
    }
    free(text);
    return status;
}

static ipsim_status append(journal_file *f, const ipsim_bytes *bytes, ipsim_error *err)
{
    if (bytes->out_of_memory)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    int descriptor = fileno(f->stream), code = ipsim_record_write(descriptor, bytes, f->end);
    if (code == 0 && fdatasync(descriptor) != 0)
        code = errno;
    if (code == 0) {
        f->end += (int64_t)bytes->size;
        return IPSIM_OK;
    }
    if (ftruncate(descriptor, (off_t)f->end) != 0)
        code = errno; /* half a record is left; the next one is written over it, and a reader stops before it */
    return ipsim_journal_file_error(err, f->path, "the journal cannot be written", code);
}

ipsim_status ipsim_journal_file_append(journal_file *f, const ipsim_bytes *bytes, double started)
{
    ipsim_error err = {0};
    ipsim_status status = append(f, bytes, &err);
    if (status != IPSIM_OK && f->failure.status == IPSIM_OK)
        ipsim_journal_file_tell(f, "%s: %s; the run goes on and tries again, but until then a crash would cost what is done from here on",
                                f->path, err.message);
    f->failure = err; /* all zero when there is none */
    f->last = ipsim_journal_file_now();
    f->cost = f->last - started;
    return status;
}

ipsim_status ipsim_journal_file_begin(journal_file *f, const char *identity, ipsim_error *err)
{
    ipsim_bytes head = {0};
    ipsim_record_put_head(&head, identity);
    f->end = 0;
    ipsim_status status = ftruncate(fileno(f->stream), 0) == 0
                              ? append(f, &head, err)
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
