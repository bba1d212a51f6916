/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The headline case b5 once more, with five million persons and another seed: half the standard errors of the quick test, against the
 * exact values of scenarios/reference/sick_sicker_b5_soc.cfg. And laws of first passage: the distribution of the time to an event, for
 * every hazard family, against its own survival function by a chi-square test. */
#include <stdio.h>

#include <gsl/gsl_cdf.h>

#include "simlib.h"

enum { PERSONS = 5000000 };

static void sick_sicker_life_table(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
        double cost, qalys, onsets, years[3];
    } arms[2] = {{"sick_sicker_b5_soc", "b5-soc", 107068.216, 19.8792834, 2.2822761, {26.8117717, 6.5463320, 8.3038424}},
                 {"sick_sicker_b5_b", "b5-b", 182282.513, 21.1307310, 2.5027476, {30.7789328, 7.9101651, 5.7086539}}};
    static const char *const years[3] = {"years_H", "years_S1", "years_S2"};
    ipsim_scenario *scenarios[2];
    for (int i = 0; i < 2; i++) {
        char path[200];
        snprintf(path, sizeof path, "scenarios/reference/%s.cfg", arms[i].file);
        scenarios[i] = testlib_load(path);
    }
    ipsim_results *r = run_persons(scenarios, 2, PERSONS, 20261121);
    for (int i = 0; i < 2; i++) {
        estimate e = result(r, arms[i].name, "cost", true);
        assert_z(e.value, arms[i].cost, e.mcse, 4);
        e = result(r, arms[i].name, "qalys", true);
        assert_z(e.value, arms[i].qalys, e.mcse, 4);
        e = result(r, arms[i].name, "n_onset", true);
        assert_z(e.value, arms[i].onsets, e.mcse, 4);
        for (int k = 0; k < 3; k++) {
            e = result(r, arms[i].name, years[k], false);
            assert_z(e.value, arms[i].years[k], e.mcse, 4);
        }
    }
    estimate cost = difference(r, "b5-b", "cost", true), qalys = difference(r, "b5-b", "qalys", true);
    assert_z(cost.value, arms[1].cost - arms[0].cost, cost.mcse, 4);
    assert_z(qalys.value, arms[1].qalys - arms[0].qalys, qalys.mcse, 4);
    ipsim_results_free(r);
    ipsim_scenario_free(scenarios[0]);
    ipsim_scenario_free(scenarios[1]);
}

/* Time to the first firing on a clock that has run `offset` years at entry: S(offset + t) / S(offset). Twenty classes of equal
 * probability; S by GSL and the C library. */
static double survival(int family, double x)
{
    switch (family) {
    case 0:
        return exp(-0.3 * x);
    case 1:
        return exp(-pow(x / 4, 1.7));
    case 2:
        return exp(-0.1 * pow(x, 0.7));
    case 3:
        return exp(-0.05 * expm1(0.15 * x) / 0.15);
    case 4:
        return 1 / (1 + pow(x / 3, 2.2));
    case 5:
        return gsl_cdf_gaussian_Q(log(x) - 1.2, 0.7);
    case 6:
        return gsl_cdf_gamma_Q(x, 2.5, 1 / 0.6);
    case 7: /* Prentice: q = -0.8, so the lower tail of a gamma of shape 1 / q^2 */
        return gsl_cdf_gamma_P(exp(-0.8 * (log(x) - 1.1) / 0.6) / 0.64, 1 / 0.64, 1);
    default:
        return exp(-(0.1 * fmin(x, 2) + 0.5 * fmax(fmin(x, 5) - 2, 0) + 0.05 * fmax(x - 5, 0)));
    }
}

static const char *const laws[] = {"family = \"exponential\"; rate = 0.3;",
                                   "family = \"weibull\"; shape = 1.7; scale = 4;",
                                   "family = \"weibull_ph\"; shape = 0.7; rate = 0.1;",
                                   "family = \"gompertz\"; shape = 0.15; rate = 0.05;",
                                   "family = \"log_logistic\"; shape = 2.2; scale = 3;",
                                   "family = \"log_normal\"; meanlog = 1.2; sdlog = 0.7;",
                                   "family = \"gamma\"; shape = 2.5; rate = 0.6;",
                                   "family = \"generalised_gamma\"; mu = 1.1; sigma = 0.6; q = -0.8;",
                                   "family = \"piecewise\"; breaks = [2.0, 5.0]; rates = [0.1, 0.5, 0.05];"};

static void times_follow_their_law(void **state)
{
    (void)state;
    enum { N = 200000, CLASSES = 20 };
    double total = 0, degrees = 0;
    for (int family = 0; family < 9; family++)
        for (int aged = 0; aged < 2; aged++) {
            char text[800];
            sim s;
            double offset = aged ? 1.5 : 1e-12, count[CLASSES + 1] = {0}, chi2 = 0;
            snprintf(text, sizeof text,
                     "simulation: { seed = %d; horizon_years = 1000.0; }; attributes: { age: { value = 1.5; }; }; states: { A: {}; B: { "
                     "role = \"dead\"; }; };"
                     "start_state = \"A\"; transitions: { t: { from = \"A\"; to = \"B\"; stream = \"law\"; clock = \"%s\"; hazard: { %s }; "
                     "}; };",
                     100 + family * 2 + aged, aged ? "age" : "sojourn", laws[family]);
            sim_open_text(&s, text);
            for (int64_t person = 0; person < N; person++) {
                sim_person(&s, person);
                double u = survival(family, offset + s.steps[1].t_years) / survival(family, offset); /* uniform, if the law is right */
                count[(int)(u * CLASSES)]++;
            }
            for (int k = 0; k < CLASSES; k++)
                chi2 += pow(count[k] - (double)N / CLASSES, 2) / ((double)N / CLASSES);
            double p = gsl_cdf_chisq_Q(chi2, CLASSES - 1);
            print_message("%-70s %-8s chi-square %.1f, p = %.3f\n", laws[family], aged ? "age" : "sojourn", chi2, p);
            assert_true(p > 1e-5);
            total += chi2;
            degrees += CLASSES - 1;
            sim_close(&s);
        }
    assert_true(gsl_cdf_chisq_Q(total, degrees) > 1e-4 && gsl_cdf_chisq_P(total, degrees) > 1e-4);
}

/* Two competing causes: P(C first) = integral of 0.1 exp(-0.1 t - (t / 10)^2) = sqrt(pi) / 2 exp(1/4) erfc(1/2). */
static void causes_compete(void **state)
{
    (void)state;
    enum { N = 400000 };
    sim s;
    sim_open_text(
        &s,
        "simulation: { seed = 77; horizon_years = 400.0; }; states: { A: {}; B: { role = \"dead\"; }; C: { role = \"dead\"; }; };"
        "start_state = \"A\"; transitions: { b: { from = \"A\"; to = \"B\"; hazard: { family = \"weibull\"; shape = 2; scale = 10; }; };"
        "  c: { from = \"A\"; to = \"C\"; hazard: { family = \"exponential\"; rate = 0.1; }; }; };");
    double to_c = 0, time = 0, p = sqrt(M_PI) / 2 * exp(0.25) * erfc(0.5);
    for (int64_t person = 0; person < N; person++) {
        sim_person(&s, person);
        to_c += s.steps[2].to == sim_state(&s, "C");
        time += s.steps[2].t_years;
    }
    assert_z(to_c / N, p, sqrt(p * (1 - p) / N), 4);
    assert_z(time / N, p / 0.1, sqrt(15.6634 / N), 4); /* the mean is P(C first) / 0.1; the variance is by quadrature */
    sim_close(&s);
}

/* Recurrent events with cumulative hazard (t / 2)^1.5 are a Poisson process: counts in two stretches are independent, and the variance
 * of each is its mean. */
static void events_are_a_poisson_process(void **state)
{
    (void)state;
    enum { N = 400000 };
    sim s;
    sim_open_text(&s, "simulation: { seed = 78; horizon_years = 5.0; }; states: { A: {}; }; start_state = \"A\";"
                      "events: { e: { clock = \"start\"; hazard: { family = \"weibull\"; shape = 1.5; scale = 2.0; }; }; };");
    double mean[2] = {pow(1.25, 1.5), pow(2.5, 1.5) - pow(1.25, 1.5)}, sum[2] = {0}, square[2] = {0}, cross = 0;
    for (int64_t person = 0; person < N; person++) {
        double n[2] = {0};
        sim_person(&s, person);
        for (size_t i = 1; i + 1 < s.n; i++)
            n[s.steps[i].t_years > 2.5]++;
        for (int k = 0; k < 2; k++) {
            sum[k] += n[k] - mean[k];
            square[k] += (n[k] - mean[k]) * (n[k] - mean[k]);
        }
        cross += (n[0] - mean[0]) * (n[1] - mean[1]);
    }
    for (int k = 0; k < 2; k++) {
        assert_z(sum[k] / N, 0, sqrt(mean[k] / N), 4);
        assert_z(square[k] / N, mean[k], sqrt((mean[k] + 2 * mean[k] * mean[k]) / N), 4); /* fourth central moment m + 3 m^2 */
    }
    assert_z(cross / N, 0, sqrt(mean[0] * mean[1] / N), 4);
    sim_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_follow_their_law),
        cmocka_unit_test(causes_compete),
        cmocka_unit_test(events_are_a_poisson_process),
        cmocka_unit_test(sick_sicker_life_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
