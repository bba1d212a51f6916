/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The in-tree log, exp and relatives: against the C library, at the edges, and against hashes that every build must reproduce. */
#include <math.h>
#include <stdlib.h>

#include "maths/elementary.h"
#include "testlib.h"

enum { N_ACCURACY = 500000, N_HASH = 100000 };

/* SplitMix64 (Steele, Lea and Flood 2014): test inputs that do not depend on the module under test. */
static uint64_t next_bits(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state, double from, double to)
{
    return from + (to - from) * ((double)(next_bits(state) >> 11) * 0x1p-53);
}

/* Any normal positive double, every exponent equally likely. */
static double any_positive(uint64_t *state)
{
    uint64_t bits = next_bits(state);
    return ipsim_double_from_bits((bits & UINT64_C(0x000fffffffffffff)) | ((bits >> 53) % 2046 + 1) << 52);
}

/* How many doubles lie between two of the same sign. */
static int64_t ulps_between(double a, double b)
{
    return llabs((int64_t)ipsim_double_to_bits(a) - (int64_t)ipsim_double_to_bits(b));
}

static void expect_ulps(const char *what, double x, double actual, double expected, int64_t limit)
{
    if (actual != expected && !(signbit(actual) == signbit(expected) && ulps_between(actual, expected) <= limit)) {
        fail_msg("%s(%.17g) is %.17g, the C library says %.17g, more than %d ulp away", what, x, actual, expected, (int)limit);
    }
}

/* The C library's own error is below 1 ulp, so 2 ulp between the two leave room for about 1 of ours. */
static void test_log_agrees_with_libm(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (int i = 0; i < N_ACCURACY; i++) {
        double x = any_positive(&random);
        expect_ulps("log", x, ipsim_log(x), log(x), 2);
        expect_ulps("log_core", x, ipsim_log_core(x), log(x), 2);
        x = uniform(&random, 0.0, 1.0);
        expect_ulps("log", x, ipsim_log(x), log(x), 2);
        x = uniform(&random, 0.7, 1.5);
        expect_ulps("log", x, ipsim_log(x), log(x), 2);
        x = 1.0 + uniform(&random, -1e-9, 1e-9);
        expect_ulps("log", x, ipsim_log(x), log(x), 2);
        x = any_positive(&random) * 0x1p-1022; /* mostly 0, else subnormal or small */
        expect_ulps("log", x, ipsim_log(x), log(x), 2);
    }
}

static void test_exp_agrees_with_libm(void **state)
{
    uint64_t random = 2;
    (void)state;
    for (int i = 0; i < N_ACCURACY; i++) {
        double x = uniform(&random, -1.0, 1.0);
        expect_ulps("exp", x, ipsim_exp(x), exp(x), 2);
        x = uniform(&random, -40.0, 40.0);
        expect_ulps("exp", x, ipsim_exp(x), exp(x), 2);
        x = uniform(&random, -750.0, 710.0);
        expect_ulps("exp", x, ipsim_exp(x), exp(x), 2);
        x = uniform(&random, -708.0, 709.0);
        expect_ulps("exp_core", x, ipsim_exp_core(x), exp(x), 2);
    }
}

static void test_log1p_and_expm1_agree_with_libm(void **state)
{
    uint64_t random = 3;
    (void)state;
    for (int i = 0; i < N_ACCURACY; i++) {
        double sign = next_bits(&random) & 1 ? -1.0 : 1.0;
        double x = uniform(&random, -0.9999, 3.0);
        expect_ulps("log1p", x, ipsim_log1p(x), log1p(x), 2);
        x = sign * exp2(uniform(&random, -1000.0, -0.001));
        expect_ulps("log1p", x, ipsim_log1p(x), log1p(x), 2);
        x = any_positive(&random);
        expect_ulps("log1p", x, ipsim_log1p(x), log1p(x), 2);
        x = uniform(&random, -3.0, 3.0);
        expect_ulps("expm1", x, ipsim_expm1(x), expm1(x), 2);
        x = sign * exp2(uniform(&random, -1000.0, 9.47));
        expect_ulps("expm1", x, ipsim_expm1(x), expm1(x), 2);
    }
}

/* The relative error of exp(a log x) is about |a log x| half-ulps of 1, plus the two functions' own. */
static void test_pow_agrees_with_libm(void **state)
{
    uint64_t random = 4;
    (void)state;
    for (int i = 0; i < N_ACCURACY; i++) {
        double x = exp2(uniform(&random, -20.0, 20.0));
        double a = uniform(&random, -5.0, 5.0);
        double expected = pow(x, a);
        assert_relative(ipsim_pow_positive(x, a), expected, (2.0 + 2.0 * fabs(a * log(x))) * 0x1p-53);
    }
}

static void test_edges(void **state)
{
    (void)state;
    assert_same_bits(ipsim_log(1.0), 0.0);
    assert_same_bits(ipsim_log(0.0), -INFINITY);
    assert_same_bits(ipsim_log(-0.0), -INFINITY);
    assert_same_bits(ipsim_log(INFINITY), INFINITY);
    assert_true(isnan(ipsim_log(-1e-300)) && isnan(ipsim_log(-INFINITY)) && isnan(ipsim_log(NAN)));
    expect_ulps("log", 0x1p-1074, ipsim_log(0x1p-1074), log(0x1p-1074), 1);
    expect_ulps("log", DBL_MIN, ipsim_log(DBL_MIN), log(DBL_MIN), 1);
    expect_ulps("log", DBL_MAX, ipsim_log(DBL_MAX), log(DBL_MAX), 1);

    assert_same_bits(ipsim_exp(0.0), 1.0);
    assert_same_bits(ipsim_exp(-0.0), 1.0);
    assert_same_bits(ipsim_exp(INFINITY), INFINITY);
    assert_same_bits(ipsim_exp(-INFINITY), 0.0);
    assert_true(isnan(ipsim_exp(NAN)));
    assert_same_bits(ipsim_exp(709.79), INFINITY); /* log(DBL_MAX) = 709.7827 */
    assert_same_bits(ipsim_exp(1e300), INFINITY);
    assert_same_bits(ipsim_exp(-745.2), 0.0); /* half the smallest subnormal is exp(-745.13) */
    assert_same_bits(ipsim_exp(-1e300), 0.0);
    assert_true(ipsim_exp(709.782) < INFINITY && ipsim_exp(-745.1) > 0.0);

    assert_same_bits(ipsim_log1p(-1.0), -INFINITY);
    assert_same_bits(ipsim_log1p(INFINITY), INFINITY);
    assert_same_bits(ipsim_log1p(0.0), 0.0);
    assert_same_bits(ipsim_log1p(1e-320), 1e-320);
    assert_true(isnan(ipsim_log1p(-1.1)) && isnan(ipsim_log1p(NAN)));

    assert_same_bits(ipsim_expm1(0.0), 0.0);
    assert_same_bits(ipsim_expm1(-INFINITY), -1.0);
    assert_same_bits(ipsim_expm1(INFINITY), INFINITY);
    assert_same_bits(ipsim_expm1(1e-320), 1e-320);
    assert_true(isnan(ipsim_expm1(NAN)));

    assert_same_bits(ipsim_pow_positive(0.0, 0.0), 1.0);
    assert_same_bits(ipsim_pow_positive(0.0, 2.5), 0.0);
    assert_same_bits(ipsim_pow_positive(0.0, -2.5), INFINITY);
    assert_same_bits(ipsim_pow_positive(INFINITY, 0.5), INFINITY);
    assert_same_bits(ipsim_pow_positive(INFINITY, -0.5), 0.0);
    assert_same_bits(ipsim_pow_positive(1.0, 123.456), 1.0);
}

/* A sampled value must never move the wrong way when its uniform moves: log and exp do not decrease between neighbours. */
static void test_monotone_between_neighbours(void **state)
{
    uint64_t random = 5;
    (void)state;
    for (int i = 0; i < N_ACCURACY; i++) {
        double x = uniform(&random, 0.0, 2.0);
        double y = uniform(&random, -40.0, 2.0);
        assert_true(ipsim_log(nextafter(x, 4.0)) >= ipsim_log(x));
        assert_true(ipsim_exp(nextafter(y, 4.0)) >= ipsim_exp(y));
    }
}

/* ---- the same bits everywhere ---- */

static double inputs[5][N_HASH];
static double outputs[5][N_HASH];

/* Every operation here is exact or rounded once by IEEE rules, so the inputs are the same on every machine. */
static void make_inputs(void)
{
    uint64_t random = 6;
    for (int i = 0; i < N_HASH; i++) {
        inputs[0][i] = i % 2 ? any_positive(&random) : uniform(&random, 0.0, 1.0);
        inputs[1][i] = i % 2 ? uniform(&random, -746.0, 710.0) : uniform(&random, -4.0, 4.0);
        inputs[2][i] = i % 2 ? uniform(&random, -1.0, 1.0) * 0.95 : uniform(&random, -0x1p-20, 0x1p-20);
        inputs[3][i] = i % 2 ? uniform(&random, -64.0, 64.0) : uniform(&random, -0x1p-20, 0x1p-20);
        inputs[4][i] = i % 2 ? uniform(&random, 0.0, 4.0) : uniform(&random, 0.0, 1024.0);
    }
}

static uint64_t hash(const double *values)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a, a word at a time */
    for (int i = 0; i < N_HASH; i++) {
        h = (h ^ ipsim_double_to_bits(values[i])) * UINT64_C(1099511628211);
    }
    return h;
}

static void check_hashes(const char *variant)
{
    static const struct {
        const char *name;
        uint64_t hash;
    } expected[5] = {{"log", UINT64_C(0x439383a010ca7b70)},
                     {"exp", UINT64_C(0xedb3082976ab39e8)},
                     {"log1p", UINT64_C(0x161b9355ffd7a7fa)},
                     {"expm1", UINT64_C(0x3a7172d20207db8f)},
                     {"pow_positive", UINT64_C(0x34e1364383ccfdc0)}};
    for (int i = 0; i < 5; i++) {
        uint64_t actual = hash(outputs[i]);
        if (actual != expected[i].hash) {
            fail_msg("%s, %s: hash 0x%016llx, expected 0x%016llx", expected[i].name, variant, (unsigned long long)actual,
                     (unsigned long long)expected[i].hash);
        }
    }
}

/* The same loops for several processors: where the compiler makes vectors of them, the vectors must give the same bits. clang does so
 * unasked, and takes the pragma for an error where it cannot (-O0, sanitizers). */
#ifdef __clang__
#define VECTORS
#else
#define VECTORS _Pragma("omp simd")
#endif
#define FILL_OUTPUTS(name, attribute)                               \
    attribute static void name(void)                                \
    {                                                               \
        VECTORS for (int i = 0; i < N_HASH; i++)                    \
        {                                                           \
            outputs[0][i] = ipsim_log(inputs[0][i]);                \
        }                                                           \
        VECTORS for (int i = 0; i < N_HASH; i++)                    \
        {                                                           \
            outputs[1][i] = ipsim_exp(inputs[1][i]);                \
        }                                                           \
        VECTORS for (int i = 0; i < N_HASH; i++)                    \
        {                                                           \
            outputs[2][i] = ipsim_log1p(inputs[2][i]);              \
        }                                                           \
        VECTORS for (int i = 0; i < N_HASH; i++)                    \
        {                                                           \
            outputs[3][i] = ipsim_expm1(inputs[3][i]);              \
        }                                                           \
        VECTORS for (int i = 0; i < N_HASH; i++)                    \
        {                                                           \
            outputs[4][i] = ipsim_pow_positive(inputs[4][i], 1.25); \
        }                                                           \
    }

FILL_OUTPUTS(fill_baseline, )
FILL_OUTPUTS(fill_avx2, __attribute__((target("avx2,fma"))))
FILL_OUTPUTS(fill_avx512, __attribute__((target("avx512f,avx512dq,avx512vl,fma"))))

static void test_same_bits_in_every_build(void **state)
{
    (void)state;
    make_inputs();
    for (int i = 0; i < N_HASH; i++) {
        volatile double x; /* one at a time, so that nothing is vectorised */
        x = ipsim_log(inputs[0][i]), outputs[0][i] = x;
        x = ipsim_exp(inputs[1][i]), outputs[1][i] = x;
        x = ipsim_log1p(inputs[2][i]), outputs[2][i] = x;
        x = ipsim_expm1(inputs[3][i]), outputs[3][i] = x;
        x = ipsim_pow_positive(inputs[4][i], 1.25), outputs[4][i] = x;
    }
    check_hashes("one at a time");
    fill_baseline();
    check_hashes("baseline loop");
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        fill_avx2();
        check_hashes("AVX2 loop");
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        fill_avx512();
        check_hashes("AVX-512 loop");
    }
}

/* Where both are defined, the versions without selections give the same bits as the full ones. */
static void test_core_versions_are_the_same(void **state)
{
    uint64_t random = 7;
    (void)state;
    for (int i = 0; i < N_ACCURACY; i++) {
        double x = any_positive(&random);
        double y = uniform(&random, -708.0, 709.0);
        assert_same_bits(ipsim_log_core(x), ipsim_log(x));
        assert_same_bits(ipsim_exp_core(y), ipsim_exp(y));
        double near = uniform(&random, -0.5, 1.0), small = uniform(&random, -60.0, 60.0);
        assert_same_bits(ipsim_log1p_core(near), ipsim_log1p(near));
        assert_same_bits(ipsim_log1p_core(near * 0x1p-40), ipsim_log1p(near * 0x1p-40));
        assert_same_bits(ipsim_expm1_core(small), ipsim_expm1(small));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_agrees_with_libm),
        cmocka_unit_test(test_exp_agrees_with_libm),
        cmocka_unit_test(test_log1p_and_expm1_agree_with_libm),
        cmocka_unit_test(test_pow_agrees_with_libm),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_monotone_between_neighbours),
        cmocka_unit_test(test_same_bits_in_every_build),
        cmocka_unit_test(test_core_versions_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
