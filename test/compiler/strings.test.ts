// SPDX-License-Identifier: Apache-2.0
// Strings of octets (crypto-core/strings.ts) mean on V8 what they mean in each Lua.
import { expect, it } from 'vitest';
import { compileLua } from '../../compiler/compile-lua.ts';
import { describeOn, runLua, VMS, type Profile } from '../tools.ts';

/** The module that may use them, as if it were this. */
const entry = 'crypto-core/native/nodemcu.ts';
const source = `import { attempt, charAt, chars, joined, part, putChars, textOf } from '../strings.ts';
import { makeBytes } from '../tables.ts';
const t = makeBytes(24);
const state = makeBytes(2);
for (let i = 0; i < 16; i++) t[i] = 240 + i;
function fails(): void { state[0] = 1; state[0] = charAt(crypto.none(t), 0); }
function works(): void { state[1] = 1; }
attempt(fails);
attempt(works);
export function run(from: number, count: number): string {
  const text = joined(textOf(t, from + 1, count), '\\0"\\\\', chars(1, 0, 255), textOf(t, 0, 0));
  putChars(t, 16, textOf(t, 0, 16), from);
  return joined(text, part(text, from, 2), chars(charAt(text, from), state[0], state[1], t[16], t[23]));
}`;

for (const profile of Object.keys(VMS) as Profile[]) {
  describeOn(profile, 'strings', (vm) => {
    it('mean the same', async () => {
      const { lua, js } = await compileLua({ entry, source, profile, globals: ['crypto'] });
      const script = `crypto = {} local m = (function() ${lua} end)()
        for _, at in ipairs({ 0, 3, 7 }) do print((m.run(at, 5):gsub('[%z\\1-\\255]', function(c) return c:byte() .. ' ' end))) end`;
      const exports = {} as { run(from: number, count: number): string };
      new Function('exports', 'crypto', js)(exports, {});
      const expected = [0, 3, 7].map((at) => [...exports.run(at, 5)].map((c) => `${c.charCodeAt(0)} `).join(''));
      expect(expected[0]).toBe('241 242 243 244 245 0 34 92 1 0 255 241 242 241 1 1 240 247 ');
      expect(runLua(vm, { script })).toBe(expected.map((line) => `${line}\n`).join(''));
    });
  });
}
