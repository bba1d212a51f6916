/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/cli: the command line. One table of commands and one of options (model/app/options.c) drive parsing, every --help, the manual pages
 * (ipsim help --man) and what shells complete (ipsim help --completion). Parsing prints nothing. */
#ifndef IPSIM_CLI_H
#define IPSIM_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipsim/error.h"
#include "ipsim/scenario.h"

typedef enum ipsim_command_id {
    IPSIM_COMMAND_RUN,
    IPSIM_COMMAND_COMPARE,
    IPSIM_COMMAND_PSA,
    IPSIM_COMMAND_DSA,
    IPSIM_COMMAND_CEA,
    IPSIM_COMMAND_VOI,
    IPSIM_COMMAND_REPORT,
    IPSIM_COMMAND_CHECK,
    IPSIM_COMMAND_SHOW,
    IPSIM_COMMAND_DIFF,
    IPSIM_COMMAND_DESCRIBE,
    IPSIM_COMMAND_REPLAY,
    IPSIM_COMMAND_MERGE,
    IPSIM_COMMAND_HELP,
    IPSIM_COMMAND_VERSION,
    IPSIM_N_COMMANDS,
    IPSIM_COMMAND_NONE = IPSIM_N_COMMANDS /* `ipsim` alone, `ipsim --help`, `ipsim --version` */
} ipsim_command_id;

/* The options of decision analysis, as typed; NULL when not given. */
typedef struct ipsim_cli_decision {
    const char *cost, *effect, *strategy, *draw, *perspective_column, *subgroup, *weight, *parameters; /* columns and files */
    const char *comparator, *perspective, *threshold, *currency, *population, *years, *discount, *aversion, *norms, *age, *sex;
    const char *sets, *study, *size, *arms, *study_cost, *study_years;
} ipsim_cli_decision;

/* Those of dsa alone. */
typedef struct ipsim_cli_dsa {
    const char *vary, *quantiles, *grid, *find, *outcome;
    bool scenarios;
} ipsim_cli_dsa;

/* A parsed command line. Text is borrowed from argv, except the keys of settings. */
typedef struct ipsim_cli {
    ipsim_command_id command;
    bool help, version, quiet, json, csv, strict, markdown, man, resume, no_report, no_checks, no_decision;
    int64_t persons;    /* 0: not given */
    int64_t seed;       /* -1: not given */
    int64_t replicate;  /* 0 unless given */
    int64_t threads;    /* 0: not given */
    int64_t person;     /* 0 unless given */
    int64_t replicates; /* 0: not given */
    const char *output;
    const char *engine;     /* NULL: not given */
    const char *seeds;      /* file; NULL: not given, as below */
    const char *until_mcse; /* OUTCOME=VALUE */
    const char *shard;      /* i/n */
    const char *completion; /* bash, zsh or fish */
    const char *language;   /* of reports: en or nb; NULL: not given */
    const char *checkpoint; /* file, or empty for the usual place */
    int64_t draws;          /* 0: not given */
    bool fixed_people;
    const char *design, *only, *fix;
    ipsim_cli_decision decision;
    ipsim_cli_dsa dsa;
    size_t n_settings, n_operands;
    ipsim_setting *settings;
    const char **operands;
    int argc;
    char *const *argv;
} ipsim_cli;

typedef enum ipsim_option_kind {
    IPSIM_OPTION_FLAG,   /* bool */
    IPSIM_OPTION_WHOLE,  /* int64_t between minimum and maximum; 1e6 is accepted */
    IPSIM_OPTION_TEXT,   /* const char * */
    IPSIM_OPTION_MAYBE,  /* const char *, "" without a value, which must follow "=" */
    IPSIM_OPTION_SETTING /* KEY=VALUE, repeatable: appended to settings */
} ipsim_option_kind;

typedef struct ipsim_option_spec {
    const char *name;     /* without the dashes */
    char letter;          /* '\0' for none */
    const char *argument; /* as help shows it; NULL for a flag */
    unsigned commands;    /* bit 1 << ipsim_command_id for each command that takes it */
    ipsim_option_kind kind;
    size_t offset; /* of its field in ipsim_cli */
    int64_t minimum, maximum;
    const char *help;
    const char *standard; /* what holds when it is not given; NULL when there is nothing to say */
} ipsim_option_spec;

typedef struct ipsim_example {
    const char *command, *meaning;
} ipsim_example;

typedef struct ipsim_command_spec {
    const char *name;
    const char *operands; /* as help shows them; "" for none */
    size_t least_operands, most_operands;
    const char *purpose; /* one sentence */
    const char *details; /* more lines for its --help; "" for none */
    ipsim_example examples[3];
    bool can_be_interrupted;
} ipsim_command_spec;

extern const ipsim_command_spec ipsim_commands[IPSIM_N_COMMANDS];
extern const ipsim_option_spec ipsim_options[];
extern const size_t ipsim_n_options;

/* Options may stand before or after operands and be written --name value, --name=value, -n value or -nvalue; "--" ends them. When given
 * twice the last one holds, except --set, which adds up. IPSIM_ERR_USAGE with one sentence that names the nearest known word;
 * IPSIM_ERR_MEMORY. On failure only out->command is set (as far as it was understood) and nothing needs freeing. With help or version set,
 * operands are not counted. */
ipsim_status ipsim_cli_parse(int argc, char *const *argv, ipsim_cli *out, ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_cli_clear(ipsim_cli *cli);

/* A whole number such as 100000, 1e6 or 2.5e3, exactly; false when it is none or does not fit. */
bool ipsim_cli_parse_whole(const char *text, int64_t *value);

/* 0 fine, 1 failed, 2 bad input, 130 interrupted. A file error is bad input until all inputs are read, and a failure of ours from then on.
 * This function alone decides what the shell sees. */
int ipsim_cli_exit_code(ipsim_status status, bool inputs_read);

#endif
