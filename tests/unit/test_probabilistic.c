/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probabilistic analysis as a whole: against runs of fixed parameters, against models whose answer is known, and the same bytes however it is
 * dealt. */
#include <stdio.h>

#include "simlib.h"

static const char tail[] =
    "simulation: { persons = 500; seed = 11; horizon_years = 10.0; report_years = [4.0]; occupancy_step_years = 1.0; };"
    "economics: { discount_costs: { rates = 0.03; }; thresholds = [1000.0]; };"
    "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [0.4, 0.6]; }; }; subgroups = [\"sex\"];"
    "states: { A: { utility = \"u\"; }; B: { utility = 0.5; }; D: { role = \"dead\"; }; }; start_state = \"A\";"
    "transitions: { go: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = \"r\"; }; effects: { e: { hr = \"hr\"; }; "
    "}; };"
    "  die: { from = [\"A\", \"B\"]; to = \"D\"; stream = \"die\"; hazard: { family = \"exponential\"; rate = 0.1; }; }; };"
    "payers: { p: {}; q: {}; }; rewards: { care: { payer = \"p\"; per = \"year\"; amount = \"c\"; };"
    "  visit: { payer = \"q\"; per = \"transition\"; transitions = [\"go\"]; amount = 50; }; };"
    "perspectives: { one: { payers = [\"p\"]; }; both: {}; };"
    "outcomes: { b_years: { type = \"years\"; states = [\"B\"]; }; };";

static ipsim_scenario *load_arm(const char *name, const char *hr, const char *distribution)
{
    char text[5000];
    snprintf(text, sizeof text,
             "name = \"%s\"; parameters: { r = { value = 0.3; %s }; hr = %s; u = { value = 0.8; %s }; c = { value = 100.0; %s }; }; %s",
             name,
             distribution ? "distribution: { family = \"gamma\"; shape = 9; scale = \"0.3 / 9\"; };"
                          : "distribution: { family = \"fixed\"; value = 0.3; };",
             hr, distribution ? "distribution: { family = \"beta\"; alpha = 8; beta = 2; };" : "",
             distribution ? distribution : "distribution: { family = \"fixed\"; value = 100; };", tail);
    return testlib_load(testlib_write(name, text));
}

static size_t find_column(const ipsim_table *table, const char *name)
{
    size_t c = ipsim_table_find_column(table, name);
    if (c == table->n_columns)
        fail_msg("table %s has no column %s", table->name, name);
    return c;
}

static double number_at(const ipsim_table *table, size_t row, const char *column)
{
    const ipsim_column *c = &table->columns[find_column(table, column)];
    return c->type == IPSIM_INTEGER ? (double)c->integer[row] : c->real[row];
}

static ipsim_results *analyse(ipsim_scenario *const *scenarios, size_t n, ipsim_run_options options, ipsim_psa_options psa)
{
    options.psa = &psa;
    return run_with(scenarios, n, options);
}

/* ---- nothing is uncertain ---- */

static void check_row(const ipsim_results *psa, const ipsim_results *run, size_t row, const char *column, const char *outcome,
                      bool discounted)
{
    const ipsim_table *t = psa->psa, *r = run->results;
    char cost[100];
    const char *perspective = t->columns[find_column(t, "perspective")].text[row];
    snprintf(cost, sizeof cost, "cost_%s", perspective);
    size_t found = 0;
    for (size_t i = 0; i < r->n_rows; i++)
        if (table_matches(r, i, "scenario", t->columns[find_column(t, "scenario")].text[row]) &&
            table_matches(r, i, "subgroup", t->columns[find_column(t, "subgroup")].text[row]) &&
            table_matches(r, i, "outcome", outcome ? outcome : cost) && table_matches(r, i, "payer", "all") &&
            table_matches(r, i, "discounted", discounted ? "yes" : "no") && table_real(r, i, "year") == 10.0) {
            assert_same_bits(number_at(t, row, column), table_real(r, i, "estimate"));
            found++;
        }
    assert_int_equal(found, 1);
}

static void test_fixed_distributions_give_the_results_of_runs(void **state)
{
    (void)state;
    ipsim_scenario *scenarios[] = {load_arm("one", "1.0", NULL), load_arm("two", "0.5", NULL)};
    ipsim_results *psa = analyse(scenarios, 2, (ipsim_run_options){.persons = 500, .seed = -1}, (ipsim_psa_options){.n_draws = 3});
    for (uint32_t d = 0; d < 3; d++) {
        ipsim_results *run = run_with(scenarios, 2, (ipsim_run_options){.persons = 500, .seed = -1, .replicate = d});
        for (size_t row = 0; row < psa->psa->n_rows; row++) {
            if (psa->psa->columns[0].integer[row] != (int64_t)d)
                continue;
            check_row(psa, run, row, "cost", NULL, true);
            check_row(psa, run, row, "qalys", "qalys", true);
            check_row(psa, run, row, "b_years", "b_years", true);
            check_row(psa, run, row, "life_years", "life_years", true);
        }
        ipsim_results_free(run);
    }
    assert_int_equal(psa->psa->n_rows, 3 * 2 * 2 * 3); /* draws, scenarios, perspectives, everybody and both sexes */
    /* Pooled tables are those of the replicates together. */
    ipsim_results *pooled = run_with(scenarios, 2, (ipsim_run_options){.persons = 500, .seed = -1, .n_replicates = 3});
    assert_int_equal(pooled->occupancy->n_rows, psa->occupancy->n_rows);
    for (size_t row = 0; row < psa->occupancy->n_rows; row++)
        assert_same_bits(table_real(psa->occupancy, row, "estimate"), table_real(pooled->occupancy, row, "estimate"));
    for (size_t row = 0; row < psa->population->n_rows; row++)
        assert_same_bits(table_real(psa->population, row, "simulated"), table_real(pooled->population, row, "simulated"));
    ipsim_results_free(pooled);
    ipsim_results_free(psa);
    /* The same people in every draw: every draw is the first. */
    psa = analyse(scenarios, 2, (ipsim_run_options){.persons = 100, .seed = -1}, (ipsim_psa_options){.n_draws = 2, .fixed_people = true});
    for (size_t row = 0; row < psa->psa->n_rows / 2; row++)
        assert_same_bits(number_at(psa->psa, row, "cost"), number_at(psa->psa, row + psa->psa->n_rows / 2, "cost"));
    ipsim_results_free(psa);
    ipsim_scenario_free(scenarios[0]);
    ipsim_scenario_free(scenarios[1]);
}

/* ---- a model that is linear in its parameter: cost = c x 10 years ---- */

static const char linear[] =
    "simulation: { persons = 50; seed = 2; horizon_years = 10.0; report_years = [5.0]; }; states: { A: {}; }; start_state = \"A\";"
    "payers: { p: {}; }; rewards: { care: { payer = \"p\"; per = \"year\"; amount = \"c\"; }; };";

static size_t find_summary(const ipsim_table *t, const char *scenario, const char *comparator, const char *outcome, const char *payer,
                           const char *discounted, double year)
{
    for (size_t row = 0; row < t->n_rows; row++)
        if (table_matches(t, row, "scenario", scenario) && table_matches(t, row, "outcome", outcome) &&
            table_matches(t, row, "payer", payer) && table_matches(t, row, "discounted", discounted) &&
            table_matches(t, row, "subgroup", "all") && table_real(t, row, "year") == year) {
            const char *text = t->columns[find_column(t, "comparator")].text[row];
            if (strcmp(text ? text : "", comparator) == 0)
                return row;
        }
    fail_msg("no such row");
    return 0;
}

static void test_a_linear_model(void **state)
{
    (void)state;
    enum { N = 2000 };
    char text[2000];
    ipsim_scenario *scenarios[2];
    snprintf(text, sizeof text,
             "name = \"cheap\"; parameters: { c = { value = 100.0; distribution: { family = \"normal\"; mean = 100; sd = 20; }; }; }; %s",
             linear);
    scenarios[0] = testlib_load(testlib_write("cheap", text));
    snprintf(text, sizeof text,
             "name = \"dear\"; parameters: { c = { value = 110.0; distribution: { family = \"normal\"; mean = 110; sd = 30; }; }; }; %s",
             linear);
    scenarios[1] = testlib_load(testlib_write("dear", text));
    ipsim_results *psa = analyse(scenarios, 2, (ipsim_run_options){.seed = -1}, (ipsim_psa_options){.n_draws = N});
    size_t row = find_summary(psa->psa_summary, "cheap", "", "cost", "all", "yes", 10.0);
    assert_z(number_at(psa->psa_summary, row, "mean"), 1000.0, 200.0 / sqrt(N), 4.0);
    assert_z(number_at(psa->psa_summary, row, "sd"), 200.0, 200.0 / sqrt(2.0 * N), 4.0);
    assert_z(number_at(psa->psa_summary, row, "low"), 1000.0 - 1.959964 * 200.0, number_at(psa->psa_summary, row, "mcse_low"), 4.0);
    assert_z(number_at(psa->psa_summary, row, "high"), 1000.0 + 1.959964 * 200.0, number_at(psa->psa_summary, row, "mcse_high"), 4.0);
    /* The error of a percentile: sqrt(p (1 - p) / N) over the density, 0.0584 / 200 there. */
    assert_relative(number_at(psa->psa_summary, row, "mcse_low"), sqrt(0.025 * 0.975 / N) / (0.058445 / 200.0), 0.35);
    assert_close(number_at(psa->psa_summary, row, "noise_share"), 0.0, 1e-9); /* everybody costs the same */
    /* The arms are driven by one uniform: dear minus cheap = 10 (10 + 10 z). */
    row = find_summary(psa->psa_summary, "dear", "cheap", "cost", "all", "yes", 5.0);
    assert_z(number_at(psa->psa_summary, row, "mean"), 50.0, 50.0 / sqrt(N), 4.0);
    assert_z(number_at(psa->psa_summary, row, "probability_above_0"), 0.841345, sqrt(0.8413 * 0.1587 / N), 4.0);
    for (size_t i = 0; i < psa->break_even->n_rows; i++)
        if (table_matches(psa->break_even, i, "account", "payer") && table_real(psa->break_even, i, "year") == 5.0)
            assert_close(table_real(psa->break_even, i, "probability_saving"),
                         1.0 - number_at(psa->psa_summary, row, "probability_above_0"), 1e-12);
    /* Each draw is c x 10 of that draw. */
    size_t seen = 0;
    for (size_t i = 0; i < psa->psa->n_rows; i++)
        for (size_t k = 0; k < psa->draws->n_rows && seen < 40; k++)
            if (psa->draws->columns[0].integer[k] == psa->psa->columns[0].integer[i] && table_matches(psa->psa, i, "scenario", "cheap") &&
                table_matches(psa->draws, k, "parameter", "cheap:c")) {
                assert_close(table_real(psa->psa, i, "cost"), 10.0 * table_real(psa->draws, k, "value"), 2e-5);
                seen++;
            }
    assert_int_equal(seen, 40);
    ipsim_results_free(psa);
    ipsim_scenario_free(scenarios[0]);
    ipsim_scenario_free(scenarios[1]);
}

/* ---- noise that is known: years lived are exponential with mean 5 (to a horizon that nobody reaches), cost = c x years ---- */

static void test_noise_is_told_from_uncertainty(void **state)
{
    (void)state;
    enum { N = 1500, PERSONS = 60 };
    ipsim_scenario *scenario = testlib_load(testlib_write(
        "noisy", "name = \"noisy\"; parameters: { c = { value = 100.0; distribution: { family = \"uniform\"; min = 80; max = 120; }; }; };"
                 "simulation: { seed = 5; horizon_years = 400.0; }; states: { A: {}; D: { role = \"dead\"; }; }; start_state = \"A\";"
                 "transitions: { die: { from = \"A\"; to = \"D\"; hazard: { family = \"exponential\"; rate = 0.2; }; }; };"
                 "payers: { p: {}; }; rewards: { care: { payer = \"p\"; per = \"year\"; amount = \"c\"; }; };"));
    ipsim_results *psa = analyse(&scenario, 1, (ipsim_run_options){.persons = PERSONS, .seed = -1}, (ipsim_psa_options){.n_draws = N});
    const ipsim_table *t = psa->noise;
    double mean_c2 = 100.0 * 100.0 + 40.0 * 40.0 / 12.0, noise = 25.0 * mean_c2 / PERSONS, of_parameters = 25.0 * 40.0 * 40.0 / 12.0;
    size_t rows = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (!table_matches(t, row, "outcome", "cost"))
            continue;
        rows++;
        /* The variance of a variance over N draws of about normal noise, and of N within-draw variances of 60 exponentials (kurtosis 9). */
        assert_z(table_real(t, row, "noise_variance"), noise, noise * sqrt(8.0 / PERSONS / N), 4.0);
        assert_z(table_real(t, row, "variance"), noise + of_parameters, (noise + of_parameters) * sqrt(2.0 / N), 4.0);
        assert_z(table_real(t, row, "parameter_variance"), of_parameters, (noise + of_parameters) * sqrt(2.0 / N), 4.0);
        double persons = sqrt(100.0 * table_real(t, row, "noise_variance") * PERSONS / table_real(t, row, "parameter_variance"));
        assert_close(table_real(t, row, "recommended_persons"), persons, 0.51);
        assert_close(table_real(t, row, "recommended_draws"), N * 160.0 / (100.0 + table_real(t, row, "recommended_persons")), 0.51);
        assert_true(table_real(t, row, "gain") >= 1.0 - 1e-3);
    }
    assert_int_equal(rows, 1);
    ipsim_results_free(psa);
    /* With the same people in all draws the noise is one number, and the spread between draws is that of c: sd (11.547 x years). */
    psa = analyse(&scenario, 1, (ipsim_run_options){.persons = PERSONS, .seed = -1},
                  (ipsim_psa_options){.n_draws = N, .fixed_people = true});
    size_t row = find_summary(psa->psa_summary, "noisy", "", "cost", "all", "yes", 400.0);
    double years = number_at(psa->psa_summary, find_summary(psa->psa_summary, "noisy", "", "life_years", "all", "no", 400.0), "mean");
    assert_z(number_at(psa->psa_summary, row, "sd"), years * 40.0 / sqrt(12.0), years * 11.547 * sqrt(0.8 / 4.0 / N), 4.0);
    assert_true(isnan(number_at(psa->psa_summary, row, "noise_share")));
    ipsim_results_free(psa);
    ipsim_scenario_free(scenario);
}

/* ---- threads, blocks ---- */

static void assert_same_analysis(const ipsim_results *a, const ipsim_results *b)
{
    assert_same_table(a->psa, b->psa);
    assert_same_table(a->draws, b->draws);
    assert_same_table(a->psa_years, b->psa_years);
    assert_same_table(a->psa_summary, b->psa_summary);
    assert_same_table(a->psa_occupancy, b->psa_occupancy);
    assert_same_table(a->noise, b->noise);
    assert_same_table(a->occupancy, b->occupancy);
    assert_same_table(a->population, b->population);
    assert_same_table(a->targets, b->targets);
}

static void test_threads_and_blocks_do_not_matter(void **state)
{
    (void)state;
    const char *uncertain = "distribution: { family = \"lognormal\"; meanlog = 4.6; sdlog = 0.2; };";
    ipsim_scenario *scenarios[] = {load_arm("one", "1.0", uncertain), load_arm("two", "0.5", uncertain)};
    for (int64_t persons = 300; persons <= 9000; persons *= 30) { /* one block a draw, and three */
        ipsim_results *one = analyse(scenarios, 2, (ipsim_run_options){.persons = persons, .seed = -1, .n_threads = 1},
                                     (ipsim_psa_options){.n_draws = 5});
        for (int threads = 2; threads <= 7; threads += 5) {
            ipsim_results *more = analyse(scenarios, 2, (ipsim_run_options){.persons = persons, .seed = -1, .n_threads = threads},
                                          (ipsim_psa_options){.n_draws = 5});
            assert_same_analysis(one, more);
            ipsim_results_free(more);
        }
        /* One draw by itself is the first of more. */
        ipsim_results *single = analyse(scenarios, 2, (ipsim_run_options){.persons = persons, .seed = -1},
                                        (ipsim_psa_options){.n_draws = 1});
        assert_same_bits(table_real(single->psa, 0, "cost"), table_real(one->psa, 0, "cost"));
        ipsim_results_free(single);
        ipsim_results_free(one);
    }
    ipsim_scenario_free(scenarios[0]);
    ipsim_scenario_free(scenarios[1]);
}

/* ---- stopped ---- */

static volatile sig_atomic_t stop_now;

static void stop_later(void *data, int64_t done, int64_t total)
{
    (void)data;
    (void)total;
    stop_now = done > 0;
}

static void test_a_stopped_analysis_is_that_of_the_draws_finished(void **state)
{
    (void)state;
    const char *uncertain = "distribution: { family = \"lognormal\"; meanlog = 4.6; sdlog = 0.2; };";
    ipsim_scenario *scenario = load_arm("one", "1.0", uncertain);
    stop_now = 0;
    ipsim_results *part = analyse(
        &scenario, 1, (ipsim_run_options){.persons = 3000, .seed = -1, .stop = &stop_now, .progress = stop_later, .n_threads = 2},
        (ipsim_psa_options){.n_draws = 20000});
    assert_true(part->interrupted);
    assert_in_range(part->draws_done, 1, 19999);
    ipsim_results *whole = analyse(&scenario, 1, (ipsim_run_options){.persons = 3000, .seed = -1},
                                   (ipsim_psa_options){.n_draws = part->draws_done});
    assert_same_table(part->psa, whole->psa);
    assert_same_table(part->occupancy, whole->occupancy);
    assert_same_table(part->psa_summary, whole->psa_summary);
    ipsim_results_free(part);
    ipsim_results_free(whole);
    ipsim_scenario_free(scenario);
}

/* ---- what cannot be ---- */

static void refuse(ipsim_scenario *const *scenarios, size_t n, ipsim_psa_options psa, ipsim_status status, const char *why)
{
    ipsim_error_list errors = {0};
    ipsim_results *results = NULL;
    ipsim_run_options options = {.persons = 20, .seed = -1, .psa = &psa};
    assert_int_equal(ipsim_run((const ipsim_scenario *const *)scenarios, n, &options, &results, &errors), status);
    assert_null(results);
    if (strstr(errors.items[0].message, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", errors.items[0].message, why);
    ipsim_error_list_clear(&errors);
}

static void test_draws_that_make_no_sense(void **state)
{
    (void)state;
    ipsim_scenario *scenario = load_arm("one", "1.0", "distribution: { family = \"normal\"; mean = 100; sd = 60; };");
    refuse(&scenario, 1, (ipsim_psa_options){.n_draws = 200}, IPSIM_ERR_RANGE, "is below 0 (the parameter stands in");
    refuse(&scenario, 1, (ipsim_psa_options){.n_draws = 200}, IPSIM_ERR_RANGE, "(draw ");
    ipsim_scenario_free(scenario);
    /* Arms may share the value of what makes their people and yet draw it differently. */
    char text[2000];
    ipsim_scenario *arms[2];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 "name = \"arm%d\"; parameters: { m = { value = 40.0; distribution: { family = \"normal\"; mean = 40; sd = %d; }; }; };"
                 "simulation: { persons = 10; horizon_years = 1.0; }; attributes: { age: { value = \"m\"; }; }; states: { A: {}; }; "
                 "start_state = \"A\";",
                 i, i + 1);
        arms[i] = testlib_load(testlib_write(i == 0 ? "arm0" : "arm1", text));
    }
    refuse(arms, 2, (ipsim_psa_options){.n_draws = 2}, IPSIM_ERR_INCOMPATIBLE, "must have the same people");
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_distributions_give_the_results_of_runs),
        cmocka_unit_test(test_a_linear_model),
        cmocka_unit_test(test_noise_is_told_from_uncertainty),
        cmocka_unit_test(test_threads_and_blocks_do_not_matter),
        cmocka_unit_test(test_a_stopped_analysis_is_that_of_the_draws_finished),
        cmocka_unit_test(test_draws_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
