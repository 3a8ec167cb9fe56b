// SPDX-License-Identifier: Apache-2.0
// GF(2^8) and the S-box (FIPS 197 4 and 5.1.1), computed rather than listed.

/** 2x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197 4.2). */
export function twice(x: number): number {
  return ((x << 1) ^ ((x >>> 7) * 0x11b)) & 255;
}

/**
 * Calls `set(x, S(x))` for each of the 256 octets.
 * p runs through the powers of 3, q through their inverses; the S-box is an affine map of q.
 */
export function eachSubstitution(set: (x: number, s: number) => void): void {
  set(0, 0x63);
  let p = 1;
  let q = 1;
  do {
    const affine = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4);
    set(p, (affine ^ (affine >>> 8) ^ 0x63) & 255);
    p = p ^ twice(p);
    // Dividing by 3 is multiplying by 0xf6.
    q = q ^ (q << 1);
    q = q ^ (q << 2);
    q = (q ^ (q << 4)) & 255;
    q = q ^ ((q >>> 7) * 9);
  } while (p !== 1);
}
