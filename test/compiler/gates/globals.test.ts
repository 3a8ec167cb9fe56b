// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { globals } from '../../../compiler/gates/globals.ts';
import { image, PROFILES_OF_EACH_VERSION } from './sample.ts';

describe('the globals gate', () => {
  for (const profile of PROFILES_OF_EACH_VERSION) {
    it(`finds reads and writes on ${profile}`, () => {
      const lua = 'local function f()\n  total = other\nend\nreturn f';
      const found = globals(image(lua, profile));
      expect(found).toHaveLength(2);
      expect(found.join()).toMatch(/sample\.lua:2: reads the global other; allowed here: /);
      expect(found.join()).toMatch(/sample\.lua:2: writes the global total; expected locals only/);
    });

    it(`passes locals, upvalues and the modules of the board on ${profile}`, () => {
      const lua = 'local a = 1\nlocal function f(b) a = b; spi.send(1, a) end\nreturn f';
      expect(globals(image(lua, profile, { globals: ['spi'] }))).toEqual([]);
      expect(globals(image(lua, profile))).toHaveLength(1);
    });
  }

  it('names a global whose name is beyond the constants that an instruction reaches', () => {
    const numbers = Array.from({ length: 300 }, (_, i) => `t[${i}.5] = 0`).join(' ');
    const found = globals(image(`local t = {} ${numbers} t[1] = other.field`, 'lua53'));
    expect(found.join()).toMatch(/reads the global other;/);
    expect(found).toHaveLength(1);
  });

  it('lets 5.1 have its bit module, which 5.3 does not need', () => {
    const lua = 'local bxor = bit.bxor\nreturn bxor';
    expect(globals(image(lua, 'lua51'))).toEqual([]);
    expect(globals(image(lua, 'lua53'))).toHaveLength(1);
  });
});
