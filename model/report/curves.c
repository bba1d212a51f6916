/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/curves: see include/ipsim/curves.h. */
#include "ipsim/curves.h"

#include <math.h>
#include <string.h>

#include "summary_parts.h"

/* Index of text among names, which gain it when it is new. Rows of one kind stand together, so `hint` is nearly always right. */
static size_t place_of(const char **names, size_t *count, const char *text, size_t hint)
{
    if (hint < *count && strcmp(names[hint], text) == 0) {
        return hint;
    }
    size_t i = 0;
    while (i < *count && strcmp(names[i], text) != 0) {
        i++;
    }
    if (i == *count) {
        names[(*count)++] = text;
    }
    return i;
}

static size_t time_of(const ipsim_curves *curves, double year)
{
    size_t low = 0, high = curves->n_times;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (curves->times[middle] < year) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The times are those of the first scenario and of all others, ascending. */
static bool read_times(ipsim_arena *arena, const ipsim_column *years, size_t n_rows, ipsim_curves *out)
{
    out->times = ipsim_arena_alloc(arena, n_rows, sizeof *out->times);
    for (size_t row = 0; out->times != NULL && row < n_rows; row++) {
        double year = years->real[row];
        size_t at = isnan(year) ? out->n_times : time_of(out, year);
        if (isnan(year) || (at < out->n_times && out->times[at] == year)) {
            continue;
        }
        memmove(out->times + at + 1, out->times + at, (out->n_times - at) * sizeof *out->times);
        out->times[at] = year;
        out->n_times++;
    }
    return out->times != NULL;
}

static bool read_names(ipsim_arena *arena, const ipsim_column *scenarios, const ipsim_column *states, size_t n_rows, ipsim_curves *out)
{
    out->arms = ipsim_arena_alloc(arena, n_rows, sizeof *out->arms);
    out->states = ipsim_arena_alloc(arena, n_rows, sizeof *out->states);
    size_t arm = 0, state = 0;
    for (size_t row = 0; out->arms != NULL && out->states != NULL && row < n_rows; row++) {
        arm = place_of(out->arms, &out->n_arms, ipsim_summary_text_at(scenarios, row), arm);
        state = place_of(out->states, &out->n_states, ipsim_summary_text_at(states, row), state + 1);
    }
    return out->arms != NULL && out->states != NULL;
}

static size_t index_of(const ipsim_curves *curves, size_t arm, size_t time, size_t state)
{
    return (arm * curves->n_times + time) * curves->n_states + state;
}

double ipsim_curves_share(const ipsim_curves *curves, size_t arm, size_t time, size_t state)
{
    return curves->share[index_of(curves, arm, time, state)];
}

/* How far the curves of a state lie apart; of one arm, how far it moves. */
static double movement(const ipsim_curves *curves, size_t state)
{
    double sum = 0.0;
    for (size_t t = 0; t < curves->n_times; t++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t a = 0; a < curves->n_arms; a++) {
            double value = ipsim_curves_share(curves, a, t, state);
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        if (curves->n_arms == 1 && t > 0) {
            sum += fabs(high - ipsim_curves_share(curves, 0, t - 1, state));
        } else {
            sum += high > low ? high - low : 0.0;
        }
    }
    return sum;
}

static size_t choose_state(const ipsim_curves *curves)
{
    size_t chosen = 0;
    double most = -1.0;
    for (size_t s = 0; s < curves->n_states; s++) {
        double sum = strcmp(curves->states[s], "employed") == 0 ? INFINITY : movement(curves, s);
        if (sum > most) {
            most = sum;
            chosen = s;
        }
    }
    return chosen;
}

bool ipsim_curves_read(ipsim_arena *arena, const ipsim_table *table, ipsim_curves *out)
{
    *out = (ipsim_curves){0};
    size_t mean = ipsim_table_find_column(table, "estimate"), error = ipsim_table_find_column(table, "mcse");
    mean = mean < table->n_columns ? mean : ipsim_table_find_column(table, "mean");
    const ipsim_column *scenarios = ipsim_summary_column(table, "scenario", IPSIM_TEXT),
                       *states = ipsim_summary_column(table, "state", IPSIM_TEXT), *years = ipsim_summary_column(table, "year", IPSIM_REAL);
    if (!read_times(arena, years, table->n_rows, out) || !read_names(arena, scenarios, states, table->n_rows, out)) {
        return false;
    }
    size_t cells = out->n_arms * out->n_times * out->n_states;
    out->share = ipsim_arena_alloc(arena, cells, sizeof *out->share);
    out->mcse = ipsim_arena_alloc(arena, cells, sizeof *out->mcse);
    if (out->share == NULL || out->mcse == NULL) {
        return false;
    }
    for (size_t i = 0; i < cells; i++) {
        out->share[i] = out->mcse[i] = NAN;
    }
    size_t arm = 0, state = 0;
    for (size_t row = 0; row < table->n_rows && mean < table->n_columns; row++) {
        arm = place_of(out->arms, &out->n_arms, ipsim_summary_text_at(scenarios, row), arm);
        state = place_of(out->states, &out->n_states, ipsim_summary_text_at(states, row), state + 1);
        if (!isnan(years->real[row])) {
            size_t at = index_of(out, arm, time_of(out, years->real[row]), state);
            out->share[at] = table->columns[mean].real[row];
            out->mcse[at] = error < table->n_columns ? table->columns[error].real[row] : NAN;
        }
    }
    out->shown = choose_state(out);
    return true;
}
