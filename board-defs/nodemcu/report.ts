// SPDX-License-Identifier: Apache-2.0
// Reports on the console: "@", then the event and its arguments in hexadecimal, without zeros at the end of the line.

import { REPORTS } from '#definition';
import { makeWords } from '../../crypto-core/tables.ts';
import { consoleWrite } from './console.ts';

const LINE_END = 10;
const SPACE = 32;
const ZERO = 48;
const AT_SIGN = 64;
/** From "9" to "a". */
const LETTERS = 39;

const said = makeWords(6);

/** As firmware/board.ts. */
export function report(event: number, a: number, b: number, c: number, d: number, e: number): void {
  if (!REPORTS) return;
  said[0] = event;
  said[1] = a;
  said[2] = b;
  said[3] = c;
  said[4] = d;
  said[5] = e;
  let last = 5;
  while (last > 0 && said[last] === 0) last--;
  for (let i = 0; i <= last; i++) {
    const word = said[i];
    let shift = 28;
    consoleWrite(i === 0 ? AT_SIGN : SPACE);
    while (shift > 0 && ((word >> shift) & 15) === 0) shift -= 4;
    while (shift >= 0) {
      const digit = (word >> shift) & 15;
      consoleWrite(digit < 10 ? ZERO + digit : ZERO + LETTERS + digit);
      shift -= 4;
    }
  }
  consoleWrite(LINE_END);
}
