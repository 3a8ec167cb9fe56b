// SPDX-License-Identifier: Apache-2.0
// AES-CCM (SP 800-38C; RFC 3610) and CCM* (IEEE 802.15.4 Annex B), in place.
// 1. The tag is a CBC-MAC over B_0 (flags, nonce, text length), the associated data behind its length, and the plaintext.
// 2. The counter blocks A_i (flags, nonce, i) make the key stream: A_1 and on hide the text, A_0 hides the tag.
// 3. Sealing authenticates each block of text and then hides it; opening goes the other way round.
// 4. A tag of 0 octets is level 4 of IEEE 802.15.4: encryption alone, the associated data has no part in it.

import { atOnce, attempt, NATIVE, takes, trust } from '#native';
import { beginCounter, encrypt, encryptCounter, noteKey } from './aes.ts';
import { schedule } from './aes/keys.ts';
import { absorb } from './cbc.ts';
import { chain, JOB_DONE, JOB_FAILED, JOB_IDLE, JOB_REFUSED, mask, runNext, settle } from './job.ts';
import { pack } from './octets.ts';
import { makeBytes, makeWords } from './tables.ts';
import type { Bytes, Words } from './tables.ts';
import { getPart, getWord, putPart, wipeBytes, wipeWords } from './words.ts';

export const CCM_SEAL = 0;
export const CCM_OPEN = 1;

/** A_0 (SP 800-38C A.3); the counter is its last word, plus what nonce lies in there. */
const counter = makeWords(4);

const AAD_LENGTH = 0;
const TEXT_AT = 1;
const TEXT_LENGTH = 2;
const TAG_LENGTH = 3;
/** Where the next block of the part being worked on begins, and the octets left of that part. */
const AT = 4;
const LEFT = 5;
/** Index of the text's next counter block, and of the block that the counter is prepared for. */
const INDEX = 6;
const PREPARED = 7;
/** Which of the two blocks for 16 octets of text is next, and which is the first of them. */
const TURN = 8;
const FIRST_TURN = 9;
const state = makeWords(10);
const AUTHENTICATE = 0;
const ENCIPHER = 1;

/** The longest associated data whose length takes two octets (A.2.2), and what int32 positions allow. */
const SHORT_AAD = 65279;
const LONGEST_AAD = 0x7ffffff9;
const LONGEST_TEXT = 0x7fffffef;

/** Room for the example of tryNative(). */
let aadBytes = makeBytes(NATIVE ? 16 : 1);
let textBytes = aadBytes;
let aadPart: () => number = firstAadBlock;
let textPart: (maxBlocks: number) => number = sealText;
let tagPart: (maxBlocks: number) => number = writeTag;

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
  beginLong(CCM_SEAL, key, keyAt, nonce, aad, aadAt, aadLength, text, textAt, textLength, tagLength);
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
  beginLong(CCM_OPEN, key, keyAt, nonce, aad, aadAt, aadLength, text, textAt, textLength, tagLength);
}

/**
 * Both of the above for any nonce of SP 800-38C, and for longer data.
 * @param direction CCM_SEAL or CCM_OPEN
 * @param nonceLength octets at nonce[0..], 7 to 13
 * @param aadLength octets, 0 to 2^31 - 7
 * @param textLength octets, as many as a counter of 15 - nonceLength octets can tell: 65535 for a nonce of 13, 2^24 - 1 for 12; and up
 * to 2^31 - 17 for those that are shorter
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
  const longest = nonceLength === 13 ? 65535 : nonceLength === 12 ? 0xffffff : LONGEST_TEXT;
  const nonceFits = nonceLength >= 7 && nonceLength <= 13;
  if (!nonceFits || !lengthsFit(aadLength, LONGEST_AAD, textLength, longest, tagLength)) {
    settle(JOB_REFUSED);
    return;
  }
  noteKey(key, keyAt);
  counter[0] = ((14 - nonceLength) << 24) | (getWord(nonce, 0) >>> 8);
  counter[1] = getPart(nonce, 3, nonceLength - 3);
  counter[2] = getPart(nonce, 7, nonceLength - 7);
  counter[3] = getPart(nonce, 11, nonceLength - 11);
  begin(direction, aad, aadAt, aadLength, text, textAt, textLength, tagLength);
  if (aadLength > SHORT_AAD) aadPart = firstLongAadBlock;
}

/** With the longest nonce, 13 octets: all that IEEE 802.15.4 has. */
function beginLong(
  direction: number,
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
  if (!lengthsFit(aadLength, SHORT_AAD, textLength, 65535, tagLength)) {
    settle(JOB_REFUSED);
    return;
  }
  noteKey(key, keyAt);
  counter[0] = pack(1, nonce[0], nonce[1], nonce[2]);
  counter[1] = pack(nonce[3], nonce[4], nonce[5], nonce[6]);
  counter[2] = pack(nonce[7], nonce[8], nonce[9], nonce[10]);
  counter[3] = pack(nonce[11], nonce[12], 0, 0);
  begin(direction, aad, aadAt, aadLength, text, textAt, textLength, tagLength);
}

function lengthsFit(
  aadLength: number,
  longestAad: number,
  textLength: number,
  longestText: number,
  tagLength: number,
): boolean {
  return (
    aadLength >= 0 &&
    aadLength <= longestAad &&
    textLength >= 0 &&
    textLength <= longestText &&
    (tagLength === 0 || (tagLength >= 4 && tagLength <= 16 && tagLength % 2 === 0))
  );
}

function begin(
  direction: number,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  text: Bytes,
  textAt: number,
  textLength: number,
  tagLength: number,
): void {
  aadBytes = aad;
  textBytes = text;
  state[AAD_LENGTH] = aadLength;
  state[TEXT_AT] = textAt;
  state[TEXT_LENGTH] = textLength;
  state[TAG_LENGTH] = tagLength;
  // The first block of associated data begins with its length, two octets.
  state[AT] = aadAt - 2;
  state[LEFT] = aadLength + 2;
  state[PREPARED] = -1;
  if (NATIVE && takes(aadLength, textLength)) {
    state[FIRST_TURN] = direction; // of nothing else here
    runNext(whole);
    return;
  }
  aadPart = firstAadBlock;
  textPart = direction === CCM_OPEN ? openText : sealText;
  tagPart = direction === CCM_OPEN ? checkTag : writeTag;
  const firstTurn = direction === CCM_OPEN || tagLength === 0 ? ENCIPHER : AUTHENTICATE;
  state[FIRST_TURN] = firstTurn;
  state[TURN] = firstTurn;
  if (tagLength > 0) {
    runNext(headerBlock);
    return;
  }
  // Key stream is all there is, a block for 16 octets.
  textPart = oneOfText;
  beginText();
}

/** The whole message, by the firmware's own AES: it takes less time than one block of ours, and counts as one. */
function whole(): number {
  const isAuthentic = atOnce(
    state[FIRST_TURN] === CCM_OPEN,
    counter,
    state[TAG_LENGTH],
    aadBytes,
    state[AT] + 2,
    state[AAD_LENGTH],
    textBytes,
    state[TEXT_AT],
    state[TEXT_LENGTH],
  );
  settle(isAuthentic ? JOB_DONE : JOB_FAILED);
  return 1;
}

/** B_0 is A_0 with more in its flags, and the text length for a counter (SP 800-38C A.2.1). */
function headerBlock(): number {
  const adata = state[AAD_LENGTH] > 0 ? 64 : 0;
  const flags = adata + (state[TAG_LENGTH] - 2) * 4;
  encrypt(counter[0] | (flags << 24), counter[1], counter[2], counter[3] | state[TEXT_LENGTH], chain);
  if (adata === 0) beginText();
  else runNext(aadPart);
  return 1;
}

/** The length goes before the first octets (A.2.2). */
function firstAadBlock(): number {
  const length = state[AAD_LENGTH];
  const at = state[AT];
  absorb((length << 16) | (getPart(aadBytes, at + 2, length) >>> 16), aadBytes, at, length + 2);
  state[AT] = at + 16;
  state[LEFT] = length - 14;
  if (length > 14) runNext(aadBlocks);
  else beginText();
  return 1;
}

/** A longer length is marked by 0xfffe and takes four octets more. */
function firstLongAadBlock(): number {
  const length = state[AAD_LENGTH];
  const at = state[AT] + 2;
  encrypt(
    chain[0] ^ (0xfffe0000 | (length >>> 16)),
    chain[1] ^ pack((length >>> 8) & 255, length & 255, aadBytes[at], aadBytes[at + 1]),
    chain[2] ^ getWord(aadBytes, at + 2),
    chain[3] ^ getWord(aadBytes, at + 6),
    chain,
  );
  state[AT] = at + 10;
  state[LEFT] = length - 10;
  runNext(aadBlocks);
  return 1;
}

function aadBlocks(maxBlocks: number): number {
  let at = state[AT];
  let left = state[LEFT];
  let done = 0;
  while (left > 0 && done < maxBlocks) {
    absorb(getPart(aadBytes, at, left), aadBytes, at, left);
    at += 16;
    left -= 16;
    done++;
  }
  state[AT] = at;
  state[LEFT] = left;
  if (left <= 0) beginText();
  return done;
}

function beginText(): void {
  state[AT] = state[TEXT_AT];
  state[LEFT] = state[TEXT_LENGTH];
  state[INDEX] = 1;
  goOn();
}

/** On to the next block of text, or to the tag. */
function goOn(): void {
  if (state[LEFT] > 0) runNext(textPart);
  else if (state[TAG_LENGTH] > 0) runNext(tagPart);
  else settle(JOB_DONE);
}

/** mask = E(A_index): key stream. A counter's last octet is left to each block, the rest is prepared for 256 of them. */
function makeMask(index: number): void {
  const octet = index & 255;
  if (index - octet !== state[PREPARED]) {
    state[PREPARED] = index - octet;
    beginCounter(counter[0], counter[1], counter[2], counter[3] + index - octet);
  }
  encryptCounter(octet, mask);
}

/** How many pairs of blocks, for 16 whole octets of text each, may be done at once; none in the middle of one. */
function pairsOf(maxBlocks: number, firstTurn: number): number {
  if (state[TURN] !== firstTurn) return 0;
  const pairs = maxBlocks >> 1;
  const ofText = state[LEFT] >> 4;
  return pairs < ofText ? pairs : ofText;
}

/** Text into the CBC-MAC (A.2.3), and then key stream onto it, which hides it (6.1 step 8). */
function sealText(maxBlocks: number): number {
  const pairs = pairsOf(maxBlocks, AUTHENTICATE);
  if (pairs === 0) return oneOfText();
  const bytes = textBytes;
  const start = state[AT];
  const end = start + 16 * pairs;
  let index = state[INDEX];
  for (let at = start; at < end; at += 16) {
    const w0 = pack(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
    const w1 = pack(bytes[at + 4], bytes[at + 5], bytes[at + 6], bytes[at + 7]);
    const w2 = pack(bytes[at + 8], bytes[at + 9], bytes[at + 10], bytes[at + 11]);
    const w3 = pack(bytes[at + 12], bytes[at + 13], bytes[at + 14], bytes[at + 15]);
    encrypt(chain[0] ^ w0, chain[1] ^ w1, chain[2] ^ w2, chain[3] ^ w3, chain);
    makeMask(index);
    putBlock(bytes, at, w0 ^ mask[0], w1 ^ mask[1], w2 ^ mask[2], w3 ^ mask[3]);
    index++;
  }
  state[INDEX] = index;
  passText(16 * pairs);
  return 2 * pairs;
}

/** Text freed of its key stream (6.2 step 5), and then into the CBC-MAC. */
function openText(maxBlocks: number): number {
  const pairs = pairsOf(maxBlocks, ENCIPHER);
  if (pairs === 0) return oneOfText();
  const bytes = textBytes;
  const start = state[AT];
  const end = start + 16 * pairs;
  let index = state[INDEX];
  for (let at = start; at < end; at += 16) {
    makeMask(index);
    const w0 = mask[0] ^ pack(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
    const w1 = mask[1] ^ pack(bytes[at + 4], bytes[at + 5], bytes[at + 6], bytes[at + 7]);
    const w2 = mask[2] ^ pack(bytes[at + 8], bytes[at + 9], bytes[at + 10], bytes[at + 11]);
    const w3 = mask[3] ^ pack(bytes[at + 12], bytes[at + 13], bytes[at + 14], bytes[at + 15]);
    putBlock(bytes, at, w0, w1, w2, w3);
    encrypt(chain[0] ^ w0, chain[1] ^ w1, chain[2] ^ w2, chain[3] ^ w3, chain);
    index++;
  }
  state[INDEX] = index;
  passText(16 * pairs);
  return 2 * pairs;
}

/** One block for text of any length, where there is no time for two or there are no 16 octets left. */
function oneOfText(): number {
  const at = state[AT];
  const left = state[LEFT];
  const isMiddle = state[TURN] !== state[FIRST_TURN];
  if (state[TURN] === AUTHENTICATE) {
    absorb(getPart(textBytes, at, left), textBytes, at, left);
    state[TURN] = ENCIPHER;
  } else {
    makeMask(state[INDEX]);
    for (let i = 0; i < 16; i += 4) {
      putPart(textBytes, at + i, left - i, getPart(textBytes, at + i, left - i) ^ mask[i >> 2]);
    }
    state[INDEX]++;
    if (state[TAG_LENGTH] > 0) state[TURN] = AUTHENTICATE;
  }
  if (isMiddle || state[TAG_LENGTH] === 0) passText(16);
  return 1;
}

function passText(octets: number): void {
  state[AT] += octets;
  state[LEFT] -= octets;
  goOn();
}

/** Writes 16 octets. */
function putBlock(bytes: Bytes, at: number, w0: number, w1: number, w2: number, w3: number): void {
  bytes[at] = (w0 >>> 24) & 255;
  bytes[at + 1] = (w0 >>> 16) & 255;
  bytes[at + 2] = (w0 >>> 8) & 255;
  bytes[at + 3] = w0 & 255;
  bytes[at + 4] = (w1 >>> 24) & 255;
  bytes[at + 5] = (w1 >>> 16) & 255;
  bytes[at + 6] = (w1 >>> 8) & 255;
  bytes[at + 7] = w1 & 255;
  bytes[at + 8] = (w2 >>> 24) & 255;
  bytes[at + 9] = (w2 >>> 16) & 255;
  bytes[at + 10] = (w2 >>> 8) & 255;
  bytes[at + 11] = w2 & 255;
  bytes[at + 12] = (w3 >>> 24) & 255;
  bytes[at + 13] = (w3 >>> 16) & 255;
  bytes[at + 14] = (w3 >>> 8) & 255;
  bytes[at + 15] = w3 & 255;
}

/** The tag is the CBC-MAC hidden by A_0's key stream (6.1 step 7). */
function writeTag(): number {
  makeMask(0);
  const at = state[TEXT_AT] + state[TEXT_LENGTH];
  const length = state[TAG_LENGTH];
  for (let i = 0; i < length; i += 4) putPart(textBytes, at + i, length - i, chain[i >> 2] ^ mask[i >> 2]);
  settle(JOB_DONE);
  return 1;
}

/** Compares the tag that lies behind the text with the one it ought to have (6.2 step 10). */
function checkTag(): number {
  makeMask(0);
  const at = state[TEXT_AT] + state[TEXT_LENGTH];
  const length = state[TAG_LENGTH];
  // No early exit, and bit 8 always set, so that every octet costs the same whether it fits or not (see equalWords). Lengths
  // are even.
  let seen = 256;
  for (let i = 0; i < length; i += 4) {
    const word = chain[i >> 2] ^ mask[i >> 2];
    seen |= (((word >>> 24) & 255) + 256) ^ textBytes[at + i];
    seen |= (((word >>> 16) & 255) + 256) ^ textBytes[at + i + 1];
    if (i + 2 < length) {
      seen |= (((word >>> 8) & 255) + 256) ^ textBytes[at + i + 2];
      seen |= ((word & 255) + 256) ^ textBytes[at + i + 3];
    }
  }
  if (seen === 256) {
    settle(JOB_DONE);
    return 1;
  }
  wipeBytes(textBytes, state[TEXT_AT], state[TEXT_LENGTH]);
  settle(JOB_FAILED);
  return 1;
}

/**
 * Example 1 of SP 800-38C (C.1) by the firmware's AES: 8 octets of associated data, 4 of text, a tag of 4. Firmware before 2017 uses
 * only the first four octets of a mask; a build may have no AES.
 */
function tryNative(): void {
  for (let i = 0; i < 4; i++) schedule[i] = 0x40414243 + 0x04040404 * i;
  counter[0] = 0x07101112;
  counter[1] = 0x13141516;
  for (let i = 0; i < 8; i++) aadBytes[8 + i] = i;
  for (let i = 0; i < 4; i++) textBytes[i] = 0x20 + i;
  state[AT] = 8 - 2;
  state[AAD_LENGTH] = 8;
  state[TEXT_LENGTH] = 4;
  state[TAG_LENGTH] = 4;
  state[FIRST_TURN] = CCM_SEAL;
  whole();
  settle(JOB_IDLE);
  trust(getWord(textBytes, 0) === 0x7162015b && getWord(textBytes, 4) === 0x4dac255d);
  wipeWords(schedule, 0, 4);
  wipeWords(counter, 0, 2);
  wipeBytes(textBytes, 0, 16);
}

if (NATIVE) attempt(tryNative);
