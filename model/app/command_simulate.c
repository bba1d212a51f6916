/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_simulate: run and compare. Nothing is written before every input is found good, and then all of it or nothing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "ipsim/format.h"
#include "ipsim/summary.h"
#include "ipsim/write.h"

enum { MOST_TABLES = 8 };

/* All that one command holds. */
typedef struct simulation_job {
    const ipsim_cli *cli;
    bool compare;
    ipsim_inputs inputs;
    char *path; /* of the folder to be */
    ipsim_output_folder *folder;
    ipsim_results *results;
    time_t started;
    char *summary;
    bool written; /* the folder is in its place */
} simulation_job;

/* `run` describes scenarios one by one, so it has no differences and no ratios. */
static size_t pick_tables(const simulation_job *job, const ipsim_table *tables[MOST_TABLES])
{
    const ipsim_results *results = job->results;
    const ipsim_table *all[MOST_TABLES] = {
        results->results, job->compare ? results->differences : NULL, results->occupancy,  results->population,
        results->targets, job->compare ? results->ratios : NULL,      results->parameters, results->about,
    };
    size_t count = 0;
    for (size_t i = 0; i < MOST_TABLES; i++) {
        if (all[i] != NULL) {
            tables[count++] = all[i];
        }
    }
    return count;
}

static ipsim_status summarise(simulation_job *job, ipsim_error *err)
{
    const ipsim_results *results = job->results;
    ipsim_summary_tables tables = {
        .results = results->results,
        .about = results->about,
        .targets = results->targets,
        .population = results->population,
        .differences = job->compare ? results->differences : NULL,
        .ratios = job->compare ? results->ratios : NULL,
    };
    return ipsim_summary_text(&tables, &job->summary, err);
}

/* "folder/name"; NULL when memory is short. */
static char *path_in(const ipsim_output_folder *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", ipsim_output_work_path(folder), name) < 0 ? NULL : path;
}

static ipsim_status write_table(const ipsim_output_folder *folder, const ipsim_table *table, ipsim_error *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s.csv", ipsim_output_work_path(folder), table->name) < 0) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_status status = ipsim_write_csv(table, path, err);
    free(path);
    return status;
}

static ipsim_status write_results(const simulation_job *job, ipsim_error *err)
{
    const ipsim_table *tables[MOST_TABLES];
    size_t n_tables = pick_tables(job, tables);
    ipsim_status status = IPSIM_OK;
    for (size_t t = 0; status == IPSIM_OK && t < n_tables; t++) {
        status = write_table(job->folder, tables[t], err);
    }
    char *sqlite = path_in(job->folder, "results.sqlite");
    char *summary = path_in(job->folder, "summary.txt");
    char *manifest = path_in(job->folder, "manifest.json");
    if (sqlite == NULL || summary == NULL || manifest == NULL) {
        status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    status = status == IPSIM_OK ? ipsim_write_sqlite(tables, n_tables, sqlite, err) : status;
    status = status == IPSIM_OK ? ipsim_write_text(job->summary, summary, err) : status;
    status = status == IPSIM_OK ? ipsim_manifest_write(job->cli, &job->inputs, job->results, job->started, manifest, err) : status;
    free(sqlite);
    free(summary);
    free(manifest);
    return status;
}

/* A folder for what an interrupted run has finished: beside the one asked for, and never one that holds a complete result. */
static char *interrupted_path(const char *path)
{
    for (int attempt = 1; attempt < 1000; attempt++) {
        char *candidate = NULL, number[16] = "";
        if (attempt > 1) {
            snprintf(number, sizeof number, "-%d", attempt);
        }
        if (asprintf(&candidate, "%s-interrupted%s", path, number) < 0) {
            return NULL;
        }
        if (!ipsim_manifest_is_complete(candidate)) {
            return candidate;
        }
        free(candidate);
    }
    return NULL;
}

static void say_what_was_kept(const simulation_job *job)
{
    char done[IPSIM_FORMAT_SIZE], asked[IPSIM_FORMAT_SIZE];
    char *command_line = ipsim_manifest_command_line(job->cli);
    ipsim_format_count(job->results->persons, done, sizeof done);
    ipsim_format_count(job->results->requested, asked, sizeof asked);
    fprintf(stderr,
            "ipsim: interrupted. %s of %s persons were finished; they are kept in %s/\n"
            "This is exactly the result of --persons %" PRId64 ". For all persons run again from the start:\n  %s\n",
            done, asked, job->path, job->results->persons, command_line != NULL ? command_line : "ipsim ...");
    free(command_line);
}

static ipsim_status print_results(const simulation_job *job)
{
    ipsim_error err = {0};
    if (job->cli->json) {
        const ipsim_table *tables[MOST_TABLES];
        size_t n_tables = pick_tables(job, tables);
        if (ipsim_write_json(tables, n_tables, stdout, &err) != IPSIM_OK) {
            return ipsim_app_complain_once(&err);
        }
    } else if (!job->cli->quiet) {
        fputs(job->summary, stdout);
    }
    if (!job->cli->quiet) {
        /* Beside JSON it goes to stderr, so that stdout stays JSON. */
        fprintf(job->cli->json ? stderr : stdout, "%sResults: %s/\n", job->cli->json ? "" : "\n", job->path);
    }
    return IPSIM_OK;
}

/* A folder in the making for what was finished, in place of the one for a complete result. */
static ipsim_status change_folder(simulation_job *job, ipsim_error *err)
{
    ipsim_output_discard(job->folder);
    job->folder = NULL;
    char *other = interrupted_path(job->path);
    if (other == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    free(job->path);
    job->path = other;
    return ipsim_output_begin(job->path, &job->folder, err);
}

static ipsim_status put_in_place(simulation_job *job, ipsim_error *err)
{
    ipsim_status status = job->results->interrupted ? change_folder(job, err) : IPSIM_OK;
    status = status == IPSIM_OK ? summarise(job, err) : status;
    status = status == IPSIM_OK ? write_results(job, err) : status;
    if (status == IPSIM_OK) {
        ipsim_output_folder *folder = job->folder;
        job->folder = NULL;
        status = ipsim_output_commit(folder, err);
        job->written = status == IPSIM_OK;
    }
    return status;
}

/* Simulates while the folder for the results is already in the making: a destination that cannot be written is known before the work. */
static ipsim_status simulate(simulation_job *job, ipsim_error_list *errors)
{
    const ipsim_cli *cli = job->cli;
    ipsim_progress_line line;
    ipsim_progress_begin(&line, cli);
    ipsim_run_options options = {
        .persons = cli->persons,
        .seed = cli->seed,
        .replicate = (uint32_t)cli->replicate,
        .n_threads = (int)cli->threads,
        .engine = cli->engine != NULL && strcmp(cli->engine, "reference") == 0 ? IPSIM_ENGINE_REFERENCE : IPSIM_ENGINE_FAST,
        .progress = line.shown ? ipsim_progress_update : NULL,
        .progress_data = &line,
        .stop = &ipsim_stop_requested,
    };
    job->started = time(NULL);
    ipsim_status status = ipsim_run(ipsim_inputs_view(&job->inputs), job->inputs.count, &options, &job->results, errors);
    ipsim_progress_end(&line);
    if (status == IPSIM_OK) {
        ipsim_error err = {0};
        status = put_in_place(job, &err);
        if (status != IPSIM_OK) {
            (void)ipsim_error_add_copy(errors, &err);
        }
    }
    return status;
}

static ipsim_status prepare(simulation_job *job, ipsim_app *app, ipsim_error_list *errors)
{
    ipsim_status status = ipsim_inputs_load(job->cli, &job->inputs, errors);
    status = status == IPSIM_OK ? ipsim_run_check(ipsim_inputs_view(&job->inputs), job->inputs.count, errors) : status;
    if (status != IPSIM_OK) {
        return status;
    }
    app->inputs_read = true;
    ipsim_error err = {0};
    job->path = ipsim_output_name(job->cli, &job->inputs);
    status = job->path != NULL ? ipsim_output_begin(job->path, &job->folder, &err)
                               : ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
    return status == IPSIM_OK ? status : ipsim_error_add_copy(errors, &err);
}

ipsim_status ipsim_app_simulate(ipsim_app *app)
{
    simulation_job job = {.cli = app->cli, .compare = app->cli->command == IPSIM_COMMAND_COMPARE};
    ipsim_error_list errors = {0};
    ipsim_status status = prepare(&job, app, &errors);
    if (status == IPSIM_OK) {
        ipsim_signals_begin();
        status = simulate(&job, &errors);
        ipsim_signals_end();
    }
    if (job.written && job.results->interrupted) {
        say_what_was_kept(&job);
        status = IPSIM_ERR_INTERRUPTED;
    } else if (job.written) {
        status = print_results(&job);
    } else if (status == IPSIM_ERR_INTERRUPTED) {
        fprintf(stderr, "ipsim: interrupted before the first persons were finished; nothing was kept.\n");
    } else {
        status = ipsim_app_complain(&errors, status, "nothing was written");
    }
    ipsim_output_discard(job.folder);
    ipsim_results_free(job.results);
    ipsim_inputs_free(&job.inputs);
    ipsim_error_list_clear(&errors);
    free(job.summary);
    free(job.path);
    return status;
}
