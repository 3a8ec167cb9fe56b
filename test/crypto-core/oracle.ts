// SPDX-License-Identifier: Apache-2.0
// What independent implementations answer: OpenSSL (node:crypto) for CCM, @noble/ciphers for CMAC.
import { createCipheriv } from 'node:crypto';
import { cmac } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import type { Job } from './engines.ts';

const octets = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Ciphertext and tag of a job to seal, in hexadecimal. */
export function sealed({ key, nonce = '', aad = '', text, tagLength = 0 }: Job): string {
  const plain = octets(text);
  if (tagLength === 0) {
    // IEEE 802.15.4 level 4: counter mode alone, from A_1 on.
    const first = Buffer.alloc(16);
    first[0] = 14 - nonce.length / 2;
    octets(nonce).copy(first, 1);
    first[15] = 1;
    return createCipheriv('aes-128-ctr', octets(key), first).update(plain).toString('hex');
  }
  const cipher = createCipheriv('aes-128-ccm', octets(key), octets(nonce), { authTagLength: tagLength });
  cipher.setAAD(octets(aad), { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('hex');
}

export const maced = ({ key, text }: Job): string => Buffer.from(cmac(octets(text), octets(key))).toString('hex');

/** SP 800-108 counter mode, first turn: CMAC(key, 01 || fixed data). */
export const derived = (job: Job): string => maced({ ...job, text: `01${job.text.slice(2)}` });

/** AES blocks that CCM takes (docs/crypto-core.md). */
export function ccmBlocks({ aad = '', text, tagLength = 0 }: Job, length = text.length / 2): number {
  const ofText = Math.ceil(length / 16);
  if (tagLength === 0) return ofText;
  return 1 + (aad === '' ? 0 : Math.ceil((aad.length / 2 + 2) / 16)) + 2 * ofText + 1;
}

const hex = (minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength, maxLength }).map((value) => Buffer.from(value).toString('hex'));

/** Sizes of steps, at least one of them above zero, so that the job ends. */
const steps = fc.array(fc.nat(9), { maxLength: 4 }).map((sizes) => [...sizes, 1]);

/** Messages such as fit a frame; all nonce and tag lengths, the common ones more often. */
export const sealJobs: fc.Arbitrary<Job> = fc.record({
  kind: fc.constant('seal' as const),
  key: hex(16),
  nonce: fc.oneof({ weight: 3, arbitrary: hex(13) }, { weight: 1, arbitrary: hex(7, 13) }),
  aad: hex(0, 50),
  text: hex(0, 115),
  tagLength: fc.constantFrom(0, 4, 6, 8, 10, 12, 14, 16),
  steps,
});

export const cmacJobs: fc.Arbitrary<Job> = fc.record({
  kind: fc.constant('cmac' as const),
  key: hex(16),
  text: hex(0, 70),
  steps,
});

export const kdfJobs: fc.Arbitrary<Job> = fc.record({
  kind: fc.constant('kdf' as const),
  key: hex(16),
  text: hex(1, 70),
  steps,
});

/** The same cases in every run. */
export const samples = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: 802154 });
