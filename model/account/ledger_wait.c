/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums are added up by combination of subgroups in 64 bits, and only now and then widened and added to every group that the combination
 * belongs to: a combination's sums are a hundred times smaller work than its groups'. */
#include "ledger_wait.h"

#include <stdlib.h>
#include <string.h>

/* Places for the cells that anything can be added to: with subgroups these sums are most of what a thread needs. */
static bool choose_cells(ledger_waiting *w, const ipsim_ledger *ledger)
{
    const ipsim_account_plan *plan = ledger->plan;
    size_t n = plan->n_measures * ledger->n_models;
    w->cell = calloc(n + 1, sizeof *w->cell);
    for (size_t i = 0; w->cell && i < n; i++) {
        size_t measure = i / ledger->n_models;
        bool needed = !w->by_definition ||
                      (plan->same_as[measure] == measure && plan->models[i % ledger->n_models].formulas[measure].n_terms > 0);
        w->cell[i] = needed ? w->n_cells++ : SIZE_MAX;
    }
    return w->cell != NULL;
}

bool ipsim_waiting_init(ledger_waiting *w, const ipsim_ledger *ledger, size_t n_combinations, size_t n_groups_most, bool by_definition)
{
    const ipsim_account_plan *plan = ledger->plan;
    *w = (ledger_waiting){.n_combinations = n_combinations,
                          .n_steps = plan->n_years * 2,
                          .n_products = ledger->n_models > 1 ? plan->n_pairs + 2 * ledger->n_conditional : 0,
                          .n_groups_most = n_groups_most,
                          .by_definition = by_definition};
    if (!choose_cells(w, ledger))
        return false;
    size_t n_steps = n_combinations * w->n_steps;
    w->twin = calloc(plan->n_measures * ledger->n_models + 1, sizeof *w->twin);
    for (size_t i = 0; w->twin && i < plan->n_measures * ledger->n_models; i++)
        w->twin[i] = i % ledger->n_models;
    w->n_groups = calloc(n_combinations, sizeof *w->n_groups);
    w->groups = calloc(n_combinations * n_groups_most, sizeof *w->groups);
    w->persons = calloc(n_combinations, sizeof *w->persons);
    w->n_sums = n_steps * w->n_cells * ACCOUNT_N_SUMS;
    w->n_product_sums = n_steps * ledger->n_models * w->n_products * WAITING_PRODUCTS;
    w->sums = ipsim_simd_alloc_unset(w->n_sums + w->n_product_sums, sizeof *w->sums);
    w->products = w->sums ? w->sums + w->n_sums : NULL;
    w->by_group = ipsim_simd_alloc(ledger->n_groups * ACCOUNT_N_SUMS, sizeof *w->by_group);
    return w->twin && w->n_groups && w->groups && w->persons && w->sums && w->by_group;
}

void ipsim_waiting_clear(ledger_waiting *w)
{
    free(w->cell);
    free(w->twin);
    free(w->n_groups);
    free(w->groups);
    free(w->persons);
    free(w->sums);
    free(w->by_group);
}

void ipsim_waiting_clear_sums(ledger_waiting *w, size_t combination)
{
    size_t n = w->n_sums / w->n_combinations, n_products = w->n_product_sums / w->n_combinations;
    memset(w->sums + combination * n, 0, n * sizeof *w->sums);
    memset(w->products + combination * n_products, 0, n_products * sizeof *w->products);
}

/* high high 2^44 + middle 2^22 + low low */
static ipsim_wide192 from_limbs(int64_t high, int64_t middle, int64_t low)
{
    ipsim_wide128 limb = (ipsim_wide128)ACCOUNT_LIMB;
    ipsim_wide128 value = (ipsim_wide128)high * limb * limb + (ipsim_wide128)middle * limb + low;
    return (ipsim_wide192){{(uint64_t)value, (uint64_t)(value >> 64), value < 0 ? UINT64_MAX : 0}};
}

ipsim_wide192 *ipsim_ledger_product(const ipsim_ledger *ledger, size_t step, size_t k, size_t model, size_t *stride)
{
    const ipsim_account_plan *plan = ledger->plan;
    if (k < plan->n_pairs) {
        *stride = 1;
        return &ledger->pairs[((k * plan->n_years * 2 + step) * ledger->n_models + model) * ledger->n_groups];
    }
    k -= plan->n_pairs;
    *stride = 2;
    return &ledger->given[(((k / 2 * plan->n_years + step / 2) * ledger->n_models + model) * ledger->n_groups) * 2 + k % 2];
}

static void add_to_groups(const ledger_waiting *w, ipsim_ledger *ledger, const uint32_t *groups, size_t n_groups, size_t step,
                          size_t measure, size_t model, const cell_sums *sums)
{
    const ipsim_account_plan *plan = ledger->plan;
    for (size_t twin = model; twin < ledger->n_models; twin++) {
        if (w->twin[measure * ledger->n_models + twin] != model)
            continue;
        const ipsim_wide192 *with_comparator = model == 0 && twin > 0 ? &sums->xx : &sums->with_comparator;
        for (size_t same = measure; same < plan->n_measures; same = w->by_definition ? plan->next_same[same] : SIZE_MAX) {
            cell_sums *into = &ledger->sums[((same * w->n_steps + step) * ledger->n_models + twin) * ledger->n_groups];
            for (size_t i = 0; i < n_groups; i++) {
                cell_sums *group = &into[groups[i]];
                ipsim_wide128_merge(&group->x, sums->x);
                ipsim_wide192_merge(&group->xx, &sums->xx);
                ipsim_wide192_merge(&group->with_comparator, with_comparator);
            }
        }
    }
}

void ipsim_waiting_add(const ledger_waiting *w, ipsim_ledger *ledger, size_t combination, size_t step, size_t measure, size_t model,
                       const cell_sums *sums)
{
    add_to_groups(w, ledger, w->groups + combination * w->n_groups_most, w->n_groups[combination], step, measure, model, sums);
}

/* ---- what waits is added to the ledger ---- */

static inline __attribute__((always_inline)) bool any(const int64_t *sums, size_t n)
{
    int64_t bits = 0;
    for (size_t k = 0; k < n; k++)
        bits |= sums[k];
    return bits != 0;
}

/* n sums of every combination into those of its groups, in 64 bits, which hold what all people together wait with: there are fewer groups to
 * widen for than combinations have. false: all are 0. w->by_group [group * n]. */
static inline __attribute__((always_inline)) bool gather(const ledger_waiting *w, int64_t *sums, size_t distance, size_t n, size_t n_groups)
{
    bool some = false;
    for (size_t c = 0; c < w->n_combinations; c++, sums += distance) {
        if (w->n_groups[c] == 0 || !any(sums, n))
            continue;
        if (!some)
            memset(w->by_group, 0, n_groups * n * sizeof *w->by_group);
        some = true;
        for (size_t i = 0; i < w->n_groups[c]; i++) {
            int64_t *into = w->by_group + w->groups[c * w->n_groups_most + i] * n;
#pragma omp simd
            for (size_t k = 0; k < n; k++)
                into[k] += sums[k];
        }
        memset(sums, 0, n * sizeof *sums);
    }
    return some;
}

static void settle_cell(const ledger_waiting *w, ipsim_ledger *ledger, size_t step, size_t measure, size_t model)
{
    int64_t *first = ipsim_waiting_sums(w, ledger, 0, step, measure, model);
    bool some = gather(w, first, w->n_sums / w->n_combinations, ACCOUNT_N_SUMS, ledger->n_groups);
    for (uint32_t group = 0; some && group < ledger->n_groups; group++) {
        const int64_t *s = w->by_group + group * ACCOUNT_N_SUMS;
        if (!any(s, ACCOUNT_N_SUMS))
            continue;
        cell_sums sums = {.x = (ipsim_wide128)s[ACCOUNT_HIGH] * (ipsim_wide128)ACCOUNT_LIMB + s[ACCOUNT_LOW],
                          .xx = from_limbs(s[ACCOUNT_HH], 2 * s[ACCOUNT_HL], s[ACCOUNT_LL]),
                          .with_comparator = from_limbs(s[ACCOUNT_CROSS_HH], s[ACCOUNT_CROSS_HL], s[ACCOUNT_CROSS_LL])};
        add_to_groups(w, ledger, &group, 1, step, measure, model, &sums);
    }
}

static void settle_product(const ledger_waiting *w, ipsim_ledger *ledger, size_t step, size_t k, size_t model)
{
    size_t stride;
    ipsim_wide192 *into = ipsim_ledger_product(ledger, step, k, model, &stride);
    int64_t *first = ipsim_waiting_products(w, ledger, 0, step, k, model);
    bool some = gather(w, first, w->n_product_sums / w->n_combinations, WAITING_PRODUCTS, ledger->n_groups);
    for (size_t group = 0; some && group < ledger->n_groups; group++) {
        const int64_t *p = w->by_group + group * WAITING_PRODUCTS;
        ipsim_wide192 sum = from_limbs(p[WAITING_HH], p[WAITING_HL], p[WAITING_LL]);
        if (any(p, WAITING_PRODUCTS))
            ipsim_wide192_merge(&into[group * stride], &sum);
    }
}

void ipsim_waiting_settle(ledger_waiting *w, ipsim_ledger *ledger)
{
    if (w->lanes == 0 || w->n_combinations == 0)
        return;
    for (size_t c = 0; c < w->n_combinations; c++) {
        for (size_t i = 0; i < w->n_groups[c]; i++)
            ledger->persons[w->groups[c * w->n_groups_most + i]] += w->persons[c];
        w->persons[c] = 0;
    }
    for (size_t step = 0; step < w->n_steps; step++) {
        for (size_t measure = 0; measure < ledger->plan->n_measures; measure++)
            for (size_t model = 0; model < ledger->n_models; model++)
                if (w->cell[measure * ledger->n_models + model] != SIZE_MAX)
                    settle_cell(w, ledger, step, measure, model);
        for (size_t k = 0; k < w->n_products; k++)
            for (size_t model = 1; model < ledger->n_models; model++)
                settle_product(w, ledger, step, k, model);
    }
    w->lanes = 0;
}

void ipsim_waiting_forget(ledger_waiting *w)
{
    if (w->lanes == 0)
        return;
    memset(w->persons, 0, w->n_combinations * sizeof *w->persons);
    for (size_t c = 0; c < w->n_combinations; c++)
        if (w->n_groups[c] > 0)
            ipsim_waiting_clear_sums(w, c);
    w->lanes = 0;
}
