/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/manual: manual pages from the tables of options.c and from the schema of scenario files. See app.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

/* ---- roff ---- */
/* Text in which no character is a command: backslashes, hyphens that must stay hyphens, and dots and quotes that begin a line. */
static void put_text(FILE *stream, const char *text, size_t bytes)
{
    bool begins = true;
    for (size_t i = 0; i < bytes; i++) {
        if (begins && (text[i] == '.' || text[i] == '\'')) {
            fputs("\\&", stream);
        }
        begins = text[i] == '\n';
        switch (text[i]) {
        case '\\':
            fputs("\\e", stream);
            break;
        case '-':
            fputs("\\-", stream);
            break;
        case '^':
            fputs("\\(ha", stream);
            break;
        case '~':
            fputs("\\(ti", stream);
            break;
        case '`':
            fputs("\\(ga", stream);
            break;
        case '\'':
            fputs("\\(aq", stream);
            break;
        default:
            fputc(text[i], stream);
            break;
        }
    }
}

static void put(FILE *stream, const char *text)
{
    put_text(stream, text, strlen(text));
}

static void put_bold(FILE *stream, const char *text)
{
    fputs("\\fB", stream);
    put(stream, text);
    fputs("\\fR", stream);
}

/* A word in capitals in a usage is what the reader puts there. */
static void put_usage(FILE *stream, const char *usage)
{
    for (const char *at = usage; *at != '\0';) {
        size_t word = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        if (word > 0) {
            fputs("\\fI", stream);
            put_text(stream, at, word);
            fputs("\\fR", stream);
            at += word;
        } else {
            word = strcspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
            put_text(stream, at, word);
            at += word;
        }
    }
}

/* NAME of a page, its chapter, and a name and a purpose without the full stop. */
static void put_head(FILE *stream, const char *page, int chapter, const char *group, const char *purpose)
{
    fputs(".\\\" Written by the program: ipsim help --man\n.TH \"", stream);
    for (const char *c = page; *c != '\0'; c++) {
        fputc(toupper((unsigned char)*c), stream);
    }
    fprintf(stream, "\" %d \"\" \"ipsim %s\" \"%s\"\n.SH NAME\n", chapter, ipsim_version(), group);
    put(stream, page);
    fputs(" \\- ", stream);
    size_t length = strlen(purpose);
    put_text(stream, purpose, length > 0 && purpose[length - 1] == '.' ? length - 1 : length);
    fputc('\n', stream);
}

static void put_section(FILE *stream, const char *title)
{
    fprintf(stream, ".SH %s\n", title);
}

static void begin_item(FILE *stream)
{
    fputs(".TP\n", stream);
}

/* Lines that follow each other are a paragraph; those that begin with blanks stand as they are. */
static void put_details(FILE *stream, const char *details)
{
    bool as_it_is = false;
    for (const char *line = details; *line != '\0';) {
        size_t bytes = strcspn(line, "\n");
        bool indented = line[0] == ' ';
        if (indented != as_it_is) {
            fputs(indented ? ".PP\n.nf\n" : ".fi\n.PP\n", stream);
            as_it_is = indented;
        }
        put_text(stream, line, bytes);
        fputc('\n', stream);
        line += bytes + (line[bytes] == '\n');
    }
    fputs(as_it_is ? ".fi\n" : "", stream);
}

/* ---- pages of commands ---- */
static void put_option(FILE *stream, const ipsim_option_spec *option)
{
    begin_item(stream);
    if (option->letter != '\0') {
        const char letter[] = {'-', option->letter, '\0'};
        put_bold(stream, letter);
        fputs(", ", stream);
    }
    fputs("\\fB\\-\\-", stream);
    put(stream, option->name);
    fputs("\\fR", stream);
    if (option->argument != NULL) {
        fputs(option->kind == IPSIM_OPTION_MAYBE ? "" : " ", stream);
        put_usage(stream, option->argument);
    }
    fputc('\n', stream);
    put(stream, option->help);
    if (option->standard != NULL) {
        fputs("; otherwise ", stream);
        put(stream, option->standard);
    }
    fputs(".\n", stream);
}

static void put_exit_codes(FILE *stream, bool can_be_interrupted)
{
    static const struct {
        const char *code, *meaning;
    } codes[] = {
        {"0", "fine"},
        {"1", "failed: the disk is full, the folder may not be written, a limit was hit"},
        {"2", "bad input or command line; nothing was written"},
        {"130", "interrupted; what was finished is kept, or nothing is written, as the message says"},
    };
    put_section(stream, "EXIT STATUS");
    for (size_t i = 0; i < sizeof codes / sizeof codes[0] - (can_be_interrupted ? 0 : 1); i++) {
        begin_item(stream);
        put_bold(stream, codes[i].code);
        fputc('\n', stream);
        put(stream, codes[i].meaning);
        fputs(".\n", stream);
    }
}

static void put_reference(FILE *stream, const char *page, int chapter, bool last)
{
    fputs(".BR ", stream);
    put(stream, page);
    fprintf(stream, " (%d)%s\n", chapter, last ? "" : ",");
}

void ipsim_manual_command(FILE *stream, ipsim_command_id id)
{
    const ipsim_command_spec *command = &ipsim_commands[id];
    char page[64];
    snprintf(page, sizeof page, "ipsim-%s", command->name);
    put_head(stream, page, 1, "ipsim", command->purpose);
    put_section(stream, "SYNOPSIS");
    fputs("\\fBipsim ", stream);
    put(stream, command->name);
    fputs("\\fR [\\fIOPTIONS\\fR] ", stream);
    put_usage(stream, command->operands);
    fputc('\n', stream);
    put_section(stream, "DESCRIPTION");
    put(stream, command->purpose);
    fputc('\n', stream);
    if (command->details[0] != '\0') {
        fputs(".PP\n", stream);
        put_details(stream, command->details);
    }
    put_section(stream, "OPTIONS");
    for (size_t o = 0; o < ipsim_n_options; o++) {
        if ((ipsim_options[o].commands >> id & 1U) != 0) {
            put_option(stream, &ipsim_options[o]);
        }
    }
    put_exit_codes(stream, command->can_be_interrupted);
    put_section(stream, "EXAMPLES");
    const size_t most = sizeof command->examples / sizeof command->examples[0];
    for (size_t e = 0; e < most && command->examples[e].command != NULL; e++) {
        begin_item(stream);
        put_bold(stream, command->examples[e].command);
        fputc('\n', stream);
        put(stream, command->examples[e].meaning);
        fputs(".\n", stream);
    }
    put_section(stream, "SEE ALSO");
    put_reference(stream, "ipsim", 1, false);
    put_reference(stream, "ipsim-scenario", 5, true);
}

void ipsim_manual_overview(FILE *stream)
{
    static const struct {
        const char *name, *meaning;
    } variables[] = {
        {"OMP_NUM_THREADS", "the number of threads, where --threads does not say it"},
        {"NO_COLOR", "if not empty: no colours on a terminal; CLICOLOR=0 says the same"},
        {"TERM, LC_ALL, LC_CTYPE, LANG", "whether a terminal can show small curves: it is not dumb, and the locale is one of UTF-8"},
        {"COLUMNS", "the width of a terminal that does not tell it"},
        {"IPSIM_SIMD", "sse2 or avx2 asks for less than the best vector instructions of the processor; results are the same"},
    };
    put_head(stream, "ipsim", 1, "ipsim", "microsimulation for health economics: costs by payer, QALYs and years in work");
    put_section(stream, "SYNOPSIS");
    fputs("\\fBipsim\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] \\fIFILE\\fR...\n.br\n\\fBipsim help\\fR [\\fICOMMAND\\fR]\n", stream);
    put_section(stream, "DESCRIPTION");
    put(stream,
        "ipsim moves synthetic people through states of health and work under one policy or another, with the same luck in every arm,\n"
        "and reports costs by payer, QALYs and years in work. What is simulated stands in scenario files, which ");
    fputs("\n.BR ipsim\\-scenario (5)\nexplains. Every command has a page of its own.\n", stream);
    put_section(stream, "COMMANDS");
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        begin_item(stream);
        fputs(".BR ipsim\\-", stream);
        put(stream, ipsim_commands[c].name);
        fputs(" (1)\n", stream);
        put(stream, ipsim_commands[c].purpose);
        fputc('\n', stream);
    }
    put_exit_codes(stream, true);
    put_section(stream, "ENVIRONMENT");
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        begin_item(stream);
        put_bold(stream, variables[i].name);
        fputc('\n', stream);
        put(stream, variables[i].meaning);
        fputs(".\n", stream);
    }
    put_section(stream, "FILES");
    begin_item(stream);
    fputs("\\fIoutput/NAME/\\fR\n", stream);
    put(stream,
        "results, unless -o names another folder: all of them or none. An earlier result of ipsim there is replaced; anything else is\n"
        "left alone.\n");
    begin_item(stream);
    fputs("\\fIshare/ipsim/\\fR\n", stream);
    put(stream, "beside the folder of the program, where it is installed: scenarios and the README, which has a tutorial.\n");
    put_section(stream, "SEE ALSO");
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        char page[64];
        snprintf(page, sizeof page, "ipsim-%s", ipsim_commands[c].name);
        put_reference(stream, page, 1, false);
    }
    put_reference(stream, "ipsim-scenario", 5, true);
}

/* ---- the language of scenarios ---- */
static const char *cell(const ipsim_table *table, size_t row, const char *column)
{
    size_t c = ipsim_table_find_column(table, column);
    const char *text = c < table->n_columns && table->columns[c].type == IPSIM_TEXT ? table->columns[c].text[row] : NULL;
    return text != NULL ? text : "";
}

static void put_key(FILE *stream, const ipsim_table *table, size_t row)
{
    const char *unit = cell(table, row, "unit"), *range = cell(table, row, "range"), *standard = cell(table, row, "default");
    begin_item(stream);
    put_bold(stream, cell(table, row, "key"));
    fputs("\n", stream);
    put(stream, cell(table, row, "type"));
    if (unit[0] != '\0') {
        fputs(", ", stream);
        put(stream, unit);
    }
    if (range[0] != '\0') {
        fputs(": ", stream);
        put(stream, range);
    }
    if (strcmp(cell(table, row, "required"), "yes") == 0) {
        fputs("; required", stream);
    } else if (standard[0] != '\0') {
        fputs("; default ", stream);
        put(stream, standard);
    }
    fputs(".\n.br\n", stream);
    put(stream, cell(table, row, "help"));
    fputc('\n', stream);
}

static bool same_section(const char *one, const char *other)
{
    size_t length = strcspn(one, ".");
    return length == strcspn(other, ".") && strncmp(one, other, length) == 0;
}

/* Whether the key is a group with keys of its own, or one of those. */
static bool has_section(const ipsim_table *table, size_t row)
{
    const char *key = cell(table, row, "key");
    return (row > 0 && same_section(cell(table, row - 1, "key"), key)) ||
           (row + 1 < table->n_rows && same_section(cell(table, row + 1, "key"), key));
}

ipsim_status ipsim_manual_scenario(FILE *stream, ipsim_error *err)
{
    ipsim_table *table = ipsim_schema_reference();
    if (table == NULL || table->out_of_memory) {
        ipsim_table_free(table);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    put_head(stream, "ipsim-scenario", 5, "ipsim", "scenario files of ipsim");
    put_section(stream, "DESCRIPTION");
    put(stream,
        "A scenario file is one policy arm: who the people are, which states there are, how people move between them, what that costs\n"
        "and how good life is there. The format is that of libconfig: name = value; and name: { ... };, and // begins a comment.\n"
        "Numbers live in parameters, with unit, source and status, and are named in quotes elsewhere; a quoted text where a number is\n"
        "wanted is an expression of parameters.\n");
    fputs(".PP\n", stream);
    put(stream,
        "extends = \"parent.cfg\"; merges over a parent: groups key by key, numbers, texts and lists replace, and { remove = true; }\n"
        "drops what was inherited. @include \"part.cfg\" on a line of its own puts in another file as it stands.\n");
    fputs(".PP\n", stream);
    put(stream,
        "ipsim check FILE.cfg reports every problem with its line; ipsim show FILE.cfg prints what is understood, with the line of each\n"
        "value.\n");
    put_section(stream, "KEYS");
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!has_section(table, row)) {
            put_key(stream, table, row);
        }
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        if (!has_section(table, row)) {
            continue;
        }
        const char *key = cell(table, row, "key");
        if (row == 0 || !same_section(cell(table, row - 1, "key"), key)) {
            fputs(".SS ", stream);
            put_text(stream, key, strcspn(key, "."));
            fputc('\n', stream);
        }
        put_key(stream, table, row);
    }
    put_section(stream, "SEE ALSO");
    put_reference(stream, "ipsim-check", 1, false);
    put_reference(stream, "ipsim-show", 1, false);
    put_reference(stream, "ipsim", 1, true);
    ipsim_table_free(table);
    return IPSIM_OK;
}
