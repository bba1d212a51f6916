/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/report_read: a CSV file of ours, back as a table. See report.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/report.h"
#include "ipsim/csv_read.h"

/* Names, even where all of them happen to be numbers. */
static bool is_text_column(const char *name)
{
    static const char *const names[] = {
        "scenario",      "comparator",   "strategy",
        "subgroup",      "outcome",      "payer",
        "state",         "parameter",    "level",
        "attribute",     "target",       "source",
        "label",         "note",         "file",
        "key",           "unit",         "name",
        "account",       "perspective",  "best_strategy",
        "next_best",     "by",           "and_by",
        "compared_with", "highest_mean", "best_for_subgroup",
        "best_for_all",  "variable",     "parameters",
        "parameter_1",   "parameter_2",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* What the page needs to be there as it is: these names are texts, these are numbers, in a result of one person (who has no error) as well. */
static const struct needed_columns {
    const char *table, *texts[7], *numbers[4]; /* each list ends with NULL */
} needed_columns[] = {
    {"about", {"scenario", "key", "value"}, {NULL}},
    {"results", {"scenario", "subgroup", "outcome", "payer", "discounted"}, {"year", "estimate", "mcse"}},
    {"differences", {"scenario", "comparator", "subgroup", "outcome", "payer", "discounted"}, {"year", "estimate", "mcse"}},
    {"targets", {"verdict"}, {NULL}},
};

static const struct needed_columns *needed_by(const char *table)
{
    for (size_t i = 0; i < sizeof needed_columns / sizeof needed_columns[0]; i++) {
        if (strcmp(table, needed_columns[i].table) == 0) {
            return &needed_columns[i];
        }
    }
    static const struct needed_columns nothing = {0};
    return &nothing;
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(name, *names) != 0) {
        names++;
    }
    return *names != NULL;
}

static bool read_number(const char *text, double *value)
{
    if (strcmp(text, "Inf") == 0 || strcmp(text, "-Inf") == 0) {
        *value = text[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    return ipsim_parse_real(text, value);
}

static ipsim_column_type type_of(const ipsim_csv *csv, size_t column, const struct needed_columns *needed)
{
    double value;
    const char *name = csv->names[column];
    bool any = is_among(name, needed->numbers), numbers = !is_text_column(name) && !is_among(name, needed->texts);
    for (size_t row = 0; numbers && row < csv->n_rows; row++) {
        const char *cell = csv->cells[row * csv->n_columns + column];
        numbers = cell[0] == '\0' || read_number(cell, &value);
        any = any || cell[0] != '\0';
    }
    return numbers && any ? IPSIM_REAL : IPSIM_TEXT;
}

/* Whoever edits our tables by hand is told what was lost. */
static ipsim_status check_columns(const ipsim_csv *csv, const struct needed_columns *needed, ipsim_error_list *errors)
{
    ipsim_status status = IPSIM_OK;
    for (size_t i = 0; i < 2; i++) {
        for (const char *const *name = i == 0 ? needed->texts : needed->numbers; *name != NULL; name++) {
            size_t column = ipsim_csv_column(csv, *name);
            if (column == csv->n_columns) {
                status = ipsim_error_add(errors, IPSIM_ERR_DATA, (ipsim_origin){csv->path, csv->header_line, NULL},
                                         "there is no column \"%s\", which this table of ipsim has", *name);
            }
            for (size_t row = 0; i == 1 && column < csv->n_columns && row < csv->n_rows; row++) {
                const char *cell = csv->cells[row * csv->n_columns + column];
                double value;
                if (cell[0] != '\0' && !read_number(cell, &value)) {
                    status = ipsim_error_add(errors, IPSIM_ERR_DATA, (ipsim_origin){csv->path, csv->lines[row], *name},
                                             "\"%s\" is not a number", cell);
                    break;
                }
            }
        }
    }
    return status;
}

static ipsim_table *to_table(const ipsim_csv *csv, const char *name)
{
    ipsim_column_spec *columns = calloc(csv->n_columns, sizeof *columns);
    if (columns == NULL) {
        return NULL;
    }
    for (size_t c = 0; c < csv->n_columns; c++) {
        columns[c] = (ipsim_column_spec){csv->names[c], type_of(csv, c, needed_by(name)), ""};
    }
    ipsim_table *table = ipsim_table_create(name, columns, csv->n_columns);
    free(columns);
    for (size_t row = 0; table != NULL && row < csv->n_rows; row++) {
        size_t at = ipsim_table_add_row(table);
        for (size_t c = 0; c < csv->n_columns; c++) {
            const char *cell = csv->cells[row * csv->n_columns + c];
            double value;
            if (cell[0] == '\0') {
                continue;
            }
            if (table->columns[c].type == IPSIM_TEXT) {
                ipsim_table_put_text(table, at, c, cell);
            } else if (read_number(cell, &value)) {
                ipsim_table_put_real(table, at, c, value);
            }
        }
    }
    if (table != NULL && table->out_of_memory) {
        ipsim_table_free(table);
        table = NULL;
    }
    return table;
}

/* Whether there is anything behind the first line, or it cannot be told: then the reader of the table says why. */
static bool has_rows(const char *path)
{
    FILE *stream = fopen(path, "re");
    int c = 0;
    while (stream != NULL && (c = getc(stream)) != EOF && c != '\n') {
    }
    bool rows = stream == NULL || (c != EOF && getc(stream) != EOF) || ferror(stream);
    if (stream != NULL) {
        fclose(stream);
    }
    return rows;
}

ipsim_status ipsim_report_read(const char *path, const char *name, ipsim_table **out, ipsim_error_list *errors)
{
    ipsim_csv *csv = NULL;
    *out = NULL;
    if (!has_rows(path)) {
        return IPSIM_OK;
    }
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_status status = arena != NULL ? ipsim_csv_read(path, arena, &csv, errors)
                                        : ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
    if (status == IPSIM_OK) {
        status = check_columns(csv, needed_by(name), errors);
    }
    if (status == IPSIM_OK) {
        *out = to_table(csv, name);
        status = *out != NULL ? IPSIM_OK : ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
    }
    ipsim_arena_free(arena);
    return status;
}
