/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/output_folder: see ipsim_output_begin in include/ipsim/write.h.
 *
 * Beside output/demo, hidden names carry work that is not finished:
 *
 *     output/.demo.partial-4711       files of process 4711 (".partial-4711-2" for a second folder of the same process)
 *     output/.demo.replaced-4711      the old result, for the moment that an exchange takes where the system has no exchange
 *
 * Process numbers of another machine mean nothing here, so on a shared disk a name also carries the host: ".partial-4711@node7". */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "ipsim/write.h"
#include "tree.h"

struct ipsim_output_folder {
    char *shown;  /* the path as the user wrote it, for messages */
    char *parent; /* absolute, like those below: a later chdir changes nothing */
    char *name;
    char *target;
    char *work;
    char *replaced;
    char **made; /* parents that were not there, outermost first; absolute */
    size_t n_made;
    bool committed;
};

/* Folders begun by this process: leftovers with our own process number can only be older than the first of them. */
static atomic_uint n_begun;

static void folder_free(ipsim_output_folder *folder)
{
    if (folder != NULL) {
        free(folder->shown);
        free(folder->parent);
        free(folder->name);
        free(folder->target);
        free(folder->work);
        free(folder->replaced);
        for (size_t i = 0; i < folder->n_made; i++) {
            free(folder->made[i]);
        }
        free(folder->made);
        free(folder);
    }
}

__attribute__((format(printf, 1, 2))) static char *print_text(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0) {
        text = NULL;
    }
    va_end(args);
    return text;
}

static ipsim_status memory_error(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the output folder");
}

/* ---- The target ------------------------------------------------------------------------------------------------------------- */

/* Remembers a parent that we have made, and syncs its name, or a power cut could take the result with its parents. */
static ipsim_status keep_made(ipsim_output_folder *folder, const char *path, ipsim_error *err)
{
    char **made = realloc(folder->made, (folder->n_made + 1) * sizeof *made);
    char *real = realpath(path, NULL);
    if (made != NULL) {
        folder->made = made;
    }
    if (made == NULL || real == NULL) {
        free(real);
        return memory_error(err);
    }
    made[folder->n_made++] = real;
    char *last = strrchr(real, '/');
    char *above = last == real ? strdup("/") : strndup(real, (size_t)(last - real));
    ipsim_status status = above != NULL ? ipsim_file_sync(above, err) : memory_error(err);
    free(above);
    return status;
}

/* Innermost first. A folder that somebody has begun to use is not empty, and stays. */
static void remove_made(const ipsim_output_folder *folder)
{
    for (size_t i = folder->n_made; i-- > 0;) {
        rmdir(folder->made[i]);
    }
}

/* mkdir -p */
static ipsim_status make_parents(ipsim_output_folder *folder, char *path, ipsim_error *err)
{
    for (char *slash = path;;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
        bool made = mkdir(path, 0777) == 0;
        int code = errno;
        struct stat about;
        ipsim_status status = IPSIM_OK;
        if (made) {
            status = keep_made(folder, path, err);
        } else if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode)) {
            status = ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){folder->shown, 0, NULL},
                                        "the folder %s, in which the output would stand, cannot be made: %s", path,
                                        strerror(code == EEXIST ? ENOTDIR : code));
        }
        if (slash != NULL) {
            *slash = '/';
        }
        if (status != IPSIM_OK || slash == NULL) {
            return status;
        }
    }
}

static ipsim_status refuse(const ipsim_output_folder *folder, const char *why, ipsim_error *err)
{
    return ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){folder->shown, 0, NULL}, "%s", why);
}

/* Splits folder->shown into an absolute parent, which is made if need be, and a name. */
static ipsim_status resolve(ipsim_output_folder *folder, ipsim_error *err)
{
    const char *shown = folder->shown;
    size_t length = strlen(shown);
    while (length > 1 && shown[length - 1] == '/') {
        length--;
    }
    char *path = strndup(shown, length);
    if (path == NULL) {
        return memory_error(err);
    }
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISLNK(about.st_mode)) {
        /* The folder behind a link is exchanged, not the link. */
        char *real = realpath(path, NULL);
        free(path);
        if (real == NULL) {
            return refuse(folder, "this is a symbolic link to nothing; remove it or make the folder that it names", err);
        }
        path = real;
    }
    char *last = strrchr(path, '/');
    const char *name = last != NULL ? last + 1 : path;
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        free(path);
        return ipsim_error_set_at(err, IPSIM_ERR_USAGE, (ipsim_origin){shown, 0, NULL},
                                  "the output folder needs a name of its own, for example output/my-run");
    }
    folder->name = strdup(name);
    char *above = last == NULL ? strdup(".") : last == path ? strdup("/") : strndup(path, (size_t)(last - path));
    free(path);
    if (folder->name == NULL || above == NULL) {
        free(above);
        return memory_error(err);
    }
    ipsim_status status = make_parents(folder, above, err);
    if (status == IPSIM_OK) {
        folder->parent = realpath(above, NULL);
        if (folder->parent == NULL) {
            status = ipsim_file_error(err, shown, "the folder above the output folder cannot be found", errno);
        } else {
            folder->target = print_text("%s/%s", strcmp(folder->parent, "/") == 0 ? "" : folder->parent, folder->name);
            status = folder->target != NULL ? IPSIM_OK : memory_error(err);
        }
    }
    free(above);
    return status;
}

static bool is_at_or_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* Asked before the run, to spare an hour's work, and again before anything is replaced. */
static ipsim_status check_target(const ipsim_output_folder *folder, ipsim_error *err)
{
    struct stat about;
    if (lstat(folder->target, &about) != 0) {
        return errno == ENOENT ? IPSIM_OK : ipsim_file_error(err, folder->shown, "the output folder cannot be examined", errno);
    }
    if (!S_ISDIR(about.st_mode)) {
        return refuse(folder, "this exists and is not a folder", err);
    }
    /* An exchange of names needs no right to the old folder, but clearing it away does; and who has taken away all rights to write it, so that
     * they hold for root as well, wants it kept. */
    if ((about.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0 || faccessat(AT_FDCWD, folder->target, W_OK | X_OK, AT_EACCESS) != 0) {
        return refuse(folder, "this folder is write-protected and is left alone; choose another folder with -o", err);
    }
    char *here = getcwd(NULL, 0);
    bool is_here = here != NULL && is_at_or_below(here, folder->target);
    free(here);
    if (is_here) {
        return refuse(folder, "the folder in which the program runs, or one above it, cannot be replaced by its output", err);
    }
    return ipsim_folder_check_ours(folder->target, folder->shown, err);
}

/* ---- Leftovers of killed runs ------------------------------------------------------------------------------------------------ */

static void host_name(char *host, size_t size)
{
    if (gethostname(host, size) != 0) {
        snprintf(host, size, "unknown");
    }
    host[size - 1] = '\0';
    for (char *c = host; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '.') {
            *c = '_';
        }
    }
}

/* A dead process keeps its number until its parent has asked for it; where /proc cannot be read, it counts as alive. */
static bool is_gone(pid_t process)
{
    if (kill(process, 0) != 0) {
        return errno == ESRCH;
    }
    char path[64], about[512];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)process);
    FILE *stream = fopen(path, "r");
    size_t length = stream != NULL ? fread(about, 1, sizeof about - 1, stream) : 0;
    if (stream != NULL) {
        fclose(stream);
    }
    about[length] = '\0';
    const char *name_end = strrchr(about, ')'); /* the state follows the name, which may hold anything */
    return name_end != NULL && (strncmp(name_end, ") Z", 3) == 0 || strncmp(name_end, ") X", 3) == 0);
}

/* Whether a name begins with "." name mark, and its owner, a process of this host, is gone. */
static bool is_leftover(const char *entry, const char *name, const char *mark, const char *host, bool first_of_process)
{
    size_t name_length = strlen(name), mark_length = strlen(mark);
    if (entry[0] != '.' || strncmp(entry + 1, name, name_length) != 0 || strncmp(entry + 1 + name_length, mark, mark_length) != 0) {
        return false;
    }
    char *end = NULL;
    const char *number = entry + 1 + name_length + mark_length;
    errno = 0;
    long process = strtol(number, &end, 10);
    if (!isdigit((unsigned char)number[0]) || errno != 0 || process <= 0 || process > INT_MAX) {
        return false;
    }
    if (*end == '-' && isdigit((unsigned char)end[1])) {
        strtol(end + 1, &end, 10);
    }
    if (*end != '\0' && (*end != '@' || strcmp(end + 1, host) != 0)) {
        return false;
    }
    if (process == getpid()) {
        return first_of_process; /* the number was used before: usual for the only process of a container */
    }
    return is_gone((pid_t)process);
}

static void clean_leftovers(const ipsim_output_folder *folder, const char *host, bool first_of_process)
{
    DIR *entries = opendir(folder->parent);
    if (entries == NULL) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        bool partial = is_leftover(entry->d_name, folder->name, ".partial-", host, first_of_process);
        bool replaced = is_leftover(entry->d_name, folder->name, ".replaced-", host, first_of_process);
        char *path = partial || replaced ? print_text("%s/%s", folder->parent, entry->d_name) : NULL;
        /* A run killed between two renames leaves the old result under its hidden name and nothing at the target: put it back.
         * rename fails, rightly, where a result stands. */
        if (path != NULL && !(replaced && rename(path, folder->target) == 0)) {
            ipsim_tree_remove(path);
        }
        free(path);
    }
    closedir(entries);
}

/* ---- Begin, commit, discard -------------------------------------------------------------------------------------------------- */

static ipsim_status make_work_folder(ipsim_output_folder *folder, ipsim_error *err)
{
    char host[HOST_NAME_MAX + 1];
    host_name(host, sizeof host);
    unsigned number = atomic_fetch_add(&n_begun, 1) + 1;
    clean_leftovers(folder, host, number == 1);
    char suffix[32] = "";
    if (number > 1) {
        snprintf(suffix, sizeof suffix, "-%u", number);
    }
    const char *parent = strcmp(folder->parent, "/") == 0 ? "" : folder->parent;
    folder->work = print_text("%s/.%s.partial-%ld%s@%s", parent, folder->name, (long)getpid(), suffix, host);
    folder->replaced = print_text("%s/.%s.replaced-%ld%s@%s", parent, folder->name, (long)getpid(), suffix, host);
    if (folder->work == NULL || folder->replaced == NULL) {
        return memory_error(err);
    }
    if (mkdir(folder->work, 0777) != 0) {
        return ipsim_file_error(err, folder->shown, "nothing can be written beside the output folder", errno);
    }
    return IPSIM_OK;
}

ipsim_status ipsim_output_begin(const char *path, ipsim_output_folder **out, ipsim_error *err)
{
    *out = NULL;
    ipsim_output_folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL || (folder->shown = strdup(path)) == NULL) {
        folder_free(folder);
        return memory_error(err);
    }
    ipsim_status status = resolve(folder, err);
    if (status == IPSIM_OK) {
        status = check_target(folder, err);
    }
    if (status == IPSIM_OK) {
        status = make_work_folder(folder, err);
    }
    if (status != IPSIM_OK) {
        remove_made(folder);
        folder_free(folder);
        return status;
    }
    *out = folder;
    return IPSIM_OK;
}

const char *ipsim_output_work_path(const ipsim_output_folder *folder)
{
    return folder->work;
}

/* File systems without the flags of renameat2, and kernels without the call, say so in different ways. */
static bool lacks_exchange(int code)
{
    return code == EINVAL || code == ENOSYS || code == ENOTSUP;
}

/* Two steps where the system has no exchange; if the second fails, the first is undone. */
static int replace_in_two_steps(const ipsim_output_folder *folder)
{
    if (rename(folder->target, folder->replaced) != 0) {
        return errno;
    }
    if (rename(folder->work, folder->target) != 0) {
        int code = errno;
        rename(folder->replaced, folder->target);
        return code;
    }
    return 0;
}

/* Puts the work folder at the target. 0, or an errno. Afterwards what stood at the target stands at work or at replaced. */
static int put_in_place(const ipsim_output_folder *folder)
{
    /* Another run may make or remove the target at any moment; each turn of the loop answers one such change. */
    for (int turn = 0; turn < 8; turn++) {
        if (renameat2(AT_FDCWD, folder->work, AT_FDCWD, folder->target, RENAME_NOREPLACE) == 0) {
            return 0;
        }
        /* Without flags, rename takes the place of nothing or of an empty folder, and of no other. */
        if (lacks_exchange(errno) && rename(folder->work, folder->target) == 0) {
            return 0;
        }
        if (errno != EEXIST && errno != ENOTEMPTY) {
            return errno;
        }
        if (renameat2(AT_FDCWD, folder->work, AT_FDCWD, folder->target, RENAME_EXCHANGE) == 0) {
            return 0;
        }
        int code = lacks_exchange(errno) ? replace_in_two_steps(folder) : errno;
        if (code != ENOENT && code != EEXIST && code != ENOTEMPTY) {
            return code;
        }
    }
    return EBUSY;
}

void ipsim_output_rename_error(const ipsim_output_folder *folder, ipsim_error *err)
{
    size_t length = strlen(folder->work);
    if (strncmp(err->file, folder->work, length) == 0 && (err->file[length] == '/' || err->file[length] == '\0')) {
        char file[sizeof err->file];
        size_t shown = strlen(folder->shown);
        while (shown > 1 && folder->shown[shown - 1] == '/') {
            shown--;
        }
        snprintf(file, sizeof file, "%.*s%s", (int)shown, folder->shown, err->file + length);
        memcpy(err->file, file, sizeof file);
    }
}

ipsim_status ipsim_output_commit(ipsim_output_folder *folder, ipsim_error *err)
{
    ipsim_status status = ipsim_tree_sync(folder->work, err);
    if (status != IPSIM_OK && err != NULL) {
        ipsim_output_rename_error(folder, err);
    }
    if (status == IPSIM_OK) {
        status = check_target(folder, err);
    }
    if (status == IPSIM_OK) {
        int code = put_in_place(folder);
        if (code != 0) {
            status = ipsim_file_error(err, folder->shown, "the finished output cannot be put in place", code);
        } else {
            folder->committed = true;
            /* The new result stands, so a failure to sync its name is told but takes nothing back. */
            status = ipsim_file_sync(folder->parent, err);
        }
    }
    ipsim_output_discard(folder);
    return status;
}

void ipsim_output_discard(ipsim_output_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    /* After a commit these names hold the old result, or nothing. */
    ipsim_tree_remove(folder->work);
    ipsim_tree_remove(folder->replaced);
    if (!folder->committed) {
        remove_made(folder);
    }
    folder_free(folder);
}
