// SPDX-License-Identifier: Apache-2.0
// Sealing and opening a frame where it lies (IEEE 802.15.4 9.3, Annex B): which octets CCM* authenticates and which it hides,
// and the nonce. Either begins a crypto-core job; step() runs it. Policy (which levels, keys and counters are good) is not
// made here: this file serves all seven levels and three frame types.

import { ccmOpenBegin, ccmSealBegin, putWord } from '../../crypto-core/index.ts';
import { makeBytes, type Bytes, type Words } from '../../crypto-core/tables.ts';
import {
  COUNTER,
  FRAME_BEACON,
  FRAME_COMMAND,
  FRAME_TYPE,
  FRAME_VERSION,
  HEADER_LENGTH,
  LEVEL,
  micLength,
  PAYLOAD_END,
} from './header.ts';
import { ACCEPTED, REFUSED_BEACON_TRUNCATED } from './refusals.ts';

/** Source EUI-64, frame counter, level: 13 octets, big-endian (9.3.3.1). A job has read it when it has begun: kemp/sealed.ts uses it too. */
export const nonce = makeBytes(13);

/**
 * Begins to seal a frame. MIC and hidden payload are in the frame when the job is done; frameLength() gives its octets.
 * @param frame MHR of `header` (buildHeader) and payload, with room behind it for the MIC
 * @param header LEVEL 1 to 7, COUNTER never used before under this key by this sender
 * @param payloadEnd where the payload ends
 * @param key four big-endian words at key[keyAt..]
 * @param euiHigh EUI-64 of the sender, two big-endian words
 * @returns 0 (ACCEPTED), or the refusal of a malformed beacon
 */
export function sealFrameBegin(
  frame: Bytes,
  header: Words,
  payloadEnd: number,
  key: Words,
  keyAt: number,
  euiHigh: number,
  euiLow: number,
): number {
  const from = privateFrom(frame, header, payloadEnd);
  if (from > payloadEnd) return REFUSED_BEACON_TRUNCATED;
  setNonce(header, euiHigh, euiLow);
  ccmSealBegin(key, keyAt, nonce, frame, 0, from, frame, from, payloadEnd - from, micLength(header[LEVEL]));
  return ACCEPTED;
}

/**
 * Begins to open a secured frame that parseHeader accepted. When the job is done the payload is plain, from HEADER_LENGTH to
 * PAYLOAD_END; a wrong MIC is JOB_FAILED. Level 4 has no MIC: its job cannot fail, and proves nothing.
 * @param header LEVEL 1 to 7
 * @param key four big-endian words at key[keyAt..]
 * @param euiHigh EUI-64 of the sender, two big-endian words: the caller's knowledge where the source address is short
 * @returns 0 (ACCEPTED), or the refusal of a malformed beacon
 */
export function openFrameBegin(
  frame: Bytes,
  header: Words,
  key: Words,
  keyAt: number,
  euiHigh: number,
  euiLow: number,
): number {
  const end = header[PAYLOAD_END];
  const from = privateFrom(frame, header, end);
  if (from > end) return REFUSED_BEACON_TRUNCATED;
  setNonce(header, euiHigh, euiLow);
  ccmOpenBegin(key, keyAt, nonce, frame, 0, from, frame, from, end - from, micLength(header[LEVEL]));
  return ACCEPTED;
}

function setNonce(header: Words, euiHigh: number, euiLow: number): void {
  putWord(nonce, 0, euiHigh);
  putWord(nonce, 4, euiLow);
  putWord(nonce, 8, header[COUNTER]);
  nonce[12] = header[LEVEL];
}

/**
 * Where the octets that CCM* hides begin; all before them are its associated data (9.3.4, 9.3.5). Levels 1 to 3 hide nothing.
 * Version 2 hides the whole payload, payload IEs and command ID included; earlier versions leave the command ID and
 * a beacon's own fields open.
 * @returns an octet of the frame; beyond `end` if a beacon's own fields run over it
 */
function privateFrom(frame: Bytes, header: Words, end: number): number {
  if (header[LEVEL] < 4) return end;
  const at = header[HEADER_LENGTH];
  if (header[FRAME_VERSION] === 2) return at;
  if (header[FRAME_TYPE] === FRAME_COMMAND) return at < end ? at + 1 : end;
  return header[FRAME_TYPE] === FRAME_BEACON ? beaconPayload(frame, at, end) : at;
}

/** Superframe specification, GTS fields, pending address fields (7.3.1); then the beacon payload. */
function beaconPayload(frame: Bytes, from: number, end: number): number {
  const gts = from + 2;
  if (gts >= end) return end + 1;
  const slots = frame[gts] & 7;
  const pending = gts + 1 + (slots === 0 ? 0 : 1 + 3 * slots);
  if (pending >= end) return end + 1;
  const addresses = frame[pending];
  return pending + 1 + 2 * (addresses & 7) + 8 * ((addresses >>> 4) & 7);
}
