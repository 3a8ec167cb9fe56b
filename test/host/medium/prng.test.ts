// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../host/medium/prng.ts';

const draw = (prng: Prng, count: number): number[] => Array.from({ length: count }, () => prng.next());

describe('xoshiro128**', () => {
  it('follows the authors program from state 1, 2, 3, 4', () => {
    // xoshiro128starstar.c of prng.di.unimi.it, s = {1, 2, 3, 4}, ten calls of next().
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(draw(Prng.fromState([1, 2, 3, 4]), 10)).toEqual(expected);
  });

  it('gives each label a stream of its own, and the same one again', () => {
    const first = draw(new Prng(7, 'loss'), 4);
    expect(draw(new Prng(7, 'loss'), 4)).toEqual(first);
    expect(draw(new Prng(7, 'csma a'), 4)).not.toEqual(first);
    expect(draw(new Prng(8, 'loss'), 4)).not.toEqual(first);
  });

  it('draws bits evenly', () => {
    const prng = new Prng(1, 'bits');
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 80_000; i++) counts[prng.bits(3)]++;
    // Binomial, n = 80,000, p = 1/8: standard deviation 94; five of them.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(470);
    expect(prng.bits(0)).toBe(0);
  });

  it('keeps a chance, and draws nothing for certainties', () => {
    const prng = new Prng(1, 'chance');
    let hits = 0;
    for (let i = 0; i < 100_000; i++) if (prng.chance(0.2)) hits++;
    expect(Math.abs(hits - 20_000)).toBeLessThan(5 * 127);
    const [untouched, asked] = [new Prng(2, ''), new Prng(2, '')];
    expect([asked.chance(0), asked.chance(1)]).toEqual([false, true]);
    expect(asked.next()).toBe(untouched.next());
  });
});
