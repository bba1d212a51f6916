/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to engine: how the fast engine is made. */
#ifndef IPSIM_FAST_BUILD_H
#define IPSIM_FAST_BUILD_H

#include "fast.h"

/* The bands of a piecewise law: those of another risk, spare ones, or new ones. NULL: memory is short. */
const fast_bands *ipsim_fast_bands_find(ipsim_fast *engine, const ipsim_risk *risk);
/* All bands are set aside, for another model to find. */
void ipsim_fast_bands_spare(ipsim_fast *engine);
void ipsim_fast_bands_drop_spare(ipsim_fast *engine);
void ipsim_fast_bands_clear(ipsim_fast *engine);

#endif
