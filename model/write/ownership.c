/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/ownership: whether a folder holds a result of this program and nothing else, so that a new result may take its place. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* What the first builds of version 0.1.0 wrote, whose manifests have no list. Later names need not be added. */
static const char *const unlisted[] = {
    "about.csv",      "differences.csv",     "manifest.json", "occupancy.csv",  "parameters.csv", "population.csv", "ratios.csv",
    "replicates.csv", "replicate_means.csv", "results.csv",   "results.sqlite", "settling.csv",   "summary.txt",    "targets.csv",
};

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

/* Whether the manifest tells that this program wrote a file of that name. */
static bool is_listed(const json_t *manifest, const char *name)
{
    const json_t *files = json_object_get(manifest, "files");
    bool listed = false;
    for (size_t i = 0; i < json_array_size(files) && !listed; i++) {
        listed = is_text(json_array_get(files, i), name);
    }
    for (size_t i = 0; i < sizeof unlisted / sizeof unlisted[0] && files == NULL && !listed; i++) {
        listed = strcmp(unlisted[i], name) == 0;
    }
    return listed;
}

static int skip_points(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* We write regular files and nothing else, so a folder or a link under a name of ours is somebody else's too. */
static bool is_ours(int folder, const json_t *manifest, const char *name)
{
    struct stat about;
    return is_listed(manifest, name) && fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode);
}

static json_t *read_manifest(int folder)
{
    int file = openat(folder, "manifest.json", O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    struct stat about;
    json_t *manifest = NULL;
    bool regular = file >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode);
    FILE *stream = regular ? fdopen(file, "r") : NULL; /* jansson reads a descriptor byte by byte */
    if (stream != NULL) {
        manifest = json_loadf(stream, 0, NULL);
        fclose(stream);
    } else if (file >= 0) {
        close(file);
    }
    return manifest;
}

static ipsim_status check_entries(int folder, const char *shown, struct dirent **entries, size_t n_entries, ipsim_error *err)
{
    ipsim_origin at = {shown, 0, NULL};
    struct stat about;
    if (n_entries == 0) {
        return IPSIM_OK;
    }
    if (fstatat(folder, "manifest.json", &about, AT_SYMLINK_NOFOLLOW) != 0) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at,
                                  "this folder is not empty and has no manifest.json, so it is not a result of this program and is left"
                                  " alone; choose another folder with -o");
    }
    json_t *manifest = read_manifest(folder);
    if (!is_text(json_object_get(manifest, "program"), "ipsim")) {
        json_decref(manifest);
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at,
                                  "this folder is not empty and its manifest.json is not one of ipsim, so it is left alone; choose another"
                                  " folder with -o");
    }
    ipsim_status status = IPSIM_OK;
    for (size_t i = 0; i < n_entries && status == IPSIM_OK; i++) {
        if (!is_ours(folder, manifest, entries[i]->d_name)) {
            status = ipsim_error_set_at(err, IPSIM_ERR_FILE, at,
                                        "an earlier result stands here together with \"%s\", which ipsim did not write and will not"
                                        " delete; move that away, or choose another folder with -o",
                                        entries[i]->d_name);
        }
    }
    json_decref(manifest);
    return status;
}

ipsim_status ipsim_folder_check_ours(const char *path, const char *shown, ipsim_error *err)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct dirent **entries = NULL;
    int n_entries = folder >= 0 ? scandirat(folder, ".", &entries, skip_points, by_bytes) : -1;
    ipsim_status status;
    if (n_entries < 0) {
        status = ipsim_file_error(err, shown, "the output folder cannot be read", errno);
    } else {
        status = check_entries(folder, shown, entries, (size_t)n_entries, err);
    }
    for (int i = 0; i < n_entries; i++) {
        free(entries[i]);
    }
    free(entries);
    if (folder >= 0) {
        close(folder);
    }
    return status;
}
