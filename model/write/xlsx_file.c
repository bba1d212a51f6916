/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx_file: a workbook from its beginning to the disk. See include/ipsim/xlsx.h.
 *
 * libxlsxwriter writes to a path and prints on standard error when it cannot, with a path that is not the reader's. So the path it is given
 * is that of a file in memory (memfd), where nothing goes wrong but memory itself; the finished bytes are then checked, and written as any
 * other file of ours. Where there is no such file the library writes to the disk itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "ipsim/write.h"
#include "xlsx_private.h"

enum { SHORT_TEXT = 255 };
static const time_t CREATED = 946684800; /* 2000-01-01: a date of today would make every workbook different. manifest.json has it */

static ipsim_status memory_error(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the workbook");
}

/* The path of a new file in memory; -1 where there is none. */
static int open_memory(char *path, size_t size)
{
    int memory = memfd_create("workbook", MFD_CLOEXEC);
    snprintf(path, size, "/proc/self/fd/%d", memory);
    if (memory >= 0 && access(path, W_OK) != 0) {
        close(memory);
        memory = -1;
    }
    return memory;
}

/* Where temporary files go: into memory too, unless they are large; then beside the workbook, where there must be room anyway. */
static char *temporary_folder(const char *path, bool large)
{
    static const char in_memory[] = "/dev/shm";
    if (!large && access(in_memory, W_OK | X_OK) == 0) {
        return strdup(in_memory);
    }
    const char *slash = strrchr(path, '/');
    return slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

ipsim_status ipsim_xlsx_begin(const char *path, const char *title, bool large, ipsim_xlsx **out, ipsim_error *err)
{
    char in_memory[64];
    ipsim_status status = ipsim_xlsx_load(err);
    if (status != IPSIM_OK) {
        return status;
    }
    ipsim_xlsx *book = calloc(1, sizeof *book);
    if (book == NULL) {
        return memory_error(err);
    }
    book->path = strdup(path);
    book->title = ipsim_xlsx_clean(book, title, SHORT_TEXT);
    book->memory = open_memory(in_memory, sizeof in_memory);
    char *temporary = temporary_folder(path, large);
    if (book->path != NULL && book->title != NULL && temporary != NULL) {
        lxw_workbook_options options = {.constant_memory = large ? LXW_TRUE : LXW_FALSE, .tmpdir = temporary};
        book->workbook = ipsim_xlsx_library.workbook_new_opt(book->memory >= 0 ? in_memory : path, &options);
    }
    free(temporary);
    if (book->workbook == NULL) {
        ipsim_xlsx_abandon(book);
        return memory_error(err);
    }
    lxw_doc_properties properties = {.title = book->title, .author = (char[]){"ipsim"}, .created = CREATED};
    ipsim_xlsx_check(book, ipsim_xlsx_library.workbook_set_properties(book->workbook, &properties));
    *out = book;
    return IPSIM_OK;
}

void ipsim_xlsx_abandon(ipsim_xlsx *book)
{
    if (book == NULL) {
        return;
    }
    ipsim_xlsx_library.lxw_workbook_free(book->workbook); /* accepts NULL */
    if (book->memory >= 0) {
        close(book->memory);
    }
    while (book->sheets != NULL) {
        ipsim_xlsx_sheet *next = book->sheets->next;
        free(book->sheets);
        book->sheets = next;
    }
    free(book->title);
    free(book->path);
    free(book);
}

static ipsim_status put_on_disk(const ipsim_xlsx *book, const unsigned char *bytes, size_t size, ipsim_error *err)
{
    FILE *stream = NULL;
    if (book->memory < 0) {
        return ipsim_file_sync(book->path, err); /* it is there already */
    }
    ipsim_status status = ipsim_file_create(book->path, &stream, err);
    if (status == IPSIM_OK) {
        fwrite(bytes, 1, size, stream);
        status = ipsim_file_finish(stream, book->path, err);
    }
    return status;
}

/* The bytes as they are: checked, and put on the disk. */
static ipsim_status deliver(const ipsim_xlsx *book, ipsim_error *err)
{
    int file = book->memory >= 0 ? book->memory : open(book->path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    void *bytes = MAP_FAILED;
    if (file >= 0 && fstat(file, &about) == 0 && about.st_size > 0) {
        bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, file, 0);
    }
    int code = errno;
    if (file >= 0 && file != book->memory) {
        close(file);
    }
    if (bytes == MAP_FAILED) {
        return ipsim_file_error(err, book->path, "the workbook cannot be read back", code);
    }
    ipsim_status status;
    if (ipsim_xlsx_is_whole(bytes, (size_t)about.st_size)) {
        status = put_on_disk(book, bytes, (size_t)about.st_size, err);
    } else {
        status = ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){book->path, 0, NULL},
                                    "the workbook cannot be written: there was no room for its temporary files");
    }
    munmap(bytes, (size_t)about.st_size);
    return status;
}

ipsim_status ipsim_xlsx_finish(ipsim_xlsx *book, ipsim_error *err)
{
    ipsim_status status = IPSIM_OK;
    if (!book->short_of_memory && book->failure == LXW_NO_ERROR) {
        lxw_workbook *workbook = book->workbook;
        book->workbook = NULL; /* closing frees it */
        ipsim_xlsx_check(book, ipsim_xlsx_library.workbook_close(workbook));
    }
    if (book->short_of_memory || book->failure == LXW_ERROR_MEMORY_MALLOC_FAILED) {
        status = memory_error(err);
    } else if (book->failure != LXW_NO_ERROR) {
        status = ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){book->path, 0, NULL}, "the workbook cannot be written: %s",
                                    ipsim_xlsx_library.lxw_strerror(book->failure));
    } else {
        status = deliver(book, err);
    }
    if (status != IPSIM_OK && book->memory < 0) {
        ipsim_file_remove(book->path);
    }
    ipsim_xlsx_abandon(book);
    return status;
}

const char *ipsim_xlsx_library_version(void)
{
    ipsim_error err = {0};
    return ipsim_xlsx_load(&err) == IPSIM_OK ? ipsim_xlsx_library.lxw_version() : "none";
}
