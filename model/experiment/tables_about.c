/* SPDX-License-Identifier: GPL-3.0-or-later */
/* targets, parameters, about: what a run rests on and how it compares with what is published. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* ---- targets ---- */

typedef struct target_lookup {
    const experiment *e;
    const experiment_sums *sums;
    size_t model;
} target_lookup;

static double look_up_share(void *data, const char *name, double years)
{
    const target_lookup *l = data;
    size_t state = ipsim_scenario_find_state(l->e->scenarios[l->model], name);
    if (state == l->e->scenarios[l->model]->n_states)
        return NAN;
    for (size_t t = 0; t < l->e->n_times; t++)
        if (fabs(l->e->times[t] - years) < 1e-6)
            return ipsim_tables_share(l->e, l->sums, l->model, state, t);
    return NAN;
}

static double look_up_outcome(void *data, const char *name, double years)
{
    const target_lookup *l = data;
    size_t measure = ipsim_account_find(l->e->plan, name, "all");
    if (measure == ipsim_account_n_measures(l->e->plan))
        return NAN;
    for (size_t year = 0; year < ipsim_account_n_years(l->e->plan); year++)
        if (fabs(ipsim_account_year(l->e->plan, year) - years) < 1e-6)
            return ipsim_ledger_mean(l->sums->ledger, l->model, 0, measure, year, false).value;
    return NAN;
}

static void put_target(ipsim_table *table, const ipsim_scenario *scenario, const ipsim_target *target, double simulated)
{
    const char *verdict = "not available";
    if (!isnan(simulated) && !target->low.given && !target->high.given) {
        verdict = "no range"; /* nothing says what would be far off */
    } else if (!isnan(simulated)) {
        bool low = !target->low.given || simulated >= target->low.value, high = !target->high.given || simulated <= target->high.value;
        verdict = low && high ? "inside" : "outside";
    }
    size_t row = ipsim_table_add_row(table);
    ipsim_table_put_text(table, row, 0, scenario->name.value);
    ipsim_table_put_text(table, row, 1, target->name);
    ipsim_table_put_text(table, row, 2, target->use.value == IPSIM_TARGET_CALIBRATION ? "calibration" : "held out");
    ipsim_table_put_real(table, row, 3, simulated);
    ipsim_table_put_real(table, row, 4, target->value.value);
    ipsim_table_put_real(table, row, 5, target->low.given ? target->low.value : NAN);
    ipsim_table_put_real(table, row, 6, target->high.given ? target->high.value : NAN);
    ipsim_table_put_text(table, row, 7, verdict);
    ipsim_table_put_text(table, row, 8, target->unit.value);
    ipsim_table_put_text(table, row, 9, target->source.value);
    ipsim_table_put_text(table, row, 10, target->note.value);
}

ipsim_table *ipsim_tables_targets(const experiment *e, const experiment_sums *sums, ipsim_error_list *errors)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""},  {"target", IPSIM_TEXT, ""},  {"use", IPSIM_TEXT, ""},
                                                {"simulated", IPSIM_REAL, ""}, {"value", IPSIM_REAL, ""},   {"low", IPSIM_REAL, ""},
                                                {"high", IPSIM_REAL, ""},      {"verdict", IPSIM_TEXT, ""}, {"unit", IPSIM_TEXT, ""},
                                                {"source", IPSIM_TEXT, ""},    {"note", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("targets", columns, sizeof columns / sizeof *columns);
    ipsim_measurer *measurer = ipsim_measurer_create(look_up_share, look_up_outcome);
    if (!measurer) {
        ipsim_table_free(table);
        return NULL;
    }
    for (size_t model = 0; table && model < e->n_models; model++) {
        const ipsim_scenario *scenario = e->scenarios[model];
        for (size_t i = 0; i < scenario->n_targets; i++) {
            target_lookup lookup = {.e = e, .sums = sums, .model = model};
            double simulated = NAN;
            ipsim_error err;
            if (ipsim_measurer_evaluate(measurer, scenario->targets[i].measure.value, &lookup, &simulated, &err) != IPSIM_OK)
                ipsim_error_add(errors, err.status, scenario->targets[i].measure.origin, "%s", err.message);
            put_target(table, scenario, &scenario->targets[i], simulated);
        }
    }
    ipsim_measurer_free(measurer);
    return table;
}

/* ---- parameters ---- */

ipsim_table *ipsim_tables_parameters(const experiment *e, const char *name, const ipsim_column_spec *more, size_t n_more)
{
    static const ipsim_column_spec first[] = {{"scenario", IPSIM_TEXT, ""}, {"parameter", IPSIM_TEXT, ""}, {"value", IPSIM_REAL, ""},
                                              {"unit", IPSIM_TEXT, ""},     {"status", IPSIM_TEXT, ""},    {"source", IPSIM_TEXT, ""},
                                              {"label", IPSIM_TEXT, ""},    {"note", IPSIM_TEXT, ""},      {"file", IPSIM_TEXT, ""},
                                              {"line", IPSIM_INTEGER, ""}};
    static const char *const status[] = {"", "published", "derived", "calibrated", "assumed"};
    enum { N_FIRST = sizeof first / sizeof *first, MOST = N_FIRST + 10 };
    ipsim_column_spec columns[MOST];
    ipsim_bug_assert(n_more <= MOST - N_FIRST);
    memcpy(columns, first, sizeof first);
    for (size_t i = 0; i < n_more; i++)
        columns[N_FIRST + i] = more[i];
    ipsim_table *table = ipsim_table_create(name, columns, N_FIRST + n_more);
    for (size_t model = 0; table && model < e->n_models; model++)
        for (size_t i = 0; i < e->scenarios[model]->n_parameters; i++) {
            const ipsim_parameter *p = &e->scenarios[model]->parameters[i];
            size_t row = ipsim_table_add_row(table);
            ipsim_table_put_text(table, row, 0, e->scenarios[model]->name.value);
            ipsim_table_put_text(table, row, 1, p->name);
            ipsim_table_put_real(table, row, 2, p->value.value);
            ipsim_table_put_text(table, row, 3, p->unit.value);
            ipsim_table_put_text(table, row, 4, status[p->status.value]);
            ipsim_table_put_text(table, row, 5, p->source.value);
            ipsim_table_put_text(table, row, 6, p->label.value);
            ipsim_table_put_text(table, row, 7, p->note.value);
            ipsim_table_put_text(table, row, 8, p->value.origin.file ? p->value.origin.file : p->origin.file);
            ipsim_table_put_integer(table, row, 9, p->value.origin.file ? p->value.origin.line : p->origin.line);
        }
    return table;
}

/* ---- about ---- */

static void put_row(ipsim_table *table, const char *a, const char *b, const char *c)
{
    size_t row = ipsim_table_add_row(table);
    ipsim_table_put_text(table, row, 0, a);
    ipsim_table_put_text(table, row, 1, b);
    ipsim_table_put_text(table, row, 2, c);
}

static void put_label(ipsim_table *table, const char *scenario, const char *kind, const char *name, const char *label)
{
    char key[400];
    snprintf(key, sizeof key, "%s:%s", kind, name);
    put_row(table, scenario, key, label ? label : name);
}

/* As many as there are: a schedule of report years may be long. */
static void put_numbers(ipsim_table *table, const char *scenario, const char *key, const ipsim_numbers *numbers)
{
    char *list = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&list, &size);
    for (size_t i = 0; text && i < numbers->count; i++)
        fprintf(text, "%s%.12g", i ? ", " : "", numbers->items[i].value);
    if (!text || fclose(text) != 0 || !list)
        table->out_of_memory = true;
    else
        put_row(table, scenario, key, list);
    free(list);
}

static void describe_discounting(char *buffer, size_t size, const ipsim_scenario *scenario, const ipsim_discount_spec *spec)
{
    const char *kind = scenario->economics.discounting.value == 0 ? "a year" : "a year, continuously compounded";
    if (spec->rates.count == 0) {
        snprintf(buffer, size, "none");
        return;
    }
    size_t used = (size_t)snprintf(buffer, size, "%.6g %% %s", 100.0 * spec->rates.items[0].value, kind);
    for (size_t i = 1; i < spec->rates.count && i < spec->from_years.count && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, ", %.6g %% from year %.6g", 100.0 * spec->rates.items[i].value,
                                 spec->from_years.items[i].value);
}

static void about_conventions(ipsim_table *table, const ipsim_scenario *s, const ipsim_results *results)
{
    char buffer[1024];
    const char *name = s->name.value;
    put_row(table, name, "title", s->title.value ? s->title.value : name);
    put_row(table, name, "description", s->description.value);
    put_row(table, name, "file", s->path);
    snprintf(buffer, sizeof buffer, "%016llx", (unsigned long long)s->digest);
    put_row(table, name, "digest", buffer);
    snprintf(buffer, sizeof buffer, "%.12g", s->simulation.horizon_years.value);
    put_row(table, name, "horizon_years", buffer);
    put_numbers(table, name, "report_years", &s->simulation.report_years);
    describe_discounting(buffer, sizeof buffer, s, &s->economics.discount_costs);
    put_row(table, name, "discounting_costs", buffer);
    describe_discounting(buffer, sizeof buffer, s, &s->economics.discount_effects);
    put_row(table, name, "discounting_effects", buffer);
    put_row(table, name, "timing", "continuous time; flows integrated exactly, events counted and discounted when they happen");
    put_row(table, name, "currency", s->economics.currency.value ? s->economics.currency.value : "currency units");
    snprintf(buffer, sizeof buffer, "%lld", (long long)s->economics.price_year.value);
    put_row(table, name, "price_year", s->economics.price_year.given ? buffer : "");
    put_numbers(table, name, "thresholds", &s->economics.thresholds);
    snprintf(buffer, sizeof buffer, "%lld", (long long)results->persons);
    put_row(table, name, "persons", buffer);
    snprintf(buffer, sizeof buffer, "%llu", (unsigned long long)results->seed);
    put_row(table, name, "seed", buffer);
    snprintf(buffer, sizeof buffer, "%lu", (unsigned long)results->replicate);
    put_row(table, name, "replicate", buffer);
    if (results->n_replicates > 1 && results->draws_done == 0) {
        snprintf(buffer, sizeof buffer, "%lld", (long long)results->n_replicates);
        put_row(table, name, "replicates", buffer);
        put_row(table, name, "seeds", results->several_seeds ? "one for each replicate" : "one");
    }
}

static void about_labels(ipsim_table *table, const ipsim_scenario *s)
{
    const char *name = s->name.value;
    for (size_t i = 0; i < s->n_states; i++)
        put_label(table, name, "state", s->states[i].name, s->states[i].label.value);
    for (size_t i = 0; i < s->n_payers; i++)
        put_label(table, name, "payer", s->payers[i].name, s->payers[i].label.value);
    for (size_t i = 0; i < s->n_perspectives; i++)
        put_label(table, name, "perspective", s->perspectives[i].name, s->perspectives[i].label.value);
    for (size_t i = 0; i < s->n_outcomes; i++)
        put_label(table, name, "outcome", s->outcomes[i].name, s->outcomes[i].label.value);
    for (size_t i = 0; i < s->n_rewards; i++)
        put_label(table, name, "item", s->rewards[i].name, s->rewards[i].label.value);
    for (size_t i = 0; i < s->n_targets; i++)
        put_label(table, name, "target", s->targets[i].name, s->targets[i].label.value);
    for (size_t i = 0; i < s->n_attributes; i++)
        put_label(table, name, "attribute", s->attributes[i].name, s->attributes[i].label.value);
}

static void put_names(ipsim_table *table, const char *scenario, const char *kind, const char *name, const ipsim_names *names)
{
    char *list = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&list, &size);
    for (size_t i = 0; text && i < names->count; i++)
        fprintf(text, "%s%s", i ? ", " : "", names->items[i]);
    if (!text || fclose(text) != 0 || !list)
        table->out_of_memory = true;
    else
        put_label(table, scenario, kind, name, list);
    free(list);
}

/* What the names stand for, as far as a reader of the tables alone needs it. */
static void about_meanings(ipsim_table *table, const ipsim_scenario *s)
{
    static const char *const types[] = {"years", "entries", "ever", "first_time", "spells", "transitions", "events", "event_days"};
    static const char *const kinds[] = {"resource", "transfer", "production"};
    const char *name = s->name.value;
    char number[64];
    for (size_t i = 0; i < s->n_states; i++)
        if (s->states[i].role.value != IPSIM_ROLE_ALIVE)
            put_label(table, name, "state_role", s->states[i].name, s->states[i].role.value == IPSIM_ROLE_DEAD ? "dead" : "left");
    for (size_t i = 0; i < s->n_payers; i++)
        if (s->payers[i].is_public.value)
            put_label(table, name, "payer_public", s->payers[i].name, "yes");
    for (size_t i = 0; i < s->n_perspectives; i++) {
        const ipsim_perspective *p = &s->perspectives[i];
        if (p->payers.given)
            put_names(table, name, "perspective_payers", p->name, &p->payers);
        if (p->kinds.given)
            put_names(table, name, "perspective_kinds", p->name, &p->kinds);
        if (p->public_funds_cost.given) {
            snprintf(number, sizeof number, "%.12g", p->public_funds_cost.value);
            put_label(table, name, "perspective_public_funds_cost", p->name, number);
        }
    }
    for (size_t i = 0; i < s->n_outcomes; i++) {
        put_label(table, name, "outcome_type", s->outcomes[i].name, types[s->outcomes[i].type.value]);
        if (s->outcomes[i].states.count > 0)
            put_names(table, name, "outcome_states", s->outcomes[i].name, &s->outcomes[i].states);
    }
    for (size_t i = 0; i < s->n_rewards; i++)
        put_label(table, name, "item_kind", s->rewards[i].name, kinds[s->rewards[i].kind.value]);
    for (size_t i = 0; i < s->n_targets; i++)
        put_label(table, name, "target_measure", s->targets[i].name, s->targets[i].measure.value);
}

ipsim_table *ipsim_tables_about(const experiment *e, const ipsim_results *results)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""}, {"key", IPSIM_TEXT, ""}, {"value", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("about", columns, sizeof columns / sizeof *columns);
    for (size_t model = 0; table && model < e->n_models; model++) {
        about_conventions(table, e->scenarios[model], results);
        about_labels(table, e->scenarios[model]);
        about_meanings(table, e->scenarios[model]);
    }
    return table;
}
