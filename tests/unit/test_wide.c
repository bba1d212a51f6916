/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/wide: exact sums and their standard errors, against small brute force and against the ends of the ranges. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipsim/wide.h"

typedef struct sums {
    ipsim_wide128 x, y;
    ipsim_wide192 xx, xy, yy;
    int64_t n;
} sums;

static void add(sums *s, int64_t x, int64_t y)
{
    ipsim_wide128_add(&s->x, x);
    ipsim_wide128_add(&s->y, y);
    ipsim_wide192_add_product(&s->xx, x, x);
    ipsim_wide192_add_product(&s->xy, x, y);
    ipsim_wide192_add_product(&s->yy, y, y);
    s->n++;
}

static int64_t next_value(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U; /* Knuth's linear congruential generator */
    uint64_t mixed = *seed ^ (*seed >> 29);
    int64_t value;
    memcpy(&value, &mixed, sizeof value);
    return value;
}

static void assert_limbs(const ipsim_wide192 *sum, uint64_t low, uint64_t middle, uint64_t high)
{
    assert_true(sum->limb[0] == low);
    assert_true(sum->limb[1] == middle);
    assert_true(sum->limb[2] == high);
}

static void sums_of_small_products_match_128_bits(void **state)
{
    (void)state;
    uint64_t seed = 1;
    ipsim_wide192 sum = {{0}};
    ipsim_wide128 expected = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t x = next_value(&seed) >> (i % 40 + 8), y = next_value(&seed) >> 8; /* |sum| stays below 10000 2^110 */
        ipsim_wide192_add_product(&sum, x, y);
        expected += (ipsim_wide128)x * y;
        uint64_t sign = expected < 0 ? UINT64_MAX : 0;
        assert_limbs(&sum, (uint64_t)(ipsim_wide_unsigned128)expected, (uint64_t)((ipsim_wide_unsigned128)expected >> 64), sign);
    }
}

static void extreme_products_carry_into_the_third_limb(void **state)
{
    (void)state;
    ipsim_wide192 sum = {{0}};
    for (int i = 0; i < 8; i++) {
        ipsim_wide192_add_product(&sum, INT64_MIN, INT64_MIN); /* 2^126 each */
    }
    assert_limbs(&sum, 0, 0, 2); /* 8 x 2^126 = 2^129 */
    assert_true(ipsim_wide192_to_double(&sum) == 0x1p129);
    for (int i = 0; i < 9; i++) {
        ipsim_wide192_add_product(&sum, INT64_MIN, INT64_MAX); /* -(2^126 - 2^63) each */
    }
    /* 2^129 - 9 2^126 + 9 2^63 = -2^126 + 2^66 + 2^63 */
    assert_limbs(&sum, 0x8000000000000000U, 0xC000000000000004U, UINT64_MAX);
    ipsim_wide192_add_product(&sum, INT64_MIN, INT64_MIN);
    assert_limbs(&sum, 0x8000000000000000U, 4, 0);
    ipsim_wide192_add_product(&sum, -1, 1);
    assert_limbs(&sum, 0x7FFFFFFFFFFFFFFFU, 4, 0);
}

static void merging_in_any_order_gives_the_same_bits(void **state)
{
    (void)state;
    enum { PARTS = 7 };
    sums parts[PARTS] = {0}, whole = {0};
    uint64_t seed = 2;
    for (int i = 0; i < 7000; i++) {
        int64_t x = next_value(&seed), y = next_value(&seed);
        add(&parts[i % PARTS], x, y);
        add(&whole, x, y);
    }
    sums forward = {0}, backward = {0};
    for (int p = 0; p < PARTS; p++) {
        ipsim_wide128_merge(&forward.x, parts[p].x);
        ipsim_wide192_merge(&forward.xy, &parts[p].xy);
        ipsim_wide128_merge(&backward.x, parts[PARTS - 1 - p].x);
        ipsim_wide192_merge(&backward.xy, &parts[PARTS - 1 - p].xy);
    }
    assert_true(forward.x == whole.x && backward.x == whole.x);
    assert_memory_equal(&forward.xy, &whole.xy, sizeof whole.xy);
    assert_memory_equal(&backward.xy, &whole.xy, sizeof whole.xy);
    ipsim_wide192_subtract(&forward.xy, &whole.xy);
    assert_limbs(&forward.xy, 0, 0, 0);
}

static void conversion_rounds_to_the_nearest_even_double(void **state)
{
    (void)state;
    const ipsim_wide128 one = 1;
    static const struct {
        uint64_t limb[3];
        double expected;
    } cases[] = {
        {{0, 0, 0}, 0.0},
        {{1, 0, 0}, 1.0},
        {{UINT64_MAX, UINT64_MAX, UINT64_MAX}, -1.0},
        {{0, 0, 0x8000000000000000U}, -0x1p191},
        {{UINT64_MAX, UINT64_MAX, 0x7FFFFFFFFFFFFFFFU}, 0x1p191},
        /* 2^117 + 2^64 is half way between two doubles and goes to the even one; one more goes up */
        {{0, 0x0020000000000001U, 0}, 0x1p117},
        {{1, 0x0020000000000001U, 0}, 0x1.0000000000001p117},
        {{0, 0x0020000000000003U, 0}, 0x1.0000000000002p117},
        {{UINT64_MAX, 0x0020000000000000U, 0}, 0x1p117},
        {{0, 0, 0x0020000000000001U}, 0x1p181},
        {{1, 0, 0x0020000000000001U}, 0x1.0000000000001p181}, /* the last bit of all decides */
        {{0xFFFFFFFFFFFFFFFFU, 0xFFDFFFFFFFFFFFFEU, UINT64_MAX}, -0x1.0000000000001p117},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_wide192 sum;
        memcpy(sum.limb, cases[i].limb, sizeof sum.limb);
        assert_true(ipsim_wide192_to_double(&sum) == cases[i].expected);
    }
    assert_true(ipsim_wide128_to_double(-(one << 100), 0x1p-20) == -0x1p80);
    assert_true(ipsim_wide128_to_double((one << 126) - 1 + (one << 126), 1.0) == 0x1p127);
    assert_true(ipsim_wide128_to_double(-(one << 126) - (one << 126), 1.0) == -0x1p127);
    uint64_t seed = 3;
    for (int i = 0; i < 1000; i++) { /* the compiler's own conversion rounds to the nearest even, too */
        ipsim_wide128 value = ((ipsim_wide128)next_value(&seed) * ((ipsim_wide128)1 << 63) + next_value(&seed)) >> (i % 120);
        assert_true(ipsim_wide128_to_double(value, 1.0) == (double)value);
    }
}

/* (sum (x - mean)(y - mean)) / (n (n - 1)), from the definition; exact in doubles for the values below. */
static double brute_force(const int *x, const int *y, int n)
{
    double mean_x = 0, mean_y = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        mean_x += x[i];
        mean_y += y[i];
    }
    mean_x /= n;
    mean_y /= n;
    for (int i = 0; i < n; i++) {
        sum += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return sum / n / (n - 1);
}

static void errors_of_means_match_the_definition(void **state)
{
    (void)state;
    static const int x[8] = {3, -1, 4, 1, -5, 9, -2, 7}, y[8] = {2, 7, -1, 8, 2, -8, 1, 5}; /* sums 16 and 16: means 2 and 2 */
    sums s = {0};
    int difference[8];
    for (int i = 0; i < 8; i++) {
        add(&s, x[i], y[i]);
        difference[i] = x[i] - y[i];
    }
    assert_true(ipsim_wide_variance_of_mean(&s.xx, s.x, 8) == brute_force(x, x, 8));
    assert_true(ipsim_wide_covariance_of_mean(&s.xy, s.x, s.y, 8) == brute_force(x, y, 8));
    assert_true(ipsim_wide_covariance_of_mean(&s.xy, s.x, s.y, 8) < 0);
    assert_true(ipsim_wide_variance_of_mean_difference(&s.xx, &s.xy, &s.yy, s.x, s.y, 8) == brute_force(difference, difference, 8));
    assert_true(ipsim_wide_variance_of_mean_difference(&s.xx, &s.xx, &s.xx, s.x, s.x, 8) == 0.0);
}

static void fewer_than_two_have_no_error(void **state)
{
    (void)state;
    sums s = {0};
    assert_true(isnan(ipsim_wide_variance_of_mean(&s.xx, s.x, 0)));
    add(&s, 5, 6);
    assert_true(isnan(ipsim_wide_variance_of_mean(&s.xx, s.x, 1)));
    assert_true(isnan(ipsim_wide_covariance_of_mean(&s.xy, s.x, s.y, 1)));
    assert_true(isnan(ipsim_wide_variance_of_mean_difference(&s.xx, &s.xy, &s.yy, s.x, s.y, 1)));
    add(&s, 7, 6);
    assert_true(ipsim_wide_variance_of_mean(&s.xx, s.x, 2) == 1.0); /* ((-1)^2 + 1^2) / (2 x 1) */
}

/* A large common value cancels to the last bit: x is 2^60 + 0, 1, 2, 3 and y is -2^62 + 2 x's small part. For 0, 1, 2, 3 the sum of
 * squares about the mean is 5, so the squared error is 5 / (4 x 3). */
static void a_large_common_value_cancels_exactly(void **state)
{
    (void)state;
    sums s = {0};
    for (int64_t i = 0; i < 4; i++) {
        add(&s, ((int64_t)1 << 60) + i, -((int64_t)1 << 62) + 2 * i);
    }
    assert_true(ipsim_wide_variance_of_mean(&s.xx, s.x, 4) == 5.0 / 12.0);
    assert_true(ipsim_wide_variance_of_mean(&s.yy, s.y, 4) == 20.0 / 12.0);
    assert_true(ipsim_wide_covariance_of_mean(&s.xy, s.x, s.y, 4) == 10.0 / 12.0);
    assert_true(ipsim_wide_variance_of_mean_difference(&s.xx, &s.xy, &s.yy, s.x, s.y, 4) == 5.0 / 12.0);
}

/* Half the values at each end: the deviations are +-(2^64 - 1) / 2, so the squared error is (2^64 - 1)^2 / 4 / (n - 1). */
static void the_ends_of_the_range_and_the_most_persons(void **state)
{
    (void)state;
    sums s = {0};
    add(&s, INT64_MIN, INT64_MAX);
    add(&s, INT64_MAX, INT64_MIN);
    assert_true(ipsim_wide_variance_of_mean(&s.xx, s.x, 2) == 0x1p126);
    assert_true(ipsim_wide_covariance_of_mean(&s.xy, s.x, s.y, 2) == -0x1p126);
    assert_true(ipsim_wide_variance_of_mean_difference(&s.xx, &s.xy, &s.yy, s.x, s.y, 2) == 0x1p128);
    while (s.n < IPSIM_WIDE_N_MAX) { /* the same persons again and again */
        s.x += s.x;
        s.y += s.y;
        ipsim_wide192_merge(&s.xx, &s.xx);
        ipsim_wide192_merge(&s.xy, &s.xy);
        s.n *= 2;
    }
    double expected = 0x1p126 / (0x1p40 - 1.0);
    assert_true(fabs(ipsim_wide_variance_of_mean(&s.xx, s.x, s.n) / expected - 1.0) < 4e-16);
    assert_true(fabs(ipsim_wide_covariance_of_mean(&s.xy, s.x, s.y, s.n) / expected + 1.0) < 4e-16);

    sums same = {0}; /* the largest sum there can be, without any spread */
    add(&same, INT64_MIN, INT64_MIN);
    while (same.n < IPSIM_WIDE_N_MAX) {
        same.x += same.x;
        ipsim_wide192_merge(&same.xx, &same.xx);
        same.n *= 2;
    }
    assert_true(same.x == -((ipsim_wide128)1 << 103));
    assert_limbs(&same.xx, 0, 0, (uint64_t)1 << 38); /* 2^40 2^126 = 2^166 */
    assert_true(ipsim_wide_variance_of_mean(&same.xx, same.x, same.n) == 0.0);
    ipsim_wide192_add_product(&same.xx, 1, 1); /* one unit of spread in 2^166 is seen: n / (n^2 (n - 1)) */
    assert_true(ipsim_wide_variance_of_mean(&same.xx, same.x, same.n) == 0x1p40 / 0x1p40 / 0x1p40 / (0x1p40 - 1.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_small_products_match_128_bits),    cmocka_unit_test(extreme_products_carry_into_the_third_limb),
        cmocka_unit_test(merging_in_any_order_gives_the_same_bits), cmocka_unit_test(conversion_rounds_to_the_nearest_even_double),
        cmocka_unit_test(errors_of_means_match_the_definition),     cmocka_unit_test(fewer_than_two_have_no_error),
        cmocka_unit_test(a_large_common_value_cancels_exactly),     cmocka_unit_test(the_ends_of_the_range_and_the_most_persons),
    };
    return cmocka_run_group_tests_name("base/wide", tests, NULL, NULL);
}
