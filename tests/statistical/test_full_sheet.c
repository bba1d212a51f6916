/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/workbook: a table of more rows than a sheet has. It takes half a minute to write twice. */
#include "../testlib.h"

#include <stdlib.h>
#include <string.h>

#include "ipsim/workbook.h"
#include "ipsim/xlsx.h"

static void a_sheet_that_is_full_says_so(void **state)
{
    (void)state;
    static const ipsim_column_spec columns[] = {{"draw", IPSIM_INTEGER, ""}, {"subgroup", IPSIM_TEXT, ""}};
    ipsim_table *psa = ipsim_table_create("psa", columns, 2);
    for (int64_t i = 0; i < IPSIM_XLSX_MOST_ROWS + 10; i++) {
        size_t row = ipsim_table_add_row(psa);
        ipsim_table_put_integer(psa, row, 0, i);
        ipsim_table_put_text(psa, row, 1, i % 100 == 7 ? "sex=man" : "all");
    }
    ipsim_error err = {0};
    char *path = strdup(testlib_path("draws.xlsx"));
    assert_ok(ipsim_workbook_write((const ipsim_table *const[]){psa}, 1, path, &err), &err);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "Cut:", false); /* everybody fits */
    for (int64_t i = 0; i < IPSIM_XLSX_MOST_ROWS / 50; i++) {
        ipsim_table_put_text(psa, ipsim_table_add_row(psa), 1, "all");
    }
    assert_ok(ipsim_workbook_write((const ipsim_table *const[]){psa}, 1, path, &err), &err);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "Cut: the first 1 048 572 of 1 059 071 rows", true);
    assert_part_holds(path, "xl/worksheets/sheet1.xml", "<row r=\"1048576\"", true);
    free(path);
    ipsim_table_free(psa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_sheet_that_is_full_says_so)};
    return cmocka_run_group_tests_name("full_sheet", tests, NULL, NULL);
}
