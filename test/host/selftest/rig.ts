// SPDX-License-Identifier: Apache-2.0
// Two boards on a table, a metre apart, with NodeMCU and nothing else, and lines to them. Time passes as far as it is wanted.

import { openBench } from '../../../host/bench/run.ts';
import type { BenchControl, OpenBench } from '../../../host/bench/run.ts';
import type { Timers } from '../../../host/flash/timers.ts';
import { parseScenario } from '../../../host/scenario/load.ts';
import type { Line } from '../../../host/serial/line.ts';
import type { TwinChoices } from '../../../host/twin/board.ts';
import type { Build } from '../../../host/twin/repl/console.ts';
import { replBoard } from '../../../host/twin/repl/mote.ts';

const STEP_MICROS = 5000;

export interface TableOptions {
  /** Of the first board and of the second. */
  readonly boards: readonly [string, string];
  readonly choices?: readonly [TwinChoices, TwinChoices];
  readonly build?: Omit<Build, 'family'>;
  /** Share of frames that the air loses. */
  readonly loss?: number;
  readonly aesMs?: number;
}

export class Table {
  readonly lines: readonly [Line, Line];
  readonly #bench: OpenBench;
  #control!: BenchControl;
  readonly #listeners: ((octets: Uint8Array) => void)[] = [];
  /** What each board said. */
  readonly said = ['', ''];

  constructor({ boards, choices = [{}, {}], build = { lfsRoom: 1 << 18 }, loss = 0, aesMs = 5 }: TableOptions) {
    const names = ['a', 'b'];
    const scenario = parseScenario(
      {
        name: 'pair',
        description: 'Two boards on a table.',
        seed: 7,
        durationSeconds: 10_000,
        aesMs,
        radio: { lossProbability: loss },
        motes: names.map((name, i) => ({
          name,
          role: i === 0 ? 'base' : 'mote',
          eui64: `ac:de:48:00:00:00:00:0${i + 1}`,
          position: { x: i, y: 0 },
        })),
      },
      'pair',
    );
    const [first, second] = boards.map((name, i) => replBoard(name, build, choices[i]));
    this.#bench = openBench({
      scenario,
      board: { ...first!, mote: (spec, ...rest) => (spec.name === 'a' ? first! : second!).mote(spec, ...rest) },
      hooks: {
        onStart: (control) => void (this.#control = control),
        onOutput: (name, octets) => {
          const i = names.indexOf(name);
          this.said[i] += Buffer.from(octets).toString('latin1');
          this.#listeners[i]?.(octets);
        },
      },
    });
    const [one, other] = names.map((name, i): Line => ({
      path: `port-${name}`,
      write: (octets) => this.#control.type(name, Uint8Array.from(octets)),
      onData: (f) => void (this.#listeners[i] = f),
      close: async () => void delete this.#listeners[i],
    }));
    this.lines = [one!, other!];
  }

  readonly timers: Timers = {
    after: (millis, run) => {
      let wanted = true;
      this.#control.at(this.#control.micros + Math.round(millis * 1000), () => {
        if (wanted) run();
      });
      return () => void (wanted = false);
    },
  };

  pass(seconds: number): void {
    this.#bench.runTo(this.#bench.micros + seconds * 1e6);
  }

  /** Time passes until a promise is settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const end = (): void => void (done = true);
    promise.then(end, end);
    while (!done) {
      await new Promise(setImmediate);
      this.#bench.runTo(this.#bench.micros + STEP_MICROS);
    }
    return promise;
  }

  close(): void {
    this.#bench.close();
  }
}
