// SPDX-License-Identifier: Apache-2.0
// '#aes' of boards that are short of RAM: AES-128, forward direction only (FIPS 197), by one table of 256 words. The columns that
// MixColumns makes of an octet at four places are rotations of one another: look-ups are made in one table and rotated.

import { HAS_BIT_OPERATORS } from '#machine';
import { EXPANDED } from '#schedule';
import { pack, tableWord, turned, unrolled } from '../octets.ts';
import { makeWords } from '../tables.ts';
import type { Words } from '../tables.ts';
import { schedule } from './keys.ts';
import { affine, overThree, timesThree, twice } from './sbox.ts';

export { beginCounter, encryptCounter, wipeCounter } from './counter.ts';

/** Columns (3s, 2s, s, s) for an S-box octet s, most significant octet first: what MixColumns makes of an octet in row 1. */
const T1 = makeWords(256);

const OCTET_1 = 0xff00;
const OCTET_0 = 0xff;

function setColumn(x: number, s: number): void {
  const s2 = twice(s);
  T1[x] = tableWord(s2 ^ s, s2, s, s);
}

function makeTable(): void {
  let p = 1;
  let q = 1;
  do {
    setColumn(p, affine(q));
    p = timesThree(p);
    q = overThree(q);
  } while (p !== 1);
  setColumn(0, 0x63);
}

makeTable();

/** SubWord(RotWord(word)) of FIPS 197 5.2. */
export function substituteRotated(word: number): number {
  return pack(
    T1[(word >>> 16) & 255] & OCTET_0,
    T1[(word >>> 8) & 255] & OCTET_0,
    T1[word & 255] & OCTET_0,
    T1[(word >>> 24) & 255] & OCTET_0,
  );
}

/** Encrypts the block of four big-endian words into out[0..3] (FIPS 197 5.1). */
export function encrypt(w0: number, w1: number, w2: number, w3: number, out: Words): void {
  const table = T1;
  const keys = schedule;
  let a = w0 ^ keys[0];
  let b = w1 ^ keys[1];
  let c = w2 ^ keys[2];
  let d = w3 ^ keys[3];
  let k0 = EXPANDED ? 0 : keys[0];
  let k1 = EXPANDED ? 0 : keys[1];
  let k2 = EXPANDED ? 0 : keys[2];
  let k3 = EXPANDED ? 0 : keys[3];
  let x = 0;
  let y = 0;
  let z = 0;
  for (let round = 1; round < unrolled(11); round++) {
    if (!EXPANDED) {
      k0 = k0 ^ substituteRotated(k3) ^ ((round < 9 ? 1 << (round - 1) : 0x1b << (round - 9)) << 24);
      k1 = k1 ^ k0;
      k2 = k2 ^ k1;
      k3 = k3 ^ k2;
    }
    // Round 10 has no MixColumns.
    x = table[(a >>> 24) & 255];
    y = table[(c >>> 8) & 255];
    z = table[d & 255];
    const p =
      (round < 10
        ? turned(x, 24) ^ table[(b >>> 16) & 255] ^ turned(y, 8) ^ turned(z, 16)
        : HAS_BIT_OPERATORS
          ? (x << 24) ^ ((table[(b >>> 16) & 255] & OCTET_0) << 16) ^ (y & OCTET_1) ^ (z & OCTET_0)
          : pack(x & 255, table[(b >>> 16) & 255] & 255, y & 255, z & 255)) ^ (EXPANDED ? keys[4 * round] : k0);
    x = table[(b >>> 24) & 255];
    y = table[(d >>> 8) & 255];
    z = table[a & 255];
    const q =
      (round < 10
        ? turned(x, 24) ^ table[(c >>> 16) & 255] ^ turned(y, 8) ^ turned(z, 16)
        : HAS_BIT_OPERATORS
          ? (x << 24) ^ ((table[(c >>> 16) & 255] & OCTET_0) << 16) ^ (y & OCTET_1) ^ (z & OCTET_0)
          : pack(x & 255, table[(c >>> 16) & 255] & 255, y & 255, z & 255)) ^ (EXPANDED ? keys[4 * round + 1] : k1);
    x = table[(c >>> 24) & 255];
    y = table[(a >>> 8) & 255];
    z = table[b & 255];
    const r =
      (round < 10
        ? turned(x, 24) ^ table[(d >>> 16) & 255] ^ turned(y, 8) ^ turned(z, 16)
        : HAS_BIT_OPERATORS
          ? (x << 24) ^ ((table[(d >>> 16) & 255] & OCTET_0) << 16) ^ (y & OCTET_1) ^ (z & OCTET_0)
          : pack(x & 255, table[(d >>> 16) & 255] & 255, y & 255, z & 255)) ^ (EXPANDED ? keys[4 * round + 2] : k2);
    x = table[(d >>> 24) & 255];
    y = table[(b >>> 8) & 255];
    z = table[c & 255];
    const s =
      (round < 10
        ? turned(x, 24) ^ table[(a >>> 16) & 255] ^ turned(y, 8) ^ turned(z, 16)
        : HAS_BIT_OPERATORS
          ? (x << 24) ^ ((table[(a >>> 16) & 255] & OCTET_0) << 16) ^ (y & OCTET_1) ^ (z & OCTET_0)
          : pack(x & 255, table[(a >>> 16) & 255] & 255, y & 255, z & 255)) ^ (EXPANDED ? keys[4 * round + 3] : k3);
    a = p;
    b = q;
    c = r;
    d = s;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}
