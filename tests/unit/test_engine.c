/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the reference engine, one at a time, on models small enough to work out by hand. test_engine_budgets.c holds whole
 * histories of random models to the definition of the process. */
#include "ipsim/distribution.h"
#include "simlib.h"

static void assert_step(const sim *s, size_t i, ipsim_step_kind kind, double t, const char *from, const char *to)
{
    assert_true(i < s->n);
    const ipsim_step *step = &s->steps[i];
    if (step->kind != kind || step->from != sim_state(s, from) || step->to != sim_state(s, to))
        fail_msg("step %zu is of kind %d from %d to %d, expected kind %d from %s to %s", i, step->kind, step->from, step->to, kind, from,
                 to);
    assert_close(step->t_years, t, 1e-13 * (1 + fabs(t)));
}

/* ---- budgets by hand ---- */

/* Two exits from A at constant rates: the stream that loses has paid for the time it lived through, and keeps the rest for the next
 * stay. With E the drawn unit exponentials: first stay ends at t1 = min(E_b0 / 0.5, E_c0 / 0.3). */
static void a_lost_race_keeps_what_is_left(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 3; horizon_years = 1000.0; };"
                      "states: { A: {}; B: {}; C: {}; }; start_state = \"A\";"
                      "transitions: { b: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 0.5; }; };"
                      "  c: { from = \"A\"; to = \"C\"; hazard: { family = \"exponential\"; rate = 0.3; }; };"
                      "  b_back: { from = \"B\"; to = \"A\"; hazard: { family = \"fixed\"; delay = 2; }; };"
                      "  c_back: { from = \"C\"; to = \"A\"; hazard: { family = \"fixed\"; delay = 3; }; }; };");
    for (int64_t person = 0; person < 200; person++) {
        uint32_t drawn_b = 1, drawn_c = 1;
        double left_b = sim_budget(&s, person, "A->B", 0), left_c = sim_budget(&s, person, "A->C", 0), t = 0;
        sim_person(&s, person);
        assert_step(&s, 0, IPSIM_STEP_ENTER, 0, "A", "A");
        for (size_t i = 1; i < 60; i += 2) {
            double stay = fmin(left_b / 0.5, left_c / 0.3);
            bool to_b = left_b / 0.5 <= left_c / 0.3;
            t += stay;
            assert_step(&s, i, IPSIM_STEP_TRANSITION, t, "A", to_b ? "B" : "C");
            left_b = to_b ? sim_budget(&s, person, "A->B", drawn_b++) : left_b - 0.5 * stay;
            left_c = to_b ? left_c - 0.3 * stay : sim_budget(&s, person, "A->C", drawn_c++);
            t += to_b ? 2 : 3;
            assert_step(&s, i + 1, IPSIM_STEP_TRANSITION, t, to_b ? "B" : "C", "A");
        }
    }
    sim_close(&s);
}

/* One stream in two states: the person carries one budget of death from state to state. A lasts 4 years, then B; hazards 0.02, 0.1. */
static void a_shared_stream_is_one_budget(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 3; horizon_years = 1000.0; };"
                      "states: { A: {}; B: {}; D: { role = \"dead\"; }; }; start_state = \"A\";"
                      "transitions: { go: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 4; }; };"
                      "  die_a: { from = \"A\"; to = \"D\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = 0.02; }; };"
                      "  die_b: { from = \"B\"; to = \"D\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = 0.1; }; }; };");
    for (int64_t person = 0; person < 300; person++) {
        double budget = sim_budget(&s, person, "death", 0);
        sim_person(&s, person);
        bool early = budget < 0.02 * 4;
        double death = early ? budget / 0.02 : 4 + (budget - 0.02 * 4) / 0.1;
        assert_int_equal(s.n, early ? 3 : 4);
        assert_step(&s, s.n - 2, IPSIM_STEP_TRANSITION, death, early ? "A" : "B", "D");
        assert_step(&s, s.n - 1, IPSIM_STEP_END, death, "D", "D");
    }
    sim_close(&s);
}

/* A hazard that triples at year 2 of the stay and stops at year 5: budget e is spent at e / h before, else on what remains. */
static void a_change_in_mid_sojourn_resolves_with_what_is_left(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 3; horizon_years = 10.0; };"
                      "states: { A: {}; B: { role = \"left\"; }; }; start_state = \"A\";"
                      "transitions: { go: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 0.1; };"
                      "  modifiers: { m: { clock = \"sojourn\"; breaks = [2.0, 5.0]; values = [1.0, 3.0, 0.0]; }; }; }; };");
    int never = 0;
    for (int64_t person = 0; person < 300; person++) {
        double e = sim_budget(&s, person, "A->B", 0);
        sim_person(&s, person);
        if (e > 0.2 + 0.9) {
            assert_step(&s, 1, IPSIM_STEP_END, 10, "A", "A");
            never++;
        } else {
            assert_step(&s, 1, IPSIM_STEP_TRANSITION, e <= 0.2 ? e / 0.1 : 2 + (e - 0.2) / 0.3, "A", "B");
        }
    }
    assert_true(never > 50 && never < 150); /* exp(-1.1) = 0.333 of 300 */
    sim_close(&s);
}

/* ---- ties, fixed times ---- */

static void the_first_declared_wins_a_tie(void **state)
{
    (void)state;
    const char *delay = "b: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 3; }; };";
    const char *other[] = {"c: { from = \"A\"; to = \"C\"; hazard: { family = \"fixed\"; delay = 3; }; };",
                           "c: { from = \"A\"; to = \"C\"; clock = \"age\"; hazard: { family = \"at\"; at = 43; }; };",
                           "c: { from = \"A\"; to = \"C\"; clock = \"calendar\"; hazard: { family = \"at\"; at = 2023; }; };",
                           "c: { from = \"A\"; to = \"C\"; clock = \"start\"; hazard: { family = \"at\"; at = 3; }; };"};
    for (size_t i = 0; i < 4; i++)
        for (int swapped = 0; swapped < 2; swapped++) {
            char text[1000];
            sim s;
            snprintf(text, sizeof text,
                     "simulation: { horizon_years = 10.0; start_year = 2020; }; attributes: { age: { value = 40; }; };"
                     "states: { A: {}; B: {}; C: {}; }; start_state = \"A\"; transitions: { %s %s };",
                     swapped ? other[i] : delay, swapped ? delay : other[i]);
            sim_open_text(&s, text);
            sim_person(&s, 0);
            assert_same_bits(s.steps[1].t_years, 3.0);
            assert_step(&s, 1, IPSIM_STEP_TRANSITION, 3, "A", swapped ? "C" : "B");
            sim_close(&s);
        }
}

/* Risks are looked at in another order than they were declared in, cheap ones first; who wins at equal times is as declared. */
static void the_first_declared_wins_a_tie_with_a_hazard(void **state)
{
    (void)state;
    const char *at_once = "b: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 0; }; };";
    const char *so_large = "c: { from = \"A\"; to = \"C\"; hazard: { family = \"exponential\"; rate = 1e300; }; };";
    for (int swapped = 0; swapped < 2; swapped++) {
        char text[1000];
        sim s;
        snprintf(text, sizeof text,
                 "simulation: { horizon_years = 10.0; occupancy_step_years = 5.0; }; attributes: { entry_time: { value = 2; }; };"
                 "states: { A: {}; B: {}; C: {}; }; start_state = \"A\"; transitions: { %s %s };",
                 swapped ? so_large : at_once, swapped ? at_once : so_large);
        sim_open_text(&s, text);
        sim_person(&s, 0);
        assert_same_bits(s.steps[1].t_years, 2.0);
        assert_step(&s, 1, IPSIM_STEP_TRANSITION, 2, "A", swapped ? "C" : "B");
        ipsim_results *results = run_persons(&s.scenario, 1, 40, 1); /* the fast engine */
        assert_same_bits(occupancy(results, NULL, swapped ? "C" : "B", 10.0).value, 1.0);
        ipsim_results_free(results);
        sim_close(&s);
    }
}

/* Ages 60 to 74: those under 67 leave on their birthday, the others at once. */
static void at_fires_when_the_clock_reads_it_or_at_once_when_overdue(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 5; horizon_years = 20.0; };"
                      "attributes: { age: { distribution: { family = \"uniform\"; min = 60; max = 74; }; };"
                      "  entry_time: { distribution: { family = \"uniform\"; min = 0; max = 9; }; }; };"
                      "states: { A: {}; R: { role = \"left\"; }; }; start_state = \"A\";"
                      "transitions: { retire: { from = \"A\"; to = \"R\"; clock = \"age\"; hazard: { family = \"at\"; at = 67; }; }; };");
    int overdue = 0;
    for (int64_t person = 0; person < 200; person++) {
        sim_person(&s, person);
        double age = s.attributes[0], entry = s.attributes[1];
        assert_step(&s, 0, IPSIM_STEP_ENTER, entry, "A", "A");
        assert_step(&s, 1, IPSIM_STEP_TRANSITION, fmax(entry + (67 - age), entry), "A", "R");
        overdue += age > 67;
    }
    assert_true(overdue > 60 && overdue < 140);
    sim_close(&s);
}

/* What happens at the horizon itself still counts, as it would at a report year of a longer run. */
static void the_horizon_itself_belongs_to_the_run(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { horizon_years = 5.0; }; states: { A: {}; B: {}; C: {}; }; start_state = \"A\";"
                      "transitions: { b: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 5; }; };"
                      "  c: { from = \"B\"; to = \"C\"; hazard: { family = \"fixed\"; delay = 1e-9; }; }; };");
    sim_person(&s, 0);
    assert_int_equal(s.n, 3);
    assert_step(&s, 1, IPSIM_STEP_TRANSITION, 5, "A", "B");
    assert_step(&s, 2, IPSIM_STEP_END, 5, "B", "B");
    assert_same_bits(s.steps[2].t_years, 5.0);
    sim_close(&s);
}

/* ---- clocks ---- */

/* c starts on B, k restarts on every B. at 5 on since:c from A: B is visited at 1 .. 2, 3 .. 4, 5 .. 6, so c reads 5 at t = 6. */
static void named_clocks_start_restart_and_wait(void **state)
{
    (void)state;
    struct {
        const char *restart, *delay;
        double when;
        const char *from;
    } cases[] = {{"false", "1", 5.5, "B"},    /* B first entered at 1, so c reads 4.5 at 5.5, in the third stay in B (5 to 6) */
                 {"true", "1", INFINITY, ""}, /* set back every 2 years */
                 {"true", "4", 5.5, "A"},     /* set back every 5 years, so it reads 4.5 at 5.5, in A (5 to 6) */
                 {"false", "7", 5.5, "B"}};
    for (size_t i = 0; i < 4; i++) {
        char text[1500];
        sim s;
        snprintf(text, sizeof text,
                 "simulation: { horizon_years = 50.0; }; clocks: { c: { starts_on = \"B\"; restart = %s; }; };"
                 "states: { A: {}; B: {}; C: { role = \"left\"; }; }; start_state = \"A\";"
                 "transitions: { ab: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 1; }; };"
                 "  ba: { from = \"B\"; to = \"A\"; hazard: { family = \"fixed\"; delay = %s; }; };"
                 "  out: { from = [\"A\", \"B\"]; to = \"C\"; clock = \"since:c\"; hazard: { family = \"at\"; at = 4.5; }; }; };",
                 cases[i].restart, cases[i].delay);
        sim_open_text(&s, text);
        sim_person(&s, 0);
        const ipsim_step *end = &s.steps[s.n - 1], *last = &s.steps[s.n - 2];
        assert_int_equal(end->kind, IPSIM_STEP_END);
        if (cases[i].when == INFINITY) {
            assert_same_bits(end->t_years, 50.0);
            assert_int_not_equal(end->to, sim_state(&s, "C"));
        } else {
            assert_same_bits(last->t_years, cases[i].when);
            assert_int_equal(last->to, sim_state(&s, "C"));
            assert_int_equal(last->from, sim_state(&s, cases[i].from));
        }
        sim_close(&s);
    }
}

/* A hazard on a clock that nobody has started is no hazard; an effect on it is no effect. */
static void a_clock_that_has_not_started_does_nothing(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 2; horizon_years = 100.0; }; clocks: { c: { starts_on = \"B\"; }; };"
                      "states: { A: {}; B: {}; C: {}; D: { role = \"dead\"; }; }; start_state = \"A\"; transitions: {"
                      "  x: { from = \"A\"; to = \"C\"; clock = \"since:c\"; hazard: { family = \"exponential\"; rate = 1e6; }; };"
                      "  y: { from = \"A\"; to = \"D\"; hazard: { family = \"exponential\"; rate = 0.2; };"
                      "       effects: { e: { hr = 1e9; clock = \"since:c\"; from_years = 0; }; }; };"
                      "  z: { from = [\"C\"]; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; }; };");
    for (int64_t person = 0; person < 50; person++) {
        double death = sim_budget(&s, person, "A->D", 0) / 0.2;
        sim_person(&s, person);
        if (death < 100)
            assert_step(&s, 1, IPSIM_STEP_TRANSITION, death, "A", "D");
    }
    sim_close(&s);
}

/* Time in the model, age and the sojourn start at entry; the calendar does not wait. Rate 0.1; hazard doubles in calendar year 2030. */
static void late_entry(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 2; horizon_years = 20.0; start_year = 2023; };"
                      "attributes: { entry_time: { distribution: { family = \"uniform\"; min = 0; max = 25; }; }; };"
                      "states: { A: {}; D: { role = \"dead\"; }; E: { role = \"dead\"; }; }; start_state = \"A\"; transitions: {"
                      "  d: { from = \"A\"; to = \"D\"; hazard: { family = \"exponential\"; rate = 0.1; };"
                      "       modifiers: { m: { clock = \"calendar\"; breaks = [2030.0]; values = [1.0, 2.0]; }; }; };"
                      "  e: { from = \"A\"; to = \"E\"; clock = \"start\"; hazard: { family = \"at\"; at = 6; }; }; };");
    int absent = 0;
    for (int64_t person = 0; person < 300; person++) {
        sim_person(&s, person);
        double entry = s.attributes[0], budget = sim_budget(&s, person, "A->D", 0), before = fmax(7 - entry, 0);
        if (entry > 20) { /* the horizon comes first: never seen */
            assert_int_equal(s.n, 0);
            absent++;
            continue;
        }
        double death = budget < 0.1 * before ? entry + budget / 0.1 : entry + before + (budget - 0.1 * before) / 0.2;
        assert_step(&s, 0, IPSIM_STEP_ENTER, entry, "A", "A");
        if (fmin(death, entry + 6) > 20)
            assert_step(&s, 1, IPSIM_STEP_END, 20, "A", "A");
        else
            assert_step(&s, 1, IPSIM_STEP_TRANSITION, fmin(death, entry + 6), "A", death < entry + 6 ? "D" : "E");
    }
    assert_true(absent > 30 && absent < 90); /* a fifth of 300 */
    sim_close(&s);
}

static ipsim_status simulate_person_7(sim *s, ipsim_error *err)
{
    ipsim_population_draw(s->population, 1, 0, 7, 1, s->attributes);
    return ipsim_reference_simulate(s->engine, s->luck, 7, s->attributes, NULL, NULL, NULL, err);
}

static void nobody_enters_before_the_model_starts(void **state)
{
    (void)state;
    sim s;
    ipsim_error err = {0};
    sim_open_text(&s, "simulation: { horizon_years = 5.0; }; attributes: { entry_time: { value = 0; }; };"
                      "states: { A: {}; }; start_state = \"A\";");
    s.attributes[0] = -0.25; /* which no scenario that loads can draw */
    assert_int_equal(ipsim_reference_simulate(s.engine, s.luck, 7, s.attributes, NULL, NULL, NULL, &err), IPSIM_ERR_RANGE);
    assert_non_null(strstr(err.message, "person 7 would enter 0.25"));
    assert_true(err.line > 0);
    sim_close(&s);
}

/* ---- where people start ---- */

static void start_states_follow_their_probabilities(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 4; horizon_years = 1.0; }; states: { A: {}; B: {}; C: {}; D: {}; };"
                      "transitions: { ab: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 0.1; }; }; };"
                      "start_states = { D = 0.125; A = 0.3; C = 0.575; };");
    int count[4] = {0};
    uint32_t key = ipsim_stream_key(IPSIM_PURPOSE_ATTRIBUTE, "start_state");
    enum { N = 20000 };
    for (int64_t person = 0; person < N; person++) {
        sim_person(&s, person);
        double u = ipsim_stream_uniform(4, 0, person, key, 0);
        assert_int_equal(s.steps[0].to, u < 0.3 ? 0 : u < 0.875 ? 2 : 3); /* in the order of the states, not of start_states */
        count[s.steps[0].to]++;
    }
    assert_int_equal(count[1], 0);
    assert_z(count[0] / (double)N, 0.3, sqrt(0.3 * 0.7 / N), 4);
    assert_z(count[3] / (double)N, 0.125, sqrt(0.125 * 0.875 / N), 4);
    sim_close(&s);
}

static void start_state_attribute_names_the_state(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 4; horizon_years = 1.0; }; states: { A: {}; B: {}; C: {}; };"
                      "transitions: { ab: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 0.1; }; }; };"
                      "attributes: { status: { levels = [\"C\", \"A\"]; probabilities = [0.25, 0.75]; }; };"
                      "start_state_attribute = \"status\";");
    int in_c = 0;
    for (int64_t person = 0; person < 4000; person++) {
        sim_person(&s, person);
        assert_int_equal(s.steps[0].to, s.attributes[0] == 0 ? 2 : 0);
        in_c += s.steps[0].to == 2;
    }
    assert_z(in_c / 4000.0, 0.25, sqrt(0.25 * 0.75 / 4000), 4);
    sim_close(&s);
}

/* ---- recurrent events ---- */

/* Events neither move the person nor reset the sojourn clock: with hazard t^0.5-like on the sojourn clock the k-th comes when the
 * cumulative hazard (t / 3)^2 has spent the first k draws. Durations are quantiles of their own draws, in order. */
static void events_recur_with_durations(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { seed = 4; horizon_years = 12.0; }; states: { A: {}; }; start_state = \"A\";"
                      "events: { admission: { hazard: { family = \"weibull\"; shape = 2; scale = 3; };"
                      "  duration_days: { family = \"lognormal\"; meanlog = \"log(13)\"; sdlog = 1.2; }; }; };");
    uint32_t key = ipsim_stream_key(IPSIM_PURPOSE_DURATION, "admission");
    ipsim_distribution lognormal = {.family = IPSIM_DIST_LOGNORMAL, .p = {log(13), 1.2}, .lower = -INFINITY, .upper = INFINITY};
    ipsim_error err;
    assert_ok(ipsim_distribution_init(&lognormal, &err), &err);
    double total = 0, days = 0, n = 0;
    for (int64_t person = 0; person < 400; person++) {
        double spent = 0;
        sim_person(&s, person);
        for (size_t i = 1; i + 1 < s.n; i++) {
            spent += sim_budget(&s, person, "admission", (uint32_t)(i - 1));
            assert_step(&s, i, IPSIM_STEP_EVENT, 3 * sqrt(spent), "A", "A");
            double u = ipsim_stream_uniform(4, 0, person, key, (uint32_t)(i - 1));
            assert_relative(s.steps[i].duration_days, ipsim_distribution_quantile(&lognormal, u), 1e-12);
            days += log(s.steps[i].duration_days);
            n++;
        }
        assert_true(spent + sim_budget(&s, person, "admission", (uint32_t)(s.n - 2)) > 16);
        total += (double)(s.n - 2);
    }
    assert_z(total / 400, 16, sqrt(16.0 / 400), 4); /* Poisson: (12 / 3)^2 = 16 */
    assert_z(days / n, log(13), 1.2 / sqrt(n), 4);
    sim_close(&s);
}

/* ---- limits ---- */

static void time_that_stands_still_is_refused(void **state)
{
    (void)state;
    const char *models[] = {"w: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 0; }; };"
                            "v: { from = \"B\"; to = \"A\"; hazard: { family = \"fixed\"; delay = 0; }; };",
                            "w: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1e250; }; };"
                            "v: { from = \"B\"; to = \"A\"; hazard: { family = \"exponential\"; rate = 1e250; }; };"};
    for (size_t i = 0; i < 2; i++) {
        char text[600];
        sim s;
        ipsim_error err = {0};
        snprintf(text, sizeof text,
                 "name = \"still\"; simulation: { horizon_years = 5.0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
                 "transitions: { %s };",
                 models[i]);
        sim_open_text(&s, text);
        assert_int_equal(simulate_person_7(&s, &err), IPSIM_ERR_LIMIT);
        assert_non_null(strstr(err.message, "person 7"));
        assert_non_null(strstr(err.message, "\"still\""));
        assert_true(err.line > 0);
        sim_close(&s);
    }
}

static void nothing_happens_when_nothing_can(void **state)
{
    (void)state;
    static const char *const models[] = {
        "simulation: { horizon_years = 8.0; }; states: { A: {}; }; start_state = \"A\";",
        "simulation: { horizon_years = 8.0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
        "transitions: { w: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 0; }; }; };",
        "simulation: { horizon_years = 8.0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
        "transitions: { w: { from = \"A\"; to = \"B\"; hazard: { family = \"weibull\"; shape = 2; scale = 1; multiplier = 0; }; }; };",
        "simulation: { horizon_years = 8.0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
        "transitions: { w: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1e300; };"
        "  modifiers: { m: { breaks = [9.0]; values = [0.0, 1.0]; }; }; }; };",
        "simulation: { horizon_years = 8.0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
        "transitions: { w: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 8.5; }; }; };"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        sim s;
        sim_open_text(&s, models[i]);
        for (int64_t person = 0; person < 20; person++) {
            sim_person(&s, person);
            assert_int_equal(s.n, 2);
            assert_step(&s, 0, IPSIM_STEP_ENTER, 0, "A", "A");
            assert_step(&s, 1, IPSIM_STEP_END, 8, "A", "A");
        }
        sim_close(&s);
    }
}

/* Hazards beyond all bounds fire at once, on clocks that have just started and on those that have long run. */
static void a_hazard_so_large_that_it_fires_at_once(void **state)
{
    (void)state;
    static const char *const laws[] = {
        "hazard: { family = \"exponential\"; rate = 1e300; };", "hazard: { family = \"weibull\"; shape = 1; scale = 1e-300; };",
        "hazard: { family = \"weibull_ph\"; shape = 1.5; rate = 1e300; };",
        "hazard: { family = \"gompertz\"; shape = 0.1; rate = 1e300; };",
        "hazard: { family = \"log_logistic\"; shape = 2; scale = 1e-300; };",
        "hazard: { family = \"log_normal\"; meanlog = -600; sdlog = 1; };", "hazard: { family = \"gamma\"; shape = 2; rate = 1e300; };",
        "hazard: { family = \"generalised_gamma\"; mu = -600; sigma = 1; q = 0.5; };",
        "hazard: { family = \"piecewise\"; breaks = [1.0]; rates = [1e300, 0.0]; };", "hazard: { family = \"fixed\"; delay = 0; };",
        "clock = \"start\"; hazard: { family = \"at\"; at = 0; };",
        /* On these clocks the hazard has already run to infinity, or nearly, when the person enters. */
        "clock = \"age\"; hazard: { family = \"gompertz\"; shape = 20; rate = 1; };",
        "clock = \"age\"; hazard: { family = \"weibull\"; shape = 300; scale = 0.5; };",
        "clock = \"age\"; hazard: { family = \"weibull_ph\"; shape = 500; rate = 1; };",
        "clock = \"age\"; hazard: { family = \"exponential\"; rate = 0.1; multiplier = 1e300; };",
        ("clock = \"age\"; hazard: { family = \"gompertz\"; shape = 20; rate = 1; };"
         "  modifiers: { m: { clock = \"age\"; breaks = [10.0]; values = [0.0, 1.0]; }; };")};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        char text[900];
        sim s;
        snprintf(text, sizeof text,
                 "simulation: { horizon_years = 30.0; }; attributes: { age: { value = 40; }; };"
                 "states: { A: {}; B: { role = \"dead\"; }; }; start_state = \"A\"; transitions: { w: { from = \"A\"; to = \"B\"; %s }; };",
                 laws[i]);
        sim_open_text(&s, text);
        for (int64_t person = 0; person < 20; person++) {
            sim_person(&s, person);
            if (s.n != 3 || !(s.steps[1].t_years >= 0 && s.steps[1].t_years < 1e-100))
                fail_msg("%s: person %d has %zu steps; first at %g", laws[i], (int)person, s.n, s.steps[1].t_years);
        }
        sim_close(&s);
    }
}

/* Beyond the largest double nothing may wrap round: the hazard waits in a window of 0, then fires at the window's edge. */
static void an_infinite_hazard_waits_for_its_window(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { horizon_years = 60.0; }; attributes: { age: { value = 10; }; };"
                      "states: { A: {}; B: { role = \"dead\"; }; }; start_state = \"A\"; transitions: { w: { from = \"A\"; to = \"B\";"
                      "clock = \"age\"; hazard: { family = \"gompertz\"; shape = 20; rate = 1; };"
                      "modifiers: { m: { clock = \"start\"; breaks = [45.0]; values = [0.0, 1.0]; }; }; }; };");
    sim_person(&s, 0);
    assert_int_equal(s.n, 3);
    assert_step(&s, 1, IPSIM_STEP_TRANSITION, 45, "A", "B");
    sim_close(&s);
}

static void a_horizon_of_zero(void **state)
{
    (void)state;
    sim s;
    sim_open_text(&s, "simulation: { horizon_years = 0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
                      "transitions: { w: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1000.0; }; }; };");
    for (int64_t person = 0; person < 20; person++) {
        sim_person(&s, person);
        assert_int_equal(s.n, 2);
        assert_step(&s, 0, IPSIM_STEP_ENTER, 0, "A", "A");
        assert_step(&s, 1, IPSIM_STEP_END, 0, "A", "A");
    }
    sim_close(&s);
}

/* A dead or departed person has no risks, whatever is declared, and an engine may be used again for any person in any order. */
static void persons_do_not_leak_into_each_other(void **state)
{
    (void)state;
    static const char model[] =
        "simulation: { seed = 9; horizon_years = 30.0; }; clocks: { c: { starts_on = \"B\"; }; };"
        "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [0.5, 0.5]; }; };"
        "states: { A: {}; B: {}; D: { role = \"dead\"; }; }; start_states = { A = 0.6; B = 0.4; };"
        "events: { e: { hazard: { family = \"exponential\"; rate = 0.7; }; duration_days: { family = \"exponential\"; rate = 0.1; }; }; };"
        "transitions: { ab: { from = \"A\"; to = \"B\"; hazard: { family = \"gamma\"; shape = 2; rate = 0.6; };"
        "    effects: { s: { attribute = \"sex\"; level = \"f\"; hr = 2.0; }; }; };"
        "  ba: { from = \"B\"; to = \"A\"; clock = \"since:c\"; hazard: { family = \"weibull\"; shape = 1.4; scale = 3; }; };"
        "  d: { from = [\"A\", \"B\"]; to = \"D\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = 0.05; }; }; };";
    sim fresh, used;
    sim_open_text(&used, model);
    for (int64_t person = 0; person < 60; person++)
        sim_person(&used, person);
    for (int64_t person = 59; person >= 0; person--) {
        sim_open_text(&fresh, model);
        sim_person(&fresh, person);
        sim_person(&used, person);
        assert_int_equal(used.n, fresh.n);
        for (size_t i = 0; i < fresh.n; i++) {
            assert_same_bits(used.steps[i].t_years, fresh.steps[i].t_years);
            assert_same_bits(used.steps[i].duration_days, fresh.steps[i].duration_days);
            assert_int_equal(used.steps[i].to, fresh.steps[i].to);
            assert_int_equal(used.steps[i].risk, fresh.steps[i].risk);
        }
        sim_close(&fresh);
    }
    sim_close(&used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_race_keeps_what_is_left),
        cmocka_unit_test(a_shared_stream_is_one_budget),
        cmocka_unit_test(a_change_in_mid_sojourn_resolves_with_what_is_left),
        cmocka_unit_test(the_first_declared_wins_a_tie),
        cmocka_unit_test(the_first_declared_wins_a_tie_with_a_hazard),
        cmocka_unit_test(at_fires_when_the_clock_reads_it_or_at_once_when_overdue),
        cmocka_unit_test(the_horizon_itself_belongs_to_the_run),
        cmocka_unit_test(named_clocks_start_restart_and_wait),
        cmocka_unit_test(a_clock_that_has_not_started_does_nothing),
        cmocka_unit_test(late_entry),
        cmocka_unit_test(nobody_enters_before_the_model_starts),
        cmocka_unit_test(start_states_follow_their_probabilities),
        cmocka_unit_test(start_state_attribute_names_the_state),
        cmocka_unit_test(events_recur_with_durations),
        cmocka_unit_test(time_that_stands_still_is_refused),
        cmocka_unit_test(nothing_happens_when_nothing_can),
        cmocka_unit_test(a_hazard_so_large_that_it_fires_at_once),
        cmocka_unit_test(an_infinite_hazard_waits_for_its_window),
        cmocka_unit_test(a_horizon_of_zero),
        cmocka_unit_test(persons_do_not_leak_into_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
