/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values -> exact totals of small batches of persons. See "totals" in account.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

struct ipsim_totals {
    const ipsim_account_plan *plan;
    size_t n_cells;
    ipsim_account_cell *cells;
    account_values values;
    size_t size;            /* of a year's columns */
    double *cumulative;     /* [year]: the basis quantities of the tally that was ended last */
    int64_t *batch_of_slot; /* -1: nobody */
};

void ipsim_totals_free(ipsim_totals *totals)
{
    if (!totals)
        return;
    ipsim_values_clear(&totals->values);
    free(totals->cumulative);
    free(totals->cells);
    free(totals->batch_of_slot);
    free(totals);
}

ipsim_totals *ipsim_totals_create(const ipsim_account_plan *plan, const ipsim_account_cell *cells, size_t n_cells, size_t stride)
{
    ipsim_totals *totals = calloc(1, sizeof *totals);
    if (!totals)
        return NULL;
    totals->plan = plan;
    totals->n_cells = n_cells;
    totals->cells = calloc(n_cells + 1, sizeof *totals->cells);
    totals->batch_of_slot = calloc(stride + 1, sizeof *totals->batch_of_slot);
    for (size_t model = 0; model < plan->n_models; model++) {
        size_t size = ipsim_values_cumulative_size(plan, model, stride);
        totals->size = size > totals->size ? size : totals->size;
    }
    totals->cumulative = ipsim_simd_alloc(totals->size * plan->n_years, sizeof *totals->cumulative);
    if (!totals->cells || !totals->batch_of_slot || !totals->cumulative || !ipsim_values_init_any(&totals->values, plan, stride, stride)) {
        ipsim_totals_free(totals);
        return NULL;
    }
    memcpy(totals->cells, cells, n_cells * sizeof *cells);
    return totals;
}

void ipsim_totals_end_block(ipsim_totals *totals, ipsim_tally *tally)
{
    size_t used = tally->model->n_basis * tally->n_flavours * tally->stride;
    for (size_t year = 0; year < totals->plan->n_years; year++) {
        double *columns = totals->cumulative + year * totals->size;
        if (year > 0)
            memcpy(columns, columns - totals->size, used * sizeof *columns);
        ipsim_values_accumulate(tally, year, 0, tally->n_slots, columns, tally->stride);
    }
    tally->clean = true;
}

/* false when a value does not fit; NaN and infinities do not. */
static bool add_column(const ipsim_totals *totals, const double *column, double quantum, size_t n_slots, ipsim_wide128 *sums, size_t stride)
{
    for (size_t i = 0; i < n_slots; i++) {
        if (totals->batch_of_slot[i] < 0)
            continue;
        double quanta = rint(column[i] / quantum);
        if (!(fabs(quanta) < ACCOUNT_QUANTA_MAX))
            return false;
        ipsim_wide128_add(&sums[(size_t)totals->batch_of_slot[i] * stride], (int64_t)quanta);
    }
    return true;
}

static void select_cell(ipsim_totals *totals, const ipsim_people *people, const ipsim_account_cell *cell)
{
    totals->values.cumulative = totals->cumulative + cell->year * totals->size;
    ipsim_values_select(&totals->values, 0, people->n_slots, cell->year, cell->discounted);
}

ipsim_status ipsim_totals_add(ipsim_totals *totals, size_t model, const ipsim_tally *tally, const ipsim_people *people, int64_t first,
                              int64_t batch, ipsim_wide128 *sums, size_t stride, ipsim_error *err)
{
    const ipsim_account_plan *plan = totals->plan;
    for (size_t i = 0; i < people->n_slots; i++)
        totals->batch_of_slot[i] = people->person[i] < 0 ? -1 : (people->person[i] - first) / batch;
    ipsim_values_begin_as(&totals->values, model, tally, people, totals->cumulative);
    for (size_t c = 0; c < totals->n_cells; c++) {
        const ipsim_account_cell *cell = &totals->cells[c];
        if (c == 0 || cell->year != cell[-1].year || cell->discounted != cell[-1].discounted)
            select_cell(totals, people, cell);
        double quantum = ipsim_account_quantum(plan, cell->measure);
        const double *column = ipsim_values_column(&totals->values, cell->measure);
        if (!add_column(totals, column, quantum, people->n_slots, &sums[c], stride)) {
            const ipsim_measure *m = &plan->measures[cell->measure];
            const ipsim_scenario *scenario = plan->models[model].compiled->scenario;
            return ipsim_error_set_at(err, IPSIM_ERR_OVERFLOW, (ipsim_origin){.file = scenario->path},
                                      "one person's \"%s\" (payer \"%s\") exceeds %.3g, the most that exact sums can hold", m->outcome,
                                      m->payer, ACCOUNT_QUANTA_MAX * quantum);
        }
    }
    return IPSIM_OK;
}
