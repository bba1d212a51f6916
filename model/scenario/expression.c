/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/expression: see expression.h. */
#include "expression.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maths/elementary.h"
#include "sandbox.h"
#include "schema.h"
#include "suggest.h"

enum { CHAIN_MAX = 1000 };

typedef struct use {
    size_t parameter;
    struct use *next;
} use;

typedef struct function {
    const char *text;
    int reference; /* in Lua's registry; LUA_NOREF when it is not there */
    size_t only;   /* the parameter, when the expression is nothing else: no need to ask Lua */
    use *uses;
} function;

typedef struct name_map { /* open addressing; capacity is a power of two, at most half full */
    size_t capacity, count;
    const char **names;
    size_t *values;
} name_map;

struct ipsim_expressions {
    lua_State *lua;
    size_t memory;
    ipsim_scenario *scenario;
    name_map parameter_map, function_map;
    function *functions; /* heap */
    size_t n_functions, function_capacity;
    size_t *handles;  /* of each parameter; IPSIM_NO_EXPRESSION for literals and what cannot be compiled */
    double *literals; /* NaN for expressions and for what was given wrongly */
    size_t *order;    /* parameters, each after those it needs */
    bool *broken;     /* cannot be evaluated: recorded already */
    bool *never;      /* the same, for ever: a cycle, an unknown name, a wrong type */
    bool *used;
    unsigned char *visited;
    size_t n_ordered;
    const ipsim_number *compiling; /* for messages of the name check */
    ipsim_loader *loader;
    function *current;
};

/* ---- names ---- */
static size_t hash_name(const char *name)
{
    uint64_t hash = 14695981039346656037u;
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    }
    return (size_t)(hash ^ (hash >> 32));
}

static size_t *map_find(const name_map *map, const char *name)
{
    for (size_t i = hash_name(name); map->capacity > 0; i++) {
        size_t slot = i & (map->capacity - 1);
        if (map->names[slot] == NULL) {
            return NULL;
        }
        if (strcmp(map->names[slot], name) == 0) {
            return &map->values[slot];
        }
    }
    return NULL;
}

static bool map_put(ipsim_loader *loader, name_map *map, const char *name, size_t value)
{
    if (2 * (map->count + 1) > map->capacity) {
        name_map grown = {.capacity = map->capacity == 0 ? 64 : 2 * map->capacity};
        grown.names = ipsim_loader_alloc(loader, grown.capacity, sizeof *grown.names);
        grown.values = ipsim_loader_alloc(loader, grown.capacity, sizeof *grown.values);
        if (grown.names == NULL || grown.values == NULL) {
            return false;
        }
        for (size_t i = 0; i < map->capacity; i++) {
            if (map->names[i] != NULL && !map_put(loader, &grown, map->names[i], map->values[i])) {
                return false;
            }
        }
        *map = grown;
    }
    size_t slot = hash_name(name) & (map->capacity - 1);
    while (map->names[slot] != NULL) {
        slot = (slot + 1) & (map->capacity - 1);
    }
    map->names[slot] = name;
    map->values[slot] = value;
    map->count++;
    return true;
}

/* ---- compiling ---- */
static bool check_name(void *data, const char *name, bool is_call)
{
    ipsim_expressions *e = data;
    ipsim_origin at = e->compiling->origin;
    const size_t *parameter = map_find(&e->parameter_map, name);
    if (is_call) {
        ipsim_error_add(e->loader->errors, IPSIM_ERR_EXPRESSION, at,
                        "\"%s\": %s is not a function (there are log exp sqrt abs min max floor ceil)", e->compiling->expression, name);
        return false;
    }
    if (parameter == NULL) {
        if (!e->loader->incomplete) {
            ipsim_suggestion near;
            ipsim_suggest_begin(&near, name);
            enum { HINTS_MAX = 200 }; /* a hint takes time, and after so many errors nobody reads it */
            for (size_t i = 0; i < e->scenario->n_parameters && e->loader->errors->count < HINTS_MAX; i++) {
                if (&e->scenario->parameters[i].value != e->compiling) { /* its own name would be a cycle */
                    ipsim_suggest_consider(&near, e->scenario->parameters[i].name);
                }
            }
            ipsim_error_add(e->loader->errors, IPSIM_ERR_REFERENCE, at, "there is no parameter \"%s\"%s", name, ipsim_suggest_text(&near));
        }
        return false;
    }
    use *u = ipsim_loader_alloc(e->loader, 1, sizeof *u);
    if (u == NULL) {
        return false;
    }
    *u = (use){*parameter, e->current->uses};
    e->current->uses = u;
    return true;
}

/* Runs protected, since Lua reports lack of memory by a jump. The source is a light user datum. */
static int compile_protected(lua_State *lua)
{
    const char *source = lua_touserdata(lua, 1);
    if (luaL_loadbufferx(lua, source, strlen(source), "=", "t") != LUA_OK) {
        return lua_error(lua);
    }
    lua_pushinteger(lua, luaL_ref(lua, LUA_REGISTRYINDEX));
    return 1;
}

/* false: it could not be compiled, and an error says why. */
static bool compile(ipsim_expressions *e, function *f, const ipsim_number *number)
{
    char source[8 * IPSIM_EXPRESSION_LENGTH_MAX], why[400];
    f->reference = LUA_NOREF;
    f->only = IPSIM_NO_EXPRESSION;
    e->compiling = number;
    e->current = f;
    if (strlen(number->expression) > IPSIM_EXPRESSION_LENGTH_MAX) {
        ipsim_error_add(e->loader->errors, IPSIM_ERR_EXPRESSION, number->origin, "an expression may have at most %d characters",
                        IPSIM_EXPRESSION_LENGTH_MAX);
        return false;
    }
    if (!ipsim_expression_translate(number->expression, check_name, e, source, sizeof source, why, sizeof why)) {
        if (why[0] != '\0') {
            ipsim_error_add(e->loader->errors, IPSIM_ERR_EXPRESSION, number->origin, "\"%.200s\": %s", number->expression, why);
        }
        return false;
    }
    const size_t *alone = map_find(&e->parameter_map, number->expression);
    if (alone != NULL) { /* Lua need not hear of it */
        f->only = *alone;
        return true;
    }
    lua_pushcfunction(e->lua, compile_protected);
    lua_pushlightuserdata(e->lua, source);
    if (lua_pcall(e->lua, 1, 1, 0) == LUA_OK) {
        f->reference = (int)lua_tointeger(e->lua, -1);
    } else {
        ipsim_error_add(e->loader->errors, IPSIM_ERR_EXPRESSION, number->origin, "\"%.200s\" is not an expression: %s", number->expression,
                        ipsim_sandbox_complaint(e->lua));
    }
    lua_pop(e->lua, 1);
    return f->reference != LUA_NOREF;
}

size_t ipsim_expressions_add(ipsim_expressions *e, ipsim_loader *loader, const ipsim_number *number)
{
    e->loader = loader;
    const size_t *known = map_find(&e->function_map, number->expression);
    size_t handle = known == NULL ? e->n_functions : *known;
    if (known == NULL) {
        if (e->n_functions == e->function_capacity) {
            size_t capacity = 2 * e->function_capacity + 64;
            function *grown = realloc(e->functions, capacity * sizeof *grown);
            if (grown == NULL) {
                loader->out_of_memory = true;
                return IPSIM_NO_EXPRESSION;
            }
            e->functions = grown;
            e->function_capacity = capacity;
        }
        e->functions[handle] = (function){.text = number->expression};
        if (!compile(e, &e->functions[handle], number)) {
            return IPSIM_NO_EXPRESSION; /* not kept, so that the next use of it is reported as well */
        }
        if (!map_put(loader, &e->function_map, number->expression, handle)) {
            return IPSIM_NO_EXPRESSION;
        }
        e->n_functions++;
    }
    for (const use *u = e->functions[handle].uses; u != NULL; u = u->next) {
        e->used[u->parameter] = true;
    }
    return handle;
}

static void mark_uses(const ipsim_expressions *e, size_t handle, bool *marked)
{
    for (const use *u = e->functions[handle].uses; u != NULL; u = u->next) {
        marked[u->parameter] = true;
    }
}

size_t ipsim_expressions_inputs(const ipsim_expressions *e, size_t handle, size_t *inputs, size_t most)
{
    size_t count = 0, n = e->scenario->n_parameters;
    bool *marked = handle != IPSIM_NO_EXPRESSION ? calloc(n + 1, sizeof *marked) : NULL;
    if (marked == NULL) {
        return 0;
    }
    mark_uses(e, handle, marked);
    for (size_t k = e->n_ordered; k-- > 0;) { /* each before those it needs */
        size_t i = e->order[k];
        if (marked[i] && e->handles[i] != IPSIM_NO_EXPRESSION) {
            mark_uses(e, e->handles[i], marked);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (marked[i] && e->handles[i] == IPSIM_NO_EXPRESSION) {
            if (count < most) {
                inputs[count] = i;
            }
            count++;
        }
    }
    free(marked);
    return count;
}

bool ipsim_expressions_uses(const ipsim_expressions *e, size_t parameter)
{
    return e->used[parameter];
}

/* ---- order ---- */
enum { UNSEEN, BUSY, DONE };

static void report_cycle(ipsim_expressions *e, const size_t *stack, size_t depth, size_t again)
{
    const ipsim_parameter *parameters = e->scenario->parameters;
    size_t first = depth;
    while (first > 0 && stack[first - 1] != again) {
        first--;
    }
    first--;
    size_t lowest = first;
    char text[600];
    size_t used = 0;
    for (size_t i = first; i < depth; i++) {
        lowest = stack[i] < stack[lowest] ? i : lowest;
        e->never[stack[i]] = true;
    }
    /* Begin with the parameter declared first, so that the message does not depend on where the search began. */
    for (size_t i = 0; i <= depth - first && used < sizeof text; i++) {
        size_t member = stack[first + (lowest - first + i) % (depth - first)];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " -> " : "", parameters[member].name);
    }
    ipsim_error_add(e->loader->errors, IPSIM_ERR_CYCLE, parameters[stack[lowest]].value.origin, "parameters refer to each other: %s", text);
}

static void visit(ipsim_expressions *e, size_t parameter, size_t *stack, size_t depth)
{
    e->visited[parameter] = BUSY;
    if (depth == CHAIN_MAX) {
        ipsim_error_add(e->loader->errors, IPSIM_ERR_LIMIT, e->scenario->parameters[parameter].value.origin,
                        "more than 1000 parameters depend on each other in a row");
        e->never[parameter] = true;
    } else if (e->handles[parameter] != IPSIM_NO_EXPRESSION) {
        stack[depth] = parameter;
        for (const use *u = e->functions[e->handles[parameter]].uses; u != NULL; u = u->next) {
            if (e->visited[u->parameter] == BUSY) {
                report_cycle(e, stack, depth + 1, u->parameter);
            } else if (e->visited[u->parameter] == UNSEEN) {
                visit(e, u->parameter, stack, depth + 1);
            }
        }
    }
    e->visited[parameter] = DONE;
    e->order[e->n_ordered++] = parameter;
}

ipsim_expressions *ipsim_expressions_create(ipsim_loader *loader, ipsim_scenario *scenario)
{
    ipsim_expressions *e = calloc(1, sizeof *e);
    size_t n = scenario->n_parameters;
    if (e == NULL) {
        loader->out_of_memory = true;
        return NULL;
    }
    e->scenario = scenario;
    e->loader = loader;
    e->lua = ipsim_sandbox_create(&e->memory);
    e->handles = ipsim_loader_alloc(loader, n, sizeof *e->handles);
    e->literals = ipsim_loader_alloc(loader, n, sizeof *e->literals);
    e->order = ipsim_loader_alloc(loader, n, sizeof *e->order);
    e->broken = ipsim_loader_alloc(loader, n, sizeof *e->broken);
    e->never = ipsim_loader_alloc(loader, n, sizeof *e->never);
    e->used = ipsim_loader_alloc(loader, n, sizeof *e->used);
    e->visited = ipsim_loader_alloc(loader, n, sizeof *e->visited);
    bool ok = e->lua != NULL && !loader->out_of_memory;
    for (size_t i = 0; ok && i < n; i++) {
        ok = ipsim_expression_is_reserved(scenario->parameters[i].name) ||
             map_put(loader, &e->parameter_map, scenario->parameters[i].name, i);
    }
    for (size_t i = 0; ok && i < n; i++) {
        const ipsim_number *value = &scenario->parameters[i].value;
        e->handles[i] = value->expression == NULL ? IPSIM_NO_EXPRESSION : ipsim_expressions_add(e, loader, value);
        e->literals[i] = value->expression == NULL ? value->value : IPSIM_NAN;
        e->never[i] = ipsim_expression_is_reserved(scenario->parameters[i].name) ||
                      (e->handles[i] == IPSIM_NO_EXPRESSION && !(value->given && isfinite(e->literals[i])));
        ok = !loader->out_of_memory;
    }
    size_t stack[CHAIN_MAX];
    for (size_t i = 0; ok && i < n; i++) {
        if (e->visited[i] == UNSEEN) {
            visit(e, i, stack, 0);
        }
    }
    if (!ok) {
        loader->out_of_memory = true;
        ipsim_expressions_free(e);
        return NULL;
    }
    return e;
}

void ipsim_expressions_free(ipsim_expressions *e)
{
    if (e != NULL) {
        if (e->lua != NULL) {
            lua_close(e->lua);
        }
        free(e->functions);
        free(e);
    }
}

/* ---- evaluating ---- */
typedef struct job {
    ipsim_expressions *e;
    const double *overrides;
    ipsim_number_slot *slots;
    size_t n_slots;
    ipsim_error_list *errors;
} job;

/* The value, or NaN when it has none: recorded, here or where it goes wrong first. */
static double call(lua_State *lua, const job *j, size_t handle, ipsim_origin at)
{
    const ipsim_expressions *e = j->e;
    const function *f = &e->functions[handle];
    for (const use *u = f->uses; u != NULL; u = u->next) {
        if (e->broken[u->parameter]) {
            return IPSIM_NAN;
        }
    }
    if (f->only != IPSIM_NO_EXPRESSION) {
        return e->scenario->parameters[f->only].value.value;
    }
    double value = IPSIM_NAN;
    ipsim_sandbox_count_steps(lua);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, f->reference);
    if (lua_pcall(lua, 0, 1, 0) != LUA_OK) {
        ipsim_error_add(j->errors, IPSIM_ERR_EXPRESSION, at, "\"%.200s\": %s", f->text, ipsim_sandbox_complaint(lua));
    } else if (lua_type(lua, -1) != LUA_TNUMBER) {
        ipsim_error_add(j->errors, IPSIM_ERR_EXPRESSION, at, "\"%.200s\" gives %s, not a number", f->text,
                        lua_type(lua, -1) == LUA_TBOOLEAN ? "true or false" : luaL_typename(lua, -1));
    } else {
        value = lua_tonumber(lua, -1) + 0.0; /* no -0, as in parse.c */
        if (!isfinite(value)) {
            ipsim_error_add(j->errors, IPSIM_ERR_RANGE, at, "\"%.200s\" is %s, not a finite number", f->text,
                            isnan(value) ? "undefined (NaN)"
                            : value > 0  ? "infinite"
                                         : "minus infinite");
            value = IPSIM_NAN;
        }
    }
    lua_pop(lua, 1);
    return value;
}

static int evaluate_protected(lua_State *lua)
{
    const job *j = lua_touserdata(lua, 1);
    ipsim_expressions *e = j->e;
    for (size_t k = 0; k < e->n_ordered; k++) {
        size_t i = e->order[k];
        ipsim_parameter *parameter = &e->scenario->parameters[i];
        double value = e->literals[i];
        if (j->overrides != NULL && !isnan(j->overrides[i])) {
            value = j->overrides[i] + 0.0;
            if (isinf(value)) {
                ipsim_error_add(j->errors, IPSIM_ERR_RANGE, parameter->value.origin, "the value drawn is not finite");
                value = IPSIM_NAN;
            }
        } else if (e->never[i]) {
            value = IPSIM_NAN;
        } else if (e->handles[i] != IPSIM_NO_EXPRESSION) {
            value = call(lua, j, e->handles[i], parameter->value.origin);
        }
        e->broken[i] = isnan(value);
        parameter->value.value = value;
        if (!e->broken[i]) { /* one that bears the name of a function, which is refused, is broken too */
            lua_pushnumber(lua, value);
            lua_setglobal(lua, parameter->name);
        }
    }
    for (size_t i = 0; i < j->n_slots; i++) {
        if (j->slots[i].handle != IPSIM_NO_EXPRESSION) {
            j->slots[i].number->value = call(lua, j, j->slots[i].handle, j->slots[i].number->origin);
        }
    }
    return 0;
}

ipsim_status ipsim_expressions_evaluate(ipsim_expressions *e, const double *overrides, ipsim_number_slot *slots, size_t n_slots,
                                        ipsim_error_list *errors)
{
    job j = {e, overrides, slots, n_slots, errors};
    lua_pushcfunction(e->lua, evaluate_protected);
    lua_pushlightuserdata(e->lua, &j);
    bool ok = lua_pcall(e->lua, 1, 0, 0) == LUA_OK;
    lua_settop(e->lua, 0);
    return ok ? IPSIM_OK : IPSIM_ERR_MEMORY;
}
