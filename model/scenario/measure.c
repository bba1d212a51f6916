/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measure of a target: a Lua expression over the results of a run. A state of its own, because it asks the caller back. */
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "ipsim/scenario.h"

enum { MEASURE_STEPS_MAX = 100000 };

typedef struct lookups {
    ipsim_measure_lookup *share, *at;
    void *data;
} lookups;

static int call_lookup(lua_State *lua, bool share)
{
    const lookups *l = lua_touserdata(lua, lua_upvalueindex(1));
    const char *name = luaL_checkstring(lua, 1);
    double years = luaL_checknumber(lua, 2);
    lua_pushnumber(lua, (share ? l->share : l->at)(l->data, name, years));
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

ipsim_status ipsim_measure_evaluate(const char *measure, ipsim_measure_lookup *share, ipsim_measure_lookup *at, void *data, double *out,
                                    ipsim_error *err)
{
    lua_State *lua = luaL_newstate();
    char source[1024];
    if (!lua)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory to evaluate a measure");
    if ((size_t)snprintf(source, sizeof source, "return %s", measure) >= sizeof source) {
        lua_close(lua);
        return ipsim_error_set(err, IPSIM_ERR_EXPRESSION, "the measure is longer than 1000 characters");
    }
    lookups l = {.share = share, .at = at, .data = data};
    lua_pushlightuserdata(lua, &l);
    lua_pushcclosure(lua, lua_share, 1);
    lua_setglobal(lua, "share");
    lua_pushlightuserdata(lua, &l);
    lua_pushcclosure(lua, lua_at, 1);
    lua_setglobal(lua, "at");
    lua_sethook(lua, stop_long_runs, LUA_MASKCOUNT, MEASURE_STEPS_MAX);

    ipsim_status status = IPSIM_OK;
    if (luaL_loadbufferx(lua, source, strlen(source), "=measure", "t") != LUA_OK || lua_pcall(lua, 0, 1, 0) != LUA_OK)
        status = ipsim_error_set(err, IPSIM_ERR_EXPRESSION, "\"%s\" cannot be evaluated: %s", measure, lua_tostring(lua, -1));
    else if (!lua_isnumber(lua, -1))
        status = ipsim_error_set(err, IPSIM_ERR_EXPRESSION, "\"%s\" does not give a number", measure);
    else
        *out = lua_tonumber(lua, -1);
    lua_close(lua);
    return status;
}
