/* SPDX-License-Identifier: GPL-3.0-or-later */
/* occupancy, population: who the people are and where. */
#include <math.h>
#include <stdlib.h>

#include "tables.h"

static double share_error(double p, int64_t n)
{
    return n > 1 ? sqrt(p * (1.0 - p) / (double)(n - 1)) : NAN;
}

/* ---- occupancy ---- */

static int64_t persons_in(const experiment *e, const experiment_sums *sums, size_t model, size_t state, size_t time)
{
    const int64_t *moves = sums->moves + ipsim_experiment_moves_offset(e, model);
    size_t n_states = e->models[model]->n_states;
    int64_t count = 0;
    for (size_t t = 0; t <= time; t++)
        count += moves[t * n_states + state];
    return count;
}

double ipsim_tables_share(const experiment *e, const experiment_sums *sums, size_t model, size_t state, size_t time)
{
    return (double)persons_in(e, sums, model, state, time) / (double)sums->persons;
}

static void put_share(ipsim_table *table, size_t row, double year, int64_t count, int64_t n)
{
    double p = (double)count / (double)n;
    ipsim_table_put_real(table, row, 1, year);
    ipsim_table_put_real(table, row, 3, p);
    ipsim_table_put_real(table, row, 4, share_error(p, n));
}

/* The rows of one model. false: memory is short. */
static bool put_shares(ipsim_table *table, const experiment *e, const experiment_sums *sums, size_t model)
{
    const ipsim_scenario *scenario = e->scenarios[model];
    const int64_t *moves = sums->moves + ipsim_experiment_moves_offset(e, model);
    bool open_cohort = e->models[0]->entry_attribute != IPSIM_NO_ATTRIBUTE;
    size_t n_states = scenario->n_states, n_shares = n_states + (open_cohort ? 1 : 0), n_rows = e->n_times * n_shares;
    int64_t *count = calloc(n_states, sizeof *count);
    size_t first = count ? ipsim_table_add_rows(table, n_rows) : SIZE_MAX;
    for (size_t t = 0; first != SIZE_MAX && t < e->n_times; t++) {
        size_t row = first + t * n_shares;
        int64_t seen = 0;
        for (size_t s = 0; s < n_states; s++) {
            count[s] += moves[t * n_states + s];
            seen += count[s];
            put_share(table, row + s, e->times[t], count[s], sums->persons);
        }
        if (open_cohort)
            put_share(table, row + n_states, e->times[t], sums->persons - seen, sums->persons);
    }
    free(count);
    if (first == SIZE_MAX)
        return false;
    for (size_t s = 0; s < n_shares; s++)
        ipsim_table_put_text(table, first + s, 2, s < n_states ? scenario->states[s].name : "not_entered");
    ipsim_table_repeat_text(table, first + n_shares, n_rows - n_shares, 2, first);
    ipsim_table_fill_text(table, first, n_rows, 0, scenario->name.value);
    ipsim_table_fill_text(table, first, n_rows, 5, "share");
    return true;
}

ipsim_table *ipsim_tables_occupancy(const experiment *e, const experiment_sums *sums)
{
    static const ipsim_column_spec columns[] = {{"scenario", IPSIM_TEXT, ""}, {"year", IPSIM_REAL, "years"}, {"state", IPSIM_TEXT, ""},
                                                {"estimate", IPSIM_REAL, ""}, {"mcse", IPSIM_REAL, ""},      {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("occupancy", columns, sizeof columns / sizeof *columns);
    for (size_t model = 0; table && model < e->n_models; model++)
        table->out_of_memory |= !put_shares(table, e, sums, model);
    return table;
}

/* ---- population ---- */

static void put_attribute(ipsim_table *table, const ipsim_attribute *spec, const char *level, const char *statistic, double simulated,
                          double mcse, double target, const char *unit)
{
    size_t row = ipsim_table_add_row(table);
    ipsim_table_put_text(table, row, 0, spec->name);
    ipsim_table_put_text(table, row, 1, level);
    ipsim_table_put_text(table, row, 2, statistic);
    ipsim_table_put_real(table, row, 3, simulated);
    ipsim_table_put_real(table, row, 4, mcse);
    ipsim_table_put_real(table, row, 5, target);
    ipsim_table_put_text(table, row, 6, isnan(target) ? "" : spec->target_source.value ? spec->target_source.value : "as declared");
    ipsim_table_put_text(table, row, 7, unit);
}

ipsim_table *ipsim_tables_population(const experiment *e, const experiment_sums *sums)
{
    static const ipsim_column_spec columns[] = {{"attribute", IPSIM_TEXT, ""}, {"level", IPSIM_TEXT, ""}, {"statistic", IPSIM_TEXT, ""},
                                                {"simulated", IPSIM_REAL, ""}, {"mcse", IPSIM_REAL, ""},  {"target", IPSIM_REAL, ""},
                                                {"source", IPSIM_TEXT, ""},    {"unit", IPSIM_TEXT, ""}};
    ipsim_table *table = ipsim_table_create("population", columns, sizeof columns / sizeof *columns);
    const ipsim_scenario *scenario = e->scenarios[0];
    size_t stride = ipsim_experiment_levels_stride(e);
    int64_t n = sums->persons;
    for (size_t a = 0; table && a < scenario->n_attributes; a++) {
        const ipsim_attribute *spec = &scenario->attributes[a];
        for (size_t level = 0; level < spec->levels.count; level++) {
            double p = (double)sums->level_count[a * stride + level] / (double)n;
            put_attribute(table, spec, spec->levels.items[level], "share", p, share_error(p, n),
                          ipsim_population_target_share(e->population, a, level), "share");
        }
        if (spec->levels.count > 0)
            continue;
        const char *unit = spec->unit.value ? spec->unit.value : "";
        double variance_of_mean = ipsim_wide_variance_of_mean(&sums->attribute_xx[a], sums->attribute_x[a], n);
        double mcse = sqrt(variance_of_mean) * IPSIM_QUANTUM, sd = mcse * sqrt((double)n);
        put_attribute(table, spec, "", "mean", ipsim_wide128_to_double(sums->attribute_x[a], IPSIM_QUANTUM) / (double)n, mcse,
                      ipsim_population_target_mean(e->population, a), unit);
        put_attribute(table, spec, "", "sd", sd, NAN, ipsim_population_target_sd(e->population, a), unit);
    }
    return table;
}
