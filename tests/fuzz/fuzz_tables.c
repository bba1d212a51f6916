/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged tables: whatever a CSV file of draws holds, reading it and making decisions of it ends in time, without a crash, with tables or with
 * errors that say something; and so does a report of a folder whose tables were edited, and a scenario whose rates and people were. Meant for
 * the sanitizers (make test-slow).
 *
 * FUZZ_SECONDS (30) and FUZZ_SEED (1) may be set in the environment. The file being tried lies in the scratch folder, whose name is printed
 * first: after a crash the folder is still there. */
#include "damage.h"

#include <math.h>
#include <stdio.h>

#include "app/report.h"
#include "ipsim/decision_tables.h"
#include "ipsim/report.h"
#include "ipsim/write.h"

/* ---- draws ---- */
enum { N_DRAWS = 24, N_TABLES = 4 };

static char *open_text(FILE **stream, char **text, size_t *size)
{
    *stream = open_memstream(text, size);
    assert_non_null(*stream);
    return NULL;
}

/* Tidy with subgroups and perspectives, tidy as plain as can be, wide with parameters, and wide with semicolons and decimal commas. */
static char *make_draws(int kind)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out;
    open_text(&out, &text, &size);
    static const char *const heads[N_TABLES] = {"draw,scenario,perspective,subgroup,weight,cost,qalys\n", "strategy,cost,effect\n",
                                                "cost_a,effect_a,cost_b,effect_b,p1,p2,p3\n",
                                                "draw;cost_a;effect_a;cost_b;effect_b;cost_c;effect_c\n"};
    fputs(heads[kind], out);
    for (int d = 1; d <= N_DRAWS; d++) {
        double x = sin(d), y = cos(2.0 * d);
        if (kind == 0) {
            for (int s = 0; s < 12; s++)
                fprintf(out, "%d,%s,%s,%s,%g,%.4f,%.4f\n", d, s % 2 ? "new" : "old", s / 2 % 2 ? "health" : "society",
                        s < 4   ? "all"
                        : s < 8 ? "sex=m"
                                : "sex=f",
                        s < 4 ? 1.0 : 0.5, 1000 + 100 * x + s, 5 + 0.1 * y + 0.01 * s);
        } else if (kind == 1) {
            fprintf(out, "a,%.4f,%.4f\nb,%.4f,%.4f\nc,%.4f,%.4f\n", x, y, 2 * x + 1, y + 0.1, x * y, x + y);
        } else if (kind == 2) {
            fprintf(out, "%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%d\n", x, y, 2 * x + 1, y + 0.1, x, x * y, d % 3);
        } else {
            fprintf(out, "%d;%d,5;0,%02d;%d,25;0,%02d;7,5;0,5\n", d, d, d, 2 * d, d + 3);
        }
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void free_tables(ipsim_table **tables, size_t n)
{
    for (size_t t = 0; t < n; t++)
        ipsim_table_free(tables[t]);
}

/* Returns how far it came: 0 refused, 1 read but not used, 2 used. */
static int try_draws(const char *path)
{
    static const double thresholds[] = {0.0, 20000.0, 1e6};
    ipsim_error_list errors = {0};
    ipsim_error err = {0};
    ipsim_draws *draws = NULL;
    ipsim_status status = ipsim_draws_read(path, NULL, NULL, &draws, &errors);
    check_errors(status, draws, &errors);
    ipsim_error_list_clear(&errors);
    if (status != IPSIM_OK)
        return 0;

    const ipsim_decision_settings settings = {.thresholds = thresholds,
                                              .n_thresholds = 3,
                                              .comparator = below(draws->n_strategies),
                                              .currency = "",
                                              .persons = NAN,
                                              .aversion = 1.5};
    ipsim_table *cea[IPSIM_N_CEA_TABLES] = {NULL}, *voi[IPSIM_N_VOI_TABLES] = {NULL};
    status = ipsim_cea_tables(draws, &settings, cea, &err);
    assert_true(status == IPSIM_OK ? cea[IPSIM_TABLE_CEA] != NULL : err.message[0] != '\0');
    if (draws->n_parameters > 0) {
        const size_t one[] = {below(draws->n_parameters), below(draws->n_parameters)};
        const ipsim_parameter_set sets[] = {{1, one}, {one[0] == one[1] ? 1 : 2, one}};
        const char *const labels[] = {"one", "two"};
        ipsim_status voi_status = ipsim_voi_tables(draws, &settings, sets, labels, 2, NULL, NULL, voi, &err);
        assert_true(voi_status == IPSIM_OK || err.message[0] != '\0');
    }
    free_tables(cea, IPSIM_N_CEA_TABLES);
    free_tables(voi, IPSIM_N_VOI_TABLES);
    ipsim_draws_free(draws);
    return status == IPSIM_OK ? 2 : 1;
}

/* ---- a folder of results ---- */
enum { N_FILES = 8 };
static const char *const files[N_FILES] = {"about", "results", "differences", "occupancy", "population", "targets", "ratios", "parameters"};
static char *folder_text[N_FILES];

static const char *path_of(size_t file)
{
    char name[64];
    snprintf(name, sizeof name, "%s.csv", files[file]);
    return testlib_path(name);
}

static void make_folder(void)
{
    ipsim_scenario *arms[] = {testlib_load("tests/cli/model.cfg"), testlib_load("tests/cli/arm.cfg")};
    const ipsim_scenario *const both[] = {arms[0], arms[1]};
    const ipsim_run_options options = {.persons = 20, .seed = -1, .n_threads = 1};
    ipsim_results *results = NULL;
    ipsim_error_list errors = {0};
    ipsim_error err = {0};
    assert_no_errors(ipsim_run(both, 2, &options, &results, &errors), &errors);
    const ipsim_table *const tables[N_FILES] = {results->about,      results->results, results->differences, results->occupancy,
                                                results->population, results->targets, results->ratios,      results->parameters};
    for (size_t f = 0; f < N_FILES; f++) {
        assert_non_null(tables[f]);
        assert_ok(ipsim_write_csv(tables[f], path_of(f), &err), &err);
        folder_text[f] = testlib_read(path_of(f));
    }
    testlib_write("manifest.json", "{\"program\": \"ipsim\", \"command_line\": \"ipsim compare a.cfg b.cfg\", \"seed\": 1, \"files\": []}");
    ipsim_results_free(results);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

static int try_folder(void)
{
    ipsim_report_inputs inputs;
    ipsim_error_list errors = {0};
    ipsim_error err = {0};
    ipsim_status status = ipsim_report_inputs_begin(&inputs, &errors);
    assert_int_equal(status, IPSIM_OK);
    status = ipsim_report_inputs_add(&inputs, testlib_folder(), &errors);
    if (status == IPSIM_OK)
        status = ipsim_report_inputs_finish(&inputs, &errors);
    check_errors(status, status == IPSIM_OK ? &inputs : NULL, &errors);
    if (status == IPSIM_OK) {
        const ipsim_report_options options = {.language = "en"};
        char *page = NULL;
        size_t size = 0;
        FILE *out;
        open_text(&out, &page, &size);
        assert_ok(ipsim_report_write((const ipsim_table *const *)inputs.tables, inputs.n_tables, &options, out, &err), &err);
        assert_int_equal(fclose(out), 0);
        assert_non_null(strstr(page, "</html>"));
        free(page);
    }
    ipsim_report_inputs_clear(&inputs);
    ipsim_error_list_clear(&errors);
    return status == IPSIM_OK ? 2 : 0;
}

/* ---- the data of a scenario ---- */
static const char scenario_text[] =
    "simulation: { persons = 5; seed = 1; horizon_years = 10; start_year = 2020; };\n"
    "tables: { people: { file = \"people.csv\"; weight = \"w\"; }; };\n"
    "attributes: { sex: { levels = [\"m\", \"f\"]; table = \"people\"; }; age: { table = \"people\"; }; };\n"
    "parameters: { a = 0.1; b = 0.2; };\n"
    "joint: { fit: { family = \"draws\"; parameters = [\"a\", \"b\"]; file = \"posterior.csv\"; };};\n"
    "states: { well: {}; dead: { role = \"dead\"; }; };\nstart_state = \"well\";\n"
    "transitions: { die: { from = \"well\"; to = \"dead\"; clock = \"age\"; hazard: { family = \"table\"; file = \"rates.csv\"; multiplier "
    "= \"a + b\"; }; "
    "}; };\n";
static const char *const data_names[] = {"people.csv", "rates.csv", "posterior.csv"};
static const char *const data_texts[] = {
    "sex,age,w\nm,44,1\nf,30,0.5\nm,90.5,2\nf,0,0\n",
    "age,year,sex,rate\n0,2020,m,0.1\n0,2020,f,0.05\n50,2020,m,0.2\n50,2020,f,0.15\n0,2025,m,0.1\n0,2025,f,0\n50,2025,m,1e9\n50,2025,f,3\n",
    "a,b\n0.1,0.2\n0.3,0.05\n0.2,0.21\n",
};

static int try_data(const char *path)
{
    ipsim_scenario *scenario = load_checked(path, NULL, 0);
    if (scenario == NULL)
        return 0;
    const ipsim_scenario *scenarios[] = {scenario};
    const ipsim_psa_options psa = {.n_draws = 3};
    const ipsim_run_options options = {.persons = 5, .seed = -1, .n_threads = 1, .psa = &psa};
    bool ran = run_checked(scenarios, 1, &options);
    ipsim_scenario_free(scenario);
    return ran ? 2 : 1;
}

static void test_damaged_tables(void **unused)
{
    (void)unused;
    char *draws[N_TABLES];
    for (int t = 0; t < N_TABLES; t++) {
        draws[t] = make_draws(t);
        assert_int_equal(try_draws(testlib_write("draws.csv", draws[t])), 2);
    }
    make_folder();
    assert_int_equal(try_folder(), 2);
    char *scenario = strdup(testlib_write("data.cfg", scenario_text));
    for (size_t i = 0; i < 3; i++)
        testlib_write(data_names[i], data_texts[i]);
    assert_int_equal(try_data(scenario), 2);
    printf("# trying %s\n", testlib_folder());
    fflush(stdout);

    const time_t stop = fuzz_begin();
    long reached[3][3] = {{0}};
    while (time(NULL) < stop) {
        const time_t before = time(NULL);
        size_t what = below(3), which;
        switch (what) {
        case 0:
            reached[what][try_draws(testlib_write("draws.csv", damaged(draws[below(N_TABLES)])))]++;
            break;
        case 1:
            which = below(N_FILES);
            testlib_write(strrchr(path_of(which), '/') + 1, damaged(folder_text[which]));
            reached[what][try_folder()]++;
            testlib_write(strrchr(path_of(which), '/') + 1, folder_text[which]);
            break;
        default:
            which = below(3);
            testlib_write(data_names[which], damaged(data_texts[which]));
            reached[what][try_data(scenario)]++;
            testlib_write(data_names[which], data_texts[which]);
            break;
        }
        if (time(NULL) - before > SECONDS_FOR_ONE)
            fail_msg("one of kind %zu took longer than %d s", what, SECONDS_FOR_ONE);
    }
    static const char *const kinds[] = {"tables of draws", "folders", "data of a scenario"};
    for (size_t k = 0; k < 3; k++)
        printf("# %s: %ld refused, %ld read but not used, %ld used\n", kinds[k], reached[k][0], reached[k][1], reached[k][2]);
    for (size_t t = 0; t < N_TABLES; t++)
        free(draws[t]);
    for (size_t f = 0; f < N_FILES; f++)
        free(folder_text[f]);
    free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_damaged_tables)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
