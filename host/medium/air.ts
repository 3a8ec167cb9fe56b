// SPDX-License-Identifier: Apache-2.0
// The air between the chips: who hears what, how loud, and what collides.

import { airtime, CAPTURE_MARGIN_DB, receivedDbm } from './phy.ts';
import type { Point, Propagation } from './phy.ts';
import type { Clock } from './clock.ts';
import { Prng } from './prng.ts';

/** One frame on the air, once: a retry is a transmission of its own. */
export interface Transmission {
  /** Name of the mote, or of whoever injected it. */
  readonly sender: string;
  readonly octets: Uint8Array;
  /** First and last microsecond of SHR to FCS. */
  readonly start: number;
  readonly end: number;
  /** 1 for the first, 2 to 4 for the retries of a chip. */
  readonly attempt: number;
  readonly ack: boolean;
  /** What the sender's bench attached to the frame; an acknowledgement carries that of the frame it answers. */
  readonly label: unknown;
}

/** What became of a transmission at one listener in range. */
export type Reception = 'received' | 'collision' | 'lost' | 'deaf';

/** A receiver on the air. `listens` is asked when a frame begins and holds until its end unless `interrupted` since. */
export interface Listener {
  readonly name: string;
  /** The channel that it is tuned to. */
  readonly channel: number;
  position(): Point;
  /** Can a frame be taken from now on: power on, not sending, room for it? */
  listens(ack: boolean): boolean;
  /** Did the chip turn to sending, or lose its power, at or after `since`? */
  interrupted(since: number): boolean;
  heard(transmission: Transmission, dbm: number): void;
}

/** What a test or a scenario does to the air. */
export interface AirHooks {
  /** Every transmission, by rising start. */
  onFrame?(transmission: Transmission): void;
  /** What became of it at a listener in range. */
  onReception?(transmission: Transmission, receiver: string, reception: Reception): void;
  /** Return true to keep a frame from one receiver. */
  drop?(transmission: Transmission, receiver: string): boolean;
}

interface Flight {
  readonly transmission: Transmission;
  readonly from: Listener | undefined;
  readonly channel: number;
  /** Power at each listener, by its index. */
  readonly dbm: number[];
  /** Listeners that began to receive it. */
  readonly locked: boolean[];
}

export class Air {
  readonly #clock: Clock;
  readonly #radio: Propagation;
  readonly #hooks: readonly AirHooks[];
  readonly #prng: Prng;
  readonly #listeners: Listener[] = [];
  readonly #links = new Map<string, number>();
  /** Flights that may still overlap one that has not landed. */
  #flights: Flight[] = [];
  /** The channel of one that only injects. */
  channel = 26;
  /** Share of frames lost for no reason on every link that has no figure of its own. */
  lossProbability = 0;

  constructor(clock: Clock, radio: Propagation, seed: number, hooks: readonly AirHooks[]) {
    this.#clock = clock;
    this.#radio = radio;
    this.#hooks = hooks;
    this.#prng = new Prng(seed, 'loss');
  }

  /** Listeners are served in the order in which they were added. */
  add(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Sets the loss of one link, both ways. */
  setLinkLoss(a: string, b: string, probability: number): void {
    this.#links.set(`${a}\n${b}`, probability);
    this.#links.set(`${b}\n${a}`, probability);
  }

  /**
   * Puts a frame on the air now.
   * @param from the listener that sends, or a point for one that only injects. @returns the transmission.
   */
  transmit(
    from: Listener | Point,
    what: Pick<Transmission, 'sender' | 'octets' | 'attempt' | 'ack' | 'label'>,
    txPowerDbm = this.#radio.txPowerDbm,
  ): Transmission {
    const start = this.#clock.now;
    const transmission: Transmission = { ...what, start, end: start + airtime(what.octets.length) };
    const own = 'listens' in from ? from : undefined;
    const place = own === undefined ? (from as Point) : own.position();
    const channel = own?.channel ?? this.channel;
    const dbm: number[] = [];
    const locked: boolean[] = [];
    for (const listener of this.#listeners) {
      const power = listener === own ? -Infinity : receivedDbm(this.#radio, place, listener.position(), txPowerDbm);
      dbm.push(power);
      const inRange = power >= this.#radio.sensitivityDbm && listener.channel === channel;
      locked.push(inRange && listener.listens(what.ack));
    }
    const flight: Flight = { transmission, from: own, channel, dbm, locked };
    this.#flights.push(flight);
    for (const hooks of this.#hooks) hooks.onFrame?.(transmission);
    this.#clock.at(transmission.end, () => this.#land(flight));
    return transmission;
  }

  /** CCA by energy: did anything in range send at this listener within the last `window` microseconds? */
  busy(listener: Listener, window: number): boolean {
    const index = this.#listeners.indexOf(listener);
    const since = this.#clock.now - window;
    return this.#flights.some((flight) => flight.transmission.end > since && this.#inRange(flight, listener, index));
  }

  #inRange(flight: Flight, listener: Listener, index: number): boolean {
    return flight.channel === listener.channel && flight.dbm[index] >= this.#radio.sensitivityDbm;
  }

  #land(flight: Flight): void {
    const { transmission } = flight;
    this.#listeners.forEach((listener, index) => {
      if (!this.#inRange(flight, listener, index)) return;
      const reception = this.#reception(flight, listener, index);
      for (const hooks of this.#hooks) hooks.onReception?.(transmission, listener.name, reception);
      if (reception === 'received') listener.heard(transmission, flight.dbm[index]);
    });
    // What began before the oldest flight that is still up cannot matter once it has landed, CCA's look-back included.
    const now = this.#clock.now;
    const oldest = this.#flights.reduce(
      (least, f) => (f.transmission.end > now ? Math.min(least, f.transmission.start) : least),
      now,
    );
    this.#flights = this.#flights.filter((f) => f.transmission.end > oldest - 1000);
  }

  #reception(flight: Flight, listener: Listener, index: number): Reception {
    const { transmission } = flight;
    if (!flight.locked[index] || listener.interrupted(transmission.start)) return 'deaf';
    // A sender turns to sending before its frame starts; only a loss of power comes later, and cuts the frame short.
    if (flight.from?.interrupted(transmission.start) === true) return 'lost';
    const loudest = flight.dbm[index] - CAPTURE_MARGIN_DB;
    const collides = this.#flights.some(
      (other) =>
        other !== flight &&
        other.channel === flight.channel &&
        other.dbm[index] > loudest &&
        other.transmission.start < transmission.end &&
        other.transmission.end > transmission.start,
    );
    if (collides) return 'collision';
    const loss = this.#links.get(`${transmission.sender}\n${listener.name}`) ?? this.lossProbability;
    if (this.#prng.chance(loss)) return 'lost';
    if (this.#hooks.some((hooks) => hooks.drop?.(transmission, listener.name) === true)) return 'lost';
    return 'received';
  }
}
