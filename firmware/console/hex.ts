// SPDX-License-Identifier: Apache-2.0

import type { Words } from '../../crypto-core/tables.ts';
import { digitAt, lastLength, line, NEXT_ROW } from './input.ts';

/** Octets that one turn reads. */
const OCTETS_A_TURN = 4;

/**
 * Reads the last word of the line, hexadecimal octets, packed into words[0..] (mac/packed.ts), some of
 * them a turn; NEXT_ROW counts them.
 * @param most octets that there may be. @returns how many there are; 0: it is no such thing; -1: call again in another turn
 */
export function readHex(words: Words, most: number): number {
  const digits = lastLength();
  const octets = digits >> 1;
  if (digits !== 2 * octets || octets < 1 || octets > most) return 0;
  const from = line[NEXT_ROW] < 0 ? 0 : line[NEXT_ROW];
  const to = from + OCTETS_A_TURN < octets ? from + OCTETS_A_TURN : octets;
  for (let i = from; i < to; i++) {
    const high = digitAt(2 * i);
    const low = digitAt(2 * i + 1);
    if (high < 0 || low < 0) return 0;
    words[i >>> 2] = ((i & 3) === 0 ? 0 : words[i >>> 2] << 8) | (16 * high + low);
  }
  line[NEXT_ROW] = to;
  return to === octets ? octets : -1;
}
