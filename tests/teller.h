/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells a tally one person's history the way one would tell it aloud: in a state from here to there, then something happened. */
#ifndef IPSIM_TELLER_H
#define IPSIM_TELLER_H

#include <string.h>

#include "ipsim/account.h"
#include "testlib.h"

typedef struct teller {
    ipsim_tally *tally;
    ipsim_people *people;
    size_t slot;
    bool staying; /* a stay whose end has not been told */
    int state;
    double from, to, origin[IPSIM_CLOCKS_MAX];
} teller;

/* state < 0: the person never enters. */
static inline teller teller_begin(ipsim_tally *tally, ipsim_people *people, const double *attributes, int state, double t)
{
    teller told = {.tally = tally, .people = people};
    ipsim_people_seat(people, 0, 1, NULL, attributes);
    while (people->person[told.slot] != 0)
        told.slot++;
    ipsim_tally_reset(tally, people);
    ipsim_tally_select(tally, told.slot);
    if (state >= 0)
        ipsim_tally_one_enters(tally, state, t);
    return told;
}

static inline void teller_stays(teller *told, int state, double from, double to, const double *origin, size_t n_clocks)
{
    assert_false(told->staying);
    told->staying = true;
    told->state = state;
    told->from = from;
    told->to = to;
    memcpy(told->origin, origin, n_clocks * sizeof *origin);
}

/* risk < 0: the horizon came. */
static inline void teller_ends_stay(teller *told, int64_t risk, double days)
{
    assert_true(told->staying);
    told->staying = false;
    ipsim_tally_one_stays(told->tally, told->state, told->from, told->to, risk, days, told->origin);
}

static inline void teller_values(teller *told, double *values)
{
    if (told->staying)
        teller_ends_stay(told, -1, 0.0);
    assert_true(ipsim_tally_values(told->tally, told->slot, values));
}

#endif
