/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsa_variants.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ipsim_status no_memory(ipsim_error_list *errors)
{
    return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the sensitivity analysis");
}

ipsim_status ipsim_dsa_variants_create(const dsa_runs_of *of, size_t n_sets, dsa_variants *v, ipsim_error_list *errors)
{
    size_t most = 0;
    for (size_t s = 0; s < of->n_scenarios; s++)
        most = of->scenarios[s]->n_parameters > most ? of->scenarios[s]->n_parameters : most;
    *v = (dsa_variants){.scenarios = of->scenarios, .n_scenarios = of->n_scenarios, .parameters = of->parameters, .n_sets = n_sets};
    v->clones = calloc(n_sets * of->n_scenarios, sizeof(ipsim_scenario *));
    v->values = calloc(of->parameters->count + 1, sizeof *v->values);
    v->overrides = calloc(most + 1, sizeof *v->overrides);
    if (!v->clones || !v->values || !v->overrides)
        return no_memory(errors);
    for (size_t i = 0; i < n_sets * of->n_scenarios; i++) {
        ipsim_status status = ipsim_scenario_clone(of->scenarios[i % of->n_scenarios], &v->clones[i], errors);
        if (status != IPSIM_OK)
            return status;
    }
    return IPSIM_OK;
}

void ipsim_dsa_variants_clear(dsa_variants *v)
{
    for (size_t i = 0; v->clones && i < v->n_sets * v->n_scenarios; i++)
        ipsim_scenario_free(v->clones[i]);
    free(v->clones);
    free(v->values);
    free(v->overrides);
    *v = (dsa_variants){0};
}

const ipsim_scenario *ipsim_dsa_variants_scenario(const dsa_variants *v, size_t set, size_t scenario)
{
    return v->clones[set * v->n_scenarios + scenario];
}

/* "hr = 2, cost = 7". */
static void describe_point(const dsa_variants *v, const dsa_point *point, char *text, size_t size)
{
    size_t used = 0, named = 0;
    *text = '\0';
    for (size_t p = 0; p < v->parameters->count && used + 1 < size; p++) {
        if (isnan(point->values[p]))
            continue;
        if (named++ == 4) {
            snprintf(text + used, size - used, " ...");
            return;
        }
        used += (size_t)snprintf(text + used, size - used, "%s%s = %.9g", used > 0 ? ", " : "", v->parameters->items[p].quantity->label,
                                 point->values[p]);
    }
}

void ipsim_dsa_variants_complain(const dsa_variants *v, const dsa_point *point, const ipsim_error_list *found, ipsim_error_list *errors)
{
    char what[300];
    describe_point(v, point, what, sizeof what);
    for (size_t i = 0; i < found->count; i++) {
        ipsim_error copy = found->items[i];
        int room = (int)(sizeof copy.message - sizeof what - 16);
        snprintf(copy.message, sizeof copy.message, "%s%s%s%.*s", *what ? "with " : "", what, *what ? ": " : "", room,
                 found->items[i].message);
        ipsim_error_add_copy(errors, &copy);
    }
}

/* People, time and money of the variant's scenarios must agree as those of the scenarios themselves do. */
static ipsim_status check_scenarios(const dsa_variants *v, ipsim_scenario *const *set, ipsim_error_list *found)
{
    for (size_t s = 1; s < v->n_scenarios; s++)
        if (!ipsim_experiment_check_agreement(set[0], set[s], found))
            return IPSIM_ERR_MEMORY;
    return ipsim_error_list_status(found);
}

static ipsim_status evaluate(dsa_variants *v, size_t s, ipsim_scenario *clone, ipsim_error_list *found)
{
    for (size_t i = 0; i < clone->n_parameters; i++)
        v->overrides[i] = NAN;
    for (size_t p = 0; p < v->parameters->count; p++)
        if (!isnan(v->values[p]) && v->parameters->items[p].quantity->index[s] != SIZE_MAX)
            v->overrides[v->parameters->items[p].quantity->index[s]] = v->values[p];
    return ipsim_scenario_evaluate(clone, v->overrides, found);
}

ipsim_status ipsim_dsa_variants_resolve(dsa_variants *v, const dsa_point *point, size_t set, ipsim_error_list *errors)
{
    ipsim_error_list found = {0};
    ipsim_scenario *const *clones = &v->clones[set * v->n_scenarios];
    memcpy(v->values, point->values, v->parameters->count * sizeof *v->values);
    ipsim_status status = ipsim_dsa_shares_fill(v->parameters, v->values, &found);
    for (size_t s = 0; status == IPSIM_OK && s < v->n_scenarios; s++) {
        ipsim_status one = evaluate(v, s, clones[s], &found);
        status = status == IPSIM_OK ? one : status;
    }
    if (status == IPSIM_OK)
        status = check_scenarios(v, clones, &found);
    ipsim_dsa_variants_complain(v, point, &found, errors);
    ipsim_error_list_clear(&found);
    return status == IPSIM_ERR_MEMORY ? no_memory(errors) : status;
}

bool ipsim_dsa_variants_is_like_base(const dsa_variants *v, size_t set, bool *out_of_memory)
{
    ipsim_error_list found = {0};
    *out_of_memory = !ipsim_experiment_check_agreement(v->scenarios[0], v->clones[set * v->n_scenarios], &found);
    bool like = found.count == 0;
    ipsim_error_list_clear(&found);
    return like;
}
