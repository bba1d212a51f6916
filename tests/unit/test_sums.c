/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sums of a column of values, their squares and products with another: every level of vector instructions gives the integers that
 * 64-bit quanta and 128-bit products give, or says that a value is too large for it and adds nothing. */
#include <math.h>
#include <stdlib.h>

#include "account/tally.h"
#include "testlib.h"

enum { MOST = ACCOUNT_LANES_MAX };

static uint64_t random_state = 99;

static double uniform(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(random_state >> 11) * 0x1p-53;
}

static size_t levels(account_add_sums **out, const char **names)
{
    size_t n = 0;
    out[n] = ipsim_account_kernels_sse2.add_sums, names[n++] = "sse2";
    if (ipsim_simd_level() >= IPSIM_SIMD_AVX2)
        out[n] = ipsim_account_kernels_avx2.add_sums, names[n++] = "avx2";
    if (ipsim_simd_level() >= IPSIM_SIMD_AVX512)
        out[n] = ipsim_account_kernels_avx512.add_sums, names[n++] = "avx512";
    out[n] = ipsim_account_add_sums(ipsim_account_kernels()), names[n++] = "the best";
    return n;
}

static ipsim_wide128 squares_of(const int64_t *sums, size_t high, size_t middle, size_t low, int64_t times)
{
    ipsim_wide128 limb = (ipsim_wide128)ACCOUNT_LIMB;
    return sums[high] * limb * limb + (ipsim_wide128)sums[middle] * times * limb + sums[low];
}

/* size: of the largest value, in quanta. */
static void check(size_t n, double quantum, double size)
{
    account_add_sums *add[4];
    const char *names[4];
    double *x = ipsim_simd_alloc(MOST, sizeof *x), *y = ipsim_simd_alloc(MOST, sizeof *y);
    account_limbs limbs = {.high = ipsim_simd_alloc(MOST, sizeof(double)), .low = ipsim_simd_alloc(MOST, sizeof(double))};
    assert_true(x && y && limbs.high && limbs.low);
    ipsim_wide128 sum = 0, square = 0, product = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = (2.0 * uniform() - 1.0) * size * quantum;
        y[i] = i % 3 == 0 ? x[i] : (2.0 * uniform() - 1.0) * size * quantum;
        int64_t p = (int64_t)rint(x[i] / quantum), q = (int64_t)rint(y[i] / quantum);
        sum += q;
        square += (ipsim_wide128)q * q;
        product += (ipsim_wide128)p * q;
    }
    for (size_t k = 0; k < levels(add, names); k++) {
        int64_t first[ACCOUNT_N_SUMS] = {0}, sums[ACCOUNT_N_SUMS] = {0}, alone[ACCOUNT_N_SUMS] = {0};
        assert_true(add[k](n, quantum, x, NULL, &limbs, first));
        assert_true(add[k](n, quantum, y, &limbs, NULL, sums));
        assert_true(add[k](n, quantum, y, NULL, NULL, alone));
        if (sums[ACCOUNT_HIGH] * (ipsim_wide128)ACCOUNT_LIMB + sums[ACCOUNT_LOW] != sum ||
            squares_of(sums, ACCOUNT_HH, ACCOUNT_HL, ACCOUNT_LL, 2) != square ||
            squares_of(alone, ACCOUNT_HH, ACCOUNT_HL, ACCOUNT_LL, 2) != square ||
            squares_of(sums, ACCOUNT_CROSS_HH, ACCOUNT_CROSS_HL, ACCOUNT_CROSS_LL, 1) != product)
            fail_msg("%s: %zu values up to %g quanta of %g", names[k], n, size, quantum);
    }
    free(x);
    free(y);
    free(limbs.high);
    free(limbs.low);
}

static void every_level_gives_the_same_sums(void **state)
{
    (void)state;
    static const double quanta[] = {0x1p-32, 0x1p-16}, sizes[] = {0.4, 3.0, 1e6, 0x1p31, 0x1p43, 0x1p44 - 0x1p24};
    for (size_t q = 0; q < 2; q++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (size_t n = 8; n <= MOST; n += 31 * 8)
                check(n, quanta[q], sizes[s]);
    check(MOST, 0x1p-16, 1e9);
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    static const double sizes[] = {0x1p44, -0x1.1p44, 0x1p51, -0x1p51, 0x1p52, 1e300, INFINITY, -INFINITY, NAN};
    account_add_sums *add[4];
    const char *names[4];
    double *x = ipsim_simd_alloc(MOST, sizeof *x);
    assert_non_null(x);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t k = 0; k < levels(add, names); k++) {
            int64_t sums[ACCOUNT_N_SUMS] = {0};
            for (size_t i = 0; i < 16; i++)
                x[i] = i == 3 ? sizes[s] : 1.0;
            if (add[k](16, 1.0, x, NULL, NULL, sums))
                fail_msg("%s takes %g", names[k], sizes[s]);
            for (size_t i = 0; i < ACCOUNT_N_SUMS; i++)
                assert_int_equal(sums[i], 0);
        }
    free(x);
}

/* ---- products of differences ---- */

/* scales[c]: of column c; the first is replaced by `odd` in one lane unless that is 0. */
static bool add_product(const double *scales, double odd, ipsim_wide128 *sum, ipsim_wide128 *exact)
{
    static const double quantum[4] = {0x1p-16, 0x1p-16, 0x1p-32, 0x1p-32};
    double *c[4];
    int64_t high = 5, low = -7;
    *exact = 0;
    for (size_t k = 0; k < 4; k++)
        assert_non_null(c[k] = ipsim_simd_alloc(MOST, sizeof **c));
    for (size_t i = 0; i < MOST - 8; i++) {
        int64_t q[4];
        for (size_t k = 0; k < 4; k++) {
            double quanta = k == 0 && i == 11 && odd != 0.0 ? odd : (2.0 * uniform() - 1.0) * scales[k];
            c[k][i] = quanta * quantum[k];
            q[k] = fabs(quanta) < 0x1p50 ? (int64_t)rint(quanta) : 0;
        }
        *exact += (ipsim_wide128)(q[0] - q[1]) * (q[2] - q[3]);
    }
    account_differences d = {.x = c[0], .x0 = c[1], .y = c[2], .y0 = c[3], .quantum_x = quantum[0], .quantum_y = quantum[2]};
    bool fits = ipsim_account_add_product(ipsim_account_kernels())(MOST, &d, &high, &low);
    *sum = (ipsim_wide128)(high - 5) * ((int64_t)1 << 44) + (low + 7);
    for (size_t k = 0; k < 4; k++)
        free(c[k]);
    return fits;
}

static void products_of_differences_are_exact(void **state)
{
    (void)state;
    static const double scales[][4] = {{0.4, 3.0, 2.0, 0.6},        {1e6, 1e6, 3.0, 1e9},          {0x1p43, 0x1p43, 0x1p43, 0x1p43},
                                       {0x1p42, 0x1p43, 0.0, 1e12}, {0x1p44 - 1e6, 0.0, 1e3, 1e3}, {0.0, 0.0, 0x1p43, 1.0}};
    static const double odd[] = {0x1.01p44, -0x1.01p44, 0x1p51, -0x1p51, 0x1p52, 1e300, INFINITY, -INFINITY, NAN};
    ipsim_wide128 sum, exact;
    if (!ipsim_account_add_product(ipsim_account_kernels()))
        skip(); /* the processor has no such instruction */
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        assert_true(add_product(scales[s], 0.0, &sum, &exact));
        assert_true(sum == exact);
    }
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
        assert_false(add_product(scales[0], odd[k], &sum, &exact));
        assert_true(sum == 0);
    }
    /* values that fit, and differences that do not */
    assert_false(add_product((const double[]){0x1p44 - 1e6, 0x1p44 - 1e6, 1.0, 1.0}, 0.0, &sum, &exact));
    assert_false(add_product((const double[]){1.0, 1.0, 0x1p44 - 1e6, 0x1p44 - 1e6}, 0.0, &sum, &exact));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_level_gives_the_same_sums), cmocka_unit_test(what_is_too_large_is_refused),
                                       cmocka_unit_test(products_of_differences_are_exact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
