/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_voi: what learning parameters, or doing a study, would be worth. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/format.h"
#include "ipsim/nearest.h"
#include "ipsim/uncertainty.h"

/* What the options ask for, in memory of its own. */
typedef struct voi_request {
    size_t n_sets;
    ipsim_parameter_set *sets;
    const char **labels;
    size_t *members; /* of all sets, one after the other */
    ipsim_study_plan plan;
    ipsim_measure *measures;
    double *sizes;
    char *sets_text, *study_text;
    char **set_words, **study_words;
    double study_years;
} voi_request;

static void clear_request(voi_request *r)
{
    free(r->sets);
    free(r->labels);
    free(r->members);
    free(r->measures);
    free(r->sizes);
    free(r->sets_text);
    free(r->study_text);
    free(r->set_words);
    free(r->study_words);
}

static ipsim_status find_parameter(const ipsim_draws *d, const char *option, const char *name, size_t *parameter, ipsim_error *err)
{
    *parameter = ipsim_draws_find_parameter(d, name);
    if (*parameter < d->n_parameters) {
        return IPSIM_OK;
    }
    const char *near = ipsim_nearest(name, d->parameters, d->n_parameters);
    return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s: there is no parameter \"%s\"%s%s%s", option, name,
                           near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* ---- sets ---- */
static ipsim_status single_sets(voi_request *r, const ipsim_draws *d, ipsim_error *err)
{
    r->sets = calloc(d->n_parameters + 1, sizeof *r->sets);
    r->labels = calloc(d->n_parameters + 1, sizeof *r->labels);
    r->members = calloc(d->n_parameters + 1, sizeof *r->members);
    if (r->sets == NULL || r->labels == NULL || r->members == NULL) {
        return short_of_memory(err);
    }
    for (size_t p = 0; p < d->n_parameters; p++) {
        r->members[p] = p;
        r->sets[p] = (ipsim_parameter_set){1, &r->members[p]};
        r->labels[p] = d->parameters[p];
    }
    r->n_sets = d->n_parameters;
    return IPSIM_OK;
}

/* "a+b+c": the parameters of one set behind those of the sets before it. */
static ipsim_status read_set(voi_request *r, const ipsim_draws *d, const char *label, size_t *n_members, ipsim_error *err)
{
    char *text, **words;
    size_t n_words, first = *n_members;
    ipsim_status status = ipsim_decision_words(label, "+", &text, &words, &n_words, err);
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        status = find_parameter(d, "sets", words[i], &r->members[*n_members], err);
        (*n_members)++;
    }
    free(words);
    free(text);
    r->sets[r->n_sets] = (ipsim_parameter_set){*n_members - first, &r->members[first]};
    r->labels[r->n_sets++] = label;
    return status;
}

static ipsim_status read_sets(voi_request *r, const ipsim_decision_job *job, ipsim_error *err)
{
    const char *list = job->cli->decision.sets;
    if (list == NULL) {
        return single_sets(r, job->draws, err);
    }
    size_t n_words, n_members = 0;
    ipsim_status status = ipsim_decision_words(list, ",", &r->sets_text, &r->set_words, &n_words, err);
    if (status != IPSIM_OK) {
        return status;
    }
    r->sets = calloc(n_words, sizeof *r->sets);
    r->labels = calloc(n_words, sizeof *r->labels);
    r->members = calloc(strlen(list) + 1, sizeof *r->members); /* more than there can be words */
    if (r->sets == NULL || r->labels == NULL || r->members == NULL) {
        return short_of_memory(err);
    }
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        status = read_set(r, job->draws, r->set_words[i], &n_members, err);
    }
    return status;
}

/* ---- the study ---- */
static ipsim_status read_measure(const ipsim_draws *d, char *text, ipsim_measure *measure, ipsim_error *err)
{
    const char *name = strsep(&text, ":"), *kind = text != NULL ? strsep(&text, ":") : "", *sd = text;
    const char *kinds[IPSIM_N_MEASURE_KINDS];
    size_t k = 0;
    ipsim_status status = find_parameter(d, "study", name, &measure->parameter, err);
    if (status != IPSIM_OK) {
        return status;
    }
    for (size_t i = 0; i < IPSIM_N_MEASURE_KINDS; i++) {
        kinds[i] = ipsim_measure_name((ipsim_measure_kind)i);
    }
    while (k < IPSIM_N_MEASURE_KINDS && strcmp(kinds[k], kind) != 0) {
        k++;
    }
    if (k == IPSIM_N_MEASURE_KINDS) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE,
                               "--study: %s is to be measured as mean, difference, ratio, proportion or rate, not as \"%s\"", name, kind);
    }
    measure->kind = (ipsim_measure_kind)k;
    if (ipsim_measure_is_normal(measure->kind)) {
        return sd != NULL ? ipsim_decision_number("study (SD)", sd, NAN, 1e-300, 1e300, &measure->sd, err)
                          : ipsim_error_set(err, IPSIM_ERR_USAGE,
                                            "--study: %s:%s needs the standard deviation of one person's outcome behind it", name, kind);
    }
    return sd == NULL ? IPSIM_OK : ipsim_error_set(err, IPSIM_ERR_USAGE, "--study: %s:%s takes no standard deviation", name, kind);
}

static ipsim_status read_costs(voi_request *r, const ipsim_decision_job *job, ipsim_error *err)
{
    const char *list = job->cli->decision.study_cost;
    r->plan.fixed_cost = r->plan.cost_per_person = NAN;
    if (list == NULL) {
        return IPSIM_OK;
    }
    char *text, **words;
    size_t n;
    ipsim_status status = ipsim_decision_words(list, ",", &text, &words, &n, err);
    if (status == IPSIM_OK && n > 2) {
        status = ipsim_error_set(err, IPSIM_ERR_USAGE, "--study-cost needs A or A,B: the cost of the study, and of each person in it");
    }
    status = status == IPSIM_OK ? ipsim_decision_number("study-cost", words[0], NAN, 0.0, 1e15, &r->plan.fixed_cost, err) : status;
    status = status == IPSIM_OK
                 ? ipsim_decision_number("study-cost", n > 1 ? words[1] : NULL, 0.0, 0.0, 1e15, &r->plan.cost_per_person, err)
                 : status;
    free(words);
    free(text);
    return status;
}

static ipsim_status read_study(voi_request *r, const ipsim_decision_job *job, ipsim_error *err)
{
    const ipsim_cli_decision *options = &job->cli->decision;
    size_t n_words;
    if (options->study == NULL) {
        bool stray = options->size != NULL || options->arms != NULL || options->study_cost != NULL || options->study_years != NULL;
        return stray ? ipsim_error_set(err, IPSIM_ERR_USAGE, "--size, --arms, --study-cost and --study-years go with --study") : IPSIM_OK;
    }
    ipsim_status status = ipsim_decision_words(options->study, ",", &r->study_text, &r->study_words, &n_words, err);
    r->measures = status == IPSIM_OK ? calloc(n_words, sizeof *r->measures) : NULL;
    if (status == IPSIM_OK && r->measures == NULL) {
        status = short_of_memory(err);
    }
    double arms = 1.0;
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        status = read_measure(job->draws, r->study_words[i], &r->measures[i], err);
        arms = status == IPSIM_OK ? fmax(arms, (double)ipsim_measure_arms(r->measures[i].kind)) : arms;
    }
    status = status == IPSIM_OK ? ipsim_decision_list("size", options->size != NULL ? options->size : "50,100,200,400,800,1600", 1.0,
                                                      &r->sizes, &r->plan.n_sizes, err)
                                : status;
    for (size_t z = 0; status == IPSIM_OK && z < r->plan.n_sizes; z++) {
        if (r->sizes[z] != floor(r->sizes[z]) || r->sizes[z] > 1e9) {
            status = ipsim_error_set(err, IPSIM_ERR_USAGE, "--size needs whole numbers up to 1e9, not %g", r->sizes[z]);
        }
    }
    status = status == IPSIM_OK ? ipsim_decision_number("arms", options->arms, arms, 1.0, 100.0, &r->plan.arms, err) : status;
    status = status == IPSIM_OK ? ipsim_decision_number("study-years", options->study_years, 0.0, 0.0, 1000.0, &r->study_years, err)
                                : status;
    status = status == IPSIM_OK ? read_costs(r, job, err) : status;
    r->plan.n_measures = n_words;
    r->plan.measures = r->measures;
    r->plan.sizes = r->sizes;
    r->plan.persons = ipsim_discounted_persons(job->persons_per_year, r->study_years, job->years, job->rate);
    return status;
}

static ipsim_status read_request(voi_request *r, const ipsim_decision_job *job, ipsim_error *err)
{
    if (job->draws->n_draws < 2) {
        return ipsim_error_set(err, IPSIM_ERR_DATA, "%s has one draw: the value of information needs many", job->table_path);
    }
    if (job->draws->n_parameters == 0) {
        return ipsim_error_set(err, IPSIM_ERR_MISSING, "there are no parameters: name their table with --parameters");
    }
    ipsim_status status = read_sets(r, job, err);
    return status == IPSIM_OK ? read_study(r, job, err) : status;
}

/* ---- the page ---- */
typedef struct voi_page {
    const ipsim_decision_job *job;
    const voi_request *request;
    ipsim_table *const *tables;
    FILE *stream;
    const char *perspective, *subgroup;
} voi_page;

enum { MOST_SHOWN = 15 };

typedef struct ranked_set {
    size_t set;
    double value;
} ranked_set;

static int by_falling_value(const void *left, const void *right)
{
    const ranked_set *a = left, *b = right;
    if (a->value != b->value) {
        return a->value > b->value ? -1 : 1;
    }
    return a->set < b->set ? -1 : 1;
}

/* Rows of evppi come set by set and, within a set, threshold by threshold. */
static size_t evppi_row(const voi_page *page, size_t first, size_t set, size_t threshold)
{
    return first + set * page->job->settings.n_thresholds + threshold;
}

static void print_evppi(const voi_page *page)
{
    const ipsim_decision_job *job = page->job;
    const ipsim_table *table = page->tables[IPSIM_TABLE_EVPPI];
    size_t first = 0, n_sets = page->request->n_sets;
    char text[IPSIM_FORMAT_SIZE], headings_text[IPSIM_HEADLINES_MAX][64];
    const char *headings[2 * IPSIM_HEADLINES_MAX + 2] = {"Parameters"};
    while (first < table->n_rows && !ipsim_page_is_about(table, first, page->perspective, page->subgroup)) {
        first++;
    }
    for (size_t h = 0; h < job->n_headlines; h++) {
        snprintf(headings_text[h], sizeof headings_text[h], "at %s",
                 ipsim_format_number(job->thresholds[job->headlines[h]], 6, text, sizeof text));
        headings[1 + 2 * h] = headings_text[h];
        headings[2 + 2 * h] = "of EVPI";
    }
    ranked_set *order = calloc(n_sets + 1, sizeof *order);
    for (size_t j = 0; order != NULL && j < n_sets; j++) {
        order[j].set = j;
        for (size_t h = 0; h < job->n_headlines; h++) {
            order[j].value = fmax(order[j].value, ipsim_page_real(table, evppi_row(page, first, j, job->headlines[h]), "evppi"));
        }
    }
    fputs("\nEVPPI a person: learning these parameters exactly, before deciding; by value\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    if (order != NULL) {
        qsort(order, n_sets, sizeof *order, by_falling_value);
    }
    for (size_t i = 0; order != NULL && i < n_sets && i < MOST_SHOWN; i++) {
        ipsim_page_cell(&out, "%s", page->request->labels[order[i].set]);
        for (size_t h = 0; h < job->n_headlines; h++) {
            size_t row = evppi_row(page, first, order[i].set, job->headlines[h]);
            ipsim_page_estimate(&out, ipsim_page_real(table, row, "evppi"), ipsim_page_real(table, row, "evppi_se"));
            ipsim_page_share(&out, ipsim_page_real(table, row, "share_of_evpi"));
        }
    }
    free(order);
    ipsim_page_end(&out, page->stream);
    if (n_sets > MOST_SHOWN) {
        fprintf(page->stream, "%zu more, of less value, stand in evppi.csv.\n", n_sets - MOST_SHOWN);
    }
}

static void print_evpi(const voi_page *page)
{
    static const char *const headings[] = {"Value of a unit", "Best on average", "Best in", "EVPI a person", "EVPI, all", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_VOI_EVPI];
    fputs("\nEVPI: learning everything that the draws hold uncertain\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 0);
    for (size_t row = 0; row < table->n_rows; row++) {
        bool shown = false;
        for (size_t h = 0; h < page->job->n_headlines; h++) {
            shown = shown || ipsim_page_real(table, row, "threshold") == page->job->thresholds[page->job->headlines[h]];
        }
        if (!shown || !ipsim_page_is_about(table, row, page->perspective, page->subgroup)) {
            continue;
        }
        ipsim_page_number(&out, ipsim_page_real(table, row, "threshold"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "best_strategy"));
        ipsim_page_share(&out, ipsim_page_real(table, row, "probability_best"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "evpi"), ipsim_page_real(table, row, "evpi_se"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_evpi"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_evsi(const voi_page *page)
{
    static const char *const headings[] = {
        "Value of a unit", "Size of an arm", "Persons", "EVSI a person", "of EVPI", "EVSI, all", "Cost of study", "Net benefit", "", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_EVSI];
    if (table == NULL) {
        return;
    }
    fprintf(page->stream, "\nSTUDY %s: the value of its data, and what is left after its cost\n", page->job->cli->decision.study);
    ipsim_page_table out = ipsim_page_begin(headings, 0);
    for (size_t row = 0; row < table->n_rows; row++) {
        bool shown = false;
        for (size_t h = 0; h < page->job->n_headlines; h++) {
            shown = shown || ipsim_page_real(table, row, "threshold") == page->job->thresholds[page->job->headlines[h]];
        }
        if (!shown || !ipsim_page_is_about(table, row, page->perspective, page->subgroup)) {
            continue;
        }
        ipsim_page_number(&out, ipsim_page_real(table, row, "threshold"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "size_per_arm"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "participants"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "evsi"), ipsim_page_real(table, row, "evsi_se"));
        ipsim_page_share(&out, ipsim_page_real(table, row, "share_of_evpi"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_evsi"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "study_cost"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "enbs"), ipsim_page_real(table, row, "enbs_se"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "remark"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_reading_help(const voi_page *page)
{
    const ipsim_decision_job *job = page->job;
    char count[IPSIM_FORMAT_SIZE];
    fputs("\nHOW TO READ THIS\n", page->stream);
    ipsim_page_paragraph(
        page->stream,
        "Values are%s%s for each person whose treatment is decided. They are upper limits for research that leaves nothing uncertain "
        "(EVPI, "
        "EVPPI) or the expected worth of data from a study as described (EVSI), given the model and the draws: what the "
        "draws hold fixed has no value here. ± is one standard error, of the draws and the regression; a value of 0 without one "
        "means that no draw would change the decision. Values of sets do not add up.",
        job->currency[0] != '\0' ? " in " : "", job->currency);
    if (!isnan(job->settings.persons)) {
        ipsim_page_population(page->stream, job);
    }
    if (page->tables[IPSIM_TABLE_EVSI] == NULL) {
        return;
    }
    if (isnan(job->settings.persons) || isnan(page->request->plan.fixed_cost)) {
        ipsim_page_paragraph(page->stream, "Without --population and --study-cost the net benefit of a study cannot be given.");
        return;
    }
    ipsim_page_paragraph(
        page->stream,
        "The study informs the treatment of %s persons, those from year %g on. \"Best size\" is the best of the sizes listed. People in "
        "the study count as its cost, not as patients who gain by it. That results are believed and followed at once is "
        "assumed.",
        ipsim_format_number(page->request->plan.persons, 4, count, sizeof count), page->request->study_years);
}

static void print_page(voi_page *page)
{
    const ipsim_draws *d = page->job->draws;
    char count[IPSIM_FORMAT_SIZE];
    fprintf(page->stream, "VALUE OF INFORMATION, %s draws of %s, %zu parameters\n",
            ipsim_format_count((int64_t)d->n_draws, count, sizeof count), page->job->table_path, d->n_parameters);
    for (size_t p = 0; p < d->n_perspectives; p++) {
        for (size_t g = 0; g < d->n_subgroups; g++) {
            if (d->total < d->n_subgroups && g != d->total) {
                continue;
            }
            page->perspective = d->perspectives[p];
            page->subgroup = d->subgroups[g];
            ipsim_page_panel_title(page->stream, d, p, g);
            print_evpi(page);
            print_evppi(page);
            print_evsi(page);
        }
    }
    print_reading_help(page);
    ipsim_page_notes(page->stream, page->job);
}

static ipsim_status analyse(ipsim_decision_job *job, const voi_request *request)
{
    ipsim_table *tables[IPSIM_N_VOI_TABLES] = {NULL};
    ipsim_error err = {0};
    const ipsim_study_plan *plan = request->plan.n_measures > 0 ? &request->plan : NULL;
    ipsim_status status = ipsim_voi_tables(job->draws, &job->settings, request->sets, request->labels, request->n_sets, plan, tables, &err);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = status == IPSIM_OK ? open_memstream(&text, &size) : NULL;
    if (stream != NULL) {
        voi_page page = {.job = job, .request = request, .tables = tables, .stream = stream};
        print_page(&page);
    }
    if (status == IPSIM_OK && (stream == NULL || fclose(stream) != 0)) {
        status = short_of_memory(&err);
    }
    status = status == IPSIM_OK ? ipsim_decision_publish(job, "voi", tables, IPSIM_N_VOI_TABLES, text) : ipsim_app_complain_once(&err);
    free(text);
    for (size_t t = 0; t < IPSIM_N_VOI_TABLES; t++) {
        ipsim_table_free(tables[t]);
    }
    return status;
}

ipsim_status ipsim_app_voi(ipsim_app *app)
{
    ipsim_decision_job job;
    voi_request request = {0};
    ipsim_error_list errors = {0};
    ipsim_error err = {0};
    if (app->cli->threads > 0) {
        omp_set_num_threads((int)app->cli->threads);
    }
    ipsim_status status = ipsim_decision_load(&job, app->cli, &errors);
    if (status == IPSIM_OK) {
        status = read_request(&request, &job, &err);
        status = status == IPSIM_OK ? status : ipsim_error_add_copy(&errors, &err);
    }
    if (status == IPSIM_OK) {
        app->inputs_read = true;
        status = analyse(&job, &request);
    } else {
        status = ipsim_app_complain(&errors, status, "nothing was written");
    }
    clear_request(&request);
    ipsim_decision_clear(&job);
    ipsim_error_list_clear(&errors);
    return status;
}
