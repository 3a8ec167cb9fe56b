// SPDX-License-Identifier: Apache-2.0
// Entropy of a simulated mote: Marsaglia's xorshift of 128 bits, so that a seed gives the same run on every machine. The
// simulation needs no unpredictable numbers; a board does.

import { makeWords } from '../../crypto-core/tables.ts';

const x = makeWords(4);

/** @param a, b, c, d seed words. @returns false if all are 0, from where the generator would never move. */
export function seed(a: number, b: number, c: number, d: number): boolean {
  x[0] = a;
  x[1] = b;
  x[2] = c;
  x[3] = d;
  return a !== 0 || b !== 0 || c !== 0 || d !== 0;
}

/** 32 random bits as an int32. */
export function randomWord(): number {
  const t = x[0] ^ (x[0] << 11);
  x[0] = x[1];
  x[1] = x[2];
  x[2] = x[3];
  x[3] = x[3] ^ (x[3] >>> 19) ^ t ^ (t >>> 8);
  return x[3];
}
