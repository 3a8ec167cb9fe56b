// SPDX-License-Identifier: Apache-2.0
// The adversary on the air: it hears what reaches the place where it stands, remembers it, keeps frames from others, and sends what
// it likes. Its randomness is its own, so the same scenario and seed give the same attack on every engine.

import type { Air, AirHooks, Listener, Transmission } from '../medium/air.ts';
import type { Clock } from '../medium/clock.ts';
import { immAck, isAck, sequenceOf, wantsAck } from '../medium/frame.ts';
import { airtime, CCA_MICROS, TURNAROUND_MICROS } from '../medium/phy.ts';
import type { Point } from '../medium/phy.ts';
import { Prng } from '../medium/prng.ts';
import { Forge } from './forge.ts';
import type { Network } from './forge.ts';
import { BROADCAST, PLAIN_TYPES, readdressed, readFrame } from './frame.ts';
import type { Seen } from './frame.ts';
import type { Act, AdversarySpec } from './schema.ts';

export const ADVERSARY = 'adversary';
/** Frames that it remembers: the newest, and a sample of all before. */
const MEMORY = 4096;
/** It waits for a quiet moment so often, ms apart, and then sends all the same. */
const PATIENCE = 8;
/** From hearing to answering. */
const THINKS_MICROS = 700;

type ActOf<Name extends Act['do']> = Extract<Act, { do: Name }>;
type Taking = ActOf<'drop' | 'reorder' | 'forge-ack'>;

/** What an adversary may do to motes, beyond the air. */
export interface Reach {
  /** Powers a second mote of that name on, and off again. */
  clone(mote: string, knowsKey: boolean, until: number): void;
  /** Restarts a mote with all limits lifted, and as it was at `until`. */
  capture(mote: string, until: number): void;
  /** The address that a mote is spoken to by, hex as printed. */
  address(mote: string): string;
}

export class Adversary implements Listener {
  readonly name = ADVERSARY;
  readonly hooks: AirHooks;
  /** Frames sent and kept from others, by act. */
  readonly sent = new Map<string, number>();
  readonly withheld = new Map<string, number>();
  readonly #spec: AdversarySpec;
  readonly #clock: Clock;
  readonly #prng: Prng;
  readonly #forge: Forge;
  readonly #network: Network;
  #air!: Air;
  #reach!: Reach;
  #memory: Seen[] = [];
  #sendingUntil = 0;
  #sentAt = -1;
  /** Frames that are kept from their receivers, retries too. */
  readonly #taken = new WeakMap<Uint8Array, boolean>();

  constructor(spec: AdversarySpec, network: Network, clock: Clock, seed: number) {
    this.#spec = spec;
    this.#network = network;
    this.#clock = clock;
    this.#prng = new Prng(seed, ADVERSARY);
    this.#forge = new Forge(network, new Prng(seed, `${ADVERSARY} forge`));
    this.hooks = { drop: (transmission, receiver) => this.#takes(transmission, receiver) };
  }

  /** That of the network. */
  get channel(): number {
    return this.#network.channel;
  }

  /** Begins: everything that its acts say is put on the clock. */
  start(air: Air, reach: Reach): void {
    this.#air = air;
    this.#reach = reach;
    air.add(this);
    for (const act of this.#spec.acts) this.#clock.at(Math.round(act.at * 1e6), () => this.#begin(act));
  }

  position(): Point {
    return this.#spec.position;
  }

  listens(): boolean {
    return this.#clock.now >= this.#sendingUntil;
  }

  interrupted(since: number): boolean {
    return this.#sentAt > since;
  }

  heard({ octets }: Transmission): void {
    if (isAck(octets)) return;
    const seen = readFrame(octets);
    if (seen === undefined) return;
    this.#remember(seen);
    for (const act of this.#spec.acts) {
      if (!this.#isOn(act)) continue;
      if (act.do === 'reflect' && this.#matches(act.what, seen)) this.#reflect(act, seen);
      if (act.do === 'forge-reject') this.#reject(act, seen);
    }
  }

  /** The first so many, and then each new one in the place of a random one: old ones stay among them. */
  #remember(seen: Seen): void {
    if (this.#memory.length < MEMORY) this.#memory.push(seen);
    else this.#memory[this.#prng.next() % MEMORY] = seen;
  }

  #isOn({ at, until }: Act): boolean {
    return this.#clock.now >= at * 1e6 && this.#clock.now < until * 1e6;
  }

  #matches(what: Taking['what'], { secured, body }: Seen): boolean {
    if (what === 'any') return true;
    if (what === 'secured' || what === 'plain') return secured === (what === 'secured');
    return body.length > 0 && body[0] >> 4 === PLAIN_TYPES[what];
  }

  #begin(act: Act): void {
    switch (act.do) {
      case 'replay':
        this.#repeat(act, () => this.#recalled(act.what)?.octets);
        break;
      case 'mutate':
        this.#repeat(act, () => {
          const seen = this.#recalled(act.what);
          return seen === undefined ? undefined : this.#forge.mutated(seen);
        });
        break;
      case 'flood':
        this.#repeat(act, () => this.#forge.flood(act.of, this.#victim(act.to)));
        break;
      case 'clone':
        this.#reach.clone(act.mote, act.knowsKey, Math.round(act.until * 1e6));
        break;
      case 'captured':
        this.#reach.capture(act.mote, Math.round(act.until * 1e6));
        break;
      default:
        // The others act on what comes.
        break;
    }
  }

  #victim(name: string | undefined): string {
    return name === undefined ? this.#forge.pick(this.#network.motes).address : this.#reach.address(name);
  }

  #recalled(what: Taking['what']): Seen | undefined {
    if (what === 'any') return this.#memory.length === 0 ? undefined : this.#forge.pick(this.#memory);
    const fitting = this.#memory.filter((seen) => this.#matches(what, seen));
    return fitting.length === 0 ? undefined : this.#forge.pick(fitting);
  }

  /** Sends what `make` makes, at the rate of the act, evenly but for chance. */
  #repeat(act: ActOf<'replay' | 'mutate' | 'flood'>, make: () => Uint8Array | undefined): void {
    if (!this.#isOn(act)) return;
    const octets = make();
    if (octets !== undefined) this.#send(act.do, octets);
    const pause = 1e6 / act.perSecond;
    this.#clock.after(Math.round(pause / 2 + (pause * this.#prng.bits(16)) / 65536), () => this.#repeat(act, make));
  }

  #reflect(act: ActOf<'reflect'>, seen: Seen): void {
    if (seen.dst === BROADCAST || seen.dst.length !== seen.src.length || !this.#prng.chance(act.probability)) return;
    this.#later(act.do, readdressed(seen, seen.src, seen.dst), THINKS_MICROS);
  }

  #reject(act: ActOf<'forge-reject'>, seen: Seen): void {
    const octets = this.#prng.chance(act.probability) ? this.#forge.reject(seen) : undefined;
    if (octets !== undefined) this.#later(act.do, octets, THINKS_MICROS);
  }

  #later(act: Act['do'], octets: Uint8Array, micros: number): void {
    this.#clock.after(micros, () => this.#send(act, octets));
  }

  /** Sends when the air is quiet, or when it has waited long enough. */
  #send(act: Act['do'], octets: Uint8Array, patience = PATIENCE): void {
    const sending = this.#clock.now < this.#sendingUntil;
    if (sending || (patience > 0 && this.#air.busy(this, CCA_MICROS))) {
      this.#clock.after(1000, () => this.#send(act, octets, patience - 1));
      return;
    }
    this.#transmit(act, octets, false);
  }

  #transmit(act: Act['do'], octets: Uint8Array, ack: boolean): void {
    this.#sentAt = this.#clock.now;
    this.#sendingUntil = this.#clock.now + airtime(octets.length);
    this.sent.set(act, (this.sent.get(act) ?? 0) + 1);
    const what = { sender: this.name, octets, attempt: 1, ack, label: undefined };
    this.#air.transmit(this, what, this.#spec.txPowerDbm);
  }

  /** Whether it keeps a frame from a receiver; what it does instead follows from the act. */
  #takes({ octets, sender, ack, end }: Transmission, receiver: string): boolean {
    if (ack || receiver === this.name || sender === this.name) return false;
    for (const act of this.#spec.acts) {
      if (!this.#isOn(act)) continue;
      if (act.do === 'captured' && act.mote === sender) {
        if (this.#decides(act.do, octets, act.withhold)) return true;
      }
      if (act.do !== 'drop' && act.do !== 'reorder' && act.do !== 'forge-ack') continue;
      if ((act.from ?? sender) !== sender || (act.to ?? receiver) !== receiver) continue;
      const seen = readFrame(octets);
      if (seen === undefined || !this.#matches(act.what, seen)) continue;
      const known = this.#taken.has(octets);
      if (!this.#decides(act.do, octets, act.probability)) continue;
      if (act.do !== 'drop' && this.#isFor(receiver, seen)) this.#instead(act, octets, end, known);
      return true;
    }
    return false;
  }

  #isFor(receiver: string, { dst }: Seen): boolean {
    return receiver !== this.name && dst !== BROADCAST && this.#reach.address(receiver) === dst;
  }

  /** One decision for a frame and all its retries. */
  #decides(act: Act['do'], octets: Uint8Array, probability: number): boolean {
    const before = this.#taken.get(octets);
    if (before !== undefined) return before;
    const decided = this.#prng.chance(probability);
    this.#taken.set(octets, decided);
    if (decided) this.withheld.set(act, (this.withheld.get(act) ?? 0) + 1);
    return decided;
  }

  /** Acknowledges in the receiver's place, and brings a frame that was only to be late. */
  #instead(act: Taking, octets: Uint8Array, end: number, known: boolean): void {
    if (wantsAck(octets)) {
      this.#clock.at(end + TURNAROUND_MICROS, () => this.#transmit(act.do, immAck(sequenceOf(octets)), true));
    }
    if (act.do === 'reorder' && !known) {
      const delay = act.delayMs * 500 + (this.#prng.next() % (act.delayMs * 1000));
      this.#later(act.do, octets, delay);
    }
  }
}
