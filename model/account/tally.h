/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to account: the columns of a block, and the kernels that work on them. */
#ifndef IPSIM_ACCOUNT_TALLY_H
#define IPSIM_ACCOUNT_TALLY_H

#include "base/simd.h"
#include "ipsim/wide.h"
#include "plan.h"

/* A discount schedule as the kernels want it. At time t in the step that begins at `from`, with E = expm1(-force (t - from)):
 *     weight of t        D(t) = weight + weight E
 *     worth of 1 a year  G(t) = worth + over_force E + flat (t - from)     the integral of D from 0 to t
 * so that one exponential a time point gives both, and a flow of 1 over [a, b] is worth G(b) - G(a). */
typedef struct account_schedule {
    size_t n_steps;
    bool gentle; /* no exponent beyond what expm1 handles without selections, up to the horizon */
    double from[IPSIM_DISCOUNT_STEPS_MAX + 1], force[IPSIM_DISCOUNT_STEPS_MAX], weight[IPSIM_DISCOUNT_STEPS_MAX];
    double worth[IPSIM_DISCOUNT_STEPS_MAX], over_force[IPSIM_DISCOUNT_STEPS_MAX], flat[IPSIM_DISCOUNT_STEPS_MAX];
} account_schedule;

/* The part of a state's utility that does not change with time: add x multiply, add being different for people with factors. */
typedef struct account_utility_of_state {
    double add, multiply;
    bool has_factors;
} account_utility_of_state;

struct ipsim_tally {
    const ipsim_account_plan *plan;
    const account_model *model;
    const ipsim_people *people;
    const struct account_kernels *kernels;
    size_t stride, n_slots;
    size_t n_flavours; /* 2 when costs and effects are discounted alike, else 3 */
    account_schedule schedule[2];
    double *worth_of_year;   /* [flavour - 1][year]: G(report year) */
    double *year_end;        /* n_years: the report years, the last one infinite */
    size_t cell_size;        /* doubles of a cell: n_flavours, 4 when it is 3 */
    size_t n_columns;        /* cells of a person: a basis quantity at a report year, not cumulative; one basis quantity more: waste */
    double *basis;           /* the cells; those of a tile lie together: see ipsim_tally_cell */
    int64_t *at, *width;     /* [slot]: where the person's cells begin, and from one of them to the next; in cells */
    bool clean;              /* all cells are 0 */
    int64_t *year;           /* [slot]: report year of the person's last time */
    double *worth;           /* [(flavour - 1) * stride + slot]: G of the person's last time */
    double *entry_years;     /* [slot] */
    double **utility_factor; /* n_utilities: [slot], or NULL where it is 1 for everybody */
    account_utility_of_state *utility_of_state;
    double **utility;          /* n_states: [slot], `add` where it has factors and the state's utility changes, else NULL */
    double *spell_began;       /* [spell * stride + slot]: INFINITY while outside; of those that must last */
    unsigned char *spell_seen; /* [spell * stride + slot]: ever and first time have happened */
    int64_t *column_of_risk;   /* [risk + 1]: the counter's first column; [0]: waste */
    /* What a move does to spells: spell x 2, + 1 when it begins. Moves: risks, then entries into states, then the horizon in a state. */
    size_t *first_spell_change; /* [move], and one more */
    uint32_t *spell_changes;
    bool *needs_clock; /* [state * IPSIM_CLOCKS_MAX + clock] */
    int64_t selected;  /* the slot of one person at a time */
    double *columns;   /* storage of the factor and utility columns */
};

static inline size_t ipsim_tally_column(const ipsim_tally *tally, size_t basis, size_t year)
{
    return year * (tally->model->n_basis + 1) + basis;
}

/* The flavours of a cell lie side by side, then the same cell of the tile's next person; a tile's cells fill one stretch of memory, in
 * which both the engine, who comes with people in one state, and the ledger, who comes with a tile, find most of what they want. */
static inline double *ipsim_tally_cell(const ipsim_tally *tally, size_t column, size_t slot)
{
    return tally->basis + (size_t)(tally->at[slot] + (int64_t)column * tally->width[slot]) * tally->cell_size;
}

/* An attribute factor's product for one slot. */
double ipsim_account_factor(const account_factor *factors, size_t n, const ipsim_people *people, size_t slot);

account_utility_of_state ipsim_account_utility_of(const account_model *m, size_t state);
double ipsim_account_utility_for(const account_model *m, size_t state, const ipsim_people *people, size_t slot); /* add */

/* Points of 1 at times before the person's last, which wait so that their discount weights are reckoned together. */
typedef struct account_earlier {
    size_t n;
    size_t slot[IPSIM_CHUNK], basis[IPSIM_CHUNK];
    double t[IPSIM_CHUNK];
} account_earlier;

/* A move at the person's last time, whose D is weight. */
void ipsim_tally_spells(ipsim_tally *tally, size_t slot, size_t move, double t, const double weight[2], account_earlier *earlier);
/* Adds what waits. */
void ipsim_tally_earlier(ipsim_tally *tally, account_earlier *earlier);

static inline bool ipsim_tally_changes_spells(const ipsim_tally *tally, size_t move)
{
    return tally->first_spell_change[move + 1] > tally->first_spell_change[move];
}

/* ---- people ---- */
typedef struct people_stretch {
    size_t first, n; /* slots, or places in the view's order; whole vectors */
    int64_t persons;
    size_t combination; /* of subgroups: the same number in every block */
    uint32_t *group;    /* one for each dimension of the view */
} people_stretch;

struct ipsim_people_view {
    size_t n_dimensions;
    size_t *attribute, *n_levels;
    uint32_t *first_group;
    int64_t *order; /* slot of each place, padded with the slot of nobody; NULL: places are slots */
    size_t n_places, n_combinations;
    size_t n_stretches;
    people_stretch *stretches;
    uint32_t *groups;    /* of the stretches */
    size_t *count;       /* scratch: n_combinations + 1 */
    size_t *combination; /* scratch: of each person or slot */
};

/* ---- kernels, one set for each level of vector instructions ---- */

/* See ledger_add.c: sums of ACCOUNT_LANES_MAX products of limbs are exact. */
#define ACCOUNT_LIMB 0x1p22
#define ACCOUNT_QUANTA_MAX 0x1p62
enum { ACCOUNT_LANES_MAX = IPSIM_TILE };
/* Misfit: some value is no number, or has more quanta than the ledger can hold. */
typedef enum account_size { ACCOUNT_ZERO, ACCOUNT_SOME, ACCOUNT_LARGE, ACCOUNT_MISFIT } account_size;

/* Limbs of the values of some people: see ledger_add.c. */
typedef struct account_limbs {
    double *high, *low;
    int64_t *quanta; /* filled when large */
    bool large;
    int64_t sum; /* used by kernels_ifma.c, which keeps something else in `high` */
} account_limbs;

/* What is added up of limbs: of a cell, and of its products with the comparator's, crosswise ones together. */
enum {
    ACCOUNT_HIGH,
    ACCOUNT_LOW,
    ACCOUNT_HH,
    ACCOUNT_HL,
    ACCOUNT_LL,
    ACCOUNT_CROSS_HH,
    ACCOUNT_CROSS_HL,
    ACCOUNT_CROSS_LL,
    ACCOUNT_N_SUMS
};

/* Adds the limbs of n <= ACCOUNT_LANES_MAX values to sums[ACCOUNT_N_SUMS], and keeps in `out` unless it is NULL what another call needs of
 * its comparator; with a comparator the products too. false: some value is large, and nothing was added. */
typedef bool account_add_sums(size_t n, double quantum, const double *values, const account_limbs *comparator, account_limbs *out,
                              int64_t *sums);

typedef struct account_kernels {
    void (*stay)(ipsim_tally *tally, const ipsim_stay *stay);
    /* into[flavour * stride + i] += the cells of n people of a tile, which become 0 */
    void (*take_cells)(size_t n, size_t n_flavours, double *cells, double *into, size_t stride);
    void (*worths)(const account_schedule *schedule, size_t n, const double *t_years, double *worth, double *weight);
    /* into += weight * from; n whole vectors */
    void (*add_scaled)(size_t n, double weight, const double *from, double *into);
    void (*scale)(size_t n, double scale, const double *factor, const double *from, double *into);                /* factor may be NULL */
    void (*combine)(size_t n, size_t n_terms, const double *weights, const double *const *columns, double *into); /* n_terms > 0 */
    /* Limbs of values in quanta; useful unless they are large. */
    account_size (*split)(size_t n, double quantum, const double *values, double *high, double *low);
    bool (*subtract)(size_t n, const double *high, const double *low, const double *high2, const double *low2, double *high_out,
                     double *low_out);
    account_add_sums *add_sums;
    /* Sums over n <= ACCOUNT_LANES_MAX lanes: hh, hl, lh, ll. */
    void (*products)(size_t n, const double *high, const double *low, const double *high2, const double *low2, int64_t out[4]);
} account_kernels;

extern const account_kernels ipsim_account_kernels_sse2, ipsim_account_kernels_avx2, ipsim_account_kernels_avx512;
extern const account_kernels ipsim_account_kernels_plain; /* plain.c */
const account_kernels *ipsim_account_kernels(void);
/* The fastest add_sums that the processor has; all give the same sums. */
account_add_sums *ipsim_account_add_sums(const account_kernels *kernels);

/* Two columns of values, each less that of the comparator. */
typedef struct account_differences {
    const double *x, *x0, *y, *y0;
    double quantum_x, quantum_y;
} account_differences;
/* Adds the sum of products of n <= ACCOUNT_LANES_MAX differences, in quanta: high 2^44 + low. false: some value is large, and nothing was
 * added. */
typedef bool account_add_product(size_t n, const account_differences *d, int64_t *high, int64_t *low);
/* NULL where the processor does it no faster than limb by limb. */
account_add_product *ipsim_account_add_product(const account_kernels *kernels);

#endif
