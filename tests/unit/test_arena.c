/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/arena: zeroed, aligned, apart from one another, and released together (leaks show under the address sanitizer). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipsim/arena.h"

static void blocks_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    ipsim_arena *arena = ipsim_arena_create();
    assert_non_null(arena);
    enum { N = 400 };
    unsigned char *blocks[N];
    size_t sizes[N];
    for (size_t i = 0; i < N; i++) {
        sizes[i] = (i * 7919) % 5000 + (i % 50 == 0 ? 100000 : 0); /* small ones and some larger than a block */
        blocks[i] = ipsim_arena_alloc(arena, sizes[i], 1);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 64, 0);
        for (size_t b = 0; b < sizes[i]; b++) {
            assert_int_equal(blocks[i][b], 0);
        }
        memset(blocks[i], (int)(i % 255) + 1, sizes[i]);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t b = 0; b < sizes[i]; b++) {
            assert_int_equal(blocks[i][b], i % 255 + 1);
        }
    }
    ipsim_arena_free(arena);
    ipsim_arena_free(NULL);
}

static void texts_and_blocks_mix(void **state)
{
    (void)state;
    ipsim_arena *arena = ipsim_arena_create();
    char *name = ipsim_arena_strdup(arena, "search");
    char *path = ipsim_arena_printf(arena, "%s->%s (%d)", name, "employed", 12);
    double *numbers = ipsim_arena_alloc(arena, 3, sizeof *numbers);
    char *empty = ipsim_arena_strdup(arena, "");
    assert_int_equal((uintptr_t)numbers % 64, 0);
    numbers[0] = numbers[1] = numbers[2] = 1.0;
    assert_string_equal(name, "search");
    assert_string_equal(path, "search->employed (12)");
    assert_string_equal(empty, "");
    ipsim_arena_free(arena);
}

static void no_bytes_are_still_a_pointer_and_too_many_are_none(void **state)
{
    (void)state;
    ipsim_arena *arena = ipsim_arena_create();
    void *nothing = ipsim_arena_alloc(arena, 0, 8);
    void *nothing_else = ipsim_arena_alloc(arena, 5, 0);
    assert_non_null(nothing);
    assert_non_null(nothing_else);
    assert_ptr_not_equal(nothing, nothing_else);
    assert_null(ipsim_arena_alloc(arena, SIZE_MAX / 8 + 2, 8)); /* the product is SIZE_MAX + 9, and would pass for 8 */
    assert_null(ipsim_arena_alloc(arena, SIZE_MAX, 1));         /* and so is this, with its header */
    assert_non_null(ipsim_arena_alloc(arena, 1, 1));            /* still usable */
    ipsim_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart),
        cmocka_unit_test(texts_and_blocks_mix),
        cmocka_unit_test(no_bytes_are_still_a_pointer_and_too_many_are_none),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
