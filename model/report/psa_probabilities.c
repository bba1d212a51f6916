/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/psa_page: how probable it is that an option is best, and that it saves money. See psa_parts.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "psa_parts.h"

enum { MOST_THRESHOLDS = IPSIM_PSA_PAGE_THRESHOLDS, MOST_YEARS = 4, MOST_PERSPECTIVES = 64 };

/* The rows of a perspective for everybody, draw by draw; the same order for every arm. */
typedef struct panel {
    size_t n;
    double *cost, *effect; /* [arm * n + draw] */
} panel;

static bool fill_panel(ipsim_psa_writer *p, const char *perspective, panel *out)
{
    const ipsim_table *psa = p->tables->psa;
    size_t *count = ipsim_arena_alloc(p->arena, p->n_arms, sizeof *count);
    out->cost = ipsim_arena_alloc(p->arena, psa->n_rows, sizeof *out->cost);
    out->effect = ipsim_arena_alloc(p->arena, psa->n_rows, sizeof *out->effect);
    if (count == NULL || out->cost == NULL || out->effect == NULL) {
        return false;
    }
    size_t most = psa->n_rows / p->n_arms;
    for (size_t row = 0; row < psa->n_rows; row++) {
        if (strcmp(ipsim_psa_text(psa, "perspective", row), perspective) != 0 || strcmp(ipsim_psa_text(psa, "subgroup", row), "all") != 0) {
            continue;
        }
        size_t a = 0;
        while (strcmp(p->arms[a], ipsim_psa_text(psa, "scenario", row)) != 0) {
            a++;
        }
        out->cost[a * most + count[a]] = ipsim_psa_real(psa, "cost", row);
        out->effect[a * most + count[a]++] = ipsim_psa_real(psa, "qalys", row);
    }
    out->n = count[0];
    for (size_t a = 1; a < p->n_arms; a++) { /* close the gaps */
        memmove(out->cost + a * out->n, out->cost + a * most, out->n * sizeof *out->cost);
        memmove(out->effect + a * out->n, out->effect + a * most, out->n * sizeof *out->effect);
    }
    return true;
}

/* The share of draws in which the arm has the highest net benefit; ties go to the one named first. */
static double share_best(const ipsim_psa_writer *p, const panel *of, size_t arm, double threshold)
{
    size_t wins = 0;
    for (size_t d = 0; d < of->n; d++) {
        size_t best = 0;
        double highest = -INFINITY;
        for (size_t a = 0; a < p->n_arms; a++) {
            double benefit = threshold * of->effect[a * of->n + d] - of->cost[a * of->n + d];
            if (benefit > highest) {
                highest = benefit;
                best = a;
            }
        }
        wins += best == arm;
    }
    return (double)wins / (double)of->n;
}

static size_t read_thresholds(const ipsim_psa_writer *p, double *out)
{
    const char *at = ipsim_psa_convention(p, "thresholds");
    const ipsim_psa_page_decision *decision = p->tables->decision;
    size_t n = 0;
    if (decision != NULL) {
        memcpy(out, decision->thresholds, decision->n_thresholds * sizeof *out);
        return decision->n_thresholds;
    }
    while (at != NULL && *at != '\0' && n < MOST_THRESHOLDS) {
        char *end;
        out[n] = strtod(at, &end);
        if (end == at) {
            break;
        }
        n++;
        at = end + strspn(end, ", ");
    }
    return n;
}

/* "275 000 / 500 000 NOK per QALY" */
static const char *thresholds_text(ipsim_psa_writer *p, const double *thresholds, size_t n)
{
    const ipsim_psa_page_decision *decision = p->tables->decision;
    bool qalys = decision == NULL || strcmp(decision->effect, "qalys") == 0;
    const char *effect = qalys                                         ? ""
                         : strcmp(decision->effect, "life_years") == 0 ? "life years"
                                                                       : ipsim_psa_label(p, "outcome:", decision->effect);
    const char *text = ipsim_arena_printf(p->arena, qalys ? "%s %s per QALY%s" : "%s %s per unit of \"%s\"",
                                          ipsim_psa_numbers(p, thresholds, n), p->currency, effect);
    p->failed = p->failed || text == NULL;
    return text != NULL ? text : "";
}

/* One arm in one perspective; false: the decision leaves this perspective out. */
static bool find_shares(const ipsim_psa_writer *p, const panel *of, const char *perspective, size_t arm, const double *thresholds, size_t n,
                        double *shares)
{
    const ipsim_psa_page_decision *decision = p->tables->decision;
    for (size_t t = 0; t < n; t++) {
        shares[t] = decision == NULL ? share_best(p, of, arm, thresholds[t])
                                     : ipsim_psa_decision_share(decision, perspective, p->arms[arm], thresholds[t]);
    }
    return decision == NULL || !isnan(shares[0]);
}

void ipsim_psa_print_probabilities(ipsim_psa_writer *p)
{
    double thresholds[MOST_THRESHOLDS], shares[MOST_THRESHOLDS];
    size_t n_thresholds = read_thresholds(p, thresholds);
    if (n_thresholds == 0) {
        fprintf(p->page, "No threshold is declared (economics.thresholds) or given (--threshold); the tables have a grid of them.\n\n");
        return;
    }
    ipsim_summary_grid grid = ipsim_psa_grid(p, true);
    const char *perspective;
    for (size_t n = 0; !p->failed && (perspective = ipsim_psa_nth_perspective(p, n)) != NULL; n++) {
        panel of = {0};
        if (p->tables->decision == NULL && !fill_panel(p, perspective, &of)) {
            p->failed = true;
            return;
        }
        const char **cells = NULL;
        for (size_t a = 0; a < p->n_arms && find_shares(p, &of, perspective, a, thresholds, n_thresholds, shares); a++) {
            cells = cells != NULL ? cells : ipsim_summary_grid_line(&grid, ipsim_psa_perspective_label(p, perspective));
            cells[a] = ipsim_psa_percents(p, shares, n_thresholds);
        }
    }
    ipsim_psa_print_grid(
        p, &grid,
        ipsim_arena_printf(p->arena, "PROBABILITY OF THE HIGHEST NET BENEFIT at %s", thresholds_text(p, thresholds, n_thresholds)));
}

void ipsim_psa_print_decision(ipsim_psa_writer *p)
{
    const ipsim_psa_page_decision *decision = p->tables->decision;
    const char *names[MOST_PERSPECTIVES], *labels[MOST_PERSPECTIVES];
    size_t n = 0;
    if (decision == NULL || decision->n_thresholds == 0) {
        return;
    }
    while (n < MOST_PERSPECTIVES && (names[n] = ipsim_psa_nth_perspective(p, n)) != NULL) {
        labels[n] = ipsim_psa_perspective_label(p, names[n]);
        n++;
    }
    const char *thresholds = thresholds_text(p, decision->thresholds, decision->n_thresholds);
    p->failed = p->failed || !ipsim_psa_decision_print(p->arena, decision, names, labels, n, thresholds, p->currency, p->page);
}

/* The years of break_even: the first few, and the last. */
static size_t choose_years(const ipsim_psa_writer *p, double *years)
{
    const ipsim_table *t = p->tables->break_even;
    size_t n = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        double year = ipsim_psa_real(t, "year", row);
        bool known = false;
        for (size_t i = 0; i < n; i++) {
            known = known || years[i] == year;
        }
        if (!known && n < MOST_YEARS) {
            years[n++] = year;
        } else if (!known && year > years[n - 1]) {
            years[n - 1] = year;
        }
    }
    return n;
}

static double probability_saving(const ipsim_psa_writer *p, const char *arm, const char *perspective, double year)
{
    const ipsim_table *t = p->tables->break_even;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (strcmp(ipsim_psa_text(t, "scenario", row), arm) == 0 && strcmp(ipsim_psa_text(t, "account", row), "perspective") == 0 &&
            strcmp(ipsim_psa_text(t, "name", row), perspective) == 0 && ipsim_psa_real(t, "year", row) == year) {
            return ipsim_psa_real(t, "probability_saving", row);
        }
    }
    return NAN;
}

void ipsim_psa_print_saving(ipsim_psa_writer *p)
{
    double years[MOST_YEARS], shares[MOST_YEARS];
    size_t n_years = choose_years(p, years);
    ipsim_summary_grid grid = ipsim_psa_grid(p, false);
    const char *perspective;
    for (size_t n = 0; n_years > 0 && (perspective = ipsim_psa_nth_perspective(p, n)) != NULL; n++) {
        const char **cells = ipsim_summary_grid_line(&grid, ipsim_psa_perspective_label(p, perspective));
        for (size_t a = 1; a < p->n_arms; a++) {
            for (size_t y = 0; y < n_years; y++) {
                shares[y] = probability_saving(p, p->arms[a], perspective, years[y]);
            }
            cells[a - 1] = ipsim_psa_percents(p, shares, n_years);
        }
    }
    ipsim_psa_print_grid(
        p, &grid, ipsim_arena_printf(p->arena, "PROBABILITY OF SAVING MONEY in all by year %s", ipsim_psa_numbers(p, years, n_years)));
}
