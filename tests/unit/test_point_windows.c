/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account: rewards and utilities that count transitions, entries, deaths and events only during a window of a clock. */
#include "simlib.h"

/* Out at 1, back at 2, out at 3 ... for ten years; admissions at any time; nobody dies before year 9.5, when everybody does. */
static const char text[] =
    "simulation: { persons = 500; horizon_years = 10.0; };\n"
    "clocks: { out: { starts_on = [\"out\"]; restart = false; }; };\n"
    "states: { in: {}; out: {}; dead: { role = \"dead\"; }; };\n"
    "start_state = \"in\";\n"
    "transitions: {\n"
    "  leave: { from = \"in\"; to = \"out\"; hazard: { family = \"fixed\"; delay = 1.0; }; };\n"
    "  back: { from = \"out\"; to = \"in\"; hazard: { family = \"fixed\"; delay = 1.0; }; };\n"
    "  death: { from = [\"in\", \"out\"]; to = \"dead\"; stream = \"death\"; clock = \"start\"; hazard: { family = \"at\"; at = 9.5; }; "
    "};\n"
    "};\n"
    "events: { stay: { hazard: { family = \"exponential\"; rate = 2.0; }; duration_days: { family = \"fixed\"; value = 3.0; }; }; };\n"
    "payers: { p: {}; };\n"
    "rewards: {\n"
    "  leave: { payer = \"p\"; per = \"transition\"; transitions = [\"leave\"]; amount = 10; from_years = 2.0; until_years = 5.0; };\n"
    "  entry: { payer = \"p\"; per = \"entry\"; states = [\"in\"]; amount = 10; until_years = 4.0; };\n"
    "  sojourn: { payer = \"p\"; per = \"transition\"; transitions = [\"back\"]; amount = 10; clock = \"sojourn\"; from_years = 0.5; };\n"
    "  too_long: { payer = \"p\"; per = \"transition\"; transitions = [\"back\"]; amount = 10; clock = \"sojourn\"; from_years = 1.5; };\n"
    "  named: { payer = \"p\"; per = \"transition\"; transitions = [\"leave\", \"back\"]; amount = 10; clock = \"since:out\"; until_years "
    "= 2.5; };\n"
    "  late: { payer = \"p\"; per = \"death\"; amount = 7; from_years = 9.0; };\n"
    "  early: { payer = \"p\"; per = \"death\"; amount = 7; until_years = 9.0; };\n"
    "  stays: { payer = \"p\"; per = \"event\"; events = [\"stay\"]; amount = 10; };\n"
    "  stays_before: { payer = \"p\"; per = \"event\"; events = [\"stay\"]; amount = 10; until_years = 4.0; };\n"
    "  stays_after: { payer = \"p\"; per = \"event\"; events = [\"stay\"]; amount = 10; from_years = 4.0; };\n"
    "  days: { payer = \"p\"; per = \"event_day\"; events = [\"stay\"]; amount = 10; };\n"
    "  days_before: { payer = \"p\"; per = \"event_day\"; events = [\"stay\"]; amount = 10; until_years = 4.0; };\n"
    "  days_after: { payer = \"p\"; per = \"event_day\"; events = [\"stay\"]; amount = 10; from_years = 4.0; };\n"
    "};\n"
    "utilities: { loss: { per = \"transition\"; transitions = [\"leave\"]; add = -0.1; until_years = 4.0; }; };\n";

static ipsim_results *r;

static int run(void **state)
{
    (void)state;
    ipsim_scenario *scenario = testlib_load_text(text);
    r = run_persons(&scenario, 1, 0, -1);
    ipsim_scenario_free(scenario);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ipsim_results_free(r);
    return 0;
}

static double item(const char *name)
{
    return find_estimate(r->results, NULL, "all", name, "p", "no", NAN).value;
}

static void transitions_and_entries_count_inside_their_window(void **state)
{
    (void)state;
    assert_close(item("item_leave"), 10, 1e-9);                               /* at 1, 3, 5, 7, 9: only 3; the window is open at its end */
    assert_close(item("item_entry"), 10, 1e-9);                               /* at 2, 4, 6, 8: only 2 */
    assert_close(result(r, NULL, "qalys", false).value, 9.5 - 2 * 0.1, 1e-9); /* at 1 and 3 */
}

static void the_clock_is_read_as_it_ran_before(void **state)
{
    (void)state;
    assert_close(item("item_sojourn"), 40, 1e-9); /* each stay has lasted one year when it ends: at 2, 4, 6, 8 */
    assert_close(item("item_too_long"), 0, 1e-9);
    assert_close(item("item_named"), 20, 1e-9); /* started by leaving at 1, so it does not run yet then: 2 and 3 */
}

static void deaths_and_events_split_at_a_window(void **state)
{
    (void)state;
    assert_close(item("item_late"), 7, 1e-9);
    assert_close(item("item_early"), 0, 1e-9);
    assert_true(item("item_stays_before") > 0);
    assert_close(item("item_stays_before") + item("item_stays_after"), item("item_stays"), 1e-9);
    assert_close(item("item_days"), 3 * item("item_stays"), 1e-9);
    assert_close(item("item_days_before"), 3 * item("item_stays_before"), 1e-9);
    assert_close(item("item_days_after"), 3 * item("item_stays_after"), 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transitions_and_entries_count_inside_their_window),
        cmocka_unit_test(the_clock_is_read_as_it_ran_before),
        cmocka_unit_test(deaths_and_events_split_at_a_window),
    };
    return cmocka_run_group_tests(tests, run, end);
}
