// SPDX-License-Identifier: Apache-2.0
// An image of a board in a VM, with the API of its board as globals. The API is made of plain functions of this process, so
// it serves the VMs that live here: fengari for the Lua that is flashed, V8 for the chunk before its translation.

import fengari from 'fengari';
import type { LuaState } from 'fengari';
import { STEP_INSTRUCTIONS } from '../vm/mote-vm.ts';
import { Values } from './nodemcu.ts';
import type { Callback } from './nodemcu.ts';

const { lua, lauxlib, lualib, to_luastring } = fengari;

export interface Program {
  /** Runs the chunk: it asks the board for callbacks. */
  start(): void;
  /** AES blocks done since start. */
  blocks(): number;
}

const LUA_TNIL = 0;
const LUA_TBOOLEAN = 1;
const LUA_TNUMBER = 3;
const LUA_TSTRING = 4;
const LUA_TTABLE = 5;
const LUA_TFUNCTION = 6;
const STRIDE = 1_000_000;

/** @returns a state with Lua's own functions. */
export function makeState(): LuaState {
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(L);
  lua.lua_pushjsfunction(L, (state) => {
    lauxlib.luaL_traceback(state, state, to_luastring(lua.lua_tojsstring(state, 1)), 1);
    return 1;
  });
  return L;
}

/** Ends a callback that does not end by itself. */
export function runaway(L: LuaState, bridge: Bridge): void {
  lua.lua_sethook(
    L,
    () => {
      bridge.strides++;
      if (bridge.strides * STRIDE > STEP_INSTRUCTIONS) lauxlib.luaL_error(L, to_luastring('the callback does not end'));
    },
    lua.LUA_MASKCOUNT,
    STRIDE,
  );
}

/** Values between Lua and here: numbers, booleans, strings of octets, functions, tables of fields; an array is many values. */
export class Bridge {
  readonly #L: LuaState;
  /** Functions of the program, by their identity in Lua, and the objects that tables here were made from. */
  readonly #known = new Map<unknown, unknown>();
  strides = 0;
  /** What a function of the API threw: Lua carries its text alone. */
  thrown: unknown;

  constructor(L: LuaState) {
    this.#L = L;
  }

  push(L: LuaState, value: unknown): void {
    if (value === undefined || value === null) lua.lua_pushnil(L);
    else if (typeof value === 'number') lua.lua_pushinteger(L, value | 0);
    else if (typeof value === 'boolean') lua.lua_pushboolean(L, value);
    else if (typeof value === 'string') lua.lua_pushstring(L, Uint8Array.from(Buffer.from(value, 'latin1')));
    else if (typeof value === 'function') this.#pushFunction(L, value as Callback);
    else this.#pushTable(L, value as Record<string, unknown>);
  }

  #pushFunction(L: LuaState, run: Callback): void {
    lua.lua_pushjsfunction(L, (state) => {
      const args = Array.from({ length: lua.lua_gettop(state) }, (_, i) => this.read(state, i + 1));
      let result: unknown;
      try {
        result = run(...args);
      } catch (error) {
        this.thrown ??= error;
        lauxlib.luaL_error(state, to_luastring((error as Error).message.replaceAll('%', '%%')));
      }
      const results = Array.isArray(result) ? result : result === undefined ? [] : [result];
      for (const one of results) this.push(state, one);
      return results.length;
    });
  }

  #pushTable(L: LuaState, fields: Record<string, unknown>): void {
    lua.lua_newtable(L);
    this.#known.set(lua.lua_topointer(L, -1), fields);
    for (const [name, value] of Object.entries(fields)) {
      this.push(L, value);
      lua.lua_setfield(L, -2, to_luastring(name));
    }
  }

  read(L: LuaState, index: number): unknown {
    switch (lua.lua_type(L, index)) {
      case LUA_TNIL:
        return undefined;
      case LUA_TBOOLEAN:
        return lua.lua_toboolean(L, index);
      case LUA_TNUMBER:
        return lua.lua_tonumber(L, index);
      case LUA_TSTRING:
        return Buffer.from(lua.lua_tostring(L, index)).toString('latin1');
      case LUA_TFUNCTION:
        return this.#once(L, index, () => this.#function(L, index));
      case LUA_TTABLE:
        return this.#once(L, index, () => this.#fields(L, index));
      default:
        throw new Error(`expected a value that the API takes, got one of type ${lua.lua_type(L, index)}`);
    }
  }

  /** A function of the program that nobody else has. @returns one that calls it and throws its error. */
  takeFunction(L: LuaState, index: number): Callback {
    return this.#function(L, index);
  }

  #once(L: LuaState, index: number, make: () => unknown): unknown {
    const identity = lua.lua_topointer(L, index);
    const known = this.#known.get(identity);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(identity, made);
    return made;
  }

  #function(L: LuaState, index: number): Callback {
    lua.lua_pushvalue(L, index);
    const reference = lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX);
    return (...args) => {
      lua.lua_rawgeti(this.#L, lua.LUA_REGISTRYINDEX, reference);
      for (const arg of args) this.push(this.#L, arg);
      return this.call(args.length);
    };
  }

  #fields(L: LuaState, index: number): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    lua.lua_pushnil(L);
    const at = index > 0 ? index : index - 1;
    while (lua.lua_next(L, at) !== 0) {
      fields[lua.lua_tojsstring(L, -2)] = this.read(L, -1);
      lua.lua_settop(L, -2);
    }
    return fields;
  }

  /** Calls what lies below `args` arguments on the stack; the traceback function is at index 1. */
  call(args: number): unknown {
    const L = this.#L;
    this.strides = 0;
    this.thrown = undefined;
    if (lua.lua_pcall(L, args, 1, 1) !== lua.LUA_OK) {
      const said = new Error(lua.lua_tojsstring(L, -1));
      lua.lua_settop(L, 1);
      throw this.thrown === undefined ? said : Object.assign(this.thrown as Error, { cause: said });
    }
    const result = this.read(L, -1);
    lua.lua_settop(L, 1);
    return result;
  }
}

/** @param code Lua source. @param name for error messages. */
export function openLua(code: Uint8Array, name: string, globals: Readonly<Record<string, unknown>>): Program {
  const L = makeState();
  const bridge = new Bridge(L);
  runaway(L, bridge);
  for (const [global, value] of Object.entries(globals)) {
    bridge.push(L, value);
    lua.lua_setglobal(L, to_luastring(global));
  }
  let blocks: Callback = () => 0;
  return {
    start() {
      if (lauxlib.luaL_loadbuffer(L, code, code.length, to_luastring(`@${name}`)) !== lua.LUA_OK)
        throw new Error(lua.lua_tojsstring(L, -1));
      const exports = bridge.call(0) as Record<string, unknown>;
      if (typeof exports?.blocks !== 'function') throw new Error(`expected ${name} to return blocks(), got none`);
      blocks = exports.blocks as Callback;
    },
    blocks: () => blocks() as number,
  };
}

/** What the drivers use of Lua's own `string`, for strings of octets. */
const STRING = {
  char: (...octets: number[]) => String.fromCharCode(...octets),
  byte: (text: string, at: number) => text.charCodeAt(at - 1),
  len: (text: string) => text.length,
  rep: (text: string, times: number) => text.repeat(times),
  format: (format: string, ...values: (number | Values)[]) =>
    values.flat().reduce<string>((text, value) => text.replace('%d', String(value)), format),
};

/** @param code JavaScript of the image, a function body that fills `exports`. */
export function openV8Program(code: string, name: string, globals: Readonly<Record<string, unknown>>): Program {
  const exports: Record<string, unknown> = {};
  const first = (value: unknown): unknown => (Array.isArray(value) && !(value instanceof Values) ? value[0] : value);
  const bare = (value: unknown): unknown => {
    if (typeof value === 'function') return (...args: unknown[]) => bare(first((value as Callback)(...args)));
    if (typeof value !== 'object' || value === null || value instanceof Values) return value;
    return Object.fromEntries(Object.entries(value).map(([field, part]) => [field, bare(part)]));
  };
  const api = { string: STRING, ...globals };
  const names = Object.keys(api);
  return {
    start() {
      const run = new Function('exports', ...names, `${code}\n//# sourceURL=${name}`);
      run(exports, ...Object.values(api).map(bare));
      if (typeof exports.blocks !== 'function') throw new Error(`expected ${name} to export blocks(), got none`);
    },
    blocks: () => (exports.blocks === undefined ? 0 : ((exports.blocks as Callback)() as number)),
  };
}
