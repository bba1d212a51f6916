/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/normal_tail: the upper tail of the standard normal distribution, without a branch, for loops over many. Rational approximations of
 * Cody (1969), "Rational Chebyshev approximations for the error function", Mathematics of Computation 23:631, in the form for the normal
 * integral. */
#ifndef IPSIM_NORMAL_TAIL_H
#define IPSIM_NORMAL_TAIL_H

#include "maths/elementary.h"

#define IPSIM_NORMAL_TAIL_FROM 0.67448975
#define IPSIM_NORMAL_TAIL_FAR 5.656854249492380195

/* upper(z) = 1/2 - z central(z) for |z| <= IPSIM_NORMAL_TAIL_FROM */
static inline double ipsim_normal_tail_central(double z)
{
    double w = z * z;
    double above = .065682337918207449113, below = 1.0;
    above = above * w + 2.2352520354606839287;
    below = below * w + 47.20258190468824187;
    above = above * w + 161.02823106855587881;
    below = below * w + 976.09855173777669322;
    above = above * w + 1067.6894854603709582;
    below = below * w + 10260.932208618978205;
    above = above * w + 18154.981253343561249;
    below = below * w + 45507.789335026729956;
    return above / below;
}

/* upper(z) exp(z^2 / 2) for z from IPSIM_NORMAL_TAIL_FROM to IPSIM_NORMAL_TAIL_FAR */
static inline double ipsim_normal_tail_near(double z)
{
    double above = 1.0765576773720192317e-8, below = 1.0;
    above = above * z + .39894151208813466764;
    below = below * z + 22.266688044328115691;
    above = above * z + 8.8831497943883759412;
    below = below * z + 235.38790178262499861;
    above = above * z + 93.506656132177855979;
    below = below * z + 1519.377599407554805;
    above = above * z + 597.27027639480026226;
    below = below * z + 6485.558298266760755;
    above = above * z + 2494.5375852903726711;
    below = below * z + 18615.571640885098091;
    above = above * z + 6848.1904505362823326;
    below = below * z + 34900.952721145977266;
    above = above * z + 11602.651437647350124;
    below = below * z + 38912.003286093271411;
    above = above * z + 9842.7148383839780218;
    below = below * z + 19685.429676859990727;
    return above / below;
}

/* exp(-z^2 / 2), 0 <= z < 40, without the error that squaring z would bring: z is cut at a sixteenth, whose square is exact. */
static inline double ipsim_normal_half_square_exp(double z)
{
    double cut = (double)(int32_t)(z * 16.0) * 0.0625;
    return ipsim_exp(-0.5 * cut * cut) * ipsim_exp(-0.5 * (z - cut) * (z + cut));
}

/* The same for z <= IPSIM_NORMAL_TAIL_FAR. */
static inline double ipsim_normal_half_square_exp_core(double z)
{
    double cut = (double)(int32_t)(z * 16.0) * 0.0625;
    return ipsim_exp_core(-0.5 * cut * cut) * ipsim_exp_core(-0.5 * (z - cut) * (z + cut));
}

#endif
