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
    int64_t *batch_of_slot; /* -1: nobody */
};

void ipsim_totals_free(ipsim_totals *totals)
{
    if (!totals)
        return;
    ipsim_values_clear(&totals->values);
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
    if (!totals->cells || !totals->batch_of_slot || !ipsim_values_init_any(&totals->values, plan, stride)) {
        ipsim_totals_free(totals);
        return NULL;
    }
    memcpy(totals->cells, cells, n_cells * sizeof *cells);
    return totals;
}

void ipsim_totals_end_block(ipsim_tally *tally)
{
    ipsim_values_accumulate(tally);
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

ipsim_status ipsim_totals_add(ipsim_totals *totals, size_t model, const ipsim_tally *tally, const ipsim_people *people, int64_t first,
                              int64_t batch, ipsim_wide128 *sums, size_t stride, ipsim_error *err)
{
    const ipsim_account_plan *plan = totals->plan;
    for (size_t i = 0; i < people->n_slots; i++)
        totals->batch_of_slot[i] = people->person[i] < 0 ? -1 : (people->person[i] - first) / batch;
    ipsim_values_begin_as(&totals->values, model, tally, people);
    for (size_t c = 0; c < totals->n_cells; c++) {
        const ipsim_account_cell *cell = &totals->cells[c];
        if (c == 0 || cell->year != cell[-1].year || cell->discounted != cell[-1].discounted)
            ipsim_values_select(&totals->values, cell->year, cell->discounted);
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
