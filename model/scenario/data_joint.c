/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/data_joint: the CSV file of a joint distribution. Positions are those of the file; the key is the column. */
#include "private.h"

static void read_column(ipsim_loader *loader, const ipsim_csv *csv, const ipsim_joint *joint, ipsim_joint_table *table, size_t i)
{
    const char *name = joint->columns.given ? joint->columns.items[i] : joint->parameters.items[i];
    const char *reader = ipsim_loader_printf(loader, "joint %s", joint->name);
    size_t from = reader == NULL ? csv->n_columns : ipsim_data_column(loader, csv, name, reader);
    for (size_t row = 0; row < csv->n_rows && from < csv->n_columns; row++) {
        const char *cell = csv->cells[row * csv->n_columns + from];
        if (!ipsim_parse_real(cell, &table->values[row * table->n_columns + i])) {
            ipsim_error_add(loader->errors, IPSIM_ERR_DATA, (ipsim_origin){csv->path, csv->lines[row], name},
                            "\"%.60s\" is not a finite number", cell);
        }
    }
}

void ipsim_joint_read_data(ipsim_loader *loader, ipsim_joint *joint)
{
    bool reads = joint->family.value == IPSIM_JOINT_BOOTSTRAP || joint->family.value == IPSIM_JOINT_DRAWS;
    bool fits = !joint->columns.given || joint->columns.count == joint->parameters.count; /* recorded otherwise */
    if (!reads || joint->file.value == NULL || !fits) {
        return;
    }
    const char *path = ipsim_loader_beside(loader, joint->file.origin.file, joint->file.value);
    ipsim_csv *csv = path == NULL ? NULL : ipsim_data_csv(loader, path, joint->file.origin);
    ipsim_joint_table *table = csv == NULL ? NULL : ipsim_loader_alloc(loader, 1, sizeof *table);
    if (table == NULL) {
        return;
    }
    enum { ROWS_MAX = 1 << 24 }; /* as many counts as a stream has */
    if (csv->n_rows >= ROWS_MAX) {
        ipsim_error_add(loader->errors, IPSIM_ERR_LIMIT, joint->file.origin, "the file has more than %d rows", (int)ROWS_MAX);
        return;
    }
    *table = (ipsim_joint_table){.path = path, .n_rows = csv->n_rows, .n_columns = joint->parameters.count};
    table->values = ipsim_loader_alloc(loader, table->n_rows * table->n_columns, sizeof *table->values);
    for (size_t i = 0; table->values != NULL && i < table->n_columns; i++) {
        read_column(loader, csv, joint, table, i);
    }
    if (joint->weight.value != NULL) {
        table->weights = ipsim_data_weights(loader, csv, joint->weight.value);
    }
    joint->data = table;
}
