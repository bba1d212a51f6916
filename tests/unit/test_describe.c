/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe: everything a scenario declares is in the document, whatever it says is harmless, and the checks can fail. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../testlib.h"
#include "ipsim/describe.h"

static const char hostile[] =
    "title = \"<script>alert(1)</script> | `x` *y* [z](javascript:1)\";\n"
    "description = \"a\\nb # not a heading\";\n"
    "simulation: { persons = 100; horizon_years = 10.0; };\n"
    "parameters: {\n"
    "    rate_ill: { value = 0.2; unit = \"per year\"; source = \"\\\"><img src=x onerror=alert(1)>\"; status = \"assumed\"; };\n"
    "    p_twice: { value = \"2 * rate_ill\"; source = \"doubled\"; status = \"derived\"; };\n"
    "};\n"
    "states: { well: { label = \"</title><b>Well\"; }; ill: {}; dead: { role = \"dead\"; }; };\n"
    "start_state = \"well\";\n"
    "transitions: {\n"
    "    onset: { from = \"well\"; to = \"ill\"; hazard: { family = \"exponential\"; rate = \"rate_ill\"; }; };\n"
    "    death: { from = [\"well\", \"ill\"]; to = \"dead\"; stream = \"death\"; clock = \"start\";\n"
    "        hazard: { family = \"gompertz\"; rate = 0.01; shape = 0.1; };\n"
    "        effects: { later: { hr = 1.5; from_years = 2.0; until_years = 5.0; }; }; };\n"
    "};\n";

static ipsim_document *document_of(const ipsim_scenario *scenario, const ipsim_table *checks)
{
    ipsim_document *document = NULL;
    ipsim_error err = {0};
    assert_ok(ipsim_describe(scenario, checks, "ipsim test", &document, &err), &err);
    assert_non_null(document);
    return document;
}

static const char *file_of(const ipsim_document *document, const char *name)
{
    for (size_t i = 0; i < document->n_files; i++)
        if (strcmp(document->files[i].name, name) == 0)
            return document->files[i].text;
    fail_msg("no file %s", name);
    return NULL;
}

static void test_hostile_text_is_inert(void **state)
{
    (void)state;
    ipsim_scenario *scenario = testlib_load_with(testlib_write("hostile.cfg", hostile), NULL, 0);
    ipsim_document *document = document_of(scenario, NULL);
    const char *html = file_of(document, "description.html"), *markdown = file_of(document, "description.md");
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "<img"));
    assert_null(strstr(html, "<b>"));
    assert_non_null(strstr(html, "&lt;script&gt;alert(1)"));
    assert_null(strstr(markdown, "\n# not a heading"));
    assert_null(strstr(markdown, "<script"));
    assert_null(strstr(markdown, "[z](javascript"));
    assert_null(strstr(file_of(document, "diagram.svg"), "<b>Well"));
    ipsim_document_free(document);
    ipsim_scenario_free(scenario);
}

static void assert_mentions(const char *text, const char *name)
{
    if (!strstr(text, name))
        fail_msg("the document does not mention %s", name);
}

static void test_everything_declared_is_described(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load_with("scenarios/ips.cfg", NULL, 0);
    ipsim_document *document = document_of(s, NULL);
    const char *html = file_of(document, "description.html");
    for (size_t i = 0; i < s->n_states; i++)
        assert_mentions(html, s->states[i].name);
    for (size_t i = 0; i < s->n_transitions; i++)
        assert_mentions(html, s->transitions[i].name);
    for (size_t i = 0; i < s->n_events; i++)
        assert_mentions(html, s->events[i].name);
    for (size_t i = 0; i < s->n_parameters; i++)
        assert_mentions(html, s->parameters[i].name);
    for (size_t i = 0; i < s->n_rewards; i++)
        assert_mentions(html, s->rewards[i].name);
    for (size_t i = 0; i < s->n_outcomes; i++)
        assert_mentions(html, s->outcomes[i].name);
    for (size_t i = 0; i < s->n_targets; i++)
        assert_mentions(html, s->targets[i].name);
    for (size_t i = 0; i < s->n_perspectives; i++)
        assert_mentions(html, s->perspectives[i].name);
    assert_mentions(html, "1030000"); /* c_ips_fte */
    assert_mentions(html, "12 * dp_y1");
    assert_mentions(html, "4 % a year, 3 % from year 40");
    ipsim_document_free(document);
    ipsim_scenario_free(s);
}

/* 28 items, the last of which no scenario can answer. */
static void test_cheers_has_28_items(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load_with("scenarios/ips.cfg", NULL, 0);
    ipsim_document *document = document_of(s, NULL);
    const char *html = file_of(document, "description.html");
    assert_mentions(html,
                    "<th scope=\"row\">28</th><td>Other relevant information</td><td>Conflicts of interest</td><td>for the authors</td>");
    assert_null(strstr(html, "<th scope=\"row\">29</th>"));
    ipsim_document_free(document);
    ipsim_scenario_free(s);
}

static void test_same_scenario_same_text(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load_with("scenarios/usual-care.cfg", NULL, 0);
    ipsim_document *a = document_of(s, NULL), *b = document_of(s, NULL);
    assert_int_equal(a->n_files, b->n_files);
    for (size_t i = 0; i < a->n_files; i++) {
        assert_string_equal(a->files[i].name, b->files[i].name);
        assert_string_equal(a->files[i].text, b->files[i].text);
    }
    ipsim_document_free(a);
    ipsim_document_free(b);
    ipsim_scenario_free(s);
}

/* Axes end, whatever is drawn: the smallest number there is as a rate, six hundred powers of ten, next to no time. */
static void test_curves_of_extreme_hazards(void **state)
{
    (void)state;
    static const char *const hazards[] = {
        "\"exponential\"; rate = 5e-324;",
        "\"exponential\"; rate = 1e300;",
        "\"gompertz\"; rate = 1e-300; shape = 500;",
        "\"weibull\"; shape = 0.01; scale = 1e-10;",
    };
    static const char *const horizons[] = {"0.0", "1e-300", "20.0", "1000.0"};
    for (size_t h = 0; h < 4; h++)
        for (size_t y = 0; y < 4; y++) {
            char text[800];
            snprintf(text, sizeof text,
                     "simulation: { persons = 10; horizon_years = %s; };\nstates: { well: {}; ill: {}; };\nstart_state = \"well\";\n"
                     "transitions: { onset: { from = \"well\"; to = \"ill\"; hazard: { family = %s }; }; };\n",
                     horizons[y], hazards[h]);
            ipsim_scenario *s = testlib_load_with(testlib_write("extreme.cfg", text), NULL, 0);
            ipsim_document *document = document_of(s, NULL);
            for (size_t i = 0; i < document->n_files; i++)
                assert_true(strlen(document->files[i].text) < 200000);
            ipsim_document_free(document);
            ipsim_scenario_free(s);
        }
}

/* ---- the checks ---- */

static ipsim_table *checks_of(const char *path, const ipsim_setting *settings, size_t n)
{
    ipsim_scenario *s = testlib_load_with(path, settings, n);
    ipsim_table *checks = NULL;
    ipsim_error_list errors = {0};
    assert_no_errors(ipsim_describe_check(s, settings, n, 200, &checks, &errors), &errors);
    ipsim_scenario_free(s);
    return checks;
}

static const char *verdict_of(const ipsim_table *checks, const char *begins)
{
    size_t check = ipsim_table_find_column(checks, "check"), verdict = ipsim_table_find_column(checks, "verdict");
    for (size_t row = 0; row < checks->n_rows; row++)
        if (strncmp(checks->columns[check].text[row], begins, strlen(begins)) == 0)
            return checks->columns[verdict].text[row];
    fail_msg("no check that begins with \"%s\"", begins);
    return NULL;
}

static void test_checks_pass_on_a_good_model(void **state)
{
    (void)state;
    ipsim_table *checks = checks_of("scenarios/tutorial/10_a_full_arm.cfg", NULL, 0);
    size_t verdict = ipsim_table_find_column(checks, "verdict");
    assert_true(checks->n_rows >= 10);
    for (size_t row = 0; row < checks->n_rows; row++)
        assert_string_not_equal(checks->columns[verdict].text[row], "failed");
    ipsim_table_free(checks);
}

static void test_a_check_can_fail(void **state)
{
    (void)state;
    const ipsim_setting no_source[] = {{"parameters.rate_ill.source", ""}};
    const char *path = testlib_write("hostile.cfg", hostile);
    ipsim_table *good = checks_of(path, NULL, 0), *bad = checks_of(path, no_source, 1);
    assert_string_equal(verdict_of(good, "Every parameter names its source"), "passed");
    assert_string_equal(verdict_of(bad, "Every parameter names its source"), "failed");
    ipsim_table_free(good);
    ipsim_table_free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_text_is_inert),     cmocka_unit_test(test_everything_declared_is_described),
        cmocka_unit_test(test_cheers_has_28_items),       cmocka_unit_test(test_same_scenario_same_text),
        cmocka_unit_test(test_curves_of_extreme_hazards), cmocka_unit_test(test_checks_pass_on_a_good_model),
        cmocka_unit_test(test_a_check_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
