/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/each.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct each {
    size_t n;
    ipsim_each_work *work;
    void *data;
    atomic_size_t next;
} each;

static void work_from(each *e, size_t i)
{
    for (; i < e->n; i = atomic_fetch_add(&e->next, 1))
        e->work(e->data, i);
}

static void *work_on_next(void *e)
{
    work_from(e, atomic_fetch_add(&((each *)e)->next, 1));
    return NULL;
}

void ipsim_each(size_t n, size_t n_threads, ipsim_each_work *work, void *data)
{
    each e = {.n = n, .work = work, .data = data};
    atomic_init(&e.next, 1);
    size_t most = n_threads < n ? n_threads : n, started = 0;
    pthread_t *others = most > 1 ? calloc(most - 1, sizeof *others) : NULL;
    while (others && started < most - 1 && pthread_create(&others[started], NULL, work_on_next, &e) == 0)
        started++;
    work_from(&e, 0);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    free(others);
}
