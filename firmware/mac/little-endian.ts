// SPDX-License-Identifier: Apache-2.0
// Multi-octet fields of a frame are sent low octet first (IEEE 802.15.4 4.2); crypto-core's words are big-endian.

import type { Bytes } from '../../crypto-core/tables.ts';

/** @returns the 16 bits at bytes[at], 0 to 0xFFFF. */
export function getShortLe(bytes: Bytes, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** Writes the low 16 bits of `value`. */
export function putShortLe(bytes: Bytes, at: number, value: number): void {
  bytes[at] = value & 255;
  bytes[at + 1] = (value >>> 8) & 255;
}

/** @returns the 32 bits at bytes[at] as an int32. */
export function getWordLe(bytes: Bytes, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** Writes an int32. */
export function putWordLe(bytes: Bytes, at: number, value: number): void {
  bytes[at] = value & 255;
  bytes[at + 1] = (value >>> 8) & 255;
  bytes[at + 2] = (value >>> 16) & 255;
  bytes[at + 3] = (value >>> 24) & 255;
}
