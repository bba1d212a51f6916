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

#include "ledger_scratch.h"

/* Of each combination no more than this between two times that sums are widened: 2^18 sums of 2^44 fit into 64 bits. */
enum { LANES_UNTIL_SETTLED = 1 << 17, LANES_UNTIL_FULL = LANES_UNTIL_SETTLED / 4 * 3 };
enum { PAIRS_AT_ONCE = 16 };

/* A block as the sums see it: columns by model, measure, year and flavour of a run of slots, and pieces that put its people into groups. */
typedef struct adder {
    ipsim_ledger *ledger;
    struct ledger_scratch *scratch;
    ipsim_tally *const *tallies;
    const double *const *given; /* values by cell, `capacity` apart; NULL: those of the tallies */
    size_t capacity;
    size_t first, n; /* the run */
    size_t n_pieces;
    const piece *pieces;  /* of the run; their slots count from its first */
    size_t year, flavour; /* flavour 1: discounted */
} adder;

/* The limbs at work: of a cell and its comparator; then of each kept measure the comparator's, a model's, and their difference. */
static account_limbs *cell_limbs(const adder *a, bool comparator)
{
    return &a->scratch->limbs[comparator];
}
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

/* ---- pieces ---- */

static size_t lanes_of(const piece *p)
{
    return (p->n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
}

/* The people of a piece in whole vectors: where they stand, or copied. */
static const double *people_of(const adder *a, const piece *p, const double *column, double *room)
{
    if (!p->order && !a->given)
        return column + p->offset;
    for (size_t i = 0; i < lanes_of(p); i++) {
        size_t slot = i >= p->n ? a->n : p->order ? (size_t)p->order[p->offset + i] : p->offset + i;
        room[i] = slot < a->n ? column[slot] : 0.0; /* the others are nobody */
    }
    return room;
}

/* ---- limbs ---- */

/* false when a value does not fit; NaN and infinities do not. */
static bool split(const adder *a, size_t n, const double *values, double quantum, account_limbs *out)
{
    account_size size = a->scratch->kernels->split(n, quantum, values, out->high, out->low);
    out->large = size == ACCOUNT_LARGE;
    if (size == ACCOUNT_MISFIT)
        return false;
    for (size_t i = 0; out->large && i < n; i++)
        out->quanta[i] = (int64_t)rint(values[i] / quantum);
    return true;
}

static int64_t quanta_of(const account_limbs *x, size_t i)
{
    return x->large ? x->quanta[i] : (int64_t)x->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)x->low[i];
}

/* x - y; both below 2^62 quanta. */
static void subtract(const adder *a, size_t n, const account_limbs *x, const account_limbs *y, account_limbs *out)
{
    out->large = x->large || y->large || !a->scratch->kernels->subtract(n, x->high, x->low, y->high, y->low, out->high, out->low);
    for (size_t i = 0; out->large && i < n; i++)
        out->quanta[i] = quanta_of(x, i) - quanta_of(y, i);
}

static ipsim_wide192 wide_products(size_t n, const account_limbs *x, const account_limbs *y)
{
    ipsim_wide192 sum = {{0}};
    for (size_t i = 0; i < n; i++)
        ipsim_wide192_add_product(&sum, quanta_of(x, i), quanta_of(y, i));
    return sum;
}

/* ---- sums of a cell ---- */

static size_t step_of(const adder *a)
{
    return a->year * 2 + a->flavour;
}

/* Where values are too large for limbs: straight into the wide sums of the ledger. IPSIM_ERR_OVERFLOW: one does not fit there either. */
static ipsim_status add_large(const adder *a, const piece *p, size_t measure, size_t model, const double *values, const double *comparator)
{
    account_limbs *x = cell_limbs(a, false), *y = cell_limbs(a, true);
    double quantum = ipsim_account_quantum(a->ledger->plan, measure);
    size_t n = lanes_of(p);
    cell_sums sums = {0};
    if (!split(a, n, values, quantum, x) || (comparator && !split(a, n, comparator, quantum, y)))
        return IPSIM_ERR_OVERFLOW;
    for (size_t i = 0; i < n; i++)
        ipsim_wide128_add(&sums.x, quanta_of(x, i));
    sums.xx = wide_products(n, x, x);
    if (comparator)
        sums.with_comparator = wide_products(n, x, y);
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

/* ---- products of measures with each other ---- */

static const double *kept_column(const adder *a, size_t measure, size_t model)
{
    const struct ledger_scratch *scratch = a->scratch;
    return scratch->kept_columns + (scratch->kept[measure] * scratch->n_models + model) * scratch->longest;
}

/* All values fit: they have been added. */
static void split_kept(const adder *a, const piece *p, size_t measure, size_t model, account_limbs *out)
{
    const double *people = people_of(a, p, kept_column(a, measure, model), a->scratch->gathered);
    (void)split(a, lanes_of(p), people, ipsim_account_quantum(a->ledger->plan, measure), out);
}

/* false: memory is short. */
static bool add_product(const adder *a, const piece *p, size_t k, size_t model, const account_limbs *x, const account_limbs *y)
{
    const ledger_waiting *w = &a->scratch->waiting;
    size_t stride, n = lanes_of(p);
    if (x->large || y->large) {
        if (!ipsim_ledger_open(a->ledger))
            return false;
        ipsim_wide192 sum = wide_products(n, x, y), *into = ipsim_ledger_product(a->ledger, step_of(a), k, model, &stride);
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

/* false: memory is short. */
static bool add_products(const adder *a, const piece *p)
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
                subtract(a, lanes_of(p), models(a, measure), comparators(a, measure), differences(a, measure));
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
        if (!add_products(a, &a->pieces[i]))
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
