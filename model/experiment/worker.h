/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to experiment: what one thread simulates with. */
#ifndef IPSIM_WORKER_H
#define IPSIM_WORKER_H

#include "simulate.h"

/* Where a worker of totals puts them. */
typedef struct totals_sink {
    ipsim_totals *totals; /* NULL: the worker keeps sums */
    size_t n_cells;
    int64_t first, batch; /* of the block: its first person, the persons of a batch */
    ipsim_wide128 *const *sums;
} totals_sink;

struct experiment_worker {
    const experiment *e;
    experiment_sums *sums; /* NULL: totals are kept */
    bool gives;            /* sums only to others */
    totals_sink sink;
    ipsim_reference **engines;
    ipsim_fast **fast;     /* NULL: the reference engine was asked for */
    ipsim_fast_room *room; /* of all of them */
    size_t *same_as;       /* per model: the first model with the same histories, which are then simulated once; tallies are shared */
    int64_t *moves;        /* of one block and model, as in sums; there is room for any model */
    ipsim_tally **own;     /* made when a model first needs one */
    ipsim_tally **tallies;
    size_t most_persons; /* of a block */
    ipsim_people *people;
    double *attributes; /* of a block, [person * n_attributes + attribute] */
    int64_t *order;     /* of a block: those of one combination of subgroups together */
    uint64_t *ticks;    /* NULL: nothing is measured */
    experiment_leave *leave;
    void *leave_data;
};

#endif
