/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one history is worth. One person's life is told to the tally by hand, and every measure is worked out beside it as a list of
 * flows and points, discounted here with the C library.
 *
 *     0     enters A, aged 50 (woman, hours 0.5), calendar 2020        5     event, 20 days (exactly on a report year)
 *     1.5   A to B (starts clock c)                                    6     B to A
 *     2.5   event, 10 days                                             8     A to D, dead                       horizon 10 */
#include "simlib.h"
#include "teller.h"

static const char model[] =
    "simulation: { horizon_years = 10.0; report_years = [2.0, 5.0]; start_year = 2020; };"
    "economics: { currency = \"NOK\"; discount_costs: { rates = [0.04, 0.02]; from_years = [0.0, 3.0]; }; discount_effects: { rates = "
    "0.03; }; };"
    "attributes: { age: { value = 50; }; sex: { levels = [\"man\", \"woman\"]; probabilities = [0.0, 1.0]; }; hours: { value = 0.5; }; };"
    "clocks: { c: { starts_on = \"B\"; }; };"
    "states: { A: { utility = 0.8; }; B: { utility = 0.6; }; D: { role = \"dead\"; }; };"
    "start_state = \"A\";"
    "transitions: { ab: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; };"
    "  ba: { from = \"B\"; to = \"A\"; hazard: { family = \"exponential\"; rate = 1; }; };"
    "  death: { from = [\"A\", \"B\"]; to = \"D\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = 1; }; }; };"
    "events: { e: { hazard: { family = \"exponential\"; rate = 1; }; duration_days: { family = \"exponential\"; rate = 0.1; }; }; };"
    "payers: { state: { public = true; }; town: { public = true; }; boss: {}; self: {}; };"
    "rewards: {"
    "  care: { payer = \"town\"; per = \"year\"; amount = 1000; };"
    "  rent: { payer = \"self\"; per = \"year\"; amount = 70; states = [\"B\"]; };"
    "  help: { payer = \"town\"; per = \"year\"; amount = 200; states = [\"A\", \"B\"]; from_years = 1.0; until_years = 7.0; };"
    "  pill: { payer = \"town\"; per = \"year\"; amount = 30; clock = \"age\"; from_years = 53.0; until_years = 55.5; };"
    "  first: { payer = \"town\"; per = \"year\"; amount = 11; clock = \"sojourn\"; until_years = 1.0; };"
    "  since: { payer = \"town\"; per = \"year\"; amount = 13; clock = \"since:c\"; from_years = 2.0; };"
    "  always: { payer = \"town\"; per = \"year\"; amount = 17; clock = \"since:c\"; };"
    "  law: { payer = \"state\"; per = \"year\"; amount = 19; clock = \"calendar\"; from_years = 2024.0; };"
    "  benefit: { kind = \"transfer\"; payer = \"state\"; receiver = \"self\"; per = \"year\"; amount = 500; states = [\"A\"]; };"
    "  grant: { kind = \"transfer\"; payer = \"state\"; receiver = \"town\"; per = \"start\"; amount = 40; };"
    "  wage: { kind = \"production\"; payer = \"boss\"; per = \"year\"; amount = 3000; states = [\"B\"];"
    "    factors: { f: { attribute = \"sex\"; level = \"woman\"; factor = 0.9; }; n: { attribute = \"hours\"; }; }; };"
    "  move: { payer = \"self\"; per = \"entry\"; amount = 5; states = [\"A\", \"B\"]; };"
    "  onset: { payer = \"town\"; per = \"transition\"; amount = 300; transitions = [\"ab\"]; };"
    "  stay: { payer = \"town\"; per = \"event\"; amount = 90; events = [\"e\"]; };"
    "  bed: { payer = \"town\"; per = \"event_day\"; amount = 7; events = [\"e\"];"
    "    factors: { s: { attribute = \"sex\"; by_level: { man = 5.0; woman = 2.0; }; }; }; };"
    "  intake: { payer = \"town\"; per = \"start\"; amount = 60; };"
    "  grave: { payer = \"self\"; per = \"death\"; amount = 800; }; };"
    "utilities: {"
    "  age: { clock = \"age\"; breaks = [52.0, 57.0]; values = [1.0, 0.9, 0.5]; };"
    "  woman: { add = -0.1; factors: { s: { attribute = \"sex\"; by_level: { man = 0.0; }; }; }; };"
    "  pain: { add = -0.2; states = [\"B\"]; clock = \"since:c\"; from_years = 1.0; until_years = 3.0; };"
    "  onset: { per = \"transition\"; transitions = [\"ab\"]; add = -0.05; };"
    "  stay: { per = \"event_day\"; events = [\"e\"]; add = -0.3; };"
    "  visit: { per = \"event\"; events = [\"e\"]; add = -0.01; };"
    "  grief: { per = \"death\"; add = -0.5; }; };"
    "perspectives: { town: { payers = [\"town\"]; }; use: { kinds = [\"resource\"]; };"
    "  society: { kinds = [\"resource\", \"production\"]; public_funds_cost = 0.2; };"
    "  purse: { payers = [\"state\", \"town\"]; kinds = [\"resource\", \"transfer\"]; }; };"
    "outcomes: { employment_years: { type = \"years\"; states = [\"B\"]; }; fte: { type = \"years\"; states = [\"A\", \"B\"]; weight = "
    "0.25; };"
    "  jobs: { type = \"entries\"; states = [\"B\"]; }; alive_entries: { type = \"entries\"; states = [\"A\", \"B\"]; };"
    "  ever_b: { type = \"ever\"; states = [\"B\"]; }; ever_a: { type = \"ever\"; states = [\"A\"]; };"
    "  first_b: { type = \"first_time\"; states = [\"B\"]; };"
    "  kept_half: { type = \"spells\"; states = [\"B\"]; at_least_years = 0.5; }; kept_1: { type = \"spells\"; states = [\"B\"]; "
    "at_least_years = 1.0; }; kept_4: { type = \"spells\"; states = [\"B\"]; "
    "at_least_years = 4.5; };"
    "  kept_5: { type = \"spells\"; states = [\"B\"]; at_least_years = 4.6; }; long_a: { type = \"spells\"; states = [\"A\"]; "
    "at_least_years = 1.5; };"
    "  alive: { type = \"spells\"; states = [\"A\", \"B\"]; at_least_years = 8; };"
    "  moves: { type = \"transitions\"; transitions = [\"ab\", \"ba\"]; }; stays: { type = \"events\"; events = [\"e\"]; };"
    "  bed_days: { type = \"event_days\"; events = [\"e\"]; }; };";

typedef struct fixture {
    ipsim_scenario *scenario;
    ipsim_compiled_model *compiled;
    ipsim_account_plan *plan;
    ipsim_tally *tally;
    ipsim_people *people;
    double *values;
    double attributes[3];
} fixture;

static size_t find_risk(const fixture *f, int state, const char *name)
{
    for (size_t r = f->compiled->first_risk[state]; r < f->compiled->first_risk[state + 1]; r++) {
        const ipsim_risk *risk = &f->compiled->risks[r];
        const char *own = risk->event != SIZE_MAX ? f->scenario->events[risk->event].name : f->scenario->transitions[risk->transition].name;
        if (strcmp(own, name) == 0)
            return r;
    }
    fail_msg("no risk %s", name);
    return 0;
}

static void tell_the_life(fixture *f)
{
    enum { A, B, D };
    double origin[5] = {0, 0, -50, -2020, INFINITY};
    teller told = teller_begin(f->tally, f->people, f->attributes, A, 0);
    teller_stays(&told, A, 0, 1.5, origin, 5);
    origin[IPSIM_CLOCK_SOJOURN] = origin[IPSIM_CLOCK_NAMED] = 1.5;
    teller_ends_stay(&told, (int64_t)find_risk(f, A, "ab"), 0);
    teller_stays(&told, B, 1.5, 2.5, origin, 5);
    teller_ends_stay(&told, (int64_t)find_risk(f, B, "e"), 10);
    teller_stays(&told, B, 2.5, 5, origin, 5);
    teller_ends_stay(&told, (int64_t)find_risk(f, B, "e"), 20);
    teller_stays(&told, B, 5, 6, origin, 5);
    origin[IPSIM_CLOCK_SOJOURN] = 6;
    teller_ends_stay(&told, (int64_t)find_risk(f, B, "ba"), 0);
    teller_stays(&told, A, 6, 8, origin, 5);
    origin[IPSIM_CLOCK_SOJOURN] = 8;
    teller_ends_stay(&told, (int64_t)find_risk(f, A, "death"), 0);
    teller_values(&told, f->values);
}

static void open_fixture(fixture *f)
{
    ipsim_error_list errors = {0};
    *f = (fixture){.scenario = testlib_load_text(model), .attributes = {50, 0.5, 1}};
    assert_no_errors(ipsim_compile(f->scenario, &f->compiled, &errors), &errors);
    const ipsim_compiled_model *models[] = {f->compiled};
    assert_no_errors(ipsim_account_plan_create(models, 1, &f->plan, &errors), &errors);
    f->people = ipsim_people_create(1, 1, f->scenario->n_attributes, &(ipsim_grouping){.n_dimensions = 0});
    assert_non_null(f->people);
    f->tally = ipsim_tally_create(f->plan, 0, f->people->stride);
    f->values = calloc(ipsim_account_n_measures(f->plan) * ipsim_account_n_years(f->plan) * 2, sizeof(double));
    assert_non_null(f->tally);
    assert_non_null(f->values);
}

static void close_fixture(fixture *f)
{
    free(f->values);
    ipsim_tally_free(f->tally);
    ipsim_people_free(f->people);
    ipsim_account_plan_free(f->plan);
    ipsim_compiled_model_free(f->compiled);
    ipsim_scenario_free(f->scenario);
}

/* ---- expectations: "weight from to" is a flow, "weight at" a point (to < 0) ---- */

typedef struct part {
    double weight, from, to;
} part;

enum { MAX_PARTS = 40 };
typedef struct parts {
    size_t n;
    part part[MAX_PARTS];
} parts;

static void flow(parts *p, double weight, double from, double to)
{
    assert_true(p->n < MAX_PARTS);
    p->part[p->n++] = (part){weight, from, to};
}

static void point(parts *p, double weight, double at)
{
    flow(p, weight, at, -1);
}

static void join(parts *p, double weight, const parts *other)
{
    for (size_t i = 0; i < other->n; i++)
        flow(p, weight * other->part[i].weight, other->part[i].from, other->part[i].to);
}

/* Costs: 4 % to year 3, then 2 %; effects: 3 %; kind 0: not discounted. */
static double weight_at(int kind, double t)
{
    return kind == 0 ? 1 : kind == 2 ? pow(1.03, -t) : pow(1.04, -fmin(t, 3)) * pow(1.02, -fmax(t - 3, 0));
}

static double worth(int kind, const part *p, double year)
{
    if (p->to < 0)
        return p->from <= year ? p->weight * weight_at(kind, p->from) : 0;
    double from = p->from, to = fmin(p->to, year), sum = 0;
    if (to <= from)
        return 0;
    if (kind == 0)
        return p->weight * (to - from);
    double cuts[3] = {from, fmin(fmax(3, from), to), to};
    for (int i = 0; i < 2; i++) {
        double force = log(kind == 2 ? 1.03 : i == 0 ? 1.04 : 1.02);
        sum += weight_at(kind, cuts[i]) * (1 - exp(-force * (cuts[i + 1] - cuts[i]))) / force;
    }
    return p->weight * sum;
}

static void expect(const fixture *f, const char *outcome, const char *payer, const parts *p, bool money)
{
    static const double years[3] = {2, 5, 10};
    size_t measure = ipsim_account_find(f->plan, outcome, payer);
    if (measure == ipsim_account_n_measures(f->plan) || !ipsim_account_has(f->plan, 0, measure))
        fail_msg("no measure %s of %s", outcome, payer);
    for (size_t year = 0; year < 3; year++)
        for (int discounted = 0; discounted < 2; discounted++) {
            double sum = 0, actual = f->values[(measure * 3 + year) * 2 + (size_t)discounted];
            for (size_t i = 0; i < p->n; i++)
                sum += worth(discounted ? (money ? 1 : 2) : 0, &p->part[i], years[year]);
            if (fabs(actual - sum) > 1e-12 * (1 + fabs(sum)))
                fail_msg("%s of %s at year %g%s: %.17g, expected %.17g", outcome, payer, years[year], discounted ? ", discounted" : "",
                         actual, sum);
        }
}

static void costs(void **state)
{
    (void)state;
    fixture f;
    open_fixture(&f);
    tell_the_life(&f);
    enum { CARE, RENT, HELP, PILL, FIRST, SINCE, ALWAYS, LAW, BENEFIT, GRANT, WAGE, MOVE, ONSET, STAY, BED, INTAKE, GRAVE, N };
    static const char *const names[N] = {"care",  "rent", "help", "pill",  "first", "since", "always", "law",  "benefit",
                                         "grant", "wage", "move", "onset", "stay",  "bed",   "intake", "grave"};
    static const char *const payers[N] = {"town",  "self", "town", "town", "town", "town", "town", "state", "state",
                                          "state", "boss", "self", "town", "town", "town", "town", "self"};
    parts r[N] = {{0}};
    flow(&r[CARE], 1000, 0, 8); /* nothing accrues to the dead */
    flow(&r[RENT], 70, 1.5, 6);
    flow(&r[HELP], 200, 1, 7);
    flow(&r[PILL], 30, 3, 5.5); /* aged 53 to 55.5 */
    flow(&r[FIRST], 11, 0, 1);  /* the first year of each stay */
    flow(&r[FIRST], 11, 1.5, 2.5);
    flow(&r[FIRST], 11, 6, 7);
    flow(&r[SINCE], 13, 3.5, 8); /* two years after B was first entered */
    flow(&r[ALWAYS], 17, 1.5, 8);
    flow(&r[LAW], 19, 4, 8);
    flow(&r[BENEFIT], 500, 0, 1.5);
    flow(&r[BENEFIT], 500, 6, 8);
    point(&r[GRANT], 40, 0);
    flow(&r[WAGE], 3000 * 0.9 * 0.5, 1.5, 6);
    point(&r[MOVE], 5, 1.5); /* the start is no entry */
    point(&r[MOVE], 5, 6);
    point(&r[ONSET], 300, 1.5);
    point(&r[STAY], 90, 2.5);
    point(&r[STAY], 90, 5); /* counts at report year 5 */
    point(&r[BED], 7 * 2 * 10, 2.5);
    point(&r[BED], 7 * 2 * 20, 5);
    point(&r[INTAKE], 60, 0);
    point(&r[GRAVE], 800, 8);
    parts total = {0}, resource = {0}, payer[4] = {{0}}, public_net = {0}, purse = {0}, society = {0};
    for (int i = 0; i < N; i++) {
        parts item = {0};
        char name[40];
        join(&item, i == WAGE ? -1 : 1, &r[i]);
        snprintf(name, sizeof name, "item_%s", names[i]);
        expect(&f, name, payers[i], &item, true);
        bool transfer = i == BENEFIT || i == GRANT;
        if (!transfer)
            join(&total, 1, &item);
        if (!transfer && i != WAGE)
            join(&resource, 1, &item);
        int who = strcmp(payers[i], "state") == 0 ? 0 : strcmp(payers[i], "town") == 0 ? 1 : strcmp(payers[i], "boss") == 0 ? 2 : 3;
        join(&payer[who], 1, &item);
        if (who <= 1 && i != WAGE)
            join(&purse, 1, &item);
    }
    join(&payer[3], -1, &r[BENEFIT]);
    join(&payer[1], -1, &r[GRANT]);
    join(&purse, -1, &r[GRANT]); /* from one public purse to another: nothing */
    join(&public_net, 1, &purse);
    join(&society, 1, &total);
    join(&society, 0.2, &public_net);
    expect(&f, "cost", "all", &total, true);
    expect(&f, "cost", "state", &payer[0], true);
    expect(&f, "cost", "town", &payer[1], true);
    expect(&f, "cost", "boss", &payer[2], true);
    expect(&f, "cost", "self", &payer[3], true);
    expect(&f, "cost_resource", "all", &resource, true);
    expect(&f, "cost_use", "all", &resource, true);
    expect(&f, "cost_town", "all", &payer[1], true);
    expect(&f, "cost_purse", "all", &purse, true);
    expect(&f, "cost_society", "all", &society, true);
    parts transfers_self = {0}, production = {0};
    join(&transfers_self, -1, &r[BENEFIT]);
    join(&production, -1, &r[WAGE]);
    expect(&f, "cost_transfer", "self", &transfers_self, true);
    expect(&f, "cost_production", "boss", &production, true);
    expect(&f, "cost_production", "all", &production, true);
    close_fixture(&f);
}

static void utilities_and_years(void **state)
{
    (void)state;
    fixture f;
    open_fixture(&f);
    tell_the_life(&f);
    /* (utility of the state - 0.1 for a woman - pain) x 1, 0.9 from age 52 (t = 2), 0.5 from 57 (t = 7); pain in B at t = 2.5 to 4.5. */
    parts q = {0}, p = {0};
    flow(&q, 0.7, 0, 1.5);
    flow(&q, 0.5, 1.5, 2);
    flow(&q, 0.5 * 0.9, 2, 2.5);
    flow(&q, 0.3 * 0.9, 2.5, 4.5);
    flow(&q, 0.5 * 0.9, 4.5, 6);
    flow(&q, 0.7 * 0.9, 6, 7);
    flow(&q, 0.7 * 0.5, 7, 8);
    point(&q, -0.05, 1.5);
    point(&q, -0.3 * 10 / 365.25 - 0.01, 2.5);
    point(&q, -0.3 * 20 / 365.25 - 0.01, 5);
    point(&q, -0.5, 8);
    expect(&f, "qalys", "all", &q, false);
#define EXPECT(name, ...)                             \
    do {                                              \
        static const part list[] = {__VA_ARGS__};     \
        p = (parts){.n = sizeof list / sizeof *list}; \
        memcpy(p.part, list, sizeof list);            \
        expect(&f, name, "all", &p, false);           \
    } while (0)
    EXPECT("life_years", {1, 0, 8});
    EXPECT("years_A", {1, 0, 1.5}, {1, 6, 8});
    EXPECT("years_B", {1, 1.5, 6});
    EXPECT("employment_years", {1, 1.5, 6});
    EXPECT("fte", {0.25, 0, 8});
    EXPECT("jobs", {1, 1.5, -1});
    EXPECT("alive_entries", {0, 0, 1}); /* moves within the set are no entries, and neither is the start */
    EXPECT("ever_b", {1, 1.5, -1});
    EXPECT("ever_a", {1, 0, -1});
    EXPECT("first_b", {1.5, 1.5, -1});
    EXPECT("reached_first_b", {1, 1.5, -1});
    EXPECT("kept_half", {1, 2, -1}); /* at exactly a report year, which counts */
    EXPECT("kept_1", {1, 2.5, -1});  /* when the stay has lasted long enough */
    EXPECT("kept_4", {1, 6, -1});    /* exactly as long */
    EXPECT("kept_5", {0, 0, 1});
    EXPECT("long_a", {1, 1.5, -1}, {1, 7.5, -1});
    EXPECT("alive", {1, 8, -1});
    EXPECT("moves", {1, 1.5, -1}, {1, 6, -1});
    EXPECT("stays", {1, 2.5, -1}, {1, 5, -1});
    EXPECT("bed_days", {10, 2.5, -1}, {20, 5, -1});
    EXPECT("n_ab", {1, 1.5, -1});
    EXPECT("n_ba", {1, 6, -1});
    EXPECT("n_death", {1, 8, -1});
    EXPECT("n_e", {1, 2.5, -1}, {1, 5, -1});
    EXPECT("days_e", {10, 2.5, -1}, {20, 5, -1});
#undef EXPECT
    close_fixture(&f);
}

/* A tally is used for one person after another, and one that never enters is worth nothing. */
static void nothing_is_left_of_the_last_person(void **state)
{
    (void)state;
    fixture f;
    open_fixture(&f);
    size_t n = ipsim_account_n_measures(f.plan) * 6;
    double *first = malloc(n * sizeof *first);
    assert_non_null(first);
    tell_the_life(&f);
    memcpy(first, f.values, n * sizeof *first);
    teller told = teller_begin(f.tally, f.people, f.attributes, -1, 12);
    teller_values(&told, f.values);
    for (size_t i = 0; i < n; i++)
        assert_same_bits(f.values[i] + 0.0, 0.0); /* + 0: a weight of -1 makes it -0 */
    tell_the_life(&f);
    for (size_t i = 0; i < n; i++)
        assert_same_bits(f.values[i], first[i]);
    free(first);
    close_fixture(&f);
}

/* Entry at 4: time to the first job counts from entry; flows and points are discounted from the model's start. */
static void late_entry(void **state)
{
    (void)state;
    fixture f;
    open_fixture(&f);
    double origin[5] = {4, 4, -46, -2020, INFINITY};
    teller told = teller_begin(f.tally, f.people, f.attributes, 0, 4);
    teller_stays(&told, 0, 4, 5.5, origin, 5);
    teller_ends_stay(&told, (int64_t)find_risk(&f, 0, "ab"), 0);
    origin[0] = origin[4] = 5.5;
    teller_stays(&told, 1, 5.5, 10, origin, 5);
    teller_values(&told, f.values);
    parts p = {0};
    point(&p, 1.5, 5.5);
    expect(&f, "first_b", "all", &p, false);
    p.n = 0;
    point(&p, 60, 4);
    expect(&f, "item_intake", "town", &p, true);
    p.n = 0;
    flow(&p, 200, 5, 10); /* from_years 1 after entry, until 7 after entry */
    expect(&f, "item_help", "town", &p, true);
    p.n = 0;
    point(&p, 1, 10); /* 4.5 years to the horizon count; the stay that the horizon cuts short has lasted long enough */
    expect(&f, "kept_4", "all", &p, false);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs),
        cmocka_unit_test(utilities_and_years),
        cmocka_unit_test(nothing_is_left_of_the_last_person),
        cmocka_unit_test(late_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
