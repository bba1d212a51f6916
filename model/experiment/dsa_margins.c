/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters that are uncertain together, one at a time: quantiles of their margins.
 *
 *   dirichlet   beta(alpha, the other alphas). A share cannot move alone: the others give or take in proportion to their base values
 *   normal      the normal margin, on the scale of the parameter
 *   copula      the parameter's own distribution
 *   bootstrap   normal: the column's mean and its standard error, as of the mean of resampled rows
 *   draws       the column's: the least value with at least that share of the weight at or below it */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsa_parts.h"
#include "ipsim/special.h"
#include "maths/elementary.h"

/* ---- margins ---- */

static double from_scale(ipsim_joint_scale scale, double x)
{
    if (scale == IPSIM_SCALE_LOG)
        return ipsim_exp(x);
    if (scale == IPSIM_SCALE_LOGIT)
        return x >= 0.0 ? 1.0 / (1.0 + ipsim_exp(-x)) : ipsim_exp(x) / (1.0 + ipsim_exp(x));
    return x;
}

static ipsim_status normal_margin(const ipsim_joint *joint, size_t i, const double p[2], double out[2], ipsim_error *err)
{
    size_t n = joint->parameters.count;
    double *lower = calloc(n * n, sizeof *lower), variance = 0.0;
    ipsim_status status = lower ? ipsim_joint_factor(joint, lower, err) : ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    for (size_t k = 0; status == IPSIM_OK && k <= i; k++)
        variance += lower[i * n + k] * lower[i * n + k];
    for (int end = 0; end < 2; end++)
        out[end] = from_scale(ipsim_joint_scale_of(joint, i), joint->mean.items[i].value + sqrt(variance) * ipsim_normal_quantile(p[end]));
    free(lower);
    return status;
}

typedef struct weighted {
    double value, weight;
} weighted;

static int by_value(const void *a, const void *b)
{
    const weighted *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static ipsim_status column_margin(const ipsim_joint *joint, size_t i, const double p[2], double out[2], ipsim_error *err)
{
    const ipsim_joint_table *data = joint->data;
    double n = (double)data->n_rows, total = 0.0, mean = 0.0, square = 0.0;
    weighted *rows = calloc(data->n_rows, sizeof *rows);
    if (!rows)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    for (size_t k = 0; k < data->n_rows; k++) {
        rows[k] = (weighted){data->values[k * data->n_columns + i], data->weights ? data->weights[k] : 1.0};
        total += rows[k].weight;
        mean += rows[k].weight * rows[k].value;
    }
    mean /= total;
    for (size_t k = 0; k < data->n_rows; k++)
        square += rows[k].weight * (rows[k].value - mean) * (rows[k].value - mean);
    qsort(rows, data->n_rows, sizeof *rows, by_value);
    for (int end = 0; end < 2; end++) {
        double seen = rows[0].weight;
        size_t k = 0;
        while (seen < p[end] * total && k + 1 < data->n_rows)
            seen += rows[++k].weight;
        out[end] = rows[k].value;
        if (joint->family.value == IPSIM_JOINT_BOOTSTRAP)
            out[end] = mean + sqrt(square / total / n) * ipsim_normal_quantile(p[end]);
    }
    free(rows);
    return IPSIM_OK;
}

static void dirichlet_margin(const ipsim_joint *joint, size_t i, const double p[2], double out[2])
{
    double others = 0.0;
    for (size_t k = 0; k < joint->parameters.count; k++)
        others += k == i ? 0.0 : joint->alpha.items[k].value;
    for (int end = 0; end < 2; end++)
        out[end] = ipsim_beta_quantile(joint->alpha.items[i].value, others, p[end]);
}

ipsim_status ipsim_dsa_margin(const ipsim_joint *joint, size_t i, const double p[2], double out[2], ipsim_error *err)
{
    switch ((ipsim_joint_family)joint->family.value) {
    case IPSIM_JOINT_DIRICHLET:
        dirichlet_margin(joint, i, p, out);
        return IPSIM_OK;
    case IPSIM_JOINT_NORMAL:
        return normal_margin(joint, i, p, out, err);
    case IPSIM_JOINT_BOOTSTRAP:
    case IPSIM_JOINT_DRAWS:
        return column_margin(joint, i, p, out, err);
    case IPSIM_JOINT_COPULA:
    case IPSIM_N_JOINTS:
        break;
    }
    out[0] = out[1] = NAN;
    return IPSIM_OK;
}

const ipsim_joint *ipsim_dsa_joint_of(const vary_quantity *quantity, size_t *member)
{
    const ipsim_scenario *scenario = quantity->scenario;
    for (size_t k = 0; k < scenario->n_joints; k++)
        for (*member = 0; *member < scenario->joints[k].parameters.count; ++*member)
            if (strcmp(scenario->joints[k].parameters.items[*member], quantity->name) == 0)
                return &scenario->joints[k];
    return NULL;
}

/* ---- shares ---- */

static bool stands_in(const vary_quantity *quantity, const dsa_shares *shares)
{
    size_t member;
    const ipsim_joint *joint = ipsim_dsa_joint_of(quantity, &member);
    return joint && joint->family.value == IPSIM_JOINT_DIRICHLET && quantity->scenario == shares->scenario && joint == shares->joint;
}

static bool add_shares(dsa_parameters *p, const ipsim_scenario *scenario, const ipsim_joint *joint)
{
    dsa_shares *shares = &p->shares[p->n_shares];
    *shares = (dsa_shares){.scenario = scenario, .joint = joint, .members = calloc(joint->parameters.count, sizeof *shares->members)};
    if (!shares->members)
        return false;
    p->n_shares++;
    for (size_t q = 0; q < p->count; q++)
        if (stands_in(p->items[q].quantity, shares))
            shares->members[shares->n++] = q;
    return true;
}

bool ipsim_dsa_shares_find(dsa_parameters *p)
{
    p->shares = calloc(p->count + 1, sizeof *p->shares);
    for (size_t q = 0; p->shares && q < p->count; q++) {
        size_t member, known = 0;
        const ipsim_joint *joint = ipsim_dsa_joint_of(p->items[q].quantity, &member);
        while (known < p->n_shares && p->shares[known].joint != joint)
            known++;
        if (joint && joint->family.value == IPSIM_JOINT_DIRICHLET && known == p->n_shares &&
            !add_shares(p, p->items[q].quantity->scenario, joint))
            return false;
    }
    return p->shares != NULL;
}

void ipsim_dsa_shares_clear(dsa_parameters *p)
{
    for (size_t k = 0; k < p->n_shares; k++)
        free(p->shares[k].members);
    free(p->shares);
}

ipsim_status ipsim_dsa_shares_fill(const dsa_parameters *p, double *values, ipsim_error_list *errors)
{
    ipsim_status first = IPSIM_OK;
    for (size_t k = 0; k < p->n_shares; k++) {
        const dsa_shares *shares = &p->shares[k];
        double moved = 0.0, rest = 0.0;
        size_t n_moved = 0;
        for (size_t i = 0; i < shares->n; i++) {
            double value = values[shares->members[i]];
            n_moved += isnan(value) ? 0 : 1;
            moved += isnan(value) ? 0.0 : value;
            rest += isnan(value) ? p->items[shares->members[i]].base : 0.0;
        }
        bool sums_up = n_moved < shares->n ? moved <= 1.0 : fabs(moved - 1.0) < 1e-9;
        if (n_moved > 0 && !sums_up) {
            ipsim_status status = ipsim_error_add(errors, IPSIM_ERR_RANGE, shares->joint->origin,
                                                  "its shares would come to %.9g; together they are 1", moved);
            first = first == IPSIM_OK ? status : first;
        }
        for (size_t i = 0; n_moved > 0 && i < shares->n; i++)
            if (isnan(values[shares->members[i]]))
                values[shares->members[i]] = rest > 0.0 ? p->items[shares->members[i]].base * ((1.0 - moved) / rest)
                                                        : (1.0 - moved) / (double)(shares->n - n_moved);
    }
    return first;
}

void ipsim_dsa_shares_normalise(const dsa_parameters *p, double *values)
{
    for (size_t k = 0; k < p->n_shares; k++) {
        const dsa_shares *shares = &p->shares[k];
        double sum = 0.0;
        for (size_t i = 0; i < shares->n; i++) {
            size_t q = shares->members[i];
            values[q] = isnan(values[q]) ? p->items[q].base : values[q];
            sum += values[q];
        }
        for (size_t i = 0; i < shares->n; i++)
            values[shares->members[i]] /= sum > 0.0 ? sum : 1.0;
    }
}
