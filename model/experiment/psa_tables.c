/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row a draw: outcomes, parameters, cost by year; and where the parameters come from. */
#include "psa_tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* ---- accounts ---- */

static bool has_account(const psa_account *accounts, size_t n, const char *kind, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(accounts[i].kind, kind) == 0 && strcmp(accounts[i].name, name) == 0)
            return true;
    return false;
}

psa_account *ipsim_psa_accounts(const experiment *e, size_t *n)
{
    size_t most = 1;
    for (size_t i = 0; i < e->n_models; i++)
        most += e->scenarios[i]->n_perspectives + e->scenarios[i]->n_payers;
    psa_account *accounts = calloc(most, sizeof *accounts);
    *n = 0;
    for (size_t i = 0; accounts && i < e->n_models; i++)
        for (size_t p = 0; p < e->scenarios[i]->n_perspectives; p++) {
            char name[300];
            const char *perspective = e->scenarios[i]->perspectives[p].name;
            snprintf(name, sizeof name, "cost_%s", perspective);
            if (!has_account(accounts, *n, "perspective", perspective))
                accounts[(*n)++] = (psa_account){"perspective", perspective, ipsim_account_find(e->plan, name, "all")};
        }
    if (accounts && *n == 0)
        accounts[(*n)++] = (psa_account){"perspective", "all", ipsim_account_find(e->plan, "cost", "all")};
    for (size_t i = 0; accounts && i < e->n_models; i++)
        for (size_t p = 0; p < e->scenarios[i]->n_payers; p++) {
            const char *payer = e->scenarios[i]->payers[p].name;
            if (!has_account(accounts, *n, "payer", payer))
                accounts[(*n)++] = (psa_account){"payer", payer, ipsim_account_find(e->plan, "cost", payer)};
        }
    return accounts;
}

static size_t n_perspectives(const psa_account *accounts, size_t n)
{
    size_t i = 0;
    while (i < n && strcmp(accounts[i].kind, "perspective") == 0)
        i++;
    return i;
}

/* ---- psa.csv ---- */

/* The measures beside cost, and their entries in the first model. */
typedef struct psa_layout {
    size_t n_outcomes, n_accounts; /* perspectives only */
    size_t *outcome;               /* measures: QALYs, declared outcomes, life years */
    psa_account *accounts;
    size_t *entry;  /* [group * (n_accounts + n_outcomes) + column] */
    double *weight; /* n_groups */
} psa_layout;

static bool add_outcome(psa_layout *l, const experiment *e, const char *name)
{
    size_t measure = ipsim_account_find(e->plan, name, "all");
    for (size_t i = 0; i < l->n_outcomes; i++)
        if (l->outcome[i] == measure)
            return false;
    l->outcome[l->n_outcomes++] = measure;
    return true;
}

static void layout_clear(psa_layout *l)
{
    free(l->outcome);
    free(l->accounts);
    free(l->entry);
    free(l->weight);
}

static void find_weights(const psa_results *r, double *weight)
{
    double all = 0.0;
    for (size_t d = 0; d < r->n_draws; d++)
        all += (double)r->draws[d]->persons[0];
    for (size_t g = 0; g < r->e->n_groups; g++) {
        double persons = 0.0;
        for (size_t d = 0; d < r->n_draws; d++)
            persons += (double)r->draws[d]->persons[g];
        weight[g] = persons / all;
    }
}

static bool layout_init(psa_layout *l, const psa_results *r)
{
    const experiment *e = r->e;
    size_t most = 2, n = 0;
    for (size_t i = 0; i < e->n_models; i++)
        most += e->scenarios[i]->n_outcomes;
    l->outcome = calloc(most, sizeof *l->outcome);
    l->accounts = ipsim_psa_accounts(e, &n);
    l->weight = calloc(e->n_groups, sizeof *l->weight);
    if (!l->outcome || !l->accounts || !l->weight)
        return false;
    l->n_accounts = n_perspectives(l->accounts, n);
    add_outcome(l, e, "qalys");
    for (size_t i = 0; i < e->n_models; i++)
        for (size_t k = 0; k < e->scenarios[i]->n_outcomes; k++)
            add_outcome(l, e, e->scenarios[i]->outcomes[k].name);
    add_outcome(l, e, "life_years");
    find_weights(r, l->weight);
    size_t n_columns = l->n_accounts + l->n_outcomes;
    l->entry = calloc(e->n_groups * n_columns, sizeof *l->entry);
    for (size_t g = 0; l->entry && g < e->n_groups; g++)
        for (size_t c = 0; c < n_columns; c++) {
            size_t measure = c < l->n_accounts ? l->accounts[c].measure : l->outcome[c - l->n_accounts];
            l->entry[g * n_columns + c] = ipsim_keep_find(r->keep, 0, g, measure, ipsim_account_n_years(e->plan) - 1,
                                                          ipsim_account_measure(e->plan, measure)->discountable);
        }
    return l->entry != NULL;
}

static ipsim_table *create_psa_table(const psa_results *r, const psa_layout *l)
{
    static const ipsim_column_spec first[] = {{"draw", IPSIM_INTEGER, ""},  {"scenario", IPSIM_TEXT, ""}, {"perspective", IPSIM_TEXT, ""},
                                              {"subgroup", IPSIM_TEXT, ""}, {"weight", IPSIM_REAL, ""},   {"cost", IPSIM_REAL, ""}};
    size_t n_first = sizeof first / sizeof *first;
    ipsim_column_spec *columns = calloc(n_first + l->n_outcomes, sizeof *columns);
    if (!columns)
        return NULL;
    memcpy(columns, first, sizeof first);
    columns[n_first - 1].unit = ipsim_account_measure(r->e->plan, l->accounts[0].measure)->unit;
    for (size_t i = 0; i < l->n_outcomes; i++) {
        const ipsim_measure *m = ipsim_account_measure(r->e->plan, l->outcome[i]);
        columns[n_first + i] = (ipsim_column_spec){m->outcome, IPSIM_REAL, m->unit};
    }
    ipsim_table *table = ipsim_table_create("psa", columns, n_first + l->n_outcomes);
    free(columns);
    return table;
}

static void put_draw(const psa_results *r, const psa_layout *l, ipsim_table *table, size_t d, size_t model)
{
    size_t n_columns = l->n_accounts + l->n_outcomes;
    const double *mean = r->draws[d]->mean + model * r->per_model;
    for (size_t a = 0; a < l->n_accounts; a++)
        for (size_t g = 0; g < r->e->n_groups; g++) {
            char group[400];
            const size_t *entry = &l->entry[g * n_columns];
            size_t row = ipsim_table_add_row(table), column = 0;
            ipsim_table_put_integer(table, row, column++, (int64_t)r->numbers[d]);
            ipsim_table_put_text(table, row, column++, r->e->scenarios[model]->name.value);
            ipsim_table_put_text(table, row, column++, l->accounts[a].name);
            ipsim_table_put_text(table, row, column++, ipsim_tables_group_name(r->e, g, group, sizeof group));
            ipsim_table_put_real(table, row, column++, l->weight[g]);
            ipsim_table_put_real(table, row, column++, mean[entry[a]]);
            for (size_t i = 0; i < l->n_outcomes; i++)
                ipsim_table_put_real(table, row, column++, mean[entry[l->n_accounts + i]]);
        }
}

ipsim_table *ipsim_psa_table(const psa_results *r)
{
    psa_layout l = {0};
    ipsim_table *table = layout_init(&l, r) ? create_psa_table(r, &l) : NULL;
    for (size_t d = 0; table && d < r->n_draws; d++)
        for (size_t model = 0; model < r->e->n_models; model++)
            put_draw(r, &l, table, d, model);
    layout_clear(&l);
    return table;
}

/* ---- parameters.csv, psa_years.csv ---- */

ipsim_table *ipsim_psa_parameters(const psa_results *r)
{
    static const ipsim_column_spec columns[] = {{"draw", IPSIM_INTEGER, ""}, {"parameter", IPSIM_TEXT, ""}, {"value", IPSIM_REAL, ""}};
    const psa_draws *draws = r->w->uncertain->draws;
    const vary *v = r->w->uncertain->v;
    ipsim_table *table = ipsim_table_create("parameters", columns, sizeof columns / sizeof *columns);
    double *values = calloc(v->n_quantities + 1, sizeof *values);
    for (size_t d = 0; table && values && d < r->n_draws; d++) {
        ipsim_psa_draws_values(draws, (int64_t)r->numbers[d], values);
        for (size_t q = 0; q < v->n_quantities; q++) {
            if (!draws->drawn[q])
                continue;
            size_t row = ipsim_table_add_row(table);
            ipsim_table_put_integer(table, row, 0, (int64_t)r->numbers[d]);
            ipsim_table_put_text(table, row, 1, v->quantities[q].label);
            ipsim_table_put_real(table, row, 2, values[q]);
        }
    }
    if (table && !values)
        table->out_of_memory = true;
    free(values);
    return table;
}

ipsim_table *ipsim_psa_years(const psa_results *r)
{
    static const ipsim_column_spec columns[] = {{"draw", IPSIM_INTEGER, ""}, {"scenario", IPSIM_TEXT, ""},  {"account", IPSIM_TEXT, ""},
                                                {"name", IPSIM_TEXT, ""},    {"year", IPSIM_REAL, "years"}, {"cost", IPSIM_REAL, ""}};
    size_t n = 0, n_years = ipsim_account_n_years(r->e->plan);
    psa_account *accounts = ipsim_psa_accounts(r->e, &n);
    size_t *entry = calloc(n * n_years + 1, sizeof *entry);
    ipsim_table *table = accounts && entry ? ipsim_table_create("psa_years", columns, sizeof columns / sizeof *columns) : NULL;
    for (size_t i = 0; table && i < n * n_years; i++)
        entry[i] = ipsim_keep_find(r->keep, 0, 0, accounts[i / n_years].measure, i % n_years, true);
    for (size_t d = 0; table && d < r->n_draws; d++)
        for (size_t model = 0; model < r->e->n_models; model++)
            for (size_t i = 0; i < n * n_years; i++) {
                size_t row = ipsim_table_add_row(table);
                ipsim_table_put_integer(table, row, 0, (int64_t)r->numbers[d]);
                ipsim_table_put_text(table, row, 1, r->e->scenarios[model]->name.value);
                ipsim_table_put_text(table, row, 2, accounts[i / n_years].kind);
                ipsim_table_put_text(table, row, 3, accounts[i / n_years].name);
                ipsim_table_put_real(table, row, 4, ipsim_account_year(r->e->plan, i % n_years));
                ipsim_table_put_real(table, row, 5, r->draws[d]->mean[model * r->per_model + entry[i]]);
            }
    free(accounts);
    free(entry);
    return table;
}

/* ---- provenance.csv, about.csv ---- */

static void describe_distribution(const ipsim_distribution *d, char *buffer, size_t size)
{
    static const struct {
        const char *family, *keys[3];
    } names[IPSIM_N_DISTRIBUTIONS] = {
        [IPSIM_DIST_FIXED] = {"fixed", {"value"}},
        [IPSIM_DIST_UNIFORM] = {"uniform", {"min", "max"}},
        [IPSIM_DIST_TRIANGULAR] = {"triangular", {"min", "mode", "max"}},
        [IPSIM_DIST_PERT] = {"pert", {"min", "mode", "max"}},
        [IPSIM_DIST_NORMAL] = {"normal", {"mean", "sd"}},
        [IPSIM_DIST_LOGNORMAL] = {"lognormal", {"meanlog", "sdlog"}},
        [IPSIM_DIST_EXPONENTIAL] = {"exponential", {"rate"}},
        [IPSIM_DIST_WEIBULL] = {"weibull", {"shape", "scale"}},
        [IPSIM_DIST_GAMMA] = {"gamma", {"shape", "scale"}},
        [IPSIM_DIST_BETA] = {"beta", {"alpha", "beta"}},
    };
    size_t used = (size_t)snprintf(buffer, size, "%s(", names[d->family].family);
    for (size_t i = 0; i < 3 && names[d->family].keys[i]; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s = %.6g", i ? ", " : "", names[d->family].keys[i], d->p[i]);
    if (isfinite(d->lower))
        used += (size_t)snprintf(buffer + used, size - used, ", lower = %.6g", d->lower);
    if (isfinite(d->upper))
        used += (size_t)snprintf(buffer + used, size - used, ", upper = %.6g", d->upper);
    snprintf(buffer + used, size - used, ")");
}

/* What the distribution of a parameter says, drawn or not. */
static void put_distribution(ipsim_table *table, size_t row, size_t column, const ipsim_parameter *p)
{
    ipsim_distribution d;
    ipsim_error ignored;
    char text[300] = "";
    if (!p->distribution.given || ipsim_scenario_distribution(&p->distribution, &d, &ignored) != IPSIM_OK)
        return;
    describe_distribution(&d, text, sizeof text);
    ipsim_table_put_text(table, row, column, text);
    ipsim_table_put_real(table, row, column + 1, ipsim_distribution_mean(&d));
    ipsim_table_put_real(table, row, column + 2, ipsim_distribution_sd(&d));
    ipsim_table_put_real(table, row, column + 3, ipsim_distribution_quantile(&d, 0.025));
    ipsim_table_put_real(table, row, column + 4, ipsim_distribution_quantile(&d, 0.975));
}

static size_t quantity_of(const psa_results *r, size_t model, size_t parameter)
{
    const vary *v = r->w->uncertain->v;
    size_t q = 0;
    while (v->quantities[q].index[model] != parameter)
        q++;
    return q;
}

/* A joint has no simple margins: those of the draws. */
static bool put_joint(psa_results *r, ipsim_table *table, size_t row, size_t column, size_t quantity)
{
    const psa_draws *draws = r->w->uncertain->draws;
    const ipsim_joint *joint = draws->joint_of[quantity]->spec;
    static const char *const families[] = {"dirichlet", "normal", "copula", "bootstrap", "draws"};
    char text[300];
    snprintf(text, sizeof text, "joint %s (%s)", joint->name, families[joint->family.value]);
    ipsim_table_put_text(table, row, column, text);
    if (!draws->drawn[quantity])
        return true;
    double *values = calloc(r->w->uncertain->v->n_quantities + 1, sizeof *values);
    for (size_t d = 0; values && d < r->n_draws; d++) {
        ipsim_psa_joint_values(draws, draws->joint_of[quantity], (int64_t)r->numbers[d], values);
        r->column[d] = values[quantity];
    }
    psa_statistics s = ipsim_psa_statistics_of(r);
    ipsim_table_put_real(table, row, column + 1, s.mean);
    ipsim_table_put_real(table, row, column + 2, s.sd);
    ipsim_table_put_real(table, row, column + 3, s.low);
    ipsim_table_put_real(table, row, column + 4, s.high);
    free(values);
    return values != NULL;
}

ipsim_table *ipsim_psa_provenance(psa_results *r)
{
    static const ipsim_column_spec more[] = {{"distribution", IPSIM_TEXT, ""}, {"mean", IPSIM_REAL, ""}, {"sd", IPSIM_REAL, ""},
                                             {"low", IPSIM_REAL, ""},          {"high", IPSIM_REAL, ""}, {"drawn", IPSIM_TEXT, ""}};
    const psa_draws *draws = r->w->uncertain->draws;
    ipsim_table *table = ipsim_tables_parameters(r->e, "provenance", more, sizeof more / sizeof *more);
    size_t row = 0, first = table ? ipsim_table_find_column(table, "distribution") : 0;
    for (size_t model = 0; table && model < r->e->n_models; model++)
        for (size_t i = 0; i < r->e->scenarios[model]->n_parameters; i++, row++) {
            size_t q = quantity_of(r, model, i);
            if (draws->joint_of[q])
                table->out_of_memory |= !put_joint(r, table, row, first, q);
            else
                put_distribution(table, row, first, &r->e->scenarios[model]->parameters[i]);
            ipsim_table_put_text(table, row, first + 5, draws->drawn[q] ? "yes" : "no");
        }
    return table;
}

static void put_about(ipsim_table *about, const char *scenario, const char *key, const char *value)
{
    size_t row = ipsim_table_add_row(about);
    ipsim_table_put_text(about, row, 0, scenario);
    ipsim_table_put_text(about, row, 1, key);
    ipsim_table_put_text(about, row, 2, value);
}

void ipsim_psa_about(const psa_results *r, ipsim_table *about)
{
    static const char *const designs[] = {
        "Monte Carlo", "Latin hypercube", "Sobol (a scrambled sequence of its own for each parameter)",
        "Sobol, joint (one scrambled sequence for up to 40 parameters, and one of its own for each beyond)"};
    const psa_draws *draws = r->w->uncertain->draws;
    size_t n_drawn = 0;
    for (size_t q = 0; q < r->w->uncertain->v->n_quantities; q++)
        n_drawn += draws->drawn[q];
    for (size_t model = 0; about && model < r->e->n_models; model++) {
        const char *name = r->e->scenarios[model]->name.value;
        char text[64];
        snprintf(text, sizeof text, "%zu", r->n_draws);
        put_about(about, name, "psa_draws", text);
        snprintf(text, sizeof text, "%lld", (long long)r->persons);
        put_about(about, name, "psa_persons_per_draw", text);
        put_about(about, name, "psa_design", designs[draws->design]);
        put_about(about, name, "psa_people", r->fixed_people ? "the same in all draws" : "others in each draw");
        snprintf(text, sizeof text, "%zu of %zu", n_drawn, r->w->uncertain->v->n_quantities); /* of the whole comparison */
        put_about(about, name, "psa_parameters_drawn", text);
    }
}
