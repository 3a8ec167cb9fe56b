// SPDX-License-Identifier: Apache-2.0
// What a frame may be: every length, its header and its text in one buffer, and every single bit of it forged; for each way of
// doing AES, on every machine.
import { expect, it } from 'vitest';
import { CIPHERS, nameOf } from './ciphers.ts';
import { describeCipher, isSlow, type Job } from './engines.ts';
import { sealed } from './oracle.ts';

const KEY = '0123456789abcdeffedcba9876543210';

/** 127 octets of header and text in all, each length of either once. */
const everyLength = Array.from({ length: 128 }, (_, length): Job => ({
  kind: 'seal',
  key: KEY,
  nonce: (length + 16).toString(16).padStart(26, 'a5'),
  aad: 'ad'.repeat(127 - length),
  text: '5e'.repeat(length),
  tagLength: [4, 8, 16][length % 3] as number,
  steps: [1 + (length % 5)],
}));

const opening = (job: Job): Job => ({ ...job, kind: 'open', text: sealed(job) });

/** Flips one bit of a hexadecimal string. */
function flip(hex: string, bit: number): string {
  const octets = Buffer.from(hex, 'hex');
  octets[bit >> 3]! ^= 1 << (bit & 7);
  return octets.toString('hex');
}

const small: Job = { ...everyLength[5]!, aad: 'c0ffee', nonce: '2a'.repeat(13), tagLength: 8 };
const genuine = opening(small);
const forged = (['key', 'nonce', 'aad', 'text'] as const).flatMap((part) =>
  Array.from({ length: 4 * genuine[part]!.length }, (_, bit): Job => ({
    ...genuine,
    [part]: flip(genuine[part]!, bit),
  })),
);

for (const cipher of CIPHERS) {
  describeCipher(nameOf(cipher), cipher, (run, machine) => {
    const some = <T>(list: readonly T[]): T[] => list.filter((_, i) => !isSlow(machine) || i % 7 === 0);
    const lengths = some(everyLength);

    it('seals and opens every length as OpenSSL does', async () => {
      expect((await run(lengths)).map(({ data }) => data)).toEqual(lengths.map(sealed));
      expect((await run(lengths.map(opening))).map(({ outcome, data }) => [outcome, data])).toEqual(
        lengths.map(({ text }) => ['done', text]),
      );
    });

    it('works where associated data and text share a buffer', async () => {
      const jobs = everyLength.filter((_, i) => i % 9 === 0).map((job): Job => ({ ...job, aadPlace: 'before' }));
      expect((await run(jobs)).map(({ data }) => data)).toEqual(jobs.map(sealed));
      expect((await run(jobs.map(opening))).map(({ data }) => data)).toEqual(jobs.map(({ text }) => text));
      // Associated data is read before the text is touched: it may be the text itself.
      const same = jobs.map((job): Job => ({ ...job, aad: job.text, aadPlace: 'same' }));
      expect((await run(same)).map(({ data }) => data)).toEqual(same.map(sealed));
    });

    it('rejects every single bit that is flipped, and wipes the text', async () => {
      expect(forged.length).toBe(8 * (16 + 13 + 3 + 5 + 8));
      const outcomes = (await run(some(forged))).map(({ outcome, data }) => `${outcome} ${data}`);
      expect(new Set(outcomes)).toEqual(new Set([`failed ${'00'.repeat(5)}`]));
      expect(await run([genuine])).toMatchObject([{ outcome: 'done', data: small.text }]);
    });
  });
}
