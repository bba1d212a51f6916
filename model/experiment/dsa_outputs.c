/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked at: differences from the comparator, and their errors from totals of batches. See ipsim/dsa.h for the formula. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsa_parts.h"
#include "ipsim/nearest.h"

enum { MOST_BATCHES = 512 };

/* ---- cells ---- */

static int add_cell(dsa_outputs *o, const experiment *e, const char *outcome)
{
    size_t measure = ipsim_account_find(e->plan, outcome, "all");
    if (measure == ipsim_account_n_measures(e->plan))
        return DSA_NO_CELL;
    for (size_t c = 0; c < o->n_cells; c++)
        if (strcmp(o->cells[c].outcome, outcome) == 0)
            return (int)c;
    const ipsim_measure *m = ipsim_account_measure(e->plan, measure);
    o->cells[o->n_cells] = (dsa_cell){
        .outcome = m->outcome, .discounted = m->discountable, .quantum = ipsim_account_quantum(e->plan, measure)};
    return (int)o->n_cells++;
}

/* ---- outputs ---- */

static const char *unit_of(const experiment *e, const char *outcome)
{
    return ipsim_account_measure(e->plan, ipsim_account_find(e->plan, outcome, "all"))->unit;
}

static dsa_output *add_output(dsa_outputs *o, const char *outcome, const char *unit)
{
    dsa_output *output = &o->items[o->count++];
    *output = (dsa_output){
        .outcome = outcome, .unit = unit, .threshold = NAN, .cost = DSA_NO_CELL, .effect = DSA_NO_CELL, .given = DSA_NO_CELL};
    return output;
}

typedef struct money {
    const char *perspective, *outcome;
} money;

/* Perspectives and their costs; everybody's where none is declared. NULL: memory is short. */
static money *perspectives_of(dsa_outputs *o, const ipsim_scenario *scenario, size_t *count)
{
    size_t n = scenario->n_perspectives;
    money *list = ipsim_arena_alloc(o->arena, n + 1, sizeof *list);
    *count = n > 0 ? n : 1;
    if (list && n == 0)
        list[0] = (money){"all", "cost"};
    for (size_t i = 0; list && i < n; i++) {
        list[i] = (money){scenario->perspectives[i].name, ipsim_arena_printf(o->arena, "cost_%s", scenario->perspectives[i].name)};
        if (!list[i].outcome)
            return NULL;
    }
    return list;
}

/* Whether the searches look at the net benefit in this perspective: those named, the first unless any is. */
static bool is_searched(const ipsim_dsa_options *options, const char *perspective, size_t index)
{
    for (size_t i = 0; i < options->n_perspectives; i++)
        if (strcmp(options->perspectives[i], perspective) == 0 || strcmp(options->perspectives[i], "all") == 0)
            return true;
    return options->n_perspectives == 0 && index == 0;
}

static void check_perspectives(const ipsim_dsa_options *options, const money *list, size_t n, ipsim_error_list *errors)
{
    const char *names[64];
    for (size_t i = 0; i < n && i < 64; i++)
        names[i] = list[i].perspective;
    for (size_t k = 0; k < options->n_perspectives; k++) {
        const char *wanted = options->perspectives[k];
        bool known = strcmp(wanted, "all") == 0;
        for (size_t i = 0; i < n; i++)
            known |= strcmp(wanted, list[i].perspective) == 0;
        const char *near = ipsim_nearest(wanted, names, n < 64 ? n : 64);
        if (!known)
            ipsim_error_add(errors, IPSIM_ERR_REFERENCE, (ipsim_origin){.file = "--perspective", .key = wanted},
                            "the scenarios declare no perspective of this name; %s%s%s", near ? "did you mean " : "the first is ",
                            near ? near : names[0], near ? "?" : "");
    }
}

static bool is_qalys(const ipsim_dsa_options *options)
{
    return !options->effect || strcmp(options->effect, "qalys") == 0;
}

/* What thresholds value. A mean among some people, such as the time to their first job, does not add up with costs. */
static int effect_cell(dsa_outputs *o, const experiment *e, const ipsim_dsa_options *options, ipsim_error_list *errors)
{
    if (is_qalys(options))
        return add_cell(o, e, "qalys");
    const char *names[64] = {"qalys", "life_years"};
    size_t n = 2, measure = ipsim_account_find(e->plan, options->effect, "all");
    bool known = strcmp(options->effect, "life_years") == 0;
    for (size_t s = 0; s < e->n_models; s++)
        for (size_t i = 0; i < e->scenarios[s]->n_outcomes; i++) {
            const char *name = e->scenarios[s]->outcomes[i].name;
            known |= strcmp(name, options->effect) == 0;
            if (n < 64)
                names[n++] = name;
        }
    ipsim_origin origin = {.file = "--effect", .key = options->effect};
    if (!known || measure == ipsim_account_n_measures(e->plan)) {
        const char *near = ipsim_nearest(options->effect, names, n);
        ipsim_error_add(errors, IPSIM_ERR_REFERENCE, origin, "this is no effect: qalys, life_years or a declared outcome%s%s%s",
                        near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        return DSA_NO_CELL;
    }
    if (ipsim_account_measure(e->plan, measure)->conditional)
        ipsim_error_add(errors, IPSIM_ERR_USAGE, origin, "this is a mean among some people, which cannot be valued together with costs");
    if (options->n_thresholds == 0)
        ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){.file = "--threshold"},
                        "economics.thresholds are values of a QALY; give the value of a unit of %s", options->effect);
    return add_cell(o, e, options->effect);
}

static void add_money(dsa_outputs *o, const experiment *e, const ipsim_dsa_options *options, int effect, const money *list, size_t n)
{
    const ipsim_numbers *declared = &e->scenarios[0]->economics.thresholds;
    size_t n_declared = is_qalys(options) ? declared->count : 0;
    size_t n_thresholds = options->n_thresholds > 0 ? options->n_thresholds : n_declared;
    const char *unit = unit_of(e, list[0].outcome);
    for (size_t i = 0; i < n; i++) {
        int cost = add_cell(o, e, list[i].outcome);
        for (size_t t = 0; t < n_thresholds; t++) {
            dsa_output *output = add_output(o, "net_benefit", unit);
            output->perspective = list[i].perspective;
            output->threshold = options->n_thresholds > 0 ? options->thresholds[t] : declared->items[t].value;
            output->cost = cost;
            output->effect = effect;
            output->searched = !options->outcome && is_searched(options, list[i].perspective, i) && (t == 0 || options->n_thresholds > 0);
        }
    }
    for (size_t i = 0; i < n; i++) {
        dsa_output *output = add_output(o, list[i].outcome, unit);
        output->perspective = list[i].perspective;
        output->cost = add_cell(o, e, list[i].outcome);
        output->less_is_better = true;
    }
}

static void add_effect(dsa_outputs *o, const experiment *e, const char *name)
{
    size_t measure = ipsim_account_find(e->plan, name, "all");
    if (measure == ipsim_account_n_measures(e->plan))
        return;
    const ipsim_measure *m = ipsim_account_measure(e->plan, measure);
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->items[i].outcome, m->outcome) == 0)
            return;
    dsa_output *output = add_output(o, m->outcome, m->unit);
    output->effect = add_cell(o, e, m->outcome);
    if (m->conditional)
        output->given = add_cell(o, e, ipsim_account_measure(e->plan, m->given)->outcome);
}

/* The output named by --outcome: "cost" is that of the first perspective, unless there is one of that name. */
static void search_outcome(dsa_outputs *o, const ipsim_dsa_options *options, ipsim_error_list *errors)
{
    const char *wanted = options->outcome;
    const char **names = calloc(o->count + 1, sizeof *names);
    bool found = false;
    for (size_t i = 0; i < o->count; i++) {
        dsa_output *output = &o->items[i];
        bool net_benefit = !isnan(output->threshold);
        if (names)
            names[i] = output->outcome;
        bool any_cost = strcmp(wanted, "cost") == 0 && output->cost != DSA_NO_CELL && output->effect == DSA_NO_CELL;
        if (net_benefit || (strcmp(output->outcome, wanted) != 0 && !any_cost))
            continue;
        size_t perspective = 0;
        for (size_t k = 0; k < i; k++)
            perspective += o->items[k].cost != DSA_NO_CELL && isnan(o->items[k].threshold);
        output->searched = !any_cost || is_searched(options, output->perspective, perspective);
        found |= output->searched;
    }
    if (!found) {
        const char *near = names ? ipsim_nearest(wanted, names, o->count) : NULL;
        ipsim_error_add(errors, IPSIM_ERR_REFERENCE, (ipsim_origin){.file = "--outcome", .key = wanted},
                        "this is no output: net_benefit, cost, cost_<perspective>, qalys, life_years or a declared outcome%s%s%s",
                        near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    free(names);
}

ipsim_status ipsim_dsa_outputs_create(const experiment *e, int64_t persons, const ipsim_dsa_options *options, dsa_outputs *o,
                                      ipsim_error_list *errors)
{
    size_t n_before = errors->count, n_outcomes = 0, n_money = 0;
    *o = (dsa_outputs){.arena = ipsim_arena_create(), .n_scenarios = e->n_models, .persons = persons};
    for (size_t s = 0; s < e->n_models; s++)
        n_outcomes += e->scenarios[s]->n_outcomes;
    size_t n_perspectives = e->scenarios[0]->n_perspectives + 1;
    size_t n_thresholds = options->n_thresholds + e->scenarios[0]->economics.thresholds.count + 1;
    size_t most = n_perspectives * (n_thresholds + 1) + n_outcomes + 2;
    money *list = o->arena ? perspectives_of(o, e->scenarios[0], &n_money) : NULL;
    o->cells = o->arena ? ipsim_arena_alloc(o->arena, 2 * most, sizeof *o->cells) : NULL;
    o->items = o->arena ? ipsim_arena_alloc(o->arena, most, sizeof *o->items) : NULL;
    if (!list || !o->cells || !o->items)
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the outputs");
    check_perspectives(options, list, n_money, errors);
    int effect = effect_cell(o, e, options, errors);
    if (errors->count > n_before)
        return errors->items[n_before].status;
    add_money(o, e, options, effect, list, n_money);
    add_effect(o, e, "qalys");
    add_effect(o, e, "life_years");
    for (size_t s = 0; s < e->n_models; s++)
        for (size_t i = 0; i < e->scenarios[s]->n_outcomes; i++)
            add_effect(o, e, e->scenarios[s]->outcomes[i].name);
    if (options->outcome)
        search_outcome(o, options, errors);
    else if (options->n_thresholds + e->scenarios[0]->economics.thresholds.count == 0)
        ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){.file = "--threshold"},
                        "the scenarios state no threshold (economics.thresholds); give one, or choose another output with --outcome");
    o->batch = (persons + MOST_BATCHES - 1) / MOST_BATCHES;
    o->n_batches = (persons + o->batch - 1) / o->batch;
    return errors->count > n_before ? errors->items[n_before].status : IPSIM_OK;
}

void ipsim_dsa_outputs_clear(dsa_outputs *o)
{
    if (o->arena)
        ipsim_arena_free(o->arena);
    *o = (dsa_outputs){0};
}

/* ---- estimates ---- */

size_t ipsim_dsa_outputs_n_sums(const dsa_outputs *o)
{
    return o->n_scenarios * (size_t)o->n_batches * o->n_cells;
}

static const ipsim_wide128 *batch_of(const dsa_outputs *o, const ipsim_wide128 *sums, size_t scenario, size_t batch)
{
    return sums + (scenario * (size_t)o->n_batches + batch) * o->n_cells;
}

static double persons_in(const dsa_outputs *o, size_t batch)
{
    int64_t first = (int64_t)batch * o->batch;
    return (double)(first + o->batch < o->persons ? o->batch : o->persons - first);
}

/* The mean difference of one cell from the comparator. The integers are subtracted before they become doubles. */
static double mean_difference(const dsa_outputs *o, const ipsim_wide128 *sums, size_t scenario, int cell)
{
    ipsim_wide128 sum = 0;
    for (size_t b = 0; b < (size_t)o->n_batches; b++)
        sum += batch_of(o, sums, scenario, b)[cell] - batch_of(o, sums, 0, b)[cell];
    return ipsim_wide128_to_double(sum, o->cells[cell].quantum) / (double)o->persons;
}

/* Adds weight x (the batch's own difference - its persons x the mean difference) to each batch; returns weight x the mean. */
static double add_difference(const dsa_outputs *o, const ipsim_wide128 *sums, size_t scenario, int cell, double weight, double *own)
{
    double mean = mean_difference(o, sums, scenario, cell);
    for (size_t b = 0; b < (size_t)o->n_batches; b++) {
        ipsim_wide128 difference = batch_of(o, sums, scenario, b)[cell] - batch_of(o, sums, 0, b)[cell];
        own[b] += weight * (ipsim_wide128_to_double(difference, o->cells[cell].quantum) - persons_in(o, b) * mean);
    }
    return weight * mean;
}

/* The same for one scenario's mean of `effect` among those with `given`, by its linear part (value - ratio x given) / mean of given. */
static double add_ratio(const dsa_outputs *o, const ipsim_wide128 *sums, size_t scenario, const dsa_output *output, double weight,
                        double *own)
{
    ipsim_wide128 value = 0, given = 0;
    double quantum[2] = {o->cells[output->effect].quantum, o->cells[output->given].quantum};
    for (size_t b = 0; b < (size_t)o->n_batches; b++) {
        value += batch_of(o, sums, scenario, b)[output->effect];
        given += batch_of(o, sums, scenario, b)[output->given];
    }
    if (given <= 0)
        return NAN;
    double ratio = ipsim_wide128_to_double(value, quantum[0]) / ipsim_wide128_to_double(given, quantum[1]);
    double mean_given = ipsim_wide128_to_double(given, quantum[1]) / (double)o->persons;
    for (size_t b = 0; b < (size_t)o->n_batches; b++) {
        const ipsim_wide128 *batch = batch_of(o, sums, scenario, b);
        own[b] += weight *
                  (ipsim_wide128_to_double(batch[output->effect], quantum[0]) -
                   ratio * ipsim_wide128_to_double(batch[output->given], quantum[1])) /
                  mean_given;
    }
    return weight * ratio;
}

/* The output, and in own what each batch adds to it beyond its share. */
static double evaluate(const dsa_outputs *o, const dsa_output *output, const ipsim_wide128 *sums, size_t scenario, double *own)
{
    memset(own, 0, (size_t)o->n_batches * sizeof *own);
    if (output->given != DSA_NO_CELL) {
        double ratio = add_ratio(o, sums, scenario, output, 1.0, own);
        return ratio + add_ratio(o, sums, 0, output, -1.0, own);
    }
    double value = 0.0;
    if (output->effect != DSA_NO_CELL)
        value += add_difference(o, sums, scenario, output->effect, isnan(output->threshold) ? 1.0 : output->threshold, own);
    if (output->cost != DSA_NO_CELL)
        value += add_difference(o, sums, scenario, output->cost, output->effect != DSA_NO_CELL ? -1.0 : 1.0, own);
    return value;
}

/* Of what the batches add, less what those of another run add (NULL: nothing). */
static double error_of(const dsa_outputs *o, const double *own, const double *less)
{
    double sum = 0.0, n = (double)o->n_batches;
    for (size_t b = 0; b < (size_t)o->n_batches; b++) {
        double x = own[b] - (less ? less[b] : 0.0);
        sum += x * x;
    }
    return o->n_batches > 1 ? sqrt(sum * n / (n - 1.0)) / (double)o->persons : NAN;
}

void ipsim_dsa_outputs_estimate(const dsa_outputs *o, const ipsim_wide128 *sums, const ipsim_wide128 *base, double *scratch,
                                dsa_estimate *out)
{
    double *own = scratch, *own_base = scratch + o->n_batches;
    for (size_t s = 1; s < o->n_scenarios; s++)
        for (size_t i = 0; i < o->count; i++) {
            dsa_estimate *estimate = &out[(s - 1) * o->count + i];
            evaluate(o, &o->items[i], base, s, own_base);
            estimate->value = evaluate(o, &o->items[i], sums, s, own);
            bool there = !isnan(estimate->value);
            estimate->mcse = there ? error_of(o, own, NULL) : NAN;
            estimate->change_mcse = there ? error_of(o, own, own_base) : NAN;
        }
}
