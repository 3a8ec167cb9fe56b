// SPDX-License-Identifier: Apache-2.0
// The 16-bit FCS (IEEE 802.15.4 7.2.11): x^16 + x^12 + x^5 + 1, least significant bit first, initial value 0, no final
// inversion (CRC-16/KERMIT). No table: the polynomial has so few terms that eight steps collapse into one exclusive or of
// shifts. It takes as long as two look-ups in a table of 16 words and spares its RAM. Left shifts are written as products,
// since on Lua 5.1 a shift is a call of `bit`.

import type { Bytes, Words } from '../../crypto-core/tables.ts';

/** Octets of the FCS. */
export const FCS_LENGTH = 2;

/**
 * Takes frame[from .. to-1] into the FCS, so that a long frame can be cut into steps: fcsUpdate(fcsUpdate(0, f, 0, k), f, k, n)
 * equals fcsUpdate(0, f, 0, n).
 * @param crc 0 at the start of a frame, else what the step before returned
 * @returns 0 to 0xFFFF
 */
export function fcsUpdate(crc: number, frame: Bytes, from: number, to: number): number {
  let sum = crc;
  for (let i = from; i < to; i++) {
    const low = (sum ^ frame[i]) & 255;
    const octet = low ^ ((low * 16) & 255);
    sum = (sum >>> 8) ^ (octet * 256) ^ (octet * 8) ^ (octet >>> 4);
  }
  return sum;
}

/** Octets that fcsPart() takes at once: a whole frame is more than a turn of a mote has time for. */
const PART = 60;

/**
 * Takes the next part of frame[0 .. end-1] into an FCS. @param state the FCS so far in state[at] and how many octets it covers in
 * state[at + 1], both 0 at the start of a frame. @returns whether that was the last part
 */
export function fcsPart(frame: Bytes, end: number, state: Words, at: number): boolean {
  const from = state[at + 1];
  const to = end - from > PART ? from + PART : end;
  state[at] = fcsUpdate(state[at], frame, from, to);
  state[at + 1] = to;
  return to === end;
}

/** Writes an FCS to frame[at] and frame[at + 1], low octet first. */
export function putFcs(frame: Bytes, at: number, crc: number): void {
  frame[at] = crc & 255;
  frame[at + 1] = crc >>> 8;
}

/**
 * @param crc fcsUpdate over frame[0 .. length-3]
 * @param length octets of the frame, FCS included; 2 at least
 * @returns whether the FCS at the frame's end is that one
 */
export function fcsMatches(crc: number, frame: Bytes, length: number): boolean {
  return frame[length - 2] === (crc & 255) && frame[length - 1] === crc >>> 8;
}
