// SPDX-License-Identifier: Apache-2.0
// The npm face, `kemp-mote/crypto-core`: AES-CCM, AES-CMAC and AES-128 on Uint8Array, each call complete in itself. It is no part of
// a mote and not of its dialect. What an argument may be is checked here; see docs/crypto-core.md for what is not promised.
// One engine serves all calls, which are synchronous; it keeps no key from one to the next.

import {
  aesEncrypt,
  CCM_OPEN,
  CCM_SEAL,
  ccmBegin,
  cmacBegin,
  forgetKey,
  getWord,
  JOB_DONE,
  mac,
  putWord,
  step,
} from './library.ts';
import { makeWords, type Bytes } from './tables.ts';

/** Steps without a limit. */
const ALL = 0x7fffffff;
const LONGEST_AAD = 0x7ffffff9;
const LONGEST_TEXT = 0x7fffffef;

const keyWords = makeWords(4);

const bytes = (octets: Uint8Array): Bytes => octets as unknown as Bytes;

function refuse(name: string, allowed: string, got: string): never {
  throw new RangeError(`${name}: expected ${allowed}, got ${got}`);
}

function check(name: string, value: Uint8Array, least: number, most: number): void {
  const allowed = `a Uint8Array of ${least === most ? least : `${least} to ${most}`} octets`;
  if (!(value instanceof Uint8Array)) refuse(name, allowed, value === null ? 'null' : typeof value);
  if (value.length < least || value.length > most) refuse(name, allowed, `${value.length} octets`);
}

function checkTagLength(value: number): void {
  const isRight = Number.isInteger(value) && value >= 4 && value <= 16 && value % 2 === 0;
  if (!isRight) refuse('tagLength', '4, 6, 8, 10, 12, 14 or 16', String(value));
}

function setKey(key: Uint8Array): void {
  check('key', key, 16, 16);
  for (let i = 0; i < 4; i++) keyWords[i] = getWord(bytes(key), 4 * i);
}

function wipe(): void {
  for (let i = 0; i < 4; i++) keyWords[i] = 0;
  forgetKey();
}

function longest(nonceLength: number): number {
  return nonceLength === 13 ? 0xffff : nonceLength === 12 ? 0xffffff : LONGEST_TEXT;
}

/** Does the whole of it in `text`, the octets from `length` on being the tag's. */
function run(
  direction: number,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  text: Uint8Array,
  length: number,
  tagLength: number,
): boolean {
  setKey(key);
  ccmBegin(
    direction,
    keyWords,
    0,
    bytes(nonce),
    nonce.length,
    bytes(aad),
    0,
    aad.length,
    bytes(text),
    0,
    length,
    tagLength,
  );
  const outcome = step(ALL);
  wipe();
  return outcome === JOB_DONE;
}

interface Ccm {
  /**
   * Seals a message (SP 800-38C 6.1).
   * @param key 16 octets
   * @param nonce 7 to 13 octets; never the same twice under one key
   * @param aad associated data, authenticated and not encrypted
   * @param plaintext as many octets as 15 - nonce.length octets can count: 65535 with a nonce of 13
   * @param tagLength octets: 4, 6, 8, 10, 12, 14 or 16
   * @returns ciphertext followed by tag
   * @throws RangeError naming the argument, what is allowed and what came
   */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, tagLength: number): Uint8Array;
  /**
   * Opens a message (SP 800-38C 6.2). Parameters as for seal.
   * @returns the plaintext; null if the message is not authentic
   * @throws RangeError naming the argument, what is allowed and what came
   */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array, tagLength: number): Uint8Array | null;
}

export const ccm: Ccm = {
  seal(key, nonce, aad, plaintext, tagLength) {
    check('nonce', nonce, 7, 13);
    checkTagLength(tagLength);
    check('aad', aad, 0, LONGEST_AAD);
    check('plaintext', plaintext, 0, longest(nonce.length));
    const text = new Uint8Array(plaintext.length + tagLength);
    text.set(plaintext);
    run(CCM_SEAL, key, nonce, aad, text, plaintext.length, tagLength);
    return text;
  },
  open(key, nonce, aad, sealed, tagLength) {
    check('nonce', nonce, 7, 13);
    checkTagLength(tagLength);
    check('aad', aad, 0, LONGEST_AAD);
    check('sealed', sealed, tagLength, Math.min(longest(nonce.length), LONGEST_TEXT - tagLength) + tagLength);
    // Of Buffer, slice() would be a view: the caller's own octets.
    const text = new Uint8Array(sealed);
    const length = text.length - tagLength;
    return run(CCM_OPEN, key, nonce, aad, text, length, tagLength) ? text.subarray(0, length) : null;
  },
};

interface Aes {
  /** Encrypts one block of 16 octets under a key of 16 octets (FIPS 197). @throws RangeError as above */
  encrypt(key: Uint8Array, block: Uint8Array): Uint8Array;
}

export const aes: Aes = {
  encrypt(key, block) {
    check('block', block, 16, 16);
    setKey(key);
    const out = new Uint8Array(block);
    aesEncrypt(keyWords, 0, bytes(out), 0);
    wipe();
    return out;
  },
};

interface Cmac {
  /** AES-CMAC of a message under a key of 16 octets: 16 octets (SP 800-38B 6.2). @throws RangeError as above */
  tag(key: Uint8Array, message: Uint8Array): Uint8Array;
}

export const cmac: Cmac = {
  tag(key, message) {
    check('message', message, 0, LONGEST_TEXT);
    setKey(key);
    cmacBegin(keyWords, 0, bytes(message), 0, message.length);
    step(ALL);
    const out = new Uint8Array(16);
    for (let i = 0; i < 4; i++) putWord(bytes(out), 4 * i, mac[i]);
    wipe();
    return out;
  },
};
