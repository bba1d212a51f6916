/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/each: work that waits for the disk as much as it computes, done by several threads. */
#ifndef IPSIM_EACH_H
#define IPSIM_EACH_H

#include <stddef.h>

typedef void ipsim_each_work(void *data, size_t i);

/* Calls work(data, i) once for each i below n, by up to n_threads threads, of which the caller, who does 0, is one. They are threads of their
 * own and not OpenMP's, which would spin until the last piece is done and slow it down. What cannot be started is done by the others. */
void ipsim_each(size_t n, size_t n_threads, ipsim_each_work *work, void *data);

#endif
