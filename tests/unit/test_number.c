/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/number: our own digits are those that the C library would have printed. */
#include "../testlib.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/number.h"

/* The rule of number.h as a loop around the C library. */
static int by_library(double value, char text[IPSIM_REAL_TEXT_SIZE])
{
    for (int digits = 15;; digits++) {
        snprintf(text, IPSIM_REAL_TEXT_SIZE, "%.*g", digits, value);
        if (digits == 17 || strtod(text, NULL) == value) {
            return digits;
        }
    }
}

static void check(double value)
{
    char expected[IPSIM_REAL_TEXT_SIZE], text[IPSIM_REAL_TEXT_SIZE];
    int digits = by_library(value, expected);
    if (strcmp(ipsim_format_real(value, text), expected) != 0 || ipsim_real_digits(value) != digits) {
        fail_msg("%a: %s with %d digits, but the C library has %s with %d", value, text, ipsim_real_digits(value), expected, digits);
    }
}

static void check_around(double value)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        check(sign * value);
        check(sign * nextafter(value, 0));
        check(sign * nextafter(value, INFINITY));
        check(sign * nextafter(nextafter(value, INFINITY), INFINITY));
    }
}

/* xorshift64*, Vigna 2016; the numbers only need to be many and all over the place. */
static uint64_t next_bits(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static void powers_and_their_neighbours(void **state)
{
    (void)state;
    for (int e = -1070; e <= 1020; e++) {
        check_around(ldexp(1, e));
    }
    for (int e = -300; e <= 300; e++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", e);
        double power = strtod(text, NULL);
        for (int times = 1; times < 10; times++) {
            check_around(times * power);
        }
    }
    check(0);
    check(-0.0);
}

static void doubles_of_every_kind(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = next_bits(&random);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) {
            check(value);
        }
        check(ldexp((double)(bits >> 11), -53 - 32 + (int)(bits & 127))); /* about where our own digits are used */
    }
}

/* What people write, and sums of it: few digits, or 15 to 17 of them. */
static void decimals(void **state)
{
    (void)state;
    uint64_t random = 123456789;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = next_bits(&random);
        double whole = (double)(bits >> (bits & 63)), parts = pow(10, (double)(next_bits(&random) % 20));
        check(whole / parts);
        check((double)(bits % 100000) / 1000 + (double)(bits >> 50) / 100);
        check(rint(whole) * 0.1);
        check((double)(bits % 2000000) / 2 - 500000); /* half-way cases of fewer digits */
    }
    check(999999999999999.875); /* rounds to a power of ten */
    check(0.00099999999999999995);
    check(9.9999999999999995e-05);
    check(1234567890123456.5);
    check(100000000000000.5);
    check(562949953421312.0625);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_and_their_neighbours),
        cmocka_unit_test(doubles_of_every_kind),
        cmocka_unit_test(decimals),
    };
    return cmocka_run_group_tests_name("base/number", tests, NULL, NULL);
}
