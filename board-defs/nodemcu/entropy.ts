// SPDX-License-Identifier: Apache-2.0
// Random numbers of a board. No source of it is trusted alone (docs/storage.md, "Random numbers"): a seed in flash, the processor's
// generator, which on an ESP8266 gives the same after each reset, and the noise of the radio's receiver or oscillator are mixed
// by CMAC into the key of a generator. That draws a block and a new key from each key, so nothing that was drawn can be drawn
// again from what is left, and the processor's generator is added to each word.

import { randomWord as hardwareWord } from '#mcu';
import { radioNoise } from '#radio';
import { drawBlock } from '../../crypto-core/aes.ts';
import { cmacTo } from '../../crypto-core/cmac.ts';
import { forgetKey, step } from '../../crypto-core/job.ts';
import { makeBytes, makeWords } from '../../crypto-core/tables.ts';
import { putWord } from '../../crypto-core/words.ts';
import { storageRead, writeRecord } from './log.ts';
import { own, POOL } from './retained.ts';

/** The seed's record, which no role has. */
const RECORD = 0;
const WORDS = 4;
/** What the mixture is for: the seed of the next start, the key of this one. */
const NEXT_SEED = 1;
const THIS_KEY = 2;

/** One octet of purpose, 16 of the processor's, 16 of noise. */
const mixture = makeBytes(33);
const BLOCKS = 8;
/** The seed, and then the key of the generator. */
const key = makeWords(WORDS);
const made = makeWords(WORDS);
const ready = makeWords(WORDS);
let left = 0;

/** Takes the generator's key over a sleep. @param words where it is kept */
export function resumeRandom(): void {
  for (let i = 0; i < WORDS; i++) key[i] = own[POOL + i];
}

/** Keeps the generator's key, which nothing was drawn from yet. */
export function keepRandom(): void {
  for (let i = 0; i < WORDS; i++) own[POOL + i] = key[i];
}

/**
 * Seeds the generator. The stored seed is another one in flash before this one is used.
 * @returns false if there is no seed and the noise is none: what would be drawn might be known
 */
export function seedRandom(): boolean {
  const seeded = storageRead(RECORD, key, 0, WORDS);
  if (!seeded) for (let i = 0; i < WORDS; i++) key[i] = 0;
  for (let i = 0; i < WORDS; i++) putWord(mixture, 1 + 4 * i, hardwareWord());
  let ones = 0;
  for (let i = 0; i < WORDS; i++) {
    const word = radioNoise();
    putWord(mixture, 17 + 4 * i, word);
    for (let bit = 0; bit < 32; bit++) ones += (word >> bit) & 1;
  }
  if (!seeded && (ones < 32 || ones > 96)) return false;
  for (let purpose = NEXT_SEED; purpose <= THIS_KEY; purpose++) {
    mixture[0] = purpose;
    cmacTo(key, 0, mixture, 0, 33, made, 0);
    step(BLOCKS);
    if (purpose === NEXT_SEED && !writeRecord(RECORD, made, 0, WORDS)) return false;
  }
  forgetKey();
  for (let i = 0; i < WORDS; i++) key[i] = made[i];
  for (let i = 0; i < WORDS; i++) made[i] = 0;
  for (let i = 0; i < 33; i++) mixture[i] = 0;
  return true;
}

/** As firmware/board.ts. */
export function randomWord(): number {
  if (left === 0) {
    drawBlock(key, ready);
    left = WORDS;
  }
  left--;
  const word = ready[left];
  ready[left] = 0;
  return word ^ hardwareWord();
}
