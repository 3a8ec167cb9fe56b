// SPDX-License-Identifier: Apache-2.0
// The only two kinds of memory a mote has. Both are 0-based and made once, while a module initialises; the compiler turns
// each call below into a Lua table constructor of exactly that size (docs/dialect.md).

declare const octets: unique symbol;
declare const int32s: unique symbol;

/** Octets, 0 to 255 each: frame buffers and scratch. 12 octets of RAM an entry on Lua 5.1 float, 8 elsewhere. */
export interface Bytes {
  [index: number]: number;
  readonly [octets]: true;
}

/** Signed 32-bit words: everything at rest. */
export interface Words {
  [index: number]: number;
  readonly [int32s]: true;
}

/** @param length entries, a compile-time constant. @returns zeroed octets. */
export function makeBytes(length: number): Bytes {
  return new Uint8Array(length) as unknown as Bytes;
}

/** @param length entries, a compile-time constant. @returns zeroed words. */
export function makeWords(length: number): Words {
  return new Int32Array(length) as unknown as Words;
}

/** Floor of a / b for a ≥ 0 and b > 0: the one integer division that costs the same thing in every Lua. */
export function div(a: number, b: number): number {
  return Math.floor(a / b);
}
