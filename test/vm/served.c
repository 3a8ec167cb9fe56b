// SPDX-License-Identifier: Apache-2.0
// A machine that is served (machine.ts): the process around it makes the globals that an image finds, runs the image, and calls
// its functions, again and again. Values cross in `slots`; a string lies where its slot says, until the next call.
#include <stdint.h>
#include <string.h>

#include "lua.h"

#include "lauxlib.h"
#include "lstate.h"
#include "lstring.h"
#include "served.h"

#define EXPORT(name) __attribute__((export_name(name)))

/** Calls function number `function` of the process with `count` values. Gives how many come back. */
__attribute__((import_module("vm"), import_name("relay"))) int relay(int function, int count);

enum { NIL, BOOLEAN, NUMBER, STRING, FUNCTION, OBJECT, TABLE };
enum { SLOTS = 64, TEXT = 4096, KNOWN = 64 };

static struct {
  int32_t kind;
  int32_t value;  // number, reference, object; address of a string; fields of a table, which follow as name and value
  int32_t length;
} slots[SLOTS];
static char text[TEXT];
lua_State *served;
/** Functions of the image that the process has seen, and their references. */
static struct {
  const void *function;
  int reference;
} known[KNOWN];
static int knows;

EXPORT("slots") void *servedSlots(void) { return slots; }
EXPORT("text") void *servedText(void) { return text; }

void serve(lua_State *L) {
  served = L;
  lua_pushlightuserdata(L, &served);  // metatables of objects, by kind
  lua_newtable(L);
  lua_rawset(L, LUA_REGISTRYINDEX);
  lua_pushlightuserdata(L, known);  // objects in use, by number
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawset(L, LUA_REGISTRYINDEX);
}

/**
 * Strings of libraries and code lie in flash on a board, and in a table of their own. Here they share one with the image's, which has to
 * have room for both: it would double by many octets that are no fault of the image.
 */
void makeRoom(void) {
  while ((int)G(served)->strt.nuse > G(served)->strt.size / 2) luaS_resize(served, G(served)->strt.size * 2);
}

static int referenceOf(lua_State *L, int index) {
  const void *function = lua_topointer(L, index);
  for (int i = 0; i < knows; i++)
    if (known[i].function == function) return known[i].reference;
  if (knows == KNOWN) return luaL_error(L, "more than %d functions for the process", KNOWN);
  lua_pushvalue(L, index);
  known[knows].function = function;
  known[knows].reference = luaL_ref(L, LUA_REGISTRYINDEX);
  return known[knows++].reference;
}

/** Puts the value at an index into slot `at`. Gives the next slot. */
static int give(lua_State *L, int index, int at) {
  if (at >= SLOTS) return luaL_error(L, "more than %d values", SLOTS);
  size_t length = 0;
  slots[at].kind = NIL, slots[at].value = 0;
  switch (lua_type(L, index)) {
    case LUA_TNIL: break;
    case LUA_TBOOLEAN: slots[at].kind = BOOLEAN, slots[at].value = lua_toboolean(L, index); break;
    case LUA_TNUMBER: slots[at].kind = NUMBER, slots[at].value = (int32_t)lua_tointeger(L, index); break;
    case LUA_TSTRING:
      slots[at].kind = STRING, slots[at].value = (int32_t)(intptr_t)lua_tolstring(L, index, &length);
      slots[at].length = (int32_t)length;
      break;
    case LUA_TFUNCTION: slots[at].kind = FUNCTION, slots[at].value = referenceOf(L, index); break;
    case LUA_TUSERDATA: slots[at].kind = OBJECT, slots[at].value = *(int32_t *)lua_touserdata(L, index); break;
    case LUA_TTABLE: {
      int head = at;
      slots[head].kind = TABLE;
      for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        int top = lua_gettop(L);
        if (lua_type(L, top - 1) != LUA_TSTRING || lua_istable(L, top)) continue;
        slots[head].value++;
        at = give(L, top, give(L, top - 1, at + 1)) - 1;
      }
      break;
    }
    default: return luaL_error(L, "a %s cannot leave the machine", luaL_typename(L, index));
  }
  return at + 1;
}

static void ours(lua_State *L, void *key) {
  lua_pushlightuserdata(L, key);
  lua_rawget(L, LUA_REGISTRYINDEX);
}

/** As NodeMCU's own objects: a user value of a few octets, whose methods lie in a metatable. It is the same one as long as it is in use. */
static void object(lua_State *L, int id, int kind) {
  ours(L, known);
  lua_rawgeti(L, -1, id);
  if (!lua_isnil(L, -1)) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  *(int32_t *)lua_newuserdata(L, sizeof(int32_t)) = id;
  ours(L, &served);
  lua_rawgeti(L, -1, kind);
  lua_setmetatable(L, -3);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, id);
  lua_remove(L, -2);
}

static void take(lua_State *L, int at) {
  luaL_checkstack(L, 4, "too many values");
  switch (slots[at].kind) {
    case NIL: lua_pushnil(L); break;
    case BOOLEAN: lua_pushboolean(L, slots[at].value); break;
    case NUMBER: lua_pushinteger(L, slots[at].value); break;
    case STRING: lua_pushlstring(L, (const char *)(intptr_t)slots[at].value, (size_t)slots[at].length); break;
    case OBJECT: object(L, slots[at].value, slots[at].length); break;
    default: luaL_error(L, "a value that cannot enter the machine");
  }
}

static int call(lua_State *L) {
  int at = 0, count = lua_gettop(L);
  for (int i = 1; i <= count; i++) at = give(L, i, at);
  int results = relay((int)lua_tointeger(L, lua_upvalueindex(1)), at);
  for (int i = 0; i < results; i++) take(L, i);
  return results;
}

// What globals are made of: values on the stack, then named. The process has written names to `text`.

EXPORT("table") void servedTable(void) { lua_newtable(served); }
EXPORT("value") void servedValue(void) { take(served, 0); }
EXPORT("function") void servedFunction(int number) {
  lua_pushinteger(served, number);
  lua_pushcclosure(served, call, 1);
}
EXPORT("field") void servedField(void) { lua_setfield(served, -2, text); }
EXPORT("global") void servedGlobal(void) { lua_setglobal(served, text); }

/** The table of methods on the stack is that of objects of a kind. */
EXPORT("kind") void servedKind(int kind) {
  lua_newtable(served);
  lua_insert(served, -2);
  lua_setfield(served, -2, "__index");
  ours(served, &served);
  lua_insert(served, -2);
  lua_rawseti(served, -2, kind);
  lua_pop(served, 1);
}

/** Calls the image itself (reference 0), or one of its functions with `count` values. Gives whether it failed; slot 0 has the rest. */
EXPORT("call") int servedCall(int reference, int count) {
  begin();
  int base = lua_gettop(served);
  if (reference == 0) lua_pushvalue(served, 1);
  else lua_rawgeti(served, LUA_REGISTRYINDEX, reference);
  for (int i = 0; i < count; i++) take(served, i);
  int failed = lua_pcall(served, count, 1, 0);
  give(served, base + 1, 0);
  // What a failure says stays on the stack: the process has yet to read it.
  if (!failed) lua_settop(served, base);
  return failed;
}
