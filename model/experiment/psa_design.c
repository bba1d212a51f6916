/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The uniforms of a design. See psa_draws.h. */
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>

#include "ipsim/stream.h"
#include "psa_draws.h"

const char *const ipsim_design_names[IPSIM_N_DESIGNS + 1] = {"mc", "lhs", "sobol", NULL};

/* What the counts of a parameter's stream are for. Append only. */
enum { COUNT_UNIFORM, COUNT_PLACE, COUNT_SHIFT };
enum { SOBOL_DIMENSIONS = 40, SOBOL_BITS = 30 };

double ipsim_psa_draws_uniform(const psa_draws *d, const draw_uniform *u, int64_t draw)
{
    if (u->place && u->sobol) {
        uint64_t bits = (uint64_t)u->place[draw] << (52 - SOBOL_BITS) ^ u->shift;
        return ((double)bits + 0.5) * 0x1p-52;
    }
    double within = ipsim_stream_uniform(d->seed, (uint32_t)draw, 0, u->key, COUNT_UNIFORM);
    if (!u->place)
        return within;
    double x = ((double)u->place[draw] + within) / (double)d->n;
    return x < 1.0 ? x : 1.0 - 0x1p-53; /* the sum above may have been rounded up */
}

typedef struct keyed {
    uint64_t key;
    uint32_t draw;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->draw > y->draw) - (x->draw < y->draw);
}

/* A permutation: the rank of each draw by random bits of its own. */
static void permute(const psa_draws *d, draw_uniform *u, keyed *scratch)
{
    for (int64_t i = 0; i < d->n; i++)
        scratch[i] = (keyed){ipsim_stream_bits(d->seed, (uint32_t)i, 0, u->key, COUNT_PLACE), (uint32_t)i};
    qsort(scratch, (size_t)d->n, sizeof *scratch, by_key);
    for (int64_t i = 0; i < d->n; i++)
        u->place[scratch[i].draw] = (uint32_t)i;
}

static bool fill_sobol(const psa_draws *d, draw_uniform **uniforms, size_t n)
{
    double point[SOBOL_DIMENSIONS] = {
        0.0}; /* GSL leaves out the first point of the sequence, the origin; without it no block is balanced */
    gsl_qrng *sequence = n > 0 ? gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)n) : NULL;
    if (!sequence)
        return n == 0;
    for (int64_t i = 0; i < d->n; i++) {
        for (size_t k = 0; k < n; k++)
            uniforms[k]->place[i] = (uint32_t)ldexp(point[k], SOBOL_BITS);
        gsl_qrng_get(sequence, point);
    }
    for (size_t k = 0; k < n; k++) {
        uniforms[k]->sobol = true;
        uniforms[k]->shift = ipsim_stream_bits(d->seed, 0, 0, uniforms[k]->key, COUNT_SHIFT) >> 12;
    }
    gsl_qrng_free(sequence);
    return true;
}

/* The first uniform with this key; its own place when it is that. */
static size_t first_like(draw_uniform *const *uniforms, size_t i)
{
    size_t like = 0;
    while (like < i && uniforms[like]->key != uniforms[i]->key)
        like++;
    return like;
}

bool ipsim_psa_draws_build_design(psa_draws *d, draw_uniform **uniforms, size_t n)
{
    if (d->design == IPSIM_DESIGN_MC || d->n == 0)
        return true;
    draw_uniform *sequence[SOBOL_DIMENSIONS];
    size_t n_sequence = 0;
    keyed *scratch = calloc((size_t)d->n, sizeof *scratch);
    bool ok = scratch != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        if (first_like(uniforms, i) < i)
            continue;
        uniforms[i]->place = ipsim_arena_alloc(d->arena, (size_t)d->n, sizeof *uniforms[i]->place);
        ok = uniforms[i]->place != NULL;
        if (ok && d->design == IPSIM_DESIGN_SOBOL && n_sequence < SOBOL_DIMENSIONS)
            sequence[n_sequence++] = uniforms[i];
        else if (ok)
            permute(d, uniforms[i], scratch);
    }
    free(scratch);
    ok = ok && fill_sobol(d, sequence, n_sequence);
    for (size_t i = 0; ok && i < n; i++)
        *uniforms[i] = *uniforms[first_like(uniforms, i)];
    return ok;
}
