/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels of account, compiled once for each level of vector instructions: kernels_*.c include this file after naming the level.
 * Every loop works lane by lane, or adds whole numbers that a double holds exactly, so that all levels give the same bits. */
#include <math.h>
#include <string.h>

#include "maths/elementary.h"
#include "tally.h"

/* 2^52 x 1.5: adding and taking it away rounds a double below 2^51 to an integer. */
#define ROUNDER 6755399441055744.0

static size_t whole(size_t n)
{
    return (n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
}

/* ---- discounting ---- */

/* ipsim_expm1 for -60 < x < 700, without its selections. */
static inline double expm1_inside(double x)
{
    double r, r_low;
    uint64_t k = ipsim_double_to_bits(ipsim_exp_split(x, &r, &r_low));
    double half_power = ipsim_double_from_bits((k + 1022) << 52);
    return 2.0 * (half_power * (r + (ipsim_exp_tail(r) + r_low)) + (half_power - 0.5));
}

static void worths(const account_schedule *s, size_t n, const double *restrict t, double *restrict worth, double *restrict weight)
{
    if (s->n_steps == 1 && s->gentle) {
        double force = s->force[0], over = s->over_force[0], flat = s->flat[0];
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double e = expm1_inside(-force * t[i]);
            weight[i] = 1.0 + e;
            worth[i] = over * e + flat * t[i];
        }
        return;
    }
    if (s->n_steps == 1) {
        double force = s->force[0], over = s->over_force[0], flat = s->flat[0];
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double e = ipsim_expm1(-force * t[i]);
            weight[i] = 1.0 + e;
            worth[i] = over * e + flat * t[i];
        }
        return;
    }
    int64_t step[IPSIM_CHUNK];
    memset(step, 0, sizeof step);
    for (size_t k = 1; k < s->n_steps; k++)
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            step[i] += t[i] >= s->from[k];
    if (s->gentle) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double length = t[i] - s->from[step[i]], w = s->weight[step[i]];
            double e = expm1_inside(-s->force[step[i]] * length);
            weight[i] = w + w * e;
            worth[i] = s->worth[step[i]] + (s->over_force[step[i]] * e + s->flat[step[i]] * length);
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double length = t[i] - s->from[step[i]], w = s->weight[step[i]];
        double e = ipsim_expm1(-s->force[step[i]] * length);
        weight[i] = w + w * e;
        worth[i] = s->worth[step[i]] + (s->over_force[step[i]] * e + s->flat[step[i]] * length);
    }
}

/* out = known, but the worth of t in the few lanes where t is not the time whose worth is known. */
static void worths_where(const account_schedule *s, size_t n, const double *restrict known_t, const double *restrict t,
                         const double *restrict known, double *restrict out)
{
    int64_t lane[IPSIM_CHUNK];
    double at[IPSIM_CHUNK] = {0.0}, worth[IPSIM_CHUNK], unused[IPSIM_CHUNK];
    size_t n_lanes = 0;
    memcpy(out, known, n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        lane[n_lanes] = (int64_t)i;
        at[n_lanes] = t[i];
        n_lanes += t[i] != known_t[i];
    }
    worths(s, whole(n_lanes), at, worth, unused);
    for (size_t j = 0; j < n_lanes; j++)
        out[lane[j]] = worth[j];
}

/* ---- a stay in a state: the interval is cut at report years and where a utility changes; few people need more than one piece ---- */

typedef struct pieces {
    size_t n; /* whole vectors */
    int64_t slot[IPSIM_CHUNK], year[IPSIM_CHUNK], offset[IPSIM_CHUNK];
    double from[IPSIM_CHUNK], until[IPSIM_CHUNK], to[IPSIM_CHUNK], utility[IPSIM_CHUNK];
    double worth_from[2][IPSIM_CHUNK], worth_until[2][IPSIM_CHUNK], worth_to[2][IPSIM_CHUNK];
    size_t n_clocks;
    int clock[IPSIM_CLOCKS_MAX]; /* those that are needed */
    const double *origin[IPSIM_CLOCKS_MAX];
    double origins[IPSIM_CLOCKS_MAX][IPSIM_CHUNK]; /* of those who go on */
} pieces;

/* The utility at the beginning of each piece; moves its end forward to where the utility changes. */
static void utilities(const ipsim_tally *tally, int state, pieces *p)
{
    const account_model *m = tally->model;
    double multiply[IPSIM_CHUNK];
    const double *column = tally->utility[state];
    for (size_t i = 0; i < p->n; i++) {
        p->utility[i] = column ? column[p->slot[i]] : tally->utility_of_state[state].add;
        multiply[i] = tally->utility_of_state[state].multiply;
    }
    for (size_t k = 0; k < m->n_utilities; k++) {
        const account_utility *u = &m->utilities[k];
        if (u->constant || !u->in_state[state])
            continue;
        const double *zero = p->origin[u->steps.clock], *factor = tally->utility_factor[k];
        int64_t piece[IPSIM_CHUNK];
        memset(piece, 0, sizeof piece);
        for (size_t j = 0; j < u->steps.n_breaks; j++) {
            double at = u->steps.breaks[j];
#pragma omp simd
            for (size_t i = 0; i < p->n; i++) {
                double end = zero[i] + at;
                bool passed = end <= p->from[i];
                piece[i] += passed;
                p->until[i] = !passed && end < p->until[i] ? end : p->until[i];
            }
        }
#pragma omp simd
        for (size_t i = 0; i < p->n; i++) {
            bool runs = zero[i] < IPSIM_INFINITY; /* a clock that has not started changes nothing */
            double add = u->add[piece[i]];
            double times = u->multiply[piece[i]];
            if (factor)
                add *= factor[p->slot[i]];
            p->utility[i] += runs ? add : 0.0;
            multiply[i] *= runs ? times : 1.0;
        }
    }
#pragma omp simd
    for (size_t i = 0; i < p->n; i++)
        p->utility[i] *= multiply[i];
}

/* basis[first + ...] += scale x length, and what it is worth under each schedule. */
static void add_lengths(const ipsim_tally *tally, size_t first, const pieces *p, const double *restrict scale)
{
    double *restrict plain = tally->basis + first;
    const int64_t *restrict at = p->offset;
    if (!scale) {
#pragma omp simd
        for (size_t i = 0; i < p->n; i++)
            plain[at[i]] += p->until[i] - p->from[i];
    } else {
#pragma omp simd
        for (size_t i = 0; i < p->n; i++)
            plain[at[i]] += scale[i] * (p->until[i] - p->from[i]);
    }
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        double *restrict into = plain + (f + 1) * tally->stride;
        const double *restrict a = p->worth_from[f], *restrict b = p->worth_until[f];
        if (!scale) {
#pragma omp simd
            for (size_t i = 0; i < p->n; i++)
                into[at[i]] += b[i] - a[i];
        } else {
#pragma omp simd
            for (size_t i = 0; i < p->n; i++)
                into[at[i]] += scale[i] * (b[i] - a[i]);
        }
    }
}

/* The part of each piece that lies in the window of a flow. */
static void add_flow(const ipsim_tally *tally, const account_flow *flow, const pieces *p)
{
    const double *zero = p->origin[flow->window.clock];
    double begin = flow->window.from_years, end = flow->window.until_years;
    double a[IPSIM_CHUNK], b[IPSIM_CHUNK], worth_a[IPSIM_CHUNK], worth_b[IPSIM_CHUNK], length[IPSIM_CHUNK];
    int64_t cut_a = 0, cut_b = 0, inside = 0;
#pragma omp simd reduction(| : cut_a, cut_b, inside)
    for (size_t i = 0; i < p->n; i++) {
        double x = zero[i] + begin, y = zero[i] + end;
        x = x > p->from[i] ? x : p->from[i];
        y = y < p->until[i] ? y : p->until[i];
        bool in = x < y;
        a[i] = in ? x : p->from[i]; /* outside: nothing, between bounds whose worths are known */
        b[i] = in ? y : p->until[i];
        inside |= in;
        cut_a |= a[i] > p->from[i];
        cut_b |= b[i] < p->until[i];
        length[i] = in ? y - x : 0.0;
    }
    if (!inside)
        return;
    double *restrict plain = tally->basis + ipsim_tally_column(tally, flow->basis, 0, 0);
    const int64_t *restrict at = p->offset;
#pragma omp simd
    for (size_t i = 0; i < p->n; i++)
        plain[at[i]] += length[i];
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        double *restrict into = plain + (f + 1) * tally->stride;
        const double *restrict x = p->worth_from[f], *restrict y = p->worth_until[f];
        if (cut_a) {
            worths_where(&tally->schedule[f], p->n, p->from, a, p->worth_from[f], worth_a);
            x = worth_a;
        }
        if (cut_b) {
            worths_where(&tally->schedule[f], p->n, p->until, b, p->worth_until[f], worth_b);
            y = worth_b;
        }
#pragma omp simd
        for (size_t i = 0; i < p->n; i++)
            into[at[i]] += length[i] > 0.0 ? y[i] - x[i] : 0.0;
    }
}

static void end_piece(const ipsim_tally *tally, pieces *p, bool changes)
{
    double known_t[IPSIM_CHUNK], known[IPSIM_CHUNK];
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        const double *restrict of_year = tally->worth_of_year + f * tally->plan->n_years;
#pragma omp simd
        for (size_t i = 0; i < p->n; i++) {
            double end = tally->year_end[p->year[i]], worth = of_year[p->year[i]];
            known_t[i] = end < p->to[i] ? end : p->to[i];
            known[i] = end < p->to[i] ? worth : p->worth_to[f][i];
        }
        if (changes)
            worths_where(&tally->schedule[f], p->n, known_t, p->until, known, p->worth_until[f]);
        else
            memcpy(p->worth_until[f], known, p->n * sizeof *known);
    }
}

/* x[i] = x[from[i]]: moves lanes forward, from[i] >= i. */
static void pack(double *x, const int64_t *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[from[i]];
}

/* Keeps those who have not reached the end of their stay. */
static bool next_piece(ipsim_tally *tally, pieces *p)
{
    int64_t stays[IPSIM_CHUNK];
    size_t n = 0, n_flavours = tally->n_flavours - 1;
    for (size_t i = 0; i < p->n; i++) {
        stays[n] = (int64_t)i;
        n += p->until[i] < p->to[i];
    }
    if (n == 0)
        return false;
    p->n = whole(n);
    for (size_t i = n; i < p->n; i++)
        stays[i] = stays[n - 1]; /* somebody's, to be made nobody's below */
    for (size_t i = 0; i < n; i++) {
        int64_t at = stays[i], year = p->year[at] + (p->until[at] >= tally->year_end[p->year[at]]);
        tally->year[p->slot[at]] = year;
        p->slot[i] = p->slot[at];
        p->year[i] = year;
        p->from[i] = p->until[at];
    }
    pack(p->to, stays, n);
    for (size_t f = 0; f < n_flavours; f++) {
        for (size_t i = 0; i < n; i++)
            p->worth_from[f][i] = p->worth_until[f][stays[i]];
        pack(p->worth_to[f], stays, n);
    }
    for (size_t k = 0; k < p->n_clocks; k++) {
        int c = p->clock[k];
        for (size_t i = 0; i < p->n; i++)
            p->origins[c][i] = p->origin[c][stays[i]];
        p->origin[c] = p->origins[c];
    }
    for (size_t i = n; i < p->n; i++) {
        p->slot[i] = (int64_t)(tally->stride - IPSIM_LANES);
        p->year[i] = 0;
        p->from[i] = p->to[i] = 0.0;
        for (size_t f = 0; f < n_flavours; f++)
            p->worth_from[f][i] = p->worth_to[f][i] = 0.0;
    }
    return true;
}

static void accrue(ipsim_tally *tally, int state, pieces *p)
{
    const account_model *m = tally->model;
    bool changes = m->utility_changes[state], whole_stay = tally->plan->n_years == 1 && !changes;
    int64_t step = (int64_t)(tally->n_flavours * tally->stride);
    do {
#pragma omp simd
        for (size_t i = 0; i < p->n; i++) {
            double end = tally->year_end[p->year[i]];
            p->until[i] = end < p->to[i] ? end : p->to[i];
            p->offset[i] = p->year[i] * step + p->slot[i];
        }
        if (changes)
            utilities(tally, state, p);
        if (whole_stay)
            memcpy(p->worth_until, p->worth_to, sizeof p->worth_until);
        else
            end_piece(tally, p, changes);
        add_lengths(tally, ipsim_tally_column(tally, m->basis_time + (size_t)state, 0, 0), p, NULL);
        for (size_t k = 0; k < m->n_flows; k++)
            if (m->flows[k].in_state[state])
                add_flow(tally, &m->flows[k], p);
        if (changes)
            add_lengths(tally, ipsim_tally_column(tally, m->basis_qalys, 0, 0), p, p->utility);
    } while (!whole_stay && next_piece(tally, p));
}

/* ---- what fired at the end of the stay ---- */

static void count_firings(ipsim_tally *tally, const ipsim_stay *stay, const double weight[2][IPSIM_CHUNK])
{
    int64_t at[IPSIM_CHUNK], step = (int64_t)(tally->n_flavours * tally->stride);
    size_t n = whole(stay->n);
    double *restrict plain = tally->basis;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        at[i] = tally->cell_of_risk[stay->risk[i] + 1] + tally->year[stay->slot[i]] * step + stay->slot[i];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        plain[at[i]] += 1.0;
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        double *restrict into = plain + (f + 1) * tally->stride;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            into[at[i]] += weight[f][i];
    }
}

static void add_value(ipsim_tally *tally, size_t basis, size_t slot, double value, double weight_costs, double weight_effects)
{
    double *cell = tally->basis + ipsim_tally_column(tally, basis, (size_t)tally->year[slot], 0) + slot;
    cell[0] += value;
    cell[tally->stride] += value * weight_costs;
    if (tally->n_flavours == 3)
        cell[2 * tally->stride] += value * weight_effects;
}

static bool leads_out_of(const account_model *m, const account_point *point, int state)
{
    const ipsim_compiled_model *model = m->compiled;
    for (size_t r = model->first_risk[state]; r < model->first_risk[state + 1]; r++)
        if (point->of_risk[r])
            return true;
    return false;
}

static void add_points(ipsim_tally *tally, const ipsim_stay *stay, const double weight[2][IPSIM_CHUNK])
{
    const account_model *m = tally->model;
    for (size_t i = 0; stay->days && i < stay->n; i++)
        if (stay->risk[i] >= 0 && stay->days[i] != 0.0)
            add_value(tally, m->basis_event_days + m->compiled->risks[stay->risk[i]].event, (size_t)stay->slot[i], stay->days[i],
                      weight[0][i], weight[1][i]);
    for (size_t k = 0; k < m->n_points; k++) {
        const account_point *point = &m->points[k];
        if (!leads_out_of(m, point, stay->state))
            continue;
        for (size_t i = 0; i < stay->n; i++) {
            if (stay->risk[i] < 0 || !point->of_risk[stay->risk[i]])
                continue;
            double zero = stay->origin[point->window.clock][i], t = stay->to_years[i];
            double value = !point->days ? 1.0 : stay->days ? stay->days[i] : 0.0;
            if (t >= zero + point->window.from_years && t < zero + point->window.until_years)
                add_value(tally, point->basis, (size_t)stay->slot[i], value, weight[0][i], weight[1][i]);
        }
    }
}

static void move_spells(ipsim_tally *tally, const ipsim_stay *stay, const double weight[2][IPSIM_CHUNK])
{
    const ipsim_compiled_model *model = tally->model->compiled;
    bool at_horizon = false;
    for (size_t k = 0; k < tally->model->n_spells; k++)
        at_horizon |= tally->model->spells[k].in_state[stay->state];
    for (size_t i = 0; i < stay->n; i++) {
        int64_t r = stay->risk[i];
        if (r < 0 ? at_horizon : tally->spells_of_risk[r])
            ipsim_tally_spells(tally, (size_t)stay->slot[i], stay->state, r < 0 ? -1 : model->risks[r].to, stay->to_years[i],
                               (double[]){weight[0][i], weight[1][i]});
    }
}

static void stay_in_state(ipsim_tally *tally, const ipsim_stay *stay)
{
    pieces p;
    double weight[2][IPSIM_CHUNK];
    memset(weight[1], 0, sizeof weight[1]); /* not filled when there is one schedule */
    p.n = whole(stay->n);
    memcpy(p.slot, stay->slot, p.n * sizeof *p.slot);
    memcpy(p.from, stay->from_years, p.n * sizeof *p.from);
    memcpy(p.to, stay->to_years, p.n * sizeof *p.to);
    p.n_clocks = 0;
    for (int c = 0; c < (int)tally->model->compiled->n_clocks; c++)
        if (ipsim_tally_needs_clock(tally, stay->state, c)) {
            p.origin[c] = stay->origin[c];
            p.clock[p.n_clocks++] = c;
        }
#pragma omp simd
    for (size_t i = 0; i < p.n; i++)
        p.year[i] = tally->year[p.slot[i]];
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        double *restrict last = tally->worth + f * tally->stride;
        worths(&tally->schedule[f], p.n, p.to, p.worth_to[f], weight[f]);
#pragma omp simd
        for (size_t i = 0; i < p.n; i++) {
            p.worth_from[f][i] = last[p.slot[i]];
            last[p.slot[i]] = p.worth_to[f][i];
        }
    }
    accrue(tally, stay->state, &p);
    count_firings(tally, stay, weight);
    if (stay->days || tally->model->n_points)
        add_points(tally, stay, weight);
    if (tally->model->n_spells)
        move_spells(tally, stay, weight);
}

/* ---- columns of values ---- */

static void add_scaled(size_t n, double weight, const double *restrict from, double *restrict into)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        into[i] += weight * from[i];
}

static void scale_by(size_t n, double scale, const double *restrict factor, const double *from, double *into) /* from may be into */
{
    if (factor) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            into[i] = scale * factor[i] * from[i];
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        into[i] = scale * from[i];
}

/* ---- limbs: see ledger_add.c ---- */

static account_size split(size_t n, double quantum, const double *restrict values, double *restrict high, double *restrict low)
{
    double to_high = 1.0 / (quantum * ACCOUNT_LIMB), from_high = quantum * ACCOUNT_LIMB, to_low = 1.0 / quantum; /* powers of two: exact */
    int64_t some = 0, large = 0, misfit = 0;
#pragma omp simd reduction(| : some, large, misfit)
    for (size_t i = 0; i < n; i++) {
        double x = values[i] * to_high, size = fabs(x);
        some |= x != 0.0;
        large |= !(size <= ACCOUNT_LIMB - 1.0);
        misfit |= !(size < ACCOUNT_QUANTA_MAX / ACCOUNT_LIMB);
        double h = (x + ROUNDER) - ROUNDER;
        high[i] = h;
        low[i] = ((values[i] - h * from_high) * to_low + ROUNDER) - ROUNDER;
    }
    return misfit ? ACCOUNT_MISFIT : large ? ACCOUNT_LARGE : some ? ACCOUNT_SOME : ACCOUNT_ZERO;
}

/* Differences of limbs may be twice as large as limbs: brought back into range. false: they do not fit. */
static bool subtract(size_t n, const double *restrict high, const double *restrict low, const double *restrict high2,
                     const double *restrict low2, double *restrict high_out, double *restrict low_out)
{
    int64_t misfit = 0;
#pragma omp simd reduction(| : misfit)
    for (size_t i = 0; i < n; i++) {
        double l = low[i] - low2[i];
        double carry = (l / ACCOUNT_LIMB + ROUNDER) - ROUNDER;
        double h = high[i] - high2[i] + carry;
        high_out[i] = h;
        low_out[i] = l - carry * ACCOUNT_LIMB;
        misfit |= fabs(h) > ACCOUNT_LIMB;
    }
    return misfit == 0;
}

static void squares(size_t n, const double *restrict high, const double *restrict low, int64_t out[5])
{
    double h = 0.0, l = 0.0, hh = 0.0, hl = 0.0, ll = 0.0;
#pragma omp simd reduction(+ : h, l, hh, hl, ll)
    for (size_t i = 0; i < n; i++) {
        h += high[i];
        l += low[i];
        hh += high[i] * high[i];
        hl += high[i] * low[i];
        ll += low[i] * low[i];
    }
    out[0] = (int64_t)h;
    out[1] = (int64_t)l;
    out[2] = (int64_t)hh;
    out[3] = (int64_t)hl;
    out[4] = (int64_t)ll;
}

static void products(size_t n, const double *restrict high, const double *restrict low, const double *restrict high2,
                     const double *restrict low2, int64_t out[4])
{
    double hh = 0.0, hl = 0.0, lh = 0.0, ll = 0.0;
#pragma omp simd reduction(+ : hh, hl, lh, ll)
    for (size_t i = 0; i < n; i++) {
        hh += high[i] * high2[i];
        hl += high[i] * low2[i];
        lh += low[i] * high2[i];
        ll += low[i] * low2[i];
    }
    out[0] = (int64_t)hh;
    out[1] = (int64_t)hl;
    out[2] = (int64_t)lh;
    out[3] = (int64_t)ll;
}

const account_kernels ACCOUNT_KERNELS = {.stay = stay_in_state,
                                         .worths = worths,
                                         .add_scaled = add_scaled,
                                         .scale = scale_by,
                                         .split = split,
                                         .subtract = subtract,
                                         .squares = squares,
                                         .products = products};
