// SPDX-License-Identifier: Apache-2.0
// `aes TURNS`: blocks in a chain, each the plaintext of the next, from that of FIPS 197 C.1; and how long they take: as many turns with
// STEP_BLOCKS of them as without, so that what a turn costs by itself can be taken off.

import { STEP_BLOCKS } from '#definition';
import { micros } from '#mcu';
import { encrypt, loadKey } from '../../../crypto-core/aes.ts';
import { pack } from '../../../crypto-core/octets.ts';
import { makeWords } from '../../../crypto-core/tables.ts';
import { done, endRow, numbers, put, putDigits, putWord } from './lines.ts';
import { goOn } from './turns.ts';

const chain = makeWords(4);

const state = makeWords(4);
const LEFT = 0;
const BEGAN = 1;
/** Microseconds of the turns without blocks. */
const IDLE = 2;
const BLOCKS = 3;

/** @returns AES blocks done since start. */
export function blocks(): number {
  return state[BLOCKS];
}

export function beginAes(): void {
  for (let i = 0; i < 4; i++) chain[i] = pack(4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3);
  loadKey(chain, 0);
  for (let i = 0; i < 4; i++) chain[i] = pack(68 * i, 68 * i + 17, 68 * i + 34, 68 * i + 51);
  state[LEFT] = numbers[0];
  state[BEGAN] = micros();
  goOn(idle);
}

function since(): number {
  return (micros() - state[BEGAN]) & 0x7fffffff;
}

function idle(): void {
  if (state[LEFT] >= 0) {
    state[LEFT] -= 1;
    goOn(idle);
    return;
  }
  state[IDLE] = since();
  state[LEFT] = numbers[0];
  state[BEGAN] = micros();
  goOn(work);
}

function work(): void {
  if (state[LEFT] <= 0) {
    endAes();
    return;
  }
  state[LEFT] -= 1;
  for (let i = 0; i < STEP_BLOCKS; i++) encrypt(chain[0], chain[1], chain[2], chain[3], chain);
  state[BLOCKS] = (state[BLOCKS] + STEP_BLOCKS) & 0x7fffffff;
  goOn(work);
}

function endAes(): void {
  // Both began in the turn before their first: one more than there are turns of work.
  put('micros', since());
  put('idle', state[IDLE]);
  put('blocks', numbers[0] * STEP_BLOCKS);
  putWord('chain', chain[0]);
  for (let i = 1; i < 4; i++) putDigits(chain[i], 8);
  endRow();
  done();
}
