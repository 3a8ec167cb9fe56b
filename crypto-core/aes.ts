// SPDX-License-Identifier: Apache-2.0
// The key in use. How blocks are done under it is the board's choice: '#aes' is a file of aes/ (docs/crypto-core.md).

import { encrypt, substituteRotated, wipeCounter } from '#aes';
import { expandKey, schedule, SCHEDULE_WORDS } from './aes/keys.ts';
import { makeWords } from './tables.ts';
import type { Words } from './tables.ts';
import { wipeWords } from './words.ts';

export { beginCounter, encrypt, encryptCounter } from '#aes';

/** E(0) under the key in use once `holdsL()`: CMAC's subkeys come from it (SP 800-38B 6.1). */
export const subkeyL = makeWords(4);

const NOTHING = 0;
/** The key alone: its round keys are yet to be made. */
const NOTED = 1;
const KEY = 2;
const KEY_AND_L = 3;
let held = NOTHING;

/** Makes key[at..at+3] (big-endian words) the key in use. The one already in use is not expanded again and keeps its L. */
export function loadKey(key: Words, at: number): void {
  noteKey(key, at);
  expandNoted();
}

/** loadKey(), but for the round keys: expandNoted() comes before the first block. */
export function noteKey(key: Words, at: number): void {
  if (held !== NOTHING && isHeld(key, at)) return;
  for (let i = 0; i < 4; i++) schedule[i] = key[at + i];
  held = NOTED;
}

/**
 * Makes the round keys of the key in use, if that is yet to be done. @returns whether it was. The answer is that where there is nothing to
 * make, too: so all boards take the same turns.
 */
export function expandNoted(): boolean {
  if (held !== NOTED) return false;
  expandKey(substituteRotated);
  held = KEY;
  return true;
}

/** No branch on single words: how many of them agree does not show in the number of instructions. */
function isHeld(key: Words, at: number): boolean {
  const differences =
    (schedule[0] ^ key[at]) | (schedule[1] ^ key[at + 1]) | (schedule[2] ^ key[at + 2]) | (schedule[3] ^ key[at + 3]);
  return differences === 0;
}

/** @returns true if subkeyL belongs to the key in use. */
export function holdsL(): boolean {
  return held === KEY_AND_L;
}

/** Computes subkeyL: one block. */
export function makeL(): void {
  encrypt(0, 0, 0, 0, subkeyL);
  held = KEY_AND_L;
}

/** Wipes the key, what was made of it, and L. */
export function wipeKey(): void {
  wipeWords(schedule, 0, SCHEDULE_WORDS);
  wipeCounter();
  wipeWords(subkeyL, 0, 4);
  held = NOTHING;
}

const aside = makeWords(4);

/**
 * A step of a random number generator beside the engine: out[0..3] = E(1) under key[0..3] (big-endian words), and then the key becomes
 * E(0). The key in use stays the key in use, with its L; a job under way goes on as if nothing had been.
 */
export function drawBlock(key: Words, out: Words): void {
  for (let i = 0; i < 4; i++) {
    aside[i] = schedule[i];
    schedule[i] = key[i];
  }
  expandKey(substituteRotated);
  encrypt(0, 0, 0, 1, out);
  encrypt(0, 0, 0, 0, key);
  for (let i = 0; i < 4; i++) schedule[i] = aside[i];
  wipeWords(aside, 0, 4);
  if (held === KEY || held === KEY_AND_L) expandKey(substituteRotated);
  else wipeWords(schedule, 4, SCHEDULE_WORDS - 4);
}
