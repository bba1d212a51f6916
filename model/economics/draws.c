/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/draws: see include/ipsim/draws.h. The panel of perspective, subgroup, strategy and draw must be whole: a draw that is there
 * for one strategy and not for another would turn a paired comparison into something else without a word. */
#include "ipsim/draws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "economics/draws_private.h"

enum { PROBLEMS_SHOWN = 20 };

static const char everybody[] = "all";

/* ---- names that tidy columns list ---- */
typedef struct name_list {
    const char **names;
    size_t count, capacity;
    size_t *of_row;
} name_list;

static size_t find_name(const name_list *list, const char *name)
{
    size_t i = 0;
    while (i < list->count && strcmp(list->names[i], name) != 0) {
        i++;
    }
    return i;
}

static void list_names(draws_reader *r, const ipsim_csv *csv, int column, name_list *list)
{
    enum { MOST_NAMES = 4096 };
    list->of_row = ipsim_draws_get(r, csv->n_rows, sizeof *list->of_row);
    list->names = ipsim_draws_get(r, MOST_NAMES, sizeof *list->names);
    for (size_t row = 0; !r->out_of_memory && row < csv->n_rows; row++) {
        const char *name = column == NO_COLUMN ? everybody : csv->cells[row * csv->n_columns + (size_t)column];
        /* Neighbouring rows are often of the same kind. */
        size_t known = row > 0 ? list->of_row[row - 1] : 0;
        size_t i = row > 0 && strcmp(list->names[known], name) == 0 ? known : find_name(list, name);
        if (name[0] == '\0') {
            ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, csv->lines[row], csv->names[column], "the cell is empty, a name was expected");
        } else if (i == list->count && i == MOST_NAMES) {
            ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, csv->lines[row], csv->names[column], "there are more than %d different names",
                                MOST_NAMES);
            return;
        } else if (i == list->count) {
            list->names[list->count++] = name;
        }
        list->of_row[row] = i < list->count ? i : 0;
    }
}

/* ---- subgroups that were empty in some draws ---- */
enum { NO_KIND = -1 }; /* as size_t: of a row that is left out */

static bool is_empty(const ipsim_csv *csv, size_t row, int column)
{
    return csv->cells[row * csv->n_columns + (size_t)column][0] == '\0';
}

/* sex=man and sex=woman divide people by the same. */
static bool same_variable(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");
    return length == strcspn(b, "=") && strncmp(a, b, length) == 0;
}

/* A small simulation has draws without anybody of a small subgroup: cost and effect are empty there. The mean of the other draws would be that
 * of another analysis, and a variable without one of its groups divides nobody; so all groups of the variable go, and that is said. */
static void leave_out_empty_subgroups(draws_reader *r, const draws_layout *layout, name_list *subgroups)
{
    const ipsim_csv *csv = layout->csv;
    size_t all = find_name(subgroups, everybody), n = subgroups->count, left = 0;
    bool *out = ipsim_draws_get(r, n, sizeof *out);
    size_t *place = ipsim_draws_get(r, n, sizeof *place);
    if (all == n || r->out_of_memory || r->failed) {
        return;
    }
    for (size_t row = 0; row < csv->n_rows; row++) {
        size_t g = subgroups->of_row[row];
        if (g != all && !out[g] && is_empty(csv, row, layout->cost[0]) && is_empty(csv, row, layout->effect[0])) {
            ipsim_draws_note(r, "Subgroups by \"%.*s\" are left out: there is nobody of \"%s\" in some draws.",
                             (int)strcspn(subgroups->names[g], "="), subgroups->names[g], subgroups->names[g]);
            for (size_t h = 0; h < n; h++) {
                out[h] = out[h] || (h != all && same_variable(subgroups->names[h], subgroups->names[g]));
            }
        }
    }
    for (size_t g = 0; g < n; g++) {
        place[g] = out[g] ? (size_t)NO_KIND : left;
        subgroups->names[left] = subgroups->names[g];
        left += !out[g];
    }
    subgroups->count = left;
    for (size_t row = 0; row < csv->n_rows; row++) {
        subgroups->of_row[row] = place[subgroups->of_row[row]];
    }
}

/* ---- the panel ---- */
static size_t cell_of(const ipsim_draws *d, size_t perspective, size_t subgroup, size_t strategy, size_t draw)
{
    return ((perspective * d->n_subgroups + subgroup) * d->n_strategies + strategy) * d->n_draws + draw;
}

static bool make_panel(draws_reader *r)
{
    ipsim_draws *d = r->draws;
    size_t n = d->n_perspectives * d->n_subgroups * d->n_strategies * d->n_draws;
    d->cost = ipsim_draws_get(r, n, sizeof(double));
    d->effect = ipsim_draws_get(r, n, sizeof(double));
    d->weights = ipsim_draws_get(r, d->n_subgroups, sizeof(double));
    for (size_t g = 0; !r->out_of_memory && g < d->n_subgroups; g++) {
        d->weights[g] = NAN;
    }
    d->total = d->n_subgroups;
    for (size_t g = 0; g < d->n_subgroups; g++) {
        d->total = strcmp(d->subgroups[g], everybody) == 0 ? g : d->total;
    }
    return !r->out_of_memory;
}

static bool enough_strategies(draws_reader *r, const ipsim_csv *csv, size_t n_strategies, const char *first)
{
    if (n_strategies < 2) {
        ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, 0, NULL, "there is one strategy, \"%s\": nothing to compare it with", first);
    }
    return n_strategies >= 2;
}

static bool read_wide(draws_reader *r, draws_layout *layout, draw_index *index)
{
    const ipsim_csv *csv = layout->csv;
    ipsim_draws *d = r->draws;
    if (layout->draw != NO_COLUMN && !ipsim_draws_index(r, csv, layout->draw, index)) {
        return false;
    }
    if (index->named && index->n_draws < csv->n_rows) {
        int *first = ipsim_draws_get(r, index->n_draws, sizeof *first);
        for (size_t row = 0; first != NULL && row < csv->n_rows; row++) {
            size_t draw = index->of_row[row];
            if (first[draw] != 0) {
                ipsim_draws_problem(r, IPSIM_ERR_DUPLICATE, csv, csv->lines[row], csv->names[layout->draw],
                                    "draw %s is there twice, first in line %d", index->labels[draw], first[draw]);
            }
            first[draw] = first[draw] == 0 ? csv->lines[row] : first[draw];
        }
        return false;
    }
    static const char *one[] = {everybody};
    d->n_draws = csv->n_rows;
    d->n_perspectives = d->n_subgroups = 1;
    d->perspectives = d->subgroups = one;
    d->n_strategies = layout->n_pairs;
    d->strategies = layout->names;
    if (!enough_strategies(r, csv, d->n_strategies, d->strategies[0]) || !make_panel(r)) {
        return false;
    }
    for (size_t row = 0; row < csv->n_rows; row++) {
        size_t draw = index->named ? index->of_row[row] : row;
        for (size_t s = 0; s < d->n_strategies; s++) {
            (void)ipsim_draws_number(r, csv, &layout->style, row, layout->cost[s], &d->cost[cell_of(d, 0, 0, s, draw)]);
            (void)ipsim_draws_number(r, csv, &layout->style, row, layout->effect[s], &d->effect[cell_of(d, 0, 0, s, draw)]);
        }
    }
    return !r->failed;
}

/* Without a draw column, the n-th row of a strategy is draw n. */
static void count_draws(draws_reader *r, const ipsim_csv *csv, const size_t *kind, size_t n_kinds, draw_index *index)
{
    size_t *seen = ipsim_draws_get(r, n_kinds, sizeof *seen);
    index->of_row = ipsim_draws_get(r, csv->n_rows, sizeof *index->of_row);
    for (size_t row = 0; !r->out_of_memory && row < csv->n_rows; row++) {
        if (kind[row] == (size_t)NO_KIND) {
            continue;
        }
        index->of_row[row] = seen[kind[row]]++;
        index->n_draws = seen[kind[row]] > index->n_draws ? seen[kind[row]] : index->n_draws;
    }
}

static void say_missing_rows(draws_reader *r, const ipsim_csv *csv, const int *line_of, const draw_index *index)
{
    const ipsim_draws *d = r->draws;
    size_t n_missing = 0;
    for (size_t i = 0; i < d->n_perspectives * d->n_subgroups * d->n_strategies * d->n_draws; i++) {
        if (line_of[i] != 0) {
            continue;
        }
        size_t draw = i % d->n_draws, kind = i / d->n_draws, s = kind % d->n_strategies, pg = kind / d->n_strategies;
        const char *group = d->subgroups[pg % d->n_subgroups], *view = d->perspectives[pg / d->n_subgroups];
        char label[48];
        snprintf(label, sizeof label, "%zu", draw + 1);
        if (n_missing++ < PROBLEMS_SHOWN) {
            ipsim_draws_problem(
                r, IPSIM_ERR_DATA, csv, 0, NULL, "draw %.40s is missing for strategy \"%s\"%s%s%s%s: every strategy needs the same draws",
                index->named ? index->labels[draw] : label, d->strategies[s], d->n_subgroups > 1 ? ", subgroup " : "",
                d->n_subgroups > 1 ? group : "", d->n_perspectives > 1 ? ", perspective " : "", d->n_perspectives > 1 ? view : "");
        }
    }
    if (n_missing > PROBLEMS_SHOWN) {
        ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, 0, NULL, "and %zu more rows are missing", n_missing - PROBLEMS_SHOWN);
    }
}

static void read_weights(draws_reader *r, draws_layout *layout, const name_list *subgroups)
{
    const ipsim_csv *csv = layout->csv;
    ipsim_draws *d = r->draws;
    for (size_t row = 0; row < csv->n_rows; row++) {
        double weight;
        if (subgroups->of_row[row] == (size_t)NO_KIND || !ipsim_draws_number(r, csv, &layout->style, row, layout->weight, &weight)) {
            continue;
        }
        double *of_group = &d->weights[subgroups->of_row[row]];
        if (weight < 0.0) {
            ipsim_draws_problem(r, IPSIM_ERR_RANGE, csv, csv->lines[row], csv->names[layout->weight], "a weight below 0");
        } else if (isnan(*of_group)) {
            *of_group = weight;
        } else if (*of_group != weight) {
            ipsim_draws_problem(r, IPSIM_ERR_DATA, csv, csv->lines[row], csv->names[layout->weight],
                                "the weight of subgroup \"%s\" differs from the one further up", d->subgroups[subgroups->of_row[row]]);
            return;
        }
    }
}

static void fill_tidy(draws_reader *r, draws_layout *layout, const draw_index *index, const size_t *kind)
{
    const ipsim_csv *csv = layout->csv;
    ipsim_draws *d = r->draws;
    size_t n_cells = d->n_perspectives * d->n_subgroups * d->n_strategies * d->n_draws, n_twice = 0;
    int *line_of = ipsim_draws_get(r, n_cells, sizeof *line_of);
    for (size_t row = 0; line_of != NULL && row < csv->n_rows; row++) {
        if (kind[row] == (size_t)NO_KIND) {
            continue;
        }
        size_t cell = kind[row] * d->n_draws + index->of_row[row];
        if (line_of[cell] != 0) {
            if (n_twice++ < PROBLEMS_SHOWN) {
                ipsim_draws_problem(
                    r, IPSIM_ERR_DUPLICATE, csv, csv->lines[row], NULL, "draw %s of strategy \"%s\" is there twice, first in line %d",
                    index->named ? index->labels[index->of_row[row]] : "", d->strategies[kind[row] % d->n_strategies], line_of[cell]);
            }
            continue;
        }
        line_of[cell] = csv->lines[row];
        (void)ipsim_draws_number(r, csv, &layout->style, row, layout->cost[0], &d->cost[cell]);
        (void)ipsim_draws_number(r, csv, &layout->style, row, layout->effect[0], &d->effect[cell]);
    }
    if (n_twice > PROBLEMS_SHOWN) {
        ipsim_draws_problem(r, IPSIM_ERR_DUPLICATE, csv, 0, NULL, "and %zu more rows are there twice", n_twice - PROBLEMS_SHOWN);
    }
    if (line_of != NULL) {
        say_missing_rows(r, csv, line_of, index);
    }
}

static bool read_tidy(draws_reader *r, draws_layout *layout, draw_index *index)
{
    const ipsim_csv *csv = layout->csv;
    ipsim_draws *d = r->draws;
    name_list strategies = {0}, perspectives = {0}, subgroups = {0};
    list_names(r, csv, layout->strategy, &strategies);
    list_names(r, csv, layout->perspective, &perspectives);
    list_names(r, csv, layout->subgroup, &subgroups);
    leave_out_empty_subgroups(r, layout, &subgroups);
    size_t *kind = ipsim_draws_get(r, csv->n_rows, sizeof *kind);
    if (r->failed || r->out_of_memory || !enough_strategies(r, csv, strategies.count, strategies.names[0])) {
        return false;
    }
    for (size_t row = 0; row < csv->n_rows; row++) {
        size_t g = subgroups.of_row[row];
        kind[row] = g == (size_t)NO_KIND ? g : (perspectives.of_row[row] * subgroups.count + g) * strategies.count + strategies.of_row[row];
    }
    if (layout->draw != NO_COLUMN && !ipsim_draws_index(r, csv, layout->draw, index)) {
        return false;
    }
    if (!index->named) {
        count_draws(r, csv, kind, perspectives.count * subgroups.count * strategies.count, index);
    }
    d->n_draws = index->n_draws;
    d->n_strategies = strategies.count;
    d->strategies = strategies.names;
    d->n_perspectives = perspectives.count;
    d->perspectives = perspectives.names;
    d->n_subgroups = subgroups.count;
    d->subgroups = subgroups.names;
    if (r->out_of_memory || !make_panel(r)) {
        return false;
    }
    fill_tidy(r, layout, index, kind);
    if (layout->weight != NO_COLUMN && !r->failed) {
        read_weights(r, layout, &subgroups);
    }
    return !r->failed && !r->out_of_memory;
}

static bool read_all(draws_reader *r, const char *path, const char *parameters_path, const ipsim_draws_columns *columns)
{
    ipsim_csv *csv;
    draws_layout layout;
    draw_index index = {.named = false};
    if (ipsim_csv_read_detected(path, r->arena, &csv, r->errors) != IPSIM_OK) {
        return false;
    }
    ipsim_draws_note_layout(r, csv);
    if (!ipsim_draws_find_layout(r, csv, columns, &layout)) {
        return false;
    }
    if (!(layout.wide ? read_wide(r, &layout, &index) : read_tidy(r, &layout, &index))) {
        return false;
    }
    index.n_draws = r->draws->n_draws;
    if (!index.named && r->draws->n_draws > 1) {
        ipsim_draws_note(r, "There is no column of draws in %s: the n-th row%s is taken as draw n.", path,
                         layout.wide ? "" : " of a strategy");
    }
    if (parameters_path != NULL) {
        return ipsim_draws_check_style(r, csv, &layout.style) && ipsim_draws_read_parameters(r, parameters_path, &index);
    }
    return (!layout.wide || ipsim_draws_take_parameters(r, &layout, &index)) && ipsim_draws_check_style(r, csv, &layout.style);
}

ipsim_status ipsim_draws_read(const char *path, const char *parameters_path, const ipsim_draws_columns *columns, ipsim_draws **out,
                              ipsim_error_list *errors)
{
    const ipsim_draws_columns usual = {0};
    ipsim_arena *arena = ipsim_arena_create();
    draws_reader r = {.arena = arena, .errors = errors, .draws = arena != NULL ? ipsim_arena_alloc(arena, 1, sizeof *r.draws) : NULL};
    *out = NULL;
    if (r.draws == NULL) {
        ipsim_arena_free(arena);
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){path, 0, NULL}, "memory is short");
    }
    r.draws->arena = arena;
    size_t n_before = errors->count;
    bool good = read_all(&r, path, parameters_path, columns != NULL ? columns : &usual);
    if (good && !r.failed && !r.out_of_memory) {
        *out = r.draws;
        return IPSIM_OK;
    }
    ipsim_arena_free(arena);
    if (errors->count == n_before) {
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){path, 0, NULL}, "memory is short");
    }
    return errors->items[n_before].status;
}

void ipsim_draws_free(ipsim_draws *draws)
{
    if (draws != NULL) {
        ipsim_arena_free(draws->arena);
    }
}

static void keep_blocks(double *values, size_t n_blocks, size_t size, const bool *kept)
{
    size_t to = 0;
    for (size_t block = 0; values != NULL && block < n_blocks; block++) {
        if (kept[block]) {
            memmove(&values[to++ * size], &values[block * size], size * sizeof *values);
        }
    }
}

void ipsim_draws_keep_perspectives(ipsim_draws *d, const bool *kept)
{
    size_t n = d->n_perspectives, cells = d->n_subgroups * d->n_strategies, left = 0;
    keep_blocks(d->cost, n, cells * d->n_draws, kept);
    keep_blocks(d->effect, n, cells * d->n_draws, kept);
    keep_blocks(d->cost_se, n, cells, kept);
    keep_blocks(d->effect_se, n, cells, kept);
    keep_blocks(d->difference_cost_se, n, cells, kept);
    keep_blocks(d->difference_effect_se, n, cells, kept);
    for (size_t p = 0; p < n; p++) {
        if (kept[p]) {
            d->perspectives[left++] = d->perspectives[p];
        }
    }
    ipsim_bug_assert(left > 0);
    d->n_perspectives = left;
}

ipsim_panel ipsim_draws_panel(const ipsim_draws *d, size_t perspective, size_t subgroup)
{
    size_t first = cell_of(d, perspective, subgroup, 0, 0);
    return (ipsim_panel){d->n_draws, d->n_strategies, d->cost + first, d->effect + first};
}

size_t ipsim_draws_find_parameter(const ipsim_draws *d, const char *name)
{
    size_t p = 0;
    while (p < d->n_parameters && strcmp(d->parameters[p], name) != 0) {
        p++;
    }
    return p;
}
