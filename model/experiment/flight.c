/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flight.h"

#include <stdlib.h>

bool ipsim_flight_open(flight *f, int n_seats, bool any_order)
{
    *f = (flight){.any_order = any_order, .n_seats = n_seats, .last_done = -1, .cut = INT64_MAX};
    f->seats = calloc((size_t)n_seats, sizeof *f->seats);
    for (int i = 0; f->seats && i < n_seats; i++)
        f->seats[i].unit = -1;
    return f->seats != NULL;
}

void ipsim_flight_close(flight *f)
{
    free(f->seats);
    f->seats = NULL;
}

bool ipsim_flight_begin(flight *f, int seat, int64_t unit, bool can_leave)
{
    if (unit >= f->cut)
        return false;
    f->seats[seat] = (flight_seat){unit, can_leave};
    return true;
}

bool ipsim_flight_leave(flight *f, int64_t unit)
{
    if (f->any_order || unit >= f->cut)
        return true;
    if (f->last_done > unit)
        return false;
    for (int i = 0; i < f->n_seats; i++)
        if (f->seats[i].unit > unit && !f->seats[i].can_leave)
            return false;
    f->cut = unit;
    return true;
}

bool ipsim_flight_end(flight *f, int seat, bool complete)
{
    int64_t unit = f->seats[seat].unit;
    f->seats[seat].unit = -1;
    bool counts = complete && unit < f->cut;
    if (counts && unit > f->last_done)
        f->last_done = unit;
    return counts;
}
