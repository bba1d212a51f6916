/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/cholesky: a symmetric matrix as L L', by square roots and plain arithmetic alone, so that the bits are the same everywhere. */
#ifndef IPSIM_CHOLESKY_H
#define IPSIM_CHOLESKY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* a[n * n], row by row; its lower triangle is read and replaced by L, the rest set to 0. false: not positive definite, as *row (may be NULL)
 * shows first; a is of no use then. */
static inline bool ipsim_cholesky(double *a, size_t n, size_t *row)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j) {
                if (!(sum > 1e-12 * fabs(a[i * n + i]))) { /* what rounding leaves of nothing */
                    if (row)
                        *row = i;
                    return false;
                }
                a[i * n + i] = sqrt(sum);
            } else {
                a[i * n + j] = sum / a[j * n + j];
            }
        }
        for (size_t j = i + 1; j < n; j++)
            a[i * n + j] = 0.0;
    }
    return true;
}

#endif
