// SPDX-License-Identifier: Apache-2.0
// Reports on the console: "@", then the event and its arguments in hexadecimal, without zeros at the end of the line.

import { REPORTS } from '#definition';
import { consoleWrite } from './console.ts';

const LINE_END = 10;
const SPACE = 32;
const ZERO = 48;
const AT_SIGN = 64;
/** From "9" to "a". */
const LETTERS = 39;

/** As firmware/board.ts. */
export function report(event: number, a: number, b: number, c: number, d: number, e: number): void {
  if (!REPORTS) return;
  writeHex(AT_SIGN, event);
  if ((a | b | c | d | e) !== 0) writeHex(SPACE, a);
  if ((b | c | d | e) !== 0) writeHex(SPACE, b);
  if ((c | d | e) !== 0) writeHex(SPACE, c);
  if ((d | e) !== 0) writeHex(SPACE, d);
  if (e !== 0) writeHex(SPACE, e);
  consoleWrite(LINE_END);
}

function writeHex(before: number, word: number): void {
  consoleWrite(before);
  let shift = 28;
  while (shift > 0 && ((word >> shift) & 15) === 0) shift -= 4;
  while (shift >= 0) {
    const digit = (word >> shift) & 15;
    consoleWrite(digit < 10 ? ZERO + digit : ZERO + LETTERS + digit);
    shift -= 4;
  }
}
