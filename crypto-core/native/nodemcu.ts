// SPDX-License-Identifier: Apache-2.0
// '#native' of boards whose NodeMCU has AES in its `crypto` module: CCM of a frame in three calls.
// 1. The key stream is AES-ECB of the counter blocks, all that a frame can need.
// 2. The CBC-MAC is the last block of AES-CBC from an initial vector of zeros; the module pads its data with zeros, as CCM does.
// 3. One crypto.mask adds the key stream to tag and text, the tag's first: A_0 comes before A_1.
// Strings are what the module takes and gives, so a frame makes garbage, within a bound (docs/crypto-core.md). This is the one
// module that may (docs/dialect.md).

import { schedule } from '../aes/keys.ts';
import { charAt, chars, joined, part, putChars, textOf } from '../strings.ts';
import type { Bytes, Words } from '../tables.ts';
import { wipeBytes } from '../words.ts';

export { attempt } from '../strings.ts';

/** NodeMCU's module. A mode, a function or all of it may be absent: then an error is raised. */
declare const crypto: {
  /** @param mode 'AES-ECB' or 'AES-CBC'. @param key 16 octets. @returns as many blocks as `data` has, the last filled up */
  encrypt(mode: string, key: string, data: string): string;
  /** @returns message ^ mask, as long as the message */
  mask(message: string, mask: string): string;
};

export const NATIVE = true;

/** Octets of associated data and of text, at most: no frame of IEEE 802.15.4 has more. The key stream is A_0 and 8 blocks more. */
const LONGEST = 128;

let works = false;

/** Whether a message of these lengths is done here. */
export function takes(aadLength: number, textLength: number): boolean {
  return works && aadLength <= LONGEST && textLength <= LONGEST;
}

/**
 * Seals text[textAt..textAt + textLength - 1] in place under the key in use and writes the tag behind it (SP 800-38C 6.1), or opens
 * what lies there with its tag behind it (6.2), and wipes it where it is not authentic. One function for both: each is a closure in
 * a mote's RAM.
 * @param opens whether to open
 * @param counter A_0, in four words
 * @returns whether it is authentic; true where it was sealed
 */
export function atOnce(
  opens: boolean,
  counter: Words,
  tagLength: number,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  text: Bytes,
  textAt: number,
  textLength: number,
): boolean {
  const tagAt = textAt + textLength;
  const stream = keyStream(counter);
  let plain = textOf(text, textAt, textLength);
  let sum = plain;
  if (opens) {
    sum = crypto.mask(joined(textOf(text, tagAt, tagLength), zeros(16 - tagLength), plain), stream);
    plain = part(sum, 16, textLength);
  }
  const mac = tagLength > 0 ? macOf(counter, tagLength, aad, aadAt, aadLength, plain, textLength) : zeros(16);
  // As checkTag of ccm.ts: no early exit, and bit 8 always set.
  let seen = 256;
  if (!opens) sum = crypto.mask(joined(mac, plain), stream);
  for (let i = 0; i < tagLength; i++) {
    if (opens) seen |= (charAt(mac, i) + 256) ^ charAt(sum, i);
    else text[tagAt + i] = charAt(sum, i);
  }
  if (seen === 256) put(sum, text, textAt, textLength);
  else wipeBytes(text, textAt, textLength);
  return seen === 256;
}

/** The CBC-MAC over B_0, the associated data behind its length, and the text (SP 800-38C A.2): all 16 octets of it. */
function macOf(
  counter: Words,
  tagLength: number,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  plain: string,
  textLength: number,
): string {
  const flags = (aadLength > 0 ? 64 : 0) + (tagLength - 2) * 4;
  let data = block(counter[0] | (flags << 24), counter[1], counter[2], counter[3] | textLength);
  let length = 16;
  if (aadLength > 0) {
    const padding = (14 - aadLength) & 15;
    data = joined(data, chars(0, aadLength), textOf(aad, aadAt, aadLength), zeros(padding));
    length = 18 + aadLength + padding;
  }
  const last = length + ((textLength - 1) & -16);
  return part(crypto.encrypt('AES-CBC', key(), joined(data, plain)), last, 16);
}

function zeros(count: number): string {
  return part('\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0', 0, count);
}

/** E(A_0) to E(A_8): they differ in their last octet. */
function keyStream(counter: Words): string {
  const a = part(block(counter[0], counter[1], counter[2], counter[3]), 0, 15);
  const blocks = joined(
    a,
    '\0',
    a,
    '\x01',
    a,
    '\x02',
    a,
    '\x03',
    a,
    '\x04',
    a,
    '\x05',
    a,
    '\x06',
    a,
    '\x07',
    a,
    '\x08',
  );
  return crypto.encrypt('AES-ECB', key(), blocks);
}

function key(): string {
  return block(schedule[0], schedule[1], schedule[2], schedule[3]);
}

/** The 16 octets of four big-endian words. */
function block(w0: number, w1: number, w2: number, w3: number): string {
  return chars(
    (w0 >>> 24) & 255,
    (w0 >>> 16) & 255,
    (w0 >>> 8) & 255,
    w0 & 255,
    (w1 >>> 24) & 255,
    (w1 >>> 16) & 255,
    (w1 >>> 8) & 255,
    w1 & 255,
    (w2 >>> 24) & 255,
    (w2 >>> 16) & 255,
    (w2 >>> 8) & 255,
    w2 & 255,
    (w3 >>> 24) & 255,
    (w3 >>> 16) & 255,
    (w3 >>> 8) & 255,
    w3 & 255,
  );
}

/** Writes `count` octets of `source`, from octet 16 on, to bytes[at..]. */
function put(source: string, bytes: Bytes, at: number, count: number): void {
  const whole = count & -8;
  for (let i = 0; i < whole; i += 8) {
    const to = at + i;
    const first = 16 + i;
    putChars(bytes, to, source, first);
  }
  for (let i = whole; i < count; i++) bytes[at + i] = charAt(source, 16 + i);
}

/** Told by ccm.ts, which tries an example. */
export function trust(isRight: boolean): void {
  works = isRight;
}
