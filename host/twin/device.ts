// SPDX-License-Identifier: Apache-2.0
// What the parts of a twin know of one another: a radio behind SPI and four pins, and the mote around it.

import type { Received } from '../medium/chip.ts';
import type { Filter } from '../medium/frame.ts';
import type { Hearing } from '../medium/chip.ts';

/** The program did what the hardware does not know or does not allow. Never caught: the run fails. */
export class TwinError extends Error {}

/** @returns an octet or an address as data sheets write it. */
export function hex(value: number, digits = 2): string {
  return `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`;
}

/** The receiver and sender behind the registers: host/medium/chip.ts has the rules of the MAC. */
export interface Medium {
  setFilter(filter: Filter): void;
  hear(hearing: Hearing): void;
  /** @param channel 11 to 26. */
  tune(channel: number): void;
  /** Sends a frame, FCS included, by CSMA-CA with retries; RadioTwin.sent() follows. */
  send(octets: Uint8Array): void;
  /** Forgets the frame that is being sent, the one that waits and the filter: a reset. */
  reset(): void;
  /** Is a signal coming in? */
  readonly receiving: boolean;
  readonly held: Received | undefined;
  /** Frees the receive FIFO. */
  drain(): void;
}

/** What surrounds a radio. */
export interface Surroundings {
  /** Time as the program sees it, in microseconds since power on. */
  micros(): number;
  /** Runs at the end of the program's present turn: what a command does on the air begins then. */
  later(run: () => void): void;
  /** Bits of physical noise as the radio measures it. @param bits 1 to 31 */
  noise(bits: number): number;
  /** The level of the interrupt pin may have changed. */
  interruptChanged(): void;
  readonly medium: Medium;
}

/** What an access does: a register read or written, the frame that was received, the frame to be sent. */
export type AccessKind = 'read' | 'write' | 'frame in' | 'frame out';

/** A radio as its registers and pins show it. */
export interface RadioTwin {
  readonly name: string;
  /** Chip select goes low, an octet each way, chip select goes high. */
  select(): void;
  exchange(octet: number): number;
  /**
   * What the last octet of an access belongs to, and its place among the octets behind the address; undefined within the address.
   * @param octets of the access so far, as the program sends them.
   */
  place(octets: readonly number[]): { readonly kind: AccessKind; readonly at: number } | undefined;
  /** What this access told the program was turned over on its way: a length may be another, and the program read beyond the frame. */
  disturb(): void;
  release(): void;
  /** Level of a pin that the program drives. */
  resetPin(high: boolean): void;
  sleepPin(high: boolean): void;
  /** Level of the interrupt pin. */
  readonly interruptPin: boolean;
  /** The medium holds a frame. */
  received(): void;
  /** The frame given to the medium left, or failed (host/medium/chip.ts, SENT_...). */
  sent(status: number): void;
  /** The supply fell and came back: registers are as after power on, and what was on its way is lost. */
  brownOut(): void;
  /** From now on the synthesiser does not lock, until it was started anew `times` times. */
  stickPll(times: number): void;
  /** What is in the receive FIFO is overwritten by a frame that came too early. */
  overrun(): void;
}
