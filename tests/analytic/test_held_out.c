/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Norwegian model says of results that it was never fitted to, those it misses included: scenarios/validation, whose table
 * held_out.sh prints. Each reading is held to what a run of 400,000 people gave, within four standard errors of both runs, so that a change
 * of the model that moves it is seen; whether it lies where the published result accepts it is held as well. */
#include <math.h>

#include "simlib.h"

enum { PERSONS = 20000, PERSONS_BEFORE = 400000, MOST_ARMS = 3 };

typedef struct reading {
    double before;    /* with 400,000 people */
    double low, high; /* accepted by the published result */
    bool inside;      /* what the comparison gave */
} reading;

static ipsim_results *run_files(const char *const *names, size_t n)
{
    ipsim_scenario *arms[MOST_ARMS];
    for (size_t i = 0; i < n; i++) {
        char path[200];
        snprintf(path, sizeof path, "scenarios/validation/%s.cfg", names[i]);
        arms[i] = testlib_load(path);
    }
    ipsim_results *r = run_persons(arms, n, PERSONS, -1);
    for (size_t i = 0; i < n; i++) {
        ipsim_scenario_free(arms[i]);
    }
    return r;
}

/* se: of `value`, with PERSONS people. */
static void check(const char *what, double value, double se, reading expected)
{
    double both = se * sqrt(1.0 + (double)PERSONS / PERSONS_BEFORE);
    print_message("%s: %.4f (%.4f), before %.4f\n", what, value, se, expected.before);
    assert_z(value, expected.before, both, 4.0);
    assert_int_equal(value >= expected.low && value <= expected.high, expected.inside);
}

/* A share of independent people. */
static double share_error(double share)
{
    return sqrt(share * (1.0 - share) / PERSONS);
}

static double target(const ipsim_results *r, const char *name)
{
    for (size_t row = 0; row < r->targets->n_rows; row++) {
        if (table_matches(r->targets, row, "target", name)) {
            assert_true(table_matches(r->targets, row, "use", "held out"));
            return table_real(r->targets, row, "simulated");
        }
    }
    fail_msg("no target %s", name);
    return NAN;
}

static estimate gain(const ipsim_results *r, const char *scenario, const char *outcome, double year)
{
    return find_estimate(r->differences, scenario, "all", outcome, "all", "no", year);
}

static void psychosis(void **state)
{
    (void)state;
    ipsim_results *r = run_files((const char *const[]){"psychosis-usual-care", "psychosis-ips"}, 2);
    static const struct {
        const char *name;
        reading expected;
    } shares[] = {
        {"ho_eqolise_ctl", {0.287, 0.20, 0.36, true}}, {"ho_eqolise_ips", {0.349, 0.47, 0.63, false}},
        {"ho_hosp_ctl", {0.302, 0.23, 0.39, true}},    {"ho_hosp_ips", {0.298, 0.13, 0.27, false}},
        {"ho_jump5", {0.189, 0.16, 0.30, true}},
    };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        double share = target(r, shares[i].name);
        check(shares[i].name, share, share_error(share), shares[i].expected);
    }
    double usual = target(r, "ho_hosp_ctl"), ips = target(r, "ho_hosp_ips");
    check("gap in ever admitted", ips - usual, hypot(share_error(ips), share_error(usual)), (reading){-0.0039, -0.21, -0.01, false});
    ipsim_results_free(r);
}

static void after_aft(void **state)
{
    (void)state;
    ipsim_results *r = run_files((const char *const[]){"after-aft"}, 1);
    estimate begin = occupancy(r, "after-aft", "employed", 0.0), end = occupancy(r, "after-aft", "employed", 2.0);
    double ratio = target(r, "ho_aft2y");
    assert_close(ratio, end.value / begin.value, 1e-12);
    check("in work two years after AFT", ratio, ratio * hypot(begin.mcse / begin.value, end.mcse / end.value),
          (reading){1.028, 0.75, 1.0, false});
    ipsim_results_free(r);
}

static void trials_of_ips_elsewhere(void **state)
{
    (void)state;
    const char *const usual = "five-years-usual-care", *const ips = "five-years-ips", *const s5 = "five-years-S5";
    ipsim_results *r = run_files((const char *const[]){"usual-care", "ips", "S5"}, 3);
    estimate with = find_estimate(r->results, ips, "all", "employment_years", "all", "no", 2.5);
    estimate without = find_estimate(r->results, usual, "all", "employment_years", "all", "no", 2.5);
    double ratio = with.value / without.value; /* its error ignores that both arms are the same people, so it is too large */
    check("weeks worked in 30 months", ratio, ratio * hypot(with.mcse / with.value, without.mcse / without.value),
          (reading){1.347, 1.2, 1.8, true});
    estimate ever = gain(r, ips, "work_or_study", 2.5);
    check("ever in work or education at 30 months", ever.value, ever.mcse, (reading){0.1033, 0.05, 0.18, true});
    estimate a = occupancy(r, ips, "disability", 2.0), b = occupancy(r, usual, "disability", 2.0);
    check("disability benefit at 24 months", a.value - b.value, hypot(a.mcse, b.mcse), (reading){-0.0156, -0.02, 0.01, true});
    a = occupancy(r, s5, "employed", 2.0);
    b = occupancy(r, usual, "employed", 2.0);
    check("in work at 24 months, S5", a.value - b.value, hypot(a.mcse, b.mcse), (reading){0.1162, 0.0, 1.0, true});
    ipsim_results_free(r);
}

static void ips_lite(void **state)
{
    (void)state;
    ipsim_results *r = run_files((const char *const[]){"ips", "ips-lite"}, 2);
    estimate loss = gain(r, "five-years-ips-lite", "ever_employed", 1.5);
    check("ever employed with a time limit", loss.value, loss.mcse, (reading){-0.01482, -0.23, 0.13, true});
    estimate before = gain(r, "five-years-ips-lite", "ever_employed", 1.0);
    assert_true(before.value > loss.value && before.value < 0.0); /* the limit is at month 9 */
    ipsim_results_free(r);
}

static void ipsnor(void **state)
{
    (void)state;
    const double days = 230 * 0.225; /* of a year of work, and IPS reaches so many */
    ipsim_results *r = run_files((const char *const[]){"young-usual-care", "young-ips"}, 2);
    estimate four = gain(r, "young-five-years-ips", "employment_years", 4.0);
    check("workdays a year, four years", days * four.value / 4, days * four.mcse / 4, (reading){4.181, 2.7, 8.4, true});
    estimate three = gain(r, "young-five-years-ips", "employment_years", 3.0),
             two = gain(r, "young-five-years-ips", "employment_years", 2.0);
    check("workdays in the third year", days * (three.value - two.value), days * hypot(three.mcse, two.mcse),
          (reading){4.80, 5.6, 15.4, false});
    ipsim_results_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(psychosis), cmocka_unit_test(after_aft), cmocka_unit_test(trials_of_ips_elsewhere),
        cmocka_unit_test(ips_lite),  cmocka_unit_test(ipsnor),
    };
    return cmocka_run_group_tests_name("held_out", tests, NULL, NULL);
}
