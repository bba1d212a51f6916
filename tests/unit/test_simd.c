/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/simd: memory for columns, small, large and impossible. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/simd.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    (void)mallopt(M_PERTURB, 0xA5); /* what comes from a heap is dirty */
    const size_t bytes[] = {0, 1, 64, 100000, (2 << 20) - 64, 2 << 20, (5 << 20) + 8};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        unsigned char *memory = ipsim_simd_alloc(bytes[i], 1), any = 0;
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % (bytes[i] >= 2 << 20 ? 2 << 20 : 64), 0);
        for (size_t k = 0; k < bytes[i]; k++)
            any |= memory[k];
        assert_int_equal(any, 0);
        free(memory);
    }
}

static void too_much_is_refused(void **state)
{
    (void)state;
    assert_null(ipsim_simd_alloc(SIZE_MAX / 8, 16));
    assert_null(ipsim_simd_alloc(SIZE_MAX - 100, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_is_zeroed_and_aligned), cmocka_unit_test(too_much_is_refused)};
    return cmocka_run_group_tests_name("base/simd", tests, NULL, NULL);
}
