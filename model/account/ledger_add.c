/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values -> exact sums, at the price of a few vector instructions a value.
 *
 * A value is rounded to q quanta and split into two limbs, q = high 2^22 + low with |low| <= 2^21, both kept as doubles. While
 * |high| <= 2^22, a product of limbs is at most 2^44 and the sum of 256 of them at most 2^52: exact in double arithmetic in any order, so
 * vector code gives the same integers on every machine. Larger values take the slow path through 64-bit quanta and 128-bit products; both
 * give the same sums. At most 256 people are added at a time, all of one combination of subgroups: what they need stays in the cache. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_adder.h"

/* Of each combination no more than this between two times that sums are widened: 2^18 sums of 2^44 fit into 64 bits. */
enum { LANES_UNTIL_SETTLED = 1 << 17, LANES_UNTIL_FULL = LANES_UNTIL_SETTLED / 4 * 3 };

/* ---- sums of a cell ---- */

/* The limbs at work: of a cell and its comparator. Those that follow are of the products. */
static account_limbs *cell_limbs(const adder *a, bool comparator)
{
    return &a->scratch->limbs[comparator];
}

/* Where values are too large for limbs: straight into the wide sums of the ledger. IPSIM_ERR_OVERFLOW: one does not fit there either. */
static ipsim_status add_large(const adder *a, const piece *p, size_t measure, size_t model, const double *values, const double *comparator)
{
    account_limbs *x = cell_limbs(a, false), *y = cell_limbs(a, true);
    double quantum = ipsim_account_quantum(a->ledger->plan, measure);
    size_t n = lanes_of(p);
    cell_sums sums = {0};
    if (!ipsim_limbs_split(a, n, values, quantum, x) || (comparator && !ipsim_limbs_split(a, n, comparator, quantum, y)))
        return IPSIM_ERR_OVERFLOW;
    sums.x = ipsim_limbs_sum(n, x);
    sums.xx = ipsim_limbs_products(n, x, x);
    if (comparator)
        sums.with_comparator = ipsim_limbs_products(n, x, y);
    if (!ipsim_ledger_open(a->ledger))
        return IPSIM_ERR_MEMORY;
    ipsim_waiting_add(&a->scratch->waiting, a->ledger, p->combination, step_of(a), measure, model, &sums);
    return IPSIM_OK;
}

static bool is_first(const adder *a, size_t measure, size_t model)
{
    return a->scratch->waiting.twin[measure * a->ledger->n_models + model] == model;
}

/* The columns of all models, for the people of a piece. IPSIM_ERR_OVERFLOW: a value of `model` does not fit; IPSIM_ERR_MEMORY. */
static ipsim_status add_piece(const adder *a, const piece *p, size_t measure, size_t *model)
{
    struct ledger_scratch *scratch = a->scratch;
    double quantum = ipsim_account_quantum(a->ledger->plan, measure);
    account_limbs *limbs = a->ledger->n_models > 1 ? cell_limbs(a, true) : NULL;
    const double *comparator = NULL;
    bool large = false; /* the comparator's */
    for (*model = 0; *model < a->ledger->n_models; ++*model) {
        if (!scratch->columns[*model] || !is_first(a, measure, *model))
            continue;
        int64_t *sums = ipsim_waiting_sums(&scratch->waiting, a->ledger, p->combination, step_of(a), measure, *model);
        const double *x = people_of(a, p, scratch->columns[*model], scratch->gathered + *model * ACCOUNT_LANES_MAX);
        bool small = !large && scratch->add_sums(lanes_of(p), quantum, x, comparator ? limbs : NULL, comparator ? NULL : limbs, sums);
        ipsim_status status = small ? IPSIM_OK : add_large(a, p, measure, *model, x, comparator);
        if (status != IPSIM_OK)
            return status;
        if (*model == 0) {
            comparator = x;
            large = !small;
        } else if (comparator && !small && !large) { /* the slow path took the comparator's limbs for its own */
            int64_t again[ACCOUNT_N_SUMS] = {0};
            (void)scratch->add_sums(lanes_of(p), quantum, comparator, NULL, limbs, again);
        }
    }
    return IPSIM_OK;
}

/* ---- a block ---- */

static ipsim_status no_memory(ipsim_error *err)
{
    return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the ledger");
}

/* NULL: nobody has anything of it. */
static const double *column_of(const adder *a, size_t model, size_t measure)
{
    if (a->given)
        return a->given[model] + (measure * a->ledger->plan->n_years * 2 + step_of(a)) * a->capacity;
    return a->ledger->plan->models[model].formulas[measure].n_terms > 0 ? ipsim_values_column(&a->scratch->values[model], measure) : NULL;
}

/* Where to look when a measure is too large: at the reward that gives somebody the most of it, else at the scenario. */
static ipsim_origin largest_part(const adder *a, size_t model, size_t measure)
{
    const account_model *m = &a->ledger->plan->models[model];
    const ipsim_scenario *scenario = m->compiled->scenario;
    const account_formula *formula = &m->formulas[measure];
    ipsim_origin at = {.file = scenario->path};
    double largest = 0.0;
    for (size_t k = 0; !a->given && k < formula->n_terms; k++) {
        const account_term *term = &formula->terms[k];
        const account_values *v = &a->scratch->values[model];
        for (size_t i = 0; term->is_reward && term->index < m->n_rewards && i < v->n; i++) {
            double part = fabs(term->weight * v->money[term->index * v->longest + i]);
            if (part > largest) {
                largest = part;
                at = scenario->rewards[term->index].amount.origin;
            }
        }
    }
    return at;
}

/* A measure, and those that are the same by definition. */
static ipsim_status add_measure(const adder *a, size_t measure, ipsim_error *err)
{
    const ipsim_ledger *ledger = a->ledger;
    struct ledger_scratch *scratch = a->scratch;
    for (size_t model = 0; model < ledger->n_models; model++) {
        const double *column = is_first(a, measure, model) ? column_of(a, model, measure)
                                                           : scratch->columns[scratch->waiting.twin[measure * ledger->n_models + model]];
        scratch->columns[model] = column;
        if (scratch->kept[measure] == SIZE_MAX)
            continue;
        double *kept = scratch->kept_columns + (scratch->kept[measure] * ledger->n_models + model) * scratch->longest;
        if (column)
            memcpy(kept, column, a->n * sizeof *kept);
        else
            memset(kept, 0, a->n * sizeof *kept);
    }
    for (const piece *p = a->pieces; p < a->pieces + a->n_pieces; p++) {
        size_t model;
        ipsim_status status = add_piece(a, p, measure, &model);
        if (status == IPSIM_ERR_MEMORY)
            return no_memory(err);
        if (status == IPSIM_ERR_OVERFLOW) {
            const ipsim_measure *m = &ledger->plan->measures[measure];
            return ipsim_error_set_at(err, IPSIM_ERR_OVERFLOW, largest_part(a, model, measure),
                                      "one person's \"%s\" (payer \"%s\") exceeds %.3g, the most that the exact ledger can hold",
                                      m->outcome, m->payer, ACCOUNT_QUANTA_MAX * ipsim_account_quantum(ledger->plan, measure));
        }
    }
    return IPSIM_OK;
}

static ipsim_status add_step(const adder *a, ipsim_error *err)
{
    const ipsim_account_plan *plan = a->ledger->plan;
    for (size_t model = 0; !a->given && model < a->ledger->n_models; model++)
        ipsim_values_select(&a->scratch->values[model], a->first, a->n, a->year, a->flavour);
    for (size_t measure = 0; measure < plan->n_measures; measure++) {
        bool reported = a->flavour == 0 || plan->measures[measure].discountable || a->scratch->kept[measure] != SIZE_MAX;
        if (!a->given && (plan->same_as[measure] != measure || !reported))
            continue;
        ipsim_status status = add_measure(a, measure, err);
        if (status != IPSIM_OK)
            return status;
    }
    for (size_t i = 0; i < a->n_pieces && a->ledger->n_models > 1; i++)
        if (!ipsim_ledger_add_products(a, &a->pieces[i]))
            return no_memory(err);
    return IPSIM_OK;
}

static size_t first_with_tally(ipsim_tally *const *tallies, size_t model)
{
    size_t first = 0;
    while (tallies[first] != tallies[model])
        first++;
    return first;
}

static ipsim_status add_run(adder *a, ipsim_error *err)
{
    ipsim_status status = IPSIM_OK;
    for (a->year = 0; status == IPSIM_OK && a->year < a->ledger->plan->n_years; a->year++) {
        for (size_t model = 0; !a->given && model < a->ledger->n_models; model++)
            if (first_with_tally(a->tallies, model) == model)
                ipsim_values_accumulate(a->tallies[model], a->year, a->first, a->n, a->scratch->cumulative[model], a->scratch->longest);
        for (a->flavour = 0; status == IPSIM_OK && a->flavour < 2; a->flavour++)
            status = add_step(a, err);
    }
    return status;
}

/* false: memory is short. */
static bool settle(ipsim_ledger *ledger)
{
    if (ipsim_ledger_is_settled(ledger))
        return true;
    if (!ipsim_ledger_open(ledger))
        return false;
    ipsim_ledger_settle(ledger);
    return true;
}

/* With one view a piece is a run of slots, whose values are worked out while they are in the cache; views with an order of their own need
 * whole columns. */
static ipsim_status add_block(adder *a, size_t n_slots, size_t n_views, ipsim_error *err)
{
    struct ledger_scratch *scratch = a->scratch;
    ipsim_status status = IPSIM_OK;
    for (size_t i = 0; i < scratch->n_pieces && n_views == 1 && !a->given && status == IPSIM_OK; i++) {
        piece *run = &scratch->pieces[i];
        a->first = run->offset;
        a->n = run->n;
        run->offset = 0; /* pieces are cut anew for every block */
        a->pieces = run;
        a->n_pieces = 1;
        status = add_run(a, err);
    }
    if (n_views > 1 || a->given) {
        a->n = n_slots;
        a->pieces = scratch->pieces;
        a->n_pieces = scratch->n_pieces;
        status = add_run(a, err);
    }
    scratch->waiting.lanes += (int64_t)n_slots;
    if (status == IPSIM_OK && scratch->waiting.lanes >= LANES_UNTIL_SETTLED && !settle(a->ledger))
        return no_memory(err);
    return status;
}

void ipsim_ledger_settle(ipsim_ledger *ledger)
{
    ipsim_bug_assert(ledger->sums || ipsim_ledger_is_settled(ledger));
    if (ledger->scratch)
        ipsim_waiting_settle(&ledger->scratch->waiting, ledger);
}

bool ipsim_ledger_is_full(const ipsim_ledger *ledger)
{
    return ledger->scratch && ledger->scratch->waiting.lanes >= LANES_UNTIL_FULL;
}

bool ipsim_ledger_is_settled(const ipsim_ledger *ledger)
{
    return !ledger->scratch || ledger->scratch->waiting.lanes == 0;
}

/* Models that share a tally have the same times and counts, and the same money where prices are the same. */
static void find_twins(ipsim_ledger *ledger, ipsim_tally *const *tallies)
{
    const ipsim_account_plan *plan = ledger->plan;
    size_t *twin = ledger->scratch->waiting.twin;
    for (size_t measure = 0; measure < plan->n_measures; measure++)
        for (size_t model = 0; model < ledger->n_models; model++) {
            size_t like = 0;
            while (like < model && (tallies[like] != tallies[model] || !ipsim_account_same_values(plan, measure, like, model)))
                like++;
            twin[measure * ledger->n_models + model] = like;
        }
}

static bool begin_values(ipsim_ledger *ledger, ipsim_tally *const *tallies, const ipsim_people *people)
{
    struct ledger_scratch *scratch = ledger->scratch;
    bool same_sharing = true; /* as before */
    for (size_t model = 0; model < ledger->n_models; model++) {
        same_sharing &= scratch->values[model].tally == tallies[model];
        size_t first = first_with_tally(tallies, model);
        if (!scratch->cumulative[first])
            scratch->cumulative[first] = ipsim_simd_alloc(ipsim_values_cumulative_size(ledger->plan, first, scratch->longest),
                                                          sizeof **scratch->cumulative);
        if (!scratch->cumulative[first])
            return false;
        ipsim_values_begin(&scratch->values[model], tallies[model], people, scratch->cumulative[first]);
    }
    if (!same_sharing && !settle(ledger))
        return false;
    if (!same_sharing)
        find_twins(ledger, tallies);
    return true;
}

ipsim_status ipsim_ledger_add_block(ipsim_ledger *ledger, ipsim_tally *const *tallies, const ipsim_people *people, ipsim_error *err)
{
    if (!ledger->scratch || ledger->scratch->stride != people->stride) {
        if (!settle(ledger))
            return no_memory(err);
        ipsim_ledger_scratch_free(ledger);
        size_t longest = people->n_views > 1 ? people->stride : ACCOUNT_LANES_MAX;
        ledger->scratch = ipsim_ledger_scratch_create(ledger, people->views, people->n_views, people->stride, longest, true);
    }
    if (!ledger->scratch || !begin_values(ledger, tallies, people))
        return no_memory(err);
    ledger->scratch->kernels = tallies[0]->kernels;
    ledger->scratch->add_sums = ipsim_account_add_sums(tallies[0]->kernels);
    ledger->scratch->add_product = ipsim_account_add_product(tallies[0]->kernels);
    ipsim_ledger_scratch_cut(ledger->scratch, people->views, people->n_views);
    adder a = {.ledger = ledger, .scratch = ledger->scratch, .tallies = tallies};
    ipsim_status status = add_block(&a, people->n_slots, people->n_views, err);
    for (size_t model = 0; status == IPSIM_OK && model < ledger->n_models; model++)
        tallies[model]->clean = true;
    return status;
}

ipsim_status ipsim_ledger_add(ipsim_ledger *ledger, const double *const *values, size_t n, size_t capacity, const uint32_t *group,
                              size_t n_dimensions, ipsim_error *err)
{
    /* The first view is everybody; each dimension has a view of its own, in order of groups, group 0 being of none. */
    if (!settle(ledger))
        return no_memory(err);
    ipsim_ledger_scratch_free(ledger);
    size_t n_views = n_dimensions + 1, status = IPSIM_ERR_MEMORY;
    struct ipsim_people_view *views = calloc(n_views, sizeof *views);
    people_stretch *stretches = calloc(n_views * ledger->n_groups + 1, sizeof *stretches);
    int64_t *order = calloc(n_views * n + 1, sizeof *order);
    uint32_t *names = calloc(ledger->n_groups, sizeof *names);
    if (views && stretches && order && names) {
        stretches[0] = (people_stretch){.n = n, .persons = (int64_t)n};
        views[0] = (struct ipsim_people_view){.n_stretches = n > 0, .stretches = stretches, .n_places = n, .n_combinations = 1};
        for (size_t d = 0; d < n_dimensions; d++) {
            struct ipsim_people_view *view = &views[d + 1];
            *view = (struct ipsim_people_view){.n_dimensions = 1,
                                               .stretches = stretches + (d + 1) * ledger->n_groups,
                                               .order = order + (d + 1) * n,
                                               .n_combinations = ledger->n_groups};
            for (uint32_t g = 1; g < ledger->n_groups; g++) {
                people_stretch *stretch = &view->stretches[view->n_stretches];
                names[g] = g;
                *stretch = (people_stretch){.first = view->n_places, .combination = g, .group = &names[g]};
                for (size_t i = 0; i < n; i++)
                    if (group[d * capacity + i] == g)
                        view->order[view->n_places++] = (int64_t)i;
                stretch->n = view->n_places - stretch->first;
                stretch->persons = (int64_t)stretch->n;
                view->n_stretches += stretch->n > 0;
            }
        }
        ledger->scratch = ipsim_ledger_scratch_create(ledger, views, n_views, n, n, false);
    }
    if (ledger->scratch) {
        ipsim_ledger_scratch_cut(ledger->scratch, views, n_views);
        adder a = {.ledger = ledger, .scratch = ledger->scratch, .given = values, .capacity = capacity};
        status = add_block(&a, n, n_views, err);
        if (!settle(ledger))
            status = no_memory(err);
        ipsim_ledger_scratch_free(ledger);
    } else {
        status = no_memory(err);
    }
    free(views);
    free(stretches);
    free(order);
    free(names);
    return (ipsim_status)status;
}
