/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "psa_draws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/nearest.h"
#include "ipsim/stream.h"

/* ---- names on the command line ---- */

typedef struct name_list {
    const char *option, *text; /* text NULL: not given */
} name_list;

/* The next name of a list; *length 0 at its end. */
static const char *next_name(const char *at, size_t *length)
{
    at += strspn(at, ", ");
    *length = strcspn(at, ",");
    while (*length > 0 && at[*length - 1] == ' ')
        --*length;
    return at;
}

static bool is_name(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && strncmp(name, text, length) == 0;
}

static bool is_called(const vary_quantity *q, const char *text, size_t length)
{
    return is_name(q->label, text, length) || is_name(q->name, text, length);
}

static bool lists(const name_list *list, const vary_quantity *q)
{
    size_t length;
    for (const char *at = next_name(list->text, &length); length > 0; at = next_name(at + length, &length))
        if (is_called(q, at, length))
            return true;
    return false;
}

static bool is_uncertain(const vary_quantity *q)
{
    return q->parameter->distribution.given;
}

/* Every name of a list is that of something uncertain. */
static void check_names(const vary *v, const name_list *list, ipsim_error_list *errors)
{
    size_t length;
    for (const char *at = next_name(list->text, &length); length > 0; at = next_name(at + length, &length)) {
        bool known = false, uncertain = false;
        const char **names = calloc(v->n_quantities + 1, sizeof *names);
        char typed[200];
        snprintf(typed, sizeof typed, "%.*s", (int)length, at);
        for (size_t q = 0; q < v->n_quantities; q++) {
            known |= is_called(&v->quantities[q], at, length);
            uncertain |= is_called(&v->quantities[q], at, length) && is_uncertain(&v->quantities[q]);
            if (names && is_uncertain(&v->quantities[q]))
                names[q] = v->quantities[q].name;
        }
        const char *near = names ? ipsim_nearest(typed, names, v->n_quantities) : NULL;
        if (known && !uncertain)
            ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){0},
                            "%s: parameter \"%s\" has no distribution, so it is not drawn anyway", list->option, typed);
        else if (!known)
            ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){0}, "%s: there is no parameter \"%s\"%s%s%s", list->option, typed,
                            near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        free(names);
    }
}

/* ---- inputs ---- */

static void add_input(psa_draws *d, size_t quantity, ipsim_error_list *errors)
{
    const vary_quantity *q = &d->v->quantities[quantity];
    draw_input *input = &d->inputs[d->n_inputs];
    ipsim_error err;
    *input = (draw_input){.name = q->name, .quantity = quantity, .uniform = {.key = ipsim_stream_key(IPSIM_PURPOSE_PARAMETER, q->name)}};
    if (ipsim_scenario_distribution(&q->parameter->distribution, &input->distribution, &err) != IPSIM_OK)
        ipsim_error_add(errors, err.status, q->parameter->distribution.origin, "%s", err.message);
    for (size_t i = 0; i < d->n_inputs; i++)
        if (d->inputs[i].uniform.key == input->uniform.key && strcmp(d->inputs[i].name, input->name) != 0)
            ipsim_error_add(errors, IPSIM_ERR_RULE, q->parameter->origin,
                            "the draws of \"%s\" and \"%s\" have the same key; rename one of them", d->inputs[i].name, input->name);
    d->drawn[quantity] = true;
    d->n_inputs++;
}

static bool build(psa_draws *d, const ipsim_psa_options *options, ipsim_error_list *errors)
{
    const vary *v = d->v;
    name_list only = {"--only", options->only}, fix = {"--fix", options->fix};
    size_t n_before = errors->count, n_uncertain = 0;
    d->inputs = ipsim_arena_alloc(d->arena, v->n_quantities, sizeof *d->inputs);
    d->drawn = ipsim_arena_alloc(d->arena, v->n_quantities, sizeof *d->drawn);
    draw_uniform **uniforms = ipsim_arena_alloc(d->arena, v->n_quantities, sizeof *uniforms);
    if (!d->inputs || !d->drawn || !uniforms)
        return false;
    if (only.text)
        check_names(v, &only, errors);
    if (fix.text)
        check_names(v, &fix, errors);
    for (size_t q = 0; q < v->n_quantities; q++) {
        bool uncertain = is_uncertain(&v->quantities[q]);
        n_uncertain += uncertain;
        if (uncertain && (!only.text || lists(&only, &v->quantities[q])) && !(fix.text && lists(&fix, &v->quantities[q])))
            add_input(d, q, errors);
    }
    if (n_uncertain == 0)
        ipsim_error_add(errors, IPSIM_ERR_RULE, (ipsim_origin){v->e->scenarios[0]->path, 0, "parameters"},
                        "no parameter has a distribution, so nothing is uncertain; see ipsim help scenario parameters");
    if (errors->count > n_before)
        return true;
    for (size_t i = 0; i < d->n_inputs; i++)
        uniforms[i] = &d->inputs[i].uniform;
    return ipsim_psa_draws_build_design(d, uniforms, d->n_inputs);
}

ipsim_status ipsim_psa_draws_create(const vary *v, const ipsim_psa_options *options, uint64_t seed, psa_draws **out,
                                    ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    ipsim_arena *arena = ipsim_arena_create();
    psa_draws *d = arena ? ipsim_arena_alloc(arena, 1, sizeof *d) : NULL;
    if (d)
        *d = (psa_draws){.v = v,
                         .n = options->n_draws > 0 ? options->n_draws : IPSIM_PSA_DRAWS,
                         .seed = seed,
                         .design = options->design,
                         .arena = arena};
    if (!d || !build(d, options, errors))
        ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the draws of the parameters");
    if (errors->count > n_before) {
        ipsim_arena_free(arena);
        return errors->items[n_before].status;
    }
    *out = d;
    return IPSIM_OK;
}

void ipsim_psa_draws_free(psa_draws *d)
{
    if (d)
        ipsim_arena_free(d->arena);
}

void ipsim_psa_draws_values(const psa_draws *d, int64_t draw, double *values)
{
    for (size_t q = 0; q < d->v->n_quantities; q++)
        values[q] = NAN;
    for (size_t i = 0; i < d->n_inputs; i++) {
        const draw_input *input = &d->inputs[i];
        values[input->quantity] = ipsim_distribution_quantile(&input->distribution, ipsim_psa_draws_uniform(d, &input->uniform, draw));
    }
}
