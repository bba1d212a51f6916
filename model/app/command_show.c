/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_show: show, diff and replay: tables for reading. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "ipsim/format.h"
#include "ipsim/number.h"

enum { WIDEST_CELL = 36 };

static ipsim_status out_of_memory(void)
{
    ipsim_error err = {0};
    ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
    return ipsim_app_complain_once(&err);
}

/* The whole table as JSON or CSV, or these columns of it as text. */
static ipsim_status print_table(const ipsim_cli *cli, const ipsim_table *table, const ipsim_aligned_column *columns, size_t n_columns)
{
    if (table == NULL || table->out_of_memory) {
        return out_of_memory();
    }
    if (cli->json || cli->csv) {
        ipsim_error err = {0};
        ipsim_status status = ipsim_aligned_export(table, cli, &err);
        return status == IPSIM_OK ? status : ipsim_app_complain_once(&err);
    }
    ipsim_status status = ipsim_aligned_print(stdout, table, 0, table->n_rows, columns, n_columns);
    return status == IPSIM_OK ? status : out_of_memory();
}

/* Loads all operands, or complains. */
static ipsim_status load(ipsim_app *app, ipsim_inputs *inputs)
{
    ipsim_error_list errors = {0};
    ipsim_status status = ipsim_inputs_load(app->cli, inputs, &errors);
    if (status != IPSIM_OK) {
        status = ipsim_app_complain(&errors, status, NULL);
    }
    app->inputs_read = status == IPSIM_OK;
    ipsim_error_list_clear(&errors);
    return status;
}

ipsim_status ipsim_app_show(ipsim_app *app)
{
    const ipsim_aligned_column columns[] = {
        {"key", "key", NULL, false, 0, 0},
        {"value", "value", NULL, false, WIDEST_CELL, 0},
        {"expression", "expression", NULL, false, WIDEST_CELL, 0},
        {"unit", "unit", NULL, false, WIDEST_CELL, 0},
        {"where", "file", "line", false, 0, 0},
    };
    ipsim_inputs inputs = {0};
    ipsim_status status = load(app, &inputs);
    if (status == IPSIM_OK) {
        ipsim_table *table = ipsim_scenario_show(inputs.items[0]);
        status = print_table(app->cli, table, columns, sizeof columns / sizeof columns[0]);
        ipsim_table_free(table);
    }
    ipsim_inputs_free(&inputs);
    return status;
}

ipsim_status ipsim_app_diff(ipsim_app *app)
{
    const ipsim_aligned_column columns[] = {
        {"key", "key", NULL, false, 0, 0},
        {"first", "first", NULL, false, WIDEST_CELL, 0},
        {"second", "second", NULL, false, WIDEST_CELL, 0},
        {"where in the first", "first_file", "first_line", false, 0, 0},
        {"where in the second", "second_file", "second_line", false, 0, 0},
    };
    ipsim_inputs inputs = {0};
    ipsim_status status = load(app, &inputs);
    if (status == IPSIM_OK) {
        ipsim_table *table = ipsim_scenario_diff(inputs.items[0], inputs.items[1], NULL);
        if (table != NULL && table->n_rows == 0 && !app->cli->json && !app->cli->csv) {
            printf("no difference in meaning\n");
        } else {
            status = print_table(app->cli, table, columns, sizeof columns / sizeof columns[0]);
        }
        ipsim_table_free(table);
    }
    ipsim_inputs_free(&inputs);
    return status;
}

/* ---- replay ---- */
static const char *text_at(const ipsim_table *table, const char *column, size_t row)
{
    size_t c = ipsim_table_find_column(table, column);
    const char *text = c < table->n_columns && table->columns[c].type == IPSIM_TEXT ? table->columns[c].text[row] : NULL;
    return text != NULL ? text : "";
}

/* "age 32.4, sex male" for the rows "attribute" of one scenario, wrapped. */
static void print_attributes(const ipsim_table *table, size_t first_row, size_t end_row)
{
    size_t used = 0;
    for (size_t row = first_row; row < end_row; row++) {
        if (strcmp(text_at(table, "what", row), "attribute") != 0) {
            continue;
        }
        const char *name = text_at(table, "name", row), *value = text_at(table, "to", row);
        double number;
        char rounded[32];
        if (ipsim_parse_real(value, &number)) {
            snprintf(rounded, sizeof rounded, "%.6g", number);
            value = rounded;
        }
        size_t width = ipsim_format_width(name) + ipsim_format_width(value) + 3;
        fputs(used == 0 ? "" : used + width > 96 ? ",\n" : ", ", stdout);
        used = used + width > 96 ? 0 : used;
        printf("%s %s", name, value);
        used += width;
    }
    fputs(used > 0 ? "\n" : "", stdout);
}

static ipsim_status print_history(const ipsim_table *table, size_t first_row, size_t end_row)
{
    const ipsim_aligned_column columns[] = {
        {"year", "year", NULL, true, 0, 4},      {"age", "age", NULL, true, 0, 3},    {"what", "what", NULL, false, 0, 0},
        {"name", "name", NULL, false, 0, 0},     {"from", "from", NULL, false, 0, 0}, {"to", "to", NULL, false, 0, 0},
        {"stream", "stream", NULL, false, 0, 0},
    };
    while (first_row < end_row && strcmp(text_at(table, "what", first_row), "attribute") == 0) {
        first_row++;
    }
    return ipsim_aligned_print(stdout, table, first_row, end_row, columns, sizeof columns / sizeof columns[0]);
}

static ipsim_status print_replay(const ipsim_cli *cli, const ipsim_table *table)
{
    if (table == NULL || table->out_of_memory) {
        return out_of_memory();
    }
    if (cli->json || cli->csv) {
        return print_table(cli, table, NULL, 0);
    }
    char person[IPSIM_FORMAT_SIZE];
    printf("Person %s\n", ipsim_format_count(cli->person, person, sizeof person));
    ipsim_status status = IPSIM_OK;
    for (size_t row = 0, end; status == IPSIM_OK && row < table->n_rows; row = end) {
        for (end = row + 1; end < table->n_rows && strcmp(text_at(table, "scenario", end), text_at(table, "scenario", row)) == 0; end++) {
        }
        if (row == 0) {
            print_attributes(table, row, end); /* the same in every scenario: replay refuses other populations */
        }
        printf("\n%s\n", text_at(table, "scenario", row));
        status = print_history(table, row, end);
    }
    return status == IPSIM_OK ? status : out_of_memory();
}

ipsim_status ipsim_app_replay(ipsim_app *app)
{
    const ipsim_cli *cli = app->cli;
    ipsim_inputs inputs = {0};
    ipsim_status status = load(app, &inputs);
    if (status == IPSIM_OK) {
        ipsim_error_list errors = {0};
        ipsim_table *table = NULL;
        ipsim_run_options options = {.seed = cli->seed, .replicate = (uint32_t)cli->replicate};
        status = ipsim_replay(ipsim_inputs_view(&inputs), inputs.count, &options, cli->person, &table, &errors);
        status = status == IPSIM_OK ? print_replay(cli, table) : ipsim_app_complain(&errors, status, NULL);
        ipsim_table_free(table);
        ipsim_error_list_clear(&errors);
    }
    ipsim_inputs_free(&inputs);
    return status;
}
