// SPDX-License-Identifier: Apache-2.0
// The books of every key establishment: which frames, octets, retries and AES blocks belong to it. A mote that knows the run
// names it in its reports; a relay does not, so what it sends inherits the run of the frame that made it send.

import * as events from '../../firmware/events.ts';
import { lowWord } from '../scenario/identity.ts';
import type { Transmission } from '../medium/air.ts';
import { budgetOf } from './budgets.ts';
import type { Directory } from './directory.ts';
import type { Mote } from './mote.ts';
import { modeName, outcomeName } from './names.ts';
import type { RunResult } from './result.ts';

interface FrameEntry {
  readonly octets: number;
  attempts: number;
  /** Microseconds on air, with retries and acknowledgements. */
  airtime: number;
}

/** One run, named by its node and the node's counter. */
export interface Run {
  readonly node: number;
  readonly ctr: number;
  mode: number;
  authority: number;
  router: number;
  routers: number;
  hops: number | undefined;
  /** Microseconds; undefined for a run whose node never told of it. */
  startedAt: number | undefined;
  keyAt: number | undefined;
  depth: number | undefined;
  outcome: 'established' | 'rejected' | 'timeout' | undefined;
  readonly frames: FrameEntry[];
  /** Frames up to the latest key: CONFIRM and ATTACHED come later and are no cost of the handover. */
  counted: number | undefined;
  readonly blocks: { node: number; authority: number; router: number; relays: number };
}

/** What a frame is, and which run it belongs to; it goes with the frame on air. */
export interface FrameLabel {
  /** KEMP message type; 0 for data and where the mote did not say. */
  readonly type: number;
  readonly run: Run | undefined;
  readonly entry: FrameEntry | undefined;
}

interface Announced {
  readonly type: number;
  readonly run: Run | undefined;
}

export class RunBook {
  readonly #directory: Directory;
  readonly #runs = new Map<string, Run>();
  /** Per mote: the runs of the frames that it received since it started, in that order. */
  readonly #received = new Map<Mote, (Run | undefined)[]>();
  /** Per mote: what it said of the frame that it sends next. */
  readonly #announced = new Map<Mote, Announced>();
  readonly #ranks = new Map<string, number>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  power(mote: Mote): void {
    this.#received.set(mote, []);
    this.#announced.delete(mote);
  }

  receive(mote: Mote, label: unknown): void {
    this.#received.get(mote)!.push((label as FrameLabel | undefined)?.run);
  }

  /** @returns label of the frame that the mote hands to its chip. */
  send(mote: Mote, octets: number): FrameLabel {
    const { type, run } = this.#announced.get(mote) ?? { type: 0, run: undefined };
    this.#announced.delete(mote);
    if (run === undefined) return { type, run, entry: undefined };
    const entry: FrameEntry = { octets, attempts: 0, airtime: 0 };
    run.frames.push(entry);
    return { type, run, entry };
  }

  onFrame(transmission: Transmission): void {
    const entry = (transmission.label as FrameLabel | undefined)?.entry;
    if (entry === undefined) return;
    entry.airtime += transmission.end - transmission.start;
    if (!transmission.ack) entry.attempts++;
  }

  rankOf(mote: string): number | undefined {
    return this.#ranks.get(mote);
  }

  report(mote: Mote, micros: number, event: number, args: readonly number[]): void {
    const [a, b, c, d, e] = args as [number, number, number, number, number];
    const own = lowWord(mote.spec);
    switch (event) {
      case events.EVENT_RUN:
        this.#begin(this.#run(own, b), micros, a, c, d, e);
        break;
      case events.EVENT_KEY:
        this.#keyed(this.#run(own, b), micros, d);
        break;
      case events.EVENT_RUN_END:
        this.#run(own, a).outcome = outcomeName(b);
        break;
      case events.EVENT_FRAME:
        this.#announced.set(mote, { type: a, run: this.#runOf(mote, c, d, e) });
        break;
      case events.EVENT_WORK:
        this.#work(own, this.#runOf(mote, c, d, e), b);
        break;
      case events.EVENT_RANK:
        this.#ranks.set(mote.name, a);
        break;
    }
  }

  /** @returns every run that its node told of, by its start. */
  results(): RunResult[] {
    return [...this.#runs.values()]
      .filter((run) => run.startedAt !== undefined)
      .sort((a, b) => a.startedAt! - b.startedAt!)
      .map((run) => this.#result(run));
  }

  #run(node: number, ctr: number): Run {
    const key = `${node} ${ctr}`;
    let run = this.#runs.get(key);
    if (run === undefined) {
      run = {
        node,
        ctr,
        mode: events.MODE_CENTRALISED,
        authority: 0,
        router: 0,
        routers: 1,
        hops: undefined,
        startedAt: undefined,
        keyAt: undefined,
        depth: undefined,
        outcome: undefined,
        frames: [],
        counted: undefined,
        blocks: { node: 0, authority: 0, router: 0, relays: 0 },
      };
      this.#runs.set(key, run);
    }
    return run;
  }

  #runOf(mote: Mote, cause: number, node: number, ctr: number): Run | undefined {
    if (node !== 0 || ctr !== 0) return this.#run(node, ctr);
    return cause === 0 ? undefined : this.#received.get(mote)![cause - 1];
  }

  #begin(run: Run, micros: number, mode: number, authority: number, router: number, routers: number): void {
    run.startedAt = micros;
    run.mode = mode;
    run.authority = authority;
    run.router = router;
    run.routers = routers;
    const spec = this.#directory.get(router);
    const rank = spec?.role === 'base' ? 0 : spec && this.#ranks.get(spec.name);
    run.hops = rank === undefined ? undefined : rank + 1;
  }

  #keyed(run: Run, micros: number, depth: number): void {
    run.keyAt = micros;
    run.depth = depth;
    run.counted = run.frames.length;
  }

  #work(by: number, run: Run | undefined, blocks: number): void {
    if (run === undefined) return;
    if (by === run.node) run.blocks.node += blocks;
    else if (by === run.authority) run.blocks.authority += blocks;
    else if (by === run.router) run.blocks.router += blocks;
    else run.blocks.relays += blocks;
  }

  #result(run: Run): RunResult {
    const frames = run.frames.slice(0, run.counted).filter((frame) => frame.attempts > 0);
    const sum = (of: (frame: FrameEntry) => number): number => frames.reduce((total, frame) => total + of(frame), 0);
    const mode = modeName(run.mode);
    const budget = budgetOf(mode, run.hops, run.routers);
    const parties = [run.node, run.authority, run.router].map((low) => this.#directory.get(low));
    const short = parties.every((party) => party?.short !== undefined);
    return {
      mote: this.#directory.name(run.node),
      authority: this.#directory.name(run.authority),
      router: this.#directory.name(run.router),
      routers: run.routers,
      mode,
      ctr: run.ctr,
      hops: run.hops ?? null,
      depth: run.depth ?? null,
      frames: frames.length,
      octets: sum((frame) => frame.octets),
      retries: sum((frame) => frame.attempts - 1),
      airMs: sum((frame) => frame.airtime) / 1000,
      budgetFrames: budget?.frames ?? null,
      budgetOctets: (short ? budget?.short : budget?.extended) ?? null,
      aesBlocks: { ...run.blocks },
      startMs: run.startedAt! / 1000,
      keyMs: run.keyAt === undefined ? null : run.keyAt / 1000,
      outcome: run.outcome ?? (run.keyAt === undefined ? 'open' : 'established'),
    };
  }
}
