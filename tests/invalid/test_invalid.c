/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bad input. Each <case>.cfg of this folder extends good.cfg and breaks one thing; <case>.expected holds every message that loading
 * it must give, sorted, one a line, with paths relative to this folder. A case is a pair of files and nothing else: to add one, write
 * the .cfg, run this program (it prints what it found), read the messages as an analyst would, and keep them. */
#include "testlib.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "tests/invalid/"

enum { CASES_MAX = 1000, AT_LEAST = 70 };

static char *names[CASES_MAX]; /* of the .cfg files, without the ending */
static size_t n_names;

static bool has_file(const char *name, const char *ending)
{
    char path[600];
    snprintf(path, sizeof path, FOLDER "%s%s", name, ending);
    return access(path, F_OK) == 0;
}

/* Every FOLDER in text, cut out in place. */
static void make_relative(char *text)
{
    for (char *at; (at = strstr(text, FOLDER)) != NULL;) {
        memmove(at, at + strlen(FOLDER), strlen(at + strlen(FOLDER)) + 1);
    }
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The messages of loading path, sorted, one a line. The caller frees. */
static char *messages_of(const char *path)
{
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    ipsim_status status = ipsim_scenario_load(path, NULL, 0, &scenario, &errors);
    char **lines = calloc(errors.count + 1, sizeof *lines);
    size_t size = 1;
    assert_non_null(lines);
    for (size_t i = 0; i < errors.count; i++) {
        char line[2048];
        ipsim_error_format(&errors.items[i], line, sizeof line);
        make_relative(line);
        lines[i] = strdup(line);
        assert_non_null(lines[i]);
        size += strlen(line) + 1;
    }
    qsort(lines, errors.count, sizeof *lines, compare_lines);
    char *text = calloc(size, 1);
    assert_non_null(text);
    for (size_t i = 0; i < errors.count; i++) {
        strcat(strcat(text, lines[i]), "\n");
        free(lines[i]);
    }
    free(lines);
    assert_true((status == IPSIM_OK) == (errors.count == 0));
    assert_true((status == IPSIM_OK) == (scenario != NULL));
    ipsim_error_list_clear(&errors);
    ipsim_scenario_free(scenario);
    return text;
}

static void one_case(void **state)
{
    const char *name = *state;
    char path[600];
    snprintf(path, sizeof path, FOLDER "%s.cfg", name);
    char *found = messages_of(path);
    snprintf(path, sizeof path, FOLDER "%s.expected", name);
    if (!has_file(name, ".expected")) {
        fail_msg("%s is missing; the messages were:\n%s", path, found);
    }
    char *expected = testlib_read(path);
    if (strcmp(found, expected) != 0) {
        print_error("expected:\n%sfound:\n%s", expected, found);
        fail();
    }
    assert_true(found[0] != '\0');
    free(found);
    free(expected);
}

static void the_good_fixture_is_good(void **state)
{
    (void)state;
    char *found = messages_of(FOLDER "good.cfg");
    assert_string_equal(found, "");
    free(found);
}

static void there_are_many_cases_and_all_are_pairs(void **state)
{
    (void)state;
    assert_true(n_names >= AT_LEAST);
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length > 9 && strcmp(entry->d_name + length - 9, ".expected") == 0) {
            char name[300];
            snprintf(name, sizeof name, "%.*s", (int)(length - 9), entry->d_name);
            assert_true(has_file(name, ".cfg"));
        }
    }
    closedir(folder);
}

/* Root may read everything, so the test looks through the eyes of nobody. */
static void a_file_without_permission(void **state)
{
    (void)state;
    uid_t self = geteuid();
    const char *path = testlib_write("secret.cfg", "name = \"secret\";\n");
    assert_int_equal(chmod(testlib_folder(), 0755), 0);
    assert_int_equal(chmod(path, 0), 0);
    if (self == 0 && seteuid(65534) != 0) {
        print_message("root reads files without permission, and cannot become another user here\n");
        skip();
    }
    char *found = messages_of(path);
    assert_int_equal(self == 0 ? seteuid(0) : 0, 0);
    assert_non_null(strstr(found, "Permission denied (IPSIM_ERR_FILE)"));
    free(found);
}

static void a_file_that_is_not_there(void **state)
{
    (void)state;
    char *found = messages_of("tests/invalid/nowhere.cfg");
    assert_string_equal(found, "nowhere.cfg: cannot open \"nowhere.cfg\": No such file or directory (IPSIM_ERR_FILE)\n");
    free(found);
}

static void a_folder_instead_of_a_file(void **state)
{
    (void)state;
    char *found = messages_of("tests/invalid/data");
    assert_string_equal(found, "data: \"data\" is a folder, not a scenario file (IPSIM_ERR_FILE)\n");
    free(found);
}

/* A pipe that nobody writes to must not make the program wait for ever. */
static void a_pipe_instead_of_a_file(void **state)
{
    (void)state;
    const char *path = testlib_path("pipe.cfg");
    assert_int_equal(mkfifo(path, 0600), 0);
    char *found = messages_of(path);
    assert_non_null(strstr(found, "is not a regular file (IPSIM_ERR_FILE)"));
    free(found);
}

static void a_file_that_is_far_too_large(void **state)
{
    (void)state;
    const char *path = testlib_write("large.cfg", "");
    assert_int_equal(truncate(path, (off_t)5 << 20), 0);
    char *found = messages_of(path);
    assert_non_null(strstr(found, "is larger than 4 MB"));
    free(found);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_cases(void)
{
    DIR *folder = opendir(FOLDER);
    if (folder == NULL) {
        perror("run this from the project's root: " FOLDER);
        exit(1);
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL && n_names < CASES_MAX;) {
        size_t length = strlen(entry->d_name);
        if (length > 4 && strcmp(entry->d_name + length - 4, ".cfg") == 0 && strcmp(entry->d_name, "good.cfg") != 0) {
            names[n_names] = strndup(entry->d_name, length - 4);
            if (names[n_names++] == NULL) {
                exit(1);
            }
        }
    }
    closedir(folder);
    qsort(names, n_names, sizeof *names, compare_names);
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(the_good_fixture_is_good),    cmocka_unit_test(there_are_many_cases_and_all_are_pairs),
        cmocka_unit_test(a_file_without_permission),   cmocka_unit_test(a_file_that_is_not_there),
        cmocka_unit_test(a_folder_instead_of_a_file),  cmocka_unit_test(a_pipe_instead_of_a_file),
        cmocka_unit_test(a_file_that_is_far_too_large)};
    enum { N_FIXED = sizeof fixed / sizeof fixed[0] };
    static struct CMUnitTest tests[N_FIXED + CASES_MAX];
    memcpy(tests, fixed, sizeof fixed);
    find_cases();
    for (size_t i = 0; i < n_names; i++) {
        tests[N_FIXED + i] = (struct CMUnitTest){.name = names[i], .test_func = one_case, .initial_state = names[i]};
    }
    int failed = _cmocka_run_group_tests("invalid", tests, N_FIXED + n_names, NULL, NULL);
    for (size_t i = 0; i < n_names; i++) {
        free(names[i]);
    }
    return failed;
}
