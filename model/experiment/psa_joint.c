/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters that are uncertain together. See psa_draws.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/special.h"
#include "ipsim/stream.h"
#include "maths/elementary.h"
#include "psa_draws.h"

enum { FIRST_ROW_COUNT = 16 }; /* counts of a stream before it are those of psa_design.c */

/* ---- the joints of a comparison: one by name, the same wherever it stands ---- */

static bool same_numbers(const ipsim_numbers *a, const ipsim_numbers *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = a->items[i].value == b->items[i].value;
    return same;
}

static bool same_names(const ipsim_names *a, const ipsim_names *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

static bool same_data(const ipsim_joint_table *a, const ipsim_joint_table *b)
{
    if (!a || !b)
        return a == b;
    size_t size = a->n_rows * a->n_columns * sizeof *a->values;
    if (a->n_rows != b->n_rows || a->n_columns != b->n_columns || memcmp(a->values, b->values, size) != 0 || !a->weights != !b->weights)
        return false;
    return !a->weights || memcmp(a->weights, b->weights, a->n_rows * sizeof *a->weights) == 0;
}

static bool same_joint(const ipsim_joint *a, const ipsim_joint *b)
{
    return a->family.value == b->family.value && a->order.value == b->order.value && same_names(&a->parameters, &b->parameters) &&
           same_names(&a->scale, &b->scale) && same_numbers(&a->alpha, &b->alpha) && same_numbers(&a->mean, &b->mean) &&
           same_numbers(&a->sd, &b->sd) && same_numbers(&a->correlation, &b->correlation) && same_numbers(&a->covariance, &b->covariance) &&
           same_data(a->data, b->data);
}

static const ipsim_joint *find_joint(const ipsim_scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->n_joints; i++)
        if (strcmp(scenario->joints[i].name, name) == 0)
            return &scenario->joints[i];
    return NULL;
}

/* The scenarios agree about a parameter of a joint: one value, and the same joint wherever the parameter stands. */
static size_t find_member(const psa_draws *d, const ipsim_joint *joint, const ipsim_scenario *owner, const char *name,
                          ipsim_error_list *errors)
{
    const vary *v = d->v;
    size_t q = 0;
    while (strcmp(v->quantities[q].name, name) != 0)
        q++;
    if (v->quantities[q].split)
        ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, joint->origin,
                        "the scenarios have different values or distributions for parameter %s, which is uncertain together with others",
                        name);
    for (size_t i = 0; i < v->e->n_models && !v->quantities[q].split; i++) {
        const ipsim_joint *there = find_joint(v->e->scenarios[i], joint->name);
        if (v->quantities[q].index[i] != SIZE_MAX && !there)
            ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, v->e->scenarios[i]->parameters[v->quantities[q].index[i]].origin,
                            "\"%s\" has no joint %s, in which this parameter stands in \"%s\"", v->e->scenarios[i]->name.value, joint->name,
                            owner->name.value);
    }
    return q;
}

static bool add_joint(psa_draws *d, const ipsim_scenario *owner, const ipsim_joint *spec, ipsim_error_list *errors)
{
    draw_joint *joint = &d->joints[d->n_joints++];
    size_t *quantity = ipsim_arena_alloc(d->arena, spec->parameters.count, sizeof *quantity);
    *joint = (draw_joint){.spec = spec, .n = spec->parameters.count, .quantity = quantity};
    for (size_t i = 0; quantity && i < joint->n; i++) {
        quantity[i] = find_member(d, spec, owner, spec->parameters.items[i], errors);
        d->joint_of[quantity[i]] = joint;
    }
    return quantity != NULL;
}

bool ipsim_psa_joints_find(psa_draws *d, ipsim_error_list *errors)
{
    const experiment *e = d->v->e;
    size_t most = 0;
    for (size_t i = 0; i < e->n_models; i++)
        most += e->scenarios[i]->n_joints;
    d->joints = ipsim_arena_alloc(d->arena, most, sizeof *d->joints);
    d->joint_of = ipsim_arena_alloc(d->arena, d->v->n_quantities, sizeof *d->joint_of);
    bool ok = d->joints && d->joint_of;
    for (size_t i = 0; ok && i < e->n_models; i++)
        for (size_t k = 0; ok && k < e->scenarios[i]->n_joints; k++) {
            const ipsim_joint *spec = &e->scenarios[i]->joints[k];
            size_t known = 0;
            while (known < d->n_joints && strcmp(d->joints[known].spec->name, spec->name) != 0)
                known++;
            if (known == d->n_joints)
                ok = add_joint(d, e->scenarios[i], spec, errors);
            else if (!same_joint(d->joints[known].spec, spec))
                ipsim_error_add(errors, IPSIM_ERR_INCOMPATIBLE, spec->origin, "this joint is another in the scenarios before (%s:%d)",
                                d->joints[known].spec->origin.file, d->joints[known].spec->origin.line);
        }
    return ok;
}

/* ---- preparing ---- */

static bool draws_rows(const ipsim_joint *spec)
{
    return spec->family.value == IPSIM_JOINT_BOOTSTRAP || spec->family.value == IPSIM_JOINT_DRAWS;
}

static bool prepare_rows(psa_draws *d, draw_joint *joint, ipsim_error_list *errors)
{
    const ipsim_joint_table *data = joint->spec->data;
    char name[200];
    snprintf(name, sizeof name, "joint:%s", joint->spec->name);
    joint->uniforms[0].key = ipsim_stream_key(IPSIM_PURPOSE_PARAMETER, name);
    if (joint->spec->family.value == IPSIM_JOINT_DRAWS && joint->spec->order.value == IPSIM_ORDER_FILE && (int64_t)data->n_rows < d->n)
        ipsim_error_add(errors, IPSIM_ERR_RULE, joint->spec->file.origin,
                        "%s has %zu rows, fewer than the %lld draws; take --draws %zu, or order = \"random\"", data->path, data->n_rows,
                        (long long)d->n, data->n_rows);
    if (!data->weights)
        return true;
    joint->cumulative = ipsim_arena_alloc(d->arena, data->n_rows, sizeof *joint->cumulative);
    double total = 0.0, sum = 0.0;
    for (size_t i = 0; i < data->n_rows; i++)
        total += data->weights[i];
    for (size_t i = 0; joint->cumulative && i < data->n_rows; i++)
        joint->cumulative[i] = (sum += data->weights[i]) / total;
    return joint->cumulative != NULL;
}

static bool prepare_correlated(psa_draws *d, draw_joint *joint, ipsim_error_list *errors)
{
    bool copula = joint->spec->family.value == IPSIM_JOINT_COPULA;
    ipsim_error err;
    joint->lower = ipsim_arena_alloc(d->arena, joint->n * joint->n, sizeof *joint->lower);
    joint->margins = copula ? ipsim_arena_alloc(d->arena, joint->n, sizeof *joint->margins) : NULL;
    if (!joint->lower || (copula && !joint->margins))
        return false;
    if (ipsim_joint_factor(joint->spec, joint->lower, &err) != IPSIM_OK)
        ipsim_error_add_copy(errors, &err);
    for (size_t i = 0; copula && i < joint->n; i++) {
        const ipsim_distribution_spec *spec = &d->v->quantities[joint->quantity[i]].parameter->distribution;
        if (ipsim_scenario_distribution(spec, &joint->margins[i], &err) != IPSIM_OK)
            ipsim_error_add(errors, err.status, spec->origin, "%s", err.message);
    }
    return true;
}

bool ipsim_psa_joints_prepare(psa_draws *d, const bool *wanted, ipsim_error_list *errors)
{
    for (size_t k = 0; k < d->n_joints; k++) {
        draw_joint *joint = &d->joints[k];
        bool rows = draws_rows(joint->spec),
             correlated = joint->spec->family.value == IPSIM_JOINT_NORMAL || joint->spec->family.value == IPSIM_JOINT_COPULA;
        if (!wanted[k])
            continue;
        joint->uniforms = ipsim_arena_alloc(d->arena, rows ? 1 : joint->n, sizeof *joint->uniforms);
        if (!joint->uniforms || (rows && !prepare_rows(d, joint, errors)) || (correlated && !prepare_correlated(d, joint, errors)))
            return false;
        for (size_t i = 0; i < joint->n; i++) {
            if (!rows)
                joint->uniforms[i].key = ipsim_stream_key(IPSIM_PURPOSE_PARAMETER, joint->spec->parameters.items[i]);
            d->drawn[joint->quantity[i]] = true;
        }
    }
    return true;
}

/* ---- drawing ---- */

static size_t pick_row(const draw_joint *joint, double u)
{
    size_t low = 0, n = joint->spec->data->n_rows, high = n - 1; /* the first row with u < cumulative */
    if (!joint->cumulative)
        return (size_t)(u * (double)n) < n ? (size_t)(u * (double)n) : n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (u < joint->cumulative[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void draw_row(const psa_draws *d, const draw_joint *joint, int64_t draw, double *values)
{
    const ipsim_joint_table *data = joint->spec->data;
    bool in_order = joint->spec->order.value == IPSIM_ORDER_FILE;
    size_t row = in_order ? (size_t)draw : pick_row(joint, ipsim_psa_draws_uniform(d, &joint->uniforms[0], draw));
    for (size_t i = 0; i < joint->n; i++)
        values[joint->quantity[i]] = data->values[row * data->n_columns + i];
}

static void resample(const psa_draws *d, const draw_joint *joint, int64_t draw, double *values)
{
    const ipsim_joint_table *data = joint->spec->data;
    for (size_t i = 0; i < joint->n; i++)
        values[joint->quantity[i]] = 0.0;
    for (size_t k = 0; k < data->n_rows; k++) {
        double u = ipsim_stream_uniform(d->seed, (uint32_t)draw, 0, joint->uniforms[0].key, (uint32_t)(FIRST_ROW_COUNT + k));
        const double *row = data->values + pick_row(joint, u) * data->n_columns;
        for (size_t i = 0; i < joint->n; i++)
            values[joint->quantity[i]] += row[i];
    }
    for (size_t i = 0; i < joint->n; i++)
        values[joint->quantity[i]] /= (double)data->n_rows;
}

/* Gamma variables over their sum. */
static void draw_dirichlet(const psa_draws *d, const draw_joint *joint, int64_t draw, double *values)
{
    double sum = 0.0, highest = -1.0;
    size_t likely = 0;
    for (size_t i = 0; i < joint->n; i++) {
        double u = ipsim_psa_draws_uniform(d, &joint->uniforms[i], draw), x = ipsim_gamma_quantile(joint->spec->alpha.items[i].value, u);
        values[joint->quantity[i]] = x;
        sum += x;
        if (u > highest) {
            highest = u;
            likely = i;
        }
    }
    for (size_t i = 0; i < joint->n; i++) /* with tiny alphas all may be too small for a double; then one has all */
        values[joint->quantity[i]] = sum > 0.0 ? values[joint->quantity[i]] / sum : i == likely ? 1.0 : 0.0;
}

static double from_scale(ipsim_joint_scale scale, double x)
{
    switch (scale) {
    case IPSIM_SCALE_LOG:
        return ipsim_exp(x);
    case IPSIM_SCALE_LOGIT:
        return x >= 0.0 ? 1.0 / (1.0 + ipsim_exp(-x)) : ipsim_exp(x) / (1.0 + ipsim_exp(x));
    case IPSIM_SCALE_IDENTITY:
        break;
    }
    return x;
}

static void draw_correlated(const psa_draws *d, const draw_joint *joint, int64_t draw, double *values)
{
    for (size_t i = 0; i < joint->n; i++) {
        double x = joint->margins ? 0.0 : joint->spec->mean.items[i].value;
        for (size_t k = 0; k <= i; k++)
            x += joint->lower[i * joint->n + k] * ipsim_normal_quantile(ipsim_psa_draws_uniform(d, &joint->uniforms[k], draw));
        double u = joint->margins ? ipsim_normal_cdf(x) : 0.0;
        u = u < 0x1p-1022 ? 0x1p-1022 : u > 1.0 - 0x1p-53 ? 1.0 - 0x1p-53 : u;
        values[joint->quantity[i]] = joint->margins ? ipsim_distribution_quantile(&joint->margins[i], u)
                                                    : from_scale(ipsim_joint_scale_of(joint->spec, i), x);
    }
}

void ipsim_psa_joint_values(const psa_draws *d, const draw_joint *joint, int64_t draw, double *values)
{
    switch ((ipsim_joint_family)joint->spec->family.value) {
    case IPSIM_JOINT_DIRICHLET:
        draw_dirichlet(d, joint, draw, values);
        break;
    case IPSIM_JOINT_NORMAL:
    case IPSIM_JOINT_COPULA:
        draw_correlated(d, joint, draw, values);
        break;
    case IPSIM_JOINT_BOOTSTRAP:
        resample(d, joint, draw, values);
        break;
    case IPSIM_JOINT_DRAWS:
        draw_row(d, joint, draw, values);
        break;
    case IPSIM_N_JOINTS:
        break;
    }
}
