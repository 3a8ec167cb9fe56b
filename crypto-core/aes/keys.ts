// SPDX-License-Identifier: Apache-2.0
// Round keys (FIPS 197 5.2), whichever way blocks are done.

import { EXPANDED } from '#schedule';
import { makeWords } from '../tables.ts';
import type { Words } from '../tables.ts';
import { twice } from './sbox.ts';

export const SCHEDULE_WORDS = EXPANDED ? 44 : 4;

/** 11 round keys of 4 words, or only the first of them, which is the key. */
export const schedule = makeWords(SCHEDULE_WORDS);

/**
 * Makes key[at..at+3] (big-endian words) the key of all blocks from now on. It costs about as much as a block, or nothing.
 * @param substituteRotated SubWord(RotWord(word))
 */
export function expandKey(key: Words, at: number, substituteRotated: (word: number) => number): void {
  for (let i = 0; i < 4; i++) schedule[i] = key[at + i];
  let rcon = 1;
  for (let i = 4; i < SCHEDULE_WORDS; i += 4) {
    schedule[i] = schedule[i - 4] ^ substituteRotated(schedule[i - 1]) ^ (rcon << 24);
    schedule[i + 1] = schedule[i - 3] ^ schedule[i];
    schedule[i + 2] = schedule[i - 2] ^ schedule[i + 1];
    schedule[i + 3] = schedule[i - 1] ^ schedule[i + 2];
    rcon = twice(rcon);
  }
}
