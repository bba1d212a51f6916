/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "maths/elementary.h"

enum { MEMORY_MAX = 256 << 20, STEPS_MAX = 100000 };

static void *limited_allocation(void *data, void *block, size_t old_size, size_t new_size)
{
    size_t *memory = data;
    size_t held = block == NULL ? 0 : old_size;
    if (new_size == 0) {
        free(block);
        *memory -= held;
        return NULL;
    }
    if (new_size > held && *memory - held + new_size > MEMORY_MAX) {
        return NULL;
    }
    void *grown = realloc(block, new_size);
    if (grown != NULL) {
        *memory += new_size - held;
    }
    return grown;
}

static double argument(lua_State *lua, const char *function_name)
{
    if (lua_gettop(lua) != 1 || lua_type(lua, 1) != LUA_TNUMBER) {
        return luaL_error(lua, "%s needs exactly one number", function_name);
    }
    return lua_tonumber(lua, 1);
}

static int give(lua_State *lua, double value)
{
    lua_pushnumber(lua, value);
    return 1;
}

static int lua_log(lua_State *lua)
{
    return give(lua, ipsim_log(argument(lua, "log")));
}
static int lua_exp(lua_State *lua)
{
    return give(lua, ipsim_exp(argument(lua, "exp")));
}
static int lua_sqrt(lua_State *lua)
{
    return give(lua, sqrt(argument(lua, "sqrt")));
}
static int lua_abs(lua_State *lua)
{
    return give(lua, fabs(argument(lua, "abs")));
}
static int lua_floor(lua_State *lua)
{
    return give(lua, floor(argument(lua, "floor")));
}
static int lua_ceil(lua_State *lua)
{
    return give(lua, ceil(argument(lua, "ceil")));
}

static int extreme(lua_State *lua, bool greatest)
{
    int count = lua_gettop(lua);
    for (int i = 1; i <= count; i++) {
        if (lua_type(lua, i) != LUA_TNUMBER) {
            count = 0;
        }
    }
    if (count == 0) {
        return luaL_error(lua, "%s needs numbers", greatest ? "max" : "min");
    }
    double best = lua_tonumber(lua, 1);
    for (int i = 2; i <= count; i++) {
        best = greatest ? fmax(best, lua_tonumber(lua, i)) : fmin(best, lua_tonumber(lua, i));
    }
    return give(lua, best);
}

static int lua_min(lua_State *lua)
{
    return extreme(lua, false);
}
static int lua_max(lua_State *lua)
{
    return extreme(lua, true);
}

/* Whole exponents by repeated squaring, so that 10^3 is 1000 exactly; the rest by our own log and exp. */
static double power(double base, double exponent)
{
    if (exponent == floor(exponent) && fabs(exponent) <= 1024) {
        double result = 1.0, square = base;
        for (int left = (int)fabs(exponent); left > 0; left /= 2, square *= square) {
            result *= left % 2 == 1 ? square : 1.0;
        }
        return exponent < 0 ? 1.0 / result : result;
    }
    if (exponent == 0.5) {
        return sqrt(base);
    }
    if (base == 0.0) {
        return exponent > 0 ? 0.0 : IPSIM_INFINITY;
    }
    return base < 0 ? IPSIM_NAN : ipsim_pow_positive(base, exponent);
}

static int lua_power(lua_State *lua)
{
    if (lua_gettop(lua) != 2 || lua_type(lua, 1) != LUA_TNUMBER || lua_type(lua, 2) != LUA_TNUMBER) {
        return luaL_error(lua, "^ needs two numbers");
    }
    return give(lua, power(lua_tonumber(lua, 1), lua_tonumber(lua, 2)));
}

static void stop_long_runs(lua_State *lua, lua_Debug *activation)
{
    (void)activation;
    luaL_error(lua, "it takes too long");
}

/* What a parameter may be called by in an expression: all that the sandbox holds. */
static int furnish(lua_State *lua)
{
    static const struct {
        const char *name;
        lua_CFunction call;
    } functions[] = {{"log", lua_log}, {"exp", lua_exp},     {"sqrt", lua_sqrt}, {"abs", lua_abs},  {"min", lua_min},
                     {"max", lua_max}, {"floor", lua_floor}, {"ceil", lua_ceil}, {"pow", lua_power}};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        lua_pushcfunction(lua, functions[i].call);
        lua_setglobal(lua, functions[i].name);
    }
    lua_pushnumber(lua, 3.14159265358979323846);
    lua_setglobal(lua, "pi");
    return 0;
}

lua_State *ipsim_sandbox_create(size_t *memory)
{
    lua_State *lua = lua_newstate(limited_allocation, memory);
    if (lua != NULL) {
        lua_pushcfunction(lua, furnish);
        if (lua_pcall(lua, 0, 0, 0) != LUA_OK) {
            lua_close(lua);
            lua = NULL;
        }
    }
    return lua;
}

void ipsim_sandbox_count_steps(lua_State *lua)
{
    lua_sethook(lua, stop_long_runs, LUA_MASKCOUNT, STEPS_MAX);
}

const char *ipsim_sandbox_complaint(lua_State *lua)
{
    const char *message = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "it cannot be evaluated";
    if (message[0] == ':') { /* ":1: " where Lua would name a file and line */
        const char *after = strstr(message, ": ");
        message = after == NULL ? message : after + 2;
    }
    if (strstr(message, "<eof>") != NULL) {
        message = "it ends too soon";
    }
    return message;
}
