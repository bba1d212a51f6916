/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/format: numbers and paragraphs as people read them. */
#include "testlib.h"

#include <math.h>
#include <stdlib.h>

#include "ipsim/format.h"

static void check_estimate(double value, double mcse, bool with_sign, const char *expected)
{
    char text[IPSIM_FORMAT_SIZE];
    assert_string_equal(ipsim_format_estimate(value, mcse, with_sign, text, sizeof text), expected);
}

static void estimates_are_rounded_to_their_error(void **state)
{
    (void)state;
    check_estimate(1234.4, 37.0, false, "1 230 ± 40");
    check_estimate(1234.4, 13.7, false, "1 234 ± 14");
    check_estimate(0.123456, 0.00321, true, "+0.123 ± 0.003");
    check_estimate(-1234567.8, 45678.9, true, "-1 230 000 ± 50 000");
    check_estimate(0.96, 0.0996, true, "+0.96 ± 0.10"); /* the error rounds up to one more digit */
    check_estimate(-0.001, 0.3, true, "0.0 ± 0.3");     /* what prints as nothing has no sign */
    check_estimate(999.7, 2.0, false, "1 000 ± 2");
    check_estimate(0.0, 0.0, true, "0");
    check_estimate(12345.678, 0.0, true, "+12 346");
    check_estimate(0.5, NAN, false, "0.5");
    check_estimate(NAN, 1.0, false, "n/a");
    check_estimate(INFINITY, 1.0, false, "n/a");
}

static void numbers_and_counts_are_grouped(void **state)
{
    (void)state;
    char text[IPSIM_FORMAT_SIZE];
    assert_string_equal(ipsim_format_count(0, text, sizeof text), "0");
    assert_string_equal(ipsim_format_count(999, text, sizeof text), "999");
    assert_string_equal(ipsim_format_count(1000, text, sizeof text), "1 000");
    assert_string_equal(ipsim_format_count(-1234567, text, sizeof text), "-1 234 567");
    assert_string_equal(ipsim_format_count(INT64_MIN, text, sizeof text), "-9 223 372 036 854 775 808");
    assert_string_equal(ipsim_format_number(1234.5678, 6, text, sizeof text), "1 234.57");
    assert_string_equal(ipsim_format_number(1.5, 4, text, sizeof text), "1.5");
    assert_string_equal(ipsim_format_number(100.0, 2, text, sizeof text), "100");
    assert_string_equal(ipsim_format_number(-0.36604, 4, text, sizeof text), "-0.366");
    assert_string_equal(ipsim_format_number(0.0, 4, text, sizeof text), "0");
    assert_string_equal(ipsim_format_duration(11.2, text, sizeof text), "12 s");
    assert_string_equal(ipsim_format_duration(301.0, text, sizeof text), "6 min");
    assert_string_equal(ipsim_format_duration(12000.0, text, sizeof text), "3 h 20 min");
    assert_string_equal(ipsim_format_duration(NAN, text, sizeof text), "a long time");
}

static void width_counts_letters_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(ipsim_format_width("± æøå"), 5);
    assert_int_equal(ipsim_format_fit("æøå", 2), 4);
    assert_int_equal(ipsim_format_fit("æøå", 9), 6);
    assert_int_equal(ipsim_format_fit("æøå", 0), 0);
    assert_int_equal(ipsim_format_width("日本 x"), 6);    /* wide letters */
    assert_int_equal(ipsim_format_fit("日本 x", 3), 3);   /* no half of one */
    assert_int_equal(ipsim_format_width("e\xCC\x81"), 1); /* an accent of its own */
    assert_int_equal(ipsim_format_fit("e\xCC\x81x", 1), 3);
    assert_int_equal(ipsim_format_width("\xF0\x9F\x98\x80"), 2);
    assert_int_equal(ipsim_format_width("\xFF"), 1);
    assert_int_equal(ipsim_format_width_of("日本 x", 6), 4);
    assert_int_equal(ipsim_format_width_of("plain 日本", 9), 8);
    assert_int_equal(ipsim_format_width_of("plain", 0), 0);
}

static void paragraphs_break_at_blanks_between_words(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    ipsim_format_paragraph("costs 4 % of 20 000 æøå", 2, 9, stream);
    ipsim_format_paragraph("averylongwordthatfitsnowhere x", 2, 9, stream);
    ipsim_format_paragraph("", 2, 9, stream);
    fclose(stream);
    assert_string_equal(text, "costs 4 %\n  of\n  20 000\n  æøå\naverylongwordthatfitsnowhere\n  x\n\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_rounded_to_their_error),
        cmocka_unit_test(numbers_and_counts_are_grouped),
        cmocka_unit_test(width_counts_letters_not_bytes),
        cmocka_unit_test(paragraphs_break_at_blanks_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
