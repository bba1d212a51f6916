/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/expression: arithmetic on parameters, by a sandboxed Lua.
 *
 * An expression is numbers, parameters, + - * / // % ^, comparisons, and or not, parentheses, and the functions log exp sqrt abs min
 * max floor ceil and the constant pi. translate.c reads it first: nothing else of Lua gets through, whole numbers become reals, and
 * ^ becomes our own power, because Lua's uses the C library's, whose last bit depends on the machine. Parameters are put in an order in
 * which each comes after those it needs, once; evaluating is then one pass, a few microseconds for a hundred parameters. */
#ifndef IPSIM_EXPRESSION_H
#define IPSIM_EXPRESSION_H

#include "node.h"

enum { IPSIM_EXPRESSION_LENGTH_MAX = 1000 };

typedef struct ipsim_expressions ipsim_expressions;

/* Says whether name may stand here; called for every name. When it may not, it has recorded the reason and returns false. */
typedef bool ipsim_name_check(void *data, const char *name, bool is_call);

/* expression -> Lua source "return ...", in buffer. On failure why is filled, unless check refused a name (then it is empty). */
bool ipsim_expression_translate(const char *expression, ipsim_name_check *check, void *data, char *buffer, size_t size, char *why,
                                size_t why_size);

/* True for words that a parameter may not be called: Lua's and ours. */
bool ipsim_expression_is_reserved(const char *name);

/* For the parameters of a filled scenario: compiles their expressions and orders them; cycles and unknown names are recorded.
 * NULL when memory is short. */
ipsim_expressions *ipsim_expressions_create(ipsim_loader *loader, ipsim_scenario *scenario);
void ipsim_expressions_free(ipsim_expressions *expressions);

/* A handle for the expression of number, compiled once for each distinct text; IPSIM_NO_EXPRESSION when it cannot be (recorded). */
#define IPSIM_NO_EXPRESSION ((size_t)-1)
size_t ipsim_expressions_add(ipsim_expressions *expressions, ipsim_loader *loader, const ipsim_number *number);

/* A number and its handle. */
typedef struct ipsim_number_slot {
    ipsim_number *number;
    const struct ipsim_schema_row *row;
    const char *key;
    size_t handle;
} ipsim_number_slot;

/* Evaluates all parameters (overrides: see ipsim_scenario_evaluate; NULL for none) and then the slots, all into their value members.
 * What cannot be evaluated is recorded once, where it stands, and becomes NaN. */
ipsim_status ipsim_expressions_evaluate(ipsim_expressions *expressions, const double *overrides, ipsim_number_slot *slots, size_t n_slots,
                                        ipsim_error_list *errors);

/* The parameters with a number of their own that an expression depends on, directly or through others, in the order of parameters: their count,
 * of which the first `most` stand in inputs. 0 when memory is short. */
size_t ipsim_expressions_inputs(const ipsim_expressions *expressions, size_t handle, size_t *inputs, size_t most);

/* Whether some expression uses the parameter. */
bool ipsim_expressions_uses(const ipsim_expressions *expressions, size_t parameter);

#endif
