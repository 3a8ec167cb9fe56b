// SPDX-License-Identifier: Apache-2.0
// Changed frames by the hundred thousand into one image: each was heard before, has a few octets changed and an FCS that fits. None
// of them may bring about what only a holder of keys may, store a record, or make the image say what it cannot say.
import * as events from '../../firmware/events.ts';
import { fcs } from '../../host/medium/frame.ts';
import { Prng } from '../../host/medium/prng.ts';
import * as abi from '../../host/vm/abi.ts';
import type { MoteVm } from '../../host/vm/mote-vm.ts';
import { vmFactory } from '../../host/vm/open.ts';
import { Driven } from '../protocol/driven.ts';
import { authentic, AUTHENTIC } from '../protocol/siege.ts';
import { reasonsOf } from '../protocol/stage.ts';
import type { Instant, Stage } from '../protocol/stage.ts';

const FCS = 2;
const LONGEST = 127;
/** Words of each action of the outbox, op included; STORE has more. */
const SIZES = [0, 2, 2, 1, 3, 7, 2, 5, 2, 2, 2];
const TURNS = 1000;

/** What a storm has come to. */
export interface Toll {
  readonly frames: number;
  readonly steps: number;
  readonly refused: ReadonlyMap<number, number>;
  /** FNV-1a over all outboxes: equal on all engines. */
  readonly digest: number;
}

/** One image that gets frames as fast as it can. */
class Pelted {
  frames = 0;
  steps = 0;
  digest = 0x811c9dc5 | 0;
  readonly refused = new Map<number, number>();
  readonly #vm: MoteVm;
  readonly #clock: readonly number[];
  #posts = 0;
  #sending = false;

  constructor(vm: MoteVm, clock: readonly number[]) {
    this.#vm = vm;
    this.#clock = clock;
  }

  /** @param octets rxFrame up to `length`. @throws where the frame has an effect that it must not have. */
  pelt(octets: Uint8Array, length: number, lqi: number): void {
    const { inbox, rxFrame } = this.#vm;
    this.frames++;
    rxFrame.set(octets.subarray(0, length));
    inbox[3] = length;
    inbox[4] = lqi;
    this.#step(abi.RECEIVE, 2);
    for (let turn = 0; this.#posts > 0 || this.#sending; turn++) {
      if (turn === TURNS) throw new Error(`expected the image to be quiet after ${TURNS} turns`);
      if (this.#sending) {
        inbox[3] = 0;
        this.#sending = false;
        this.#step(abi.SENT, 1);
      } else {
        this.#posts--;
        this.#step(abi.POSTED, 0);
      }
    }
  }

  #step(op: number, args: number): void {
    const { inbox, outbox } = this.#vm;
    inbox[0] = op;
    inbox[1] = this.#clock[0];
    inbox[2] = this.#clock[1];
    const used = this.#vm.step(abi.INBOX_ARGUMENTS + args);
    this.steps++;
    for (let at = 0; at < used;) {
      const action = outbox[at];
      const size = SIZES[action] + (action === abi.STORE ? outbox[at + 2] : 0);
      if (action === abi.SEND) this.#sending = true;
      else if (action === abi.POST) this.#posts++;
      else if (action === abi.STORE) throw new Error(`expected no record to be stored, got record ${outbox[at + 1]}`);
      else if (action === abi.FAULT) throw new Error(abi.faultText(outbox[at + 1]));
      else if (action === abi.REPORT) this.#said(outbox[at + 1], outbox, at + 2);
      for (let i = at; i < at + size; i++) this.digest = Math.imul(this.digest ^ outbox[i], 0x01000193);
      at += size;
    }
  }

  #said(event: number, outbox: Int32Array, at: number): void {
    if (event === events.EVENT_REFUSED) this.refused.set(outbox[at], (this.refused.get(outbox[at]) ?? 0) + 1);
    else if (AUTHENTIC.has(event))
      throw new Error(`expected no effect, got ${[event, ...outbox.slice(at, at + 5)].join(' ')}`);
  }
}

/** Makes changed frames out of those that the image has received before the instant. */
class Changer {
  readonly octets = new Uint8Array(128);
  length = 0;
  readonly #sources: readonly Uint8Array[];
  readonly #prng: Prng;

  constructor(sources: readonly Uint8Array[], prng: Prng) {
    this.#sources = sources;
    this.#prng = prng;
  }

  below(count: number): number {
    return this.#prng.next() % count;
  }

  next(): void {
    const { octets } = this;
    const source = this.#sources[this.below(this.#sources.length)];
    let length = source.length - FCS;
    octets.set(source);
    for (let times = 1 + this.below(3); times > 0; times--) {
      const at = this.below(length);
      const how = this.below(16);
      if (how === 0) length = Math.max(3, at);
      else if (how === 1 && length < LONGEST - FCS) {
        octets.copyWithin(at + 1, at, length);
        octets[at] = this.below(256);
        length++;
      } else if (how === 2 && length > 3) {
        octets.copyWithin(at, at + 1, length);
        length--;
      } else if (how < 6) octets[at] = [0, 1, 127, 128, 255][this.below(5)];
      else if (how < 8) octets[at] = this.#sources[this.below(this.#sources.length)][at] ?? 0;
      else octets[at] ^= 1 << this.below(8);
    }
    const sum = fcs(octets, length);
    octets[length] = sum & 255;
    octets[length + 1] = sum >> 8;
    this.length = length + FCS;
  }
}

/** Frames that the image got before an instant. */
export function received({ life, index }: Instant): Uint8Array[] {
  return life.steps.slice(0, index).flatMap(({ inbox, octets }) => (inbox[0] === abi.RECEIVE ? [octets] : []));
}

/**
 * @param frames how many. @returns what came of it.
 * @throws where one had an effect, a key was lost, or the frame that was about to come has not the effect that it should have;
 * the message holds the octets of the frame.
 */
export function storm(stage: Stage, instant: Instant, frames: number, seed: number): Toll {
  const vm = vmFactory(stage.engine)(stage.role);
  try {
    const step = instant.life.steps[instant.index];
    const driven = new Driven(vm, instant.life).replay(instant.index).clockOf(step);
    driven.settle();
    const before = driven.keys();
    const changer = new Changer(received(instant), new Prng(seed, `storm ${stage.target}`));
    const pelted = new Pelted(vm, step.inbox.slice(1, 3));
    for (let i = 0; i < frames; i++) {
      changer.next();
      const lqi = changer.below(256);
      try {
        pelted.pelt(changer.octets, changer.length, lqi);
      } catch (error) {
        const hex = Buffer.from(changer.octets.subarray(0, changer.length)).toString('hex');
        throw new Error(`${stage.target} before ${instant.kind}, frame ${i}, ${hex}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
    const after = driven.keys();
    if (before.join() !== after.join()) throw new Error(`expected the keys ${before.join()}, got ${after.join()}`);
    const coming = stage.coming(instant);
    const outcome = driven.hear(coming);
    const alone = stage.at(instant).hear(coming);
    if (authentic(outcome).join() !== authentic(alone).join()) {
      throw new Error(
        `${stage.target} before ${instant.kind}: expected ${authentic(alone).join()} after ${frames} frames, ` +
          `got ${authentic(outcome).join()} ${reasonsOf(outcome).join()}`,
      );
    }
    return { frames: pelted.frames, steps: pelted.steps, refused: pelted.refused, digest: pelted.digest };
  } finally {
    vm.close();
  }
}
