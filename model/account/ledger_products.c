/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of measures with each other, for ratios and conditional means: see ledger_add.c. */
#include "ledger_adder.h"

enum { PAIRS_AT_ONCE = 16 };

/* The limbs at work: of each kept measure the comparator's, a model's, and their difference. */
static account_limbs *comparators(const adder *a, size_t measure)
{
    return &a->scratch->limbs[2 + 3 * a->scratch->kept[measure]];
}
static account_limbs *models(const adder *a, size_t measure)
{
    return comparators(a, measure) + 1;
}
static account_limbs *differences(const adder *a, size_t measure)
{
    return comparators(a, measure) + 2;
}

static const double *kept_column(const adder *a, size_t measure, size_t model)
{
    const struct ledger_scratch *scratch = a->scratch;
    return scratch->kept_columns + (scratch->kept[measure] * scratch->n_models + model) * scratch->longest;
}

/* All values fit: they have been added. */
static void split_kept(const adder *a, const piece *p, size_t measure, size_t model, account_limbs *out)
{
    const double *people = people_of(a, p, kept_column(a, measure, model), a->scratch->gathered);
    (void)ipsim_limbs_split(a, lanes_of(p), people, ipsim_account_quantum(a->ledger->plan, measure), out);
}

/* false: memory is short. */
static bool add_product(const adder *a, const piece *p, size_t k, size_t model, const account_limbs *x, const account_limbs *y)
{
    const ledger_waiting *w = &a->scratch->waiting;
    size_t stride, n = lanes_of(p);
    if (x->large || y->large) {
        if (!ipsim_ledger_open(a->ledger))
            return false;
        ipsim_wide192 sum = ipsim_limbs_products(n, x, y), *into = ipsim_ledger_product(a->ledger, step_of(a), k, model, &stride);
        for (size_t i = 0; i < w->n_groups[p->combination]; i++)
            ipsim_wide192_merge(&into[w->groups[p->combination * w->n_groups_most + i] * stride], &sum);
        return true;
    }
    int64_t s[4], *sums = ipsim_waiting_products(w, a->ledger, p->combination, step_of(a), k, model);
    a->scratch->kernels->products(n, x->high, x->low, y->high, y->low, s);
    sums[WAITING_HH] += s[0];
    sums[WAITING_HL] += s[1] + s[2];
    sums[WAITING_LL] += s[3];
    return true;
}

/* The pairs of people who stand in whole vectors; false: limb by limb, because a value is large, or for some other reason. */
static bool add_pairs_at_once(const adder *a, const piece *p, size_t model)
{
    const ipsim_account_plan *plan = a->ledger->plan;
    int64_t sums[PAIRS_AT_ONCE][2] = {{0}};
    if (!a->scratch->add_product || p->order || a->given || plan->n_pairs > PAIRS_AT_ONCE)
        return false;
    for (size_t k = 0; k < plan->n_pairs; k++) {
        size_t x = plan->pairs[k][0], y = plan->pairs[k][1];
        account_differences d = {.x = kept_column(a, x, model) + p->offset,
                                 .x0 = kept_column(a, x, 0) + p->offset,
                                 .y = kept_column(a, y, model) + p->offset,
                                 .y0 = kept_column(a, y, 0) + p->offset,
                                 .quantum_x = ipsim_account_quantum(plan, x),
                                 .quantum_y = ipsim_account_quantum(plan, y)};
        if (!a->scratch->add_product(lanes_of(p), &d, &sums[k][0], &sums[k][1]))
            return false;
    }
    for (size_t k = 0; k < plan->n_pairs; k++) {
        int64_t *into = ipsim_waiting_products(&a->scratch->waiting, a->ledger, p->combination, step_of(a), k, model);
        into[WAITING_HH] += sums[k][0];
        into[WAITING_LL] += sums[k][1];
    }
    return true;
}

bool ipsim_ledger_add_products(const adder *a, const piece *p)
{
    const ipsim_ledger *ledger = a->ledger;
    const ipsim_account_plan *plan = ledger->plan;
    bool ok = true;
    size_t next = 1; /* model that is not done */
    while ((ledger->n_conditional == 0 || a->flavour == 1) && next < ledger->n_models && add_pairs_at_once(a, p, next))
        next++;
    for (size_t model = 0; next < ledger->n_models && model < ledger->n_models; model = model == 0 ? next : model + 1) {
        for (size_t measure = 0; measure < plan->n_measures; measure++) {
            if (a->scratch->kept[measure] == SIZE_MAX || (!a->given && plan->same_as[measure] != measure))
                continue;
            split_kept(a, p, measure, model, model == 0 ? comparators(a, measure) : models(a, measure));
            if (model > 0)
                ipsim_limbs_subtract(a, lanes_of(p), models(a, measure), comparators(a, measure), differences(a, measure));
        }
        for (size_t pair = 0; pair < plan->n_pairs && model > 0; pair++)
            ok &= add_product(a, p, pair, model, differences(a, plan->pairs[pair][0]), differences(a, plan->pairs[pair][1]));
        for (size_t k = 0; k < ledger->n_conditional && model > 0 && a->flavour == 0; k++) {
            size_t value = ledger->conditional[k], given = plan->measures[value].given;
            ok &= add_product(a, p, plan->n_pairs + 2 * k, model, models(a, value), comparators(a, given));
            ok &= add_product(a, p, plan->n_pairs + 2 * k + 1, model, models(a, given), comparators(a, value));
        }
    }
    return ok;
}
