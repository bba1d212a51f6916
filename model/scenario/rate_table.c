/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/rate_table: hazards by age, calendar year and categorical attributes from a CSV file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../maths/elementary.h"
#include "private.h"

enum { CELLS_MAX = 20000000 };

typedef struct reader {
    ipsim_loader *loader;
    const ipsim_scenario *scenario;
    const ipsim_csv *csv;
    ipsim_rate_table *table;
    size_t age, year, value; /* columns; n_columns when absent */
    bool is_probability;
    size_t *key_column;
    bool sound;
} reader;

static ipsim_origin cell_origin(const reader *r, size_t row, size_t column)
{
    return (ipsim_origin){r->csv->path, r->csv->lines[row], r->csv->names[column]};
}

static const char *cell(const reader *r, size_t row, size_t column)
{
    return r->csv->cells[row * r->csv->n_columns + column];
}

static void refuse_header(reader *r, const char *column, const char *why)
{
    ipsim_error_add(r->loader->errors, IPSIM_ERR_DATA, (ipsim_origin){r->csv->path, r->csv->header_line, column}, "%s", why);
    r->sound = false;
}

/* Every column must mean something: a misspelt attribute would otherwise be ignored in silence. */
static void read_header(reader *r)
{
    const ipsim_csv *csv = r->csv;
    r->age = ipsim_csv_column(csv, "age");
    r->year = ipsim_csv_column(csv, "year");
    size_t rate = ipsim_csv_column(csv, "rate"), probability = ipsim_csv_column(csv, "probability");
    r->is_probability = rate == csv->n_columns;
    r->value = r->is_probability ? probability : rate;
    if (r->age == csv->n_columns) {
        refuse_header(r, "age", "a rate table needs a column age (the age at which each band begins)");
    }
    if (r->value == csv->n_columns) {
        refuse_header(r, "rate", "a rate table needs a column rate (per year) or probability (of one year)");
    } else if (rate < csv->n_columns && probability < csv->n_columns) {
        refuse_header(r, "probability", "a rate table has either a column rate or a column probability, not both");
    }
    for (size_t c = 0; c < csv->n_columns; c++) {
        if (c == r->age || c == r->year || c == rate || c == probability) {
            continue;
        }
        size_t attribute = ipsim_scenario_find_attribute(r->scenario, csv->names[c]);
        if (attribute == r->scenario->n_attributes || !ipsim_is_categorical(&r->scenario->attributes[attribute])) {
            refuse_header(r, csv->names[c], "a column of a rate table is age, year, rate, probability or a categorical attribute");
            continue;
        }
        r->key_column[r->table->n_keys] = c;
        r->table->key_attribute[r->table->n_keys++] = attribute;
    }
}

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distinct numbers of a column, ascending. A column that is absent has one band. */
static double *bands(reader *r, size_t column, size_t *count)
{
    double *values = ipsim_loader_alloc(r->loader, r->csv->n_rows, sizeof *values);
    *count = 1;
    if (values == NULL || column == r->csv->n_columns) {
        return values;
    }
    size_t n = 0;
    for (size_t row = 0; row < r->csv->n_rows; row++) {
        double value = 0;
        if (!ipsim_parse_real(cell(r, row, column), &value)) {
            ipsim_error_add(r->loader->errors, IPSIM_ERR_DATA, cell_origin(r, row, column), "\"%.60s\" is not a finite number",
                            cell(r, row, column));
            r->sound = false;
        } else if (column == r->age && value < 0) {
            ipsim_error_add(r->loader->errors, IPSIM_ERR_DATA, cell_origin(r, row, column), "an age of %.10g is below 0", value);
            r->sound = false;
        } else {
            values[n++] = value;
        }
    }
    qsort(values, n, sizeof *values, compare_reals);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        if (*count == 0 || values[i] > values[*count - 1]) {
            values[(*count)++] = values[i];
        }
    }
    return values;
}

static size_t find_band(const double *values, size_t count, double wanted)
{
    const double *found = bsearch(&wanted, values, count, sizeof *values, compare_reals);
    return found == NULL ? 0 : (size_t)(found - values);
}

static double read_value(reader *r, size_t row)
{
    const char *text = cell(r, row, r->value);
    double value = NAN;
    const char *why = NULL;
    if (!ipsim_parse_real(text, &value)) {
        why = "is not a finite number";
    } else if (value < 0) {
        why = r->is_probability ? "is not a probability between 0 and 1" : "is a rate below 0";
    } else if (r->is_probability && value > 1) {
        why = "is not a probability between 0 and 1";
    } else if (r->is_probability && value == 1) {
        why = "is certain within the year, which no rate can express; write a probability just below 1";
    }
    if (why != NULL) {
        ipsim_error_add(r->loader->errors, IPSIM_ERR_DATA, cell_origin(r, row, r->value), "\"%.60s\" %s", text, why);
        r->sound = false;
        return NAN;
    }
    return (r->is_probability ? -ipsim_log1p(-value) : value) + 0.0; /* no -0, as in parse.c */
}

static bool read_stratum(reader *r, size_t row, size_t *stratum)
{
    bool known = true;
    *stratum = 0;
    for (size_t k = 0; k < r->table->n_keys; k++) {
        const ipsim_attribute *attribute = &r->scenario->attributes[r->table->key_attribute[k]];
        const char *text = cell(r, row, r->key_column[k]);
        size_t level = ipsim_attribute_find_level(attribute, text);
        if (level == attribute->levels.count) {
            ipsim_suggestion near;
            ipsim_error_add(r->loader->errors, IPSIM_ERR_DATA, cell_origin(r, row, r->key_column[k]),
                            "\"%.60s\" is not a level of attribute %s%s", text, attribute->name,
                            ipsim_suggest(&near, text, attribute->levels.items, attribute->levels.count));
            known = r->sound = false;
            level = 0;
        }
        *stratum = *stratum * attribute->levels.count + level;
    }
    return known;
}

static void read_rows(reader *r, int *first_line)
{
    ipsim_rate_table *t = r->table;
    for (size_t row = 0; row < r->csv->n_rows; row++) {
        size_t stratum = 0;
        double age = 0, year = 0;
        bool known = read_stratum(r, row, &stratum);
        double value = read_value(r, row);
        if (!known || !ipsim_parse_real(cell(r, row, r->age), &age) ||
            (r->year < r->csv->n_columns && !ipsim_parse_real(cell(r, row, r->year), &year))) {
            continue;
        }
        size_t at = (stratum * t->n_years + find_band(t->years, t->n_years, year)) * t->n_ages + find_band(t->ages, t->n_ages, age);
        if (first_line[at] != 0) {
            ipsim_error_add(r->loader->errors, IPSIM_ERR_DATA, (ipsim_origin){r->csv->path, r->csv->lines[row], "age"},
                            "the same combination stands on line %d already", first_line[at]);
            r->sound = false;
        } else {
            first_line[at] = r->csv->lines[row];
            t->values[at] = value;
        }
    }
}

static void require_all_combinations(reader *r, const int *first_line, size_t n_cells)
{
    const ipsim_rate_table *t = r->table;
    size_t missing = 0, first = 0;
    for (size_t i = n_cells; i > 0; i--) {
        if (first_line[i - 1] == 0) {
            missing++;
            first = i - 1;
        }
    }
    if (missing == 0) {
        return;
    }
    char text[300];
    size_t used = (size_t)snprintf(text, sizeof text, "age %.10g", t->ages[first % t->n_ages]);
    if (t->n_years > 1 || r->year < r->csv->n_columns) {
        used += (size_t)snprintf(text + used, sizeof text - used, ", year %.10g", t->years[first / t->n_ages % t->n_years]);
    }
    size_t stratum = first / t->n_ages / t->n_years, divisor = t->n_strata;
    for (size_t k = 0; k < t->n_keys && used < sizeof text; k++) {
        const ipsim_attribute *attribute = &r->scenario->attributes[t->key_attribute[k]];
        divisor /= attribute->levels.count;
        used += (size_t)snprintf(text + used, sizeof text - used, ", %s %s", attribute->name,
                                 attribute->levels.items[stratum / divisor % attribute->levels.count]);
    }
    ipsim_error_add(r->loader->errors, IPSIM_ERR_DATA, (ipsim_origin){r->csv->path, r->csv->header_line, NULL},
                    missing == 1 ? "there is no row for %s" : "there is no row for %s (%zu combinations are missing)", text, missing);
    r->sound = false;
}

ipsim_rate_table *ipsim_rate_table_read(ipsim_loader *loader, const ipsim_scenario *scenario, const char *path, ipsim_origin asked_from)
{
    const ipsim_csv *csv = ipsim_data_csv(loader, path, asked_from);
    ipsim_rate_table *t = csv == NULL ? NULL : ipsim_loader_alloc(loader, 1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    reader r = {.loader = loader, .scenario = scenario, .csv = csv, .table = t, .sound = true};
    t->path = path;
    t->key_attribute = ipsim_loader_alloc(loader, csv->n_columns, sizeof *t->key_attribute);
    r.key_column = ipsim_loader_alloc(loader, csv->n_columns, sizeof *r.key_column);
    if (t->key_attribute == NULL || r.key_column == NULL) {
        return NULL;
    }
    read_header(&r);
    if (!r.sound) {
        return NULL;
    }
    t->ages = bands(&r, r.age, &t->n_ages);
    t->years = bands(&r, r.year, &t->n_years);
    t->n_strata = 1;
    for (size_t k = 0; k < t->n_keys; k++) {
        size_t levels = scenario->attributes[t->key_attribute[k]].levels.count;
        t->n_strata = t->n_strata > CELLS_MAX ? t->n_strata : t->n_strata * levels;
    }
    double cells = (double)t->n_ages * (double)t->n_years * (double)t->n_strata;
    if (cells > CELLS_MAX) {
        refuse_header(&r, NULL, "the combinations of age, year and levels are more than 20 million");
    }
    size_t n_cells = cells > CELLS_MAX ? 0 : t->n_ages * t->n_years * t->n_strata;
    t->values = ipsim_loader_alloc(loader, n_cells, sizeof *t->values);
    int *first_line = ipsim_loader_alloc(loader, n_cells, sizeof *first_line);
    if (loader->out_of_memory || n_cells == 0) {
        return NULL;
    }
    read_rows(&r, first_line);
    if (r.sound) {
        require_all_combinations(&r, first_line, n_cells);
    }
    return r.sound ? t : NULL;
}
