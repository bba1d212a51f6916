/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/simd.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

static const char *const names[IPSIM_N_SIMD] = {"sse2", "avx2", "avx512"};

static ipsim_simd best_level(void)
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw"))
        return IPSIM_SIMD_AVX512;
    return __builtin_cpu_supports("avx2") ? IPSIM_SIMD_AVX2 : IPSIM_SIMD_SSE2;
}

ipsim_simd ipsim_simd_level(void)
{
    const char *wish = getenv("IPSIM_SIMD");
    ipsim_simd best = best_level();
    for (ipsim_simd level = IPSIM_SIMD_SSE2; wish && level < best; level++)
        if (strcmp(wish, names[level]) == 0)
            return level;
    return best;
}

const char *ipsim_simd_name(ipsim_simd level)
{
    return names[level];
}

/* Rounds up to what is asked of the system. 0: more than there can be. */
static size_t whole_lines(size_t n, size_t size)
{
    if (size != 0 && n > (SIZE_MAX - 2 * CACHE_LINE) / size)
        return 0;
    size_t bytes = (n * size + CACHE_LINE) / CACHE_LINE * CACHE_LINE; /* at least one line */
    size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    return whole - bytes <= bytes / 8 ? whole : bytes; /* a last page that is nearly full should be huge too */
}

static void *take(size_t bytes)
{
    void *memory = NULL;
    if (bytes == 0 || posix_memalign(&memory, bytes >= HUGE_PAGE ? HUGE_PAGE : CACHE_LINE, bytes) != 0)
        return NULL;
    if (bytes >= HUGE_PAGE) /* cleared at once, and easier for the processor to find; where there are none, pages are small */
        (void)madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    return memory;
}

void *ipsim_simd_alloc_unset(size_t n, size_t size)
{
    return take(whole_lines(n, size));
}

void *ipsim_simd_alloc(size_t n, size_t size)
{
    size_t bytes = whole_lines(n, size);
    void *memory = take(bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}
