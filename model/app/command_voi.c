/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/command_voi: what learning parameters, or doing a study, would be worth. */
#include <omp.h>

#include "app/voi_request.h"

static ipsim_status tabulate(const void *request, const ipsim_decision_job *job, ipsim_table **tables, ipsim_error *err)
{
    const voi_request *r = request;
    const ipsim_study_plan *plan = r->plan.n_measures > 0 ? &r->plan : NULL;
    return ipsim_voi_tables(job->draws, &job->settings, r->sets, r->labels, r->n_sets, plan, job->watch, tables, err);
}

const ipsim_decision_kind ipsim_decision_voi = {
    .suffix = "voi",
    .with_parameters = true,
    .n_tables = IPSIM_N_VOI_TABLES,
    .prepare = ipsim_voi_request_read,
    .tabulate = tabulate,
    .print = ipsim_voi_page,
};

ipsim_status ipsim_app_voi(ipsim_app *app)
{
    ipsim_error err = {0};
    voi_request *request = ipsim_voi_request_create();
    if (request == NULL) {
        (void)ipsim_error_set(&err, IPSIM_ERR_MEMORY, "memory is short");
        return ipsim_app_complain_once(&err);
    }
    if (app->cli->threads > 0) {
        omp_set_num_threads((int)app->cli->threads);
    }
    ipsim_status status = ipsim_decision_command(app, &ipsim_decision_voi, request);
    ipsim_voi_request_free(request);
    return status;
}
