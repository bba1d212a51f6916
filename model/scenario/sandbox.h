/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/sandbox: a Lua that holds arithmetic and nothing else, with a limit on its memory and on the steps of a call. */
#ifndef IPSIM_SANDBOX_H
#define IPSIM_SANDBOX_H

#include <lua.h>
#include <stddef.h>

#include "ipsim/error.h"

/* With the functions log exp sqrt abs min max floor ceil, pow (what ^ becomes) and pi. memory: what it holds, in bytes, kept up to date
 * for as long as it lives. NULL when memory is short; lua_close releases it. */
lua_State *ipsim_sandbox_create(size_t *memory) IPSIM_MUST_CHECK;

/* The call that follows stops with an error after 100 000 steps. */
void ipsim_sandbox_count_steps(lua_State *lua);

/* What Lua's error on top of the stack says, without the place that Lua names; valid until the stack changes. */
const char *ipsim_sandbox_complaint(lua_State *lua);

#endif
