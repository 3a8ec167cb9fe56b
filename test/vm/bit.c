// SPDX-License-Identifier: Apache-2.0
// NodeMCU's `bit` on 32 bits, as far as compiled motes use it: results are signed, shift counts go modulo 32, and
// 5.1 takes the integer part of an argument modulo 2^32 where 5.3 refuses one that is not an integer.
#include <stdint.h>

#include "lua.h"

#include "lauxlib.h"

#if LUA_VERSION_NUM == 501
#define word(L, n) ((uint32_t)(int64_t)luaL_checknumber(L, n))
#else
#define word(L, n) ((uint32_t)luaL_checkinteger(L, n))
#endif

static int push(lua_State *L, uint32_t w) {
  lua_pushinteger(L, (int32_t)w);
  return 1;
}

#define FOLD(name, op)                                          \
  static int name(lua_State *L) {                               \
    uint32_t w = word(L, 1);                                    \
    for (int n = 2; n <= lua_gettop(L); n++) w = w op word(L, n); \
    return push(L, w);                                          \
  }
FOLD(band, &)
FOLD(bor, |)
FOLD(bxor, ^)

static int bnot(lua_State *L) { return push(L, ~word(L, 1)); }
static int lshift(lua_State *L) { return push(L, word(L, 1) << (word(L, 2) & 31)); }
static int rshift(lua_State *L) { return push(L, word(L, 1) >> (word(L, 2) & 31)); }
static int arshift(lua_State *L) { return push(L, (uint32_t)((int32_t)word(L, 1) >> (word(L, 2) & 31))); }

static const luaL_Reg functions[] = {{"band", band},     {"bor", bor},       {"bxor", bxor},       {"bnot", bnot},
                                     {"lshift", lshift}, {"rshift", rshift}, {"arshift", arshift}, {0, 0}};

int luaopen_bit(lua_State *L) {
  lua_newtable(L);
  for (const luaL_Reg *f = functions; f->name; f++) {
    lua_pushcfunction(L, f->func);
    lua_setfield(L, -2, f->name);
  }
  lua_setglobal(L, "bit");
  return 0;
}
