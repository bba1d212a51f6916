/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of values as limbs: see ledger_add.c. */
#include <math.h>

#include "ledger_adder.h"

bool ipsim_limbs_split(const adder *a, size_t n, const double *values, double quantum, account_limbs *out)
{
    account_size size = a->scratch->kernels->split(n, quantum, values, out->high, out->low);
    out->large = size == ACCOUNT_LARGE;
    if (size == ACCOUNT_MISFIT)
        return false;
    for (size_t i = 0; out->large && i < n; i++)
        out->quanta[i] = (int64_t)rint(values[i] / quantum);
    return true;
}

static int64_t quanta_of(const account_limbs *x, size_t i)
{
    return x->large ? x->quanta[i] : (int64_t)x->high[i] * (int64_t)ACCOUNT_LIMB + (int64_t)x->low[i];
}

void ipsim_limbs_subtract(const adder *a, size_t n, const account_limbs *x, const account_limbs *y, account_limbs *out)
{
    out->large = x->large || y->large || !a->scratch->kernels->subtract(n, x->high, x->low, y->high, y->low, out->high, out->low);
    for (size_t i = 0; out->large && i < n; i++)
        out->quanta[i] = quanta_of(x, i) - quanta_of(y, i);
}

ipsim_wide192 ipsim_limbs_products(size_t n, const account_limbs *x, const account_limbs *y)
{
    ipsim_wide192 sum = {{0}};
    for (size_t i = 0; i < n; i++)
        ipsim_wide192_add_product(&sum, quanta_of(x, i), quanta_of(y, i));
    return sum;
}

ipsim_wide128 ipsim_limbs_sum(size_t n, const account_limbs *x)
{
    ipsim_wide128 sum = 0;
    for (size_t i = 0; i < n; i++)
        ipsim_wide128_add(&sum, quanta_of(x, i));
    return sum;
}
