/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to compile: one hazard specification with its effects and modifiers -> the law and effects of a risk. */
#ifndef IPSIM_COMPILE_RISKS_H
#define IPSIM_COMPILE_RISKS_H

#include "ipsim/compiled_model.h"

/* Fills the law, clock and effects of *risk; identity (to, stream, transition or event) is the caller's. false: memory is short. */
bool ipsim_compile_law(ipsim_arena *arena, const ipsim_scenario *scenario, const ipsim_hazard_spec *hazard, const ipsim_text *clock,
                       const ipsim_effect *effects, size_t n_effects, const ipsim_modifier *modifiers, size_t n_modifiers, ipsim_risk *risk,
                       ipsim_error_list *errors);

#endif
