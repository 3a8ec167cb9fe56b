// SPDX-License-Identifier: Apache-2.0
// Runs one Lua script on a machine with NodeMCU's numbers, under a heap and an instruction limit, and lets it measure itself:
//   [--heap OCTETS] [--limit INSTRUCTIONS] script.lua [argument ...]  (limit: 2^31 - 1 unless told)
// Heap is counted from the state with libraries and script loaded, since on a mote both lie in flash. The global `vm`:
//   vm.count(f, ...)      instructions that f(...) executes
//   vm.allocated(f, ...)  octets asked of the allocator while f(...) runs; what is given back is not subtracted
//   vm.bytes()            octets held now, exact
//   vm.peak()             most octets held so far
//   vm.opcodes(f, ...)    instructions by kind (opcodes.c)
//   vm.micros()           processor time, microseconds modulo 2^31
// With --serve in place of arguments the script is not run: machine.ts does what it likes with it (served.c).
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

#include "lua.h"

#include "lauxlib.h"
#include "lualib.h"
#include "served.h"

int luaopen_bit(lua_State *L);
int vm_opcodes(lua_State *L);

// What os.execute and io.tmpfile call and WebAssembly's C library lacks: there is no shell, and no place for files.
int system(const char *command) { return command ? -1 : 0; }
FILE *tmpfile(void) { return 0; }

// Of the host (wasm.ts): ends the run where its time is over.
__attribute__((import_module("vm"), import_name("watch"))) void watch(void);

enum { STRIDE = 1000 };   // instructions between two looks at the limit
enum { WATCH = 100000 };  // instructions between two looks at the clock

static size_t held, peak, base;
static size_t cap = SIZE_MAX;
static uint64_t asked;
// Where the cap follows what is needed: memory is refused once, for the collector to run, and then granted.
static int follows, refused;
static uint64_t executed, watched, limit = INT_MAX;
static int stride = STRIDE;

static void *allocate(void *unused, void *old, size_t oldSize, size_t newSize) {
  (void)unused;
  if (!old) oldSize = 0;  // 5.3 passes the type of the new object here
  if (newSize == 0) {
    free(old);
    held -= oldSize;
    return 0;
  }
  size_t after = held - oldSize + newSize;
  if (newSize > oldSize && after > cap) {
    if (!follows) return 0;
    refused = !refused;
    if (refused) return 0;
    cap = after;
  }
  if (newSize > oldSize) refused = 0;
  void *block = realloc(old, newSize);
  if (!block) return 0;
  if (newSize > oldSize) asked += newSize - oldSize;
  held = after;
  if (held > peak) peak = held;
  return block;
}

// Ends the process rather than raising: a script that catches errors must not catch this.
static void tick(lua_State *L, lua_Debug *unused) {
  (void)L, (void)unused;
  executed += (uint64_t)stride;
  if (executed - watched >= WATCH) watch(), watched = executed;
  if (executed <= limit) return;
  fprintf(stderr, "stopped after %llu instructions\n", (unsigned long long)limit);
  exit(1);
}

static void every(lua_State *L, int instructions) {
  stride = instructions;
  lua_sethook(L, tick, LUA_MASKCOUNT, stride);
}

void begin(void) { executed = watched = 0; }

// For the process around a machine that is served: what vm.bytes(), vm.peak() and vm.allocated() tell a script.
__attribute__((export_name("bytes"))) int servedBytes(void) { return (int)(held - base); }
__attribute__((export_name("peak"))) int servedPeak(void) { return (int)(peak - base); }
__attribute__((export_name("asked"))) double servedAsked(void) { return (double)asked; }

static int collected(void) {
  lua_gc(served, LUA_GCCOLLECT, 0);
  lua_gc(served, LUA_GCCOLLECT, 0);
  peak = held;
  return (int)(held - base);
}

// Octets held when all garbage is gone; the peak counts from there.
__attribute__((export_name("collect"))) int servedCollect(void) { return collected(); }

// From now on no more is held than there must be: all garbage goes before the heap grows, so that the peak is what a heap needs.
__attribute__((export_name("follow"))) void servedFollow(void) {
  collected();
  cap = held;
  follows = 1;
}

// So many octets of what is held are no part of the heap.
__attribute__((export_name("apart"))) void servedApart(int octets) {
  base += (size_t)octets;
  if (cap != SIZE_MAX) cap += (size_t)octets;
}

// What is held now is where the heap begins. A cap of 0 is none.
__attribute__((export_name("heap"))) void servedHeap(int octets) {
  makeRoom();
  collected();
  base = held;
  cap = octets > 0 ? base + (size_t)octets : SIZE_MAX;
}

static int count(lua_State *L) {
  int former = stride;
  uint64_t start = executed;
  every(L, 1);
  int status = lua_pcall(L, lua_gettop(L) - 1, 0, 0);
  every(L, former);
  if (status) return lua_error(L);
  lua_pushinteger(L, (lua_Integer)(executed - start));
  return 1;
}

static int allocated(lua_State *L) {
  uint64_t start = asked;
  lua_call(L, lua_gettop(L) - 1, 0);
  lua_pushinteger(L, (lua_Integer)(asked - start));
  return 1;
}

static int bytes(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)(held - base));
  return 1;
}

static int highest(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)(peak - base));
  return 1;
}

static int micros(lua_State *L) {
  __wasi_timestamp_t nanoseconds = 0;
  (void)!__wasi_clock_time_get(__WASI_CLOCKID_PROCESS_CPUTIME_ID, 1000, &nanoseconds);
  lua_pushinteger(L, (lua_Integer)(nanoseconds / 1000 & 0x7fffffff));
  return 1;
}

static const luaL_Reg functions[] = {
    {"count", count},        {"allocated", allocated}, {"bytes", bytes}, {"peak", highest},
    {"opcodes", vm_opcodes}, {"micros", micros},       {0, 0}};

static void openVm(lua_State *L) {
  lua_newtable(L);
  for (const luaL_Reg *f = functions; f->name; f++) {
    lua_pushcfunction(L, f->func);
    lua_setfield(L, -2, f->name);
  }
  lua_setglobal(L, "vm");
}

static int fail(lua_State *L) {
  const char *message = lua_tostring(L, -1);
  fprintf(stderr, "%s\n", message ? message : "error without a message");
  return 1;
}

// The value of an option: a whole number of at least 1.
static uint64_t amount(const char *option, const char *text) {
  char *end = 0;
  long long value = text ? strtoll(text, &end, 10) : 0;
  if (value >= 1 && *end == 0) return (uint64_t)value;
  fprintf(stderr, "%s: expected a whole number of at least 1, got %s\n", option, text ? text : "nothing");
  exit(2);
}

static int run(int argc, char **argv) {
  uint64_t heap = 0;
  int at = 1, serves = 0;
  for (; at < argc && argv[at][0] == '-'; at += 2) {
    if (strcmp(argv[at], "--serve") == 0) {
      serves = 1, at++;
      break;
    }
    if (strcmp(argv[at], "--heap") == 0) heap = amount(argv[at], argv[at + 1]);
    else if (strcmp(argv[at], "--limit") == 0) limit = amount(argv[at], argv[at + 1]);
    else break;
  }
  if (at >= argc || argv[at][0] == '-') {
    fprintf(stderr, "usage: %s [--heap OCTETS] [--limit INSTRUCTIONS] script.lua [argument ...]\n", argv[0]);
    return 2;
  }

  lua_State *L = lua_newstate(allocate, 0);
  if (!L) return fprintf(stderr, "no memory for a Lua state\n"), 1;
  luaL_openlibs(L);
  luaopen_bit(L);
  openVm(L);
  lua_newtable(L);
  for (int i = at; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - at);
  }
  lua_setglobal(L, "arg");
  if (luaL_loadfile(L, argv[at])) return fail(L);
  luaL_checkstack(L, argc, "too many arguments");
  for (int i = at + 1; i < argc; i++) lua_pushstring(L, argv[i]);

  lua_gc(L, LUA_GCSETPAUSE, 110);  // NodeMCU's
  if (serves) {
    every(L, STRIDE);
    serve(L);
    return 0;
  }
  lua_gc(L, LUA_GCCOLLECT, 0);
  base = peak = held;
  if (heap) cap = base + heap;
  every(L, STRIDE);
  return lua_pcall(L, argc - at - 1, 0, 0) ? fail(L) : 0;
}

// The C library's constructors. Where nothing calls them the linker has each export run them, and the destructors, each time: a
// machine that is served would register its folder with each call, and look through all it had registered.
void __wasm_call_ctors(void);

int main(int argc, char **argv) {
  __wasm_call_ctors();
  int status = run(argc, argv);
  fflush(0);
  return status;
}
