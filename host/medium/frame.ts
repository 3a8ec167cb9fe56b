// SPDX-License-Identifier: Apache-2.0
// What a radio chip of the 2006 edition reads of a frame: FCS, frame control, sequence number, destination. It knows
// nothing of later PAN-ID rules or suppressed sequence numbers, and neither does this (IEEE 802.15.4-2006 7.2.1, 7.5.6.2).

const TYPE_BEACON = 0;
const TYPE_ACK = 2;
const TYPE_LAST_KNOWN = 3;
const BROADCAST = 0xffff;
const ACK_OCTETS = 5;

/** What the filter accepts: as the FILTER action of the bench ABI gives it, EUI-64 as two big-endian words. */
export interface Filter {
  readonly pan: number;
  readonly short: number;
  readonly euiHigh: number;
  readonly euiLow: number;
  /** Highest frame version let through (frame control, bits 12 and 13); all are where this is not said. */
  readonly highestVersion?: number;
  /** Highest one that is acknowledged; likewise. */
  readonly highestAcknowledged?: number;
}

/** ITU-T CRC-16, x^16 + x^12 + x^5 + 1, LSB first, initial value 0 (7.2.1.9). */
export function fcs(frame: Uint8Array, length: number): number {
  let crc = 0;
  for (let i = 0; i < length; i++) {
    crc ^= frame[i];
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408;
  }
  return crc;
}

/** @param mpdu without FCS. @returns the MPDU with its two octets of FCS. */
export function withFcs(mpdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(mpdu.length + 2);
  frame.set(mpdu);
  const crc = fcs(mpdu, mpdu.length);
  frame[mpdu.length] = crc & 255;
  frame[mpdu.length + 1] = crc >> 8;
  return frame;
}

export function fcsHolds(frame: Uint8Array): boolean {
  const length = frame.length - 2;
  return length >= 3 && fcs(frame, length) === (frame[length] | (frame[length + 1] << 8));
}

/** @returns an Imm-Ack for a sequence number, with FCS (7.2.2.3). */
export function immAck(sequence: number): Uint8Array {
  return withFcs(Uint8Array.of(0x02, 0x00, sequence));
}

export function isAck(frame: Uint8Array): boolean {
  return frame.length === ACK_OCTETS && (frame[0] & 7) === TYPE_ACK;
}

export function wantsAck(frame: Uint8Array): boolean {
  return (frame[0] & 0x20) !== 0;
}

/** Frame version: 0 to 3. */
export function versionOf(frame: Uint8Array): number {
  return (frame[1] >> 4) & 3;
}

export function sequenceOf(frame: Uint8Array): number {
  return frame[2];
}

function word(frame: Uint8Array, at: number): number {
  return frame[at] | (frame[at + 1] << 8) | (frame[at + 2] << 16) | (frame[at + 3] << 24);
}

export type Match = 'none' | 'broadcast' | 'unicast';

/**
 * Third-level filtering of 7.5.6.2, for a device that is no PAN coordinator.
 * @param frame MPDU with a good FCS. @returns whom the frame is for, seen from here.
 */
export function match(filter: Filter, frame: Uint8Array): Match {
  const type = frame[0] & 7;
  if (type === TYPE_ACK || type > TYPE_LAST_KNOWN) return 'none';
  if (versionOf(frame) > (filter.highestVersion ?? 3)) return 'none';
  const mode = (frame[1] >> 2) & 3;
  // A beacon has no destination; every other frame for us names one.
  if (mode === 0) return type === TYPE_BEACON ? 'broadcast' : 'none';
  if (mode === 1 || frame.length < 2 + 3 + (mode === 2 ? 4 : 10)) return 'none';
  const pan = frame[3] | (frame[4] << 8);
  if (pan !== filter.pan && pan !== BROADCAST) return 'none';
  if (mode === 2) {
    const short = frame[5] | (frame[6] << 8);
    if (short === BROADCAST) return 'broadcast';
    return short === filter.short ? 'unicast' : 'none';
  }
  return word(frame, 5) === (filter.euiLow | 0) && word(frame, 9) === (filter.euiHigh | 0) ? 'unicast' : 'none';
}
