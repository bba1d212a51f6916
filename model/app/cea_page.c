/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_cea: the page of a cost-effectiveness analysis. See cea_page.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/cea_page.h"
#include "ipsim/format.h"

static void print_title(cea_page *page)
{
    const ipsim_draws *d = page->job->draws;
    char count[IPSIM_FORMAT_SIZE];
    fprintf(page->stream, "COST-EFFECTIVENESS of %zu strategies, %s draw%s of %s\n", d->n_strategies,
            ipsim_format_count((int64_t)d->n_draws, count, sizeof count), d->n_draws == 1 ? "" : "s", page->job->shown_as);
    for (size_t s = 0; s < d->n_strategies; s++) {
        const char *title = ipsim_decision_title(page->job->folder, d->strategies[s]);
        if (title != NULL && strcmp(title, d->strategies[s]) != 0) {
            fprintf(page->stream, "  %s: %s%s\n", d->strategies[s], title, s == page->job->settings.comparator ? " (comparator)" : "");
        }
    }
    ipsim_page_paragraph(page->stream, "Cost: %s%s%s. Effect: %s.%s", d->cost_name, page->job->currency[0] != '\0' ? ", " : "",
                         page->job->currency, d->effect_name, d->n_draws > 1 ? " Means over the draws; intervals hold 95 % of them." : "");
}

static void print_incremental(cea_page *page)
{
    static const char *const headings[] = {"Strategy",   "Cost",         "95 %",        "Effect",   "95 %", "Compared with",
                                           "Extra cost", "Extra effect", "Cost a unit", "Standing", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_CEA];
    fputs("\nINCREMENTAL ANALYSIS, by rising cost, each strategy against the one before it on the frontier\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!ipsim_page_is_about(table, row, page->perspective, page->subgroup)) {
            continue;
        }
        const char *standing = ipsim_page_text(table, row, "standing"), *by = ipsim_page_text(table, row, "by");
        const char *and_by = ipsim_page_text(table, row, "and_by");
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "strategy"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "cost"));
        ipsim_page_interval(&out, ipsim_page_real(table, row, "cost_low"), ipsim_page_real(table, row, "cost_high"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "effect"));
        ipsim_page_interval(&out, ipsim_page_real(table, row, "effect_low"), ipsim_page_real(table, row, "effect_high"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "compared_with"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "incremental_cost"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "incremental_effect"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "icer"));
        if (by[0] == '\0') {
            ipsim_page_cell(&out, "%s", standing);
        } else if (strcmp(standing, "equal to another") == 0) {
            ipsim_page_cell(&out, "equal to %s", by);
        } else {
            ipsim_page_cell(&out, "%s by %s%s%s", standing, by, and_by[0] != '\0' ? " and " : "", and_by);
        }
    }
    ipsim_page_end(&out, page->stream);
}

const char *ipsim_cea_page_doubt(cea_page *page, double mean, double se)
{
    bool doubtful = fabs(mean) < 2.0 * se;
    page->doubtful = page->doubtful || doubtful;
    return doubtful ? " ?" : "";
}

static void print_plane(cea_page *page)
{
    static const char *const headings[] = {"Strategy", "Cost",     "95 %",      "Effect",    "95 %",     "Reading",
                                           "Ratio",    "dearer +", "cheaper +", "cheaper -", "dearer -", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_PLANE];
    const ipsim_decision_job *job = page->job;
    fprintf(page->stream, "\nDIFFERENCES FROM %s%s\n", job->draws->strategies[job->settings.comparator],
            job->draws->n_draws > 1 ? ", and the share of draws that are dearer or cheaper, with more (+) or less (-) effect" : "");
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    bool uncertain = job->draws->n_draws > 1;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!ipsim_page_is_about(table, row, page->perspective, page->subgroup)) {
            continue;
        }
        double cost = ipsim_page_real(table, row, "difference_cost"), effect = ipsim_page_real(table, row, "difference_effect");
        const char *marks[] = {ipsim_cea_page_doubt(page, cost, ipsim_page_real(table, row, "difference_cost_se")),
                               ipsim_cea_page_doubt(page, effect, ipsim_page_real(table, row, "difference_effect_se"))};
        const char *mark = marks[0][0] != '\0' ? marks[0] : marks[1];
        char text[2][IPSIM_FORMAT_SIZE];
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "strategy"));
        ipsim_page_cell(&out, "%s%s", ipsim_format_number(cost, 4, text[0], sizeof text[0]), marks[0]);
        ipsim_page_interval(&out, ipsim_page_real(table, row, "difference_cost_low"), ipsim_page_real(table, row, "difference_cost_high"));
        ipsim_page_cell(&out, "%s%s", ipsim_format_number(effect, 4, text[1], sizeof text[1]), marks[1]);
        ipsim_page_interval(&out, ipsim_page_real(table, row, "difference_effect_low"),
                            ipsim_page_real(table, row, "difference_effect_high"));
        ipsim_page_cell(&out, "%s%s", ipsim_page_text(table, row, "reading"), mark);
        ipsim_page_number(&out, ipsim_page_real(table, row, "ratio"));
        ipsim_page_share(&out, uncertain ? ipsim_page_real(table, row, "share_more_costly_more_effect") : NAN);
        ipsim_page_share(&out, uncertain ? ipsim_page_real(table, row, "share_less_costly_more_effect") : NAN);
        ipsim_page_share(&out, uncertain ? ipsim_page_real(table, row, "share_less_costly_less_effect") : NAN);
        ipsim_page_share(&out, uncertain ? ipsim_page_real(table, row, "share_more_costly_less_effect") : NAN);
    }
    ipsim_page_end(&out, page->stream);
}

static void print_decision(cea_page *page)
{
    static const char *const headings[] = {"Value of a unit", "Best on average", "Best in",   "Next best",
                                           "Its lag",         "EVPI a person",   "EVPI, all", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_EVPI];
    if (table == NULL) {
        return;
    }
    fputs("\nDECISION at some values of a unit of effect: the highest mean net benefit, and what certainty would be worth\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 0);
    for (size_t row = 0; row < table->n_rows; row++) {
        double threshold = ipsim_page_real(table, row, "threshold"), lead = ipsim_page_real(table, row, "lead");
        if (!ipsim_page_is_about(table, row, page->perspective, page->subgroup) || !ipsim_page_is_headline(page->job, threshold)) {
            continue;
        }
        ipsim_page_number(&out, threshold);
        ipsim_page_cell(&out, "%s%s", ipsim_page_text(table, row, "best_strategy"),
                        ipsim_cea_page_doubt(page, lead, ipsim_page_real(table, row, "lead_se")));
        ipsim_page_share(&out, ipsim_page_real(table, row, "probability_best"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "next_best"));
        ipsim_page_estimate(&out, lead, ipsim_page_real(table, row, "lead_se"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "evpi"), ipsim_page_real(table, row, "evpi_se"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_evpi"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_reading_help(const cea_page *page)
{
    const ipsim_decision_job *job = page->job;
    fputs("\nHOW TO READ THIS\n", page->stream);
    ipsim_page_paragraph(page->stream,
                         "Amounts of money are in %s%s. Extra cost and effect in the first table are against the strategy named there, "
                         "everywhere else against the comparator. Cost a unit: extra cost for each extra unit of effect.",
                         job->currency[0] != '\0' ? "" : "the unit of ", job->currency[0] != '\0' ? job->currency : job->draws->cost_name);
    if (page->tables[IPSIM_TABLE_EVPI] == NULL) {
        ipsim_page_paragraph(page->stream, "%s",
                             page->job->draws->cost_se != NULL
                                 ? "These are point estimates of one run: nothing can be said about how uncertain they "
                                   "are but for the Monte Carlo errors in the tables (of net benefits: upper bounds)."
                                 : "The table has one draw: there are means, and nothing can be said about uncertainty.");
        if (page->doubtful) {
            ipsim_page_paragraph(page->stream, "?: the difference lies within two Monte Carlo errors of zero: simulate more people.");
        }
        return;
    }
    ipsim_page_paragraph(
        page->stream, "Readings, ratios and standings are those of means. \"Best on average\" has the highest mean net benefit, \"Best "
                      "in\" is the share of draws in which it is also the best of all "
                      "strategies. It need not be the largest share, and it does not say how much is lost when another is better: EVPI "
                      "does. Both describe the uncertainty that the draws hold and no other: not the structure of the model, nor what was "
                      "left fixed. Draws simulated with few people hold the noise of that too, which widens intervals and raises EVPI. "
                      "± is one standard error, of the number of draws.");
    if (page->doubtful) {
        ipsim_page_paragraph(page->stream,
                             "?: the difference lies within two standard errors of zero, so its sign, and what is read from it, may be "
                             "owed to the number of draws.");
    }
    if (!isnan(job->settings.persons)) {
        ipsim_page_population(page->stream, job);
    }
}

/* ---- all perspectives ---- */
static size_t find_row(const ipsim_table *table, const char *perspective, const char *subgroup, const char *strategy, double threshold)
{
    size_t row = 0;
    while (row < table->n_rows &&
           (!ipsim_page_is_about(table, row, perspective, subgroup) || strcmp(ipsim_page_text(table, row, "strategy"), strategy) != 0 ||
            (!isnan(threshold) && ipsim_page_real(table, row, "threshold") != threshold))) {
        row++;
    }
    return row;
}

/* One row a strategy and perspective, so that nobody has to leaf. */
static void print_side_by_side(cea_page *page)
{
    const ipsim_decision_job *job = page->job;
    const ipsim_draws *d = job->draws;
    const ipsim_table *plane = page->tables[IPSIM_TABLE_PLANE], *ceac = page->tables[IPSIM_TABLE_CEAC];
    char headings_text[IPSIM_HEADLINES_MAX][64], number[IPSIM_FORMAT_SIZE];
    const char *headings[8 + IPSIM_HEADLINES_MAX] = {"Strategy",     "Perspective", "Extra cost", "95 %",
                                                     "Extra effect", "Cost a unit", "Reading"};
    size_t n_shown = ceac != NULL ? job->n_headlines : 0;
    for (size_t h = 0; h < n_shown; h++) {
        snprintf(headings_text[h], sizeof headings_text[h], "Best at %s",
                 ipsim_format_number(job->thresholds[job->headlines[h]], 6, number, sizeof number));
        headings[7 + h] = headings_text[h];
    }
    fprintf(page->stream, "\nPERSPECTIVES SIDE BY SIDE, against %s%s\n", d->strategies[job->settings.comparator],
            n_shown > 0 ? "; share of draws in which the strategy has the highest net benefit of all" : "");
    ipsim_page_table out = ipsim_page_begin(headings, 2);
    for (size_t s = 0; s < d->n_strategies; s++) {
        for (size_t p = 0; p < d->n_perspectives && s != job->settings.comparator; p++) {
            size_t row = find_row(plane, d->perspectives[p], page->subgroup, d->strategies[s], NAN);
            double cost = ipsim_page_real(plane, row, "difference_cost"), effect = ipsim_page_real(plane, row, "difference_effect");
            ipsim_page_cell(&out, "%s", d->strategies[s]);
            ipsim_page_cell(&out, "%s", d->perspectives[p]);
            ipsim_page_cell(&out, "%s%s", ipsim_format_number(cost, 4, number, sizeof number),
                            ipsim_cea_page_doubt(page, cost, ipsim_page_real(plane, row, "difference_cost_se")));
            ipsim_page_interval(&out, ipsim_page_real(plane, row, "difference_cost_low"),
                                ipsim_page_real(plane, row, "difference_cost_high"));
            ipsim_page_cell(&out, "%s%s", ipsim_format_number(effect, 4, number, sizeof number),
                            ipsim_cea_page_doubt(page, effect, ipsim_page_real(plane, row, "difference_effect_se")));
            ipsim_page_number(&out, ipsim_page_real(plane, row, "ratio"));
            ipsim_page_cell(&out, "%s", ipsim_page_text(plane, row, "reading"));
            for (size_t h = 0; h < n_shown; h++) {
                row = find_row(ceac, d->perspectives[p], page->subgroup, d->strategies[s], job->thresholds[job->headlines[h]]);
                ipsim_page_share(&out, ipsim_page_real(ceac, row, "probability_best"));
            }
        }
    }
    ipsim_page_end(&out, page->stream);
}

static void print_break_even(const cea_page *page)
{
    const ipsim_decision_job *job = page->job;
    const ipsim_draws *d = job->draws;
    const char *comparator = d->strategies[job->settings.comparator];
    bool first = true;
    for (size_t i = 0; i < d->n_strategies * d->n_perspectives; i++) {
        const char *strategy = d->strategies[i / d->n_perspectives], *perspective = d->perspectives[i % d->n_perspectives];
        ipsim_break_even when;
        char text[2][IPSIM_FORMAT_SIZE];
        if (!ipsim_decision_break_even(job->folder, strategy, comparator, perspective, &when)) {
            continue;
        }
        if (first) {
            fprintf(page->stream, "\nWHEN IT PAYS FOR ITSELF: cumulative cost against %s, at the years that the model reports\n",
                    comparator);
        }
        first = false;
        if (isnan(when.year)) {
            ipsim_page_paragraph(page->stream, "%s, %s: on average %s %g%s; in %s of draws it has by then.", strategy, perspective,
                                 when.for_a_while ? "for a while, but not by year" : "not within", when.last_year,
                                 when.for_a_while ? "" : " years", ipsim_page_percent(when.last_probability, text[0], sizeof text[0]));
        } else {
            ipsim_page_paragraph(page->stream, "%s, %s: on average by year %g; in %s of draws it has by then, and in %s by year %g.",
                                 strategy, perspective, when.year, ipsim_page_percent(when.probability, text[0], sizeof text[0]),
                                 ipsim_page_percent(when.last_probability, text[1], sizeof text[1]), when.last_year);
        }
    }
}

void ipsim_cea_page(const void *request, const ipsim_decision_job *job, ipsim_table *const *tables, FILE *stream)
{
    (void)request;
    cea_page whole = {.job = job, .tables = tables, .stream = stream}, *page = &whole;
    const ipsim_draws *d = page->job->draws;
    print_title(page);
    page->subgroup = d->subgroups[d->total < d->n_subgroups ? d->total : 0];
    if (d->n_perspectives > 1 && (d->n_subgroups == 1 || d->total < d->n_subgroups)) {
        print_side_by_side(page);
    }
    print_break_even(page);
    for (size_t p = 0; p < d->n_perspectives; p++) {
        page->perspective = d->perspectives[p];
        for (size_t g = 0; g < d->n_subgroups; g++) {
            if (d->total < d->n_subgroups && g != d->total) {
                continue; /* subgroups stand in the tables */
            }
            page->subgroup = d->subgroups[g];
            ipsim_page_panel_title(page->stream, job, p, g);
            print_incremental(page);
            print_plane(page);
            print_decision(page);
        }
        ipsim_cea_page_subgroups(page);
        if (p == 0) {
            ipsim_cea_page_distribution(page); /* of the others in distribution.csv */
        }
        ipsim_cea_page_equity(page);
    }
    ipsim_cea_page_shortfall(page);
    print_reading_help(page);
    if (d->n_subgroups > 1 && page->tables[IPSIM_TABLE_SUBGROUPS] == NULL) {
        ipsim_page_paragraph(page->stream,
                             "The table does not say how large the subgroups are, so what deciding by subgroup is worth is left out.");
    }
    ipsim_page_notes(page->stream, page->job);
}
