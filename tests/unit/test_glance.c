/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/glance: figures, curves, and that no line is ever wider than the terminal. */
#include "../testlib.h"

#include <stdlib.h>
#include <string.h>

#include "ipsim/format.h"
#include "ipsim/glance.h"

enum { N_ARMS = 5 };
static const char *const arms[] = {"base", "næste", "a-very-long-name-of-an-arm-that-goes-on", "日本日本日本日本日本日本", "last"};

static void add_difference(ipsim_table *t, const char *arm, const char *outcome, const char *discounted, double estimate, double mcse)
{
    const char *cells[] = {arm, arms[0], "all", outcome, "all", discounted};
    size_t row = ipsim_table_add_row(t);
    for (size_t c = 0; c < 6; c++) {
        ipsim_table_put_text(t, row, c, cells[c]);
    }
    ipsim_table_put_real(t, row, 6, 10.0);
    ipsim_table_put_real(t, row, 7, estimate);
    ipsim_table_put_real(t, row, 8, mcse);
}

static void add_about(ipsim_table *t, const char *key, const char *value)
{
    size_t row = ipsim_table_add_row(t);
    ipsim_table_put_text(t, row, 0, arms[0]);
    ipsim_table_put_text(t, row, 1, key);
    ipsim_table_put_text(t, row, 2, value);
}

static ipsim_glance_tables make_tables(size_t n_arms)
{
    static const ipsim_column_spec differences[] = {
        {"scenario", IPSIM_TEXT, ""}, {"comparator", IPSIM_TEXT, ""}, {"subgroup", IPSIM_TEXT, ""},
        {"outcome", IPSIM_TEXT, ""},  {"payer", IPSIM_TEXT, ""},      {"discounted", IPSIM_TEXT, ""},
        {"year", IPSIM_REAL, ""},     {"estimate", IPSIM_REAL, ""},   {"mcse", IPSIM_REAL, ""}};
    static const ipsim_column_spec occupancy[] = {
        {"scenario", IPSIM_TEXT, ""}, {"year", IPSIM_REAL, ""}, {"state", IPSIM_TEXT, ""}, {"estimate", IPSIM_REAL, ""}};
    static const ipsim_column_spec about[] = {{"scenario", IPSIM_TEXT, ""}, {"key", IPSIM_TEXT, ""}, {"value", IPSIM_TEXT, ""}};
    ipsim_table *d = ipsim_table_create("differences", differences, 9), *o = ipsim_table_create("occupancy", occupancy, 4),
                *a = ipsim_table_create("about", about, 3);
    for (size_t i = 1; i < n_arms; i++) {
        add_difference(d, arms[i], "life_years", "no", 0.0123 * (double)i, 0.001);
        add_difference(d, arms[i], "qalys", "yes", 0.002, 0.0015);
        add_difference(d, arms[i], "cost_purse", "yes", -12345.0 * (double)i, 10.0);
    }
    for (size_t i = 0; i < n_arms; i++) {
        for (int t = 0; t <= 8; t++) {
            size_t row = ipsim_table_add_row(o);
            ipsim_table_put_text(o, row, 0, arms[i]);
            ipsim_table_put_real(o, row, 1, 1.25 * t);
            ipsim_table_put_text(o, row, 2, "employed");
            ipsim_table_put_real(o, row, 3, t == 0 ? 0.0 : (double)t / 8.0 / (double)(1 + i));
        }
    }
    add_about(a, "currency", "NOK");
    add_about(a, "perspective:purse", "Public purse and a label that is longer than any terminal would like it to be");
    add_about(a, "state:employed", "In ordinary work, which is a label of some length, longer than eighty columns even so");
    return (ipsim_glance_tables){d, d, o, a};
}

static void free_tables(ipsim_glance_tables *tables)
{
    ipsim_table_free((ipsim_table *)(uintptr_t)tables->differences);
    ipsim_table_free((ipsim_table *)(uintptr_t)tables->occupancy);
    ipsim_table_free((ipsim_table *)(uintptr_t)tables->about);
}

static void two_arms_look_like_this(void **state)
{
    (void)state;
    ipsim_glance_tables tables = make_tables(2);
    char *text = NULL;
    ipsim_error err = {0};
    assert_ok(ipsim_glance_text(&tables, 60, false, &text, &err), &err);
    assert_string_equal(text, "AT A GLANCE: change for 1 000 people by year 10 against base\n"
                              "                                           næste\n"
                              "  Life years                               +12.3\n"
                              "  QALYs, discounted                       +2.0 ?\n"
                              "  Net cost, Public purse and a label …   -12.345\n"
                              "  Costs in million NOK. ?: chance may have given the sign.\n"
                              "\n"
                              "In ordinary work, which is: share of people, year 0 to 10\n"
                              "  base   ▁▁▁▂▂▂▃▃▃▄▄▄▄▅▅▅▆▆▆▇▇▇███  peak 100 % in year 10\n"
                              "  næste  ▁▁▁▁▁▁▂▂▂▂▂▂▂▃▃▃▃▃▃▄▄▄▄▄▄  peak 50 % in year 10\n");
    free(text);
    free_tables(&tables);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (size_t n_arms = 2; n_arms <= N_ARMS; n_arms++) {
        ipsim_glance_tables tables = make_tables(n_arms);
        for (size_t width = 1; width <= 140; width++) {
            char *text = NULL;
            ipsim_error err = {0};
            assert_ok(ipsim_glance_text(&tables, width, false, &text, &err), &err);
            size_t most = width < IPSIM_GLANCE_LEAST_WIDTH  ? IPSIM_GLANCE_LEAST_WIDTH
                          : width > IPSIM_GLANCE_MOST_WIDTH ? IPSIM_GLANCE_MOST_WIDTH
                                                            : width;
            for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
                if (ipsim_format_width(line) > most) {
                    fail_msg("%zu arms, %zu columns: %zu in \"%s\"", n_arms, width, ipsim_format_width(line), line);
                }
            }
            free(text);
        }
        free_tables(&tables);
    }
}

static void colours_are_put_and_taken_away_again(void **state)
{
    (void)state;
    ipsim_glance_tables tables = make_tables(N_ARMS);
    char *text = NULL, *plain = NULL;
    ipsim_error err = {0};
    assert_ok(ipsim_glance_text(&tables, 80, true, &text, &err), &err);
    assert_ok(ipsim_glance_text(&tables, 80, false, &plain, &err), &err);
    assert_null(strchr(plain, '\033'));
    size_t on = 0, off = 0;
    char *to = text;
    for (char *from = text; *from != '\0';) {
        if (*from == '\033') {
            bool reset = strncmp(from, "\033[0m", 4) == 0;
            off += reset;
            on += !reset;
            from += strcspn(from, "m") + 1;
            assert_true(on == off || on == off + 1);
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    assert_int_equal(on, off);
    assert_true(on >= N_ARMS);
    assert_string_equal(text, plain);
    assert_non_null(strstr(plain, "more arm")); /* those that found no room */
    free(text);
    free(plain);
    free_tables(&tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_arms_look_like_this),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(colours_are_put_and_taken_away_again),
    };
    return cmocka_run_group_tests_name("glance", tests, NULL, NULL);
}
