/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What psa_page.c is built of. Private to report. */
#ifndef IPSIM_PSA_PARTS_H
#define IPSIM_PSA_PARTS_H

#include "ipsim/psa_page.h"
#include "summary_parts.h"

/* ---- psa_decision.c ---- */
/* The share of draws in which an arm has the highest net benefit, for everybody; NaN where the tables do not say. */
double ipsim_psa_decision_share(const ipsim_psa_page_decision *decision, const char *perspective, const char *arm, double threshold);
/* thresholds: "275 000 / 500 000 NOK per QALY". False: memory was short. */
bool ipsim_psa_decision_print(ipsim_arena *arena, const ipsim_psa_page_decision *decision, const char *const *perspectives,
                              const char *const *labels, size_t n_perspectives, const char *thresholds, const char *currency, FILE *page);

#endif
