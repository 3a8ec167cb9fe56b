// SPDX-License-Identifier: Apache-2.0
// AES-CMAC (SP 800-38B; RFC 4493): a CBC-MAC whose last block is masked with a subkey made of L = E(0).

import { holdsL, makeL, noteKey, subkeyL } from './aes.ts';
import { absorb } from './cbc.ts';
import { chain, JOB_DONE, JOB_REFUSED, mask, runNext, settle } from './job.ts';
import { makeBytes, makeWords } from './tables.ts';
import type { Bytes, Words } from './tables.ts';
import { getPart, getWord, wipeWords } from './words.ts';

/** The MAC made by the latest cmacBegin job: four big-endian words. */
export const mac = makeWords(4);

const AT = 0;
const LEFT = 1;
const RESULT_AT = 2;
const state = makeWords(3);
let message = makeBytes(1);
let result = mac;

/**
 * Begins the AES-CMAC of message[messageAt..messageAt + messageLength - 1] under key[keyAt..keyAt+3] (big-endian words). The key
 * is read now, the message while the job runs. Blocks: one per 16 octets begun, at least one, and one for L unless the
 * job before had the same key and made a CMAC.
 * @param messageLength octets, 0 or more; below, the job is refused
 * The result is in `mac` when step() returns JOB_DONE.
 */
export function cmacBegin(key: Words, keyAt: number, bytes: Bytes, at: number, length: number): void {
  cmacTo(key, keyAt, bytes, at, length, mac, 0);
}

/** cmacBegin with a place for the result: out[outAt..outAt+3]. */
export function cmacTo(
  key: Words,
  keyAt: number,
  bytes: Bytes,
  at: number,
  length: number,
  out: Words,
  outAt: number,
): void {
  if (length < 0) {
    settle(JOB_REFUSED);
    return;
  }
  noteKey(key, keyAt);
  wipeWords(chain, 0, 4);
  message = bytes;
  result = out;
  state[AT] = at;
  state[LEFT] = length;
  state[RESULT_AT] = outAt;
  if (holdsL()) chooseNext();
  else runNext(blockForL);
}

function chooseNext(): void {
  if (state[LEFT] > 16) runNext(innerBlocks);
  else runNext(lastBlock);
}

function blockForL(): number {
  makeL();
  chooseNext();
  return 1;
}

function innerBlocks(maxBlocks: number): number {
  let at = state[AT];
  let left = state[LEFT];
  let done = 0;
  while (left > 16 && done < maxBlocks) {
    absorb(getWord(message, at), message, at, 16);
    at += 16;
    left -= 16;
    done++;
  }
  state[AT] = at;
  state[LEFT] = left;
  chooseNext();
  return done;
}

/** mask = x·mask in GF(2^128) modulo x^128 + x^7 + x^2 + x + 1, without a branch on the bit that falls out. */
function doubleMask(): void {
  const reduction = (mask[0] >>> 31) * 0x87;
  for (let i = 0; i < 3; i++) mask[i] = (mask[i] << 1) | (mask[i + 1] >>> 31);
  mask[3] = (mask[3] << 1) ^ reduction;
}

/** The last block is masked with K1 = x·L if it is complete; else 10...0 is added and it is masked with K2 = x·K1. */
function lastBlock(): number {
  for (let i = 0; i < 4; i++) mask[i] = subkeyL[i];
  doubleMask();
  const left = state[LEFT];
  if (left < 16) {
    doubleMask();
    let one = -0x80000000;
    for (let i = left % 4; i > 0; i--) one = one >>> 8;
    const word = left >>> 2;
    mask[word] = mask[word] ^ one;
  }
  for (let i = 0; i < 4; i++) chain[i] = chain[i] ^ mask[i];
  absorb(getPart(message, state[AT], left), message, state[AT], left);
  for (let i = 0; i < 4; i++) result[state[RESULT_AT] + i] = chain[i];
  // The result may be a key: no copy of it stays.
  wipeWords(chain, 0, 4);
  settle(JOB_DONE);
  return 1;
}
