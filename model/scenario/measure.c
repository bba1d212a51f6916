/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measure of a target: a Lua expression over the results of a run. A state of its own, because it asks the caller back. */
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "ipsim/scenario.h"

enum { MEASURE_STEPS_MAX = 100000 };

struct ipsim_measurer {
    lua_State *lua;
    ipsim_measure_lookup *share, *at;
    void *data;
};

static int call_lookup(lua_State *lua, bool share)
{
    const ipsim_measurer *m = lua_touserdata(lua, lua_upvalueindex(1));
    const char *name = luaL_checkstring(lua, 1);
    double years = luaL_checknumber(lua, 2);
    lua_pushnumber(lua, (share ? m->share : m->at)(m->data, name, years));
    return 1;
}

static int lua_share(lua_State *lua)
{
    return call_lookup(lua, true);
}
static int lua_at(lua_State *lua)
{
    return call_lookup(lua, false);
}

static void stop_long_runs(lua_State *lua, lua_Debug *activation)
{
    (void)activation;
    luaL_error(lua, "takes too long");
}

static void offer(ipsim_measurer *m, const char *name, lua_CFunction function)
{
    lua_pushlightuserdata(m->lua, m);
    lua_pushcclosure(m->lua, function, 1);
    lua_setglobal(m->lua, name);
}

ipsim_measurer *ipsim_measurer_create(ipsim_measure_lookup *share, ipsim_measure_lookup *at)
{
    ipsim_measurer *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    *m = (ipsim_measurer){.lua = luaL_newstate(), .share = share, .at = at};
    if (!m->lua) {
        free(m);
        return NULL;
    }
    return m;
}

void ipsim_measurer_free(ipsim_measurer *m)
{
    if (!m)
        return;
    lua_close(m->lua);
    free(m);
}

/* Onto Lua's stack, as Lua's own status says. Scenarios that are compared often have the same measures: compiled once, under their text. */
static int push_function(lua_State *lua, const char *source)
{
    if (lua_getfield(lua, LUA_REGISTRYINDEX, source) == LUA_TFUNCTION)
        return LUA_OK;
    lua_pop(lua, 1);
    int status = luaL_loadbufferx(lua, source, strlen(source), "=measure", "t");
    if (status == LUA_OK) {
        lua_pushvalue(lua, -1);
        lua_setfield(lua, LUA_REGISTRYINDEX, source);
    }
    return status;
}

ipsim_status ipsim_measurer_evaluate(ipsim_measurer *m, const char *measure, void *data, double *out, ipsim_error *err)
{
    lua_State *lua = m->lua;
    char source[1024];
    if ((size_t)snprintf(source, sizeof source, "return %s", measure) >= sizeof source)
        return ipsim_error_set(err, IPSIM_ERR_EXPRESSION, "the measure is longer than 1000 characters");
    m->data = data;
    offer(m, "share", lua_share); /* anew: the last measure may have called something else so */
    offer(m, "at", lua_at);
    lua_sethook(lua, stop_long_runs, LUA_MASKCOUNT, MEASURE_STEPS_MAX);

    ipsim_status status = IPSIM_OK;
    if (push_function(lua, source) != LUA_OK || lua_pcall(lua, 0, 1, 0) != LUA_OK)
        status = ipsim_error_set(err, IPSIM_ERR_EXPRESSION, "\"%s\" cannot be evaluated: %s", measure, lua_tostring(lua, -1));
    else if (!lua_isnumber(lua, -1))
        status = ipsim_error_set(err, IPSIM_ERR_EXPRESSION, "\"%s\" does not give a number", measure);
    else
        *out = lua_tonumber(lua, -1);
    lua_settop(lua, 0);
    return status;
}

ipsim_status ipsim_measure_evaluate(const char *measure, ipsim_measure_lookup *share, ipsim_measure_lookup *at, void *data, double *out,
                                    ipsim_error *err)
{
    ipsim_measurer *m = ipsim_measurer_create(share, at);
    if (!m)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory to evaluate a measure");
    ipsim_status status = ipsim_measurer_evaluate(m, measure, data, out, err);
    ipsim_measurer_free(m);
    return status;
}
