/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app: the command line, exit codes, help, names of output folders, the manifest. What only a whole program shows is in tests/cli. */
#include "testlib.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"

enum { MOST_WORDS = 24 };

/* A command line written as one string; words are parted by blanks. */
typedef struct line {
    char text[1024];
    char *words[MOST_WORDS];
    int count;
} line;

static void split(line *l, const char *text)
{
    snprintf(l->text, sizeof l->text, "%s", text);
    char *save = NULL;
    l->count = 0;
    for (char *word = strtok_r(l->text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        assert_in_range(l->count, 0, MOST_WORDS - 2);
        l->words[l->count++] = word;
    }
    l->words[l->count] = NULL;
}

static ipsim_cli parse(line *l, const char *text)
{
    ipsim_cli cli;
    ipsim_error err = {0};
    split(l, text);
    assert_ok(ipsim_cli_parse(l->count, l->words, &cli, &err), &err);
    return cli;
}

/* The line must be refused with this sentence. */
static void refuse(const char *text, const char *expected)
{
    line l;
    ipsim_cli cli;
    ipsim_error err = {0};
    split(&l, text);
    ipsim_status status = ipsim_cli_parse(l.count, l.words, &cli, &err);
    if (status != IPSIM_ERR_USAGE || strcmp(err.message, expected) != 0) {
        fail_msg("\"%s\": status %d, \"%s\", expected \"%s\"", text, (int)status, err.message, expected);
    }
    assert_null(cli.settings);
    assert_null(cli.operands);
}

static void options_may_stand_anywhere(void **state)
{
    (void)state;
    const char *forms[] = {
        "ipsim run --persons 5000 --seed 7 -o out a.cfg b.cfg",
        "ipsim run a.cfg b.cfg --persons=5e3 --seed=7 --output=out",
        "ipsim run a.cfg -n5000 b.cfg --seed 7 -oout",
        "ipsim run -n 5000 --seed 7 --output out -- a.cfg b.cfg",
        "ipsim run --seed 1 -n=5000 a.cfg --seed 7 b.cfg -o=out",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        line l;
        ipsim_cli cli = parse(&l, forms[i]);
        assert_int_equal(cli.command, IPSIM_COMMAND_RUN);
        assert_int_equal(cli.persons, 5000);
        assert_int_equal(cli.seed, 7);
        assert_string_equal(cli.output, "out");
        assert_int_equal(cli.n_operands, 2);
        assert_string_equal(cli.operands[0], "a.cfg");
        assert_string_equal(cli.operands[1], "b.cfg");
        ipsim_cli_clear(&cli);
    }
}

static void nothing_given_means_as_the_scenario_says(void **state)
{
    (void)state;
    line l;
    ipsim_cli cli = parse(&l, "ipsim compare a.cfg b.cfg");
    assert_int_equal(cli.command, IPSIM_COMMAND_COMPARE);
    assert_int_equal(cli.persons, 0);
    assert_int_equal(cli.seed, -1);
    assert_int_equal(cli.replicate, 0);
    assert_int_equal(cli.threads, 0);
    assert_null(cli.output);
    assert_false(cli.quiet || cli.json || cli.help);
    ipsim_cli_clear(&cli);
}

static void settings_add_up_and_keep_their_order(void **state)
{
    (void)state;
    line l;
    ipsim_cli cli = parse(&l, "ipsim show a.cfg --set hr=0.6 --set=parameters.x.value=a=b --set empty=");
    assert_int_equal(cli.n_settings, 3);
    assert_string_equal(cli.settings[0].key, "hr");
    assert_string_equal(cli.settings[0].value, "0.6");
    assert_string_equal(cli.settings[1].key, "parameters.x.value");
    assert_string_equal(cli.settings[1].value, "a=b");
    assert_string_equal(cli.settings[2].value, "");
    ipsim_cli_clear(&cli);
}

static void a_double_dash_ends_options(void **state)
{
    (void)state;
    line l;
    ipsim_cli cli = parse(&l, "ipsim check --strict -- --odd.cfg -n");
    assert_true(cli.strict);
    assert_int_equal(cli.n_operands, 2);
    assert_string_equal(cli.operands[0], "--odd.cfg");
    assert_string_equal(cli.operands[1], "-n");
    ipsim_cli_clear(&cli);
    cli = parse(&l, "ipsim check -"); /* a lone dash is a file name */
    assert_string_equal(cli.operands[0], "-");
    ipsim_cli_clear(&cli);
}

static void whole_numbers_are_exact(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"100000", 100000},
        {"1e6", 1000000},
        {"1E+6", 1000000},
        {"2.5e3", 2500},
        {"1.0", 1},
        {".5e1", 5},
        {"0e99", 0},
        {"9223372036854775807", INT64_MAX},
        {"9.223372036854775807e18", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t value = -1;
        assert_true(ipsim_cli_parse_whole(good[i].text, &value));
        assert_true(value == good[i].value);
    }
    const char *bad[] = {"",     ".",   "e6",   "1e", "1e+", "1.5", "1e-1", "-1", "+1", " 1", "1 ", "0x10", "1e19", "9223372036854775808",
                         "1..0", "nan", "1e999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t value = -1;
        if (ipsim_cli_parse_whole(bad[i], &value) || value != -1) {
            fail_msg("\"%s\" was taken for a whole number", bad[i]);
        }
    }
}

static void slips_are_named_with_the_nearest_word(void **state)
{
    (void)state;
    refuse("ipsim comapre a.cfg b.cfg", "there is no command \"comapre\"; did you mean compare?");
    refuse("ipsim comp a.cfg b.cfg", "there is no command \"comp\"; did you mean compare?");
    refuse("ipsim simulate a.cfg", "there is no command \"simulate\"");
    refuse("ipsim scenarios/a.cfg", "the command comes first; did you mean \"ipsim run scenarios/a.cfg\"?");
    refuse("ipsim --quiet run a.cfg", "the command comes before \"--quiet\": ipsim COMMAND [OPTIONS] FILE.cfg...");
    refuse("ipsim --bogus", "there is no option \"--bogus\"");
    refuse("ipsim run a.cfg --thread 2", "run has no option \"--thread\"; did you mean --threads?");
    refuse("ipsim run a.cfg --presons=5", "run has no option \"--presons\"; did you mean --persons?");
    refuse("ipsim run a.cfg --person 5", "run has no option --person; did you mean --persons?");
    refuse("ipsim run a.cfg --xyzzy", "run has no option \"--xyzzy\"");
    refuse("ipsim run a.cfg -x", "run has no option \"-x\"");
    refuse("ipsim run a.cfg --strict", "run has no option --strict; it belongs to check");
    refuse("ipsim show a.cfg -n 5", "show has no option --persons; it belongs to run, compare, psa, dsa, describe");
}

static void bad_values_are_refused(void **state)
{
    (void)state;
    refuse("ipsim run a.cfg --persons 0", "--persons needs a whole number from 1 to 1099511627775, not \"0\"");
    refuse("ipsim run a.cfg --persons 1e13", "--persons needs a whole number from 1 to 1099511627775, not \"1e13\"");
    refuse("ipsim run a.cfg -n 1.5", "--persons needs a whole number from 1 to 1099511627775, not \"1.5\"");
    refuse("ipsim run a.cfg --seed -1", "--seed needs a whole number from 0 to 9223372036854775807, not \"-1\"");
    refuse("ipsim run a.cfg --replicate 4294967296", "--replicate needs a whole number from 0 to 4294967295, not \"4294967296\"");
    refuse("ipsim run a.cfg --threads 0", "--threads needs a whole number from 1 to 4096, not \"0\"");
    refuse("ipsim run a.cfg --threads", "--threads needs a value: --threads N");
    refuse("ipsim run a.cfg --output --quiet", "--output needs a value: --output DIR");
    refuse("ipsim run a.cfg --output=", "--output needs a value, not an empty one");
    refuse("ipsim run a.cfg --quiet=yes", "--quiet takes no value");
    refuse("ipsim run a.cfg --set hr", "--set needs KEY=VALUE, not \"hr\"");
    refuse("ipsim run a.cfg --set x=1 --set =1", "--set needs KEY=VALUE, not \"=1\"");
    refuse("ipsim show a.cfg --json --csv", "--json and --csv exclude each other");
}

static void operands_are_counted(void **state)
{
    (void)state;
    refuse("ipsim run", "run needs FILE.cfg...");
    refuse("ipsim compare a.cfg", "compare needs COMPARATOR.cfg FILE.cfg...");
    refuse("ipsim show a.cfg b.cfg", "show takes FILE.cfg; \"b.cfg\" is one too many");
    refuse("ipsim version a.cfg", "version takes nothing more; \"a.cfg\" is one too many");
    line l;
    ipsim_cli cli = parse(&l, "ipsim run --help"); /* who asks for help need not know the operands */
    assert_true(cli.help);
    ipsim_cli_clear(&cli);
}

static void the_program_itself_has_help_and_version(void **state)
{
    (void)state;
    line l;
    ipsim_cli cli = parse(&l, "ipsim");
    assert_int_equal(cli.command, IPSIM_COMMAND_NONE);
    assert_false(cli.help || cli.version);
    ipsim_cli_clear(&cli);
    cli = parse(&l, "ipsim --help");
    assert_true(cli.help);
    ipsim_cli_clear(&cli);
    cli = parse(&l, "ipsim -h");
    assert_true(cli.help);
    ipsim_cli_clear(&cli);
    cli = parse(&l, "ipsim --version");
    assert_true(cli.version);
    ipsim_cli_clear(&cli);
}

static void exit_codes_are_stable(void **state)
{
    (void)state;
    assert_int_equal(ipsim_cli_exit_code(IPSIM_OK, false), 0);
    for (ipsim_status status = IPSIM_ERR_SYNTAX; status <= IPSIM_ERR_USAGE; status++) {
        assert_int_equal(ipsim_cli_exit_code(status, false), 2);
        assert_int_equal(ipsim_cli_exit_code(status, true), 2);
    }
    assert_int_equal(ipsim_cli_exit_code(IPSIM_ERR_FILE, false), 2); /* an input that cannot be read */
    assert_int_equal(ipsim_cli_exit_code(IPSIM_ERR_FILE, true), 1);  /* an output that cannot be written */
    assert_int_equal(ipsim_cli_exit_code(IPSIM_ERR_MEMORY, true), 1);
    assert_int_equal(ipsim_cli_exit_code(IPSIM_ERR_OVERFLOW, true), 1);
    assert_int_equal(ipsim_cli_exit_code(IPSIM_ERR_LIMIT, true), 1);
    assert_int_equal(ipsim_cli_exit_code(IPSIM_ERR_INTERRUPTED, true), 130);
}

/* What a function prints; the caller frees. */
static char *help_of(ipsim_command_id command)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    if (command == IPSIM_COMMAND_NONE) {
        ipsim_app_help_overview(stream);
    } else {
        ipsim_app_help_command(stream, command);
    }
    fclose(stream);
    return text;
}

static void every_command_explains_itself(void **state)
{
    (void)state;
    char *overview = help_of(IPSIM_COMMAND_NONE);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        const ipsim_command_spec *command = &ipsim_commands[c];
        char *text = help_of((ipsim_command_id)c);
        assert_non_null(strstr(overview, command->purpose));
        assert_ptr_equal(strstr(text, command->purpose), text);
        assert_non_null(strstr(text, "Exit codes: 0 fine"));
        for (size_t o = 0; o < ipsim_n_options; o++) {
            char option[64];
            snprintf(option, sizeof option, "--%s", ipsim_options[o].name);
            bool listed = strstr(text, ipsim_options[o].help) != NULL && strstr(text, option) != NULL;
            assert_int_equal(listed, (ipsim_options[o].commands >> c & 1U) != 0);
        }
        free(text);
    }
    free(overview);
}

/* Examples rot unless something reads them: each must be a command line that we accept (up to the shell's | and >). */
static void examples_parse(void **state)
{
    (void)state;
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        for (size_t e = 0; e < 3 && ipsim_commands[c].examples[e].command != NULL; e++) {
            char text[256];
            line l;
            snprintf(text, sizeof text, "%s", ipsim_commands[c].examples[e].command);
            text[strcspn(text, "|>")] = '\0';
            ipsim_cli cli = parse(&l, text);
            assert_int_equal(cli.command, c);
            ipsim_cli_clear(&cli);
        }
    }
}

/* Two commands may each have an option of one name, but no command two of them. */
static void option_names_are_unique(void **state)
{
    (void)state;
    for (size_t a = 0; a < ipsim_n_options; a++) {
        for (size_t b = 0; b < a; b++) {
            if ((ipsim_options[a].commands & ipsim_options[b].commands) == 0 && ipsim_options[a].commands != 0) {
                continue; /* the same word for the same idea in two commands, with a help of its own in each */
            }
            assert_string_not_equal(ipsim_options[a].name, ipsim_options[b].name);
            assert_true(ipsim_options[a].letter == '\0' || ipsim_options[a].letter != ipsim_options[b].letter);
        }
    }
}

static void an_option_is_that_of_its_command(void **state)
{
    (void)state;
    line l;
    char folder[] = "ipsim compare a.cfg b.cfg -o out --language nb --no-report", file[] = "ipsim report out more --output page.html";
    ipsim_cli cli = parse(&l, folder);
    assert_string_equal(cli.output, "out");
    assert_string_equal(cli.language, "nb");
    assert_true(cli.no_report);
    ipsim_cli_clear(&cli);
    cli = parse(&l, file);
    assert_int_equal(cli.command, IPSIM_COMMAND_REPORT);
    assert_string_equal(cli.output, "page.html");
    assert_int_equal(cli.n_operands, 2);
    ipsim_cli_clear(&cli);
    refuse("ipsim report out --language sv", "--language needs en (English) or nb (Norwegian), not \"sv\"");
    refuse("ipsim check a.cfg --no-report", "check has no option --no-report; it belongs to compare, psa, merge");
}

/* ---- output folders ---- */
static char *name_for(const char *command_line, size_t n_names, const char *const *names)
{
    line l;
    ipsim_cli cli = parse(&l, command_line);
    ipsim_scenario *scenarios = calloc(n_names, sizeof *scenarios);
    ipsim_scenario **items = calloc(n_names, sizeof *items);
    assert_true(scenarios != NULL && items != NULL);
    for (size_t i = 0; i < n_names; i++) {
        scenarios[i].name.value = names[i];
        items[i] = &scenarios[i];
    }
    ipsim_inputs inputs = {.count = n_names, .items = items};
    char *name = ipsim_output_name(&cli, &inputs);
    assert_non_null(name);
    ipsim_cli_clear(&cli);
    free(items);
    free(scenarios);
    return name;
}

static void output_is_named_after_the_scenarios(void **state)
{
    (void)state;
    const char *names[] = {"traditional", "ips", "a/b c\xc3\xa6"};
    const struct {
        const char *line;
        size_t count;
        const char *expected;
    } cases[] = {
        {"ipsim run x", 1, "output/traditional"},
        {"ipsim run x y", 2, "output/traditional+ips"},
        {"ipsim compare x y", 2, "output/traditional-vs-ips"},
        {"ipsim run x y z", 3, "output/traditional+ips+a_b_c__"},
        {"ipsim run x -o some/where///", 1, "some/where"},
        {"ipsim run x -o /", 1, "/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *name = name_for(cases[i].line, cases[i].count, names);
        assert_string_equal(name, cases[i].expected);
        free(name);
    }
}

static void long_names_are_cut_but_stay_different(void **state)
{
    (void)state;
    const char *first[20], *second[20];
    for (size_t i = 0; i < 20; i++) {
        first[i] = second[i] = "a-rather-long-name";
    }
    second[19] = "a-rather-long-nume";
    char *one = name_for("ipsim run x", 20, first), *other = name_for("ipsim run x", 20, second);
    assert_int_equal(strlen(one), strlen("output/") + 120);
    assert_string_not_equal(one, other);
    free(one);
    free(other);
}

/* ---- manifest ---- */
static void the_command_line_can_be_pasted_into_a_shell(void **state)
{
    (void)state;
    char *words[] = {"/somewhere/ipsim", "run", "my file.cfg", "--set", "x=it's", "--set", "y=", "", NULL};
    ipsim_cli cli = {.argc = 8, .argv = words};
    char *text = ipsim_manifest_command_line(&cli, NULL);
    assert_string_equal(text, "ipsim run 'my file.cfg' --set 'x=it'\\''s' --set y= ''");
    free(text);
}

static void the_manifest_tells_where_a_result_comes_from(void **state)
{
    (void)state;
    line l;
    ipsim_cli cli = parse(&l, "ipsim compare a.cfg b.cfg --set hr=0.6");
    ipsim_scenario scenarios[2] = {{.path = "a.cfg", .digest = 0x123456789abcdef0}, {.path = "b.cfg", .digest = 1}};
    scenarios[0].name.value = "a";
    scenarios[1].name.value = "b";
    ipsim_scenario *items[] = {&scenarios[0], &scenarios[1]};
    ipsim_inputs inputs = {.count = 2, .items = items};
    ipsim_results results = {.persons = 4096, .requested = 10000, .seed = 7, .replicate = 2, .n_threads = 3, .interrupted = true};
    ipsim_error err = {0};
    mkdir(testlib_path("result"), 0777);
    const char *path = testlib_path("result/manifest.json");
    assert_ok(ipsim_manifest_write(&cli, &inputs, &results, 1700000000, path, &err), &err);

    json_t *m = json_load_file(path, 0, NULL);
    assert_non_null(m);
    assert_string_equal(json_string_value(json_object_get(m, "program")), "ipsim");
    assert_string_equal(json_string_value(json_object_get(m, "command_line")), "ipsim compare a.cfg b.cfg --set hr=0.6");
    assert_string_equal(json_string_value(json_object_get(m, "started_utc")), "2023-11-14T22:13:20Z"); /* date -u -d @1700000000 */
    assert_int_equal(json_integer_value(json_object_get(m, "persons_requested")), 10000);
    assert_int_equal(json_integer_value(json_object_get(m, "persons_simulated")), 4096);
    assert_int_equal(json_integer_value(json_object_get(m, "seed")), 7);
    assert_int_equal(json_integer_value(json_object_get(m, "replicate")), 2);
    assert_int_equal(json_integer_value(json_object_get(m, "threads")), 3);
    assert_true(json_is_true(json_object_get(m, "interrupted")));
    json_t *second = json_array_get(json_object_get(m, "scenarios"), 1), *first = json_array_get(json_object_get(m, "scenarios"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "digest")), "123456789abcdef0");
    assert_string_equal(json_string_value(json_object_get(second, "file")), "b.cfg");
    const char *libraries[] = {"GSL", "libconfig", "Lua", "SQLite", "Jansson"};
    for (size_t i = 0; i < 5; i++) {
        assert_non_null(json_string_value(json_object_get(json_object_get(m, "libraries"), libraries[i])));
    }
    assert_non_null(json_string_value(json_object_get(json_object_get(m, "machine"), "processor")));
    json_decref(m);

    /* An interrupted result may be replaced by another one; a complete one never, nor a folder that is not ours to judge. */
    assert_false(ipsim_manifest_is_complete(testlib_path("result")));
    results.interrupted = false;
    assert_ok(ipsim_manifest_write(&cli, &inputs, &results, 0, path, &err), &err);
    assert_true(ipsim_manifest_is_complete(testlib_path("result")));
    assert_false(ipsim_manifest_is_complete(testlib_path("nowhere")));
    ipsim_cli_clear(&cli);
}

/* ---- aligned tables ---- */
static void columns_are_aligned_and_empty_ones_left_out(void **state)
{
    (void)state;
    const ipsim_column_spec specs[] = {{"key", IPSIM_TEXT, ""},
                                       {"value", IPSIM_REAL, ""},
                                       {"unit", IPSIM_TEXT, ""},
                                       {"file", IPSIM_TEXT, ""},
                                       {"line", IPSIM_INTEGER, ""}};
    ipsim_table *table = ipsim_table_create("show", specs, 5);
    for (size_t row = 0; row < 3; row++) {
        ipsim_table_add_row(table);
    }
    ipsim_table_put_text(table, 0, 0, "æ");
    ipsim_table_put_real(table, 0, 1, 0.1);
    ipsim_table_put_text(table, 0, 3, "a.cfg");
    ipsim_table_put_integer(table, 0, 4, 12);
    ipsim_table_put_text(table, 1, 0, "a-very-long-key");
    ipsim_table_put_real(table, 1, 1, 1000);
    ipsim_table_put_text(table, 2, 3, "b.cfg"); /* line 0: no line */
    const ipsim_aligned_column columns[] = {{"key", "key", NULL, false, 8, 0},
                                            {"value", "value", NULL, true, 0, 0},
                                            {"unit", "unit", NULL, false, 0, 0},
                                            {"where", "file", "line", false, 0, 0}};
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_int_equal(ipsim_aligned_print(stream, table, 0, 3, columns, 4), IPSIM_OK);
    fclose(stream);
    assert_string_equal(text, "key       value  where\n"
                              "æ           0.1  a.cfg:12\n"
                              "a-very-…   1000\n"
                              "                 b.cfg\n");
    free(text);
    ipsim_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(nothing_given_means_as_the_scenario_says),
        cmocka_unit_test(settings_add_up_and_keep_their_order),
        cmocka_unit_test(a_double_dash_ends_options),
        cmocka_unit_test(whole_numbers_are_exact),
        cmocka_unit_test(slips_are_named_with_the_nearest_word),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(operands_are_counted),
        cmocka_unit_test(the_program_itself_has_help_and_version),
        cmocka_unit_test(exit_codes_are_stable),
        cmocka_unit_test(every_command_explains_itself),
        cmocka_unit_test(examples_parse),
        cmocka_unit_test(option_names_are_unique),
        cmocka_unit_test(an_option_is_that_of_its_command),
        cmocka_unit_test(output_is_named_after_the_scenarios),
        cmocka_unit_test(long_names_are_cut_but_stay_different),
        cmocka_unit_test(the_command_line_can_be_pasted_into_a_shell),
        cmocka_unit_test(the_manifest_tells_where_a_result_comes_from),
        cmocka_unit_test(columns_are_aligned_and_empty_ones_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
