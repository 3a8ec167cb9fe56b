// SPDX-License-Identifier: Apache-2.0
// AES alone, for a library's users; motes need it in CCM and CMAC only.

import { encrypt, loadKey } from './aes.ts';
import { mask } from './job.ts';
import type { Bytes, Words } from './tables.ts';
import { getWord, putWord } from './words.ts';

/**
 * Encrypts the 16 octets at bytes[at..] in place under key[keyAt..keyAt+3] (FIPS 197 5.1), at once. A job under way is spoilt: begin
 * none before this, and end none after it.
 */
export function aesEncrypt(key: Words, keyAt: number, bytes: Bytes, at: number): void {
  loadKey(key, keyAt);
  encrypt(getWord(bytes, at), getWord(bytes, at + 4), getWord(bytes, at + 8), getWord(bytes, at + 12), mask);
  for (let i = 0; i < 4; i++) putWord(bytes, at + 4 * i, mask[i]);
}
