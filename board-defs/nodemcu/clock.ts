// SPDX-License-Identifier: Apache-2.0
// Milliseconds and seconds from a clock of microseconds that wraps after 35 minutes: the radio's timer looks at it often
// enough. Within a task time stands still, so that what a task compares has one reading. A sleep stops that clock: seconds go on
// over it from RTC memory.

import { deepSleep, micros, resetBySleep } from '#mcu';
import { div, makeWords } from '../../crypto-core/tables.ts';
import {
  keepRetained,
  LEFT,
  own,
  REST as KEPT_REST,
  SECONDS as KEPT_SECONDS,
  takeRetained,
  wipeRetained,
} from './retained.ts';

const LAST = 0;
/** Microseconds that are no whole millisecond yet, milliseconds that are no whole second. */
const REST = 1;
const PART = 2;
const MILLIS = 3;
const SECONDS = 4;
/** 1 after a sleep. */
const WOKEN = 5;
const state = makeWords(6);

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
  own[KEPT_SECONDS] = state[SECONDS];
  own[KEPT_REST] = state[PART] * 1000 + state[REST];
  own[LEFT] = length;
  sleepOn();
}

function sleepOn(): void {
  const part = own[LEFT] > LONGEST_SLEEP ? LONGEST_SLEEP : own[LEFT];
  own[LEFT] -= part;
  own[KEPT_SECONDS] = (own[KEPT_SECONDS] + part) & 0x7fffffff;
  keepRetained();
  deepSleep(part * 1000000);
}

/** Takes over the seconds of a sleep that is over. @returns true if it is not: the processor sleeps again. */
export function goOnSleeping(): boolean {
  if (!resetBySleep() || !takeRetained()) return false;
  if (own[LEFT] > 0) {
    sleepOn();
    return true;
  }
  wipeRetained();
  state[SECONDS] = own[KEPT_SECONDS];
  state[PART] = div(own[KEPT_REST], 1000);
  state[REST] = own[KEPT_REST] % 1000;
  state[WOKEN] = 1;
  return false;
}

/** As firmware/board.ts: without the seconds from before the sleep nothing is known of it. */
export function woken(): boolean {
  return state[WOKEN] === 1;
}
