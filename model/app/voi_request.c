/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_voi: what the options ask for. See voi_request.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/voi_request.h"
#include "economics/short_of_memory.h"
#include "ipsim/nearest.h"
#include "ipsim/uncertainty.h"

struct voi_request *ipsim_voi_request_create(void)
{
    voi_request *request = calloc(1, sizeof *request);
    if (request != NULL) {
        request->arena = ipsim_arena_create();
    }
    if (request != NULL && request->arena == NULL) {
        free(request);
        request = NULL;
    }
    return request;
}

void ipsim_voi_request_free(struct voi_request *r)
{
    if (r == NULL) {
        return;
    }
    ipsim_arena_free(r->arena);
    free(r->measures);
    free(r->sizes);
    free(r->sets_text);
    free(r->study_text);
    free(r->set_words);
    free(r->study_words);
    free(r);
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
static ipsim_status make_room(voi_request *r, size_t most_sets, size_t most_members, ipsim_error *err)
{
    r->sets = ipsim_arena_alloc(r->arena, most_sets, sizeof *r->sets);
    r->labels = ipsim_arena_alloc(r->arena, most_sets, sizeof *r->labels);
    r->members = ipsim_arena_alloc(r->arena, most_members, sizeof *r->members);
    return r->sets != NULL && r->labels != NULL && r->members != NULL ? IPSIM_OK : short_of_memory(err);
}

/* A set of the members that were put behind those of the sets before it. */
static void close_set(voi_request *r, const char *label, size_t n_members)
{
    r->sets[r->n_sets] = (ipsim_parameter_set){n_members - r->n_members, &r->members[r->n_members]};
    r->labels[r->n_sets++] = label;
    r->n_members = n_members;
}

/* The name without the scenario that a parameter of several values has in front. */
static const char *plain_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

/* What the name begins with, up to and with its first underscore: smr_ of smr_bipolar. */
static size_t family_length(const char *name)
{
    size_t length = strcspn(plain_name(name), "_");
    return plain_name(name)[length] == '_' ? length + 1 : 0;
}

static bool same_family(const char *a, const char *b)
{
    size_t length = family_length(a);
    return length > 0 && length == family_length(b) && strncmp(plain_name(a), plain_name(b), length) == 0;
}

/* Large enough to be a group, and small enough for a regression on so many draws. */
static bool fits(const voi_request *r, const ipsim_draws *d, size_t n_members)
{
    size_t size = n_members - r->n_members;
    return size > 1 && size < d->n_parameters && 10 * size <= d->n_draws;
}

/* Parameters whose names begin alike: a folder of ours names what belongs together like that. */
static ipsim_status family_sets(voi_request *r, const ipsim_draws *d, ipsim_error *err)
{
    for (size_t p = 0; p < d->n_parameters; p++) {
        size_t n_members = r->n_members, earlier = 0;
        while (earlier < p && !same_family(d->parameters[earlier], d->parameters[p])) {
            earlier++;
        }
        for (size_t q = p; earlier == p && q < d->n_parameters; q++) {
            if (same_family(d->parameters[q], d->parameters[p])) {
                r->members[n_members++] = q;
            }
        }
        if (fits(r, d, n_members)) {
            const char *name = plain_name(d->parameters[p]);
            const char *label = ipsim_arena_printf(r->arena, "%.*s*", (int)family_length(name), name);
            if (label == NULL) {
                return short_of_memory(err);
            }
            close_set(r, label, n_members);
        }
    }
    return IPSIM_OK;
}

/* All parameters that rest on the same kind of evidence: what would replacing every assumption by knowledge be worth? */
static void status_sets(voi_request *r, const ipsim_decision_job *job)
{
    static const char *const statuses[][2] = {
        {"assumed", "all assumed"}, {"derived", "all derived"}, {"published", "all published"}, {"calibrated", "all calibrated"}};
    const ipsim_draws *d = job->draws;
    for (size_t k = 0; k < sizeof statuses / sizeof statuses[0]; k++) {
        size_t n_members = r->n_members;
        for (size_t p = 0; p < d->n_parameters; p++) {
            const char *status = ipsim_decision_parameter_status(job->folder, d->parameters[p]);
            if (status != NULL && strcmp(status, statuses[k][0]) == 0) {
                r->members[n_members++] = p;
            }
        }
        if (fits(r, d, n_members)) {
            close_set(r, statuses[k][1], n_members);
        }
    }
}

/* Each parameter by itself and, from a folder of ours, its groups. */
static ipsim_status usual_sets(voi_request *r, const ipsim_decision_job *job, ipsim_error *err)
{
    enum { STATUSES = 4, PER_PARAMETER = 3 };
    const ipsim_draws *d = job->draws;
    ipsim_status status = make_room(r, 2 * d->n_parameters + STATUSES, PER_PARAMETER * d->n_parameters + 1, err);
    for (size_t p = 0; status == IPSIM_OK && p < d->n_parameters; p++) {
        r->members[r->n_members] = p;
        close_set(r, d->parameters[p], r->n_members + 1);
    }
    if (status == IPSIM_OK && job->folder != NULL) {
        status = family_sets(r, d, err);
        status_sets(r, job);
    }
    return status;
}

/* "smr_*": every parameter that begins so. */
static ipsim_status add_matches(voi_request *r, const ipsim_draws *d, const char *word, size_t *n_members, ipsim_error *err)
{
    size_t length = strlen(word) - 1, before = *n_members;
    for (size_t p = 0; p < d->n_parameters; p++) {
        if (strncmp(d->parameters[p], word, length) == 0 || strncmp(plain_name(d->parameters[p]), word, length) == 0) {
            r->members[(*n_members)++] = p;
        }
    }
    return *n_members > before ? IPSIM_OK
                               : ipsim_error_set(err, IPSIM_ERR_USAGE, "--sets: no parameter begins with \"%.*s\"", (int)length, word);
}

/* "a+b+c" */
static ipsim_status read_set(voi_request *r, const ipsim_draws *d, const char *label, ipsim_error *err)
{
    char *text, **words;
    size_t n_words, n_members = r->n_members;
    ipsim_status status = ipsim_decision_words(label, "+", &text, &words, &n_words, err);
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        size_t length = strlen(words[i]);
        if (length > 1 && words[i][length - 1] == '*') {
            status = add_matches(r, d, words[i], &n_members, err);
        } else {
            status = find_parameter(d, "sets", words[i], &r->members[n_members], err);
            n_members++;
        }
    }
    free(words);
    free(text);
    close_set(r, label, n_members);
    return status;
}

static ipsim_status read_sets(voi_request *r, const ipsim_decision_job *job, ipsim_error *err)
{
    const char *list = job->options->sets;
    if (list == NULL) {
        return usual_sets(r, job, err);
    }
    size_t n_words;
    ipsim_status status = ipsim_decision_words(list, ",", &r->sets_text, &r->set_words, &n_words, err);
    /* More than there can be words in the list, each with all parameters. */
    status = status == IPSIM_OK ? make_room(r, n_words, (strlen(list) + 1) * (job->draws->n_parameters + 1), err) : status;
    for (size_t i = 0; status == IPSIM_OK && i < n_words; i++) {
        status = read_set(r, job->draws, r->set_words[i], err);
    }
    return status;
}

/* ---- the study ---- */
static ipsim_status read_measure(const ipsim_draws *d, char *text, ipsim_study_measure *measure, ipsim_error *err)
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
    const char *list = job->options->study_cost;
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
    const ipsim_cli_decision *options = job->options;
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

ipsim_status ipsim_voi_request_read(void *request, ipsim_decision_job *job, ipsim_error *err)
{
    voi_request *r = request;
    if (job->draws->n_draws < 2) {
        return ipsim_error_set(err, IPSIM_ERR_DATA, "%s has one draw: the value of information needs many", job->shown_as);
    }
    if (job->draws->n_parameters == 0) {
        return ipsim_error_set(err, IPSIM_ERR_MISSING, "there are no parameters: name their table with --parameters");
    }
    ipsim_status status = read_sets(r, job, err);
    return status == IPSIM_OK ? read_study(r, job, err) : status;
}
