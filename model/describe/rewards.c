/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/rewards: costs, quality of life, payers, perspectives and outcomes. */
#include <string.h>

#include "parts.h"

static const char *const per_what[] = {"year", "entry", "transition", "event", "day of an event", "start", "death"};
static const char *const kinds[] = {"resource", "transfer", "production"};

static const char *where(const ipsim_names *states, const ipsim_names *transitions, const ipsim_names *events, page_text *text)
{
    const ipsim_names *lists[] = {states, transitions, events};
    text->at[0] = '\0';
    for (size_t i = 0; i < 3; i++)
        if (lists[i]->count > 0)
            return ipsim_doc_names(lists[i], text);
    return "everywhere";
}

static void add_factors(page_text *text, const ipsim_factor *factors, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const ipsim_factor *f = &factors[i];
        page_text names, number;
        size_t used = strlen(text->at);
        if (f->level.count > 0)
            snprintf(text->at + used, sizeof text->at - used, "; times %s for %s: %s", ipsim_doc_number(&f->factor, &number),
                     f->attribute.value, ipsim_doc_names(&f->level, &names));
        else if (f->by_level.count > 0) {
            snprintf(text->at + used, sizeof text->at - used, "; times a factor by %s", f->attribute.value);
            for (size_t k = 0; k < f->by_level.count; k++) {
                used = strlen(text->at);
                snprintf(text->at + used, sizeof text->at - used, "%s %s %s", k > 0 ? "," : ":", f->by_level.names[k],
                         ipsim_doc_number(&f->by_level.items[k], &number));
            }
        } else
            snprintf(text->at + used, sizeof text->at - used, "; times %s", ipsim_doc_or(f->attribute.value, f->name));
    }
}

static void add_costs(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Cost", "Paid by", "Kind", "Amount", "Per", "Where", "When", "Source"};
    ipsim_doc_heading(p, 2, "Costs");
    if (s->n_rewards == 0) {
        ipsim_doc_paragraph(p, "The scenario declares no costs.");
        return;
    }
    ipsim_doc_paragraph(
        p,
        "Amounts are in %s of %lld. A transfer moves money from a payer to a receiver and sums to nothing; production is value created, "
        "counted as a negative cost.",
        ipsim_doc_or(s->economics.currency.value, "the scenario's currency"), (long long)s->economics.price_year.value);
    ipsim_doc_table_begin(p, headings, 8);
    for (size_t i = 0; i < s->n_rewards; i++) {
        const ipsim_reward *r = &s->rewards[i];
        page_text label, amount, place, window, payer;
        ipsim_doc_number(&r->amount, &amount);
        add_factors(&amount, r->factors, r->n_factors);
        if (r->receiver.value)
            snprintf(payer.at, sizeof payer.at, "%s, to %s", ipsim_doc_or(r->payer.value, ""), r->receiver.value);
        else
            snprintf(payer.at, sizeof payer.at, "%s", ipsim_doc_or(r->payer.value, ""));
        const char *cells[] = {ipsim_doc_label(&r->label, r->name, &label),
                               payer.at,
                               kinds[r->kind.value],
                               amount.at,
                               per_what[r->per.value],
                               where(&r->states, &r->transitions, &r->events, &place),
                               ipsim_doc_window(&r->clock, &r->from_years, &r->until_years, &window),
                               r->source.value};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}

static void add_utilities(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Change", "What it does", "Per", "Where", "When", "Source"};
    ipsim_doc_heading(p, 2, "Quality of life");
    ipsim_doc_paragraph(
        p, "A QALY is a year of life times its utility. The utility of a moment is (that of the state + all that is added) times all that "
           "multiplies; the states' own utilities stand in the table of states.");
    if (s->n_utilities == 0)
        return;
    ipsim_doc_table_begin(p, headings, 6);
    for (size_t i = 0; i < s->n_utilities; i++) {
        const ipsim_utility *u = &s->utilities[i];
        page_text label, what = {""}, number, breaks, place, window, clock;
        if (u->add.given)
            snprintf(what.at, sizeof what.at, "adds %s", ipsim_doc_number(&u->add, &number));
        else if (u->multiply.given)
            snprintf(what.at, sizeof what.at, "multiplies by %s", ipsim_doc_number(&u->multiply, &number));
        else if (u->values.count > 0)
            snprintf(what.at, sizeof what.at, "multiplies by %s, in steps at years %s %s", ipsim_doc_numbers(&u->values, &number),
                     ipsim_doc_numbers(&u->breaks, &breaks), ipsim_doc_clock(u->clock.value ? u->clock.value : "start", &clock));
        add_factors(&what, u->factors, u->n_factors);
        const char *cells[] = {ipsim_doc_label(&u->label, u->name, &label),
                               what.at,
                               per_what[u->per.value],
                               where(&u->states, &u->transitions, &u->events, &place),
                               ipsim_doc_window(&u->clock, &u->from_years, &u->until_years, &window),
                               u->source.value};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}

static void add_perspectives(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Perspective", "Payers", "Kinds", "Cost of public funds"};
    ipsim_doc_heading(p, 2, "Payers and perspectives");
    page_text words;
    for (size_t i = 0; i < s->n_payers; i++) {
        char item[PAGE_TEXT_SIZE + 32];
        snprintf(item, sizeof item, "%s%s", ipsim_doc_label(&s->payers[i].label, s->payers[i].name, &words),
                 s->payers[i].is_public.value ? ", public" : "");
        ipsim_doc_list_item(p, item);
    }
    ipsim_doc_list_end(p);
    ipsim_doc_table_begin(p, headings, 4);
    for (size_t i = 0; i < s->n_perspectives; i++) {
        const ipsim_perspective *v = &s->perspectives[i];
        page_text label, payers, kind_names, funds = {"none"};
        const char *cells[] = {ipsim_doc_label(&v->label, v->name, &label),
                               v->payers.count > 0 ? ipsim_doc_names(&v->payers, &payers) : "all",
                               v->kinds.count > 0 ? ipsim_doc_names(&v->kinds, &kind_names) : "all",
                               v->public_funds_cost.given ? ipsim_doc_number(&v->public_funds_cost, &funds) : "none"};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}

static void add_outcomes(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Outcome", "How it is counted", "Where", "Unit"};
    static const char *const types[] = {"time spent",         "entries to states", "whether ever there", "time of the first entry",
                                        "spells long enough", "transitions made",  "recurrent events",   "days of recurrent events"};
    ipsim_doc_heading(p, 2, "Outcomes");
    ipsim_doc_paragraph(
        p, "Counted for everybody without being declared: life years, QALYs, years in each state, transitions and recurrent events, costs "
           "by payer, kind and perspective. Years and money also discounted.");
    if (s->n_outcomes == 0)
        return;
    ipsim_doc_table_begin(p, headings, 4);
    for (size_t i = 0; i < s->n_outcomes; i++) {
        const ipsim_outcome *o = &s->outcomes[i];
        page_text label, how, place, number;
        snprintf(how.at, sizeof how.at, "%s", types[o->type.value]);
        if (o->weight.given)
            snprintf(how.at, sizeof how.at, "%s, each counting %s", types[o->type.value], ipsim_doc_number(&o->weight, &number));
        if (o->at_least_years.given)
            snprintf(how.at, sizeof how.at, "%s: at least %s years", types[o->type.value], ipsim_doc_number(&o->at_least_years, &number));
        const char *cells[] = {ipsim_doc_label(&o->label, o->name, &label), how.at, where(&o->states, &o->transitions, &o->events, &place),
                               o->unit.value};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}

void ipsim_describe_rewards(page *p, const ipsim_scenario *s)
{
    add_costs(p, s);
    add_utilities(p, s);
    add_perspectives(p, s);
    add_outcomes(p, s);
}
