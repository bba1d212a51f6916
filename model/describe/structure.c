/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/structure: overview, people, states, and the laws of transitions and recurrent events. */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static const char *with_period(const char *text)
{
    size_t n = strlen(text);
    return n > 0 && strchr(".?!", text[n - 1]) ? "" : ".";
}

void ipsim_describe_overview(page *p, const ipsim_scenario *s, const char *program)
{
    page_text words, more;
    if (s->description.value)
        ipsim_doc_paragraph(p, "%s", s->description.value);
    ipsim_doc_paragraph(
        p,
        "This is the documentation of the scenario %s (%s), written by %s from the resolved scenario, digest %016llx. Every figure "
        "below is what the program simulates.",
        s->name.value, s->path, program, (unsigned long long)s->digest);
    ipsim_doc_paragraph(
        p,
        "It is a continuous-time state-transition microsimulation: each person moves through %zu states along %zu transitions, with "
        "%zu recurrent events that do not change the state. In a state, each transition has a hazard; the cumulative hazard that a "
        "person will live through before it fires is a unit exponential drawn for the person and the stream of the transition, and "
        "the first to fire wins (Anderson and Kurtz 2011). People and their draws are the same under every scenario that is "
        "compared, so differences come from the scenarios.",
        s->n_states, s->n_transitions, s->n_events);
    ipsim_doc_paragraph(p, "Horizon: %s years. Results are also reported at years %s. Prices: %s of %lld. Discounting: %s",
                        ipsim_doc_number(&s->simulation.horizon_years, &words),
                        s->simulation.report_years.count > 0 ? ipsim_doc_numbers(&s->simulation.report_years, &more) : "(none)",
                        ipsim_doc_or(s->economics.currency.value, "currency not stated"), (long long)s->economics.price_year.value,
                        ipsim_describe_discounting(s, &(page_text){""}));
}

/* ---- people ---- */

static const char *origin_of_attribute(const ipsim_attribute *a, page_text *text)
{
    page_text words;
    if (a->table.value)
        snprintf(text->at, sizeof text->at, "rows of the table %s", a->table.value);
    else if (a->of.value)
        snprintf(text->at, sizeof text->at, "%s, cut at %s", a->of.value, ipsim_doc_numbers(&a->breaks, &words));
    else if (a->distribution.given)
        return ipsim_doc_distribution(&a->distribution, text);
    else if (a->probabilities.count > 0)
        snprintf(text->at, sizeof text->at, "drawn with probabilities %s", ipsim_doc_numbers(&a->probabilities, &words));
    else
        return ipsim_doc_number(&a->value, text);
    return text->at;
}

void ipsim_describe_people(page *p, const ipsim_scenario *s)
{
    static const char *const headings[] = {"Attribute", "Levels or unit", "Where it comes from", "Target", "Source of the target"};
    ipsim_doc_heading(p, 2, "People");
    if (s->n_attributes == 0) {
        ipsim_doc_paragraph(p, "All people are alike: the scenario declares no attributes.");
        return;
    }
    ipsim_doc_table_begin(p, headings, 5);
    for (size_t i = 0; i < s->n_attributes; i++) {
        const ipsim_attribute *a = &s->attributes[i];
        page_text label, levels, origin, target = {""};
        if (a->target_probabilities.count > 0)
            ipsim_doc_numbers(&a->target_probabilities, &target);
        else if (a->target_mean.given && a->target_sd.given)
            snprintf(target.at, sizeof target.at, "mean %.8g, sd %.8g", a->target_mean.value, a->target_sd.value);
        else if (a->target_mean.given)
            snprintf(target.at, sizeof target.at, "mean %.8g", a->target_mean.value);
        const char *cells[] = {ipsim_doc_label(&a->label, a->name, &label),
                               a->levels.count > 0 ? ipsim_doc_names(&a->levels, &levels) : a->unit.value, origin_of_attribute(a, &origin),
                               target.at, a->target_source.value};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
    page_text words;
    for (size_t i = 0; i < s->n_person_tables; i++)
        ipsim_doc_paragraph(p, "Table %s: %s, %zu rows%s%s.", s->person_tables[i].name, s->person_tables[i].file.value,
                            s->person_tables[i].data ? s->person_tables[i].data->n_rows : 0,
                            s->person_tables[i].weight.value ? ", drawn with the weights in column " : "",
                            ipsim_doc_or(s->person_tables[i].weight.value, ""));
    if (s->subgroups.count > 0)
        ipsim_doc_paragraph(p, "Results are also reported by %s.", ipsim_doc_names(&s->subgroups, &words));
}

/* ---- states ---- */

void ipsim_describe_states(page *p, const ipsim_scenario *s, char *diagram)
{
    static const char *const headings[] = {"State", "Meaning", "Role", "Utility"};
    static const char *const roles[] = {"living", "dead", "out of scope: nothing is counted"};
    ipsim_doc_heading(p, 2, "States");
    ipsim_doc_figure(p, diagram, "diagram.svg",
                     "State diagram: states are boxes, transitions are arrows with their names. The tables below say the same in words.");
    ipsim_doc_table_begin(p, headings, 4);
    for (size_t i = 0; i < s->n_states; i++) {
        const ipsim_state *state = &s->states[i];
        page_text utility = {""};
        const char *cells[] = {state->name, ipsim_doc_or(state->label.value, ""), roles[state->role.value],
                               ipsim_describe_is_living(s, i) ? ipsim_doc_number(&state->utility, &utility) : ""};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
    if (s->start_state.value)
        ipsim_doc_paragraph(p, "Everybody starts in %s.", s->start_state.value);
    else if (s->start_state_attribute.value)
        ipsim_doc_paragraph(p, "People start in the state named by their attribute %s.", s->start_state_attribute.value);
    for (size_t i = 0; i < s->start_states.count; i++)
        ipsim_doc_paragraph(p, "Starts in %s with probability %.8g.", s->start_states.names[i], s->start_states.items[i].value);
    page_text words;
    for (size_t i = 0; i < s->n_clocks; i++)
        ipsim_doc_paragraph(p, "The clock %s starts on entering %s%s.", s->clocks[i].name, ipsim_doc_names(&s->clocks[i].starts_on, &words),
                            s->clocks[i].restart.value ? ", each time anew" : " for the first time");
}

/* ---- laws ---- */

static const char *formula_of(int family)
{
    switch (family) {
    case IPSIM_EXPONENTIAL:
        return "h(x) = rate";
    case IPSIM_WEIBULL:
        return "h(x) = (shape / scale) (x / scale)^(shape - 1);  H(x) = (x / scale)^shape";
    case IPSIM_WEIBULL_PH:
        return "h(x) = rate shape x^(shape - 1);  H(x) = rate x^shape";
    case IPSIM_GOMPERTZ:
        return "h(x) = rate exp(shape x);  H(x) = rate (exp(shape x) - 1) / shape";
    case IPSIM_LOG_LOGISTIC:
        return "H(x) = log(1 + (x / scale)^shape)";
    case IPSIM_LOG_NORMAL:
        return "H(x) = -log Phi(-(log x - meanlog) / sdlog)";
    case IPSIM_GAMMA:
        return "H(x) = -log Q(shape, rate x), Q the regularised upper incomplete gamma function";
    case IPSIM_GENERALISED_GAMMA:
        return "H(x) = -log Q(q^-2, q^-2 exp(q w)), w = (log x - mu) / sigma  (Prentice 1974; for q < 0 the lower tail)";
    case IPSIM_PIECEWISE:
        return "h(x) = rates[i] for breaks[i - 1] <= x < breaks[i]";
    case IPSIM_FIXED:
        return "fires when x = delay";
    case IPSIM_HAZARD_AT:
        return "fires when x = at";
    default:
        return "h(x) = the table's rate at the person's age, calendar year and strata";
    }
}

static void add_law(page *p, const ipsim_hazard_spec *h)
{
    static const char *const headings[] = {"Symbol", "Value", "Unit"};
    const struct {
        const char *name;
        const ipsim_number *number;
        const char *unit;
    } symbols[] = {
        {"rate", &h->rate, "per year"}, {"shape", &h->shape, ""}, {"scale", &h->scale, "years"},     {"meanlog", &h->meanlog, "log years"},
        {"sdlog", &h->sdlog, ""},       {"mu", &h->mu, ""},       {"sigma", &h->sigma, ""},          {"q", &h->q, ""},
        {"delay", &h->delay, "years"},  {"at", &h->at, "years"},  {"multiplier", &h->multiplier, ""}};
    page_text text;
    ipsim_doc_formula(p, formula_of(h->family.value));
    ipsim_doc_table_begin(p, headings, 3);
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        if (symbols[i].number->given) {
            const char *cells[] = {symbols[i].name, ipsim_doc_number(symbols[i].number, &text), symbols[i].unit};
            ipsim_doc_table_row(p, cells);
        }
    if (h->breaks.count > 0)
        ipsim_doc_table_row(p, (const char *[]){"breaks", ipsim_doc_numbers(&h->breaks, &text), "years"});
    if (h->rates.count > 0)
        ipsim_doc_table_row(p, (const char *[]){"rates", ipsim_doc_numbers(&h->rates, &text), "per year"});
    if (h->file.value)
        ipsim_doc_table_row(p, (const char *[]){"table", h->file.value, "per year"});
    ipsim_doc_table_end(p);
}

static const char *whom(const ipsim_effect *e, page_text *text)
{
    page_text names;
    if (!e->attribute.value)
        return "everybody";
    if (e->level.count > 0)
        snprintf(text->at, sizeof text->at, "%s: %s", e->attribute.value, ipsim_doc_names(&e->level, &names));
    else if (e->hr_by_level.count > 0)
        snprintf(text->at, sizeof text->at, "by %s", e->attribute.value);
    else
        snprintf(text->at, sizeof text->at, "each unit of %s above %.8g", e->attribute.value, e->centre.given ? e->centre.value : 0.0);
    return text->at;
}

static const char *how_much(const ipsim_effect *e, page_text *text)
{
    page_text number;
    if (e->hr.given)
        return ipsim_doc_number(&e->hr, text);
    if (e->log_hr.given) {
        snprintf(text->at, sizeof text->at, "exp(%s)", ipsim_doc_number(&e->log_hr, &number));
        return text->at;
    }
    size_t used = 0;
    text->at[0] = '\0';
    for (size_t i = 0; i < e->hr_by_level.count && used < sizeof text->at; i++) {
        int n = snprintf(text->at + used, sizeof text->at - used, "%s%s %s", i > 0 ? "; " : "", e->hr_by_level.names[i],
                         ipsim_doc_number(&e->hr_by_level.items[i], &number));
        used += n > 0 ? (size_t)n : 0;
    }
    return text->at;
}

static void add_effects(page *p, const ipsim_effect *effects, size_t n_effects, const ipsim_modifier *modifiers, size_t n_modifiers)
{
    static const char *const headings[] = {"Multiplies the hazard", "For whom", "By", "When"};
    if (n_effects + n_modifiers == 0)
        return;
    ipsim_doc_table_begin(p, headings, 4);
    for (size_t i = 0; i < n_effects; i++) {
        const ipsim_effect *e = &effects[i];
        page_text who, ratio, when, number;
        ipsim_doc_window(&e->clock, &e->from_years, &e->until_years, &when);
        size_t used = strlen(when.at);
        if (e->fade_until_years.given && used < sizeof when.at)
            snprintf(when.at + used, sizeof when.at - used, ", then fading in %lld steps until year %s", (long long)e->steps.value,
                     ipsim_doc_number(&e->fade_until_years, &number));
        const char *cells[] = {e->name, whom(e, &who), how_much(e, &ratio), when.at};
        ipsim_doc_table_row(p, cells);
    }
    for (size_t i = 0; i < n_modifiers; i++) {
        const ipsim_modifier *m = &modifiers[i];
        page_text values, breaks, clock, when;
        snprintf(when.at, sizeof when.at, "in steps, at years %s %s", ipsim_doc_numbers(&m->breaks, &breaks),
                 ipsim_doc_clock(m->clock.value ? m->clock.value : "start", &clock));
        const char *cells[] = {m->name, "everybody", ipsim_doc_numbers(&m->values, &values), when.at};
        ipsim_doc_table_row(p, cells);
    }
    ipsim_doc_table_end(p);
}

static void add_curve(page *p, const ipsim_scenario *s, const char *name, const char *clock, const ipsim_hazard_spec *hazard,
                      const ipsim_effect *effects, size_t n_effects, const ipsim_modifier *modifiers, size_t n_modifiers)
{
    char file[160], alternative[200];
    char *drawing = ipsim_describe_curve(s, clock, hazard, effects, n_effects, modifiers, n_modifiers);
    if (!drawing)
        return; /* at and fixed have no curve */
    snprintf(file, sizeof file, "hazard_%s.svg", name);
    snprintf(alternative, sizeof alternative, "Hazard of %s against its clock; the formula and its numbers stand above.", name);
    ipsim_doc_figure(p, drawing, file, alternative);
}

static void add_transition(page *p, const ipsim_scenario *s, const ipsim_transition *t)
{
    page_text label, from, clock;
    ipsim_doc_heading(p, 3, ipsim_doc_label(&t->label, t->name, &label));
    ipsim_doc_paragraph(p, "From %s to %s. Time x is counted in years %s. Stream of luck: %s.", ipsim_doc_names(&t->from, &from),
                        t->to.value,
                        ipsim_doc_clock(t->clock.value                                      ? t->clock.value
                                        : t->hazard.family.value == (int)IPSIM_HAZARD_TABLE ? "age"
                                                                                            : NULL,
                                        &clock),
                        ipsim_doc_or(t->stream.value, "its own"));
    add_law(p, &t->hazard);
    add_effects(p, t->effects, t->n_effects, t->modifiers, t->n_modifiers);
    add_curve(p, s, t->name, t->clock.value, &t->hazard, t->effects, t->n_effects, t->modifiers, t->n_modifiers);
}

static void add_event(page *p, const ipsim_scenario *s, const ipsim_event *e)
{
    page_text label, states, clock, duration;
    ipsim_doc_heading(p, 3, ipsim_doc_label(&e->label, e->name, &label));
    ipsim_doc_paragraph(p, "Recurrent, in %s; the state does not change. Time x is counted in years %s. Stream of luck: %s.",
                        e->states.count > 0 ? ipsim_doc_names(&e->states, &states) : "every living state",
                        ipsim_doc_clock(e->clock.value, &clock), ipsim_doc_or(e->stream.value, e->name));
    if (e->duration_days.given)
        ipsim_doc_paragraph(p, "Duration in days: %s%s", ipsim_doc_distribution(&e->duration_days, &duration), with_period(duration.at));
    add_law(p, &e->hazard);
    add_effects(p, e->effects, e->n_effects, e->modifiers, e->n_modifiers);
    add_curve(p, s, e->name, e->clock.value, &e->hazard, e->effects, e->n_effects, e->modifiers, e->n_modifiers);
}

void ipsim_describe_transitions(page *p, const ipsim_scenario *s)
{
    ipsim_doc_heading(p, 2, "Transitions");
    ipsim_doc_paragraph(
        p, "h(x) is the baseline hazard per year and H(x) its integral, x the reading of the transition's clock in years. The hazard of a "
           "person is the baseline times the multiplier (1 unless it is given) times every effect that holds for the person at the time.");
    for (size_t i = 0; i < s->n_transitions; i++)
        add_transition(p, s, &s->transitions[i]);
    if (s->n_events == 0)
        return;
    ipsim_doc_heading(p, 2, "Recurrent events");
    for (size_t i = 0; i < s->n_events; i++)
        add_event(p, s, &s->events[i]);
}
