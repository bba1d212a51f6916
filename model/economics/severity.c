/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/cea: how severe a condition is by the QALYs it takes from people. See include/ipsim/cea.h. */
#include <math.h>
#include <string.h>

#include "ipsim/arena.h"
#include "ipsim/cea.h"
#include "ipsim/csv_read.h"

const ipsim_severity_class ipsim_severity_classes[IPSIM_N_SEVERITY_CLASSES] = {
    {0.0, 275e3}, {4.0, 385e3}, {8.0, 495e3}, {12.0, 605e3}, {16.0, 715e3}, {20.0, 825e3},
};

size_t ipsim_severity_class_of(double shortfall_qalys)
{
    size_t c = 0;
    while (c + 1 < IPSIM_N_SEVERITY_CLASSES && shortfall_qalys >= ipsim_severity_classes[c + 1].from_qalys) {
        c++;
    }
    return c;
}

/* The nearest rows at or below and at or above the age. */
typedef struct neighbours {
    double low_age, low, high_age, high;
} neighbours;

static void take_row(neighbours *near, double age, double row_age, double qalys)
{
    if (row_age <= age && (isnan(near->low_age) || row_age > near->low_age)) {
        near->low_age = row_age;
        near->low = qalys;
    }
    if (row_age >= age && (isnan(near->high_age) || row_age < near->high_age)) {
        near->high_age = row_age;
        near->high = qalys;
    }
}

static ipsim_status at_age(const ipsim_csv *csv, size_t age_column, size_t qaly_column, size_t sex_column, double age, const char *sex,
                           double *qalys, ipsim_error_list *errors)
{
    neighbours near = {NAN, NAN, NAN, NAN};
    for (size_t row = 0; row < csv->n_rows; row++) {
        const char **cells = &csv->cells[row * csv->n_columns];
        double row_age, value;
        if (sex != NULL && strcmp(cells[sex_column], sex) != 0) {
            continue;
        }
        if (!ipsim_parse_real(cells[age_column], &row_age) || !ipsim_parse_real(cells[qaly_column], &value)) {
            return ipsim_error_add(errors, IPSIM_ERR_DATA, (ipsim_origin){csv->path, csv->lines[row], NULL},
                                   "age and qalys must be numbers");
        }
        take_row(&near, age, row_age, value);
    }
    if (isnan(near.low_age) || isnan(near.high_age)) {
        return ipsim_error_add(errors, IPSIM_ERR_RANGE, (ipsim_origin){csv->path, 0, NULL}, "there are no norms around age %g%s%s", age,
                               sex != NULL ? " for sex " : "", sex != NULL ? sex : "");
    }
    double part = near.high_age > near.low_age ? (age - near.low_age) / (near.high_age - near.low_age) : 0.0;
    *qalys = near.low + part * (near.high - near.low);
    return IPSIM_OK;
}

static bool is_first_of_its_name(const ipsim_csv *csv, size_t column, size_t row)
{
    const char *name = csv->cells[row * csv->n_columns + column];
    size_t earlier = 0;
    while (earlier < row && strcmp(csv->cells[earlier * csv->n_columns + column], name) != 0) {
        earlier++;
    }
    return earlier == row;
}

static ipsim_status look_up(const ipsim_csv *csv, double age, const char *sex, double *qalys, ipsim_error_list *errors)
{
    size_t age_column = ipsim_csv_column(csv, "age"), qaly_column = ipsim_csv_column(csv, "qalys"),
           sex_column = ipsim_csv_column(csv, "sex");
    ipsim_origin header = {csv->path, csv->header_line, NULL};
    if (age_column == csv->n_columns || qaly_column == csv->n_columns) {
        return ipsim_error_add(errors, IPSIM_ERR_MISSING, header, "columns \"age\" and \"qalys\" were expected");
    }
    if (sex_column == csv->n_columns && sex != NULL) {
        return ipsim_error_add(errors, IPSIM_ERR_MISSING, header, "a sex was asked for, and there is no column \"sex\"");
    }
    if (sex_column == csv->n_columns || sex != NULL) {
        return at_age(csv, age_column, qaly_column, sex_column, age, sex, qalys, errors);
    }
    ipsim_status status = IPSIM_OK;
    double sum = 0.0, n_sexes = 0.0;
    for (size_t row = 0; status == IPSIM_OK && row < csv->n_rows; row++) {
        if (is_first_of_its_name(csv, sex_column, row)) {
            double of_sex;
            status = at_age(csv, age_column, qaly_column, sex_column, age, csv->cells[row * csv->n_columns + sex_column], &of_sex, errors);
            sum += status == IPSIM_OK ? of_sex : 0.0;
            n_sexes += 1.0;
        }
    }
    *qalys = sum / n_sexes;
    return status;
}

ipsim_status ipsim_norm_qalys(const char *path, double age_years, const char *sex, double *qalys, ipsim_error_list *errors)
{
    ipsim_arena *arena = ipsim_arena_create();
    ipsim_csv *csv;
    if (arena == NULL) {
        return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){path, 0, NULL}, "memory is short");
    }
    ipsim_status status = ipsim_csv_read_detected(path, arena, &csv, errors);
    status = status == IPSIM_OK ? look_up(csv, age_years, sex, qalys, errors) : status;
    ipsim_arena_free(arena);
    return status;
}
