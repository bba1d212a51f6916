/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: the course that cea and voi share, by themselves and at the end of a psa. See decision.h and app.h. */
#include <stdlib.h>
#include <string.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"

/* Tables and page of a job that is loaded; the caller frees both, also after a failure. */
static ipsim_status analyse(const ipsim_decision_kind *kind, ipsim_decision_job *job, void *request, ipsim_table **tables, char **page,
                            ipsim_error *err)
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

static void free_tables(ipsim_table **tables)
{
    for (size_t t = 0; t < IPSIM_DECISION_TABLES; t++) {
        ipsim_table_free(tables[t]);
        tables[t] = NULL;
    }
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
        status = analyse(kind, &job, request, tables, &page, &err);
        status = status == IPSIM_OK ? IPSIM_OK : ipsim_app_complain_once(&err);
    }
    if (status == IPSIM_OK) {
        app->inputs_read = true;
        status = ipsim_decision_publish(&job, kind->suffix, tables, kind->n_tables, page);
    }
    free(page);
    free_tables(tables);
    ipsim_decision_clear(&job);
    ipsim_error_list_clear(&errors);
    return status;
}

/* ---- psa ---- */
static ipsim_status add_analysis(const ipsim_decision_kind *kind, void *request, const ipsim_cli *cli, const char *folder,
                                 const char *shown_as, ipsim_decision_of_psa *out, ipsim_error_list *errors)
{
    ipsim_decision_job job = {
        .cli = cli, .options = &cli->decision, .source = folder, .shown_as = shown_as, .with_parameters = kind->with_parameters};
    ipsim_table *tables[IPSIM_DECISION_TABLES] = {NULL};
    ipsim_error err = {0};
    char *page = NULL;
    ipsim_status status = ipsim_decision_load(&job, errors);
    if (status == IPSIM_OK) {
        status = analyse(kind, &job, request, tables, &page, &err);
        status = status == IPSIM_OK ? status : ipsim_error_add_copy(errors, &err);
    }
    for (size_t t = 0; status == IPSIM_OK && t < kind->n_tables; t++) {
        /* Both have a table evpi; that of cea, which comes first, says more. */
        bool there = tables[t] == NULL;
        for (size_t i = 0; i < out->n_tables && !there; i++) {
            there = strcmp(out->tables[i]->name, tables[t]->name) == 0;
        }
        if (!there) {
            out->tables[out->n_tables++] = tables[t];
            tables[t] = NULL;
        }
    }
    if (status == IPSIM_OK) {
        out->pages[out->n_pages++] = page;
        page = NULL;
    }
    free(page);
    free_tables(tables);
    ipsim_decision_clear(&job);
    return status;
}

ipsim_status ipsim_decide_on_psa(const ipsim_cli *cli, const char *folder, const char *shown_as, ipsim_decision_of_psa *out,
                                 ipsim_error_list *errors)
{
    *out = (ipsim_decision_of_psa){.n_tables = 0};
    struct voi_request *request = ipsim_voi_request_create();
    ipsim_status status = request != NULL ? IPSIM_OK
                                          : ipsim_error_add(errors, IPSIM_ERR_MEMORY, (ipsim_origin){NULL, 0, NULL}, "memory is short");
    status = status == IPSIM_OK ? add_analysis(&ipsim_decision_cea, NULL, cli, folder, shown_as, out, errors) : status;
    status = status == IPSIM_OK ? add_analysis(&ipsim_decision_voi, request, cli, folder, shown_as, out, errors) : status;
    ipsim_voi_request_free(request);
    if (status != IPSIM_OK) {
        ipsim_decision_of_psa_clear(out);
    }
    return status;
}

void ipsim_decision_of_psa_clear(ipsim_decision_of_psa *decision)
{
    for (size_t t = 0; t < decision->n_tables; t++) {
        ipsim_table_free(decision->tables[t]);
    }
    for (size_t i = 0; i < decision->n_pages; i++) {
        free(decision->pages[i]);
    }
    *decision = (ipsim_decision_of_psa){.n_tables = 0};
}
