/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions sampled by inversion, with truncation; parameters stand in the header. */
#include "ipsim/distribution.h"

#include <math.h>

#include "ipsim/special.h"
#include "maths/elementary.h"

/* ---- checking ---- */

enum bound { ANY, POSITIVE };

static const struct {
    const char *family;
    struct {
        const char *name;
        enum bound bound;
    } p[3];
} parameters[IPSIM_N_DISTRIBUTIONS] = {
    [IPSIM_DIST_FIXED] = {"fixed", {{"value", ANY}}},
    [IPSIM_DIST_UNIFORM] = {"uniform", {{"min", ANY}, {"max", ANY}}},
    [IPSIM_DIST_TRIANGULAR] = {"triangular", {{"min", ANY}, {"mode", ANY}, {"max", ANY}}},
    [IPSIM_DIST_PERT] = {"pert", {{"min", ANY}, {"mode", ANY}, {"max", ANY}}},
    [IPSIM_DIST_NORMAL] = {"normal", {{"mean", ANY}, {"sd", POSITIVE}}},
    [IPSIM_DIST_LOGNORMAL] = {"lognormal", {{"meanlog", ANY}, {"sdlog", POSITIVE}}},
    [IPSIM_DIST_EXPONENTIAL] = {"exponential", {{"rate", POSITIVE}}},
    [IPSIM_DIST_WEIBULL] = {"weibull", {{"shape", POSITIVE}, {"scale", POSITIVE}}},
    [IPSIM_DIST_GAMMA] = {"gamma", {{"shape", POSITIVE}, {"scale", POSITIVE}}},
    [IPSIM_DIST_BETA] = {"beta", {{"alpha", POSITIVE}, {"beta", POSITIVE}}},
};

static ipsim_status check_parameters(const ipsim_distribution *distribution, ipsim_error *err)
{
    const double *p = distribution->p;

    for (int i = 0; i < 3 && parameters[distribution->family].p[i].name != NULL; i++) {
        const char *name = parameters[distribution->family].p[i].name;
        if (!isfinite(p[i])) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "%s %g is not a finite number", name, p[i]);
        }
        if (parameters[distribution->family].p[i].bound == POSITIVE && p[i] <= 0.0) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "%s %g is not above 0", name, p[i]);
        }
    }
    if (distribution->family == IPSIM_DIST_UNIFORM && !(p[0] < p[1])) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "min %g is not below max %g", p[0], p[1]);
    }
    if (distribution->family == IPSIM_DIST_TRIANGULAR || distribution->family == IPSIM_DIST_PERT) {
        if (!(p[0] < p[2])) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "min %g is not below max %g", p[0], p[2]);
        }
        if (!(p[0] <= p[1] && p[1] <= p[2])) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "mode %g is not between min %g and max %g", p[1], p[0], p[2]);
        }
    }
    return IPSIM_OK;
}

/* ---- the distributions without truncation ---- */

/* The shapes of the beta distribution behind a pert one, whose weight on the mode is 4. */
static double pert_alpha(const double *p)
{
    return 1.0 + 4.0 * (p[1] - p[0]) / (p[2] - p[0]);
}

static double pert_beta(const double *p)
{
    return 1.0 + 4.0 * (p[2] - p[1]) / (p[2] - p[0]);
}

static double triangular_cdf(const double *p, double x)
{
    double width = p[2] - p[0];

    if (x <= p[0] || x >= p[2]) {
        return x <= p[0] ? 0.0 : 1.0;
    }
    if (x < p[1]) {
        return (x - p[0]) / width * ((x - p[0]) / (p[1] - p[0]));
    }
    return x == p[1] ? (p[1] - p[0]) / width : 1.0 - (p[2] - x) / width * ((p[2] - x) / (p[2] - p[1]));
}

static double plain_cdf(const ipsim_distribution *distribution, double x)
{
    const double *p = distribution->p;

    switch (distribution->family) {
    case IPSIM_DIST_FIXED:
        return x < p[0] ? 0.0 : 1.0;
    case IPSIM_DIST_UNIFORM:
        return x <= p[0] ? 0.0 : x >= p[1] ? 1.0 : (x - p[0]) / (p[1] - p[0]);
    case IPSIM_DIST_TRIANGULAR:
        return triangular_cdf(p, x);
    case IPSIM_DIST_PERT:
        return x <= p[0] ? 0.0 : x >= p[2] ? 1.0 : ipsim_beta_lower(pert_alpha(p), pert_beta(p), (x - p[0]) / (p[2] - p[0]));
    case IPSIM_DIST_NORMAL:
        return ipsim_normal_cdf((x - p[0]) / p[1]);
    case IPSIM_DIST_LOGNORMAL:
        return x > 0.0 ? ipsim_normal_cdf((ipsim_log(x) - p[0]) / p[1]) : 0.0;
    case IPSIM_DIST_EXPONENTIAL:
        return x > 0.0 ? -ipsim_expm1(-p[0] * x) : 0.0;
    case IPSIM_DIST_WEIBULL:
        return x > 0.0 ? -ipsim_expm1(-ipsim_pow_positive(x / p[1], p[0])) : 0.0;
    case IPSIM_DIST_GAMMA:
        return x > 0.0 ? ipsim_gamma_lower(p[0], x / p[1]) : 0.0;
    case IPSIM_DIST_BETA:
        return x <= 0.0 ? 0.0 : x >= 1.0 ? 1.0 : ipsim_beta_lower(p[0], p[1], x);
    default:
        ipsim_bug_abort("unknown distribution", __FILE__, __LINE__);
    }
}

static double plain_quantile(const ipsim_distribution *distribution, double u)
{
    const double *p = distribution->p;
    double width = p[2] - p[0];

    switch (distribution->family) {
    case IPSIM_DIST_FIXED:
        return p[0];
    case IPSIM_DIST_UNIFORM:
        return p[0] + u * (p[1] - p[0]);
    case IPSIM_DIST_TRIANGULAR:
        if (u * width < p[1] - p[0]) {
            return p[0] + sqrt(u * width * (p[1] - p[0]));
        }
        return p[2] - sqrt((1.0 - u) * width * (p[2] - p[1]));
    case IPSIM_DIST_PERT:
        return p[0] + width * ipsim_beta_quantile_of(&distribution->beta, u);
    case IPSIM_DIST_NORMAL:
        return p[0] + p[1] * ipsim_normal_quantile(u);
    case IPSIM_DIST_LOGNORMAL:
        return ipsim_exp(p[0] + p[1] * ipsim_normal_quantile(u));
    case IPSIM_DIST_EXPONENTIAL:
        return -ipsim_log1p(-u) / p[0];
    case IPSIM_DIST_WEIBULL:
        return p[1] * ipsim_pow_positive(-ipsim_log1p(-u), 1.0 / p[0]);
    case IPSIM_DIST_GAMMA:
        return p[1] * ipsim_gamma_quantile_of(&distribution->gamma, u);
    case IPSIM_DIST_BETA:
        return ipsim_beta_quantile_of(&distribution->beta, u);
    default:
        ipsim_bug_abort("unknown distribution", __FILE__, __LINE__);
    }
}

/* ---- the public functions, with truncation ---- */

static bool is_truncated(const ipsim_distribution *distribution)
{
    return distribution->u_lower > 0.0 || distribution->u_upper < 1.0;
}

static void init_shapes(ipsim_distribution *distribution)
{
    const double *p = distribution->p;

    distribution->gamma = (ipsim_gamma_shape){0};
    distribution->beta = (ipsim_beta_shape){0};
    if (distribution->family == IPSIM_DIST_GAMMA) {
        distribution->gamma = ipsim_gamma_shape_of(p[0]);
    } else if (distribution->family == IPSIM_DIST_BETA) {
        distribution->beta = ipsim_beta_shape_of(p[0], p[1]);
    } else if (distribution->family == IPSIM_DIST_PERT) {
        distribution->beta = ipsim_beta_shape_of(pert_alpha(p), pert_beta(p));
    }
}

ipsim_status ipsim_distribution_init(ipsim_distribution *distribution, ipsim_error *err)
{
    double lower = distribution->lower;
    double upper = distribution->upper;
    ipsim_status status;

    ipsim_bug_assert((unsigned)distribution->family < IPSIM_N_DISTRIBUTIONS);
    status = check_parameters(distribution, err);
    if (status != IPSIM_OK) {
        return status;
    }
    init_shapes(distribution);
    distribution->u_lower = 0.0;
    distribution->u_upper = 1.0;
    if (distribution->family == IPSIM_DIST_FIXED) {
        if (!(distribution->p[0] >= lower && distribution->p[0] <= upper)) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "value %g is not between lower %g and upper %g", distribution->p[0], lower, upper);
        }
        return IPSIM_OK;
    }
    if (!(lower < upper)) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "lower %g is not below upper %g", lower, upper);
    }
    if (lower > -INFINITY) {
        distribution->u_lower = plain_cdf(distribution, lower);
    }
    if (upper < INFINITY) {
        distribution->u_upper = plain_cdf(distribution, upper);
    }
    if (!(distribution->u_lower < distribution->u_upper)) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "lower %g and upper %g leave no probability of the %s distribution between them",
                               lower, upper, parameters[distribution->family].family);
    }
    return IPSIM_OK;
}

double ipsim_distribution_quantile(const ipsim_distribution *distribution, double u)
{
    double share = distribution->u_lower + u * (distribution->u_upper - distribution->u_lower);
    double x = plain_quantile(distribution, share);

    return fmin(fmax(x, distribution->lower), distribution->upper);
}

double ipsim_distribution_cdf(const ipsim_distribution *distribution, double x)
{
    double share = (plain_cdf(distribution, x) - distribution->u_lower) / (distribution->u_upper - distribution->u_lower);

    if (x < distribution->lower || x >= distribution->upper) {
        return x < distribution->lower ? 0.0 : 1.0;
    }
    return fmin(fmax(share, 0.0), 1.0);
}

/* ---- moments ---- */

struct moments {
    double mean;
    double sd;
};

static struct moments plain_moments(const ipsim_distribution *distribution)
{
    const double *p = distribution->p;
    double first, second;

    switch (distribution->family) {
    case IPSIM_DIST_FIXED:
        return (struct moments){p[0], 0.0};
    case IPSIM_DIST_UNIFORM:
        return (struct moments){p[0] + 0.5 * (p[1] - p[0]), (p[1] - p[0]) / sqrt(12.0)};
    case IPSIM_DIST_TRIANGULAR:
        first = p[1] - p[0];
        second = p[2] - p[0];
        return (struct moments){p[0] + (first + second) / 3.0, sqrt((first * first - first * second + second * second) / 18.0)};
    case IPSIM_DIST_PERT:
        first = pert_alpha(p);
        second = pert_beta(p);
        return (struct moments){p[0] + (p[2] - p[0]) * first / 6.0, (p[2] - p[0]) * sqrt(first * second / 7.0) / 6.0};
    case IPSIM_DIST_NORMAL:
        return (struct moments){p[0], p[1]};
    case IPSIM_DIST_LOGNORMAL:
        first = ipsim_exp(p[0] + 0.5 * p[1] * p[1]);
        return (struct moments){first, first * sqrt(ipsim_expm1(p[1] * p[1]))};
    case IPSIM_DIST_EXPONENTIAL:
        return (struct moments){1.0 / p[0], 1.0 / p[0]};
    case IPSIM_DIST_WEIBULL: /* variance = mean^2 (Gamma(1 + 2 / shape) / Gamma(1 + 1 / shape)^2 - 1) */
        first = ipsim_log_gamma(1.0 + 1.0 / p[0]);
        second = ipsim_log_gamma(1.0 + 2.0 / p[0]);
        return (struct moments){p[1] * ipsim_exp(first), p[1] * ipsim_exp(first) * sqrt(ipsim_expm1(second - 2.0 * first))};
    case IPSIM_DIST_GAMMA:
        return (struct moments){p[0] * p[1], sqrt(p[0]) * p[1]};
    case IPSIM_DIST_BETA:
        first = p[0] / (p[0] + p[1]);
        return (struct moments){first, sqrt(first * (p[1] / (p[0] + p[1])) / (p[0] + p[1] + 1.0))};
    default:
        ipsim_bug_abort("unknown distribution", __FILE__, __LINE__);
    }
}

/* The integral of x^k times the triangular density over [from, to] on one side of the mode: two Gauss points are exact for it. */
static double triangular_side(double apex_end, double far_end, double width, double from, double to, int k)
{
    double half = 0.5 * (to - from);
    double sum = 0.0;

    if (!(to > from)) {
        return 0.0;
    }
    for (int side = -1; side <= 1; side += 2) {
        double x = from + half * (1.0 + side / sqrt(3.0));
        double density = 2.0 / width * ((x - far_end) / (apex_end - far_end));
        sum += density * (k == 0 ? 1.0 : k == 1 ? x : x * x);
    }
    return half * sum;
}

/* The integral of x^k times the density, k = 0 to 2, between the bounds; the bounds lie inside the distribution's range. Moments of
 * these families are probabilities of the same family with another parameter. */
static double partial_moment(const ipsim_distribution *distribution, double from, double to, int k)
{
    const double *p = distribution->p;
    double a, b;

    switch (distribution->family) {
    case IPSIM_DIST_TRIANGULAR:
        return triangular_side(p[1], p[0], p[2] - p[0], from, fmin(to, p[1]), k) +
               triangular_side(p[1], p[2], p[2] - p[0], fmax(from, p[1]), to, k);
    case IPSIM_DIST_PERT: /* of (x - min) / (max - min) */
    case IPSIM_DIST_BETA:
        a = distribution->family == IPSIM_DIST_PERT ? pert_alpha(p) : p[0];
        b = distribution->family == IPSIM_DIST_PERT ? pert_beta(p) : p[1];
        return (k == 0   ? 1.0
                : k == 1 ? a / (a + b)
                         : a / (a + b) * ((a + 1.0) / (a + b + 1.0))) *
               (ipsim_beta_lower(a + k, b, to) - ipsim_beta_lower(a + k, b, from));
    case IPSIM_DIST_LOGNORMAL:
        a = from > 0.0 ? (ipsim_log(from) - p[0]) / p[1] - k * p[1] : -INFINITY;
        b = (ipsim_log(to) - p[0]) / p[1] - k * p[1];
        return ipsim_exp(k * p[0] + 0.5 * (k * p[1]) * (k * p[1])) *
               (a > 0.0 ? ipsim_normal_upper(a) - ipsim_normal_upper(b) : ipsim_normal_cdf(b) - ipsim_normal_cdf(a));
    case IPSIM_DIST_EXPONENTIAL:
        return (k == 2 ? 2.0 : 1.0) * (ipsim_gamma_lower(1.0 + k, p[0] * to) - ipsim_gamma_lower(1.0 + k, p[0] * from));
    case IPSIM_DIST_WEIBULL:
        a = 1.0 + k / p[0];
        return ipsim_exp(ipsim_log_gamma(a)) *
               (ipsim_gamma_lower(a, ipsim_pow_positive(to / p[1], p[0])) - ipsim_gamma_lower(a, ipsim_pow_positive(from / p[1], p[0])));
    case IPSIM_DIST_GAMMA:
        a = p[0];
        return (k == 0 ? 1.0 : k == 1 ? a : a * (a + 1.0)) * (ipsim_gamma_lower(a + k, to / p[1]) - ipsim_gamma_lower(a + k, from / p[1]));
    default:
        ipsim_bug_abort("no partial moments for this distribution", __FILE__, __LINE__);
    }
}

static double normal_density(double z)
{
    return fabs(z) < 40.0 ? 0.39894228040143267794 * ipsim_exp(-0.5 * z * z) : 0.0;
}

static struct moments truncated_normal(const ipsim_distribution *distribution)
{
    const double *p = distribution->p;
    double a = (distribution->lower - p[0]) / p[1];
    double b = (distribution->upper - p[0]) / p[1];
    double mass = a > 0.0 ? ipsim_normal_upper(a) - ipsim_normal_upper(b) : ipsim_normal_cdf(b) - ipsim_normal_cdf(a);
    double at_a = normal_density(a);
    double at_b = normal_density(b);
    double mean = (at_a - at_b) / mass;
    double square = 1.0 + ((isfinite(a) ? a * at_a : 0.0) - (isfinite(b) ? b * at_b : 0.0)) / mass;

    return (struct moments){p[0] + p[1] * mean, p[1] * sqrt(fmax(square - mean * mean, 0.0))};
}

static struct moments truncated_moments(const ipsim_distribution *distribution)
{
    const double *p = distribution->p;
    double from = distribution->lower;
    double to = distribution->upper;
    double origin = 0.0;
    double unit = 1.0;
    double mass, mean, square;

    switch (distribution->family) {
    case IPSIM_DIST_NORMAL:
        return truncated_normal(distribution);
    case IPSIM_DIST_UNIFORM:
        from = fmax(from, p[0]);
        to = fmin(to, p[1]);
        return (struct moments){from + 0.5 * (to - from), (to - from) / sqrt(12.0)};
    case IPSIM_DIST_TRIANGULAR:
        from = fmax(from, p[0]);
        to = fmin(to, p[2]);
        break;
    case IPSIM_DIST_PERT:
        origin = p[0];
        unit = p[2] - p[0];
        from = fmax((from - origin) / unit, 0.0);
        to = fmin((to - origin) / unit, 1.0);
        break;
    case IPSIM_DIST_BETA:
        to = fmin(to, 1.0);
        break;
    case IPSIM_DIST_EXPONENTIAL:
        unit = 1.0 / p[0];
        break;
    case IPSIM_DIST_WEIBULL:
    case IPSIM_DIST_GAMMA:
        unit = p[1];
        break;
    default:
        break;
    }
    from = distribution->family == IPSIM_DIST_TRIANGULAR ? from : fmax(from, 0.0);
    mass = partial_moment(distribution, from, to, 0);
    mean = partial_moment(distribution, from, to, 1) / mass;
    square = partial_moment(distribution, from, to, 2) / mass;
    return (struct moments){origin + unit * mean, unit * sqrt(fmax(square - mean * mean, 0.0))};
}

double ipsim_distribution_mean(const ipsim_distribution *distribution)
{
    return (is_truncated(distribution) ? truncated_moments(distribution) : plain_moments(distribution)).mean;
}

double ipsim_distribution_sd(const ipsim_distribution *distribution)
{
    return (is_truncated(distribution) ? truncated_moments(distribution) : plain_moments(distribution)).sd;
}
