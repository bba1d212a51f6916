/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_help: help from the tables of options.c, and the reference of scenario files from the schema. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

void ipsim_app_help_overview(FILE *stream)
{
    fprintf(stream, "ipsim simulates people through states of health and work under one policy or another, and reports\n"
                    "costs by payer, QALYs and employment years.\n\n"
                    "Usage: ipsim COMMAND [OPTIONS] FILE.cfg...\n\nCommands\n");
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        fprintf(stream, "  %-8s %s\n", ipsim_commands[c].name, ipsim_commands[c].purpose);
    }
    fprintf(stream, "\nBegin with\n"
                    "  ipsim compare scenarios/traditional.cfg scenarios/ips.cfg\n"
                    "  ipsim COMMAND --help     options, examples and exit codes of a command\n"
                    "  ipsim help scenario      every key that a scenario file may contain\n");
}

static void print_option(FILE *stream, const ipsim_option_spec *option)
{
    char left[64], letter[8] = "    ";
    if (option->letter != '\0') {
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->argument != NULL && option->kind != IPSIM_OPTION_MAYBE ? " " : "",
             option->argument != NULL ? option->argument : "");
    fprintf(stream, "  %-22s %s", left, option->help);
    if (option->standard != NULL) {
        fprintf(stream, " [%s]", option->standard);
    }
    fputc('\n', stream);
}

void ipsim_app_help_command(FILE *stream, ipsim_command_id id)
{
    const ipsim_command_spec *command = &ipsim_commands[id];
    fprintf(stream, "%s\n\nUsage: ipsim %s [OPTIONS]%s%s\n%s%s\nOptions\n", command->purpose, command->name, command->operands[0] != '\0' ? " " : "",
            command->operands, command->details[0] != '\0' ? "\n" : "", command->details);
    for (size_t o = 0; o < ipsim_n_options; o++) {
        if ((ipsim_options[o].commands >> id & 1U) != 0) {
            print_option(stream, &ipsim_options[o]);
        }
    }
    const size_t most = sizeof command->examples / sizeof command->examples[0];
    fprintf(stream, "\nExamples\n");
    for (size_t e = 0; e < most && command->examples[e].command != NULL; e++) {
        fprintf(stream, "  %s\n      %s\n", command->examples[e].command, command->examples[e].meaning);
    }
    fprintf(stream, "\nExit codes: 0 fine, 1 failed, 2 bad input%s.\n",
            command->can_be_interrupted ? " (nothing written), 130 interrupted (what was finished is kept)" : "");
}

/* Whether the row of the reference belongs to the section asked for: "transitions", "transitions.*.hazard", or everything for NULL. */
static bool in_section(const char *key, const char *section)
{
    if (section == NULL) {
        return true;
    }
    size_t length = strlen(section);
    return strncmp(key, section, length) == 0 && (key[length] == '\0' || key[length] == '.');
}

/* The same table with only the rows of the section; every column of the reference is text. */
static ipsim_table *pick_section(const ipsim_table *all, const char *section)
{
    size_t key = ipsim_table_find_column(all, "key");
    ipsim_column_spec specs[16];
    if (key == all->n_columns || all->n_columns > sizeof specs / sizeof specs[0]) {
        return NULL;
    }
    for (size_t c = 0; c < all->n_columns; c++) {
        specs[c] = (ipsim_column_spec){all->columns[c].name, IPSIM_TEXT, ""};
    }
    ipsim_table *picked = ipsim_table_create(all->name, specs, all->n_columns);
    for (size_t r = 0; picked != NULL && r < all->n_rows; r++) {
        if (!in_section(all->columns[key].text[r], section)) {
            continue;
        }
        size_t row = ipsim_table_add_row(picked);
        for (size_t c = 0; c < all->n_columns; c++) {
            if (all->columns[c].type == IPSIM_TEXT && all->columns[c].text[r] != NULL) {
                ipsim_table_put_text(picked, row, c, all->columns[c].text[r]);
            }
        }
    }
    return picked;
}

/* A vertical bar would end a cell of a Markdown table. */
static void print_markdown_cell(const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        fputs(*text == '|' ? "\\" : "", stdout);
        fputc(*text, stdout);
    }
    fputs(" |", stdout);
}

static void print_markdown(const ipsim_table *table)
{
    fputs("|", stdout);
    for (size_t c = 0; c < table->n_columns; c++) {
        printf(" %s |", table->columns[c].name);
    }
    fputs("\n|", stdout);
    for (size_t c = 0; c < table->n_columns; c++) {
        fputs(" --- |", stdout);
    }
    for (size_t r = 0; r < table->n_rows; r++) {
        fputs("\n|", stdout);
        for (size_t c = 0; c < table->n_columns; c++) {
            fputs(" ", stdout);
            print_markdown_cell(table->columns[c].text[r]);
        }
    }
    fputs("\n", stdout);
}

static ipsim_status help_scenario(const ipsim_cli *cli)
{
    const char *section = cli->n_operands > 1 ? cli->operands[1] : NULL;
    ipsim_table *all = ipsim_schema_reference();
    ipsim_table *table = all != NULL ? pick_section(all, section) : NULL;
    ipsim_error err = {0};
    ipsim_status status = IPSIM_OK;
    if (table == NULL || table->out_of_memory) {
        status = ipsim_app_complain_once((ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short"), &err));
    } else if (table->n_rows == 0) {
        ipsim_error_set(&err, IPSIM_ERR_USAGE, "a scenario has no section \"%s\"; ipsim help scenario lists them all", section != NULL ? section : "");
        status = ipsim_app_complain_once(&err);
    } else if (cli->markdown) {
        print_markdown(table);
    } else {
        const ipsim_aligned_column columns[] = {
            {"key", "key", NULL, false, 0},         {"type", "type", NULL, false, 0},         {"unit", "unit", NULL, false, 0},
            {"range", "range", NULL, false, 0},     {"default", "default", NULL, false, 0},   {"required", "required", NULL, false, 0},
            {"meaning", "help", NULL, false, 0},
        };
        status = ipsim_aligned_print(stdout, table, 0, table->n_rows, columns, sizeof columns / sizeof columns[0]);
    }
    ipsim_table_free(table);
    ipsim_table_free(all);
    return status;
}

ipsim_status ipsim_app_help(ipsim_app *app)
{
    const ipsim_cli *cli = app->cli;
    if (cli->n_operands == 0) {
        ipsim_app_help_overview(stdout);
        return IPSIM_OK;
    }
    if (strcmp(cli->operands[0], "scenario") == 0) {
        return help_scenario(cli);
    }
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        if (strcmp(cli->operands[0], ipsim_commands[c].name) == 0) {
            ipsim_app_help_command(stdout, (ipsim_command_id)c);
            return IPSIM_OK;
        }
    }
    ipsim_error err = {0};
    ipsim_error_set(&err, IPSIM_ERR_USAGE, "there is no help on \"%s\"; ask for a command or for scenario", cli->operands[0]);
    return ipsim_app_complain_once(&err);
}
