/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The value of common luck: on case b5 the standard deviation of one person's difference between SoC and B is 62 500 (cost) and 2.15
 * (QALY) when every stream is a budget, against 140 700 and 8.13 with independent draws (scenarios/reference/sick_sicker_b5_soc.cfg;
 * the figures are means over a million persons). */
#include <stdio.h>

#include "simlib.h"

enum { PERSONS = 300000 };

static ipsim_scenario *load_reference(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "scenarios/reference/%s.cfg", name);
    return testlib_load(path);
}

/* The ratio of the total cost, for the files declare no perspectives. */
static estimate find_ratio(const ipsim_results *r)
{
    for (size_t row = 0; row < r->ratios->n_rows; row++)
        if (table_matches(r->ratios, row, "perspective", "all") && table_matches(r->ratios, row, "effect", "qalys") &&
            table_matches(r->ratios, row, "discounted", "yes")) {
            assert_true(table_matches(r->ratios, row, "reading", "ratio"));
            return (estimate){table_real(r->ratios, row, "ratio"), table_real(r->ratios, row, "mcse")};
        }
    fail_msg("no ratio");
    return (estimate){NAN, NAN};
}

static void the_same_luck_narrows_differences(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {load_reference("sick_sicker_b5_soc"), load_reference("sick_sicker_b5_b")};
    ipsim_results *r = run_persons(arms, 2, PERSONS, -1);
    double root = sqrt(PERSONS), independent_cost = 0, independent_qalys = 0;
    estimate cost = difference(r, "b5-b", "cost", true), qalys = difference(r, "b5-b", "qalys", true);
    print_message("sd of a person's difference: cost %.0f, QALYs %.3f\n", cost.mcse * root, qalys.mcse * root);
    assert_true(cost.mcse * root > 55000 && cost.mcse * root <= 64000);
    assert_true(qalys.mcse * root > 1.9 && qalys.mcse * root <= 2.25);
    for (int i = 0; i < 2; i++) {
        independent_cost += pow(result(r, arms[i]->name.value, "cost", true).mcse * root, 2);
        independent_qalys += pow(result(r, arms[i]->name.value, "qalys", true).mcse * root, 2);
    }
    /* What independent draws would give; the design's 140 713 and 8.13 to 1 %. */
    assert_relative(sqrt(independent_cost), 140713, 0.01);
    assert_relative(sqrt(independent_qalys), 8.13, 0.01);
    /* The paired means: exact differences of the two arms, and their ratio. */
    assert_z(cost.value, 182282.513 - 107068.216, cost.mcse, 4);
    assert_z(qalys.value, 21.1307310 - 19.8792834, qalys.mcse, 4);
    estimate ratio = find_ratio(r);
    assert_z(ratio.value, 60101.84, ratio.mcse, 4);
    assert_true(ratio.mcse < 0.01 * ratio.value);
    assert_relative(ratio.value, cost.value / qalys.value, 1e-12);
    ipsim_results_free(r);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

static void b_and_ab(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {load_reference("sick_sicker_b5_b"), load_reference("sick_sicker_b5_ab")};
    ipsim_results *r = run_persons(arms, 2, PERSONS, -1);
    estimate ratio = find_ratio(r), cost = difference(r, "b5-ab", "cost", true), qalys = difference(r, "b5-ab", "qalys", true);
    assert_z(cost.value, 264491.347 - 182282.513, cost.mcse, 4);
    assert_z(qalys.value, 21.9670563 - 21.1307310, qalys.mcse, 4);
    assert_z(ratio.value, 98297.67, ratio.mcse, 4);
    /* A treatment that changes no hazard changes no history: every count and every year agrees exactly. */
    static const char *const same[] = {"life_years", "years_H", "years_S1", "years_S2", "n_onset", "n_recovery", "n_progression"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        for (int discounted = 0; discounted < 2; discounted++) {
            estimate none = difference(r, "b5-ab", same[i], discounted);
            assert_same_bits(none.value, 0.0);
            assert_same_bits(none.mcse, 0.0);
        }
    ipsim_results_free(r);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

/* Nobody who never progresses in either arm can differ: B acts on S1 to S2 alone. Person by person, both histories are equal up to the
 * first time at which SoC progresses, and B never progresses before SoC does. */
static void histories_agree_until_the_treatment_matters(void **state)
{
    (void)state;
    sim soc, b;
    sim_open(&soc, load_reference("sick_sicker_b5_soc"));
    sim_open(&b, load_reference("sick_sicker_b5_b"));
    int equal = 0, different = 0;
    for (int64_t person = 0; person < 3000; person++) {
        sim_person(&soc, person);
        sim_person(&b, person);
        size_t i = 0;
        while (i < soc.n && !(soc.steps[i].kind == IPSIM_STEP_TRANSITION && strcmp(sim_name(&soc, &soc.steps[i]), "progression") == 0)) {
            assert_true(i < b.n);
            assert_same_bits(b.steps[i].t_years, soc.steps[i].t_years);
            assert_int_equal(b.steps[i].to, soc.steps[i].to);
            i++;
        }
        if (i == soc.n) {
            assert_int_equal(b.n, soc.n);
            equal++;
        } else {
            assert_true(b.steps[i].t_years > soc.steps[i].t_years); /* 0.6 of the hazard: whatever comes next comes later */
            different++;
        }
    }
    assert_true(equal > 500 && different > 500);
    sim_close(&soc);
    sim_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_luck_narrows_differences),
        cmocka_unit_test(b_and_ab),
        cmocka_unit_test(histories_agree_until_the_treatment_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
