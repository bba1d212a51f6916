/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exact ledger: any order and partition of persons gives the same bits, and every estimate and standard error equals what long
 * doubles make of the same values one by one. Standard errors of ratios come from the spread of each person's linear part
 * (a - R b) / mean(b), which is the delta method by another road than the ledger's covariances. */
#include "simlib.h"

/* Groups: 0 everybody; 1, 2 of the first dimension; 3, 4, 5 of the second, in which some people are in none. A batch has up to 64. */
enum { MODELS = 3, DIMENSIONS = 2, GROUPS = 6, MAX_PERSONS = 200, BATCH = 64 };

typedef struct book {
    ipsim_scenario *scenario;
    ipsim_compiled_model *compiled;
    ipsim_account_plan *plan;
    size_t measures, years, cells, first_time, reached, cost, qalys, employment;
} book;

static void open_book(book *b)
{
    ipsim_error_list errors = {0};
    const ipsim_compiled_model *models[MODELS];
    b->scenario = testlib_load_text(
        "simulation: { horizon_years = 10.0; report_years = [2.0]; }; states: { A: {}; B: {}; }; start_state = \"A\";"
        "transitions: { ab: { from = \"A\"; to = \"B\"; hazard: { family = \"exponential\"; rate = 1; }; }; };"
        "payers: { p: {}; }; rewards: { r: { payer = \"p\"; per = \"year\"; amount = 1; }; };"
        "perspectives: { all: { payers = [\"p\"]; }; };"
        "outcomes: { employment_years: { type = \"years\"; states = [\"B\"]; }; first: { type = \"first_time\"; states = [\"B\"]; }; };");
    assert_no_errors(ipsim_compile(b->scenario, &b->compiled, &errors), &errors);
    for (int i = 0; i < MODELS; i++)
        models[i] = b->compiled;
    assert_no_errors(ipsim_account_plan_create(models, MODELS, &b->plan, &errors), &errors);
    b->measures = ipsim_account_n_measures(b->plan);
    b->years = ipsim_account_n_years(b->plan);
    b->cells = b->measures * b->years * 2;
    b->first_time = ipsim_account_find(b->plan, "first", "all");
    b->reached = ipsim_account_find(b->plan, "reached_first", "all");
    b->cost = ipsim_account_find(b->plan, "cost_all", "all");
    b->qalys = ipsim_account_find(b->plan, "qalys", "all");
    b->employment = ipsim_account_find(b->plan, "employment_years", "all");
    assert_int_equal(b->years, 2);
    assert_true(b->first_time < b->measures && b->reached < b->measures && b->cost < b->measures && b->qalys < b->measures);
    assert_true(ipsim_account_measure(b->plan, b->first_time)->conditional);
    assert_int_equal(ipsim_account_measure(b->plan, b->first_time)->given, b->reached);
}

static void close_book(book *b)
{
    ipsim_account_plan_free(b->plan);
    ipsim_compiled_model_free(b->compiled);
    ipsim_scenario_free(b->scenario);
}

/* ---- people whose values are drawn at random, and filled into batches ---- */

typedef struct people {
    size_t n;
    double *value[MODELS]; /* [cell * MAX_PERSONS + person] */
    uint32_t group[DIMENSIONS][MAX_PERSONS];
} people;

static uint64_t random_state = 12345;

static double uniform(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(random_state >> 11) * 0x1p-53;
}

static void make_people(people *p, const book *b, size_t n)
{
    p->n = n;
    for (size_t i = 0; i < n; i++) {
        p->group[0][i] = 1 + (uint32_t)(uniform() * 2);
        p->group[1][i] = uniform() < 0.1 ? 0 : 3 + (uint32_t)(uniform() * 3);
    }
    for (int m = 0; m < MODELS; m++) {
        p->value[m] = calloc(b->cells * MAX_PERSONS, sizeof(double));
        assert_non_null(p->value[m]);
    }
    for (size_t cell = 0; cell < b->cells; cell++)
        for (size_t i = 0; i < n; i++) {
            size_t measure = cell / (2 * b->years);
            double common = uniform() * 100 - 30;
            /* Small, middling, far above what fits into doubles squared, and with people of both kinds in one batch. */
            double scale = cell % 4 == 0 ? 1 : cell % 4 == 1 ? 1e5 : cell % 4 == 2 ? 4e6 : i % 5 ? 1 : 4e6;
            for (int m = 0; m < MODELS; m++)
                p->value[m][cell * MAX_PERSONS + i] = measure == b->reached ? uniform() < 0.6 : (common + uniform() * 50 * m) * scale;
        }
    for (size_t year = 0; year < b->years; year++) /* who has no first time has no value either */
        for (size_t d = 0; d < 2; d++)
            for (int m = 0; m < MODELS; m++)
                for (size_t i = 0; i < n; i++) {
                    double *value = &p->value[m][((b->first_time * b->years + year) * 2 + d) * MAX_PERSONS + i];
                    double given = p->value[m][((b->reached * b->years + year) * 2) * MAX_PERSONS + i];
                    *value = given > 0 ? fabs(*value) / 1e4 : 0;
                }
}

static void free_people(people *p)
{
    for (int m = 0; m < MODELS; m++)
        free(p->value[m]);
}

/* Adds persons order[0 .. n - 1] as one batch. */
static ipsim_status add_batch(ipsim_ledger *ledger, const book *b, const people *p, const size_t *order, size_t n, ipsim_error *err)
{
    size_t capacity = n + 3;
    double *values[MODELS];
    uint32_t *group = calloc(DIMENSIONS * capacity, sizeof *group);
    for (int m = 0; m < MODELS; m++) {
        values[m] = calloc(b->cells * capacity, sizeof(double));
        assert_non_null(values[m]);
        for (size_t cell = 0; cell < b->cells; cell++)
            for (size_t i = 0; i < n; i++)
                values[m][cell * capacity + i] = p->value[m][cell * MAX_PERSONS + order[i]];
    }
    assert_non_null(group);
    for (size_t d = 0; d < DIMENSIONS; d++)
        for (size_t i = 0; i < n; i++)
            group[d * capacity + i] = p->group[d][order[i]];
    ipsim_status status = ipsim_ledger_add(ledger, (const double *const *)values, n, capacity, group, DIMENSIONS, err);
    for (int m = 0; m < MODELS; m++)
        free(values[m]);
    free(group);
    return status;
}

static ipsim_ledger *add_everybody(const book *b, const people *p)
{
    size_t order[MAX_PERSONS];
    ipsim_error err;
    ipsim_ledger *ledger = ipsim_ledger_create(b->plan, MODELS, GROUPS);
    assert_non_null(ledger);
    for (size_t i = 0; i < p->n; i++)
        order[i] = i;
    for (size_t i = 0; i < p->n; i += BATCH)
        assert_ok(add_batch(ledger, b, p, order + i, p->n - i < BATCH ? p->n - i : BATCH, &err), &err);
    return ledger;
}

/* ---- the same by long doubles ---- */

static bool belongs(const people *p, size_t i, size_t group)
{
    return group == 0 || p->group[0][i] == group || p->group[1][i] == group;
}

static long double quantum_of(const book *b, size_t measure)
{
    const char *outcome = ipsim_account_measure(b->plan, measure)->outcome;
    return strncmp(outcome, "cost", 4) == 0 || strncmp(outcome, "item_", 5) == 0 ? 0x1p-16L : 0x1p-32L;
}

/* What the ledger keeps: a whole number of quanta. */
static long double kept(const book *b, const people *p, size_t m, size_t measure, size_t year, size_t d, size_t i)
{
    long double quantum = quantum_of(b, measure);
    return rintl((long double)p->value[m][((measure * b->years + year) * 2 + d) * MAX_PERSONS + i] / quantum) * quantum;
}

typedef struct series {
    size_t n;
    long double x[MAX_PERSONS];
} series;

static series values_of(const book *b, const people *p, size_t m, size_t group, size_t measure, size_t year, size_t d)
{
    series s = {0};
    for (size_t i = 0; i < p->n; i++)
        if (belongs(p, i, group))
            s.x[s.n++] = kept(b, p, m, measure, year, d, i);
    return s;
}

static long double mean(const series *s)
{
    long double sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->x[i];
    return sum / (long double)s->n;
}

static long double standard_error(const series *s)
{
    long double m = mean(s), sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += (s->x[i] - m) * (s->x[i] - m);
    return sqrtl(sum / (long double)s->n / (long double)(s->n - 1));
}

/* a - ratio b, over scale. */
static series combine(const series *a, const series *b, long double ratio, long double scale)
{
    series s = {.n = a->n};
    for (size_t i = 0; i < s.n; i++)
        s.x[i] = (a->x[i] - ratio * b->x[i]) / scale;
    return s;
}

/* scale: of the parts that a ratio's variance subtracts in doubles (per root of the number of persons); plain means have no such loss. */
static void assert_estimate(ipsim_estimate e, long double value, long double mcse, long double scale)
{
    assert_close(e.value, (double)value, 1e-13 * (double)(fabsl(value) + scale));
    assert_close(e.mcse * e.mcse, (double)(mcse * mcse), (double)(1e-12L * mcse * mcse + 1e-15L * scale * scale));
}

static void check_against_long_doubles(const book *b, const people *p, const ipsim_ledger *ledger)
{
    for (size_t group = 0; group < GROUPS; group++)
        for (size_t measure = 0; measure < b->measures; measure++)
            for (size_t cell = 0; cell < b->years * 2; cell++)
                for (size_t m = 0; m < MODELS; m++) {
                    size_t year = cell / 2, d = cell % 2;
                    series x = values_of(b, p, m, group, measure, year, d), zero = values_of(b, p, 0, group, measure, year, d);
                    if (x.n < 2)
                        continue;
                    assert_int_equal(ipsim_ledger_persons(ledger, group), (int64_t)x.n);
                    if (measure == b->first_time) {
                        series x1 = values_of(b, p, m, group, measure, year, 0), x0 = values_of(b, p, 0, group, measure, year, 0);
                        series g = values_of(b, p, m, group, b->reached, year, 0), g0 = values_of(b, p, 0, group, b->reached, year, 0);
                        if (mean(&g) == 0 || mean(&g0) == 0)
                            continue;
                        long double r = mean(&x1) / mean(&g), r0 = mean(&x0) / mean(&g0);
                        series part = combine(&x1, &g, r, mean(&g)), part0 = combine(&x0, &g0, r0, mean(&g0));
                        series change = combine(&part, &part0, 1, 1);
                        assert_estimate(ipsim_ledger_mean(ledger, m, group, measure, year, d), r, standard_error(&part), fabsl(r));
                        if (m > 0)
                            assert_estimate(ipsim_ledger_difference(ledger, m, group, measure, year, d), r - r0, standard_error(&change),
                                            fabsl(r) + fabsl(r0));
                        continue;
                    }
                    series change = combine(&x, &zero, 1, 1);
                    assert_estimate(ipsim_ledger_mean(ledger, m, group, measure, year, d), mean(&x), standard_error(&x), 0);
                    if (m == 0)
                        continue;
                    assert_estimate(ipsim_ledger_difference(ledger, m, group, measure, year, d), mean(&change), standard_error(&change), 0);
                    if (measure != b->cost)
                        continue;
                    size_t effects[2] = {b->qalys, b->employment};
                    for (int e = 0; e < 2; e++) {
                        series y = values_of(b, p, m, group, effects[e], year, d), y0 = values_of(b, p, 0, group, effects[e], year, d);
                        series gain = combine(&y, &y0, 1, 1);
                        long double r = mean(&change) / mean(&gain);
                        series part = combine(&change, &gain, r, mean(&gain));
                        assert_estimate(ipsim_ledger_ratio(ledger, m, group, measure, effects[e], year, d), r, standard_error(&part),
                                        fabsl(r) * 100);
                    }
                }
}

static void estimates_equal_long_doubles(void **state)
{
    (void)state;
    static const size_t sizes[] = {2, 3, 17, MAX_PERSONS};
    book b;
    open_book(&b);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        people p;
        make_people(&p, &b, sizes[i]);
        ipsim_ledger *ledger = add_everybody(&b, &p);
        check_against_long_doubles(&b, &p, ledger);
        ipsim_ledger_free(ledger);
        free_people(&p);
    }
    close_book(&b);
}

/* ---- the same bits whatever the order ---- */

static void assert_same_ledgers(const book *b, const ipsim_ledger *x, const ipsim_ledger *y)
{
    for (size_t group = 0; group < GROUPS; group++) {
        assert_int_equal(ipsim_ledger_persons(x, group), ipsim_ledger_persons(y, group));
        for (size_t measure = 0; measure < b->measures; measure++)
            for (size_t cell = 0; cell < b->years * 2; cell++)
                for (size_t m = 1; m < MODELS; m++) {
                    size_t year = cell / 2;
                    bool d = cell % 2;
                    ipsim_estimate pairs[][2] = {
                        {ipsim_ledger_mean(x, m, group, measure, year, d), ipsim_ledger_mean(y, m, group, measure, year, d)},
                        {ipsim_ledger_difference(x, m, group, measure, year, d), ipsim_ledger_difference(y, m, group, measure, year, d)},
                        {ipsim_ledger_ratio(x, m, group, measure, b->qalys, year, d),
                         ipsim_ledger_ratio(y, m, group, measure, b->qalys, year, d)}};
                    for (size_t k = 0; k < 3; k++) {
                        assert_same_bits(pairs[k][0].value, pairs[k][1].value);
                        assert_same_bits(pairs[k][0].mcse, pairs[k][1].mcse);
                    }
                }
    }
}

static void any_order_and_partition_gives_the_same_bits(void **state)
{
    (void)state;
    book b;
    people p;
    ipsim_error err;
    open_book(&b);
    make_people(&p, &b, MAX_PERSONS);
    ipsim_ledger *whole = add_everybody(&b, &p);
    for (int trial = 0; trial < 12; trial++) {
        size_t order[MAX_PERSONS];
        for (size_t i = 0; i < p.n; i++) {
            size_t j = (size_t)(uniform() * (double)(i + 1));
            order[i] = order[j];
            order[j] = i;
        }
        ipsim_ledger *parts[5];
        for (int k = 0; k < 5; k++)
            parts[k] = ipsim_ledger_create(b.plan, MODELS, GROUPS);
        for (size_t done = 0; done < p.n;) { /* batches of random size into random ledgers, some of which may stay empty */
            size_t n = 1 + (size_t)(uniform() * 40), k = (size_t)(uniform() * 4);
            n = n < p.n - done ? n : p.n - done;
            assert_ok(add_batch(parts[k], &b, &p, order + done, n, &err), &err);
            done += n;
        }
        ipsim_ledger *sum = parts[4];
        for (int k = trial % 4, times = 0; times < 4; times++, k = (k + 3) % 4)
            ipsim_ledger_merge(sum, parts[k]);
        assert_same_ledgers(&b, sum, whole);
        for (int k = 0; k < 5; k++)
            ipsim_ledger_free(parts[k]);
    }
    ipsim_ledger_free(whole);
    free_people(&p);
    close_book(&b);
}

static void subgroups_add_up_to_the_whole(void **state)
{
    (void)state;
    book b;
    people p;
    open_book(&b);
    make_people(&p, &b, 150);
    ipsim_ledger *ledger = add_everybody(&b, &p);
    for (size_t measure = 0; measure < b.measures; measure++) {
        double sum = 0, persons = 0;
        if (measure == b.first_time)
            continue; /* a mean among those who have one is no sum over people */
        for (size_t group = 1; group <= 2; group++) {
            double n = (double)ipsim_ledger_persons(ledger, group);
            sum += n * ipsim_ledger_mean(ledger, 2, group, measure, 1, true).value;
            persons += n;
        }
        assert_same_bits(persons, 150.0);
        assert_relative(sum / 150, ipsim_ledger_mean(ledger, 2, 0, measure, 1, true).value, 1e-14 * 150);
    }
    int64_t in_second = 0;
    for (size_t i = 0; i < p.n; i++)
        in_second += p.group[1][i] != 0;
    assert_int_equal(ipsim_ledger_persons(ledger, 3) + ipsim_ledger_persons(ledger, 4) + ipsim_ledger_persons(ledger, 5), in_second);
    ipsim_ledger_free(ledger);
    free_people(&p);
    close_book(&b);
}

/* ---- exactness ---- */

/* Values near the limit that differ in the last quantum: doubles would lose the differences, integers do not. */
static void nothing_is_lost_to_cancellation(void **state)
{
    (void)state;
    book b;
    people p;
    open_book(&b);
    make_people(&p, &b, 100);
    size_t cell = (b.cost * b.years + 1) * 2 + 1;
    for (size_t i = 0; i < p.n; i++) {
        double base = ldexp(1, 36) + ldexp((double)i, 8); /* 6.9e10; the last bit of a double there is 2^-16, one quantum */
        p.value[0][cell * MAX_PERSONS + i] = base;
        p.value[1][cell * MAX_PERSONS + i] = base;
        p.value[2][cell * MAX_PERSONS + i] = base + (i == 42 ? ldexp(1, -16) : 0);
    }
    ipsim_ledger *ledger = add_everybody(&b, &p);
    ipsim_estimate none = ipsim_ledger_difference(ledger, 1, 0, b.cost, 1, true);
    assert_same_bits(none.value, 0.0);
    assert_same_bits(none.mcse, 0.0);
    ipsim_estimate some = ipsim_ledger_difference(ledger, 2, 0, b.cost, 1, true);
    assert_same_bits(some.value, ldexp(1, -16) / 100);
    assert_relative(some.mcse, ldexp(1, -16) / 100, 1e-15); /* one 1 among n: variance of the mean is (1/n - 1/n^2)/(n - 1) = 1/n^2 */
    ipsim_ledger_free(ledger);
    free_people(&p);
    close_book(&b);
}

/* A value is rounded to the nearest quantum, which is then exact. */
static void values_are_rounded_to_quanta(void **state)
{
    (void)state;
    book b;
    people p;
    open_book(&b);
    make_people(&p, &b, 4);
    size_t cell = b.qalys * b.years * 2;
    double quantum = ldexp(1, -32), x[4] = {quantum * 0.49, quantum * 0.51, -quantum * 1.4, quantum * 3};
    for (size_t i = 0; i < 4; i++)
        p.value[0][cell * MAX_PERSONS + i] = x[i];
    ipsim_ledger *ledger = add_everybody(&b, &p);
    assert_same_bits(ipsim_ledger_mean(ledger, 0, 0, b.qalys, 0, false).value, quantum * (0 + 1 - 1 + 3) / 4);
    ipsim_ledger_free(ledger);
    free_people(&p);
    close_book(&b);
}

static void overflow_is_refused(void **state)
{
    (void)state;
    static const struct {
        double value;
        bool fits;
    } cases[] = {{1.07e9, true}, {-1.07e9, true},   {1.08e9, false},    {-1.08e9, false},
                 {1e300, false}, {INFINITY, false}, {-INFINITY, false}, {NAN, false}}; /* 2^62 quanta are 1.074e9 */
    book b;
    open_book(&b);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        people p;
        ipsim_error err = {0};
        size_t order[3] = {0, 1, 2};
        make_people(&p, &b, 3);
        size_t cell = (b.qalys * b.years + 1) * 2;
        for (size_t i = 0; i < 3; i++)
            p.value[1][cell * MAX_PERSONS + i] = i == 2 || cases[c].fits ? cases[c].value : 0;
        ipsim_ledger *ledger = ipsim_ledger_create(b.plan, MODELS, GROUPS);
        ipsim_status status = add_batch(ledger, &b, &p, order, 3, &err);
        if (cases[c].fits) {
            assert_ok(status, &err);
            assert_relative(ipsim_ledger_mean(ledger, 1, 0, b.qalys, 1, false).value, cases[c].value, 1e-15);
            assert_same_bits(ipsim_ledger_mean(ledger, 1, 0, b.qalys, 1, false).mcse, 0.0);
        } else {
            assert_int_equal(status, IPSIM_ERR_OVERFLOW);
            assert_non_null(strstr(err.message, "\"qalys\""));
        }
        ipsim_ledger_free(ledger);
        free_people(&p);
    }
    close_book(&b);
}

static void too_few_persons_have_no_error(void **state)
{
    (void)state;
    book b;
    people p;
    open_book(&b);
    make_people(&p, &b, 1);
    ipsim_ledger *ledger = add_everybody(&b, &p), *empty = ipsim_ledger_create(b.plan, MODELS, GROUPS);
    double value = p.value[1][(b.qalys * b.years * 2) * MAX_PERSONS];
    ipsim_estimate one = ipsim_ledger_mean(ledger, 1, 0, b.qalys, 0, false),
                   change = ipsim_ledger_difference(ledger, 1, 0, b.qalys, 0, false);
    assert_close(one.value, value, ldexp(1, -32));
    assert_true(isnan(one.mcse));
    assert_true(isfinite(change.value) && isnan(change.mcse));
    assert_true(isnan(ipsim_ledger_mean(empty, 0, 0, b.qalys, 0, false).value));
    assert_true(isnan(ipsim_ledger_mean(empty, 0, 0, b.first_time, 0, false).value));
    assert_true(isnan(ipsim_ledger_difference(empty, 1, 0, b.first_time, 0, false).value));
    assert_int_equal(ipsim_ledger_persons(empty, 0), 0);
    ipsim_ledger_free(ledger);
    ipsim_ledger_free(empty);
    free_people(&p);
    close_book(&b);
}

/* Nobody reached: no mean time to the first. No gain: no ratio. A pair that the plan does not keep: no ratio. */
static void what_is_undefined_is_nan(void **state)
{
    (void)state;
    book b;
    people p;
    open_book(&b);
    make_people(&p, &b, 20);
    for (size_t i = 0; i < p.n; i++)
        for (size_t d = 0; d < 2; d++) {
            p.value[1][((b.reached * b.years) * 2 + d) * MAX_PERSONS + i] = 0;
            p.value[1][((b.first_time * b.years) * 2 + d) * MAX_PERSONS + i] = 0;
            for (int m = 0; m < MODELS; m++)
                p.value[m][((b.qalys * b.years) * 2 + d) * MAX_PERSONS + i] = 1;
        }
    ipsim_ledger *ledger = add_everybody(&b, &p);
    assert_true(isnan(ipsim_ledger_mean(ledger, 1, 0, b.first_time, 0, false).value));
    assert_true(isnan(ipsim_ledger_difference(ledger, 1, 0, b.first_time, 0, false).value));
    assert_true(isfinite(ipsim_ledger_mean(ledger, 0, 0, b.first_time, 0, false).value));
    assert_true(isnan(ipsim_ledger_ratio(ledger, 1, 0, b.cost, b.qalys, 0, false).value));
    assert_true(isnan(ipsim_ledger_ratio(ledger, 1, 0, b.qalys, b.employment, 1, false).value));
    ipsim_ledger_free(ledger);
    free_people(&p);
    close_book(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_equal_long_doubles),  cmocka_unit_test(any_order_and_partition_gives_the_same_bits),
        cmocka_unit_test(subgroups_add_up_to_the_whole), cmocka_unit_test(nothing_is_lost_to_cancellation),
        cmocka_unit_test(values_are_rounded_to_quanta),  cmocka_unit_test(overflow_is_refused),
        cmocka_unit_test(too_few_persons_have_no_error), cmocka_unit_test(what_is_undefined_is_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
