/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shard.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity.h"
#include "kept_files.h"
#include "record.h"

struct shard_file {
    char *path, *folder, *work_path;
    size_t n_made; /* folders that were not there: the innermost so many parts of `folder` */
    int descriptor;
};

static ipsim_status no_memory(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
}

static ipsim_status file_error(ipsim_error *err, const char *path, const char *what, int code)
{
    return ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){path, 0, NULL}, "%s: %s", what, strerror(code));
}

/* ---- writing ---- */

/* mkdir -p. 0, or an errno. */
static int make_folders(char *path, size_t *n_made)
{
    for (char *slash = path;;) {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        bool made = mkdir(path, 0777) == 0;
        int code = made || errno == EEXIST ? 0 : errno;
        if (slash)
            *slash = '/';
        *n_made = made ? *n_made + 1 : 0;
        if (code || !slash)
            return code;
    }
}

/* Innermost first. A folder that somebody has begun to use is not empty, and stays. */
static void remove_folders(char *path, size_t n_made)
{
    for (; n_made > 0 && rmdir(path) == 0; n_made--) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path)
            return;
        *slash = '\0';
    }
}

ipsim_status ipsim_shard_begin(const char *path, shard_file **out, ipsim_error *err)
{
    *out = NULL;
    shard_file *file = calloc(1, sizeof *file);
    const char *slash = strrchr(path, '/');
    if (!file)
        return no_memory(err);
    file->descriptor = -1;
    file->path = strdup(path);
    file->folder = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    if (!file->path || !file->folder || asprintf(&file->work_path, "%s/.%s.partial", file->folder, slash ? slash + 1 : path) < 0) {
        file->work_path = NULL;
        ipsim_shard_discard(file);
        return no_memory(err);
    }
    int code = make_folders(file->folder, &file->n_made);
    if (code == 0) {
        file->descriptor = open(file->work_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        code = file->descriptor < 0 ? errno : 0;
    }
    ipsim_status status = code == 0 ? IPSIM_OK : file_error(err, path, "the shard cannot be written there", code);
    if (status == IPSIM_OK && flock(file->descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(file->descriptor);
        file->descriptor = -1; /* so that the other run's file stays */
        status = ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){path, 0, NULL}, "another run is writing this shard");
    }
    if (status != IPSIM_OK) {
        ipsim_shard_discard(file);
        return status;
    }
    *out = file;
    return IPSIM_OK;
}

void ipsim_shard_discard(shard_file *file)
{
    if (!file)
        return;
    if (file->descriptor >= 0) {
        unlink(file->work_path);
        close(file->descriptor);
    }
    if (file->folder)
        remove_folders(file->folder, file->n_made);
    free(file->path);
    free(file->folder);
    free(file->work_path);
    free(file);
}

static int write_all(int descriptor, const ipsim_bytes *bytes)
{
    if (ftruncate(descriptor, 0) != 0)
        return errno;
    int code = ipsim_record_write(descriptor, bytes, 0);
    return code != 0 ? code : fsync(descriptor) == 0 ? 0 : errno;
}

ipsim_status ipsim_shard_commit(shard_file *file, const char *identity, const ipsim_files *files, const experiment_part *part,
                                ipsim_error *err)
{
    ipsim_bytes payload = {0}, kept_bytes = {0}, bytes = {0};
    ipsim_status status = IPSIM_OK;
    unit_set none = {0};
    if (!ipsim_part_pack(part, &payload) || !ipsim_kept_files_pack(files, &kept_bytes))
        payload.out_of_memory = true;
    ipsim_record_put_head(&bytes, identity);
    ipsim_record_put(&bytes, RECORD_FILES, &none, &kept_bytes);
    ipsim_record_put(&bytes, RECORD_PART, &part->units, &payload);
    if (bytes.out_of_memory) {
        status = no_memory(err);
    } else {
        int code = write_all(file->descriptor, &bytes);
        if (code == 0 && rename(file->work_path, file->path) != 0)
            code = errno;
        if (code != 0) {
            status = file_error(err, file->path, "the shard cannot be written", code);
        } else {
            int folder = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (folder >= 0) {
                fsync(folder); /* where a folder cannot be synced, the file is there all the same */
                close(folder);
            }
            close(file->descriptor);
            file->descriptor = -1;
            file->n_made = 0;
        }
    }
    ipsim_bytes_clear(&payload);
    ipsim_bytes_clear(&kept_bytes);
    ipsim_bytes_clear(&bytes);
    ipsim_shard_discard(file);
    return status;
}

/* ---- reading ---- */

static ipsim_status damaged(ipsim_error *err, const char *path, int64_t shard, int64_t n_shards)
{
    return ipsim_error_set_at(err, IPSIM_ERR_DATA, (ipsim_origin){path, 0, NULL},
                              "the file is damaged; run shard %" PRId64 " of %" PRId64 " again", shard, n_shards);
}

/* The value of a key, NULL where there is none. false: memory is short. */
static bool copy_value(const char *text, const char *key, char **out)
{
    char value[8192];
    *out = NULL;
    return !ipsim_identity_next(&text, key, value, sizeof value) || (*out = strdup(value)) != NULL;
}

static bool describe_draws(ipsim_shard_about *out)
{
    char *only = NULL, *fix = NULL;
    out->is_psa = ipsim_identity_draws(out->text, &out->psa);
    bool ok = copy_value(out->text, "only", &only) && copy_value(out->text, "fix", &fix);
    out->psa.only = only;
    out->psa.fix = fix;
    return ok;
}

ipsim_status ipsim_shard_describe(const char *path, ipsim_shard_about *out, ipsim_error *err)
{
    char value[8192];
    *out = (ipsim_shard_about){0};
    FILE *stream = fopen(path, "re");
    if (!stream)
        return file_error(err, path, "the shard cannot be opened", errno);
    ipsim_status status = ipsim_record_read_head(stream, path, &out->text, NULL, err);
    record r = {0};
    if (status == IPSIM_OK && ipsim_record_next(stream, &r) == RECORD_GOOD && r.kind == RECORD_FILES)
        out->kept = ipsim_kept_files_unpack(r.payload, r.payload_size);
    ipsim_record_clear(&r);
    fclose(stream);
    if (status != IPSIM_OK)
        return status;
    ipsim_identity_shard(out->text, &out->shard, &out->n_shards);
    if (!out->kept) {
        status = damaged(err, path, out->shard, out->n_shards);
        ipsim_shard_about_clear(out);
        return status;
    }
    const char *at;
    bool ok = copy_value(out->text, "program", &out->program) && copy_value(out->text, "command", &out->command) && describe_draws(out);
    for (at = out->text; ok && ipsim_identity_next(&at, "file", value, sizeof value);) {
        char **grown = realloc(out->files, (out->n_files + 1) * sizeof *grown);
        out->files = grown ? grown : out->files;
        ok = grown && (grown[out->n_files++] = strdup(value)) != NULL;
    }
    for (at = out->text; ok && ipsim_identity_next(&at, "set", value, sizeof value);) {
        ipsim_setting *grown = realloc(out->settings, (out->n_settings + 1) * sizeof *grown);
        out->settings = grown ? grown : out->settings;
        char *both = strdup(value), *equals = both ? strchr(both, '=') : NULL;
        ok = grown && equals;
        if (!ok) {
            free(both);
            break;
        }
        *equals = '\0';
        grown[out->n_settings++] = (ipsim_setting){both, equals + 1};
    }
    ok = ok && out->program && out->command && out->n_files > 0;
    if (!ok) {
        ipsim_shard_about_clear(out);
        return no_memory(err);
    }
    return IPSIM_OK;
}

ipsim_status ipsim_shard_describe_any(const char *const *files, size_t n_files, ipsim_shard_about *out, ipsim_error_list *errors)
{
    ipsim_error_list all = {0};
    ipsim_status status = IPSIM_ERR_DATA;
    for (size_t i = 0; status != IPSIM_OK && i < n_files; i++) {
        ipsim_error err = {0};
        status = ipsim_shard_describe(files[i], out, &err);
        if (status != IPSIM_OK)
            ipsim_error_add_copy(&all, &err);
    }
    for (size_t i = 0; status != IPSIM_OK && i < all.count; i++)
        ipsim_error_add_copy(errors, &all.items[i]);
    ipsim_error_list_clear(&all);
    return status;
}

void ipsim_shard_about_clear(ipsim_shard_about *about)
{
    free((char *)(uintptr_t)about->psa.only);
    free((char *)(uintptr_t)about->psa.fix);
    for (size_t i = 0; i < about->n_files; i++)
        free(about->files[i]);
    for (size_t i = 0; i < about->n_settings; i++)
        free((char *)(uintptr_t)about->settings[i].key);
    ipsim_files_free(about->kept);
    free(about->files);
    free(about->settings);
    free(about->text);
    free(about->program);
    free(about->command);
    *about = (ipsim_shard_about){0};
}

/* One file into `part`. */
static ipsim_status read_shard(const char *path, const char *identity, experiment_part *part, int64_t *shard, int64_t *n_shards,
                               ipsim_error *err)
{
    char *text = NULL, why[1024];
    record r = {0};
    FILE *stream = fopen(path, "re");
    if (!stream)
        return file_error(err, path, "the shard cannot be opened", errno);
    ipsim_status status = ipsim_record_read_head(stream, path, &text, NULL, err);
    ipsim_origin at = {path, 0, NULL};
    if (status == IPSIM_OK) {
        ipsim_identity_shard(text, shard, n_shards);
        if (!ipsim_identity_agrees(identity, text, false, why, sizeof why))
            status = ipsim_error_set_at(err, IPSIM_ERR_INCOMPATIBLE, at, "this shard belongs to another run than the first one: %s", why);
    }
    if (status == IPSIM_OK) {
        record_reading reading = ipsim_record_next(stream, &r);
        if (reading == RECORD_GOOD && r.kind == RECORD_FILES)
            reading = ipsim_record_next(stream, &r);
        if (reading == RECORD_NO_MEMORY)
            status = no_memory(err);
        else if (reading == RECORD_TRUNCATED || reading == RECORD_END)
            status = ipsim_error_set_at(err, IPSIM_ERR_DATA, at, "the file is cut short; run shard %" PRId64 " of %" PRId64 " again",
                                        *shard, *n_shards);
        else if (reading != RECORD_GOOD || r.kind != RECORD_PART || !ipsim_part_unpack(part, r.payload, r.payload_size))
            status = damaged(err, path, *shard, *n_shards);
        else
            ipsim_units_merge(&part->units, &r.units);
    }
    ipsim_record_clear(&r);
    free(text);
    fclose(stream);
    return status;
}

/* where[i]: the file of shard i + 1. */
static void list_missing(const char **where, int64_t n_shards, ipsim_error_list *errors)
{
    for (int64_t i = 0; i < n_shards; i++)
        if (!where[i])
            ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, (ipsim_origin){0}, "shard %" PRId64 " of %" PRId64 " is missing", i + 1,
                            n_shards);
}

ipsim_status ipsim_shard_join(const work *w, const char *identity, const char *const *files, size_t n_files, experiment_part *total,
                              ipsim_error_list *errors)
{
    size_t n_before = errors->count;
    int64_t all_shards = 0;
    const char **where = NULL;
    experiment_part *part = ipsim_part_create(w);
    ipsim_status memory = part ? IPSIM_OK : IPSIM_ERR_MEMORY;
    for (size_t i = 0; memory == IPSIM_OK && i < n_files; i++) {
        ipsim_error err = {0};
        int64_t shard = 0, n_shards = 0;
        ipsim_origin at = {files[i], 0, NULL};
        ipsim_status status = read_shard(files[i], identity, part, &shard, &n_shards, &err);
        if (n_shards > 0 && all_shards == 0) {
            all_shards = n_shards;
            where = calloc((size_t)all_shards, sizeof *where);
            memory = where ? IPSIM_OK : IPSIM_ERR_MEMORY;
        }
        bool numbered = where && n_shards == all_shards && shard >= 1 && shard <= n_shards;
        if (status != IPSIM_OK) {
            ipsim_error_add_copy(errors, &err);
        } else if (n_shards != all_shards) {
            ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, at, "this is shard %" PRId64 " of %" PRId64 ", but others are of %" PRId64,
                            shard, n_shards, all_shards);
        } else if (numbered && where[shard - 1]) {
            ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, at, "shard %" PRId64 " of %" PRId64 " is there twice: also in %s", shard,
                            n_shards, where[shard - 1]);
        } else if (ipsim_units_overlap(&total->units, &part->units)) {
            ipsim_error_add(errors, IPSIM_ERR_DATA, at, "this shard holds persons that another shard has as well");
        } else {
            memory = ipsim_part_merge(total, part) ? IPSIM_OK : IPSIM_ERR_MEMORY;
        }
        if (numbered && !where[shard - 1])
            where[shard - 1] = files[i];
    }
    if (memory != IPSIM_OK)
        ipsim_error_add(errors, memory, (ipsim_origin){0}, "memory is short");
    else if (where)
        list_missing(where, all_shards, errors);
    if (errors->count == n_before && !ipsim_units_have_all(&total->units, (unit_range){0, ipsim_work_n_units(w)}))
        ipsim_error_add(errors, IPSIM_ERR_DATA, (ipsim_origin){0}, "the shards do not hold all persons of the run");
    ipsim_part_free(part);
    free(where);
    return errors->count > n_before ? errors->items[n_before].status : IPSIM_OK;
}
