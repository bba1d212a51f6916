/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: which thresholds are looked at, and which of them a page shows. See decision.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/cea.h"
#include "ipsim/format.h"

static void show(ipsim_decision_job *job, double threshold)
{
    for (size_t t = 0; t < job->settings.n_thresholds; t++) {
        if (job->thresholds[t] == threshold && job->n_headlines < IPSIM_HEADLINES_MAX) {
            job->headlines[job->n_headlines++] = t;
        }
    }
}

/* All when they are few; otherwise some that lie evenly. */
static void show_some(ipsim_decision_job *job)
{
    size_t n = job->settings.n_thresholds, shown = n <= IPSIM_HEADLINES_MAX ? n : IPSIM_HEADLINES_MAX;
    for (size_t i = 0; i < shown; i++) {
        job->headlines[job->n_headlines++] = shown == n ? i : (i + 1) * (n - 1) / shown;
    }
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Every 50 000 to a million, and the steps of the Magnussen group (2015). */
static ipsim_status norwegian(ipsim_decision_job *job, ipsim_error *err)
{
    enum { STEPS = 21 };
    job->thresholds = calloc(STEPS + IPSIM_N_SEVERITY_CLASSES, sizeof *job->thresholds);
    if (job->thresholds == NULL) {
        return short_of_memory(err);
    }
    size_t n = 0;
    for (; n < STEPS; n++) {
        job->thresholds[n] = 50e3 * (double)n;
    }
    for (size_t c = 0; c < IPSIM_N_SEVERITY_CLASSES; c++) {
        job->thresholds[n++] = ipsim_severity_classes[c].threshold_nok_per_qaly;
    }
    qsort(job->thresholds, n, sizeof *job->thresholds, by_value);
    job->settings.n_thresholds = n;
    job->settings.thresholds = job->thresholds;
    show(job, 275e3);
    show(job, 495e3);
    show(job, 825e3);
    return IPSIM_OK;
}

/* The largest ratio of any frontier. */
static ipsim_status largest_ratio(const ipsim_draws *d, double *largest, ipsim_error *err)
{
    size_t m = d->n_strategies;
    ipsim_cea_row *rows = malloc(m * sizeof *rows);
    double *means = malloc(2 * m * sizeof *means);
    ipsim_status status = rows != NULL && means != NULL ? IPSIM_OK : short_of_memory(err);
    *largest = 0.0;
    for (size_t p = 0; status == IPSIM_OK && p < d->n_perspectives * d->n_subgroups; p++) {
        ipsim_panel panel = ipsim_draws_panel(d, p / d->n_subgroups, p % d->n_subgroups);
        for (size_t s = 0; s < m; s++) {
            means[s] = means[m + s] = 0.0;
            for (size_t i = 0; i < d->n_draws; i++) {
                means[s] += panel.cost[s * d->n_draws + i] / (double)d->n_draws;
                means[m + s] += panel.effect[s * d->n_draws + i] / (double)d->n_draws;
            }
        }
        status = ipsim_cea_incremental(means, means + m, m, rows, err);
        for (size_t i = 0; status == IPSIM_OK && i < m; i++) {
            *largest = rows[i].icer > *largest ? rows[i].icer : *largest;
        }
    }
    free(means);
    free(rows);
    return status;
}

/* 0 to about twice the largest ratio in 20 steps of a round size. */
static ipsim_status automatic(ipsim_decision_job *job, ipsim_error *err)
{
    enum { STEPS = 20 };
    double largest, step = 1.0;
    ipsim_status status = largest_ratio(job->draws, &largest, err);
    if (status != IPSIM_OK) {
        return status;
    }
    if (largest <= 0.0) {
        /* One strategy dominates all others: the scale must come from elsewhere. */
        largest = 50e3;
    }
    const double wanted = 2.0 * largest / STEPS, round[] = {1.0, 2.0, 2.5, 5.0, 10.0};
    while (step > wanted) {
        step /= 10.0;
    }
    while (step * 10.0 <= wanted) {
        step *= 10.0;
    }
    size_t r = 0;
    while (r < 4 && step * round[r] < wanted * (1.0 - 1e-9)) {
        r++;
    }
    job->thresholds = calloc(STEPS + 1, sizeof *job->thresholds);
    if (job->thresholds == NULL) {
        return short_of_memory(err);
    }
    for (size_t i = 0; i <= STEPS; i++) {
        job->thresholds[i] = step * round[r] * (double)i;
    }
    job->settings.n_thresholds = STEPS + 1;
    job->settings.thresholds = job->thresholds;
    char last[IPSIM_FORMAT_SIZE];
    job->thresholds_chosen = true;
    ipsim_decision_remark(
        job,
        "No threshold was given%s: those from 0 to %s were chosen by the ratios found, and mean nothing by themselves. Give "
        "--threshold%s.",
        job->folder == NULL ? ", and no currency" : " for this effect", ipsim_format_number(job->thresholds[STEPS], 6, last, sizeof last),
        job->folder == NULL ? " or --currency" : "");
    show_some(job);
    return IPSIM_OK;
}

/* "275000, 500000" as about.csv of a psa has it, added to those that are there. */
static ipsim_status add_thresholds(ipsim_decision_job *job, const char *text, ipsim_error *err)
{
    double *more;
    size_t n_more, n = job->settings.n_thresholds;
    ipsim_status status = ipsim_decision_list("threshold", text, 0.0, &more, &n_more, err);
    if (status != IPSIM_OK) {
        return status;
    }
    double *all = realloc(job->thresholds, (n + n_more) * sizeof *all);
    if (all == NULL) {
        free(more);
        return short_of_memory(err);
    }
    memcpy(&all[n], more, n_more * sizeof *all);
    qsort(all, n + n_more, sizeof *all, by_value);
    size_t kept = 0;
    for (size_t i = 0; i < n + n_more; i++) {
        if (kept == 0 || all[i] != all[kept - 1]) {
            all[kept++] = all[i];
        }
    }
    job->thresholds = all;
    job->settings.thresholds = all;
    job->settings.n_thresholds = kept;
    job->n_headlines = 0;
    for (size_t i = 0; i < n_more; i++) {
        show(job, more[i]);
    }
    free(more);
    return IPSIM_OK;
}

ipsim_status ipsim_decision_thresholds(ipsim_decision_job *job, const char *about_thresholds, ipsim_error *err)
{
    const char *asked = job->options->threshold;
    if (asked != NULL) {
        ipsim_status status = ipsim_decision_list("threshold", asked, 0.0, &job->thresholds, &job->settings.n_thresholds, err);
        job->settings.thresholds = job->thresholds;
        if (status == IPSIM_OK) {
            show_some(job);
        }
        return status;
    }
    /* Thresholds of a folder are for QALYs, and so are the Norwegian ones. */
    bool qalys = strcasestr(job->draws->effect_name, "qaly") != NULL || job->folder == NULL;
    bool nok = strcmp(job->currency, "NOK") == 0 && qalys;
    about_thresholds = qalys ? about_thresholds : NULL;
    if (about_thresholds != NULL) {
        ipsim_status status = nok ? norwegian(job, err) : IPSIM_OK;
        return status == IPSIM_OK ? add_thresholds(job, about_thresholds, err) : status;
    }
    return nok ? norwegian(job, err) : automatic(job, err);
}
