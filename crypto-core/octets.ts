// SPDX-License-Identifier: Apache-2.0
// What the compiler turns into the best that a Lua has for it (docs/dialect.md); on V8 it is what stands here.

/** The int32 of four octets, 0 to 255 each, the first the most significant. Shifts on Lua 5.3, products and sums on 5.1. */
export function pack(octet3: number, octet2: number, octet1: number, octet0: number): number {
  return (octet3 << 24) | (octet2 << 16) | (octet1 << 8) | octet0;
}

/** `for (let i = a; i < unrolled(b); i += c)` writes the loop's body out for each turn, with i a constant. */
export function unrolled(bound: number): number {
  return bound;
}
