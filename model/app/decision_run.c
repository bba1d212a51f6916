/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: the course that cea and voi share. See decision.h. */
#include <stdlib.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"

ipsim_status ipsim_decision_analyse(const ipsim_decision_kind *kind, ipsim_decision_job *job, void *request, ipsim_table **tables,
                                    char **page, ipsim_error *err)
{
    size_t size = 0;
    *page = NULL;
    ipsim_status status = kind->prepare != NULL ? kind->prepare(request, job, err) : IPSIM_OK;
    status = status == IPSIM_OK ? kind->tabulate(request, job, tables, err) : status;
    if (status != IPSIM_OK) {
        return status;
    }
    FILE *stream = open_memstream(page, &size);
    if (stream == NULL) {
        return short_of_memory(err);
    }
    kind->print(request, job, tables, stream);
    return fclose(stream) == 0 ? IPSIM_OK : short_of_memory(err);
}

void ipsim_decision_free_tables(ipsim_table **tables)
{
    for (size_t t = 0; t < IPSIM_DECISION_TABLES; t++) {
        ipsim_table_free(tables[t]);
        tables[t] = NULL;
    }
}

/* Most tables are a matter of a moment, in which a line that comes and goes would only flicker. */
static ipsim_status analyse_in_sight(const ipsim_decision_kind *kind, ipsim_decision_job *job, void *request, ipsim_table **tables,
                                     char **page, ipsim_error *err)
{
    ipsim_progress_line line;
    ipsim_progress_begin(&line, job->cli);
    line.unit = "estimates of EVPPI";
    line.patience = 1.0;
    ipsim_evppi_watch watch = {.progress = line.shown ? ipsim_progress_update : NULL, .data = &line};
    job->watch = &watch;
    ipsim_status status = ipsim_decision_analyse(kind, job, request, tables, page, err);
    job->watch = NULL;
    ipsim_progress_end(&line);
    return status;
}

ipsim_status ipsim_decision_command(ipsim_app *app, const ipsim_decision_kind *kind, void *request)
{
    const char *operand = app->cli->operands[0];
    ipsim_decision_job job = {
        .cli = app->cli, .options = &app->cli->decision, .source = operand, .shown_as = operand, .with_parameters = kind->with_parameters};
    ipsim_table *tables[IPSIM_DECISION_TABLES] = {NULL};
    ipsim_error_list errors = {0};
    ipsim_error err = {0};
    char *page = NULL;
    ipsim_status status = ipsim_decision_load(&job, &errors);
    if (status != IPSIM_OK) {
        status = ipsim_app_complain(&errors, status, "nothing was written");
    } else {
        status = analyse_in_sight(kind, &job, request, tables, &page, &err);
        status = status == IPSIM_OK ? IPSIM_OK : ipsim_app_complain_once(&err);
    }
    if (status == IPSIM_OK) {
        app->inputs_read = true;
        status = ipsim_decision_publish(&job, kind->suffix, tables, kind->n_tables, page);
    }
    free(page);
    ipsim_decision_free_tables(tables);
    ipsim_decision_clear(&job);
    ipsim_error_list_clear(&errors);
    return status;
}
