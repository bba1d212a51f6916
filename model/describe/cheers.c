/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/cheers: the CHEERS 2022 checklist (Husereau D and others, 2022), as far as a scenario can answer it. */
#include <math.h>
#include <string.h>

#include "parts.h"

static const char for_authors[] = "for the authors";

typedef struct checklist {
    page *p;
    int item;
} checklist;

static void item(checklist *c, const char *section, const char *topic, const char *answer)
{
    char number[8];
    snprintf(number, sizeof number, "%d", ++c->item);
    const char *cells[] = {number, section, topic, answer && answer[0] ? answer : for_authors};
    ipsim_doc_table_row(c->p, cells);
}

static size_t count_status(const ipsim_scenario *s, ipsim_source_status status)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_parameters; i++)
        n += s->parameters[i].status.value == (int)status;
    return n;
}

static size_t count_uncertain(const ipsim_scenario *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_parameters; i++)
        n += s->parameters[i].distribution.given;
    return n;
}

static void list_perspectives(const ipsim_scenario *s, page_text *text)
{
    text->at[0] = '\0';
    for (size_t i = 0; i < s->n_perspectives; i++) {
        page_text label;
        size_t used = strlen(text->at);
        snprintf(text->at + used, sizeof text->at - used, "%s%s", i > 0 ? "; " : "",
                 ipsim_doc_label(&s->perspectives[i].label, s->perspectives[i].name, &label));
    }
}

static void add_methods(checklist *c, const ipsim_scenario *s)
{
    page_text a, b, answer;
    item(c, "Methods", "Health economic analysis plan", NULL);
    if (s->n_attributes > 0)
        snprintf(answer.at, sizeof answer.at, "%zu attributes: see People", s->n_attributes);
    else
        answer.at[0] = '\0';
    item(c, "Methods", "Study population", answer.at);
    item(c, "Methods", "Setting and location", NULL);
    snprintf(answer.at, sizeof answer.at, "This strategy: %s. The comparator is the first scenario of a comparison.",
             ipsim_doc_or(s->title.value, s->name.value));
    item(c, "Methods", "Comparators", answer.at);
    list_perspectives(s, &answer);
    item(c, "Methods", "Perspective", answer.at);
    snprintf(answer.at, sizeof answer.at, "%s years; the reason for it: for the authors",
             ipsim_doc_number(&s->simulation.horizon_years, &a));
    item(c, "Methods", "Time horizon", answer.at);
    item(c, "Methods", "Discount rate", ipsim_describe_discounting(s, &a));
    snprintf(answer.at, sizeof answer.at, "QALYs, life years%s; see Outcomes", s->n_outcomes > 0 ? " and the declared outcomes" : "");
    item(c, "Methods", "Selection of outcomes", answer.at);
    item(c, "Methods", "Measurement of outcomes", "Simulated histories: see States, Transitions and Outcomes");
    item(c, "Methods", "Valuation of outcomes", "See Quality of life and the sources of the utilities among the parameters");
    snprintf(answer.at, sizeof answer.at, "%zu costs: see Costs and Parameters", s->n_rewards);
    item(c, "Methods", "Measurement and valuation of resources and costs", s->n_rewards > 0 ? answer.at : "No costs are declared");
    snprintf(answer.at, sizeof answer.at, "%s of %lld; conversions stand in the notes of the parameters",
             ipsim_doc_or(s->economics.currency.value, "currency not stated"), (long long)s->economics.price_year.value);
    item(c, "Methods", "Currency, price date, and conversion", s->economics.price_year.given ? answer.at : NULL);
    item(c, "Methods", "Rationale and description of model",
         "Continuous-time state-transition microsimulation; described in full here. Why this form: for the authors");
    snprintf(answer.at, sizeof answer.at, "See Assumptions: %zu parameters are assumed, %zu calibrated",
             count_status(s, IPSIM_SOURCE_ASSUMED), count_status(s, IPSIM_SOURCE_CALIBRATED));
    item(c, "Methods", "Analytics and assumptions", answer.at);
    snprintf(answer.at, sizeof answer.at, "Subgroups: %s", ipsim_doc_names(&s->subgroups, &b));
    item(c, "Methods", "Characterizing heterogeneity", s->subgroups.count > 0 ? answer.at : "No subgroups are declared");
    item(c, "Methods", "Characterizing distributional effects",
         s->subgroups.count > 0 ? "ipsim cea writes who gains and who pays by subgroup; equity weights are off unless asked for" : NULL);
    snprintf(answer.at, sizeof answer.at,
             "%zu of %zu parameters have a distribution (ipsim psa, ipsim dsa); Monte Carlo errors stand beside all results",
             count_uncertain(s), s->n_parameters);
    item(c, "Methods", "Characterizing uncertainty", answer.at);
    item(c, "Methods", "Approach to engagement with patients and others affected by the study", NULL);
}

void ipsim_describe_cheers(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Item", "Section", "Topic", "Where it is reported"};
    checklist c = {.p = p};
    page_text answer;
    ipsim_doc_heading(p, 2, "CHEERS 2022");
    ipsim_doc_paragraph(
        p, "The 28 items of the Consolidated Health Economic Evaluation Reporting Standards (Husereau and others 2022), filled where the "
           "scenario knows the answer.");
    ipsim_doc_table_begin(p, headings, 4);
    item(&c, "Title", "Title", s->title.value);
    item(&c, "Abstract", "Abstract", NULL);
    item(&c, "Introduction", "Background and objectives", s->description.value);
    add_methods(&c, s);
    snprintf(answer.at, sizeof answer.at, "See Parameters: %zu, each with value, source and status", s->n_parameters);
    item(&c, "Results", "Study parameters", s->n_parameters > 0 ? answer.at : NULL);
    item(&c, "Results", "Summary of main results", "summary.txt, report.html and results.csv of a run");
    item(&c, "Results", "Effect of uncertainty",
         count_uncertain(s) > 0 ? "The report of ipsim psa and ipsim dsa"
                                : "No distributions are declared: only Monte Carlo error is known");
    item(&c, "Results", "Effect of engagement with patients and others affected by the study", NULL);
    item(&c, "Discussion", "Study findings, limitations, generalizability, and current knowledge", NULL);
    item(&c, "Other relevant information", "Source of funding", NULL);
    item(&c, "Other relevant information", "Conflicts of interest", NULL);
    ipsim_doc_table_end(p);
}

void ipsim_describe_checks(page *p, const ipsim_table *checks)
{
    static const char *const names[] = {"domain", "check", "change", "expected", "found", "verdict"};
    static const char *const headings[] = {"Domain", "Check", "What was changed", "Expected", "Found", "Verdict"};
    if (!checks)
        return;
    size_t columns[6];
    for (size_t i = 0; i < 6; i++) {
        columns[i] = ipsim_table_find_column(checks, names[i]);
        if (columns[i] == checks->n_columns)
            return;
    }
    ipsim_doc_heading(p, 2, "TECH-VER");
    ipsim_doc_paragraph(
        p, "The checks of the technical verification checklist (domains as in TECH-VER 2019) that a program can carry out by itself. They "
           "were carried out on this scenario when this page was written; reading the code and judging the evidence remain for people.");
    ipsim_doc_table_begin(p, headings, 6);
    for (size_t row = 0; row < checks->n_rows; row++) {
        const char *cells[6];
        char numbers[6][32];
        for (size_t i = 0; i < 6; i++) {
            const ipsim_column *column = &checks->columns[columns[i]];
            if (column->type == IPSIM_REAL)
                snprintf(numbers[i], sizeof numbers[i], "%.10g", column->real[row]);
            cells[i] = column->type != IPSIM_REAL ? column->text[row] : isnan(column->real[row]) ? "" : numbers[i];
        }
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}
