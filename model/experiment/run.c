/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipsim/run.h"

#include <omp.h>
#include <stdlib.h>

#include "simulate.h"
#include "tables.h"

static double events_per_person(const experiment *e, const experiment_sums *sums)
{
    return (double)sums->firings / (double)sums->persons / (double)e->n_models;
}

static bool all_there(const ipsim_results *r)
{
    ipsim_table *const tables[] = {r->results, r->differences, r->occupancy, r->population, r->targets, r->ratios, r->parameters, r->about};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (!tables[i] || tables[i]->out_of_memory)
            return false;
    return true;
}

static bool build_tables(const experiment *e, const experiment_sums *sums, ipsim_results *r, ipsim_error_list *errors)
{
    r->results = ipsim_tables_results(e, sums);
    r->differences = ipsim_tables_differences(e, sums);
    r->ratios = ipsim_tables_ratios(e, sums);
    r->occupancy = ipsim_tables_occupancy(e, sums);
    r->population = ipsim_tables_population(e, sums);
    r->targets = ipsim_tables_targets(e, sums, errors);
    r->parameters = ipsim_tables_parameters(e);
    r->about = ipsim_tables_about(e, r);
    return all_there(r);
}

void ipsim_results_free(ipsim_results *results)
{
    if (!results)
        return;
    ipsim_table_free(results->results);
    ipsim_table_free(results->differences);
    ipsim_table_free(results->occupancy);
    ipsim_table_free(results->population);
    ipsim_table_free(results->targets);
    ipsim_table_free(results->ratios);
    ipsim_table_free(results->parameters);
    ipsim_table_free(results->about);
    free(results);
}

ipsim_status ipsim_run(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options, ipsim_results **out,
                       ipsim_error_list *errors)
{
    *out = NULL;
    experiment *e = NULL;
    experiment_sums *sums = NULL;
    size_t n_before = errors->count;
    double start = omp_get_wtime();
    ipsim_results *results = calloc(1, sizeof *results);
    if (!results)
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the results");
    if (ipsim_experiment_create(scenarios, n_scenarios, &e, errors) != IPSIM_OK)
        goto out;
    sums = ipsim_experiment_sums_create(e);
    if (!sums) {
        ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the ledger");
        goto out;
    }
    results->requested = options->persons > 0 ? options->persons : scenarios[0]->simulation.persons.value;
    results->seed = (uint64_t)(options->seed >= 0 ? options->seed : scenarios[0]->simulation.seed.value);
    results->replicate = options->replicate;
    ipsim_luck luck = {.seed = results->seed, .replicate = results->replicate};
    if (ipsim_experiment_simulate(e, luck, results->requested, options, sums, &results->n_threads, errors) != IPSIM_OK)
        goto out;
    results->persons = sums->persons;
    results->interrupted = sums->persons < results->requested;
    results->events_per_person = events_per_person(e, sums);
    if (!build_tables(e, sums, results, errors))
        ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the tables");
    results->wall_seconds = omp_get_wtime() - start;
out:
    ipsim_experiment_sums_free(sums);
    ipsim_experiment_free(e);
    if (errors->count > n_before) {
        ipsim_results_free(results);
        return errors->items[n_before].status;
    }
    *out = results;
    return IPSIM_OK;
}
