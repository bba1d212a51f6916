/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/cea_page: subgroups, who gains and who pays, severity. See cea_page.h. */
#include <math.h>

#include "app/cea_page.h"
#include "ipsim/format.h"

/* Only where the decision would differ: the rest stands in the table. */
static bool is_worth_showing(const cea_page *page, const ipsim_table *table, size_t row)
{
    return ipsim_page_is_about(table, row, page->perspective, NULL) &&
           ipsim_page_is_headline(page->job, ipsim_page_real(table, row, "threshold")) &&
           ipsim_page_real(table, row, "value_of_deciding_by_subgroup") > 0.0;
}

void ipsim_cea_page_subgroups(cea_page *page)
{
    static const char *const headings[] = {"Subgroup",     "Share",           "Value of a unit", "Best for it",
                                           "Best for all", "Worth, a person", "Worth, all",      NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_SUBGROUPS];
    if (table == NULL) {
        return;
    }
    size_t n_shown = 0;
    fputs("\nDECIDING BY SUBGROUP instead of once for all, before the cost of telling subgroups apart\n", page->stream);
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!is_worth_showing(page, table, row)) {
            continue;
        }
        n_shown++;
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "subgroup"));
        ipsim_page_share(&out, ipsim_page_real(table, row, "share"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "threshold"));
        const char *mark = ipsim_cea_page_doubt(page, ipsim_page_real(table, row, "lead"), ipsim_page_real(table, row, "lead_se"));
        ipsim_page_cell(&out, "%s%s", ipsim_page_text(table, row, "best_for_subgroup"), mark);
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "best_for_all"));
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "value_of_deciding_by_subgroup"), ipsim_page_real(table, row, "value_se"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "population_value"));
    }
    ipsim_page_end(&out, n_shown > 0 ? page->stream : NULL);
    ipsim_page_paragraph(page->stream, n_shown > 0 ? "Elsewhere every subgroup has the same best strategy as all together."
                                                   : "Every subgroup has the same best strategy as all together.");
}

void ipsim_cea_page_distribution(cea_page *page)
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
        ipsim_page_estimate(&out, ipsim_page_real(table, row, "net"), ipsim_page_real(table, row, "net_se"));
    }
    ipsim_page_end(&out, page->stream);
}

void ipsim_cea_page_equity(const cea_page *page)
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
        if (!ipsim_page_is_about(table, row, page->perspective, NULL) || !ipsim_page_is_headline(page->job, threshold)) {
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

void ipsim_cea_page_shortfall(const cea_page *page)
{
    static const char *const headings[] = {"Group", "Age", "Population", "Comparator", "Shortfall", "Class", "NOK a QALY", NULL};
    const ipsim_table *table = page->tables[IPSIM_TABLE_SHORTFALL];
    if (table == NULL || table->n_rows == 0) {
        return;
    }
    fprintf(page->stream, "\nSEVERITY: absolute shortfall, the QALYs that remain to the population less those under %s\n",
            ipsim_page_text(table, 0, "comparator"));
    ipsim_page_table out = ipsim_page_begin(headings, 1);
    for (size_t row = 0; row < table->n_rows; row++) {
        ipsim_page_cell(&out, "%s", ipsim_page_text(table, row, "subgroup"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "age"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "norm_qalys"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "comparator_qalys"));
        ipsim_page_number(&out, ipsim_page_real(table, row, "absolute_shortfall"));
        ipsim_page_cell(&out, "%d of 6", (int)table->columns[ipsim_table_find_column(table, "severity_class")].integer[row]);
        ipsim_page_number(&out, ipsim_page_real(table, row, "threshold"));
    }
    ipsim_page_end(&out, page->stream);
    ipsim_page_paragraph(page->stream,
                         "Class and value of a QALY are those of the graded scale of the Magnussen group (2015), a proposal that "
                         "was not formally adopted.");
}
