/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tally holds, and the parts of it that are not worth a kernel. */
#include "tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maths/elementary.h"

const account_kernels *ipsim_account_kernels(void)
{
    static const account_kernels *const kernels[IPSIM_N_SIMD] = {&ipsim_account_kernels_sse2, &ipsim_account_kernels_avx2,
                                                                 &ipsim_account_kernels_avx512};
    return kernels[ipsim_simd_level()];
}

/* ---- construction ---- */

static void build_schedule(const ipsim_discount *discount, double horizon, account_schedule *s)
{
    s->n_steps = discount->n_steps;
    s->gentle = true;
    for (size_t k = 0; k < s->n_steps; k++) {
        double force = discount->discount_force_per_year[k], weight = discount->weight_at_step[k];
        bool none = fabs(force) < 1e-200; /* beneath any that could be seen, and too small to divide by */
        s->gentle &= fabs(force) * horizon < 50.0;
        s->from[k] = discount->from_years[k];
        s->force[k] = none ? 0.0 : force;
        s->weight[k] = weight;
        s->over_force[k] = none ? 0.0 : -weight / force;
        s->flat[k] = none ? weight : 0.0;
        if (k > 0) {
            double length = s->from[k] - s->from[k - 1];
            s->worth[k] = s->worth[k - 1] + (s->over_force[k - 1] * ipsim_expm1(-s->force[k - 1] * length) + s->flat[k - 1] * length);
        }
    }
    s->from[s->n_steps] = INFINITY;
}

account_utility_of_state ipsim_account_utility_of(const account_model *m, size_t state)
{
    account_utility_of_state u = {.add = m->state_utility[state], .multiply = 1.0};
    for (size_t k = 0; k < m->n_utilities; k++)
        if (m->utilities[k].constant && m->utilities[k].in_state[state]) {
            u.add += m->utilities[k].add[0];
            u.multiply *= m->utilities[k].multiply[0];
            u.has_factors |= m->utilities[k].n_factors > 0;
        }
    return u;
}

double ipsim_account_utility_for(const account_model *m, size_t state, const ipsim_people *people, size_t slot)
{
    double add = m->state_utility[state];
    for (size_t k = 0; k < m->n_utilities; k++)
        if (m->utilities[k].constant && m->utilities[k].in_state[state])
            add += m->utilities[k].add[0] * ipsim_account_factor(m->utilities[k].factors, m->utilities[k].n_factors, people, slot);
    return add;
}

static void place_columns(ipsim_tally *tally)
{
    const account_model *m = tally->model;
    for (size_t k = 0; k < m->n_utilities; k++)
        tally->utility_factor[k] = m->utilities[k].n_factors > 0 ? tally->columns + k * tally->stride : NULL;
    for (size_t s = 0; s < m->n_states; s++) {
        tally->utility_of_state[s] = ipsim_account_utility_of(m, s);
        bool column = m->utility_changes[s] && tally->utility_of_state[s].has_factors;
        tally->utility[s] = column ? tally->columns + (m->n_utilities + s) * tally->stride : NULL;
    }
}

static bool build_columns(ipsim_tally *tally)
{
    tally->columns = ipsim_simd_alloc((tally->model->n_utilities + tally->model->n_states) * tally->stride, sizeof *tally->columns);
    if (tally->columns)
        place_columns(tally);
    return tally->columns != NULL;
}

static bool needs_clock(const account_model *m, int state, int clock)
{
    for (size_t k = 0; k < m->n_flows; k++)
        if (m->flows[k].window.clock == clock && m->flows[k].in_state[state])
            return true;
    for (size_t k = 0; k < m->n_utilities; k++)
        if (m->utilities[k].steps.clock == clock && m->utilities[k].in_state[state] && !m->utilities[k].constant)
            return true;
    for (size_t k = 0; k < m->n_points; k++)
        if (m->points[k].window.clock == clock)
            return true;
    return false;
}

/* Moves come in order. from < 0: the history begins; to < 0: it ends, as it does in a state that is not alive. */
static void add_spell_changes(ipsim_tally *tally, size_t *n, size_t move, int from, int to)
{
    const account_model *m = tally->model;
    for (size_t k = 0; k < m->n_spells; k++) {
        bool before = from >= 0 && m->spells[k].in_state[from], after = to >= 0 && m->spells[k].in_state[to];
        bool ends = after && m->compiled->role[to] != IPSIM_ROLE_ALIVE, lasts = m->spells[k].type == IPSIM_OUTCOME_SPELLS;
        if (before && !after && lasts)
            tally->spell_changes[(*n)++] = (uint32_t)k * 2;
        if (after && !before)
            tally->spell_changes[(*n)++] = (uint32_t)k * 2 + 1;
        if (ends && lasts)
            tally->spell_changes[(*n)++] = (uint32_t)k * 2;
    }
    tally->first_spell_change[move + 1] = *n;
}

static void build_tables(ipsim_tally *tally)
{
    const ipsim_account_plan *plan = tally->plan;
    const account_model *m = tally->model;
    build_schedule(&plan->discount_costs, plan->years[plan->n_years - 1], &tally->schedule[0]);
    build_schedule(&plan->discount_effects, plan->years[plan->n_years - 1], &tally->schedule[1]);
    for (size_t y = 0; y < plan->n_years; y++) {
        double worth[IPSIM_LANES], weight[IPSIM_LANES], t[IPSIM_LANES] = {plan->years[y]};
        for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
            tally->kernels->worths(&tally->schedule[f], IPSIM_LANES, t, worth, weight);
            tally->worth_of_year[f * plan->n_years + y] = worth[0];
        }
        tally->year_end[y] = y + 1 < plan->n_years ? plan->years[y] : INFINITY;
    }
    for (size_t i = 0; i < m->n_states * IPSIM_CLOCKS_MAX; i++)
        tally->needs_clock[i] = needs_clock(m, (int)(i / IPSIM_CLOCKS_MAX), (int)(i % IPSIM_CLOCKS_MAX));
    tally->column_of_risk[0] = (int64_t)ipsim_tally_column(tally, m->n_basis, 0);
    const ipsim_compiled_model *model = m->compiled;
    for (size_t s = 0; s < m->n_states; s++)
        for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++)
            tally->column_of_risk[r + 1] = (int64_t)ipsim_tally_column(tally, m->counter[r], 0);
    size_t n_changes = 0;
    for (size_t s = 0; s < m->n_states; s++)
        for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++)
            add_spell_changes(tally, &n_changes, r, (int)s, model->risks[r].event == SIZE_MAX ? model->risks[r].to : (int)s);
    for (size_t s = 0; s < m->n_states; s++)
        add_spell_changes(tally, &n_changes, m->n_risks + s, -1, (int)s);
    for (size_t s = 0; s < m->n_states; s++)
        add_spell_changes(tally, &n_changes, m->n_risks + m->n_states + s, (int)s, -1);
}

ipsim_tally *ipsim_tally_create(const ipsim_account_plan *plan, size_t model, size_t stride)
{
    const account_model *m = &plan->models[model];
    ipsim_tally *tally = calloc(1, sizeof *tally);
    if (!tally)
        return NULL;
    tally->plan = plan;
    tally->model = m;
    tally->kernels = ipsim_account_kernels();
    tally->stride = stride;
    tally->n_flavours = plan->same_discount ? 2 : 3;
    tally->cell_size = plan->same_discount ? 2 : 4;
    tally->n_columns = (m->n_basis + 1) * plan->n_years;
    tally->basis = ipsim_simd_alloc(tally->n_columns * tally->cell_size * stride, sizeof(double));
    tally->clean = true;
    tally->at = ipsim_simd_alloc(stride, sizeof *tally->at);
    tally->width = ipsim_simd_alloc(stride, sizeof *tally->width);
    tally->year = ipsim_simd_alloc(stride, sizeof *tally->year);
    tally->worth = ipsim_simd_alloc(2 * stride, sizeof(double));
    tally->entry_years = ipsim_simd_alloc(stride, sizeof(double));
    tally->worth_of_year = calloc(2 * plan->n_years, sizeof(double));
    tally->year_end = calloc(plan->n_years, sizeof(double));
    tally->utility_factor = calloc(m->n_utilities + 1, sizeof *tally->utility_factor);
    tally->utility = calloc(m->n_states, sizeof *tally->utility);
    tally->utility_of_state = calloc(m->n_states, sizeof *tally->utility_of_state);
    tally->spell_began = calloc(m->n_spells * stride + 1, sizeof(double));
    tally->spell_seen = calloc(m->n_spells * stride + 1, sizeof *tally->spell_seen);
    tally->column_of_risk = calloc(m->n_risks + 1, sizeof *tally->column_of_risk);
    size_t n_moves = m->n_risks + 2 * m->n_states;
    tally->first_spell_change = calloc(n_moves + 1, sizeof *tally->first_spell_change);
    tally->spell_changes = calloc(2 * n_moves * m->n_spells + 1, sizeof *tally->spell_changes);
    tally->needs_clock = calloc(m->n_states * IPSIM_CLOCKS_MAX, sizeof *tally->needs_clock);
    if (!tally->basis || !tally->at || !tally->width || !tally->year || !tally->worth || !tally->entry_years || !tally->worth_of_year ||
        !tally->year_end || !tally->utility_factor || !tally->utility || !tally->utility_of_state || !tally->spell_began ||
        !tally->spell_seen || !tally->column_of_risk || !tally->first_spell_change || !tally->spell_changes || !tally->needs_clock ||
        !build_columns(tally)) {
        ipsim_tally_free(tally);
        return NULL;
    }
    build_tables(tally);
    return tally;
}

void ipsim_tally_free(ipsim_tally *tally)
{
    if (!tally)
        return;
    free(tally->basis);
    free(tally->at);
    free(tally->width);
    free(tally->year);
    free(tally->worth);
    free(tally->entry_years);
    free(tally->worth_of_year);
    free(tally->year_end);
    free(tally->utility_factor);
    free(tally->utility);
    free(tally->utility_of_state);
    free(tally->spell_began);
    free(tally->spell_seen);
    free(tally->column_of_risk);
    free(tally->first_spell_change);
    free(tally->spell_changes);
    free(tally->needs_clock);
    free(tally->columns);
    free(tally);
}

bool ipsim_tally_adopt(ipsim_tally *tally, const ipsim_account_plan *plan, size_t model)
{
    const account_model *was = tally->model, *m = &plan->models[model];
    if (m->n_basis != was->n_basis || m->n_states != was->n_states || m->n_risks != was->n_risks || m->n_utilities != was->n_utilities ||
        m->n_spells != was->n_spells || plan->n_years != tally->plan->n_years || tally->n_flavours != (plan->same_discount ? 2u : 3u))
        return false;
    tally->plan = plan;
    tally->model = m;
    place_columns(tally);
    build_tables(tally);
    return true;
}

bool ipsim_tally_needs_clock(const ipsim_tally *tally, int state, int clock)
{
    return tally->needs_clock[(size_t)state * IPSIM_CLOCKS_MAX + (size_t)clock];
}

/* ---- a block begins ---- */

double ipsim_account_factor(const account_factor *factors, size_t n, const ipsim_people *people, size_t slot)
{
    double product = 1.0;
    for (size_t i = 0; i < n; i++) {
        double x = people->attributes[(size_t)factors[i].attribute * people->stride + slot];
        product *= factors[i].numeric ? x : factors[i].by_level[(size_t)x];
    }
    return product;
}

static void prepare_utilities(ipsim_tally *tally)
{
    const account_model *m = tally->model;
    for (size_t k = 0; k < m->n_utilities; k++)
        for (size_t i = 0; tally->utility_factor[k] && i < tally->n_slots; i++)
            tally->utility_factor[k][i] = ipsim_account_factor(m->utilities[k].factors, m->utilities[k].n_factors, tally->people, i);
    for (size_t s = 0; s < m->n_states; s++)
        for (size_t i = 0; tally->utility[s] && i < tally->n_slots; i++)
            tally->utility[s][i] = ipsim_account_utility_for(m, s, tally->people, i);
}

void ipsim_tally_reset(ipsim_tally *tally, const ipsim_people *people)
{
    const account_model *m = tally->model;
    ipsim_bug_assert(people->stride == tally->stride);
    tally->people = people;
    tally->n_slots = people->n_slots;
    if (!tally->clean)
        memset(tally->basis, 0, tally->n_columns * tally->cell_size * tally->stride * sizeof *tally->basis);
    tally->clean = false;
    for (size_t slot = 0; slot < tally->stride; slot++) {
        tally->at[slot] = people->tile_first[slot] * (int64_t)tally->n_columns + ((int64_t)slot - people->tile_first[slot]);
        tally->width[slot] = people->tile_lanes[slot];
    }
    memset(tally->year, 0, tally->stride * sizeof *tally->year);
    memset(tally->worth, 0, 2 * tally->stride * sizeof *tally->worth);
    memset(tally->spell_seen, 0, m->n_spells * tally->stride * sizeof *tally->spell_seen);
    for (size_t i = 0; i < m->n_spells * tally->stride; i++)
        tally->spell_began[i] = INFINITY;
    prepare_utilities(tally);
}

/* ---- points ---- */

/* The report year up to which time t counts. */
static size_t year_of(const ipsim_account_plan *plan, double t)
{
    size_t year = 0;
    while (year + 1 < plan->n_years && plan->years[year] < t)
        year++;
    return year;
}

/* A point of `value` at the person's last time, whose D is weight. */
static void add_point(ipsim_tally *tally, size_t basis, size_t slot, double value, const double weight[2])
{
    double *cell = ipsim_tally_cell(tally, ipsim_tally_column(tally, basis, (size_t)tally->year[slot]), slot);
    cell[0] += value;
    for (size_t f = 0; f + 1 < tally->n_flavours; f++)
        cell[f + 1] += value * weight[f];
}

void ipsim_tally_earlier(ipsim_tally *tally, account_earlier *earlier)
{
    double worth[IPSIM_CHUNK], weight[2][IPSIM_CHUNK];
    size_t n = (earlier->n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
    for (size_t i = earlier->n; i < n; i++)
        earlier->t[i] = 0.0; /* every lane of a whole vector is computed */
    for (size_t f = 0; f + 1 < tally->n_flavours && n > 0; f++)
        tally->kernels->worths(&tally->schedule[f], n, earlier->t, worth, weight[f]);
    for (size_t i = 0; i < earlier->n; i++) {
        size_t column = ipsim_tally_column(tally, earlier->basis[i], year_of(tally->plan, earlier->t[i]));
        double *cell = ipsim_tally_cell(tally, column, earlier->slot[i]);
        cell[0] += 1.0;
        for (size_t f = 0; f + 1 < tally->n_flavours; f++)
            cell[f + 1] += weight[f][i];
    }
    earlier->n = 0;
}

/* ---- spells: ever in, first time in, long enough in a set of states ---- */

static void enter_spell(ipsim_tally *tally, size_t k, size_t slot, double t, const double weight[2])
{
    const account_spell *spell = &tally->model->spells[k];
    size_t at = k * tally->stride + slot;
    if (spell->type == IPSIM_OUTCOME_SPELLS) {
        tally->spell_began[at] = t;
        return;
    }
    if (tally->spell_seen[at])
        return;
    tally->spell_seen[at] = 1;
    if (spell->type == IPSIM_OUTCOME_EVER) {
        add_point(tally, spell->basis, slot, 1.0, weight);
    } else {
        add_point(tally, spell->basis, slot, t - tally->entry_years[slot], weight);
        add_point(tally, spell->basis + 1, slot, 1.0, weight);
    }
}

static void leave_spell(ipsim_tally *tally, size_t k, size_t slot, double t, account_earlier *earlier)
{
    const account_spell *spell = &tally->model->spells[k];
    double *began = &tally->spell_began[k * tally->stride + slot];
    if (t - *began >= spell->at_least_years) {
        if (earlier->n == IPSIM_CHUNK)
            ipsim_tally_earlier(tally, earlier);
        size_t n = earlier->n++;
        earlier->slot[n] = slot;
        earlier->basis[n] = spell->basis;
        earlier->t[n] = *began + spell->at_least_years;
    }
    *began = INFINITY;
}

void ipsim_tally_spells(ipsim_tally *tally, size_t slot, size_t move, double t, const double weight[2], account_earlier *earlier)
{
    for (size_t i = tally->first_spell_change[move]; i < tally->first_spell_change[move + 1]; i++) {
        uint32_t change = tally->spell_changes[i];
        if (change % 2 == 1)
            enter_spell(tally, change / 2, slot, t, weight);
        else
            leave_spell(tally, change / 2, slot, t, earlier);
    }
}

/* ---- what the engine tells ---- */

static void enter_chunk(ipsim_tally *tally, size_t n, const int64_t *slot, const int64_t *state, const double *t_years)
{
    const account_model *m = tally->model;
    double t[IPSIM_CHUNK] = {0.0}, worth[IPSIM_CHUNK], weight[2][IPSIM_CHUNK];
    memcpy(t, t_years, n * sizeof *t);
    for (size_t f = 0; f + 1 < tally->n_flavours; f++) {
        tally->kernels->worths(&tally->schedule[f], (n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES, t, worth, weight[f]);
        for (size_t i = 0; i < n; i++)
            tally->worth[f * tally->stride + (size_t)slot[i]] = worth[i];
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)slot[i], year = year_of(tally->plan, t[i]);
        double *cell = ipsim_tally_cell(tally, ipsim_tally_column(tally, m->basis_start, year), at);
        tally->year[at] = (int64_t)year;
        tally->entry_years[at] = t[i];
        cell[0] += 1.0;
        for (size_t f = 0; f + 1 < tally->n_flavours; f++)
            cell[f + 1] += weight[f][i];
    }
    account_earlier earlier;
    earlier.n = 0;
    for (size_t i = 0; m->n_spells > 0 && i < n; i++)
        ipsim_tally_spells(tally, (size_t)slot[i], m->n_risks + (size_t)state[i], t[i], (double[]){weight[0][i], weight[1][i]}, &earlier);
    ipsim_tally_earlier(tally, &earlier);
}

void ipsim_tally_enter(ipsim_tally *tally, size_t n, const int64_t *slot, const int64_t *state, const double *t_years)
{
    for (size_t i = 0; i < n; i += IPSIM_CHUNK)
        enter_chunk(tally, n - i < IPSIM_CHUNK ? n - i : IPSIM_CHUNK, slot + i, state + i, t_years + i);
}

void ipsim_tally_stay(ipsim_tally *tally, const ipsim_stay *stay)
{
    ipsim_bug_assert(stay->n <= IPSIM_CHUNK);
    tally->kernels->stay(tally, stay);
}

/* ---- one person at a time: a stay of one, in a vector of its own ---- */

void ipsim_tally_select(ipsim_tally *tally, size_t slot)
{
    tally->selected = (int64_t)slot;
}

void ipsim_tally_one_enters(ipsim_tally *tally, int state, double t_years)
{
    int64_t to = state;
    ipsim_tally_enter(tally, 1, &tally->selected, &to, &t_years);
}

void ipsim_tally_one_stays(ipsim_tally *tally, int state, double from_years, double to_years, int64_t risk, double days,
                           const double *origin)
{
    int64_t slots[IPSIM_LANES], risks[IPSIM_LANES];
    double from[IPSIM_LANES] = {from_years}, to[IPSIM_LANES] = {to_years}, lasts[IPSIM_LANES] = {days};
    double origins[IPSIM_CLOCKS_MAX][IPSIM_LANES];
    const double *clocks[IPSIM_CLOCKS_MAX];
    for (size_t i = 0; i < IPSIM_LANES; i++) {
        slots[i] = i == 0 ? tally->selected : (int64_t)(tally->stride - IPSIM_LANES);
        risks[i] = i == 0 ? risk : -1;
    }
    for (size_t c = 0; c < tally->model->compiled->n_clocks; c++) {
        clocks[c] = origins[c];
        for (size_t i = 0; i < IPSIM_LANES; i++)
            origins[c][i] = i == 0 ? origin[c] : 0.0;
    }
    ipsim_tally_stay(
        tally,
        &(ipsim_stay){
            .state = state, .n = 1, .slot = slots, .from_years = from, .to_years = to, .risk = risks, .days = lasts, .origin = clocks});
}
