/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_describe: the documentation of one scenario, written into a folder. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "ipsim/describe.h"
#include "ipsim/write.h"

enum { CHECKED_PERSONS = 2000 }; /* enough for every kind of event to happen; identities hold for any number */

static ipsim_status write_file(const ipsim_output_folder *folder, const char *name, const char *text, ipsim_error *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", ipsim_output_work_path(folder), name) < 0) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_status status = ipsim_write_text(text, path, err);
    free(path);
    return status;
}

static ipsim_status write_checks(const ipsim_output_folder *folder, const ipsim_table *checks, ipsim_error *err)
{
    char *path = NULL;
    if (checks == NULL) {
        return IPSIM_OK;
    }
    if (asprintf(&path, "%s/checks.csv", ipsim_output_work_path(folder)) < 0) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_status status = ipsim_write_csv(checks, path, err);
    free(path);
    return status;
}

static ipsim_status write_manifest(const ipsim_cli *cli, const ipsim_output_folder *folder, time_t started, ipsim_error *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/manifest.json", ipsim_output_work_path(folder)) < 0) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    double seconds = difftime(time(NULL), started);
    ipsim_status status = ipsim_manifest_write_analysis(cli, cli->operands, 1, 0, started, seconds, path, err);
    free(path);
    return status;
}

static ipsim_status write_folder(const ipsim_cli *cli, const char *path, const ipsim_document *document, const ipsim_table *checks,
                                 time_t started, ipsim_error *err)
{
    ipsim_output_folder *folder = NULL;
    ipsim_status status = ipsim_output_begin(path, &folder, err);
    for (size_t i = 0; status == IPSIM_OK && i < document->n_files; i++) {
        status = write_file(folder, document->files[i].name, document->files[i].text, err);
    }
    status = status == IPSIM_OK ? write_checks(folder, checks, err) : status;
    status = status == IPSIM_OK ? write_manifest(cli, folder, started, err) : status;
    if (status != IPSIM_OK) {
        ipsim_output_discard(folder);
        return status;
    }
    return ipsim_output_commit(folder, err);
}

static size_t count_failed(const ipsim_table *checks)
{
    size_t n = 0, column = ipsim_table_find_column(checks, "verdict");
    for (size_t row = 0; row < checks->n_rows; row++) {
        n += strcmp(checks->columns[column].text[row], "failed") == 0;
    }
    return n;
}

static void say(const ipsim_cli *cli, const char *path, const ipsim_table *checks)
{
    if (cli->quiet) {
        return;
    }
    if (checks != NULL && count_failed(checks) > 0) {
        printf("%zu of %zu checks failed: see %s/checks.csv\n", count_failed(checks), checks->n_rows, path);
    } else if (checks != NULL) {
        printf("%zu checks carried out on the scenario, none failed\n", checks->n_rows);
    }
    printf("Description: %s/description.html and %s/description.md\n", path, path);
}

static ipsim_status describe(const ipsim_cli *cli, const ipsim_scenario *scenario, const ipsim_table *checks, time_t started)
{
    ipsim_error err = {0};
    ipsim_document *document = NULL;
    char program[64], *path = NULL;
    snprintf(program, sizeof program, "ipsim %s", ipsim_version());
    ipsim_status status = ipsim_describe(scenario, checks, program, &document, &err);
    if (cli->output != NULL) {
        path = strdup(cli->output);
    } else if (asprintf(&path, "output/%s-description", scenario->name.value) < 0) {
        path = NULL;
    }
    if (status == IPSIM_OK && path == NULL) {
        status = ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
    }
    status = status == IPSIM_OK ? write_folder(cli, path, document, checks, started, &err) : status;
    if (status == IPSIM_OK) {
        say(cli, path, checks);
    } else {
        status = ipsim_app_complain_once(&err);
    }
    free(path);
    ipsim_document_free(document);
    return status;
}

ipsim_status ipsim_app_describe(ipsim_app *app)
{
    const ipsim_cli *cli = app->cli;
    ipsim_inputs inputs = {0};
    ipsim_error_list errors = {0};
    ipsim_table *checks = NULL;
    time_t started = time(NULL);
    ipsim_status status = ipsim_inputs_load(cli, &inputs, &errors);
    app->inputs_read = status == IPSIM_OK;
    if (status == IPSIM_OK && !cli->no_checks) {
        int64_t persons = cli->persons > 0 ? cli->persons : CHECKED_PERSONS;
        status = ipsim_describe_check(inputs.items[0], cli->settings, cli->n_settings, persons, &checks, &errors);
    }
    status = status == IPSIM_OK ? describe(cli, inputs.items[0], checks, started)
                                : ipsim_app_complain(&errors, status, "nothing was written");
    ipsim_table_free(checks);
    ipsim_error_list_clear(&errors);
    ipsim_inputs_free(&inputs);
    return status;
}
