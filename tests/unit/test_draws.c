/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/draws: the same numbers from every shape of table, and bad tables refused with file, line and column. */
#include <math.h>
#include <string.h>

#include "ipsim/draws.h"
#include "testlib.h"

static ipsim_draws *read_text(const char *text, const char *parameters, const ipsim_draws_columns *columns)
{
    ipsim_draws *draws = NULL;
    ipsim_error_list errors = {0};
    const char *path = testlib_write("draws.csv", text);
    const char *other = parameters != NULL ? testlib_write("parameters.csv", parameters) : NULL;
    assert_no_errors(ipsim_draws_read(path, other, columns, &draws, &errors), &errors);
    ipsim_error_list_clear(&errors);
    return draws;
}

static bool notes_contain(const ipsim_draws *draws, const char *words)
{
    bool found = false;
    for (size_t i = 0; i < draws->n_notes; i++) {
        found = found || strstr(draws->notes[i], words) != NULL;
    }
    return found;
}

/* Two strategies, three draws; what every good table below holds. */
static void check_numbers(const ipsim_draws *d)
{
    const double cost[] = {100, 110, 120.5, 200, 210, 220}, effect[] = {1, 1.5, 2, 3, 3.5, 4};
    assert_int_equal(d->n_draws, 3);
    assert_int_equal(d->n_strategies, 2);
    ipsim_panel panel = ipsim_draws_panel(d, 0, 0);
    for (size_t i = 0; i < 6; i++) {
        assert_same_bits(panel.cost[i], cost[i]);
        assert_same_bits(panel.effect[i], effect[i]);
    }
}

static void every_shape_gives_the_same_numbers(void **state)
{
    (void)state;
    const struct {
        const char *text, *note;
        ipsim_draws_columns columns;
    } good[] = {
        {"draw,scenario,cost,qalys\n1,a,100,1\n1,b,200,3\n2,a,110,1.5\n2,b,210,3.5\n3,a,120.5,2\n3,b,220,4\n", NULL, {0}},
        /* rows in any order, other names, draws by number and not by text */
        {"arm,n,money,gain\na,10,120.5,2\na,2,110,1.5\na,1,100,1\nb,1,200,3\nb,2,210,3.5\nb,10,220,4\n",
         "7 of the draws",
         {.cost = "money", .effect = "gain", .draw = "n"}},
        {"strategy,cost,effect\na,100,1\nb,200,3\na,110,1.5\nb,210,3.5\na,120.5,2\nb,220,4\n", "n-th row of a strategy", {0}},
        {"\xEF\xBB\xBFstrategy;draw;cost;effect\r\na;1;100;1\r\na;2;110;1,5\r\na;3;120,5;2\r\nb;1;200;3\r\nb;2;210;3,5\r\nb;3;220;4\r\n",
         "decimal comma",
         {0}},
        {"draw\tstrategy\tcost\teffect\n1\ta\t100\t1\n2\ta\t110\t1.5\n3\ta\t120.5\t2\n1\tb\t200\t3\n2\tb\t210\t3.5\n3\tb\t220\t4\n",
         "tabs",
         {0}},
        {"cost_a,cost_b,effect_a,effect_b\n100,200,1,3\n110,210,1.5,3.5\n120.5,220,2,4\n", "n-th row", {0}},
        {"draw,effect.b,effect.a,cost.a,cost.b\n3,4,2,120.5,220\n1,3,1,100,200\n2,3.5,1.5,110,210\n", NULL, {0}},
        {"c1,c2,e1,e2\n100,200,1,3\n110,210,1.5,3.5\n120.5,220,2,4\n", NULL, {0}},
        {"x,y,u,v\n100,200,1,3\n110,210,1.5,3.5\n120.5,220,2,4\n", NULL, {.cost = "x,y", .effect = "u, v", .strategy = "a,b"}},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ipsim_draws *d = read_text(good[i].text, NULL, &good[i].columns);
        check_numbers(d);
        if (good[i].note != NULL && !notes_contain(d, good[i].note)) {
            fail_msg("table %zu: no note says \"%s\"", i, good[i].note);
        }
        ipsim_draws_free(d);
    }
}

static void strategies_are_named(void **state)
{
    (void)state;
    ipsim_draws *d = read_text("cost_usual care,cost_ips,effect_ips,effect_usual care\n1,2,3,4\n", NULL, NULL);
    assert_string_equal(d->strategies[0], "usual care");
    assert_string_equal(d->strategies[1], "ips");
    assert_same_bits(ipsim_draws_panel(d, 0, 0).effect[0], 4);
    ipsim_draws_free(d);
    d = read_text("x,y,u,v\n1,2,3,4\n", NULL, &(ipsim_draws_columns){.cost = "x,y", .effect = "u,v"});
    assert_string_equal(d->strategies[1], "y");
    ipsim_draws_free(d);
}

static void perspectives_subgroups_and_weights(void **state)
{
    (void)state;
    char text[4096] = "draw,scenario,perspective,subgroup,weight,cost,qalys\n";
    for (int i = 0; i < 16; i++) {
        char row[80];
        snprintf(row, sizeof row, "%d,%s,%s,%s,%s,%d,%d\n", 1 + i % 2, (i & 2) != 0 ? "ips" : "usual", (i & 4) != 0 ? "society" : "health",
                 (i & 8) != 0 ? "sex=male" : "all", (i & 8) != 0 ? "0.4" : "1", i, 100 + i);
        strcat(text, row);
    }
    ipsim_draws *d = read_text(text, NULL, NULL);
    assert_int_equal(d->n_perspectives, 2);
    assert_int_equal(d->n_subgroups, 2);
    assert_int_equal(d->total, 0);
    assert_same_bits(d->weights[1], 0.4);
    assert_same_bits(ipsim_draws_panel(d, 1, 1).cost[1 * 2 + 1], 15);
    assert_same_bits(ipsim_draws_panel(d, 0, 1).effect[1 * 2 + 0], 110);
    assert_string_equal(d->effect_name, "qalys");
    ipsim_draws_free(d);
}

static void parameters_of_every_shape(void **state)
{
    (void)state;
    const char *draws = "draw,strategy,cost,effect\n1,a,1,1\n1,b,2,2\n2,a,1,1\n2,b,2,2\n";
    const char *files[] = {"draw,parameter,value\n2,hr,0.6\n1,hr,0.5\n1,price,7\n2,price,8\n", "draw,hr,price\n2,0.6,8\n1,0.5,7\n",
                           "hr;price\n0,5;7\n0,6;8\n"};
    for (size_t i = 0; i < 3; i++) {
        ipsim_draws *d = read_text(draws, files[i], NULL);
        assert_int_equal(d->n_parameters, 2);
        size_t hr = ipsim_draws_find_parameter(d, "hr"), price = ipsim_draws_find_parameter(d, "price");
        assert_same_bits(d->values[hr * 2], 0.5);
        assert_same_bits(d->values[hr * 2 + 1], 0.6);
        assert_same_bits(d->values[price * 2 + 1], 8);
        assert_int_equal(ipsim_draws_find_parameter(d, "other"), 2);
        ipsim_draws_free(d);
    }
    ipsim_draws *d = read_text("draw,cost_a,cost_b,effect_a,effect_b,hr,label\n2,1,2,3,4,0.6,x\n1,1,2,3,4,0.5,y\n", NULL, NULL);
    assert_int_equal(d->n_parameters, 1);
    assert_string_equal(d->parameters[0], "hr");
    assert_same_bits(d->values[0], 0.5);
    assert_true(notes_contain(d, "label"));
    ipsim_draws_free(d);
}

static void bad_tables_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *expected;
        ipsim_draws_columns columns;
    } bad[] = {
        {"draw,strategy,cost,effect\n1,a,1,1\n1,b,2,2\n2,a,1,1\n", "draw 2 is missing for strategy \"b\"", {0}},
        {"strategy,cost,effect\na,1,1\nb,2,2\na,1,1\n", "draw 2 is missing for strategy \"b\"", {0}},
        {"draw,strategy,cost,effect\n1,a,1,1\n1,b,NaN,2\n", ":3: cost: \"NaN\" is not a finite number", {0}},
        {"draw,strategy,cost,effect\n1,a,1,1\n1,b,2,\n", ":3: effect: the cell is empty", {0}},
        {"draw,strategy,cost,effect\n1,a,1,inf\n1,b,2,2\n", ":2: effect: \"inf\"", {0}},
        {"draw,strategy,cost,effect\n1,a,1,1\n2,a,2,2\n", "there is one strategy, \"a\"", {0}},
        {"cost_a,effect_a\n1,2\n", "there is one strategy, \"a\"", {0}},
        {"draw,strategy,cost,effect\n1,a,1,1\n1,b,2,2\n1,b,2,2\n", ":4: draw 1 of strategy \"b\" is there twice, first in line 3", {0}},
        {"draw,cost_a,cost_b,effect_a,effect_b\n1,1,1,1,1\n1,2,2,2,2\n", ":3: draw: draw 1 is there twice, first in line 2", {0}},
        {"draw,strategy,costt,effect\n1,a,1,1\n", "did you mean \"costt\"", {.cost = "cost"}},
        {"draw,strategy,price,effect\n1,a,1,1\n", "no column of costs was found; name it with --cost", {0}},
        {"cost_a,cost_b,effect_a\n1,1,1\n", ":1: cost_b: no column of effects", {0}},
        {"cost_a,effect_a,effect_b\n1,1,1\n", ":1: effect_b: no column of costs", {0}},
        {"a,b\n1,2\n", "no column of costs", {0}},
        {"x,y,u\n1,2,3\n", "--cost lists 2 columns, --effect 3", {.cost = "x,y", .effect = "u,v,w"}},
        {"strategy;cost;effect\na;1,5;1.5\nb;1;1\n", "decimal comma and 1 a decimal point", {0}},
        {"draw,strategy,cost,effect\n1,a,1\n", "has 3 cells", {0}},
        {"", "the file is empty", {0}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ipsim_draws *d = NULL;
        ipsim_error_list errors = {0};
        bool said = false;
        ipsim_status status = ipsim_draws_read(testlib_write("bad.csv", bad[i].text), NULL, &bad[i].columns, &d, &errors);
        assert_null(d);
        assert_int_not_equal(status, IPSIM_OK);
        char all[4096] = "";
        for (size_t e = 0; e < errors.count; e++) {
            char text[2048];
            ipsim_error_format(&errors.items[e], text, sizeof text);
            said = said || strstr(text, bad[i].expected) != NULL;
            strncat(all, text, sizeof all - strlen(all) - 2);
            strcat(all, "\n");
        }
        if (!said) {
            fail_msg("table %zu: nothing says \"%s\" in\n%s", i, bad[i].expected, all);
        }
        ipsim_error_list_clear(&errors);
    }
}

static void bad_parameters_are_refused(void **state)
{
    (void)state;
    const char *draws = "draw,strategy,cost,effect\n1,a,1,1\n1,b,2,2\n2,a,1,1\n2,b,2,2\n";
    const struct {
        const char *text, *expected;
    } bad[] = {
        {"draw,parameter,value\n1,hr,0.5\n", "there are 1 draws of parameters and 2 of costs"},
        {"draw,parameter,value\n1,hr,0.5\n3,hr,0.6\n", "here 3 where there is 2"},
        {"draw,parameter,value\n1,hr,0.5\n2,hr,0.6\n1,x,1\n", "draw 2 of \"x\" is missing"},
        {"draw,parameter,value\n1,hr,0.5\n2,hr,0.6\n2,hr,0.6\n", ":4: parameter: draw 2 of \"hr\" is there twice"},
        {"draw,hr\n1,0.5\n2,oops\n", ":3: hr: \"oops\" is not a finite number"},
        {"parameter,value\nhr,1\n", "needs a column \"draw\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ipsim_draws *d = NULL;
        ipsim_error_list errors = {0};
        const char *path = testlib_write("draws.csv", draws), *other = testlib_write("bad.csv", bad[i].text);
        assert_int_not_equal(ipsim_draws_read(path, other, NULL, &d, &errors), IPSIM_OK);
        char text[2048] = "nothing";
        if (errors.count > 0) {
            ipsim_error_format(&errors.items[0], text, sizeof text);
        }
        if (strstr(text, bad[i].expected) == NULL) {
            fail_msg("\"%s\", expected \"%s\"", text, bad[i].expected);
        }
        ipsim_error_list_clear(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_gives_the_same_numbers),
        cmocka_unit_test(strategies_are_named),
        cmocka_unit_test(perspectives_subgroups_and_weights),
        cmocka_unit_test(parameters_of_every_shape),
        cmocka_unit_test(bad_tables_are_refused),
        cmocka_unit_test(bad_parameters_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
