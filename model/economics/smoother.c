/* SPDX-License-Identifier: GPL-3.0-or-later */
/* economics/smoother: see smoother.h. */
#include "economics/smoother.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "economics/short_of_memory.h"
#include "economics/spline_margin.h"

enum { BLOCK = 256, KNOTS_OF_ONE = 20, KNOTS_OF_MANY = 10, TERMS_OF_TWO = 150, TERMS_OF_MANY = 300 };

struct ipsim_smoother {
    const double *const *columns;
    size_t n_columns, n_rows, n_terms, rank, degree;
    ipsim_spline_margin *margins;
    uint8_t *degrees;  /* [term][column] */
    double *penalty;   /* of terms */
    double *transform; /* [term][rank]: terms to the diagonal basis */
    double *roughness; /* rank: penalty in the diagonal basis */
};

size_t ipsim_smoother_n_terms(const ipsim_smoother *s)
{
    return s->n_terms;
}

size_t ipsim_smoother_rank(const ipsim_smoother *s)
{
    return s->rank;
}

size_t ipsim_smoother_degree(const ipsim_smoother *s)
{
    return s->degree;
}

/* ---- the terms ---- */
static void add_term(ipsim_smoother *s, const uint8_t *degrees, double penalty)
{
    if (s->degrees != NULL) { /* NULL while counting */
        memcpy(&s->degrees[s->n_terms * s->n_columns], degrees, s->n_columns);
        s->penalty[s->n_terms] = penalty;
    }
    s->n_terms++;
}

/* Products of at least two functions with this total degree; stops when there are more terms than the limit. */
static void add_products(ipsim_smoother *s, uint8_t *degrees, size_t column, size_t left, size_t n_factors, double penalty, size_t limit)
{
    if (left == 0) {
        if (n_factors >= 2) {
            add_term(s, degrees, penalty);
        }
        return;
    }
    if (column == s->n_columns || s->n_terms > limit) {
        return;
    }
    for (size_t degree = 0; degree <= left && degree < s->margins[column].n_degrees; degree++) {
        degrees[column] = (uint8_t)degree;
        add_products(s, degrees, column + 1, left - degree, n_factors + (degree > 0), penalty, limit);
    }
    degrees[column] = 0;
}

/* Constant, single functions, then products by rising total degree while they fit. */
static void add_terms(ipsim_smoother *s, uint8_t *degrees, size_t limit)
{
    s->n_terms = 0;
    memset(degrees, 0, s->n_columns);
    add_term(s, degrees, 0.0);
    for (size_t c = 0; c < s->n_columns; c++) {
        size_t most = s->n_columns == 1 ? KNOTS_OF_ONE : limit / (2 * s->n_columns) + 1;
        for (size_t degree = 1; degree < s->margins[c].n_degrees && degree <= most; degree++) {
            degrees[c] = (uint8_t)degree;
            add_term(s, degrees, s->margins[c].roughness[degree]);
        }
        degrees[c] = 0;
    }
    s->degree = 1;
    for (size_t total = 2; s->n_columns > 1; total++) {
        size_t before = s->n_terms;
        double power = (double)(total * total) * (double)(total * total);
        bool counting = s->degrees == NULL;
        uint8_t *kept = s->degrees;
        s->degrees = NULL;
        add_products(s, degrees, 0, total, 0, power, limit);
        bool fits = s->n_terms <= limit && s->n_terms > before;
        s->degrees = kept;
        if (!fits) {
            s->n_terms = before;
            break;
        }
        if (!counting) {
            s->n_terms = before;
            add_products(s, degrees, 0, total, 0, power, limit);
        }
        s->degree = total;
    }
}

static bool make_terms(ipsim_smoother *s)
{
    size_t limit = s->n_columns <= 2 ? TERMS_OF_TWO : TERMS_OF_MANY;
    limit = limit < s->n_rows / 10 ? limit : s->n_rows / 10;
    uint8_t *degrees = calloc(s->n_columns, 1);
    if (degrees == NULL) {
        return false;
    }
    add_terms(s, degrees, limit);
    s->degrees = calloc(s->n_terms * s->n_columns, sizeof *s->degrees);
    s->penalty = calloc(s->n_terms, sizeof *s->penalty);
    bool good = s->degrees != NULL && s->penalty != NULL;
    if (good) {
        add_terms(s, degrees, limit);
    }
    free(degrees);
    return good;
}

void ipsim_smoother_rows(const ipsim_smoother *s, size_t first, size_t count, double *design)
{
    for (size_t i = 0; i < count; i++) {
        double *row = &design[i * s->n_terms];
        for (size_t t = 0; t < s->n_terms; t++) {
            row[t] = 1.0;
        }
        for (size_t c = 0; c < s->n_columns; c++) {
            double functions[IPSIM_SPLINE_KNOTS_MAX];
            ipsim_spline_margin_at(&s->margins[c], s->columns[c][first + i], functions);
            for (size_t t = 0; t < s->n_terms; t++) {
                size_t degree = s->degrees[t * s->n_columns + c];
                if (degree > 0) {
                    row[t] *= functions[degree];
                }
            }
        }
    }
}

/* ---- the diagonal basis ---- */
static void make_gram(const ipsim_smoother *s, double *design, double *gram)
{
    size_t p = s->n_terms;
    memset(gram, 0, p * p * sizeof *gram);
    for (size_t first = 0; first < s->n_rows; first += BLOCK) {
        size_t count = s->n_rows - first < BLOCK ? s->n_rows - first : BLOCK;
        ipsim_smoother_rows(s, first, count, design);
        for (size_t i = 0; i < count; i++) {
            const double *row = &design[i * p];
            for (size_t a = 0; a < p; a++) {
                double x = row[a], *out = &gram[a * p];
                for (size_t b = a; b < p; b++) {
                    out[b] += x * row[b];
                }
            }
        }
    }
    for (size_t a = 0; a < p; a++) {
        for (size_t b = a; b < p; b++) {
            gram[a * p + b] /= (double)s->n_rows;
            gram[b * p + a] = gram[a * p + b];
        }
    }
}

/* Directions in which the terms hardly vary (parameters that are functions of each other) are left out. */
static size_t whiten(size_t p, const double *values, double *vectors)
{
    size_t rank = 0;
    for (size_t c = 0; c < p; c++) {
        if (values[c] > 1e-10 * values[p - 1]) {
            for (size_t t = 0; t < p; t++) {
                vectors[t * p + rank] = vectors[t * p + c] / sqrt(values[c]);
            }
            rank++;
        }
    }
    return rank;
}

static bool diagonalise(ipsim_smoother *s)
{
    size_t p = s->n_terms;
    double *design = malloc(BLOCK * p * sizeof *design), *gram = malloc(p * p * sizeof *gram), *white = malloc(p * p * sizeof *white);
    double *rotation = malloc(p * p * sizeof *rotation);
    s->roughness = calloc(p, sizeof *s->roughness);
    s->transform = calloc(p * p, sizeof *s->transform);
    bool good = design != NULL && gram != NULL && white != NULL && rotation != NULL && s->roughness != NULL && s->transform != NULL;
    if (good) {
        make_gram(s, design, gram);
        good = ipsim_symmetric_eigen(gram, p, s->roughness, white);
    }
    if (good) {
        size_t rank = s->rank = whiten(p, s->roughness, white);
        memset(gram, 0, rank * rank * sizeof *gram);
        for (size_t t = 0; t < p; t++) {
            for (size_t a = 0; s->penalty[t] > 0.0 && a < rank; a++) {
                double x = s->penalty[t] * white[t * p + a];
                for (size_t b = 0; b < rank; b++) {
                    gram[a * rank + b] += x * white[t * p + b];
                }
            }
        }
        good = ipsim_symmetric_eigen(gram, rank, s->roughness, rotation);
    }
    for (size_t t = 0; good && t < p; t++) {
        for (size_t a = 0; a < s->rank; a++) {
            for (size_t b = 0; b < s->rank; b++) {
                s->transform[t * s->rank + b] += white[t * p + a] * rotation[a * s->rank + b];
            }
        }
    }
    for (size_t a = 0; good && a < s->rank; a++) {
        s->roughness[a] = s->roughness[a] > 1e-9 ? s->roughness[a] : 0.0; /* roughness is 0 or of the order of 16 and more */
    }
    free(rotation);
    free(white);
    free(gram);
    free(design);
    return good;
}

ipsim_status ipsim_smoother_create(const double *const *columns, size_t n_columns, size_t n_rows, ipsim_smoother **out, ipsim_error *err)
{
    *out = NULL;
    if (n_rows < 20 || n_rows < 4 * n_columns) {
        return ipsim_error_set(err, IPSIM_ERR_DATA, "%zu draws are too few for a regression on %zu parameter%s", n_rows, n_columns,
                               n_columns == 1 ? "" : "s");
    }
    ipsim_smoother *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return short_of_memory(err);
    }
    *s = (ipsim_smoother){.columns = columns, .n_columns = n_columns, .n_rows = n_rows};
    s->margins = calloc(n_columns, sizeof *s->margins);
    size_t most = n_columns == 1 ? KNOTS_OF_ONE : KNOTS_OF_MANY;
    most = n_rows / 10 < most ? n_rows / 10 : most;
    ipsim_status status = s->margins != NULL ? IPSIM_OK : short_of_memory(err);
    for (size_t c = 0; status == IPSIM_OK && c < n_columns; c++) {
        status = ipsim_spline_margin_init(&s->margins[c], columns[c], n_rows, most > 4 ? most : 4, err);
    }
    if (status == IPSIM_OK && (!make_terms(s) || !diagonalise(s))) {
        status = short_of_memory(err);
    }
    if (status != IPSIM_OK) {
        ipsim_smoother_free(s);
        return status;
    }
    *out = s;
    return IPSIM_OK;
}

void ipsim_smoother_free(ipsim_smoother *s)
{
    if (s != NULL) {
        free(s->margins);
        free(s->degrees);
        free(s->penalty);
        free(s->transform);
        free(s->roughness);
        free(s);
    }
}

/* ---- fitting ---- */
ipsim_status ipsim_smoother_project(const ipsim_smoother *s, const double *const *outcomes, size_t n_outcomes, double *coordinates,
                                    ipsim_error *err)
{
    size_t p = s->n_terms;
    double *design = malloc(BLOCK * p * sizeof *design), *sums = calloc(n_outcomes * p, sizeof *sums);
    if (design == NULL || sums == NULL) {
        free(design);
        free(sums);
        return short_of_memory(err);
    }
    for (size_t first = 0; first < s->n_rows; first += BLOCK) {
        size_t count = s->n_rows - first < BLOCK ? s->n_rows - first : BLOCK;
        ipsim_smoother_rows(s, first, count, design);
        for (size_t y = 0; y < n_outcomes; y++) {
            for (size_t i = 0; i < count; i++) {
                double value = outcomes[y][first + i];
                for (size_t t = 0; t < p; t++) {
                    sums[y * p + t] += value * design[i * p + t];
                }
            }
        }
    }
    for (size_t y = 0; y < n_outcomes; y++) {
        memset(&coordinates[y * s->rank], 0, s->rank * sizeof *coordinates);
        for (size_t t = 0; t < p; t++) {
            for (size_t a = 0; a < s->rank; a++) {
                coordinates[y * s->rank + a] += s->transform[t * s->rank + a] * sums[y * p + t] / (double)s->n_rows;
            }
        }
    }
    free(sums);
    free(design);
    return IPSIM_OK;
}

typedef struct smoothing {
    double lambda, score, freedom;
} smoothing;

static smoothing try_smoothing(const ipsim_smoother *s, const double *coordinates, double unexplained, double lambda)
{
    double residual = unexplained, freedom = 0.0;
    for (size_t a = 0; a < s->rank; a++) {
        double kept = 1.0 / (1.0 + lambda * s->roughness[a]), lost = (1.0 - kept) * coordinates[a];
        residual += lost * lost;
        freedom += kept;
    }
    double left = 1.0 - 1.4 * freedom / (double)s->n_rows;
    return (smoothing){lambda, left > 0.0 ? residual / (left * left) : INFINITY, freedom};
}

double ipsim_smoother_fit(const ipsim_smoother *s, const double *coordinates, double mean_square, double *weights)
{
    double explained = 0.0;
    for (size_t a = 0; a < s->rank; a++) {
        explained += coordinates[a] * coordinates[a];
    }
    /* An exact fit leaves rounding, of either sign. */
    double unexplained = mean_square - explained > 1e-15 * mean_square ? mean_square - explained : 1e-15 * mean_square;
    smoothing best = try_smoothing(s, coordinates, unexplained, 0x1p40);
    double lambda = 0x1p39;
    for (int step = 0; step < 80; step++, lambda *= 0.5) {
        smoothing next = try_smoothing(s, coordinates, unexplained, lambda);
        best = next.score < best.score ? next : best; /* of equals the smoothest */
    }
    for (size_t t = 0; t < s->n_terms; t++) {
        weights[t] = 0.0;
        for (size_t a = 0; a < s->rank; a++) {
            weights[t] += s->transform[t * s->rank + a] * coordinates[a] / (1.0 + best.lambda * s->roughness[a]);
        }
    }
    return best.freedom;
}
