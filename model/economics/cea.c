/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/cea: see include/ipsim/cea.h. */
#include "ipsim/cea.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "economics/short_of_memory.h"

static int by_cost(const void *left, const void *right)
{
    const ipsim_cea_row *a = left, *b = right;
    if (a->cost != b->cost) {
        return a->cost < b->cost ? -1 : 1;
    }
    if (a->effect != b->effect) {
        return a->effect > b->effect ? -1 : 1;
    }
    return a->strategy < b->strategy ? -1 : 1;
}

/* Above 0 when `middle` lies above the line from `low` to `high`, 0 when it lies on it. Written as a sum of six products, whose rounding
 * is bounded by a few units in the last place of the sum of their sizes: what is smaller than that is no difference. */
static double height_above_line(const ipsim_cea_row *low, const ipsim_cea_row *middle, const ipsim_cea_row *high)
{
    double terms[6] = {middle->cost * high->effect,    -(low->cost * high->effect), low->cost * middle->effect,
                       -(high->cost * middle->effect), high->cost * low->effect,    -(middle->cost * low->effect)};
    double sum = 0.0, size = 0.0;
    for (size_t i = 0; i < 6; i++) {
        sum += terms[i];
        size += fabs(terms[i]);
    }
    return fabs(sum) <= 8.0 * DBL_EPSILON * size ? 0.0 : sum;
}

/* Rows come by rising cost, so only an earlier one can dominate. */
static void mark_dominated(ipsim_cea_row *rows, size_t n)
{
    size_t best = 0; /* the greatest effect so far, at the least cost */
    for (size_t i = 1; i < n; i++) {
        if (rows[i].effect > rows[best].effect) {
            best = i;
            continue;
        }
        bool equal = rows[i].effect == rows[best].effect && rows[i].cost == rows[best].cost;
        rows[i].standing = equal ? IPSIM_EQUAL_TO_ANOTHER : IPSIM_DOMINATED;
        rows[i].by = rows[best].strategy;
    }
    /* A strategy equal to a dominated one was marked dominated above, by the same one: that is what it is. */
}

/* The lower convex hull by one scan (Andrew 1979); hull holds indices of rows. */
static size_t find_hull(const ipsim_cea_row *rows, size_t n, size_t *hull)
{
    size_t n_hull = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].standing != IPSIM_ON_FRONTIER) {
            continue;
        }
        while (n_hull >= 2 && height_above_line(&rows[hull[n_hull - 2]], &rows[hull[n_hull - 1]], &rows[i]) > 0.0) {
            n_hull--;
        }
        hull[n_hull++] = i;
    }
    return n_hull;
}

static void describe_rows(ipsim_cea_row *rows, size_t n, const size_t *hull, size_t n_hull)
{
    size_t at = 0; /* the hull point at or below the row */
    for (size_t i = 0; i < n; i++) {
        ipsim_cea_row *row = &rows[i];
        if (row->standing != IPSIM_ON_FRONTIER) {
            continue;
        }
        while (at + 1 < n_hull && hull[at + 1] <= i) {
            at++;
        }
        if (hull[at] != i) {
            row->standing = IPSIM_EXTENDEDLY_DOMINATED;
            row->by = rows[hull[at]].strategy;
            row->by_other = rows[hull[at + 1]].strategy; /* the last row that is not dominated is on the hull */
        } else if (at > 0) {
            const ipsim_cea_row *previous = &rows[hull[at - 1]];
            row->previous = previous->strategy;
            row->d_cost = row->cost - previous->cost;
            row->d_effect = row->effect - previous->effect;
            row->icer = row->d_cost / row->d_effect;
        }
    }
}

ipsim_status ipsim_cea_incremental(const double *cost, const double *effect, size_t n, ipsim_cea_row *rows, ipsim_error *err)
{
    size_t *hull = calloc(n + 1, sizeof *hull);
    if (hull == NULL) {
        return short_of_memory(err);
    }
    for (size_t s = 0; s < n; s++) {
        rows[s] = (ipsim_cea_row){.strategy = s,
                                  .cost = cost[s],
                                  .effect = effect[s],
                                  .by = IPSIM_NO_STRATEGY,
                                  .by_other = IPSIM_NO_STRATEGY,
                                  .previous = IPSIM_NO_STRATEGY,
                                  .d_cost = NAN,
                                  .d_effect = NAN,
                                  .icer = NAN};
    }
    qsort(rows, n, sizeof *rows, by_cost);
    mark_dominated(rows, n);
    describe_rows(rows, n, hull, find_hull(rows, n, hull));
    free(hull);
    return IPSIM_OK;
}

/* ---- the plane ---- */
ipsim_quadrant ipsim_quadrant_of(double d_cost, double d_effect)
{
    if (d_cost == 0.0 || d_effect == 0.0) {
        return IPSIM_ON_AN_AXIS;
    }
    if (d_effect > 0.0) {
        return d_cost > 0.0 ? IPSIM_MORE_COSTLY_MORE_EFFECT : IPSIM_LESS_COSTLY_MORE_EFFECT;
    }
    return d_cost > 0.0 ? IPSIM_MORE_COSTLY_LESS_EFFECT : IPSIM_LESS_COSTLY_LESS_EFFECT;
}

/* Puts the value of rank k where it would stand if the values were sorted, none greater before it and none smaller behind it (Hoare 1961). */
static double select_rank(double *values, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot) {
                i++;
            }
            while (values[j] > pivot) {
                j--;
            }
            if (i >= j) {
                break;
            }
            double held = values[i];
            values[i++] = values[j];
            values[j--] = held;
        }
        /* Everything up to j is at most the pivot, everything from j + 1 at least. */
        if (k <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return values[k];
}

/* Hyndman and Fan (1996), type 7. Reorders the values. */
static double quantile(double *values, size_t n, double p)
{
    double place = p * (double)(n - 1);
    size_t rank = (size_t)place;
    double low = select_rank(values, n, rank), high = low;
    for (size_t i = rank + 1; i < n; i++) {
        high = i == rank + 1 || values[i] < high ? values[i] : high;
    }
    return low + (place - (double)rank) * (high - low);
}

ipsim_spread ipsim_spread_of(const double *values, size_t n, double *scratch)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    if (n < 2) {
        return (ipsim_spread){mean, NAN, NAN, NAN};
    }
    memcpy(scratch, values, n * sizeof *scratch);
    return (ipsim_spread){mean, sqrt(squares / (double)(n - 1) / (double)n), quantile(scratch, n, 0.025), quantile(scratch, n, 0.975)};
}
