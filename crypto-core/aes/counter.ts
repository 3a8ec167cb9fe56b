// SPDX-License-Identifier: Apache-2.0
// Counter blocks for an AES that does them as it does any other.

import { encrypt } from '#aes';
import { makeWords } from '../tables.ts';
import type { Words } from '../tables.ts';
import { wipeWords } from '../words.ts';

const block = makeWords(4);

/** Prepares counter blocks: w0..w3 but for the last octet of w3, which is zero here. */
export function beginCounter(w0: number, w1: number, w2: number, w3: number): void {
  block[0] = w0;
  block[1] = w1;
  block[2] = w2;
  block[3] = w3;
}

/** Encrypts the counter block prepared, with `octet` (0 to 255) as its last octet, into out[0..3]. */
export function encryptCounter(octet: number, out: Words): void {
  encrypt(block[0], block[1], block[2], block[3] | octet, out);
}

export function wipeCounter(): void {
  wipeWords(block, 0, 4);
}
