/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models with known exact answers, simulated with 1 000 000 persons. The files in scenarios/reference/ say where each number comes from.
 *
 * Every quantity must lie within four standard errors of the exact value. All of one case together must pass Hotelling's test, the
 * chi-square test for correlated quantities: x the vector of estimates, S the covariance of independent replicates of the same run,
 * (x - exact)' S^-1 (x - exact), scaled, is distributed as F. The standard errors themselves are compared with exact second moments,
 * where there are any, and with published ones.
 *
 * Seeded faults. Each was put into a copy of the sources, into both engines where both have the line, and these tests failed:
 *
 *   wrong clock       the age clock starts at 0                    engine, engine_budgets, run, identities, coupling, here
 *                     start where sojourn is the default           compile, engine
 *   lost reset        sojourn runs on through a move               engine, engine_budgets, engines_agree, identities, coupling, here
 *                     a named clock is never set back              engine, engine_budgets
 *   lost budget       a lost race costs nothing                    engine, engine_budgets, coupling, here
 *                     every firing draws the same budget           engine, engine_budgets, coupling, here
 *   off by one        age bands of a rate table                    compile, coupling, here
 *                     its calendar bands; its strata               engine_budgets
 *                     a point at a report year itself left out     tally
 *                     a move at a grid time seen one step later    identities
 *                     a tie goes to the last declared              engine
 *   leaked state      draws counted on from the last person        engine, engine_budgets, run, engines_agree, identities, coupling, here
 *                     named clocks of the last person              engine, engine_budgets, engines_agree, identities
 *                     first times of the last person               tally, run, identities, here
 *                     an event resets the sojourn clock            engine, engine_budgets
 *                     every event lasts as long as the first       engine
 *   swapped weights   costs and effects discounted by each other   tally, tally_random, run, identities, here
 *                     levels of a factor                           tally
 *                     payer and receiver of a transfer             tally, identities
 *   hazards           fading by the ends of its steps              compile, engine_budgets
 *                     a numeric effect without its centre          engine_budgets
 *                     hazard.multiplier forgotten                  compile, engine, engine_budgets, coupling, here
 *   luck and errors   the arm is in the key                        engine, engine_budgets, identities, coupling
 *                     paired errors without their covariance       ledger, identities, coupling
 *                     neighbours counted in the wrong subgroup     ledger, run, identities
 *                     an age on a break falls into the band below  population */
#include <math.h>
#include <stdio.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

#include "simlib.h"

enum { PERSONS = 1000000, REPLICATES = 200, REPLICATE_PERSONS = 2500, MAX_ARMS = 4, MAX_QUANTITIES = 120 };

typedef enum kind { OUTCOME, SHARE } kind;
typedef struct quantity {
    int arm;
    kind kind;
    const char *name; /* outcome or state */
    bool discounted;
    double year; /* SHARE */
    double exact;
    bool joint; /* part of the test of all together; redundant ones, such as the last share of a sum of 1, are not */
} quantity;

typedef struct reference {
    int n_arms;
    const char *arms[MAX_ARMS];
    int n;
    quantity q[MAX_QUANTITIES];
    ipsim_scenario *scenarios[MAX_ARMS];
    ipsim_results *results;
    gsl_matrix *replicates; /* REPLICATES x n */
} reference;

static void add(reference *r, int arm, const char *outcome, bool discounted, double exact, bool joint)
{
    assert_true(r->n < MAX_QUANTITIES);
    r->q[r->n++] = (quantity){arm, OUTCOME, outcome, discounted, NAN, exact, joint};
}

/* Shares of the states at one time, as printed; the last state is redundant, and so are shares too small for a normal law. */
static void add_shares(reference *r, int arm, double year, size_t n, const char *const *states, const double *exact)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(r->n < MAX_QUANTITIES);
        r->q[r->n++] = (quantity){arm, SHARE, states[i], false, year, exact[i], i + 1 < n && exact[i] > 1e-3};
    }
}

static estimate evaluate(const reference *r, const ipsim_results *results, const quantity *q)
{
    const char *scenario = r->scenarios[q->arm]->name.value;
    if (q->kind == OUTCOME)
        return result(results, scenario, q->name, q->discounted);
    return occupancy(results, scenario, q->name, q->year);
}

static void simulate(reference *r)
{
    gsl_set_error_handler_off();
    for (int i = 0; i < r->n_arms; i++) {
        char path[200];
        snprintf(path, sizeof path, "scenarios/reference/%s.cfg", r->arms[i]);
        r->scenarios[i] = testlib_load(path);
    }
    r->results = run_persons(r->scenarios, (size_t)r->n_arms, PERSONS, -1);
    r->replicates = gsl_matrix_alloc(REPLICATES, (size_t)r->n);
    for (uint32_t k = 0; k < REPLICATES; k++) {
        ipsim_results *one = run_with(r->scenarios, (size_t)r->n_arms,
                                      (ipsim_run_options){.persons = REPLICATE_PERSONS, .seed = -1, .replicate = k + 1});
        for (int i = 0; i < r->n; i++)
            gsl_matrix_set(r->replicates, k, (size_t)i, evaluate(r, one, &r->q[i]).value);
        ipsim_results_free(one);
    }
}

static void clear(reference *r)
{
    ipsim_results_free(r->results);
    gsl_matrix_free(r->replicates);
    for (int i = 0; i < r->n_arms; i++)
        ipsim_scenario_free(r->scenarios[i]);
}

/* Covariance of quantities i and j between runs of PERSONS, from the replicates. */
static double covariance(const reference *r, size_t i, size_t j)
{
    double mean_i = 0, mean_j = 0, sum = 0;
    for (size_t k = 0; k < REPLICATES; k++) {
        mean_i += gsl_matrix_get(r->replicates, k, i) / REPLICATES;
        mean_j += gsl_matrix_get(r->replicates, k, j) / REPLICATES;
    }
    for (size_t k = 0; k < REPLICATES; k++)
        sum += (gsl_matrix_get(r->replicates, k, i) - mean_i) * (gsl_matrix_get(r->replicates, k, j) - mean_j);
    return sum / (REPLICATES - 1) * REPLICATE_PERSONS / PERSONS;
}

static void check_each(const reference *r)
{
    for (int i = 0; i < r->n; i++) {
        const quantity *q = &r->q[i];
        estimate e = evaluate(r, r->results, q);
        double se = q->kind == SHARE ? sqrt(q->exact * (1 - q->exact) / PERSONS) : e.mcse;
        if (!(fabs(e.value - q->exact) < 4 * se))
            fail_msg("%s, %s %s%s: %.10g (%.3g), exact %.10g, z = %.2f", r->arms[q->arm], q->kind == SHARE ? "share" : "mean", q->name,
                     q->discounted ? ", discounted" : "", e.value, se, q->exact, (e.value - q->exact) / se);
        if (q->kind == SHARE)
            assert_relative(e.mcse, sqrt(e.value * (1 - e.value) / (PERSONS - 1)), 1e-12);
        /* The spread between runs is what the standard error says: S / sigma^2 is chi-square with 199 degrees of freedom, sd 0.10. */
        if (se > 0 && q->joint)
            assert_close(covariance(r, (size_t)i, (size_t)i) / (e.mcse * e.mcse), 1, 0.45);
    }
}

static void check_together(const reference *r)
{
    size_t at[MAX_QUANTITIES], m = 0;
    for (int i = 0; i < r->n; i++)
        if (r->q[i].joint)
            at[m++] = (size_t)i;
    gsl_matrix *s = gsl_matrix_alloc(m, m);
    gsl_vector *off = gsl_vector_alloc(m), *solved = gsl_vector_alloc(m);
    /* In units of the standard deviations, so that nothing depends on currencies. */
    for (size_t i = 0; i < m; i++) {
        double sd_i = sqrt(covariance(r, at[i], at[i]));
        gsl_vector_set(off, i, (evaluate(r, r->results, &r->q[at[i]]).value - r->q[at[i]].exact) / sd_i);
        for (size_t j = 0; j < m; j++)
            gsl_matrix_set(s, i, j, covariance(r, at[i], at[j]) / (sd_i * sqrt(covariance(r, at[j], at[j]))));
    }
    assert_int_equal(gsl_linalg_cholesky_decomp1(s), 0); /* fails when a quantity is redundant */
    gsl_linalg_cholesky_solve(s, off, solved);
    double t2 = 0, degrees = (double)m, n = REPLICATES;
    for (size_t i = 0; i < m; i++)
        t2 += gsl_vector_get(off, i) * gsl_vector_get(solved, i);
    double p = gsl_cdf_fdist_Q(t2 * (n - degrees) / (degrees * (n - 1)), degrees, n - degrees);
    print_message("%s: %zu quantities together, T2 = %.1f, p = %.3f\n", r->arms[0], m, t2, p);
    if (!(p > 1e-4))
        fail_msg("%s: all %zu quantities together are too far off: T2 = %.1f, p = %.2g", r->arms[0], m, t2, p);
    gsl_matrix_free(s);
    gsl_vector_free(off);
    gsl_vector_free(solved);
}

/* cost of arm b against a, less icer x effect, is 0 on average; its error comes from the replicates. */
static void check_icer(const reference *r, int a, int b, double icer)
{
    const char *names[2] = {"cost", "qalys"};
    size_t at[2][2] = {{0}};
    double x[2], sd = 0, mean = 0, values[REPLICATES];
    for (int o = 0; o < 2; o++) {
        x[o] = result(r->results, r->scenarios[b]->name.value, names[o], true).value -
               result(r->results, r->scenarios[a]->name.value, names[o], true).value;
        for (int i = 0; i < r->n; i++)
            if (r->q[i].kind == OUTCOME && r->q[i].discounted && strcmp(r->q[i].name, names[o]) == 0) {
                if (r->q[i].arm == a)
                    at[o][0] = (size_t)i;
                if (r->q[i].arm == b)
                    at[o][1] = (size_t)i;
            }
    }
    for (size_t k = 0; k < REPLICATES; k++) {
        double d[2];
        for (int o = 0; o < 2; o++)
            d[o] = gsl_matrix_get(r->replicates, k, at[o][1]) - gsl_matrix_get(r->replicates, k, at[o][0]);
        values[k] = d[0] - icer * d[1];
        mean += values[k] / REPLICATES;
    }
    for (size_t k = 0; k < REPLICATES; k++)
        sd += (values[k] - mean) * (values[k] - mean) / (REPLICATES - 1);
    assert_z(x[0] - icer * x[1], 0, sqrt(sd * REPLICATE_PERSONS / PERSONS), 4);
    print_message("%s against %s: %.0f per QALY, exact %.0f\n", r->arms[b], r->arms[a], x[0] / x[1], icer);
}

static double sd_of(const reference *r, int arm, const char *outcome, bool discounted)
{
    return result(r->results, r->scenarios[arm]->name.value, outcome, discounted).mcse * sqrt(PERSONS);
}

/* ---- exact means and standard deviations of a Markov model in continuous time ----
 * With generator G, discount force d, reward rate w(i) a year in state i and lumps at transitions L(i, j), the moments of the present
 * value over a remaining time u obey
 *     m1' = (G - d) m1 + a,    m2' = (G - 2 d) m2 + 2 w m1 + 2 B m1 + c     (a = w + sum L G, B(i, j) = L(i, j) G(i, j), c = sum L^2 G)
 * (differentiate E[(dW + e^(-d du) W')^k]); one matrix exponential solves both. */
typedef struct moments {
    double mean, sd;
} moments;

static moments markov(size_t n, const double *g, const double *w, const double *lump, double force, double years)
{
    size_t size = 2 * n + 1;
    gsl_matrix *a = gsl_matrix_calloc(size, size), *e = gsl_matrix_calloc(size, size);
    for (size_t i = 0; i < n; i++) {
        double rate = w[i], square = 0;
        for (size_t j = 0; j < n; j++) {
            double lumps = lump ? lump[i * n + j] * g[i * n + j] : 0;
            rate += lumps;
            square += lump ? lump[i * n + j] * lumps : 0;
            gsl_matrix_set(a, i, j, g[i * n + j] - (i == j ? 2 * force : 0));
            gsl_matrix_set(a, i, n + j, 2 * lumps + (i == j ? 2 * w[i] : 0));
            gsl_matrix_set(a, n + i, n + j, g[i * n + j] - (i == j ? force : 0));
        }
        gsl_matrix_set(a, i, 2 * n, square);
        gsl_matrix_set(a, n + i, 2 * n, rate);
    }
    gsl_matrix_scale(a, years);
    assert_int_equal(gsl_linalg_exponential_ss(a, e, GSL_PREC_DOUBLE), 0);
    double mean = gsl_matrix_get(e, n, 2 * n), second = gsl_matrix_get(e, 0, 2 * n);
    gsl_matrix_free(a);
    gsl_matrix_free(e);
    return (moments){mean, sqrt(second - mean * mean)};
}

/* The sd of a sample sd is about sd sqrt((kurtosis - 1) / 4 n): 0.1 % at a million persons for kurtosis 5; allowed is 0.6 %. */
static void check_moments(const reference *r, int arm, const char *outcome, bool discounted, moments exact, double printed)
{
    estimate e = result(r->results, r->scenarios[arm]->name.value, outcome, discounted);
    if (!isnan(printed))
        assert_relative(exact.mean, printed, 1e-9); /* our own solution is the printed one */
    assert_z(e.value, exact.mean, e.mcse, 4);
    assert_relative(e.mcse * sqrt(PERSONS), exact.sd, 0.006);
}

/* ---- the cases ---- */

static const char *const sick_sicker_states[] = {"H", "S1", "S2", "D"};

/* Rates of b4: H to S1 .15, S1 to H .5, S1 to S2 .105 (x .6 under B), death .002 x 1, 3, 10. */
static void generator_b4(bool b, double *g)
{
    double progression = b ? 0.105 * 0.6 : 0.105;
    double rates[16] = {0, 0.15, 0, 0.002, 0.5, 0, progression, 0.006, 0, 0, 0, 0.02, 0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
        rates[i * 4 + i] = -(rates[i * 4] + rates[i * 4 + 1] + rates[i * 4 + 2] + rates[i * 4 + 3]);
        for (int j = 0; j < 4; j++)
            g[i * 4 + j] = rates[i * 4 + j];
    }
}

static void sick_sicker_exponential(void **state)
{
    (void)state;
    static reference r = {.n_arms = 4, .arms = {"sick_sicker_b4_soc", "sick_sicker_b4_a", "sick_sicker_b4_b", "sick_sicker_b4_ab"}};
    static const double cost[4] = {147742.627513, 272906.160287, 244672.537090, 355058.968035};
    static const double qalys[4] = {21.34483864, 22.05738075, 22.88866831, 23.74909039};
    r.n = 0;
    for (int arm = 0; arm < 4; arm++) { /* A and AB have the histories of SoC and B: costs and QALYs are combinations of years */
        add(&r, arm, "cost", true, cost[arm], false);
        add(&r, arm, "qalys", true, qalys[arm], false);
    }
    add(&r, 0, "years_H", false, 28.65590621, true);
    add(&r, 0, "years_S1", false, 6.97901958, true);
    add(&r, 0, "years_S2", false, 21.15712639, true);
    add(&r, 0, "life_years", false, 75 - 18.20794782, false);
    add(&r, 2, "years_H", false, 35.02829522, true);
    add(&r, 2, "years_S1", false, 9.12141407, true);
    add(&r, 2, "years_S2", false, 15.71882699, true);
    add_shares(&r, 0, 1, 4, sick_sicker_states, (double[]){.88695792, .10461886, .00615024, .00227299});
    add_shares(&r, 0, 10, 4, sick_sicker_states, (double[]){.64482225, .16467101, .15163304, .03887370});
    add_shares(&r, 0, 25, 4, sick_sicker_states, (double[]){.44851818, .11464998, .29868786, .13814398});
    add_shares(&r, 0, 75, 4, sick_sicker_states, (double[]){.13381205, .03420497, .30965453, .52232846});
    simulate(&r);
    check_each(&r);
    check_together(&r);
    for (int arm = 0; arm < 4; arm++) {
        bool a = arm == 1 || arm == 3, b = arm >= 2;
        double g[16], extra = (a ? 12000 : 0) + (b ? 13000 : 0), w_cost[4] = {2000, 4000 + extra, 15000 + extra, 0};
        double w_qalys[4] = {1, a ? 0.95 : 0.75, 0.5, 0}, w_life[4] = {1, 1, 1, 0}, deaths[16] = {0}, zero[4] = {0};
        deaths[3] = deaths[7] = deaths[11] = 1;
        generator_b4(b, g);
        check_moments(&r, arm, "cost", true, markov(4, g, w_cost, NULL, log(1.03), 75), cost[arm]);
        check_moments(&r, arm, "qalys", true, markov(4, g, w_qalys, NULL, log(1.03), 75), qalys[arm]);
        check_moments(&r, arm, "cost", false, markov(4, g, w_cost, NULL, 0, 75), NAN);
        check_moments(&r, arm, "life_years", true, markov(4, g, w_life, NULL, log(1.03), 75), NAN);
        double onsets[16] = {0, 1};
        check_moments(&r, arm, "n_onset", false, markov(4, g, zero, onsets, 0, 75), NAN);
        check_moments(&r, arm, "n_onset", true, markov(4, g, zero, onsets, log(1.03), 75), NAN);
    }
    check_icer(&r, 0, 2, (cost[2] - cost[0]) / (qalys[2] - qalys[0]));
    check_icer(&r, 2, 3, (cost[3] - cost[2]) / (qalys[3] - qalys[2]));
    clear(&r);
}

static void sick_sicker_life_table(void **state)
{
    (void)state;
    static reference r = {.n_arms = 4, .arms = {"sick_sicker_b5_soc", "sick_sicker_b5_a", "sick_sicker_b5_b", "sick_sicker_b5_ab"}};
    static const double cost[4] = {107068.216, 197862.166, 182282.513, 264491.347};
    static const double qalys[4] = {19.8792834, 20.6023645, 21.1307310, 21.9670563};
    static const struct {
        double years[3], onsets, deaths, undiscounted[3];
    } exact[2] = {{{15.2151737, 3.6154050, 3.9507575}, 2.2822761, .3163052, {26.8117717, 6.5463320, 8.3038424}},
                  {{16.6849837, 4.1816266, 2.6691095}, 2.5027476, .2935393, {30.7789328, 7.9101651, 5.7086539}}};
    static const char *const years[3] = {"years_H", "years_S1", "years_S2"};
    r.n = 0;
    for (int arm = 0; arm < 4; arm++) {
        int which = arm >= 2; /* A and AB do not change what happens */
        add(&r, arm, "cost", true, cost[arm], false);
        add(&r, arm, "qalys", true, qalys[arm], false);
        add(&r, arm, "n_onset", true, exact[which].onsets, arm % 2 == 0);
        for (int s = 0; s < 3; s++) {
            add(&r, arm, years[s], true, exact[which].years[s], arm % 2 == 0);
            add(&r, arm, years[s], false, exact[which].undiscounted[s], arm % 2 == 0);
        }
    }
    for (int arm = 0; arm < 4; arm++) { /* what does not change from A to B: the same people stand at the same place */
        if (arm < 2) {
            add_shares(&r, arm, 1, 4, sick_sicker_states, (double[]){.8881265, .1062471, .0044781, .0011484});
            add_shares(&r, arm, 5, 4, sick_sicker_states, (double[]){.7429878, .1882935, .0605959, .0081228});
            add_shares(&r, arm, 10, 4, sick_sicker_states, (double[]){.6677805, .1749117, .1348432, .0224647});
            add_shares(&r, arm, 25, 4, sick_sicker_states, (double[]){.4842707, .1262171, .2592633, .1302490});
            add_shares(&r, arm, 50, 4, sick_sicker_states, (double[]){.2047948, .0502960, .0446423, .7002669});
            add_shares(&r, arm, 75, 4, sick_sicker_states, (double[]){.0021321, .0002770, .0000078, .9975831});
        } else {
            add_shares(&r, arm, 10, 4, sick_sicker_states, (double[]){.7004087, .1929311, .0864889, .0201713});
            add_shares(&r, arm, 50, 4, sick_sicker_states, (double[]){.2799446, .0721734, .0349258, .6129562});
        }
        for (int i = r.n - 1; i >= 0 && arm % 2 == 1 && r.q[i].arm == arm && r.q[i].kind == SHARE; i--)
            r.q[i].joint = false;
    }
    simulate(&r);
    check_each(&r);
    check_together(&r);
    for (int arm = 0; arm < 4; arm++) { /* deaths are three transitions; their costs are one item of 2 000 each */
        estimate deaths = find_estimate(r.results->results, r.scenarios[arm]->name.value, "all", "item_death", "health", "yes", NAN);
        assert_z(deaths.value / 2000, exact[arm >= 2].deaths, deaths.mcse / 2000, 4);
    }
    check_icer(&r, 0, 2, 60101.84);
    check_icer(&r, 2, 3, 98297.67);
    /* Standard deviations per person of 8 million simulated persons elsewhere, four digits. */
    assert_relative(sd_of(&r, 0, "cost", true), 71820, 0.006);
    assert_relative(sd_of(&r, 0, "qalys", true), 5.847, 0.006);
    assert_relative(sd_of(&r, 2, "cost", true), 121133, 0.006);
    assert_relative(sd_of(&r, 2, "qalys", true), 5.648, 0.006);
    clear(&r);
}

static void illness_death(void **state)
{
    (void)state;
    static reference r = {.n_arms = 2, .arms = {"illness_death_reset", "illness_death_forward"}};
    static const double times[] = {1, 2, 5, 10, 15, 20, 30};
    static const double h[] = {.97217387, .92615199, .74561313, .43955043, .22012751, .09543508, .01163188};
    static const double ill[2][7] = {{.02246620, .05741515, .15407412, .19968872, .15255740, .08982622, .01822440},
                                     {.02197818, .05441685, .12994108, .13599947, .08505835, .04193787, .00618682}};
    static const char *const names[] = {"H", "I", "D"};
    r.n = 0;
    for (int arm = 0; arm < 2; arm++) {
        add(&r, arm, "years_H", false, 10.21702388, arm == 0);
        add(&r, arm, "years_H", true, 8.07834839, arm == 0);
        add(&r, arm, "ever_ill", false, .91424660, arm == 0);
        for (int i = 0; i < 7; i++)
            add_shares(&r, arm, times[i], 3, names, (double[]){h[i], ill[arm][i], 1 - h[i] - ill[arm][i]});
        for (int i = 0; i < r.n; i++) /* nothing before the illness differs */
            if (r.q[i].arm == 1 && r.q[i].kind == SHARE && r.q[i].name == names[0])
                r.q[i].joint = false;
    }
    add(&r, 0, "years_I", false, 3.37750751, true);
    add(&r, 0, "years_I", true, 2.21829748, true);
    add(&r, 0, "life_years", false, 13.59453139, false);
    simulate(&r);
    check_each(&r);
    check_together(&r);
    clear(&r);
}

static void search_and_work(void **state)
{
    (void)state;
    static const double exact[2][3] = {{6.2962963019, 5.2774496801, 4.4444444377}, {4.1322383065, 3.4453635176, 2.9338808468}};
    static const char *const files[2] = {"search_and_work_1", "search_and_work_2"};
    static const double job_rate[2] = {1.2, 0.5};
    for (int i = 0; i < 2; i++) {
        static reference r;
        r = (reference){.n_arms = 1, .arms = {files[i]}};
        add(&r, 0, "employment_years", false, exact[i][0], true);
        add(&r, 0, "employment_years", true, exact[i][1], true);
        add(&r, 0, "jobs_started", false, exact[i][2], true);
        simulate(&r);
        check_each(&r);
        check_together(&r);
        double g[4] = {-job_rate[i], job_rate[i], 0.6, -0.6}, work[2] = {0, 1}, none[2] = {0, 0}, start[4] = {0, 1, 0, 0};
        check_moments(&r, 0, "employment_years", false, markov(2, g, work, NULL, 0, 10), exact[i][0]);
        check_moments(&r, 0, "employment_years", true, markov(2, g, work, NULL, log(1.035), 10), exact[i][1]);
        check_moments(&r, 0, "jobs_started", false, markov(2, g, none, start, 0, 10), exact[i][2]);
        clear(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_and_work),
        cmocka_unit_test(illness_death),
        cmocka_unit_test(sick_sicker_exponential),
        cmocka_unit_test(sick_sicker_life_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
