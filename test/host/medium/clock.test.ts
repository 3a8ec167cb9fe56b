// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clock } from '../../../host/medium/clock.ts';

describe('Clock', () => {
  it('runs events by time, and those of one instant in the order they were asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (times) => {
        const clock = new Clock();
        const ran: { time: number; index: number }[] = [];
        times.forEach((time, index) => clock.at(time, () => ran.push({ time: clock.now, index })));
        clock.runUntil(100);
        const expected = times
          .map((time, index) => ({ time, index }))
          .sort((a, b) => a.time - b.time || a.index - b.index);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('runs what an event asks for at the same instant, and stops at the end', () => {
    const clock = new Clock();
    const ran: string[] = [];
    clock.at(5, () => {
      ran.push('first');
      clock.after(0, () => ran.push('same instant'));
      clock.after(6, () => ran.push('too late'));
    });
    clock.runUntil(10);
    expect(ran).toEqual(['first', 'same instant']);
    expect(clock.now).toBe(10);
    clock.runUntil(11);
    expect(ran).toEqual(['first', 'same instant', 'too late']);
  });

  it('forgets a cancelled event', () => {
    const clock = new Clock();
    let ran = false;
    clock.cancel(clock.at(1, () => (ran = true)));
    clock.runUntil(2);
    expect(ran).toBe(false);
  });

  it('refuses the past and fractions', () => {
    const clock = new Clock();
    clock.runUntil(10);
    expect(() => clock.at(9, () => {})).toThrow('from 10 on, got 9');
    expect(() => clock.at(10.5, () => {})).toThrow('got 10.5');
  });
});
