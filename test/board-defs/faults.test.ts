// SPDX-License-Identifier: Apache-2.0
// Hardware that fails: the mote recovers by itself, counts the fault, and uses no frame counter twice.

import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { twinBoards } from '../../host/twin/board.ts';
import type { TwinFaults } from '../../host/twin/mote.ts';
import { Counters } from './counters.ts';
import { traffic } from './twins.ts';

/** When something breaks, in seconds, and again a second time: the mote walks by, data flows. */
const BREAKS_AT = [30, 45];
/** A fault is seen by the second look at the radio at the latest, and looks are 1.5 s apart at most. */
const RECOVERY_SECONDS = 4;
/** m1 sends through this router all the while. */
const VICTIM = 'r1';

interface Outcome {
  /** Kinds of the faults that the mote counted, with seconds since something broke. */
  readonly faults: readonly { readonly kind: number; readonly after: number }[];
  /** Seconds in which the victim sent something. */
  readonly sent: readonly number[];
  readonly failures: readonly string[];
  /** Frames with a counter that was there before. */
  readonly repeated: readonly string[];
}

function broken(board: string, breakIt: (faults: TwinFaults) => void): Outcome {
  const faults: { kind: number; after: number }[] = [];
  const sent: number[] = [];
  const counters = new Counters();
  let brokeAt = Infinity;
  const { failures } = traffic({
    scenario: 'roaming',
    board,
    hooks: {
      onStart(bench) {
        for (const at of BREAKS_AT) {
          bench.at(at * 1e6, () => {
            brokeAt = at;
            breakIt(bench.faults(VICTIM));
          });
        }
      },
      onReport({ event, args, mote, micros }) {
        if (event !== events.EVENT_RADIO_FAULT) return;
        expect(mote).toBe(VICTIM);
        faults.push({ kind: args[0]!, after: micros / 1e6 - brokeAt });
      },
      onFrame({ octets, ack, attempt, sender, start }) {
        if (sender === VICTIM && !ack) sent.push(start / 1e6);
        if (ack || attempt > 1) return;
        counters.take(sender, octets);
      },
    },
  });
  return { faults, sent, failures, repeated: counters.repeated };
}

/** Octets of an access until the answer to the interrupt's first question. */
const FIRST_ANSWER = 1;

const boards = twinBoards();
const cases: readonly (readonly [string, (faults: TwinFaults) => void, readonly number[]])[] = [
  ['a lost interrupt', (faults) => faults.loseInterrupts(1), [events.RADIO_INTERRUPT_LOST]],
  ['an overrun of the receive FIFO', (faults) => faults.overrun(), [events.RADIO_LENGTH]],
  ['a brown-out of the radio', (faults) => faults.brownOut(), [events.RADIO_REGISTERS, events.RADIO_SENDING_STUCK]],
  [
    'a synthesiser that does not lock',
    (faults) => faults.stickPll(2),
    [events.RADIO_PLL, events.RADIO_REGISTERS, events.RADIO_SENDING_STUCK],
  ],
];

describe.each(boards)('%s', (board) => {
  it.each(cases)('recovers from %s', { timeout: 120_000 }, (_name, breakIt, kinds) => {
    const { faults, sent, failures, repeated } = broken(board, breakIt);
    expect(failures).toEqual([]);
    expect(repeated).toEqual([]);
    expect(faults.length).toBeGreaterThan(0);
    for (const { kind, after } of faults) {
      expect(kinds).toContain(kind);
      expect(after).toBeLessThan(RECOVERY_SECONDS);
    }
    // It sends again: an ADVERT is due every few seconds.
    for (const at of BREAKS_AT) expect(sent.some((s) => s > at + RECOVERY_SECONDS && s < at + 12)).toBe(true);
  });

  it('recovers from an octet that SPI turns over, wherever it comes', { timeout: 240_000 }, () => {
    for (let nth = FIRST_ANSWER; nth < 40; nth += 7) {
      const { failures, repeated } = broken(board, (faults) => faults.glitch(nth, 0xff));
      expect(failures, `octet ${nth}`).toEqual([]);
      expect(repeated, `octet ${nth}`).toEqual([]);
    }
  });
});
