/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worker whose sums wait until they are given away: the same exact sums as those of one that keeps them. */
#include "experiment/part.h"
#include "simlib.h"

enum { ARMS = 2 };

typedef struct comparison {
    ipsim_scenario *scenarios[ARMS]; /* the experiment points to them */
    experiment *e;
    experiment_worker *keeps, *gives;
    experiment_sums *given;
} comparison;

static const char *const sick_sicker[ARMS] = {"scenarios/reference/sick_sicker_b5_soc.cfg", "scenarios/reference/sick_sicker_b5_b.cfg"};
static const char *const norway[ARMS] = {"scenarios/traditional.cfg", "scenarios/ips.cfg"};

static void open_comparison(comparison *c, const char *const *paths, const ipsim_setting *settings, size_t n_settings)
{
    ipsim_error_list errors = {0};
    for (size_t i = 0; i < ARMS; i++)
        c->scenarios[i] = testlib_load_with(paths[i], settings, n_settings);
    assert_no_errors(ipsim_experiment_create((const ipsim_scenario *const *)c->scenarios, ARMS, &c->e, &errors), &errors);
    c->keeps = ipsim_experiment_worker_create(c->e, 0);
    c->gives = ipsim_experiment_worker_create_giving(c->e, 0);
    c->given = ipsim_experiment_sums_create(c->e);
    assert_true(c->keeps && c->gives && c->given);
}

static void close_comparison(comparison *c)
{
    ipsim_experiment_sums_free(c->given);
    ipsim_experiment_worker_free(c->keeps);
    ipsim_experiment_worker_free(c->gives);
    ipsim_experiment_free(c->e);
    for (size_t i = 0; i < ARMS; i++)
        ipsim_scenario_free(c->scenarios[i]);
}

static void simulate(experiment_worker *w, int64_t first, int64_t end)
{
    ipsim_error err;
    for (; first < end; first += IPSIM_BLOCK_PERSONS) {
        int64_t last = first + IPSIM_BLOCK_PERSONS < end ? first + IPSIM_BLOCK_PERSONS : end;
        assert_ok(ipsim_experiment_worker_block(w, (ipsim_luck){.seed = 5}, first, last, &err), &err);
    }
}

static void give(comparison *c)
{
    ipsim_experiment_sums_merge(c->e, c->given, ipsim_experiment_worker_sums(c->gives));
    ipsim_experiment_sums_clear(c->e, ipsim_experiment_worker_sums(c->gives));
}

static ipsim_bytes bytes_of(const experiment *e, const experiment_sums *sums)
{
    ipsim_luck luck = {0};
    work w = ipsim_work_of(e, NULL, &luck, 1, 1);
    experiment_part *part = ipsim_part_create(&w);
    unit_set units = {0};
    ipsim_bytes bytes = {0};
    assert_non_null(part);
    ipsim_units_add(&units, (unit_range){0, 1});
    assert_true(ipsim_part_add(part, sums, &units, 0));
    assert_true(ipsim_part_pack(part, &bytes));
    ipsim_units_clear(&units);
    ipsim_part_free(part);
    return bytes;
}

static void assert_same(const comparison *c)
{
    ipsim_bytes expected = bytes_of(c->e, ipsim_experiment_worker_sums(c->keeps)), given = bytes_of(c->e, c->given);
    assert_int_equal(given.size, expected.size);
    assert_memory_equal(given.data, expected.data, expected.size);
    ipsim_bytes_clear(&expected);
    ipsim_bytes_clear(&given);
}

static void what_is_given_is_what_was_kept(void **state)
{
    (void)state;
    comparison c;
    open_comparison(&c, norway, NULL, 0);
    simulate(c.keeps, 0, 2000);
    simulate(c.gives, 0, 700);
    give(&c);
    simulate(c.gives, 700, 1300);
    ipsim_experiment_sums_clear(c.e, ipsim_experiment_worker_sums(c.gives)); /* as after a block that was left in the middle */
    simulate(c.gives, 700, 2000);
    give(&c);
    assert_same(&c);
    close_comparison(&c);
}

/* When nobody takes them, sums that fill up go to memory of the worker's own. */
static void a_worker_fills_up(void **state)
{
    (void)state;
    enum { PERSONS = 40 * IPSIM_BLOCK_PERSONS };
    comparison c;
    open_comparison(&c, sick_sicker, NULL, 0);
    simulate(c.keeps, 0, PERSONS);
    int64_t full_at = -1;
    for (int64_t done = 0; done < PERSONS; done += IPSIM_BLOCK_PERSONS) {
        simulate(c.gives, done, done + IPSIM_BLOCK_PERSONS);
        if (full_at < 0 && ipsim_experiment_worker_is_full(c.gives))
            full_at = done + IPSIM_BLOCK_PERSONS;
    }
    assert_in_range(full_at, 1 << 16, 1 << 17);
    assert_false(ipsim_experiment_worker_is_full(c.keeps));
    give(&c);
    assert_same(&c);
    assert_false(ipsim_experiment_worker_is_full(c.gives));
    close_comparison(&c);
}

static void values_too_large_to_wait(void **state)
{
    (void)state;
    const ipsim_setting settings[] = {{"c_S2", "3e10"}};
    comparison c;
    open_comparison(&c, sick_sicker, settings, 1);
    simulate(c.keeps, 0, 600);
    simulate(c.gives, 0, 200);
    give(&c);
    simulate(c.gives, 200, 600);
    give(&c);
    assert_same(&c);
    close_comparison(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_given_is_what_was_kept), cmocka_unit_test(a_worker_fills_up),
                                       cmocka_unit_test(values_too_large_to_wait)};
    return cmocka_run_group_tests_name("experiment/giving", tests, NULL, NULL);
}
