/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of parameter draws share: scenarios with nothing but parameters, all draws of them, and their moments. */
#ifndef IPSIM_DRAWLIB_H
#define IPSIM_DRAWLIB_H

#include <stdio.h>

#include "experiment/psa_draws.h"
#include "simlib.h"

#define REST "simulation: { persons = 10; seed = 3; horizon_years = 1.0; }; states: { A: {}; }; start_state = \"A\";"

typedef struct drawn {
    ipsim_scenario **scenarios;
    size_t n;
    experiment *e;
    vary *v;
    psa_draws *d;
    double *values; /* [draw * n_quantities + quantity] */
} drawn;

static inline ipsim_status try_draw(drawn *x, const char *const *texts, size_t n, ipsim_psa_options options, uint64_t seed,
                                    ipsim_error_list *errors)
{
    *x = (drawn){.n = n, .scenarios = calloc(n, sizeof(ipsim_scenario *))};
    for (size_t i = 0; i < n; i++) {
        char name[32], text[20000];
        snprintf(name, sizeof name, "arm%zu", i);
        snprintf(text, sizeof text, "name = \"%s\"; %s %s", name, texts[i], REST);
        x->scenarios[i] = testlib_load(testlib_write(name, text));
    }
    assert_no_errors(ipsim_experiment_create((const ipsim_scenario *const *)x->scenarios, n, &x->e, errors), errors);
    assert_no_errors(ipsim_vary_create(x->e, &x->v, errors), errors);
    return ipsim_psa_draws_create(x->v, &options, seed, &x->d, errors);
}

static inline drawn draw_all(const char *const *texts, size_t n, ipsim_psa_options options)
{
    drawn x;
    ipsim_error_list errors = {0};
    assert_no_errors(try_draw(&x, texts, n, options, 3, &errors), &errors);
    x.values = calloc((size_t)x.d->n * x.v->n_quantities, sizeof *x.values);
    for (int64_t i = 0; i < x.d->n; i++)
        ipsim_psa_draws_values(x.d, i, x.values + (size_t)i * x.v->n_quantities);
    return x;
}

static inline drawn draw_one(const char *text, int64_t n_draws, ipsim_design design)
{
    return draw_all(&text, 1, (ipsim_psa_options){.n_draws = n_draws, .design = design});
}

static inline void close_drawn(drawn *x)
{
    ipsim_psa_draws_free(x->d);
    ipsim_vary_free(x->v);
    ipsim_experiment_free(x->e);
    for (size_t i = 0; i < x->n; i++)
        ipsim_scenario_free(x->scenarios[i]);
    free(x->scenarios);
    free(x->values);
}

static inline double value_of(const drawn *x, int64_t draw, const char *label)
{
    size_t q = ipsim_vary_find(x->v, label);
    assert_true(q < x->v->n_quantities);
    return x->values[(size_t)draw * x->v->n_quantities + q];
}

static inline double mean_of(const drawn *x, const char *label)
{
    double sum = 0.0;
    for (int64_t i = 0; i < x->d->n; i++)
        sum += value_of(x, i, label);
    return sum / (double)x->d->n;
}

static inline double covariance_of(const drawn *x, const char *a, const char *b)
{
    double sum = 0.0, mean_a = mean_of(x, a), mean_b = mean_of(x, b);
    for (int64_t i = 0; i < x->d->n; i++)
        sum += (value_of(x, i, a) - mean_a) * (value_of(x, i, b) - mean_b);
    return sum / (double)(x->d->n - 1);
}

static inline char *many_uniforms(int n)
{
    static char text[20000];
    size_t used = (size_t)snprintf(text, sizeof text, "parameters: {");
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 " u%d = { value = 0.5; distribution: { family = \"uniform\"; min = 0; max = 1; }; };", i);
    snprintf(text + used, sizeof text - used, " };");
    return text;
}

#endif
