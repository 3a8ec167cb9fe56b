// SPDX-License-Identifier: Apache-2.0
// '#aes' of boards with next to no RAM: AES-128, forward direction only (FIPS 197), with the S-box in a string and no table at all.
// MixColumns is done on words, four columns of the field at a time: with y a column x turned by a row and z = x + y, it is
// 2z + y + (z turned by two rows).

import { EXPANDED } from '#schedule';
import { flashAt, flashBytes, pack, unrolled } from '../octets.ts';
import type { Words } from '../tables.ts';
import { schedule } from './keys.ts';

export { beginCounter, encryptCounter, wipeCounter } from './counter.ts';

/** FIPS 197, figure 7. */
const S = flashBytes(
  '637c777bf26b6fc53001672bfed7ab76ca82c97dfa5947f0add4a2af9ca472c0b7fd9326363ff7cc34a5e5f171d8311504c723c31896059a071280e2eb27b27509832c1a1b6e5aa0523bd6b329e32f8453d100ed20fcb15b6acbbe394a4c58cfd0efaafb434d338545f9027f503c9fa851a3408f929d38f5bcb6da2110fff3d2cd0c13ec5f974417c4a77e3d645d197360814fdc222a908846eeb814de5e0bdbe0323a0a4906245cc2d3ac629195e479e7c8376d8dd54ea96c56f4ea657aae08ba78252e1ca6b4c6e8dd741f4bbd8b8a703eb5664803f60e613557b986c11d9ee1f8981169d98e949b1e87e9ce5528df8ca1890dbfe6426841992d0fb054bb16',
);

/** SubWord(RotWord(word)) of FIPS 197 5.2. */
export function substituteRotated(word: number): number {
  return pack(flashAt(S, word >>> 16), flashAt(S, word >>> 8), flashAt(S, word), flashAt(S, word >>> 24));
}

/** Encrypts the block of four big-endian words into out[0..3] (FIPS 197 5.1). */
export function encrypt(w0: number, w1: number, w2: number, w3: number, out: Words): void {
  const sbox = S;
  const keys = schedule;
  let a = w0 ^ keys[0];
  let b = w1 ^ keys[1];
  let c = w2 ^ keys[2];
  let d = w3 ^ keys[3];
  let k0 = EXPANDED ? 0 : keys[0];
  let k1 = EXPANDED ? 0 : keys[1];
  let k2 = EXPANDED ? 0 : keys[2];
  let k3 = EXPANDED ? 0 : keys[3];
  let x = 0;
  let y = 0;
  let z = 0;
  for (let round = 1; round < unrolled(11); round++) {
    if (!EXPANDED) {
      k0 = k0 ^ substituteRotated(k3) ^ ((round < 9 ? 1 << (round - 1) : 0x1b << (round - 9)) << 24);
      k1 = k1 ^ k0;
      k2 = k2 ^ k1;
      k3 = k3 ^ k2;
    }
    // SubBytes and ShiftRows; then MixColumns (5.1.3) of a whole column, but in round 10.
    x = pack(flashAt(sbox, a >>> 24), flashAt(sbox, b >>> 16), flashAt(sbox, c >>> 8), flashAt(sbox, d));
    if (round < 10) {
      y = (x << 8) | (x >>> 24);
      z = x ^ y;
      x = ((z & 0x7f7f7f7f) << 1) ^ (((z >>> 7) & 0x01010101) * 0x1b) ^ y ^ ((z << 16) | (z >>> 16));
    }
    const p = x ^ (EXPANDED ? keys[4 * round] : k0);
    x = pack(flashAt(sbox, b >>> 24), flashAt(sbox, c >>> 16), flashAt(sbox, d >>> 8), flashAt(sbox, a));
    if (round < 10) {
      y = (x << 8) | (x >>> 24);
      z = x ^ y;
      x = ((z & 0x7f7f7f7f) << 1) ^ (((z >>> 7) & 0x01010101) * 0x1b) ^ y ^ ((z << 16) | (z >>> 16));
    }
    const q = x ^ (EXPANDED ? keys[4 * round + 1] : k1);
    x = pack(flashAt(sbox, c >>> 24), flashAt(sbox, d >>> 16), flashAt(sbox, a >>> 8), flashAt(sbox, b));
    if (round < 10) {
      y = (x << 8) | (x >>> 24);
      z = x ^ y;
      x = ((z & 0x7f7f7f7f) << 1) ^ (((z >>> 7) & 0x01010101) * 0x1b) ^ y ^ ((z << 16) | (z >>> 16));
    }
    const r = x ^ (EXPANDED ? keys[4 * round + 2] : k2);
    x = pack(flashAt(sbox, d >>> 24), flashAt(sbox, a >>> 16), flashAt(sbox, b >>> 8), flashAt(sbox, c));
    if (round < 10) {
      y = (x << 8) | (x >>> 24);
      z = x ^ y;
      x = ((z & 0x7f7f7f7f) << 1) ^ (((z >>> 7) & 0x01010101) * 0x1b) ^ y ^ ((z << 16) | (z >>> 16));
    }
    const s = x ^ (EXPANDED ? keys[4 * round + 3] : k3);
    a = p;
    b = q;
    c = r;
    d = s;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}
