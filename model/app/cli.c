/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/cli: argv into ipsim_cli, by the tables of options.c. See include/ipsim/cli.h. */
#include "ipsim/cli.h"
#include "ipsim/nearest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int ipsim_cli_exit_code(ipsim_status status, bool inputs_read)
{
    switch (status) {
    case IPSIM_OK:
        return 0;
    case IPSIM_ERR_SYNTAX:
    case IPSIM_ERR_UNKNOWN_KEY:
    case IPSIM_ERR_TYPE:
    case IPSIM_ERR_MISSING:
    case IPSIM_ERR_RANGE:
    case IPSIM_ERR_REFERENCE:
    case IPSIM_ERR_CYCLE:
    case IPSIM_ERR_DUPLICATE:
    case IPSIM_ERR_RULE:
    case IPSIM_ERR_EXPRESSION:
    case IPSIM_ERR_DATA:
    case IPSIM_ERR_INCOMPATIBLE:
    case IPSIM_ERR_USAGE:
        return 2;
    case IPSIM_ERR_FILE:
        return inputs_read ? 1 : 2;
    case IPSIM_ERR_INTERRUPTED:
        return 130;
    case IPSIM_ERR_MEMORY:
    case IPSIM_ERR_OVERFLOW:
    case IPSIM_ERR_LIMIT:
        return 1;
    }
    return 1;
}

/* ---- the nearest known word ---- */
enum { MOST_WORDS = 128 };

static const char *nearest_command(const char *typed)
{
    const char *names[IPSIM_N_COMMANDS];
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        names[c] = ipsim_commands[c].name;
    }
    return ipsim_nearest(typed, names, IPSIM_N_COMMANDS);
}

static const char *nearest_option(const char *typed, ipsim_command_id command)
{
    const char *names[MOST_WORDS];
    ipsim_bug_assert(ipsim_n_options <= MOST_WORDS);
    for (size_t o = 0; o < ipsim_n_options; o++) {
        names[o] = (ipsim_options[o].commands >> command & 1U) != 0 ? ipsim_options[o].name : NULL;
    }
    return ipsim_nearest(typed, names, ipsim_n_options);
}

/* ---- values ---- */
bool ipsim_cli_parse_whole(const char *text, int64_t *value)
{
    const uint64_t most = INT64_MAX;
    uint64_t number = 0;
    int scale = 0; /* the number is `number` x 10^scale */
    bool after_point = false, any_digit = false;
    const char *at = text;
    for (; (*at >= '0' && *at <= '9') || (*at == '.' && !after_point); at++) {
        if (*at == '.') {
            after_point = true;
            continue;
        }
        uint64_t digit = (uint64_t)(*at - '0');
        if (number > (most - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
        scale -= after_point;
        any_digit = true;
    }
    if (any_digit && (*at == 'e' || *at == 'E')) {
        at += at[1] == '+' ? 2 : 1;
        int exponent = 0;
        any_digit = false;
        for (; *at >= '0' && *at <= '9' && exponent < 1000; at++) {
            exponent = exponent * 10 + (*at - '0');
            any_digit = true;
        }
        scale += exponent;
    }
    if (!any_digit || *at != '\0') {
        return false;
    }
    for (; scale > 0 && number > 0; scale--) {
        if (number > most / 10) {
            return false;
        }
        number *= 10;
    }
    for (; scale < 0; scale++) {
        if (number % 10 != 0) {
            return false;
        }
        number /= 10;
    }
    *value = (int64_t)number;
    return true;
}

static ipsim_status add_setting(ipsim_cli *cli, const char *text, ipsim_error *err)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--set needs KEY=VALUE, not \"%s\"", text);
    }
    ipsim_setting *grown = realloc(cli->settings, (cli->n_settings + 1) * sizeof *grown);
    if (grown == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    cli->settings = grown;
    char *key = strndup(text, (size_t)(equals - text));
    if (key == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    cli->settings[cli->n_settings++] = (ipsim_setting){key, equals + 1};
    return IPSIM_OK;
}

static ipsim_status store(ipsim_cli *cli, const ipsim_option_spec *option, const char *value, ipsim_error *err)
{
    void *field = (char *)cli + option->offset;
    int64_t whole;
    switch (option->kind) {
    case IPSIM_OPTION_FLAG:
        *(bool *)field = true;
        return IPSIM_OK;
    case IPSIM_OPTION_WHOLE:
        if (!ipsim_cli_parse_whole(value, &whole) || whole < option->minimum || whole > option->maximum) {
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s needs a whole number from %" PRId64 " to %" PRId64 ", not \"%s\"",
                                   option->name, option->minimum, option->maximum, value);
        }
        *(int64_t *)field = whole;
        return IPSIM_OK;
    case IPSIM_OPTION_TEXT:
        if (value[0] == '\0') {
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s needs a value, not an empty one", option->name);
        }
        if (option->offset == offsetof(ipsim_cli, engine) && strcmp(value, "fast") != 0 && strcmp(value, "reference") != 0) {
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s needs fast or reference, not \"%s\"", option->name, value);
        }
        if (option->offset == offsetof(ipsim_cli, language) && strcmp(value, "en") != 0 && strcmp(value, "nb") != 0) {
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s needs en (English) or nb (Norwegian), not \"%s\"", option->name, value);
        }
        *(const char **)field = value;
        return IPSIM_OK;
    case IPSIM_OPTION_MAYBE:
        *(const char **)field = value != NULL ? value : "";
        return IPSIM_OK;
    case IPSIM_OPTION_SETTING:
        return add_setting(cli, value, err);
    }
    return IPSIM_OK;
}

/* ---- words of the command line ---- */
/* The command's own; else that of another command, for the complaint. */
static const ipsim_option_spec *find_option(const char *name, size_t length, char letter, ipsim_command_id command)
{
    const ipsim_option_spec *foreign = NULL;
    for (size_t o = 0; o < ipsim_n_options; o++) {
        const ipsim_option_spec *option = &ipsim_options[o];
        bool same = letter != '\0' ? option->letter == letter : strlen(option->name) == length && strncmp(option->name, name, length) == 0;
        if (same && command < IPSIM_N_COMMANDS && (option->commands >> command & 1U) != 0) {
            return option;
        }
        foreign = same && foreign == NULL ? option : foreign;
    }
    return foreign;
}

static ipsim_status unknown_option(const char *word, size_t length, ipsim_command_id command, ipsim_error *err)
{
    const char *name = ipsim_commands[command].name;
    char typed[64] = ""; /* a letter has no near ones */
    if (word[1] == '-') {
        snprintf(typed, sizeof typed, "%.*s", (int)(length < 60 ? length - 2 : 60), word + 2);
    }
    const char *near = nearest_option(typed, command);
    if (near != NULL) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "%s has no option \"%.*s\"; did you mean --%s?", name, (int)length, word, near);
    }
    return ipsim_error_set(err, IPSIM_ERR_USAGE, "%s has no option \"%.*s\"", name, (int)length, word);
}

static ipsim_status foreign_option(const ipsim_option_spec *option, ipsim_command_id command, ipsim_error *err)
{
    char owners[128] = "";
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        if ((option->commands >> c & 1U) != 0) {
            size_t used = strlen(owners);
            snprintf(owners + used, sizeof owners - used, "%s%s", used > 0 ? ", " : "", ipsim_commands[c].name);
        }
    }
    const char *near = nearest_option(option->name, command);
    if (near != NULL) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "%s has no option --%s; did you mean --%s?", ipsim_commands[command].name,
                               option->name, near);
    }
    return ipsim_error_set(err, IPSIM_ERR_USAGE, "%s has no option --%s%s%s", ipsim_commands[command].name, option->name,
                           owners[0] != '\0' ? "; it belongs to " : "", owners);
}

/* Reads the option at argv[*at] and moves *at to its last word. */
static ipsim_status parse_option(ipsim_cli *cli, int *at, ipsim_error *err)
{
    const char *word = cli->argv[*at];
    const ipsim_option_spec *option;
    const char *value = NULL;
    size_t length = strcspn(word, "=");
    if (word[1] == '-') {
        option = find_option(word + 2, length - 2, '\0', cli->command);
        value = word[length] == '=' ? word + length + 1 : NULL;
    } else {
        length = 2;
        option = find_option("", 0, word[1], cli->command);
        value = word[2] != '\0' ? word + 2 + (word[2] == '=') : NULL;
    }
    if (option == NULL) {
        return unknown_option(word, length, cli->command, err);
    }
    if ((option->commands >> cli->command & 1U) == 0) {
        return foreign_option(option, cli->command, err);
    }
    if (option->kind == IPSIM_OPTION_FLAG) {
        if (value != NULL) {
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s takes no value", option->name);
        }
    } else if (value == NULL && option->kind != IPSIM_OPTION_MAYBE) {
        bool another = *at + 1 < cli->argc && strncmp(cli->argv[*at + 1], "--", 2) != 0;
        if (!another) {
            return ipsim_error_set(err, IPSIM_ERR_USAGE, "--%s needs a value: --%s %s", option->name, option->name, option->argument);
        }
        value = cli->argv[++*at];
    }
    return store(cli, option, value, err);
}

static ipsim_status parse_command(ipsim_cli *cli, const char *word, ipsim_error *err)
{
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        if (strcmp(word, ipsim_commands[c].name) == 0) {
            cli->command = (ipsim_command_id)c;
            return IPSIM_OK;
        }
    }
    size_t length = strlen(word);
    if (length > 4 && strcmp(word + length - 4, ".cfg") == 0) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "the command comes first; did you mean \"ipsim run %s\"?", word);
    }
    if (word[0] == '-') {
        const ipsim_option_spec *option = word[1] == '-' ? find_option(word + 2, strcspn(word + 2, "="), '\0', IPSIM_COMMAND_NONE)
                                                         : find_option("", 0, word[1] != '\0' ? word[1] : '-', IPSIM_COMMAND_NONE);
        return ipsim_error_set(
            err, IPSIM_ERR_USAGE,
            option != NULL ? "the command comes before \"%s\": ipsim COMMAND [OPTIONS] FILE.cfg..." : "there is no option \"%s\"", word);
    }
    const char *near = nearest_command(word);
    if (near != NULL) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "there is no command \"%s\"; did you mean %s?", word, near);
    }
    return ipsim_error_set(err, IPSIM_ERR_USAGE, "there is no command \"%s\"", word);
}

static ipsim_status check_operands(const ipsim_cli *cli, ipsim_error *err)
{
    const ipsim_command_spec *command = &ipsim_commands[cli->command];
    if (cli->n_operands < command->least_operands) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "%s needs %s", command->name, command->operands);
    }
    if (cli->n_operands > command->most_operands) {
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "%s takes %s; \"%s\" is one too many", command->name,
                               command->operands[0] != '\0' ? command->operands : "nothing more", cli->operands[command->most_operands]);
    }
    int formats = cli->json + cli->csv + cli->markdown;
    return formats > 1 ? ipsim_error_set(err, IPSIM_ERR_USAGE, "--json and --csv exclude each other") : IPSIM_OK;
}

static ipsim_status parse(ipsim_cli *cli, ipsim_error *err)
{
    if (cli->argc < 2) {
        return IPSIM_OK;
    }
    const char *first = cli->argv[1];
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        cli->help = true;
        return IPSIM_OK;
    }
    if (strcmp(first, "--version") == 0) {
        cli->version = true;
        return IPSIM_OK;
    }
    ipsim_status status = parse_command(cli, first, err);
    bool only_operands = false;
    for (int i = 2; status == IPSIM_OK && i < cli->argc; i++) {
        const char *word = cli->argv[i];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            cli->operands[cli->n_operands++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else {
            status = parse_option(cli, &i, err);
        }
    }
    return status == IPSIM_OK && !cli->help ? check_operands(cli, err) : status;
}

ipsim_status ipsim_cli_parse(int argc, char *const *argv, ipsim_cli *out, ipsim_error *err)
{
    *out = (ipsim_cli){.command = IPSIM_COMMAND_NONE, .seed = -1, .argc = argc, .argv = argv};
    out->operands = calloc((size_t)(argc > 0 ? argc : 1), sizeof *out->operands);
    if (out->operands == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_status status = parse(out, err);
    if (status != IPSIM_OK) {
        ipsim_command_id command = out->command; /* so that the message can point at that command's help */
        ipsim_cli_clear(out);
        out->command = command;
    }
    return status;
}

void ipsim_cli_clear(ipsim_cli *cli)
{
    for (size_t i = 0; i < cli->n_settings; i++) {
        free((char *)(uintptr_t)cli->settings[i].key);
    }
    free(cli->settings);
    free(cli->operands);
    *cli = (ipsim_cli){.command = IPSIM_COMMAND_NONE};
}
