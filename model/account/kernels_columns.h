/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels that work on columns of values, one value a person: see kernels.h, which includes this file. */

/* ---- columns of values ---- */

static void take_cells(size_t n, size_t n_flavours, double *restrict cells, double *restrict into, size_t stride)
{
    if (n_flavours == 2) {
        double *restrict second = into + stride;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            into[i] += cells[2 * i];
            second[i] += cells[2 * i + 1];
        }
        memset(cells, 0, 2 * n * sizeof *cells);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < n_flavours; f++)
            into[f * stride + i] += cells[4 * i + f];
    memset(cells, 0, 4 * n * sizeof *cells);
}

static void add_scaled(size_t n, double weight, const double *restrict from, double *restrict into)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        into[i] += weight * from[i];
}

/* `strips` native vectors of the sum of weight x column, term by term: several at a time, so that they need not wait for each other. */
static inline void combine_strip(size_t i, size_t strips, size_t n_terms, const double *weights, const double *const *columns, double *into)
{
    vec sum[4];
    const vec none = {0.0};
    vec weight = none + weights[0];
    for (size_t j = 0; j < strips; j++)
        sum[j] = weight * *(const vec *)(columns[0] + i + j * NATIVE);
    for (size_t k = 1; k < n_terms; k++) {
        weight = none + weights[k];
        const double *column = columns[k] + i;
        for (size_t j = 0; j < strips; j++)
            sum[j] += weight * *(const vec *)(column + j * NATIVE);
    }
    for (size_t j = 0; j < strips; j++)
        *(vec *)(into + i + j * NATIVE) = sum[j];
}

static void combine(size_t n, size_t n_terms, const double *weights, const double *const *columns, double *into)
{
    size_t i = 0;
    for (; i + 4 * NATIVE <= n; i += 4 * NATIVE)
        combine_strip(i, 4, n_terms, weights, columns, into);
    for (; i < n; i += NATIVE)
        combine_strip(i, 1, n_terms, weights, columns, into);
}

static void scale_by(size_t n, double scale, const double *restrict factor, const double *from, double *into) /* from may be into */
{
    if (factor) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            into[i] = scale * factor[i] * from[i];
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        into[i] = scale * from[i];
}

/* ---- limbs: see ledger_add.c ---- */

static account_size split(size_t n, double quantum, const double *restrict values, double *restrict high, double *restrict low)
{
    double to_high = 1.0 / (quantum * ACCOUNT_LIMB), from_high = quantum * ACCOUNT_LIMB, to_low = 1.0 / quantum; /* powers of two: exact */
    int64_t some = 0, large = 0, misfit = 0;
#pragma omp simd reduction(| : some, large, misfit)
    for (size_t i = 0; i < n; i++) {
        double x = values[i] * to_high, size = fabs(x);
        some |= x != 0.0;
        large |= !(size <= ACCOUNT_LIMB - 1.0);
        misfit |= !(size < ACCOUNT_QUANTA_MAX / ACCOUNT_LIMB);
        double h = (x + ROUNDER) - ROUNDER;
        high[i] = h;
        low[i] = ((values[i] - h * from_high) * to_low + ROUNDER) - ROUNDER;
    }
    return misfit ? ACCOUNT_MISFIT : large ? ACCOUNT_LARGE : some ? ACCOUNT_SOME : ACCOUNT_ZERO;
}

/* Differences of limbs may be twice as large as limbs: brought back into range. false: they do not fit. */
static bool subtract(size_t n, const double *restrict high, const double *restrict low, const double *restrict high2,
                     const double *restrict low2, double *restrict high_out, double *restrict low_out)
{
    int64_t misfit = 0;
#pragma omp simd reduction(| : misfit)
    for (size_t i = 0; i < n; i++) {
        double l = low[i] - low2[i];
        double carry = (l / ACCOUNT_LIMB + ROUNDER) - ROUNDER;
        double h = high[i] - high2[i] + carry;
        high_out[i] = h;
        low_out[i] = l - carry * ACCOUNT_LIMB;
        misfit |= fabs(h) > ACCOUNT_LIMB;
    }
    return misfit == 0;
}

/* a b + c of whole numbers that a double holds: exact, fused or not. */
static inline vec add_product(vec a, vec b, vec c)
{
#ifdef __AVX512F__
    return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#else
    return a * b + c;
#endif
}

/* sums[k] += the lanes of s[k], together; whole numbers, so that their order does not matter. */
static inline void add_lanes(const vec s[ACCOUNT_N_SUMS], int64_t *sums)
{
#if defined(__AVX512F__)
    __m512d pairs[4], fours[2];
    for (size_t k = 0; k < 4; k++)
        pairs[k] = _mm512_add_pd(_mm512_unpacklo_pd((__m512d)s[2 * k], (__m512d)s[2 * k + 1]),
                                 _mm512_unpackhi_pd((__m512d)s[2 * k], (__m512d)s[2 * k + 1]));
    for (size_t k = 0; k < 2; k++)
        fours[k] = _mm512_add_pd(_mm512_shuffle_f64x2(pairs[2 * k], pairs[2 * k + 1], 0x88),
                                 _mm512_shuffle_f64x2(pairs[2 * k], pairs[2 * k + 1], 0xdd));
    __m512d all = _mm512_add_pd(_mm512_shuffle_f64x2(fours[0], fours[1], 0x88), _mm512_shuffle_f64x2(fours[0], fours[1], 0xdd));
    _mm512_storeu_si512(sums, _mm512_add_epi64(_mm512_loadu_si512(sums), _mm512_cvttpd_epi64(all)));
#else
    for (size_t k = 0; k < ACCOUNT_N_SUMS; k++) {
        double sum = 0.0;
        for (size_t j = 0; j < NATIVE; j++)
            sum += s[k][j];
        sums[k] += (int64_t)sum;
    }
#endif
}

static inline __attribute__((always_inline)) bool add_limbs(size_t n, double quantum, const double *values, const account_limbs *comparator,
                                                            account_limbs *out, int64_t *sums)
{
    const vec none = {0.0}, rounder = none + ROUNDER;
    const vec to_high = none + 1.0 / (quantum * ACCOUNT_LIMB), from_high = none + quantum * ACCOUNT_LIMB, to_low = none + 1.0 / quantum;
    const ivec magnitude = (ivec){0} + INT64_MAX, most = (ivec)(none + (ACCOUNT_LIMB - 1.0));
    vec high = none, low = none, hh = none, hl = none, ll = none, cross_hh = none, cross_hl = none, cross_ll = none;
    ivec large = {0};
    for (size_t i = 0; i < n; i += NATIVE) {
        vec value = *(const vec *)(values + i);
        vec x = value * to_high;
        vec h = (x + rounder) - rounder;
        vec l = ((value - h * from_high) * to_low + rounder) - rounder;
        large |= most - ((ivec)x & magnitude); /* doubles are ordered as their bits are; no number is above infinity */
        if (out) {
            *(vec *)(out->high + i) = h;
            *(vec *)(out->low + i) = l;
        }
        high += h;
        low += l;
        hh = add_product(h, h, hh);
        hl = add_product(h, l, hl);
        ll = add_product(l, l, ll);
        if (comparator) {
            vec h0 = *(const vec *)(comparator->high + i), l0 = *(const vec *)(comparator->low + i);
            cross_hh = add_product(h, h0, cross_hh);
            cross_hl = add_product(h, l0, add_product(l, h0, cross_hl));
            cross_ll = add_product(l, l0, cross_ll);
        }
    }
    int64_t any = 0;
    for (size_t j = 0; j < NATIVE; j++)
        any |= large[j];
    if (any < 0)
        return false;
    add_lanes((const vec[]){high, low, hh, hl, ll, cross_hh, cross_hl, cross_ll}, sums);
    return true;
}

static bool add_sums(size_t n, double quantum, const double *values, const account_limbs *comparator, account_limbs *out, int64_t *sums)
{
    if (comparator)
        return add_limbs(n, quantum, values, comparator, NULL, sums);
    return out ? add_limbs(n, quantum, values, NULL, out, sums) : add_limbs(n, quantum, values, NULL, NULL, sums);
}

static void products(size_t n, const double *restrict high, const double *restrict low, const double *restrict high2,
                     const double *restrict low2, int64_t out[4])
{
    double hh = 0.0, hl = 0.0, lh = 0.0, ll = 0.0;
#pragma omp simd reduction(+ : hh, hl, lh, ll)
    for (size_t i = 0; i < n; i++) {
        hh += high[i] * high2[i];
        hl += high[i] * low2[i];
        lh += low[i] * high2[i];
        ll += low[i] * low2[i];
    }
    out[0] = (int64_t)hh;
    out[1] = (int64_t)hl;
    out[2] = (int64_t)lh;
    out[3] = (int64_t)ll;
}
