/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that make tables of a decision share. */
#ifndef IPSIM_DECISION_PRIVATE_H
#define IPSIM_DECISION_PRIVATE_H

#include "ipsim/decision_tables.h"

/* subgroup_tables.c: the tables subgroups, distribution, equity and shortfall, where there is something to say. */
ipsim_status ipsim_subgroup_tables(const ipsim_draws *draws, const ipsim_decision_settings *settings, ipsim_table *tables[],
                                   ipsim_error *err);

#endif
