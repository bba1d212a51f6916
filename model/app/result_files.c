/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/result_files: the tables of a result as files, several at a time. See app.h. */
#include <stdlib.h>

#include "app/app.h"
#include "ipsim/workbook.h"
#include "ipsim/write.h"

/* Files that hold all tables. They take the longest, so they are begun first. */
typedef ipsim_status write_all(const ipsim_table *const *tables, size_t n_tables, const char *path, ipsim_error *err);
static const struct {
    const char *name;
    write_all *write;
} books[] = {
    {"results.sqlite", ipsim_write_sqlite},
    {"results.xlsx", ipsim_workbook_write},
};
enum { N_BOOKS = sizeof books / sizeof *books };

typedef struct file_set {
    const char *folder;
    const ipsim_table *const *tables;
    size_t n_tables;
    const char *summary;
} file_set;

/* File i: the books, then a CSV file for each table, then the summary. */
static ipsim_status write_file(const file_set *set, size_t i, ipsim_error *err)
{
    char *path = NULL;
    const char *name = i < N_BOOKS ? books[i].name : i < N_BOOKS + set->n_tables ? set->tables[i - N_BOOKS]->name : "summary.txt";
    bool is_csv = i >= N_BOOKS && i < N_BOOKS + set->n_tables;
    if (asprintf(&path, "%s/%s%s", set->folder, name, is_csv ? ".csv" : "") < 0) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_status status = i < N_BOOKS ? books[i].write(set->tables, set->n_tables, path, err)
                          : is_csv    ? ipsim_write_csv(set->tables[i - N_BOOKS], path, err)
                                      : ipsim_write_text(set->summary, path, err);
    free(path);
    return status;
}

ipsim_status ipsim_app_write_files(const char *folder, const ipsim_table *const *tables, size_t n_tables, const char *summary,
                                   int n_threads, ipsim_error *err)
{
    file_set set = {folder, tables, n_tables, summary};
    size_t n_files = N_BOOKS + n_tables + 1;
    ipsim_error *errors = calloc(n_files, sizeof *errors);
    if (errors == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(n_threads < (int)n_files ? n_threads : (int)n_files)
    for (size_t i = 0; i < n_files; i++) {
        (void)write_file(&set, i, &errors[i]); /* the error says it */
    }
    ipsim_status status = IPSIM_OK;
    for (size_t i = 0; i < n_files && status == IPSIM_OK; i++) {
        if (errors[i].status != IPSIM_OK) {
            *err = errors[i];
            status = err->status;
        }
    }
    free(errors);
    return status;
}
