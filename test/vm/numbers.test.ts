// SPDX-License-Identifier: Apache-2.0
// The machines compute as NodeMCU does: 5.1 with double, 5.1 with integers, 5.3 with 32-bit integers and floats.
// fengari, which stands in for the last where there is no compiler, agrees on everything but floats, which it keeps as double.
import { expect, it } from 'vitest';
import { describeWith, runLua } from '../tools.ts';

const MACHINES = ['lua51f', 'lua51i', 'lua53i', 'fengari'] as const;

/** What `print` shows for an expression, or the error it raises; undefined where the question makes no sense. */
type Row = [expression: string, ...shown: (string | RegExp | undefined)[]];

const NOT_INTEGER = /number has no integer representation/;

const ROWS: Row[] = [
  ['bit.lshift(1, 31)', '-2147483648', '-2147483648', '-2147483648', undefined],
  ['bit.lshift(1, 32)', '1', '1', '1', undefined],
  ['bit.lshift(1, 33)', '2', '2', '2', undefined],
  ['bit.rshift(-1, 1)', '2147483647', '2147483647', '2147483647', undefined],
  ['bit.rshift(-1, 0)', '-1', '-1', '-1', undefined],
  ['bit.arshift(-8, 1)', '-4', '-4', '-4', undefined],
  ['bit.bnot(0xffffffff)', '0', '0', '0', undefined],
  ['bit.band(0xffffffff, 0xffffffff)', '-1', '-1', '-1', undefined],
  ['bit.bxor(0x7fffffff, 0xffffffff, 5)', '-2147483643', '-2147483643', '-2147483643', undefined],
  ['bit.bor(2^32 + 5, 0)', '5', '5', NOT_INTEGER, undefined],
  ['bit.bor(3.7, 0)', '3', /malformed number/, NOT_INTEGER, undefined],
  ['bit.bor(-3.7, 0)', '-3', /malformed number/, NOT_INTEGER, undefined],
  ['bit.tobit', 'nil', 'nil', 'nil', undefined],
  ['0xffffffff', '4294967295', '-1', '-1', '-1'],
  ['4294967295', '4294967295', '2147483647', '4.294967e+09', '4294967295.0'],
  ['2147483648', '2147483648', '2147483647', '2.147484e+09', '2147483648.0'],
  ['0x7fffffff + 1', '2147483648', '-2147483648', '-2147483648', '-2147483648'],
  ['65536 * 65536', '4294967296', '0', '0', '0'],
  ['7 / 2', '3.5', '3', '3.5', '3.5'],
  ['-7 / 2', '-3.5', '-4', '-3.5', '-3.5'],
  ['-7 % 3', '2', '2', '2', '2'],
  ['7 % -3', '-2', '-2', '-2', '-2'],
  ['16777217 / 1 == 16777216', 'false', 'false', 'true', 'false'],
  ['2 ^ 10', '1024', '1024', '1024.0', '1024.0'],
  ['2 ^ -1', '0.5', '0', '0.5', '0.5'],
  ['(-2147483647 - 1) / -1', '2147483648', '-2147483648', '2.147484e+09', '2147483648.0'],
  ['(function(a, b) return a / b end)(1, 0)', 'inf', /: divide by zero/, 'inf', 'Infinity'],
  ['(function(a, b) return a % b end)(1, 0)', /^-?nan$/, /: modulo by zero/, /'n%+0'/, /'n%+0'/],
];

MACHINES.forEach((vm, column) => {
  describeWith(vm, `numbers of ${vm}`, () => {
    for (const [expression, ...shown] of ROWS) {
      const expected = shown[column];
      if (expected === undefined) continue;
      it(`${expression} is ${expected}`, () => {
        let outcome: string;
        try {
          outcome = runLua(vm, { script: `print(${expression})` }).trim();
        } catch (error) {
          outcome = (error as Error).message;
        }
        if (expected instanceof RegExp) expect(outcome).toMatch(expected);
        else expect(outcome).toBe(expected);
      });
    }
  });
});

describeWith(['lua53i', 'fengari'], 'operators of 5.3', () => {
  it('are those of 32-bit words on both machines', () => {
    const script = `
      local words = {0, 1, 2, 31, 32, 33, 255, 65535, 65536, 16777216, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff}
      for _, a in ipairs(words) do
        for _, b in ipairs(words) do
          print(a + b, a - b, a * b, a & b, a | b, a ~ b, ~a, a << b, a >> b, b ~= 0 and a // b, b ~= 0 and a % b, a < b)
        end
      end`;
    expect(runLua('fengari', { script })).toBe(runLua('lua53i', { script }));
  });
});

describeWith(['lua5.1', 'lua51f'], '`bit` of lua51f', () => {
  it('is that of lua-bitop on whole numbers', () => {
    const script = `
      local words = {0, 1, 5, 31, 32, 33, 255, 65536, 2147483647, 2147483648, 4294967295, -1, -2, -2147483648}
      for _, a in ipairs(words) do
        for _, b in ipairs(words) do
          print(bit.band(a, b), bit.bor(a, b, 7), bit.bxor(a, b), bit.bnot(a))
          print(bit.lshift(a, b), bit.rshift(a, b), bit.arshift(a, b))
        end
      end`;
    expect(runLua('lua51f', { script })).toBe(runLua('lua5.1', { script }));
  });
});
