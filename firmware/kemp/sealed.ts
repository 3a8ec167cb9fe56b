// SPDX-License-Identifier: Apache-2.0
// Sealed KEMP messages: the end of a body is encrypted and authenticated under a seal subkey, end to end, whatever relays
// carry it. Nonce: EUI-64 of the sealer | seq | 0x80 + type, so direction is the sealer's identity, and no nonce is one of
// CCM* link security, whose last octet is a level below 8. AAD: the clear octets of the body, then the EUI-64s of the ends.

import { txFrame } from '#board';
import { message, scratch } from '#room';
import { ccmOpenBegin, ccmSealBegin, putWord } from '../../crypto-core/index.ts';
import type { Bytes, Words } from '../../crypto-core/tables.ts';
import { put8 } from '../link/address.ts';
import { runJob } from '../link/task.ts';
import { nonce } from '../mac/security.ts';
import { TAG_OCTETS } from './layout.ts';

/** No sequence number: what follows it could not be counted. */
const LAST_SEQUENCE = 0x7fffffff;

/** Where the AAD is made: what is opened lies in txFrame at a mote, and what is sealed in `message` always. */
let aad = txFrame;
let aadLength = 0;

/**
 * Sets nonce and AAD for the next sealBody() or openBody().
 * @param body the message, from its head octet at `at`. @param clear its octets before the sealed part.
 * @param seq sequence number under this key and sealer. Sealer and receiver are addresses (address.ts).
 */
export function sealTerms(
  body: Bytes,
  at: number,
  clear: number,
  seq: number,
  sealer: Words,
  sealerAt: number,
  receiver: Words,
  receiverAt: number,
): void {
  put8(nonce, 0, sealer, sealerAt);
  putWord(nonce, 8, seq);
  nonce[12] = 128 + (body[at] >>> 4);
  aad = body === message ? txFrame : scratch;
  for (let i = 0; i < clear; i++) aad[i] = body[at + i];
  aadLength = put8(aad, put8(aad, clear, sealer, sealerAt), receiver, receiverAt);
}

/** Adds one more EUI-64 to the AAD set by sealTerms(). */
export function sealAlso(party: Words, partyAt: number): void {
  aadLength = put8(aad, aadLength, party, partyAt);
}

/**
 * Commits the sequence number of a message that has proved genuine. @param lowest where the lowest one still accepted is kept.
 * @returns false: it was accepted before, or is none
 */
export function takeSequence(seq: number, table: Words, lowest: number): boolean {
  if (seq < table[lowest] || seq === LAST_SEQUENCE) return false;
  table[lowest] = seq + 1;
  return true;
}

/** Seals body[at..at+length-1] in place; the tag (8 octets) follows. @param key a seal subkey. */
export function sealBody(key: Words, keyAt: number, body: Bytes, at: number, length: number, next: () => void): void {
  ccmSealBegin(key, keyAt, nonce, aad, 0, aadLength, body, at, length, TAG_OCTETS);
  runJob(next);
}

/** Opens what sealBody() sealed; jobOk tells whether it was genuine. */
export function openBody(key: Words, keyAt: number, body: Bytes, at: number, length: number, next: () => void): void {
  ccmOpenBegin(key, keyAt, nonce, aad, 0, aadLength, body, at, length, TAG_OCTETS);
  runJob(next);
}
