// SPDX-License-Identifier: Apache-2.0
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { imageSize, size } from '../../../compiler/gates/size.ts';
import { image } from './sample.ts';

const lua = `local t = {[0] = 0, 5, 70000, true}\nlocal function f(x, y) return t[x] + y + ${'t[1] * '.repeat(300)} 3 end\nreturn {f = f, ["${'n'.repeat(300)}"] = "${'s'.repeat(40)}"}`;

describe('the size gate', () => {
  it('compares octets of stripped bytecode with the budget', () => {
    const octets = imageSize(image(lua, 'lua53'));
    expect(size(image(lua, 'lua53', { budget: octets }))).toEqual([]);
    expect(size(image(lua, 'lua53', { budget: octets - 7 }))).toEqual([
      `sample: ${octets} octets of bytecode, 7 more than the budget of ${octets - 7} (imageBytes)`,
    ]);
    expect(size(image(lua, 'lua53'))).toEqual([]);
  });

  it('counts what Lua 5.3 itself writes', () => {
    const { lua: api, lauxlib, to_luastring } = createRequire(import.meta.url)('fengari');
    const L = lauxlib.luaL_newstate();
    const code = to_luastring(lua);
    lauxlib.luaL_loadbuffer(L, code, code.length, to_luastring('=x'));
    let octets = 0;
    api.lua_dump(L, (_: unknown, _piece: unknown, count: number) => ((octets += count), 0), null, true);
    expect(imageSize(image(lua, 'lua53'))).toBe(octets);
  });

  it('counts four octets less a number on integer builds of 5.1', () => {
    // Numbers of the sample: 0, 5, 70000 at initialisation; 1 and 3 in f.
    expect(imageSize(image(lua, 'lua51')) - imageSize(image(lua, 'lua51i'))).toBe(4 * 5);
  });
});
