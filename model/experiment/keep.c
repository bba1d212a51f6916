/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TIMES = 60 };

bool ipsim_keep_is_main(const experiment *e, const ipsim_measure *measure)
{
    static const char *const always[] = {"life_years", "qalys", "cost"};
    if (strcmp(measure->payer, "all") != 0)
        return false;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (strcmp(measure->outcome, always[i]) == 0)
            return true;
    for (size_t model = 0; model < e->n_models; model++) {
        const ipsim_scenario *scenario = e->scenarios[model];
        for (size_t i = 0; i < scenario->n_outcomes; i++)
            if (strcmp(measure->outcome, scenario->outcomes[i].name) == 0)
                return true;
        for (size_t i = 0; i < scenario->n_perspectives; i++)
            if (strncmp(measure->outcome, "cost_", 5) == 0 && strcmp(measure->outcome + 5, scenario->perspectives[i].name) == 0)
                return true;
    }
    return false;
}

static void add_entries(keep *k, size_t model, size_t measure, bool fill)
{
    const experiment *e = k->e;
    const ipsim_measure *m = ipsim_account_measure(e->plan, measure);
    bool main_outcome = ipsim_keep_is_main(e, m), payer = strcmp(m->outcome, "cost") == 0;
    size_t last = ipsim_account_n_years(e->plan) - 1;
    for (size_t group = 0; group < e->n_groups && (main_outcome || payer); group++)
        for (size_t year = group == 0 ? 0 : last; year <= last && (group == 0 || main_outcome); year++)
            for (int discounted = 0; discounted < (m->discountable ? 2 : 1); discounted++) {
                if (fill)
                    k->entries[k->n_entries] = (keep_entry){model, group, measure, year, discounted == 1};
                k->n_entries++;
            }
}

static void add_all(keep *k, bool fill)
{
    k->n_entries = 0;
    for (size_t model = 0; model < k->e->n_models; model++)
        for (size_t measure = 0; measure < ipsim_account_n_measures(k->e->plan); measure++)
            add_entries(k, model, measure, fill);
}

/* Every so manieth time of the grid, and the last. */
static bool choose_times(keep *k)
{
    size_t n = k->e->n_times, step = (n + MOST_TIMES - 1) / MOST_TIMES;
    k->times = calloc(n + 1, sizeof *k->times);
    if (!k->times)
        return false;
    for (size_t t = 0; t < n; t += step)
        k->times[k->n_times++] = t;
    if (k->times[k->n_times - 1] != n - 1)
        k->times[k->n_times++] = n - 1;
    return true;
}

keep *ipsim_keep_create(const experiment *e)
{
    keep *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->e = e;
    k->n_groups = e->n_groups;
    add_all(k, false);
    k->entries = calloc(k->n_entries + 1, sizeof *k->entries);
    k->first_count = calloc(e->n_models, sizeof *k->first_count);
    if (!k->entries || !k->first_count || !choose_times(k)) {
        ipsim_keep_free(k);
        return NULL;
    }
    add_all(k, true);
    for (size_t model = 0; model < e->n_models; model++) {
        k->first_count[model] = k->n_counts;
        k->n_counts += k->n_times * e->models[model]->n_states;
    }
    return k;
}

void ipsim_keep_free(keep *k)
{
    if (!k)
        return;
    free(k->entries);
    free(k->times);
    free(k->first_count);
    free(k);
}

size_t ipsim_keep_find(const keep *k, size_t model, size_t group, size_t measure, size_t year, bool discounted)
{
    size_t i = 0;
    while (i < k->n_entries && !(k->entries[i].model == model && k->entries[i].group == group && k->entries[i].measure == measure &&
                                 k->entries[i].year == year && k->entries[i].discounted == discounted))
        i++;
    return i;
}

/* ---- one draw ---- */

static size_t size_of(const keep *k)
{
    return sizeof(kept) + k->n_entries * (sizeof(double) + 2 * sizeof(float)) + (k->n_counts + k->n_groups) * sizeof(uint32_t);
}

/* One block: doubles first, so that all is aligned. */
static void place(const keep *k, kept *x)
{
    x->mean = (double *)(void *)(x + 1);
    x->mcse = (float *)(void *)(x->mean + k->n_entries);
    x->mcse_paired = x->mcse + k->n_entries;
    x->count = (uint32_t *)(void *)(x->mcse_paired + k->n_entries);
    x->persons = x->count + k->n_counts;
}

kept *ipsim_kept_create(const keep *k)
{
    kept *x = calloc(1, size_of(k));
    if (x)
        place(k, x);
    return x;
}

kept *ipsim_kept_copy(const keep *k, const kept *x)
{
    kept *copy = ipsim_kept_create(k);
    if (copy) {
        memcpy(copy, x, size_of(k));
        place(k, copy);
    }
    return copy;
}

static void count_states(const keep *k, const experiment_sums *sums, kept *x)
{
    for (size_t model = 0; model < k->e->n_models; model++) {
        size_t n_states = k->e->models[model]->n_states;
        const int64_t *moves = sums->moves + ipsim_experiment_moves_offset(k->e, model);
        for (size_t state = 0; state < n_states; state++) {
            int64_t count = 0;
            for (size_t t = 0, i = 0; t < k->e->n_times; t++) {
                count += moves[t * n_states + state];
                if (t == k->times[i])
                    x->count[k->first_count[model] + i++ * n_states + state] = (uint32_t)count;
            }
        }
    }
}

kept *ipsim_kept_of(const keep *k, const experiment_sums *sums)
{
    kept *x = ipsim_kept_create(k);
    for (size_t i = 0; x && i < k->n_entries; i++) {
        const keep_entry *n = &k->entries[i];
        ipsim_estimate mean = ipsim_ledger_mean(sums->ledger, n->model, n->group, n->measure, n->year, n->discounted);
        x->mean[i] = mean.value;
        x->mcse[i] = (float)mean.mcse;
        if (n->model > 0)
            x->mcse_paired[i] = (float)ipsim_ledger_difference(sums->ledger, n->model, n->group, n->measure, n->year, n->discounted).mcse;
    }
    for (size_t group = 0; x && group < k->n_groups; group++)
        x->persons[group] = (uint32_t)ipsim_ledger_persons(sums->ledger, group);
    if (x)
        count_states(k, sums, x);
    return x;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void ipsim_kept_pack(const keep *k, const kept *x, ipsim_bytes *bytes)
{
    for (size_t i = 0; i < k->n_entries; i++) {
        uint64_t mean;
        memcpy(&mean, &x->mean[i], sizeof mean);
        ipsim_bytes_put_64(bytes, mean);
        ipsim_bytes_put_32(bytes, bits_of(x->mcse[i]));
        ipsim_bytes_put_32(bytes, bits_of(x->mcse_paired[i]));
    }
    for (size_t i = 0; i < k->n_counts; i++)
        ipsim_bytes_put_32(bytes, x->count[i]);
    for (size_t i = 0; i < k->n_groups; i++)
        ipsim_bytes_put_32(bytes, x->persons[i]);
}

void ipsim_kept_unpack(const keep *k, kept *x, ipsim_reader *reader)
{
    for (size_t i = 0; i < k->n_entries; i++) {
        uint64_t mean = ipsim_reader_get_64(reader);
        memcpy(&x->mean[i], &mean, sizeof mean);
        x->mcse[i] = float_of(ipsim_reader_get_32(reader));
        x->mcse_paired[i] = float_of(ipsim_reader_get_32(reader));
    }
    for (size_t i = 0; i < k->n_counts; i++)
        x->count[i] = ipsim_reader_get_32(reader);
    for (size_t i = 0; i < k->n_groups; i++)
        x->persons[i] = ipsim_reader_get_32(reader);
}
