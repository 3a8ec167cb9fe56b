// SPDX-License-Identifier: Apache-2.0
// GF(2^8) and the S-box (FIPS 197 4 and 5.1.1), computed rather than listed.

/** 2x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197 4.2). */
export function twice(x: number): number {
  return ((x << 1) ^ ((x >>> 7) * 0x11b)) & 255;
}

// S(0) is 0x63. For all other x: p = 3^n runs through all of them, q = 3^-n through their inverses, and S(p) is `affine(q)`. So a table
// is made by a loop: p = q = 1; each turn sets S(p), then p = timesThree(p), q = overThree(q), until p is 1 again. It is written where
// the table is, since a function given to another stays in RAM.

/** The affine map of the S-box. */
export function affine(q: number): number {
  const sum = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4);
  return (sum ^ (sum >>> 8) ^ 0x63) & 255;
}

export function timesThree(p: number): number {
  return p ^ twice(p);
}

/** Dividing by 3 is multiplying by 0xf6. */
export function overThree(q: number): number {
  const q3 = q ^ (q << 1);
  const q15 = q3 ^ (q3 << 2);
  const low = (q15 ^ (q15 << 4)) & 255;
  return low ^ ((low >>> 7) * 9);
}
