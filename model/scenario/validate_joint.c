/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/validate_joint: joint distributions of parameters: which keys each family needs, and what their numbers must satisfy together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maths/cholesky.h"
#include "private.h"

#define BIT(family) (1u << (unsigned)(family))
#define OF_FILES (BIT(IPSIM_JOINT_BOOTSTRAP) | BIT(IPSIM_JOINT_DRAWS))

/* ---- keys ---- */
typedef struct joint_key {
    const char *key;
    unsigned needed_by, taken_by; /* bit sets of families; those that need it take it */
    bool given;
    ipsim_origin at;
} joint_key;

static void check_keys(ipsim_loader *loader, const ipsim_joint *j)
{
    unsigned sd_needed = j->covariance.given ? 0 : BIT(IPSIM_JOINT_NORMAL), copula = BIT(IPSIM_JOINT_COPULA);
    const joint_key keys[] = {
        {"alpha", BIT(IPSIM_JOINT_DIRICHLET), 0, j->alpha.given, j->alpha.origin},
        {"scale", 0, BIT(IPSIM_JOINT_NORMAL), j->scale.given, j->scale.origin},
        {"mean", BIT(IPSIM_JOINT_NORMAL), 0, j->mean.given, j->mean.origin},
        {"sd", sd_needed, 0, j->sd.given, j->sd.origin},
        {"correlation", sd_needed | copula, 0, j->correlation.given, j->correlation.origin},
        {"covariance", 0, BIT(IPSIM_JOINT_NORMAL), j->covariance.given, j->covariance.origin},
        {"file", OF_FILES, 0, j->file.given, j->file.origin},
        {"columns", 0, OF_FILES, j->columns.given, j->columns.origin},
        {"weight", 0, OF_FILES, j->weight.given, j->weight.origin},
        {"order", 0, BIT(IPSIM_JOINT_DRAWS), j->order.given, j->order.origin},
    };
    if (j->family.value < 0) {
        return;
    }
    const char *family = ipsim_joint_names[j->family.value];
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bool needed = (keys[i].needed_by & BIT(j->family.value)) != 0, taken = needed || (keys[i].taken_by & BIT(j->family.value)) != 0;
        if (needed && !keys[i].given) {
            ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, ipsim_origin_inside(loader, j->origin, keys[i].key),
                            "family %s needs this key", family);
        } else if (keys[i].given && !taken) {
            bool either = j->covariance.given && (strcmp(keys[i].key, "sd") == 0 || strcmp(keys[i].key, "correlation") == 0) &&
                          j->family.value == IPSIM_JOINT_NORMAL;
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, keys[i].at,
                            either ? "covariance says this already; give either covariance or sd and correlation"
                                   : "family %s does not use this key",
                            family);
        }
    }
}

/* ---- parameters ---- */
static void check_parameter(ipsim_loader *loader, const ipsim_scenario *s, const ipsim_joint *j, size_t i)
{
    const char *name = j->parameters.items[i];
    if (!ipsim_require_named(loader, s, &ipsim_names_parameter, name, j->parameters.origin)) {
        return;
    }
    const ipsim_parameter *p = &s->parameters[ipsim_find_named(s, &ipsim_names_parameter, name)];
    bool copula = j->family.value == IPSIM_JOINT_COPULA;
    if (copula && !p->distribution.given) {
        ipsim_error_add(loader->errors, IPSIM_ERR_MISSING, j->parameters.origin,
                        "parameter %s has no distribution, which family copula needs", name);
    } else if (!copula && j->family.value >= 0 && p->distribution.given) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, p->distribution.origin,
                        "joint %s draws this parameter; it cannot have a distribution of its own as well", j->name);
    }
    for (const ipsim_joint *other = s->joints; other < j; other++) {
        if (ipsim_names_contain(&other->parameters, name)) {
            ipsim_error_add(loader->errors, IPSIM_ERR_DUPLICATE, j->parameters.origin, "parameter %s stands in joint %s already", name,
                            other->name);
        }
    }
}

static void require_count(ipsim_loader *loader, bool given, size_t count, ipsim_origin at, const ipsim_joint *j, bool one_for_all)
{
    size_t n = j->parameters.count;
    if (given && count > 0 && count != n && !(one_for_all && count == 1)) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, at, "%zu for %zu parameters", count, n);
    }
}

static void require_matrix(ipsim_loader *loader, const ipsim_numbers *matrix, const ipsim_joint *j, bool one_for_all)
{
    size_t n = j->parameters.count;
    if (matrix->given && matrix->count != n * n && !(one_for_all && matrix->count == 1)) {
        ipsim_error_add(loader->errors, IPSIM_ERR_RULE, matrix->origin, "%zu numbers are no matrix of %zu by %zu, row by row%s",
                        matrix->count, n, n, one_for_all ? ", nor one number for every pair" : "");
    }
}

void ipsim_validate_joints(ipsim_loader *loader, const ipsim_scenario *s)
{
    for (size_t k = 0; k < s->n_joints; k++) {
        const ipsim_joint *j = &s->joints[k];
        check_keys(loader, j);
        for (size_t i = 0; i < j->parameters.count; i++) {
            check_parameter(loader, s, j, i);
        }
        ipsim_refuse_duplicates(loader, &j->parameters);
        bool alone = j->family.value == IPSIM_JOINT_DIRICHLET || j->family.value == IPSIM_JOINT_COPULA;
        if (alone && j->parameters.count == 1) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, j->parameters.origin, "family %s needs two parameters at least",
                            ipsim_joint_names[j->family.value]);
        }
        require_count(loader, j->alpha.given, j->alpha.count, j->alpha.origin, j, false);
        require_count(loader, j->scale.given, j->scale.count, j->scale.origin, j, true);
        require_count(loader, j->mean.given, j->mean.count, j->mean.origin, j, false);
        require_count(loader, j->sd.given, j->sd.count, j->sd.origin, j, false);
        require_count(loader, j->columns.given, j->columns.count, j->columns.origin, j, false);
        require_matrix(loader, &j->correlation, j, true);
        require_matrix(loader, &j->covariance, j, false);
        if (j->weight.given && j->order.value == IPSIM_ORDER_FILE && j->family.value == IPSIM_JOINT_DRAWS) {
            ipsim_error_add(loader->errors, IPSIM_ERR_RULE, j->weight.origin,
                            "rows taken in the order of the file have no weights; order = \"random\" uses them");
        }
    }
}

/* ---- numbers ---- */
ipsim_joint_scale ipsim_joint_scale_of(const ipsim_joint *j, size_t i)
{
    size_t at = j->scale.count > 1 ? i : 0;
    int scale = IPSIM_SCALE_IDENTITY;
    while (j->scale.count > 0 && ipsim_scale_names[scale] != NULL && strcmp(ipsim_scale_names[scale], j->scale.items[at]) != 0) {
        scale++;
    }
    return (ipsim_joint_scale)scale;
}

/* The element of the matrix that is to be factored. */
static double element(const ipsim_joint *j, size_t row, size_t column)
{
    size_t n = j->parameters.count;
    if (j->covariance.given) {
        return j->covariance.items[row * n + column].value;
    }
    double r = j->correlation.count == 1 && n > 1 ? (row == column ? 1.0 : j->correlation.items[0].value)
                                                  : j->correlation.items[row * n + column].value;
    return j->sd.given ? r * j->sd.items[row].value * j->sd.items[column].value : r;
}

ipsim_status ipsim_joint_factor(const ipsim_joint *j, double *lower, ipsim_error *err)
{
    size_t n = j->parameters.count, row;
    for (size_t i = 0; i < n * n; i++) {
        lower[i] = element(j, i / n, i % n);
    }
    if (ipsim_cholesky(lower, n, &row)) {
        return IPSIM_OK;
    }
    const ipsim_numbers *matrix = j->covariance.given ? &j->covariance : &j->correlation;
    return ipsim_error_set_at(err, IPSIM_ERR_RANGE, matrix->origin,
                              "the matrix is not positive definite: %s cannot be correlated so with those before it",
                              j->parameters.items[row]);
}

static bool all_finite(const ipsim_numbers *numbers)
{
    for (size_t i = 0; i < numbers->count; i++) {
        if (isnan(numbers->items[i].value)) {
            return false;
        }
    }
    return true;
}

static bool check_symmetry(const ipsim_joint *j, const ipsim_numbers *matrix, ipsim_error_list *errors)
{
    size_t n = j->parameters.count, n_before = errors->count;
    for (size_t i = 0; i < n && matrix->count == n * n; i++) {
        double diagonal = matrix->items[i * n + i].value;
        if (matrix == &j->correlation && fabs(diagonal - 1.0) > 1e-9) {
            ipsim_error_add(errors, IPSIM_ERR_RULE, matrix->items[i * n + i].origin, "the correlation of %s with itself is %.10g, not 1",
                            j->parameters.items[i], diagonal);
        }
        for (size_t k = 0; k < i; k++) {
            double one = matrix->items[i * n + k].value, other = matrix->items[k * n + i].value;
            if (fabs(one - other) > 1e-9 * fmax(fabs(one), fabs(other))) {
                ipsim_error_add(errors, IPSIM_ERR_RULE, matrix->items[i * n + k].origin,
                                "the matrix is not symmetric: %.10g here and %.10g across", one, other);
            }
        }
    }
    return errors->count == n_before;
}

static void check_matrix(const ipsim_joint *j, ipsim_error_list *errors)
{
    const ipsim_numbers *matrix = j->covariance.given ? &j->covariance : &j->correlation;
    size_t n = j->parameters.count;
    bool single = matrix == &j->correlation && matrix->count == 1;
    bool complete = (matrix->count == n * n || single) && (!j->sd.given || j->sd.count == n) && all_finite(matrix) && all_finite(&j->sd);
    for (size_t i = 0; i < j->sd.count; i++) {
        complete = complete && j->sd.items[i].value > 0; /* recorded otherwise */
    }
    if (n == 0 || !complete || !check_symmetry(j, matrix, errors)) {
        return;
    }
    double *lower = calloc(n * n, sizeof *lower);
    ipsim_error err;
    if (lower == NULL) {
        errors->out_of_memory = true;
    } else if (ipsim_joint_factor(j, lower, &err) != IPSIM_OK) {
        ipsim_error_add_copy(errors, &err);
    }
    free(lower);
}

/* What the parameters are without uncertainty must be something that could be drawn. */
static void check_values(const ipsim_scenario *s, const ipsim_joint *j, ipsim_error_list *errors)
{
    double sum = 0;
    for (size_t i = 0; i < j->parameters.count; i++) {
        size_t at = ipsim_find_named(s, &ipsim_names_parameter, j->parameters.items[i]);
        if (at == s->n_parameters) {
            return;
        }
        const ipsim_number *value = &s->parameters[at].value;
        sum += value->value;
        ipsim_joint_scale scale = j->family.value == IPSIM_JOINT_NORMAL ? ipsim_joint_scale_of(j, i) : IPSIM_SCALE_IDENTITY;
        if (scale == IPSIM_SCALE_LOG && value->value <= 0) {
            ipsim_error_add(errors, IPSIM_ERR_RANGE, value->origin, "%.10g is not above 0, as on the log scale of joint %s", value->value,
                            j->name);
        } else if (scale == IPSIM_SCALE_LOGIT && (value->value <= 0 || value->value >= 1)) {
            ipsim_error_add(errors, IPSIM_ERR_RANGE, value->origin, "%.10g is not between 0 and 1, as on the logit scale of joint %s",
                            value->value, j->name);
        }
    }
    if (j->family.value == IPSIM_JOINT_DIRICHLET && fabs(sum - 1) > 1e-6) {
        ipsim_error_add(errors, IPSIM_ERR_RULE, j->parameters.origin, "the values of these parameters sum to %.10g, not 1", sum);
    }
}

void ipsim_check_joint_numbers(const ipsim_scenario *s, const ipsim_joint *j, ipsim_error_list *errors)
{
    check_values(s, j, errors);
    if (j->family.value == IPSIM_JOINT_NORMAL || j->family.value == IPSIM_JOINT_COPULA) {
        check_matrix(j, errors);
    }
}
