/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that is stopped: which units it may leave in the middle, and that what is left leaves no trace. */
#include "experiment/flight.h"
#include "simlib.h"

/* ---- which units ---- */

enum { MOST_THREADS = 5, MOST_UNITS = 4000 };

/* One order in which threads may take, finish and leave units, by chance. */
typedef struct schedule {
    uint64_t chance;
    flight flight;
    int64_t next; /* the first unit that is not dealt */
    bool stopping;
    struct {
        int64_t unit, end; /* of its piece; unit == end: it has none */
        bool begun, can_leave, gone;
    } threads[MOST_THREADS];
    bool done[MOST_UNITS];
    int n_left, n_taken_back, n_finished_late;
} schedule;

static unsigned below(schedule *s, unsigned n)
{
    s->chance = s->chance * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(s->chance >> 33) % n;
}

static void begin(schedule *s, int i)
{
    if (s->threads[i].unit == s->threads[i].end) {
        s->threads[i].unit = s->next;
        s->next += s->stopping ? 0 : 1 + below(s, 3);
        s->threads[i].end = s->next;
    }
    s->threads[i].can_leave = below(s, 4) > 0;
    s->threads[i].gone = s->threads[i].unit == s->threads[i].end || (s->stopping && ipsim_flight_leave(&s->flight, s->threads[i].unit)) ||
                         !ipsim_flight_begin(&s->flight, i, s->threads[i].unit, s->threads[i].can_leave);
    s->threads[i].begun = !s->threads[i].gone;
}

static void end(schedule *s, int i, bool complete)
{
    int64_t unit = s->threads[i].unit++;
    bool counts = ipsim_flight_end(&s->flight, i, complete);
    s->threads[i].begun = false;
    assert_true(counts || s->threads[i].can_leave); /* only those could be taken back */
    s->threads[i].gone = !counts;
    s->done[unit] = counts;
    s->n_taken_back += complete && !counts;
    s->n_finished_late += complete && counts && s->stopping;
    s->n_left += !complete;
}

static bool step(schedule *s, int n_threads)
{
    int i = (int)below(s, (unsigned)n_threads), gone = 0;
    s->stopping = s->stopping || s->next > MOST_UNITS / 100 || below(s, 40) == 0;
    if (!s->threads[i].gone && !s->threads[i].begun)
        begin(s, i);
    else if (!s->threads[i].gone && below(s, 2) == 0)
        end(s, i, true);
    else if (!s->threads[i].gone && s->stopping && s->threads[i].can_leave && ipsim_flight_leave(&s->flight, s->threads[i].unit))
        end(s, i, false);
    for (int t = 0; t < n_threads; t++)
        gone += s->threads[t].gone;
    return gone < n_threads;
}

static void what_remains_are_the_first_units(void **state)
{
    (void)state;
    int n_left = 0, n_taken_back = 0, n_finished_late = 0;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        schedule s = {.chance = seed * 77 + 1};
        int n_threads = 1 + (int)(seed % MOST_THREADS);
        assert_true(ipsim_flight_open(&s.flight, n_threads, false));
        while (step(&s, n_threads))
            continue;
        int64_t first_missing = 0;
        while (s.done[first_missing])
            first_missing++;
        for (int64_t unit = first_missing; unit < s.next; unit++)
            assert_false(s.done[unit]);
        ipsim_flight_close(&s.flight);
        n_left += s.n_left;
        n_taken_back += s.n_taken_back;
        n_finished_late += s.n_finished_late;
    }
    assert_true(n_left > 100 && n_taken_back > 100 && n_finished_late > 100); /* all of it happens */
}

static void with_a_journal_any_unit_is_left(void **state)
{
    (void)state;
    flight f;
    assert_true(ipsim_flight_open(&f, 2, true));
    assert_true(ipsim_flight_begin(&f, 0, 5, false));
    assert_true(ipsim_flight_begin(&f, 1, 6, false));
    assert_true(ipsim_flight_end(&f, 1, true));
    assert_true(ipsim_flight_leave(&f, 5));
    assert_false(ipsim_flight_end(&f, 0, false));
    assert_true(ipsim_flight_begin(&f, 1, 7, false) && ipsim_flight_end(&f, 1, true)); /* what others finish counts still */
    ipsim_flight_close(&f);
}

/* ---- that it leaves no trace ---- */

/* Histories of some hundred events, so that a block takes longer than a run should need to stop. */
static const char busy[] =
    "name = \"busy\"; simulation: { persons = 300; seed = 5; horizon_years = 30.0; report_years = [5.0]; occupancy_step_years = 5.0; };"
    "economics: { discount_effects: { rates = 0.03; }; discount_costs: { rates = 0.05; }; };"
    "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [0.4, 0.6]; }; };"
    "states: { S: { utility = 0.6; }; W: { utility = 0.8; }; }; start_state = \"S\";"
    "transitions: { job: { from = \"S\"; to = \"W\"; hazard: { family = \"exponential\"; rate = 4.0; }; };"
    "  loss: { from = \"W\"; to = \"S\"; hazard: { family = \"weibull\"; shape = 0.8; scale = 0.3; }; }; };"
    "payers: { boss: {}; }; rewards: { wage: { payer = \"boss\"; per = \"year\"; states = [\"W\"]; amount = 100; }; };"
    "subgroups = [\"sex\"];";

static volatile sig_atomic_t stop_now;

/* Called where a block ends, while other threads are in the middle of theirs. */
static void stop_soon(void *data, int64_t done, int64_t total)
{
    (void)data;
    (void)total;
    if (done > 6 * 4096)
        stop_now = 1;
}

static void check_stopped(ipsim_engine_choice engine, uint32_t n_replicates)
{
    ipsim_scenario *scenario = testlib_load_text(busy);
    const int64_t persons = n_replicates > 1 ? 20000 : 2000000000;
    ipsim_run_options options = {.persons = persons,
                                 .seed = -1,
                                 .n_threads = 3,
                                 .n_replicates = n_replicates,
                                 .engine = engine,
                                 .progress = stop_soon,
                                 .stop = &stop_now};
    stop_now = 0;
    ipsim_results *stopped = run_with(&scenario, 1, options);
    assert_true(stopped->interrupted && stopped->persons >= 4096 && stopped->persons < persons * (int64_t)n_replicates);
    if (n_replicates == 1) {
        ipsim_results *whole = run_persons(&scenario, 1, stopped->persons, -1);
        assert_same_table(stopped->results, whole->results);
        assert_same_table(stopped->occupancy, whole->occupancy);
        assert_same_table(stopped->population, whole->population);
        ipsim_results_free(whole);
    }
    ipsim_results_free(stopped);
    ipsim_scenario_free(scenario);
}

static void a_block_left_in_the_middle_does_not_count(void **state)
{
    (void)state;
    check_stopped(IPSIM_ENGINE_REFERENCE, 1); /* whose blocks are long */
    check_stopped(IPSIM_ENGINE_FAST, 1);
    check_stopped(IPSIM_ENGINE_REFERENCE, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_remains_are_the_first_units),
        cmocka_unit_test(with_a_journal_any_unit_is_left),
        cmocka_unit_test(a_block_left_in_the_middle_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
