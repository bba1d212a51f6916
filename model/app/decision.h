/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cea and voi share: a table of draws and the options of a decision in, a folder and a page out. */
#ifndef IPSIM_DECISION_H
#define IPSIM_DECISION_H

#include "app/app.h"
#include "ipsim/decision_tables.h"
#include "ipsim/write.h"

enum { IPSIM_HEADLINES_MAX = 4, IPSIM_REMARKS_MAX = 8 };

/* ---- decision_folder.c: what lies beside the draws in a folder of ours. All questions may be asked of NULL, a table by itself. ---- */
typedef struct ipsim_decision_folder ipsim_decision_folder;
/* *out is NULL when path is no folder. IPSIM_ERR_FILE: a folder with neither psa.csv nor the results of a comparison. Tables that are missing
 * or are no such tables leave their questions without an answer. */
ipsim_status ipsim_decision_folder_open(const char *path, ipsim_decision_folder **out, ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_decision_folder_free(ipsim_decision_folder *folder);
bool ipsim_decision_folder_holds(const ipsim_decision_folder *folder, const char *name);
/* The first value with that key in about.csv, or NULL. "perspective:health" is the label of a perspective. */
const char *ipsim_decision_about(const ipsim_decision_folder *folder, const char *key);
const char *ipsim_decision_title(const ipsim_decision_folder *folder, const char *scenario); /* or NULL */
double ipsim_decision_mean_age(const ipsim_decision_folder *folder);                         /* at the start; NaN: not known */
/* An outcome of a scenario at the horizon, not discounted; NaN: not known. */
double ipsim_decision_undiscounted(const ipsim_decision_folder *folder, const char *scenario, const char *subgroup, const char *outcome);
/* The status of a parameter ("assumed"), by its name in parameters.csv; NULL: not known. */
const char *ipsim_decision_parameter_status(const ipsim_decision_folder *folder, const char *parameter);
/* What break_even.csv says about a perspective: the first reported year from which on the scenario has cost less than the comparator so far, on
 * average over draws, the share of draws in which it has then, and the last year reported. False: nothing is said. */
typedef struct ipsim_break_even {
    double year, probability, last_year, last_probability; /* year: NaN when it has not in the end */
    bool for_a_while;                                      /* it had before, and has not in the end */
} ipsim_break_even;
bool ipsim_decision_break_even(const ipsim_decision_folder *folder, const char *scenario, const char *comparator, const char *perspective,
                               ipsim_break_even *out);

typedef struct ipsim_decision_job {
    const ipsim_cli *cli;
    const ipsim_cli_decision *options;
    const char *source, *shown_as; /* the file or folder that is read, and what it is called */
    bool with_parameters;
    ipsim_evppi_watch *watch; /* NULL for none */
    ipsim_decision_folder *folder;
    ipsim_severity *severity;
    char *table_path, *parameters_path; /* parameters_path: NULL for none */
    char *currency;
    ipsim_draws *draws;
    ipsim_decision_settings settings;
    double *thresholds;
    size_t headlines[IPSIM_HEADLINES_MAX], n_headlines; /* the thresholds that the summary shows */
    bool thresholds_chosen;                             /* by the ratios found: nobody named one */
    double persons_per_year, years, rate;               /* rate: a share, not per cent */
    size_t n_remarks;
    char *remarks[IPSIM_REMARKS_MAX]; /* what was assumed, a sentence each */
    time_t started;
    struct timespec clock;
} ipsim_decision_job;

/* Reads the table (and, for voi, the parameters) and every option that both commands take. Free with ipsim_decision_clear in any case. The
 * caller sets cli, options, source, shown_as and with_parameters. */
ipsim_status ipsim_decision_load(ipsim_decision_job *job, ipsim_error_list *errors);
void ipsim_decision_clear(ipsim_decision_job *job);
void ipsim_decision_remark(ipsim_decision_job *job, const char *format, ...) IPSIM_PRINTF(2, 3);

/* ---- decision_options.c: values of options; a problem is a sentence that names the option ---- */
/* A number of [least, most], or `standard` when text is NULL. */
ipsim_status ipsim_decision_number(const char *option, const char *text, double standard, double least, double most, double *value,
                                   ipsim_error *err) IPSIM_MUST_CHECK;
/* "a,b,c" or "from:to:step", ascending and different in the end; the caller frees. */
ipsim_status ipsim_decision_list(const char *option, const char *text, double least, double **values, size_t *count,
                                 ipsim_error *err) IPSIM_MUST_CHECK;
/* The words of a list; *words is one block for free(), and so is *text, which holds them. */
ipsim_status ipsim_decision_words(const char *list, const char *separator, char **text, char ***words, size_t *count,
                                  ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- decision_thresholds.c ---- */
/* Those asked for, Norwegian ones, those of the psa (about_thresholds, NULL for none), or a grid over the ratios of the frontier. */
ipsim_status ipsim_decision_thresholds(ipsim_decision_job *job, const char *about_thresholds, ipsim_error *err) IPSIM_MUST_CHECK;

/* ---- decision_run.c: the course that cea and voi share ---- */
enum { IPSIM_DECISION_TABLES = 16 };
typedef struct ipsim_decision_kind {
    const char *suffix; /* of the output folder */
    bool with_parameters;
    size_t n_tables;
    /* What the options ask for beyond those that both take; NULL for nothing. */
    ipsim_status (*prepare)(void *request, ipsim_decision_job *job, ipsim_error *err);
    ipsim_status (*tabulate)(const void *request, const ipsim_decision_job *job, ipsim_table **tables, ipsim_error *err);
    void (*print)(const void *request, const ipsim_decision_job *job, ipsim_table *const *tables, FILE *stream);
} ipsim_decision_kind;
extern const ipsim_decision_kind ipsim_decision_cea;
/* With a request of its own; release it afterwards. */
extern const ipsim_decision_kind ipsim_decision_voi;
struct voi_request *ipsim_voi_request_create(void);
void ipsim_voi_request_free(struct voi_request *request);
/* Tables (room for IPSIM_DECISION_TABLES) and page of a job that is loaded; the caller frees both, also after a failure. */
ipsim_status ipsim_decision_analyse(const ipsim_decision_kind *kind, ipsim_decision_job *job, void *request, ipsim_table **tables,
                                    char **page, ipsim_error *err) IPSIM_MUST_CHECK;
void ipsim_decision_free_tables(ipsim_table **tables);
ipsim_status ipsim_decision_command(ipsim_app *app, const ipsim_decision_kind *kind, void *request);

/* ---- decision_output.c ---- */
/* Tables as CSV and SQLite, summary.txt, manifest.json, all or none; then the summary, or JSON, on stdout. Tables may be NULL. */
ipsim_status ipsim_decision_publish(const ipsim_decision_job *job, const char *suffix, ipsim_table *const *tables, size_t n_tables,
                                    const char *summary);

/* ---- decision_page.c: the text of a summary ---- */
/* A table for reading: begin, cells row by row, end prints it. Headings end with NULL; the first n_left columns are aligned left. */
typedef struct ipsim_page_table {
    ipsim_table *table;
    size_t n_columns, n_left, row, column;
    const char *const *headings;
    bool failed;
} ipsim_page_table;
ipsim_page_table ipsim_page_begin(const char *const *headings, size_t n_left);
void ipsim_page_cell(ipsim_page_table *page, const char *format, ...) IPSIM_PRINTF(2, 3);
void ipsim_page_number(ipsim_page_table *page, double value);              /* four digits; nothing for NaN */
void ipsim_page_interval(ipsim_page_table *page, double low, double high); /* "1 to 2" */
void ipsim_page_estimate(ipsim_page_table *page, double value, double se); /* "1.0 ± 0.1" */
const char *ipsim_page_percent(double share, char *text, size_t size);     /* "37 %", "<1 %", ">99 %" */
void ipsim_page_share(ipsim_page_table *page, double share);               /* "37 %", "<1 %", ">99 %" */
void ipsim_page_end(ipsim_page_table *page, FILE *stream);                 /* NULL: without printing */
void ipsim_page_paragraph(FILE *stream, const char *format, ...) IPSIM_PRINTF(2, 3);
/* Titles of a perspective and a subgroup; nothing when there is one of each. */
void ipsim_page_panel_title(FILE *stream, const ipsim_decision_job *job, size_t perspective, size_t subgroup);
/* Whom "all" means. */
void ipsim_page_population(FILE *stream, const ipsim_decision_job *job);
/* What was found out about the files, and what was assumed. */
void ipsim_page_notes(FILE *stream, const ipsim_decision_job *job);

/* Cells by name. */
double ipsim_page_real(const ipsim_table *table, size_t row, const char *column);
const char *ipsim_page_text(const ipsim_table *table, size_t row, const char *column);
/* Whether the row is about this perspective and subgroup (the latter may be NULL). */
bool ipsim_page_is_about(const ipsim_table *table, size_t row, const char *perspective, const char *subgroup);
bool ipsim_page_is_headline(const ipsim_decision_job *job, double threshold); /* one that the summary shows */

#endif
