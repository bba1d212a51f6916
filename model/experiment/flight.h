/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: which units are being simulated, and which of them a run that is stopped may leave.
 *
 * A run that is stopped keeps exactly its first units, so that it is a run of fewer people. A unit may therefore be left in the middle only if
 * nobody has finished a later one, and nobody is about to: a thread that cannot take its unit back finishes it. Where what is finished goes
 * to a journal, or is lost anyway, any unit may be left. Nothing here is locked; the caller is. */
#ifndef IPSIM_EXPERIMENT_FLIGHT_H
#define IPSIM_EXPERIMENT_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct flight_seat {
    int64_t unit; /* -1: none */
    bool can_leave;
} flight_seat;

typedef struct flight {
    bool any_order;
    int n_seats; /* one for each thread */
    flight_seat *seats;
    int64_t last_done; /* the last unit, in their order, that is finished; -1: none */
    int64_t cut;       /* units from here on do not count */
} flight;

/* false: memory is short. */
bool ipsim_flight_open(flight *f, int n_seats, bool any_order);
void ipsim_flight_close(flight *f);
/* can_leave: whether the thread can take back what it has of the unit. false: the unit does not count any more and must not be begun. */
bool ipsim_flight_begin(flight *f, int seat, int64_t unit, bool can_leave);
/* Whether the run, which is stopped, may do without this unit and all after it; if so it does. */
bool ipsim_flight_leave(flight *f, int64_t unit);
/* The thread is done with its unit; complete: to the end. Whether it counts; if not, it must be taken back. */
bool ipsim_flight_end(flight *f, int seat, bool complete);

#endif
