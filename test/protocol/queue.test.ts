// SPDX-License-Identifier: Apache-2.0
// What arrives while a mote is busy: three frames wait for their turn, and the fourth is refused and counted.
import { describe, expect, it } from 'vitest';
import { EVENT_DATA_DELIVERED } from '../../firmware/events.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { VmName } from '../../host/vm/open.ts';
import { REFUSED_QUEUE } from '../../firmware/refusals.ts';
import { record } from './recording.ts';
import { Stage, reasonsOf } from './stage.ts';

const roaming = record({ ...loadScenario('roaming'), durationSeconds: 75 });
const ENGINES: readonly VmName[] = ['v8', 'fengari'];

describe.each(ENGINES)('a base station on %s that is busy with a reading', (engine) => {
  const stage = new Stage(roaming, 'base', engine);
  const instant = stage.instant('data', -1);
  const { octets, lqi, opened } = stage.coming(instant);
  const key = opened.key!;
  /** Reading number i behind the one that it is busy with: its number on air is the frame counter's distance. */
  const later = (i: number): Uint8Array =>
    stage.sniffer.linkFrame(key, opened.src, opened.mhr.counter + i, { data: Uint8Array.of(1, 0x70, i, 0xaa) });
  const numbers = (outcome: ReturnType<ReturnType<Stage['at']>['settle']>): number[] =>
    outcome.reports.filter(({ event }) => event === EVENT_DATA_DELIVERED).map(({ args }) => args[1]);

  // Turns after which the task is inside its sums, its cryptography, and so on.
  it.each([1, 4, 8])('takes three more in their order, %i turns into its task', (turns) => {
    const driven = stage.at(instant);
    const outcome = driven.hearWhile({ octets, lqi }, turns, [later(1), later(2), later(3)]);
    expect(reasonsOf(outcome)).toEqual([]);
    expect(numbers(outcome).slice(1)).toEqual([0x7001, 0x7002, 0x7003]);
    expect(numbers(outcome)).toHaveLength(4);
  });

  it('refuses the fourth, counts it, and loses none that waits', () => {
    const driven = stage.at(instant);
    const before = driven.refusals().get(REFUSED_QUEUE) ?? 0;
    const outcome = driven.hearWhile({ octets, lqi }, 4, [later(1), later(2), later(3), later(4)]);
    expect(reasonsOf(outcome)).toEqual(['queue']);
    expect(numbers(outcome).slice(1)).toEqual([0x7001, 0x7002, 0x7003]);
    expect(driven.refusals().get(REFUSED_QUEUE)).toBe(before + 1);
    // Its sender repeats it: nothing of it was committed.
    expect(numbers(driven.hear({ octets: later(4), lqi }))).toEqual([0x7004]);
  });
});
