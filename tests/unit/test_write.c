/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/csv, write/json, write/sqlite, write/file: exact bytes, values that come back, and files that cannot be written. */
#include "../testlib.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipsim/csv_read.h"
#include "ipsim/write.h"

static const ipsim_column_spec columns[] = {
    {"outcome", IPSIM_TEXT, ""},
    {"estimate", IPSIM_REAL, "NOK per year */"},
    {"persons", IPSIM_INTEGER, "persons"},
};

static ipsim_table *small_table(void)
{
    static const struct {
        const char *text;
        double real;
        int64_t integer;
    } rows[] = {
        {"cost", 0.1, 1},
        {"say \"hi\", b", 1.0 / 3.0, INT64_MIN},
        {NULL, NAN, INT64_MAX},
        {"=1+1", -INFINITY, 0},
        {"b\xC3\xB8k\nline", 1e300, -7},
        {"-5", -0.0, 2},
        {"@x", 12345678.0, 3},
        {" lead", 5e-324, 4},
        {" =cmd|' /C calc'!A0", 5, 5},
    };
    ipsim_table *table = ipsim_table_create("results", columns, 3);
    assert_non_null(table);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t row = ipsim_table_add_row(table);
        ipsim_table_put_text(table, row, 0, rows[i].text);
        ipsim_table_put_real(table, row, 1, rows[i].real);
        ipsim_table_put_integer(table, row, 2, rows[i].integer);
    }
    return table;
}

static void csv_has_exactly_these_bytes(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    ipsim_error err = {0};
    assert_ok(ipsim_write_csv(table, testlib_path("results.csv"), &err), &err);
    char *text = testlib_read(testlib_path("results.csv"));
    assert_string_equal(text, "outcome,estimate,persons\n"
                              "cost,0.1,1\n"
                              "\"say \"\"hi\"\", b\",0.3333333333333333,-9223372036854775808\n"
                              ",,9223372036854775807\n"
                              "'=1+1,-Inf,0\n"
                              "\"b\xC3\xB8k\nline\",1e+300,-7\n"
                              "'-5,-0,2\n"
                              "'@x,12345678,3\n"
                              "\" lead\",4.94065645841247e-324,4\n"
                              "\"' =cmd|' /C calc'!A0\",5,5\n");
    char *streamed = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&streamed, &size);
    assert_ok(ipsim_write_csv_stream(table, stream, &err), &err);
    fclose(stream);
    assert_string_equal(streamed, text);
    free(streamed);
    free(text);
    ipsim_table_free(table);
}

/* Rows of every length, short ones and ones longer than what is handed to the system at once. */
static void csv_of_any_length(void **state)
{
    (void)state;
    enum { LONGEST = 40000 };
    static const ipsim_column_spec two[] = {{"text", IPSIM_TEXT, ""}, {"bytes", IPSIM_REAL, ""}};
    static char text[LONGEST + 1];
    char *expected = NULL, *streamed = NULL;
    size_t wanted = 0, size = 0;
    FILE *plain = open_memstream(&expected, &wanted), *stream = open_memstream(&streamed, &size);
    ipsim_table *table = ipsim_table_create("texts", two, 2);
    ipsim_error err = {0};
    fputs("text,bytes\n", plain);
    for (size_t length = 0, i = 0; length <= LONGEST; length += 1 + length / 9, i++) {
        memset(text, 'a' + (int)(i % 26), length);
        text[length] = '\0';
        size_t row = ipsim_table_add_row(table);
        ipsim_table_put_text(table, row, 0, text);
        ipsim_table_put_real(table, row, 1, (double)length);
        fprintf(plain, "%s,%zu\n", text, length);
    }
    assert_ok(ipsim_write_csv_stream(table, stream, &err), &err);
    fclose(stream);
    fclose(plain);
    assert_int_equal(size, wanted);
    assert_memory_equal(streamed, expected, wanted);
    free(streamed);
    free(expected);
    ipsim_table_free(table);
}

static void csv_comes_back_through_our_own_reader(void **state)
{
    (void)state;
    static const ipsim_column_spec one[] = {{"#note", IPSIM_TEXT, ""}};
    static const char *const notes[] = {"", " x ", "a\r\nb", "\"", ",", "#", "plain", "=1+1", "'=1", "''@x", " -5", "'quoted'", "\tx"};
    enum { N_NOTES = sizeof notes / sizeof notes[0] };
    ipsim_table *table = ipsim_table_create("notes", one, 1);
    for (size_t i = 0; i < N_NOTES; i++) {
        ipsim_table_put_text(table, ipsim_table_add_row(table), 0, notes[i]);
    }
    ipsim_error err = {0};
    assert_ok(ipsim_write_csv(table, testlib_path("notes.csv"), &err), &err);
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_error_list errors = {0};
    ipsim_csv *csv = NULL;
    assert_no_errors(ipsim_csv_read(testlib_path("notes.csv"), arena, &csv, &errors), &errors);
    assert_string_equal(csv->names[0], "#note");
    assert_int_equal(csv->n_rows, N_NOTES);
    for (size_t i = 0; i < N_NOTES; i++) {
        assert_string_equal(csv->cells[i], notes[i]);
    }
    ipsim_arena_free(arena);
    ipsim_table_free(table);
}

static void json_parses_and_keeps_the_values(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    ipsim_table *empty = ipsim_table_create("empty", columns, 3);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ipsim_error err = {0};
    assert_ok(ipsim_write_json((const ipsim_table *const[]){table, empty}, 2, stream, &err), &err);
    fclose(stream);
    assert_non_null(strstr(text, "{\"outcome\": \"cost\", \"estimate\": 0.1, \"persons\": 1},\n")); /* digits as in the CSV */
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    json_t *rows = json_object_get(root, "results");
    assert_int_equal(json_array_size(rows), 9);
    assert_int_equal(json_array_size(json_object_get(root, "empty")), 0);
    json_t *row = json_array_get(rows, 1);
    assert_string_equal(json_string_value(json_object_get(row, "outcome")), "say \"hi\", b");
    assert_same_bits(json_real_value(json_object_get(row, "estimate")), 1.0 / 3.0);
    assert_true(json_integer_value(json_object_get(row, "persons")) == INT64_MIN);
    row = json_array_get(rows, 2);
    assert_true(json_is_null(json_object_get(row, "outcome")));
    assert_true(json_is_null(json_object_get(row, "estimate")));
    assert_true(json_is_null(json_object_get(json_array_get(rows, 3), "estimate")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 4), "outcome")), "b\xC3\xB8k\nline");
    json_decref(root);
    free(text);
    ipsim_table_free(table);
    ipsim_table_free(empty);
}

static void json_tells_a_full_disk_and_bad_text(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    const ipsim_table *const tables[] = {table};
    ipsim_error err = {0};
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(ipsim_write_json(tables, 1, full, &err), IPSIM_ERR_FILE);
    fclose(full);
    assert_non_null(strstr(err.message, "No space left on device"));
    ipsim_table_put_text(table, 0, 0, "\xE5");
    FILE *nothing = fopen("/dev/null", "w");
    assert_int_equal(ipsim_write_json(tables, 1, nothing, &err), IPSIM_ERR_DATA);
    fclose(nothing);
    ipsim_table_free(table);
}

static void sqlite_keeps_names_types_units_and_values(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    ipsim_table *empty = ipsim_table_create("odd \"name", columns, 3);
    const ipsim_table *const tables[] = {table, empty};
    const char *path = testlib_write("results.sqlite", "an older file that is in the way");
    ipsim_error err = {0};
    assert_ok(ipsim_write_sqlite(tables, 2, path, &err), &err);
    sqlite3 *database = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "SELECT outcome, estimate, persons FROM results ORDER BY rowid", -1, &query, NULL),
                     SQLITE_OK);
    for (size_t row = 0; row < table->n_rows; row++) {
        assert_int_equal(sqlite3_step(query), SQLITE_ROW);
        const char *text = (const char *)sqlite3_column_text(query, 0);
        if (table->columns[0].text[row] == NULL) {
            assert_null(text);
        } else {
            assert_string_equal(text, table->columns[0].text[row]); /* as it is: formulas are a matter of spreadsheets */
        }
        if (isnan(table->columns[1].real[row])) {
            assert_int_equal(sqlite3_column_type(query, 1), SQLITE_NULL);
        } else {
            assert_int_equal(sqlite3_column_type(query, 1), SQLITE_FLOAT);
            assert_true(sqlite3_column_double(query, 1) == table->columns[1].real[row]);
        }
        assert_true(sqlite3_column_int64(query, 2) == table->columns[2].integer[row]);
    }
    assert_int_equal(sqlite3_step(query), SQLITE_DONE);
    sqlite3_finalize(query);
    assert_int_equal(sqlite3_prepare_v2(database, "SELECT sql FROM sqlite_schema WHERE name = 'odd \"name'", -1, &query, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    assert_string_equal(
        (const char *)sqlite3_column_text(query, 0),
        "CREATE TABLE \"odd \"\"name\" (\"outcome\" TEXT, \"estimate\" REAL /* NOK per year * / */, \"persons\" INTEGER /* persons */)");
    sqlite3_finalize(query);
    sqlite3_close(database);
    ipsim_table_free(table);
    ipsim_table_free(empty);
}

static char *read_bytes(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void sqlite_bytes_depend_on_the_tables_alone(void **state)
{
    (void)state;
    ipsim_error err = {0};
    const char *paths[2] = {testlib_path("one.sqlite"), testlib_path("other.sqlite")};
    for (int i = 0; i < 2; i++) {
        ipsim_table *table = small_table();
        for (int r = 0; r < 3000; r++) { /* enough for several levels of pages */
            size_t row = ipsim_table_add_row(table);
            ipsim_table_put_text(table, row, 0, "some outcome with a long enough name");
            ipsim_table_put_real(table, row, 1, 1.0 / (r + 1));
        }
        assert_ok(ipsim_write_sqlite((const ipsim_table *const[]){table}, 1, paths[i], &err), &err);
        ipsim_table_free(table);
        void *dirty = malloc(1 << 20); /* other memory the second time */
        memset(dirty, 0xA5, 1 << 20);
        free(dirty);
    }
    size_t size[2];
    char *bytes[2] = {read_bytes(paths[0], &size[0]), read_bytes(paths[1], &size[1])};
    assert_true(size[0] > 100000);
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void a_table_without_memory_is_not_written(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    table->out_of_memory = true;
    const ipsim_table *const tables[] = {table};
    ipsim_error err = {0};
    const char *path = testlib_path("never");
    assert_int_equal(ipsim_write_csv(table, path, &err), IPSIM_ERR_MEMORY);
    assert_int_equal(ipsim_write_sqlite(tables, 1, path, &err), IPSIM_ERR_MEMORY);
    FILE *nothing = fopen("/dev/null", "w");
    assert_int_equal(ipsim_write_json(tables, 1, nothing, &err), IPSIM_ERR_MEMORY);
    fclose(nothing);
    assert_int_not_equal(access(path, F_OK), 0);
    ipsim_table_free(table);
}

/* A device that is always full, by a link: should the code under test remove what it must not, only the link is lost. */
static const char *full_device(void)
{
    const char *path = testlib_path("full");
    if (access(path, F_OK) != 0) {
        assert_int_equal(symlink("/dev/full", path), 0);
    }
    return path;
}

static void paths_that_cannot_be_written(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    const ipsim_table *const tables[] = {table};
    ipsim_error err = {0};
    const char *path = testlib_path("no-such-folder/results");
    assert_int_equal(ipsim_write_csv(table, path, &err), IPSIM_ERR_FILE);
    assert_string_equal(err.file, path);
    assert_string_equal(err.message, "the file cannot be created: No such file or directory");
    assert_int_equal(ipsim_write_sqlite(tables, 1, path, &err), IPSIM_ERR_FILE);
    assert_int_equal(ipsim_write_text("x", path, &err), IPSIM_ERR_FILE);
    assert_int_equal(ipsim_write_text("x", testlib_folder(), &err), IPSIM_ERR_FILE);
    assert_int_equal(ipsim_write_csv(table, full_device(), &err), IPSIM_ERR_FILE);
    assert_string_equal(err.message, "the file cannot be written: the disk is full (No space left on device)");
    assert_int_equal(access(testlib_path("full"), F_OK), 0); /* not a regular file, so not ours to remove */
    ipsim_table_free(table);
}

/* The table outgrows what a buffer holds, so that the error comes in the middle of the rows. */
static void a_disk_that_fills_up_in_the_middle(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    for (int i = 0; i < 5000; i++) {
        ipsim_table_put_text(table, ipsim_table_add_row(table), 0, "a row");
    }
    ipsim_error err = {0};
    assert_int_equal(ipsim_write_csv(table, full_device(), &err), IPSIM_ERR_FILE);
    assert_string_equal(err.message, "the file cannot be written: the disk is full (No space left on device)");
    ipsim_table_free(table);
}

static void permissions_follow_the_umask(void **state)
{
    (void)state;
    ipsim_table *table = small_table();
    ipsim_error err = {0};
    mode_t before = umask(002);
    assert_ok(ipsim_write_csv(table, testlib_path("mode.csv"), &err), &err);
    assert_ok(ipsim_write_text("x\n", testlib_path("mode.txt"), &err), &err);
    assert_ok(ipsim_write_sqlite((const ipsim_table *const[]){table}, 1, testlib_path("mode.sqlite"), &err), &err);
    umask(before);
    static const char *const names[] = {"mode.csv", "mode.txt", "mode.sqlite"};
    for (size_t i = 0; i < 3; i++) {
        struct stat about;
        assert_int_equal(stat(testlib_path(names[i]), &about), 0);
        assert_int_equal(about.st_mode & 0777, 0664);
    }
    char *text = testlib_read(testlib_path("mode.txt"));
    assert_string_equal(text, "x\n");
    free(text);
    ipsim_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_has_exactly_these_bytes),
        cmocka_unit_test(csv_of_any_length),
        cmocka_unit_test(csv_comes_back_through_our_own_reader),
        cmocka_unit_test(json_parses_and_keeps_the_values),
        cmocka_unit_test(json_tells_a_full_disk_and_bad_text),
        cmocka_unit_test(sqlite_keeps_names_types_units_and_values),
        cmocka_unit_test(sqlite_bytes_depend_on_the_tables_alone),
        cmocka_unit_test(a_table_without_memory_is_not_written),
        cmocka_unit_test(paths_that_cannot_be_written),
        cmocka_unit_test(a_disk_that_fills_up_in_the_middle),
        cmocka_unit_test(permissions_follow_the_umask),
    };
    return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
