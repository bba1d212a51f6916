/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/report_inputs: output folders as the tables of one page. See report.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/report.h"
#include "ipsim/report.h"

/* Everything that a page wants and that lies in a file of that name; the first folder that has it is the one that gives it. */
static const char *const files[] = {
    "about",      "results",     "differences", "occupancy", "population",    "targets", "ratios",        "parameters",
    "provenance", "psa_summary", "break_even",  "noise",     "psa_occupancy", "dsa",     "dsa_threshold", "dsa_grid",
};
/* What cea and voi make of draws. Those that lie beside psa.csv come last: an analysis of its own was asked for with options of its own. */
static const char *const decision_files[] = {
    "cea", "plane", "ceac", "evpi", "subgroups", "distribution", "equity", "shortfall", "evppi", "evsi",
};

static ipsim_status short_of_memory(ipsim_error_list *errors)
{
    return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "memory is short");
}

const ipsim_table *ipsim_report_inputs_find(const ipsim_report_inputs *inputs, const char *name)
{
    for (size_t t = 0; t < inputs->n_tables; t++) {
        if (strcmp(inputs->tables[t]->name, name) == 0) {
            return inputs->tables[t];
        }
    }
    return NULL;
}

void ipsim_report_inputs_take(ipsim_report_inputs *inputs, ipsim_table *table)
{
    if (table == NULL || ipsim_report_inputs_find(inputs, table->name) != NULL || inputs->n_tables == IPSIM_REPORT_TABLES_MAX) {
        ipsim_table_free(table);
    } else {
        inputs->tables[inputs->n_tables++] = table;
    }
}

static char *path_in(const char *folder, const char *name, const char *ending)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s%s", folder, name, ending) < 0 ? NULL : path;
}

static bool is_file(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static bool has_file(const char *folder, const char *name)
{
    char *path = path_in(folder, name, "");
    bool there = path != NULL && is_file(path);
    free(path);
    return there;
}

/* ---- the manifest ---- */
static ipsim_status read_manifest(const char *folder, json_t **manifest, ipsim_error_list *errors)
{
    char *path = path_in(folder, "manifest.json", "");
    if (path == NULL) {
        return short_of_memory(errors);
    }
    *manifest = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    free(path);
    const char *program = json_string_value(json_object_get(*manifest, "program"));
    if (program != NULL && strcmp(program, "ipsim") == 0) {
        return IPSIM_OK;
    }
    json_decref(*manifest);
    *manifest = NULL;
    return ipsim_error_add(errors, IPSIM_ERR_FILE, (ipsim_origin){folder, 0, NULL},
                           "this is no folder with results of ipsim: it has no manifest.json of ipsim");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* Folders that are read together must be about the same scenarios, or the page would mix numbers of different models. */
static ipsim_status compare_digests(ipsim_report_inputs *inputs, const json_t *manifest, const char *folder, ipsim_error_list *errors)
{
    const json_t *scenarios = json_object_get(manifest, "scenarios");
    ipsim_status status = IPSIM_OK;
    for (size_t i = 0; i < json_array_size(scenarios); i++) {
        const json_t *scenario = json_array_get(scenarios, i);
        const char *name = text_of(scenario, "name"), *digest = text_of(scenario, "digest");
        const json_t *known = json_object_get(inputs->digests, name);
        if (known == NULL) {
            json_object_set_new(inputs->digests, name, json_pack("{s:s, s:s}", "digest", digest, "folder", folder));
        } else if (strcmp(text_of(known, "digest"), digest) != 0) {
            status = ipsim_error_add(
                errors, IPSIM_ERR_INCOMPATIBLE, (ipsim_origin){folder, 0, NULL},
                "scenario \"%s\" was another one here (digest %s) than in %s (digest %s); a report takes results of the "
                "same scenarios",
                name, digest, text_of(known, "folder"), text_of(known, "digest"));
        }
    }
    return status;
}

/* The name of the command: the second word. A merge is what its shards were. */
static void put_command(ipsim_table *table, size_t row, const json_t *manifest, bool compares)
{
    char word[32] = "";
    sscanf(text_of(manifest, "command_line"), "ipsim %31s", word);
    bool psa = json_object_get(manifest, "psa") != NULL;
    ipsim_table_put_text(table, row, 0, strcmp(word, "merge") != 0 ? word : psa ? "psa" : compares ? "compare" : "run");
}

/* Nothing about the folder itself: the same result has the same page wherever it lies. */
static ipsim_status add_source(ipsim_report_inputs *inputs, const json_t *manifest, const char *folder, ipsim_error_list *errors)
{
    bool compares = has_file(folder, "differences.csv");
    char *line = ipsim_report_command_line(manifest, compares), seed[32] = "";
    if (line == NULL) {
        return short_of_memory(errors);
    }
    ipsim_table *table = inputs->sources;
    size_t row = ipsim_table_add_row(table);
    const json_t *number = json_object_get(manifest, "seed");
    if (json_is_integer(number)) {
        snprintf(seed, sizeof seed, "%" JSON_INTEGER_FORMAT, json_integer_value(number));
    }
    put_command(table, row, manifest, compares);
    ipsim_table_put_text(table, row, 1, line);
    ipsim_table_put_text(table, row, 2, text_of(manifest, "version"));
    ipsim_table_put_text(table, row, 3, text_of(manifest, "git_hash"));
    ipsim_table_put_text(table, row, 4, seed);
    const json_t *persons = json_object_get(manifest, "persons_simulated"), *draws = json_object_get(manifest, "draws");
    ipsim_table_put_integer(table, row, 5, json_is_integer(persons) ? json_integer_value(persons) : 0);
    ipsim_table_put_integer(table, row, 6, json_is_integer(draws) ? json_integer_value(draws) : 0);
    free(line);
    return table->out_of_memory ? short_of_memory(errors) : IPSIM_OK;
}

/* ---- tables ---- */
static ipsim_status add_table(ipsim_report_inputs *inputs, const char *folder, const char *name, ipsim_error_list *errors)
{
    char *path = path_in(folder, name, ".csv");
    ipsim_table *table = NULL;
    if (path == NULL) {
        return short_of_memory(errors);
    }
    ipsim_status status = IPSIM_OK;
    if (ipsim_report_inputs_find(inputs, name) == NULL && is_file(path)) {
        status = ipsim_report_read(path, name, &table, errors);
        ipsim_report_inputs_take(inputs, table);
    }
    free(path);
    return status;
}

static ipsim_status add_decision_tables(ipsim_report_inputs *inputs, const char *folder, ipsim_error_list *errors)
{
    ipsim_status status = IPSIM_OK;
    for (size_t f = 0; f < sizeof decision_files / sizeof decision_files[0]; f++) {
        ipsim_status own = add_table(inputs, folder, decision_files[f], errors);
        status = status == IPSIM_OK ? own : status;
    }
    return status;
}

static ipsim_table *find_to_change(ipsim_report_inputs *inputs, const char *name)
{
    size_t t = 0;
    while (t < inputs->n_tables && strcmp(inputs->tables[t]->name, name) != 0) {
        t++;
    }
    return t < inputs->n_tables ? inputs->tables[t] : NULL;
}

/* What about.csv says of the sensitivity analysis stands only beside it, and goes with its tables. */
static ipsim_status add_words_of_dsa(ipsim_report_inputs *inputs, const char *folder, ipsim_error_list *errors)
{
    static const char *const names[] = {"scenario", "key", "value"};
    ipsim_table *about = find_to_change(inputs, "about"), *own = NULL;
    char *path = path_in(folder, "about", ".csv");
    ipsim_status status = path == NULL    ? short_of_memory(errors)
                          : is_file(path) ? ipsim_report_read(path, "about", &own, errors)
                                          : IPSIM_OK;
    for (size_t r = 0; status == IPSIM_OK && own != NULL && r < own->n_rows; r++) {
        if (strncmp(own->columns[ipsim_table_find_column(own, "key")].text[r], "dsa_", 4) == 0) {
            size_t row = ipsim_table_add_row(about);
            for (size_t c = 0; c < 3; c++) {
                ipsim_table_put_text(about, row, ipsim_table_find_column(about, names[c]),
                                     own->columns[ipsim_table_find_column(own, names[c])].text[r]);
            }
        }
    }
    ipsim_table_free(own);
    free(path);
    return status == IPSIM_OK && about->out_of_memory ? short_of_memory(errors) : status;
}

static ipsim_status add_tables(ipsim_report_inputs *inputs, const char *folder, ipsim_error_list *errors)
{
    bool psa = has_file(folder, "psa.csv");
    bool had_words = ipsim_report_inputs_find(inputs, "about") != NULL, had_dsa = ipsim_report_inputs_find(inputs, "dsa") != NULL;
    ipsim_status status = psa ? IPSIM_OK : add_decision_tables(inputs, folder, errors);
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        /* Beside psa.csv, parameters.csv holds draws; what was known about them stands in provenance.csv. */
        if (!psa || strcmp(files[f], "parameters") != 0) {
            ipsim_status own = add_table(inputs, folder, files[f], errors);
            status = status == IPSIM_OK ? own : status;
        }
    }
    if (had_words && !had_dsa && ipsim_report_inputs_find(inputs, "dsa") != NULL) {
        ipsim_status own = add_words_of_dsa(inputs, folder, errors);
        status = status == IPSIM_OK ? own : status;
    }
    if (psa && inputs->psa == NULL) {
        inputs->psa = path_in(folder, "psa", ".csv");
        status = inputs->psa != NULL ? status : short_of_memory(errors);
    }
    return status;
}

ipsim_status ipsim_report_inputs_begin(ipsim_report_inputs *inputs, ipsim_error_list *errors)
{
    static const ipsim_column_spec columns[] = {
        {"command", IPSIM_TEXT, ""}, {"command_line", IPSIM_TEXT, ""}, {"version", IPSIM_TEXT, ""}, {"git_hash", IPSIM_TEXT, ""},
        {"seed", IPSIM_TEXT, ""},    {"persons", IPSIM_INTEGER, ""},   {"draws", IPSIM_INTEGER, ""}};
    *inputs = (ipsim_report_inputs){.sources = ipsim_table_create("sources", columns, sizeof columns / sizeof columns[0]),
                                    .digests = json_object()};
    if (inputs->sources == NULL || inputs->digests == NULL) {
        ipsim_table_free(inputs->sources);
        inputs->sources = NULL;
        return short_of_memory(errors);
    }
    ipsim_report_inputs_take(inputs, inputs->sources);
    return IPSIM_OK;
}

ipsim_status ipsim_report_inputs_add(ipsim_report_inputs *inputs, const char *folder, ipsim_error_list *errors)
{
    json_t *manifest = NULL;
    ipsim_status status = read_manifest(folder, &manifest, errors);
    if (status != IPSIM_OK) {
        return status;
    }
    status = compare_digests(inputs, manifest, folder, errors);
    status = status == IPSIM_OK ? add_source(inputs, manifest, folder, errors) : status;
    status = status == IPSIM_OK ? add_tables(inputs, folder, errors) : status;
    json_decref(manifest);
    return status;
}

ipsim_status ipsim_report_inputs_finish(ipsim_report_inputs *inputs, ipsim_error_list *errors)
{
    if (inputs->n_tables < 2 && inputs->psa == NULL) {
        return ipsim_error_add(errors, IPSIM_ERR_USAGE, (ipsim_origin){0}, "there is no table in these folders that a report could show");
    }
    ipsim_status status = IPSIM_OK;
    if (inputs->psa != NULL) {
        char *folder = strndup(inputs->psa, strlen(inputs->psa) - strlen("/psa.csv"));
        status = folder != NULL ? add_decision_tables(inputs, folder, errors) : short_of_memory(errors);
        free(folder);
    }
    return status == IPSIM_OK ? ipsim_report_draws(inputs, errors) : status;
}

void ipsim_report_inputs_clear(ipsim_report_inputs *inputs)
{
    for (size_t t = 0; t < inputs->n_tables; t++) {
        ipsim_table_free(inputs->tables[t]);
    }
    free(inputs->psa);
    json_decref(inputs->digests);
    *inputs = (ipsim_report_inputs){0};
}
