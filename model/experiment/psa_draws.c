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

/* Whether the list names the quantity, or the joint that it stands in. */
static bool lists(const psa_draws *d, const name_list *list, size_t quantity)
{
    size_t length;
    for (const char *at = next_name(list->text, &length); length > 0; at = next_name(at + length, &length))
        if (d->joint_of[quantity] ? is_name(d->joint_of[quantity]->spec->name, at, length)
                                  : is_called(&d->v->quantities[quantity], at, length))
            return true;
    return false;
}

static bool is_uncertain(const psa_draws *d, size_t quantity)
{
    return d->joint_of[quantity] || d->v->quantities[quantity].parameter->distribution.given;
}

static bool is_joint(const psa_draws *d, const char *text, size_t length)
{
    for (size_t k = 0; k < d->n_joints; k++)
        if (is_name(d->joints[k].spec->name, text, length))
            return true;
    return false;
}

static void complain(const psa_draws *d, const name_list *list, const char *name, ipsim_error_list *errors)
{
    const vary *v = d->v;
    const char **names = calloc(v->n_quantities + d->n_joints + 1, sizeof *names), *joint = NULL;
    bool known = false;
    for (size_t q = 0; q < v->n_quantities; q++) {
        bool called = is_called(&v->quantities[q], name, strlen(name));
        known |= called;
        joint = called && d->joint_of[q] ? d->joint_of[q]->spec->name : joint;
        if (names && is_uncertain(d, q) && !d->joint_of[q])
            names[q] = v->quantities[q].name;
    }
    for (size_t k = 0; names && k < d->n_joints; k++)
        names[v->n_quantities + k] = d->joints[k].spec->name;
    const char *near = names && !known ? ipsim_nearest(name, names, v->n_quantities + d->n_joints) : NULL;
    if (joint)
        ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){0}, "%s: \"%s\" is drawn together with others; name the joint, %s",
                        list->option, name, joint);
    else if (known)
        ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){0}, "%s: parameter \"%s\" has no distribution, so it is not drawn anyway",
                        list->option, name);
    else
        ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){0}, "%s: there is no parameter or joint \"%s\"%s%s%s", list->option, name,
                        near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    free(names);
}

/* Every name of a list is that of something uncertain. */
static void check_names(const psa_draws *d, const name_list *list, ipsim_error_list *errors)
{
    size_t length;
    for (const char *at = next_name(list->text, &length); length > 0; at = next_name(at + length, &length)) {
        bool good = is_joint(d, at, length);
        for (size_t q = 0; q < d->v->n_quantities; q++)
            good |= is_called(&d->v->quantities[q], at, length) && is_uncertain(d, q) && !d->joint_of[q];
        char typed[200];
        snprintf(typed, sizeof typed, "%.*s", (int)length, at);
        if (!good)
            complain(d, list, typed, errors);
    }
}

/* ---- inputs ---- */

static void add_input(psa_draws *d, size_t quantity, ipsim_error_list *errors)
{
    const vary_quantity *q = &d->v->quantities[quantity];
    draw_input *input = &d->inputs[d->n_inputs++];
    ipsim_error err;
    *input = (draw_input){.name = q->name, .quantity = quantity, .uniform = {.key = ipsim_stream_key(IPSIM_PURPOSE_PARAMETER, q->name)}};
    if (ipsim_scenario_distribution(&q->parameter->distribution, &input->distribution, &err) != IPSIM_OK)
        ipsim_error_add(errors, err.status, q->parameter->distribution.origin, "%s", err.message);
    d->drawn[quantity] = true;
}

/* Two that draw with equal keys would be one source of luck. */
static void refuse_equal_keys(const psa_draws *d, ipsim_error_list *errors)
{
    const vary *v = d->v;
    for (size_t q = 0; q < v->n_quantities; q++)
        for (size_t other = 0; other < q; other++)
            if (d->drawn[q] && d->drawn[other] && strcmp(v->quantities[q].name, v->quantities[other].name) != 0 &&
                ipsim_stream_key(IPSIM_PURPOSE_PARAMETER, v->quantities[q].name) ==
                    ipsim_stream_key(IPSIM_PURPOSE_PARAMETER, v->quantities[other].name))
                ipsim_error_add(errors, IPSIM_ERR_RULE, v->quantities[q].parameter->origin,
                                "the draws of \"%s\" and \"%s\" have the same key; rename one of them", v->quantities[other].name,
                                v->quantities[q].name);
}

static bool build_design(psa_draws *d)
{
    size_t n = 0;
    draw_uniform **uniforms = ipsim_arena_alloc(d->arena, d->v->n_quantities + d->n_joints + 1, sizeof(draw_uniform *));
    if (!uniforms)
        return false;
    for (size_t i = 0; i < d->n_inputs; i++)
        uniforms[n++] = &d->inputs[i].uniform;
    for (size_t k = 0; k < d->n_joints; k++) {
        const draw_joint *joint = &d->joints[k];
        bool rows = joint->spec->family.value == IPSIM_JOINT_BOOTSTRAP || joint->spec->family.value == IPSIM_JOINT_DRAWS;
        for (size_t i = 0; joint->uniforms && i < (rows ? 1 : joint->n); i++)
            uniforms[n++] = &joint->uniforms[i];
    }
    return ipsim_psa_draws_build_design(d, uniforms, n);
}

static bool build(psa_draws *d, const ipsim_psa_options *options, ipsim_error_list *errors)
{
    const vary *v = d->v;
    name_list only = {"--only", options->only}, fix = {"--fix", options->fix};
    size_t n_before = errors->count, n_uncertain = 0;
    d->inputs = ipsim_arena_alloc(d->arena, v->n_quantities, sizeof *d->inputs);
    d->drawn = ipsim_arena_alloc(d->arena, v->n_quantities, sizeof *d->drawn);
    if (!d->inputs || !d->drawn || !ipsim_psa_joints_find(d, errors))
        return false;
    bool *wanted = ipsim_arena_alloc(d->arena, d->n_joints, sizeof *wanted);
    if (!wanted)
        return false;
    if (only.text)
        check_names(d, &only, errors);
    if (fix.text)
        check_names(d, &fix, errors);
    for (size_t q = 0; q < v->n_quantities; q++) {
        bool uncertain = is_uncertain(d, q);
        bool draw = uncertain && (!only.text || lists(d, &only, q)) && !(fix.text && lists(d, &fix, q));
        n_uncertain += uncertain;
        if (draw && d->joint_of[q])
            wanted[d->joint_of[q] - d->joints] = true;
        else if (draw)
            add_input(d, q, errors);
    }
    if (n_uncertain == 0)
        ipsim_error_add(errors, IPSIM_ERR_RULE, (ipsim_origin){v->e->scenarios[0]->path, 0, "parameters"},
                        "no parameter has a distribution, so nothing is uncertain; see ipsim help scenario parameters");
    if (errors->count == n_before && !ipsim_psa_joints_prepare(d, wanted, errors))
        return false;
    refuse_equal_keys(d, errors);
    return errors->count > n_before || build_design(d);
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
    for (size_t k = 0; k < d->n_joints; k++)
        if (d->joints[k].uniforms)
            ipsim_psa_joint_values(d, &d->joints[k], draw, values);
}
