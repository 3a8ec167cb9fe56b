// SPDX-License-Identifier: Apache-2.0
// Octets at rest, four a word: a Bytes table costs up to 12 octets of RAM an entry. First octet in the high end; a last word
// that is not full holds its octets at the low end, so that more can be shifted in behind them.

import { getWord, putWord } from '../../crypto-core/words.ts';
import type { Bytes, Words } from '../../crypto-core/tables.ts';

/**
 * Appends bytes[at .. at+length-1] to the octets packed from words[first] on.
 * @param filled octets packed there so far
 */
export function packOctets(
  words: Words,
  first: number,
  filled: number,
  bytes: Bytes,
  at: number,
  length: number,
): void {
  let index = first + (filled >>> 2);
  let held = filled & 3;
  let word = held === 0 ? 0 : words[index];
  let from = at;
  const to = at + length;
  while (from < to) {
    if (held === 0 && to - from >= 4) {
      words[index] = getWord(bytes, from);
      index += 1;
      from += 4;
    } else {
      word = (word << 8) | bytes[from];
      words[index] = word;
      from += 1;
      held = (held + 1) & 3;
      if (held === 0) {
        index += 1;
        word = 0;
      }
    }
  }
}

/** Copies `length` octets packed from words[first] on to bytes[to .. to+length-1]. */
export function unpackOctets(words: Words, first: number, length: number, bytes: Bytes, to: number): void {
  const whole = length >>> 2;
  for (let i = 0; i < whole; i++) putWord(bytes, to + (i << 2), words[first + i]);
  const at = whole << 2;
  let word = at < length ? words[first + whole] : 0;
  for (let i = length - 1; i >= at; i--) {
    bytes[to + i] = word & 255;
    word = word >>> 8;
  }
}
