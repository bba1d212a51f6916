/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: the table of draws and what the options say about it. See decision.h. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/cea.h"
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

static char *in_folder(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static ipsim_status find_files(ipsim_decision_job *job, ipsim_error *err)
{
    ipsim_status status = ipsim_decision_folder_open(job->source, &job->folder, err);
    if (status != IPSIM_OK) {
        return status;
    }
    bool psa = ipsim_decision_folder_holds(job->folder, "psa.csv");
    job->table_path = job->folder == NULL ? strdup(job->source) : in_folder(job->source, psa ? "psa.csv" : "results.csv");
    if (job->options->parameters != NULL) {
        job->parameters_path = strdup(job->options->parameters);
    } else if (psa && job->with_parameters) {
        job->parameters_path = in_folder(job->source, "parameters.csv");
    }
    const char *asked = job->options->currency, *about = ipsim_decision_about(job->folder, "currency");
    job->currency = strdup(asked != NULL ? asked : about != NULL ? about : "");
    return job->table_path != NULL && job->currency != NULL ? IPSIM_OK : short_of_memory(err);
}

static ipsim_status find_comparator(ipsim_decision_job *job, ipsim_error *err)
{
    const char *wanted = job->options->comparator;
    const ipsim_draws *d = job->draws;
    size_t s = 0;
    if (wanted != NULL) {
        while (s < d->n_strategies && strcmp(d->strategies[s], wanted) != 0) {
            s++;
        }
    } else if (job->folder == NULL) {
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
    const ipsim_cli_decision *options = job->options;
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

/* ---- severity ---- */
static size_t find_subgroup(const ipsim_draws *d, const char *name)
{
    size_t g = 0;
    while (g < d->n_subgroups && strcmp(d->subgroups[g], name) != 0) {
        g++;
    }
    return g;
}

/* "35" is for everybody, "age_band=under_30:24" for a subgroup. */
static ipsim_status read_age(ipsim_decision_job *job, char *word, ipsim_error *err)
{
    const ipsim_draws *d = job->draws;
    char *colon = strrchr(word, ':');
    size_t g = d->total < d->n_subgroups ? d->total : 0;
    if (colon != NULL) {
        *colon = '\0';
        g = find_subgroup(d, word);
        if (g == d->n_subgroups) {
            const char *near = ipsim_nearest(word, d->subgroups, d->n_subgroups);
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--age: there is no subgroup \"%s\"%s%s%s", word,
                                   near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
        }
    }
    return ipsim_decision_number("age", colon != NULL ? colon + 1 : word, NAN, 0.0, 130.0, &job->severity[g].age_years, err);
}

static ipsim_status read_ages(ipsim_decision_job *job, ipsim_error *err)
{
    const ipsim_draws *d = job->draws;
    size_t all = d->total < d->n_subgroups ? d->total : 0, n_words = 0;
    char *text = NULL, **words = NULL;
    job->severity[all].age_years = ipsim_decision_mean_age(job->folder);
    if (job->options->age == NULL && isnan(job->severity[all].age_years)) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--norms needs --age");
    }
    ipsim_status status = job->options->age != NULL ? ipsim_decision_words(job->options->age, ",", &text, &words, &n_words, err) : IPSIM_OK;
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        status = read_age(job, words[i], err);
    }
    free(words);
    free(text);
    return status;
}

/* Remaining QALYs of each subgroup whose age is known: of the population, and under the comparator. */
static ipsim_status read_norms(ipsim_decision_job *job, ipsim_error_list *errors, ipsim_error *err)
{
    const ipsim_cli_decision *options = job->options;
    const ipsim_draws *d = job->draws;
    bool undiscounted = true;
    if (options->norms == NULL) {
        return options->age == NULL && options->sex == NULL ? IPSIM_OK
                                                            : ipsim_error_set(err, IPSIM_ERR_USAGE, "--age and --sex go with --norms");
    }
    job->severity = malloc(d->n_subgroups * sizeof *job->severity);
    if (job->severity == NULL) {
        return short_of_memory(err);
    }
    for (size_t g = 0; g < d->n_subgroups; g++) {
        job->severity[g] = (ipsim_severity){NAN, NAN, NAN};
    }
    ipsim_status status = read_ages(job, err);
    for (size_t g = 0; status == IPSIM_OK && g < d->n_subgroups; g++) {
        ipsim_severity *group = &job->severity[g];
        if (isnan(group->age_years)) {
            continue;
        }
        const char *sex = strncmp(d->subgroups[g], "sex=", 4) == 0 && options->sex == NULL ? d->subgroups[g] + 4 : options->sex;
        status = ipsim_norm_qalys(options->norms, group->age_years, sex, &group->norm_qalys, errors);
        const char *comparator = d->strategies[job->settings.comparator];
        group->comparator_qalys = ipsim_decision_undiscounted(job->folder, comparator, d->subgroups[g], "qalys");
        if (isnan(group->comparator_qalys)) {
            ipsim_panel panel = ipsim_draws_panel(d, 0, g);
            double sum = 0.0;
            for (size_t i = 0; i < d->n_draws; i++) {
                sum += panel.effect[job->settings.comparator * d->n_draws + i];
            }
            group->comparator_qalys = sum / (double)d->n_draws;
            undiscounted = false;
        }
    }
    job->settings.severity = job->severity;
    if (undiscounted) {
        ipsim_decision_remark(job,
                              "Absolute shortfall: the comparator's remaining QALYs are those simulated, not discounted, to the end of the "
                              "model. Norms must end at the same age; what both leave out makes the shortfall too small.");
    } else {
        ipsim_decision_remark(job,
                              "Absolute shortfall takes the comparator's mean %s as its remaining QALYs: they must be counted to the same "
                              "age as the norms and not discounted, as the norms are.",
                              d->effect_name);
    }
    return status;
}

static ipsim_status read_settings(ipsim_decision_job *job, ipsim_error_list *errors, ipsim_error *err)
{
    job->settings.currency = job->currency;
    ipsim_status status = find_comparator(job, err);
    status = status == IPSIM_OK ? read_population(job, err) : status;
    status = status == IPSIM_OK
                 ? ipsim_decision_number("inequality-aversion", job->options->aversion, NAN, 0.0, 100.0, &job->settings.aversion, err)
                 : status;
    status = status == IPSIM_OK ? read_norms(job, errors, err) : status;
    return status == IPSIM_OK ? ipsim_decision_thresholds(job, ipsim_decision_about(job->folder, "thresholds"), err) : status;
}

static ipsim_status read_draws(ipsim_decision_job *job, ipsim_error_list *errors)
{
    const ipsim_cli_decision *options = job->options;
    const ipsim_draws_columns columns = {
        .cost = options->cost,
        .effect = options->effect,
        .strategy = options->strategy,
        .draw = options->draw,
        .perspective = options->perspective_column,
        .subgroup = options->subgroup,
        .weight = options->weight,
    };
    if (job->folder != NULL && !ipsim_decision_folder_holds(job->folder, "psa.csv")) {
        return ipsim_draws_of_run(job->source, options->effect, &job->draws, errors);
    }
    return ipsim_draws_read(job->table_path, job->parameters_path, &columns, &job->draws, errors);
}

/* ---- perspectives ---- */
/* Leaves those that were asked for, in the order of the table. */
static ipsim_status choose_perspectives(ipsim_decision_job *job, ipsim_error *err)
{
    const char *list = job->options->perspective;
    ipsim_draws *d = job->draws;
    if (list == NULL || strcmp(list, "all") == 0) {
        return IPSIM_OK;
    }
    char *text, **words;
    size_t n_words;
    ipsim_status status = ipsim_decision_words(list, ",", &text, &words, &n_words, err);
    bool *kept = status == IPSIM_OK ? calloc(d->n_perspectives, sizeof *kept) : NULL;
    if (status == IPSIM_OK && kept == NULL) {
        status = short_of_memory(err);
    }
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        size_t p = 0;
        while (p < d->n_perspectives && strcmp(d->perspectives[p], words[i]) != 0) {
            p++;
        }
        if (p < d->n_perspectives) {
            kept[p] = true;
            continue;
        }
        const char *near = ipsim_nearest(words[i], d->perspectives, d->n_perspectives);
        status = ipsim_error_set(err, IPSIM_ERR_USAGE, "--perspective: there is no perspective \"%s\"%s%s%s (a column is named by --%s)",
                                 words[i], near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "",
                                 "perspective-column");
    }
    if (status == IPSIM_OK) {
        ipsim_draws_keep_perspectives(d, kept);
    }
    free(kept);
    free(words);
    free(text);
    return status;
}

ipsim_status ipsim_decision_load(ipsim_decision_job *job, ipsim_error_list *errors)
{
    ipsim_error err = {0};
    job->started = time(NULL);
    clock_gettime(CLOCK_MONOTONIC, &job->clock);
    size_t n_before = errors->count;
    ipsim_status status = find_files(job, &err);
    status = status == IPSIM_OK ? read_draws(job, errors) : status;
    status = status == IPSIM_OK ? choose_perspectives(job, &err) : status;
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
    ipsim_decision_folder_free(job->folder);
    free(job->severity);
    free(job->thresholds);
    free(job->table_path);
    free(job->parameters_path);
    free(job->currency);
    memset(job, 0, sizeof *job);
}
