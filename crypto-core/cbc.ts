// SPDX-License-Identifier: Apache-2.0
// The step that CBC-MAC (SP 800-38C 6.1) and CMAC (SP 800-38B 6.2) share.

import { encrypt } from './aes.ts';
import { chain } from './job.ts';
import type { Bytes } from './tables.ts';
import { getPart, getWord } from './words.ts';

/**
 * One block: chain = E(chain ^ block), where the block is the word `first` and the octets bytes[at + 4..at + 15], those from
 * bytes[at + count] on taken as zero.
 */
export function absorb(first: number, bytes: Bytes, at: number, count: number): void {
  if (count >= 16) {
    encrypt(
      chain[0] ^ first,
      chain[1] ^ getWord(bytes, at + 4),
      chain[2] ^ getWord(bytes, at + 8),
      chain[3] ^ getWord(bytes, at + 12),
      chain,
    );
  } else {
    encrypt(
      chain[0] ^ first,
      chain[1] ^ getPart(bytes, at + 4, count - 4),
      chain[2] ^ getPart(bytes, at + 8, count - 8),
      chain[3] ^ getPart(bytes, at + 12, count - 12),
      chain,
    );
  }
}
