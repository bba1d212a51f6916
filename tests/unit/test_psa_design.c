/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Designs of a probabilistic analysis: a draw depends on nothing but seed, name and number; how evenly draws are spread, alone and together,
 * against closed forms. Over many seeds, and pass rules in standard errors. */
#include "drawlib.h"

static drawn draw_seed(const char *text, int64_t n_draws, ipsim_design design, uint64_t seed)
{
    drawn x;
    ipsim_error_list errors = {0};
    assert_no_errors(try_draw(&x, &text, 1, (ipsim_psa_options){.n_draws = n_draws, .design = design}, seed, &errors), &errors);
    x.values = calloc((size_t)x.d->n * x.v->n_quantities, sizeof *x.values);
    for (int64_t i = 0; i < x.d->n; i++)
        ipsim_psa_draws_values(x.d, i, x.values + (size_t)i * x.v->n_quantities);
    return x;
}

/* A mean over seeds, with its error. */
typedef struct tally {
    double n, sum, squares;
} tally;

static void count_in(tally *t, double x)
{
    t->n += 1.0;
    t->sum += x;
    t->squares += x * x;
}

static void assert_mean(const tally *t, double expected)
{
    double mean = t->sum / t->n, variance = (t->squares - t->n * mean * mean) / (t->n - 1.0);
    assert_z(mean, expected, sqrt(variance / t->n), 4.0);
}

/* ---- what a draw depends on ---- */

/* Every way of drawing: by itself, and in each kind of joint. */
#define ALONE(name) #name " = { value = 0.5; distribution: { family = \"gamma\"; shape = 2; scale = 0.25; }; };"
#define JOINED                                                                                                                 \
    "d1 = 0.3; d2 = 0.7; n1 = 1.0; n2 = 2.0; c1 = { value = 1.0; distribution: { family = \"normal\"; mean = 1; sd = 1; }; };" \
    "c2 = { value = 0.5; distribution: { family = \"uniform\"; min = 0; max = 1; }; }; r1 = 2.0; r2 = 20.0; b1 = 2.0; b2 = 20.0;"
#define DIRICHLET "rows_d: { family = \"dirichlet\"; parameters = [\"d1\", \"d2\"]; alpha = [3, 7]; };"
#define NORMAL "normals: { family = \"normal\"; parameters = [\"n1\", \"n2\"]; mean = [1, 2]; sd = [1, 1]; correlation = 0.5; };"
#define COPULA "copula: { family = \"copula\"; parameters = [\"c1\", \"c2\"]; correlation = 0.5; };"
#define ROWS "fit: { family = \"draws\"; parameters = [\"r1\", \"r2\"]; columns = [\"x\", \"y\"]; file = \"rows.csv\"; };"
#define BOOTSTRAP "trial: { family = \"bootstrap\"; parameters = [\"b1\", \"b2\"]; columns = [\"x\", \"y\"]; file = \"rows.csv\"; };"

static const char base[] = "parameters: {" ALONE(p) ALONE(q) ALONE(s) JOINED "}; joint: {" DIRICHLET NORMAL COPULA ROWS BOOTSTRAP "};";
static const char *const others[] = {
    "parameters: {" ALONE(new) ALONE(p) ALONE(q) ALONE(s) JOINED "}; joint: {" DIRICHLET NORMAL COPULA ROWS BOOTSTRAP
                                                                 "};", /* one more, before all */
    "parameters: {" ALONE(p) ALONE(q) ALONE(s) JOINED ALONE(new) "}; joint: {" DIRICHLET NORMAL COPULA ROWS BOOTSTRAP "};", /* after all */
    "parameters: {" ALONE(q) ALONE(s) JOINED "}; joint: {" DIRICHLET NORMAL COPULA ROWS BOOTSTRAP "};",                     /* one fewer */
    "parameters: {" ALONE(renamed) ALONE(q) ALONE(s) JOINED "}; joint: {" DIRICHLET NORMAL COPULA ROWS BOOTSTRAP "};", /* another name */
    "parameters: {" JOINED ALONE(s) ALONE(q) ALONE(p) "}; joint: {" BOOTSTRAP ROWS COPULA NORMAL DIRICHLET "};",       /* another order */
    "parameters: {" ALONE(p) ALONE(q) ALONE(s) JOINED "}; joint: {" NORMAL COPULA ROWS BOOTSTRAP "};",                 /* a joint fewer */
    "parameters: {" ALONE(p) ALONE(q) ALONE(s) JOINED ALONE(e1)
        ALONE(e2) "}; joint: { other: {" /* one more */
                  " family = \"copula\"; parameters = [\"e1\", \"e2\"]; correlation = 0.3; };" DIRICHLET NORMAL COPULA ROWS BOOTSTRAP "};"};

/* How many values are not the same in both, of those that both draw. */
static int n_moved(const drawn *a, const drawn *b, int *n_shared)
{
    int moved = 0;
    *n_shared = 0;
    for (size_t q = 0; q < a->v->n_quantities; q++) {
        const char *name = a->v->quantities[q].name;
        size_t there = ipsim_vary_find(b->v, name);
        if (there == b->v->n_quantities || !a->d->drawn[q] || !b->d->drawn[there])
            continue;
        ++*n_shared;
        for (int64_t i = 0; i < a->d->n; i++)
            moved += value_of(a, i, name) != value_of(b, i, name);
    }
    return moved;
}

static void test_a_parameter_moves_no_other(void **state)
{
    (void)state;
    testlib_write("rows.csv", "x,y\n1,10\n2,20\n3,30\n");
    for (int design = IPSIM_DESIGN_MC; design <= (int)IPSIM_DESIGN_SOBOL; design++) {
        drawn here = draw_seed(base, 50, (ipsim_design)design, 3);
        for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
            drawn there = draw_seed(others[k], 50, (ipsim_design)design, 3);
            int n_shared;
            assert_int_equal(n_moved(&here, &there, &n_shared), 0);
            assert_true(n_shared >= 11);
            close_drawn(&there);
        }
        close_drawn(&here);
    }
}

static void test_only_and_fix_move_no_other(void **state)
{
    (void)state;
    testlib_write("rows.csv", "x,y\n1,10\n2,20\n3,30\n");
    const char *text = base;
    for (int design = IPSIM_DESIGN_MC; design <= (int)IPSIM_DESIGN_SOBOL; design++) {
        int n_shared;
        drawn all = draw_seed(base, 30, (ipsim_design)design, 3);
        drawn only = draw_all(&text, 1, (ipsim_psa_options){.n_draws = 30, .design = (ipsim_design)design, .only = "s,normals"});
        drawn fix = draw_all(&text, 1, (ipsim_psa_options){.n_draws = 30, .design = (ipsim_design)design, .fix = "p,rows_d"});
        assert_int_equal(n_moved(&only, &all, &n_shared), 0);
        assert_int_equal(n_shared, 3);
        assert_int_equal(n_moved(&fix, &all, &n_shared), 0);
        assert_int_equal(n_shared, 10);
        close_drawn(&all);
        close_drawn(&only);
        close_drawn(&fix);
    }
}

/* The documented exception: dimensions are dealt out in the order of the parameters. */
static void test_the_joint_sequence_is_dealt_in_order(void **state)
{
    (void)state;
    int n_shared;
    drawn here = draw_seed(many_uniforms(3), 50, IPSIM_DESIGN_SOBOL_JOINT, 3),
          more = draw_seed(many_uniforms(4), 50, IPSIM_DESIGN_SOBOL_JOINT, 3);
    drawn other = draw_seed(
        "parameters: {" ALONE(new) "u0 = { value = 0.5; distribution: { family = \"uniform\"; min = 0; max = 1; }; }; };", 50,
        IPSIM_DESIGN_SOBOL_JOINT, 3);
    assert_int_equal(n_moved(&here, &more, &n_shared), 0); /* added behind all */
    assert_int_equal(n_shared, 3);
    assert_true(n_moved(&here, &other, &n_shared) > 0); /* added before */
    assert_int_equal(n_shared, 1);
    close_drawn(&here);
    close_drawn(&more);
    close_drawn(&other);
}

static void test_fewer_draws_are_the_first_of_more(void **state)
{
    (void)state;
    static const ipsim_design designs[] = {IPSIM_DESIGN_MC, IPSIM_DESIGN_SOBOL, IPSIM_DESIGN_SOBOL_JOINT};
    testlib_write("rows.csv", "x,y\n1,10\n2,20\n3,30\n");
    for (size_t k = 0; k < sizeof designs / sizeof *designs; k++) {
        int n_shared;
        drawn few = draw_seed(base, 10, designs[k], 3), many = draw_seed(base, 50, designs[k], 3);
        assert_int_equal(n_moved(&few, &many, &n_shared), 0);
        assert_int_equal(n_shared, 13);
        close_drawn(&few);
        close_drawn(&many);
    }
}

/* ---- one parameter ---- */

/* Whether each of n equal slices of (0, 1) holds exactly one of the n draws from the first on. */
static bool one_in_each_slice(const drawn *x, const char *name, int64_t first, int64_t n)
{
    bool *taken = calloc((size_t)n, sizeof *taken), good = true;
    for (int64_t i = first; i < first + n; i++) {
        double u = value_of(x, i, name);
        int64_t slice = (int64_t)(u * (double)n);
        assert_true(u > 0.0 && u < 1.0 && slice < n);
        good = good && !taken[slice];
        taken[slice] = true;
    }
    free(taken);
    return good;
}

static void test_latin_hypercube_has_one_draw_in_each_slice(void **state)
{
    (void)state;
    drawn x = draw_seed(many_uniforms(7), 333, IPSIM_DESIGN_LHS, 3);
    for (int i = 0; i < 7; i++) {
        char name[16];
        snprintf(name, sizeof name, "u%d", i);
        assert_true(one_in_each_slice(&x, name, 0, 333));
    }
    close_drawn(&x);
}

static void test_sobol_is_stratified_in_every_aligned_block(void **state)
{
    (void)state;
    enum { N = 1024, N_PARAMETERS = 45 }; /* more than the joint sequence has dimensions */
    static const char *const names[] = {"u0", "u1", "u20", "u39", "u40", "u44"};
    for (int design = IPSIM_DESIGN_SOBOL; design <= (int)IPSIM_DESIGN_SOBOL_JOINT; design++) {
        drawn x = draw_seed(many_uniforms(N_PARAMETERS), N, (ipsim_design)design, 11);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            for (int64_t block = 1; block <= N; block *= 2)
                for (int64_t first = 0; first < N; first += block)
                    assert_true(one_in_each_slice(&x, names[k], first, block));
        assert_true(x.d->inputs[40].uniform.place == NULL);
        assert_int_equal(x.d->inputs[39].uniform.place != NULL, design == IPSIM_DESIGN_SOBOL_JOINT);
        close_drawn(&x);
    }
    drawn most = draw_seed(many_uniforms(1), IPSIM_PSA_DRAWS_MAX, IPSIM_DESIGN_SOBOL, 11); /* the last digits that are worked out */
    assert_true(one_in_each_slice(&most, "u0", 0, 65536));
    assert_true(one_in_each_slice(&most, "u0", 65536, 32768));
    close_drawn(&most);
}

/* The mean of one parameter: a point anywhere in each n-th makes its variance 1 / (12 n^3), where independent draws have 1 / (12 n). */
static void test_the_mean_of_one_parameter(void **state)
{
    (void)state;
    enum { N = 64, SEEDS = 600 };
    static const double power[IPSIM_N_DESIGNS] = {1.0, 3.0, 3.0, 3.0};
    for (int design = 0; design < (int)IPSIM_N_DESIGNS; design++) {
        tally mean = {0}, variance = {0};
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            drawn x = draw_seed(many_uniforms(1), N, (ipsim_design)design, seed);
            double error = (mean_of(&x, "u0") - 0.5) * sqrt(12.0 * pow(N, power[design]));
            count_in(&mean, error);
            count_in(&variance, error * error);
            close_drawn(&x);
        }
        assert_mean(&mean, 0.0);
        assert_mean(&variance, 1.0);
    }
}

/* ---- several ---- */

/* Of the counts in 4 x 4 equal cells. */
static double chi_square(const drawn *x, const char *a, const char *b)
{
    double count[16] = {0}, expected = (double)x->d->n / 16.0, sum = 0.0;
    for (int64_t i = 0; i < x->d->n; i++)
        count[4 * (int)(4.0 * value_of(x, i, a)) + (int)(4.0 * value_of(x, i, b))] += 1.0;
    for (int cell = 0; cell < 16; cell++)
        sum += (count[cell] - expected) * (count[cell] - expected) / expected;
    return sum;
}

/* Names know nothing of each other, so parameters are as independent as permutations (lhs: 9 n / (n - 1)) or as sequences shuffled by blocks:
 * with w_S the product of the signs of the digits S, n Var(mean of w_S(x) w_T(y)) is 2, 4 and 2 for S = T = {1}, {2} and {1, 2}, 2 for {1}
 * with {1, 2} and the reverse, 0 for the other four pairs, and the chi-square is their sum: 12.
 * Independent draws have 15, 6 of which are those of the margins. Two that shared one sequence would have 3 n. */
static void test_names_are_independent(void **state)
{
    (void)state;
    enum { N = 64, SEEDS = 400 };
    static const double chi[] = {15.0, 9.0 * N / (N - 1.0), 12.0};
    for (int design = IPSIM_DESIGN_MC; design <= (int)IPSIM_DESIGN_SOBOL; design++) {
        tally correlation[3] = {{0}}, cells[3] = {{0}};
        static const char *const pairs[3][2] = {{"u0", "u1"}, {"u1", "u9"}, {"u0", "u9"}};
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            drawn x = draw_seed(many_uniforms(10), N, (ipsim_design)design, seed);
            for (int k = 0; k < 3; k++) {
                count_in(&correlation[k], 12.0 * covariance_of(&x, pairs[k][0], pairs[k][1]));
                count_in(&cells[k], chi_square(&x, pairs[k][0], pairs[k][1]));
            }
            close_drawn(&x);
        }
        for (int k = 0; k < 3; k++) {
            assert_mean(&correlation[k], 0.0);
            assert_mean(&cells[k], chi[design]);
        }
    }
}

/* The joint sequence has the same number of draws in each cell of its first dimensions. */
static void test_the_joint_sequence_is_even_together(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"u0", "u1"}, {"u1", "u2"}, {"u0", "u4"}, {"u2", "u4"}};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        drawn x = draw_seed(many_uniforms(5), 256, IPSIM_DESIGN_SOBOL_JOINT, seed);
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
            assert_close(chi_square(&x, pairs[k][0], pairs[k][1]), 0.0, 1e-12);
        close_drawn(&x);
    }
}

/* The mean over draws of the product of (1 + (u - 1/2)), which is 1. */
static double mean_product(const drawn *x, int n_factors)
{
    double sum = 0.0;
    for (int64_t i = 0; i < x->d->n; i++) {
        double product = 1.0;
        for (int k = 0; k < n_factors; k++)
            product *= 0.5 + x->values[(size_t)i * x->v->n_quantities + (size_t)k];
        sum += product;
    }
    return sum / (double)x->d->n;
}

/* A smooth function of two, (1 + a) (1 + b) with a and b of mean 0: what each does by itself is all but exact, and what they do together has the
 * variance 1 / 144 n of independent draws in lhs, 1 / 112 n in sobol (digits k of both: 2^k 16^-k / 16, summed) and far less in sobol-joint. */
static void test_the_mean_of_a_smooth_function(void **state)
{
    (void)state;
    enum { N = 256, SEEDS = 600 };
    static const double variance[] = {(1.0 / 6.0 + 1.0 / 144.0) / N, 1.0 / 144.0 / N, 1.0 / 112.0 / N};
    for (int design = 0; design < (int)IPSIM_N_DESIGNS; design++) {
        tally mean = {0}, squares = {0};
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            drawn x = draw_seed(many_uniforms(2), N, (ipsim_design)design, seed);
            double error = mean_product(&x, 2) - 1.0;
            count_in(&mean, error);
            count_in(&squares, error * error);
            close_drawn(&x);
        }
        assert_mean(&mean, 0.0);
        if (design == IPSIM_DESIGN_SOBOL_JOINT)
            assert_true(squares.sum / SEEDS < variance[IPSIM_DESIGN_SOBOL] / 100.0);
        else
            assert_mean(&squares, variance[design]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_parameter_moves_no_other),
        cmocka_unit_test(test_only_and_fix_move_no_other),
        cmocka_unit_test(test_the_joint_sequence_is_dealt_in_order),
        cmocka_unit_test(test_fewer_draws_are_the_first_of_more),
        cmocka_unit_test(test_latin_hypercube_has_one_draw_in_each_slice),
        cmocka_unit_test(test_sobol_is_stratified_in_every_aligned_block),
        cmocka_unit_test(test_the_mean_of_one_parameter),
        cmocka_unit_test(test_names_are_independent),
        cmocka_unit_test(test_the_joint_sequence_is_even_together),
        cmocka_unit_test(test_the_mean_of_a_smooth_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
