// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { activeLocals } from '../../compiler/gates/limits.ts';
import { openImage } from '../../compiler/gates/index.ts';
import { PROFILES } from '../../compiler/profiles.ts';
import { compile, dialect } from './expect-lua.ts';

dialect(`
  const early = makeBytes(3);
  early[1] = 7;
  let counter = first(4);
  const copy = counter + 1;
  const late = makeWords(2);
  late[1] = early[1] + copy;
  let flag = false;
  let unset: number;
  function first(x: number): number { early[2] = x; return x * 2; }
  if (counter > 7) { flag = true; }
  for (let i = 0; i < 3; i++) { const k = i * 2; early[0] += k; }
  unset = early[0];
  export function run(): number { counter++; return counter * 1000 + copy * 100 + late[1] * 10 + unset + (flag ? 5 : 0); }`)
  .calling([], [])
  .agrees('module initialisation runs in the order of the source');

/** More names than a 5.1 function has locals: a third functions, the others variables, and loops at initialisation. */
const many = `
  ${Array.from({ length: 70 }, (_, i) => `let v${i} = ${i};\nconst m${i} = makeWords(${i + 1});`).join('\n')}
  ${Array.from({ length: 70 }, (_, i) => `export function f${i}(x: number): number { v${i} += x; m${i}[${i}] += v${i}; v${i} -= m${i}[0]; return ${i < 69 ? `f${i + 1}(x + 1)` : 'x'}; }`).join('\n')}
  for (let i = 0; i < 2; i++) { const a = i; const b = a + 1; for (let j = 0; j < 2; j++) v0 += b; }
  export function run(x: number): number {
    let sum = f0(x);
    for (let i = 0; i < 9; i++) { v69 += i; m3[1] += v69; sum += m3[1]; }
    ${Array.from({ length: 70 }, (_, i) => `sum = (sum + v${i} + m${i}[${i}]) | 0;`).join('\n')}
    return sum;
  }`;
dialect(many).calling([1], [2], [-5]).agrees('210 top-level names');

describe('top-level names', () => {
  it('that have no room become slots of one array, on 5.1 and 5.3', async () => {
    for (const profile of [PROFILES.lua51, PROFILES.lua53]) {
      const { lua } = await compile(many, profile.name);
      const [main] = openImage('many', lua, undefined, profile).functions;
      expect(activeLocals(main!)).toBeLessThanOrEqual(profile.maxLocals);
      expect(lua).toMatch(/^(local \w+ = bit\.\w+\n)*local S = \{/);
    }
  });

  it('stay locals where they are used most', async () => {
    const { lua } = await compile(many, 'lua51');
    expect(lua).toMatch(/m3\[1\] = m3\[1\] \+ v69/);
  });

  it('are not spilled where there is room', async () => {
    const { lua } = await compile(
      'export const t = makeBytes(4); export function run(): number { return t[3]; }',
      'lua51',
    );
    expect(lua).toBe(
      'local t = {[0] = 0, 0, 0, 0}\nlocal function run()\n    return t[3]\nend\nreturn {run = run, t = t}\n',
    );
  });
});

describe('memory', () => {
  it('is a table constructor of the size wanted, entry 0 first', async () => {
    const { lua } = await compile(
      'const N = 3; export const one = makeBytes(1); export const more = makeWords(N * 2);',
      'lua53',
    );
    expect(lua).toBe('local one = {[0] = 0}\nlocal more = {[0] = 0, 0, 0, 0, 0, 0}\nreturn {more = more, one = one}\n');
  });

  it('that nobody uses is left out', async () => {
    const { lua } = await compile('const unused = makeBytes(100); export const LIMIT = 3;', 'lua53');
    expect(lua).toBe('return {LIMIT = 3}\n');
  });
});
