/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/draws: labels of draws, numbers as text, and complaints about both. See include/ipsim/draws.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "economics/draws_private.h"

void ipsim_draws_note(draws_reader *r, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ipsim_draws *draws = r->draws;
    if (draws->notes == NULL) {
        draws->notes = ipsim_draws_get(r, LARGEST_NOTES, sizeof *draws->notes);
    }
    const char *copy = ipsim_arena_strdup(r->arena, text);
    r->out_of_memory = r->out_of_memory || copy == NULL;
    if (copy != NULL && draws->notes != NULL && draws->n_notes < LARGEST_NOTES) {
        draws->notes[draws->n_notes++] = copy;
    }
}

void ipsim_draws_problem(draws_reader *r, ipsim_status status, const ipsim_csv *csv, int line, const char *column, const char *format, ...)
{
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ipsim_error_add(r->errors, status, (ipsim_origin){csv->path, line, column}, "%s", text);
    r->failed = true;
}

void *ipsim_draws_get(draws_reader *r, size_t count, size_t size)
{
    void *memory = ipsim_arena_alloc(r->arena, count, size);
    r->out_of_memory = r->out_of_memory || memory == NULL;
    return memory;
}

/* ---- numbers ---- */
static bool parse_decimal_comma(const char *text, double *value)
{
    char copy[64];
    char *comma;
    if (strlen(text) >= sizeof copy || strchr(text, '.') != NULL) {
        return false;
    }
    memcpy(copy, text, strlen(text) + 1);
    comma = strchr(copy, ',');
    if (comma == NULL || strchr(comma + 1, ',') != NULL) {
        return false;
    }
    *comma = '.';
    return ipsim_parse_real(copy, value);
}

bool ipsim_draws_number(draws_reader *r, const ipsim_csv *csv, number_style *style, size_t row, int column, double *value)
{
    const char *text = csv->cells[row * csv->n_columns + (size_t)column];
    if (ipsim_parse_real(text, value)) {
        style->n_points += strchr(text, '.') != NULL;
        return true;
    }
    /* A quoted cell may hold a comma in a table separated by commas, too. */
    if (parse_decimal_comma(text, value)) {
        style->n_commas++;
        return true;
    }
    if (text[0] == '\0') {
        ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, csv->lines[row], csv->names[column], "the cell is empty, a number was expected");
    } else {
        ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, csv->lines[row], csv->names[column], "\"%.60s\" is not a finite number", text);
    }
    return false;
}

bool ipsim_draws_check_style(draws_reader *r, const ipsim_csv *csv, const number_style *style)
{
    if (style->n_commas > 0 && style->n_points > 0) {
        ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, 0, NULL,
                            "%zu numbers have a decimal comma and %zu a decimal point: one of the two may be a thousands separator, so the "
                            "table is not read",
                            style->n_commas, style->n_points);
        return false;
    }
    if (style->n_commas > 0) {
        ipsim_draws_note(r, "Numbers in %s are written with a decimal comma.", csv->path);
    }
    return true;
}

void ipsim_draws_note_layout(draws_reader *r, const ipsim_csv *csv)
{
    if (csv->has_row_names) {
        ipsim_draws_note(r, "The first column of %s has no name: it was passed over as names of rows, as R and pandas write them.",
                         csv->path);
    }
    if (csv->separator != ',') {
        ipsim_draws_note(r, "Columns in %s are separated by %s.", csv->path, csv->separator == ';' ? "semicolons" : "tabs");
    }
}

/* ---- draws ---- */
typedef struct draw_label {
    double number;
    const char *text;
    size_t row;
} draw_label;

static int by_number(const void *left, const void *right)
{
    const draw_label *a = left, *b = right;
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return a->row < b->row ? -1 : 1;
}

static int by_text(const void *left, const void *right)
{
    const draw_label *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : a->row < b->row ? -1 : 1;
}

/* Whole numbers with holes are worth a word: a run that failed may have left them. */
static void note_gaps(draws_reader *r, const ipsim_csv *csv, double first, double last, size_t n_draws)
{
    double absent = last - first + 1.0 - (double)n_draws;
    if (absent > 0.0 && absent < 1e9 && first == (double)(long)first && last == (double)(long)last) {
        ipsim_draws_note(r, "In %s, %.0f of the draws from %.0f to %.0f are absent for every strategy.", csv->path, absent, first, last);
    }
}

bool ipsim_draws_index(draws_reader *r, const ipsim_csv *csv, int column, draw_index *index)
{
    size_t n_rows = csv->n_rows;
    *index = (draw_index){.named = true};
    draw_label *labels = malloc(n_rows * sizeof *labels);
    index->of_row = ipsim_draws_get(r, n_rows, sizeof *index->of_row);
    index->labels = ipsim_draws_get(r, n_rows, sizeof *index->labels);
    r->out_of_memory = r->out_of_memory || labels == NULL;
    bool numeric = true;
    for (size_t row = 0; !r->out_of_memory && row < n_rows; row++) {
        labels[row] = (draw_label){0.0, csv->cells[row * csv->n_columns + (size_t)column], row};
        numeric = ipsim_parse_real(labels[row].text, &labels[row].number) && numeric;
        if (labels[row].text[0] == '\0') {
            ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, csv->lines[row], csv->names[column], "the cell is empty, a draw was expected");
        }
    }
    if (!r->out_of_memory && !r->failed) {
        qsort(labels, n_rows, sizeof *labels, numeric ? by_number : by_text);
        for (size_t i = 0; i < n_rows; i++) {
            bool fresh = i == 0 || (numeric ? labels[i].number != labels[i - 1].number : strcmp(labels[i].text, labels[i - 1].text) != 0);
            if (fresh) {
                index->labels[index->n_draws++] = labels[i].text;
            }
            index->of_row[labels[i].row] = index->n_draws - 1;
        }
        if (numeric) {
            note_gaps(r, csv, labels[0].number, labels[n_rows - 1].number, index->n_draws);
        }
    }
    free(labels);
    return !r->out_of_memory && !r->failed;
}
