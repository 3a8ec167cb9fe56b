// SPDX-License-Identifier: Apache-2.0
// Every way of doing AES that a board may ask for.
import { AES_VARIANTS, SCHEDULES, type Cipher } from '../../compiler/choose.ts';

export const CIPHERS: readonly Cipher[] = AES_VARIANTS.flatMap((aes) =>
  SCHEDULES.map((schedule) => ({ aes, schedule })),
);

/** Those that make no strings. */
export const SOFTWARE: readonly Cipher[] = CIPHERS.filter(({ aes }) => aes !== 'native');

export const nameOf = ({ aes, schedule }: Cipher): string => `${aes}, ${schedule}`;
