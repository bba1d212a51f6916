/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evsi: the data of a study. See study.h. */
#include "economics/study.h"
#include "economics/short_of_memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/special.h"
#include "maths/elementary.h"

const char *ipsim_measure_name(ipsim_measure_kind kind)
{
    static const char *const names[IPSIM_N_MEASURE_KINDS] = {"mean", "difference", "ratio", "proportion", "rate"};
    return names[kind];
}

bool ipsim_measure_is_normal(ipsim_measure_kind kind)
{
    return kind == IPSIM_MEASURE_MEAN || kind == IPSIM_MEASURE_DIFFERENCE || kind == IPSIM_MEASURE_RATIO;
}

size_t ipsim_measure_arms(ipsim_measure_kind kind)
{
    return kind == IPSIM_MEASURE_DIFFERENCE || kind == IPSIM_MEASURE_RATIO ? 2 : 1;
}

/* ---- preparation ---- */
static ipsim_status check_range(const ipsim_draws *draws, const ipsim_study_measure *measure, ipsim_error *err)
{
    const double *values = &draws->values[measure->parameter * draws->n_draws];
    for (size_t i = 0; i < draws->n_draws; i++) {
        bool good = ipsim_measure_is_normal(measure->kind) ? measure->kind != IPSIM_MEASURE_RATIO || values[i] > 0.0
                                                           : values[i] >= 0.0 && (measure->kind == IPSIM_MEASURE_RATE || values[i] <= 1.0);
        if (!good) {
            return ipsim_error_set(err, IPSIM_ERR_RANGE, "parameter \"%s\" is %g in one draw and cannot be measured as a %s",
                                   draws->parameters[measure->parameter], values[i], ipsim_measure_name(measure->kind));
        }
    }
    return IPSIM_OK;
}

typedef struct ranked {
    double value;
    size_t draw;
} ranked;

static int by_value(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return a->draw < b->draw ? -1 : 1;
}

static bool rank_draws(ipsim_study *study)
{
    ranked *items = malloc(study->n_draws * sizeof *items);
    study->order = malloc(study->n_draws * sizeof *study->order);
    bool good = items != NULL && study->order != NULL;
    for (size_t i = 0; good && i < study->n_draws; i++) {
        items[i] = (ranked){study->statistic[0][i], i};
    }
    if (good) {
        qsort(items, study->n_draws, sizeof *items, by_value);
    }
    for (size_t i = 0; good && i < study->n_draws; i++) {
        study->order[i] = items[i].draw;
    }
    free(items);
    return good;
}

static bool prepare_measure(ipsim_study *study, const ipsim_draws *draws, size_t m)
{
    const ipsim_study_measure *measure = &study->measures[m];
    const double *values = &draws->values[measure->parameter * draws->n_draws];
    size_t n = study->n_draws;
    study->statistic[m] = malloc(n * sizeof(double));
    if (!ipsim_measure_is_normal(measure->kind)) {
        study->log_p[m] = malloc(n * sizeof(double));
        study->log_q[m] = malloc(n * sizeof(double));
        if (study->log_p[m] == NULL || study->log_q[m] == NULL) {
            return false;
        }
    }
    for (size_t i = 0; study->statistic[m] != NULL && i < n; i++) {
        study->statistic[m][i] = measure->kind == IPSIM_MEASURE_RATIO ? ipsim_log(values[i]) : values[i];
        if (study->log_p[m] != NULL) {
            /* A count that a draw rules out must weigh nothing, and 0 x log 0 must be 0. */
            study->log_p[m][i] = fmax(ipsim_log(values[i]), -1e6);
            study->log_q[m][i] = fmax(ipsim_log1p(-fmin(values[i], 1.0)), -1e6);
        }
    }
    return study->statistic[m] != NULL;
}

ipsim_status ipsim_study_init(ipsim_study *study, const ipsim_draws *draws, const ipsim_study_measure *measures, size_t n_measures,
                              ipsim_error *err)
{
    memset(study, 0, sizeof *study);
    if (n_measures < 1 || n_measures > IPSIM_MEASURES_MAX) {
        return ipsim_error_set(err, IPSIM_ERR_RANGE, "a study measures 1 to %d parameters, not %zu", IPSIM_MEASURES_MAX, n_measures);
    }
    study->n_measures = n_measures;
    study->n_draws = draws->n_draws;
    study->measures = measures;
    ipsim_status status = IPSIM_OK;
    for (size_t m = 0; status == IPSIM_OK && m < n_measures; m++) {
        status = check_range(draws, &measures[m], err);
        if (status == IPSIM_OK && !prepare_measure(study, draws, m)) {
            status = short_of_memory(err);
        }
    }
    if (status == IPSIM_OK && !rank_draws(study)) {
        status = short_of_memory(err);
    }
    return status;
}

void ipsim_study_clear(ipsim_study *study)
{
    for (size_t m = 0; m < IPSIM_MEASURES_MAX; m++) {
        free(study->statistic[m]);
        free(study->log_p[m]);
        free(study->log_q[m]);
    }
    free(study->order);
    memset(study, 0, sizeof *study);
}

/* ---- data ---- */
size_t ipsim_study_draw(const ipsim_study *study, size_t number, size_t n_studies)
{
    return study->order[(2 * number + 1) * study->n_draws / (2 * n_studies)];
}

/* The generalised golden ratio: g with g^(d + 1) = g + 1. */
static double noise(size_t number, size_t measure, size_t n_measures)
{
    double g = 2.0, step = 1.0;
    for (int round = 0; round < 60; round++) {
        g = ipsim_pow_positive(1.0 + g, 1.0 / (double)(n_measures + 1));
    }
    for (size_t m = 0; m <= measure; m++) {
        step /= g;
    }
    double u = 0.5 + step * (double)(number + 1);
    u -= floor(u);
    return u > 0.0 ? u : 0x1p-53;
}

/* The smallest count with a distribution function of at least u, for which at_most(count) is that function. */
static double binomial_quantile(double n, double p, double u)
{
    double low = -1.0, high = n;
    while (high - low > 1.0) {
        double x = floor(0.5 * (low + high));
        bool enough = p <= 0.0 || (p < 1.0 && ipsim_beta_lower(n - x, x + 1.0, 1.0 - p) >= u);
        *(enough ? &high : &low) = x;
    }
    return high;
}

static double poisson_quantile(double mean, double u)
{
    double low = -1.0, high = ceil(mean + 40.0 * sqrt(mean + 1.0) + 40.0);
    while (high - low > 1.0) {
        double x = floor(0.5 * (low + high));
        bool enough = mean <= 0.0 || ipsim_gamma_upper(x + 1.0, mean) >= u;
        *(enough ? &high : &low) = x;
    }
    return high;
}

static void add_normal(const double *statistic, size_t n, double x, double variance, double *log_likelihood)
{
    double factor = -0.5 / variance;
    for (size_t i = 0; i < n; i++) {
        double off = x - statistic[i];
        log_likelihood[i] += factor * off * off;
    }
}

void ipsim_study_log_likelihood(const ipsim_study *study, double size, size_t number, size_t n_studies, double *log_likelihood)
{
    size_t truth = ipsim_study_draw(study, number, n_studies), n = study->n_draws;
    memset(log_likelihood, 0, n * sizeof *log_likelihood);
    for (size_t m = 0; m < study->n_measures; m++) {
        const ipsim_study_measure *measure = &study->measures[m];
        const double *statistic = study->statistic[m], *log_p = study->log_p[m], *log_q = study->log_q[m];
        double u = noise(number, m, study->n_measures), x;
        if (ipsim_measure_is_normal(measure->kind)) {
            double variance = (double)ipsim_measure_arms(measure->kind) * measure->sd * measure->sd / size;
            add_normal(statistic, n, statistic[truth] + sqrt(variance) * ipsim_normal_quantile(u), variance, log_likelihood);
        } else if (measure->kind == IPSIM_MEASURE_PROPORTION) {
            x = binomial_quantile(size, statistic[truth], u);
            for (size_t i = 0; i < n; i++) {
                log_likelihood[i] += x * log_p[i] + (size - x) * log_q[i];
            }
        } else {
            x = poisson_quantile(size * statistic[truth], u);
            for (size_t i = 0; i < n; i++) {
                log_likelihood[i] += x * log_p[i] - size * statistic[i];
            }
        }
    }
}

void ipsim_study_exponentials(const double *values, double greatest, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = ipsim_exp(values[i] - greatest);
    }
}
