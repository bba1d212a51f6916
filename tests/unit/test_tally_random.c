/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random flows over random histories: costs per year with windows on any clock, utilities that add, multiply and change by bands,
 * stepped discounting and report years, all crossing each other. Beside the tally, each history is cut at every time at which anything
 * can change, and the rates in the middle of each piece are integrated with the C library. The plain account of the reference engine meets the
 * same histories and gives the same bits as the kernels. */
#include <stdio.h>

#include "simlib.h"
#include "teller.h"

enum { MODELS = 150, HISTORIES = 8, STATES = 3, REWARDS = 6, UTILITIES = 5, CLOCKS = 5, YEARS = 4 };
#define HORIZON 20.0
#define START_YEAR 8.0

static uint64_t random_state = 99;

static double uniform(double low, double high)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * ((double)(random_state >> 11) * 0x1p-53);
}

static int pick(int n)
{
    return (int)uniform(0, n);
}

/* A flow of money, or a utility: add (what = 0), multiply (1), values by breaks (2). */
typedef struct flow {
    bool in_state[STATES];
    int clock, what;
    double from, until, amount, breaks[2], values[3];
} flow;

typedef struct model {
    double utility[STATES], rates[2][2], steps[2], years[YEARS]; /* discounting: costs, effects; two steps each */
    flow reward[REWARDS], utilities[UTILITIES];
} model;

static const char *const clock_names[CLOCKS] = {"sojourn", "start", "age", "calendar", "since:c"};
static const double typical[CLOCKS] = {2, 8, 40, 16, 5};

static void random_flow(flow *f, bool money)
{
    *f = (flow){.clock = pick(CLOCKS), .until = INFINITY, .amount = money ? uniform(0, 100) : uniform(-0.4, 0.1)};
    for (int s = 0; s < STATES; s++)
        f->in_state[s] = pick(2);
    f->in_state[pick(STATES)] = true;
    double t = typical[f->clock];
    f->from = pick(2) ? t * uniform(0, 0.9) : 0;
    if (pick(2))
        f->until = t * uniform(0.9, 1.6);
    f->what = money ? 0 : pick(3);
    f->breaks[0] = t * uniform(0.1, 0.9);
    f->breaks[1] = t * uniform(0.9, 1.5);
    for (int i = 0; i < 3; i++)
        f->values[i] = uniform(0.2, 1.2);
}

static void random_model(model *m)
{
    for (int s = 0; s < STATES; s++)
        m->utility[s] = uniform(0.2, 1);
    for (int k = 0; k < 2; k++) {
        m->rates[k][0] = uniform(0, 0.08);
        m->rates[k][1] = pick(3) ? uniform(0, 0.05) : 0;
        m->steps[k] = uniform(1, 15);
    }
    m->years[YEARS - 1] = HORIZON;
    for (int i = YEARS - 2; i >= 0; i--)
        m->years[i] = m->years[i + 1] * uniform(0.3, 0.9);
    for (int i = 0; i < REWARDS; i++)
        random_flow(&m->reward[i], true);
    for (int i = 0; i < UTILITIES; i++)
        random_flow(&m->utilities[i], false);
}

static void print_flow(FILE *f, const flow *x)
{
    fprintf(f, " per = \"year\"; states = [");
    for (int s = 0, n = 0; s < STATES; s++)
        if (x->in_state[s])
            fprintf(f, "%s\"%c\"", n++ ? ", " : "", 'A' + s);
    fprintf(f, "]; clock = \"%s\"; from_years = %.17e;", clock_names[x->clock], x->from);
    if (x->until < INFINITY)
        fprintf(f, " until_years = %.17e;", x->until);
}

static ipsim_scenario *load_model(const model *m)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    fprintf(f, "simulation: { horizon_years = %.17e; start_year = %.17e; report_years = [%.17e, %.17e, %.17e]; };\n", HORIZON, START_YEAR,
            m->years[0], m->years[1], m->years[2]);
    fprintf(f, "economics: { discounting = \"continuous\";");
    for (int k = 0; k < 2; k++)
        fprintf(f, " %s: { rates = [%.17e, %.17e]; from_years = [0.0, %.17e]; };", k ? "discount_effects" : "discount_costs",
                m->rates[k][0], m->rates[k][1], m->steps[k]);
    fprintf(f, " };\nattributes: { age: { value = 30; }; }; clocks: { c: { starts_on = \"B\"; restart = true; }; };\nstates: {");
    for (int s = 0; s < STATES; s++)
        fprintf(f, " %c: { utility = %.17e; };", 'A' + s, m->utility[s]);
    fprintf(f, " }; start_state = \"A\"; transitions: {");
    for (int s = 0; s < STATES; s++)
        fprintf(f, " t%d: { from = \"%c\"; to = \"%c\"; hazard: { family = \"exponential\"; rate = 1; }; };", s, 'A' + s,
                'A' + (s + 1) % STATES);
    fprintf(f, " };\npayers: { p: {}; };\nrewards: {\n");
    for (int i = 0; i < REWARDS; i++) {
        fprintf(f, " r%d: { payer = \"p\"; amount = %.17e;", i, m->reward[i].amount);
        print_flow(f, &m->reward[i]);
        fprintf(f, " };\n");
    }
    fprintf(f, "};\nutilities: {\n");
    for (int i = 0; i < UTILITIES; i++) {
        const flow *u = &m->utilities[i];
        fprintf(f, " u%d: {", i);
        if (u->what == 0)
            fprintf(f, " add = %.17e;", u->amount);
        if (u->what == 1)
            fprintf(f, " multiply = %.17e;", u->values[0]);
        if (u->what == 2)
            fprintf(f, " breaks = [%.17e, %.17e]; values = [%.17e, %.17e, %.17e];", u->breaks[0], u->breaks[1], u->values[0], u->values[1],
                    u->values[2]);
        print_flow(f, u);
        fprintf(f, " };\n");
    }
    fprintf(f, "};\n");
    fclose(f);
    ipsim_scenario *scenario = testlib_load_text(text);
    free(text);
    return scenario;
}

/* ---- a history, and its worth by cutting it up ---- */

typedef struct stay {
    int state;
    double from, to, origin[CLOCKS];
} stay;

static bool in_force(const flow *f, const stay *s, double t)
{
    double reading = t - s->origin[f->clock];
    return f->in_state[s->state] && s->origin[f->clock] < INFINITY && reading >= f->from && reading < f->until;
}

static double utility_at(const model *m, const stay *s, double t)
{
    double add = m->utility[s->state], multiply = 1;
    for (int i = 0; i < UTILITIES; i++) {
        const flow *u = &m->utilities[i];
        double reading = t - s->origin[u->clock];
        if (!in_force(u, s, t))
            continue;
        if (u->what == 0)
            add += u->amount;
        else
            multiply *= u->what == 1 ? u->values[0] : u->values[reading < u->breaks[0] ? 0 : reading < u->breaks[1] ? 1 : 2];
    }
    return add * multiply;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t cuts(const model *m, const stay *s, double *times)
{
    double all[100];
    size_t n = 0, kept = 0;
    for (int i = 0; i < REWARDS + UTILITIES; i++) {
        const flow *f = i < REWARDS ? &m->reward[i] : &m->utilities[i - REWARDS];
        double origin = s->origin[f->clock];
        all[n++] = origin + f->from;
        all[n++] = origin + f->until;
        all[n++] = origin + f->breaks[0];
        all[n++] = origin + f->breaks[1];
    }
    for (int i = 0; i < YEARS; i++)
        all[n++] = m->years[i];
    all[n++] = m->steps[0];
    all[n++] = m->steps[1];
    qsort(all, n, sizeof *all, compare_doubles);
    times[kept++] = s->from;
    for (size_t i = 0; i < n; i++)
        if (all[i] > s->from && all[i] < s->to)
            times[kept++] = all[i];
    times[kept] = s->to;
    return kept;
}

/* The integral of the discount weight over a piece within one step. */
static double weight(const model *m, int kind, double from, double to)
{
    bool late = 0.5 * (from + to) > m->steps[kind];
    double rate = m->rates[kind][late], start = late ? exp(-m->rates[kind][0] * m->steps[kind]) : 1, since = late ? m->steps[kind] : 0;
    return rate == 0 ? start * (to - from) : start * exp(-rate * (from - since)) * -expm1(-rate * (to - from)) / rate;
}

typedef struct worth {
    double plain[YEARS], discounted[YEARS];
} worth;

static void add(worth *w, const model *m, int kind, double from, double to, double rate)
{
    for (int year = 0; year < YEARS; year++)
        if (0.5 * (from + to) < m->years[year]) {
            w->plain[year] += rate * (to - from);
            w->discounted[year] += rate * weight(m, kind, from, to);
        }
}

static void compare(const ipsim_account_plan *plan, const double *values, const char *outcome, const char *payer, const worth *w)
{
    size_t measure = ipsim_account_find(plan, outcome, payer);
    assert_true(measure < ipsim_account_n_measures(plan));
    for (size_t year = 0; year < YEARS; year++) {
        const double *cell = &values[(measure * YEARS + year) * 2];
        if (!(fabs(cell[0] - w->plain[year]) < 1e-10 && fabs(cell[1] - w->discounted[year]) < 1e-10))
            fail_msg("%s at year %zu: %.17g, %.17g discounted; expected %.17g, %.17g", outcome, year, cell[0], cell[1], w->plain[year],
                     w->discounted[year]);
    }
}

static void one_history(const model *m, const ipsim_compiled_model *compiled, const ipsim_account_plan *plan, ipsim_tally *tally,
                        ipsim_people *people, double *values)
{
    double attributes[1] = {30}, entry = pick(2) ? 0 : uniform(0, 10), now = entry, times[120];
    worth nothing = {.plain = {0}}, rewards[REWARDS], qalys = nothing, life = nothing, total = nothing;
    for (int r = 0; r < REWARDS; r++)
        rewards[r] = nothing;
    stay s = {.state = 0, .origin = {entry, entry, entry - 30, -START_YEAR, INFINITY}};
    teller told = teller_begin(tally, people, attributes, 0, entry);
    for (int stays = 0; now < HORIZON; stays++) {
        s.from = now;
        s.to = stays % 4 == 3 ? fmin(m->years[pick(YEARS)] + 0.0, HORIZON) : now + uniform(0.01, 5); /* at times exactly on a report year */
        s.to = s.to > now ? fmin(s.to, HORIZON) : now;
        teller_stays(&told, s.state, s.from, s.to, s.origin, 5);
        size_t n = s.to > s.from ? cuts(m, &s, times) : 0;
        for (size_t i = 0; i < n; i++) {
            double middle = 0.5 * (times[i] + times[i + 1]);
            for (int r = 0; r < REWARDS; r++)
                if (in_force(&m->reward[r], &s, middle))
                    add(&rewards[r], m, 0, times[i], times[i + 1], m->reward[r].amount);
            add(&qalys, m, 1, times[i], times[i + 1], utility_at(m, &s, middle));
            add(&life, m, 1, times[i], times[i + 1], 1);
        }
        now = s.to;
        if (now == HORIZON)
            break;
        int to = (s.state + 1) % STATES;
        teller_ends_stay(&told, (int64_t)compiled->first_risk[s.state], 0);
        s.state = to;
        s.origin[0] = now;
        if (to == 1)
            s.origin[4] = now;
    }
    teller_values(&told, values);
    for (int r = 0; r < REWARDS; r++) {
        char name[20];
        snprintf(name, sizeof name, "item_r%d", r);
        compare(plan, values, name, "p", &rewards[r]);
        for (int year = 0; year < YEARS; year++) {
            total.plain[year] += rewards[r].plain[year];
            total.discounted[year] += rewards[r].discounted[year];
        }
    }
    compare(plan, values, "cost", "all", &total);
    compare(plan, values, "qalys", "all", &qalys);
    compare(plan, values, "life_years", "all", &life);
}

static void flows_are_integrals(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        model m;
        ipsim_error_list errors = {0};
        ipsim_compiled_model *compiled;
        ipsim_account_plan *plan;
        random_model(&m);
        ipsim_scenario *scenario = load_model(&m);
        assert_no_errors(ipsim_compile(scenario, &compiled, &errors), &errors);
        const ipsim_compiled_model *models[] = {compiled};
        assert_no_errors(ipsim_account_plan_create(models, 1, &plan, &errors), &errors);
        ipsim_people *people = ipsim_people_create(1, 1, scenario->n_attributes, &(ipsim_grouping){.n_dimensions = 0});
        assert_non_null(people);
        ipsim_tally *tally = ipsim_tally_create(plan, 0, people->stride);
        ipsim_tally *plain = ipsim_tally_create(plan, 0, people->stride);
        size_t n_values = ipsim_account_n_measures(plan) * YEARS * 2;
        double *values = calloc(n_values, sizeof *values), *plainly = calloc(n_values, sizeof *plainly);
        assert_true(tally && plain && values && plainly);
        ipsim_tally_plainly(plain);
        for (int k = 0; k < HISTORIES; k++) {
            uint64_t before = random_state;
            one_history(&m, compiled, plan, tally, people, values);
            random_state = before;
            one_history(&m, compiled, plan, plain, people, plainly);
            for (size_t v = 0; v < n_values; v++)
                if (values[v] != plainly[v])
                    fail_msg("model %d, history %d, value %zu: %.17g by the kernels, %.17g plainly", i, k, v, values[v], plainly[v]);
        }
        free(values);
        free(plainly);
        ipsim_tally_free(tally);
        ipsim_tally_free(plain);
        ipsim_people_free(people);
        ipsim_account_plan_free(plan);
        ipsim_compiled_model_free(compiled);
        ipsim_scenario_free(scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(flows_are_integrals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
