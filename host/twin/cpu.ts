// SPDX-License-Identifier: Apache-2.0
// The processor of a twin: one callback of the program after another, by priority. As on the bench (host/bench/mote.ts) a
// callback takes a turn and the time of its AES blocks, and what it does to the world takes effect when that time is over.
// The time that pins, SPI and waiting take within a callback is seen by the program and by its radio alone, and counts only
// where it is longer than a turn.

import type { Clock, Timer } from '../medium/clock.ts';

/** A turn of the board's event loop without any cryptography; host/bench/mote.ts has the same. */
const TURN_MICROS = 200;

/** Priorities of NodeMCU's tasks. */
export const HIGH = 0;
export const MEDIUM = 1;
export const LOW = 2;

/** A callback that waits; without `run` it is skipped. */
export interface Task {
  run: (() => void) | undefined;
}

export class Cpu {
  readonly #clock: Clock;
  readonly #blocks: () => number;
  readonly #aesMicros: number;
  readonly #fail: (error: unknown) => void;
  readonly #queues: Task[][] = [[], [], []];
  #bootedAt: number;
  /** Microseconds of the running callback so far. */
  #elapsed = 0;
  #running = false;
  #busy = false;
  #off = false;
  #later: (() => void)[] = [];
  #work: Timer | undefined;

  /** @param blocks AES blocks done since start. @param fail takes what a callback throws. */
  constructor(clock: Clock, aesMicros: number, blocks: () => number, fail: (error: unknown) => void) {
    this.#clock = clock;
    this.#aesMicros = aesMicros;
    this.#blocks = blocks;
    this.#fail = fail;
    this.#bootedAt = clock.now;
  }

  /** Microseconds since power on as the program sees them. */
  micros(): number {
    return this.#clock.now - this.#bootedAt + this.#elapsed;
  }

  /** The running callback takes some time. */
  spend(micros: number): void {
    this.#elapsed += micros;
  }

  /** Runs at the end of the present turn; at once where there is none. */
  later(run: () => void): void {
    if (this.#running || this.#busy) this.#later.push(run);
    else run();
  }

  /** Runs the program's start. All the time it takes lies before this moment: what follows begins now. */
  boot(run: () => void): void {
    this.#busy = true;
    this.#call(run);
    this.#bootedAt -= this.#elapsed;
    this.#elapsed = 0;
    this.#settle();
    this.#busy = false;
    this.#turn();
  }

  /** Queues a callback. */
  post(priority: number, run: () => void): Task {
    const task: Task = { run };
    this.#queues[priority]!.push(task);
    this.#turn();
    return task;
  }

  /** How many callbacks of a priority wait. */
  waiting(priority: number): number {
    return this.#queues[priority]!.length;
  }

  powerOff(): void {
    this.#off = true;
    if (this.#work !== undefined) this.#clock.cancel(this.#work);
  }

  #call(run: () => void): void {
    this.#running = true;
    try {
      run();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#running = false;
    }
  }

  #turn(): void {
    if (this.#busy || this.#running || this.#off) return;
    const run = this.#next();
    if (run === undefined) return;
    this.#busy = true;
    const before = this.#blocks();
    this.#call(run);
    const turn = Math.max(this.#elapsed, TURN_MICROS + (this.#blocks() - before) * this.#aesMicros);
    this.#elapsed = 0;
    this.#work = this.#clock.after(turn, () => {
      this.#settle();
      this.#busy = false;
      this.#turn();
    });
  }

  #next(): (() => void) | undefined {
    for (const queue of this.#queues) {
      for (let task = queue.shift(); task !== undefined; task = queue.shift())
        if (task.run !== undefined) return task.run;
    }
    return undefined;
  }

  /** The turn is over: all that it does to the world comes before the next callback. */
  #settle(): void {
    for (let run = this.#later.shift(); run !== undefined && !this.#off; run = this.#later.shift()) run();
  }
}
