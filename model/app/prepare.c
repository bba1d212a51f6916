/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/prepare: what a simulation will need, made ready beside the loading of its scenarios. See app.h. */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>
#include <unistd.h>

#include "app/app.h"
#include "ipsim/xlsx.h"

/* The least that a run needs; a block just below that size still comes from the heap. */
enum { HEAP = 4 << 20, HEADER = 64 };

static pthread_t thread;
static bool runs;
static uintptr_t heap; /* where the heap goes on; 0 for not known */

/* A small run frees its engines before it fills its tables, which would otherwise be given new pages by the system, one fault after another.
 * What matters to a large run lies in larger blocks, which go back to the system as before. */
void ipsim_prepare_heap(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, HEAP);
    mallopt(M_TRIM_THRESHOLD, 2 * HEAP);
#endif
}

/* Asks for all pages at once, and for large ones where there are any: a page fault for each takes longer, and nobody waits for these. What the
 * program keeps in them meanwhile stays as it is. */
static void fill_heap(void)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = (heap + page - 1) / page * page, end = (heap + HEAP - HEADER) / page * page;
    if (heap != 0) {
        (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
        (void)madvise((void *)first, end - first, MADV_POPULATE_WRITE); /* a kernel that knows it not gives pages one by one */
    }
#endif
}

static void *prepare(void *unused)
{
    ipsim_error unheard = {0}; /* who needs the library will be told */
    fill_heap();
    return ipsim_xlsx_load(&unheard) == IPSIM_OK ? unused : NULL;
}

void ipsim_prepare_begin(void)
{
#ifdef __GLIBC__
    void *block = malloc(HEAP - HEADER);
    heap = (uintptr_t)block;
    free(block); /* the next ones are cut from it */
#endif
    runs = pthread_create(&thread, NULL, prepare, NULL) == 0;
}

void ipsim_prepare_end(void)
{
    if (runs) {
        pthread_join(thread, NULL);
        runs = false;
    }
}
