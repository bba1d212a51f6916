/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_cea: cost-effectiveness analysis of a table of draws. */
#include "app/cea_page.h"

static ipsim_status tabulate(const void *request, const ipsim_decision_job *job, ipsim_table **tables, ipsim_error *err)
{
    (void)request;
    return ipsim_cea_tables(job->draws, &job->settings, tables, err);
}

const ipsim_decision_kind ipsim_decision_cea = {
    .suffix = "cea",
    .n_tables = IPSIM_N_CEA_TABLES,
    .tabulate = tabulate,
    .print = ipsim_cea_page,
};

ipsim_status ipsim_app_cea(ipsim_app *app)
{
    return ipsim_decision_command(app, &ipsim_decision_cea, NULL);
}
