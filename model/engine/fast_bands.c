/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of the fast engine: bands found by a grid, shared by the risks that have the same. */
#include "fast_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_MAX = 4096 };

static size_t n_laws_of(const ipsim_risk *risk)
{
    size_t n = risk->n_years;
    for (size_t k = 0; k < risk->n_keys; k++)
        n *= (size_t)risk->key_levels[k];
    return n;
}

static bool same_bands(const fast_bands *bands, const ipsim_risk *risk)
{
    const ipsim_risk *other = bands->source;
    if (other->laws->breaks != risk->laws->breaks || other->laws->rates != risk->laws->rates || other->n_keys != risk->n_keys ||
        other->n_years != risk->n_years)
        return false;
    return risk->n_keys == 0 || memcmp(other->key_attribute, risk->key_attribute, risk->n_keys * sizeof *risk->key_attribute) == 0;
}

static bool build_grid(fast_bands *bands)
{
    double last = bands->start[bands->n_bands - 1], narrowest = INFINITY;
    for (size_t b = 0; b + 1 < bands->n_bands; b++)
        narrowest = fmin(narrowest, bands->next[b] - bands->start[b]);
    /* A power of 2, so that the kernel's product is exact and a band that begins with a cell needs no step. */
    bands->cells_per_year = 0x1p-10;
    while (bands->n_bands > 1 && bands->cells_per_year * narrowest < 1.0 && bands->cells_per_year * 2.0 * last < CELLS_MAX)
        bands->cells_per_year *= 2.0;
    bands->n_cells = (int64_t)(last * bands->cells_per_year) + 1;
    bands->find = ipsim_simd_alloc((size_t)bands->n_cells, sizeof *bands->find);
    if (!bands->find)
        return false;
    size_t last_band = bands->n_bands - 1;
    for (size_t c = 0, b = 0, end = 0; c < (size_t)bands->n_cells; c++) { /* bands b .. end begin within the cell, or before */
        double low = (double)c / bands->cells_per_year, high = (double)(c + 1) / bands->cells_per_year;
        while (b < last_band && bands->next[b] <= low)
            b++;
        while (end < last_band && bands->next[end] < high)
            end++;
        bands->find[c] = (int64_t)b;
        bands->n_steps = (int64_t)(end - b) > bands->n_steps ? (int64_t)(end - b) : bands->n_steps;
    }
    bands->even = (size_t)bands->n_cells == bands->n_bands;
    for (size_t b = 0; b < bands->n_bands; b++)
        bands->even = bands->even && bands->start[b] == (double)b / bands->cells_per_year;
    return true;
}

static bool build(ipsim_fast *e, fast_bands *bands, const ipsim_risk *risk)
{
    size_t n = risk->laws->n_bands, n_laws = n_laws_of(risk);
    *bands = (fast_bands){.source = risk, .n_bands = n, .n_laws = n_laws};
    bands->start = ipsim_simd_alloc(n, sizeof(double));
    bands->next = ipsim_simd_alloc(n, sizeof(double));
    bands->rate = ipsim_simd_alloc(n * n_laws, sizeof(double));
    bands->cumulative = ipsim_simd_alloc(n * n_laws, sizeof(double));
    bands->law = risk->n_keys > 0 ? ipsim_simd_alloc(e->stride, sizeof *bands->law) : NULL;
    if (!bands->start || !bands->next || !bands->rate || !bands->cumulative || (risk->n_keys > 0 && !bands->law))
        return false;
    for (size_t b = 0; b < n; b++) {
        bands->start[b] = b == 0 ? 0.0 : risk->laws->breaks[b - 1];
        bands->next[b] = b + 1 < n ? risk->laws->breaks[b] : INFINITY;
    }
    for (size_t k = 0; k < n_laws; k++)
        for (size_t b = 0; b < n; b++) {
            bands->rate[k * n + b] = risk->laws[k].rates[b];
            bands->cumulative[k * n + b] = risk->laws[k].cumulative[b];
        }
    return build_grid(bands);
}

static void clear(fast_bands *bands)
{
    free(bands->start);
    free(bands->next);
    free(bands->rate);
    free(bands->cumulative);
    free(bands->find);
    free(bands->law);
}

/* Whether bands made for another model hold what this risk's would. */
static bool hold_the_same(const fast_bands *bands, const ipsim_risk *risk)
{
    size_t n = risk->laws->n_bands, n_laws = n_laws_of(risk);
    if (bands->n_bands != n || bands->n_laws != n_laws || (bands->law != NULL) != (risk->n_keys > 0))
        return false;
    for (size_t b = 1; b < n; b++)
        if (bands->start[b] != risk->laws->breaks[b - 1])
            return false;
    for (size_t k = 0; k < n_laws; k++)
        if (memcmp(bands->rate + k * n, risk->laws[k].rates, n * sizeof *bands->rate) != 0)
            return false;
    return true;
}

static bool take_spare(ipsim_fast *e, fast_bands *bands, const ipsim_risk *risk)
{
    for (size_t i = 0; i < e->n_spare; i++)
        if (hold_the_same(&e->spare[i], risk)) {
            *bands = e->spare[i];
            bands->source = risk;
            e->spare[i] = e->spare[--e->n_spare];
            return true;
        }
    return false;
}

const fast_bands *ipsim_fast_bands_find(ipsim_fast *e, const ipsim_risk *risk)
{
    for (size_t i = 0; i < e->n_bands; i++)
        if (same_bands(&e->bands[i], risk))
            return &e->bands[i];
    fast_bands *bands = &e->bands[e->n_bands++];
    return take_spare(e, bands, risk) || build(e, bands, risk) ? bands : NULL;
}

void ipsim_fast_bands_spare(ipsim_fast *e)
{
    memcpy(e->spare, e->bands, e->n_bands * sizeof *e->bands);
    e->n_spare = e->n_bands;
    memset(e->bands, 0, e->n_bands * sizeof *e->bands);
    e->n_bands = 0;
}

void ipsim_fast_bands_drop_spare(ipsim_fast *e)
{
    for (size_t i = 0; i < e->n_spare; i++)
        clear(&e->spare[i]);
    e->n_spare = 0;
}

void ipsim_fast_bands_clear(ipsim_fast *e)
{
    for (size_t i = 0; e->bands && i < e->n_bands; i++)
        clear(&e->bands[i]);
    ipsim_fast_bands_drop_spare(e);
    free(e->bands);
    free(e->spare);
}
