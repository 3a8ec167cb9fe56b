// SPDX-License-Identifier: Apache-2.0
// Deep sleep of a board, which is a reset: RTC memory stays, seconds go on, and the mote goes on where it was.

import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import type { Flash } from '../../host/bench/preload.ts';
import { runBench } from '../../host/bench/run.ts';
import type { Report } from '../../host/bench/run.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { twinBoard, twinBoards } from '../../host/twin/board.ts';
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

/** Which records a mote's flash got while it slept and woke, by their numbers. */
function written(seconds: number, durationSeconds: number, board: string) {
  let before: Flash | undefined;
  let stays = true;
  const attached: number[] = [];
  const runs: number[] = [];
  let powers = 0;
  const { failures } = runBench({
    scenario: { ...loadScenario('sleepy'), durationSeconds, schedule: [] },
    vm: 'v8',
    board: twinBoard(board, 'v8'),
    hooks: {
      onStart(bench) {
        const look = (): void => {
          const now = bench.flash('m3');
          if (before === undefined) before = new Map([...now].map(([record, words]) => [record, words.slice()]));
          else stays &&= [...now].every(([record, words]) => String(words) === String(before!.get(record)));
        };
        bench.at(40e6, look);
        bench.at(41e6, () => bench.command('m3', `sleep ${seconds}`));
        bench.at(durationSeconds * 1e6 - 1, look);
      },
      onPower: (mote, on, micros) => void (powers += mote === 'm3' && on && micros > 41e6 ? 1 : 0),
      onReport({ mote, event, micros }) {
        if (mote !== 'm3' || micros < 42e6) return;
        if (event === events.EVENT_ATTACH) attached.push(micros / 1e6);
        if (event === events.EVENT_RUN) runs.push(micros / 1e6);
      },
    },
  });
  return { failures, stays, attached, runs, powers };
}

const restored = ({ after }: Night): number => after.filter(({ event }) => event === events.EVENT_RESTORED).length;

describe.each(twinBoards())('%s', (board) => {
  it.each([
    [60, 1],
    [1800, 1],
    [1801, 2],
    [4000, 3],
  ])('sleeps %i s in %i stages, and writes nothing to flash for it', { timeout: 120_000 }, (seconds, stages) => {
    const slept = written(seconds, 41 + seconds + 30, board);
    expect(slept.failures).toEqual([]);
    expect(slept.powers).toBe(stages);
    expect(slept.stays).toBe(true);
    // Back with its key, in the second that it was to be.
    expect(slept.runs).toEqual([]);
    expect(slept.attached).toHaveLength(1);
    expect(slept.attached[0]! - 41 - seconds).toBeGreaterThan(0);
    expect(slept.attached[0]! - 41 - seconds).toBeLessThan(1);
  });

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
