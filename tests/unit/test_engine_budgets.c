/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hazard-budget process, held to its definition person by person: in random models of every hazard family, clock, effect, window,
 * fading, modifier, rate table and event, the cumulative hazards along each recorded history are computed again, here, from the
 * textbook formulas (libm and GSL, not the in-tree functions) and the rules of the scenario language. Then
 *
 *     every firing has consumed exactly the unit exponential that was drawn for it, carried over states and lost races;
 *     no stream has ever consumed more than its draw without firing;
 *     a fixed time is kept to the bit, and nothing that was due earlier has been passed over.
 *
 * Nothing here is statistical: a wrong clock, a lost reset, a window one step off or a budget forgotten shows up as a residual. */
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simlib.h"

enum { N_MODELS = 400, N_PERSONS = 12, MAX_STATES = 5, MAX_WAYS = 14, MAX_EFFECTS = 3, MAX_CLOCKS = 2 };
enum { SOJOURN, START, AGE, CALENDAR, SINCE }; /* clocks; SINCE + i is named clock i */
enum { TABLE = IPSIM_N_FAMILIES, AT, N_LAWS };
#define START_YEAR 20.0
#define HORIZON 40.0

/* ---- a model, as this test understands it ---- */

typedef struct effect {
    bool modifier;
    int by; /* -1 nobody in particular, 0 sex female, 1 sex by level, 2 numeric x */
    double log_hr, centre;
    int clock;
    double from, until, fade_until; /* fade_until 0: no fading */
    int steps;
    double breaks[2], values[3]; /* modifiers */
} effect;

typedef struct way {
    int from, to; /* event: to == from, and active in every state where active_in says so */
    bool event;
    bool active_in[MAX_STATES];
    char stream[32];
    int law, clock;
    double p[3], breaks[2], rates[3];
    double multiplier;
    int n_effects;
    effect effects[MAX_EFFECTS];
} way;

typedef struct model {
    bool has_at; /* at most one: two that are overdue would chase each other for ever */
    int n_states, n_ways, n_clocks;
    int clock_state[MAX_CLOCKS]; /* starts on this state, or -1: on the event */
    bool restart[MAX_CLOCKS];
    bool late_entry;
    way ways[MAX_WAYS];
} model;

/* Rates of the table: sex (2) x calendar bands from 20, 35, 47 (3) x ages from 0, 30, 45, 60 (4). */
static const double table_years[3] = {20, 35, 47}, table_ages[4] = {0, 30, 45, 60};
static const double table_rates[2][3][4] = {{{0.02, 0.05, 0.11, 0.3}, {0.03, 0.0, 0.2, 0.4}, {0.07, 0.06, 0.31, 0.2}},
                                            {{0.01, 0.09, 0.15, 0.1}, {0.02, 0.04, 0.3, 0.5}, {0.05, 0.16, 0.11, 0.6}}};

/* ---- random models ---- */

static uint64_t random_state;

static double uniform(double low, double high)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * ((double)(random_state >> 11) * 0x1p-53);
}

static int pick(int n)
{
    return (int)uniform(0, n);
}

/* A typical reading of a clock, so that hazards are neither nothing nor everything. */
static double typical(int clock)
{
    return clock == SOJOURN ? 3 : clock == START ? 10 : clock == AGE ? 50 : clock == CALENDAR ? 33 : 5;
}

static void random_effect(effect *e, const model *m)
{
    *e = (effect){.by = pick(4) - 1, .log_hr = uniform(-1.2, 1.2), .centre = 1.5, .until = INFINITY};
    e->clock = pick(SINCE + m->n_clocks);
    double t = typical(e->clock);
    e->modifier = pick(3) == 0;
    if (e->modifier) {
        e->breaks[0] = t * uniform(0.3, 0.9);
        e->breaks[1] = t * uniform(0.95, 1.4);
        for (int i = 0; i < 3; i++)
            e->values[i] = pick(5) == 0 ? 0.0 : uniform(0.2, 3);
        return;
    }
    int kind = pick(5);
    if (kind >= 1) {
        e->from = pick(3) == 0 ? 0.0 : t * uniform(0.1, 0.7);
        if (kind >= 2)
            e->until = t * uniform(0.8, 1.3);
        if (kind >= 3) {
            e->fade_until = e->until + t * uniform(0.1, 0.6);
            e->steps = 1 + pick(6);
        }
    }
}

static void random_law(way *w, model *m)
{
    w->law = pick(N_LAWS);
    if (w->law == AT && m->has_at)
        w->law = IPSIM_EXPONENTIAL;
    w->clock = pick(SINCE + m->n_clocks);
    if (w->law == TABLE)
        w->clock = AGE;
    if (w->law == IPSIM_FIXED)
        w->clock = SOJOURN;
    if (w->law == AT && w->clock == SOJOURN)
        w->clock = START;
    if (w->event && (w->law == AT || w->law == IPSIM_FIXED))
        w->law = IPSIM_GAMMA;
    m->has_at |= w->law == AT;
    double t = typical(w->clock), shape = uniform(0.6, 2.5), scale = t * uniform(0.6, 1.8);
    w->multiplier = pick(2) ? 1.0 : uniform(0.3, 2);
    switch (w->law) {
    case IPSIM_EXPONENTIAL:
        w->p[0] = uniform(0.05, 0.6);
        break;
    case IPSIM_WEIBULL:
    case IPSIM_LOG_LOGISTIC:
        w->p[0] = shape;
        w->p[1] = scale;
        break;
    case IPSIM_WEIBULL_PH:
        w->p[0] = shape;
        w->p[1] = pow(scale, -shape);
        break;
    case IPSIM_GOMPERTZ:
        w->p[0] = pick(4) == 0 ? 0.0 : uniform(-2, 2) / t;
        w->p[1] = uniform(0.1, 1) / t;
        break;
    case IPSIM_LOG_NORMAL:
        w->p[0] = log(scale);
        w->p[1] = uniform(0.3, 1.2);
        break;
    case IPSIM_GAMMA:
        w->p[0] = shape * 1.5;
        w->p[1] = shape / scale;
        break;
    case IPSIM_GENERALISED_GAMMA:
        w->p[0] = log(scale);
        w->p[1] = uniform(0.3, 1);
        w->p[2] = pick(5) == 0 ? 0.0 : uniform(-1.5, 1.5);
        break;
    case IPSIM_PIECEWISE:
        w->breaks[0] = t * uniform(0.2, 0.8);
        w->breaks[1] = t * uniform(0.9, 1.5);
        for (int i = 0; i < 3; i++)
            w->rates[i] = pick(4) == 0 ? 0.0 : uniform(0.05, 0.8);
        break;
    case IPSIM_FIXED:
    case AT:
        w->p[0] = t * uniform(0.4, 1.6);
        w->multiplier = 1.0;
        return; /* has no hazard that an effect could multiply */
    default:
        break;
    }
    w->n_effects = pick(MAX_EFFECTS + 1);
    for (int i = 0; i < w->n_effects; i++)
        random_effect(&w->effects[i], m);
}

static void random_model(model *m, uint64_t seed)
{
    random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    *m = (model){.n_states = 2 + pick(MAX_STATES - 1), .n_clocks = 1 + pick(MAX_CLOCKS), .late_entry = pick(3) == 0};
    for (int i = 0; i < m->n_clocks; i++) {
        m->clock_state[i] = pick(m->n_states + 1) - 1;
        m->restart[i] = pick(2) == 0;
    }
    way *event = &m->ways[m->n_ways++];
    *event = (way){.event = true, .multiplier = 1};
    snprintf(event->stream, sizeof event->stream, "ev");
    for (int s = 0; s < m->n_states; s++)
        event->active_in[s] = s == 0 || pick(2);
    random_law(event, m);
    /* A ring through every state, then shortcuts; some of them share a stream across states. */
    for (int s = 0; s < m->n_states; s++)
        for (int k = 0; k < 1 + pick(2) && m->n_ways < MAX_WAYS; k++) {
            int to = k == 0 ? (s + 1) % m->n_states : (s + 2) % m->n_states;
            if (to == s)
                continue;
            way *w = &m->ways[m->n_ways++];
            *w = (way){.from = s, .to = to};
            w->active_in[s] = true;
            snprintf(w->stream, sizeof w->stream, k == 0 && pick(2) ? "ring" : "%c->%c", 'A' + s, 'A' + to);
            random_law(w, m);
        }
}

/* ---- the same model in the scenario language ---- */

static const char *clock_name(int clock, char *buffer)
{
    static const char *const names[] = {"sojourn", "start", "age", "calendar"};
    if (clock < SINCE)
        return names[clock];
    sprintf(buffer, "since:c%d", clock - SINCE);
    return buffer;
}

static void print_effects(FILE *f, const way *w)
{
    char clock[32];
    fprintf(f, " effects: {");
    for (int i = 0; i < w->n_effects; i++) {
        const effect *e = &w->effects[i];
        if (e->modifier)
            continue;
        fprintf(f, " e%d: {", i);
        if (e->by < 0)
            fprintf(f, " log_hr = %.17e;", e->log_hr);
        if (e->by == 0)
            fprintf(f, " attribute = \"sex\"; level = \"female\"; hr = %.17e;", exp(e->log_hr));
        if (e->by == 1)
            fprintf(f, " attribute = \"sex\"; hr_by_level: { male = %.17e; female = %.17e; };", exp(e->log_hr), exp(-e->log_hr));
        if (e->by == 2)
            fprintf(f, " attribute = \"x\"; log_hr = %.17e; centre = %.17e;", e->log_hr, e->centre);
        fprintf(f, " clock = \"%s\"; from_years = %.17e;", clock_name(e->clock, clock), e->from);
        if (e->until < INFINITY)
            fprintf(f, " until_years = %.17e;", e->until);
        if (e->fade_until > 0)
            fprintf(f, " fade_until_years = %.17e; steps = %d;", e->fade_until, e->steps);
        fprintf(f, " };");
    }
    fprintf(f, " }; modifiers: {");
    for (int i = 0; i < w->n_effects; i++) {
        const effect *e = &w->effects[i];
        if (e->modifier)
            fprintf(f, " m%d: { clock = \"%s\"; breaks = [%.17e, %.17e]; values = [%.17e, %.17e, %.17e]; };", i,
                    clock_name(e->clock, clock), e->breaks[0], e->breaks[1], e->values[0], e->values[1], e->values[2]);
    }
    fprintf(f, " };");
}

static void print_way(FILE *f, const model *m, int number)
{
    static const char *const keys[N_LAWS][3] = {[IPSIM_EXPONENTIAL] = {"rate"},
                                                [IPSIM_WEIBULL] = {"shape", "scale"},
                                                [IPSIM_WEIBULL_PH] = {"shape", "rate"},
                                                [IPSIM_GOMPERTZ] = {"shape", "rate"},
                                                [IPSIM_LOG_LOGISTIC] = {"shape", "scale"},
                                                [IPSIM_LOG_NORMAL] = {"meanlog", "sdlog"},
                                                [IPSIM_GAMMA] = {"shape", "rate"},
                                                [IPSIM_GENERALISED_GAMMA] = {"mu", "sigma", "q"},
                                                [IPSIM_FIXED] = {"delay"},
                                                [AT] = {"at"}};
    const way *w = &m->ways[number];
    char clock[32];
    if (w->event) {
        fprintf(f, "  %s: { states = [", w->stream);
        for (int s = 0, n = 0; s < m->n_states; s++)
            if (w->active_in[s])
                fprintf(f, "%s\"%c\"", n++ ? ", " : "", 'A' + s);
        fprintf(f, "]; duration_days: { family = \"lognormal\"; meanlog = 2.0; sdlog = 0.5; };");
    } else {
        fprintf(f, "  w%d: { from = \"%c\"; to = \"%c\"; stream = \"%s\";", number, 'A' + w->from, 'A' + w->to, w->stream);
    }
    fprintf(f, " clock = \"%s\"; hazard: { family = \"%s\";", clock_name(w->clock, clock),
            w->law == TABLE ? "table"
            : w->law == AT  ? "at"
                            : ipsim_family_name((ipsim_family)w->law));
    if (w->law == TABLE)
        fprintf(f, " file = \"rates.csv\";");
    if (w->law == IPSIM_PIECEWISE)
        fprintf(f, " breaks = [%.17e, %.17e]; rates = [%.17e, %.17e, %.17e];", w->breaks[0], w->breaks[1], w->rates[0], w->rates[1],
                w->rates[2]);
    for (int i = 0; i < 3 && keys[w->law][i]; i++)
        fprintf(f, " %s = %.17e;", keys[w->law][i], w->p[i]);
    if (w->multiplier != 1.0)
        fprintf(f, " multiplier = %.17e;", w->multiplier);
    fprintf(f, " };");
    if (w->n_effects > 0)
        print_effects(f, w);
    fprintf(f, " };\n");
}

static ipsim_scenario *load_model(const model *m)
{
    FILE *csv = fopen(testlib_path("rates.csv"), "w");
    assert_non_null(csv);
    fprintf(csv, "age,year,sex,rate\n");
    for (int s = 0; s < 2; s++)
        for (int y = 0; y < 3; y++)
            for (int a = 0; a < 4; a++)
                fprintf(csv, "%g,%g,%s,%.17g\n", table_ages[a], table_years[y], s ? "female" : "male", table_rates[s][y][a]);
    fclose(csv);

    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    fprintf(f,
            "simulation: { persons = 10; seed = 11; horizon_years = %.1f; start_year = %.1f; };\n"
            "attributes: { sex: { levels = [\"male\", \"female\"]; probabilities = [0.4, 0.6]; };\n"
            "  x: { distribution: { family = \"normal\"; mean = 1.5; sd = 0.8; }; };\n"
            "  age: { distribution: { family = \"uniform\"; min = 18.0; max = 70.0; }; };\n",
            HORIZON, START_YEAR);
    if (m->late_entry)
        fprintf(f, "  entry_time: { distribution: { family = \"uniform\"; min = 0.0; max = 15.0; }; };\n");
    fprintf(f, "};\nclocks: {");
    for (int i = 0; i < m->n_clocks; i++) {
        char starter[8] = "ev";
        if (m->clock_state[i] >= 0)
            sprintf(starter, "%c", 'A' + m->clock_state[i]);
        fprintf(f, " c%d: { starts_on = \"%s\"; restart = %s; };", i, starter, m->restart[i] ? "true" : "false");
    }
    fprintf(f, " };\nstates: {");
    for (int s = 0; s < m->n_states; s++)
        fprintf(f, " %c: { };", 'A' + s);
    fprintf(f, " };\nstart_state = \"A\";\nevents: {\n");
    for (int i = 0; i < m->n_ways; i++)
        if (m->ways[i].event)
            print_way(f, m, i);
    fprintf(f, "};\ntransitions: {\n");
    for (int i = 0; i < m->n_ways; i++)
        if (!m->ways[i].event)
            print_way(f, m, i);
    fprintf(f, "};\n");
    fclose(f);
    ipsim_scenario *scenario = testlib_load_text(text);
    free(text);
    return scenario;
}

/* ---- the textbook: cumulative hazards, and the multiplier at a moment ---- */

static double baseline(const way *w, double x)
{
    const double *p = w->p;
    if (x <= 0)
        return 0;
    switch (w->law) {
    case IPSIM_EXPONENTIAL:
        return p[0] * x;
    case IPSIM_WEIBULL:
        return pow(x / p[1], p[0]);
    case IPSIM_WEIBULL_PH:
        return p[1] * pow(x, p[0]);
    case IPSIM_GOMPERTZ:
        return p[0] == 0 ? p[1] * x : p[1] * expm1(p[0] * x) / p[0];
    case IPSIM_LOG_LOGISTIC:
        return log1p(pow(x / p[1], p[0]));
    case IPSIM_LOG_NORMAL:
        return (double)-logl(0.5L * erfcl(((logl(x) - p[0]) / p[1]) / sqrtl(2)));
    case IPSIM_GAMMA:
        return -log(gsl_sf_gamma_inc_Q(p[0], p[1] * x));
    case IPSIM_GENERALISED_GAMMA: {
        double z = (log(x) - p[0]) / p[1], k = 1 / (p[2] * p[2]);
        if (p[2] == 0)
            return (double)-logl(0.5L * erfcl(z / sqrtl(2)));
        return p[2] > 0 ? -log(gsl_sf_gamma_inc_Q(k, k * exp(p[2] * z))) : -log(gsl_sf_gamma_inc_P(k, k * exp(p[2] * z)));
    }
    case IPSIM_PIECEWISE: {
        double first = fmin(x, w->breaks[0]), second = fmin(fmax(x - w->breaks[0], 0), w->breaks[1] - w->breaks[0]);
        return w->rates[0] * first + w->rates[1] * second + w->rates[2] * fmax(x - w->breaks[1], 0);
    }
    default:
        fail_msg("no cumulative hazard");
        return NAN;
    }
}

typedef struct person {
    double sex, x, age, entry;
    double origin[SINCE + MAX_CLOCKS];
} person;

static double multiplier_at(const way *w, const person *p, double t)
{
    double product = w->multiplier;
    for (int i = 0; i < w->n_effects; i++) {
        const effect *e = &w->effects[i];
        double reading = t - p->origin[e->clock];
        if (p->origin[e->clock] == INFINITY)
            continue; /* a clock that has not started changes nothing */
        if (e->modifier) {
            product *= e->values[reading < e->breaks[0] ? 0 : reading < e->breaks[1] ? 1 : 2];
            continue;
        }
        double log_hr = e->by < 0    ? e->log_hr
                        : e->by == 0 ? (p->sex == 1 ? e->log_hr : 0)
                        : e->by == 1 ? (p->sex == 1 ? -e->log_hr : e->log_hr)
                                     : e->log_hr * (p->x - e->centre);
        double strength = reading >= e->from ? 1 : 0;
        if (reading >= e->until)
            strength = 0;
        if (reading >= e->until && reading < e->fade_until) { /* the middle of the step lies on the straight line to 0 */
            double done = (reading - e->until) / (e->fade_until - e->until);
            strength = 1 - (floor(done * e->steps) + 0.5) / e->steps;
        }
        product *= exp(strength * log_hr);
    }
    return product;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Every time strictly inside (from, to) at which the multiplier or a band of the table may change. */
static size_t changes(const way *w, const person *p, double from, double to, double *times)
{
    size_t n = 0;
    double all[256];
    for (int i = 0; i < w->n_effects; i++) {
        const effect *e = &w->effects[i];
        double origin = p->origin[e->clock];
        if (e->modifier) {
            all[n++] = origin + e->breaks[0];
            all[n++] = origin + e->breaks[1];
            continue;
        }
        all[n++] = origin + e->from;
        all[n++] = origin + e->until;
        for (int k = 1; k <= e->steps; k++)
            all[n++] = origin + e->until + (e->fade_until - e->until) * k / e->steps;
    }
    for (int i = 0; w->law == TABLE && i < 4; i++)
        all[n++] = p->origin[AGE] + table_ages[i];
    for (int i = 0; w->law == TABLE && i < 3; i++)
        all[n++] = p->origin[CALENDAR] + table_years[i];
    size_t kept = 0;
    times[kept++] = from;
    qsort(all, n, sizeof *all, compare_doubles);
    for (size_t i = 0; i < n; i++)
        if (all[i] > from && all[i] < to)
            times[kept++] = all[i];
    times[kept] = to;
    return kept;
}

static double table_rate(const person *p, double t)
{
    int a = 3, y = 2;
    while (a > 0 && t - p->origin[AGE] < table_ages[a])
        a--;
    while (y > 0 && t - p->origin[CALENDAR] < table_years[y])
        y--;
    return table_rates[(int)p->sex][y][a];
}

/* The cumulative hazard of a way between two times; *size grows with what was subtracted, to bound round-off. */
static double compensator(const way *w, const person *p, double from, double to, double *size)
{
    double origin = p->origin[w->clock], times[260], sum = 0;
    if (origin == INFINITY || w->law == AT || w->law == IPSIM_FIXED || to <= from)
        return 0;
    size_t n = changes(w, p, from, to, times);
    for (size_t i = 0; i < n; i++) {
        double middle = 0.5 * (times[i] + times[i + 1]), multiplier = multiplier_at(w, p, middle);
        if (w->law == TABLE) {
            sum += multiplier * table_rate(p, middle) * (times[i + 1] - times[i]);
        } else {
            double high = baseline(w, times[i + 1] - origin);
            sum += multiplier * (high - baseline(w, times[i] - origin));
            *size += multiplier * high;
        }
    }
    return sum;
}

/* ---- a history, audited ---- */

static int firings[N_LAWS][SINCE + 1], audits;
static double worst_residual;

typedef struct account {
    double spent, size, draw;
    uint32_t count;
} account;

static account *account_of(account *accounts, const model *m, const way *w, const sim *s, int64_t number)
{
    int first = 0; /* ways of one stream share the account of the first of them */
    while (strcmp(m->ways[first].stream, w->stream) != 0)
        first++;
    account *a = &accounts[first];
    if (a->draw == 0)
        a->draw = sim_budget(s, number, w->stream, a->count);
    return a;
}

static void start_named_clocks(const model *m, person *p, int state, double t)
{
    for (int i = 0; i < m->n_clocks; i++)
        if (m->clock_state[i] == state && (m->restart[i] || p->origin[SINCE + i] == INFINITY))
            p->origin[SINCE + i] = t;
}

static const way *way_of(const model *m, const sim *s, const ipsim_step *step)
{
    if (step->kind == IPSIM_STEP_EVENT)
        return &m->ways[0];
    const way *w = &m->ways[atoi(sim_name(s, step) + 1)];
    assert_int_equal(step->from, w->from);
    assert_int_equal(step->to, w->to);
    return w;
}

/* The stream of one way pays for an interval, and must have exactly what it needs. */
static void audit_interval(account *a, const way *w, const person *p, double from, const ipsim_step *step, bool fired)
{
    a->spent += compensator(w, p, from, step->t_years, &a->size);
    double residual = a->spent - a->draw, allowed = 2e-11 + 1e-13 * a->size;
    if (fired ? !(fabs(residual) <= allowed) : !(residual <= allowed))
        fail_msg("stream %s, law %d on clock %d, from %.17g to %.17g: spent %.17g of a budget of %.17g%s", w->stream, w->law, w->clock,
                 from, step->t_years, a->spent, a->draw, fired ? ", and fired" : "");
    if (fired && fabs(residual) > worst_residual)
        worst_residual = fabs(residual);
}

static void audit(const model *m, const sim *s, person *p, int64_t number)
{
    account accounts[MAX_WAYS] = {{0}};
    int state = 0;
    double now = p->entry;
    assert_true(s->n >= 2);
    assert_int_equal(s->steps[0].kind, IPSIM_STEP_ENTER);
    assert_same_bits(s->steps[0].t_years, p->entry);
    start_named_clocks(m, p, state, now);
    for (size_t i = 1; i < s->n; i++) {
        const ipsim_step *step = &s->steps[i];
        const way *winner = step->kind == IPSIM_STEP_END ? NULL : way_of(m, s, step);
        assert_true(step->t_years >= now);
        assert_int_equal(step->from, state);
        for (int k = 0; k < m->n_ways; k++) {
            const way *w = &m->ways[k];
            if (!w->active_in[state])
                continue;
            if (w->law == AT || w->law == IPSIM_FIXED) {
                double due = fmax(p->origin[w->clock] + w->p[0], now);
                if (w == winner)
                    assert_same_bits(step->t_years, due);
                assert_true(step->t_years <= due); /* nothing that was due earlier has been passed over */
            } else {
                audit_interval(account_of(accounts, m, w, s, number), w, p, now, step, w == winner);
            }
        }
        now = step->t_years;
        if (!winner)
            break;
        firings[winner->law][winner->clock < SINCE ? winner->clock : SINCE]++;
        if (winner->law != AT && winner->law != IPSIM_FIXED) {
            account *a = account_of(accounts, m, winner, s, number);
            *a = (account){.count = a->count + 1};
        }
        if (winner->event) {
            start_named_clocks(m, p, -1, now);
        } else {
            state = winner->to;
            p->origin[SOJOURN] = now;
            start_named_clocks(m, p, state, now);
        }
    }
    assert_int_equal(s->steps[s->n - 1].kind, IPSIM_STEP_END);
    assert_same_bits(now, HORIZON);
    audits++;
}

static void audit_model(uint64_t seed)
{
    static model m;
    sim s;
    random_model(&m, seed);
    sim_open(&s, load_model(&m));
    for (int64_t number = 0; number < N_PERSONS; number++) {
        sim_person(&s, number);
        const double *a = s.attributes; /* in the order of their names: age, entry_time, sex, x */
        size_t sex = m.late_entry ? 2 : 1;
        person p = {.sex = a[sex], .x = a[sex + 1], .age = a[0], .entry = m.late_entry ? a[1] : 0};
        for (int c = 0; c < SINCE + MAX_CLOCKS; c++)
            p.origin[c] = INFINITY;
        p.origin[SOJOURN] = p.origin[START] = p.entry;
        p.origin[AGE] = p.entry - p.age;
        p.origin[CALENDAR] = -START_YEAR;
        audit(&m, &s, &p, number);
    }
    sim_close(&s);
}

static void every_firing_has_spent_exactly_its_budget(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < N_MODELS; seed++)
        audit_model(seed);
    assert_int_equal(audits, N_MODELS * N_PERSONS);
    assert_true(worst_residual > 0); /* the two sides are computed by different code */
    /* Every law on every clock that it may read has really fired. */
    for (int law = 0; law < N_LAWS; law++)
        for (int clock = 0; clock <= SINCE; clock++) {
            bool possible = law == TABLE ? clock == AGE : law == IPSIM_FIXED ? clock == SOJOURN : law == AT ? clock != SOJOURN : true;
            if (possible ? firings[law][clock] < 20 : firings[law][clock] != 0)
                fail_msg("law %d on clock %d fired %d times", law, clock, firings[law][clock]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_firing_has_spent_exactly_its_budget)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
