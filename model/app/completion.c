/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/completion: what shells may complete, from the tables of options.c. See app.h. */
#include <string.h>

#include "app/app.h"

/* Options that take one of a few words. */
static const struct {
    const char *option, *words;
} choices[] = {
    {"engine", "fast reference"},
    {"language", "en nb"},
    {"design", "mc lhs sobol sobol-joint"},
    {"completion", "bash zsh fish"},
};

static const char *words_of(const ipsim_option_spec *option)
{
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        if (strcmp(choices[i].option, option->name) == 0) {
            return choices[i].words;
        }
    }
    return NULL;
}

static bool takes_file(const ipsim_option_spec *option)
{
    return option->argument != NULL && strstr(option->argument, "FILE") != NULL;
}

static bool takes_folder(const ipsim_option_spec *option)
{
    return option->argument != NULL && strcmp(option->argument, "DIR") == 0;
}

/* The ending of the files that a command reads; NULL for none. Folders are always offered, to walk through. */
static const char *ending_of(const ipsim_command_spec *command)
{
    static const char *const endings[] = {"cfg", "csv", "ipsim"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char dotted[16];
        snprintf(dotted, sizeof dotted, ".%s", endings[i]);
        if (strstr(command->operands, dotted) != NULL) {
            return endings[i];
        }
    }
    return NULL;
}

static bool belongs(const ipsim_option_spec *option, size_t command)
{
    return (option->commands >> command & 1U) != 0;
}

/* ---- bash ---- */
static void put_options_of(FILE *stream, size_t command)
{
    const char *between = "";
    for (size_t o = 0; o < ipsim_n_options; o++) {
        const ipsim_option_spec *option = &ipsim_options[o];
        if (belongs(option, command)) {
            fprintf(stream, "%s--%s", between, option->name);
            between = " ";
            if (option->letter != '\0') {
                fprintf(stream, " -%c", option->letter);
            }
        }
    }
}

/* Case patterns of the options for which `wanted` holds. */
static void put_pattern(FILE *stream, bool wanted(const ipsim_option_spec *))
{
    const char *between = "    ";
    for (size_t o = 0; o < ipsim_n_options; o++) {
        const ipsim_option_spec *option = &ipsim_options[o];
        if (wanted(option)) {
            fprintf(stream, "%s--%s", between, option->name);
            between = " | ";
            if (option->letter != '\0') {
                fprintf(stream, " | -%c", option->letter);
            }
        }
    }
    fputs(")\n", stream);
}

static bool takes_anything_else(const ipsim_option_spec *option)
{
    bool value = option->kind != IPSIM_OPTION_FLAG && option->kind != IPSIM_OPTION_MAYBE;
    return value && !takes_file(option) && !takes_folder(option) && words_of(option) == NULL;
}

static bool takes_file_apart(const ipsim_option_spec *option)
{
    return takes_file(option) && option->kind != IPSIM_OPTION_MAYBE;
}

static void put_bash(FILE *stream)
{
    fputs(
        "# bash completion for ipsim. Written by the program: ipsim help --completion bash\n"
        "_ipsim() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} options=\"\" ending=\"\"\n"
        "    COMPREPLY=()\n"
        "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
        "        mapfile -t COMPREPLY < <(compgen -W \"",
        stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        fprintf(stream, "%s ", ipsim_commands[c].name);
    }
    fputs("--help --version\" -- \"$word\")\n        return\n    fi\n    case $before in\n", stream);
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        fprintf(stream, "    --%s)\n        mapfile -t COMPREPLY < <(compgen -W \"%s\" -- \"$word\")\n        return\n        ;;\n",
                choices[i].option, choices[i].words);
    }
    put_pattern(stream, takes_folder);
    fputs("        compopt -o filenames\n        mapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n        return\n        ;;\n", stream);
    put_pattern(stream, takes_file_apart);
    fputs("        compopt -o filenames\n        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n        return\n        ;;\n", stream);
    put_pattern(stream, takes_anything_else);
    fputs("        return\n        ;;\n    esac\n    case $command in\n", stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        const char *ending = ending_of(&ipsim_commands[c]);
        fprintf(stream, "    %s)\n        options=\"", ipsim_commands[c].name);
        put_options_of(stream, c);
        fprintf(stream, "\"\n        ending=%s\n        ;;\n",
                c == IPSIM_COMMAND_HELP                 ? "help"
                : ending != NULL                        ? ending
                : ipsim_commands[c].operands[0] != '\0' ? "folder"
                                                        : "none");
    }
    fputs("    esac\n"
          "    if [[ $word == -* ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
          "        return\n"
          "    fi\n"
          "    case $ending in\n"
          "    help)\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"scenario",
          stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        fprintf(stream, " %s", ipsim_commands[c].name);
    }
    fputs("\" -- \"$word\")\n"
          "        ;;\n"
          "    none | \"\") ;;\n"
          "    folder)\n"
          "        compopt -o filenames\n"
          "        mapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n"
          "        ;;\n"
          "    *)\n"
          "        compopt -o filenames\n"
          "        mapfile -t COMPREPLY < <(\n"
          "            compgen -f -X \"!*.$ending\" -- \"$word\"\n"
          "            compgen -d -- \"$word\"\n"
          "        )\n"
          "        ;;\n"
          "    esac\n"
          "} &&\n"
          "    complete -F _ipsim ipsim\n",
          stream);
}

/* ---- zsh ---- */
/* Within '...' and before a colon or bracket of _arguments. */
static void put_zsh_text(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", stream);
        } else {
            fputs(strchr("[]:\\", *text) != NULL ? "\\" : "", stream);
            fputc(*text, stream);
        }
    }
}

static void put_zsh_value(FILE *stream, const ipsim_option_spec *option)
{
    const char *words = words_of(option);
    if (option->kind == IPSIM_OPTION_FLAG) {
        return;
    }
    fputs(option->kind == IPSIM_OPTION_MAYBE ? "::" : ":", stream);
    put_zsh_text(stream, option->argument[0] == '[' ? "FILE" : option->argument);
    if (words != NULL) {
        fprintf(stream, ":(%s)", words);
    } else {
        fputs(takes_folder(option) ? ":_files -/" : takes_file(option) ? ":_files" : ":", stream);
    }
}

static void put_zsh_option(FILE *stream, const ipsim_option_spec *option)
{
    const char *star = option->kind == IPSIM_OPTION_SETTING ? "*" : "";
    const char *equals = option->kind == IPSIM_OPTION_FLAG ? "" : option->kind == IPSIM_OPTION_MAYBE ? "=-" : "=";
    for (int form = option->letter != '\0' ? 0 : 1; form < 2; form++) {
        if (form == 0) {
            fprintf(stream, " \\\n                '%s-%c%s[", star, option->letter, option->kind == IPSIM_OPTION_FLAG ? "" : "+");
        } else {
            fprintf(stream, " \\\n                '%s--%s%s[", star, option->name, equals);
        }
        put_zsh_text(stream, option->help);
        fputs("]", stream);
        put_zsh_value(stream, option);
        fputs("'", stream);
    }
}

static void put_zsh(FILE *stream)
{
    fputs("#compdef ipsim\n# Written by the program: ipsim help --completion zsh\n\n_ipsim() {\n"
          "    local context state state_descr line\n    typeset -A opt_args\n    local -a commands\n    commands=(\n",
          stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        fprintf(stream, "        '%s:", ipsim_commands[c].name);
        put_zsh_text(stream, ipsim_commands[c].purpose);
        fputs("'\n", stream);
    }
    fputs("    )\n    _arguments -C '(- *)--help[this help]' '(- *)--version[print the version]' '1:command:->command' "
          "'*::argument:->argument'\n"
          "    case $state in\n    command)\n        _describe -t commands command commands\n        ;;\n    argument)\n        case "
          "$line[1] in\n",
          stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        const char *ending = ending_of(&ipsim_commands[c]);
        fprintf(stream, "        %s)\n            _arguments -s -S", ipsim_commands[c].name);
        for (size_t o = 0; o < ipsim_n_options; o++) {
            if (belongs(&ipsim_options[o], c)) {
                put_zsh_option(stream, &ipsim_options[o]);
            }
        }
        if (c == IPSIM_COMMAND_HELP) {
            fputs(" \\\n                '1:command:(scenario", stream);
            for (size_t other = 0; other < IPSIM_N_COMMANDS; other++) {
                fprintf(stream, " %s", ipsim_commands[other].name);
            }
            fputs(")'", stream);
        } else if (ending != NULL) {
            fprintf(stream, " \\\n                '*:file:_files -g \"*.%s\"'", ending);
        } else if (ipsim_commands[c].operands[0] != '\0') {
            fputs(" \\\n                '*:folder:_files -/'", stream);
        }
        fputs("\n            ;;\n", stream);
    }
    fputs("        esac\n        ;;\n    esac\n}\n\n_ipsim \"$@\"\n", stream);
}

/* ---- fish ---- */
static void put_fish_text(FILE *stream, const char *text)
{
    fputc('\'', stream);
    for (; *text != '\0'; text++) {
        fputs(*text == '\'' || *text == '\\' ? "\\" : "", stream);
        fputc(*text, stream);
    }
    fputc('\'', stream);
}

static void put_fish_option(FILE *stream, const ipsim_option_spec *option)
{
    fputs("complete -c ipsim -n '__fish_seen_subcommand_from", stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        if (belongs(option, c)) {
            fprintf(stream, " %s", ipsim_commands[c].name);
        }
    }
    fprintf(stream, "' -l %s", option->name);
    if (option->letter != '\0') {
        fprintf(stream, " -s %c", option->letter);
    }
    if (words_of(option) != NULL) {
        fprintf(stream, " -x -a '%s'", words_of(option));
    } else if (takes_folder(option)) {
        fputs(" -x -a '(__fish_complete_directories)'", stream);
    } else if (option->kind != IPSIM_OPTION_FLAG && option->kind != IPSIM_OPTION_MAYBE) {
        fputs(takes_file(option) ? " -r -F" : " -x", stream);
    }
    fputs(" -d ", stream);
    put_fish_text(stream, option->help);
    fputc('\n', stream);
}

static void put_fish(FILE *stream)
{
    fputs("# fish completion for ipsim. Written by the program: ipsim help --completion fish\ncomplete -c ipsim -f\n", stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        fprintf(stream, "complete -c ipsim -n __fish_use_subcommand -a %s -d ", ipsim_commands[c].name);
        put_fish_text(stream, ipsim_commands[c].purpose);
        fputc('\n', stream);
    }
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        const char *ending = ending_of(&ipsim_commands[c]);
        if (ending != NULL) {
            fprintf(stream, "complete -c ipsim -n '__fish_seen_subcommand_from %s' -a '(__fish_complete_suffix .%s)'\n",
                    ipsim_commands[c].name, ending);
        } else if (c != IPSIM_COMMAND_HELP && ipsim_commands[c].operands[0] != '\0') {
            fprintf(stream, "complete -c ipsim -n '__fish_seen_subcommand_from %s' -a '(__fish_complete_directories)'\n",
                    ipsim_commands[c].name);
        }
    }
    fputs("complete -c ipsim -n '__fish_seen_subcommand_from help' -a 'scenario", stream);
    for (size_t c = 0; c < IPSIM_N_COMMANDS; c++) {
        fprintf(stream, " %s", ipsim_commands[c].name);
    }
    fputs("'\n", stream);
    for (size_t o = 0; o < ipsim_n_options; o++) {
        if (ipsim_options[o].commands != 0) {
            put_fish_option(stream, &ipsim_options[o]);
        }
    }
}

ipsim_status ipsim_completion_write(FILE *stream, const char *shell, ipsim_error *err)
{
    static const struct {
        const char *name;
        void (*write)(FILE *);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shell, shells[i].name) == 0) {
            shells[i].write(stream);
            return IPSIM_OK;
        }
    }
    return ipsim_error_set(err, IPSIM_ERR_USAGE, "--completion needs bash, zsh or fish, not \"%s\"", shell);
}
