/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_cea: cost-effectiveness analysis of a table of draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/format.h"

typedef struct cea_page {
    const ipsim_decision_job *job;
    ipsim_table *const *tables;
    FILE *stream;
    const char *perspective, *subgroup;
    bool doubtful; /* a mark was set that needs an explanation */
} cea_page;

static void print_title(cea_page *page)
{
    const ipsim_draws *d = page->job->draws;
    char count[IPSIM_FORMAT_SIZE];
    fprintf(page->stream, "COST-EFFECTIVENESS of %zu strategies, %s draw%s of %s\n", d->n_strategies,
            ipsim_format_count((int64_t)d->n_draws, count, sizeof count), d->n_draws == 1 ? "" : "s", page->job->table_path);
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

/* A mean within two standard errors of 0 may owe its sign to the number of draws. */
static const char *doubt(cea_page *page, double mean, double se)
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
    fprintf(page->stream, "\nDIFFERENCES FROM %s, and the share of draws that are dearer or cheaper, with more (+) or less (-) effect\n",
            job->draws->strategies[job->settings.comparator]);
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    bool uncertain = job->draws->n_draws > 1;
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!ipsim_page_is_about(table, row, page->perspective, page->subgroup)) {
            continue;
        }
        double cost = ipsim_page_real(table, row, "difference_cost"), effect = ipsim_page_real(table, row, "difference_effect");
        const char *marks[] = {doubt(page, cost, ipsim_page_real(table, row, "difference_cost_se")),
                               doubt(page, effect, ipsim_page_real(table, row, "difference_effect_se"))};
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

static bool is_headline(const ipsim_decision_job *job, double threshold)
{
    for (size_t h = 0; h < job->n_headlines; h++) {
        if (job->thresholds[job->headlines[h]] == threshold) {
            return true;
        }
    }
    return false;
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
        if (!ipsim_page_is_about(table, row, page->perspective, page->subgroup) || !is_headline(page->job, threshold)) {
            continue;
        }
        ipsim_page_number(&out, threshold);
        ipsim_page_cell(&out, "%s%s", ipsim_page_text(table, row, "best_strategy"),
                        doubt(page, lead, ipsim_page_real(table, row, "lead_se")));
        ipsim_page_share(&out, ipsim_page_real(table, row, "probability_best"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "next_best"));
        ipsim_page_estimate(&out, lead, ipsim_page_real(table, row, "lead_se"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "evpi"), ipsim_page_real(table, row, "evpi_se"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_evpi"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_subgroups(cea_page *page)
{
    static const char *const headings[] = {"Subgroup",     "Share",           "Value of a unit", "Best for it",
                                           "Best for all", "Worth, a person", "Worth, all",      NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_SUBGROUPS];
    if (table == NULL) {
        return;
    }
    fputs("\nDECIDING BY SUBGROUP instead of once for all, before the cost of telling subgroups apart\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    for (size_t row = 0; row < table->n_rows; row++) {
        double threshold = ipsim_page_real(table, row, "threshold");
        if (!ipsim_page_is_about(table, row, page->perspective, NULL) || !is_headline(page->job, threshold)) {
            continue;
        }
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "subgroup"));
        ipsim_page_share(&out, ipsim_page_real(table, row, "share"));
        ipsim_page_number(&out, threshold);
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "best_for_subgroup"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "best_for_all"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "value_of_deciding_by_subgroup"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_value"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_distribution(cea_page *page)
{
    static const char *const headings[] = {"Strategy", "Subgroup", "Value of a unit", "Gains", "Pays", "Net", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_DISTRIBUTION];
    const ipsim_decision_job *job = page->job;
    if (table == NULL || job->n_headlines == 0) {
        return;
    }
    double shown = job->thresholds[job->headlines[0]];
    fprintf(page->stream, "\nWHO GAINS AND WHO PAYS against %s, a person, in %s: costs displace effect elsewhere, borne by all alike\n",
            job->draws->strategies[job->settings.comparator], job->draws->effect_name);
    ipsim_page_table out = ipsim_page_begin(headings, 2);
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!ipsim_page_is_about(table, row, page->perspective, NULL) || ipsim_page_real(table, row, "threshold") != shown) {
            continue;
        }
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "strategy"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "subgroup"));
        ipsim_page_number(&out, shown);
        ipsim_page_number(&out, ipsim_page_real(table, row, "gains"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "pays"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "net"));
    }
    ipsim_page_end(&out, page->stream);
}

static void print_equity(cea_page *page)
{
    static const char *const headings[] = {"Strategy", "By", "Value of a unit", "Net effect", "Weighted for inequality", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_EQUITY];
    if (table == NULL) {
        return;
    }
    fprintf(page->stream, "\nINEQUALITY AVERSION %g (Atkinson): net effect a person, plain and as its equally distributed equivalent\n",
            page->job->settings.aversion);
    ipsim_page_table out = ipsim_page_begin(headings, 2);
    for (size_t row = 0; row < table->n_rows; row++) {
        double threshold = ipsim_page_real(table, row, "threshold");
        if (!ipsim_page_is_about(table, row, page->perspective, NULL) || !is_headline(page->job, threshold)) {
            continue;
        }
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "strategy"));
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "variable"));
        ipsim_page_number(&out, threshold);
        ipsim_page_number(&out, ipsim_page_real(table, row, "incremental_nhb"));
        double weighted = ipsim_page_real(table, row, "equity_weighted_nhb");
        if (isnan(weighted)) {
            ipsim_page_cell(&out, "a level is not above 0");
        } else {
            ipsim_page_number(&out, weighted);
        }
    }
    ipsim_page_end(&out, page->stream);
}

static void print_shortfall(const cea_page *page)
{
    const ipsim_table *table = page->tables[IPSIM_TABLE_SHORTFALL];
    char text[4][IPSIM_FORMAT_SIZE];
    if (table == NULL) {
        return;
    }
    fputs("\nSEVERITY\n", page->stream);
    ipsim_page_paragraph(page->stream,
                         "Absolute shortfall %s QALYs: %s expected in the general population, %s under %s. On the graded scale of the "
                         "Magnussen group (2015), a "
                         "proposal that was not formally adopted, that is class %d of 6, with %s NOK a QALY.",
                         ipsim_format_number(ipsim_page_real(table, 0, "absolute_shortfall"), 4, text[0], sizeof text[0]),
                         ipsim_format_number(ipsim_page_real(table, 0, "norm_qalys"), 4, text[1], sizeof text[1]),
                         ipsim_format_number(ipsim_page_real(table, 0, "comparator_qalys"), 4, text[2], sizeof text[2]),
                         ipsim_page_text(table, 0, "comparator"),
                         (int)table->columns[ipsim_table_find_column(table, "severity_class")].integer[0],
                         ipsim_format_number(ipsim_page_real(table, 0, "threshold"), 6, text[3], sizeof text[3]));
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
        ipsim_page_paragraph(page->stream, "The table has one draw: there are means, and nothing can be said about uncertainty.");
        return;
    }
    ipsim_page_paragraph(
        page->stream,
        "\"Best on average\" has the highest mean net benefit, \"Best in\" is the share of draws in which it is also the best of all "
        "strategies. It need not be the largest share, and it does not say how much is lost when another is better: EVPI "
        "does. Both describe the uncertainty that the draws hold and no other: not the structure of the model, nor what was "
        "left fixed. Draws simulated with few people hold the noise of that too, which widens intervals and raises EVPI.");
    if (page->doubtful) {
        ipsim_page_paragraph(page->stream,
                             "?: the difference lies within two standard errors of zero, so its sign, and what is read from it, may be "
                             "owed to the number of draws.");
    }
    if (!isnan(job->settings.persons)) {
        ipsim_page_population(page->stream, job);
    }
}

static void print_page(cea_page *page)
{
    const ipsim_draws *d = page->job->draws;
    print_title(page);
    for (size_t p = 0; p < d->n_perspectives; p++) {
        page->perspective = d->perspectives[p];
        for (size_t g = 0; g < d->n_subgroups; g++) {
            if (d->total < d->n_subgroups && g != d->total) {
                continue; /* subgroups stand in the tables */
            }
            page->subgroup = d->subgroups[g];
            ipsim_page_panel_title(page->stream, d, p, g);
            print_incremental(page);
            print_plane(page);
            print_decision(page);
        }
        print_subgroups(page);
        print_distribution(page);
        print_equity(page);
    }
    print_shortfall(page);
    print_reading_help(page);
    if (d->n_subgroups > 1 && page->tables[IPSIM_TABLE_SUBGROUPS] == NULL) {
        ipsim_page_paragraph(page->stream,
                             "The table does not say how large the subgroups are, so what deciding by subgroup is worth is left out.");
    }
    ipsim_page_notes(page->stream, page->job);
}

static ipsim_status analyse(ipsim_decision_job *job)
{
    ipsim_table *tables[IPSIM_N_CEA_TABLES] = {NULL};
    ipsim_error err = {0};
    ipsim_status status = ipsim_cea_tables(job->draws, &job->settings, tables, &err);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = status == IPSIM_OK ? open_memstream(&text, &size) : NULL;
    if (stream != NULL) {
        cea_page page = {.job = job, .tables = tables, .stream = stream};
        print_page(&page);
    }
    if (status == IPSIM_OK && (stream == NULL || fclose(stream) != 0)) {
        status = short_of_memory(&err);
    }
    status = status == IPSIM_OK ? ipsim_decision_publish(job, "cea", tables, IPSIM_N_CEA_TABLES, text) : ipsim_app_complain_once(&err);
    free(text);
    for (size_t t = 0; t < IPSIM_N_CEA_TABLES; t++) {
        ipsim_table_free(tables[t]);
    }
    return status;
}

ipsim_status ipsim_app_cea(ipsim_app *app)
{
    ipsim_decision_job job;
    ipsim_error_list errors = {0};
    ipsim_status status = ipsim_decision_load(&job, app->cli, &errors);
    if (status == IPSIM_OK) {
        app->inputs_read = true;
        status = analyse(&job);
    } else {
        status = ipsim_app_complain(&errors, status, "nothing was written");
    }
    ipsim_decision_clear(&job);
    ipsim_error_list_clear(&errors);
    return status;
}
