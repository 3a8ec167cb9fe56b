// SPDX-License-Identifier: Apache-2.0
// One image under fire at chosen instants of a recorded run, and what may and may not come of it:
//
//   outsiders   hold no key. Nothing happens that only a holder of keys may bring about, no record is stored, no key is lost,
//               and the frame that was about to come has the effect that it had without them.
//   insiders    hold the keys of whom they pose as. No key with anybody else is lost, and what was taken once is refused when it
//               comes again.
//   both        One refusal a frame at most, and where there is none, the frame can be read and its version is known. The image's
//               own counters of refusals agree with what it reported.
import { createHash } from 'node:crypto';
import * as events from '../../firmware/events.ts';
import * as abi from '../../host/vm/abi.ts';
import type { Driven, Outcome } from './driven.ts';
import { Forger, unwrapUp } from './forger.ts';
import { MODE, modeOf, TYPE, typeOf } from './frames.ts';
import { REQUEST_TAIL } from './sniffer.ts';
import type { Opened, PairKey } from './sniffer.ts';
import { reasonsOf, typeName } from './stage.ts';
import type { Instant, Stage } from './stage.ts';

/** What only a holder of keys may bring about. */
export const AUTHENTIC: ReadonlySet<number> = new Set([
  events.EVENT_KEY,
  events.EVENT_COMMIT,
  events.EVENT_ATTACH,
  events.EVENT_DETACH,
  events.EVENT_KEY_GONE,
  events.EVENT_ATTACHED,
  events.EVENT_DATA_DELIVERED,
  events.EVENT_RUN_END,
]);

/** Reasons given before a message is in the hands of its handler. */
const EARLY: ReadonlySet<string> = new Set(['kmp-version', 'kmp-type', 'not-for-role', 'not-secured', 'queue']);
/** Reasons of those who handle data. */
const OF_DATA: ReadonlySet<string> = new Set(['data', 'unknown-node', 'not-for-role']);

const KEPT = new Set<number>([events.EVENT_COMMIT, events.EVENT_KEY]);
/** Of messages that are news, and only once. */
const NEWS = new Set<number>([TYPE.ACK, TYPE.ATTACHED, TYPE.NOTICE]);

/** What an image made of a frame that only a holder of keys may bring about. */
export const authentic = ({ reports }: Outcome): string[] =>
  reports.filter(({ event }) => AUTHENTIC.has(event)).map(({ event, args }) => [event, ...args].join(' '));
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** How often a handler took what it got, and refused it. */
export interface Tally {
  taken: number;
  refused: number;
}

interface Arrived {
  readonly past: ReadonlySet<string>;
  readonly future: ReadonlySet<string>;
}

export class Siege {
  readonly handlers = new Map<string, Tally>();
  readonly reasons = new Map<string, number>();
  frames = 0;
  /** Frames that were secured, and those of them that got past the MIC. */
  secured = 0;
  opened = 0;
  epochs = 0;
  readonly #stage: Stage;
  readonly #transcript = createHash('sha256');

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /**
   * Attacks one instant after the other, by outsiders and by insiders in turn, until `total` frames were sent.
   * @param each instants of each kind, spread over the run. @param frames at one instant.
   */
  run(total: number, { each, frames }: { each: number; frames: number }): this {
    const instants = this.#choose(each);
    for (let epoch = 0; this.frames < total; epoch++) {
      const instant = instants[(epoch >> 1) % instants.length];
      const count = Math.min(frames, total - this.frames);
      if (epoch % 2 === 0) this.#outside(instant, count, epoch);
      else this.#inside(instant, count, epoch);
    }
    return this;
  }

  /** One number for all that the image put out. */
  digest(): string {
    return this.#transcript.copy().digest('hex');
  }

  #choose(each: number): Instant[] {
    const all = this.#stage.instants();
    return [...new Set(all.map(({ kind }) => kind))].flatMap((kind) => {
      const found = all.filter((one) => one.kind === kind);
      const count = Math.min(each, found.length);
      return Array.from({ length: count }, (_, i) => found[Math.floor(((2 * i + 1) * found.length) / (2 * count))]);
    });
  }

  #outside(instant: Instant, count: number, seed: number): void {
    const driven = this.#stage.at(instant);
    const forger = this.#forger(instant, seed);
    const arrived = this.#arrived(instant);
    const before = driven.keys();
    for (let fed = 0; fed < count;) {
      const burst = fed % 40 === 39 ? Math.min(5, count - fed) : 1;
      const made = Array.from({ length: burst }, () => forger.outsider());
      const frames = made.filter((frame) => !this.#isGenuine(frame, arrived));
      fed += frames.length;
      if (frames.length === 0) continue;
      const outcome = this.#feed(driven, forger, frames);
      const effects = [...authentic(outcome), ...outcome.stores.map((record) => `record ${record}`)];
      if (effects.length > 0) {
        throw new Error(`${instant.kind}: an outsider's ${frames.map(hex).join()} brought about ${effects.join(', ')}`);
      }
    }
    this.#expectKeys(driven, before, instant);
    this.#expectRefusals(driven);
    const coming = this.#stage.coming(instant);
    const [under, alone] = [driven, this.#stage.at(instant)].map((image) => authentic(image.hear(coming)).join(', '));
    if (under !== alone) throw new Error(`${instant.kind}: after an attack expected ${alone}, got ${under}`);
  }

  #inside(instant: Instant, count: number, seed: number): void {
    const driven = this.#stage.at(instant);
    const forger = this.#forger(instant, seed);
    const asked = this.#asked(instant);
    let keys = driven.keys();
    for (let fed = 0; fed < count; fed++) {
      const frame = forger.insider(this.#stage.held(keys), this.#tentative(driven), asked);
      const outcome = this.#feed(driven, forger, [frame]);
      keys = keys.filter((row) => !this.#isGone(row, frame, outcome));
      if (outcome.reports.some(({ event }) => KEPT.has(event))) {
        this.#expectKeys(driven, keys, instant);
        keys = driven.keys();
      }
      if (fed % 3 === 0 && reasonsOf(outcome).length === 0) this.#again(driven, forger, frame);
      // A run that is over makes a dull target.
      if (outcome.reports.some(({ event }) => event === events.EVENT_RUN_END)) break;
    }
    this.#expectKeys(driven, keys, instant);
    this.#expectRefusals(driven);
  }

  /** Whether a key of the console's rows was lost to a frame: only its sender's own may be. */
  #isGone(row: string, frame: Uint8Array, { reports }: Outcome): boolean {
    const src = this.#stage.sniffer.open(frame)?.src ?? '';
    for (const { args } of reports.filter(({ event }) => event === events.EVENT_KEY_GONE)) {
      const peer = this.#stage.nameOf(args[0]);
      if (peer !== src) throw new Error(`${src}'s ${hex(frame)} cost a key with ${peer}`);
      if (row.startsWith(`${(args[0] >>> 0).toString(16).padStart(8, '0')} ${args[1]} `)) return true;
    }
    return false;
  }

  /** What was taken once comes again; an APPROVAL repeats its NOTICE at most. */
  #again(driven: Driven, forger: Forger, frame: Uint8Array): void {
    const opened = this.#stage.sniffer.open(frame);
    const outcome = this.#feed(driven, forger, [frame]);
    const type = opened?.body === undefined ? 0 : typeOf(opened.body);
    const mustNot = opened?.key !== undefined || NEWS.has(type);
    const effects = authentic(outcome);
    if (effects.length > 0 || (mustNot && reasonsOf(outcome).length === 0)) {
      throw new Error(
        `expected ${hex(frame)} to be refused when it comes again, got ${effects.join(', ') || 'it taken'}`,
      );
    }
  }

  #forger(instant: Instant, seed: number): Forger {
    this.epochs++;
    const { recording, sniffer, target, pool } = this.#stage;
    const motes = recording.scenario.motes.map(({ name }) => name);
    return new Forger(sniffer, target, motes, pool, this.#stage.coming(instant).opened, seed);
  }

  /** What the image has received, and what it has yet to. */
  #arrived({ life, index }: Instant): Arrived {
    const received = (from: number, to?: number): Set<string> => {
      const steps = life.steps.slice(from, to).filter(({ inbox }) => inbox[0] === abi.RECEIVE);
      return new Set(steps.map(({ octets }) => this.#identity(octets)));
    };
    return { past: received(0, index), future: received(index) };
  }

  /** What makes a message the very same one, whoever carries it; of a REQUEST its tail, whose MAC holds all else. */
  #identity(frame: Uint8Array): string {
    const opened = this.#stage.sniffer.open(frame);
    let body = opened?.body;
    if (body !== undefined && typeOf(body) === TYPE.UP) body = unwrapUp(body)?.inner;
    if (body === undefined) return hex(frame);
    if (typeOf(body) === TYPE.REQUEST) return hex(body.subarray(-REQUEST_TAIL));
    return opened?.key === undefined ? hex(body) : hex(frame);
  }

  /** A message that its own sender made and that has not arrived yet: whoever brings it, it is good. */
  #isGenuine(frame: Uint8Array, { past, future }: Arrived): boolean {
    const identity = this.#identity(frame);
    return future.has(identity) && !past.has(identity);
  }

  #tentative(driven: Driven): PairKey[] {
    return this.#stage.held(driven.keys('tentative')).filter(({ router }) => router === this.#stage.target);
  }

  /** The REQUEST that the target sent last. */
  #asked({ life, index }: Instant): Opened | undefined {
    const sent = life.steps.slice(0, index).map((step) => step.sent && this.#stage.sniffer.open(step.sent));
    return sent.findLast(
      (one) => one?.body !== undefined && one.key === undefined && typeOf(one.body) === TYPE.REQUEST,
    );
  }

  #feed(driven: Driven, forger: Forger, frames: readonly Uint8Array[]): Outcome {
    const outcome = driven.hear(...frames.map((octets) => ({ octets, lqi: forger.lqi() })));
    this.#transcript.update(JSON.stringify([frames.map(hex), outcome.reports, outcome.sends.map(hex), outcome.stores]));
    const reasons = reasonsOf(outcome);
    if (reasons.length > frames.length) {
      throw new Error(`expected one refusal at most of ${frames.map(hex).join()}, got ${reasons.join(', ')}`);
    }
    for (const reason of reasons) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    this.frames += frames.length;
    for (const frame of frames) if ((frame[0] & 8) !== 0) this.secured++;
    if (frames.length === 1) this.#tally(frames[0], outcome, reasons[0]);
    return outcome;
  }

  #tally(frame: Uint8Array, outcome: Outcome, reason: string | undefined): void {
    const opened = this.#stage.sniffer.open(frame);
    if (reason === undefined) {
      if (opened === undefined) throw new Error(`expected a refusal of ${hex(frame)}, which nobody can read, got none`);
      if (this.#versions(opened).some((version) => version !== 1)) {
        throw new Error(`expected a refusal of ${hex(frame)}, whose version is unknown, got none`);
      }
    }
    if (opened === undefined) return;
    if (opened.key !== undefined) this.opened++;
    if (reason !== undefined && !this.#isHandlers(reason, opened, outcome)) return;
    for (const handler of this.#handlersOf(opened, reason, outcome)) {
      const tally = this.handlers.get(handler) ?? { taken: 0, refused: 0 };
      if (reason === undefined) tally.taken++;
      else tally.refused++;
      this.handlers.set(handler, tally);
    }
  }

  /** Whether a refusal is that of a handler. Those of the MAC come without a message type; so do those of data. */
  #isHandlers(reason: string, { body }: Opened, { reports }: Outcome): boolean {
    const type = reports.find(({ event }) => event === events.EVENT_REFUSED)?.args[1] ?? 0;
    return body === undefined ? OF_DATA.has(reason) : type !== 0 && !EARLY.has(reason);
  }

  /** Of the message, and at the base station of the one within. */
  #versions({ body }: Opened): number[] {
    if (body === undefined || body.length === 0) return [];
    const inner = typeOf(body) === TYPE.UP && this.#stage.role === 'base' ? unwrapUp(body)?.inner : undefined;
    return [body, ...(inner === undefined ? [] : [inner])].map((message) => (message[0] >> 2) & 3);
  }

  #handlersOf({ mhr, body, key, payload }: Opened, reason: string | undefined, { reports }: Outcome): string[] {
    if (reports.some(({ event }) => event === events.EVENT_COMMIT)) return ['CONFIRM'];
    if (mhr.ies && body === undefined) return ['fragment'];
    if (body === undefined) return payload.length === 0 ? [] : ['data'];
    if (body.length === 0 || typeName(body) === '') return [];
    const type = typeOf(body);
    if (type === TYPE.UP && this.#stage.role === 'base') {
      const inner = unwrapUp(body)?.inner;
      const within = inner === undefined ? '' : typeName(inner);
      return within === 'REQUEST' || within === 'ATTACHED' ? ['UP', within] : ['UP'];
    }
    if (type !== TYPE.REQUEST || this.#stage.role !== 'router') return [typeName(body)];
    if (reason === 'kmp-length') return [];
    if (modeOf(body) === MODE.centralised) return ['REQUEST relay'];
    return [modeOf(body) === MODE.reactive && key === undefined ? 'forward' : 'introduce'];
  }

  #expectKeys(driven: Driven, expected: readonly string[], { kind }: Instant): void {
    const keys = driven.keys();
    const lost = expected.filter((row) => !keys.includes(row));
    if (lost.length > 0) throw new Error(`${kind}: expected the keys ${expected.join(', ')}, lost ${lost.join(', ')}`);
  }

  #expectRefusals(driven: Driven): void {
    const rows = (counts: ReadonlyMap<number, number>): string => [...counts].sort(([a], [b]) => a - b).join(' ');
    const [shown, reported] = [rows(driven.refusals()), rows(driven.refused)];
    if (shown !== reported) throw new Error(`expected the refusals ${reported} on the console, got ${shown}`);
  }

  /** Handlers and reasons, for people. */
  report(): string {
    const { role, target, engine, recording } = this.#stage;
    const rows = [...this.handlers].sort().map(([name, { taken, refused }]) => `${name} ${taken}+${refused}`);
    const reasons = [...this.reasons].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
    return (
      `${role} ${target} of ${recording.scenario.name} on ${engine}: ${this.frames} frames at ${this.epochs} instants, ` +
      `${this.secured} secured, ${this.opened} of them past the MIC\n` +
      `  handlers, taken + refused: ${rows.join(', ')}\n  refusals: ${reasons.join(', ')}\n`
    );
  }
}
