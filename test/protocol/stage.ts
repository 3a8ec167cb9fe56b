// SPDX-License-Identifier: Apache-2.0
// One mote of a recorded run, at instants at which it is quiet and about to get a frame: there a test takes over.
import { EVENT_REFUSED } from '../../firmware/events.ts';
import { reasonName } from '../../host/bench/names.ts';
import { lowWord } from '../../host/scenario/identity.ts';
import * as abi from '../../host/vm/abi.ts';
import { vmFactory } from '../../host/vm/open.ts';
import type { Role, VmName } from '../../host/vm/open.ts';
import { Driven } from './driven.ts';
import type { Outcome } from './driven.ts';
import { MODE, modeOf, TYPE, typeOf } from './frames.ts';
import type { Life, Recording } from './recording.ts';
import { Sniffer } from './sniffer.ts';
import type { Opened, PairKey } from './sniffer.ts';

/** Before a step of the record in which the image, quiet until then, gets a frame. */
export interface Instant {
  readonly life: Life;
  readonly index: number;
  /** The kind of the frame that is about to come. */
  readonly kind: string;
}

const TYPE_NAMES = new Map<number, string>(Object.entries(TYPE).map(([name, type]) => [type, name]));
const MODE_NAMES = Object.keys(MODE);

/** @returns ADVERT, REQUEST ... DOWN, or '' for a type that is none. */
export const typeName = (body: Uint8Array): string => TYPE_NAMES.get(typeOf(body)) ?? '';

/** What a frame is: a message, a REQUEST with its mode, data, an empty frame, or a fragment. */
export function kindOf({ body, key, payload, mhr }: Opened): string {
  if (body === undefined) return mhr.ies ? 'fragment' : payload.length === 0 ? 'empty' : 'data';
  if (typeOf(body) !== TYPE.REQUEST) return typeName(body);
  return `${MODE_NAMES[modeOf(body)] ?? 'refresh'} REQUEST${key === undefined ? '' : ' secured'}`;
}

/** Why an image refused what it got, by name; nothing if it took it. */
export function reasonsOf({ reports }: Outcome): string[] {
  return reports.filter(({ event }) => event === EVENT_REFUSED).map(({ args }) => reasonName(args[0]));
}

export class Stage {
  readonly recording: Recording;
  readonly target: string;
  readonly engine: VmName;
  readonly role: Role;
  readonly sniffer: Sniffer;
  /** Every frame of the run that can be opened, once. */
  readonly pool: readonly Opened[];
  readonly #names: ReadonlyMap<number, string>;

  constructor(recording: Recording, target: string, engine: VmName = 'v8') {
    const { motes } = recording.scenario;
    this.recording = recording;
    this.target = target;
    this.engine = engine;
    this.role = motes.find(({ name }) => name === target)!.role;
    this.sniffer = new Sniffer(recording.scenario).hearAll(recording.frames);
    const first = recording.frames.filter(({ attempt }) => attempt === 1);
    this.pool = first.map(({ octets }) => this.sniffer.open(octets)).filter((one) => one !== undefined);
    this.#names = new Map(motes.map((mote) => [lowWord(mote) >>> 0, mote.name]));
  }

  /** The mote that a report names. @returns '' for a stranger. */
  nameOf(low: number): string {
    return this.#names.get(low >>> 0) ?? '';
  }

  /** All instants, by their order. */
  instants(): Instant[] {
    const found: Instant[] = [];
    for (const life of this.recording.lives.get(this.target)!) {
      let [posts, sending] = [0, false];
      life.steps.forEach((step, index) => {
        const opened = step.inbox[0] === abi.RECEIVE ? this.sniffer.open(step.octets) : undefined;
        if (opened !== undefined && posts === 0 && !sending) found.push({ life, index, kind: kindOf(opened) });
        if (step.inbox[0] === abi.POSTED) posts--;
        if (step.inbox[0] === abi.SENT) sending = false;
        if (step.sent !== undefined) sending = true;
        abi.eachAction(Int32Array.from(step.outbox), step.outbox.length, (op) => (posts += op === abi.POST ? 1 : 0));
      });
    }
    return found;
  }

  /** @param nth of that kind, from 0; negative: from the end. */
  instant(kind: string, nth = 0): Instant {
    const found = this.instants().filter((one) => one.kind === kind);
    const instant = found.at(nth);
    if (instant !== undefined) return instant;
    throw new Error(`expected ${this.target} to get a ${kind} number ${nth}, got ${found.length} of them`);
  }

  /** The image as it was at an instant, with all timers served that are due. */
  at({ life, index }: Instant): Driven {
    const driven = new Driven(vmFactory(this.engine)(life.role), life).replay(index);
    driven.clockOf(life.steps[index]).settle();
    return driven;
  }

  /** The frame that is about to come. */
  coming({ life, index }: Instant): { octets: Uint8Array; lqi: number; opened: Opened } {
    const { octets, inbox } = life.steps[index];
    return { octets, lqi: inbox[4], opened: this.sniffer.open(octets)! };
  }

  /** The keys of the console's `keys`: of each row the newest one of that peer and index. */
  held(rows: readonly string[]): PairKey[] {
    const found = rows.map((row) => {
      const [peer, index] = row.split(' ');
      const name = this.nameOf(parseInt(peer, 16));
      return this.sniffer.keysOf(this.target, name).find((key) => key.index === Number(index));
    });
    return found.filter((key) => key !== undefined);
  }
}
