/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: what lies beside the draws in a folder of ours. See decision.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"
#include "ipsim/arena.h"
#include "ipsim/csv_read.h"

struct ipsim_decision_folder {
    ipsim_arena *arena;
    const char *path;
    const ipsim_csv *about, *population, *results, *psa_summary, *provenance, *break_even; /* NULL: not there, or no such table */
};

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool ipsim_decision_folder_holds(const ipsim_decision_folder *folder, const char *name)
{
    struct stat about;
    char *path = NULL;
    bool there = folder != NULL && asprintf(&path, "%s/%s", folder->path, name) >= 0 && stat(path, &about) == 0;
    free(path);
    return there;
}

/* Silent about a table that is no such table: it only adds to what is said. */
static const ipsim_csv *read_table(const ipsim_decision_folder *folder, const char *name)
{
    ipsim_csv *csv = NULL;
    ipsim_error_list ignored = {0};
    const char *path = ipsim_arena_printf(folder->arena, "%s/%s", folder->path, name);
    bool good = path != NULL && ipsim_decision_folder_holds(folder, name) &&
                ipsim_csv_read(path, folder->arena, &csv, &ignored) == IPSIM_OK;
    ipsim_error_list_clear(&ignored);
    return good ? csv : NULL;
}

ipsim_status ipsim_decision_folder_open(const char *path, ipsim_decision_folder **out, ipsim_error *err)
{
    *out = NULL;
    if (!is_folder(path)) {
        return IPSIM_OK;
    }
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_decision_folder *folder = arena != NULL ? ipsim_arena_alloc(arena, 1, sizeof *folder) : NULL;
    if (folder != NULL) {
        *folder = (ipsim_decision_folder){.arena = arena, .path = ipsim_arena_strdup(arena, path)};
    }
    if (folder == NULL || folder->path == NULL) {
        ipsim_arena_free(arena);
        return short_of_memory(err);
    }
    if (!ipsim_decision_folder_holds(folder, "psa.csv") &&
        !(ipsim_decision_folder_holds(folder, "results.csv") && ipsim_decision_folder_holds(folder, "differences.csv"))) {
        ipsim_arena_free(arena);
        return ipsim_error_set(err, IPSIM_ERR_FILE, "%s holds neither psa.csv nor the results of a comparison", path);
    }
    folder->about = read_table(folder, "about.csv");
    folder->population = read_table(folder, "population.csv");
    folder->results = read_table(folder, "results.csv");
    folder->psa_summary = read_table(folder, "psa_summary.csv");
    folder->provenance = read_table(folder, "provenance.csv");
    folder->break_even = read_table(folder, "break_even.csv");
    *out = folder;
    return IPSIM_OK;
}

void ipsim_decision_folder_free(ipsim_decision_folder *folder)
{
    if (folder != NULL) {
        ipsim_arena_free(folder->arena);
    }
}

/* ---- cells ---- */
static const char *text_at(const ipsim_csv *csv, size_t row, const char *column)
{
    size_t c = ipsim_csv_column(csv, column);
    return c < csv->n_columns ? csv->cells[row * csv->n_columns + c] : "";
}

static double real_at(const ipsim_csv *csv, size_t row, const char *column)
{
    double value;
    return ipsim_parse_real(text_at(csv, row, column), &value) ? value : NAN;
}

static bool says(const ipsim_csv *csv, size_t row, const char *column, const char *wanted)
{
    return strcmp(text_at(csv, row, column), wanted) == 0;
}

/* ---- questions ---- */
static const char *look_up(const ipsim_decision_folder *folder, const char *scenario, const char *key)
{
    const ipsim_csv *csv = folder != NULL ? folder->about : NULL;
    for (size_t row = 0; csv != NULL && row < csv->n_rows; row++) {
        if (says(csv, row, "key", key) && (scenario == NULL || says(csv, row, "scenario", scenario))) {
            const char *value = text_at(csv, row, "value");
            return value[0] != '\0' ? value : NULL;
        }
    }
    return NULL;
}

const char *ipsim_decision_about(const ipsim_decision_folder *folder, const char *key)
{
    return look_up(folder, NULL, key);
}

const char *ipsim_decision_title(const ipsim_decision_folder *folder, const char *scenario)
{
    return look_up(folder, scenario, "title");
}

double ipsim_decision_mean_age(const ipsim_decision_folder *folder)
{
    const ipsim_csv *csv = folder != NULL ? folder->population : NULL;
    for (size_t row = 0; csv != NULL && row < csv->n_rows; row++) {
        if (says(csv, row, "attribute", "age") && says(csv, row, "statistic", "mean")) {
            return real_at(csv, row, "simulated");
        }
    }
    return NAN;
}

double ipsim_decision_undiscounted(const ipsim_decision_folder *folder, const char *scenario, const char *subgroup, const char *outcome)
{
    bool psa = ipsim_decision_folder_holds(folder, "psa.csv");
    const ipsim_csv *csv = folder == NULL ? NULL : psa ? folder->psa_summary : folder->results;
    double last = -INFINITY, found = NAN;
    for (size_t row = 0; csv != NULL && row < csv->n_rows; row++) {
        double year = real_at(csv, row, "year");
        if (says(csv, row, "scenario", scenario) && (!psa || says(csv, row, "comparator", "")) && says(csv, row, "subgroup", subgroup) &&
            says(csv, row, "outcome", outcome) && says(csv, row, "discounted", "no") && year > last) {
            last = year;
            found = real_at(csv, row, psa ? "mean" : "estimate");
        }
    }
    return found;
}

const char *ipsim_decision_parameter_status(const ipsim_decision_folder *folder, const char *parameter)
{
    const ipsim_csv *csv = folder != NULL ? folder->provenance : NULL;
    const char *colon = strchr(parameter, ':'), *name = colon != NULL ? colon + 1 : parameter;
    for (size_t row = 0; csv != NULL && row < csv->n_rows; row++) {
        const char *scenario = text_at(csv, row, "scenario");
        if (says(csv, row, "parameter", parameter) ||
            (says(csv, row, "parameter", name) && colon != NULL && strlen(scenario) == (size_t)(colon - parameter) &&
             strncmp(scenario, parameter, strlen(scenario)) == 0)) {
            return text_at(csv, row, "status");
        }
    }
    return NULL;
}

typedef struct break_even_key {
    const char *scenario, *comparator, *perspective;
} break_even_key;

/* The year of a row of break_even.csv; NaN: it is about something else. */
static double break_even_year(const ipsim_csv *csv, size_t row, const break_even_key *key)
{
    bool about = says(csv, row, "scenario", key->scenario) && says(csv, row, "comparator", key->comparator) &&
                 says(csv, row, "account", "perspective") && says(csv, row, "name", key->perspective);
    return about ? real_at(csv, row, "year") : NAN;
}

bool ipsim_decision_break_even(const ipsim_decision_folder *folder, const char *scenario, const char *comparator, const char *perspective,
                               ipsim_break_even *out)
{
    const ipsim_csv *csv = folder != NULL ? folder->break_even : NULL;
    const break_even_key key = {scenario, comparator, perspective};
    double last_behind = -INFINITY; /* the last year in which it had not cost less */
    bool ever = false;
    *out = (ipsim_break_even){.year = NAN, .probability = NAN, .last_year = -INFINITY, .last_probability = NAN};
    for (size_t row = 0; csv != NULL && row < csv->n_rows; row++) {
        double year = break_even_year(csv, row, &key);
        bool ahead = real_at(csv, row, "mean") < 0.0;
        ever = ever || (ahead && !isnan(year));
        last_behind = !ahead && year > last_behind ? year : last_behind;
        if (year > out->last_year) {
            out->last_year = year;
            out->last_probability = real_at(csv, row, "probability_saving");
        }
    }
    for (size_t row = 0; csv != NULL && row < csv->n_rows; row++) {
        double year = break_even_year(csv, row, &key);
        if (year > last_behind && !(year >= out->year)) {
            out->year = year;
            out->probability = real_at(csv, row, "probability_saving");
        }
    }
    out->for_a_while = ever && isnan(out->year);
    return out->last_year > -INFINITY;
}
