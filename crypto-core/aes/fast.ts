// SPDX-License-Identifier: Apache-2.0
// '#aes' of boards with RAM to spare: AES-128, forward direction only (FIPS 197), by four tables.
// 1. The state is four big-endian words, a column each (FIPS 197 3.4).
// 2. SubBytes, ShiftRows and MixColumns of one octet are one look-up; four tables hold the four rotations of its column.
// 3. The tables are computed while the module initialises: 1,024 words, 8.3 kB of RAM on NodeMCU 5.3.
// 4. The last round and the key schedule take the S-box out of the same tables, which saves a fifth.
// 5. Counter blocks of one message differ in their last octet: they share round 1 and three quarters of round 2.
// Look-ups depend on key and data: no claim of constant time is made (docs/crypto-core.md).

import { HAS_BIT_OPERATORS } from '#machine';
import { EXPANDED } from '#schedule';
import { pack, unrolled } from '../octets.ts';
import { makeWords } from '../tables.ts';
import type { Words } from '../tables.ts';
import { wipeWords } from '../words.ts';
import { schedule } from './keys.ts';
import { affine, overThree, timesThree, twice } from './sbox.ts';

/** Columns (2s, s, s, 3s) for an S-box octet s, and the same rotated right by 8, 16 and 24 bits. */
const T0 = makeWords(256);
const T1 = makeWords(256);
const T2 = makeWords(256);
const T3 = makeWords(256);

/** Where an S-box octet stands alone: most significant in T2 and T3, and so on. */
const OCTET_3 = -0x1000000;
const OCTET_2 = 0xff0000;
const OCTET_1 = 0xff00;
const OCTET_0 = 0xff;

/** What counter blocks share: the state as far as it is known after rounds 1 and 2, round key 2, and a key octet. */
const AFTER_1 = 0;
const AFTER_2 = 1;
const KEY_2 = 5;
const KEY_OCTET = 9;
const SHARED_WORDS = 10;
const shared = makeWords(SHARED_WORDS);

function setColumns(x: number, s: number): void {
  const s2 = twice(s);
  const s3 = s2 ^ s;
  T0[x] = pack(s2, s, s, s3);
  T1[x] = pack(s3, s2, s, s);
  T2[x] = pack(s, s3, s2, s);
  T3[x] = pack(s, s, s3, s2);
}

function makeTables(): void {
  let p = 1;
  let q = 1;
  do {
    setColumns(p, affine(q));
    p = timesThree(p);
    q = overThree(q);
  } while (p !== 1);
  setColumns(0, 0x63);
}

makeTables();

/** SubWord(RotWord(word)) of FIPS 197 5.2. */
export function substituteRotated(word: number): number {
  if (HAS_BIT_OPERATORS) {
    return (
      (T2[(word >>> 16) & 255] & OCTET_3) ^
      (T3[(word >>> 8) & 255] & OCTET_2) ^
      (T0[word & 255] & OCTET_1) ^
      (T1[(word >>> 24) & 255] & OCTET_0)
    );
  }
  return pack(
    T1[(word >>> 16) & 255] & 255,
    T1[(word >>> 8) & 255] & 255,
    T1[word & 255] & 255,
    T1[(word >>> 24) & 255] & 255,
  );
}

/** Wipes what counter blocks share. */
export function wipeCounter(): void {
  wipeWords(shared, 0, SHARED_WORDS);
}

/** Encrypts the block of four big-endian words into out[0..3] (FIPS 197 5.1). */
export function encrypt(w0: number, w1: number, w2: number, w3: number, out: Words): void {
  rounds(w0, w1, w2, w3, true, out);
}

/**
 * All rounds of a block a..d, or the rounds from the third on of a counter block whose state they are.
 * Loops are written out: a round finds its keys by constants, and the state goes to and fro without being copied.
 */
function rounds(a: number, b: number, c: number, d: number, isWhole: boolean, out: Words): void {
  const t0 = T0;
  const t1 = T1;
  const t2 = T2;
  const t3 = T3;
  const keys = schedule;
  let k0 = 0;
  let k1 = 0;
  let k2 = 0;
  let k3 = 0;
  if (isWhole) {
    a = a ^ keys[0];
    b = b ^ keys[1];
    c = c ^ keys[2];
    d = d ^ keys[3];
    if (!EXPANDED) {
      k0 = keys[0];
      k1 = keys[1];
      k2 = keys[2];
      k3 = keys[3];
    }
    for (let round = 1; round < unrolled(3); round++) {
      if (!EXPANDED) {
        k0 = k0 ^ substituteRotated(k3) ^ (round << 24);
        k1 = k1 ^ k0;
        k2 = k2 ^ k1;
        k3 = k3 ^ k2;
      }

      const p =
        t0[(a >>> 24) & 255] ^
        t1[(b >>> 16) & 255] ^
        t2[(c >>> 8) & 255] ^
        t3[d & 255] ^
        (EXPANDED ? keys[4 * round] : k0);
      const q =
        t0[(b >>> 24) & 255] ^
        t1[(c >>> 16) & 255] ^
        t2[(d >>> 8) & 255] ^
        t3[a & 255] ^
        (EXPANDED ? keys[4 * round + 1] : k1);
      const r =
        t0[(c >>> 24) & 255] ^
        t1[(d >>> 16) & 255] ^
        t2[(a >>> 8) & 255] ^
        t3[b & 255] ^
        (EXPANDED ? keys[4 * round + 2] : k2);
      const s =
        t0[(d >>> 24) & 255] ^
        t1[(a >>> 16) & 255] ^
        t2[(b >>> 8) & 255] ^
        t3[c & 255] ^
        (EXPANDED ? keys[4 * round + 3] : k3);
      a = p;
      b = q;
      c = r;
      d = s;
    }
  } else if (!EXPANDED) {
    k0 = shared[KEY_2];
    k1 = shared[KEY_2 + 1];
    k2 = shared[KEY_2 + 2];
    k3 = shared[KEY_2 + 3];
  }
  for (let round = 3; round < unrolled(11); round++) {
    if (!EXPANDED) {
      k0 = k0 ^ substituteRotated(k3) ^ ((round < 9 ? 1 << (round - 1) : 0x1b << (round - 9)) << 24);
      k1 = k1 ^ k0;
      k2 = k2 ^ k1;
      k3 = k3 ^ k2;
    }

    // Round 10 has no MixColumns.
    const p =
      (round < 10
        ? t0[(a >>> 24) & 255] ^ t1[(b >>> 16) & 255] ^ t2[(c >>> 8) & 255] ^ t3[d & 255]
        : HAS_BIT_OPERATORS
          ? (t2[(a >>> 24) & 255] & OCTET_3) ^
            (t3[(b >>> 16) & 255] & OCTET_2) ^
            (t0[(c >>> 8) & 255] & OCTET_1) ^
            (t1[d & 255] & OCTET_0)
          : pack(
              t1[(a >>> 24) & 255] & 255,
              t1[(b >>> 16) & 255] & 255,
              t1[(c >>> 8) & 255] & 255,
              t1[d & 255] & 255,
            )) ^ (EXPANDED ? keys[4 * round] : k0);
    const q =
      (round < 10
        ? t0[(b >>> 24) & 255] ^ t1[(c >>> 16) & 255] ^ t2[(d >>> 8) & 255] ^ t3[a & 255]
        : HAS_BIT_OPERATORS
          ? (t2[(b >>> 24) & 255] & OCTET_3) ^
            (t3[(c >>> 16) & 255] & OCTET_2) ^
            (t0[(d >>> 8) & 255] & OCTET_1) ^
            (t1[a & 255] & OCTET_0)
          : pack(
              t1[(b >>> 24) & 255] & 255,
              t1[(c >>> 16) & 255] & 255,
              t1[(d >>> 8) & 255] & 255,
              t1[a & 255] & 255,
            )) ^ (EXPANDED ? keys[4 * round + 1] : k1);
    const r =
      (round < 10
        ? t0[(c >>> 24) & 255] ^ t1[(d >>> 16) & 255] ^ t2[(a >>> 8) & 255] ^ t3[b & 255]
        : HAS_BIT_OPERATORS
          ? (t2[(c >>> 24) & 255] & OCTET_3) ^
            (t3[(d >>> 16) & 255] & OCTET_2) ^
            (t0[(a >>> 8) & 255] & OCTET_1) ^
            (t1[b & 255] & OCTET_0)
          : pack(
              t1[(c >>> 24) & 255] & 255,
              t1[(d >>> 16) & 255] & 255,
              t1[(a >>> 8) & 255] & 255,
              t1[b & 255] & 255,
            )) ^ (EXPANDED ? keys[4 * round + 2] : k2);
    const s =
      (round < 10
        ? t0[(d >>> 24) & 255] ^ t1[(a >>> 16) & 255] ^ t2[(b >>> 8) & 255] ^ t3[c & 255]
        : HAS_BIT_OPERATORS
          ? (t2[(d >>> 24) & 255] & OCTET_3) ^
            (t3[(a >>> 16) & 255] & OCTET_2) ^
            (t0[(b >>> 8) & 255] & OCTET_1) ^
            (t1[c & 255] & OCTET_0)
          : pack(
              t1[(d >>> 24) & 255] & 255,
              t1[(a >>> 16) & 255] & 255,
              t1[(b >>> 8) & 255] & 255,
              t1[c & 255] & 255,
            )) ^ (EXPANDED ? keys[4 * round + 3] : k3);
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

/** Makes the round key at shared[KEY_2..] the next one (FIPS 197 5.2). */
function nextKey(rcon: number): void {
  shared[KEY_2] = shared[KEY_2] ^ substituteRotated(shared[KEY_2 + 3]) ^ (rcon << 24);
  for (let i = KEY_2 + 1; i < KEY_2 + 4; i++) shared[i] = shared[i] ^ shared[i - 1];
}

/**
 * Prepares counter blocks: w0..w3 but for the last octet of w3, which is zero here. Costs a fifth of a block, which the
 * second of them wins back.
 */
export function beginCounter(w0: number, w1: number, w2: number, w3: number): void {
  const a = w0 ^ schedule[0];
  const b = w1 ^ schedule[1];
  const c = w2 ^ schedule[2];
  const d = w3 ^ schedule[3];
  const keys = EXPANDED ? schedule : shared;
  if (!EXPANDED) {
    for (let i = 0; i < 4; i++) shared[KEY_2 + i] = schedule[i];
    nextKey(1);
  }
  const k = EXPANDED ? 4 : KEY_2;
  shared[KEY_OCTET] = d & 255;
  shared[AFTER_1] = T0[(a >>> 24) & 255] ^ T1[(b >>> 16) & 255] ^ T2[(c >>> 8) & 255] ^ keys[k];
  const q = T0[(b >>> 24) & 255] ^ T1[(c >>> 16) & 255] ^ T2[(d >>> 8) & 255] ^ T3[a & 255] ^ keys[k + 1];
  const r = T0[(c >>> 24) & 255] ^ T1[(d >>> 16) & 255] ^ T2[(a >>> 8) & 255] ^ T3[b & 255] ^ keys[k + 2];
  const s = T0[(d >>> 24) & 255] ^ T1[(a >>> 16) & 255] ^ T2[(b >>> 8) & 255] ^ T3[c & 255] ^ keys[k + 3];
  if (!EXPANDED) nextKey(2);
  const l = EXPANDED ? 8 : KEY_2;
  shared[AFTER_2] = T1[(q >>> 16) & 255] ^ T2[(r >>> 8) & 255] ^ T3[s & 255] ^ keys[l];
  shared[AFTER_2 + 1] = T0[(q >>> 24) & 255] ^ T1[(r >>> 16) & 255] ^ T2[(s >>> 8) & 255] ^ keys[l + 1];
  shared[AFTER_2 + 2] = T0[(r >>> 24) & 255] ^ T1[(s >>> 16) & 255] ^ T3[q & 255] ^ keys[l + 2];
  shared[AFTER_2 + 3] = T0[(s >>> 24) & 255] ^ T2[(q >>> 8) & 255] ^ T3[r & 255] ^ keys[l + 3];
}

/** Encrypts the counter block prepared, with `octet` (0 to 255) as its last octet, into out[0..3]. */
export function encryptCounter(octet: number, out: Words): void {
  const p = shared[AFTER_1] ^ T3[octet ^ shared[KEY_OCTET]];
  rounds(
    shared[AFTER_2] ^ T0[(p >>> 24) & 255],
    shared[AFTER_2 + 1] ^ T3[p & 255],
    shared[AFTER_2 + 2] ^ T2[(p >>> 8) & 255],
    shared[AFTER_2 + 3] ^ T1[(p >>> 16) & 255],
    false,
    out,
  );
}
