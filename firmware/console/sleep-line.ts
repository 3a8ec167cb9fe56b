// SPDX-License-Identifier: Apache-2.0
// A line for a mote's console: `sleep <seconds>`, as its application may ask for by sleepFor().

import { rxLine } from '#board';
import { getWord } from '../../crypto-core/index.ts';
import { sleepFor } from '../app/calls.ts';
import { LINE_DONE, LINE_OTHER, LINE_REFUSED } from './console.ts';

const SLEE = 0x736c6565; // "slee"
const P = 0x7020; // "p "
const FROM = 6;
/** Digits that are taken: 277 hours. */
const DIGITS = 6;

/** Answers a line, if it is this one. @returns LINE_OTHER if not. */
export function sleepLine(length: number): number {
  if (length <= FROM || getWord(rxLine, 0) !== SLEE || rxLine[4] * 256 + rxLine[5] !== P) return LINE_OTHER;
  if (length > FROM + DIGITS) return LINE_REFUSED;
  let value = 0;
  for (let at = FROM; at < length; at++) {
    const digit = rxLine[at] - 48;
    if (digit < 0 || digit > 9) return LINE_REFUSED;
    value = 10 * value + digit;
  }
  if (value === 0) return LINE_REFUSED;
  sleepFor(value);
  return LINE_DONE;
}
