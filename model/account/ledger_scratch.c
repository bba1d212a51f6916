/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a ledger needs while blocks are added. */
#include "ledger_scratch.h"

#include <stdlib.h>

static void limbs_free(account_limbs *x)
{
    free(x->high);
    free(x->low);
    free(x->quanta);
}

static bool limbs_init(account_limbs *x)
{
    x->high = ipsim_simd_alloc(ACCOUNT_LANES_MAX, sizeof *x->high);
    x->low = ipsim_simd_alloc(ACCOUNT_LANES_MAX, sizeof *x->low);
    x->quanta = ipsim_simd_alloc(ACCOUNT_LANES_MAX, sizeof *x->quanta);
    return x->high && x->low && x->quanta;
}

static void keep(struct ledger_scratch *scratch, const ipsim_account_plan *plan, size_t measure)
{
    size_t *place = &scratch->kept[plan->same_as[measure]];
    if (*place == SIZE_MAX)
        *place = scratch->n_kept++;
    scratch->kept[measure] = *place;
}

static void choose_kept(struct ledger_scratch *scratch, const ipsim_ledger *ledger)
{
    const ipsim_account_plan *plan = ledger->plan;
    for (size_t i = 0; i < plan->n_measures; i++)
        scratch->kept[i] = SIZE_MAX;
    if (ledger->n_models == 1)
        return;
    for (size_t i = 0; i < plan->n_pairs; i++) {
        keep(scratch, plan, plan->pairs[i][0]);
        keep(scratch, plan, plan->pairs[i][1]);
    }
    for (size_t i = 0; i < ledger->n_conditional; i++) {
        keep(scratch, plan, ledger->conditional[i]);
        keep(scratch, plan, plan->measures[ledger->conditional[i]].given);
    }
}

static void scratch_free(struct ledger_scratch *scratch)
{
    if (!scratch)
        return;
    for (size_t i = 0; scratch->limbs && i < scratch->n_limbs; i++)
        limbs_free(&scratch->limbs[i]);
    for (size_t i = 0; scratch->values && i < scratch->n_models; i++)
        ipsim_values_clear(&scratch->values[i]);
    for (size_t i = 0; scratch->cumulative && i < scratch->n_models; i++)
        free(scratch->cumulative[i]);
    ipsim_waiting_clear(&scratch->waiting);
    free(scratch->cumulative);
    free(scratch->kept);
    free(scratch->kept_columns);
    free(scratch->gathered);
    free(scratch->columns);
    free(scratch->limbs);
    free(scratch->values);
    free(scratch->pieces);
    free(scratch);
}

void ipsim_ledger_scratch_free(ipsim_ledger *ledger)
{
    scratch_free(ledger->scratch);
    ledger->scratch = NULL;
}

void ipsim_ledger_adopt(ipsim_ledger *ledger, const ipsim_account_plan *plan)
{
    ipsim_bug_assert(plan->n_measures == ledger->plan->n_measures && plan->n_years == ledger->plan->n_years &&
                     plan->n_pairs == ledger->plan->n_pairs);
    ipsim_ledger_settle(ledger);
    ipsim_ledger_scratch_free(ledger); /* it knows the prices of the plan that it was made for; made anew with the next block */
    ledger->plan = plan;
}

struct ledger_scratch *ipsim_ledger_scratch_create(const ipsim_ledger *ledger, const struct ipsim_people_view *views, size_t n_views,
                                                   size_t stride, size_t longest, bool from_tallies)
{
    const ipsim_account_plan *plan = ledger->plan;
    struct ledger_scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return NULL;
    size_t n_combinations = 0, n_pieces = 0, n_groups = 1;
    for (size_t v = 0; v < n_views; v++) {
        n_combinations += views[v].n_combinations;
        n_pieces += views[v].n_combinations + (stride + IPSIM_LANES * views[v].n_combinations) / ACCOUNT_LANES_MAX + 1;
        n_groups = views[v].n_dimensions + 1 > n_groups ? views[v].n_dimensions + 1 : n_groups;
    }
    scratch->kernels = ipsim_account_kernels();
    scratch->add_sums = ipsim_account_add_sums(scratch->kernels);
    scratch->add_product = ipsim_account_add_product(scratch->kernels);
    scratch->stride = stride;
    scratch->longest = longest;
    scratch->n_models = ledger->n_models;
    scratch->kept = calloc(plan->n_measures + 1, sizeof *scratch->kept);
    if (scratch->kept)
        choose_kept(scratch, ledger);
    scratch->n_limbs = 2 + 3 * scratch->n_kept;
    scratch->kept_columns = ipsim_simd_alloc(scratch->n_kept * ledger->n_models * longest, sizeof *scratch->kept_columns);
    scratch->gathered = ipsim_simd_alloc(ledger->n_models * ACCOUNT_LANES_MAX, sizeof *scratch->gathered);
    scratch->columns = calloc(ledger->n_models, sizeof *scratch->columns);
    scratch->limbs = calloc(scratch->n_limbs, sizeof *scratch->limbs);
    scratch->values = from_tallies ? calloc(ledger->n_models, sizeof *scratch->values) : NULL;
    scratch->cumulative = calloc(ledger->n_models, sizeof *scratch->cumulative);
    scratch->pieces = calloc(n_pieces, sizeof *scratch->pieces);
    bool ok = scratch->kept && scratch->kept_columns && scratch->gathered && scratch->columns && scratch->limbs && scratch->pieces &&
              scratch->cumulative && (scratch->values || !from_tallies) &&
              ipsim_waiting_init(&scratch->waiting, ledger, n_combinations, n_groups, from_tallies);
    for (size_t i = 0; ok && i < scratch->n_limbs; i++)
        ok = limbs_init(&scratch->limbs[i]);
    for (size_t i = 0; ok && from_tallies && i < ledger->n_models; i++)
        ok = ipsim_values_init(&scratch->values[i], plan, i, stride, longest);
    if (!ok) {
        scratch_free(scratch);
        return NULL;
    }
    return scratch;
}

/* ---- pieces ---- */

/* View 0 comes first; `before` counts the combinations of the views before this one. */
static void cut_view(struct ledger_scratch *scratch, const struct ipsim_people_view *view, size_t v, size_t before)
{
    ledger_waiting *w = &scratch->waiting;
    for (const people_stretch *s = view->stretches; s < view->stretches + view->n_stretches; s++) {
        size_t c = before + s->combination, n_groups = 0;
        if (w->n_groups[c] == 0)
            ipsim_waiting_clear_sums(w, c);
        for (size_t d = v == 0 ? 0 : 1; d <= view->n_dimensions; d++)
            w->groups[c * w->n_groups_most + n_groups++] = d == 0 ? 0 : s->group[d - 1];
        w->n_groups[c] = n_groups;
        w->persons[c] += s->persons;
        for (size_t done = 0, n; done < s->n; done += n) {
            n = s->n - done < ACCOUNT_LANES_MAX ? s->n - done : ACCOUNT_LANES_MAX;
            scratch->pieces[scratch->n_pieces++] = (piece){.combination = c, .order = view->order, .offset = s->first + done, .n = n};
        }
    }
}

void ipsim_ledger_scratch_cut(struct ledger_scratch *scratch, const struct ipsim_people_view *views, size_t n_views)
{
    scratch->n_pieces = 0;
    for (size_t v = 0, before = 0; v < n_views; before += views[v++].n_combinations)
        cut_view(scratch, &views[v], v, before);
}
