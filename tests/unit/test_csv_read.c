/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/csv_read and base/number: what is read, on which line it stands, and how each kind of bad file is reported. */
#include "../testlib.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipsim/csv_read.h"

static ipsim_csv *read_good(ipsim_arena *arena, const char *text)
{
    ipsim_error_list errors = {0};
    ipsim_csv *csv = NULL;
    ipsim_status status = ipsim_csv_read(testlib_write("good.csv", text), arena, &csv, &errors);
    assert_no_errors(status, &errors);
    assert_non_null(csv);
    return csv;
}

static void assert_cell(const ipsim_csv *csv, size_t row, size_t column, const char *expected)
{
    assert_true(row < csv->n_rows && column < csv->n_columns);
    assert_string_equal(csv->cells[row * csv->n_columns + column], expected);
}

static void a_plain_file(void **state)
{
    (void)state;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_csv *csv = read_good(arena, "age,sex,qx\n30,man,0.001\n31,woman,0.0005\n");
    assert_int_equal(csv->n_columns, 3);
    assert_int_equal(csv->n_rows, 2);
    assert_int_equal(csv->header_line, 1);
    assert_int_equal(csv->lines[0], 2);
    assert_int_equal(csv->lines[1], 3);
    assert_string_equal(csv->names[2], "qx");
    assert_cell(csv, 1, 1, "woman");
    assert_int_equal(ipsim_csv_column(csv, "sex"), 1);
    assert_int_equal(ipsim_csv_column(csv, "Sex"), 3);
    assert_non_null(strstr(csv->path, "good.csv"));
    ipsim_arena_free(arena);
}

static void mark_comments_blank_lines_and_windows_line_ends(void **state)
{
    (void)state;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_csv *csv = read_good(
        arena, "\xEF\xBB\xBF# Source: \"Statistics Norway\", 2024\r\n\r\n# second, comment\r\n a , b\r\n1,2\r\n\r\n  \r\n3,#4");
    assert_int_equal(csv->header_line, 4);
    assert_string_equal(csv->names[0], "a");
    assert_int_equal(csv->n_rows, 2);
    assert_int_equal(csv->lines[0], 5);
    assert_int_equal(csv->lines[1], 8);
    assert_cell(csv, 1, 1, "#4"); /* no line end after the last row, and no comment inside the table */
    ipsim_arena_free(arena);
}

/* The row after a cell of three lines stands three lines further down. */
static void quotes_and_the_lines_after_them(void **state)
{
    (void)state;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_csv *csv = read_good(arena, "name,note\n\"a, b\",\"one\ntwo\r\n\nthree\"\nx,\"say \"\"hi\"\"\"\n\"  kept \",  trimmed \n\"\",\n");
    assert_int_equal(csv->n_rows, 4);
    assert_cell(csv, 0, 0, "a, b");
    assert_cell(csv, 0, 1, "one\ntwo\r\n\nthree");
    assert_int_equal(csv->lines[0], 2);
    assert_int_equal(csv->lines[1], 6);
    assert_cell(csv, 1, 1, "say \"hi\"");
    assert_cell(csv, 2, 0, "  kept ");
    assert_cell(csv, 2, 1, "trimmed");
    assert_int_equal(csv->lines[3], 8);
    assert_cell(csv, 3, 0, "");
    assert_cell(csv, 3, 1, "");
    ipsim_arena_free(arena);
}

static void old_macintosh_line_ends(void **state)
{
    (void)state;
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_csv *csv = read_good(arena, "a\r1\r2\r");
    assert_int_equal(csv->n_rows, 2);
    assert_int_equal(csv->lines[1], 3);
    ipsim_arena_free(arena);
}

static void a_large_file(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    ipsim_arena *arena = ipsim_arena_create();
    FILE *file = fopen(testlib_path("large.csv"), "w");
    assert_non_null(file);
    fprintf(file, "id,\xC3\xA5r,group\n");
    for (int i = 0; i < ROWS; i++) {
        fprintf(file, "%d,%d,%s\n", i, 1950 + i % 50, i % 3 == 0 ? "" : "psychosis");
    }
    fclose(file);
    ipsim_error_list errors = {0};
    ipsim_csv *csv = NULL;
    ipsim_status status = ipsim_csv_read(testlib_path("large.csv"), arena, &csv, &errors);
    assert_no_errors(status, &errors);
    assert_int_equal(csv->n_rows, ROWS);
    assert_int_equal(ipsim_csv_column(csv, "\xC3\xA5r"), 1);
    assert_cell(csv, ROWS - 1, 0, "19999");
    assert_cell(csv, ROWS - 2, 2, "");
    assert_int_equal(csv->lines[ROWS - 1], ROWS + 1);
    ipsim_arena_free(arena);
}

typedef struct bad_case {
    const char *text;
    const char *expected; /* all problems, each on a line, as the analyst sees them after the file's name */
} bad_case;

static void check_bad(const char *path, const char *expected, ipsim_status first)
{
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_error_list errors = {0};
    ipsim_csv *csv = (ipsim_csv *)arena; /* must not stay */
    ipsim_status status = ipsim_csv_read(path, arena, &csv, &errors);
    assert_null(csv);
    assert_int_equal(status, first);
    char seen[4096] = "";
    for (size_t i = 0; i < errors.count; i++) {
        char one[1600];
        assert_string_equal(errors.items[i].file, path);
        ipsim_error_format(&errors.items[i], one, sizeof one);
        size_t used = strlen(seen);
        snprintf(seen + used, sizeof seen - used, "%s%s", i > 0 ? "\n" : "", one + strlen(path));
    }
    assert_string_equal(seen, expected);
    ipsim_error_list_clear(&errors);
    ipsim_arena_free(arena);
}

static void every_problem_with_its_line(void **state)
{
    (void)state;
    static const bad_case cases[] = {
        {"", ": the file is empty, a header row was expected (IPSIM_ERR_DATA)"},
        {"\n# only a comment\n\n", ": the file is empty, a header row was expected (IPSIM_ERR_DATA)"},
        {"# c\nage,qx\n", ":2: there is a header but no row below it (IPSIM_ERR_DATA)"},
        {"a,b,c\n1,2,3\n1,2\n\n1,2,3,4\nx\n", ":3: the row has 2 cells, the header (line 1) has 3 (IPSIM_ERR_DATA)\n"
                                              ":5: the row has 4 cells, the header (line 1) has 3 (IPSIM_ERR_DATA)\n"
                                              ":6: the row has 1 cell, the header (line 1) has 3 (IPSIM_ERR_DATA)"},
        {"a,b,a,\n1,2,3,4\n1\n", ":1: columns 1 and 3 are both named \"a\" (IPSIM_ERR_DATA)\n"
                                 ":1: column 4 has no name (IPSIM_ERR_DATA)\n"
                                 ":3: the row has 1 cell, the header (line 1) has 4 (IPSIM_ERR_DATA)"},
        {"age;qx\n30;0,001\n",
         ":1: there is one column, \"age;qx\": columns are separated by commas, not by semicolons or tabs (IPSIM_ERR_DATA)\n"
         ":2: the row has 2 cells, the header (line 1) has 1 (IPSIM_ERR_DATA)"},
        {"a,b\n1,x\"y\n",
         ":2: a stray quote at byte 4: a cell that holds a quote is quoted, and the quote in it doubled (IPSIM_ERR_SYNTAX)"},
        {"a,b\n1,\"x\"y\n",
         ":2: a stray quote at byte 6: a cell that holds a quote is quoted, and the quote in it doubled (IPSIM_ERR_SYNTAX)"},
        {"a,b\n1,2\n3,\"4\n5,6\n", ":3: a quote is opened in the row that begins here and never closed (IPSIM_ERR_SYNTAX)"},
        {"a,b\n1,\xE5\n2,\xE6\n3\n", ":2: byte 3 of the line (0xE5) is not UTF-8 text; save the file as UTF-8 (IPSIM_ERR_DATA)\n"
                                     ":4: the row has 1 cell, the header (line 1) has 2 (IPSIM_ERR_DATA)"},
        {"\xFF\xFE"
         "a,b\n",
         ":1: this is UTF-16 text; save the file as UTF-8 (in Excel: \"CSV UTF-8\") (IPSIM_ERR_DATA)"},
        {"a\n\xC0\xAF\n", ":2: byte 1 of the line (0xC0) is not UTF-8 text; save the file as UTF-8 (IPSIM_ERR_DATA)"},      /* overlong */
        {"a\nx\xED\xA0\x80\n", ":2: byte 2 of the line (0xED) is not UTF-8 text; save the file as UTF-8 (IPSIM_ERR_DATA)"}, /* surrogate */
        {"a\nx\xE2\x82", ":2: byte 2 of the line (0xE2) is not UTF-8 text; save the file as UTF-8 (IPSIM_ERR_DATA)"},       /* cut short */
        {"a,b\nx,\x1B[2J\ny,\x07\n", ":2: byte 3 of the line is an invisible control character (U+001B), which could garble what is"
                                     " printed; remove it (IPSIM_ERR_DATA)"},
        {"a\n\xE2\x80\xAEx\n", ":2: byte 1 of the line is an invisible control character (U+202E), which could garble what is printed;"
                               " remove it (IPSIM_ERR_DATA)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_status first = strstr(cases[i].expected, "SYNTAX") != NULL ? IPSIM_ERR_SYNTAX : IPSIM_ERR_DATA;
        check_bad(testlib_write("bad.csv", cases[i].text), cases[i].expected, first);
    }
}

static void zero_bytes_are_not_text(void **state)
{
    (void)state;
    const char *path = testlib_path("zero.csv");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite("a,b\n1,\0\n", 1, 8, file);
    fclose(file);
    check_bad(path, ":2: byte 3 of the line (0x00) is not UTF-8 text; save the file as UTF-8 (IPSIM_ERR_DATA)", IPSIM_ERR_DATA);
}

static void a_file_of_the_wrong_kind_is_not_listed_line_by_line(void **state)
{
    (void)state;
    FILE *file = fopen(testlib_path("many.csv"), "w");
    assert_non_null(file);
    fprintf(file, "a,b\n");
    for (int i = 0; i < 1000; i++) {
        fprintf(file, "1\n");
    }
    fclose(file);
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_error_list errors = {0};
    ipsim_csv *csv = NULL;
    assert_int_equal(ipsim_csv_read(testlib_path("many.csv"), arena, &csv, &errors), IPSIM_ERR_DATA);
    assert_int_equal(errors.count, 101);
    assert_string_equal(errors.items[100].message, "and 900 more problems in this file, not listed");
    ipsim_error_list_clear(&errors);
    ipsim_arena_free(arena);
}

static void files_that_cannot_be_read(void **state)
{
    (void)state;
    check_bad(testlib_path("none.csv"), ": the file cannot be opened: No such file or directory (IPSIM_ERR_FILE)", IPSIM_ERR_FILE);
    check_bad(testlib_folder(), ": this is a folder, a file was expected (IPSIM_ERR_FILE)", IPSIM_ERR_FILE);
    if (geteuid() != 0) { /* root may read everything */
        const char *path = testlib_write("closed.csv", "a\n1\n");
        assert_int_equal(chmod(path, 0), 0);
        check_bad(path, ": the file cannot be opened: Permission denied (IPSIM_ERR_FILE)", IPSIM_ERR_FILE);
        assert_int_equal(chmod(path, 0600), 0);
    }
}

/* A pipe that nobody writes to must not hang the program, nor a device without an end fill its memory. */
static void what_is_not_a_regular_file(void **state)
{
    (void)state;
    const char *path = testlib_path("pipe.csv");
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(20);
    check_bad(path, ": this is not a regular file (IPSIM_ERR_FILE)", IPSIM_ERR_FILE);
    check_bad("/dev/zero", ": this is not a regular file (IPSIM_ERR_FILE)", IPSIM_ERR_FILE);
    alarm(0);
    assert_int_equal(unlink(path), 0);
}

static void a_file_beyond_the_limit(void **state)
{
    (void)state;
    const char *path = testlib_write("huge.csv", "a\n1\n");
    assert_int_equal(truncate(path, ((off_t)1 << 30) + 1), 0); /* a hole: it takes no room on the disk */
    check_bad(path, ": the file is larger than 1 GiB, which no table of input should be (IPSIM_ERR_FILE)", IPSIM_ERR_FILE);
    assert_int_equal(unlink(path), 0);
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0.0},        {"-12", -12.0},   {"+3.5", 3.5},   {".5", 0.5},  {"5.", 5.0},
        {" 1e3 ", 1000.0}, {"\t2E-2", 0.02}, {"1e-400", 0.0}, {"0.1", 0.1}, {"1.7976931348623157e308", 1.7976931348623157e308},
    };
    static const char *const bad[] = {
        "",  " ",   "1,5", "0x10", "inf", "nan", "-Infinity", "1e999", "1e",        "1.2.3",
        ".", "+-1", "1 2", "1_0",  "abc", "12%", "e5",        "1e+",   "\u2212\x31" /* a typographic minus */};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double value = -1.0;
        assert_true(ipsim_parse_real(good[i].text, &value));
        assert_same_bits(value, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value = 42.0;
        assert_false(ipsim_parse_real(bad[i], &value));
        assert_true(value == 42.0);
    }
}

static void numbers_are_written_with_the_fewest_digits_that_read_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
        int digits;
    } cases[] = {
        {0.1, "0.1", 15},
        {-0.0, "-0", 15},
        {1.0 / 3.0, "0.3333333333333333", 16},
        {0.1 + 0.2, "0.30000000000000004", 17},
        {1e21, "1e+21", 15},
        {100000, "100000", 15},
        {NAN, "NaN", 15},
        {-INFINITY, "-Inf", 15},
        {123456789.25, "123456789.25", 15},
    };
    char text[IPSIM_REAL_TEXT_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(ipsim_format_real(cases[i].value, text), cases[i].text);
        assert_int_equal(ipsim_real_digits(cases[i].value), cases[i].digits);
    }
    double value = 1.0;
    for (int i = 0; i < 2000; i++) {
        double back = 0.0;
        value = value * -1.7320508 + 1e-3;
        assert_true(ipsim_parse_real(ipsim_format_real(value * (i % 2 == 0 ? 1e-280 : 1.0), text), &back));
        assert_same_bits(back, value * (i % 2 == 0 ? 1e-280 : 1.0));
        value = fabs(value) > 1e20 ? 0.7 : value;
    }
}

static void numbers_do_not_follow_the_locale(void **state)
{
    (void)state;
    if (setlocale(LC_ALL, "nb_NO.UTF-8") == NULL && setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    double value = 0.0;
    char text[IPSIM_REAL_TEXT_SIZE];
    bool parsed = ipsim_parse_real("1.5", &value);
    ipsim_format_real(1.5, text);
    bool comma = ipsim_parse_real("1,5", &value);
    setlocale(LC_ALL, "C");
    assert_true(parsed);
    assert_false(comma);
    assert_true(value == 1.5);
    assert_string_equal(text, "1.5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_file),
        cmocka_unit_test(mark_comments_blank_lines_and_windows_line_ends),
        cmocka_unit_test(quotes_and_the_lines_after_them),
        cmocka_unit_test(old_macintosh_line_ends),
        cmocka_unit_test(a_large_file),
        cmocka_unit_test(every_problem_with_its_line),
        cmocka_unit_test(zero_bytes_are_not_text),
        cmocka_unit_test(a_file_of_the_wrong_kind_is_not_listed_line_by_line),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(what_is_not_a_regular_file),
        cmocka_unit_test(a_file_beyond_the_limit),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(numbers_are_written_with_the_fewest_digits_that_read_back),
        cmocka_unit_test(numbers_do_not_follow_the_locale),
    };
    return cmocka_run_group_tests_name("base/csv_read", tests, NULL, NULL);
}
