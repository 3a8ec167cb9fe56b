// SPDX-License-Identifier: Apache-2.0
// A scenario on the bench board and on the twins of a board: what each mote sent, frame by frame.

import { runBench } from '../../host/bench/run.ts';
import type { BenchHooks, BenchResult } from '../../host/bench/run.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { twinBoard } from '../../host/twin/board.ts';
import type { TwinEngine } from '../../host/twin/board.ts';

export interface Traffic extends BenchResult {
  /** Frames of each mote in their order, in hexadecimal: no acknowledgements, no retries. */
  readonly frames: ReadonlyMap<string, readonly string[]>;
}

export interface Setting {
  readonly scenario: string;
  /** Absent: the scenario's. */
  readonly seed?: number | undefined;
  /** Absent: the bench board. */
  readonly board?: string;
  readonly engine?: TwinEngine;
  /** The bench board with radios that have one buffer for both ways. */
  readonly oneBuffer?: boolean;
  readonly hooks?: BenchHooks;
  /** A firmware without the module `crypto`. */
  readonly bare?: boolean;
}

export function traffic({
  scenario: name,
  seed,
  board,
  engine = 'v8',
  oneBuffer = false,
  hooks = {},
  bare = false,
}: Setting): Traffic {
  const frames = new Map<string, string[]>();
  const listening: BenchHooks = {
    onFrame({ ack, attempt, sender, octets }) {
      if (ack || attempt > 1) return;
      const list = frames.get(sender) ?? [];
      list.push(Buffer.from(octets).toString('hex'));
      frames.set(sender, list);
    },
  };
  const result = runBench({
    scenario: loadScenario(name),
    ...(seed === undefined ? {} : { seed }),
    vm: engine,
    oneBuffer,
    hooks: [listening, hooks],
    ...(board === undefined ? {} : { board: twinBoard(board, engine, { bare }) }),
  });
  return { ...result, frames };
}
