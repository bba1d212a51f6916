/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/uncertainty: identities on random tables with ties against a naive twin, closed forms, subgroups, equity. */
#include <math.h>

#include "ipsim/special.h"
#include "ipsim/stream.h"
#include "ipsim/uncertainty.h"
#include "testlib.h"

enum { N = 40, MOST = 6, LARGE = 20000 };

typedef struct random_panel {
    double cost[MOST * N], effect[MOST * N];
    ipsim_panel panel;
} random_panel;

static void fill(random_panel *r, uint32_t table, size_t n_strategies, double range)
{
    r->panel = (ipsim_panel){N, n_strategies, r->cost, r->effect};
    for (size_t i = 0; i < n_strategies * N; i++) {
        r->cost[i] = floor(range * ipsim_stream_uniform(2, table, (int64_t)i, 1, 0));
        r->effect[i] = floor(range * ipsim_stream_uniform(2, table, (int64_t)i, 2, 0));
    }
}

static void random_tables_agree_with_a_naive_twin(void **state)
{
    (void)state;
    size_t ceaf_is_not_ceac = 0;
    for (uint32_t table = 0; table < 500; table++) {
        static random_panel r;
        size_t n_strategies = 2 + table % (MOST - 1);
        fill(&r, table, n_strategies, table % 2 == 0 ? 4 : 1000);
        double threshold = table % 7;
        double mean[MOST], probability[MOST], loss[MOST];
        ipsim_decision d = {.mean = mean, .probability_best = probability, .expected_loss = loss};
        ipsim_decide(&r.panel, threshold, &d);

        double p[MOST] = {0}, m[MOST] = {0}, perfect = 0, sum = 0;
        for (size_t i = 0; i < N; i++) {
            double nb[MOST], best = -INFINITY, n_best = 0;
            for (size_t s = 0; s < n_strategies; s++) {
                nb[s] = threshold * r.effect[s * N + i] - r.cost[s * N + i];
                m[s] += nb[s] / N;
                best = fmax(best, nb[s]);
            }
            for (size_t s = 0; s < n_strategies; s++) {
                n_best += nb[s] == best;
            }
            for (size_t s = 0; s < n_strategies; s++) {
                p[s] += nb[s] == best ? 1 / n_best / N : 0;
            }
            perfect += best / N;
        }
        double highest = -INFINITY;
        size_t most_probable = 0;
        for (size_t s = 0; s < n_strategies; s++) {
            assert_close(mean[s], m[s], 1e-9);
            assert_close(probability[s], p[s], 1e-12);
            assert_close(loss[s], perfect - m[s], 1e-8);
            assert_true(loss[s] >= 0);
            highest = fmax(highest, m[s]);
            sum += probability[s];
            most_probable = probability[s] > probability[most_probable] ? s : most_probable;
        }
        assert_close(sum, 1, 1e-12);
        assert_close(mean[d.best], highest, 1e-9);
        assert_close(d.evpi, perfect - highest, 1e-8);
        assert_true(d.evpi >= 0);
        ceaf_is_not_ceac += d.best != most_probable;
    }
    assert_true(ceaf_is_not_ceac > 20); /* the frontier follows the mean, not the probability */
}

static void the_first_of_equals_is_best(void **state)
{
    (void)state;
    const double cost[] = {1, 3, 3, 1}, effect[] = {0, 0, 0, 0};
    ipsim_panel panel = {2, 2, cost, effect};
    double mean[2], probability[2], loss[2];
    ipsim_decision d = {.mean = mean, .probability_best = probability, .expected_loss = loss};
    ipsim_decide(&panel, 5, &d);
    assert_int_equal(d.best, 0);
    assert_same_bits(probability[0], 0.5);
    assert_same_bits(d.evpi, 1.0);
    assert_same_bits(d.evpi_se, 1.0); /* losses 0 and 2: sd sqrt(2), over sqrt(2) */
}

/* D options, each N(0, 1): EVPI is the expected maximum, 1/sqrt(pi), 3/(2 sqrt(pi)) and 1.0293753730 for D = 4. */
static void expected_maximum_of_normals(void **state)
{
    (void)state;
    static double cost[4 * LARGE], effect[4 * LARGE];
    const double expected[] = {0.5641895835, 0.8462843753, 1.0293753730};
    for (size_t i = 0; i < 4 * LARGE; i++) {
        effect[i] = ipsim_normal_quantile(ipsim_stream_uniform(3, 0, (int64_t)i, 1, 0));
    }
    for (size_t n_strategies = 2; n_strategies <= 4; n_strategies++) {
        ipsim_panel panel = {LARGE, n_strategies, cost, effect};
        double mean[4], probability[4], loss[4];
        ipsim_decision d = {.mean = mean, .probability_best = probability, .expected_loss = loss};
        ipsim_decide(&panel, 1, &d);
        assert_z(d.evpi, expected[n_strategies - 2], d.evpi_se, 4);
        assert_true(d.evpi_se < 0.01);
    }
}

static void persons(void **state)
{
    (void)state;
    assert_close(ipsim_discounted_persons(100, 0, 10, 0), 1000, 1e-10);
    assert_close(ipsim_discounted_persons(100, 4, 10, 0), 600, 1e-10);
    assert_same_bits(ipsim_discounted_persons(100, 10, 4, 0.04), 0);
    /* integral of 1.04^-t from 0 to 10 = (1 - 1.04^-10) / ln 1.04 */
    assert_relative(ipsim_discounted_persons(1, 0, 10, 0.04), (1 - pow(1.04, -10)) / log(1.04), 1e-13);
}

/* Two groups that want different strategies, 1 : 3. At k = 10, INB of strategy 1 is 10 x 1 - 4 = 6 in one and -4 in the other. */
static void deciding_by_subgroup(void **state)
{
    (void)state;
    const double cost[] = {0, 0, 4, 4}, helped[] = {0, 0, 1, 1}, not_helped[] = {0, 0, 0, 0}, weights[] = {1, 3};
    const ipsim_panel groups[] = {{2, 2, cost, helped}, {2, 2, cost, not_helped}};
    ipsim_partition partition = {2, groups, weights};
    size_t best[2];
    ipsim_value_of_subgroups value = ipsim_decide_by_subgroup(&partition, 10, best);
    assert_int_equal(value.best_for_all, 0);
    assert_int_equal(best[0], 1);
    assert_int_equal(best[1], 0);
    assert_close(value.value, 1.5, 1e-15); /* 6 for one in four */

    assert_int_equal(ipsim_decide_by_subgroup(&partition, 4, best).best_for_all, 0);
    assert_int_equal(best[0], 0); /* 4 x 1 - 4 is nothing: the first of equals */

    double gains[2], pays[2], se[2];
    double net = ipsim_distribute(&partition, 10, 1, 0, gains, pays, se);
    assert_close(net, 0.25 - 0.4, 1e-15);
    assert_close(gains[0], 1, 1e-15);
    assert_close(gains[1], 0, 1e-15);
    assert_close(pays[0], 0.4, 1e-15);
    assert_close(pays[1], 0.4, 1e-15);
}

/* Three draws, k = 2, weights 1 : 3. Strategy 1 costs 1, 0, 2 more (2, 1, 0 in the other group) and gains 1, 1, 4 (0, 0, 0): INB 1, 2, 6 of mean 3
 * (-2, -1, 0 of mean -1). Only the first group wants it; for all together it is worth 0.25 x 3 - 0.75 x 1 = 0, and the first of equals stays. */
static void errors_of_subgroups(void **state)
{
    (void)state;
    const double cost[] = {7, 7, 7, 8, 7, 9}, other_cost[] = {7, 7, 7, 9, 8, 7}, effect[] = {5, 6, 7, 6, 7, 11},
                 same[] = {5, 6, 7, 5, 6, 7};
    const double weights[] = {1, 3}, variance_of_inb = ((1 - 3) * (1 - 3) + (2 - 3) * (2 - 3) + (6 - 3) * (6 - 3)) / 2.0;
    const ipsim_panel groups[] = {{3, 2, cost, effect}, {3, 2, other_cost, same}};
    size_t best[2];
    ipsim_value_of_subgroups value = ipsim_decide_by_subgroup(&(ipsim_partition){2, groups, weights}, 2, best);
    assert_int_equal(best[0], 1);
    assert_int_equal(best[1], 0);
    assert_int_equal(value.best_for_all, 0);
    assert_close(value.value, 0.75, 1e-15);
    assert_relative(value.se, 0.25 * sqrt(variance_of_inb / 3), 1e-14);
    double lead_se, lead = ipsim_lead(&groups[0], 2, 1, &lead_se);
    assert_close(lead, 3, 1e-15);
    assert_relative(lead_se, sqrt(variance_of_inb / 3), 1e-14);

    /* Everybody's cost is 7/4, 3/4, 2/4, of which health elsewhere loses half; net of the first group is 1, 1, 4 less that. */
    double gains[2], pays[2], se[2];
    (void)ipsim_distribute(&(ipsim_partition){2, groups, weights}, 2, 1, 0, gains, pays, se);
    const double net[] = {1 - 0.875, 1 - 0.375, 4 - 0.25}, mean = (net[0] + net[1] + net[2]) / 3;
    double squares = 0;
    for (size_t i = 0; i < 3; i++) {
        squares += (net[i] - mean) * (net[i] - mean);
    }
    assert_relative(gains[0] - pays[0], mean, 1e-14);
    assert_relative(se[0], sqrt(squares / 2 / 3), 1e-14);
    assert_relative(se[1], sqrt(((0.875 - 0.5) * (0.875 - 0.5) + (0.375 - 0.5) * (0.375 - 0.5) + (0.25 - 0.5) * (0.25 - 0.5)) / 2 / 3),
                    1e-14);

    const ipsim_panel one[] = {{1, 2, cost, effect}, {1, 2, other_cost, same}};
    assert_true(isnan(ipsim_decide_by_subgroup(&(ipsim_partition){2, one, weights}, 2, best).se));
}

/* Never negative, and nothing for groups alike, on random tables with ties. */
static void value_of_subgroups_is_not_negative(void **state)
{
    (void)state;
    for (uint32_t table = 0; table < 300; table++) {
        static random_panel a, b;
        fill(&a, 2 * table, 3, 5);
        fill(&b, 2 * table + 1, 3, 5);
        const ipsim_panel different[] = {a.panel, b.panel}, alike[] = {a.panel, a.panel};
        const double weights[] = {0.3, 0.7};
        size_t best[2];
        ipsim_value_of_subgroups value = ipsim_decide_by_subgroup(&(ipsim_partition){2, different, weights}, 2, best);
        assert_true(value.value >= 0);
        assert_close(value.by_subgroup - value.for_all, value.value, 1e-9);
        assert_close(ipsim_decide_by_subgroup(&(ipsim_partition){2, alike, weights}, 2, best).value, 0, 1e-12);
    }
}

/* dceasimR: incremental cost 12 600, 0.45 QALYs, 12 000 persons, 13 000 a QALY: 12 000 (0.45 - 12 600 / 13 000) = -6 230.77. */
static void net_health_of_a_programme(void **state)
{
    (void)state;
    const double cost[] = {1000, 13600}, effect[] = {10, 10.45}, weight = 12000;
    const ipsim_panel panel = {1, 2, cost, effect};
    double gains, pays, se;
    double net = ipsim_distribute(&(ipsim_partition){1, &panel, &weight}, 13000, 1, 0, &gains, &pays, &se);
    assert_close(12000 * net, -6230.769230769231, 1e-8);
}

static void atkinson(void **state)
{
    (void)state;
    const double levels[] = {4, 9}, weights[] = {1, 1}, alike[] = {7, 7}, none[] = {0, 1};
    assert_close(ipsim_atkinson_equivalent(levels, weights, 2, 0), 6.5, 1e-14);
    assert_close(ipsim_atkinson_equivalent(levels, weights, 2, 1), 6, 1e-13);           /* geometric mean */
    assert_close(ipsim_atkinson_equivalent(levels, weights, 2, 2), 72.0 / 13.0, 1e-13); /* harmonic mean */
    assert_close(ipsim_atkinson_equivalent(levels, weights, 2, 0.5), 6.25, 1e-13);      /* ((2 + 3) / 2)^2 */
    assert_close(ipsim_atkinson_equivalent(alike, weights, 2, 11), 7, 1e-12);
    assert_true(isnan(ipsim_atkinson_equivalent(none, weights, 2, 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_tables_agree_with_a_naive_twin),
        cmocka_unit_test(the_first_of_equals_is_best),
        cmocka_unit_test(expected_maximum_of_normals),
        cmocka_unit_test(persons),
        cmocka_unit_test(deciding_by_subgroup),
        cmocka_unit_test(errors_of_subgroups),
        cmocka_unit_test(value_of_subgroups_is_not_negative),
        cmocka_unit_test(net_health_of_a_programme),
        cmocka_unit_test(atkinson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
