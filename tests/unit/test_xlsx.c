/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx, report/workbook, report/curves: files that are whole or not there, rows that are too many, and tables of every analysis.
 * What stands in the cells is read back by tests/cli/test_workbook.sh and, by a spreadsheet program, test_spreadsheet.sh. */
#include "../testlib.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include "ipsim/curves.h"
#include "ipsim/workbook.h"
#include "ipsim/xlsx.h"
#include "write/xlsx_private.h"

static ipsim_status write_small(const char *path, bool large, const char *text, double number, ipsim_error *err)
{
    ipsim_xlsx *book = NULL;
    ipsim_status status = ipsim_xlsx_begin(path, "a title & more", large, &book, err);
    if (status != IPSIM_OK) {
        return status;
    }
    ipsim_xlsx_sheet *sheet = ipsim_xlsx_add_sheet(book, "One");
    ipsim_xlsx_text(sheet, 0, 0, IPSIM_XLSX_HEADER, text);
    ipsim_xlsx_number(sheet, 1, 0, IPSIM_XLSX_NUMBER, 2, number);
    ipsim_xlsx_number(sheet, 2, 0, IPSIM_XLSX_NUMBER, 2, NAN);
    ipsim_xlsx_number(sheet, 3, 0, IPSIM_XLSX_NUMBER, 99, INFINITY);
    ipsim_xlsx_page(sheet, true);
    ipsim_xlsx_text(sheet, IPSIM_XLSX_MOST_ROWS, 0, IPSIM_XLSX_TEXT, "beyond the last row");
    return ipsim_xlsx_finish(book, err);
}

static void cells_that_no_spreadsheet_could_hold(void **state)
{
    (void)state;
    char *longest = malloc(40001), *path = strdup(testlib_path("small.xlsx"));
    memset(longest, 'x', 40000);
    longest[40000] = '\0';
    ipsim_error err = {0};
    assert_ok(write_small(path, false, "\x1B]0;=evil\x07\xE2\x80\xAE _x0041_", 1.5, &err), &err);
    assert_part_holds(path, "xl/sharedStrings.xml", ">]0;=evil _x005F_x0041_</t>", true);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "<v>1.5</v>", true);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "NAN", false);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "INF", false);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "a title &amp;&amp; more", true); /* & begins a command of a footer */
    assert_ok(write_small(path, false, longest, 1.5, &err), &err);
    assert_part_holds(path, "xl/sharedStrings.xml", "xxx…</t>", true);
    free(longest);
    free(path);
}

static void the_bytes_depend_on_the_cells_alone(void **state)
{
    (void)state;
    for (int large = 0; large < 2; large++) {
        ipsim_error err = {0};
        assert_ok(write_small(testlib_path("first.xlsx"), large, "x", 1.0, &err), &err);
        sleep(2); /* the dates of a ZIP file count every other second */
        assert_ok(write_small(testlib_path("second.xlsx"), large, "x", 1.0, &err), &err);
        char command[2048];
        int used = snprintf(command, sizeof command, "cmp '%s' ", testlib_path("first.xlsx"));
        snprintf(command + used, sizeof command - (size_t)used, "'%s'", testlib_path("second.xlsx"));
        assert_int_equal(system(command), 0);
    }
}

static void files_that_cannot_be_written_leave_nothing(void **state)
{
    (void)state;
    ipsim_error err = {0};
    assert_int_equal(write_small(testlib_path("missing/book.xlsx"), false, "x", 1.0, &err), IPSIM_ERR_FILE);
    assert_non_null(strstr(err.file, "missing/book.xlsx"));
    assert_int_equal(write_small("/dev/full", false, "x", 1.0, &err), IPSIM_ERR_FILE);
    struct rlimit before, tiny;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    tiny = (struct rlimit){1000, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    ipsim_status small = write_small(testlib_path("limited.xlsx"), false, "x", 1.0, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(small, IPSIM_ERR_FILE);
    assert_int_not_equal(access(testlib_path("limited.xlsx"), F_OK), 0);
}

/* ---- whether every part is there to its end ---- */
static size_t put_whole(unsigned char *to, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        to[i] = (unsigned char)(value >> (8 * i));
    }
    return bytes;
}

/* A ZIP file of one part. */
static size_t pack(const char *text, size_t claimed, unsigned char *zip, size_t size)
{
    memset(zip, 0, size);
    unsigned char packed[4096];
    z_stream z = {
        .next_in = (unsigned char *)(uintptr_t)text, .avail_in = (uInt)strlen(text), .next_out = packed, .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n_packed = sizeof packed - z.avail_out;
    deflateEnd(&z);
    memcpy(zip, "PK\3\4", 4);
    put_whole(zip + 26, 1, 2);
    zip[30] = 'x';
    memcpy(zip + 31, packed, n_packed);
    size_t central = 31 + n_packed;
    memcpy(zip + central, "PK\1\2", 4);
    put_whole(zip + central + 10, 8, 2);
    put_whole(zip + central + 20, (uint32_t)n_packed, 4);
    put_whole(zip + central + 24, (uint32_t)claimed, 4);
    put_whole(zip + central + 28, 1, 2);
    zip[central + 46] = 'x';
    size_t end = central + 47;
    memcpy(zip + end, "PK\5\6", 4);
    put_whole(zip + end + 10, 1, 2);
    put_whole(zip + end + 16, (uint32_t)central, 4);
    return end + 22;
}

static void a_part_that_breaks_off_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool whole;
    } cases[] = {
        {"<?xml version=\"1.0\"?>\n<root a=\"1\"><b/></root>", true},
        {"<?xml version=\"1.0\"?>\n<root a=\"1\"/>", true},
        {"<xml xmlns:v=\"u\"><v:shape/></xml>\n", true},
        {"<?xml version=\"1.0\"?>\n<root a=\"1\"><b/>", false},
        {"<?xml version=\"1.0\"?>\n<root a=\"1\"><b></b>", false},
        {"<?xml version=\"1.0\"?>\n<root", false},
        {"<?xml version=\"1.0\"?>\n<root><b/></roo", false},
        {"<?xml version=\"1.0\"?>", false},
        {"", false},
    };
    unsigned char zip[8192];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = pack(cases[i].text, strlen(cases[i].text), zip, sizeof zip);
        if (ipsim_xlsx_is_whole(zip, size) != cases[i].whole) {
            fail_msg("\"%s\" is %swhole", cases[i].text, cases[i].whole ? "" : "not ");
        }
        assert_false(ipsim_xlsx_is_whole(zip, size - 1));
        assert_false(ipsim_xlsx_is_whole(zip, pack(cases[i].text, strlen(cases[i].text) + 1, zip, sizeof zip)));
    }
    /* Longer than what is kept of either end. */
    char longest[3000] = "<r>";
    memset(longest + 3, 'y', 2900);
    strcpy(longest + 2903, "</r>");
    assert_true(ipsim_xlsx_is_whole(zip, pack(longest, strlen(longest), zip, sizeof zip)));
    longest[2904] = '\0';
    assert_false(ipsim_xlsx_is_whole(zip, pack(longest, strlen(longest), zip, sizeof zip)));
}

/* ---- tables of the analyses ---- */
static ipsim_table *table_of(const char *name, const ipsim_column_spec *columns, size_t n_columns, const char *const *cells, size_t n_rows)
{
    ipsim_table *table = ipsim_table_create(name, columns, n_columns);
    for (size_t r = 0; r < n_rows; r++) {
        size_t row = ipsim_table_add_row(table);
        for (size_t c = 0; c < n_columns; c++) {
            const char *cell = cells[r * n_columns + c];
            if (columns[c].type == IPSIM_TEXT) {
                ipsim_table_put_text(table, row, c, cell);
            } else if (columns[c].type == IPSIM_REAL) {
                ipsim_table_put_real(table, row, c, strtod(cell, NULL));
            } else {
                ipsim_table_put_integer(table, row, c, strtoll(cell, NULL, 10));
            }
        }
    }
    return table;
}

/* A table of draws and what is made of it, without a run: the columns are those that the analysis writes. */
static void tables_of_draws_have_their_sheets(void **state)
{
    (void)state;
    static const ipsim_column_spec summary[] = {{"scenario", IPSIM_TEXT, ""},
                                                {"comparator", IPSIM_TEXT, ""},
                                                {"subgroup", IPSIM_TEXT, ""},
                                                {"outcome", IPSIM_TEXT, ""},
                                                {"payer", IPSIM_TEXT, ""},
                                                {"discounted", IPSIM_TEXT, ""},
                                                {"year", IPSIM_REAL, ""},
                                                {"mean", IPSIM_REAL, ""},
                                                {"low", IPSIM_REAL, ""},
                                                {"high", IPSIM_REAL, ""},
                                                {"probability_above_0", IPSIM_REAL, ""},
                                                {"unit", IPSIM_TEXT, ""}};
    static const char *const summary_cells[] = {"b", "a", "all", "qalys", "all", "yes", "5", "1.25", "0.5", "2", "0.875", "QALYs",
                                                "b", "a", "all", "qalys", "all", "yes", "1", "7.75", "0.5", "2", "0.5",   "QALYs"};
    static const ipsim_column_spec even[] = {
        {"scenario", IPSIM_TEXT, ""}, {"comparator", IPSIM_TEXT, ""}, {"account", IPSIM_TEXT, ""},
        {"name", IPSIM_TEXT, ""},     {"year", IPSIM_REAL, ""},       {"mean", IPSIM_REAL, ""},
        {"low", IPSIM_REAL, ""},      {"high", IPSIM_REAL, ""},       {"probability_saving", IPSIM_REAL, ""},
        {"unit", IPSIM_TEXT, ""}};
    static const char *const even_cells[] = {"b", "a", "perspective", "fiscal", "5", "-12345.5", "-20000", "-1", "0.96875", "NOK"};
    static const ipsim_column_spec occupancy[] = {
        {"scenario", IPSIM_TEXT, ""}, {"year", IPSIM_REAL, ""}, {"state", IPSIM_TEXT, ""}, {"mean", IPSIM_REAL, ""}};
    static const char *const occupancy_cells[] = {"a", "0", "well", "1", "a", "1", "well", "0.5",
                                                  "b", "0", "well", "1", "b", "1", "well", "0.625"};
    static const ipsim_column_spec parameters[] = {{"draw", IPSIM_INTEGER, ""}, {"parameter", IPSIM_TEXT, ""}, {"value", IPSIM_REAL, ""}};
    static const char *const parameter_cells[] = {"0", "hr", "0.5"};
    static const ipsim_column_spec provenance[] = {{"scenario", IPSIM_TEXT, ""},
                                                   {"parameter", IPSIM_TEXT, ""},
                                                   {"value", IPSIM_REAL, ""},
                                                   {"source", IPSIM_TEXT, ""},
                                                   {"distribution", IPSIM_TEXT, ""}};
    static const char *const provenance_cells[] = {"a", "hr", "0.5", "Smith 2020", "lognormal"};
    static const ipsim_column_spec evpi[] = {{"threshold", IPSIM_REAL, "NOK"}, {"evpi", IPSIM_REAL, "NOK"}};
    static const char *const evpi_cells[] = {"500000", "inf"};
    ipsim_table *tables[] = {table_of("psa_summary", summary, 12, summary_cells, 2),
                             table_of("break_even", even, 10, even_cells, 1),
                             table_of("psa_occupancy", occupancy, 4, occupancy_cells, 4),
                             table_of("parameters", parameters, 3, parameter_cells, 1),
                             table_of("provenance", provenance, 5, provenance_cells, 1),
                             table_of("evpi", evpi, 2, evpi_cells, 1),
                             NULL};
    ipsim_error err = {0};
    char *path = strdup(testlib_path("psa.xlsx"));
    assert_ok(ipsim_workbook_write((const ipsim_table *const *)tables, 7, path, &err), &err);
    static const char *const sheets[] = {"Summary", "Curves", "Break-even", "psa_summary", "evpi", "Parameters", "Occupancy", "About"};
    char *book = testlib_part(path, "xl/workbook.xml");
    for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "<sheet name=\"%s\" sheetId=\"%zu\"", sheets[i], i + 1);
        if (strstr(book, wanted) == NULL) {
            fail_msg("no %s in %s", wanted, book);
        }
    }
    free(book);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "<v>1.25</v>", true);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "<v>7.75</v>", false); /* an earlier year */
    assert_part_holds(path, "xl/worksheets/sheet3.xml", "<v>-12345.5</v>", true);
    assert_part_holds(path, "xl/worksheets/sheet7.xml", "<v>0.625</v>", true);
    assert_part_holds(path, "xl/sharedStrings.xml", "infinite", true);
    assert_part_holds(path, "xl/sharedStrings.xml", "lognormal", true);
    for (size_t t = 0; t < 6; t++) {
        ipsim_table_free(tables[t]);
    }
    free(path);
}

/* So many draws that rows go to the disk as they come: none may come out of turn, on any sheet. */
static void many_draws_come_in_their_turn(void **state)
{
    (void)state;
    static const ipsim_column_spec draws[] = {{"draw", IPSIM_INTEGER, ""}, {"cost", IPSIM_REAL, "NOK"}};
    static const ipsim_column_spec parameters[] = {
        {"scenario", IPSIM_TEXT, ""}, {"parameter", IPSIM_TEXT, ""}, {"value", IPSIM_REAL, ""}, {"source", IPSIM_TEXT, ""}};
    static const char *const cells[] = {"a", "hr", "0.5", "Smith 2020", "a", "rr", "1.5", "Smith 2021"};
    ipsim_table *tables[] = {ipsim_table_create("psa", draws, 2), table_of("parameters", parameters, 4, cells, 2)};
    for (int64_t i = 0; i < 20001; i++) {
        size_t row = ipsim_table_add_row(tables[0]);
        ipsim_table_put_integer(tables[0], row, 0, i);
        ipsim_table_put_real(tables[0], row, 1, 0.25 + (double)i);
    }
    ipsim_error err = {0};
    char *path = strdup(testlib_path("many.xlsx"));
    assert_ok(ipsim_workbook_write((const ipsim_table *const *)tables, 2, path, &err), &err);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "<v>20000.25</v>", true);
    assert_part_holds(path, "xl/worksheets/sheet2.xml", "<is><t>Smith 2021</t></is>", true);
    free(path);
    ipsim_table_free(tables[0]);
    ipsim_table_free(tables[1]);
}

static void no_tables_make_a_workbook_too(void **state)
{
    (void)state;
    ipsim_error err = {0};
    assert_ok(ipsim_workbook_write(NULL, 0, testlib_path("empty.xlsx"), &err), &err);
    static const ipsim_column_spec one[] = {{"x", IPSIM_REAL, ""}};
    ipsim_table *table = ipsim_table_create("cea", one, 1);
    table->out_of_memory = true;
    assert_int_equal(ipsim_workbook_write((const ipsim_table *const[]){table}, 1, testlib_path("empty.xlsx"), &err), IPSIM_ERR_MEMORY);
    ipsim_table_free(table);
}

static void curves_know_which_state_to_show(void **state)
{
    (void)state;
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""},
                                                {"year", IPSIM_REAL, ""},
                                                {"state", IPSIM_TEXT, ""},
                                                {"estimate", IPSIM_REAL, ""},
                                                {"mcse", IPSIM_REAL, ""}};
    static const char *const cells[] = {
        "a", "0", "s", "1", "0", "a", "0", "t", "0", "0", "a", "2", "s", "0.5", "0.1", "a", "2", "t", "0.3", "0",
        "b", "0", "s", "1", "0", "b", "0", "t", "0", "0", "b", "2", "s", "0.6", "0.2", "b", "2", "t", "0.1", "0",
    };
    ipsim_table *table = table_of("occupancy", columns, 5, cells, 8);
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_curves curves;
    assert_true(ipsim_curves_read(arena, table, &curves));
    assert_int_equal(curves.n_arms, 2);
    assert_int_equal(curves.n_times, 2);
    assert_int_equal(curves.n_states, 2);
    assert_string_equal(curves.arms[1], "b");
    assert_true(curves.times[1] == 2.0);
    assert_true(ipsim_curves_share(&curves, 1, 1, 0) == 0.6);
    assert_true(curves.mcse[(1 * 2 + 1) * 2 + 0] == 0.2);
    assert_int_equal(curves.shown, 1); /* t: 0.2 apart, s: 0.1 */
    ipsim_table_put_text(table, 0, 2, "employed");
    assert_true(ipsim_curves_read(arena, table, &curves));
    assert_string_equal(curves.states[curves.shown], "employed");
    assert_true(isnan(ipsim_curves_share(&curves, 1, 1, 0))); /* "employed" of b */
    ipsim_arena_free(arena);
    ipsim_table_free(table);
}

/* By a thread of its own or by the one that needs it, and again. */
static void *load_beside(void *data)
{
    ipsim_error err = {0};
    assert_ok(ipsim_xlsx_load(&err), &err);
    return data;
}

static void the_library_is_loaded_whoever_asks_first(void **state)
{
    (void)state;
    ipsim_error err = {0};
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, load_beside, NULL), 0);
    assert_ok(ipsim_xlsx_load(&err), &err);
    assert_non_null(ipsim_xlsx_library.workbook_new_opt);
    assert_true(ipsim_xlsx_library_version()[0] >= '0' && ipsim_xlsx_library_version()[0] <= '9');
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_ok(ipsim_xlsx_load(&err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_library_is_loaded_whoever_asks_first),
        cmocka_unit_test(cells_that_no_spreadsheet_could_hold),
        cmocka_unit_test(the_bytes_depend_on_the_cells_alone),
        cmocka_unit_test(files_that_cannot_be_written_leave_nothing),
        cmocka_unit_test(a_part_that_breaks_off_is_seen),
        cmocka_unit_test(tables_of_draws_have_their_sheets),
        cmocka_unit_test(many_draws_come_in_their_turn),
        cmocka_unit_test(no_tables_make_a_workbook_too),
        cmocka_unit_test(curves_know_which_state_to_show),
    };
    return cmocka_run_group_tests_name("xlsx", tests, NULL, NULL);
}
