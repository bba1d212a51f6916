/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios as index tables: which risks leave which state in which order, what they share, and what their numbers are. */
#include "simlib.h"

typedef struct compiled {
    ipsim_scenario *scenario;
    ipsim_compiled_model *model;
} compiled;

static compiled compile_text(const char *text)
{
    compiled c = {.scenario = testlib_load_text(text)};
    ipsim_error_list errors = {0};
    assert_no_errors(ipsim_compile(c.scenario, &c.model, &errors), &errors);
    return c;
}

static void close_compiled(compiled *c)
{
    ipsim_compiled_model_free(c->model);
    ipsim_scenario_free(c->scenario);
}

static const char *risk_name(const compiled *c, const ipsim_risk *risk)
{
    return risk->event != SIZE_MAX ? c->scenario->events[risk->event].name : c->scenario->transitions[risk->transition].name;
}

/* ---- structure ---- */

static void risks_stand_by_state_in_declared_order(void **state)
{
    (void)state;
    compiled c = compile_text(
        "simulation: { horizon_years = 1.0; }; states: { A: {}; D: { role = \"dead\"; }; B: {}; C: {}; }; start_state = \"A\";"
        "events: { cold: { hazard: { family = \"exponential\"; rate = 1; }; };"
        "  fall: { states = [\"C\", \"A\"]; stream = \"slip\"; hazard: { family = \"exponential\"; rate = 1; }; }; };"
        "transitions: { out: { from = [\"B\", \"A\"]; to = \"C\"; hazard: { family = \"exponential\"; rate = 1; }; };"
        "  death: { from = [\"C\", \"A\", \"B\"]; to = \"D\"; stream = \"death\"; hazard: { family = \"exponential\"; rate = 1; }; };"
        "  ab: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; };"
        "  death_2: { from = \"A\"; to = \"D\"; stream = \"accident\"; hazard: { family = \"exponential\"; rate = 1; }; }; };");
    static const struct {
        const char *name, *to, *stream;
    } expected[] = {{"out", "C", "A->C"},         {"death", "D", "death"}, {"ab", "B", "A->B"},
                    {"death_2", "D", "accident"}, {"cold", "A", "cold"},   {"fall", "A", "slip"}, /* out of A; nothing leaves D */
                    {"out", "C", "B->C"},         {"death", "D", "death"}, {"cold", "B", "cold"},
                    {"death", "D", "death"},      {"cold", "C", "cold"},   {"fall", "C", "slip"}};
    static const size_t first[] = {0, 6, 6, 9, 12};
    const ipsim_compiled_model *m = c.model;
    assert_int_equal(m->n_states, 4);
    assert_int_equal(m->n_risks, 12);
    for (size_t s = 0; s <= 4; s++)
        assert_int_equal(m->first_risk[s], first[s]);
    for (size_t r = 0; r < m->n_risks; r++) {
        assert_string_equal(risk_name(&c, &m->risks[r]), expected[r].name);
        assert_string_equal(c.scenario->states[m->risks[r].to].name, expected[r].to);
        assert_string_equal(m->streams[m->risks[r].stream].name, expected[r].stream);
        assert_int_equal(m->streams[m->risks[r].stream].key, ipsim_stream_key(IPSIM_PURPOSE_BUDGET, expected[r].stream));
    }
    assert_int_equal(m->n_streams, 7); /* A->C, B->C, death, A->B, accident, cold, slip */
    assert_int_equal(m->start_state, 0);
    assert_int_equal(m->age_attribute, IPSIM_NO_ATTRIBUTE);
    assert_int_equal(m->entry_attribute, IPSIM_NO_ATTRIBUTE);
    assert_int_equal(m->role[1], IPSIM_ROLE_DEAD);
    close_compiled(&c);
}

static void laws_get_their_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double x, cumulative; /* H(x), by the formulas of hazard.h */
    } cases[] = {
        {"family = \"exponential\"; rate = 0.3;", 2, 0.6},
        {"family = \"weibull\"; shape = 2; scale = 4;", 2, 0.25},
        {"family = \"weibull_ph\"; shape = 2; rate = 0.3;", 3, 2.7},
        {"family = \"gompertz\"; shape = 0.5; rate = 0.2;", 2, 0.687312731383618},                    /* .2 (e - 1) / .5 */
        {"family = \"log_logistic\"; shape = 2; scale = 4;", 4, 0.693147180559945},                   /* log 2 */
        {"family = \"log_normal\"; meanlog = 1; sdlog = 0.5;", 2.718281828459045, 0.693147180559945}, /* the median */
        {"family = \"gamma\"; shape = 1; rate = 0.4;", 3, 1.2},
        {"family = \"generalised_gamma\"; mu = 1; sigma = 0.5; q = 1;", 5, 3.383382080915318}, /* weibull, shape 2, scale e: (5 / e)^2 */
        {"family = \"piecewise\"; breaks = [1.0, 3.0]; rates = [0.1, 0.2, 0.7];", 5, 1.9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[500];
        snprintf(text, sizeof text,
                 "simulation: { horizon_years = 1.0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
                 "transitions: { t: { from = \"A\"; to = \"B\"; hazard: { %s multiplier = 1.5; }; }; };",
                 cases[i].text);
        compiled c = compile_text(text);
        const ipsim_risk *risk = &c.model->risks[0];
        assert_int_equal(risk->kind, IPSIM_LAW_HAZARD);
        assert_int_equal(risk->clock, IPSIM_CLOCK_SOJOURN);
        assert_close(ipsim_hazard_cumulative(risk->laws, cases[i].x), cases[i].cumulative, 1e-12);
        assert_same_bits(risk->multiplier, 1.5);
        close_compiled(&c);
    }
}

static void fixed_times_have_no_hazard(void **state)
{
    (void)state;
    compiled c = compile_text("simulation: { horizon_years = 1.0; start_year = 2020; }; attributes: { age: { value = 30; }; };"
                              "clocks: { k: { starts_on = \"B\"; }; }; states: { A: {}; B: {}; C: {}; }; start_state = \"A\";"
                              "transitions: { f: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 0.75; }; };"
                              "  a: { from = \"A\"; to = \"C\"; clock = \"age\"; hazard: { family = \"at\"; at = 67; }; };"
                              "  k: { from = \"B\"; to = \"C\"; clock = \"since:k\"; hazard: { family = \"at\"; at = 2; }; };"
                              "  y: { from = \"B\"; to = \"A\"; clock = \"calendar\"; hazard: { family = \"at\"; at = 2025; }; }; };");
    static const double at[] = {0.75, 67, 2, 2025};
    static const int clock[] = {IPSIM_CLOCK_SOJOURN, IPSIM_CLOCK_AGE, IPSIM_CLOCK_NAMED, IPSIM_CLOCK_CALENDAR};
    for (size_t r = 0; r < 4; r++) {
        assert_int_equal(c.model->risks[r].kind, IPSIM_LAW_AT);
        assert_same_bits(c.model->risks[r].at, at[r]);
        assert_int_equal(c.model->risks[r].clock, clock[r]);
    }
    assert_int_equal(c.model->age_attribute, 0);
    assert_int_equal(c.model->n_clocks, IPSIM_CLOCK_NAMED + 1);
    close_compiled(&c);
}

/* ---- step functions and effects ---- */

static void a_piece_begins_at_its_break(void **state)
{
    (void)state;
    double breaks[] = {1, 2.5, 4}, origin[IPSIM_CLOCKS_MAX] = {0};
    origin[IPSIM_CLOCK_AGE] = 0.1;
    origin[IPSIM_CLOCK_NAMED] = INFINITY;
    ipsim_steps steps = {.clock = IPSIM_CLOCK_AGE, .n_breaks = 3, .breaks = breaks};
    static const struct {
        double t;
        size_t piece;
        int next; /* index of the break that ends it; 3: never */
    } cases[] = {{-5, 0, 0}, {1, 0, 0}, {1.1, 1, 1}, {2, 1, 1}, {2.6, 2, 2}, {4.0999, 2, 2}, {4.1, 3, 3}, {1e9, 3, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double until;
        assert_int_equal(ipsim_steps_piece(&steps, origin, cases[i].t, &until), cases[i].piece);
        assert_same_bits(until, cases[i].next == 3 ? INFINITY : 0.1 + breaks[cases[i].next]);
        assert_true(until > cases[i].t); /* so that walking from piece to piece always gets on */
    }
    double until, t = 0.1 + breaks[1]; /* a time computed as a boundary belongs to what begins there */
    assert_int_equal(ipsim_steps_piece(&steps, origin, t, &until), 2);
    steps.clock = IPSIM_CLOCK_NAMED;
    assert_true(ipsim_steps_piece(&steps, origin, 3, &until) == SIZE_MAX && until == INFINITY);
    steps = (ipsim_steps){.clock = IPSIM_CLOCK_START};
    assert_true(ipsim_steps_piece(&steps, origin, 3, &until) == 0 && until == INFINITY);
}

static double effect_at(const ipsim_risk *risk, size_t i, size_t level, double reading)
{
    const ipsim_compiled_effect *e = &risk->effects[i];
    double origin[IPSIM_CLOCKS_MAX] = {0}, until;
    size_t piece = ipsim_steps_piece(&e->steps, origin, reading, &until);
    return e->by_level[level * (e->steps.n_breaks + 1) + piece];
}

static void effects_become_steps(void **state)
{
    (void)state;
    compiled c = compile_text("simulation: { horizon_years = 1.0; }; states: { A: {}; B: {}; }; start_state = \"A\";"
                              "attributes: { dx: { levels = [\"p\", \"b\", \"o\"]; probabilities = [0.2, 0.3, 0.5]; }; x: { value = 3; }; "
                              "age: { value = 30; }; };"
                              "clocks: { k: { starts_on = \"A\"; }; };"
                              "transitions: { t: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; };"
                              "  effects: { fades: { hr = 0.25; from_years = 1; until_years = 2; fade_until_years = 4; steps = 2; };"
                              "    all: { hr = 1.75; };"
                              "    some: { attribute = \"dx\"; level = [\"p\", \"o\"]; hr = 3; };"
                              "    each: { attribute = \"dx\"; hr_by_level: { b = 0.5; }; clock = \"age\"; until_years = 40; };"
                              "    number: { attribute = \"x\"; hr = 2; centre = 1; };"
                              "    since: { log_hr = -1; clock = \"since:k\"; }; };"
                              "  modifiers: { m: { clock = \"sojourn\"; breaks = [1.0, 2.0]; values = [0.0, 5.0, 1.0]; }; }; }; };");
    const ipsim_risk *risk = &c.model->risks[0];
    assert_int_equal(risk->n_effects, 7);
    assert_int_equal(risk->n_constant, 3); /* all, some, number stand first, in declared order */
    assert_close(effect_at(risk, 0, 0, 9), 1.75, 0);
    assert_close(effect_at(risk, 1, 0, 9), 3, 0);
    assert_close(effect_at(risk, 1, 1, 9), 1, 0);
    assert_close(effect_at(risk, 1, 2, 9), 3, 0);
    assert_true(risk->effects[2].numeric);
    assert_close(risk->effects[2].log_hr, log(2), 1e-15);
    assert_close(risk->effects[2].centre, 1, 0);
    assert_close(risk->effects[2].exponent[0], 1, 0);
    /* log hr falls from -1.386 to 0 in two steps that meet the line in their middles: 3/4 and 1/4 of it */
    static const double reading[] = {0, 0.999, 1, 1.999, 2, 2.999, 3, 3.999, 4, 1e6};
    static const double expected[] = {1, 1, 0.25, 0.25, 0.353553390593274, 0.353553390593274, 0.707106781186547, 0.707106781186547, 1, 1};
    for (size_t i = 0; i < 10; i++)
        assert_close(effect_at(risk, 3, 0, reading[i]), expected[i], 1e-14);
    assert_int_equal(risk->effects[3].steps.clock, IPSIM_CLOCK_START);
    assert_int_equal(risk->effects[4].steps.clock, IPSIM_CLOCK_AGE);
    assert_close(effect_at(risk, 4, 1, 39.99), 0.5, 0);
    assert_close(effect_at(risk, 4, 1, 40), 1, 0);
    assert_close(effect_at(risk, 4, 0, 39.99), 1, 0);
    assert_int_equal(risk->effects[5].steps.clock, IPSIM_CLOCK_NAMED); /* without a window, but not in force before the clock starts */
    assert_close(effect_at(risk, 5, 0, 0), 0.367879441171442, 1e-15);
    assert_close(effect_at(risk, 6, 0, 0.5), 0, 0);
    assert_close(effect_at(risk, 6, 0, 1), 5, 0);
    assert_close(effect_at(risk, 6, 0, 2), 1, 0);
    close_compiled(&c);
}

/* ---- tables ---- */

static void tables_are_laws_by_stratum_and_year(void **state)
{
    (void)state;
    char csv[2000] = "dx,age,year,sex,rate\n";
    size_t used = strlen(csv);
    for (int dx = 0; dx < 3; dx++) /* the rate says where it belongs: dx, sex, year, age */
        for (int age = 0; age < 2; age++)
            for (int year = 0; year < 2; year++)
                for (int sex = 0; sex < 2; sex++)
                    used += (size_t)snprintf(csv + used, sizeof csv - used, "%s,%d,%d,%s,0.%d%d%d%d\n",
                                             dx == 0   ? "p"
                                             : dx == 1 ? "b"
                                                       : "o",
                                             age ? 50 : 20, year ? 2030 : 2020, sex ? "f" : "m", dx + 1, sex + 1, year + 1, age + 1);
    testlib_write("rates.csv", csv);
    compiled c = compile_text(
        "simulation: { horizon_years = 1.0; start_year = 2020; }; states: { A: {}; B: {}; }; start_state = \"A\";"
        "attributes: { age: { value = 30; }; sex: { levels = [\"m\", \"f\"]; probabilities = [0.5, 0.5]; };"
        "  dx: { levels = [\"p\", \"b\", \"o\"]; probabilities = [0.2, 0.3, 0.5]; }; };"
        "transitions: { t: { from = \"A\"; to = \"B\"; hazard: { family = \"table\"; file = \"rates.csv\"; multiplier = 2; }; }; };");
    const ipsim_risk *risk = &c.model->risks[0];
    assert_int_equal(risk->clock, IPSIM_CLOCK_AGE); /* the default of a table */
    assert_int_equal(risk->n_years, 2);
    assert_same_bits(risk->years[1], 2030.0);
    assert_int_equal(risk->n_keys, 2);
    for (int dx = 0; dx < 3; dx++)
        for (int sex = 0; sex < 2; sex++) {
            size_t stratum = 0;
            for (size_t k = 0; k < 2; k++) {
                bool is_sex = risk->key_attribute[k] == 2; /* attributes stand by name: age, dx, sex */
                assert_int_equal(risk->key_levels[k], is_sex ? 2 : 3);
                stratum = stratum * (size_t)risk->key_levels[k] + (size_t)(is_sex ? sex : dx);
            }
            for (int year = 0; year < 2; year++)
                for (int age = 0; age < 2; age++) {
                    double expected = (dx + 1) / 10.0 + (sex + 1) / 100.0 + (year + 1) / 1000.0 + (age + 1) / 10000.0;
                    const ipsim_hazard *law = &risk->laws[stratum * 2 + (size_t)year];
                    assert_close(ipsim_hazard_rate(law, age ? 50 : 49.99), expected, 1e-12);
                    assert_close(ipsim_hazard_rate(law, age ? 120 : 0), expected, 1e-12); /* beyond the ends */
                }
        }
    close_compiled(&c);
}

static void probabilities_become_rates(void **state)
{
    (void)state;
    testlib_write("q.csv", "age,probability\n0,0.1\n60,0.5\n");
    compiled c = compile_text(
        "simulation: { horizon_years = 1.0; }; states: { A: {}; B: {}; }; start_state = \"A\"; attributes: { age: { value = 30; }; };"
        "transitions: { t: { from = \"A\"; to = \"B\"; hazard: { family = \"table\"; file = \"q.csv\"; }; }; };");
    assert_close(ipsim_hazard_rate(c.model->risks[0].laws, 30), 0.105360515657826, 1e-14); /* -log .9 */
    assert_close(ipsim_hazard_rate(c.model->risks[0].laws, 60), 0.693147180559945, 1e-14);
    close_compiled(&c);
}

/* ---- clocks, durations, starts ---- */

static void clocks_know_what_starts_them(void **state)
{
    (void)state;
    compiled c = compile_text(
        "simulation: { horizon_years = 1.0; start_year = 2020.5; }; states: { A: {}; B: {}; }; start_states: { B = 0.25; A = 0.75; };"
        "events: { e: { hazard: { family = \"exponential\"; rate = 1; };"
        "  duration_days: { family = \"gamma\"; shape = 2; scale = 3; }; }; f: { hazard: { family = \"exponential\"; rate = 1; }; }; };"
        "clocks: { one: { starts_on = [\"B\", \"e\"]; restart = true; }; two: { starts_on = \"B\"; }; three: { starts_on = \"f\"; }; };");
    const ipsim_compiled_model *m = c.model;
    assert_int_equal(ipsim_compile_clock(c.scenario, "sojourn"), IPSIM_CLOCK_SOJOURN);
    assert_int_equal(ipsim_compile_clock(c.scenario, "start"), IPSIM_CLOCK_START);
    assert_int_equal(ipsim_compile_clock(c.scenario, "age"), IPSIM_CLOCK_AGE);
    assert_int_equal(ipsim_compile_clock(c.scenario, "calendar"), IPSIM_CLOCK_CALENDAR);
    assert_int_equal(ipsim_compile_clock(c.scenario, "since:two"), IPSIM_CLOCK_NAMED + 1);
    assert_int_equal(ipsim_compile_clock(c.scenario, "two"), -1);
    assert_int_equal(ipsim_compile_clock(c.scenario, "since:four"), -1);
    assert_int_equal(m->starts_on_state[0].n, 0);
    assert_int_equal(m->starts_on_state[1].n, 2);
    assert_int_equal(m->starts_on_state[1].clock[0], IPSIM_CLOCK_NAMED);
    assert_true(m->starts_on_state[1].restart[0]);
    assert_int_equal(m->starts_on_state[1].clock[1], IPSIM_CLOCK_NAMED + 1);
    assert_false(m->starts_on_state[1].restart[1]);
    assert_int_equal(m->starts_on_event[0].n, 1);
    assert_int_equal(m->starts_on_event[1].clock[0], IPSIM_CLOCK_NAMED + 2);
    assert_true(m->has_duration[0] && !m->has_duration[1]);
    assert_close(ipsim_distribution_mean(&m->duration_days[0]), 6, 1e-12);
    assert_int_equal(m->duration_key[0], ipsim_stream_key(IPSIM_PURPOSE_DURATION, "e"));
    assert_same_bits(m->start_year, 2020.5);
    assert_int_equal(m->start_state, -1);
    assert_close(m->start_cumulative[0], 0.75, 1e-15);
    assert_close(m->start_cumulative[1], 1, 1e-15);
    close_compiled(&c);
}

/* ---- what compiling refuses, or the scenario before it ---- */

/* An attribute may be called start_state, but not where start states are drawn under that name. */
static void the_start_state_draws_alone(void **state)
{
    (void)state;
    static const char model[] =
        "simulation: { horizon_years = 1.0; }; states: { A: {}; B: {}; }; attributes: { start_state: { levels = [\"A\", \"B\"];"
        "probabilities = [0.5, 0.5]; }; }; ";
    char text[600];
    ipsim_error_list errors = {0};
    ipsim_compiled_model *none;
    snprintf(text, sizeof text, "%s start_state_attribute = \"start_state\";", model);
    compiled c = compile_text(text);
    close_compiled(&c);
    snprintf(text, sizeof text, "%s start_states: { A = 0.5; B = 0.5; };", model);
    ipsim_scenario *scenario = testlib_load_text(text);
    assert_int_equal(ipsim_compile(scenario, &none, &errors), IPSIM_ERR_RULE);
    assert_null(none);
    ipsim_error_list_clear(&errors);
    ipsim_scenario_free(scenario);
}

static void bad_models_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"transitions: { a: { from = \"A\"; to = \"B\"; stream = \"s\"; hazard: { family = \"exponential\"; rate = 1; }; };"
         "  b: { from = \"A\"; to = \"C\"; stream = \"s\"; hazard: { family = \"exponential\"; rate = 1; }; }; };",
         "stream"},
        {"transitions: { a: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; };"
         "  b: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; }; c: { from = \"A\"; to = \"C\"; hazard: { "
         "family = \"exponential\"; rate = 1; }; }; };",
         "stream"},
        {"events: { e: { stream = \"A->B\"; hazard: { family = \"exponential\"; rate = 1; }; }; };"
         "transitions: { a: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; }; c: { from = \"A\"; to = \"C\"; "
         "hazard: { family = \"exponential\"; rate = 1; }; }; };",
         "stream"},
        {"transitions: { a: { from = \"A\"; to = \"B\"; hazard: { family = \"fixed\"; delay = 1; }; effects: { e: { hr = 2; }; }; };"
         "  c: { from = \"A\"; to = \"C\"; hazard: { family = \"exponential\"; rate = 1; }; }; };",
         ""},
        {"events: { e: { hazard: { family = \"fixed\"; delay = 1; }; }; };"
         "transitions: { a: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; }; c: { from = \"A\"; to = \"C\"; "
         "hazard: { family = \"exponential\"; rate = 1; }; }; };",
         ""},
        /* Names whose 32-bit FNV-1a keys happen to be equal, found by trying. */
        {"transitions: { a: { from = \"A\"; to = \"B\"; stream = \"n10cbbd\"; hazard: { family = \"exponential\"; rate = 1; }; };"
         "  c: { from = \"A\"; to = \"C\"; stream = \"n518d8\"; hazard: { family = \"exponential\"; rate = 1; }; }; };",
         "same key"},
        {"events: { n72e40: { hazard: { family = \"exponential\"; rate = 1; }; }; n8d19f: { hazard: { family = \"exponential\"; rate = 1; "
         "}; }; };"
         "transitions: { a: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; }; c: { from = \"A\"; to = \"C\"; "
         "hazard: { family = \"exponential\"; rate = 1; }; }; };",
         "same key"},
        {"attributes: { n1266dc: { value = 1; }; nd5065: { value = 1; }; };"
         "transitions: { a: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; }; c: { from = \"A\"; to = \"C\"; "
         "hazard: { family = \"exponential\"; rate = 1; }; }; };",
         "same key"},
        {"transitions: { a: { from = \"A\"; to = \"B\"; hazard: { family = \"gamma\"; shape = -1; rate = 1; }; };"
         "  c: { from = \"A\"; to = \"C\"; hazard: { family = \"exponential\"; rate = 1; }; }; };",
         "shape"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1500];
        ipsim_error_list errors = {0};
        ipsim_scenario *scenario;
        snprintf(text, sizeof text, "simulation: { horizon_years = 1.0; }; states: { A: {}; B: {}; C: {}; }; start_state = \"A\"; %s",
                 cases[i].text);
        ipsim_status status = ipsim_scenario_load(testlib_write("bad.cfg", text), NULL, 0, &scenario, &errors);
        if (status == IPSIM_OK) {
            ipsim_compiled_model *model;
            status = ipsim_compile(scenario, &model, &errors);
            assert_null(model);
            ipsim_scenario_free(scenario);
        }
        assert_int_not_equal(status, IPSIM_OK);
        assert_true(errors.count >= 1);
        char line[2048];
        if (strstr(ipsim_error_format(&errors.items[0], line, sizeof line), cases[i].says) == NULL || errors.items[0].line == 0)
            fail_msg("case %zu: %s", i, line);
        ipsim_error_list_clear(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(risks_stand_by_state_in_declared_order),
        cmocka_unit_test(laws_get_their_parameters),
        cmocka_unit_test(fixed_times_have_no_hazard),
        cmocka_unit_test(a_piece_begins_at_its_break),
        cmocka_unit_test(effects_become_steps),
        cmocka_unit_test(tables_are_laws_by_stratum_and_year),
        cmocka_unit_test(probabilities_become_rates),
        cmocka_unit_test(clocks_know_what_starts_them),
        cmocka_unit_test(the_start_state_draws_alone),
        cmocka_unit_test(bad_models_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
