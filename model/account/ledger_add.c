/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values -> exact sums, at the price of a few vector instructions a value.
 *
 * A value is rounded to q quanta and split into two limbs, q = high 2^22 + low with |low| <= 2^21, both kept as doubles. While
 * |high| <= 2^22, a product of limbs is at most 2^44 and the sum of 256 of them at most 2^52: exact in double arithmetic in any order, so
 * a plain loop, which the compiler turns into vector code, gives the same integers on every machine. Larger values take the slow path
 * through 64-bit quanta and 128-bit products; both give the same sums. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "values.h"

/* One cell of the block under one model. Slots of nobody hold 0. */
typedef struct limbs {
    double *high, *low; /* the last vector of the column is 0 */
    int64_t *quanta;    /* filled when large */
    bool large, zero;
} limbs;

struct ledger_scratch {
    const account_kernels *kernels;
    size_t stride, longest; /* of a column; of a view's order */
    size_t n_models, n_kept, n_cells;
    size_t *kept;    /* n_measures: where a measure of the pairs and conditional means is kept until all cells are there; or SIZE_MAX */
    limbs *cells;    /* [(n_kept + 1) * n_models]: the kept ones, and the one at work */
    limbs work[4];   /* differences, and what a view puts in its own order */
    cell_sums *sums; /* n_groups: of the block */
    account_values *values; /* n_models */
};

/* A block as the sums see it: columns by model, measure, year and flavour, and views that put its people into groups. */
typedef struct adder {
    ipsim_ledger *ledger;
    struct ledger_scratch *scratch;
    size_t n; /* length of the columns; whole vectors where they come from tallies */
    size_t n_views;
    const struct ipsim_people_view *views;
    const double *const *given; /* values by cell, `capacity` apart; NULL: those of the tallies */
    size_t capacity;
    size_t year, flavour; /* flavour 1: discounted */
} adder;

/* ---- scratch ---- */

static void limbs_free(limbs *x)
{
    free(x->high);
    free(x->low);
    free(x->quanta);
}

static bool limbs_init(limbs *x, size_t n)
{
    x->high = ipsim_simd_alloc(n, sizeof *x->high);
    x->low = ipsim_simd_alloc(n, sizeof *x->low);
    x->quanta = ipsim_simd_alloc(n, sizeof *x->quanta);
    return x->high && x->low && x->quanta;
}

void ipsim_ledger_scratch_free(struct ledger_scratch *scratch)
{
    if (!scratch)
        return;
    for (size_t i = 0; scratch->cells && i < scratch->n_cells; i++)
        limbs_free(&scratch->cells[i]);
    for (size_t i = 0; i < 4; i++)
        limbs_free(&scratch->work[i]);
    for (size_t i = 0; scratch->values && i < scratch->n_models; i++)
        ipsim_values_clear(&scratch->values[i]);
    free(scratch->kept);
    free(scratch->cells);
    free(scratch->sums);
    free(scratch->values);
    free(scratch);
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

static struct ledger_scratch *scratch_create(const ipsim_ledger *ledger, size_t stride, size_t longest)
{
    const ipsim_account_plan *plan = ledger->plan;
    struct ledger_scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return NULL;
    scratch->kernels = ipsim_account_kernels();
    scratch->stride = stride;
    scratch->longest = longest;
    scratch->n_models = ledger->n_models;
    scratch->kept = calloc(plan->n_measures + 1, sizeof *scratch->kept);
    if (scratch->kept)
        choose_kept(scratch, ledger);
    scratch->n_cells = (scratch->n_kept + 1) * ledger->n_models;
    scratch->cells = calloc(scratch->n_cells, sizeof *scratch->cells);
    scratch->sums = calloc(ledger->n_groups, sizeof *scratch->sums);
    scratch->values = calloc(ledger->n_models, sizeof *scratch->values);
    bool ok = scratch->kept && scratch->cells && scratch->sums && scratch->values;
    for (size_t i = 0; ok && i < scratch->n_cells; i++)
        ok = limbs_init(&scratch->cells[i], stride);
    for (size_t i = 0; ok && i < 4; i++)
        ok = limbs_init(&scratch->work[i], longest);
    for (size_t i = 0; ok && i < ledger->n_models; i++)
        ok = ipsim_values_init(&scratch->values[i], plan, i, stride);
    if (!ok) {
        ipsim_ledger_scratch_free(scratch);
        return NULL;
    }
    return scratch;
}

void ipsim_ledger_adopt(ipsim_ledger *ledger, const ipsim_account_plan *plan)
{
    struct ledger_scratch *scratch = ledger->scratch;
    ipsim_bug_assert(plan->n_measures == ledger->plan->n_measures && plan->n_years == ledger->plan->n_years &&
                     plan->n_pairs == ledger->plan->n_pairs);
    ledger->plan = plan;
    if (!scratch)
        return;
    bool fits = true;
    for (size_t i = 0; i < ledger->n_models; i++) {
        const account_model *was = scratch->values[i].model, *m = &plan->models[i];
        fits = fits && was->n_rewards == m->n_rewards && was->n_losses == m->n_losses;
        scratch->values[i].plan = plan;
        scratch->values[i].model = m;
    }
    scratch->n_kept = 0;
    choose_kept(scratch, ledger);
    if (fits && scratch->n_cells == (scratch->n_kept + 1) * ledger->n_models)
        return;
    ipsim_ledger_scratch_free(scratch); /* made anew with the next block */
    ledger->scratch = NULL;
}

/* Scratch is made when the first block comes, and anew when a longer one does. */
static bool make_room(ipsim_ledger *ledger, size_t stride, size_t longest)
{
    if (ledger->scratch && ledger->scratch->stride == stride && ledger->scratch->longest >= longest)
        return true;
    ipsim_ledger_scratch_free(ledger->scratch);
    ledger->scratch = scratch_create(ledger, stride, longest);
    return ledger->scratch != NULL;
}

/* ---- limbs ---- */

/* false when a value does not fit; NaN and infinities do not. */
static bool split(const adder *a, const double *values, double quantum, limbs *out)
{
    account_size size = a->scratch->kernels->split(a->n, quantum, values, out->high, out->low);
    out->zero = size == ACCOUNT_ZERO;
    out->large = size == ACCOUNT_LARGE;
    if (size == ACCOUNT_MISFIT)
        return false;
    for (size_t i = 0; out->large && i < a->n; i++)
        out->quanta[i] = (int64_t)rint(values[i] / quantum);
    return true;
}

static int64_t quanta_of(const limbs *x, size_t i)
{
    return x->large ? x->quanta[i] : (int64_t)x->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)x->low[i];
}

/* x - y; both below 2^62 quanta. */
static void subtract(const adder *a, const limbs *x, const limbs *y, limbs *out)
{
    out->zero = x->zero && y->zero;
    out->large = x->large || y->large || !a->scratch->kernels->subtract(a->n, x->high, x->low, y->high, y->low, out->high, out->low);
    for (size_t i = 0; out->large && i < a->n; i++)
        out->quanta[i] = quanta_of(x, i) - quanta_of(y, i);
}

/* ---- sums ---- */

/* high high 2^44 + middle 2^22 + low low */
static ipsim_wide192 from_limbs(int64_t high, ipsim_wide128 middle, int64_t low)
{
    ipsim_wide128 limb = (ipsim_wide128)ACCOUNT_LIMB;
    ipsim_wide128 value = (ipsim_wide128)high * limb * limb + middle * limb + low;
    return (ipsim_wide192){{(uint64_t)value, (uint64_t)(value >> 64), value < 0 ? UINT64_MAX : 0}};
}

/* Up to ACCOUNT_LANES_MAX lanes from `first` on. */
static void add_squares(const adder *a, const limbs *x, size_t first, size_t n, cell_sums *out)
{
    if (x->large) {
        out->x = 0;
        out->xx = (ipsim_wide192){{0}};
        for (size_t i = first; i < first + n; i++) {
            ipsim_wide128_add(&out->x, x->quanta[i]);
            ipsim_wide192_add_product(&out->xx, x->quanta[i], x->quanta[i]);
        }
        return;
    }
    int64_t s[5];
    a->scratch->kernels->squares(n, x->high + first, x->low + first, s);
    out->x = (ipsim_wide128)s[0] * (ipsim_wide128)ACCOUNT_LIMB + s[1];
    out->xx = from_limbs(s[2], 2 * (ipsim_wide128)s[3], s[4]);
}

static ipsim_wide192 add_products(const adder *a, const limbs *x, const limbs *y, size_t first, size_t n)
{
    if (x->large || y->large) {
        ipsim_wide192 product = {{0}};
        for (size_t i = first; i < first + n; i++)
            ipsim_wide192_add_product(&product, quanta_of(x, i), quanta_of(y, i));
        return product;
    }
    int64_t s[4];
    a->scratch->kernels->products(n, x->high + first, x->low + first, y->high + first, y->low + first, s);
    return from_limbs(s[0], (ipsim_wide128)s[1] + s[2], s[3]);
}

/* x as the view orders it: x itself when its places are the slots. */
static const limbs *in_order(const struct ipsim_people_view *view, const limbs *x, limbs *room)
{
    if (!view->order || x->zero)
        return x;
    room->zero = false;
    room->large = x->large;
    for (size_t i = 0; i < view->n_places; i++) {
        room->high[i] = x->high[view->order[i]];
        room->low[i] = x->low[view->order[i]];
    }
    for (size_t i = 0; x->large && i < view->n_places; i++)
        room->quanta[i] = x->quanta[view->order[i]];
    return room;
}

static size_t piece_of(const people_stretch *stretch, size_t first)
{
    size_t n = stretch->first + stretch->n - first;
    return n < ACCOUNT_LANES_MAX ? n : ACCOUNT_LANES_MAX;
}

/* The sums of a cell over everybody (the first view) and over the groups of each view. */
static void sum_cell(const adder *a, const limbs *x, const limbs *comparator, cell_sums *groups)
{
    for (size_t v = 0; v < a->n_views; v++) {
        const struct ipsim_people_view *view = &a->views[v];
        const limbs *p = in_order(view, x, &a->scratch->work[2]);
        const limbs *q = comparator ? in_order(view, comparator, &a->scratch->work[3]) : NULL;
        for (const people_stretch *stretch = view->stretches; stretch < view->stretches + view->n_stretches; stretch++)
            for (size_t first = stretch->first, n; (n = piece_of(stretch, first)) > 0; first += n) {
                cell_sums piece;
                add_squares(a, p, first, n, &piece);
                if (q)
                    piece.with_comparator = add_products(a, p, q, first, n);
                for (size_t d = v == 0 ? 0 : 1; d <= view->n_dimensions; d++) {
                    cell_sums *into = &groups[d == 0 ? 0 : stretch->group[d - 1]];
                    ipsim_wide128_merge(&into->x, piece.x);
                    ipsim_wide192_merge(&into->xx, &piece.xx);
                    if (q)
                        ipsim_wide192_merge(&into->with_comparator, &piece.with_comparator);
                }
            }
    }
}

/* Products of two columns into one accumulator for each group, `stride` apart. */
static void add_cross(const adder *a, const limbs *x, const limbs *y, ipsim_wide192 *into, size_t stride)
{
    if (x->zero || y->zero)
        return;
    for (size_t v = 0; v < a->n_views; v++) {
        const struct ipsim_people_view *view = &a->views[v];
        const limbs *p = in_order(view, x, &a->scratch->work[2]), *q = in_order(view, y, &a->scratch->work[3]);
        for (const people_stretch *stretch = view->stretches; stretch < view->stretches + view->n_stretches; stretch++)
            for (size_t first = stretch->first, n; (n = piece_of(stretch, first)) > 0; first += n) {
                ipsim_wide192 product = add_products(a, p, q, first, n);
                for (size_t d = v == 0 ? 0 : 1; d <= view->n_dimensions; d++)
                    ipsim_wide192_merge(&into[(d == 0 ? 0 : stretch->group[d - 1]) * stride], &product);
            }
    }
}

static void add_sums(const adder *a, size_t measure, size_t model, const cell_sums *groups)
{
    const ipsim_ledger *ledger = a->ledger;
    size_t cell = (measure * ledger->plan->n_years + a->year) * 2 + a->flavour;
    cell_sums *into = &ledger->sums[(cell * ledger->n_models + model) * ledger->n_groups];
    for (size_t g = 0; g < ledger->n_groups; g++) {
        ipsim_wide128_merge(&into[g].x, groups[g].x);
        ipsim_wide192_merge(&into[g].xx, &groups[g].xx);
        ipsim_wide192_merge(&into[g].with_comparator, &groups[g].with_comparator);
    }
}

/* ---- a block ---- */

static const double *column_of(const adder *a, size_t model, size_t measure)
{
    if (a->given)
        return a->given[model] + ((measure * a->ledger->plan->n_years + a->year) * 2 + a->flavour) * a->capacity;
    return ipsim_values_column(&a->scratch->values[model], measure);
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
        for (size_t i = 0; term->is_reward && term->index < m->n_rewards && i < v->people->n_slots; i++) {
            double part = fabs(term->weight * v->money[term->index * v->people->stride + i]);
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
    const ipsim_account_plan *plan = ledger->plan;
    double quantum = ipsim_account_quantum(plan, measure);
    size_t place = a->scratch->kept[measure] == SIZE_MAX ? a->scratch->n_kept : a->scratch->kept[measure];
    limbs *cells = &a->scratch->cells[place * ledger->n_models];
    for (size_t model = 0; model < ledger->n_models; model++) {
        if (!split(a, column_of(a, model, measure), quantum, &cells[model])) {
            const ipsim_measure *m = &plan->measures[measure];
            return ipsim_error_set_at(err, IPSIM_ERR_OVERFLOW, largest_part(a, model, measure),
                                      "one person's \"%s\" (payer \"%s\") exceeds %.3g, the most that the exact ledger can hold",
                                      m->outcome, m->payer, ACCOUNT_QUANTA_MAX * quantum);
        }
        if (cells[model].zero)
            continue;
        memset(a->scratch->sums, 0, ledger->n_groups * sizeof *a->scratch->sums);
        sum_cell(a, &cells[model], model && !cells[0].zero ? &cells[0] : NULL, a->scratch->sums);
        add_sums(a, measure, model, a->scratch->sums);
        for (size_t other = measure + 1; !a->given && other < plan->n_measures; other++)
            if (plan->same_as[other] == measure)
                add_sums(a, other, model, a->scratch->sums);
    }
    return IPSIM_OK;
}

static limbs *kept(const adder *a, size_t measure, size_t model)
{
    return &a->scratch->cells[a->scratch->kept[measure] * a->ledger->n_models + model];
}

static void add_pairs(const adder *a)
{
    ipsim_ledger *ledger = a->ledger;
    const ipsim_account_plan *plan = ledger->plan;
    limbs *cost = &a->scratch->work[0], *effect = &a->scratch->work[1];
    for (size_t pair = 0; pair < plan->n_pairs; pair++)
        for (size_t model = 1; model < ledger->n_models; model++) {
            size_t k = a->year * 2 + a->flavour;
            subtract(a, kept(a, plan->pairs[pair][0], model), kept(a, plan->pairs[pair][0], 0), cost);
            subtract(a, kept(a, plan->pairs[pair][1], model), kept(a, plan->pairs[pair][1], 0), effect);
            size_t at = ((pair * plan->n_years * 2 + k) * ledger->n_models + model) * ledger->n_groups;
            add_cross(a, cost, effect, &ledger->pairs[at], 1);
        }
}

static void add_conditional(const adder *a)
{
    ipsim_ledger *ledger = a->ledger;
    const ipsim_account_plan *plan = ledger->plan;
    for (size_t k = 0; k < ledger->n_conditional; k++)
        for (size_t model = 1; model < ledger->n_models; model++) {
            size_t value = ledger->conditional[k], given = plan->measures[value].given;
            ipsim_wide192 *into = &ledger->given[(((k * plan->n_years + a->year) * ledger->n_models + model) * ledger->n_groups) * 2];
            add_cross(a, kept(a, value, model), kept(a, given, 0), &into[0], 2);
            add_cross(a, kept(a, given, model), kept(a, value, 0), &into[1], 2);
        }
}

static ipsim_status add_flavour(const adder *a, ipsim_error *err)
{
    const ipsim_account_plan *plan = a->ledger->plan;
    for (size_t model = 0; !a->given && model < a->ledger->n_models; model++)
        ipsim_values_select(&a->scratch->values[model], a->year, a->flavour);
    for (size_t measure = 0; measure < plan->n_measures; measure++) {
        bool reported = a->flavour == 0 || plan->measures[measure].discountable || a->scratch->kept[measure] != SIZE_MAX;
        if (!a->given && (plan->same_as[measure] != measure || !reported))
            continue;
        ipsim_status status = add_measure(a, measure, err);
        if (status != IPSIM_OK)
            return status;
    }
    if (a->ledger->n_models > 1)
        add_pairs(a);
    if (a->ledger->n_models > 1 && a->flavour == 0)
        add_conditional(a);
    return IPSIM_OK;
}

static ipsim_status add_all(adder *a, ipsim_error *err)
{
    ipsim_ledger *ledger = a->ledger;
    ipsim_status status = IPSIM_OK;
    for (a->year = 0; status == IPSIM_OK && a->year < ledger->plan->n_years; a->year++)
        for (a->flavour = 0; status == IPSIM_OK && a->flavour < 2; a->flavour++)
            status = add_flavour(a, err);
    for (size_t v = 0; v < a->n_views; v++)
        for (const people_stretch *s = a->views[v].stretches; s < a->views[v].stretches + a->views[v].n_stretches; s++)
            for (size_t d = v == 0 ? 0 : 1; d <= a->views[v].n_dimensions; d++)
                ledger->persons[d == 0 ? 0 : s->group[d - 1]] += s->persons;
    return status;
}

ipsim_status ipsim_ledger_add_block(ipsim_ledger *ledger, ipsim_tally *const *tallies, const ipsim_people *people, ipsim_error *err)
{
    size_t longest = people->stride;
    for (size_t v = 0; v < people->n_views; v++) {
        size_t places = people->capacity + IPSIM_LANES * (people->views[v].n_combinations + 1);
        longest = places > longest ? places : longest;
    }
    if (!make_room(ledger, people->stride, longest))
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the ledger");
    for (size_t model = 0; model < ledger->n_models; model++) {
        bool seen = false; /* models may share a tally */
        for (size_t i = 0; i < model; i++)
            seen |= tallies[i] == tallies[model];
        if (!seen)
            ipsim_values_accumulate(tallies[model]);
        ipsim_values_begin(&ledger->scratch->values[model], tallies[model], people);
    }
    adder a = {.ledger = ledger, .scratch = ledger->scratch, .n = people->n_slots, .n_views = people->n_views, .views = people->views};
    return add_all(&a, err);
}

ipsim_status ipsim_ledger_add(ipsim_ledger *ledger, const double *const *values, size_t n, size_t capacity, const uint32_t *group,
                              size_t n_dimensions, ipsim_error *err)
{
    /* The first view is everybody; each dimension has a view of its own, in order of groups, group 0 being of none. */
    size_t n_views = n_dimensions + 1, status = IPSIM_ERR_MEMORY;
    struct ipsim_people_view *views = calloc(n_views, sizeof *views);
    people_stretch *stretches = calloc(n_views * ledger->n_groups + 1, sizeof *stretches);
    int64_t *order = calloc(n_views * n + 1, sizeof *order);
    uint32_t *names = calloc(ledger->n_groups, sizeof *names);
    if (views && stretches && order && names && make_room(ledger, n, n)) {
        stretches[0] = (people_stretch){.n = n, .persons = (int64_t)n};
        views[0] = (struct ipsim_people_view){.n_stretches = n > 0, .stretches = stretches, .n_places = n};
        for (size_t d = 0; d < n_dimensions; d++) {
            struct ipsim_people_view *view = &views[d + 1];
            *view = (struct ipsim_people_view){
                .n_dimensions = 1, .stretches = stretches + (d + 1) * ledger->n_groups, .order = order + (d + 1) * n};
            for (uint32_t g = 1; g < ledger->n_groups; g++) {
                people_stretch *stretch = &view->stretches[view->n_stretches];
                names[g] = g;
                *stretch = (people_stretch){.first = view->n_places, .group = &names[g]};
                for (size_t i = 0; i < n; i++)
                    if (group[d * capacity + i] == g)
                        view->order[view->n_places++] = (int64_t)i;
                stretch->n = view->n_places - stretch->first;
                stretch->persons = (int64_t)stretch->n;
                view->n_stretches += stretch->n > 0;
            }
        }
        adder a = {.ledger = ledger,
                   .scratch = ledger->scratch,
                   .n = n,
                   .n_views = n_views,
                   .views = views,
                   .given = values,
                   .capacity = capacity};
        status = add_all(&a, err);
    } else {
        status = ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the ledger");
    }
    free(views);
    free(stretches);
    free(order);
    free(names);
    return (ipsim_status)status;
}
