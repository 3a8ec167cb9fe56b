// SPDX-License-Identifier: Apache-2.0
// A cable to a twin in this process, on the twin's clock: it takes a while, and may drop octets or say them twice.

import type { Clock } from '../../medium/clock.ts';
import type { Line } from '../../serial/line.ts';
import type { ReplTwin } from './board.ts';

export interface Noise {
  /** What arrives of an octet: itself, nothing, or more. */
  readonly toMote?: (octet: number) => readonly number[];
  readonly fromMote?: (octet: number) => readonly number[];
}

export interface CableOptions extends Noise {
  /** Opening the port pulls the mote's reset, as boards do whose DTR is wired so. */
  readonly resetOnOpen?: boolean;
  /** Microseconds that a piece is on its way. */
  readonly delay?: number;
}

const DELAY = 500;

/** Opens the line to a twin. */
export function openCable(clock: Clock, twin: ReplTwin, options: CableOptions = {}): Line {
  const { toMote, fromMote, resetOnOpen = false, delay = DELAY } = options;
  const heard = (octets: Uint8Array, noise: Noise['toMote']): Uint8Array =>
    noise === undefined ? octets : Uint8Array.from([...octets].flatMap((octet) => [...noise(octet)]));
  let listener: (octets: Uint8Array) => void = () => undefined;
  let isOpen = true;
  let pending: number[] = [];
  twin.output = (octets) => {
    // What is said in one go arrives in one piece.
    if (pending.length === 0)
      clock.after(delay, () => {
        const said = Uint8Array.from(pending);
        pending = [];
        if (isOpen) listener(heard(said, fromMote));
      });
    pending.push(...octets);
  };
  if (resetOnOpen) clock.after(delay, () => twin.reset());
  return {
    path: 'twin',
    write: (octets) => void clock.after(delay, () => twin.input(heard(octets, toMote))),
    onData: (f) => void (listener = f),
    async close() {
      isOpen = false;
    },
  };
}
