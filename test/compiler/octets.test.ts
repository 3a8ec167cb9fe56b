// SPDX-License-Identifier: Apache-2.0
// Octets out of words and back, in whatever way is cheapest in a Lua.
import { describe, expect, it } from 'vitest';
import { compile, dialect, EXTREMES } from './expect-lua.ts';

const OCTETS = [0, 1, 0x7f, 0x80, 0xff];

dialect('export function run(a: number, b: number): number { return pack(a, b, 7, a); }')
  .callingPairs(OCTETS)
  .agrees('pack');

dialect('export function run(a: number, b: number): number { return pack(a, 1, b, 0) ^ ~pack(0, b, a, b) ^ 5; }')
  .callingPairs(OCTETS)
  .agrees('pack as an operand');

dialect(`
  const t = makeBytes(4);
  export function run(a: number, b: number): number {
    t[0] = a;
    t[1] = b;
    const word = pack(t[1], t[0], t[1], t[2]);
    return (word >>> 8) + div(pack(0, t[0], 3, 4), 5);
  }`)
  .callingPairs(OCTETS)
  .agrees('pack kept in a local');

/** Every field of a word that is cut up, with names that change between one use and the next. */
dialect(`
  let top = 0;
  function change(): number { top = top + 0x01020304 | 0; return 1; }
  export function run(a: number, b: number): number {
    let x = a ^ b;
    let sum = ((x >>> 24) & 255) + ((x >>> 16) & 255) * 3 + ((x >>> 8) & 255) * 5 + (x & 255) * 7;
    x = b;
    sum += (x & 255) + ((x >>> 8) & 255) * 11;
    if (x > 5) {
      x = a;
      sum += ((x >>> 16) & 255) + ((x >>> 8) & 255) * 13;
    }
    for (let i = 0; i < 3; i++) {
      sum += ((x >>> 16) & 255) + ((x >>> 12) & 15) * 17 + ((x >>> 4) & 0xfffff);
      x = (x + i) | 0;
    }
    top = b;
    sum += (top & 255) + ((top >>> 8) & 255) * change() + ((top >>> 8) & 255) * 3 + ((top >>> 16) & 255);
    return sum + ((x >>> 24) & 15) * 19 + ((x >>> 30) & 3) + ((x >>> 31) & 1) + ((x >>> 2) & 0x3fffffff);
  }`)
  .callingPairs(EXTREMES)
  .agrees('bit fields');

dialect(`
  export function run(a: number, b: number): number {
    return (a >>> 2) ^ (b >>> 30) ^ (a >> 5) ^ (b << 7) ^ ((a ^ b) << 30) ^ (b >> 30) ^ ((a >>> 3) & 0x1fffff);
  }`)
  .callingPairs(EXTREMES)
  .agrees('shifts by constants');

dialect(`
  const t = makeWords(2);
  export function run(a: number, b: number): number {
    t[0] = tableWord(a, b, 1, a);
    t[1] = tableWord(b, 0, a, b);
    let x = t[0];
    const sum = turned(x, 8) ^ t[1] ^ turned(x, 24) ^ (t[0] & 255);
    x = t[1];
    return sum ^ turned(x, 16) ^ turned(x, 2) ^ turned(x, 30);
  }`)
  .callingPairs(OCTETS)
  .agrees('words of a table, turned');

dialect(`
  const s = flashBytes('${Array.from({ length: 256 }, (_, i) => (i ^ 0x5a).toString(16).padStart(2, '0')).join('')}');
  export function run(a: number, b: number): number { return flashAt(s, a ^ b) * 256 + flashAt(s, a >>> 8); }`)
  .callingPairs([...OCTETS, ...EXTREMES])
  .agrees('octets in a string');

describe('octets in a string', () => {
  it.each([
    ["flashBytes('00')", 'flashBytes of this'],
    ["flashBytes('" + 'g'.repeat(512) + "')", 'flashBytes of this'],
  ])('are refused as %s', async (value, message) => {
    const source = `const s = ${value}; export function run(a: number): number { return flashAt(s, a); }`;
    await expect(compile(source, 'lua53')).rejects.toThrow(message);
  });

  it.each([
    ['return turned(a, 8);', 'turned alone'],
    ['return a ^ turned(a, 1);', 'turned'],
    ['return a ^ turned(a + 1, 8);', 'turned'],
    ['return pack(1, 2, 3 as never);', 'pack with 3 arguments'],
  ])('%s is refused', async (body, message) => {
    await expect(compile(`export function run(a: number): number { ${body} }`, 'lua51')).rejects.toThrow(message);
  });
});

describe('octets on Lua 5.1', () => {
  const CUT =
    'const x = a ^ b; t[0] = x & 255; t[1] = (x >>> 8) & 255; t[2] = (x >>> 16) & 255; t[3] = (x >>> 24) & 255;';
  const program = (body: string): string =>
    `const t = makeBytes(4); export function run(a: number, b: number): number { ${body} return t[0]; }`;

  it('are cut out by remainders that neighbours share', async () => {
    const { lua } = await compile(program(CUT), 'lua51');
    expect(lua).not.toMatch(/rshift|band/);
    expect(lua.match(/%/g)?.length).toBe(4); // of 256, 65536 and 2^24, and one for the sign
  });

  it('are left to `bit` where there is one alone, since a remainder costs more there', async () => {
    const { lua } = await compile(program('t[0] = (a >>> 16) & 255;'), 'lua51');
    expect(lua).toContain('rshift(a, 16) % 256');
  });

  it('take divisions on integer builds', async () => {
    const { lua } = await compile(program(CUT), 'lua51i');
    expect(lua).not.toMatch(/rshift|band/);
    expect(lua).toContain('x / 65536 % 256');
  });

  it('take no more locals than there are', async () => {
    const names = Array.from({ length: 47 }, (_, i) => `const n${i} = a + ${i};`).join(' ');
    const sum = Array.from({ length: 47 }, (_, i) => `n${i}`).join(' + ');
    const { lua } = await compile(program(`${names} ${CUT} t[0] = (${sum}) & 255;`), 'lua51');
    expect(lua.match(/% 65536/g)?.length).toBe(2);
  });
});
