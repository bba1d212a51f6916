/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report/glance: a comparison at a glance, for the end of what a terminal shows: a small table and a small curve for each arm.
 *
 * It reads nothing but tables, whose columns are those of include/ipsim/run.h. Whether a terminal can show it is for the caller to know. */
#ifndef IPSIM_GLANCE_H
#define IPSIM_GLANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "ipsim/error.h"
#include "ipsim/table.h"

typedef struct ipsim_glance_tables {
    const ipsim_table *results, *differences, *occupancy, *about; /* all needed */
} ipsim_glance_tables;

enum { IPSIM_GLANCE_LEAST_WIDTH = 40, IPSIM_GLANCE_MOST_WIDTH = 120 };

/* UTF-8 text with block characters, of at most `width` columns (at least IPSIM_GLANCE_LEAST_WIDTH), with ANSI colours if asked for; the caller
 * frees *out. Arms that find no room are left out, and the last line says how many. IPSIM_ERR_MEMORY. */
ipsim_status ipsim_glance_text(const ipsim_glance_tables *tables, size_t width, bool colour, char **out, ipsim_error *err) IPSIM_MUST_CHECK;

#endif
