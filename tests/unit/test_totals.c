/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Totals of batches of persons: they add up to the ledger's sums at the horizon, for every model and cell, however people are cut into
 * blocks and batches, with either engine; models that share their histories have the totals that they would have alone. */
#include "experiment/simulate.h"
#include "simlib.h"

enum { PERSONS = 3001, MODELS = 3, MAX_CELLS = 400 };

typedef struct book {
    ipsim_scenario *scenarios[MODELS]; /* the second differs in money only */
    experiment *full, *varied;
    size_t n_cells;
    ipsim_account_cell cells[MAX_CELLS], full_cells[MAX_CELLS];
} book;

static ipsim_scenario *load(const char *path, const char *key, const char *value)
{
    ipsim_error_list errors = {0};
    ipsim_setting settings[] = {{"name", key ? key : "plain"}, {key, value}};
    ipsim_scenario *scenario = NULL;
    assert_no_errors(ipsim_scenario_load(path, settings, key ? 2 : 0, &scenario, &errors), &errors);
    return scenario;
}

static int open_book(void **state)
{
    ipsim_error_list errors = {0};
    book *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->scenarios[0] = load("tests/cli/model.cfg", NULL, NULL);
    b->scenarios[1] = load("tests/cli/model.cfg", "c_ill", "70000");
    b->scenarios[2] = load("tests/cli/model.cfg", "illness_rate", "0.3");
    const ipsim_scenario *const *scenarios = (const ipsim_scenario *const *)b->scenarios;
    assert_no_errors(ipsim_experiment_create(scenarios, MODELS, &b->full, &errors), &errors);
    assert_no_errors(ipsim_experiment_create_varied(scenarios, MODELS, &b->varied, &errors), &errors);
    const ipsim_account_plan *plan = b->varied->plan;
    assert_int_equal(ipsim_account_n_years(plan), 1);
    for (int discounted = 0; discounted < 2; discounted++)
        for (size_t m = 0; m < ipsim_account_n_measures(plan); m++) {
            const ipsim_measure *measure = ipsim_account_measure(plan, m);
            assert_true(b->n_cells < MAX_CELLS);
            if (measure->conditional || (discounted && !measure->discountable))
                continue;
            b->cells[b->n_cells] = (ipsim_account_cell){m, 0, discounted};
            b->full_cells[b->n_cells++] = (ipsim_account_cell){ipsim_account_find(b->full->plan, measure->outcome, measure->payer),
                                                               ipsim_account_n_years(b->full->plan) - 1, discounted};
        }
    assert_true(b->n_cells > 40);
    *state = b;
    return 0;
}

static int close_book(void **state)
{
    book *b = *state;
    ipsim_experiment_free(b->full);
    ipsim_experiment_free(b->varied);
    for (size_t i = 0; i < MODELS; i++)
        ipsim_scenario_free(b->scenarios[i]);
    free(b);
    return 0;
}

/* sums[(model * n_batches + batch) * n_cells + cell], in blocks of `block` persons. */
static ipsim_wide128 *totals_of(const book *b, const experiment *e, int64_t batch, int64_t block)
{
    size_t n_batches = (size_t)((PERSONS + batch - 1) / batch);
    ipsim_wide128 *sums = calloc(e->n_models * n_batches * b->n_cells, sizeof *sums);
    experiment_worker *w = ipsim_experiment_worker_create_totals(e, 0, b->cells, b->n_cells);
    assert_non_null(sums);
    assert_non_null(w);
    for (int64_t first = 0; first < PERSONS; first += block) {
        ipsim_wide128 *into[MODELS];
        ipsim_error err;
        for (size_t m = 0; m < e->n_models; m++)
            into[m] = sums + (m * n_batches + (size_t)(first / batch)) * b->n_cells;
        int64_t end = first + block < PERSONS ? first + block : PERSONS;
        assert_ok(ipsim_experiment_worker_totals(w, (ipsim_luck){.seed = 3}, first, end, batch, into, &err), &err);
    }
    ipsim_experiment_worker_free(w);
    return sums;
}

static void they_add_up_to_the_ledger(void **state)
{
    const book *b = *state;
    ipsim_error err;
    enum { BATCH = 70, N_BATCHES = (PERSONS + BATCH - 1) / BATCH };
    ipsim_wide128 *sums = totals_of(b, b->varied, BATCH, 700);
    experiment_worker *w = ipsim_experiment_worker_create(b->full, 0);
    assert_non_null(w);
    assert_ok(ipsim_experiment_worker_block(w, (ipsim_luck){.seed = 3}, 0, PERSONS, &err), &err);
    const ipsim_ledger *ledger = ipsim_experiment_worker_sums(w)->ledger;
    for (size_t m = 0; m < MODELS; m++)
        for (size_t c = 0; c < b->n_cells; c++) {
            ipsim_wide128 sum = 0;
            for (size_t batch = 0; batch < N_BATCHES; batch++)
                sum += sums[(m * N_BATCHES + batch) * b->n_cells + c];
            double mean = ipsim_wide128_to_double(sum, ipsim_account_quantum(b->varied->plan, b->cells[c].measure)) / PERSONS;
            const ipsim_account_cell *cell = &b->full_cells[c];
            double expected = ipsim_ledger_mean(ledger, m, 0, cell->measure, cell->year, cell->discounted).value;
            /* The ledger's persons are sums over report years, so a value may be rounded to the next quantum. */
            if (!(fabs(mean - expected) <= 1e-9 + 1e-12 * fabs(expected)))
                fail_msg("%s, model %zu: %.17g, the ledger has %.17g", ipsim_account_measure(b->varied->plan, b->cells[c].measure)->outcome,
                         m, mean, expected);
        }
    ipsim_experiment_worker_free(w);
    free(sums);
}

static void cuts_do_not_matter(void **state)
{
    const book *b = *state;
    enum { FINE = 10, COARSE = 250, N_FINE = (PERSONS + FINE - 1) / FINE, N_COARSE = (PERSONS + COARSE - 1) / COARSE };
    ipsim_wide128 *fine = totals_of(b, b->varied, FINE, 4000), *coarse = totals_of(b, b->varied, COARSE, 500);
    b->varied->engine = IPSIM_ENGINE_REFERENCE;
    ipsim_wide128 *plain = totals_of(b, b->varied, COARSE, 4000);
    b->varied->engine = IPSIM_ENGINE_FAST;
    assert_memory_equal(coarse, plain, MODELS * N_COARSE * b->n_cells * sizeof *coarse);
    for (size_t m = 0; m < MODELS; m++)
        for (size_t batch = 0; batch < N_COARSE; batch++)
            for (size_t c = 0; c < b->n_cells; c++) {
                ipsim_wide128 sum = 0;
                for (size_t i = batch * (COARSE / FINE); i < (batch + 1) * (COARSE / FINE) && i < N_FINE; i++)
                    sum += fine[(m * N_FINE + i) * b->n_cells + c];
                assert_true(sum == coarse[(m * N_COARSE + batch) * b->n_cells + c]);
            }
    free(fine);
    free(coarse);
    free(plain);
}

static void company_does_not_matter(void **state)
{
    const book *b = *state;
    enum { BATCH = 500, N_BATCHES = (PERSONS + BATCH - 1) / BATCH };
    ipsim_wide128 *together = totals_of(b, b->varied, BATCH, 1000);
    for (size_t m = 0; m < MODELS; m++) {
        ipsim_error_list errors = {0};
        experiment *alone;
        assert_no_errors(ipsim_experiment_create_varied((const ipsim_scenario *const *)&b->scenarios[m], 1, &alone, &errors), &errors);
        ipsim_wide128 *sums = totals_of(b, alone, BATCH, 1000);
        assert_memory_equal(sums, together + m * N_BATCHES * b->n_cells, N_BATCHES * b->n_cells * sizeof *sums);
        free(sums);
        ipsim_experiment_free(alone);
    }
    free(together);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_add_up_to_the_ledger, open_book, close_book),
        cmocka_unit_test_setup_teardown(cuts_do_not_matter, open_book, close_book),
        cmocka_unit_test_setup_teardown(company_does_not_matter, open_book, close_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
