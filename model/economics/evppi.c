/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evppi: see include/ipsim/evppi.h. */
#include "ipsim/evppi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "economics/increments.h"
#include "economics/short_of_memory.h"
#include "economics/smoother.h"
#include "ipsim/uncertainty.h"

enum { BLOCK = 128 };

/* What one set of parameters is estimated with. */
typedef struct evppi_work {
    const ipsim_increments *increments;
    const double *thresholds;
    size_t n_thresholds;
    ipsim_smoother *smoother;
    double *coordinates; /* [effects then costs][rank] */
    double *weights;     /* [threshold][increment][term] */
    double *design;      /* [row of the block][term] */
    double *sums;        /* [threshold]: gain, then change, then its square */
    size_t *best;        /* [threshold]: 0 for the first strategy, s + 1 for increment s */
} evppi_work;

static void fit_all(evppi_work *w, ipsim_evppi *results)
{
    const ipsim_increments *x = w->increments;
    size_t rank = ipsim_smoother_rank(w->smoother), n_terms = ipsim_smoother_n_terms(w->smoother);
    double *coordinates = &w->coordinates[2 * x->n * rank]; /* of net benefit */
    for (size_t t = 0; t < w->n_thresholds; t++) {
        double k = w->thresholds[t];
        results[t] = (ipsim_evppi){.degree = ipsim_smoother_degree(w->smoother)};
        w->best[t] = 0;
        double highest = 0.0;
        for (size_t s = 0; s < x->n; s++) {
            const double *effect = &w->coordinates[s * rank], *cost = &w->coordinates[(x->n + s) * rank];
            for (size_t a = 0; a < rank; a++) {
                coordinates[a] = k * effect[a] - cost[a];
            }
            double mean_square = k * k * x->ee[s] - 2.0 * k * x->ec[s] + x->cc[s];
            double freedom = ipsim_smoother_fit(w->smoother, coordinates, fmax(mean_square, 0.0), &w->weights[(t * x->n + s) * n_terms]);
            results[t].freedom = fmax(results[t].freedom, freedom);
            double mean = k * x->mean_effect[s] - x->mean_cost[s];
            w->best[t] = mean > highest ? s + 1 : w->best[t];
            highest = fmax(highest, mean);
        }
    }
}

/* A draw: what choosing by the fitted net benefits gains over the best strategy, as fitted and as drawn. */
static void add_draw(evppi_work *w, size_t draw, const double *row)
{
    const ipsim_increments *x = w->increments;
    size_t n_terms = ipsim_smoother_n_terms(w->smoother);
    for (size_t t = 0; t < w->n_thresholds; t++) {
        double k = w->thresholds[t], highest = 0.0, of_best = 0.0;
        size_t chosen = 0;
        for (size_t s = 0; s < x->n; s++) {
            const double *weights = &w->weights[(t * x->n + s) * n_terms];
            double fitted = k * x->mean_effect[s] - x->mean_cost[s];
            for (size_t term = 0; term < n_terms; term++) {
                fitted += weights[term] * row[term];
            }
            chosen = fitted > highest ? s + 1 : chosen;
            highest = fmax(highest, fitted);
            of_best = w->best[t] == s + 1 ? fitted : of_best;
        }
        if (chosen == w->best[t]) {
            continue;
        }
        double change = (chosen > 0 ? ipsim_increment_nb(x, k, chosen - 1, draw) : 0.0) -
                        (w->best[t] > 0 ? ipsim_increment_nb(x, k, w->best[t] - 1, draw) : 0.0);
        double *sums = &w->sums[3 * t];
        sums[0] += highest - of_best;
        sums[1] += change;
        sums[2] += change * change;
    }
}

static void evaluate(evppi_work *w, ipsim_evppi *results)
{
    size_t n = w->increments->n_draws, n_terms = ipsim_smoother_n_terms(w->smoother);
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t count = n - first < BLOCK ? n - first : BLOCK;
        ipsim_smoother_rows(w->smoother, first, count, w->design);
        for (size_t i = 0; i < count; i++) {
            add_draw(w, first + i, &w->design[i * n_terms]);
        }
    }
    for (size_t t = 0; t < w->n_thresholds; t++) {
        const double *sums = &w->sums[3 * t];
        double mean = sums[1] / (double)n, variance = (sums[2] - (double)n * mean * mean) / (double)(n - 1);
        results[t].evppi = sums[0] / (double)n;
        results[t].se = sqrt(fmax(variance, 0.0) / (double)n);
    }
}

static ipsim_status estimate_set(const ipsim_draws *draws, const ipsim_increments *x, const ipsim_parameter_set *set,
                                 const double *thresholds, size_t n_thresholds, ipsim_evppi *results, ipsim_error *err)
{
    evppi_work w = {.increments = x, .thresholds = thresholds, .n_thresholds = n_thresholds};
    const double **columns = calloc(set->n_parameters + 1, sizeof *columns);
    ipsim_status status = columns != NULL ? IPSIM_OK : short_of_memory(err);
    for (size_t p = 0; status == IPSIM_OK && p < set->n_parameters; p++) {
        columns[p] = &draws->values[set->parameters[p] * draws->n_draws];
    }
    status = status == IPSIM_OK ? ipsim_smoother_create(columns, set->n_parameters, x->n_draws, &w.smoother, err) : status;
    if (status == IPSIM_OK) {
        size_t rank = ipsim_smoother_rank(w.smoother), n_terms = ipsim_smoother_n_terms(w.smoother);
        w.coordinates = calloc((2 * x->n + 1) * rank, sizeof *w.coordinates);
        w.weights = calloc(n_thresholds * x->n * n_terms + 1, sizeof *w.weights);
        w.design = calloc(BLOCK * n_terms, sizeof *w.design);
        w.sums = calloc(3 * n_thresholds + 1, sizeof *w.sums);
        w.best = calloc(n_thresholds + 1, sizeof *w.best);
        if (w.coordinates == NULL || w.weights == NULL || w.design == NULL || w.sums == NULL || w.best == NULL) {
            status = short_of_memory(err);
        }
    }
    status = status == IPSIM_OK ? ipsim_smoother_project(w.smoother, x->outcomes, 2 * x->n, w.coordinates, err) : status;
    if (status == IPSIM_OK) {
        fit_all(&w, results);
        evaluate(&w, results);
    }
    ipsim_smoother_free(w.smoother);
    free(w.coordinates);
    free(w.weights);
    free(w.design);
    free(w.sums);
    free(w.best);
    free(columns);
    return status;
}

/* ---- identities ---- */
static bool contains(const ipsim_parameter_set *set, size_t parameter)
{
    for (size_t p = 0; p < set->n_parameters; p++) {
        if (set->parameters[p] == parameter) {
            return true;
        }
    }
    return false;
}

static bool is_subset(const ipsim_parameter_set *small, const ipsim_parameter_set *large)
{
    for (size_t p = 0; p < small->n_parameters; p++) {
        if (!contains(large, small->parameters[p])) {
            return false;
        }
    }
    return true;
}

static ipsim_status keep_within_evpi(const ipsim_panel *panel, size_t n_sets, const double *thresholds, size_t n_thresholds,
                                     ipsim_evppi *results, ipsim_error *err)
{
    size_t m = panel->n_strategies;
    double *memory = malloc(3 * m * sizeof *memory);
    if (memory == NULL) {
        return short_of_memory(err);
    }
    for (size_t t = 0; t < n_thresholds; t++) {
        ipsim_decision decision = {.mean = memory, .probability_best = memory + m, .expected_loss = memory + 2 * m};
        ipsim_decide(panel, thresholds[t], &decision);
        for (size_t j = 0; j < n_sets; j++) {
            ipsim_evppi *result = &results[j * n_thresholds + t];
            result->evppi = fmax(result->evppi, 0.0);
            result->limited_by_evpi = result->evppi > decision.evpi;
            result->evppi = fmin(result->evppi, decision.evpi);
        }
    }
    free(memory);
    return IPSIM_OK;
}

/* Knowing more is never worth less. Only original estimates are passed on, so the order of sets does not matter. */
static ipsim_status keep_monotone(const ipsim_parameter_set *sets, size_t n_sets, size_t n_thresholds, ipsim_evppi *results,
                                  ipsim_error *err)
{
    ipsim_evppi *original = malloc((n_sets * n_thresholds + 1) * sizeof *original);
    if (original == NULL) {
        return short_of_memory(err);
    }
    memcpy(original, results, n_sets * n_thresholds * sizeof *original);
    for (size_t j = 0; j < n_sets; j++) {
        for (size_t i = 0; i < n_sets; i++) {
            if (i == j || !is_subset(&sets[i], &sets[j])) {
                continue;
            }
            for (size_t t = 0; t < n_thresholds; t++) {
                ipsim_evppi *result = &results[j * n_thresholds + t];
                const ipsim_evppi *subset = &original[i * n_thresholds + t];
                if (subset->evppi > result->evppi) {
                    result->evppi = subset->evppi;
                    result->se = subset->se;
                    result->from_subset = true;
                }
            }
        }
    }
    free(original);
    return IPSIM_OK;
}

static bool is_stopped(const ipsim_evppi_watch *watch)
{
    return watch != NULL && watch->stop != NULL && *watch->stop != 0;
}

static void tell_of_set(ipsim_evppi_watch *watch)
{
#pragma omp critical(ipsim_evppi_watch)
    {
        watch->done++;
        if (watch->progress != NULL) {
            watch->progress(watch->data, watch->done, watch->total);
        }
    }
}

ipsim_status ipsim_evppi_estimate(const ipsim_draws *draws, const ipsim_panel *panel, const ipsim_parameter_set *sets, size_t n_sets,
                                  const double *thresholds, size_t n_thresholds, ipsim_evppi_watch *watch, ipsim_evppi *results,
                                  ipsim_error *err)
{
    ipsim_increments increments;
    ipsim_status status = ipsim_increments_init(&increments, panel, err);
    if (status != IPSIM_OK) {
        return status;
    }
    ipsim_error *problems = calloc(n_sets + 1, sizeof *problems); /* one a set: which is told must not depend on who is first */
    if (problems == NULL) {
        status = short_of_memory(err);
    } else {
#pragma omp parallel for schedule(dynamic, 1)
        for (size_t j = 0; j < n_sets; j++) {
            ipsim_error *own = &problems[j];
            if (is_stopped(watch)) {
                (void)ipsim_error_set(own, IPSIM_ERR_INTERRUPTED, "interrupted");
                continue;
            }
            own->status = estimate_set(draws, &increments, &sets[j], thresholds, n_thresholds, &results[j * n_thresholds], own);
            if (watch != NULL) {
                tell_of_set(watch);
            }
        }
    }
    for (size_t j = 0; status == IPSIM_OK && j < n_sets; j++) {
        status = problems[j].status;
        if (status != IPSIM_OK && err != NULL) {
            *err = problems[j];
        }
    }
    free(problems);
    ipsim_increments_clear(&increments);
    status = status == IPSIM_OK ? keep_within_evpi(panel, n_sets, thresholds, n_thresholds, results, err) : status;
    return status == IPSIM_OK ? keep_monotone(sets, n_sets, n_thresholds, results, err) : status;
}
