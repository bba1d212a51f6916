/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/cea: published frontiers, random tables against brute force with many ties, quadrants, percentiles, severity. */
#include <math.h>
#include <stdlib.h>

#include "ipsim/cea.h"
#include "ipsim/stream.h"
#include "testlib.h"

enum { MOST = 12 };

static const ipsim_cea_row *row_of(const ipsim_cea_row *rows, size_t n, size_t strategy)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].strategy == strategy) {
            return &rows[i];
        }
    }
    fail();
    return NULL;
}

/* Usual care and A to E of a common teaching example. */
static void six_strategies(void **state)
{
    (void)state;
    const double cost[] = {5000, 12000, 10000, 25000, 35000, 55000}, effect[] = {1, 1.5, 2, 3, 4, 5};
    ipsim_cea_row rows[6];
    ipsim_error err;
    assert_ok(ipsim_cea_incremental(cost, effect, 6, rows, &err), &err);
    const ipsim_cea_row *a = row_of(rows, 6, 1), *b = row_of(rows, 6, 2), *c = row_of(rows, 6, 3), *d = row_of(rows, 6, 4);
    assert_int_equal(a->standing, IPSIM_DOMINATED);
    assert_int_equal(a->by, 2);
    assert_int_equal(c->standing, IPSIM_EXTENDEDLY_DOMINATED);
    assert_int_equal(c->by, 2);
    assert_int_equal(c->by_other, 4);
    assert_same_bits(b->icer, 5000.0);
    assert_same_bits(d->icer, 12500.0);
    assert_int_equal(d->previous, 2);
    assert_same_bits(row_of(rows, 6, 5)->icer, 20000.0);
    assert_int_equal(rows[0].previous, IPSIM_NO_STRATEGY);
    assert_true(isnan(rows[0].icer));
    for (size_t i = 1; i < 6; i++) {
        assert_true(rows[i].cost >= rows[i - 1].cost);
    }
}

/* Paltiel and others 2006, HIV testing; effects are quality-adjusted months, so ratios are multiplied by 12. */
static void hiv_testing(void **state)
{
    (void)state;
    const double cost[] = {26000, 27000, 28020, 28440, 29440}, effect[] = {277.25, 277.57, 277.78, 277.83, 277.76};
    const double expected[] = {NAN, 37500, 58285.714285714286, 100800, NAN};
    ipsim_cea_row rows[5];
    ipsim_error err;
    assert_ok(ipsim_cea_incremental(cost, effect, 5, rows, &err), &err);
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(rows[i].standing, IPSIM_ON_FRONTIER);
        assert_relative(12.0 * rows[i].icer, expected[i], 1e-10); /* differences of decimals around 277 keep 12 digits */
    }
    assert_int_equal(rows[4].standing, IPSIM_DOMINATED);
    assert_int_equal(rows[4].by, 3);
}

static void decimals_on_a_line_are_on_the_frontier(void **state)
{
    (void)state;
    const double cost[] = {1, 2, 3, 2.5}, effect[] = {0.1, 0.2, 0.3, 0.25};
    ipsim_cea_row rows[4];
    ipsim_error err;
    assert_ok(ipsim_cea_incremental(cost, effect, 4, rows, &err), &err);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(rows[i].standing, IPSIM_ON_FRONTIER);
    }
}

/* By definition: dominated by any other; else above some segment between two others that are not dominated. */
static ipsim_standing brute_force(const double *cost, const double *effect, size_t n, size_t s)
{
    for (size_t t = 0; t < n; t++) {
        bool as_good = cost[t] <= cost[s] && effect[t] >= effect[s], differs = cost[t] != cost[s] || effect[t] != effect[s];
        if (t != s && as_good && differs) {
            return IPSIM_DOMINATED;
        }
    }
    for (size_t t = 0; t < s; t++) {
        if (cost[t] == cost[s] && effect[t] == effect[s]) {
            return IPSIM_EQUAL_TO_ANOTHER;
        }
    }
    for (size_t t = 0; t < n; t++) {
        for (size_t u = 0; u < n; u++) {
            if (effect[t] < effect[s] && effect[s] < effect[u]) {
                /* whole numbers: exact */
                double mixture = cost[t] * (effect[u] - effect[s]) + cost[u] * (effect[s] - effect[t]);
                if (mixture < cost[s] * (effect[u] - effect[t])) {
                    return IPSIM_EXTENDEDLY_DOMINATED;
                }
            }
        }
    }
    return IPSIM_ON_FRONTIER;
}

static void random_tables_agree_with_brute_force(void **state)
{
    (void)state;
    size_t counts[4] = {0};
    for (uint32_t table = 0; table < 4000; table++) {
        double cost[MOST], effect[MOST];
        ipsim_cea_row rows[MOST];
        ipsim_error err;
        size_t n = 1 + (size_t)(MOST * ipsim_stream_uniform(1, table, 0, 1, 0));
        double range = table % 2 == 0 ? 6.0 : 1000.0; /* few different numbers make many ties */
        for (size_t s = 0; s < n; s++) {
            cost[s] = floor(range * ipsim_stream_uniform(1, table, 1 + (int64_t)s, 1, 0));
            effect[s] = floor(range * ipsim_stream_uniform(1, table, 1 + (int64_t)s, 2, 0)) - range / 2;
        }
        assert_ok(ipsim_cea_incremental(cost, effect, n, rows, &err), &err);
        double last_icer = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            ipsim_standing expected = brute_force(cost, effect, n, rows[i].strategy);
            if (rows[i].standing != expected) {
                fail_msg("table %u, strategy %zu: standing %d, expected %d", table, rows[i].strategy, (int)rows[i].standing, (int)expected);
            }
            counts[expected]++;
            if (rows[i].standing == IPSIM_ON_FRONTIER && rows[i].previous != IPSIM_NO_STRATEGY) {
                assert_true(rows[i].icer >= last_icer); /* ratios rise along the frontier */
                last_icer = rows[i].icer;
            }
        }
    }
    for (size_t k = 0; k < 4; k++) {
        assert_true(counts[k] > 50); /* every kind was met */
    }
}

static void quadrants(void **state)
{
    (void)state;
    assert_int_equal(ipsim_quadrant_of(1, 1), IPSIM_MORE_COSTLY_MORE_EFFECT);
    assert_int_equal(ipsim_quadrant_of(-1, 1), IPSIM_LESS_COSTLY_MORE_EFFECT);
    assert_int_equal(ipsim_quadrant_of(-1, -1), IPSIM_LESS_COSTLY_LESS_EFFECT);
    assert_int_equal(ipsim_quadrant_of(1, -1), IPSIM_MORE_COSTLY_LESS_EFFECT);
    assert_int_equal(ipsim_quadrant_of(0, 1), IPSIM_ON_AN_AXIS);
}

/* 1 to 9: mean 5, variance 7.5; percentile p lies at 1 + 8 p. */
static void spread(void **state)
{
    (void)state;
    const double values[] = {3, 1, 2, 9, 8, 7, 4, 5, 6};
    double scratch[9];
    ipsim_spread s = ipsim_spread_of(values, 9, scratch);
    assert_close(s.mean, 5.0, 1e-15);
    assert_close(s.se, sqrt(7.5 / 9.0), 1e-15);
    assert_close(s.low, 1.2, 1e-14);
    assert_close(s.high, 8.8, 1e-14);
    assert_true(isnan(ipsim_spread_of(values, 1, scratch).se));
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Against sorting, with and without equal values. */
static void percentiles_of_random_values(void **state)
{
    (void)state;
    for (uint32_t table = 0; table < 2000; table++) {
        double values[150], scratch[150];
        size_t n = 2 + table % 149;
        for (size_t i = 0; i < n; i++) {
            double u = ipsim_stream_uniform(4, table, (int64_t)i, 1, 0);
            values[i] = table % 3 == 0 ? floor(4 * u) : u;
        }
        ipsim_spread s = ipsim_spread_of(values, n, scratch);
        qsort(values, n, sizeof *values, by_value);
        const double p[] = {0.025, 0.975}, found[] = {s.low, s.high};
        for (size_t k = 0; k < 2; k++) {
            double place = p[k] * (double)(n - 1);
            size_t low = (size_t)place;
            assert_close(found[k], values[low] + (place - (double)low) * (values[low + 1] - values[low]), 1e-14);
        }
    }
}

static void severity_classes(void **state)
{
    (void)state;
    const double shortfall[] = {-1, 0, 3.99, 4, 8, 12, 16, 19.9, 20, 50}, threshold[] = {275, 275, 275, 385, 495, 605, 715, 715, 825, 825};
    for (size_t i = 0; i < sizeof shortfall / sizeof shortfall[0]; i++) {
        assert_same_bits(ipsim_severity_classes[ipsim_severity_class_of(shortfall[i])].threshold_nok_per_qaly, 1000.0 * threshold[i]);
    }
}

static void norms(void **state)
{
    (void)state;
    const char *path = testlib_write("norms.csv", "age,sex,qalys\n30,male,40\n40,male,32\n30,female,42\n40,female,34\n");
    ipsim_error_list errors = {0};
    double qalys = 0;
    assert_no_errors(ipsim_norm_qalys(path, 32.5, "male", &qalys, &errors), &errors);
    assert_close(qalys, 38.0, 1e-14);
    assert_no_errors(ipsim_norm_qalys(path, 40, "female", &qalys, &errors), &errors);
    assert_close(qalys, 34.0, 1e-14);
    assert_int_equal(ipsim_norm_qalys(path, 41, "female", &qalys, &errors), IPSIM_ERR_RANGE);
    /* (38 + 40) / 2 at 32.5 years; and a sex where the table has none */
    assert_no_errors(ipsim_norm_qalys(path, 32.5, NULL, &qalys, &(ipsim_error_list){0}), &(ipsim_error_list){0});
    assert_close(qalys, 39.0, 1e-14);
    const char *plain = testlib_write("plain.csv", "age,qalys\n30,40\n40,32\n");
    assert_int_equal(ipsim_norm_qalys(plain, 35, "male", &qalys, &errors), IPSIM_ERR_MISSING);
    assert_int_equal(errors.count, 2);
    ipsim_error_list_clear(&errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_strategies),
        cmocka_unit_test(hiv_testing),
        cmocka_unit_test(decimals_on_a_line_are_on_the_frontier),
        cmocka_unit_test(random_tables_agree_with_brute_force),
        cmocka_unit_test(quadrants),
        cmocka_unit_test(spread),
        cmocka_unit_test(percentiles_of_random_values),
        cmocka_unit_test(severity_classes),
        cmocka_unit_test(norms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
