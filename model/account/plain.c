/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The account of the reference engine: what the kernels do to vectors of people, one person, one quantity and one piece of time after the
 * other, in the words of the definition. Every operation that rounds is that of the kernels, so that the two give the same bits, and an
 * error in either is seen when the engines are compared. Values go straight into whole numbers of 64, 128 and 192 bits. */
#include <math.h>
#include <string.h>

#include "maths/elementary.h"
#include "tally.h"

/* ---- discounting ---- */

typedef struct moment {
    double worth[2], weight[2]; /* by schedule: of 1 a year from 0 until now, and of 1 now */
} moment;

static void discount(const account_schedule *s, double t, double *worth, double *weight)
{
    size_t step = 0;
    while (step + 1 < s->n_steps && t >= s->from[step + 1])
        step++;
    double length = t - s->from[step], e = ipsim_expm1(-s->force[step] * length);
    *weight = s->weight[step] + s->weight[step] * e;
    *worth = s->worth[step] + (s->over_force[step] * e + s->flat[step] * length);
}

static moment moment_of(const ipsim_tally *tally, double t)
{
    moment m = {.worth = {0.0}};
    for (size_t k = 0; k + 1 < tally->n_flavours; k++)
        discount(&tally->schedule[k], t, &m.worth[k], &m.weight[k]);
    return m;
}

/* ---- a person's stay ---- */

typedef struct stay {
    ipsim_tally *tally;
    size_t slot;
    int state;
    double from, to;
    double origin[IPSIM_CLOCKS_MAX]; /* of the clocks that matter in the state */
} stay;

static double *cell_of(const stay *s, size_t basis)
{
    const ipsim_tally *tally = s->tally;
    return ipsim_tally_cell(tally, ipsim_tally_column(tally, basis, (size_t)tally->year[s->slot]), s->slot);
}

/* `rate` a year from a to b, which lie in one report year. */
static void add_flow(const stay *s, size_t basis, double rate, double a, double b)
{
    double *cell = cell_of(s, basis);
    moment first = moment_of(s->tally, a), last = moment_of(s->tally, b);
    cell[0] += rate * (b - a);
    for (size_t k = 0; k + 1 < s->tally->n_flavours; k++)
        cell[k + 1] += rate * (last.worth[k] - first.worth[k]);
}

static void add_point(const stay *s, size_t basis, double value)
{
    double *cell = cell_of(s, basis);
    moment now = moment_of(s->tally, s->to);
    cell[0] += value;
    for (size_t k = 0; k + 1 < s->tally->n_flavours; k++)
        cell[k + 1] += value * now.weight[k];
}

/* The utility at time t; *until is moved forward to where it next changes. */
static double utility_at(const stay *s, double t, double *until)
{
    const account_model *m = s->tally->model;
    account_utility_of_state constant = ipsim_account_utility_of(m, (size_t)s->state);
    double sum = ipsim_account_utility_for(m, (size_t)s->state, s->tally->people, s->slot), product = constant.multiply;
    for (size_t k = 0; k < m->n_utilities; k++) {
        const account_utility *u = &m->utilities[k];
        double zero = u->constant ? 0.0 : s->origin[u->steps.clock];
        if (u->constant || !u->in_state[s->state] || zero == INFINITY)
            continue; /* a clock that has not started changes nothing */
        size_t piece = 0;
        while (piece < u->steps.n_breaks && zero + u->steps.breaks[piece] <= t)
            piece++;
        if (piece < u->steps.n_breaks)
            *until = fmin(*until, zero + u->steps.breaks[piece]);
        sum += u->add[piece] * ipsim_account_factor(u->factors, u->n_factors, s->tally->people, s->slot);
        product *= u->multiply[piece];
    }
    return sum * product;
}

/* Cut where a report year ends and where the utility changes. */
static void live(const stay *s)
{
    ipsim_tally *tally = s->tally;
    const account_model *m = tally->model;
    int64_t *year = &tally->year[s->slot];
    double t = s->from, until;
    do {
        double utility = 0.0;
        until = fmin(tally->year_end[*year], s->to);
        if (m->utility_changes[s->state])
            utility = utility_at(s, t, &until);
        add_flow(s, m->basis_time + (size_t)s->state, 1.0, t, until);
        for (size_t k = 0; k < m->n_flows; k++) {
            const account_flow *flow = &m->flows[k];
            if (!flow->in_state[s->state])
                continue;
            double zero = s->origin[flow->window.clock];
            double a = fmax(zero + flow->window.from_years, t), b = fmin(zero + flow->window.until_years, until);
            if (a < b)
                add_flow(s, flow->basis, 1.0, a, b);
        }
        if (m->utility_changes[s->state])
            add_flow(s, m->basis_qalys, utility, t, until);
        if (until < s->to && until >= tally->year_end[*year])
            ++*year;
        t = until;
    } while (until < s->to);
}

/* What fires at the end. */
static void fire(const stay *s, size_t risk, double days)
{
    const account_model *m = s->tally->model;
    const ipsim_risk *fired = &m->compiled->risks[risk];
    add_point(s, m->counter[risk], 1.0);
    if (fired->event != SIZE_MAX && days != 0.0)
        add_point(s, m->basis_event_days + fired->event, days);
    for (size_t k = 0; k < m->n_points; k++) {
        const account_point *point = &m->points[k];
        if (!point->of_risk[risk])
            continue;
        double zero = s->origin[point->window.clock];
        if (s->to >= zero + point->window.from_years && s->to < zero + point->window.until_years)
            add_point(s, point->basis, point->days ? days : 1.0);
    }
}

static void stays(ipsim_tally *tally, const ipsim_stay *told)
{
    const account_model *m = tally->model;
    for (size_t i = 0; i < told->n; i++) {
        stay s = {
            .tally = tally, .slot = (size_t)told->slot[i], .state = told->state, .from = told->from_years[i], .to = told->to_years[i]};
        for (size_t c = 0; c < m->compiled->n_clocks; c++)
            if (ipsim_tally_needs_clock(tally, s.state, (int)c))
                s.origin[c] = told->origin[c][i];
        live(&s);
        bool fires = told->risk[i] >= 0;
        if (fires)
            fire(&s, (size_t)told->risk[i], told->days ? told->days[i] : 0.0);
        account_earlier earlier;
        earlier.n = 0;
        moment now = moment_of(tally, s.to);
        ipsim_tally_spells(tally, s.slot, fires ? (size_t)told->risk[i] : m->n_risks + m->n_states + (size_t)s.state, s.to, now.weight,
                           &earlier);
        ipsim_tally_earlier(tally, &earlier);
    }
}

/* ---- columns, a person after the other ---- */

static void take_cells(size_t n, size_t n_flavours, double *cells, double *into, size_t stride)
{
    size_t size = n_flavours == 2 ? 2 : 4;
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < n_flavours; f++)
            into[f * stride + i] += cells[size * i + f];
    memset(cells, 0, size * n * sizeof *cells);
}

static void worths(const account_schedule *s, size_t n, const double *t, double *worth, double *weight)
{
    for (size_t i = 0; i < n; i++)
        discount(s, t[i], &worth[i], &weight[i]);
}

static void add_scaled(size_t n, double weight, const double *from, double *into)
{
    for (size_t i = 0; i < n; i++)
        into[i] += weight * from[i];
}

static void scale_by(size_t n, double scale, const double *factor, const double *from, double *into)
{
    for (size_t i = 0; i < n; i++)
        into[i] = factor ? scale * factor[i] * from[i] : scale * from[i];
}

static void combine(size_t n, size_t n_terms, const double *weights, const double *const *columns, double *into)
{
    for (size_t i = 0; i < n; i++) {
        double sum = weights[0] * columns[0][i];
        for (size_t k = 1; k < n_terms; k++)
            sum += weights[k] * columns[k][i];
        into[i] = sum;
    }
}

/* ---- whole numbers: all values are taken for large ones, which ledger_add.c adds up in wide integers, one by one ---- */

static account_size split(size_t n, double quantum, const double *values, double *high, double *low)
{
    (void)high;
    (void)low;
    for (size_t i = 0; i < n; i++)
        if (!(fabs(values[i] / quantum) < ACCOUNT_QUANTA_MAX))
            return ACCOUNT_MISFIT;
    return ACCOUNT_LARGE;
}

static bool add_sums(size_t n, double quantum, const double *values, const account_limbs *comparator, account_limbs *out, int64_t *sums)
{
    (void)n, (void)quantum, (void)values, (void)comparator, (void)out, (void)sums;
    return false;
}

/* Limbs never come here: what is not in limbs is neither subtracted nor multiplied as such. */
static bool subtract(size_t n, const double *high, const double *low, const double *high2, const double *low2, double *high_out,
                     double *low_out)
{
    (void)n, (void)high, (void)low, (void)high2, (void)low2, (void)high_out, (void)low_out;
    return false;
}

static void products(size_t n, const double *high, const double *low, const double *high2, const double *low2, int64_t out[4])
{
    (void)n, (void)high, (void)low, (void)high2, (void)low2, (void)out;
    ipsim_bug_abort("the plain account has no limbs to multiply", __FILE__, __LINE__);
}

const account_kernels ipsim_account_kernels_plain = {.stay = stays,
                                                     .take_cells = take_cells,
                                                     .worths = worths,
                                                     .add_scaled = add_scaled,
                                                     .scale = scale_by,
                                                     .combine = combine,
                                                     .split = split,
                                                     .subtract = subtract,
                                                     .add_sums = add_sums,
                                                     .products = products};

void ipsim_tally_plainly(ipsim_tally *tally)
{
    tally->kernels = &ipsim_account_kernels_plain;
}
