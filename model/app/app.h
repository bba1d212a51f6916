/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of app share: one function for each command, and the small services they use. Only app prints. */
#ifndef IPSIM_APP_H
#define IPSIM_APP_H

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "ipsim/cli.h"
#include "ipsim/evppi.h"
#include "ipsim/files.h"
#include "ipsim/psa_page.h"
#include "ipsim/run.h"
#include "ipsim/scenario.h"
#include "ipsim/table.h"

typedef struct ipsim_app {
    const ipsim_cli *cli;
    bool inputs_read; /* from here on a file error is a failure of ours, not bad input: see ipsim_cli_exit_code */
} ipsim_app;

/* ---- commands: everything is printed when they return; the status becomes the exit code ---- */
ipsim_status ipsim_app_simulate(ipsim_app *app); /* run, compare and psa */
ipsim_status ipsim_app_dsa(ipsim_app *app);
ipsim_status ipsim_app_cea(ipsim_app *app);
ipsim_status ipsim_app_voi(ipsim_app *app);
ipsim_status ipsim_app_report(ipsim_app *app);
ipsim_status ipsim_app_check(ipsim_app *app);
ipsim_status ipsim_app_show(ipsim_app *app);
ipsim_status ipsim_app_diff(ipsim_app *app);
ipsim_status ipsim_app_describe(ipsim_app *app);
ipsim_status ipsim_app_replay(ipsim_app *app);
ipsim_status ipsim_app_merge(ipsim_app *app);
ipsim_status ipsim_app_help(ipsim_app *app);
void ipsim_app_help_overview(FILE *stream);
void ipsim_app_help_command(FILE *stream, ipsim_command_id command);

/* run, compare and psa by another name: shards are files to be joined instead of simulating (NULL: none), and files those of their scenarios. */
ipsim_status ipsim_app_simulate_as(ipsim_app *app, const ipsim_cli *cli, const char *const *shards, size_t n_shards, ipsim_files *files);

/* ---- inputs.c: the scenarios of a command line ---- */
typedef struct ipsim_inputs {
    size_t count;
    ipsim_scenario **items; /* NULL where loading failed */
    ipsim_files *files;     /* borrowed: where their files are kept, or taken from; NULL for the disk alone */
} ipsim_inputs;
/* Loads every operand with those settings of the command line whose key it knows; one that none knows is an error. Goes on after a failure,
 * so that all problems are seen at once. Every command that reads scenarios reads them here. */
ipsim_status ipsim_inputs_load(const ipsim_cli *cli, ipsim_inputs *out, ipsim_error_list *errors);
void ipsim_inputs_free(ipsim_inputs *inputs);
const ipsim_scenario *const *ipsim_inputs_view(const ipsim_inputs *inputs);

/* ---- psa_decision.c: what cea and voi say about draws that have just been made ---- */
enum { IPSIM_EVPPI_DRAWS_LEAST = 200, IPSIM_EVPPI_DRAWS_MOST = 20000 }; /* between these a psa estimates EVPPI by itself */
/* The tables cea, frontier, plane, net_benefit, ceac, evpi and, where there is something to say, subgroups, distribution, equity,
 * shortfall and evppi, for the writers; and what the page of the psa shows of them. */
typedef struct ipsim_decision_of_psa {
    size_t n_tables;
    ipsim_table *tables[32];
    char *text; /* decision.txt: the pages that cea and voi print */
    double thresholds[IPSIM_PSA_PAGE_THRESHOLDS];
    ipsim_psa_page_decision page; /* points into the above */
    bool interrupted;             /* before EVPPI was there */
} ipsim_decision_of_psa;
/* Before anything is simulated: options that go with psa (and merge of its shards) only, that contradict each other, or that name what
 * the scenarios do not have. All problems at once. */
ipsim_status ipsim_psa_decision_check(const ipsim_cli *cli, const ipsim_inputs *inputs, ipsim_error_list *errors) IPSIM_MUST_CHECK;
bool ipsim_psa_decision_is_wanted(const ipsim_cli *cli, const ipsim_inputs *inputs, const ipsim_results *results);
/* Before the output folder is committed. folder: the work path, in which the tables of the psa lie already. The comparator is the first
 * scenario. Every parameter, every family of parameters (name up to the first underscore) and every status has its row in evppi. watch ends
 * EVPPI alone. On failure out is empty. Clear it in any case; it must not be copied. */
ipsim_status ipsim_psa_decide(const ipsim_cli *cli, const char *folder, size_t n_draws, int n_threads, ipsim_evppi_watch *watch,
                              ipsim_decision_of_psa *out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_decision_of_psa_clear(ipsim_decision_of_psa *decision);

/* ---- run_plan.c: what the options of run, compare and psa ask of the simulation; the journal of dsa, too ---- */
typedef struct ipsim_run_plan {
    ipsim_run_options options; /* all but the callbacks */
    ipsim_psa_options psa;     /* which options.psa points to: the plan must not be copied */
    uint64_t *seeds;
    char *until_outcome, *journal, *shard_file, *program;
} ipsim_run_plan;
/* Reads what needs no output path: --seeds, --until-mcse, --shard. IPSIM_ERR_USAGE and others; clear it in any case. */
ipsim_status ipsim_run_plan_read(const ipsim_cli *cli, ipsim_run_plan *plan, ipsim_error *err) IPSIM_MUST_CHECK;
/* Where shard and journal go, beside the output folder. */
ipsim_status ipsim_run_plan_place(const ipsim_cli *cli, const char *output, ipsim_run_plan *plan, ipsim_error *err) IPSIM_MUST_CHECK;
/* "What is finished is kept in ...", and the command that goes on with the journal; the caller frees. NULL: memory is short. */
char *ipsim_run_plan_how_to_resume(const ipsim_cli *cli, const ipsim_run_plan *plan);
void ipsim_run_plan_say_how_to_resume(const ipsim_cli *cli, const ipsim_run_plan *plan); /* on stderr */
void ipsim_run_plan_clear(ipsim_run_plan *plan);

/* ---- mpi_driver.c: several processes, one run ---- */
/* Joins the other processes when started by mpirun or srun. IPSIM_ERR_USAGE when started so without having been built for it. */
ipsim_status ipsim_mpi_begin(ipsim_error *err) IPSIM_MUST_CHECK;
const ipsim_team *ipsim_mpi_team(void); /* NULL: alone */
bool ipsim_mpi_is_first(void);          /* the one who prints and writes */
/* Ends the process where others may be waiting in vain (interrupted); otherwise returns. */
void ipsim_mpi_end(bool interrupted, int code);

/* ---- complaints.c: what went wrong, on stderr ---- */
/* Sorted, one a line, then "ipsim: 3 problems in scenarios/x.cfg; nothing was written." (consequence: the part after the semicolon, may be
 * NULL). Returns the status that decides the exit code. */
ipsim_status ipsim_app_complain(ipsim_error_list *errors, ipsim_status status, const char *consequence);
ipsim_status ipsim_app_complain_once(const ipsim_error *err);

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
    const char *command, *unit; /* unit: of what is counted; persons at first */
    bool quiet, shown;          /* shown: stderr is a terminal that can rewrite a line, and not --quiet */
    double patience;            /* seconds before anything is shown; 0 at first */
    struct timespec begun, started, printed;
    int64_t first; /* what was done at the first call, by the run that is gone on with */
    size_t width;  /* of what stands on the line now */
} ipsim_progress_line;
void ipsim_progress_begin(ipsim_progress_line *line, const ipsim_cli *cli);
void ipsim_progress_update(void *line, int64_t done, int64_t total);  /* an ipsim_progress */
void ipsim_progress_note(void *line, bool warning, const char *text); /* an ipsim_note: a line of its own on stderr */
void ipsim_progress_end(ipsim_progress_line *line);

/* ---- manual.c and completion.c: from the tables of options.c ---- */
void ipsim_manual_overview(FILE *stream); /* ipsim(1) */
void ipsim_manual_command(FILE *stream, ipsim_command_id command);
ipsim_status ipsim_manual_scenario(FILE *stream, ipsim_error *err) IPSIM_MUST_CHECK;
ipsim_status ipsim_completion_write(FILE *stream, const char *shell, ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- terminal.c ---- */
typedef struct ipsim_terminal {
    size_t width; /* 0: not a terminal, one that cannot show curves, or one of unknown width */
    bool colour;
} ipsim_terminal;
/* Of standard output: UTF-8 by the locale's name, TERM other than dumb, NO_COLOR and CLICOLOR. */
ipsim_terminal ipsim_terminal_describe(void);

/* ---- signals.c ---- */
extern volatile sig_atomic_t ipsim_stop_requested;
/* A closed pipe ends the program without a word, as with other tools; a file that grows too large is an error like a full disk. */
void ipsim_signals_of_files(void);
/* The first SIGINT or SIGTERM only sets ipsim_stop_requested, and the second kills. last_words (NULL for none; borrowed until the end) are
 * written by the handler itself: mpirun may kill a process milliseconds after it has asked it to end. */
void ipsim_signals_begin(const char *last_words);
void ipsim_signals_end(void); /* back to the default */

/* ---- prepare.c ---- */
/* Before anything else. */
void ipsim_prepare_heap(void);
/* Begins to load the library that makes workbooks, and to get memory, beside what comes next; the program may not end before the end. */
void ipsim_prepare_begin(void);
void ipsim_prepare_end(void);

/* ---- version.c ---- */
typedef struct ipsim_library_version {
    const char *name;
    char version[32];
} ipsim_library_version;
enum { IPSIM_N_LIBRARIES = 6, IPSIM_OUTPUT_FORMAT = 1 /* raised when a column or a name in the output changes its meaning */ };
const char *ipsim_version(void);
const char *ipsim_git_hash(void);
/* A digest of the sources that decide numbers: programs with the same one give the same bytes, whatever else was changed. */
const char *ipsim_arithmetic(void);
const char *ipsim_compiler(void);
void ipsim_library_versions(ipsim_library_version libraries[IPSIM_N_LIBRARIES]);
void ipsim_version_print(FILE *stream, bool with_libraries);

/* ---- result_files.c ---- */
/* NAME.csv of every table from first on, the files that hold all of them (results.sqlite, results.xlsx), and summary.txt, on up to so many
 * threads. With several errors, the first file's. The manifest is not among them: it must be the last. */
ipsim_status ipsim_app_write_files(const char *folder, const ipsim_table *const *tables, size_t n_tables, size_t first, const char *summary,
                                   int n_threads, ipsim_error *err) IPSIM_MUST_CHECK;
/* NAME.csv of every table, and no more. */
ipsim_status ipsim_app_write_tables(const char *folder, const ipsim_table *const *tables, size_t n_tables, int n_threads,
                                    ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- manifest.c: where a result comes from; the only file of a result that may differ from run to run ---- */
/* Last of all files: it lists those that lie beside it, which a later run may delete. */
ipsim_status ipsim_manifest_write(const ipsim_cli *cli, const ipsim_inputs *inputs, const ipsim_results *results, time_t started,
                                  const char *path, ipsim_error *err);
/* The same for an analysis of files that somebody else may have made: each input with a digest of its bytes. */
ipsim_status ipsim_manifest_write_analysis(const ipsim_cli *cli, const char *const *files, size_t n_files, size_t n_draws, time_t started,
                                           double wall_seconds, const char *path, ipsim_error *err);
/* The command line as a shell would take it, with one more option (NULL for none); the caller frees. NULL when memory is short. */
char *ipsim_manifest_command_line(const ipsim_cli *cli, const char *option);
/* A word as a shell would take it. */
void ipsim_shell_put_word(FILE *stream, const char *word);
/* Whether the folder holds a result that was not interrupted. */
bool ipsim_manifest_is_complete(const char *folder);

/* ---- command_report.c ---- */
/* Writes report.html into a folder of results in the making that has its tables and its manifest; list it there afterwards.
 * language: NULL for English. */
ipsim_status ipsim_report_into(const char *folder, const char *language, ipsim_error *err) IPSIM_MUST_CHECK;
/* One line when the page has no charts, and how to get them. */
void ipsim_report_say_what_is_missing(FILE *stream);

/* ---- output_name.c ---- */
/* "output/traditional-vs-ips", or --output without trailing slashes; the caller frees. NULL when memory is short. */
char *ipsim_output_name(const ipsim_cli *cli, const ipsim_inputs *inputs);
/* "output/psa-cea" for output/psa, output/psa/ or psa.csv, or --output; the caller frees. */
char *ipsim_output_name_of_file(const ipsim_cli *cli, const char *file, const char *suffix);

#endif
