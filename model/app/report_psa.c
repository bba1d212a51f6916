/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/report_psa: everybody's cost and effect in every draw, from our own psa.csv. See report.h.
 *
 * The file may have millions of rows, one for each subgroup, of which a page needs those of everybody, so it is read line by line and not as a
 * table. `ipsim cea` reads the same file with every check that a foreign table deserves; here it has been written by us, and is only
 * refused when it is not whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/report.h"
#include "ipsim/number.h"

enum { N_COLUMNS = 5, SCENARIO = 0, PERSPECTIVE, SUBGROUP, COST, EFFECT };

typedef struct psa_row {
    size_t strategy, perspective;
    double cost, effect;
} psa_row;

typedef struct name_list {
    char **items;
    size_t count, capacity;
} name_list;

typedef struct psa_reader {
    const char *path;
    ipsim_error_list *errors;
    size_t place[N_COLUMNS], n_rows, capacity;
    psa_row *rows;
    name_list strategies, perspectives;
} psa_reader;

static ipsim_status complain(const psa_reader *r, int line, const char *what)
{
    return ipsim_error_add(r->errors, IPSIM_ERR_DATA, (ipsim_origin){r->path, line, NULL}, "%s", what);
}

static ipsim_status short_of_memory(const psa_reader *r)
{
    return ipsim_error_add(r->errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
}

/* Ends the field at *line, takes its quotes away and moves *line behind it; NULL after the last. */
static char *next_field(char **line)
{
    char *field = *line, *to = field, *at = field;
    if (field == NULL) {
        return NULL;
    }
    bool quoted = *at == '"';
    at += quoted;
    while (*at != '\0' && (quoted || *at != ',')) {
        if (quoted && *at == '"') {
            if (at[1] != '"') {
                quoted = false;
                at++;
                continue;
            }
            at++;
        }
        *to++ = *at++;
    }
    *line = *at == ',' ? at + 1 : NULL;
    *to = '\0';
    return field;
}

static ipsim_status read_header(psa_reader *r, char *line)
{
    static const char *const names[N_COLUMNS] = {"scenario", "perspective", "subgroup", "cost", "qalys"};
    size_t found = 0;
    for (size_t c = 0; line != NULL; c++) {
        const char *name = next_field(&line);
        for (size_t i = 0; i < N_COLUMNS; i++) {
            if (strcmp(name, names[i]) == 0) {
                r->place[i] = c;
                found++;
            }
        }
    }
    return found == N_COLUMNS ? IPSIM_OK
                              : complain(r, 1, "a table of draws has the columns scenario, perspective, subgroup, cost and qalys");
}

/* SIZE_MAX: memory is short. */
static size_t find_name(name_list *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0) {
            return i;
        }
    }
    if (names->count == names->capacity) {
        size_t capacity = 2 * names->capacity + 16;
        char **grown = realloc(names->items, capacity * sizeof *grown);
        if (grown == NULL) {
            return SIZE_MAX;
        }
        names->items = grown;
        names->capacity = capacity;
    }
    names->items[names->count] = strdup(name);
    return names->items[names->count] != NULL ? names->count++ : SIZE_MAX;
}

static void free_names(name_list *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->items[i]);
    }
    free(names->items);
}

static ipsim_status add_row(psa_reader *r, char *const fields[N_COLUMNS], int number)
{
    psa_row row = {.strategy = find_name(&r->strategies, fields[SCENARIO]),
                   .perspective = find_name(&r->perspectives, fields[PERSPECTIVE])};
    if (row.strategy == SIZE_MAX || row.perspective == SIZE_MAX) {
        return short_of_memory(r);
    }
    if (!ipsim_parse_real(fields[COST], &row.cost) || !ipsim_parse_real(fields[EFFECT], &row.effect)) {
        return complain(r, number, "a cost or an effect is no number");
    }
    if (r->n_rows == r->capacity) {
        size_t capacity = r->capacity == 0 ? 4096 : 2 * r->capacity;
        psa_row *grown = realloc(r->rows, capacity * sizeof *grown);
        if (grown == NULL) {
            return short_of_memory(r);
        }
        r->rows = grown;
        r->capacity = capacity;
    }
    r->rows[r->n_rows++] = row;
    return IPSIM_OK;
}

static ipsim_status read_line(psa_reader *r, char *line, int number)
{
    char *fields[N_COLUMNS] = {NULL};
    for (size_t c = 0; line != NULL; c++) {
        char *field = next_field(&line);
        for (size_t i = 0; i < N_COLUMNS; i++) {
            if (r->place[i] == c) {
                fields[i] = field;
            }
        }
        /* Most rows are about subgroups; the rest of those need not be looked at. */
        if (fields[SUBGROUP] == field && strcmp(field, "all") != 0) {
            return IPSIM_OK;
        }
    }
    for (size_t i = 0; i < N_COLUMNS; i++) {
        if (fields[i] == NULL) {
            return complain(r, number, "this row ends too early");
        }
    }
    return add_row(r, fields, number);
}

static ipsim_status read_file(psa_reader *r)
{
    FILE *stream = fopen(r->path, "re");
    if (stream == NULL) {
        return ipsim_error_add(r->errors, IPSIM_ERR_FILE, (ipsim_origin){r->path, 0, NULL}, "cannot be opened: %s", strerror(errno));
    }
    char *line = NULL;
    size_t size = 0;
    ipsim_status status = IPSIM_OK;
    for (int number = 1; status == IPSIM_OK && getline(&line, &size, stream) >= 0; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        status = number == 1 ? read_header(r, line) : read_line(r, line, number);
    }
    free(line);
    fclose(stream);
    return status;
}

static const char **copy_names(ipsim_arena *arena, char *const *names, size_t n)
{
    const char **copy = ipsim_arena_alloc(arena, n, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < n; i++) {
        copy[i] = ipsim_arena_strdup(arena, names[i]);
        if (copy[i] == NULL) {
            return NULL;
        }
    }
    return copy;
}

/* Rows in order of draws, as arrays by perspective, strategy and draw. */
static ipsim_status arrange(psa_reader *r, ipsim_arena *arena, ipsim_draws *out)
{
    size_t panels = r->strategies.count * r->perspectives.count;
    if (panels == 0) {
        return complain(r, 0, "there are no draws for everybody (subgroup all)");
    }
    size_t n_draws = r->n_rows / panels;
    size_t *counts = ipsim_arena_alloc(arena, panels, sizeof *counts);
    *out = (ipsim_draws){.n_draws = n_draws,
                         .n_strategies = r->strategies.count,
                         .n_perspectives = r->perspectives.count,
                         .n_subgroups = 1,
                         .cost = ipsim_arena_alloc(arena, panels * n_draws, sizeof(double)),
                         .effect = ipsim_arena_alloc(arena, panels * n_draws, sizeof(double)),
                         .weights = ipsim_arena_alloc(arena, 1, sizeof(double)),
                         .strategies = copy_names(arena, r->strategies.items, r->strategies.count),
                         .perspectives = copy_names(arena, r->perspectives.items, r->perspectives.count),
                         .subgroups = copy_names(arena, (char *[]){"all"}, 1),
                         .cost_name = "cost",
                         .effect_name = "qalys",
                         .arena = arena};
    if (counts == NULL || out->cost == NULL || out->effect == NULL || out->weights == NULL || out->strategies == NULL ||
        out->perspectives == NULL || out->subgroups == NULL) {
        return short_of_memory(r);
    }
    out->weights[0] = 1.0;
    for (size_t i = 0; i < r->n_rows; i++) {
        const psa_row *row = &r->rows[i];
        size_t panel = row->perspective * r->strategies.count + row->strategy;
        if (counts[panel] == n_draws) {
            return complain(r, 0, "some scenarios or perspectives have more draws than others");
        }
        out->cost[panel * n_draws + counts[panel]] = row->cost;
        out->effect[panel * n_draws + counts[panel]++] = row->effect;
    }
    return r->n_rows == panels * n_draws ? IPSIM_OK : complain(r, 0, "some scenarios or perspectives have more draws than others");
}

ipsim_status ipsim_report_psa(const char *path, ipsim_arena *arena, ipsim_draws *out, ipsim_error_list *errors)
{
    psa_reader r = {.path = path, .errors = errors};
    ipsim_status status = read_file(&r);
    status = status == IPSIM_OK ? arrange(&r, arena, out) : status;
    free_names(&r.strategies);
    free_names(&r.perspectives);
    free(r.rows);
    return status;
}
