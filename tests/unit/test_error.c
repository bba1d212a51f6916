/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/error: statuses, positions, lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipsim/error.h"

static void set_fills_everything_and_returns_the_status(void **state)
{
    (void)state;
    ipsim_error err;
    memset(&err, 0x55, sizeof err);
    assert_int_equal(ipsim_error_set(&err, IPSIM_ERR_FILE, "%d files of %s", 3, "x"), IPSIM_ERR_FILE);
    assert_int_equal(err.status, IPSIM_ERR_FILE);
    assert_string_equal(err.file, "");
    assert_int_equal(err.line, 0);
    assert_string_equal(err.key, "");
    assert_string_equal(err.message, "3 files of x");
    assert_int_equal(ipsim_error_set(NULL, IPSIM_ERR_RANGE, "nobody listens"), IPSIM_ERR_RANGE);
}

static void a_message_may_be_wrapped_into_itself(void **state)
{
    (void)state;
    ipsim_error err;
    ipsim_error_set_at(&err, IPSIM_ERR_RANGE, (ipsim_origin){"a.cfg", 4, "key"}, "inner");
    ipsim_error_set_at(&err, IPSIM_ERR_RULE, (ipsim_origin){err.file, err.line, err.key}, "outer: %s", err.message);
    assert_string_equal(err.file, "a.cfg");
    assert_int_equal(err.line, 4);
    assert_string_equal(err.key, "key");
    assert_string_equal(err.message, "outer: inner");
}

static void format_puts_the_position_in_front(void **state)
{
    (void)state;
    static const struct {
        ipsim_origin at;
        const char *expected;
    } cases[] = {
        {{"scenarios/ips.cfg", 41, "transitions.relapse.hazard.rate"},
         "scenarios/ips.cfg:41: transitions.relapse.hazard.rate: -0.12 is below 0 (IPSIM_ERR_RANGE)"},
        {{"ips.cfg", 0, NULL}, "ips.cfg: -0.12 is below 0 (IPSIM_ERR_RANGE)"},
        {{"ips.cfg", 7, ""}, "ips.cfg:7: -0.12 is below 0 (IPSIM_ERR_RANGE)"},
        {{NULL, 7, "persons"}, "persons: -0.12 is below 0 (IPSIM_ERR_RANGE)"},
        {{NULL, 0, NULL}, "-0.12 is below 0 (IPSIM_ERR_RANGE)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_error err;
        char buffer[256];
        ipsim_error_set_at(&err, IPSIM_ERR_RANGE, cases[i].at, "%g is below 0", -0.12);
        assert_ptr_equal(ipsim_error_format(&err, buffer, sizeof buffer), buffer);
        assert_string_equal(buffer, cases[i].expected);
    }
}

/* Norwegian letters are two bytes each; a text that is too long must not end in half of one. */
static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2001];
    for (size_t i = 0; i < 2000; i += 2) {
        memcpy(text + i, "\xC3\xB8", 2); /* the letter o with a stroke */
    }
    text[2000] = '\0';
    ipsim_error err;
    ipsim_error_set_at(&err, IPSIM_ERR_DATA, (ipsim_origin){text, 1, text}, "%s", text);
    assert_int_equal(strlen(err.file), 510); /* the odd byte 511 is given up */
    assert_int_equal(strlen(err.key), 254);
    assert_int_equal(strlen(err.message), 767); /* 764 bytes of it are letters */
    assert_memory_equal(err.message + 762, "\xC3\xB8...", 6);
    char small[12];
    ipsim_error_set(&err, IPSIM_ERR_DATA, "%s", text);
    ipsim_error_format(&err, small, sizeof small);
    assert_int_equal(strlen(small), 10);
}

static void the_list_keeps_every_problem_once(void **state)
{
    (void)state;
    ipsim_error_list list = {0};
    assert_int_equal(ipsim_error_list_status(&list), IPSIM_OK);
    ipsim_origin at = {"a.cfg", 3, "persons"};
    assert_int_equal(ipsim_error_add(&list, IPSIM_ERR_TYPE, at, "a number was expected"), IPSIM_ERR_TYPE);
    ipsim_error_add(&list, IPSIM_ERR_TYPE, at, "a number was expected");
    assert_int_equal(list.count, 1);
    at.line = 4;
    ipsim_error_add(&list, IPSIM_ERR_TYPE, at, "a number was expected");
    ipsim_error_add(&list, IPSIM_ERR_TYPE, at, "another sentence");
    at.key = "seed";
    ipsim_error_add(&list, IPSIM_ERR_RANGE, at, "another sentence");
    assert_int_equal(list.count, 4);
    for (int i = 0; i < 100; i++) {
        ipsim_error_add(&list, IPSIM_ERR_RULE, (ipsim_origin){"b.cfg", i, NULL}, "number %d", i);
    }
    assert_int_equal(list.count, 104);
    assert_string_equal(list.items[103].message, "number 99");
    assert_int_equal(ipsim_error_list_status(&list), IPSIM_ERR_TYPE);
    ipsim_error_list_clear(&list);
    assert_int_equal(list.count, 0);
    assert_null(list.items);
    ipsim_error_list_clear(&list);
}

static void an_unrecorded_problem_is_not_forgotten(void **state)
{
    (void)state;
    ipsim_error_list list = {.out_of_memory = true};
    assert_int_equal(ipsim_error_list_status(&list), IPSIM_ERR_MEMORY);
}

static void sorting_is_by_position_and_keeps_the_order_of_equals(void **state)
{
    (void)state;
    ipsim_error_list list = {0};
    static const struct {
        ipsim_origin at;
        const char *message;
    } found[] = {
        {{"b.cfg", 1, "x"}, "7"},  {{"a.cfg", 10, "x"}, "4"}, {{"a.cfg", 9, "y"}, "2"},  {{"a.cfg", 9, "x"}, "1"},
        {{"a.cfg", 10, "x"}, "5"}, {{NULL, 0, NULL}, "0"},    {{"a.cfg", 10, "x"}, "6"}, {{"a.cfg", 9, "z"}, "3"},
    };
    for (size_t i = 0; i < 8; i++) {
        ipsim_error_add(&list, IPSIM_ERR_RULE, found[i].at, "%s", found[i].message);
    }
    ipsim_error_list_sort(&list);
    assert_int_equal(list.count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(list.items[i].message[0], '0' + (int)i);
    }
    ipsim_error_add(&list, IPSIM_ERR_RULE, (ipsim_origin){"c.cfg", 1, NULL}, "8"); /* still grows after sorting */
    assert_string_equal(list.items[8].message, "8");
    ipsim_error_list_clear(&list);
}

static void every_status_has_its_name(void **state)
{
    (void)state;
    for (int s = IPSIM_OK; s <= IPSIM_ERR_INTERRUPTED; s++) {
        assert_string_not_equal(ipsim_status_name((ipsim_status)s), "IPSIM_ERR_UNKNOWN_STATUS");
    }
    assert_string_equal(ipsim_status_name(IPSIM_ERR_INCOMPATIBLE), "IPSIM_ERR_INCOMPATIBLE");
    assert_string_equal(ipsim_status_name((ipsim_status)1000), "IPSIM_ERR_UNKNOWN_STATUS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_fills_everything_and_returns_the_status),
        cmocka_unit_test(a_message_may_be_wrapped_into_itself),
        cmocka_unit_test(format_puts_the_position_in_front),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(the_list_keeps_every_problem_once),
        cmocka_unit_test(an_unrecorded_problem_is_not_forgotten),
        cmocka_unit_test(sorting_is_by_position_and_keeps_the_order_of_equals),
        cmocka_unit_test(every_status_has_its_name),
    };
    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
