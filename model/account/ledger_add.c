/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A block of histories -> measures -> exact sums, at the price of a few vector instructions a value.
 *
 * A value is rounded to q quanta and split into two limbs, q = high 2^22 + low with |low| <= 2^21, both kept as doubles. While
 * |high| <= 2^22, a product of limbs is at most 2^44 and the sum of 256 of them at most 2^52: exact in double arithmetic in any order, so
 * a plain loop, which the compiler turns into vector code, gives the same integers on every machine. Larger values take the slow path
 * through 64-bit quanta and 128-bit products; both give the same sums. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "tally.h"

#define QUANTA_MAX 4611686018427387904.0 /* 2^62 */

/* One cell of the block under one model. Slots of nobody hold 0. */
typedef struct limbs {
    double *high, *low; /* the last vector of the column is 0 */
    int64_t *quanta;    /* filled when large */
    bool large, zero;
} limbs;

struct ledger_scratch {
    const account_kernels *kernels;
    size_t stride;
    size_t n_kept;
    size_t *kept;         /* n_measures: where a measure of the pairs and conditional means is kept until all cells are there; or SIZE_MAX */
    size_t n_cells;
    limbs *cells;         /* [(n_kept + 1) * n_models]: the kept ones, and the one at work */
    limbs work[4];        /* differences, and what a view puts in its own order */
    double **money;       /* per model: [(reward or, last, QALYs) * stride + slot], of one report year and flavour */
    double **factor;      /* per model: [reward * stride + slot]; only rewards with factors are filled */
    double **loss_factor; /* the same for losses */
    double *value, *sum;
};

typedef struct adder {
    ipsim_ledger *ledger;
    struct ledger_scratch *scratch;
    ipsim_tally *const *tallies;
    const ipsim_people *people;
    size_t year, flavour; /* flavour 1: discounted */
} adder;

/* ---- scratch ---- */

static void limbs_free(limbs *x)
{
    free(x->high);
    free(x->low);
    free(x->quanta);
}

static bool limbs_init(limbs *x, size_t stride)
{
    x->high = ipsim_simd_alloc(stride, sizeof *x->high);
    x->low = ipsim_simd_alloc(stride, sizeof *x->low);
    x->quanta = ipsim_simd_alloc(stride, sizeof *x->quanta);
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
    double **const lists[] = {scratch->money, scratch->factor, scratch->loss_factor};
    for (size_t k = 0; k < 3; k++) {
        for (double **column = lists[k]; column && *column; column++)
            free(*column);
        free(lists[k]);
    }
    free(scratch->kept);
    free(scratch->cells);
    free(scratch->value);
    free(scratch->sum);
    free(scratch);
}

static void keep(struct ledger_scratch *scratch, const ipsim_account_plan *plan, size_t measure)
{
    size_t *place = &scratch->kept[plan->same_as[measure]];
    if (*place == SIZE_MAX)
        *place = scratch->n_kept++;
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

static struct ledger_scratch *scratch_create(const ipsim_ledger *ledger, const ipsim_people *people)
{
    const ipsim_account_plan *plan = ledger->plan;
    size_t n_models = ledger->n_models, stride = people->stride;
    struct ledger_scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return NULL;
    size_t longest = stride;
    for (size_t i = 0; i < people->n_views; i++) {
        size_t places = people->capacity + IPSIM_LANES * (people->views[i].n_combinations + 1);
        longest = places > longest ? places : longest;
    }
    scratch->kernels = ipsim_account_kernels();
    scratch->stride = stride;
    scratch->kept = calloc(plan->n_measures + 1, sizeof *scratch->kept);
    if (scratch->kept)
        choose_kept(scratch, ledger);
    scratch->n_cells = (scratch->n_kept + 1) * n_models;
    scratch->cells = calloc(scratch->n_cells, sizeof *scratch->cells);
    scratch->money = calloc(n_models + 1, sizeof *scratch->money);
    scratch->factor = calloc(n_models + 1, sizeof *scratch->factor);
    scratch->loss_factor = calloc(n_models + 1, sizeof *scratch->loss_factor);
    scratch->value = ipsim_simd_alloc(stride, sizeof *scratch->value);
    scratch->sum = ipsim_simd_alloc(stride, sizeof *scratch->sum);
    bool ok = scratch->kept && scratch->cells && scratch->money && scratch->factor && scratch->loss_factor && scratch->value && scratch->sum;
    for (size_t i = 0; ok && i < scratch->n_cells; i++)
        ok = limbs_init(&scratch->cells[i], stride);
    for (size_t i = 0; ok && i < 4; i++)
        ok = limbs_init(&scratch->work[i], longest);
    for (size_t i = 0; ok && i < n_models; i++) {
        const account_model *m = &plan->models[i];
        scratch->money[i] = ipsim_simd_alloc((m->n_rewards + 1) * stride, sizeof(double));
        scratch->factor[i] = ipsim_simd_alloc(m->n_rewards * stride, sizeof(double));
        scratch->loss_factor[i] = ipsim_simd_alloc(m->n_losses * stride, sizeof(double));
        ok = scratch->money[i] && scratch->factor[i] && scratch->loss_factor[i];
    }
    if (!ok) {
        ipsim_ledger_scratch_free(scratch);
        return NULL;
    }
    return scratch;
}

/* ---- values of a block: columns of basis quantities -> rewards -> measures ---- */

static void fill_factors(const account_sum *sums, size_t n, const ipsim_people *people, double *columns)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; sums[k].n_factors > 0 && i < people->n_slots; i++)
            columns[k * people->stride + i] = ipsim_account_factor(sums[k].factors, sums[k].n_factors, people, i);
}

/* Makes the basis quantities cumulative over report years. */
static void accumulate_years(ipsim_tally *tally, const account_kernels *kernels)
{
    const ipsim_account_plan *plan = tally->plan;
    for (size_t b = 0; b < tally->model->n_basis; b++)
        for (size_t y = 1; y < plan->n_years; y++)
            for (size_t f = 0; f < tally->n_flavours; f++)
                kernels->add_scaled(tally->n_slots, 1.0, tally->basis + ipsim_tally_column(tally, b, y - 1, f),
                                    tally->basis + ipsim_tally_column(tally, b, y, f));
}

static const double *basis_column(const adder *a, const ipsim_tally *tally, size_t basis, size_t flavour)
{
    return tally->basis + ipsim_tally_column(tally, basis, a->year, flavour);
}

/* into = scale x factors x the sum of basis quantities. */
static void add_up(const adder *a, const ipsim_tally *tally, const account_sum *sum, const double *factor, size_t flavour, double *into)
{
    const account_kernels *kernels = a->scratch->kernels;
    size_t n = a->people->n_slots;
    memset(into, 0, n * sizeof *into);
    for (size_t k = 0; k < sum->n_basis; k++)
        kernels->add_scaled(n, 1.0, basis_column(a, tally, sum->basis[k], flavour), into);
    kernels->multiply(n, sum->amount, sum->n_factors > 0 ? factor : NULL, into);
}

/* QALYs: utility x time in the states where it does not change, what was added up where it does, and gains and losses at points. */
static void fill_qalys(const adder *a, size_t model, size_t flavour, double *into)
{
    const ipsim_tally *tally = a->tallies[model];
    const account_model *m = &a->ledger->plan->models[model];
    const account_kernels *kernels = a->scratch->kernels;
    size_t n = a->people->n_slots, stride = a->people->stride;
    memcpy(into, basis_column(a, tally, m->basis_qalys, flavour), n * sizeof *into);
    for (size_t s = 0; s < m->n_states; s++) {
        if (m->utility_changes[s] || m->compiled->role[s] != IPSIM_ROLE_ALIVE)
            continue;
        account_utility_of_state u = ipsim_account_utility_of(m, s);
        const double *time = basis_column(a, tally, m->basis_time + s, flavour);
        if (!u.has_factors) {
            kernels->add_scaled(n, u.add * u.multiply, time, into);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            a->scratch->sum[i] = ipsim_account_utility_for(m, s, a->people, i);
        for (size_t i = 0; i < n; i++)
            into[i] += a->scratch->sum[i] * u.multiply * time[i];
    }
    for (size_t k = 0; k < m->n_losses; k++) {
        add_up(a, tally, &m->losses[k], a->scratch->loss_factor[model] + k * stride, flavour, a->scratch->sum);
        kernels->add_scaled(n, 1.0, a->scratch->sum, into);
    }
}

static void fill_money(const adder *a, size_t model)
{
    const ipsim_tally *tally = a->tallies[model];
    const account_model *m = &a->ledger->plan->models[model];
    size_t stride = a->people->stride;
    double *columns = a->scratch->money[model];
    for (size_t k = 0; k < m->n_rewards; k++)
        add_up(a, tally, &m->rewards[k], a->scratch->factor[model] + k * stride, a->flavour, columns + k * stride);
    fill_qalys(a, model, a->flavour ? tally->n_flavours - 1 : 0, columns + m->n_rewards * stride);
}

/* The column of a measure, borrowed. */
static const double *value_of(const adder *a, size_t model, size_t measure)
{
    const ipsim_tally *tally = a->tallies[model];
    const account_formula *formula = &a->ledger->plan->models[model].formulas[measure];
    size_t effects = a->flavour ? tally->n_flavours - 1 : 0;
    double *value = a->scratch->value;
    if (formula->n_terms != 1 || formula->terms[0].weight != 1.0)
        memset(value, 0, a->people->n_slots * sizeof *value);
    for (size_t k = 0; k < formula->n_terms; k++) {
        const account_term *term = &formula->terms[k];
        const double *column = term->is_reward ? a->scratch->money[model] + term->index * a->people->stride
                                               : basis_column(a, tally, term->index, effects);
        if (formula->n_terms == 1 && term->weight == 1.0)
            return column;
        a->scratch->kernels->add_scaled(a->people->n_slots, term->weight, column, value);
    }
    return value;
}

/* ---- limbs ---- */

/* false when a value does not fit; NaN and infinities do not. */
static bool split(const adder *a, const double *values, double quantum, limbs *out)
{
    size_t n = a->people->n_slots;
    double most = a->scratch->kernels->split(n, quantum, values, out->high, out->low);
    out->zero = most == 0.0;
    out->large = most > ACCOUNT_LIMB - 1.0;
    if (!(most < QUANTA_MAX / ACCOUNT_LIMB))
        return false;
    for (size_t i = 0; out->large && i < n; i++)
        out->quanta[i] = (int64_t)rint(values[i] / quantum);
    return true;
}

static void widen(limbs *x, size_t n)
{
    if (!x->large)
        for (size_t i = 0; i < n; i++)
            x->quanta[i] = (int64_t)x->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)x->low[i];
    x->large = true;
}

/* x - y; both below 2^62 quanta. */
static void subtract(const limbs *x, const limbs *y, size_t n, limbs *out)
{
    out->zero = x->zero && y->zero;
    out->large = x->large || y->large;
    if (out->large) {
        for (size_t i = 0; i < n; i++) {
            int64_t a = x->large ? x->quanta[i] : (int64_t)x->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)x->low[i];
            int64_t b = y->large ? y->quanta[i] : (int64_t)y->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)y->low[i];
            out->quanta[i] = a - b;
        }
        return;
    }
    bool fits = true; /* differences of limbs may be twice as large as limbs: back into range, or wide */
    for (size_t i = 0; i < n; i++) {
        double low = x->low[i] - y->low[i];
        double carry = rint(low / ACCOUNT_LIMB);
        out->high[i] = x->high[i] - y->high[i] + carry;
        out->low[i] = low - carry * ACCOUNT_LIMB;
        fits &= fabs(out->high[i]) <= ACCOUNT_LIMB;
    }
    if (!fits)
        widen(out, n);
}

/* ---- sums ---- */

static void add_128(ipsim_wide192 *into, ipsim_wide128 value)
{
    ipsim_wide192 wide = {{(uint64_t)value, (uint64_t)(value >> 64), value < 0 ? UINT64_MAX : 0}};
    ipsim_wide192_merge(into, &wide);
}

/* high high 2^44 + middle 2^22 + low low */
static ipsim_wide128 from_limbs(int64_t high, ipsim_wide128 middle, int64_t low)
{
    ipsim_wide128 limb = (ipsim_wide128)ACCOUNT_LIMB;
    return (ipsim_wide128)high * limb * limb + middle * limb + low;
}

/* Up to ACCOUNT_LANES_MAX lanes from `first` on. */
static void add_squares(const adder *a, const limbs *x, size_t first, size_t n, ipsim_wide128 *sum, ipsim_wide192 *square)
{
    if (x->large) {
        *sum = 0;
        *square = (ipsim_wide192){{0}};
        for (size_t i = first; i < first + n; i++) {
            ipsim_wide128_add(sum, x->quanta[i]);
            ipsim_wide192_add_product(square, x->quanta[i], x->quanta[i]);
        }
        return;
    }
    int64_t s[5];
    a->scratch->kernels->squares(n, x->high + first, x->low + first, s);
    *sum = (ipsim_wide128)s[0] * (ipsim_wide128)ACCOUNT_LIMB + s[1];
    *square = (ipsim_wide192){{0}};
    add_128(square, from_limbs(s[2], 2 * (ipsim_wide128)s[3], s[4]));
}

static void add_products(const adder *a, const limbs *x, const limbs *y, size_t first, size_t n, ipsim_wide192 *product)
{
    *product = (ipsim_wide192){{0}};
    if (x->large || y->large) {
        for (size_t i = first; i < first + n; i++) {
            int64_t p = x->large ? x->quanta[i] : (int64_t)x->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)x->low[i];
            int64_t q = y->large ? y->quanta[i] : (int64_t)y->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)y->low[i];
            ipsim_wide192_add_product(product, p, q);
        }
        return;
    }
    int64_t s[4];
    a->scratch->kernels->products(n, x->high + first, x->low + first, y->high + first, y->low + first, s);
    add_128(product, from_limbs(s[0], (ipsim_wide128)s[1] + s[2], s[3]));
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

/* Calls for every piece of every stretch of every view: lanes first .. first + n - 1, and the groups that they belong to. */
#define FOR_EACH_PIECE(view_, stretch_, first_, n_)                                                                               \
    for (const people_stretch *stretch_ = (view_)->stretches; stretch_ < (view_)->stretches + (view_)->n_stretches; stretch_++)            \
        for (size_t first_ = stretch_->first, n_; n_ = stretch_->first + stretch_->n - first_,                                             \
                    n_ = n_ < ACCOUNT_LANES_MAX ? n_ : ACCOUNT_LANES_MAX, n_ > 0;                                                          \
             first_ += n_)

static void add_cell(const adder *a, size_t cell, size_t model, const limbs *x, const limbs *comparator)
{
    ipsim_ledger *ledger = a->ledger;
    cell_sums *into = &ledger->sums[(cell * ledger->n_models + model) * ledger->n_groups];
    if (x->zero)
        return;
    bool products = comparator && !comparator->zero;
    for (size_t v = 0; v < a->people->n_views; v++) {
        const struct ipsim_people_view *view = &a->people->views[v];
        const limbs *p = in_order(view, x, &a->scratch->work[2]);
        const limbs *q = products ? in_order(view, comparator, &a->scratch->work[3]) : NULL;
        FOR_EACH_PIECE(view, stretch, first, n)
        {
            ipsim_wide128 sum;
            ipsim_wide192 square, product;
            add_squares(a, p, first, n, &sum, &square);
            if (products)
                add_products(a, p, q, first, n, &product);
            for (size_t d = v == 0 ? 0 : 1; d <= view->n_dimensions; d++) {
                cell_sums *group = &into[d == 0 ? 0 : stretch->group[d - 1]];
                ipsim_wide128_merge(&group->x, sum);
                ipsim_wide192_merge(&group->xx, &square);
                if (products)
                    ipsim_wide192_merge(&group->with_comparator, &product);
            }
        }
    }
}

/* Products of two columns into one accumulator for each group, `stride` apart. */
static void add_cross(const adder *a, const limbs *x, const limbs *y, ipsim_wide192 *into, size_t stride)
{
    if (x->zero || y->zero)
        return;
    for (size_t v = 0; v < a->people->n_views; v++) {
        const struct ipsim_people_view *view = &a->people->views[v];
        const limbs *p = in_order(view, x, &a->scratch->work[2]), *q = in_order(view, y, &a->scratch->work[3]);
        FOR_EACH_PIECE(view, stretch, first, n)
        {
            ipsim_wide192 product;
            add_products(a, p, q, first, n, &product);
            for (size_t d = v == 0 ? 0 : 1; d <= view->n_dimensions; d++)
                ipsim_wide192_merge(&into[(d == 0 ? 0 : stretch->group[d - 1]) * stride], &product);
        }
    }
}

/* ---- a block ---- */

static limbs *kept(const adder *a, size_t measure, size_t model)
{
    return &a->scratch->cells[a->scratch->kept[a->ledger->plan->same_as[measure]] * a->ledger->n_models + model];
}

static ipsim_status add_measure(const adder *a, size_t measure, ipsim_error *err)
{
    ipsim_ledger *ledger = a->ledger;
    const ipsim_account_plan *plan = ledger->plan;
    double quantum = ipsim_account_quantum(plan, measure);
    size_t cell = (measure * plan->n_years + a->year) * 2 + a->flavour;
    size_t place = a->scratch->kept[measure] == SIZE_MAX ? a->scratch->n_kept : a->scratch->kept[measure];
    limbs *cells = &a->scratch->cells[place * ledger->n_models];
    for (size_t model = 0; model < ledger->n_models; model++) {
        if (!split(a, value_of(a, model, measure), quantum, &cells[model])) {
            const ipsim_measure *m = &plan->measures[measure];
            return ipsim_error_set(err, IPSIM_ERR_OVERFLOW,
                                   "one person's \"%s\" (payer \"%s\") exceeds %.3g, the most that the exact ledger can hold", m->outcome,
                                   m->payer, QUANTA_MAX * quantum);
        }
        add_cell(a, cell, model, &cells[model], model ? &cells[0] : NULL);
    }
    return IPSIM_OK;
}

static void add_pairs(const adder *a)
{
    ipsim_ledger *ledger = a->ledger;
    const ipsim_account_plan *plan = ledger->plan;
    limbs *cost = &a->scratch->work[0], *effect = &a->scratch->work[1];
    for (size_t pair = 0; pair < plan->n_pairs; pair++)
        for (size_t model = 1; model < ledger->n_models; model++) {
            size_t k = a->year * 2 + a->flavour;
            subtract(kept(a, plan->pairs[pair][0], model), kept(a, plan->pairs[pair][0], 0), a->people->n_slots, cost);
            subtract(kept(a, plan->pairs[pair][1], model), kept(a, plan->pairs[pair][1], 0), a->people->n_slots, effect);
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
    for (size_t model = 0; model < a->ledger->n_models; model++)
        fill_money(a, model);
    for (size_t measure = 0; measure < plan->n_measures; measure++) {
        bool reported = a->flavour == 0 || plan->measures[measure].discountable || a->scratch->kept[measure] != SIZE_MAX;
        if (plan->same_as[measure] != measure || !reported)
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

static void count_persons(ipsim_ledger *ledger, const ipsim_people *people)
{
    ledger->persons[0] += (int64_t)people->n_persons;
    for (size_t v = 0; v < people->n_views; v++)
        for (size_t s = 0; s < people->views[v].n_stretches; s++)
            for (size_t d = 0; d < people->views[v].n_dimensions; d++)
                ledger->persons[people->views[v].stretches[s].group[d]] += people->views[v].stretches[s].persons;
}

ipsim_status ipsim_ledger_add(ipsim_ledger *ledger, ipsim_tally *const *tallies, const ipsim_people *people, ipsim_error *err)
{
    const ipsim_account_plan *plan = ledger->plan;
    if (!ledger->scratch && !(ledger->scratch = scratch_create(ledger, people)))
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the ledger");
    ipsim_bug_assert(ledger->scratch->stride == people->stride);
    adder a = {.ledger = ledger, .scratch = ledger->scratch, .tallies = tallies, .people = people};
    for (size_t model = 0; model < ledger->n_models; model++) {
        bool seen = false; /* models may share a tally */
        for (size_t i = 0; i < model; i++)
            seen |= tallies[i] == tallies[model];
        if (!seen)
            accumulate_years(tallies[model], a.scratch->kernels);
        fill_factors(plan->models[model].rewards, plan->models[model].n_rewards, people, a.scratch->factor[model]);
        fill_factors(plan->models[model].losses, plan->models[model].n_losses, people, a.scratch->loss_factor[model]);
    }
    ipsim_status status = IPSIM_OK;
    for (a.year = 0; status == IPSIM_OK && a.year < plan->n_years; a.year++)
        for (a.flavour = 0; status == IPSIM_OK && a.flavour < 2; a.flavour++)
            status = add_flavour(&a, err);
    count_persons(ledger, people);
    return status;
}
