/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/families: which keys each family of hazards and distributions needs, and what their numbers must satisfy together. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "private.h"

typedef struct family_key {
    const char *key;
    size_t offset;
    enum { A_NUMBER, A_LIST, A_TEXT } type;
    unsigned families; /* bit set of the families that need it */
} family_key;

#define BIT(family) (1u << (unsigned)(family))
#define H(key, type, families)                                 \
    {                                                          \
#key, offsetof(ipsim_hazard_spec, key), type, families \
    }
#define D(key, families)                                                 \
    {                                                                    \
#key, offsetof(ipsim_distribution_spec, key), A_NUMBER, families \
    }

static const family_key hazard_keys[] = {
    H(rate, A_NUMBER, BIT(IPSIM_EXPONENTIAL) | BIT(IPSIM_WEIBULL_PH) | BIT(IPSIM_GOMPERTZ) | BIT(IPSIM_GAMMA)),
    H(shape, A_NUMBER, BIT(IPSIM_WEIBULL) | BIT(IPSIM_WEIBULL_PH) | BIT(IPSIM_GOMPERTZ) | BIT(IPSIM_LOG_LOGISTIC) | BIT(IPSIM_GAMMA)),
    H(scale, A_NUMBER, BIT(IPSIM_WEIBULL) | BIT(IPSIM_LOG_LOGISTIC)),
    H(meanlog, A_NUMBER, BIT(IPSIM_LOG_NORMAL)),
    H(sdlog, A_NUMBER, BIT(IPSIM_LOG_NORMAL)),
    H(mu, A_NUMBER, BIT(IPSIM_GENERALISED_GAMMA)),
    H(sigma, A_NUMBER, BIT(IPSIM_GENERALISED_GAMMA)),
    H(q, A_NUMBER, BIT(IPSIM_GENERALISED_GAMMA)),
    H(delay, A_NUMBER, BIT(IPSIM_FIXED)),
    H(at, A_NUMBER, BIT(IPSIM_HAZARD_AT)),
    H(breaks, A_LIST, BIT(IPSIM_PIECEWISE)),
    H(rates, A_LIST, BIT(IPSIM_PIECEWISE)),
    H(file, A_TEXT, BIT(IPSIM_HAZARD_TABLE)),
};

static const family_key distribution_keys[] = {
    D(value, BIT(IPSIM_DIST_FIXED)),
    D(min, BIT(IPSIM_DIST_UNIFORM) | BIT(IPSIM_DIST_TRIANGULAR) | BIT(IPSIM_DIST_PERT)),
    D(mode, BIT(IPSIM_DIST_TRIANGULAR) | BIT(IPSIM_DIST_PERT)),
    D(max, BIT(IPSIM_DIST_UNIFORM) | BIT(IPSIM_DIST_TRIANGULAR) | BIT(IPSIM_DIST_PERT)),
    D(mean, BIT(IPSIM_DIST_NORMAL)),
    D(sd, BIT(IPSIM_DIST_NORMAL)),
    D(meanlog, BIT(IPSIM_DIST_LOGNORMAL)),
    D(sdlog, BIT(IPSIM_DIST_LOGNORMAL)),
    D(rate, BIT(IPSIM_DIST_EXPONENTIAL)),
    D(shape, BIT(IPSIM_DIST_WEIBULL) | BIT(IPSIM_DIST_GAMMA)),
    D(scale, BIT(IPSIM_DIST_WEIBULL) | BIT(IPSIM_DIST_GAMMA)),
    D(alpha, BIT(IPSIM_DIST_BETA)),
    D(beta, BIT(IPSIM_DIST_BETA)),
};

static bool key_given(const void *spec, const family_key *key, ipsim_origin *at)
{
    const void *member = ipsim_schema_const_member(spec, key->offset);
    switch (key->type) {
    case A_NUMBER:
        *at = ((const ipsim_number *)member)->origin;
        return ((const ipsim_number *)member)->given;
    case A_LIST:
        *at = ((const ipsim_numbers *)member)->origin;
        return ((const ipsim_numbers *)member)->given;
    case A_TEXT:
        break;
    }
    *at = ((const ipsim_text *)member)->origin;
    return ((const ipsim_text *)member)->given;
}

static void check_keys(const void *spec, const ipsim_choice *family, const char *const *names, const family_key *keys, size_t n_keys,
                       ipsim_error_list *errors)
{
    if (family->value < 0) {
        return;
    }
    char needed[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < n_keys; i++) {
        if (keys[i].families & BIT(family->value)) {
            used += (size_t)snprintf(needed + used, sizeof needed - used, "%s%s", used ? ", " : "", keys[i].key);
        }
    }
    for (size_t i = 0; i < n_keys; i++) {
        ipsim_origin at;
        bool given = key_given(spec, &keys[i], &at);
        bool wanted = (keys[i].families & BIT(family->value)) != 0;
        if (wanted && !given) {
            ipsim_error_add(errors, IPSIM_ERR_MISSING, at, "family %s needs this key (it takes: %s)", names[family->value], needed);
        } else if (given && !wanted) {
            ipsim_error_add(errors, IPSIM_ERR_RULE, at, "family %s does not use this key (it takes: %s)", names[family->value], needed);
        }
    }
}

void ipsim_check_hazard(const ipsim_hazard_spec *hazard, ipsim_error_list *errors)
{
    if (hazard->given) {
        check_keys(hazard, &hazard->family, ipsim_hazard_family_names, hazard_keys, sizeof hazard_keys / sizeof hazard_keys[0], errors);
    }
}

void ipsim_check_distribution(const ipsim_distribution_spec *distribution, ipsim_error_list *errors)
{
    if (distribution->given) {
        check_keys(distribution, &distribution->family, ipsim_distribution_names, distribution_keys,
                   sizeof distribution_keys / sizeof distribution_keys[0], errors);
    }
}

/* True when every needed number has a value: only then is it worth asking more. */
static bool numbers_ready(const void *spec, int family, const family_key *keys, size_t n_keys)
{
    for (size_t i = 0; family >= 0 && i < n_keys; i++) {
        const void *member = ipsim_schema_const_member(spec, keys[i].offset);
        ipsim_origin at;
        if ((keys[i].families & BIT(family)) == 0 || keys[i].type == A_TEXT) {
            continue;
        }
        if (!key_given(spec, &keys[i], &at)) {
            return false;
        }
        if (keys[i].type == A_NUMBER && isnan(((const ipsim_number *)member)->value)) {
            return false;
        }
    }
    return family >= 0;
}

static void require_above_zero(const ipsim_number *number, const char *family, ipsim_error_list *errors)
{
    if (number->value <= 0) {
        ipsim_error_add(errors, IPSIM_ERR_RANGE, number->origin, "%.10g is not above 0, as family %s needs", number->value, family);
    }
}

void ipsim_check_hazard_numbers(const ipsim_hazard_spec *hazard, ipsim_error_list *errors)
{
    if (!hazard->given || !numbers_ready(hazard, hazard->family.value, hazard_keys, sizeof hazard_keys / sizeof hazard_keys[0])) {
        return;
    }
    switch (hazard->family.value) {
    case IPSIM_WEIBULL:
    case IPSIM_WEIBULL_PH:
    case IPSIM_LOG_LOGISTIC:
        require_above_zero(&hazard->shape, ipsim_hazard_family_names[hazard->family.value], errors);
        break;
    case IPSIM_GAMMA:
        require_above_zero(&hazard->shape, "gamma", errors);
        require_above_zero(&hazard->rate, "gamma", errors);
        break;
    case IPSIM_PIECEWISE:
        if (hazard->breaks.count > 0 && hazard->breaks.items[0].value <= 0) {
            ipsim_error_add(errors, IPSIM_ERR_RULE, hazard->breaks.items[0].origin,
                            "%.10g is not above 0, where the first band begins by itself", hazard->breaks.items[0].value);
        }
        break;
    default:
        break;
    }
}

void ipsim_check_distribution_numbers(const ipsim_distribution_spec *d, ipsim_error_list *errors)
{
    if (!d->given || !numbers_ready(d, d->family.value, distribution_keys, sizeof distribution_keys / sizeof distribution_keys[0]) ||
        isnan(d->lower.value) || isnan(d->upper.value)) {
        return;
    }
    for (size_t i = 0; i < sizeof distribution_keys / sizeof distribution_keys[0]; i++) {
        const ipsim_schema_row *row = ipsim_schema_find(IPSIM_SECTION_DISTRIBUTION, distribution_keys[i].key);
        const ipsim_number *number = ipsim_schema_const_member(d, distribution_keys[i].offset);
        if (number->given && row->above_min && number->value <= row->min) {
            return; /* recorded as out of range */
        }
    }
    ipsim_error err;
    ipsim_distribution ready;
    if (ipsim_scenario_distribution(d, &ready, &err) != IPSIM_OK) {
        ipsim_error_add(errors, IPSIM_ERR_RANGE, d->origin, "%s", err.message);
    }
}
