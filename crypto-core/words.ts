// SPDX-License-Identifier: Apache-2.0
// Octets to big-endian words and back, comparison and wiping. Nothing here leaves early for the sake of what it reads.

import { pack } from './octets.ts';
import type { Bytes, Words } from './tables.ts';

/** @returns the int32 in bytes[at..at+3], most significant octet first. */
export function getWord(bytes: Bytes, at: number): number {
  return pack(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

/** Writes the int32 `word` to bytes[at..at+3], most significant octet first. */
export function putWord(bytes: Bytes, at: number, word: number): void {
  bytes[at] = (word >>> 24) & 255;
  bytes[at + 1] = (word >>> 16) & 255;
  bytes[at + 2] = (word >>> 8) & 255;
  bytes[at + 3] = word & 255;
}

/** getWord of a string that ends after `count` octets (any int32), as if zero octets followed it. */
export function getPart(bytes: Bytes, at: number, count: number): number {
  if (count >= 4) return pack(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
  if (count === 3) return pack(bytes[at], bytes[at + 1], bytes[at + 2], 0);
  if (count === 2) return pack(bytes[at], bytes[at + 1], 0, 0);
  return count === 1 ? bytes[at] << 24 : 0;
}

/** Writes the first `count` octets of `word` to bytes[at..]; all four from count 4 on, none below 1. */
export function putPart(bytes: Bytes, at: number, count: number, word: number): void {
  if (count >= 1) bytes[at] = (word >>> 24) & 255;
  if (count >= 2) bytes[at + 1] = (word >>> 16) & 255;
  if (count >= 3) bytes[at + 2] = (word >>> 8) & 255;
  if (count >= 4) bytes[at + 3] = word & 255;
}

/**
 * Compares a[aAt..] with b[bAt..], `count` words, to the end whatever they hold.
 * Half words are compared with bit 16 set: on Lua 5.1 with soft doubles the cost of an operation grows with the bits of
 * its result, and a plain `differences |= a ^ b` gives away the position of the first difference.
 */
export function equalWords(a: Words, aAt: number, b: Words, bAt: number, count: number): boolean {
  let seen = 0x10000;
  for (let i = 0; i < count; i++) {
    const x = a[aAt + i];
    const y = b[bAt + i];
    seen |= (((x >>> 16) & 0xffff) + 0x10000) ^ ((y >>> 16) & 0xffff);
    seen |= ((x & 0xffff) + 0x10000) ^ (y & 0xffff);
  }
  return seen === 0x10000;
}

/** Sets words[at..at+count-1] to zero. */
export function wipeWords(words: Words, at: number, count: number): void {
  for (let i = 0; i < count; i++) words[at + i] = 0;
}

/** Sets bytes[at..at+count-1] to zero. */
export function wipeBytes(bytes: Bytes, at: number, count: number): void {
  for (let i = 0; i < count; i++) bytes[at + i] = 0;
}
