/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_simulate: run, compare and psa. Nothing is written before every input is found good, and then all of it or nothing. */
#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "ipsim/format.h"
#include "ipsim/glance.h"
#include "ipsim/psa_page.h"
#include "ipsim/summary.h"
#include "ipsim/write.h"
#include "ipsim/xlsx.h"

enum { TABLES_OF_RUN = 18, MOST_TABLES = TABLES_OF_RUN + 32 };

/* All that one command holds. */
typedef struct simulation_job {
    const ipsim_cli *cli;
    bool compare;
    const char *const *shards; /* to be joined instead of simulating; NULL for none */
    size_t n_shards;
    ipsim_inputs inputs;
    ipsim_run_plan plan;
    char *path; /* of the folder to be */
    ipsim_output_folder *folder;
    ipsim_results *results;
    time_t started;
    char *summary;
    ipsim_decision_of_psa decision; /* empty unless it was made */
    ipsim_error_list undecided;     /* why there is none although it was wanted */
    bool written;                   /* the folder is in its place */
} simulation_job;

/* A comparison, with fixed parameters or with draws of them, is what somebody will want to read. */
static bool leaves_report(const simulation_job *job)
{
    return (job->compare || job->results->psa != NULL) && !job->cli->no_report;
}

/* `run` describes scenarios one by one, so it has no differences and no ratios. Those of the decision are the last. */
static size_t pick_tables(const simulation_job *job, const ipsim_table *tables[MOST_TABLES])
{
    const ipsim_results *results = job->results;
    const ipsim_table *all[TABLES_OF_RUN] = {
        results->results,    job->compare ? results->differences : NULL,
        results->occupancy,  results->population,
        results->targets,    job->compare ? results->ratios : NULL,
        results->parameters, results->about,
        results->replicates, results->replicate_means,
        results->settling,   results->psa,
        results->draws,      results->psa_summary,
        results->psa_years,  results->break_even,
        results->noise,      results->psa_occupancy,
    };
    size_t count = 0;
    for (size_t i = 0; i < TABLES_OF_RUN; i++) {
        if (all[i] != NULL) {
            tables[count++] = all[i];
        }
    }
    for (size_t t = 0; t < job->decision.n_tables; t++) {
        tables[count++] = job->decision.tables[t];
    }
    return count;
}

/* width: of the page, 0 for that of summary.txt. */
static ipsim_status summarise(const simulation_job *job, size_t width, char **summary, ipsim_error *err)
{
    const ipsim_results *results = job->results;
    if (results->psa != NULL) {
        ipsim_psa_page_tables of_draws = {.psa = results->psa,
                                          .summary = results->psa_summary,
                                          .noise = results->noise,
                                          .break_even = results->break_even,
                                          .about = results->about,
                                          .decision = job->decision.n_tables > 0 ? &job->decision.page : NULL};
        return ipsim_psa_page_text(&of_draws, summary, err);
    }
    ipsim_summary_tables tables = {
        .results = results->results,
        .about = results->about,
        .targets = results->targets,
        .population = results->population,
        .differences = job->compare ? results->differences : NULL,
        .ratios = job->compare ? results->ratios : NULL,
        .width = width,
    };
    return ipsim_summary_text(&tables, summary, err);
}

/* As many as the run was allowed, which may have had too little work for all of them. */
static int threads_to_write_with(const simulation_job *job)
{
    int threads = job->plan.options.n_threads;
    return threads > 0 ? threads : omp_get_max_threads();
}

/* cea and voi on the tables that lie in the folder by now. That they fail (norms that end too early, say) must not cost the simulation. */
static ipsim_status decide(simulation_job *job, const ipsim_table *const *tables, size_t n_tables, ipsim_error *err)
{
    const char *folder = ipsim_output_work_path(job->folder);
    ipsim_status status = ipsim_app_write_tables(folder, tables, n_tables, threads_to_write_with(job), err);
    if (status != IPSIM_OK) {
        return status;
    }
    ipsim_progress_line line;
    ipsim_progress_begin(&line, job->cli);
    line.unit = "estimates of EVPPI";
    /* What an interrupted analysis keeps is that of fewer draws, all of it. */
    ipsim_evppi_watch watch = {.progress = line.shown ? ipsim_progress_update : NULL,
                               .data = &line,
                               .stop = job->results->interrupted ? NULL : &ipsim_stop_requested};
    status = ipsim_psa_decide(job->cli, folder, (size_t)job->results->draws_done, threads_to_write_with(job), &watch, &job->decision,
                              &job->undecided);
    ipsim_progress_end(&line);
    if (status != IPSIM_OK || job->decision.text == NULL) {
        return IPSIM_OK;
    }
    char *path = NULL;
    if (asprintf(&path, "%s/decision.txt", folder) < 0) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    status = ipsim_write_text(job->decision.text, path, err);
    free(path);
    return status;
}

static ipsim_status write_results(simulation_job *job, ipsim_error *err)
{
    const ipsim_table *tables[MOST_TABLES];
    const char *folder = ipsim_output_work_path(job->folder);
    size_t n_tables = pick_tables(job, tables), n_there = 0;
    char *manifest = NULL;
    ipsim_status status = IPSIM_OK;
    if (ipsim_psa_decision_is_wanted(job->cli, &job->inputs, job->results)) {
        status = decide(job, tables, n_tables, err);
        n_there = n_tables;
        n_tables = pick_tables(job, tables);
    }
    status = status == IPSIM_OK ? summarise(job, 0, &job->summary, err) : status;
    status = status == IPSIM_OK ? ipsim_app_write_files(folder, tables, n_tables, n_there, job->summary, threads_to_write_with(job), err)
                                : status;
    if (status == IPSIM_OK && asprintf(&manifest, "%s/manifest.json", folder) < 0) {
        manifest = NULL;
        status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    status = status == IPSIM_OK ? ipsim_manifest_write(job->cli, &job->inputs, job->results, job->started, manifest, err) : status;
    if (status == IPSIM_OK && leaves_report(job)) {
        /* From the files, as `ipsim report` would read them; then the manifest again, which lists the report too. */
        status = ipsim_report_into(ipsim_output_work_path(job->folder), job->cli->language, err);
        status = status == IPSIM_OK ? ipsim_manifest_write(job->cli, &job->inputs, job->results, job->started, manifest, err) : status;
    }
    if (status != IPSIM_OK) {
        ipsim_output_rename_error(job->folder, err);
    }
    free(manifest);
    return status;
}

static void say_which_draws_were_kept(const simulation_job *job, const char *command_line)
{
    char done[IPSIM_FORMAT_SIZE], asked[IPSIM_FORMAT_SIZE], same[100] = "Fewer draws are not as evenly spread as the design wants";
    ipsim_format_count(job->results->draws_done, done, sizeof done);
    ipsim_format_count(job->results->n_replicates, asked, sizeof asked);
    if (job->plan.psa.design != IPSIM_DESIGN_LHS) {
        snprintf(same, sizeof same, "This is exactly the result of --draws %" PRId64, job->results->draws_done);
    }
    fprintf(stderr,
            "ipsim: interrupted. %s of %s draws were finished; they are kept in %s/\n%s. For all draws run again from the start:\n  %s\n",
            done, asked, job->path, same, command_line != NULL ? command_line : "ipsim ...");
}

static void say_what_was_kept(const simulation_job *job)
{
    char done[IPSIM_FORMAT_SIZE], asked[IPSIM_FORMAT_SIZE];
    char *command_line = ipsim_manifest_command_line(job->cli, NULL);
    char same[200] = "The pooled result is that of the persons finished";
    if (job->results->psa != NULL) {
        say_which_draws_were_kept(job, command_line);
        free(command_line);
        return;
    }
    ipsim_format_count(job->results->persons, done, sizeof done);
    ipsim_format_count(job->results->requested, asked, sizeof asked);
    if (job->results->n_replicates == 1) {
        snprintf(same, sizeof same, "This is exactly the result of --persons %" PRId64, job->results->persons);
    }
    fprintf(stderr,
            "ipsim: interrupted. %s of %s persons were finished; they are kept in %s/\n"
            "%s. For all persons run again from the start:\n  %s\n",
            done, asked, job->path, same, command_line != NULL ? command_line : "ipsim ...");
    free(command_line);
}

/* What a rank says when it is told to end: usually another one was lost. The second rank says it too, for the first may be the one. */
static char *last_words(const simulation_job *job)
{
    const ipsim_team *team = ipsim_mpi_team();
    if (team == NULL || team->member > 1 || job->plan.journal == NULL) {
        return NULL;
    }
    char *text = NULL, *how = ipsim_run_plan_how_to_resume(job->cli, &job->plan);
    if (how == NULL ||
        asprintf(&text, "ipsim: rank %d: told to end; somebody ended the job, or a rank was lost. %s", team->member, how) < 0) {
        text = NULL;
    }
    free(how);
    return text;
}

/* Of a run with a journal: how much of it is there now. Ranks have said their last words already. */
static void say_what_is_in_the_journal(const simulation_job *job)
{
    char done[IPSIM_FORMAT_SIZE], asked[IPSIM_FORMAT_SIZE];
    if (ipsim_mpi_team() == NULL) {
        ipsim_format_count(job->results->persons, done, sizeof done);
        ipsim_format_count(job->results->requested, asked, sizeof asked);
        fprintf(stderr, "ipsim: interrupted. %s of %s persons are finished.\n", done, asked);
        ipsim_run_plan_say_how_to_resume(job->cli, &job->plan);
    }
}

/* For a terminal that can show it: the summary as wide as the terminal, then the comparison at a glance. A pipe or a file gets the text of
 * summary.txt and no more. */
static void print_page(const simulation_job *job)
{
    const ipsim_results *results = job->results;
    ipsim_terminal terminal = ipsim_terminal_describe();
    char *summary = NULL, *glance = NULL;
    ipsim_error err = {0};
    bool narrow = terminal.width >= IPSIM_GLANCE_LEAST_WIDTH && terminal.width < IPSIM_SUMMARY_WIDTH;
    if (!narrow || summarise(job, terminal.width, &summary, &err) != IPSIM_OK) {
        summary = NULL; /* the one that is there will do */
    }
    fputs(summary != NULL ? summary : job->summary, stdout);
    ipsim_glance_tables tables = {results->results, results->differences, results->occupancy, results->about};
    if (job->compare && results->psa == NULL && results->differences != NULL && terminal.width >= IPSIM_GLANCE_LEAST_WIDTH &&
        ipsim_glance_text(&tables, terminal.width, terminal.colour, &glance, &err) == IPSIM_OK) {
        printf("\n%s", glance);
    }
    free(glance);
    free(summary);
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
        print_page(job);
    }
    if (!job->cli->quiet) {
        /* Beside JSON it goes to stderr, so that stdout stays JSON. */
        fprintf(job->cli->json ? stderr : stdout, "%sResults: %s/\n", job->cli->json ? "" : "\n", job->path);
        if (leaves_report(job)) {
            fprintf(job->cli->json ? stderr : stdout, "Report:  %s/report.html\n", job->path);
            ipsim_report_say_what_is_missing(job->cli->json ? stderr : stdout);
        }
    }
    return IPSIM_OK;
}

/* A folder in the making for what an interrupted run has finished: beside the one asked for, and never in place of a complete result or
 * of what is not ours. */
static ipsim_status change_folder(simulation_job *job, ipsim_error *err)
{
    ipsim_output_discard(job->folder);
    job->folder = NULL;
    ipsim_status status = ipsim_error_set(err, IPSIM_ERR_FILE, "there are too many results of interrupted runs beside %s", job->path);
    for (int attempt = 1; attempt < 1000 && status == IPSIM_ERR_FILE; attempt++) {
        char *candidate = NULL, number[16] = "";
        if (attempt > 1) {
            snprintf(number, sizeof number, "-%d", attempt);
        }
        if (asprintf(&candidate, "%s-interrupted%s", job->path, number) < 0) {
            return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
        }
        bool free_name = access(candidate, F_OK) != 0;
        if (free_name || !ipsim_manifest_is_complete(candidate)) {
            status = ipsim_output_begin(candidate, &job->folder, err);
        }
        if (status == IPSIM_OK) {
            free(job->path);
            job->path = candidate;
        } else {
            free(candidate);
        }
        if (free_name) {
            break; /* a failure here would be the same under any other name */
        }
    }
    return status;
}

static ipsim_status put_in_place(simulation_job *job, ipsim_error *err)
{
    ipsim_status status = job->results->interrupted ? change_folder(job, err) : IPSIM_OK;
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
    ipsim_run_options *options = &job->plan.options;
    options->engine = cli->engine != NULL && strcmp(cli->engine, "reference") == 0 ? IPSIM_ENGINE_REFERENCE : IPSIM_ENGINE_FAST;
    options->progress = line.shown && ipsim_mpi_is_first() ? ipsim_progress_update : NULL;
    options->progress_data = &line;
    options->stop = &ipsim_stop_requested;
    options->note = ipsim_mpi_is_first() ? ipsim_progress_note : NULL;
    options->note_data = &line;
    options->team = ipsim_mpi_team();
    options->files = job->inputs.files;
    job->started = time(NULL);
    const ipsim_scenario *const *scenarios = ipsim_inputs_view(&job->inputs);
    ipsim_status status = job->shards == NULL
                              ? ipsim_run(scenarios, job->inputs.count, options, &job->results, errors)
                              : ipsim_run_merge(scenarios, job->inputs.count, options, job->shards, job->n_shards, &job->results, errors);
    ipsim_progress_end(&line);
    if (status == IPSIM_OK && job->results->shard_written) {
        job->written = true;
    } else if (status == IPSIM_OK && !job->results->kept_in_journal && ipsim_mpi_is_first()) {
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
    ipsim_error plan_error = {0};
    ipsim_status status = ipsim_run_plan_read(job->cli, &job->plan, &plan_error);
    if (status != IPSIM_OK) {
        return ipsim_error_add_copy(errors, &plan_error);
    }
    status = ipsim_inputs_load(job->cli, &job->inputs, errors);
    status = status == IPSIM_OK ? ipsim_run_check(ipsim_inputs_view(&job->inputs), job->inputs.count, errors) : status;
    status = status == IPSIM_OK ? ipsim_psa_decision_check(job->cli, &job->inputs, errors) : status;
    if (status != IPSIM_OK) {
        return status;
    }
    app->inputs_read = true;
    ipsim_error err = {0};
    job->path = ipsim_output_name(job->cli, &job->inputs);
    if (job->path == NULL) {
        status = ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
    }
    status = status == IPSIM_OK ? ipsim_run_plan_place(job->cli, job->path, &job->plan, &err) : status;
    if (status == IPSIM_OK && job->plan.shard_file == NULL && ipsim_mpi_is_first()) {
        status = ipsim_output_begin(job->path, &job->folder, &err);
        status = status == IPSIM_OK ? ipsim_xlsx_load(&err) : status;
    }
    return status == IPSIM_OK ? status : ipsim_error_add_copy(errors, &err);
}

/* The simulation is safe; what went wrong after it decides the exit code. */
static ipsim_status say_what_was_not_decided(simulation_job *job)
{
    if (job->decision.interrupted) {
        fprintf(stderr, "ipsim: interrupted while EVPPI was estimated; all else is in %s/. For the rest:\n  ipsim voi %s\n", job->path,
                job->path);
        return IPSIM_ERR_INTERRUPTED;
    }
    if (job->undecided.count > 0) {
        (void)ipsim_app_complain(&job->undecided, job->undecided.items[0].status,
                                 "the simulation is in its folder, without the tables of cea and voi");
        return IPSIM_ERR_FILE; /* a failure: something was written, which bad input never does */
    }
    return IPSIM_OK;
}

/* When the result stands in its place the journal has done its work. */
static void say_what_happened(simulation_job *job, ipsim_error_list *errors, ipsim_status *status)
{
    const ipsim_results *results = job->results;
    if (job->written && results->interrupted) {
        say_what_was_kept(job);
        *status = IPSIM_ERR_INTERRUPTED;
    } else if (job->written) {
        if (job->plan.journal != NULL) {
            ipsim_run_remove_journal(job->plan.journal);
        }
        if (results->shard_written && !job->cli->quiet) {
            printf("Shard %" PRId64 " of %" PRId64 ": %s\n", job->plan.options.shard, job->plan.options.n_shards, job->plan.shard_file);
        }
        *status = results->shard_written ? IPSIM_OK : print_results(job);
        *status = *status == IPSIM_OK ? say_what_was_not_decided(job) : *status;
    } else if (*status == IPSIM_OK && results != NULL && results->kept_in_journal) {
        say_what_is_in_the_journal(job);
        *status = IPSIM_ERR_INTERRUPTED;
    } else if (*status == IPSIM_ERR_INTERRUPTED && errors->count > 0) {
        fprintf(stderr, "ipsim: %s\n", errors->items[0].message);
    } else {
        bool begun = job->results != NULL && job->plan.journal != NULL; /* simulated, and then it could not be written */
        *status = ipsim_app_complain(errors, *status, "nothing was written");
        if (begun) {
            ipsim_run_plan_say_how_to_resume(job->cli, &job->plan);
        }
    }
}

/* Every process has read its input, or none simulates. Who failed says so, but not all of them the same. */
static ipsim_status agree(ipsim_status status, ipsim_error_list *errors)
{
    const ipsim_team *team = ipsim_mpi_team();
    if (team == NULL) {
        return status;
    }
    bool first_fine = team->agree(team->data, status == IPSIM_OK) != 0;
    bool all_fine = team->all_fine(team->data, status == IPSIM_OK);
    if (status != IPSIM_OK && team->member > 0 && first_fine) {
        fprintf(stderr, "ipsim: rank %d:\n", team->member);
        status = ipsim_app_complain(errors, status, "nothing was simulated");
    }
    if (status == IPSIM_OK && !all_fine) {
        status = ipsim_error_add(errors, IPSIM_ERR_FILE, (ipsim_origin){0}, "another rank could not begin");
    }
    return status;
}

ipsim_status ipsim_app_simulate_as(ipsim_app *app, const ipsim_cli *cli, const char *const *shards, size_t n_shards, ipsim_files *files)
{
    simulation_job job = {.cli = cli, .compare = cli->command == IPSIM_COMMAND_COMPARE, .shards = shards, .n_shards = n_shards};
    ipsim_error_list errors = {0};
    job.inputs.files = files;
    ipsim_status status = agree(prepare(&job, app, &errors), &errors);
    if (status == IPSIM_OK) {
        char *words = last_words(&job);
        ipsim_signals_begin(words);
        status = simulate(&job, &errors);
        ipsim_signals_end();
        free(words);
    }
    if (ipsim_mpi_is_first()) {
        say_what_happened(&job, &errors, &status);
    } else if (status == IPSIM_OK && job.results->interrupted) {
        status = IPSIM_ERR_INTERRUPTED;
    }
    ipsim_output_discard(job.folder);
    ipsim_results_free(job.results);
    ipsim_inputs_free(&job.inputs);
    ipsim_run_plan_clear(&job.plan);
    ipsim_error_list_clear(&errors);
    ipsim_error_list_clear(&job.undecided);
    ipsim_decision_of_psa_clear(&job.decision);
    free(job.summary);
    free(job.path);
    return status;
}

ipsim_status ipsim_app_simulate(ipsim_app *app)
{
    if (app->cli->shard == NULL && ipsim_mpi_is_first()) {
        ipsim_prepare_begin();
    }
    ipsim_files *files = app->cli->shard != NULL ? ipsim_files_create() : NULL; /* a shard carries them */
    if (files == NULL && app->cli->shard != NULL) {
        ipsim_error err = {0};
        (void)ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
        return ipsim_app_complain_once(&err);
    }
    ipsim_status status = ipsim_app_simulate_as(app, app->cli, NULL, 0, files);
    ipsim_files_free(files);
    ipsim_prepare_end();
    return status;
}
