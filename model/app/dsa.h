/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the command dsa share. */
#ifndef IPSIM_APP_DSA_H
#define IPSIM_APP_DSA_H

#include "app/decision.h"
#include "ipsim/dsa.h"

/* ---- dsa_request.c: the options of the command line as those of ipsim_dsa_run ---- */
typedef struct ipsim_dsa_request {
    ipsim_dsa_options options; /* all but the callbacks */
    /* Storage of the above. */
    size_t n_texts;
    char **texts;
    ipsim_dsa_range *vary, *finds;
    char **only, **perspectives;
    ipsim_dsa_grid *grids;
    double *thresholds;
} ipsim_dsa_request;
/* Every problem of the options at once. Clear it in any case. */
ipsim_status ipsim_dsa_request_read(const ipsim_cli *cli, ipsim_dsa_request *out, ipsim_error_list *errors) IPSIM_MUST_CHECK;
void ipsim_dsa_request_clear(ipsim_dsa_request *request);

/* ---- dsa_page.c ---- */
/* The summary; unicode: bars of block elements, for terminals. The caller frees; NULL when memory is short. */
char *ipsim_dsa_page(const ipsim_dsa *dsa, bool unicode);
/* dsa_grid_page.c. Grids in a list of rows of dsa_grid, all of one output and scenario. */
void ipsim_dsa_page_grids(const ipsim_table *table, const size_t *rows, size_t n, FILE *stream);

#endif
