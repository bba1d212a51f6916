/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: a block at work in the sums of a ledger. */
#ifndef IPSIM_LEDGER_ADDER_H
#define IPSIM_LEDGER_ADDER_H

#include "ledger_scratch.h"

/* A block as the sums see it: columns by model, measure, year and flavour of a run of slots, and pieces that put its people into groups. */
typedef struct adder {
    ipsim_ledger *ledger;
    struct ledger_scratch *scratch;
    ipsim_tally *const *tallies;
    const double *const *given; /* values by cell, `capacity` apart; NULL: those of the tallies */
    size_t capacity;
    size_t first, n; /* the run */
    size_t n_pieces;
    const piece *pieces;  /* of the run; their slots count from its first */
    size_t year, flavour; /* flavour 1: discounted */
} adder;

static inline size_t step_of(const adder *a)
{
    return a->year * 2 + a->flavour;
}

static inline size_t lanes_of(const piece *p)
{
    return (p->n + IPSIM_LANES - 1) / IPSIM_LANES * IPSIM_LANES;
}

/* The people of a piece in whole vectors: where they stand, or copied. */
static inline const double *people_of(const adder *a, const piece *p, const double *column, double *room)
{
    if (!p->order && !a->given)
        return column + p->offset;
    for (size_t i = 0; i < lanes_of(p); i++) {
        size_t slot = i >= p->n ? a->n : p->order ? (size_t)p->order[p->offset + i] : p->offset + i;
        room[i] = slot < a->n ? column[slot] : 0.0; /* the others are nobody */
    }
    return room;
}

/* ---- limbs: see ledger_add.c ---- */

/* false when a value does not fit; NaN and infinities do not. */
bool ipsim_limbs_split(const adder *a, size_t n, const double *values, double quantum, account_limbs *out);
/* x - y; both below 2^62 quanta. */
void ipsim_limbs_subtract(const adder *a, size_t n, const account_limbs *x, const account_limbs *y, account_limbs *out);
/* The sum of products; of limbs of any size. */
ipsim_wide192 ipsim_limbs_products(size_t n, const account_limbs *x, const account_limbs *y);
/* The sum of x. */
ipsim_wide128 ipsim_limbs_sum(size_t n, const account_limbs *x);

/* Products of measures with each other, of the people of a piece. false: memory is short. */
bool ipsim_ledger_add_products(const adder *a, const piece *p);

#endif
