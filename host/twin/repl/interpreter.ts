// SPDX-License-Identifier: Apache-2.0
// NodeMCU's interpreter: lines become chunks in a real Lua, "> " asks for a line and ">> " for the rest of a chunk. It has the
// functions of Lua and those given; nothing reaches the machine that it runs on.

import fengari from 'fengari';
import { Bridge, makeState, runaway } from '../program.ts';
import type { Callback } from '../nodemcu.ts';

const { lua, lauxlib, to_luastring } = fengari;

/** What of Lua would reach this process, or is not on a mote. */
const NOT_THERE = ['dofile', 'loadfile', 'io', 'os', 'package', 'require', 'debug', 'fengari'];

/** Lua that reads files by `open`, as NodeMCU's own functions do. */
const PRELUDE = `
local get, print_line = ...
loadfile = function(name)
  local text = get(name)
  if not text then return nil, 'cannot open ' .. name end
  return load(text, '@' .. name)
end
dofile = function(name)
  local chunk, why = loadfile(name)
  if not chunk then error(why, 0) end
  return chunk()
end
print = function(...)
  local parts = {}
  for i = 1, select('#', ...) do parts[i] = tostring((select(i, ...))) end
  print_line(table.concat(parts, '\\t'))
end
`;

export interface Surroundings {
  readonly globals: Readonly<Record<string, unknown>>;
  /** Content of a file. */
  read(name: string): string | undefined;
  /** Octets to the UART, line ends as LF. */
  write(text: string): void;
}

export class Interpreter {
  readonly #L = makeState();
  readonly #bridge = new Bridge(this.#L);
  readonly #around: Surroundings;
  #unfinished = '';

  constructor(around: Surroundings) {
    this.#around = around;
    const L = this.#L;
    runaway(L, this.#bridge);
    for (const name of NOT_THERE) {
      lua.lua_pushnil(L);
      lua.lua_setglobal(L, to_luastring(name));
    }
    for (const [name, value] of Object.entries(around.globals)) {
      this.#bridge.push(L, value);
      lua.lua_setglobal(L, to_luastring(name));
    }
    const prelude = this.#load(PRELUDE, '=prelude');
    if (typeof prelude === 'string') throw new Error(prelude);
    prelude(
      (name: unknown) => around.read(String(name)),
      (line: unknown) => around.write(`${String(line)}\n`),
    );
  }

  /** A line that was typed, without its end. */
  line(text: string): void {
    const chunk = this.#unfinished === '' ? text : `${this.#unfinished}\n${text}`;
    const asValue = this.#unfinished === '' ? this.#load(`return ${text}`, '=stdin') : '';
    const loaded = typeof asValue === 'string' ? this.#load(chunk, '=stdin') : asValue;
    this.#unfinished = '';
    if (typeof loaded !== 'string') {
      const result = this.#run(loaded, asValue === loaded);
      if (result !== undefined) this.#around.write(`${result}\n`);
    } else if (loaded.endsWith('<eof>')) {
      this.#unfinished = chunk;
    } else {
      this.#around.write(`Lua error: ${loaded}\n`);
    }
  }

  /** Writes the prompt. */
  prompt(): void {
    this.#around.write(this.#unfinished === '' ? '> ' : '>> ');
  }

  /** Runs a file, as at boot. @returns the error, or undefined. */
  runFile(name: string): string | undefined {
    const text = this.#around.read(name);
    if (text === undefined) return `cannot open ${name}`;
    const loaded = this.#load(text, `@${name}`);
    if (typeof loaded === 'string') return loaded;
    try {
      loaded();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** @returns a function of the program made of text, as `load` does. @throws its syntax error. */
  chunk(text: string, name: string): Callback {
    const loaded = this.#load(text, name);
    if (typeof loaded === 'string') throw new Error(loaded);
    return loaded;
  }

  /** A global of the program. */
  global(name: string): unknown {
    const loaded = this.#load(`return ${name}`, '=global');
    return typeof loaded === 'string' ? undefined : loaded();
  }

  #run(chunk: Callback, isValue: boolean): string | undefined {
    try {
      const result = chunk();
      return isValue && result !== undefined && typeof result !== 'object' ? String(result) : undefined;
    } catch (error) {
      return `Lua error: ${(error as Error).message.split('\n')[0]}`;
    }
  }

  /** @returns the chunk, or what is wrong with it. */
  #load(text: string, name: string): Callback | string {
    const L = this.#L;
    const code = Uint8Array.from(Buffer.from(text, 'latin1'));
    const status = lauxlib.luaL_loadbuffer(L, code, code.length, to_luastring(name));
    if (status !== lua.LUA_OK) {
      const why = lua.lua_tojsstring(L, -1);
      lua.lua_settop(L, 1);
      return why;
    }
    const chunk = this.#bridge.takeFunction(L, -1);
    lua.lua_settop(L, 1);
    return chunk;
  }
}
