/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of a cost-effectiveness analysis, in parts. Parts without their table print nothing. */
#ifndef IPSIM_CEA_PAGE_H
#define IPSIM_CEA_PAGE_H

#include "app/decision.h"

typedef struct cea_page {
    const ipsim_decision_job *job;
    ipsim_table *const *tables;
    FILE *stream;
    const char *perspective, *subgroup;
    bool doubtful; /* a mark was set that needs an explanation */
} cea_page;

void ipsim_cea_page(const void *request, const ipsim_decision_job *job, ipsim_table *const *tables, FILE *stream);

/* The mark of a mean within two standard errors of 0, which may owe its sign to the number of draws; else nothing. */
const char *ipsim_cea_page_doubt(cea_page *page, double mean, double se);

/* ---- cea_groups_page.c ---- */
void ipsim_cea_page_subgroups(cea_page *page);
void ipsim_cea_page_distribution(cea_page *page);
void ipsim_cea_page_equity(const cea_page *page);
void ipsim_cea_page_shortfall(const cea_page *page);

#endif
