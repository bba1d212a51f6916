/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units are dealt in order, and every dealt unit is finished. A worker's sums belong to one replicate at a time; it hands them over when
 * it comes to another, when the journal is due, and at the end. */
#include "deal.h"

#include <omp.h>
#include <stdlib.h>

/* Shared by the threads, under ipsim_deal. */
typedef struct dealer {
    deal_job *job;
    unit_set granted;   /* total's units and everything dealt */
    unit_range hand;    /* what this process may still deal to its threads */
    bool finished;      /* nothing is left to ask for */
    int64_t units_left; /* on member 0: of everybody */
    int64_t persons_done, persons_total;
    int64_t failed_unit; /* the first unit that failed: the same one whatever the threads did before it */
    ipsim_error failure;
    bool out_of_memory;
    double last_progress;
    /* The journal's record is written when every thread has handed over since it was due. */
    int epoch, n_working, n_handed;
} dealer;

static bool stopped(const dealer *d)
{
    return d->failed_unit >= 0 || d->out_of_memory || (d->job->options->stop && *d->job->options->stop);
}

/* ---- which units ---- */

static unit_range grant(dealer *d, int64_t most)
{
    unit_range gap = {0};
    if (!stopped(d))
        gap = ipsim_units_first_gap(&d->granted, d->job->within);
    if (gap.end - gap.first > most)
        gap.end = gap.first + most;
    ipsim_units_add(&d->granted, gap);
    d->out_of_memory |= d->granted.out_of_memory;
    d->units_left -= gap.end - gap.first;
    return gap;
}

/* To another member: large pieces at first, small ones at the end, so that all finish together. */
static bool grant_to_member(void *data, int64_t range[2])
{
    dealer *d = data;
    int64_t share = d->units_left / (4 * d->job->options->team->size);
    unit_range piece = grant(d, share < 1 ? 1 : share > 4096 ? 4096 : share);
    range[0] = piece.first;
    range[1] = piece.end;
    d->persons_done += ipsim_work_persons_in(d->job->work, piece);
    return piece.first < piece.end;
}

static void refill(dealer *d)
{
    const ipsim_team *team = d->job->options->team;
    if (team && team->member > 0) {
        int64_t range[2] = {0, 0};
        d->finished = d->finished || !team->ask(team->data, range);
        d->hand = (unit_range){range[0], range[1]};
        return;
    }
    if (team)
        team->serve(team->data, grant_to_member, d, false);
    d->hand = grant(d, 1);
}

static int64_t deal_unit(dealer *d)
{
    int64_t unit = -1;
#pragma omp critical(ipsim_deal)
    {
        if (d->hand.first >= d->hand.end)
            refill(d);
        bool mine = d->job->options->team && d->job->options->team->member > 0;
        /* A member that stops leaves the rest of what it was granted: the run as a whole is stopped then. */
        if (d->hand.first < d->hand.end && !(mine && stopped(d)))
            unit = d->hand.first++;
    }
    return unit;
}

static void unit_done(dealer *d, int64_t unit, const ipsim_error *failure)
{
    const ipsim_run_options *options = d->job->options;
#pragma omp critical(ipsim_deal)
    {
        d->persons_done += ipsim_work_persons_in(d->job->work, (unit_range){unit, unit + 1});
        if (failure && (d->failed_unit < 0 || unit < d->failed_unit)) {
            d->failed_unit = unit;
            d->failure = *failure;
        }
        double now = omp_get_wtime();
        if (options->progress && now - d->last_progress > 0.1) {
            d->last_progress = now;
            options->progress(options->progress_data, d->persons_done, d->persons_total);
        }
    }
}

/* ---- what was finished ---- */

typedef struct hand {
    experiment_worker *worker;
    unit_set units; /* in the worker's sums */
    size_t replicate;
    int epoch;
} hand;

/* Under ipsim_merge. A failed record is tried again with the next. */
static bool write_record(deal_job *job)
{
    if (ipsim_journal_append(job->journal, job->pending) != IPSIM_OK)
        return true;
    bool ok = ipsim_part_merge(job->total, job->pending);
    ipsim_part_clear(job->pending);
    return ok;
}

static void hand_over(dealer *d, hand *h, bool at_end)
{
    deal_job *job = d->job;
    bool ok;
#pragma omp critical(ipsim_merge)
    {
        ok = ipsim_part_add(job->journal ? job->pending : job->total, ipsim_experiment_worker_sums(h->worker), &h->units, h->replicate);
        if (job->journal && at_end)
            d->n_working--;
        if (job->journal && !at_end && h->epoch != d->epoch && ipsim_journal_is_due(job->journal)) {
            h->epoch = d->epoch;
            d->n_handed++;
        }
        if (ok && job->journal && d->n_working > 0 && d->n_handed >= d->n_working) {
            d->n_handed = 0;
            d->epoch++;
            ok = write_record(job);
        }
    }
    if (!ok) {
#pragma omp critical(ipsim_deal)
        d->out_of_memory = true;
    }
    ipsim_experiment_sums_clear(job->work->e, ipsim_experiment_worker_sums(h->worker));
    ipsim_units_empty(&h->units);
}

static bool record_is_due(const dealer *d, const hand *h)
{
    bool due = false;
    if (d->job->journal) {
#pragma omp critical(ipsim_merge)
        due = h->epoch != d->epoch && ipsim_journal_is_due(d->job->journal);
    }
    return due;
}

static ipsim_status simulate_unit(const work *w, hand *h, int64_t unit, ipsim_error *err)
{
    int64_t first = unit % w->blocks * IPSIM_BLOCK_PERSONS;
    int64_t end = first + IPSIM_BLOCK_PERSONS < w->persons ? first + IPSIM_BLOCK_PERSONS : w->persons;
    h->replicate = (size_t)(unit / w->blocks);
    ipsim_units_add(&h->units, (unit_range){unit, unit + 1});
    if (h->units.out_of_memory)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    return ipsim_experiment_worker_block(h->worker, w->lucks[h->replicate], first, end, err);
}

static void work_on(dealer *d)
{
    const work *w = d->job->work;
    hand h = {.worker = ipsim_experiment_worker_create(w->e, w->persons), .epoch = -1};
    bool good = h.worker != NULL;
    if (!good) {
#pragma omp critical(ipsim_deal)
        d->out_of_memory = true;
    }
    for (int64_t unit; good && (unit = deal_unit(d)) >= 0;) {
        if (h.units.count > 0 && w->n_replicates > 1 && (size_t)(unit / w->blocks) != h.replicate)
            hand_over(d, &h, false);
        ipsim_error err;
        good = simulate_unit(w, &h, unit, &err) == IPSIM_OK;
        unit_done(d, unit, good ? NULL : &err);
        if (good && record_is_due(d, &h))
            hand_over(d, &h, false);
    }
    if (!good)
        ipsim_units_empty(&h.units); /* sums that a failed unit has begun are of no use */
    if (h.worker)
        hand_over(d, &h, true);
    ipsim_units_clear(&h.units);
    ipsim_experiment_worker_free(h.worker);
}

static void count_work(dealer *d)
{
    const unit_set *done = &d->job->total->units;
    d->persons_total = ipsim_work_persons_in(d->job->work, d->job->within);
    d->units_left = d->job->within.end - d->job->within.first;
    for (size_t i = 0; i < done->count; i++) {
        unit_range r = done->ranges[i];
        r.first = r.first > d->job->within.first ? r.first : d->job->within.first;
        r.end = r.end < d->job->within.end ? r.end : d->job->within.end;
        if (r.first < r.end) {
            d->persons_done += ipsim_work_persons_in(d->job->work, r);
            d->units_left -= r.end - r.first;
        }
    }
}

ipsim_status ipsim_deal(deal_job *job, ipsim_error_list *errors)
{
    dealer d = {.job = job, .failed_unit = -1, .last_progress = omp_get_wtime()};
    const ipsim_team *team = job->options->team;
    ipsim_units_merge(&d.granted, &job->total->units);
    d.out_of_memory = d.granted.out_of_memory;
    count_work(&d);
    int threads = job->options->n_threads > 0 ? job->options->n_threads : omp_get_max_threads();
    if (!team && threads > d.units_left)
        threads = d.units_left > 0 ? (int)d.units_left : 1;
    job->n_threads = d.n_working = threads;
#pragma omp parallel num_threads(threads)
    work_on(&d);
    if (job->journal && !d.out_of_memory)
        d.out_of_memory = !write_record(job);
    /* Member 0 waits until all know that nothing is left. After a failure this takes what there is, and so ends the run soon. */
    while (team && team->member > 0 && !d.finished)
        refill(&d);
    if (team && team->member == 0)
        team->serve(team->data, grant_to_member, &d, true);
    ipsim_units_clear(&d.granted);

    if (d.failed_unit >= 0)
        return ipsim_error_add_copy(errors, &d.failure);
    if (d.out_of_memory)
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the threads of the run");
    return IPSIM_OK;
}
