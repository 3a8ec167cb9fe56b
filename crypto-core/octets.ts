// SPDX-License-Identifier: Apache-2.0
// What the compiler turns into the best that a Lua has for it (docs/dialect.md); on V8 it is what stands here.

/** The int32 of four octets, 0 to 255 each, the first the most significant. Shifts on Lua 5.3, products and sums on 5.1. */
export function pack(octet3: number, octet2: number, octet1: number, octet0: number): number {
  return (octet3 << 24) | (octet2 << 16) | (octet1 << 8) | octet0;
}

/**
 * pack() for a table whose words go into `^`, `& 255` and turned() only, and into nothing else: where numbers are floats it is
 * not brought back to int32.
 */
export function tableWord(octet3: number, octet2: number, octet1: number, octet0: number): number {
  return (octet3 << 24) | (octet2 << 16) | (octet1 << 8) | octet0;
}

/** A word of such a table, rotated right by `bits`, a constant of 2 to 30; an operand of `^`. */
export function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

declare const flash: unique symbol;

/** 256 octets that take no RAM where strings of the program lie in flash. */
export interface FlashBytes {
  readonly [flash]: true;
}

/** @param digits 512 hexadecimal digits, a literal; at the top level of a module. A string in Lua. */
export function flashBytes(digits: string): FlashBytes {
  return Uint8Array.from({ length: 256 }, (_, i) =>
    parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  ) as unknown as FlashBytes;
}

/** @returns octet `index & 255` */
export function flashAt(bytes: FlashBytes, index: number): number {
  return (bytes as unknown as Uint8Array)[index & 255]!;
}

/** `for (let i = a; i < unrolled(b); i += c)` writes the loop's body out for each turn, with i a constant. */
export function unrolled(bound: number): number {
  return bound;
}
