// SPDX-License-Identifier: Apache-2.0
// The check value of what outlives the program: records in flash, the board's words of RTC memory.

/**
 * Goes on with a check value: Marsaglia's xorshift of 32 bits, whose period is 2^32 - 1. The sum is linear, as a CRC is: it finds
 * every error within one word, every two wrong bits of a record, and all but one in 2^32 of the others.
 */
export function checked(check: number, word: number): number {
  const a = check ^ word;
  const b = a ^ (a << 13);
  const c = b ^ (b >>> 17);
  return c ^ (c << 5);
}
