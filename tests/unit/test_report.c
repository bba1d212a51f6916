/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/report, on tables made by hand. */
#include "testlib.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/report.h"

#define HOSTILE "</script><script>alert('\"1&2\"')</script>"

static ipsim_table *make_table(const char *name, const ipsim_column_spec *columns, size_t n_columns)
{
    ipsim_table *table = ipsim_table_create(name, columns, n_columns);
    assert_non_null(table);
    return table;
}

/* ---- JSON ---- */
static json_t *read_json(const ipsim_table *table, const bool *keep, char **text)
{
    size_t size = 0;
    ipsim_error err = {0};
    FILE *stream = open_memstream(text, &size);
    assert_non_null(stream);
    assert_ok(ipsim_report_json(table, keep, stream, &err), &err);
    assert_int_equal(fclose(stream), 0);
    json_t *json = json_loads(*text, 0, NULL);
    if (json == NULL) {
        fail_msg("no JSON: %s", *text);
    }
    return json;
}

/* The cell of a row, however the column is written. */
static json_t *cell(const json_t *json, const char *column, size_t row)
{
    json_t *cells = json_object_get(json_object_get(json, "columns"), column);
    if (json_is_array(cells)) {
        return json_array_get(cells, row);
    }
    json_t *distinct = json_object_get(cells, "d"), *index = json_object_get(cells, "i"), *runs = json_object_get(cells, "r");
    assert_non_null(distinct);
    if (index != NULL) {
        return json_array_get(distinct, (size_t)json_integer_value(json_array_get(index, row)));
    }
    size_t run = 0;
    for (size_t end = 0; (end += (size_t)json_integer_value(json_array_get(runs, run + 1))) <= row; run += 2) {
        assert_true(run + 2 < json_array_size(runs));
    }
    return json_array_get(distinct, (size_t)json_integer_value(json_array_get(runs, run)));
}

static void numbers_keep_seven_digits_and_errors_three(void **state)
{
    (void)state;
    const ipsim_column_spec columns[] = {{"estimate", IPSIM_REAL, ""}, {"mcse", IPSIM_REAL, ""}, {"draw", IPSIM_INTEGER, ""}};
    ipsim_table *table = make_table("t", columns, 3);
    const double values[] = {1234567.89, -0.000012345678, NAN, INFINITY, 0.1, -0.0};
    const char *expected[] = {"1234568", "-1.234568e-05", "null", "null", "0.1", "0"};
    for (size_t i = 0; i < 6; i++) {
        size_t row = ipsim_table_add_row(table);
        ipsim_table_put_real(table, row, 0, values[i]);
        ipsim_table_put_real(table, row, 1, values[i]);
        ipsim_table_put_integer(table, row, 2, INT64_C(9007199254740993));
    }
    char *text = NULL;
    json_t *json = read_json(table, NULL, &text);
    for (size_t i = 0; i < 6; i++) {
        if (strcmp(expected[i], "null") == 0) {
            assert_true(json_is_null(cell(json, "estimate", i)));
        } else {
            assert_float_equal(json_number_value(cell(json, "estimate", i)), strtod(expected[i], NULL), 0.0);
        }
        assert_int_equal(json_integer_value(cell(json, "draw", i)), INT64_C(9007199254740993));
    }
    assert_non_null(strstr(text, "1234568"));
    assert_non_null(strstr(text, "1.23e+06"));
    assert_non_null(strstr(text, "-1.23e-05"));
    json_decref(json);
    free(text);
    ipsim_table_free(table);
}

/* Each way of writing a column gives the cells back; a filter leaves the others out. */
static void columns_come_back_cell_by_cell(void **state)
{
    (void)state;
    enum { ROWS = 600 };
    const ipsim_column_spec columns[] = {
        {"plain", IPSIM_REAL, ""}, {"index", IPSIM_TEXT, ""}, {"runs", IPSIM_TEXT, ""}, {"one", IPSIM_TEXT, ""}};
    ipsim_table *table = make_table("t", columns, 4);
    bool keep[ROWS];
    char text[64];
    for (size_t i = 0; i < ROWS; i++) {
        size_t row = ipsim_table_add_row(table);
        ipsim_table_put_real(table, row, 0, 1.0 / (double)(i + 3));
        snprintf(text, sizeof text, "a rather long name %zu", i * i % 7);
        ipsim_table_put_text(table, row, 1, text);
        snprintf(text, sizeof text, "another long name %zu", i / 100);
        ipsim_table_put_text(table, row, 2, i == 5 ? NULL : text);
        ipsim_table_put_text(table, row, 3, "the same");
        keep[i] = i % 3 != 1;
    }
    for (int filtered = 0; filtered < 2; filtered++) {
        char *out = NULL;
        json_t *json = read_json(table, filtered ? keep : NULL, &out), *all = json_object_get(json, "columns");
        size_t at = 0;
        assert_true(json_is_array(json_object_get(all, "plain")));
        assert_non_null(json_object_get(json_object_get(all, "index"), "i"));
        assert_non_null(json_object_get(json_object_get(all, "runs"), "r"));
        for (size_t i = 0; i < ROWS; i++) {
            if (filtered && !keep[i]) {
                continue;
            }
            assert_true(fabs(json_number_value(cell(json, "plain", at)) * (double)(i + 3) - 1.0) < 1e-6);
            assert_string_equal(json_string_value(cell(json, "index", at)), table->columns[1].text[i]);
            if (i == 5) {
                assert_true(json_is_null(cell(json, "runs", at)));
            } else {
                assert_string_equal(json_string_value(cell(json, "runs", at)), table->columns[2].text[i]);
            }
            assert_string_equal(json_string_value(cell(json, "one", at)), "the same");
            at++;
        }
        assert_int_equal(json_integer_value(json_object_get(json, "rows")), at);
        json_decref(json);
        free(out);
    }
    ipsim_table_free(table);
}

static void hostile_texts_are_inert_in_json(void **state)
{
    (void)state;
    const ipsim_column_spec columns[] = {{"text", IPSIM_TEXT, ""}};
    const struct {
        const char *text, *expected;
    } cases[] = {
        {HOSTILE, HOSTILE}, /* comes back as it was, but not one of its characters can end the element */
        {"<!--", "<!--"},
        {"quote \" backslash \\ end", "quote \" backslash \\ end"},
        {"line\xe2\x80\xa8separator\xe2\x80\xa9", "line\xe2\x80\xa8separator\xe2\x80\xa9"},
        {"right\xe2\x80\x8f to \xe2\x80\xae"
         "left\xe2\x80\xac",
         "right to left"},
        {"zero\xe2\x80\x8bwidth\xef\xbb\xbf", "zerowidth"},
        {"bell\a tab\t", "bell tab\t"},
        {"bad \xff\xc3( \xf0\x9f\x98", "bad ( "},
        {"overlong \xc0\xaf surrogate \xed\xa0\x80", "overlong  surrogate "},
        {"\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"=1+1", "=1+1"},
    };
    ipsim_table *table = make_table("t", columns, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_table_put_text(table, ipsim_table_add_row(table), 0, cases[i].text);
    }
    char *text = NULL;
    json_t *json = read_json(table, NULL, &text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(json_string_value(cell(json, "text", i)), cases[i].expected);
    }
    assert_null(strpbrk(text, "<>&"));
    assert_null(strstr(text, "\xe2\x80\xa8"));
    assert_null(strstr(text, "\xe2\x80\xa9"));
    json_decref(json);
    free(text);
    ipsim_table_free(table);
}

/* ---- the page ---- */
enum { MOST_TABLES = 8 };
typedef struct fixture {
    const ipsim_table *tables[MOST_TABLES];
    ipsim_table *owned[MOST_TABLES];
    size_t n;
} fixture;

static void add(fixture *f, ipsim_table *table)
{
    f->owned[f->n] = table;
    f->tables[f->n++] = table;
}

static void add_about(ipsim_table *about, const char *scenario, const char *key, const char *value)
{
    size_t row = ipsim_table_add_row(about);
    ipsim_table_put_text(about, row, 0, scenario);
    ipsim_table_put_text(about, row, 1, key);
    ipsim_table_put_text(about, row, 2, value);
}

static void add_figure(ipsim_table *table, const char *subgroup, const char *outcome, double year, double estimate)
{
    size_t row = ipsim_table_add_row(table);
    const char *texts[] = {"new", "usual", subgroup, outcome, "all", "yes"};
    for (size_t c = 0; c < 6; c++) {
        ipsim_table_put_text(table, row, c, texts[c]);
    }
    ipsim_table_put_real(table, row, 6, year);
    ipsim_table_put_real(table, row, 7, estimate);
    ipsim_table_put_real(table, row, 8, 0.125);
    ipsim_table_put_text(table, row, 9, "years");
}

static fixture make_fixture(const char *title)
{
    const ipsim_column_spec about_columns[] = {{"scenario", IPSIM_TEXT, ""}, {"key", IPSIM_TEXT, ""}, {"value", IPSIM_TEXT, ""}};
    const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""}, {"comparator", IPSIM_TEXT, ""}, {"subgroup", IPSIM_TEXT, ""},
                                         {"outcome", IPSIM_TEXT, ""},  {"payer", IPSIM_TEXT, ""},      {"discounted", IPSIM_TEXT, ""},
                                         {"year", IPSIM_REAL, ""},     {"estimate", IPSIM_REAL, ""},   {"mcse", IPSIM_REAL, ""},
                                         {"unit", IPSIM_TEXT, ""}};
    fixture f = {.n = 0};
    ipsim_table *about = make_table("about", about_columns, 3), *differences = make_table("differences", columns, 10);
    add_about(about, "usual", "title", "Usual care");
    add_about(about, "usual", "perspective:health", "Health service");
    add_about(about, "new", "title", title);
    add_figure(differences, "all", "qalys", 5.0, 1.0 / 3.0);
    add_figure(differences, "all", "cost_health", 5.0, 33.75);
    add_figure(differences, "all", "qalys", 40.0, 2.0 / 3.0);
    add_figure(differences, "all", "n_move", 40.0, 11.5);
    add_figure(differences, "sex=male", "qalys", 5.0, 0.4375);
    add_figure(differences, "sex=male", "qalys", 40.0, 0.5625);
    add_figure(differences, "sex=male", "cost_health", 40.0, 77.25);
    add_figure(differences, "sex=male", "cost_other", 40.0, 88.25);
    add(&f, about);
    add(&f, differences);
    return f;
}

static void clear(fixture *f)
{
    for (size_t i = 0; i < f->n; i++) {
        ipsim_table_free(f->owned[i]);
    }
}

static char *make_page(const fixture *f, const ipsim_report_options *options)
{
    char *page = NULL;
    size_t size = 0;
    ipsim_error err = {0};
    FILE *stream = open_memstream(&page, &size);
    assert_non_null(stream);
    assert_ok(ipsim_report_write(f->tables, f->n, options, stream, &err), &err);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(strlen(page), size);
    return page;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        n++;
    }
    return n;
}

static void equal_tables_give_equal_pages(void **state)
{
    (void)state;
    fixture f = make_fixture("New care"), g = make_fixture("New care");
    ipsim_report_options options = {.language = "nb"};
    char *first = make_page(&f, &options), *second = make_page(&g, &options);
    assert_string_equal(first, second);
    assert_non_null(strstr(first, "<html lang=\"nb\">"));
    assert_non_null(strstr(first, "<title>New care"));
    assert_non_null(strstr(first, "Sammenlignet med"));
    assert_null(strstr(first, "http-equiv=\"refresh\""));
    free(first);
    free(second);
    clear(&f);
    clear(&g);
}

static void hostile_titles_are_inert_on_the_page(void **state)
{
    (void)state;
    fixture f = make_fixture(HOSTILE), g = make_fixture("harmless");
    for (int plain = 0; plain < 2; plain++) {
        ipsim_report_options options = {.language = "en", .plain = plain};
        char *page = make_page(&f, &options), *other = make_page(&g, &options);
        assert_null(strstr(page, "<script>alert"));
        assert_int_equal(count(page, "<script"), count(other, "<script"));
        assert_int_equal(count(page, "</script"), count(other, "</script"));
        assert_non_null(strstr(page, "&lt;/script&gt;&lt;script&gt;alert(&#39;&quot;1&amp;2&quot;&#39;)"));
        assert_non_null(strstr(page, "default-src 'none'"));
        free(page);
        free(other);
    }
    clear(&f);
    clear(&g);
}

/* Without the script there is no data, and the figures stand in the HTML. */
static void the_plain_page_has_the_figures(void **state)
{
    (void)state;
    fixture f = make_fixture("New care");
    ipsim_report_options options = {.language = "en", .plain = true};
    char *page = make_page(&f, &options);
    assert_int_equal(count(page, "<script"), 0);
    assert_non_null(strstr(page, "script-src 'none'"));
    assert_non_null(strstr(page, "<td>+670 ± 120</td>")); /* two thirds and an eighth, for 1 000 people */
    assert_null(strstr(page, "ipsim-data"));
    free(page);
    clear(&f);
}

/* Costs of everybody at every year, all else at the horizon; of subgroups what decisions are made by. Counts of transitions stand beside. */
static void the_page_holds_the_rows_it_needs(void **state)
{
    (void)state;
    if (!ipsim_report_has_script()) {
        skip();
    }
    fixture f = make_fixture("New care");
    ipsim_report_options options = {.language = "en"};
    char *page = make_page(&f, &options), *begin = strstr(page, "id=\"ipsim-data\">"),
         *end = begin != NULL ? strstr(begin, "</script>") : NULL;
    assert_non_null(end);
    begin += strlen("id=\"ipsim-data\">");
    json_t *data = json_loadb(begin, (size_t)(end - begin), 0, NULL);
    assert_non_null(data);
    json_t *table = json_object_get(json_object_get(data, "tables"), "differences");
    assert_int_equal(json_integer_value(json_object_get(table, "rows")), 4);
    const double expected[] = {33.75, 2.0 / 3.0, 0.5625, 77.25};
    for (size_t i = 0; i < 4; i++) {
        assert_true(fabs(json_number_value(cell(table, "estimate", i)) - expected[i]) < 1e-6);
    }
    assert_string_equal(json_string_value(json_object_get(data, "language")), "en");
    json_decref(data);
    free(page);
    clear(&f);
}

static void unknown_languages_are_refused(void **state)
{
    (void)state;
    fixture f = make_fixture("New care");
    ipsim_report_options options = {.language = "sv"};
    ipsim_error err = {0};
    FILE *stream = fopen("/dev/null", "w");
    assert_non_null(stream);
    assert_int_equal(ipsim_report_write(f.tables, f.n, &options, stream, &err), IPSIM_ERR_USAGE);
    assert_non_null(strstr(err.message, "\"sv\""));
    fclose(stream);
    clear(&f);
}

/* ---- messages ---- */
/* The marks of a text, such as {arm}, one after the other. */
static void marks(const char *text, char *out, size_t size)
{
    out[0] = '\0';
    for (const char *at = text; (at = strchr(at, '{')) != NULL; at++) {
        char mark[64];
        snprintf(mark, sizeof mark, "%.*s}", (int)strcspn(at, "}"), at);
        if (strstr(out, mark) == NULL) {
            snprintf(out + strlen(out), size - strlen(out), "%s", mark);
        }
    }
}

static bool same_marks(const char *a, const char *b)
{
    char first[512], second[512];
    marks(a, first, sizeof first);
    marks(b, second, sizeof second);
    bool same = strlen(first) == strlen(second);
    for (const char *at = first; same && (at = strchr(at, '{')) != NULL; at++) {
        char mark[64];
        snprintf(mark, sizeof mark, "%.*s}", (int)strcspn(at, "}"), at);
        same = strstr(second, mark) != NULL;
    }
    return same;
}

static void every_message_has_both_languages(void **state)
{
    (void)state;
    json_t *catalogue = json_load_file("model/report/web/messages.json", JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(catalogue);
    json_t *english = json_object_get(catalogue, "en"), *norwegian = json_object_get(catalogue, "nb"), *value;
    const char *key;
    size_t compared = 0;
    json_object_foreach(english, key, value)
    {
        const char *text = json_string_value(value), *other = json_string_value(json_object_get(norwegian, key));
        if (strcmp(key, "glossary") == 0 || strcmp(key, "inline") == 0) { /* words of scenarios, each language has its own */
            assert_true(json_is_object(value) && json_is_object(json_object_get(norwegian, key)));
            continue;
        }
        if (other == NULL || text == NULL || !same_marks(text, other)) {
            fail_msg("%s: \"%s\" and \"%s\"", key, text != NULL ? text : "(none)", other != NULL ? other : "(none)");
        }
        compared++;
    }
    assert_int_equal(json_object_size(norwegian), json_object_size(english));
    assert_true(compared > 200);
    json_decref(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_keep_seven_digits_and_errors_three),
        cmocka_unit_test(columns_come_back_cell_by_cell),
        cmocka_unit_test(hostile_texts_are_inert_in_json),
        cmocka_unit_test(equal_tables_give_equal_pages),
        cmocka_unit_test(hostile_titles_are_inert_on_the_page),
        cmocka_unit_test(the_plain_page_has_the_figures),
        cmocka_unit_test(the_page_holds_the_rows_it_needs),
        cmocka_unit_test(unknown_languages_are_refused),
        cmocka_unit_test(every_message_has_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
