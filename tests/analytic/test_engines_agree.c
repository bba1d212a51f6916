/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast engine gives every person the history that the reference engine gives, to the last bit, and the same tables: for every shipped
 * scenario, and for random models made of everything that the language has. A random model that fails is made smaller, item by item,
 * while it goes on failing, and printed. IPSIM_MODELS=n tries n random models instead of the usual number, IPSIM_FIRST=n begins at the n-th. */
#include <glob.h>
#include <stdio.h>

#include "simlib.h"

enum { PERSONS = 160, MOST_ITEMS = 64, ITEM_SIZE = 1500, TEXT_SIZE = 120000 };

static const char *const levels[] = {"sse2", "avx2", "avx512"};

/* ---- histories of a block ---- */

typedef struct history {
    size_t n, capacity;
    ipsim_step *steps;
} history;

typedef struct block {
    ipsim_compiled_model *model;
    ipsim_population *population;
    ipsim_people *people;
    double *attributes;
    history *plain, *fast; /* [slot] */
} block;

static void record(history *h, const ipsim_step *step)
{
    if (h->n == h->capacity) {
        h->capacity = 2 * h->capacity + 8;
        h->steps = realloc(h->steps, h->capacity * sizeof *h->steps);
        assert_non_null(h->steps);
    }
    h->steps[h->n++] = *step;
}

static void record_plain(void *data, const ipsim_step *step, const double *origin)
{
    (void)origin;
    record(data, step);
}

static void record_fast(void *data, size_t slot, const ipsim_step *step)
{
    record(&((history *)data)[slot], step);
}

static bool open_block(block *b, const ipsim_scenario *scenario, ipsim_luck luck)
{
    ipsim_error_list errors = {0};
    *b = (block){0};
    size_t n = scenario->n_attributes, dimension = SIZE_MAX;
    for (size_t a = 0; a < n; a++)
        if (scenario->attributes[a].levels.count > 0)
            dimension = a;
    size_t n_levels = dimension == SIZE_MAX ? 0 : scenario->attributes[dimension].levels.count;
    uint32_t first = 1;
    ipsim_grouping grouping = {.n_dimensions = dimension != SIZE_MAX, .attribute = &dimension, .n_levels = &n_levels, .first = &first};
    if (ipsim_compile(scenario, &b->model, &errors) != IPSIM_OK || ipsim_population_create(scenario, &b->population, &errors) != IPSIM_OK) {
        ipsim_error_list_clear(&errors);
        ipsim_compiled_model_free(b->model);
        return false;
    }
    b->people = ipsim_people_create(PERSONS, 1, n, &grouping);
    b->attributes = calloc(PERSONS * (n + 1), sizeof *b->attributes);
    assert_true(b->people && b->attributes);
    ipsim_population_draw(b->population, luck.seed, luck.replicate, 0, PERSONS, b->attributes);
    ipsim_people_seat(b->people, 0, PERSONS, NULL, b->attributes);
    b->plain = calloc(b->people->stride, sizeof *b->plain);
    b->fast = calloc(b->people->stride, sizeof *b->fast);
    assert_true(b->plain && b->fast);
    return true;
}

static void close_block(block *b)
{
    for (size_t i = 0; i < b->people->stride; i++) {
        free(b->plain[i].steps);
        free(b->fast[i].steps);
    }
    free(b->plain);
    free(b->fast);
    free(b->attributes);
    ipsim_people_free(b->people);
    ipsim_population_free(b->population);
    ipsim_compiled_model_free(b->model);
}

static bool same_step(const ipsim_step *a, const ipsim_step *b)
{
    return a->kind == b->kind && a->from == b->from && a->to == b->to && a->risk == b->risk &&
           memcmp(&a->t_years, &b->t_years, sizeof a->t_years) == 0 && a->duration_days == b->duration_days;
}

/* What differs first, or an empty text. */
static void compare_histories(const block *b, const char *level, char *out, size_t size)
{
    for (size_t slot = 0; slot < b->people->n_slots; slot++) {
        const history *x = &b->plain[slot], *y = &b->fast[slot];
        for (size_t i = 0; i < x->n || i < y->n; i++)
            if (i >= x->n || i >= y->n || !same_step(&x->steps[i], &y->steps[i])) {
                const ipsim_step none = {0}, *p = i < x->n ? &x->steps[i] : &none, *q = i < y->n ? &y->steps[i] : &none;
                snprintf(out, size,
                         "%s, person %lld, step %zu of %zu and %zu: reference %d at %a %d->%d risk %zu, fast %d at %a %d->%d risk %zu",
                         level, (long long)b->people->person[slot], i, x->n, y->n, (int)p->kind, p->t_years, p->from, p->to, p->risk,
                         (int)q->kind, q->t_years, q->from, q->to, q->risk);
                return;
            }
    }
}

/* Simulates with both engines, the fast one at every level of vector instructions. (Random models depend on the compiler, which chooses the
 * order in which arguments are drawn; both meet different ones.) */
static void try_scenario(const ipsim_scenario *scenario, char *out, size_t size)
{
    block b;
    ipsim_luck luck = {.seed = (uint64_t)scenario->simulation.seed.value};
    ipsim_error err;
    out[0] = '\0';
    if (!open_block(&b, scenario, luck))
        return;
    ipsim_reference *plain = ipsim_reference_create(b.model);
    assert_non_null(plain);
    bool limit = false;
    for (size_t slot = 0; slot < b.people->n_slots && !limit; slot++)
        if (b.people->person[slot] >= 0)
            limit = ipsim_reference_simulate(plain, luck, b.people->person[slot],
                                             b.attributes + (size_t)b.people->person[slot] * scenario->n_attributes, NULL, record_plain,
                                             &b.plain[slot], &err) != IPSIM_OK;
    ipsim_reference_free(plain);
    const ipsim_compiled_model *models[] = {b.model};
    ipsim_fast_room *room = ipsim_fast_room_create(models, 1, b.people->stride);
    assert_non_null(room);
    for (size_t l = 0; l < sizeof levels / sizeof *levels && out[0] == '\0' && !limit; l++) {
        setenv("IPSIM_SIMD", levels[l], 1);
        ipsim_fast *fast = ipsim_fast_create(b.model, room, NULL);
        assert_non_null(fast);
        for (size_t slot = 0; slot < b.people->stride; slot++)
            b.fast[slot].n = 0;
        ipsim_status status = ipsim_fast_simulate(fast, luck, b.people, NULL, NULL, record_fast, b.fast, &err);
        limit = status == IPSIM_ERR_LIMIT; /* so many firings that a run leaves the block to the reference engine */
        if (!limit) {
            assert_ok(status, &err);
            compare_histories(&b, levels[l], out, size);
        }
        ipsim_fast_free(fast);
    }
    ipsim_fast_room_free(room);
    unsetenv("IPSIM_SIMD");
    close_block(&b);
}

/* ---- shipped scenarios ---- */

/* The reference engine has an account of its own, one person and one quantity at a time. */
static void expect_same_tables(ipsim_scenario *const *scenarios, size_t n, int64_t persons)
{
    ipsim_results *plain = run_with(scenarios, n, (ipsim_run_options){.persons = persons, .seed = 3, .engine = IPSIM_ENGINE_REFERENCE});
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
        setenv("IPSIM_SIMD", levels[l], 1);
        ipsim_results *fast = run_with(scenarios, n, (ipsim_run_options){.persons = persons, .seed = 3, .n_threads = (int)l + 1});
        assert_same_results(plain, fast);
        ipsim_results_free(fast);
    }
    unsetenv("IPSIM_SIMD");
    ipsim_results_free(plain);
}

static void shipped_scenarios(void **state)
{
    (void)state;
    static const char *const patterns[] = {"scenarios/*.cfg", "scenarios/*/*.cfg"};
    glob_t files = {0};
    for (size_t i = 0; i < 2; i++)
        (void)glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &files);
    assert_true(files.gl_pathc > 20);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char difference[400];
        ipsim_error_list errors = {0};
        ipsim_scenario *scenario = NULL;
        if (ipsim_scenario_load(files.gl_pathv[i], NULL, 0, &scenario, &errors) == IPSIM_OK) {
            try_scenario(scenario, difference, sizeof difference);
            if (difference[0])
                fail_msg("%s: %s", files.gl_pathv[i], difference);
            expect_same_tables(&scenario, 1, 60);
        }
        ipsim_scenario_free(scenario);
        ipsim_error_list_clear(&errors);
    }
    globfree(&files);
}

static void same_tables(void **state)
{
    (void)state;
    static const char *const sets[][4] = {
        {"scenarios/traditional.cfg", "scenarios/usual-care.cfg", "scenarios/ips.cfg", "scenarios/ips-young.cfg"},
        {"scenarios/reference/sick_sicker_b5_soc.cfg", "scenarios/reference/sick_sicker_b5_a.cfg",
         "scenarios/reference/sick_sicker_b5_b.cfg", "scenarios/reference/sick_sicker_b5_ab.cfg"},
        {"scenarios/tutorial/10_a_full_arm.cfg", "scenarios/tutorial/11_its_rival.cfg"}};
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        ipsim_scenario *scenarios[4];
        size_t n = 0;
        for (; n < 4 && sets[s][n]; n++)
            scenarios[n] = testlib_load(sets[s][n]);
        expect_same_tables(scenarios, n, 1500);
        for (size_t i = 0; i < n; i++)
            ipsim_scenario_free(scenarios[i]);
    }
}

/* ---- random models ---- */

static uint64_t random_state;

static double uniform(double low, double high)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (double)(random_state >> 11) * 0x1p-53 * (high - low);
}

static int below(int n)
{
    return (int)uniform(0, n);
}

/* A model is a list of items, each a piece of one section, so that it can be made smaller. */
typedef struct item {
    const char *section;
    char text[ITEM_SIZE];
} item;

typedef struct random_model {
    size_t n;
    item items[MOST_ITEMS];
    int n_states, n_clocks;
    char head[2000];
} random_model;

static void put(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void put(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

static void put_clock(const random_model *m, char *text, const char *key, bool sojourn)
{
    int k = below(m->n_clocks > 0 ? 5 : 4);
    if (k == 0 && !sojourn)
        k = 1;
    static const char *const names[] = {"sojourn", "start", "age", "calendar"};
    if (k < 4)
        put(text, ITEM_SIZE, "%s = \"%s\"; ", key, names[k]);
    else
        put(text, ITEM_SIZE, "%s = \"since:c%d\"; ", key, below(m->n_clocks));
}

static bool put_law(const random_model *m, char *text, bool event)
{
    char clock[64] = "";
    int family = below(event ? 10 : 12);
    double r = uniform(0, 1) < 0.1 ? 0.0 : uniform(0.02, 0.6);
    if (family < 11)
        put_clock(m, clock, "clock", true);
    if (family == 9)
        snprintf(clock, sizeof clock, "clock = \"age\"; ");
    if (family == 10)
        snprintf(clock, sizeof clock, "clock = \"%s\"; ", below(2) ? "start" : "age");
    put(text, ITEM_SIZE, "%s hazard: { family = ", clock);
    switch (family) {
    case 0:
        put(text, ITEM_SIZE, "\"exponential\"; rate = %.6f; ", r);
        break;
    case 1:
        put(text, ITEM_SIZE, "\"weibull\"; shape = %.4f; scale = %.4f; ", uniform(0.4, 2.5), uniform(1, 20));
        break;
    case 2:
        put(text, ITEM_SIZE, "\"weibull_ph\"; shape = %.4f; rate = %.4f; ", uniform(0.4, 1.8), r);
        break;
    case 3:
        put(text, ITEM_SIZE, "\"gompertz\"; shape = %.4f; rate = %.5f; ", below(4) ? uniform(-0.3, 0.1) : 0.0, r);
        break;
    case 4:
        put(text, ITEM_SIZE, "\"log_logistic\"; shape = %.4f; scale = %.4f; ", uniform(0.6, 3), uniform(1, 15));
        break;
    case 5:
        put(text, ITEM_SIZE, "\"log_normal\"; meanlog = %.4f; sdlog = %.4f; ", uniform(0, 3), uniform(0.3, 1.5));
        break;
    case 6:
        put(text, ITEM_SIZE, "\"gamma\"; shape = %.4f; rate = %.4f; ", uniform(0.5, 3), uniform(0.05, 0.6));
        break;
    case 7:
        put(text, ITEM_SIZE, "\"generalised_gamma\"; mu = %.4f; sigma = %.4f; q = %.4f; ", uniform(0, 3), uniform(0.4, 1.5),
            uniform(-1, 1.5));
        break;
    case 8:
        put(text, ITEM_SIZE, "\"piecewise\"; breaks = [%.3f, %.3f, %.3f]; rates = [%.4f, %.4f, 0.0, %.4f]; ", uniform(0.1, 1),
            uniform(1.1, 4), uniform(4.1, 40), r, uniform(0, 0.5), uniform(0.01, 0.4));
        break;
    case 9:
        put(text, ITEM_SIZE, "\"table\"; file = \"rates%d.csv\"; ", below(3));
        break;
    case 10:
        put(text, ITEM_SIZE, "\"at\"; at = %.3f; };", uniform(0, 70));
        return false;
    default:
        put(text, ITEM_SIZE, "\"fixed\"; delay = %.4f; };", uniform(0, 8));
        return false;
    }
    if (below(3) == 0)
        put(text, ITEM_SIZE, "multiplier = %.3f; ", uniform(0, 3));
    put(text, ITEM_SIZE, "}; ");
    return true;
}

static void put_effects(const random_model *m, char *text)
{
    put(text, ITEM_SIZE, "effects: { ");
    for (int i = 0, n = below(4); i < n; i++) {
        put(text, ITEM_SIZE, "e%d: { ", i);
        int kind = below(4);
        if (kind == 0)
            put(text, ITEM_SIZE, "hr = %.4f; ", uniform(0.2, 3));
        else if (kind == 1)
            put(text, ITEM_SIZE, "attribute = \"sex\"; level = \"f\"; hr = %.4f; ", uniform(0.3, 2));
        else if (kind == 2)
            put(text, ITEM_SIZE, "attribute = \"kind\"; hr_by_level: { a = %.4f; c = %.4f; }; ", uniform(0.3, 2), uniform(0.3, 2));
        else
            put(text, ITEM_SIZE, "attribute = \"age\"; centre = 40; log_hr = %.4f; ", uniform(-0.03, 0.03));
        if (below(2)) {
            double from = below(2) ? uniform(0.1, 3) : 0, until = from + uniform(0.5, 5);
            put_clock(m, text, "clock", true);
            put(text, ITEM_SIZE, "from_years = %.4f; ", from);
            if (below(3))
                put(text, ITEM_SIZE, "until_years = %.4f; ", until);
            else
                put(text, ITEM_SIZE, "until_years = %.4f; fade_until_years = %.4f; steps = %d; ", until, until + uniform(0.5, 4),
                    1 + below(6));
        }
        put(text, ITEM_SIZE, "}; ");
    }
    put(text, ITEM_SIZE, "}; ");
    if (below(3) == 0) {
        put(text, ITEM_SIZE, "modifiers: { m: { ");
        put_clock(m, text, "clock", true);
        put(text, ITEM_SIZE, "breaks = [%.3f, %.3f]; values = [%.3f, %.3f, %.3f]; }; }; ", uniform(0.1, 2), uniform(3, 60), uniform(0.2, 2),
            below(3) ? uniform(0.2, 2) : 0.0, uniform(0.2, 2));
    }
}

static item *add(random_model *m, const char *section)
{
    assert_true(m->n < MOST_ITEMS);
    m->items[m->n] = (item){.section = section};
    return &m->items[m->n++];
}

static void make_model(random_model *m, uint64_t number)
{
    random_state = number * UINT64_C(0x9E3779B97F4A7C15) + 12345;
    for (int i = 0; i < 5; i++)
        (void)uniform(0, 1);
    *m = (random_model){.n_states = 2 + below(5), .n_clocks = below(3)};
    put(m->head, sizeof m->head, "simulation: { horizon_years = %.3f; seed = %d; start_year = %d; };\n", below(8) ? uniform(2, 60) : 5.0,
        below(1000), below(2) ? 2020 : 2000 + below(30));
    for (int i = 0; i < m->n_states; i++)
        put(add(m, "states")->text, ITEM_SIZE, "s%d: {};", i);
    put(add(m, "states")->text, ITEM_SIZE, "end: { role = \"%s\"; };", below(2) ? "dead" : "left");
    put(add(m, "attributes")->text, ITEM_SIZE, "sex: { levels = [\"m\", \"f\"]; probabilities = [0.4, 0.6]; };");
    put(add(m, "attributes")->text, ITEM_SIZE, "kind: { levels = [\"a\", \"b\", \"c\"]; probabilities = [0.3, 0.3, 0.4]; };");
    put(add(m, "attributes")->text, ITEM_SIZE,
        "age: { distribution: { family = \"normal\"; mean = 45; sd = 15; lower = 0; upper = 90; }; };");
    if (below(3) == 0)
        put(add(m, "attributes")->text, ITEM_SIZE, "entry_time: { distribution: { family = \"uniform\"; lower = 0; upper = 8; }; };");
    for (int i = 0; i < m->n_clocks; i++)
        put(add(m, "clocks")->text, ITEM_SIZE, "c%d: { starts_on = [\"s%d\"]; restart = %s; };", i, below(m->n_states),
            below(2) ? "true" : "false");
    for (int from = 0; from < m->n_states; from++)
        for (int k = 0, n = 1 + below(4); k < n; k++) {
            int to = k == 0 ? (from + 1) % (m->n_states + 1) : below(m->n_states + 1);
            if (to == from)
                continue;
            item *t = add(m, "transitions");
            char name[32];
            snprintf(name, sizeof name, to == m->n_states ? "end" : "s%d", to);
            put(t->text, ITEM_SIZE, "t%d_%d: { from = \"s%d\"; to = \"%s\"; stream = \"x%d\"; ", from, k, from, name,
                below(2) ? k : 10 * from + k + 10);
            if (put_law(m, t->text, false))
                put_effects(m, t->text);
            put(t->text, ITEM_SIZE, "};");
        }
    for (int k = 0, n = below(3); k < n; k++) {
        item *e = add(m, "events");
        put(e->text, ITEM_SIZE, "ev%d: { stream = \"event%d\"; ", k, k);
        if (below(2))
            put(e->text, ITEM_SIZE, "states = [\"s%d\"]; ", below(m->n_states));
        put_law(m, e->text, true);
        put_effects(m, e->text);
        if (below(2))
            put(e->text, ITEM_SIZE, "duration_days: { family = \"lognormal\"; meanlog = 1.5; sdlog = 1; }; ");
        put(e->text, ITEM_SIZE, "};");
    }
    if (below(3) == 0 && m->n_states > 1)
        put(m->head, sizeof m->head, "start_states: { s0 = 0.6; s1 = 0.4; };\n");
    else
        put(m->head, sizeof m->head, "start_state = \"s0\";\n");
}

static const char *write_model(const random_model *m, const bool *left_out, char *text)
{
    static const char *const sections[] = {"attributes", "clocks", "states", "transitions", "events"};
    text[0] = '\0';
    put(text, TEXT_SIZE, "%s", m->head);
    for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) {
        put(text, TEXT_SIZE, "%s: {\n", sections[s]);
        for (size_t i = 0; i < m->n; i++)
            if (!left_out[i] && strcmp(m->items[i].section, sections[s]) == 0)
                put(text, TEXT_SIZE, "  %s\n", m->items[i].text);
        put(text, TEXT_SIZE, "};\n");
    }
    return testlib_write("random.cfg", text);
}

/* false: not a valid model. */
static bool try_text(const random_model *m, const bool *left_out, char *text, char *difference, size_t size)
{
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    difference[0] = '\0';
    bool valid = ipsim_scenario_load(write_model(m, left_out, text), NULL, 0, &scenario, &errors) == IPSIM_OK;
    if (valid)
        try_scenario(scenario, difference, size);
    ipsim_scenario_free(scenario);
    ipsim_error_list_clear(&errors);
    return valid;
}

static void write_tables(void)
{
    testlib_write("rates0.csv", "age,rate\n0,0.01\n20,0.001\n40,0.004\n60,0.02\n80,0.1\n95,0.4\n");
    testlib_write("rates1.csv", "age,sex,rate\n0,m,0.02\n0,f,0.01\n33,m,0.01\n33,f,0\n33.5,m,0.03\n33.5,f,0.02\n70,m,0.2\n70,f,0.1\n");
    testlib_write("rates2.csv", "age,year,kind,rate\n"
                                "0,2000,a,0.01\n0,2000,b,0.02\n0,2000,c,0.03\n50,2000,a,0.05\n50,2000,b,0.06\n50,2000,c,0.07\n"
                                "0,2022,a,0.02\n0,2022,b,0.01\n0,2022,c,0\n50,2022,a,0.1\n50,2022,b,0.03\n50,2022,c,0.04\n"
                                "0,2030,a,0.02\n0,2030,b,0.01\n0,2030,c,0\n50,2030,a,0.2\n50,2030,b,0.13\n50,2030,c,0.14\n");
}

static void random_models(void **state)
{
    (void)state;
    const char *wish = getenv("IPSIM_MODELS"), *begin = getenv("IPSIM_FIRST");
    uint64_t n = wish ? strtoull(wish, NULL, 10) : 120, first = begin ? strtoull(begin, NULL, 10) : 0, n_valid = 0;
    random_model *m = malloc(sizeof *m);
    char *text = malloc(TEXT_SIZE), difference[400], last[400];
    bool left_out[MOST_ITEMS] = {false};
    assert_true(m && text);
    write_tables();
    for (uint64_t number = first; number < first + n; number++) {
        make_model(m, number);
        memset(left_out, 0, sizeof left_out);
        n_valid += try_text(m, left_out, text, difference, sizeof difference);
        if (difference[0] == '\0')
            continue;
        bool smaller = true;
        while (smaller) {
            smaller = false;
            for (size_t i = 0; i < m->n; i++) {
                if (left_out[i])
                    continue;
                left_out[i] = true;
                snprintf(last, sizeof last, "%s", difference);
                try_text(m, left_out, text, difference, sizeof difference);
                if (difference[0] != '\0') {
                    smaller = true;
                } else {
                    left_out[i] = false;
                    snprintf(difference, sizeof difference, "%s", last);
                }
            }
        }
        write_model(m, left_out, text);
        fail_msg("random model %llu: %s\n%s", (unsigned long long)number, difference, text);
    }
    print_message("%llu of %llu random models are valid\n", (unsigned long long)n_valid, (unsigned long long)n);
    assert_true(n < 50 || n_valid > n / 2);
    free(m);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shipped_scenarios), cmocka_unit_test(same_tables), cmocka_unit_test(random_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
