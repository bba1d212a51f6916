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
    size_t n_tables, n_books;
    size_t first; /* table with a CSV file to be written */
    const char *summary;
} file_set;

/* File i: the books, then a CSV file for each table, then the summary. */
static ipsim_status write_file(const file_set *set, size_t i, ipsim_error *err)
{
    char *path = NULL;
    size_t table = i - set->n_books + set->first;
    bool is_book = i < set->n_books, is_csv = !is_book && table < set->n_tables;
    const char *name = is_book ? books[i].name : is_csv ? set->tables[table]->name : "summary.txt";
    if (asprintf(&path, "%s/%s%s", set->folder, name, is_csv ? ".csv" : "") < 0) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
    ipsim_status status = is_book  ? books[i].write(set->tables, set->n_tables, path, err)
                          : is_csv ? ipsim_write_csv(set->tables[table], path, err)
                                   : ipsim_write_text(set->summary, path, err);
    free(path);
    return status;
}

static ipsim_status write_set(const file_set *set, int n_threads, ipsim_error *err)
{
    size_t n_files = set->n_books + set->n_tables - set->first + (set->summary != NULL);
    ipsim_error *errors = calloc(n_files, sizeof *errors);
    if (errors == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(n_threads < (int)n_files ? n_threads : (int)n_files)
    for (size_t i = 0; i < n_files; i++) {
        (void)write_file(set, i, &errors[i]); /* the error says it */
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

ipsim_status ipsim_app_write_files(const char *folder, const ipsim_table *const *tables, size_t n_tables, size_t first, const char *summary,
                                   int n_threads, ipsim_error *err)
{
    file_set set = {folder, tables, n_tables, N_BOOKS, first, summary};
    return write_set(&set, n_threads, err);
}

ipsim_status ipsim_app_write_tables(const char *folder, const ipsim_table *const *tables, size_t n_tables, int n_threads, ipsim_error *err)
{
    file_set set = {folder, tables, n_tables, 0, 0, NULL};
    return write_set(&set, n_threads, err);
}
