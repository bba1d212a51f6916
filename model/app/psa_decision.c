/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/psa_decision: cea and voi at the end of a psa. They read the tables in the folder in the making as they would read them later, so that
 * `ipsim cea FOLDER` and `ipsim voi FOLDER` give the same tables again. See app.h. */
#include <errno.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/nearest.h"

/* ---- options, before anything is simulated ---- */
/* The first of the options of a decision that was given, or NULL. */
static const char *given_option(const ipsim_cli *cli)
{
    const ipsim_cli_decision *o = &cli->decision;
    const struct {
        const char *name, *value;
    } options[] = {{"perspective", o->perspective},
                   {"threshold", o->threshold},
                   {"effect", o->effect},
                   {"population", o->population},
                   {"years", o->years},
                   {"discount", o->discount},
                   {"norms", o->norms},
                   {"age", o->age},
                   {"sex", o->sex},
                   {"inequality-aversion", o->aversion}};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options[i].value != NULL) {
            return options[i].name;
        }
    }
    return cli->no_decision ? "no-decision" : NULL;
}

static void refuse(ipsim_error_list *errors, const char *option, const char *reason)
{
    ipsim_error err = {0};
    (void)ipsim_error_set(&err, IPSIM_ERR_USAGE, "--%s: %s", option, reason);
    (void)ipsim_error_add_copy(errors, &err);
}

/* A name that is none of those known. */
static void refuse_name(ipsim_error_list *errors, const char *option, const char *what, const char *name, const char *const *known,
                        size_t n_known)
{
    ipsim_error err = {0};
    const char *near = ipsim_nearest(name, known, n_known);
    (void)ipsim_error_set(&err, IPSIM_ERR_USAGE, "--%s: the scenarios have no %s \"%s\"%s%s%s", option, what, name,
                          near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
    (void)ipsim_error_add_copy(errors, &err);
}

static bool is_among(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void check_perspectives(const char *list, const ipsim_scenario *scenario, ipsim_error_list *errors)
{
    ipsim_error err = {0};
    char *text = NULL, **words = NULL;
    size_t n_words = 0;
    const char **names = calloc(scenario->n_perspectives + 1, sizeof *names);
    ipsim_status status = names != NULL ? ipsim_decision_words(list, ",", &text, &words, &n_words, &err) : short_of_memory(&err);
    if (status != IPSIM_OK) {
        (void)ipsim_error_add_copy(errors, &err);
    }
    for (size_t p = 0; names != NULL && p < scenario->n_perspectives; p++) {
        names[p] = scenario->perspectives[p].name;
    }
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        if (strcmp(words[i], "all") != 0 && !is_among(words[i], names, scenario->n_perspectives)) {
            refuse_name(errors, "perspective", "perspective", words[i], names, scenario->n_perspectives);
        }
    }
    free(words);
    free(text);
    free(names);
}

static void check_effect(const char *effect, const ipsim_scenario *scenario, ipsim_error_list *errors)
{
    const char **names = calloc(scenario->n_outcomes + 2, sizeof *names);
    if (names == NULL) {
        ipsim_error err = {0};
        (void)short_of_memory(&err);
        (void)ipsim_error_add_copy(errors, &err);
        return;
    }
    size_t n = 0;
    names[n++] = "qalys";
    names[n++] = "life_years";
    for (size_t i = 0; i < scenario->n_outcomes; i++) {
        names[n++] = scenario->outcomes[i].name;
    }
    if (!is_among(effect, names, n)) {
        refuse_name(errors, "effect", "outcome", effect, names, n);
    }
    free(names);
}

static void check_numbers(const ipsim_cli_decision *o, ipsim_error_list *errors)
{
    const struct {
        const char *option, *text;
        double most;
    } numbers[] = {{"population", o->population, 1e12},
                   {"years", o->years, 1000.0},
                   {"discount", o->discount, 100.0},
                   {"inequality-aversion", o->aversion, 100.0}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        ipsim_error err = {0};
        double value;
        if (ipsim_decision_number(numbers[i].option, numbers[i].text, NAN, 0.0, numbers[i].most, &value, &err) != IPSIM_OK) {
            (void)ipsim_error_add_copy(errors, &err);
        }
    }
    if (o->threshold != NULL) {
        ipsim_error err = {0};
        double *values = NULL;
        size_t n;
        if (ipsim_decision_list("threshold", o->threshold, 0.0, &values, &n, &err) != IPSIM_OK) {
            (void)ipsim_error_add_copy(errors, &err);
        } else {
            free(values);
        }
    }
}

static void check_norms(const ipsim_cli_decision *o, ipsim_error_list *errors)
{
    if (o->norms == NULL) {
        if (o->age != NULL || o->sex != NULL) {
            refuse(errors, o->age != NULL ? "age" : "sex", "this goes with --norms");
        }
    } else if (access(o->norms, R_OK) != 0) {
        (void)ipsim_error_add(errors, IPSIM_ERR_FILE, (ipsim_origin){o->norms, 0, NULL}, "the norms cannot be read: %s", strerror(errno));
    }
}

ipsim_status ipsim_psa_decision_check(const ipsim_cli *cli, const ipsim_inputs *inputs, ipsim_error_list *errors)
{
    const char *given = given_option(cli);
    size_t n_before = errors->count;
    if (given == NULL) {
        return IPSIM_OK;
    }
    if (cli->command != IPSIM_COMMAND_PSA) {
        refuse(errors, given, "this goes with shards of psa; these are of another command");
    } else if (cli->shard != NULL) {
        refuse(errors, given, "a shard decides nothing; give it to ipsim merge, which does");
    } else if (inputs->count < 2) {
        refuse(errors, given, "there is one scenario, and nothing to decide");
    } else if (cli->no_decision && strcmp(given, "no-decision") != 0) {
        refuse(errors, given, "this excludes --no-decision");
    } else {
        const ipsim_cli_decision *o = &cli->decision;
        check_numbers(o, errors);
        check_norms(o, errors);
        if (o->perspective != NULL) {
            check_perspectives(o->perspective, inputs->items[0], errors);
        }
        if (o->effect != NULL) {
            check_effect(o->effect, inputs->items[0], errors);
        }
    }
    return errors->count > n_before ? errors->items[n_before].status : IPSIM_OK;
}

/* ---- the analysis ---- */
bool ipsim_psa_decision_is_wanted(const ipsim_cli *cli, const ipsim_inputs *inputs, const ipsim_results *results)
{
    return results->psa != NULL && inputs->count > 1 && results->draws_done > 1 && !cli->no_decision;
}

/* Both have a table evpi; that of cea, which comes first, says more. */
static bool is_there(const ipsim_decision_of_psa *out, const char *name)
{
    for (size_t t = 0; t < out->n_tables; t++) {
        if (strcmp(out->tables[t]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void take_tables(ipsim_decision_of_psa *out, ipsim_table **tables, size_t n_tables)
{
    for (size_t t = 0; t < n_tables; t++) {
        if (tables[t] != NULL && !is_there(out, tables[t]->name)) {
            out->tables[out->n_tables++] = tables[t];
            tables[t] = NULL;
        }
    }
}

static ipsim_status take_text(ipsim_decision_of_psa *out, const char *page, ipsim_error *err)
{
    char *text = NULL;
    if (asprintf(&text, "%s%s%s", out->text != NULL ? out->text : "", out->text != NULL ? "\n\n" : "", page) < 0) {
        return short_of_memory(err);
    }
    free(out->text);
    out->text = text;
    return IPSIM_OK;
}

/* What the page of the psa shows: a grid that nobody asked for means nothing by itself. */
static void note_thresholds(ipsim_decision_of_psa *out, const ipsim_decision_job *job)
{
    out->page.n_thresholds = 0;
    for (size_t h = 0; h < job->n_headlines && h < IPSIM_PSA_PAGE_THRESHOLDS && !job->thresholds_chosen; h++) {
        out->thresholds[out->page.n_thresholds++] = job->thresholds[job->headlines[h]];
    }
    out->page.thresholds = out->thresholds;
    out->page.effect = job->options->effect != NULL ? job->options->effect : "qalys";
}

static ipsim_status add_analysis(const ipsim_decision_kind *kind, void *request, ipsim_decision_job *job, ipsim_decision_of_psa *out,
                                 ipsim_error_list *errors)
{
    ipsim_table *tables[IPSIM_DECISION_TABLES] = {NULL};
    ipsim_error err = {0};
    char *page = NULL;
    job->with_parameters = kind->with_parameters;
    ipsim_status status = ipsim_decision_load(job, errors);
    if (status == IPSIM_OK) {
        status = ipsim_decision_analyse(kind, job, request, tables, &page, &err);
        status = status == IPSIM_OK ? take_text(out, page, &err) : status;
        if (status != IPSIM_OK) {
            (void)ipsim_error_add_copy(errors, &err);
        }
    }
    if (status == IPSIM_OK) {
        take_tables(out, tables, kind->n_tables);
        note_thresholds(out, job);
    }
    free(page);
    ipsim_decision_free_tables(tables);
    ipsim_decision_clear(job);
    return status;
}

static const ipsim_table *table_named(const ipsim_decision_of_psa *out, const char *name)
{
    for (size_t t = 0; t < out->n_tables; t++) {
        if (strcmp(out->tables[t]->name, name) == 0) {
            return out->tables[t];
        }
    }
    return NULL;
}

/* EVPPI, unless there are too few draws for a regression that deserves the name, or so many that nobody asked for the time it takes. */
static ipsim_status add_voi(const ipsim_decision_job *like, size_t n_draws, ipsim_evppi_watch *watch, ipsim_decision_of_psa *out,
                            ipsim_error_list *errors)
{
    if (n_draws < IPSIM_EVPPI_DRAWS_LEAST || n_draws > IPSIM_EVPPI_DRAWS_MOST) {
        out->page.no_evppi = n_draws < IPSIM_EVPPI_DRAWS_LEAST
                                 ? "What single parameters are worth (EVPPI) is left to ipsim voi below 200 draws."
                                 : "What single parameters are worth (EVPPI) is left to ipsim voi above 20 000 draws.";
        return IPSIM_OK;
    }
    ipsim_error err = {0};
    size_t n_before = errors->count;
    ipsim_decision_job job = *like;
    struct voi_request *request = ipsim_voi_request_create();
    if (request == NULL) {
        (void)short_of_memory(&err);
        return ipsim_error_add_copy(errors, &err);
    }
    job.watch = watch;
    ipsim_status status = add_analysis(&ipsim_decision_voi, request, &job, out, errors);
    ipsim_voi_request_free(request);
    if (status == IPSIM_ERR_INTERRUPTED && errors->count == n_before + 1) {
        ipsim_error_list_clear(errors);
        out->interrupted = true;
        out->page.no_evppi = "What single parameters are worth (EVPPI) was interrupted; ipsim voi makes it.";
        status = IPSIM_OK;
    }
    return status;
}

ipsim_status ipsim_psa_decide(const ipsim_cli *cli, const char *folder, size_t n_draws, int n_threads, ipsim_evppi_watch *watch,
                              ipsim_decision_of_psa *out, ipsim_error_list *errors)
{
    *out = (ipsim_decision_of_psa){.n_tables = 0};
    const ipsim_decision_job like = {.cli = cli, .options = &cli->decision, .source = folder, .shown_as = "psa.csv"};
    ipsim_decision_job job = like;
    int threads_before = omp_get_max_threads();
    omp_set_num_threads(n_threads);
    ipsim_status status = add_analysis(&ipsim_decision_cea, NULL, &job, out, errors);
    status = status == IPSIM_OK ? add_voi(&like, n_draws, watch, out, errors) : status;
    omp_set_num_threads(threads_before);
    out->page.ceac = table_named(out, "ceac");
    out->page.evpi = table_named(out, "evpi");
    out->page.evppi = table_named(out, "evppi");
    if (status != IPSIM_OK) {
        ipsim_decision_of_psa_clear(out);
    }
    return status;
}

void ipsim_decision_of_psa_clear(ipsim_decision_of_psa *decision)
{
    for (size_t t = 0; t < decision->n_tables; t++) {
        ipsim_table_free(decision->tables[t]);
    }
    free(decision->text);
    *decision = (ipsim_decision_of_psa){.n_tables = 0};
}
