/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/parameters: parameters with their sources, assumptions, and published figures set beside the model. */
#include <string.h>

#include "parts.h"

static const char *const statuses[] = {"not stated", "published", "derived", "calibrated", "assumed"};

static void add_parameters(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Parameter", "Meaning", "Value", "Unit", "Uncertainty", "Status", "Source", "Note", "Line"};
    ipsim_doc_heading(p, 2, "Parameters");
    if (s->n_parameters == 0) {
        ipsim_doc_paragraph(p, "The scenario declares no parameters.");
        return;
    }
    ipsim_doc_table_begin(p, headings, 9);
    for (size_t i = 0; i < s->n_parameters; i++) {
        const ipsim_parameter *q = &s->parameters[i];
        page_text value, spread, line;
        snprintf(line.at, sizeof line.at, "%s:%d", ipsim_doc_or(q->value.origin.file, ""), q->value.origin.line);
        const char *cells[] = {q->name,
                               q->label.value,
                               ipsim_doc_number(&q->value, &value),
                               q->unit.value,
                               q->distribution.given ? ipsim_doc_distribution(&q->distribution, &spread) : "held fixed",
                               statuses[q->status.value],
                               q->source.value,
                               q->note.value,
                               line.at};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}

static void add_assumptions(page *p, const ipsim_scenario *s)
{
    size_t n = 0;
    ipsim_doc_heading(p, 2, "Assumptions");
    ipsim_doc_list_item(
        p, "Given the attributes and the clocks that the hazards name, the future does not depend on anything else in a person's past.");
    ipsim_doc_list_item(p, "People do not affect each other: no queues, no contagion, no competition for the same job.");
    ipsim_doc_list_item(p, "Prices and rules stay as they are at the price year, unless a window says otherwise.");
    if (s->n_utilities == 0 && s->n_rewards == 0)
        ipsim_doc_list_item(p, "Nothing but time is valued.");
    for (size_t i = 0; i < s->n_parameters; i++) {
        const ipsim_parameter *q = &s->parameters[i];
        if (q->status.value != IPSIM_SOURCE_ASSUMED)
            continue;
        page_text value;
        char item[3 * PAGE_TEXT_SIZE];
        snprintf(item, sizeof item, "%s (%s) is %s%s%s.%s%s", ipsim_doc_or(q->label.value, q->name), q->name,
                 ipsim_doc_number(&q->value, &value), q->unit.value ? " " : "", ipsim_doc_or(q->unit.value, ""), q->note.value ? " " : "",
                 ipsim_doc_or(q->note.value, ""));
        ipsim_doc_list_item(p, item);
        n++;
    }
    ipsim_doc_list_end(p);
    ipsim_doc_paragraph(p, "%zu of %zu parameters are assumed: no published figure was found for them.", n, s->n_parameters);
}

static void add_targets(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Figure", "Measure", "Value", "Range", "Use", "Source", "Note"};
    if (s->n_targets == 0)
        return;
    ipsim_doc_heading(p, 2, "Published figures to compare with");
    ipsim_doc_paragraph(p, "Figures used for calibration and figures held out are told apart; a run prints what it simulates beside each.");
    ipsim_doc_table_begin(p, headings, 7);
    for (size_t i = 0; i < s->n_targets; i++) {
        const ipsim_target *t = &s->targets[i];
        page_text label, value, low = {"-"}, high = {"-"}, range;
        if (t->low.given)
            ipsim_doc_number(&t->low, &low);
        if (t->high.given)
            ipsim_doc_number(&t->high, &high);
        snprintf(range.at, sizeof range.at, "%.200s to %.200s", low.at, high.at);
        const char *cells[] = {ipsim_doc_label(&t->label, t->name, &label),
                               t->measure.value,
                               ipsim_doc_number(&t->value, &value),
                               t->low.given || t->high.given ? range.at : "",
                               t->use.value == IPSIM_TARGET_CALIBRATION ? "calibration" : "held out",
                               t->source.value,
                               t->note.value};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}

void ipsim_describe_parameters(page *p, const ipsim_scenario *s)
{
    add_parameters(p, s);
    add_assumptions(p, s);
    add_targets(p, s);
}
