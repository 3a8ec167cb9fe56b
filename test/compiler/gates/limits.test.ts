// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { limits } from '../../../compiler/gates/limits.ts';
import type { ProfileName } from '../../../compiler/profiles.ts';
import { describeWith, runLua } from '../../tools.ts';
import { image } from './sample.ts';

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const locals = (count: number): string => `local ${names('x', count).join(', ')}\nreturn x0`;
const inFunction = (count: number): string => `local function f(a, b)\n${locals(count - 2)}\nend\nreturn f`;

describe('the limits gate', () => {
  it.each<[ProfileName, number]>([
    ['lua51', 50],
    ['lua51i', 50],
    ['lua53', 200],
    ['lua53w', 200],
  ])('lets a function on %s have %i locals and no more', (profile, most) => {
    const finding = (where: string): string[] => [`${where}: ${most + 1} locals at once; ${profile} has ${most}`];
    // PUC 5.1 and 5.3 themselves refuse more than 200.
    expect(limits(image(locals(most), profile))).toEqual([]);
    expect(limits(image(inFunction(most), profile))).toEqual([]);
    if (most < 200) {
      expect(limits(image(locals(most + 1), profile))).toEqual(finding('module initialisation'));
      expect(limits(image(inFunction(most + 1), profile))).toEqual(finding('sample.lua:1'));
    } else expect(() => image(locals(most + 1), profile)).toThrow(/too many local variables/);
  });

  it('counts locals that are active at once, not one after the other', () => {
    const block = `do local ${names('x', 30).join(', ')} end\n`;
    expect(limits(image(block + block, 'lua51'))).toEqual([]);
  });

  it('counts the three hidden variables of a numeric for', () => {
    const loop = (count: number): string => `local ${names('x', count).join(', ')}\nfor i = 1, 2 do local y = i end`;
    expect(limits(image(loop(45), 'lua51'))).toEqual([]);
    expect(limits(image(loop(46), 'lua51'))).toHaveLength(1);
  });

  it('lets a function on 5.1 have 60 upvalues and no more', () => {
    // 60 upvalues cannot come from 50 locals of one function: they come from two.
    const uses = (count: number): string =>
      `local ${names('a', 40).join(', ')}\nlocal function outer()\nlocal ${names('b', 40).join(', ')}\n` +
      `return function() return f(${[...names('a', 40), ...names('b', 40)].slice(0, count).join(', ')}) end\nend`;
    expect(limits(image(uses(60), 'lua51'))).toEqual([]);
    expect(() => image(uses(61), 'lua51')).toThrow(/upvalues/);
    expect(limits(image(uses(61), 'lua53'))).toEqual([]);
  });
});

describeWith(['lua51f', 'lua51i'], 'NodeMCU 5.1', () => {
  it('draws the line where the gate does', () => {
    const load = (count: number): string =>
      runLua('lua51f', { script: `print(loadstring([[${locals(count)}]]) ~= nil)` }).trim();
    expect([load(50), load(51)]).toEqual(['true', 'false']);
  });
});
