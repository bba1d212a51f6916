/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_report: output folders in, report.html out; and the report that compare and psa leave beside their tables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/report.h"
#include "ipsim/report.h"
#include "ipsim/write.h"

static ipsim_status short_of_memory(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
}

/* The page in memory: it is either whole or not written at all. */
static ipsim_status make_page(const ipsim_report_inputs *inputs, const char *language, char **page, ipsim_error *err)
{
    size_t size = 0;
    ipsim_report_options options = {.language = language};
    const ipsim_table *tables[IPSIM_REPORT_TABLES_MAX];
    for (size_t t = 0; t < inputs->n_tables; t++) {
        tables[t] = inputs->tables[t];
    }
    FILE *stream = open_memstream(page, &size);
    if (stream == NULL) {
        return short_of_memory(err);
    }
    ipsim_status status = ipsim_report_write(tables, inputs->n_tables, &options, stream, err);
    if (fclose(stream) != 0 && status == IPSIM_OK) {
        status = short_of_memory(err);
    }
    return status;
}

/* ---- the file ---- */
/* A file that we have not written is not replaced. */
static ipsim_status check_target(const char *path, ipsim_error *err)
{
    struct stat about;
    char head[2048] = "";
    if (stat(path, &about) != 0) {
        return IPSIM_OK;
    }
    ipsim_origin at = {path, 0, NULL};
    if (S_ISDIR(about.st_mode)) {
        return ipsim_error_set_at(err, IPSIM_ERR_USAGE, at, "this is a folder; name a file, for example %s/report.html", path);
    }
    FILE *stream = S_ISREG(about.st_mode) ? fopen(path, "re") : NULL;
    size_t length = stream != NULL ? fread(head, 1, sizeof head - 1, stream) : 0;
    if (stream != NULL) {
        fclose(stream);
    }
    head[length] = '\0';
    if (about.st_size > 0 && strstr(head, "<meta name=\"generator\" content=\"ipsim\">") == NULL) {
        return ipsim_error_set_at(err, IPSIM_ERR_USAGE, at, "this file exists and is no report of ipsim; it is left alone");
    }
    return IPSIM_OK;
}

/* Through a hidden file beside it, so that nobody ever opens half a page. */
static ipsim_status write_page(const char *page, const char *path, ipsim_error *err)
{
    const char *slash = strrchr(path, '/');
    int above = slash != NULL ? (int)(slash - path) + 1 : 0;
    char *hidden = NULL;
    if (asprintf(&hidden, "%.*s.%s.partial-%ld", above, path, path + above, (long)getpid()) < 0) {
        return short_of_memory(err);
    }
    ipsim_status status = ipsim_write_text(page, hidden, err);
    if (status == IPSIM_OK && rename(hidden, path) != 0) {
        status = ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){path, 0, NULL}, "the report cannot be put in its place: %s",
                                    strerror(errno));
        unlink(hidden);
    }
    free(hidden);
    return status;
}

/* A report in a folder of ours belongs to the result: its manifest lists it, so that a later run may replace the whole. */
static ipsim_status list_in_manifest(const char *folder, ipsim_error *err)
{
    char *path = NULL, *text = NULL, *line = NULL;
    if (asprintf(&path, "%s/manifest.json", folder) < 0) {
        return short_of_memory(err);
    }
    json_t *manifest = json_load_file(path, 0, NULL), *files = json_object_get(manifest, "files");
    size_t at = 0;
    while (at < json_array_size(files) && strcmp(json_string_value(json_array_get(files, at)), "report.html") < 0) {
        at++;
    }
    const char *here = json_string_value(json_array_get(files, at));
    ipsim_status status = IPSIM_OK;
    if (json_is_array(files) && (here == NULL || strcmp(here, "report.html") != 0)) {
        json_array_insert_new(files, at, json_string("report.html"));
        text = json_dumps(manifest, JSON_INDENT(2));
        status = text != NULL && asprintf(&line, "%s\n", text) >= 0 ? write_page(line, path, err) : short_of_memory(err);
    }
    json_decref(manifest);
    free(line);
    free(text);
    free(path);
    return status;
}

static ipsim_status put_in_place(const ipsim_cli *cli, const char *page, const char *path, ipsim_error *err)
{
    ipsim_status status = check_target(path, err);
    if (status == IPSIM_OK && cli->output == NULL) {
        status = list_in_manifest(cli->operands[0], err);
    }
    return status == IPSIM_OK ? write_page(page, path, err) : status;
}

/* ---- the command ---- */
static ipsim_status read_folders(const ipsim_cli *cli, ipsim_report_inputs *inputs, ipsim_error_list *errors)
{
    ipsim_status status = ipsim_report_inputs_begin(inputs, errors);
    for (size_t i = 0; i < cli->n_operands && status != IPSIM_ERR_MEMORY; i++) {
        ipsim_status own = ipsim_report_inputs_add(inputs, cli->operands[i], errors);
        status = status == IPSIM_OK ? own : status;
    }
    return status == IPSIM_OK ? ipsim_report_inputs_finish(inputs, errors) : status;
}

static ipsim_status publish(const ipsim_cli *cli, const ipsim_report_inputs *inputs)
{
    char *page = NULL, *path = NULL;
    ipsim_error err = {0};
    path = cli->output != NULL ? strdup(cli->output) : asprintf(&path, "%s/report.html", cli->operands[0]) < 0 ? NULL : path;
    ipsim_status status = path != NULL ? make_page(inputs, cli->language, &page, &err) : short_of_memory(&err);
    status = status == IPSIM_OK ? put_in_place(cli, page, path, &err) : status;
    if (status != IPSIM_OK) {
        status = ipsim_app_complain_once(&err);
    } else if (!cli->quiet) {
        printf("Report: %s\n", path);
        ipsim_report_say_what_is_missing(stdout);
    }
    free(page);
    free(path);
    return status;
}

ipsim_status ipsim_app_report(ipsim_app *app)
{
    ipsim_report_inputs inputs = {0};
    ipsim_error_list errors = {0};
    ipsim_status status = read_folders(app->cli, &inputs, &errors);
    if (status == IPSIM_OK) {
        app->inputs_read = true;
        status = publish(app->cli, &inputs);
    } else {
        status = ipsim_app_complain(&errors, status, "nothing was written");
    }
    ipsim_report_inputs_clear(&inputs);
    ipsim_error_list_clear(&errors);
    return status;
}

/* ---- beside the tables of a run ---- */
void ipsim_report_say_what_is_missing(FILE *stream)
{
    if (!ipsim_report_has_script()) {
        fputs("report.html has tables and no charts: this ipsim was built without them. With nodejs, npm and the network: make charts\n",
              stream);
    }
}

ipsim_status ipsim_report_into(const char *folder, const char *language, ipsim_error *err)
{
    ipsim_report_inputs inputs = {0};
    ipsim_error_list errors = {0};
    char *page = NULL, *path = NULL;
    ipsim_status status = ipsim_report_inputs_begin(&inputs, &errors);
    status = status == IPSIM_OK ? ipsim_report_inputs_add(&inputs, folder, &errors) : status;
    status = status == IPSIM_OK ? ipsim_report_inputs_finish(&inputs, &errors) : status;
    if (errors.count > 0) {
        *err = errors.items[0];
    }
    status = status == IPSIM_OK ? make_page(&inputs, language, &page, err) : status;
    if (status == IPSIM_OK) {
        status = asprintf(&path, "%s/report.html", folder) < 0 ? short_of_memory(err) : ipsim_write_text(page, path, err);
    }
    free(path);
    free(page);
    ipsim_report_inputs_clear(&inputs);
    ipsim_error_list_clear(&errors);
    return status;
}
