/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels that tell a tally of people's stays: see kernels.h, which includes this file. */

/* ---- discounting ---- */

/* ipsim_expm1 for -60 < x < 700, without its selections. */
static inline double expm1_inside(double x)
{
    double r, r_low;
    uint64_t k = ipsim_double_to_bits(ipsim_exp_split(x, &r, &r_low));
    double half_power = ipsim_double_from_bits((k + 1022) << 52);
    return 2.0 * (half_power * (r + (ipsim_exp_tail(r) + r_low)) + (half_power - 0.5));
}

/* In the first step of the schedule, which begins at 0 with weight 1. */
static void first_worths(const account_schedule *s, size_t n, const double *restrict t, double *restrict worth, double *restrict weight)
{
    double force = s->force[0], over = s->over_force[0], flat = s->flat[0];
    if (s->gentle) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double e = expm1_inside(-force * t[i]);
            weight[i] = 1.0 + e;
            worth[i] = over * e + flat * t[i];
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double e = ipsim_expm1(-force * t[i]);
        weight[i] = 1.0 + e;
        worth[i] = over * e + flat * t[i];
    }
}

static void worths(const account_schedule *s, size_t n, const double *restrict t, double *restrict worth, double *restrict weight)
{
    double later = 0.0, second = s->from[1]; /* how many lie in a later step */
    if (second < IPSIM_INFINITY)
#pragma omp simd reduction(+ : later)
        for (size_t i = 0; i < n; i++)
            later += t[i] >= second ? 1.0 : 0.0;
    if (later == 0.0) {
        first_worths(s, n, t, worth, weight);
        return;
    }
    int64_t step[IPSIM_CHUNK];
    memset(step, 0, n * sizeof *step);
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
    double apart = 0.0;
    memcpy(out, known, n * sizeof *out);
#pragma omp simd reduction(+ : apart)
    for (size_t i = 0; i < n; i++)
        apart += fabs(t[i] - known_t[i]);
    if (apart == 0.0)
        return;
    int64_t lane[IPSIM_CHUNK];
    double at[IPSIM_CHUNK], worth[IPSIM_CHUNK], unused[IPSIM_CHUNK];
    size_t n_lanes = 0;
    memset(at, 0, sizeof at); /* every lane of a whole vector is computed */
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
    size_t n, n_people;  /* whole vectors; those who are somebody */
    const int64_t *slot; /* what belongs to the stay is looked at where it stands */
    const double *from, *until, *to, *worth_until[2];
    int64_t year[IPSIM_CHUNK], at[IPSIM_CHUNK], width[IPSIM_CHUNK]; /* of the cells of the year */
    double utility[IPSIM_CHUNK], worth_from[2][IPSIM_CHUNK], worth_to[2][IPSIM_CHUNK];
    double ends[IPSIM_CHUNK], worth_ends[2][IPSIM_CHUNK]; /* of pieces that are not the whole stay */
    int64_t slots[IPSIM_CHUNK];                           /* of those who go on */
    double begins[IPSIM_CHUNK], tos[IPSIM_CHUNK];
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
        memset(piece, 0, p->n * sizeof *piece);
        for (size_t j = 0; j < u->steps.n_breaks; j++) {
            double at = u->steps.breaks[j];
#pragma omp simd
            for (size_t i = 0; i < p->n; i++) {
                double end = zero[i] + at;
                bool passed = end <= p->from[i];
                piece[i] += passed;
                p->ends[i] = !passed && end < p->ends[i] ? end : p->ends[i];
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

typedef double pair __attribute__((vector_size(2 * sizeof(double))));

/* The cells of a basis quantity += plain, and what that is worth under each schedule. Person by person: two flavours at once, which lie in
 * one line of the cache, cost less than a vector of people spread out over memory. */
static inline void add_to_cells(const ipsim_tally *tally, size_t n, const int64_t *at, const int64_t *width, size_t column,
                                const double *plain, const double *worth, const double *worth2)
{
    if (tally->cell_size == 2) {
        for (size_t i = 0; i < n; i++)
            ((pair *)tally->basis)[at[i] + (int64_t)column * width[i]] += (pair){plain[i], worth[i]};
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double *cell = tally->basis + 4 * (at[i] + (int64_t)column * width[i]);
        cell[0] += plain[i];
        cell[1] += worth[i];
        cell[2] += worth2[i];
    }
}

/* The cells of a basis quantity += scale x length, and what it is worth under each schedule. */
static void add_lengths(const ipsim_tally *tally, size_t basis, const pieces *p, const double *restrict scale)
{
    double plain[IPSIM_CHUNK], worth[2][IPSIM_CHUNK];
#pragma omp simd
    for (size_t i = 0; i < p->n; i++)
        plain[i] = p->until[i] - p->from[i];
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        const double *restrict a = p->worth_from[f], *restrict b = p->worth_until[f];
#pragma omp simd
        for (size_t i = 0; i < p->n; i++)
            worth[f][i] = b[i] - a[i];
    }
    if (scale)
#pragma omp simd
        for (size_t i = 0; i < p->n; i++) {
            plain[i] = scale[i] * plain[i];
            worth[0][i] = scale[i] * worth[0][i];
        }
    if (scale && tally->n_flavours == 3)
#pragma omp simd
        for (size_t i = 0; i < p->n; i++)
            worth[1][i] = scale[i] * worth[1][i];
    add_to_cells(tally, p->n_people, p->at, p->width, basis, plain, worth[0], worth[1]);
}

/* The part of each piece that lies in the window of a flow. */
static void add_flow(const ipsim_tally *tally, const account_flow *flow, const pieces *p)
{
    const double *zero = p->origin[flow->window.clock];
    double begin = flow->window.from_years, end = flow->window.until_years;
    double a[IPSIM_CHUNK], b[IPSIM_CHUNK], worth_a[IPSIM_CHUNK], worth_b[IPSIM_CHUNK], length[IPSIM_CHUNK];
    double cut_a = 0.0, cut_b = 0.0, inside = 0.0; /* sums of what is not below 0: only whether they are 0 matters */
#pragma omp simd reduction(+ : cut_a, cut_b, inside)
    for (size_t i = 0; i < p->n; i++) {
        double x = zero[i] + begin, y = zero[i] + end;
        x = x > p->from[i] ? x : p->from[i];
        y = y < p->until[i] ? y : p->until[i];
        bool in = x < y;
        a[i] = in ? x : p->from[i]; /* outside: nothing, between bounds whose worths are known */
        b[i] = in ? y : p->until[i];
        length[i] = in ? y - x : 0.0;
        inside += length[i];
        cut_a += a[i] - p->from[i];
        cut_b += p->until[i] - b[i];
    }
    if (inside == 0.0)
        return;
    double worth[2][IPSIM_CHUNK];
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        const double *restrict x = p->worth_from[f], *restrict y = p->worth_until[f];
        if (cut_a > 0.0) {
            worths_where(&tally->schedule[f], p->n, p->from, a, p->worth_from[f], worth_a);
            x = worth_a;
        }
        if (cut_b > 0.0) {
            worths_where(&tally->schedule[f], p->n, p->until, b, p->worth_until[f], worth_b);
            y = worth_b;
        }
#pragma omp simd
        for (size_t i = 0; i < p->n; i++)
            worth[f][i] = length[i] > 0.0 ? y[i] - x[i] : 0.0;
    }
    add_to_cells(tally, p->n_people, p->at, p->width, flow->basis, length, worth[0], worth[1]);
}

static void end_piece(const ipsim_tally *tally, pieces *p, bool changes)
{
    double known_t[IPSIM_CHUNK], known[IPSIM_CHUNK];
    const double *restrict year_end = tally->year_end;
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        const double *restrict of_year = tally->worth_of_year + f * tally->plan->n_years;
        double *restrict worth = changes ? known : p->worth_ends[f];
#pragma omp simd
        for (size_t i = 0; i < p->n; i++) {
            double end = year_end[p->year[i]], whole_year = of_year[p->year[i]];
            known_t[i] = end < p->to[i] ? end : p->to[i];
            worth[i] = end < p->to[i] ? whole_year : p->worth_to[f][i];
        }
        if (changes)
            worths_where(&tally->schedule[f], p->n, known_t, p->until, known, p->worth_ends[f]);
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
    for (size_t i = 0; i < p->n_people; i++) {
        stays[n] = (int64_t)i;
        n += p->until[i] < p->to[i];
    }
    if (n == 0)
        return false;
    p->n = whole(n);
    p->n_people = n;
    for (size_t i = n; i < p->n; i++)
        stays[i] = stays[n - 1]; /* somebody's, to be made nobody's below */
    for (size_t i = 0; i < n; i++) {
        int64_t at = stays[i], year = p->year[at] + (p->until[at] >= tally->year_end[p->year[at]]);
        tally->year[p->slot[at]] = year;
        p->slots[i] = p->slot[at];
        p->year[i] = year;
        p->begins[i] = p->until[at];
        p->tos[i] = p->to[at];
    }
    p->slot = p->slots;
    p->from = p->begins;
    p->to = p->tos;
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
        p->slots[i] = (int64_t)(tally->stride - IPSIM_LANES);
        p->year[i] = 0;
        p->begins[i] = p->tos[i] = 0.0;
        for (size_t f = 0; f < n_flavours; f++)
            p->worth_from[f][i] = p->worth_to[f][i] = 0.0;
    }
    return true;
}

/* Where the cells of each piece's year begin. */
static void find_cells(const ipsim_tally *tally, pieces *p)
{
    int64_t columns = (int64_t)ipsim_tally_column(tally, 0, 1);
    const int64_t *restrict at = tally->at, *restrict width = tally->width, *restrict slot = p->slot;
    if (tally->plan->n_years == 1) {
#pragma omp simd
        for (size_t i = 0; i < p->n; i++) {
            p->width[i] = width[slot[i]];
            p->at[i] = at[slot[i]];
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < p->n; i++) {
        p->width[i] = width[slot[i]];
        p->at[i] = at[slot[i]] + p->year[i] * columns * p->width[i];
    }
}

static bool accrue(ipsim_tally *tally, int state, pieces *p)
{
    const account_model *m = tally->model;
    bool changes = m->utility_changes[state], whole_stay = tally->plan->n_years == 1 && !changes;
    const double *restrict year_end = tally->year_end;
    for (size_t f = 0; f < 2; f++)
        p->worth_until[f] = whole_stay ? p->worth_to[f] : p->worth_ends[f];
    do {
        find_cells(tally, p);
        p->until = whole_stay ? p->to : p->ends;
        if (!whole_stay) {
#pragma omp simd
            for (size_t i = 0; i < p->n; i++) {
                double end = year_end[p->year[i]];
                p->ends[i] = end < p->to[i] ? end : p->to[i];
            }
            if (changes)
                utilities(tally, state, p);
            end_piece(tally, p, changes);
        }
        if (!whole_stay || tally->cell_size != 2)
            add_lengths(tally, m->basis_time + (size_t)state, p, NULL);
        for (size_t k = 0; k < m->n_flows; k++)
            if (m->flows[k].in_state[state])
                add_flow(tally, &m->flows[k], p);
        if (changes)
            add_lengths(tally, m->basis_qalys, p, p->utility);
    } while (!whole_stay && next_piece(tally, p));
    return whole_stay;
}

/* ---- what fired at the end of the stay ---- */

/* With one report year a stay is one piece: its time and what fired go to two columns of one year. */
static void add_whole_stays(const ipsim_tally *tally, const ipsim_stay *stay, const pieces *p, const double *restrict weight)
{
    double length[IPSIM_CHUNK], worth[IPSIM_CHUNK];
    int64_t time[IPSIM_CHUNK], firing[IPSIM_CHUNK], column = (int64_t)tally->model->basis_time + stay->state;
    const int64_t *restrict counter = tally->column_of_risk;
    pair *cells = (pair *)tally->basis;
#pragma omp simd
    for (size_t i = 0; i < p->n; i++) {
        length[i] = p->to[i] - p->from[i];
        worth[i] = p->worth_to[0][i] - p->worth_from[0][i];
        time[i] = p->at[i] + column * p->width[i];
        firing[i] = p->at[i] + counter[stay->risk[i] + 1] * p->width[i];
    }
    for (size_t i = 0; i < p->n_people; i++) {
        /* Both are read before one is written: columns are often 4 KiB apart, which a processor at first takes for the same place. */
        pair in_state = cells[time[i]], fired = cells[firing[i]]; // cppcheck-suppress uninitvar ; n is n_people in whole vectors
        cells[time[i]] = in_state + (pair){length[i], worth[i]};
        cells[firing[i]] = fired + (pair){1.0, weight[i]};
    }
}

static void count_firings(const ipsim_tally *tally, const ipsim_stay *stay, const double weight[2][IPSIM_CHUNK])
{
    int64_t at[IPSIM_CHUNK], widths[IPSIM_CHUNK], columns = (int64_t)ipsim_tally_column(tally, 0, 1);
    const int64_t *restrict first = tally->at, *restrict width = tally->width, *restrict year = tally->year, *restrict slot = stay->slot,
                            *restrict column = tally->column_of_risk;
    double one[IPSIM_CHUNK];
    size_t n = whole(stay->n);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        one[i] = 1.0;
        widths[i] = width[slot[i]];
        at[i] = first[slot[i]] + (column[stay->risk[i] + 1] + year[slot[i]] * columns) * widths[i];
    }
    add_to_cells(tally, stay->n, at, widths, 0, one, weight[0], weight[1]);
}

static void add_value(ipsim_tally *tally, size_t basis, size_t slot, double value, double weight_costs, double weight_effects)
{
    double *cell = ipsim_tally_cell(tally, ipsim_tally_column(tally, basis, (size_t)tally->year[slot]), slot);
    cell[0] += value;
    cell[1] += value * weight_costs;
    if (tally->n_flavours == 3)
        cell[2] += value * weight_effects;
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
    size_t horizon = tally->model->n_risks + tally->model->n_states + (size_t)stay->state;
    account_earlier earlier;
    earlier.n = 0;
    for (size_t i = 0; i < stay->n; i++) {
        size_t move = stay->risk[i] < 0 ? horizon : (size_t)stay->risk[i];
        if (ipsim_tally_changes_spells(tally, move))
            ipsim_tally_spells(tally, (size_t)stay->slot[i], move, stay->to_years[i], (double[]){weight[0][i], weight[1][i]}, &earlier);
    }
    ipsim_tally_earlier(tally, &earlier);
}

static void stay_in_state(ipsim_tally *tally, const ipsim_stay *stay)
{
    pieces p;
    double weight[2][IPSIM_CHUNK];
    memset(weight[1], 0, whole(stay->n) * sizeof *weight[1]); /* not filled when there is one schedule */
    p.n_people = stay->n;
    p.n = whole(stay->n);
    p.slot = stay->slot;
    p.from = stay->from_years;
    p.to = stay->to_years;
    p.n_clocks = 0;
    for (int c = 0; c < (int)tally->model->compiled->n_clocks; c++)
        if (ipsim_tally_needs_clock(tally, stay->state, c)) {
            p.origin[c] = stay->origin[c];
            p.clock[p.n_clocks++] = c;
        }
    if (tally->plan->n_years == 1)
        memset(p.year, 0, p.n * sizeof *p.year);
    else
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
    bool whole_stays = accrue(tally, stay->state, &p);
    if (whole_stays && tally->cell_size == 2)
        add_whole_stays(tally, stay, &p, weight[0]);
    else
        count_firings(tally, stay, weight);
    if (stay->days || tally->model->n_points)
        add_points(tally, stay, weight);
    if (tally->model->n_spells)
        move_spells(tally, stay, weight);
}
