/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_dsa: deterministic sensitivity analysis. Nothing is written before all of it is there. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/dsa.h"
#include "ipsim/xlsx.h"

enum { MOST_TABLES = 7 };

typedef struct dsa_command {
    const ipsim_cli *cli;
    ipsim_inputs inputs;
    ipsim_dsa_request request;
    char *path;
    ipsim_output_folder *folder;
    ipsim_dsa *dsa;
    time_t started;
    struct timespec clock;
} dsa_command;

static ipsim_status short_of_memory(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
}

static size_t pick_tables(const ipsim_dsa *dsa, const ipsim_table *tables[MOST_TABLES])
{
    const ipsim_table *all[MOST_TABLES] = {dsa->dsa, dsa->threshold, dsa->grid, dsa->extremes, dsa->base, dsa->parameters, dsa->about};
    size_t count = 0;
    for (size_t i = 0; i < MOST_TABLES; i++) {
        if (all[i] != NULL) {
            tables[count++] = all[i];
        }
    }
    return count;
}

/* ---- the folder ---- */

static ipsim_status write_manifest(const dsa_command *job, const char *path, ipsim_error *err)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    ipsim_results like = {.persons = job->dsa->persons,
                          .requested = job->dsa->persons,
                          .seed = job->dsa->seed,
                          .replicate = job->dsa->replicate,
                          .n_threads = job->dsa->n_threads,
                          .n_replicates = 1,
                          .events_per_person = 0.0 / 0.0,
                          .wall_seconds = (double)(now.tv_sec - job->clock.tv_sec) + 1e-9 * (double)(now.tv_nsec - job->clock.tv_nsec)};
    return ipsim_manifest_write(job->cli, &job->inputs, &like, job->started, path, err);
}

static ipsim_status write_all(dsa_command *job, const char *summary, ipsim_error *err)
{
    const ipsim_table *tables[MOST_TABLES];
    size_t n_tables = pick_tables(job->dsa, tables);
    const char *work = ipsim_output_work_path(job->folder);
    char *manifest = NULL;
    ipsim_status status = ipsim_app_write_files(work, tables, n_tables, 0, summary, 1, err);
    if (status == IPSIM_OK && asprintf(&manifest, "%s/manifest.json", work) < 0) {
        manifest = NULL;
        status = short_of_memory(err);
    }
    status = status == IPSIM_OK ? write_manifest(job, manifest, err) : status;
    free(manifest);
    if (status != IPSIM_OK) {
        ipsim_output_rename_error(job->folder, err);
        return status;
    }
    ipsim_output_folder *folder = job->folder;
    job->folder = NULL;
    return ipsim_output_commit(folder, err);
}

/* ---- the screen ---- */

static ipsim_status print_results(const dsa_command *job, ipsim_error *err)
{
    const ipsim_cli *cli = job->cli;
    ipsim_status status = IPSIM_OK;
    if (cli->json) {
        const ipsim_table *tables[MOST_TABLES];
        size_t n_tables = pick_tables(job->dsa, tables);
        status = ipsim_write_json(tables, n_tables, stdout, err);
    } else if (!cli->quiet) {
        char *page = ipsim_dsa_page(job->dsa, ipsim_terminal_describe().width > 0);
        fputs(page != NULL ? page : "", stdout);
        free(page);
    }
    if (!cli->quiet) {
        fprintf(cli->json ? stderr : stdout, "%sResults: %s/\n", cli->json ? "" : "\n", job->path);
    }
    return status;
}

/* ---- the command ---- */

static ipsim_status prepare(dsa_command *job, ipsim_app *app, ipsim_error_list *errors)
{
    ipsim_status status = ipsim_dsa_request_read(job->cli, &job->request, errors);
    ipsim_status loaded = ipsim_inputs_load(job->cli, &job->inputs, errors);
    status = status == IPSIM_OK ? loaded : status;
    if (status != IPSIM_OK) {
        return status;
    }
    app->inputs_read = true;
    ipsim_error err = {0};
    job->path = ipsim_output_name(job->cli, &job->inputs);
    status = job->path != NULL ? ipsim_output_begin(job->path, &job->folder, &err) : short_of_memory(&err);
    status = status == IPSIM_OK ? ipsim_xlsx_load(&err) : status;
    return status == IPSIM_OK ? status : ipsim_error_add_copy(errors, &err);
}

static ipsim_status analyse(dsa_command *job, ipsim_error_list *errors)
{
    ipsim_progress_line line;
    ipsim_dsa_options *options = &job->request.options;
    ipsim_progress_begin(&line, job->cli);
    options->progress = line.shown ? ipsim_progress_update : NULL;
    options->progress_data = &line;
    options->stop = &ipsim_stop_requested;
    job->started = time(NULL);
    clock_gettime(CLOCK_MONOTONIC, &job->clock);
    ipsim_signals_begin(NULL);
    ipsim_status status = ipsim_dsa_run(ipsim_inputs_view(&job->inputs), job->inputs.count, options, &job->dsa, errors);
    ipsim_signals_end();
    ipsim_progress_end(&line);
    return status;
}

static ipsim_status publish(dsa_command *job, ipsim_error_list *errors)
{
    ipsim_error err = {0};
    char *summary = ipsim_dsa_page(job->dsa, false);
    ipsim_status status = summary != NULL ? write_all(job, summary, &err) : short_of_memory(&err);
    free(summary);
    status = status == IPSIM_OK ? print_results(job, &err) : status;
    return status == IPSIM_OK ? status : ipsim_error_add_copy(errors, &err);
}

ipsim_status ipsim_app_dsa(ipsim_app *app)
{
    dsa_command job = {.cli = app->cli};
    ipsim_error_list errors = {0};
    ipsim_status status = prepare(&job, app, &errors);
    status = status == IPSIM_OK ? analyse(&job, &errors) : status;
    status = status == IPSIM_OK ? publish(&job, &errors) : status;
    if (status == IPSIM_ERR_INTERRUPTED) {
        fprintf(stderr, "ipsim: %s\n", errors.count > 0 ? errors.items[0].message : "interrupted");
    } else if (status != IPSIM_OK) {
        status = ipsim_app_complain(&errors, status, "nothing was written");
    }
    ipsim_output_discard(job.folder);
    ipsim_dsa_free(job.dsa);
    ipsim_dsa_request_clear(&job.request);
    ipsim_inputs_free(&job.inputs);
    ipsim_error_list_clear(&errors);
    free(job.path);
    return status;
}
