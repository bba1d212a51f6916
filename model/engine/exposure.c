/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hazard of one risk: multiplier x baseline, in stretches of time over which the multiplier and the law are constant. */
#include "exposure.h"

#include <math.h>

#include "maths/elementary.h"

double ipsim_effect_value(const ipsim_compiled_effect *effect, const double *attributes, size_t piece)
{
    if (piece == SIZE_MAX)
        return 1.0; /* its clock has not started */
    if (effect->attribute == IPSIM_NO_ATTRIBUTE)
        return effect->by_level[piece];
    double x = attributes[effect->attribute];
    if (effect->numeric)
        return ipsim_exp(effect->exponent[piece] * effect->log_hr * (x - effect->centre));
    return effect->by_level[(size_t)x * (effect->steps.n_breaks + 1) + piece];
}

double ipsim_steady_multiplier(const ipsim_risk *risk, const double *attributes)
{
    double product = risk->multiplier, sum = 0.0;
    bool numeric = false;
    for (size_t i = 0; i < risk->n_constant; i++) {
        const ipsim_compiled_effect *effect = &risk->effects[i];
        if (effect->numeric)
            sum += effect->exponent[0] * effect->log_hr * (attributes[effect->attribute] - effect->centre);
        else
            product *= ipsim_effect_value(effect, attributes, 0);
        numeric |= effect->numeric;
    }
    return numeric ? product * ipsim_exp(sum) : product;
}

typedef struct stretch {
    double until; /* model time at which the multiplier or the law changes */
    double multiplier;
    const ipsim_hazard *law;
} stretch;

static stretch stretch_at(const ipsim_exposure *x, double t)
{
    const ipsim_risk *risk = x->risk;
    stretch s = {.until = INFINITY, .multiplier = x->multiplier, .law = risk->laws};
    for (size_t i = risk->n_constant; i < risk->n_effects; i++) {
        double until;
        size_t piece = ipsim_steps_piece(&risk->effects[i].steps, x->origin, t, &until);
        s.multiplier *= ipsim_effect_value(&risk->effects[i], x->attributes, piece);
        s.until = fmin(s.until, until);
    }
    size_t stratum = 0;
    for (size_t k = 0; k < risk->n_keys; k++)
        stratum = stratum * (size_t)risk->key_levels[k] + (size_t)x->attributes[risk->key_attribute[k]];
    s.law += stratum * risk->n_years;
    if (risk->n_years > 1) {
        double until;
        ipsim_steps bands = {.clock = IPSIM_CLOCK_CALENDAR, .n_breaks = risk->n_years - 1, .breaks = risk->years + 1};
        s.law += ipsim_steps_piece(&bands, x->origin, t, &until);
        s.until = fmin(s.until, until);
    }
    return s;
}

/* The cumulative hazard of a stretch between two model times. */
static double stretch_hazard(const stretch *s, double origin, double from, double to)
{
    if (s->law->family == IPSIM_EXPONENTIAL)
        return s->multiplier * s->law->p[0] * (to - from); /* has no memory: needs no clock, and loses no digits to one */
    double before = ipsim_hazard_cumulative(s->law, from - origin);
    if (before == INFINITY) /* past the largest double: nothing, or everything at once */
        return s->multiplier > 0.0 ? INFINITY : 0.0;
    return s->multiplier > 0.0 ? s->multiplier * (ipsim_hazard_cumulative(s->law, to - origin) - before) : 0.0;
}

/* When a stretch, lived through from `from`, has cost `budget` > 0; the stretch is taken to last. */
static double stretch_inverse(const stretch *s, double origin, double from, double budget)
{
    if (s->law->family == IPSIM_EXPONENTIAL)
        return from + budget / (s->multiplier * s->law->p[0]);
    double before = ipsim_hazard_cumulative(s->law, from - origin);
    if (before == INFINITY)
        return from;
    return fmax(origin + ipsim_hazard_inverse(s->law, before + budget / s->multiplier), from);
}

/* A hazard that never changes needs one division. Elsewhere most sojourns need no inverse if the hazard that the stretch can supply is
 * compared with the budget first. */
static bool never_changes(const ipsim_risk *risk)
{
    return risk->laws->family == IPSIM_EXPONENTIAL && risk->n_effects == risk->n_constant;
}

/* Cheap risks first, so that the dear ones are looked at up to a time that is nearly always the end of the sojourn. */
static int dearness(const ipsim_risk *risk)
{
    if (risk->kind == IPSIM_LAW_AT)
        return 0;
    if (never_changes(risk))
        return 1;
    return risk->n_effects == risk->n_constant && risk->n_years <= 1 ? 2 : 3;
}

void ipsim_exposure_order(const ipsim_compiled_model *model, size_t *order)
{
    for (size_t s = 0; s < model->n_states; s++) {
        size_t n = model->first_risk[s];
        for (int dear = 0; dear <= 3; dear++)
            for (size_t r = model->first_risk[s]; r < model->first_risk[s + 1]; r++)
                if (dearness(&model->risks[r]) == dear)
                    order[n++] = r;
    }
}

static bool in_time(double t, double limit, bool wins_ties)
{
    return t < limit || (wins_ties && t == limit);
}

double ipsim_exposure_fires(const ipsim_exposure *x, double left, double now, double limit, bool wins_ties)
{
    double origin = x->origin[x->risk->clock];
    if (x->risk->kind == IPSIM_LAW_AT) {
        double t = fmax(origin + x->risk->at, now);
        return in_time(t, limit, wins_ties) ? t : INFINITY;
    }
    if (never_changes(x->risk)) {
        double t = now + left / (x->multiplier * x->risk->laws->p[0]);
        return in_time(t, limit, wins_ties) ? t : INFINITY;
    }
    for (double from = now; from < limit;) {
        stretch s = stretch_at(x, from);
        double until = fmin(s.until, limit);
        double available = stretch_hazard(&s, origin, from, until);
        if (s.multiplier > 0.0 && left <= available) {
            double t = stretch_inverse(&s, origin, from, left);
            if (t < until)
                return t;
        }
        left = fmax(left - available, 0.0); /* what rounding leaves of a spent budget fires at the start of the next stretch */
        from = until;
    }
    return INFINITY;
}

double ipsim_exposure_spends(const ipsim_exposure *x, double from, double to)
{
    double origin = x->origin[x->risk->clock], spent = 0.0;
    while (from < to) {
        stretch s = stretch_at(x, from);
        double until = fmin(s.until, to);
        spent += stretch_hazard(&s, origin, from, until);
        from = until;
    }
    return spent;
}

int ipsim_engine_start_state(const ipsim_compiled_model *model, double u)
{
    int last = 0;
    for (size_t s = 0; s < model->n_states; s++) {
        double below = s == 0 ? 0.0 : model->start_cumulative[s - 1];
        if (model->start_cumulative[s] > below) {
            last = (int)s; /* the last possible state also takes what rounding left of the sum of 1 */
            if (u < model->start_cumulative[s])
                return last;
        }
    }
    return last;
}
