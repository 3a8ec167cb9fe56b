// SPDX-License-Identifier: Apache-2.0
// SPI that turns single bits over: in a register that is read, in a frame that is taken out of the radio, in one that is put in. The mote
// recovers by itself, counts what it sees, and uses no frame counter twice.

import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { REFUSED_FCS, REFUSED_NOT_FOR_ROLE, REFUSED_TOO_SHORT } from '../../firmware/refusals.ts';
import type { BenchControl } from '../../host/bench/run.ts';
import type { AccessKind } from '../../host/twin/device.ts';
import { twinBoards } from '../../host/twin/board.ts';
import { Counters } from './counters.ts';
import { traffic } from './twins.ts';

/** m1 sends through this router all the while. */
const VICTIM = 'r1';
/** In seconds: a bit is turned over every so often, and the mote has settled in between. */
const FIRST = 20;
const LAST = 200;
const EVERY = 6;
/** What a fault takes to be seen and mended (faults.test.ts). */
const RECOVERY_SECONDS = 4;
const LOOK_SECONDS = 0.02;

interface Outcome {
  /** When a bit was turned over, in seconds. */
  readonly flips: readonly number[];
  /** When the victim counted a fault of its radio. */
  readonly faults: readonly number[];
  /** Frames that the victim refused since they were damaged. */
  readonly damaged: number;
  /** What others refused, but for what they refuse in an undisturbed run. */
  readonly refused: number;
  /** When the victim sent something. */
  readonly sent: readonly number[];
  readonly failures: readonly string[];
  readonly counters: Counters;
}

/** @param places that the octet may have, in turn; each bit has its turn, too. */
function disturbed(board: string, kind: AccessKind, places: readonly number[]): Outcome {
  const counters = new Counters();
  const flips: number[] = [];
  const faults: number[] = [];
  const sent: number[] = [];
  let damaged = 0;
  let refused = 0;
  let bench!: BenchControl;
  /** What the victim sends next was damaged on its way to the radio. */
  let isSpoilt = false;
  const look = (): void => {
    const { flipped } = bench.faults(VICTIM);
    while (flips.length < flipped) {
      flips.push(bench.micros / 1e6);
      isSpoilt = kind === 'frame out';
    }
  };
  const { failures } = traffic({
    scenario: 'roaming',
    board,
    hooks: {
      onStart(control) {
        bench = control;
        for (let at = FIRST, i = 0; at < LAST; at += EVERY, i++)
          control.at(at * 1e6, () => control.faults(VICTIM).flip(kind, places[i % places.length]!, 1 << (i % 8)));
        for (let at = FIRST; at < LAST + EVERY; at += LOOK_SECONDS) control.at(Math.round(at * 1e6), look);
      },
      onReport({ event, args, mote, micros }) {
        if (mote !== VICTIM) {
          if (event === events.EVENT_REFUSED && args[0] !== REFUSED_NOT_FOR_ROLE) refused++;
          return;
        }
        if (event === events.EVENT_RADIO_FAULT) faults.push(micros / 1e6);
        if (event === events.EVENT_REFUSED && (args[0] === REFUSED_FCS || args[0] === REFUSED_TOO_SHORT)) damaged++;
      },
      onFrame({ octets, ack, attempt, sender, start }) {
        if (ack || attempt > 1) return;
        if (sender !== VICTIM) {
          counters.take(sender, octets);
          return;
        }
        look();
        sent.push(start / 1e6);
        if (!isSpoilt) counters.take(sender, octets);
        isSpoilt = false;
      },
    },
  });
  return { flips, faults, damaged, refused, sent, failures, counters };
}

function expectRecovery({ flips, faults, sent, failures, counters }: Outcome): void {
  expect(failures).toEqual([]);
  expect(counters.size).toBeGreaterThan(100);
  expect(counters.repeated).toEqual([]);
  // No fault but for a bit that was turned over a while ago.
  for (const at of faults)
    expect(flips.some((flip) => flip <= at + LOOK_SECONDS && at < flip + RECOVERY_SECONDS)).toBe(true);
  for (const at of flips) expect(sent.some((s) => s > at && s < at + RECOVERY_SECONDS + 8)).toBe(true);
}

describe.each(twinBoards())('%s', (board) => {
  it('recovers from a bit turned over in a register that it reads', { timeout: 120_000 }, () => {
    const outcome = disturbed(board, 'read', [0]);
    expectRecovery(outcome);
    expect(outcome.flips.length).toBeGreaterThan(25);
    // Some of them it cannot but see.
    expect(outcome.faults.length).toBeGreaterThan(3);
  });

  it('refuses a frame that was damaged on its way out of the radio, and counts it', { timeout: 120_000 }, () => {
    const outcome = disturbed(board, 'frame in', [0, 1, 3, 7, 12, 20, 26]);
    expectRecovery(outcome);
    expect(outcome.flips.length).toBeGreaterThan(25);
    // A length that is none is a fault of the radio, all else an FCS that is wrong.
    expect(outcome.damaged + outcome.faults.length).toBeGreaterThanOrEqual(outcome.flips.length - 2);
  });

  it('goes on where what it sends was damaged on its way to the radio', { timeout: 120_000 }, () => {
    const outcome = disturbed(board, 'frame out', [12, 15, 19, 23, 27, 31]);
    expectRecovery(outcome);
    expect(outcome.flips.length).toBeGreaterThan(25);
    // The chip's FCS covers what it got: it is others that see what is wrong, unless the frame went to nobody.
    expect(outcome.refused).toBeGreaterThan(outcome.flips.length / 2);
  });
});
