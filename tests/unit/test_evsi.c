/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evsi: growth with size, equal bits for any number of threads, limits. Closed forms are in tests/analytic/test_voi.c. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "ipsim/evppi.h"
#include "ipsim/evsi.h"
#include "ipsim/special.h"
#include "ipsim/stream.h"
#include "testlib.h"

enum { N = 1500 };

static double values[2 * N], cost[2 * N], effect[2 * N];
static const char *names[] = {"risk", "price"};
static ipsim_draws draws = {.n_draws = N, .n_parameters = 2, .parameters = names, .values = values};
static const ipsim_panel panel = {N, 2, cost, effect};

static void make_values(void)
{
    for (size_t i = 0; i < N; i++) {
        values[i] = ipsim_beta_quantile(3, 5, ipsim_stream_uniform(6, 0, (int64_t)i, 1, 0));
        values[N + i] = ipsim_normal_quantile(ipsim_stream_uniform(6, 0, (int64_t)i, 2, 0));
        effect[N + i] = values[i] - 0.4;
        cost[N + i] = 0.05 * values[N + i];
    }
}

static void larger_studies_are_worth_more(void **state)
{
    (void)state;
    const double sizes[] = {1, 2, 5, 10, 30, 100, 1000, 100000}, thresholds[] = {0.5, 1, 3};
    const ipsim_study_measure measure = {0, IPSIM_MEASURE_PROPORTION, 0};
    ipsim_evsi results[8 * 3];
    ipsim_evppi limit[3];
    ipsim_error err;
    const size_t first = 0;
    const ipsim_parameter_set set = {1, &first};
    assert_ok(ipsim_evsi_estimate(&draws, &panel, &measure, 1, sizes, 8, thresholds, 3, results, &err), &err);
    assert_ok(ipsim_evppi_estimate(&draws, &panel, &set, 1, thresholds, 3, NULL, limit, &err), &err);
    for (size_t t = 0; t < 3; t++) {
        for (size_t z = 0; z < 8; z++) {
            assert_true(results[z * 3 + t].evsi >= 0);
            assert_true(z == 0 || results[z * 3 + t].evsi > 0.98 * results[(z - 1) * 3 + t].evsi);
        }
        assert_close(results[7 * 3 + t].evsi, limit[t].evppi, 0.02 * limit[t].evppi);
    }
}

static void equal_bits_for_any_number_of_threads(void **state)
{
    (void)state;
    const double sizes[] = {5, 50}, threshold = 1;
    const ipsim_study_measure measures[] = {{0, IPSIM_MEASURE_PROPORTION, 0}, {1, IPSIM_MEASURE_MEAN, 3}};
    ipsim_evsi first[2], again[2];
    ipsim_error err;
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_ok(ipsim_evsi_estimate(&draws, &panel, measures, 2, sizes, 2, &threshold, 1, first, &err), &err);
    for (int n = 2; n <= 3; n++) {
        omp_set_num_threads(n);
        assert_ok(ipsim_evsi_estimate(&draws, &panel, measures, 2, sizes, 2, &threshold, 1, again, &err), &err);
        assert_memory_equal(first, again, sizeof first);
    }
    omp_set_num_threads(threads);
    assert_true(first[0].evsi > 0 && first[0].se > 0);
}

/* Draws at the ends of the range rule some data out and must not spoil the rest. */
static void certain_outcomes(void **state)
{
    (void)state;
    values[0] = 0;
    values[1] = 1;
    const double size = 20, threshold = 1;
    const ipsim_study_measure kinds[] = {{0, IPSIM_MEASURE_PROPORTION, 0}, {0, IPSIM_MEASURE_RATE, 0}};
    for (size_t k = 0; k < 2; k++) {
        ipsim_evsi result;
        ipsim_error err;
        assert_ok(ipsim_evsi_estimate(&draws, &panel, &kinds[k], 1, &size, 1, &threshold, 1, &result, &err), &err);
        assert_true(isfinite(result.evsi) && result.evsi > 0);
    }
    make_values();
}

static void kinds_have_names_and_arms(void **state)
{
    (void)state;
    assert_string_equal(ipsim_measure_name(IPSIM_MEASURE_DIFFERENCE), "difference");
    assert_int_equal(ipsim_measure_arms(IPSIM_MEASURE_RATIO), 2);
    assert_int_equal(ipsim_measure_arms(IPSIM_MEASURE_RATE), 1);
    assert_false(ipsim_measure_is_normal(IPSIM_MEASURE_RATE));
}

int main(void)
{
    make_values();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(larger_studies_are_worth_more),
        cmocka_unit_test(equal_bits_for_any_number_of_threads),
        cmocka_unit_test(certain_outcomes),
        cmocka_unit_test(kinds_have_names_and_arms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
