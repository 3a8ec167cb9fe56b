// SPDX-License-Identifier: Apache-2.0
// A radio chip as the usual ones are: it filters by the rules of 2006, acknowledges by itself, sends by unslotted CSMA-CA
// and repeats what is not acknowledged. One frame waits in its receive FIFO; while it does, the chip hears nothing else.
// Left out: inter-frame spacing (shorter than the shortest CSMA-CA) and PAN coordinators.

import type { Air, Listener, Transmission } from './air.ts';
import type { Clock, Timer } from './clock.ts';
import { fcsHolds, immAck, isAck, match, sequenceOf, versionOf, wantsAck } from './frame.ts';
import type { Filter } from './frame.ts';
import { ACK_WAIT_MICROS, airtime, BACKOFF_MICROS, CCA_MICROS, lqiOf, TURNAROUND_MICROS } from './phy.ts';
import type { Point } from './phy.ts';
import type { Prng } from './prng.ts';

const MAC_MIN_BE = 3;
const MAC_MAX_BE = 5;
const MAC_MAX_CSMA_BACKOFFS = 4;
const MAC_MAX_FRAME_RETRIES = 3;
/** With one buffer: a program looks this often whether the frame that came in is over: its timer and its turn. */
const BUFFER_LOOK_MICROS = 1200;
/** Then it takes the air. */
const BUFFER_LOOKS = 6;

export const SENT_OK = 0;
export const SENT_NO_ACK = 1;
export const SENT_NO_CHANNEL = 2;

/** A frame that waits in the receive FIFO. */
export interface Received {
  readonly octets: Uint8Array;
  readonly lqi: number;
  readonly label: unknown;
}

/** What a receiver takes: all that the filter lets through, acknowledgements of its own frame alone, or nothing. */
export type Hearing = 'all' | 'acks' | 'nothing';

/** What the chip tells its mote; both are interrupts. */
export interface ChipEvents {
  /** The FIFO holds a frame. */
  frame(): void;
  /** The frame given to send left, or failed. */
  sent(status: number): void;
}

export class Chip implements Listener {
  readonly name: string;
  /** Transmission power; undefined: the scenario's. */
  txPowerDbm: number | undefined;
  readonly #clock: Clock;
  readonly #air: Air;
  readonly #prng: Prng;
  readonly #walk: (micros: number) => Point;
  readonly #events: ChipEvents;
  #on = false;
  #hearing: Hearing = 'all';
  #filter: Filter | undefined;
  #channel = 26;
  #fifo: Received | undefined;
  /** One buffer for both ways: with a frame to send it hears an acknowledgement alone, and what comes in comes first. */
  readonly #oneBuffer: boolean;
  /** A frame that waits for another to come in. */
  #next: { readonly octets: Uint8Array; readonly label: unknown } | undefined;
  #look: Timer | undefined;
  /** With one buffer: the program has not yet seen how its frame ended, and so has not turned the chip to receiving. */
  #unseen = false;
  /** Turned to sending until then, turnaround included ... */
  #sendingUntil = 0;
  /** ... and the latest moment at which it turned away from receiving. */
  #brokenAt = -1;
  /** The frame being sent, or undefined. */
  #frame: Uint8Array | undefined;
  #label: unknown;
  #attempt = 0;
  #awaitsAck = false;
  #timer: Timer | undefined;
  /** Counts power cycles: what an earlier life scheduled does nothing. */
  #life = 0;

  constructor(
    name: string,
    clock: Clock,
    air: Air,
    prng: Prng,
    walk: (micros: number) => Point,
    events: ChipEvents,
    oneBuffer = false,
  ) {
    this.name = name;
    this.#oneBuffer = oneBuffer;
    this.#clock = clock;
    this.#air = air;
    this.#prng = prng;
    this.#walk = walk;
    this.#events = events;
    air.add(this);
  }

  position(): Point {
    return this.#walk(this.#clock.now);
  }

  powerOn(): void {
    this.#on = true;
    this.#hearing = 'all';
  }

  powerOff(): void {
    this.#on = false;
    this.txPowerDbm = undefined;
    this.#life++;
    this.#filter = undefined;
    this.#fifo = undefined;
    this.#brokenAt = this.#clock.now;
    this.#sendingUntil = this.#clock.now;
    this.#next = undefined;
    this.#unseen = false;
    this.#finish();
  }

  setFilter(filter: Filter): void {
    this.#filter = filter;
  }

  /** Turns the receiver down or up, as a program may; what it was receiving is lost when it hears less than before. */
  hear(hearing: Hearing): void {
    if (hearing === 'nothing' && this.#hearing !== 'nothing') this.#brokenAt = this.#clock.now;
    this.#hearing = hearing;
  }

  /** Does a frame come in now, or leave as its acknowledgement? */
  get receiving(): boolean {
    const sends = this.#frame !== undefined || (this.#oneBuffer && this.#unseen);
    if (!this.#on || this.#hearing !== 'all' || sends || this.waiting) return false;
    return this.#clock.now < this.#sendingUntil || this.#air.busy(this, 0);
  }

  get channel(): number {
    return this.#channel;
  }

  /** What was on air on the channel before is lost. */
  tune(channel: number): void {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#brokenAt = this.#clock.now;
  }

  get sending(): boolean {
    return this.#frame !== undefined || this.#next !== undefined;
  }

  /** Sends one frame, FCS included; one `sent` follows. @param label goes with every attempt and its acknowledgement. */
  send(octets: Uint8Array, label: unknown): void {
    if (!this.#oneBuffer) this.#start(octets, label);
    else {
      this.#next = { octets, label };
      this.#sendNext(1);
    }
  }

  /** The program's turn to fill the one buffer: looks again whether it is free. */
  fill(): void {
    this.#sendNext(1);
  }

  /** Sends what waits, unless a frame lies in the buffer or comes in. @param look tells how often it was tried. */
  #sendNext(look: number): void {
    const next = this.#next;
    if (this.#look !== undefined) this.#clock.cancel(this.#look);
    if (next === undefined || this.waiting) return;
    if (this.receiving && look <= BUFFER_LOOKS) {
      this.#look = this.#clock.after(BUFFER_LOOK_MICROS, () => this.#sendNext(look + 1));
      return;
    }
    this.#next = undefined;
    this.#start(next.octets, next.label);
  }

  #start(octets: Uint8Array, label: unknown): void {
    this.#frame = octets;
    this.#label = label;
    this.#attempt = 0;
    this.#nextAttempt();
  }

  get waiting(): boolean {
    return this.#fifo !== undefined;
  }

  /** The frame in the FIFO, which stays there. */
  get held(): Received | undefined {
    return this.#fifo;
  }

  /** Takes the frame out of the FIFO: the chip hears again. */
  drain(): Received | undefined {
    const frame = this.#fifo;
    this.#fifo = undefined;
    if (frame !== undefined) this.#sendNext(1);
    return frame;
  }

  listens(ack: boolean): boolean {
    if (!this.#on || this.#filter === undefined || this.#clock.now < this.#sendingUntil) return false;
    if (ack) return this.#hearing !== 'nothing';
    return (
      this.#hearing === 'all' && !this.waiting && !(this.#oneBuffer && (this.#unseen || this.#frame !== undefined))
    );
  }

  interrupted(since: number): boolean {
    return this.#brokenAt >= since;
  }

  heard(transmission: Transmission, dbm: number): void {
    const { octets } = transmission;
    if (!fcsHolds(octets)) return;
    if (isAck(octets)) {
      if (this.#awaitsAck && sequenceOf(octets) === sequenceOf(this.#frame!)) this.#end(SENT_OK);
      return;
    }
    const target = match(this.#filter!, octets);
    if (target === 'none' || this.waiting) return;
    this.#fifo = { octets, lqi: lqiOf(dbm), label: transmission.label };
    const answers = versionOf(octets) <= (this.#filter!.highestAcknowledged ?? 3);
    if (target === 'unicast' && wantsAck(octets) && answers) this.#acknowledge(transmission);
    this.#events.frame();
  }

  #acknowledge(of: Transmission): void {
    const life = this.#life;
    const octets = immAck(sequenceOf(of.octets));
    this.#turnToSending(octets);
    this.#clock.after(TURNAROUND_MICROS, () => {
      if (life !== this.#life) return;
      const ack = { sender: this.name, octets, attempt: 1, ack: true, label: of.label };
      this.#air.transmit(this, ack, this.txPowerDbm);
    });
  }

  #turnToSending(octets: Uint8Array): void {
    this.#brokenAt = this.#clock.now;
    this.#sendingUntil = this.#clock.now + TURNAROUND_MICROS + airtime(octets.length);
  }

  #after(delay: number, run: () => void): void {
    this.#timer = this.#clock.after(delay, run);
  }

  /** Unslotted CSMA-CA, 7.5.1.4: a new attempt begins with fresh NB and BE. */
  #nextAttempt(): void {
    this.#attempt++;
    this.#backOff(0, MAC_MIN_BE);
  }

  #backOff(backoffs: number, exponent: number): void {
    this.#after(this.#prng.bits(exponent) * BACKOFF_MICROS + CCA_MICROS, () => {
      const answering = this.#sendingUntil > this.#clock.now - CCA_MICROS;
      if (!answering && !this.#air.busy(this, CCA_MICROS)) {
        this.#turnToSending(this.#frame!);
        this.#after(TURNAROUND_MICROS, () => this.#launch());
      } else if (backoffs === MAC_MAX_CSMA_BACKOFFS) {
        this.#end(SENT_NO_CHANNEL);
      } else {
        this.#backOff(backoffs + 1, Math.min(exponent + 1, MAC_MAX_BE));
      }
    });
  }

  #launch(): void {
    const octets = this.#frame!;
    const frame = { sender: this.name, octets, attempt: this.#attempt, ack: false, label: this.#label };
    const { end } = this.#air.transmit(this, frame, this.txPowerDbm);
    this.#after(end - this.#clock.now, () => {
      if (!wantsAck(octets)) {
        this.#end(SENT_OK);
        return;
      }
      this.#awaitsAck = true;
      this.#after(ACK_WAIT_MICROS, () => {
        this.#awaitsAck = false;
        if (this.#attempt > MAC_MAX_FRAME_RETRIES) this.#end(SENT_NO_ACK);
        else this.#nextAttempt();
      });
    });
  }

  /** The program sees how its frame ended. */
  seen(): void {
    this.#unseen = false;
  }

  #end(status: number): void {
    this.#finish();
    this.#unseen = true;
    this.#events.sent(status);
  }

  #finish(): void {
    if (this.#timer !== undefined) this.#clock.cancel(this.#timer);
    this.#timer = undefined;
    this.#frame = undefined;
    this.#awaitsAck = false;
  }
}
