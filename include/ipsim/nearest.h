/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/nearest: the known word that somebody probably meant. */
#ifndef IPSIM_NEAREST_H
#define IPSIM_NEAREST_H

#include <stddef.h>

/* The nearest of names (NULL entries are skipped) by letters added, dropped, changed or swapped with their neighbour; a word that begins the
 * other counts as near. NULL when none is near enough to be of help. */
const char *ipsim_nearest(const char *wanted, const char *const *names, size_t count);

#endif
