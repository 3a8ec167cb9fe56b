// SPDX-License-Identifier: Apache-2.0
// The board's own words of RTC memory, behind those of the role: what goes on over a sleep without a write to flash.

import { retainedRead, retainedWrite } from '#mcu';
import { makeWords } from '../../crypto-core/tables.ts';
import { checked } from './check.ts';

/** Where they begin: firmware/board.ts gives the role those below. */
const FIRST = 116;

/** Key of the random number generator (4 words). */
export const POOL = 0;
/** Seconds when the stage that is slept is over, seconds still to be slept then, microseconds that are no whole second. */
export const SECONDS = 4;
export const LEFT = 5;
export const REST = 6;
const CHECK = 7;

export const own = makeWords(8);

/** Takes own[] from RTC memory. @returns false if it is not what keepRetained() wrote: then own[] is zero */
export function takeRetained(): boolean {
  for (let i = 0; i < CHECK; i++) own[i] = retainedRead(FIRST + i);
  const whole = retainedRead(FIRST + CHECK) === checkOwn();
  if (!whole) for (let i = 0; i < CHECK; i++) own[i] = 0;
  return whole;
}

export function keepRetained(): void {
  for (let i = 0; i < CHECK; i++) retainedWrite(FIRST + i, own[i]);
  retainedWrite(FIRST + CHECK, checkOwn());
}

/** What was taken serves once. */
export function wipeRetained(): void {
  for (let i = 0; i <= CHECK; i++) retainedWrite(FIRST + i, 0);
}

function checkOwn(): number {
  let check = FIRST;
  for (let i = 0; i < CHECK; i++) check = checked(check, own[i]);
  return check;
}
