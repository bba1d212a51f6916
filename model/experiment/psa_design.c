/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The uniforms of a design. See psa_draws.h. */
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>

#include "ipsim/stream.h"
#include "psa_draws.h"

const char *const ipsim_design_names[IPSIM_N_DESIGNS + 1] = {"mc", "lhs", "sobol", "sobol-joint", NULL};

/* What the counts of a parameter's stream are for. Append only. */
enum { COUNT_UNIFORM, COUNT_PLACE, COUNT_SCRAMBLE, COUNT_SHUFFLE };
/* Binary digits of a sequence that are worked out. No two draws share them all, so that the digits beyond are random ones of the draw's own. */
enum { DIGITS = 18, LEVELS = 6, SOBOL_DIMENSIONS = 40 };
_Static_assert(IPSIM_PSA_DRAWS_MAX <= 1 << (DIGITS - 1) && DIGITS % LEVELS == 0, "digits tell the draws apart");

/* ---- nested uniform scrambling (Owen 1995) ---- */

/* Each digit is turned over or not by a random bit that belongs to it and to all digits before it: a tree of coins, of which one block of random
 * bits holds six levels, node k above nodes 2 k and 2 k + 1. */
static uint32_t scramble(uint64_t seed, uint32_t key, uint32_t count, uint32_t digits)
{
    uint32_t scrambled = 0;
    for (int done = 0; done < DIGITS; done += LEVELS) {
        int64_t before = (int64_t)1 << done | digits >> (DIGITS - done);
        uint64_t coins = ipsim_stream_bits(seed, 0, before, key, count);
        for (uint32_t level = 0, node = 1; level < LEVELS; level++) {
            uint32_t digit = digits >> (DIGITS - 1 - done - (int)level) & 1;
            scrambled = scrambled << 1 | (digit ^ (uint32_t)(coins >> node & 1));
            node = node << 1 | digit;
        }
    }
    return scrambled;
}

static uint32_t reversed(uint32_t digits)
{
    uint32_t out = 0;
    for (int i = 0; i < DIGITS; i++)
        out = out << 1 | (digits >> i & 1);
    return out;
}

/* Of a parameter by itself: van der Corput's sequence in base 2, which is the first dimension of Sobol's, at a shuffled place, and scrambled.
 * Every aligned block of 2^m draws is shuffled within itself or for another such block (Burley 2020), so that it stays one to each 2^m-th. */
static uint32_t own_sequence(const psa_draws *d, uint32_t key, int64_t draw)
{
    uint32_t place = scramble(d->seed, key, COUNT_SHUFFLE, (uint32_t)draw);
    return scramble(d->seed, key, COUNT_SCRAMBLE, reversed(place));
}

double ipsim_psa_draws_uniform(const psa_draws *d, const draw_uniform *u, int64_t draw)
{
    double within = ipsim_stream_uniform(d->seed, (uint32_t)draw, 0, u->key, COUNT_UNIFORM);
    if (d->design == IPSIM_DESIGN_MC)
        return within;
    if (d->design == IPSIM_DESIGN_LHS) {
        double x = ((double)u->place[draw] + within) / (double)d->n;
        return x < 1.0 ? x : 1.0 - 0x1p-53; /* the sum above may have been rounded up */
    }
    uint64_t digits = u->place ? u->place[draw] : own_sequence(d, u->key, draw);
    uint64_t rest = ipsim_stream_bits(d->seed, (uint32_t)draw, 0, u->key, COUNT_UNIFORM) >> (12 + DIGITS);
    return ((double)(digits << (52 - DIGITS) | rest) + 0.5) * 0x1p-52;
}

/* ---- what is worked out for all draws at once ---- */

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

/* GSL leaves out the first point of the sequence, the origin; without it no block is balanced. */
static bool fill_joint_sequence(const psa_draws *d, draw_uniform **uniforms, size_t n)
{
    double point[SOBOL_DIMENSIONS] = {0.0};
    gsl_qrng *sequence = n > 0 ? gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)n) : NULL;
    if (!sequence)
        return n == 0;
    for (int64_t i = 0; i < d->n; i++) {
        for (size_t k = 0; k < n; k++)
            uniforms[k]->place[i] = scramble(d->seed, uniforms[k]->key, COUNT_SCRAMBLE, (uint32_t)ldexp(point[k], DIGITS));
        gsl_qrng_get(sequence, point);
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
    bool lhs = d->design == IPSIM_DESIGN_LHS;
    if ((!lhs && d->design != IPSIM_DESIGN_SOBOL_JOINT) || d->n == 0)
        return true;
    draw_uniform *joint[SOBOL_DIMENSIONS];
    size_t n_joint = 0;
    keyed *scratch = calloc((size_t)d->n, sizeof *scratch);
    bool ok = scratch != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        if (first_like(uniforms, i) < i || (!lhs && n_joint == SOBOL_DIMENSIONS))
            continue;
        uniforms[i]->place = ipsim_arena_alloc(d->arena, (size_t)d->n, sizeof *uniforms[i]->place);
        ok = uniforms[i]->place != NULL;
        if (ok && lhs)
            permute(d, uniforms[i], scratch);
        else if (ok)
            joint[n_joint++] = uniforms[i];
    }
    free(scratch);
    ok = ok && fill_joint_sequence(d, joint, n_joint);
    for (size_t i = 0; ok && i < n; i++)
        *uniforms[i] = *uniforms[first_like(uniforms, i)];
    return ok;
}
