/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels of the log-normal law, far out and at the seams of its approximations too: the bits of maths/hazard.c. */
#include <math.h>

#include "engine/fast_laws.h"
#include "ipsim/stream.h"
#include "testlib.h"

static void check(const ipsim_hazard *law, const double *x, const double *target)
{
    fast_risk risk = {.risk = &(ipsim_risk){.laws = law}};
    int64_t unused[IPSIM_CHUNK] = {0};
    double at[IPSIM_CHUNK], when[IPSIM_CHUNK];
    cumulative(&risk, IPSIM_CHUNK, unused, x, at);
    inverses(&risk, IPSIM_CHUNK, unused, target, when);
    for (int i = 0; i < IPSIM_CHUNK; i++) {
        assert_same_bits(at[i], ipsim_hazard_cumulative(law, x[i]));
        assert_same_bits(when[i], ipsim_hazard_inverse(law, target[i]));
    }
}

static void log_normal_kernels_are_the_functions(void **state)
{
    static const double sds[] = {0.02, 0.8, 3.0, 40.0};
    (void)state;
    for (int k = 0; k < 4; k++) {
        ipsim_hazard law = {.family = IPSIM_LOG_NORMAL, .p = {1.5 * k - 1.0, sds[k]}};
        ipsim_error err;
        assert_ok(ipsim_hazard_init(&law, &err), &err);
        for (uint32_t round = 0; round < 200; round++) {
            double x[IPSIM_CHUNK], target[IPSIM_CHUNK];
            for (int i = 0; i < IPSIM_CHUNK; i++) {
                double u = ipsim_stream_uniform(1, round, i, 1, 0), v = ipsim_stream_uniform(1, round, i, 2, 0);
                x[i] = round % 3 == 0 ? pow(10.0, 40.0 * u - 20.0) : exp(law.p[0] + law.p[1] * (16.0 * u - 8.0));
                target[i] = round % 3 == 0 ? pow(10.0, 50.0 * v - 45.0) : -log(v);
            }
            x[3] = 0.0, x[5] = INFINITY, x[7] = -1.0, x[9] = exp(law.p[0]);
            target[3] = 0.0, target[5] = INFINITY, target[7] = 740.0, target[9] = 24.95, target[11] = 2.59, target[13] = 25.0;
            check(&law, x, target);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(log_normal_kernels_are_the_functions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
