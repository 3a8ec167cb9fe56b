// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compile, dialect } from './expect-lua.ts';

dialect(`
  const t = makeWords(4);
  let calls = 0;
  function next(): number { calls++; return calls & 3; }
  export function run(a: number, b: number): number {
    t[0] = a;
    t[1] = b;
    t[0] += 5;
    t[b & 1] -= 3;
    t[next()] = next();
    t[1] *= 2;
    t[0] |= 0;
    t[1] ^= a;
    t[2] <<= 3;
    t[3] >>= 1;
    t[0] >>>= 2;
    t[0] %= 7;
    t[1] &= 0xffff;
    t[2]++;
    t[3]--;
    let sum = next();
    sum += t[next() & 3] & 255;
    sum = (sum + t[0] + t[1] + t[2] + t[3]) | 0;
    return sum ^ calls;
  }`)
  .calling([1, 2], [-77, 31], [0x7fffffff, -1], [0, 0])
  .agrees('assignments');

dialect(`
  export function run(a: number, b: number): number {
    let kind = 0;
    if (a < b) { kind = 1; } else if (a === b) kind = 2; else if (b > 5) { const inner = b * 2; kind = inner; } else { kind = 4; }
    { let kind = 9; kind++; if (kind === 11) return kind; }
    if (a > 3 && !(b > 3)) return kind;
    if (a !== 3) { if (b === 4) { return -kind; } }
    return kind + 100;
  }`)
  .callingPairs([0, 3, 4, 7, 9])
  .agrees('branches');

dialect(`
  const end = 3;
  function local(nil: number): number { const repeat$ = nil + end; let then = repeat$; then += 1; return then; }
  function until(not: number, elseif: number): number { return not - elseif; }
  export function run(and: number, or: number): number { const bxor = until(and, or); return local(bxor ^ and) + bxor; }`)
  .callingPairs([1, 5, -9])
  .agrees('names that mean something in Lua');

dialect(`
  let handler: (x: number) => number = twice;
  let count = 0;
  function twice(x: number): number { return x * 2; }
  function thrice(x: number): number { count++; return x * 3; }
  function apply(f: (x: number) => number, x: number): number { return f(x); }
  export function run(a: number): number {
    const before = handler(a);
    handler = a > 3 ? thrice : twice;
    return before * 100 + apply(handler, a) * 10 + count + (handler === thrice ? 1 : 0);
  }`)
  .calling([1], [5], [2], [7])
  .agrees('function values');

dialect(`
  function isEven(n: number): boolean { return n === 0 || isOdd(n - 1); }
  function isOdd(n: number): boolean { return n !== 0 && isEven(n - 1); }
  function factorial(n: number): number { if (n < 2) return 1; return n * factorial(n - 1); }
  export function run(n: number): number { return (isEven(n) ? 1000 : 0) + factorial(n); }`)
  .calling([0], [1], [6], [7])
  .agrees('recursion');

describe('branches on constants', () => {
  it('leave only the side taken', async () => {
    const source = `
      const DEBUG = false;
      let seen = 0;
      export function run(a: number): number {
        if (DEBUG) seen = a; else if (a > 1) return seen;
        if (!DEBUG && a < 0) seen++;
        while (DEBUG) seen--;
        return a;
      }`;
    const { lua } = await compile(source, 'lua53');
    expect(lua).not.toMatch(/false|seen = a/);
  });
});
