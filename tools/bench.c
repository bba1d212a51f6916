/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast ipsim is, and where the time goes. `make bench` prints it and writes bench.csv.
 *
 * Processors are shared and drift, so figures are medians of rounds in which the variants take turns, and what counts are ratios within
 * one run. One thread is timed by its own processor time, several by the wall.
 * Usage: bench [rounds [largest number of persons [scenario files, which are then all that is measured]]]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/simd.h"
#include "experiment/psa_draws.h"
#include "experiment/simulate.h"
#include "ipsim/decision_tables.h"
#include "ipsim/dsa.h"
#include "ipsim/engine.h"
#include "ipsim/run.h"

enum { MOST_SCENARIOS = 4, MOST_ROUNDS = 99, BLOCK = 2048 };

static FILE *csv;

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const ipsim_error_list *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        fprintf(stderr, "bench: %s\n", errors->items[i].message);
    exit(1);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *x, int n)
{
    double sorted[MOST_ROUNDS];
    memcpy(sorted, x, (size_t)n * sizeof *x);
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    return sorted[n / 2];
}

static void report(const char *what, const char *variant, double value, const char *unit, double ratio, const char *to)
{
    printf("  %-26s %-22s %12.4g %-20s", what, variant, value, unit);
    if (to)
        printf(" %7.2f x %s", ratio, to);
    printf("\n");
    fprintf(csv, "%s,%s,%.6g,%s,%.4g,%s\n", what, variant, value, unit, to ? ratio : 0.0, to ? to : "");
}

/* ---- whole runs ---- */

typedef struct model_set {
    const char *name;
    size_t n;
    const char *paths[MOST_SCENARIOS];
    ipsim_scenario *scenarios[MOST_SCENARIOS];
    int64_t persons;
} model_set;

typedef struct variant {
    const char *name, *simd;
    ipsim_engine_choice engine;
    int threads;
    double ns[MOST_ROUNDS];   /* per history */
    double work[MOST_ROUNDS]; /* processor time of all threads, ns per history */
} variant;

static void load(model_set *set)
{
    ipsim_error_list errors = {0};
    for (size_t i = 0; i < set->n; i++)
        if (ipsim_scenario_load(set->paths[i], NULL, 0, &set->scenarios[i], &errors) != IPSIM_OK)
            die(&errors);
}

/* Seconds; what does not grow with persons (tables) is measured by a small run and taken away. */
static double time_run(const model_set *set, int64_t persons, const variant *v, double *events, double *work)
{
    ipsim_error_list errors = {0};
    ipsim_results *results = NULL;
    clockid_t clock = v->threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    setenv("IPSIM_SIMD", v->simd, 1);
    ipsim_run_options options = {.persons = persons, .seed = 1, .n_threads = v->threads, .engine = v->engine};
    double start = seconds(clock), work_before = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (ipsim_run((const ipsim_scenario *const *)set->scenarios, set->n, &options, &results, &errors) != IPSIM_OK)
        die(&errors);
    double spent = seconds(clock) - start;
    *work = seconds(CLOCK_PROCESS_CPUTIME_ID) - work_before;
    *events = results->events_per_person;
    ipsim_results_free(results);
    return spent;
}

static void bench_set(const model_set *set, variant *variants, size_t n, int rounds, const char *base)
{
    double events = 0.0, small_work, all_work;
    int64_t few = BLOCK;
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < n; i++) {
            int64_t persons = variants[i].engine == IPSIM_ENGINE_REFERENCE ? set->persons / 4 : set->persons;
            double small = time_run(set, few, &variants[i], &events, &small_work);
            double all = time_run(set, persons, &variants[i], &events, &all_work);
            double histories = (double)(persons - few) * (double)set->n;
            variants[i].ns[round] = (all - small) / histories * 1e9;
            variants[i].work[round] = (all_work - small_work) / histories * 1e9;
        }
    double reference = 0.0, reference_work = 0.0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(variants[i].name, base) == 0) {
            reference = median(variants[i].ns, rounds);
            reference_work = median(variants[i].work, rounds);
        }
    for (size_t i = 0; i < n; i++) {
        double ns = median(variants[i].ns, rounds);
        report(set->name, variants[i].name, 1e3 / ns, "million histories/s", reference / ns, base);
        report(set->name, variants[i].name, ns / events, "ns/event", 0.0, NULL);
        if (variants[i].threads > 1) { /* more than 1 is work that threads make each other; what the clock shows beyond it is waiting */
            double work = median(variants[i].work, rounds);
            report(set->name, "all threads together", work / events, "ns/event", work / reference_work, base);
        }
    }
}

/* ---- where the time goes: the blocks of a run ---- */

static double ticks_per_ns(void)
{
    double start = seconds(CLOCK_MONOTONIC);
    uint64_t ticks = __builtin_ia32_rdtsc();
    while (seconds(CLOCK_MONOTONIC) - start < 0.05)
        ;
    return (double)(__builtin_ia32_rdtsc() - ticks) / ((seconds(CLOCK_MONOTONIC) - start) * 1e9);
}

/* What one thread does with some blocks, in parts that add up; of several passes the one that took least. */
static void breakdown(const model_set *set, double speed, int rounds)
{
    static const char *const names[EXPERIMENT_N_PHASES] = {
        [EXPERIMENT_PHASE_PEOPLE] = "people", [IPSIM_PHASE_BEGIN] = "begin", [IPSIM_PHASE_HAZARDS] = "hazards",
        [IPSIM_PHASE_TALLY] = "tally",        [IPSIM_PHASE_DRAWS] = "draws", [IPSIM_PHASE_LISTS] = "lists",
        [EXPERIMENT_PHASE_LEDGER] = "ledger"};
    ipsim_error_list errors = {0};
    ipsim_error err;
    experiment *e = NULL;
    uint64_t best[EXPERIMENT_N_PHASES] = {0}, least = UINT64_MAX;
    int64_t n_blocks = set->persons / IPSIM_BLOCK_PERSONS, firings = 1;
    if (ipsim_experiment_create((const ipsim_scenario *const *)set->scenarios, set->n, &e, &errors) != IPSIM_OK)
        die(&errors);
    for (int round = 0; round < rounds; round++) {
        experiment_worker *w = ipsim_experiment_worker_create(e, 0);
        uint64_t ticks[EXPERIMENT_N_PHASES] = {0};
        if (!w)
            exit(1);
        ipsim_experiment_worker_measure(w, ticks);
        uint64_t start = __builtin_ia32_rdtsc();
        for (int64_t b = 0; b < n_blocks; b++)
            if (ipsim_experiment_worker_block(w, (ipsim_luck){.seed = 1}, b * IPSIM_BLOCK_PERSONS, (b + 1) * IPSIM_BLOCK_PERSONS, &err) !=
                IPSIM_OK)
                exit(1);
        uint64_t settling = __builtin_ia32_rdtsc();
        firings = ipsim_experiment_worker_sums(w)->firings;
        uint64_t end = __builtin_ia32_rdtsc();
        ticks[EXPERIMENT_PHASE_LEDGER] += end - settling;
        if (end - start < least) {
            least = end - start;
            memcpy(best, ticks, sizeof best);
        }
        ipsim_experiment_worker_free(w);
    }
    double per_event = 1.0 / speed / (double)firings, rest = (double)least * per_event;
    for (size_t i = 0; i < EXPERIMENT_N_PHASES; i++) {
        report(set->name, names[i], (double)best[i] * per_event, "ns/event", 0.0, NULL);
        rest -= (double)best[i] * per_event;
    }
    report(set->name, "rest", rest, "ns/event", 0.0, NULL);
    report(set->name, "all of these", (double)least * per_event, "ns/event", 0.0, NULL);
    ipsim_experiment_free(e);
}

/* ---- growth with persons, threads, start-up, memory ---- */

/* Whole runs, with all that is done once in them. Large ones are run once. */
static void growth(const model_set *set, int64_t most, int rounds)
{
    enum { SIZES = 8, ONCE = 10000000 };
    static double ns[SIZES][MOST_ROUNDS];
    variant v = {.name = "fast", .simd = "avx512", .threads = 1};
    double events, work, first = 0.0;
    for (int round = 0; round < rounds; round++) {
        int64_t persons = 10000;
        for (size_t k = 0; k < SIZES && persons <= most && (round == 0 || persons < ONCE); k++, persons *= 10)
            ns[k][round] = time_run(set, persons, &v, &events, &work) / (double)persons / (double)set->n * 1e9;
    }
    int64_t persons = 10000;
    for (size_t k = 0; k < SIZES && persons <= most; k++, persons *= 10) {
        ns[k][0] = persons < ONCE ? median(ns[k], rounds) : ns[k][0];
        first = persons <= 100000 ? ns[k][0] : first;
    }
    persons = 10000;
    for (size_t k = 0; k < SIZES && persons <= most; k++, persons *= 10) {
        char name[32];
        snprintf(name, sizeof name, "%.0e persons", (double)persons);
        report("growth", name, ns[k][0], "ns/history", ns[k][0] / first, "1e+05 persons");
    }
}

/* Of a run of its own, which begins while this process is still small: what it has counts as its children's too. */
static void peak_memory(const model_set *set, int64_t persons, int threads)
{
    char files[1024] = "", command[1400], name[64];
    struct rusage usage;
    for (size_t i = 0; i < set->n; i++)
        snprintf(files + strlen(files), sizeof files - strlen(files), " %s", set->paths[i]);
    snprintf(command, sizeof command, "./ipsim compare%s -n %lld --threads %d -q --no-report -o build/bench-memory >/dev/null 2>&1", files,
             (long long)persons, threads);
    if (system(command) != 0)
        exit(1);
    getrusage(RUSAGE_CHILDREN, &usage);
    snprintf(name, sizeof name, "peak with %d threads", threads);
    report(set->name, name, (double)usage.ru_maxrss / 1024.0, "MiB", 0.0, NULL);
}

/* One-way analysis of the Norwegian comparison, beside as many plain comparisons of as many people. */
static void sensitivity(const model_set *norway)
{
    const ipsim_scenario *const pair[] = {norway->scenarios[1], norway->scenarios[2]};
    model_set two = {"Norway, usual care and IPS", 2, {NULL}, {norway->scenarios[1], norway->scenarios[2]}, 0};
    variant v = {.name = "fast", .simd = "avx512", .threads = 1};
    ipsim_dsa_options options = {.persons = 10000, .seed = 1, .n_threads = 1, .find = IPSIM_DSA_FIND_NONE};
    ipsim_error_list errors = {0};
    ipsim_dsa *dsa = NULL;
    double events, work, plain = time_run(&two, options.persons, &v, &events, &work), start = seconds(CLOCK_THREAD_CPUTIME_ID);
    if (ipsim_dsa_run(pair, 2, &options, &dsa, &errors) != IPSIM_OK)
        die(&errors);
    double each = (seconds(CLOCK_THREAD_CPUTIME_ID) - start) / (double)dsa->n_runs;
    report("dsa, Norway", "10 000 persons", each * 1e3, "ms/run", each / plain, "compare of as many");
    ipsim_dsa_free(dsa);
}

/* ---- probabilistic analysis ---- */

/* What a draw costs before its first person: drawing, resolving expressions, compiling, making the engines ready. */
static void overhead_of_a_draw(const model_set *set, int rounds)
{
    enum { DRAWS = 100 };
    ipsim_error_list errors = {0};
    ipsim_psa_options options = {.n_draws = DRAWS};
    experiment *e = NULL;
    vary *v = NULL;
    vary_worker *w = NULL;
    psa_draws *d = NULL;
    double ms[MOST_ROUNDS];
    if (ipsim_experiment_create((const ipsim_scenario *const *)set->scenarios, set->n, &e, &errors) != IPSIM_OK ||
        ipsim_vary_create(e, &v, &errors) != IPSIM_OK || ipsim_psa_draws_create(v, &options, 1, &d, &errors) != IPSIM_OK ||
        ipsim_vary_worker_create(v, 1000, &w, &errors) != IPSIM_OK)
        die(&errors);
    double *values = calloc(v->n_quantities + 1, sizeof *values);
    if (!values)
        exit(1);
    for (int round = 0; round < rounds; round++) {
        double start = seconds(CLOCK_THREAD_CPUTIME_ID);
        for (int64_t i = 0; i < DRAWS; i++) {
            ipsim_psa_draws_values(d, i, values);
            if (ipsim_vary_assign(w, values, NULL, &errors) != IPSIM_OK)
                die(&errors);
        }
        ms[round] = (seconds(CLOCK_THREAD_CPUTIME_ID) - start) * 1e3 / DRAWS;
    }
    report(set->name, "overhead of a draw", median(ms, rounds), "ms", 0.0, NULL);
    free(values);
    ipsim_vary_worker_free(w);
    ipsim_psa_draws_free(d);
    ipsim_vary_free(v);
    ipsim_experiment_free(e);
}

/* 1 000 draws of 1 000 persons, tables included, by the wall. */
static void bench_psa(const model_set *set, int threads, int rounds)
{
    double wall[MOST_ROUNDS];
    char name[32];
    for (int round = 0; round < rounds; round++) {
        ipsim_error_list errors = {0};
        ipsim_results *results = NULL;
        ipsim_psa_options psa = {.n_draws = 1000};
        ipsim_run_options options = {.persons = 1000, .seed = 1, .n_threads = threads, .psa = &psa};
        double start = seconds(CLOCK_MONOTONIC);
        if (ipsim_run((const ipsim_scenario *const *)set->scenarios, set->n, &options, &results, &errors) != IPSIM_OK)
            die(&errors);
        wall[round] = seconds(CLOCK_MONOTONIC) - start;
        ipsim_results_free(results);
    }
    snprintf(name, sizeof name, "1000 x 1000, %d threads", threads);
    report("psa b5", name, median(wall, rounds), "s", 0.0, NULL);
}

static void start_up(int rounds)
{
    double ms[MOST_ROUNDS];
    for (int i = 0; i < rounds; i++) {
        double start = seconds(CLOCK_MONOTONIC);
        if (system("./ipsim run scenarios/ips.cfg -n 1 -q -o build/bench-start >/dev/null 2>&1") != 0)
            return;
        ms[i] = (seconds(CLOCK_MONOTONIC) - start) * 1e3;
    }
    report("start-up", "run ips.cfg -n 1", median(ms, rounds), "ms", 0.0, NULL);
}

/* ---- decision analysis of a large table of draws ---- */

enum { DRAWS = 10000, PARAMETERS = 20, STRATEGIES = 3, THRESHOLDS = 21 };

/* Numbers between 0 and 1 that fill the cube evenly enough; nobody looks at what they say. */
static double spread(size_t i, size_t dimension)
{
    double x = (double)(i + 1) * (0.6180339887498949 + 0.1381966 * (double)dimension);
    return x - (double)(int64_t)x;
}

static ipsim_draws *many_draws(void)
{
    static const char *strategies[STRATEGIES] = {"a", "b", "c"}, *all[1] = {"all"}, *names[PARAMETERS];
    static char texts[PARAMETERS][8];
    static ipsim_draws d;
    d = (ipsim_draws){.n_draws = DRAWS,
                      .n_strategies = STRATEGIES,
                      .n_perspectives = 1,
                      .n_subgroups = 1,
                      .n_parameters = PARAMETERS,
                      .strategies = strategies,
                      .perspectives = all,
                      .subgroups = all,
                      .parameters = names,
                      .cost_name = "cost",
                      .effect_name = "qalys"};
    static double weight = 1.0;
    d.weights = &weight;
    d.cost = calloc(STRATEGIES * DRAWS, sizeof(double));
    d.effect = calloc(STRATEGIES * DRAWS, sizeof(double));
    d.values = calloc(PARAMETERS * DRAWS, sizeof(double));
    if (d.cost == NULL || d.effect == NULL || d.values == NULL) {
        fprintf(stderr, "bench: memory is short\n");
        exit(1);
    }
    for (size_t p = 0; p < PARAMETERS; p++) {
        snprintf(texts[p], sizeof texts[p], "p%zu", p);
        names[p] = texts[p];
        for (size_t i = 0; i < DRAWS; i++) {
            double x = d.values[p * DRAWS + i] = spread(i, p);
            for (size_t s = 1; s < STRATEGIES; s++) {
                d.effect[s * DRAWS + i] += (x - 0.45) * (double)(p % (s + 2)) / 10.0;
                d.cost[s * DRAWS + i] += 1000.0 * x * x * (double)s;
            }
        }
    }
    return &d;
}

static void decide(int rounds)
{
    double thresholds[THRESHOLDS], evppi[MOST_ROUNDS], cea[MOST_ROUNDS];
    size_t members[PARAMETERS];
    ipsim_parameter_set sets[PARAMETERS];
    static ipsim_evppi results[PARAMETERS * THRESHOLDS];
    ipsim_draws *draws = many_draws();
    ipsim_panel panel = ipsim_draws_panel(draws, 0, 0);
    for (size_t t = 0; t < THRESHOLDS; t++)
        thresholds[t] = 5000.0 * (double)t;
    for (size_t p = 0; p < PARAMETERS; p++) {
        members[p] = p;
        sets[p] = (ipsim_parameter_set){1, &members[p]};
    }
    const ipsim_decision_settings settings = {
        .thresholds = thresholds, .n_thresholds = THRESHOLDS, .currency = "", .persons = 1.0, .aversion = 0.0};
    for (int i = 0; i < rounds; i++) {
        ipsim_table *tables[IPSIM_N_CEA_TABLES];
        ipsim_error err = {0};
        double begun = seconds(CLOCK_MONOTONIC);
        ipsim_status status = ipsim_evppi_estimate(draws, &panel, sets, PARAMETERS, thresholds, THRESHOLDS, NULL, results, &err);
        double middle = seconds(CLOCK_MONOTONIC);
        status = status == IPSIM_OK ? ipsim_cea_tables(draws, &settings, tables, &err) : status;
        if (status != IPSIM_OK) {
            fprintf(stderr, "bench: %s\n", err.message);
            exit(1);
        }
        evppi[i] = middle - begun;
        cea[i] = seconds(CLOCK_MONOTONIC) - middle;
        for (size_t t = 0; t < IPSIM_N_CEA_TABLES; t++)
            ipsim_table_free(tables[t]);
    }
    printf("\ndecisions, 10 000 draws, 3 strategies, 21 thresholds, all processors\n");
    report("decision", "EVPPI, 20 parameters", median(evppi, rounds), "s", 0.0, NULL);
    report("decision", "tables of cea", median(cea, rounds), "s", 0.0, NULL);
    free(draws->cost);
    free(draws->effect);
    free(draws->values);
}

static variant levels[] = {{.name = "avx512", .simd = "avx512", .threads = 1},
                           {.name = "avx2", .simd = "avx2", .threads = 1},
                           {.name = "sse2", .simd = "sse2", .threads = 1},
                           {.name = "reference", .simd = "avx512", .engine = IPSIM_ENGINE_REFERENCE, .threads = 1}};
static variant teams[] = {{.name = "1 thread", .simd = "avx512", .threads = 1}, {.name = "2 threads", .simd = "avx512", .threads = 2}};
enum { N_LEVELS = sizeof levels / sizeof *levels, N_TEAMS = sizeof teams / sizeof *teams };

/* The scenarios of whoever asks. */
static void bench_files(int n, char **paths, int rounds, int64_t most)
{
    model_set set = {"these", (size_t)n, {NULL}, {NULL}, most};
    for (int i = 0; i < n; i++)
        set.paths[i] = paths[i];
    load(&set);
    bench_set(&set, levels, N_LEVELS, rounds, "reference");
    bench_set(&set, teams, N_TEAMS, rounds, "1 thread");
    setenv("IPSIM_SIMD", "avx512", 1);
    breakdown(&set, ticks_per_ns(), rounds);
}

/* The shipped ones, and all else that has a figure to keep. */
static void bench_everything(int rounds, int64_t most)
{
    model_set b5 = {"b5, 4 arms",
                    4,
                    {"scenarios/reference/sick_sicker_b5_soc.cfg", "scenarios/reference/sick_sicker_b5_a.cfg",
                     "scenarios/reference/sick_sicker_b5_b.cfg", "scenarios/reference/sick_sicker_b5_ab.cfg"},
                    {NULL},
                    200000};
    model_set many = b5; /* enough blocks that the last one, which one thread does alone, does not show */
    many.persons = 1000000;
    model_set distinct = {
        "b5, SoC and B", 2, {"scenarios/reference/sick_sicker_b5_soc.cfg", "scenarios/reference/sick_sicker_b5_b.cfg"}, {NULL}, 200000};
    model_set norway = {"Norway, 4 arms",
                        4,
                        {"scenarios/traditional.cfg", "scenarios/usual-care.cfg", "scenarios/ips.cfg", "scenarios/ips-young.cfg"},
                        {NULL},
                        40000};
    peak_memory(&b5, most, 2); /* from small to large, since the largest child so far is what the system tells */
    peak_memory(&norway, 40000, 2);
    peak_memory(&norway, 80000, 8);
    load(&b5);
    memcpy(many.scenarios, b5.scenarios, sizeof many.scenarios);
    load(&distinct);
    load(&norway);
    bench_set(&b5, levels, N_LEVELS, rounds, "reference");
    bench_set(&distinct, levels, N_LEVELS, rounds, "reference");
    bench_set(&norway, levels, N_LEVELS, rounds, "reference");
    bench_set(&many, teams, N_TEAMS, rounds, "1 thread");
    setenv("IPSIM_SIMD", "avx512", 1);
    double speed = ticks_per_ns();
    breakdown(&distinct, speed, rounds);
    breakdown(&norway, speed, rounds);
    bench_psa(&b5, 1, rounds);
    bench_psa(&b5, 2, rounds);
    overhead_of_a_draw(&b5, rounds);
    overhead_of_a_draw(&norway, rounds);
    sensitivity(&norway);
    growth(&b5, most, rounds);
    start_up(rounds);
    decide(rounds);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    int64_t most = argc > 2 ? (int64_t)strtod(argv[2], NULL) : 1000000;
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    if (argc > 3 + MOST_SCENARIOS) {
        fprintf(stderr, "bench: at most %d scenarios\n", (int)MOST_SCENARIOS);
        return 2;
    }
    csv = fopen("bench.csv", "w");
    if (!csv) {
        perror("bench.csv");
        return 1;
    }
    fprintf(csv, "what,variant,value,unit,ratio,to\n");
    unsetenv("IPSIM_SIMD");
    printf("best level of vector instructions here: %s; medians of %d rounds\n", ipsim_simd_name(ipsim_simd_level()), rounds);
    if (argc > 3)
        bench_files(argc - 3, argv + 3, rounds, most);
    else
        bench_everything(rounds, most);
    fclose(csv);
    return 0;
}
