/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams: known answers of Philox, the layout of the counter, bounds, distribution, and independence between keys. The statistical
 * cases use fixed seeds; each states the probability with which a correct generator would fail it for a random seed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "ipsim/stream.h"
#include "testlib.h"

static const uint64_t seed = UINT64_C(20250131);

/* ---- known answers ---- */

/* Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds: counter words, key words, first two output words. The counter word 1
 * holds count << 8 | person >> 32, so it is split into the two. */
static void test_known_answers(void **state)
{
    (void)state;
    /* 00000000 00000000 00000000 00000000 / 00000000 00000000 -> 6627e8d5 e169c58d bc57ac4c 9b00dbd8 */
    assert_int_equal(ipsim_stream_bits(0, 0, 0, 0, 0), UINT64_C(0xe169c58d6627e8d5));
    /* all ones -> 408f276d 41c83b0e a20bc7c6 6d5451fd */
    assert_int_equal(ipsim_stream_bits(UINT64_MAX, UINT32_MAX, IPSIM_PERSON_LIMIT - 1, UINT32_MAX, IPSIM_COUNT_LIMIT - 1),
                     UINT64_C(0x41c83b0e408f276d));
    /* digits of pi: 243f6a88 85a308d3 13198a2e 03707344 / a4093822 299f31d0 -> d16cfe09 94fdcceb 5001e420 24126ea1 */
    assert_int_equal(ipsim_stream_bits(UINT64_C(0x299f31d0a4093822), 0x03707344, INT64_C(0xd3243f6a88), 0x13198a2e, 0x85a308),
                     UINT64_C(0x94fdccebd16cfe09));
}

/* FNV-1a with 32 bits over the purpose byte and the name: offset basis 2166136261, prime 16777619. The values were computed from that
 * definition in Python. */
static void test_stream_keys(void **state)
{
    (void)state;
    assert_int_equal(ipsim_stream_key(IPSIM_PURPOSE_BUDGET, ""), UINT32_C(0x040c5b8c));
    assert_int_equal(ipsim_stream_key(IPSIM_PURPOSE_BUDGET, "death"), UINT32_C(0x472e58ee));
    assert_int_equal(ipsim_stream_key(IPSIM_PURPOSE_ATTRIBUTE, "death"), UINT32_C(0x233b64cd));
    assert_int_equal(ipsim_stream_key(IPSIM_PURPOSE_PARAMETER, "job_finding\xc3\xb8"), UINT32_C(0x14e634f7));
}

static void test_every_argument_counts(void **state)
{
    const uint64_t base = ipsim_stream_bits(1, 2, 3, 4, 5);
    (void)state;
    assert_int_equal(base, ipsim_stream_bits(1, 2, 3, 4, 5));
    assert_int_not_equal(base, ipsim_stream_bits(2, 2, 3, 4, 5));
    assert_int_not_equal(base, ipsim_stream_bits(1 | UINT64_C(1) << 32, 2, 3, 4, 5));
    assert_int_not_equal(base, ipsim_stream_bits(1, 3, 3, 4, 5));
    assert_int_not_equal(base, ipsim_stream_bits(1, 2, 4, 4, 5));
    assert_int_not_equal(base, ipsim_stream_bits(1, 2, 3 | INT64_C(1) << 32, 4, 5));
    assert_int_not_equal(base, ipsim_stream_bits(1, 2, 3, 5, 5));
    assert_int_not_equal(base, ipsim_stream_bits(1, 2, 3, 4, 6));
    /* person 2^32 at count 0 and person 0 at count 1 stand in the same word, one bit apart */
    assert_int_not_equal(ipsim_stream_bits(1, 2, INT64_C(1) << 32, 4, 0), ipsim_stream_bits(1, 2, 0, 4, 1));
}

/* The uniform and the exponential are the same bits read in another way. */
static void test_uniform_and_exponential_come_from_the_bits(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        double u = ((double)(ipsim_stream_bits(seed, 1, 2, 3, i) >> 12) + 0.5) / 4503599627370496.0;
        assert_same_bits(ipsim_stream_uniform(seed, 1, 2, 3, i), u);
        assert_relative(ipsim_stream_exponential(seed, 1, 2, 3, i), -log(u), 1e-15);
        assert_true(u > 0.0 && u < 1.0);
    }
}

/* ---- samples against their distributions ---- */

enum { N = 200000 };
static double sample[N];

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Anderson and Darling's A^2 of a sample that should be uniform. For large samples P(A^2 > 6) is 1e-3 and P(A^2 > 8) about 1e-4
 * (Marsaglia and Marsaglia 2004). */
static double anderson_darling(double *u, size_t n)
{
    double sum = 0.0;
    qsort(u, n, sizeof u[0], compare);
    for (size_t i = 0; i < n; i++) {
        sum += (2.0 * (double)i + 1.0) * (log(u[i]) + log1p(-u[n - 1 - i]));
    }
    return -(double)n - sum / (double)n;
}

/* A correct generator fails each of the five with probability 1e-4. */
static void test_uniform_across_each_part_of_the_key(void **state)
{
    const uint32_t key = ipsim_stream_key(IPSIM_PURPOSE_BUDGET, "job_finding");
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        sample[i] = ipsim_stream_uniform(seed, 0, i, key, 0);
    }
    assert_true(anderson_darling(sample, N) < 8.0);
    for (uint32_t i = 0; i < N; i++) {
        sample[i] = ipsim_stream_uniform(seed, 0, 7, key, i);
    }
    assert_true(anderson_darling(sample, N) < 8.0);
    for (uint32_t i = 0; i < N; i++) {
        sample[i] = ipsim_stream_uniform(seed, i, 7, key, 0);
    }
    assert_true(anderson_darling(sample, N) < 8.0);
    for (uint32_t i = 0; i < N; i++) {
        sample[i] = ipsim_stream_uniform(seed + i, 0, 7, key, 0);
    }
    assert_true(anderson_darling(sample, N) < 8.0);
    for (uint32_t i = 0; i < N; i++) {
        sample[i] = exp(-ipsim_stream_exponential(seed, 0, i, key, 1));
    }
    assert_true(anderson_darling(sample, N) < 8.0);
}

/* Moments of the unit exponential: mean 1 (variance 1), variance 1 (variance of its estimate 8 / N), E x^3 = 6 (variance 720 - 36). A
 * correct generator fails one of the three |z| < 4.5 with probability 2e-5. */
static void test_moments_of_the_exponential(void **state)
{
    double first = 0.0, second = 0.0, third = 0.0;
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        double x = ipsim_stream_exponential(seed, 3, i, 11, 2);
        first += x;
        second += (x - 1.0) * (x - 1.0);
        third += x * x * x;
    }
    assert_z(first / N, 1.0, 1.0 / sqrt(N), 4.5);
    assert_z(second / N, 1.0, sqrt(8.0 / N), 4.5);
    assert_z(third / N, 6.0, sqrt(684.0 / N), 4.5);
}

/* Neighbouring draws in every direction of the key: the correlation of uniforms has standard error 1 / sqrt(N). Eight comparisons with
 * |z| < 4.5: a correct generator fails with probability 5e-5. */
static void test_independent_across_keys(void **state)
{
    static const char *const names[8] = {"next person",    "person + 2^32", "next count",  "next stream",
                                         "next replicate", "next seed",     "seed + 2^32", "count and person"};
    const uint32_t key = ipsim_stream_key(IPSIM_PURPOSE_BUDGET, "death");
    double products[8] = {0};
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        double u = ipsim_stream_uniform(seed, 0, i, key, 0) - 0.5;
        const double others[8] = {ipsim_stream_uniform(seed, 0, (int64_t)i + 1, key, 0),
                                  ipsim_stream_uniform(seed, 0, i | INT64_C(1) << 32, key, 0),
                                  ipsim_stream_uniform(seed, 0, i, key, 1),
                                  ipsim_stream_uniform(seed, 0, i, key + 1, 0),
                                  ipsim_stream_uniform(seed, 1, i, key, 0),
                                  ipsim_stream_uniform(seed + 1, 0, i, key, 0),
                                  ipsim_stream_uniform(seed + (UINT64_C(1) << 32), 0, i, key, 0),
                                  ipsim_stream_uniform(seed, 0, (int64_t)i + 1, key, 1)};
        for (int j = 0; j < 8; j++) {
            products[j] += 12.0 * u * (others[j] - 0.5);
        }
    }
    for (int j = 0; j < 8; j++) {
        if (!(fabs(products[j]) / sqrt(N) < 4.5)) {
            fail_msg("%s: correlation %.5f, standard error %.5f", names[j], products[j] / N, 1.0 / sqrt(N));
        }
    }
}

/* Two consecutive counts of one person on a 32 x 32 grid: chi-square with 1023 degrees of freedom. Probability of failing 1e-4. */
static void test_pairs_fill_the_square(void **state)
{
    static unsigned cells[32][32];
    double chi_square = 0.0;
    const double expected = N / 1024.0;
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        double u = ipsim_stream_uniform(seed, 0, i, 99, 0);
        double v = ipsim_stream_uniform(seed, 0, i, 99, 1);
        cells[(int)(u * 32.0)][(int)(v * 32.0)]++;
    }
    for (int i = 0; i < 1024; i++) {
        double difference = cells[i / 32][i % 32] - expected;
        chi_square += difference * difference / expected;
    }
    assert_true(chi_square < gsl_cdf_chisq_Pinv(1.0 - 1e-4, 1023.0));
    assert_true(chi_square > gsl_cdf_chisq_Pinv(1e-4, 1023.0)); /* too even would be wrong as well */
}

/* Each of the 64 bits is set half of the time: |z| < 5 for all fails with probability 4e-5. */
static void test_every_bit_is_fair(void **state)
{
    unsigned ones[64] = {0};
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        uint64_t bits = ipsim_stream_bits(seed, 0, i, 5, 0);
        for (int j = 0; j < 64; j++) {
            ones[j] += (unsigned)(bits >> j & 1);
        }
    }
    for (int j = 0; j < 64; j++) {
        assert_z(ones[j], N / 2.0, sqrt(N) / 2.0, 5.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_stream_keys),
        cmocka_unit_test(test_every_argument_counts),
        cmocka_unit_test(test_uniform_and_exponential_come_from_the_bits),
        cmocka_unit_test(test_uniform_across_each_part_of_the_key),
        cmocka_unit_test(test_moments_of_the_exponential),
        cmocka_unit_test(test_independent_across_keys),
        cmocka_unit_test(test_pairs_fill_the_square),
        cmocka_unit_test(test_every_bit_is_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
