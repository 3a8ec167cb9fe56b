// SPDX-License-Identifier: Apache-2.0
// Deep sleep of a board, which is a reset: RTC memory stays, seconds go on, and the mote goes on where it was.

import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import type { Report } from '../../host/bench/run.ts';
import { twinBoards } from '../../host/twin/board.ts';
import { traffic } from './twins.ts';
import type { Traffic } from './twins.ts';

interface Night {
  readonly there: Traffic;
  /** What m1 reported from the end of its sleep on. */
  readonly after: readonly Report[];
}

/** m1 sleeps from 20 s on. @param disturb what happens to it at 25 s. */
function night(seconds: number, board: string, disturb?: 'reset' | 'power'): Night {
  const after: Report[] = [];
  const there = traffic({
    scenario: 'roaming',
    board,
    hooks: {
      onStart(bench) {
        bench.at(20e6, () => bench.command('m1', `sleep ${seconds}`));
        if (disturb !== undefined)
          bench.at(25e6, () => {
            if (disturb === 'reset') bench.reset('m1');
            else for (const on of [false, true]) bench.power('m1', on);
          });
      },
      onReport(report) {
        if (report.mote === 'm1' && report.micros > 21e6) after.push(report);
      },
    },
  });
  return { there, after };
}

const restored = ({ after }: Night): number => after.filter(({ event }) => event === events.EVENT_RESTORED).length;

describe.each(twinBoards())('%s', (board) => {
  it('wakes up with its keys, and is at its router again without a run', { timeout: 120_000 }, () => {
    const slept = night(10, board);
    expect(slept.there.failures).toEqual([]);
    expect(restored(slept)).toBeGreaterThan(0);
    const [first] = slept.after.filter(({ event }) => event === events.EVENT_RUN || event === events.EVENT_ATTACH);
    expect(first.event).toBe(events.EVENT_ATTACH);
    // Asleep until 30 s, to within the turn that began it.
    expect(slept.after[0].micros / 1e6).toBeGreaterThan(30);
    expect(first.micros / 1e6).toBeLessThan(31);
  });

  it.each(['reset', 'power'] as const)('begins anew after another start: %s', { timeout: 120_000 }, (disturb) => {
    const woken = night(10, board, disturb);
    expect(woken.there.failures).toEqual([]);
    expect(restored(woken)).toBe(0);
    expect(woken.after.some(({ event }) => event === events.EVENT_KEY)).toBe(true);
  });
});
