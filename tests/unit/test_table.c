/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/table: rows, empty cells, growth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipsim/table.h"

static const ipsim_column_spec columns[] = {
    {"outcome", IPSIM_TEXT, ""},
    {"estimate", IPSIM_REAL, "NOK"},
    {"persons", IPSIM_INTEGER, NULL},
};

static void columns_are_as_declared(void **state)
{
    (void)state;
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    assert_non_null(table);
    assert_string_equal(table->name, "results");
    assert_int_equal(table->n_columns, 3);
    assert_int_equal(table->n_rows, 0);
    assert_string_equal(table->columns[0].name, "outcome");
    assert_string_equal(table->columns[1].unit, "NOK");
    assert_string_equal(table->columns[2].unit, "");
    assert_int_equal(table->columns[2].type, IPSIM_INTEGER);
    ipsim_table_free(table);
    ipsim_table_free(NULL);
}

static void a_new_row_is_empty_and_can_be_filled_again(void **state)
{
    (void)state;
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    size_t row = ipsim_table_add_row(table);
    assert_int_equal(row, 0);
    assert_null(table->columns[0].text[0]);
    assert_true(isnan(table->columns[1].real[0]));
    assert_int_equal(table->columns[2].integer[0], 0);
    char text[] = "cost";
    ipsim_table_put_text(table, row, 0, text);
    text[0] = 'l'; /* the cell has its own copy */
    assert_string_equal(table->columns[0].text[0], "cost");
    ipsim_table_put_text(table, row, 0, "qalys");
    assert_string_equal(table->columns[0].text[0], "qalys");
    ipsim_table_put_text(table, row, 0, NULL);
    assert_null(table->columns[0].text[0]);
    assert_false(table->out_of_memory);
    ipsim_table_free(table);
}

static void many_rows_keep_their_cells(void **state)
{
    (void)state;
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    for (size_t i = 0; i < 1000; i++) {
        size_t row = ipsim_table_add_row(table);
        assert_int_equal(row, i);
        ipsim_table_put_text(table, row, 0, i % 2 == 0 ? "even" : "odd");
        ipsim_table_put_real(table, row, 1, (double)i / 8);
        ipsim_table_put_integer(table, row, 2, -(int64_t)i);
    }
    assert_int_equal(table->n_rows, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_string_equal(table->columns[0].text[i], i % 2 == 0 ? "even" : "odd");
        assert_true(table->columns[1].real[i] == (double)i / 8);
        assert_int_equal(table->columns[2].integer[i], -(int64_t)i);
    }
    ipsim_table_free(table);
}

static void cells_that_say_the_same_are_changed_one_by_one(void **state)
{
    (void)state;
    char text[] = "same";
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    for (size_t i = 0; i < 3; i++) {
        ipsim_table_put_text(table, ipsim_table_add_row(table), 0, text);
    }
    text[0] = 'g'; /* the table keeps no reference to what it was given */
    ipsim_table_put_text(table, 1, 0, "some");
    assert_string_equal(table->columns[0].text[0], "same");
    assert_string_equal(table->columns[0].text[1], "some");
    assert_string_equal(table->columns[0].text[2], "same");
    ipsim_table_fill_text(table, 2, 1, 0, "some");
    assert_string_equal(table->columns[0].text[2], "some");
    ipsim_table_put_text(table, 2, 0, "same");
    ipsim_table_put_text(table, 0, 0, NULL);
    ipsim_table_put_text(table, 1, 0, text);
    assert_null(table->columns[0].text[0]);
    assert_string_equal(table->columns[0].text[1], "game");
    ipsim_table_free(table);
}

static void rows_that_come_together_are_empty_until_they_are_filled(void **state)
{
    (void)state;
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    assert_int_equal(ipsim_table_add_row(table), 0);
    assert_int_equal(ipsim_table_add_rows(table, 200), 1);
    assert_int_equal(ipsim_table_add_rows(table, 0), 201);
    assert_int_equal(table->n_rows, 201);
    for (size_t row = 0; row < 201; row++) {
        assert_null(table->columns[0].text[row]);
        assert_true(isnan(table->columns[1].real[row]));
        assert_int_equal(table->columns[2].integer[row], 0);
    }
    static const char *const names[] = {"abcd", "abdd", "aecd"}; /* alike in length, ends and middle, or nearly */
    for (size_t i = 0; i < 3; i++) {
        ipsim_table_fill_text(table, 1 + i, 1, 0, names[i]);
    }
    ipsim_table_repeat_text(table, 4, 97, 0, 1); /* those that it has put, too */
    ipsim_table_fill_text(table, 101, 100, 0, "");
    for (size_t row = 1; row < 201; row++) {
        assert_string_equal(table->columns[0].text[row], row < 101 ? names[(row - 1) % 3] : "");
    }
    assert_null(table->columns[0].text[0]);
    ipsim_table_free(table);
}

static void rows_stay_where_room_was_made_for_them(void **state)
{
    (void)state;
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    ipsim_table_put_real(table, ipsim_table_add_row(table), 1, 0.0);
    ipsim_table_reserve(table, 1000);
    const double *place = table->columns[1].real;
    for (size_t row = 1; row < 1000; row++) {
        ipsim_table_put_real(table, ipsim_table_add_row(table), 1, (double)row);
    }
    assert_ptr_equal(table->columns[1].real, place);
    ipsim_table_reserve(table, 10); /* takes nothing away */
    ipsim_table_put_real(table, ipsim_table_add_row(table), 1, 1000.0);
    assert_int_equal(table->n_rows, 1001);
    for (size_t row = 0; row < 1001; row++) {
        assert_float_equal(table->columns[1].real[row], (double)row, 0.0);
    }
    ipsim_table_reserve(table, SIZE_MAX / 4); /* there is no such room, and nothing is lost */
    assert_false(table->out_of_memory);
    assert_int_equal(ipsim_table_add_row(table), 1001);
    ipsim_table_free(table);
}

static void after_a_failed_append_cells_are_ignored(void **state)
{
    (void)state;
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    ipsim_table_add_row(table);
    size_t capacity = SIZE_MAX / 4; /* twice as many cells of 8 bytes as a size can count */
    table->row_capacity = capacity;
    table->n_rows = capacity;
    size_t row = ipsim_table_add_row(table);
    assert_true(table->out_of_memory);
    assert_int_equal(row, SIZE_MAX);
    table->n_rows = 1;
    ipsim_table_put_real(table, row, 1, 1.0);
    ipsim_table_put_text(table, row, 0, "x");
    ipsim_table_put_integer(table, row, 2, 1);
    assert_null(table->columns[0].text[0]);
    ipsim_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_declared),
        cmocka_unit_test(a_new_row_is_empty_and_can_be_filled_again),
        cmocka_unit_test(many_rows_keep_their_cells),
        cmocka_unit_test(cells_that_say_the_same_are_changed_one_by_one),
        cmocka_unit_test(rows_that_come_together_are_empty_until_they_are_filled),
        cmocka_unit_test(rows_stay_where_room_was_made_for_them),
        cmocka_unit_test(after_a_failed_append_cells_are_ignored),
    };
    return cmocka_run_group_tests_name("base/table", tests, NULL, NULL);
}
