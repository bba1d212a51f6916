/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "until.h"

#include <math.h>
#include <string.h>

static size_t find_scenario(const experiment *e, const char *name)
{
    size_t model = 0;
    while (model < e->n_models && strcmp(e->scenarios[model]->name.value, name) != 0)
        model++;
    return model;
}

ipsim_status ipsim_until_resolve(const experiment *e, const ipsim_run_options *options, until *out, ipsim_error *err)
{
    char outcome[256];
    const char *colon = strchr(options->until_outcome, ':');
    int length = colon ? (int)(colon - options->until_outcome) : (int)strlen(options->until_outcome);
    snprintf(outcome, sizeof outcome, "%.*s", length, options->until_outcome);
    bool compare = e->n_models > 1;
    *out = (until){.model = compare ? 1 : 0, .difference = compare, .mcse = options->until_mcse};
    out->measure = ipsim_account_find(e->plan, outcome, "all");
    if (out->measure == ipsim_account_n_measures(e->plan))
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--until-mcse: these scenarios have no outcome \"%s\" with a total over payers",
                               outcome);
    if (colon)
        out->model = find_scenario(e, colon + 1);
    if (out->model == e->n_models)
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--until-mcse: there is no scenario \"%s\"", colon + 1);
    if (compare && out->model == 0)
        return ipsim_error_set(err, IPSIM_ERR_USAGE, "--until-mcse: \"%s\" is the comparator; name the scenario to be compared with it",
                               colon + 1);
    out->year = ipsim_account_n_years(e->plan) - 1; /* the horizon stands last */
    out->discounted = ipsim_account_measure(e->plan, out->measure)->discountable;
    return IPSIM_OK;
}

int64_t ipsim_until_first(int64_t persons)
{
    return (persons + IPSIM_BLOCK_PERSONS - 1) / IPSIM_BLOCK_PERSONS * IPSIM_BLOCK_PERSONS;
}

int64_t ipsim_until_next(const until *u, const experiment_sums *sums, int64_t batch, int64_t persons, double *mcse)
{
    const int64_t most = IPSIM_WIDE_N_MAX - IPSIM_BLOCK_PERSONS;
    ipsim_estimate estimate = u->difference ? ipsim_ledger_difference(sums->ledger, u->model, 0, u->measure, u->year, u->discounted)
                                            : ipsim_ledger_mean(sums->ledger, u->model, 0, u->measure, u->year, u->discounted);
    *mcse = estimate.mcse;
    if (estimate.mcse <= u->mcse)
        return persons;
    /* The error falls with the root of the number; two per cent more, because it is itself an estimate. NaN: nobody yet had the outcome. */
    double ratio = estimate.mcse / u->mcse;
    double needed = isnan(ratio) ? 4.0 * (double)persons : 1.02 * ratio * ratio * (double)persons;
    if (needed > (double)most || (isnan(ratio) && persons > 64 * batch))
        return 0;
    int64_t next = ((int64_t)needed + batch - 1) / batch * batch;
    next = next > 4 * persons ? 4 * persons / batch * batch : next;
    next = next < persons + batch ? persons + batch : next;
    return next <= most ? next : 0;
}
