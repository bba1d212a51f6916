/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cumulative hazards and their inverses; the formulas stand in the header. Those that go through a power work on its logarithm, which
 * neither overflows nor loses digits where the hazard is small. */
#include "ipsim/hazard.h"

#include <math.h>

#include "ipsim/special.h"
#include "maths/elementary.h"

/* Below this |q| the generalised gamma differs from its log-normal limit by less than a double can hold. */
#define Q_LIMIT 1e-150

const char *ipsim_family_name(ipsim_family family)
{
    static const char *const names[IPSIM_N_FAMILIES] = {
        [IPSIM_EXPONENTIAL] = "exponential",
        [IPSIM_WEIBULL] = "weibull",
        [IPSIM_WEIBULL_PH] = "weibull_ph",
        [IPSIM_GOMPERTZ] = "gompertz",
        [IPSIM_LOG_LOGISTIC] = "log_logistic",
        [IPSIM_LOG_NORMAL] = "log_normal",
        [IPSIM_GAMMA] = "gamma",
        [IPSIM_GENERALISED_GAMMA] = "generalised_gamma",
        [IPSIM_PIECEWISE] = "piecewise",
        [IPSIM_FIXED] = "fixed",
    };

    ipsim_bug_assert((unsigned)family < IPSIM_N_FAMILIES);
    return names[family];
}

/* ---- checking ---- */

enum bound { ANY, NOT_NEGATIVE, POSITIVE };

static ipsim_status check(const char *name, double value, enum bound bound, ipsim_error *err)
{
    if (!isfinite(value)) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "%s %g is not a finite number", name, value);
    }
    if (bound == POSITIVE && value <= 0.0) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "%s %g is not above 0", name, value);
    }
    if (bound == NOT_NEGATIVE && value < 0.0) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "%s %g is below 0", name, value);
    }
    return IPSIM_OK;
}

static ipsim_status init_piecewise(ipsim_hazard *hazard, ipsim_error *err)
{
    double start = 0.0;
    double sum = 0.0;

    if (hazard->n_bands == 0) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "rates has no value; a piecewise hazard needs one for each band");
    }
    ipsim_bug_assert(hazard->rates != NULL && hazard->cumulative != NULL && (hazard->breaks != NULL || hazard->n_bands == 1));
    for (size_t i = 0; i < hazard->n_bands; i++) {
        ipsim_status status = check("rates", hazard->rates[i], NOT_NEGATIVE, err);
        if (status != IPSIM_OK) {
            return status;
        }
        hazard->cumulative[i] = sum;
        if (i + 1 < hazard->n_bands) {
            if (!(hazard->breaks[i] > start && hazard->breaks[i] < INFINITY)) {
                return ipsim_error_set(err, IPSIM_ERR_RANGE, "breaks %g is not above %g; breaks must ascend from 0", hazard->breaks[i],
                                       start);
            }
            sum += hazard->rates[i] * (hazard->breaks[i] - start);
            start = hazard->breaks[i];
            if (!isfinite(sum)) {
                return ipsim_error_set(err, IPSIM_ERR_RANGE, "rates %g is too large: the cumulative hazard overflows", hazard->rates[i]);
            }
        }
    }
    return IPSIM_OK;
}

ipsim_status ipsim_hazard_init(ipsim_hazard *hazard, ipsim_error *err)
{
    static const struct {
        const char *name;
        enum bound bound;
    } parameters[IPSIM_N_FAMILIES][3] = {
        [IPSIM_EXPONENTIAL] = {{"rate", NOT_NEGATIVE}},
        [IPSIM_WEIBULL] = {{"shape", POSITIVE}, {"scale", POSITIVE}},
        [IPSIM_WEIBULL_PH] = {{"shape", POSITIVE}, {"rate", NOT_NEGATIVE}},
        [IPSIM_GOMPERTZ] = {{"shape", ANY}, {"rate", NOT_NEGATIVE}},
        [IPSIM_LOG_LOGISTIC] = {{"shape", POSITIVE}, {"scale", POSITIVE}},
        [IPSIM_LOG_NORMAL] = {{"meanlog", ANY}, {"sdlog", POSITIVE}},
        [IPSIM_GAMMA] = {{"shape", POSITIVE}, {"rate", POSITIVE}},
        [IPSIM_GENERALISED_GAMMA] = {{"mu", ANY}, {"sigma", POSITIVE}, {"q", ANY}},
        [IPSIM_FIXED] = {{"delay", NOT_NEGATIVE}},
    };
    const double *p = hazard->p;
    double *derived = hazard->derived;

    ipsim_bug_assert((unsigned)hazard->family < IPSIM_N_FAMILIES);
    for (int i = 0; i < 3 && parameters[hazard->family][i].name != NULL; i++) {
        ipsim_status status = check(parameters[hazard->family][i].name, p[i], parameters[hazard->family][i].bound, err);
        if (status != IPSIM_OK) {
            return status;
        }
    }
    derived[0] = derived[1] = derived[2] = 0.0;
    hazard->shape = (ipsim_gamma_shape){0};
    switch (hazard->family) {
    case IPSIM_WEIBULL:
    case IPSIM_WEIBULL_PH:
    case IPSIM_LOG_LOGISTIC:
        derived[0] = 1.0 / p[0];
        derived[1] = ipsim_log(p[1]);
        break;
    case IPSIM_LOG_NORMAL:
        derived[0] = 1.0 / p[1];
        break;
    case IPSIM_GAMMA:
        hazard->shape = ipsim_gamma_shape_of(p[0]);
        derived[0] = p[1] / p[0];
        derived[1] = hazard->shape.log_a - ipsim_log(p[1]);
        break;
    case IPSIM_GENERALISED_GAMMA:
        if (fabs(p[2]) >= Q_LIMIT) {
            derived[0] = 1.0 / (p[2] * p[2]); /* shape of the gamma distribution */
            derived[1] = p[1] / p[2];         /* log x = mu + derived[1] log_ratio */
            hazard->shape = ipsim_gamma_shape_of(derived[0]);
        } else {
            derived[0] = 1.0 / p[1]; /* as for the log-normal */
        }
        derived[2] = p[2] / p[1]; /* log_ratio = derived[2] (log x - mu) */
        break;
    case IPSIM_PIECEWISE:
        return init_piecewise(hazard, err);
    default:
        break;
    }
    return IPSIM_OK;
}

/* ---- cumulative hazard ---- */

/* The band that holds x: the last one that begins at or before it. */
static size_t band_at(const ipsim_hazard *hazard, double x_years)
{
    size_t low = 0;
    size_t high = hazard->n_bands;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (hazard->breaks[middle - 1] <= x_years) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static double band_start(const ipsim_hazard *hazard, size_t band)
{
    return band == 0 ? 0.0 : hazard->breaks[band - 1];
}

/* log(1 + exp(w)) */
static double softplus(double w)
{
    return w > 0.0 ? w + ipsim_log1p(ipsim_exp(-w)) : ipsim_log1p(ipsim_exp(w));
}

static bool is_log_normal(const ipsim_hazard *hazard)
{
    return fabs(hazard->p[2]) < Q_LIMIT;
}

static double gamma_log_ratio(const ipsim_hazard *hazard, double x_years)
{
    if (hazard->family == IPSIM_GAMMA) {
        return ipsim_log(x_years * hazard->derived[0]);
    }
    return hazard->derived[2] * (ipsim_log(x_years) - hazard->p[0]);
}

/* The shape of the gamma distribution behind the gamma and generalised gamma families. */
static double gamma_shape(const ipsim_hazard *hazard)
{
    return hazard->family == IPSIM_GAMMA ? hazard->p[0] : hazard->derived[0];
}

double ipsim_hazard_cumulative(const ipsim_hazard *hazard, double x_years)
{
    const double *p = hazard->p;
    const double *derived = hazard->derived;
    size_t band;

    if (!(x_years > 0.0)) {
        return 0.0;
    }
    switch (hazard->family) {
    case IPSIM_EXPONENTIAL:
        return p[0] > 0.0 ? p[0] * x_years : 0.0;
    case IPSIM_WEIBULL:
        return ipsim_exp(p[0] * (ipsim_log(x_years) - derived[1]));
    case IPSIM_WEIBULL_PH:
        return p[1] > 0.0 ? p[1] * ipsim_exp(p[0] * ipsim_log(x_years)) : 0.0;
    case IPSIM_GOMPERTZ:
        if (p[1] == 0.0) {
            return 0.0;
        }
        return p[0] == 0.0 ? p[1] * x_years : p[1] * (ipsim_expm1(p[0] * x_years) / p[0]);
    case IPSIM_LOG_LOGISTIC:
        return softplus(p[0] * (ipsim_log(x_years) - derived[1]));
    case IPSIM_LOG_NORMAL:
        return ipsim_normal_neg_log_upper((ipsim_log(x_years) - p[0]) * derived[0]);
    case IPSIM_GAMMA:
        return ipsim_gamma_neg_log_upper(&hazard->shape, gamma_log_ratio(hazard, x_years));
    case IPSIM_GENERALISED_GAMMA:
        if (is_log_normal(hazard)) {
            return ipsim_normal_neg_log_upper((ipsim_log(x_years) - p[0]) * derived[0]);
        }
        if (p[2] > 0.0) {
            return ipsim_gamma_neg_log_upper(&hazard->shape, gamma_log_ratio(hazard, x_years));
        }
        return ipsim_gamma_neg_log_lower(&hazard->shape, gamma_log_ratio(hazard, x_years));
    case IPSIM_PIECEWISE:
        band = band_at(hazard, x_years);
        if (hazard->rates[band] == 0.0) {
            return hazard->cumulative[band];
        }
        return hazard->cumulative[band] + hazard->rates[band] * (x_years - band_start(hazard, band));
    case IPSIM_FIXED:
        return x_years < p[0] ? 0.0 : INFINITY;
    default:
        ipsim_bug_abort("unknown hazard family", __FILE__, __LINE__);
    }
}

/* ---- hazard ---- */

/* The limit at 0 of a hazard that behaves as factor x^(power - 1) there. */
static double limit_at_0(double power, double factor)
{
    if (power == 1.0) {
        return factor;
    }
    return power < 1.0 ? INFINITY : 0.0;
}

static double gamma_rate(const ipsim_hazard *hazard, double x_years)
{
    bool accelerated = hazard->family == IPSIM_GENERALISED_GAMMA;
    double shape = gamma_shape(hazard);
    double slope = accelerated ? hazard->derived[2] : 1.0; /* of log_ratio on log x */
    double mu = accelerated ? hazard->p[0] : hazard->derived[1];
    ipsim_gamma_tails tails;

    if (x_years == 0.0) {
        if (slope < 0.0) {
            return 0.0;
        }
        return limit_at_0(slope * shape, slope * ipsim_exp(shape * ipsim_log(shape) - ipsim_log_gamma(shape) - mu));
    }
    tails = ipsim_gamma_tails_at(shape, gamma_log_ratio(hazard, x_years));
    return fabs(slope) * ipsim_exp(tails.log_density + (slope < 0.0 ? tails.neg_log_lower : tails.neg_log_upper)) / x_years;
}

static double log_normal_rate(double x_years, double meanlog, double sdlog)
{
    return x_years > 0.0 ? 1.0 / (ipsim_normal_mills((ipsim_log(x_years) - meanlog) / sdlog) * sdlog * x_years) : 0.0;
}

double ipsim_hazard_rate(const ipsim_hazard *hazard, double x_years)
{
    const double *p = hazard->p;

    if (!(x_years >= 0.0)) {
        return 0.0;
    }
    switch (hazard->family) {
    case IPSIM_EXPONENTIAL:
        return p[0];
    case IPSIM_WEIBULL:
        return p[0] / p[1] * ipsim_pow_positive(x_years / p[1], p[0] - 1.0);
    case IPSIM_WEIBULL_PH:
        return p[1] > 0.0 ? p[1] * p[0] * ipsim_pow_positive(x_years, p[0] - 1.0) : 0.0;
    case IPSIM_GOMPERTZ:
        return p[1] > 0.0 ? p[1] * ipsim_exp(p[0] * x_years) : 0.0;
    case IPSIM_LOG_LOGISTIC:
        if (x_years == 0.0) {
            return limit_at_0(p[0], 1.0 / p[1]);
        }
        return p[0] / (x_years * (1.0 + ipsim_exp(-p[0] * (ipsim_log(x_years) - hazard->derived[1]))));
    case IPSIM_LOG_NORMAL:
        return log_normal_rate(x_years, p[0], p[1]);
    case IPSIM_GAMMA:
        return gamma_rate(hazard, x_years);
    case IPSIM_GENERALISED_GAMMA:
        return is_log_normal(hazard) ? log_normal_rate(x_years, p[0], p[1]) : gamma_rate(hazard, x_years);
    case IPSIM_PIECEWISE:
        return hazard->rates[band_at(hazard, x_years)];
    case IPSIM_FIXED:
        return x_years < p[0] ? 0.0 : INFINITY;
    default:
        ipsim_bug_abort("unknown hazard family", __FILE__, __LINE__);
    }
}

/* ---- inverse ---- */

static double inverse_gompertz(double shape, double rate, double target)
{
    double relative;

    if (rate == 0.0) {
        return INFINITY;
    }
    if (shape == 0.0) {
        return target / rate;
    }
    relative = shape * (target / rate);
    return relative > -1.0 ? ipsim_log1p(relative) / shape : INFINITY;
}

/* The smallest x is wanted, and the cumulative hazard stands still in bands of rate 0: so the band sought is the last whose start lies
 * strictly below the target. Its rate is above 0 unless it is the last band of all. */
static double inverse_piecewise(const ipsim_hazard *hazard, double target)
{
    size_t low = 0;
    size_t high = hazard->n_bands;
    double x;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (hazard->cumulative[middle] < target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    if (hazard->rates[low] == 0.0) {
        return INFINITY;
    }
    x = band_start(hazard, low) + (target - hazard->cumulative[low]) / hazard->rates[low];
    return low + 1 < hazard->n_bands ? fmin(x, hazard->breaks[low]) : x;
}

double ipsim_hazard_inverse(const ipsim_hazard *hazard, double target)
{
    const double *p = hazard->p;
    const double *derived = hazard->derived;

    if (hazard->family == IPSIM_FIXED) {
        return p[0];
    }
    if (!(target > 0.0)) {
        return 0.0;
    }
    switch (hazard->family) {
    case IPSIM_EXPONENTIAL:
        return p[0] > 0.0 ? target / p[0] : INFINITY;
    case IPSIM_WEIBULL:
        return ipsim_exp(derived[1] + ipsim_log(target) * derived[0]);
    case IPSIM_WEIBULL_PH:
        return p[1] > 0.0 ? ipsim_exp((ipsim_log(target) - derived[1]) * derived[0]) : INFINITY;
    case IPSIM_GOMPERTZ:
        return inverse_gompertz(p[0], p[1], target);
    case IPSIM_LOG_LOGISTIC: { /* the logarithm of exp(target) - 1 */
        double w = target < 1.0 ? ipsim_log(ipsim_expm1(target)) : target + ipsim_log1p(-ipsim_exp(-target));
        return ipsim_exp(derived[1] + w * derived[0]);
    }
    case IPSIM_LOG_NORMAL:
        return ipsim_exp(p[0] + p[1] * ipsim_normal_neg_log_upper_inverse(target));
    case IPSIM_GAMMA:
        return ipsim_exp(derived[1] + ipsim_gamma_log_ratio(&hazard->shape, target, true));
    case IPSIM_GENERALISED_GAMMA:
        if (is_log_normal(hazard)) {
            return ipsim_exp(p[0] + p[1] * ipsim_normal_neg_log_upper_inverse(target));
        }
        return ipsim_exp(p[0] + derived[1] * ipsim_gamma_log_ratio(&hazard->shape, target, p[2] > 0.0));
    case IPSIM_PIECEWISE:
        return inverse_piecewise(hazard, target);
    default:
        ipsim_bug_abort("unknown hazard family", __FILE__, __LINE__);
    }
}
