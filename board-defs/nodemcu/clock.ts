// SPDX-License-Identifier: Apache-2.0
// Milliseconds and seconds from a clock of microseconds that wraps after 35 minutes: the radio's timer looks at it often
// enough. Within a task time stands still, so that what a task compares has one reading.

import { micros } from '#mcu';
import { div, makeWords } from '../../crypto-core/tables.ts';

const LAST = 0;
/** Microseconds that are no whole millisecond yet, milliseconds that are no whole second. */
const REST = 1;
const PART = 2;
const MILLIS = 3;
const SECONDS = 4;
const state = makeWords(5);

/** Time begins. */
export function startClock(): void {
  state[LAST] = micros();
}

/** Reads the clock for the task that begins. */
export function readClock(): void {
  const now = micros();
  const past = state[REST] + ((now - state[LAST]) & 0x7fffffff);
  const whole = div(past, 1000);
  const part = state[PART] + whole;
  state[LAST] = now;
  state[REST] = past % 1000;
  state[MILLIS] = (state[MILLIS] + whole) & 0x7fffffff;
  state[SECONDS] = (state[SECONDS] + div(part, 1000)) & 0x7fffffff;
  state[PART] = part % 1000;
}

/** As firmware/board.ts. */
export function millis(): number {
  return state[MILLIS];
}

export function seconds(): number {
  return state[SECONDS];
}
