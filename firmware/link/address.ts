// SPDX-License-Identifier: Apache-2.0
// An address is three words: EUI-64 (two, big-endian) and short address, 0xFFFE if there is none. Everything that names a
// node (key record, candidate, registry record, run) holds these three words in this order, so one comparison serves all.
// On air a node is named by 2 octets where every node concerned has a short address, else by 8; KEMP bodies are big-endian.

import { getWord, putWord } from '../../crypto-core/index.ts';
import type { Bytes, Words } from '../../crypto-core/tables.ts';
import { NO_SHORT } from '../records.ts';

export const ADDRESS_WORDS = 3;

/**
 * True if `named` names the node `known`: by its EUI-64, which alone identifies; by its short address where that is all there
 * is, as in most frames.
 */
export function names(named: Words, namedAt: number, known: Words, knownAt: number): boolean {
  if (named[namedAt] === 0 && named[namedAt + 1] === 0) {
    return named[namedAt + 2] !== NO_SHORT && named[namedAt + 2] === known[knownAt + 2];
  }
  return named[namedAt] === known[knownAt] && named[namedAt + 1] === known[knownAt + 1];
}

/**
 * The word of an address that tells nearly all other nodes from the one that `named` names: a search compares it before it asks
 * names().
 */
export function tellingWord(named: Words, at: number): number {
  return named[at] === 0 && named[at + 1] === 0 ? 2 : 1;
}

/** Copies an address. */
export function copyAddress(from: Words, fromAt: number, to: Words, toAt: number): void {
  to[toAt] = from[fromAt];
  to[toAt + 1] = from[fromAt + 1];
  to[toAt + 2] = from[fromAt + 2];
}

/** True if the EUI-64 of a is below that of b, as unsigned numbers. */
export function isLower(a: Words, aAt: number, b: Words, bAt: number): boolean {
  const low = a[aAt] === b[bAt] ? 1 : 0;
  return (a[aAt + low] ^ -0x80000000) < (b[bAt + low] ^ -0x80000000);
}

/** Octets that name this node on air: 2 or 8. */
export function widthOf(table: Words, at: number): number {
  return table[at + 2] === NO_SHORT ? 8 : 2;
}

/** Octets of a handle. */
export const HANDLE_OCTETS = 2;

/**
 * A handle names a node of one network in two octets: its short address, or the low 16 bits of its EUI-64 where it has none. It
 * stands where a mistake opens nothing: in routes, whose hops are secured by themselves, beside an AAD that has the EUI-64, and in
 * ADVERT, which is a hint.
 */
export function handleOf(table: Words, at: number): number {
  return table[at + 2] === NO_SHORT ? table[at + 1] & 0xffff : table[at + 2];
}

/** Writes a handle. @returns the offset behind it. */
export function putHandle(bytes: Bytes, at: number, handle: number): number {
  bytes[at] = handle >>> 8;
  bytes[at + 1] = handle & 255;
  return at + HANDLE_OCTETS;
}

/** @returns the handle at bytes[at]. */
export function getHandle(bytes: Bytes, at: number): number {
  return bytes[at] * 256 + bytes[at + 1];
}

/** Writes an address of `width` octets. @returns the offset behind it. */
export function putAddress(bytes: Bytes, at: number, width: number, table: Words, tableAt: number): number {
  if (width === 2) {
    bytes[at] = table[tableAt + 2] >>> 8;
    bytes[at + 1] = table[tableAt + 2] & 255;
    return at + 2;
  }
  return put8(bytes, at, table, tableAt);
}

/** Reads an address of `width` octets: the other half of it stays unknown (0, or 0xFFFE). @returns the offset behind it. */
export function getAddress(bytes: Bytes, at: number, width: number, table: Words, tableAt: number): number {
  if (width === 2) {
    table[tableAt] = 0;
    table[tableAt + 1] = 0;
    table[tableAt + 2] = bytes[at] * 256 + bytes[at + 1];
    return at + 2;
  }
  table[tableAt] = getWord(bytes, at);
  table[tableAt + 1] = getWord(bytes, at + 4);
  table[tableAt + 2] = NO_SHORT;
  return at + 8;
}

/** Writes two words as 8 octets: an EUI-64 as every MAC, AAD and KDF holds it, r0 or r1. @returns the offset behind. */
export function put8(bytes: Bytes, at: number, table: Words, tableAt: number): number {
  putWord(bytes, at, table[tableAt]);
  putWord(bytes, at + 4, table[tableAt + 1]);
  return at + 8;
}
