/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of all draws -> means, intervals and what is noise in them. Sums go in the order of draws, so bits do not depend on who simulated them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "psa_tables.h"
#include "tables.h"

bool ipsim_psa_open(psa_results *r, const work *w, const experiment_part *part, bool fixed_people)
{
    *r = (psa_results){.w = w, .e = w->e, .keep = w->uncertain->keep, .fixed_people = fixed_people, .persons = w->persons};
    r->numbers = calloc(part->n_replicates, sizeof *r->numbers);
    r->draws = calloc(part->n_replicates, sizeof *r->draws);
    r->column = calloc(part->n_replicates + 1, sizeof *r->column);
    r->sorted = calloc(part->n_replicates + 1, sizeof *r->sorted);
    if (!r->numbers || !r->draws || !r->column || !r->sorted)
        return false;
    r->per_model = r->keep->n_entries / r->e->n_models;
    for (size_t d = 0; d < part->n_replicates; d++)
        if (part->draws[d].done) {
            r->numbers[r->n_draws] = d;
            r->draws[r->n_draws++] = part->draws[d].done;
        }
    return true;
}

void ipsim_psa_close(psa_results *r)
{
    free(r->numbers);
    free(r->draws);
    free(r->column);
    free(r->sorted);
}

void ipsim_psa_column(psa_results *r, size_t entry, bool paired)
{
    for (size_t d = 0; d < r->n_draws; d++)
        r->column[d] = r->draws[d]->mean[entry] - (paired ? r->draws[d]->mean[entry % r->per_model] : 0.0);
}

double ipsim_psa_noise(const psa_results *r, size_t entry, bool paired)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t d = 0; d < r->n_draws; d++) {
        double error = (double)(paired ? r->draws[d]->mcse_paired[entry] : r->draws[d]->mcse[entry]);
        if (isfinite(error)) {
            sum += error * error;
            n++;
        }
    }
    return n > 0 ? sum / (double)n : NAN;
}

bool ipsim_psa_is_known(const psa_results *r, size_t entry, bool paired)
{
    const keep_entry *x = &r->keep->entries[entry];
    return ipsim_account_has(r->e->plan, x->model, x->measure) || (paired && ipsim_account_has(r->e->plan, 0, x->measure));
}

/* ---- statistics ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between the order statistics around 1 + (n - 1) p (Hyndman and Fan 1996, type 7). */
static double percentile(const double *sorted, size_t n, double p)
{
    double at = (double)(n - 1) * p;
    size_t below = (size_t)at;
    return below + 1 < n ? sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]) : sorted[n - 1];
}

/* The number of draws below the percentile is binomial; one standard deviation of it to both sides, on the scale of the draws. */
static double percentile_error(const double *sorted, size_t n, double p)
{
    double step = sqrt(p * (1.0 - p) / (double)n);
    double from = p - step > 0.0 ? p - step : 0.0, to = p + step < 1.0 ? p + step : 1.0;
    return (percentile(sorted, n, to) - percentile(sorted, n, from)) / 2.0;
}

psa_statistics ipsim_psa_statistics_of(psa_results *r)
{
    psa_statistics s = {.mean = NAN, .sd = NAN, .low = NAN, .high = NAN, .mcse = NAN, .mcse_low = NAN, .mcse_high = NAN};
    double sum = 0.0, squares = 0.0;
    size_t above = 0, below = 0;
    for (size_t d = 0; d < r->n_draws; d++)
        if (isfinite(r->column[d])) {
            r->sorted[s.n++] = r->column[d];
            sum += r->column[d];
            above += r->column[d] > 0.0;
            below += r->column[d] < 0.0;
        }
    s.share_above = s.share_below = NAN;
    if (s.n == 0)
        return s;
    s.mean = sum / (double)s.n;
    for (size_t i = 0; i < s.n; i++)
        squares += (r->sorted[i] - s.mean) * (r->sorted[i] - s.mean);
    qsort(r->sorted, s.n, sizeof *r->sorted, compare);
    if (s.n > 1) {
        s.sd = sqrt(squares / (double)(s.n - 1));
        s.mcse = s.sd / sqrt((double)s.n);
        s.mcse_low = percentile_error(r->sorted, s.n, 0.025);
        s.mcse_high = percentile_error(r->sorted, s.n, 0.975);
    }
    s.low = percentile(r->sorted, s.n, 0.025);
    s.high = percentile(r->sorted, s.n, 0.975);
    s.share_above = (double)above / (double)s.n;
    s.share_below = (double)below / (double)s.n;
    return s;
}

/* ---- tables ---- */

static const char *comparator_of(const psa_results *r, bool paired)
{
    return paired ? r->e->scenarios[0]->name.value : "";
}

static void put_summary(psa_results *r, ipsim_table *table, size_t entry, bool paired)
{
    const keep_entry *x = &r->keep->entries[entry];
    const ipsim_measure *m = ipsim_account_measure(r->e->plan, x->measure);
    char group[400];
    if (!ipsim_psa_is_known(r, entry, paired))
        return;
    ipsim_psa_column(r, entry, paired);
    psa_statistics s = ipsim_psa_statistics_of(r);
    double noise = ipsim_psa_noise(r, entry, paired) / (s.sd * s.sd);
    size_t row = ipsim_table_add_row(table), column = 0;
    ipsim_table_put_text(table, row, column++, r->e->scenarios[x->model]->name.value);
    ipsim_table_put_text(table, row, column++, comparator_of(r, paired));
    ipsim_table_put_text(table, row, column++, ipsim_tables_group_name(r->e, x->group, group, sizeof group));
    ipsim_table_put_text(table, row, column++, m->outcome);
    ipsim_table_put_text(table, row, column++, m->payer);
    ipsim_table_put_text(table, row, column++, x->discounted ? "yes" : "no");
    const double values[] = {ipsim_account_year(r->e->plan, x->year),           s.mean,       s.sd, s.low, s.high, s.mcse,
                             r->fixed_people || !isfinite(noise) ? NAN : noise, s.share_above};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        ipsim_table_put_real(table, row, column++, values[i]);
    ipsim_table_put_text(table, row, column++, m->unit);
    ipsim_table_put_real(table, row, column++, s.mcse_low);
    ipsim_table_put_real(table, row, column++, s.mcse_high);
}

ipsim_table *ipsim_psa_summary(psa_results *r)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""},    {"comparator", IPSIM_TEXT, ""},
                                                {"subgroup", IPSIM_TEXT, ""},    {"outcome", IPSIM_TEXT, ""},
                                                {"payer", IPSIM_TEXT, ""},       {"discounted", IPSIM_TEXT, ""},
                                                {"year", IPSIM_REAL, "years"},   {"mean", IPSIM_REAL, ""},
                                                {"sd", IPSIM_REAL, ""},          {"low", IPSIM_REAL, ""},
                                                {"high", IPSIM_REAL, ""},        {"mcse", IPSIM_REAL, ""},
                                                {"noise_share", IPSIM_REAL, ""}, {"probability_above_0", IPSIM_REAL, ""},
                                                {"unit", IPSIM_TEXT, ""},        {"mcse_low", IPSIM_REAL, ""},
                                                {"mcse_high", IPSIM_REAL, ""}};
    ipsim_table *table = ipsim_table_create("psa_summary", columns, sizeof columns / sizeof *columns);
    for (int paired = 0; table && paired < 2; paired++)
        for (size_t entry = paired ? r->per_model : 0; entry < r->keep->n_entries; entry++)
            put_summary(r, table, entry, paired == 1);
    return table;
}

ipsim_table *ipsim_psa_break_even(psa_results *r)
{
    static const ipsim_column_spec columns[] = {
        {"scenario", IPSIM_TEXT, ""},           {"comparator", IPSIM_TEXT, ""}, {"account", IPSIM_TEXT, ""}, {"name", IPSIM_TEXT, ""},
        {"year", IPSIM_REAL, "years"},          {"mean", IPSIM_REAL, ""},       {"low", IPSIM_REAL, ""},     {"high", IPSIM_REAL, ""},
        {"probability_saving", IPSIM_REAL, ""}, {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("break_even", columns, sizeof columns / sizeof *columns);
    size_t n = 0;
    psa_account *accounts = ipsim_psa_accounts(r->e, &n);
    for (size_t model = 1; table && accounts && model < r->e->n_models; model++)
        for (size_t a = 0; a < n; a++)
            for (size_t year = 0; year < ipsim_account_n_years(r->e->plan); year++) {
                ipsim_psa_column(r, ipsim_keep_find(r->keep, model, 0, accounts[a].measure, year, true), true);
                psa_statistics s = ipsim_psa_statistics_of(r);
                size_t row = ipsim_table_add_row(table);
                ipsim_table_put_text(table, row, 0, r->e->scenarios[model]->name.value);
                ipsim_table_put_text(table, row, 1, comparator_of(r, true));
                ipsim_table_put_text(table, row, 2, accounts[a].kind);
                ipsim_table_put_text(table, row, 3, accounts[a].name);
                ipsim_table_put_real(table, row, 4, ipsim_account_year(r->e->plan, year));
                ipsim_table_put_real(table, row, 5, s.mean);
                ipsim_table_put_real(table, row, 6, s.low);
                ipsim_table_put_real(table, row, 7, s.high);
                ipsim_table_put_real(table, row, 8, s.share_below);
                ipsim_table_put_text(table, row, 9, ipsim_account_measure(r->e->plan, accounts[a].measure)->unit);
            }
    if (table && !accounts)
        table->out_of_memory = true;
    free(accounts);
    return table;
}

/* Shares of the people of a draw; with people who enter later, of those who will ever enter. */
ipsim_table *ipsim_psa_occupancy(psa_results *r)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""}, {"year", IPSIM_REAL, "years"}, {"state", IPSIM_TEXT, ""},
                                                {"mean", IPSIM_REAL, ""},     {"low", IPSIM_REAL, ""},       {"high", IPSIM_REAL, ""},
                                                {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("psa_occupancy", columns, sizeof columns / sizeof *columns);
    const keep *k = r->keep;
    for (size_t model = 0; table && model < r->e->n_models; model++) {
        const ipsim_scenario *scenario = r->e->scenarios[model];
        for (size_t t = 0; t < k->n_times; t++)
            for (size_t state = 0; state < scenario->n_states; state++) {
                for (size_t d = 0; d < r->n_draws; d++)
                    r->column[d] = (double)r->draws[d]->count[k->first_count[model] + t * scenario->n_states + state] / (double)r->persons;
                psa_statistics s = ipsim_psa_statistics_of(r);
                size_t row = ipsim_table_add_row(table);
                ipsim_table_put_text(table, row, 0, scenario->name.value);
                ipsim_table_put_real(table, row, 1, r->e->times[k->times[t]]);
                ipsim_table_put_text(table, row, 2, scenario->states[state].name);
                ipsim_table_put_real(table, row, 3, s.mean);
                ipsim_table_put_real(table, row, 4, s.low);
                ipsim_table_put_real(table, row, 5, s.high);
                ipsim_table_put_text(table, row, 6, "share");
            }
    }
    return table;
}
