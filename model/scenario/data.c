/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/data: tables of persons, and which rate table belongs to which hazard. Positions are those of the CSV file; the key is
 * the column. */
#include <string.h>

#include "private.h"

ipsim_csv *ipsim_data_csv(ipsim_loader *loader, const char *path, ipsim_origin asked_from)
{
    ipsim_csv *csv = NULL;
    ipsim_error_list found = {0};
    if (ipsim_csv_read_kept(loader->files, path, loader->arena, &csv, &found) != IPSIM_OK) {
        csv = NULL;
    }
    for (size_t i = 0; i < found.count; i++) {
        if (found.items[i].status == IPSIM_ERR_FILE) { /* the analyst must mend the setting, not the file */
            ipsim_error_add(loader->errors, IPSIM_ERR_FILE, asked_from, "\"%.200s\": %.500s", path, found.items[i].message);
        } else {
            ipsim_error_add_copy(loader->errors, &found.items[i]);
        }
    }
    loader->out_of_memory = loader->out_of_memory || found.out_of_memory;
    ipsim_error_list_clear(&found);
    if (csv != NULL && csv->n_rows == 0) {
        ipsim_error_add(loader->errors, IPSIM_ERR_DATA, (ipsim_origin){path, csv->header_line, NULL}, "the file has a header but no rows");
        csv = NULL;
    }
    return csv;
}

size_t ipsim_data_column(ipsim_loader *loader, const ipsim_csv *csv, const char *column, const char *reader)
{
    size_t at = ipsim_csv_column(csv, column);
    if (at == csv->n_columns) {
        ipsim_suggestion near;
        ipsim_error_add(loader->errors, IPSIM_ERR_DATA, (ipsim_origin){csv->path, csv->header_line, column},
                        "there is no such column, which %s reads%s", reader, ipsim_suggest(&near, column, csv->names, csv->n_columns));
    }
    return at;
}

static void read_attribute(ipsim_loader *loader, const ipsim_csv *csv, const ipsim_attribute *attribute, ipsim_person_table *table,
                           size_t column)
{
    const char *reader = ipsim_loader_printf(loader, "attribute %s", attribute->name);
    const char *name = attribute->column.value;
    size_t from = reader == NULL ? csv->n_columns : ipsim_data_column(loader, csv, name, reader);
    table->names[column] = attribute->name;
    for (size_t row = 0; row < csv->n_rows && from < csv->n_columns; row++) {
        const char *cell = csv->cells[row * csv->n_columns + from];
        ipsim_origin at = {csv->path, csv->lines[row], name};
        double value = 0;
        if (ipsim_is_categorical(attribute)) {
            size_t level = ipsim_attribute_find_level(attribute, cell);
            value = (double)level;
            if (level == attribute->levels.count) {
                ipsim_suggestion near;
                ipsim_error_add(loader->errors, IPSIM_ERR_DATA, at, "\"%.60s\" is not a level of attribute %s%s", cell, attribute->name,
                                ipsim_suggest(&near, cell, attribute->levels.items, attribute->levels.count));
            }
        } else if (!ipsim_parse_real(cell, &value)) {
            ipsim_error_add(loader->errors, IPSIM_ERR_DATA, at, "\"%.60s\" is not a finite number", cell);
        } else if (value < 0 && (strcmp(attribute->name, "age") == 0 || strcmp(attribute->name, "entry_time") == 0)) {
            ipsim_error_add(loader->errors, IPSIM_ERR_DATA, at, "%.10g is below 0", value);
        }
        table->values[row * table->n_columns + column] = value;
    }
}

double *ipsim_data_weights(ipsim_loader *loader, const ipsim_csv *csv, const char *name)
{
    size_t from = ipsim_data_column(loader, csv, name, "key weight");
    double *weights = ipsim_loader_alloc(loader, csv->n_rows, sizeof *weights);
    if (weights == NULL || from == csv->n_columns) {
        return NULL;
    }
    bool sound = true;
    double sum = 0;
    for (size_t row = 0; row < csv->n_rows; row++) {
        const char *cell = csv->cells[row * csv->n_columns + from];
        ipsim_origin at = {csv->path, csv->lines[row], name};
        if (!ipsim_parse_real(cell, &weights[row])) {
            ipsim_error_add(loader->errors, IPSIM_ERR_DATA, at, "\"%.60s\" is not a finite number", cell);
            sound = false;
        } else if (weights[row] < 0) {
            ipsim_error_add(loader->errors, IPSIM_ERR_DATA, at, "a weight of %.10g is below 0", weights[row]);
            sound = false;
        }
        sum += weights[row];
    }
    if (sound && !(sum > 0 && sum < 1e300)) {
        ipsim_error_add(loader->errors, IPSIM_ERR_DATA, (ipsim_origin){csv->path, csv->header_line, name},
                        sum > 0 ? "the weights are too large to be summed" : "all weights are 0");
    }
    return weights;
}

static void read_person_table(ipsim_loader *loader, const ipsim_scenario *scenario, ipsim_person_table_spec *spec)
{
    if (spec->file.value == NULL) {
        return;
    }
    const char *path = ipsim_loader_beside(loader, spec->file.origin.file, spec->file.value);
    ipsim_csv *csv = path == NULL ? NULL : ipsim_data_csv(loader, path, spec->file.origin);
    ipsim_person_table *table = csv == NULL ? NULL : ipsim_loader_alloc(loader, 1, sizeof *table);
    if (table == NULL) {
        return;
    }
    table->path = path;
    table->n_rows = csv->n_rows;
    for (size_t i = 0; i < scenario->n_attributes; i++) {
        const char *name = scenario->attributes[i].table.value;
        table->n_columns += name != NULL && strcmp(name, spec->name) == 0;
    }
    table->names = ipsim_loader_alloc(loader, table->n_columns, sizeof *table->names);
    table->values = ipsim_loader_alloc(loader, table->n_rows * table->n_columns, sizeof *table->values);
    if (table->names == NULL || table->values == NULL) {
        return;
    }
    for (size_t i = 0, column = 0; i < scenario->n_attributes; i++) {
        const ipsim_attribute *attribute = &scenario->attributes[i];
        if (attribute->table.value != NULL && strcmp(attribute->table.value, spec->name) == 0 && attribute->column.value != NULL) {
            read_attribute(loader, csv, attribute, table, column++);
        }
    }
    if (spec->weight.value != NULL) {
        table->weights = ipsim_data_weights(loader, csv, spec->weight.value);
    }
    spec->data = table;
}

/* Transitions that name one file share one table. */
static void read_hazard_table(ipsim_loader *loader, const ipsim_scenario *scenario, ipsim_hazard_spec *hazard,
                              ipsim_rate_table *const *known, size_t n_known)
{
    if (!hazard->given || hazard->family.value != IPSIM_HAZARD_TABLE || hazard->file.value == NULL) {
        return;
    }
    const char *path = ipsim_loader_beside(loader, hazard->file.origin.file, hazard->file.value);
    for (size_t i = 0; path != NULL && i < n_known && hazard->data == NULL; i++) {
        if (known[i] != NULL && strcmp(known[i]->path, path) == 0) {
            hazard->data = known[i];
        }
    }
    if (path != NULL && hazard->data == NULL) {
        hazard->data = ipsim_rate_table_read(loader, scenario, path, hazard->file.origin);
    }
}

void ipsim_scenario_read_data(ipsim_loader *loader, ipsim_scenario *scenario)
{
    for (size_t i = 0; i < scenario->n_person_tables; i++) {
        read_person_table(loader, scenario, &scenario->person_tables[i]);
    }
    for (size_t i = 0; i < scenario->n_joints; i++) {
        ipsim_joint_read_data(loader, &scenario->joints[i]);
    }
    size_t n_risks = scenario->n_transitions + scenario->n_events;
    ipsim_rate_table **known = ipsim_loader_alloc(loader, n_risks, sizeof *known);
    for (size_t i = 0; i < n_risks && known != NULL && !loader->out_of_memory; i++) {
        ipsim_hazard_spec *hazard = i < scenario->n_transitions ? &scenario->transitions[i].hazard
                                                                : &scenario->events[i - scenario->n_transitions].hazard;
        read_hazard_table(loader, scenario, hazard, known, i);
        known[i] = hazard->data;
        if (hazard->data != NULL && hazard->data->n_years > 1 && !scenario->simulation.start_year.given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, hazard->file.origin,
                            "the table has a column year, so simulation.start_year is needed");
        }
    }
}
