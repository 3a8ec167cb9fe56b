// SPDX-License-Identifier: Apache-2.0
// The books of every key establishment: which frames and AES blocks belong to it. A mote that knows the run names it in its
// reports; a relay does not, so what it sends inherits the run of the frame that made it send.

import * as events from '../../firmware/events.ts';
import { lowWord } from '../scenario/identity.ts';
import type { Transmission } from '../medium/air.ts';
import { kempOctets } from './carriage.ts';
import type { Directory } from './directory.ts';
import type { Mote } from './mote.ts';
import { outcomeName } from './names.ts';
import type { RunResult } from './result.ts';
import { RunAccount } from './run-account.ts';
import type { FrameEntry } from './run-account.ts';
import type { Tree } from './tree.ts';

interface Announced {
  /** KEMP message type; 0 for data and where the mote did not say. */
  readonly type: number;
  readonly run: RunAccount | undefined;
}

/** What a frame is, and which run it belongs to; it goes with the frame on air. */
export interface FrameLabel extends Announced {
  readonly entry: FrameEntry | undefined;
}

export class RunBook {
  readonly #directory: Directory;
  readonly #tree: Tree;
  readonly #runs = new Map<string, RunAccount>();
  /** Per mote: the runs of the frames that it received since it started, in that order. */
  readonly #received = new Map<Mote, (RunAccount | undefined)[]>();
  /** Per mote: what it said of the frame that it sends next. */
  readonly #announced = new Map<Mote, Announced>();

  constructor(directory: Directory, tree: Tree) {
    this.#directory = directory;
    this.#tree = tree;
  }

  power(mote: Mote): void {
    this.#received.set(mote, []);
    this.#announced.delete(mote);
  }

  receive(mote: Mote, label: unknown): void {
    this.#received.get(mote)!.push((label as FrameLabel | undefined)?.run);
  }

  /** @returns label of the frame that the mote hands to its chip. */
  send(mote: Mote, mpdu: Uint8Array): FrameLabel {
    const { type, run } = this.#announced.get(mote) ?? { type: 0, run: undefined };
    this.#announced.delete(mote);
    return { type, run, entry: run?.addFrame(mpdu.length, kempOctets(mpdu)) };
  }

  onFrame(transmission: Transmission): void {
    const entry = (transmission.label as FrameLabel | undefined)?.entry;
    if (entry === undefined) return;
    entry.airtime += transmission.end - transmission.start;
    if (!transmission.ack) entry.attempts++;
  }

  report(mote: Mote, micros: number, event: number, args: readonly number[]): void {
    const [a, b, c, d, e] = args;
    const own = lowWord(mote.spec);
    switch (event) {
      case events.EVENT_RUN: {
        const rank = this.#tree.rankOf(d);
        const hops = rank === undefined ? undefined : rank + 1;
        this.#run(own, b).start = { micros, mode: a, authority: c, router: d, routers: e, hops };
        break;
      }
      case events.EVENT_KEY:
        this.#run(own, b).addKey(micros, d);
        break;
      case events.EVENT_RUN_END:
        this.#run(own, a).outcome = outcomeName(b);
        break;
      case events.EVENT_FRAME:
        this.#announced.set(mote, { type: a, run: this.#runOf(mote, c, d, e) });
        break;
      case events.EVENT_WORK:
        this.#runOf(mote, c, d, e)?.addWork(own, b);
        break;
    }
  }

  /** @returns every run that its node told of, by its start. */
  results(): RunResult[] {
    const results: RunResult[] = [];
    for (const run of this.#runs.values()) {
      if (run.start !== undefined) results.push(run.result(run.start, this.#directory));
    }
    return results.sort((a, b) => a.startMs - b.startMs);
  }

  #run(node: number, ctr: number): RunAccount {
    const key = `${node} ${ctr}`;
    const run = this.#runs.get(key) ?? new RunAccount(node, ctr);
    this.#runs.set(key, run);
    return run;
  }

  #runOf(mote: Mote, cause: number, node: number, ctr: number): RunAccount | undefined {
    if (node !== 0 || ctr !== 0) return this.#run(node, ctr);
    return cause === 0 ? undefined : this.#received.get(mote)![cause - 1];
  }
}
