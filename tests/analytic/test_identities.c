/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold exactly whatever the numbers: on one model with everything in it (attributes, late entry, named clocks, a life table,
 * windows, fading, recurrent events, four payers, transfers, production, perspectives, subgroups). */
#include <stdio.h>

#include "simlib.h"

enum { PERSONS = 4000 };

/* ---- the model, in pieces that tests exchange ---- */

typedef struct pieces {
    const char *name, *simulation, *economics, *states, *start, *transitions, *events, *parameters, *utilities, *attributes, *extra;
} pieces;

#define DEFAULT_STATES                                                                                                                   \
    "states: { search: { utility = 0.6; }; work: { utility = 0.75; }; benefit: { utility = \"u_low\"; }; retired: { role = \"left\"; };" \
    "  dead: { role = \"dead\"; }; };"
#define JOB                                                                                                                               \
    "job: { from = \"search\"; to = \"work\"; hazard: { family = \"weibull\"; shape = 1.3; scale = 2.5; };"                               \
    "  effects: { programme: { hr = \"hr_programme\"; from_years = \"programme_from\"; until_years = 7.0; fade_until_years = 9.0; steps " \
    "= 4; };"                                                                                                                             \
    "    policy: { attribute = \"sex\"; level = \"woman\"; hr = \"hr_women\"; }; age: { attribute = \"age\"; centre = 35; log_hr = "      \
    "-0.01; }; }; };"
#define LOSS                                                                                                             \
    "loss: { from = \"work\"; to = \"search\"; hazard: { family = \"piecewise\"; breaks = [0.5]; rates = [0.9, 0.2]; };" \
    "  modifiers: { crisis: { clock = \"calendar\"; breaks = [2026.0, 2028.0]; values = [1.0, 1.6, 1.0]; }; }; };"
#define GIVE_UP                                                                                                                         \
    "give_up: { from = \"search\"; to = \"benefit\"; clock = \"since:aid\"; hazard: { family = \"log_normal\"; meanlog = 1.5; sdlog = " \
    "0.8; }; };"
#define RETIRE                                                                                                                          \
    "retire: { from = [\"search\", \"work\", \"benefit\"]; to = \"retired\"; stream = \"retire\"; clock = \"age\"; hazard: { family = " \
    "\"at\"; at = 67; }; };"
#define DEATH                                                                                                                       \
    "death: { from = [\"search\", \"work\", \"benefit\"]; to = \"dead\"; stream = \"death\"; hazard: { family = \"table\"; file = " \
    "\"life.csv\"; };"                                                                                                              \
    "  effects: { dx: { attribute = \"dx\"; hr_by_level: { psychosis = 2.5; }; }; }; };"
#define DEFAULT_TRANSITIONS "transitions: { " JOB LOSS GIVE_UP RETIRE DEATH " };"
#define DEFAULT_EVENTS                                                                                                                  \
    "events: { admission: { states = [\"search\", \"benefit\"]; hazard: { family = \"exponential\"; rate = 0.4; };"                     \
    "  effects: { dx: { attribute = \"dx\"; level = \"psychosis\"; hr = 3.0; }; }; duration_days: { family = \"lognormal\"; meanlog = " \
    "2.0; sdlog = 1.0; }; }; };"
#define DEFAULT_ATTRIBUTES                                                                              \
    "sex: { levels = [\"man\", \"woman\"]; probabilities = [0.55, 0.45]; };"                            \
    "dx: { levels = [\"psychosis\", \"bipolar\", \"other\"]; probabilities = [0.3, 0.2, 0.5]; };"       \
    "age: { distribution: { family = \"normal\"; mean = 45.0; sd = 12.0; lower = 18; upper = 66; }; };" \
    "age_band: { of = \"age\"; breaks = [30, 50]; levels = [\"young\", \"middle\", \"old\"]; };"

static const pieces standard = {
    .name = "base",
    .simulation = "seed = 8; horizon_years = 16.0; report_years = [1.5, 4.0, 10.0]; start_year = 2023; occupancy_step_years = 0.5;",
    .economics = "economics: { currency = \"NOK\"; discount_costs: { rates = [0.04, 0.03]; from_years = [0, 8]; }; discount_effects: { "
                 "rates = 0.02; }; };",
    .states = DEFAULT_STATES,
    .start = "start_states: { search = 0.8; work = 0.2; };",
    .transitions = DEFAULT_TRANSITIONS,
    .events = DEFAULT_EVENTS,
    .attributes = DEFAULT_ATTRIBUTES,
    .parameters = "",
    .utilities = "utilities: { hospital: { per = \"event_day\"; events = [\"admission\"]; add = \"-du\"; }; onset: { per = \"transition\"; "
                 "transitions = [\"loss\"]; add = \"-du / 10\"; };"
                 "  old: { clock = \"age\"; breaks = [50.0]; values = [1.0, 0.95]; }; };",
    .extra = "",
};

static ipsim_scenario *load_pieces(const pieces *p, const ipsim_setting *settings, size_t n_settings)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    testlib_write("life.csv", "age,sex,rate\n0,man,0.002\n0,woman,0.001\n40,man,0.006\n40,woman,0.004\n60,man,0.03\n60,woman,0.02\n");
    fprintf(
        f,
        "name = \"%s\"; simulation: { persons = %d; %s };\n%s\n"
        "parameters: { hr_programme = 1.0; programme_from = 0.0; hr_women = 1.0; price = 1.0; u_low = 0.5; du = 0.1; %s };\n"
        "attributes: { %s };\n%s\n"
        "clocks: { aid: { starts_on = \"search\"; }; job: { starts_on = \"work\"; restart = true; }; };\n%s\n%s\n%s\n%s\n"
        "payers: { state: { public = true; }; town: { public = true; }; boss: {}; self: {}; };\n"
        "rewards: {\n"
        " care: { payer = \"town\"; per = \"year\"; amount = \"1000 * price\"; };\n"
        " support: { payer = \"town\"; per = \"year\"; states = [\"search\"]; amount = \"9000 * price\"; until_years = 3.0; };\n"
        " benefit: { kind = \"transfer\"; payer = \"state\"; receiver = \"self\"; per = \"year\"; states = [\"search\", \"benefit\"]; "
        "amount = \"20000 * price\"; };\n"
        " tax: { kind = \"transfer\"; payer = \"self\"; receiver = \"state\"; per = \"year\"; states = [\"work\"]; amount = \"9000 * "
        "price\"; };\n"
        " wage: { kind = \"production\"; payer = \"boss\"; per = \"year\"; states = [\"work\"]; amount = \"40000 * price\";\n"
        "   factors: { sex: { attribute = \"sex\"; level = \"woman\"; factor = 0.9; }; }; };\n"
        " bed: { payer = \"state\"; per = \"event_day\"; events = [\"admission\"]; amount = \"800 * price\"; };\n"
        " hire: { payer = \"boss\"; per = \"entry\"; states = [\"work\"]; amount = \"3000 * price\"; };\n"
        " intake: { payer = \"town\"; per = \"start\"; amount = \"1500 * price\"; };\n"
        " funeral: { payer = \"self\"; per = \"death\"; amount = \"5000 * price\"; }; };\n"
        "perspectives: { health: { payers = [\"state\", \"town\"]; kinds = [\"resource\"]; };\n"
        "  society: { kinds = [\"resource\", \"production\"]; public_funds_cost = 0.2; }; everything: { payers = [\"state\", \"town\", "
        "\"boss\", \"self\"]; }; };\n"
        "outcomes: { employment_years: { type = \"years\"; states = [\"work\"]; }; jobs: { type = \"entries\"; states = [\"work\"]; };\n"
        "  first_job: { type = \"first_time\"; states = [\"work\"]; }; ever: { type = \"ever\"; states = [\"work\"]; };\n"
        "  kept: { type = \"spells\"; states = [\"work\"]; at_least_years = 0.5; }; };\n"
        "subgroups = [\"sex\", \"dx\", \"age_band\"];\n%s\n",
        p->name, PERSONS, p->simulation, p->economics, p->parameters, p->attributes, p->states, p->start, p->transitions, p->events,
        p->utilities, p->extra);
    fclose(f);
    ipsim_scenario *scenario = testlib_load_with(testlib_write("identity.cfg", text), settings, n_settings);
    free(text);
    return scenario;
}

static ipsim_scenario *load_named(const char *name, const char *key, const char *value)
{
    pieces p = standard;
    p.name = name;
    return load_pieces(&p, &(ipsim_setting){key, value}, key ? 1 : 0);
}

static ipsim_results *run_one(const pieces *p)
{
    ipsim_scenario *scenario = load_pieces(p, NULL, 0);
    ipsim_results *r = run_persons(&scenario, 1, 0, -1);
    ipsim_scenario_free(scenario);
    return r;
}

static double value_of(const ipsim_results *r, const char *outcome, const char *payer, bool discounted, double year)
{
    return find_estimate(r->results, NULL, "all", outcome, payer, discounted ? "yes" : "no", year).value;
}

/* ---- differences ---- */

static void identical_arms_differ_by_exactly_zero(void **state)
{
    (void)state;
    ipsim_scenario *arms[3] = {load_named("one", NULL, NULL), load_named("two", NULL, NULL), load_named("three", "hr_programme", "1.0")};
    ipsim_results *r = run_persons(arms, 3, 0, -1);
    assert_true(r->differences->n_rows > 1000);
    for (size_t row = 0; row < r->differences->n_rows; row++) {
        assert_same_bits(table_real(r->differences, row, "estimate"), 0.0);
        assert_same_bits(table_real(r->differences, row, "mcse"), 0.0);
    }
    for (size_t row = 0; row < r->ratios->n_rows; row++)
        assert_true(table_matches(r->ratios, row, "reading", "no difference"));
    ipsim_results_free(r);
    for (int i = 0; i < 3; i++)
        ipsim_scenario_free(arms[i]);
}

/* A policy from year 4 on: nothing differs up to then, to the bit, and something does after. */
static void arms_agree_until_they_differ(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {load_named("base", NULL, NULL), NULL};
    pieces p = standard;
    p.name = "later";
    ipsim_setting settings[] = {{"hr_programme", "3.0"}, {"programme_from", "4.0"}};
    arms[1] = load_pieces(&p, settings, 2);
    ipsim_results *r = run_persons(arms, 2, 0, -1);
    int before = 0, after = 0;
    for (size_t row = 0; row < r->differences->n_rows; row++) {
        double gain = table_real(r->differences, row, "estimate"), mcse = table_real(r->differences, row, "mcse");
        if (table_real(r->differences, row, "year") <= 4.0) {
            assert_same_bits(gain, 0.0);
            assert_same_bits(mcse, 0.0);
            before++;
        } else {
            after += gain != 0.0;
        }
    }
    assert_true(before > 500 && after > 500);
    ipsim_results_free(r);
    sim a, b;
    sim_open(&a, arms[0]);
    sim_open(&b, arms[1]);
    int changed = 0;
    for (int64_t person = 0; person < 500; person++) {
        sim_person(&a, person);
        sim_person(&b, person);
        for (size_t i = 0; i < a.n && a.steps[i].t_years <= 4.0; i++) {
            assert_true(i < b.n);
            assert_same_bits(b.steps[i].t_years, a.steps[i].t_years);
            assert_same_bits(b.steps[i].duration_days, a.steps[i].duration_days);
            assert_int_equal(b.steps[i].to, a.steps[i].to);
            assert_int_equal(b.steps[i].risk, a.steps[i].risk);
        }
        changed += a.n != b.n || a.steps[a.n - 2].t_years != b.steps[b.n - 2].t_years;
    }
    assert_true(changed > 30 && changed < 450);
    sim_close(&a);
    sim_close(&b);
}

static void people_whom_a_policy_does_not_touch_do_not_differ(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {load_named("base", NULL, NULL), load_named("women", "hr_women", "2.0")};
    ipsim_results *r = run_persons(arms, 2, 0, -1);
    int men = 0, women = 0;
    for (size_t row = 0; row < r->differences->n_rows; row++) {
        double gain = table_real(r->differences, row, "estimate"), mcse = table_real(r->differences, row, "mcse");
        if (table_matches(r->differences, row, "subgroup", "sex=man")) {
            assert_same_bits(gain, 0.0);
            assert_same_bits(mcse, 0.0);
            men++;
        }
        women += table_matches(r->differences, row, "subgroup", "sex=woman") && gain != 0.0 && mcse > 0.0;
    }
    assert_true(men > 100 && women > 100);
    ipsim_results_free(r);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

/* ---- money, utilities, time ---- */

static void zero_prices_give_zero_costs(void **state)
{
    (void)state;
    ipsim_scenario *scenario = load_named("free", "price", "0");
    ipsim_results *r = run_persons(&scenario, 1, 0, -1);
    int seen = 0;
    for (size_t row = 0; row < r->results->n_rows; row++)
        if (table_matches(r->results, row, "unit", "NOK")) {
            assert_close(table_real(r->results, row, "estimate"), 0, 0);
            assert_close(table_real(r->results, row, "mcse"), 0, 0);
            seen++;
        }
    assert_true(seen > 100);
    ipsim_results_free(r);
    ipsim_scenario_free(scenario);
}

/* Twice the prices are twice the costs, exactly: 2 is a power of two. */
static void costs_scale_with_prices(void **state)
{
    (void)state;
    ipsim_scenario *one = load_named("base", NULL, NULL), *two = load_named("base", "price", "2");
    ipsim_results *r1 = run_persons(&one, 1, 0, -1), *r2 = run_persons(&two, 1, 0, -1);
    for (size_t row = 0; row < r1->results->n_rows; row++) {
        double factor = table_matches(r1->results, row, "unit", "NOK") ? 2 : 1;
        assert_close(table_real(r2->results, row, "estimate"), factor * table_real(r1->results, row, "estimate"), 2e-5);
    }
    ipsim_results_free(r1);
    ipsim_results_free(r2);
    ipsim_scenario_free(one);
    ipsim_scenario_free(two);
}

static void utilities_of_one_give_life_years(void **state)
{
    (void)state;
    pieces p = standard;
    p.states = "states: { search: {}; work: { utility = 1; }; benefit: { utility = 1.0; }; retired: { role = \"left\"; }; dead: { role = "
               "\"dead\"; }; };";
    p.utilities = "";
    ipsim_results *r = run_one(&p);
    static const double years[] = {1.5, 4, 10, 16};
    for (int discounted = 0; discounted < 2; discounted++)
        for (int i = 0; i < 4; i++) {
            double qalys = value_of(r, "qalys", "all", discounted, years[i]);
            assert_close(qalys, value_of(r, "life_years", "all", discounted, years[i]), 1e-9);
            assert_true(qalys > 0.5);
        }
    ipsim_results_free(r);
}

static void without_death_everybody_lives_to_the_horizon(void **state)
{
    (void)state;
    pieces p = standard;
    p.states = "states: { search: {}; work: {}; benefit: {}; };";
    p.transitions = "transitions: { " JOB LOSS GIVE_UP " };";
    ipsim_results *r = run_one(&p);
    static const double years[] = {1.5, 4, 10, 16};
    for (int i = 0; i < 4; i++) {
        estimate life = find_estimate(r->results, NULL, "all", "life_years", "all", "no", years[i]);
        estimate discounted = find_estimate(r->results, NULL, "all", "life_years", "all", "yes", years[i]);
        assert_close(life.value, years[i], 1e-9);
        assert_close(life.mcse, 0, 1e-9);
        assert_close(discounted.value, (1 - pow(1.02, -years[i])) / log(1.02), 1e-9); /* the present value of a certain flow */
        assert_close(discounted.mcse, 0, 1e-9);
    }
    ipsim_results_free(r);
}

/* Rows of one table add up to others: sum over the rows that match one of the first, less the second. */
static void parts_add_up(void **state)
{
    (void)state;
    ipsim_results *r = run_one(&standard);
    static const char *const payers[] = {"state", "town", "boss", "self"};
    static const double years[] = {1.5, 4, 10, 16};
    for (int d = 0; d < 2; d++)
        for (int i = 0; i < 4; i++) {
            double y = years[i], sum = 0, transfers = 0;
            /* state durations add up to life years, payers and kinds to the total, transfers to nothing */
            sum = value_of(r, "years_search", "all", d, y) + value_of(r, "years_work", "all", d, y) +
                  value_of(r, "years_benefit", "all", d, y);
            assert_close(sum, value_of(r, "life_years", "all", d, y), 1e-8);
            sum = 0;
            for (int k = 0; k < 4; k++)
                sum += value_of(r, "cost", payers[k], d, y);
            assert_close(sum, value_of(r, "cost", "all", d, y), 1e-3);
            assert_close(value_of(r, "cost_everything", "all", d, y), sum, 1e-3);
            sum = value_of(r, "cost_resource", "all", d, y) + value_of(r, "cost_production", "all", d, y);
            assert_close(sum, value_of(r, "cost", "all", d, y), 1e-3);
            transfers = value_of(r, "cost_transfer", "state", d, y) + value_of(r, "cost_transfer", "self", d, y);
            assert_close(transfers, 0, 1e-3);
            assert_true(fabs(value_of(r, "cost_transfer", "state", d, y)) > 100);
            /* items, each under its payer, add up to the resources; society adds a fifth of the net public outlay */
            double items = value_of(r, "item_care", "town", d, y) + value_of(r, "item_support", "town", d, y) +
                           value_of(r, "item_bed", "state", d, y) + value_of(r, "item_hire", "boss", d, y) +
                           value_of(r, "item_intake", "town", d, y) + value_of(r, "item_funeral", "self", d, y);
            assert_close(items, value_of(r, "cost_resource", "all", d, y), 1e-3);
            double outlay = value_of(r, "cost", "state", d, y) + value_of(r, "cost", "town", d, y);
            assert_close(value_of(r, "cost_society", "all", d, y), value_of(r, "cost", "all", d, y) + 0.2 * outlay, 1e-3);
        }
    /* the care that everybody alive has is a price times life years, discounted as a cost */
    assert_relative(value_of(r, "item_care", "town", false, 16), 1000 * value_of(r, "life_years", "all", false, 16), 1e-9);
    ipsim_results_free(r);
}

static void people_are_conserved(void **state)
{
    (void)state;
    pieces p = standard;
    p.attributes = DEFAULT_ATTRIBUTES "entry_time: { distribution: { family = \"uniform\"; min = 0.0; max = 20.0; }; };";
    for (int open_cohort = 0; open_cohort < 2; open_cohort++) {
        ipsim_results *r = run_one(open_cohort ? &p : &standard);
        const ipsim_table *table = r->occupancy;
        size_t times = 0;
        for (size_t row = 0; row < table->n_rows;) {
            double year = table_real(table, row, "year");
            int64_t sum = 0;
            for (; row < table->n_rows && table_real(table, row, "year") == year; row++) {
                double count = table_real(table, row, "estimate") * PERSONS;
                assert_close(count, rint(count), 1e-8);
                assert_true(count >= 0);
                sum += (int64_t)rint(count);
            }
            assert_int_equal(sum, PERSONS);
            assert_close(year, 0.5 * (double)times, 1e-12);
            times++;
        }
        assert_int_equal(times, 33);
        if (open_cohort) { /* entries are spread over 20 years, 16 of which are seen */
            assert_z(occupancy(r, NULL, "not_entered", 8).value, 0.6, sqrt(0.24 / PERSONS), 4);
            assert_z(occupancy(r, NULL, "not_entered", 16).value, 0.2, sqrt(0.16 / PERSONS), 4);
        } else {
            assert_close(occupancy(r, NULL, "search", 0).value + occupancy(r, NULL, "work", 0).value, 1, 1e-15);
            /* the time spent in a state is the area under its share: trapezium of 0.5 years, error well below 0.02 */
            double area = 0;
            for (int i = 0; i <= 32; i++)
                area += occupancy(r, NULL, "work", 0.5 * i).value * (i == 0 || i == 32 ? 0.25 : 0.5);
            assert_close(area, value_of(r, "years_work", "all", false, 16), 0.05);
        }
        ipsim_results_free(r);
    }
}

static void subgroups_add_up_to_the_whole(void **state)
{
    (void)state;
    ipsim_results *r = run_one(&standard);
    static const char *const attributes[] = {"sex", "dx", "age_band"};
    static const char *const levels[][3] = {{"man", "woman", NULL}, {"psychosis", "bipolar", "other"}, {"young", "middle", "old"}};
    static const char *const outcomes[] = {"qalys", "life_years", "cost", "cost_society", "employment_years", "jobs", "n_admission"};
    for (size_t o = 0; o < sizeof outcomes / sizeof *outcomes; o++)
        for (int a = 0; a < 3; a++) {
            double sum = 0, shares = 0;
            for (int l = 0; l < 3 && levels[a][l]; l++) {
                char group[60];
                snprintf(group, sizeof group, "%s=%s", attributes[a], levels[a][l]);
                double share = NAN;
                for (size_t row = 0; row < r->population->n_rows; row++)
                    if (table_matches(r->population, row, "attribute", attributes[a]) &&
                        table_matches(r->population, row, "level", levels[a][l]))
                        share = table_real(r->population, row, "simulated");
                sum += share * find_estimate(r->results, NULL, group, outcomes[o], "all", "yes", 16).value;
                shares += share;
            }
            assert_close(shares, 1, 1e-12);
            assert_relative(sum, value_of(r, outcomes[o], "all", true, 16), 1e-9);
        }
    ipsim_results_free(r);
}

/* ---- report years, discounting ---- */

/* What a row of results is about: subgroup, outcome, payer, discounted. False for a row of a subgroup. */
static bool row_of_everybody(const ipsim_table *t, size_t row, const char *text[4])
{
    static const char *const columns[4] = {"subgroup", "outcome", "payer", "discounted"};
    for (int k = 0; k < 4; k++)
        text[k] = t->columns[ipsim_table_find_column(t, columns[k])].text[row];
    return strcmp(text[0], "all") == 0;
}

static void cutting_time_changes_nothing(void **state)
{
    (void)state;
    pieces one = standard, many = standard;
    one.simulation = "seed = 8; horizon_years = 16.0; start_year = 2023;";
    many.simulation =
        "seed = 8; horizon_years = 16.0; start_year = 2023; report_years = [0.1, 0.7, 1.5, 3.0, 4.0, 6.5, 7.0, 9.9, 10.0, 12.3, 15.999];";
    ipsim_results *a = run_one(&one), *b = run_one(&standard), *c = run_one(&many);
    size_t compared = 0;
    for (size_t row = 0; row < a->results->n_rows; row++) {
        const ipsim_table *t = a->results;
        const char *text[4];
        if (!row_of_everybody(t, row, text))
            continue;
        double value = table_real(t, row, "estimate");
        assert_close(find_estimate(b->results, NULL, text[0], text[1], text[2], text[3], 16).value, value, 1e-9 + 1e-9 * fabs(value));
        assert_close(find_estimate(c->results, NULL, text[0], text[1], text[2], text[3], 16).value, value, 1e-9 + 1e-9 * fabs(value));
        double early = find_estimate(b->results, NULL, text[0], text[1], text[2], text[3], 4).value;
        assert_close(find_estimate(c->results, NULL, text[0], text[1], text[2], text[3], 4).value, early, 1e-9 + 1e-9 * fabs(early));
        compared++;
    }
    assert_true(compared > 60);
    ipsim_results_free(a);
    ipsim_results_free(b);
    ipsim_results_free(c);
}

/* What is reported at year r is what a run with horizon r gives, also for what happens exactly at r: here everybody is 57 and retires
 * at exactly year 10. */
static void a_report_year_is_a_shorter_run(void **state)
{
    (void)state;
    pieces longer = standard, shorter = standard;
    longer.attributes = shorter.attributes =
        "sex: { levels = [\"man\", \"woman\"]; probabilities = [0.55, 0.45]; };"
        "dx: { levels = [\"psychosis\", \"bipolar\", \"other\"]; probabilities = [0.3, 0.2, 0.5]; }; age: { value = 57; };"
        "age_band: { of = \"age\"; breaks = [30, 50]; levels = [\"young\", \"middle\", \"old\"]; };";
    shorter.simulation = "seed = 8; horizon_years = 10.0; report_years = [1.5, 4.0]; start_year = 2023; occupancy_step_years = 0.5;";
    ipsim_results *a = run_one(&longer), *b = run_one(&shorter);
    for (size_t row = 0; row < b->results->n_rows; row++) {
        const ipsim_table *t = b->results;
        const char *text[4];
        if (!row_of_everybody(t, row, text))
            continue;
        estimate e = find_estimate(a->results, NULL, text[0], text[1], text[2], text[3], table_real(t, row, "year"));
        assert_close(table_real(t, row, "estimate"), e.value, 1e-9 + 1e-9 * fabs(e.value));
        assert_close(table_real(t, row, "mcse"), e.mcse, 1e-9 + 1e-9 * fabs(e.mcse));
    }
    assert_true(value_of(b, "n_retire", "all", false, 10) > 0.5); /* all who are still there, exactly at year 10 */
    assert_close(occupancy(b, NULL, "retired", 10).value, value_of(b, "n_retire", "all", false, 10), 1e-12);
    ipsim_results_free(a);
    ipsim_results_free(b);
}

static void a_vanishing_rate_is_no_discounting(void **state)
{
    (void)state;
    static const char *const rates[] = {"0.0", "1e-9", "1e-6"};
    for (int i = 0; i < 3; i++) {
        char economics[200];
        pieces p = standard;
        snprintf(economics, sizeof economics, "economics: { discount_costs: { rates = %s; }; discount_effects: { rates = %s; }; };",
                 rates[i], rates[i]);
        p.economics = economics;
        ipsim_results *r = run_one(&p);
        static const char *const outcomes[] = {"qalys", "life_years", "cost", "jobs", "n_admission", "cost_resource"};
        for (size_t o = 0; o < sizeof outcomes / sizeof *outcomes; o++) {
            double plain = value_of(r, outcomes[o], "all", false, 16), discounted = value_of(r, outcomes[o], "all", true, 16);
            if (i == 0)
                assert_same_bits(discounted, plain);
            else /* exp(-rate t) with t at most 16 */
                assert_true(fabs(discounted / plain - 1) < 16 * atof(rates[i]) && discounted != plain);
        }
        ipsim_results_free(r);
    }
}

/* Twice as fast for half as long: every time halves. */
static void time_may_be_measured_in_any_unit(void **state)
{
    (void)state;
    static const char *const text[2] = {
        "simulation: { seed = 2; horizon_years = 20.0; persons = 500; occupancy_step_years = 1.0; }; states: { A: {}; B: {}; D: { role = "
        "\"dead\"; }; }; start_state = \"A\"; transitions: {"
        " ab: { from = \"A\"; to = \"B\"; hazard: { family = \"weibull\"; shape = 1.4; scale = 4.0; }; };"
        " ba: { from = \"B\"; to = \"A\"; clock = \"start\"; hazard: { family = \"gompertz\"; shape = 0.1; rate = 0.2; }; };"
        " d: { from = [\"A\", \"B\"]; to = \"D\"; stream = \"d\"; clock = \"start\"; hazard: { family = \"gamma\"; shape = 3.0; rate = "
        "0.15; }; }; };",
        "simulation: { seed = 2; horizon_years = 10.0; persons = 500; occupancy_step_years = 0.5; }; states: { A: {}; B: {}; D: { role = "
        "\"dead\"; }; }; start_state = \"A\"; transitions: {"
        " ab: { from = \"A\"; to = \"B\"; hazard: { family = \"weibull\"; shape = 1.4; scale = 2.0; }; };"
        " ba: { from = \"B\"; to = \"A\"; clock = \"start\"; hazard: { family = \"gompertz\"; shape = 0.2; rate = 0.4; }; };"
        " d: { from = [\"A\", \"B\"]; to = \"D\"; stream = \"d\"; clock = \"start\"; hazard: { family = \"gamma\"; shape = 3.0; rate = "
        "0.3; }; }; };"};
    ipsim_scenario *s[2] = {testlib_load_text(text[0]), testlib_load_text(text[1])};
    ipsim_results *r[2] = {run_persons(&s[0], 1, 0, -1), run_persons(&s[1], 1, 0, -1)};
    assert_relative(value_of(r[1], "years_A", "all", false, NAN), value_of(r[0], "years_A", "all", false, NAN) / 2, 1e-9);
    assert_relative(value_of(r[1], "life_years", "all", false, NAN), value_of(r[0], "life_years", "all", false, NAN) / 2, 1e-9);
    assert_relative(value_of(r[1], "n_ab", "all", false, NAN), value_of(r[0], "n_ab", "all", false, NAN), 1e-12);
    for (int i = 0; i <= 20; i++)
        assert_close(occupancy(r[1], NULL, "B", 0.5 * i).value, occupancy(r[0], NULL, "B", i).value, 1e-12);
    for (int i = 0; i < 2; i++) {
        ipsim_results_free(r[i]);
        ipsim_scenario_free(s[i]);
    }
}

/* ---- luck ---- */

/* Histories by state and transition names must agree to the bit. */
static void assert_same_histories(ipsim_scenario *first, ipsim_scenario *second)
{
    sim a, b;
    sim_open(&a, first);
    sim_open(&b, second);
    for (int64_t person = 0; person < 400; person++) {
        sim_person(&a, person);
        sim_person(&b, person);
        assert_int_equal(a.n, b.n);
        for (size_t i = 0; i < a.n; i++) {
            const ipsim_step *x = &a.steps[i], *y = &b.steps[i];
            assert_same_bits(y->t_years, x->t_years);
            assert_same_bits(y->duration_days, x->duration_days);
            assert_string_equal(a.scenario->states[x->to].name, b.scenario->states[y->to].name);
            if (x->risk != SIZE_MAX)
                assert_string_equal(sim_name(&a, x), sim_name(&b, y));
        }
    }
    sim_close(&a);
    sim_close(&b);
}

/* (Where people start is drawn over the states in their order, so here everybody starts in one.) */
static void the_order_of_declaration_does_not_matter(void **state)
{
    (void)state;
    pieces p = standard, q = standard;
    p.start = q.start = "start_state = \"search\";";
    q.states = "states: { dead: { role = \"dead\"; }; work: { utility = 0.75; }; retired: { role = \"left\"; }; search: { utility = 0.6; };"
               "  benefit: { utility = \"u_low\"; }; };";
    q.transitions = "transitions: { " DEATH GIVE_UP RETIRE LOSS JOB " };";
    assert_same_histories(load_pieces(&p, NULL, 0), load_pieces(&q, NULL, 0));
}

static void what_is_added_elsewhere_changes_nobody(void **state)
{
    (void)state;
    /* an attribute that nothing uses, a state and a transition that nobody reaches within the horizon */
    pieces p = standard;
    p.attributes = "shoe_size: { distribution: { family = \"normal\"; mean = 42; sd = 2; }; };" DEFAULT_ATTRIBUTES;
    p.states = "states: { moon: {}; search: { utility = 0.6; }; work: { utility = 0.75; }; benefit: { utility = \"u_low\"; }; retired: { "
               "role = \"left\"; };"
               "  dead: { role = \"dead\"; }; };";
    p.transitions = "transitions: { launch: { from = [\"search\", \"work\", \"benefit\"]; to = \"moon\"; clock = \"start\"; hazard: { "
                    "family = \"piecewise\"; breaks = [900.0]; rates = [0.0, 1.0]; }; };"
                    "  crash: { from = \"moon\"; to = \"dead\"; hazard: { family = \"exponential\"; rate = 1.0; }; }; " JOB LOSS GIVE_UP
                        RETIRE DEATH " };";
    p.events = "events: { eclipse: { states = [\"moon\"]; hazard: { family = \"exponential\"; rate = 5.0; }; };"
               "  admission: { states = [\"search\", \"benefit\"]; hazard: { family = \"exponential\"; rate = 0.4; };"
               "  effects: { dx: { attribute = \"dx\"; level = \"psychosis\"; hr = 3.0; }; }; duration_days: { family = \"lognormal\"; "
               "meanlog = 2.0; sdlog = 1.0; }; }; };";
    assert_same_histories(load_pieces(&standard, NULL, 0), load_pieces(&p, NULL, 0));
}

/* ---- reproducibility ---- */

static void threads_and_repetition_change_no_bit(void **state)
{
    (void)state;
    ipsim_scenario *arms[2] = {load_named("base", NULL, NULL), load_named("ips", "hr_programme", "1.7")};
    ipsim_run_options options = {.persons = 29000, .seed = -1, .n_threads = 1}; /* blocks for all threads, the last one not whole */
    ipsim_results *first = run_with(arms, 2, options);
    static const int threads[] = {1, 2, 3, 7, 0};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        options.n_threads = threads[i];
        ipsim_results *again = run_with(arms, 2, options);
        assert_same_results(again, first);
        if (threads[i] > 0)
            assert_int_equal(again->n_threads, threads[i]);
        ipsim_results_free(again);
    }
    options.seed = 9;
    ipsim_results *other = run_with(arms, 2, options);
    assert_true(value_of(other, "qalys", "all", true, 16) != value_of(first, "qalys", "all", true, 16));
    options.seed = -1;
    options.replicate = 1;
    ipsim_results *replicate = run_with(arms, 2, options);
    assert_true(value_of(replicate, "qalys", "all", true, 16) != value_of(first, "qalys", "all", true, 16));
    ipsim_results_free(other);
    ipsim_results_free(replicate);
    ipsim_results_free(first);
    ipsim_scenario_free(arms[0]);
    ipsim_scenario_free(arms[1]);
}

/* ---- the smallest runs ---- */

static void the_smallest_runs_work(void **state)
{
    (void)state;
    ipsim_scenario *scenario = load_named("base", NULL, NULL);
    ipsim_results *r = run_persons(&scenario, 1, 1, -1);
    estimate one = result(r, "base", "life_years", false);
    assert_true(one.value > 0 && one.value <= 16 && isnan(one.mcse));
    assert_int_equal(r->persons, 1);
    ipsim_results_free(r);
    ipsim_scenario_free(scenario);

    pieces p = standard; /* no time: nobody lives, nothing accrues; only what is paid at the start is paid */
    p.simulation = "seed = 8; horizon_years = 0; start_year = 2023;";
    r = run_one(&p);
    static const char *const nothing[] = {"life_years", "qalys",   "years_work",  "employment_years", "jobs",
                                          "n_job",      "n_death", "n_admission", "days_admission",   "kept"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        for (int discounted = 0; discounted < 2; discounted++)
            assert_same_bits(value_of(r, nothing[i], "all", discounted, 0), 0.0);
    assert_close(value_of(r, "cost", "all", true, 0), 1500, 1e-9);
    assert_close(occupancy(r, NULL, "search", 0).value + occupancy(r, NULL, "work", 0).value, 1, 1e-15);
    ipsim_results_free(r);

    scenario = testlib_load_text("name = \"one\"; simulation: { persons = 3; horizon_years = 7.0; }; states: { only: { utility = 0.5; }; "
                                 "}; start_state = \"only\";");
    r = run_persons(&scenario, 1, 0, -1);
    assert_close(result(r, "one", "life_years", false).value, 7, 1e-9);
    assert_close(result(r, "one", "qalys", true).value, 3.5, 1e-9);
    assert_close(result(r, "one", "qalys", true).mcse, 0, 1e-12);
    assert_same_bits(occupancy(r, "one", "only", 7).value, 1.0);
    ipsim_results_free(r);
    ipsim_scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identical_arms_differ_by_exactly_zero),
        cmocka_unit_test(arms_agree_until_they_differ),
        cmocka_unit_test(people_whom_a_policy_does_not_touch_do_not_differ),
        cmocka_unit_test(zero_prices_give_zero_costs),
        cmocka_unit_test(costs_scale_with_prices),
        cmocka_unit_test(utilities_of_one_give_life_years),
        cmocka_unit_test(without_death_everybody_lives_to_the_horizon),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(people_are_conserved),
        cmocka_unit_test(subgroups_add_up_to_the_whole),
        cmocka_unit_test(cutting_time_changes_nothing),
        cmocka_unit_test(a_report_year_is_a_shorter_run),
        cmocka_unit_test(a_vanishing_rate_is_no_discounting),
        cmocka_unit_test(time_may_be_measured_in_any_unit),
        cmocka_unit_test(the_order_of_declaration_does_not_matter),
        cmocka_unit_test(what_is_added_elsewhere_changes_nobody),
        cmocka_unit_test(threads_and_repetition_change_no_bit),
        cmocka_unit_test(the_smallest_runs_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
