/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/smoother: the spline functions of one parameter. See smoother.h and spline_margin.h.
 *
 * A natural cubic spline is given by its values at the knots; its second derivatives there follow by a tridiagonal system
 * B curvature = D values, and its integrated squared second derivative is values' D' B^-1 D values (Green and Silverman 1994, ch. 2). */
#include "economics/spline_margin.h"
#include "economics/short_of_memory.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { K = IPSIM_SPLINE_KNOTS_MAX };

bool ipsim_symmetric_eigen(double *matrix, size_t n, double *values, double *vectors)
{
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(n);
    if (work == NULL) {
        return false;
    }
    gsl_matrix_view a = gsl_matrix_view_array(matrix, n, n), v = gsl_matrix_view_array(vectors, n, n);
    gsl_vector_view w = gsl_vector_view_array(values, n);
    int failed = gsl_eigen_symmv(&a.matrix, &w.vector, &v.matrix, work);
    gsl_eigen_symmv_free(work);
    if (failed != 0) {
        return false;
    }
    gsl_eigen_symmv_sort(&w.vector, &v.matrix, GSL_EIGEN_SORT_VAL_ASC);
    return true;
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Knots at quantiles of the different values, closer together in the tails, where values lie far apart; all of them when they are few. */
static void choose_knots(ipsim_spline_margin *m, const double *sorted, size_t n, size_t most_knots)
{
    double least_gap = 1e-9 * (sorted[n - 1] - sorted[0]);
    size_t n_different = 1;
    for (size_t i = 1; i < n && n_different <= most_knots; i++) {
        n_different += sorted[i] - sorted[i - 1] > least_gap;
    }
    bool all = n_different <= most_knots;
    size_t n_places = all ? n : most_knots;
    m->n_knots = 0;
    for (size_t p = 0; p < n_places; p++) {
        double t = (double)p / (double)(n_places - 1), share = t * t * (3.0 - 2.0 * t);
        double x = sorted[all ? p : (size_t)(share * (double)(n - 1))];
        if (m->n_knots == 0 || x - m->knots[m->n_knots - 1] > least_gap) {
            m->knots[m->n_knots++] = x;
        }
    }
    m->knots[m->n_knots - 1] = sorted[n - 1];
}

typedef struct place {
    size_t left;                                       /* knot at or below x */
    double at_left, at_right, curve_left, curve_right; /* weights of values and second derivatives at the two knots */
} place;

static place find_place(const ipsim_spline_margin *m, double x)
{
    size_t low = 0, high = m->n_knots - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (x < m->knots[middle]) {
            high = middle;
        } else {
            low = middle;
        }
    }
    double h = m->knots[high] - m->knots[low], to_right = m->knots[high] - x, from_left = x - m->knots[low];
    return (place){low, to_right / h, from_left / h, (to_right * to_right * to_right / h - h * to_right) / 6.0,
                   (from_left * from_left * from_left / h - h * from_left) / 6.0};
}

/* curvature: second derivatives at the knots of the spline that is 1 at knot j and 0 at the others (column j). penalty: D' B^-1 D. */
static void solve_curvature(const ipsim_spline_margin *m, double curvature[K][K], double penalty[K][K])
{
    size_t n = m->n_knots, inner = n - 2;
    double d[K][K] = {{0}}, b[K * K] = {0};
    for (size_t i = 0; i < inner; i++) {
        double h = m->knots[i + 1] - m->knots[i], next = m->knots[i + 2] - m->knots[i + 1];
        d[i][i] = 1.0 / h;
        d[i][i + 1] = -1.0 / h - 1.0 / next;
        d[i][i + 2] = 1.0 / next;
        b[i * inner + i] = (h + next) / 3.0;
        if (i + 1 < inner) {
            b[i * inner + i + 1] = b[(i + 1) * inner + i] = next / 6.0;
        }
    }
    gsl_matrix_view system = gsl_matrix_view_array(b, inner, inner);
    gsl_linalg_cholesky_decomp1(&system.matrix); /* diagonally dominant, hence positive definite */
    for (size_t j = 0; j < n; j++) {
        double column[K];
        for (size_t i = 0; i < inner; i++) {
            column[i] = d[i][j];
        }
        gsl_vector_view x = gsl_vector_view_array(column, inner);
        gsl_linalg_cholesky_svx(&system.matrix, &x.vector);
        for (size_t i = 0; i < inner; i++) {
            curvature[i + 1][j] = column[i];
        }
        curvature[0][j] = curvature[n - 1][j] = 0.0;
    }
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < n; k++) {
            penalty[j][k] = 0.0;
            for (size_t i = 0; i < inner; i++) {
                penalty[j][k] += d[i][j] * curvature[i + 1][k];
            }
        }
    }
}

/* Means over the draws of products of the cardinal splines. */
static void make_gram(const ipsim_spline_margin *m, const double *z, size_t n_rows, double curvature[K][K], double *gram)
{
    size_t n = m->n_knots;
    memset(gram, 0, n * n * sizeof *gram);
    for (size_t i = 0; i < n_rows; i++) {
        double value[K];
        place p = find_place(m, z[i]);
        for (size_t j = 0; j < n; j++) {
            value[j] = p.curve_left * curvature[p.left][j] + p.curve_right * curvature[p.left + 1][j];
        }
        value[p.left] += p.at_left;
        value[p.left + 1] += p.at_right;
        for (size_t j = 0; j < n; j++) {
            for (size_t k = 0; k < n; k++) {
                gram[j * n + k] += value[j] * value[k] / (double)n_rows;
            }
        }
    }
}

/* Functions that are orthonormal over the draws and diagonal in roughness: whiten the Gram matrix, then rotate the penalty. */
static bool diagonalise(ipsim_spline_margin *m, const double *z, size_t n_rows)
{
    size_t n = m->n_knots, rank = 0;
    double curvature[K][K] = {{0}}, penalty[K][K] = {{0}}, gram[K * K], values[K], vectors[K * K], white[K][K] = {{0}};
    solve_curvature(m, curvature, penalty);
    make_gram(m, z, n_rows, curvature, gram);
    if (!ipsim_symmetric_eigen(gram, n, values, vectors)) {
        return false;
    }
    for (size_t c = 0; c < n; c++) {
        if (values[c] > 1e-12 * values[n - 1]) {
            for (size_t j = 0; j < n; j++) {
                white[j][rank] = vectors[j * n + c] / sqrt(values[c]);
            }
            rank++;
        }
    }
    double rotated[K * K] = {0};
    for (size_t a = 0; a < rank; a++) {
        for (size_t b = 0; b < rank; b++) {
            for (size_t j = 0; j < n; j++) {
                for (size_t k = 0; k < n; k++) {
                    rotated[a * rank + b] += white[j][a] * penalty[j][k] * white[k][b];
                }
            }
        }
    }
    if (!ipsim_symmetric_eigen(rotated, rank, values, vectors)) {
        return false;
    }
    m->n_degrees = rank;
    for (size_t degree = 2; degree < rank; degree++) {
        m->roughness[degree] = 16.0 * values[degree] / values[2];
        for (size_t j = 0; j < n; j++) {
            m->at_knot[j][degree] = 0.0;
            for (size_t a = 0; a < rank; a++) {
                m->at_knot[j][degree] += white[j][a] * vectors[a * rank + degree];
            }
        }
        for (size_t i = 0; i < n; i++) {
            m->curvature[i][degree] = 0.0;
            for (size_t j = 0; j < n; j++) {
                m->curvature[i][degree] += curvature[i][j] * m->at_knot[j][degree];
            }
        }
    }
    return true;
}

ipsim_status ipsim_spline_margin_init(ipsim_spline_margin *m, const double *values, size_t n, size_t most_knots, ipsim_error *err)
{
    memset(m, 0, sizeof *m);
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    m->mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - m->mean) * (values[i] - m->mean);
    }
    m->sd = sqrt(squares / (double)n);
    m->n_degrees = 1;
    if (!(m->sd > 1e-14 * fabs(m->mean))) { /* what varies by rounding alone does not vary */
        m->sd = 0.0;
        return IPSIM_OK;
    }
    double *z = malloc((2 * n + 1) * sizeof *z);
    if (z == NULL) {
        return short_of_memory(err);
    }
    double *sorted = z + n;
    for (size_t i = 0; i < n; i++) {
        z[i] = sorted[i] = (values[i] - m->mean) / m->sd;
    }
    qsort(sorted, n, sizeof *sorted, by_value);
    choose_knots(m, sorted, n, most_knots);
    bool good = true;
    if (m->n_knots < 3) {
        m->n_knots = 0;
        m->n_degrees = 2;
    } else {
        good = diagonalise(m, z, n);
    }
    free(z);
    return good ? IPSIM_OK : short_of_memory(err);
}

void ipsim_spline_margin_at(const ipsim_spline_margin *m, double x, double *functions)
{
    functions[0] = 1.0;
    if (m->n_degrees < 2) {
        return;
    }
    double z = (x - m->mean) / m->sd;
    functions[1] = z;
    if (m->n_degrees < 3) {
        return;
    }
    place p = find_place(m, z);
    const double *value = m->at_knot[p.left], *next = m->at_knot[p.left + 1];
    const double *curve = m->curvature[p.left], *next_curve = m->curvature[p.left + 1];
    for (size_t degree = 2; degree < m->n_degrees; degree++) {
        functions[degree] = p.at_left * value[degree] + p.at_right * next[degree] + p.curve_left * curve[degree] +
                            p.curve_right * next_curve[degree];
    }
}
