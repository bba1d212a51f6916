/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/psa_page: the decision that the draws support, a line for each perspective. See psa_parts.h. */
#include <math.h>
#include <string.h>

#include "ipsim/format.h"
#include "psa_parts.h"

enum { COLUMNS = 3, BEST = 0, EVPI = 1, LEARN = 2 };

typedef struct decision_writer {
    ipsim_arena *arena;
    const ipsim_psa_page_decision *decision;
    bool doubtful, failed;
} decision_writer;

static const char *keep(decision_writer *w, const char *text)
{
    const char *copy = ipsim_arena_strdup(w->arena, text);
    w->failed = w->failed || copy == NULL;
    return copy != NULL ? copy : "";
}

/* The row about everybody in a perspective at a threshold, from `row` on; n_rows when there is none. */
static size_t find_row(const ipsim_table *table, size_t row, const char *perspective, double threshold)
{
    while (row < table->n_rows &&
           (strcmp(ipsim_psa_text(table, "perspective", row), perspective) != 0 ||
            strcmp(ipsim_psa_text(table, "subgroup", row), "all") != 0 || ipsim_psa_real(table, "threshold", row) != threshold)) {
        row++;
    }
    return row;
}

double ipsim_psa_decision_share(const ipsim_psa_page_decision *d, const char *perspective, const char *arm, double threshold)
{
    size_t row = find_row(d->ceac, 0, perspective, threshold);
    while (row < d->ceac->n_rows && strcmp(ipsim_psa_text(d->ceac, "strategy", row), arm) != 0) {
        row = find_row(d->ceac, row + 1, perspective, threshold);
    }
    return row < d->ceac->n_rows ? ipsim_psa_real(d->ceac, "probability_best", row) : NAN;
}

/* A lead within two standard errors of 0 may be owed to the number of draws. */
static bool is_doubtful(const ipsim_table *evpi, size_t row)
{
    return !(ipsim_psa_real(evpi, "lead", row) >= 2.0 * ipsim_psa_real(evpi, "lead_se", row));
}

/* "usual-care ? / ips / ips", or "ips" when it is the same at all thresholds. */
static const char *best_cell(decision_writer *w, const size_t *rows)
{
    const ipsim_psa_page_decision *d = w->decision;
    const char *all = "", *first = "";
    bool same = true;
    for (size_t t = 0; t < d->n_thresholds; t++) {
        bool doubtful = is_doubtful(d->evpi, rows[t]);
        const char *one = ipsim_arena_printf(w->arena, "%s%s", ipsim_psa_text(d->evpi, "best_strategy", rows[t]), doubtful ? " ?" : "");
        const char *longer = one != NULL ? ipsim_arena_printf(w->arena, "%s%s%s", all, t > 0 ? " / " : "", one) : NULL;
        if (longer == NULL) {
            w->failed = true;
            return "";
        }
        first = t == 0 ? one : first;
        same = same && strcmp(one, first) == 0;
        w->doubtful = w->doubtful || doubtful;
        all = longer;
    }
    return same ? first : all;
}

/* "7 100 ± 400" */
static const char *evpi_cell(decision_writer *w, size_t row)
{
    char text[IPSIM_FORMAT_SIZE];
    ipsim_format_estimate(ipsim_psa_real(w->decision->evpi, "evpi", row), ipsim_psa_real(w->decision->evpi, "evpi_se", row), false, text,
                          sizeof text);
    return keep(w, text);
}

/* The single parameter worth most at a threshold; only one whose value stands clear of its error is named. */
static const char *learn_cell(decision_writer *w, const char *perspective, double threshold)
{
    const ipsim_table *evppi = w->decision->evppi;
    const ipsim_column *count = ipsim_summary_column(evppi, "n_parameters", IPSIM_INTEGER);
    size_t best = evppi->n_rows;
    for (size_t row = find_row(evppi, 0, perspective, threshold); row < evppi->n_rows;
         row = find_row(evppi, row + 1, perspective, threshold)) {
        double value = ipsim_psa_real(evppi, "evppi", row);
        bool clear = value > 0.0 && value >= 2.0 * ipsim_psa_real(evppi, "evppi_se", row) && count->integer[row] == 1;
        if (clear && (best == evppi->n_rows || value > ipsim_psa_real(evppi, "evppi", best))) {
            best = row;
        }
    }
    if (best == evppi->n_rows) {
        return "none stands clear";
    }
    const char *cell = ipsim_arena_printf(w->arena, "%s, %.0f %%", ipsim_psa_text(evppi, "parameters", best),
                                          100.0 * ipsim_psa_real(evppi, "share_of_evpi", best));
    w->failed = w->failed || cell == NULL;
    return cell != NULL ? cell : "";
}

static void add_line(decision_writer *w, ipsim_summary_grid *grid, const char *perspective, const char *label)
{
    const ipsim_psa_page_decision *d = w->decision;
    size_t rows[IPSIM_PSA_PAGE_THRESHOLDS];
    for (size_t t = 0; t < d->n_thresholds; t++) {
        rows[t] = find_row(d->evpi, 0, perspective, d->thresholds[t]);
        if (rows[t] == d->evpi->n_rows) {
            return; /* not among the perspectives that were asked for */
        }
    }
    const char **cells = ipsim_summary_grid_line(grid, label);
    cells[BEST] = best_cell(w, rows);
    cells[EVPI] = evpi_cell(w, rows[(d->n_thresholds - 1) / 2]);
    if (d->evppi != NULL) {
        cells[LEARN] = learn_cell(w, perspective, d->thresholds[(d->n_thresholds - 1) / 2]);
    }
}

static void print_reading(decision_writer *w, const char *currency, FILE *page)
{
    const ipsim_psa_page_decision *d = w->decision;
    const char *text = ipsim_arena_printf(
        w->arena,
        "%sEVPI: what knowing every drawn parameter before choosing would be worth at most, %s%s%sa person; Monte Carlo noise (above) "
        "raises it, and what was not drawn has no part in it.%s%s%s",
        w->doubtful ? "?: the lead over the next best lies within two standard errors of 0, so more draws may turn it. " : "",
        currency[0] != '\0' ? "in " : "", currency, currency[0] != '\0' ? " " : "",
        d->evppi != NULL ? " Most worth learning: the single parameter of the greatest EVPPI that is twice its standard error or more, and "
                           "its share of EVPI; shares do not add up."
                         : "",
        d->no_evppi != NULL ? " " : "", d->no_evppi != NULL ? d->no_evppi : "");
    w->failed = w->failed || text == NULL;
    if (text != NULL) {
        ipsim_format_paragraph(text, 0, IPSIM_SUMMARY_WIDTH, page);
        fputc('\n', page);
    }
}

bool ipsim_psa_decision_print(ipsim_arena *arena, const ipsim_psa_page_decision *decision, const char *const *perspectives,
                              const char *const *labels, size_t n_perspectives, const char *thresholds, const char *currency, FILE *page)
{
    decision_writer w = {.arena = arena, .decision = decision};
    char middle[IPSIM_FORMAT_SIZE];
    size_t n_columns = decision->evppi != NULL ? COLUMNS : COLUMNS - 1;
    ipsim_summary_grid grid = ipsim_summary_grid_create(arena, n_columns, IPSIM_SUMMARY_WIDTH);
    ipsim_format_number(decision->thresholds[(decision->n_thresholds - 1) / 2], 6, middle, sizeof middle);
    ipsim_summary_grid_heading(&grid, BEST, "best on average");
    ipsim_summary_grid_heading(&grid, EVPI, ipsim_arena_printf(arena, "EVPI at %s", middle));
    if (decision->evppi != NULL) {
        ipsim_summary_grid_heading(&grid, LEARN, "most worth learning");
    }
    for (size_t p = 0; p < n_perspectives; p++) {
        add_line(&w, &grid, perspectives[p], labels[p]);
    }
    const char *title = ipsim_arena_printf(arena, "DECISION, by the highest mean net benefit at %s", thresholds);
    w.failed = w.failed || grid.failed || title == NULL;
    if (!w.failed && grid.n_lines > 0) {
        ipsim_summary_grid_print(&grid, title, page);
        print_reading(&w, currency, page);
    }
    return !w.failed;
}
