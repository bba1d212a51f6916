/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard errors mean what they say: over many independent replicates of a small run, estimates less the truth, in their own standard
 * errors, have mean 0 and variance 1. For means, paired differences, conditional means (time to the first job, among those with one),
 * ratios (delta method), shares and subgroups. */
#include <stdio.h>

#include "simlib.h"

enum { REPLICATES = 1500, PERSONS = 2000, MAX = 40 };

static const char model[] =
    "name = \"%s\"; simulation: { seed = 31; horizon_years = 8.0; report_years = [1.0]; }; economics: { discount_effects: { rates = 0.03; "
    "}; discount_costs: { rates = 0.03; }; };"
    "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [0.7, 0.3]; }; }; subgroups = [\"sex\"];"
    "states: { S: { utility = 0.6; }; W: { utility = 0.8; }; D: { role = \"dead\"; }; }; start_state = \"S\";"
    "events: { ill: { states = [\"S\"]; hazard: { family = \"exponential\"; rate = 0.5; }; duration_days: { family = \"lognormal\"; "
    "meanlog = 2; sdlog = 0.8; }; }; };"
    "transitions: { job: { from = \"S\"; to = \"W\"; hazard: { family = \"exponential\"; rate = %s; }; effects: { f: { attribute = "
    "\"sex\"; level = \"f\"; hr = 0.7; }; }; };"
    "  loss: { from = \"W\"; to = \"S\"; hazard: { family = \"weibull\"; shape = 0.8; scale = 2; }; };"
    "  death: { from = [\"S\", \"W\"]; to = \"D\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = 0.03; }; }; };"
    "payers: { p: {}; }; rewards: { start: { payer = \"p\"; per = \"start\"; amount = %s; }; care: { payer = \"p\"; per = \"year\"; states "
    "= [\"S\"]; amount = 100; }; };"
    "outcomes: { employment_years: { type = \"years\"; states = [\"W\"]; }; first: { type = \"first_time\"; states = [\"W\"]; }; };";

typedef struct column {
    char name[120];
    double values[REPLICATES], errors[REPLICATES];
} column;

static column columns[MAX];
static size_t n_columns;

static void collect(size_t at, const char *kind, const ipsim_table *table, size_t row, const char *value, uint32_t replicate)
{
    column *c = &columns[at];
    assert_true(at < MAX);
    if (at == n_columns) {
        n_columns++;
        snprintf(c->name, sizeof c->name, "%s row %zu", kind, row);
    }
    c->values[replicate] = table_real(table, row, value);
    c->errors[replicate] = table_real(table, row, "mcse");
}

static bool wanted(const ipsim_table *t, size_t row)
{
    static const char *const outcomes[] = {"qalys", "cost", "employment_years", "first", "n_ill", "days_ill"};
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (table_matches(t, row, "outcome", outcomes[i]) && table_matches(t, row, "payer", "all"))
            return fabs(table_real(t, row, "year") - 8) < 1e-9 && table_matches(t, row, "discounted", "no") &&
                   !table_matches(t, row, "subgroup", "sex=m");
    return false;
}

static void estimates_spread_as_their_errors_say(void **state)
{
    (void)state;
    ipsim_scenario *arms[2];
    for (int arm = 0; arm < 2; arm++) {
        char *text = NULL;
        assert_true(asprintf(&text, model, arm ? "new" : "old", arm ? "0.8" : "0.5", arm ? "150" : "0") > 0);
        arms[arm] = testlib_load(testlib_write("arm.cfg", text));
        free(text);
    }
    for (uint32_t k = 0; k < REPLICATES; k++) {
        ipsim_results *r = run_with(arms, 2, (ipsim_run_options){.persons = PERSONS, .seed = -1, .replicate = k});
        size_t at = 0;
        for (size_t row = 0; row < r->results->n_rows; row++)
            if (wanted(r->results, row) && table_matches(r->results, row, "scenario", "new"))
                collect(at++, "results", r->results, row, "estimate", k);
        for (size_t row = 0; row < r->differences->n_rows; row++)
            if (wanted(r->differences, row))
                collect(at++, "differences", r->differences, row, "estimate", k);
        for (size_t row = 0; row < r->ratios->n_rows; row++)
            if (fabs(table_real(r->ratios, row, "year") - 8) < 1e-9 && table_matches(r->ratios, row, "discounted", "no"))
                collect(at++, "ratios", r->ratios, row, "ratio", k);
        for (size_t row = 0; row < r->occupancy->n_rows; row++)
            if (fabs(table_real(r->occupancy, row, "year") - 4) < 1e-9 && table_matches(r->occupancy, row, "scenario", "old"))
                collect(at++, "occupancy", r->occupancy, row, "estimate", k);
        for (size_t row = 0; row < r->population->n_rows; row++)
            if (table_matches(r->population, row, "level", "f"))
                collect(at++, "population", r->population, row, "simulated", k);
        ipsim_results_free(r);
    }
    assert_true(n_columns > 25);
    double n = REPLICATES;
    for (size_t i = 0; i < n_columns; i++) {
        const column *c = &columns[i];
        double mean = 0, z = 0, z2 = 0;
        for (size_t k = 0; k < REPLICATES; k++)
            mean += c->values[k] / n; /* the truth, but for 1 / sqrt(1500) of a standard error */
        int covered = 0;
        for (size_t k = 0; k < REPLICATES; k++) {
            double score = (c->values[k] - mean) / c->errors[k];
            z += score / n;
            z2 += score * score / (n - 1);
            covered += fabs(score) < 1.96;
        }
        print_message("%-20s mean %.5g, z mean %+.3f, variance %.3f, covered %.3f\n", c->name, mean, z, z2, covered / n);
        /* Variance of 1500 squares of normal scores: sd sqrt(2 / 1500) = 0.037. A delta method on 2 000 persons is off by some 0.01. */
        if (!(fabs(z2 - 1) < 4 * sqrt(2 / n) + 0.02) || !(fabs(covered / n - 0.95) < 4 * sqrt(0.95 * 0.05 / n) + 0.002) || !(fabs(z) < 0.1))
            fail_msg("%s: the scores have mean %.3f and variance %.3f, and %.3f of them lie within 1.96", c->name, z, z2, covered / n);
    }
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(estimates_spread_as_their_errors_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
