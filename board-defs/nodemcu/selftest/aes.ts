// SPDX-License-Identifier: Apache-2.0
// `aes TURNS`: the block of FIPS 197 C.1, a frame sealed by AES-CCM as a mote seals it, and how long blocks take: as many turns
// with STEP_BLOCKS of them as without, so that what a turn costs by itself can be taken off.

import { STEP_BLOCKS } from '#definition';
import { micros } from '#mcu';
import { aesEncrypt } from '../../../crypto-core/block.ts';
import { ccmSealBegin } from '../../../crypto-core/ccm.ts';
import { cmacBegin } from '../../../crypto-core/cmac.ts';
import { blocks, JOB_RUNNING, step } from '../../../crypto-core/job.ts';
import { makeBytes, makeWords } from '../../../crypto-core/tables.ts';
import { getWord } from '../../../crypto-core/words.ts';
import { txFrame } from '../frames.ts';
import { done, endRow, numbers, put, putDigits, putWords } from './lines.ts';
import { goOn } from './turns.ts';

/** Octets of the frame: of its header, and of its text with the tag behind. */
const HEADER = 21;
const TEXT = 64;
const TAG = 8;
const NONCE = 13;
/** Octets of a CMAC: 8 blocks. */
const MESSAGE = 127;

const key = makeWords(4);
const nonce = makeBytes(NONCE);

const state = makeWords(5);
const LEFT = 0;
const BEGAN = 1;
/** Microseconds of the turns without blocks. */
const IDLE = 2;
const BLOCKS = 3;
const RUNNING = 4;

export function beginAes(): void {
  for (let i = 0; i < 16; i++) txFrame[i] = i;
  for (let i = 0; i < 4; i++) key[i] = getWord(txFrame, 4 * i);
  for (let i = 0; i < 16; i++) txFrame[i] = 17 * i;
  aesEncrypt(key, 0, txFrame, 0);
  putWords('block', getWord(txFrame, 0));
  for (let i = 4; i < 16; i += 4) putDigits(getWord(txFrame, i), 8);
  for (let i = 0; i < HEADER + TEXT; i++) txFrame[i] = i;
  for (let i = 0; i < NONCE; i++) nonce[i] = i;
  state[BLOCKS] = blocks();
  ccmSealBegin(key, 0, nonce, txFrame, 0, HEADER, txFrame, HEADER, TEXT, TAG);
  goOn(seal);
}

function seal(): void {
  if (step(STEP_BLOCKS) === JOB_RUNNING) {
    goOn(seal);
    return;
  }
  putWords('tag', getWord(txFrame, HEADER + TEXT));
  putDigits(getWord(txFrame, HEADER + TEXT + 4), 8);
  put('sealing', blocks() - state[BLOCKS]);
  state[LEFT] = numbers[0];
  goOn(beginIdle);
}

function beginIdle(): void {
  state[BEGAN] = micros();
  idle();
}

function since(): number {
  return (micros() - state[BEGAN]) & 0x7fffffff;
}

function idle(): void {
  if (state[LEFT] > 0) {
    state[LEFT] -= 1;
    goOn(idle);
    return;
  }
  state[IDLE] = since();
  state[LEFT] = numbers[0];
  state[BLOCKS] = blocks();
  state[RUNNING] = 0;
  state[BEGAN] = micros();
  work();
}

function work(): void {
  if (state[LEFT] > 0) {
    state[LEFT] -= 1;
    if (state[RUNNING] === 0) cmacBegin(key, 0, txFrame, 0, MESSAGE);
    state[RUNNING] = step(STEP_BLOCKS) === JOB_RUNNING ? 1 : 0;
    goOn(work);
    return;
  }
  put('micros', since());
  put('idle', state[IDLE]);
  put('blocks', blocks() - state[BLOCKS]);
  endRow();
  done();
}
