/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact sums, at the price of a few vector instructions a value.
 *
 * A value is rounded to q quanta and split into two limbs, q = high 2^23 + low with |low| <= 2^22, both kept as doubles. While
 * |high| <= 2^23, a product of limbs is below 2^46 and the sum of 64 of them below 2^52: exact in double arithmetic in any order, so a
 * plain loop, which the compiler turns into vector code, gives the same integers on every machine. Larger values take the slow path
 * through 128-bit products; both give the same sums. */
#include "ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_MAX = 64 };

#define LIMB 8388608.0                   /* 2^23 */
#define QUANTA_MAX 4611686018427387904.0 /* 2^62 */
#define ROUNDER 6755399441055744.0       /* 1.5 x 2^52: adding and taking it away rounds a double below 2^51 to an integer */

/* One cell of a batch, for one model. */
typedef struct limbs {
    double high[BATCH_MAX], low[BATCH_MAX];
    int64_t quanta[BATCH_MAX]; /* filled when large */
    bool large, zero;
} limbs;

struct ledger_scratch {
    limbs *cell; /* n_models, at least 4 */
    size_t order[BATCH_MAX];
};

size_t ipsim_ledger_n_sums(const ipsim_ledger *ledger)
{
    return ledger->n_cells * ledger->n_models * ledger->n_groups;
}

size_t ipsim_ledger_n_pairs(const ipsim_ledger *ledger)
{
    return ledger->plan->n_pairs * ledger->plan->n_years * 2 * ledger->n_models * ledger->n_groups;
}

size_t ipsim_ledger_n_given(const ipsim_ledger *ledger)
{
    return ledger->n_conditional * ledger->plan->n_years * ledger->n_models * ledger->n_groups * 2;
}

double ipsim_account_quantum(const ipsim_account_plan *plan, size_t measure)
{
    return plan->money[measure] ? IPSIM_QUANTUM_MONEY : IPSIM_QUANTUM;
}

ipsim_ledger *ipsim_ledger_create(const ipsim_account_plan *plan, size_t n_models, size_t n_groups)
{
    ipsim_ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        return NULL;
    ledger->plan = plan;
    ledger->n_models = n_models;
    ledger->n_groups = n_groups;
    ledger->n_cells = plan->n_measures * plan->n_years * 2;
    ledger->conditional = calloc(plan->n_measures + 1, sizeof *ledger->conditional);
    if (ledger->conditional)
        for (size_t m = 0; m < plan->n_measures; m++)
            if (plan->measures[m].conditional)
                ledger->conditional[ledger->n_conditional++] = m;
    ledger->persons = calloc(n_groups, sizeof *ledger->persons);
    ledger->sums = calloc(ipsim_ledger_n_sums(ledger) + 1, sizeof *ledger->sums);
    ledger->pairs = calloc(ipsim_ledger_n_pairs(ledger) + 1, sizeof *ledger->pairs);
    ledger->given = calloc(ipsim_ledger_n_given(ledger) + 1, sizeof *ledger->given);
    ledger->scratch = calloc(1, sizeof *ledger->scratch);
    if (ledger->scratch)
        ledger->scratch->cell = calloc(n_models + 4, sizeof *ledger->scratch->cell);
    if (!ledger->conditional || !ledger->persons || !ledger->sums || !ledger->pairs || !ledger->given || !ledger->scratch ||
        !ledger->scratch->cell) {
        ipsim_ledger_free(ledger);
        return NULL;
    }
    return ledger;
}

void ipsim_ledger_free(ipsim_ledger *ledger)
{
    if (!ledger)
        return;
    free(ledger->conditional);
    free(ledger->persons);
    free(ledger->sums);
    free(ledger->pairs);
    free(ledger->given);
    if (ledger->scratch)
        free(ledger->scratch->cell);
    free(ledger->scratch);
    free(ledger);
}

/* ---- values to quanta ---- */

/* false when a value does not fit; NaN and infinities do not. */
static bool split(const double *restrict values, size_t n, double quantum, limbs *restrict out)
{
    double to_high = 1.0 / (quantum * LIMB), from_high = quantum * LIMB, to_low = 1.0 / quantum; /* powers of two: exact */
    double most = 0.0;
    bool number = true;
    for (size_t i = 0; i < n; i++) {
        double size = fabs(values[i]) * to_high;
        number &= size < QUANTA_MAX / LIMB;
        most = size > most ? size : most;
    }
    out->zero = most == 0.0;
    out->large = most > LIMB - 1.0;
    if (!number)
        return false;
    if (out->large) {
        for (size_t i = 0; i < n; i++)
            out->quanta[i] = (int64_t)rint(values[i] * to_low);
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        double high = (values[i] * to_high + ROUNDER) - ROUNDER;
        out->high[i] = high;
        out->low[i] = ((values[i] - high * from_high) * to_low + ROUNDER) - ROUNDER;
    }
    return true;
}

static void widen(limbs *x, size_t n)
{
    if (!x->large)
        for (size_t i = 0; i < n; i++)
            x->quanta[i] = (int64_t)x->high[i] * (int64_t)LIMB + (int64_t)x->low[i];
    x->large = true;
}

/* x - y; both below 2^62 quanta. */
static void subtract(limbs *x, limbs *y, size_t n)
{
    if (x->large || y->large) {
        widen(x, n);
        widen(y, n);
        for (size_t i = 0; i < n; i++)
            x->quanta[i] -= y->quanta[i];
        return;
    }
    bool fits = true; /* differences of limbs may be twice as large as limbs: back into range, or wide */
    for (size_t i = 0; i < n; i++) {
        double high = x->high[i] - y->high[i], low = x->low[i] - y->low[i];
        double carry = (low / LIMB + ROUNDER) - ROUNDER;
        x->high[i] = high + carry;
        x->low[i] = low - carry * LIMB;
        fits &= fabs(x->high[i]) <= LIMB;
    }
    if (!fits)
        widen(x, n);
}

/* ---- sums over a batch ---- */

static void add_128(ipsim_wide192 *into, ipsim_wide128 value)
{
    ipsim_wide192 wide = {{(uint64_t)value, (uint64_t)(value >> 64), value < 0 ? UINT64_MAX : 0}};
    ipsim_wide192_merge(into, &wide);
}

/* high high 2^46 + middle 2^23 + low low */
static void add_limb_products(ipsim_wide192 *into, double high, double middle, double low)
{
    ipsim_wide128 limb = (ipsim_wide128)LIMB;
    add_128(into, (int64_t)high * limb * limb + (int64_t)middle * limb + (int64_t)low);
}

static double sum(const double *x, size_t n)
{
    double total = 0.0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

static double dot(const double *x, const double *y, size_t n)
{
    double total = 0.0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += x[i] * y[i];
    return total;
}

static void add_product(ipsim_wide192 *into, limbs *x, limbs *y, size_t n)
{
    if (x->zero || y->zero)
        return;
    if (x->large || y->large) {
        widen(x, n);
        widen(y, n);
        for (size_t i = 0; i < n; i++)
            ipsim_wide192_add_product(into, x->quanta[i], y->quanta[i]);
        return;
    }
    /* The two middle sums are added as integers: together they could exceed 2^53. */
    ipsim_wide128 limb = (ipsim_wide128)LIMB;
    add_limb_products(into, dot(x->high, y->high, n), dot(x->high, y->low, n), dot(x->low, y->low, n));
    add_128(into, (int64_t)dot(x->low, y->high, n) * limb);
}

static void add_cell(cell_sums *into, limbs *x, limbs *comparator, size_t n)
{
    if (x->zero)
        return;
    if (x->large) {
        for (size_t i = 0; i < n; i++) {
            ipsim_wide128_add(&into->x, x->quanta[i]);
            ipsim_wide192_add_product(&into->xx, x->quanta[i], x->quanta[i]);
        }
    } else {
        into->x += (ipsim_wide128)(int64_t)sum(x->high, n) * (ipsim_wide128)LIMB + (int64_t)sum(x->low, n);
        add_limb_products(&into->xx, dot(x->high, x->high, n), 2.0 * dot(x->high, x->low, n), dot(x->low, x->low, n));
    }
    if (comparator)
        add_product(&into->with_comparator, x, comparator, n);
}

/* ---- groups: in each dimension the batch is put in order of groups, so that a group is a stretch of it ---- */

typedef struct stretch {
    uint32_t group;
    size_t first, n;
} stretch;

static size_t sort_by_group(const uint32_t *group, size_t n, size_t *order, stretch *stretches)
{
    size_t n_stretches = 0;
    for (size_t i = 0; i < n; i++) { /* insertion: a batch is small, and equal groups keep their order */
        size_t at = i;
        while (at > 0 && group[order[at - 1]] > group[i]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    for (size_t i = 0; i < n; i++) {
        if (group[order[i]] == 0)
            continue; /* in none */
        if (n_stretches == 0 || group[order[i]] != stretches[n_stretches - 1].group)
            stretches[n_stretches++] = (stretch){.group = group[order[i]], .first = i};
        stretches[n_stretches - 1].n++;
    }
    return n_stretches;
}

static void pick(const limbs *from, const size_t *order, size_t n, limbs *to)
{
    to->large = from->large;
    to->zero = from->zero;
    if (from->zero)
        return;
    if (from->large)
        for (size_t i = 0; i < n; i++)
            to->quanta[i] = from->quanta[order[i]];
    else
        for (size_t i = 0; i < n; i++) {
            to->high[i] = from->high[order[i]];
            to->low[i] = from->low[order[i]];
        }
}

/* A batch seen in one order: everybody, or the groups of one dimension. */
typedef struct view {
    ipsim_ledger *ledger;
    const double *const *values;
    size_t n, capacity;
    const size_t *order; /* NULL: as it comes */
    const stretch *stretches;
    size_t n_stretches;
} view;

/* The cell of every stretch in turn, copied so that each begins at the start of the arrays. */
static bool load(const view *v, size_t model, size_t cell, double quantum, limbs *out)
{
    return split(v->values[model] + cell * v->capacity, v->n, quantum, out);
}

static ipsim_status add_cells(const view *v, size_t measure, ipsim_error *err)
{
    ipsim_ledger *ledger = v->ledger;
    limbs *cells = ledger->scratch->cell;
    limbs x, comparator;
    double quantum = ipsim_account_quantum(ledger->plan, measure);
    for (size_t cell = measure * ledger->plan->n_years * 2; cell < (measure + 1) * ledger->plan->n_years * 2; cell++)
        for (size_t model = 0; model < ledger->n_models; model++) {
            if (!load(v, model, cell, quantum, &cells[model])) {
                const ipsim_measure *m = &ledger->plan->measures[measure];
                return ipsim_error_set(err, IPSIM_ERR_OVERFLOW,
                                       "one person's \"%s\" (payer \"%s\") exceeds %.3g, the most that the exact ledger can hold",
                                       m->outcome, m->payer, QUANTA_MAX * quantum);
            }
            cell_sums *into = &ledger->sums[(cell * ledger->n_models + model) * ledger->n_groups];
            if (!v->order) {
                add_cell(into, &cells[model], model ? &cells[0] : NULL, v->n);
                continue;
            }
            for (size_t s = 0; s < v->n_stretches; s++) {
                const stretch *part = &v->stretches[s];
                pick(&cells[model], v->order + part->first, part->n, &x);
                if (model)
                    pick(&cells[0], v->order + part->first, part->n, &comparator);
                add_cell(&into[part->group], &x, model ? &comparator : NULL, part->n);
            }
        }
    return IPSIM_OK;
}

/* Products of two columns into one accumulator for each group, `stride` apart. */
static void add_products(const view *v, limbs *a, limbs *b, ipsim_wide192 *into, size_t stride)
{
    if (a->zero || b->zero)
        return;
    if (!v->order) {
        add_product(into, a, b, v->n);
        return;
    }
    limbs x, y;
    for (size_t s = 0; s < v->n_stretches; s++) {
        const stretch *part = &v->stretches[s];
        pick(a, v->order + part->first, part->n, &x);
        pick(b, v->order + part->first, part->n, &y);
        add_product(&into[part->group * stride], &x, &y, part->n);
    }
}

static void add_pairs(const view *v)
{
    ipsim_ledger *ledger = v->ledger;
    const ipsim_account_plan *plan = ledger->plan;
    limbs *cost = &ledger->scratch->cell[0], *effect = cost + 1, *zero = cost + 2;
    for (size_t pair = 0; pair < plan->n_pairs; pair++)
        for (size_t k = 0; k < plan->n_years * 2; k++)
            for (size_t model = 1; model < ledger->n_models; model++) {
                size_t cost_cell = plan->pairs[pair][0] * plan->n_years * 2 + k, effect_cell = plan->pairs[pair][1] * plan->n_years * 2 + k;
                double cost_quantum = ipsim_account_quantum(plan, plan->pairs[pair][0]);
                double effect_quantum = ipsim_account_quantum(plan, plan->pairs[pair][1]);
                /* That everything fits was seen in add_cells. */
                bool fits = load(v, model, cost_cell, cost_quantum, cost) && load(v, 0, cost_cell, cost_quantum, zero);
                subtract(cost, zero, v->n);
                cost->zero &= zero->zero;
                fits = fits && load(v, model, effect_cell, effect_quantum, effect) && load(v, 0, effect_cell, effect_quantum, zero);
                ipsim_bug_assert(fits);
                subtract(effect, zero, v->n);
                effect->zero &= zero->zero;
                size_t at = ((pair * plan->n_years * 2 + k) * ledger->n_models + model) * ledger->n_groups;
                add_products(v, cost, effect, &ledger->pairs[at], 1);
            }
}

static void add_conditional(const view *v)
{
    ipsim_ledger *ledger = v->ledger;
    const ipsim_account_plan *plan = ledger->plan;
    limbs *a = &ledger->scratch->cell[0], *b = a + 1;
    for (size_t k = 0; k < ledger->n_conditional; k++)
        for (size_t year = 0; year < plan->n_years; year++)
            for (size_t model = 1; model < ledger->n_models; model++) {
                size_t measure = ledger->conditional[k];
                size_t value = (measure * plan->n_years + year) * 2, given = (plan->measures[measure].given * plan->n_years + year) * 2;
                ipsim_wide192 *into = &ledger->given[(((k * plan->n_years + year) * ledger->n_models + model) * ledger->n_groups) * 2];
                bool fits = load(v, model, value, IPSIM_QUANTUM, a) && load(v, 0, given, IPSIM_QUANTUM, b);
                add_products(v, a, b, &into[0], 2);
                fits = fits && load(v, model, given, IPSIM_QUANTUM, a) && load(v, 0, value, IPSIM_QUANTUM, b);
                ipsim_bug_assert(fits);
                add_products(v, a, b, &into[1], 2);
            }
}

static ipsim_status add_view(const view *v, ipsim_error *err)
{
    for (size_t measure = 0; measure < v->ledger->plan->n_measures; measure++) {
        ipsim_status status = add_cells(v, measure, err);
        if (status != IPSIM_OK)
            return status;
    }
    if (v->ledger->n_models > 1) {
        add_pairs(v);
        add_conditional(v);
    }
    return IPSIM_OK;
}

ipsim_status ipsim_ledger_add(ipsim_ledger *ledger, const double *const *values, size_t n, size_t capacity, const uint32_t *group,
                              size_t n_dimensions, ipsim_error *err)
{
    ipsim_bug_assert(n <= BATCH_MAX);
    view everybody = {.ledger = ledger, .values = values, .n = n, .capacity = capacity};
    ipsim_status status = add_view(&everybody, err);
    ledger->persons[0] += (int64_t)n;
    for (size_t d = 0; status == IPSIM_OK && d < n_dimensions; d++) {
        stretch stretches[BATCH_MAX];
        view by_group = everybody;
        by_group.n_stretches = sort_by_group(group + d * capacity, n, ledger->scratch->order, stretches);
        by_group.order = ledger->scratch->order;
        by_group.stretches = stretches;
        status = add_view(&by_group, err);
        for (size_t s = 0; s < by_group.n_stretches; s++)
            ledger->persons[stretches[s].group] += (int64_t)stretches[s].n;
    }
    return status;
}

void ipsim_ledger_merge(ipsim_ledger *into, const ipsim_ledger *from)
{
    for (size_t i = 0; i < into->n_groups; i++)
        into->persons[i] += from->persons[i];
    for (size_t i = 0; i < ipsim_ledger_n_sums(into); i++) {
        ipsim_wide128_merge(&into->sums[i].x, from->sums[i].x);
        ipsim_wide192_merge(&into->sums[i].xx, &from->sums[i].xx);
        ipsim_wide192_merge(&into->sums[i].with_comparator, &from->sums[i].with_comparator);
    }
    for (size_t i = 0; i < ipsim_ledger_n_pairs(into); i++)
        ipsim_wide192_merge(&into->pairs[i], &from->pairs[i]);
    for (size_t i = 0; i < ipsim_ledger_n_given(into); i++)
        ipsim_wide192_merge(&into->given[i], &from->given[i]);
}
