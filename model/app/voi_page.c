/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_voi: the page. See voi_request.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/voi_request.h"
#include "ipsim/format.h"

typedef struct voi_page {
    const ipsim_decision_job *job;
    const voi_request *request;
    ipsim_table *const *tables;
    FILE *stream;
    const char *perspective, *subgroup;
} voi_page;

enum { MOST_SHOWN = 15 };

typedef struct ranked_set {
    size_t set;
    double value;
} ranked_set;

static int by_falling_value(const void *left, const void *right)
{
    const ranked_set *a = left, *b = right;
    if (a->value != b->value) {
        return a->value > b->value ? -1 : 1;
    }
    return a->set < b->set ? -1 : 1;
}

/* Rows of evppi come set by set and, within a set, threshold by threshold. */
static size_t evppi_row(const voi_page *page, size_t first, size_t set, size_t threshold)
{
    return first + set * page->job->settings.n_thresholds + threshold;
}

static void print_evppi(const voi_page *page)
{
    const ipsim_decision_job *job = page->job;
    const ipsim_table *table = page->tables[IPSIM_TABLE_EVPPI];
    size_t first = 0, n_sets = page->request->n_sets;
    char text[IPSIM_FORMAT_SIZE], headings_text[IPSIM_HEADLINES_MAX][64];
    const char *headings[2 * IPSIM_HEADLINES_MAX + 2] = {"Parameters"};
    while (first < table->n_rows && !ipsim_page_is_about(table, first, page->perspective, page->subgroup)) {
        first++;
    }
    for (size_t h = 0; h < job->n_headlines; h++) {
        snprintf(headings_text[h], sizeof headings_text[h], "at %s",
                 ipsim_format_number(job->thresholds[job->headlines[h]], 6, text, sizeof text));
        headings[1 + 2 * h] = headings_text[h];
        headings[2 + 2 * h] = "of EVPI";
    }
    ranked_set *order = calloc(n_sets + 1, sizeof *order);
    for (size_t j = 0; order != NULL && j < n_sets; j++) {
        order[j].set = j;
        for (size_t h = 0; h < job->n_headlines; h++) {
            order[j].value = fmax(order[j].value, ipsim_page_real(table, evppi_row(page, first, j, job->headlines[h]), "evppi"));
        }
    }
    fputs("\nEVPPI a person: learning these parameters exactly, before deciding; by value\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    if (order != NULL) {
        qsort(order, n_sets, sizeof *order, by_falling_value);
    }
    size_t n_shown = 0;
    for (size_t i = 0; order != NULL && i < n_sets && i < MOST_SHOWN && (i == 0 || order[i].value > 0.0); i++) {
        n_shown++;
        ipsim_page_cell(&out, "%s", page->request->labels[order[i].set]);
        for (size_t h = 0; h < job->n_headlines; h++) {
            size_t row = evppi_row(page, first, order[i].set, job->headlines[h]);
            ipsim_page_estimate(&out, ipsim_page_real(table, row, "evppi"), ipsim_page_real(table, row, "evppi_se"));
            ipsim_page_share(&out, ipsim_page_real(table, row, "share_of_evpi"));
        }
    }
    free(order);
    ipsim_page_end(&out, page->stream);
    if (n_sets > n_shown) {
        fprintf(page->stream, "%zu more, of less value or of none, stand in evppi.csv.\n", n_sets - n_shown);
    }
}

static void print_evpi(const voi_page *page)
{
    static const char *const headings[] = {"Value of a unit", "Best on average", "Best in", "EVPI a person", "EVPI, all", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_VOI_EVPI];
    fputs("\nEVPI: learning everything that the draws hold uncertain\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 0);
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!ipsim_page_is_headline(page->job, ipsim_page_real(table, row, "threshold")) ||
            !ipsim_page_is_about(table, row, page->perspective, page->subgroup)) {
            continue;
        }
        ipsim_page_number(&out, ipsim_page_real(table, row, "threshold"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "best_strategy"));
        ipsim_page_share(&out, ipsim_page_real(table, row, "probability_best"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "evpi"), ipsim_page_real(table, row, "evpi_se"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_evpi"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_evsi(const voi_page *page)
{
    static const char *const headings[] = {
        "Value of a unit", "Size of an arm", "Persons", "EVSI a person", "of EVPI", "EVSI, all", "Cost of study", "Net benefit", "", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_EVSI];
    if (table == NULL) {
        return;
    }
    fprintf(page->stream, "\nSTUDY %s: the value of its data, and what is left after its cost\n", page->job->options->study);
    ipsim_page_table out = ipsim_page_begin(headings, 0);
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!ipsim_page_is_headline(page->job, ipsim_page_real(table, row, "threshold")) ||
            !ipsim_page_is_about(table, row, page->perspective, page->subgroup)) {
            continue;
        }
        ipsim_page_number(&out, ipsim_page_real(table, row, "threshold"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "size_per_arm"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "participants"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "evsi"), ipsim_page_real(table, row, "evsi_se"));
        ipsim_page_share(&out, ipsim_page_real(table, row, "share_of_evpi"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_evsi"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "study_cost"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "enbs"), ipsim_page_real(table, row, "enbs_se"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "remark"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_reading_help(const voi_page *page)
{
    const ipsim_decision_job *job = page->job;
    char count[IPSIM_FORMAT_SIZE];
    fputs("\nHOW TO READ THIS\n", page->stream);
    ipsim_page_paragraph(
        page->stream,
        "Values are%s%s for each person whose treatment is decided. They are upper limits for research that leaves nothing uncertain "
        "(EVPI, "
        "EVPPI) or the expected worth of data from a study as described (EVSI), given the model and the draws: what the "
        "draws hold fixed has no value here. ± is one standard error, of the draws and the regression; a value of 0 without one "
        "means that no draw would change the decision. Values of sets do not add up.",
        job->currency[0] != '\0' ? " in " : "", job->currency);
    if (!isnan(job->settings.persons)) {
        ipsim_page_population(page->stream, job);
    }
    if (page->tables[IPSIM_TABLE_EVSI] == NULL) {
        return;
    }
    if (isnan(job->settings.persons) || isnan(page->request->plan.fixed_cost)) {
        ipsim_page_paragraph(page->stream, "Without --population and --study-cost the net benefit of a study cannot be given.");
        return;
    }
    ipsim_page_paragraph(
        page->stream,
        "The study informs the treatment of %s persons, those from year %g on. \"Best size\" is the best of the sizes listed. People in "
        "the study count as its cost, not as patients who gain by it. That results are believed and followed at once is "
        "assumed.",
        ipsim_format_number(page->request->plan.persons, 4, count, sizeof count), page->request->study_years);
}

void ipsim_voi_page(const void *request, const ipsim_decision_job *job, ipsim_table *const *tables, FILE *stream)
{
    voi_page whole = {.job = job, .request = request, .tables = tables, .stream = stream}, *page = &whole;
    const ipsim_draws *d = page->job->draws;
    char count[IPSIM_FORMAT_SIZE];
    fprintf(page->stream, "VALUE OF INFORMATION, %s draws of %s, %zu parameters\n",
            ipsim_format_count((int64_t)d->n_draws, count, sizeof count), page->job->shown_as, d->n_parameters);
    for (size_t p = 0; p < d->n_perspectives; p++) {
        for (size_t g = 0; g < d->n_subgroups; g++) {
            if (d->total < d->n_subgroups && g != d->total) {
                continue;
            }
            page->perspective = d->perspectives[p];
            page->subgroup = d->subgroups[g];
            ipsim_page_panel_title(page->stream, page->job, p, g);
            print_evpi(page);
            print_evppi(page);
            print_evsi(page);
        }
    }
    print_reading_help(page);
    ipsim_page_notes(page->stream, page->job);
}
