/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the spread between draws is the noise of simulating so few persons (O'Hagan, Stevenson and Madan 2007, Health Economics 16:1009).
 *
 * With n persons in each of N draws the mean of a draw is its expectation plus noise, so
 *     variance between draws  S2 = parameter variance t2 + noise w2        w2 = s2 / n: the mean of the squared errors within draws
 * and the variance of the mean over all draws is S2 / N. A draw costs as much as c persons (resolving, compiling) and n persons, so that the work
 * is N (c + n). For the same work the variance of the mean is least with
 *     n = sqrt(c s2 / t2)    persons a draw,    N = work / (c + n)    draws.
 * c is taken as 100, a stated figure and not a time, so that the table is the same on every machine (measured: 30 to 150). Where S2 <= w2 nothing
 * can be told from noise: a recommendation is left out. With the same people in all draws their noise is common to all, and S2 does not show it. */
#include <math.h>
#include <string.h>

#include "psa_tables.h"

enum { DRAW_COSTS_PERSONS = 100 };

static void put_noise(psa_results *r, ipsim_table *table, size_t entry, bool paired)
{
    const keep_entry *x = &r->keep->entries[entry];
    const ipsim_measure *m = ipsim_account_measure(r->e->plan, x->measure);
    bool last = x->year + 1 == ipsim_account_n_years(r->e->plan), all = strcmp(m->payer, "all") == 0;
    if (x->group != 0 || !last || !all || x->discounted != m->discountable || !ipsim_psa_is_known(r, entry, paired))
        return;
    ipsim_psa_column(r, entry, paired);
    psa_statistics s = ipsim_psa_statistics_of(r);
    double n = (double)r->persons, between = s.sd * s.sd, noise = ipsim_psa_noise(r, entry, paired);
    double of_parameters = r->fixed_people ? NAN : between - noise;
    double persons = NAN, n_draws = NAN, gain = NAN;
    if (of_parameters > 0.0 && noise > 0.0) {
        persons = fmax(1.0, rint(sqrt((double)DRAW_COSTS_PERSONS * noise * n / of_parameters)));
        n_draws = fmax(1.0, rint((double)s.n * ((double)DRAW_COSTS_PERSONS + n) / ((double)DRAW_COSTS_PERSONS + persons)));
        gain = between / (double)s.n / ((of_parameters + noise * n / persons) / n_draws);
    }
    size_t row = ipsim_table_add_row(table), column = 0;
    ipsim_table_put_text(table, row, column++, r->e->scenarios[x->model]->name.value);
    ipsim_table_put_text(table, row, column++, paired ? r->e->scenarios[0]->name.value : "");
    ipsim_table_put_text(table, row, column++, m->outcome);
    ipsim_table_put_integer(table, row, column++, (int64_t)s.n);
    ipsim_table_put_integer(table, row, column++, r->persons);
    const double values[] = {s.mean,  between, noise, of_parameters, r->fixed_people || !(between > 0.0) ? NAN : noise / between,
                             persons, n_draws, gain};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        ipsim_table_put_real(table, row, column++, values[i]);
    ipsim_table_put_text(table, row, column, m->unit);
}

ipsim_table *ipsim_psa_noise_table(psa_results *r)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""},
                                                {"comparator", IPSIM_TEXT, ""},
                                                {"outcome", IPSIM_TEXT, ""},
                                                {"draws", IPSIM_INTEGER, ""},
                                                {"persons", IPSIM_INTEGER, ""},
                                                {"mean", IPSIM_REAL, ""},
                                                {"variance", IPSIM_REAL, ""},
                                                {"noise_variance", IPSIM_REAL, ""},
                                                {"parameter_variance", IPSIM_REAL, ""},
                                                {"noise_share", IPSIM_REAL, ""},
                                                {"recommended_persons", IPSIM_REAL, ""},
                                                {"recommended_draws", IPSIM_REAL, ""},
                                                {"gain", IPSIM_REAL, ""},
                                                {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("noise", columns, sizeof columns / sizeof *columns);
    for (int paired = 0; table && paired < 2; paired++)
        for (size_t entry = paired ? r->per_model : 0; entry < r->keep->n_entries; entry++)
            put_noise(r, table, entry, paired == 1);
    return table;
}
