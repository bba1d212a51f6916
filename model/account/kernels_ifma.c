/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of values and products with the 52-bit multiply-and-add of newer processors: a third of the instructions of add_sums in kernels.h,
 * and the same sums.
 *
 * A value of q quanta, |q| < 2^44, is rounded by adding 1.5 x 2^52: the low 52 bits of the double then hold T = q + 2^51, and its bits less
 * those of 1.5 x 2^52 are q. With B = 2^51 and both halves of the products T T' added up apart,
 *     sum q q' = sum T T' - B (sum q + sum q') - n B^2. */
#include <immintrin.h>

#include "tally.h"

#define IFMA __attribute__((target("avx512f,avx512ifma")))

static const double rounder = 0x1.8p52;
static const int64_t rounder_bits = 0x4338000000000000, largest = (int64_t)1 << 44;

static void put(ipsim_wide128 sum, int bits, int64_t *high, int64_t *low)
{
    *high += (int64_t)(sum >> bits);
    *low += (int64_t)(sum & (((ipsim_wide128)1 << bits) - 1));
}

static ipsim_wide128 products_of(uint64_t high, uint64_t low, int64_t sum, int64_t other, size_t n)
{
    ipsim_wide128 products = ((ipsim_wide128)high << 52) + low;
    return products - (((ipsim_wide128)sum + other) * ((int64_t)1 << 51)) - ((ipsim_wide128)n << 102);
}

static inline __attribute__((always_inline)) IFMA bool add(size_t n, double quantum, const double *values, const account_limbs *comparator,
                                                           account_limbs *out, int64_t *sums)
{
    const __m512d scale = _mm512_set1_pd(1.0 / quantum), magic = _mm512_set1_pd(rounder);
    const __m512i lowest = _mm512_set1_epi64(rounder_bits - largest);
    __m512i sum = _mm512_setzero_si512(), outside = sum, low = sum, high = sum, cross_low = sum, cross_high = sum;
    for (size_t i = 0; i < n; i += 8) {
        /* The product with a power of 2 is exact, so that fused or not the only rounding is that to whole quanta. */
        __m512i t = _mm512_castpd_si512(_mm512_fmadd_pd(_mm512_load_pd(values + i), scale, magic));
        __m512i above = _mm512_sub_epi64(t, lowest);
        outside = _mm512_or_si512(outside, above);
        sum = _mm512_add_epi64(sum, above);
        low = _mm512_madd52lo_epu64(low, t, t);
        high = _mm512_madd52hi_epu64(high, t, t);
        if (out)
            _mm512_store_si512(out->high + i, t);
        if (comparator) {
            __m512i other = _mm512_load_si512(comparator->high + i);
            cross_low = _mm512_madd52lo_epu64(cross_low, t, other);
            cross_high = _mm512_madd52hi_epu64(cross_high, t, other);
        }
    }
    if ((uint64_t)_mm512_reduce_or_epi64(outside) >> 45 != 0)
        return false;
    int64_t total = _mm512_reduce_add_epi64(sum) - (int64_t)n * largest;
    put(total, 22, &sums[ACCOUNT_HIGH], &sums[ACCOUNT_LOW]);
    put(products_of((uint64_t)_mm512_reduce_add_epi64(high), (uint64_t)_mm512_reduce_add_epi64(low), total, total, n), 44,
        &sums[ACCOUNT_HH], &sums[ACCOUNT_LL]);
    if (comparator)
        put(products_of((uint64_t)_mm512_reduce_add_epi64(cross_high), (uint64_t)_mm512_reduce_add_epi64(cross_low), total, comparator->sum,
                        n),
            44, &sums[ACCOUNT_CROSS_HH], &sums[ACCOUNT_CROSS_LL]);
    if (out)
        out->sum = total;
    return true;
}

static IFMA bool add_sums(size_t n, double quantum, const double *values, const account_limbs *comparator, account_limbs *out,
                          int64_t *sums)
{
    if (comparator)
        return add(n, quantum, values, comparator, NULL, sums);
    return out ? add(n, quantum, values, NULL, out, sums) : add(n, quantum, values, NULL, NULL, sums);
}

/* Differences d of whole quanta, |d| <= 2^44, as D = d + 2^44: sum d e = sum D E - 2^44 (sum D + sum E) + n 2^88. */
static IFMA bool add_product(size_t n, const account_differences *d, int64_t *high, int64_t *low)
{
    const __m512d scale_x = _mm512_set1_pd(1.0 / d->quantum_x), scale_y = _mm512_set1_pd(1.0 / d->quantum_y),
                  magic = _mm512_set1_pd(rounder);
    const __m512i lowest = _mm512_set1_epi64(rounder_bits - largest), middle = _mm512_set1_epi64(largest);
    __m512i outside = _mm512_setzero_si512(), sum = outside, lows = outside, highs = outside;
    for (size_t i = 0; i < n; i += 8) {
        __m512i x = _mm512_castpd_si512(_mm512_fmadd_pd(_mm512_load_pd(d->x + i), scale_x, magic));
        __m512i x0 = _mm512_castpd_si512(_mm512_fmadd_pd(_mm512_load_pd(d->x0 + i), scale_x, magic));
        __m512i y = _mm512_castpd_si512(_mm512_fmadd_pd(_mm512_load_pd(d->y + i), scale_y, magic));
        __m512i y0 = _mm512_castpd_si512(_mm512_fmadd_pd(_mm512_load_pd(d->y0 + i), scale_y, magic));
        __m512i dx = _mm512_add_epi64(_mm512_sub_epi64(x, x0), middle), dy = _mm512_add_epi64(_mm512_sub_epi64(y, y0), middle);
        outside = _mm512_or_si512(outside, _mm512_or_si512(_mm512_sub_epi64(x, lowest), _mm512_sub_epi64(x0, lowest)));
        outside = _mm512_or_si512(outside, _mm512_or_si512(_mm512_sub_epi64(y, lowest), _mm512_sub_epi64(y0, lowest)));
        outside = _mm512_or_si512(outside, _mm512_or_si512(dx, dy));
        sum = _mm512_add_epi64(sum, _mm512_add_epi64(dx, dy));
        lows = _mm512_madd52lo_epu64(lows, dx, dy);
        highs = _mm512_madd52hi_epu64(highs, dx, dy);
    }
    if ((uint64_t)_mm512_reduce_or_epi64(outside) >> 45 != 0)
        return false;
    ipsim_wide128 products = ((ipsim_wide128)_mm512_reduce_add_epi64(highs) << 52) + (ipsim_wide128)_mm512_reduce_add_epi64(lows);
    put(products - (ipsim_wide128)_mm512_reduce_add_epi64(sum) * largest + ((ipsim_wide128)n << 88), 44, high, low);
    return true;
}

static bool has_ifma(const account_kernels *kernels)
{
    return kernels == &ipsim_account_kernels_avx512 && __builtin_cpu_supports("avx512ifma");
}

account_add_product *ipsim_account_add_product(const account_kernels *kernels)
{
    return has_ifma(kernels) ? add_product : NULL;
}

account_add_sums *ipsim_account_add_sums(const account_kernels *kernels)
{
    return has_ifma(kernels) ? add_sums : kernels->add_sums;
}
