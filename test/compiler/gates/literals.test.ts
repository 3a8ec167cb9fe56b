// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { literals } from '../../../compiler/gates/literals.ts';
import { image } from './sample.ts';

describe('the literals gate', () => {
  it.each(['2147483648', '4294967295', '-2147483648', '0.5', '1e5', '3.0'])('finds %s', (number) => {
    const text = number.replace('-', '');
    expect(literals(image(`local x = 1\nlocal y = ${number}`, 'lua53'))).toEqual([
      `sample.lua:2: the literal ${text}; expected an integer below 2^31, or hexadecimal`,
    ]);
  });

  it('finds the run-time library of TypeScriptToLua', () => {
    expect(literals(image('local x = __TS__ArrayPush(1)', 'lua53'))).toEqual([
      "sample.lua:1: __TS__ArrayPush of TypeScriptToLua's library; expected none of it",
    ]);
  });

  it('passes everything else with digits in it', () => {
    const lua = `local x2147483648 = 2147483647 -- 2147483648\nlocal s = "4294967295 \\" 0.5"\nlocal y = -0x80000000 + 0xffffffff`;
    expect(literals(image(lua, 'lua53'))).toEqual([]);
  });
});
