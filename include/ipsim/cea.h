/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/cea: means of cost and effect compared: dominance, frontier, incremental ratios, the severity of a condition.
 *
 * A strategy is dominated when another costs no more and gives no less, and differs in one of the two. It is extendedly dominated when
 * it lies above the lower convex hull of those that remain: some mixture of two others costs less for the same effect. A strategy exactly
 * on a segment of the hull is on the frontier. Of strategies that are equal in both, the first declared stands for all. "Exactly" means
 * within the rounding of the arithmetic, so that 0.1, 0.2, 0.3 at costs 1, 2, 3 lie on a line. */
#ifndef IPSIM_CEA_H
#define IPSIM_CEA_H

#include <stddef.h>

#include "ipsim/draws.h"
#include "ipsim/error.h"

typedef enum ipsim_standing { IPSIM_ON_FRONTIER, IPSIM_DOMINATED, IPSIM_EXTENDEDLY_DOMINATED, IPSIM_EQUAL_TO_ANOTHER } ipsim_standing;

#define IPSIM_NO_STRATEGY ((size_t)-1)

typedef struct ipsim_cea_row {
    size_t strategy;
    double cost, effect;
    ipsim_standing standing;
    size_t by;       /* dominated: by which; extendedly: the cheaper neighbour on the frontier; equal: to which */
    size_t by_other; /* extendedly dominated: the dearer neighbour */
    size_t previous; /* on the frontier: the strategy before it, which the increments and the ratio refer to; none for the first */
    double d_cost, d_effect, icer;
} ipsim_cea_row;

/* rows: n, sorted by cost (equal costs: greater effect first, then order of declaration). */
ipsim_status ipsim_cea_incremental(const double *cost, const double *effect, size_t n, ipsim_cea_row *rows,
                                   ipsim_error *err) IPSIM_MUST_CHECK;

/* Where a difference lies on the cost-effectiveness plane, and what its ratio therefore means. */
typedef enum ipsim_quadrant {
    IPSIM_MORE_COSTLY_MORE_EFFECT,
    IPSIM_LESS_COSTLY_MORE_EFFECT,
    IPSIM_LESS_COSTLY_LESS_EFFECT,
    IPSIM_MORE_COSTLY_LESS_EFFECT,
    IPSIM_ON_AN_AXIS, /* one of the differences, or both, is 0 */
    IPSIM_N_QUADRANTS
} ipsim_quadrant;
ipsim_quadrant ipsim_quadrant_of(double d_cost, double d_effect);

/* Mean, standard error of the mean over draws, and the 2.5 and 97.5 percentiles of the draws (linear between order statistics). */
typedef struct ipsim_spread {
    double mean, se, low, high;
} ipsim_spread;
/* scratch: n. se, low and high are NaN for one draw. */
ipsim_spread ipsim_spread_of(const double *values, size_t n, double *scratch);

/* ---- severity: absolute shortfall and the graded thresholds of the Magnussen group (2015), a proposal and not adopted law ---- */
typedef struct ipsim_severity_class {
    double from_qalys; /* of absolute shortfall */
    double threshold_nok_per_qaly;
} ipsim_severity_class;
enum { IPSIM_N_SEVERITY_CLASSES = 6 };
extern const ipsim_severity_class ipsim_severity_classes[IPSIM_N_SEVERITY_CLASSES]; /* 275 000 below 4 QALYs to 825 000 from 20 */
size_t ipsim_severity_class_of(double shortfall_qalys);

/* Remaining QALYs expected in the general population at an age, from a CSV with columns age, qalys and, where it has one, sex; linear
 * between ages. sex NULL with a table that has that column: the mean of the sexes, each weighing the same. The problem is in errors, with
 * its line. */
ipsim_status ipsim_norm_qalys(const char *path, double age_years, const char *sex, double *qalys,
                              ipsim_error_list *errors) IPSIM_MUST_CHECK;

#endif
