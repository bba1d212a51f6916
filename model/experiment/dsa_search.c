/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threshold analysis: the value of a parameter at which an output is 0.
 *
 * On the same people with the same luck an output is one fixed function of the parameter, so a bracket can be closed as with any function.
 * The bracketing method is that of Chandrupatla (1997), which takes an inverse quadratic step where that is safe and halves the bracket
 * elsewhere; the first step is that of a straight line, which prices and utilities follow. It is written out here, and not GSL's, because GSL calls the function itself: here all searches take their next step together,
 * so that one batch of runs serves them all, in parallel, with what they share simulated once. */
#include <math.h>
#include <stdlib.h>

#include "dsa_parts.h"

enum { MOST_STEPS = 60, LOOKS = 9 };

/* One parameter, one output, one scenario. */
typedef struct search {
    size_t parameter, scenario, output;
    double from, to;
    size_t n_looks, n_flips;
    double look[LOOKS + 3]; /* values looked at first, ascending */
    size_t look_point[LOOKS + 3];
    bool bracketed, closed, lost; /* lost: a step had no value */
    /* Chandrupatla's: the last value, the other end of the bracket, and the one before. */
    double x[3], f[3];
    double share; /* where the next step lies between x[0] and x[1] */
    double root, slope, error;
    size_t point;     /* the step under way */
    double beside[2]; /* for the slope */
    size_t beside_point[2];
} search;

static ipsim_status no_memory(const dsa_job *job)
{
    return ipsim_error_add(job->errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the threshold analysis");
}

static const dsa_estimate *estimate_at(const dsa_job *job, const search *s, size_t point)
{
    return ipsim_dsa_runs_estimate(job->runs, point, s->scenario, s->output);
}

/* ---- which searches ---- */

static size_t moved_index(const dsa_job *job, size_t parameter)
{
    for (size_t i = 0; i < job->parameters->n_moved; i++)
        if (job->parameters->moved[i] == parameter)
            return i;
    return SIZE_MAX;
}

/* Values in order, none twice; points that are there already are used again. */
static bool add_look(const dsa_job *job, search *s, double value)
{
    size_t at = 0, moved = moved_index(job, s->parameter);
    const dsa_parameter *q = &job->parameters->items[s->parameter];
    while (at < s->n_looks && s->look[at] < value)
        at++;
    if (at < s->n_looks && s->look[at] == value)
        return true;
    for (size_t i = s->n_looks++; i > at; i--) {
        s->look[i] = s->look[i - 1];
        s->look_point[i] = s->look_point[i - 1];
    }
    s->look[at] = value;
    if (value == q->base)
        s->look_point[at] = 0;
    else if (moved != SIZE_MAX && value == q->low)
        s->look_point[at] = job->low[moved];
    else if (moved != SIZE_MAX && value == q->high)
        s->look_point[at] = job->high[moved];
    else
        s->look_point[at] = ipsim_dsa_runs_add_one(job->runs, s->parameter, value);
    return s->look_point[at] != SIZE_MAX;
}

static bool begin(const dsa_job *job, search *s, size_t looks)
{
    double base = job->parameters->items[s->parameter].base;
    bool ok = add_look(job, s, s->from) && add_look(job, s, s->to);
    if (ok && base > s->from && base < s->to)
        ok = add_look(job, s, base);
    for (size_t i = 1; ok && i + 1 < looks; i++)
        ok = add_look(job, s, s->from + (s->to - s->from) * ((double)i / (double)(looks - 1)));
    return ok;
}

/* The request, its errors included: from, to and parameter of each. */
typedef struct request {
    size_t parameter, looks;
    double from, to;
} request;

static size_t read_requests(const dsa_job *job, request *list)
{
    const ipsim_dsa_options *options = job->options;
    const dsa_parameters *p = job->parameters;
    size_t n = 0;
    if (options->find == IPSIM_DSA_FIND_LISTED) {
        for (size_t i = 0; i < options->n_find; i++) {
            request r = {.parameter = ipsim_dsa_parameters_find(p, "--find", options->finds[i].name, job->errors), .looks = LOOKS};
            if (r.parameter != SIZE_MAX &&
                ipsim_dsa_parameters_range(p, "--find", r.parameter, &options->finds[i], &r.from, &r.to, job->errors) == IPSIM_OK)
                list[n++] = r;
        }
        return n;
    }
    for (size_t i = 0; i < p->n_moved && options->find != IPSIM_DSA_FIND_NONE; i++)
        list[n++] = (request){.parameter = p->moved[i],
                              .looks = options->find == IPSIM_DSA_FIND_ALL ? LOOKS : 2,
                              .from = p->items[p->moved[i]].low,
                              .to = p->items[p->moved[i]].high};
    return n;
}

static size_t most_requests(const dsa_job *job)
{
    return job->options->n_find + job->parameters->n_moved + 1;
}

size_t ipsim_dsa_search_expected(const dsa_job *job)
{
    ipsim_error_list unseen = {0};
    dsa_job quiet = *job;
    quiet.errors = &unseen;
    request *list = calloc(most_requests(job), sizeof *list);
    size_t n = list ? read_requests(&quiet, list) : 0, outputs = 0, expected = 0;
    for (size_t i = 0; i < job->outputs->count; i++)
        outputs += job->outputs->items[i].searched;
    for (size_t i = 0; i < n; i++)
        expected += (list[i].looks > 2 ? LOOKS : 0) + 2 * outputs * (job->n_scenarios - 1);
    free(list);
    ipsim_error_list_clear(&unseen);
    return expected;
}

/* ---- brackets ---- */

static int sign_of(double x)
{
    return (x > 0.0) - (x < 0.0);
}

/* The change of sign that is nearest to the base. A look at exactly 0 belongs to the change between its neighbours. */
static void find_bracket(const dsa_job *job, search *s)
{
    double base = job->parameters->items[s->parameter].base, nearest = INFINITY;
    size_t last = SIZE_MAX; /* the last look with a sign */
    for (size_t i = 0; i < s->n_looks; i++) {
        double f = estimate_at(job, s, s->look_point[i])->value;
        if (isnan(f) || f == 0.0)
            continue;
        double before = last == SIZE_MAX ? 0.0 : estimate_at(job, s, s->look_point[last])->value;
        if (last != SIZE_MAX && sign_of(before) != sign_of(f)) {
            double away = base < s->look[last] ? s->look[last] - base : base > s->look[i] ? base - s->look[i] : 0.0;
            s->n_flips++;
            if (away < nearest) {
                nearest = away;
                s->bracketed = true;
                s->x[0] = s->look[i];
                s->f[0] = f;
                s->x[1] = s->x[2] = s->look[last];
                s->f[1] = s->f[2] = before;
                s->share = f / (f - before);
            }
        }
        last = i;
    }
}

static bool is_without_influence(const dsa_job *job, const search *s)
{
    double first = estimate_at(job, s, s->look_point[0])->value;
    for (size_t i = 1; i < s->n_looks; i++)
        if (estimate_at(job, s, s->look_point[i])->value != first)
            return false;
    return true;
}

/* ---- closing a bracket ---- */

/* Takes in the value of the step, and says where the next one lies. Closed when the output is within a hundredth of its own error, or the
 * bracket has shrunk to nothing: with finitely many people an output may jump over 0. */
static void take_step(search *s, double x, const dsa_estimate *at)
{
    s->lost = isnan(at->value);
    s->bracketed = !s->lost;
    if (s->lost)
        return;
    if (sign_of(at->value) == sign_of(s->f[0])) {
        s->x[2] = s->x[0];
        s->f[2] = s->f[0];
    } else {
        s->x[2] = s->x[1];
        s->f[2] = s->f[1];
        s->x[1] = s->x[0];
        s->f[1] = s->f[0];
    }
    s->x[0] = x;
    s->f[0] = at->value;
    bool other = fabs(s->f[1]) < fabs(s->f[0]);
    double width = fabs(s->x[1] - s->x[0]), least = 1e-9 * (s->to - s->from);
    s->root = other ? s->x[1] : s->x[0];
    s->closed = at->value == 0.0 || fabs(at->value) <= 0.01 * at->mcse || width <= least;
    if (at->value == 0.0 || fabs(at->value) <= 0.01 * at->mcse)
        s->root = x;
    if (s->closed)
        return;
    double tolerance = 0.5 * least / width;
    double xi = (s->x[0] - s->x[1]) / (s->x[2] - s->x[1]), phi = (s->f[0] - s->f[1]) / (s->f[2] - s->f[1]);
    bool quadratic = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
    s->share = 0.5;
    if (quadratic)
        s->share = s->f[0] / (s->f[1] - s->f[0]) * (s->f[2] / (s->f[1] - s->f[2])) +
                   (s->x[2] - s->x[0]) / (s->x[1] - s->x[0]) * (s->f[0] / (s->f[2] - s->f[0])) * (s->f[1] / (s->f[2] - s->f[1]));
    s->share = fmin(fmax(s->share, tolerance), 1.0 - tolerance);
}

static ipsim_status close_brackets(dsa_job *job, search *list, size_t n)
{
    for (int step = 0; step < MOST_STEPS; step++) {
        size_t open = 0;
        for (size_t i = 0; i < n; i++) {
            search *s = &list[i];
            if (!s->bracketed || s->closed)
                continue;
            open++;
            s->point = ipsim_dsa_runs_add_one(job->runs, s->parameter, s->x[0] + s->share * (s->x[1] - s->x[0]));
            if (s->point == SIZE_MAX)
                return no_memory(job);
        }
        if (open == 0)
            break;
        ipsim_status status = ipsim_dsa_runs_do(job->runs, false, 2 * open, job->errors);
        if (status != IPSIM_OK)
            return status;
        for (size_t i = 0; i < n; i++)
            if (list[i].bracketed && !list[i].closed)
                take_step(&list[i], ipsim_dsa_runs_point(job->runs, list[i].point)->values[list[i].parameter],
                          estimate_at(job, &list[i], list[i].point));
    }
    return IPSIM_OK;
}

/* ---- the error of what was found ---- */

/* The output's error over its slope, between two runs about two errors to either side, within what was searched. */
static ipsim_status find_errors(dsa_job *job, search *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        search *s = &list[i];
        if (!s->bracketed)
            continue;
        double rough = fabs((s->f[1] - s->f[0]) / (s->x[1] - s->x[0])), error = estimate_at(job, s, s->point)->mcse;
        double wide = fabs(s->slope), reach = 2.0 * error / (wide > 0.0 ? wide : rough);
        double least = 1e-6 * (s->to - s->from);
        reach = isfinite(reach) && reach > least ? reach : least;
        s->error = error;
        s->beside[0] = fmax(s->root - reach, s->from);
        s->beside[1] = fmin(s->root + reach, s->to);
        for (int side = 0; side < 2; side++)
            if ((s->beside_point[side] = ipsim_dsa_runs_add_one(job->runs, s->parameter, s->beside[side])) == SIZE_MAX)
                return no_memory(job);
    }
    ipsim_status status = ipsim_dsa_runs_do(job->runs, false, 0, job->errors);
    for (size_t i = 0; status == IPSIM_OK && i < n; i++) {
        search *s = &list[i];
        if (s->bracketed)
            s->slope = (estimate_at(job, s, s->beside_point[1])->value - estimate_at(job, s, s->beside_point[0])->value) /
                       (s->beside[1] - s->beside[0]);
    }
    return status;
}

/* ---- table ---- */

static void put_reading(const dsa_job *job, const search *s, ipsim_table *table, size_t row)
{
    char text[96];
    if (s->bracketed) {
        bool rising = (s->f[0] > s->f[1]) == (s->x[0] > s->x[1]);
        snprintf(text, sizeof text, "positive %s%s", rising ? "above" : "below", s->n_flips > 1 ? ", one of several" : "");
        ipsim_table_put_real(table, row, 9, s->root);
        ipsim_table_put_real(table, row, 10, s->slope != 0.0 ? fabs(s->error / s->slope) : NAN);
    } else if (s->lost || isnan(estimate_at(job, s, s->look_point[0])->value)) {
        snprintf(text, sizeof text, "not available");
    } else if (is_without_influence(job, s)) {
        snprintf(text, sizeof text, "no influence");
    } else {
        snprintf(text, sizeof text, "no flip at %zu values", s->n_looks);
    }
    ipsim_table_put_text(table, row, 13, text);
}

static ipsim_table *build_table(const dsa_job *job, const search *list, size_t n)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""},    {"comparator", IPSIM_TEXT, ""},  {"parameter", IPSIM_TEXT, ""}, {"label", IPSIM_TEXT, ""},
        {"unit", IPSIM_TEXT, ""},        {"perspective", IPSIM_TEXT, ""}, {"outcome", IPSIM_TEXT, ""},   {"threshold", IPSIM_REAL, ""},
        {"base", IPSIM_REAL, ""},        {"flips_at", IPSIM_REAL, ""},    {"mcse", IPSIM_REAL, ""},      {"searched_from", IPSIM_REAL, ""},
        {"searched_to", IPSIM_REAL, ""}, {"reading", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("dsa_threshold", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table && i < n; i++) {
        const search *s = &list[i];
        const dsa_parameter *q = &job->parameters->items[s->parameter];
        size_t row = ipsim_table_add_row(table);
        ipsim_dsa_put_scenarios(job, table, row, s->scenario);
        ipsim_table_put_text(table, row, 2, q->quantity->label);
        ipsim_table_put_text(table, row, 3, q->quantity->parameter->label.value);
        ipsim_table_put_text(table, row, 4, q->quantity->parameter->unit.value);
        ipsim_dsa_put_output(&job->outputs->items[s->output], table, row, 5);
        ipsim_table_put_real(table, row, 8, q->base);
        ipsim_table_put_real(table, row, 11, s->from);
        ipsim_table_put_real(table, row, 12, s->to);
        put_reading(job, s, table, row);
    }
    return table;
}

/* ---- all of it ---- */

static size_t make_searches(const dsa_job *job, const request *requests, size_t n_requests, search *list)
{
    size_t n = 0;
    for (size_t k = 1; k < job->n_scenarios; k++)
        for (size_t i = 0; i < job->outputs->count; i++)
            for (size_t r = 0; job->outputs->items[i].searched && r < n_requests; r++)
                list[n++] = (search){
                    .parameter = requests[r].parameter, .scenario = k, .output = i, .from = requests[r].from, .to = requests[r].to};
    return n;
}

/* Outputs and scenarios look at the same values: those of the first search of a request serve all. */
static bool begin_all(const dsa_job *job, const request *requests, size_t n_requests, search *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i < n_requests) {
            if (!begin(job, &list[i], requests[i].looks))
                return false;
            continue;
        }
        const search *first = &list[i % n_requests]; // NOLINT(clang-analyzer-core.DivideZero): n is a multiple of n_requests
        list[i].n_looks = first->n_looks;
        for (size_t k = 0; k < first->n_looks; k++) {
            list[i].look[k] = first->look[k];
            list[i].look_point[k] = first->look_point[k];
        }
    }
    return true;
}

ipsim_status ipsim_dsa_search_check(dsa_job *job)
{
    size_t n_before = job->errors->count;
    request *requests = calloc(most_requests(job), sizeof *requests);
    if (!requests)
        return no_memory(job);
    read_requests(job, requests);
    free(requests);
    return job->errors->count > n_before ? job->errors->items[n_before].status : IPSIM_OK;
}

ipsim_status ipsim_dsa_search(dsa_job *job, ipsim_table **out)
{
    request *requests = calloc(most_requests(job), sizeof *requests);
    size_t n_requests = requests ? read_requests(job, requests) : 0;
    search *list = calloc(n_requests * job->outputs->count * job->n_scenarios + 1, sizeof *list);
    size_t n = list ? make_searches(job, requests, n_requests, list) : 0;
    ipsim_status status = requests && list && begin_all(job, requests, n_requests, list, n) ? IPSIM_OK : no_memory(job);
    status = status == IPSIM_OK ? ipsim_dsa_runs_do(job->runs, false, n_requests, job->errors) : status;
    for (size_t i = 0; status == IPSIM_OK && i < n; i++) {
        find_bracket(job, &list[i]);
        list[i].slope = list[i].bracketed ? (list[i].f[1] - list[i].f[0]) / (list[i].x[1] - list[i].x[0]) : NAN;
    }
    status = status == IPSIM_OK ? close_brackets(job, list, n) : status;
    status = status == IPSIM_OK ? find_errors(job, list, n) : status;
    *out = status == IPSIM_OK ? build_table(job, list, n) : NULL;
    free(list);
    free(requests);
    return status;
}
