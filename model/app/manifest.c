/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/manifest: manifest.json, where a result comes from. See app.h. */
#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "app/app.h"
#include "ipsim/write.h"

/* Words that a shell would take apart are put in single quotes. */
void ipsim_shell_put_word(FILE *stream, const char *word)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, stream);
        return;
    }
    fputc('\'', stream);
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            fputs("'\\''", stream);
        } else {
            fputc(*word, stream);
        }
    }
    fputc('\'', stream);
}

char *ipsim_manifest_command_line(const ipsim_cli *cli, const char *option)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL) {
        return NULL;
    }
    /* The name under which the program was started differs from machine to machine; "ipsim" is what a reader can repeat. */
    fputs("ipsim", stream);
    for (int i = 1; i < cli->argc; i++) {
        fputc(' ', stream);
        ipsim_shell_put_word(stream, cli->argv[i]);
        if (i == 1 && option != NULL) {
            fprintf(stream, " %s", option);
        }
    }
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* Jansson refuses text that is not UTF-8, which file names may be. */
static json_t *text_or_null(const char *text)
{
    json_t *value = text != NULL ? json_string(text) : NULL;
    return value != NULL ? value : json_null();
}

static json_t *real_or_null(double value)
{
    json_t *real = json_real(value); /* NULL for NaN and infinities */
    return real != NULL ? real : json_null();
}

static void find_processor(char *buffer, size_t size)
{
    snprintf(buffer, size, "unknown");
    FILE *stream = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(buffer, size, "%s", colon + 1 + strspn(colon + 1, " "));
            break;
        }
    }
    if (stream != NULL) {
        fclose(stream);
    }
}

static json_t *describe_machine(void)
{
    struct utsname system = {0};
    char processor[256];
    uname(&system);
    find_processor(processor, sizeof processor);
    return json_pack("{s:o, s:o, s:o, s:o}", "system", text_or_null(system.sysname), "release", text_or_null(system.release),
                     "architecture", text_or_null(system.machine), "processor", text_or_null(processor));
}

static json_t *describe_libraries(void)
{
    ipsim_library_version libraries[IPSIM_N_LIBRARIES];
    ipsim_library_versions(libraries);
    json_t *object = json_object();
    for (size_t i = 0; i < IPSIM_N_LIBRARIES; i++) {
        json_object_set_new(object, libraries[i].name, text_or_null(libraries[i].version));
    }
    return object;
}

static json_t *describe_scenarios(const ipsim_inputs *inputs)
{
    json_t *list = json_array();
    for (size_t i = 0; i < inputs->count; i++) {
        const ipsim_scenario *scenario = inputs->items[i];
        char digest[24];
        snprintf(digest, sizeof digest, "%016" PRIx64, scenario->digest);
        json_array_append_new(list, json_pack("{s:o, s:o, s:s}", "name", text_or_null(scenario->name.value), "file",
                                              text_or_null(scenario->path), "digest", digest));
    }
    return list;
}

static int skip_points(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* The files of the result, sorted. A later run may delete these and no others; hence what lies in the folder now, all of it written by us,
 * and the manifest itself, which must be the last file to be written. */
static json_t *describe_files(const char *manifest_path)
{
    const char *slash = strrchr(manifest_path, '/');
    char *folder = slash != NULL ? strndup(manifest_path, (size_t)(slash - manifest_path) + 1) : strdup(".");
    struct dirent **entries = NULL;
    int n_entries = folder != NULL ? scandir(folder, &entries, skip_points, by_bytes) : -1;
    json_t *list = n_entries >= 0 ? json_array() : NULL;
    const char *own = slash != NULL ? slash + 1 : manifest_path;
    bool named = false;
    for (int i = 0; i < n_entries; i++) {
        if (!named && strcmp(entries[i]->d_name, own) >= 0) {
            json_array_append_new(list, json_string(own));
            named = true;
        }
        if (strcmp(entries[i]->d_name, own) != 0) {
            json_array_append_new(list, json_string(entries[i]->d_name));
        }
        free(entries[i]);
    }
    if (!named) {
        json_array_append_new(list, json_string(own));
    }
    free(entries);
    free(folder);
    return list;
}

static json_t *describe_settings(const ipsim_cli *cli)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cli->n_settings; i++) {
        json_array_append_new(
            list, json_pack("{s:o, s:o}", "key", text_or_null(cli->settings[i].key), "value", text_or_null(cli->settings[i].value)));
    }
    return list;
}

/* What decided the draws. An interrupted analysis is that of fewer draws. */
static json_t *describe_draws(const ipsim_cli *cli, const ipsim_results *results)
{
    return json_pack("{s:I, s:s, s:b, s:o, s:o}", "draws", (json_int_t)results->draws_done, "design",
                     cli->design != NULL ? cli->design : "mc", "fixed_people", (int)cli->fixed_people, "only", text_or_null(cli->only),
                     "fix", text_or_null(cli->fix));
}

/* What every manifest tells, around what it tells of its own kind, which is taken over (NULL when memory was short). */
static ipsim_status write_around(const ipsim_cli *cli, json_t *own, time_t started, double wall_seconds, const char *path, ipsim_error *err)
{
    char start_text[32] = "", *command_line = ipsim_manifest_command_line(cli, NULL), *text = NULL;
    struct tm utc;
    if (gmtime_r(&started, &utc) != NULL) {
        strftime(start_text, sizeof start_text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    json_t *manifest = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o}", "program", "ipsim", "version", ipsim_version(), "git_hash",
                                 ipsim_git_hash(), "arithmetic", ipsim_arithmetic(), "output_format", (int)IPSIM_OUTPUT_FORMAT,
                                 "command_line", text_or_null(command_line));
    json_t *around = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o}", "started_utc", start_text, "wall_seconds", real_or_null(wall_seconds),
                               "compiler", ipsim_compiler(), "libraries", describe_libraries(), "machine", describe_machine(), "files",
                               describe_files(path));
    bool good = own != NULL && json_object_update(manifest, own) == 0 && json_object_update(manifest, around) == 0;
    char *dumped = good ? json_dumps(manifest, JSON_INDENT(2)) : NULL;
    ipsim_status status;
    if (dumped == NULL || asprintf(&text, "%s\n", dumped) < 0) {
        text = NULL;
        status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    } else {
        status = ipsim_write_text(text, path, err);
    }
    free(text);
    free(dumped);
    free(command_line);
    json_decref(around);
    json_decref(manifest);
    json_decref(own);
    return status;
}

/* 64-bit FNV-1a of the bytes of a file; null when it cannot be read again. */
static json_t *describe_file(const char *file)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    char digest[24];
    FILE *stream = fopen(file, "rb");
    int c;
    while (stream != NULL && (c = getc_unlocked(stream)) != EOF) {
        hash = (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
    }
    snprintf(digest, sizeof digest, "%016" PRIx64, hash);
    bool good = stream != NULL && ferror(stream) == 0;
    if (stream != NULL) {
        fclose(stream);
    }
    return json_pack("{s:o, s:o}", "file", text_or_null(file), "digest", good ? json_string(digest) : json_null());
}

ipsim_status ipsim_manifest_write(const ipsim_cli *cli, const ipsim_inputs *inputs, const ipsim_results *results, time_t started,
                                  const char *path, ipsim_error *err)
{
    json_t *own = json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:i, s:o}", "scenarios", describe_scenarios(inputs), "settings",
                            describe_settings(cli), "seed", (json_int_t)results->seed, "replicate", (json_int_t)results->replicate,
                            "replicates", (json_int_t)results->n_replicates, "persons_requested", (json_int_t)results->requested,
                            "persons_simulated", (json_int_t)results->persons, "interrupted", (int)results->interrupted, "threads",
                            results->n_threads, "events_per_person", real_or_null(results->events_per_person));
    if (own != NULL && cli->command == IPSIM_COMMAND_PSA) {
        json_object_set_new(own, "psa", describe_draws(cli, results));
    }
    if (own != NULL && cli->decision.norms != NULL && !cli->no_decision) {
        json_object_set_new(own, "inputs", json_pack("[o]", describe_file(cli->decision.norms)));
    }
    return write_around(cli, own, started, results->wall_seconds, path, err);
}

ipsim_status ipsim_manifest_write_analysis(const ipsim_cli *cli, const char *const *files, size_t n_files, size_t n_draws, time_t started,
                                           double wall_seconds, const char *path, ipsim_error *err)
{
    json_t *inputs = json_array();
    for (size_t i = 0; i < n_files; i++) {
        json_array_append_new(inputs, describe_file(files[i]));
    }
    json_t *own = json_pack("{s:o, s:I, s:b}", "inputs", inputs, "draws", (json_int_t)n_draws, "interrupted", 0);
    return write_around(cli, own, started, wall_seconds, path, err);
}

bool ipsim_manifest_is_complete(const char *folder)
{
    char *path = NULL;
    if (asprintf(&path, "%s/manifest.json", folder) < 0) {
        return true; /* the careful answer: what it holds will not be replaced */
    }
    json_t *manifest = json_load_file(path, 0, NULL);
    bool complete = manifest != NULL && !json_is_true(json_object_get(manifest, "interrupted"));
    json_decref(manifest);
    free(path);
    return complete;
}
