/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/ranges: the schema's ranges, checked against the present values of all numbers. */
#include <math.h>

#include "private.h"

/* " (the parameter stands in FILE:LINE)" */
static size_t describe_place(const ipsim_origin *at, const char *what, char *text, size_t size)
{
    int used = at->line > 0 ? snprintf(text, size, " (%s stands in %.300s:%d)", what, at->file, at->line)
                            : snprintf(text, size, " (%s stands in %.300s)", what, at->file);
    return used < 0 ? 0 : (size_t)used < size ? (size_t)used : size - 1;
}

enum { INPUTS_MAX = 3 };

/* Where a number really comes from: the parameter whose name the expression is; and, of what is computed and comes out below 0, the few numbers below 0
 * that it is computed from, which another file, or the command line, may have set. */
static void describe_parameters(const ipsim_scenario *scenario, const ipsim_number_slot *slot, char *text, size_t size)
{
    const ipsim_parameter *parameters = scenario->parameters;
    const char *expression = slot->number->expression;
    size_t inputs[100], used = 0, n_below = 0;
    size_t only = expression == NULL ? scenario->n_parameters : ipsim_find_named(scenario, &ipsim_names_parameter, expression);
    if (only < scenario->n_parameters) {
        used = describe_place(&parameters[only].value.origin, "the parameter", text, size);
    }
    if (expression == NULL || slot->number->value >= 0) {
        return;
    }
    size_t n = ipsim_expressions_inputs(scenario->private_parts->expressions, slot->handle, inputs, 100);
    for (size_t k = 0; k < n && k < 100; k++) {
        n_below += parameters[inputs[k]].value.value < 0;
    }
    for (size_t k = 0; n_below <= INPUTS_MAX && k < n && k < 100; k++) {
        const ipsim_parameter *input = &parameters[inputs[k]];
        if (inputs[k] != only && input->value.value < 0) {
            char what[200];
            snprintf(what, sizeof what, "%.160s = %.10g", input->name, input->value.value);
            used += describe_place(&input->value.origin, what, text + used, size - used);
        }
    }
}

void ipsim_scenario_check_ranges(const ipsim_scenario *scenario, ipsim_error_list *errors)
{
    for (size_t i = 0; i < scenario->private_parts->n_slots; i++) {
        const ipsim_number_slot *slot = &scenario->private_parts->slots[i];
        const ipsim_schema_row *row = slot->row;
        double value = slot->number->value;
        if (!ipsim_schema_bounded(row) || isnan(value)) {
            continue;
        }
        bool low = row->above_min ? value <= row->min : value < row->min;
        bool high = value > row->max;
        if (!low && !high) {
            continue;
        }
        char written[200] = "";
        if (slot->number->expression != NULL) {
            snprintf(written, sizeof written, "\"%.160s\" = ", slot->number->expression);
        }
        char where[1600] = "";
        describe_parameters(scenario, slot, where, sizeof where);
        if (low && row->above_min) {
            ipsim_error_add(errors, IPSIM_ERR_RANGE, slot->number->origin, "%s%.10g is not above %.10g%s", written, value, row->min, where);
        } else {
            ipsim_error_add(errors, IPSIM_ERR_RANGE, slot->number->origin, "%s%.10g is %s %.10g%s", written, value, low ? "below" : "above",
                            low ? row->min : row->max, where);
        }
    }
}
