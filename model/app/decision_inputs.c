/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: the table of draws and what the options say about it. See decision.h. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/arena.h"
#include "ipsim/cea.h"
#include "ipsim/csv_read.h"
#include "ipsim/nearest.h"
#include "ipsim/uncertainty.h"

void ipsim_decision_remark(ipsim_decision_job *job, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (job->n_remarks < IPSIM_REMARKS_MAX && vasprintf(&text, format, args) >= 0) {
        job->remarks[job->n_remarks++] = text;
    }
    va_end(args);
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_there(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

static char *in_folder(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* What the folder of a psa says about its scenarios: the value of the first row with that key, or NULL. Silent about a table that is no such
 * table: nothing depends on it. */
static char *look_up_about(const char *folder, const char *key)
{
    char *path = in_folder(folder, "about.csv"), *value = NULL;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_error_list ignored = {0};
    ipsim_csv *csv;
    if (path != NULL && arena != NULL && is_there(path) && ipsim_csv_read(path, arena, &csv, &ignored) == IPSIM_OK) {
        size_t keys = ipsim_csv_column(csv, "key"), values = ipsim_csv_column(csv, "value");
        for (size_t row = 0; keys < csv->n_columns && values < csv->n_columns && value == NULL && row < csv->n_rows; row++) {
            if (strcmp(csv->cells[row * csv->n_columns + keys], key) == 0) {
                value = strdup(csv->cells[row * csv->n_columns + values]);
            }
        }
    }
    ipsim_error_list_clear(&ignored);
    ipsim_arena_free(arena);
    free(path);
    return value;
}

static ipsim_status find_files(ipsim_decision_job *job, ipsim_error *err)
{
    const char *operand = job->cli->operands[0];
    bool folder = is_folder(operand);
    job->table_path = folder ? in_folder(operand, "psa.csv") : strdup(operand);
    if (job->cli->decision.parameters != NULL) {
        job->parameters_path = strdup(job->cli->decision.parameters);
    } else if (folder && job->cli->command == IPSIM_COMMAND_VOI) {
        job->parameters_path = in_folder(operand, "parameters.csv");
    }
    const char *asked = job->cli->decision.currency;
    job->currency = asked != NULL ? strdup(asked) : folder ? look_up_about(operand, "currency") : strdup("");
    job->currency = job->currency != NULL ? job->currency : strdup("");
    return job->table_path != NULL && job->currency != NULL ? IPSIM_OK : short_of_memory(err);
}

static ipsim_status find_comparator(ipsim_decision_job *job, ipsim_error *err)
{
    const char *wanted = job->cli->decision.comparator;
    const ipsim_draws *d = job->draws;
    size_t s = 0;
    if (wanted != NULL) {
        while (s < d->n_strategies && strcmp(d->strategies[s], wanted) != 0) {
            s++;
        }
    } else {
        ipsim_decision_remark(job, "No comparator was named: \"%s\", the first in the table, is taken.", d->strategies[0]);
    }
    if (s == d->n_strategies) {
        const char *near = ipsim_nearest(wanted, d->strategies, d->n_strategies);
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--comparator: there is no strategy \"%s\"%s%s%s", wanted,
                               near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    job->settings.comparator = s;
    return IPSIM_OK;
}

static ipsim_status read_population(ipsim_decision_job *job, ipsim_error *err)
{
    const ipsim_cli_decision *options = &job->cli->decision;
    double percent;
    ipsim_status status = ipsim_decision_number("population", options->population, NAN, 0.0, 1e12, &job->persons_per_year, err);
    status = status == IPSIM_OK ? ipsim_decision_number("years", options->years, 10.0, 0.0, 1000.0, &job->years, err) : status;
    status = status == IPSIM_OK ? ipsim_decision_number("discount", options->discount, 4.0, 0.0, 100.0, &percent, err) : status;
    if (status == IPSIM_OK) {
        job->rate = percent / 100.0;
        job->settings.persons = ipsim_discounted_persons(job->persons_per_year, 0.0, job->years, job->rate);
    }
    return status;
}

static ipsim_status read_norms(ipsim_decision_job *job, ipsim_error_list *errors, ipsim_error *err)
{
    const ipsim_cli_decision *options = &job->cli->decision;
    double age;
    job->settings.norm_qalys = NAN;
    if (options->norms == NULL) {
        if (options->age != NULL || options->sex != NULL) {
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--age and --sex go with --norms");
        }
        return IPSIM_OK;
    }
    if (options->age == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--norms needs --age");
    }
    ipsim_status status = ipsim_decision_number("age", options->age, NAN, 0.0, 130.0, &age, err);
    if (status == IPSIM_OK) {
        status = ipsim_norm_qalys(options->norms, age, options->sex, &job->settings.norm_qalys, errors);
        ipsim_decision_remark(job,
                              "Absolute shortfall takes the comparator's mean %s as its remaining QALYs: they must be counted to death and "
                              "not discounted, as the norms are.",
                              job->draws->effect_name);
    }
    return status;
}

static ipsim_status read_settings(ipsim_decision_job *job, ipsim_error_list *errors, ipsim_error *err)
{
    const ipsim_cli *cli = job->cli;
    job->settings.currency = job->currency;
    ipsim_status status = find_comparator(job, err);
    status = status == IPSIM_OK ? read_population(job, err) : status;
    status = status == IPSIM_OK
                 ? ipsim_decision_number("inequality-aversion", cli->decision.aversion, NAN, 0.0, 100.0, &job->settings.aversion, err)
                 : status;
    status = status == IPSIM_OK ? read_norms(job, errors, err) : status;
    if (status == IPSIM_OK) {
        char *thresholds = is_folder(cli->operands[0]) ? look_up_about(cli->operands[0], "thresholds") : NULL;
        status = ipsim_decision_thresholds(job, thresholds != NULL && thresholds[0] != '\0' ? thresholds : NULL, err);
        free(thresholds);
    }
    return status;
}

ipsim_status ipsim_decision_load(ipsim_decision_job *job, const ipsim_cli *cli, ipsim_error_list *errors)
{
    const ipsim_cli_decision *options = &cli->decision;
    const ipsim_draws_columns columns = {
        .cost = options->cost,
        .effect = options->effect,
        .strategy = options->strategy,
        .draw = options->draw,
        .perspective = options->perspective,
        .subgroup = options->subgroup,
        .weight = options->weight,
    };
    ipsim_error err = {0};
    *job = (ipsim_decision_job){.cli = cli, .started = time(NULL)};
    clock_gettime(CLOCK_MONOTONIC, &job->clock);
    size_t n_before = errors->count;
    ipsim_status status = find_files(job, &err);
    status = status == IPSIM_OK ? ipsim_draws_read(job->table_path, job->parameters_path, &columns, &job->draws, errors) : status;
    status = status == IPSIM_OK ? read_settings(job, errors, &err) : status;
    if (status != IPSIM_OK && errors->count == n_before) {
        (void)ipsim_error_add_copy(errors, &err);
    }
    return status;
}

void ipsim_decision_clear(ipsim_decision_job *job)
{
    for (size_t i = 0; i < job->n_remarks; i++) {
        free(job->remarks[i]);
    }
    ipsim_draws_free(job->draws);
    free(job->thresholds);
    free(job->table_path);
    free(job->parameters_path);
    free(job->currency);
    memset(job, 0, sizeof *job);
}
