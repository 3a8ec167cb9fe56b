// SPDX-License-Identifier: Apache-2.0
// Motes with serial ports: each has a pseudo-terminal at its console, and time goes by the clock on the wall.

import { setTimeout as wait } from 'node:timers/promises';
import type { Line } from '../serial/line.ts';
import { openPty } from '../serial/pty.ts';
import { openBench } from './run.ts';
import type { BenchHooks, BenchOptions, BenchResult } from './run.ts';

/** Pauses between two looks at the clock: what is typed waits for so long. */
const TICK_MS = 4;
/** Wall time after which motes that cannot keep up let the terminals have their turn. */
const BUSY_MS = 20;
/** Simulated time between two looks at the wall clock. */
const SLICE_MICROS = 5_000;

/** The terminals of a bench, and where it stands. */
export interface SerialBench {
  /** Path of each mote's terminal, by name. */
  readonly ports: ReadonlyMap<string, string>;
  /** Resolves at the end of the scenario, or soon after `stop` was aborted. Then the terminals are gone. */
  readonly ended: Promise<BenchResult>;
}

/**
 * Starts a bench whose motes have a pseudo-terminal each.
 * @param speed simulated seconds a second; motes that cannot keep up fall behind. @param stop ends it before its time
 * @throws UsageError if there are no pseudo-terminals, or an engine or an image is missing
 */
export function serveBench(options: BenchOptions, speed: number, stop: AbortSignal): SerialBench {
  const lines = new Map<string, Line>();
  const close = (): Promise<unknown> => Promise.all([...lines.values()].map((line) => line.close()));
  const serial: BenchHooks = {
    onStart(bench) {
      for (const { name } of options.scenario.motes) {
        const line = openPty();
        lines.set(name, line);
        line.onData((octets) => bench.type(name, octets));
      }
    },
    onOutput: (mote, octets) => lines.get(mote)!.write(octets),
  };
  let bench;
  try {
    bench = openBench({ ...options, hooks: [serial, options.hooks ?? []].flat() });
  } catch (error) {
    void close();
    throw error;
  }
  const opened = bench;
  const run = async (): Promise<BenchResult> => {
    try {
      const began = performance.now();
      while (opened.micros < opened.end && !stop.aborted) {
        const target = Math.min(Math.floor((performance.now() - began) * 1000 * speed), opened.end);
        const busyUntil = performance.now() + BUSY_MS;
        while (opened.micros < target && performance.now() < busyUntil)
          opened.runTo(Math.min(target, opened.micros + SLICE_MICROS));
        await wait(TICK_MS);
      }
      return opened.result();
    } finally {
      opened.close();
      await close();
    }
  };
  return { ports: new Map([...lines].map(([name, { path }]) => [name, path])), ended: run() };
}
