/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Discounting: every column of a published-convention table, stepped schedules, and the identities of present values. */
#include <math.h>
#include <string.h>

#include "ipsim/discount.h"
#include "maths/elementary.h"
#include "testlib.h"

static ipsim_discount constant(double rate, bool annual_effective)
{
    const double from_years = 0.0;
    ipsim_discount discount;
    ipsim_error err = {0};
    assert_ok(ipsim_discount_init(&discount, &rate, &from_years, 1, annual_effective, &err), &err);
    return discount;
}

/* 3.5 % to year 30, then 3 % */
static ipsim_discount stepped(void)
{
    static const double rates[2] = {0.035, 0.03};
    static const double from_years[2] = {0.0, 30.0};
    ipsim_discount discount;
    ipsim_error err = {0};
    assert_ok(ipsim_discount_init(&discount, rates, from_years, 2, true, &err), &err);
    return discount;
}

/* 1 a year for 40 years: paid at the start, the end or the middle of each year, or as a flow, at an annual effective rate r; and as a
 * flow at the continuous rate r. Annuity formulas: due (1 - v^40) / (1 - v), arrears v times that, mid-year sqrt(v) times it,
 * flow (1 - exp(-40 d)) / d with d = ln(1 + r) or d = r; v = 1 / (1 + r). */
static void test_value_of_one_a_year_for_40_years(void **state)
{
    static const double rates[3] = {0.03, 0.035, 0.06};
    static const double expected[3][5] = {{23.80821513, 23.11477197, 23.45893143, 23.45978547, 23.29352627},
                                          {22.10249987, 21.35507234, 21.72557211, 21.72664343, 21.52580103},
                                          {15.94907468, 15.04629687, 15.49111076, 15.49330237, 15.15470078}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        ipsim_discount annual = constant(rates[i], true);
        ipsim_discount continuous = constant(rates[i], false);
        double due = 0.0, arrears = 0.0, middle = 0.0;
        for (int year = 0; year < 40; year++) {
            due += ipsim_discount_point(&annual, year);
            middle += ipsim_discount_point(&annual, year + 0.5);
            arrears += ipsim_discount_point(&annual, year + 1);
        }
        assert_close(due, expected[i][0], 5.1e-9);
        assert_close(arrears, expected[i][1], 5.1e-9);
        assert_close(middle, expected[i][2], 5.1e-9);
        assert_close(ipsim_discount_flow(&annual, 0, 40), expected[i][3], 5.1e-9);
        assert_close(ipsim_discount_flow(&continuous, 0, 40), expected[i][4], 5.1e-9);
    }
}

/* At 4 % the weight of year 40 is 1.04^-40 = 0.208 for an annual effective rate and exp(-1.6) = 0.202 for a continuous one. */
static void test_annual_and_continuous_rates_differ(void **state)
{
    ipsim_discount annual = constant(0.04, true);
    ipsim_discount continuous = constant(0.04, false);
    (void)state;
    assert_relative(ipsim_discount_point(&annual, 40), 0.20828904466294142, 1e-14);
    assert_relative(ipsim_discount_point(&continuous, 40), 0.20189651799465541, 1e-14);
    assert_same_bits(ipsim_discount_point(&annual, 0), 1.0);
}

/* A flow of 1 a year at 3.5 %, then 3 % after year 30, is worth a(30, 3.5 %) + 1.035^-30 a(n - 30, 3 %) over n years, where
 * a(t, r) = (1 - (1 + r)^-t) / ln(1 + r): 21.79655027 over 40 years, 25.79950710 over 60. */
static void test_stepped_schedule(void **state)
{
    ipsim_discount discount = stepped();
    const double first = -expm1(-30 * log(1.035)) / log(1.035);
    const double second_40 = pow(1.035, -30) * -expm1(-10 * log(1.03)) / log(1.03);
    const double second_60 = pow(1.035, -30) * -expm1(-30 * log(1.03)) / log(1.03);
    (void)state;
    assert_close(ipsim_discount_flow(&discount, 0, 40), 21.79655027, 5.1e-9);
    assert_close(ipsim_discount_flow(&discount, 0, 60), 25.79950710, 5.1e-9);
    assert_relative(ipsim_discount_flow(&discount, 0, 40), first + second_40, 1e-14);
    assert_relative(ipsim_discount_flow(&discount, 0, 60), first + second_60, 1e-14);
    /* the weight is continuous at the step, and 4 % to year 40 then 3 % gives 1.04^-40 / 1.03 a year later */
    assert_relative(ipsim_discount_point(&discount, 30), pow(1.035, -30), 1e-14);
    assert_relative(ipsim_discount_point(&discount, nextafter(30, 0)), ipsim_discount_point(&discount, 30), 1e-14);
    assert_relative(ipsim_discount_point(&discount, 31), pow(1.035, -30) / 1.03, 1e-14);
}

/* 4 % to year 40, 3 % to 75, 2 % after. */
static void test_three_steps(void **state)
{
    static const double rates[3] = {0.04, 0.03, 0.02};
    static const double from_years[3] = {0, 40, 75};
    ipsim_discount discount;
    ipsim_error err = {0};
    double sum = 0.0;
    (void)state;
    assert_ok(ipsim_discount_init(&discount, rates, from_years, 3, true, &err), &err);
    assert_relative(ipsim_discount_point(&discount, 41), pow(1.04, -40) / 1.03, 1e-14);
    assert_relative(ipsim_discount_point(&discount, 80), pow(1.04, -40) * pow(1.03, -35) * pow(1.02, -5), 1e-14);
    /* Simpson's rule on the weights, each year apart so that the steps lie at ends; its error is force^4 / 2880, 1e-9 a year */
    for (int year = 0; year < 90; year++) {
        sum += (ipsim_discount_point(&discount, year) + 4 * ipsim_discount_point(&discount, year + 0.5) +
                ipsim_discount_point(&discount, year + 1)) /
               6;
    }
    assert_relative(ipsim_discount_flow(&discount, 0, 90), sum, 2e-9);
}

static void test_a_cut_interval_keeps_its_value(void **state)
{
    ipsim_discount discount = stepped();
    (void)state;
    for (double from = 0.0; from < 60.0; from += 3.7) {
        for (double length = 1e-6; length < 60.0; length *= 3.1) {
            double whole = ipsim_discount_flow(&discount, from, from + length);
            for (double share = 0.05; share < 1.0; share += 0.31) {
                double cut = from + share * length;
                assert_relative(ipsim_discount_flow(&discount, from, cut) + ipsim_discount_flow(&discount, cut, from + length), whole,
                                1e-14);
            }
            assert_true(whole > 0.0 && whole < length);
        }
        assert_same_bits(ipsim_discount_flow(&discount, from, from), 0.0);
    }
    assert_relative(ipsim_discount_flow(&discount, 30, 31), ipsim_discount_flow(&discount, 29, 31) - ipsim_discount_flow(&discount, 29, 30),
                    1e-14);
}

static void test_a_vanishing_rate_tends_to_none(void **state)
{
    ipsim_discount none = constant(0.0, true);
    (void)state;
    assert_same_bits(ipsim_discount_flow(&none, 2.385, 17.25), 17.25 - 2.385);
    assert_same_bits(ipsim_discount_point(&none, 63.0), 1.0);
    for (double rate = 1e-3; rate > 1e-320; rate /= 7.0) {
        ipsim_discount annual = constant(rate, true);
        ipsim_discount continuous = constant(rate, false);
        /* to first order the flow from 0 to t is t (1 - force t / 2) */
        assert_close(ipsim_discount_flow(&annual, 0, 10), 10 - 50 * log1p(rate), 170 * rate * rate + 1e-14);
        assert_close(ipsim_discount_flow(&continuous, 0, 10), 10 - 50 * rate, 170 * rate * rate + 1e-14);
    }
}

static void test_negative_rates(void **state)
{
    ipsim_discount discount = constant(-0.01, true);
    (void)state;
    assert_relative(ipsim_discount_point(&discount, 10), pow(0.99, -10), 1e-14);
    assert_relative(ipsim_discount_flow(&discount, 0, 10), expm1(-10 * log(0.99)) / -log(0.99), 1e-14);
}

static void test_bad_schedules(void **state)
{
    double rates[17] = {0.04, 0.03};
    double from_years[17] = {0, 40};
    ipsim_discount discount;
    ipsim_error err = {0};
    (void)state;
    assert_ok(ipsim_discount_init(&discount, rates, from_years, 2, true, &err), &err);
    assert_int_equal(ipsim_discount_init(&discount, rates, from_years, 0, true, &err), IPSIM_ERR_RANGE);
    assert_int_equal(ipsim_discount_init(&discount, rates, from_years, 17, true, &err), IPSIM_ERR_RANGE);
    rates[1] = -1.0;
    assert_int_equal(ipsim_discount_init(&discount, rates, from_years, 2, true, &err), IPSIM_ERR_RANGE);
    assert_string_equal(err.message, "discount rate -1 is not a finite number above -1");
    rates[1] = NAN;
    assert_int_equal(ipsim_discount_init(&discount, rates, from_years, 2, true, &err), IPSIM_ERR_RANGE);
    rates[1] = 0.03;
    from_years[1] = 0.0;
    assert_int_equal(ipsim_discount_init(&discount, rates, from_years, 2, true, &err), IPSIM_ERR_RANGE);
    assert_string_equal(err.message, "discount step at year 0 does not come after the one at year 0");
    from_years[1] = 40.0;
    from_years[0] = 1.0;
    assert_int_equal(ipsim_discount_init(&discount, rates, from_years, 2, true, &err), IPSIM_ERR_RANGE);
    assert_non_null(strstr(err.message, "year 0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_of_one_a_year_for_40_years),
        cmocka_unit_test(test_annual_and_continuous_rates_differ),
        cmocka_unit_test(test_stepped_schedule),
        cmocka_unit_test(test_three_steps),
        cmocka_unit_test(test_a_cut_interval_keeps_its_value),
        cmocka_unit_test(test_a_vanishing_rate_tends_to_none),
        cmocka_unit_test(test_negative_rates),
        cmocka_unit_test(test_bad_schedules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
