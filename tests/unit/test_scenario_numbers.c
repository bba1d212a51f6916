/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions, and evaluating a loaded scenario again with other parameter values. */
#include "testlib.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char rest[] =
    "simulation: { horizon_years = 10; };\nstates: { well: {}; ill: {}; dead: { role = \"dead\"; }; };\nstart_state = \"well\";\n"
    "transitions: { falling: { from = \"well\"; to = \"ill\"; hazard: { family = \"exponential\"; rate = \"r\"; }; };\n"
    "  dying: { from = [\"well\", \"ill\"]; to = \"dead\"; stream = \"death\"; hazard: { family = \"piecewise\"; breaks = [\"b\", 5]; "
    "rates = [\"r / 2\", \"r\", 1]; }; }; };\n"
    "attributes: { sex: { levels = [\"m\", \"f\"]; probabilities = [\"1 - p\", \"p\"]; }; };\n";

static ipsim_scenario *load_with_parameters(const char *parameters)
{
    char text[4000];
    snprintf(text, sizeof text, "parameters: { r = 0.1; b = 2; p = 0.4; %s };\n%s", parameters, rest);
    return testlib_load_text(text);
}

static double value_of(const char *expression)
{
    char parameters[1200];
    snprintf(parameters, sizeof parameters, "x = \"%s\";", expression);
    ipsim_scenario *s = load_with_parameters(parameters);
    double value = s->parameters[3].value.value;
    assert_string_equal(s->parameters[3].value.expression, expression);
    ipsim_scenario_free(s);
    return value;
}

static void arithmetic(void **state)
{
    (void)state;
    assert_close(value_of("2 + 3 * 4"), 14, 0);
    assert_close(value_of("(2 + 3) * 4"), 20, 0);
    assert_close(value_of("7 // 2"), 3, 0);
    assert_close(value_of("7 % 4"), 3, 0);
    assert_close(value_of("1/4"), 0.25, 0); /* whole numbers divide as reals */
    assert_close(value_of("2 - -3"), 5, 0);
    assert_close(value_of("2--3"), 5, 0); /* which Lua would read as a comment */
    assert_close(value_of("- - 3"), 3, 0);
    assert_close(value_of("9223372036854775807 + 1"), 9223372036854775808.0, 0); /* no integers that wrap */
    assert_close(value_of("1.5e3 + .5 + 2."), 1502.5, 0);
    assert_close(value_of("r > 0.05 and 3 or 4"), 3, 0);
    assert_close(value_of("not (r > 0.05) and 3 or 4"), 4, 0);
    assert_close(value_of("b == 2 and r ~= 3 and r <= 1 and 2 >= b and 1 or 0"), 1, 0);
}

static void zero_has_no_sign(void **state)
{
    (void)state;
    assert_false(signbit(value_of("-0.0")));
    assert_false(signbit(value_of("0 * -1")));
    ipsim_scenario *s = load_with_parameters("x = -0.0;");
    assert_false(signbit(s->parameters[3].value.value));
    const double drawn[] = {-0.0, 2, 0.4, -0.0};
    ipsim_error_list errors = {0};
    assert_no_errors(ipsim_scenario_evaluate(s, drawn, &errors), &errors);
    assert_false(signbit(s->parameters[0].value.value));
    ipsim_scenario_free(s);
}

static void powers(void **state)
{
    (void)state;
    assert_close(value_of("10^3"), 1000, 0);
    assert_close(value_of("2^-1"), 0.5, 0);
    assert_close(value_of("-2^2"), -4, 0);    /* binds more than the sign */
    assert_close(value_of("2^3^2"), 512, 0);  /* from the right */
    assert_close(value_of("2^-1^2"), 0.5, 0); /* 2^(-(1^2)) */
    assert_close(value_of("2 * 3^2 + 1"), 19, 0);
    assert_close(value_of("(1 + r)^b"), 1.1 * 1.1, 1e-15);
    assert_close(value_of("max(1, 2)^2"), 4, 0);
    assert_close(value_of("4^0.5"), 2, 0);
    assert_close(value_of("0^0.3"), 0, 0);
    assert_relative(value_of("1.04^(1/12)"), 1.0032737397821989, 2e-16); /* the twelfth root of 1.04 */
    assert_relative(value_of("3.7^12.5"), 12662561.009188282, 1e-14);    /* exp(12.5 ln 3.7) in 40 decimal digits */
}

static void functions(void **state)
{
    (void)state;
    assert_relative(value_of("log(0.6)"), -0.51082562376599068, 2e-16);
    assert_relative(value_of("exp(1)"), 2.7182818284590452, 3e-16);
    assert_close(value_of("log ( exp ( 2 ) )"), 2, 1e-15);
    assert_close(value_of("sqrt(16) + abs(-2) + floor(-1.5) + ceil(1.2)"), 4 + 2 - 2 + 2, 0);
    assert_close(value_of("min(3, r, 7) + max(1, 2, b)"), 2.1, 1e-15);
    assert_relative(value_of("pi"), 3.1415926535897932, 0);
    assert_close(value_of("-log(1 - p) * b"), 2 * 0.51082562376599068, 1e-15);
}

/* ---- order of evaluation ---- */
static void parameters_in_any_order(void **state)
{
    (void)state;
    ipsim_scenario *s = load_with_parameters("d = \"c + 1\"; c = \"a * 2\"; a = \"r + 1\"; e = \"d + c + a\";");
    assert_close(s->parameters[3].value.value, 3.2, 1e-15);
    assert_close(s->parameters[6].value.value, 3.2 + 2.2 + 1.1, 1e-15);
    ipsim_scenario_free(s);
}

static const char *chain(int length)
{
    static char text[5000 * 40 + sizeof rest + 200];
    size_t used = (size_t)sprintf(text, "parameters: { r = 0.1; b = 2; p = 0.4; c0 = 1;\n");
    for (int i = length; i > 0; i--) {
        used += (size_t)sprintf(text + used, "c%d = \"c%d + 1\";\n", i, i - 1);
    }
    sprintf(text + used, "};\n%s", rest);
    return text;
}

static void long_chains(void **state)
{
    (void)state;
    const char *text = chain(900);
    ipsim_scenario *s = testlib_load_text(text);
    assert_close(s->parameters[4].value.value, 901, 0);
    ipsim_scenario_free(s);
    text = chain(5000); /* refused, not crashed */
    ipsim_error_list errors = {0};
    assert_int_equal(ipsim_scenario_load(testlib_write("long.cfg", text), NULL, 0, &s, &errors), IPSIM_ERR_LIMIT);
    ipsim_error_list_clear(&errors);
}

/* ---- evaluating again ---- */
static void other_values(void **state)
{
    (void)state;
    ipsim_scenario *s = load_with_parameters("r_half = \"r / 2\"; free = \"r_half * 10\";");
    ipsim_error_list errors = {0};
    double values[] = {0.3, NAN, 0.25, NAN, NAN};
    assert_no_errors(ipsim_scenario_evaluate(s, values, &errors), &errors);
    assert_close(s->parameters[0].value.value, 0.3, 0);
    assert_close(s->parameters[1].value.value, 2, 0);
    assert_close(s->parameters[4].value.value, 1.5, 1e-15);
    assert_close(s->transitions[0].hazard.rate.value, 0.3, 0);
    assert_close(s->transitions[1].hazard.rates.items[0].value, 0.15, 0);
    assert_close(s->attributes[0].probabilities.items[0].value, 0.75, 0);
    /* A value may be given for a parameter that is an expression. */
    double fixed[] = {NAN, NAN, NAN, 7, NAN};
    assert_no_errors(ipsim_scenario_evaluate(s, fixed, &errors), &errors);
    assert_close(s->parameters[0].value.value, 0.1, 0); /* and the others are as in the file again */
    assert_close(s->parameters[4].value.value, 70, 0);
    assert_no_errors(ipsim_scenario_evaluate(s, NULL, &errors), &errors);
    assert_close(s->parameters[4].value.value, 0.5, 1e-15);
    ipsim_scenario_free(s);
}

static void values_that_are_refused(void **state)
{
    (void)state;
    ipsim_scenario *s = load_with_parameters("unused = 1;");
    static const struct {
        double values[4];
        ipsim_status status;
        const char *key;
    } cases[] = {{{-1, NAN, NAN, NAN}, IPSIM_ERR_RANGE, "transitions.falling.hazard.rate"},
                 {{NAN, 6, NAN, NAN}, IPSIM_ERR_RULE, "transitions.dying.hazard.breaks[1]"}, /* 6, 5 do not ascend */
                 {{NAN, NAN, 1.5, NAN}, IPSIM_ERR_RANGE, "attributes.sex.probabilities[0]"},
                 {{INFINITY, NAN, NAN, NAN}, IPSIM_ERR_RANGE, "parameters.r.value"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ipsim_error_list errors = {0};
        assert_int_equal(ipsim_scenario_evaluate(s, cases[i].values, &errors), cases[i].status);
        assert_string_equal(errors.items[0].key, cases[i].key);
        ipsim_error_list_clear(&errors);
        assert_no_errors(ipsim_scenario_evaluate(s, NULL, &errors), &errors); /* a refused draw leaves nothing behind */
        assert_close(s->transitions[0].hazard.rate.value, 0.1, 0);
    }
    ipsim_scenario_free(s);
}

/* Probabilistic analysis evaluates thousands of draws: 50 parameters and 100 numbers must take well under a millisecond. */
static void fast_enough(void **state)
{
    (void)state;
    static char parameters[8000], text[30000];
    size_t used = 0;
    for (int i = 0; i < 47; i++) {
        used += (size_t)snprintf(parameters + used, sizeof parameters - used, "q%d = \"exp(r * %d) / (1 + b^%d) + log(p)\";\n", i, i, i);
    }
    used = (size_t)snprintf(text, sizeof text, "parameters: { r = 0.1; b = 2; p = 0.4; %s };\n%spayers: { nav: {}; };\nrewards: {\n",
                            parameters, rest);
    for (int i = 0; i < 100; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "w%d: { payer = \"nav\"; per = \"start\"; amount = \"abs(q%d) * %d\"; };\n", i, i % 47, i);
    }
    snprintf(text + used, sizeof text - used, "};\n");
    ipsim_scenario *s = testlib_load_text(text);
    assert_int_equal(s->n_parameters, 50);
    ipsim_error_list errors = {0};
    struct timespec from, to;
    enum { TIMES = 200 };
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (int i = 0; i < TIMES; i++) {
        assert_int_equal(ipsim_scenario_evaluate(s, NULL, &errors), IPSIM_OK);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double each = ((double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec)) / TIMES;
    print_message("one evaluation takes %.0f microseconds\n", 1e6 * each);
#if defined(__SANITIZE_ADDRESS__)
    each /= 10; /* sanitizers slow it down, which is no fault of ours */
#endif
    assert_true(each < 1e-3);
    ipsim_scenario_free(s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic),   cmocka_unit_test(zero_has_no_sign),        cmocka_unit_test(powers),
        cmocka_unit_test(functions),    cmocka_unit_test(parameters_in_any_order), cmocka_unit_test(long_chains),
        cmocka_unit_test(other_values), cmocka_unit_test(values_that_are_refused), cmocka_unit_test(fast_enough),
    };
    return cmocka_run_group_tests_name("scenario_numbers", tests, NULL, NULL);
}
