/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maths/normal_quantile: the parts of the normal quantile that nearly all arguments fall into, without a branch, for loops over many. Wichura (1988),
 * algorithm AS 241 (PPND16), Applied Statistics 37:477. */
#ifndef IPSIM_NORMAL_QUANTILE_H
#define IPSIM_NORMAL_QUANTILE_H

#define IPSIM_NORMAL_CENTRE 0.425

/* For arguments that are -log of the upper tail: below, the lower half of the distribution; from, what the middle does not reach. */
#define IPSIM_NORMAL_LOWER_HALF 0.69314718055994530942
#define IPSIM_NORMAL_UPPER_TAIL 2.59

/* The quantile of 1/2 + q, |q| <= IPSIM_NORMAL_CENTRE. */
static inline double ipsim_normal_quantile_central(double q)
{
    double r = 0.180625 - q * q;
    double above = 2509.0809287301226727, below = 5226.4952788528545610;
    above = above * r + 33430.575583588128105;
    below = below * r + 28729.085735721942674;
    above = above * r + 67265.770927008700853;
    below = below * r + 39307.895800092710610;
    above = above * r + 45921.953931549871457;
    below = below * r + 21213.794301586595867;
    above = above * r + 13731.693765509461125;
    below = below * r + 5394.1960214247511077;
    above = above * r + 1971.5909503065514427;
    below = below * r + 687.18700749205790830;
    above = above * r + 133.14166789178437745;
    below = below * r + 42.313330701600911252;
    above = above * r + 3.3871328727963666080;
    below = below * r + 1.0;
    return q * above / below;
}

/* The z with upper(z) = exp(-r^2), for r between 1.6 and 5. */
static inline double ipsim_normal_quantile_near_tail(double r)
{
    double above = 7.74545014278341407640e-4, below = 1.05075007164441684324e-9;
    r -= 1.6;
    above = above * r + .0227238449892691845833;
    below = below * r + 5.47593808499534494600e-4;
    above = above * r + .241780725177450611770;
    below = below * r + .0151986665636164571966;
    above = above * r + 1.27045825245236838258;
    below = below * r + .148103976427480074590;
    above = above * r + 3.64784832476320460504;
    below = below * r + .689767334985100004550;
    above = above * r + 5.76949722146069140550;
    below = below * r + 1.67638483018380384940;
    above = above * r + 4.63033784615654529590;
    below = below * r + 2.05319162663775882187;
    above = above * r + 1.42343711074968357734;
    below = below * r + 1.0;
    return above / below;
}

#endif
