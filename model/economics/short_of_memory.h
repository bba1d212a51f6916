/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one sentence about memory; a function whose result is plainly not IPSIM_OK, for readers and for static analysis. */
#ifndef IPSIM_SHORT_OF_MEMORY_H
#define IPSIM_SHORT_OF_MEMORY_H

#include "ipsim/error.h"

static inline ipsim_status short_of_memory(ipsim_error *err)
{
    (void)ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    return IPSIM_ERR_MEMORY;
}

#endif
