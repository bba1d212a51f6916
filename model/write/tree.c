/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/tree: see tree.h. To sync a file, or to remove one, is to wait for the disk; several are waited for at a time. */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/each.h"
#include "file.h"

enum { AT_A_TIME = 6 };

typedef struct tree {
    char **files;   /* that are no folders */
    char **folders; /* those inside a folder stand after it */
    size_t n_files, n_folders;
    ipsim_error *errors; /* of each file */
    bool for_removal;    /* of whatever can be found */
} tree;

static void tree_clear(tree *t)
{
    for (size_t i = 0; i < t->n_files; i++) {
        free(t->files[i]);
    }
    for (size_t i = 0; i < t->n_folders; i++) {
        free(t->folders[i]);
    }
    free(t->files);
    free(t->folders);
    free(t->errors);
}

/* path: taken. */
static ipsim_status add_take(char ***list, size_t *count, char *path, ipsim_error *err)
{
    char **grown = path != NULL ? realloc(*list, (*count + 1) * sizeof *grown) : NULL;
    if (grown == NULL) {
        free(path);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the output folder");
    }
    *list = grown;
    grown[(*count)++] = path;
    return IPSIM_OK;
}

static ipsim_status look_into(tree *t, const char *path, dev_t device, ipsim_error *err);

/* Never follows a symbolic link and never leaves the file system. */
static ipsim_status look_at(tree *t, const char *path, const dev_t *device, ipsim_error *err)
{
    struct stat about;
    if (lstat(path, &about) != 0) {
        return ipsim_file_error(err, path, "the output cannot be read back", errno);
    }
    if (device != NULL && about.st_dev != *device) {
        return IPSIM_OK;
    }
    if (S_ISDIR(about.st_mode)) {
        return look_into(t, path, about.st_dev, err);
    }
    return t->for_removal || S_ISREG(about.st_mode) ? add_take(&t->files, &t->n_files, strdup(path), err) : IPSIM_OK;
}

static ipsim_status look_into(tree *t, const char *path, dev_t device, ipsim_error *err)
{
    ipsim_status status = add_take(&t->folders, &t->n_folders, strdup(path), err);
    DIR *entries = status == IPSIM_OK ? opendir(path) : NULL;
    if (status == IPSIM_OK && entries == NULL) {
        status = ipsim_file_error(err, path, "the output cannot be read back", errno);
    }
    const struct dirent *entry;
    while (status == IPSIM_OK && (entry = readdir(entries)) != NULL) {
        char *child = NULL;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (asprintf(&child, "%s/%s", path, entry->d_name) < 0) {
            status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the output folder");
        } else {
            status = look_at(t, child, &device, err);
            status = t->for_removal ? IPSIM_OK : status;
            free(child);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return status;
}

static void sync_file(void *data, size_t i)
{
    tree *t = data;
    t->errors[i].status = ipsim_file_sync(t->files[i], &t->errors[i]);
}

ipsim_status ipsim_tree_sync(const char *path, ipsim_error *err)
{
    tree t = {.for_removal = false};
    ipsim_status status = look_at(&t, path, NULL, err);
    t.errors = calloc(t.n_files + 1, sizeof *t.errors);
    if (status == IPSIM_OK && t.errors == NULL) {
        status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the output folder");
    }
    if (status == IPSIM_OK) {
        ipsim_each(t.n_files, AT_A_TIME, sync_file, &t);
    }
    for (size_t i = 0; i < t.n_files && status == IPSIM_OK; i++) {
        if (t.errors[i].status != IPSIM_OK) {
            *err = t.errors[i];
            status = err->status;
        }
    }
    for (size_t i = t.n_folders; i-- > 0 && status == IPSIM_OK;) {
        status = ipsim_file_sync(t.folders[i], err);
    }
    tree_clear(&t);
    return status;
}

static void remove_file(void *data, size_t i)
{
    (void)unlink(((const tree *)data)->files[i]);
}

void ipsim_tree_remove(const char *path)
{
    tree t = {.for_removal = true};
    ipsim_error unheard = {0};
    (void)look_at(&t, path, NULL, &unheard); /* what was found is removed */
    ipsim_each(t.n_files, AT_A_TIME, remove_file, &t);
    for (size_t i = t.n_folders; i-- > 0;) {
        (void)rmdir(t.folders[i]);
    }
    tree_clear(&t);
}
