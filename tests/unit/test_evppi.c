/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/evppi and the smoother below it: what it must reproduce exactly, doubtful parameters, equal bits for any number of threads.
 * Closed forms are in tests/analytic/test_voi.c. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "economics/smoother.h"
#include "economics/spline_margin.h"
#include "ipsim/evppi.h"
#include "ipsim/special.h"
#include "ipsim/stream.h"
#include "testlib.h"

enum { N = 2000, P = 6 };

static double values[P * N];

static double normal(size_t i, uint32_t stream)
{
    return ipsim_normal_quantile(ipsim_stream_uniform(5, 0, (int64_t)i, stream, 0));
}

static void make_values(void)
{
    for (size_t i = 0; i < N; i++) {
        for (uint32_t p = 0; p < P; p++) {
            values[p * N + i] = normal(i, p);
        }
    }
}

/* The fitted curve of one outcome, which is centred on the way. */
static void smooth(const double *const *columns, size_t n_columns, double *outcome, double *fitted, double *freedom)
{
    ipsim_smoother *s;
    ipsim_error err;
    double mean = 0, square = 0;
    for (size_t i = 0; i < N; i++) {
        mean += outcome[i] / N;
    }
    for (size_t i = 0; i < N; i++) {
        outcome[i] -= mean;
        square += outcome[i] * outcome[i] / N;
    }
    assert_ok(ipsim_smoother_create(columns, n_columns, N, &s, &err), &err);
    size_t n_terms = ipsim_smoother_n_terms(s);
    double *coordinates = calloc(ipsim_smoother_rank(s), sizeof *coordinates), *weights = calloc(n_terms, sizeof *weights);
    double *row = calloc(n_terms, sizeof *row);
    const double *outcomes[] = {outcome};
    assert_ok(ipsim_smoother_project(s, outcomes, 1, coordinates, &err), &err);
    *freedom = ipsim_smoother_fit(s, coordinates, square, weights);
    for (size_t i = 0; i < N; i++) {
        ipsim_smoother_rows(s, i, 1, row);
        fitted[i] = 0;
        for (size_t t = 0; t < n_terms; t++) {
            fitted[i] += weights[t] * row[t];
        }
    }
    free(row);
    free(weights);
    free(coordinates);
    ipsim_smoother_free(s);
}

static double largest_difference(const double *a, const double *b)
{
    double largest = 0;
    for (size_t i = 0; i < N; i++) {
        largest = fmax(largest, fabs(a[i] - b[i]));
    }
    return largest;
}

/* A straight line costs no roughness: it comes back to rounding, on two degrees of freedom. */
static void a_line_is_reproduced(void **state)
{
    (void)state;
    static double y[N], fitted[N];
    const double *columns[] = {values};
    double freedom;
    for (size_t i = 0; i < N; i++) {
        y[i] = 3 + 2 * values[i];
    }
    smooth(columns, 1, y, fitted, &freedom);
    assert_close(largest_difference(y, fitted), 0, 1e-9);
    assert_true(freedom < 20.5);
    for (size_t i = 0; i < N; i++) {
        y[i] = 2 * values[i] + normal(i, 77);
    }
    smooth(columns, 1, y, fitted, &freedom);
    assert_true(freedom < 5);
}

static void a_wave_is_followed(void **state)
{
    (void)state;
    static double y[N], truth[N], fitted[N];
    const double *columns[] = {values};
    double freedom, mean = 0;
    for (size_t i = 0; i < N; i++) {
        truth[i] = sin(2 * values[i]);
        mean += truth[i] / N;
        y[i] = truth[i] + 0.1 * normal(i, 78);
    }
    smooth(columns, 1, y, fitted, &freedom);
    double square = 0;
    for (size_t i = 0; i < N; i++) {
        double off = fitted[i] - (truth[i] - mean);
        square += off * off / N;
    }
    assert_true(sqrt(square) < 0.03); /* noise 0.1 on about 15 degrees of freedom of 2000 leaves 0.01 */
    assert_true(freedom > 6);
}

/* Slopes to the left and to the right of every inner knot agree: the second derivatives are right. Functions are orthonormal. */
static void splines_are_smooth_and_orthonormal(void **state)
{
    (void)state;
    static ipsim_spline_margin m;
    ipsim_error err;
    const double h = 1e-5;
    double product[IPSIM_SPLINE_KNOTS_MAX][IPSIM_SPLINE_KNOTS_MAX] = {{0}}, f[4][IPSIM_SPLINE_KNOTS_MAX];
    assert_ok(ipsim_spline_margin_init(&m, values, N, 12, &err), &err);
    assert_int_equal(m.n_degrees, 12);
    for (size_t k = 1; k + 1 < m.n_knots; k++) {
        for (size_t side = 0; side < 4; side++) {
            const double at[] = {-2 * h, -h, h, 2 * h};
            ipsim_spline_margin_at(&m, m.mean + m.sd * (m.knots[k] + at[side]), f[side]);
        }
        for (size_t d = 2; d < m.n_degrees; d++) {
            double left = (f[1][d] - f[0][d]) / h, right = (f[3][d] - f[2][d]) / h;
            assert_close(left, right, 1e-4 * (1 + sqrt(m.roughness[d]) * fabs(left)) * m.roughness[d]);
        }
    }
    for (size_t i = 0; i < N; i++) {
        ipsim_spline_margin_at(&m, values[i], f[0]);
        for (size_t a = 0; a < m.n_degrees; a++) {
            for (size_t b = 0; b < m.n_degrees; b++) {
                product[a][b] += f[0][a] * f[0][b] / N;
            }
        }
    }
    for (size_t a = 0; a < m.n_degrees; a++) {
        for (size_t b = 0; b < m.n_degrees; b++) {
            assert_close(product[a][b], a == b ? 1 : 0, 1e-6);
        }
        assert_true(a < 3 || m.roughness[a] > m.roughness[a - 1]);
    }
}

/* Four different values: group means, however rough. */
static void groups_are_interpolated(void **state)
{
    (void)state;
    static double x[N], y[N], fitted[N];
    const double *columns[] = {x}, level[] = {1, -5, 4, 0};
    double freedom;
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)(i % 4);
        y[i] = level[i % 4];
    }
    smooth(columns, 1, y, fitted, &freedom);
    assert_close(largest_difference(y, fitted), 0, 1e-5);
}

/* The mean of what is fitted is the mean of the outcome, whatever the penalty. */
static void means_are_kept(void **state)
{
    (void)state;
    static double y[N], fitted[N];
    const double *columns[P];
    double freedom;
    for (size_t p = 0; p < P; p++) {
        columns[p] = &values[p * N];
    }
    for (size_t n = 1; n <= P; n++) {
        for (size_t i = 0; i < N; i++) {
            y[i] = exp(values[i]) + normal(i, 79);
        }
        smooth(columns, n, y, fitted, &freedom);
        double mean = 0;
        for (size_t i = 0; i < N; i++) {
            mean += fitted[i] / N;
        }
        assert_close(mean, 0, 1e-10);
    }
}

/* ---- evppi ---- */
static double cost[3 * N], effect[3 * N];

static ipsim_draws make_draws(void)
{
    static const char *names[] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < N; i++) {
        effect[N + i] = values[i] + 0.3 * values[N + i] * values[2 * N + i];
        effect[2 * N + i] = 0.5 * values[i] - 0.1 * values[3 * N + i];
        cost[N + i] = 0.2 * values[4 * N + i];
        cost[2 * N + i] = 0.1 + values[5 * N + i];
    }
    return (ipsim_draws){.n_draws = N, .n_parameters = P, .parameters = names, .values = values};
}

static void equal_bits_for_any_number_of_threads(void **state)
{
    (void)state;
    ipsim_draws draws = make_draws();
    ipsim_panel panel = {N, 3, cost, effect};
    const size_t all[] = {0, 1, 2, 3, 4, 5};
    const ipsim_parameter_set sets[] = {{1, all}, {2, all}, {3, all}, {6, all}, {1, all + 1}, {2, all + 2}, {1, all + 5}};
    const double thresholds[] = {0.5, 1, 2};
    ipsim_evppi first[7 * 3], again[7 * 3];
    ipsim_error err;
    memset(first, 0, sizeof first);
    memset(again, 0, sizeof again);
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_ok(ipsim_evppi_estimate(&draws, &panel, sets, 7, thresholds, 3, NULL, first, &err), &err);
    for (int n = 2; n <= 3; n++) {
        omp_set_num_threads(n);
        assert_ok(ipsim_evppi_estimate(&draws, &panel, sets, 7, thresholds, 3, NULL, again, &err), &err);
        assert_memory_equal(first, again, sizeof first);
    }
    omp_set_num_threads(threads);
    assert_true(first[0].evppi > 0 && first[0].se > 0);
}

/* A parameter and twice the parameter, a parameter and its square: nothing is added, nothing breaks. */
static void functions_of_each_other(void **state)
{
    (void)state;
    ipsim_draws draws = make_draws();
    ipsim_panel panel = {N, 2, cost, effect};
    for (size_t i = 0; i < N; i++) {
        values[3 * N + i] = 1e6 + 2e-3 * values[i];
        values[4 * N + i] = values[i] * values[i];
    }
    const size_t twice[] = {0, 3}, square[] = {0, 4}, three[] = {0, 3, 4};
    const ipsim_parameter_set sets[] = {{1, twice}, {2, twice}, {2, square}, {3, three}};
    const double threshold = 1;
    ipsim_evppi results[4];
    ipsim_error err;
    assert_ok(ipsim_evppi_estimate(&draws, &panel, sets, 4, &threshold, 1, NULL, results, &err), &err);
    for (size_t i = 1; i < 4; i++) {
        assert_close(results[i].evppi, results[0].evppi, 0.05 * results[0].evppi);
    }
    make_values();
}

static void too_few_draws(void **state)
{
    (void)state;
    ipsim_draws draws = make_draws();
    draws.n_draws = 10;
    ipsim_panel panel = {10, 2, cost, effect};
    const size_t first = 0;
    const ipsim_parameter_set set = {1, &first};
    const double threshold = 1;
    ipsim_evppi result;
    ipsim_error err;
    assert_int_equal(ipsim_evppi_estimate(&draws, &panel, &set, 1, &threshold, 1, NULL, &result, &err), IPSIM_ERR_DATA);
    assert_non_null(strstr(err.message, "too few"));
}

/* A decision that no draw changes is worth nothing to research, exactly. */
static void a_settled_decision(void **state)
{
    (void)state;
    ipsim_draws draws = make_draws();
    for (size_t i = 0; i < N; i++) {
        effect[N + i] = 100 + values[i];
    }
    ipsim_panel panel = {N, 2, cost, effect};
    const size_t first = 0;
    const ipsim_parameter_set set = {1, &first};
    const double threshold = 1;
    ipsim_evppi result;
    ipsim_error err;
    assert_ok(ipsim_evppi_estimate(&draws, &panel, &set, 1, &threshold, 1, NULL, &result, &err), &err);
    assert_same_bits(result.evppi, 0);
    assert_same_bits(result.se, 0);
}

/* Progress counts every set up to the total; a stop leaves the rest. */
static void count_set(void *data, int64_t done, int64_t total)
{
    int64_t *last = data;
    assert_true(done > last[0] && done <= total);
    last[0] = done;
}

static void a_watch_counts_and_stops(void **state)
{
    (void)state;
    enum { DRAWS = 100 };
    double costs[2 * DRAWS], effects[2 * DRAWS], x_drawn[DRAWS];
    for (size_t i = 0; i < DRAWS; i++) {
        x_drawn[i] = (double)((i * 37) % DRAWS) / DRAWS;
        costs[i] = effects[i] = effects[DRAWS + i] = 0.0;
        costs[DRAWS + i] = x_drawn[i] - 0.5;
    }
    const char *names[] = {"x"};
    ipsim_draws draws = {.n_draws = DRAWS, .n_strategies = 2, .n_parameters = 1, .parameters = names, .values = x_drawn};
    ipsim_panel panel = {DRAWS, 2, costs, effects};
    const size_t x = 0;
    const ipsim_parameter_set sets[] = {{1, &x}, {1, &x}, {1, &x}};
    const double threshold = 1.0;
    int64_t last = 0;
    volatile sig_atomic_t stop = 0;
    ipsim_evppi_watch watch = {.progress = count_set, .data = &last, .stop = &stop, .total = 3};
    ipsim_evppi results[3];
    ipsim_error err = {0};
    assert_int_equal(ipsim_evppi_estimate(&draws, &panel, sets, 3, &threshold, 1, &watch, results, &err), IPSIM_OK);
    assert_int_equal(last, 3);
    assert_int_equal(watch.done, 3);
    assert_true(results[2].evppi > 0.1);
    stop = 1;
    assert_int_equal(ipsim_evppi_estimate(&draws, &panel, sets, 3, &threshold, 1, &watch, results, &err), IPSIM_ERR_INTERRUPTED);
    assert_int_equal(watch.done, 3);
}

int main(void)
{
    make_values();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_reproduced),
        cmocka_unit_test(a_wave_is_followed),
        cmocka_unit_test(splines_are_smooth_and_orthonormal),
        cmocka_unit_test(groups_are_interpolated),
        cmocka_unit_test(means_are_kept),
        cmocka_unit_test(equal_bits_for_any_number_of_threads),
        cmocka_unit_test(functions_of_each_other),
        cmocka_unit_test(too_few_draws),
        cmocka_unit_test(a_settled_decision),
        cmocka_unit_test(a_watch_counts_and_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
