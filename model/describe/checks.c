/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe/checks: the part of TECH-VER that a program can carry out: the scenario is simulated again with something taken away whose
 * effect is known beforehand. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/describe.h"
#include "ipsim/run.h"

enum { DOMAIN, CHECK, CHANGE, EXPECTED, FOUND, VERDICT, N_COLUMNS };

typedef struct checker {
    const ipsim_scenario *scenario;
    const ipsim_setting *settings; /* of the command line; ours come after them */
    size_t n_settings;
    int64_t persons;
    ipsim_error_list *errors;
    ipsim_table *table;
    ipsim_results *base;
    bool failed; /* a run that should have worked did not: errors says why */
} checker;

/* ---- changes ---- */

typedef struct changes {
    ipsim_setting *items;
    size_t n;
    bool out_of_memory;
} changes;

static void change(changes *c, const char *value, const char *format, ...) IPSIM_PRINTF(3, 4);
static void change(changes *c, const char *value, const char *format, ...)
{
    char *key = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&key, format, arguments);
    va_end(arguments);
    ipsim_setting *items = length >= 0 ? realloc(c->items, (c->n + 1) * sizeof *items) : NULL;
    c->items = items ? items : c->items;
    if (!items) {
        free(length >= 0 ? key : NULL);
        c->out_of_memory = true;
        return;
    }
    c->items[c->n++] = (ipsim_setting){key, value};
}

static void clear_changes(changes *c)
{
    for (size_t i = 0; i < c->n; i++)
        free((char *)(uintptr_t)c->items[i].key);
    free(c->items);
    *c = (changes){0};
}

/* ---- running ---- */

/* The scenario with the changes, `copies` times side by side. NULL: it went wrong, and errors says why. */
static ipsim_results *run_with(checker *k, const changes *c, size_t copies, ipsim_engine_choice engine)
{
    size_t n = k->n_settings + (c ? c->n : 0);
    ipsim_setting *settings = calloc(n + 1, sizeof *settings);
    ipsim_scenario *changed[2] = {NULL, NULL};
    ipsim_results *results = NULL;
    if (!settings || (c && c->out_of_memory)) {
        free(settings);
        ipsim_error_add(k->errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the checks");
        k->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < k->n_settings; i++)
        settings[i] = k->settings[i];
    for (size_t i = k->n_settings; i < n; i++)
        settings[i] = c->items[i - k->n_settings];
    settings[n] = (ipsim_setting){"name", "its_double"}; /* for the second copy: names tell results apart */
    ipsim_status status = ipsim_scenario_load(k->scenario->path, settings, n, &changed[0], k->errors);
    if (status == IPSIM_OK && copies == 2)
        status = ipsim_scenario_load(k->scenario->path, settings, n + 1, &changed[1], k->errors);
    if (status == IPSIM_OK) {
        const ipsim_scenario *arms[2] = {changed[0], changed[1]};
        ipsim_run_options options = {.persons = k->persons, .seed = -1, .engine = engine};
        status = ipsim_run(arms, copies, &options, &results, k->errors);
    }
    ipsim_scenario_free(changed[0]);
    ipsim_scenario_free(changed[1]);
    free(settings);
    k->failed = k->failed || status != IPSIM_OK;
    return status == IPSIM_OK ? results : NULL;
}

/* ---- reading results ---- */

static const char *text_of(const ipsim_table *t, size_t row, const char *column)
{
    size_t c = ipsim_table_find_column(t, column);
    return c < t->n_columns && t->columns[c].text[row] ? t->columns[c].text[row] : "";
}

static double real_of(const ipsim_table *t, size_t row, const char *column)
{
    size_t c = ipsim_table_find_column(t, column);
    return c < t->n_columns ? t->columns[c].real[row] : NAN;
}

/* Everybody, all payers, at the horizon. */
static double total(const checker *k, const ipsim_results *r, const char *outcome, const char *payer, const char *discounted)
{
    const ipsim_table *t = r->results;
    double value = NAN;
    for (size_t row = 0; row < t->n_rows; row++)
        if (strcmp(text_of(t, row, "outcome"), outcome) == 0 && strcmp(text_of(t, row, "subgroup"), "all") == 0 &&
            strcmp(text_of(t, row, "payer"), payer) == 0 && strcmp(text_of(t, row, "discounted"), discounted) == 0 &&
            real_of(t, row, "year") == k->scenario->simulation.horizon_years.value)
            value = real_of(t, row, "estimate");
    return value;
}

/* The largest absolute estimate of a table, over the rows that `prefix` begins. */
static double largest(const ipsim_table *t, const char *prefix)
{
    double most = 0.0;
    for (size_t row = 0; row < t->n_rows; row++)
        if (strncmp(text_of(t, row, "outcome"), prefix, strlen(prefix)) == 0 && fabs(real_of(t, row, "estimate")) > most)
            most = fabs(real_of(t, row, "estimate"));
    return most;
}

/* ---- rows ---- */

static void report(checker *k, const char *domain, const char *check, const char *changed, double expected, double found,
                   const char *verdict)
{
    size_t row = ipsim_table_add_row(k->table);
    ipsim_table_put_text(k->table, row, DOMAIN, domain);
    ipsim_table_put_text(k->table, row, CHECK, check);
    ipsim_table_put_text(k->table, row, CHANGE, changed);
    ipsim_table_put_real(k->table, row, EXPECTED, expected);
    ipsim_table_put_real(k->table, row, FOUND, found);
    ipsim_table_put_text(k->table, row, VERDICT, verdict);
}

/* within: largest difference that round-off of the sums (2^-16 a person and reward) can make; 0 for exactly. */
static void report_number(checker *k, const char *domain, const char *check, const char *changed, double expected, double found,
                          double within)
{
    report(k, domain, check, changed, expected, found, fabs(found - expected) <= within ? "passed" : "failed");
}

static const char events_domain[] = "Event-state calculations", results_domain[] = "Result calculations",
                  inputs_domain[] = "Input calculations", uncertainty_domain[] = "Uncertainty analysis",
                  other_domain[] = "Overall validation";
static const double round_off = 1e-6;

/* ---- the checks ---- */

static void check_occupancy(checker *k)
{
    const ipsim_table *t = k->base->occupancy;
    double worst = 0.0, sum = 0.0;
    for (size_t row = 0; row < t->n_rows; row++) {
        sum += real_of(t, row, "estimate");
        bool last = row + 1 == t->n_rows || real_of(t, row + 1, "year") != real_of(t, row, "year");
        if (last) {
            worst = fmax(worst, fabs(sum - 1.0));
            sum = 0.0;
        }
    }
    report_number(k, events_domain, "People are conserved: shares of all states sum to 1 at every time (largest departure)", "nothing", 0.0,
                  worst, 1e-9);
}

static void check_durations(checker *k)
{
    double years = 0.0;
    for (size_t i = 0; i < k->scenario->n_states; i++) {
        char outcome[160];
        snprintf(outcome, sizeof outcome, "years_%s", k->scenario->states[i].name);
        if (k->scenario->states[i].role.value == IPSIM_ROLE_ALIVE)
            years += total(k, k->base, outcome, "all", "no");
    }
    report_number(k, events_domain, "Years in the living states add up to life years", "nothing",
                  total(k, k->base, "life_years", "all", "no"), years, round_off * (double)k->scenario->n_states);
}

static void check_payers(checker *k)
{
    double sum = 0.0, all = total(k, k->base, "cost", "all", "yes");
    if (k->scenario->n_rewards == 0)
        return;
    for (size_t i = 0; i < k->scenario->n_payers; i++) {
        double cost = total(k, k->base, "cost", k->scenario->payers[i].name, "yes");
        sum += isnan(cost) ? 0.0 : cost;
    }
    report_number(k, results_domain, "Costs by payer add up to the total", "nothing", all, sum, 1e-9 * fabs(all) + round_off * 100.0);
}

static void check_same_arms(checker *k)
{
    ipsim_results *r = run_with(k, NULL, 2, IPSIM_ENGINE_FAST);
    if (r)
        report_number(k, results_domain, "Two equal strategies do not differ (largest difference of any outcome)",
                      "the scenario against itself", 0.0, largest(r->differences, ""), 0.0);
    ipsim_results_free(r);
}

static void check_engines(checker *k)
{
    ipsim_results *r = run_with(k, NULL, 1, IPSIM_ENGINE_REFERENCE);
    if (!r)
        return;
    double worst = 0.0;
    bool same_rows = r->results->n_rows == k->base->results->n_rows;
    for (size_t row = 0; same_rows && row < r->results->n_rows; row++) {
        double a = real_of(r->results, row, "estimate"), b = real_of(k->base->results, row, "estimate");
        if (!isnan(a) || !isnan(b))
            worst = fmax(worst, isnan(a) || isnan(b) ? INFINITY : fabs(a - b));
    }
    report_number(k, other_domain, "A second implementation gives the same results (largest difference of any outcome)",
                  "the reference engine, one person at a time", 0.0, same_rows ? worst : INFINITY, 0.0);
    ipsim_results_free(r);
}

static void check_no_prices(checker *k)
{
    changes c = {0};
    for (size_t i = 0; i < k->scenario->n_rewards; i++)
        change(&c, "0", "rewards.%s.amount", k->scenario->rewards[i].name);
    ipsim_results *r = c.n > 0 ? run_with(k, &c, 1, IPSIM_ENGINE_FAST) : NULL;
    if (r)
        report_number(k, results_domain, "Without prices nothing costs anything (largest cost)", "every amount 0", 0.0,
                      largest(r->results, "cost"), 0.0);
    ipsim_results_free(r);
    clear_changes(&c);
}

static void check_full_health(checker *k)
{
    changes c = {0};
    const ipsim_scenario *s = k->scenario;
    for (size_t i = 0; i < s->n_states; i++)
        if (s->states[i].role.value == IPSIM_ROLE_ALIVE)
            change(&c, "1", "states.%s.utility", s->states[i].name);
    for (size_t i = 0; i < s->n_utilities; i++)
        change(&c, "true", "utilities.%s.remove", s->utilities[i].name);
    ipsim_results *r = run_with(k, &c, 1, IPSIM_ENGINE_FAST);
    if (r)
        report_number(k, results_domain, "In full health a QALY is a life year", "every utility 1, no changes of it",
                      total(k, r, "life_years", "all", "no"), total(k, r, "qalys", "all", "no"), round_off);
    ipsim_results_free(r);
    clear_changes(&c);
}

static bool leads_away(const ipsim_scenario *s, const ipsim_transition *t)
{
    size_t to = ipsim_scenario_find_state(s, t->to.value);
    return to < s->n_states && s->states[to].role.value != IPSIM_ROLE_ALIVE;
}

/* Removing it would leave states that nobody can reach, which is an error. */
static void never(changes *c, const ipsim_transition *t)
{
    if (t->hazard.family.value == (int)IPSIM_HAZARD_AT)
        change(c, "1e6", "transitions.%s.hazard.at", t->name);
    else if (t->hazard.family.value == IPSIM_FIXED)
        change(c, "1e6", "transitions.%s.hazard.delay", t->name);
    else
        change(c, "0", "transitions.%s.hazard.multiplier", t->name);
}

static bool has_entry_time(const ipsim_scenario *s)
{
    return ipsim_scenario_find_attribute(s, "entry_time") < s->n_attributes;
}

static void check_no_deaths(checker *k)
{
    static const char what[] = "Nobody dies or leaves: life years are the horizon", how[] = "transitions to dead and left never fire";
    changes c = {0};
    const ipsim_scenario *s = k->scenario;
    if (has_entry_time(s)) {
        report(k, events_domain, what, "nothing: people enter at different times", NAN, NAN, "not applicable");
        return;
    }
    for (size_t i = 0; i < s->n_transitions; i++)
        if (leads_away(s, &s->transitions[i]))
            never(&c, &s->transitions[i]);
    ipsim_results *r = run_with(k, &c, 1, IPSIM_ENGINE_FAST);
    if (r)
        report_number(k, events_domain, what, how, s->simulation.horizon_years.value, total(k, r, "life_years", "all", "no"), round_off);
    ipsim_results_free(r);
    clear_changes(&c);
}

static void check_no_discount(checker *k)
{
    changes c = {0};
    change(&c, "0.0", "economics.discount_costs.rates");
    change(&c, "0.0", "economics.discount_effects.rates");
    change(&c, "0.0", "economics.discount_costs.from_years");
    change(&c, "0.0", "economics.discount_effects.from_years");
    ipsim_results *r = run_with(k, &c, 1, IPSIM_ENGINE_FAST);
    if (r)
        report_number(k, results_domain, "Without discounting, discounted and undiscounted QALYs agree", "discount rates 0",
                      total(k, r, "qalys", "all", "no"), total(k, r, "qalys", "all", "yes"), round_off);
    ipsim_results_free(r);
    clear_changes(&c);
}

static void check_parameters(checker *k)
{
    size_t n_outside = 0, n_uncertain = 0, n_without_source = 0;
    const ipsim_scenario *s = k->scenario;
    for (size_t i = 0; i < s->n_parameters; i++) {
        const ipsim_parameter *q = &s->parameters[i];
        ipsim_distribution d;
        ipsim_error err = {0};
        n_without_source += !q->source.value || !q->source.value[0];
        if (!q->distribution.given || ipsim_scenario_distribution(&q->distribution, &d, &err) != IPSIM_OK)
            continue;
        double u = ipsim_distribution_cdf(&d, q->value.value);
        n_uncertain++;
        n_outside += !(u >= 0.01 && u <= 0.99) && d.family != IPSIM_DIST_FIXED;
    }
    report_number(k, inputs_domain, "Every parameter names its source (number without)", "nothing", 0.0, (double)n_without_source, 0.0);
    if (n_uncertain > 0)
        report_number(k, uncertainty_domain, "Values lie within the central 98 % of their own distributions (number outside)", "nothing",
                      0.0, (double)n_outside, 0.0);
}

ipsim_status ipsim_describe_check(const ipsim_scenario *scenario, const ipsim_setting *settings, size_t n_settings, int64_t persons,
                                  ipsim_table **out, ipsim_error_list *errors)
{
    static const ipsim_column_spec columns[N_COLUMNS] = {{"domain", IPSIM_TEXT, ""}, {"check", IPSIM_TEXT, ""},
                                                         {"change", IPSIM_TEXT, ""}, {"expected", IPSIM_REAL, ""},
                                                         {"found", IPSIM_REAL, ""},  {"verdict", IPSIM_TEXT, ""}};
    static void (*const all[])(checker *) = {check_parameters, check_occupancy,   check_durations,   check_no_deaths, check_payers,
                                             check_no_prices,  check_full_health, check_no_discount, check_same_arms, check_engines};
    checker k = {.scenario = scenario,
                 .settings = settings,
                 .n_settings = n_settings,
                 .persons = persons,
                 .errors = errors,
                 .table = ipsim_table_create("checks", columns, N_COLUMNS)};
    *out = NULL;
    k.base = k.table ? run_with(&k, NULL, 1, IPSIM_ENGINE_FAST) : NULL;
    for (size_t i = 0; k.base && i < sizeof all / sizeof all[0]; i++)
        all[i](&k);
    ipsim_results_free(k.base);
    if (!k.table || k.table->out_of_memory) {
        ipsim_table_free(k.table);
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the checks");
    }
    if (k.failed) {
        ipsim_table_free(k.table);
        return ipsim_error_list_status(errors);
    }
    *out = k.table;
    return IPSIM_OK;
}
