/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One parameter at a time, and all of them at the ends that were best or worst one at a time. */
#include <math.h>
#include <stdlib.h>

#include "dsa_parts.h"

static ipsim_status no_memory(ipsim_error_list *errors)
{
    return ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){0}, "not enough memory for the sensitivity analysis");
}

/* ---- rows ---- */

void ipsim_dsa_put_scenarios(const dsa_job *job, ipsim_table *table, size_t row, size_t scenario)
{
    ipsim_table_put_text(table, row, 0, job->scenarios[scenario]->name.value);
    ipsim_table_put_text(table, row, 1, job->scenarios[0]->name.value);
}

void ipsim_dsa_put_output(const dsa_output *output, ipsim_table *table, size_t row, size_t column)
{
    ipsim_table_put_text(table, row, column, output->perspective);
    ipsim_table_put_text(table, row, column + 1, output->outcome);
    ipsim_table_put_real(table, row, column + 2, output->threshold);
}

static const char *status_of(const ipsim_parameter *p)
{
    static const char *const names[] = {"unstated", "published", "derived", "calibrated", "assumed"};
    return names[p->status.value];
}

/* ---- one way ---- */

ipsim_status ipsim_dsa_one_way_plan(dsa_job *job)
{
    const dsa_parameters *p = job->parameters;
    job->low = calloc(p->n_moved + 1, sizeof *job->low);
    job->high = calloc(p->n_moved + 1, sizeof *job->high);
    if (!job->low || !job->high)
        return no_memory(job->errors);
    for (size_t i = 0; i < p->n_moved; i++) {
        const dsa_parameter *q = &p->items[p->moved[i]];
        job->low[i] = ipsim_dsa_runs_add_one(job->runs, p->moved[i], q->low);
        job->high[i] = ipsim_dsa_runs_add_one(job->runs, p->moved[i], q->high);
        if (job->low[i] == SIZE_MAX || job->high[i] == SIZE_MAX)
            return no_memory(job->errors);
    }
    return IPSIM_OK;
}

typedef struct bar {
    size_t moved;
    double spread;
} bar;

/* The widest first; those without a value last; equal ones as declared. */
static int by_spread(const void *a, const void *b)
{
    const bar *x = a, *y = b;
    if (isnan(x->spread) != isnan(y->spread))
        return isnan(x->spread) ? 1 : -1;
    if (x->spread != y->spread && !isnan(x->spread))
        return x->spread > y->spread ? -1 : 1;
    return (x->moved > y->moved) - (x->moved < y->moved);
}

static double spread_of(double a, double b, double c)
{
    return fmax(fmax(a, b), c) - fmin(fmin(a, b), c);
}

static void put_bar(const dsa_job *job, ipsim_table *table, size_t scenario, size_t output, const bar *b, size_t rank)
{
    size_t parameter = job->parameters->moved[b->moved], row = ipsim_table_add_row(table);
    const dsa_parameter *q = &job->parameters->items[parameter];
    const ipsim_parameter *spec = q->quantity->parameter;
    const dsa_estimate *base = ipsim_dsa_runs_estimate(job->runs, 0, scenario, output);
    const dsa_estimate *low = ipsim_dsa_runs_estimate(job->runs, job->low[b->moved], scenario, output);
    const dsa_estimate *high = ipsim_dsa_runs_estimate(job->runs, job->high[b->moved], scenario, output);
    ipsim_dsa_put_scenarios(job, table, row, scenario);
    ipsim_table_put_text(table, row, 2, q->quantity->label);
    ipsim_table_put_text(table, row, 3, spec->label.value);
    ipsim_table_put_text(table, row, 4, spec->unit.value);
    ipsim_table_put_text(table, row, 5, status_of(spec));
    ipsim_dsa_put_output(&job->outputs->items[output], table, row, 6);
    const double numbers[] = {q->low,      q->base,          q->high,           low->value, base->value,
                              high->value, low->change_mcse, high->change_mcse, b->spread};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        ipsim_table_put_real(table, row, 9 + i, numbers[i]);
    ipsim_table_put_integer(table, row, 18, (int64_t)rank);
}

ipsim_table *ipsim_dsa_one_way_table(const dsa_job *job)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""},  {"comparator", IPSIM_TEXT, ""}, {"parameter", IPSIM_TEXT, ""},   {"label", IPSIM_TEXT, ""},
        {"unit", IPSIM_TEXT, ""},      {"status", IPSIM_TEXT, ""},     {"perspective", IPSIM_TEXT, ""}, {"outcome", IPSIM_TEXT, ""},
        {"threshold", IPSIM_REAL, ""}, {"low", IPSIM_REAL, ""},        {"base", IPSIM_REAL, ""},        {"high", IPSIM_REAL, ""},
        {"at_low", IPSIM_REAL, ""},    {"at_base", IPSIM_REAL, ""},    {"at_high", IPSIM_REAL, ""},     {"mcse_low", IPSIM_REAL, ""},
        {"mcse_high", IPSIM_REAL, ""}, {"spread", IPSIM_REAL, ""},     {"rank", IPSIM_INTEGER, ""}};
    ipsim_table *table = ipsim_table_create("dsa", columns, sizeof columns / sizeof *columns);
    size_t n = job->parameters->n_moved;
    bar *bars = calloc(n + 1, sizeof *bars);
    if (table && !bars)
        table->out_of_memory = true;
    for (size_t s = 1; table && bars && s < job->n_scenarios; s++)
        for (size_t output = 0; output < job->outputs->count; output++) {
            for (size_t i = 0; i < n; i++)
                bars[i] = (bar){i, spread_of(ipsim_dsa_runs_estimate(job->runs, 0, s, output)->value,
                                             ipsim_dsa_runs_estimate(job->runs, job->low[i], s, output)->value,
                                             ipsim_dsa_runs_estimate(job->runs, job->high[i], s, output)->value)};
            qsort(bars, n, sizeof *bars, by_spread);
            for (size_t i = 0; i < n; i++)
                put_bar(job, table, s, output, &bars[i], i + 1);
        }
    free(bars);
    return table;
}

ipsim_table *ipsim_dsa_base_table(const dsa_job *job)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""},  {"comparator", IPSIM_TEXT, ""}, {"perspective", IPSIM_TEXT, ""}, {"outcome", IPSIM_TEXT, ""},
        {"threshold", IPSIM_REAL, ""}, {"estimate", IPSIM_REAL, ""},   {"mcse", IPSIM_REAL, ""},        {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("dsa_base", columns, sizeof columns / sizeof *columns);
    for (size_t s = 1; table && s < job->n_scenarios; s++)
        for (size_t output = 0; output < job->outputs->count; output++) {
            const dsa_estimate *estimate = ipsim_dsa_runs_estimate(job->runs, 0, s, output);
            size_t row = ipsim_table_add_row(table);
            ipsim_dsa_put_scenarios(job, table, row, s);
            ipsim_dsa_put_output(&job->outputs->items[output], table, row, 2);
            ipsim_table_put_real(table, row, 5, estimate->value);
            ipsim_table_put_real(table, row, 6, estimate->mcse);
            ipsim_table_put_text(table, row, 7, job->outputs->items[output].unit);
        }
    return table;
}

/* ---- extremes ---- */

/* The parameter's value at which the output was best (sign 1) or worst (-1) by itself; NaN: at its base. */
static double best_end(const dsa_job *job, size_t moved, size_t scenario, size_t output, double sign)
{
    const dsa_parameter *q = &job->parameters->items[job->parameters->moved[moved]];
    double base = sign * ipsim_dsa_runs_estimate(job->runs, 0, scenario, output)->value;
    double low = sign * ipsim_dsa_runs_estimate(job->runs, job->low[moved], scenario, output)->value;
    double high = sign * ipsim_dsa_runs_estimate(job->runs, job->high[moved], scenario, output)->value;
    if (low > base && !(high > low))
        return q->low;
    return high > base ? q->high : NAN;
}

ipsim_status ipsim_dsa_extremes(dsa_job *job, size_t expected, ipsim_table **out)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""}, {"comparator", IPSIM_TEXT, ""}, {"case", IPSIM_TEXT, ""},     {"perspective", IPSIM_TEXT, ""},
        {"outcome", IPSIM_TEXT, ""},  {"threshold", IPSIM_REAL, ""},  {"estimate", IPSIM_REAL, ""}, {"mcse", IPSIM_REAL, ""}};
    const dsa_outputs *o = job->outputs;
    size_t *points = calloc(2 * job->n_scenarios * o->count, sizeof *points), n = 0;
    ipsim_table *table = *out = ipsim_table_create("dsa_extremes", columns, sizeof columns / sizeof *columns);
    ipsim_status status = points && table ? IPSIM_OK : no_memory(job->errors);
    for (size_t s = 1; s < job->n_scenarios; s++)
        for (size_t i = 0; i < o->count; i++)
            for (int worst = 0; o->items[i].searched && worst < 2 && status == IPSIM_OK; worst++) {
                size_t point = ipsim_dsa_runs_add(job->runs);
                if (point == SIZE_MAX) {
                    status = no_memory(job->errors);
                    break;
                }
                for (size_t m = 0; m < job->parameters->n_moved; m++)
                    ipsim_dsa_runs_point(job->runs, point)->values[job->parameters->moved[m]] = best_end(
                        job, m, s, i, (worst != 0) == o->items[i].less_is_better ? 1.0 : -1.0);
                ipsim_dsa_shares_normalise(job->parameters, ipsim_dsa_runs_point(job->runs, point)->values);
                points[n++] = point;
            }
    status = status == IPSIM_OK ? ipsim_dsa_runs_do(job->runs, true, expected, job->errors) : status;
    n = 0;
    for (size_t s = 1; status == IPSIM_OK && s < job->n_scenarios; s++)
        for (size_t i = 0; i < o->count; i++)
            for (int worst = 0; o->items[i].searched && worst < 2; worst++) {
                const dsa_estimate *estimate = ipsim_dsa_runs_estimate(job->runs, points[n++], s, i);
                size_t row = ipsim_table_add_row(table);
                ipsim_dsa_put_scenarios(job, table, row, s);
                ipsim_table_put_text(table, row, 2, worst ? "worst" : "best");
                ipsim_dsa_put_output(&o->items[i], table, row, 3);
                ipsim_table_put_real(table, row, 6, estimate->value);
                ipsim_table_put_real(table, row, 7, estimate->mcse);
            }
    free(points);
    return status;
}
