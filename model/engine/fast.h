/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to engine: a block of people in columns, and what the kernels need to know of a model. */
#ifndef IPSIM_FAST_H
#define IPSIM_FAST_H

#include "base/simd.h"
#include "exposure.h"
#include "ipsim/engine.h"

/* A piecewise law, or the laws of a rate table: the same bands, a row of rates for each law. `find` leads to a band in a few steps: the
 * number of breaks at or before the beginning of each cell of a grid. */
typedef struct fast_bands {
    const ipsim_risk *source; /* the first risk with this table; others share it */
    size_t n_bands, n_laws;
    double *start, *next;      /* of each band; next is where it ends, infinite for the last */
    double *rate, *cumulative; /* [law * n_bands + band] */
    double cells_per_year;
    int64_t n_cells, n_steps; /* n_steps: most breaks in any cell */
    int64_t *find;
    bool even;    /* a band is a cell, the last one goes on for ever */
    int64_t *law; /* [slot]: where the rates of the stratum's first calendar band begin; NULL when there is one stratum */
} fast_bands;

typedef enum fast_kind {
    FAST_AT,       /* fires when its clock reads a given time */
    FAST_CONSTANT, /* exponential, and no effect changes with time: one division */
    FAST_SEARCHED  /* the hazard that the interval can supply is compared with the budget; inverted only when it fires */
} fast_kind;

typedef struct fast_risk {
    const ipsim_risk *risk;
    fast_kind kind;
    bool varies;      /* some effect, or the law, changes with time */
    bool may_not_run; /* a named clock */
    size_t n_clocks;
    int clocks[IPSIM_CLOCKS_MAX]; /* that a searched risk looks at */
    double constant;              /* multiplier of everybody, when multiplier is NULL */
    const double *multiplier;     /* [slot] */
    const fast_bands *bands;      /* piecewise laws */
    int64_t budget;               /* offset of the stream's column */
} fast_risk;

/* Columns of a block at work. */
struct ipsim_fast_room {
    size_t stride;
    size_t n_risks, n_risks_of_state, n_states, n_streams, n_events, n_clocks; /* the most of any model that fits */
    double *now, *origin, *budget, *lanes, *multipliers;                       /* as in ipsim_fast */
    int64_t *renewed;
    uint32_t *durations;
    int32_t **list;
    size_t *n_list;
};

struct ipsim_fast {
    const ipsim_compiled_model *model;
    const struct fast_kernels *kernels;
    size_t stride;
    double beyond;    /* the first time after the horizon, which itself belongs to the run */
    fast_risk *risks; /* as model->risks */
    size_t *order;    /* of risks: ipsim_exposure_order */
    /* Where a firing leads: [risk + state + 1]; before the first risk of each state stands the horizon. */
    int64_t *list_of;            /* the state whose list the person goes to; -1: the history ends */
    int64_t *stays;              /* 1: a recurrent event, which leaves the sojourn's clock running */
    int64_t *budget_of, *key_of; /* offset of the stream's column (waste when nothing is drawn), and its key */
    int64_t *leads_to;           /* [risk + state]: the lists to which a state leads, each once */
    size_t *n_leads_to;          /* n_states */
    uint32_t *fired;             /* [time of the occupancy grid * (n_risks + n_states) + place as in list_of] */
    size_t n_times;              /* of `fired` */
    bool *starts_clocks;         /* n_states: some firing in the state starts a named clock */
    bool *keeps_sojourn;         /* n_states: some firing in the state leads to one with events, where the clock outlives the firing */
    bool *has_events;            /* n_states */
    bool *needs_clock;           /* [state * IPSIM_CLOCKS_MAX + clock] */
    bool *has_durations;         /* n_states */
    size_t n_bands;
    fast_bands *bands;
    size_t n_spare; /* while another model is adopted: bands of the last one, taken where the new one has the same */
    fast_bands *spare;
    size_t n_columns;
    double *multipliers;   /* columns of multipliers that depend on attributes, filled when a block begins */
    size_t *multiplier_of; /* n_columns: the risk that a column is made from */
    /* the block; its columns are the room's */
    const ipsim_people *people;
    ipsim_luck luck;
    double *now;         /* [slot] */
    double *origin;      /* [clock * stride + slot] */
    double *budget;      /* [stream * stride + slot]; one stream more: waste */
    int64_t *renewed;    /* the same: budgets drawn after the first */
    uint32_t *durations; /* [event * stride + slot] */
    double *lanes;       /* scratch of a chunk: three columns for each risk of a state */
    int32_t **list;      /* n_states + 1: who is in each state; the list at work */
    size_t *n_list;
    ipsim_tally *tally;
    ipsim_occupancy *seen;
    double times_per_year; /* of the occupancy grid */
    bool even_times;       /* time k of the grid is the first not before t where k = floor(t * times_per_year), or the next */
    ipsim_block_observer *observer;
    void *data;
    uint64_t *ticks, last_tick; /* by phase; NULL: not measured */
};

static inline void ipsim_fast_tick(ipsim_fast *engine, ipsim_phase phase)
{
    if (!engine->ticks)
        return;
    uint64_t now = __builtin_ia32_rdtsc();
    engine->ticks[phase] += now - engine->last_tick;
    engine->last_tick = now;
}

typedef struct fast_kernels {
    void (*draw)(size_t n, ipsim_luck luck, const int64_t *person, const int64_t *key, const int64_t *count, double *out);
    void (*multipliers)(ipsim_fast *engine);
    void (*sweep)(ipsim_fast *engine, int state, const int32_t *slots, size_t n);
} fast_kernels;

extern const fast_kernels ipsim_fast_kernels_sse2, ipsim_fast_kernels_avx2, ipsim_fast_kernels_avx512;

/* Enters a state (from < 0: the model) at time t. */
void ipsim_fast_enter(ipsim_fast *engine, size_t slot, int from, int to, double t, size_t risk);

/* A recurrent event; the state goes on. */
void ipsim_fast_event(ipsim_fast *engine, size_t slot, int state, double t, size_t risk, double days);
/* The horizon. */
void ipsim_fast_end(ipsim_fast *engine, size_t slot, int state, double t);

#endif
