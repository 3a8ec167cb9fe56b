// SPDX-License-Identifier: Apache-2.0
// Round keys (FIPS 197 5.2), whichever way blocks are done.

import { EXPANDED } from '#schedule';
import { makeWords } from '../tables.ts';
import { twice } from './sbox.ts';

export const SCHEDULE_WORDS = EXPANDED ? 44 : 4;

/** 11 round keys of 4 words, or only the first of them, which is the key. */
export const schedule = makeWords(SCHEDULE_WORDS);

/**
 * Makes the round keys that follow from the key, schedule[0..3] (big-endian words). It costs about as much as a block, or nothing.
 * @param substituteRotated SubWord(RotWord(word))
 */
export function expandKey(substituteRotated: (word: number) => number): void {
  let rcon = 1;
  for (let i = 4; i < SCHEDULE_WORDS; i += 4) {
    schedule[i] = schedule[i - 4] ^ substituteRotated(schedule[i - 1]) ^ (rcon << 24);
    schedule[i + 1] = schedule[i - 3] ^ schedule[i];
    schedule[i + 2] = schedule[i - 2] ^ schedule[i + 1];
    schedule[i + 3] = schedule[i - 1] ^ schedule[i + 2];
    rcon = twice(rcon);
  }
}
