// SPDX-License-Identifier: Apache-2.0
// AES-CCM (SP 800-38C; RFC 3610) and CCM* (IEEE 802.15.4 Annex B), in place.
// 1. The tag is a CBC-MAC over B_0 (flags, nonce, text length), the associated data behind its length, and the plaintext.
// 2. The counter blocks A_i (flags, nonce, i) make the key stream: A_1 and on hide the text, A_0 hides the tag.
// 3. Sealing authenticates each block of text and then hides it; opening goes the other way round.
// 4. A tag of 0 octets is level 4 of IEEE 802.15.4: encryption alone, the associated data has no part in it.

import { encrypt, loadKey } from './aes.ts';
import { absorb } from './cbc.ts';
import { chain, JOB_DONE, JOB_FAILED, JOB_REFUSED, JOB_RUNNING, mask, runNext, settle } from './job.ts';
import { makeBytes, makeWords } from './tables.ts';
import type { Bytes, Words } from './tables.ts';
import { addPart, getPart, getWord, putWord, wipeBytes } from './words.ts';

export const CCM_SEAL = 0;
export const CCM_OPEN = 1;

/** A_0 (SP 800-38C A.3); the counter is its last word, plus what nonce lies in there. */
const counter = makeWords(4);

/** The tag that the message ought to carry, all 16 octets of it. */
const tag = makeBytes(16);

const DIRECTION = 0;
const AAD_LENGTH = 1;
const TEXT_AT = 2;
const TEXT_LENGTH = 3;
const TAG_LENGTH = 4;
/** Where the next block of the part being worked on begins, and the octets left of that part. */
const AT = 5;
const LEFT = 6;
const state = makeWords(7);
let aadBytes = makeBytes(1);
let textBytes = aadBytes;

/**
 * Begins to seal text[textAt..textAt + textLength - 1] in place, with a nonce of 13 octets. The tag is written behind it.
 * Key and nonce are read now, the rest while the job runs.
 * Blocks: 1 for B_0, ⌈(aadLength + 2) / 16⌉ unless aadLength is 0, 2 for each 16 octets of text begun, 1 for the tag.
 * @param key four big-endian words at key[keyAt..]
 * @param nonce 13 octets at 0; never the same twice under one key
 * @param aadLength octets at aad[aadAt..], 0 to 65279
 * @param textLength octets, 0 to 65535; beyond them `text` has room for the tag
 * @param tagLength octets: 4, 6, 8, 10, 12, 14, 16, or 0 for CCM* without authentication
 * A length out of range makes step() return JOB_REFUSED.
 */
export function ccmSealBegin(
  key: Words,
  keyAt: number,
  nonce: Bytes,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  text: Bytes,
  textAt: number,
  textLength: number,
  tagLength: number,
): void {
  ccmBegin(CCM_SEAL, key, keyAt, nonce, 13, aad, aadAt, aadLength, text, textAt, textLength, tagLength);
}

/**
 * Begins to open text[textAt..textAt + textLength - 1] in place; the tag lies behind it. Parameters as for ccmSealBegin.
 * What lies in `text` is not authentic before step() returns JOB_DONE. JOB_FAILED: the tag does not fit, and
 * the text has been wiped to zeros.
 */
export function ccmOpenBegin(
  key: Words,
  keyAt: number,
  nonce: Bytes,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  text: Bytes,
  textAt: number,
  textLength: number,
  tagLength: number,
): void {
  ccmBegin(CCM_OPEN, key, keyAt, nonce, 13, aad, aadAt, aadLength, text, textAt, textLength, tagLength);
}

/**
 * Both of the above for any nonce of SP 800-38C.
 * @param direction CCM_SEAL or CCM_OPEN
 * @param nonceLength octets at nonce[0..], 7 to 13
 */
export function ccmBegin(
  direction: number,
  key: Words,
  keyAt: number,
  nonce: Bytes,
  nonceLength: number,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  text: Bytes,
  textAt: number,
  textLength: number,
  tagLength: number,
): void {
  const lengthsFit =
    nonceLength >= 7 &&
    nonceLength <= 13 &&
    aadLength >= 0 &&
    aadLength <= 65279 &&
    textLength >= 0 &&
    textLength <= 65535;
  const tagFits = tagLength === 0 || (tagLength >= 4 && tagLength <= 16 && tagLength % 2 === 0);
  if (!lengthsFit || !tagFits) {
    settle(JOB_REFUSED);
    return;
  }
  loadKey(key, keyAt);
  counter[0] = ((14 - nonceLength) << 24) | (getWord(nonce, 0) >>> 8);
  counter[1] = getPart(nonce, 3, nonceLength - 3);
  counter[2] = getPart(nonce, 7, nonceLength - 7);
  counter[3] = getPart(nonce, 11, nonceLength - 11);
  aadBytes = aad;
  textBytes = text;
  state[DIRECTION] = direction;
  state[AAD_LENGTH] = aadLength;
  state[TEXT_AT] = textAt;
  state[TEXT_LENGTH] = textLength;
  state[TAG_LENGTH] = tagLength;
  // The first block of associated data begins with its length, two octets.
  state[AT] = aadAt - 2;
  state[LEFT] = aadLength + 2;
  if (tagLength > 0) runNext(headerBlock);
  else settle(beginText());
}

/** B_0 is A_0 with more in its flags, and the text length for a counter (SP 800-38C A.2.1). */
function headerBlock(): number {
  const adata = state[AAD_LENGTH] > 0 ? 64 : 0;
  const flags = adata + (state[TAG_LENGTH] - 2) * 4;
  encrypt(counter[0] | (flags << 24), counter[1], counter[2], counter[3] | state[TEXT_LENGTH], chain);
  if (adata === 0) return beginText();
  runNext(firstAadBlock);
  return JOB_RUNNING;
}

/** The length goes before the first octets (A.2.2). */
function firstAadBlock(): number {
  const length = state[AAD_LENGTH];
  return absorbAad((length << 16) | (getPart(aadBytes, state[AT] + 2, length) >>> 16));
}

function aadBlock(): number {
  return absorbAad(getPart(aadBytes, state[AT], state[LEFT]));
}

function absorbAad(first: number): number {
  absorb(first, aadBytes, state[AT], state[LEFT]);
  state[AT] += 16;
  state[LEFT] -= 16;
  if (state[LEFT] <= 0) return beginText();
  runNext(aadBlock);
  return JOB_RUNNING;
}

function beginText(): number {
  state[AT] = state[TEXT_AT] - 16;
  state[LEFT] = state[TEXT_LENGTH] + 16;
  return nextText();
}

/** On to the next block of text, or to the tag. */
function nextText(): number {
  state[AT] += 16;
  state[LEFT] -= 16;
  if (state[LEFT] > 0) {
    if (state[DIRECTION] === CCM_SEAL && state[TAG_LENGTH] > 0) runNext(authenticate);
    else runNext(encipher);
  } else {
    if (state[TAG_LENGTH] === 0) return JOB_DONE;
    runNext(finish);
  }
  return JOB_RUNNING;
}

/** One block of plaintext into the CBC-MAC (A.2.3). */
function authenticate(): number {
  const at = state[AT];
  const left = state[LEFT];
  absorb(getPart(textBytes, at, left), textBytes, at, left);
  if (state[DIRECTION] === CCM_OPEN) return nextText();
  runNext(encipher);
  return JOB_RUNNING;
}

/** One block of key stream onto the text, which hides or reveals it (6.1 step 8; 6.2 step 5). */
function encipher(): number {
  const at = state[AT];
  const left = state[LEFT];
  const index = ((at - state[TEXT_AT]) >>> 4) + 1;
  encrypt(counter[0], counter[1], counter[2], counter[3] + index, mask);
  addPart(textBytes, at, left, mask[0]);
  addPart(textBytes, at + 4, left - 4, mask[1]);
  addPart(textBytes, at + 8, left - 8, mask[2]);
  addPart(textBytes, at + 12, left - 12, mask[3]);
  if (state[DIRECTION] === CCM_SEAL || state[TAG_LENGTH] === 0) return nextText();
  runNext(authenticate);
  return JOB_RUNNING;
}

/** The tag is the CBC-MAC hidden by A_0's key stream: it is written, or compared with what came. */
function finish(): number {
  encrypt(counter[0], counter[1], counter[2], counter[3], mask);
  for (let i = 0; i < 4; i++) putWord(tag, 4 * i, chain[i] ^ mask[i]);
  const at = state[TEXT_AT] + state[TEXT_LENGTH];
  const length = state[TAG_LENGTH];
  if (state[DIRECTION] === CCM_SEAL) {
    for (let i = 0; i < length; i++) textBytes[at + i] = tag[i];
    return JOB_DONE;
  }
  // No early exit, and bit 8 always set, so that every octet costs the same whether it fits or not (see equalWords).
  let seen = 256;
  for (let i = 0; i < length; i++) seen |= (tag[i] + 256) ^ textBytes[at + i];
  if (seen === 256) return JOB_DONE;
  wipeBytes(tag, 0, 16);
  wipeBytes(textBytes, state[TEXT_AT], state[TEXT_LENGTH]);
  return JOB_FAILED;
}
