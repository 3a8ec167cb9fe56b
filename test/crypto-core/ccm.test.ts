// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { describeEngines, type Job } from './engines.ts';
import { ccmBlocks, samples, sealed, sealJobs } from './oracle.ts';
import { ccmVectors } from './vectors.ts';

const AAD_LIMIT = 65279;
const inRange = ccmVectors.filter(({ aad }) => aad.length / 2 <= AAD_LIMIT);
const cases = samples(sealJobs, 300);

/** Flips one bit of a hexadecimal string. */
function flip(hex: string, bit: number): string {
  const octets = Buffer.from(hex, 'hex');
  octets[bit >> 3] ^= 1 << (bit & 7);
  return octets.toString('hex');
}

const zeros = (octets: number): string => '00'.repeat(octets);
const opening = (job: Job): Job => ({ ...job, kind: 'open', text: sealed(job) });

describeEngines('CCM', (run) => {
  it('seals every published vector', async () => {
    const vectors = inRange.filter(({ plain }) => plain !== null);
    expect(vectors.length).toBe(830);
    const got = await run(vectors.map(({ plain, ...vector }) => ({ ...vector, kind: 'seal', text: plain as string })));
    expect(got.map(({ outcome, data }, i) => [vectors[i]?.name, outcome, data])).toEqual(
      vectors.map(({ name, sealed: expected }) => [name, 'done', expected]),
    );
  });

  it('opens every published vector and wipes every published forgery', async () => {
    expect(inRange.length).toBe(990);
    const got = await run(
      inRange.map((vector) => ({ ...vector, kind: 'open', text: vector.sealed, steps: [3, 1, 2] })),
    );
    expect(got.map(({ outcome, data }, i) => [inRange[i]?.name, outcome, data])).toEqual(
      inRange.map(({ name, plain, sealed: text, tagLength }) =>
        plain === null ? [name, 'failed', zeros(text.length / 2 - tagLength)] : [name, 'done', plain],
      ),
    );
  });

  it('refuses associated data of 65,536 octets where its length has two octets, and touches nothing', async () => {
    const beyond = ccmVectors.filter(({ aad }) => aad.length / 2 > AAD_LIMIT);
    expect(beyond.map(({ name, nonce }) => [name, nonce.length / 2])).toEqual([['SP800-38C example 4', 13]]);
    const job: Job = { ...beyond[0]!, kind: 'seal', text: beyond[0]!.plain as string };
    expect(await run([job])).toEqual([{ outcome: 'refused', data: beyond[0]?.plain, blocks: 0 }]);
    // As a library, it is the example's answer.
    expect(await run([{ ...job, anyNonce: true, steps: [1000] }])).toMatchObject([{ data: beyond[0]?.sealed }]);
    expect(await run([{ ...job, kind: 'open', text: beyond[0]!.sealed, anyNonce: true }])).toMatchObject([
      { outcome: 'done', data: beyond[0]?.plain },
    ]);
  });

  it('seals as OpenSSL does, in the documented number of blocks', async () => {
    expect(await run(cases)).toEqual(
      cases.map((job) => ({ outcome: 'done', data: sealed(job), blocks: ccmBlocks(job) })),
    );
  });

  it('opens what OpenSSL sealed', async () => {
    expect(await run(cases.map(opening))).toEqual(
      cases.map((job) => ({ outcome: 'done', data: job.text, blocks: ccmBlocks(job) })),
    );
  });

  it('rejects a flipped bit anywhere and leaves zeros', async () => {
    const forged = cases
      .filter(({ tagLength }) => tagLength !== 0)
      .flatMap((job, i): Job[] => {
        const open = opening(job);
        const parts = (['key', 'nonce', 'aad', 'text'] as const).filter((part) => open[part] !== '');
        return parts.map((part) => ({
          ...open,
          [part]: flip(open[part] as string, (i * 37) % ((open[part] as string).length * 4)),
        }));
      });
    expect(forged.length).toBeGreaterThan(900);
    expect(await run(forged)).toEqual(
      forged.map((job) => {
        const length = job.text.length / 2 - (job.tagLength as number);
        return { outcome: 'failed', data: zeros(length), blocks: ccmBlocks(job, length) };
      }),
    );
  });

  it('rejects every single bit of a tag, for each tag length', async () => {
    const base = { key: '0f'.repeat(16), nonce: '2a'.repeat(13), aad: 'c0ffee', text: '0123456789' };
    const forged = [4, 6, 8, 10, 12, 14, 16].flatMap((tagLength) => {
      const open = opening({ ...base, kind: 'seal', tagLength });
      return Array.from({ length: 8 * tagLength }, (_, bit): Job => ({ ...open, text: flip(open.text, 40 + bit) }));
    });
    expect(new Set((await run(forged)).map(({ outcome, data }) => `${outcome} ${data}`))).toEqual(
      new Set([`failed ${zeros(5)}`]),
    );
  });

  it('takes lengths up to their limits', async () => {
    const job = (aad: number, text: number): Job => ({
      kind: 'seal',
      key: '5c'.repeat(16),
      nonce: '7e'.repeat(13),
      aad: 'ad'.repeat(aad),
      text: '99'.repeat(text),
      tagLength: 8,
      steps: [1000],
    });
    // 255 to 256 octets, and 65279: where the coding of the length changes or would.
    const jobs = [
      ...[job(255, 1), job(256, 255), job(257, 256), job(AAD_LIMIT, 1), job(0, 4096), job(1, 8200)],
      ...[job(AAD_LIMIT + 1, 3), job(65535, 17), job(65536, 0)].map((one) => ({ ...one, nonce: '7e'.repeat(12) })),
    ];
    expect((await run(jobs)).map(({ data }) => data)).toEqual(jobs.map(sealed));
  });

  it('refuses lengths out of range', async () => {
    const good: Job = { kind: 'seal', key: zeros(16), nonce: zeros(13), aad: '', text: zeros(20), tagLength: 8 };
    const bad: Job[] = [
      ...[1, 2, 3, 5, 7, 9, 15, 17, 18].map((tagLength): Job => ({ ...good, tagLength })),
      ...[1, 6, 14, 16].map((length): Job => ({ ...good, nonce: zeros(length) })),
      { ...good, aad: zeros(AAD_LIMIT + 1) },
      { ...good, text: zeros(65536) },
      { ...good, text: zeros(65536), anyNonce: true },
      { ...good, kind: 'open', tagLength: 18 },
    ];
    expect((await run([good, ...bad])).map(({ outcome }) => outcome)).toEqual(['done', ...bad.map(() => 'refused')]);
  });
});
