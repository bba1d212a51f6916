/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be moved, and its range. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsa_parts.h"
#include "ipsim/nearest.h"

/* ---- looking up ---- */

static ipsim_origin at_option(const char *option, const char *name)
{
    return (ipsim_origin){.file = option, .key = name};
}

size_t ipsim_dsa_parameters_find(const dsa_parameters *p, const char *option, const char *name, ipsim_error_list *errors)
{
    const char **names = calloc(p->count + 1, sizeof *names);
    char several[512] = "";
    for (size_t i = 0; i < p->count; i++) {
        const char *colon = strchr(p->items[i].quantity->label, ':');
        if (strcmp(p->items[i].quantity->label, name) == 0) {
            free(names);
            return i;
        }
        if (names)
            names[i] = p->items[i].quantity->label;
        if (colon && strcmp(colon + 1, name) == 0 && strlen(several) + strlen(p->items[i].quantity->label) + 8 < sizeof several) {
            strcat(several, *several ? " or " : "");
            strcat(several, p->items[i].quantity->label);
        }
    }
    const char *near = names ? ipsim_nearest(name, names, p->count) : NULL;
    if (*several)
        ipsim_error_add(errors, IPSIM_ERR_UNKNOWN_KEY, at_option(option, name),
                        "the scenarios state this parameter differently, so each has its own: name %s", several);
    else if (strchr(name, '='))
        ipsim_error_add(errors, IPSIM_ERR_USAGE, at_option(option, name), "only names stand here; a range is given with --vary %s", name);
    else
        ipsim_error_add(errors, IPSIM_ERR_UNKNOWN_KEY, at_option(option, name), "no scenario has a parameter of this name%s%s%s",
                        near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    free(names);
    return SIZE_MAX;
}

ipsim_status ipsim_dsa_parameters_range(const dsa_parameters *p, const char *option, size_t parameter, const ipsim_dsa_range *asked,
                                        double *low, double *high, ipsim_error_list *errors)
{
    const dsa_parameter *q = &p->items[parameter];
    bool stated = asked && !isnan(asked->low);
    *low = stated ? asked->low : q->low;
    *high = stated ? asked->high : q->high;
    if (isnan(*low))
        return ipsim_error_add(errors, IPSIM_ERR_USAGE, at_option(option, q->quantity->label),
                               "this parameter has no distribution; give its range: %s %s=LOW:HIGH",
                               strcmp(option, "--only") == 0 ? "--vary" : option, q->quantity->label);
    if (*low >= *high)
        return ipsim_error_add(errors, IPSIM_ERR_RANGE, at_option(option, q->quantity->label), "LOW must be below HIGH, not %.9g and %.9g",
                               *low, *high);
    return IPSIM_OK;
}

/* ---- ranges ---- */

static ipsim_status quantiles_of(const vary_quantity *quantity, const double p[2], double out[2], ipsim_error *err)
{
    size_t member;
    const ipsim_joint *joint = ipsim_dsa_joint_of(quantity, &member);
    ipsim_distribution distribution;
    out[0] = out[1] = NAN;
    if (joint && joint->family.value != IPSIM_JOINT_COPULA)
        return ipsim_dsa_margin(joint, member, p, out, err);
    if (!quantity->parameter->distribution.given)
        return IPSIM_OK;
    ipsim_status status = ipsim_scenario_distribution(&quantity->parameter->distribution, &distribution, err);
    for (int end = 0; status == IPSIM_OK && end < 2; end++)
        out[end] = ipsim_distribution_quantile(&distribution, p[end]);
    return status;
}

static void read_distributions(dsa_parameters *p, const ipsim_dsa_options *options, ipsim_error_list *errors)
{
    bool usual = options->quantiles[0] == 0.0 && options->quantiles[1] == 0.0;
    const double quantiles[2] = {usual ? 0.025 : options->quantiles[0], usual ? 0.975 : options->quantiles[1]};
    for (size_t i = 0; i < p->count; i++) {
        dsa_parameter *q = &p->items[i];
        double ends[2];
        ipsim_error err;
        if (quantiles_of(q->quantity, quantiles, ends, &err) != IPSIM_OK)
            ipsim_error_add(errors, err.status, q->quantity->parameter->origin, "%s", err.message);
        else if (ends[0] < ends[1]) { /* else it is certain after all */
            q->low = ends[0];
            q->high = ends[1];
        }
    }
}

static void read_ranges(dsa_parameters *p, const ipsim_dsa_options *options, ipsim_error_list *errors)
{
    for (size_t i = 0; i < options->n_vary; i++) {
        size_t at = ipsim_dsa_parameters_find(p, "--vary", options->vary[i].name, errors);
        double low, high;
        if (at == SIZE_MAX || ipsim_dsa_parameters_range(p, "--vary", at, &options->vary[i], &low, &high, errors) != IPSIM_OK)
            continue;
        if (p->items[at].asked)
            ipsim_error_add(errors, IPSIM_ERR_DUPLICATE, at_option("--vary", options->vary[i].name), "this parameter stands there twice");
        p->items[at].low = low;
        p->items[at].high = high;
        p->items[at].asked = true;
    }
}

static void choose_moved(dsa_parameters *p, const ipsim_dsa_options *options, ipsim_error_list *errors)
{
    bool *wanted = calloc(p->count + 1, sizeof *wanted);
    if (!wanted) {
        ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the parameters");
        return;
    }
    for (size_t i = 0; i < options->n_only; i++) {
        size_t at = ipsim_dsa_parameters_find(p, "--only", options->only[i], errors);
        double low, high;
        if (at != SIZE_MAX && ipsim_dsa_parameters_range(p, "--only", at, NULL, &low, &high, errors) == IPSIM_OK)
            wanted[at] = true;
    }
    for (size_t i = 0; i < p->count && !options->only_scenarios; i++)
        if (!isnan(p->items[i].low) && (options->n_only == 0 || wanted[i]))
            p->moved[p->n_moved++] = i;
    free(wanted);
}

ipsim_status ipsim_dsa_parameters_collect(const experiment *e, const ipsim_dsa_options *options, dsa_parameters *out,
                                          ipsim_error_list *errors)
{
    size_t n_before = errors->count;
    *out = (dsa_parameters){0};
    ipsim_status status = ipsim_vary_create(e, &out->all, errors);
    if (status != IPSIM_OK)
        return status;
    out->count = out->all->n_quantities;
    out->items = calloc(out->count + 1, sizeof *out->items);
    out->moved = calloc(out->count + 1, sizeof *out->moved);
    if (!out->items || !out->moved)
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the parameters");
    for (size_t i = 0; i < out->count; i++) {
        const vary_quantity *quantity = &out->all->quantities[i];
        out->items[i] = (dsa_parameter){.quantity = quantity, .base = quantity->parameter->value.value, .low = NAN, .high = NAN};
    }
    if (!ipsim_dsa_shares_find(out))
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the parameters");
    read_distributions(out, options, errors);
    read_ranges(out, options, errors);
    choose_moved(out, options, errors);
    return errors->count > n_before ? errors->items[n_before].status : IPSIM_OK;
}

void ipsim_dsa_parameters_clear(dsa_parameters *p)
{
    ipsim_dsa_shares_clear(p);
    ipsim_vary_free(p->all);
    free(p->items);
    free(p->moved);
    *p = (dsa_parameters){0};
}
