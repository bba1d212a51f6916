/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/library: a shared library that few commands need, loaded when it is needed and not with the program, which would begin later for it. */
#ifndef IPSIM_LIBRARY_H
#define IPSIM_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ipsim_library_name {
    const char *name;
    void *place; /* of a pointer to the function or variable of that name; all such pointers have one size */
} ipsim_library_name;

/* Loads it for as long as the program runs, and sets the places, also of names in libraries that it needs itself. false: why says what is
 * missing. */
bool ipsim_library_load(const char *file, const ipsim_library_name *names, size_t n, char *why, size_t size);

#endif
