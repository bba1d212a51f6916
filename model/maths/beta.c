/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The incomplete beta function by its continued fraction (DLMF 8.17.22, Lentz's method) and its inverse by Newton's method. */
#include <math.h>
#include <stdbool.h>

#include "ipsim/special.h"
#include "maths/elementary.h"

#define LOG_2PI 1.83787706640934548356

enum { MAX_TERMS = 100000, MAX_STEPS = 200 };

/* mu - log(1 + mu) for mu = value / mean - 1. Far below the mean 1 + mu is value / mean itself, of which mu has kept few digits. */
static double deviance_from(double mean, double value)
{
    double mu = (value - mean) / mean;
    return mu < -0.5 ? mu - ipsim_log(value / mean) : ipsim_deviance(mu);
}

/* log(x^a y^b / B(a, b)), x + y = 1, by deviances from the mean a / (a + b), so that large a and b cost no digits. */
static double log_density(double a, double b, double x, double y)
{
    double n = a + b;
    double deviance = a * deviance_from(a, n * x) + b * deviance_from(b, n * y);

    return 0.5 * (ipsim_log(a) - LOG_2PI + ipsim_log(b / n)) - deviance + ipsim_stirling_remainder(n) - ipsim_stirling_remainder(a) -
           ipsim_stirling_remainder(b);
}

/* I_x(a, b) a B(a, b) / (x^a y^b), for x below about the mean. */
static double fraction(double a, double b, double x)
{
    double c = 1.0;
    double d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
    double product = d;

    for (int m = 1; m < MAX_TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        double change;
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        product *= c * d;
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        change = c * d;
        product *= change;
        if (fabs(change - 1.0) < 3e-16) {
            break;
        }
    }
    return product;
}

/* I_x(a, b), or its complement; x and y = 1 - x are both given, so that neither end loses digits. */
static double tail(double a, double b, double x, double y, bool upper)
{
    bool swap = x > (a + 1.0) / (a + b + 2.0);
    double value;

    if (!(a > 0.0 && b > 0.0 && a < IPSIM_INFINITY && b < IPSIM_INFINITY && x >= 0.0 && y >= 0.0)) {
        return IPSIM_NAN;
    }
    if (x == 0.0 || y == 0.0) {
        return (x == 0.0) == upper ? 1.0 : 0.0;
    }
    if (swap) {
        value = ipsim_exp(log_density(b, a, y, x)) * fraction(b, a, y) / b;
    } else {
        value = ipsim_exp(log_density(a, b, x, y)) * fraction(a, b, x) / a;
    }
    return swap == upper ? value : 1.0 - value;
}

double ipsim_beta_lower(double a, double b, double x)
{
    return tail(a, b, x, 1.0 - x, false);
}

double ipsim_beta_upper(double a, double b, double x)
{
    return tail(a, b, x, 1.0 - x, true);
}

/* Works on u = log(x / (1 - x)) and the logarithm of the smaller tail: close to a straight line at both ends. */
double ipsim_beta_quantile(double a, double b, double p)
{
    bool upper = p > 0.5;
    double log_target, u;
    double low = -IPSIM_INFINITY;
    double high = IPSIM_INFINITY;

    if (!(a > 0.0 && b > 0.0 && a < IPSIM_INFINITY && b < IPSIM_INFINITY && p > 0.0 && p < 1.0)) {
        return a > 0.0 && b > 0.0 && (p == 0.0 || p == 1.0) ? p : IPSIM_NAN;
    }
    log_target = upper ? ipsim_log(1.0 - p) : ipsim_log(p);
    u = ipsim_log(a / b);
    for (int i = 0; i < MAX_STEPS; i++) {
        double x = 1.0 / (1.0 + ipsim_exp(-u));
        double y = 1.0 / (1.0 + ipsim_exp(u));
        double value = tail(a, b, x, y, upper);
        double slope = ipsim_exp(log_density(a, b, x, y)) / value;
        double excess = upper ? log_target - ipsim_log(value) : ipsim_log(value) - log_target;
        double next;

        if (excess == 0.0) {
            break;
        }
        if (excess < 0.0) {
            low = u;
        } else {
            high = u;
        }
        next = u - excess / slope;
        if (!(next > low && next < high)) {
            if (low > -IPSIM_INFINITY && high < IPSIM_INFINITY) {
                next = 0.5 * (low + high);
            } else {
                next = excess < 0.0 ? u + ldexp(1.0, i) : u - ldexp(1.0, i);
            }
            if (next == low || next == high || fabs(next) > 1e4) {
                u = next;
                break;
            }
        } else if (fabs(next - u) * (1.0 + sqrt(a) + sqrt(b)) < 1e-8) {
            u = next;
            break;
        }
        u = next;
    }
    return 1.0 / (1.0 + ipsim_exp(-u));
}
