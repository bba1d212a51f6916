/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/files, and scenarios that are read from it: from a closed store as from the disk, to the last origin. */
#include "../testlib.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ipsim/csv_read.h"
#include "ipsim/files.h"
#include "ipsim/table.h"

static void a_file_is_kept_once(void **state)
{
    (void)state;
    char text[] = "first";
    ipsim_files *files = ipsim_files_create();
    assert_non_null(files);
    assert_null(ipsim_files_find(files, "a"));
    assert_true(ipsim_files_keep(files, "a", text, 5));
    text[0] = 'F';
    assert_true(ipsim_files_keep(files, "a", "second", 6));
    assert_true(ipsim_files_keep(files, "empty", NULL, 0));
    assert_int_equal(files->count, 2);
    assert_string_equal((const char *)ipsim_files_find(files, "a")->bytes, "first");
    assert_int_equal(ipsim_files_find(files, "empty")->size, 0);
    files->closed = true;
    assert_true(ipsim_files_keep(files, "b", text, 5));
    assert_null(ipsim_files_find(files, "b"));
    ipsim_files_free(files);
    ipsim_files_free(NULL);
    assert_true(ipsim_files_keep(NULL, "a", text, 5));
    assert_null(ipsim_files_find(NULL, "a"));
}

static void a_table_comes_from_the_store(void **state)
{
    (void)state;
    ipsim_files *files = ipsim_files_create();
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_error_list errors = {0};
    ipsim_csv *csv = NULL;
    char path[512];
    snprintf(path, sizeof path, "%s", testlib_write("kept.csv", "age,rate\n1,2\n"));
    assert_no_errors(ipsim_csv_read_kept(files, path, arena, &csv, &errors), &errors);
    testlib_write("kept.csv", "age,rate\n1,3\n4,5\n");
    assert_no_errors(ipsim_csv_read_kept(files, path, arena, &csv, &errors), &errors);
    assert_int_equal(csv->n_rows, 1); /* open or closed, it is the file that was read first */
    unlink(path);
    files->closed = true;
    assert_no_errors(ipsim_csv_read_kept(files, path, arena, &csv, &errors), &errors);
    assert_string_equal(csv->cells[1], "2");
    assert_string_equal(csv->path, path);
    testlib_write("other.csv", "age,rate\n1,2\n");
    assert_int_equal(ipsim_csv_read_kept(files, testlib_path("other.csv"), arena, &csv, &errors), IPSIM_ERR_FILE);
    ipsim_error_list_clear(&errors);
    ipsim_arena_free(arena);
    ipsim_files_free(files);
}

static ipsim_scenario *load(ipsim_files *files, const char *path)
{
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    assert_no_errors(ipsim_scenario_load_kept(files, path, NULL, 0, &scenario, &errors), &errors);
    ipsim_error_list_clear(&errors);
    return scenario;
}

static void assert_same_table(ipsim_table *a, ipsim_table *b)
{
    assert_int_equal(a->n_rows, b->n_rows);
    for (size_t c = 0; c < a->n_columns; c++) {
        for (size_t row = 0; row < a->n_rows; row++) {
            if (a->columns[c].type == IPSIM_TEXT && a->columns[c].text[row] != NULL) {
                assert_string_equal(a->columns[c].text[row], b->columns[c].text[row]);
            } else if (a->columns[c].type == IPSIM_INTEGER) {
                assert_int_equal(a->columns[c].integer[row], b->columns[c].integer[row]);
            }
        }
    }
    ipsim_table_free(a);
    ipsim_table_free(b);
}

/* Parents, includes and a life table. */
static void a_scenario_comes_from_the_store(void **state)
{
    (void)state;
    static const char path[] = "scenarios/ips.cfg";
    ipsim_files *files = ipsim_files_create();
    ipsim_scenario *first = load(files, path);
    assert_true(files->count >= 3);
    files->closed = true;
    char folder[4096];
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(chdir("/"), 0); /* where none of its files is */
    ipsim_scenario *second = load(files, path);
    assert_int_equal(chdir(folder), 0);
    assert_true(first->digest == second->digest);
    assert_same_table(ipsim_scenario_show(first), ipsim_scenario_show(second));
    ipsim_error_list errors = {0};
    ipsim_scenario *none = NULL;
    assert_int_equal(ipsim_scenario_load_kept(files, "scenarios/usual-care.cfg", NULL, 0, &none, &errors), IPSIM_ERR_FILE);
    ipsim_error_list_clear(&errors);
    ipsim_scenario_free(first);
    ipsim_scenario_free(second);
    ipsim_files_free(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_kept_once),
        cmocka_unit_test(a_table_comes_from_the_store),
        cmocka_unit_test(a_scenario_comes_from_the_store),
    };
    return cmocka_run_group_tests_name("base/files", tests, NULL, NULL);
}
