/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading scenarios: merging, --set, typing, defaults, data files, show, diff, digest, lint. What is refused stands in tests/invalid. */
#include "testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOOD "tests/invalid/good.cfg"

/* A small whole scenario, to which a test appends. */
#define BASE                                                                                                                             \
    "simulation: { horizon_years = 10; };\n"                                                                                             \
    "states: { well: {}; ill: { utility = 0.5; }; dead: { role = \"dead\"; }; };\n"                                                      \
    "start_state = \"well\";\n"                                                                                                          \
    "transitions: { falling_ill: { from = \"well\"; to = \"ill\"; hazard: { family = \"weibull\"; shape = 2; scale = 3; multiplier = "   \
    "1.5; }; };\n"                                                                                                                       \
    "               dying: { from = [\"well\", \"ill\"]; to = \"dead\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = " \
    "\"r_death\"; }; }; };\n"
#define PARAMETERS "parameters: { r_death: { value = 0.01; unit = \"per year\"; source = \"a life table\"; status = \"published\"; }; };\n"

static ipsim_scenario *load_child(const char *text)
{
    testlib_write("parent.cfg", BASE PARAMETERS);
    char *whole = malloc(strlen(text) + 64);
    assert_non_null(whole);
    sprintf(whole, "extends = \"parent.cfg\";\n%s", text);
    ipsim_scenario *scenario = testlib_load(testlib_write("child.cfg", whole));
    free(whole);
    return scenario;
}

/* Loads path with --set key=value and returns the first message, or "" when it loads. Overwritten by the next call. */
static const char *message_of_setting(const char *path, const char *key, const char *value)
{
    static char message[2048];
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    message[0] = '\0';
    if (ipsim_scenario_load(path, &(ipsim_setting){key, value}, 1, &scenario, &errors) != IPSIM_OK) {
        ipsim_error_format(&errors.items[0], message, sizeof message);
    }
    ipsim_scenario_free(scenario);
    ipsim_error_list_clear(&errors);
    return message;
}

/* The text of a table's cell in the row whose first cell is key; NULL when there is no such row. */
static const char *cell(const ipsim_table *table, const char *key, const char *column)
{
    for (size_t row = 0; row < table->n_rows; row++) {
        for (size_t c = 0; strcmp(table->columns[0].text[row], key) == 0 && c < table->n_columns; c++) {
            if (strcmp(table->columns[c].name, column) == 0) {
                return table->columns[c].text[row];
            }
        }
    }
    return NULL;
}

/* ---- types and defaults ---- */
static void values_and_defaults(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load(GOOD);
    assert_string_equal(s->name.value, "good");
    assert_int_equal(s->simulation.persons.value, 1000);
    assert_true(s->simulation.persons.given);
    assert_close(s->simulation.horizon_years.value, 10, 0);
    assert_int_equal(s->simulation.report_years.count, 2);
    assert_close(s->simulation.report_years.items[0].value, 1.5, 0); /* [1.5, 5]: reals and whole numbers in one list */
    assert_close(s->simulation.report_years.items[1].value, 5, 0);
    assert_close(s->economics.discount_costs.rates.items[0].value, 0.04, 0);
    assert_string_equal(s->economics.discount_costs.rates.items[0].expression, "disc");
    assert_int_equal(s->economics.discount_effects.from_years.count, 1); /* one rate holds from year 0 */
    assert_close(s->economics.discount_effects.from_years.items[0].value, 0, 0);
    assert_false(s->economics.discount_effects.from_years.given);
    assert_int_equal(s->n_states, 4);
    assert_close(s->states[ipsim_scenario_find_state(s, "employed")].utility.value, 0.8, 0);
    assert_int_equal(s->states[2].role.value, IPSIM_ROLE_LEFT);
    assert_int_equal(ipsim_scenario_find_state(s, "nowhere"), s->n_states);
    assert_int_equal(ipsim_scenario_find_attribute(s, "nothing"), s->n_attributes);
    const ipsim_attribute *sex = &s->attributes[ipsim_scenario_find_attribute(s, "sex")];
    assert_close(sex->probabilities.items[0].value, 0.6, 1e-15); /* "1 - 0.4" */
    assert_int_equal(ipsim_attribute_find_level(sex, "female"), 1);
    assert_int_equal(ipsim_attribute_find_level(sex, "other"), 2);
    ipsim_scenario_free(s);
}

static void derived_defaults(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load(GOOD);
    assert_string_equal(s->transitions[0].clock.value, "sojourn");
    assert_null(s->transitions[0].stream.value);
    assert_string_equal(s->transitions[3].clock.value, "age"); /* a rate table is by age */
    assert_string_equal(s->events[0].stream.value, "admission");
    assert_int_equal(s->events[0].states.count, 2); /* every alive state */
    assert_string_equal(s->attributes[ipsim_scenario_find_attribute(s, "diagnosis")].column.value, "dx");
    assert_int_equal(s->perspectives[1].payers.count, 3);
    assert_int_equal(s->perspectives[0].kinds.count, 1);
    assert_false(s->perspectives[1].payers.given);
    ipsim_scenario_free(s);
    s = testlib_load_text(BASE PARAMETERS);
    assert_string_equal(s->name.value, "scenario"); /* the file's stem */
    assert_int_equal(s->simulation.persons.value, 10000);
    assert_false(s->simulation.persons.given);
    assert_close(s->simulation.occupancy_step_years.value, 0.2, 1e-15); /* a fiftieth of 10 years */
    assert_close(s->states[0].utility.value, 1, 0);
    assert_string_equal(s->economics.currency.value, "NOK");
    assert_int_equal(s->economics.discount_costs.rates.count, 0);
    ipsim_scenario_free(s);
}

static void positions(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child("# a comment\nstates: {\n  ill: {\n    utility = 0.4; };\n};\n");
    const ipsim_number *utility = &s->states[1].utility;
    assert_int_equal(utility->origin.line, 5);
    assert_string_equal(utility->origin.file, testlib_path("child.cfg"));
    assert_string_equal(utility->origin.key, "states.ill.utility");
    assert_int_equal(s->parameters[0].value.origin.line, 6);
    assert_string_equal(s->parameters[0].value.origin.file, testlib_path("parent.cfg"));
    ipsim_scenario_free(s);
}

static void numbers_in_every_spelling(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child("simulation: { persons = 2e6; seed = 9223372036854775807L; report_years = 2; horizon_years = 0x10; };\n"
                                   "parameters: { a = 3; b = -.5; c = 1.5e3; d = 3000000000; e = \"7\"; };\n");
    assert_int_equal(s->simulation.persons.value, 2000000);
    assert_true(s->simulation.seed.value == INT64_MAX);
    assert_int_equal(s->simulation.report_years.count, 1);
    assert_close(s->simulation.horizon_years.value, 16, 0);
    const double expected[] = {3, -0.5, 1500, 3000000000.0, 7};
    for (size_t i = 0; i < 5; i++) {
        assert_close(s->parameters[1 + i].value.value, expected[i], 0);
    }
    ipsim_scenario_free(s);
}

static void line_ends_and_byte_order_mark(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load_text("\xEF\xBB\xBFtitle = \"Sk\xC3\xB8yen\";\r\nparameters: { r_death = 0.01; };\r\n" BASE);
    assert_string_equal(s->title.value, "Sk\xC3\xB8yen");
    ipsim_scenario_free(s);
    s = testlib_load_text("title = \"one\r\n\ttwo\"; parameters: { r_death = 0.01; };\r\n" BASE);
    assert_non_null(strstr(s->title.value, "\n\ttwo"));
    ipsim_scenario_free(s);
}

static void included_files(void **state)
{
    (void)state;
    testlib_write("rates.cfg", "// two lines\nr_death: { value = 0.02; };\n");
    ipsim_scenario *s = testlib_load_text("parameters: {\n  @include \"rates.cfg\"\n  last = 3;\n};\n" BASE);
    assert_close(s->parameters[0].value.value, 0.02, 0);
    assert_int_equal(s->parameters[0].value.origin.line, 2);
    assert_string_equal(s->parameters[0].value.origin.file, testlib_path("rates.cfg"));
    assert_int_equal(s->parameters[1].value.origin.line, 3); /* and back in the including file */
    assert_string_equal(s->parameters[1].value.origin.file, testlib_path("scenario.cfg"));
    ipsim_scenario_free(s);
}

/* ---- merging ---- */
static void merging_key_by_key(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child(
        "parameters: { r_death = 0.05; extra = 1; };\nstates: { ill: { label = \"Ill\"; }; };\n"
        "transitions: { dying: { from = \"ill\"; }; well_dying: { from = \"well\"; to = \"dead\"; hazard: { family = "
        "\"exponential\"; rate = 1; }; }; };\n");
    assert_int_equal(s->n_parameters, 2);
    assert_close(s->parameters[0].value.value, 0.05, 0);
    assert_string_equal(s->parameters[0].unit.value, "per year"); /* a number over a parameter keeps the rest */
    assert_string_equal(s->parameters[0].source.value, "a life table");
    assert_string_equal(s->states[1].label.value, "Ill");
    assert_close(s->states[1].utility.value, 0.5, 0);
    assert_int_equal(s->transitions[1].from.count, 1); /* lists are replaced */
    assert_string_equal(s->transitions[1].stream.value, "death");
    assert_string_equal(s->transitions[2].name, "well_dying");
    ipsim_scenario_free(s);
}

static void removing_items_and_keys(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child(
        "transitions: { dying: { from = \"well\"; stream: { remove = true; }; }; falling_ill: { remove = true; }; };\n"
        "states: { ill: { remove = true; }; };\n");
    assert_int_equal(s->n_states, 2);
    assert_int_equal(s->n_transitions, 1);
    assert_null(s->transitions[0].stream.value);
    ipsim_scenario_free(s);
    s = load_child("states: { ill: { remove = true; label = \"Sick\"; }; };\n"); /* replaced whole */
    assert_string_equal(s->states[2].name, "ill");
    assert_close(s->states[2].utility.value, 1, 0);
    ipsim_scenario_free(s);
}

static void a_new_family_drops_the_old_ones_parameters(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child("transitions: { falling_ill: { hazard: { family = \"exponential\"; rate = 0.2; }; }; };\n");
    assert_false(s->transitions[0].hazard.shape.given);
    assert_close(s->transitions[0].hazard.multiplier.value, 1.5, 0); /* which belongs to every family */
    ipsim_scenario_free(s);
    s = load_child("start_states: { well = 0.9; ill = 0.1; };\n");
    assert_false(s->start_state.given);
    assert_int_equal(s->start_states.count, 2);
    assert_close(s->start_states.items[1].value, 0.1, 0);
    ipsim_scenario_free(s);
}

static void chains_of_parents(void **state)
{
    (void)state;
    testlib_write("grandparent.cfg", BASE PARAMETERS "title = \"old\";\n");
    testlib_write("parent.cfg", "extends = \"grandparent.cfg\"; parameters: { r_death = 0.02; };\n");
    ipsim_scenario *s = testlib_load(testlib_write("child.cfg", "extends = \"parent.cfg\"; title = \"new\";\n"));
    assert_close(s->parameters[0].value.value, 0.02, 0);
    assert_string_equal(s->title.value, "new");
    ipsim_scenario_free(s);
}

/* Sixty-four files may extend each other; one more is too many, and no cycle. */
static void chains_of_parents_have_a_limit(void **state)
{
    (void)state;
    char name[32], text[64];
    testlib_write("c0.cfg", BASE PARAMETERS);
    for (int i = 1; i <= 64; i++) {
        snprintf(name, sizeof name, "c%d.cfg", i);
        snprintf(text, sizeof text, "extends = \"c%d.cfg\";\n", i - 1);
        testlib_write(name, text);
    }
    ipsim_scenario_free(testlib_load(testlib_path("c63.cfg")));
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    assert_int_equal(ipsim_scenario_load(testlib_path("c64.cfg"), NULL, 0, &scenario, &errors), IPSIM_ERR_LIMIT);
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.items[0].message,
                        "this is file number 65 of a chain in which each extends the next; at most 64 are allowed");
    ipsim_error_list_clear(&errors);
}

/* ---- --set ---- */
static void settings(void **state)
{
    (void)state;
    const ipsim_setting set[] = {
        {"hr_ips", "2 * u_work"},           {"simulation.persons", "50"}, {"simulation.report_years", "[1.5, 2, 5]"},
        {"start_state", "employed"},        {"title", "\"a = b\""},       {"clocks.since_job.restart", "false"},
        {"states.employed.utility", "0.9"}, {"parameters.r_adm", "0.4"}};
    ipsim_scenario *s = testlib_load_with(GOOD, set, sizeof set / sizeof set[0]);
    assert_close(s->parameters[3].value.value, 1.6, 1e-15);
    assert_string_equal(s->parameters[3].unit.value, "hazard ratio");
    assert_int_equal(s->simulation.persons.value, 50);
    assert_int_equal(s->simulation.report_years.count, 3);
    assert_string_equal(s->start_state.value, "employed");
    assert_string_equal(s->title.value, "a = b");
    assert_false(s->clocks[0].restart.value);
    assert_close(s->states[1].utility.value, 0.9, 0);
    assert_close(s->parameters[4].value.value, 0.4, 0);
    assert_string_equal(s->parameters[4].value.origin.file, "--set");
    ipsim_scenario_free(s);
}

static void settings_that_remove(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load_with(GOOD, &(ipsim_setting){"rewards.work.remove", "true"}, 1);
    assert_int_equal(s->n_rewards, 2);
    ipsim_scenario_free(s);
}

static void settings_that_are_refused(void **state)
{
    (void)state;
    assert_string_equal(
        message_of_setting(GOOD, "hr_isp", "2"),
        "--set: hr_isp: no parameter has this name, and other keys are written in full, such as simulation.persons; did you mean "
        "\"hr_ips\"? (IPSIM_ERR_UNKNOWN_KEY)");
    assert_string_equal(message_of_setting(GOOD, "states.serch.utility", "1"),
                        "--set: states.serch.utility: nothing there is named \"serch\"; did you mean \"search\"? (IPSIM_ERR_UNKNOWN_KEY)");
    assert_string_equal(message_of_setting(GOOD, "simulation.person", "1"),
                        "--set: simulation.person: there is no such key here; did you mean \"persons\"? (IPSIM_ERR_UNKNOWN_KEY)");
    assert_string_equal(message_of_setting(GOOD, "simulation.persons", "many"),
                        "--set: simulation.persons: expected a whole number, found the text \"many\" (IPSIM_ERR_TYPE)");
    assert_string_equal(message_of_setting(GOOD, "simulation..persons", "1"),
                        "--set: simulation..persons: a part of the key between two points is empty (IPSIM_ERR_USAGE)");
    assert_string_equal(message_of_setting(GOOD, "title", "a \x1b[2J b"),
                        "--set: title: there is an invisible control character in the text (U+001B), which could garble what is printed; "
                        "remove it (IPSIM_ERR_SYNTAX)");
    assert_string_equal(message_of_setting(GOOD, "extends", "x.cfg"),
                        "--set: extends: the parent of a file cannot be set from the command line (IPSIM_ERR_USAGE)");
    assert_string_equal(message_of_setting(GOOD, "r_adm", "1; seed = 3"),
                        "--set: parameters.r_adm.value: \"1; seed = 3\": \";\" has no meaning here "
                        "(IPSIM_ERR_EXPRESSION)");
}

/* ---- data ---- */
static void a_rate_table(void **state)
{
    (void)state;
    testlib_write("table.csv", "sex,age,probability\nfemale,50,0.02\nmale,0,0.003\nmale,50,0.04\nfemale,0,0.001\n");
    ipsim_scenario *s = testlib_load_text(
        "parameters: { r_death = 0.01; };\n" BASE
        "attributes: { age: { value = 40; }; sex: { levels = [\"male\", \"female\"]; probabilities = [0.5, 0.5]; }; };\n"
        "events: { e: { hazard: { family = \"table\"; file = \"table.csv\"; }; }; };\n");
    const ipsim_rate_table *t = s->events[0].hazard.data;
    assert_int_equal(t->n_ages, 2);
    assert_int_equal(t->n_years, 1);
    assert_int_equal(t->n_keys, 1);
    assert_int_equal(t->n_strata, 2);
    assert_int_equal(t->key_attribute[0], 1);
    assert_close(t->ages[1], 50, 0);
    /* -log(1 - p): stratum 0 is male, whatever the order of rows. */
    assert_close(t->values[0], 0.0030045090202987, 1e-15);
    assert_close(t->values[1], 0.0408219945202552, 1e-15);
    assert_close(t->values[3], 0.0202027073175194, 1e-15);
    ipsim_scenario_free(s);
}

static void a_table_of_persons(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load(GOOD);
    const ipsim_person_table *t = s->person_tables[0].data;
    assert_int_equal(t->n_rows, 2);
    assert_int_equal(t->n_columns, 1);
    assert_string_equal(t->names[0], "diagnosis");
    assert_close(t->values[1], 1, 0);
    assert_close(t->weights[0], 2, 0);
    ipsim_scenario_free(s);
}

/* ---- what a scenario tells about itself ---- */
static void show(void **state)
{
    (void)state;
    ipsim_scenario *s = testlib_load_with(GOOD, &(ipsim_setting){"r_job", "0.6"}, 1);
    ipsim_table *table = ipsim_scenario_show(s);
    assert_non_null(table);
    assert_string_equal(cell(table, "parameters.r_loss.value", "value"), "0.15");
    assert_string_equal(cell(table, "parameters.r_loss.value", "expression"), "r_job / 4");
    assert_string_equal(cell(table, "parameters.r_loss.value", "status"), "derived");
    assert_string_equal(cell(table, "parameters.r_job.value", "file"), "--set");
    assert_string_equal(cell(table, "parameters.r_job.value", "source"), "a trial, table 2");
    assert_string_equal(cell(table, "parameters.r_job.value", "unit"), "per year");
    assert_string_equal(cell(table, "simulation.persons", "file"), GOOD);
    assert_string_equal(cell(table, "economics.discount_costs.rates", "value"), "0.04, 0.03");
    assert_string_equal(cell(table, "attributes.age_band.levels", "value"), "under_30, 30_49, 50_plus");
    assert_string_equal(cell(table, "rewards.bed.kind", "file"), "default");
    assert_null(cell(table, "rewards.bed.until_years", "value"));
    ipsim_table_free(table);
    ipsim_scenario_free(s);
}

static void diff(void **state)
{
    (void)state;
    ipsim_scenario *a = testlib_load(GOOD);
    const ipsim_setting set[] = {{"r_job", "0.6"}, {"title", "another"}, {"subgroups", "[\"sex\"]"}};
    ipsim_scenario *b = testlib_load_with(GOOD, set, 3);
    ipsim_table *same = ipsim_scenario_diff(a, a, NULL), *table = ipsim_scenario_diff(a, b, NULL);
    assert_int_equal(same->n_rows, 0);
    /* r_job itself, r_loss and the numbers that depend on them, subgroups; not the title. */
    assert_string_equal(cell(table, "parameters.r_job.value", "first"), "0.5");
    assert_string_equal(cell(table, "parameters.r_job.value", "second_file"), "--set");
    assert_string_equal(cell(table, "parameters.r_loss.value", "second"), "0.15");
    assert_string_equal(cell(table, "transitions.losing.hazard.rates", "second"), "0.3, 0.15");
    assert_string_equal(cell(table, "subgroups", "second"), "sex");
    assert_null(cell(table, "title", "first"));
    assert_int_equal(table->n_rows, 5);
    static const char *const some[] = {"subgroups", "parameters", NULL};
    ipsim_table *within = ipsim_scenario_diff(a, b, some);
    assert_string_equal(cell(within, "parameters.r_job.value", "first"), "0.5");
    assert_string_equal(cell(within, "subgroups", "second"), "sex");
    assert_null(cell(within, "transitions.losing.hazard.rates", "second"));
    ipsim_table_free(within);
    ipsim_table_free(same);
    ipsim_table_free(table);
    ipsim_scenario_free(a);
    ipsim_scenario_free(b);
}

static uint64_t digest_of_text(const char *text)
{
    ipsim_scenario *s = testlib_load_text(text);
    uint64_t digest = s->digest;
    ipsim_scenario_free(s);
    return digest;
}

static void digests(void **state)
{
    (void)state;
    uint64_t digest = digest_of_text(BASE PARAMETERS);
    assert_true(digest == digest_of_text("/* a comment */\n" PARAMETERS BASE));                   /* the order of sections */
    assert_true(digest == digest_of_text(BASE PARAMETERS "name = \"other\";"));                   /* the name, which is that of the file */
    assert_true(digest == digest_of_text(BASE PARAMETERS "economics: { currency = \"NOK\"; };")); /* a default written out */
    assert_false(digest == digest_of_text(BASE PARAMETERS "economics: { currency = \"EUR\"; };"));
    static const char text[] = "parameters: { r_death = 0.01; };\n" BASE
                               "attributes: { age: { table = \"t\"; }; };\ntables: { t: { file = \"people.csv\"; }; };\n";
    testlib_write("people.csv", "age\n30\n40\n");
    digest = digest_of_text(text);
    testlib_write("people.csv", "age,unused\n30.0,x\n40,y\n");
    assert_true(digest == digest_of_text(text)); /* the same people */
    testlib_write("people.csv", "age\n30\n41\n");
    assert_false(digest == digest_of_text(text));
}

static uint64_t formulas_of_text(const char *text, uint64_t *digest)
{
    ipsim_scenario *s = testlib_load_text(text);
    uint64_t formulas = s->formulas;
    *digest = s->digest;
    ipsim_scenario_free(s);
    return formulas;
}

/* Values may be the same today and move apart when those that they are made of move. */
static void formulas_are_told_apart(void **state)
{
    (void)state;
    uint64_t digest, other;
    static const char made[] = "parameters: { a = 0.005; r_death = \"a * 2\"; };\n" BASE;
    uint64_t formulas = formulas_of_text(made, &digest);
    assert_true(formulas == formulas_of_text("/* the same */\n" BASE "parameters: { a = 0.0050; r_death = \"a * 2\"; };\n", &other));
    assert_true(digest == other);
    static const char *const others[] = {
        "parameters: { a = 0.005; r_death = 0.01; };\n" BASE,          /* no formula */
        "parameters: { a = 0.005; r_death = \"0.005 + a\"; };\n" BASE, /* another one */
        "parameters: { r_death = \"a * 2\"; a = 0.005; };\n" BASE      /* joint sequences and dsa go by the order of parameters */
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(formulas == formulas_of_text(others[i], &other));
        assert_true(digest == other);
    }
}

static bool has_warning(const ipsim_scenario *s, const char *key, const char *part)
{
    size_t count;
    const ipsim_error *warnings = ipsim_scenario_warnings(s, &count);
    assert_int_equal(count, s->n_warnings);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(warnings[i].key, key) == 0 && strstr(warnings[i].message, part) != NULL) {
            return true;
        }
    }
    return false;
}

static void warnings(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child(
        "parameters: { idle = 3; };\nstates: { ill: { utility = 1; }; };\n"
        "transitions: { dying: { from = \"well\"; }; falling_ill: { hazard: { family = \"fixed\"; delay = 1; }; }; };\n"
        "payers: { nav: {}; };\nclocks: { c: { starts_on = \"ill\"; }; };\n");
    assert_true(has_warning(s, "parameters.idle", "nothing uses"));
    assert_true(has_warning(s, "parameters.idle", "no source"));
    assert_false(has_warning(s, "parameters.r_death", ""));
    assert_true(has_warning(s, "states.ill", "never leave"));
    assert_true(has_warning(s, "transitions.falling_ill.hazard.family", "fixed in time"));
    assert_true(has_warning(s, "payers.nav", "no reward"));
    assert_true(has_warning(s, "clocks.c", "nothing uses"));
    ipsim_scenario_free(s);
}

/* Amounts beneath a thousand steps of 2^-16 of the currency, 0.01526, of whatever the reward is for. */
static void small_amounts_are_doubtful(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child(
        "payers: { p: {}; }; rewards: { a: { payer = \"p\"; per = \"start\"; amount = 0.0152; };\n"
        "b: { payer = \"p\"; per = \"year\"; amount = 0.000001; }; c: { payer = \"p\"; per = \"death\"; amount = 0; };\n"
        "d: { payer = \"p\"; per = \"death\"; amount = 0.0153; }; };\n");
    assert_true(has_warning(s, "rewards.a.amount", "use a smaller unit of currency"));
    assert_true(has_warning(s, "rewards.b.amount", "use a smaller unit of currency"));
    assert_false(has_warning(s, "rewards.c.amount", "unit of currency"));
    assert_false(has_warning(s, "rewards.d.amount", "unit of currency"));
    ipsim_scenario_free(s);
}

/* One luck for dying is advised where it is allowed: not to the illness's own way out of a state that has another. */
static void shared_deaths_are_advised(void **state)
{
    (void)state;
    ipsim_scenario *s = load_child(
        "transitions: { fatal: { from = \"ill\"; to = \"dead\"; hazard: { family = \"exponential\"; rate = 0.2; }; }; };\n");
    assert_false(has_warning(s, "transitions.fatal", "separate luck"));
    ipsim_scenario_free(s);
    s = load_child(
        "transitions: { dying: { from = \"well\"; }; fatal: { from = \"ill\"; to = \"dead\"; hazard: { family = \"exponential\"; "
        "rate = 0.2; }; }; };\n");
    assert_true(has_warning(s, "transitions.fatal", "separate luck"));
    ipsim_scenario_free(s);
}

/* The reference is what analysts read: every row has a full sentence, and no key stands twice. */
static void reference(void **state)
{
    (void)state;
    ipsim_table *table = ipsim_schema_reference();
    assert_non_null(table);
    assert_true(table->n_rows > 150);
    for (size_t i = 0; i < table->n_rows; i++) {
        const char *key = table->columns[0].text[i], *help = table->columns[6].text[i];
        size_t length = strlen(help);
        if (length < 15 || (help[length - 1] != '.' && strcmp(help + length - 2, "};") != 0)) {
            fail_msg("the help of %s is not a sentence: %s", key, help);
        }
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(key, table->columns[0].text[j]);
        }
    }
    assert_string_equal(cell(table, "simulation.horizon_years", "required"), "yes");
    assert_string_equal(cell(table, "simulation.persons", "default"), "10000");
    assert_string_equal(cell(table, "states.NAME.role", "range"), "alive | dead | left");
    assert_string_equal(cell(table, "effect.hr", "range"), "above 0");
    assert_string_equal(cell(table, "transitions.NAME.hazard", "type"), "group hazard");
    ipsim_table_free(table);
}

/* ---- size ---- */
static void many_states(void **state)
{
    (void)state;
    enum { N = 2000 };
    size_t size = (size_t)N * 200 + 500;
    char *text = malloc(size);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, "simulation: { horizon_years = 1; }; start_state = \"s0\"; states: {\n");
    for (int i = 0; i < N; i++) {
        used += (size_t)sprintf(text + used, "s%d: {};\n", i);
    }
    used += (size_t)sprintf(text + used, "};\ntransitions: {\n");
    for (int i = N - 1; i > 0; i--) { /* backwards, the slowest order for finding what can be reached */
        used += (size_t)sprintf(text + used, "t%d: { from = \"s%d\"; to = \"s%d\"; hazard: { family = \"exponential\"; rate = 1; }; };\n",
                                i, i - 1, i);
    }
    sprintf(text + used, "};\n");
    ipsim_scenario *s = testlib_load_text(text);
    assert_int_equal(s->n_transitions, N - 1);
    ipsim_scenario_free(s);
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_defaults),
        cmocka_unit_test(derived_defaults),
        cmocka_unit_test(positions),
        cmocka_unit_test(numbers_in_every_spelling),
        cmocka_unit_test(line_ends_and_byte_order_mark),
        cmocka_unit_test(included_files),
        cmocka_unit_test(merging_key_by_key),
        cmocka_unit_test(removing_items_and_keys),
        cmocka_unit_test(a_new_family_drops_the_old_ones_parameters),
        cmocka_unit_test(chains_of_parents),
        cmocka_unit_test(chains_of_parents_have_a_limit),
        cmocka_unit_test(settings),
        cmocka_unit_test(settings_that_remove),
        cmocka_unit_test(settings_that_are_refused),
        cmocka_unit_test(a_rate_table),
        cmocka_unit_test(a_table_of_persons),
        cmocka_unit_test(show),
        cmocka_unit_test(diff),
        cmocka_unit_test(digests),
        cmocka_unit_test(formulas_are_told_apart),
        cmocka_unit_test(warnings),
        cmocka_unit_test(shared_deaths_are_advised),
        cmocka_unit_test(small_amounts_are_doubtful),
        cmocka_unit_test(reference),
        cmocka_unit_test(many_states),
    };
    return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
