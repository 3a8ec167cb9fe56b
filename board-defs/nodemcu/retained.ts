// SPDX-License-Identifier: Apache-2.0
// The board's own words of RTC memory, behind those of the role: what goes on over a sleep without a write to flash.

import { makeWords } from '../../crypto-core/tables.ts';
import { checked } from './check.ts';
import type { Rtcmem } from './modules.ts';

declare const rtcmem: Rtcmem;

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

/** Words 0 to 127 of RTC memory, which a deep sleep leaves alone. */
export function retainedRead(place: number): number {
  return rtcmem.read32(place);
}

export function retainedWrite(place: number, word: number): void {
  rtcmem.write32(place, word);
}

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
