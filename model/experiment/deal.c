/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units are dealt in order. When the run is stopped those in the middle are left, as far as what remains are still the first units (flight.h);
 * after a long unit a worker therefore hands its sums over, unless that would take too much of the time, so that the next can be left without
 * losing them. A worker's sums belong to one replicate at a time; it hands them over when it comes to another, when it has no room for more,
 * when the journal is due, and at the end. Draws are dealt whole while there are many; a draw that one thread has simulated alone needs
 * nobody's lock: it goes to a part of the thread's own, which is handed over when the journal is due and at the end. */
#include "deal.h"

#include <omp.h>
#include <stdlib.h>
#include <time.h>

#include "flight.h"

enum { MOST_BLOCKS = 8 }; /* of a draw that is dealt whole; a larger one would keep a run that is stopped waiting */

static const double LONG_SECONDS = 0.02; /* of a unit: nobody who stops a run should wait so long */
/* Of the time: what handing sums over after long units may take of a thread, and of all together, who do it one at a time. */
static const double GIVING_SHARE = 0.02, GIVING_SHARE_OF_ALL = 0.15;

/* Shared by the threads, under ipsim_deal. */
typedef struct dealer {
    deal_job *job;
    unit_set granted;   /* total's units and everything dealt */
    unit_range hand;    /* what this process may still deal to its threads */
    bool by_draws;      /* draws are small enough to be dealt whole */
    bool finished;      /* nothing is left to ask for */
    int64_t units_left; /* on member 0: of everybody */
    int64_t persons_done, persons_total;
    int64_t failed_unit; /* the first unit that failed: the same one whatever the threads did before it */
    ipsim_error_list failures;
    bool out_of_memory;
    double last_progress;
    flight flight;
    /* The journal's record is written when every thread has handed over since it was due. */
    int epoch, n_working, n_handed;
} dealer;

static bool asked_to_stop(const dealer *d)
{
    return d->job->options->stop && *d->job->options->stop;
}

static bool stopped(const dealer *d)
{
    return d->failed_unit >= 0 || d->out_of_memory || asked_to_stop(d);
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
    d->hand = grant(d, d->by_draws ? d->job->work->blocks : 1);
}

/* How many units one thread is given at once: what is left of a draw while there are many draws, then blocks, so that all finish together. */
static int64_t piece_size(const dealer *d)
{
    const work *w = d->job->work;
    bool many = d->units_left >= 4 * w->blocks * d->job->n_threads;
    return d->by_draws && many ? w->blocks - d->hand.first % w->blocks : 1;
}

/* The next units for a thread, empty when there are none. */
static unit_range deal_piece(dealer *d)
{
    unit_range piece = {0};
#pragma omp critical(ipsim_deal)
    {
        if (d->hand.first >= d->hand.end)
            refill(d);
        bool mine = d->job->options->team && d->job->options->team->member > 0;
        /* A member that stops leaves the rest of what it was granted: the run as a whole is stopped then. */
        if (d->hand.first < d->hand.end && !(mine && stopped(d))) {
            piece.first = d->hand.first;
            piece.end = piece.first + piece_size(d);
            piece.end = piece.end < d->hand.end ? piece.end : d->hand.end;
            d->hand.first = piece.end;
        }
    }
    return piece;
}

/* found: what was wrong with it; empty when it is done. Whether it counts. */
static bool unit_done(dealer *d, int seat, int64_t unit, const ipsim_error_list *found)
{
    const ipsim_run_options *options = d->job->options;
    bool counts;
#pragma omp critical(ipsim_deal)
    {
        counts = ipsim_flight_end(&d->flight, seat, found->count == 0);
        d->persons_done += ipsim_work_persons_in(d->job->work, (unit_range){unit, unit + 1});
        if (found->count > 0 && (d->failed_unit < 0 || unit < d->failed_unit)) {
            d->failed_unit = unit;
            ipsim_error_list_clear(&d->failures);
            for (size_t i = 0; i < found->count; i++)
                ipsim_error_add_copy(&d->failures, &found->items[i]);
        }
        double now = omp_get_wtime();
        if (options->progress && now - d->last_progress > 0.1) {
            d->last_progress = now;
            options->progress(options->progress_data, d->persons_done, d->persons_total);
        }
    }
    return counts;
}

/* ---- what was finished ---- */

typedef struct hand {
    dealer *dealer;
    int seat;
    int64_t unit;                   /* the last one begun */
    double unit_seconds;            /* that it took */
    double gave_at, giving_seconds; /* the last time that sums were handed over: when, and how much work that was */
    experiment_worker *worker;      /* of replicates that are no draws */
    vary_worker *varying;           /* of draws */
    double *values;                 /* of the draw's parameters */
    experiment_part *own;           /* draws that this thread has simulated alone */
    int64_t assigned;               /* the draw whose values the worker has; -1: none */
    unit_set units;                 /* in the worker's sums */
    size_t replicate;
    int epoch;
} hand;

static experiment_sums *sums_of(hand *h)
{
    return h->varying ? ipsim_vary_sums(h->varying) : ipsim_experiment_worker_sums(h->worker);
}

/* Asked within a unit. */
static bool may_leave(void *data)
{
    const hand *h = data;
    bool may = false;
    if (asked_to_stop(h->dealer) && h->units.count == 0) {
#pragma omp critical(ipsim_deal)
        may = ipsim_flight_leave(&h->dealer->flight, h->unit);
    }
    return may;
}

static bool hand_open(hand *h, dealer *d, ipsim_error_list *errors)
{
    const work *w = d->job->work;
    *h = (hand){.dealer = d, .seat = omp_get_thread_num(), .epoch = -1, .assigned = -1};
    if (!w->uncertain) {
        bool gives = w->n_replicates == 1; /* else what a replicate adds to all is also kept apart */
        h->worker = (gives ? ipsim_experiment_worker_create_giving : ipsim_experiment_worker_create)(w->e, w->persons);
        if (h->worker)
            ipsim_experiment_worker_ask(h->worker, may_leave, h);
        return h->worker != NULL;
    }
    h->values = calloc(w->uncertain->v->n_quantities + 1, sizeof *h->values);
    h->own = ipsim_part_create(w);
    if (!h->values || !h->own || ipsim_vary_worker_create(w->uncertain->v, w->persons, &h->varying, errors) != IPSIM_OK)
        return false;
    ipsim_vary_ask(h->varying, may_leave, h);
    return true;
}

static void hand_close(hand *h)
{
    ipsim_units_clear(&h->units);
    ipsim_experiment_worker_free(h->worker);
    ipsim_vary_worker_free(h->varying);
    ipsim_part_free(h->own);
    free(h->values);
}

/* Under ipsim_merge. A failed record is tried again with the next. */
static bool write_record(deal_job *job)
{
    if (ipsim_journal_append(job->journal, job->pending) != IPSIM_OK)
        return true;
    bool ok = ipsim_part_merge(job->total, job->pending);
    ipsim_part_clear(job->pending);
    return ok;
}

/* Under ipsim_merge. */
static bool give(deal_job *job, hand *h)
{
    experiment_part *into = job->journal ? job->pending : job->total;
    bool ok = ipsim_part_add(into, sums_of(h), &h->units, h->replicate);
    if (ok && h->own && h->own->units.count > 0) {
        ok = ipsim_part_merge(into, h->own);
        ipsim_part_clear(h->own);
    }
    return ok;
}

static void forget_sums(dealer *d, hand *h)
{
    ipsim_experiment_sums_clear(d->job->work->e, sums_of(h));
    ipsim_units_empty(&h->units);
}

static void run_out_of_memory(dealer *d)
{
#pragma omp critical(ipsim_deal)
    d->out_of_memory = true;
}

/* Not the clock's: on a busy machine that would tell of others' work. */
static double worked_seconds(void)
{
    struct timespec t;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec : 0.0;
}

static void hand_over(dealer *d, hand *h, bool at_end)
{
    deal_job *job = d->job;
    bool ok;
    double start = worked_seconds();
#pragma omp critical(ipsim_merge)
    {
        ok = give(job, h);
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
    if (!ok)
        run_out_of_memory(d);
    if (!at_end) /* when they are freed */
        forget_sums(d, h);
    h->gave_at = omp_get_wtime();
    h->giving_seconds = worked_seconds() - start;
}

/* So that the next unit can be left when the run is stopped. */
static bool should_give(const hand *h)
{
    double share = GIVING_SHARE_OF_ALL / h->dealer->job->n_threads;
    share = share < GIVING_SHARE ? share : GIVING_SHARE;
    return h->unit_seconds > LONG_SECONDS && share * (omp_get_wtime() - h->gave_at) > h->giving_seconds;
}

/* The worker comes to another replicate. */
static void turn_page(dealer *d, hand *h)
{
    const work *w = d->job->work;
    if (h->own && ipsim_units_count(&h->units) == w->blocks) {
        if (!ipsim_part_add(h->own, sums_of(h), &h->units, h->replicate))
            run_out_of_memory(d);
        forget_sums(d, h);
    } else {
        hand_over(d, h, false);
    }
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

/* The parameters of a draw into the worker. */
static ipsim_status assign(const work *w, hand *h, ipsim_error_list *found)
{
    char what[64];
    if (h->assigned == (int64_t)h->replicate)
        return IPSIM_OK;
    snprintf(what, sizeof what, "draw %zu", h->replicate);
    ipsim_psa_draws_values(w->uncertain->draws, (int64_t)h->replicate, h->values);
    h->assigned = -1;
    ipsim_status status = ipsim_vary_assign(h->varying, h->values, what, found);
    h->assigned = status == IPSIM_OK ? (int64_t)h->replicate : -1;
    return status;
}

static void simulate_unit(const work *w, hand *h, ipsim_error_list *found)
{
    int64_t first = h->unit % w->blocks * IPSIM_BLOCK_PERSONS;
    int64_t end = first + IPSIM_BLOCK_PERSONS < w->persons ? first + IPSIM_BLOCK_PERSONS : w->persons;
    ipsim_error err;
    h->replicate = (size_t)(h->unit / w->blocks);
    ipsim_luck luck = w->lucks[h->replicate];
    if (h->varying && assign(w, h, found) == IPSIM_OK && ipsim_vary_simulate(h->varying, luck, first, end, &err) != IPSIM_OK) {
        ipsim_origin at = {err.file[0] ? err.file : NULL, err.line, err.key[0] ? err.key : NULL};
        ipsim_error_add(found, err.status, at, "%s (draw %zu)", err.message, h->replicate);
    }
    if (h->worker && ipsim_experiment_worker_block(h->worker, luck, first, end, &err) != IPSIM_OK)
        ipsim_error_add_copy(found, &err);
}

static bool leave_unit(dealer *d, hand *h)
{
#pragma omp critical(ipsim_deal)
    (void)ipsim_flight_end(&d->flight, h->seat, false);
    return false;
}

/* Room in the worker's sums for a unit, which can be taken back only while it is alone in them. */
static void make_room(dealer *d, hand *h, int64_t unit)
{
    const work *w = d->job->work;
    if (h->units.count == 0)
        return;
    if (w->n_replicates > 1 && (size_t)(unit / w->blocks) != h->replicate)
        turn_page(d, h);
    else if (should_give(h) || (h->worker && ipsim_experiment_worker_is_full(h->worker)))
        hand_over(d, h, false);
}

/* false: the run is stopped and does without it. */
static bool begin_unit(dealer *d, hand *h, int64_t unit)
{
    bool begun;
    make_room(d, h, unit);
    h->unit = unit;
#pragma omp critical(ipsim_deal)
    begun = !(asked_to_stop(d) && ipsim_flight_leave(&d->flight, unit)) &&
            ipsim_flight_begin(&d->flight, h->seat, unit, h->units.count == 0);
    return begun;
}

/* false: it was left, or does not count. */
static bool do_unit(dealer *d, hand *h, ipsim_error_list *found)
{
    double start = omp_get_wtime();
    simulate_unit(d->job->work, h, found);
    h->unit_seconds = omp_get_wtime() - start;
    bool left = ipsim_error_list_status(found) == IPSIM_ERR_INTERRUPTED;
    if (left)
        ipsim_error_list_clear(found);
    bool counts = left ? leave_unit(d, h) : unit_done(d, h->seat, h->unit, found);
    if (found->count > 0 || !counts)
        return false; /* sums that no unit is noted for are not handed over */
    ipsim_units_add(&h->units, (unit_range){h->unit, h->unit + 1});
    if (h->units.out_of_memory)
        run_out_of_memory(d);
    return !h->units.out_of_memory;
}

static void work_on(dealer *d)
{
    ipsim_error_list found = {0};
    hand h;
    bool good = hand_open(&h, d, &found);
    if (!good)
        run_out_of_memory(d);
    while (good) {
        unit_range piece = deal_piece(d);
        bool goes_on = piece.first < piece.end;
        for (int64_t unit = piece.first; goes_on && unit < piece.end; unit++) {
            goes_on = begin_unit(d, &h, unit) && do_unit(d, &h, &found);
            if (goes_on && record_is_due(d, &h))
                hand_over(d, &h, false);
        }
        good = found.count == 0;
        if (!goes_on)
            break;
    }
    if (!good)
        ipsim_units_empty(&h.units); /* sums that a failed unit has begun are of no use */
    if (h.worker || h.varying)
        hand_over(d, &h, true);
    hand_close(&h);
    ipsim_error_list_clear(&found);
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
    if (!ipsim_flight_open(&d.flight, threads, job->journal || team))
        d.out_of_memory = true;
    d.by_draws = job->work->uncertain && job->work->blocks <= MOST_BLOCKS;
    if (d.flight.seats) {
#pragma omp parallel num_threads(threads)
        work_on(&d);
    }
    ipsim_flight_close(&d.flight);
    if (job->journal && !d.out_of_memory)
        d.out_of_memory = !write_record(job);
    /* Member 0 waits until all know that nothing is left. After a failure this takes what there is, and so ends the run soon. */
    while (team && team->member > 0 && !d.finished)
        refill(&d);
    if (team && team->member == 0)
        team->serve(team->data, grant_to_member, &d, true);
    ipsim_units_clear(&d.granted);

    for (size_t i = 0; i < d.failures.count; i++)
        ipsim_error_add_copy(errors, &d.failures.items[i]);
    ipsim_status status = ipsim_error_list_status(&d.failures);
    ipsim_error_list_clear(&d.failures);
    if (status != IPSIM_OK)
        return status;
    if (d.out_of_memory)
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the threads of the run");
    return IPSIM_OK;
}
