// SPDX-License-Identifier: Apache-2.0
// Group keys: who is there is told of a new one at once, who sleeps when he is back, and nobody is called after in vain.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import type { BenchHooks } from '../../host/bench/run.ts';
import { mote, network } from './networks.ts';
import { Watched } from './watched.ts';

const GROUP = 12;
const [M1, M2] = [0x21, 0x22];

/** A router that serves two motes; one of them is removed at 60 s. */
const scenario = {
  ...network('sleeper', 200, [
    mote('base', 'base', '01', 0),
    mote('r1', 'router', '11', 30),
    mote('m1', 'mote', '21', 60),
    mote('m2', 'mote', '22', 60, 10),
  ]),
  schedule: [{ at: 60, console: 'revoke 0021', mote: 'base' }],
};

/** m2 neither hears nor is heard in this time (s). */
const asleep = (from: number, to: number): BenchHooks => ({
  drop: ({ start, sender }, receiver) =>
    start > from * 1e6 && start < to * 1e6 && (sender === 'm2' || receiver === 'm2'),
});

describe('a changed group key', () => {
  it('goes to those who are there, once', () => {
    const run = new Watched(scenario);
    const told = run.frames(GROUP, 60, 'r1');
    expect(told.length).toBe(1);
    const gone = run.deletions(M1, 60).find(({ mote: who }) => who === 'r1')!;
    console.log(`m2 told ${(told[0]!.micros / 1e3 - 60e3 - gone.ms).toFixed(0)} ms after the key of m1 was gone`);
    expect(told[0]!.micros / 1e3 - 60e3 - gone.ms).toBeLessThan(500);
  });

  it('waits for who sleeps: one try in vain, and the next when it is heard again', () => {
    const run = new Watched(scenario, asleep(50, 110));
    const told = run.frames(GROUP, 60, 'r1').map(({ micros }) => micros / 1e6);
    console.log(`GROUP at ${told.map((at) => at.toFixed(1)).join(', ')} s for a sleeper of 50 to 110 s`);
    expect(told.length).toBe(2);
    expect(told[0]).toBeLessThan(61);
    const back = run.of(events.EVENT_DATA_SENT, 110, 'm2')[0]!.micros / 1e6;
    expect(told[1]! - back).toBeLessThan(5);
    // It is caught up, not lost: the key is the one that it had.
    expect(run.of(events.EVENT_COMMIT, 60, 'r1').filter(({ args }) => args[0] === M2)).toEqual([]);
    expect(run.of(events.EVENT_DATA_DELIVERED, 120).length).toBeGreaterThan(10);
  });

  it('is not sent again and again to who never comes back', () => {
    const run = new Watched(scenario, asleep(50, 1000));
    expect(run.frames(GROUP, 60, 'r1').length).toBe(1);
  });

  it('is told on Lua as on V8', () => {
    const part = { ...scenario, durationSeconds: 75 };
    const sent = (vm: 'v8' | 'fengari') =>
      new Watched(part, {}, vm).frames(GROUP).map(({ micros, args }) => [micros, ...args]);
    expect(sent('fengari')).toEqual(sent('v8'));
  });
});
