/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_private.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "deal.h"
#include "identity.h"
#include "psa_tables.h"
#include "replicates.h"
#include "tables.h"
#include "until.h"

/* ---- results ---- */

static bool all_there(ipsim_table *const *tables, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!tables[i] || tables[i]->out_of_memory)
            return false;
    return true;
}

static bool build_plain_tables(const run *job)
{
    const experiment *e = job->e;
    const experiment_sums *sums = job->total->sums;
    ipsim_results *r = job->results;
    r->results = ipsim_tables_results(e, sums);
    r->differences = ipsim_tables_differences(e, sums);
    r->ratios = ipsim_tables_ratios(e, sums);
    r->parameters = ipsim_tables_parameters(e, "parameters", NULL, 0);
    ipsim_table *const made[] = {r->results, r->differences, r->ratios, r->parameters};
    return all_there(made, sizeof made / sizeof *made) && (job->w.n_replicates == 1 || ipsim_replicates_tables(&job->w, job->total, r));
}

static bool build_psa_tables(const run *job)
{
    ipsim_results *r = job->results;
    psa_results draws;
    bool ok = ipsim_psa_open(&draws, &job->w, job->total, job->options->psa->fixed_people);
    if (ok) {
        r->psa = ipsim_psa_table(&draws);
        r->draws = ipsim_psa_parameters(&draws);
        r->psa_years = ipsim_psa_years(&draws);
        r->psa_summary = ipsim_psa_summary(&draws);
        r->psa_occupancy = ipsim_psa_occupancy(&draws);
        r->break_even = ipsim_psa_break_even(&draws);
        r->noise = ipsim_psa_noise_table(&draws);
        r->parameters = ipsim_psa_provenance(&draws);
        ipsim_psa_about(&draws, r->about);
        ipsim_table *const made[] = {r->psa,        r->draws, r->psa_years,  r->psa_summary, r->psa_occupancy,
                                     r->break_even, r->noise, r->parameters, r->about};
        ok = all_there(made, sizeof made / sizeof *made);
    }
    ipsim_psa_close(&draws);
    return ok;
}

static bool build_tables(const run *job)
{
    const experiment *e = job->e;
    const experiment_sums *sums = job->total->sums;
    ipsim_results *r = job->results;
    r->occupancy = ipsim_tables_occupancy(e, sums);
    r->population = ipsim_tables_population(e, sums);
    r->targets = ipsim_tables_targets(e, sums, job->errors);
    r->about = ipsim_tables_about(e, r);
    ipsim_table *const made[] = {r->occupancy, r->population, r->targets, r->about};
    return all_there(made, sizeof made / sizeof *made) && (job->w.uncertain ? build_psa_tables(job) : build_plain_tables(job));
}

void ipsim_results_free(ipsim_results *results)
{
    if (!results)
        return;
    ipsim_table *const tables[] = {
        results->results,    results->differences, results->occupancy,   results->population,      results->targets,    results->ratios,
        results->parameters, results->about,       results->replicates,  results->replicate_means, results->settling,   results->psa,
        results->draws,      results->psa_years,   results->psa_summary, results->psa_occupancy,   results->break_even, results->noise};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        ipsim_table_free(tables[i]);
    free(results);
}

static ipsim_status no_memory(run *job)
{
    return ipsim_error_add(job->errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the run");
}

static void count_results(run *job)
{
    const experiment_sums *sums = job->total->sums;
    ipsim_results *r = job->results;
    r->requested = job->w.persons * (int64_t)job->w.n_replicates;
    r->n_replicates = (int64_t)job->w.n_replicates;
    r->seed = job->lucks[0].seed;
    r->replicate = job->lucks[0].replicate;
    r->several_seeds = job->w.n_replicates > 1 && job->lucks[1].seed != job->lucks[0].seed;
    r->persons = sums->persons;
    for (size_t d = 0; job->total->draws && d < job->total->n_replicates; d++)
        r->draws_done += job->total->draws[d].done != NULL;
    r->events_per_person = sums->persons > 0 ? (double)sums->firings / (double)sums->persons / (double)job->e->n_models : 0.0;
}

/* ---- preparation ---- */

static uint64_t seed_of(const run *job)
{
    return (uint64_t)(job->options->seed >= 0 ? job->options->seed : job->e->scenarios[0]->simulation.seed.value);
}

/* Whether the comparison still holds with other parameters, which it may not where arms differ in one: seen at the first draw. */
static ipsim_status try_first_draw(run *job)
{
    const uncertainty *u = &job->uncertain;
    vary_worker *w = NULL;
    double *values = calloc(u->v->n_quantities + 1, sizeof *values);
    if (!values)
        return no_memory(job);
    ipsim_psa_draws_values(u->draws, 0, values);
    ipsim_status status = ipsim_vary_worker_create(u->v, 1, &w, job->errors);
    status = status == IPSIM_OK ? ipsim_vary_assign(w, values, "draw 0", job->errors) : status;
    status = status == IPSIM_OK ? ipsim_vary_check(w, job->errors) : status;
    ipsim_vary_worker_free(w);
    free(values);
    return status;
}

static ipsim_status prepare_draws(run *job)
{
    uncertainty *u = &job->uncertain;
    ipsim_status status = ipsim_vary_create(job->e, &u->v, job->errors);
    status = status == IPSIM_OK ? ipsim_psa_draws_create(u->v, job->options->psa, seed_of(job), &u->draws, job->errors) : status;
    if (status == IPSIM_OK && !(u->keep = ipsim_keep_create(job->e)))
        status = no_memory(job);
    job->w.uncertain = u;
    return status == IPSIM_OK ? try_first_draw(job) : status;
}

static ipsim_status resolve_luck(run *job)
{
    const ipsim_run_options *o = job->options;
    const ipsim_scenario *first = job->e->scenarios[0];
    const psa_draws *draws = job->w.uncertain ? job->w.uncertain->draws : NULL;
    size_t n_seeds = draws ? 0 : o->n_seeds;
    size_t n = draws ? (size_t)draws->n : n_seeds > 0 ? n_seeds : o->n_replicates > 0 ? o->n_replicates : 1;
    uint64_t seed = seed_of(job);
    job->lucks = calloc(n, sizeof *job->lucks);
    if (!job->lucks)
        return no_memory(job);
    for (size_t i = 0; i < n; i++)
        job->lucks[i] = n_seeds > 0 ? (ipsim_luck){.seed = o->seeds[i], .replicate = o->replicate}
                                    : (ipsim_luck){.seed = seed, .replicate = o->replicate + (uint32_t)i};
    for (size_t i = 0; draws && o->psa->fixed_people && i < n; i++)
        job->lucks[i].replicate = 0;
    int64_t persons = o->persons > 0 ? o->persons : draws ? IPSIM_PSA_PERSONS : first->simulation.persons.value;
    persons = o->until_outcome ? ipsim_until_first(persons) : persons;
    if (draws && persons > UINT32_MAX)
        return ipsim_error_add(job->errors, IPSIM_ERR_USAGE, (ipsim_origin){0}, "a draw may have at most 2^32 - 1 persons");
    if (persons > (IPSIM_WIDE_N_MAX - 1) / (int64_t)n)
        return ipsim_error_add(job->errors, IPSIM_ERR_USAGE, (ipsim_origin){0},
                               "all replicates together may have at most 2^40 - 1 persons");
    job->w = ipsim_work_of(job->e, job->w.uncertain, job->lucks, n, persons);
    return IPSIM_OK;
}

static void choose_units(run *job)
{
    const ipsim_run_options *o = job->options;
    int64_t n_units = ipsim_work_n_units(&job->w);
    job->within = (unit_range){0, n_units};
    if (o->n_shards > 0 && job->w.uncertain && (int64_t)job->w.n_replicates >= o->n_shards) { /* whole draws */
        job->within = ipsim_units_of_shard((int64_t)job->w.n_replicates, o->shard, o->n_shards);
        job->within.first *= job->w.blocks;
        job->within.end *= job->w.blocks;
    } else if (o->n_shards > 0) {
        job->within = ipsim_units_of_shard(n_units, o->shard, o->n_shards);
    }
}

static bool make_parts(run *job)
{
    job->total = ipsim_part_create(&job->w);
    job->pending = job->options->journal ? ipsim_part_create(&job->w) : NULL;
    job->identity = ipsim_identity_text(&job->w, job->options);
    job->results = calloc(1, sizeof *job->results);
    return job->total && job->identity && job->results && (job->pending || !job->options->journal);
}

static ipsim_status open_files(run *job)
{
    ipsim_error err = {0};
    ipsim_status status = IPSIM_OK;
    int64_t goal = 0;
    int member = job->options->team ? job->options->team->member : 0;
    if (job->options->shard_file && member == 0)
        status = ipsim_shard_begin(job->options->shard_file, &job->shard, &err);
    if (status == IPSIM_OK && job->options->journal)
        status = ipsim_journal_open(job->options, member, job->identity, job->total, &goal, &job->journal, &err);
    if (status != IPSIM_OK)
        return ipsim_error_add_copy(job->errors, &err);
    if (goal > job->w.persons)
        job->w = ipsim_work_of(job->e, job->w.uncertain, job->lucks, job->w.n_replicates, goal);
    return IPSIM_OK;
}

/* ---- the work ---- */

/* One stage: every unit of `within`, unless it is stopped. */
static ipsim_status simulate_stage(run *job)
{
    deal_job stage = {.work = &job->w,
                      .within = job->within,
                      .options = job->options,
                      .total = job->total,
                      .pending = job->pending,
                      .journal = job->journal};
    job->e->persons = job->w.persons;
    ipsim_status status = ipsim_deal(&stage, job->errors);
    job->results->n_threads = stage.n_threads > job->results->n_threads ? stage.n_threads : job->results->n_threads;
    /* What could not be written to the journal counts all the same. */
    if (status == IPSIM_OK && job->pending && job->pending->units.count > 0) {
        if (!ipsim_part_merge(job->total, job->pending))
            status = no_memory(job);
        ipsim_part_clear(job->pending);
    }
    return job->options->team ? ipsim_team_gather(job, status) : status;
}

static bool is_complete(const run *job)
{
    return ipsim_units_have_all(&job->total->units, job->within);
}

static void say_how_far(const run *job, double mcse, int64_t next)
{
    char text[256];
    int used = snprintf(text, sizeof text, "the error of %.100s is %.4g after %lld persons", job->options->until_outcome, mcse,
                        (long long)job->w.persons);
    if (next > job->w.persons)
        snprintf(text + used, sizeof text - (size_t)used, "; going on to %lld", (long long)next);
    else
        snprintf(text + used, sizeof text - (size_t)used, ", small enough");
    if (job->options->note)
        job->options->note(job->options->note_data, false, text);
}

/* Stages of more and more persons, each decided by the sums of the one before. */
static ipsim_status simulate_until(run *job)
{
    const ipsim_team *team = job->options->team;
    until u;
    ipsim_error err = {0};
    int64_t batch = ipsim_until_first(job->options->persons > 0 ? job->options->persons : job->e->scenarios[0]->simulation.persons.value);
    if (ipsim_until_resolve(job->e, job->options, &u, &err) != IPSIM_OK)
        return ipsim_error_add_copy(job->errors, &err);
    for (;;) {
        choose_units(job);
        ipsim_status status = simulate_stage(job);
        bool decides = !team || team->member == 0;
        int64_t next = -1; /* -1: no further stage */
        double mcse = NAN;
        if (decides && status == IPSIM_OK && is_complete(job))
            next = ipsim_until_next(&u, job->total->sums, batch, job->w.persons, &mcse);
        if (next == 0)
            status = ipsim_error_add(
                job->errors, IPSIM_ERR_LIMIT, (ipsim_origin){0},
                "--until-mcse: after %lld persons the error of %s is %.4g, and no number of persons that can be simulated "
                "would bring it to %.4g",
                (long long)job->w.persons, job->options->until_outcome, mcse, job->options->until_mcse);
        if (decides && next > 0)
            say_how_far(job, mcse, next);
        next = next > job->w.persons ? next : -1;
        next = team ? team->agree(team->data, next) : next;
        if (next <= 0)
            return status;
        job->w = ipsim_work_of(job->e, job->w.uncertain, job->lucks, 1, next);
        if (job->journal)
            ipsim_journal_set_goal(job->journal, next);
    }
}

/* ---- the end ---- */

static ipsim_status give_up(run *job, const char *why)
{
    return ipsim_error_add(job->errors, IPSIM_ERR_INTERRUPTED, (ipsim_origin){0}, "%s", why);
}

static ipsim_status finish_interrupted(run *job)
{
    job->results->interrupted = true;
    if (job->journal && ipsim_journal_failure(job->journal)->status != IPSIM_OK)
        return ipsim_error_add_copy(job->errors, ipsim_journal_failure(job->journal));
    if (job->journal) {
        job->results->kept_in_journal = true;
        return IPSIM_OK;
    }
    if (job->shard || (job->options->team && job->options->team->size > 1))
        return give_up(job, "interrupted; nothing was kept (--checkpoint would have kept what was finished)");
    if (job->results->persons == 0)
        return give_up(job, job->w.uncertain ? "interrupted before the first draw was finished; nothing was kept"
                                             : "interrupted before the first persons were finished; nothing was kept");
    return build_tables(job) ? IPSIM_OK : no_memory(job);
}

static ipsim_status finish(run *job)
{
    count_results(job);
    if (job->options->team && job->options->team->member > 0) {
        job->results->interrupted = ipsim_run_is_stopped(job);
        return IPSIM_OK;
    }
    if (!is_complete(job))
        return finish_interrupted(job);
    if (job->shard) {
        ipsim_error err = {0};
        shard_file *file = job->shard;
        job->shard = NULL;
        if (ipsim_shard_commit(file, job->identity, job->options->files, job->total, &err) != IPSIM_OK)
            return ipsim_error_add_copy(job->errors, &err);
        job->results->shard_written = true;
        return IPSIM_OK;
    }
    return build_tables(job) ? IPSIM_OK : no_memory(job);
}

static ipsim_status end_run(run *job, size_t n_before, double start, ipsim_results **out)
{
    if (job->results)
        job->results->wall_seconds = omp_get_wtime() - start;
    ipsim_shard_discard(job->shard);
    ipsim_journal_close(job->journal);
    ipsim_part_free(job->total);
    ipsim_part_free(job->pending);
    ipsim_keep_free(job->uncertain.keep);
    ipsim_psa_draws_free(job->uncertain.draws);
    ipsim_vary_free(job->uncertain.v);
    ipsim_experiment_free(job->e);
    free(job->identity);
    free(job->lucks);
    if (job->errors->count > n_before) {
        ipsim_results_free(job->results);
        return job->errors->items[n_before].status;
    }
    *out = job->results;
    return IPSIM_OK;
}

ipsim_status ipsim_run(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options, ipsim_results **out,
                       ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    double start = omp_get_wtime();
    run job = {.options = options, .errors = errors};
    ipsim_status status = ipsim_experiment_create(scenarios, n_scenarios, &job.e, errors);
    if (status == IPSIM_OK)
        job.e->engine = options->engine;
    status = status == IPSIM_OK && options->psa ? prepare_draws(&job) : status;
    status = status == IPSIM_OK ? resolve_luck(&job) : status;
    if (status == IPSIM_OK && !make_parts(&job))
        status = no_memory(&job);
    status = status == IPSIM_OK ? open_files(&job) : status;
    int64_t goal = job.w.persons; /* which member 0 has from the journal */
    if (options->team)
        status = ipsim_team_begin(&job, status, &goal);
    if (status == IPSIM_OK && goal <= 0)
        status = give_up(&job, "interrupted before it began");
    if (status == IPSIM_OK) {
        job.w = ipsim_work_of(job.e, job.w.uncertain, job.lucks, job.w.n_replicates, goal);
        choose_units(&job);
        status = options->until_outcome ? simulate_until(&job) : simulate_stage(&job);
        if (status == IPSIM_OK)
            finish(&job); /* what goes wrong stands in the errors, as all else does */
    }
    return end_run(&job, n_before, start, out);
}

/* The work that the first shard which can be read says it is of; joining them names those that cannot, and what is missing. */
static ipsim_status resolve_merged(run *job, ipsim_run_options *options, const char *const *files, size_t n_files)
{
    size_t n_replicates = 0;
    int64_t persons = 0;
    ipsim_error err = {0};
    ipsim_shard_about about = {0};
    ipsim_status status = ipsim_shard_describe_any(files, n_files, &about, job->errors);
    if (status != IPSIM_OK)
        return status;
    status = ipsim_identity_luck(about.text, &job->lucks, &n_replicates, &persons, &err);
    if (status == IPSIM_OK && about.is_psa != (options->psa != NULL))
        status = ipsim_error_set(&err, IPSIM_ERR_INCOMPATIBLE, "the shards are of another command than this");
    ipsim_shard_about_clear(&about);
    if (status != IPSIM_OK)
        return ipsim_error_add_copy(job->errors, &err);
    if (!options->psa) {
        job->w = ipsim_work_of(job->e, NULL, job->lucks, n_replicates, persons);
        return IPSIM_OK;
    }
    options->seed = (int64_t)job->lucks[0].seed;
    options->persons = persons;
    free(job->lucks);
    job->lucks = NULL;
    status = prepare_draws(job);
    return status == IPSIM_OK ? resolve_luck(job) : status;
}

ipsim_status ipsim_run_merge(const ipsim_scenario *const *scenarios, size_t n_scenarios, const ipsim_run_options *options,
                             const char *const *files, size_t n_files, ipsim_results **out, ipsim_error_list *errors)
{
    *out = NULL;
    size_t n_before = errors->count;
    double start = omp_get_wtime();
    ipsim_run_options own = *options;
    run job = {.options = &own, .errors = errors};
    ipsim_status status = ipsim_experiment_create(scenarios, n_scenarios, &job.e, errors);
    status = status == IPSIM_OK ? resolve_merged(&job, &own, files, n_files) : status;
    if (status == IPSIM_OK) {
        choose_units(&job);
        status = make_parts(&job) ? ipsim_shard_join(&job.w, job.identity, files, n_files, job.total, errors) : no_memory(&job);
    }
    if (status == IPSIM_OK) {
        count_results(&job);
        job.results->n_threads = 1;
        if (!build_tables(&job))
            no_memory(&job);
    }
    return end_run(&job, n_before, start, out);
}
