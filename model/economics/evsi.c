/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evsi: see include/ipsim/evsi.h. */
#include "ipsim/evsi.h"

#include <math.h>
#include <stdlib.h>

#include "economics/increments.h"
#include "economics/short_of_memory.h"
#include "economics/study.h"

enum { BLOCK = 256, STUDIES_MAX = 2048 };

/* What the regression leaves: effects and costs given the parameters measured. */
typedef struct evsi_work {
    const ipsim_increments *increments;
    ipsim_study study;
    double *fitted;    /* [draw][effect of increment, then cost] */
    double *posterior; /* [study][effect of increment, then cost] */
    size_t n_studies;
} evsi_work;

static ipsim_status fit(evsi_work *w, ipsim_error *err)
{
    const ipsim_increments *x = w->increments;
    ipsim_smoother *smoother = NULL;
    ipsim_status status = ipsim_smoother_create((const double *const *)w->study.statistic, w->study.n_measures, x->n_draws, &smoother, err);
    if (status != IPSIM_OK) {
        return status;
    }
    size_t rank = ipsim_smoother_rank(smoother), n_terms = ipsim_smoother_n_terms(smoother), m = 2 * x->n;
    double *coordinates = calloc(m * rank, sizeof *coordinates), *weights = calloc(m * n_terms, sizeof *weights);
    double *design = calloc(BLOCK * n_terms, sizeof *design);
    if (coordinates == NULL || weights == NULL || design == NULL) {
        status = short_of_memory(err);
    }
    status = status == IPSIM_OK ? ipsim_smoother_project(smoother, x->outcomes, m, coordinates, err) : status;
    for (size_t y = 0; status == IPSIM_OK && y < m; y++) {
        double mean_square = y < x->n ? x->ee[y] : x->cc[y - x->n];
        (void)ipsim_smoother_fit(smoother, &coordinates[y * rank], mean_square, &weights[y * n_terms]);
    }
    for (size_t first = 0; status == IPSIM_OK && first < x->n_draws; first += BLOCK) {
        size_t count = x->n_draws - first < BLOCK ? x->n_draws - first : BLOCK;
        ipsim_smoother_rows(smoother, first, count, design);
        for (size_t i = 0; i < count; i++) {
            for (size_t y = 0; y < m; y++) {
                double sum = y < x->n ? x->mean_effect[y] : x->mean_cost[y - x->n];
                for (size_t term = 0; term < n_terms; term++) {
                    sum += weights[y * n_terms + term] * design[i * n_terms + term];
                }
                w->fitted[(first + i) * m + y] = sum;
            }
        }
    }
    free(design);
    free(weights);
    free(coordinates);
    ipsim_smoother_free(smoother);
    return status;
}

/* One study: the mean of what was fitted over draws, each weighted by its likelihood of the data. */
static void weigh(const evsi_work *w, const double *log_likelihood, double *likelihood, double *posterior)
{
    size_t n = w->increments->n_draws, m = 2 * w->increments->n;
    double greatest = -INFINITY, total = 0.0;
    for (size_t i = 0; i < n; i++) {
        greatest = fmax(greatest, log_likelihood[i]);
    }
    ipsim_study_exponentials(log_likelihood, greatest, n, likelihood);
    for (size_t y = 0; y < m; y++) {
        posterior[y] = 0.0;
    }
    for (size_t i = 0; i < n; i++) {
        total += likelihood[i];
        for (size_t y = 0; y < m; y++) {
            posterior[y] += likelihood[i] * w->fitted[i * m + y];
        }
    }
    for (size_t y = 0; y < m; y++) {
        posterior[y] /= total;
    }
}

static ipsim_status carry_out(evsi_work *w, double size, ipsim_error *err)
{
    size_t n = w->increments->n_draws, m = 2 * w->increments->n;
    bool failed = false;
#pragma omp parallel
    {
        double *scratch = malloc(2 * n * sizeof *scratch);
#pragma omp for schedule(static)
        for (size_t study = 0; study < w->n_studies; study++) {
            if (scratch != NULL) {
                ipsim_study_log_likelihood(&w->study, size, study, w->n_studies, scratch);
                weigh(w, scratch, scratch + n, &w->posterior[study * m]);
            } else {
#pragma omp atomic write
                failed = true;
            }
        }
        free(scratch);
    }
    return failed ? short_of_memory(err) : IPSIM_OK;
}

/* The best increment by net benefit (0: the first strategy, s + 1: increment s), and its net benefit. */
static size_t choose(const double *effects_and_costs, size_t n_increments, double threshold, double *highest)
{
    size_t best = 0;
    *highest = 0.0;
    for (size_t s = 0; s < n_increments; s++) {
        double nb = threshold * effects_and_costs[s] - effects_and_costs[n_increments + s];
        best = nb > *highest ? s + 1 : best;
        *highest = fmax(*highest, nb);
    }
    return best;
}

static double net_benefit_of(const double *effects_and_costs, size_t n_increments, double threshold, size_t choice)
{
    return choice > 0 ? threshold * effects_and_costs[choice - 1] - effects_and_costs[n_increments + choice - 1] : 0.0;
}

/* Gain of choosing row by row over choosing once, for rows that are either posteriors or fitted values. */
static double gain(const double *rows, size_t n_rows, size_t n_increments, double threshold, const double *mean)
{
    double highest, sum = 0.0;
    size_t best = choose(mean, n_increments, threshold, &highest);
    for (size_t i = 0; i < n_rows; i++) {
        const double *row = &rows[i * 2 * n_increments];
        (void)choose(row, n_increments, threshold, &highest);
        sum += highest - net_benefit_of(row, n_increments, threshold, best);
    }
    return sum / (double)n_rows;
}

static void mean_row(const double *rows, size_t n_rows, size_t m, double *mean)
{
    for (size_t y = 0; y < m; y++) {
        mean[y] = 0.0;
        for (size_t i = 0; i < n_rows; i++) {
            mean[y] += rows[i * m + y] / (double)n_rows;
        }
    }
}

/* What the same decisions gain in the draws themselves: its spread is the error. */
static double standard_error(const evsi_work *w, double threshold, const double *mean)
{
    const ipsim_increments *x = w->increments;
    double highest, sum = 0.0, squares = 0.0, n = (double)w->n_studies;
    size_t best = choose(mean, x->n, threshold, &highest);
    for (size_t study = 0; study < w->n_studies; study++) {
        size_t draw = ipsim_study_draw(&w->study, study, w->n_studies);
        size_t choice = choose(&w->posterior[study * 2 * x->n], x->n, threshold, &highest);
        double change = (choice > 0 ? ipsim_increment_nb(x, threshold, choice - 1, draw) : 0.0) -
                        (best > 0 ? ipsim_increment_nb(x, threshold, best - 1, draw) : 0.0);
        sum += choice != best ? change : 0.0;
        squares += choice != best ? change * change : 0.0;
    }
    return sqrt(fmax(squares - sum * sum / n, 0.0) / (n - 1.0) / (double)x->n_draws);
}

static ipsim_status evaluate(evsi_work *w, const double *sizes, size_t n_sizes, const double *thresholds, size_t n_thresholds,
                             ipsim_evsi *results, ipsim_error *err)
{
    const ipsim_increments *x = w->increments;
    double *means = calloc(4 * x->n, sizeof *means), *of_fitted = means + 2 * x->n;
    ipsim_status status = means != NULL ? IPSIM_OK : short_of_memory(err);
    if (status == IPSIM_OK) {
        mean_row(w->fitted, x->n_draws, 2 * x->n, of_fitted);
    }
    for (size_t z = 0; status == IPSIM_OK && z < n_sizes; z++) {
        status = carry_out(w, sizes[z], err);
        if (status != IPSIM_OK) {
            break;
        }
        mean_row(w->posterior, w->n_studies, 2 * x->n, means);
        for (size_t t = 0; t < n_thresholds; t++) {
            double evsi = gain(w->posterior, w->n_studies, x->n, thresholds[t], means);
            double evppi = gain(w->fitted, x->n_draws, x->n, thresholds[t], of_fitted);
            results[z * n_thresholds + t] = (ipsim_evsi){fmin(fmax(evsi, 0.0), fmax(evppi, 0.0)), standard_error(w, thresholds[t], means)};
        }
    }
    free(means);
    return status;
}

ipsim_status ipsim_evsi_estimate(const ipsim_draws *draws, const ipsim_panel *panel, const ipsim_study_measure *measures, size_t n_measures,
                                 const double *sizes, size_t n_sizes, const double *thresholds, size_t n_thresholds, ipsim_evsi *results,
                                 ipsim_error *err)
{
    ipsim_increments increments = {0};
    evsi_work w = {.increments = &increments};
    ipsim_status status = ipsim_study_init(&w.study, draws, measures, n_measures, err);
    status = status == IPSIM_OK ? ipsim_increments_init(&increments, panel, err) : status;
    if (status == IPSIM_OK) {
        w.n_studies = panel->n_draws < STUDIES_MAX ? panel->n_draws : STUDIES_MAX;
        w.fitted = calloc(panel->n_draws * 2 * increments.n, sizeof *w.fitted);
        w.posterior = calloc(w.n_studies * 2 * increments.n, sizeof *w.posterior);
        status = w.fitted != NULL && w.posterior != NULL ? status : short_of_memory(err);
    }
    status = status == IPSIM_OK ? fit(&w, err) : status;
    status = status == IPSIM_OK ? evaluate(&w, sizes, n_sizes, thresholds, n_thresholds, results, err) : status;
    free(w.fitted);
    free(w.posterior);
    ipsim_increments_clear(&increments);
    ipsim_study_clear(&w.study);
    return status;
}
