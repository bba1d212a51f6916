/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a sensitivity analysis: everything that can be wrong with the request first, then base, one-way and grid runs together, then
 * what depends on their results. See ipsim/dsa.h. */
#include "ipsim/dsa.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dsa_parts.h"
#include "tables.h"

typedef struct analysis {
    ipsim_dsa_options options;
    experiment *e;
    dsa_parameters parameters;
    dsa_outputs outputs;
    dsa_runs *runs;
    dsa_job job;
    ipsim_luck luck;
    int64_t persons;
    ipsim_dsa *result;
} analysis;

static ipsim_status no_memory(ipsim_error_list *errors)
{
    return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the sensitivity analysis");
}

/* ---- the request ---- */

static ipsim_status check_options(const ipsim_dsa_options *o, size_t n_scenarios, ipsim_error_list *errors)
{
    size_t n_before = errors->count;
    bool usual = o->quantiles[0] == 0.0 && o->quantiles[1] == 0.0;
    if (!usual && !(o->quantiles[0] > 0.0 && o->quantiles[0] < o->quantiles[1] && o->quantiles[1] < 1.0))
        ipsim_error_add(errors, IPSIM_ERR_RANGE, (ipsim_origin){.file = "--quantiles"},
                        "two quantiles, the lower one first, both between 0 and 1, are needed, not %.9g and %.9g", o->quantiles[0],
                        o->quantiles[1]);
    for (size_t g = 0; g < o->n_grids; g++)
        for (int i = 0; i < 2; i++)
            if (o->grids[g].axis[i].steps < 2 || o->grids[g].axis[i].steps > 1000)
                ipsim_error_add(errors, IPSIM_ERR_RANGE, (ipsim_origin){.file = "--grid", .key = o->grids[g].axis[i].range.name},
                                "an axis has from 2 to 1000 values, not %lld", (long long)o->grids[g].axis[i].steps);
    if (n_scenarios < 2)
        ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){0}, "a comparator and at least one other scenario are needed");
    return errors->count > n_before ? errors->items[n_before].status : IPSIM_OK;
}

static ipsim_status prepare(analysis *a, const ipsim_scenario *const *scenarios, size_t n, ipsim_error_list *errors)
{
    ipsim_status status = check_options(&a->options, n, errors);
    if (status == IPSIM_OK)
        status = ipsim_experiment_create(scenarios, n, &a->e, errors);
    if (status != IPSIM_OK)
        return status;
    a->persons = a->options.persons > 0 ? a->options.persons : scenarios[0]->simulation.persons.value;
    a->luck = (ipsim_luck){.seed = (uint64_t)(a->options.seed >= 0 ? a->options.seed : scenarios[0]->simulation.seed.value),
                           .replicate = a->options.replicate};
    status = ipsim_dsa_parameters_collect(a->e, &a->options, &a->parameters, errors);
    if (a->parameters.items == NULL)
        return status;
    ipsim_status of_outputs = ipsim_dsa_outputs_create(a->e, a->persons, &a->options, &a->outputs, errors);
    a->job = (dsa_job){.scenarios = scenarios,
                       .n_scenarios = n,
                       .options = &a->options,
                       .parameters = &a->parameters,
                       .outputs = &a->outputs,
                       .errors = errors};
    ipsim_status of_search = status == IPSIM_OK ? ipsim_dsa_search_check(&a->job) : IPSIM_OK;
    status = status == IPSIM_OK ? of_outputs : status;
    status = status == IPSIM_OK ? of_search : status;
    dsa_runs_of of = {scenarios, n, &a->parameters, &a->outputs, &a->options, a->luck};
    if (status == IPSIM_OK)
        status = ipsim_dsa_runs_create(&of, &a->runs, errors);
    a->job.runs = a->runs;
    return status;
}

/* ---- notes ---- */

static void note(ipsim_dsa *d, const char *format, ...) IPSIM_PRINTF(2, 3);
static void note(ipsim_dsa *d, const char *format, ...)
{
    char **grown = realloc(d->notes, (d->n_notes + 1) * sizeof *grown);
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (grown)
        d->notes = grown;
    if (grown && vasprintf(&text, format, args) >= 0)
        d->notes[d->n_notes++] = text;
    va_end(args);
}

static void list_name(char *list, size_t size, const char *name)
{
    size_t used = strlen(list);
    if (used + strlen(name) + 8 < size)
        snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", name);
    else if (used > 0 && list[used - 1] != '.')
        snprintf(list + used, size - used, ", ...");
}

static void make_notes(const analysis *a)
{
    char expressions[500] = "", outside[500] = "", together[500] = "", shares[500] = "";
    for (size_t i = 0; i < a->parameters.n_moved; i++) {
        const dsa_parameter *q = &a->parameters.items[a->parameters.moved[i]];
        size_t member;
        const ipsim_joint *joint = ipsim_dsa_joint_of(q->quantity, &member);
        if (joint)
            list_name(together, sizeof together, q->quantity->label);
        if (joint && joint->family.value == IPSIM_JOINT_DIRICHLET)
            list_name(shares, sizeof shares, q->quantity->label);
        if (q->quantity->parameter->value.expression)
            list_name(expressions, sizeof expressions, q->quantity->label);
        if (q->base < q->low || q->base > q->high)
            list_name(outside, sizeof outside, q->quantity->label);
    }
    if (*expressions)
        note(a->result, "Written as expressions, and moved by themselves here, so that they no longer follow what they are made of: %s.",
             expressions);
    if (*together)
        note(a->result, "Uncertain together with others, but moved one at a time, by their own quantiles, the others at base: %s.",
             together);
    if (*shares)
        note(a->result, "Shares of a whole: when one moves, the others give or take in proportion: %s.", shares);
    if (*outside)
        note(a->result, "Their base value lies outside the range: %s.", outside);
}

/* ---- tables ---- */

static void put_about(ipsim_table *table, const char *scenario, const char *key, const char *value)
{
    size_t row = ipsim_table_add_row(table);
    ipsim_table_put_text(table, row, 0, scenario);
    ipsim_table_put_text(table, row, 1, key);
    ipsim_table_put_text(table, row, 2, value);
}

static void build_about(analysis *a)
{
    ipsim_dsa *d = a->result;
    ipsim_results like = {.persons = a->persons, .seed = a->luck.seed, .replicate = a->luck.replicate, .n_replicates = 1};
    char text[96];
    const char *comparator = a->job.scenarios[0]->name.value;
    bool usual = a->options.quantiles[0] == 0.0 && a->options.quantiles[1] == 0.0;
    d->about = ipsim_tables_about(a->e, &like);
    if (!d->about)
        return;
    snprintf(text, sizeof text, "%zu", a->parameters.n_moved);
    put_about(d->about, comparator, "dsa_parameters", text);
    snprintf(text, sizeof text, "%.9g, %.9g", usual ? 0.025 : a->options.quantiles[0], usual ? 0.975 : a->options.quantiles[1]);
    put_about(d->about, comparator, "dsa_quantiles", text);
    snprintf(text, sizeof text, "%lld", (long long)d->n_runs);
    put_about(d->about, comparator, "dsa_runs", text);
    put_about(d->about, comparator, "dsa_effect", a->options.effect ? a->options.effect : "qalys");
}

static bool is_whole(const ipsim_table *table)
{
    return table && !table->out_of_memory;
}

static ipsim_status build_tables(analysis *a, ipsim_error_list *errors)
{
    ipsim_dsa *d = a->result;
    d->persons = a->persons;
    d->n_runs = ipsim_dsa_runs_count(a->runs);
    d->n_parameters = (int64_t)a->parameters.n_moved;
    d->seed = a->luck.seed;
    d->replicate = a->luck.replicate;
    d->n_threads = ipsim_dsa_runs_threads(a->runs);
    while (d->headline + 1 < a->outputs.count && !a->outputs.items[d->headline].searched)
        d->headline++;
    d->dsa = ipsim_dsa_one_way_table(&a->job);
    d->base = ipsim_dsa_base_table(&a->job);
    d->parameters = ipsim_tables_parameters(a->e, "parameters", NULL, 0);
    if (a->options.n_grids > 0)
        d->grid = ipsim_dsa_grid_table(&a->job);
    build_about(a);
    make_notes(a);
    bool ok = is_whole(d->dsa) && is_whole(d->base) && is_whole(d->parameters) && is_whole(d->about);
    ok = ok && (a->options.n_grids == 0 || is_whole(d->grid)) && (!d->threshold || is_whole(d->threshold));
    return ok && (!d->extremes || is_whole(d->extremes)) ? IPSIM_OK : no_memory(errors);
}

/* ---- the work ---- */

static size_t expected_extremes(const analysis *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->outputs.count; i++)
        n += a->outputs.items[i].searched ? 2 * (a->job.n_scenarios - 1) : 0;
    return n;
}

static ipsim_status work(analysis *a, ipsim_error_list *errors)
{
    dsa_job *job = &a->job;
    bool one_way = a->parameters.n_moved > 0, searches = one_way || a->options.find == IPSIM_DSA_FIND_LISTED;
    searches = searches && a->options.find != IPSIM_DSA_FIND_NONE && !a->options.only_scenarios;
    size_t for_searches = searches ? ipsim_dsa_search_expected(job) : 0, for_extremes = one_way ? expected_extremes(a) : 0;
    ipsim_status status = ipsim_dsa_one_way_plan(job), of_grid = ipsim_dsa_grid_plan(job);
    status = status == IPSIM_OK ? of_grid : status;
    status = status == IPSIM_OK ? ipsim_dsa_runs_check(a->runs, errors) : status;
    status = status == IPSIM_OK ? ipsim_dsa_runs_open_journal(a->runs, errors) : status;
    status = status == IPSIM_OK ? ipsim_dsa_runs_do(a->runs, false, for_searches + for_extremes, errors) : status;
    if (status == IPSIM_OK && one_way)
        status = ipsim_dsa_extremes(job, for_searches, &a->result->extremes);
    if (status == IPSIM_OK && searches)
        status = ipsim_dsa_search(job, &a->result->threshold);
    return status == IPSIM_OK ? build_tables(a, errors) : status;
}

ipsim_status ipsim_dsa_run(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_dsa_options *options, ipsim_dsa **out,
                           ipsim_error_list *errors)
{
    *out = NULL;
    analysis a = {.options = *options, .result = calloc(1, sizeof(ipsim_dsa))};
    if (a.options.outcome && strcmp(a.options.outcome, "net_benefit") == 0)
        a.options.outcome = NULL;
    ipsim_status status = a.result ? prepare(&a, scenarios, n_scenarios, errors) : no_memory(errors);
    status = status == IPSIM_OK ? work(&a, errors) : status;
    if (status == IPSIM_OK) {
        *out = a.result;
        a.result = NULL;
    }
    free(a.job.low);
    free(a.job.high);
    free(a.job.grid);
    ipsim_dsa_runs_free(a.runs);
    ipsim_dsa_outputs_clear(&a.outputs);
    ipsim_dsa_parameters_clear(&a.parameters);
    ipsim_experiment_free(a.e);
    ipsim_dsa_free(a.result);
    return status;
}

void ipsim_dsa_free(ipsim_dsa *d)
{
    if (!d)
        return;
    ipsim_table *const tables[] = {d->dsa, d->threshold, d->grid, d->extremes, d->base, d->parameters, d->about};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        ipsim_table_free(tables[i]);
    for (size_t i = 0; i < d->n_notes; i++)
        free(d->notes[i]);
    free(d->notes);
    free(d);
}
