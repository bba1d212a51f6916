/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/draws: the parameters behind the draws, in a file of their own or in the columns a wide table has left over. */
#include <math.h>
#include <string.h>

#include "economics/draws_private.h"

static const char *const usual_name[] = {"parameter", "name", NULL};
static const char *const usual_value[] = {"value", NULL};

static bool same_label(const char *a, const char *b)
{
    double x, y;
    return strcmp(a, b) == 0 || (ipsim_parse_real(a, &x) && ipsim_parse_real(b, &y) && x == y);
}

/* The two files must be about the same draws: paired by label where both have labels, by order otherwise. */
static bool same_draws(draws_reader *r, const ipsim_csv *csv, const draw_index *mine, const draw_index *draws)
{
    if (mine->n_draws != draws->n_draws) {
        ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, 0, NULL, "there are %zu draws of parameters and %zu of costs and effects",
                            mine->n_draws, draws->n_draws);
        return false;
    }
    for (size_t i = 0; mine->named && draws->named && i < mine->n_draws; i++) {
        if (!same_label(mine->labels[i], draws->labels[i])) {
            ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, 0, NULL,
                                "the draws differ from those of costs and effects: here %.40s where there is %.40s", mine->labels[i],
                                draws->labels[i]);
            return false;
        }
    }
    if (!mine->named || !draws->named) {
        ipsim_draws_note(r, "Draws of %s are paired with costs and effects by their order.", csv->path);
    }
    return true;
}

static bool wide_parameters(draws_reader *r, const ipsim_csv *csv, const draw_index *draws)
{
    ipsim_draws *d = r->draws;
    int column = ipsim_draws_find_column(csv, NULL, ipsim_draws_usual_draw);
    draw_index mine = {.n_draws = csv->n_rows};
    number_style style = {0};
    if (column != NO_COLUMN && !ipsim_draws_index(r, csv, column, &mine)) {
        return false;
    }
    if (mine.named && mine.n_draws != csv->n_rows) {
        ipsim_draws_problem(r, IPSIM_ERR_DUPLICATE, csv, 0, csv->names[column],
                            "%zu rows have %zu different draws: one row a draw was expected", csv->n_rows, mine.n_draws);
        return false;
    }
    if (!same_draws(r, csv, &mine, draws)) {
        return false;
    }
    d->parameters = ipsim_draws_get(r, csv->n_columns, sizeof *d->parameters);
    d->values = ipsim_draws_get(r, csv->n_columns * d->n_draws, sizeof *d->values);
    for (size_t c = 0; !r->out_of_memory && c < csv->n_columns; c++) {
        if ((int)c == column) {
            continue;
        }
        for (size_t row = 0; row < csv->n_rows; row++) {
            size_t draw = mine.named ? mine.of_row[row] : row;
            (void)ipsim_draws_number(r, csv, &style, row, (int)c, &d->values[d->n_parameters * d->n_draws + draw]);
        }
        d->parameters[d->n_parameters++] = csv->names[c];
    }
    return ipsim_draws_check_style(r, csv, &style);
}

static bool tidy_parameters(draws_reader *r, const ipsim_csv *csv, int name_column, int value_column, const draw_index *draws)
{
    ipsim_draws *d = r->draws;
    int column = ipsim_draws_find_column(csv, NULL, ipsim_draws_usual_draw);
    draw_index mine = {0};
    number_style style = {0};
    if (column == NO_COLUMN) {
        ipsim_draws_problem(r, IPSIM_ERR_MISSING, csv, csv->header_line, NULL, "a table with a column \"%s\" needs a column \"draw\" too",
                            csv->names[name_column]);
        return false;
    }
    if (!ipsim_draws_index(r, csv, column, &mine) || !same_draws(r, csv, &mine, draws)) {
        return false;
    }
    size_t most = csv->n_rows / d->n_draws + 1;
    d->parameters = ipsim_draws_get(r, most, sizeof *d->parameters);
    d->values = ipsim_draws_get(r, most * d->n_draws, sizeof *d->values);
    int *line_of = ipsim_draws_get(r, most * d->n_draws, sizeof *line_of);
    size_t p = 0;
    for (size_t row = 0; !r->out_of_memory && row < csv->n_rows; row++) {
        const char *name = csv->cells[row * csv->n_columns + (size_t)name_column];
        p = p < d->n_parameters && strcmp(d->parameters[p], name) == 0 ? p : ipsim_draws_find_parameter(d, name);
        if (p == d->n_parameters && p == most) {
            ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, csv->lines[row], csv->names[name_column],
                                "parameter \"%s\" or an earlier one lacks draws: every parameter needs one row a draw", name);
            return false;
        }
        if (p == d->n_parameters) {
            d->parameters[d->n_parameters++] = name;
        }
        size_t cell = p * d->n_draws + mine.of_row[row];
        if (line_of[cell] != 0) {
            ipsim_draws_problem(r, IPSIM_ERR_DUPLICATE, csv, csv->lines[row], csv->names[name_column],
                                "draw %s of \"%s\" is there twice, first in line %d", mine.labels[mine.of_row[row]], name, line_of[cell]);
            continue;
        }
        line_of[cell] = csv->lines[row];
        (void)ipsim_draws_number(r, csv, &style, row, value_column, &d->values[cell]);
    }
    for (size_t cell = 0; !r->failed && !r->out_of_memory && cell < d->n_parameters * d->n_draws; cell++) {
        if (line_of[cell] == 0) {
            ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, 0, csv->names[name_column], "draw %s of \"%s\" is missing",
                                mine.labels[cell % d->n_draws], d->parameters[cell / d->n_draws]);
        }
    }
    return !r->failed && ipsim_draws_check_style(r, csv, &style);
}

bool ipsim_draws_read_parameters(draws_reader *r, const char *path, const draw_index *draws)
{
    ipsim_csv *csv;
    if (ipsim_csv_read_detected(path, r->arena, &csv, r->errors) != IPSIM_OK) {
        return false;
    }
    ipsim_draws_note_layout(r, csv);
    int name = ipsim_draws_find_column(csv, NULL, usual_name), value = ipsim_draws_find_column(csv, NULL, usual_value);
    if (name != NO_COLUMN && value != NO_COLUMN) {
        return tidy_parameters(r, csv, name, value, draws);
    }
    return wide_parameters(r, csv, draws);
}

/* Columns of words are passed over, and so is anything that is not a number throughout: they were not asked for. */
bool ipsim_draws_take_parameters(draws_reader *r, draws_layout *layout, const draw_index *draws)
{
    const ipsim_csv *csv = layout->csv;
    ipsim_draws *d = r->draws;
    d->parameters = ipsim_draws_get(r, csv->n_columns, sizeof *d->parameters);
    d->values = ipsim_draws_get(r, csv->n_columns * d->n_draws, sizeof *d->values);
    for (size_t c = 0; !r->out_of_memory && c < csv->n_columns; c++) {
        bool taken = (int)c == layout->draw;
        for (size_t i = 0; i < layout->n_pairs; i++) {
            taken = taken || layout->cost[i] == (int)c || layout->effect[i] == (int)c;
        }
        draws_reader quiet = {.draws = r->draws, .arena = r->arena, .errors = &(ipsim_error_list){0}};
        bool numeric = !taken;
        for (size_t row = 0; numeric && row < csv->n_rows; row++) {
            size_t draw = draws->named ? draws->of_row[row] : row;
            numeric = ipsim_draws_number(&quiet, csv, &layout->style, row, (int)c, &d->values[d->n_parameters * d->n_draws + draw]);
        }
        ipsim_error_list_clear(quiet.errors);
        if (numeric) {
            d->parameters[d->n_parameters++] = csv->names[c];
        } else if (!taken) {
            ipsim_draws_note(r, "Column \"%s\" of %s is not all numbers and is not used.", csv->names[c], csv->path);
        }
    }
    return !r->out_of_memory;
}
