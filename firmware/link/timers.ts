// SPDX-License-Identifier: Apache-2.0
// A handful of named timers over the board's single alarm. Deadlines are in milliseconds modulo 2^31, so they cross the
// wrap of the board's clock (protocol.md "Timers"); a delay is below 2^30 ms.

import { millis, randomWord, setAlarm } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';

export const TIMER_RUN = 0;
export const TIMER_CONFIRM = 1;
export const TIMER_DECIDE = 2;
export const TIMER_DATA = 3;
export const TIMER_ADVERT = 4;
export const TIMER_SWEEP = 5;
export const TIMER_ATTACHED = 6;
export const TIMER_PROBE = 7;
export const TIMER_ROUTE = 8;
export const TIMER_REVOKE = 9;
export const TIMER_GROUP = 10;
/** Data that waits for its way down (B), or a sleep that waits for its moment (mote). */
export const TIMER_DOWN = 11;
export const TIMER_SLEEP = 12;
const TIMERS = 13;

/** ~deadline, so below 0; or 0: the timer is stopped. */
const timers = makeWords(TIMERS);

/** Milliseconds from now until `deadline`, negative once it has passed. */
export function remaining(deadline: number): number {
  const ahead = (deadline - millis()) & 0x7fffffff;
  return ahead < 0x40000000 ? ahead : ahead - 0x7fffffff - 1;
}

/** The time `delay` ms from now, as remaining() takes it. */
export function inMillis(delay: number): number {
  return (millis() + delay) & 0x7fffffff;
}

/** Sets timer `id` to `delay` ms from now, in place of what it was set to. The alarm is set when no task runs: takeDueTimer(). */
export function setTimer(id: number, delay: number): void {
  timers[id] = ~inMillis(delay);
}

/** Lets timer `id` end `delay` ms from now, if it would end later. */
export function hastenTimer(id: number, delay: number): void {
  if (timers[id] < 0 && remaining(~timers[id]) > delay) setTimer(id, delay);
}

/** Stops timer `id`. */
export function stopTimer(id: number): void {
  timers[id] = 0;
}

/** @returns a timer that is due, now stopped; or -1, and the alarm is set for the next one. */
export function takeDueTimer(): number {
  let soonest = 0x3fffffff;
  for (let id = 0; id < TIMERS; id++) {
    if (timers[id] < 0) {
      const left = remaining(~timers[id]);
      if (left <= 0) {
        timers[id] = 0;
        return id;
      }
      if (left < soonest) soonest = left;
    }
  }
  setAlarm(soonest);
  return -1;
}

/** A random delay of `base` ms give or take `spread` ms. */
export function jitter(base: number, spread: number): number {
  return base - spread + ((randomWord() & 0x7fffffff) % (2 * spread + 1));
}
