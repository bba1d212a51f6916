/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/decision: results to a folder that appears whole or not at all, and to stdout. See decision.h. */
#include <stdlib.h>

#include "app/decision.h"
#include "economics/short_of_memory.h"

static ipsim_status write_manifest(const ipsim_decision_job *job, const ipsim_output_folder *folder, ipsim_error *err)
{
    const char *files[] = {job->table_path, job->parameters_path};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - job->clock.tv_sec) + 1e-9 * (double)(now.tv_nsec - job->clock.tv_nsec);
    char *path = NULL;
    if (asprintf(&path, "%s/manifest.json", ipsim_output_work_path(folder)) < 0) {
        return short_of_memory(err);
    }
    ipsim_status status = ipsim_manifest_write_analysis(job->cli, files, job->parameters_path != NULL ? 2 : 1, job->draws->n_draws,
                                                        job->started, seconds, path, err);
    free(path);
    return status;
}

static ipsim_status write_folder(const ipsim_decision_job *job, const char *path, const ipsim_table *const *tables, size_t n_tables,
                                 const char *summary, ipsim_error *err)
{
    ipsim_output_folder *folder = NULL;
    ipsim_status status = ipsim_output_begin(path, &folder, err);
    if (status == IPSIM_OK) {
        status = ipsim_app_write_files(ipsim_output_work_path(folder), tables, n_tables, 0, summary, 1, err);
    }
    status = status == IPSIM_OK ? write_manifest(job, folder, err) : status;
    if (status != IPSIM_OK) {
        ipsim_output_discard(folder);
        return status;
    }
    return ipsim_output_commit(folder, err);
}

ipsim_status ipsim_decision_publish(const ipsim_decision_job *job, const char *suffix, ipsim_table *const *tables, size_t n_tables,
                                    const char *summary)
{
    const ipsim_table *given[IPSIM_DECISION_TABLES];
    size_t n_given = 0;
    for (size_t t = 0; t < n_tables && n_given < IPSIM_DECISION_TABLES; t++) {
        if (tables[t] != NULL) {
            given[n_given++] = tables[t];
        }
    }
    ipsim_error err = {0};
    char *path = ipsim_output_name_of_file(job->cli, job->source, suffix);
    ipsim_status status = path != NULL ? write_folder(job, path, given, n_given, summary, &err) : short_of_memory(&err);
    if (status == IPSIM_OK && job->cli->json) {
        status = ipsim_write_json(given, n_given, stdout, &err);
    } else if (status == IPSIM_OK && !job->cli->quiet) {
        fputs(summary, stdout);
    }
    if (status != IPSIM_OK) {
        status = ipsim_app_complain_once(&err);
    } else if (!job->cli->quiet) {
        fprintf(job->cli->json ? stderr : stdout, "%sResults: %s/\n", job->cli->json ? "" : "\n", path);
    }
    free(path);
    return status;
}
