/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged scenario files: whatever a file holds, loading, checking and running it ends in time, without a crash, and either with a result
 * or with errors that say something. Meant for the sanitizers (make test-slow).
 *
 * FUZZ_SECONDS (60) and FUZZ_SEED (1) may be set in the environment. The file being tried is fuzz.cfg in the scratch folder, whose name is
 * printed first: after a crash the folder is still there. */
#include "testlib.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ipsim/run.h"

enum { MAX_FILES = 400, MAX_TEXT = 200000, SECONDS_FOR_ONE = 60 };

static char *corpus[MAX_FILES];
static int n_corpus;
static int whole[MAX_FILES]; /* files that load from anywhere, because they need no other file: damage to them goes deeper */
static int n_whole;

static uint64_t state;

static size_t below(size_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? 0 : (size_t)((state >> 11) % bound);
}

static int collect(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)walk;
    size_t length = strlen(path);
    bool is_scenario = type == FTW_F && length > 4 && strcmp(path + length - 4, ".cfg") == 0;
    if (is_scenario && info->st_size < MAX_TEXT / 2 && n_corpus < MAX_FILES)
        corpus[n_corpus++] = testlib_read(path);
    return 0;
}

/* What a careless or malicious hand might write where something else belongs. */
static const char *const oddities[] = {
    "0",
    "-1",
    "-0.0",
    "1.5",
    "1e308",
    "-1e308",
    "1e-320",
    "1e999",
    "nan",
    "\"nan\"",
    "\"inf\"",
    "2147483648",
    "99999999999999999999L",
    "0x7fffffff",
    "true",
    "\"\"",
    "\"well\"",
    "\"1/0\"",
    "\"while true do end\"",
    "\"x\"",
    "[]",
    "[0.0]",
    "[1.0, 0.5]",
    "{ }",
    "( )",
    "( { } )",
    "[[",
    "};",
    "{",
    "\"",
    "/*",
    "@include \"fuzz.cfg\"\n",
    "extends = \"fuzz.cfg\";",
    "remove = true;",
    "\xff\xfe",
    "\"\xc3\"",
    "\"../../../etc/passwd\"",
    "\"/\"",
    "\n\n\n",
    ";",
    "=",
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/* The word around or after a random place. */
static void find_word(const char *text, size_t length, size_t *from, size_t *end)
{
    size_t at = below(length);
    while (at < length && !is_word(text[at]))
        at++;
    while (at > 0 && is_word(text[at - 1]))
        at--;
    *from = *end = at;
    while (*end < length && is_word(text[*end]))
        ++*end;
}

/* Replaces text[from, end) by insert, if it fits. */
static void replace(char *text, size_t *length, size_t from, size_t end, const char *insert, size_t n_insert)
{
    if (*length - (end - from) + n_insert >= MAX_TEXT)
        return;
    memmove(text + from + n_insert, text + end, *length - end);
    memcpy(text + from, insert, n_insert);
    *length = *length - (end - from) + n_insert;
    text[*length] = '\0';
}

static void mutate(char *text, size_t *length)
{
    static char piece[MAX_TEXT];
    size_t from, end, other, other_end;
    find_word(text, *length, &from, &end);
    const char *odd = oddities[below(sizeof oddities / sizeof oddities[0])];
    switch (below(8)) {
    case 0: /* a word becomes an oddity */
    case 6:
        replace(text, length, from, end, odd, strlen(odd));
        break;
    case 1: /* a word becomes another word of the file */
    case 7:
        find_word(text, *length, &other, &other_end);
        memcpy(piece, text + other, other_end - other);
        replace(text, length, from, end, piece, other_end - other);
        break;
    case 2: /* a byte changes */
        if (*length > 0)
            text[below(*length)] = (char)(1 + below(255));
        break;
    case 3: /* a piece is lost */
        end = from + below(200);
        replace(text, length, from, end < *length ? end : *length, "", 0);
        break;
    case 4: /* a line appears twice, somewhere */
        other = below(*length);
        for (other_end = other; other_end < *length && text[other_end] != '\n';)
            other_end++;
        memcpy(piece, text + other, other_end - other);
        replace(text, length, from, from, piece, other_end - other);
        break;
    default: /* an oddity appears */
        replace(text, length, from, from, odd, strlen(odd));
        break;
    }
}

static void check_errors(ipsim_status status, const void *result, const ipsim_error_list *errors)
{
    assert_false(errors->out_of_memory);
    if (status == IPSIM_OK) {
        assert_non_null(result);
        return;
    }
    assert_null(result);
    assert_true(errors->count > 0);
    for (size_t i = 0; i < errors->count; i++)
        assert_true(errors->items[i].message[0] != '\0' && errors->items[i].status != IPSIM_OK);
}

/* Returns how far it came: 0 refused, 1 loaded, 2 ran. */
static int try_file(const char *path)
{
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    ipsim_status status = ipsim_scenario_load(path, NULL, 0, &scenario, &errors);
    check_errors(status, scenario, &errors);
    ipsim_error_list_clear(&errors);
    if (status != IPSIM_OK)
        return 0;

    const ipsim_scenario *scenarios[] = {scenario};
    const ipsim_run_options options = {.persons = 2, .seed = -1, .n_threads = 1};
    ipsim_results *results = NULL;
    status = ipsim_run(scenarios, 1, &options, &results, &errors);
    check_errors(status, results, &errors);
    ipsim_error_list_clear(&errors);
    ipsim_results_free(results);
    ipsim_scenario_free(scenario);
    return status == IPSIM_OK ? 2 : 1;
}

static double environment(const char *name, double otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtod(text, NULL);
}

static void test_damaged_scenarios(void **unused)
{
    (void)unused;
    nftw("scenarios", collect, 16, FTW_PHYS);
    nftw("tests/cli", collect, 16, FTW_PHYS);
    nftw("tests/invalid", collect, 16, FTW_PHYS);
    assert_true(n_corpus > 0);
    printf("# trying %s\n", testlib_path("fuzz.cfg"));
    fflush(stdout);

    for (int i = 0; i < n_corpus; i++) {
        if (try_file(testlib_write("fuzz.cfg", corpus[i])) == 2)
            whole[n_whole++] = i;
    }
    assert_true(n_whole > 0);

    state = (uint64_t)environment("FUZZ_SEED", 1) * 0x9e3779b97f4a7c15U + 1;
    const time_t stop = time(NULL) + (time_t)environment("FUZZ_SECONDS", 60);
    static char text[MAX_TEXT];
    long reached[3] = {0};
    while (time(NULL) < stop) {
        const char *original = corpus[below(10) == 0 ? below((size_t)n_corpus) : (size_t)whole[below((size_t)n_whole)]];
        size_t length = strlen(original);
        memcpy(text, original, length + 1);
        for (size_t n = 1 + below(3); n > 0; n--)
            mutate(text, &length);
        const char *path = testlib_write("fuzz.cfg", text);
        const time_t before = time(NULL);
        reached[try_file(path)]++;
        if (time(NULL) - before > SECONDS_FOR_ONE)
            fail_msg("one file took longer than %d s:\n%s", SECONDS_FOR_ONE, text);
    }
    printf("# %ld refused, %ld loaded but not run, %ld ran\n", reached[0], reached[1], reached[2]);
    for (int i = 0; i < n_corpus; i++)
        free(corpus[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_damaged_scenarios)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
