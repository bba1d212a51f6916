/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deterministic sensitivity analysis of two states and a constant hazard. With hazard r and continuous discounting d, discounted life years to
 * the horizon H are L(r) = (1 - exp(-(r + d) H)) / (r + d), so the net benefit of an arm with hazard ratio h and yearly cost c against one
 * with neither is
 *     NB = v u (L(r h) - L(r)) - c L(r h)
 * which is 0 at c = v u (1 - L(r) / L(r h)) and at u = c L(r h) / (v (L(r h) - L(r))). */
#include "ipsim/dsa.h"
#include "ipsim/wide.h"
#include "simlib.h"

enum { PERSONS = 12000 };

#define HORIZON 30.0
#define DISCOUNT 0.03
#define RATE 0.1
#define RATIO 0.6
#define COST 8000.0
#define UTILITY 0.8
#define VALUE 50000.0

static const char model[] =
    "simulation: { persons = 20000; seed = 5; horizon_years = 30.0; };"
    "economics: { discounting = \"continuous\"; discount_costs: { rates = [\"disc\"]; }; discount_effects: { rates = [\"disc\"]; };"
    "  thresholds = [50000, 20000]; currency = \"EUR\"; };"
    "parameters: {"
    "  r: { value = 0.1; unit = \"per year\"; distribution: { family = \"lognormal\"; meanlog = \"log(0.1)\"; sdlog = 0.3; }; };\n"
    "  u: { value = 0.8; distribution: { family = \"beta\"; alpha = 16.0; beta = 4.0; }; };\n"
    "  disc: { value = 0.03; };"
    "  share: { value = 0.5; };"
    "  idle: { value = 7.0; label = \"Nobody pays it\"; distribution: { family = \"uniform\"; min = 1.0; max = 9.0; }; };"
    "  made: { value = \"2 * idle\"; distribution: { family = \"normal\"; mean = 14.0; sd = 1.0; }; };"
    "  h: { value = 1.0; };"
    "  c: { value = 0.0; };"
    "};"
    "attributes: { sex: { levels = [\"w\", \"m\"]; probabilities = [\"1 - share\", \"share\"]; }; };"
    "states: { alive: { utility = \"u\"; }; ghost: {}; dead: { role = \"dead\"; }; };"
    "start_state = \"alive\";"
    "transitions: { death: { from = \"alive\"; to = \"dead\"; hazard: { family = \"exponential\"; rate = \"r * h\"; };"
    "    effects: { sex: { attribute = \"sex\"; level = \"m\"; hr = 1.0; }; }; };"
    "  fade: { from = \"alive\"; to = \"ghost\"; clock = \"start\"; hazard: { family = \"at\"; at = 40.0; }; };" /* beyond the horizon */
    "  haunt: { from = \"ghost\"; to = \"dead\"; hazard: { family = \"exponential\"; rate = \"made\"; }; }; };"
    "payers: { payer: {}; };"
    "rewards: { care: { payer = \"payer\"; per = \"year\"; states = [\"alive\"]; amount = \"c\"; };"
    "  idle: { payer = \"payer\"; per = \"year\"; states = [\"ghost\"]; amount = \"idle\"; };"
    "  men: { payer = \"payer\"; per = \"start\"; amount = 100.0; factors: { sex: { attribute = \"sex\"; level = \"m\"; factor = \"c / "
    "8000\"; }; }; }; };"
    "outcomes: { alive_years: { type = \"years\"; states = [\"alive\"]; }; to_death: { type = \"first_time\"; states = [\"dead\"]; }; };";

typedef struct arms {
    ipsim_scenario *s[2];
} arms;

/* The two arms, with one setting more in both. */
static arms load_arms(const char *key, const char *value)
{
    const char *path = testlib_write("dsa.cfg", model);
    ipsim_setting plain[] = {{"name", "plain"}, {key, value}};
    ipsim_setting better[] = {{"name", "better"}, {"h", "0.6"}, {"c", "8000"}, {key, value}};
    return (arms){{testlib_load_with(path, plain, key ? 2 : 1), testlib_load_with(path, better, key ? 4 : 3)}};
}

static void free_arms(arms *a)
{
    ipsim_scenario_free(a->s[0]);
    ipsim_scenario_free(a->s[1]);
}

static ipsim_dsa *analyse(const arms *a, ipsim_dsa_options options)
{
    ipsim_error_list errors = {0};
    ipsim_dsa *dsa = NULL;
    options.persons = options.persons ? options.persons : PERSONS;
    options.seed = -1;
    assert_no_errors(ipsim_dsa_run((const ipsim_scenario *const *)a->s, 2, &options, &dsa, &errors), &errors);
    return dsa;
}

static size_t find_row(const ipsim_table *table, const char *column, const char *name, const char *outcome, double threshold)
{
    for (size_t row = 0; row < table->n_rows; row++) {
        double t = table_real(table, row, "threshold");
        if ((!column || table_matches(table, row, column, name)) && table_matches(table, row, "outcome", outcome) &&
            (isnan(threshold) ? isnan(t) : t == threshold))
            return row;
    }
    fail_msg("%s has no row for %s, %s", table->name, name ? name : "all", outcome);
    return 0;
}

static double life(double rate, double discount)
{
    return -expm1(-(rate + discount) * HORIZON) / (rate + discount);
}

/* The men's 100 at the start stands in the cost of the better arm. */
static double net_benefit(double value, double r, double u, double h, double c)
{
    double better = life(r * h, DISCOUNT);
    return value * u * (better - life(r, DISCOUNT)) - c * better - 100.0 * 0.5 * c / COST;
}

static void one_way_is_the_closed_form(void **state)
{
    (void)state;
    arms a = load_arms(NULL, NULL);
    ipsim_dsa *d = analyse(&a, (ipsim_dsa_options){.find = IPSIM_DSA_FIND_NONE});
    double base = net_benefit(VALUE, RATE, UTILITY, RATIO, COST);
    for (int k = 0; k < 2; k++) {
        size_t row = find_row(d->dsa, "parameter", k ? "u" : "r", "net_benefit", VALUE);
        double ends[] = {table_real(d->dsa, row, "low"), table_real(d->dsa, row, "high")};
        const char *const at[] = {"at_low", "at_high"}, *const errors[] = {"mcse_low", "mcse_high"};
        for (int end = 0; end < 2; end++) {
            double exact = (k ? net_benefit(VALUE, RATE, ends[end], RATIO, COST) : net_benefit(VALUE, ends[end], UTILITY, RATIO, COST)) -
                           base;
            assert_z(table_real(d->dsa, row, at[end]) - table_real(d->dsa, row, "at_base"), exact, table_real(d->dsa, row, errors[end]),
                     4.0);
        }
        assert_close(table_real(d->dsa, row, "base"), k ? UTILITY : RATE, 0.0);
    }
    size_t row = find_row(d->base, "outcome", "net_benefit", "net_benefit", VALUE);
    assert_z(table_real(d->base, row, "estimate"), base, table_real(d->base, row, "mcse"), 4.0);
    /* 2.5 % quantiles of the lognormal. */
    row = find_row(d->dsa, "parameter", "r", "qalys", NAN);
    assert_relative(table_real(d->dsa, row, "low"), RATE * exp(-1.959963984540054 * 0.3), 1e-9);
    assert_relative(table_real(d->dsa, row, "high"), RATE * exp(1.959963984540054 * 0.3), 1e-9);
    ipsim_dsa_free(d);
    free_arms(&a);
}

static void what_nobody_feels_is_exactly_0(void **state)
{
    (void)state;
    arms a = load_arms(NULL, NULL);
    ipsim_dsa *d = analyse(&a, (ipsim_dsa_options){.persons = 3000});
    size_t n_rows = 0;
    for (size_t row = 0; row < d->dsa->n_rows; row++) {
        bool idle = table_matches(d->dsa, row, "parameter", "idle") || table_matches(d->dsa, row, "parameter", "made");
        if (idle) {
            assert_same_bits(table_real(d->dsa, row, "at_low"), table_real(d->dsa, row, "at_base"));
            assert_same_bits(table_real(d->dsa, row, "at_high"), table_real(d->dsa, row, "at_base"));
            assert_same_bits(table_real(d->dsa, row, "mcse_low"), 0.0);
            assert_same_bits(table_real(d->dsa, row, "mcse_high"), 0.0);
            assert_same_bits(table_real(d->dsa, row, "spread"), 0.0);
            n_rows++;
        } else if (table_matches(d->dsa, row, "parameter", "r")) {
            assert_true(table_real(d->dsa, row, "spread") > 0.0 || table_matches(d->dsa, row, "outcome", "none"));
        }
    }
    assert_int_equal(n_rows, 2 * d->base->n_rows);
    size_t row = find_row(d->threshold, "parameter", "idle", "net_benefit", VALUE);
    assert_true(table_matches(d->threshold, row, "reading", "no influence"));
    assert_int_equal(d->n_notes, 1); /* made is an expression */
    assert_non_null(strstr(d->notes[0], "made"));
    ipsim_dsa_free(d);
    free_arms(&a);
}

/* Any point is what a run with that value gives, also where it changes the people, or the worth of money. */
static void points_are_runs_with_those_values(void **state)
{
    (void)state;
    static const char *const keys[] = {"r", "disc", "share", "u"};
    static const char *const values[] = {"0.0625", "0.0625", "0.25", "0.75"};
    ipsim_dsa_range ranges[4];
    for (int i = 0; i < 4; i++) {
        double value = strtod(values[i], NULL);
        ranges[i] = (ipsim_dsa_range){keys[i], value, 2.0 * value};
    }
    ranges[3].high = 1.0;
    arms a = load_arms(NULL, NULL);
    ipsim_dsa *d = analyse(&a, (ipsim_dsa_options){.persons = 2500, .find = IPSIM_DSA_FIND_NONE, .n_vary = 4, .vary = ranges});
    for (int i = 0; i < 4; i++) {
        arms b = load_arms(keys[i], values[i]);
        ipsim_results *run = run_persons(b.s, 2, 2500, -1);
        static const char *const outcomes[] = {"qalys", "cost", "alive_years", "to_death"};
        for (int o = 0; o < 4; o++) {
            size_t row = find_row(d->dsa, "parameter", keys[i], outcomes[o], NAN);
            estimate e = find_estimate(run->differences, "better", "all", outcomes[o], "all", o == 3 ? "no" : "yes", NAN);
            assert_close(table_real(d->dsa, row, "at_low"), e.value, 1e-8 * (1.0 + fabs(e.value)));
            assert_close(table_real(d->dsa, row, "low"), strtod(values[i], NULL), 0.0);
        }
        ipsim_results_free(run);
        free_arms(&b);
    }
    ipsim_dsa_free(d);
    free_arms(&a);
}

/* The error of a change is the spread of that change between other people with other luck. */
static void errors_are_those_of_changes(void **state)
{
    (void)state;
    enum { REPLICATES = 60, KINDS = 3 };
    static const char *const outcomes[KINDS] = {"net_benefit", "qalys", "to_death"};
    arms a = load_arms(NULL, NULL);
    double sum[KINDS] = {0}, squares[KINDS] = {0}, claimed[KINDS] = {0}, unpaired[KINDS] = {0};
    const char *only[] = {"r"};
    for (uint32_t i = 0; i < REPLICATES; i++) {
        ipsim_dsa *d = analyse(
            &a, (ipsim_dsa_options){.persons = 1030, .replicate = i, .find = IPSIM_DSA_FIND_NONE, .n_only = 1, .only = only});
        for (int k = 0; k < KINDS; k++) {
            size_t row = find_row(d->dsa, "parameter", "r", outcomes[k], k == 0 ? VALUE : NAN);
            double change = table_real(d->dsa, row, "at_high") - table_real(d->dsa, row, "at_base");
            double mcse = table_real(d->dsa, row, "mcse_high");
            row = find_row(d->base, NULL, NULL, outcomes[k], k == 0 ? VALUE : NAN);
            sum[k] += change;
            squares[k] += change * change;
            claimed[k] += mcse * mcse;
            unpaired[k] += 2.0 * table_real(d->base, row, "mcse") * table_real(d->base, row, "mcse");
        }
        ipsim_dsa_free(d);
    }
    for (int k = 0; k < KINDS; k++) {
        double variance = (squares[k] - sum[k] * sum[k] / REPLICATES) / (REPLICATES - 1);
        /* The ratio of variances has a standard error of sqrt(2 / 59) = 0.18. */
        if (!(fabs(variance / (claimed[k] / REPLICATES) - 1.0) < 4.0 * 0.18))
            fail_msg("%s: sd %.6g, claimed %.6g", outcomes[k], sqrt(variance), sqrt(claimed[k] / REPLICATES));
        if (k < 2)
            assert_true(claimed[k] < 0.5 * unpaired[k]); /* pairing is worth something here */
    }
    free_arms(&a);
}

static void flips_are_where_they_must_be(void **state)
{
    (void)state;
    const ipsim_dsa_range finds[] = {{"better:c", 0.0, 30000.0}, {"u", 0.2, 1.0}, {"better:h", 0.3, 0.99}, {"disc", 0.0, 0.01}};
    arms a = load_arms(NULL, NULL);
    ipsim_dsa *d = analyse(&a, (ipsim_dsa_options){.find = IPSIM_DSA_FIND_LISTED, .n_find = 4, .finds = finds});
    double better = life(RATE * RATIO, DISCOUNT), gain = better - life(RATE, DISCOUNT);
    double low = 0.3, high = 0.99; /* of h, by bisection; NB falls in h */
    for (int i = 0; i < 100; i++) {
        double middle = 0.5 * (low + high);
        if (net_benefit(VALUE, RATE, UTILITY, middle, COST) > 0.0)
            low = middle;
        else
            high = middle;
    }
    const double exact[] = {VALUE * UTILITY * gain / (better + 50.0 / COST), (COST * better + 50.0) / (VALUE * gain), low};
    static const char *const readings[] = {"positive below", "positive above", "positive below"};
    for (int i = 0; i < 3; i++) {
        size_t row = find_row(d->threshold, "parameter", finds[i].name, "net_benefit", VALUE);
        double mcse = table_real(d->threshold, row, "mcse"), found = table_real(d->threshold, row, "flips_at");
        assert_z(found, exact[i], mcse, 4.0);
        assert_true(mcse < 0.1 * exact[i]);
        assert_true(table_matches(d->threshold, row, "reading", readings[i]));
        assert_close(table_real(d->threshold, row, "searched_from"), finds[i].low, 0.0);
    }
    size_t row = find_row(d->threshold, "parameter", "disc", "net_benefit", VALUE);
    assert_true(isnan(table_real(d->threshold, row, "flips_at")));
    assert_true(table_matches(d->threshold, row, "reading", "no flip at 9 values"));
    assert_int_equal(d->threshold->n_rows, 4);
    ipsim_dsa_free(d);
    free_arms(&a);
}

/* The output is 0 at what is found: up to a hundredth of its error, or it jumps there. */
static void the_output_is_0_there(void **state)
{
    (void)state;
    const ipsim_dsa_range finds[] = {{"r", 0.01, 3.0}};
    arms a = load_arms(NULL, NULL);
    ipsim_dsa *d = analyse(&a, (ipsim_dsa_options){.persons = 4000, .find = IPSIM_DSA_FIND_LISTED, .n_find = 1, .finds = finds});
    double root = table_real(d->threshold, 0, "flips_at");
    assert_true(root > 0.01 && root < 3.0);
    ipsim_dsa_range around[] = {{"r", root * (1.0 - 1e-6), root * (1.0 + 1e-6)}};
    const char *only[] = {"r"};
    ipsim_dsa *there = analyse(
        &a, (ipsim_dsa_options){.persons = 4000, .find = IPSIM_DSA_FIND_NONE, .n_vary = 1, .vary = around, .n_only = 1, .only = only});
    size_t row = find_row(there->dsa, "parameter", "r", "net_benefit", VALUE);
    size_t base = find_row(there->base, NULL, NULL, "net_benefit", VALUE);
    double error = table_real(there->base, base, "mcse");
    double at[] = {table_real(there->dsa, row, "at_low"), table_real(there->dsa, row, "at_high")};
    assert_true((at[0] > 0.0) != (at[1] > 0.0) || fmin(fabs(at[0]), fabs(at[1])) < 0.02 * error);
    ipsim_dsa_free(d);
    ipsim_dsa_free(there);
    free_arms(&a);
}

static void grids_and_extremes_contain_the_one_way(void **state)
{
    (void)state;
    const ipsim_dsa_range vary[] = {{"r", 0.05, 0.15}, {"u", 0.6, 1.0}};
    const ipsim_dsa_grid grid = {{{{"r", NAN, NAN}, 3}, {{"u", 0.6, 1.0}, 3}}};
    arms a = load_arms(NULL, NULL);
    ipsim_dsa *d = analyse(
        &a, (ipsim_dsa_options){.persons = 3000, .n_vary = 2, .vary = vary, .n_grids = 1, .grids = &grid, .find = IPSIM_DSA_FIND_NONE});
    assert_int_equal(d->grid->n_rows, 9);
    size_t r = find_row(d->dsa, "parameter", "r", "net_benefit", VALUE), u = find_row(d->dsa, "parameter", "u", "net_benefit", VALUE);
    /* Rows go over the first parameter, then the second; the middle of both is the base. */
    assert_close(table_real(d->grid, 4, "value_1"), 0.1, 1e-15);
    assert_close(table_real(d->grid, 4, "value_2"), UTILITY, 1e-15);
    assert_same_bits(table_real(d->grid, 1, "value_1"), 0.05);
    assert_relative(table_real(d->grid, 1, "estimate"), table_real(d->dsa, r, "at_low"), 1e-9);
    assert_relative(table_real(d->grid, 7, "estimate"), table_real(d->dsa, r, "at_high"), 1e-9);
    assert_relative(table_real(d->grid, 3, "estimate"), table_real(d->dsa, u, "at_low"), 1e-9);
    assert_relative(table_real(d->grid, 5, "estimate"), table_real(d->dsa, u, "at_high"), 1e-9);
    size_t base = find_row(d->base, NULL, NULL, "net_benefit", VALUE);
    double best = table_real(d->extremes, find_row(d->extremes, "case", "best", "net_benefit", VALUE), "estimate");
    double worst = table_real(d->extremes, find_row(d->extremes, "case", "worst", "net_benefit", VALUE), "estimate");
    assert_true(best > table_real(d->base, base, "estimate") && table_real(d->base, base, "estimate") > worst);
    /* Only r and u matter, so both cases are corners of the grid. */
    bool found[2] = {false, false};
    for (size_t row = 0; row < 9; row += row == 2 ? 4 : 2) {
        found[0] |= table_real(d->grid, row, "estimate") == best;
        found[1] |= table_real(d->grid, row, "estimate") == worst;
    }
    assert_true(found[0] && found[1]);
    ipsim_dsa_free(d);
    free_arms(&a);
}

static void threads_and_engines_do_not_matter(void **state)
{
    (void)state;
    const ipsim_dsa_grid grid = {{{{"r", NAN, NAN}, 3}, {{"u", NAN, NAN}, 2}}};
    const ipsim_dsa_range vary[] = {{"disc", 0.0, 0.06}, {"share", 0.1, 0.9}};
    arms a = load_arms(NULL, NULL);
    ipsim_dsa_options options = {
        .persons = 2500, .n_grids = 1, .grids = &grid, .find = IPSIM_DSA_FIND_ALL, .n_threads = 1, .n_vary = 2, .vary = vary};
    ipsim_dsa *one = analyse(&a, options);
    for (int k = 2; k <= 4; k++) {
        options.n_threads = k;
        options.engine = k == 4 ? IPSIM_ENGINE_REFERENCE : IPSIM_ENGINE_FAST;
        ipsim_dsa *other = analyse(&a, options);
        assert_same_table(one->dsa, other->dsa);
        assert_same_table(one->threshold, other->threshold);
        assert_same_table(one->grid, other->grid);
        assert_same_table(one->extremes, other->extremes);
        assert_same_table(one->base, other->base);
        assert_same_table(one->about, other->about);
        ipsim_dsa_free(other);
    }
    ipsim_dsa_free(one);
    free_arms(&a);
}

static void ranks_follow_spread(void **state)
{
    (void)state;
    arms a = load_arms(NULL, NULL);
    ipsim_dsa *d = analyse(&a, (ipsim_dsa_options){.persons = 2000, .find = IPSIM_DSA_FIND_NONE});
    for (size_t row = 1; row < d->dsa->n_rows; row++) {
        size_t rank = ipsim_table_find_column(d->dsa, "rank");
        int64_t before = d->dsa->columns[rank].integer[row - 1], now = d->dsa->columns[rank].integer[row];
        if (now == 1)
            continue;
        assert_int_equal(now, before + 1);
        assert_true(table_real(d->dsa, row, "spread") <= table_real(d->dsa, row - 1, "spread"));
    }
    ipsim_dsa_free(d);
    free_arms(&a);
}

/* ---- parameters that are uncertain together ---- */

static const char joint_model[] =
    "simulation: { persons = 100; seed = 5; horizon_years = 1.0; };"
    "economics: { thresholds = [1000]; };"
    "parameters: { s_a: { value = 0.5; }; s_b: { value = 0.3; }; s_c: { value = 0.2; }; x: { value = 2.0; }; y: { value = 0.5; };"
    "  m: { value = 3.0; }; d: { value = 4.0; }; w: { value = 1.0; }; on: { value = 0.0; };"
    "  k_1: { value = 1.0; distribution: { family = \"uniform\"; min = 0.0; max = 2.0; }; };"
    "  k_2: { value = 2.0; distribution: { family = \"uniform\"; min = 1.0; max = 3.0; }; }; };"
    "joint: { shares: { family = \"dirichlet\"; parameters = [\"s_a\", \"s_b\", \"s_c\"]; alpha = [10.0, 6.0, 4.0]; };"
    "  pair: { family = \"normal\"; parameters = [\"x\", \"y\"]; scale = [\"log\", \"logit\"]; mean = [0.7, 0.0]; covariance = [0.04, "
    "0.01, 0.01, 0.09]; };"
    "  tied: { family = \"copula\"; parameters = [\"k_1\", \"k_2\"]; correlation = 0.5; };"
    "  means: { family = \"bootstrap\"; parameters = [\"m\"]; file = \"rows.csv\"; };"
    "  sample: { family = \"draws\"; parameters = [\"d\", \"w\"]; file = \"rows.csv\"; columns = [\"d\", \"d\"]; weight = \"weight\"; }; };"
    "states: { alive: {}; dead: { role = \"dead\"; }; };"
    "start_state = \"alive\";"
    "transitions: { death: { from = \"alive\"; to = \"dead\"; hazard: { family = \"exponential\"; rate = 0.1; }; }; };"
    "payers: { payer: {}; };"
    "rewards: { mix: { payer = \"payer\"; per = \"start\"; amount = \"on * (100 * s_a + 200 * s_b + 400 * s_c + 0 * (x + y + m + d + w + "
    "k_1 + k_2))\"; }; };";

static double cost_of(double a, double b, double c)
{
    return 100.0 * a + 200.0 * b + 400.0 * c;
}

/* The distribution function of beta(10, 10): at least 10 of 19. */
static double beta_10_10(double x)
{
    double sum = 0.0, ways = 1.0; /* 19 over j */
    for (int j = 0; j <= 19; j++) {
        sum += j >= 10 ? ways * pow(x, j) * pow(1.0 - x, 19 - j) : 0.0;
        ways *= (19.0 - j) / (j + 1.0);
    }
    return sum;
}

static void joints_move_by_their_margins(void **state)
{
    (void)state;
    const char *path = testlib_write("joint.cfg", joint_model);
    testlib_write("rows.csv", "m,d,weight\n1,10,1\n2,20,1\n3,30,1\n6,40,1\n8,50,36\n");
    const ipsim_setting plain[] = {{"name", "plain"}}, better[] = {{"name", "better"}, {"on", "1"}};
    arms a = {{testlib_load_with(path, plain, 1), testlib_load_with(path, better, 2)}};
    ipsim_dsa *d = analyse(&a, (ipsim_dsa_options){.persons = 100});
    size_t row = find_row(d->dsa, "parameter", "s_a", "cost", NAN);
    for (int end = 0; end < 2; end++) { /* beta(10, 10); the two others stay at 3 to 2 */
        double share = table_real(d->dsa, row, end ? "high" : "low"), left = 1.0 - share;
        assert_close(beta_10_10(share), end ? 0.975 : 0.025, 1e-12);
        assert_relative(table_real(d->dsa, row, end ? "at_high" : "at_low"), cost_of(share, 0.6 * left, 0.4 * left), 1e-6);
    }
    row = find_row(d->dsa, "parameter", "x", "cost", NAN); /* sd 0.2 on the log scale */
    assert_relative(table_real(d->dsa, row, "low"), exp(0.7 - 1.959963984540054 * 0.2), 1e-9);
    row = find_row(d->dsa, "parameter", "y", "cost", NAN); /* sd 0.3 on the logit scale */
    assert_relative(table_real(d->dsa, row, "high"), 1.0 / (1.0 + exp(-1.959963984540054 * 0.3)), 1e-9);
    row = find_row(d->dsa, "parameter", "k_2", "cost", NAN);
    assert_relative(table_real(d->dsa, row, "low"), 1.05, 1e-12);
    row = find_row(d->dsa, "parameter", "m", "cost", NAN); /* mean 4, variance 6.8 of five rows */
    assert_relative(table_real(d->dsa, row, "low"), 4.0 - 1.959963984540054 * sqrt(6.8 / 5.0), 1e-9);
    row = find_row(d->dsa, "parameter", "d", "cost", NAN); /* weights 1 1 1 1 36 of 40 */
    assert_close(table_real(d->dsa, row, "low"), 10.0, 0.0);
    assert_close(table_real(d->dsa, row, "high"), 50.0, 0.0);
    /* At their extremes shares are still a whole, so that the cost lies between that of all in one and all in another. */
    row = find_row(d->extremes, "case", "worst", "net_benefit", 1000.0);
    assert_true(-table_real(d->extremes, row, "estimate") > cost_of(0.5, 0.3, 0.2) && -table_real(d->extremes, row, "estimate") < 400.0);
    ipsim_dsa_free(d);

    ipsim_error_list errors = {0};
    const ipsim_dsa_grid grid = {{{{"s_a", 0.6, 0.7}, 2}, {{"s_b", 0.4, 0.5}, 2}}};
    ipsim_dsa_options options = {.persons = 100, .seed = -1, .n_grids = 1, .grids = &grid};
    assert_int_equal(ipsim_dsa_run((const ipsim_scenario *const *)a.s, 2, &options, &d, &errors), IPSIM_ERR_RANGE);
    assert_non_null(strstr(errors.items[0].message, "with s_a = 0.6, s_b = 0.5: its shares would come to 1.1"));
    ipsim_error_list_clear(&errors);
    free_arms(&a);
}

/* ---- what is refused ---- */

static void assert_refused(ipsim_dsa_options options, ipsim_status status, const char *words)
{
    arms a = load_arms(NULL, NULL);
    ipsim_error_list errors = {0};
    ipsim_dsa *d = NULL;
    options.persons = 200;
    options.seed = -1;
    assert_int_equal(ipsim_dsa_run((const ipsim_scenario *const *)a.s, 2, &options, &d, &errors), status);
    assert_null(d);
    char text[2048];
    assert_true(errors.count > 0);
    ipsim_error_format(&errors.items[0], text, sizeof text);
    if (!strstr(text, words))
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    ipsim_error_list_clear(&errors);
    free_arms(&a);
}

static void bad_requests_are_named(void **state)
{
    (void)state;
    const ipsim_dsa_range unknown[] = {{"idel", 0.0, 1.0}}, split[] = {{"h", 0.5, 1.0}}, reversed[] = {{"r", 2.0, 1.0}},
                          twice[] = {{"r", 1.0, 2.0}, {"r", 1.0, 3.0}};
    const ipsim_dsa_range invalid[] = {{"r", -1.0, 0.2}}, without[] = {{"disc", NAN, NAN}}, alone[] = {{"better:r", 0.1, 0.2}};
    const ipsim_dsa_grid same = {{{{"r", NAN, NAN}, 3}, {{"r", NAN, NAN}, 3}}}, few = {{{{"r", NAN, NAN}, 1}, {{"u", NAN, NAN}, 3}}};
    const char *perspectives[] = {"soceity"};
    assert_refused((ipsim_dsa_options){.n_vary = 1, .vary = unknown}, IPSIM_ERR_UNKNOWN_KEY, "did you mean idle");
    assert_refused((ipsim_dsa_options){.n_vary = 1, .vary = split}, IPSIM_ERR_UNKNOWN_KEY, "plain:h or better:h");
    assert_refused((ipsim_dsa_options){.n_vary = 1, .vary = reversed}, IPSIM_ERR_RANGE, "LOW must be below HIGH");
    assert_refused((ipsim_dsa_options){.n_vary = 2, .vary = twice}, IPSIM_ERR_DUPLICATE, "twice");
    assert_refused((ipsim_dsa_options){.n_vary = 1, .vary = alone}, IPSIM_ERR_UNKNOWN_KEY, "better:r");
    assert_refused((ipsim_dsa_options){.find = IPSIM_DSA_FIND_LISTED, .n_find = 1, .finds = without}, IPSIM_ERR_USAGE, "disc=LOW:HIGH");
    assert_refused((ipsim_dsa_options){.n_grids = 1, .grids = &same}, IPSIM_ERR_USAGE, "two different parameters");
    assert_refused((ipsim_dsa_options){.n_grids = 1, .grids = &few}, IPSIM_ERR_RANGE, "from 2 to 1000");
    assert_refused((ipsim_dsa_options){.n_perspectives = 1, .perspectives = perspectives}, IPSIM_ERR_REFERENCE, "--perspective: soceity");
    assert_refused((ipsim_dsa_options){.outcome = "qaly"}, IPSIM_ERR_REFERENCE, "did you mean qalys");
    assert_refused((ipsim_dsa_options){.quantiles = {0.9, 0.1}}, IPSIM_ERR_RANGE, "lower one first");
    /* A value that the model refuses: parameter, value and line. */
    assert_refused((ipsim_dsa_options){.n_vary = 1, .vary = invalid}, IPSIM_ERR_RANGE, "with r = -1: ");
    assert_refused((ipsim_dsa_options){.n_vary = 1, .vary = invalid}, IPSIM_ERR_RANGE, "dsa.cfg:3: ");
}

static void stopping_leaves_nothing(void **state)
{
    (void)state;
    arms a = load_arms(NULL, NULL);
    volatile sig_atomic_t stop = 1;
    ipsim_error_list errors = {0};
    ipsim_dsa *d = NULL;
    ipsim_dsa_options options = {.persons = 200, .seed = -1, .stop = &stop};
    assert_int_equal(ipsim_dsa_run((const ipsim_scenario *const *)a.s, 2, &options, &d, &errors), IPSIM_ERR_INTERRUPTED);
    assert_null(d);
    ipsim_error_list_clear(&errors);
    options.journal = testlib_write("stopped.journal", ""); /* no point is done, so there is nothing to go on with */
    assert_int_equal(ipsim_dsa_run((const ipsim_scenario *const *)a.s, 2, &options, &d, &errors), IPSIM_ERR_INTERRUPTED);
    assert_int_not_equal(access(options.journal, F_OK), 0);
    ipsim_error_list_clear(&errors);
    free_arms(&a);
}

/* The first call says how much the journal knew. */
static void first_progress(void *data, int64_t done, int64_t total)
{
    int64_t *first = data;
    (void)total;
    *first = *first < 0 ? done : *first;
}

static int64_t size_of(const char *path)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    int64_t size = ftell(stream);
    fclose(stream);
    return size;
}

static void note_one(void *data, bool warning, const char *text)
{
    (void)warning;
    assert_non_null(strstr(text, "damaged"));
    ++*(int *)data;
}

static void assert_same_analysis(const ipsim_dsa *a, const ipsim_dsa *b)
{
    assert_same_table(a->dsa, b->dsa);
    assert_same_table(a->threshold, b->threshold);
    assert_same_table(a->extremes, b->extremes);
    assert_same_table(a->base, b->base);
    assert_same_table(a->about, b->about);
}

/* The journal is left to the caller, so that of a small analysis, which nobody has removed, is that of a larger one that was ended. */
static void a_journal_is_gone_on_with(void **state)
{
    (void)state;
    enum { FEW = 400 };
    arms a = load_arms(NULL, NULL);
    int64_t first = -1;
    int n_notes = 0;
    char path[600];
    snprintf(path, sizeof path, "%s", testlib_write("dsa.journal", ""));
    ipsim_dsa_options options = {.persons = FEW, .find = IPSIM_DSA_FIND_ALL, .n_threads = 1};
    ipsim_dsa *plain = analyse(&a, options);
    options.progress = first_progress;
    options.progress_data = &first;
    options.journal = path;
    options.program = "a test";
    options.note = note_one;
    options.note_data = &n_notes;
    options.find = IPSIM_DSA_FIND_NONE;
    ipsim_dsa *little = analyse(&a, options); /* an empty file is begun */
    assert_true(little->n_runs > 4 && plain->n_runs > little->n_runs + 10);

    options.resume = true;
    options.find = IPSIM_DSA_FIND_ALL;
    first = -1;
    ipsim_dsa *resumed = analyse(&a, options);
    assert_same_analysis(plain, resumed);
    assert_int_equal(first, (little->n_runs - 2) * FEW); /* known before anything else is done: all but the two extremes */
    int64_t size = size_of(path);
    ipsim_dsa *again = analyse(&a, options);
    assert_same_analysis(plain, again);
    assert_int_equal(size_of(path), size); /* nothing was new */

    FILE *stream = fopen(path, "r+b");
    assert_non_null(stream);
    fseek(stream, -100, SEEK_END);
    int byte = getc(stream);
    fseek(stream, -100, SEEK_END);
    putc(byte ^ 1, stream);
    fclose(stream);
    ipsim_dsa *mended = analyse(&a, options);
    assert_same_analysis(plain, mended);
    assert_int_equal(n_notes, 1);

    ipsim_error_list errors = {0};
    ipsim_dsa *none = NULL;
    options.seed = -1;
    options.persons = FEW + 1;
    assert_int_equal(ipsim_dsa_run((const ipsim_scenario *const *)a.s, 2, &options, &none, &errors), IPSIM_ERR_INCOMPATIBLE);
    ipsim_error_list_clear(&errors);
    options.persons = FEW;
    options.effect = "alive_years";
    options.thresholds = (const double[]){1000.0};
    options.n_thresholds = 1;
    assert_int_equal(ipsim_dsa_run((const ipsim_scenario *const *)a.s, 2, &options, &none, &errors), IPSIM_ERR_INCOMPATIBLE);
    ipsim_error_list_clear(&errors);
    options.effect = NULL;
    options.n_thresholds = 0;
    options.resume = false;
    assert_int_equal(ipsim_dsa_run((const ipsim_scenario *const *)a.s, 2, &options, &none, &errors), IPSIM_ERR_USAGE);
    ipsim_error_list_clear(&errors);
    ipsim_dsa_free(plain);
    ipsim_dsa_free(little);
    ipsim_dsa_free(resumed);
    ipsim_dsa_free(again);
    ipsim_dsa_free(mended);
    free_arms(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_way_is_the_closed_form),
        cmocka_unit_test(what_nobody_feels_is_exactly_0),
        cmocka_unit_test(points_are_runs_with_those_values),
        cmocka_unit_test(errors_are_those_of_changes),
        cmocka_unit_test(flips_are_where_they_must_be),
        cmocka_unit_test(the_output_is_0_there),
        cmocka_unit_test(grids_and_extremes_contain_the_one_way),
        cmocka_unit_test(threads_and_engines_do_not_matter),
        cmocka_unit_test(ranks_follow_spread),
        cmocka_unit_test(joints_move_by_their_margins),
        cmocka_unit_test(bad_requests_are_named),
        cmocka_unit_test(stopping_leaves_nothing),
        cmocka_unit_test(a_journal_is_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
