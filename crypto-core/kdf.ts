// SPDX-License-Identifier: Apache-2.0
// Key derivation (SP 800-108 4.1, counter mode) with AES-CMAC as its PRF, an 8-bit counter before the fixed data and 128 bits of
// output: one turn of the counter, so exactly one CMAC.

import { cmacTo } from './cmac.ts';
import { JOB_REFUSED, settle } from './job.ts';
import type { Bytes, Words } from './tables.ts';

/**
 * Begins the derivation of a 128-bit key from key[keyAt..keyAt+3] and input[inputAt + 1..inputAt + inputLength - 1], the fixed
 * data. input[inputAt] is the counter's: 0x01 is written there.
 * @param inputLength octets with the counter, 1 or more; below, the job is refused
 * @param out gets four big-endian words at out[outAt..], when step() returns JOB_DONE; it may be where the key lies
 */
export function kdfBegin(
  key: Words,
  keyAt: number,
  input: Bytes,
  inputAt: number,
  inputLength: number,
  out: Words,
  outAt: number,
): void {
  if (inputLength < 1) {
    settle(JOB_REFUSED);
    return;
  }
  input[inputAt] = 1;
  cmacTo(key, keyAt, input, inputAt, inputLength, out, outAt);
}
