// SPDX-License-Identifier: Apache-2.0
// The step that CBC-MAC (SP 800-38C 6.1) and CMAC (SP 800-38B 6.2) share.

import { encrypt } from './aes.ts';
import { chain } from './job.ts';
import { pack } from './octets.ts';
import type { Bytes } from './tables.ts';
import { getPart } from './words.ts';

/**
 * One block: chain = E(chain ^ block), where the block is the word `first` and the octets bytes[at + 4..at + 15], those from
 * bytes[at + count] on taken as zero.
 */
export function absorb(first: number, bytes: Bytes, at: number, count: number): void {
  if (count >= 16) {
    encrypt(
      chain[0] ^ first,
      chain[1] ^ pack(bytes[at + 4], bytes[at + 5], bytes[at + 6], bytes[at + 7]),
      chain[2] ^ pack(bytes[at + 8], bytes[at + 9], bytes[at + 10], bytes[at + 11]),
      chain[3] ^ pack(bytes[at + 12], bytes[at + 13], bytes[at + 14], bytes[at + 15]),
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
