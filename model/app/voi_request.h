/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the options of voi ask for. */
#ifndef IPSIM_VOI_REQUEST_H
#define IPSIM_VOI_REQUEST_H

#include "app/decision.h"
#include "ipsim/arena.h"

typedef struct voi_request {
    ipsim_arena *arena; /* of sets, labels, members */
    size_t n_sets, n_members;
    ipsim_parameter_set *sets;
    const char **labels;
    size_t *members; /* of all sets, one after the other */
    ipsim_study_plan plan;
    ipsim_study_measure *measures;
    double *sizes;
    char *sets_text, *study_text;
    char **set_words, **study_words;
    double study_years;
} voi_request;

ipsim_status ipsim_voi_request_read(void *request, ipsim_decision_job *job, ipsim_error *err);
void ipsim_voi_page(const void *request, const ipsim_decision_job *job, ipsim_table *const *tables, FILE *stream);

#endif
