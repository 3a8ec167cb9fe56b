// SPDX-License-Identifier: Apache-2.0
// Milliseconds and seconds from a clock of microseconds that wraps after 35 minutes: the radio's timer looks at it often
// enough. Within a task time stands still, so that what a task compares has one reading. A sleep stops that clock: seconds go on
// over it from a record in flash, since RTC memory is the role's.

import { deepSleep, micros, resetBySleep } from '#mcu';
import { div, makeWords } from '../../crypto-core/tables.ts';
import { storageRead, storageWrite } from './records.ts';

const LAST = 0;
/** Microseconds that are no whole millisecond yet, milliseconds that are no whole second. */
const REST = 1;
const PART = 2;
const MILLIS = 3;
const SECONDS = 4;
/** Seconds that are still to be slept, and 1 after a sleep. */
const LEFT = 5;
const WOKEN = 6;
const state = makeWords(7);

/** Number of the record that no role has: words REST to LEFT as they will be when the sleep is over. */
const RECORD = 0;
const WORDS = 5;
/** What microseconds of 31 bits hold, and a number that is easier to tell. */
const LONGEST_SLEEP = 1800;

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

/** As firmware/board.ts; one that is longer than the processor sleeps goes on by goOnSleeping(). */
export function sleepFor(length: number): void {
  readClock();
  state[LEFT] = length;
  sleepOn();
}

function sleepOn(): void {
  const part = state[LEFT] > LONGEST_SLEEP ? LONGEST_SLEEP : state[LEFT];
  state[LEFT] -= part;
  state[SECONDS] = (state[SECONDS] + part) & 0x7fffffff;
  storageWrite(RECORD, state, REST, WORDS);
  deepSleep(part * 1000000);
}

/** Takes over the seconds of a sleep that is over. @returns true if it is not: the processor sleeps again. */
export function goOnSleeping(): boolean {
  if (!resetBySleep() || !storageRead(RECORD, state, REST, WORDS)) return false;
  state[MILLIS] = 0;
  if (state[LEFT] > 0) {
    sleepOn();
    return true;
  }
  state[WOKEN] = 1;
  return false;
}

/** As firmware/board.ts: without the seconds from before the sleep nothing is known of it. */
export function woken(): boolean {
  return state[WOKEN] === 1;
}
