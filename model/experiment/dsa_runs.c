/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points -> estimates. Points are put into chunks: the variants of a chunk are the models of one experiment, so that those with the same
 * histories are simulated once. Chunks x blocks of persons are dealt to threads; each writes the totals of its own batches, so nothing is
 * ever added up in an order that threads could change. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "dsa_journal.h"
#include "dsa_variants.h"

/* Memory of a worker grows with the models of a chunk. */
enum { MOST_MODELS = 16 };

typedef struct chunk {
    size_t n_points, *points;
    const ipsim_scenario **scenarios; /* [point * n_scenarios + scenario] */
    experiment *e;
    ipsim_account_cell *cells;
    ipsim_wide128 *sums; /* [point * n_sums] */
} chunk;

struct dsa_runs {
    dsa_runs_of of;
    dsa_variants variants;
    dsa_points points;
    size_t n_checked, n_done;
    ipsim_wide128 *base; /* totals of point 0 */
    double *scratch;
    int64_t block, n_blocks; /* persons of a block: whole batches */
    int n_threads;
    int64_t persons_done, persons_total;
    double last_progress;
    dsa_journal *journal; /* NULL: none */
};

static ipsim_status no_memory(ipsim_error_list *errors)
{
    return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the sensitivity analysis");
}

/* ---- construction ---- */

void ipsim_dsa_runs_free(dsa_runs *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->points.count; i++) {
        free(r->points.items[i].values);
        free(r->points.items[i].estimates);
    }
    ipsim_dsa_variants_clear(&r->variants);
    free(r->points.items);
    free(r->base);
    free(r->scratch);
    ipsim_dsa_journal_close(r->journal);
    free(r);
}

ipsim_status ipsim_dsa_runs_create(const dsa_runs_of *of, dsa_runs **out, ipsim_error_list *errors)
{
    dsa_runs *r = *out = calloc(1, sizeof *r);
    if (!r)
        return no_memory(errors);
    const dsa_outputs *outputs = of->outputs;
    r->of = *of;
    r->base = calloc(ipsim_dsa_outputs_n_sums(outputs), sizeof *r->base);
    r->scratch = calloc(2 * (size_t)outputs->n_batches, sizeof *r->scratch);
    if (!r->base || !r->scratch || ipsim_dsa_runs_add(r) != 0)
        return no_memory(errors);
    int64_t batches = IPSIM_BLOCK_PERSONS / outputs->batch;
    r->block = outputs->batch * (batches > 1 ? batches : 1);
    r->n_blocks = (outputs->persons + r->block - 1) / r->block;
    r->n_threads = of->options->n_threads > 0 ? of->options->n_threads : omp_get_max_threads();
    return ipsim_dsa_variants_create(of, of->n_scenarios < MOST_MODELS ? MOST_MODELS / of->n_scenarios : 1, &r->variants, errors);
}

ipsim_status ipsim_dsa_runs_open_journal(dsa_runs *r, ipsim_error_list *errors)
{
    ipsim_error err = {0};
    return ipsim_dsa_journal_open(&r->of, &r->journal, &err) == IPSIM_OK ? IPSIM_OK : ipsim_error_add_copy(errors, &err);
}

size_t ipsim_dsa_runs_add(dsa_runs *r)
{
    dsa_points *points = &r->points;
    size_t n_estimates = (r->of.n_scenarios - 1) * r->of.outputs->count;
    if (points->count == points->capacity) {
        size_t capacity = 2 * points->capacity + 16;
        dsa_point *grown = realloc(points->items, capacity * sizeof *grown);
        if (!grown)
            return SIZE_MAX;
        points->items = grown;
        points->capacity = capacity;
    }
    dsa_point point = {.values = calloc(r->of.parameters->count + 1, sizeof(double)),
                       .estimates = calloc(n_estimates, sizeof(dsa_estimate))};
    if (!point.values || !point.estimates) {
        free(point.values);
        free(point.estimates);
        return SIZE_MAX;
    }
    for (size_t p = 0; p < r->of.parameters->count; p++)
        point.values[p] = NAN;
    for (size_t i = 0; i < n_estimates; i++)
        point.estimates[i] = (dsa_estimate){NAN, NAN, NAN};
    points->items[points->count] = point;
    return points->count++;
}

size_t ipsim_dsa_runs_add_one(dsa_runs *r, size_t parameter, double value)
{
    size_t point = ipsim_dsa_runs_add(r);
    if (point != SIZE_MAX)
        r->points.items[point].values[parameter] = value;
    return point;
}

dsa_point *ipsim_dsa_runs_point(dsa_runs *r, size_t point)
{
    return &r->points.items[point];
}

const dsa_estimate *ipsim_dsa_runs_estimate(dsa_runs *r, size_t point, size_t scenario, size_t output)
{
    return &r->points.items[point].estimates[(scenario - 1) * r->of.outputs->count + output];
}

size_t ipsim_dsa_runs_points(const dsa_runs *r)
{
    return r->points.count;
}

int64_t ipsim_dsa_runs_count(const dsa_runs *r)
{
    return (int64_t)r->n_done;
}

int ipsim_dsa_runs_threads(const dsa_runs *r)
{
    return r->n_threads;
}

/* ---- checking ---- */

/* A line of a scenario that refuses many points of a grid is told twice, as it would be for both ends of a range. */
static bool is_told(const ipsim_error_list *errors, const ipsim_error *err)
{
    int times = 0;
    for (size_t i = 0; i < errors->count; i++) {
        const ipsim_error *e = &errors->items[i];
        times += e->status == err->status && e->line == err->line && strcmp(e->file, err->file) == 0 && strcmp(e->key, err->key) == 0;
    }
    return times >= 2;
}

ipsim_status ipsim_dsa_runs_check(dsa_runs *r, ipsim_error_list *errors)
{
    ipsim_status first = IPSIM_OK;
    for (; r->n_checked < r->points.count; r->n_checked++) {
        ipsim_error_list found = {0};
        ipsim_status status = ipsim_dsa_variants_resolve(&r->variants, &r->points.items[r->n_checked], 0, &found);
        for (size_t i = 0; i < found.count; i++)
            if (!is_told(errors, &found.items[i]))
                ipsim_error_add_copy(errors, &found.items[i]);
        errors->out_of_memory |= found.out_of_memory;
        ipsim_error_list_clear(&found);
        first = first == IPSIM_OK ? status : first;
    }
    return first;
}

/* ---- chunks ---- */

static void chunk_clear(chunk *c)
{
    free(c->points);
    free(c->scenarios);
    ipsim_experiment_free(c->e);
    free(c->cells);
    free(c->sums);
    *c = (chunk){0};
}

static bool find_cells(const dsa_runs *r, chunk *c)
{
    const dsa_outputs *o = r->of.outputs;
    c->cells = calloc(o->n_cells + 1, sizeof *c->cells);
    for (size_t i = 0; c->cells && i < o->n_cells; i++) {
        c->cells[i] = (ipsim_account_cell){.measure = ipsim_account_find(c->e->plan, o->cells[i].outcome, "all"),
                                           .year = ipsim_account_n_years(c->e->plan) - 1,
                                           .discounted = o->cells[i].discounted};
        ipsim_bug_assert(c->cells[i].measure < ipsim_account_n_measures(c->e->plan));
    }
    return c->cells != NULL;
}

static ipsim_status compile_chunk(dsa_runs *r, chunk *c, ipsim_error_list *errors)
{
    ipsim_status status = ipsim_experiment_create_varied(c->scenarios, c->n_points * r->of.n_scenarios, &c->e, errors);
    if (status != IPSIM_OK)
        return status;
    c->e->engine = r->of.options->engine;
    c->sums = calloc(c->n_points * ipsim_dsa_outputs_n_sums(r->of.outputs), sizeof *c->sums);
    return find_cells(r, c) && c->sums ? IPSIM_OK : no_memory(errors);
}

/* Which of a chunk's points cannot be compiled: each by itself. */
static ipsim_status find_culprits(dsa_runs *r, const chunk *c, ipsim_error_list *errors)
{
    ipsim_status first = IPSIM_OK;
    for (size_t i = 0; i < c->n_points; i++) {
        ipsim_error_list found = {0};
        const dsa_point *point = &r->points.items[c->points[i]];
        chunk alone = {.n_points = 1};
        alone.scenarios = calloc(r->of.n_scenarios + 1, sizeof *alone.scenarios);
        ipsim_status status = alone.scenarios ? ipsim_dsa_variants_resolve(&r->variants, point, 0, errors) : no_memory(errors);
        for (size_t s = 0; status == IPSIM_OK && s < r->of.n_scenarios; s++)
            alone.scenarios[s] = ipsim_dsa_variants_scenario(&r->variants, 0, s);
        status = status == IPSIM_OK ? compile_chunk(r, &alone, &found) : status;
        ipsim_dsa_variants_complain(&r->variants, point, &found, errors);
        chunk_clear(&alone);
        ipsim_error_list_clear(&found);
        first = first == IPSIM_OK ? status : first;
    }
    return first;
}

/* Passes over points that the journal knows. The base is none of them. */
static void recall_points(dsa_runs *r, size_t *next)
{
    while (*next > 0 && *next < r->points.count && ipsim_dsa_journal_recall(r->journal, &r->points.items[*next])) {
        r->persons_done += r->of.outputs->persons;
        ++*next;
    }
}

/* The next points, at most `most`, that can share an experiment. */
static ipsim_status fill_chunk(dsa_runs *r, chunk *c, size_t most, size_t *next, ipsim_error_list *errors)
{
    c->points = calloc(most, sizeof *c->points);
    c->scenarios = calloc(most * r->of.n_scenarios, sizeof *c->scenarios);
    if (!c->points || !c->scenarios)
        return no_memory(errors);
    for (bool like = true; like && c->n_points < most && *next < r->points.count;) {
        bool out_of_memory = false;
        ipsim_status status = ipsim_dsa_variants_resolve(&r->variants, &r->points.items[*next], c->n_points, errors);
        if (status != IPSIM_OK)
            return status;
        like = ipsim_dsa_variants_is_like_base(&r->variants, c->n_points, &out_of_memory);
        if (out_of_memory)
            return no_memory(errors);
        if (!like && c->n_points > 0)
            break;
        for (size_t s = 0; s < r->of.n_scenarios; s++)
            c->scenarios[c->n_points * r->of.n_scenarios + s] = ipsim_dsa_variants_scenario(&r->variants, c->n_points, s);
        c->points[c->n_points++] = (*next)++;
        recall_points(r, next);
    }
    ipsim_error_list found = {0};
    ipsim_status status = compile_chunk(r, c, &found);
    ipsim_error_list_clear(&found);
    return status == IPSIM_OK ? status : find_culprits(r, c, errors);
}

/* ---- simulation ---- */

typedef struct wave {
    dsa_runs *r;
    size_t n_chunks;
    chunk *chunks;
    int64_t next_unit, failed_unit;
    ipsim_error failure;
    bool out_of_memory;
} wave;

static bool is_stopped(const dsa_runs *r)
{
    return r->of.options->stop && *r->of.options->stop;
}

static bool leave(void *data)
{
    return is_stopped(data);
}

static int64_t deal_unit(wave *w)
{
    int64_t unit = -1;
#pragma omp critical(ipsim_dsa_deal)
    if (w->failed_unit < 0 && !w->out_of_memory && !is_stopped(w->r) && w->next_unit < (int64_t)w->n_chunks * w->r->n_blocks)
        unit = w->next_unit++;
    return unit;
}

static void unit_done(wave *w, int64_t unit, int64_t persons, const ipsim_error *failure)
{
    dsa_runs *r = w->r;
#pragma omp critical(ipsim_dsa_deal)
    {
        r->persons_done += persons;
        if (failure && (w->failed_unit < 0 || unit < w->failed_unit)) {
            w->failed_unit = unit;
            w->failure = *failure;
        }
        double now = omp_get_wtime();
        if (r->of.options->progress && now - r->last_progress > 0.1) {
            r->last_progress = now;
            r->of.options->progress(r->of.options->progress_data, r->persons_done, r->persons_total);
        }
    }
}

static bool simulate_unit(wave *w, const chunk *c, experiment_worker *worker, ipsim_wide128 **into, int64_t unit)
{
    const dsa_runs *r = w->r;
    const dsa_outputs *o = r->of.outputs;
    int64_t first = unit % r->n_blocks * r->block;
    int64_t end = first + r->block < o->persons ? first + r->block : o->persons;
    for (size_t m = 0; m < c->e->n_models; m++)
        into[m] = c->sums + (m * (size_t)o->n_batches + (size_t)(first / o->batch)) * o->n_cells;
    ipsim_error err;
    ipsim_status status = ipsim_experiment_worker_totals(worker, r->of.luck, first, end, o->batch, into, &err);
    if (status != IPSIM_ERR_INTERRUPTED) /* nothing of a wave that was stopped is used */
        unit_done(w, unit, (end - first) * (int64_t)c->n_points, status == IPSIM_OK ? NULL : &err);
    return status == IPSIM_OK;
}

static void work_on(wave *w)
{
    const dsa_runs *r = w->r;
    const chunk *mine = NULL;
    experiment_worker *worker = NULL;
    ipsim_wide128 **into = calloc(r->variants.n_sets * r->of.n_scenarios, sizeof *into);
    bool good = into != NULL;
    for (int64_t unit; good && (unit = deal_unit(w)) >= 0;) {
        const chunk *c = &w->chunks[unit / r->n_blocks];
        if (c != mine) {
            ipsim_experiment_worker_free(worker);
            worker = ipsim_experiment_worker_create_totals(c->e, r->block, c->cells, r->of.outputs->n_cells);
            mine = c;
            if (worker)
                ipsim_experiment_worker_ask(worker, leave, w->r);
        }
        good = worker && simulate_unit(w, c, worker, into, unit);
    }
    if (!into || (mine && !worker)) {
#pragma omp critical(ipsim_dsa_deal)
        w->out_of_memory = true;
    }
    ipsim_experiment_worker_free(worker);
    free(into);
}

static int count_threads(const wave *w)
{
    int64_t n_units = (int64_t)w->n_chunks * w->r->n_blocks;
    return w->r->n_threads < n_units ? w->r->n_threads : (int)n_units;
}

static ipsim_status simulate_wave(wave *w, ipsim_error_list *errors)
{
    dsa_runs *r = w->r;
#pragma omp parallel num_threads(count_threads(w))
    work_on(w);
    if (w->failed_unit >= 0)
        return ipsim_error_add_copy(errors, &w->failure);
    if (w->out_of_memory)
        return no_memory(errors);
    if (!is_stopped(r))
        return IPSIM_OK;
    ipsim_dsa_journal_write(r->journal, true);
    if (ipsim_dsa_journal_failure(r->journal))
        return ipsim_error_add_copy(errors, ipsim_dsa_journal_failure(r->journal));
    return ipsim_error_add(errors, IPSIM_ERR_INTERRUPTED, (ipsim_origin){0},
                           r->journal ? "interrupted; what is finished is kept in the journal"
                                      : "interrupted; nothing was written (--checkpoint would have kept what was finished)");
}

static void take_results(dsa_runs *r, const chunk *c)
{
    size_t n_sums = ipsim_dsa_outputs_n_sums(r->of.outputs);
    for (size_t i = 0; i < c->n_points; i++) {
        const ipsim_wide128 *sums = c->sums + i * n_sums;
        if (c->points[i] == 0)
            memcpy(r->base, sums, n_sums * sizeof *sums);
        ipsim_dsa_outputs_estimate(r->of.outputs, sums, r->base, r->scratch, r->points.items[c->points[i]].estimates);
        if (c->points[i] > 0)
            ipsim_dsa_journal_add(r->journal, &r->points.items[c->points[i]]);
    }
}

/* Chunks enough to keep all threads at work, of the points from *next on. */
static ipsim_status run_wave(dsa_runs *r, size_t *next, bool may_be_invalid, ipsim_error_list *errors)
{
    size_t most = 1 + (size_t)(4 * (int64_t)r->n_threads / r->n_blocks);
    wave w = {.r = r, .failed_unit = -1, .chunks = calloc(most, sizeof(chunk))};
    ipsim_status status = w.chunks ? IPSIM_OK : no_memory(errors);
    recall_points(r, next);
    while (status == IPSIM_OK && w.n_chunks < most && *next < r->points.count) {
        ipsim_error_list found = {0};
        size_t before = *next;
        status = fill_chunk(r, &w.chunks[w.n_chunks], may_be_invalid ? 1 : r->variants.n_sets, next, &found);
        if (status != IPSIM_OK && status != IPSIM_ERR_MEMORY && may_be_invalid) {
            chunk_clear(&w.chunks[w.n_chunks]);
            r->points.items[before].invalid = true;
            if (*next == before) { /* it was refused before it was taken */
                ++*next;
                recall_points(r, next);
            }
            status = IPSIM_OK;
        } else {
            for (size_t i = 0; i < found.count; i++)
                ipsim_error_add_copy(errors, &found.items[i]);
            w.n_chunks++;
        }
        ipsim_error_list_clear(&found);
    }
    if (status == IPSIM_OK && w.n_chunks > 0)
        status = simulate_wave(&w, errors);
    for (size_t i = 0; status == IPSIM_OK && i < w.n_chunks; i++)
        take_results(r, &w.chunks[i]);
    for (size_t i = 0; w.chunks && i < w.n_chunks; i++)
        chunk_clear(&w.chunks[i]);
    free(w.chunks);
    return status;
}

ipsim_status ipsim_dsa_runs_do(dsa_runs *r, bool may_be_invalid, size_t expected, ipsim_error_list *errors)
{
    ipsim_status status = IPSIM_OK;
    r->persons_total = r->persons_done + r->of.outputs->persons * (int64_t)(r->points.count - r->n_done + expected);
    while (status == IPSIM_OK && r->n_done < r->points.count) {
        size_t next = r->n_done;
        status = run_wave(r, &next, may_be_invalid, errors);
        r->n_done = next;
        ipsim_dsa_journal_write(r->journal, false);
    }
    if (r->n_checked < r->n_done)
        r->n_checked = r->n_done;
    return status;
}
