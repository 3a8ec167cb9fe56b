// SPDX-License-Identifier: Apache-2.0
// vm.opcodes(f, ...): what f(...) executes, by kind. The result is a table: instructions by their names, as `luac -l` prints them;
// calls of C functions by the functions themselves; and `arguments`, how many these were given in all.
#include "lua.h"

#include "lauxlib.h"
#include "lobject.h"
#include "lopcodes.h"
#include "lstate.h"

static lua_Integer executed[NUM_OPCODES], arguments;

/** Adds 1 to t[k], t at index 1 of the hook's registry entry and k on the top, which is popped. */
static void increase(lua_State *L) {
  lua_pushlightuserdata(L, executed);
  lua_rawget(L, LUA_REGISTRYINDEX);
  lua_insert(L, -2);
  lua_pushvalue(L, -1);
  lua_rawget(L, -3);
  lua_Integer n = lua_tointeger(L, -1) + 1;
  lua_pop(L, 1);
  lua_pushinteger(L, n);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

static void look(lua_State *L, lua_Debug *event) {
  if (event->event == LUA_HOOKCOUNT) {
#if LUA_VERSION_NUM == 501
    Instruction instruction = L->savedpc[-1];
#else
    Instruction instruction = L->ci->u.l.savedpc[-1];
#endif
    executed[GET_OPCODE(instruction)]++;
    return;
  }
  lua_getinfo(L, "S", event);
  if (*event->what != 'C') return;
  arguments += lua_gettop(L);
  lua_getinfo(L, "f", event);
  increase(L);
}

int vm_opcodes(lua_State *L) {
  lua_pushlightuserdata(L, executed);
  lua_newtable(L);
  lua_rawset(L, LUA_REGISTRYINDEX);
  for (int i = 0; i < NUM_OPCODES; i++) executed[i] = 0;
  arguments = 0;

  lua_Hook hook = lua_gethook(L);
  int mask = lua_gethookmask(L), stride = lua_gethookcount(L);
  lua_sethook(L, look, LUA_MASKCALL | LUA_MASKCOUNT, 1);
  int status = lua_pcall(L, lua_gettop(L) - 1, 0, 0);
  lua_sethook(L, hook, mask, stride);
  if (status) return lua_error(L);

  lua_pushlightuserdata(L, executed);
  lua_rawget(L, LUA_REGISTRYINDEX);
  for (int i = 0; i < NUM_OPCODES; i++) {
    if (executed[i] == 0) continue;
    lua_pushinteger(L, executed[i]);
    lua_setfield(L, -2, luaP_opnames[i]);
  }
  lua_pushinteger(L, arguments);
  lua_setfield(L, -2, "arguments");
  return 1;
}
