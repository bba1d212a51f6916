/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to describe: the chapters. */
#ifndef IPSIM_DESCRIBE_PARTS_H
#define IPSIM_DESCRIBE_PARTS_H

#include "ipsim/discount.h"
#include "page.h"

void ipsim_describe_overview(page *p, const ipsim_scenario *s, const char *program);
void ipsim_describe_people(page *p, const ipsim_scenario *s);
void ipsim_describe_states(page *p, const ipsim_scenario *s, char *diagram); /* takes the drawing */
void ipsim_describe_transitions(page *p, const ipsim_scenario *s);
void ipsim_describe_rewards(page *p, const ipsim_scenario *s);
void ipsim_describe_parameters(page *p, const ipsim_scenario *s);
void ipsim_describe_cheers(page *p, const ipsim_scenario *s);
void ipsim_describe_checks(page *p, const ipsim_table *checks);

/* diagram.c: the states and the ways between them, drawn by Graphviz; owned by the caller. NULL: it could not be drawn. */
char *ipsim_describe_diagram(const ipsim_scenario *s);
/* True when the transition leaves every living state: the diagram then says so in words. */
bool ipsim_describe_leaves_all(const ipsim_scenario *s, const ipsim_transition *transition);

/* curves.c: the baseline hazard against its clock; NULL for laws that have none (at, fixed), or when memory is short. */
char *ipsim_describe_curve(const ipsim_scenario *s, const char *clock, const ipsim_hazard_spec *hazard, const ipsim_effect *effects,
                           size_t n_effects, const ipsim_modifier *modifiers, size_t n_modifiers);

/* words.c */
bool ipsim_describe_is_living(const ipsim_scenario *s, size_t state);
const char *ipsim_describe_discount(const ipsim_scenario *s, const ipsim_discount_spec *spec,
                                    page_text *text); /* "4 % a year, 3 % from year 40" */
const char *ipsim_describe_discounting(const ipsim_scenario *s, page_text *text);

#endif
