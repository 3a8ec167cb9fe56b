// SPDX-License-Identifier: Apache-2.0
// AES-128, forward direction only (FIPS 197): CCM, CMAC and the KDF need no other.
// 1. The state is four big-endian words, a column each (FIPS 197 3.4).
// 2. SubBytes, ShiftRows and MixColumns of one octet are one look-up; four tables hold the four rotations of its column.
// 3. The tables are computed while the module initialises: 1,024 words, 8 kB of RAM on NodeMCU 5.3.
// 4. The last round and the key expansion mask the S-box out of the same tables, which saves a fifth.
// Look-ups depend on key and data: no claim of constant time is made (docs/crypto-core.md).

import { makeWords } from './tables.ts';
import type { Words } from './tables.ts';
import { equalWords, wipeWords } from './words.ts';

/** Columns (2s, s, s, 3s) for an S-box octet s, and the same rotated right by 8, 16 and 24 bits. */
const T0 = makeWords(256);
const T1 = makeWords(256);
const T2 = makeWords(256);
const T3 = makeWords(256);

/** 11 round keys of 4 words (FIPS 197 5.2); the first is the key itself. */
const schedule = makeWords(44);

/** E(0) under the expanded key once `holdsL()`: CMAC's subkeys come from it (SP 800-38B 6.1). */
export const subkeyL = makeWords(4);

const NOTHING = 0;
const SCHEDULE = 1;
const SCHEDULE_AND_L = 2;
let held = NOTHING;

const OCTET_0 = -0x1000000;
const OCTET_1 = 0xff0000;
const OCTET_2 = 0xff00;
const OCTET_3 = 0xff;

/** 2x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197 4.2). */
function twice(x: number): number {
  return ((x << 1) ^ ((x >>> 7) * 0x11b)) & 255;
}

function setColumns(x: number, s: number): void {
  const s2 = twice(s);
  const s3 = s2 ^ s;
  T0[x] = (s2 << 24) | (s << 16) | (s << 8) | s3;
  T1[x] = (s3 << 24) | (s2 << 16) | (s << 8) | s;
  T2[x] = (s << 24) | (s3 << 16) | (s2 << 8) | s;
  T3[x] = (s << 24) | (s << 16) | (s3 << 8) | s2;
}

/** p runs through the powers of 3, q through their inverses; the S-box is an affine map of q (FIPS 197 5.1.1). */
function makeTables(): void {
  setColumns(0, 0x63);
  let p = 1;
  let q = 1;
  do {
    const affine = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4);
    setColumns(p, (affine ^ (affine >>> 8) ^ 0x63) & 255);
    p = p ^ twice(p);
    // Dividing by 3 is multiplying by 0xf6.
    q = q ^ (q << 1);
    q = q ^ (q << 2);
    q = (q ^ (q << 4)) & 255;
    q = q ^ ((q >>> 7) * 9);
  } while (p !== 1);
}

makeTables();

/** SubBytes of octet 0 of a, 1 of b, 2 of c, 3 of d: the bare S-box octets masked out of the columns. */
function substitute(a: number, b: number, c: number, d: number): number {
  return (
    (T2[(a >>> 24) & 255] & OCTET_0) ^
    (T3[(b >>> 16) & 255] & OCTET_1) ^
    (T0[(c >>> 8) & 255] & OCTET_2) ^
    (T1[d & 255] & OCTET_3)
  );
}

/**
 * Makes key[at..at+3] (big-endian words) the key of `encrypt`. The key already held is neither expanded again nor does it lose
 * its L. An expansion costs about as much as one block.
 */
export function loadKey(key: Words, at: number): void {
  if (held !== NOTHING && equalWords(schedule, 0, key, at, 4)) return;
  for (let i = 0; i < 4; i++) schedule[i] = key[at + i];
  let rcon = 1;
  for (let i = 4; i < 44; i += 4) {
    const last = schedule[i - 1];
    const rotated = (last << 8) | (last >>> 24);
    schedule[i] = schedule[i - 4] ^ substitute(rotated, rotated, rotated, rotated) ^ (rcon << 24);
    schedule[i + 1] = schedule[i - 3] ^ schedule[i];
    schedule[i + 2] = schedule[i - 2] ^ schedule[i + 1];
    schedule[i + 3] = schedule[i - 1] ^ schedule[i + 2];
    rcon = twice(rcon);
  }
  held = SCHEDULE;
}

/** @returns true if subkeyL belongs to the expanded key. */
export function holdsL(): boolean {
  return held === SCHEDULE_AND_L;
}

/** Computes subkeyL: one block. */
export function makeL(): void {
  encrypt(0, 0, 0, 0, subkeyL);
  held = SCHEDULE_AND_L;
}

/** Wipes the schedule with the key in it, and L. */
export function wipeKey(): void {
  wipeWords(schedule, 0, 44);
  wipeWords(subkeyL, 0, 4);
  held = NOTHING;
}

/** Encrypts the block of four big-endian words under the loaded key into out[0..3] (FIPS 197 5.1). */
export function encrypt(w0: number, w1: number, w2: number, w3: number, out: Words): void {
  const t0 = T0;
  const t1 = T1;
  const t2 = T2;
  const t3 = T3;
  const keys = schedule;
  let a = w0 ^ keys[0];
  let b = w1 ^ keys[1];
  let c = w2 ^ keys[2];
  let d = w3 ^ keys[3];
  let p = t0[(a >>> 24) & 255] ^ t1[(b >>> 16) & 255] ^ t2[(c >>> 8) & 255] ^ t3[d & 255] ^ keys[4];
  let q = t0[(b >>> 24) & 255] ^ t1[(c >>> 16) & 255] ^ t2[(d >>> 8) & 255] ^ t3[a & 255] ^ keys[5];
  let r = t0[(c >>> 24) & 255] ^ t1[(d >>> 16) & 255] ^ t2[(a >>> 8) & 255] ^ t3[b & 255] ^ keys[6];
  let s = t0[(d >>> 24) & 255] ^ t1[(a >>> 16) & 255] ^ t2[(b >>> 8) & 255] ^ t3[c & 255] ^ keys[7];
  // Rounds 2 to 9, two a turn: the state goes to and fro and is never copied.
  for (let k = 8; k < 40; k += 8) {
    a = t0[(p >>> 24) & 255] ^ t1[(q >>> 16) & 255] ^ t2[(r >>> 8) & 255] ^ t3[s & 255] ^ keys[k];
    b = t0[(q >>> 24) & 255] ^ t1[(r >>> 16) & 255] ^ t2[(s >>> 8) & 255] ^ t3[p & 255] ^ keys[k + 1];
    c = t0[(r >>> 24) & 255] ^ t1[(s >>> 16) & 255] ^ t2[(p >>> 8) & 255] ^ t3[q & 255] ^ keys[k + 2];
    d = t0[(s >>> 24) & 255] ^ t1[(p >>> 16) & 255] ^ t2[(q >>> 8) & 255] ^ t3[r & 255] ^ keys[k + 3];
    p = t0[(a >>> 24) & 255] ^ t1[(b >>> 16) & 255] ^ t2[(c >>> 8) & 255] ^ t3[d & 255] ^ keys[k + 4];
    q = t0[(b >>> 24) & 255] ^ t1[(c >>> 16) & 255] ^ t2[(d >>> 8) & 255] ^ t3[a & 255] ^ keys[k + 5];
    r = t0[(c >>> 24) & 255] ^ t1[(d >>> 16) & 255] ^ t2[(a >>> 8) & 255] ^ t3[b & 255] ^ keys[k + 6];
    s = t0[(d >>> 24) & 255] ^ t1[(a >>> 16) & 255] ^ t2[(b >>> 8) & 255] ^ t3[c & 255] ^ keys[k + 7];
  }
  // Round 10 has no MixColumns.
  out[0] = substitute(p, q, r, s) ^ keys[40];
  out[1] = substitute(q, r, s, p) ^ keys[41];
  out[2] = substitute(r, s, p, q) ^ keys[42];
  out[3] = substitute(s, p, q, r) ^ keys[43];
}
