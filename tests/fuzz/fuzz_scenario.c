/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged scenario files: whatever a file holds, loading, checking, running and analysing it ends in time, without a crash, and either with a result
 * or with errors that say something. Meant for the sanitizers (make test-slow).
 *
 * FUZZ_SECONDS (30) and FUZZ_SEED (1) may be set in the environment. The file being tried is fuzz.cfg in the scratch folder, whose name is
 * printed first: after a crash the folder is still there. */
#include "damage.h"

#include <ftw.h>
#include <stdio.h>

#include "ipsim/describe.h"
#include "ipsim/dsa.h"

enum { MAX_FILES = 400, ANALYSE_ONE_IN = 4 };

static char *corpus[MAX_FILES];
static int n_corpus;
static int whole[MAX_FILES]; /* files that load from anywhere, because they need no other file: damage to them goes deeper */
static int n_whole;

static int collect(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)walk;
    size_t length = strlen(path);
    bool is_scenario = type == FTW_F && length > 4 && strcmp(path + length - 4, ".cfg") == 0;
    if (is_scenario && info->st_size < MAX_TEXT / 2 && n_corpus < MAX_FILES)
        corpus[n_corpus++] = testlib_read(path);
    return 0;
}

/* The same scenario as two arms, of which the second is said to differ: draws of its parameters, sensitivity to some of them, its
 * documentation. */
static void analyse(const char *path, const ipsim_scenario *scenario)
{
    ipsim_error_list errors = {0};
    ipsim_error err = {0};
    const ipsim_setting name[] = {{"name", "other"}};
    ipsim_scenario *other = load_checked(path, name, 1);
    if (other != NULL) {
        const ipsim_scenario *arms[] = {scenario, other};
        const ipsim_psa_options psa = {.n_draws = 3, .design = (ipsim_design)below(IPSIM_N_DESIGNS), .fixed_people = below(2) == 0};
        const ipsim_run_options drawn = {.persons = 2, .seed = -1, .n_threads = 1, .psa = &psa};
        (void)run_checked(arms, 2, &drawn);

        const char *only[] = {scenario->n_parameters > 0 ? scenario->parameters[below(scenario->n_parameters)].name : "none"};
        const ipsim_dsa_options moved = {.persons = 2, .seed = -1, .n_threads = 1, .n_only = 1, .only = only};
        ipsim_dsa *dsa = NULL;
        ipsim_status status = ipsim_dsa_run(arms, 2, &moved, &dsa, &errors);
        check_errors(status, dsa, &errors);
        ipsim_error_list_clear(&errors);
        ipsim_dsa_free(dsa);
        ipsim_scenario_free(other);
    }
    ipsim_document *document = NULL;
    ipsim_status status = ipsim_describe(scenario, NULL, "ipsim", &document, &err);
    assert_true((status == IPSIM_OK) == (document != NULL) && (document != NULL || err.message[0] != '\0'));
    ipsim_document_free(document);
}

/* Returns how far it came: 0 refused, 1 loaded, 2 ran. */
static int try_file(const char *path)
{
    ipsim_scenario *scenario = load_checked(path, NULL, 0);
    if (scenario == NULL)
        return 0;
    const ipsim_scenario *scenarios[] = {scenario};
    const ipsim_run_options options = {.persons = 2, .seed = -1, .n_threads = 1};
    bool ran = run_checked(scenarios, 1, &options);
    if (ran && below(ANALYSE_ONE_IN) == 0)
        analyse(path, scenario);
    ipsim_scenario_free(scenario);
    return ran ? 2 : 1;
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

    const time_t stop = fuzz_begin();
    long reached[3] = {0};
    while (time(NULL) < stop) {
        const char *original = corpus[below(10) == 0 ? below((size_t)n_corpus) : (size_t)whole[below((size_t)n_whole)]];
        const char *text = damaged(original), *path = testlib_write("fuzz.cfg", text);
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
