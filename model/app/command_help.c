/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_help: help from the tables of options.c, and the reference of scenario files from the schema. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "ipsim/format.h"

/* Where the scenarios lie: beside an installed program (PREFIX/bin/ipsim, PREFIX/share/ipsim/scenarios), else in the root of the project. */
static void find_scenarios(char *folder, size_t size)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = NULL;
    if (length > 0) {
        program[length] = '\0';
        slash = strrchr(program, '/');
    }
    if (slash != NULL) {
        *slash = '\0'; /* PREFIX/bin */
        slash = strrchr(program, '/');
    }
    int used = slash != NULL ? snprintf(folder, size, "%.*s/share/ipsim/scenarios", (int)(slash - program), program) : -1;
    if (used < 0 || (size_t)used >= size || access(folder, R_OK | X_OK) != 0) {
        snprintf(folder, size, "scenarios");
    }
}

void ipsim_app_help_overview(FILE *stream)
{
    char scenarios[PATH_MAX];
    find_scenarios(scenarios, sizeof scenarios);
    fprintf(stream, "ipsim simulates people through states of health and work under one policy or another, and reports\n"
                    "costs by payer, QALYs and employment years.\n\n"
                    "Usage: ipsim COMMAND [OPTIONS] FILE.cfg...\n\nCommands\n");
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        fprintf(stream, "  %-8s %s\n", ipsim_commands[c].name, ipsim_commands[c].purpose);
    }
    fprintf(stream,
            "\nBegin with\n"
            "  ipsim compare %s/traditional.cfg %s/ips.cfg\n"
            "  ipsim COMMAND --help     options, examples and exit codes of a command\n"
            "  ipsim help scenario      every key that a scenario file may contain\n",
            scenarios, scenarios);
}

static void print_option(FILE *stream, const ipsim_option_spec *option)
{
    char left[64], letter[8] = "    ";
    if (option->letter != '\0') {
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name,
             option->argument != NULL && option->kind != IPSIM_OPTION_MAYBE ? " " : "", option->argument != NULL ? option->argument : "");
    fprintf(stream, "  %-22s %s", left, option->help);
    if (option->standard != NULL) {
        fprintf(stream, " [%s]", option->standard);
    }
    fputc('\n', stream);
}

void ipsim_app_help_command(FILE *stream, ipsim_command_id id)
{
    const ipsim_command_spec *command = &ipsim_commands[id];
    fprintf(stream, "%s\n\nUsage: ipsim %s [OPTIONS]%s%s\n%s%s\nOptions\n", command->purpose, command->name,
            command->operands[0] != '\0' ? " " : "", command->operands, command->details[0] != '\0' ? "\n" : "", command->details);
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
    const char *interrupted = id == IPSIM_COMMAND_DSA ? " (nothing written), 130 interrupted (likewise)"
                                                      : " (nothing written), 130 interrupted (what was finished is kept)";
    fprintf(stream, "\nExit codes: 0 fine, 1 failed, 2 bad input%s.\n", command->can_be_interrupted ? interrupted : "");
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

static const char *cell(const ipsim_table *table, size_t row, const char *column)
{
    size_t c = ipsim_table_find_column(table, column);
    const char *text = c < table->n_columns && table->columns[c].type == IPSIM_TEXT ? table->columns[c].text[row] : NULL;
    return text != NULL ? text : "";
}

/* The key and what may stand there on one line, the meaning below it. */
static void print_key(const ipsim_table *table, size_t row)
{
    const char *unit = cell(table, row, "unit"), *range = cell(table, row, "range"), *standard = cell(table, row, "default");
    printf("%s\n    %s", cell(table, row, "key"), cell(table, row, "type"));
    printf("%s%s", unit[0] != '\0' ? ", " : "", unit);
    printf("%s%s", range[0] != '\0' ? ": " : "", range);
    if (strcmp(cell(table, row, "required"), "yes") == 0) {
        printf(", required");
    } else if (standard[0] != '\0') {
        printf(", default %s", standard);
    }
    printf("\n    ");
    ipsim_format_paragraph(cell(table, row, "help"), 4, 96, stdout);
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

static void print_markdown(const ipsim_table *table, const char *section)
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
        if (!in_section(cell(table, r, "key"), section)) {
            continue;
        }
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
    ipsim_table *table = ipsim_schema_reference();
    ipsim_error err = {0};
    if (table == NULL || table->out_of_memory) {
        ipsim_table_free(table);
        ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
        return ipsim_app_complain_once(&err);
    }
    size_t shown = 0;
    for (size_t r = 0; r < table->n_rows; r++) {
        shown += in_section(cell(table, r, "key"), section);
    }
    ipsim_status status = IPSIM_OK;
    if (shown == 0) {
        ipsim_error_set(&err, IPSIM_ERR_USAGE, "a scenario has no section \"%s\"; ipsim help scenario lists them all",
                        section != NULL ? section : "");
        status = ipsim_app_complain_once(&err);
    } else if (cli->markdown) {
        print_markdown(table, section);
    } else {
        for (size_t r = 0; r < table->n_rows; r++) {
            if (in_section(cell(table, r, "key"), section)) {
                print_key(table, r);
            }
        }
    }
    ipsim_table_free(table);
    return status;
}

static ipsim_status unknown_subject(const char *subject)
{
    ipsim_error err = {0};
    ipsim_error_set(&err, IPSIM_ERR_USAGE, "there is no help on \"%s\"; ask for a command or for scenario", subject);
    return ipsim_app_complain_once(&err);
}

static ipsim_status help_scenario_or_manual(const ipsim_cli *cli)
{
    ipsim_error err = {0};
    if (!cli->man) {
        return help_scenario(cli);
    }
    ipsim_status status = ipsim_manual_scenario(stdout, &err);
    return status == IPSIM_OK ? status : ipsim_app_complain_once(&err);
}

ipsim_status ipsim_app_help(ipsim_app *app)
{
    const ipsim_cli *cli = app->cli;
    if (cli->completion != NULL) {
        ipsim_error err = {0};
        ipsim_status status = ipsim_completion_write(stdout, cli->completion, &err);
        return status == IPSIM_OK ? status : ipsim_app_complain_once(&err);
    }
    if (cli->n_operands == 0) {
        (cli->man ? ipsim_manual_overview : ipsim_app_help_overview)(stdout);
        return IPSIM_OK;
    }
    if (strcmp(cli->operands[0], "scenario") == 0) {
        return help_scenario_or_manual(cli);
    }
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        if (strcmp(cli->operands[0], ipsim_commands[c].name) == 0) {
            (cli->man ? ipsim_manual_command : ipsim_app_help_command)(stdout, (ipsim_command_id)c);
            return IPSIM_OK;
        }
    }
    return unknown_subject(cli->operands[0]);
}
