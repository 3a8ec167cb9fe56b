// SPDX-License-Identifier: Apache-2.0
// Random numbers of the boards: hardware that says the same after each reset, no noise, no seed. docs/storage.md, "Random numbers".

import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import type { FrameLabel } from '../../host/bench/run-book.ts';
import { runBench } from '../../host/bench/run.ts';
import type { BenchControl } from '../../host/bench/run.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { twinBoard, twinBoards } from '../../host/twin/board.ts';
import type { TwinChoices } from '../../host/twin/board.ts';

const REQUEST = 3;
/** From its end: r0 (8 octets), MAC (8), FCS (2). */
const R0 = [-18, -10] as const;
const RESETS = [20, 30, 40];

interface Life {
  /** r0 of each run of m1, in hexadecimal; and of the first one after each start. */
  readonly randoms: readonly string[];
  readonly firsts: readonly string[];
  readonly seeds: readonly string[];
  readonly said: readonly string[];
  readonly unseeded: number;
  readonly keys: number;
}

/** m1 is reset a few times, and joins again each time. */
function life(board: string, choices: TwinChoices, disturb: (bench: BenchControl) => void = () => {}): Life {
  const randoms = new Set<string>();
  const firsts: string[] = [];
  const seeds: string[] = [];
  const said: string[] = [];
  let unseeded = 0;
  let keys = 0;
  runBench({
    scenario: { ...loadScenario('roaming'), durationSeconds: 50 },
    vm: 'v8',
    board: twinBoard(board, 'v8', choices),
    hooks: {
      onStart(bench) {
        const seed = (): void => void seeds.push(String(bench.flash('m1').get(0)));
        for (const at of RESETS)
          bench.at(at * 1e6, () => {
            seed();
            disturb(bench);
            bench.reset('m1');
          });
        bench.at(49e6, seed);
      },
      onFrame({ sender, octets, ack, label, start }) {
        if (sender !== 'm1' || ack || (label as FrameLabel | undefined)?.type !== REQUEST) return;
        const r0 = Buffer.from(octets)
          .subarray(...R0)
          .toString('hex');
        randoms.add(r0);
        firsts[RESETS.filter((at) => at * 1e6 < start).length] ??= r0;
      },
      onConsole: (mote, line) => void (mote === 'm1' && said.push(line)),
      onReport({ mote, event }) {
        if (mote !== 'm1') return;
        if (event === events.EVENT_UNSEEDED) unseeded++;
        if (event === events.EVENT_KEY) keys++;
      },
    },
  });
  return { randoms: [...randoms], firsts, seeds, said, unseeded, keys };
}

describe.each(twinBoards())('%s', (board) => {
  it('draws other numbers after each reset, though its hardware gives the same', { timeout: 120_000 }, () => {
    const { firsts, seeds, unseeded } = life(board, { random: 'repeats' });
    expect(unseeded).toBe(0);
    expect(new Set(firsts).size).toBe(RESETS.length + 1);
    // The seed was another one after each start.
    expect(new Set(seeds).size).toBe(RESETS.length + 1);
  });

  it('would not, if its seed stayed as it was: the test sees a repetition', { timeout: 120_000 }, () => {
    let first: Int32Array | undefined;
    const { firsts } = life(board, { random: 'repeats' }, (bench) => {
      const flash = bench.flash('m1');
      first ??= flash.get(0)!;
      flash.set(0, first);
    });
    expect(new Set(firsts).size).toBeLessThanOrEqual(RESETS.length);
  });

  it('seeds itself from noise alone, and keeps a seed from then on', { timeout: 120_000 }, () => {
    const { seeds, unseeded, keys } = life(board, { seeded: false });
    expect(unseeded).toBe(0);
    expect(keys).toBeGreaterThan(RESETS.length);
    expect(seeds.every((seed) => seed !== 'undefined')).toBe(true);
  });

  it('establishes no key without seed and noise, and says so', { timeout: 120_000 }, () => {
    const { randoms, unseeded, said, keys } = life(board, { seeded: false, random: 'deaf' });
    expect(randoms).toEqual([]);
    expect(keys).toBe(0);
    expect(unseeded).toBeGreaterThanOrEqual(RESETS.length + 1);
    expect(said).toContain('~ random: no seed and no noise, so no keys; provision a seed');
  });
});
