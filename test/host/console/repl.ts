// SPDX-License-Identifier: Apache-2.0
// NodeMCU's interactive Lua on a line, as far as `kemp doctor` talks to it: shows what is typed, answers, and gives a prompt.
import fengari from 'fengari';
import type { Line } from '../../../host/serial/line.ts';

const { lua, lauxlib, lualib, to_luastring } = fengari;

/** @param setup Lua that runs first: the modules of a firmware. */
export function serveRepl(line: Line, setup: string): void {
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(L);
  const say = (text: string): void => line.write(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'));
  const run = (code: string): void => {
    const source = Buffer.from(code, 'latin1');
    const failed =
      lauxlib.luaL_loadbuffer(L, source, source.length, to_luastring('=stdin')) !== lua.LUA_OK ||
      lua.lua_pcall(L, 0, 0, 0) !== lua.LUA_OK;
    if (failed) say(`${lua.lua_tojsstring(L, -1)}\n`);
    lua.lua_settop(L, 0);
  };
  lua.lua_pushjsfunction(L, (state) => {
    const values: string[] = [];
    for (let i = 1; i <= lua.lua_gettop(state); i++) {
      lauxlib.luaL_tolstring(state, i);
      values.push(lua.lua_tojsstring(state, -1));
      lua.lua_settop(state, -2);
    }
    say(`${values.join('\t')}\n`);
    return 0;
  });
  lua.lua_setglobal(L, to_luastring('print'));
  run(setup);
  let typed = '';
  line.onData((octets) => {
    for (const octet of octets) {
      if (octet !== 10) {
        typed += String.fromCharCode(octet);
        continue;
      }
      say(`${typed}\n`);
      run(typed);
      typed = '';
      say('> ');
    }
  });
}
