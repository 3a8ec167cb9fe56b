// SPDX-License-Identifier: Apache-2.0
// Simulated time: integer microseconds and a binary heap of what is due. Events of one instant run in the order in which
// they were asked for, so nothing depends on anything but the seed.

interface Due {
  readonly time: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** A handle for Clock.cancel. */
export type Timer = { run: (() => void) | undefined };

function before(a: Due, b: Due): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

export class Clock {
  /** Microseconds since the scenario began. */
  now = 0;
  #heap: Due[] = [];
  #order = 0;

  /** @param time microseconds, not before now. @param run called once at that time. */
  at(time: number, run: () => void): Timer {
    if (!Number.isSafeInteger(time) || time < this.now) {
      throw new RangeError(`expected a time of whole microseconds from ${this.now} on, got ${time}`);
    }
    const due: Due = { time, order: this.#order++, run };
    this.#push(due);
    return due;
  }

  /** @param delay microseconds from now. */
  after(delay: number, run: () => void): Timer {
    return this.at(this.now + delay, run);
  }

  /** Forgets an event; one that has run already is left alone. */
  cancel(timer: Timer): void {
    timer.run = undefined;
  }

  /** Runs everything due up to and including `end`, then stands at `end`. */
  runUntil(end: number): void {
    for (let due = this.#heap[0]; due !== undefined && due.time <= end; due = this.#heap[0]) {
      this.#pop();
      this.now = due.time;
      const run = due.run;
      due.run = undefined;
      if (run !== undefined) run();
    }
    this.now = end;
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(due, heap[parent])) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
