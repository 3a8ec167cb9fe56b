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
      luaL_traceback(L: LuaState, of: LuaState, message: Uint8Array, level: number): void;
    };
    readonly lualib: { luaL_openlibs(L: LuaState): void };
    to_luastring(text: string): Uint8Array;
  }

  const fengari: Fengari;
  export default fengari;
}
