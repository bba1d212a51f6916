/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of app share: one function for each command, and the small services they use. Only app prints. */
#ifndef IPSIM_APP_H
#define IPSIM_APP_H

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "ipsim/cli.h"
#include "ipsim/run.h"
#include "ipsim/scenario.h"
#include "ipsim/table.h"

typedef struct ipsim_app {
    const ipsim_cli *cli;
    bool inputs_read; /* from here on a file error is a failure of ours, not bad input: see ipsim_cli_exit_code */
} ipsim_app;

/* ---- commands: everything is printed when they return; the status becomes the exit code ---- */
ipsim_status ipsim_app_simulate(ipsim_app *app); /* run and compare */
ipsim_status ipsim_app_cea(ipsim_app *app);
ipsim_status ipsim_app_voi(ipsim_app *app);
ipsim_status ipsim_app_check(ipsim_app *app);
ipsim_status ipsim_app_show(ipsim_app *app);
ipsim_status ipsim_app_diff(ipsim_app *app);
ipsim_status ipsim_app_replay(ipsim_app *app);
ipsim_status ipsim_app_help(ipsim_app *app);
void ipsim_app_help_overview(FILE *stream);
void ipsim_app_help_command(FILE *stream, ipsim_command_id command);

/* ---- complaints.c: what went wrong, on stderr ---- */
/* Sorted, one a line, then "ipsim: 3 problems in scenarios/x.cfg; nothing was written." (consequence: the part after the semicolon, may be
 * NULL). Returns the status that decides the exit code. */
ipsim_status ipsim_app_complain(ipsim_error_list *errors, ipsim_status status, const char *consequence);
ipsim_status ipsim_app_complain_once(const ipsim_error *err);

/* ---- inputs.c: the scenarios of a command line ---- */
typedef struct ipsim_inputs {
    size_t count;
    ipsim_scenario **items; /* NULL where loading failed */
} ipsim_inputs;
/* Loads every operand with the settings of the command line; goes on after a failure, so that all problems are seen at once. */
ipsim_status ipsim_inputs_load(const ipsim_cli *cli, ipsim_inputs *out, ipsim_error_list *errors);
void ipsim_inputs_free(ipsim_inputs *inputs);
const ipsim_scenario *const *ipsim_inputs_view(const ipsim_inputs *inputs);

/* ---- aligned.c: tables as text ---- */
typedef struct ipsim_aligned_column {
    const char *heading;
    const char *column; /* of the table */
    const char *line;   /* a column of line numbers, printed behind a colon; NULL for none */
    bool right;         /* numbers */
    size_t widest;      /* longer cells are cut and end in "…"; 0 for no limit */
    int decimals;       /* of real numbers; 0 for as many as the number needs */
} ipsim_aligned_column;
/* Rows first_row .. end_row - 1 under their headings. Columns without any text are left out. IPSIM_ERR_MEMORY. */
ipsim_status ipsim_aligned_print(FILE *stream, const ipsim_table *table, size_t first_row, size_t end_row,
                                 const ipsim_aligned_column *columns, size_t n_columns) IPSIM_MUST_CHECK;
/* --csv or --json of one table on stdout. */
ipsim_status ipsim_aligned_export(const ipsim_table *table, const ipsim_cli *cli, ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- progress.c ---- */
typedef struct ipsim_progress_line {
    const char *command;
    bool shown; /* stderr is a terminal that can rewrite a line, and not --quiet */
    struct timespec started, printed;
    size_t width; /* of what stands on the line now */
} ipsim_progress_line;
void ipsim_progress_begin(ipsim_progress_line *line, const ipsim_cli *cli);
void ipsim_progress_update(void *line, int64_t done, int64_t total); /* an ipsim_progress */
void ipsim_progress_end(ipsim_progress_line *line);

/* ---- signals.c ---- */
extern volatile sig_atomic_t ipsim_stop_requested;
void ipsim_signals_pipe(void);  /* a closed pipe ends the program without a word, as with other tools */
void ipsim_signals_begin(void); /* the first SIGINT or SIGTERM only sets ipsim_stop_requested; the second kills */
void ipsim_signals_end(void);   /* back to the default */

/* ---- version.c ---- */
typedef struct ipsim_library_version {
    const char *name;
    char version[32];
} ipsim_library_version;
enum { IPSIM_N_LIBRARIES = 5, IPSIM_OUTPUT_FORMAT = 1 /* raised when a column or a name in the output changes its meaning */ };
const char *ipsim_version(void);
const char *ipsim_git_hash(void);
const char *ipsim_compiler(void);
void ipsim_library_versions(ipsim_library_version libraries[IPSIM_N_LIBRARIES]);
void ipsim_version_print(FILE *stream, bool with_libraries);

/* ---- manifest.c: where a result comes from; the only file of a result that may differ from run to run ---- */
ipsim_status ipsim_manifest_write(const ipsim_cli *cli, const ipsim_inputs *inputs, const ipsim_results *results, time_t started,
                                  const char *path, ipsim_error *err);
/* The same for an analysis of files that somebody else may have made: each input with a digest of its bytes. */
ipsim_status ipsim_manifest_write_analysis(const ipsim_cli *cli, const char *const *files, size_t n_files, size_t n_draws, time_t started,
                                           double wall_seconds, const char *path, ipsim_error *err);
/* The command line as a shell would take it; the caller frees. NULL when memory is short. */
char *ipsim_manifest_command_line(const ipsim_cli *cli);
/* Whether the folder holds a result that was not interrupted. */
bool ipsim_manifest_is_complete(const char *folder);

/* ---- output_name.c ---- */
/* "output/traditional-vs-ips", or --output without trailing slashes; the caller frees. NULL when memory is short. */
char *ipsim_output_name(const ipsim_cli *cli, const ipsim_inputs *inputs);
/* "output/psa-cea" for output/psa, output/psa/ or psa.csv, or --output; the caller frees. */
char *ipsim_output_name_of_file(const ipsim_cli *cli, const char *file, const char *suffix);

#endif
