// SPDX-License-Identifier: Apache-2.0
// The account of one key establishment, named by its node and the node's counter. What it costs is what was spent up to the
// key: CONFIRM and ATTACHED come later, off the critical path, and are shown apart.

import { budgetOf } from './budgets.ts';
import type { Directory } from './directory.ts';
import { modeName } from './names.ts';
import type { RunResult } from './result.ts';

export interface FrameEntry {
  readonly octets: number;
  readonly kempOctets: number;
  attempts: number;
  /** Microseconds on air, with retries and acknowledgements. */
  airtime: number;
  counted: boolean;
}

type Party = keyof RunResult['aesBlocks'];

interface WorkEntry {
  readonly party: Party;
  readonly blocks: number;
  counted: boolean;
}

/** What its node tells when it begins a run. */
export interface RunStart {
  readonly micros: number;
  readonly mode: number;
  /** Low words. */
  readonly authority: number;
  readonly router: number;
  /** How many were asked for. */
  readonly routers: number;
  /** From the node to the base station through the router. */
  readonly hops: number | undefined;
}

function sum<T>(entries: readonly T[], of: (entry: T) => number): number {
  return entries.reduce((total, entry) => total + of(entry), 0);
}

export class RunAccount {
  readonly node: number;
  readonly ctr: number;
  /** Undefined for a run whose node never told of it. */
  start: RunStart | undefined;
  outcome: 'established' | 'rejected' | 'timeout' | undefined;
  #key: { micros: number; depth: number } | undefined;
  /** The node has proved a key and not yet told what the task that did it has cost. */
  #proving = false;
  readonly #frames: FrameEntry[] = [];
  readonly #work: WorkEntry[] = [];

  /** @param node low word. */
  constructor(node: number, ctr: number) {
    this.node = node;
    this.ctr = ctr;
  }

  /** A frame of this run goes to a chip. */
  addFrame(octets: number, kempOctets: number): FrameEntry {
    const entry: FrameEntry = { octets, kempOctets, attempts: 0, airtime: 0, counted: false };
    this.#frames.push(entry);
    return entry;
  }

  /** A mote has spent AES blocks on this run. @param by low word. */
  addWork(by: number, blocks: number): void {
    const proves = this.#proving && by === this.node;
    if (proves) this.#proving = false;
    this.#work.push({ party: this.#partyOf(by), blocks, counted: proves });
  }

  /** The node has proved a key; of several routers, one key each. */
  addKey(micros: number, depth: number): void {
    this.#key = { micros, depth };
    this.#proving = true;
    for (const entry of [...this.#frames, ...this.#work]) entry.counted = true;
  }

  /** Where two parties are one mote, its work is the node's before the authority's before the router's. */
  #partyOf(by: number): Party {
    if (by === this.node) return 'node';
    if (by === this.start?.authority) return 'authority';
    return by === this.start?.router ? 'router' : 'relays';
  }

  /** @param start of a run that began. */
  result(start: RunStart, directory: Directory): RunResult {
    // Without a key all that was spent was spent on the way to it.
    const counts = (entry: FrameEntry | WorkEntry): boolean => this.#key === undefined || entry.counted;
    const sent = this.#frames.filter((frame) => frame.attempts > 0);
    const frames = sent.filter(counts);
    const later = sent.filter((frame) => !counts(frame));
    const laterWork = this.#work.filter((entry) => !counts(entry));
    const aesBlocks: RunResult['aesBlocks'] = { node: 0, authority: 0, router: 0, relays: 0 };
    for (const { party, blocks } of this.#work.filter(counts)) aesBlocks[party] += blocks;

    const mode = modeName(start.mode);
    const budget = budgetOf(mode, start.hops, start.routers);
    const parties = [this.node, start.authority, start.router];
    const short = parties.every((low) => directory.get(low)?.short !== undefined);
    return {
      mote: directory.name(this.node),
      authority: directory.name(start.authority),
      router: directory.name(start.router),
      routers: start.routers,
      mode,
      ctr: this.ctr,
      hops: start.hops ?? null,
      depth: this.#key?.depth ?? null,
      frames: frames.length,
      octets: sum(frames, (frame) => frame.octets),
      kempOctets: sum(frames, (frame) => frame.kempOctets),
      retries: sum(frames, (frame) => frame.attempts - 1),
      airMs: sum(frames, (frame) => frame.airtime) / 1000,
      budgetFrames: budget?.frames ?? null,
      budgetOctets: (short ? budget?.short : budget?.extended) ?? null,
      aesBlocks,
      afterKey: {
        frames: later.length,
        octets: sum(later, (frame) => frame.octets),
        aesBlocks: sum(laterWork, (entry) => entry.blocks),
      },
      startMs: start.micros / 1000,
      keyMs: this.#key === undefined ? null : this.#key.micros / 1000,
      outcome: this.outcome ?? (this.#key === undefined ? 'open' : 'established'),
    };
  }
}
