// SPDX-License-Identifier: Apache-2.0
// What an adversary has achieved, by what the motes report: a key that one end alone knows of, a key that an honest pair had and has
// no more, a reading that nobody sent, and how long each mote was without service after the last act.

import * as events from '../../firmware/events.ts';
import type { Directory } from '../bench/directory.ts';
import type { Mote } from '../bench/mote.ts';
import { lowWord } from '../scenario/identity.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { AdversarySpec, MUST_NOT } from './schema.ts';

/** A key that is deleted may have a newer one in its place by then, or soon. */
const SUCCESSION_MICROS = 1_000_000;
/** By then a node has proof of its new key from the router, or has given it up. */
const PROOF_MICROS = 60_000_000;

interface End {
  readonly at: number;
  readonly index: number;
  goneAt: number | undefined;
}

/** One key: its run names it. */
interface Pair {
  readonly node: number;
  readonly router: number;
  readonly ctr: number;
  readonly terms: string;
  readonly lifeEnds: number;
  atNode: End | undefined;
  atRouter: End | undefined;
  /** The node's data goes by this key: it has the router's proof. */
  attached: boolean;
}

export interface Achieved {
  readonly keysGained: readonly string[];
  readonly keysLost: readonly string[];
  readonly forgedReadings: readonly string[];
  /** By mote: from the last act to the first reading that was sent after it and arrived, ms. */
  readonly serviceMs: Readonly<Record<string, number | null>>;
}

export class Verdict {
  readonly #spec: AdversarySpec;
  readonly #scenario: Scenario;
  readonly #directory: Directory;
  readonly #endMicros: number;
  readonly #pairs = new Map<string, Pair>();
  readonly #gained: string[] = [];
  readonly #forged: string[] = [];
  /** By low word: sequence numbers of readings sent, and when. */
  readonly #sent = new Map<number, Map<number, number>>();
  readonly #service = new Map<number, number>();
  /** By low word: when it was powered on last, and who is revoked or in the adversary's hands. */
  readonly #startedAt = new Map<number, number>();
  readonly #suspect = new Set<number>();

  constructor(spec: AdversarySpec, scenario: Scenario, directory: Directory) {
    this.#spec = spec;
    this.#scenario = scenario;
    this.#directory = directory;
    this.#endMicros = Math.round(Math.max(...spec.acts.map(({ until }) => until)) * 1e6);
    for (const act of spec.acts) {
      if (act.do === 'captured' || (act.do === 'clone' && act.knowsKey)) this.#suspect.add(this.#low(act.mote));
    }
  }

  #low(name: string): number {
    return lowWord(this.#scenario.motes.find((mote) => mote.name === name)!);
  }

  power(mote: Mote, micros: number): void {
    this.#startedAt.set(lowWord(mote.spec), micros);
  }

  /** A clone says something: every key that it gets is one too many, unless it knows what its original knows. */
  reportOfClone(mote: Mote, micros: number, event: number, args: readonly number[]): void {
    if (this.#suspect.has(lowWord(mote.spec))) return;
    if (event !== events.EVENT_KEY && event !== events.EVENT_COMMIT) return;
    this.#gain(micros, `the clone of ${mote.name} got a key with ${this.#directory.name(args[0])}`);
  }

  report(mote: Mote, micros: number, event: number, args: readonly number[]): void {
    const own = lowWord(mote.spec);
    const [a, b, c, d, e] = args;
    switch (event) {
      case events.EVENT_KEY: {
        const lifeEnds = micros + this.#scenario.lifeMinutes * 60e6 - SUCCESSION_MICROS;
        const end: End = { at: micros, index: e, goneAt: undefined };
        const pair: Pair = {
          node: own,
          router: a,
          ctr: b,
          terms: `${c} ${d} ${e}`,
          lifeEnds,
          atNode: end,
          atRouter: undefined,
          attached: false,
        };
        this.#pairs.set(`${own} ${a} ${b}`, pair);
        break;
      }
      case events.EVENT_COMMIT:
        this.#commit(mote, micros, args);
        break;
      case events.EVENT_KEY_GONE:
        this.#gone(own, micros, a, b);
        break;
      case events.EVENT_ATTACH: {
        // A router may go back to one that had asked it for their key.
        const pairs = [...this.#of(own, a), ...this.#of(a, own)].filter((pair) => pair.atRouter !== undefined);
        for (const pair of pairs) pair.attached = true;
        if (pairs.length === 0 && !this.#suspect.has(a)) {
          this.#gain(micros, `${mote.name} went to ${this.#directory.name(a)}, which had committed no key with it`);
        }
        break;
      }
      case events.EVENT_REVOKE:
        this.#suspect.add(a);
        break;
      case events.EVENT_DATA_SENT: {
        const sent = this.#sent.get(own) ?? new Map<number, number>();
        this.#sent.set(own, sent.set(a, micros));
        break;
      }
      case events.EVENT_DATA_DELIVERED:
        this.#delivered(micros, a, b);
        break;
    }
  }

  #gain(micros: number, what: string): void {
    this.#gained.push(`${(micros / 1e6).toFixed(3)} s: ${what}`);
  }

  /** Keys of a node with a router. */
  #of(node: number, router: number): Pair[] {
    return [...this.#pairs.values()].filter((pair) => pair.node === node && pair.router === router);
  }

  #commit(mote: Mote, micros: number, [node, ctr, mode, depth, index]: readonly number[]): void {
    const own = lowWord(mote.spec);
    const pair = this.#pairs.get(`${node} ${own} ${ctr}`);
    const name = this.#directory.name(node);
    if (pair?.terms === `${mode} ${depth} ${index}` && pair.atRouter === undefined) {
      pair.atRouter = { at: micros, index, goneAt: undefined };
    } else if (!this.#suspect.has(node) && !this.#suspect.has(own)) {
      const why = pair === undefined ? 'does not have' : pair.atRouter === undefined ? 'has otherwise' : 'had before';
      this.#gain(micros, `${mote.name} committed a key of run ${ctr} that ${name} ${why}`);
    }
  }

  #gone(own: number, micros: number, peer: number, index: number): void {
    for (const pair of this.#pairs.values()) {
      const end =
        pair.node === own && pair.router === peer
          ? pair.atNode
          : pair.router === own && pair.node === peer
            ? pair.atRouter
            : undefined;
      if (end?.index === index) end.goneAt ??= micros;
    }
  }

  #delivered(micros: number, origin: number, seq: number): void {
    const at = this.#sent.get(origin)?.get(seq);
    if (at === undefined) {
      if (!this.#suspect.has(origin))
        this.#forged.push(`${(micros / 1e6).toFixed(3)} s: reading ${seq} of ${this.#directory.name(origin)}`);
    } else if (at >= this.#endMicros && !this.#service.has(origin)) {
      this.#service.set(origin, micros);
    }
  }

  /** A key that both ends had and one gave up, though neither restarted, nobody is suspect and no newer one came. */
  #lost(): string[] {
    const lost: string[] = [];
    for (const pair of this.#pairs.values()) {
      const { node, router, atNode, atRouter, lifeEnds, ctr } = pair;
      if (atNode === undefined || atRouter === undefined || this.#suspect.has(node) || this.#suspect.has(router))
        continue;
      const goneAt = Math.min(atNode.goneAt ?? Infinity, atRouter.goneAt ?? Infinity);
      const proved = pair.attached || goneAt > atNode.at + PROOF_MICROS;
      const restarted = [node, router].some((low) => (this.#startedAt.get(low) ?? 0) > atNode.at);
      const succeeded = this.#of(node, router)
        .concat(this.#of(router, node))
        .some(
          (other) =>
            other !== pair &&
            other.atNode !== undefined &&
            other.atNode.at > atNode.at &&
            other.atNode.at <= goneAt + SUCCESSION_MICROS,
        );
      if (goneAt === Infinity || goneAt >= lifeEnds || !proved || restarted || succeeded) continue;
      const names = `${this.#directory.name(node)} and ${this.#directory.name(router)}`;
      lost.push(`${(goneAt / 1e6).toFixed(3)} s: the key of run ${ctr} of ${names}`);
    }
    return lost;
  }

  achieved(): Achieved {
    const serviceMs: Record<string, number | null> = {};
    for (const mote of this.#scenario.motes) {
      if (mote.role !== 'mote' || this.#scenario.dataPeriodMs === 0 || this.#suspect.has(lowWord(mote))) continue;
      const micros = this.#service.get(lowWord(mote));
      serviceMs[mote.name] = micros === undefined ? null : (micros - this.#endMicros) / 1000;
    }
    return { keysGained: this.#gained, keysLost: this.#lost(), forgedReadings: this.#forged, serviceMs };
  }

  /** One plain sentence for each thing that must not be. */
  failures({ keysGained, keysLost, forgedReadings, serviceMs }: Achieved): string[] {
    const mustNot = (what: (typeof MUST_NOT)[number], found: readonly string[], name: string): string[] =>
      this.#spec.mustNot.includes(what) ? found.map((one) => `The adversary ${name}: ${one}.`) : [];
    const limit = this.#spec.serviceWithinSeconds;
    const silent = Object.entries(serviceMs).filter(([, ms]) => ms === null || ms > limit * 1000);
    return [
      ...mustNot('gain-key', keysGained, 'gained a key'),
      ...mustNot('lose-key', keysLost, 'cost a key'),
      ...mustNot('forge-reading', forgedReadings, 'forged a reading'),
      ...silent.map(([name, ms]) => {
        const took = ms === null ? 'not before the end' : `after ${(ms / 1000).toFixed(1)} s`;
        return `${name} was to be served again within ${limit} s after the attack, and was ${took}.`;
      }),
    ];
  }
}
