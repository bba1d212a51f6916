/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two parameters at a time. */
#include <math.h>
#include <stdlib.h>

#include "dsa_parts.h"
#include "ipsim/number.h"

typedef struct axis {
    size_t parameter;
    double low, high;
    size_t steps;
} axis;

/* What the options ask for; errors name the option. */
static ipsim_status read_axis(const dsa_job *job, const ipsim_dsa_axis *asked, axis *out)
{
    out->parameter = ipsim_dsa_parameters_find(job->parameters, "--grid", asked->range.name, job->errors);
    out->steps = (size_t)asked->steps;
    if (out->parameter == SIZE_MAX)
        return IPSIM_ERR_UNKNOWN_KEY;
    return ipsim_dsa_parameters_range(job->parameters, "--grid", out->parameter, &asked->range, &out->low, &out->high, job->errors);
}

/* Between the ends to twelve digits, so that it is what one would type: 0.1, not 0.09999999999999999. */
static double value_at(const axis *a, size_t i)
{
    char text[IPSIM_REAL_TEXT_SIZE];
    double value = a->low + (a->high - a->low) * ((double)i / (double)(a->steps - 1)), typed;
    snprintf(text, sizeof text, "%.12g", value);
    return i == 0 ? a->low : i + 1 == a->steps ? a->high : ipsim_parse_real(text, &typed) ? typed : value;
}

static ipsim_status plan_one(dsa_job *job, const axis *a, const axis *b)
{
    for (size_t i = 0; i < a->steps; i++)
        for (size_t j = 0; j < b->steps; j++) {
            size_t point = ipsim_dsa_runs_add_one(job->runs, a->parameter, value_at(a, i));
            if (point == SIZE_MAX)
                return ipsim_error_add(job->errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the grid");
            ipsim_dsa_runs_point(job->runs, point)->values[b->parameter] = value_at(b, j);
        }
    return IPSIM_OK;
}

ipsim_status ipsim_dsa_grid_plan(dsa_job *job)
{
    ipsim_status first = IPSIM_OK;
    job->grid = calloc(job->options->n_grids + 1, sizeof *job->grid);
    if (!job->grid)
        return ipsim_error_add(job->errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the grid");
    for (size_t g = 0; g < job->options->n_grids; g++) {
        const ipsim_dsa_grid *grid = &job->options->grids[g];
        axis a, b;
        ipsim_status status = read_axis(job, &grid->axis[0], &a), second = read_axis(job, &grid->axis[1], &b);
        status = status == IPSIM_OK ? second : status;
        if (status == IPSIM_OK && a.parameter == b.parameter)
            status = ipsim_error_add(job->errors, IPSIM_ERR_USAGE, (ipsim_origin){.file = "--grid", .key = grid->axis[0].range.name},
                                     "a grid needs two different parameters");
        job->grid[g] = (size_t)ipsim_dsa_runs_points(job->runs);
        status = status == IPSIM_OK ? plan_one(job, &a, &b) : status;
        first = first == IPSIM_OK ? status : first;
    }
    return first;
}

static void put_grid(const dsa_job *job, ipsim_table *table, size_t grid, size_t scenario, size_t output)
{
    axis a, b;
    if (read_axis(job, &job->options->grids[grid].axis[0], &a) != IPSIM_OK ||
        read_axis(job, &job->options->grids[grid].axis[1], &b) != IPSIM_OK)
        return; /* it was read before */
    for (size_t k = 0; k < a.steps * b.steps; k++) {
        const dsa_estimate *estimate = ipsim_dsa_runs_estimate(job->runs, job->grid[grid] + k, scenario, output);
        size_t row = ipsim_table_add_row(table);
        ipsim_dsa_put_scenarios(job, table, row, scenario);
        ipsim_table_put_text(table, row, 2, job->parameters->items[a.parameter].quantity->label);
        ipsim_table_put_real(table, row, 3, value_at(&a, k / b.steps));
        ipsim_table_put_text(table, row, 4, job->parameters->items[b.parameter].quantity->label);
        ipsim_table_put_real(table, row, 5, value_at(&b, k % b.steps));
        ipsim_dsa_put_output(&job->outputs->items[output], table, row, 6);
        ipsim_table_put_real(table, row, 9, estimate->value);
        ipsim_table_put_real(table, row, 10, estimate->mcse);
    }
}

ipsim_table *ipsim_dsa_grid_table(const dsa_job *job)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""},    {"comparator", IPSIM_TEXT, ""}, {"parameter_1", IPSIM_TEXT, ""}, {"value_1", IPSIM_REAL, ""},
        {"parameter_2", IPSIM_TEXT, ""}, {"value_2", IPSIM_REAL, ""},    {"perspective", IPSIM_TEXT, ""}, {"outcome", IPSIM_TEXT, ""},
        {"threshold", IPSIM_REAL, ""},   {"estimate", IPSIM_REAL, ""},   {"mcse", IPSIM_REAL, ""}};
    ipsim_table *table = ipsim_table_create("dsa_grid", columns, sizeof columns / sizeof *columns);
    for (size_t g = 0; table && g < job->options->n_grids; g++)
        for (size_t s = 1; s < job->n_scenarios; s++)
            for (size_t i = 0; i < job->outputs->count; i++)
                if (job->outputs->items[i].searched)
                    put_grid(job, table, g, s, i);
    return table;
}
