// SPDX-License-Identifier: Apache-2.0
// The terms of a run: what N, R and A must agree on. One table for the run that the current task is about; N's own open run
// is a second table of the same layout (run.ts), so the derivations below take either.

import { scratch } from '#room';
import { cmacBegin, kdfBegin, mac, putWord, wipeWords } from '../../crypto-core/index.ts';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { ADDRESS_WORDS, put8 } from '../link/address.ts';
import { runJob } from '../link/task.ts';
import { head, REJECT, REQUEST } from './layout.ts';

export const T_MODE = 0;
export const T_CTR = 1;
/** 1 if the REQUEST asks for a new session with the base station. */
export const T_NEW_SESSION = 2;
export const T_R0 = 3; // 2 words
export const T_R1 = 5; // 2 words
export const T_MAC = 7; // 2 words: MAC-64 of the REQUEST
export const T_NODE = 9; // address of N
export const T_AUTHORITY = 12; // address of A
export const T_COUNT = 15; // routers wanted, 1 to 3
export const T_ROUTERS = 16; // their addresses, 3 x 3 words
export const T_LIFE = 25; // minutes
export const T_DEPTH = 26;
/** Refresh: index of the key that the REQUEST is MACed under; else 0. */
export const T_INDEX = 27;
export const TERMS_WORDS = 28;

export const terms = makeWords(TERMS_WORDS);
/** A key that a task makes on its way to another, and wipes: K_NA, derive(K_NA), request-MAC(K_NA), K_NR. */
export const secret = makeWords(4);

/** Forgets the terms of the run before. */
export function newTerms(mode: number): void {
  wipeWords(terms, 0, TERMS_WORDS);
  terms[T_MODE] = mode;
}

/** Offset of the address of router `which` (0 to 2) in a table of terms. */
export function routerOf(which: number): number {
  return T_ROUTERS + which * ADDRESS_WORDS;
}

// Labels of the KDF: high nibble of the octet behind the counter (docs/protocol.md "Derivation").
export const LABEL_REQUEST_MAC = 1;
export const LABEL_DERIVE = 2;
export const LABEL_SEAL = 3;
export const LABEL_LINK = 4;
export const LABEL_SESSION = 5;
export const LABEL_DATA = 6;
const LABEL_PAIRWISE = 7;
const LABEL_SESSION_KEY = 8;

/** Input of a KDF or a MAC: the longest is that of the MAC of a REQUEST to three routers, 54 octets. */
export { scratch } from '#room';

/** Ends a KDF input at `length` with [L]2 = 128 bits and begins it (SP 800-108 4.1: [i]8 | label | context | [L]2). */
function derive(key: Words, at: number, length: number, out: Words, outAt: number, next: () => void): void {
  scratch[length] = 0;
  scratch[length + 1] = 128;
  kdfBegin(key, at, scratch, 0, length + 2, out, outAt);
  runJob(next);
}

/** KDF(key, label): a subkey, one CMAC block. @param out receives 4 words. */
export function subkey(key: Words, at: number, label: number, out: Words, outAt: number, next: () => void): void {
  scratch[1] = label * 16;
  derive(key, at, 2, out, outAt, next);
}

/**
 * K_NR = KDF(derive(K_NA), "pairwise" | mode | N | R | A | ctr | r0 | r1): exactly three CMAC blocks.
 * @param key derive(K_NA). @param t terms of the run. @param which router. @param out receives 4 words.
 */
export function pairwise(
  key: Words,
  at: number,
  t: Words,
  which: number,
  out: Words,
  outAt: number,
  next: () => void,
): void {
  scratch[1] = LABEL_PAIRWISE * 16 + t[T_MODE];
  put8(scratch, 2, t, T_NODE);
  put8(scratch, 10, t, routerOf(which));
  put8(scratch, 18, t, T_AUTHORITY);
  putWord(scratch, 26, t[T_CTR]);
  put8(scratch, 30, t, T_R0);
  put8(scratch, 38, t, T_R1);
  derive(key, at, 46, out, outAt, next);
}

/** S_N = KDF(session(K_N), "session" | N | r0 | r1). @param key session(K_N). */
export function sessionKey(key: Words, at: number, t: Words, out: Words, outAt: number, next: () => void): void {
  scratch[1] = LABEL_SESSION_KEY * 16;
  put8(scratch, 2, t, T_NODE);
  put8(scratch, 10, t, T_R0);
  put8(scratch, 18, t, T_R1);
  derive(key, at, 26, out, outAt, next);
}

/** ctr as it goes on air: the new-session bit above 31 bits of counter. */
export function counterWord(t: Words): number {
  return t[T_NEW_SESSION] === 1 ? t[T_CTR] | -0x80000000 : t[T_CTR];
}

/**
 * MAC-64 of a REQUEST: head | key index (refresh), number of routers | ctr | r0 | N | A | routers. The first two words of crypto-core's `mac`.
 * @param key request-MAC(K_NA).
 */
export function requestMac(key: Words, at: number, t: Words, next: () => void): void {
  scratch[0] = head(REQUEST, t[T_MODE]);
  scratch[1] = t[T_INDEX] * 16 + t[T_COUNT];
  putWord(scratch, 2, counterWord(t));
  put8(scratch, 6, t, T_R0);
  put8(scratch, 14, t, T_NODE);
  let length = put8(scratch, 22, t, T_AUTHORITY);
  for (let which = 0; which < t[T_COUNT]; which++) length = put8(scratch, length, t, routerOf(which));
  cmacBegin(key, at, scratch, 0, length);
  runJob(next);
}

/** MAC-64 of A's REJECT: head | reason | ctr | N. @param key request-MAC(K_NA). */
export function rejectMac(key: Words, at: number, t: Words, reason: number, next: () => void): void {
  scratch[0] = head(REJECT, t[T_MODE]);
  scratch[1] = reason;
  putWord(scratch, 2, t[T_CTR]);
  put8(scratch, 6, t, T_NODE);
  cmacBegin(key, at, scratch, 0, 14);
  runJob(next);
}

/** True if the MAC just made is the one in t. No early exit. */
export function macMatches(t: Words): boolean {
  return ((mac[0] ^ t[T_MAC]) | (mac[1] ^ t[T_MAC + 1])) === 0;
}
