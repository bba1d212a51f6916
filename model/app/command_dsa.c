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
    ipsim_run_plan plan; /* its journal */
    char *path;
    ipsim_output_folder *folder;
    bool written; /* the folder is in its place */
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
    status = job->path != NULL ? ipsim_run_plan_read(job->cli, &job->plan, &err) : short_of_memory(&err);
    status = status == IPSIM_OK ? ipsim_run_plan_place(job->cli, job->path, &job->plan, &err) : status;
    status = status == IPSIM_OK ? ipsim_output_begin(job->path, &job->folder, &err) : status;
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
    options->journal = job->plan.journal;
    options->resume = job->cli->resume;
    options->program = job->plan.program;
    options->note = ipsim_progress_note;
    options->note_data = &line;
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
    job->written = status == IPSIM_OK;
    if (job->written && job->plan.journal != NULL) {
        ipsim_run_remove_journal(job->plan.journal);
    }
    status = status == IPSIM_OK ? print_results(job, &err) : status;
    return status == IPSIM_OK ? status : ipsim_error_add_copy(errors, &err);
}

/* A journal without a point in it, as when the disk was full all the time, is not left behind. */
static bool is_kept(const dsa_command *job)
{
    return job->plan.journal != NULL && access(job->plan.journal, F_OK) == 0;
}

static void say_what_was_kept(const dsa_command *job, const ipsim_error_list *errors)
{
    if (is_kept(job)) {
        fprintf(stderr, "ipsim: interrupted.\n");
        ipsim_run_plan_say_how_to_resume(job->cli, &job->plan);
    } else if (job->plan.journal != NULL) {
        fprintf(stderr, "ipsim: interrupted before anything was finished; nothing was kept\n");
    } else {
        fprintf(stderr, "ipsim: %s\n", errors->count > 0 ? errors->items[0].message : "interrupted");
    }
}

ipsim_status ipsim_app_dsa(ipsim_app *app)
{
    dsa_command job = {.cli = app->cli};
    ipsim_error_list errors = {0};
    ipsim_status status = prepare(&job, app, &errors);
    status = status == IPSIM_OK ? analyse(&job, &errors) : status;
    status = status == IPSIM_OK ? publish(&job, &errors) : status;
    if (status == IPSIM_ERR_INTERRUPTED) {
        say_what_was_kept(&job, &errors);
    } else if (status != IPSIM_OK) {
        bool begun = job.dsa != NULL && !job.written && is_kept(&job); /* simulated, and then it could not be written */
        status = ipsim_app_complain(&errors, status, job.written ? NULL : "nothing was written");
        if (begun) {
            ipsim_run_plan_say_how_to_resume(job.cli, &job.plan);
        }
    }
    ipsim_output_discard(job.folder);
    ipsim_dsa_free(job.dsa);
    ipsim_dsa_request_clear(&job.request);
    ipsim_run_plan_clear(&job.plan);
    ipsim_inputs_free(&job.inputs);
    ipsim_error_list_clear(&errors);
    free(job.path);
    return status;
}
