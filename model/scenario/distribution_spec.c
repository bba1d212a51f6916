/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "ipsim/scenario.h"

ipsim_status ipsim_scenario_distribution(const ipsim_distribution_spec *spec, ipsim_distribution *out, ipsim_error *err)
{
    *out = (ipsim_distribution){.family = (ipsim_distribution_family)spec->family.value, .lower = -INFINITY, .upper = INFINITY};
    double *p = out->p;
    switch (out->family) {
    case IPSIM_DIST_FIXED:
        p[0] = spec->value.value;
        break;
    case IPSIM_DIST_UNIFORM:
        p[0] = spec->min.value;
        p[1] = spec->max.value;
        break;
    case IPSIM_DIST_TRIANGULAR:
    case IPSIM_DIST_PERT:
        p[0] = spec->min.value;
        p[1] = spec->mode.value;
        p[2] = spec->max.value;
        break;
    case IPSIM_DIST_NORMAL:
        p[0] = spec->mean.value;
        p[1] = spec->sd.value;
        break;
    case IPSIM_DIST_LOGNORMAL:
        p[0] = spec->meanlog.value;
        p[1] = spec->sdlog.value;
        break;
    case IPSIM_DIST_EXPONENTIAL:
        p[0] = spec->rate.value;
        break;
    case IPSIM_DIST_WEIBULL:
        p[0] = spec->shape.value;
        p[1] = spec->scale.value;
        break;
    case IPSIM_DIST_GAMMA:
        p[0] = spec->shape.value;
        p[1] = spec->scale.given ? spec->scale.value : 1.0 / spec->rate.value;
        break;
    case IPSIM_DIST_BETA:
        p[0] = spec->alpha.value;
        p[1] = spec->beta.value;
        break;
    case IPSIM_N_DISTRIBUTIONS:
        ipsim_bug_assert(out->family < IPSIM_N_DISTRIBUTIONS);
    }
    if (spec->lower.given)
        out->lower = spec->lower.value;
    if (spec->upper.given)
        out->upper = spec->upper.value;
    return ipsim_distribution_init(out, err);
}
