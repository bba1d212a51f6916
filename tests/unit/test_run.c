/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as a whole: its tables against the replayed histories of its people, what stops it, what it refuses. */
#include <stdio.h>

#include "simlib.h"

static const char base[] =
    "name = \"base\"; simulation: { persons = 300; seed = 21; horizon_years = 12.0; report_years = [5.0]; start_year = 2023; "
    "occupancy_step_years = 2.5; };"
    "economics: { discount_effects: { rates = 0.03; }; discount_costs: { rates = 0.05; }; };"
    "parameters: { rate = 0.5; wage = 100.0; };"
    "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [0.4, 0.6]; }; age: { distribution: { family = \"uniform\"; min = 30; "
    "max = 60; };"
    "  target_mean = 44; target_source = \"a register\"; }; };"
    "states: { S: { utility = 0.6; }; W: { utility = 0.8; }; D: { role = \"dead\"; }; }; start_state = \"S\";"
    "events: { ill: { hazard: { family = \"exponential\"; rate = 0.3; }; duration_days: { family = \"exponential\"; rate = 0.2; }; }; };"
    "transitions: { job: { from = \"S\"; to = \"W\"; hazard: { family = \"exponential\"; rate = \"rate\"; }; };"
    "  loss: { from = \"W\"; to = \"S\"; hazard: { family = \"weibull\"; shape = 0.8; scale = 3; }; };"
    "  death: { from = [\"S\", \"W\"]; to = \"D\"; stream = \"death\"; clock = \"age\"; hazard: { family = \"gompertz\"; shape = 0.09; "
    "rate = 0.0003; }; }; };"
    "payers: { boss: {}; state: {}; }; rewards: { wage: { payer = \"boss\"; per = \"year\"; states = [\"W\"]; amount = \"wage\"; };"
    "  hire: { payer = \"state\"; per = \"entry\"; states = [\"W\"]; amount = 50; }; };"
    "outcomes: { employment_years: { type = \"years\"; states = [\"W\"]; }; first: { type = \"first_time\"; states = [\"W\"]; }; };"
    "subgroups = [\"sex\"];";

static const char targets[] =
    "subgroups = [\"sex\"]; targets: { good: { measure = \"share('W', 5)\"; value = 0.6; low = 0.3; high = 0.9; use = \"held_out\"; };"
    "  bad: { measure = \"at('employment_years', 5) / 5\"; value = 0.99; low = 0.98; high = 1.0; };"
    "  none: { measure = \"(at('n_death', 5) - at('n_death', 5)) / 0\"; value = 1; low = 0; high = 2; };"
    "  open: { measure = \"at('reached_first', 5)\"; value = 0.8; }; low: { measure = \"at('reached_first', 5)\"; value = 1; low = 0.99; "
    "}; };";

/* The same with one thing exchanged. */
static ipsim_scenario *load_changed(const char *name, const char *what, const char *by)
{
    char text[6000], renamed[100];
    const char *at = what ? strstr(base, what) : base;
    assert_non_null(at);
    snprintf(renamed, sizeof renamed, "name = \"%s\";", name);
    assert_true(strncmp(base, "name = \"base\";", 14) == 0);
    if (what)
        snprintf(text, sizeof text, "%s%.*s%s%s", renamed, (int)(at - base) - 14, base + 14, by, at + strlen(what));
    else
        snprintf(text, sizeof text, "%s%s", renamed, base + 14);
    return testlib_load(testlib_write(name, text));
}

/* ---- tables against histories ---- */

typedef struct series {
    double sum, squares, n;
} series;

static void add(series *s, double x)
{
    s->sum += x;
    s->squares += x * x;
    s->n++;
}

static void assert_series(estimate e, const series *s)
{
    double mean = s->sum / s->n, mcse = sqrt((s->squares / s->n - mean * mean) / (s->n - 1));
    assert_close(e.value, mean, 1e-8 * (1 + fabs(mean)));
    assert_close(e.mcse, mcse, 1e-6 * (1 + fabs(mcse)));
}

static double present_value(double from, double to, double rate)
{
    return to > from ? (pow(1 + rate, -from) - pow(1 + rate, -to)) / log1p(rate) : 0;
}

static void tables_are_what_histories_make(void **state)
{
    (void)state;
    enum { N = 300 };
    ipsim_scenario *scenario = load_changed("base", "subgroups = [\"sex\"];", targets);
    ipsim_results *r = run_persons(&scenario, 1, 0, -1);
    series life = {0}, qalys = {0}, work_by_5 = {0}, cost = {0}, jobs = {0}, deaths = {0}, ill = {0}, days = {0}, life_f = {0}, age = {0},
           first = {0};
    double in_work[6] = {0}, dead_at_end = 0, steps = 0; /* occupancy at 0, 2.5, ... 10, 12 */
    static const double grid[6] = {0, 2.5, 5, 7.5, 10, 12};
    sim s;
    sim_open(&s, scenario);
    for (int64_t person = 0; person < N; person++) {
        double lived = 0, worth = 0, work = 0, paid = 0, n_jobs = 0, n_deaths = 0, n_ill = 0, n_days = 0, first_job = NAN;
        sim_person(&s, person);
        for (size_t i = 1; i < s.n; i++) {
            double from = s.steps[i - 1].t_years, to = s.steps[i].t_years;
            int before = s.steps[i - 1].to, after = s.steps[i].to;
            if (before == 2)
                continue;
            lived += to - from;
            worth += (before == 0 ? 0.6 : 0.8) * present_value(from, to, 0.03);
            if (before == 1) {
                work += fmax(fmin(to, 5) - from, 0);
                paid += 100 * present_value(from, to, 0.05);
            }
            for (int g = 0; g < 6; g++)
                in_work[g] += before == 1 && from <= grid[g] && (grid[g] < to || (g == 5 && to == 12));
            if (s.steps[i].kind == IPSIM_STEP_TRANSITION && after == 1) {
                n_jobs++;
                paid += 50 * pow(1.05, -to);
                first_job = isnan(first_job) ? to : first_job;
            }
            if (s.steps[i].kind == IPSIM_STEP_TRANSITION && after == 2)
                n_deaths++;
            if (s.steps[i].kind == IPSIM_STEP_EVENT) {
                n_ill++;
                n_days += s.steps[i].duration_days;
            }
        }
        steps += (double)s.n - 2;
        dead_at_end += s.steps[s.n - 1].to == 2;
        add(&life, lived);
        add(&qalys, worth);
        add(&work_by_5, work);
        add(&cost, paid);
        add(&jobs, n_jobs);
        add(&deaths, n_deaths);
        add(&ill, n_ill);
        add(&days, n_days);
        add(&age, s.attributes[0]);
        if (s.attributes[1] == 1)
            add(&life_f, lived);
        if (!isnan(first_job))
            add(&first, first_job);
    }
    assert_series(result(r, "base", "life_years", false), &life);
    assert_series(result(r, "base", "qalys", true), &qalys);
    assert_series(find_estimate(r->results, "base", "all", "employment_years", "all", "no", 5), &work_by_5);
    assert_series(find_estimate(r->results, "base", "all", "years_W", "all", "no", 5), &work_by_5);
    assert_series(result(r, "base", "cost", true), &cost);
    assert_series(result(r, "base", "n_job", false), &jobs);
    assert_series(result(r, "base", "n_death", false), &deaths);
    assert_series(result(r, "base", "n_ill", false), &ill);
    assert_series(result(r, "base", "days_ill", false), &days);
    assert_series(find_estimate(r->results, "base", "sex=f", "life_years", "all", "no", 12), &life_f);
    assert_close(result(r, "base", "first", false).value, first.sum / first.n, 1e-9);
    assert_close(result(r, "base", "reached_first", false).value, first.n / N, 1e-9);
    for (int g = 0; g < 6; g++)
        assert_close(occupancy(r, "base", "W", grid[g]).value, in_work[g] / N, 1e-12);
    assert_close(occupancy(r, "base", "D", 12).value, dead_at_end / N, 1e-12);
    assert_close(r->events_per_person, steps / N, 1e-9);

    /* people beside their targets */
    const ipsim_table *p = r->population;
    int seen = 0;
    for (size_t row = 0; row < p->n_rows; row++) {
        double simulated = table_real(p, row, "simulated"), target = table_real(p, row, "target");
        if (table_matches(p, row, "attribute", "sex") && table_matches(p, row, "level", "f")) {
            assert_close(simulated, life_f.n / N, 1e-12);
            assert_close(table_real(p, row, "mcse"), sqrt(simulated * (1 - simulated) / (N - 1)), 1e-12);
            assert_same_bits(target, 0.6);
            seen++;
        }
        if (table_matches(p, row, "attribute", "age") && table_matches(p, row, "statistic", "mean")) {
            assert_series((estimate){simulated, table_real(p, row, "mcse")}, &age);
            assert_same_bits(target, 44.0);
            assert_true(table_matches(p, row, "source", "a register"));
            seen++;
        }
        if (table_matches(p, row, "attribute", "age") && table_matches(p, row, "statistic", "sd")) {
            assert_close(simulated, sqrt((age.squares / N - pow(age.sum / N, 2)) * N / (N - 1)), 1e-6);
            assert_close(target, 30 / sqrt(12), 1e-9);
            seen++;
        }
    }
    assert_int_equal(seen, 3);

    /* targets: inside, outside, one that is no number, one without a range, one with half a range */
    static const char *const verdicts[] = {"inside", "outside", "not available", "no range", "outside"};
    assert_int_equal(r->targets->n_rows, 5);
    for (size_t row = 0; row < 5; row++) {
        assert_true(table_matches(r->targets, row, "verdict", verdicts[row]));
        assert_true(table_matches(r->targets, row, "use", row == 0 ? "held out" : "calibration"));
    }
    assert_close(table_real(r->targets, 0, "simulated"), in_work[2] / N, 1e-12);
    assert_close(table_real(r->targets, 1, "simulated"), work_by_5.sum / N / 5, 1e-8);
    assert_true(isnan(table_real(r->targets, 2, "simulated")));
    ipsim_results_free(r);
    sim_close(&s);
}

/* ---- replay ---- */

static void replay_tells_the_simulated_history(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {load_changed("base", NULL, NULL), load_changed("fast", "rate = 0.5", "rate = 1.5")};
    sim s[2];
    sim_open(&s[0], arms[0]);
    sim_open(&s[1], arms[1]);
    ipsim_run_options options = {.seed = 5, .replicate = 2};
    for (int64_t person = 0; person < 40; person++) {
        ipsim_error_list errors = {0};
        ipsim_table *t;
        assert_no_errors(ipsim_replay((const ipsim_scenario *const *)arms, 2, &options, person, &t, &errors), &errors);
        size_t row = 0;
        for (int arm = 0; arm < 2; arm++) {
            static const char *const what[] = {"enter", "transition", "event", "end"};
            s[arm].luck = (ipsim_luck){.seed = 5, .replicate = 2};
            sim_person(&s[arm], person);
            assert_true(table_matches(t, row, "what", "attribute") && table_matches(t, row, "name", "age"));
            assert_close(atof(t->columns[ipsim_table_find_column(t, "to")].text[row]), s[arm].attributes[0], 1e-12);
            assert_true(table_matches(t, row + 1, "what", "attribute") && table_matches(t, row + 1, "name", "sex"));
            assert_true(table_matches(t, row + 1, "to", s[arm].attributes[1] == 1 ? "f" : "m"));
            row += 2;
            for (size_t i = 0; i < s[arm].n; i++, row++) {
                const ipsim_step *step = &s[arm].steps[i];
                assert_true(table_matches(t, row, "scenario", arm ? "fast" : "base"));
                assert_true(table_matches(t, row, "what", what[step->kind]));
                assert_same_bits(table_real(t, row, "year"), step->t_years);
                assert_close(table_real(t, row, "age"), s[arm].attributes[0] + step->t_years, 1e-12);
                assert_true(table_matches(t, row, "to", s[arm].scenario->states[step->to].name));
                if (step->risk != SIZE_MAX) {
                    assert_true(table_matches(t, row, "from", s[arm].scenario->states[step->from].name));
                    assert_true(table_matches(t, row, "name", sim_name(&s[arm], step)));
                    assert_true(table_matches(t, row, "stream", s[arm].model->streams[s[arm].model->risks[step->risk].stream].name));
                }
                assert_int_equal(t->columns[ipsim_table_find_column(t, "person")].integer[row], person);
            }
        }
        assert_int_equal(row, t->n_rows);
        ipsim_table_free(t);
    }
    sim_close(&s[0]);
    sim_close(&s[1]);
}

/* ---- options ---- */

static void options_override_the_scenario(void **state)
{
    (void)state;
    ipsim_scenario *scenario = load_changed("base", NULL, NULL), *other = load_changed("base", "seed = 21", "seed = 22");
    ipsim_results *plain = run_persons(&scenario, 1, 0, -1), *asked = run_persons(&scenario, 1, 0, 22),
                  *said = run_persons(&other, 1, 0, -1);
    assert_int_equal(plain->persons, 300);
    assert_int_equal(plain->requested, 300);
    assert_int_equal(plain->seed, 21);
    assert_int_equal(asked->seed, 22);
    assert_false(plain->interrupted);
    assert_same_table(asked->results, said->results);
    assert_true(result(plain, "base", "qalys", false).value != result(said, "base", "qalys", false).value);
    ipsim_results *few = run_persons(&scenario, 1, 17, -1);
    assert_int_equal(few->persons, 17);
    ipsim_results_free(few);
    ipsim_results_free(plain);
    ipsim_results_free(asked);
    ipsim_results_free(said);
    ipsim_scenario_free(scenario);
    ipsim_scenario_free(other);
}

static volatile sig_atomic_t stop_now;
static int64_t last_done;
static int calls;

static void watch_progress(void *data, int64_t done, int64_t total)
{
    assert_ptr_equal(data, &calls);
    assert_int_equal(total, 2000000000);
    assert_true(done > last_done && done <= total);
    last_done = done;
    if (++calls == 3)
        stop_now = 1;
}

/* A run that is stopped has finished a number of whole blocks from the first on: it equals the run of that many persons. */
static void a_stopped_run_is_a_run_of_fewer(void **state)
{
    (void)state;
    ipsim_scenario *scenario = load_changed("base", NULL, NULL);
    ipsim_run_options options = {
        .persons = 2000000000, .seed = -1, .n_threads = 3, .progress = watch_progress, .progress_data = &calls, .stop = &stop_now};
    ipsim_results *stopped = run_with(&scenario, 1, options);
    assert_true(stopped->interrupted && stopped->persons > 0 && stopped->persons < 2000000000);
    assert_int_equal(stopped->requested, 2000000000);
    assert_true(calls >= 3); /* what is in flight may end later, and says so */
    ipsim_results *whole = run_persons(&scenario, 1, stopped->persons, -1);
    assert_same_table(stopped->results, whole->results);
    assert_same_table(stopped->occupancy, whole->occupancy);
    assert_same_table(stopped->population, whole->population);
    assert_same_table(stopped->about, whole->about);
    ipsim_results_free(stopped);
    ipsim_results_free(whole);

    ipsim_error_list errors = {0}; /* stopped before it began */
    ipsim_results *none;
    const ipsim_scenario *const one[] = {scenario};
    options.progress = NULL;
    assert_int_equal(ipsim_run(one, 1, &options, &none, &errors), IPSIM_ERR_INTERRUPTED);
    assert_null(none);
    ipsim_error_list_clear(&errors);
    ipsim_scenario_free(scenario);
}

/* ---- refusals ---- */

/* message: what an earlier refusal said, which this one must repeat; filled when empty. */
static void assert_refused(ipsim_scenario *const *arms, size_t n, ipsim_status status, const char *says, int threads, char *message)
{
    ipsim_error_list errors = {0};
    ipsim_results *r;
    ipsim_run_options options = {.seed = -1, .n_threads = threads};
    ipsim_status found = ipsim_run((const ipsim_scenario *const *)arms, n, &options, &r, &errors);
    assert_null(r);
    if (found != status || errors.count == 0 || strstr(errors.items[0].message, says) == NULL)
        fail_msg("status %s, \"%s\"; expected %s, \"%s\"", ipsim_status_name(found), errors.count ? errors.items[0].message : "",
                 ipsim_status_name(status), says);
    assert_true(errors.items[0].line > 0);
    if (message[0] == '\0')
        snprintf(message, 800, "%s", errors.items[0].message);
    assert_string_equal(errors.items[0].message, message);
    ipsim_error_list_clear(&errors);
}

static void what_cannot_be_compared_is_refused(void **state)
{
    (void)state;
    static const char *const changes[][2] = {{"horizon_years = 12.0", "horizon_years = 11.0"},
                                             {"seed = 21", "seed = 22"},
                                             {"persons = 300", "persons = 301"},
                                             {"report_years = [5.0]", "report_years = [6.0]"},
                                             {"rates = 0.05", "rates = 0.04"},
                                             {"probabilities = [0.4, 0.6]", "probabilities = [0.5, 0.5]"},
                                             {"max = 60", "max = 61"},
                                             {"start_year = 2023", "start_year = 2024"},
                                             {"occupancy_step_years = 2.5", "occupancy_step_years = 2.0"}};
    ipsim_scenario *arms[2] = {load_changed("base", NULL, NULL), NULL};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        arms[1] = load_changed("other", changes[i][0], changes[i][1]);
        assert_refused(arms, 2, IPSIM_ERR_INCOMPATIBLE, "scenarios that are compared must have the same", 1, (char[800]){""});
        ipsim_scenario_free(arms[1]);
    }
    static const char *const harmless[][2] = {{"target_mean = 44", "target_mean = 45"},
                                              {"rate = 0.5", "rate = 0.6"},
                                              {"utility = 0.6", "utility = 0.5"},
                                              {"payers: { boss: {};", "payers: { boss: { label = \"Boss\"; }; extra: {};"}};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        arms[1] = load_changed("other", harmless[i][0], harmless[i][1]);
        ipsim_results_free(run_persons(arms, 2, 0, -1));
        ipsim_scenario_free(arms[1]);
    }
    arms[1] = load_changed("base", NULL, NULL);
    assert_refused(arms, 2, IPSIM_ERR_INCOMPATIBLE, "two scenarios are called \"base\"", 1, (char[800]){""});
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

/* What one arm declares as an outcome may be what another reports by itself: neither is right for both. */
static void a_name_means_one_thing_in_all_arms(void **state)
{
    (void)state;
    static const char *const pairs[][2][2] = {{{"outcomes: {", "outcomes: { cost_ours: { type = \"events\"; events = \"ill\"; };"},
                                               {"payers: {", "perspectives: { ours: {}; }; payers: {"}},
                                              {{"first: {", "second: { type = \"first_time\"; states = \"W\"; }; first: {"},
                                               {"first: {", "reached_second: { type = \"ever\"; states = \"W\"; }; first: {"}},
                                              {{"outcomes: {", "outcomes: { n_hire: { type = \"events\"; events = \"ill\"; };"},
                                               {"events: {", "events: { hire: { hazard: { family = \"exponential\"; rate = 1; }; };"}}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        ipsim_scenario *arms[2] = {load_changed("one", pairs[i][0][0], pairs[i][0][1]),
                                   load_changed("two", pairs[i][1][0], pairs[i][1][1])};
        for (size_t arm = 0; arm < 2; arm++)
            ipsim_results_free(run_persons(&arms[arm], 1, 10, -1));
        assert_refused(arms, 2, IPSIM_ERR_INCOMPATIBLE, "reports an outcome of this name by itself", 1, (char[800]){""});
        ipsim_scenario_free(arms[0]);
        ipsim_scenario_free(arms[1]);
    }
}

/* The same person is blamed however many threads there were. */
static void trouble_is_reported_the_same_on_any_number_of_threads(void **state)
{
    (void)state;
    char first[4][800] = {""};
    for (int threads = 1; threads <= 7; threads += 2) {
        ipsim_scenario *scenarios[4] = {
            load_changed("costly", "wage = 100.0", "wage = 1e13"), load_changed("costliest", "wage = 100.0", "wage = 1e30"),
            load_changed("old", "min = 30; max = 60;", "min = 30; max = 1e11;"),
            testlib_load_text("simulation: { persons = 5000; horizon_years = 0.1; };"
                              "attributes: { age: { distribution: { family = \"uniform\"; min = 0; max = 100; }; }; };"
                              "states: { A: {}; B: {}; }; start_state = \"A\"; transitions: {"
                              "  ab: { from = \"A\"; to = \"B\"; clock = \"age\"; hazard: { family = \"at\"; at = 99.95; }; };"
                              "  ba: { from = \"B\"; to = \"A\"; hazard: { family = \"fixed\"; delay = 0; }; }; };")};
        static const ipsim_status status[4] = {IPSIM_ERR_OVERFLOW, IPSIM_ERR_OVERFLOW, IPSIM_ERR_OVERFLOW, IPSIM_ERR_LIMIT};
        static const char *const says[4] = {"\"cost\"", "\"cost\"", "attribute age of person", "stands still"};
        for (int i = 0; i < 4; i++) {
            assert_refused(&scenarios[i], 1, status[i], says[i], threads, first[i]);
            ipsim_scenario_free(scenarios[i]);
        }
    }
}

static void checking_finds_what_running_would(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {load_changed("base", NULL, NULL), load_changed("other", "horizon_years = 12.0", "horizon_years = 13.0")};
    ipsim_error_list errors = {0};
    assert_no_errors(ipsim_run_check((const ipsim_scenario *const *)arms, 1, &errors), &errors);
    assert_int_equal(ipsim_run_check((const ipsim_scenario *const *)arms, 2, &errors), IPSIM_ERR_INCOMPATIBLE);
    assert_int_equal(errors.count, 1);
    assert_non_null(strstr(errors.items[0].message, "12"));
    assert_non_null(strstr(errors.items[0].message, "13"));
    ipsim_error_list_clear(&errors);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

/* The same people, though the second file declares what distinguishes them in another order. */
static void the_order_of_attributes_does_not_matter(void **state)
{
    (void)state;
    static const char *const attributes[2] = {
        ("sex: { levels = [\"m\", \"f\"]; probabilities = [0.5, 0.5]; }; hours: { value = 20; };"
         "age: { distribution: { family = \"normal\"; mean = 50; sd = 10; lower = 0; }; };"),
        ("age: { distribution: { family = \"normal\"; mean = 50; sd = 10; lower = 0; }; }; hours: { value = 20; };"
         "sex: { levels = [\"m\", \"f\"]; probabilities = [0.5, 0.5]; };")};
    ipsim_scenario *arms[2];
    for (int i = 0; i < 2; i++) {
        char text[1500];
        snprintf(
            text, sizeof text,
            "name = \"%s\"; simulation: { persons = 500; horizon_years = 10.0; }; attributes: { %s };"
            "states: { A: {}; D: { role = \"dead\"; }; }; start_state = \"A\"; subgroups = [\"sex\"];"
            "transitions: { d: { from = \"A\"; to = \"D\"; clock = \"age\"; hazard: { family = \"gompertz\"; rate = 0.001; shape = 0.1; };"
            "  effects: { s: { attribute = \"sex\"; level = \"f\"; hr = 0.5; }; }; }; }; payers: { p: {}; };"
            "rewards: { r: { payer = \"p\"; per = \"year\"; amount = 1; factors: { h: { attribute = \"hours\"; }; }; }; };",
            i ? "two" : "one", attributes[i]);
        arms[i] = testlib_load(testlib_write("arm.cfg", text));
    }
    ipsim_results *r = run_persons(arms, 2, 0, -1);
    for (size_t row = 0; row < r->differences->n_rows; row++) {
        assert_same_bits(table_real(r->differences, row, "estimate"), 0.0);
        assert_same_bits(table_real(r->differences, row, "mcse"), 0.0);
    }
    assert_true(result(r, "two", "n_d", false).value > 0.3);
    assert_relative(result(r, "two", "cost", false).value, 20 * result(r, "two", "life_years", false).value, 1e-4);
    ipsim_results_free(r);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

/* ---- readings of cost and effect ---- */

static void ratios_are_read_by_their_quadrant(void **state)
{
    (void)state;
    /* utility of W decides who gains, the price of S who pays; W is entered sooner under the treatment (rate 0.5 to 2) */
    static const struct {
        const char *utility, *amount_s, *reading;
    } cases[] = {{"0.8", "0", "ratio"}, {"0.8", "100000", "dominant"}, {"0.1", "0", "dominated"}, {"0.1", "100000", "less effective"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ipsim_scenario *arms[2];
        for (int arm = 0; arm < 2; arm++) {
            char text[1000];
            snprintf(text, sizeof text,
                     "name = \"arm%d\"; simulation: { persons = 500; horizon_years = 5.0; }; states: { S: { utility = 0.5; }; W: { utility "
                     "= %s; }; }; start_state = \"S\";"
                     "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [1.0, 0.0]; }; }; subgroups = [\"sex\"];"
                     "transitions: { job: { from = \"S\"; to = \"W\"; hazard: { family = \"exponential\"; rate = %s; }; }; };"
                     "payers: { p: {}; }; rewards: { s: { payer = \"p\"; per = \"year\"; states = [\"S\"]; amount = %s; }; w: { payer = "
                     "\"p\"; per = \"year\"; states = [\"W\"]; amount = 10; }; };",
                     arm, cases[i].utility, arm ? "2.0" : "0.5", cases[i].amount_s);
            arms[arm] = testlib_load(testlib_write("arm.cfg", text));
        }
        ipsim_results *r = run_persons(arms, 2, 0, -1);
        int all = 0, empty = 0;
        for (size_t row = 0; row < r->ratios->n_rows; row++) {
            double ratio = table_real(r->ratios, row, "ratio");
            if (table_matches(r->ratios, row, "subgroup", "sex=f")) { /* nobody */
                assert_true(table_matches(r->ratios, row, "reading", "not available") && isnan(ratio));
                empty++;
                continue;
            }
            assert_true(table_matches(r->ratios, row, "reading", cases[i].reading));
            bool meaningful = i == 0 || i == 3;
            assert_true(meaningful == isfinite(ratio));
            if (meaningful)
                assert_relative(ratio, table_real(r->ratios, row, "cost") / table_real(r->ratios, row, "effect_gain"), 1e-12);
            all++;
        }
        assert_true(all >= 4 && empty >= 2);
        ipsim_results_free(r);
        ipsim_scenario_free(arms[0]);
        ipsim_scenario_free(arms[1]);
    }
}

/* A measure that one arm alone has counts as 0 in the other, in differences; results have no row of it. */
static void measures_of_one_arm_alone(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {
        load_changed("base", NULL, NULL),
        load_changed("more", "rewards: {", "rewards: { extra: { payer = \"state\"; per = \"start\"; amount = 7; };")};
    ipsim_results *r = run_persons(arms, 2, 0, -1);
    estimate e = find_estimate(r->differences, "more", "all", "item_extra", "state", "no", 12);
    assert_close(e.value, 7, 1e-9);
    assert_close(e.mcse, 0, 0);
    for (size_t row = 0; row < r->results->n_rows; row++)
        assert_false(table_matches(r->results, row, "outcome", "item_extra") && table_matches(r->results, row, "scenario", "base"));
    assert_close(difference(r, "more", "cost", false).value, 7, 1e-9);
    ipsim_results_free(r);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

/* What is told of a run is told whole, however long; a message that cannot be says so. */
static void long_lists_are_told_whole(void **state)
{
    (void)state;
    char years[4000], *at = years;
    at += sprintf(at, "report_years = [0.01");
    for (int i = 2; i <= 400; i++)
        at += sprintf(at, ", %.2f", i / 100.0);
    sprintf(at, "]");
    ipsim_scenario *arms[2] = {load_changed("long", "report_years = [5.0]", years), load_changed("base", NULL, NULL)};
    ipsim_results *r = run_persons(arms, 1, 10, -1);
    const char *told = NULL;
    for (size_t row = 0; row < r->about->n_rows; row++)
        if (table_matches(r->about, row, "key", "report_years"))
            told = r->about->columns[2].text[row];
    assert_non_null(told);
    assert_string_equal(told + strlen(told) - 12, ".98, 3.99, 4");
    ipsim_results_free(r);
    ipsim_error_list errors = {0};
    assert_int_equal(ipsim_run_check((const ipsim_scenario *const *)arms, 2, &errors), IPSIM_ERR_INCOMPATIBLE);
    assert_string_equal(errors.items[0].message + strlen(errors.items[0].message) - 3, "...");
    ipsim_error_list_clear(&errors);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_what_histories_make),     cmocka_unit_test(replay_tells_the_simulated_history),
        cmocka_unit_test(options_override_the_scenario),      cmocka_unit_test(a_stopped_run_is_a_run_of_fewer),
        cmocka_unit_test(what_cannot_be_compared_is_refused), cmocka_unit_test(trouble_is_reported_the_same_on_any_number_of_threads),
        cmocka_unit_test(checking_finds_what_running_would),  cmocka_unit_test(the_order_of_attributes_does_not_matter),
        cmocka_unit_test(ratios_are_read_by_their_quadrant),  cmocka_unit_test(measures_of_one_arm_alone),
        cmocka_unit_test(a_name_means_one_thing_in_all_arms), cmocka_unit_test(long_lists_are_told_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
