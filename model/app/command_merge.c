/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_merge: shards in, the result of the whole run out. The scenarios are loaded again, from the copies of their
 * files that every shard carries: shards can be joined on another machine, or after the files have changed. */
#include <string.h>

#include "app/app.h"

ipsim_status ipsim_app_merge(ipsim_app *app)
{
    ipsim_shard_about about;
    ipsim_error_list errors = {0};
    ipsim_status status = ipsim_shard_describe_any(app->cli->operands, app->cli->n_operands, &about, &errors);
    if (status != IPSIM_OK) {
        status = ipsim_app_complain(&errors, status, "nothing was written");
        ipsim_error_list_clear(&errors);
        return status;
    }
    /* The command line that the shards were made with, as far as results depend on it. */
    ipsim_cli cli = *app->cli;
    cli.command = about.is_psa ? IPSIM_COMMAND_PSA : strcmp(about.command, "compare") == 0 ? IPSIM_COMMAND_COMPARE : IPSIM_COMMAND_RUN;
    cli.draws = about.psa.n_draws;
    cli.design = about.is_psa ? ipsim_design_names[about.psa.design] : NULL;
    cli.fixed_people = about.psa.fixed_people;
    cli.only = about.psa.only;
    cli.fix = about.psa.fix;
    cli.operands = (const char **)about.files;
    cli.n_operands = about.n_files;
    cli.settings = about.settings;
    cli.n_settings = about.n_settings;
    status = ipsim_app_simulate_as(app, &cli, app->cli->operands, app->cli->n_operands, about.kept);
    ipsim_shard_about_clear(&about);
    return status;
}
