// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { allocation } from '../../../compiler/gates/allocation.ts';
import { image, PROFILES_OF_EACH_VERSION } from './sample.ts';

/** Bodies of a function, and the opcode each is refused for. */
const BAD: Record<string, string> = {
  'local t = {}': 'NEWTABLE',
  'local t = {1, 2, 3}': 'NEWTABLE',
  'local f = function() return x end': 'CLOSURE',
  "local s = x .. 'a'": 'CONCAT',
  'local y = ...': 'VARARG',
};

describe('the allocation gate', () => {
  for (const profile of PROFILES_OF_EACH_VERSION) {
    for (const [body, opcode] of Object.entries(BAD)) {
      it(`finds ${body} in a function on ${profile}`, () => {
        const lua = `local function f(x, ...)\n  ${body}\nend\nreturn f`;
        expect(allocation(image(lua, profile))).toContain(
          `sample.lua:2: allocates (${opcode}); only module initialisation may`,
        );
      });

      it(`passes ${body} at initialisation on ${profile}`, () => {
        expect(allocation(image(`local x = 'a'\n${body}\nlocal function g(y) return y end return g`, profile))).toEqual(
          [],
        );
      });
    }

    it(`finds what a function in a function allocates on ${profile}`, () => {
      const lua = 'local function f()\n  return function()\n    return {}\n  end\nend\nreturn f';
      expect(allocation(image(lua, profile))).toHaveLength(2);
    });

    it(`passes arithmetic, calls and tables that exist on ${profile}`, () => {
      const lua =
        'local t = {[0] = 0, 0}\nlocal function f(x) for i = 0, 1 do t[i] = x + i end return f(x - 1) end\nreturn f';
      expect(allocation(image(lua, profile))).toEqual([]);
    });
  }
});
