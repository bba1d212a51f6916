/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vary.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- quantities ---- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_number(const ipsim_number *a, const ipsim_number *b)
{
    return a->given == b->given && (!a->given || (a->value == b->value && same_text(a->expression, b->expression)));
}

static bool same_distribution(const ipsim_distribution_spec *a, const ipsim_distribution_spec *b)
{
    if (!a->given || !b->given)
        return a->given == b->given;
    const ipsim_number *x[] = {&a->mean,  &a->sd,   &a->meanlog, &a->sdlog, &a->min,   &a->mode,  &a->max,  &a->shape,
                               &a->scale, &a->rate, &a->alpha,   &a->beta,  &a->value, &a->lower, &a->upper};
    const ipsim_number *y[] = {&b->mean,  &b->sd,   &b->meanlog, &b->sdlog, &b->min,   &b->mode,  &b->max,  &b->shape,
                               &b->scale, &b->rate, &b->alpha,   &b->beta,  &b->value, &b->lower, &b->upper};
    bool same = a->family.value == b->family.value;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        same = same && same_number(x[i], y[i]);
    return same;
}

static size_t find_parameter(const ipsim_scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->n_parameters; i++)
        if (strcmp(scenario->parameters[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static bool add_quantity(vary *v, const char *name, size_t first, const size_t *index, bool split)
{
    const ipsim_scenario *scenario = v->e->scenarios[first];
    size_t *copy = ipsim_arena_alloc(v->arena, v->e->n_models, sizeof *copy);
    const char *label = split ? ipsim_arena_printf(v->arena, "%s:%s", scenario->name.value, name) : name;
    if (!copy || !label)
        return false;
    for (size_t i = 0; i < v->e->n_models; i++)
        copy[i] = !split || i == first ? index[i] : SIZE_MAX;
    v->quantities[v->n_quantities++] = (vary_quantity){.label = label,
                                                       .name = name,
                                                       .parameter = &scenario->parameters[index[first]],
                                                       .scenario = scenario,
                                                       .index = copy,
                                                       .split = split};
    return true;
}

/* Everything called by this name: one quantity, or one for each scenario. */
static bool add_name(vary *v, const char *name, size_t first, size_t *index)
{
    const experiment *e = v->e;
    bool split = false;
    for (size_t i = 0; i < e->n_models; i++)
        index[i] = find_parameter(e->scenarios[i], name);
    const ipsim_parameter *p = &e->scenarios[first]->parameters[index[first]];
    for (size_t i = first + 1; i < e->n_models; i++) {
        const ipsim_parameter *other = index[i] == SIZE_MAX ? p : &e->scenarios[i]->parameters[index[i]];
        split |= !same_number(&p->value, &other->value) || !same_distribution(&p->distribution, &other->distribution);
    }
    if (!split)
        return add_quantity(v, name, first, index, false);
    for (size_t i = first; i < e->n_models; i++)
        if (index[i] != SIZE_MAX && !add_quantity(v, name, i, index, true))
            return false;
    return true;
}

static bool stands_before(const experiment *e, size_t scenario, const char *name)
{
    for (size_t i = 0; i < scenario; i++)
        if (find_parameter(e->scenarios[i], name) != SIZE_MAX)
            return true;
    return false;
}

ipsim_status ipsim_vary_create(const experiment *e, vary **out, ipsim_error_list *errors)
{
    *out = NULL;
    ipsim_arena *arena = ipsim_arena_create();
    vary *v = arena ? ipsim_arena_alloc(arena, 1, sizeof *v) : NULL;
    size_t *index = arena ? ipsim_arena_alloc(arena, e->n_models, sizeof *index) : NULL;
    size_t most = 0;
    for (size_t i = 0; i < e->n_models; i++)
        most += e->scenarios[i]->n_parameters;
    bool ok = v && index;
    if (ok) {
        *v = (vary){.e = e, .arena = arena, .quantities = ipsim_arena_alloc(arena, most, sizeof *v->quantities)};
        ok = v->quantities != NULL;
    }
    for (size_t i = 0; ok && i < e->n_models; i++)
        for (size_t k = 0; ok && k < e->scenarios[i]->n_parameters; k++) {
            const char *name = e->scenarios[i]->parameters[k].name;
            ok = stands_before(e, i, name) || add_name(v, name, i, index);
        }
    if (!ok) {
        ipsim_arena_free(arena);
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory to vary parameters");
    }
    *out = v;
    return IPSIM_OK;
}

void ipsim_vary_free(vary *v)
{
    if (v)
        ipsim_arena_free(v->arena);
}

size_t ipsim_vary_find(const vary *v, const char *label)
{
    size_t i = 0;
    while (i < v->n_quantities && strcmp(v->quantities[i].label, label) != 0)
        i++;
    return i;
}

/* ---- a worker ---- */

/* What an assignment makes anew. */
typedef struct numbers {
    ipsim_compiled_model **models;
    ipsim_population *population;
    ipsim_account_plan *plan;
} numbers;

struct vary_worker {
    const vary *v;
    experiment e; /* the layout is borrowed from v->e; scenarios, models, people and plan are its own */
    ipsim_scenario **clones;
    numbers now;
    double *parameters; /* of one scenario; room for any */
    experiment_worker *worker;
};

static void numbers_clear(numbers *n, size_t n_models)
{
    for (size_t i = 0; n->models && i < n_models; i++)
        ipsim_compiled_model_free(n->models[i]);
    free(n->models);
    ipsim_population_free(n->population);
    ipsim_account_plan_free(n->plan);
    *n = (numbers){0};
}

static ipsim_status numbers_make(const vary_worker *w, numbers *n, ipsim_error_list *errors)
{
    const experiment *e = w->v->e;
    ipsim_status status = IPSIM_OK;
    *n = (numbers){.models = calloc(e->n_models, sizeof *n->models)};
    if (!n->models)
        status = ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory to compile the scenarios");
    for (size_t i = 0; n->models && i < e->n_models; i++) {
        ipsim_status one = ipsim_compile(w->clones[i], &n->models[i], errors);
        status = status == IPSIM_OK ? one : status;
    }
    status = status == IPSIM_OK ? ipsim_population_create(w->clones[0], &n->population, errors) : status;
    if (status == IPSIM_OK)
        status = ipsim_account_plan_create_like((const ipsim_compiled_model *const *)n->models, e->n_models, e->plan, &n->plan, errors);
    if (status != IPSIM_OK)
        numbers_clear(n, e->n_models);
    return status;
}

static void put_numbers(vary_worker *w, const numbers *n)
{
    w->now = *n;
    w->e.models = n->models;
    w->e.population = n->population;
    w->e.plan = n->plan;
}

/* Tables are laid out by these. */
static void check_layout(const ipsim_scenario *base, const ipsim_scenario *now, ipsim_error_list *errors)
{
    const ipsim_numbers *years = &now->simulation.report_years;
    const ipsim_number *of_now[] = {&now->simulation.horizon_years, &now->simulation.occupancy_step_years};
    const ipsim_number *of_base[] = {&base->simulation.horizon_years, &base->simulation.occupancy_step_years};
    for (size_t i = 0; i < 2; i++)
        if (of_now[i]->value != of_base[i]->value)
            ipsim_error_add(errors, IPSIM_ERR_RULE, of_now[i]->origin,
                            "it changes from %.10g to %.10g with the parameters; the horizon, the report years and the step of the "
                            "occupancy grid cannot be uncertain",
                            of_base[i]->value, of_now[i]->value);
    for (size_t i = 0; i < years->count; i++)
        if (years->items[i].value != base->simulation.report_years.items[i].value)
            ipsim_error_add(errors, IPSIM_ERR_RULE, years->items[i].origin,
                            "a report year changes with the parameters; it cannot be uncertain");
}

/* ---- what an error of an assignment says ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool mentions(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
        if ((at == text || !is_word(at[-1])) && !is_word(at[length]))
            return true;
    return false;
}

typedef struct listing {
    char *text;
    size_t size, used;
    int count, left_out;
} listing;

static void list_value(listing *l, const char *label, double value)
{
    enum { MOST = 8 };
    if (l->count++ >= MOST || l->used + 150 > l->size) {
        l->left_out++;
        return;
    }
    l->used += (size_t)snprintf(l->text + l->used, l->size - l->used, "%s%s = %.10g", l->count > 1 ? ", " : "", label, value);
}

/* The values assigned to what the error mentions, or to everything when it mentions nothing of that. */
static void list_values(const vary_worker *w, const double *values, const ipsim_error *err, listing *l)
{
    const vary *v = w->v;
    for (int all = 0; all < 2 && l->count == 0; all++)
        for (size_t q = 0; q < v->n_quantities; q++) {
            const vary_quantity *quantity = &v->quantities[q];
            if (!isnan(values[q]) && (all == 1 || mentions(err->message, quantity->name) || mentions(err->key, quantity->name)))
                list_value(l, quantity->label, values[q]);
        }
    if (l->left_out > 0)
        snprintf(l->text + l->used, l->size - l->used, " and %d more", l->left_out);
}

static void add_explained(const vary_worker *w, const double *values, const char *what, const ipsim_error *err, ipsim_error_list *errors)
{
    char text[1400] = "";
    listing l = {.text = text, .size = sizeof text};
    list_values(w, values, err, &l);
    ipsim_origin at = {err->file[0] ? err->file : NULL, err->line, err->key[0] ? err->key : NULL};
    ipsim_error_add(errors, err->status, at, "%s (%s%s%s)", err->message, what ? what : "with other parameter values", text[0] ? ": " : "",
                    text);
}

/* ---- assigning ---- */

static ipsim_status resolve(vary_worker *w, const double *values, ipsim_error_list *errors)
{
    const vary *v = w->v;
    ipsim_status status = IPSIM_OK;
    for (size_t i = 0; i < v->e->n_models; i++) {
        for (size_t k = 0; k < w->clones[i]->n_parameters; k++)
            w->parameters[k] = NAN;
        for (size_t q = 0; q < v->n_quantities; q++)
            if (v->quantities[q].index[i] != SIZE_MAX)
                w->parameters[v->quantities[q].index[i]] = values[q];
        ipsim_status one = ipsim_scenario_evaluate(w->clones[i], w->parameters, errors);
        status = status == IPSIM_OK ? one : status;
        check_layout(v->e->scenarios[i], w->clones[i], errors);
    }
    return status == IPSIM_OK ? ipsim_error_list_status(errors) : status;
}

ipsim_status ipsim_vary_assign(vary_worker *w, const double *values, const char *what, ipsim_error_list *errors)
{
    ipsim_error_list found = {0};
    numbers next, last = w->now;
    ipsim_status status = resolve(w, values, &found);
    status = status == IPSIM_OK ? numbers_make(w, &next, &found) : status;
    for (size_t i = 0; i < found.count; i++)
        add_explained(w, values, what, &found.items[i], errors);
    ipsim_error_list_clear(&found);
    if (status != IPSIM_OK)
        return status;
    put_numbers(w, &next);
    bool ok = ipsim_experiment_worker_adopt(w->worker);
    numbers_clear(&last, w->e.n_models);
    return ok ? IPSIM_OK : ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the engines");
}

ipsim_status ipsim_vary_check(const vary_worker *w, ipsim_error_list *errors)
{
    return ipsim_experiment_check((const ipsim_scenario *const *)w->clones, w->e.n_models, errors);
}

void ipsim_vary_ask(vary_worker *w, experiment_leave *leave, void *data)
{
    ipsim_experiment_worker_ask(w->worker, leave, data);
}

ipsim_status ipsim_vary_simulate(vary_worker *w, ipsim_luck luck, int64_t first, int64_t end, ipsim_error *err)
{
    return ipsim_experiment_worker_block(w->worker, luck, first, end, err);
}

experiment_sums *ipsim_vary_sums(vary_worker *w)
{
    return ipsim_experiment_worker_sums(w->worker);
}

const experiment *ipsim_vary_experiment(const vary_worker *w)
{
    return &w->e;
}

void ipsim_vary_clear(vary_worker *w)
{
    ipsim_experiment_sums_clear(&w->e, ipsim_experiment_worker_sums(w->worker));
}

ipsim_status ipsim_vary_worker_create(const vary *v, int64_t most_persons, vary_worker **out, ipsim_error_list *errors)
{
    *out = NULL;
    size_t most = 0;
    vary_worker *w = calloc(1, sizeof *w);
    ipsim_status status = IPSIM_ERR_MEMORY;
    if (w) {
        w->v = v;
        w->e = *v->e;
        w->e.models = NULL;
        w->clones = calloc(v->e->n_models, sizeof *w->clones);
        for (size_t i = 0; i < v->e->n_models; i++)
            most = v->e->scenarios[i]->n_parameters > most ? v->e->scenarios[i]->n_parameters : most;
        w->parameters = calloc(most + 1, sizeof *w->parameters);
        w->e.scenarios = (const ipsim_scenario *const *)w->clones;
        status = w->clones && w->parameters ? IPSIM_OK : IPSIM_ERR_MEMORY;
    }
    for (size_t i = 0; status == IPSIM_OK && i < v->e->n_models; i++)
        status = ipsim_scenario_clone(v->e->scenarios[i], &w->clones[i], errors);
    numbers first;
    status = status == IPSIM_OK ? numbers_make(w, &first, errors) : status;
    if (status == IPSIM_OK) {
        put_numbers(w, &first);
        w->worker = ipsim_experiment_worker_create(&w->e, most_persons);
        status = w->worker ? IPSIM_OK : IPSIM_ERR_MEMORY;
    }
    if (status != IPSIM_OK) {
        ipsim_vary_worker_free(w);
        return errors->count > 0 ? status
                                 : ipsim_error_add(errors, status, (ipsim_origin){0}, "not enough memory to vary parameters in a thread");
    }
    *out = w;
    return IPSIM_OK;
}

void ipsim_vary_worker_free(vary_worker *w)
{
    if (!w)
        return;
    ipsim_experiment_worker_free(w->worker);
    numbers_clear(&w->now, w->e.n_models);
    for (size_t i = 0; w->clones && i < w->e.n_models; i++)
        ipsim_scenario_free(w->clones[i]);
    free(w->clones);
    free(w->parameters);
    free(w);
}
