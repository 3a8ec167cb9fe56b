// SPDX-License-Identifier: Apache-2.0
// Every way of doing AES gives every published answer, on every machine, and costs what its board was promised.
import { expect, it } from 'vitest';
import { CIPHERS, nameOf } from './ciphers.ts';
import { describeCipher, isSlow, type Job } from './engines.ts';
import { ccmVectors, cmacVectors, kdfVectors } from './vectors.ts';
import { samples, sealed, sealJobs } from './oracle.ts';

const AAD_LIMIT = 65279;
const allVectors = ccmVectors.filter(({ aad }) => aad.length / 2 <= AAD_LIMIT);
const cases = samples(sealJobs, 60);

for (const cipher of CIPHERS.filter(({ aes, schedule }) => aes !== 'fast' || schedule !== 'expanded')) {
  describeCipher(nameOf(cipher), cipher, (run, machine) => {
    const vectors = allVectors.filter((_, i) => !isSlow(machine) || i % 7 === 0);

    it('seals and opens every published vector, and wipes every forgery', async () => {
      const opened = await run(
        vectors.map((vector) => ({ ...vector, kind: 'open', text: vector.sealed, steps: [100] })),
      );
      expect(opened.map(({ outcome, data }, i) => [vectors[i]?.name, outcome, data])).toEqual(
        vectors.map(({ name, plain, sealed: text, tagLength }) =>
          plain === null ? [name, 'failed', '00'.repeat(text.length / 2 - tagLength)] : [name, 'done', plain],
        ),
      );
      const plain = vectors.filter((vector) => vector.plain !== null);
      const got = await run(
        plain.map((vector) => ({ ...vector, kind: 'seal', text: vector.plain as string, steps: [7] })),
      );
      expect(got.map(({ data }) => data)).toEqual(plain.map((vector) => vector.sealed));
    });

    it('makes every published CMAC and key', async () => {
      const jobs: Job[] = cmacVectors.map(({ key, message }) => ({ kind: 'cmac', key, text: message }));
      expect((await run(jobs)).map(({ data }) => data)).toEqual(cmacVectors.map(({ tag }) => tag));
      const keys: Job[] = kdfVectors.map(({ ki, fixed }) => ({ kind: 'kdf', key: ki, text: `00${fixed}` }));
      const made = (await run(keys)).map(({ data }) => data);
      expect(made).toEqual(kdfVectors.map(({ ko }) => ko.slice(0, 32)));
    });

    it('seals as OpenSSL does, in steps of any size', async () => {
      expect((await run(cases)).map(({ data }) => data)).toEqual(cases.map(sealed));
    });
  });
}
