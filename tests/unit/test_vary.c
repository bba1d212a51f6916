/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other parameter values in place: the same exact sums as of scenarios loaded with those values, whatever was assigned before. */
#include <stdio.h>

#include "experiment/part.h"
#include "experiment/vary.h"
#include "simlib.h"

enum { PERSONS = 700 };

typedef struct comparison {
    size_t n;
    ipsim_scenario **scenarios; /* the experiment points to it */
    experiment *e;
} comparison;

static comparison open_comparison(const char *const *paths, size_t n, const ipsim_setting *settings, size_t n_settings)
{
    comparison c = {.n = n, .scenarios = calloc(n, sizeof *c.scenarios)};
    ipsim_error_list errors = {0};
    for (size_t i = 0; i < n; i++)
        c.scenarios[i] = testlib_load_with(paths[i], settings, n_settings);
    assert_no_errors(ipsim_experiment_create((const ipsim_scenario *const *)c.scenarios, n, &c.e, &errors), &errors);
    return c;
}

static void close_comparison(comparison *c)
{
    ipsim_experiment_free(c->e);
    for (size_t i = 0; i < c->n; i++)
        ipsim_scenario_free(c->scenarios[i]);
    free(c->scenarios);
}

/* All sums as bytes. */
static ipsim_bytes bytes_of(const experiment *e, const experiment_sums *sums)
{
    ipsim_luck luck = {0};
    work w = ipsim_work_of(e, NULL, &luck, 1, PERSONS);
    experiment_part *part = ipsim_part_create(&w);
    unit_set units = {0};
    ipsim_bytes bytes = {0};
    assert_non_null(part);
    ipsim_units_add(&units, (unit_range){0, 1});
    ipsim_units_merge(&part->units, &units);
    ipsim_experiment_sums_merge(e, part->sums, sums);
    assert_true(ipsim_part_pack(part, &bytes));
    ipsim_units_clear(&units);
    ipsim_part_free(part);
    return bytes;
}

static ipsim_bytes simulate_afresh(const char *const *paths, size_t n, const ipsim_setting *settings, size_t n_settings, ipsim_luck luck)
{
    comparison c = open_comparison(paths, n, settings, n_settings);
    experiment_worker *worker = ipsim_experiment_worker_create(c.e, 0);
    ipsim_error err;
    assert_non_null(worker);
    assert_ok(ipsim_experiment_worker_block(worker, luck, 0, PERSONS, &err), &err);
    ipsim_bytes bytes = bytes_of(c.e, ipsim_experiment_worker_sums(worker));
    ipsim_experiment_worker_free(worker);
    close_comparison(&c);
    return bytes;
}

static void assert_same_sums(const experiment *e, const experiment_sums *sums, ipsim_bytes expected)
{
    ipsim_bytes bytes = bytes_of(e, sums);
    assert_int_equal(bytes.size, expected.size);
    assert_memory_equal(bytes.data, expected.data, bytes.size);
    ipsim_bytes_clear(&bytes);
    ipsim_bytes_clear(&expected);
}

static ipsim_bytes simulate_assigned(vary_worker *w, const double *values, ipsim_luck luck)
{
    ipsim_error_list errors = {0};
    ipsim_error err;
    assert_no_errors(ipsim_vary_assign(w, values, NULL, &errors), &errors);
    ipsim_vary_clear(w);
    assert_ok(ipsim_vary_simulate(w, luck, 0, PERSONS, &err), &err);
    return bytes_of(ipsim_vary_experiment(w), ipsim_vary_sums(w));
}

/* Every literal parameter that stands in all arms times 1 - 1/64, at first one by one and then all of them, and at last none. */
static void check_against_fresh(const char *const *paths, size_t n, const char *const *names, size_t n_names)
{
    enum { SETTINGS = 40, LENGTH = 64 };
    comparison c = open_comparison(paths, n, NULL, 0);
    ipsim_error_list errors = {0};
    vary *v;
    vary_worker *w;
    assert_no_errors(ipsim_vary_create(c.e, &v, &errors), &errors);
    assert_no_errors(ipsim_vary_worker_create(v, PERSONS, &w, &errors), &errors);
    double *values = calloc(v->n_quantities, sizeof *values);
    ipsim_setting settings[SETTINGS];
    char texts[SETTINGS][LENGTH];
    assert_true(n_names <= SETTINGS);
    for (size_t step = 0; step <= n_names + 1; step++) {
        ipsim_luck luck = {.seed = 9, .replicate = (uint32_t)step};
        size_t n_settings = 0;
        for (size_t q = 0; q < v->n_quantities; q++)
            values[q] = NAN;
        for (size_t i = 0; i < n_names; i++) {
            if (i != step && step != n_names)
                continue;
            size_t q = ipsim_vary_find(v, names[i]);
            assert_true(q < v->n_quantities);
            values[q] = v->quantities[q].parameter->value.value * (1.0 - 1.0 / 64);
            snprintf(texts[n_settings], LENGTH, "%.17g", values[q]);
            settings[n_settings] = (ipsim_setting){names[i], texts[n_settings]};
            n_settings++;
        }
        ipsim_bytes bytes = simulate_assigned(w, values, luck);
        ipsim_bytes expected = simulate_afresh(paths, n, settings, n_settings, luck);
        assert_int_equal(bytes.size, expected.size);
        assert_memory_equal(bytes.data, expected.data, bytes.size);
        ipsim_bytes_clear(&bytes);
        ipsim_bytes_clear(&expected);
    }
    free(values);
    ipsim_vary_worker_free(w);
    ipsim_vary_free(v);
    close_comparison(&c);
}

static void test_sick_sicker_equals_a_fresh_load(void **state)
{
    (void)state;
    static const char *const paths[] = {"scenarios/reference/sick_sicker_b5_soc.cfg", "scenarios/reference/sick_sicker_b5_a.cfg",
                                        "scenarios/reference/sick_sicker_b5_b.cfg", "scenarios/reference/sick_sicker_b5_ab.cfg"};
    static const char *const names[] = {"r_HS1", "shape_S1S2", "hr_S2", "c_S1", "u_S2", "du_onset"};
    check_against_fresh(paths, 4, names, sizeof names / sizeof *names);
}

static void test_norway_equals_a_fresh_load(void **state)
{
    (void)state;
    static const char *const paths[] = {"scenarios/traditional.cfg", "scenarios/ips.cfg"};
    enum { MOST_NAMES = 8 };
    const char *names[MOST_NAMES];
    size_t n_names = 0;
    comparison c = open_comparison(paths, 2, NULL, 0);
    vary *v;
    ipsim_error_list errors = {0};
    assert_no_errors(ipsim_vary_create(c.e, &v, &errors), &errors);
    for (size_t q = 3; q < v->n_quantities && n_names < MOST_NAMES; q += 7) { /* a selection, for the time it takes */
        const vary_quantity *quantity = &v->quantities[q];
        if (!quantity->split && quantity->index[0] != SIZE_MAX && quantity->index[1] != SIZE_MAX &&
            !quantity->parameter->value.expression && quantity->parameter->distribution.given)
            names[n_names++] = quantity->name;
    }
    assert_true(n_names > 3);
    check_against_fresh(paths, 2, names, n_names);
    ipsim_vary_free(v);
    close_comparison(&c);
}

/* ---- small models ---- */

static const char model[] =
    "simulation: { persons = 100; seed = 3; horizon_years = 10.0; };"
    "states: { A: {}; B: {}; D: { role = \"dead\"; }; }; start_state = \"A\"; payers: { p: {}; };"
    "transitions: { go: { from = \"A\"; to = \"B\"; hazard: { family = \"piecewise\"; breaks = [3]; rates = [\"r\", 0.3]; };"
    "    effects: { e: { hr = \"hr\"; until_years = \"ends\"; }; }; };"
    "  die: { from = [\"A\", \"B\"]; to = \"D\"; stream = \"die\"; hazard: { family = \"exponential\"; rate = \"1 / mean\"; }; }; };"
    "rewards: { care: { payer = \"p\"; per = \"year\"; states = [\"A\"]; amount = \"c\"; }; };";

static const char *write_arm(const char *name, const char *parameters)
{
    char text[3000];
    snprintf(text, sizeof text, "name = \"%s\"; parameters: { %s }; %s", name, parameters, model);
    return testlib_write(name, text);
}

static void test_quantities(void **state)
{
    (void)state;
    const char *paths[] = {
        write_arm("one", "r = 0.5; hr = 1.0; ends = 5.0; mean = 8.0; c = 10; same: { value = 1.0; distribution: { family = "
                         "\"normal\"; mean = 1; sd = 1; }; };"),
        write_arm("two", "r = 0.5; hr = 0.5; ends = 5.0; mean = 8.0; c = 10; extra = 7; same: { value = 1.0; distribution: { "
                         "family = \"normal\"; mean = 1; sd = 2; }; };")};
    comparison c = open_comparison(paths, 2, NULL, 0);
    ipsim_error_list errors = {0};
    vary *v;
    assert_no_errors(ipsim_vary_create(c.e, &v, &errors), &errors);
    assert_int_equal(v->n_quantities, 9);
    assert_false(v->quantities[ipsim_vary_find(v, "r")].split);
    assert_int_equal(v->quantities[ipsim_vary_find(v, "extra")].index[0], SIZE_MAX);
    assert_true(v->quantities[ipsim_vary_find(v, "one:hr")].split);
    assert_int_equal(v->quantities[ipsim_vary_find(v, "two:hr")].index[0], SIZE_MAX);
    assert_true(v->quantities[ipsim_vary_find(v, "two:same")].split); /* another distribution is another uncertainty */
    assert_int_equal(ipsim_vary_find(v, "hr"), v->n_quantities);
    ipsim_vary_free(v);
    close_comparison(&c);
}

/* Arms that become the same and different again, an effect that comes and goes: the shape of what is compiled changes. */
static void test_shapes_that_change(void **state)
{
    (void)state;
    const char *paths[] = {write_arm("one", "r = 0.5; hr = 1.0; ends = 5.0; mean = 8.0; c = 10;"),
                           write_arm("two", "r = 0.5; hr = 0.5; ends = 5.0; mean = 8.0; c = 10;")};
    static const double hr[][2] = {{1.0, 0.5}, {0.7, 0.7}, {2.0, 0.1}, {1.0, 1.0}, {1.0, 0.5}};
    comparison c = open_comparison(paths, 2, NULL, 0);
    ipsim_error_list errors = {0};
    vary *v;
    vary_worker *w;
    assert_no_errors(ipsim_vary_create(c.e, &v, &errors), &errors);
    assert_no_errors(ipsim_vary_worker_create(v, PERSONS, &w, &errors), &errors);
    double values[16];
    ipsim_bytes first = {0};
    for (size_t k = 0; k < sizeof hr / sizeof *hr; k++) {
        char one[200], two[200];
        for (size_t q = 0; q < v->n_quantities; q++)
            values[q] = NAN;
        values[ipsim_vary_find(v, "r")] = 0.5 + (double)k / 8;
        values[ipsim_vary_find(v, "one:hr")] = hr[k][0];
        values[ipsim_vary_find(v, "two:hr")] = hr[k][1];
        values[ipsim_vary_find(v, "ends")] = 2.0 + (double)k;
        snprintf(one, sizeof one, "r = %.17g; hr = %.17g; ends = %zu.0; mean = 8.0; c = 10;", 0.5 + (double)k / 8, hr[k][0], 2 + k);
        snprintf(two, sizeof two, "r = %.17g; hr = %.17g; ends = %zu.0; mean = 8.0; c = 10;", 0.5 + (double)k / 8, hr[k][1], 2 + k);
        const char *fresh[] = {write_arm("one", one), write_arm("two", two)};
        ipsim_luck luck = {.seed = 4};
        ipsim_bytes bytes = simulate_assigned(w, values, luck);
        assert_same_sums(ipsim_vary_experiment(w), ipsim_vary_sums(w), simulate_afresh(fresh, 2, NULL, 0, luck));
        if (k == 1) /* everybody has the same history in both arms now, and that is known */
            assert_true(ipsim_engine_same_histories(ipsim_vary_experiment(w)->models[0], ipsim_vary_experiment(w)->models[1]));
        ipsim_bytes_clear(&first);
        first = bytes;
    }
    ipsim_bytes_clear(&first);
    ipsim_vary_worker_free(w);
    ipsim_vary_free(v);
    close_comparison(&c);
}

static void test_errors_name_draw_values_and_line(void **state)
{
    (void)state;
    const char *paths[] = {write_arm("one", "r = 0.5; hr = 1.0; ends = 5.0; mean = 8.0;\n c = 10;")};
    comparison c = open_comparison(paths, 1, NULL, 0);
    ipsim_error_list errors = {0};
    vary *v;
    vary_worker *w;
    assert_no_errors(ipsim_vary_create(c.e, &v, &errors), &errors);
    assert_no_errors(ipsim_vary_worker_create(v, PERSONS, &w, &errors), &errors);
    double values[16];
    for (size_t q = 0; q < v->n_quantities; q++)
        values[q] = NAN;
    values[ipsim_vary_find(v, "mean")] = 0.0;
    values[ipsim_vary_find(v, "r")] = -0.25;
    assert_int_not_equal(ipsim_vary_assign(w, values, "draw 17", &errors), IPSIM_OK);
    assert_int_equal(errors.count, 2);
    assert_int_equal(errors.items[0].line, 2); /* as the file has it */
    assert_non_null(strstr(errors.items[1].message, "-0.25 is below 0"));
    assert_non_null(strstr(errors.items[1].message, "(draw 17: r = -0.25)"));
    assert_non_null(strstr(errors.items[0].message, "\"1 / mean\" is infinite"));
    assert_non_null(strstr(errors.items[0].message, "(draw 17: mean = 0)"));
    ipsim_error_list_clear(&errors);
    values[ipsim_vary_find(v, "mean")] = 9.0; /* and it goes on */
    values[ipsim_vary_find(v, "r")] = 0.25;
    ipsim_bytes bytes = simulate_assigned(w, values, (ipsim_luck){.seed = 1});
    const char *fresh[] = {write_arm("one", "r = 0.25; hr = 1.0; ends = 5.0; mean = 9.0; c = 10;")};
    assert_same_sums(ipsim_vary_experiment(w), ipsim_vary_sums(w), simulate_afresh(fresh, 1, NULL, 0, (ipsim_luck){.seed = 1}));
    ipsim_bytes_clear(&bytes);
    ipsim_vary_worker_free(w);
    ipsim_vary_free(v);
    close_comparison(&c);
}

/* ---- a list ---- */

typedef struct listed {
    const vary *v;
    double cost[40];
    size_t bad; /* this one has a value that makes no sense */
} listed;

static void assign_one(void *data, size_t i, double *values, char what[64], ipsim_luck *luck)
{
    const listed *l = data;
    snprintf(what, 64, "draw %zu", i);
    values[ipsim_vary_find(l->v, "c")] = i >= l->bad ? -1.0 : (double)i;
    *luck = (ipsim_luck){.seed = 5};
}

static void take_one(void *data, size_t i, const experiment *e, const experiment_sums *sums)
{
    listed *l = data;
    l->cost[i] = ipsim_ledger_mean(sums->ledger, 0, 0, ipsim_account_find(e->plan, "cost", "all"), 0, false).value;
}

static void test_a_list_of_assignments(void **state)
{
    (void)state;
    const char *paths[] = {write_arm("one", "r = 0.5; hr = 1.0; ends = 5.0; mean = 8.0; c = 10;")};
    comparison c = open_comparison(paths, 1, NULL, 0);
    ipsim_error_list errors = {0};
    vary *v;
    assert_no_errors(ipsim_vary_create(c.e, &v, &errors), &errors);
    listed l = {.v = v, .bad = 40};
    vary_list list = {.v = v, .n = 40, .persons = 200, .n_threads = 3, .data = &l, .assign = assign_one, .take = take_one};
    assert_no_errors(ipsim_vary_each(&list, &errors), &errors);
    assert_true(l.cost[1] > 0.5);
    for (size_t i = 0; i < 40; i++)
        assert_close(l.cost[i], (double)i * l.cost[1], 1e-3); /* quanta of money */
    l.bad = 23;
    assert_int_equal(ipsim_vary_each(&list, &errors), IPSIM_ERR_RANGE);
    assert_int_equal(errors.count, 1);
    assert_non_null(strstr(errors.items[0].message, "draw 23: c = -1"));
    ipsim_error_list_clear(&errors);
    ipsim_vary_free(v);
    close_comparison(&c);
}

static void test_horizon_cannot_vary(void **state)
{
    (void)state;
    const char *path = testlib_write(
        "h", "parameters: { h = 10.0; }; simulation: { horizon_years = \"h\"; }; states: { A: {}; }; start_state = \"A\";");
    comparison c = open_comparison(&path, 1, NULL, 0);
    ipsim_error_list errors = {0};
    vary *v;
    vary_worker *w;
    double value = 11.0;
    assert_no_errors(ipsim_vary_create(c.e, &v, &errors), &errors);
    assert_no_errors(ipsim_vary_worker_create(v, 10, &w, &errors), &errors);
    assert_int_equal(ipsim_vary_assign(w, &value, "draw 0", &errors), IPSIM_ERR_RULE);
    assert_non_null(strstr(errors.items[0].message, "cannot be uncertain"));
    ipsim_error_list_clear(&errors);
    ipsim_vary_worker_free(w);
    ipsim_vary_free(v);
    close_comparison(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sick_sicker_equals_a_fresh_load),
        cmocka_unit_test(test_norway_equals_a_fresh_load),
        cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_shapes_that_change),
        cmocka_unit_test(test_errors_name_draw_values_and_line),
        cmocka_unit_test(test_a_list_of_assignments),
        cmocka_unit_test(test_horizon_cannot_vary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
