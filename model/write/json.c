/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/json: see ipsim_write_json in include/ipsim/write.h.
 *
 * Jansson writes each value, one at a time, so that a large table need not stand in memory twice and each number can have the
 * digits it needs. NaN and infinities are null: JSON has no other word for them. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "ipsim/number.h"
#include "ipsim/write.h"

/* Takes over value. Jansson makes no value of a text that is not UTF-8, nor when memory is short. */
static ipsim_status put_value(FILE *stream, json_t *value, size_t flags, ipsim_error *err)
{
    if (value == NULL) {
        return ipsim_error_set(err, IPSIM_ERR_DATA, "a text cannot be written as JSON: it is not UTF-8, or memory is short");
    }
    int result = json_dumpf(value, stream, JSON_ENCODE_ANY | flags);
    json_decref(value);
    if (result != 0) {
        return ipsim_error_set(err, IPSIM_ERR_FILE, "JSON cannot be written: %s", strerror(errno));
    }
    return IPSIM_OK;
}

static ipsim_status put_cell(FILE *stream, const ipsim_column *column, size_t row, ipsim_error *err)
{
    json_t *value = NULL;
    size_t flags = 0;
    switch (column->type) {
    case IPSIM_TEXT:
        value = column->text[row] != NULL ? json_string(column->text[row]) : json_null();
        break;
    case IPSIM_REAL:
        value = isfinite(column->real[row]) ? json_real(column->real[row]) : json_null();
        flags = JSON_REAL_PRECISION((size_t)ipsim_real_digits(column->real[row]));
        break;
    case IPSIM_INTEGER:
        value = json_integer(column->integer[row]);
        break;
    }
    return put_value(stream, value, flags, err);
}

static ipsim_status put_row(FILE *stream, const ipsim_table *table, size_t row, ipsim_error *err)
{
    putc('{', stream);
    for (size_t c = 0; c < table->n_columns; c++) {
        fputs(c > 0 ? ", " : "", stream);
        ipsim_status status = put_value(stream, json_string(table->columns[c].name), 0, err);
        if (status != IPSIM_OK) {
            return status;
        }
        fputs(": ", stream);
        status = put_cell(stream, &table->columns[c], row, err);
        if (status != IPSIM_OK) {
            return status;
        }
    }
    putc('}', stream);
    return IPSIM_OK;
}

static ipsim_status put_table(FILE *stream, const ipsim_table *table, ipsim_error *err)
{
    if (table->out_of_memory) {
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for table %s", table->name);
    }
    ipsim_status status = put_value(stream, json_string(table->name), 0, err);
    if (status != IPSIM_OK) {
        return status;
    }
    fputs(": [", stream);
    for (size_t row = 0; row < table->n_rows; row++) {
        fputs(row > 0 ? ",\n    " : "\n    ", stream);
        status = put_row(stream, table, row, err);
        if (status != IPSIM_OK) {
            return status;
        }
    }
    fputs(table->n_rows > 0 ? "\n  ]" : "]", stream);
    return IPSIM_OK;
}

ipsim_status ipsim_write_json(const ipsim_table *const *tables, size_t n_tables, FILE *stream, ipsim_error *err)
{
    fputs("{", stream);
    for (size_t t = 0; t < n_tables; t++) {
        fputs(t > 0 ? ",\n  " : "\n  ", stream);
        ipsim_status status = put_table(stream, tables[t], err);
        if (status != IPSIM_OK) {
            return status;
        }
    }
    fputs(n_tables > 0 ? "\n}\n" : "}\n", stream);
    if (ferror(stream) != 0 || fflush(stream) != 0) {
        return ipsim_error_set(err, IPSIM_ERR_FILE, "JSON cannot be written: %s", strerror(errno));
    }
    return IPSIM_OK;
}
