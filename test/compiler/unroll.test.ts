// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compile, dialect } from './expect-lua.ts';

dialect(`
  const t = makeWords(9);
  export function run(a: number, b: number): number {
    let sum = a;
    for (let i = 1; i < unrolled(8); i += 3) {
      const doubled = 2 * i; // a constant in each turn, another one in the next
      t[i] = (sum + doubled) | 0;
      if (i === 4) t[0] = b;
      else sum = (sum ^ t[i]) + (i > 4 ? b : 1);
    }
    for (let i = 0; i < unrolled(9); i++) sum = (sum * 3 + t[i]) % 10007;
    return sum;
  }`)
  .callingPairs([0, 1, 5, 1000])
  .agrees('a loop written out');

/** Fibonacci's state goes to and fro; an odd and an even number of turns, and none. */
dialect(`
  export function run(n: number): number {
    let a = n;
    let b = 1;
    for (let i = 0; i < unrolled(7); i++) {
      const p = (b * 2 + i) % 997;
      const q = (a + b + p) % 991;
      a = p;
      b = q;
    }
    let c = a;
    for (let i = 0; i < unrolled(4); i++) {
      const a = (c * 7 + b + i) % 499;
      c = a;
    }
    for (let i = 9; i < unrolled(9); i++) c = 0;
    return a * 1000000 + b * 1000 + c;
  }`)
  .calling([0], [1], [2], [3], [990])
  .agrees('a loop whose state goes to and fro');

describe('a loop written out', () => {
  it('copies nothing in pairs of turns', async () => {
    const source = `export function run(n: number): number {
      let a = n;
      for (let i = 0; i < unrolled(4); i++) {
        const p = a * 3 + i;
        a = p;
      }
      return a;
    }`;
    const { lua } = await compile(source, 'lua53');
    expect(lua).not.toContain('a = p\n');
    expect(lua.match(/local p/g)?.length).toBe(2);
  });

  it.each([
    ['a bound that varies', 'for (let i = 0; i < unrolled(n); i++) s += i;'],
    ['a counter that is assigned', 'for (let i = 0; i < unrolled(4); i++) { s += i; i++; }'],
    ['break', 'for (let i = 0; i < unrolled(4); i++) { if (s > 3) break; s += i; }'],
    ['another direction', 'for (let i = 4; i > unrolled(0); i--) s += i;'],
    ['too many turns', 'for (let i = 0; i < unrolled(65); i++) s += i;'],
    ['no loop at all', 's = unrolled(n);'],
  ])('is refused with %s', async (_, body) => {
    const source = `export function run(n: number): number { let s = 0; ${body} return s; }`;
    await expect(compile(source, 'lua53')).rejects.toThrow('unrolled here');
  });
});
