// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compile, dialect, EXTREMES } from './expect-lua.ts';

const run = (body: string): string => `export function run(a: number, b: number): number { ${body} }`;
const both = (expression: string): void => {
  dialect(run(`return ${expression};`))
    .callingPairs(EXTREMES)
    .agrees(expression);
};

describe('bit operators', () => {
  both('a & b');
  both('a | b');
  both('a ^ b');
  both('~a ^ b');
  both('a ^ b ^ 0x5a5a5a5a ^ (a & b) ^ 0xffffffff');
  both('(a << 8) ^ (b >>> 24)');
  both('(a << 31) | (b >>> 1)');
  both('a >>> 31');
  both('(a >> 1) ^ (b >> 31)');
  both('(a >>> 24) & 255');
  both('(a >>> 8) & 0xffff');
  both('(a >>> 4) & 0x7fffffff & b');
  both('a & 0x7fffffff');
  both('(a & 0x80000000) | (b & 0x7fff)');
  both('(a & -256) | (b & 255)');
  both('a & 255 & b & 0xf0');
  both('(a << (b & 31)) ^ (a >> (b & 31))');
  both('(a >> 0) ^ (b << 0)');
});

describe('arithmetic', () => {
  both('(a + b) | 0');
  both('(a - b) | 0');
  both('(a + b) ^ (a - b)');
  both('((a + b) & 0xffff) + ((a - b) >>> 16)');
  both('((a + b) | 0) >> 7');
  both('(-a | 0) ^ ~b');
  both('(a & 0xffff) * (b & 0x7fff)');
  both('(a & 0x7fffffff) % ((b & 0xff) + 1)');
  both('div(a & 0x7fffffff, (b & 0xff) + 1)');
  both('div(a & 0x7fffffff, 3) - div(b & 0xffff, 256)');
  both('-(-(a & 15)) - -3');
  both('(a ^ b) | 0');
});

describe('choices', () => {
  both('a < b ? a : b');
  both('a === b ? 0 : a !== 0 && b !== 0 ? 1 : 2');
  both('!(a <= b) || a === 7 ? a & 3 : (b & 3) - 4');
  dialect('export function run(a: number, b: number): boolean { return a > b && (a !== 1 || !(b >= 0)); }')
    .callingPairs(EXTREMES)
    .agrees('booleans as values');
});

describe('constants', () => {
  dialect(`
    const WIDTH = 1 << 4;
    const MASK = WIDTH * 2 - 1;
    const LOWEST = -0x80000000;
    const POLYNOMIAL = 0xedb88320;
    const DEBUG = MASK > 30 && !(WIDTH === 3);
    export function run(a: number, b: number): number {
      const local = MASK ^ POLYNOMIAL;
      if (DEBUG) return (a & MASK) + (b ^ LOWEST ^ local);
      return DEBUG ? 1 : 2;
    }`)
    .callingPairs(EXTREMES)
    .agrees('constants of modules and functions');

  it('leave nothing behind and are inlined exactly', async () => {
    const { lua } = await compile(
      'const A = 0x80000000 | 0;\nconst B = A ^ 1;\nexport function run(): number { return B; }',
      'lua51i',
    );
    expect(lua).toBe('local function run()\n    return -2147483647\nend\nreturn {run = run}\n');
  });
});

describe('the Lua of bit operators', () => {
  const lines = async (profile: 'lua53' | 'lua53w' | 'lua51' | 'lua51i', expression: string): Promise<string> => {
    const { lua } = await compile(run(`return ${expression};`), profile);
    return /return (.*)\n/.exec(lua)![1]!;
  };

  it('is native on 5.3', async () => {
    expect(await lines('lua53', 'a ^ b & 3')).toBe('a ~ b & 3');
    expect(await lines('lua53', '(a >>> 24) & 255')).toBe('a >> 24');
    expect(await lines('lua53', '(a + b) | 0')).toBe('a + b');
    expect(await lines('lua53', 'a >> 3')).toBe('a // 8');
  });

  it('comes back to 32 bits where integers have 64', async () => {
    expect(await lines('lua53w', '(a >>> 24) & 255')).toBe('a >> 24 & 255');
    expect(await lines('lua53w', 'a >>> 1')).toBe('(a & 0xffffffff) >> 1');
    expect(await lines('lua53w', '(a + b) | 0')).toBe('(a + b & 0xffffffff ~ 0x80000000) - 0x80000000');
    expect(await lines('lua53w', '((a << 8) ^ b) & 0xffff')).toBe('(a << 8 ~ b) & 65535');
  });

  it('takes all operands in one call on 5.1, and no call for a mask', async () => {
    expect(await lines('lua51', 'a ^ b ^ (a << 1) ^ 5')).toBe('bxor(a, b, lshift(a, 1), 5)');
    expect(await lines('lua51', 'a & 255')).toBe('a % 256');
    expect(await lines('lua51', '((a + b) | 0) & 255')).toBe('(a + b) % 256');
    expect(await lines('lua51', '(a >>> 24) & 255')).toBe('rshift(a, 24)');
    expect(await lines('lua51', '(a + b) | 0')).toBe('bor(a + b, 0)');
    expect(await lines('lua51i', '(a + b) | 0')).toBe('a + b');
    expect(await lines('lua51', 'a & 0x7fffffff')).toBe('band(a, 2147483647)');
    expect(await lines('lua51', 'div(a, b)')).toBe('(a - a % b) / b');
    expect(await lines('lua51', 'div(a + b, 3)')).toBe('floor((a + b) / 3)');
    expect(await lines('lua51i', 'div(a, b)')).toBe('a / b');
  });
});
