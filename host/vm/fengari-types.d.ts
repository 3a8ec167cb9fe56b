// SPDX-License-Identifier: Apache-2.0
// The part of fengari 0.1.5 that the bench uses; the package has no types of its own.

declare module 'fengari' {
  export interface LuaState {
    readonly __state: unique symbol;
  }

  /** A tagged value; a table's entry keeps its own until it becomes nil. */
  export interface TValue {
    type: number;
    value: unknown;
  }

  export interface Table {
    /** Entries by key: a number is its own hash. */
    readonly strong: Map<unknown, { readonly value: TValue }>;
  }

  interface Fengari {
    readonly lua: {
      readonly LUA_OK: number;
      readonly LUA_REGISTRYINDEX: number;
      readonly LUA_MASKCOUNT: number;
      lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
      lua_getfield(L: LuaState, index: number, key: Uint8Array): number;
      lua_rawgeti(L: LuaState, index: number, key: number): number;
      lua_istable(L: LuaState, index: number): boolean;
      lua_isfunction(L: LuaState, index: number): boolean;
      lua_topointer(L: LuaState, index: number): unknown;
      lua_tointeger(L: LuaState, index: number): number;
      lua_tojsstring(L: LuaState, index: number): string;
      lua_type(L: LuaState, index: number): number;
      lua_toboolean(L: LuaState, index: number): boolean;
      lua_tonumber(L: LuaState, index: number): number;
      lua_tostring(L: LuaState, index: number): Uint8Array;
      lua_gettop(L: LuaState): number;
      lua_isnumber(L: LuaState, index: number): boolean;
      lua_next(L: LuaState, index: number): number;
      lua_pushnil(L: LuaState): void;
      lua_pushboolean(L: LuaState, value: boolean): void;
      lua_pushstring(L: LuaState, value: Uint8Array): void;
      lua_pushvalue(L: LuaState, index: number): void;
      lua_newtable(L: LuaState): void;
      lua_setfield(L: LuaState, index: number, key: Uint8Array): void;
      lua_setglobal(L: LuaState, name: Uint8Array): void;
      lua_pushjsfunction(L: LuaState, run: (L: LuaState) => number): void;
      lua_pushinteger(L: LuaState, value: number): void;
      lua_settop(L: LuaState, index: number): void;
      lua_sethook(L: LuaState, hook: (L: LuaState) => void, mask: number, count: number): void;
    };
    readonly lauxlib: {
      luaL_newstate(): LuaState;
      luaL_loadbuffer(L: LuaState, code: Uint8Array, size: number, name: Uint8Array): number;
      luaL_ref(L: LuaState, table: number): number;
      luaL_error(L: LuaState, message: Uint8Array): never;
      luaL_tolstring(L: LuaState, index: number): Uint8Array;
      luaL_traceback(L: LuaState, of: LuaState, message: Uint8Array, level: number): void;
    };
    readonly lualib: { luaL_openlibs(L: LuaState): void };
    to_luastring(text: string): Uint8Array;
  }

  const fengari: Fengari;
  export default fengari;
}
